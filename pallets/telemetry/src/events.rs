//! What the pallet tells the world.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A machine's owner has made room for anchors, or has less of it.
		RoomSet {
			/// The machine.
			machine: MachineId,
			/// How many anchors may be kept.
			room: u32,
			/// On hold in the machine's account for all of it.
			deposit: BalanceOf<T>,
		},
		/// A batch of readings was anchored.
		Anchored {
			/// The machine that measured.
			machine: MachineId,
			/// The number of the batch.
			batch: u64,
			/// The hash of all that is said of it; the next batch names it.
			hash: Hash,
			/// The root of the tree over its readings.
			root: Hash,
			/// How many readings it has.
			count: u32,
			/// How many are missing within it.
			lost: u32,
			/// How many are missing before it.
			missing: u64,
			/// How often the client's clock was put right meanwhile.
			jumps: u16,
			/// When its first reading was measured, in unix ms.
			from: UnixMillis,
			/// When its last reading was measured, in unix ms.
			to: UnixMillis,
		},
		/// The oldest anchors of a machine were forgotten.
		Pruned {
			/// The machine.
			machine: MachineId,
			/// The first of them.
			first: u64,
			/// The last of them.
			last: u64,
			/// What stands for these and all before.
			pruned: Hash,
			/// What went back to the machine's account, if the room is gone too.
			returned: BalanceOf<T>,
		},
		/// Readings were asked for.
		Challenged {
			/// The new challenge.
			challenge: ChallengeId,
			/// Whose readings.
			machine: MachineId,
			/// Of which batch.
			batch: u64,
			/// From which place on.
			first: u32,
			/// How many.
			count: u32,
			/// Who asks.
			challenger: T::AccountId,
			/// The last moment to produce them, on the agreement clock.
			until: AgreementMillis,
		},
		/// Readings that were asked for were produced. They are in the call.
		Produced {
			/// The challenge, which has ended.
			challenge: ChallengeId,
			/// Whose readings.
			machine: MachineId,
			/// Of which batch.
			batch: u64,
			/// Who asked, and has lost his deposit.
			challenger: T::AccountId,
			/// What the chain has got of him.
			forfeited: BalanceOf<T>,
		},
		/// Readings that were asked for were not produced in time. Their batch is no evidence any more.
		Withheld {
			/// The challenge, which has ended.
			challenge: ChallengeId,
			/// Whose readings.
			machine: MachineId,
			/// Of which batch.
			batch: u64,
			/// Who asked, and has his deposit back.
			challenger: T::AccountId,
		},
	}
}
