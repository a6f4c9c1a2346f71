//! Awards: by score, by hand, and to a private bid.

use super::{limits, name, Error, EscrowError, MachinesError};
use crate::{chain::pass, prelude::*, table::Scenario};
use bpiiot_runtime::{Balance, Hash};
use pallet_procurement::{Call, RequestState};
use sp_runtime::{Permill, TokenError};

pub fn rows() -> Vec<Row> {
	vec![award(), award_to_row(), award_private()]
}

/// The bid is out, and the request waits for the next one.
fn struck() {
	let request = request_record();
	assert_eq!((request.state, request.bids.len()), (RequestState::Open, 0));
}

/// An order came of it.
fn ordered_by_award() {
	assert_eq!(request_state(), RequestState::Awarded(purchase()));
}

/// The machine has as many orders as it may, for one unit each, and without bonds.
fn busy() {
	let (purchases, sales) = limits();
	put_up(Goods {
		conditions: pallet_procurement::Conditions {
			bond: Permill::zero(),
			..conditions()
		},
		..goods()
	});
	let mut left = sales;
	for customer in [STRANGER, BUYER, ISSUER, ARBITER] {
		for _ in 0..left.min(purchases) {
			let quantity = 1;
			act(customer, buy(Basket { quantity, ..basket() }));
			left -= 1;
		}
	}
	assert_eq!(left, 0, "the crowd is too small");
}

