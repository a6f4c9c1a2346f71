//! The serial line to the host, with a ring on either side of the interrupts.

use crate::{mcu, wake};
use board_core::Ring;

/// Received bytes: three of the host's longest frames, or what comes in 5 ms. A round of the main loop takes less.
static RECEIVED: Ring<64> = Ring::new();
/// Bytes to send: one frame, and the rest of the one before.
static TO_SEND: Ring<128> = Ring::new();

/// With more than so many bytes to send, no further frame is taken. What is taken cannot be overtaken: an answer waits for
/// one reading, not for all that are due. The line needs 1.5 ms for these bytes, and a round of the main loop takes less.
const BACKLOG: usize = 16;

/// From so many bytes on the main loop looks at them before a frame has ended.
const MANY: usize = 32;

/// Opens the line, 115,200 baud, 8 data bits, no parity, one stop bit.
pub fn start() {
	mcu::start_uart();
}

/// Interrupt: a byte came in. `overrun`: at least one before it was lost, because the receiver was not read in time.
pub fn received(byte: u8, overrun: bool) {
	if overrun {
		RECEIVED.overrun();
	}
	RECEIVED.push(byte);
	// A frame ends with 0.
	if byte == 0 || RECEIVED.len() >= MANY {
		wake::call();
	}
}

/// Interrupt: the next byte that goes out, if any.
pub fn next_to_send() -> Option<u8> {
	TO_SEND.pop()
}

/// The next byte that came in.
pub fn read() -> Option<u8> {
	RECEIVED.pop()
}

/// Whether there is room for a frame.
pub fn is_ready() -> bool {
	TO_SEND.len() <= BACKLOG
}

/// Sends a whole frame, or nothing when there is no room for it now.
pub fn write(frame: &[u8]) -> bool {
	if !is_ready() {
		return false;
	}
	frame.iter().for_each(|byte| TO_SEND.push(*byte));
	mcu::send();
	true
}
