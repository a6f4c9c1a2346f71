//! What a running job tells the rest of the client.

use serde::Serialize;
use tokio::sync::{broadcast, watch};

/// Events that a slow listener may be behind before it loses some.
const EVENT_QUEUE: usize = 1024;

/// Something that happened in a running job, for live views. A slow listener loses some.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Progress {
	/// The board is safe and the first step comes next.
	Started {
		/// First unit to make, from 0.
		first: u32,
		/// Units of the job in all.
		total: u32,
	},
	/// A step begins.
	Step {
		/// The unit, from 0; absent before the first and after the last.
		unit: Option<u32>,
		/// Its place, phase and name.
		step: String,
	},
	/// An output was driven.
	Output {
		/// Name of the channel.
		channel: String,
		/// Raw value.
		value: i32,
		/// The value with its unit.
		text: String,
	},
	/// A reading came.
	Reading {
		/// Name of the channel.
		channel: String,
		/// Raw value.
		value: i32,
		/// The value with its unit.
		text: String,
	},
	/// A unit is made and its evidence is on disk.
	UnitMade {
		/// The unit, from 0.
		unit: u32,
		/// How long it took, in ms.
		took_ms: u64,
	},
	/// The job was aborted; the board is being made safe.
	Aborted {
		/// Where and why.
		reason: String,
	},
	/// The job has ended and the board was made safe.
	Ended {
		/// Units made in all.
		made: u32,
	},
}

/// Where a job puts its progress.
#[derive(Clone, Debug)]
pub struct ProgressSender {
	events: broadcast::Sender<Progress>,
	made: watch::Sender<u32>,
}

/// Where progress is listened to; clone it freely.
#[derive(Clone, Debug)]
pub struct ProgressReceiver {
	events: broadcast::Sender<Progress>,
	made: watch::Receiver<u32>,
}

/// A way for progress from a job to its listeners. It never holds the job up.
pub fn progress() -> (ProgressSender, ProgressReceiver) {
	let (events, _) = broadcast::channel(EVENT_QUEUE);
	let (made_in, made) = watch::channel(0);
	(
		ProgressSender {
			events: events.clone(),
			made: made_in,
		},
		ProgressReceiver { events, made },
	)
}

impl ProgressSender {
	pub(super) fn tell(&self, event: Progress) {
		if let Progress::UnitMade { unit, .. } = &event {
			self.made.send_replace(unit + 1);
		}
		// Nobody listening is fine.
		let _ = self.events.send(event);
	}

	/// Whether anybody follows the events.
	pub(super) fn is_heard(&self) -> bool {
		self.events.receiver_count() > 0
	}
}

impl ProgressReceiver {
	/// Everything from now on.
	pub fn events(&self) -> broadcast::Receiver<Progress> {
		self.events.subscribe()
	}

	/// Units made in all; this one is never lost, only overtaken by a larger number.
	pub fn made(&self) -> watch::Receiver<u32> {
		self.made.clone()
	}
}
