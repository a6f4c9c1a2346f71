#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod calls;
mod discovery;
mod errors;
mod events;
mod opening;
mod redeeming;
pub mod runtime_api;
mod settlement;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use bpiiot_voucher::{ChannelId, Metering, SignedTally, Tally, Tariff, Unit};
pub use pallet::*;
pub use types::{Balance, Channel, ChannelState, Outcome, Redemption, Terms};
pub use weights::WeightInfo;

use bpiiot_primitives::Escrow;
use frame_support::pallet_macros::import_section;

/// The state of an escrow of this runtime.
pub type EscrowAccountOf<T> = <EscrowOf<T> as Escrow<<T as frame_system::Config>::AccountId>>::Account;
/// A channel of this runtime.
pub type ChannelOf<T> = Channel<EscrowAccountOf<T>>;
pub(crate) type EscrowOf<T> = <T as Config>::Escrow;
/// Who stands behind a call.
pub(crate) type Caller<T> = bpiiot_primitives::Actor<<T as frame_system::Config>::AccountId>;

/// Payment channels for what machines sell each other by the unit; the crate's page says how.
#[import_section(calls::calls)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[frame_support::pallet]
pub mod pallet {
	use super::{Balance, ChannelId, ChannelOf, Outcome, Redemption, SignedTally, Tally, Terms, WeightInfo};
	use bpiiot_primitives::{Actors, AgreementClock, AgreementMillis, AssetKind, DeadlineIndex, Escrow, Reputation};
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use sp_core::{
		sr25519::{Public, Signature},
		H256,
	};
	use sp_runtime::{traits::Convert, FixedU128, Permill};

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config:
		frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId: From<[u8; 32]>, Hash = H256>
	{
		/// Weights of this pallet's calls.
		type WeightInfo: WeightInfo;

		/// Holds and moves what is in the channels, and what payers pay for their records.
		type Escrow: Escrow<Self::AccountId, AssetId = AssetKind, Balance = Balance>;

		/// The clock of deadlines.
		type Clock: AgreementClock;

		/// Has channels looked at when their deadlines have passed.
		type Deadlines: DeadlineIndex;

		/// Who stands behind a call, and behind a party.
		type Actors: Actors<Self::RuntimeOrigin, Self::AccountId>;

		/// Told of channels as they end.
		type Reputation: Reputation<Self::AccountId, AssetKind, Balance>;

		/// What one smallest unit of an asset is worth, in planck: the rates that governance sets. By them the fee of a channel
		/// grows with what is put in when it opens.
		type Rates: Convert<AssetKind, Option<FixedU128>>;

		/// On hold at the payer for a channel's record, in planck; taken in the channel's asset.
		#[pallet::constant]
		type ChannelDeposit: Get<Balance>;

		/// What a channel costs the payer whatever becomes of it, at the least, in planck; taken in the channel's asset.
		#[pallet::constant]
		type ChannelFee: Get<Balance>;

		/// The same, as a share of what is put in when it opens, if that is more.
		#[pallet::constant]
		type ChannelFeeShare: Get<Permill>;

		/// The shortest time that a payee may be given to show a newer voucher, in milliseconds, and the shortest life of a
		/// channel.
		#[pallet::constant]
		type MinWindow: Get<u64>;

		/// The longest such time, in milliseconds.
		#[pallet::constant]
		type MaxWindow: Get<u64>;

		/// The longest life of a channel, in milliseconds.
		#[pallet::constant]
		type MaxLifetime: Get<u64>;

		/// Channels that a payer may have, with those that have ended and whose records are still there.
		#[pallet::constant]
		type MaxChannels: Get<u32>;

		/// Vouchers in one call.
		#[pallet::constant]
		type MaxBatch: Get<u32>;
	}

	/// The channels: open ones, and settled ones that nobody has removed yet.
	#[pallet::storage]
	pub type Channels<T: Config> = StorageMap<_, Blake2_128Concat, ChannelId, ChannelOf<T>, OptionQuery>;

	/// The channels of a payer.
	#[pallet::storage]
	pub type ChannelsOf<T: Config> =
		StorageMap<_, Blake2_128Concat, T::AccountId, BoundedVec<ChannelId, T::MaxChannels>, ValueQuery>;

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			assert!(T::MinWindow::get() > 0, "nobody could act in a window of no time");
			assert!(
				T::MinWindow::get() <= T::MaxWindow::get() && T::MinWindow::get() <= T::MaxLifetime::get(),
				"no terms would be allowed"
			);
			assert!(
				T::MaxChannels::get() > 0 && T::MaxBatch::get() > 0,
				"nobody could pay, or be paid"
			);
			assert!(T::ChannelDeposit::get() > 0, "every stored thing has a deposit");
			assert!(T::ChannelFee::get() > 0, "a flood would cost nothing");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}
}
