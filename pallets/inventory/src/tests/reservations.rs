//! What is put aside for jobs, and what becomes of it.

use crate::{mock::*, Call, Error, Event, Need, Reservations, SiteId};
use bpiiot_primitives::{JobId, Materials};
use frame_support::{assert_noop, assert_ok, storage::with_storage_layer};
use sp_runtime::DispatchResult;

/// A shop of the owner with ten litres in each of two lots.
fn stocked() -> SiteId {
	let site = shop(&OWNER);
	assert_ok!(receive(&OWNER, site, "A", 10_000));
	assert_ok!(receive(&OWNER, site, "B", 10_000));
	site
}

/// The lines of a job.
fn lines(job: JobId) -> Vec<(String, u64)> {
	let lines = Reservations::<Test>::get(job).map(|reservation| reservation.lines.into_inner());
	let named = |line: crate::ReservedLine| (String::from_utf8(line.lot.into_inner()).expect("ASCII"), line.quantity);
	lines.unwrap_or_default().into_iter().map(named).collect()
}

/// What a job needs of the oil.
fn need(quantity: u64) -> Need {
	Need {
		item: oil(),
		lot: None,
		quantity,
	}
}

fn accepts(job: JobId, site: SiteId, needs: &[Need]) -> DispatchResult {
	with_storage_layer(|| <Inventory as Materials>::reserve(job, &PRESS, site, needs))
}

#[test]
fn goods_are_put_aside_used_and_let_go_and_the_record_goes_with_the_last() {
	build_and_execute(|| {
		let (site, job) = (stocked(), job(1, PRESS));
		assert_ok!(reserve(&OWNER, job, site, None, 12_000));
		System::assert_last_event(
			Event::<Test>::Reserved {
				job,
				site,
				item: oil(),
				lot: lot("B"),
				quantity: 2_000,
			}
			.into(),
		);
		assert_eq!(lines(job), [("A".into(), 10_000), ("B".into(), 2_000)]);
		assert_eq!(
			(levels(site, "A"), levels(site, "B")),
			((10_000, 10_000), (10_000, 2_000))
		);
		assert_eq!(used(site), 2);
		assert_ok!(reserve(&OWNER, job, site, Some("B"), 1_000));
		assert_eq!(lines(job), [("A".into(), 10_000), ("B".into(), 3_000)]);
		assert_eq!(used(site), 2);

		assert_ok!(consume_reserved(&OWNER, job, "A", 10_000));
		System::assert_last_event(
			Event::<Test>::Consumed {
				site,
				item: oil(),
				lot: lot("A"),
				quantity: 10_000,
				job: Some(job),
			}
			.into(),
		);
		assert_eq!(levels(site, "A"), (0, 0));
		assert_ok!(release(&OWNER, job, "B", 1_000));
		assert_eq!(lines(job), [("B".into(), 2_000)]);
		assert_ok!(release(&OWNER, job, "B", 2_000));
		System::assert_last_event(Event::<Test>::ReservationEnded { job, site }.into());
		assert_eq!((levels(site, "B"), used(site)), ((10_000, 0), 1));
		assert_noop!(release(&OWNER, job, "B", 1), Error::<Test>::UnknownReservation);
	});
}

#[test]
fn no_more_is_let_go_or_used_than_was_put_aside() {
	build_and_execute(|| {
		let (site, job) = (stocked(), job(1, PRESS));
		assert_ok!(reserve(&OWNER, job, site, Some("A"), 5));
		for quantity in [6, u64::MAX] {
			assert_noop!(release(&OWNER, job, "A", quantity), Error::<Test>::NotReserved);
			assert_noop!(consume_reserved(&OWNER, job, "A", quantity), Error::<Test>::NotReserved);
		}
		assert_noop!(release(&OWNER, job, "B", 1), Error::<Test>::NotReserved);
		assert_noop!(consume_reserved(&OWNER, job, "B", 1), Error::<Test>::NotReserved);
		assert_noop!(release(&OWNER, job, "A", 0), Error::<Test>::ZeroQuantity);
		assert_noop!(consume_reserved(&OWNER, job, "A", 0), Error::<Test>::ZeroQuantity);
		assert_noop!(reserve(&OWNER, job, site, None, 0), Error::<Test>::ZeroQuantity);
		assert_noop!(reserve(&OWNER, job, site, None, 20_000), Error::<Test>::NotEnough);
	});
}

