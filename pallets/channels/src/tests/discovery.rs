//! Finding channels: asked as a client asks, through the runtime API and its encoding.

use crate::{
	mock::*,
	runtime_api::{ChannelPage, FoundChannel},
	Call, ChannelId, EscrowAccountOf,
};
use codec::{Decode, Encode};
use frame_support::assert_ok;
use sp_runtime::{traits::Block as BlockT, ExtrinsicInclusionMode};

type Block = <Test as frame_system::Config>::Block;
type Found = FoundChannel<EscrowAccountOf<Test>>;

sp_api::impl_runtime_apis! {
	impl sp_api::Core<Block> for Test {
		fn version() -> sp_version::RuntimeVersion {
			Default::default()
		}

		fn execute_block(_: <Block as BlockT>::LazyBlock) {}

		fn initialize_block(_: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
			ExtrinsicInclusionMode::AllExtrinsics
		}
	}

	impl crate::runtime_api::ChannelsApi<Block, AccountId, EscrowAccountOf<Test>> for Test {
		fn channel(channel: ChannelId) -> Option<FoundChannel<EscrowAccountOf<Test>>> {
			Channels::channel_state(channel)
		}

		fn channels_of(payer: AccountId, cursor: Option<ChannelId>) -> ChannelPage<EscrowAccountOf<Test>> {
			Channels::channels_of(payer, cursor)
		}

		fn max_batch() -> u32 {
			Channels::max_batch()
		}
	}
}

/// What a node answers to `state_call`.
fn ask<Answer: Decode>(method: &str, arguments: impl Encode) -> Answer {
	let answer = api::dispatch(method, &arguments.encode()).expect("the runtime has it");
	Answer::decode(&mut answer.as_slice()).expect("it is of this type")
}

fn channel(channel: ChannelId) -> Option<Found> {
	ask("ChannelsApi_channel", channel)
}

fn page(payer: AccountId, cursor: Option<ChannelId>) -> (Vec<ChannelId>, Option<ChannelId>) {
	let page: ChannelPage<EscrowAccountOf<Test>> = ask("ChannelsApi_channels_of", (payer, cursor));
	(page.channels.into_iter().map(|found| found.id).collect(), page.next)
}

#[test]
fn a_channel_tells_what_may_still_be_taken_from_it() {
	build_and_execute(|| {
		let id = opened();
		assert_ok!(redeem(id, 4_000));
		let found = channel(id).expect("it is there");
		assert_eq!((found.id, found.takes_vouchers, found.left), (id, true, 6_000));
		assert_eq!((found.now, found.channel), (START, record(id)));
		assert_ok!(request_close(id));
		at(WINDOW);
		assert!(channel(id).expect("it is there").takes_vouchers);
		at(WINDOW + 1);
		assert!(!channel(id).expect("it is there").takes_vouchers);
		idle();
		assert!(!channel(id).expect("it is there").takes_vouchers);
		assert_ok!(signed(&payer(), Call::remove { channel: id }));
		assert_eq!(channel(id), None);
		assert_eq!(ask::<u32>("ChannelsApi_max_batch", ()), MAX_BATCH);
	});
}

#[test]
fn a_payers_channels_come_in_pages() {
	build_and_execute(|| {
		let mut all: Vec<_> = (0..MAX_CHANNELS).map(|_| opened()).collect();
		opened_by(
			&stranger(),
			opening(bpiiot_primitives::AssetKind::Native, AMOUNT, terms()),
		);
		let (first, next) = page(payer(), None);
		assert_eq!((first.as_slice(), next), (&all[..16], Some(all[15])));
		assert_eq!(page(payer(), next), (all[16..].to_vec(), None));
		assert_eq!(page(payer(), Some(ChannelId(u64::MAX))), (vec![], None));
		assert_eq!(page(payee(), None), (vec![], None));
		// Those that have ended are there until they are removed.
		assert_ok!(close(all[0]));
		assert_eq!(page(payer(), None).0[0], all[0]);
		assert_ok!(signed(&payer(), Call::remove { channel: all[0] }));
		all.remove(0);
		assert_eq!(page(payer(), None).0, all[..16]);
	});
}
