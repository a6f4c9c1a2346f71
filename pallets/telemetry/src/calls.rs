//! What may be called. What the calls do is in the files by topic: `room`, `anchoring`, `pruning` and `challenges`.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod calls {
	/// The calls.
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Make room for so many anchors of a machine, or less of it. The deposit for all of it is on hold in the machine's
		/// account, and goes along when the machine is sold. The first room begins the series.
		///
		/// ## Dispatch Origin
		/// The machine's owner.
		///
		/// ## Parameters
		/// - `room`: how many anchors may be kept. 0 removes a series without any batch.
		///
		/// ## Errors
		/// `NotTheOwner`, `SameRoom`, `RoomInUse`; too little money in the machine's account.
		///
		/// ## Events
		/// `RoomSet`
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::set_room())]
		pub fn set_room(origin: OriginFor<T>, machine: MachineId, #[pallet::compact] room: u32) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_set_room(actor, machine, room)
		}

		/// Anchor a batch of readings. Chain and machine are in its hash too, so it is of use for no other.
		///
		/// ## Dispatch Origin
		/// The machine's key. Its owner's allowance pays the fee.
		///
		/// ## Parameters
		/// - `batch`: what is said of the batch; see [`Batch`](bpiiot_seal::Batch).
		///
		/// ## Errors
		/// `NotAMachine`, `NoSeries`, `AlreadyAnchored`, `BatchSkipped`, `OtherPredecessor`, `BadCount`, `BadRuns`,
		/// `CountsDiffer`, `TimesReversed`, `Overlap`, `EpochSkipped`, `GoesBack`, `FromTheFuture`, `NoRoom`.
		///
		/// ## Events
		/// `Anchored`
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::anchor())]
		pub fn anchor(origin: OriginFor<T>, batch: Batch) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_anchor(actor, batch)
		}

		/// Forget the oldest anchors of a machine. What they were stays in the series' hash of all that were pruned.
		///
		/// ## Dispatch Origin
		/// The machine's owner, or its key.
		///
		/// ## Parameters
		/// - `count`: how many, at most 64.
		/// - `keep_room`: whether there is room for as many new ones, or their deposit goes back to the machine's account.
		///
		/// ## Errors
		/// `NotTheOwner`, `NoSeries`, `BadPrune`, `NewestIsKept`, `Cited`, `TooYoung`.
		///
		/// ## Events
		/// `Pruned`
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::prune((*count).min(MAX_PRUNED)))]
		pub fn prune(
			origin: OriginFor<T>,
			machine: MachineId,
			#[pallet::compact] count: u32,
			keep_room: bool,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_prune(actor, machine, count, keep_room)
		}

		/// Ask for readings of a batch. If they are produced in time the deposit is forfeited to the chain; if not, it comes
		/// back, the batch is no evidence any more, and it counts against the machine.
		///
		/// ## Dispatch Origin
		/// A party of something that rests on the machine's readings, not its owner; one challenge of a machine at a time.
		///
		/// ## Parameters
		/// - `batch`: its number.
		/// - `first`, `count`: from which place on, from 0, and how many: at most 16.
		/// - `window`: how long there is to produce them, in milliseconds of the agreement clock.
		///
		/// ## Errors
		/// `WindowOutOfRange`, `NoSeries`, `OwnEvidence`, `NotAParty`, `UnknownBatch`, `AlreadyWithheld`, `BadPlaces`,
		/// `AlreadyChallenged`, `TooManyChallenges`; the spending policy of a machine that asks; too little money.
		///
		/// ## Events
		/// `Challenged`
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::challenge())]
		pub fn challenge(
			origin: OriginFor<T>,
			machine: MachineId,
			#[pallet::compact] batch: u64,
			#[pallet::compact] first: u32,
			#[pallet::compact] count: u32,
			#[pallet::compact] window: u64,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_challenge(actor, machine, batch, first, count, window)
		}

		/// Produce the readings that were asked for.
		///
		/// ## Dispatch Origin
		/// Anybody who has them.
		///
		/// ## Parameters
		/// - `proof`: exactly the readings that were asked for.
		///
		/// ## Errors
		/// `UnknownChallenge`, `TooLate`, `OtherReadings`, `ForgedProof`, `Disorderly`.
		///
		/// ## Events
		/// `Produced`
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::produce((proof.readings.len() as u32).min(MAX_ASKED)))]
		pub fn produce(origin: OriginFor<T>, challenge: ChallengeId, proof: Proof) -> DispatchResult {
			T::Actors::ensure_actor(origin)?;
			Self::do_produce(challenge, proof)
		}

		/// End a challenge whose window has passed. The chain does it by itself when blocks have room.
		///
		/// ## Dispatch Origin
		/// Signed; anybody.
		///
		/// ## Errors
		/// `UnknownChallenge`, `NotExpired`; while agreements are paused.
		///
		/// ## Events
		/// `Withheld`
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::expire())]
		pub fn expire(origin: OriginFor<T>, challenge: ChallengeId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire(challenge)
		}
	}
}
