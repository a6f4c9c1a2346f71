//! What the pallet stores.

use bpiiot_primitives::{AssetKind, UnixMillis};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};

use scale_info::TypeInfo;

/// An open escrow. It is deleted when it ends.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct EscrowRecord<AccountId, Balance> {
	/// Whose money is on hold for the price.
	pub payer: AccountId,
	/// Who is paid.
	pub payee: AccountId,
	/// The asset of both amounts.
	pub asset: AssetKind,
	/// Still on hold at the payer for the price, in the asset's smallest unit.
	pub held: Balance,
	/// On hold at the payee as security; zero until posted.
	pub bond: Balance,
}

/// The stop clock.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct StopClock {
	/// The timestamp of the last block, in unix milliseconds; zero before the first.
	pub last: UnixMillis,
	/// How long the chain has stood still in all, in milliseconds.
	pub stopped: u64,
}
