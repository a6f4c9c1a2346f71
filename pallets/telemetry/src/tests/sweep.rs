//! What the chain ends by itself, and by which clock.

use crate::{mock::*, ChallengeId, Error, Evidence};
use bpiiot_primitives::{AgreementClock, AgreementRef, Agreements, Expiry};
use frame_support::{assert_noop, assert_ok, weights::Weight};
use pallet_escrow::Deadlines;
use sp_runtime::Permill;

#[test]
fn a_challenge_ends_by_itself_once_its_window_has_passed() {
	build_and_execute(|| {
		anchored();
		assert_ok!(challenge(&PARTY, 1, 0, 1));
		time_passes(MIN_WINDOW);
		idle();
		assert_eq!(Telemetry::record(&PRESS).withheld, 0);
		time_passes(1);
		idle();
		assert_eq!(Telemetry::record(&PRESS).withheld, 1);
		assert_eq!(money(&PARTY), (ENDOWMENT, 0));
		assert_eq!(Deadlines::<Test>::iter().count(), 0);
	});
}

#[test]
fn an_entry_of_what_has_ended_or_never_was_is_stale() {
	build_and_execute(|| {
		anchored();
		assert_ok!(challenge(&PARTY, 1, 0, 1));
		let ChallengeId(number) = last_challenge();
		let until = Escrow::now() + MIN_WINDOW;
		let agreement = AgreementRef::Challenge(ChallengeId(number));
		let expired = |at| <Telemetry as Agreements>::expire(agreement, at);
		assert_eq!(expired(until - 1), Ok(Expiry::Stale));
		assert_eq!(expired(until), Ok(Expiry::Until(until)));
		// To its last millisecond.
		time_passes(MIN_WINDOW);
		assert_eq!(expired(until), Ok(Expiry::Until(until)));
		let other = AgreementRef::Challenge(ChallengeId(number + 1));
		assert_eq!(<Telemetry as Agreements>::expire(other, until), Ok(Expiry::Stale));
		assert_noop!(
			<Telemetry as Agreements>::resolve(agreement, Permill::one()),
			Error::<Test>::NoDispute
		);
		assert_eq!(<Telemetry as Agreements>::expire_weight(), Weight::from_parts(6, 1));
	});
}

#[test]
fn windows_stand_still_while_agreements_are_paused() {
	build_and_execute(|| {
		let readings = anchored();
		assert_ok!(challenge(&PARTY, 1, 0, 1));
		let id = last_challenge();
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		time_passes(5 * MIN_WINDOW);
		idle();
		assert_noop!(expire(id), pallet_escrow::Error::<Test>::AgreementsPaused);
		assert_ok!(Escrow::resume(RuntimeOrigin::root()));
		time_passes(MIN_WINDOW);
		assert_noop!(expire(id), Error::<Test>::NotExpired);
		assert_ok!(produce(&OWNER, id, proof(1, &readings, 0)));
	});
}

/// An anchor is kept by the same clock, or a halt of the chain would take the time to ask.
#[test]
fn retention_stands_still_too() {
	build_and_execute(|| {
		anchored();
		anchored();
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		time_passes(2 * RETENTION);
		assert_ok!(Escrow::resume(RuntimeOrigin::root()));
		assert_noop!(prune(&OWNER, 1), Error::<Test>::TooYoung);
		time_passes(RETENTION);
		assert_ok!(prune(&OWNER, 1));
	});
}
