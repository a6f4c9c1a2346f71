//! Goods on their way, from the offer to the claims. Breaches are left out: nobody shows one while there are no anchored readings.

use crate::{
	draw::Draw,
	ledger::{self, asset, whole},
	parties::{self, account, ARBITERS, CUSTOMERS, KEEPERS, OWNERS, SUPPLIERS},
	target::{Entitled, Form, Intent, Target},
	world::{actors_as, controller_of, live_key, speakers_for, World},
};
use bpiiot_primitives::MachineId;
use bpiiot_runtime::{AccountId, Hash, Runtime, System};
use pallet_products::Thing;
use pallet_shipments::{
	Call, Carriage, FreightTerms, Holder, LegState, Line, Refusal, ShipmentOf, ShipmentState, Terms, Token, Windows,
};
use sp_core::Pair;
use sp_runtime::{Permill, TryRuntimeError};

/// The pallet `shipments`.
pub struct Shipments;

impl Target for Shipments {
	fn name(&self) -> &'static str {
		"shipments"
	}

	fn forms(&self) -> Vec<Form> {
		vec![
			Form::new("offer", offer).weighing(16),
			Form::new("agree", agree).weighing(12),
			Form::new("agree_to_carry", agree_to_carry).weighing(16),
			Form::new("cancel", cancel).weighing(2),
			Form::new("hand_over", hand_over).weighing(14),
			Form::new("take_over", take_over).weighing(14),
			Form::new("present", present).weighing(8),
			Form::new("decline_handover", decline_handover).weighing(2),
			Form::new("report_loss", report_loss).weighing(1),
			Form::new("refuse", refuse).weighing(2),
			Form::new("accept_delivery", accept_delivery).weighing(12),
			Form::new("expire", expire).weighing(4),
			Form::new("concede", concede).weighing(2),
			Form::new("dispute", dispute).weighing(6),
			Form::new("report_damage", report_damage).weighing(4),
			Form::new("concede_claim", concede_claim).weighing(2),
			Form::new("dispute_claim", dispute_claim).weighing(4),
			Form::new("expire_leg", expire_leg).weighing(3),
			Form::new("remove", remove).weighing(4),
		]
	}

	fn errors(&self) -> Vec<&'static str> {
		super::names_of::<pallet_shipments::Error<Runtime>>()
	}

	fn try_state(&self) -> Result<(), TryRuntimeError> {
		bpiiot_runtime::Shipments::do_try_state()
	}
}

/// Those who carry and those who get something: people, and machines.
fn others(world: &World, draw: &mut Draw<'_>) -> Vec<AccountId> {
	let people = KEEPERS.iter().chain(&CUSTOMERS).chain(&SUPPLIERS).chain(&OWNERS);
	let machines = world.active.iter().map(|machine| machine.account());
	draw.beginning_with_one(people.map(|name| account(name)).chain(machines).collect())
}

fn windows(draw: &mut Draw<'_>) -> Windows {
	let wide = draw.window();
	let short = wide.min(60_000);
	Windows {
		offer: wide,
		pickup: wide,
		handover: short,
		review: draw.window(),
		returning: wide,
		claim: 60_000 * (1 + draw.below(3) as u64),
		challenge: 60_000,
		case: 60_000,
		ruling: 60_000,
	}
}

