#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod assets;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod calls;
mod discovery;
mod errors;
mod events;
pub mod gs1;
mod materials;
mod receiving;
mod reordering;
mod reservations;
pub mod runtime_api;
mod sites;
pub mod stock;
mod stocking;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use bpiiot_primitives::{Category, Item, Lot, Need, Region, RequestId, ScoreWeights, SiteId, Unit};
pub use pallet::*;
pub use stock::{Flows, LotStock, Raised, Stock};
pub use types::{
	Arrival, Asset, AssetClass, AssetId, AssetTag, CountReason, Gln, Handover, ItemCode, Keeper, Keepers, Reorder,
	Reservation, ReservedLine, Rights, Serial, Site, SiteName, SiteProfile, Whereabouts, MAX_ARRIVALS, MAX_KEEPERS,
	MAX_LINES,
};
pub use weights::WeightInfo;

use frame_support::{pallet_macros::import_section, traits::fungible::Inspect};

/// An amount of the native token, in planck, or of the asset of a reorder point, in its smallest unit.
pub type BalanceOf<T> = <<T as Config>::Currency as Inspect<<T as frame_system::Config>::AccountId>>::Balance;
/// A site of this runtime.
pub type SiteOf<T> = Site<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// An item that is kept at a site of this runtime.
pub type StockOf<T> = Stock<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// An asset of this runtime.
pub type AssetOf<T> = Asset<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// Where an asset of this runtime is.
pub type WhereaboutsOf<T> = Whereabouts<<T as frame_system::Config>::AccountId>;
/// Who stands behind a call.
pub(crate) type Caller<T> = bpiiot_primitives::Actor<<T as frame_system::Config>::AccountId>;

/// Sites, stock, reservations, reorder points and assets; the crate's page says how.
#[import_section(calls::calls)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::{
		Arrival, AssetClass, AssetId, AssetOf, AssetTag, BalanceOf, CountReason, Item, ItemCode, Keepers, Lot, Need,
		Reorder, RequestId, Reservation, Serial, SiteId, SiteOf, SiteProfile, StockOf, Unit, WeightInfo, WhereaboutsOf,
		MAX_ARRIVALS,
	};
	use bpiiot_primitives::{
		Actors, AgreementClock, AgreementMillis, JobId, MachineId, OpenJobs, PurchaseOrderId, Purchasing, UnixMillis,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, MutateHold},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::traits::Zero;

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

		/// Holds the deposits.
		type Currency: Inspect<Self::AccountId> + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// Who stands behind a call, and behind an owner.
		type Actors: Actors<Self::RuntimeOrigin, Self::AccountId>;

		/// The calendar by which goods expire and requests pause, and the clock by which assets are handed over.
		type Clock: AgreementClock;

		/// Buys what falls below its reorder point.
		type Purchasing: Purchasing<Self::AccountId, BalanceOf<Self>>;

		/// Knows for which machine a job is, while it is open.
		type Jobs: OpenJobs;

		/// On hold at the owner for a site without any room.
		#[pallet::constant]
		type SiteDeposit: Get<BalanceOf<Self>>;

		/// On hold at the owner for each record that a site has room for.
		#[pallet::constant]
		type RecordDeposit: Get<BalanceOf<Self>>;

		/// On hold at whoever registers an asset.
		#[pallet::constant]
		type AssetDeposit: Get<BalanceOf<Self>>;

		/// How long a request for more waits for the last one, or the last try, in milliseconds.
		#[pallet::constant]
		type ReorderPause: Get<u64>;

		/// The longest time that an asset may be on offer to whoever shall take it, in milliseconds.
		#[pallet::constant]
		type MaxHandover: Get<u64>;

		/// Gives money to accounts.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: bpiiot_primitives::BenchmarkAssets<Self::AccountId, BalanceOf<Self>>;
	}

	/// Why this pallet holds funds: deposits of those who keep something, never other people's money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// For a site and all that it has room for.
		Site,
		/// For an asset's record.
		Asset,
	}

	/// The sites.
	#[pallet::storage]
	pub type Sites<T: Config> = StorageMap<_, Blake2_128Concat, SiteId, SiteOf<T>, OptionQuery>;

	/// The sites of an owner.
	#[pallet::storage]
	pub type SitesOf<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Blake2_128Concat, SiteId, (), OptionQuery>;

	/// What is kept where: one record for each site and item, with its lots in it, so that a move writes two.
	#[pallet::storage]
	pub type Stocks<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, SiteId, Blake2_128Concat, Item, StockOf<T>, OptionQuery>;

	/// At which of an owner's sites an item is kept. Written when it comes to be kept there, and by no move.
	#[pallet::storage]
	pub type SitesWith<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, (T::AccountId, Item), Blake2_128Concat, SiteId, (), OptionQuery>;

	/// What is put aside for jobs.
	#[pallet::storage]
	pub type Reservations<T: Config> = StorageMap<_, Blake2_128Concat, JobId, Reservation, OptionQuery>;

	/// For which jobs something is put aside at a site.
	#[pallet::storage]
	pub type JobsAt<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, SiteId, Blake2_128Concat, JobId, (), OptionQuery>;

	/// What was bought and delivered, and could not be put on stock, by who bought it.
	#[pallet::storage]
	pub type Arrivals<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, BoundedVec<Arrival, ConstU32<MAX_ARRIVALS>>, ValueQuery>;

	/// The assets.
	#[pallet::storage]
	pub type Assets<T: Config> = StorageMap<_, Blake2_128Concat, AssetId, AssetOf<T>, OptionQuery>;

	/// The assets by who registered them and what is on their plates.
	#[pallet::storage]
	pub type AssetsByTag<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Blake2_128Concat, AssetTag, AssetId, OptionQuery>;

	/// The machines that are registered as assets.
	#[pallet::storage]
	pub type MachineAssets<T: Config> = StorageMap<_, Blake2_128Concat, MachineId, AssetId, OptionQuery>;

	/// The assets by where they are.
	#[pallet::storage]
	pub type AssetsAt<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, WhereaboutsOf<T>, Blake2_128Concat, AssetId, (), OptionQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			for deposit in [T::SiteDeposit::get(), T::RecordDeposit::get(), T::AssetDeposit::get()] {
				assert!(!deposit.is_zero(), "every stored thing has a deposit");
			}
			assert!(T::ReorderPause::get() > 0, "requests could be made without a pause");
			assert!(T::MaxHandover::get() > 0, "no asset could be handed over");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
