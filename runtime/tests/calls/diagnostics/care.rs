//! Which machines are looked after, by whom, and by which rules.

use super::{name, Error, EscrowError, IN_NATIVE};
use crate::prelude::*;
use bpiiot_primitives::AssetKind;
use bpiiot_runtime::AccountId;
use pallet_diagnostics::{Action, Call, MetricId, RuleId, RuleTerms, WearLimit, WearLimits, WearModel, RULES};
use sp_runtime::{Permill, TokenError};

pub fn rows() -> Vec<Row> {
	vec![
		enrol_row(),
		discharge(),
		appoint_maintainer(),
		set_wear(),
		set_rule_row(),
		remove_rule(),
	]
}

fn enrol_row() -> Row {
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("enrol"), may, trading, || enrol(TICKETS))
		.case(Right, given(cared).calling(|| enrol(TICKETS + 1)))
		.case(Right, given(cared).calling(|| enrol(TICKETS - 1)))
		.case(WrongState, given(cared).idly())
		.case(
			WrongState,
			calling(|| Call::enrol {
				machine: NO_MACHINE,
				room: 1,
			})
			.fails(Error::NotTheOwner),
		)
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.with_a_frozen_machine_too()
		.case(Zero, calling(|| enrol(0)).fails(Error::RoomOutOfRange))
		.case(Maximum, calling(|| enrol(16)))
		.case(Maximum, calling(|| enrol(17)).fails(Error::RoomOutOfRange))
		.case(Maximum, calling(|| enrol(u32::MAX)).fails(Error::RoomOutOfRange))
		.never(&[Overflow], "so much room costs no more than a number")
		.never(&ASSETS, IN_NATIVE)
		// Whoever has bought it pays for it, and the seller has his deposit back.
		.case(
			OwnCounterparty,
			given(cared).then(|| sell(BUYER)).by(BUYER).leaves(|| {
				let care = pallet_diagnostics::Cares::<Runtime>::get(machine()).expect("it is looked after");
				assert_eq!(care.depositor, account(BUYER));
			}),
		)
		.of_whoever_owns_it()
		.case(
			FullList,
			given(|| {
				ticketed();
				act(OWNER, open_ticket(b"LEAK"));
			})
			.calling(|| enrol(1))
			.fails(Error::RoomOutOfRange),
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
		)
		.never(&[TooLate], NO_DEADLINE)
}

fn discharge() -> Row {
	let discharges = || Call::<Runtime>::discharge { machine: machine() };
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("discharge"), may, cared, discharges)
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.case(WrongState, given(trading).fails(Error::NotEnrolled))
		.case(WrongState, given(watched).fails(Error::InUse))
		.case(WrongState, given(ticketed).fails(Error::InUse))
		.with_a_frozen_machine_too()
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, IN_NATIVE)
		// Who has sold it gets his deposit out.
		.case(OwnCounterparty, then(|| sell(BUYER)))
		.case(OwnCounterparty, then(|| sell(BUYER)).by(BUYER))
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.never(&[TooLate], NO_DEADLINE)
}

fn appoint_maintainer() -> Row {
	let appoints = |who: Option<&'static str>| Call::<Runtime>::appoint_maintainer {
		machine: machine(),
		maintainer: who.map(account),
	};
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("appoint_maintainer"), may, cared, move || appoints(Some(CUSTOMER)))
		.case(
			Right,
			then(move || act(OWNER, appoints(Some(CUSTOMER)))).calling(move || appoints(None)),
		)
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.case(WrongState, given(trading).fails(Error::NotEnrolled))
		.case(WrongState, calling(move || appoints(None)).idly())
		.with_a_frozen_machine_too()
		.moves_no_money()
		.of_whoever_owns_it()
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[TooLate], NO_DEADLINE)
}

/// Counters of wear, by metric and limit.
fn counters(limits: &[(u16, u64)]) -> WearLimits {
	list(limits.iter().map(|(metric, limit)| WearLimit {
		metric: MetricId(*metric),
		model: WearModel::Limit(*limit),
	}))
}

fn set_wear() -> Row {
	let wears = |limits: &'static [(u16, u64)]| Call::<Runtime>::set_wear {
		machine: machine(),
		limits: counters(limits),
	};
	let of = move |limits| calling(move || wears(limits));
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("set_wear"), may, cared, move || wears(&[(1, 1_000)]))
		.case(Right, of(&[(1, 1), (2, 2), (3, 3), (4, 4)]))
		.case(
			Right,
			then(move || act(OWNER, wears(&[(1, 1_000)]))).calling(move || wears(&[])),
		)
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.case(WrongState, given(trading).fails(Error::NotEnrolled))
		.case(WrongState, of(&[(1, 1), (1, 2)]).fails(Error::BadWearLimit))
		.with_a_frozen_machine_too()
		.case(Zero, of(&[(1, 0)]).fails(Error::BadWearLimit))
		.case(Zero, of(&[]).idly())
		.case(Maximum, of(&[(u16::MAX, u64::MAX)]))
		.never(&[Overflow], "what is left is computed for whoever asks, and saturates")
		.never(&ASSETS, NAMES_NO_ASSET)
		.of_whoever_owns_it()
		.never(&[FullList], "more than four cannot be written down")
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.never(&[TooLate], NO_DEADLINE)
}

/// The rule that asks, of which something is different.
fn but(change: fn(&mut RuleTerms<AccountId>)) -> Call<Runtime> {
	let mut terms = mending_rule(Action::Quotes(Box::new(tender())));
	change(&mut terms);
	set_rule(terms)
}

