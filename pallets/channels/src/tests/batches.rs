//! Vouchers of several channels in one call.

use crate::{mock::*, Balance, Call, ChannelId, Error, Event, Redemption};
use frame_support::{assert_noop, assert_ok, BoundedVec};
use sp_runtime::DispatchError;

fn batch(vouchers: &[(ChannelId, Balance)]) -> Call<Test> {
	let vouchers = vouchers.iter().map(|(channel, amount)| Redemption {
		channel: *channel,
		voucher: voucher(*channel, *amount),
	});
	let vouchers: Vec<_> = vouchers.collect();
	Call::redeem_batch {
		vouchers: BoundedVec::try_from(vouchers).expect("no more than there may be"),
	}
}

#[test]
fn a_batch_pays_each_of_its_vouchers() {
	build_and_execute(|| {
		let channels: Vec<_> = (0..MAX_BATCH).map(|_| opened()).collect();
		let vouchers: Vec<_> = channels.iter().map(|channel| (*channel, 1_000)).collect();
		assert_ok!(signed(&stranger(), batch(&vouchers)));
		assert_eq!(gain(&payee()), 8_000);
		assert!(channels.iter().all(|channel| record(*channel).paid == tally(1_000)));
	});
}

#[test]
fn one_that_cannot_be_paid_stops_none_of_the_others() {
	build_and_execute(|| {
		let (open, ended, other) = (opened(), opened(), opened());
		assert_ok!(close(ended));
		// The same channel twice: the newer one adds its difference, the older one nothing.
		let vouchers = [(ended, 5_000), (open, 1_000), (open, 3_000), (open, 2_000), (other, 7)];
		assert_ok!(signed(&payee(), batch(&vouchers)));
		assert_eq!(gain(&payee()), 3_007);
		let refused: Vec<_> = System::events()
			.into_iter()
			.filter_map(|record| match record.event {
				RuntimeEvent::Channels(Event::NotRedeemed { channel, error }) => Some((channel, error)),
				_ => None,
			})
			.collect();
		// An event does not keep the message.
		let error = |error: Error<Test>| DispatchError::from(error).stripped();
		assert_eq!(refused, [(ended, error(Error::Ended)), (open, error(Error::NotNewer))]);
	});
}

#[test]
fn a_batch_of_which_nothing_is_paid_fails_with_the_first_reason() {
	build_and_execute(|| {
		let (open, ended) = (opened(), opened());
		assert_ok!(close(ended));
		assert_noop!(signed(&payee(), batch(&[])), Error::<Test>::EmptyBatch);
		let vouchers = [(ended, 5_000), (open, AMOUNT + 1)];
		assert_noop!(signed(&payee(), batch(&vouchers)), Error::<Test>::Ended);
		let unknown = [(ChannelId(9), 1)];
		assert_noop!(signed(&payee(), batch(&unknown)), Error::<Test>::UnknownChannel);
	});
}
