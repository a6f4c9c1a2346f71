//! What maintainers offer, and how a ticket is assigned.

use super::{name, Error, EscrowError, MachinesError, IN_NATIVE, NO_TICKET};
use crate::{chain::pass, prelude::*, table::Scenario};
use bpiiot_primitives::AssetKind;
use bpiiot_runtime::BPI;
use pallet_diagnostics::{Call, OfferId, OrderState, OFFERS};
use sp_runtime::{ArithmeticError, Permill, TokenError};

pub fn rows() -> Vec<Row> {
	vec![offer_service_row(), withdraw_offer(), accept_offer_row(), assign_row()]
}

/// The terms, of which something is different.
fn but(change: fn(&mut Service)) -> Service {
	let mut service = service();
	change(&mut service);
	service
}

/// What is wrong with terms, whoever makes them.
fn of_terms(row: Row, call: fn(Service) -> Call<Runtime>) -> Row {
	let terms = move |change: fn(&mut Service)| calling(move || call(but(change)));
	row.case(
		WrongState,
		terms(|terms| terms.conditions.check.low = 4_501).fails(Error::ContradictoryBounds),
	)
	.case(
		WrongState,
		terms(|terms| terms.conditions.response_window = WORK + 1).fails(Error::WindowOutOfRange),
	)
	.case(
		WrongState,
		terms(|terms| {
			terms.arbiter = Some(account(ARBITER));
			terms.conditions.retention = Permill::zero();
		})
		.fails(Error::BadShares),
	)
	.case(Right, terms(|terms| terms.arbiter = Some(account(ARBITER))))
	.case(Zero, terms(|terms| terms.price = 0).fails(Error::ZeroPrice))
	.case(
		Zero,
		terms(|terms| terms.conditions.verify_window = 0).fails(Error::WindowOutOfRange),
	)
	.case(
		Zero,
		terms(|terms| terms.conditions.check.readings = 0).fails(Error::CountOutOfRange),
	)
	.case(
		Zero,
		terms(|terms| terms.price = 1).fails(EscrowError::ReleaseBelowMinimum),
	)
	.case(
		Maximum,
		terms(|terms| terms.conditions.work_window = u64::MAX).fails(Error::WindowOutOfRange),
	)
	.case(
		Maximum,
		terms(|terms| terms.conditions.check.readings = 11).fails(Error::CountOutOfRange),
	)
	.case(
		UnlistedAsset,
		terms(|terms| terms.asset = AssetKind::Asset(EUROS)).fails(EscrowError::AssetNotListed),
	)
	.case(UnlistedAsset, then(delist).fails(EscrowError::AssetNotListed))
}

/// The ticket has as many offers as it keeps, all at the same price.
fn crowded() {
	ticketed();
	for nth in 0..OFFERS {
		let name = one_of_many(nth);
		act(&name, offer_service(service()));
	}
}

fn offer_service_row() -> Row {
	let may = MayCall {
		stranger: Outcome::Done,
		..actor(CUSTOMER, Error::OwnMachine)
	};
	let row = Row::new(name("offer_service"), may, ticketed, || offer_service(service()))
		.case(Right, then(trading_robot).by(ROBOT))
		.case(Right, given(mending_offered))
		.case(
			WrongState,
			calling(|| Call::offer_service {
				ticket: NO_TICKET,
				terms: service(),
				valid_for: WINDOW,
			})
			.fails(Error::UnknownTicket),
		)
		.case(WrongState, given(closed).fails(Error::NotOpen))
		.case(WrongState, given(|| repaired(Repair::Begun)).fails(Error::NotOpen))
		.with_a_frozen_machine_too()
		.case(
			Zero,
			calling(|| Call::offer_service {
				ticket: ticket(),
				terms: service(),
				valid_for: 0,
			})
			.fails(Error::WindowOutOfRange),
		)
		// Dear, but whoever accepts it says whether it is paid.
		.case(Maximum, calling(|| offer_service(but(|terms| terms.price = MOST))))
		.never(&[Overflow], "price and bonus are added when it is accepted")
		// Nothing of the price is moved.
		.case(FrozenAsset, then(freeze_asset))
		.case(BlockedPayee, then(|| block(&account(CUSTOMER))))
		.case(OwnCounterparty, by(OWNER).fails(Error::OwnMachine))
		.case(OwnCounterparty, by(KEY).fails(Error::OwnMachine))
		.case(OwnCounterparty, then(|| sell(CUSTOMER)).fails(Error::OwnMachine))
		.case(
			OwnCounterparty,
			calling(|| offer_service(but(|terms| terms.arbiter = Some(account(CUSTOMER)))))
				.fails(Error::ArbiterMaintains),
		)
		.case(FullList, given(crowded).fails(Error::ListFull))
		// A cheaper one takes the place of the dearest.
		.case(
			FullList,
			given(crowded).calling(|| offer_service(but(|terms| terms.price -= 1))),
		)
		.case(FullList, given(crowded).then(later(WINDOW + 1)))
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
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
		.never(&[TooLate], NO_DEADLINE);
	of_terms(row, offer_service)
}

