//! The keys of GS1, typed. Nothing here knows what a key stands for; all of it may move to `bpiiot-primitives` as it is.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, BoundedVec};
use scale_info::TypeInfo;

/// Lengths of a GTIN.
const GTIN: [usize; 4] = [8, 12, 13, 14];
/// Digits of an SSCC.
const SSCC: usize = 18;
/// Digits of a GLN.
const GLN: usize = 13;
/// Digits that keys have for company prefix and what it numbers: of a GTIN those between indicator and check digit.
const BODY: u8 = 12;
/// Digits of the shortest and the longest company prefix.
const PREFIX: core::ops::RangeInclusive<u8> = 4..=BODY;
/// Most digits of a serial number that a range may have.
const MAX_WIDTH: usize = 18;
/// A million millions: one more than the largest body.
const BODIES: u64 = 1_000_000_000_000;

/// A lot or batch (AI 10): one to twenty signs of set 82.
pub type Lot = BoundedVec<u8, ConstU32<20>>;

/// A serial (AI 21): one to twenty signs of set 82.
pub type Serial = BoundedVec<u8, ConstU32<20>>;

/// A unit of measure, as UN/ECE Recommendation 20 has it ("LTR", "KGM", "H87" for pieces).
pub type Unit = BoundedVec<u8, ConstU32<3>>;

/// Declares a key of digits with a check digit at the end.
macro_rules! checked_key {
	($(#[$doc:meta])* $name:ident, $digits:expr, $lengths:expr) => {
		$(#[$doc])*
		#[derive(
			Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord,
			Debug, Default,
		)]
		pub struct $name(pub u64);

		impl $name {
			/// Whether it has no more digits than it may, and the right check digit.
			pub fn is_valid(self) -> bool {
				self.0 > 0 && self.0 < 10u64.pow($digits) && has_check_digit(self.0)
			}

			/// Reads the digits of a label.
			pub fn parse(digits: &[u8]) -> Option<Self> {
				let lengths: &[usize] = &$lengths;
				let number = number(digits).filter(|_| lengths.contains(&digits.len()));
				number.map(Self).filter(|key| key.is_valid())
			}
		}
	};
}

checked_key! {
	/// What an item is one of: a Global Trade Item Number (AI 01), as the number that its digits are. A GTIN-8, GTIN-12 and
	/// GTIN-13 is the same number as the GTIN-14 that it becomes with zeros in front, and so is its check digit.
	Gtin, 14, GTIN
}
checked_key! {
	/// A Serial Shipping Container Code (AI 00): a logistic unit.
	Sscc, 18, [SSCC]
}
checked_key! {
	/// A Global Location Number (AI 414): a place, or a party.
	Gln, 13, [GLN]
}

impl Gtin {
	/// The twelve digits that begin with the company prefix.
	pub fn body(self) -> u64 {
		self.0.checked_div(10).unwrap_or_default() % BODIES
	}
}

impl Sscc {
	/// The first twelve digits behind the extension digit: they begin with the company prefix.
	pub fn body(self) -> u64 {
		self.0.checked_div(100_000).unwrap_or_default() % BODIES
	}
}

/// A GS1 company prefix: four to twelve digits, which may begin with zeros. For a GTIN-8, which has none, all that is before
/// its check digit, with five zeros in front.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct CompanyPrefix {
	/// The number that the digits are.
	pub digits: u64,
	/// How many digits, zeros in front included.
	pub length: u8,
}

impl CompanyPrefix {
	/// Reads the digits.
	pub fn parse(digits: &[u8]) -> Option<Self> {
		let length = u8::try_from(digits.len()).ok()?;
		let digits = number(digits)?;
		Some(Self { digits, length }).filter(Self::is_valid)
	}

	/// Whether it has a length that there is, and no more digits than that.
	pub fn is_valid(&self) -> bool {
		PREFIX.contains(&self.length) && self.digits < 10u64.saturating_pow(self.length.into())
	}

	/// The first body that begins with it.
	pub fn first(&self) -> u64 {
		self.digits.saturating_mul(self.room())
	}

