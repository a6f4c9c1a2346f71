use crate::{mock::*, Clock, Error, Event, StopClock};
use bpiiot_primitives::AgreementClock;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::traits::BadOrigin;

#[test]
fn first_block_has_no_gap() {
	build_and_execute(|| {
		block_at(1_790_000_000_000);
		assert_eq!(
			Clock::<Test>::get(),
			StopClock {
				last: 1_790_000_000_000,
				stopped: 0,
				paused: false,
			}
		);
		assert_eq!(Escrow::now(), 1_790_000_000_000);
	});
}

#[test]
fn gaps_within_the_allowance_are_running_time() {
	build_and_execute(|| {
		block_at(1_000_000);
		block_at(1_000_000 + ALLOWANCE);
		assert_eq!(Escrow::now(), 1_000_000 + ALLOWANCE);
	});
}

#[test]
fn what_exceeds_the_allowance_stops_the_agreement_clock() {
	build_and_execute(|| {
		block_at(1_000_000);
		// GIVEN a halt of one hour
		block_at(1_000_000 + 3_600_000);
		// THEN the clock moved by the allowance only, and stays behind by the rest
		assert_eq!(Escrow::now(), 1_000_000 + ALLOWANCE);
		block_at(1_000_000 + 3_606_000);
		assert_eq!(Escrow::now(), 1_000_000 + ALLOWANCE + 6_000);
		assert_eq!(Escrow::from_unix(5_000_000), 5_000_000 - (3_600_000 - ALLOWANCE));
	});
}

#[test]
fn the_timestamp_pallet_drives_the_clock() {
	build_and_execute(|| {
		assert_ok!(Timestamp::set(RuntimeOrigin::none(), 7_000));
		assert_eq!(Clock::<Test>::get().last, 7_000);
	});
}

#[test]
fn while_paused_the_agreement_clock_stands_still() {
	build_and_execute(|| {
		block_at(1_000_000);
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		System::assert_last_event(Event::Paused { at: 1_000_000 }.into());
		assert_noop!(Escrow::ensure_running(), Error::<Test>::AgreementsPaused);

		block_at(1_006_000);
		block_at(1_012_000);
		assert_eq!(Escrow::now(), 1_000_000);

		assert_ok!(Escrow::resume(RuntimeOrigin::root()));
		System::assert_last_event(Event::Resumed { at: 1_000_000 }.into());
		assert_ok!(Escrow::ensure_running());
		block_at(1_018_000);
		assert_eq!(Escrow::now(), 1_006_000);
	});
}

#[test]
fn a_halt_during_a_pause_counts_once() {
	build_and_execute(|| {
		block_at(1_000_000);
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		block_at(1_000_000 + 3_600_000);
		assert_ok!(Escrow::resume(RuntimeOrigin::root()));
		assert_eq!(Escrow::now(), 1_000_000);
		block_at(1_000_000 + 2 * 3_600_000);
		assert_eq!(Escrow::now(), 1_000_000 + ALLOWANCE);
	});
}

#[test]
fn governance_alone_pauses_and_only_what_runs() {
	build_and_execute(|| {
		for origin in [RuntimeOrigin::signed(PAYER), RuntimeOrigin::none()] {
			assert_noop!(Escrow::pause(origin.clone()), BadOrigin);
			assert_noop!(Escrow::resume(origin), BadOrigin);
		}
		assert_noop!(Escrow::resume(RuntimeOrigin::root()), Error::<Test>::NotPaused);
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		assert_noop!(Escrow::pause(RuntimeOrigin::root()), Error::<Test>::AlreadyPaused);
	});
}
