#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod awards;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod bidding;
mod calls;
mod delivery;
mod discovery;
mod errors;
mod events;
mod negotiation;
mod orders;
mod parties;
mod purchasing;
mod quotes;
mod requests;
pub mod runtime_api;
mod score;
mod sealed;
mod services;
mod settlement;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use score::Score;
pub use sealed::commitment;
pub use types::{
	AwardRule, Balance, Bid, Bidding, Book, Conditions, CounterOffer, Item, Lot, Order, OrderState, Outcome, PriceTier,
	Purchase, PurchaseOrderId, Quote, QuoteId, QuoteRank, QuoteShelf, QuoteTerms, Request, RequestId, RequestPlace,
	RequestShelf, RequestState, RequisitionTerms, ScoreWeights, SealedBid, SealedText, SiteId, Source, Wanted,
};
pub use weights::WeightInfo;

use bpiiot_primitives::Escrow;
use frame_support::pallet_macros::import_section;

/// The terms of a quote of this runtime.
pub type QuoteTermsOf<T> = QuoteTerms<<T as frame_system::Config>::AccountId>;
/// A quote of this runtime.
pub type QuoteOf<T> = Quote<<T as frame_system::Config>::AccountId>;
/// What a buyer of this runtime wants.
pub type WantedOf<T> = Wanted<<T as frame_system::Config>::AccountId>;
/// A request of this runtime.
pub type RequestOf<T> = Request<<T as frame_system::Config>::AccountId, <T as Config>::MaxBids>;
/// The state of an escrow of this runtime.
pub type EscrowAccountOf<T> = <EscrowOf<T> as Escrow<<T as frame_system::Config>::AccountId>>::Account;
/// An order of this runtime.
pub type OrderOf<T> = Order<EscrowAccountOf<T>>;
pub(crate) type EscrowOf<T> = <T as Config>::Escrow;
/// Who stands behind a call.
pub(crate) type Caller<T> = bpiiot_primitives::Actor<<T as frame_system::Config>::AccountId>;

/// Standing quotes, requests with bids, and purchase orders for goods; the crate's page says how.
#[import_section(calls::calls)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[allow(clippy::too_many_arguments)]
#[frame_support::pallet]
pub mod pallet {
	use super::{
		quotes::Line, Balance, Book, Item, Lot, OrderOf, Outcome, PurchaseOrderId, QuoteId, QuoteOf, QuoteRank,
		QuoteShelf, QuoteTermsOf, RequestId, RequestOf, RequestPlace, RequestShelf, RequestState, RequisitionTerms,
		Score, SealedBid, SealedText, SiteId, Source, WantedOf, WeightInfo,
	};
	use bpiiot_primitives::{
		Actors, AgreementClock, AgreementMillis, AssetKind, DeadlineIndex, Escrow, Receiving, Region, Reputation,
		ServiceAwards, ServiceOrderId, Side, SpendPolicy, Standing,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, Mutate, MutateHold},
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

		/// Holds the deposits for quotes, requests and sealed bids, and pays the fees of requests and bids.
		type Currency: Inspect<Self::AccountId, Balance = Balance>
			+ Mutate<Self::AccountId>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// Holds and moves prices and bonds, and what buyers pay for an order's record.
		type Escrow: Escrow<Self::AccountId, AssetId = AssetKind, Balance = Balance>;

		/// The clock of deadlines.
		type Clock: AgreementClock;

		/// Has orders and requests looked at when their deadlines have passed.
		type Deadlines: DeadlineIndex;

		/// Who stands behind a call, and behind a party.
		type Actors: Actors<Self::RuntimeOrigin, Self::AccountId>;

		/// Asked before a fee or a deposit that may be forfeited is taken from an account.
		type SpendPolicy: SpendPolicy<Self::AccountId, AssetKind, Balance>;

		/// Told of orders as they end.
		type Reputation: Reputation<Self::AccountId, AssetKind, Balance>;

		/// What is known of a bidder when he makes a bid.
		type Standing: Standing<Self::AccountId>;

		/// Told of goods that were accepted.
		type Receiving: Receiving<Self::AccountId>;

		/// Takes the awards of requests for maintenance.
		type Services: ServiceAwards<Self::AccountId, Balance>;

		/// What one smallest unit of an asset is worth, in planck: the rates that governance sets. By them the fee of an order
		/// grows with its price.
		type Rates: Convert<AssetKind, Option<FixedU128>>;

		/// Where fees go, and deposits that are forfeited.
		type FeeDestination: Get<Self::AccountId>;

		/// On hold at the publisher for a quote's record and its places on the shelves.
		#[pallet::constant]
		type QuoteDeposit: Get<Balance>;

		/// On hold at the buyer for a request's record, for the bids in it, and its places on the shelves.
		#[pallet::constant]
		type RequestDeposit: Get<Balance>;

		/// On hold at the bidder for a sealed bid; forfeited when he does not reveal it.
		#[pallet::constant]
		type BidDeposit: Get<Balance>;

		/// On hold at the buyer for an order's record, in planck; taken in the order's asset.
		#[pallet::constant]
		type OrderDeposit: Get<Balance>;

