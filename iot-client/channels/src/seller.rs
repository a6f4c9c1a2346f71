//! The end that supplies and is paid.

use crate::{
	end::{sealed::Desk, Command, Notice, Out},
	Book, ChannelsError, Kept, Store,
};
use bpiiot_voucher::{ChannelId, Claim, Domain, Message, Metering, Seller, SignedTally, Taken, Tally, Word};
use sp_core::sr25519::{Pair, Public};
use std::{
	collections::{BTreeMap, BTreeSet},
	fmt,
};
use tokio::sync::mpsc;

/// Statements of one channel that are made before anything else is looked at.
const AT_ONCE: u32 = 16;

/// The valve of a seller, and its meter.
pub trait Supply {
	/// Supplies up to so many units now, and tells how many. It is asked again when there is more room, and from time to time; at
	/// a room of zero the valve must be shut.
	fn supply(&mut self, channel: ChannelId, room: u64) -> u64;
}

impl<F: FnMut(ChannelId, u64) -> u64> Supply for F {
	fn supply(&mut self, channel: ChannelId, room: u64) -> u64 {
		self(channel, room)
	}
}

/// A channel as its seller sees it: what a finalized block says of it, and its own key.
#[derive(Clone)]
pub struct Sale {
	/// Which channel of which chain.
	pub domain: Domain,
	/// How it is metered.
	pub metering: Metering,
	/// What was put in, in all.
	pub deposit: u128,
	/// The channel's key of vouchers.
	pub buyer: Public,
	/// The channel's key of statements: look that it is the one in the channel's record.
	pub key: Pair,
	/// What the meter shows for this channel; none for a meter that does not outlive a crash.
	pub metered: Option<u64>,
}

impl fmt::Debug for Sale {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let mut all = f.debug_struct("Sale");
		all.field("domain", &self.domain).field("deposit", &self.deposit);
		all.finish_non_exhaustive()
	}
}

struct Channel {
	domain: Domain,
	state: Seller,
	book: Book,
	/// What of the book is on the disk; nothing before the first write, and nothing is supplied before that.
	on_disk: Option<Book>,
	buyer: Public,
	key: Pair,
}

/// A seller's end of many channels.
pub struct SellerEnd<S> {
	channels: BTreeMap<ChannelId, Channel>,
	/// Where there may be room.
	changed: BTreeSet<ChannelId>,
	supply: S,
	store: Store,
	kept: mpsc::UnboundedReceiver<Kept>,
}

impl<S: Supply> SellerEnd<S> {
	/// An end without channels.
	pub fn new((store, kept): (Store, mpsc::UnboundedReceiver<Kept>), supply: S) -> Self {
		Self {
			channels: BTreeMap::new(),
			changed: BTreeSet::new(),
			supply,
			store,
			kept,
		}
	}

	/// Takes a channel, or takes it up again where the disk says that it stood. One that is new is written to the disk before
	/// anything is supplied, so that after a crash it is known that something may have been.
	///
	/// # Errors
	/// `Known`, for a channel of this number.
	pub fn open(&mut self, sale: Sale) -> Result<(), ChannelsError> {
		let id = sale.domain.channel;
		if self.channels.contains_key(&id) {
			return Err(ChannelsError::Known(id.0));
		}
		let on_disk = self.store.books().get(&sale.domain).copied();
		let book = on_disk.unwrap_or_default();
		let metered = match on_disk {
			Some(_) => sale.metered,
			None => Some(sale.metered.unwrap_or_default()),
		};
		let newest = book.newest.map_or_else(Tally::default, |voucher| voucher.tally);
		let consented = book.close.map(|close| close.tally);
		let state = Seller::resume(sale.metering, sale.deposit, newest, consented, metered);
		if on_disk.is_none() {
			self.store.put(sale.domain, book);
		}
		self.changed.insert(id);
		self.channels.insert(
			id,
			Channel {
				domain: sale.domain,
				state,
				book,
				on_disk,
				buyer: sale.buyer,
				key: sale.key,
			},
		);
		Ok(())
	}

	/// The newest voucher of a channel: what the chain pays.
	pub fn voucher(&self, channel: ChannelId) -> Option<SignedTally> {
		self.channels.get(&channel)?.book.newest
	}

	/// How a channel stands.
	pub fn state(&self, channel: ChannelId) -> Option<&Seller> {
		self.channels.get(&channel).map(|channel| &channel.state)
	}

	/// Where vouchers are kept.
	pub fn store(&self) -> &Store {
		&self.store
	}
}

impl<S> fmt::Debug for SellerEnd<S> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let mut all = f.debug_struct("SellerEnd");
		all.field("channels", &self.channels.len()).finish_non_exhaustive()
	}
}

impl Channel {
	fn say(&self, word: Word, tally: Tally) -> SignedTally {
		SignedTally::sign(word, &self.domain, tally, &self.key)
	}

	/// Whether a voucher is newer and good, so that it is to be written.
	fn take(&mut self, voucher: SignedTally, is_greeting: bool, right: bool, out: &mut Out) -> bool {
		let channel = self.domain.channel;
		if voucher.tally.reading <= self.state.newest().reading {
			return false;
		}
		if !right {
			out.is_wrong();
			return false;
		}
		let taken = match is_greeting {
			true => self.state.reminded(voucher.tally),
			false => self.state.on_voucher(voucher.tally),
		};
		match taken {
			Ok(Taken::Newer) => {
				self.book.newest = Some(voucher);
				true
			}
			Ok(Taken::Known) => false,
			Err(why) => {
				out.refused(channel, why);
				false
			}
		}
	}

