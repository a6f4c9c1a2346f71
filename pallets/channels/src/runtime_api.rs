//! What clients may ask the runtime of channels, without knowing how they are stored.

use crate::{Balance, Channel, ChannelId};
use alloc::vec::Vec;
use bpiiot_primitives::AgreementMillis;
use codec::{Codec, Decode, Encode};
use scale_info::TypeInfo;

/// A channel, and what it comes to now.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct FoundChannel<Escrow> {
	/// Its id.
	pub id: ChannelId,
	/// Whether a newer voucher would be paid now.
	pub takes_vouchers: bool,
	/// What vouchers may still take from it, if it does.
	pub left: Balance,
	/// The channel.
	pub channel: Channel<Escrow>,
	/// Now, on the agreement clock, on which all its moments are.
	pub now: AgreementMillis,
}

/// Some of a payer's channels.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ChannelPage<Escrow> {
	/// By age.
	pub channels: Vec<FoundChannel<Escrow>>,
	/// Where to go on; none at the end.
	pub next: Option<ChannelId>,
}

sp_api::decl_runtime_apis! {
	/// Finding channels, page by page. Each call does bounded work.
	pub trait ChannelsApi<AccountId, Escrow>
	where
		AccountId: Codec,
		Escrow: Codec,
	{
		/// A channel and its state; none if there is none, or its record was removed.
		fn channel(channel: ChannelId) -> Option<FoundChannel<Escrow>>;

		/// The channels of a payer, the oldest first, at most 16; also those that have ended and were not removed.
		///
		/// - `cursor`: the `next` of the page before; none for the first page.
		fn channels_of(payer: AccountId, cursor: Option<ChannelId>) -> ChannelPage<Escrow>;

		/// How many vouchers one call of `redeem_batch` takes.
		fn max_batch() -> u32;
	}
}
