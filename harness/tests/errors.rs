//! What goes wrong by mistake: each is refused with words that say what to do, and nothing is lost.

use anyhow::{Context, Result};
use bpiiot_harness::{
	board::Board,
	calls::{blank_profile, order_arguments},
	chain::{dev_account, JobState, Outcome, Refused},
	client::Site,
	money::Money,
	node::NodeSetup,
	process::within,
	world::{account, account_of, temporary_folder, Order, World, BPI},
};
use std::time::Duration;
use subxt::{
	dynamic::{self, Value},
	ext::scale_value::value,
};

const BLOCK_TIME: Duration = Duration::from_millis(250);
/// More than a node may take to start, and less than nextest lets a test take.
const LIMIT: Duration = Duration::from_secs(480);
const STEP: Duration = Duration::from_secs(60);

/// A call that is refused by the chain, and how.
async fn refused(world: &World, signer: &str, pallet: &str, call: &str, arguments: Vec<Value>) -> Result<String> {
	let call = dynamic::tx(pallet, call, arguments);
	let error = world
		.chain
		.submit(&dev_account(signer), &call)
		.await
		.err()
		.context("the chain took it")?;
	Ok(error
		.downcast_ref::<Refused>()
		.with_context(|| format!("not by the chain: {error:#}"))?
		.0
		.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_orders_and_registrations_are_refused_with_what_to_do() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a machine with an offer, which nobody runs.
		let world = World::start(BLOCK_TIME, None).await?;
		let machine = world.register().await?;
		let offer = world.publish_offer().await?;

		bad_orders(&world, offer).await?;
		bad_registrations(&world).await?;

		// WHEN the owner takes the machine out of the world.
		let decommission = dynamic::tx("Machines", "decommission", vec![Value::from_bytes(machine.account.0)]);
		world.chain.submit(&dev_account("Owner"), &decommission).await?;
		// THEN nobody can order from it any more.
		let answer = world.try_order(offer, &world.brackets(1)?, "//Customer").await?;
		assert_eq!(answer.status.code(), Some(1));
		assert!(answer.text().contains("MachineDecommissioned"), "{}", answer.text());

		// AND nobody lost anything but fees.
		let view = world.chain.now().await?;
		assert_eq!((view.open_escrows().await?, view.jobs().await?.len()), (0, 0));
		assert!(view.holds(&account_of("Customer")).await?.is_empty());
		world.stop().await
	})
	.await
}

async fn bad_orders(world: &World, offer: u64) -> Result<()> {
	let order = world.brackets(3)?;
	let with = |arguments: &[&str]| Order {
		arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
		..order.clone()
	};
	// By the client, before anything is signed.
	let absent = offer + 1;
	let cases = [
		(
			"below the price",
			offer,
			with(&["--max-price", "7"]),
			"//Customer",
			"raise --max-price or order less",
		),
		(
			"too soon",
			offer,
			with(&["--deliver-in", "30s"]),
			"//Customer",
			"--deliver-in",
		),
		(
			"more units than offered",
			offer,
			Order {
				units: 101,
				..order.clone()
			},
			"//Customer",
			"1 to 100 units",
		),
		("with no money", offer, with(&[]), "//Pauper", "has 0 BPI free"),
		("of no offer", absent, with(&[]), "//Customer", "see `find`"),
	];
	for (what, offer, order, customer, words) in cases {
		let answer = world.try_order(offer, &order, customer).await?;
		assert_eq!(answer.status.code(), Some(1), "{what}: {}", answer.text());
		assert!(answer.text().contains(words), "{what}: {}", answer.text());
	}
	// An offer in an asset that there is not.
	let terms = bpiiot_harness::money::offer(Money::STABLE);
	let file = world.site.add_file("unknown-asset.toml", &terms)?.display().to_string();
	let answer = world.site.command(&["offer", &file, "--as", "//Owner"]).await?;
	assert_eq!(answer.status.code(), Some(1), "{}", answer.text());
	assert!(answer.text().contains("no asset 1984"), "{}", answer.text());
	// By the chain, whatever the client.
	let now = world.chain.now().await?.clock().await?.last;
	let tomorrow = now + 24 * 3_600_000;
	let arguments = |max_price, deliver_by| order_arguments(offer, max_price, deliver_by);
	let cases = [
		("Customer", arguments(BPI, tomorrow), "Jobs::MaxPriceTooLow"),
		("Customer", arguments(3 * BPI, now + 1_000), "Jobs::DeadlineTooSoon"),
		("Customer", arguments(3 * BPI, now - 1_000), "Jobs::DeadlineTooSoon"),
		(
			"Customer",
			arguments(3 * BPI, now + 400 * 24 * 3_600_000),
			"Jobs::DeadlineTooFar",
		),
		("Owner", arguments(3 * BPI, tomorrow), "Jobs::OwnMachine"),
	];
	for (signer, arguments, error) in cases {
		assert_eq!(refused(world, signer, "Jobs", "order", arguments).await?, error);
	}
	Ok(())
}

