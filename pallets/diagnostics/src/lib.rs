#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod assigning;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod calibration;
mod calls;
mod care;
mod discovery;
mod endings;
mod errors;
mod events;
mod evidence;
pub mod life;
mod offers;
mod orders;
mod parties;
mod reports;
mod rules;
pub mod runtime_api;
mod tickets;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
mod verification;
pub mod weights;
mod work;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use bpiiot_primitives::{Refused, ServiceAwards, ServiceRequests};
pub use calibration::Calibration;
pub use evidence::{Evidence, Inadmissible, Proof, Reading};
pub use pallet::*;
pub use types::{
	Action, Asked, Balance, Baseline, Baselines, Bearing, Care, Certificate, CertificateId, Certificates, Check,
	Comparison, Conditions, Contract, FaultCode, Health, Issuer, Level, Metric, MetricId, Metrics, Offer, OfferId,
	OrderPlace, OrderState, Outcome, Quarrel, Report, RequestId, Rule, RuleId, RuleState, RuleTerms, Sensor,
	ServiceOrder, ServiceOrderId, ServiceTerms, Severity, Source, Tender, Ticket, TicketId, TicketState, Trend,
	TrendPoint, Trigger, WearLimit, WearLimits, WearModel, Weights, CERTIFICATES, METRICS, OFFERS, RULES, TICKETS,
	TREND, WEARS,
};
pub use weights::WeightInfo;

use bpiiot_primitives::Escrow;
use frame_support::pallet_macros::import_section;

/// A machine of this runtime that is looked after.
pub type CareOf<T> = Care<<T as frame_system::Config>::AccountId>;
/// What a rule of this runtime says.
pub type RuleTermsOf<T> = RuleTerms<<T as frame_system::Config>::AccountId>;
/// Terms of maintenance of this runtime.
pub type ServiceTermsOf<T> = ServiceTerms<<T as frame_system::Config>::AccountId>;
/// How maintainers of this runtime are asked for quotes.
pub type TenderOf<T> = Tender<<T as frame_system::Config>::AccountId>;
/// A ticket of this runtime.
pub type TicketOf<T> = Ticket<<T as frame_system::Config>::AccountId>;
/// A sensor of this runtime.
pub type SensorOf<T> = Sensor<<T as frame_system::Config>::AccountId>;
/// The state of an escrow of this runtime.
pub type EscrowAccountOf<T> = <EscrowOf<T> as Escrow<<T as frame_system::Config>::AccountId>>::Account;
/// A maintenance order of this runtime.
pub type OrderOf<T> = ServiceOrder<EscrowAccountOf<T>>;
pub(crate) type EscrowOf<T> = <T as Config>::Escrow;
/// Who stands behind a call.
pub(crate) type Caller<T> = bpiiot_primitives::Actor<<T as frame_system::Config>::AccountId>;

