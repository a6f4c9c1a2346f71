//! What may be called. What the calls do is in `dispatchable_impls`.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod calls {
	use sp_core::sr25519::Signature;

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
		/// - `encryption_key`: the X25519 public key to encrypt private matter to; all zeroes to declare none.
		/// - `fee_allowance`: what the machine's key may cost the owner in transaction fees: an amount in planck, and after
		///   how many milliseconds there is as much again (0 for never).
		///
		/// ## Errors
		///
		/// - [`Error::OwnerIsMachine`]: the signer is a machine's key or account.
		/// - [`Error::KeyIsOwner`]: the key is the signer, or has registered machines.
		/// - [`Error::KeyAlreadyUsed`]: the key is or was a machine's.
		/// - [`Error::KeyInUse`]: the key has signed, or something is on hold there.
		/// - [`Error::PeriodOutOfRange`]: the allowance's period is neither 0 nor from a minute to 365 days.
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
			encryption_key: [u8; 32],
			fee_allowance: FeeAllowance<BalanceOf<T>>,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_register(owner, key, proof, profile, encryption_key, fee_allowance)
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
		/// The allowance replaces what was left of the old one. Nothing is put on hold for it: fees are taken from the
		/// owner's account when the machine's key signs. See [`fees`] for which calls, and what becomes of a refused one;
		/// see [`window`] for when the amount comes back.
		///
		/// ## Parameters
		///
		/// - `machine`: which machine.
		/// - `allowance`: an amount in planck, where 0 silences the machine's key, and after how many milliseconds there
		///   is as much again (0 for never).
		///
		/// ## Errors
		///
		/// - [`Error::UnknownMachine`], [`Error::NotOwner`], [`Error::MachineDecommissioned`]
		/// - [`Error::PeriodOutOfRange`]: the period is neither 0 nor from a minute to 365 days.
		///
		/// ## Events
		///
		/// [`Event::FeeAllowanceSet`].
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::set_fee_allowance())]
		pub fn set_fee_allowance(
			origin: OriginFor<T>,
			machine: MachineId,
			allowance: FeeAllowance<BalanceOf<T>>,
		) -> DispatchResult {
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
		/// - [`Error::MachineFrozen`]: the key of a frozen machine signed.
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

		/// Gives money to a machine, in the native currency or in any asset.
		///
		/// ## Dispatch Origin
		///
		/// Signed by anyone. The money is the signer's own, never that of a machine for which he acts.
		///
		/// ## Parameters
		///
		/// - `machine`: which machine.
		/// - `asset`: the native currency, or an asset.
		/// - `amount`: in the asset's smallest unit, which is planck for the native currency. The first deposit must be the
		///   asset's minimum balance at least.
		///
		/// ## Errors
		///
		/// - [`Error::ZeroAmount`], [`Error::UnknownMachine`], [`Error::MachineDecommissioned`]
		/// - The asset's, when there is no such asset, the signer cannot pay and keep his account in it, or the machine's
		///   would stay below the minimum balance; and when the asset is not a sufficient one and the machine has no native
		///   currency.
		///
		/// ## Events
		///
		/// [`Event::Deposited`].
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::deposit())]
		pub fn deposit(
			origin: OriginFor<T>,
			machine: MachineId,
			asset: AssetKind,
			amount: BalanceOf<T>,
		) -> DispatchResult {
			let from = ensure_signed(origin)?;
			Self::do_deposit(from, machine, asset, amount)
		}

		/// Takes money from a machine to its owner, in the native currency or in any asset.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the machine's owner, also after it was decommissioned.
		///
		/// ## Details
		///
		/// Only what is free: not on hold, and not frozen by an asset's owner. No dust is lost: either the asset's minimum
		/// balance stays, or nothing. While something of an asset is on hold, its minimum balance stays with it.
		///
		/// ## Parameters
		///
		/// - `machine`: which machine.
		/// - `asset`: the native currency, or an asset, listed or not.
		/// - `amount`: in the asset's smallest unit, which is planck for the native currency.
		///
		/// ## Errors
		///
		/// - [`Error::ZeroAmount`], [`Error::UnknownMachine`], [`Error::NotOwner`]
		/// - [`Error::TooLittleMoney`]: it has not that much of the asset that is free, or there is no such asset.
		/// - [`Error::LeavesDust`]: more than nothing and less than the minimum balance would stay.
		/// - The asset's, when the owner has no account in it and the amount would not make one, or his is blocked.
		///
		/// ## Events
		///
		/// [`Event::Withdrawn`].
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::withdraw())]
		pub fn withdraw(
			origin: OriginFor<T>,
			machine: MachineId,
			asset: AssetKind,
			amount: BalanceOf<T>,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_withdraw(&owner, machine, asset, amount)
		}

		/// Takes a machine out of the world for good.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the machine's owner.
		///
		/// ## Details
		///
		/// Its key is retired, its deposit returned, its free native currency paid to the owner; its allowance, its policy
		/// and an offer of ownership end. Its record stays, since what it made refers to it; what it has in assets, and
		/// what arrives later, can still be withdrawn. A frozen machine can be decommissioned too.
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

		/// Puts a new key into a machine's old one's place. The machine, its money, offers and jobs stay what they are.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the machine's owner, also while it is frozen, or by its key of now.
		///
		/// ## Details
		///
		/// From this call on the old key acts for nobody, for ever: its transactions are refused in the pool and in the
		/// block, and it is no actor behind a proxy or a multisig either.
		///
		/// [`Config::RotationFee`] is taken from the owner's account and gone. When the machine's key signs, it counts
		/// against the fee allowance as well, so that a stolen key cannot rotate at its owner's cost for long. What the
		/// details of [`register`](Pallet::register) say of a key that has an account holds for the new key.
		///
		/// Of a key that may be stolen: [`freeze`](Pallet::freeze) first. The thief could otherwise rotate before the
		/// owner does, and the owner's proof would name a number of rotations that has passed.
		///
		/// ## Parameters
		///
		/// - `machine`: which machine.
		/// - `new_key`: its sr25519 public key from now on, as an account. Never used for a machine before.
		/// - `proof`: `new_key`'s signature over [`proof::rotation_payload`], plain or in `<Bytes>…</Bytes>` as Polkadot.js
		///   signs it.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownMachine`], [`Error::NotOwnerNorMachine`], [`Error::MachineDecommissioned`]
		/// - [`Error::KeyRetired`], [`Error::MachineFrozen`]: the key that signed acts for nobody.
		/// - [`Error::KeyIsOwner`]: the new key is the owner, or has owned machines.
		/// - [`Error::KeyAlreadyUsed`]: the new key is or was a machine's, this one's also.
		/// - [`Error::BadProof`]: the proof is for another chain, machine, key or number of rotations, or not the new
		///   key's.
		/// - [`Error::AllowanceTooSmall`]: the machine's key signed, and the fee is more than what is left.
		/// - The currency's, when the owner cannot pay the fee and keep his account.
		///
		/// ## Events
		///
		/// [`Event::KeyRotated`].
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::rotate_key())]
		pub fn rotate_key(
			origin: OriginFor<T>,
			machine: MachineId,
			new_key: T::AccountId,
			proof: Signature,
		) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_rotate_key(&who, machine, new_key, &proof)
		}

		/// Declares the key to which private matter for a machine is encrypted from now on.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the machine's owner or its key.
		///
		/// ## Details
		///
		/// The version in the machine's record grows by one. What was encrypted before stays encrypted to the key of its
		/// version, so the machine keeps that key until those jobs have ended.
		///
		/// ## Parameters
		///
		/// - `machine`: which machine.
		/// - `key`: an X25519 public key; all zeroes to declare none.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownMachine`], [`Error::NotOwnerNorMachine`], [`Error::MachineDecommissioned`]
		/// - [`Error::KeyRetired`], [`Error::MachineFrozen`]: the key that signed acts for nobody.
		///
		/// ## Events
		///
		/// [`Event::EncryptionKeyRotated`].
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::rotate_encryption_key())]
		pub fn rotate_encryption_key(origin: OriginFor<T>, machine: MachineId, key: [u8; 32]) -> DispatchResult {
			let who = ensure_signed(origin)?;
			Self::do_rotate_encryption_key(&who, machine, key)
		}

		/// Bars a machine's key until its owner says otherwise.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the machine's owner.
		///
		/// ## Details
		///
		/// The key acts for nobody, its transactions are refused, and the machine takes no new orders. Deadlines of what
		/// it has accepted run on, with the bonds that stand for it. The owner can do all that he could before, and
		/// freezing a frozen machine changes nothing.
		///
		/// ## Parameters
		///
		/// - `machine`: which machine.
		///
		/// ## Errors
		///
		/// [`Error::UnknownMachine`], [`Error::NotOwner`], [`Error::MachineDecommissioned`].
		///
		/// ## Events
		///
		/// [`Event::Frozen`].
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::freeze())]
		pub fn freeze(origin: OriginFor<T>, machine: MachineId) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_freeze(&owner, machine, true)
		}

		/// Lets a frozen machine's key act again.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the machine's owner.
		///
		/// ## Details
		///
		/// It takes orders again if it did when it was frozen, or was set to since.
		///
		/// ## Parameters
		///
		/// - `machine`: which machine.
		///
		/// ## Errors
		///
		/// [`Error::UnknownMachine`], [`Error::NotOwner`], [`Error::MachineDecommissioned`].
		///
		/// ## Events
		///
		/// [`Event::Unfrozen`].
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::unfreeze())]
		pub fn unfreeze(origin: OriginFor<T>, machine: MachineId) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_freeze(&owner, machine, false)
		}

		/// Lets one account take a machine over, or nobody any more.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the machine's owner.
		///
		/// ## Details
		///
		/// Nothing changes until that account accepts. A new offer takes the place of the old one. Money in the machine's
		/// account goes with it: withdraw first what is not sold.
		///
		/// ## Parameters
		///
		/// - `machine`: which machine.
		/// - `to`: who may take it over; none to withdraw the offer.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownMachine`], [`Error::NotOwner`], [`Error::MachineDecommissioned`]
		/// - [`Error::AlreadyOwner`]: it is offered to its owner.
		/// - [`Error::OwnerIsMachine`]: it is offered to a machine's key or account.
		///
		/// ## Events
		///
		/// [`Event::OwnershipOffered`].
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::offer_ownership())]
		pub fn offer_ownership(origin: OriginFor<T>, machine: MachineId, to: Option<T::AccountId>) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_offer_ownership(&owner, machine, to)
		}

		/// Takes over a machine that was offered to the signer.
		///
		/// ## Dispatch Origin
		///
		/// Signed by exactly the account that it was offered to, a plain account.
		///
		/// ## Details
		///
		/// [`Config::MachineDeposit`] of today is put on hold at the new owner, and the old owner's deposit is returned.
		/// The money in the machine's account, its bonds, offers, running jobs and all that it owes stay with the machine;
		/// so does its key, of which the old owner may have a copy. So the fee allowance is reset to nothing, and the
		/// spending policy to that of a new machine; [`rotate_key`](Pallet::rotate_key) and look through its offers
		/// before you set others. It is not frozen any more. The new owner can never become a machine's key, and his next
		/// registration's nonce grows by one.
		///
		/// ## Parameters
		///
		/// - `machine`: which machine.
		/// - `at_least`: what must be in its account and not on hold, in planck, so that nobody withdraws in the last
		///   moment what was sold. Of assets nothing is promised.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownMachine`], [`Error::MachineDecommissioned`]
		/// - [`Error::NotOffered`]: not offered, no more offered, or offered to somebody else.
		/// - [`Error::OwnerIsMachine`]: the signer has become a machine's key.
		/// - [`Error::TooLittleMoney`]: it has less than `at_least`.
		/// - The currency's, when the new owner cannot pay the deposit and keep his account.
		///
		/// ## Events
		///
		/// [`Event::OwnershipTransferred`].
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::accept_ownership())]
		pub fn accept_ownership(origin: OriginFor<T>, machine: MachineId, at_least: BalanceOf<T>) -> DispatchResult {
			let to = ensure_signed(origin)?;
			Self::do_accept_ownership(to, machine, at_least)
		}

		/// Sets what a machine may spend of the money in its account.
		///
		/// ## Dispatch Origin
		///
		/// Signed by the machine's owner.
		///
		/// ## Details
		///
		/// Asked where value leaves a machine's account: when it buys, when it posts a bond, and when it opens a dispute.
		/// What counts against the cap of an order's asset is all that goes on hold: price, deposit and fee; of a dispute's,
		/// its bond and the arbiter's fee. What comes back, such as a bond, a
		/// deposit or the price of an order that was cancelled, does not count as unspent. The policy replaces the old one
		/// and what was spent under it. See [`window`] for when a new period begins.
		///
		/// Without a policy a machine spends nothing: it posts no bonds, buys nothing and opens no disputes, which its
		/// owner can do himself. With one it does only what the policy says. A bond counts against the cap while it is on
		/// hold, and for the rest of the period if it is forfeited.
		///
		/// ## Parameters
		///
		/// - `machine`: which machine.
		/// - `policy`: what it may spend for, after how many milliseconds it may spend as much again (0 for never), and
		///   how much of which asset; none for no policy.
		///
		/// ## Errors
		///
		/// - [`Error::UnknownMachine`], [`Error::NotOwner`], [`Error::MachineDecommissioned`]
		/// - [`Error::PeriodOutOfRange`]: the period is neither 0 nor from a minute to 365 days.
		/// - [`Error::NamedTwice`]: a purpose or an asset is.
		///
		/// ## Events
		///
		/// [`Event::SpendingPolicySet`].
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::set_spending_policy())]
		pub fn set_spending_policy(
			origin: OriginFor<T>,
			machine: MachineId,
			policy: Option<SpendingPolicy<BalanceOf<T>>>,
		) -> DispatchResult {
			let owner = ensure_signed(origin)?;
			Self::do_set_spending_policy(&owner, machine, policy)
		}
	}
}