/// What can keep the buyer from paying: nothing has happened then, and it can be tried again.
fn of_the_buyers_money(row: Row) -> Row {
	row.case(UnlistedAsset, then(delist).fails(EscrowError::AssetNotListed))
		.case(UnlistedAsset, then(unrate).fails(EscrowError::NoRate))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		.case(
			BlockedPayee,
			then(|| block(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
}

/// What can keep the supplier from keeping his bid, and what comes of it.
fn of_the_suppliers_bid(row: Row, comes_of: fn(Scenario, sp_runtime::DispatchError) -> Scenario) -> Row {
	let no_bond = || Error::NoBond.into();
	row.case(BlockedPayee, comes_of(then(block_machine), no_bond()))
		.case(
			DepositUnaffordable,
			comes_of(then(|| impoverish(&machine().account())), no_bond()),
		)
		.case(
			DepositUnaffordable,
			comes_of(then(|| allow(goods_bond() - 1)), no_bond()),
		)
		.case(
			OwnCounterparty,
			comes_of(then(|| sell(CUSTOMER)), Error::OwnRequest.into()),
		)
		.case(FullList, comes_of(then(busy), Error::TooManySales.into()))
		.case(
			WrongState,
			comes_of(then(out_of_service), MachinesError::OutOfService.into()),
		)
		.case(
			WrongState,
			comes_of(then(decommission), MachinesError::MachineDecommissioned.into()),
		)
		.case(
			FrozenMachine,
			comes_of(then(freeze), MachinesError::MachineFrozen.into()),
		)
}

fn award() -> Row {
	let awards = |request| Call::<Runtime>::award { request };
	let of_robot = || {
		given(|| {
			bid_to_robot();
			pass(WINDOW + 1);
		})
	};
	let out = || {
		let (machine, in_service) = (machine_of(ROBOT), false);
		act(CUSTOMER, pallet_machines::Call::set_service { machine, in_service });
	};
	let row = Row::new(name("award"), any_actor(STRANGER), bidding_over, move || {
		awards(request())
	})
	.on_an_open_request(awards)
	.case(Right, as_ever().leaves(ordered_by_award))
	.case(Right, by(CUSTOMER))
	.case(Right, by(KEY))
	.case(Right, of_robot().leaves(ordered_by_award))
	.case(Right, of_robot().then(out).by(ROBOT))
	.case(WrongState, of_robot().then(out).fails(MachinesError::OutOfService))
	.case(
		FrozenMachine,
		of_robot().then(freeze_robot).fails(MachinesError::MachineFrozen),
	)
	.case(
		WrongState,
		given(|| bid_on_with(by_hand))
			.then(later(WINDOW + 1))
			.fails(Error::ByHand),
	)
	.case(WrongState, given(bid_on).fails(Error::TooEarly))
	.case(WrongState, given(asked).then(later(WINDOW + 1)).fails(Error::NoBid))
	.case(
		WrongState,
		given(revealing)
			.then(|| act(KEY, reveal(whole_price())))
			.fails(Error::TooEarly),
	)
	.case(
		DepositUnaffordable,
		of_robot()
			.then(|| allow_robot(whole_price()))
			.fails(MachinesError::OverSpendingCap),
	)
	.never(&AMOUNTS, NO_AMOUNT)
	.case(TooLate, given(bid_on).then(later(WINDOW)).fails(Error::TooEarly))
	// By then the chain has done it, unless the buyer could not pay.
	.case(TooLate, then(later(WINDOW)).fails(Error::NotOpen))
	.case(
		TooLate,
		then(|| impoverish(&account(CUSTOMER)))
			.then(later(WINDOW - 1))
			.fails(TokenError::FundsUnavailable),
	)
	.case(
		TooLate,
		then(|| impoverish(&account(CUSTOMER)))
			.then(later(WINDOW))
			.fails(Error::TooLate),
	);
	of_the_suppliers_bid(of_the_buyers_money(row), |scenario, _| scenario.leaves(struck))
}

fn award_to_row() -> Row {
	let awards = |request| Call::<Runtime>::award_to {
		request,
		bidder: bidder(KEY),
	};
	let may = actor(CUSTOMER, Error::NotTheBuyer);
	let row = Row::new(name("award_to"), may, || bid_on_with(by_hand), || award_to(KEY))
		.on_an_open_request(awards)
		.case(Right, as_ever().leaves(ordered_by_award))
		.case(
			Right,
			given(|| {
				asked_by_robot(by_hand);
				act(KEY, bid(whole_price(), DELIVERY));
			})
			.by(ROBOT),
		)
		.case(Stranger, by(KEY).fails(Error::NotTheBuyer))
		.case(WrongState, given(bidding_over).fails(Error::NotByHand))
		.case(WrongState, calling(|| award_to(STRANGER)).fails(Error::UnknownBid))
		.case(WrongState, given(|| asked_with(by_hand)).fails(Error::UnknownBid))
		.case(
			WrongState,
			given(|| {
				asked_with(|wish| {
					sealed(wish);
					by_hand(wish);
				});
				act(KEY, seal(KEY, whole_price()));
				pass(WINDOW + 1);
				act(KEY, reveal(whole_price()));
			})
			.fails(Error::TooEarly),
		)
		.never(&AMOUNTS, NO_AMOUNT)
		.in_time(2 * WINDOW, Error::TooLate);
	of_the_suppliers_bid(of_the_buyers_money(row), Scenario::fails)
}

/// The award to the machine's private bid.
fn award_whispered(price: Balance, lead_time: u64, salt: Hash) -> Call<Runtime> {
	Call::award_private {
		request: request(),
		bidder: bidder(KEY),
		price,
		lead_time,
		salt,
	}
}

/// The machine has whispered a price that cannot be.
fn whispered_at(price: Balance) {
	asked_with(private);
	act(KEY, seal(KEY, price));
}

fn award_private() -> Row {
	let awards = |request| Call::<Runtime>::award_private {
		request,
		bidder: bidder(KEY),
		price: whole_price(),
		lead_time: DELIVERY,
		salt: SALT,
	};
	let says = |price: fn() -> Balance, lead_time, salt| calling(move || award_whispered(price(), lead_time, salt));
	let may = actor(CUSTOMER, Error::NotTheBuyer);
	let right = || award_whispered(whole_price(), DELIVERY, SALT);
	let row = Row::new(name("award_private"), may, whispered, right)
		.on_an_open_request(awards)
		.case(Right, as_ever().leaves(ordered_by_award))
		.case(
			Right,
			given(|| {
				asked_by_robot(private);
				act(KEY, seal(KEY, whole_price()));
			})
			.by(ROBOT),
		)
		.case(Stranger, by(KEY).fails(Error::NotTheBuyer))
		.case(WrongState, given(|| asked_with(private)).fails(Error::UnknownBid))
		.case(WrongState, given(bidding_over).fails(Error::NotByHand))
		.case(
			WrongState,
			says(whole_price, DELIVERY, Hash::zero()).fails(Error::RevealMismatch),
		)
		.case(
			WrongState,
			says(whole_price, DELIVERY + 1, SALT).fails(Error::RevealMismatch),
		)
		.case(Zero, says(|| 0, DELIVERY, SALT).fails(Error::RevealMismatch))
		.case(
			Zero,
			given(|| whispered_at(0))
				.calling(|| award_whispered(0, DELIVERY, SALT))
				.fails(Error::ZeroPrice),
		)
		.case(
			Zero,
			given(|| whispered_at(1))
				.calling(|| award_whispered(1, DELIVERY, SALT))
				.fails(EscrowError::ReleaseBelowMinimum),
		)
		.case(Maximum, says(|| MOST, DELIVERY, SALT).fails(Error::RevealMismatch))
		.case(
			Maximum,
			given(|| whispered_at(MOST))
				.calling(|| award_whispered(MOST, DELIVERY, SALT))
				.fails(Error::PriceTooHigh),
		)
		.never(&[Overflow], "its price is at most what the request would pay")
		.in_time(2 * WINDOW, Error::TooLate);
	of_the_suppliers_bid(of_the_buyers_money(row), Scenario::fails)
}
