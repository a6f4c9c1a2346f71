//! Asking, and the ends of that but for an award.

use crate::{
	mock::*, AwardRule, Bidding, Books, Call, Error, Purchase, RequestState, Requests, RequestsBy, SiteId, Wanted,
};
use bpiiot_primitives::{Actor, Purchasing, Requisition};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::Permill;

#[test]
fn a_request_costs_a_fee_and_a_deposit_and_says_until_when() {
	build_and_execute(|| {
		let request = raised(wanted());
		assert_eq!(money(&buyer()), (ENDOWMENT - REQUEST_FEE, REQUEST_DEPOSIT));
		assert_eq!(money(&pot()).0, MINIMUM + REQUEST_FEE);
		let raised = request_record(request);
		assert_eq!((raised.buyer.clone(), raised.state), (buyer(), RequestState::Open));
		assert_eq!(raised.bid_until, START + BID_WINDOW);
		assert_eq!(raised.reveal_until, START + BID_WINDOW);
		assert_eq!(raised.award_until, START + BID_WINDOW + AWARD_WINDOW);
		assert_eq!(
			Books::<Test>::get(buyer()).purchases.into_inner(),
			[Purchase::Request(request)]
		);
		// Everywhere, the country and its part.
		assert_eq!(RequestsBy::<Test>::iter().count(), 3);
	});
}

#[test]
fn wishes_that_make_no_sense_are_refused() {
	type Spoil = fn(&mut Wanted<AccountId>);
	let spoiled: [(Spoil, Error<Test>); 16] = [
		(|wanted| wanted.category = Default::default(), Error::BadItem),
		(|wanted| wanted.item = Default::default(), Error::BadItem),
		(|wanted| wanted.quantity = 0, Error::ZeroQuantity),
		(|wanted| wanted.max_price = 0, Error::ZeroPrice),
		(|wanted| wanted.area = text("D"), Error::BadArea),
		(
			|wanted| wanted.weights.price = Permill::from_percent(49),
			Error::BadWeights,
		),
		(|wanted| wanted.weights.standing = Permill::one(), Error::BadWeights),
		(|wanted| wanted.rounds = 5, Error::RoundsOutOfRange),
		(|wanted| wanted.bidding = Bidding::Private, Error::PrivateIsByHand),
		(
			|wanted| wanted.bidding = Bidding::Sealed { reveal_window: 1 },
			Error::WindowOutOfRange,
		),
		(|wanted| wanted.bid_window = 0, Error::WindowOutOfRange),
		(|wanted| wanted.award_window = u64::MAX, Error::WindowOutOfRange),
		(|wanted| wanted.max_lead_time = MAX_WINDOW + 1, Error::WindowOutOfRange),
		(|wanted| wanted.conditions.parts = 0, Error::RoundsOutOfRange),
		(
			|wanted| wanted.conditions.late_window = u64::MAX,
			Error::WindowOutOfRange,
		),
		(
			|wanted| {
				wanted.arbiter = Some(arbiter());
				wanted.conditions.ruling_window = 0;
			},
			Error::WindowOutOfRange,
		),
	];
	build_and_execute(|| {
		for (nth, (spoil, error)) in spoiled.into_iter().enumerate() {
			let mut wanted = wanted();
			spoil(&mut wanted);
			assert_eq!(
				signed(&buyer(), Call::raise_request { wanted }),
				Err(error.into()),
				"case {nth}"
			);
		}
		assert_eq!(money(&buyer()), (ENDOWMENT, 0));
	});
}

#[test]
fn a_request_is_in_a_listed_asset_at_a_price_that_can_be_paid() {
	build_and_execute(|| {
		let ask = |asset, max_price| {
			let wanted = Wanted {
				asset,
				max_price,
				..wanted()
			};
			signed(&buyer(), Call::raise_request { wanted })
		};
		assert_noop!(ask(UNLISTED, MAX_PRICE), pallet_escrow::Error::<Test>::AssetNotListed);
		assert_noop!(
			ask(DOLLAR, MINIMUM - 1),
			pallet_escrow::Error::<Test>::ReleaseBelowMinimum
		);
		assert_ok!(ask(DOLLAR, MINIMUM));
	});
}

#[test]
fn a_buyer_has_so_many_open() {
	build_and_execute(|| {
		for _ in 0..MAX_PURCHASES {
			raised(wanted());
		}
		let wanted = wanted();
		assert_noop!(
			signed(&buyer(), Call::raise_request { wanted: wanted.clone() }),
			Error::<Test>::TooManyPurchases
		);
		// One that ends makes room.
		at(BID_WINDOW + 1);
		let request = Requests::<Test>::iter_keys().next().expect("there are some");
		assert_ok!(signed(&stranger(), Call::expire_request { request }));
		assert_ok!(signed(&buyer(), Call::raise_request { wanted }));
	});
}

