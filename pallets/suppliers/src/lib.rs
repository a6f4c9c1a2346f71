#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod calls;
mod discovery;
mod errors;
mod events;
mod profiles;
mod reputation;
pub mod runtime_api;
pub mod standing;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use bpiiot_primitives::{
	is_region, regions_around, Category, Counted, Facts, RateableAgreements, Rated, Region, Reputation,
};
pub use pallet::*;
pub use standing::{Share, Standing, Stars};
pub use types::{Certificate, CertificateUri, Name, Pair, Place, Profile, Shelf, Supplier};
pub use weights::WeightInfo;

use bpiiot_primitives::AssetKind;
use frame_support::{pallet_macros::import_section, traits::fungible::Inspect};

/// An amount of the native token, in planck, or of the asset of an agreement, in its smallest unit.
pub type BalanceOf<T> = <<T as Config>::Currency as Inspect<<T as frame_system::Config>::AccountId>>::Balance;
/// A supplier of this runtime.
pub type SupplierOf<T> = Supplier<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// The facts of an agreement of this runtime.
pub type FactsOf<T> = Facts<<T as frame_system::Config>::AccountId, AssetKind, BalanceOf<T>>;
/// Who stands behind a call.
pub(crate) type Caller<T> = bpiiot_primitives::Actor<<T as frame_system::Config>::AccountId>;

/// Suppliers' profiles, and the names that their agreements make; the crate's page says how.
#[import_section(calls::calls)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::{BalanceOf, Name, Pair, Place, Profile, RateableAgreements, Shelf, Stars, SupplierOf, WeightInfo};
	use bpiiot_primitives::{Actors, AgreementClock, AgreementRef, AssetKind};
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, MutateHold},
	};
	use frame_system::pallet_prelude::*;
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
		/// Weights of this pallet's calls.
		type WeightInfo: WeightInfo;

		/// The reasons for which the runtime holds funds.
		type RuntimeHoldReason: From<HoldReason>;

		/// Holds the deposits for profiles.
		type Currency: Inspect<Self::AccountId> + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// Who stands behind a call, and behind a party of an agreement.
		type Actors: Actors<Self::RuntimeOrigin, Self::AccountId>;

		/// The agreements that are rated.
		type Agreements: RateableAgreements<Self::AccountId>;

		/// What one smallest unit of an asset is worth, in planck: the rates that governance sets. None for an asset that
		/// agreements may not be made in: such ones count nothing.
		type Rates: Convert<AssetKind, Option<FixedU128>>;

		/// The calendar by which weights age.
		type Clock: AgreementClock;

		/// On hold at the publisher for a profile's record and its places on the shelves.
		#[pallet::constant]
		type ProfileDeposit: Get<BalanceOf<Self>>;

		/// The share of a weight that its agreement must have paid to the chain: the price of a forged one.
		#[pallet::constant]
		type FeeShare: Get<Permill>;

		/// The most that a pair gives to a name, in planck. To lower it takes a migration of what pairs have given.
		#[pallet::constant]
		type PairLimit: Get<u128>;

		/// The weight by which each part of a score is drawn towards `Prior`, in planck.
		#[pallet::constant]
		type Doubt: Get<u128>;

		/// The score of who is unknown. Well below what an honest supplier reaches: the difference is what a name is worth to
		/// its owner, since nobody can be kept from starting anew.
		#[pallet::constant]
		type Prior: Get<Permill>;

		/// Gives money to accounts.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: bpiiot_primitives::BenchmarkAssets<Self::AccountId, BalanceOf<Self>>;
	}

	/// Why this pallet holds funds: deposits of those who publish something, never other people's money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// For a profile's record.
		Profile,
	}

	/// The suppliers with a profile. Nobody needs one to be paid, nor to have a name.
	#[pallet::storage]
	pub type Suppliers<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, SupplierOf<T>, OptionQuery>;

	/// The suppliers by what they are looked for: for each category on the shelves of everywhere, of the countries and of the
	/// parts of them that they serve. A shelf runs by age.
	#[pallet::storage]
	pub type SuppliersBy<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, Shelf, Identity, Place, T::AccountId, OptionQuery>;

	/// The names, by the account that is paid.
	#[pallet::storage]
	pub type Names<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Name, OptionQuery>;

	/// What was given to a name, by who controls the customer.
	#[pallet::storage]
	pub type Pairs<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Blake2_128Concat, T::AccountId, Pair, OptionQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(!T::ProfileDeposit::get().is_zero(), "every stored thing has a deposit");
			assert!(!T::FeeShare::get().is_zero(), "a forged name would cost nothing");
			assert!(T::PairLimit::get() > 0, "no name would ever grow");
			assert!(T::Doubt::get() > 0, "the first agreement would be all of a name");
			assert!(T::Prior::get() < Permill::one(), "a new name would be the best");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
