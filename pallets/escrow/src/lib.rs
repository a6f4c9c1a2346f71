#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod arbiters;
mod assets;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod calls;
mod clock;
mod deadlines;
mod disputes;
mod errors;
mod events;
mod money;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::{ArbiterRecord, DeadlineKey, Dispute, EscrowAccount, Evidence, NamedArbiter, StopClock};
pub use weights::WeightInfo;

use frame_support::{pallet_macros::import_section, traits::fungibles::Inspect};

/// An amount in an asset's smallest unit: of the native token, in planck.
pub type BalanceOf<T> = <<T as Config>::Fungibles as Inspect<<T as frame_system::Config>::AccountId>>::Balance;
/// The state of an escrow of this runtime.
pub type AccountOf<T> = EscrowAccount<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// A dispute of this runtime.
pub type DisputeOf<T> = Dispute<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

/// The one room that holds other people's funds; the crate's page says how.
#[import_section(calls::calls)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::{AccountOf, ArbiterRecord, BalanceOf, DeadlineKey, DisputeOf, StopClock, WeightInfo};
	use bpiiot_primitives::{
		Actors, AgreementMillis, AgreementRef, Agreements, AssetKind, BondOutcome, OpenEscrows, Side, SpendPolicy,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungibles::{Inspect, MutateHold},
			Contains,
		},
	};
	use frame_system::pallet_prelude::*;
	use sp_core::H256;
	use sp_runtime::{
		traits::{Convert, Zero},
		FixedU128, Permill,
	};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Weights of this pallet's calls and of its sweep.
		type WeightInfo: WeightInfo;

		/// The reasons for which the runtime holds funds.
		type RuntimeHoldReason: From<HoldReason>;

		/// The native token and all assets.
		type Fungibles: Inspect<Self::AccountId, AssetId = AssetKind>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The assets that keep an account alive by themselves.
		type Sufficient: Contains<AssetKind>;

		/// What one smallest unit of an asset is worth, in planck: the rates that governance sets.
		type Rates: Convert<AssetKind, Option<FixedU128>>;

		/// Who lists and delists assets.
		type ListOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who pauses and resumes agreements.
		type PauseOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Where the fees of escrows go, and what arbiters forfeit.
		type FeeDestination: Get<Self::AccountId>;

		/// Who acts, and who stands behind whom.
		type Actors: Actors<Self::RuntimeOrigin, Self::AccountId>;

		/// Asked before value is taken from an account.
		type SpendPolicy: SpendPolicy<Self::AccountId, AssetKind, BalanceOf<Self>>;

		/// The agreements whose deadlines are swept.
		type Agreements: Agreements;

		/// The escrows that stand in the agreements' records.
		type OpenEscrows: OpenEscrows<AccountOf<Self>>;

		/// The longest gap between two blocks, in milliseconds, that still counts as the chain running.
		#[pallet::constant]
		type StopAllowance: Get<u64>;

		/// Deadlines that a block sweeps at most.
		#[pallet::constant]
		type MaxSweep: Get<u32>;

		/// On hold at an arbiter from his registration until he retires, in planck.
		#[pallet::constant]
		type ArbiterDeposit: Get<BalanceOf<Self>>;

		/// On hold at an arbiter for a case that he has accepted, in planck. He forfeits it when he does not rule in time.
		#[pallet::constant]
		type CaseBond: Get<BalanceOf<Self>>;

		/// What the opener of a dispute stakes on being right, in planck. It is taken in the agreement's asset, at the
		/// governed rate of that moment, and is at least the asset's minimum balance.
		#[pallet::constant]
		type DisputeBond: Get<BalanceOf<Self>>;

		/// The most that an arbiter may ask for a verdict, as a share of what is at stake.
		#[pallet::constant]
		type MaxArbiterFee: Get<Permill>;

		/// The payee's share of what is at stake when the agreed arbiter stays silent.
		#[pallet::constant]
		type FallbackSplit: Get<Permill>;

		/// Makes assets to measure with.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: bpiiot_primitives::BenchmarkAssets<Self::AccountId, BalanceOf<Self>>;
	}

	/// Why this pallet holds funds.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// Price, fee and deposit of an agreement, at the payer. The agreement's record says how much is which.
		Agreement,
		/// Security for something promised, at the payee.
		Bond,
		/// What could not be paid, at the account where it was on hold before.
		Credit,
		/// Bond and arbiter's fee of a dispute, at its opener.
		Dispute,
		/// For a case that he has accepted, at the arbiter.
		Case,
		/// For his registration, at the arbiter.
		Arbiter,
	}

	/// The assets beside the native one that agreements may be made in.
	#[pallet::storage]
	pub type ListedAssets<T: Config> = StorageMap<_, Blake2_128Concat, AssetKind, (), OptionQuery>;

	/// What is on hold for somebody whom it could not be paid to: payee, asset and holder, and how much.
	#[pallet::storage]
	pub type Credits<T: Config> = StorageNMap<
		_,
		(
			NMapKey<Blake2_128Concat, T::AccountId>,
			NMapKey<Blake2_128Concat, AssetKind>,
			NMapKey<Blake2_128Concat, T::AccountId>,
		),
		BalanceOf<T>,
		OptionQuery,
	>;

	/// The agreements by the moment at which the sweep looks at them. No hash before the key: it is in the order of time.
	#[pallet::storage]
	pub type Deadlines<T: Config> = StorageMap<_, Identity, DeadlineKey, AgreementRef, OptionQuery>;

	/// The stop clock.
	#[pallet::storage]
	pub type Clock<T: Config> = StorageValue<_, StopClock, ValueQuery>;

	/// Who may be named as an arbiter.
	#[pallet::storage]
	pub type Arbiters<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, ArbiterRecord<BalanceOf<T>>, OptionQuery>;

	/// The agreements in dispute.
	#[pallet::storage]
	pub type Disputes<T: Config> = StorageMap<_, Blake2_128Concat, AgreementRef, DisputeOf<T>, OptionQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_idle(_: BlockNumberFor<T>, limit: Weight) -> Weight {
			Self::sweep(limit)
		}

		fn integrity_test() {
			assert!(
				T::StopAllowance::get() > 0,
				"every block would count as a halt of the chain"
			);
			assert!(T::MaxSweep::get() > 0, "no deadline would be swept");
			assert!(!T::ArbiterDeposit::get().is_zero(), "every stored thing has a deposit");
			assert!(
				!T::CaseBond::get().is_zero(),
				"an arbiter's silence would cost him nothing"
			);
			assert!(!T::DisputeBond::get().is_zero(), "a dispute would cost nothing");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
