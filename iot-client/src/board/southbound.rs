//! What a bridge to a machine must do, whatever is between the machine and this computer.
//!
//! `docs/southbound.md` is the page to write another bridge from. In short: a [`Southbound`] opens a way to the machine, a
//! [`MachineLink`] speaks on it, and [`serve`](super::serve) does everything that is the same for all: it reconnects,
//! numbers the links, hands out leases, lets a wish for safety overtake everything else and drops what is older.

use super::{BoardError, BoardInfo, LinkId, Telltale};
use bpiiot_protocol::{Ack, HostMessage};
use std::{future::Future, time::Duration};

/// What a machine can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
	/// That somebody is there. Moves nothing, and is a round trip.
	KeepAlive,
	/// To drive one output.
	Set {
		/// The output's channel.
		channel: u8,
		/// Raw counts within the channel's limits.
		value: i32,
	},
	/// To be read: a reading of every channel is signalled before the answer.
	ReadAll,
	/// To make every output safe, and to forget the trips whose cause is gone.
	MakeSafe,
}

impl From<Command> for HostMessage {
	fn from(command: Command) -> Self {
		match command {
			Command::KeepAlive => HostMessage::KeepAlive,
			Command::Set { channel, value } => HostMessage::SetOutput { channel, value },
			Command::ReadAll => HostMessage::ReadAll,
			Command::MakeSafe => HostMessage::Safe,
		}
	}
}

/// A way to one machine that can be opened again and again.
pub trait Southbound: Send + Sync + 'static {
	/// The opened way.
	type Link: MachineLink;

	/// Where the machine is, for messages: a device, an address.
	fn place(&self) -> String;

	/// Opens the way, in bounded time. Nothing is driven yet. What the link sees is told through `telltale`.
	fn open(&self, telltale: Telltale) -> impl Future<Output = Result<Self::Link, BoardError>> + Send;
}

/// An opened way to a machine. Each of its errors ends it, unless [`BoardError::is_only_refused`].
///
/// Whatever is in flight may be dropped in the middle, because somebody wants the machine safe: what a dropped command did is
/// then unknown, and the next call is [`Command::MakeSafe`].
pub trait MachineLink: Send + 'static {
	/// Something that the machine said, or that it is time to ask it.
	type Heard: Send;

	/// Whether any command keeps the machine from making itself safe, and not only [`Command::KeepAlive`].
	const ANY_COMMAND_IS_A_SIGN_OF_LIFE: bool;

	/// Learns what the machine is and brings it into a known state: every output is safe, and is known to be. Everything that
	/// is signalled from now on carries `id`.
	fn greet(&mut self, id: LinkId) -> impl Future<Output = Result<BoardInfo, BoardError>> + Send;

	/// How often [`Command::KeepAlive`] must come, well within the time after which the machine `info` makes itself safe; `None`
	/// when it never does.
	fn keep_alive(&self, info: &BoardInfo) -> Option<Duration>;

	/// Waits for whatever comes next. May be dropped and called again at any time; nothing is lost by it.
	fn hear(&mut self) -> impl Future<Output = Self::Heard> + Send;

	/// Signals what was heard. No ordinary command interrupts it.
	fn take(&mut self, heard: Self::Heard) -> impl Future<Output = Result<(), BoardError>> + Send;

	/// Has the machine do something, and answers when it is known to be done or refused.
	fn obey(&mut self, command: Command) -> impl Future<Output = Result<Ack, BoardError>> + Send;

	/// Closes the way, and waits until it can be opened again.
	fn close(self) -> impl Future<Output = ()> + Send;
}
