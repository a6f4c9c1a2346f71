use crate::{mock::*, Clock, StopClock};
use bpiiot_primitives::AgreementClock;
use frame_support::traits::OnTimestampSet;

fn block_at(millis: u64) {
	<Escrow as OnTimestampSet<u64>>::on_timestamp_set(millis);
}

#[test]
fn first_block_has_no_gap() {
	build_and_execute(|| {
		block_at(1_790_000_000_000);
		assert_eq!(
			Clock::<Test>::get(),
			StopClock {
				last: 1_790_000_000_000,
				stopped: 0
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
		frame_support::assert_ok!(Timestamp::set(RuntimeOrigin::none(), 7_000));
		assert_eq!(Clock::<Test>::get().last, 7_000);
	});
}
