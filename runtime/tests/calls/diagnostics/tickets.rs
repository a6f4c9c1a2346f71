//! Tickets by hand, and asking for quotes.

use super::{name, Error, EscrowError, MachinesError, IN_NATIVE, NO_TICKET};
use crate::{chain::pass, prelude::*};
use bpiiot_primitives::AssetKind;
use bpiiot_runtime::{AccountId, Balance, Balances, BPI};
use frame_support::traits::fungible::InspectHold;
use pallet_diagnostics::{Call, Tender, TicketState};
use sp_runtime::{Permill, TokenError};

pub fn rows() -> Vec<Row> {
	vec![open_ticket_row(), close_ticket(), remove_ticket(), request_quotes()]
}

fn open_ticket_row() -> Row {
	let appointed = || {
		cared();
		let (machine, maintainer) = (machine(), Some(account(CUSTOMER)));
		act(OWNER, Call::appoint_maintainer { machine, maintainer });
	};
	let full = || {
		ticketed();
		act(OWNER, open_ticket(b"LEAK"));
	};
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("open_ticket"), may, cared, || open_ticket(b"SPINDLE-VIB"))
		.of_the_machines_side()
		.case(Right, given(appointed).by(CUSTOMER))
		.case(
			Stranger,
			given(appointed)
				.then(|| sell(BUYER))
				.by(CUSTOMER)
				.fails(Error::NotTheOwner),
		)
		.case(WrongState, given(trading).fails(Error::NotEnrolled))
		.case(WrongState, given(ticketed).fails(Error::AlreadyOpen))
		.case(WrongState, calling(|| open_ticket(b"")).fails(Error::NoFaultCode))
		.with_a_frozen_machine_too()
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, "there is room for it, which was paid in advance")
		.of_whoever_owns_it()
		.case(
			FullList,
			given(full)
				.calling(|| open_ticket(b"NOISE"))
				.fails(Error::TooManyTickets),
		)
		// A closed one makes room.
		.case(
			FullList,
			given(|| {
				closed();
				act(OWNER, open_ticket(b"LEAK"));
			})
			.calling(|| open_ticket(b"NOISE")),
		)
		.never(&[DepositUnaffordable], "room for it was paid in advance")
		.never(&[TooLate], NO_DEADLINE)
}

fn close_ticket() -> Row {
	let closes = |ticket| Call::<Runtime>::close_ticket { ticket };
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("close_ticket"), may, ticketed, move || closes(ticket()))
		.of_the_machines_side()
		.case(Right, given(mending_offered))
		.case(
			WrongState,
			calling(move || closes(NO_TICKET)).fails(Error::UnknownTicket),
		)
		.case(WrongState, given(closed).fails(Error::NotOpen))
		.case(WrongState, given(|| repaired(Repair::Named)).fails(Error::NotOpen))
		.case(WrongState, given(|| repaired(Repair::Verified)).fails(Error::NotOpen))
		.case(WrongState, given(quotes_asked).fails(Error::RequestOpen))
		.with_a_frozen_machine_too()
		.moves_no_money()
		.of_whoever_owns_it()
		.never(&[FullList], FILLS_NO_LIST)
		// When nobody has bid, it may.
		.case(
			TooLate,
			given(quotes_asked).then(later(WINDOW)).fails(Error::RequestOpen),
		)
		.case(
			TooLate,
			given(quotes_asked).then(|| {
				pass(WINDOW + 1);
				pass(1);
			}),
		)
}

/// What the customer has on hold for his offers.
fn on_hold_for_offers() -> Balance {
	let reason = pallet_diagnostics::HoldReason::Offer.into();
	Balances::balance_on_hold(&reason, &account(CUSTOMER))
}

fn remove_ticket() -> Row {
	let removes = |ticket| Call::<Runtime>::remove_ticket { ticket };
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("remove_ticket"), may, closed, move || removes(ticket()))
		.of_the_machines_side()
		.case(
			Right,
			given(|| {
				mending_offered();
				let ticket = ticket();
				act(OWNER, Call::close_ticket { ticket });
			})
			.leaves(|| assert_eq!(on_hold_for_offers(), 0)),
		)
		.case(Right, given(|| repaired(Repair::Done)))
		.case(
			WrongState,
			calling(move || removes(NO_TICKET)).fails(Error::UnknownTicket),
		)
		.case(WrongState, given(ticketed).fails(Error::StillOpen))
		.case(WrongState, given(|| repaired(Repair::Begun)).fails(Error::StillOpen))
		.with_a_frozen_machine_too()
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, IN_NATIVE)
		.of_whoever_owns_it()
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.never(&[TooLate], NO_DEADLINE)
}

