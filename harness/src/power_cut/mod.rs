//! The machine's computer loses its power at random moments of running jobs, again and again, and nothing is lost, doubled
//! or run twice.
//!
//! A cut is a SIGKILL of the client between two of its instructions. Each job is cut several times: while it is accepted,
//! started, made, delivered, while the client starts again, and while nothing happens.

mod plan;
mod table;

pub use plan::{Moment, Plan};
pub use table::Table;

use crate::{
	broker::Broker,
	chain::{JobState, Outcome},
	client::News,
	ordered::{must_balance, Ordered},
	process::wait_until,
	world::{MachineAccounts, World},
};
use anyhow::{ensure, Context, Result};
use serde_json::Value;
use std::time::{Duration, Instant};

/// How quick the blocks are.
const BLOCK_TIME: Duration = Duration::from_millis(250);
/// Whole tokens for bonds: each job that is given up costs one.
const BONDS: u64 = 10_000;
/// How long a moment may take to come; a job that goes another way does not come there.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long the last messages may take to reach the broker.
const DRAIN: Duration = Duration::from_secs(60);

/// Cuts the power so often, by a plan that this seed makes.
///
/// # Errors
/// When anything is lost, doubled, run twice, or does not open again: what, and after which cut.
pub async fn cut(cuts: u32, seed: u64, mut tell: impl FnMut(&str)) -> Result<Table> {
	let mut run = Run::start(Plan::new(seed)).await?;
	while run.table.cuts() < cuts {
		let (job, outcome) = run.job(cuts).await?;
		tell(&format!(
			"job {job} {outcome}; {} of {cuts} cuts, {} messages at the broker",
			run.table.cuts(),
			run.broker.heard()?.numbers.len()
		));
	}
	run.end().await
}

struct Run {
	world: World,
	machine: MachineAccounts,
	offer: u64,
	broker: Broker,
	plan: Plan,
	table: Table,
}

impl Run {
	async fn start(plan: Plan) -> Result<Self> {
		let mut world = World::start(BLOCK_TIME, None).await?;
		let broker = Broker::start(world.folder()).await?;
		let text = std::fs::read_to_string(world.site.config())?;
		world.site.configure(&format!(
			"{text}\n[cloud]\nbroker = \"{}\"\nclient_id = \"press\"\ngather_ms = 200\n",
			broker.url()
		))?;
		let machine = world.register().await?;
		world.fund(BONDS).await?;
		let offer = world.publish_offer().await?;
		world.start_daemon()?.ready().await?;
		Ok(Self {
			world,
			machine,
			offer,
			broker,
			plan,
			table: Table::default(),
		})
	}

	/// One job with its cuts, followed to its end.
	async fn job(&mut self, cuts: u32) -> Result<(u64, &'static str)> {
		let ordered = Ordered::new(&mut self.world, self.machine, self.offer, self.plan.units()).await?;
		let job = ordered.job;
		for moment in self.plan.moments() {
			if self.table.cuts() >= cuts {
				break;
			}
			self.cut_at(job, moment)
				.await
				.with_context(|| format!("job {job}, {}", moment.name()))?;
		}
		if self.plan.restarts_the_broker() {
			self.broker.restart().await?;
		}
		let (outcome, books) = ordered.settle(&mut self.world).await?;
		must_balance(&books)?;
		let view = self.world.chain.now().await?;
		let audit = self.world.auditor.up_to(view.number()).await?;
		ensure!(
			audit.failed_calls == 0,
			"job {job}: a call was refused in a block, so it was sent once more than it should: {}\nthe client's log ends with:\n{}",
			audit.last_failed.unwrap_or_default(),
			self.world.daemon.as_ref().map_or(String::new(), |daemon| daemon.log_tail())
		);
		let outcome = match outcome {
			Outcome::Completed => "done and paid",
			Outcome::GivenUp => "given up and refunded",
			other => anyhow::bail!("job {job} ended as {other:?}"),
		};
		self.table.ended(outcome);
		Ok((job, outcome))
	}

	/// Waits for the moment, cuts, and starts the client again. A job that ends another way never comes to some moments.
	async fn cut_at(&mut self, job: u64, moment: Moment) -> Result<()> {
		if !self.wait_for(job, moment).await? && !moment.needs_nothing() {
			return Ok(());
		}
		tokio::time::sleep(self.plan.delay(moment)).await;
		let daemon = self.world.daemon.as_mut().context("the daemon runs")?;
		daemon.process().ensure_running()?;
		daemon.kill().await?;
		// What it told before it was killed counts.
		while let Some(news) = daemon.next_news()? {
			self.table.heard(&news)?;
		}
		tokio::time::sleep(self.plan.darkness()).await;
		let started = Instant::now();
		let daemon = self.world.start_daemon()?;
		if moment != Moment::Starting {
			daemon.ready().await?;
			self.table.recovered(started.elapsed());
		}
		self.table.cut(moment.name());
		Ok(())
	}

	/// Whether the moment came before the job's end.
	async fn wait_for(&mut self, job: u64, moment: Moment) -> Result<bool> {
		let limit = Instant::now() + PATIENCE;
		loop {
			let daemon = self.world.daemon.as_mut().context("the daemon runs")?;
			daemon.process().ensure_running()?;
			while let Some(news) = daemon.next_news()? {
				self.table.heard(&news)?;
				if news.job == job && moment.is(&news) {
					return Ok(true);
				}
			}
			let view = self.world.chain.now().await?;
			let state = view.job(job).await?.map(|job| job.state);
			let over = matches!(state, None | Some(JobState::Delivered | JobState::Settled(_)));
			if moment.needs_nothing() || over || Instant::now() > limit {
				return Ok(false);
			}
			tokio::time::sleep(Duration::from_millis(20)).await;
		}
	}

	/// Stops in good order, when all that was put has reached the broker, and judges it.
	async fn end(mut self) -> Result<Table> {
		let daemon = self.world.daemon.as_mut().context("the daemon runs")?;
		daemon.ready().await?;
		let empty = |status: &Value| status["cloud"]["waiting"] == 0 && status["cloud"]["online"] == true;
		daemon.wait_for_status("the outbox to be empty", DRAIN, empty).await?;
		daemon.stop().await?;
		self.world.daemon = None;
		let broker = &mut self.broker;
		let quiet = wait_until("the broker's listener to have heard all", DRAIN, || {
			let missing = broker.heard().map(|heard| heard.missing());
			async move { missing.map(|missing| missing.is_empty().then_some(())) }
		});
		let quiet = quiet.await;
		let heard = self.broker.heard()?.clone();
		quiet.with_context(|| format!("messages that were put and never came: {:?}", heard.missing()))?;
		ensure!(
			heard.out_of_order.is_empty(),
			"messages out of order: {:?}",
			heard.out_of_order
		);
		self.table.messages = heard.numbers.len() as u64;
		self.table.repeated = heard.numbers.values().map(|times| u64::from(*times - 1)).sum();
		self.table.readings = heard.readings;
		let Self {
			world, broker, table, ..
		} = self;
		broker.stop().await?;
		world.stop().await?;
		Ok(table)
	}
}