fn withdraw_offer() -> Row {
	let withdraws = |offer| Call::<Runtime>::withdraw_offer {
		ticket: ticket(),
		offer,
	};
	let by_robot = || {
		ticketed();
		trading_robot();
		act(ROBOT, offer_service(service()));
	};
	let may = actor(CUSTOMER, Error::NotYours);
	Row::new(name("withdraw_offer"), may, mending_offered, move || {
		withdraws(mending_offer())
	})
	.case(Right, given(by_robot))
	.case(Right, given(by_robot).by(ROBOT))
	.case(Stranger, by(OWNER).fails(Error::NotYours))
	.case(
		WrongState,
		calling(|| Call::withdraw_offer {
			ticket: NO_TICKET,
			offer: OfferId(1),
		})
		.fails(Error::UnknownTicket),
	)
	.case(
		WrongState,
		calling(move || withdraws(OfferId(1))).fails(Error::UnknownOffer),
	)
	.with_a_frozen_machine_too()
	.never(&AMOUNTS, NO_AMOUNT)
	.never(&ASSETS, IN_NATIVE)
	.case(OwnCounterparty, then(|| sell(CUSTOMER)))
	.never(&[FullList], FILLS_NO_LIST)
	.never(&[DepositUnaffordable], TAKES_NOTHING)
	.at_any_time(WINDOW)
}

/// What can keep the machine from paying.
fn of_the_machines_money(row: Row) -> Row {
	row.case(UnlistedAsset, then(unrate).fails(EscrowError::NoRate))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		.case(BlockedPayee, then(block_machine).fails(TokenError::FundsUnavailable))
		.case(
			DepositUnaffordable,
			then(|| impoverish(&machine().account())).fails(TokenError::FundsUnavailable),
		)
		.case(
			DepositUnaffordable,
			then(|| allow(whole_price())).fails(MachinesError::OverSpendingCap),
		)
		.case(
			DepositUnaffordable,
			then(|| {
				let (machine, policy) = (machine(), None);
				act(OWNER, pallet_machines::Call::set_spending_policy { machine, policy });
			})
			.fails(MachinesError::PurposeNotAllowed),
		)
}

/// Before an arbiter.
fn judged() -> Scenario {
	given(|| mending_offered_with(|terms| terms.arbiter = Some(account(ARBITER))))
}

