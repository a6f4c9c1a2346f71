//! The machine's controller: registers on one side, the drill press on the other.

use crate::{
	DrillPress, Faults, CLAMP, COOLANT, DOOR_CLOSED, FEED_POSITION, FEED_UM, SPINDLE_RPM, SPINDLE_SPEED, TEMPERATURE,
	TOOL_WEAR, VIBRATION,
};
use std::time::{Duration, Instant};

/// The register of the watchdog.
pub const WATCHDOG_REGISTER: u16 = 100;
/// The watchdog's time of a machine that was given none, in ms.
pub const WATCHDOG_MS: u32 = 1000;

/// Largest values of the outputs, by channel.
const MOST: [i32; 4] = [3_000, 50_000, 1, 1];

/// Why a register cannot be read or written: an exception code of the protocol.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Exception {
	IllegalFunction = 1,
	IllegalDataAddress = 2,
	IllegalDataValue = 3,
	DeviceFailure = 4,
}

/// The controller.
#[derive(Debug)]
pub struct Panel {
	press: DrillPress,
	/// What each output is driven with, by channel.
	outputs: [i32; 4],
	/// The last number of the watchdog, and when it came.
	fed: Option<(u16, Instant)>,
	within: Duration,
	expired: bool,
}

impl Panel {
	/// A controller that was just switched on.
	pub fn new(within: Duration) -> Self {
		let mut panel = Self {
			press: DrillPress::default(),
			outputs: [0; 4],
			fed: None,
			within,
			expired: false,
		};
		panel.restart();
		panel
	}

	/// Somebody presses its reset button: everything is off, and the watchdog sleeps until it is written.
	pub fn restart(&mut self) {
		self.fed = None;
		self.expired = false;
		self.release(&[SPINDLE_RPM, FEED_UM, CLAMP, COOLANT]);
	}

	/// Opens or closes the door.
	pub fn set_door(&mut self, closed: bool) {
		self.press.set_door(closed);
		self.scan();
	}

	/// The faults from now on.
	pub fn set_faults(&mut self, faults: Faults) {
		self.press.set_faults(faults);
	}

	/// Lets so many milliseconds pass.
	pub fn advance(&mut self, ms: u32) {
		self.scan();
		self.press.advance(ms);
	}

	/// What each output is driven with, by channel.
	pub fn outputs(&self) -> [i32; 4] {
		self.outputs
	}

	/// Whether the watchdog made the outputs safe and was not written since.
	pub fn is_expired(&self) -> bool {
		self.expired
	}

	/// One round of the controller's program: the watchdog, then the door.
	fn scan(&mut self) {
		if self.fed.is_some_and(|(_, at)| at.elapsed() > self.within) {
			self.expired = true;
		}
		if self.expired {
			self.release(&[SPINDLE_RPM, FEED_UM, CLAMP, COOLANT]);
		}
		if self.press.sample(DOOR_CLOSED) != Some(1) {
			self.release(&[SPINDLE_RPM, FEED_UM]);
		}
	}

	fn release(&mut self, outputs: &[u8]) {
		for output in outputs {
			self.outputs[usize::from(*output)] = 0;
			self.press.drive(*output, 0);
		}
	}

	fn drive(&mut self, output: u8, value: i32) -> Result<(), Exception> {
		if !(0..=MOST[usize::from(output)]).contains(&value) {
			return Err(Exception::IllegalDataValue);
		}
		self.outputs[usize::from(output)] = value;
		self.press.drive(output, value);
		self.scan();
		Ok(())
	}

	pub(super) fn coil(&self, at: u16) -> Result<bool, Exception> {
		let output = coil_output(at)?;
		Ok(self.outputs[usize::from(output)] != 0)
	}

	pub(super) fn set_coil(&mut self, at: u16, on: bool) -> Result<(), Exception> {
		self.drive(coil_output(at)?, i32::from(on))
	}

	pub(super) fn discrete(&mut self, at: u16) -> Result<bool, Exception> {
		match at {
			0 => Ok(self.sample(DOOR_CLOSED)? != 0),
			_ => Err(Exception::IllegalDataAddress),
		}
	}

	pub(super) fn input(&mut self, at: u16) -> Result<u16, Exception> {
		let position = |value: i32| value as u32;
		Ok(match at {
			0 => self.sample(SPINDLE_SPEED)? as u16,
			1 => position(self.sample(FEED_POSITION)?) as u16,
			2 => (position(self.sample(FEED_POSITION)?) >> 16) as u16,
			// Two's complement.
			3 => self.sample(TEMPERATURE)? as u16,
			4 => self.sample(VIBRATION)? as u16,
			5 => self.sample(TOOL_WEAR)? as u16,
			_ => return Err(Exception::IllegalDataAddress),
		})
	}

