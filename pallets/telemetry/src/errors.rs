//! What can go wrong.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod errors {
	/// What can go wrong.
	#[pallet::error]
	pub enum Error<T> {
		/// Only a machine's own key anchors its readings.
		NotAMachine,
		/// Only the machine's owner may do this.
		NotTheOwner,
		/// The machine has no series: its owner has made no room for anchors.
		NoSeries,
		/// There is as much room already.
		SameRoom,
		/// More anchors are kept than that, or have been: the newest one always is.
		RoomInUse,
		/// There is no room for another anchor. Prune old ones, or make more room.
		NoRoom,
		/// A batch of this number was anchored before.
		AlreadyAnchored,
		/// A batch is missing before this one.
		BatchSkipped,
		/// The batch does not follow the last one: it names another hash.
		OtherPredecessor,
		/// The batch has no readings, or more than it may have.
		BadCount,
		/// The batch has no runs, too many, one that ends before it begins, or epochs that do not follow each other.
		BadRuns,
		/// The runs have other readings than the batch has and lacks.
		CountsDiffer,
		/// The batch ends before it begins.
		TimesReversed,
		/// The batch begins with readings that were in an earlier one, or before them.
		Overlap,
		/// The batch leaves out an epoch: its first session must be that of the last batch, or the next one.
		EpochSkipped,
		/// The batch begins at a time before the last reading of the batch before.
		GoesBack,
		/// The batch has readings of a time that has not come yet.
		FromTheFuture,
		/// There is no such batch, or its anchor was pruned.
		UnknownBatch,
		/// Nothing, or more than may be pruned at a time.
		BadPrune,
		/// The newest anchor is kept, so that the next batch can follow it.
		NewestIsKept,
		/// One of these batches is challenged.
		Cited,
		/// One of these anchors has not been kept as long as it must be.
		TooYoung,
		/// Only a party of something that rests on the machine's readings may ask for them.
		NotAParty,
		/// Nobody asks himself, or his own machine.
		OwnEvidence,
		/// No readings, more than may be asked for at a time, or beyond the batch.
		BadPlaces,
		/// The window is shorter or longer than it may be.
		WindowOutOfRange,
		/// There are too many challenges of this machine.
		TooManyChallenges,
		/// Who asks has a challenge of this machine already.
		AlreadyChallenged,
		/// The batch was withheld before: there is nothing more to learn of it.
		AlreadyWithheld,
		/// There is no such challenge, or it has ended.
		UnknownChallenge,
		/// The window has passed.
		TooLate,
		/// The window has not passed.
		NotExpired,
		/// Other readings than those that were asked for.
		OtherReadings,
		/// The proof does not lead to the batch's root.
		ForgedProof,
		/// The readings are in the batch and cannot be: not of its time, or not in order. They count as not produced.
		Disorderly,
		/// Of challenges there are no disputes.
		NoDispute,
	}
}
