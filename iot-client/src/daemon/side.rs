//! What goes on beside the jobs: the owner's rules, what is measured, the line to the cloud and the manager. Each part can be put
//! into force anew without the others, and without the jobs, when the configuration has changed.
//!
//! A part that cannot begin is an alarm. It never keeps the machine from its work.

use super::{
	cloud,
	history::{self, Measured, Store},
	manager::{self, Front, World},
	rules::Watch,
	run::Calls,
	site::Site,
};
use crate::{
	board::Signal,
	config::{Config, ConfigError},
};
use iot_history::Limits;
use std::{future::Future, sync::Arc, time::Duration};
use tokio::{
	sync::{broadcast::Receiver, watch},
	task::{spawn_blocking, JoinHandle},
	time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// How long a part may take to come to rest.
const LIMIT: Duration = Duration::from_secs(15);
/// How long whoever looks on by the manager has to hear that it ends.
const FAREWELL: Duration = Duration::from_millis(500);
/// What the alarm about the configuration is filed under.
const CONFIGURATION: &str = "configuration";

/// What goes on beside the jobs.
pub(super) struct SideWork {
	/// With the configuration that is in force.
	site: Site,
	calls: Calls,
	in_force: watch::Sender<Arc<Config>>,
	/// What the channels measure, if that is kept or shown.
	measured: watch::Sender<Option<Measured>>,
	front: Option<Arc<Front>>,
	rules: Option<Part>,
	history: Option<Part>,
	cloud: Option<Part>,
	follower: Option<Part>,
	manager: Option<Part>,
}

/// A part that runs.
struct Part {
	what: &'static str,
	stop: CancellationToken,
	task: JoinHandle<()>,
}

impl Part {
	fn start<Work>(what: &'static str, work: impl FnOnce(CancellationToken) -> Work) -> Self
	where
		Work: Future<Output = ()> + Send + 'static,
	{
		let stop = CancellationToken::new();
		let task = tokio::spawn(work(stop.clone()));
		Self { what, stop, task }
	}

	/// Ends it, but does not wait for ever.
	async fn end(self) {
		self.stop.cancel();
		let aborts = self.task.abort_handle();
		if timeout(LIMIT, self.task).await.is_err() {
			aborts.abort();
			tracing::warn!("{} did not come to rest in time", self.what);
		}
	}
}

impl SideWork {
	/// Begins everything that the configuration names. The cloud is told what the board has `said` up to now, too.
	pub fn start(site: Site, said: Receiver<Signal>, calls: Calls) -> Self {
		let mut side = Self {
			in_force: watch::Sender::new(site.config.clone()),
			measured: watch::Sender::new(None),
			site,
			calls,
			front: None,
			rules: None,
			history: None,
			cloud: None,
			follower: None,
			manager: None,
		};
		side.begin_rules();
		side.begin_history();
		side.begin_cloud(said);
		side.begin_manager();
		side
	}

	/// Reads the configuration anew whenever somebody wants it, until `stop` is cancelled; then ends everything.
	pub async fn run(mut self, stop: CancellationToken) {
		let reload = self.calls.reload.clone();
		while stop.run_until_cancelled(reload.notified()).await.is_some() {
			self.reload().await;
		}
		for part in [&mut self.rules, &mut self.history, &mut self.cloud] {
			end(part).await;
		}
		// The manager last: it tells of the rest of all, and that takes those who look on a moment.
		if self.manager.is_some() {
			sleep(FAREWELL).await;
		}
		end(&mut self.follower).await;
		end(&mut self.manager).await;
	}

	/// Puts into force what has changed and needs no restart. A file that is wrong changes nothing.
	async fn reload(&mut self) {
		let newer = match self.load().await {
			Ok(newer) => newer,
			Err(error) => {
				let text = format!("the configuration was not read anew, and what was in force stays so: {error}");
				tracing::error!("{text}");
				self.site.notices.trouble(CONFIGURATION, Some(text));
				return;
			}
		};
		self.site.notices.trouble(CONFIGURATION, None);
		let restart = self.site.config.needing_restart(&newer);
		if !restart.is_empty() {
			tracing::warn!(sections = %restart.join(", "), "these sections have changed and are in force only after a restart");
		}
		let before = self.site.config.clone();
		let now = Arc::new(before.reloaded(&newer));
		self.site.config = now.clone();
		self.in_force.send_replace(now.clone());
		if before.rules != now.rules {
			end(&mut self.rules).await;
			self.site.notices.end_of_rules();
			self.begin_rules();
		}
		if measures(&before) != measures(&now) {
			self.measured.send_replace(None);
			end(&mut self.history).await;
			self.begin_history();
		}
		if before.cloud != now.cloud {
			end(&mut self.cloud).await;
			cloud::forget(&self.site);
			self.begin_cloud(self.site.board.signals());
		}
		// Who looks at values does so through the history.
		if before.manager != now.manager || before.history != now.history {
			end(&mut self.manager).await;
			self.begin_manager();
		}
		// Those that have begun just now read them anyway.
		if now.rules.is_some() && before.rules == now.rules {
			self.site.notices.reread_rules().await;
		}
		tracing::info!("the configuration was read anew");
	}

	async fn load(&self) -> Result<Config, Box<dyn std::error::Error + Send + Sync>> {
		let source = self.calls.source.clone();
		let read: Result<Config, ConfigError> = spawn_blocking(move || source.load()).await?;
		Ok(read?)
	}

	fn begin_rules(&mut self) {
		self.rules = self.site.config.rules.clone().map(|path| {
			let watch = Watch::new(path, self.site.clone());
			Part::start("the watch by the rules", |stop| watch.run(stop))
		});
	}

	fn begin_history(&mut self) {
		let (limits, is_shown) = measures(&self.site.config);
		let kept = limits.map(|limits| Store::new(self.calls.disk.clone(), limits, &self.site));
		let kept = kept.transpose();
		let trouble = kept.as_ref().err().map(|error| format!("no history is kept: {error}"));
		history::say(&self.site, trouble);
		let store = kept.unwrap_or_default();
		if store.is_none() && !is_shown {
			return;
		}
		let stop = CancellationToken::new();
		let (measured, task) = history::start(store, self.site.board.clone(), stop.clone());
		self.measured.send_replace(Some(measured));
		self.history = Some(Part {
			what: "the history",
			stop,
			task,
		});
	}

	fn begin_cloud(&mut self, said: Receiver<Signal>) {
		if let Some(section) = &self.site.config.cloud {
			let stop = CancellationToken::new();
			self.cloud = Some(Part {
				what: "the line to the cloud; what it had to tell is in the outbox, and it",
				task: cloud::start(self.calls.disk.clone(), section.clone(), &self.site, said, stop.clone()),
				stop,
			});
		}
	}

	fn begin_manager(&mut self) {
		let Some(section) = self.site.config.manager.clone() else {
			return;
		};
		let front = self.front.get_or_insert_with(|| {
			let world = World {
				calls: self.calls.clone(),
				in_force: self.in_force.subscribe(),
				measured: self.measured.subscribe(),
			};
			let front = Front::new(self.site.clone(), world);
			let follower = front.clone();
			self.follower = Some(Part::start("the memory of jobs", |stop| async move {
				follower.follow(stop).await;
			}));
			front
		});
		let front = front.clone();
		self.manager = Some(Part::start("the manager", |stop| manager::serve(front, section, stop)));
	}
}

/// What of the channels is to be kept, and whether somebody may look at them.
fn measures(config: &Config) -> (Option<Limits>, bool) {
	(config.history, config.manager.is_some())
}

async fn end(part: &mut Option<Part>) {
	if let Some(part) = part.take() {
		part.end().await;
	}
}

#[cfg(test)]
#[path = "side_tests.rs"]
mod tests;
