//! The machine's computer loses its power at random moments of running jobs, again and again, and nothing is lost, doubled
//! or run twice.
//!
//! A cut is a SIGKILL of the client between two of its instructions. Each job is cut several times: while it is accepted,
//! started, made, delivered, while the client starts again, and while nothing happens; and before all jobs some first starts
//! are, in which the client makes its stores.
//!
//! A killed process leaves to the kernel what it has written, so it loses less than a power cut takes. Half of the cuts are
//! therefore of a client whose stores are on a disk that [tears](torn): what was not forced to it is lost, or there in parts.
//! Both clients go on with what the other left, on the same files.

mod plan;
mod table;
pub mod torn;

pub use plan::{Cut, Moment, Plan};
pub use table::Table;

use crate::{
	broker::Broker,
	chain::{JobState, Outcome},
	client::{Daemon, News},
	ordered::{must_balance, Ordered},
	process::{free_port, wait_until},
	world::{MachineAccounts, World},
};
use anyhow::{bail, ensure, Context, Result};
use nix::sys::signal::Signal;
use serde_json::Value;
use std::{
	fs,
	os::unix::process::ExitStatusExt,
	time::{Duration, Instant},
};
use torn::{Aim, Torn};

/// How quick the blocks are.
const BLOCK_TIME: Duration = Duration::from_millis(250);
/// Whole tokens for bonds: each job that is given up costs one.
const BONDS: u64 = 10_000;
/// How long a moment may take to come; a job that goes another way does not come there.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often the client is started for the first time.
const FIRST_STARTS: u32 = 4;
/// How long a client that was told to cut its own power may take until it syncs.
const AIMED: Duration = Duration::from_secs(20);
/// The same while it starts, where it always does.
const AIMED_AT_A_START: Duration = Duration::from_secs(60);
/// How long it may be at that when its order is taken back.
const AFTER_ALL: Duration = Duration::from_millis(500);
/// How long the last messages may take to reach the broker.
const DRAIN: Duration = Duration::from_secs(60);

/// Cuts the power so often, by a plan that this seed makes.
///
/// # Errors
/// When anything is lost, doubled, run twice, or does not open again: what, and after which cut.
pub async fn cut(cuts: u32, seed: u64, mut tell: impl FnMut(&str)) -> Result<Table> {
	let mut run = Run::start(cuts, Plan::new(seed)).await?;
	tell(&format!("{} cuts of a client that makes its stores", run.table.cuts()));
	while !run.is_over() {
		let (job, outcome) = run.job().await?;
		tell(&format!(
			"job {job} {outcome}; {} of {cuts} cuts, {} messages at the broker",
			run.table.cuts(),
			run.broker.heard()?.numbers.len()
		));
	}
	run.end().await
}

struct Run {
	/// How many cuts there are to be.
	cuts: u32,
	/// How the next cut is.
	cut: Cut,
	world: World,
	machine: MachineAccounts,
	offer: u64,
	broker: Broker,
	plan: Plan,
	table: Table,
}

impl Run {
	async fn start(cuts: u32, mut plan: Plan) -> Result<Self> {
		let world = World::start(BLOCK_TIME, None).await?;
		let broker = Broker::start(world.folder()).await?;
		let text = fs::read_to_string(world.site.config())?;
		let machine = world.register().await?;
		world.fund(BONDS).await?;
		let offer = world.publish_offer().await?;
		let mut run = Self {
			cuts,
			cut: plan.cut(),
			world,
			machine,
			offer,
			broker,
			plan,
			table: Table::default(),
		};
		// Nobody listens there: what these outboxes number is never heard.
		let nobody = format!("mqtt://127.0.0.1:{}", free_port()?);
		run.world.site.configure(&with_stores(&text, &nobody))?;
		for _ in 0..FIRST_STARTS {
			run.first_start().await?;
		}
		run.world.site.configure(&with_stores(&text, &run.broker.url()))?;
		run.start_client()?.ready().await?;
		Ok(run)
	}

	fn is_over(&self) -> bool {
		self.table.cuts() >= self.cuts
	}

	/// Cuts a client that has no stores yet, starts it again, and ends it with all that it has.
	async fn first_start(&mut self) -> Result<()> {
		if !self.is_over() {
			self.cut_a_start(Moment::Making).await.context("the first start")?;
			self.start_client()?.ready().await?;
			let mut daemon = self.world.daemon.take().context("the daemon runs")?;
			daemon.stop().await?;
			self.nothing_is_put_aside()?;
			fs::remove_dir_all(self.world.site.state())?;
		}
		Ok(())
	}

	/// A history that cannot be read is put aside, and nothing stops for it: that is to be seen here.
	fn nothing_is_put_aside(&self) -> Result<()> {
		let aside = self.world.site.state().join("history.redb.damaged");
		ensure!(
			!aside.exists(),
			"a power cut has damaged the history: {}",
			aside.display()
		);
		Ok(())
	}

