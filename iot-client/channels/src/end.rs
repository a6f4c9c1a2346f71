//! What both ends have in common: one task that hears, looks at its meters, and says.

use crate::{Book, ChannelsError, Kept, Line};
use bpiiot_voucher::{are_right, ChannelId, Claim, Domain, Frame, Item, Message, Refusal, SignedTally};
use std::time::Duration;
use tokio::{
	sync::mpsc,
	time::{interval, MissedTickBehavior},
};

/// Frames that are looked at before something is said, at most.
const AT_ONCE: usize = 32;
/// Signatures that are wrong before the other end is cut off.
const PATIENCE: u32 = 16;

/// What whoever has an end asks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
	/// A buyer asks for the end of a channel; a seller answers by itself.
	Close(ChannelId),
	/// A seller shuts the valve: the channel is about to end on chain.
	Stop(ChannelId),
	/// So much was put into the channel in all, as a finalized block says: at a buyer what it may spend.
	Deposited(ChannelId, u128),
}

/// What an end tells whoever has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
	/// Both have signed the end: have the chain end the channel with it.
	Agreed {
		/// The channel.
		channel: ChannelId,
		/// With the buyer's signature.
		close: SignedTally,
		/// With the seller's.
		consent: SignedTally,
	},
	/// What the other end said does not fit. At a seller: if this goes on, have the chain pay the newest voucher.
	Refused {
		/// The channel.
		channel: ChannelId,
		/// Why.
		why: Refusal,
	},
	/// The buyer does not sign for what was supplied. Nothing more is supplied.
	NotPaid {
		/// The channel.
		channel: ChannelId,
		/// The statement.
		sequence: u64,
		/// What it would sign for.
		reading: u64,
	},
	/// The other end knows of no such channel.
	Unknown(ChannelId),
}

/// How often an end looks by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
	/// At valves and meters.
	pub look: Duration,
	/// Whether something was not answered, in looks.
	pub remind: u32,
}

impl Default for Pace {
	fn default() -> Self {
		Self {
			look: Duration::from_millis(50),
			remind: 100,
		}
	}
}

/// What an end says next.
#[derive(Debug, Default)]
pub(crate) struct Out {
	pub(crate) items: Vec<Item>,
	pub(crate) notices: Vec<Notice>,
	wrong: u32,
}

impl Out {
	pub(crate) fn say(&mut self, channel: ChannelId, message: Message) {
		self.items.push(Item { channel, message });
	}

	pub(crate) fn refused(&mut self, channel: ChannelId, why: Refusal) {
		self.notices.push(Notice::Refused { channel, why });
	}

	/// Notes a signature that is wrong.
	pub(crate) fn is_wrong(&mut self) {
		self.wrong = self.wrong.saturating_add(1);
	}

	/// What is to be said, in as few frames as it takes.
	fn frames(&mut self) -> Vec<Frame> {
		let mut frames = Vec::new();
		let mut frame = Frame::default();
		for item in self.items.drain(..) {
			if frame.push(item).is_err() {
				frames.push(std::mem::take(&mut frame));
				// It is empty, so there is room.
				let _ = frame.push(item);
			}
		}
		if !frame.is_empty() {
			frames.push(frame);
		}
		frames
	}
}

pub(crate) mod sealed {
	use super::{Book, ChannelId, Claim, Command, Domain, Message, Out};

	/// What an end does; the two ends are [`SellerEnd`](crate::SellerEnd) and [`BuyerEnd`](crate::BuyerEnd).
	pub trait Desk {
		/// Says what the other end may have missed.
		#[allow(private_interfaces)]
		fn greet(&mut self, out: &mut Out);
		/// Who must have signed a message, if that matters.
		fn claim(&self, channel: ChannelId, message: &Message) -> Option<Claim>;
		/// Hears a message. `right` is whether its claim is; what has none is not taken for signed.
		#[allow(private_interfaces)]
		fn hear(&mut self, channel: ChannelId, message: Message, right: bool, out: &mut Out);
		/// Hears that a book is on the disk.
		#[allow(private_interfaces)]
		fn kept(&mut self, domain: &Domain, book: &Book, out: &mut Out);
		/// Looks at the valves and the meters: of all channels, or of those where something has changed. Whether it is to look
		/// again at once.
		#[allow(private_interfaces)]
		fn look(&mut self, all: bool, out: &mut Out) -> bool;
		/// Says again what was not answered.
		#[allow(private_interfaces)]
		fn remind(&mut self, out: &mut Out);
		/// Does what it is asked.
		#[allow(private_interfaces)]
		fn command(&mut self, command: Command, out: &mut Out);
		/// What was written.
		fn next_kept(&mut self) -> &mut tokio::sync::mpsc::UnboundedReceiver<super::Kept>;
	}
}

