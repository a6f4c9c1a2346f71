//! What happens to a machine in the middle of a job: another key, another owner, a freeze. Agreements do not notice, or
//! end as they say.

use anyhow::{ensure, Context, Result};
use bpiiot_harness::{
	chain::{dev_account, JobState, Machine, Outcome},
	client::Answer,
	money::offer_waiting,
	ordered::{must_balance, Ordered, STEP},
	process::within,
	world::{account_of, MachineAccounts, Order, World, BPI},
};
use std::time::Duration;
use subxt::utils::AccountId32;

const QUICK: Duration = Duration::from_millis(250);
const LIMIT: Duration = Duration::from_secs(900);
/// Enough that one unit is made and some are left, however slow the commands are meanwhile.
const UNITS: u32 = 6;

/// The machine's record.
async fn record(world: &World, machine: &MachineAccounts) -> Result<Machine> {
	let machines = world.chain.now().await?.machines().await?;
	let found = machines.into_iter().find(|(id, _)| *id == machine.account.0);
	found
		.map(|(_, record)| record)
		.context("the machine is on the chain for ever")
}

/// The job is still being made; if not, the test says nothing.
async fn must_run(world: &World, job: u64) -> Result<()> {
	let record = world.chain.now().await?.job(job).await?.context("the record")?;
	ensure!(
		record.state == JobState::Started,
		"the job was {:?} too soon; give it more units",
		record.state
	);
	Ok(())
}

/// A command that the client or the chain must refuse, and with these words.
fn must_refuse(answer: &Answer, words: &str) -> Result<()> {
	ensure!(answer.status.code() == Some(1), "not refused: {}", answer.text());
	ensure!(answer.text().contains(words), "{words}: {}", answer.text());
	Ok(())
}