/// The tender of a rule.
fn asks(terms: &mut RuleTerms<AccountId>) -> &mut pallet_diagnostics::Tender<AccountId> {
	match &mut terms.action {
		Action::Quotes(tender) => tender,
		Action::Ticket => panic!("it asks nobody"),
	}
}

fn set_rule_row() -> Row {
	let rule = |change: fn(&mut RuleTerms<AccountId>)| calling(move || but(change));
	let appointed = || {
		cared();
		let (machine, maintainer) = (machine(), Some(account(CUSTOMER)));
		act(OWNER, Call::appoint_maintainer { machine, maintainer });
	};
	let full = || {
		cared();
		for metric in 0..RULES as u16 {
			let mut terms = mending_rule(Action::Ticket);
			terms.trigger.metric = MetricId(100 + metric);
			act(OWNER, set_rule(terms));
		}
	};
	let malformed: [(fn(&mut RuleTerms<AccountId>), Error); 8] = [
		(|terms| terms.trigger.clear = 7_001, Error::ContradictoryBounds),
		(|terms| terms.fault = list([]), Error::NoFaultCode),
		(|terms| asks(terms).category = list([]), Error::BadTender),
		(|terms| asks(terms).area = list(*b"d"), Error::BadTender),
		(|terms| asks(terms).weights.price = Permill::one(), Error::BadWeights),
		(
			|terms| asks(terms).service.conditions.check.low = 4_501,
			Error::ContradictoryBounds,
		),
		(
			|terms| asks(terms).service.conditions.response_window = 3 * WINDOW,
			Error::WindowOutOfRange,
		),
		(
			|terms| {
				asks(terms).service.arbiter = Some(account(ARBITER));
				asks(terms).service.conditions.retention = Permill::zero();
			},
			Error::BadShares,
		),
	];
	let may = actor(OWNER, Error::NotTheOwner);
	let row = Row::new(name("set_rule"), may, cared, || set_rule(mending_rule(Action::Ticket)));
	malformed
		.into_iter()
		.fold(row, |row, (change, error)| {
			row.case(WrongState, rule(change).fails(error))
		})
		.case(Right, rule(|_| ()))
		// Who is paid for maintenance does not decide when it is bought.
		.case(Right, given(appointed).by(CUSTOMER))
		.case(
			Stranger,
			given(appointed)
				.calling(|| but(|_| ()))
				.by(CUSTOMER)
				.fails(Error::NotTheOwner),
		)
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.case(WrongState, given(trading).fails(Error::NotEnrolled))
		.case(WrongState, given(watched).fails(Error::SameRule))
		.case(
			WrongState,
			given(watched)
				.calling(|| {
					but(|terms| {
						terms.trigger.comparison = pallet_diagnostics::Comparison::Below;
						(terms.trigger.bound, terms.trigger.clear) = (5_000, 6_000);
					})
				})
				.fails(Error::ContradictoryBounds),
		)
		.with_a_frozen_machine_too()
		.case(
			Zero,
			rule(|terms| terms.trigger.reports = 0).fails(Error::CountOutOfRange),
		)
		.case(
			Zero,
			rule(|terms| asks(terms).service.price = 0).fails(Error::ZeroPrice),
		)
		.case(
			Zero,
			rule(|terms| asks(terms).service.conditions.check.readings = 0).fails(Error::CountOutOfRange),
		)
		.case(
			Zero,
			rule(|terms| asks(terms).bid_window = 0).fails(Error::WindowOutOfRange),
		)
		.case(Maximum, rule(|terms| asks(terms).service.price = MOST))
		.case(
			Maximum,
			rule(|terms| asks(terms).service.conditions.check.readings = 11).fails(Error::CountOutOfRange),
		)
		.case(
			Maximum,
			rule(|terms| asks(terms).award_window = u64::MAX).fails(Error::WindowOutOfRange),
		)
		.case(
			Maximum,
			rule(|terms| (terms.trigger.bound, terms.trigger.clear) = (i64::MAX, i64::MIN)),
		)
		.never(&[Overflow], "its windows are a year at most, and the price is a bid's")
		.case(
			UnlistedAsset,
			rule(|terms| asks(terms).service.asset = AssetKind::Asset(EUROS)).fails(EscrowError::AssetNotListed),
		)
		.case(FrozenAsset, then(freeze_asset).calling(|| but(|_| ())))
		.case(BlockedPayee, then(block_machine).calling(|| but(|_| ())))
		.of_whoever_owns_it()
		.case(FullList, given(full).fails(Error::TooManyRules))
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
		)
		.never(&[TooLate], NO_DEADLINE)
}

fn remove_rule() -> Row {
	let removes = |rule| Call::<Runtime>::remove_rule {
		machine: machine(),
		rule,
	};
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(name("remove_rule"), may, watched, move || removes(newest_rule()))
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.case(
			WrongState,
			given(trading)
				.calling(move || removes(RuleId(1)))
				.fails(Error::NotEnrolled),
		)
		.case(
			WrongState,
			calling(move || removes(RuleId(1))).fails(Error::UnknownRule),
		)
		.with_a_frozen_machine_too()
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, IN_NATIVE)
		// Who has set it may, and who has bought the machine.
		.case(OwnCounterparty, then(|| sell(BUYER)))
		.case(OwnCounterparty, then(|| sell(BUYER)).by(BUYER))
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.never(&[TooLate], NO_DEADLINE)
}
