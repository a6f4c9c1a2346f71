//! What the pallet tells the world.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod events {
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
			/// What it may cost from now on.
			allowance: FeeAllowance<BalanceOf<T>>,
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
			/// Which asset.
			asset: AssetKind,
			/// How much, in the asset's smallest unit.
			amount: BalanceOf<T>,
		},
		/// Money went from a machine's account to its owner.
		Withdrawn {
			/// Which machine.
			machine: MachineId,
			/// Its owner.
			owner: T::AccountId,
			/// Which asset.
			asset: AssetKind,
			/// How much, in the asset's smallest unit.
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
			/// What the owner got of the native currency in the machine's account, in planck.
			paid_out: BalanceOf<T>,
		},
		/// Another key acts for a machine.
		KeyRotated {
			/// Which machine.
			machine: MachineId,
			/// The key that acts for nobody from now on.
			old_key: T::AccountId,
			/// The key that acts for it.
			new_key: T::AccountId,
		},
		/// Private matter for a machine is to be encrypted to another key.
		EncryptionKeyRotated {
			/// Which machine.
			machine: MachineId,
			/// The version of the new key, which stands in the machine's record.
			version: u32,
		},
		/// A machine's key acts for nobody until its owner says so.
		Frozen {
			/// Which machine.
			machine: MachineId,
		},
		/// A machine's key acts for it again.
		Unfrozen {
			/// Which machine.
			machine: MachineId,
		},
		/// A machine's owner lets somebody take it over, or nobody any more.
		OwnershipOffered {
			/// Which machine.
			machine: MachineId,
			/// Who may take it over.
			to: Option<T::AccountId>,
		},
		/// A machine has another owner. Its key costs him nothing and its money is spent for bonds only, until he says
		/// otherwise.
		OwnershipTransferred {
			/// Which machine.
			machine: MachineId,
			/// Who owned it, and got back his deposit.
			from: T::AccountId,
			/// Who owns it.
			to: T::AccountId,
			/// What is on hold at the new owner, in planck.
			deposit: BalanceOf<T>,
		},
		/// A machine may spend what its new policy says. The policy stands in [`Spending`].
		SpendingPolicySet {
			/// Which machine.
			machine: MachineId,
		},
	}
}
