//! Goods on their way.

use super::{done, fails, lapse, Threat};
use crate::{chain::pass, world::*};
use bpiiot_primitives::Side;
use bpiiot_runtime::{Hash, Products, Runtime};
use pallet_shipments::{Breach, Call, Error as Errors};
use sp_runtime::{DispatchError, Permill};

type Error = Errors<Runtime>;

pub fn threats() -> Vec<Threat> {
	[offers(), handovers(), deliveries(), claims()]
		.into_iter()
		.flatten()
		.collect()
}

fn offers() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Shipments.offer", "Shipments.cancel"],
			by: "owner",
			wants: "fill other people's lists with offers that they have not asked for",
			scene: packed,
			does: || {
				let mut terms = waybill();
				terms.arbiter = None;
				done(OWNER, send_off(terms));
				let (shipment, reason) = (shipment(), Hash::default());
				done(CUSTOMER, Call::<Runtime>::cancel { shipment, reason });
			},
			so: "each offer is a fee that does not come back and a deposit until he removes it; whom it names says no, or nothing",
		},
		Threat {
			calls: &["Shipments.offer"],
			by: "stranger",
			wants: "send off, and sell, what is another's",
			scene: packed,
			does: || {
				let mut terms = waybill();
				terms.arbiter = None;
				fails(STRANGER, send_off(terms), Error::NotTheOwner);
			},
			so: "refused",
		},
		Threat {
			calls: &[
				"Shipments.agree",
				"Shipments.agree_to_carry",
				"Shipments.cancel",
			],
			by: "stranger",
			wants: "agree or call off in another's place",
			scene: || on_way(Way::Offered),
			does: || {
				let (shipment, reason) = (shipment(), Hash::default());
				fails(STRANGER, take_part(), Error::NotTheConsignee);
				fails(STRANGER, carry(0), Error::NotTheCarrier);
				fails(STRANGER, Call::<Runtime>::cancel { shipment, reason }, Error::NotAParty);
			},
			so: "refused, all three",
		},
		Threat {
			calls: &["Shipments.offer"],
			by: "owner",
			wants: "sell goods that are on their way to somebody else",
			scene: || on_way(Way::Agreed),
			does: || {
				let on_its_way = pallet_products::Error::<Runtime>::OnItsWay;
				fails(OWNER, send_off(waybill()), on_its_way);
				let call = give(unit_thing(1), account(OWNER), account(STRANGER), 0);
				fails(OWNER, call, pallet_products::Error::<Runtime>::OnItsWay);
			},
			so: "refused: nobody uses, sells, packs or sends them until their shipment has ended",
		},
	]
}

fn handovers() -> Vec<Threat> {
	vec![
		Threat {
			calls: &[
				"Shipments.hand_over",
				"Shipments.take_over",
				"Shipments.present",
				"Shipments.decline_handover",
				"Shipments.report_loss",
			],
			by: "stranger",
			wants: "take goods on their way, or say something about them",
			scene: || on_way(Way::Called),
			does: || {
				let (shipment, hop, evidence) = (shipment(), 1, Hash::default());
				fails(STRANGER, call_to(STRANGER), Error::NotTheHolder);
				fails(STRANGER, take(), Error::NotTheReceiver);
				fails(STRANGER, present(OWNER, STRANGER, for_a_minute()), Error::NotTheReceiver);
				fails(
					STRANGER,
					Call::<Runtime>::decline_handover {
						shipment,
						hop,
						evidence,
					},
					Error::NotTheReceiver,
				);
				pass(1);
				let lost = Call::<Runtime>::report_loss { shipment, evidence };
				fails(STRANGER, lost, Error::WrongState);
			},
			so: "refused, all five",
		},
		Threat {
			calls: &["Shipments.present", "Shipments.take_over"],
			by: "buyer",
			wants: "take goods over twice, or with a token that the giver has not signed, as the carrier that he is",
			scene: || on_way(Way::Agreed),
			does: || {
				fails(CARTER, present(CARTER, CARTER, for_a_minute()), Error::BadToken);
				fails(CARTER, present(OWNER, HAULIER, for_a_minute()), Error::BadToken);
				let good = present(OWNER, CARTER, for_a_minute());
				done(CARTER, good.clone());
				fails(CARTER, good, Error::HandoverChanged);
				fails(CARTER, take(), Error::NotTendered);
			},
			so: "a token names its handover and its receiver, and serves once: refused, all but the one that was right",
		},
		Threat {
			calls: &["Shipments.hand_over", "Shipments.take_over", "Shipments.accept_delivery"],
			by: "rival",
			wants: "confirm a delivery alone, and drive off with the goods, as the last carrier",
			scene: || on_way(Way::Second),
			does: || {
				done(HAULIER, call_to(CUSTOMER));
				fails(HAULIER, take(), Error::NotTheReceiver);
				fails(HAULIER, say(list([])), Error::NotTheConsignee);
				// Nobody answers; they are to go back, and do not.
				lapse(2 * TRANSIT);
				lapse(TRANSIT);
				lapse(WINDOW);
				assert_eq!(Products::owner_of(&unit_thing(1)), Some(account(OWNER)));
			},
			so: "who calls and is not answered has not delivered: he must bring the goods back, or he has lost them. All of his \
			     liability is the owner's, whose the goods are, and he has no freight",
		},
	]
}

