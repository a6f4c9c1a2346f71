//! The ATmega328P at 16 MHz: its registers, its interrupts, and the few instructions that Rust has no words for.
//!
//! The only unsafe code of this firmware. Addresses and bits are those of the data sheet (Microchip DS40002061), as seen
//! by load and store instructions.

use crate::{analogue, clock, serial};
use board_core::protocol::ResetCause;
use core::{
	arch::{asm, global_asm},
	cell::{Cell, UnsafeCell},
	mem::MaybeUninit,
	ptr::{read_volatile, write_volatile},
};

/// A register of eight bits.
#[derive(Clone, Copy)]
pub struct Register(u16);

impl Register {
	/// Reads it.
	pub fn get(self) -> u8 {
		// SAFETY: the addresses below are registers, which exist on every ATmega328P and are no memory of Rust's.
		unsafe { read_volatile(self.0 as *const u8) }
	}

	/// Writes it.
	pub fn set(self, value: u8) {
		// SAFETY: as above; no register used here makes the controller write to memory.
		unsafe { write_volatile(self.0 as *mut u8, value) }
	}

	/// Sets the bits that are set in `bits`. Only for registers that no interrupt writes.
	pub fn set_bits(self, bits: u8) {
		self.set(self.get() | bits);
	}

	/// Clears the bits that are set in `bits`. Only for registers that no interrupt writes.
	pub fn clear_bits(self, bits: u8) {
		self.set(self.get() & !bits);
	}
}

/// Writes a register pair of the 16-bit timer, high byte first as it wants it.
fn set_pair(low: Register, value: u16) {
	Register(low.0 + 1).set((value >> 8) as u8);
	low.set(value as u8);
}

/// Eight terminals.
#[derive(Clone, Copy)]
pub struct Port {
	/// The levels at the terminals.
	pub input: Register,
	/// 1 for each terminal that is driven.
	pub direction: Register,
	/// The levels that are driven, or the pull-ups of inputs.
	pub output: Register,
}

/// Terminals 8 to 13.
pub const PORT_B: Port = port(0x23);
/// Terminals A0 to A5.
pub const PORT_C: Port = port(0x26);
/// Terminals 0 to 7.
pub const PORT_D: Port = port(0x29);

const fn port(first: u16) -> Port {
	Port {
		input: Register(first),
		direction: Register(first + 1),
		output: Register(first + 2),
	}
}

const EECR: Register = Register(0x3f);
const EEDR: Register = Register(0x40);
const EEARL: Register = Register(0x41);
const EEARH: Register = Register(0x42);
const TCCR0A: Register = Register(0x44);
const TCCR0B: Register = Register(0x45);
const OCR0A: Register = Register(0x47);
const SMCR: Register = Register(0x53);
const TIMSK0: Register = Register(0x6e);
const ADCL: Register = Register(0x78);
const ADCH: Register = Register(0x79);
const ADCSRA: Register = Register(0x7a);
const ADMUX: Register = Register(0x7c);
const DIDR0: Register = Register(0x7e);
const TCCR1A: Register = Register(0x80);
const TCCR1B: Register = Register(0x81);
const ICR1: Register = Register(0x86);
const OCR1A: Register = Register(0x88);
const OCR1B: Register = Register(0x8a);
const UCSR0A: Register = Register(0xc0);
const UCSR0B: Register = Register(0xc1);
const UCSR0C: Register = Register(0xc2);
const UBRR0L: Register = Register(0xc4);
const UBRR0H: Register = Register(0xc5);
const UDR0: Register = Register(0xc6);

// --- Reset -----------------------------------------------------------------------------------------------------------

// Before memory is initialised: the cause of the reset is taken from MCUSR (0x34), which is cleared so that the next
// cause stands alone. A boot loader that has read it before passes it on in r2. After a watchdog reset the watchdog runs
// with its shortest time.
global_asm!(
	".section .init3, \"ax\", @progbits",
	"wdr",
	"in r24, 0x34",
	"sts bpiiot_reset_flags, r24",
	"sts bpiiot_reset_flags + 1, r2",
	"out 0x34, r1",
	".section .noinit, \"aw\", @nobits",
	"bpiiot_reset_flags: .skip 2",
	"bpiiot_restart: .skip 2",
	".text",
);

extern "C" {
	static bpiiot_reset_flags: [u8; 2];
	static mut bpiiot_restart: [u8; 2];
}

