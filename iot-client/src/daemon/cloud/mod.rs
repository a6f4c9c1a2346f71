//! The machine's line to the cloud: what the board measures and what happens goes into an outbox, and from there to the
//! broker whenever that answers.
//!
//! ```text
//! board ───┐
//! news ────┼── feed ── keeper (a thread) ── outbox ── bridge ── broker
//! alarms ──┘                                            └── commands
//! ```
//!
//! Nothing here can hold up the machine: what cannot be put is counted and said.

mod commands;
mod feed;
mod gather;
mod keeper;

use super::{site::Site, status::CloudStatus};
use crate::{board::BoardState, config::CloudSection};
use commands::Clerk;
pub use commands::COMMANDS;
use feed::Feed;
use iot_cloud::{ChannelFact, Cloud, CloudHandle, MachineFacts, NumberFolder, OutboxSource, Scale, World};
use iot_outbox::{Disk, Outbox, OutboxError, SystemClock};
use keeper::Keeper;
use std::{io, sync::Arc, time::Duration};
use tokio::{
	sync::mpsc,
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

/// Why there is no line to the cloud.
#[derive(Debug, thiserror::Error)]
pub enum CloudFault {
	/// The outbox.
	#[error(transparent)]
	Outbox(#[from] OutboxError),
	/// The folder for small numbers.
	#[error("cannot keep the cloud's numbers in state_dir: {0}")]
	Numbers(#[from] io::Error),
}

/// What the line consists of.
struct Line {
	section: CloudSection,
	site: Site,
	outbox: Outbox,
	world: World,
	keeper: Keeper,
}

/// Begins to fill the outbox and to carry it to the broker, until `stop` is cancelled.
///
/// # Errors
/// When the outbox cannot be opened. That the broker cannot be reached is no error.
pub(super) fn start(
	disk: Arc<dyn Disk>,
	section: CloudSection,
	site: &Site,
	stop: CancellationToken,
) -> Result<JoinHandle<()>, CloudFault> {
	let signals = site.board.signals();
	let (folder, clock) = (&site.config.state_dir, Arc::new(SystemClock::new()));
	let outbox = Outbox::open_at(disk, &folder.join("cloud.outbox"), section.outbox, clock.clone())?;
	let source = OutboxSource::new(outbox.clone(), folder.join("cloud-aside"), clock);
	let chain = site.chain.clone();
	let world = World {
		source: Arc::new(source),
		numbers: Arc::new(NumberFolder::open(&folder.join("cloud"))?),
		// Commands expire by the chain's clock, as everything does that has a term.
		time: Arc::new(move || chain.heads().borrow().as_ref().map(|head| head.time.unix)),
	};
	let (keeper, kept) = Keeper::start(outbox.clone());
	let feed = Feed {
		board: site.board.clone(),
		signals,
		herald: site.herald.clone(),
		notices: site.notices.clone(),
		keeper: keeper.clone(),
		every: section.gather,
	};
	let line = Line {
		section,
		site: site.clone(),
		outbox,
		world,
		keeper,
	};
	let feeding = tokio::spawn(feed.run(stop.clone()));
	Ok(tokio::spawn(async move {
		line.run(stop).await;
		let _ = feeding.await;
		// All of it is in the outbox, which somebody else may open now.
		let _ = kept.await;
	}))
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
