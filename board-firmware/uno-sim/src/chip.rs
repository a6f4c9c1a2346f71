//! simavr, through the shim in `shim/uno.c`. The only unsafe code.

use std::{
	ffi::{c_char, CString},
	os::unix::ffi::OsStrExt,
	path::{Path, PathBuf},
	ptr::NonNull,
};

/// Cycles a second.
pub const FREQUENCY: u64 = 16_000_000;
/// Cycles a millisecond.
pub const CYCLES_A_MS: u64 = FREQUENCY / 1000;

/// What [`RawEvent::source`] is for a byte on the line.
const LINE: u8 = 255;

#[repr(C)]
struct RawUno {
	_opaque: [u8; 0],
}

#[repr(C)]
#[derive(Default)]
struct RawEvent {
	cycle: u64,
	source: u8,
	value: u8,
}

/// Conversions of analogue inputs.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(C)]
pub struct Conversions {
	/// How many there were.
	pub count: u32,
	/// Shortest time between the starts of two, in cycles.
	pub shortest: u32,
	/// Longest time between the starts of two, in cycles.
	pub longest: u32,
}

extern "C" {
	fn uno_new(elf: *const c_char) -> *mut RawUno;
	fn uno_load(uno: *mut RawUno, address: u32, bytes: *const u8, length: u16) -> bool;
	fn uno_begin_at(uno: *mut RawUno, address: u32);
	fn uno_free(uno: *mut RawUno);
	fn uno_run_until(uno: *mut RawUno, cycle: u64) -> bool;
	fn uno_cycle(uno: *const RawUno) -> u64;
	fn uno_slept(uno: *const RawUno) -> u64;
	fn uno_take_conversions(uno: *mut RawUno) -> Conversions;
	fn uno_watchdog_resets(uno: *const RawUno) -> u32;
	fn uno_reset(uno: *mut RawUno, cause: u8);
	fn uno_receive(uno: *mut RawUno, byte: u8);
	fn uno_next_event(uno: *mut RawUno, event: *mut RawEvent) -> bool;
	fn uno_set_voltage(uno: *mut RawUno, input: u8, voltage: u32);
	fn uno_hold(uno: *mut RawUno, terminal: u8, high: bool);
	fn uno_driven(uno: *const RawUno, terminal: u8) -> u16;
	fn uno_memory(uno: *const RawUno, address: u16) -> u8;
	fn uno_set_memory(uno: *mut RawUno, address: u16, value: u8);
	fn uno_memory_free(uno: *const RawUno) -> u16;
	fn uno_memory_end(uno: *const RawUno) -> u16;
	fn uno_read_eeprom(uno: *mut RawUno, address: u16, bytes: *mut u8, length: u16);
	fn uno_write_eeprom(uno: *mut RawUno, address: u16, bytes: *const u8, length: u16);
}

/// The program cannot be simulated.
#[derive(Debug, thiserror::Error)]
#[error("{0} is no program for the ATmega328P that simavr can load; `make firmware` makes one and says where it is")]
pub struct LoadError(pub PathBuf);

/// Why the controller is reset: the bits of its register MCUSR.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum ResetCause {
	/// Power came on.
	PowerOn = 1,
	/// The reset pin.
	External = 2,
	/// The supply voltage was too low.
	BrownOut = 4,
	/// The watchdog.
	Watchdog = 8,
	/// A boot loader has cleared the bits before.
	Unknown = 0,
}

/// What the board shows to the outside.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Event {
	/// A byte has begun to leave.
	Byte(u8),
	/// A terminal has another level now.
	Level { terminal: u8, high: bool },
}

/// A controller with its program.
pub(crate) struct Chip(NonNull<RawUno>);

// SAFETY: the simulator keeps everything of one controller in memory that belongs to it, and no thread.
unsafe impl Send for Chip {}

impl Chip {
	/// A controller that power comes on for.
	pub(crate) fn new(elf: &Path) -> Result<Chip, LoadError> {
		// simavr would end the whole program.
		std::fs::File::open(elf).map_err(|_| LoadError(elf.into()))?;
		let path = CString::new(elf.as_os_str().as_bytes()).map_err(|_| LoadError(elf.into()))?;
		// SAFETY: a string that ends with 0 and lives during the call.
		let raw = unsafe { uno_new(path.as_ptr()) };
		NonNull::new(raw).map(Chip).ok_or_else(|| LoadError(elf.into()))
	}