#[no_mangle]
extern "C" fn main() -> ! {
	crate::run()
}

/// What [`announce_restart`] leaves for the next life. Memory that was without power says it by a chance of one in 65,536.
const RESTART: [u8; 2] = [0xb0, 0xa7];

/// Lets the next life know that the host ordered the reset which is to come.
pub fn announce_restart() {
	// SAFETY: interrupts do not use it.
	unsafe { (&raw mut bpiiot_restart).write_volatile(RESTART) };
}

/// Whether this life was announced. It asks once.
fn was_announced() -> bool {
	// SAFETY: interrupts do not use it; any bytes are a sound value.
	unsafe { (&raw mut bpiiot_restart).replace([0; 2]) == RESTART }
}

/// Why the board was reset. Where only the boot loader could know and did not say, a host that opened the port is the
/// likely one.
pub fn reset_cause() -> ResetCause {
	// SAFETY: written before `main`, never again.
	let [own, passed] = unsafe { bpiiot_reset_flags };
	let flags = match (own, passed) {
		(0, 1..=15) => passed,
		_ => own,
	};
	let announced = was_announced();
	const POWER_ON: u8 = 1 << 0;
	const BROWN_OUT: u8 = 1 << 2;
	const WATCHDOG: u8 = 1 << 3;
	match flags {
		flags if flags & POWER_ON != 0 => ResetCause::PowerOn,
		// The flags are gone where the boot loader has taken them and passes nothing on.
		_ if announced => ResetCause::Ordered,
		flags if flags & WATCHDOG != 0 => ResetCause::Watchdog,
		flags if flags & BROWN_OUT != 0 => ResetCause::BrownOut,
		_ => ResetCause::External,
	}
}

/// Lets go of everything and waits for the watchdog.
pub fn stop() -> ! {
	// SAFETY: only forbids interrupts.
	unsafe { asm!("cli") };
	disconnect(Compare::A);
	disconnect(Compare::B);
	crate::pins::release_all();
	loop {
		// SAFETY: does nothing. Without it the compiler could take the loop for nothing at all.
		unsafe { asm!("nop") };
	}
}

/// Starts the watchdog: without [`feed_watchdog`] for 250 ms it resets the board.
pub fn start_watchdog() {
	const CHANGE: u8 = 1 << 4;
	const ENABLE: u8 = 1 << 3;
	const MS_250: u8 = 4;
	// SAFETY: writes WDTCSR (0x60) twice within the four cycles that it allows; interrupts are still forbidden.
	unsafe {
		asm!(
			"wdr",
			"sts 0x60, {change}",
			"sts 0x60, {setting}",
			change = in(reg) CHANGE | ENABLE,
			setting = in(reg) ENABLE | MS_250,
		);
	}
	// After a reset by the watchdog it runs already, with its shortest time: now the new one counts.
	feed_watchdog();
}

/// Says that the main loop goes round.
pub fn feed_watchdog() {
	// SAFETY: has no effect but on the watchdog.
	unsafe { asm!("wdr") };
}

// --- Interrupts and sleep --------------------------------------------------------------------------------------------

/// Allows interrupts.
pub fn allow_interrupts() {
	SMCR.set(1); // sleep is allowed, mode idle
			  // SAFETY: everything that the interrupts use is made of atomics.
	unsafe { asm!("sei") };
}

/// Sleeps, from interrupt to interrupt, until `done` is true. It is called with interrupts forbidden.
pub fn sleep_until(mut done: impl FnMut() -> bool) {
	loop {
		// SAFETY: interrupts are allowed again below. An interrupt between the look and the sleep waits: `sei` takes effect
		// one instruction late, so it wakes the sleep at once.
		unsafe { asm!("cli") };
		let finished = done();
		if finished {
			// SAFETY: as in `allow_interrupts`.
			unsafe { asm!("sei") };
			return;
		}
		// SAFETY: as in `allow_interrupts`. The `nop` lets the interrupt run before the next `cli`.
		unsafe { asm!("sei", "sleep", "nop") };
	}
}

#[no_mangle]
extern "avr-interrupt" fn __vector_14() {
	clock::tick();
}

#[no_mangle]
extern "avr-interrupt" fn __vector_18() {
	const OVERRUN: u8 = 1 << 3;
	// The status belongs to the byte that is read after it.
	let status = UCSR0A.get();
	let byte = UDR0.get();
	serial::received(byte, status & OVERRUN != 0);
}

