#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod agreement;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod breaches;
mod calls;
mod claims;
mod delivery;
mod discovery;
mod errors;
mod events;
mod evidence;
mod handover;
mod offering;
mod parties;
pub mod runtime_api;
mod settlement;
mod silence;
pub mod token;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use evidence::{Evidence, Measured, Objection, Proof, Shown};
pub use pallet::*;
pub use token::Token;
pub use types::{
	Balance, Breach, Carriage, Channel, Claim, ClaimKind, Decision, Decisions, FreightTerms, Holder, Hop, Leg, LegId,
	LegState, Limit, Line, Lines, Outcome, Refusal, Refusals, Shipment, ShipmentId, ShipmentPlace, ShipmentState, Step,
	Tender, Terms, Windows, MAX_HOPS, MAX_LEGS, MAX_LIMITS, MAX_LINES, MAX_STEPS,
};
pub use weights::WeightInfo;

use bpiiot_primitives::{Escrow, Goods};
use frame_support::pallet_macros::import_section;

/// What names goods in this runtime.
pub type UnitOf<T> = <<T as Config>::Goods as Goods<<T as frame_system::Config>::AccountId>>::Unit;
/// What a consignor of this runtime offers.
pub type TermsOf<T> = Terms<<T as frame_system::Config>::AccountId, UnitOf<T>>;
/// The state of an escrow of this runtime.
pub type EscrowAccountOf<T> = <EscrowOf<T> as Escrow<<T as frame_system::Config>::AccountId>>::Account;
/// A shipment of this runtime.
pub type ShipmentOf<T> = Shipment<<T as frame_system::Config>::AccountId, UnitOf<T>, EscrowAccountOf<T>>;
/// A leg of this runtime.
pub type LegOf<T> = Leg<<T as frame_system::Config>::AccountId, EscrowAccountOf<T>>;
pub(crate) type EscrowOf<T> = <T as Config>::Escrow;
/// Who stands behind a call.
pub(crate) type Caller<T> = bpiiot_primitives::Actor<<T as frame_system::Config>::AccountId>;

/// Custody of goods on their way, freight, conditions, and payment on delivery; the crate's page says how.
#[import_section(calls::calls)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::{
		Balance, Breach, ClaimKind, Evidence, LegId, LegOf, Outcome, Proof, Refusals, ShipmentId, ShipmentOf,
		ShipmentPlace, TermsOf, Token, WeightInfo,
	};
	use bpiiot_primitives::{
		Actors, AgreementClock, AgreementMillis, AssetKind, DeadlineIndex, Escrow, Goods, HolderKeys, Reputation,
		SpendPolicy, UnixMillis,
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

		/// Holds the deposits for shipments and claims, and pays the fee of an offer.
		type Currency: Inspect<Self::AccountId, Balance = Balance>
			+ Mutate<Self::AccountId>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// Holds and moves prices, freights and liabilities.
		type Escrow: Escrow<Self::AccountId, AssetId = AssetKind, Balance = Balance>;

		/// The clock of deadlines.
		type Clock: AgreementClock;

		/// Has shipments and legs looked at when their deadlines have passed.
		type Deadlines: DeadlineIndex;

		/// Who stands behind a call, and behind a party.
		type Actors: Actors<Self::RuntimeOrigin, Self::AccountId>;

		/// Asked before a fee is taken from an account.
		type SpendPolicy: SpendPolicy<Self::AccountId, AssetKind, Balance>;

		/// Told of shipments and legs as they end.
		type Reputation: Reputation<Self::AccountId, AssetKind, Balance>;

		/// What travels.
		type Goods: Goods<Self::AccountId>;

		/// What loggers have measured.
		type Evidence: Evidence;

		/// Whose signature a handover token is.
		type Keys: HolderKeys<Self::AccountId>;

		/// What one smallest unit of an asset is worth, in planck: the rates that governance sets. By them the fees of prices
		/// and freights grow with them.
		type Rates: Convert<AssetKind, Option<FixedU128>>;

		/// Where fees go, and deposits that are forfeited.
		type FeeDestination: Get<Self::AccountId>;

		/// On hold at the consignor for a shipment's record, with as many lines and limits as there may be.
		#[pallet::constant]
		type ShipmentDeposit: Get<Balance>;

		/// On hold at the consignor for each leg of a shipment.
		#[pallet::constant]
		type LegDeposit: Get<Balance>;

		/// On hold at who claims damage; forfeited when the arbiter finds none.
		#[pallet::constant]
		type ClaimDeposit: Get<Balance>;

		/// What an offer costs the consignor, whatever becomes of it.
		#[pallet::constant]
		type ShipmentFee: Get<Balance>;

		/// What a price or a freight costs who pays it besides, at the least, in planck; taken in its asset.
		#[pallet::constant]
		type AgreementFee: Get<Balance>;

		/// The same, as a share of the price or freight, if that is more.
		#[pallet::constant]
		type AgreementFeeShare: Get<Permill>;

		/// What escrow gives the payee of what is at stake when an arbiter is silent: such an end is lost by nobody.
		#[pallet::constant]
		type FallbackSplit: Get<Permill>;

		/// The shortest window that terms may give anybody to act, in milliseconds.
		#[pallet::constant]
		type MinWindow: Get<u64>;

		/// The longest time that terms may reach, in milliseconds.
		#[pallet::constant]
		type MaxWindow: Get<u64>;

		/// Shipments and legs that an account may take part in at a time.
		#[pallet::constant]
		type MaxOpen: Get<u32>;
	}

	/// Why this pallet holds funds: deposits of those who store or claim something, never other people's money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// For the records of a shipment.
		Shipment,
		/// For a claim of damage.
		Claim,
	}

	/// The shipments: open ones, and settled ones that nobody has removed yet.
	#[pallet::storage]
	pub type Shipments<T: Config> = StorageMap<_, Blake2_128Concat, ShipmentId, ShipmentOf<T>, OptionQuery>;

	/// The legs of the shipments.
	#[pallet::storage]
	pub type Legs<T: Config> = StorageMap<_, Blake2_128Concat, LegId, LegOf<T>, OptionQuery>;

	/// The shipments that name an account, by age.
	#[pallet::storage]
	pub type ShipmentsOf<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, ShipmentPlace, (), OptionQuery>;

	/// How many shipments and legs that have not ended an account has agreed to.
	#[pallet::storage]
	pub type OpenOf<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MinWindow::get() > 0, "nobody could act in a window of no time");
			assert!(T::MinWindow::get() < T::MaxWindow::get(), "no terms would be allowed");
			assert!(T::MaxOpen::get() > 0, "nobody could send anything");
			let paid = [T::ShipmentDeposit::get(), T::LegDeposit::get(), T::ClaimDeposit::get()];
			assert!(
				paid.iter().all(|deposit| *deposit > 0),
				"every stored thing has a deposit"
			);
			assert!(T::ShipmentFee::get() > 0, "a flood would cost nothing");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
