#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod dispatchable_impls;
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
pub use types::{Capability, Job, JobState, Offer, OfferTerms, OpenJob, Outcome, RecipeUri};
pub use weights::WeightInfo;

use bpiiot_primitives::Escrow;
use frame_support::traits::fungible::Inspect;

/// An amount of the native token, in planck, or of the asset of an offer, in its smallest unit.
pub type BalanceOf<T> = <<T as Config>::Currency as Inspect<<T as frame_system::Config>::AccountId>>::Balance;
/// An offer of this runtime.
pub type OfferOf<T> = Offer<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// The state of an escrow of this runtime.
pub type EscrowAccountOf<T> = <EscrowOf<T> as Escrow<<T as frame_system::Config>::AccountId>>::Account;
/// A job of this runtime.
pub type JobOf<T> = Job<EscrowAccountOf<T>, BalanceOf<T>>;
pub(crate) type EscrowOf<T> = <T as Config>::Escrow;

#[frame_support::pallet]
pub mod pallet {
	use super::{BalanceOf, JobOf, OfferOf, OfferTerms, OpenJob, Outcome, RecipeUri, WeightInfo};
	use bpiiot_primitives::{
		Actors, AgreementClock, AgreementMillis, AssetKind, DeadlineIndex, Escrow, JobId, MachineId, OfferId,
		UnixMillis,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, MutateHold},
	};
	use frame_system::pallet_prelude::*;
	use sp_core::H256;

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

	/// The jobs: open ones, and settled ones that nobody has removed yet.
	#[pallet::storage]
	pub type Jobs<T: Config> = StorageMap<_, Blake2_128Concat, JobId, JobOf<T>, OptionQuery>;

	/// The jobs of a machine that are not settled, and whose they are.
	#[pallet::storage]
	pub type OpenJobs<T: Config> =
		StorageMap<_, Blake2_128Concat, MachineId, BoundedVec<OpenJob<T::AccountId>, T::MaxOpenJobs>, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An offer was published.
		OfferPublished {
			/// The new offer.
			offer: OfferId,
			/// The machine that does the work.
			machine: MachineId,
		},
		/// An offer's terms changed. Running jobs keep theirs.
		OfferUpdated {
			/// The offer.
			offer: OfferId,
			/// The machine that does the work.
			machine: MachineId,
			/// The version of the new terms.
			version: u32,
		},
		/// An offer was withdrawn. Running jobs go on.
		OfferWithdrawn {
			/// The offer that is gone.
			offer: OfferId,
			/// The machine that would have done the work.
			machine: MachineId,
		},
		/// Work was ordered; its price is on hold.
		Ordered {
			/// The new job.
			job: JobId,
			/// The machine that is to work.
			machine: MachineId,
			/// Who ordered.
			customer: T::AccountId,
			/// The offer.
			offer: OfferId,
			/// Units ordered.
			units: u32,
			/// Price of all units.
			price: BalanceOf<T>,
			/// `blake2_256` of the recipe file.
			recipe: H256,
		},
		/// The machine promised to deliver by the deadline.
		Accepted {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// The deadline, on the agreement clock.
			deliver_by: AgreementMillis,
		},
		/// The machine began to work.
		Started {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
		},
		/// The machine finished more units.
		Progressed {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// Units done so far.
			units_done: u32,
		},
		/// The machine delivered; the customer may look until the review ends.
		Delivered {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// Who ordered.
			customer: T::AccountId,
			/// Units delivered.
			units: u32,
			/// Hash of the evidence.
			result: H256,
			/// The end of the review, on the agreement clock.
			review_until: AgreementMillis,
		},
		/// The customer approved units; the machine was paid for them.
		Approved {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// Who ordered.
			customer: T::AccountId,
			/// Units approved by this call.
			units: u32,
		},
		/// The customer rejected units; the machine kept its fee and the rest went back.
		Rejected {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// Who ordered.
			customer: T::AccountId,
			/// Units rejected by this call.
			units: u32,
			/// Hash of the reason.
			reason: H256,
		},
		/// A job ended; nothing is on hold for it any more but its record's deposit.
		Settled {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// Who ordered.
			customer: T::AccountId,
			/// How it ended.
			outcome: Outcome,
			/// Units approved in all, by the customer or by his silence.
			approved: u32,
			/// Units rejected in all.
			rejected: u32,
			/// Why the machine declined or gave up; zero otherwise.
			reason: H256,
		},
		/// A settled job's record was removed.
		Removed {
			/// The job.
			job: JobId,
			/// Who ordered, and got the deposit back.
			customer: T::AccountId,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// There is no offer of this id, or it was withdrawn.
		UnknownOffer,
		/// There is no job of this id, or its record was removed.
		UnknownJob,
		/// Only the machine or its owner may do this.
		NotTheMachinesOwner,
		/// Only the machine of this job may do this.
		NotTheMachine,
		/// Only the customer of this job may do this.
		NotTheCustomer,
		/// Only the customer or the machine of this job may do this.
		NotAParty,
		/// Nobody orders from his own machine.
		OwnMachine,
		/// The machine has as many offers as it may have. Withdraw one first.
		TooManyOffers,
		/// The machine has as many open jobs as it may have. Order later or elsewhere.
		TooManyOpenJobs,
		/// The machine has as many open jobs of this customer as it may have. Approve or cancel one first.
		TooManyOpenJobsOfCustomer,
		/// The unit price is zero.
		ZeroPrice,
		/// The number of units is zero.
		ZeroUnits,
		/// A window is shorter than `MinWindow` or longer than `MaxWindow`.
		WindowOutOfRange,
		/// The offer has changed since this version. Read it again.
		OfferChanged,
		/// More units than the offer allows, the order has or the review still holds.
		TooManyUnits,
		/// The price of these units is above `max_price`. Raise it or order less.
		MaxPriceTooLow,
		/// The price of these units is larger than any balance.
		PriceOverflow,
		/// The delivery deadline is sooner than the offer's lead time allows.
		DeadlineTooSoon,
		/// The delivery deadline is further away than `MaxWindow`.
		DeadlineTooFar,
		/// The job's state does not allow this now.
		WrongState,
		/// The deadline for this has passed.
		TooLate,
		/// The deadline of the job's state has not passed yet.
		NotExpired,
		/// Progress only grows.
		NoProgress,
		/// The job is not settled yet.
		NotSettled,
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Publish an offer of a machine's work.
		///
		/// ## Dispatch Origin
		/// The machine's owner or the machine's key. Whoever it is pays the deposit.
		///
		/// ## Parameters
		/// - `machine`: the machine that will do the work.
		/// - `terms`: price, limits, windows; see [`OfferTerms`].
		///
		/// ## Errors
		/// `NotTheMachinesOwner`, `TooManyOffers`, `ZeroPrice`, `ZeroUnits`, `WindowOutOfRange`; the machine's state.
		///
		/// ## Events
		/// `OfferPublished`
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::publish_offer())]
		pub fn publish_offer(
			origin: OriginFor<T>,
			machine: MachineId,
			terms: OfferTerms<BalanceOf<T>>,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_publish_offer(actor, machine, terms)
		}

		/// Change an offer's terms. Its version grows by one; jobs ordered before keep the terms that they named.
		///
		/// ## Dispatch Origin
		/// The machine's owner or the machine's key.
		///
		/// ## Errors
		/// `UnknownOffer`, `NotTheMachinesOwner`, `ZeroPrice`, `ZeroUnits`, `WindowOutOfRange`.
		///
		/// ## Events
		/// `OfferUpdated`
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::update_offer())]
		pub fn update_offer(origin: OriginFor<T>, offer: OfferId, terms: OfferTerms<BalanceOf<T>>) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_update_offer(actor, offer, terms)
		}

		/// Withdraw an offer and give its deposit back. Running jobs go on under their terms.
		///
		/// ## Dispatch Origin
		/// Who paid the deposit, the machine's owner, or the machine's key.
		///
		/// ## Errors
		/// `UnknownOffer`, `NotTheMachinesOwner`.
		///
		/// ## Events
		/// `OfferWithdrawn`
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::withdraw_offer())]
		pub fn withdraw_offer(origin: OriginFor<T>, offer: OfferId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_withdraw_offer(actor, offer)
		}

		/// Order units of an offer. Their price goes on hold in the customer's account, with a deposit for the record,
		/// which comes back when the record is removed, and a fee, which does not. All are in the offer's asset.
		///
		/// ## Dispatch Origin
		/// Signed; the customer, who may be another machine: its key signs, its account pays, and price, deposit and fee
		/// count against its spending policy. Not the machine itself nor its owner.
		///
		/// ## Parameters
		/// - `offer`, `version`: what was read. When the offer has changed since, the order is refused.
		/// - `units`: at least 1, at most the offer's `max_units`.
		/// - `max_price`: the most that all units together may cost, in the asset's smallest unit; deposit and fee come on
		///   top of it.
		/// - `recipe`: `blake2_256` of the recipe file.
		/// - `recipe_uri`: where the machine can fetch the recipe.
		/// - `deliver_by`: delivery deadline, in unix milliseconds of the chain's timestamp.
		///
		/// ## Errors
		/// `UnknownOffer`, `OfferChanged`, `OwnMachine`, `ZeroUnits`, `TooManyUnits`, `PriceOverflow`,
		/// `MaxPriceTooLow`, `DeadlineTooSoon`, `DeadlineTooFar`, `TooManyOpenJobs`, `TooManyOpenJobsOfCustomer`; the
		/// machine's state; an asset that is not listed or has no rate; the spending policy of a machine that orders; too
		/// little money.
		///
		/// ## Events
		/// `Ordered`
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::order())]
		#[allow(clippy::too_many_arguments)]
		pub fn order(
			origin: OriginFor<T>,
			offer: OfferId,
			version: u32,
			units: u32,
			#[pallet::compact] max_price: BalanceOf<T>,
			recipe: H256,
			recipe_uri: RecipeUri,
			deliver_by: UnixMillis,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_order(actor, offer, version, units, max_price, recipe, recipe_uri, deliver_by)
		}

		/// Promise to deliver by the deadline. The bond goes on hold in the machine's account.
		///
		/// ## Dispatch Origin
		/// The key of the job's machine.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheMachine`, `WrongState`, `TooLate`; the machine's spending policy; too little money for the
		/// bond.
		///
		/// ## Events
		/// `Accepted`
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::accept())]
		pub fn accept(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_accept(actor, job)
		}

		/// Decline an order. The customer gets everything back.
		///
		/// ## Dispatch Origin
		/// The key of the job's machine.
		///
		/// ## Parameters
		/// - `reason`: hash of the reason, for the customer.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheMachine`, `WrongState`.
		///
		/// ## Events
		/// `Settled` with `Declined`
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::decline())]
		pub fn decline(origin: OriginFor<T>, job: JobId, reason: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_decline(actor, job, reason)
		}

		/// Begin to work.
		///
		/// ## Dispatch Origin
		/// The key of the job's machine.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheMachine`, `WrongState`, `TooLate`.
		///
		/// ## Events
		/// `Started`
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::start())]
		pub fn start(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_start(actor, job)
		}

		/// Report how many units are done. For the customer's eyes; nothing is paid by it.
		///
		/// ## Dispatch Origin
		/// The key of the job's machine.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheMachine`, `WrongState`, `NoProgress`, `TooManyUnits`.
		///
		/// ## Events
		/// `Progressed`
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::progress())]
		pub fn progress(origin: OriginFor<T>, job: JobId, units_done: u32) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_progress(actor, job, units_done)
		}

		/// Deliver units. The customer's review begins.
		///
		/// ## Dispatch Origin
		/// The key of the job's machine.
		///
		/// ## Parameters
		/// - `units`: at least 1, at most as ordered. The price of the others goes back, and the bond with it.
		/// - `result`: hash of the evidence (the readings taken while working).
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheMachine`, `WrongState`, `TooLate`, `ZeroUnits`, `TooManyUnits`.
		///
		/// ## Events
		/// `Delivered`
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::deliver())]
		pub fn deliver(origin: OriginFor<T>, job: JobId, units: u32, result: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_deliver(actor, job, units, result)
		}

		/// Approve delivered units. The machine is paid for them at once.
		///
		/// ## Dispatch Origin
		/// The job's customer.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheCustomer`, `WrongState`, `ZeroUnits`, `TooManyUnits`.
		///
		/// ## Events
		/// `Approved`; `Settled` with `Completed` when no unit is left in review
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::approve())]
		pub fn approve(origin: OriginFor<T>, job: JobId, units: u32) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_approve(actor, job, units)
		}

		/// Reject delivered units. The machine keeps the offer's `rejection_fee` of their price, the rest goes back.
		///
		/// ## Dispatch Origin
		/// The job's customer.
		///
		/// ## Parameters
		/// - `units`: how many.
		/// - `reason`: hash of the reason, for the machine's owner.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheCustomer`, `WrongState`, `TooLate`, `ZeroUnits`, `TooManyUnits`.
		///
		/// ## Events
		/// `Rejected`; `Settled` with `Completed` when no unit is left in review
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::reject())]
		pub fn reject(origin: OriginFor<T>, job: JobId, units: u32, reason: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_reject(actor, job, units, reason)
		}

		/// Call a job off. The customer may before the machine has accepted. The machine may from then until delivery:
		/// it gives the job up, and its bond goes to the customer. The price goes back in both cases.
		///
		/// ## Dispatch Origin
		/// The job's customer, or the key of the job's machine.
		///
		/// ## Parameters
		/// - `reason`: hash of the reason.
		///
		/// ## Errors
		/// `UnknownJob`, `NotAParty`, `WrongState`.
		///
		/// ## Events
		/// `Settled` with `Cancelled` or `GivenUp`
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::cancel())]
		pub fn cancel(origin: OriginFor<T>, job: JobId, reason: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_cancel(actor, job, reason)
		}

		/// End a job whose deadline has passed: not accepted or not delivered in time, everything goes back to the
		/// customer, with the bond if there is one; not reviewed in time, the machine is paid. The chain does the same by
		/// itself when blocks have room; who calls this need not wait for that.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Errors
		/// `UnknownJob`, `WrongState`, `NotExpired`; agreements are paused.
		///
		/// ## Events
		/// `Settled` with `NotAccepted`, `NotDelivered` or `Completed`
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::expire())]
		pub fn expire(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire(job)
		}

		/// Remove a settled job's record and give its deposit back.
		///
		/// ## Dispatch Origin
		/// The job's customer.
		///
		/// ## Errors
		/// `UnknownJob`, `NotTheCustomer`, `NotSettled`.
		///
		/// ## Events
		/// `Removed`
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::remove())]
		pub fn remove(origin: OriginFor<T>, job: JobId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_remove(actor, job)
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MinWindow::get() > 0, "nobody could act in a window of no time");
			assert!(T::MinWindow::get() < T::MaxWindow::get(), "no terms would be allowed");
			assert!(
				T::MaxOffers::get() > 0 && T::MaxOpenJobs::get() > 0 && T::MaxOpenJobsPerCustomer::get() > 0,
				"no machine could work"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