	/// A controller with a boot loader, and no program that it could start.
	pub(crate) fn with_boot_loader(hex: &Path) -> Result<Chip, LoadError> {
		let refused = || LoadError(hex.into());
		let text = std::fs::read_to_string(hex).map_err(|_| refused())?;
		// SAFETY: it takes NULL.
		let raw = unsafe { uno_new(std::ptr::null()) };
		let chip = NonNull::new(raw).map(Chip).ok_or_else(refused)?;
		let mut start = None;
		for line in text.lines() {
			let record = ihex::Record::from_record_string(line).map_err(|_| refused())?;
			let ihex::Record::Data { offset, value } = record else {
				// Of one segment only, and its start is where its first byte is.
				continue;
			};
			let address = u32::from(offset);
			// SAFETY: a controller, and as many bytes as it is told.
			let fits = unsafe { uno_load(chip.0.as_ptr(), address, value.as_ptr(), value.len() as u16) };
			if !fits {
				return Err(refused());
			}
			start = Some(start.unwrap_or(address).min(address));
		}
		// SAFETY: a controller.
		unsafe { uno_begin_at(chip.0.as_ptr(), start.ok_or_else(refused)?) };
		Ok(chip)
	}

	/// Runs until so many cycles have passed since the start. False when the program has stopped for good.
	pub(crate) fn run_until(&mut self, cycle: u64) -> bool {
		// SAFETY: here and below: the pointer comes from `uno_new` and is freed in `drop` only; the shim checks numbers.
		unsafe { uno_run_until(self.0.as_ptr(), cycle) }
	}

	pub(crate) fn cycle(&self) -> u64 {
		// SAFETY: as above.
		unsafe { uno_cycle(self.0.as_ptr()) }
	}

	/// Cycles slept.
	pub(crate) fn slept(&self) -> u64 {
		// SAFETY: as above.
		unsafe { uno_slept(self.0.as_ptr()) }
	}

	/// Conversions since the last call.
	pub(crate) fn take_conversions(&mut self) -> Conversions {
		// SAFETY: as above; the structure is that of the header.
		unsafe { uno_take_conversions(self.0.as_ptr()) }
	}

	/// Resets by the watchdog.
	pub(crate) fn watchdog_resets(&self) -> u32 {
		// SAFETY: as above.
		unsafe { uno_watchdog_resets(self.0.as_ptr()) }
	}

	pub(crate) fn reset(&mut self, cause: ResetCause) {
		// SAFETY: as above.
		unsafe { uno_reset(self.0.as_ptr(), cause as u8) }
	}

	/// A byte has come in.
	pub(crate) fn receive(&mut self, byte: u8) {
		// SAFETY: as above.
		unsafe { uno_receive(self.0.as_ptr(), byte) }
	}

	/// The next event and its cycle.
	pub(crate) fn next_event(&mut self) -> Option<(u64, Event)> {
		let mut raw = RawEvent::default();
		// SAFETY: as above; the structure is that of the header.
		unsafe { uno_next_event(self.0.as_ptr(), &mut raw) }.then_some(())?;
		let event = match raw.source {
			LINE => Event::Byte(raw.value),
			terminal => Event::Level {
				terminal,
				high: raw.value != 0,
			},
		};
		Some((raw.cycle, event))
	}

	/// Sets the voltage at an analogue input, in sixteenths of a millivolt.
	pub(crate) fn set_voltage(&mut self, input: u8, voltage: u32) {
		// SAFETY: as above.
		unsafe { uno_set_voltage(self.0.as_ptr(), input, voltage) }
	}

	/// Holds a digital terminal at a level while the board does not drive it.
	pub(crate) fn hold(&mut self, terminal: u8, high: bool) {
		// SAFETY: as above.
		unsafe { uno_hold(self.0.as_ptr(), terminal, high) }
	}

	/// What a terminal is driven with, in 65,535ths.
	pub(crate) fn driven(&self, terminal: u8) -> u16 {
		// SAFETY: as above.
		unsafe { uno_driven(self.0.as_ptr(), terminal) }
	}

	/// Addresses of the memory behind the program's variables: the stack's.
	pub(crate) fn stack(&self) -> std::ops::RangeInclusive<u16> {
		// SAFETY: as above.
		unsafe { uno_memory_free(self.0.as_ptr())..=uno_memory_end(self.0.as_ptr()) }
	}

	pub(crate) fn memory(&self, address: u16) -> u8 {
		// SAFETY: as above.
		unsafe { uno_memory(self.0.as_ptr(), address) }
	}

	pub(crate) fn set_memory(&mut self, address: u16, value: u8) {
		// SAFETY: as above.
		unsafe { uno_set_memory(self.0.as_ptr(), address, value) }
	}

	pub(crate) fn read_eeprom(&mut self) -> [u8; 1024] {
		let mut bytes = [0; 1024];
		// SAFETY: as above; the array is as long as said.
		unsafe { uno_read_eeprom(self.0.as_ptr(), 0, bytes.as_mut_ptr(), 1024) };
		bytes
	}

	pub(crate) fn write_eeprom(&mut self, bytes: &[u8; 1024]) {
		// SAFETY: as above; the array is as long as said.
		unsafe { uno_write_eeprom(self.0.as_ptr(), 0, bytes.as_ptr(), 1024) }
	}
}

impl Drop for Chip {
	fn drop(&mut self) {
		// SAFETY: never used again.
		unsafe { uno_free(self.0.as_ptr()) }
	}
}