/// Who owns all of it.
fn offer(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (first, owner) = world.trace.free_thing(draw)?;
	let mut things = vec![first];
	if let Some((second, _)) = world.trace.free_thing(draw).filter(|(_, of)| *of == owner) {
		things.push(second);
	}
	let currency = asset(draw.below(2));
	let coin = whole(currency);
	let goods: Vec<_> = things
		.into_iter()
		.map(|unit| Line {
			quantity: match unit {
				Thing::Lot { .. } => u64::from(draw.units(9)) * 100,
				_ => u64::from(draw.units(1)),
			},
			unit,
			price: draw.amount(20 * coin),
		})
		.collect();
	let everybody = others(world, draw);
	let control = controller_of(&owner);
	let mut strangers: Vec<_> = everybody.iter().filter(|who| controller_of(who) != control).collect();
	if draw.once_in(16) {
		strangers = everybody.iter().collect();
	}
	let consignee = (*strangers.first()?).clone();
	let carriage = |carrier: &&AccountId, draw: &mut Draw<'_>| Carriage {
		carrier: (*carrier).clone(),
		asset: currency,
		freight: draw.amount(5 * coin) % (100 * coin),
		return_freight: coin,
		liability: draw.amount(10 * coin) % (100 * coin),
		transit_time: 60_000 * (1 + draw.below(4) as u64),
		late_window: 120_000,
	};
	let mut legs = Vec::new();
	for carrier in strangers.iter().skip(1).take(1 + draw.below(2)) {
		legs.push(carriage(carrier, draw));
	}
	let terms = Terms {
		consignee,
		goods: goods.try_into().ok()?,
		asset: currency,
		legs: legs.try_into().ok()?,
		freight_terms: match draw.below(3) {
			0 => FreightTerms::CarriagePaid,
			1 => FreightTerms::FreeCarrier,
			_ => FreightTerms::ExWorks,
		},
		logger: None,
		limits: Default::default(),
		max_gap: 0,
		gap_penalty: Permill::zero(),
		late_penalty: draw.share(),
		no_show: Permill::from_percent(50),
		dead_freight: Permill::from_percent(20),
		refusal_fee: Permill::from_percent(10),
		windows: windows(draw),
		arbiter: match draw.below(3) {
			0 => None,
			which => Some(account(ARBITERS[which % ARBITERS.len()])),
		},
	};
	Intent::new(Call::<Runtime>::offer { terms }, Entitled::These(actors_as(&owner)))
}

fn agree(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (shipment, record) = world
		.trace
		.shipment(draw, |record| record.state == ShipmentState::Offered && !record.agreed)?;
	let is_time = record.state == ShipmentState::Offered && !record.agreed && in_time(&record);
	let entitled = Entitled::these_if(is_time, speakers_for(&record.terms.consignee));
	Intent::new(Call::<Runtime>::agree { shipment }, entitled)
}

fn in_time(record: &ShipmentOf<Runtime>) -> bool {
	ledger::agreement_now() <= record.until
}

fn carrier_of(record: &ShipmentOf<Runtime>, number: u8) -> Option<AccountId> {
	record.terms.leg(number).map(|leg| leg.carrier.clone())
}

fn agree_to_carry(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (leg, record, shipment) = world.trace.leg(draw, |leg| leg.state == LegState::Offered)?;
	let is_time = record.state == LegState::Offered && shipment.state == ShipmentState::Offered && in_time(&shipment);
	let those = speakers_for(&carrier_of(&shipment, record.number)?);
	Intent::new(
		Call::<Runtime>::agree_to_carry { leg },
		Entitled::these_if(is_time, those),
	)
}

/// Before all have agreed whoever is named; then the consignor and the carriers, until the goods are on their way.
fn cancel(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (shipment, record) = world.trace.shipment(draw, |record| {
		matches!(record.state, ShipmentState::Offered | ShipmentState::Agreed)
	})?;
	let mut those = speakers_for(&record.consignor);
	those.extend(record.terms.legs.iter().flat_map(|leg| speakers_for(&leg.carrier)));
	let is_time = match record.state {
		ShipmentState::Offered => {
			those.extend(speakers_for(&record.terms.consignee));
			true
		}
		ShipmentState::Agreed => in_time(&record),
		_ => false,
	};
	let reason = Hash::zero();
	let entitled = Entitled::these_if(is_time, draw.beginning_with_one(those));
	Intent::new(Call::<Runtime>::cancel { shipment, reason }, entitled)
}

fn moves(record: &ShipmentOf<Runtime>) -> bool {
	matches!(
		record.state,
		ShipmentState::Agreed | ShipmentState::InTransit | ShipmentState::Returning(_)
	)
}

/// Who may take the goods over next: the carriers in their order, then the consignee; and back.
fn next(record: &ShipmentOf<Runtime>) -> Vec<AccountId> {
	let last = record.terms.last_leg();
	let holders = match (record.state, record.holder()) {
		(ShipmentState::Agreed, Holder::Consignor) => vec![Holder::Carrier(0)],
		(ShipmentState::InTransit, Holder::Carrier(leg)) if leg < last => vec![Holder::Carrier(leg + 1)],
		(ShipmentState::InTransit, Holder::Carrier(_)) => vec![Holder::Consignee],
		(ShipmentState::Returning(_), Holder::Consignee) => vec![Holder::Consignor, Holder::Carrier(last)],
		(ShipmentState::Returning(_), Holder::Carrier(_)) => vec![Holder::Consignor],
		_ => vec![],
	};
	holders
		.into_iter()
		.filter_map(|holder| record.account_of(holder).cloned())
		.collect()
}