async fn bad_registrations(world: &World) -> Result<()> {
	// The same key again: the client says so by itself.
	let answer = world.site.command(&["register", "--as", "//Owner"]).await?;
	assert_eq!(answer.status.code(), Some(1));
	assert!(answer.text().contains("a key registers once"), "{}", answer.text());

	let profile = blank_profile();
	let fee_allowance = value!({ amount: Value::from(BPI), period: 0u128 });
	let arguments = |key: [u8; 32], proof: [u8; 64]| {
		vec![
			Value::from_bytes(key),
			Value::from_bytes(proof),
			profile.clone(),
			Value::from_bytes([0; 32]),
			fee_allowance.clone(),
		]
	};
	// Its key, in another owner's name, with a proof made up; somebody's key that did not agree; one's own key.
	let used = world.site.key()?.parse::<subxt::utils::AccountId32>()?.0;
	let others = account(&dev_account("Carrier"));
	let made_up = dev_account("Supplier").sign(b"I own this").0;
	let cases = [
		(used, "Machines::KeyAlreadyUsed"),
		(others.0, "Machines::BadProof"),
		(account_of("Supplier").0, "Machines::KeyIsOwner"),
	];
	for (key, error) in cases {
		assert_eq!(
			refused(world, "Supplier", "Machines", "register", arguments(key, made_up)).await?,
			error
		);
	}
	Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn one_customer_takes_up_no_more_than_his_share_of_a_machine() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a machine with an offer, which nobody runs.
		let world = World::start(BLOCK_TIME, None).await?;
		world.register().await?;
		let offer = world.publish_offer().await?;
		let view = world.chain.now().await?;
		let tomorrow = view.clock().await?.last + 24 * 3_600_000;
		let order = || order_arguments(offer, 3 * BPI, tomorrow);
		let ordering = || dynamic::tx("Jobs", "order", order());

		// WHEN a customer has as many open orders as he may have.
		let most: u32 = view.constant("Jobs", "MaxOpenJobsPerCustomer")?;
		for _ in 0..most {
			world.chain.submit(&dev_account("Customer"), &ordering()).await?;
		}
		// THEN one more is refused, and another customer's is not.
		let error = refused(&world, "Customer", "Jobs", "order", order()).await?;
		assert_eq!(error, "Jobs::TooManyOpenJobsOfCustomer");
		let answer = world.try_order(offer, &world.brackets(1)?, "//Customer").await?;
		assert!(
			answer.text().contains("Approve or cancel one first"),
			"{}",
			answer.text()
		);
		world.chain.submit(&dev_account("Supplier"), &ordering()).await?;
		world.stop().await
	})
	.await
}

