//! Where a channel is in the machine's registers, and how a value lies in them.

use bpiiot_protocol::ChannelInfo;
use std::fmt;
use tokio_modbus::Request;

/// One of the four tables of a Modbus machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
	/// Bits that can be written.
	Coil,
	/// Bits that can only be read.
	Discrete,
	/// Registers of 16 bits that can be written.
	Holding,
	/// Registers of 16 bits that can only be read.
	Input,
}

impl Table {
	/// All tables.
	pub const ALL: [Table; 4] = [Table::Coil, Table::Discrete, Table::Holding, Table::Input];

	/// The table's name in the configuration.
	pub const fn name(self) -> &'static str {
		match self {
			Table::Coil => "coil",
			Table::Discrete => "discrete",
			Table::Holding => "holding",
			Table::Input => "input",
		}
	}

	/// Whether it holds bits.
	pub const fn is_bits(self) -> bool {
		matches!(self, Table::Coil | Table::Discrete)
	}

	/// Whether it can be written.
	pub const fn is_writable(self) -> bool {
		matches!(self, Table::Coil | Table::Holding)
	}

	/// The most that one request may read of it (Modbus application protocol 1.1b3, sections 6.1 to 6.4).
	pub const fn most(self) -> u16 {
		match self.is_bits() {
			true => 2000,
			false => 125,
		}
	}
}

/// Which of two registers has the high half.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum WordOrder {
	/// The first.
	#[default]
	Big,
	/// The second.
	Little,
}

/// How a value lies in its registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
	/// One bit of a table of bits.
	Bit,
	/// One register, 0 to 65535.
	U16,
	/// One register, -32768 to 32767.
	I16,
	/// Two registers, without a sign; what does not fit a channel (2³¹ and more) counts as unreadable.
	U32(WordOrder),
	/// Two registers, with a sign.
	I32(WordOrder),
}

impl Encoding {
	/// How many registers or bits it takes.
	pub const fn registers(self) -> u16 {
		match self {
			Encoding::Bit | Encoding::U16 | Encoding::I16 => 1,
			Encoding::U32(_) | Encoding::I32(_) => 2,
		}
	}

	/// The raw counts that it can hold and that a channel can have.
	pub const fn range(self) -> (i32, i32) {
		match self {
			Encoding::Bit => (0, 1),
			Encoding::U16 => (0, u16::MAX as i32),
			Encoding::I16 => (i16::MIN as i32, i16::MAX as i32),
			Encoding::U32(_) => (0, i32::MAX),
			Encoding::I32(_) => (i32::MIN, i32::MAX),
		}
	}

	/// The type's name in the configuration.
	pub const fn name(self) -> &'static str {
		match self {
			Encoding::Bit => "bit",
			Encoding::U16 => "u16",
			Encoding::I16 => "i16",
			Encoding::U32(WordOrder::Big) => "u32",
			Encoding::U32(WordOrder::Little) => "u32 little",
			Encoding::I32(WordOrder::Big) => "i32",
			Encoding::I32(WordOrder::Little) => "i32 little",
		}
	}

	/// The registers with `value`, or the one bit as 0 or 1; `None` when it does not fit.
	pub fn encode(self, value: i32) -> Option<Vec<u16>> {
		let (min, max) = self.range();
		if !(min..=max).contains(&value) {
			return None;
		}
		// The lower 16 bits, and the upper ones: of a negative number too, as two's complement has it.
		let (low, high) = (value as u16, (value >> 16) as u16);
		Some(match self {
			Encoding::Bit | Encoding::U16 | Encoding::I16 => vec![low],
			Encoding::U32(WordOrder::Big) | Encoding::I32(WordOrder::Big) => vec![high, low],
			Encoding::U32(WordOrder::Little) | Encoding::I32(WordOrder::Little) => vec![low, high],
		})
	}

	/// The value in these registers, of which there must be [`Self::registers`].
	pub fn decode(self, words: &[u16]) -> Option<i64> {
		let double = |high: u16, low: u16| u32::from(high) << 16 | u32::from(low);
		Some(match (self, words) {
			(Encoding::Bit, [word]) => i64::from(*word != 0),
			(Encoding::U16, [word]) => i64::from(*word),
			(Encoding::I16, [word]) => i64::from(*word as i16),
			(Encoding::U32(WordOrder::Big), [high, low]) | (Encoding::U32(WordOrder::Little), [low, high]) => {
				i64::from(double(*high, *low))
			}
			(Encoding::I32(WordOrder::Big), [high, low]) | (Encoding::I32(WordOrder::Little), [low, high]) => {
				i64::from(double(*high, *low) as i32)
			}
			_ => return None,
		})
	}
}

