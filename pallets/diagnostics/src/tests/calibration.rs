//! Certificates: who issues them, for what they count, and when they are forgotten.

use crate::{
	mock::*, Calibration, Call, CertificateId, Error, Event, Issuers, MetricId, SensorOf, Sensors, CERTIFICATES,
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_core::H256;
use sp_runtime::traits::BadOrigin;

const METRIC: MetricId = MetricId(VIBRATION);

fn certify(who: &AccountId, document: u8) -> DispatchResult {
	signed(who, certifying(VIBRATION, document))
}

/// With other times, in milliseconds from now.
fn certify_for(document: u8, from: i64, until: i64) -> DispatchResult {
	let at = |offset: i64| unix_now().saturating_add_signed(offset);
	signed(
		&laboratory(),
		Call::register_certificate {
			machine: machine(PRESS),
			metric: METRIC,
			document: H256::repeat_byte(document),
			table: TABLE,
			valid_from: at(from),
			valid_until: at(until),
		},
	)
}

fn sensor() -> SensorOf<Test> {
	Sensors::<Test>::get(machine(PRESS), METRIC).expect("it has certificates")
}

fn revoke(origin: RuntimeOrigin, certificate: CertificateId) -> DispatchResult {
	let machine = machine(PRESS);
	let metric = METRIC;
	let call = Call::revoke_certificate {
		machine,
		metric,
		certificate,
	};
	dispatched(origin, call).map(drop).map_err(|refused| refused.error)
}

fn prune(certificate: CertificateId) -> DispatchResult {
	let machine = machine(PRESS);
	let metric = METRIC;
	signed(
		&stranger(),
		Call::prune_certificate {
			machine,
			metric,
			certificate,
		},
	)
}

fn calibrated(at: u64, anchored_at: u64) -> bool {
	Diagnostics::is_calibrated(&machine(PRESS), METRIC, at, anchored_at)
}

#[test]
fn governance_accredits_and_removes() {
	build_and_execute(|| {
		let accredit = |origin| Diagnostics::accredit_issuer(origin, laboratory(), HASH);
		assert_noop!(accredit(RuntimeOrigin::signed(laboratory())), BadOrigin);
		assert_ok!(accredit(RuntimeOrigin::root()));
		assert_noop!(accredit(RuntimeOrigin::root()), Error::<Test>::AlreadyIssuer);
		let remove = |origin| Diagnostics::remove_issuer(origin, laboratory());
		assert_noop!(remove(RuntimeOrigin::signed(laboratory())), BadOrigin);
		assert_ok!(remove(RuntimeOrigin::root()));
		assert_noop!(remove(RuntimeOrigin::root()), Error::<Test>::UnknownIssuer);
		assert_eq!(Issuers::<Test>::iter().count(), 0);
	});
}

#[test]
fn only_an_accredited_issuer_certifies() {
	build_and_execute(|| {
		press();
		for who in [laboratory(), owner(), stranger()] {
			assert_noop!(certify(&who, 1), Error::<Test>::UnknownIssuer);
		}
		accredited();
		assert_ok!(certify(&laboratory(), 1));
		assert_eq!(money(&laboratory()).1, CERTIFICATE_DEPOSIT);
		assert_ok!(Diagnostics::remove_issuer(RuntimeOrigin::root(), laboratory()));
		assert_noop!(certify(&laboratory(), 2), Error::<Test>::UnknownIssuer);
		// What he has said before holds.
		passes(HOUR);
		assert!(calibrated(unix_now(), unix_now()));
	});
}

/// The owner, a machine of his, the machine itself.
#[test]
fn nobody_certifies_machines_of_his_own_or_of_the_same_owner() {
	build_and_execute(|| {
		press();
		registered_for(&owner(), 2);
		for issuer in [owner(), of_machine(2), of_machine(PRESS)] {
			assert_ok!(Diagnostics::accredit_issuer(RuntimeOrigin::root(), issuer, HASH));
		}
		for who in [owner(), key(2), key(PRESS)] {
			assert_noop!(certify(&who, 1), Error::<Test>::RelatedIssuer);
		}
		// A machine of somebody else may.
		registered_for(&stranger(), 3);
		assert_ok!(Diagnostics::accredit_issuer(RuntimeOrigin::root(), of_machine(3), HASH));
		assert_ok!(certify(&key(3), 1));
		// Until it is sold to the owner.
		passes(HOUR);
		assert!(calibrated(unix_now(), unix_now()));
		let by = RuntimeOrigin::signed(stranger());
		assert_ok!(Machines::offer_ownership(by, machine(3), Some(owner())));
		assert_ok!(Machines::accept_ownership(
			RuntimeOrigin::signed(owner()),
			machine(3),
			0
		));
		assert!(!calibrated(unix_now(), unix_now()));
	});
}

#[test]
fn a_certificate_is_of_a_machine_that_there_is_and_of_its_time() {
	build_and_execute(|| {
		press();
		accredited();
		let mut call = certifying(VIBRATION, 1);
		if let Call::register_certificate { machine: of, .. } = &mut call {
			*of = machine(9);
		}
		assert_noop!(signed(&laboratory(), call), Error::<Test>::UnknownMachine);
		let (day, most) = (DAY as i64, MAX_VALIDITY as i64);
		assert_noop!(certify_for(1, 1, day), Error::<Test>::FromTheFuture);
		for (from, until) in [(-day, -1), (0, 0), (-day, -day), (-1, most), (0, i64::MAX)] {
			assert_noop!(certify_for(1, from, until), Error::<Test>::BadValidity);
		}
		assert_ok!(certify_for(1, -day, 0));
		assert_ok!(certify_for(2, 0, most));
		assert_noop!(certify_for(2, 0, day), Error::<Test>::DocumentKnown);
	});
}

#[test]
fn a_certificate_counts_for_what_is_measured_in_its_time_and_anchored_after_it() {
	build_and_execute(|| {
		press();
		accredited();
		let now = unix_now();
		assert_ok!(certify_for(1, -(HOUR as i64), HOUR as i64));
		let (first, last) = (now - HOUR, now + HOUR);
		let cases = [
			(first - 1, now + 1, false),
			(first, now + 1, true),
			(first, now, false),
			(first, now - 1, false),
			(last, last, true),
			(last + 1, last + 1, false),
			(last, last + 10 * DAY, true),
		];
		for (at, anchored_at, counts) in cases {
			assert_eq!(
				calibrated(at, anchored_at),
				counts,
				"{} {}",
				at - first,
				anchored_at - first
			);
		}
		// Of another metric or machine it says nothing.
		assert!(!Diagnostics::is_calibrated(
			&machine(PRESS),
			MetricId(TEMPERATURE),
			now,
			now + 1
		));
		assert!(!Diagnostics::is_calibrated(&machine(2), METRIC, now, now + 1));
	});
}

#[test]
fn a_revocation_is_for_what_is_anchored_later() {
	build_and_execute(|| {
		calibrated_press();
		let certificate = sensor().certificates[0].id;
		passes(HOUR);
		assert_noop!(
			revoke(RuntimeOrigin::signed(stranger()), certificate),
			Error::<Test>::NotYours
		);
		assert_ok!(revoke(RuntimeOrigin::signed(laboratory()), certificate));
		let revoked = unix_now();
		assert!(calibrated(revoked - 5, revoked - 1));
		assert!(!calibrated(revoked - 5, revoked));
		assert_noop!(
			revoke(RuntimeOrigin::root(), certificate),
			Error::<Test>::AlreadyRevoked
		);
	});
}

#[test]
fn governance_may_revoke_too() {
	build_and_execute(|| {
		calibrated_press();
		let certificate = sensor().certificates[0].id;
		assert_ok!(Diagnostics::remove_issuer(RuntimeOrigin::root(), laboratory()));
		assert_ok!(revoke(RuntimeOrigin::root(), certificate));
		assert_noop!(
			revoke(RuntimeOrigin::root(), CertificateId(1)),
			Error::<Test>::UnknownCertificate
		);
	});
}

#[test]
fn a_sensor_keeps_its_last_certificates_while_they_count() {
	build_and_execute(|| {
		press();
		accredited();
		for document in 1..=CERTIFICATES as u8 {
			assert_ok!(certify_for(document, -5, HOUR as i64));
			passes(1);
		}
		let full = Error::<Test>::TooManyCertificates;
		assert_noop!(certify_for(9, 0, 5), full);
		// Expired, but a reading may still be looked at.
		passes(HOUR + KEEP - 100);
		assert_noop!(certify_for(9, 0, 5), Error::<Test>::TooManyCertificates);
		passes(200);
		let oldest = sensor().certificates[0].id;
		assert_ok!(certify_for(9, 0, 5));
		assert_eq!(sensor().certificates.len(), CERTIFICATES as usize);
		assert!(sensor().certificates.iter().all(|one| one.id != oldest));
		System::assert_has_event(
			Event::CertificatePruned {
				certificate: oldest,
				machine: machine(PRESS),
				metric: METRIC,
				issuer: laboratory(),
			}
			.into(),
		);
		assert_eq!(money(&laboratory()).1, 4 * CERTIFICATE_DEPOSIT);
	});
}

#[test]
fn anybody_prunes_what_counts_no_more_and_the_deposit_goes_back() {
	build_and_execute(|| {
		calibrated_press();
		let certificate = sensor().certificates[0].id;
		assert_noop!(prune(certificate), Error::<Test>::StillNeeded);
		assert_ok!(revoke(RuntimeOrigin::root(), certificate));
		passes(KEEP);
		assert_noop!(prune(certificate), Error::<Test>::StillNeeded);
		passes(1);
		assert_ok!(prune(certificate));
		assert_eq!((Sensors::<Test>::iter().count(), money(&laboratory()).1), (0, 0));
		assert_noop!(prune(certificate), Error::<Test>::UnknownCertificate);
	});
}
