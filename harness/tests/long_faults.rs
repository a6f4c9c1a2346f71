//! What breaks in the middle of a job. Whatever it is, the job ends once: done and paid, or given up and refunded.

use anyhow::{Context, Result};
use bpiiot_harness::{
	board::Board,
	chain::{JobState, Outcome},
	ordered::{Ordered, STEP},
	process::within,
	world::World,
};
use serde_json::Value as Json;
use std::time::Duration;

const QUICK: Duration = Duration::from_millis(250);
const LIMIT: Duration = Duration::from_secs(900);

#[tokio::test(flavor = "multi_thread")]
async fn long_a_client_that_is_killed_in_the_middle_ends_the_job_once() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a job of which one unit is made.
		let (mut world, machine, offer) = World::ready(QUICK, None).await?;
		let ordered = Ordered::new(&mut world, machine, offer, 3).await?;
		ordered.news(&mut world, "unit_made").await?;

		// WHEN the client is killed and started again.
		world.own_daemon()?.kill().await?;
		world.start_daemon()?.ready().await?;

		// THEN the job is given up with a refund, or done: never both, and the money says which.
		let outcome = ordered.end(&mut world).await?;
		assert!(matches!(outcome, Outcome::GivenUp | Outcome::Completed), "{outcome:?}");

		// AND the machine takes the next order.
		let next = Ordered::new(&mut world, machine, offer, 1).await?;
		assert_eq!(next.end(&mut world).await?, Outcome::Completed);
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_client_that_is_killed_between_acceptance_and_start_does_the_job_later() -> Result<()> {
	within(LIMIT, async {
		// GIVEN an order that the client has examined and leaves to the owner.
		let mut world = World::start(QUICK, None).await?;
		world.accept_by_hand()?;
		let machine = world.register().await?;
		world.fund(5).await?;
		let offer = world.publish_offer().await?;
		world.start_daemon()?.ready().await?;
		let ordered = Ordered::new(&mut world, machine, offer, 1).await?;
		let daemon = world.own_daemon()?;
		let waits = |status: &Json| status["jobs"].to_string().contains("by hand");
		daemon.wait_for_status("the owner's word", STEP, waits).await?;

		// WHEN the client is killed, the owner accepts meanwhile, and the client is started again.
		daemon.kill().await?;
		world.site.run(&["accept", &ordered.job.to_string()]).await?;
		let job = world.chain.now().await?.job(ordered.job).await?.context("the record")?;
		assert_eq!(job.state, JobState::Accepted);
		world.start_daemon()?.ready().await?;

		// THEN the job is done and paid.
		assert_eq!(ordered.end(&mut world).await?, Outcome::Completed);
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_job_outlives_a_restart_of_the_node() -> Result<()> {
	within(LIMIT, async {
		// GIVEN a job that the machine works on.
		let (mut world, machine, offer) = World::ready(QUICK, None).await?;
		let ordered = Ordered::new(&mut world, machine, offer, 3).await?;
		ordered.news(&mut world, "output").await?;
		// WHEN the node is stopped and started again.
		world.restart_node().await?;
		// THEN the job is done and paid.
		assert_eq!(ordered.end(&mut world).await?, Outcome::Completed);
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_job_is_done_at_blocks_of_six_seconds() -> Result<()> {
	within(LIMIT, async {
		let (mut world, machine, offer) = World::ready(Duration::from_secs(6), None).await?;
		let ordered = Ordered::new(&mut world, machine, offer, 2).await?;
		assert_eq!(ordered.end(&mut world).await?, Outcome::Completed);
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_machine_that_fails_in_the_middle_refunds_the_customer() -> Result<()> {
	within(LIMIT, async {
		let (mut world, machine, offer) = World::ready(QUICK, None).await?;
		for (fault, remedy) in [
			("fault spindle-stall", "clear"),
			("door open", "door closed"),
			("reset", "clear"),
		] {
			// GIVEN a job of which one unit is made.
			let ordered = Ordered::new(&mut world, machine, offer, 3).await?;
			ordered.news(&mut world, "unit_made").await?;
			// WHEN something happens to the machine.
			world.own_board()?.tell(fault).await?;
			// THEN the job is given up, and the customer gets the price and the bond.
			assert_eq!(ordered.end(&mut world).await?, Outcome::GivenUp, "{fault}");
			world.own_board()?.tell(remedy).await?;
		}
		// AND when it is mended, the machine works again.
		world.own_daemon()?.ready().await?;
		let next = Ordered::new(&mut world, machine, offer, 1).await?;
		assert_eq!(next.end(&mut world).await?, Outcome::Completed);
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_board_that_is_unplugged_ends_the_job_and_may_come_back() -> Result<()> {
	within(LIMIT, async {
		let (mut world, machine, offer) = World::ready(QUICK, None).await?;
		let ordered = Ordered::new(&mut world, machine, offer, 3).await?;
		ordered.news(&mut world, "unit_made").await?;
		// WHEN the board is gone.
		let mut board = world.board.take().context("the board")?;
		board.process().kill().await?;
		drop(board);
		assert_eq!(ordered.end(&mut world).await?, Outcome::GivenUp);
		// AND another is plugged in.
		world.board = Some(Board::start(world.folder(), None).await?);
		world.own_daemon()?.ready().await?;
		let next = Ordered::new(&mut world, machine, offer, 1).await?;
		assert_eq!(next.end(&mut world).await?, Outcome::Completed);
		world.stop().await
	})
	.await
}

#[tokio::test(flavor = "multi_thread")]
async fn long_a_noisy_line_does_not_spoil_a_job() -> Result<()> {
	within(LIMIT, async {
		let (mut world, machine, offer) = World::ready(QUICK, Some("line-noise")).await?;
		let ordered = Ordered::new(&mut world, machine, offer, 2).await?;
		assert_eq!(ordered.end(&mut world).await?, Outcome::Completed);
		// AND noisy it was: the line has lost readings.
		let daemon = world.own_daemon()?;
		let lost = |status: &Json| status["board"]["readings_lost"].as_u64() > Some(0);
		daemon.wait_for_status("readings that were lost", STEP, lost).await?;
		world.stop().await
	})
	.await
}
