#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod calendar;
mod calls;
mod discovery;
mod errors;
mod events;
mod offers;
mod ordering;
mod review;
pub mod runtime_api;
mod settlement;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;
mod work;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::{
	Calendar, CancellationFees, Capability, Closure, CounterOffer, DisputeTerms, Job, JobBook, JobState, Offer,
	OfferRank, OfferTerms, OpenJob, OrderLine, Outcome, PriceTier, RecipeReference, RecipeUri, Region, Rework,
	SealedReference, Shelf, WeekWindow,
};
pub use weights::WeightInfo;

use bpiiot_primitives::{AssetKind, Escrow};
use frame_support::{pallet_macros::import_section, traits::fungible::Inspect};

/// An amount of the native token, in planck, or of the asset of an offer, in its smallest unit.
pub type BalanceOf<T> = <<T as Config>::Currency as Inspect<<T as frame_system::Config>::AccountId>>::Balance;
/// The terms of an offer of this runtime.
pub type OfferTermsOf<T> = OfferTerms<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// An offer of this runtime.
pub type OfferOf<T> = Offer<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// The state of an escrow of this runtime.
pub type EscrowAccountOf<T> = <EscrowOf<T> as Escrow<<T as frame_system::Config>::AccountId>>::Account;
/// A job of this runtime.
pub type JobOf<T> = Job<EscrowAccountOf<T>, BalanceOf<T>>;
pub(crate) type EscrowOf<T> = <T as Config>::Escrow;
/// The facts of a job of this runtime.
pub type FactsOf<T> = bpiiot_primitives::Facts<<T as frame_system::Config>::AccountId, AssetKind, BalanceOf<T>>;
/// What a machine of this runtime says of how it has made something.
pub type ReportOf<T> =
	<<T as Config>::Production as bpiiot_primitives::Production<<T as frame_system::Config>::AccountId>>::Report;
/// Whether anything was put aside for a job that is delivered or has ended, so that it cost something to use it up or to let
/// go of it.
pub(crate) type WithMaterials = bool;
/// Who stands behind a call.
pub(crate) type Caller<T> = bpiiot_primitives::Actor<<T as frame_system::Config>::AccountId>;

/// Offers, orders and deliveries of machines' work; the crate's page says how.
#[import_section(calls::calls)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[allow(clippy::too_many_arguments)]
#[frame_support::pallet]
pub mod pallet {
	use super::{
		BalanceOf, CounterOffer, JobBook, JobOf, OfferOf, OfferRank, OfferTermsOf, OrderLine, Outcome, RecipeReference,
		ReportOf, Shelf, WeightInfo,
	};
	use bpiiot_primitives::{
		Actors, AgreementClock, AgreementMillis, AssetKind, DeadlineIndex, Escrow, JobId, MachineId, Materials, Needs,
		OfferId, Production, Reputation, SiteId, UnixMillis,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, MutateHold},
	};
	use frame_system::pallet_prelude::*;
	use sp_core::H256;
	use sp_runtime::Permill;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId: From<[u8; 32]>> {
		/// Weights of this pallet's calls.
		type WeightInfo: WeightInfo;

		/// The reasons for which the runtime holds funds.
		type RuntimeHoldReason: From<HoldReason>;

		/// Holds the deposits for offers.
		type Currency: Inspect<Self::AccountId> + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// Holds and moves prices and bonds, and what customers pay for a job's record.
		type Escrow: Escrow<Self::AccountId, AssetId = AssetKind, Balance = BalanceOf<Self>>;

		/// The clock of deadlines.
		type Clock: AgreementClock;

		/// Has jobs looked at when their deadlines have passed.
		type Deadlines: DeadlineIndex;

		/// Who stands behind a call.
		type Actors: Actors<Self::RuntimeOrigin, Self::AccountId>;

		/// Told of jobs as they end.
		type Reputation: Reputation<Self::AccountId, AssetKind, BalanceOf<Self>>;

		/// Puts aside what jobs need.
		type Materials: Materials;

		/// Records how things were made.
		type Production: Production<Self::AccountId>;

		/// What escrow gives the payee of what is at stake when an arbiter is silent: such an end is lost by nobody.
		#[pallet::constant]
		type FallbackSplit: Get<Permill>;

		/// On hold at the publisher for an offer's record.
		#[pallet::constant]
		type OfferDeposit: Get<BalanceOf<Self>>;

		/// On hold at the customer for a job's record, in planck; taken in the order's asset.
		#[pallet::constant]
		type JobDeposit: Get<BalanceOf<Self>>;

		/// What an order costs the customer whatever becomes of it, in planck; taken in the order's asset.
		#[pallet::constant]
		type OrderFee: Get<BalanceOf<Self>>;

		/// The shortest window that terms may give anybody to act, in milliseconds.
		#[pallet::constant]
		type MinWindow: Get<u64>;

		/// The longest time that terms may reach, in milliseconds.
		#[pallet::constant]
		type MaxWindow: Get<u64>;

		/// Offers that a machine may have at a time.
		#[pallet::constant]
		type MaxOffers: Get<u32>;

		/// Jobs that a machine may have open at a time.
		#[pallet::constant]
		type MaxOpenJobs: Get<u32>;

		/// Jobs of one customer that a machine may have open at a time.
		#[pallet::constant]
		type MaxOpenJobsPerCustomer: Get<u32>;

		/// Orders in a batch.
		#[pallet::constant]
		type MaxBatch: Get<u32>;
	}

	/// Why this pallet holds funds: deposits of those who publish something, never other people's money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// For an offer's record.
		Offer,
	}

	/// The published offers.
	#[pallet::storage]
	pub type Offers<T: Config> = StorageMap<_, Blake2_128Concat, OfferId, OfferOf<T>, OptionQuery>;

	/// The offers of a machine.
	#[pallet::storage]
	pub type OffersOf<T: Config> =
		StorageMap<_, Blake2_128Concat, MachineId, BoundedVec<OfferId, T::MaxOffers>, ValueQuery>;

	/// The offers by what they are looked for, each on at most three shelves: those of everywhere, of its country and of
	/// its part of the country. A shelf runs by rising price. Offers whose machines take no orders stay, and are passed
	/// over when they are read.
	#[pallet::storage]
	pub type OffersBy<T: Config> = StorageDoubleMap<_, Blake2_128Concat, Shelf, Identity, OfferRank, (), OptionQuery>;

	/// The jobs: open ones, and settled ones that nobody has removed yet.
	#[pallet::storage]
	pub type Jobs<T: Config> = StorageMap<_, Blake2_128Concat, JobId, JobOf<T>, OptionQuery>;

	/// The jobs of a machine: the open ones, and a hash over the settled ones.
	#[pallet::storage]
	pub type JobsOf<T: Config> =
		StorageMap<_, Blake2_128Concat, MachineId, JobBook<T::AccountId, T::MaxOpenJobs>, ValueQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MinWindow::get() > 0, "nobody could act in a window of no time");
			assert!(T::MinWindow::get() < T::MaxWindow::get(), "no terms would be allowed");
			assert!(
				T::MaxOffers::get() > 0 && T::MaxOpenJobs::get() > 0 && T::MaxOpenJobsPerCustomer::get() > 0,
				"no machine could work"
			);
			assert!(T::MaxBatch::get() > 0, "no batch would be allowed");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
