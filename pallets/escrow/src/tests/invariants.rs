//! try-state sees what is broken.

use super::money::ASSETS;
use crate::{mock::*, Arbiters, Call, Credits, DeadlineKey, Deadlines, Disputes, HoldReason};
use bpiiot_primitives::{AgreementRef, AssetKind, BondOutcome::Returned, JobId, Side};
use frame_support::{assert_ok, storage::with_transaction, traits::fungibles::MutateHold};
use sp_runtime::{DispatchError, TransactionOutcome, TryRuntimeError};

/// Runs `break_it` on a state with one bonded escrow, a credit and an accepted dispute, and tells what try-state says.
fn broken_by(asset: AssetKind, break_it: impl FnOnce(JobId)) -> TryRuntimeError {
	let mut said = Ok(());
	build_and_execute(|| {
		let _ = with_transaction(|| {
			let dust = open(PAYER, terms(asset, NEWCOMER, 100)).expect("funded");
			assert_ok!(settle(dust, 1, Returned));
			let id = opened(asset);
			assert_ok!(post_bond(id, PAYEE, 50));
			registered();
			assert_ok!(dispute(disputed_in(asset), OWNER, Side::Payee, 90));
			assert_ok!(signed(ARBITER, Call::accept_case { agreement: DISPUTED }));
			break_it(id);
			said = Escrow::do_try_state();
			TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
		});
	});
	said.expect_err("try-state must see the damage")
}

/// The agreement in dispute of [`broken_by`].
const DISPUTED: AgreementRef = AgreementRef::Job(JobId(103));

fn disputed_in(asset: AssetKind) -> JobId {
	let id = open(PAYER, arbitrated(asset, ROBOT, 100)).expect("funded");
	assert_eq!(AgreementRef::Job(id), DISPUTED);
	id
}

fn change_dispute(change: impl FnOnce(&mut crate::DisputeOf<Test>)) {
	Disputes::<Test>::mutate(DISPUTED, |dispute| change(dispute.as_mut().expect("it is open")));
}

fn change(id: JobId, change: impl FnOnce(&mut Deal)) {
	Deals::mutate(id, |deal| change(deal.as_mut().expect("the deal exists")));
}

#[test]
fn try_state_sees_each_kind_of_damage_in_each_asset() {
	let other = TryRuntimeError::Other;
	for (asset, ..) in ASSETS {
		let broken = |break_it: fn(JobId)| broken_by(asset, break_it);
		assert_eq!(
			broken(|id| change(id, |deal| deal.escrow.held -= 1)),
			other("invariant 1: what payers have on hold differs from the escrows")
		);
		assert_eq!(
			broken(|id| change(id, |deal| deal.escrow.fee += 1)),
			other("invariant 1: what payers have on hold differs from the escrows")
		);
		assert_eq!(
			broken(|id| change(id, |deal| deal.escrow.deposit = 0)),
			other("invariant 1: what payers have on hold differs from the escrows")
		);
		assert_eq!(
			broken(|id| change(id, |deal| deal.escrow.bond = 0)),
			other("invariant 1: bonds on hold differ from the escrows")
		);
		assert_eq!(
			broken(|_| drop(Credits::<Test>::clear(10, None))),
			other("invariant 1: what is on hold as credit differs from the credits")
		);
		assert_eq!(
			broken(|id| change(id, |deal| deal.escrow.ended = true)),
			other("invariant 3: something is held for an escrow that has ended")
		);
	}
}

