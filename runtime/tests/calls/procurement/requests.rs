//! Asking for bids, and the ends of that but for an award.

use super::{
	called_off, limits, name, no_bid, not_awarded, Error, EscrowError, MachinesError, Slip, IN_NATIVE, NO_REQUEST,
};
use crate::{chain::pass, prelude::*};
use bpiiot_primitives::AssetKind;
use bpiiot_runtime::BPI;
use pallet_procurement::{Call, RequestState};
use sp_runtime::{Permill, TokenError};

pub fn rows() -> Vec<Row> {
	vec![raise_request(), cancel_request(), expire_request(), remove_request()]
}

/// What the customer asks for, of which something is different.
fn but(change: fn(&mut Wish)) -> Wish {
	let mut wish = wish();
	change(&mut wish);
	wish
}

fn raise_request() -> Row {
	let wish = |change: fn(&mut Wish)| calling(move || ask(but(change)));
	let malformed: [Slip<Wish>; 8] = [
		(|wish| wish.category = list([]), Error::BadItem),
		(|wish| wish.item = list([]), Error::BadItem),
		(|wish| wish.area = list(*b"d"), Error::BadArea),
		(|wish| wish.weights.price = Permill::one(), Error::BadWeights),
		(|wish| wish.weights.price = Permill::zero(), Error::BadWeights),
		(
			|wish| wish.weights.standing = Permill::from_parts(250_001),
			Error::BadWeights,
		),
		(
			|wish| {
				private(wish);
				wish.award = pallet_procurement::AwardRule::Best;
			},
			Error::PrivateIsByHand,
		),
		(|wish| wish.conditions.late_window = 0, Error::PenaltyWithoutDelay),
	];
	let none: [Slip<Wish>; 7] = [
		(|wish| wish.quantity = 0, Error::ZeroQuantity),
		(|wish| wish.max_price = 0, Error::ZeroPrice),
		(|wish| wish.max_lead_time = 0, Error::WindowOutOfRange),
		(|wish| wish.bid_window = 0, Error::WindowOutOfRange),
		(|wish| wish.award_window = 0, Error::WindowOutOfRange),
		(|wish| wish.conditions.parts = 0, Error::RoundsOutOfRange),
		(
			|wish| wish.bidding = pallet_procurement::Bidding::Sealed { reveal_window: 0 },
			Error::WindowOutOfRange,
		),
	];
	let most: [Slip<Wish>; 5] = [
		(|wish| wish.rounds = u8::MAX, Error::RoundsOutOfRange),
		(|wish| wish.conditions.parts = u8::MAX, Error::RoundsOutOfRange),
		(|wish| wish.bid_window = u64::MAX, Error::WindowOutOfRange),
		(|wish| wish.award_window = u64::MAX, Error::WindowOutOfRange),
		(|wish| wish.max_lead_time = u64::MAX, Error::WindowOutOfRange),
	];
	let (purchases, _) = limits();
	let row = Row::new(name("raise_request"), any_actor(CUSTOMER), trading, || {
		ask(crate::world::wish())
	});
	let row = malformed.into_iter().fold(row, |row, (change, error)| {
		row.case(WrongState, wish(change).fails(error))
	});
	let row = none
		.into_iter()
		.fold(row, |row, (change, error)| row.case(Zero, wish(change).fails(error)));
	let row = most
		.into_iter()
		.fold(row, |row, (change, error)| row.case(Maximum, wish(change).fails(error)));
	row.case(Right, wish(sealed))
		.case(Right, wish(private))
		.case(Right, then(trading_robot).by(ROBOT))
		.case(
			Zero,
			wish(|wish| wish.max_price = 1).fails(EscrowError::ReleaseBelowMinimum),
		)
		.case(Zero, wish(|wish| wish.rounds = 0))
		// Dear, but whoever bids says what it costs.
		.case(Maximum, wish(|wish| (wish.quantity, wish.max_price) = (u64::MAX, MOST)))
		.never(&[Overflow], "its windows are a year at most, and the price is a bid's")
		.case(
			UnlistedAsset,
			wish(|wish| wish.asset = AssetKind::Asset(EUROS)).fails(EscrowError::AssetNotListed),
		)
		.case(UnlistedAsset, then(delist).fails(EscrowError::AssetNotListed))
		// The price goes on hold at the award.
		.case(FrozenAsset, then(freeze_asset))
		.case(BlockedPayee, then(|| block(&account(CUSTOMER))))
		.never(
			&[OwnCounterparty],
			"who may bid, and judge, is asked when somebody does",
		)
		.case(
			FullList,
			then(move || (0..purchases).for_each(|_| act(CUSTOMER, ask(crate::world::wish()))))
				.fails(Error::TooManyPurchases),
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		// The fee is in the native token, whatever is paid in.
		.case(
			DepositUnaffordable,
			then(trading_robot)
				.then(|| {
					let (machine, policy) = (machine_of(ROBOT), Some(policy([AssetKind::Native], 1)));
					act(CUSTOMER, pallet_machines::Call::set_spending_policy { machine, policy });
				})
				.by(ROBOT)
				.fails(MachinesError::OverSpendingCap),
		)
		.case(
			DepositUnaffordable,
			then(trading_robot)
				.then(|| {
					let (machine, policy) = (machine_of(ROBOT), Some(policy([ASSET], BPI)));
					act(CUSTOMER, pallet_machines::Call::set_spending_policy { machine, policy });
				})
				.by(ROBOT)
				.fails(MachinesError::AssetNotAllowed),
		)
		.never(&[TooLate], NO_DEADLINE)
}

fn cancel_request() -> Row {
	let cancels = |request| Call::<Runtime>::cancel_request { request };
	let may = actor(CUSTOMER, Error::NotTheBuyer);
	Row::new(name("cancel_request"), may, bid_on, move || cancels(request()))
		.on_an_open_request(cancels)
		.case(Right, given(asked))
		.case(Right, given(sealed_for))
		.case(Right, given(whispered))
		.case(Right, given(|| asked_by_robot(|_| ())))
		.case(Right, given(|| asked_by_robot(|_| ())).by(ROBOT))
		.case(Stranger, by(KEY).fails(Error::NotTheBuyer))
		.with_a_frozen_machine_too()
		.never(&AMOUNTS, NO_AMOUNT)
		.asks_no_asset()
		.case(OwnCounterparty, then(|| sell(CUSTOMER)))
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		// Who has let others bid by a rule keeps to it.
		.in_time(WINDOW, Error::TooLate)
		.case(TooLate, given(|| bid_on_with(by_hand)).then(later(2 * WINDOW)))
}

fn expire_request() -> Row {
	let expires = |request| Call::<Runtime>::expire_request { request };
	let over = || {
		asked();
		pass(WINDOW + 1);
	};
	Row::new(name("expire_request"), anybody(STRANGER), over, move || {
		expires(request())
	})
	.on_an_open_request(expires)
	.case(
		Right,
		as_ever().leaves(|| assert_eq!(request_state(), RequestState::NoBid)),
	)
	.case(WrongState, given(bid_on).fails(Error::NotExpired))
	.case(WrongState, given(bidding_over).fails(Error::NotExpired))
	.case(
		WrongState,
		then(|| root_acts(pallet_escrow::Call::pause {})).fails(EscrowError::AgreementsPaused),
	)
	.with_a_frozen_machine_too()
	.never(&AMOUNTS, NO_AMOUNT)
	.asks_no_asset()
	.never(&[OwnCounterparty], ONE_PARTY)
	.never(&[FullList], FILLS_NO_LIST)
	.never(&[DepositUnaffordable], TAKES_NOTHING)
	.case(TooLate, given(asked).then(later(WINDOW)).fails(Error::NotExpired))
	.case(
		TooLate,
		given(|| bid_on_with(by_hand))
			.then(later(2 * WINDOW))
			.fails(Error::NotExpired),
	)
	.case(
		TooLate,
		given(|| bid_on_with(by_hand))
			.then(later(2 * WINDOW + 1))
			.leaves(|| assert_eq!(request_state(), RequestState::NotAwarded)),
	)
}

fn remove_request() -> Row {
	let removes = |request| Call::<Runtime>::remove_request { request };
	let may = actor(CUSTOMER, Error::NotTheBuyer);
	Row::new(name("remove_request"), may, called_off, move || removes(request()))
		.case(Right, given(awarded))
		.case(Right, given(no_bid))
		.case(Right, given(not_awarded))
		.case(Stranger, by(KEY).fails(Error::NotTheBuyer))
		.case(
			WrongState,
			calling(move || removes(NO_REQUEST)).fails(Error::UnknownRequest),
		)
		.case(WrongState, given(asked).fails(Error::StillOpen))
		.case(WrongState, given(bid_on).fails(Error::StillOpen))
		.case(
			WrongState,
			given(sealed_for)
				.then(|| {
					let request = request();
					act(CUSTOMER, Call::cancel_request { request });
				})
				.fails(Error::SealedBidsLeft),
		)
		.with_a_frozen_machine_too()
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, IN_NATIVE)
		.case(OwnCounterparty, then(|| sell(CUSTOMER)))
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.at_any_time(DELIVERY)
}
