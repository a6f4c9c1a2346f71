//! Bids, open and sealed, and haggling over them. What a sealed bid says follows from its salt, of which there are few, so
//! that whoever replays a script finds it by trying.

use super::is_running;
use crate::{
	draw::Draw,
	ledger,
	market::{seller, sellers},
	target::{Entitled, Form, Intent},
	world::{actors_as, party_of, speakers_for, World},
};
use bpiiot_primitives::{AgreementMillis, RequestId, Side};
use bpiiot_runtime::{AccountId, Balance, Hash, Runtime};
use pallet_procurement::{
	commitment, AwardRule, Bidding, Call, RequestOf, RequestState, SealedBid, SealedBids, SealedText, WantedOf,
};

pub(super) fn forms() -> Vec<Form> {
	vec![
		Form::new("bid", bid).weighing(30).honest(),
		Form::new("seal_bid", seal_bid).weighing(30).honest(),
		Form::new("reveal_bid", reveal_bid).weighing(30),
		Form::new("forfeit_bid", forfeit_bid).weighing(6),
		Form::new("reclaim_bid", reclaim_bid).weighing(6),
		Form::new("counter_offer", counter_offer).weighing(12),
		Form::new("accept_counter_offer", accept_counter_offer).weighing(12),
	]
}

/// Whether neither bids nor what they say can come any more.
pub(super) fn has_ended(request: &RequestOf<Runtime>, now: AgreementMillis) -> bool {
	now > request.reveal_until
}

fn is_open(request: &RequestOf<Runtime>) -> bool {
	request.state == RequestState::Open
}

/// Who may not bid: whoever stands behind the buyer, and the arbiter, and all that are theirs.
fn barred(world: &World, request: &RequestOf<Runtime>) -> Vec<AccountId> {
	let arbiter = request.wanted.arbiter.iter().flat_map(|arbiter| world.kin_of(arbiter));
	world.kin_of(&request.buyer).into_iter().chain(arbiter).collect()
}

/// Whether a bid offers what the request asks for.
fn fits(request: &RequestOf<Runtime>, price: Balance, lead_time: u64) -> bool {
	(1..=request.wanted.max_price).contains(&price) && lead_time <= request.wanted.max_lead_time
}

fn bid(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let now = ledger::agreement_now();
	let takes = |request: &RequestOf<Runtime>| {
		is_open(request) && request.wanted.bidding == Bidding::Open && now <= request.bid_until
	};
	let (request, record) = world.market.request(draw, takes)?;
	let bidders = sellers(world, draw);
	let price = draw.amount(record.wanted.max_price);
	let lead_time = match draw.number() % 16 {
		15 => record.wanted.max_lead_time.saturating_add(1),
		tenths => record.wanted.max_lead_time / 10 * u64::from(tenths % 10),
	};
	let entitled = match takes(&record) && fits(&record, price, lead_time) {
		true => Entitled::AnybodyBut(bidders, barred(world, &record)),
		false => Entitled::Nobody(bidders),
	};
	let call = Call::<Runtime>::bid {
		request,
		price,
		lead_time,
	};
	Intent::new(call, entitled)
}

/// Different salts, each with a price and a lead time.
const SALTS: u8 = 64;

/// What the bid of a salt says. Some say what the request does not take.
fn saying(wanted: &WantedOf<Runtime>, salt: u8) -> (Balance, u64, Hash) {
	let price = match salt % 16 {
		13 => 0,
		14 => wanted.max_price.saturating_add(1),
		tenths => wanted.max_price / 10 * Balance::from(tenths % 10 + 1),
	};
	let lead_time = match salt / 16 {
		3 => wanted.max_lead_time.saturating_add(1),
		quarters => wanted.max_lead_time / 4 * u64::from(quarters + 1),
	};
	(price, lead_time, Hash::repeat_byte(salt))
}

