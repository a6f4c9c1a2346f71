//! What happens, told to whoever watches the daemon: its standard output, later its web page.

use crate::controller::Progress;
use serde::Serialize;
use std::{collections::BTreeMap, fmt};
use tokio::sync::broadcast;

/// News that a slow listener may be behind before it loses some.
const QUEUE: usize = 1024;

/// Something that happened to a job.
#[derive(Clone, Debug, Serialize)]
pub struct News {
	/// The job.
	pub job: u64,
	/// What happened to it.
	#[serde(flatten)]
	pub what: What,
}

/// What happened.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum What {
	/// On the chain, or between chain and machine.
	Job(JobNews),
	/// In the machine.
	Machine(Progress),
}

/// Something that happened on the chain, or between chain and machine.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum JobNews {
	/// The job is in another state in a finalized block.
	State {
		/// The state.
		state: String,
		/// Height of that block.
		block: u64,
	},
	/// Something is being done about it.
	Doing {
		/// What.
		doing: String,
	},
	/// The newest readings, by channel, with their units.
	Readings {
		/// Channel and value.
		values: BTreeMap<String, String>,
	},
}

/// Where news is told and listened to; clone it freely.
#[derive(Clone, Debug)]
pub struct Herald(broadcast::Sender<News>);

impl Default for Herald {
	fn default() -> Self {
		Self(broadcast::channel(QUEUE).0)
	}
}

impl Herald {
	/// Tells something. It never holds anybody up.
	pub fn tell(&self, job: u64, what: What) {
		// Nobody listening is fine.
		let _ = self.0.send(News { job, what });
	}

	/// Everything from now on.
	pub fn listen(&self) -> broadcast::Receiver<News> {
		self.0.subscribe()
	}
}

/// One line for people.
impl fmt::Display for News {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "job {}: ", self.job)?;
		match &self.what {
			What::Job(JobNews::State { state, block }) => write!(f, "{state} (block {block})"),
			What::Job(JobNews::Doing { doing }) => f.write_str(doing),
			What::Job(JobNews::Readings { values }) => {
				let values: Vec<_> = values
					.iter()
					.map(|(channel, value)| format!("{channel} {value}"))
					.collect();
				f.write_str(&values.join(", "))
			}
			What::Machine(Progress::Started { total, .. }) => write!(f, "the board is safe; {total} units to make"),
			What::Machine(Progress::Step { unit: Some(unit), step }) => write!(f, "unit {}, {step}", unit + 1),
			What::Machine(Progress::Step { unit: None, step }) => f.write_str(step),
			What::Machine(Progress::Output { channel, text, .. }) => write!(f, "{channel} is driven with {text}"),
			What::Machine(Progress::Reading { channel, text, .. }) => write!(f, "{channel} reads {text}"),
			What::Machine(Progress::UnitMade { unit, took_ms }) => write!(f, "unit {} made in {took_ms} ms", unit + 1),
			What::Machine(Progress::Aborted { reason }) => write!(f, "aborted: {reason}"),
			What::Machine(Progress::Ended { made }) => {
				write!(f, "ended with {made} units made; the board was made safe")
			}
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn json(what: What) -> serde_json::Value {
		serde_json::to_value(News { job: 7, what }).unwrap()
	}

	#[test]
	fn each_piece_of_news_is_one_flat_object() {
		let state = json(What::Job(JobNews::State {
			state: "started".to_owned(),
			block: 9,
		}));
		assert_eq!(
			state,
			serde_json::json!({ "job": 7, "event": "state", "state": "started", "block": 9 })
		);
		let made = json(What::Machine(Progress::UnitMade { unit: 0, took_ms: 900 }));
		assert_eq!(
			made,
			serde_json::json!({ "job": 7, "event": "unit_made", "unit": 0, "took_ms": 900 })
		);
	}
}
