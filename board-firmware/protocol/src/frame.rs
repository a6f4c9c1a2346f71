//! One frame: header, payload, checksum, and their way onto the wire.

use crate::{Message, PROTOCOL_VERSION};
use core::fmt;
use crc::{Crc, NoTable, CRC_16_IBM_3740};

/// Longest frame on the wire in bytes, both delimiters included.
pub const MAX_FRAME: usize = 64;
/// Longest COBS block in bytes: a frame without its two delimiters.
pub const MAX_BLOCK: usize = MAX_FRAME - 2;
/// Longest header, payload and checksum in bytes. COBS adds exactly one byte to anything this short.
pub const MAX_RAW: usize = MAX_BLOCK - 1;
/// Bytes of the header: version, session, sequence and kind.
pub const HEADER_LEN: usize = 8;
/// Longest payload in bytes.
pub const MAX_PAYLOAD: usize = MAX_RAW - HEADER_LEN - CHECKSUM_LEN;

pub(crate) const CHECKSUM_LEN: usize = 2;
/// The kind is the last header byte because it is also the first byte that postcard writes: the variant's index.
pub(crate) const KIND_AT: usize = HEADER_LEN - 1;

/// CRC-16/IBM-3740 (also called CRC-16/CCITT-FALSE): polynomial 0x1021, start 0xFFFF, not reflected, no final XOR.
/// It finds every error of up to three bits and every burst of up to 16 bits in a frame of ours.
const CRC: Crc<u16, NoTable> = Crc::<u16, NoTable>::new(&CRC_16_IBM_3740);

/// The CRC-16/IBM-3740 of `bytes` (header and payload); the frame carries it low byte first.
pub fn checksum(bytes: &[u8]) -> u16 {
	CRC.checksum(bytes)
}

/// The CRC-16/IBM-3740 of bytes that do not lie in one place.
pub fn checksum_of(bytes: impl IntoIterator<Item = u8>) -> u16 {
	let mut digest = CRC.digest();
	bytes.into_iter().for_each(|byte| digest.update(&[byte]));
	digest.finalize()
}

/// The bytes of one frame as they go over the line, both delimiters included.
pub type EncodedFrame = heapless::Vec<u8, MAX_FRAME>;

/// Numbers one life of a board, from a reset to the next. The board picks it; it differs from the one before.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq)]
pub struct Session(pub u32);

impl Session {
	/// What a host writes before it knows the board's session. A board never has this session.
	pub const UNKNOWN: Session = Session(0);
}

impl fmt::Display for Session {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{:08x}", self.0)
	}
}

/// One frame, whose messages go in the direction `M`: [`HostMessage`](crate::HostMessage) or
/// [`BoardMessage`](crate::BoardMessage).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Frame<M> {
	/// Protocol version of the sender.
	pub version: u8,
	/// The board's session, or [`Session::UNKNOWN`] from a host that does not know it yet.
	pub session: Session,
	/// Host: number of the command, the same in each retry. Board: the number of the command that this answers, or
	/// the counter of readings, or the counter of events.
	pub sequence: u16,
	/// What is said.
	pub message: M,
}

impl<M: Message> Frame<M> {
	/// A frame in this crate's version of the protocol.
	pub fn new(session: Session, sequence: u16, message: M) -> Self {
		Frame {
			version: PROTOCOL_VERSION,
			session,
			sequence,
			message,
		}
	}

	/// The kind byte of this frame's message.
	pub fn kind(&self) -> u8 {
		let mut first = [0; MAX_PAYLOAD + 1];
		// A message that does not fit has a kind all the same: postcard writes it first.
		let _ = postcard::to_slice(&self.message, &mut first);
		first[0] | M::KIND_BASE
	}

	/// The bytes for the line.
	///
	/// Fails when the payload is longer than [`MAX_PAYLOAD`], which none of this crate's messages is.
	pub fn encode(&self) -> Result<EncodedFrame, EncodeError> {
		let mut out = EncodedFrame::new();
		self.encode_into(&mut out)?;
		Ok(out)
	}

	/// The bytes for the line in the place of what is in `out`, which saves a small controller the copies.
	pub fn encode_into(&self, out: &mut EncodedFrame) -> Result<(), EncodeError> {
		let mut raw = [0; MAX_RAW];
		raw[0] = self.version;
		raw[1..5].copy_from_slice(&self.session.0.to_le_bytes());
		raw[5..7].copy_from_slice(&self.sequence.to_le_bytes());
		let room = MAX_RAW - CHECKSUM_LEN;
		let payload = postcard::to_slice(&self.message, &mut raw[KIND_AT..room]).map_err(|_| EncodeError::TooLong)?;
		let end = KIND_AT + payload.len();
		raw[KIND_AT] |= M::KIND_BASE;
		let crc = checksum(&raw[..end]).to_le_bytes();
		raw[end..end + CHECKSUM_LEN].copy_from_slice(&crc);
		wrap(&raw[..end + CHECKSUM_LEN], out)
	}
}

/// Stuffs the bytes and puts a delimiter on both sides.
fn wrap(raw: &[u8], out: &mut EncodedFrame) -> Result<(), EncodeError> {
	// All zeros, so the delimiters are there. The leading one ends whatever noise the line brought before.
	out.clear();
	out.resize_default(MAX_FRAME).map_err(|_| EncodeError::TooLong)?;
	let block = out.get_mut(1..=MAX_BLOCK).ok_or(EncodeError::TooLong)?;
	let len = cobs::try_encode(raw, block).map_err(|_| EncodeError::TooLong)?;
	out.truncate(len + 2);
	Ok(())
}

/// Why a frame cannot be sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum EncodeError {
	/// The payload is longer than [`MAX_PAYLOAD`] bytes.
	TooLong,
}

impl fmt::Display for EncodeError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			EncodeError::TooLong => write!(
				f,
				"the message is longer than the {MAX_PAYLOAD} bytes a frame can carry"
			),
		}
	}
}

impl core::error::Error for EncodeError {}
