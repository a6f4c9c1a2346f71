//! Requests, and awards.

use super::{
	bids::{has_ended, said},
	conditions, is_running,
};
use crate::{
	draw::Draw,
	ledger,
	market::{buyers, text, AREAS, CATEGORIES, ITEMS},
	parties::{account, ARBITERS},
	target::{Entitled, Form, Intent},
	world::{actors_as, controller_of, speakers_for, World},
};
use bpiiot_primitives::{MachineId, ScoreWeights};
use bpiiot_runtime::{AccountId, Hash, Runtime};
use pallet_machines::MachineStatus;
use pallet_procurement::{AwardRule, Bidding, Call, RequestOf, RequestState, SealedBids, Wanted, WantedOf};
use sp_runtime::Permill;

pub(super) fn forms() -> Vec<Form> {
	vec![
		Form::new("raise_request", raise_request).weighing(16).honest(),
		Form::new("cancel_request", cancel_request).weighing(2),
		Form::new("expire_request", expire_request).weighing(4),
		Form::new("remove_request", remove_request),
		Form::new("award", award).weighing(6),
		Form::new("award_to", award_to).weighing(12),
		Form::new("award_private", award_private).weighing(12),
	]
}

fn wanted(draw: &mut Draw<'_>) -> WantedOf<Runtime> {
	let asset = ledger::asset(draw.below(3));
	let max_price = draw.amount(20 * ledger::whole(asset));
	let (small, windows) = (draw.number(), draw.number());
	let minutes = |bits: u16| 60_000 * (1 + u64::from(windows >> bits & 7));
	let percents = [[50, 25, 25], [100, 0, 0], [0, 50, 50], [50, 50, 50]][usize::from(small >> 6 & 3)];
	let [price, lead_time, standing] = percents.map(Permill::from_percent);
	// Something that makes no sense, once in a while.
	let wrong = if small >> 13 == 7 { windows >> 13 } else { 0 };
	let bidding = match small >> 2 & 7 {
		0..3 => Bidding::Open,
		3..6 => Bidding::Sealed {
			reveal_window: minutes(3),
		},
		_ => Bidding::Private,
	};
	let by_hand = small >> 5 & 1 == 1 || (bidding == Bidding::Private && wrong != 1);
	Wanted {
		category: text(CATEGORIES[usize::from(small >> 9 & 1)]),
		item: if wrong == 2 {
			text(b"")
		} else {
			text(ITEMS[usize::from(small >> 10) % 3])
		},
		quantity: if wrong == 3 { 0 } else { 1 + u64::from(windows >> 9 & 7) },
		area: text(AREAS[if wrong == 4 { 4 } else { usize::from(small >> 12 & 1) }]),
		site: None,
		asset,
		max_price,
		max_lead_time: draw.window(),
		weights: ScoreWeights {
			price,
			lead_time,
			standing,
		},
		bidding,
		award: if by_hand { AwardRule::ByHand } else { AwardRule::Best },
		bid_window: if wrong == 5 { 1 } else { minutes(0) },
		award_window: minutes(6),
		rounds: if wrong == 6 { u8::MAX } else { (small & 3) as u8 },
		conditions: conditions(draw),
		arbiter: (small >> 8 & 1 == 1).then(|| account(ARBITERS[0])),
	}
}

fn raise_request(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let buyers = buyers(world, draw);
	let mut wanted = wanted(draw);
	wanted.site = world.market.site_of(draw, buyers.first()?);
	Intent::new(Call::<Runtime>::raise_request { wanted }, Entitled::Anybody(buyers))
}

fn is_open(request: &RequestOf<Runtime>) -> bool {
	request.state == RequestState::Open
}

fn is_by_hand(request: &RequestOf<Runtime>) -> bool {
	request.wanted.award == AwardRule::ByHand
}

/// Who has let others bid by a rule keeps to it, once bidding is over.
fn cancel_request(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (request, record) = world.market.request(draw, is_open)?;
	let in_time = is_by_hand(&record) || ledger::agreement_now() <= record.bid_until;
	let entitled = Entitled::these_if(is_open(&record) && in_time, speakers_for(&record.buyer));
	Intent::new(Call::<Runtime>::cancel_request { request }, entitled)
}

