//! What outlives a reset.

use bpiiot_protocol::Session;

/// A memory that keeps its bytes without power, and wears out when it is written.
pub trait Eeprom {
	/// The byte at an address; `0xFF` where nothing was ever written.
	fn load(&self, address: u16) -> u8;
	/// Writes a byte and waits until it is kept, some milliseconds.
	fn store(&mut self, address: u16, byte: u8);
}

/// Entries of the log. Each is written once in so many resets: with 100,000 writes a byte that is 1.6 million resets.
const ENTRIES: u16 = 16;
/// The number, and a check byte that no torn or erased entry has by chance alone.
const ENTRY_LEN: u16 = 5;

/// Bytes that [`next_session`] uses.
pub const SESSIONS_LEN: u16 = ENTRIES * ENTRY_LEN;

/// Picks a session number that this board never had before, and notes it at `base`.
///
/// When power fails on the way, the number was not given to anybody and may be given the next time. On a board that was
/// never used, or whose log is damaged as a whole, it starts with 1.
pub fn next_session(eeprom: &mut impl Eeprom, base: u16) -> Session {
	let mut newest = None;
	for entry in 0..ENTRIES {
		let number = read_entry(eeprom, base + entry * ENTRY_LEN);
		newest = match (number, newest) {
			(Some(number), Some((_, highest))) if !is_later(number, highest) => newest,
			(Some(number), _) => Some((entry, number)),
			(None, _) => newest,
		};
	}
	let (entry, number) = match newest {
		Some((entry, number)) => ((entry + 1) % ENTRIES, number.wrapping_add(1)),
		None => (0, 1),
	};
	let session = Session(if number == Session::UNKNOWN.0 { 1 } else { number });
	write_entry(eeprom, base + entry * ENTRY_LEN, session.0);
	session
}

fn read_entry(eeprom: &impl Eeprom, at: u16) -> Option<u32> {
	let mut bytes = [0; 4];
	for (byte, address) in bytes.iter_mut().zip(at..) {
		*byte = eeprom.load(address);
	}
	let number = u32::from_le_bytes(bytes);
	(eeprom.load(at + 4) == check_byte(bytes) && number != Session::UNKNOWN.0).then_some(number)
}

fn write_entry(eeprom: &mut impl Eeprom, at: u16, number: u32) {
	let bytes = number.to_le_bytes();
	for (byte, address) in bytes.into_iter().zip(at..) {
		eeprom.store(address, byte);
	}
	eeprom.store(at + 4, check_byte(bytes));
}

/// Differs for each single byte that differs, and is not `0xFF` for an erased entry.
fn check_byte(bytes: [u8; 4]) -> u8 {
	bytes
		.into_iter()
		.fold(0x5a, |check: u8, byte| check.rotate_left(1) ^ byte)
}

/// Half of the number circle lies ahead, half behind.
fn is_later(number: u32, than: u32) -> bool {
	let ahead = number.wrapping_sub(than);
	ahead != 0 && ahead <= u32::MAX / 2
}
