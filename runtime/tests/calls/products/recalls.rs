//! Recalls, what makers say of them, and what is judged.

use super::{name, no_making, no_recall, Error, IN_NATIVE};
use crate::prelude::*;
use bpiiot_primitives::AgreementClock;
use bpiiot_runtime::{Escrow, Hash};
use frame_support::traits::Get;
use pallet_products::{Call, MakingId, Outcome as End, RecallId, Scope};
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![
		recall_row(),
		narrow(),
		lift_row(),
		confirm(),
		contest_row(),
		judge_row(),
		settle_contest(),
		spread_row(),
		close_recall(),
	]
}

type MachinesError = pallet_machines::Error<Runtime>;

/// The customer has contested a recall almost so long ago that nobody judges it any more: there is a minute left.
fn judged_soon() {
	disputed_recall();
	let until = <Escrow as AgreementClock>::now() + WINDOW;
	pallet_products::Recalls::<Runtime>::mutate_extant(recall(), |recall| recall.judge_until = Some(until));
	pallet_products::Contests::<Runtime>::mutate(recall(), making(), |contest| {
		if let Some(contest) = contest {
			contest.until = until;
		}
	});
}

/// What has become of the newest recall.
fn end() -> Option<End> {
	pallet_products::Recalls::<Runtime>::get(recall()).map(|recall| recall.outcome)
}

fn recall_row() -> Row {
	let of = |scope: fn() -> Scope| {
		calling(move || Call::<Runtime>::recall {
			scope: scope(),
			reason: Hash::repeat_byte(5),
		})
	};
	let on_machine = |machine, from, until| Scope::Machine {
		machine,
		from,
		until,
		example: making(),
	};
	let most: u32 = <Runtime as pallet_products::Config>::MaxRecalls::get();
	let may = actor(OWNER, Error::NotYoursToRecall);
	Row::new(name("recall"), may, sold_on, || recall_thing(steel_lot()))
		.case(Right, of(|| Scope::Thing(ten_parts())))
		.case(Right, of(|| Scope::Thing(item_of(part(), "12"))))
		// What he has made of it himself.
		.case(
			Right,
			of(|| Scope::Component {
				thing: steel_lot(),
				example: making(),
			})
			.by(CUSTOMER),
		)
		.case(
			Right,
			given(made).calling(move || Call::recall {
				scope: on_machine(machine(), 0, now()),
				reason: Hash::repeat_byte(5),
			}),
		)
		.case(Stranger, by(CUSTOMER).fails(Error::NotYoursToRecall))
		.case(
			Stranger,
			of(|| Scope::Component {
				thing: steel_lot(),
				example: making(),
			})
			.fails(Error::NotYoursToRecall),
		)
		// The machine's policy does not let it pay for one.
		.case(Stranger, by(KEY).fails(MachinesError::PurposeNotAllowed))
		.with_a_frozen_machine_too()
		.case(
			WrongState,
			of(|| Scope::Thing(item_of(part(), "B"))).fails(Error::UnknownThing),
		)
		.case(WrongState, of(|| Scope::Thing(unit_thing(1))).fails(Error::NotAProduct))
		.case(
			WrongState,
			of(|| Scope::Component {
				thing: steel_lot(),
				example: no_making(),
			})
			.fails(Error::UnknownMaking),
		)
		.case(WrongState, given(recalled).fails(Error::AlreadyRecalled))
		.never(
			&[Zero, Maximum],
			"a recall has no amount, and a time is as long as it is",
		)
		.case(
			Overflow,
			given(made).calling(move || Call::recall {
				scope: on_machine(machine(), 0, u64::MAX),
				reason: Hash::repeat_byte(5),
			}),
		)
		.never(&ASSETS, IN_NATIVE)
		.case(
			OwnCounterparty,
			given(made).calling(|| recall_thing(item_of(part(), "M"))),
		)
		.case(
			FullList,
			given(|| {
				prefixed();
				act(OWNER, set_space(of_owner(), 200));
			})
			.then(move || {
				for nth in 0..=most {
					act(OWNER, register_one(part(), &format!("R{nth}")));
				}
				for nth in 0..most {
					act(OWNER, recall_thing(item_of(part(), &format!("R{nth}"))));
				}
			})
			.calling(move || recall_thing(item_of(part(), &format!("R{most}"))))
			.fails(Error::TooManyRecalls),
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
		)
		.case(
			TooLate,
			given(made)
				.calling(move || Call::recall {
					scope: on_machine(machine(), 1, 0),
					reason: Hash::repeat_byte(5),
				})
				.fails(Error::BadTime),
		)
}