fn accept_offer_row() -> Row {
	let accepts = |offer| Call::<Runtime>::accept_offer {
		ticket: ticket(),
		offer,
	};
	let may = actor(OWNER, Error::NotTheOwner);
	let row = Row::new(name("accept_offer"), may, mending_offered, accept_offer)
		.of_the_machines_side()
		.case(
			Right,
			as_ever().leaves(|| assert_eq!(repair_record().state, OrderState::Assigned)),
		)
		.case(Right, judged())
		.case(
			WrongState,
			calling(|| Call::accept_offer {
				ticket: NO_TICKET,
				offer: OfferId(1),
			})
			.fails(Error::UnknownTicket),
		)
		.case(
			WrongState,
			calling(move || accepts(OfferId(1))).fails(Error::UnknownOffer),
		)
		.case(
			WrongState,
			then(|| act(OWNER, ask_for_quotes())).fails(Error::RequestOpen),
		)
		.case(
			WrongState,
			given(|| repaired(Repair::Begun))
				.calling(move || accepts(OfferId(1)))
				.fails(Error::NotOpen),
		)
		.case(
			WrongState,
			judged()
				.then(|| act(ARBITER, pallet_escrow::Call::retire_arbiter {}))
				.fails(EscrowError::UnknownArbiter),
		)
		.with_a_frozen_machine_too()
		.never(&[Zero], "terms without a price are not offered")
		.case(
			Maximum,
			given(|| mending_offered_with(|terms| terms.price = MOST / 4)).fails(MachinesError::OverSpendingCap),
		)
		.case(
			Overflow,
			given(|| mending_offered_with(|terms| terms.price = MOST)).fails(ArithmeticError::Overflow),
		)
		.case(UnlistedAsset, then(delist).fails(EscrowError::AssetNotListed))
		.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER)).by(CUSTOMER).fails(Error::OwnMachine),
		)
		.case(
			OwnCounterparty,
			judged()
				.then(|| sell(ARBITER))
				.by(ARBITER)
				.fails(EscrowError::ArbiterIsParty),
		)
		.case(
			OwnCounterparty,
			then(|| {
				root_acts(accredit(CUSTOMER));
				act(CUSTOMER, certify(2));
			})
			.fails(Error::MaintainerCalibrates),
		)
		.of_whoever_owns_it_now()
		.never(&[FullList], FILLS_NO_LIST)
		// The maintainer cannot put up what he has offered to.
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(CUSTOMER))).fails(Error::NoBond),
		)
		.in_time(WINDOW, Error::OfferLapsed);
	of_the_machines_money(row)
}

fn assign_row() -> Row {
	let may = actor(OWNER, Error::NotTheOwner);
	let row = Row::new(name("assign"), may, ticketed, || assign(service()))
		.of_the_machines_side()
		.case(
			Right,
			as_ever().leaves(|| assert_eq!(repair_record().state, OrderState::Proposed)),
		)
		.case(
			WrongState,
			calling(|| Call::assign {
				ticket: NO_TICKET,
				maintainer: account(CUSTOMER),
				terms: service(),
			})
			.fails(Error::UnknownTicket),
		)
		.case(WrongState, given(closed).fails(Error::NotOpen))
		.case(WrongState, given(|| repaired(Repair::Declared)).fails(Error::NotOpen))
		.case(WrongState, given(quotes_asked).fails(Error::RequestOpen))
		.with_a_frozen_machine_too()
		.case(
			Maximum,
			calling(|| assign(but(|terms| terms.price = MOST / 4))).fails(MachinesError::OverSpendingCap),
		)
		.case(
			Overflow,
			calling(|| assign(but(|terms| terms.price = MOST))).fails(ArithmeticError::Overflow),
		)
		.case(
			OwnCounterparty,
			calling(|| Call::assign {
				ticket: ticket(),
				maintainer: account(OWNER),
				terms: service(),
			})
			.fails(Error::OwnMachine),
		)
		.case(
			OwnCounterparty,
			calling(|| Call::assign {
				ticket: ticket(),
				maintainer: machine().account(),
				terms: service(),
			})
			.fails(Error::OwnMachine),
		)
		.of_whoever_owns_it_now()
		.never(&[FullList], "a ticket is assigned once")
		.case(
			TooLate,
			given(quotes_asked).then(|| {
				pass(WINDOW + 1);
				pass(1);
			}),
		);
	of_terms(of_the_machines_money(row), assign)
}

impl Row {
	/// A call of the machine's owner, who may change; its policy is the new one's to give.
	fn of_whoever_owns_it_now(self) -> Self {
		let sold = || {
			sell(BUYER);
			let (machine, policy) = (machine(), Some(policy([AssetKind::Native, ASSET], 100 * BPI)));
			act(BUYER, pallet_machines::Call::set_spending_policy { machine, policy });
		};
		self.case(OwnCounterparty, then(sold).by(BUYER))
			.case(OwnCounterparty, then(|| sell(BUYER)).fails(Error::NotTheOwner))
	}
}
