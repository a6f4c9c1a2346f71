//! The machine's line to the cloud: what the board measures and what happens goes into an outbox, and from there to the
//! broker whenever that answers.
//!
//! ```text
//! board ───┐
//! news ────┼── feed ── keeper (a thread) ── outbox ── bridge ── broker
//! alarms ──┘                                            └── commands
//! ```
//!
//! Nothing here can hold up the machine: what cannot be put is counted and said, and an outbox that cannot be opened is taken
//! into use as soon as it can be.

mod commands;
mod feed;
mod gather;
mod keeper;

use super::{site::Site, status::CloudStatus};
use crate::{
	board::{BoardState, Signal},
	config::CloudSection,
	disk::Disk,
};
use commands::Clerk;
pub use commands::COMMANDS;
use feed::Feed;
use iot_cloud::{ChannelFact, Cloud, CloudHandle, MachineFacts, NumberFolder, OutboxSource, Scale, World};
use iot_outbox::{Outbox, SystemClock};
use keeper::{Keeper, Kept};
use std::{path::Path, sync::Arc, time::Duration};
use tokio::{
	sync::{broadcast::Receiver, mpsc, oneshot},
	task::JoinHandle,
	time::{interval, sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// Commands that may wait.
const QUEUE: usize = 8;
/// How often the figures are shown.
const SHOWN: Duration = Duration::from_secs(5);
/// How long to wait when a file that is needed for the broker cannot be used.
const AGAIN: Duration = Duration::from_secs(60);
/// How long the board may take to say what it is, before the broker is greeted without its channels.
const BOARD_LIMIT: Duration = Duration::from_secs(10);

/// What the alarms about the outbox and the line are filed under.
const OUTBOX: &str = "outbox";
const CLOUD: &str = "cloud";
/// Where the outbox and the small numbers are, below the folder for state.
const OUTBOX_FILE: &str = "cloud.outbox";
const NUMBERS: &str = "cloud";

/// What the line consists of.
struct Line {
	section: CloudSection,
	site: Site,
	outbox: Outbox,
	world: World,
	keeper: Keeper,
}

/// Begins to fill the outbox and to carry it to the broker, until `stop` is cancelled. What cannot be opened is an alarm, and
/// tried again.
pub(super) fn start(
	disk: Arc<dyn Disk>,
	section: CloudSection,
	site: &Site,
	signals: Receiver<Signal>,
	stop: CancellationToken,
) -> JoinHandle<()> {
	let clock = Arc::new(SystemClock::new());
	let open = {
		let (path, limits, clock) = (site.config.state_dir.join(OUTBOX_FILE), section.outbox, clock.clone());
		Box::new(move || Outbox::open_at(disk.clone(), &path, limits, clock.clone()))
	};
	let (keeper, Kept { opened, ended }) = Keeper::start(open, site.notices.clone());
	let feed = Feed {
		board: site.board.clone(),
		signals,
		herald: site.herald.clone(),
		notices: site.notices.clone(),
		keeper: keeper.clone(),
		every: section.gather,
	};
	let feeding = tokio::spawn(feed.run(stop.clone()));
	let site = site.clone();
	tokio::spawn(async move {
		carry(section, site, (clock, keeper), opened, &stop).await;
		let _ = feeding.await;
		// All of it is in the outbox, which somebody else may open now.
		let _ = ended.await;
	})
}

/// Carries the outbox to the broker as soon as it is open.
async fn carry(
	section: CloudSection,
	site: Site,
	(clock, keeper): (Arc<SystemClock>, Keeper),
	opened: oneshot::Receiver<Outbox>,
	stop: &CancellationToken,
) {
	let Some(Ok(outbox)) = stop.run_until_cancelled(opened).await else {
		return;
	};
	let folder = site.config.state_dir.clone();
	let Some(numbers) = stop.run_until_cancelled(numbers(&folder.join(NUMBERS), &site)).await else {
		return;
	};
	let source = OutboxSource::new(outbox.clone(), folder.join("cloud-aside"), clock);
	let chain = site.chain.clone();
	let world = World {
		source: Arc::new(source),
		numbers: Arc::new(numbers),
		// Commands expire by the chain's clock, as everything does that has a term.
		time: Arc::new(move || chain.heads().borrow().as_ref().map(|head| head.time.unix)),
	};
	let line = Line {
		section,
		site,
		outbox,
		world,
		keeper,
	};
	line.run(stop.clone()).await;
}

/// The folder of small numbers, as soon as there is one.
async fn numbers(folder: &Path, site: &Site) -> NumberFolder {
	loop {
		match NumberFolder::open(folder) {
			Ok(numbers) => {
				site.notices.trouble(CLOUD, None);
				return numbers;
			}
			Err(error) => {
				let text = format!(
					"there is no line to the cloud: {} cannot be made: {error}; make room on its disk, or see whose it is; it is tried again",
					folder.display()
				);
				tracing::error!("{text}");
				site.notices.trouble(CLOUD, Some(text));
				sleep(AGAIN).await;
			}
		}
	}
}

/// Nothing is told of a line that there is no more.
pub(super) fn forget(site: &Site) {
	site.notices.forget_cloud();
	site.notices.trouble(OUTBOX, None);
	site.notices.trouble(CLOUD, None);
}

impl Line {
	/// Has a bridge as long as the machine is what it is, and another when its channels have changed.
	async fn run(self, stop: CancellationToken) {
		let mut states = self.site.board.watch_state();
		let online = states.wait_for(|state| matches!(state, BoardState::Online(_)));
		let _ = stop.run_until_cancelled(timeout(BOARD_LIMIT, online)).await;
		while !stop.is_cancelled() {
			let facts = self.facts();
			let ended = stop.child_token();
			let (commands, requests) = mpsc::channel(QUEUE);
			let bridge = self.section.bridge.clone();
			let started = Cloud::start(bridge, self.world.clone(), facts.clone(), commands, ended.clone());
			let (handle, task) = match started {
				Ok(started) => started,
				Err(error) => {
					tracing::error!(%error, "there is no line to the cloud; the outbox keeps what there is to tell");
					let _ = stop.run_until_cancelled(sleep(AGAIN)).await;
					continue;
				}
			};
			let clerk = tokio::spawn(Clerk::new(self.site.clone()).run(requests));
			self.show_until_changed(&handle, &facts, &stop).await;
			ended.cancel();
			let _ = task.await;
			clerk.abort();
		}
	}

	/// Shows the figures until the machine's channels are others than these.
	async fn show_until_changed(&self, handle: &CloudHandle, facts: &MachineFacts, stop: &CancellationToken) {
		let (mut states, mut tick) = (self.site.board.watch_state(), interval(SHOWN));
		loop {
			tokio::select! {
				() = stop.cancelled() => return,
				Ok(()) = states.changed() => {
					let online = matches!(*states.borrow_and_update(), BoardState::Online(_));
					if online && self.facts() != *facts {
						tracing::info!("the machine's channels have changed; the broker is greeted anew");
						return;
					}
				},
				_ = tick.tick() => self.show(handle).await,
			}
		}
	}

	async fn show(&self, handle: &CloudHandle) {
		let (outbox, state, lost) = (self.outbox.clone(), handle.state(), self.keeper.lost());
		let stats = tokio::task::spawn_blocking(move || outbox.stats()).await;
		if let Ok(stats) = stats {
			let full = stats.disk_full.then(|| {
				let path = self.site.config.state_dir.join(OUTBOX_FILE);
				format!(
					"the disk of {} is full: readings that wait for the cloud make room for alarms and events; free some space",
					path.display()
				)
			});
			self.site.notices.trouble(OUTBOX, full);
			self.site.notices.show_cloud(CloudStatus::new(&state, &stats, lost));
		}
	}

	/// The machine as the cloud is told of it: its id, or its key as long as it has none.
	fn facts(&self) -> MachineFacts {
		let id = self.site.config.machine.id.map(crate::parse::hex);
		let channels = self.site.board.info().map_or_else(
			|_| Vec::new(),
			|board| {
				let channels = board.channels.iter();
				let fact = |channel: &bpiiot_protocol::ChannelInfo| ChannelFact {
					unit: channel.unit.symbol().to_owned(),
					scale: Scale {
						zero: channel.scale.zero.into(),
						multiplier: channel.scale.multiplier,
						divisor: channel.scale.divisor,
					},
				};
				channels
					.map(|channel| (channel.name.as_str().to_owned(), fact(channel)))
					.collect()
			},
		);
		MachineFacts {
			id: id.unwrap_or_else(|| self.site.key.to_string()),
			channels: channels.into_iter().collect(),
		}
	}
}

#[cfg(test)]
mod tests;