/// A recipe that the drill press could run, of one step.
fn recipe(set: &str, to: u32) -> String {
	format!("format = 1\nname = \"test\"\n[[each]]\nset = \"{set}\"\nto = {to}\n[[after]]\nsafe = true\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_that_the_machine_must_not_run_are_declined_and_refunded() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a machine at work.
		let (mut world, machine, offer) = World::ready(BLOCK_TIME, None).await?;
		let before = world.chain.now().await?.balance(&account_of("Customer")).await?;

		// WHEN recipes are ordered that are not what the order says, or beyond what its owner allows.
		let good = world.site.add_recipe("good.toml", &recipe("coolant", 1))?;
		let cases = [
			("another file", good.clone(), vec!["--uri=file:other.toml"], "hash"),
			("no file", good, vec!["--uri=file:absent.toml"], "absent.toml"),
			(
				"too fast",
				world.site.add_recipe("fast.toml", &recipe("spindle_rpm", 2_900))?,
				vec![],
				"2900",
			),
			(
				"unknown",
				world.site.add_recipe("laser.toml", &recipe("laser", 1))?,
				vec![],
				"laser",
			),
		];
		world.site.add_recipe("other.toml", &recipe("clamp", 1))?;
		let mut jobs = Vec::new();
		for (what, recipe, arguments, words) in cases {
			let arguments = arguments.into_iter().map(str::to_owned).collect();
			jobs.push((
				what,
				world
					.order(
						offer,
						&Order {
							recipe,
							units: 1,
							arguments,
						},
					)
					.await?,
				words,
			));
		}

		// THEN each is declined, and the log says why.
		for (what, job, words) in jobs {
			let state = world
				.wait_for_job(job, STEP, |state| matches!(state, JobState::Settled(_)))
				.await?;
			assert_eq!(state, JobState::Settled(Outcome::Declined), "{what}");
			let log = world
				.daemon
				.as_ref()
				.map(|daemon| daemon.log_text())
				.unwrap_or_default();
			let said = log
				.lines()
				.any(|line| line.contains("declining") && line.contains(words));
			assert!(said, "{what}: nothing of {words:?} in the log:\n{log}");
		}
		// AND nothing moved: neither the machine nor the customer's money, fees and records' deposits aside.
		let view = world.chain.now().await?;
		let log = world
			.daemon
			.as_ref()
			.map(|daemon| daemon.log_text())
			.unwrap_or_default();
		assert!(!log.contains("\"event\":\"output\""), "an output was driven:\n{log}");
		assert_eq!(view.open_escrows().await?, 0);
		assert_eq!(
			view.holds(&account_of("Customer"))
				.await?
				.into_keys()
				.collect::<Vec<_>>(),
			["Escrow.Agreement"]
		);
		let fees = world
			.auditor
			.up_to(view.number())
			.await?
			.fees_of(&account_of("Customer"));
		// The fee of an order does not come back, whatever becomes of it.
		assert_eq!(
			view.balance(&account_of("Customer")).await?.total() + fees + 4 * view.order_fee()?,
			before.total()
		);
		assert_eq!(view.balance(&machine.account).await?.reserved, 0);
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_waits_for_node_and_board_and_says_what_is_missing() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a client whose node is not up yet and whose board is not connected.
		let folder = temporary_folder()?;
		let setup = NodeSetup::new(folder.path(), BLOCK_TIME)?;
		let port = folder.path().join("board");
		let site = Site::create(&folder.path().join("machine"), &port, &[&setup.url()])?;
		site.run(&["init"]).await?;
		let mut daemon = site.start()?;
		// THEN it runs, and says what it misses.
		let missing = |status: &serde_json::Value| {
			let said = |part: &str, words: &str| {
				status[part]["trouble"]
					.as_str()
					.is_some_and(|trouble| trouble.contains(words))
			};
			said("chain", "is the node running") && said("board", &port.display().to_string())
		};
		daemon
			.wait_for_status("it to miss node and board", STEP, missing)
			.await?;
		// AND a command says so too, with a status of its own.
		let answer = site.command(&["--patience", "1s", "find"]).await?;
		assert_eq!(answer.status.code(), Some(3), "{}", answer.text());
		assert!(answer.text().contains("is the node running"), "{}", answer.text());

		// WHEN a board comes that speaks another protocol version.
		let mut foreign = Board::start_with(folder.path(), &["--protocol-version=9".to_owned()]).await?;
		// THEN both versions are named.
		let versions = |status: &serde_json::Value| {
			let trouble = status["board"]["trouble"].as_str().unwrap_or_default();
			trouble.contains("speaks protocol version 9") && trouble.contains("this client speaks version 2")
		};
		daemon
			.wait_for_status("it to name both versions", STEP, versions)
			.await?;
		foreign.stop().await?;

		// WHEN the right board is connected and the node starts.
		let board = Board::start(folder.path(), None).await?;
		let mut node = setup.start()?;
		let chain = node.ready().await?;
		// THEN the client finds both by itself.
		daemon.ready().await?;
		daemon.stop().await?;

		// AND one that starts with another genesis in its configuration refuses that node, keeps running, and commands fail.
		let mut world = World::join(folder, node, chain, board)?;
		std::fs::remove_dir_all(world.site.state())?;
		let found = format!("{:?}", world.chain.genesis());
		let other = format!("0x{}", "11".repeat(32));
		let text = world.site.configuration(&port, &[world.url()]);
		world
			.site
			.configure(&text.replace("[wallet]", &format!("genesis = \"{other}\"\n\n[wallet]")))?;
		let names_both = |text: &str| text.contains("another chain") && text.contains(&found) && text.contains(&other);
		let answer = world.site.command(&["find"]).await?;
		assert_eq!(answer.status.code(), Some(5), "{}", answer.text());
		assert!(names_both(&answer.text()), "{}", answer.text());
		let refuses = |status: &serde_json::Value| status["chain"]["trouble"].as_str().is_some_and(names_both);
		world
			.start_daemon()?
			.wait_for_status("it to refuse the other chain", STEP, refuses)
			.await?;
		world.stop().await
	})
	.await
}
