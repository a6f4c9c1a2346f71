#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod amending;
mod ancestry;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod calls;
mod certificates;
mod descent;
pub mod disclosure;
mod discovery;
mod errors;
mod events;
pub mod gs1;
mod identity;
mod joins;
mod judging;
mod making;
mod money;
mod ownership;
mod packing;
mod prefixes;
mod recall_types;
mod recalls;
pub mod runtime_api;
mod shipping;
mod spreading;
mod status;
pub mod tags;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
mod uses;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use ancestry::Frontier;
pub use descent::{Descent, Place};
pub use joins::{LotBook, ProofMeter};
pub use pallet::*;
pub use recall_types::{
	At, Contest, Front, Mark, Moment, Outcome, Recall, RecallBook, Scope, Stage, Verdict, MAX_EXCEPTIONS,
	MAX_INHERITED, MAX_ROOTS, MAX_WINDOWS,
};
pub use tags::{TagVerifier, P256};
pub use types::{
	Assignment, Calibration, Certificate, CertificateId, Holding, Input, InputLine, Item, LogisticUnit, LotRecord,
	Making, MakingId, OutputLine, ProductionRecord, Readings, RecallId, Report, Role, SerialRange, State, Subject, Tag,
	Thing, Work, MAX_CONTENTS, MAX_INPUTS, MAX_LEVELS, MAX_OUTPUTS, ROOM_OF_LOT, ROOM_OF_MAKING, ROOM_OF_UNIT,
};
pub use weights::WeightInfo;

use frame_support::{pallet_macros::import_section, traits::fungible::Inspect};
use frame_system::pallet_prelude::BlockNumberFor;

/// An amount of the native token, in planck.
pub type BalanceOf<T> = <<T as Config>::Currency as Inspect<<T as frame_system::Config>::AccountId>>::Balance;
/// An item of this runtime.
pub type ItemOf<T> = Item<<T as frame_system::Config>::AccountId>;
/// A range of this runtime.
pub type RangeOf<T> = SerialRange<<T as frame_system::Config>::AccountId>;
/// A logistic unit of this runtime.
pub type UnitOf<T> = LogisticUnit<<T as frame_system::Config>::AccountId>;
/// A making of this runtime.
pub type MakingOf<T> = Making<<T as frame_system::Config>::AccountId>;
/// A prefix of this runtime.
pub type AssignmentOf<T> = Assignment<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// A certificate of this runtime.
pub type CertificateOf<T> = Certificate<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// A recall of this runtime.
pub type RecallOf<T> = Recall<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// A tag of this runtime.
pub type TagOf<T> = Tag<BlockNumberFor<T>>;
/// A place in the uses of a thing.
pub type AtOf<T> = At<<T as frame_system::Config>::AccountId>;
/// A maker's statement.
pub type ContestOf<T> = Contest<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// Who stands behind a call.
pub(crate) type Caller<T> = bpiiot_primitives::Actor<<T as frame_system::Config>::AccountId>;