fn narrow() -> Row {
	fn narrows(
		recall: RecallId,
		window: Option<(u64, u64)>,
		exceptions: impl IntoIterator<Item = MakingId>,
	) -> Call<Runtime> {
		let exceptions = list(exceptions);
		Call::narrow {
			recall,
			window,
			exceptions,
		}
	}
	let right = || narrows(recall(), None, [making()]);
	let on_machine = || {
		made();
		act(
			OWNER,
			Call::recall {
				scope: Scope::Machine {
					machine: machine(),
					from: 10,
					until: 100,
					example: making(),
				},
				reason: Hash::repeat_byte(5),
			},
		);
	};
	let window = move |from, until| given(on_machine).calling(move || narrows(recall(), Some((from, until)), []));
	let may = actor(OWNER, Error::NotTheIssuer);
	Row::new(name("narrow"), may, affected, right)
		.case(Right, window(11, 99))
		.case(Stranger, by(CUSTOMER).fails(Error::NotTheIssuer))
		.case(Stranger, by(KEY).fails(Error::NotTheIssuer))
		.with_a_frozen_machine_too()
		.case(
			WrongState,
			calling(|| narrows(no_recall(), None, [making()])).fails(Error::UnknownRecall),
		)
		.case(WrongState, then(|| act(OWNER, lift())).fails(Error::NotOpen))
		.case(WrongState, given(disputed_recall).fails(Error::ContestsOpen))
		.case(
			WrongState,
			calling(|| narrows(recall(), Some((0, 1)), [])).fails(Error::NotNarrower),
		)
		.case(WrongState, window(9, 100).fails(Error::NotNarrower))
		.case(WrongState, window(10, 101).fails(Error::NotNarrower))
		.case(WrongState, window(10, 100).fails(Error::NotNarrower))
		.case(Zero, calling(|| narrows(recall(), None, [])).fails(Error::NotNarrower))
		.case(Maximum, window(u64::MAX, u64::MAX).fails(Error::NotNarrower))
		.never(&[Overflow], SUMS_NOTHING)
		.never(&ASSETS, IN_NATIVE)
		.never(&[OwnCounterparty], ONE_PARTY)
		.case(
			FullList,
			calling(|| narrows(recall(), None, (0..16u64).map(MakingId::from))),
		)
		.case(
			FullList,
			then(|| act(OWNER, narrows(recall(), None, (0..16u64).map(MakingId::from))))
				.fails(Error::TooManyExceptions),
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
		)
		.never(&[TooLate], NO_DEADLINE)
}

fn lift_row() -> Row {
	let may = actor(OWNER, Error::NotTheIssuer);
	Row::new(name("lift"), may, affected, lift)
		.case(Right, given(recalled).leaves(|| assert_eq!(end(), Some(End::Lifted))))
		.case(Right, given(disputed_recall))
		.case(Stranger, by(CUSTOMER).fails(Error::NotTheIssuer))
		.case(Stranger, by(KEY).fails(Error::NotTheIssuer))
		.with_a_frozen_machine_too()
		.case(
			WrongState,
			calling(|| Call::lift { recall: no_recall() }).fails(Error::UnknownRecall),
		)
		.case(WrongState, then(|| act(OWNER, lift())).fails(Error::NotOpen))
		.case(WrongState, given(|| judged(false)).fails(Error::NotOpen))
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, IN_NATIVE)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.plain()
}

/// What is alike when a maker confirms and when he contests.
fn of_makers(row: Row, call: fn(RecallId, MakingId) -> Call<Runtime>) -> Row {
	row.case(Stranger, by(OWNER).fails(Error::NotTheMaker))
		// It is a word, and no work: no machine gives it.
		.case(Stranger, then(|| robot(MOST)).by(ROBOT).fails(Error::NotTheMaker))
		.with_a_frozen_machine_too()
		.case(
			WrongState,
			calling(move || call(no_recall(), making())).fails(Error::NotAffected),
		)
		.case(
			WrongState,
			calling(move || call(recall(), no_making())).fails(Error::NotAffected),
		)
		.case(WrongState, given(recalled).fails(Error::NotAffected))
		.case(WrongState, then(|| act(OWNER, lift())).fails(Error::NotOpen))
		.case(
			WrongState,
			then(move || act(CUSTOMER, call(recall(), making()))).fails(Error::AlreadySaid),
		)
		.never(&AMOUNTS, NO_AMOUNT)
		.never(
			&[OwnCounterparty],
			"what the issuer has made himself is recalled from the start",
		)
		.never(&[FullList], FILLS_NO_LIST)
		.at_any_time(WINDOW)
}

fn confirm() -> Row {
	fn confirms(recall: RecallId, making: MakingId) -> Call<Runtime> {
		Call::confirm { recall, making }
	}
	let may = actor(CUSTOMER, Error::NotTheMaker);
	let row = Row::new(name("confirm"), may, affected, || confirms(recall(), making()))
		.case(WrongState, given(disputed_recall).fails(Error::AlreadySaid))
		.never(&ASSETS, NAMES_NO_ASSET)
		.never(&[DepositUnaffordable], TAKES_NOTHING);
	of_makers(row, confirms)
}

