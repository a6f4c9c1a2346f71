#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod assets;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod clock;
mod deadlines;
mod money;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::{DeadlineKey, EscrowAccount, NamedArbiter, StopClock};
pub use weights::WeightInfo;

use frame_support::traits::fungibles::Inspect;

/// An amount in an asset's smallest unit: of the native token, in planck.
pub type BalanceOf<T> = <<T as Config>::Fungibles as Inspect<<T as frame_system::Config>::AccountId>>::Balance;
/// The state of an escrow of this runtime.
pub type AccountOf<T> = EscrowAccount<<T as frame_system::Config>::AccountId, BalanceOf<T>>;

#[frame_support::pallet]
pub mod pallet {
	use super::{AccountOf, BalanceOf, DeadlineKey, StopClock, WeightInfo};
	use bpiiot_primitives::{
		AgreementMillis, AgreementRef, Agreements, AssetKind, BondOutcome, OpenEscrows, SpendPolicy,
	};
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungibles::{Inspect, MutateHold},
			Contains,
		},
	};
	use frame_system::pallet_prelude::*;
	use sp_runtime::{traits::Convert, FixedU128};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Weights of this pallet's calls and of its sweep.
		type WeightInfo: WeightInfo;

		/// The reasons for which the runtime holds funds.
		type RuntimeHoldReason: From<HoldReason>;

		/// The native token and all assets.
		type Fungibles: Inspect<Self::AccountId, AssetId = AssetKind>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// The assets that keep an account alive by themselves.
		type Sufficient: Contains<AssetKind>;

		/// What one smallest unit of an asset is worth, in planck: the rates that governance sets.
		type Rates: Convert<AssetKind, Option<FixedU128>>;

		/// Who lists and delists assets.
		type ListOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who pauses and resumes agreements.
		type PauseOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Where the fees of escrows go.
		type FeeDestination: Get<Self::AccountId>;

		/// Asked before value is taken from an account.
		type SpendPolicy: SpendPolicy<Self::AccountId, AssetKind, BalanceOf<Self>>;

		/// The agreements whose deadlines are swept.
		type Agreements: Agreements;

		/// The escrows that stand in the agreements' records.
		type OpenEscrows: OpenEscrows<AccountOf<Self>>;

		/// The longest gap between two blocks, in milliseconds, that still counts as the chain running.
		#[pallet::constant]
		type StopAllowance: Get<u64>;

		/// Deadlines that a block sweeps at most.
		#[pallet::constant]
		type MaxSweep: Get<u32>;

		/// Makes assets to measure with.
		#[cfg(feature = "runtime-benchmarks")]
		type BenchmarkHelper: bpiiot_primitives::BenchmarkAssets<Self::AccountId, BalanceOf<Self>>;
	}

	/// Why this pallet holds funds.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The price of something ordered, at the payer.
		Price,
		/// Security for something promised, at the payee.
		Bond,
		/// For an agreement's record, at the payer.
		Deposit,
		/// For having opened an escrow, at the payer.
		Fee,
		/// What could not be paid, at the account where it was on hold before.
		Credit,
	}

	/// The assets beside the native one that agreements may be made in.
	#[pallet::storage]
	pub type ListedAssets<T: Config> = StorageMap<_, Blake2_128Concat, AssetKind, (), OptionQuery>;

	/// What is on hold for somebody whom it could not be paid to: payee, asset and holder, and how much.
	#[pallet::storage]
	pub type Credits<T: Config> = StorageNMap<
		_,
		(
			NMapKey<Blake2_128Concat, T::AccountId>,
			NMapKey<Blake2_128Concat, AssetKind>,
			NMapKey<Blake2_128Concat, T::AccountId>,
		),
		BalanceOf<T>,
		OptionQuery,
	>;

	/// The agreements by the moment at which the sweep looks at them. No hash before the key: it is in the order of time.
	#[pallet::storage]
	pub type Deadlines<T: Config> = StorageMap<_, Identity, DeadlineKey, AgreementRef, OptionQuery>;

	/// The stop clock.
	#[pallet::storage]
	pub type Clock<T: Config> = StorageValue<_, StopClock, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A payer's money was put on hold for a payee.
		Opened {
			/// The agreement.
			agreement: AgreementRef,
			/// Whose money it is.
			payer: T::AccountId,
			/// Who is to be paid.
			payee: T::AccountId,
			/// The asset of all amounts.
			asset: AssetKind,
			/// The price.
			amount: BalanceOf<T>,
			/// For the record, until it is removed.
			deposit: BalanceOf<T>,
			/// For the chain, at the end.
			fee: BalanceOf<T>,
		},
		/// The payee put his bond on hold.
		BondPosted {
			/// The agreement that it secures.
			agreement: AgreementRef,
			/// Whose bond it is.
			payee: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// The amount on hold.
			amount: BalanceOf<T>,
		},
		/// A part was paid; the rest stays on hold. If it could not be paid, a `Credited` stands before this.
		Released {
			/// The agreement.
			agreement: AgreementRef,
			/// Who was paid.
			payee: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// The amount paid.
			amount: BalanceOf<T>,
		},
		/// A part was given back; the rest stays on hold. If it could not be, a `Credited` stands before this.
		Refunded {
			/// The agreement.
			agreement: AgreementRef,
			/// Who got it back.
			payer: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// The amount given back.
			amount: BalanceOf<T>,
		},
		/// An escrow ended: nothing is on hold for it any more but its record's deposit. For each part that could not be
		/// paid, a `Credited` stands before this.
		Settled {
			/// The agreement.
			agreement: AgreementRef,
			/// Who had paid in.
			payer: T::AccountId,
			/// Who was to be paid.
			payee: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// What the payee got at the end, releases before it not counted.
			to_payee: BalanceOf<T>,
			/// What the payer got back at the end.
			to_payer: BalanceOf<T>,
			/// What the chain got.
			fee: BalanceOf<T>,
			/// The bond.
			bond: BalanceOf<T>,
			/// Where the bond went.
			bond_outcome: BondOutcome,
		},
		/// The deposit of a record was given back. If it could not be, a `Credited` stands before this.
		DepositReleased {
			/// The agreement.
			agreement: AgreementRef,
			/// Whose deposit it was.
			payer: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// The deposit.
			amount: BalanceOf<T>,
		},
		/// A payment could not be made. The amount is on hold until somebody claims it for the payee.
		Credited {
			/// The agreement.
			agreement: AgreementRef,
			/// Whose money it is now.
			payee: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// In whose account it is on hold.
			holder: T::AccountId,
			/// The amount that was added to the credit.
			amount: BalanceOf<T>,
		},
		/// A credit was paid.
		CreditClaimed {
			/// Who was paid.
			payee: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// In whose account it was on hold.
			holder: T::AccountId,
			/// The whole credit.
			amount: BalanceOf<T>,
		},
		/// Agreements may be made in an asset.
		AssetListed {
			/// The asset.
			asset: AssetKind,
		},
		/// No new agreement may be made in an asset. Running ones go on.
		AssetDelisted {
			/// The asset.
			asset: AssetKind,
		},
		/// The agreement clock stands still.
		Paused {
			/// What it shows.
			at: AgreementMillis,
		},
		/// The agreement clock goes on.
		Resumed {
			/// What it shows.
			at: AgreementMillis,
		},
		/// The sweep could not end an agreement and will not try again. Anybody may, by the call of its pallet.
		SweepFailed {
			/// The agreement.
			agreement: AgreementRef,
			/// Why.
			error: DispatchError,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// Payer and payee are the same account.
		SameParty,
		/// The smallest payment of these terms is below the asset's minimum balance, so it could fail. Raise the price.
		ReleaseBelowMinimum,
		/// Only the payee of an escrow posts its bond.
		NotPayee,
		/// The bond of this escrow is on hold already.
		BondAlreadyPosted,
		/// The amount is zero.
		ZeroAmount,
		/// More was to be moved than is on hold.
		MoreThanHeld,
		/// The escrow has ended.
		AlreadyEnded,
		/// The escrow has not ended yet.
		NotEnded,
		/// There is no such credit.
		NoCredit,
		/// There is no such asset.
		UnknownAsset,
		/// Governance has not listed this asset.
		AssetNotListed,
		/// The asset is listed already; the native token always is.
		AlreadyListed,
		/// The native token cannot be delisted.
		NativeStaysListed,
		/// The asset does not keep an account alive by itself, so who has no native token could not be paid in it. Make it a
		/// sufficient one first, with `assets.force_asset_status`.
		NotSufficient,
		/// Governance has set no rate for this asset, so deposit and fee cannot be told in it.
		NoRate,
		/// The account that fees go to cannot receive the smallest unit of this asset. Make it an account first.
		NoFeeAccount,
		/// Agreements are paused: no deadline is enforced now.
		AgreementsPaused,
		/// Agreements are paused already.
		AlreadyPaused,
		/// Agreements are not paused.
		NotPaused,
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Let agreements be made in an asset. They can be once it has a rate, too.
		///
		/// The account that fees go to must have an account in the asset. And the asset must be a sufficient one
		/// (`is_sufficient` in `pallet-assets`): it keeps an account alive by itself, so that machines and customers without
		/// the native token can be paid in it. Nothing here watches whether it stays so.
		///
		/// ## Dispatch Origin
		/// `ListOrigin`.
		///
		/// ## Errors
		/// `AlreadyListed`, `UnknownAsset`, `NotSufficient`, `NoFeeAccount`.
		///
		/// ## Events
		/// `AssetListed`
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::list_asset())]
		pub fn list_asset(origin: OriginFor<T>, asset: AssetKind) -> DispatchResult {
			T::ListOrigin::ensure_origin(origin)?;
			Self::do_list_asset(asset)
		}

		/// Let no new agreement be made in an asset. Running ones go on as if it were listed.
		///
		/// ## Dispatch Origin
		/// `ListOrigin`.
		///
		/// ## Errors
		/// `NativeStaysListed`, `AssetNotListed`.
		///
		/// ## Events
		/// `AssetDelisted`
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::delist_asset())]
		pub fn delist_asset(origin: OriginFor<T>, asset: AssetKind) -> DispatchResult {
			T::ListOrigin::ensure_origin(origin)?;
			Self::do_delist_asset(asset)
		}

		/// Pay a credit to whom it belongs, now that it is possible.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Parameters
		/// - `holder`: in whose account it is on hold.
		/// - `asset`: the asset.
		/// - `payee`: whose money it is.
		///
		/// ## Errors
		/// `NoCredit`; why it still cannot be paid.
		///
		/// ## Events
		/// `CreditClaimed`
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::claim_credit())]
		pub fn claim_credit(
			origin: OriginFor<T>,
			holder: T::AccountId,
			asset: AssetKind,
			payee: T::AccountId,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_claim_credit(holder, asset, payee)
		}

		/// Stop the agreement clock. Until it is resumed no deadline passes and none is enforced; all other calls work.
		///
		/// ## Dispatch Origin
		/// `PauseOrigin`.
		///
		/// ## Errors
		/// `AlreadyPaused`.
		///
		/// ## Events
		/// `Paused`
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::pause())]
		pub fn pause(origin: OriginFor<T>) -> DispatchResult {
			T::PauseOrigin::ensure_origin(origin)?;
			Self::do_pause()
		}

		/// Let the agreement clock go on from where it stopped.
		///
		/// ## Dispatch Origin
		/// `PauseOrigin`.
		///
		/// ## Errors
		/// `NotPaused`.
		///
		/// ## Events
		/// `Resumed`
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::resume())]
		pub fn resume(origin: OriginFor<T>) -> DispatchResult {
			T::PauseOrigin::ensure_origin(origin)?;
			Self::do_resume()
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_idle(_: BlockNumberFor<T>, limit: Weight) -> Weight {
			Self::sweep(limit)
		}

		fn integrity_test() {
			assert!(
				T::StopAllowance::get() > 0,
				"every block would count as a halt of the chain"
			);
			assert!(T::MaxSweep::get() > 0, "no deadline would be swept");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
