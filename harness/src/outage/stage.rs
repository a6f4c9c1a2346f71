//! Node, broker, board and client with a line to the broker, and what all runs do with them.

use super::{full_disk::SmallDisk, memory::Sampler};
use crate::{
	broker::{Broker, Heard},
	chain::Outcome,
	client::{Daemon, News, Site},
	demo::books::Books,
	ordered::{must_balance, Ordered},
	process::wait_until,
	world::{MachineAccounts, World},
};
use anyhow::{ensure, Context, Result};
use serde_json::Value;
use std::{
	collections::{BTreeMap, BTreeSet},
	fs,
	time::{Duration, Instant},
};
use tokio::time::sleep;

/// How quick the blocks are: a call is good for 64 of them, which must suffice on a busy computer.
const BLOCK_TIME: Duration = Duration::from_secs(1);
/// Whole tokens for bonds: a job that is given up costs one.
const BONDS: u64 = 100;
/// How long what waits may take to reach the broker.
pub(super) const DRAIN: Duration = Duration::from_secs(900);
/// The board's shortest interval, in ms.
const STREAM_MS: u32 = 20;
/// How often things are looked at.
pub(super) const LOOK: Duration = Duration::from_millis(200);

/// Node, broker, board and client.
pub(super) struct Stage {
	/// Where the client's state is, if that has a disk of its own: it goes before the folder that it is in.
	pub disk: Option<SmallDisk>,
	pub world: World,
	pub machine: MachineAccounts,
	pub offer: u64,
	pub broker: Broker,
	/// Jobs for which the machine has begun to move.
	begun: BTreeSet<u64>,
	/// Why the machine stopped within a job, by job.
	pub aborted: BTreeMap<u64, String>,
	/// Process id of the client.
	pub pid: u32,
}

/// What came of a whole run.
pub(super) struct Ended {
	/// What the broker was given.
	pub heard: Heard,
	/// The last status of the client.
	pub status: Value,
}

impl Stage {
	/// Starts all but the client, which gets `more` of a configuration.
	pub async fn set(more: &str) -> Result<Self> {
		let world = World::start(BLOCK_TIME, None).await?;
		let broker = Broker::start(world.folder()).await?;
		let text = fs::read_to_string(world.site.config())?;
		let text = Site::streaming(&text, STREAM_MS);
		world.site.configure(&format!(
			"{text}\n[cloud]\nbroker = \"{}\"\nclient_id = \"press\"\ngather_ms = 200\n{more}",
			broker.url()
		))?;
		let machine = world.register().await?;
		world.fund(BONDS).await?;
		let offer = world.publish_offer().await?;
		Ok(Self {
			disk: None,
			world,
			machine,
			offer,
			broker,
			begun: BTreeSet::new(),
			aborted: BTreeMap::new(),
			pid: 0,
		})
	}

	/// Starts the client, and has a first job done: from here on it has all the memory that it needs.
	pub async fn open(&mut self) -> Result<()> {
		let daemon = self.world.start_daemon()?;
		daemon.ready().await?;
		self.pid = daemon.process().pid().context("the client runs")?;
		self.job(1).await
	}

	pub fn daemon(&mut self) -> Result<&mut Daemon> {
		self.world.own_daemon()
	}

	/// Looks at the client's memory from now on.
	pub fn sampler(&self) -> Sampler {
		Sampler::start(self.pid)
	}

	pub async fn order(&mut self, units: u32) -> Result<Ordered> {
		Ordered::new(&mut self.world, self.machine, self.offer, units).await
	}

	/// A job that is done and paid, everybody having what is his.
	pub async fn job(&mut self, units: u32) -> Result<()> {
		let ordered = self.order(units).await?;
		let job = ordered.job;
		let outcome = self.settle(ordered).await?;
		ensure!(outcome == Outcome::Completed, "job {job} ended as {outcome:?}");
		Ok(())
	}

	/// Follows a job to its end: everybody has what is his, and no call was sent that a block refused.
	pub async fn settle(&mut self, ordered: Ordered) -> Result<Outcome> {
		let job = ordered.job;
		let (outcome, books) = self.follow(ordered).await?;
		must_balance(&books).with_context(|| format!("job {job}"))?;
		Ok(outcome)
	}

