//! A job that needs goods: put aside, used up, free again, and what it says of the machine.

use crate::{
	chain::{send, Signature},
	world::*,
};
use bpiiot_primitives::{AgreementRef, JobId, Need, Needs};
use bpiiot_runtime::{configs::market::Prior, Inventory, Runtime, Suppliers, BPI};
use frame_support::{assert_noop, assert_ok};
use pallet_jobs::{JobState, Jobs, Outcome};
use pallet_suppliers::Stars;

fn needs(litres: u64) -> Needs {
	let need = Need {
		item: oil(),
		lot: None,
		quantity: litres * 1_000,
	};
	vec![need].try_into().expect("one")
}

fn accept_with(job: JobId, litres: u64) -> pallet_jobs::Call<Runtime> {
	pallet_jobs::Call::accept_with {
		job,
		site: hall(),
		needs: needs(litres),
	}
}

fn started(litres: u64) -> JobId {
	filled(10);
	let job = ordered_work();
	press_sends(accept_with(job, litres));
	press_sends(pallet_jobs::Call::start { job });
	job
}

fn deliver(job: JobId, units: u32) -> pallet_jobs::Call<Runtime> {
	pallet_jobs::Call::deliver {
		job,
		units,
		result: Default::default(),
	}
}

#[test]
fn a_job_uses_up_what_was_put_aside_for_it_and_is_rated() {
	story(|| {
		let job = started(6);
		assert_eq!(levels(), (10_000, 4_000));
		let reserved = Inventory::reserved_for(job).expect("it is put aside");
		assert_eq!((reserved.site, reserved.machine), (hall(), press()));
		// Nobody else uses it up.
		let quantity = 5_000;
		let call = pallet_inventory::Call::consume {
			site: hall(),
			item: oil(),
			lot: None,
			quantity,
		};
		assert_noop!(by(OWNER, call), pallet_inventory::Error::<Runtime>::NotEnough);

		press_sends(deliver(job, 2));
		assert_eq!(levels(), (6_000, 4_000));
		act(CUSTOMER, pallet_jobs::Call::approve { job, units: 2 });
		let record = Jobs::<Runtime>::get(job).expect("it is there");
		assert_eq!(record.state, JobState::Settled(Outcome::Completed));
		assert_eq!(levels(), (6_000, 6_000));
		assert_eq!(Inventory::reserved_for(job), None);

		// Two of three units, and 10 mBPI of fee: 2 of 15 BPI count.
		assert_eq!(record.counted.weight, 2 * BPI);
		let before = Suppliers::standing(&press().account()).score;
		assert_ne!(before, Prior::get());
		let agreement = AgreementRef::Job(job);
		let stars = Stars::Five;
		let rate = || pallet_suppliers::Call::rate { agreement, stars };
		assert_noop!(by(OWNER, rate()), pallet_jobs::Error::<Runtime>::NotTheCustomer);
		assert_ok!(by(CUSTOMER, rate()));
		assert!(Suppliers::standing(&press().account()).score > before);
		assert_noop!(by(CUSTOMER, rate()), pallet_jobs::Error::<Runtime>::AlreadyRated);
	});
}

#[test]
fn a_job_is_not_accepted_without_what_it_needs() {
	story(|| {
		filled(3);
		let job = ordered_work();
		let before = money(&press().account());
		let refused = send(PRESS, accept_with(job, 4).into(), Signature::Good);
		assert_eq!(refused, Ok(Err(pallet_inventory::Error::<Runtime>::NotEnough.into())));
		assert_eq!(levels(), (3_000, 3_000));
		assert_eq!(money(&press().account()), before);
		press_sends(pallet_jobs::Call::accept { job });
	});
}

#[test]
fn a_job_that_is_given_up_or_too_late_lets_go_of_its_materials() {
	story(|| {
		let job = started(6);
		let reason = Default::default();
		press_sends(pallet_jobs::Call::cancel { job, reason });
		assert_eq!(levels(), (10_000, 10_000));
		// All failed, and its name shows it.
		assert!(Suppliers::standing(&press().account()).score < Prior::get());
	});
	story(|| {
		let job = started(6);
		pass(2 * HOUR);
		let record = Jobs::<Runtime>::get(job).expect("it is there");
		assert_eq!(record.state, JobState::Settled(Outcome::NotDelivered));
		assert_eq!(levels(), (10_000, 10_000));
	});
}

#[test]
fn what_a_job_puts_aside_is_bought_again_when_too_little_is_left() {
	story(|| {
		reorder_point_with_ten();
		let job = ordered_work();
		press_sends(accept_with(job, 6));
		assert_eq!(levels(), (10_000, 4_000));
		assert_eq!(pallet_procurement::Requests::<Runtime>::iter_keys().count(), 1);
	});
}

fn reorder_point_with_ten() {
	filled(10);
	reorder_point();
}

#[test]
fn a_machine_that_was_sold_does_not_use_up_its_former_owners_goods() {
	story(|| {
		let job = started(6);
		let machine = press();
		let to = Some(account(RIVAL));
		act(OWNER, pallet_machines::Call::offer_ownership { machine, to });
		act(RIVAL, pallet_machines::Call::accept_ownership { machine, at_least: 0 });
		let sent = by(PRESS, deliver(job, 3));
		assert_ok!(sent);
		assert_eq!(levels(), (10_000, 4_000));
		act(CUSTOMER, pallet_jobs::Call::approve { job, units: 3 });
		// The job is paid whatever becomes of the goods, and its end lets go of them.
		assert!(Jobs::<Runtime>::get(job).is_some_and(|job| job.is_settled()));
		assert_eq!(levels(), (10_000, 10_000));
	});
}