/// Where a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
	/// In which table.
	pub table: Table,
	/// Its first register or bit, from 0 as on the wire.
	pub register: u16,
	/// How it lies there.
	pub encoding: Encoding,
}

impl Place {
	/// One past its last register.
	pub fn end(&self) -> u32 {
		u32::from(self.register) + u32::from(self.encoding.registers())
	}

	/// Whether both have a register in common.
	pub fn overlaps(&self, other: &Place) -> bool {
		self.table == other.table && u32::from(self.register) < other.end() && u32::from(other.register) < self.end()
	}

	/// The request that writes `value`; `None` when it does not fit, or the table cannot be written.
	pub fn write(&self, value: i32) -> Option<Request<'static>> {
		let words = self.encoding.encode(value)?;
		match (self.table, words.as_slice()) {
			(Table::Coil, [word]) => Some(Request::WriteSingleCoil(self.register, *word != 0)),
			(Table::Holding, [word]) => Some(Request::WriteSingleRegister(self.register, *word)),
			(Table::Holding, _) => Some(Request::WriteMultipleRegisters(self.register, words.into())),
			_ => None,
		}
	}
}

impl fmt::Display for Place {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self.encoding.registers() {
			1 => write!(f, "{} {}", self.table.name(), self.register),
			_ => write!(f, "{} {} and {}", self.table.name(), self.register, self.end() - 1),
		}
	}
}

/// A channel of the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
	/// What it is.
	pub info: ChannelInfo,
	/// Where it is.
	pub place: Place,
}

impl Channel {
	/// Name and place, for messages.
	pub fn what(&self) -> String {
		format!("{} ({})", self.info.name, self.place)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const ALL: [Encoding; 7] = [
		Encoding::Bit,
		Encoding::U16,
		Encoding::I16,
		Encoding::U32(WordOrder::Big),
		Encoding::U32(WordOrder::Little),
		Encoding::I32(WordOrder::Big),
		Encoding::I32(WordOrder::Little),
	];

	#[test]
	fn values_lie_in_their_registers_as_the_documentation_says() {
		let cases = [
			(Encoding::U16, 65535, vec![0xffff]),
			(Encoding::I16, -2, vec![0xfffe]),
			(Encoding::U32(WordOrder::Big), 0x0001_86a0, vec![0x0001, 0x86a0]),
			(Encoding::U32(WordOrder::Little), 0x0001_86a0, vec![0x86a0, 0x0001]),
			(Encoding::I32(WordOrder::Big), -3, vec![0xffff, 0xfffd]),
			(Encoding::I32(WordOrder::Little), -3, vec![0xfffd, 0xffff]),
			(Encoding::Bit, 1, vec![1]),
		];
		for (encoding, value, words) in cases {
			assert_eq!(encoding.encode(value), Some(words), "{encoding:?}");
		}
	}

	#[test]
	fn the_ends_of_each_range_fit_and_what_is_beyond_does_not() {
		for encoding in ALL {
			let (min, max) = encoding.range();
			for end in [min, max] {
				let words = encoding.encode(end).expect("an end fits");
				assert_eq!(encoding.decode(&words), Some(i64::from(end)), "{encoding:?}");
			}
			for beyond in [min.checked_sub(1), max.checked_add(1)].into_iter().flatten() {
				assert_eq!(encoding.encode(beyond), None, "{encoding:?}");
			}
		}
	}

	#[test]
	fn a_number_of_registers_that_is_wrong_is_no_value() {
		for encoding in ALL {
			assert_eq!(encoding.decode(&[]), None);
			assert_eq!(encoding.decode(&[0; 3]), None);
		}
	}

	proptest! {
		#[test]
		fn what_is_written_reads_the_same(which in 0..ALL.len(), value: i32) {
			let encoding = ALL[which];
			if let Some(words) = encoding.encode(value) {
				prop_assert_eq!(words.len(), usize::from(encoding.registers()));
				prop_assert_eq!(encoding.decode(&words), Some(i64::from(value)));
			} else {
				let (min, max) = encoding.range();
				prop_assert!(!(min..=max).contains(&value));
			}
		}

		#[test]
		fn any_registers_have_one_value(which in 1..ALL.len(), words: [u16; 2]) {
			let encoding = ALL[which];
			let words = &words[..usize::from(encoding.registers())];
			let value = encoding.decode(words).expect("the right number of registers");
			// Only an unsigned number of 32 bits may be more than a channel can have.
			match i32::try_from(value) {
				Ok(value) => prop_assert_eq!(encoding.encode(value), Some(words.to_vec())),
				Err(_) => prop_assert!(matches!(encoding, Encoding::U32(_))),
			}
		}
	}
}
