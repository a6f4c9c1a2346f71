//! What is put aside for jobs.

use super::{name, Error, NO_SITE};
use crate::prelude::*;
use bpiiot_primitives::JobId;
use pallet_inventory::{Call, Lot};

pub fn rows() -> Vec<Row> {
	vec![reserve_row(), release(), consume_reserved(), end_reservation()]
}

const NO_JOB: JobId = JobId(1);

/// The job is settled.
fn end_job() {
	act(KEY, pallet_jobs::Call::start { job: job() });
	act(KEY, deliver(UNITS));
	act(CUSTOMER, approve(UNITS));
}

/// More lots than a reservation has lines, of one unit each.
fn many_lots() {
	for nth in 0..=pallet_inventory::MAX_LINES {
		act(
			OWNER,
			Call::receive {
				site: site(),
				item: oil(),
				lot: list(format!("L{nth}").into_bytes()),
				quantity: 1,
				expires: Some(START + DELIVERY),
			},
		);
	}
}

fn reserve_row() -> Row {
	let of = |job, site, lot, quantity| Call::<Runtime>::reserve {
		job,
		site,
		item: oil(),
		lot,
		quantity,
	};
	let quantity = |quantity| calling(move || reserve(quantity));
	let may = actor(OWNER, Error::NotAllowed);
	Row::new(name("reserve"), may, stocked_for_job, || reserve(OIL / 2))
		.of_keepers(|rights| rights.reserve = false)
		.case(Right, calling(move || of(job(), site(), Some(lot()), OIL)))
		.case(
			WrongState,
			calling(move || of(job(), NO_SITE, None, 1)).fails(Error::UnknownSite),
		)
		.case(
			WrongState,
			calling(|| Call::reserve {
				job: job(),
				site: site(),
				item: list(*b"WATER"),
				lot: None,
				quantity: 1,
			})
			.fails(Error::UnknownItem),
		)
		.case(
			WrongState,
			calling(move || of(NO_JOB, site(), None, 1)).fails(Error::JobNotOpen),
		)
		.case(WrongState, then(end_job).fails(Error::JobNotOpen))
		.case(
			WrongState,
			calling(move || of(job(), site(), Some(list(*b"LOT-2")), 1)).fails(Error::UnknownLot),
		)
		// All of a job's lies at one site.
		.case(
			WrongState,
			given(|| {
				reserved();
				act(OWNER, create_site(ROOM));
				act(OWNER, open_oil(site()));
				act(OWNER, receive(OIL, None));
			})
			.fails(Error::ReservedElsewhere),
		)
		.case(Right, given(reserved))
		.case(Zero, quantity(0).fails(Error::ZeroQuantity))
		.case(Maximum, quantity(OIL + 1).fails(Error::NotEnough))
		.case(Maximum, quantity(u64::MAX).fails(Error::NotEnough))
		.case(
			Overflow,
			given(reserved).calling(|| reserve(u64::MAX)).fails(Error::NotEnough),
		)
		.of_goods()
		// The job is another's: nobody fills its record.
		.case(
			OwnCounterparty,
			then(|| {
				act(NEIGHBOUR, create_site(ROOM));
				act(NEIGHBOUR, open_oil(site()));
				act(NEIGHBOUR, receive(OIL, None));
			})
			.by(NEIGHBOUR)
			.fails(Error::OtherMachine),
		)
		.case(OwnCounterparty, then(|| sell(BUYER)).fails(Error::OtherMachine))
		.case(
			FullList,
			then(many_lots).calling(|| reserve(9)).fails(Error::TooManyLines),
		)
		.case(
			FullList,
			then(|| {
				for nth in 1..ROOM {
					act(
						OWNER,
						Call::open_item {
							site: site(),
							item: list(format!("PART-{nth}").into_bytes()),
							code: Default::default(),
							unit: litres(),
						},
					);
				}
			})
			.fails(Error::NoRoom),
		)
		.case(
			TooLate,
			then(|| {
				act(
					OWNER,
					Call::set_expiry {
						site: site(),
						item: oil(),
						lot: lot(),
						expires: Some(START),
					},
				);
			})
			.calling(move || of(job(), site(), Some(lot()), 1))
			.fails(Error::LotExpired),
		)
}

