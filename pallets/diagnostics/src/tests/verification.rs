//! What readings say of the work, and which readings say nothing.

use crate::{
	mock::*, Calibration, Call, Error, MetricId, OrderState, Outcome, Proof, Sensors, ServiceOrderId, TicketState,
};
use frame_support::{assert_noop, assert_ok};

/// A reading of the press's vibration.
fn reading(value: i64, at: u64, anchored_at: u64) -> Proof {
	anchored(machine(PRESS), VIBRATION, value, at, anchored_at)
}

#[test]
fn so_many_good_readings_in_a_row_verify() {
	build_and_execute(|| {
		let order = declared();
		read(order, &[GOOD, GOOD]);
		assert_eq!((record(order).state, record(order).good), (OrderState::DeclaredDone, 2));
		read(order, &[GOOD]);
		assert_eq!(
			(record(order).state, record(order).proven),
			(OrderState::Verified, true)
		);
	});
}

#[test]
fn so_many_bad_readings_in_a_row_say_that_it_has_failed() {
	build_and_execute(|| {
		let order = declared();
		read(order, &[BAD, BAD, GOOD, BAD, BAD]);
		assert_eq!(record(order).state, OrderState::DeclaredDone);
		read(order, &[BAD]);
		assert_eq!(record(order).state, OrderState::Settled(Outcome::Failed));
		assert_eq!(ticket_record(record(order).ticket).state, TicketState::Open);
		// The failure fee, and the bond is gone.
		assert_eq!(gain(&maintainer()), 500 - BOND as i128 - OFFER_FEE as i128);
	});
}

#[test]
fn the_bounds_are_good() {
	build_and_execute(|| {
		let order = declared();
		read(order, &[0, 4_500]);
		assert_eq!(record(order).good, 2);
		read(order, &[4_501]);
		assert_eq!((record(order).good, record(order).bad), (0, 1));
		read(order, &[-1]);
		assert_eq!(record(order).bad, 2);
	});
}

#[test]
fn readings_of_another_machine_or_another_metric_say_nothing() {
	build_and_execute(|| {
		let order = declared();
		registered_for(&owner(), 2);
		passes(HOUR);
		let (at, now) = (unix_now() - 5_000, unix_now());
		let others = anchored(machine(2), VIBRATION, GOOD, at, now);
		refused(order, others, Error::ReadingOfAnotherMachine);
		let hot = anchored(machine(PRESS), TEMPERATURE, GOOD, at, now);
		refused(order, hot, Error::OtherMetric);
	});
}

/// Who declares and does nothing would be verified by it, and an owner would say by it that nothing was done.
#[test]
fn readings_of_a_machine_that_stands_say_nothing() {
	build_and_execute(|| {
		calibrated_press();
		let mut terms = service();
		(terms.conditions.check.idle, terms.conditions.check.low) = (Some(300), 500);
		let order = assigned_to(&maintainer(), ticketed(), terms);
		brought(order, OrderState::DeclaredDone);
		passes(HOUR);
		for still in [i64::MIN, 0, 300] {
			refused(order, measured(still), Error::MachineStands);
		}
		read(order, &[500]);
		assert_eq!(record(order).good, 1);
		// Neither idle nor good.
		read(order, &[499]);
		assert_eq!(record(order).bad, 1);
	});
}

/// Or an owner could move the bounds by moving the scale.
#[test]
fn readings_under_another_table_of_channels_say_nothing() {
	build_and_execute(|| {
		let order = declared();
		passes(HOUR);
		let (at, anchored_at) = (unix_now() - 5_000, unix_now());
		let (machine, metric, table) = (machine(PRESS), VIBRATION, HASH);
		let scaled = anchors(Anchored {
			machine,
			metric,
			value: BAD,
			at,
			anchored_at,
			table,
			fault: 0,
		});
		refused(order, scaled.clone(), Error::OtherTable);
		// Nor does the certificate of a sensor count for whatever has its number now.
		crate::Orders::<Test>::mutate_extant(order, |order| order.conditions.check.table = table);
		refused(order, scaled, Error::NotCalibrated);
	});
}

