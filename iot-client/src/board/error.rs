//! What can go wrong between the client and the board, in words that say what to do.

use bpiiot_protocol::{AckResult, PROTOCOL_VERSION, SCHEMA_HASH};
use std::path::PathBuf;

/// Why the board cannot be used, or did not do something. Cheap to clone, since several listeners may want it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BoardError {
	/// The configured device does not exist.
	#[error("there is no serial port {}; {}. Set board.port to the right one", port.display(), list(candidates))]
	NoSuchPort {
		/// The configured device.
		port: PathBuf,
		/// Serial devices that do exist.
		candidates: Vec<PathBuf>,
	},
	/// The device may not be opened by this user.
	#[error(
		"not allowed to open {}: add this user to the group that owns it (on Debian `sudo adduser $USER dialout`) and log \
		 in again",
		port.display()
	)]
	Permission {
		/// The configured device.
		port: PathBuf,
	},
	/// Another program holds the device.
	#[error("{} is in use by another program; stop that program (is another iot-client running?)", port.display())]
	PortBusy {
		/// The configured device.
		port: PathBuf,
	},
	/// The device cannot be opened for another reason.
	#[error("cannot open {}: {reason}; {}", port.display(), list(candidates))]
	Open {
		/// The configured device.
		port: PathBuf,
		/// What the system said.
		reason: String,
		/// Serial devices that exist.
		candidates: Vec<PathBuf>,
	},
	/// Something is connected, but it does not say hello.
	#[error(
		"no BPIIoT board answers on {} ({heard} bytes heard, none of them an answer); check that board.port is the right \
		 device, that board.baud is right and that the board carries the BPIIoT firmware",
		port.display()
	)]
	NotABoard {
		/// The configured device.
		port: PathBuf,
		/// How many bytes came.
		heard: u64,
	},
	/// The board speaks another version of the protocol.
	#[error(
		"the board speaks protocol version {theirs}, this client speaks version {PROTOCOL_VERSION}; flash a firmware of \
		 protocol version {PROTOCOL_VERSION}, or install a client of version {theirs}"
	)]
	ProtocolVersion {
		/// The board's version.
		theirs: u8,
	},
	/// The board's messages have another shape in spite of the same version.
	#[error(
		"the board speaks protocol version {PROTOCOL_VERSION} with message schema {theirs:08x}, this client has schema \
		 {SCHEMA_HASH:08x}; flash the firmware that was released with this client"
	)]
	Schema {
		/// The board's schema hash.
		theirs: u32,
	},
	/// What the board says about itself makes no sense.
	#[error("the board's hello is not usable: {0}; flash a released firmware")]
	BadHello(String),
	/// A sound board, but not the one that the configuration names.
	#[error("the board has serial number {found:?}, but board.serial says {expected:?}; connect that board or change board.serial")]
	OtherBoard {
		/// `board.serial`.
		expected: String,
		/// The board's own.
		found: String,
	},
	/// The right board, with other channels or limits than the configuration says.
	#[error(
		"the board is not what board.configuration says:\n  {}\nwrite the configuration to the board with `iot-client board \
		 configure`, or correct it",
		.0.join("\n  ")
	)]
	OtherConfiguration(Vec<String>),
	/// There is no board now.
	#[error("the board is not connected: {0}")]
	Offline(String),
	/// The board stopped answering.
	#[error("the board stopped answering: {0}")]
	Lost(String),
	/// The board was reset or reconnected; what it was told before does not hold any more.
	#[error("the board was reset")]
	Reset,
	/// Another part of the client drives the board.
	#[error("the board is busy with another job")]
	Leased,
	/// The command was given up because the board had to be made safe.
	#[error("the command was given up to make the board safe")]
	Superseded,
	/// The board refused.
	#[error("the board refused the command: {}", explain(*.0))]
	Refused(AckResult),
	/// There is no way to the machine.
	#[error(
		"cannot reach the machine at {address}: {reason}; check modbus.address, the cable and that the machine is on"
	)]
	Unreachable {
		/// `modbus.address`.
		address: String,
		/// What the system said.
		reason: String,
	},
	/// A machine without a board, but not the one that the configuration names.
	#[error("the machine says that it is {found:?}, but modbus.serial says {expected:?}; connect that machine or change modbus.serial")]
	OtherMachine {
		/// `modbus.serial`.
		expected: String,
		/// What the machine says.
		found: String,
	},
	/// The machine has not what the configuration says that it has.
	#[error("the machine refuses {what}: {why}; correct modbus.channels")]
	NotThere {
		/// The channel and where it is said to be.
		what: String,
		/// The exception in words.
		why: String,
	},
	/// The machine refused to write or to read something that it has.
	#[error("the machine refused {what}: {why}")]
	Exception {
		/// The channel and where it is.
		what: String,
		/// The exception in words.
		why: String,
	},
	/// An output reads another value than it was written with.
	#[error(
		"{channel} was written with {wrote} and reads {reads}: the machine did not take it (does an interlock of its own \
		 hold it? is the door open?)"
	)]
	NotTaken {
		/// The output's name.
		channel: String,
		/// Raw counts that were written.
		wrote: i32,
		/// Raw counts that were read afterwards.
		reads: i64,
	},
	/// Outputs are not safe although they were told to be.
	#[error("the machine is not safe: {0}; it is told again, but go and look")]
	NotSafe(String),
	/// The bridge was shut down.
	#[error("the board bridge has stopped")]
	Stopped,
}

impl BoardError {
	/// Whether only one command was refused, and the machine and the way to it are as before.
	pub fn is_only_refused(&self) -> bool {
		matches!(
			self,
			BoardError::Refused(_) | BoardError::Exception { .. } | BoardError::NotTaken { .. }
		)
	}
}

fn list(candidates: &[PathBuf]) -> String {
	if candidates.is_empty() {
		return "no serial port exists here: is the board plugged in?".to_owned();
	}
	let names: Vec<_> = candidates.iter().map(|path| path.display().to_string()).collect();
	format!("serial ports here: {}", names.join(", "))
}

/// What a refusal means.
pub fn explain(result: AckResult) -> &'static str {
	match result {
		AckResult::Done => "it did not refuse",
		AckResult::WrongSession => "it was reset meanwhile",
		AckResult::Stale => "a later command was already taken",
		AckResult::SequenceReused => "the sequence number was used for another command",
		AckResult::NoSuchChannel => "it has no such channel, page or part",
		AckResult::NotAnOutput => "the channel is an input",
		AckResult::OutOfLimits => "the value is outside the limits of the channel",
		AckResult::Interlocked => "an interlock holds this output safe (is the door open?)",
		AckResult::Tripped => "an interlock or the dead-man timer has made this output safe",
		AckResult::OutputFailed => "the output could not be driven",
		AckResult::NotSafe => "an output is not in its safe state",
	}
}