#[test]
fn try_state_sees_each_kind_of_damage_to_a_dispute() {
	let other = TryRuntimeError::Other;
	let disputes = other("invariant 1: openers' bonds and fees on hold differ from the disputes");
	let cases = other("invariant 1: arbiters' bonds on hold differ from the accepted cases");
	let arbiters = other("invariant 9: arbiters' deposits on hold differ from the registered arbiters");
	let ended = other("invariant 3: a dispute of an agreement that has ended");
	for (asset, ..) in ASSETS {
		let broken = |break_it: fn()| broken_by(asset, |_| break_it());
		let broken_dispute = |damage: fn(&mut crate::DisputeOf<Test>)| broken_by(asset, |_| change_dispute(damage));
		assert_eq!(broken_dispute(|dispute| dispute.bond -= 1), disputes);
		assert_eq!(broken_dispute(|dispute| dispute.fee += 1), disputes);
		assert_eq!(broken_dispute(|dispute| dispute.asset = COUPON), disputes);
		assert_eq!(broken_dispute(|dispute| dispute.opener = ROBOT), disputes);
		assert_eq!(broken_dispute(|dispute| dispute.case_bond = None), cases);
		assert_eq!(broken_dispute(|dispute| dispute.arbiter = PAYEE), cases);
		assert_eq!(broken(|| drop(Disputes::<Test>::clear(10, None))), cases);
		assert_eq!(broken(|| Arbiters::<Test>::remove(ARBITER)), arbiters);
		let copied = || Arbiters::<Test>::insert(PAYER, Arbiters::<Test>::get(ARBITER).expect("registered"));
		assert_eq!(broken_by(asset, |_| copied()), arbiters);
		for (reason, said) in [
			(HoldReason::Dispute, disputes),
			(HoldReason::Case, cases),
			(HoldReason::Arbiter, arbiters),
		] {
			let stray = |_| Fungibles::hold(asset, &reason.into(), &PAYEE, 20).expect("funded");
			assert_eq!(broken_by(asset, stray), said);
		}
		assert_eq!(broken_dispute(|dispute| dispute.at_stake = 101), ended);
		assert_eq!(broken_dispute(|dispute| dispute.payee = PAYEE), ended);
		let settled = |_| {
			let id = JobId(DISPUTED.id());
			change(id, |deal| deal.at_stake = None);
			assert_ok!(settle(id, 0, Returned));
		};
		assert_eq!(broken_by(asset, settled), ended);
		assert_eq!(
			broken(|| drop(Deadlines::<Test>::clear(10, None))),
			other("deadlines: a dispute is not in the index")
		);
		assert_eq!(
			broken_dispute(|dispute| dispute.until += 1),
			other("deadlines: a dispute is not in the index")
		);
	}
}

#[test]
fn try_state_fails_when_a_record_vanishes_or_is_there_twice() {
	let prices = TryRuntimeError::Other("invariant 1: what payers have on hold differs from the escrows");
	for (asset, ..) in ASSETS {
		assert_eq!(broken_by(asset, Deals::remove), prices);
		let copied = |id| Deals::insert(JobId(1), Deals::get(id).expect("the deal exists"));
		assert_eq!(broken_by(asset, copied), prices);
	}
}

#[test]
fn try_state_fails_when_the_asset_is_another_one() {
	let said = broken_by(AssetKind::Native, |id| change(id, |deal| deal.escrow.asset = DOLLAR));
	assert_eq!(
		said,
		TryRuntimeError::Other("invariant 1: what payers have on hold differs from the escrows")
	);
}

#[test]
fn try_state_fails_when_a_stranger_has_funds_on_hold() {
	for (asset, ..) in ASSETS {
		let said = broken_by(asset, |_| {
			assert_ok!(Fungibles::hold(asset, &HoldReason::Agreement.into(), &BROKE, 20));
		});
		assert_eq!(
			said,
			TryRuntimeError::Other("invariant 1: what payers have on hold differs from the escrows")
		);
	}
}

#[test]
fn try_state_fails_when_a_party_does_not_exist() {
	let said = broken_by(AssetKind::Native, |id| change(id, |deal| deal.escrow.payee = NEWCOMER));
	assert_eq!(
		said,
		TryRuntimeError::Other("invariant 1: bonds on hold differ from the escrows")
	);
}

#[test]
fn try_state_fails_when_a_credit_is_of_nothing() {
	let said = broken_by(AssetKind::Native, |_| {
		Credits::<Test>::insert((PAYEE, AssetKind::Native, PAYER), 0);
	});
	assert_eq!(said, TryRuntimeError::Other("invariant 1: a credit of nothing"));
}

#[test]
fn try_state_fails_when_a_deadline_stands_under_another_key() {
	let said = broken_by(AssetKind::Native, |id| {
		Deadlines::<Test>::insert(DeadlineKey::new(5, AgreementRef::Job(JobId(6))), AgreementRef::Job(id));
	});
	assert_eq!(
		said,
		TryRuntimeError::Other("deadlines: an entry stands under another agreement's key")
	);
}
