#![doc = include_str!("../README.md")]
#![no_std]

mod decode;
mod frame;
mod gaps;
mod hello;
mod label;
mod message;
mod schema;

pub use decode::{DecodeCounters, DecodeError, Decoder};
pub use frame::{
	checksum, checksum_of, EncodeError, EncodedFrame, Frame, Session, HEADER_LEN, MAX_BLOCK, MAX_FRAME, MAX_PAYLOAD,
	MAX_RAW,
};
pub use gaps::{Arrival, GapCounter};
pub use hello::{
	channel_page, config_page, ChannelInfo, ChannelKind, FirmwareInfo, FirmwareVersion, HelloPage, Identity, Scale,
	Unit, CHANNEL_PAGES_START, CONFIG_PAGES_START, CONFIG_PAGE_LEN,
};
pub use label::{Label, LABEL_LEN};
pub use message::{Ack, AckResult, BoardMessage, Event, EventKind, HostMessage, Message, Reading, ResetCause, Status};
pub use schema::{SCHEMA, SCHEMA_HASH};

/// The version of this protocol, the first byte of every frame.
pub const PROTOCOL_VERSION: u8 = 2;

/// Bits a second on a real serial line: 8 data bits, no parity, one stop bit.
pub const BAUD_RATE: u32 = 115_200;

/// A frame from the host (the SBC) to the board.
pub type HostFrame = Frame<HostMessage>;

/// A frame from the board to the host (the SBC).
pub type BoardFrame = Frame<BoardMessage>;
