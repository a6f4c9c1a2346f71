//! What the pallet stores, and what its calls are told.

use bpiiot_primitives::{AgreementMillis, Counted, EscrowView};
use bpiiot_voucher::{ChannelId, Metering, SignedTally, Tally};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::sr25519::Public;

/// An amount in a channel's asset, in its smallest unit; of the native token, in planck.
pub type Balance = u128;

/// What both ends agree to before the channel opens. Nothing of it changes while it is open, whatever keys are rotated and
/// whatever machines are sold.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Terms {
	/// The key that signs vouchers and, for the payer, the end of the channel. Of this channel alone: no account's, no machine's.
	pub payer_key: Public,
	/// The key that signs statements of the meter and, for the payee, the end of the channel. The payee looks that it is its own
	/// before it supplies anything.
	pub payee_key: Public,
	/// What is counted and what it costs: for both ends to know what was agreed to. The chain pays by vouchers.
	pub metering: Metering,
	/// How long the payee has to show a newer voucher when the payer asks for the end, in milliseconds.
	pub challenge_window: u64,
	/// How long the channel lives, in milliseconds.
	pub lifetime: u64,
}

/// A voucher for a batch.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Redemption {
	/// Of which channel.
	pub channel: ChannelId,
	/// The voucher.
	pub voucher: SignedTally,
}

/// How a channel ended.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
	/// Both keys have signed the end.
	#[codec(index = 0)]
	Agreed,
	/// The payee has ended it.
	#[codec(index = 1)]
	ClosedByPayee,
	/// The payer has asked for the end, and the time to show a newer voucher is over.
	#[codec(index = 2)]
	ClosedByPayer,
	/// Its life is over.
	#[codec(index = 3)]
	Expired,
}

/// Where a channel stands. It only moves down this list.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChannelState {
	/// Vouchers are paid, until it expires.
	#[codec(index = 0)]
	Open,
	/// The payer has asked for the end. Vouchers are paid until this moment, or until it expires if that is sooner.
	#[codec(index = 1)]
	Closing {
		/// On the agreement clock.
		until: AgreementMillis,
	},
	/// Nothing is on hold but the record's deposit, until the payer removes the record.
	#[codec(index = 2)]
	Settled(Outcome),
}

/// A channel and what became of it.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct Channel<Escrow> {
	/// The money: who pays, who is paid, the asset, and all that is on hold.
	pub escrow: Escrow,
	/// What both have agreed to.
	pub terms: Terms,
	/// Where the channel stands.
	pub state: ChannelState,
	/// Vouchers are too late after this moment.
	pub expires_at: AgreementMillis,
	/// Under which moment the channel stands in the index of deadlines: the deadline of its state.
	pub indexed_at: AgreementMillis,
	/// What the payer has put in, in all.
	pub deposited: Balance,
	/// What was paid so far: its amount is what the payee has got.
	pub paid: Tally,
	/// What the channel has counted for the payee's name.
	pub counted: Counted,
	/// Whether the payer has rated it.
	pub rated: bool,
	/// When it was opened.
	pub opened_at: AgreementMillis,
}

impl<Escrow: EscrowView> Channel<Escrow> {
	/// Who pays.
	pub fn payer(&self) -> &Escrow::AccountId {
		self.escrow.payer()
	}

	/// Who is paid.
	pub fn payee(&self) -> &Escrow::AccountId {
		self.escrow.payee()
	}

	/// The asset of all amounts.
	pub fn asset(&self) -> Escrow::AssetId {
		self.escrow.asset()
	}
}

impl<Escrow> Channel<Escrow> {
	/// Whether it has ended.
	pub fn is_settled(&self) -> bool {
		matches!(self.state, ChannelState::Settled(_))
	}

	/// The moment after which no voucher is paid and anybody may end it; none once it has ended.
	pub fn deadline(&self) -> Option<AgreementMillis> {
		match self.state {
			ChannelState::Open => Some(self.expires_at),
			ChannelState::Closing { until } => Some(until.min(self.expires_at)),
			ChannelState::Settled(_) => None,
		}
	}
}