#[no_mangle]
extern "avr-interrupt" fn __vector_19() {
	match serial::next_to_send() {
		Some(byte) => UDR0.set(byte),
		None => UCSR0B.set(RECEIVE),
	}
}

#[no_mangle]
extern "avr-interrupt" fn __vector_21() {
	let low = ADCL.get();
	let sample = u16::from_le_bytes([low, ADCH.get()]);
	ADMUX.set(REFERENCE_AVCC | analogue::converted(sample));
	ADCSRA.set(CONVERT);
}

// --- Timer 0: the tick -----------------------------------------------------------------------------------------------

/// Ticks each millisecond: 16 MHz / 64 / 250.
pub fn start_tick() {
	OCR0A.set(249);
	TCCR0A.set(0b10); // counts to OCR0A
	TCCR0B.set(0b011); // through 64
	TIMSK0.set(0b10); // interrupt at OCR0A
}

// --- Timer 1: pulse width --------------------------------------------------------------------------------------------

/// One of the timer's two outputs.
#[derive(Clone, Copy, Eq, PartialEq)]
pub enum Compare {
	/// Terminal 9.
	A,
	/// Terminal 10.
	B,
}

impl Compare {
	/// The bits that connect the output: on from the start of a period until the compare value.
	fn connected(self) -> u8 {
		match self {
			Compare::A => 1 << 7,
			Compare::B => 1 << 5,
		}
	}
}

/// Counts to `top` without a divider: fast pulse width, mode 14.
pub fn start_pwm(top: u16) {
	set_pair(ICR1, top);
	TCCR1A.set(0b10);
	TCCR1B.set(0b1_1001);
}

/// The count at which the output goes off, from the next period on.
pub fn set_duty(compare: Compare, duty: u16) {
	match compare {
		Compare::A => set_pair(OCR1A, duty),
		Compare::B => set_pair(OCR1B, duty),
	}
}

/// The timer drives the terminal.
pub fn connect(compare: Compare) {
	TCCR1A.set_bits(compare.connected());
}

/// The port drives the terminal.
pub fn disconnect(compare: Compare) {
	TCCR1A.clear_bits(compare.connected());
}

// --- Serial line -----------------------------------------------------------------------------------------------------

/// Receiver, transmitter, and the interrupt for each byte that came.
const RECEIVE: u8 = 1 << 7 | 1 << 4 | 1 << 3;
/// The same, and the interrupt for each byte that can go.
const SEND: u8 = RECEIVE | 1 << 5;

/// 115,200 baud (117,647 in truth, 2.1 % more), 8 data bits, no parity, one stop bit.
pub fn start_uart() {
	// Twice the speed, before the divider counts.
	UCSR0A.set(1 << 1);
	UBRR0H.set(0);
	UBRR0L.set(16);
	UCSR0C.set(0b110);
	UCSR0B.set(RECEIVE);
}

/// There are bytes to send. The interrupt that turns this off again cannot come in between to any harm: at worst it
/// finds nothing to send once more.
pub fn send() {
	UCSR0B.set(SEND);
}

// --- Analogue to digital ---------------------------------------------------------------------------------------------

const REFERENCE_AVCC: u8 = 1 << 6;
/// On, start, interrupt when done, clock 16 MHz / 128.
const CONVERT: u8 = 1 << 7 | 1 << 6 | 1 << 3 | 0b111;

/// Starts the first conversion, of input 0; each one's interrupt starts the next.
pub fn start_converter() {
	DIDR0.set(0b11_1111); // no digital receivers at A0 to A5
	ADMUX.set(REFERENCE_AVCC);
	ADCSRA.set(CONVERT);
}

// --- Memories --------------------------------------------------------------------------------------------------------

/// Bytes of the EEPROM.
pub const EEPROM_LEN: u16 = 1024;

/// The EEPROM, for who writes it.
pub struct Eeprom;

impl board_core::Eeprom for Eeprom {
	fn load(&self, address: u16) -> u8 {
		read_eeprom(address)
	}