/// Health reports, rules, tickets, maintenance orders and calibration certificates; the crate's page says how.
#[import_section(calls::calls)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::{
		Balance, CareOf, CertificateId, Evidence, FaultCode, Health, Issuer, Level, MetricId, Metrics, OfferId,
		OrderOf, OrderPlace, Outcome, Proof, RequestId, RuleId, RuleTermsOf, SensorOf, ServiceOrderId, ServiceRequests,
		ServiceTermsOf, Severity, Source, TenderOf, TicketId, TicketOf, WearLimits, WeightInfo, RULES,
	};
	use bpiiot_primitives::{
		Actors, AgreementClock, AgreementMillis, AssetKind, DeadlineIndex, Escrow, MachineId, Reputation, Side,
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

		/// Holds the deposits for what is stored, and pays the fees of offers.
		type Currency: Inspect<Self::AccountId, Balance = Balance>
			+ Mutate<Self::AccountId>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// Holds and moves prices and bonds, and what machines pay for an order's record.
		type Escrow: Escrow<Self::AccountId, AssetId = AssetKind, Balance = Balance>;

		/// The clock of deadlines, and the wall clock.
		type Clock: AgreementClock;

		/// Has orders looked at when their deadlines have passed.
		type Deadlines: DeadlineIndex;

		/// Who stands behind a call, and behind a party.
		type Actors: Actors<Self::RuntimeOrigin, Self::AccountId>;

		/// Asked before a fee is taken from an account.
		type SpendPolicy: SpendPolicy<Self::AccountId, AssetKind, Balance>;

		/// Told of orders as they end.
		type Reputation: Reputation<Self::AccountId, AssetKind, Balance>;

		/// Knows which readings were anchored.
		type Evidence: Evidence;

		/// Asks maintainers for quotes.
		type Requests: ServiceRequests<Self::AccountId, Balance>;

		/// Who accredits issuers, removes them, and may revoke any certificate.
		type AccreditOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// What one smallest unit of an asset is worth, in planck: the rates that governance sets. By them the fee of an
		/// order grows with its price.
		type Rates: Convert<AssetKind, Option<FixedU128>>;

		/// Where fees go.
		type FeeDestination: Get<Self::AccountId>;

		/// On hold at the owner for a machine's record and its reports.
		#[pallet::constant]
		type CareDeposit: Get<Balance>;

		/// On hold at the owner for each ticket that there is room for.
		#[pallet::constant]
		type TicketDeposit: Get<Balance>;

		/// On hold at whoever sets a rule.
		#[pallet::constant]
		type RuleDeposit: Get<Balance>;

		/// On hold at the maintainer for an offer.
		#[pallet::constant]
		type OfferDeposit: Get<Balance>;

		/// On hold at the issuer for a certificate.
		#[pallet::constant]
		type CertificateDeposit: Get<Balance>;

		/// On hold at the machine for an order's record, in planck; taken in the order's asset.
		#[pallet::constant]
		type OrderDeposit: Get<Balance>;

		/// What an offer costs the maintainer, whatever becomes of it.
		#[pallet::constant]
		type OfferFee: Get<Balance>;

		/// What an order costs the machine whatever becomes of it, at the least, in planck; taken in the order's asset.
		#[pallet::constant]
		type OrderFee: Get<Balance>;

		/// The same, as a share of the order's price, if that is more.
		#[pallet::constant]
		type OrderFeeShare: Get<Permill>;

		/// What escrow gives the payee of what is at stake when an arbiter is silent: such an end is lost by nobody.
		#[pallet::constant]
		type FallbackSplit: Get<Permill>;

		/// The shortest window that terms may give anybody to act, in milliseconds.
		#[pallet::constant]
		type MinWindow: Get<u64>;

		/// The longest time that terms may reach, in milliseconds.
		#[pallet::constant]
		type MaxWindow: Get<u64>;

		/// Over which time reports are counted, in milliseconds of the agreement clock.
		#[pallet::constant]
		type ReportPeriod: Get<u64>;

		/// Reports of a machine in that time.
		#[pallet::constant]
		type MaxReports: Get<u32>;

		/// The most readings that terms may ask for.
		#[pallet::constant]
		type MaxReadings: Get<u8>;

		/// The least time between two readings that are evidence, in milliseconds: as much as makes them two looks and not
		/// one.
		#[pallet::constant]
		type ReadingGap: Get<u64>;

		/// The longest time that a certificate may be valid, in milliseconds.
		#[pallet::constant]
		type MaxValidity: Get<u64>;

		/// How long a certificate is kept after it has expired or was revoked, in milliseconds: as long as a reading that it
		/// counts for may still be looked at.
		#[pallet::constant]
		type KeepCertificates: Get<u64>;
	}

	/// Why this pallet holds funds: deposits of those who have something stored, never other people's money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// For a machine's record, and the tickets that it has room for.
		Care,
		/// For a rule.
		Rule,
		/// For an offer.
		Offer,
		/// For a certificate.
		Certificate,
	}

	/// The machines that are looked after.
	#[pallet::storage]
	pub type Cares<T: Config> = StorageMap<_, Blake2_128Concat, MachineId, CareOf<T>, OptionQuery>;

	/// What machines have last said of themselves.
	#[pallet::storage]
	pub type Healths<T: Config> = StorageMap<_, Blake2_128Concat, MachineId, Health, OptionQuery>;

	/// The tickets: open ones, and closed ones that nobody has removed yet.
	#[pallet::storage]
	pub type Tickets<T: Config> = StorageMap<_, Blake2_128Concat, TicketId, TicketOf<T>, OptionQuery>;

	/// The maintenance orders: open ones, and settled ones that nobody has removed yet.
	#[pallet::storage]
	pub type Orders<T: Config> = StorageMap<_, Blake2_128Concat, ServiceOrderId, OrderOf<T>, OptionQuery>;

	/// The orders that have not ended, by maintainer: those that he has agreed to before those that wait for it, each by age.
	#[pallet::storage]
	pub type OrdersOf<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, OrderPlace, (), OptionQuery>;

	/// Who may register certificates.
	#[pallet::storage]
	pub type Issuers<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, Issuer, OptionQuery>;

	/// The sensors with certificates, by machine.
	#[pallet::storage]
	pub type Sensors<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, MachineId, Blake2_128Concat, MetricId, SensorOf<T>, OptionQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MinWindow::get() > 0, "nobody could act in a window of no time");
			assert!(T::MinWindow::get() < T::MaxWindow::get(), "no terms would be allowed");
			assert!(
				T::ReportPeriod::get() > 0 && T::MaxReports::get() > 0,
				"no machine could report, or as often as it likes"
			);
			assert!(
				T::MaxReadings::get() > 0 && T::ReadingGap::get() > 0,
				"nothing could be proved, or by one look"
			);
			let longest = T::ReadingGap::get().saturating_mul(T::MaxReadings::get().into());
			assert!(longest < T::MaxWindow::get(), "readings would not fit into any window");
			assert!(
				T::MaxValidity::get() > 0 && T::KeepCertificates::get() > 0,
				"no certificate would count"
			);
			let paid = [
				T::CareDeposit::get(),
				T::TicketDeposit::get(),
				T::RuleDeposit::get(),
				T::OfferDeposit::get(),
				T::CertificateDeposit::get(),
				T::OrderDeposit::get(),
			];
			assert!(
				paid.iter().all(|deposit| *deposit > 0),
				"every stored thing has a deposit"
			);
			assert!(
				T::OfferFee::get() > 0 && T::OrderFee::get() > 0,
				"a flood would cost nothing"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