/// Waits until the client says this among what somebody should do something about, or says it no more.
async fn alarm(world: &mut World, words: &str, is: bool) -> Result<()> {
	let said = |status: &serde_json::Value| {
		let alarms = status["alarms"].as_array().cloned().unwrap_or_default();
		let said = alarms
			.iter()
			.any(|alarm| alarm.as_str().is_some_and(|alarm| alarm.contains(words)));
		said == is
	};
	let daemon = world.own_daemon()?;
	daemon.wait_for_status(words, STEP, said).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_key_is_rotated_in_the_middle_of_a_job_which_is_done_and_paid() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a job of which one unit is made.
		let (mut world, machine, offer) = World::ready(QUICK, None).await?;
		let ordered = Ordered::new(&mut world, machine, offer, UNITS).await?;
		let job = ordered.job;
		ordered.news(&mut world, "unit_made").await?;

		// WHEN the machine's key is replaced, as that key itself asks for.
		world.site.run(&["rotate-key"]).await?;
		let new: AccountId32 = world.site.key()?.parse().context("the keystore's address is none")?;
		world.auditor.must_be_poor(new);
		must_run(&world, job).await?;

		// THEN the machine is the same one, with another key.
		let now = record(&world, &machine).await?;
		assert_eq!((now.key, now.rotations, now.owner), (new, 1, account_of("Owner")));
		assert_ne!(new, machine.key);

		// AND the old key can do nothing, now or ever.
		let folder = world.site.folder();
		let [old, password] = ["key.json.retired-0", "password"].map(|name| folder.join(name).display().to_string());
		let answer = world
			.site
			.command(&["service", "off", "--account", &old, "--password-file", &password])
			.await?;
		must_refuse(&answer, "was replaced")?;

		// AND the job is done and paid; what the rotation cost, the owner paid.
		let (outcome, mut books) = ordered.settle(&mut world).await?;
		assert_eq!(outcome, Outcome::Completed);
		assert_eq!(books.job.approved, UNITS);
		let view = world.chain.now().await?;
		books.owner_fees += books.audit.fees_of(&new) + view.constant::<u128>("Machines", "RotationFee")?;
		must_balance(&books)?;
		assert!(books.audit.fees_of(&new) > 0, "the new key delivered");
		assert_eq!(books.audit.failed_calls, 0, "nothing was called in vain");
		assert_eq!(view.offers().await?.into_keys().collect::<Vec<_>>(), [offer]);

		// AND the machine takes the next order, after a restart too.
		let machine = MachineAccounts { key: new, ..machine };
		world.own_daemon()?.stop().await?;
		world.start_daemon()?.ready().await?;
		let next = Ordered::new(&mut world, machine, offer, 1).await?;
		assert_eq!(next.end(&mut world).await?, Outcome::Completed);

		// AND the old key is deleted, when nothing will be encrypted to it any more.
		let answer = world.site.command(&["forget-keys"]).await?;
		must_refuse(&answer, "rotate-encryption-key")?;
		world.site.run(&["rotate-encryption-key"]).await?;
		world.site.run(&["forget-keys"]).await?;
		assert!(!std::path::Path::new(&old).exists());
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_rotation_that_is_cut_off_is_ended_by_the_command_that_runs_again() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a rotation of which the chain knows, and the keystore does not: as if the power had gone in between.
		let (mut world, machine, offer) = World::ready(QUICK, None).await?;
		world.own_daemon()?.kill().await?;
		let keystore = world.site.folder().join("key.json");
		world.site.run(&["rotate-key", "--as", "//Owner"]).await?;
		let new: AccountId32 = world.site.key()?.parse().context("the keystore's address is none")?;
		world.auditor.must_be_poor(new);
		let at = |ending: &str| world.site.folder().join(format!("key.json.{ending}"));
		std::fs::rename(&keystore, at("new"))?;
		std::fs::rename(at("retired-0"), &keystore)?;

		// WHEN the command runs again.
		world.site.run(&["rotate-key", "--as", "//Owner"]).await?;

		// THEN the key was replaced once, and the keystore holds the new one.
		let now = record(&world, &machine).await?;
		assert_eq!((now.key, now.rotations), (new, 1));
		assert_eq!(world.site.key()?, new.to_string());
		assert!(at("retired-0").exists() && !at("new").exists());

		// AND the daemon does the same by itself.
		std::fs::rename(&keystore, at("new"))?;
		std::fs::rename(at("retired-0"), &keystore)?;
		world.start_daemon()?.ready().await?;
		let machine = MachineAccounts { key: new, ..machine };
		let next = Ordered::new(&mut world, machine, offer, 1).await?;
		assert_eq!(next.end(&mut world).await?, Outcome::Completed);
		assert_eq!(world.site.key()?, new.to_string());
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_machine_is_sold_in_the_middle_of_a_job_which_is_done_and_paid_all_the_same() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a job of which one unit is made.
		let (mut world, machine, offer) = World::ready(QUICK, None).await?;
		let ordered = Ordered::new(&mut world, machine, offer, UNITS).await?;
		let job = ordered.job;
		ordered.news(&mut world, "unit_made").await?;
		let view = world.chain.now().await?;
		let bond = view.job(job).await?.context("the record")?.bond;
		let buyer = account_of("Supplier");
		let buyer_before = view.balance(&buyer).await?;

		// WHEN the machine is sold, with the money in its account.
		world
			.site
			.run(&["offer-ownership", &buyer.to_string(), "--as", "//Owner"])
			.await?;
		world
			.site
			.run(&["accept-ownership", "--at-least", "3", "--as", "//Supplier"])
			.await?;
		must_run(&world, job).await?;
		assert_eq!(record(&world, &machine).await?.owner, buyer);
		// From here on the key costs nobody anything, until its new owner says how much.
		let view = world.chain.now().await?;
		let key_before = world.auditor.up_to(view.number()).await?.fees_of(&machine.key);
		world.site.run(&["allow", "10", "--as", "//Supplier"]).await?;

		// THEN the job is done, and the machine is paid as it was agreed.
		let (outcome, mut books) = ordered.settle(&mut world).await?;
		assert_eq!(outcome, Outcome::Completed);
		assert_eq!((books.job.bond, books.job.machine), (bond, machine.account.0));
		// AND each owner paid for his own time.
		let key_after = books.audit.fees_of(&machine.key) - key_before;
		assert!(key_after > 0, "the key delivered at the new owner's cost");
		books.owner_fees -= key_after;
		must_balance(&books)?;
		let view = world.chain.now().await?;
		let buyer_fees = books.audit.fees_of(&buyer) + key_after;
		let buyer_after = view.balance(&buyer).await?;
		assert_eq!(buyer_after.total() + buyer_fees, buyer_before.total());
		let holds = view.holds(&buyer).await?.into_keys().collect::<Vec<_>>();
		assert_eq!(holds, ["Machines.MachineDeposit"]);
		assert!(!view
			.holds(&account_of("Owner"))
			.await?
			.contains_key("Machines.MachineDeposit"));

		// AND what it earned is the new owner's, and nobody else's.
		let answer = world.site.command(&["withdraw", "1", "--as", "//Owner"]).await?;
		must_refuse(&answer, "NotOwner")?;
		let has = view.balance(&machine.account).await?.free;
		world.site.run(&["withdraw", "10", "--as", "//Supplier"]).await?;
		let view = world.chain.now().await?;
		assert_eq!(view.balance(&machine.account).await?.free, has - 10 * BPI);
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_machine_that_is_frozen_in_the_middle_of_a_job_stops_and_goes_on_when_it_may() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a job of which one unit is made.
		let (mut world, machine, offer) = World::ready(QUICK, None).await?;
		let ordered = Ordered::new(&mut world, machine, offer, UNITS).await?;
		ordered.news(&mut world, "unit_made").await?;

		freeze(&mut world, &ordered, offer).await?;

		// WHEN its owner lets it act again.
		world.site.run(&["unfreeze", "--as", "//Owner"]).await?;
		// THEN it gives the job up by itself, and the customer has price and bond.
		assert_eq!(ordered.end(&mut world).await?, Outcome::GivenUp);
		alarm(&mut world, "is frozen by its owner", false).await?;
		// AND takes the next order.
		let next = Ordered::new(&mut world, machine, offer, 1).await?;
		assert_eq!(next.end(&mut world).await?, Outcome::Completed);
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_job_of_a_machine_that_stays_frozen_ends_at_its_deadline() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a job with a near deadline, of which one unit is made: an hour of the chain's is 150 s here.
		let (mut world, machine, offer) = World::ready(QUICK, None).await?;
		let order = Order {
			arguments: vec!["--deliver-in=1h".to_owned()],
			..world.brackets(UNITS)?
		};
		let ordered = Ordered::of(&mut world, machine, offer, &order).await?;
		ordered.news(&mut world, "unit_made").await?;

		freeze(&mut world, &ordered, offer).await?;

		// WHEN the deadline passes.
		let settled = |state| matches!(state, JobState::Settled(_));
		world.wait_for_job(ordered.job, 3 * STEP, settled).await?;

		// THEN the chain has ended it by itself, and the customer has price and bond.
		assert_eq!(ordered.end(&mut world).await?, Outcome::NotDelivered);
		// AND the machine takes the next order when it may act again.
		world.site.run(&["unfreeze", "--as", "//Owner"]).await?;
		let next = Ordered::new(&mut world, machine, offer, 1).await?;
		assert_eq!(next.end(&mut world).await?, Outcome::Completed);
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_agreements_that_are_paused_lose_no_time_and_then_end_by_themselves() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a job of which one unit is made, and another offer whose orders wait for 20 minutes of the chain: 200 blocks.
		let (mut world, machine, offer) = World::ready(QUICK, None).await?;
		let brief = world.publish(&offer_waiting(world.money, "20m")).await?;
		let ordered = Ordered::new(&mut world, machine, offer, UNITS).await?;
		ordered.news(&mut world, "unit_made").await?;

		// WHEN governance pauses agreements.
		let root = dev_account("Alice");
		world.chain.sudo(&root, "Escrow", "pause", vec![]).await?;
		// THEN the client says so, and the work goes on to its payment.
		alarm(&mut world, "agreements are paused", true).await?;
		assert_eq!(ordered.end(&mut world).await?, Outcome::Completed);

		// AND an order that nobody accepts does not lapse while the clock stands still, however long that is.
		world.daemon.take().context("the daemon")?.stop().await?;
		let waiting = Ordered::new(&mut world, machine, brief, 1).await?;
		let view = world.chain.now().await?;
		let (number, clock) = (view.number(), view.clock().await?);
		assert!(clock.paused);
		let passed = async |view: &bpiiot_harness::chain::View| Ok((view.number() > number + 250).then_some(()));
		world.chain.wait_for("more than the window", 3 * STEP, passed).await?;
		let view = world.chain.now().await?;
		let later = view.clock().await?;
		assert_eq!(later.last - later.stopped, clock.last - clock.stopped);
		let record = view.job(waiting.job).await?.context("the record")?;
		assert_eq!(record.state, JobState::Ordered);
		let job = waiting.job.to_string();
		let answer = world.site.command(&["expire", &job, "--as", "//Customer"]).await?;
		must_refuse(&answer, "AgreementsPaused")?;

		// WHEN they go on.
		world.chain.sudo(&root, "Escrow", "resume", vec![]).await?;
		// THEN the order lapses without anybody's call, and costs its fee and nothing else.
		let settled = |state| matches!(state, JobState::Settled(_));
		world.wait_for_job(waiting.job, 3 * STEP, settled).await?;
		assert_eq!(waiting.end(&mut world).await?, Outcome::NotAccepted);
		world.stop().await
	})
	.await
}

