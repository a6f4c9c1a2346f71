//! Payment channels, and what is signed for them.

use super::*;
use crate::chain::pair;
use bpiiot_primitives::ChannelId;
use bpiiot_runtime::{Balance, Hash, Runtime};
use bpiiot_voucher::{Domain, Metering, SignedTally, Tally, Tariff, Unit, Word};
use pallet_channels::{Call, ChannelOf, Redemption, Terms as ChannelTerms};
use sp_core::{sr25519, Pair};
use sp_runtime::Permill;

/// The shortest time that a payee may be given, in milliseconds; and as long again lives the channel.
pub const CHALLENGE: u64 = 3_600_000;
/// How long the channel lives, in milliseconds.
pub const LIFETIME: u64 = 2 * CHALLENGE;
/// A channel that there is not.
pub const NO_CHANNEL: ChannelId = ChannelId(1);

/// What signs vouchers.
pub fn payer_key() -> sr25519::Pair {
	pair("Vouchers")
}

/// What signs statements of the meter.
pub fn payee_key() -> sr25519::Pair {
	pair("Statements")
}

/// What is put into the channel.
pub fn stake() -> Balance {
	20 * coin()
}

/// What a voucher is over, mostly.
pub fn used() -> Balance {
	5 * coin()
}

/// What is left of the channel when that is paid.
pub fn unused() -> Balance {
	stake() - used()
}

/// What the chain gets for the channel: half a percent of what is put in.
pub fn channel_fee() -> Balance {
	Permill::from_parts(5_000) * stake()
}

/// What the payer has on hold until the record is removed.
pub fn channel_deposit() -> Balance {
	worth(<Runtime as pallet_channels::Config>::ChannelDeposit::get())
}

/// What both ends agree to: the machine's work by the second.
pub fn channel_terms() -> ChannelTerms {
	ChannelTerms {
		payer_key: payer_key().public(),
		payee_key: payee_key().public(),
		metering: Metering {
			unit: Unit(*b"SEC"),
			tariff: Tariff {
				price: coin() / 100,
				per: 1,
			},
			tick: 10,
		},
		challenge_window: CHALLENGE,
		lifetime: LIFETIME,
	}
}

/// The call that opens a channel to the machine.
pub fn open_channel(amount: Balance, terms: ChannelTerms) -> Call<Runtime> {
	Call::open {
		payee: machine().account(),
		asset: asset(),
		amount,
		terms,
	}
}

/// The newest channel.
pub fn channel() -> ChannelId {
	let newest = pallet_channels::Channels::<Runtime>::iter_keys().max();
	newest.expect("something was opened")
}

/// Its record.
pub fn channel_record() -> ChannelOf<Runtime> {
	pallet_channels::Channels::<Runtime>::get(channel()).expect("is there")
}

/// Where a channel may stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
	/// Vouchers are paid.
	Open,
	/// The payer has asked for the end.
	Closing,
	/// All is paid.
	Settled,
}

impl Flow {
	/// All of them.
	pub const ALL: [Self; 3] = [Self::Open, Self::Closing, Self::Settled];
	/// Before it has ended.
	pub const RUNNING: [Self; 2] = [Self::Open, Self::Closing];
}

/// There is a machine, and a channel of the customer's to it that stands here.
pub fn channel_at(flow: Flow) {
	registered();
	flowing(CUSTOMER, flow);
}

/// There is such a channel of the customer's machine.
pub fn machines_channel_at(flow: Flow) {
	registered();
	robot(MOST);
	flowing(ROBOT, flow);
}

/// Somebody opens a channel, and it comes to stand here.
fn flowing(payer: &str, flow: Flow) {
	act(payer, open_channel(stake(), channel_terms()));
	let (channel, newest) = (channel(), None);
	match flow {
		Flow::Open => (),
		Flow::Closing => act(payer, Call::request_close { channel, newest }),
		Flow::Settled => act(KEY, Call::close { channel, newest }),
	}
}

/// The customer has two channels to the machine.
pub fn two_channels() {
	channel_at(Flow::Open);
	act(CUSTOMER, open_channel(stake(), channel_terms()));
}

/// The two of them, the older first.
pub fn both_channels() -> [ChannelId; 2] {
	let mut all: Vec<_> = pallet_channels::Channels::<Runtime>::iter_keys().collect();
	all.sort_unstable();
	all.try_into().expect("there are two")
}

/// What a reading says that comes to this amount.
pub fn tally(amount: Balance) -> Tally {
	Tally {
		sequence: 1,
		reading: 0,
		amount,
	}
}

/// What a key says of an amount, for a channel of the chain with this first block.
pub fn signed_for(chain: Hash, channel: ChannelId, word: Word, amount: Balance, key: &sr25519::Pair) -> SignedTally {
	let domain = Domain {
		genesis: chain,
		channel,
	};
	SignedTally::sign(word, &domain, tally(amount), key)
}

/// A voucher of the channel.
pub fn voucher_for(channel: ChannelId, amount: Balance) -> SignedTally {
	signed_for(this_chain(), channel, Word::Voucher, amount, &payer_key())
}

/// A voucher of the newest channel.
pub fn voucher(amount: Balance) -> SignedTally {
	voucher_for(channel(), amount)
}

/// The call that has a voucher of the newest channel paid.
pub fn redeem(amount: Balance) -> Call<Runtime> {
	let (channel, voucher) = (channel(), voucher(amount));
	Call::redeem { channel, voucher }
}

/// The call that has vouchers paid.
pub fn redeem_batch(vouchers: impl IntoIterator<Item = Redemption>) -> Call<Runtime> {
	Call::redeem_batch {
		vouchers: list(vouchers),
	}
}

/// The end of the newest channel that these keys have signed.
pub fn close_together(amount: Balance, keys: [&sr25519::Pair; 2]) -> Call<Runtime> {
	let channel = channel();
	let [payer_signature, payee_signature] =
		keys.map(|key| signed_for(this_chain(), channel, Word::Close, amount, key).signature);
	Call::close_together {
		channel,
		last: tally(amount),
		payer_signature,
		payee_signature,
	}
}

/// So much of the newest channel is the machine's.
pub fn channel_has_paid(amount: Balance) {
	assert_eq!(channel_record().paid.amount, amount);
}
