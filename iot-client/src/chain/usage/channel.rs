//! Payment channels.

use super::super::types::smallest;
use crate::chain::market::AssetKind;
use serde::Serialize;
use subxt::{
	ext::{
		scale_decode::{self, DecodeAsType},
		scale_encode::{self, EncodeAsType},
	},
	utils::AccountId32,
};

/// What so many units cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Tariff {
	/// So much of the asset's smallest unit..
	#[serde(serialize_with = "smallest")]
	pub price: u128,
	/// .. for so many units.
	pub per: u64,
}

/// How a channel is metered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Metering {
	/// What is counted, as three capitals of UN/ECE recommendation 20.
	pub unit: [u8; 3],
	/// What it costs.
	pub tariff: Tariff,
	/// How many units may be supplied and not be paid.
	pub tick: u64,
}

/// What both ends agree to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct ChannelTerms {
	/// The key that signs vouchers.
	pub payer_key: [u8; 32],
	/// The key that signs statements of the meter.
	pub payee_key: [u8; 32],
	/// What is counted and what it costs.
	pub metering: Metering,
	/// How long the payee has to show a newer voucher, in milliseconds.
	pub challenge_window: u64,
	/// How long the channel lives, in milliseconds.
	pub lifetime: u64,
}

/// What has been supplied, and what that comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, EncodeAsType, DecodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Tally {
	/// Counts statements.
	pub sequence: u64,
	/// What the meter shows.
	pub reading: u64,
	/// What it costs, in the asset's smallest unit.
	#[serde(serialize_with = "smallest")]
	pub amount: u128,
}

/// A voucher.
#[derive(Clone, Copy, PartialEq, Eq, Debug, EncodeAsType)]
#[encode_as_type(crate_path = "scale_encode")]
pub struct SignedTally {
	/// Over what.
	pub tally: Tally,
	/// The signature.
	pub signature: [u8; 64],
}

/// How a channel ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum ChannelOutcome {
	/// Both keys have signed the end.
	Agreed,
	/// The payee has ended it.
	ClosedByPayee,
	/// The payer has asked for the end.
	ClosedByPayer,
	/// Its life is over.
	Expired,
}

/// Where a channel stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum ChannelState {
	/// Vouchers are paid.
	Open,
	/// The payer has asked for the end.
	Closing {
		/// Vouchers are paid until this moment, on the agreement clock.
		until: u64,
	},
	/// All is paid.
	Settled(ChannelOutcome),
}

impl ChannelState {
	/// The same in words.
	pub fn words(self) -> &'static str {
		match self {
			Self::Open => "open",
			Self::Closing { .. } => "the payer has asked for the end",
			Self::Settled(ChannelOutcome::Agreed) => "settled: both ends have agreed",
			Self::Settled(ChannelOutcome::ClosedByPayee) => "settled: ended by the payee",
			Self::Settled(ChannelOutcome::ClosedByPayer) => "settled: ended by the payer",
			Self::Settled(ChannelOutcome::Expired) => "settled: its life is over",
		}
	}
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct EscrowAccount {
	payer: AccountId32,
	payee: AccountId32,
	asset: AssetKind,
}

/// A channel as its record is.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub(super) struct ChannelRecord {
	escrow: EscrowAccount,
	terms: ChannelTerms,
	state: ChannelState,
	expires_at: u64,
	deposited: u128,
	paid: Tally,
	rated: bool,
}

/// A channel and what became of it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Channel {
	/// Who pays.
	pub payer: AccountId32,
	/// Who is paid.
	pub payee: AccountId32,
	/// The asset of all amounts.
	pub asset: AssetKind,
	/// What both have agreed to.
	#[serde(skip)]
	pub terms: ChannelTerms,
	/// What is counted and what it costs.
	pub metering: Metering,
	/// Where it stands.
	pub state: ChannelState,
	/// Vouchers are too late after this moment, on the agreement clock.
	pub expires_at: u64,
	/// What the payer has put in, in the asset's smallest unit.
	#[serde(serialize_with = "smallest")]
	pub deposited: u128,
	/// What was paid so far.
	pub paid: Tally,
	/// Whether the payer has rated it.
	pub rated: bool,
}

impl From<ChannelRecord> for Channel {
	fn from(record: ChannelRecord) -> Self {
		Self {
			payer: record.escrow.payer,
			payee: record.escrow.payee,
			asset: record.escrow.asset,
			metering: record.terms.metering,
			terms: record.terms,
			state: record.state,
			expires_at: record.expires_at,
			deposited: record.deposited,
			paid: record.paid,
			rated: record.rated,
		}
	}
}
