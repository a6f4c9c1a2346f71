//! The receiving end: bytes in, frames out, whatever the line does.

use crate::{
	frame::{CHECKSUM_LEN, KIND_AT},
	Frame, Message, Session, HEADER_LEN, MAX_BLOCK, PROTOCOL_VERSION,
};
use core::{fmt, marker::PhantomData};

/// Turns bytes from the line into frames, one byte at a time.
///
/// It needs no reset: after garbage, a truncated frame or a sender that was reset in mid-frame it is back in step at the
/// next delimiter, that is, at the next frame.
#[derive(Clone, Debug)]
pub struct Decoder<M> {
	version: u8,
	block: heapless::Vec<u8, MAX_BLOCK>,
	/// False until a delimiter was seen: what comes before it is the tail of something unknown.
	in_step: bool,
	counters: DecodeCounters,
	direction: PhantomData<M>,
}

impl<M: Message> Default for Decoder<M> {
	fn default() -> Self {
		Self::new()
	}
}

impl<M: Message> Decoder<M> {
	/// A decoder for this crate's version of the protocol.
	pub fn new() -> Self {
		Self::with_version(PROTOCOL_VERSION)
	}

	/// A decoder that takes frames of protocol `version` only. Only a board that plays another version needs this.
	pub fn with_version(version: u8) -> Self {
		Decoder {
			version,
			block: heapless::Vec::new(),
			in_step: false,
			counters: DecodeCounters::default(),
			direction: PhantomData,
		}
	}

	/// What was received so far, good and bad.
	pub fn counters(&self) -> DecodeCounters {
		self.counters
	}

	/// Takes one byte from the line. Gives a frame or an error when the byte ends one.
	pub fn push(&mut self, byte: u8) -> Option<Result<Frame<M>, DecodeError>> {
		let result = match (byte, self.in_step) {
			(0, false) => {
				self.in_step = true;
				None
			}
			// Between the end of one frame and the start of the next.
			(0, true) if self.block.is_empty() => None,
			(0, true) => {
				let result = self.parse();
				self.block.clear();
				Some(result)
			}
			(_, false) => {
				self.counters.skipped_bytes = self.counters.skipped_bytes.wrapping_add(1);
				None
			}
			(byte, true) => match self.block.push(byte) {
				Ok(()) => None,
				Err(_) => {
					self.block.clear();
					self.in_step = false;
					Some(Err(DecodeError::TooLong))
				}
			},
		};
		if let Some(result) = &result {
			self.counters.count(result.as_ref().err());
		}
		result
	}

	/// Parses the block between two delimiters.
	fn parse(&mut self) -> Result<Frame<M>, DecodeError> {
		let len = cobs::decode_in_place(&mut self.block).map_err(|_| DecodeError::Stuffing)?;
		let raw = &self.block[..len];
		let end = len
			.checked_sub(CHECKSUM_LEN)
			.filter(|end| *end >= HEADER_LEN)
			.ok_or(DecodeError::TooShort)?;
		let (body, crc) = raw.split_at(end);
		if crate::checksum(body).to_le_bytes() != crc {
			return Err(DecodeError::Checksum);
		}
		// Where the version stands, the stuffing and the checksum are the same in every version, so this is never a guess.
		if body[0] != self.version {
			return Err(DecodeError::Version {
				ours: self.version,
				theirs: body[0],
			});
		}
		let kind = body[KIND_AT];
		let index = kind.wrapping_sub(M::KIND_BASE);
		if index >= M::KINDS {
			return Err(DecodeError::Kind(kind));
		}
		let session = Session(u32::from_le_bytes([body[1], body[2], body[3], body[4]]));
		let sequence = u16::from_le_bytes([body[5], body[6]]);
		// postcard wants the bare index where the wire has the kind.
		self.block[KIND_AT] = index;
		match postcard::take_from_bytes(&self.block[KIND_AT..end]) {
			Ok((message, [])) => Ok(Frame {
				version: self.version,
				session,
				sequence,
				message,
			}),
			_ => Err(DecodeError::Payload { kind }),
		}
	}
}

/// Why bytes between two delimiters are not a frame.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DecodeError {
	/// More bytes than a frame may have, with no delimiter.
	TooLong,
	/// Fewer bytes than header and checksum need.
	TooShort,
	/// The bytes are not a COBS block.
	Stuffing,
	/// The checksum is wrong: bits were damaged on the line.
	Checksum,
	/// A sound frame in another version of the protocol.
	Version {
		/// The version spoken here.
		ours: u8,
		/// The version of the frame.
		theirs: u8,
	},
	/// A sound frame of a kind that does not exist, or that goes in the other direction (a line that echoes).
	Kind(u8),
	/// A sound frame whose payload is not what its kind says.
	Payload {
		/// The frame's kind.
		kind: u8,
	},
}

impl fmt::Display for DecodeError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			DecodeError::TooLong => write!(f, "too many bytes without a delimiter"),
			DecodeError::TooShort => write!(f, "the frame is too short"),
			DecodeError::Stuffing => write!(f, "the byte stuffing is broken"),
			DecodeError::Checksum => write!(f, "the checksum is wrong"),
			DecodeError::Version { ours, theirs } => {
				write!(
					f,
					"the other side speaks protocol version {theirs}, this side speaks version {ours}"
				)
			}
			DecodeError::Kind(kind) => write!(f, "kind 0x{kind:02x} is not known in this direction"),
			DecodeError::Payload { kind } => write!(f, "the payload does not fit kind 0x{kind:02x}"),
		}
	}
}

impl core::error::Error for DecodeError {}

/// What a [`Decoder`] has seen so far. Each counter wraps at 2^32.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct DecodeCounters {
	/// Sound frames.
	pub frames: u32,
	/// Bytes thrown away before the first delimiter, or after a block that was too long.
	pub skipped_bytes: u32,
	/// [`DecodeError::TooLong`].
	pub too_long: u32,
	/// [`DecodeError::TooShort`].
	pub too_short: u32,
	/// [`DecodeError::Stuffing`].
	pub stuffing: u32,
	/// [`DecodeError::Checksum`].
	pub checksum: u32,
	/// [`DecodeError::Version`].
	pub version: u32,
	/// [`DecodeError::Kind`].
	pub kind: u32,
	/// [`DecodeError::Payload`].
	pub payload: u32,
}

impl DecodeCounters {
	/// All errors together (skipped bytes are no errors of their own).
	pub fn errors(&self) -> u32 {
		[
			self.too_long,
			self.too_short,
			self.stuffing,
			self.checksum,
			self.version,
			self.kind,
			self.payload,
		]
		.into_iter()
		.fold(0, u32::wrapping_add)
	}

	fn count(&mut self, error: Option<&DecodeError>) {
		let counter = match error {
			None => &mut self.frames,
			Some(DecodeError::TooLong) => &mut self.too_long,
			Some(DecodeError::TooShort) => &mut self.too_short,
			Some(DecodeError::Stuffing) => &mut self.stuffing,
			Some(DecodeError::Checksum) => &mut self.checksum,
			Some(DecodeError::Version { .. }) => &mut self.version,
			Some(DecodeError::Kind(_)) => &mut self.kind,
			Some(DecodeError::Payload { .. }) => &mut self.payload,
		};
		*counter = counter.wrapping_add(1);
	}
}