fn hand_over(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (shipment, record) = world
		.trace
		.shipment(draw, |record| moves(record) && record.tender.is_none())?;
	let to = match draw.number() % 16 {
		14 => None,
		15 => Some(others(world, draw).first()?.clone()),
		_ => draw.one_of(&next(&record)).cloned(),
	};
	let hop = match draw.once_in(16) {
		true => record.next_hop().wrapping_sub(1),
		false => record.next_hop(),
	};
	let fits = hop == record.next_hop() && to.as_ref().is_none_or(|to| next(&record).contains(to));
	let is_time = moves(&record) && !next(&record).is_empty() && in_time(&record) && fits;
	let entitled = Entitled::these_if(is_time, speakers_for(record.custodian()));
	Intent::new(Call::<Runtime>::hand_over { shipment, hop, to }, entitled)
}

/// Who was called.
fn called(record: &ShipmentOf<Runtime>) -> Vec<AccountId> {
	let to = record.tender.and_then(|tender| record.account_of(tender.to).cloned());
	to.map_or_else(Vec::new, |to| speakers_for(&to))
}

fn take_over(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (shipment, record) = world.trace.shipment(draw, |record| record.tender.is_some())?;
	let (hop, reservation) = (record.next_hop(), Hash::zero());
	let is_time = record.tender.is_some() && in_time(&record);
	let entitled = Entitled::these_if(is_time, called(&record));
	let call = Call::<Runtime>::take_over {
		shipment,
		hop,
		reservation,
	};
	Intent::new(call, entitled)
}

/// The key that signs for somebody off line.
fn signs_for(holder: &AccountId) -> Option<AccountId> {
	let machine = MachineId(holder.clone().into());
	match pallet_machines::Machines::<Runtime>::contains_key(machine) {
		true => live_key(&machine),
		false => Some(holder.clone()),
	}
}

/// For whom the giver has signed.
fn present(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (shipment, record) = world.trace.shipment(draw, moves)?;
	let receivers = next(&record);
	let receiver = draw.one_of(&receivers)?.clone();
	let signer = match draw.once_in(8) {
		true => receiver.clone(),
		false => signs_for(record.custodian())?,
	};
	let hop = record.next_hop();
	let valid_until = match draw.once_in(16) {
		true => ledger::now() - 1,
		false => ledger::now() + 60_000,
	};
	let payload = pallet_shipments::token::payload(&System::block_hash(0), shipment, hop, &receiver, valid_until);
	let signature = parties::pair(parties::name(&signer)?).sign(&payload);
	let is_good = Some(&signer) == signs_for(record.custodian()).as_ref() && valid_until >= ledger::now();
	let call = Call::<Runtime>::present {
		shipment,
		hop,
		token: Token { valid_until, signature },
		reservation: Hash::zero(),
	};
	let is_time = is_good && in_time(&record);
	Intent::new(call, Entitled::these_if(is_time, speakers_for(&receiver)))
}

fn decline_handover(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (shipment, record) = world.trace.shipment(draw, |record| record.tender.is_some())?;
	let (hop, evidence) = (record.next_hop(), Hash::zero());
	let is_time = record.tender.is_some() && in_time(&record);
	let entitled = Entitled::these_if(is_time, called(&record));
	let call = Call::<Runtime>::decline_handover {
		shipment,
		hop,
		evidence,
	};
	Intent::new(call, entitled)
}

/// The carrier who has the goods.
fn report_loss(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let carried = |record: &ShipmentOf<Runtime>| {
		let on_the_way = matches!(record.state, ShipmentState::InTransit | ShipmentState::Returning(_));
		on_the_way && matches!(record.holder(), Holder::Carrier(_))
	};
	let (shipment, record) = world.trace.shipment(draw, carried)?;
	let evidence = Hash::zero();
	let entitled = Entitled::these_if(carried(&record), speakers_for(record.custodian()));
	Intent::new(Call::<Runtime>::report_loss { shipment, evidence }, entitled)
}

fn refuse(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let at_the_door = |record: &ShipmentOf<Runtime>| {
		record.state == ShipmentState::InTransit && record.holder() == Holder::Carrier(record.terms.last_leg())
	};
	let (shipment, record) = world.trace.shipment(draw, at_the_door)?;
	let reason = Hash::zero();
	let is_time = at_the_door(&record) && in_time(&record);
	let entitled = Entitled::these_if(is_time, speakers_for(&record.terms.consignee));
	Intent::new(Call::<Runtime>::refuse { shipment, reason }, entitled)
}