		/// What an order costs the buyer whatever becomes of it, at the least, in planck; taken in the order's asset.
		#[pallet::constant]
		type OrderFee: Get<Balance>;

		/// The same, as a share of the order's price, if that is more.
		#[pallet::constant]
		type OrderFeeShare: Get<Permill>;

		/// What a request costs the buyer, whatever becomes of it.
		#[pallet::constant]
		type RequestFee: Get<Balance>;

		/// What a bid costs the bidder, whatever becomes of it.
		#[pallet::constant]
		type BidFee: Get<Balance>;

		/// What escrow gives the payee of what is at stake when an arbiter is silent: such an end is lost by nobody.
		#[pallet::constant]
		type FallbackSplit: Get<Permill>;

		/// The shortest window that terms may give anybody to act, in milliseconds.
		#[pallet::constant]
		type MinWindow: Get<u64>;

		/// The longest time that terms may reach, in milliseconds.
		#[pallet::constant]
		type MaxWindow: Get<u64>;

		/// The most parts in which an order may come, and counter-offers about a bid.
		#[pallet::constant]
		type MaxRounds: Get<u8>;

		/// Quotes that a supplier may have at a time.
		#[pallet::constant]
		type MaxQuotes: Get<u32>;

		/// Requests and orders that a buyer may have open at a time.
		#[pallet::constant]
		type MaxPurchases: Get<u32>;

		/// On which terms other pallets ask for goods.
		#[pallet::constant]
		type Requisitions: Get<RequisitionTerms>;

		/// Orders that a supplier may have open at a time.
		#[pallet::constant]
		type MaxSales: Get<u32>;

		/// Bids that a request keeps.
		#[pallet::constant]
		type MaxBids: Get<u32>;

		/// Sealed bids that a request takes.
		#[pallet::constant]
		type MaxSealedBids: Get<u32>;
	}

	/// Why this pallet holds funds: deposits of those who publish something, never other people's money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// For a quote's record.
		Quote,
		/// For a request's record.
		Request,
		/// For a sealed bid.
		Bid,
	}

	/// The standing quotes.
	#[pallet::storage]
	pub type Quotes<T: Config> = StorageMap<_, Blake2_128Concat, QuoteId, QuoteOf<T>, OptionQuery>;

	/// The quotes of a supplier.
	#[pallet::storage]
	pub type QuotesOf<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, BoundedVec<QuoteId, T::MaxQuotes>, ValueQuery>;

	/// The quotes by what they are looked for, each on at most nine shelves: those of everywhere, and of the countries and the
	/// parts of them where it is delivered. A shelf runs by rising price.
	#[pallet::storage]
	pub type QuotesBy<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, QuoteShelf, Identity, QuoteRank, (), OptionQuery>;

	/// The requests: open ones, and others that nobody has removed yet.
	#[pallet::storage]
	pub type Requests<T: Config> = StorageMap<_, Blake2_128Concat, RequestId, RequestOf<T>, OptionQuery>;

	/// The requests by what they are looked for, each on at most three shelves: those of everywhere, of its country and of its
	/// part of the country. A shelf runs from the latest to the earliest.
	#[pallet::storage]
	pub type RequestsBy<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, RequestShelf, Identity, RequestPlace, (), OptionQuery>;

	/// The bids of which nobody sees the price, by request and bidder.
	#[pallet::storage]
	pub type SealedBids<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, RequestId, Blake2_128Concat, T::AccountId, SealedBid, OptionQuery>;

	/// The purchase orders: open ones, and settled ones that nobody has removed yet.
	#[pallet::storage]
	pub type Orders<T: Config> = StorageMap<_, Blake2_128Concat, PurchaseOrderId, OrderOf<T>, OptionQuery>;

	/// What an account has open, as a buyer and as a supplier.
	#[pallet::storage]
	pub type Books<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, Book<T::MaxPurchases, T::MaxSales>, ValueQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MinWindow::get() > 0, "nobody could act in a window of no time");
			assert!(T::MinWindow::get() < T::MaxWindow::get(), "no terms would be allowed");
			let caps = [
				T::MaxQuotes::get(),
				T::MaxPurchases::get(),
				T::MaxSales::get(),
				T::MaxBids::get(),
				T::MaxSealedBids::get(),
				T::MaxRounds::get().into(),
			];
			assert!(caps.iter().all(|cap| *cap > 0), "nobody could buy or sell");
			let paid = [
				T::QuoteDeposit::get(),
				T::RequestDeposit::get(),
				T::BidDeposit::get(),
				T::OrderDeposit::get(),
			];
			assert!(
				paid.iter().all(|deposit| *deposit > 0),
				"every stored thing has a deposit"
			);
			assert!(
				T::BidFee::get() > 0 && T::RequestFee::get() > 0,
				"a flood would cost nothing"
			);
			let terms = T::Requisitions::get();
			assert!(
				Self::check_conditions(&terms.conditions, false).is_ok()
					&& Self::ensure_windows(&[terms.bid_window, terms.award_window]).is_ok()
					&& terms.rounds <= T::MaxRounds::get(),
				"no rule could buy"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