fn contest_row() -> Row {
	fn contests(recall: RecallId, making: MakingId) -> Call<Runtime> {
		let evidence = Hash::repeat_byte(6);
		Call::contest {
			recall,
			making,
			evidence,
		}
	}
	let may = actor(CUSTOMER, Error::NotTheMaker);
	let row = Row::new(name("contest"), may, affected, contest)
		// Another making of his, once the recall was judged to be right.
		.case(
			WrongState,
			given(|| {
				disputed_recall();
				root_acts(judge(true));
				act(
					CUSTOMER,
					make([input(steel_lot(), PIECE)], [output(engine(), "F")], None),
				);
			})
			.fails(Error::AlreadyJudged),
		)
		.never(&ASSETS, IN_NATIVE)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		);
	of_makers(row, contests)
}

fn judge_row() -> Row {
	Row::new(name("judge"), root(), disputed_recall, || judge(false))
		.case(Right, as_ever().leaves(|| assert_eq!(end(), Some(End::Refuted))))
		.case(
			Right,
			calling(|| judge(true)).leaves(|| assert_eq!(end(), Some(End::Open))),
		)
		.case(
			WrongState,
			calling(|| Call::judge {
				recall: no_recall(),
				upheld: true,
			})
			.fails(Error::UnknownRecall),
		)
		.case(WrongState, given(affected).fails(Error::NotContested))
		.case(WrongState, given(|| judged(true)).fails(Error::AlreadyJudged))
		.case(WrongState, given(|| judged(false)).fails(Error::AlreadyJudged))
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, IN_NATIVE)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.never(&[OwnCounterparty], ONE_PARTY)
		.never(&[FullList], FILLS_NO_LIST)
		.case(TooLate, given(judged_soon).then(later(WINDOW)))
		.case(
			TooLate,
			given(judged_soon).then(later(WINDOW + 1)).fails(Error::AlreadyJudged),
		)
}

fn settle_contest() -> Row {
	let settles = |recall: fn() -> RecallId, making: fn() -> MakingId| {
		move || Call::<Runtime>::settle_contest {
			recall: recall(),
			making: making(),
		}
	};
	let right = || given(|| judged(true));
	Row::new(
		name("settle_contest"),
		anybody(STRANGER),
		|| judged(false),
		settles(recall, making),
	)
	.case(Right, right())
	.case(Right, right().by(CUSTOMER))
	.case(
		WrongState,
		calling(settles(no_recall, making)).fails(Error::UnknownRecall),
	)
	.case(
		WrongState,
		calling(settles(recall, no_making)).fails(Error::NotContested),
	)
	.case(WrongState, given(affected).fails(Error::NotContested))
	.case(WrongState, given(disputed_recall).fails(Error::NotJudged))
	// Who takes it back has given in.
	.case(Right, given(disputed_recall).then(|| act(OWNER, lift())))
	.never(&AMOUNTS, NO_AMOUNT)
	.never(&ASSETS, IN_NATIVE)
	.never(&[DepositUnaffordable], TAKES_NOTHING)
	.never(&[OwnCounterparty], ONE_PARTY)
	.never(&[FullList], FILLS_NO_LIST)
	.case(TooLate, given(judged_soon).then(later(WINDOW)).fails(Error::NotJudged))
	.case(TooLate, given(judged_soon).then(later(WINDOW + 1)))
}

fn spread_row() -> Row {
	let steps = |steps| calling(move || spread(steps));
	Row::new(name("spread"), anybody(STRANGER), recalled, || spread(100))
		.case(Right, steps(1))
		.case(Right, by(OWNER))
		// Its marks go, once it is taken back.
		.case(Right, given(affected).then(|| act(OWNER, lift())))
		.case(
			WrongState,
			calling(|| Call::spread {
				recall: no_recall(),
				steps: 1,
			})
			.fails(Error::UnknownRecall),
		)
		.case(WrongState, given(affected).fails(Error::NothingToDo))
		.case(WrongState, given(cleared).fails(Error::NothingToDo))
		.case(Zero, steps(0).idly())
		.case(Maximum, steps(u32::MAX))
		.never(&[Overflow], SUMS_NOTHING)
		.never(&ASSETS, NAMES_NO_ASSET)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.plain()
}

fn close_recall() -> Row {
	let closes = || Call::<Runtime>::close_recall { recall: recall() };
	Row::new(name("close_recall"), anybody(STRANGER), cleared, closes)
		.case(Right, by(OWNER))
		.case(
			WrongState,
			calling(|| Call::close_recall { recall: no_recall() }).fails(Error::UnknownRecall),
		)
		.case(WrongState, given(affected).fails(Error::NotCleared))
		.case(
			WrongState,
			given(|| {
				disputed_recall();
				act(OWNER, lift());
				act(STRANGER, spread(100));
			})
			.fails(Error::ContestsOpen),
		)
		.case(
			WrongState,
			given(|| {
				disputed_recall();
				act(OWNER, lift());
				act(STRANGER, spread(100));
				act(
					STRANGER,
					Call::settle_contest {
						recall: recall(),
						making: making(),
					},
				);
			})
			.fails(Error::NotJudged),
		)
		.moves_no_money()
		.plain()
}