/// Products, what they are made of, and their recalls; the crate's page says how.
#[import_section(calls::calls)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[allow(clippy::too_many_arguments)]
#[frame_support::pallet]
pub mod pallet {
	use super::{
		gs1::{CompanyPrefix, Gtin, Lot, Serial, SerialKey, SerialNumber, Sscc, Unit},
		AssignmentOf, BalanceOf, CertificateId, CertificateOf, ContestOf, Holding, InputLine, ItemOf, LotBook,
		LotRecord, MakingId, MakingOf, Mark, Moment, Outcome, OutputLine, ProductionRecord, ProofMeter, RangeOf,
		RecallBook, RecallId, RecallOf, Role, Scope, Subject, TagOf, TagVerifier, Thing, UnitOf, WeightInfo, Work,
		MAX_CONTENTS, MAX_EXCEPTIONS, MAX_INHERITED, MAX_INPUTS, MAX_OUTPUTS, MAX_WINDOWS,
	};
	use bpiiot_primitives::{Actors, AgreementClock, AssetKind, JobId, MachineId, ShipmentId, SpendPolicy, UnixMillis};
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, Mutate, MutateHold},
	};
	use frame_system::pallet_prelude::*;
	use sp_core::H256;
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

		/// Holds deposits and bonds, and pays fees.
		type Currency: Inspect<Self::AccountId>
			+ Mutate<Self::AccountId>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// Who stands behind a call, and behind an owner.
		type Actors: Actors<Self::RuntimeOrigin, Self::AccountId>;

		/// Asked before a fee or a bond is taken from an account.
		type SpendPolicy: SpendPolicy<Self::AccountId, AssetKind, BalanceOf<Self>>;

		/// The calendar of makings and certificates, and the clock on which recalls are judged.
		type Clock: AgreementClock;

		/// Accredits registrants and certifiers.
		type AccreditOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Judges contested recalls.
		type JudgeOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Where fees and forfeited bonds go.
		type FeeDestination: Get<Self::AccountId>;

		/// Checks the signatures of tags.
		type TagVerifier: TagVerifier;

		/// Told of lots that are made and used up.
		type LotBook: LotBook<Self::AccountId>;

		/// How large the proof of the block is so far.
		type ProofMeter: ProofMeter;

		/// On hold at the registrant for a prefix.
		#[pallet::constant]
		type PrefixDeposit: Get<BalanceOf<Self>>;

		/// On hold at the holder of a prefix for each small record that there is room for under it.
		#[pallet::constant]
		type RecordDeposit: Get<BalanceOf<Self>>;

		/// On hold at the issuer of a certificate.
		#[pallet::constant]
		type CertificateDeposit: Get<BalanceOf<Self>>;

		/// What it costs to touch an item of a range alone, or to give somebody the first of a lot: a record that stays.
		#[pallet::constant]
		type TouchFee: Get<BalanceOf<Self>>;

		/// On hold at the issuer of a recall, and forfeited if it is judged to be false.
		#[pallet::constant]
		type RecallBond: Get<BalanceOf<Self>>;

		/// What a recall costs whatever becomes of it.
		#[pallet::constant]
		type RecallFee: Get<BalanceOf<Self>>;

		/// On hold at a maker who contests, and forfeited if the recall is judged to be right.
		#[pallet::constant]
		type ContestBond: Get<BalanceOf<Self>>;

		/// How long a contested recall may be judged, in milliseconds of the agreement clock.
		#[pallet::constant]
		type JudgeWindow: Get<u64>;

		/// The longest time that a making may have taken, in milliseconds.
		#[pallet::constant]
		type MaxProduction: Get<u64>;

		/// How many blocks old the block may be whose hash a tag signs.
		#[pallet::constant]
		type ChallengeAge: Get<BlockNumberFor<Self>>;

		/// Recalls that an issuer may have a record of.
		#[pallet::constant]
		type MaxRecalls: Get<u32>;

		/// What of a block recalls may take by themselves, to spread and to be cleared.
		#[pallet::constant]
		type IdleWeight: Get<Weight>;

		/// Steps of spreading that a call may pay for.
		#[pallet::constant]
		type MaxSteps: Get<u32>;

		/// Gives money to accounts.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: bpiiot_primitives::BenchmarkAssets<Self::AccountId, BalanceOf<Self>>;
	}

	/// Why this pallet holds funds.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// For a prefix, at who has assigned it.
		Prefix,
		/// For the records under a prefix, at its holder.
		Room,
		/// For a certificate, at its issuer.
		Certificate,
		/// Security for a recall's truth, at its issuer.
		Recall,
		/// Security for a maker's word against a recall.
		Contest,
	}

	/// Who is accredited, and until when, by the calendar.
	#[pallet::storage]
	pub type Accreditations<T: Config> =
		StorageDoubleMap<_, Identity, Role, Blake2_128Concat, T::AccountId, UnixMillis, OptionQuery>;

	/// The company prefixes by the last body that begins with them, its highest byte first: the first entry at or behind a
	/// body is the only one that it can lie under.
	#[pallet::storage]
	pub type Prefixes<T: Config> = StorageMap<_, Identity, [u8; 8], AssignmentOf<T>, OptionQuery>;

	/// The items that stand alone.
	#[pallet::storage]
	pub type Items<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, Gtin, Identity, SerialKey, ItemOf<T>, OptionQuery>;

	/// The ranges by their last number: the first entry at or behind a number is the only one that it can lie in.
	#[pallet::storage]
	pub type Ranges<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, Gtin, Identity, SerialNumber, RangeOf<T>, OptionQuery>;

	/// The lots.
	#[pallet::storage]
	pub type Lots<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, Gtin, Blake2_128Concat, Lot, LotRecord, OptionQuery>;

	/// Who has how much of which lot.
	#[pallet::storage]
	pub type Holdings<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, (Gtin, Lot), Blake2_128Concat, T::AccountId, Holding, OptionQuery>;

	/// The logistic units.
	#[pallet::storage]
	pub type Units<T: Config> = StorageMap<_, Blake2_128Concat, Sscc, UnitOf<T>, OptionQuery>;

	/// The makings, in the order of time.
	#[pallet::storage]
	pub type Makings<T: Config> = StorageMap<_, Identity, MakingId, MakingOf<T>, OptionQuery>;

	/// How things were made, as far as the makers say.
	#[pallet::storage]
	pub type Productions<T: Config> = StorageMap<_, Identity, MakingId, ProductionRecord, OptionQuery>;

	/// The makings of a machine by the moment at which they ended, with that at which they began.
	#[pallet::storage]
	pub type MadeOn<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, MachineId, Identity, Moment, UnixMillis, OptionQuery>;

	/// The tags of items.
	#[pallet::storage]
	pub type Tags<T: Config> = StorageDoubleMap<_, Blake2_128Concat, Gtin, Identity, SerialKey, TagOf<T>, OptionQuery>;

	/// The certificates.
	#[pallet::storage]
	pub type Certificates<T: Config> = StorageMap<_, Identity, CertificateId, CertificateOf<T>, OptionQuery>;

	/// The certificates of something.
	#[pallet::storage]
	pub type CertificatesOf<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, Subject, Identity, CertificateId, (), OptionQuery>;

	/// The recalls.
	#[pallet::storage]
	pub type Recalls<T: Config> = StorageMap<_, Identity, RecallId, RecallOf<T>, OptionQuery>;

	/// What recalls have reached.
	#[pallet::storage]
	pub type Marks<T: Config> = StorageDoubleMap<_, Identity, MakingId, Identity, RecallId, Mark, OptionQuery>;

	/// The recalls of a thing itself that count, by who answers for them.
	#[pallet::storage]
	pub type Roots<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, Thing, Blake2_128Concat, T::AccountId, RecallId, OptionQuery>;

	/// The recalls of what somebody has made of a component that count.
	#[pallet::storage]
	pub type ComponentRecalls<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, Thing, Blake2_128Concat, T::AccountId, RecallId, OptionQuery>;

	/// The recalls of what somebody has made on a machine that count.
	#[pallet::storage]
	pub type MachineRecalls<T: Config> = StorageDoubleMap<
		_,
		Blake2_128Concat,
		MachineId,
		Blake2_128Concat,
		T::AccountId,
		BoundedVec<RecallId, ConstU32<MAX_WINDOWS>>,
		ValueQuery,
	>;

	/// What makers say against recalls.
	#[pallet::storage]
	pub type Contests<T: Config> =
		StorageDoubleMap<_, Identity, RecallId, Identity, MakingId, ContestOf<T>, OptionQuery>;

	/// The recalls of an issuer.
	#[pallet::storage]
	pub type RecallBooks<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, RecallBook, ValueQuery>;

	/// The recalls that spread.
	#[pallet::storage]
	pub type Unfinished<T: Config> = StorageMap<_, Identity, RecallId, (), OptionQuery>;

	/// The recalls whose marks are being removed.
	#[pallet::storage]
	pub type Clearances<T: Config> = StorageMap<_, Identity, RecallId, (), OptionQuery>;

	/// Which recall a block without much to do has served last.
	#[pallet::storage]
	pub type LastServed<T: Config> = StorageValue<_, RecallId, ValueQuery>;

	/// The youngest recall: whoever walks through ancestors in several calls begins anew when there is another one.
	#[pallet::storage]
	pub type LatestRecall<T: Config> = StorageValue<_, RecallId, ValueQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_idle(_: BlockNumberFor<T>, limit: Weight) -> Weight {
			Self::spread_idly(limit.min(T::IdleWeight::get()))
		}

		fn integrity_test() {
			let deposits = [
				T::PrefixDeposit::get(),
				T::RecordDeposit::get(),
				T::CertificateDeposit::get(),
				T::TouchFee::get(),
			];
			assert!(
				deposits.iter().all(|deposit| !deposit.is_zero()),
				"every stored thing has a deposit"
			);
			assert!(!T::RecallBond::get().is_zero(), "a false recall would cost nothing");
			assert!(!T::ContestBond::get().is_zero(), "a false contest would cost nothing");
			assert!(T::JudgeWindow::get() > 0, "no recall could be judged");
			assert!(T::MaxProduction::get() > 0, "nothing could be made");
			assert!(T::MaxRecalls::get() > 1, "no recall could be narrowed");
			assert!(T::MaxSteps::get() > 0, "nobody could help a recall on");
			let age = T::ChallengeAge::get();
			assert!(!age.is_zero(), "no tag could be verified");
			assert!(
				age < <T as frame_system::Config>::BlockHashCount::get(),
				"the chain forgets the hash before"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
