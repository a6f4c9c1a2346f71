#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod clock;
mod money;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use pallet::*;
pub use types::{EscrowRecord, StopClock};

use frame_support::traits::fungible::Inspect;

/// An amount of the native token, in planck.
pub type BalanceOf<T> = <<T as Config>::Native as Inspect<<T as frame_system::Config>::AccountId>>::Balance;

#[frame_support::pallet]
pub mod pallet {
	use super::{BalanceOf, EscrowRecord, StopClock};
	use bpiiot_primitives::{AssetKind, BondOutcome, EscrowId, SpendPolicy};
	use frame_support::{
		pallet_prelude::*,
		traits::fungible::{Inspect, MutateHold},
	};
	use frame_system::pallet_prelude::BlockNumberFor;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// The reasons for which the runtime holds funds.
		type RuntimeHoldReason: From<HoldReason>;

		/// The native token.
		type Native: Inspect<Self::AccountId> + MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// Asked before value is taken from an account.
		type SpendPolicy: SpendPolicy<Self::AccountId, AssetKind, BalanceOf<Self>>;

		/// The longest gap between two blocks, in milliseconds, that still counts as the chain running.
		#[pallet::constant]
		type StopAllowance: Get<u64>;
	}

	/// Why this pallet holds funds.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The price of something ordered, at the payer.
		Price,
		/// Security for something promised, at the payee.
		Bond,
	}

	/// The open escrows.
	#[pallet::storage]
	pub type Escrows<T: Config> =
		StorageMap<_, Blake2_128Concat, EscrowId, EscrowRecord<T::AccountId, BalanceOf<T>>, OptionQuery>;

	/// The stop clock.
	#[pallet::storage]
	pub type Clock<T: Config> = StorageValue<_, StopClock, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A payer's money was put on hold for a payee.
		Opened {
			/// The new escrow.
			escrow: EscrowId,
			/// Whose money it is.
			payer: T::AccountId,
			/// Who is to be paid.
			payee: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// The amount on hold.
			amount: BalanceOf<T>,
		},
		/// The payee put his bond on hold.
		BondPosted {
			/// The escrow that it secures.
			escrow: EscrowId,
			/// Whose bond it is.
			payee: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// The amount on hold.
			amount: BalanceOf<T>,
		},
		/// A part was paid; the rest stays on hold.
		Released {
			/// The escrow.
			escrow: EscrowId,
			/// Who was paid.
			payee: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// The amount paid.
			amount: BalanceOf<T>,
		},
		/// A part was given back; the rest stays on hold.
		Refunded {
			/// The escrow.
			escrow: EscrowId,
			/// Who got it back.
			payer: T::AccountId,
			/// The asset.
			asset: AssetKind,
			/// The amount given back.
			amount: BalanceOf<T>,
		},
		/// An escrow ended: nothing is on hold for it any more.
		Settled {
			/// The escrow.
			escrow: EscrowId,
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
			/// The bond.
			bond: BalanceOf<T>,
			/// Where the bond went.
			bond_outcome: BondOutcome,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// There is no open escrow of this id.
		UnknownEscrow,
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
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(
				T::StopAllowance::get() > 0,
				"every block would count as a halt of the chain"
			);
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
