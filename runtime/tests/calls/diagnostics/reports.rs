//! What machines say of themselves.

use super::{name, Error};
use crate::{chain::pass, prelude::*};
use pallet_diagnostics::{Action, Call, Metric, MetricId, TicketState};

pub fn rows() -> Vec<Row> {
	vec![report_row()]
}

/// A report of a moment, with values.
fn reporting(at: u64, metrics: &[(u16, i64)]) -> Call<Runtime> {
	Call::report {
		at,
		level: Default::default(),
		metrics: list(metrics.iter().map(|(id, value)| Metric {
			id: MetricId(*id),
			value: *value,
		})),
	}
}

/// The machine has reported as often as it may.
fn talkative() {
	cared();
	for _ in 0..60 {
		pass(1);
		act(KEY, report(GOOD));
	}
	pass(1);
}

/// A rule asks for quotes when the machine shakes.
fn asking() {
	cared();
	act(OWNER, set_rule(mending_rule(Action::Quotes(Box::new(tender())))));
}

/// How many have been asked.
fn requests() -> usize {
	pallet_procurement::Requests::<Runtime>::iter_keys().count()
}

fn report_row() -> Row {
	let of = |metrics: &'static [(u16, i64)]| calling(move || reporting(now(), metrics));
	let said = |value: i64| {
		move || {
			pass(1);
			act(KEY, report(value));
			pass(1);
		}
	};
	Row::new(name("report"), actor(KEY, Error::NotAMachine), cared, || report(GOOD))
		.case(Right, of(&[]))
		.case(
			Right,
			of(&[
				(0, 0),
				(1, 1),
				(2, 2),
				(3, 3),
				(4, 4),
				(5, 5),
				(6, 6),
				(7, 7),
				(8, 8),
				(9, 9),
				(10, 10),
				(11, 11),
				(12, 12),
				(13, 13),
				(14, 14),
				(15, 15),
			]),
		)
		.case(
			Right,
			given(watched)
				.calling(|| report(BAD))
				.leaves(|| assert_eq!(ticket_state(), TicketState::Open)),
		)
		.case(
			Right,
			given(asking)
				.calling(|| report(BAD))
				.leaves(|| assert_eq!(requests(), 1)),
		)
		.case(Stranger, by(OWNER).fails(Error::NotAMachine))
		.case(WrongState, given(trading).fails(Error::NotEnrolled))
		.case(WrongState, of(&[(2, 0), (1, 0)]).fails(Error::MetricsOutOfOrder))
		.case(WrongState, of(&[(1, 0), (1, 0)]).fails(Error::MetricsOutOfOrder))
		.case(
			WrongState,
			then(said(GOOD))
				.calling(|| reporting(now() - 1, &[]))
				.fails(Error::NotNewer),
		)
		.case(Zero, calling(|| reporting(0, &[])).fails(Error::NotNewer))
		.case(Maximum, of(&[(u16::MAX, i64::MAX)]))
		.case(
			Maximum,
			calling(|| reporting(now() + 1, &[])).fails(Error::FromTheFuture),
		)
		.case(
			Maximum,
			calling(|| reporting(u64::MAX, &[])).fails(Error::FromTheFuture),
		)
		.case(Overflow, of(&[(0, i64::MIN)]))
		.never(&ASSETS, NAMES_NO_ASSET)
		// A rule that a former owner has left opens tickets, and spends nothing.
		.case(
			OwnCounterparty,
			given(asking)
				.then(|| sell(BUYER))
				.calling(|| report(BAD))
				.leaves(|| assert_eq!((requests(), ticket_state()), (0, TicketState::Open))),
		)
		.case(FullList, given(talkative).fails(Error::TooManyReports))
		// The report stands, and whatever its machine cannot pay for is left out.
		.case(
			DepositUnaffordable,
			given(asking)
				.then(|| impoverish(&machine().account()))
				.calling(|| report(BAD))
				.leaves(|| assert_eq!((requests(), ticket_state()), (0, TicketState::Open))),
		)
		.case(TooLate, given(talkative).then(later(60 * WINDOW)))
		.by_the_next_key_too()
}
