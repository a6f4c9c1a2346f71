//! What the pallet tells the world.

use frame_support::pallet_macros::pallet_section;

/// Becomes a part of [`pallet`](crate::pallet).
#[pallet_section]
mod events {
	/// What happened.
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A shipment was offered; its goods are locked.
		Offered {
			/// The new shipment.
			shipment: ShipmentId,
			/// Who sends.
			consignor: T::AccountId,
			/// Who is to get the goods.
			consignee: T::AccountId,
			/// Until when all must have agreed.
			until: AgreementMillis,
		},
		/// A leg of it was offered to a carrier.
		LegOffered {
			/// The shipment.
			shipment: ShipmentId,
			/// The new leg, which the carrier agrees to.
			leg: LegId,
			/// Which of the legs, counted from zero.
			number: u8,
			/// Who is to carry.
			carrier: T::AccountId,
			/// The asset of both amounts.
			asset: AssetKind,
			/// What he gets.
			freight: Balance,
			/// What he answers with.
			liability: Balance,
		},
		/// The consignee agreed; the price is on hold, and the freight that he pays.
		ConsigneeAgreed {
			/// The shipment.
			shipment: ShipmentId,
			/// Who sends.
			consignor: T::AccountId,
			/// Who gets the goods.
			consignee: T::AccountId,
			/// The price of all goods.
			price: Balance,
		},
		/// A carrier agreed; his liability is on hold.
		CarrierAgreed {
			/// The shipment.
			shipment: ShipmentId,
			/// The leg.
			leg: LegId,
			/// Which of the legs, counted from zero.
			number: u8,
			/// Who carries.
			carrier: T::AccountId,
			/// What he answers with.
			liability: Balance,
		},
		/// The last one agreed: the first carrier is awaited.
		AllAgreed {
			/// The shipment.
			shipment: ShipmentId,
			/// Who sends.
			consignor: T::AccountId,
			/// Who gets the goods.
			consignee: T::AccountId,
			/// Until when the goods must be on their way.
			collect_until: AgreementMillis,
		},
		/// Who has the goods called somebody to take them over, or nobody any more.
		HandoverTendered {
			/// The shipment.
			shipment: ShipmentId,
			/// The number of the handover.
			hop: u8,
			/// Who has the goods.
			giver: T::AccountId,
			/// Who is to take them over.
			receiver: Option<T::AccountId>,
		},
		/// Who was called says that nothing was there.
		HandoverDeclined {
			/// The shipment.
			shipment: ShipmentId,
			/// The number of the handover.
			hop: u8,
			/// Who has the goods.
			giver: T::AccountId,
			/// Who was to take them over.
			receiver: T::AccountId,
			/// Hash of what shows it.
			evidence: H256,
		},
		/// The goods changed hands; both sides have signed.
		HandedOver {
			/// The shipment.
			shipment: ShipmentId,
			/// The number of the handover.
			hop: u8,
			/// Who had them.
			giver: T::AccountId,
			/// Who has them.
			receiver: T::AccountId,
			/// Hash of what the receiver found wrong; zero for nothing.
			reservation: H256,
		},
		/// The consignee, or his silence, has said what is accepted: it is his, and paid.
		Reviewed {
			/// The shipment.
			shipment: ShipmentId,
			/// Who is paid.
			consignor: T::AccountId,
			/// Whose the accepted goods are.
			consignee: T::AccountId,
			/// What it has come to.
			outcome: Outcome,
			/// The price of what is accepted.
			paid: Balance,
			/// The price of what is not; it stays on hold.
			at_stake: Balance,
			/// Hash of the reason.
			reason: H256,
		},
		/// What is not accepted goes back.
		GoesBack {
			/// The shipment.
			shipment: ShipmentId,
			/// To whom.
			consignor: T::AccountId,
			/// Who has it, and must give it back.
			holder: T::AccountId,
			/// Why.
			outcome: Outcome,
			/// Until when.
			until: AgreementMillis,
		},
		/// A consignee did not give back what he had refused: it is his, and paid.
		Kept {
			/// The shipment.
			shipment: ShipmentId,
			/// Who is paid.
			consignor: T::AccountId,
			/// Whose the goods are.
			consignee: T::AccountId,
			/// The price of them.
			paid: Balance,
		},
		/// A carrier did not hand over, or says that the goods are gone.
		Lost {
			/// The shipment.
			shipment: ShipmentId,
			/// Whose goods they were.
			consignor: T::AccountId,
			/// Who had them.
			carrier: T::AccountId,
			/// Of which leg, counted from zero.
			number: u8,
			/// Hash of what he says of it; zero for nothing.
			evidence: H256,
		},
		/// Custody is over, and the consignor may dispute the refusal.
		RefusalDisputable {
			/// The shipment.
			shipment: ShipmentId,
			/// Who may.
			consignor: T::AccountId,
			/// Who has refused.
			consignee: T::AccountId,
			/// The price of what was refused.
			at_stake: Balance,
			/// Until when.
			until: AgreementMillis,
		},
		/// The consignor disputes the refusal: the arbiter decides.
		RefusalDisputed {
			/// The shipment.
			shipment: ShipmentId,
			/// Who disputes.
			consignor: T::AccountId,
			/// Who has refused.
			consignee: T::AccountId,
			/// The price of what was refused.
			at_stake: Balance,
		},
		/// The goods are paid or not, and free. Legs end by themselves.
		Settled {
			/// The shipment.
			shipment: ShipmentId,
			/// Who has sent.
			consignor: T::AccountId,
			/// Who was to get the goods.
			consignee: T::AccountId,
			/// How it ended.
			outcome: Outcome,
			/// Who has what was not accepted.
			custodian: T::AccountId,
			/// What the consignor got of the price that was on hold until now.
			to_consignor: Balance,
			/// Hash of the last reason given; zero for none.
			reason: H256,
		},
		/// A logger has shown a breach in a carrier's time.
		BreachShown {
			/// The shipment.
			shipment: ShipmentId,
			/// The leg.
			leg: LegId,
			/// Which of the legs, counted from zero.
			number: u8,
			/// Who answers.
			carrier: T::AccountId,
			/// Which.
			breach: Breach,
			/// The step of the schedule, counted from one.
			step: u8,
			/// Since when.
			from: UnixMillis,
			/// Until when.
			until: UnixMillis,
			/// What it costs, as a share of freight and liability.
			added: Permill,
			/// What all breaches of the leg cost together.
			share: Permill,
		},
		/// Something is claimed of a carrier's liability.
		Claimed {
			/// The shipment.
			shipment: ShipmentId,
			/// The leg.
			leg: LegId,
			/// Which of the legs, counted from zero.
			number: u8,
			/// Who answers.
			carrier: T::AccountId,
			/// What for.
			kind: ClaimKind,
			/// How much.
			amount: Balance,
			/// Hash of what shows it; zero where the chain's record does.
			evidence: H256,
			/// Until when he may dispute it.
			answer_until: AgreementMillis,
		},
		/// A carrier disputes a claim: the arbiter decides.
		ClaimDisputed {
			/// The shipment.
			shipment: ShipmentId,
			/// The leg.
			leg: LegId,
			/// Which of the legs, counted from zero.
			number: u8,
			/// Who disputes it: the carrier, or who stands behind him.
			by: T::AccountId,
			/// How much.
			at_stake: Balance,
		},
		/// A leg ended: freight and liability are where they belong.
		LegSettled {
			/// The shipment.
			shipment: ShipmentId,
			/// The leg.
			leg: LegId,
			/// Which of the legs, counted from zero.
			number: u8,
			/// Who has carried, or was to.
			carrier: T::AccountId,
			/// What he got of freight and return freight.
			paid: Balance,
			/// What breaches cost him, of freight and liability.
			penalty: Balance,
			/// What the consignor got of his liability.
			forfeited: Balance,
		},
		/// A shipment's records were removed.
		Removed {
			/// The shipment that is gone.
			shipment: ShipmentId,
			/// Who has sent, and got the deposit back.
			consignor: T::AccountId,
		},
	}
}
