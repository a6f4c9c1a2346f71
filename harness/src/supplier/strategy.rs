//! How a supplier does business: what he bids, how far he comes down, when he delivers. Pure.

use iot_client::chain::market::{Bid, Order, OrderState, Request, RequestState, Side, Wanted};
use subxt::utils::AccountId32;

/// Quantities on the chain are so many for one unit of an item.
const THOUSANDTHS: u128 = 1_000;

/// How a supplier does business. Prices are of one unit of the item, in planck; times in milliseconds of the chain's clocks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Strategy {
	/// What he asks for.
	pub price: u128,
	/// The least that he takes.
	pub floor: u128,
	/// What he promises from award to delivery.
	pub lead_time: u64,
	/// How long after the order he delivers; never if none.
	pub deliver_after: Option<u64>,
}

/// What he does about a counter-offer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
	/// He agrees to this price.
	Agree(u128),
	/// He proposes another one.
	Propose(u128),
}

impl Strategy {
	fn of(&self, unit_price: u128, quantity: u64) -> u128 {
		unit_price.saturating_mul(quantity.into()) / THOUSANDTHS
	}

	/// Price and lead time of his bid on what somebody wants; none if he cannot serve it.
	pub fn bid(&self, wanted: &Wanted) -> Option<(u128, u64)> {
		let price = self.of(self.price, wanted.quantity).min(wanted.max_price);
		let serves = price >= self.of(self.floor, wanted.quantity) && price > 0;
		(serves && self.lead_time <= wanted.max_lead_time).then_some((price, self.lead_time))
	}

	/// Whether he bids on this request now: it is not his own, it takes bids still, and he has not.
	pub fn bids_on(&self, me: &AccountId32, request: &Request, now: u64) -> Option<(u128, u64)> {
		let open = request.state == RequestState::Open && now < request.bid_until;
		let fresh = request.buyer != *me && request.bid_of(me).is_none();
		self.bid(&request.wanted).filter(|_| open && fresh)
	}

	/// What he does about a counter-offer to his bid, if there is one that waits for him.
	pub fn answer(&self, request: &Request, bid: &Bid) -> Option<Answer> {
		let counter = bid.counter.filter(|counter| counter.by == Side::Payer)?;
		let floor = self.of(self.floor, request.wanted.quantity);
		if request.state != RequestState::Open {
			return None;
		}
		if counter.price >= floor {
			return Some(Answer::Agree(counter.price));
		}
		let may = bid.rounds < request.wanted.rounds && floor < bid.price;
		may.then_some(Answer::Propose(floor))
	}

	/// How much of an order he delivers now, if any.
	pub fn delivers(&self, order: &Order, now: u64) -> Option<u64> {
		let after = self.deliver_after?;
		let is_time = now >= order.ordered_at.saturating_add(after) && now <= order.due_until;
		(order.state == OrderState::Awaiting && order.outstanding() > 0 && is_time).then(|| order.outstanding())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use iot_client::chain::market::Counter;

	const ME: AccountId32 = AccountId32([1; 32]);
	const PROMPT: Strategy = Strategy {
		price: 2_000,
		floor: 1_800,
		lead_time: 60,
		deliver_after: Some(10),
	};

	fn request() -> Request {
		Request {
			buyer: AccountId32([9; 32]),
			state: RequestState::Open,
			wanted: Wanted {
				quantity: 16_000,
				max_price: 40_000,
				max_lead_time: 100,
				rounds: 2,
				..Wanted::default()
			},
			bid_until: 1_000,
			reveal_until: 1_000,
			award_until: 2_000,
			sealed: 0,
			bids: vec![],
		}
	}

	fn bid(price: u128, rounds: u8, counter: Option<(Side, u128)>) -> Bid {
		Bid {
			bidder: ME,
			price,
			lead_time: 60,
			standing: 0,
			score: 0,
			rounds,
			counter: counter.map(|(by, price)| Counter { by, price }),
		}
	}

	#[test]
	fn he_bids_once_and_in_time_and_not_on_his_own() {
		let mut wanted = request();
		assert_eq!(PROMPT.bids_on(&ME, &wanted, 0), Some((32_000, 60)));
		assert_eq!(PROMPT.bids_on(&wanted.buyer, &wanted, 0), None);
		assert_eq!(PROMPT.bids_on(&ME, &wanted, 1_000), None);
		wanted.bids = vec![bid(32_000, 0, None)];
		assert_eq!(PROMPT.bids_on(&ME, &wanted, 0), None);
	}

	#[test]
	fn he_bids_what_the_buyer_pays_if_that_is_enough() {
		let mut wanted = request();
		wanted.wanted.max_price = 30_000;
		assert_eq!(PROMPT.bids_on(&ME, &wanted, 0), Some((30_000, 60)));
		wanted.wanted.max_price = 28_799;
		assert_eq!(PROMPT.bids_on(&ME, &wanted, 0), None, "below his floor");
		wanted.wanted.max_price = 40_000;
		wanted.wanted.max_lead_time = 59;
		assert_eq!(PROMPT.bids_on(&ME, &wanted, 0), None, "too soon for him");
	}

	#[test]
	fn he_comes_down_to_his_floor_and_no_further() {
		let wanted = request();
		let answer = |rounds, counter| PROMPT.answer(&wanted, &bid(32_000, rounds, counter));
		assert_eq!(answer(1, Some((Side::Payer, 30_000))), Some(Answer::Agree(30_000)));
		assert_eq!(answer(1, Some((Side::Payer, 20_000))), Some(Answer::Propose(28_800)));
		assert_eq!(answer(2, Some((Side::Payer, 20_000))), None, "no round is left");
		assert_eq!(answer(1, Some((Side::Payee, 28_800))), None, "that is his own");
		assert_eq!(answer(0, None), None);
	}

	#[test]
	fn he_delivers_when_it_is_time_and_once() {
		let order = Order {
			buyer: AccountId32([9; 32]),
			supplier: ME,
			asset: Default::default(),
			item: Default::default(),
			site: None,
			quantity: 16_000,
			price: 1,
			conditions: Default::default(),
			state: OrderState::Awaiting,
			deliver_by: 160,
			due_until: 200,
			review_until: 0,
			delivered: 0,
			accepted: 0,
			rejected: 0,
			late_days: 0,
			lot: None,
			reading: Default::default(),
			rated: false,
			ordered_at: 100,
		};
		let at = |now| PROMPT.delivers(&order, now);
		assert_eq!(
			(at(109), at(110), at(200), at(201)),
			(None, Some(16_000), Some(16_000), None)
		);
		let delivered = Order {
			state: OrderState::Delivered,
			delivered: 16_000,
			..order.clone()
		};
		assert_eq!(PROMPT.delivers(&delivered, 110), None);
		let fake = Strategy {
			deliver_after: None,
			..PROMPT
		};
		assert_eq!(fake.delivers(&order, 199), None);
	}
}
