//! What it costs to forge a name that wins an award, and what that is worth.
//!
//! The demonstration of the market (`make demo STORY=restock`) buys cutting oil by these numbers. A change of them, or of the
//! runtime's (`FeeShare`, `Doubt`, `Prior`, `PairLimit`), is good as long as this holds.

use super::{
	done,
	page::amount,
	suppliers::{praises, score, sells},
};
use crate::{
	chain::{account, chain, pass},
	world::*,
};
use bpiiot_runtime::{Balance, Balances, Runtime, BPI};
use frame_support::traits::{fungible::Inspect, Get};
use pallet_procurement::{Call, Score, ScoreWeights};
use pallet_suppliers::standing::{Stars, Sums};
use sp_runtime::Permill;

/// A day, in milliseconds.
const DAY: u64 = 86_400_000;
/// The most that the demonstration pays for the oil, and the longest that it waits.
const MAX_PRICE: Balance = 25 * BPI / 10;
const MAX_LEAD: u64 = 5 * DAY;
/// What counts how much.
const WEIGHTS: ScoreWeights = ScoreWeights {
	price: Permill::from_percent(20),
	lead_time: Permill::from_percent(10),
	standing: Permill::from_percent(70),
};
/// What the dear and prompt one has sold before, to four customers who were content.
const SOLD: Balance = 1_000 * BPI;
/// His price and his time.
const DEAR: Balance = 2 * BPI;
const PROMPT: u64 = DAY;
/// The fake's prices. He promises to deliver at once: he does not mean to.
const FAKES: [Balance; 6] = [BPI / 10, BPI / 2, BPI, 3 * BPI / 2, 2 * BPI, 5 * BPI / 2];
/// Who sells and who does not, and who praises the latter.
const HONEST: &str = ISSUER;
const FAKE: &str = STRANGER;
const FRIEND: &str = BUYER;

/// What the demonstration asks for.
fn oil_for_the_press() -> Wish {
	Wish {
		max_price: MAX_PRICE,
		max_lead_time: MAX_LEAD,
		weights: WEIGHTS,
		..wish()
	}
}

/// A name that has earned so much, all of it praised.
fn spotless(weight: Balance) -> Permill {
	let mut sums = Sums::default();
	sums.settle(weight, Permill::one(), Permill::zero(), Permill::zero());
	sums.rate(Stars::Five, weight);
	let (doubt, prior) = (
		<Runtime as pallet_suppliers::Config>::Doubt::get(),
		<Runtime as pallet_suppliers::Config>::Prior::get(),
	);
	sums.score(doubt, prior)
}

/// Whether the fake wins who asks for so much with so much praise.
fn wins(price: Balance, weight: Balance) -> bool {
	let wish = oil_for_the_press();
	let fake = Score::of(&wish, price, 0, spotless(weight));
	let honest = Score::of(&wish, DEAR, PROMPT, spotless(SOLD));
	// Of equal ones the cheaper.
	fake > honest || (fake == honest && price < DEAR)
}

/// The least praise that makes him win, to a hundredth of a BPI; none if no praise does.
fn least(price: Balance) -> Option<Balance> {
	let (mut no, mut yes) = (0, 1_000_000 * BPI);
	if !wins(price, yes) {
		return None;
	}
	while yes - no > BPI / 100 {
		let middle = no.midpoint(yes);
		match wins(price, middle) {
			true => yes = middle,
			false => no = middle,
		}
	}
	Some(yes)
}

/// What all that belongs to the fake comes to.
fn purse() -> Balance {
	[FAKE, FRIEND]
		.map(|name| Balances::total_balance(&account(name)))
		.iter()
		.sum()
}