	fn store(&mut self, address: u16, byte: u8) {
		select(address);
		EEDR.set(byte);
		// SAFETY: sets EEMPE and, within four cycles, EEPE, in EECR (0x1f), without an interrupt in between; whether
		// interrupts are allowed afterwards is as before (SREG, 0x3f).
		unsafe {
			asm!(
				"in {before}, 0x3f",
				"cli",
				"sbi 0x1f, 2",
				"sbi 0x1f, 1",
				"out 0x3f, {before}",
				before = out(reg) _,
			);
		}
		select(address); // waits until it is written
	}
}

/// Reads a byte of the EEPROM.
pub fn read_eeprom(address: u16) -> u8 {
	const READ: u8 = 1 << 0;
	select(address);
	EECR.set_bits(READ);
	EEDR.get()
}

/// Waits for a write that is under way, then chooses an address.
fn select(address: u16) {
	const WRITING: u8 = 1 << 1;
	while EECR.get() & WRITING != 0 {
		feed_watchdog();
	}
	EEARH.set((address >> 8) as u8);
	EEARL.set(address as u8);
}

const DEFAULT_IMAGE_BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/drill_press.img"));

/// Bytes of the configuration beside the program.
pub const DEFAULT_LEN: u16 = DEFAULT_IMAGE_BYTES.len() as u16;

/// The configuration of a board that was never given one.
#[link_section = ".progmem.data"]
static DEFAULT_IMAGE: [u8; DEFAULT_LEN as usize] = *include_bytes!(concat!(env!("OUT_DIR"), "/drill_press.img"));

/// Blake2b-256 of the program with zeros in this place, written here after linking.
#[no_mangle]
#[link_section = ".progmem.data"]
static BPIIOT_FIRMWARE_HASH: [u8; 32] = [0; 32];

/// Reads a byte of the configuration beside the program; 0xFF beyond its end.
pub fn read_default(address: u16) -> u8 {
	match address < DEFAULT_LEN {
		// SAFETY: within the array.
		true => unsafe { read_program((&raw const DEFAULT_IMAGE).cast::<u8>().add(usize::from(address))) },
		false => 0xff,
	}
}

/// The hash of this program.
pub fn firmware_hash() -> [u8; 32] {
	let mut hash = [0; 32];
	for (place, byte) in hash.iter_mut().enumerate() {
		// SAFETY: within the array, which is as long.
		*byte = unsafe { read_program((&raw const BPIIOT_FIRMWARE_HASH).cast::<u8>().add(place)) };
	}
	hash
}

/// Reads a byte of the program memory.
///
/// # Safety
///
/// `address` is an address in program memory.
unsafe fn read_program(address: *const u8) -> u8 {
	let byte;
	// SAFETY: reads program memory, which always exists there.
	unsafe {
		asm!("lpm {byte}, Z", byte = out(reg) byte, in("Z") address, options(readonly, nostack, preserves_flags))
	};
	byte
}

/// Room for a value that is made at run time, once, and then given away, once.
pub struct Place<T> {
	state: Cell<State>,
	value: UnsafeCell<MaybeUninit<T>>,
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum State {
	Empty,
	Filled,
	Taken,
}

// SAFETY: there is one core, and interrupts do not use it.
unsafe impl<T: Send> Sync for Place<T> {}

impl<T> Place<T> {
	/// Room that is empty.
	pub const fn new() -> Self {
		Place {
			state: Cell::new(State::Empty),
			value: UnsafeCell::new(MaybeUninit::uninit()),
		}
	}

	/// Has the value made there. It stays empty when that fails, or when it is not empty.
	pub fn fill<E>(&'static self, make: impl FnOnce(&mut MaybeUninit<T>) -> Result<&mut T, E>) {
		if self.state.replace(State::Taken) != State::Empty {
			return;
		}
		// SAFETY: only the first call comes here, and `take` gives nothing before it has ended: no other reference exists.
		let room = unsafe { &mut *self.value.get() };
		let address = room.as_ptr();
		// Only a value that was made in this very place fills it.
		if make(room).is_ok_and(|value| core::ptr::eq(value, address)) {
			self.state.set(State::Filled);
		}
	}

	/// The value, the first time after it was made.
	#[allow(clippy::mut_from_ref)] // once only
	pub fn take(&'static self) -> Option<&'static mut T> {
		match self.state.replace(State::Taken) {
			// SAFETY: filled, so it is initialised; this state is left for ever, so there is no other reference.
			State::Filled => Some(unsafe { (*self.value.get()).assume_init_mut() }),
			_ => None,
		}
	}
}