/// The request for quotes, of which something is different.
fn but(change: fn(&mut Tender<AccountId>)) -> Call<Runtime> {
	let (ticket, mut tender) = (ticket(), tender());
	change(&mut tender);
	Call::request_quotes { ticket, tender }
}

fn request_quotes() -> Row {
	let asks = |change: fn(&mut Tender<AccountId>)| calling(move || but(change));
	let malformed: [(fn(&mut Tender<AccountId>), Error); 6] = [
		(|tender| tender.category = list([]), Error::BadTender),
		(|tender| tender.area = list(*b"DEU"), Error::BadTender),
		(|tender| tender.weights.response = Permill::zero(), Error::BadWeights),
		(
			|tender| tender.service.conditions.check.low = 4_501,
			Error::ContradictoryBounds,
		),
		(
			|tender| tender.service.conditions.bonus_window = 3 * WINDOW,
			Error::WindowOutOfRange,
		),
		(
			|tender| {
				tender.service.arbiter = Some(account(ARBITER));
				tender.service.conditions.late_penalty = Permill::one();
			},
			Error::BadShares,
		),
	];
	let busy = || {
		ticketed();
		let most = <<Runtime as pallet_procurement::Config>::MaxPurchases as frame_support::traits::Get<u32>>::get();
		(0..most).for_each(|_| act(KEY, ask(wish())));
	};
	let may = actor(OWNER, Error::NotTheOwner);
	let row = Row::new(name("request_quotes"), may, ticketed, ask_for_quotes);
	malformed
		.into_iter()
		.fold(row, |row, (change, error)| {
			row.case(WrongState, asks(change).fails(error))
		})
		.of_the_machines_side()
		.case(
			Right,
			as_ever().leaves(|| assert_eq!(request_record().ticket, Some(ticket()))),
		)
		.case(
			WrongState,
			calling(|| Call::request_quotes {
				ticket: NO_TICKET,
				tender: tender(),
			})
			.fails(Error::UnknownTicket),
		)
		.case(WrongState, given(closed).fails(Error::NotOpen))
		.case(WrongState, given(|| repaired(Repair::Assigned)).fails(Error::NotOpen))
		.case(WrongState, given(quotes_asked).fails(Error::RequestOpen))
		// The machine pays, and its policy decides, whoever asks.
		.case(
			DepositUnaffordable,
			then(|| {
				let (machine, policy) = (machine(), Some(policy([AssetKind::Native], 1)));
				act(OWNER, pallet_machines::Call::set_spending_policy { machine, policy });
			})
			.fails(MachinesError::OverSpendingCap),
		)
		.case(
			DepositUnaffordable,
			then(|| {
				let (machine, policy) = (machine(), Some(policy([ASSET], BPI)));
				act(OWNER, pallet_machines::Call::set_spending_policy { machine, policy });
			})
			.fails(MachinesError::AssetNotAllowed),
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&machine().account())).fails(TokenError::FundsUnavailable),
		)
		.with_a_frozen_machine_too()
		.case(Zero, asks(|tender| tender.service.price = 0).fails(Error::ZeroPrice))
		.case(
			Zero,
			asks(|tender| tender.service.price = 1).fails(EscrowError::ReleaseBelowMinimum),
		)
		.case(
			Zero,
			asks(|tender| tender.bid_window = 0).fails(Error::WindowOutOfRange),
		)
		.case(Maximum, asks(|tender| tender.service.price = MOST))
		.case(
			Maximum,
			asks(|tender| tender.award_window = u64::MAX).fails(Error::WindowOutOfRange),
		)
		.never(&[Overflow], "its windows are a year at most, and the price is a bid's")
		.case(
			UnlistedAsset,
			asks(|tender| tender.service.asset = AssetKind::Asset(EUROS)).fails(EscrowError::AssetNotListed),
		)
		.case(FrozenAsset, then(freeze_asset))
		.case(BlockedPayee, then(block_machine))
		.of_whoever_owns_it()
		.case(
			FullList,
			given(busy).fails(pallet_procurement::Error::<Runtime>::TooManyPurchases),
		)
		.case(
			TooLate,
			given(quotes_asked)
				.then(|| {
					pass(WINDOW + 1);
					pass(1);
				})
				.leaves(|| assert_eq!(ticket_state(), TicketState::Open)),
		)
}
