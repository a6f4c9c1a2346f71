//! Open bids, and haggling over them.

use super::{name, Error, EscrowError, MachinesError};
use crate::prelude::*;
use bpiiot_primitives::AssetKind;
use bpiiot_runtime::Balance;
use frame_support::traits::Get;
use pallet_procurement::Call;
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![bid_row(), counter_offer(), accept_counter_offer()]
}

/// As many others as a request keeps have made better bids.
fn crowded() {
	asked();
	for nth in 0..<Runtime as pallet_procurement::Config>::MaxBids::get() {
		act(&one_of_many(nth), bid(whole_price() - Balance::from(nth) - 1, DELIVERY));
	}
}

/// Of what is asked by the customer, nobody but the arbiter decides.
fn judged(wish: &mut Wish) {
	wish.arbiter = Some(account(ARBITER));
}

/// What is alike for an open and a sealed bid: who must not make it.
pub(super) fn by_anybody_else(row: Row, ask: fn(fn(&mut Wish)), call: fn() -> Call<Runtime>) -> Row {
	let of_judged = move || given(move || ask(judged));
	row.case(Right, by(STRANGER))
		.case(OwnCounterparty, by(CUSTOMER).fails(Error::OwnRequest))
		.case(OwnCounterparty, then(trading_robot).by(ROBOT).fails(Error::OwnRequest))
		.case(OwnCounterparty, then(|| sell(CUSTOMER)).fails(Error::OwnRequest))
		.case(
			OwnCounterparty,
			of_judged().calling(call).by(ARBITER).fails(Error::ArbiterBids),
		)
		.case(
			OwnCounterparty,
			of_judged()
				.then(|| sell(ARBITER))
				.calling(call)
				.fails(Error::ArbiterBids),
		)
		.asks_no_asset()
		.case(
			DepositUnaffordable,
			then(|| impoverish(&machine().account())).fails(TokenError::FundsUnavailable),
		)
		.case(
			DepositUnaffordable,
			then(|| {
				let (machine, policy) = (machine(), Some(policy([AssetKind::Native], 1)));
				act(OWNER, pallet_machines::Call::set_spending_policy { machine, policy });
			})
			.fails(MachinesError::OverSpendingCap),
		)
		.in_time(WINDOW, Error::TooLate)
}

fn bid_row() -> Row {
	let bids = |request| Call::<Runtime>::bid {
		request,
		price: whole_price(),
		lead_time: DELIVERY,
	};
	let price = |price: fn() -> Balance| calling(move || bid(price(), DELIVERY));
	let time = |time| calling(move || bid(whole_price(), time));
	let row = Row::new(name("bid"), any_actor(KEY), asked, || bid(whole_price(), DELIVERY))
		.by_the_next_key_too()
		.on_an_open_request(bids)
		.case(WrongState, given(|| asked_with(sealed)).fails(Error::WrongBidding))
		.case(WrongState, given(|| asked_with(private)).fails(Error::WrongBidding))
		// Another bid of his own must be better.
		.case(WrongState, given(bid_on).fails(Error::NotBetter))
		.case(
			WrongState,
			given(bid_on)
				.calling(|| bid(whole_price() + 1, DELIVERY))
				.fails(Error::NotBetter),
		)
		.case(Right, given(bid_on).calling(|| bid(whole_price() / 2, DELIVERY)))
		.case(Zero, price(|| 0).fails(Error::ZeroPrice))
		.case(Zero, price(|| 1).fails(EscrowError::ReleaseBelowMinimum))
		.case(Zero, price(minimum))
		.case(Zero, time(0))
		.case(Maximum, price(|| 2 * whole_price()))
		.case(Maximum, price(|| 2 * whole_price() + 1).fails(Error::PriceTooHigh))
		.case(Maximum, price(|| MOST).fails(Error::PriceTooHigh))
		.case(Maximum, time(2 * DELIVERY))
		.case(Maximum, time(2 * DELIVERY + 1).fails(Error::LeadTimeTooLong))
		.case(Maximum, time(u64::MAX).fails(Error::LeadTimeTooLong))
		.never(&[Overflow], SUMS_NOTHING)
		// All others are better.
		.case(FullList, given(crowded).fails(Error::ListFull))
		// He is, and the worst has to go.
		.case(
			FullList,
			given(crowded).calling(|| bid(minimum(), DELIVERY)).leaves(|| {
				let bids = request_record().bids;
				let worst = account(&many(0));
				assert!(bids.first().is_some_and(|best| best.bidder == bidder(KEY)));
				assert!(bids.iter().all(|bid| bid.bidder != worst), "the worst is out");
			}),
		);
	by_anybody_else(row, asked_with, || bid(whole_price(), DELIVERY))
}

