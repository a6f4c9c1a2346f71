//! Opening channels, and putting more into them.

use crate::{mock::*, Balance, Call, ChannelState, Error, Event, Terms, Unit};
use bpiiot_primitives::{AssetKind, EscrowView};
use frame_support::{assert_noop, assert_ok};
use sp_core::{sr25519::Public, Pair};

#[test]
fn what_is_put_in_is_on_hold_with_a_deposit_and_a_fee() {
	build_and_execute(|| {
		let channel = opened();
		assert_eq!(money(&payer()), (ENDOWMENT, AMOUNT + DEPOSIT + ITS_FEE));
		assert_eq!(money(&payee()), (ENDOWMENT, 0));
		let record = record(channel);
		assert_eq!((record.payer(), record.payee()), (&payer(), &payee()));
		assert_eq!((record.state, record.deposited), (ChannelState::Open, AMOUNT));
		assert_eq!((record.escrow.held(), record.paid.amount), (AMOUNT, 0));
		assert_eq!(record.expires_at, record.opened_at + LIFETIME);
		System::assert_last_event(
			Event::Opened {
				channel,
				payer: payer(),
				payee: payee(),
				asset: AssetKind::Native,
				amount: AMOUNT,
				payer_key: payer_key().public(),
				payee_key: payee_key().public(),
				expires_at: record.expires_at,
			}
			.into(),
		);
	});
}

#[test]
fn each_channel_has_an_id_of_its_own() {
	build_and_execute(|| {
		let ids: std::collections::BTreeSet<_> = (0..5).map(|_| opened()).collect();
		assert_eq!(ids.len(), 5);
	});
}

#[test]
fn terms_that_cannot_be_are_refused() {
	build_and_execute(|| {
		let refused = |change: fn(&mut Terms), error: Error<Test>| {
			let mut terms = terms();
			change(&mut terms);
			assert_noop!(signed(&payer(), opening(AssetKind::Native, AMOUNT, terms)), error);
		};
		refused(|terms| terms.payer_key = Public::from_raw([0; 32]), Error::BadKey);
		refused(|terms| terms.payee_key = Public::from_raw([0; 32]), Error::BadKey);
		refused(|terms| terms.payee_key = terms.payer_key, Error::BadKey);
		refused(|terms| terms.metering.tick = 0, Error::BadMetering);
		refused(|terms| terms.metering.tariff.price = 0, Error::BadMetering);
		refused(|terms| terms.metering.tariff.per = 0, Error::BadMetering);
		refused(|terms| terms.metering.unit = Unit(*b"ltr"), Error::BadMetering);
		refused(|terms| terms.challenge_window = MIN_WINDOW - 1, Error::WindowOutOfRange);
		refused(|terms| terms.challenge_window = MAX_WINDOW + 1, Error::WindowOutOfRange);
		refused(|terms| terms.lifetime = WINDOW - 1, Error::LifetimeOutOfRange);
		refused(|terms| terms.lifetime = MAX_LIFETIME + 1, Error::LifetimeOutOfRange);
	});
}

#[test]
fn the_ends_of_the_ranges_are_allowed() {
	build_and_execute(|| {
		for (challenge_window, lifetime) in [(MIN_WINDOW, MIN_WINDOW), (MAX_WINDOW, MAX_LIFETIME)] {
			let terms = Terms {
				challenge_window,
				lifetime,
				..terms()
			};
			opened_by(&payer(), opening(AssetKind::Native, MINIMUM, terms));
		}
	});
}

#[test]
fn nothing_and_next_to_nothing_are_refused() {
	build_and_execute(|| {
		let open = |amount| signed(&payer(), opening(AssetKind::Native, amount, terms()));
		assert_noop!(open(0), Error::<Test>::ZeroAmount);
		assert_noop!(open(MINIMUM - 1), pallet_escrow::Error::<Test>::ReleaseBelowMinimum);
		assert!(open(ENDOWMENT).is_err() && open(Balance::MAX).is_err());
		assert_eq!(money(&payer()), (ENDOWMENT, 0));
		let itself = Call::open {
			payee: payer(),
			asset: AssetKind::Native,
			amount: AMOUNT,
			terms: terms(),
		};
		assert_noop!(signed(&payer(), itself), pallet_escrow::Error::<Test>::SameParty);
	});
}

#[test]
fn a_payer_has_so_many_channels_and_removes_those_that_have_ended() {
	build_and_execute(|| {
		let channels: Vec<_> = (0..MAX_CHANNELS).map(|_| opened()).collect();
		let another = || signed(&payer(), opening(AssetKind::Native, AMOUNT, terms()));
		assert_noop!(another(), Error::<Test>::TooManyChannels);
		assert_ok!(close(channels[3]));
		assert_noop!(another(), Error::<Test>::TooManyChannels);
		assert_ok!(signed(&payer(), Call::remove { channel: channels[3] }));
		assert_ok!(another());
		// Others are not concerned.
		opened_by(&stranger(), opening(AssetKind::Native, AMOUNT, terms()));
	});
}

#[test]
fn more_can_be_put_in_while_it_is_open() {
	build_and_execute(|| {
		let channel = opened();
		let top_up = |amount| signed(&payer(), Call::top_up { channel, amount });
		assert_noop!(top_up(0), Error::<Test>::ZeroAmount);
		assert_noop!(redeem(channel, AMOUNT + 1), Error::<Test>::OverDeposit);
		assert_ok!(top_up(1));
		assert_ok!(redeem(channel, AMOUNT + 1));
		assert_eq!(
			(record(channel).deposited, record(channel).escrow.held()),
			(AMOUNT + 1, 0)
		);
		assert_ok!(top_up(7));
		assert_eq!(record(channel).escrow.held(), 7);
		assert!(top_up(Balance::MAX).is_err());
		assert_ok!(request_close(channel));
		assert_noop!(top_up(1), Error::<Test>::AlreadyClosing);
		at(WINDOW + 1);
		assert_noop!(top_up(1), Error::<Test>::TooLate);
		assert_ok!(expire(channel));
		assert_noop!(top_up(1), Error::<Test>::Ended);
	});
}

#[test]
fn the_fee_grows_with_what_is_put_in_and_goes_to_the_chain_alone() {
	build_and_execute(|| {
		let cheap = opened_by(&payer(), opening(AssetKind::Native, 100, terms()));
		assert_eq!(record(cheap).escrow.fee(), FEE);
		let dear = opened();
		assert_eq!(record(dear).escrow.fee(), ITS_FEE);
		for channel in [cheap, dear] {
			assert_ok!(close(channel));
			assert_ok!(signed(&payer(), Call::remove { channel }));
		}
		assert_eq!((gain(&payer()), gain(&payee())), (-70, 0));
		assert_eq!(money(&pot()).0, MINIMUM + 70);
	});
}
