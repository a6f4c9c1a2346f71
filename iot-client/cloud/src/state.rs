//! What the bridge says of itself.

use serde::Serialize;

/// The state of the bridge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CloudState {
	/// The connection.
	pub connection: Connection,
	/// What goes wrong while the connection stands, e.g. that the broker refuses a topic; `None` when all is well.
	pub trouble: Option<String>,
	/// Figures since the start of the process.
	pub counters: Counters,
}

/// The connection to the broker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
	/// There is none.
	Offline {
		/// Why, and what to do where that can be told.
		reason: String,
	},
	/// It stands, and the broker has acknowledged our greeting.
	Online {
		/// Since when, in unix ms; 0 when the time was not known.
		since_ms: u64,
	},
}

/// Figures since the start of the process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counters {
	/// Messages that were sent, each time counted.
	pub published: u64,
	/// Messages that the broker acknowledged and that left the outbox.
	pub acked: u64,
	/// Bytes of content that were sent.
	pub bytes: u64,
	/// Messages that were sent again.
	pub redelivered: u64,
	/// Times that the broker refused a message.
	pub refused: u64,
	/// Messages that were moved aside because the broker never takes them.
	pub moved_aside: u64,
	/// Attempts to connect.
	pub attempts: u64,
	/// Connections after the first.
	pub reconnects: u64,
	/// Commands that were handed over.
	pub commands_accepted: u64,
	/// Commands that were refused.
	pub commands_refused: u64,
	/// Answers to commands that were dropped because too many waited.
	pub answers_dropped: u64,
}

impl CloudState {
	pub(crate) fn offline(reason: impl Into<String>) -> Self {
		CloudState {
			connection: Connection::Offline { reason: reason.into() },
			trouble: None,
			counters: Counters::default(),
		}
	}

	/// Whether the connection stands.
	pub fn is_online(&self) -> bool {
		matches!(self.connection, Connection::Online { .. })
	}
}