/// An end of channels.
pub trait End: sealed::Desk {}

impl<E: sealed::Desk> End for E {}

/// Runs an end over a line until the line is cut, the disk fails, or nobody commands it any more. An end may run over another line
/// afterwards: what was lost is made good by the first words.
///
/// # Errors
/// `Line` when the line is cut: call again. `Misbehaves` when the other end should not be called again. What concerns the disk:
/// make the end anew from what is on it.
pub async fn run(
	end: &mut impl End,
	mut line: Line,
	pace: Pace,
	commands: &mut mpsc::Receiver<Command>,
	notices: &mpsc::UnboundedSender<Notice>,
) -> Result<(), ChannelsError> {
	let mut looks = interval(pace.look.max(Duration::from_millis(1)));
	looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
	let (mut out, mut looked) = (Out::default(), 0_u32);
	end.greet(&mut out);
	loop {
		let is_more = end.look(false, &mut out);
		for frame in out.frames() {
			line.send(&frame).await?;
		}
		for notice in out.notices.drain(..) {
			// Who does not listen is not told.
			let _ = notices.send(notice);
		}
		if out.wrong > PATIENCE {
			return Err(ChannelsError::Misbehaves("its signatures are wrong".to_owned()));
		}
		tokio::select! {
			frame = line.receive() => {
				let mut items = frame?.items().to_vec();
				let mut end_of_line = Ok(());
				for _ in 1..AT_ONCE {
					match line.receive_now() {
						Some(Ok(frame)) => items.extend_from_slice(frame.items()),
						// What was said before counts.
						Some(Err(error)) => end_of_line = Err(error),
						None => break,
					}
				}
				hear(end, &items, &mut out);
				end_of_line?;
			}
			kept = next_kept(end) => tell_kept(end, kept?, &mut out),
			() = std::future::ready(()), if is_more => (),
			_ = looks.tick() => {
				end.look(true, &mut out);
				looked = looked.saturating_add(1);
				if looked >= pace.remind {
					looked = 0;
					end.remind(&mut out);
				}
			}
			command = commands.recv() => match command {
				Some(command) => end.command(command, &mut out),
				None => return Ok(()),
			},
		}
	}
}

async fn next_kept(end: &mut impl End) -> Kept {
	match end.next_kept().recv().await {
		Some(kept) => kept,
		None => Err(ChannelsError::Store {
			path: std::path::PathBuf::new(),
			problem: "it has failed before".to_owned(),
		}),
	}
}

/// Checks all signatures together, and then hears one message after the other.
fn hear(end: &mut impl End, items: &[Item], out: &mut Out) {
	let claims: Vec<_> = items
		.iter()
		.map(|item| end.claim(item.channel, &item.message))
		.collect();
	let checked: Vec<_> = claims.iter().flatten().copied().collect();
	let mut right = are_right(&checked).into_iter();
	for (item, claim) in items.iter().zip(claims) {
		let right = claim.is_some_and(|_| right.next().unwrap_or_default());
		end.hear(item.channel, item.message, right, out);
	}
}

fn tell_kept(end: &mut impl End, kept: Vec<(Domain, Book)>, out: &mut Out) {
	for (domain, book) in &kept {
		end.kept(domain, book, out);
	}
	while let Ok(Ok(more)) = end.next_kept().try_recv() {
		for (domain, book) in &more {
			end.kept(domain, book, out);
		}
	}
}
