//! Finding channels.

use crate::{
	runtime_api::{ChannelPage, FoundChannel},
	ChannelId, Channels, ChannelsOf, Config, EscrowAccountOf, Pallet,
};
use bpiiot_primitives::AgreementClock;
use frame_support::traits::Get;

/// Channels in a page.
pub(crate) const CHANNELS_A_PAGE: usize = 16;

/// What [`ChannelsApi`](crate::runtime_api::ChannelsApi) answers.
impl<T: Config> Pallet<T> {
	/// See [`ChannelsApi::channel`](crate::runtime_api::ChannelsApi::channel).
	pub fn channel_state(id: ChannelId) -> Option<FoundChannel<EscrowAccountOf<T>>> {
		let channel = Channels::<T>::get(id)?;
		let now = T::Clock::now();
		Some(FoundChannel {
			id,
			takes_vouchers: channel.deadline().is_some_and(|deadline| now <= deadline),
			left: channel.deposited.saturating_sub(channel.paid.amount),
			channel,
			now,
		})
	}

	/// See [`ChannelsApi::channels_of`](crate::runtime_api::ChannelsApi::channels_of).
	pub fn channels_of(payer: T::AccountId, cursor: Option<ChannelId>) -> ChannelPage<EscrowAccountOf<T>> {
		let mut ids = ChannelsOf::<T>::get(payer).into_inner();
		ids.sort_unstable();
		ids.retain(|id| Some(*id) > cursor);
		let is_more = ids.len() > CHANNELS_A_PAGE;
		ids.truncate(CHANNELS_A_PAGE);
		ChannelPage {
			next: ids.last().copied().filter(|_| is_more),
			channels: ids.into_iter().filter_map(Self::channel_state).collect(),
		}
	}

	/// See [`ChannelsApi::max_batch`](crate::runtime_api::ChannelsApi::max_batch).
	pub fn max_batch() -> u32 {
		T::MaxBatch::get()
	}
}
