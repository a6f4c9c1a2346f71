//! What two sides agree on beside the price on the label, and what becomes of a payment that cannot be made.

use anyhow::{ensure, Context, Result};
use bpiiot_harness::{
	chain::{dev_account, Asset, Chain, JobState, Outcome},
	client::Site,
	demo::books::{Balances, Books, Fees},
	money::STABLE,
	ordered::{must_balance, Ordered, STEP},
	process::within,
	world::{account_of, MachineAccounts, World, BPI},
};
use serde_json::Value as Json;
use std::time::Duration;
use subxt::{
	dynamic::{self, Value},
	utils::AccountId32,
};

const QUICK: Duration = Duration::from_millis(250);
const LIMIT: Duration = Duration::from_secs(900);
const UNITS: u32 = 2;
/// What the demonstration's offer says besides, here.
const MORE: &str = "region = \"DE-HB\"\n[rework]\nrounds = 1\nwindow = \"4h\"\n";

/// Blocks an account in the stablecoin, or makes that good.
async fn set_blocked(chain: &Chain, who: AccountId32, blocked: bool) -> Result<()> {
	let call = if blocked { "block" } else { "thaw" };
	let address = Value::unnamed_variant("Id", [Value::from_bytes(who.0)]);
	let arguments = vec![Value::from(u128::from(STABLE)), address];
	let call = dynamic::tx("Assets", call, arguments);
	chain.submit(&dev_account("Alice"), &call).await.map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_machine_whose_account_is_blocked_has_a_credit_and_is_paid_later() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a job in a stablecoin that is delivered.
		let mut world = World::start(QUICK, None).await?;
		world.use_stablecoin().await?;
		let machine = world.register().await?;
		world.fund(5).await?;
		let offer = world.publish_offer().await?;
		world.start_daemon()?.ready().await?;
		let ordered = Ordered::new(&mut world, machine, offer, UNITS).await?;
		let delivered = |state| state == JobState::Delivered;
		world.wait_for_job(ordered.job, STEP, delivered).await?;

		// WHEN the coin's issuer blocks the machine's account, and the customer approves.
		set_blocked(&world.chain, machine.account, true).await?;
		world.approve(ordered.job).await?;
		let settled = |state| matches!(state, JobState::Settled(_));
		world.wait_for_job(ordered.job, STEP, settled).await?;

		// THEN the job has ended, and the price is the machine's, on hold at the customer.
		let view = world.chain.now().await?;
		let job = view.job(ordered.job).await?.context("the record")?;
		assert_eq!(job.state, JobState::Settled(Outcome::Completed));
		let stable = Asset::Asset(STABLE);
		let held = view.holds_in(stable, &account_of("Customer")).await?;
		assert_eq!(held.get("Escrow.Credit"), Some(&job.price()), "{held:?}");
		assert_eq!(held.get("Escrow.Agreement"), Some(&job.escrow.deposit));

		// WHEN it is not blocked any more, and somebody claims for it.
		set_blocked(&world.chain, machine.account, false).await?;
		let whose = machine.account.to_string();
		world.site.run(&["claim", &whose, "--as", "//Owner"]).await?;

		// THEN everybody has what is his, as if nothing had been.
		let books = books(&mut world, ordered).await?;
		must_balance(&books)?;
		println!("{}", books.lines().join("\n"));
		world.stop().await
	})
	.await
}

/// The books of a settled job.
async fn books(world: &mut World, ordered: Ordered) -> Result<Books> {
	let view = world.chain.now().await?;
	let record = view.job(ordered.job).await?.context("the record")?;
	let audit = world.auditor.up_to(view.number()).await?;
	Books::close(
		&view,
		&ordered.machine,
		ordered.before,
		ordered.fees_before,
		audit,
		record,
	)
	.await
}

/// A world whose owner accepts orders by hand.
async fn by_hand() -> Result<(World, MachineAccounts, u64)> {
	let mut world = World::start(QUICK, None).await?;
	world.accept_by_hand()?;
	let machine = world.register().await?;
	world.fund(5).await?;
	let terms = bpiiot_harness::money::offer(world.money);
	let offer = world.publish(&format!("{terms}{MORE}")).await?;
	world.start_daemon()?.ready().await?;
	Ok((world, machine, offer))
}

