#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod anchoring;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod calls;
mod challenges;
mod discovery;
mod errors;
mod events;
mod evidence;
mod pruning;
mod room;
pub mod runtime_api;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use bpiiot_primitives::ChallengeId;
pub use evidence::{Admitted, Calibration, Evidence, EvidenceUse, Why};
pub use pallet::*;
pub use types::{Anchor, Challenge, Citation, Record, Series, Tally, MAX_ASKED, MAX_PRUNED};
pub use weights::WeightInfo;

use frame_support::{pallet_macros::import_section, traits::fungible::Inspect};

/// An amount of the native token, in planck.
pub type BalanceOf<T> = <<T as Config>::Currency as Inspect<<T as frame_system::Config>::AccountId>>::Balance;
/// A machine's series in this runtime.
pub type SeriesOf<T> = Series<BalanceOf<T>>;
/// A challenge in this runtime.
pub type ChallengeOf<T> = Challenge<<T as frame_system::Config>::AccountId, BalanceOf<T>>;
/// What of a machine is challenged in this runtime.
pub type CitationOf<T> = Citation<<T as frame_system::Config>::AccountId>;
/// Who stands behind a call.
pub(crate) type Caller<T> = bpiiot_primitives::Actor<<T as frame_system::Config>::AccountId>;

/// Anchors of machines' readings, and challenges; the crate's page says how.
#[import_section(calls::calls)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::{
		Anchor, BalanceOf, Calibration, ChallengeId, ChallengeOf, CitationOf, EvidenceUse, SeriesOf, WeightInfo,
		MAX_ASKED, MAX_PRUNED,
	};
	use bpiiot_primitives::{
		Actors, AgreementClock, AgreementMillis, AssetKind, DeadlineIndex, MachineId, SpendPolicy, UnixMillis,
	};
	use bpiiot_seal::{Batch, Hash, Proof};
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

		/// Who stands behind a call, and behind a machine.
		type Actors: Actors<Self::RuntimeOrigin, Self::AccountId>;

		/// The chain's time, by which readings count, and the clock of windows.
		type Clock: AgreementClock;

		/// Has challenges looked at when their windows have passed.
		type Deadlines: DeadlineIndex;

		/// Asked before a challenger's deposit is taken, since it may be forfeited.
		type SpendPolicy: SpendPolicy<Self::AccountId, AssetKind, BalanceOf<Self>>;

		/// Knows who is party to something that rests on a machine's readings.
		type EvidenceUse: EvidenceUse<Self::AccountId>;

		/// Knows which channels of machines are calibrated.
		type Calibration: Calibration;

		/// Where deposits go that challengers forfeit.
		type FeeDestination: Get<Self::AccountId>;

		/// On hold in the machine's account for its series, without any anchor.
		#[pallet::constant]
		type SeriesDeposit: Get<BalanceOf<Self>>;

		/// On hold in the machine's account for each anchor that there is room for.
		#[pallet::constant]
		type AnchorDeposit: Get<BalanceOf<Self>>;

		/// On hold at whoever challenges; forfeited when the readings are produced.
		#[pallet::constant]
		type ChallengeDeposit: Get<BalanceOf<Self>>;

		/// How old a reading may be when it is anchored, to be evidence, in milliseconds.
		#[pallet::constant]
		type MaxAge: Get<u64>;

		/// How long an anchor is kept at the least, in milliseconds of the agreement clock.
		#[pallet::constant]
		type Retention: Get<u64>;

		/// The shortest window in which readings must be produced, in milliseconds.
		#[pallet::constant]
		type MinWindow: Get<u64>;

		/// The longest one.
		#[pallet::constant]
		type MaxWindow: Get<u64>;

		/// Challenges that may be open against a machine at a time.
		#[pallet::constant]
		type MaxChallenges: Get<u32>;

		/// Gives money to accounts.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: bpiiot_primitives::BenchmarkAssets<Self::AccountId, BalanceOf<Self>>;
	}

	/// Why this pallet holds funds: deposits of those who keep something, never other people's money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// For a machine's series and all anchors that there is room for.
		Room,
		/// For a challenge.
		Challenge,
	}

	/// How far each machine's series has come.
	#[pallet::storage]
	pub type AllSeries<T: Config> = StorageMap<_, Blake2_128Concat, MachineId, SeriesOf<T>, OptionQuery>;

	/// The anchors that are kept, by machine and number. Clients and `verify.py` read this map by storage proofs: its name, its
	/// hashers and the layout of [`Anchor`] stay.
	#[pallet::storage]
	pub type Anchors<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, MachineId, Blake2_128Concat, u64, Anchor, OptionQuery>;

	/// The challenges that are open.
	#[pallet::storage]
	pub type Challenges<T: Config> = StorageMap<_, Blake2_128Concat, ChallengeId, ChallengeOf<T>, OptionQuery>;

	/// What of a machine is challenged: its batches that may not be pruned. Apart from the series, so that an anchor does not
	/// read it.
	#[pallet::storage]
	pub type Citations<T: Config> =
		StorageMap<_, Blake2_128Concat, MachineId, BoundedVec<CitationOf<T>, T::MaxChallenges>, ValueQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			for deposit in [
				T::SeriesDeposit::get(),
				T::AnchorDeposit::get(),
				T::ChallengeDeposit::get(),
			] {
				assert!(!deposit.is_zero(), "every stored thing has a deposit");
			}
			assert!(T::MaxAge::get() > 0, "no reading would be evidence");
			assert!(T::MinWindow::get() > 0, "nobody could produce in a window of no time");
			assert!(
				T::MinWindow::get() <= T::MaxWindow::get(),
				"no challenge would be allowed"
			);
			assert!(T::MaxChallenges::get() > 0, "nobody could challenge");
			assert!(
				T::Retention::get() > T::MaxAge::get(),
				"evidence could be pruned while it is new"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
