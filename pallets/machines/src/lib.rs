#![doc = include_str!("../README.md")]
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod actor;
#[cfg(feature = "runtime-benchmarks")]
mod benchmarking;
mod dispatchable_impls;
pub mod fees;
#[cfg(test)]
mod mock;
pub mod proof;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "std", feature = "try-runtime"))]
mod try_state;
mod types;
pub mod weights;

pub use fees::OwnerPaysFees;
pub use pallet::*;
pub use types::{BalanceOf, FeeRecord, KeyRecord, Machine, MachineOf, MachineProfile, MachineStatus, Text};
pub use weights::WeightInfo;

/// Machines as account holders; the crate's page says how.
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use bpiiot_primitives::{MachineId, OpenWork, UnixMillis};
	use frame_support::{
		pallet_prelude::*,
		traits::{
			fungible::{Inspect, Mutate, MutateHold},
			Contains, Time,
		},
	};
	use frame_system::pallet_prelude::*;
	use sp_core::sr25519::Signature;
	use sp_runtime::traits::Zero;

	/// The storage layout of the first release.
	pub const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	/// Machines as account holders.
	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	/// What the runtime decides.
	#[pallet::config]
	pub trait Config:
		frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId: From<[u8; 32]> + Into<[u8; 32]>>
	{
		/// The runtime's reasons for holding money.
		type RuntimeHoldReason: From<HoldReason>;

		/// Weights, generated on this runtime.
		type WeightInfo: WeightInfo;

		/// The native currency.
		type Currency: Inspect<Self::AccountId>
			+ Mutate<Self::AccountId>
			+ MutateHold<Self::AccountId, Reason = Self::RuntimeHoldReason>;

		/// On hold at the owner from registration to decommission, in planck.
		#[pallet::constant]
		type MachineDeposit: Get<BalanceOf<Self>>;

		/// What a registration costs, in planck. It is not given back: it pays for the records of the machine and of its
		/// key, which must stay for ever.
		#[pallet::constant]
		type RegistrationFee: Get<BalanceOf<Self>>;

		/// Who gets the registration fees.
		type FeeDestination: Get<Self::AccountId>;

		/// The calls whose fees an owner pays for his machine's key. The calls that a machine makes, and no other: no
		/// `batch`, `proxy` or anything else that carries a call. It must contain `set_service`.
		type SponsoredCalls: Contains<Self::RuntimeCall>;

		/// The block's time, in unix milliseconds.
		type Time: Time<Moment = UnixMillis>;

		/// Knows of agreements that have not ended.
		type OpenWork: OpenWork;
	}

	/// Why this pallet holds money.
	#[pallet::composite_enum]
	pub enum HoldReason {
		/// The deposit of a registered machine, at its owner.
		MachineDeposit,
	}

	/// Every machine that was ever registered.
	#[pallet::storage]
	pub type Machines<T: Config> = StorageMap<_, Blake2_128Concat, MachineId, MachineOf<T>>;

	/// Every key that was ever a machine's.
	#[pallet::storage]
	pub type Keys<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, KeyRecord>;

	/// How many machines an account has registered: the nonce of its next proof. An account with a count is never a
	/// machine's key, so that no machine owns machines.
	#[pallet::storage]
	pub type Registrations<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, u32, ValueQuery>;

	/// What each machine's key may still cost in fees. A machine that is decommissioned has none.
	#[pallet::storage]
	pub type Fees<T: Config> = StorageMap<_, Blake2_128Concat, MachineId, FeeRecord<BalanceOf<T>>>;

	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A machine was registered and is in service.
		Registered {
			/// Its id, and its account.
			machine: MachineId,
			/// Who owns it.
			owner: T::AccountId,
			/// The key that acts for it.
			key: T::AccountId,
			/// What is on hold at the owner, in planck.
			deposit: BalanceOf<T>,
		},
		/// A machine says something else of itself.
		ProfileSet {
			/// Which machine.
			machine: MachineId,
		},
		/// A machine's key may cost its owner another amount in fees.
		FeeAllowanceSet {
			/// Which machine.
			machine: MachineId,
			/// What it may cost from now on, in planck.
			allowance: BalanceOf<T>,
		},
		/// A machine takes orders, or takes none.
		ServiceSet {
			/// Which machine.
			machine: MachineId,
			/// Whether it takes orders.
			in_service: bool,
		},
		/// Money came into a machine's account.
		Deposited {
			/// Which machine.
			machine: MachineId,
			/// Who gave it.
			from: T::AccountId,
			/// How much, in planck.
			amount: BalanceOf<T>,
		},
		/// Money went from a machine's account to its owner.
		Withdrawn {
			/// Which machine.
			machine: MachineId,
			/// Its owner.
			owner: T::AccountId,
			/// How much, in planck.
			amount: BalanceOf<T>,
		},
		/// A machine is gone for good.
		Decommissioned {
			/// Which machine.
			machine: MachineId,
			/// Its owner.
			owner: T::AccountId,
			/// The key that acts for nobody from now on.
			key: T::AccountId,
			/// The deposit that was given back to the owner, in planck.
			deposit: BalanceOf<T>,
			/// What the owner got from the machine's account, in planck.
			paid_out: BalanceOf<T>,
		},
	}

	/// Why a call was refused.
	#[pallet::error]
	pub enum Error<T> {
		/// No machine has this id.
		UnknownMachine,
		/// Only the machine's owner may do this.
		NotOwner,
		/// Only the machine's owner or its key may do this.
		NotOwnerNorMachine,
		/// The key is or was a machine's key. Make a new one.
		KeyAlreadyUsed,
		/// The key owns machines, or is the owner himself. Make a new one.
		KeyIsOwner,
		/// A machine cannot own machines. Sign with a plain account.
		OwnerIsMachine,
		/// The proof is not the key's signature over this chain, this owner, this key and the owner's next nonce.
		BadProof,
		/// The key was a machine's and acts for nobody any more.
		KeyRetired,
		/// The machine was decommissioned.
		MachineDecommissioned,
		/// The machine takes no orders at present.
		OutOfService,
		/// The machine has agreements that have not ended. End them first.
		WorkOpen,
		/// Machines buy nothing until their owner can set limits.
		PurchasesNotAllowed,
		/// The machine's account has less than this that is not on hold.
		TooLittleMoney,
		/// Less than the minimum balance would stay in the machine's account and be lost. Withdraw less, or everything.
		LeavesDust,
		/// The amount is zero.
		ZeroAmount,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			let fee = T::RegistrationFee::get();
			assert!(
				fee.is_zero() || fee >= T::Currency::minimum_balance(),
				"the first RegistrationFee could not create the account of FeeDestination",
			);
			assert!(!T::MachineDeposit::get().is_zero(), "every stored thing has a deposit");
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Registers a machine: its key proves that it exists and agrees, its owner pays.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the owner, a plain account: neither a machine's key, live or retired, nor a machine's account.
		///
		/// ## Details
		///
		/// The machine gets an id that is at the same time its keyless account (see [`MachineId`]). It is in service.
		/// [`Config::MachineDeposit`] is put on hold at the owner until the machine is decommissioned;
		/// [`Config::RegistrationFee`] is paid and gone. The key's account gets a reference that lets it sign with no
		/// balance, for ever.
		///
		/// The key should be new. If its account exists and has money of its own, the money stays there, but from now on
		/// whatever the key signs, it signs for the machine: it pays no fees from its own account, can make sponsored
		/// calls only, and acts in no agreement that it made before. Of its money it can only `deposit`, where that is a
		/// sponsored call. Empty the account and end its agreements before.
		///
		/// ## Parameters
		///
		/// - `key`: the machine's sr25519 public key, as an account. Never used for a machine before.
		/// - `proof`: `key`'s signature over [`proof::payload`], plain or in `<Bytes>…</Bytes>` as Polkadot.js signs it.
		/// - `profile`: what the machine is.
		/// - `fee_allowance`: what the machine's key may cost the owner in transaction fees, in planck.
		///
		/// ## Errors
		///
		/// - [`Error::OwnerIsMachine`]: the signer is a machine's key or account.
		/// - [`Error::KeyIsOwner`]: the key is the signer, or has registered machines.
		/// - [`Error::KeyAlreadyUsed`]: the key is or was a machine's.
		/// - [`Error::BadProof`]: the proof is for another chain, owner, key or nonce, or not the key's.
		/// - The currency's, when the owner cannot pay deposit and fee and keep his account.
		///
		/// ## Events
		///
		/// [`Event::Registered`].
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::register())]
		pub fn register(
			origin: OriginFor<T>,
			key: T::AccountId,
			proof: Signature,
			profile: MachineProfile,
			fee_allowance: BalanceOf<T>,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_register(owner, key, proof, profile, fee_allowance)
		}

		/// Replaces what a machine says of itself.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the machine's owner.
		///
		/// ## Parameters
		///
		/// - `machine`: which machine.
		/// - `profile`: what it is from now on.
		///
		/// ## Errors
		///
		/// [`Error::UnknownMachine`], [`Error::NotOwner`], [`Error::MachineDecommissioned`].
		///
		/// ## Events
		///
		/// [`Event::ProfileSet`].
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::set_profile())]
		pub fn set_profile(origin: OriginFor<T>, machine: MachineId, profile: MachineProfile) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_set_profile(&owner, machine, profile)
		}

		/// Sets what a machine's key may cost its owner in transaction fees from now on.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the machine's owner.
		///
		/// ## Details
		///
		/// The amount replaces what was left. Nothing is put on hold for it: fees are taken from the owner's account
		/// when the machine's key signs. See [`fees`] for which calls, and what becomes of a refused one.
		///
		/// ## Parameters
		///
		/// - `machine`: which machine.
		/// - `allowance`: in planck; 0 silences the machine's key.
		///
		/// ## Errors
		///
		/// [`Error::UnknownMachine`], [`Error::NotOwner`], [`Error::MachineDecommissioned`].
		///
		/// ## Events
		///
		/// [`Event::FeeAllowanceSet`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::set_fee_allowance())]
		pub fn set_fee_allowance(origin: OriginFor<T>, machine: MachineId, allowance: BalanceOf<T>) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_set_fee_allowance(&owner, machine, allowance)
		}

		/// Opens a machine for orders or closes it.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the machine's owner or its key.
		///
		/// ## Details
		///
		/// A machine out of service gets no new orders; what it has begun goes on.
		///
		/// ## Parameters
		///
		/// - `machine`: which machine.
		/// - `in_service`: whether it takes orders from now on.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownMachine`]
		/// - [`Error::NotOwnerNorMachine`]: the signer is neither.
		/// - [`Error::MachineDecommissioned`], [`Error::KeyRetired`]: machine or key is gone.
		///
		/// ## Events
		///
		/// [`Event::ServiceSet`].
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::set_service())]
		pub fn set_service(origin: OriginFor<T>, machine: MachineId, in_service: bool) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_set_service(&who, machine, in_service)
		}

		/// Gives money to a machine.
		///
		/// ## Dispatch Origin
		///
		/// Signed by anyone. The money is the signer's own, never that of a machine for which he acts.
		///
		/// ## Parameters
		///
		/// - `machine`: which machine.
		/// - `amount`: in planck. The first deposit must be the currency's minimum balance at least.
		///
		/// ## Errors
		///
		/// - [`Error::ZeroAmount`], [`Error::UnknownMachine`], [`Error::MachineDecommissioned`]
		/// - The currency's, when the signer cannot pay and keep his account, or the machine's account would stay below
		///   the minimum balance.
		///
		/// ## Events
		///
		/// [`Event::Deposited`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::deposit())]
		pub fn deposit(origin: OriginFor<T>, machine: MachineId, amount: BalanceOf<T>) -> DispatchResult {
			let from = ensure_signed(origin)?;
			Self::do_deposit(from, machine, amount)
		}

		/// Takes money from a machine to its owner.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the machine's owner, also after it was decommissioned.
		///
		/// ## Details
		///
		/// Only what is not on hold. No dust is lost: either the minimum balance stays, or nothing.
		///
		/// ## Parameters
		///
		/// - `machine`: which machine.
		/// - `amount`: in planck.
		///
		/// ## Errors
		///
		/// - [`Error::ZeroAmount`], [`Error::UnknownMachine`], [`Error::NotOwner`]
		/// - [`Error::TooLittleMoney`]: it has not that much that is free.
		/// - [`Error::LeavesDust`]: more than nothing and less than the minimum balance would stay.
		/// - The currency's, when the owner's account is gone and the amount would not make it anew.
		///
		/// ## Events
		///
		/// [`Event::Withdrawn`].
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::withdraw())]
		pub fn withdraw(origin: OriginFor<T>, machine: MachineId, amount: BalanceOf<T>) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_withdraw(&owner, machine, amount)
		}

		/// Takes a machine out of the world for good.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the machine's owner.
		///
		/// ## Details
		///
		/// Its key is retired, its deposit returned, its free money paid to the owner. Its record stays, since what it
		/// made refers to it; money that arrives later can still be withdrawn.
		///
		/// ## Parameters
		///
		/// - `machine`: which machine.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownMachine`], [`Error::NotOwner`], [`Error::MachineDecommissioned`]
		/// - [`Error::WorkOpen`]: it takes part in an agreement that has not ended.
		///
		/// ## Events
		///
		/// [`Event::Decommissioned`].
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::decommission())]
		pub fn decommission(origin: OriginFor<T>, machine: MachineId) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_decommission(owner, machine)
		}
	}
}