#[test]
fn only_for_open_jobs_of_ones_own_machines_at_one_site() {
	build_and_execute(|| {
		let (site, other, foreign) = (stocked(), stocked(), shop(&NEIGHBOUR));
		assert_noop!(reserve(&OWNER, JobId(9), site, None, 1), Error::<Test>::JobNotOpen);
		let job = job(1, PRESS);
		// So nobody fills the records of another's jobs.
		assert_ok!(receive(&NEIGHBOUR, foreign, "A", 1));
		assert_noop!(reserve(&NEIGHBOUR, job, foreign, None, 1), Error::<Test>::OtherMachine);
		assert_ok!(reserve(&OWNER, job, site, None, 1));
		assert_noop!(reserve(&OWNER, job, other, None, 1), Error::<Test>::ReservedElsewhere);
	});
}

#[test]
fn a_reservation_has_eight_lines_at_most_and_takes_room() {
	build_and_execute(|| {
		let (site, job) = (shop(&OWNER), job(1, PRESS));
		for number in 0..9 {
			assert_ok!(receive(&OWNER, site, &format!("L{number}"), 1));
		}
		assert_noop!(reserve(&OWNER, job, site, None, 9), Error::<Test>::TooManyLines);
		assert_ok!(reserve(&OWNER, job, site, None, 8));
		assert_noop!(reserve(&OWNER, job, site, None, 1), Error::<Test>::TooManyLines);
		for number in 0..2 {
			assert_ok!(open(&OWNER, site, text(&format!("item-{number}"))));
		}
		assert_eq!(used(site), ROOM);
		let other = crate::mock::job(2, PRESS);
		assert_noop!(reserve(&OWNER, other, site, None, 1), Error::<Test>::NoRoom);
	});
}

#[test]
fn a_job_has_its_needs_put_aside_uses_its_share_and_ends_with_the_rest_free() {
	build_and_execute(|| {
		let (site, job) = (stocked(), job(1, PRESS));
		assert_ok!(appoint(&OWNER, site, &[keeper(PRESS.account(), "p")]));
		assert_ok!(accepts(job, site, &[need(12_000)]));
		// Two of three units: two thirds of each lot, rounded up.
		<Inventory as Materials>::consume(job, 2, 3);
		assert_eq!(lines(job), [("A".into(), 3_333), ("B".into(), 666)]);
		assert_eq!((levels(site, "A"), levels(site, "B")), ((3_333, 3_333), (8_666, 666)));
		try_state();
		<Inventory as Materials>::release(job);
		assert_eq!((levels(site, "A"), levels(site, "B")), ((3_333, 0), (8_666, 0)));
		assert_eq!((lines(job), used(site)), (vec![], 1));
		// Whatever comes late changes nothing.
		<Inventory as Materials>::release(job);
		<Inventory as Materials>::consume(job, 1, 1);
		assert_eq!(stock(site).flows.consumed, 8_001);
	});
}

#[test]
fn a_job_that_is_delivered_whole_leaves_no_record() {
	build_and_execute(|| {
		let (site, job) = (stocked(), job(1, PRESS));
		assert_ok!(appoint(&OWNER, site, &[keeper(PRESS.account(), "p")]));
		assert_ok!(accepts(job, site, &[need(12_000)]));
		<Inventory as Materials>::consume(job, 3, 3);
		assert_eq!((lines(job), used(site), stock(site).on_hand()), (vec![], 1, 8_000));
	});
}