#[test]
fn what_telemetry_does_not_know_or_not_believe_says_nothing() {
	build_and_execute(|| {
		let order = declared();
		passes(HOUR);
		let (at, now) = (unix_now() - 5_000, unix_now());
		refused(order, vec![1, 2, 3].try_into().expect("short"), Error::MalformedProof);
		let errors = [
			Error::ForgedProof,
			Error::ReadingTooOld,
			Error::BatchChallenged,
			Error::UnknownBatch,
		];
		for (nth, error) in errors.into_iter().enumerate() {
			let proof = faulty(machine(PRESS), VIBRATION, GOOD, at, now, nth as u8 + 1);
			refused(order, proof, error);
		}
	});
}

#[test]
fn a_reading_is_used_once() {
	build_and_execute(|| {
		let order = declared();
		passes(HOUR);
		let proof = measured(GOOD);
		assert_ok!(submit(order, proof.clone()));
		refused(order, proof.clone(), Error::ReadingUsed);
		// Nor by the maintainer.
		let call = Call::submit_reading { order, proof };
		assert_noop!(signed(&maintainer(), call), Error::<Test>::ReadingUsed);
	});
}

/// Two orders about one machine, whose checks look at the same sensor.
#[test]
fn a_reading_verifies_one_order_and_not_two() {
	build_and_execute(|| {
		calibrated_press();
		let one = assigned_to(&maintainer(), ticketed_for("A"), service());
		let other = assigned_to(&rival(), ticketed_for("B"), service());
		for order in [one, other] {
			brought(order, OrderState::DeclaredDone);
		}
		passes(HOUR);
		let proof = measured(GOOD);
		assert_ok!(submit(one, proof.clone()));
		refused(other, proof, Error::ReadingUsed);
		read(other, &[GOOD]);
		assert_eq!((record(one).good, record(other).good), (1, 1));
	});
}

/// When a sensor's record is pruned, what was used of it is forgotten; but no certificate that comes later counts for that.
#[test]
fn a_pruned_sensor_makes_no_used_reading_new() {
	build_and_execute(|| {
		let order = declared();
		let machine = machine(PRESS);
		passes(HOUR);
		let proof = measured(GOOD);
		assert_ok!(submit(order, proof.clone()));
		let certificate = Sensors::<Test>::get(machine, MetricId(VIBRATION))
			.expect("it is there")
			.certificates[0]
			.id;
		let metric = MetricId(VIBRATION);
		let revoke = Call::revoke_certificate {
			machine,
			metric,
			certificate,
		};
		assert_ok!(signed(&laboratory(), revoke));
		// Longer than the verification: an order with a longer one.
		crate::Orders::<Test>::mutate_extant(order, |order| {
			order.verify_until += 10 * DAY;
		});
		passes(KEEP + 1);
		let prune = Call::prune_certificate {
			machine,
			metric,
			certificate,
		};
		assert_ok!(signed(&stranger(), prune));
		assert!(!Sensors::<Test>::contains_key(machine, metric));
		assert_ok!(signed(&laboratory(), certifying(VIBRATION, 2)));
		refused(order, proof, Error::NotCalibrated);
	});
}

#[test]
fn readings_that_are_one_look_do_not_count_as_two() {
	build_and_execute(|| {
		let order = declared();
		passes(HOUR);
		let at = unix_now() - HOUR / 2;
		assert_ok!(submit(order, reading(GOOD, at, at + 1)));
		refused(
			order,
			reading(GOOD, at + READING_GAP - 1, at + READING_GAP),
			Error::ReadingsTooClose,
		);
		assert_ok!(submit(order, reading(GOOD, at + READING_GAP, at + READING_GAP)));
		// An earlier one than the last says nothing any more.
		refused(order, reading(GOOD, at + 5, at + 6), Error::ReadingUsed);
	});
}

#[test]
fn what_was_measured_before_the_declaration_says_nothing_and_what_will_be_neither() {
	build_and_execute(|| {
		let order = declared();
		let done = unix_now();
		passes(HOUR);
		for at in [done - 1, done] {
			refused(order, reading(GOOD, at, done + 5), Error::ReadingTooEarly);
		}
		let now = unix_now();
		refused(order, reading(GOOD, now + 1, now), Error::FromTheFuture);
		refused(order, reading(GOOD, now, now + 1), Error::FromTheFuture);
		assert_ok!(submit(order, reading(GOOD, done + 1, done + 5)));
	});
}

