//! What accredited issuers say.

use crate::{
	disclosure::{path, root as claims_root, Claim},
	mock::*,
	Call, CertificateId, Certificates, Error, HoldReason, Role, Subject,
};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use sp_core::H256;

const YEAR: u64 = 365 * 86_400_000;

fn certify(who: &AccountId, subject: Subject, claims: H256, from: u64, until: u64) -> sp_runtime::DispatchResult {
	let schema = H256::repeat_byte(5);
	signed(
		who,
		Call::certify {
			subject,
			schema,
			claims,
			from,
			until,
		},
	)
}

fn claims() -> Vec<Claim> {
	let claim = |name: &str, value: &str| Claim(format!("salt-{name}-{value}").into_bytes());
	vec![
		claim("melt", "4711"),
		claim("grade", "1.4301"),
		claim("customer", "secret"),
	]
}

fn certified() -> CertificateId {
	let now = Timestamp::get();
	assert_ok!(register(&SMITH, part(), "A1"));
	let subject = Subject::Thing(item(part(), "A1"));
	assert_ok!(certify(
		&CERTIFIER,
		subject,
		claims_root(&claims()),
		now,
		now + YEAR / 2
	));
	Certificates::<Test>::iter_keys().max().expect("just issued")
}

fn counts(subject: Subject) -> Vec<bool> {
	let page = Products::certificates(subject, None);
	page.found.into_iter().map(|found| found.counts).collect()
}

#[test]
fn only_an_accredited_issuer_certifies_and_only_what_there_is() {
	build_and_execute(|| {
		let now = Timestamp::get();
		let (product, root_hash) = (Subject::Product(part()), H256::zero());
		for who in [&STRANGER, &SMITH, &REGISTRANT] {
			assert_noop!(
				certify(who, product.clone(), root_hash, now, now + 1),
				Error::<Test>::NotAccredited
			);
		}
		for nothing in [
			Subject::Product(crate::gs1::Gtin(5)),
			Subject::Thing(item(part(), "A1")),
			Subject::Making(crate::MakingId::from(1)),
		] {
			assert_noop!(
				certify(&CERTIFIER, nothing, root_hash, now, now + 1),
				Error::<Test>::UnknownThing
			);
		}
		assert_noop!(
			certify(&CERTIFIER, product.clone(), root_hash, now, now),
			Error::<Test>::BadTime
		);
		assert_noop!(
			certify(&CERTIFIER, product.clone(), root_hash, now - 2, now),
			Error::<Test>::AlreadyOver
		);
		let making = made(&SMITH, &[], &[new_item(part(), "1")], None);
		for subject in [product, Subject::Making(making), Subject::Thing(item(part(), "1"))] {
			assert_ok!(certify(&CERTIFIER, subject.clone(), root_hash, now, now + 1));
			assert_eq!(counts(subject), [true]);
		}
		time_passes(YEAR);
		assert_noop!(
			certify(&CERTIFIER, Subject::Making(making), root_hash, now, now + 2 * YEAR),
			Error::<Test>::NotAccredited
		);
	});
}

#[test]
fn a_certificate_counts_while_it_its_time_and_its_issuer_do() {
	build_and_execute(|| {
		let certificate = certified();
		let subject = Subject::Thing(item(part(), "A1"));
		assert_eq!(counts(subject.clone()), [true]);
		let (who, role) = (CERTIFIER, Role::Certifier);
		assert_ok!(root(Call::withdraw_accreditation { who, role }));
		assert_eq!(counts(subject.clone()), [false]);
		accredit(&CERTIFIER, Role::Certifier);
		assert_eq!(counts(subject.clone()), [true]);
		let now = Timestamp::get();
		let product = Subject::Product(part());
		assert_ok!(certify(&CERTIFIER, product.clone(), H256::zero(), now + 10, now + 20));
		assert_eq!(counts(product.clone()), [false]);
		time_passes(10);
		assert_eq!(counts(product.clone()), [true]);
		time_passes(10);
		assert_eq!(counts(product), [false]);
		assert_noop!(
			signed(&STRANGER, Call::revoke_certificate { certificate }),
			Error::<Test>::NotTheIssuer
		);
		assert_ok!(signed(&CERTIFIER, Call::revoke_certificate { certificate }));
		assert_noop!(
			signed(&CERTIFIER, Call::revoke_certificate { certificate }),
			Error::<Test>::AlreadyRevoked
		);
		assert_eq!(counts(subject), [false]);
		let record = Certificates::<Test>::get(certificate).expect("it stays");
		assert_eq!(record.revoked, Some(Timestamp::get()));
	});
}

#[test]
fn a_certificate_is_removed_when_its_time_is_over() {
	build_and_execute(|| {
		let certificate = certified();
		let held = || Balances::balance_on_hold(&HoldReason::Certificate.into(), &CERTIFIER);
		assert_eq!(held(), CERTIFICATE_DEPOSIT);
		assert_ok!(signed(&CERTIFIER, Call::revoke_certificate { certificate }));
		// A revocation stays to be seen as long as the certificate would have counted.
		assert_noop!(
			signed(&CERTIFIER, Call::remove_certificate { certificate }),
			Error::<Test>::StillValid
		);
		time_passes(YEAR / 2);
		assert_noop!(
			signed(&SMITH, Call::remove_certificate { certificate }),
			Error::<Test>::NotTheIssuer
		);
		assert_ok!(signed(&CERTIFIER, Call::remove_certificate { certificate }));
		assert_eq!(held(), 0);
		assert_noop!(
			signed(&CERTIFIER, Call::remove_certificate { certificate }),
			Error::<Test>::UnknownCertificate
		);
		assert!(counts(Subject::Thing(item(part(), "A1"))).is_empty());
		assert_ok!(withdraw(&SMITH, item(part(), "A1")));
	});
}

#[test]
fn one_claim_is_shown_and_the_others_are_not() {
	build_and_execute(|| {
		let certificate = certified();
		let all = claims();
		assert!(Products::says(certificate, all[1].clone(), path(&all, 1)));
		let mut forged = all[1].clone();
		forged.0 = b"salt-grade-1.4571".to_vec();
		assert!(!Products::says(certificate, forged, path(&all, 1)));
		assert!(!Products::says(certificate, all[1].clone(), path(&all, 0)));
		assert!(!Products::says(CertificateId::from(1), all[1].clone(), path(&all, 1)));
		assert_ok!(signed(&CERTIFIER, Call::revoke_certificate { certificate }));
		assert!(!Products::says(certificate, all[1].clone(), path(&all, 1)));
	});
}
