//! What can go wrong.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod errors {
	/// What can go wrong.
	#[pallet::error]
	pub enum Error<T> {
		/// There is no shipment of this id, or its record was removed.
		UnknownShipment,
		/// There is no leg of this id, or its shipment's record was removed.
		UnknownLeg,
		/// The shipment has no such line, or it is named twice.
		UnknownLine,
		/// The shipment has no such limit.
		UnknownLimit,
		/// Only the consignor, or the owner of the machine that is the consignor, may do this.
		NotTheConsignor,
		/// Only the consignee, or the owner of the machine that is the consignee, may do this.
		NotTheConsignee,
		/// Only the carrier, or the owner of the machine that is the carrier, may do this.
		NotTheCarrier,
		/// Only who takes part in the shipment may do this.
		NotAParty,
		/// Only who has put the freight on hold may do this.
		NotTheFreightPayer,
		/// Only who has the goods may do this.
		NotTheHolder,
		/// The goods are not this account's to take over now.
		NotTheReceiver,
		/// The consignor does not own the goods.
		NotTheOwner,
		/// Two who take part are of one owner: nobody hands over to himself. What moves within one's own is for `inventory`.
		SameOwner,
		/// A shipment of nothing.
		NoGoods,
		/// A shipment that nobody carries.
		NoLegs,
		/// A unit is named twice.
		RepeatedUnit,
		/// A quantity is zero.
		ZeroQuantity,
		/// Price or freight is larger than any balance.
		PriceOverflow,
		/// A window is shorter than `MinWindow` or longer than `MaxWindow`, or there is less time to hand over than to answer a
		/// call.
		WindowOutOfRange,
		/// A penalty for lateness, and no time to be late. Leave one out or name the other.
		PenaltyWithoutDelay,
		/// Limits or a longest silence without a logger, or a logger that watches nothing.
		LimitsWithoutLogger,
		/// A longest silence without a penalty, or a penalty without a longest silence.
		ContradictoryGap,
		/// A channel has two limits.
		RepeatedChannel,
		/// A limit allows nothing or everything, costs nothing, or has a step that is dearer and not worse than the one before.
		ContradictoryLimit,
		/// The account takes part in as many shipments as it may. End one first.
		TooManyOpen,
		/// It has agreed before.
		AlreadyAgreed,
		/// The state does not allow this now.
		WrongState,
		/// The deadline for this has passed.
		TooLate,
		/// The deadline has not passed yet.
		NotExpired,
		/// Another handover is next than the one that was named. Read the shipment again.
		HandoverChanged,
		/// The giver has not called anybody to take the goods over.
		NotTendered,
		/// The token is not the holder's signature of this handover to this receiver on this chain.
		BadToken,
		/// The token has expired, by the chain's time.
		TokenExpired,
		/// The key of who has the goods is barred, so that it signs for nobody.
		GiverBarred,
		/// More is refused or missing than was sent.
		TooMuch,
		/// The readings are not of the shipment's logger.
		AnothersLogger,
		/// The logger's sensor was never calibrated.
		NotCalibrated,
		/// The calibration of the logger's sensor had expired.
		CalibrationExpired,
		/// The readings came to the chain too late.
		AnchoredTooLate,
		/// The carrier did not have the goods all of that time.
		OutsideCustody,
		/// The proof shows no breach of that limit: another channel, within the limit, or for too short.
		NoBreach,
		/// This breach, or a worse one of this limit, was claimed before.
		AlreadyClaimed,
		/// The logger was not the carrier's own when the shipment was offered: its silence is not his.
		NotHisLogger,
		/// Nobody could decide about it: the terms name no arbiter.
		NoArbiter,
		/// There is nothing on hold that it could be about.
		NothingAtStake,
		/// The shipment or one of its legs has not ended yet.
		NotSettled,
		/// It was rated before.
		AlreadyRated,
	}
}
