//! Shipments of the owner's to the customer, at each of their stages.

use super::*;
use crate::chain::{now, pair};
use bpiiot_primitives::{AgreementRef, LegId, ShipmentId};
use bpiiot_runtime::{AccountId, Balance, Runtime};
use pallet_products::Thing;
use pallet_shipments::{
	Call, Carriage, FreightTerms, Line as Load, Refusal, Refusals, ShipmentOf, Terms as Bill, Token, Windows,
};
use sp_core::Pair;
use sp_runtime::Permill;

/// What is agreed about a shipment of this runtime.
pub type Waybill = Bill<AccountId, Thing>;

/// Carries the first leg.
pub const CARTER: &str = BUYER;
/// Carries the second leg, and hands over to the customer.
pub const HAULIER: &str = ISSUER;
/// How long a carrier may have the goods.
pub const TRANSIT: u64 = 3 * WINDOW;
/// The share of his liability that a carrier forfeits who does not come.
pub const NO_SHOW: Permill = Permill::from_percent(50);

/// What a leg costs.
pub fn freight() -> Balance {
	coin()
}

/// What a carrier answers with.
pub fn liability() -> Balance {
	4 * coin()
}

/// What the owner offers: a logistic unit by two carriers. The one place where shipments are made.
pub fn waybill() -> Waybill {
	let load = Load {
		unit: unit_thing(1),
		quantity: 1,
		price: whole_price(),
	};
	let carriage = |carrier: &str| Carriage {
		carrier: account(carrier),
		asset: asset(),
		freight: freight(),
		return_freight: freight() / 2,
		liability: liability(),
		transit_time: TRANSIT,
		late_window: TRANSIT,
	};
	Waybill {
		consignee: account(CUSTOMER),
		goods: list([load]),
		asset: asset(),
		legs: list([carriage(CARTER), carriage(HAULIER)]),
		freight_terms: FreightTerms::FreeCarrier,
		logger: None,
		limits: list([]),
		max_gap: 0,
		gap_penalty: Permill::zero(),
		late_penalty: Permill::from_percent(10),
		no_show: NO_SHOW,
		dead_freight: Permill::from_percent(20),
		refusal_fee: REJECTION_FEE,
		windows: Windows {
			offer: WINDOW,
			pickup: TRANSIT,
			handover: WINDOW,
			review: WINDOW,
			returning: TRANSIT,
			claim: WINDOW,
			challenge: WINDOW,
			case: WINDOW,
			ruling: WINDOW,
		},
		arbiter: Some(account(ARBITER)),
	}
}

/// The offer of it.
pub fn send_off(terms: Waybill) -> Call<Runtime> {
	Call::offer { terms }
}

/// The newest shipment.
pub fn shipment() -> ShipmentId {
	let newest = pallet_shipments::Shipments::<Runtime>::iter_keys().max();
	newest.expect("something was sent")
}

/// What became of it.
pub fn shipment_record() -> ShipmentOf<Runtime> {
	pallet_shipments::Shipments::<Runtime>::get(shipment()).expect("is there")
}

/// One of its legs.
pub fn leg_of(nth: usize) -> LegId {
	shipment_record().legs[nth]
}

/// One of its legs, as the escrow calls it.
pub fn leg_agreement(nth: usize) -> AgreementRef {
	AgreementRef::Leg(leg_of(nth))
}

/// The newest shipment, as the escrow calls it.
pub fn shipment_agreement() -> AgreementRef {
	AgreementRef::Shipment(shipment())
}

/// Where a shipment may stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
	/// Nobody has agreed.
	Offered,
	/// All have agreed.
	Agreed,
	/// The first carrier was called.
	Called,
	/// The first carrier has it.
	First,
	/// The second carrier has it.
	Second,
	/// The second carrier has called the customer.
	AtTheDoor,
	/// The customer has it, and looks at it.
	Delivered,
	/// He has refused it, and has it still.
	Returning,
	/// It is back; the owner may dispute that it was refused.
	Refused,
	/// He has disputed it.
	Contested,
	/// The customer has accepted everything.
	Settled,
}

impl Way {
	/// All of them.
	pub const ALL: [Self; 11] = [
		Self::Offered,
		Self::Agreed,
		Self::Called,
		Self::First,
		Self::Second,
		Self::AtTheDoor,
		Self::Delivered,
		Self::Returning,
		Self::Refused,
		Self::Contested,
		Self::Settled,
	];
}

/// There is a shipment of the owner's at this stage.
pub fn on_way(way: Way) {
	on_way_with(way, |_| ());
}

