//! Where messages come from: the outbox, or in tests something smaller.

use iot_disk::{make_folder, write_whole};
use iot_outbox::{Clock, InFlight, Lane, Message, MessageId, NewMessage, Outbox};
use serde_json::json;
use std::{
	fs, io,
	path::{Path, PathBuf},
	sync::Arc,
};

/// The most messages that are kept aside; beyond it the oldest go.
pub const MOST_ASIDE: usize = 64;
/// What an event about a message that was moved aside says as `event`.
pub const ASIDE_EVENT: &str = "cloud-moved-aside";

/// Why a source cannot do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SourceError(pub String);

/// Where messages come from. Its calls may block; they are made on threads for that, one at a time.
pub trait Source: Send + Sync + 'static {
	/// The next messages that are not in `skip`, each lane in its order, the most urgent lane first.
	///
	/// # Errors
	/// When the store cannot be read. It is asked again later.
	fn next(&self, skip: &InFlight, most_messages: usize, most_bytes: usize) -> Result<Vec<Message>, SourceError>;

	/// Takes out what the broker has. Ids that are not there are no error.
	///
	/// # Errors
	/// When the store cannot be written. It is asked again later.
	fn delivered(&self, ids: &[MessageId]) -> Result<(), SourceError>;

	/// Takes out a message that the broker never takes, and keeps it where people can look at it.
	///
	/// # Errors
	/// When it cannot be kept. It is asked again later.
	fn move_aside(&self, message: &Message, why: &str) -> Result<(), SourceError>;

	/// Calls `listener` after each change of what waits.
	fn on_change(&self, listener: Box<dyn Fn() + Send + Sync>);
}

/// The outbox as a source. What the broker never takes is kept in a folder, the newest [`MOST_ASIDE`], each as a file
/// `<id>.body` with the content and a file `<id>.json` that says what it was and why; an event tells of it.
pub struct OutboxSource {
	outbox: Outbox,
	aside: PathBuf,
	clock: Arc<dyn Clock>,
}

impl OutboxSource {
	/// Messages out of `outbox`; what cannot be delivered goes to the folder `aside`, which is made when it is needed.
	pub fn new(outbox: Outbox, aside: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Self {
		OutboxSource {
			outbox,
			aside: aside.into(),
			clock,
		}
	}

	fn keep(&self, message: &Message, why: &str) -> io::Result<()> {
		make_folder(&self.aside)?;
		let about = json!({
			"id": message.id.0, "lane": message.lane.name(), "at": message.at_ms, "topic": message.topic, "why": why,
		});
		let name = format!("{:020}", message.id.0);
		// On disk before the outbox forgets it: a power cut must not take both.
		write_whole(&self.aside.join(format!("{name}.json")), about.to_string().as_bytes())?;
		write_whole(&self.aside.join(format!("{name}.body")), &message.body)?;
		prune(&self.aside)
	}
}

/// Removes the oldest messages of `folder`; names are ids in digits of one length.
fn prune(folder: &Path) -> io::Result<()> {
	let mut bodies: Vec<PathBuf> = fs::read_dir(folder)?
		.map(|entry| entry.map(|entry| entry.path()))
		.collect::<Result<_, _>>()?;
	bodies.retain(|path| path.extension().is_some_and(|extension| extension == "body"));
	bodies.sort();
	let too_many = bodies.len().saturating_sub(MOST_ASIDE);
	for body in bodies.into_iter().take(too_many) {
		// A power cut may have come between the two.
		match fs::remove_file(body.with_extension("json")) {
			Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
			_ => fs::remove_file(body)?,
		}
	}
	Ok(())
}

impl Source for OutboxSource {
	fn next(&self, skip: &InFlight, most_messages: usize, most_bytes: usize) -> Result<Vec<Message>, SourceError> {
		self.outbox
			.next(skip, most_messages, most_bytes)
			.map_err(|error| SourceError(error.to_string()))
	}

	fn delivered(&self, ids: &[MessageId]) -> Result<(), SourceError> {
		self.outbox
			.delivered(ids)
			.map_err(|error| SourceError(error.to_string()))
	}

