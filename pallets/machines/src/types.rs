//! What the pallet stores.

use crate::{window, Config};
use bpiiot_primitives::{AssetKind, MachineId, SpendPurpose, UnixMillis};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	pallet_prelude::{ConstU32, Zero},
	traits::fungible::Inspect,
	BoundedVec,
};
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
}

/// The X25519 public key to encrypt private matter (recipes, drawings) to.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct EncryptionKey {
	/// The key; all zeroes when none is declared.
	pub key: [u8; 32],
	/// 1 from registration and one more at each rotation, so that whoever encrypts can say to which key.
	pub version: u32,
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
	/// Whom the owner lets take it over.
	pub offered_to: Option<AccountId>,
	/// The sr25519 public key that acts for it, or did last.
	pub key: AccountId,
	/// How many keys were replaced: the nonce of the next rotation's proof.
	pub rotations: u32,
	/// What to encrypt to.
	pub encryption: EncryptionKey,
	/// What it says of itself.
	pub profile: MachineProfile,
	/// Whether it takes orders.
	pub status: MachineStatus,
	/// Whether its owner has barred its key. It takes no orders then, whatever its status says.
	pub frozen: bool,
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

/// What an owner lets his machine's key cost in transaction fees.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct FeeAllowance<Balance> {
	/// In planck; 0 silences the key.
	pub amount: Balance,
	/// After how many milliseconds there is as much again: 0 for never, or a minute to 365 days. See
	/// [`window`](crate::window).
	pub period: u64,
}

/// What a machine's key may cost its owner, and when it last did.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct FeeRecord<Balance> {
	/// What it may cost in a period, in planck.
	pub per_period: Balance,
	/// The period, in milliseconds; 0 if nothing comes back by itself.
	pub period: u64,
	/// What it may still cost, in planck, until `renews_at`; from then on all of `per_period` (see [`FeeRecord::at`]).
	pub left: Balance,
	/// When the window ends, in unix milliseconds; 0 before the first fee, and always if the period is 0.
	pub renews_at: UnixMillis,
	/// When the machine's key last paid for a transaction, in unix milliseconds of the block; 0 for never. It stands
	/// here because this record is written then anyway.
	pub last_seen: UnixMillis,
}

impl<Balance: Copy> FeeRecord<Balance> {
	/// The record of a new allowance. Its first window begins with the first fee.
	pub fn new(allowance: FeeAllowance<Balance>, last_seen: UnixMillis) -> Self {
		let FeeAllowance { amount, period } = allowance;
		Self {
			per_period: amount,
			period,
			left: amount,
			renews_at: 0,
			last_seen,
		}
	}

	/// What a fee that is taken at `now` finds.
	#[must_use]
	pub fn at(self, now: UnixMillis) -> Self {
		match window::renewal(self.period, self.renews_at, now) {
			Some(renews_at) => Self {
				left: self.per_period,
				renews_at,
				..self
			},
			None => self,
		}
	}
}

/// Kinds of spending, each named once.
pub type Purposes = BoundedVec<SpendPurpose, ConstU32<8>>;

/// How much of an asset a machine may spend.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct SpendingCap<Balance> {
	/// Which asset.
	pub asset: AssetKind,
	/// How much in a period, in the asset's smallest unit.
	pub per_period: Balance,
}

/// What an owner lets his machine do with the money in its account.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SpendingPolicy<Balance> {
	/// What it may spend for; nothing else.
	pub purposes: Purposes,
	/// After how many milliseconds it may spend as much again: 0 for never, or a minute to 365 days. See
	/// [`window`](crate::window).
	pub period: u64,
	/// How much of which asset, for all purposes together; nothing of any other asset. No asset twice.
	pub caps: BoundedVec<SpendingCap<Balance>, ConstU32<8>>,
}

impl<Balance> SpendingPolicy<Balance> {
	/// Whether it names each purpose and each asset once.
	pub fn names_nothing_twice(&self) -> bool {
		each_once(self.purposes.iter()) && each_once(self.caps.iter().map(|cap| &cap.asset))
	}
}

/// Whether no two of them are the same.
pub(crate) fn each_once<'a, T: PartialEq + 'a>(names: impl Iterator<Item = &'a T> + Clone) -> bool {
	let others = names.clone();
	names
		.enumerate()
		.all(|(place, name)| others.clone().take(place).all(|other| other != name))
}

/// How much of an asset a machine may spend, and has spent.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget<Balance> {
	/// Which asset.
	pub asset: AssetKind,
	/// How much in a period, in the asset's smallest unit.
	pub per_period: Balance,
	/// How much of that is spent, or forfeited, in the window that ends at [`SpendingRecord::renews_at`].
	pub spent: Balance,
}

/// A machine's spending policy, and what was spent under it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct SpendingRecord<Balance> {
	/// What it may spend for.
	pub purposes: Purposes,
	/// The period, in milliseconds; 0 if nothing comes back by itself.
	pub period: u64,
	/// When the window ends, in unix milliseconds; 0 before the first spending, and always if the period is 0.
	pub renews_at: UnixMillis,
	/// The assets that it may spend.
	pub budgets: BoundedVec<Budget<Balance>, ConstU32<8>>,
}

impl<Balance: Copy + Zero> SpendingRecord<Balance> {
	/// What a spending at `now` finds.
	#[must_use]
	pub fn at(mut self, now: UnixMillis) -> Self {
		if let Some(renews_at) = window::renewal(self.period, self.renews_at, now) {
			self.renews_at = renews_at;
			for budget in self.budgets.iter_mut() {
				budget.spent = Zero::zero();
			}
		}
		self
	}

	/// Of this asset, if it may spend any.
	pub(crate) fn budget(&mut self, asset: &AssetKind) -> Option<&mut Budget<Balance>> {
		self.budgets.iter_mut().find(|budget| budget.asset == *asset)
	}
}

impl<Balance: Copy + Zero> From<SpendingPolicy<Balance>> for SpendingRecord<Balance> {
	/// The record of a new policy. Its first window begins with the first spending.
	fn from(policy: SpendingPolicy<Balance>) -> Self {
		let budgets = policy.caps.iter().map(|cap| Budget {
			asset: cap.asset,
			per_period: cap.per_period,
			spent: Zero::zero(),
		});
		Self {
			purposes: policy.purposes,
			period: policy.period,
			renews_at: 0,
			// As many as there are caps, which are as many as there may be budgets.
			budgets: BoundedVec::truncate_from(budgets.collect()),
		}
	}
}
