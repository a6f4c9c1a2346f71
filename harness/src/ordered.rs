//! A job that was ordered, followed to its end, with everybody's books.

use crate::{
	chain::{JobState, Outcome},
	demo::books::{Balances, Books, Fees},
	world::{MachineAccounts, Order, World},
};
use anyhow::{bail, ensure, Context, Result};
use std::time::Duration;

/// How long each step of a job may take.
pub const STEP: Duration = Duration::from_secs(180);

/// A job that was ordered, and what everybody had before.
#[derive(Clone, Debug)]
pub struct Ordered {
	/// The job.
	pub job: u64,
	/// The machine that was ordered from.
	pub machine: MachineAccounts,
	/// What everybody had before.
	pub before: Balances,
	/// What fees were paid before.
	pub fees_before: Fees,
}

impl Ordered {
	/// Orders so many brackets as `//Customer`.
	///
	/// # Errors
	/// When the client or the chain refuses.
	pub async fn new(world: &mut World, machine: MachineAccounts, offer: u64, units: u32) -> Result<Self> {
		let order = world.brackets(units)?;
		Self::of(world, machine, offer, &order).await
	}

	/// Orders as `//Customer`.
	///
	/// # Errors
	/// When the client or the chain refuses.
	pub async fn of(world: &mut World, machine: MachineAccounts, offer: u64, order: &Order) -> Result<Self> {
		let view = world.chain.now().await?;
		let before = Balances::read(&view, &machine, world.money).await?;
		let fees_before = Fees::of(&world.auditor.up_to(view.number()).await?, &machine);
		let job = world.order(offer, order).await?;
		Ok(Self {
			job,
			machine,
			before,
			fees_before,
		})
	}

	/// Waits until the client tells this of the job.
	///
	/// # Errors
	/// When it does not.
	pub async fn news(&self, world: &mut World, event: &str) -> Result<()> {
		world.own_daemon()?.wait_for_news(self.job, event, STEP).await
	}

	/// Waits for the end, approves on the way, and closes the books.
	///
	/// # Errors
	/// When the job does not end.
	pub async fn settle(self, world: &mut World) -> Result<(Outcome, Books)> {
		let over = |state| matches!(state, JobState::Delivered | JobState::Settled(_));
		if world.wait_for_job(self.job, STEP, over).await? == JobState::Delivered {
			world.approve(self.job).await?;
		}
		let state = world
			.wait_for_job(self.job, STEP, |state| matches!(state, JobState::Settled(_)))
			.await?;
		let JobState::Settled(outcome) = state else {
			bail!("not settled")
		};
		let view = world.chain.now().await?;
		let record = view.job(self.job).await?.context("the record")?;
		let audit = world.auditor.up_to(view.number()).await?;
		let books = Books::close(&view, &self.machine, self.before, self.fees_before, audit, record).await?;
		Ok((outcome, books))
	}

	/// Waits for the end, approves on the way, and checks that everybody has what is his.
	///
	/// # Errors
	/// When the job does not end, or somebody has not.
	pub async fn end(self, world: &mut World) -> Result<Outcome> {
		let (outcome, books) = self.settle(world).await?;
		must_balance(&books)?;
		Ok(outcome)
	}
}

/// Makes sure that everybody has what is his.
///
/// # Errors
/// When somebody has not.
pub fn must_balance(books: &Books) -> Result<()> {
	for check in books.checks() {
		ensure!(check.holds, "{}\n{}", check.what, books.lines().join("\n"));
	}
	Ok(())
}