/// What a sealed bid says: price, lead time and salt; none if it is the copy of somebody else's.
pub(super) fn said(
	request: RequestId,
	wanted: &WantedOf<Runtime>,
	bidder: &AccountId,
	sealed: Hash,
) -> Option<(Balance, u64, Hash)> {
	let mut all = (0..SALTS).map(|salt| saying(wanted, salt));
	all.find(|(price, lead_time, salt)| commitment(request, bidder, *price, *lead_time, *salt) == sealed)
}

fn seal_bid(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let now = ledger::agreement_now();
	let takes = |request: &RequestOf<Runtime>| {
		is_open(request) && request.wanted.bidding != Bidding::Open && now <= request.bid_until
	};
	let (request, record) = world.market.request(draw, takes)?;
	let bidders = sellers(world, draw);
	let bidder = party_of(bidders.first()?);
	// Mostly a good one.
	let salt = match draw.number() {
		number if number % 4 == 3 => (number / 4) as u8 % SALTS,
		number => (number / 4) as u8 % 8,
	};
	let (price, lead_time, salt) = saying(&record.wanted, salt);
	let is_private = (record.wanted.bidding == Bidding::Private) != draw.once_in(16);
	let text = is_private.then(|| SealedText {
		key_version: 1,
		ciphertext: crate::market::text(&[7; 88]),
	});
	let is_right = text.is_some() == (record.wanted.bidding == Bidding::Private);
	let has_one = SealedBids::<Runtime>::contains_key(request, &bidder);
	let entitled = match takes(&record) && is_right {
		true => {
			let mut others = barred(world, &record);
			others.extend(has_one.then(|| actors_as(&bidder)).into_iter().flatten());
			Entitled::AnybodyBut(bidders, others)
		}
		false => Entitled::Nobody(bidders),
	};
	let call = Call::<Runtime>::seal_bid {
		request,
		commitment: commitment(request, &bidder, price, lead_time, salt),
		text,
	};
	Intent::new(call, entitled)
}

/// A sealed bid on a request, as it is: mostly on one that `is` wants.
fn sealed(
	world: &World,
	draw: &mut Draw<'_>,
	is: impl Fn(&RequestOf<Runtime>) -> bool,
) -> Option<(RequestId, RequestOf<Runtime>, AccountId, Option<SealedBid>)> {
	let (request, record) = world
		.market
		.request(draw, |request| request.sealed > 0 && is(request))?;
	let mut bidders: Vec<_> = SealedBids::<Runtime>::iter_key_prefix(request).collect();
	bidders.sort_unstable();
	let bidder = match draw.one_of(&bidders) {
		Some(bidder) => bidder.clone(),
		None => seller(world, draw),
	};
	let sealed = SealedBids::<Runtime>::get(request, &bidder);
	Some((request, record, bidder, sealed))
}

/// Whether sealed bids on it are revealed at all.
fn is_revealed(request: &RequestOf<Runtime>) -> bool {
	matches!(request.wanted.bidding, Bidding::Sealed { .. })
}

/// The bidder alone, while there is time for it, and only what he has sealed.
fn reveal_bid(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let now = ledger::agreement_now();
	let is_time = |request: &RequestOf<Runtime>| {
		let in_time = request.bid_until < now && now <= request.reveal_until;
		is_open(request) && is_revealed(request) && in_time
	};
	let (request, record, bidder, sealed) = sealed(world, draw, is_time)?;
	let sealed = sealed.and_then(|sealed| said(request, &record.wanted, &bidder, sealed.commitment));
	let is_right = sealed.is_some() && !draw.once_in(16);
	let (price, lead_time, salt) = match sealed {
		Some(said) if is_right => said,
		_ => (1, 0, Hash::zero()),
	};
	let may = is_right && is_time(&record) && fits(&record, price, lead_time);
	let call = Call::<Runtime>::reveal_bid {
		request,
		price,
		lead_time,
		salt,
	};
	Intent::new(call, Entitled::these_if(may, actors_as(&bidder)))
}

