//! One whole job on real parts: node, client and board, all in processes of their own.

use anyhow::{Context, Result};
use bpiiot_harness::{
	chain::{JobState, Outcome},
	demo::books::{Balances, Books, Fees},
	process::within,
	world::{account_of, World},
};
use std::time::Duration;

const BLOCK_TIME: Duration = Duration::from_millis(250);
/// More than a node may take to start, and less than nextest lets a test take.
const LIMIT: Duration = Duration::from_secs(480);
const STEP: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn a_job_is_made_delivered_and_paid_and_nothing_stays_on_hold() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a machine with an offer.
		let (mut world, machine, offer) = World::ready(BLOCK_TIME, None).await?;
		let view = world.chain.now().await?;
		let before = Balances::read(&view, &machine, world.money).await?;
		let fees_before = Fees::of(&world.auditor.up_to(view.number()).await?, &machine);

		// WHEN a customer orders two brackets, and approves what is delivered.
		let job = world.order(offer, &world.brackets(2)?).await?;
		world
			.wait_for_job(job, STEP, |state| state == JobState::Started)
			.await?;
		world
			.wait_for_job(job, STEP, |state| state == JobState::Delivered)
			.await?;
		world.approve(job).await?;
		let settled = |state| matches!(state, JobState::Settled(_));
		let state = world.wait_for_job(job, STEP, settled).await?;

		// THEN the machine is paid, to the planck, and nothing else has moved.
		assert_eq!(state, JobState::Settled(Outcome::Completed));
		let view = world.chain.now().await?;
		let record = view
			.job(job)
			.await?
			.context("the record is there until its customer removes it")?;
		assert_eq!((record.units_done, record.approved, record.rejected), (2, 2, 0));
		assert_eq!(
			format!("{:?}", record.result),
			world.site.evidence_hash(job)?,
			"the evidence is what the chain says"
		);
		let audit = world.auditor.up_to(view.number()).await?;
		assert_eq!(audit.failed_calls, 0, "neither client nor harness made a call in vain");
		let books = Books::close(&view, &machine, before, fees_before, audit, record).await?;
		for check in books.checks() {
			assert!(check.holds, "{}\n{}", check.what, books.lines().join("\n"));
		}
		assert!(
			books.owner_fees > 0,
			"somebody pays for the machine's calls, and it is not the machine"
		);
		assert_eq!(view.open_escrows().await?, 0);
		let reasons = |holds: std::collections::BTreeMap<String, u128>| holds.into_keys().collect::<Vec<_>>();
		assert_eq!(
			reasons(view.holds(&account_of("Owner")).await?),
			["Jobs.Offer", "Machines.MachineDeposit"]
		);
		assert_eq!(
			reasons(view.holds(&account_of("Customer")).await?),
			["Escrow.Agreement"]
		);
		assert!(view.holds(&machine.account).await?.is_empty());

		// AND the customer gets the deposit for the record back when he removes it.
		world
			.site
			.run(&["remove", &job.to_string(), "--as", "//Customer"])
			.await?;
		let view = world.chain.now().await?;
		assert!(view.holds(&account_of("Customer")).await?.is_empty());
		assert!(view.job(job).await?.is_none());
		world.stop().await
	})
	.await
}
