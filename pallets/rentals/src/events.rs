//! What the pallet tells the world.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A machine, lock or room is to be rented.
		ListingPublished {
			/// The new listing.
			listing: ListingId,
			/// The machine.
			machine: MachineId,
		},
		/// A listing's terms changed. Rentals keep theirs.
		ListingUpdated {
			/// The listing.
			listing: ListingId,
			/// The machine.
			machine: MachineId,
			/// The version of the new terms.
			version: u32,
		},
		/// A listing was withdrawn. Rentals go on.
		ListingWithdrawn {
			/// The listing that is gone.
			listing: ListingId,
			/// The machine.
			machine: MachineId,
		},
		/// Time was taken; rent and deposit are on hold.
		Rented {
			/// The new rental.
			rental: RentalId,
			/// The listing.
			listing: ListingId,
			/// The machine.
			machine: MachineId,
			/// Who rents it.
			renter: T::AccountId,
			/// From when, in unix milliseconds.
			start: UnixMillis,
			/// Until when, in unix milliseconds.
			end: UnixMillis,
			/// The asset of all amounts.
			asset: AssetKind,
			/// The rent.
			rent: Balance,
			/// The deposit.
			deposit: Balance,
			/// Whether it is agreed on (`Booked`), or waits for the owner (`Requested`).
			stage: Stage,
		},
		/// The owner has agreed; his bond is on hold.
		Approved {
			/// The rental.
			rental: RentalId,
			/// The machine.
			machine: MachineId,
			/// Who rents it.
			renter: T::AccountId,
		},
		/// The renter has it.
		Started {
			/// The rental.
			rental: RentalId,
			/// The machine.
			machine: MachineId,
			/// Who rents it.
			renter: T::AccountId,
			/// From when it may be used, in unix milliseconds.
			start: UnixMillis,
			/// Until when, in unix milliseconds.
			end: UnixMillis,
		},
		/// Periods were added.
		Extended {
			/// The rental.
			rental: RentalId,
			/// The machine.
			machine: MachineId,
			/// Who rents it.
			renter: T::AccountId,
			/// The new end, in unix milliseconds.
			end: UnixMillis,
			/// What the added periods cost.
			price: Balance,
		},
		/// The renter lets somebody use it.
		UserSet {
			/// The rental.
			rental: RentalId,
			/// The machine.
			machine: MachineId,
			/// Who.
			user: T::AccountId,
			/// From when, in unix milliseconds.
			from: UnixMillis,
			/// Until when, in unix milliseconds.
			until: UnixMillis,
			/// For what.
			actions: Actions,
			/// The rental's epoch: it has grown if something was taken back by this.
			epoch: u32,
		},
		/// The renter lets somebody use it no more.
		UserRemoved {
			/// The rental.
			rental: RentalId,
			/// The machine.
			machine: MachineId,
			/// Who.
			user: T::AccountId,
			/// The rental's epoch, which has grown.
			epoch: u32,
		},
		/// The machine's side says that it came back. The rental goes on until the renter says so too, or until its end.
		ReportedBack {
			/// The rental.
			rental: RentalId,
			/// The machine.
			machine: MachineId,
			/// Who rents it.
			renter: T::AccountId,
			/// When it came back, in unix milliseconds.
			at: UnixMillis,
			/// Hash of the lock's report.
			evidence: H256,
		},
		/// Nobody uses it any more, and the owner may claim damage.
		Returned {
			/// The rental.
			rental: RentalId,
			/// The machine.
			machine: MachineId,
			/// Who has rented it.
			renter: T::AccountId,
			/// How it came to that.
			outcome: Outcome,
			/// When, in unix milliseconds.
			at: UnixMillis,
			/// What overdue periods have cost.
			overdue: Balance,
			/// Whether both sides agree on when, so that used and unused time are paid.
			confirmed: bool,
			/// Until when a claim may be made, on the agreement clock.
			claim_until: AgreementMillis,
		},
		/// The machine's side agrees with the renter; used and unused time are paid.
		ReturnConfirmed {
			/// The rental.
			rental: RentalId,
			/// The machine.
			machine: MachineId,
			/// Who has rented it.
			renter: T::AccountId,
			/// When it came back, in unix milliseconds.
			at: UnixMillis,
			/// Hash of the lock's report.
			evidence: H256,
		},
		/// The owner claims a part of the deposit.
		Claimed {
			/// The rental.
			rental: RentalId,
			/// The machine.
			machine: MachineId,
			/// Who has rented it.
			renter: T::AccountId,
			/// How much.
			amount: Balance,
			/// Hash of what the claim is about.
			evidence: H256,
			/// Until when the renter may dispute it, on the agreement clock.
			answer_until: AgreementMillis,
		},
		/// The arbiter decides about a claim.
		Disputed {
			/// The rental.
			rental: RentalId,
			/// The machine.
			machine: MachineId,
			/// Who has rented it.
			renter: T::AccountId,
			/// What the verdict splits.
			at_stake: Balance,
		},
		/// A rental has ended, and everything is paid.
		Settled {
			/// The rental.
			rental: RentalId,
			/// The machine.
			machine: MachineId,
			/// Who has rented it.
			renter: T::AccountId,
			/// How.
			outcome: Outcome,
			/// What the machine's account got of rent and deposit at this moment; the renter the rest.
			to_owner: Balance,
			/// What was claimed.
			claim: Balance,
			/// Of that, the share that a verdict or silence gave to the owner; none if nobody disputed it.
			verdict: Option<Permill>,
			/// Hash of the last reason given; zero if none was.
			reason: H256,
		},
		/// A rental's record was removed, and its deposit given back.
		RentalRemoved {
			/// The rental.
			rental: RentalId,
			/// Who had rented it.
			renter: T::AccountId,
		},
	}
}