	fn move_aside(&self, message: &Message, why: &str) -> Result<(), SourceError> {
		self.keep(message, why).map_err(|error| {
			let folder = self.aside.display();
			SourceError(format!(
				"message {} cannot be moved aside to {folder}: {error}",
				message.id
			))
		})?;
		if let Some(event) = event(message, why, self.clock.now_ms()) {
			self.outbox.put(event).map_err(|error| SourceError(error.to_string()))?;
		}
		self.delivered(&[message.id])
	}

	fn on_change(&self, listener: Box<dyn Fn() + Send + Sync>) {
		self.outbox.on_change(listener);
	}
}

/// The event about a message that was moved aside; none about one that is such an event itself.
fn event(message: &Message, why: &str, now_ms: u64) -> Option<NewMessage> {
	let about_one = String::from_utf8_lossy(&message.body).contains(ASIDE_EVENT);
	if message.lane == Lane::Event && about_one {
		return None;
	}
	let body = json!({
		"v": 1, "at": now_ms, "event": ASIDE_EVENT, "id": message.id.0, "topic": message.topic, "bytes": message.body.len(),
		"why": why,
	});
	Some(NewMessage {
		lane: Lane::Event,
		at_ms: now_ms,
		topic: "events".to_owned(),
		body: body.to_string().into_bytes(),
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use iot_outbox::{Limits, SystemClock};

	fn outbox(folder: &Path) -> (Outbox, OutboxSource) {
		let clock = Arc::new(SystemClock::new());
		let outbox = Outbox::open(&folder.join("outbox"), Limits::default(), clock.clone()).unwrap();
		(outbox.clone(), OutboxSource::new(outbox, folder.join("aside"), clock))
	}

	fn reading(body: &[u8]) -> NewMessage {
		NewMessage {
			lane: Lane::Reading,
			at_ms: 5,
			topic: "readings".to_owned(),
			body: body.to_vec(),
		}
	}

	#[test]
	fn what_is_moved_aside_is_kept_and_told() {
		let folder = tempfile::tempdir().unwrap();
		let (outbox, source) = outbox(folder.path());
		let id = outbox.put(reading(b"odd")).unwrap();
		let message = source.next(&InFlight::new(), 1, 1000).unwrap().remove(0);
		assert_eq!(message.id, id);
		source.move_aside(&message, "too odd").unwrap();
		let kept = folder.path().join("aside").join(format!("{:020}", id.0));
		assert_eq!(fs::read(kept.with_extension("body")).unwrap(), b"odd");
		assert!(fs::read_to_string(kept.with_extension("json"))
			.unwrap()
			.contains("too odd"));
		let left = source.next(&InFlight::new(), 10, 10_000).unwrap();
		assert_eq!(left.len(), 1);
		let event: serde_json::Value = serde_json::from_slice(&left[0].body).unwrap();
		assert_eq!((&event["event"], &event["id"]), (&json!(ASIDE_EVENT), &json!(id.0)));
		// The event itself, when no broker takes it, makes no other.
		source.move_aside(&left[0], "too odd").unwrap();
		assert_eq!(source.next(&InFlight::new(), 10, 10_000).unwrap(), []);
	}

	#[test]
	fn keeps_a_bounded_number_aside() {
		let folder = tempfile::tempdir().unwrap();
		let (_, source) = outbox(folder.path());
		// What a power cut left between the two removals.
		fs::create_dir_all(folder.path().join("aside")).unwrap();
		fs::write(folder.path().join("aside").join(format!("{:020}.body", 0)), "").unwrap();
		for id in 1..MOST_ASIDE as u64 + 5 {
			let message = Message {
				id: MessageId(id),
				lane: Lane::Reading,
				at_ms: 0,
				topic: "readings".to_owned(),
				body: vec![1],
			};
			source.keep(&message, "why").unwrap();
		}
		let mut names: Vec<String> = fs::read_dir(folder.path().join("aside"))
			.unwrap()
			.map(|entry| entry.unwrap().file_name().into_string().unwrap())
			.collect();
		names.sort();
		assert_eq!(names.len(), 2 * MOST_ASIDE);
		assert_eq!(names[0], format!("{:020}.body", 5));
	}
}
