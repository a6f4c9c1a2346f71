//! What machines say of themselves, and what they may not say.

use crate::{mock::*, Call, Error, Event, Healths, Level, TREND};
use frame_support::{
	assert_noop, assert_ok,
	dispatch::{GetDispatchInfo, Pays},
};

fn reporting(at: u64, metrics: &[(u16, i64)]) -> Call<Test> {
	let (level, metrics) = (Level::Normal, values(metrics));
	Call::report { at, level, metrics }
}

#[test]
fn a_report_is_kept_until_the_next_one() {
	build_and_execute(|| {
		let machine = press();
		assert_ok!(report(Level::Alert, &[(1, -5), (2, i64::MAX)]));
		let health = Healths::<Test>::get(machine).expect("it has reported");
		assert_eq!(health.last.level, Level::Alert);
		assert_eq!(health.last.value(crate::MetricId(1)), Some(-5));
		assert_eq!(health.last.value(crate::MetricId(3)), None);
		passes(1);
		assert_ok!(report(Level::Normal, &[]));
		let health = Healths::<Test>::get(machine).expect("it has reported");
		assert_eq!(health.last.metrics.len(), 0);
		assert_eq!(
			health.trend.iter().map(|point| point.level).collect::<Vec<_>>(),
			[Level::Alert, Level::Normal]
		);
		System::assert_last_event(
			Event::Reported {
				machine,
				at: unix_now(),
				level: Level::Normal,
			}
			.into(),
		);
	});
}

#[test]
fn the_trend_keeps_the_last_32() {
	build_and_execute(|| {
		let machine = press();
		for nth in 0..40 {
			passes(2 * MINUTE);
			assert_ok!(report(if nth < 20 { Level::Normal } else { Level::Alarm }, &[]));
		}
		let trend = Healths::<Test>::get(machine).expect("it has reported").trend;
		assert_eq!(trend.len(), TREND as usize);
		assert_eq!(trend.iter().filter(|point| point.level == Level::Normal).count(), 12);
	});
}

#[test]
fn only_a_machine_reports_by_its_current_key() {
	build_and_execute(|| {
		press();
		let now = unix_now();
		for who in [owner(), stranger()] {
			assert_noop!(signed(&who, reporting(now, &[])), Error::<Test>::NotAMachine);
		}
		registered_for(&owner(), 2);
		assert_noop!(signed(&key(2), reporting(now, &[])), Error::<Test>::NotEnrolled);
		assert_ok!(Machines::freeze(RuntimeOrigin::signed(owner()), machine(PRESS)));
		assert_noop!(
			signed(&key(PRESS), reporting(now, &[])),
			pallet_machines::Error::<Test>::MachineFrozen
		);
	});
}

#[test]
fn times_go_forward_and_not_beyond_now() {
	build_and_execute(|| {
		press();
		let now = unix_now();
		assert_noop!(
			signed(&key(PRESS), reporting(now + 1, &[])),
			Error::<Test>::FromTheFuture
		);
		assert_ok!(signed(&key(PRESS), reporting(now - 5, &[])));
		for at in [now - 5, now - 6, 0] {
			assert_noop!(signed(&key(PRESS), reporting(at, &[])), Error::<Test>::NotNewer);
		}
		assert_ok!(signed(&key(PRESS), reporting(now - 4, &[])));
	});
}

#[test]
fn metrics_rise_by_id() {
	build_and_execute(|| {
		press();
		let now = unix_now();
		for metrics in [&[(2, 0), (1, 0)][..], &[(1, 0), (1, 0)], &[(0, 0), (5, 0), (5, 1)]] {
			assert_noop!(
				signed(&key(PRESS), reporting(now, metrics)),
				Error::<Test>::MetricsOutOfOrder
			);
		}
		let all: Vec<_> = (0..16).map(|id| (id, 1)).collect();
		assert_ok!(signed(&key(PRESS), reporting(now, &all)));
	});
}

#[test]
fn a_flood_is_capped_and_each_report_costs() {
	build_and_execute(|| {
		press();
		for _ in 0..MAX_REPORTS {
			passes(10);
			assert_ok!(report(Level::Normal, &[]));
		}
		passes(10);
		assert_noop!(report(Level::Danger, &[]), Error::<Test>::TooManyReports);
		passes(REPORT_PERIOD);
		assert_ok!(report(Level::Normal, &[]));

		let full: Vec<_> = (0..16).map(|id| (id, 1)).collect();
		let [empty, full] = [&[][..], &full].map(|metrics| reporting(0, metrics).get_dispatch_info());
		assert_eq!((empty.pays_fee, full.pays_fee), (Pays::Yes, Pays::Yes));
		assert!(full.call_weight.ref_time() > empty.call_weight.ref_time());
	});
}

/// What a report weighs before it is known what comes of it is what it weighs if all of its rules fire.
#[test]
fn a_report_is_charged_for_the_rules_that_fire() {
	build_and_execute(|| {
		let machine = press();
		let terms = crate::RuleTerms {
			trigger: crate::Trigger {
				reports: 1,
				..trigger()
			},
			..rule(crate::Action::Ticket)
		};
		assert_ok!(owner_calls(Call::set_rule { machine, terms }));
		let charged = |value| {
			passes(MINUTE);
			let call = reporting(unix_now(), &[(VIBRATION, value)]);
			let before = call.get_dispatch_info().call_weight;
			let done = dispatched(RuntimeOrigin::signed(key(PRESS)), call).expect("it is well formed");
			(before, done.actual_weight.expect("it is told"))
		};
		let (before, quiet) = charged(GOOD);
		assert_eq!(quiet.ref_time(), 1_001);
		let (_, fired) = charged(BAD);
		assert_eq!(fired.ref_time(), 1_001 + 1_000 + RAISE.ref_time());
		assert_eq!(before.ref_time(), 1_001 + 8 * (1_000 + RAISE.ref_time()));
	});
}