/// The consignee alone, never a carrier.
fn accept_delivery(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (shipment, record) = world
		.trace
		.shipment(draw, |record| record.state == ShipmentState::Delivered)?;
	let mut refusals = Vec::new();
	if draw.below(2) == 1 {
		let too_far = usize::from(draw.once_in(16));
		let line = draw.below(record.terms.goods.len() + too_far);
		let quantity = record.terms.goods.get(line).map_or(1, |line| line.quantity);
		let refused = u64::from(draw.units(4)) * quantity / 4;
		refusals.push(Refusal {
			line: line as u8,
			refused,
			missing: match draw.below(3) {
				2 => quantity.saturating_sub(refused),
				_ => 0,
			},
		});
	}
	let is_time = record.state == ShipmentState::Delivered && in_time(&record);
	let entitled = Entitled::these_if(is_time, speakers_for(&record.terms.consignee));
	let call = Call::<Runtime>::accept_delivery {
		shipment,
		refusals: refusals.try_into().ok()?,
		reason: Hash::zero(),
	};
	Intent::new(call, entitled)
}

fn expire(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (shipment, record) = world.trace.shipment(draw, |record| !record.is_settled())?;
	let is_time = record
		.deadline()
		.is_some_and(|deadline| ledger::agreement_now() > deadline);
	let entitled = Entitled::anybody_if(is_time, others(world, draw));
	Intent::new(Call::<Runtime>::expire { shipment }, entitled)
}

fn is_refused(record: &ShipmentOf<Runtime>) -> bool {
	matches!(record.state, ShipmentState::Refused(_))
}

fn concede(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (shipment, record) = world.trace.shipment(draw, is_refused)?;
	let entitled = Entitled::these_if(is_refused(&record), speakers_for(&record.consignor));
	Intent::new(Call::<Runtime>::concede { shipment }, entitled)
}

fn dispute(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (shipment, record) = world.trace.shipment(draw, is_refused)?;
	let evidence = Hash::zero();
	let is_time = is_refused(&record) && in_time(&record);
	let entitled = Entitled::these_if(is_time, speakers_for(&record.consignor));
	Intent::new(Call::<Runtime>::dispute { shipment, evidence }, entitled)
}

fn report_damage(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (leg, record, shipment) = world.trace.leg(draw, |leg| leg.state == LegState::Closing)?;
	let (share, evidence) = (draw.share(), Hash::zero());
	let mut those = speakers_for(&shipment.consignor);
	those.extend(speakers_for(&shipment.terms.consignee));
	let is_time = record.state == LegState::Closing && ledger::agreement_now() <= record.until;
	let entitled = Entitled::these_if(is_time, draw.beginning_with_one(those));
	Intent::new(Call::<Runtime>::report_damage { leg, share, evidence }, entitled)
}

fn concede_claim(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (leg, record, shipment) = world.trace.leg(draw, |leg| leg.state == LegState::Claimed)?;
	let those = speakers_for(&carrier_of(&shipment, record.number)?);
	let entitled = Entitled::these_if(record.state == LegState::Claimed, those);
	Intent::new(Call::<Runtime>::concede_claim { leg }, entitled)
}

fn dispute_claim(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (leg, record, shipment) = world.trace.leg(draw, |leg| leg.state == LegState::Claimed)?;
	let evidence = Hash::zero();
	let those = speakers_for(&carrier_of(&shipment, record.number)?);
	let is_time = record.state == LegState::Claimed && ledger::agreement_now() <= record.until;
	let entitled = Entitled::these_if(is_time, those);
	Intent::new(Call::<Runtime>::dispute_claim { leg, evidence }, entitled)
}

fn expire_leg(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (leg, record, _) = world.trace.leg(draw, |leg| leg.deadline().is_some())?;
	let is_time = record
		.deadline()
		.is_some_and(|deadline| ledger::agreement_now() > deadline);
	let entitled = Entitled::anybody_if(is_time, others(world, draw));
	Intent::new(Call::<Runtime>::expire_leg { leg }, entitled)
}

fn remove(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (shipment, record) = world.trace.shipment(draw, |record| record.is_settled())?;
	let has_ended = |leg| pallet_shipments::Legs::<Runtime>::get(leg).is_some_and(|leg| leg.is_settled());
	let is_time = record.is_settled() && record.legs.iter().all(has_ended);
	let entitled = Entitled::these_if(is_time, speakers_for(&record.consignor));
	Intent::new(Call::<Runtime>::remove { shipment }, entitled)
}
