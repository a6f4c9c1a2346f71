//! What a channel's meter counts, and what that costs.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What is counted: a common code of UN/CEFACT recommendation 20 ("WHR" watt-hours, "LTR" litres, "SEC" seconds). One of two
/// characters has a space behind it.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug,
)]
pub struct Unit(pub [u8; 3]);

impl Unit {
	/// Whether it is of the form of a code.
	pub fn is_code(&self) -> bool {
		let is_sign = |sign: u8| sign.is_ascii_uppercase() || sign.is_ascii_digit();
		let [first, second, third] = self.0;
		is_sign(first) && is_sign(second) && (is_sign(third) || third == b' ')
	}
}

/// What units cost.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tariff {
	/// So much of the asset's smallest unit..
	pub price: u128,
	/// .. for so many units.
	pub per: u64,
}

impl Tariff {
	/// What a reading comes to, rounded down: over all, and not tick by tick, so nothing is lost by rounding. None when that is
	/// no number.
	pub fn amount_of(&self, reading: u64) -> Option<u128> {
		self.price.checked_mul(reading.into())?.checked_div(self.per.into())
	}

	/// A reading that comes to no more than `amount`: the largest one, except where the numbers are larger than any money, and
	/// there a smaller one.
	pub fn reading_for(&self, amount: u128) -> u64 {
		let per = u128::from(self.per);
		let exact = || {
			let below = amount.checked_add(1)?.checked_mul(per)?.checked_sub(1)?;
			below.checked_div(self.price)
		};
		let whole = || amount.checked_div(self.price).map(|times| times.saturating_mul(per));
		exact()
			.or_else(whole)
			.unwrap_or_default()
			.try_into()
			.unwrap_or(u64::MAX)
	}
}

/// How a channel is metered. Both ends have agreed to it when it opens, and it stands in the channel's record; the chain pays by
/// vouchers and does no sums.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Metering {
	/// What is counted.
	pub unit: Unit,
	/// What it costs.
	pub tariff: Tariff,
	/// How many units may be supplied and not be paid: the most that is ever in dispute.
	pub tick: u64,
}

impl Metering {
	/// Whether something can be supplied and paid by it.
	pub fn is_sound(&self) -> bool {
		self.unit.is_code() && self.tariff.price > 0 && self.tariff.per > 0 && self.tick > 0
	}
}