#[tokio::test(flavor = "multi_thread")]
async fn long_terms_are_haggled_over_the_recipe_is_sealed_and_units_are_mended() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a machine in Bremen, whose owner accepts by hand.
		let (mut world, machine, offer) = by_hand().await?;
		for (region, found) in [("DE", true), ("DE-HB", true), ("FR", false)] {
			let answer = world
				.site
				.run(&["find", "--capability", "drilling", "--asset", "BPI", "--region", region])
				.await?;
			assert_eq!(answer.text().contains(&offer.to_string()), found, "{region}");
		}

		// WHEN somebody buys from whoever is the cheapest, with a recipe whose address nobody else can read.
		let recipe = world.brackets(UNITS)?.recipe.display().to_string();
		let view = world.chain.now().await?;
		let before = Balances::read(&view, &machine, world.money).await?;
		let fees_before = Fees::of(&world.auditor.up_to(view.number()).await?, &machine);
		let (units, site) = (UNITS.to_string(), &world.site);
		let buy = [
			"buy",
			"--capability",
			"drilling",
			"--region",
			"DE",
			"--units",
			&units,
			"--recipe",
			&recipe,
			"--sealed",
			"--deliver-in",
			"12h",
			"--as",
			"//Customer",
		];
		let bought: Json = serde_json::from_str(&site.run(&buy).await?.said)?;
		let job = bought["job"].as_u64().context("a job")?;
		let id = job.to_string();
		let ordered = Ordered {
			job,
			machine,
			before,
			fees_before,
		};

		// AND the owner wants more for it, and the customer agrees.
		let counter = ["counter", &id, "--unit-price", "3 BPI", "--as", "//Owner"];
		site.run(&counter).await?;
		let dear = site
			.command(&["agree", &id, "--max-price", "5", "--as", "//Customer"])
			.await?;
		ensure!(dear.text().contains("more than your limit"), "{}", dear.text());
		site.run(&["agree", &id, "--max-price", "6", "--as", "//Customer"])
			.await?;
		// The machine has read the recipe, or it would have declined.
		let daemon = world.own_daemon()?;
		let waits = |status: &Json| status["jobs"].to_string().contains("by hand");
		daemon.wait_for_status("the owner's word", STEP, waits).await?;
		world.site.run(&["accept", &id]).await?;

		// AND of what is delivered one unit is sent back.
		let delivered = |state| state == JobState::Delivered;
		world.wait_for_job(job, STEP, delivered).await?;
		let approve = ["approve", &id, "--units", "1", "--as", "//Customer"];
		world.site.run(&approve).await?;
		let rework = ["rework", &id, "--reason", "burr", "--as", "//Customer"];
		world.site.run(&rework).await?;

		// THEN it is made again, and paid like the other.
		world.wait_for_job(job, STEP, delivered).await?;
		let again = world
			.site
			.command(&["rework", &id, "--reason", "burr", "--as", "//Customer"])
			.await?;
		ensure!(again.text().contains("NoRework"), "{}", again.text());
		assert_eq!(ordered.clone().end(&mut world).await?, Outcome::Completed);
		let record = world.chain.now().await?.job(job).await?.context("the record")?;
		assert_eq!((record.unit_price, record.approved), (3 * BPI, UNITS));
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_machine_buys_within_its_policy_and_a_customer_orders_several_things_at_once() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a machine that works, and another one of the customer's that may spend 10 BPI.
		let (world, _, offer) = World::ready(QUICK, None).await?;
		let port = world.board.as_ref().context("the board")?.port().to_owned();
		let buyer = Site::create(&world.folder().join("buyer"), &port, &[world.url()])?;
		let policy = buyer.add_file("policy.toml", "purposes = [\"purchase\"]\n[caps]\nBPI = \"10\"\n")?;
		let policy = policy.display().to_string();
		buyer.run(&["init"]).await?;
		buyer.run(&["register", "--as", "//Customer"]).await?;
		buyer.run(&["deposit", "50", "--as", "//Customer"]).await?;
		buyer.run(&["policy", &policy, "--as", "//Customer"]).await?;

		// WHEN it looks for the cheapest by itself, and signs with its own key.
		let recipe = world.brackets(1)?.recipe.display().to_string();
		let buy = |units: &'static str| {
			[
				"buy",
				"--capability",
				"drilling",
				"--units",
				units,
				"--recipe",
				&recipe,
				"--deliver-in",
				"12h",
			]
			.map(str::to_owned)
		};
		let dear = buyer.command(&buy("5")).await?;
		ensure!(dear.text().contains("OverSpendingCap"), "{}", dear.text());
		let bought: Json = serde_json::from_str(&buyer.run(&buy("2")).await?.said)?;
		let job = bought["job"].as_u64().context("a job")?;

		// THEN its account is the customer, and it approves what it got.
		let delivered = |state| state == JobState::Delivered;
		world.wait_for_job(job, STEP, delivered).await?;
		let record = world.chain.now().await?.job(job).await?.context("the record")?;
		assert_ne!(*record.customer(), account_of("Customer"));
		buyer.run(&["approve", &job.to_string()]).await?;
		let settled = |state| state == JobState::Settled(Outcome::Completed);
		world.wait_for_job(job, STEP, settled).await?;
		let left = world.chain.now().await?.balance(record.customer()).await?;
		let fee = world.chain.now().await?.order_fee()?;
		assert_eq!(
			left.total(),
			50 * BPI - record.price() - fee,
			"the price and the order's fee, and no other"
		);

		// AND a customer's batch is all or nothing.
		let line = |units: u32| {
			format!("[[order]]\noffer = {offer}\nunits = {units}\nrecipe = \"{recipe}\"\ndeliver_in = \"12h\"\n")
		};
		let before = world.chain.now().await?.jobs().await?.len();
		for (text, ordered) in [(line(1) + &line(101), 0), (line(1) + &line(2), 2)] {
			let file = world.site.add_file("orders.toml", &text)?.display().to_string();
			let answer = world.site.command(&["batch", &file, "--as", "//Customer"]).await?;
			assert_eq!(answer.status.success(), ordered > 0, "{}", answer.text());
			assert_eq!(world.chain.now().await?.jobs().await?.len(), before + ordered);
		}
		world.stop().await
	})
	.await
}