/// Freezes the machine and makes sure that it stands still, signs nothing, and gets no orders.
async fn freeze(world: &mut World, ordered: &Ordered, offer: u64) -> Result<()> {
	let key = ordered.machine.key;
	world.site.run(&["freeze", "--as", "//Owner"]).await?;
	must_run(world, ordered.job).await?;
	assert!(record(world, &ordered.machine).await?.frozen);

	// It is brought to safe at once, and says why.
	ordered.news(world, "ended").await?;
	alarm(world, "is frozen by its owner", true).await?;
	let log = || {
		world
			.daemon
			.as_ref()
			.map(|daemon| daemon.log_text())
			.unwrap_or_default()
	};
	let outputs = |log: &str| log.matches("\"event\":\"output\"").count();
	let driven = outputs(&log());

	// Nothing is signed and nothing moves any more.
	let view = world.chain.now().await?;
	let paid = world.auditor.up_to(view.number()).await?.fees_of(&key);
	let later = view.number() + 20;
	let passed = async |view: &bpiiot_harness::chain::View| Ok((view.number() >= later).then_some(()));
	world.chain.wait_for("some blocks", STEP, passed).await?;
	assert_eq!(world.auditor.up_to(later).await?.fees_of(&key), paid);
	let log = world
		.daemon
		.as_ref()
		.map(|daemon| daemon.log_text())
		.unwrap_or_default();
	assert_eq!(outputs(&log), driven, "an output was driven:\n{log}");
	must_run(world, ordered.job).await?;

	// Nobody can order.
	let answer = world.try_order(offer, &world.brackets(1)?, "//Customer").await?;
	must_refuse(&answer, "MachineFrozen")
}