/// Whether nobody need reveal: bids that the buyer alone reads, or that he called off before the time for it was over.
fn is_excused(request: &RequestOf<Runtime>) -> bool {
	let was_called_off = request.state == RequestState::Cancelled && request.since <= request.reveal_until;
	request.wanted.bidding == Bidding::Private || was_called_off
}

fn forfeit_bid(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let now = ledger::agreement_now();
	let is_time = |request: &RequestOf<Runtime>| !is_excused(request) && has_ended(request, now);
	let (request, record, bidder, sealed) = sealed(world, draw, is_time)?;
	let may = sealed.is_some() && is_time(&record) && is_running();
	let entitled = Entitled::anybody_if(may, speakers_for(&record.buyer));
	Intent::new(Call::<Runtime>::forfeit_bid { request, bidder }, entitled)
}

fn reclaim_bid(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let is_time = |request: &RequestOf<Runtime>| is_excused(request) && !is_open(request);
	let (request, record, bidder, sealed) = sealed(world, draw, is_time)?;
	let may = sealed.is_some() && is_time(&record);
	let entitled = Entitled::anybody_if(may, speakers_for(&bidder));
	Intent::new(Call::<Runtime>::reclaim_bid { request, bidder }, entitled)
}

/// Whether bids may still be talked about.
fn is_talked_about(request: &RequestOf<Runtime>) -> bool {
	let until = match request.wanted.award {
		AwardRule::Best => request.reveal_until,
		AwardRule::ByHand => request.award_until,
	};
	let is_read = request.wanted.bidding != Bidding::Private;
	is_open(request) && is_read && ledger::agreement_now() <= until
}

fn counter_offer(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let (request, record) = world
		.market
		.request(draw, |request| is_talked_about(request) && !request.bids.is_empty())?;
	let bid = draw.one_of(&record.bids);
	let bidder = bid.map_or_else(|| seller(world, draw), |bid| bid.bidder.clone());
	let price = draw.amount(bid.map_or(1_000, |bid| bid.price));
	let is_better = bid.is_some_and(|bid| (1..bid.price).contains(&price) && bid.rounds < record.wanted.rounds);
	let both = [speakers_for(&record.buyer), speakers_for(&bidder)].concat();
	let both = draw.beginning_with_one(both);
	let call = Call::<Runtime>::counter_offer { request, bidder, price };
	Intent::new(call, Entitled::these_if(is_talked_about(&record) && is_better, both))
}

/// The side that has not made it, to what it has read.
fn accept_counter_offer(world: &World, draw: &mut Draw<'_>) -> Option<Intent> {
	let has_offer = |request: &RequestOf<Runtime>| request.bids.iter().any(|bid| bid.counter.is_some());
	let (request, record) = world
		.market
		.request(draw, |request| is_talked_about(request) && has_offer(request))?;
	let mut bids: Vec<_> = record.bids.iter().collect();
	if !draw.once_in(8) && has_offer(&record) {
		bids.retain(|bid| bid.counter.is_some());
	}
	let bid = draw.one_of(&bids).copied();
	let bidder = bid.map_or_else(|| seller(world, draw), |bid| bid.bidder.clone());
	let counter = bid.and_then(|bid| bid.counter);
	let read = counter.map_or(1, |counter| counter.price);
	let price = read.saturating_sub(Balance::from(draw.once_in(8)));
	let (buyer, seller) = (speakers_for(&record.buyer), speakers_for(&bidder));
	let entitled = match counter.map(|counter| counter.by) {
		Some(Side::Payee) => Entitled::these_if(price == read, buyer),
		// Who speaks for both is the buyer.
		Some(Side::Payer) => {
			let seller = seller.into_iter().filter(|who| !buyer.contains(who)).collect();
			Entitled::these_if(price == read, seller)
		}
		None => Entitled::Nobody([buyer, seller].concat()),
	};
	let entitled = match (entitled, is_talked_about(&record)) {
		(Entitled::These(these), false) => Entitled::Nobody(these),
		(entitled, _) => entitled,
	};
	let call = Call::<Runtime>::accept_counter_offer { request, bidder, price };
	Intent::new(call, entitled)
}
