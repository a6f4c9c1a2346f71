//! The board, its line and its machine, in simulated time.

use crate::{
	chip::{Chip, Conversions, Event, LoadError, ResetCause, CYCLES_A_MS},
	machine,
	vcd::Vcd,
};
use std::{collections::VecDeque, io, path::Path};
use virtual_board::DrillPress;

/// Cycles of a byte at 115,200 baud: ten bits.
const CYCLES_A_BYTE: u64 = crate::FREQUENCY * 10 / 115_200;

/// What fills the stack's memory before the program runs.
const PAINT: u8 = 0xa5;

/// How much of the controller's time was used.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Load {
	/// Cycles in all.
	pub cycles: u64,
	/// Cycles not slept.
	pub busy: u64,
}

/// An Arduino Uno with its program, beside a drill press. Time passes in [`Uno::run_to`] only.
pub struct Uno {
	chip: Chip,
	/// The machine at its terminals.
	pub press: DrillPress,
	to_board: VecDeque<u8>,
	/// The cycle at which the next byte has come in.
	next_byte: u64,
	from_board: VecDeque<(u64, u8)>,
	vcd: Option<Vcd>,
	/// The machine's time in milliseconds.
	machine_ms: u64,
	load_since: Load,
}

impl Uno {
	/// A board that power comes on for, with an erased EEPROM.
	pub fn new(elf: &Path) -> Result<Uno, LoadError> {
		Ok(Uno::of(Chip::new(elf)?))
	}

	/// A board fresh from the factory: its boot loader (Intel HEX), and no program.
	pub fn with_boot_loader(hex: &Path) -> Result<Uno, LoadError> {
		Ok(Uno::of(Chip::with_boot_loader(hex)?))
	}

	fn of(mut chip: Chip) -> Uno {
		for address in chip.stack() {
			chip.set_memory(address, PAINT);
		}
		machine::pull_down(&mut chip);
		let mut uno = Uno {
			chip,
			press: DrillPress::default(),
			to_board: VecDeque::new(),
			next_byte: 0,
			from_board: VecDeque::new(),
			vcd: None,
			machine_ms: 0,
			load_since: Load { cycles: 0, busy: 0 },
		};
		machine::advance(&mut uno.chip, &mut uno.press, 0);
		uno
	}

	/// Records the levels of the outputs from now on.
	pub fn record(&mut self, path: &Path) -> io::Result<()> {
		let signals: Vec<_> = machine::outputs()
			.map(|(terminal, info)| (*terminal, info.name.as_str()))
			.collect();
		self.vcd = Some(Vcd::create(path, &signals)?);
		Ok(())
	}

	/// Cycles since power came on.
	pub fn now(&self) -> u64 {
		self.chip.cycle()
	}

	/// Bytes for the board; they go over the line one after the other.
	pub fn send(&mut self, bytes: &[u8]) {
		if self.to_board.is_empty() {
			self.next_byte = self.next_byte.max(self.now()) + CYCLES_A_BYTE;
		}
		self.to_board.extend(bytes);
	}

	/// The next byte from the board, and the cycle at which it had come over the line as a whole.
	pub fn receive(&mut self) -> Option<(u64, u8)> {
		self.from_board.pop_front()
	}

	/// Runs until this cycle. Gives an error when the record cannot be written.
	///
	/// # Panics
	///
	/// When the program has stopped for good, asleep without interrupts, which no sound program does.
	pub fn run_to(&mut self, cycle: u64) -> io::Result<()> {
		while self.now() < cycle {
			let mut stop = cycle.min((self.machine_ms + 1) * CYCLES_A_MS);
			if !self.to_board.is_empty() {
				stop = stop.min(self.next_byte);
			}
			assert!(self.chip.run_until(stop), "the program sleeps for ever");
			if self.now() >= self.next_byte {
				if let Some(byte) = self.to_board.pop_front() {
					self.chip.receive(byte);
					self.next_byte += CYCLES_A_BYTE;
				}
			}
			self.take_events()?;
			self.advance_machine();
		}
		Ok(())
	}

	/// Runs for so many milliseconds.
	pub fn run_ms(&mut self, ms: u64) -> io::Result<()> {
		self.run_to(self.now() + ms * CYCLES_A_MS)
	}

	/// Resets the board. What was on the line is lost.
	pub fn reset(&mut self, cause: ResetCause) {
		self.to_board.clear();
		self.from_board.clear();
		self.chip.reset(cause);
	}

	/// Resets by the watchdog since power came on.
	pub fn watchdog_resets(&self) -> u32 {
		self.chip.watchdog_resets()
	}

	/// What a terminal is driven with, in 65,535ths of the supply voltage.
	pub fn driven(&self, terminal: u8) -> u16 {
		self.chip.driven(terminal)
	}

	/// The EEPROM.
	pub fn eeprom(&mut self) -> [u8; 1024] {
		self.chip.read_eeprom()
	}

	/// Writes the EEPROM, as a programmer would.
	pub fn set_eeprom(&mut self, bytes: &[u8; 1024]) {
		self.chip.write_eeprom(bytes);
	}

	/// Writes a register or a byte of the memory behind the program's back.
	pub fn set_memory(&mut self, address: u16, value: u8) {
		self.chip.set_memory(address, value);
	}

	/// The deepest that the stack ever was, and the room that it has, in bytes.
	pub fn stack(&self) -> (u16, u16) {
		let range = self.chip.stack();
		let lowest = range.clone().find(|address| self.chip.memory(*address) != PAINT);
		let end = range.end() + 1;
		(lowest.map_or(0, |lowest| end - lowest), end - range.start())
	}

	/// Conversions of analogue inputs since the last call.
	pub fn take_conversions(&mut self) -> Conversions {
		self.chip.take_conversions()
	}

	/// The load since the last call.
	pub fn take_load(&mut self) -> Load {
		let cycles = self.chip.cycle();
		let busy = cycles - self.chip.slept();
		let since = std::mem::replace(&mut self.load_since, Load { cycles, busy });
		Load {
			cycles: cycles - since.cycles,
			busy: busy - since.busy,
		}
	}

	fn take_events(&mut self) -> io::Result<()> {
		while let Some((cycle, event)) = self.chip.next_event() {
			match (event, &mut self.vcd) {
				(Event::Byte(byte), _) => self.from_board.push_back((cycle + CYCLES_A_BYTE, byte)),
				(Event::Level { terminal, high }, Some(vcd))
					if machine::outputs().any(|(output, _)| *output == terminal) =>
				{
					vcd.change(cycle, terminal, high)?;
				}
				_ => {}
			}
		}
		Ok(())
	}

	fn advance_machine(&mut self) {
		let behind = (self.now() / CYCLES_A_MS).saturating_sub(self.machine_ms);
		if behind > 0 {
			machine::advance(&mut self.chip, &mut self.press, behind as u32);
			self.machine_ms += behind;
		}
	}
}