/// What is alike when goods are let go of and when they are used up.
fn of_reserved(row: Row, call: fn(JobId, Lot, u64) -> Call<Runtime>) -> Row {
	let quantity = move |quantity| calling(move || call(job(), lot(), quantity));
	row.case(Right, quantity(OIL / 2))
		.case(
			WrongState,
			calling(move || call(NO_JOB, lot(), 1)).fails(Error::UnknownReservation),
		)
		.case(WrongState, given(stocked_for_job).fails(Error::UnknownReservation))
		.case(
			WrongState,
			calling(move || call(job(), list(*b"LOT-2"), 1)).fails(Error::NotReserved),
		)
		.case(
			WrongState,
			then(move || act(OWNER, call(job(), lot(), OIL / 2))).fails(Error::UnknownReservation),
		)
		.case(Zero, quantity(0).fails(Error::ZeroQuantity))
		.case(Maximum, quantity(OIL / 2 + 1).fails(Error::NotReserved))
		.case(Maximum, quantity(u64::MAX).fails(Error::NotReserved))
		.never(&[Overflow], "no more goes than was put aside")
		.of_goods()
		// They are the former owner's, also when the machine is another's.
		.case(OwnCounterparty, then(|| sell(BUYER)))
		.case(OwnCounterparty, then(|| sell(BUYER)).by(BUYER).fails(Error::NotAllowed))
		.never(&[FullList], FILLS_NO_LIST)
		// What was put aside before its date is used after it.
		.case(
			TooLate,
			then(|| {
				act(
					OWNER,
					Call::set_expiry {
						site: site(),
						item: oil(),
						lot: lot(),
						expires: Some(START),
					},
				);
			}),
		)
}

fn release() -> Row {
	fn releases(job: JobId, lot: Lot, quantity: u64) -> Call<Runtime> {
		let item = oil();
		Call::release {
			job,
			item,
			lot,
			quantity,
		}
	}
	let may = actor(OWNER, Error::NotAllowed);
	let row = Row::new(name("release"), may, reserved, || releases(job(), lot(), 1))
		.of_keepers(|rights| rights.reserve = false);
	of_reserved(row, releases)
}

fn consume_reserved() -> Row {
	fn consumes(job: JobId, lot: Lot, quantity: u64) -> Call<Runtime> {
		let item = oil();
		Call::consume_reserved {
			job,
			item,
			lot,
			quantity,
		}
	}
	let may = actor(OWNER, Error::NotAllowed);
	let row = Row::new(name("consume_reserved"), may, reserved, || consumes(job(), lot(), 1))
		.of_keepers(|rights| rights.issue = false);
	of_reserved(row, consumes)
}

fn end_reservation() -> Row {
	let ends = |job| Call::<Runtime>::end_reservation { job };
	let may = actor(OWNER, Error::NotAllowed);
	Row::new(name("end_reservation"), may, reserved, move || ends(job()))
		.case(Right, by(KEY))
		.by_the_next_key_too()
		.with_a_frozen_machine_too()
		.case(Stranger, by(CUSTOMER).fails(Error::NotAllowed))
		.case(
			WrongState,
			calling(move || ends(NO_JOB)).fails(Error::UnknownReservation),
		)
		.case(
			WrongState,
			then(move || act(OWNER, ends(job()))).fails(Error::UnknownReservation),
		)
		.case(WrongState, then(end_job).fails(Error::UnknownReservation))
		.never(&AMOUNTS, NO_AMOUNT)
		.of_goods()
		// Both want them free: whose they are, and who works for the job with others.
		.case(OwnCounterparty, then(|| sell(BUYER)))
		.case(OwnCounterparty, then(|| sell(BUYER)).by(BUYER))
		.never(&[FullList], FILLS_NO_LIST)
		.at_any_time(WINDOW)
}
