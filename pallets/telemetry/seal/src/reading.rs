//! One measured value, as it is sealed.

use crate::hash::{leaf, Hash};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// One measured value. Its SCALE encoding is what is sealed: 30 bytes, all of fixed width.
#[derive(
	Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo, Clone, Copy, PartialEq, Eq, Debug, Default,
)]
pub struct Reading {
	/// The channel's number in the batch's table.
	pub channel: u16,
	/// The board's session.
	pub session: u32,
	/// Which reading of the session it is, from 0. The board's counter goes on here when its 16 bits are full.
	pub sequence: u64,
	/// When it was measured, in unix ms: by the chain's time as the client knows it.
	pub at: u64,
	/// Raw counts. Unit and scale are in the table.
	pub value: i64,
}

impl Reading {
	/// How many bytes it is.
	pub const LEN: usize = 30;

	/// As bytes: channel, session, sequence, time, value, each the lowest byte first.
	pub fn to_bytes(&self) -> [u8; Self::LEN] {
		let mut bytes = [0; Self::LEN];
		bytes[..2].copy_from_slice(&self.channel.to_le_bytes());
		bytes[2..6].copy_from_slice(&self.session.to_le_bytes());
		bytes[6..14].copy_from_slice(&self.sequence.to_le_bytes());
		bytes[14..22].copy_from_slice(&self.at.to_le_bytes());
		bytes[22..].copy_from_slice(&self.value.to_le_bytes());
		bytes
	}

	/// Its leaf in the tree.
	pub fn leaf(&self) -> Hash {
		leaf(&self.to_bytes())
	}

	/// Whether it may come right before another one in a batch: time does not go back, nor does the count of one session.
	pub fn may_precede(&self, next: &Self) -> bool {
		self.at <= next.at && (self.session != next.session || self.sequence < next.sequence)
	}
}
