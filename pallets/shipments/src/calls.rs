//! What may be called. What the calls do is in the files by topic: `offering`, `handover`, `delivery`, `breaches`, `claims`,
//! `silence` and `settlement`.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod calls {
	/// The calls.
	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Offer a shipment. Its goods are locked from now on; a deposit for the records goes on hold and a fee to the chain,
		/// both in the native token, and the freights that the consignor pays go on hold in theirs.
		///
		/// ## Dispatch Origin
		/// Signed; the consignor, who owns the goods and may be a machine.
		///
		/// ## Parameters
		/// - `terms`: goods and their price, who gets them, carriers and freights, conditions, times; see
		///   [`Terms`](crate::Terms). They never change.
		///
		/// ## Errors
		/// `NoGoods`, `ZeroQuantity`, `RepeatedUnit`, `PriceOverflow`, `NoLegs`, `SameOwner`, `WindowOutOfRange`,
		/// `PenaltyWithoutDelay`, `LimitsWithoutLogger`, `ContradictoryGap`, `RepeatedChannel`, `ContradictoryLimit`,
		/// `NotTheOwner`, `TooManyOpen`; a logger that is out of service; goods that cannot be locked; an asset that is not listed, an amount below its minimum
		/// balance; the spending policy; too little money.
		///
		/// ## Events
		/// `Offered`, and `LegOffered` for each leg
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::offer())]
		pub fn offer(origin: OriginFor<T>, terms: TermsOf<T>) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_offer(&actor, terms).map(drop)
		}

		/// Agree to a shipment as its consignee. The price goes on hold, and the freights that the consignee pays.
		///
		/// ## Dispatch Origin
		/// The consignee, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownShipment`, `WrongState`, `TooLate`, `NotTheConsignee`, `AlreadyAgreed`, `TooManyOpen`; an arbiter who is not
		/// registered or is a party's; the spending policy; too little money.
		///
		/// ## Events
		/// `ConsigneeAgreed`; `AllAgreed`
		#[pallet::call_index(1)]
		#[pallet::weight(T::WeightInfo::agree())]
		pub fn agree(origin: OriginFor<T>, shipment: ShipmentId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_agree(&actor, shipment)
		}

		/// Agree to carry a leg. The carrier's liability goes on hold.
		///
		/// ## Dispatch Origin
		/// The leg's carrier, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownLeg`, `WrongState`, `TooLate`, `NotTheCarrier`, `AlreadyAgreed`, `TooManyOpen`; an arbiter who is not
		/// registered or is a party's; the spending policy; too little money.
		///
		/// ## Events
		/// `CarrierAgreed`; `AllAgreed`
		#[pallet::call_index(2)]
		#[pallet::weight(T::WeightInfo::agree_to_carry())]
		pub fn agree_to_carry(origin: OriginFor<T>, leg: LegId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_agree_to_carry(&actor, leg)
		}

		/// Call a shipment off. Before all have agreed anybody whom it names may, and it costs nobody anything but fees. Then,
		/// until the goods are on their way, the consignor may, for `dead_freight`; and a carrier, for `no_show`.
		///
		/// ## Dispatch Origin
		/// As said, or the owner of the machine that is one.
		///
		/// ## Parameters
		/// - `reason`: hash of why.
		///
		/// ## Errors
		/// `UnknownShipment`, `NotAParty`, `WrongState`, `TooLate`.
		///
		/// ## Events
		/// `Settled` with `Withdrawn`, `Cancelled` or `NotCollected`; `LegSettled`, `Claimed`
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::cancel())]
		pub fn cancel(origin: OriginFor<T>, shipment: ShipmentId, reason: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_cancel(&actor, shipment, reason)
		}

		/// Call the next one to take the goods over. It is he who is waited for now: his silence is his fault. Nothing changes
		/// hands before he takes over.
		///
		/// ## Dispatch Origin
		/// Who has the goods, or the owner of the machine that does.
		///
		/// ## Parameters
		/// - `hop`: the number of the handover: how often the goods have changed hands, plus one.
		/// - `to`: who is to take over; nobody to take a call back.
		///
		/// ## Errors
		/// `UnknownShipment`, `WrongState`, `HandoverChanged`, `TooLate`, `NotTheHolder`, `NotTheReceiver`.
		///
		/// ## Events
		/// `HandoverTendered`
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::hand_over())]
		pub fn hand_over(
			origin: OriginFor<T>,
			shipment: ShipmentId,
			hop: u8,
			to: Option<T::AccountId>,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_hand_over(&actor, shipment, hop, to)
		}

		/// Take over the goods that one was called to take over.
		///
		/// ## Dispatch Origin
		/// Who was called, or the owner of the machine that was.
		///
		/// ## Parameters
		/// - `hop`: the number of the handover.
		/// - `reservation`: hash of what is wrong with the goods; zero for nothing.
		///
		/// ## Errors
		/// `UnknownShipment`, `WrongState`, `HandoverChanged`, `TooLate`, `NotTendered`, `NotTheReceiver`, `SameOwner`.
		///
		/// ## Events
		/// `HandedOver`
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::take_over())]
		pub fn take_over(origin: OriginFor<T>, shipment: ShipmentId, hop: u8, reservation: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_take_over(&actor, shipment, hop, reservation)
		}

		/// Take the goods over with a token that the giver has signed off line; see [`token`](crate::token).
		///
		/// ## Dispatch Origin
		/// Whom the token names, or the owner of the machine that it names.
		///
		/// ## Parameters
		/// - `hop`: the number of the handover.
		/// - `token`: the giver's signature.
		/// - `reservation`: hash of what is wrong with the goods; zero for nothing.
		///
		/// ## Errors
		/// `UnknownShipment`, `WrongState`, `HandoverChanged`, `TooLate`, `NotTheReceiver`, `TokenExpired`, `GiverBarred`,
		/// `BadToken`, `SameOwner`.
		///
		/// ## Events
		/// `HandedOver`
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::present())]
		pub fn present(
			origin: OriginFor<T>,
			shipment: ShipmentId,
			hop: u8,
			token: Token,
			reservation: H256,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_present(&actor, shipment, hop, token, reservation)
		}

		/// Say that nothing was there to take over. The goods are still the giver's to hand over.
		///
		/// ## Dispatch Origin
		/// Who was called, or the owner of the machine that was.
		///
		/// ## Parameters
		/// - `hop`: the number of the handover.
		/// - `evidence`: hash of what shows it.
		///
		/// ## Errors
		/// `UnknownShipment`, `WrongState`, `HandoverChanged`, `TooLate`, `NotTendered`, `NotTheReceiver`.
		///
		/// ## Events
		/// `HandoverDeclined`
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::decline_handover())]
		pub fn decline_handover(origin: OriginFor<T>, shipment: ShipmentId, hop: u8, evidence: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_decline(&actor, shipment, hop, evidence)
		}

		/// Say that the goods are gone, without waiting for it to come out.
		///
		/// ## Dispatch Origin
		/// The carrier who has them, or the owner of the machine that does.
		///
		/// ## Parameters
		/// - `evidence`: hash of what has happened.
		///
		/// ## Errors
		/// `UnknownShipment`, `WrongState`, `NotTheHolder`, `NotTheCarrier`.
		///
		/// ## Events
		/// `Lost`, and those of the end
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::report_loss())]
		pub fn report_loss(origin: OriginFor<T>, shipment: ShipmentId, evidence: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_report_loss(&actor, shipment, evidence)
		}

		/// Refuse everything at the door: the last carrier has it and brings it back.
		///
		/// ## Dispatch Origin
		/// The consignee, or the owner of the machine that is one.
		///
		/// ## Parameters
		/// - `reason`: hash of why.
		///
		/// ## Errors
		/// `UnknownShipment`, `NotTheConsignee`, `WrongState`, `TooLate`.
		///
		/// ## Events
		/// `GoesBack`
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::refuse())]
		pub fn refuse(origin: OriginFor<T>, shipment: ShipmentId, reason: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_refuse(&actor, shipment, reason)
		}

		/// Accept what has come, all of it or but for some. What is accepted is the consignee's and is paid at once; what is
		/// refused must be given back, or it counts as accepted.
		///
		/// ## Dispatch Origin
		/// The consignee, or the owner of the machine that is one.
		///
		/// ## Parameters
		/// - `refusals`: what is refused or missing, by line; none for nothing.
		/// - `reason`: hash of why; zero for none.
		///
		/// ## Errors
		/// `UnknownShipment`, `NotTheConsignee`, `WrongState`, `TooLate`, `UnknownLine`, `ZeroQuantity`, `TooMuch`.
		///
		/// ## Events
		/// `Reviewed`; `GoesBack`, or those of the end
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::accept_delivery())]
		pub fn accept_delivery(
			origin: OriginFor<T>,
			shipment: ShipmentId,
			refusals: Refusals,
			reason: H256,
		) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_accept_delivery(&actor, shipment, refusals, reason)
		}

		/// End a shipment's state whose deadline has passed, at the cost of who was waited for. A dispute is ended by
		/// `escrow.end_dispute`. The chain does the same by itself when blocks have room.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Errors
		/// `UnknownShipment`, `WrongState`, `NotExpired`; agreements are paused.
		///
		/// ## Events
		/// Those of what comes of it
		#[pallet::call_index(11)]
		#[pallet::weight(T::WeightInfo::expire())]
		pub fn expire(origin: OriginFor<T>, shipment: ShipmentId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire(shipment)
		}

		/// Let a refusal stand, without waiting for the time to dispute it to pass.
		///
		/// ## Dispatch Origin
		/// The consignor, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownShipment`, `NotTheConsignor`, `WrongState`.
		///
		/// ## Events
		/// `Settled`
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::concede())]
		pub fn concede(origin: OriginFor<T>, shipment: ShipmentId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_concede(&actor, shipment)
		}

		/// Dispute a refusal before the arbiter that the terms name. The caller puts up a bond, which the verdict assigns, and
		/// the arbiter's fee.
		///
		/// ## Dispatch Origin
		/// The consignor, or the owner of the machine that is one; whoever it is puts up bond and fee.
		///
		/// ## Parameters
		/// - `evidence`: hash of what speaks for the consignor. More can be added with `escrow.submit_evidence`.
		///
		/// ## Errors
		/// `UnknownShipment`, `NotTheConsignor`, `WrongState`, `TooLate`; escrow's `ArbiterIsParty`; the spending policy; too
		/// little money.
		///
		/// ## Events
		/// `RefusalDisputed`
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::dispute())]
		pub fn dispute(origin: OriginFor<T>, shipment: ShipmentId, evidence: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_dispute(actor, shipment, evidence)
		}

		/// Show that a limit was broken while a carrier had the goods, or that his own logger was silent. It costs him by the
		/// published schedule, each breach once, and never more than freight and liability.
		///
		/// ## Dispatch Origin
		/// Anybody, signed; the logger's own key as well.
		///
		/// ## Parameters
		/// - `leg`: whose time it was.
		/// - `breach`: which limit, or silence.
		/// - `proof`: what `telemetry` proves it by.
		///
		/// ## Errors
		/// `UnknownLeg`, `WrongState`; a proof of nothing; `AnothersLogger`, `NotCalibrated`, `CalibrationExpired`,
		/// `AnchoredTooLate`, `OutsideCustody`, `UnknownLimit`, `NoBreach`, `NotHisLogger`, `AlreadyClaimed`.
		///
		/// ## Events
		/// `BreachShown`
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::claim_breach())]
		pub fn claim_breach(origin: OriginFor<T>, leg: LegId, breach: Breach, proof: Proof) -> DispatchResult {
			T::Actors::ensure_actor(origin)?;
			Self::do_claim_breach(leg, breach, &proof)
		}

		/// Say that a carrier has damaged the goods. It stands if he is silent; he may dispute it before the arbiter. A deposit
		/// is on hold until then, and is forfeited if the arbiter finds nothing.
		///
		/// ## Dispatch Origin
		/// Consignor or consignee, or the owner of the machine that is one.
		///
		/// ## Parameters
		/// - `share`: how much of his liability is claimed. The consignor gets it: the goods were his.
		/// - `evidence`: hash of what shows it.
		///
		/// ## Errors
		/// `UnknownLeg`, `NotAParty`, `WrongState`, `TooLate`, `NoArbiter`, `NothingAtStake`; too little money.
		///
		/// ## Events
		/// `Claimed`
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::report_damage())]
		pub fn report_damage(origin: OriginFor<T>, leg: LegId, share: Permill, evidence: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_report_damage(&actor, leg, share, evidence)
		}

		/// Let a claim stand, without waiting for the time to dispute it to pass.
		///
		/// ## Dispatch Origin
		/// The leg's carrier, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownLeg`, `NotTheCarrier`, `WrongState`.
		///
		/// ## Events
		/// `LegSettled`
		#[pallet::call_index(16)]
		#[pallet::weight(T::WeightInfo::concede_claim())]
		pub fn concede_claim(origin: OriginFor<T>, leg: LegId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_concede_claim(&actor, leg)
		}

		/// Dispute a claim before the arbiter that the terms name. The caller puts up a bond, which the verdict assigns, and the
		/// arbiter's fee.
		///
		/// ## Dispatch Origin
		/// The leg's carrier, or the owner of the machine that is one; whoever it is puts up bond and fee.
		///
		/// ## Parameters
		/// - `evidence`: hash of what speaks for the carrier.
		///
		/// ## Errors
		/// `UnknownLeg`, `NotTheCarrier`, `WrongState`, `TooLate`; escrow's `ArbiterIsParty`; the spending policy; too little
		/// money.
		///
		/// ## Events
		/// `ClaimDisputed`
		#[pallet::call_index(17)]
		#[pallet::weight(T::WeightInfo::dispute_claim())]
		pub fn dispute_claim(origin: OriginFor<T>, leg: LegId, evidence: H256) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_dispute_claim(actor, leg, evidence)
		}

		/// End a leg whose time for claims has passed, or whose claim was not disputed in time. The chain does the same by
		/// itself when blocks have room.
		///
		/// ## Dispatch Origin
		/// Anybody, signed.
		///
		/// ## Errors
		/// `UnknownLeg`, `WrongState`, `NotExpired`; agreements are paused.
		///
		/// ## Events
		/// `LegSettled`
		#[pallet::call_index(18)]
		#[pallet::weight(T::WeightInfo::expire_leg())]
		pub fn expire_leg(origin: OriginFor<T>, leg: LegId) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire_leg(leg)
		}

		/// Remove the records of a shipment that has ended with all its legs, and give the deposit back. Nothing of it can be
		/// rated afterwards.
		///
		/// ## Dispatch Origin
		/// The consignor, or the owner of the machine that is one.
		///
		/// ## Errors
		/// `UnknownShipment`, `NotTheConsignor`, `NotSettled`.
		///
		/// ## Events
		/// `Removed`
		#[pallet::call_index(19)]
		#[pallet::weight(T::WeightInfo::remove())]
		pub fn remove(origin: OriginFor<T>, shipment: ShipmentId) -> DispatchResult {
			let actor = T::Actors::ensure_actor(origin)?;
			Self::do_remove(&actor, shipment)
		}
	}
}
