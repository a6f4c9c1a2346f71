//! Bids of which nobody sees the price, and their deposits.

use super::{bidding::by_anybody_else, called_off, name, Error, EscrowError, IN_NATIVE, NO_REQUEST};
use crate::{chain::pass, prelude::*};
use bpiiot_primitives::RequestId;
use bpiiot_runtime::{Balance, Hash};
use frame_support::traits::Get;
use pallet_procurement::Call;

pub fn rows() -> Vec<Row> {
	vec![seal_bid(), reveal_bid(), forfeit_bid(), reclaim_bid()]
}

/// A request for sealed bids, or of the kind that is told.
fn asked_sealed(change: fn(&mut Wish)) {
	trading();
	let mut wish = wish();
	sealed(&mut wish);
	change(&mut wish);
	act(CUSTOMER, ask(wish));
}

/// As many others as a request takes have sealed bids.
fn sealed_by_many() {
	asked_with(sealed);
	for nth in 0..<Runtime as pallet_procurement::Config>::MaxSealedBids::get() {
		let name = one_of_many(nth);
		act(&name, seal(&name, whole_price()));
	}
}

fn seal_bid() -> Row {
	let seals = |request| Call::<Runtime>::seal_bid {
		request,
		commitment: Hash::repeat_byte(1),
		text: None,
	};
	let with_text = || Call::<Runtime>::seal_bid {
		request: request(),
		commitment: Hash::repeat_byte(1),
		text: Some(a_text()),
	};
	let right = || seal(KEY, whole_price());
	let row = Row::new(name("seal_bid"), any_actor(KEY), || asked_with(sealed), right)
		.by_the_next_key_too()
		.on_an_open_request(seals)
		.case(Right, given(|| asked_with(private)))
		.case(WrongState, given(asked).fails(Error::WrongBidding))
		.case(WrongState, calling(with_text).fails(Error::WrongBidding))
		.case(
			WrongState,
			given(|| asked_with(private))
				.calling(move || seals(request()))
				.fails(Error::WrongBidding),
		)
		.case(WrongState, given(sealed_for).fails(Error::AlreadyBid))
		.never(&AMOUNTS, "nobody sees its price")
		.case(FullList, given(sealed_by_many).fails(Error::ListFull));
	by_anybody_else(row, asked_sealed, || seal(KEY, whole_price()))
}

/// The machine has sealed another price, or another time, than can be.
fn sealed_at(price: Balance) {
	asked_with(sealed);
	act(KEY, seal(KEY, price));
	pass(WINDOW + 1);
}

fn reveal_bid() -> Row {
	let reveals = |request| Call::<Runtime>::reveal_bid {
		request,
		price: whole_price(),
		lead_time: DELIVERY,
		salt: SALT,
	};
	let price = |price: fn() -> Balance| calling(move || reveal(price()));
	let may = actor(KEY, Error::UnknownBid);
	let (taken, kept): (u32, u32) = (
		<Runtime as pallet_procurement::Config>::MaxSealedBids::get(),
		<Runtime as pallet_procurement::Config>::MaxBids::get(),
	);
	assert!(taken <= kept, "a list can be full when a bid is revealed");
	Row::new(name("reveal_bid"), may, revealing, || reveal(whole_price()))
		.by_the_next_key_too()
		.on_an_open_request(reveals)
		// The bidder is the machine, and nobody reveals for it.
		.case(Stranger, by(OWNER).fails(Error::UnknownBid))
		.case(WrongState, given(sealed_for).fails(Error::TooEarly))
		.case(WrongState, given(bid_on).fails(Error::UnknownBid))
		.case(WrongState, given(whispered).fails(Error::WrongBidding))
		.case(
			WrongState,
			then(|| act(KEY, reveal(whole_price()))).fails(Error::UnknownBid),
		)
		.case(
			WrongState,
			calling(|| Call::reveal_bid {
				request: request(),
				price: whole_price(),
				lead_time: DELIVERY,
				salt: Hash::zero(),
			})
			.fails(Error::RevealMismatch),
		)
		.case(
			WrongState,
			calling(|| Call::reveal_bid {
				request: request(),
				price: whole_price(),
				lead_time: DELIVERY + 1,
				salt: SALT,
			})
			.fails(Error::RevealMismatch),
		)
		.case(Zero, price(|| 0).fails(Error::RevealMismatch))
		.case(
			Zero,
			given(|| sealed_at(0)).calling(|| reveal(0)).fails(Error::ZeroPrice),
		)
		.case(
			Zero,
			given(|| sealed_at(1))
				.calling(|| reveal(1))
				.fails(EscrowError::ReleaseBelowMinimum),
		)
		.case(Maximum, price(|| MOST).fails(Error::RevealMismatch))
		.case(
			Maximum,
			given(|| sealed_at(MOST))
				.calling(|| reveal(MOST))
				.fails(Error::PriceTooHigh),
		)
		.never(&[Overflow], SUMS_NOTHING)
		.asks_no_asset()
		.case(OwnCounterparty, then(|| sell(CUSTOMER)))
		.never(&[FullList], "a request takes no more sealed bids than it keeps")
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.in_time(WINDOW - 1, Error::TooLate)
}