/// The fake buys himself so much praise from a friend, and bids; the honest one bids too. Tells what the praise has cost and
/// who has won.
fn award(praise: Balance, price: Balance) -> (Balance, &'static str) {
	Money::Native.circulate();
	chain().execute_with(|| {
		trading();
		sells(HONEST, SOLD / 4);
		for customer in [OWNER, CUSTOMER, ARBITER, FRIEND] {
			praises(customer, HONEST);
		}
		let before = purse();
		// A pair wears out beyond this.
		let limit = <Runtime as pallet_suppliers::Config>::PairLimit::get();
		assert!(praise <= limit, "one friend is not enough");
		if praise > 0 {
			sells(FAKE, praise);
			praises(FRIEND, FAKE);
		}
		let cost = before - purse();
		assert_eq!(score(&account(FAKE)), spotless(praise));
		assert_eq!(score(&account(HONEST)), spotless(SOLD));

		done(CUSTOMER, ask(oil_for_the_press()));
		done(HONEST, bid(DEAR, PROMPT));
		done(FAKE, bid(price, 0));
		pass(WINDOW + 1);
		done(KEY, Call::<Runtime>::award { request: request() });
		let winner = match purchase_record().supplier() {
			winner if *winner == account(FAKE) => FAKE,
			_ => HONEST,
		};
		(cost, winner)
	})
}

/// Even if nobody looks at what he sends, so that silence accepts it and all of the price is his gain.
#[test]
fn to_forge_a_name_that_wins_costs_more_than_the_award() {
	for price in FAKES {
		let praise = least(price).expect("with enough of it anybody wins");
		if praise > <Runtime as pallet_suppliers::Config>::PairLimit::get() {
			continue;
		}
		let (cost, winner) = award(praise, price);
		assert_eq!(winner, FAKE, "at {price} with {praise}");
		assert!(cost > price, "a name for {cost} wins {price}");
		let (_, winner) = award(praise - BPI / 10, price);
		assert_eq!(winner, HONEST, "at {price} with a little less than {praise}");
	}
}

/// At whatever price he asks.
#[test]
fn who_spends_what_an_award_is_worth_on_praise_never_wins() {
	let share = <Runtime as pallet_suppliers::Config>::FeeShare::get();
	for hundredth in 1..=100 {
		let price = MAX_PRICE / 100 * hundredth;
		let praise = share.saturating_reciprocal_mul_floor(price);
		assert!(!wins(price, praise), "{price} is won with {praise}");
	}
	for price in FAKES {
		let (_, winner) = award(share.saturating_reciprocal_mul_floor(price), price);
		assert_eq!(winner, HONEST, "at {price}");
	}
}

/// For the page.
pub(super) fn section() -> String {
	let mut section = format!(
		"
## What a forged award costs

The demonstration asks for cutting oil at most {} and in five days, by price (20 %), lead time (10 %) and name (70 %). A supplier
who has sold for {} before, with a name of {}, asks {} and needs a day. A fake sells nothing to a friend, who praises him, and
promises to deliver at once. Of these, the least that wins was tried; a tenth less does not. His gain is all of the price, as if nobody
looked at what he sends: who does look, as the press does with its level, leaves him his lost bond.

| he asks | the name that he needs | orders to forge it | what they cost | and bring |
|---|---|---|---|---|
",
		told(MAX_PRICE),
		told(SOLD),
		share(spotless(SOLD)),
		told(DEAR),
	);
	for price in FAKES {
		let praise = least(price).expect("with enough of it anybody wins");
		if praise > <Runtime as pallet_suppliers::Config>::PairLimit::get() {
			continue;
		}
		let (cost, _) = award(praise, price);
		section += &format!(
			"| {} | {} | {} | {} | {} |\n",
			told(price),
			share(spotless(praise)),
			told(praise),
			amount(-signed(cost)),
			amount(signed(price)),
		);
	}
	section
}

fn signed(amount: Balance) -> i128 {
	i128::try_from(amount).expect("nobody has so much")
}

fn told(value: Balance) -> String {
	amount(signed(value)).trim_start_matches('+').to_owned()
}

fn share(share: Permill) -> String {
	format!("{:.3}", f64::from(share.deconstruct()) / 1e6)
}
