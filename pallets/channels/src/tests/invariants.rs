//! That each check of try-state fails on a broken state.

use crate::{mock::*, ChannelId, ChannelOf, ChannelState, Channels as ChannelsMap, ChannelsOf, Outcome};
use bpiiot_primitives::AgreementRef;
use frame_support::{assert_ok, storage::with_transaction};
use sp_core::sr25519::Public;
use sp_runtime::{DispatchError, TransactionOutcome, TryRuntimeError};

/// Runs `make` and then `break_it`, and tells what try-state says.
fn broken(make: impl FnOnce() -> ChannelId, break_it: impl FnOnce(ChannelId)) -> &'static str {
	let mut said = Ok(());
	build_and_execute(|| {
		let _ = with_transaction(|| {
			let made = make();
			assert_eq!(Channels::do_try_state(), Ok(()), "before the damage");
			break_it(made);
			said = Channels::do_try_state();
			TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
		});
	});
	match said {
		Err(TryRuntimeError::Other(broken)) => broken,
		other => panic!("try-state must see the damage, and says {other:?}"),
	}
}

/// The same for a change of the record.
fn spoilt(make: impl FnOnce() -> ChannelId, spoil: impl FnOnce(&mut ChannelOf<Test>)) -> &'static str {
	broken(make, |id| {
		ChannelsMap::<Test>::mutate(id, |channel| spoil(channel.as_mut().expect("it exists")));
	})
}

fn paid() -> ChannelId {
	let channel = opened();
	assert_ok!(redeem(channel, 4_000));
	channel
}

fn asked() -> ChannelId {
	let channel = opened();
	assert_ok!(request_close(channel));
	channel
}

fn ended() -> ChannelId {
	let channel = paid();
	assert_ok!(close(channel));
	channel
}

#[test]
fn try_state_sees_money_that_does_not_fit() {
	assert_eq!(
		spoilt(opened, |channel| channel.state =
			ChannelState::Settled(Outcome::Expired)),
		"invariant 3: a channel and its escrow have not ended together"
	);
	assert_eq!(
		spoilt(ended, |channel| channel.state = ChannelState::Open),
		"invariant 3: a channel and its escrow have not ended together"
	);
	assert_eq!(
		spoilt(paid, |channel| channel.deposited = 3_999),
		"invariant 1: more was paid than was put in"
	);
	let differs = "invariant 1: an open channel's escrow differs from what was not paid";
	assert_eq!(spoilt(paid, |channel| channel.paid.amount += 1), differs);
	assert_eq!(spoilt(asked, |channel| channel.deposited += 1), differs);
	assert_eq!(
		broken(paid, |id| {
			use bpiiot_primitives::{Actor, Escrow as _};
			let mut record = record(id);
			let payee = Actor {
				account: payee(),
				machine: None,
			};
			assert_ok!(Escrow::post_bond(
				AgreementRef::Channel(id),
				&mut record.escrow,
				&payee,
				10
			));
			ChannelsMap::<Test>::insert(id, record);
		}),
		"invariant 1: a channel has a bond"
	);
}

#[test]
fn try_state_sees_terms_that_would_be_refused() {
	let keys = "invariant 4: a channel's keys are no keys";
	assert_eq!(
		spoilt(opened, |channel| channel.terms.payee_key = channel.terms.payer_key),
		keys
	);
	let weak = Public::from_raw([0; 32]);
	assert_eq!(spoilt(opened, |channel| channel.terms.payee_key = weak), keys);
	assert_eq!(spoilt(opened, |channel| channel.terms.payer_key = weak), keys);
	let terms = "invariant 4: a channel's terms would be refused";
	assert_eq!(spoilt(opened, |channel| channel.terms.metering.tick = 0), terms);
	assert_eq!(spoilt(opened, |channel| channel.terms.lifetime = 1), terms);
}

#[test]
fn try_state_sees_moments_that_do_not_fit() {
	let order = "invariant 4: a channel's moments are out of order";
	assert_eq!(spoilt(asked, |channel| channel.expires_at = START + WINDOW - 1), order);
	assert_eq!(spoilt(opened, |channel| channel.opened_at = u64::MAX), order);
	assert_eq!(
		spoilt(opened, |channel| channel.indexed_at -= 1),
		"deadlines: an open channel is looked at at another moment than its deadline"
	);
	assert_eq!(
		broken(opened, |_| drop(pallet_escrow::Deadlines::<Test>::clear(
			u32::MAX,
			None
		))),
		"deadlines: an open channel is not in the index"
	);
}

#[test]
fn try_state_sees_what_counted_too_early() {
	let early = "invariant 8: a channel has counted or was rated before it has ended";
	assert_eq!(spoilt(opened, |channel| channel.rated = true), early);
	assert_eq!(spoilt(asked, |channel| channel.counted.weight = 1), early);
}

#[test]
fn try_state_sees_lists_that_differ() {
	let differ = "lists: those of the payers differ from the channels";
	assert_eq!(broken(opened, |_| ChannelsOf::<Test>::remove(payer())), differ);
	assert_eq!(
		broken(opened, |_| ChannelsOf::<Test>::insert(
			stranger(),
			ChannelsOf::<Test>::take(payer())
		)),
		differ
	);
	assert_eq!(
		broken(opened, |id| ChannelsOf::<Test>::mutate(payer(), |channels| {
			channels.try_push(id).expect("there is room");
		})),
		differ
	);
	assert_eq!(
		broken(opened, |_| ChannelsOf::<Test>::insert(
			stranger(),
			frame_support::BoundedVec::default()
		)),
		"lists: an empty one is kept"
	);
}
