//! What the pallet stores.

use crate::Config;
use bpiiot_primitives::{MachineId, UnixMillis};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::ConstU32, traits::fungible::Inspect, BoundedVec};
use scale_info::TypeInfo;
use sp_core::H256;

/// An amount of the native currency, in planck.
pub type BalanceOf<T> = <<T as Config>::Currency as Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// A machine of this runtime.
pub type MachineOf<T> = Machine<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// A short UTF-8 text of at most `N` bytes.
pub type Text<const N: u32> = BoundedVec<u8, ConstU32<N>>;

/// What a machine says of itself. Anything longer than a short text is a content hash.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug, Default)]
pub struct MachineProfile {
	/// Maker and type, e.g. `Solid TB 16`.
	pub model: Text<64>,
	/// Where it stands, as coarse as the owner wishes, e.g. `Bremen, hall 3`.
	pub location: Text<64>,
	/// What it can do, e.g. `drilling`. Offers name one of these.
	pub capabilities: BoundedVec<Text<32>, ConstU32<16>>,
	/// Hash of the board's firmware, as the owner declares it.
	pub firmware: H256,
	/// Hash of the machine's data sheet.
	pub metadata: H256,
	/// The X25519 public key to encrypt private matter (recipes, drawings) to.
	pub encryption_key: [u8; 32],
}

/// Whether a machine takes orders.
///
/// The indexes are fixed, so that a status may be added without moving the others.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub enum MachineStatus {
	/// It takes orders.
	#[default]
	#[codec(index = 0)]
	InService,
	/// It takes no new orders. Its key still acts, so that it can finish what it has begun.
	#[codec(index = 1)]
	OutOfService,
	/// It is gone for good and its key acts for nobody.
	#[codec(index = 2)]
	Decommissioned,
}

/// A machine: who owns it, which key acts for it, what it is.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Machine<AccountId, Balance> {
	/// The plain account that owns it: pays its fees, takes its earnings.
	pub owner: AccountId,
	/// The sr25519 public key that acts for it, or did last.
	pub key: AccountId,
	/// What it says of itself.
	pub profile: MachineProfile,
	/// Whether it takes orders.
	pub status: MachineStatus,
	/// What is on hold at the owner for it, in planck. Remembered, so that a runtime may change the price.
	pub deposit: Balance,
	/// When it was registered, in unix milliseconds of the block.
	pub registered_at: UnixMillis,
}

/// What became of a key. Never removed: a key that was used once is never a machine's key again.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyRecord {
	/// The machine that the key acts or acted for.
	pub machine: MachineId,
	/// Whether it still does.
	pub live: bool,
}

/// What a machine's key may cost its owner, and when it last did.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct FeeRecord<Balance> {
	/// What the machine's key may still cost the owner in transaction fees, in planck.
	pub allowance: Balance,
	/// When the machine's key last paid for a transaction, in unix milliseconds of the block; 0 for never. It stands
	/// here because this record is written then anyway.
	pub last_seen: UnixMillis,
}
