//! What the manager asks the machine, answered.

use super::{board_test, channels, Front};
use crate::{
	daemon::{
		history,
		metrics::{self, ChannelValue, Facts},
	},
	evidence::{Evidence, EvidenceError},
};
use iot_manager::api::{
	Channel, Check, ConfigView, Fault, Finding, HistoryQuery, Job, JobDetail, LogLine, LogQuery, Machine, Reading,
	RulesNow, RulesView, Save, Saved, Series, StoryLine, WalletView,
};
use serde_json::{json, Value};
use std::sync::Arc;
use tokio::{
	sync::{broadcast, watch},
	task::spawn_blocking,
};

impl Machine for Front {
	fn status(&self) -> watch::Receiver<Arc<Value>> {
		self.status.subscribe()
	}

	fn channels(&self) -> Vec<Channel> {
		let Ok(board) = self.site.board.info() else {
			return Vec::new();
		};
		let newest = self.newest();
		let mut channels = channels::of(&board);
		for channel in &mut channels {
			if let Some(reading) = newest.iter().find(|reading| *reading.channel == *channel.name) {
				(channel.at, channel.value) = (Some(reading.at), Some(reading.value));
			}
		}
		channels
	}

	fn readings(&self) -> broadcast::Receiver<Arc<[Reading]>> {
		match self.measured() {
			Some(measured) => measured.readings(),
			// Other limits are being put into force, and whoever looks is cut off with the manager: one that has ended.
			None => broadcast::channel(1).1,
		}
	}

	async fn history(&self, query: HistoryQuery) -> Result<Vec<Series>, Fault> {
		match self.measured() {
			Some(measured) => measured.query(query).await,
			None => Err(history::no_history()),
		}
	}

	fn jobs(&self) -> Vec<Job> {
		self.memory().list()
	}

	async fn job(&self, job: u64) -> Result<JobDetail, Fault> {
		let detail = self.memory().get(job);
		let detail = detail
			.ok_or_else(|| Fault::NotFound(format!("job {job} is neither open nor one of the last that were")))?;
		let record = match detail.job.evidence {
			true => self.record(job).await?,
			false => None,
		};
		Ok(JobDetail { record, ..detail })
	}

	fn news(&self) -> broadcast::Receiver<(u64, StoryLine)> {
		self.news.subscribe()
	}

	async fn wallet(&self) -> Result<WalletView, Fault> {
		Ok(self.purse.look(&self.site).await)
	}

	async fn rules(&self) -> Result<RulesView, Fault> {
		self.show_rules().await
	}

	async fn rules_now(&self) -> RulesNow {
		self.show_rules_now().await
	}

	async fn check_rules(&self, text: String) -> Result<Check, Fault> {
		self.look_over_rules(text).await
	}

	async fn save_rules(&self, save: Save) -> Result<Saved, Fault> {
		self.put_rules(save).await
	}

	async fn config(&self) -> Result<ConfigView, Fault> {
		self.show_config().await
	}

	async fn check_config(&self, text: String) -> Result<Check, Fault> {
		self.look_over_config(text).await
	}

	async fn save_config(&self, save: Save) -> Result<Saved, Fault> {
		self.put_config(save).await
	}

	fn log(&self, query: LogQuery) -> Vec<LogLine> {
		self.world.calls.logbook.query(&query)
	}

	fn log_lines(&self) -> broadcast::Receiver<Arc<LogLine>> {
		self.world.calls.logbook.lines()
	}

	async fn pause_orders(&self, paused: bool) -> Result<(), Fault> {
		let notices = self.site.notices.clone();
		let done = spawn_blocking(move || notices.pause_orders(paused)).await;
		let done = done.unwrap_or_else(|error| Err(std::io::Error::other(error)));
		done.map_err(|error| Fault::Unavailable(format!("it cannot be written down: {error}")))?;
		match paused {
			true => tracing::info!("no new orders are taken, as the manager wants it"),
			false => tracing::info!("orders are taken again, as the manager wants it"),
		}
		Ok(())
	}

	async fn test_board(&self, drive: bool) -> Result<Vec<Finding>, Fault> {
		board_test::test(&self.site, drive, &self.world.calls.stop).await
	}

	fn metrics(&self) -> String {
		let snapshot = self.site.notices.shown();
		let unit = |reading: &Reading| {
			let mut channels = snapshot.board.channels.iter();
			channels
				.find(|channel| *channel.name == *reading.channel)
				.map(|channel| channel.unit.clone())
		};
		let value = |reading: Reading| ChannelValue {
			unit: unit(&reading).unwrap_or_default(),
			channel: reading.channel.to_string(),
			value: reading.value,
			at: reading.at,
		};
		let values = self.newest().into_iter().map(value).collect();
		metrics::render(&Facts {
			counters: self.site.board.counters(),
			values,
			in_flight: snapshot.in_flight.map(u64::from),
			started: self.started,
			resident_bytes: metrics::resident_bytes(),
			snapshot,
		})
	}

	fn not_ready(&self) -> Vec<String> {
		if self.world.calls.stop.is_cancelled() {
			return vec!["it comes to rest, and ends then".to_owned()];
		}
		let shown = self.site.notices.shown();
		match shown.written_at {
			0 => vec!["it has begun just now".to_owned()],
			_ => shown.not_ready,
		}
	}
}

impl Front {
	/// The newest values of channels that were measured.
	fn newest(&self) -> Vec<Reading> {
		let mut newest = self.measured().map(|measured| measured.newest()).unwrap_or_default();
		newest.retain(|reading| reading.value.is_finite());
		newest
	}

	/// The record of a job's evidence: all of it but the readings one by one, of which there may be very many.
	async fn record(&self, job: u64) -> Result<Option<Value>, Fault> {
		let folder = self.site.config.state_dir.clone();
		let read = spawn_blocking(move || {
			let Some(path) = Evidence::newest_path(&folder, job)? else {
				return Ok(None);
			};
			let evidence = Evidence::read(&path)?;
			let firmware = crate::parse::hex(evidence.firmware);
			Ok::<_, EvidenceError>(Some(json!({
				"file": path, "summary": evidence.summary(), "subject": evidence.subject, "firmware": firmware,
				"serial": evidence.serial, "channels": evidence.channels, "units": evidence.units, "not_kept": evidence.not_kept,
			})))
		});
		let read = read.await.map_err(|error| Fault::Unavailable(error.to_string()))?;
		read.map_err(|error| Fault::Unavailable(error.to_string()))
	}
}
