//! What the pallet tells the world.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An offer was published.
		OfferPublished {
			/// The new offer.
			offer: OfferId,
			/// The machine that does the work.
			machine: MachineId,
		},
		/// An offer's terms changed. Running jobs keep theirs.
		OfferUpdated {
			/// The offer.
			offer: OfferId,
			/// The machine that does the work.
			machine: MachineId,
			/// The version of the new terms.
			version: u32,
		},
		/// An offer was withdrawn. Running jobs go on.
		OfferWithdrawn {
			/// The offer that is gone.
			offer: OfferId,
			/// The machine that would have done the work.
			machine: MachineId,
		},
		/// Work was ordered; its price is on hold.
		Ordered {
			/// The new job.
			job: JobId,
			/// The machine that is to work.
			machine: MachineId,
			/// Who ordered.
			customer: T::AccountId,
			/// The offer.
			offer: OfferId,
			/// Units ordered.
			units: u32,
			/// Price of all units.
			price: BalanceOf<T>,
			/// `blake2_256` of the recipe file.
			recipe: H256,
		},
		/// The machine promised to deliver by the deadline.
		Accepted {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// The deadline, on the agreement clock.
			deliver_by: AgreementMillis,
		},
		/// The machine began to work.
		Started {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
		},
		/// The machine finished more units.
		Progressed {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// Units done so far.
			units_done: u32,
		},
		/// The machine delivered; the customer may look until the review ends.
		Delivered {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// Who ordered.
			customer: T::AccountId,
			/// Units delivered.
			units: u32,
			/// Hash of the evidence.
			result: H256,
			/// The end of the review, on the agreement clock.
			review_until: AgreementMillis,
		},
		/// The customer approved units; the machine was paid for them.
		Approved {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// Who ordered.
			customer: T::AccountId,
			/// Units approved by this call.
			units: u32,
		},
		/// The customer rejected units. If the machine's side may dispute it, their price stays on hold for now; otherwise
		/// the machine kept its fee and the rest went back.
		Rejected {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// Who ordered.
			customer: T::AccountId,
			/// Units rejected by this call.
			units: u32,
			/// Hash of the reason.
			reason: H256,
		},
		/// The machine's side proposed other terms. The order waits for the customer, no longer than before.
		Countered {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// Who ordered.
			customer: T::AccountId,
			/// The price of one unit that it wants.
			unit_price: BalanceOf<T>,
			/// The delivery deadline that it wants, in unix milliseconds.
			deliver_by: UnixMillis,
		},
		/// The customer agreed to a counter-offer. The order waits for the machine again.
		CounterOfferAccepted {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// Who ordered.
			customer: T::AccountId,
			/// Price of all units.
			price: BalanceOf<T>,
			/// The delivery deadline, on the agreement clock.
			deliver_by: AgreementMillis,
		},
		/// The customer sent all units in review back to be mended. The machine works on them again.
		ReworkRequested {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// Who ordered.
			customer: T::AccountId,
			/// Units sent back.
			units: u32,
			/// Hash of the reason.
			reason: H256,
			/// The new delivery deadline, on the agreement clock.
			deliver_by: AgreementMillis,
		},
		/// The review is over and units were rejected that the machine's side may dispute.
		Challengeable {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// Who ordered.
			customer: T::AccountId,
			/// Rejected units, whose price is still on hold.
			units: u32,
			/// A dispute is too late after this moment, on the agreement clock.
			challenge_until: AgreementMillis,
		},
		/// A rejection is disputed. The arbiter's name and deadlines are in escrow's `DisputeOpened`.
		Disputed {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// Who ordered.
			customer: T::AccountId,
			/// Units whose price the arbiter splits.
			units: u32,
		},
		/// A job ended; nothing is on hold for it any more but its record's deposit.
		Settled {
			/// The job.
			job: JobId,
			/// The machine.
			machine: MachineId,
			/// Who ordered.
			customer: T::AccountId,
			/// How it ended.
			outcome: Outcome,
			/// Units approved in all, by the customer or by his silence.
			approved: u32,
			/// Units rejected in all.
			rejected: u32,
			/// The last reason that was given for a rejection, rework or for calling the job off; zero if none was.
			reason: H256,
			/// Of `history` of the machine's book: the hash over all its settled jobs up to this one.
			history: H256,
		},
		/// A settled job's record was removed.
		Removed {
			/// The job.
			job: JobId,
			/// Who ordered, and got the deposit back.
			customer: T::AccountId,
		},
	}
}