fn deliveries() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Shipments.accept_delivery", "Shipments.expire"],
			by: "customer",
			wants: "refuse goods, so as not to pay for them, and keep them",
			scene: || on_way(Way::Delivered),
			does: || {
				done(CUSTOMER, say(all_refused()));
				lapse(TRANSIT);
				assert_eq!(Products::owner_of(&unit_thing(1)), Some(account(CUSTOMER)));
			},
			so: "who does not give back has accepted: he pays the whole price. (The last carrier waits for claims here.)",
		},
		Threat {
			calls: &["Shipments.refuse", "Shipments.concede", "Shipments.dispute"],
			by: "stranger",
			wants: "refuse another's goods, or give in for him",
			scene: || on_way(Way::AtTheDoor),
			does: || {
				let (shipment, reason) = (shipment(), Hash::default());
				fails(
					STRANGER,
					Call::<Runtime>::refuse { shipment, reason },
					Error::NotTheConsignee,
				);
				fails(STRANGER, Call::<Runtime>::concede { shipment }, Error::NotTheConsignor);
				fails(STRANGER, object(), Error::NotTheConsignor);
			},
			so: "refused, all three",
		},
		Threat {
			calls: &["Shipments.dispute"],
			by: "customer",
			wants: "send good goods back for nothing",
			scene: || on_way(Way::Refused),
			does: || {
				done(OWNER, object());
				let agreement = shipment_agreement();
				done(ARBITER, pallet_escrow::Call::<Runtime>::accept_case { agreement });
				done(
					ARBITER,
					pallet_escrow::Call::<Runtime>::rule {
						agreement,
						to_payee: Permill::one(),
						bond_to: Side::Payee,
						ruling: Hash::default(),
					},
				);
			},
			so: "he pays what the arbiter says, here all of it, and the owner has his goods back as well; without an arbiter the \
			     refusal fee that the terms name",
		},
		Threat {
			calls: &["Shipments.expire", "Shipments.expire_leg", "Shipments.remove"],
			by: "stranger",
			wants: "end what has not ended, or remove another's record",
			scene: || on_way(Way::Settled),
			does: || {
				let (shipment, leg) = (shipment(), leg_of(0));
				fails(STRANGER, Call::<Runtime>::expire { shipment }, Error::WrongState);
				fails(STRANGER, Call::<Runtime>::expire_leg { leg }, Error::NotExpired);
				fails(STRANGER, Call::<Runtime>::remove { shipment }, Error::NotTheConsignor);
			},
			so: "refused, all three",
		},
	]
}

fn claims() -> Vec<Threat> {
	vec![
		Threat {
			calls: &["Shipments.report_damage", "Shipments.dispute_claim"],
			by: "customer",
			wants: "have a carrier pay for damage that there is not",
			scene: claimed,
			does: || {
				let (leg, evidence) = (leg_of(1), Hash::default());
				done(HAULIER, Call::<Runtime>::dispute_claim { leg, evidence });
				let agreement = leg_agreement(1);
				done(ARBITER, pallet_escrow::Call::<Runtime>::accept_case { agreement });
				done(
					ARBITER,
					pallet_escrow::Call::<Runtime>::rule {
						agreement,
						to_payee: Permill::zero(),
						bond_to: Side::Payer,
						ruling: Hash::default(),
					},
				);
			},
			so: "the deposit of a claim is the collators' when the arbiter finds none; and nothing of it would be his: the goods \
			     were the owner's",
		},
		Threat {
			calls: &["Shipments.report_damage", "Shipments.concede_claim", "Shipments.dispute_claim"],
			by: "stranger",
			wants: "claim damage, or answer a claim in a carrier's place",
			scene: claimed,
			does: || {
				let (leg, evidence) = (leg_of(1), Hash::default());
				fails(STRANGER, claim(0, Permill::one()), Error::NotAParty);
				fails(STRANGER, Call::<Runtime>::concede_claim { leg }, Error::NotTheCarrier);
				fails(
					STRANGER,
					Call::<Runtime>::dispute_claim { leg, evidence },
					Error::NotTheCarrier,
				);
			},
			so: "refused, all three",
		},
		Threat {
			calls: &["Shipments.claim_breach"],
			by: "customer",
			wants: "show a breach that no logger has measured",
			scene: || on_way(Way::Settled),
			does: || {
				let call = Call::<Runtime>::claim_breach {
					leg: leg_of(1),
					breach: Breach::Limit(0),
					proof: list(*b"it was hot"),
				};
				fails(CUSTOMER, call, DispatchError::Unavailable);
			},
			so: "nobody's word counts: refused without a proof of anchored readings",
		},
	]
}