fn counter_offer() -> Row {
	let proposes = |request| Call::<Runtime>::counter_offer {
		request,
		bidder: bidder(KEY),
		price: whole_price() / 2,
	};
	let price = |price: fn() -> Balance| calling(move || haggle(price()));
	let half = || haggle(whole_price() / 2);
	let may = actor(KEY, Error::NotAParty);
	Row::new(name("counter_offer"), may, bid_on, half)
		.by_the_next_key_too()
		.on_an_open_request(proposes)
		.case(Right, by(OWNER))
		.case(Right, by(CUSTOMER))
		.case(Right, given(bid_to_robot).by(ROBOT))
		.case(Right, given(bid_to_robot).by(CUSTOMER))
		.case(FrozenMachine, then(freeze).by(CUSTOMER))
		.case(WrongState, given(asked).fails(Error::UnknownBid))
		.case(
			WrongState,
			calling(|| Call::counter_offer {
				request: request(),
				bidder: account(STRANGER),
				price: whole_price() / 2,
			})
			.fails(Error::UnknownBid),
		)
		.case(WrongState, given(whispered).fails(Error::WrongBidding))
		// Twice is as often as the request allows, whoever it was.
		.case(
			WrongState,
			then(|| act(KEY, haggle(whole_price() - 1)))
				.then(|| act(CUSTOMER, haggle(whole_price() - 2)))
				.fails(Error::NoRoundLeft),
		)
		.case(
			WrongState,
			given(|| bid_on_with(|wish| wish.rounds = 0)).fails(Error::NoRoundLeft),
		)
		.case(Zero, price(|| 0).fails(Error::ZeroPrice))
		.case(Zero, price(|| 1).fails(EscrowError::ReleaseBelowMinimum))
		.case(Maximum, price(whole_price).fails(Error::NotBetter))
		.case(Maximum, price(|| MOST).fails(Error::PriceTooHigh))
		.never(&[Overflow], SUMS_NOTHING)
		.asks_no_asset()
		// Who has both sides speaks as the buyer.
		.case(OwnCounterparty, then(|| sell(CUSTOMER)).by(CUSTOMER))
		.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER)).by(OWNER).fails(Error::NotAParty),
		)
		.never(&[FullList], "the next one takes the place of the one before")
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.in_time(WINDOW, Error::TooLate)
		.case(TooLate, given(|| bid_on_with(by_hand)).then(later(2 * WINDOW)))
		.case(
			TooLate,
			given(|| bid_on_with(by_hand))
				.then(later(2 * WINDOW + 1))
				.fails(Error::TooLate),
		)
}

/// The machine wants less for its bid.
fn haggled() {
	bid_on();
	act(KEY, haggle(whole_price() / 2));
}

fn accept_counter_offer() -> Row {
	let accepts = |request| Call::<Runtime>::accept_counter_offer {
		request,
		bidder: bidder(KEY),
		price: whole_price() / 2,
	};
	let read = |price: fn() -> Balance| calling(move || agree(price())).fails(Error::CounterOfferChanged);
	let may = actor(CUSTOMER, Error::NotAParty);
	Row::new(name("accept_counter_offer"), may, haggled, || agree(whole_price() / 2))
		.on_an_open_request(accepts)
		.case(
			Right,
			as_ever().leaves(|| assert_eq!(request_record().bids[0].price, whole_price() / 2)),
		)
		.case(
			Right,
			given(bid_on).then(|| act(CUSTOMER, haggle(whole_price() / 2))).by(KEY),
		)
		.case(
			Right,
			given(bid_to_robot)
				.then(|| act(KEY, haggle(whole_price() / 2)))
				.by(ROBOT),
		)
		.with_a_frozen_machine_too()
		// It is for the other side to agree.
		.case(WrongState, by(KEY).fails(Error::OwnCounterOffer))
		.case(WrongState, by(OWNER).fails(Error::OwnCounterOffer))
		.case(
			WrongState,
			then(|| act(CUSTOMER, haggle(whole_price() / 3)))
				.calling(|| agree(whole_price() / 3))
				.fails(Error::OwnCounterOffer),
		)
		.case(WrongState, given(bid_on).fails(Error::NoCounterOffer))
		.case(WrongState, given(asked).fails(Error::UnknownBid))
		.case(
			WrongState,
			then(|| act(KEY, haggle(whole_price() / 3))).fails(Error::CounterOfferChanged),
		)
		// Who has agreed once has nothing more to agree to.
		.case(
			WrongState,
			then(|| act(CUSTOMER, agree(whole_price() / 2))).fails(Error::NoCounterOffer),
		)
		.case(Zero, read(|| 0))
		.case(Maximum, read(|| MOST))
		.never(&[Overflow], SUMS_NOTHING)
		.asks_no_asset()
		.case(OwnCounterparty, then(|| sell(CUSTOMER)))
		.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER)).by(OWNER).fails(Error::NotAParty),
		)
		.never(&[FullList], "the bid is in the list already")
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.in_time(WINDOW, Error::TooLate)
}
