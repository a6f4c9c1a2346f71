//! Bids, and in which order they stand.

use crate::{mock::*, Bid, Call, Error, Requests, Score, ScoreWeights, Wanted};
use frame_support::{assert_noop, assert_ok};
use proptest::prelude::*;
use sp_runtime::Permill;

#[test]
fn a_score_is_what_the_request_says() {
	let score = |price, lead_time, standing| Score::of(&wanted(), price, lead_time, Permill::from_percent(standing));
	// Half the price is saved, four of five days, and half a name: 0.5 · 0.5 + 0.25 · 0.8 + 0.25 · 0.5.
	assert_eq!(score(10_000, DAY, 50), Score(575_000_000_000));
	assert_eq!(score(MAX_PRICE, MAX_LEAD, 0), Score(0));
	assert_eq!(score(0, 0, 100), Score(1_000_000_000_000));
	// What is above the most is worth nothing, and not less.
	assert_eq!(score(u128::MAX, u64::MAX, 0), Score(0));
}

proptest! {
	/// Cheaper, sooner and better known is never worth less, and nothing is worth more than everything.
	#[test]
	fn a_better_bid_never_scores_less(
		prices in (any::<u128>(), any::<u128>()),
		leads in (any::<u64>(), any::<u64>()),
		standings in (0..=1_000_000u32, 0..=1_000_000u32),
		most in (any::<u128>(), any::<u64>()),
		weights in (0..=1_000_000u32, 0..=1_000_000u32),
	) {
		let (first, second) = (weights.0.min(weights.1), weights.0.max(weights.1));
		let wanted = Wanted {
			max_price: most.0,
			max_lead_time: most.1,
			weights: ScoreWeights {
				price: Permill::from_parts(first),
				lead_time: Permill::from_parts(second - first),
				standing: Permill::from_parts(1_000_000 - second),
			},
			..wanted()
		};
		let name = |parts| Permill::from_parts(parts);
		let better = Score::of(&wanted, prices.0.min(prices.1), leads.0.min(leads.1), name(standings.0.max(standings.1)));
		let worse = Score::of(&wanted, prices.0.max(prices.1), leads.0.max(leads.1), name(standings.0.min(standings.1)));
		prop_assert!(worse <= better && better <= Score(1_000_000_000_000));
	}
}

#[test]
fn bids_stand_by_score_then_by_price_then_by_age() {
	build_and_execute(|| {
		// Price alone does not decide: a day is worth 5 percent, as much as 2,000.
		let request = raised(wanted());
		assert_ok!(bid(&one_of_many(1), request, 12_000, 2 * DAY));
		assert_ok!(bid(&one_of_many(2), request, 10_000, 3 * DAY));
		assert_ok!(bid(&one_of_many(3), request, 10_000, 3 * DAY));
		assert_ok!(bid(&one_of_many(4), request, 12_000, DAY));
		assert_ok!(bid(&one_of_many(5), request, 11_000, 3 * DAY));
		let places = [4, 2, 3, 1, 5].map(one_of_many);
		let bidders: Vec<_> = bids(request).into_iter().map(|(bidder, _)| bidder).collect();
		assert_eq!(bidders, places);
		let scores: Vec<_> = request_record(request).bids.iter().map(|bid| bid.score).collect();
		assert_eq!(scores[1], scores[3]);
		assert_eq!(money(&one_of_many(1)), (ENDOWMENT - BID_FEE, 0));
	});
}

#[test]
fn a_bidder_has_one_bid_and_can_only_better_it() {
	build_and_execute(|| {
		let request = raised(wanted());
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		assert_ok!(bid(&rival(), request, 9_000, DAY));
		assert_noop!(bid(&supplier(), request, 10_000, DAY), Error::<Test>::NotBetter);
		assert_noop!(bid(&supplier(), request, 9_900, 4 * DAY), Error::<Test>::NotBetter);
		assert_ok!(bid(&supplier(), request, 8_000, DAY));
		assert_eq!(bids(request), [(supplier(), 8_000), (rival(), 9_000)]);
		// Each bid costs.
		assert_eq!(gain(&supplier()), -2 * BID_FEE as i128);
	});
}

#[test]
fn a_full_list_lets_a_better_bid_in_and_the_worst_out_or_refuses() {
	build_and_execute(|| {
		let request = raised(wanted());
		for nth in 0..MAX_BIDS {
			assert_ok!(bid(&one_of_many(nth), request, 10_000 + u128::from(nth), DAY));
		}
		assert_noop!(bid(&supplier(), request, 10_063, DAY), Error::<Test>::ListFull);
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		let now = bids(request);
		assert_eq!((now.len() as u32, &now[1]), (MAX_BIDS, &(supplier(), 10_000)));
		assert!(request_record(request).place_of(&one_of_many(63)).is_none());
		// Who was let out may come back with a better one, and who is in betters his own.
		assert_ok!(bid(&one_of_many(63), request, 5_000, DAY));
		assert_ok!(bid(&one_of_many(5), request, 4_000, DAY));
		assert_eq!(bids(request).len() as u32, MAX_BIDS);
	});
}

#[test]
fn a_bid_beats_another_by_score_first() {
	let bid = |score, price, number| Bid {
		bidder: supplier(),
		price,
		lead_time: 0,
		standing: Permill::zero(),
		score: Score(score),
		number,
		rounds: 0,
		counter: None,
	};
	assert!(bid(2, 9, 9).beats(&bid(1, 1, 1)));
	assert!(bid(1, 1, 9).beats(&bid(1, 2, 1)));
	assert!(bid(1, 1, 1).beats(&bid(1, 1, 2)));
	assert!(!bid(1, 1, 1).beats(&bid(1, 1, 1)));
}

#[test]
fn a_score_is_fixed_when_the_bid_is_made() {
	build_and_execute(|| {
		let request = raised(wanted());
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		let before = request_record(request).bids[0].clone();
		assert_eq!(before.standing, Permill::from_percent(50));
		// A good order in between makes a better name, and no better bid.
		let quote = published(quote_terms());
		let order = ordered_by(&stranger(), buying(quote, 10));
		assert_ok!(deliver(order, 10));
		let reading = None;
		let confirm = Call::confirm {
			order,
			quantity: 10,
			reading,
		};
		assert_ok!(signed(&stranger(), confirm));
		assert_eq!(request_record(request).bids[0], before);
		assert_ok!(bid(&rival(), request, 10_000, DAY));
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		assert!(request_record(request).bids[0].standing > before.standing);
		assert_eq!(bids(request)[0].0, supplier());
	});
}

#[test]
fn a_flood_of_bids_pays_for_each_and_leaves_one_record() {
	build_and_execute(|| {
		let request = raised(wanted());
		let records = || frame_support::storage::unhashed::get_raw(&Requests::<Test>::hashed_key_for(request));
		let empty = records().expect("it is there").len();
		for nth in 0..MAX_BIDS {
			assert_ok!(bid(&one_of_many(nth), request, 10_000, DAY));
		}
		let full = records().expect("it is there").len();
		assert!(full - empty <= 64 * 100, "{full}");
		assert_eq!(money(&pot()).0, MINIMUM + REQUEST_FEE + u128::from(MAX_BIDS) * BID_FEE);
	});
}
