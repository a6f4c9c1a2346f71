//! Why an end does not do what it was asked.

use core::fmt;

/// Why an end does not do what it was asked. Nothing of it has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
	/// More than may be supplied before something more is paid.
	NoRoom,
	/// Of nothing.
	Nothing,
	/// The amount is not what the tariff makes of the reading.
	WrongAmount,
	/// The reading is further than a tick from what was signed last.
	MoreThanATick,
	/// The voucher is for more than was ever supplied.
	NotSupplied,
	/// The sequence does not rise with the reading.
	OutOfOrder,
	/// More than the channel has.
	OverDeposit,
	/// More than this end may spend.
	OverLimit,
	/// Less than what was paid by vouchers.
	LessThanPaid,
	/// The channel is ending.
	Closing,
	/// This end has asked for no end, or for another one.
	NotAsked,
	/// Larger than any number.
	Overflow,
}

impl fmt::Display for Refusal {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::NoRoom => "a tick is unpaid: nothing more is supplied until a voucher for it is on the disk",
			Self::Nothing => "no units",
			Self::WrongAmount => "the amount is not what the tariff makes of the reading",
			Self::MoreThanATick => "the reading is more than a tick beyond what was signed last",
			Self::NotSupplied => "the voucher is for more than was supplied",
			Self::OutOfOrder => "the sequence does not rise with the reading",
			Self::OverDeposit => "the channel's deposit is less; top it up",
			Self::OverLimit => "more than this end may spend",
			Self::LessThanPaid => "the channel does not end with less than what was paid",
			Self::Closing => "the channel is ending",
			Self::NotAsked => "this end has asked for no such end of the channel",
			Self::Overflow => "larger than any number",
		})
	}
}

impl core::error::Error for Refusal {}
