#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod actor;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod calls;
mod dispatchable_impls;
mod errors;
mod events;
pub mod fees;
#[cfg(test)]
mod mock;
mod policy;
pub mod proof;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;
pub mod window;

pub use fees::OwnerPaysFees;
pub use pallet::*;
pub use types::{
	BalanceOf, Budget, EncryptionKey, FeeAllowance, FeeRecord, KeyRecord, Machine, MachineOf, MachineProfile,
	MachineStatus, Purposes, SpendingCap, SpendingPolicy, SpendingRecord, Text,
};
pub use weights::WeightInfo;

use frame_support::pallet_macros::import_section;

/// Machines as account holders; the crate's page says how.
#[import_section(calls::calls)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use bpiiot_primitives::{AssetKind, AtRisk, MachineId, OpenWork, UnixMillis};
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{Inspect, Mutate, MutateHold},
			fungibles, Contains, Time,
		},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::traits::Zero;

	/// The storage layout of the first release.
	pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// Machines as account holders.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config:
		frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId: From<[u8; 32]> + Into<[u8; 32]>>
	{
		/// The runtime's reasons for holding money.
		type RuntimeHoldReason: From<HoldReason>;

		/// Weights, generated on this runtime.
		type WeightInfo: WeightInfo;

		/// The native currency.
		type Currency: Inspect<Self::AccountId>
			+ Mutate<Self::AccountId>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The native currency and all assets, for what goes into a machine's account and comes out of it.
		type Fungibles: fungibles::Inspect<Self::AccountId, AssetId = AssetKind, Balance = BalanceOf<Self>>
			+ fungibles::Mutate<Self::AccountId>;

		/// On hold at the owner from registration to decommission, in planck.
		#[pallet::constant]
		type MachineDeposit: Get<BalanceOf<Self>>;

		/// What a registration costs, in planck. It is not given back: it pays for the records of the machine and of its
		/// key, which must stay for ever.
		#[pallet::constant]
		type RegistrationFee: Get<BalanceOf<Self>>;

		/// What a rotation of a machine's key costs its owner, in planck. It is not given back: it pays for the record of
		/// the new key, which must stay for ever.
		#[pallet::constant]
		type RotationFee: Get<BalanceOf<Self>>;

		/// Who gets the fees of registrations and rotations.
		type FeeDestination: Get<Self::AccountId>;

		/// The calls whose fees an owner pays for his machine's key. The calls that a machine makes, and no other: no
		/// `batch`, `proxy` or anything else that carries a call. It must contain `set_service`, `rotate_key` and
		/// `rotate_encryption_key`.
		type SponsoredCalls: Contains<Self::RuntimeCall>;

		/// The block's time, in unix milliseconds.
		type Time: Time<Moment = UnixMillis>;

		/// Knows of agreements that have not ended.
		type OpenWork: OpenWork;

		/// Knows what machines may still lose: it counts against their caps.
		type AtRisk: AtRisk<Self::AccountId, AssetKind, BalanceOf<Self>>;

		/// Makes assets to measure with.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: bpiiot_primitives::BenchmarkAssets<Self::AccountId, BalanceOf<Self>>;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The deposit of a registered machine, at its owner.
		MachineDeposit,
	}

	/// Every machine that was ever registered.
	#[pallet::storage]
	pub type Machines<T: Config> = StorageMap<_, Blake2_128Concat, MachineId, MachineOf<T>>;

	/// Every key that was ever a machine's.
	#[pallet::storage]
	pub type Keys<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, KeyRecord>;

	/// How many machines an account has registered or taken over: the nonce of its next proof. An account with a count is
	/// never a machine's key, so that no machine owns machines.
	#[pallet::storage]
	pub type Registrations<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

	/// What each machine's key may still cost in fees. A machine that is decommissioned has none.
	#[pallet::storage]
	pub type Fees<T: Config> = StorageMap<_, Blake2_128Concat, MachineId, FeeRecord<BalanceOf<T>>>;

	/// What machines may spend, and have spent. A machine without a policy posts bonds, and neither buys nor
	/// opens disputes.
	#[pallet::storage]
	pub type Spending<T: Config> = StorageMap<_, Blake2_128Concat, MachineId, SpendingRecord<BalanceOf<T>>>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			for fee in [T::RegistrationFee::get(), T::RotationFee::get()] {
				assert!(
					fee.is_zero() || fee >= T::Currency::minimum_balance(),
					"the first RegistrationFee or RotationFee could not create the account of FeeDestination",
				);
			}
			assert!(!T::MachineDeposit::get().is_zero(), "every stored thing has a deposit");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
