//! What the logic needs from a board. Everything but writing the EEPROM is quick and never waits.

use crate::Eeprom;

/// The board's clock.
pub trait Clock {
	/// Milliseconds since the reset; wraps.
	fn now_ms(&self) -> u32;
}

/// The serial line to the host.
pub trait Uart {
	/// The next byte that came in, if any.
	fn read(&mut self) -> Option<u8>;
	/// Whether a frame of any length would be taken now. Where that is not known before, `true`: it is then tried.
	fn is_ready(&self) -> bool {
		true
	}
	/// Sends a whole frame (at most 64 bytes), or sends nothing and returns `false` when there is no room for it now.
	fn write(&mut self, frame: &[u8]) -> bool;
}

/// The inputs: pins and analogue channels.
pub trait Inputs {
	/// The raw value of an input, or `None` when it cannot be read (wire broken, sensor silent).
	fn sample(&mut self, channel: u8) -> Option<i32>;
}

/// The outputs.
pub trait Outputs {
	/// Drives an output. The value is within the channel's limits.
	fn drive(&mut self, channel: u8, value: i32) -> Result<(), OutputFailed>;
}

/// An output could not be driven.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct OutputFailed;

/// The way to a new life.
pub trait Restart {
	/// Resets the board soon: within a second, but not before what was given to [`Uart::write`] is sent.
	fn restart(&mut self);
}

/// Everything together.
pub trait Hardware: Clock + Uart + Inputs + Outputs + Eeprom + Restart {}

impl<T: Clock + Uart + Inputs + Outputs + Eeprom + Restart> Hardware for T {}
