//! Who gains by lying, by replaying, by being somebody else? Nobody.

use crate::{mock::*, Call, ChannelId, Error, Redemption};
use bpiiot_primitives::AssetKind;
use frame_support::{
	assert_noop, assert_ok,
	traits::{GetCallName, UnfilteredDispatchable},
};
use sp_runtime::{traits::BadOrigin, DispatchError};

/// Each call, in their order.
fn calls(channel: ChannelId) -> Vec<Call<Test>> {
	let (amount, newest, voucher) = (1, Some(voucher(channel, 500)), voucher(channel, 500));
	vec![
		opening(AssetKind::Native, AMOUNT, terms()),
		Call::top_up { channel, amount },
		Call::redeem { channel, voucher },
		Call::redeem_batch {
			vouchers: vec![Redemption { channel, voucher }].try_into().expect("one"),
		},
		Call::request_close { channel, newest },
		Call::close { channel, newest },
		closing_together(channel, 500),
		Call::expire { channel },
		Call::remove { channel },
	]
}

/// Whom each call refuses while the channel is open, and with what. A new call has no row here, and the test fails.
fn refusals(call: &str) -> Vec<(AccountId, Error<Test>)> {
	let by = |who: &[AccountId], error: fn() -> Error<Test>| {
		who.iter().map(|who| (who.clone(), error())).collect::<Vec<_>>()
	};
	match call {
		// Anybody may: what it costs him is his own, or it is the payee who is paid.
		"open" | "redeem" | "redeem_batch" | "close_together" => vec![],
		"top_up" | "request_close" | "remove" => by(&[payee(), stranger(), owner()], || Error::NotThePayer),
		"close" => by(&[payer(), stranger(), owner()], || Error::NotThePayee),
		"expire" => by(&[payer(), payee(), stranger()], || Error::NotExpired),
		other => panic!("no row for the call {other}"),
	}
}

#[test]
fn every_call_refuses_every_wrong_origin_and_nothing_moves() {
	for (index, name) in Call::<Test>::get_call_names().iter().enumerate() {
		build_and_execute(|| {
			let call = calls(opened()).swap_remove(index);
			assert_eq!(call.get_call_name(), *name);
			let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
			for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
				let refused = call.clone().dispatch_bypass_filter(origin);
				assert_eq!(refused.map_err(|failed| failed.error), Err(BadOrigin.into()), "{name}");
			}
			for (who, error) in refusals(name) {
				assert_eq!(signed(&who, call.clone()), Err(error.into()), "{name} by {who:?}");
			}
			assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), before, "{name}");
		});
	}
}

#[test]
fn every_call_refuses_what_is_not_there_and_what_has_ended() {
	build_and_execute(|| {
		for call in calls(ChannelId(1)).into_iter().skip(1) {
			let name = call.get_call_name();
			for who in people() {
				let refused = signed(&who, call.clone());
				assert_eq!(refused, Err(Error::<Test>::UnknownChannel.into()), "{name}");
			}
		}
		let channel = opened();
		assert_ok!(close(channel));
		for call in calls(channel).into_iter().skip(1) {
			let name = call.get_call_name();
			let rightful = if name == "close" { payee() } else { payer() };
			let expected = match name {
				"remove" => Ok(()),
				_ => Err(DispatchError::from(Error::<Test>::Ended)),
			};
			assert_eq!(signed(&rightful, call), expected, "{name}");
		}
	});
}

/// What can be done once cannot be done again by sending it again.
#[test]
fn no_call_that_pays_or_ends_something_can_be_replayed() {
	build_and_execute(|| {
		let once = |who: &AccountId, call: Call<Test>, error: Error<Test>| {
			let name = call.get_call_name();
			assert_ok!(signed(who, call.clone()));
			assert_eq!(signed(who, call), Err(error.into()), "{name}");
		};
		let channel = opened();
		let [redeem, batch, ask, close, together] = [2, 3, 4, 5, 6].map(|index| calls(channel).swap_remove(index));
		once(&stranger(), redeem, Error::NotNewer);
		assert_noop!(signed(&stranger(), batch), Error::<Test>::NotNewer);
		once(&payer(), ask, Error::AlreadyClosing);
		once(&stranger(), together, Error::Ended);
		assert_noop!(signed(&payee(), close), Error::<Test>::Ended);
		once(&payer(), Call::remove { channel }, Error::UnknownChannel);
	});
}

/// An end that both have signed and did not use is of use as long as nothing more was paid: so who has agreed to one supplies
/// nothing more.
#[test]
fn an_old_end_of_both_is_of_no_use_after_a_newer_voucher() {
	build_and_execute(|| {
		let channel = opened();
		let old = closing_together(channel, 1_000);
		assert_ok!(redeem(channel, 1_001));
		assert_noop!(signed(&payer(), old), Error::<Test>::LessThanPaid);
	});
}

/// The largest record, and what pays for it.
#[test]
fn all_that_is_stored_is_bounded() {
	use codec::MaxEncodedLen;
	let channel = crate::ChannelOf::<Test>::max_encoded_len();
	assert!(channel < 600, "{channel}");
	build_and_execute(|| {
		use codec::Encode;
		let size = record(opened()).encode().len();
		assert!(size < 420, "{size}");
	});
}

#[test]
fn a_flood_of_channels_costs_a_fee_each_and_finds_its_end() {
	build_and_execute(|| {
		let open = || signed(&payer(), opening(AssetKind::Native, MINIMUM, terms()));
		for _ in 0..MAX_CHANNELS {
			assert_ok!(open());
		}
		assert_noop!(open(), Error::<Test>::TooManyChannels);
		for channel in crate::Channels::<Test>::iter_keys().collect::<Vec<_>>() {
			assert_ok!(close(channel));
			assert_ok!(signed(&payer(), Call::remove { channel }));
		}
		assert_eq!(gain(&payer()), -(FEE as i128 * MAX_CHANNELS as i128));
	});
}
