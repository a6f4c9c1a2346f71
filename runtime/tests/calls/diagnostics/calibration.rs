//! Who calibrates, and what he says of sensors.

use super::{name, Error, IN_NATIVE};
use crate::{chain::skip, prelude::*, readings::VIBRATION};
use pallet_diagnostics::{Call, CertificateId, MetricId, CERTIFICATES};
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![
		accredit_issuer(),
		remove_issuer(),
		register_certificate(),
		revoke_certificate(),
		prune_certificate(),
	]
}

fn accredit_issuer() -> Row {
	Row::new(name("accredit_issuer"), root(), trading, || accredit(LABORATORY))
		.case(WrongState, given(calibrated).fails(Error::AlreadyIssuer))
		.case(Right, given(calibrated).then(|| root_acts(removing())))
		.moves_no_money()
		.plain()
}

/// Governance trusts the laboratory no more.
fn removing() -> Call<Runtime> {
	let issuer = account(LABORATORY);
	Call::remove_issuer { issuer }
}

fn remove_issuer() -> Row {
	Row::new(name("remove_issuer"), root(), accredited_only, removing)
		// What it has registered holds.
		.case(
			Right,
			given(calibrated).leaves(|| {
				certificate();
			}),
		)
		.case(WrongState, given(trading).fails(Error::UnknownIssuer))
		.moves_no_money()
		.plain()
}

fn accredited_only() {
	trading();
	accredited();
}

/// The sensor has as many certificates as are kept.
fn certified_often() {
	accredited_only();
	for document in 0..CERTIFICATES as u8 {
		act(LABORATORY, certify(document));
	}
}

fn register_certificate() -> Row {
	let for_time = |from: fn() -> u64, until: fn() -> u64| calling(move || certify_for(9, from(), until()));
	let may = actor(LABORATORY, Error::UnknownIssuer);
	Row::new(name("register_certificate"), may, accredited_only, || certify(9))
		.case(Right, given(calibrated))
		.case(Right, for_time(now, || now() + 1))
		.case(Stranger, by(OWNER).fails(Error::UnknownIssuer))
		.case(WrongState, given(trading).fails(Error::UnknownIssuer))
		.case(WrongState, then(|| root_acts(removing())).fails(Error::UnknownIssuer))
		.case(
			WrongState,
			calling(|| Call::register_certificate {
				machine: NO_MACHINE,
				metric: MetricId(VIBRATION),
				document: Default::default(),
				table: Default::default(),
				valid_from: now(),
				valid_until: now() + 1,
			})
			.fails(Error::UnknownMachine),
		)
		.case(
			WrongState,
			given(calibrated).calling(|| certify(1)).fails(Error::DocumentKnown),
		)
		.with_a_frozen_machine_too()
		.case(Zero, for_time(now, now).fails(Error::BadValidity))
		.case(Zero, for_time(|| 0, || 0).fails(Error::BadValidity))
		.case(Maximum, for_time(now, || now() + 800 * DAY))
		.case(
			Maximum,
			for_time(now, || now() + 800 * DAY + 1).fails(Error::BadValidity),
		)
		.case(Maximum, for_time(now, || u64::MAX).fails(Error::BadValidity))
		.case(
			Maximum,
			for_time(|| now() + 1, || now() + 2).fails(Error::FromTheFuture),
		)
		.never(
			&[Overflow],
			"it is valid for no longer than its end is later than its beginning",
		)
		.never(&ASSETS, IN_NATIVE)
		.case(
			OwnCounterparty,
			then(|| root_acts(accredit(OWNER)))
				.by(OWNER)
				.fails(Error::RelatedIssuer),
		)
		.case(OwnCounterparty, then(|| sell(LABORATORY)).fails(Error::RelatedIssuer))
		.case(FullList, given(certified_often).fails(Error::TooManyCertificates))
		// One that is over makes room.
		.case(FullList, given(certified_often).then(|| skip(2 * KEPT + 1)))
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(LABORATORY))).fails(TokenError::FundsUnavailable),
		)
		.case(TooLate, for_time(|| now() - 2, || now() - 1).fails(Error::BadValidity))
		.case(TooLate, for_time(|| now() - 2, now))
}

/// The call that revokes.
fn revoking(certificate: CertificateId) -> Call<Runtime> {
	Call::revoke_certificate {
		machine: machine(),
		metric: MetricId(VIBRATION),
		certificate,
	}
}

fn revoke_certificate() -> Row {
	let may = actor_or_root(LABORATORY, Error::NotYours);
	Row::new(name("revoke_certificate"), may, calibrated, || revoking(certificate()))
		// It is its own also when it is trusted no more.
		.case(Right, then(|| root_acts(removing())))
		.case(Stranger, by(OWNER).fails(Error::NotYours))
		.case(
			WrongState,
			calling(|| revoking(CertificateId(1))).fails(Error::UnknownCertificate),
		)
		.case(
			WrongState,
			given(trading)
				.calling(|| revoking(CertificateId(1)))
				.fails(Error::UnknownCertificate),
		)
		.case(
			WrongState,
			then(|| act(LABORATORY, revoking(certificate()))).fails(Error::AlreadyRevoked),
		)
		.with_a_frozen_machine_too()
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, IN_NATIVE)
		.case(OwnCounterparty, then(|| sell(LABORATORY)))
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.at_any_time(WINDOW)
}

fn prune_certificate() -> Row {
	let prunes = |certificate| Call::<Runtime>::prune_certificate {
		machine: machine(),
		metric: MetricId(VIBRATION),
		certificate,
	};
	let over = || {
		calibrated();
		skip(2 * KEPT + 1);
	};
	let revoked = || {
		calibrated();
		act(LABORATORY, revoking(certificate()));
	};
	Row::new(name("prune_certificate"), anybody(STRANGER), over, move || {
		prunes(certificate())
	})
	.case(Right, by(LABORATORY))
	.case(Right, given(revoked).then(|| skip(KEPT + 1)))
	.case(
		WrongState,
		calling(move || prunes(CertificateId(1))).fails(Error::UnknownCertificate),
	)
	.case(WrongState, given(calibrated).fails(Error::StillNeeded))
	.with_a_frozen_machine_too()
	.never(&AMOUNTS, NO_AMOUNT)
	.never(&ASSETS, IN_NATIVE)
	.case(OwnCounterparty, then(|| sell(LABORATORY)))
	.never(&[FullList], FILLS_NO_LIST)
	.never(&[DepositUnaffordable], TAKES_NOTHING)
	.case(TooLate, given(revoked).then(|| skip(KEPT)).fails(Error::StillNeeded))
	.case(TooLate, given(calibrated).then(|| skip(KEPT)).fails(Error::StillNeeded))
}