	/// Whether the end that the buyer asks for is agreed to, so that this is to be written.
	fn agree(&mut self, close: SignedTally, right: bool, out: &mut Out) -> bool {
		let channel = self.domain.channel;
		if !right {
			out.is_wrong();
			return false;
		}
		if let Err(why) = self.state.on_close(close.tally) {
			out.refused(channel, why);
			return false;
		}
		if self.book.close.is_some() {
			// Once more. If the consent is not on the disk yet, it is on its way there.
			self.consent(out);
			return false;
		}
		self.book.close = Some(close);
		self.book.consent = Some(self.say(Word::Close, close.tally));
		true
	}

	/// Says the consent, if it is on the disk.
	fn consent(&self, out: &mut Out) {
		let channel = self.domain.channel;
		let book = self.on_disk.unwrap_or_default();
		if let (Some(close), Some(consent)) = (book.close, book.consent) {
			out.say(channel, Message::Consent(consent));
			out.notices.push(Notice::Agreed {
				channel,
				close,
				consent,
			});
		}
	}
}

#[allow(private_interfaces)]
impl<S: Supply> Desk for SellerEnd<S> {
	fn greet(&mut self, out: &mut Out) {
		for (id, channel) in &mut self.channels {
			out.say(*id, Message::Hello(channel.on_disk.and_then(|book| book.newest)));
			channel.consent(out);
			if let Some(tally) = channel.state.restate() {
				out.say(*id, Message::Tick(channel.say(Word::Tick, tally)));
			}
			self.changed.insert(*id);
		}
	}

	fn claim(&self, channel: ChannelId, message: &Message) -> Option<Claim> {
		let channel = self.channels.get(&channel)?;
		let (word, signed) = match message {
			Message::Hello(Some(voucher)) | Message::Voucher(voucher) => (Word::Voucher, voucher),
			Message::Close(close) => (Word::Close, close),
			_ => return None,
		};
		// What is known is passed over, whoever has signed it.
		let is_known = word == Word::Voucher && signed.tally.reading <= channel.state.newest().reading;
		(!is_known).then_some(Claim {
			key: channel.buyer,
			word,
			domain: channel.domain,
			signed: *signed,
		})
	}

	fn hear(&mut self, id: ChannelId, message: Message, right: bool, out: &mut Out) {
		let Some(channel) = self.channels.get_mut(&id) else {
			if message != Message::Unknown {
				out.say(id, Message::Unknown);
			}
			return;
		};
		let is_news = match message {
			Message::Hello(Some(voucher)) => channel.take(voucher, true, right, out),
			Message::Voucher(voucher) => channel.take(voucher, false, right, out),
			Message::Close(close) => channel.agree(close, right, out),
			Message::Refused { sequence, reading } => {
				let notice = Notice::NotPaid {
					channel: id,
					sequence,
					reading,
				};
				out.notices.push(notice);
				false
			}
			Message::Unknown => {
				out.notices.push(Notice::Unknown(id));
				false
			}
			Message::Hello(None) | Message::Tick(_) | Message::Consent(_) => false,
		};
		if is_news {
			self.store.put(channel.domain, channel.book);
		}
	}

	fn kept(&mut self, domain: &Domain, book: &Book, out: &mut Out) {
		let Some(channel) = self.channels.get_mut(&domain.channel) else {
			return;
		};
		if let Some(voucher) = book.newest {
			channel.state.durable(voucher.tally);
		}
		let had_agreed = channel.on_disk.is_some_and(|book| book.consent.is_some());
		channel.on_disk = Some(*book);
		if !had_agreed {
			channel.consent(out);
		}
		self.changed.insert(domain.channel);
	}

	fn look(&mut self, all: bool, out: &mut Out) -> bool {
		if all {
			self.changed.extend(self.channels.keys());
		}
		for id in std::mem::take(&mut self.changed) {
			let Some(channel) = self.channels.get_mut(&id).filter(|channel| channel.on_disk.is_some()) else {
				continue;
			};
			let mut left = AT_ONCE;
			loop {
				let room = channel.state.room();
				let units = self.supply.supply(id, room).min(room);
				match channel.state.supply(units) {
					Ok(tally) => out.say(id, Message::Tick(channel.say(Word::Tick, tally))),
					// Nothing is wanted now, or nothing may be supplied.
					Err(_) => break,
				}
				left -= 1;
				if left == 0 {
					// The others, and whoever has something to say, come before the rest.
					self.changed.insert(id);
					break;
				}
			}
		}
		!self.changed.is_empty()
	}

	fn remind(&mut self, out: &mut Out) {
		for (id, channel) in &mut self.channels {
			if let Some(tally) = channel.state.restate() {
				out.say(*id, Message::Tick(channel.say(Word::Tick, tally)));
			}
		}
	}

	fn command(&mut self, command: Command, _: &mut Out) {
		let (Command::Close(id) | Command::Stop(id) | Command::Deposited(id, _)) = command;
		let Some(channel) = self.channels.get_mut(&id) else {
			return;
		};
		match command {
			Command::Deposited(_, all) => channel.state.deposited(all),
			Command::Stop(_) | Command::Close(_) => channel.state.stop(),
		}
		self.changed.insert(id);
	}

	fn next_kept(&mut self) -> &mut mpsc::UnboundedReceiver<Kept> {
		&mut self.kept
	}
}