	/// The last body that begins with it.
	pub fn last(&self) -> u64 {
		self.first().saturating_add(self.room().saturating_sub(1))
	}

	fn room(&self) -> u64 {
		10u64.saturating_pow(BODY.saturating_sub(self.length).into())
	}
}

/// A serial as the index has it: numbers of as many digits in their order, then all others.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub enum SerialKey {
	/// A number of at most eighteen digits.
	#[codec(index = 0)]
	Number(SerialNumber),
	/// Anything else.
	#[codec(index = 1)]
	Text(Serial),
}

impl SerialKey {
	/// The key of a serial.
	pub fn of(serial: &Serial) -> Self {
		SerialNumber::of(serial).map_or_else(|| Self::Text(serial.clone()), Self::Number)
	}

	/// The serial.
	pub fn serial(&self) -> Serial {
		match self {
			Self::Number(number) => number.serial(),
			Self::Text(serial) => serial.clone(),
		}
	}
}

/// A serial that is a number, zeros in front included. Its bytes are in the order of the numbers.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct SerialNumber {
	/// How many digits.
	pub width: u8,
	/// The number, the highest byte first.
	pub value: [u8; 8],
}

impl SerialNumber {
	/// The number that a serial is, if it is one of at most eighteen digits.
	pub fn of(serial: &[u8]) -> Option<Self> {
		let width = u8::try_from(serial.len()).ok()?;
		let value = number(serial).filter(|_| serial.len() <= MAX_WIDTH)?;
		Some(Self::new(width, value))
	}

	/// A number of so many digits.
	pub fn new(width: u8, value: u64) -> Self {
		let value = value.to_be_bytes();
		Self { width, value }
	}

	/// The number.
	pub fn value(&self) -> u64 {
		u64::from_be_bytes(self.value)
	}

	/// What is on the label.
	pub fn serial(&self) -> Serial {
		let width = usize::from(self.width);
		let digits = alloc::format!("{:0width$}", self.value());
		BoundedVec::truncate_from(digits.into_bytes())
	}
}

/// Whether the last digit is right: with the others weighed 3, 1, 3, … from the right, the sum of all ends in zero (GS1 General
/// Specifications, 7.9.1). Zeros in front change nothing.
pub fn has_check_digit(mut number: u64) -> bool {
	let (mut sum, mut weight) = (0u64, 1u64);
	while number > 0 {
		sum = sum.saturating_add((number % 10).saturating_mul(weight));
		number = number.checked_div(10).unwrap_or_default();
		weight = 4u64.saturating_sub(weight);
	}
	sum.is_multiple_of(10)
}

/// Whether all are signs that lots and serials may have: encodable character set 82 (GS1 General Specifications, figure
/// 7.11-1), and there is at least one.
pub fn is_text_82(text: &[u8]) -> bool {
	let fits = |sign: &u8| sign.is_ascii_alphanumeric() || b"!\"%&'()*+,-./:;<=>?_".contains(sign);
	!text.is_empty() && text.iter().all(fits)
}

/// Whether it is of the form of a code of UN/ECE Recommendation 20: two or three capital letters or digits.
pub fn is_unit(code: &[u8]) -> bool {
	let fits = |sign: &u8| sign.is_ascii_uppercase() || sign.is_ascii_digit();
	(2..=3).contains(&code.len()) && code.iter().all(fits)
}