/// A sealed bid that was not revealed in time.
fn unrevealed() {
	sealed_for();
	pass(2 * WINDOW + 1);
}

/// The request of which this is was called off.
fn cancelled() {
	let request = request();
	act(CUSTOMER, Call::cancel_request { request });
}

fn of_sealed<C>(row: Row, call: fn(RequestId, &str) -> C) -> Row
where
	C: Into<bpiiot_runtime::RuntimeCall> + 'static,
{
	row.case(
		WrongState,
		calling(move || call(NO_REQUEST, KEY)).fails(Error::UnknownRequest),
	)
	.case(
		WrongState,
		calling(move || call(request(), STRANGER)).fails(Error::UnknownBid),
	)
	.case(WrongState, given(called_off).fails(Error::UnknownBid))
	.with_a_frozen_machine_too()
	.never(&AMOUNTS, NO_AMOUNT)
	.never(&ASSETS, IN_NATIVE)
	.case(OwnCounterparty, then(|| sell(CUSTOMER)))
	.never(&[FullList], FILLS_NO_LIST)
	.never(&[DepositUnaffordable], TAKES_NOTHING)
}

fn forfeit_bid() -> Row {
	fn forfeits(request: RequestId, name: &str) -> Call<Runtime> {
		let bidder = bidder(name);
		Call::forfeit_bid { request, bidder }
	}
	let row = Row::new(name("forfeit_bid"), anybody(STRANGER), unrevealed, || {
		forfeits(request(), KEY)
	})
	.case(
		WrongState,
		given(|| {
			whispered();
			cancelled();
		})
		.fails(Error::NotForfeited),
	)
	.case(
		WrongState,
		given(|| {
			sealed_for();
			cancelled();
		})
		.fails(Error::NotForfeited),
	)
	.case(
		WrongState,
		then(|| act(STRANGER, forfeits(request(), KEY))).fails(Error::UnknownBid),
	)
	.case(
		WrongState,
		given(revealing)
			.then(|| act(KEY, reveal(whole_price())))
			.then(later(WINDOW))
			.fails(Error::UnknownBid),
	)
	.case(
		WrongState,
		then(|| root_acts(pallet_escrow::Call::pause {})).fails(EscrowError::AgreementsPaused),
	)
	.case(
		TooLate,
		given(sealed_for).then(later(2 * WINDOW)).fails(Error::TooEarly),
	)
	.case(TooLate, then(later(DELIVERY)));
	of_sealed(row, forfeits)
}

fn reclaim_bid() -> Row {
	fn reclaims(request: RequestId, name: &str) -> Call<Runtime> {
		let bidder = bidder(name);
		Call::reclaim_bid { request, bidder }
	}
	let ended = || {
		whispered();
		cancelled();
	};
	let row = Row::new(name("reclaim_bid"), anybody(STRANGER), ended, || {
		reclaims(request(), KEY)
	})
	// Called off before there was time to reveal it.
	.case(
		Right,
		given(|| {
			sealed_for();
			cancelled();
		}),
	)
	.case(WrongState, given(whispered).fails(Error::StillOpen))
	.case(WrongState, given(sealed_for).fails(Error::StillOpen))
	.case(
		WrongState,
		then(|| act(STRANGER, reclaims(request(), KEY))).fails(Error::UnknownBid),
	)
	// It was not revealed in time, and then the request ended.
	.case(WrongState, given(unrevealed).then(later(1)).fails(Error::Forfeited))
	.at_any_time(DELIVERY);
	of_sealed(row, reclaims)
}
