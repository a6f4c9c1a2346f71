//! What goes over the line: frames of many channels' messages.

use crate::{ChannelId, Refusal, SignedTally};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use core::fmt;

/// The most bytes of a frame.
pub const MAX_FRAME_BYTES: usize = 128 * 1024;
/// The most messages of a frame.
pub const MAX_FRAME_ITEMS: usize = 1024;

/// What one end says to the other about a channel.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Message {
	/// Either: here I am. The buyer's newest voucher, as far as the sender has it on its disk. Each end answers what it hears
	/// first after the line was cut with what the other may have missed.
	#[codec(index = 0)]
	Hello(Option<SignedTally>),
	/// The seller: so much has been supplied.
	#[codec(index = 1)]
	Tick(SignedTally),
	/// The buyer: so much is yours.
	#[codec(index = 2)]
	Voucher(SignedTally),
	/// The buyer: I do not sign for this statement.
	#[codec(index = 3)]
	Refused {
		/// The statement's number.
		sequence: u64,
		/// What I would sign for: what I have signed for.
		reading: u64,
	},
	/// The buyer: let it end with this.
	#[codec(index = 4)]
	Close(SignedTally),
	/// The seller: agreed.
	#[codec(index = 5)]
	Consent(SignedTally),
	/// Either: I know of no such channel.
	#[codec(index = 6)]
	Unknown,
}

/// A message, and the channel that it is about.
#[derive(Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, Clone, Copy, PartialEq, Eq, Debug)]
pub struct Item {
	/// The channel.
	pub channel: ChannelId,
	/// What is said.
	pub message: Message,
}

/// What is sent at once: one message behind the other, without a count.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Frame(Vec<Item>);

/// Why bytes are no frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FrameError {
	/// Too many bytes, or too many messages.
	TooLarge,
	/// Something that is no message.
	Malformed,
}

impl fmt::Display for FrameError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::TooLarge => "a frame has too many bytes or messages",
			Self::Malformed => "a frame has something that is no message",
		})
	}
}

impl core::error::Error for FrameError {}

impl Frame {
	/// Adds a message, if there is room.
	///
	/// # Errors
	/// `TooLarge`, when it is full: send it, and begin another.
	pub fn push(&mut self, item: Item) -> Result<(), FrameError> {
		if self.0.len() >= MAX_FRAME_ITEMS {
			return Err(FrameError::TooLarge);
		}
		self.0.push(item);
		Ok(())
	}

	/// The messages.
	pub fn items(&self) -> &[Item] {
		&self.0
	}

	/// Whether there is none.
	pub fn is_empty(&self) -> bool {
		self.0.is_empty()
	}

	/// As it goes over the line. No frame is longer than [`MAX_FRAME_BYTES`], since no item is longer than 128.
	pub fn to_bytes(&self) -> Vec<u8> {
		let mut bytes = Vec::with_capacity(self.0.len().saturating_mul(Item::max_encoded_len()));
		self.0.iter().for_each(|item| item.encode_to(&mut bytes));
		bytes
	}

	/// What came over the line. It takes no more memory than a frame that was sent.
	///
	/// # Errors
	/// `TooLarge`, `Malformed`.
	pub fn from_bytes(mut bytes: &[u8]) -> Result<Self, FrameError> {
		if bytes.len() > MAX_FRAME_BYTES {
			return Err(FrameError::TooLarge);
		}
		let mut frame = Self::default();
		while !bytes.is_empty() {
			let item = Item::decode(&mut bytes).map_err(|_| FrameError::Malformed)?;
			frame.push(item)?;
		}
		Ok(frame)
	}
}

impl Message {
	/// What the buyer says to a statement that it does not sign for; nothing when the channel ends anyway.
	pub fn refused(why: Refusal, sequence: u64, reading: u64) -> Option<Self> {
		(why != Refusal::Closing).then_some(Self::Refused { sequence, reading })
	}
}