	/// Starts the client that is to be cut next.
	fn start_client(&mut self) -> Result<&mut Daemon> {
		self.world.site.use_program(self.cut.program());
		let started = self.world.start_daemon().map(drop);
		// The commands are the usual client's.
		self.world.site.use_program(Cut::Plain.program());
		started?;
		self.daemon()
	}

	fn daemon(&mut self) -> Result<&mut Daemon> {
		self.world.daemon.as_mut().context("the daemon runs")
	}

	/// One job with its cuts, followed to its end.
	async fn job(&mut self) -> Result<(u64, &'static str)> {
		let ordered = Ordered::new(&mut self.world, self.machine, self.offer, self.plan.units()).await?;
		let job = ordered.job;
		for moment in self.plan.moments() {
			if self.is_over() {
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
			other => bail!("job {job} ended as {other:?}"),
		};
		self.table.ended(outcome);
		Ok((job, outcome))
	}

	/// Waits for the moment, cuts, and starts the client again. A job that ends another way never comes to some moments.
	async fn cut_at(&mut self, job: u64, moment: Moment) -> Result<()> {
		if !self.wait_for(job, moment).await? && !moment.needs_nothing() {
			return Ok(());
		}
		if moment == Moment::Starting {
			self.go_dark(Moment::Idle, None).await?;
			if !self.is_over() {
				self.cut_a_start(moment).await?;
			}
		} else {
			let aim = self.aim(moment)?;
			if aim.is_none() {
				tokio::time::sleep(self.plan.delay(moment)).await;
			}
			self.go_dark(moment, aim.map(|_| AIMED)).await?;
		}
		let started = Instant::now();
		self.start_client()?.ready().await?;
		self.table.recovered(started.elapsed());
		Ok(())
	}

	/// Starts the client and cuts it before it is ready, or soon after.
	async fn cut_a_start(&mut self, moment: Moment) -> Result<()> {
		// It must have its order before it opens its stores.
		let aim = self.plan.aim(moment);
		if let Some(aim) = &aim {
			aim.order(self.world.site.folder())?;
		}
		self.start_client()?;
		let aimed = aim.is_some() && self.cut == Cut::Torn;
		if !aimed {
			tokio::time::sleep(self.plan.delay(moment)).await;
		}
		self.go_dark(moment, aimed.then_some(AIMED_AT_A_START)).await
	}

	/// Tells a client that tears to cut its own power, perhaps.
	fn aim(&mut self, moment: Moment) -> Result<Option<Aim>> {
		if self.cut == Cut::Plain {
			return Ok(None);
		}
		let aim = self.plan.aim(moment);
		if let Some(aim) = &aim {
			aim.order(self.world.site.folder())?;
		}
		Ok(aim)
	}

	/// The power goes: the client cuts it itself if it was told so and comes to it within `aimed`; or else it is killed.
	async fn go_dark(&mut self, moment: Moment, aimed: Option<Duration>) -> Result<()> {
		let folder = self.world.site.folder().to_owned();
		let daemon = self.daemon()?;
		let mut amid = match aimed {
			Some(limit) => cuts_itself(daemon, limit).await?,
			None => false,
		};
		Aim::take_back(&folder)?;
		if aimed.is_some() && !amid {
			// It may be about to.
			amid = cuts_itself(daemon, AFTER_ALL).await?;
		}
		if !amid {
			daemon.process().ensure_running()?;
			daemon.kill().await?;
		}
		// What it told before it was killed counts.
		let daemon = self.world.daemon.as_mut().context("the daemon runs")?;
		while let Some(news) = daemon.next_news()? {
			self.table.heard(&news)?;
		}
		self.table.cut(moment.name(), self.cut, amid);
		self.cut = self.plan.cut();
		tokio::time::sleep(self.plan.darkness()).await;
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
		let written = |status: &Value| {
			let history = &status["history"];
			history["bytes"].as_u64().is_some_and(|bytes| bytes > 0) && history["trouble"].is_null()
		};
		daemon
			.wait_for_status("the history to be written", DRAIN, written)
			.await?;
		daemon.stop().await?;
		self.world.daemon = None;
		self.nothing_is_put_aside()?;
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
		self.table.torn = Torn::all(self.world.site.folder())?;
		let Self {
			world, broker, table, ..
		} = self;
		broker.stop().await?;
		world.stop().await?;
		Ok(table)
	}
}

/// With a line to this broker, and a history that is written often.
fn with_stores(config: &str, broker: &str) -> String {
	format!(
		"{config}\n[cloud]\nbroker = \"{broker}\"\nclient_id = \"press\"\ngather_ms = 200\n[history]\nkeep = true\nflush_seconds = 1\n"
	)
}

/// Whether the client cuts its own power within `limit`. That it ends in any other way is an error.
async fn cuts_itself(daemon: &mut Daemon, limit: Duration) -> Result<bool> {
	match daemon.process().wait(limit).await {
		Ok(status) if status.signal() == Some(Signal::SIGKILL as i32) => Ok(true),
		Ok(status) => bail!("the client ended ({status}); its log ends with:\n{}", daemon.log_tail()),
		// It runs.
		Err(_) => Ok(false),
	}
}
