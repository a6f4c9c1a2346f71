//! The machine as the manager shows it: the page for people and its JSON-RPC are in `iot-manager`, and what they show and
//! change is answered here.
//!
//! ```text
//! news, status ─── follower ─── memory ───┐
//! chain ─── purse (when somebody asks) ───┼── front ── iot-manager ── people
//! rules, configuration ── text files ─────┤
//! log, measurements, figures ─────────────┘
//! ```
//!
//! While nobody looks, only the follower does anything: it takes note of what happens to jobs.

mod answers;
mod board_test;
mod channels;
mod jobs;
mod papers;
mod problems;
mod serving;
mod text;
mod wallet;

pub(super) use serving::serve;

use super::{
	history::Measured,
	news::News,
	run::Calls,
	site::Site,
	status::{now_ms, Snapshot},
};
use crate::{config::Config, evidence::Evidence};
use iot_manager::api::StoryLine;
use jobs::Memory;
use serde_json::{json, Value};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use text::KnownText;
use tokio::{
	sync::{broadcast, watch},
	task::spawn_blocking,
};
use tokio_util::sync::CancellationToken;
use wallet::Purse;

/// Lines of stories that a slow listener may be behind before it loses some.
const QUEUE: usize = 256;

/// What the front shows beside the site.
pub(super) struct World {
	/// What reaches the daemon from outside.
	pub calls: Calls,
	/// The configuration that is in force.
	pub in_force: watch::Receiver<Arc<Config>>,
	/// What the channels measure; nothing while it is begun anew.
	pub measured: watch::Receiver<Option<Measured>>,
}

/// The machine as it is shown.
pub(super) struct Front {
	site: Site,
	world: World,
	/// When the daemon was started.
	started: u64,
	status: watch::Sender<Arc<Value>>,
	memory: Mutex<Memory>,
	news: broadcast::Sender<(u64, StoryLine)>,
	purse: Purse,
	/// Of the rules' file.
	rules_text: Arc<Mutex<KnownText>>,
	/// One text is saved at a time.
	saving: tokio::sync::Mutex<()>,
}

impl Front {
	/// Of this site.
	pub fn new(site: Site, world: World) -> Arc<Self> {
		let status = Arc::new(in_json(&site.notices.shown()));
		Arc::new(Self {
			started: now_ms(),
			status: watch::Sender::new(status),
			memory: Mutex::default(),
			news: broadcast::channel(QUEUE).0,
			purse: Purse::default(),
			rules_text: Arc::default(),
			saving: tokio::sync::Mutex::default(),
			site,
			world,
		})
	}

	/// Takes note of what happens until `stop` is cancelled.
	pub async fn follow(self: Arc<Self>, stop: CancellationToken) {
		let (mut news, mut shown) = (self.site.herald.listen(), self.site.notices.watch());
		shown.mark_changed();
		loop {
			tokio::select! {
				() = stop.cancelled() => return,
				Ok(()) = shown.changed() => {
					let snapshot = shown.borrow_and_update().clone();
					self.see(&snapshot);
				},
				piece = news.recv() => match piece {
					Ok(piece) => self.hear(&piece),
					Err(broadcast::error::RecvError::Lagged(missed)) => tracing::debug!(missed, "news was missed"),
					Err(broadcast::error::RecvError::Closed) => return,
				},
			}
		}
	}

	fn see(self: &Arc<Self>, snapshot: &Snapshot) {
		self.status.send_replace(Arc::new(in_json(snapshot)));
		// Before a node has answered nobody knows which jobs there are.
		if snapshot.machine.is_none() {
			return;
		}
		for job in self.memory().see(&snapshot.jobs, now_ms()) {
			let front = self.clone();
			let folder = self.site.config.state_dir.clone();
			spawn_blocking(move || {
				if matches!(Evidence::newest_path(&folder, job), Ok(Some(_))) {
					front.memory().has_evidence(job);
				}
			});
		}
	}

	fn hear(&self, piece: &News) {
		let line = self.memory().hear(piece, now_ms());
		if let Some(line) = line {
			// Nobody listening is fine.
			let _ = self.news.send((piece.job, line));
		}
	}

	fn memory(&self) -> MutexGuard<'_, Memory> {
		self.memory.lock().unwrap_or_else(PoisonError::into_inner)
	}

	/// What the channels measure.
	fn measured(&self) -> Option<Measured> {
		self.world.measured.borrow().clone()
	}
}

/// As `iot-client status --json` shows the daemon. What it shows of the chain beside comes from a node of its own.
fn in_json(snapshot: &Snapshot) -> Value {
	json!({ "daemon": snapshot })
}
