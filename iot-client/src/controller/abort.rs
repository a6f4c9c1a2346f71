//! Why a job was aborted.

use crate::{board::BoardError, fields::ProblemList, recipe::Phase};

/// Where and why a job was aborted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", at.as_ref().map(|at| format!("{at}: ")).unwrap_or_default())]
pub struct Abort {
	/// The unit and the step, when one was running.
	pub at: Option<String>,
	/// Why.
	pub reason: AbortReason,
}

/// Why a job was aborted. Whatever it is, the board is made safe.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AbortReason {
	/// The recipe asks for something that this machine or its owner does not allow. Nothing moved.
	#[error("this machine may not run the recipe:\n{0}")]
	NotAllowed(ProblemList),
	/// The board is gone, was reset, or refused.
	#[error("{0}")]
	Board(#[from] BoardError),
	/// An interlock made outputs safe.
	#[error("an interlock holds the machine safe{}; clear its cause (close the door) and order again", input.as_ref().map(|input| format!(" ({input})")).unwrap_or_default())]
	Interlock {
		/// The input and its value, when known.
		input: Option<String>,
	},
	/// The board made its outputs safe by itself.
	#[error("the board made its outputs safe by itself (it heard nothing from this client for too long)")]
	Tripped,
	/// An input that the recipe needs cannot be read.
	#[error("the input {0} cannot be read any more; check the sensor")]
	InputLost(String),
	/// A condition did not come true in time.
	#[error("waited {timeout_ms} ms for {condition} in vain; the last reading was {last}")]
	WaitedInVain {
		/// What was waited for.
		condition: String,
		/// How long, in ms.
		timeout_ms: u64,
		/// The last reading.
		last: String,
	},
	/// A guard of the recipe did not hold.
	#[error("the recipe demands {condition} all the time, but it is {value}")]
	Guard {
		/// What must hold.
		condition: String,
		/// The reading.
		value: String,
	},
	/// A guard cannot be watched.
	#[error("the recipe demands {condition} all the time, but no reading of it comes")]
	GuardBlind {
		/// What must hold.
		condition: String,
	},
	/// An `abort_if` step struck.
	#[error("the recipe stops here: {condition}; it is {value}")]
	Demanded {
		/// The condition.
		condition: String,
		/// The reading.
		value: String,
	},
	/// The line lost every reading of some channels.
	#[error("no reading of {0} comes through; check the serial line")]
	NoReading(String),
	/// A phase took longer than the owner allows.
	#[error("`{phase}` took longer than the {seconds} s that envelope.max_seconds allows")]
	TooLong {
		/// The phase.
		phase: Phase,
		/// The limit, in s.
		seconds: u64,
	},
	/// The client could not keep up with the board, and may have missed something.
	#[error("this client was too slow to follow the board; lower board.stream_ms or free the processor")]
	TooSlow,
	/// Evidence cannot be kept.
	#[error("{0}")]
	Evidence(String),
	/// Somebody stopped the job.
	#[error("the job was stopped")]
	Cancelled,
}
