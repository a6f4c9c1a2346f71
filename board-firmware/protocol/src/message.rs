//! What the two sides say to each other. The order of variants and fields *is* the wire format: `schema.txt` pins it.

use crate::{HelloPage, CONFIG_PAGE_LEN};
use serde::{de::DeserializeOwned, Deserialize, Serialize};

mod sealed {
	pub trait Sealed {}
	impl Sealed for super::HostMessage {}
	impl Sealed for super::BoardMessage {}
}

/// The messages of one direction.
pub trait Message: sealed::Sealed + Clone + Copy + Serialize + DeserializeOwned {
	/// Kind byte of the first message; the others follow.
	const KIND_BASE: u8;
	/// How many kinds there are.
	const KINDS: u8;
}

/// From the host to the board. All but the hello request are commands: the board acknowledges each one, executes it at
/// most once, and the host repeats it with the same sequence number until the acknowledgement comes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum HostMessage {
	/// Asks for one page of the hello. The only message that needs no session. It does not hold off the dead-man timer.
	HelloRequest {
		/// 0 identity, 1 firmware, 2 + n channel n, 128 + n part n of the kept configuration.
		page: u8,
	},
	/// Says that the host is there.
	KeepAlive,
	/// Drives one output.
	SetOutput {
		/// The output's channel.
		channel: u8,
		/// Raw value within the channel's limits.
		value: i32,
	},
	/// Makes all outputs safe, and takes notice of trips: outputs that an interlock or the dead-man timer had made
	/// safe can be driven again, if the cause is gone.
	Safe,
	/// Asks for one reading of every channel; they come before the acknowledgement.
	ReadAll,
	/// Sends a reading of every channel each so many milliseconds; 0 stops it.
	SetStreaming {
		/// Interval in milliseconds: 0, or at least the hello's `min_interval_ms`.
		interval_ms: u32,
	},
	/// Writes one part of the kept configuration. Taken only while every output is safe, since writing takes time. The board
	/// goes by it from its next reset on.
	WriteConfig {
		/// Which part: 0 for the first 8 bytes.
		part: u8,
		/// The bytes.
		bytes: [u8; CONFIG_PAGE_LEN],
	},
	/// Makes all outputs safe and resets the board, after the acknowledgement.
	Restart,
}

impl Message for HostMessage {
	const KIND_BASE: u8 = 0x00;
	const KINDS: u8 = 8;
}

/// From the board to the host.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum BoardMessage {
	/// The page that was asked for; the sequence number is that of the request.
	Hello(HelloPage),
	/// Answers the command of the same sequence number.
	Ack(Ack),
	/// A measurement. Never acknowledged; the sequence number counts readings, from 0 in each session.
	Reading(Reading),
	/// Something happened. Never acknowledged; the sequence number counts events, from 0 in each session.
	Event(Event),
}

impl Message for BoardMessage {
	const KIND_BASE: u8 = 0x80;
	const KINDS: u8 = 4;
}

/// Answer to a command.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Ack {
	/// What became of the command. For a repeated command: what became of it the first time.
	pub result: AckResult,
	/// The board's state now.
	pub status: Status,
}

/// What became of a command.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub enum AckResult {
	/// Executed.
	Done,
	/// Not executed: the board was reset since, or never had this session. Say hello again.
	WrongSession,
	/// Not executed: older than a command that was already taken.
	Stale,
	/// Not executed: this sequence number belonged to a different command.
	SequenceReused,
	/// Not executed: no such channel, no such hello page, or no such part of the configuration.
	NoSuchChannel,
	/// Not executed: the channel is an input.
	NotAnOutput,
	/// Not executed: the value is outside the channel's limits.
	OutOfLimits,
	/// Not executed: an interlock holds this output safe now.
	Interlocked,
	/// Not executed: this output was made safe by a trip that the host has not taken notice of; send `Safe` first.
	Tripped,
	/// The output could not be driven.
	OutputFailed,
	/// Not executed: an output is not in its safe state; send `Safe` first.
	NotSafe,
}

/// The board's state, in every acknowledgement, so that a lost event is noticed.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Status {
	/// Bits: see the constants.
	pub flags: u8,
	/// Events sent in this session, modulo 2^16: the sequence number of the next one.
	pub events: u16,
}

impl Status {
	/// An interlock holds outputs safe now.
	pub const INTERLOCKED: u8 = 1;
	/// Outputs are safe because of a trip that the host has not taken notice of.
	pub const TRIPPED: u8 = 2;
	/// Every output is in its safe state.
	pub const ALL_SAFE: u8 = 4;
	/// Readings are being streamed.
	pub const STREAMING: u8 = 8;
	/// At least one input cannot be read.
	pub const INPUT_LOST: u8 = 16;

	/// Whether all bits of `flag` are set.
	pub const fn has(&self, flag: u8) -> bool {
		self.flags & flag == flag
	}
}

/// One measurement, or for an output the raw value that it is driven with.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Reading {
	/// The channel.
	pub channel: u8,
	/// Raw counts; unit and scale are in the channel's hello page.
	pub value: i32,
	/// The board's clock in milliseconds since its reset; wraps after 49 days.
	pub board_ms: u32,
}

/// Something that happened on the board.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Event {
	/// The board's clock in milliseconds since its reset; wraps after 49 days.
	pub board_ms: u32,
	/// What happened.
	pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum EventKind {
	/// The board was reset: a new session. Always the first event.
	Reset {
		/// Why.
		cause: ResetCause,
	},
	/// No command came in time: all outputs are safe.
	DeadManTripped,
	/// An interlock made its outputs safe.
	InterlockTripped {
		/// The interlock's input.
		input: u8,
		/// That input's raw value, or 0 when it cannot be read.
		value: i32,
	},
	/// The cause of an interlock is gone. Its outputs stay safe until the host sends `Safe`.
	InterlockCleared {
		/// The interlock's input.
		input: u8,
	},
	/// An input cannot be read any more; it sends no readings.
	InputLost {
		/// The input's channel.
		channel: u8,
	},
	/// An input can be read again.
	InputBack {
		/// The input's channel.
		channel: u8,
	},
}

/// Why the board was reset.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
pub enum ResetCause {
	/// Power came on.
	PowerOn,
	/// The reset pin: a button, or a host that opened the port.
	External,
	/// The watchdog: the firmware hung.
	Watchdog,
	/// The supply voltage was too low.
	BrownOut,
	/// The host ordered it.
	Ordered,
}