#[test]
fn without_a_bid_a_request_ends_when_bidding_is_over() {
	build_and_execute(|| {
		let request = raised(wanted());
		let expire = Call::expire_request { request };
		at(BID_WINDOW);
		assert_noop!(signed(&stranger(), expire.clone()), Error::<Test>::NotExpired);
		assert_noop!(award(request), Error::<Test>::TooEarly);
		at(BID_WINDOW + 1);
		assert_noop!(award(request), Error::<Test>::NoBid);
		assert_ok!(signed(&stranger(), expire.clone()));
		assert_eq!(request_record(request).state, RequestState::NoBid);
		assert_noop!(signed(&stranger(), expire), Error::<Test>::NotOpen);
		assert_ok!(signed(&buyer(), Call::remove_request { request }));
		assert_eq!(money(&buyer()), (ENDOWMENT - REQUEST_FEE, 0));
		assert_eq!(RequestsBy::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_request_that_nobody_awards_ends_too() {
	build_and_execute(|| {
		let request = raised(wanted());
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		let expire = Call::expire_request { request };
		at(BID_WINDOW + AWARD_WINDOW);
		assert_noop!(signed(&stranger(), expire.clone()), Error::<Test>::NotExpired);
		at(BID_WINDOW + AWARD_WINDOW + 1);
		assert_noop!(award(request), Error::<Test>::TooLate);
		assert_ok!(signed(&stranger(), expire));
		assert_eq!(request_record(request).state, RequestState::NotAwarded);
	});
}

#[test]
fn a_buyer_who_has_a_rule_keeps_to_it_once_bidding_is_over() {
	build_and_execute(|| {
		let by_rule = raised(wanted());
		let by_hand = raised(Wanted {
			award: AwardRule::ByHand,
			..wanted()
		});
		let other = raised(wanted());
		for request in [by_rule, by_hand] {
			assert_ok!(bid(&supplier(), request, 10_000, DAY));
		}
		let cancel = |request| signed(&buyer(), Call::cancel_request { request });
		at(BID_WINDOW);
		assert_ok!(cancel(other));
		assert_noop!(bid(&supplier(), other, 10_000, DAY), Error::<Test>::NotOpen);
		at(BID_WINDOW + 1);
		assert_noop!(cancel(by_rule), Error::<Test>::TooLate);
		assert_ok!(cancel(by_hand));
		assert_noop!(cancel(by_hand), Error::<Test>::NotOpen);
	});
}

#[test]
fn a_record_is_removed_by_its_buyer_when_it_is_not_open() {
	build_and_execute(|| {
		let request = raised(wanted());
		let remove = Call::remove_request { request };
		assert_noop!(signed(&buyer(), remove.clone()), Error::<Test>::StillOpen);
		assert_ok!(signed(&buyer(), Call::cancel_request { request }));
		assert_noop!(signed(&stranger(), remove.clone()), Error::<Test>::NotTheBuyer);
		assert_ok!(signed(&buyer(), remove.clone()));
		assert_noop!(signed(&buyer(), remove), Error::<Test>::UnknownRequest);
	});
}

#[test]
fn another_pallet_may_ask_for_a_buyer_and_sees_when_nothing_comes_of_it_any_more() {
	build_and_execute(|| {
		let actor = Actor {
			account: buyer(),
			machine: None,
		};
		let asked = wanted();
		let requisition = Requisition {
			item: asked.item.clone(),
			category: asked.category.clone(),
			site: SiteId(3),
			area: asked.area.clone(),
			unit: text("LTR"),
			quantity: asked.quantity,
			asset: asked.asset,
			highest_price: asked.max_price,
			longest_lead_time: asked.max_lead_time,
			weights: asked.weights,
		};
		let request = <Procurement as Purchasing<_, _>>::raise(&actor, &requisition).expect("he may");
		// What the requisition says, and on the runtime's terms what it does not.
		assert_eq!(request_record(request).wanted, asked);
		let is_open = || <Procurement as Purchasing<AccountId, _>>::is_open(request);
		assert_eq!(money(&buyer()), (ENDOWMENT - REQUEST_FEE, REQUEST_DEPOSIT));
		assert!(is_open());
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		at(BID_WINDOW + 1);
		assert_ok!(award(request));
		assert!(is_open());
		assert_ok!(deliver(last_order(), 10));
		assert!(is_open());
		assert_ok!(confirm(last_order(), 10));
		assert!(!is_open());
		assert_ok!(signed(&buyer(), Call::remove_request { request }));
		assert!(!is_open());
	});
}

#[test]
fn a_request_and_its_order_take_one_place_among_a_buyers_purchases() {
	build_and_execute(|| {
		let request = raised(wanted());
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
		at(BID_WINDOW + 1);
		assert_ok!(award(request));
		assert_eq!(
			Books::<Test>::get(buyer()).purchases.into_inner(),
			[Purchase::Request(request)]
		);
		// Its record may go before; the place is free when the order has ended.
		assert_ok!(signed(&buyer(), Call::remove_request { request }));
		assert_eq!(
			Books::<Test>::get(buyer()).purchases.into_inner(),
			[Purchase::Request(request)]
		);
		assert_ok!(deliver(last_order(), 10));
		assert_ok!(confirm(last_order(), 10));
		assert_eq!(Books::<Test>::iter().count(), 0);
	});
}