/// The number that some digits are.
fn number(digits: &[u8]) -> Option<u64> {
	let is_number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
	let digits = core::str::from_utf8(digits).ok().filter(|_| is_number)?;
	digits.parse().ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use codec::Encode;

	/// Examples of the GS1 General Specifications and of GS1's check digit calculator.
	const KEYS: [&str; 5] = [
		"9506000134352",
		"614141000036",
		"6291041500213",
		"96385074",
		"00012345600012",
	];

	#[test]
	fn a_check_digit_finds_each_wrong_digit() {
		for key in KEYS {
			assert!(Gtin::parse(key.as_bytes()).is_some(), "{key}");
			for place in 0..key.len() {
				for digit in b'0'..=b'9' {
					let mut other = key.as_bytes().to_vec();
					other[place] = digit;
					let is_same = other == key.as_bytes();
					assert_eq!(Gtin::parse(&other).is_some(), is_same, "{key}, {digit} at {place}");
				}
			}
		}
	}

	#[test]
	fn a_gtin_of_any_length_is_the_one_of_fourteen_digits() {
		for key in KEYS {
			let short = Gtin::parse(key.as_bytes());
			assert_eq!(short, Gtin::parse(format!("{key:0>14}").as_bytes()), "{key}");
		}
		for no in [
			"",
			"0",
			"00000000000000",
			"950600013435",
			"95060001343521",
			"950600013435a",
			" 96385074",
		] {
			assert_eq!(Gtin::parse(no.as_bytes()), None, "{no}");
		}
		assert!(!Gtin(100_000_000_000_007).is_valid(), "fifteen digits");
		assert!(Gtin(9_506_000_134_352).is_valid());
	}

	#[test]
	fn an_sscc_has_eighteen_digits_and_a_gln_thirteen() {
		assert_eq!(Sscc::parse(b"340123450000000000"), Some(Sscc(340_123_450_000_000_000)));
		assert_eq!(Sscc::parse(b"340123450000000001"), None);
		assert_eq!(Sscc::parse(b"9506000134352"), None);
		assert_eq!(Gln::parse(b"9506000134352"), Some(Gln(9_506_000_134_352)));
		assert_eq!(Gln::parse(b"96385074"), None);
	}

	#[test]
	fn a_key_begins_with_the_prefix_that_it_was_issued_under() {
		let prefix = CompanyPrefix::parse(b"9506000").expect("a prefix");
		let gtin = Gtin::parse(b"19506000134359").expect("a case of them");
		assert_eq!(gtin.body(), 950_600_013_435);
		assert!((prefix.first()..=prefix.last()).contains(&gtin.body()));
		let sscc = Sscc::parse(b"340123450000000000").expect("an SSCC");
		assert_eq!(sscc.body(), 401_234_500_000);
		let eight = CompanyPrefix::parse(b"000009638507").expect("for one GTIN-8");
		assert_eq!(eight.first(), eight.last());
		assert_eq!(Gtin::parse(b"96385074").map(Gtin::body), Some(eight.first()));
		assert_eq!(CompanyPrefix::parse(b"123"), None);
		assert_eq!(CompanyPrefix::parse(b"1234567890123"), None);
		let wide = CompanyPrefix {
			digits: 10_000,
			length: 4,
		};
		assert!(!wide.is_valid());
	}

	#[test]
	fn numbers_lie_in_their_order_and_read_as_they_were() {
		let key = |text: &str| SerialKey::of(&Serial::truncate_from(text.as_bytes().to_vec()));
		let numbers = ["9", "02", "10", "000255", "000256", "999999999999999999"];
		for pair in numbers.windows(2) {
			assert!(key(pair[0]) < key(pair[1]), "{pair:?}");
			assert!(key(pair[0]).encode() < key(pair[1]).encode(), "{pair:?}");
		}
		let texts = ["0000000000000000000", "A1", "1 ", "-1", "+1"];
		assert!(texts.iter().all(|text| matches!(key(text), SerialKey::Text(_))));
		for text in numbers.into_iter().chain(texts) {
			assert_eq!(key(text).serial().into_inner(), text.as_bytes());
		}
	}

	#[test]
	fn lots_have_signs_that_a_label_can_carry_and_units_are_short_codes() {
		assert!(is_text_82(b"A-1/7.3_(b)"));
		for no in ["", "a b", "a#", "a~", "ä", "a\0", "a\n", "[a]"] {
			assert!(!is_text_82(no.as_bytes()), "{no}");
		}
		for unit in ["LTR", "KGM", "H87", "EA"] {
			assert!(is_unit(unit.as_bytes()), "{unit}");
		}
		for unit in ["", "L", "ltr", "L R", "LTRS"] {
			assert!(!is_unit(unit.as_bytes()), "{unit}");
		}
	}
}