/// Whether there is nothing that could be awarded.
fn has_no_bid(request: &RequestOf<Runtime>) -> bool {
	request.bids.is_empty() && (request.sealed == 0 || request.wanted.bidding != Bidding::Private)
}

fn expire_request(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let now = ledger::agreement_now();
	let is_over = |request: &RequestOf<Runtime>| {
		let nothing_comes = now > request.reveal_until && has_no_bid(request);
		is_open(request) && (nothing_comes || now > request.award_until)
	};
	let is_to_end = draw.once_in(2);
	let (request, record) = world
		.market
		.request(draw, |request| is_over(request) || !is_to_end && is_open(request))?;
	let is_time = is_over(&record) && is_running();
	let entitled = Entitled::anybody_if(is_time, speakers_for(&record.buyer));
	Intent::new(Call::<Runtime>::expire_request { request }, entitled)
}

fn remove_request(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (request, record) = world.market.request(draw, |request| !is_open(request))?;
	let is_time = !is_open(&record) && record.sealed == 0;
	let entitled = Entitled::these_if(is_time, speakers_for(&record.buyer));
	Intent::new(Call::<Runtime>::remove_request { request }, entitled)
}

/// Whether a party is a machine that is out of service: then nobody but its own key awards for it.
fn is_out_of_service(party: &AccountId) -> bool {
	let machine = pallet_machines::Machines::<Runtime>::get(MachineId(party.clone().into()));
	machine.is_some_and(|record| record.frozen || record.status != MachineStatus::InService)
}

fn award(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let now = ledger::agreement_now();
	let may_be = |request: &RequestOf<Runtime>| is_open(request) && !is_by_hand(request);
	let (request, record) = world
		.market
		.request(draw, |request| may_be(request) && has_ended(request, now))?;
	let in_time = now > record.reveal_until && now <= record.award_until;
	let is_time = may_be(&record) && in_time && !record.bids.is_empty();
	let entitled = match is_out_of_service(&record.buyer) {
		true => Entitled::these_if(is_time, actors_as(&record.buyer)),
		false => Entitled::anybody_if(is_time, buyers(world, draw)),
	};
	Intent::new(Call::<Runtime>::award { request }, entitled)
}

/// Whether its buyer may choose now.
fn is_to_choose(request: &RequestOf<Runtime>) -> bool {
	let now = ledger::agreement_now();
	let is_to_be_revealed = matches!(request.wanted.bidding, Bidding::Sealed { .. }) && now <= request.reveal_until;
	is_open(request) && is_by_hand(request) && !is_to_be_revealed && now <= request.award_until
}

fn award_to(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (request, record) = world
		.market
		.request(draw, |request| is_to_choose(request) && !request.bids.is_empty())?;
	let bidder = match draw.one_of(&record.bids) {
		Some(bid) => bid.bidder.clone(),
		None => crate::market::seller(world, draw),
	};
	let has_bid = record.bids.iter().any(|bid| bid.bidder == bidder);
	let may_sell = controller_of(&bidder) != controller_of(&record.buyer);
	let is_time = is_to_choose(&record) && has_bid && may_sell;
	let entitled = Entitled::these_if(is_time, speakers_for(&record.buyer));
	Intent::new(Call::<Runtime>::award_to { request, bidder }, entitled)
}

/// What a private bid says is known here, as it is to its buyer.
fn award_private(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (request, record) = world.market.request(draw, |request| {
		is_to_choose(request) && request.wanted.bidding == Bidding::Private && request.sealed > 0
	})?;
	let bidders: Vec<_> = SealedBids::<Runtime>::iter_prefix(request).collect();
	let (bidder, sealed) = draw.one_of(&bidders)?.clone();
	let said = said(request, &record.wanted, &bidder, sealed.commitment);
	let is_right = said.is_some() && !draw.once_in(16);
	let (price, lead_time, salt) = match said {
		Some(said) if is_right => said,
		_ => (1, 0, Hash::zero()),
	};
	let fits = is_right && (1..=record.wanted.max_price).contains(&price) && lead_time <= record.wanted.max_lead_time;
	let may_sell = controller_of(&bidder) != controller_of(&record.buyer);
	let is_time = is_to_choose(&record) && fits && may_sell;
	let call = Call::<Runtime>::award_private {
		request,
		bidder,
		price,
		lead_time,
		salt,
	};
	Intent::new(call, Entitled::these_if(is_time, speakers_for(&record.buyer)))
}