#[test]
fn readings_of_a_sensor_without_a_certificate_say_nothing() {
	build_and_execute(|| {
		press();
		let order = assigned_to(&maintainer(), ticketed(), service());
		brought(order, OrderState::DeclaredDone);
		passes(HOUR);
		refused(order, measured(BAD), Error::NotCalibrated);
		// One that is registered now counts for what is anchored later.
		let before = measured(BAD);
		accredited();
		assert_ok!(signed(&laboratory(), certifying(VIBRATION, 1)));
		refused(order, before, Error::NotCalibrated);
		passes(MINUTE);
		assert_ok!(submit(order, measured(BAD)));
	});
}

#[test]
fn a_certificate_that_has_expired_by_a_millisecond_counts_for_nothing() {
	build_and_execute(|| {
		press();
		accredited();
		let until = unix_now() + 6 * HOUR;
		let mut call = certifying(VIBRATION, 1);
		if let Call::register_certificate { valid_until, .. } = &mut call {
			*valid_until = until;
		}
		assert_ok!(signed(&laboratory(), call));
		let order = assigned_to(&maintainer(), ticketed(), service());
		brought(order, OrderState::DeclaredDone);
		passes(DAY / 2);
		let (machine, metric) = (machine(PRESS), MetricId(VIBRATION));
		assert!(!Diagnostics::is_calibrated(&machine, metric, until + 1, until + 5));
		assert!(Diagnostics::is_calibrated(&machine, metric, until, until + 5));
		refused(order, reading(BAD, until + 1, until + 5), Error::NotCalibrated);
		assert_ok!(submit(order, reading(BAD, until, until + 5)));
	});
}

#[test]
fn only_the_parties_bring_readings_forward_and_only_in_time() {
	build_and_execute(|| {
		let order = declared();
		passes(HOUR);
		let proof = measured(GOOD);
		let call = || Call::submit_reading {
			order,
			proof: proof.clone(),
		};
		for who in [stranger(), rival(), laboratory()] {
			assert_noop!(signed(&who, call()), Error::<Test>::NotAParty);
		}
		assert_ok!(signed(&maintainer(), call()));
		passes(HOUR);
		let next = measured(GOOD);
		assert_ok!(owner_calls(Call::submit_reading { order, proof: next }));
		deadline_passes(order);
		refused(order, measured(GOOD), Error::TooLate);
	});
}

#[test]
fn readings_say_nothing_before_the_declaration_and_after_the_end() {
	build_and_execute(|| {
		let order = assigned();
		refused(order, measured(GOOD), Error::WrongState);
		brought(order, OrderState::InWork);
		refused(order, measured(GOOD), Error::WrongState);
		brought(order, OrderState::Verified);
		deadline_passes(order);
		assert_ok!(expire(order));
		refused(order, measured(BAD), Error::WrongState);
		refused(ServiceOrderId(1), measured(BAD), Error::UnknownOrder);
	});
}

#[test]
fn a_revoked_certificate_counts_for_what_was_anchored_before() {
	build_and_execute(|| {
		let order = declared();
		let (machine, metric) = (machine(PRESS), MetricId(VIBRATION));
		passes(HOUR);
		let before = measured(BAD);
		passes(HOUR);
		let certificate = Sensors::<Test>::get(machine, metric).expect("it is there").certificates[0].id;
		let revoke = || Call::revoke_certificate {
			machine,
			metric,
			certificate,
		};
		for who in [owner(), key(PRESS), maintainer(), rival()] {
			assert_noop!(signed(&who, revoke()), Error::<Test>::NotYours);
		}
		assert_ok!(signed(&laboratory(), revoke()));
		passes(HOUR);
		refused(order, measured(BAD), Error::NotCalibrated);
		assert_ok!(submit(order, before));
	});
}

#[test]
fn a_laboratory_that_buys_the_machine_or_is_bought_counts_no_more() {
	build_and_execute(|| {
		let order = declared();
		passes(HOUR);
		let proof = measured(GOOD);
		sold(PRESS, &laboratory());
		refused(order, proof, Error::NotCalibrated);
	});
}