	pub(super) fn holding(&self, at: u16) -> Result<u16, Exception> {
		let feed = self.outputs[usize::from(FEED_UM)];
		Ok(match at {
			0 => self.outputs[usize::from(SPINDLE_RPM)] as u16,
			1 => (feed >> 16) as u16,
			2 => feed as u16,
			WATCHDOG_REGISTER => self.fed.map_or(0, |(number, _)| number),
			_ => return Err(Exception::IllegalDataAddress),
		})
	}

	/// Writes registers that follow each other; nothing when one of them cannot be.
	pub(super) fn set_holding(&mut self, first: u16, words: &[u16]) -> Result<(), Exception> {
		let mut next = 0;
		for (at, word) in (u32::from(first)..).zip(words) {
			// What the second register of the feed makes of it is looked at when both are there.
			if !(at <= 2 || at == u32::from(WATCHDOG_REGISTER)) {
				return Err(Exception::IllegalDataAddress);
			}
			if at == 0 && i32::from(*word) > MOST[usize::from(SPINDLE_RPM)] {
				return Err(Exception::IllegalDataValue);
			}
			next = at + 1;
		}
		if u32::from(first) <= 2 && next > 1 {
			let register = |at: u16| -> u16 {
				let given = at.checked_sub(first).and_then(|place| words.get(usize::from(place)));
				given.copied().unwrap_or(self.holding(at).unwrap_or(0))
			};
			let value = u32::from(register(1)) << 16 | u32::from(register(2));
			self.drive(FEED_UM, i32::try_from(value).map_err(|_| Exception::IllegalDataValue)?)?;
		}
		match (first, words) {
			(0, [speed, ..]) => self.drive(SPINDLE_RPM, i32::from(*speed)),
			(WATCHDOG_REGISTER, [number]) => {
				self.feed(*number);
				Ok(())
			}
			_ => Ok(()),
		}
	}

	fn feed(&mut self, number: u16) {
		if self.fed.is_none_or(|(last, _)| last != number) {
			self.fed = Some((number, Instant::now()));
			self.expired = false;
		}
	}

	fn sample(&mut self, channel: u8) -> Result<i32, Exception> {
		self.press.sample(channel).ok_or(Exception::DeviceFailure)
	}
}

fn coil_output(at: u16) -> Result<u8, Exception> {
	match at {
		0 => Ok(CLAMP),
		1 => Ok(COOLANT),
		_ => Err(Exception::IllegalDataAddress),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn panel() -> Panel {
		Panel::new(Duration::from_secs(60))
	}

	#[test]
	fn outputs_read_as_they_were_written() {
		let mut panel = panel();
		panel.set_holding(0, &[1200]).expect("a speed");
		panel.set_holding(1, &[0, 20_000]).expect("a depth");
		panel.set_coil(1, true).expect("a coil");
		assert_eq!(panel.outputs(), [1200, 20_000, 0, 1]);
		assert_eq!([0, 1, 2].map(|at| panel.holding(at)), [Ok(1200), Ok(0), Ok(20_000)]);
		panel.set_holding(0, &[5, 0, 6]).expect("all three");
		assert_eq!(panel.outputs(), [5, 6, 0, 1]);
	}

	#[test]
	fn refuses_what_is_not_there_and_what_is_too_much() {
		let mut panel = panel();
		assert_eq!(panel.set_holding(0, &[3001]), Err(Exception::IllegalDataValue));
		assert_eq!(panel.set_holding(1, &[1, 0]), Err(Exception::IllegalDataValue));
		assert_eq!(panel.set_holding(2, &[0, 0]), Err(Exception::IllegalDataAddress));
		assert_eq!(panel.holding(3), Err(Exception::IllegalDataAddress));
		assert_eq!(panel.set_coil(2, true), Err(Exception::IllegalDataAddress));
		assert_eq!(panel.outputs(), [0; 4]);
	}

	#[test]
	fn an_open_door_holds_spindle_and_feed() {
		let mut panel = panel();
		panel.set_holding(0, &[1200]).expect("a speed");
		panel.set_coil(0, true).expect("a coil");
		panel.set_door(false);
		assert_eq!(panel.outputs(), [0, 0, 1, 0]);
		panel
			.set_holding(0, &[1200])
			.expect("it is answered as if it were taken");
		assert_eq!(panel.outputs()[0], 0);
		panel.set_door(true);
		panel.set_holding(0, &[1200]).expect("a speed");
		assert_eq!(panel.outputs()[0], 1200);
	}

	#[test]
	fn an_expired_watchdog_holds_everything_until_there_is_another_number() {
		let mut panel = Panel::new(Duration::ZERO);
		panel.set_holding(0, &[1200]).expect("nobody watches yet");
		assert_eq!(panel.outputs()[0], 1200);
		panel.set_holding(WATCHDOG_REGISTER, &[7]).expect("the watchdog");
		while !panel.is_expired() {
			panel.advance(1);
		}
		assert_eq!(panel.outputs(), [0; 4]);
		panel.feed(7);
		assert!(panel.is_expired(), "the same number is no sign of life");
		panel.feed(8);
		assert!(!panel.is_expired());
	}
}