	/// The same while another job is open, which the books show too: they are not judged.
	pub async fn follow(&mut self, ordered: Ordered) -> Result<(Outcome, Books)> {
		let job = ordered.job;
		let settled = ordered.settle(&mut self.world).await;
		let (outcome, books) = settled.with_context(|| format!("job {job}"))?;
		let view = self.world.chain.now().await?;
		let audit = self.world.auditor.up_to(view.number()).await?;
		ensure!(
			audit.failed_calls == 0,
			"a call was refused in a block, so it was sent once more than it should: {}",
			audit.last_failed.unwrap_or_default()
		);
		self.listen()?;
		Ok((outcome, books))
	}

	/// Reads what the client tells; it must run, and begin no job twice.
	pub fn listen(&mut self) -> Result<Vec<News>> {
		let daemon = self.world.own_daemon()?;
		daemon.process().ensure_running()?;
		let mut told = Vec::new();
		while let Some(news) = daemon.next_news()? {
			if news.event == "started" {
				ensure!(self.begun.insert(news.job), "job {} is run a second time", news.job);
			}
			if news.event == "aborted" {
				self.aborted.insert(news.job, news.text("reason").to_owned());
			}
			told.push(news);
		}
		Ok(told)
	}

	/// Whether the machine has begun to move for a job.
	pub fn has_begun(&self, job: u64) -> bool {
		self.begun.contains(&job)
	}

	/// Waits until the client tells this of a job.
	pub async fn wait_for(&mut self, job: u64, event: &str, limit: Duration) -> Result<()> {
		let until = Instant::now() + limit;
		while !self.listen()?.iter().any(|news| news.job == job && news.event == event) {
			ensure!(
				Instant::now() < until,
				"the client did not tell \"{event}\" of job {job} within {limit:?}; its log ends with:\n{}",
				self.daemon()?.log_tail()
			);
			sleep(LOOK).await;
		}
		Ok(())
	}

	/// Ends it all in good order, the board first, so that the last reading is known.
	pub async fn end(mut self) -> Result<Ended> {
		if let Some(board) = &mut self.world.board {
			board.stop().await?;
		}
		self.world.board = None;
		let rest = |status: &Value| {
			let cloud = &status["cloud"];
			status["board"]["online"] == false && cloud["waiting"] == 0 && cloud["online"] == true
		};
		let daemon = self.world.own_daemon()?;
		daemon.wait_for_status("the outbox to be empty", DRAIN, rest).await?;
		// It tells once more that it has nothing, when the last of the board is gathered.
		sleep(Duration::from_secs(6)).await;
		let status = daemon.wait_for_status("the outbox to be empty", DRAIN, rest).await?;
		daemon.stop().await?;
		self.world.daemon = None;
		self.disk = None;
		let heard = hear_all(&mut self.broker).await?;
		let Self { world, broker, .. } = self;
		broker.stop().await?;
		world.stop().await?;
		Ok(Ended { heard, status })
	}
}

/// Waits until the listener has heard everything, or nothing came for a while; what is missing then is for others to judge.
async fn hear_all(broker: &mut Broker) -> Result<Heard> {
	let (mut before, mut since) = (0, Instant::now());
	wait_until("the broker's listener to be quiet", DRAIN, || {
		let heard = broker
			.heard()
			.map(|heard| (heard.numbers.len(), heard.missing().is_empty()));
		let quiet = heard.map(|(count, whole)| {
			if count != before {
				(before, since) = (count, Instant::now());
			}
			let patience = Duration::from_secs(if whole { 3 } else { 15 });
			(since.elapsed() > patience).then_some(())
		});
		async move { quiet }
	})
	.await?;
	broker.heard().cloned()
}

impl Ended {
	/// Fails unless all that was measured arrived in order.
	pub fn must_be_whole(&self) -> Result<()> {
		let missing = self.heard.missing();
		ensure!(missing.is_empty(), "messages that were put and never came: {missing:?}");
		self.must_be_in_order()?;
		let measured = self.status["board"]["readings"].as_u64().unwrap_or_default();
		ensure!(
			self.heard.readings == measured,
			"the client had {measured} readings of the board, and {} arrived",
			self.heard.readings
		);
		Ok(())
	}

	pub fn must_be_in_order(&self) -> Result<()> {
		let late = &self.heard.out_of_order;
		ensure!(late.is_empty(), "messages out of order: {late:?}");
		Ok(())
	}

	/// How many messages came more than once.
	pub fn repeated(&self) -> u64 {
		self.heard
			.numbers
			.values()
			.map(|times| u64::from(times.saturating_sub(1)))
			.sum()
	}
}