#[test]
fn needs_are_met_as_a_whole_by_a_machine_that_may() {
	build_and_execute(|| {
		let (site, job) = (stocked(), job(1, PRESS));
		let refused = accepts(job, site, &[need(1)]);
		assert_eq!(refused, Err(Error::<Test>::NotAllowed.into()));
		assert_ok!(appoint(&OWNER, site, &[keeper(PRESS.account(), "p")]));
		let other = Need {
			item: text("water"),
			..need(1)
		};
		let refused = accepts(job, site, &[need(1), other]);
		assert_eq!(refused, Err(Error::<Test>::UnknownItem.into()));
		let refused = accepts(job, site, &[need(20_000), need(1)]);
		assert_eq!(refused, Err(Error::<Test>::NotEnough.into()));
		let refused = accepts(job, SiteId(5), &[need(1)]);
		assert_eq!(refused, Err(Error::<Test>::UnknownSite.into()));
		assert_eq!((levels(site, "A"), lines(job)), ((10_000, 0), vec![]));
	});
}

#[test]
fn of_a_machine_that_was_sold_nothing_is_used_and_both_owners_let_go() {
	for seller_ends in [true, false] {
		build_and_execute(|| {
			let (site, job) = (stocked(), job(1, PRESS));
			assert_ok!(appoint(&OWNER, site, &[keeper(PRESS.account(), "ip")]));
			assert_ok!(accepts(job, site, &[need(1_000)]));
			sold(PRESS, &STRANGER);
			<Inventory as Materials>::consume(job, 1, 1);
			assert_eq!(levels(site, "A"), (10_000, 1_000));
			assert_noop!(consume_reserved(&key(PRESS), job, "A", 1), Error::<Test>::NotAllowed);
			assert_noop!(consume_reserved(&STRANGER, job, "A", 1), Error::<Test>::NotAllowed);
			assert_noop!(end_reservation(&NEIGHBOUR, job), Error::<Test>::NotAllowed);
			// He needs his own goods for it, and cannot have the job reserve at two sites.
			let his = shop(&STRANGER);
			assert_ok!(receive(&STRANGER, his, "A", 1_000));
			assert_noop!(reserve(&STRANGER, job, his, None, 1), Error::<Test>::ReservedElsewhere);
			let ender = if seller_ends { OWNER } else { STRANGER };
			assert_ok!(end_reservation(&ender, job));
			assert_eq!(levels(site, "A"), (10_000, 0));
			assert_noop!(reserve(&OWNER, job, site, None, 1), Error::<Test>::OtherMachine);
			assert_ok!(reserve(&STRANGER, job, his, None, 1));
		});
	}
}

/// Cancelled, expired, or whatever: also if nobody has told.
#[test]
fn when_the_job_has_ended_anybody_lets_go_and_not_before() {
	build_and_execute(|| {
		let (site, job) = (stocked(), job(1, PRESS));
		assert_ok!(reserve(&OWNER, job, site, None, 1_000));
		assert_noop!(end_reservation(&STRANGER, job), Error::<Test>::NotAllowed);
		job_ends(job);
		assert_noop!(reserve(&OWNER, job, site, None, 1), Error::<Test>::JobNotOpen);
		assert_ok!(end_reservation(&STRANGER, job));
		System::assert_last_event(Event::<Test>::ReservationEnded { job, site }.into());
		assert_eq!((levels(site, "A"), used(site)), ((10_000, 0), 1));
		assert_noop!(end_reservation(&STRANGER, job), Error::<Test>::UnknownReservation);
	});
}

#[test]
fn goods_that_went_out_of_date_while_they_were_put_aside_are_used_all_the_same() {
	build_and_execute(|| {
		let (site, job) = (shop(&OWNER), job(1, PRESS));
		assert_ok!(receive_until(&OWNER, site, "A", 10, Some(START + 1_000)));
		assert_ok!(reserve(&OWNER, job, site, None, 10));
		time_passes(2_000);
		assert_ok!(consume_reserved(&OWNER, job, "A", 4));
		<Inventory as Materials>::consume(job, 1, 1);
		assert_eq!(levels(site, "A"), (0, 0));
	});
}

#[test]
fn a_site_with_a_reservation_is_not_closed_nor_its_item() {
	build_and_execute(|| {
		let (site, job) = (stocked(), job(1, PRESS));
		assert_ok!(reserve(&OWNER, job, site, None, 1));
		assert_noop!(signed(&OWNER, Call::close_site { site }), Error::<Test>::InUse);
		let item = oil();
		assert_noop!(signed(&OWNER, Call::close_item { site, item }), Error::<Test>::InUse);
	});
}