/// The same, of which something is different.
pub fn on_way_with(way: Way, change: fn(&mut Waybill)) {
	packed();
	act(ARBITER, arbitrate(ARBITER_FEE));
	let mut terms = waybill();
	change(&mut terms);
	act(OWNER, send_off(terms));
	move_on(way);
}

/// Brings the newest shipment from its offer to this stage.
fn move_on(way: Way) {
	let steps: [(Way, fn()); 10] = [
		(Way::Agreed, || {
			act(CUSTOMER, take_part());
			act(CARTER, carry(0));
			act(HAULIER, carry(1));
		}),
		(Way::Called, || act(OWNER, call_to(CARTER))),
		(Way::First, || act(CARTER, take())),
		(Way::Second, || {
			act(CARTER, call_to(HAULIER));
			act(HAULIER, take());
		}),
		(Way::AtTheDoor, || act(HAULIER, call_to(CUSTOMER))),
		(Way::Delivered, || act(CUSTOMER, take())),
		(Way::Returning, || act(CUSTOMER, say(all_refused()))),
		(Way::Refused, || {
			act(CUSTOMER, call_to(OWNER));
			act(OWNER, take());
			// It is back, and the block's end looks at that.
			crate::chain::pass(1);
		}),
		(Way::Contested, || act(OWNER, object())),
		(Way::Settled, || ()),
	];
	match way {
		Way::Offered => (),
		Way::Settled => {
			move_on(Way::Delivered);
			act(CUSTOMER, say(list([])));
		}
		way => {
			for (stage, step) in steps {
				step();
				if stage == way {
					break;
				}
			}
		}
	}
}

/// The customer agrees.
pub fn take_part() -> Call<Runtime> {
	let shipment = shipment();
	Call::agree { shipment }
}

/// A carrier agrees.
pub fn carry(nth: usize) -> Call<Runtime> {
	let leg = leg_of(nth);
	Call::agree_to_carry { leg }
}

/// Somebody is called to take the goods over.
pub fn call_to(name: &str) -> Call<Runtime> {
	let (shipment, hop, to) = (shipment(), shipment_record().next_hop(), Some(account(name)));
	Call::hand_over { shipment, hop, to }
}

/// Who was called takes them over.
pub fn take() -> Call<Runtime> {
	let (shipment, hop, reservation) = (shipment(), shipment_record().next_hop(), Default::default());
	Call::take_over {
		shipment,
		hop,
		reservation,
	}
}

/// He brings what the giver has signed off line.
pub fn present(giver: &str, receiver: &str, valid_until: u64) -> Call<Runtime> {
	let (shipment, hop) = (shipment(), shipment_record().next_hop());
	let payload = pallet_shipments::token::payload(&this_chain(), shipment, hop, &account(receiver), valid_until);
	let signature = pair(giver).sign(&payload);
	Call::present {
		shipment,
		hop,
		token: Token { valid_until, signature },
		reservation: Default::default(),
	}
}

/// All of it is refused.
pub fn all_refused() -> Refusals {
	list([Refusal {
		line: 0,
		refused: 1,
		missing: 0,
	}])
}

/// What the customer says of what has come.
pub fn say(refusals: Refusals) -> Call<Runtime> {
	let (shipment, reason) = (shipment(), Default::default());
	Call::accept_delivery {
		shipment,
		refusals,
		reason,
	}
}

/// The owner disputes that it was refused.
pub fn object() -> Call<Runtime> {
	let (shipment, evidence) = (shipment(), Default::default());
	Call::dispute { shipment, evidence }
}

/// Damage of a leg's goods.
pub fn claim(nth: usize, share: Permill) -> Call<Runtime> {
	let (leg, evidence) = (leg_of(nth), Default::default());
	Call::report_damage { leg, share, evidence }
}

/// A settled shipment, of whose second leg the customer claims damage.
pub fn claimed() {
	on_way(Way::Settled);
	act(CUSTOMER, claim(1, Permill::from_percent(50)));
}

/// And the carrier has disputed it.
pub fn claim_disputed() {
	claimed();
	let (leg, evidence) = (leg_of(1), Default::default());
	act(HAULIER, Call::dispute_claim { leg, evidence });
}

/// A settled shipment, all of whose legs have ended.
pub fn wound_up() {
	on_way(Way::Settled);
	crate::chain::pass(WINDOW + 1);
	crate::chain::pass(1);
}

/// A token that is valid for a minute.
pub fn for_a_minute() -> u64 {
	now() + WINDOW
}
