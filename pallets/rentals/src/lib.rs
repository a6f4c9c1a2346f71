#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod booking;
mod calls;
mod damage;
mod discovery;
mod errors;
mod events;
mod listings;
mod parties;
mod renting;
mod returning;
pub mod runtime_api;
mod settlement;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
mod users;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use bpiiot_access::{Access, Actions, Denied, Outcome, Right, Stage, User};
pub use bpiiot_primitives::{Calendar, Closure, ListingId, RentalId, WeekWindow};
pub use pallet::*;
pub use types::{
	Balance, Booking, BookingMode, CancellationStage, EndKey, Listing, ListingRank, ListingShelf, ListingTerms, Money,
	Rental, RentalTerms, Target,
};
pub use weights::WeightInfo;

use bpiiot_primitives::{calendar, Escrow};
use frame_support::pallet_macros::import_section;

/// The terms of a listing of this runtime.
pub type ListingTermsOf<T> = ListingTerms<<T as frame_system::Config>::AccountId>;
/// A listing of this runtime.
pub type ListingOf<T> = Listing<<T as frame_system::Config>::AccountId>;
/// The state of an escrow of this runtime.
pub type EscrowAccountOf<T> = <EscrowOf<T> as Escrow<<T as frame_system::Config>::AccountId>>::Account;
/// A rental of this runtime.
pub type RentalOf<T> = Rental<<T as frame_system::Config>::AccountId, EscrowAccountOf<T>>;
pub(crate) type EscrowOf<T> = <T as Config>::Escrow;
/// Who stands behind a call.
pub(crate) type Caller<T> = bpiiot_primitives::Actor<<T as frame_system::Config>::AccountId>;

/// Pay-per-use of machines, locks and rooms; the crate's page says how.
#[import_section(calls::calls)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[allow(clippy::too_many_arguments)]
#[frame_support::pallet]
pub mod pallet {
	use super::{
		renting::Wish, Actions, Balance, Booking, EndKey, ListingId, ListingOf, ListingRank, ListingShelf,
		ListingTermsOf, Outcome, RentalId, RentalOf, Stage, WeightInfo,
	};
	use bpiiot_primitives::{
		Actors, AgreementClock, AgreementMillis, AssetKind, DeadlineIndex, Escrow, MachineId, Reputation, UnixMillis,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, MutateHold},
	};
	use frame_system::pallet_prelude::*;
	use sp_core::H256;
	use sp_runtime::{traits::Convert, FixedU128, Permill};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config:
		frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId: From<[u8; 32]> + Into<[u8; 32]>>
	{
		/// Weights of this pallet's calls.
		type WeightInfo: WeightInfo;

		/// The reasons for which the runtime holds funds.
		type RuntimeHoldReason: From<HoldReason>;

		/// Holds the deposits for listings.
		type Currency: Inspect<Self::AccountId, Balance = Balance>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// Holds and moves rents, deposits and bonds, and what renters pay for a rental's record.
		type Escrow: Escrow<Self::AccountId, AssetId = AssetKind, Balance = Balance>;

		/// The clock of rental periods, which is the wall's, and of the windows for acting on chain.
		type Clock: AgreementClock;

		/// Has rentals looked at when their deadlines have passed.
		type Deadlines: DeadlineIndex;

		/// Who stands behind a call, and behind a party.
		type Actors: Actors<Self::RuntimeOrigin, Self::AccountId>;

		/// Told of rentals as they end.
		type Reputation: Reputation<Self::AccountId, AssetKind, Balance>;

		/// What one smallest unit of an asset is worth, in planck: the rates that governance sets. By them the fee of a rental
		/// grows with its rent.
		type Rates: Convert<AssetKind, Option<FixedU128>>;

		/// What the owner gets of a claim that the renter disputes when no arbiter was agreed on; and what escrow gives him
		/// when the arbiter is silent: such an end is lost by nobody.
		#[pallet::constant]
		type FallbackSplit: Get<Permill>;

		/// On hold at the publisher for a listing's record and its places on the shelves.
		#[pallet::constant]
		type ListingDeposit: Get<Balance>;

		/// On hold at the renter for a rental's record, in planck; taken in the rental's asset.
		#[pallet::constant]
		type RecordDeposit: Get<Balance>;

		/// What a rental costs the renter whatever becomes of it, at the least, in planck; taken in the rental's asset.
		#[pallet::constant]
		type RentFee: Get<Balance>;

		/// The same, as a share of the rent, if that is more.
		#[pallet::constant]
		type RentFeeShare: Get<Permill>;

		/// The shortest window that terms may give anybody to act, in milliseconds.
		#[pallet::constant]
		type MinWindow: Get<u64>;

		/// The longest window that terms may give, and the longest time in which a deposit may run down, in milliseconds.
		#[pallet::constant]
		type MaxWindow: Get<u64>;

		/// The shortest period that may be priced, in milliseconds.
		#[pallet::constant]
		type MinPeriod: Get<u64>;

		/// How far ahead a rental may end, in milliseconds.
		#[pallet::constant]
		type MaxAhead: Get<u64>;

		/// Listings that a machine may have at a time.
		#[pallet::constant]
		type MaxListings: Get<u32>;
	}

	/// Why this pallet holds funds: deposits of those who publish something, never other people's money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// For a listing's record.
		Listing,
	}

	/// The listings.
	#[pallet::storage]
	pub type Listings<T: Config> = StorageMap<_, Blake2_128Concat, ListingId, ListingOf<T>, OptionQuery>;

	/// The listings of a machine.
	#[pallet::storage]
	pub type ListingsOf<T: Config> =
		StorageMap<_, Blake2_128Concat, MachineId, BoundedVec<ListingId, T::MaxListings>, ValueQuery>;

	/// The listings by what they are looked for, each on at most three shelves: those of everywhere, of its country and of its
	/// part of the country. A shelf runs by rising price of an hour.
	#[pallet::storage]
	pub type ListingsBy<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, ListingShelf, Identity, ListingRank, (), OptionQuery>;

	/// The rentals: open ones, and settled ones that nobody has removed yet. One entry is all that a door has to see.
	#[pallet::storage]
	pub type Rentals<T: Config> = StorageMap<_, Blake2_128Concat, RentalId, RentalOf<T>, OptionQuery>;

	/// The time that is taken, by machine and end: for each machine its bookings in the order of time, apart from each other.
	/// No hash before the keys, which are of a fixed length: the first booking that ends after a moment is one step away.
	#[pallet::storage]
	pub type Bookings<T: Config> = StorageDoubleMap<_, Identity, MachineId, Identity, EndKey, Booking, OptionQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MinWindow::get() > 0, "nobody could act in a window of no time");
			assert!(T::MinWindow::get() < T::MaxWindow::get(), "no terms would be allowed");
			assert!(T::MinPeriod::get() > 0, "a rental could be of no time");
			assert!(T::MinPeriod::get() < T::MaxAhead::get(), "nothing could be rented");
			assert!(T::MaxListings::get() > 0, "nothing could be listed");
			assert!(
				T::ListingDeposit::get() > 0 && T::RecordDeposit::get() > 0,
				"every stored thing has a deposit"
			);
			assert!(T::RentFee::get() > 0, "to take up a machine's time would cost nothing");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
