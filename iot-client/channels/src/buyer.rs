//! The end that takes and pays.

use crate::{
	end::{sealed::Desk, Command, Notice, Out},
	Book, ChannelsError, Kept, Store,
};
use bpiiot_voucher::{Answer, Buyer, ChannelId, Claim, Domain, Message, Metering, SignedTally, Tally, Word};
use sp_core::{
	sr25519::{Pair, Public},
	Pair as _,
};
use std::{collections::BTreeMap, fmt};
use tokio::sync::mpsc;

/// The buyer's own meter.
pub trait Intake {
	/// What it shows for this channel, since the channel's beginning; none where there is no meter: then the seller's is believed
	/// as far as a tick.
	fn reading(&mut self, channel: ChannelId) -> Option<u64>;
}

impl<F: FnMut(ChannelId) -> Option<u64>> Intake for F {
	fn reading(&mut self, channel: ChannelId) -> Option<u64> {
		self(channel)
	}
}

/// A channel as its buyer sees it, and its own key.
#[derive(Clone)]
pub struct Purchase {
	/// Which channel of which chain.
	pub domain: Domain,
	/// How it is metered.
	pub metering: Metering,
	/// The most that is signed for, in all.
	pub limit: u128,
	/// The channel's key of statements.
	pub seller: Public,
	/// The channel's key of vouchers.
	pub key: Pair,
	/// How far the seller's meter may be ahead of its own, in units.
	pub slack: u64,
}

impl fmt::Debug for Purchase {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let mut all = f.debug_struct("Purchase");
		all.field("domain", &self.domain).field("limit", &self.limit);
		all.finish_non_exhaustive()
	}
}

struct Channel {
	domain: Domain,
	state: Buyer,
	book: Book,
	/// What of the book is on the disk, and may be sent.
	on_disk: Book,
	seller: Public,
	key: Pair,
}

/// A buyer's end of many channels.
pub struct BuyerEnd<M> {
	channels: BTreeMap<ChannelId, Channel>,
	intake: M,
	store: Store,
	kept: mpsc::UnboundedReceiver<Kept>,
}

impl<M: Intake> BuyerEnd<M> {
	/// An end without channels.
	pub fn new((store, kept): (Store, mpsc::UnboundedReceiver<Kept>), intake: M) -> Self {
		Self {
			channels: BTreeMap::new(),
			intake,
			store,
			kept,
		}
	}

	/// Takes a channel, or takes it up again where the disk says that it stood.
	///
	/// # Errors
	/// `Known`, for a channel of this number.
	pub fn open(&mut self, purchase: Purchase) -> Result<(), ChannelsError> {
		let id = purchase.domain.channel;
		if self.channels.contains_key(&id) {
			return Err(ChannelsError::Known(id.0));
		}
		let book = self.store.book(&purchase.domain);
		let received = self.intake.reading(id);
		let fresh = Buyer::new(purchase.metering, purchase.limit, received, purchase.slack);
		let newest = book.newest.map_or_else(Tally::default, |voucher| voucher.tally);
		let state = fresh.resume(newest, book.close.map(|close| close.tally));
		self.channels.insert(
			id,
			Channel {
				domain: purchase.domain,
				state,
				book,
				on_disk: book,
				seller: purchase.seller,
				key: purchase.key,
			},
		);
		Ok(())
	}

	/// How a channel stands.
	pub fn state(&self, channel: ChannelId) -> Option<&Buyer> {
		self.channels.get(&channel).map(|channel| &channel.state)
	}

	/// The newest voucher of a channel that is on the disk: what this end owes.
	pub fn voucher(&self, channel: ChannelId) -> Option<SignedTally> {
		self.channels.get(&channel)?.on_disk.newest
	}

	/// Where vouchers are kept.
	pub fn store(&self) -> &Store {
		&self.store
	}
}

impl<M> fmt::Debug for BuyerEnd<M> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let mut all = f.debug_struct("BuyerEnd");
		all.field("channels", &self.channels.len()).finish_non_exhaustive()
	}
}

impl Channel {
	/// Signs a voucher, which is to be written before it is sent.
	fn sign(&mut self, tally: Tally, store: &Store) {
		self.book.newest = Some(SignedTally::sign(Word::Voucher, &self.domain, tally, &self.key));
		store.put(self.domain, self.book);
	}

	fn hear_tick(&mut self, statement: SignedTally, right: bool, store: &Store, out: &mut Out) {
		let channel = self.domain.channel;
		if !right {
			out.is_wrong();
			return;
		}
		match self.state.on_tick(statement.tally) {
			Ok(Answer::Sign(tally)) => self.sign(tally, store),
			Ok(Answer::Again) => {
				if let Some(voucher) = self.on_disk.newest {
					out.say(channel, Message::Voucher(voucher));
				}
			}
			Ok(Answer::Wait) => (),
			Err(why) => {
				let reading = self.state.signed().reading;
				if let Some(refused) = Message::refused(why, statement.tally.sequence, reading) {
					out.say(channel, refused);
				}
				out.refused(channel, why);
			}
		}
	}

	/// The seller shows a voucher of ours: on a new disk that is news.
	fn hear_hello(&mut self, voucher: SignedTally, right: bool, store: &Store, out: &mut Out) {
		if voucher.tally.reading <= self.state.signed().reading {
			return;
		}
		if !right {
			out.is_wrong();
			return;
		}
		if self.state.reminded(voucher.tally) {
			self.book.newest = Some(voucher);
			store.put(self.domain, self.book);
		}
	}

	fn hear_consent(&mut self, consent: SignedTally, right: bool, store: &Store, out: &mut Out) {
		let channel = self.domain.channel;
		if !right {
			out.is_wrong();
			return;
		}
		if let Err(why) = self.state.on_consent(consent.tally) {
			out.refused(channel, why);
			return;
		}
		let Some(close) = self.book.close else {
			return;
		};
		if self.book.consent.is_none() {
			self.book.consent = Some(consent);
			store.put(self.domain, self.book);
			out.notices.push(Notice::Agreed {
				channel,
				close,
				consent,
			});
		}
	}
}

#[allow(private_interfaces)]
impl<M: Intake> Desk for BuyerEnd<M> {
	fn greet(&mut self, out: &mut Out) {
		for (id, channel) in &self.channels {
			out.say(*id, Message::Hello(channel.on_disk.newest));
			if let Some(close) = channel.on_disk.close.filter(|_| channel.book.consent.is_none()) {
				out.say(*id, Message::Close(close));
			}
		}
	}

	fn claim(&self, channel: ChannelId, message: &Message) -> Option<Claim> {
		let channel = self.channels.get(&channel)?;
		let (word, signed, key) = match message {
			Message::Tick(statement) => (Word::Tick, statement, channel.seller),
			Message::Consent(consent) => (Word::Close, consent, channel.seller),
			Message::Hello(Some(voucher)) if voucher.tally.reading > channel.state.signed().reading => {
				(Word::Voucher, voucher, channel.key.public())
			}
			_ => return None,
		};
		Some(Claim {
			key,
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
		match message {
			Message::Tick(statement) => {
				// The meter has gone on since it was looked at.
				if let Some(tally) = self
					.intake
					.reading(id)
					.and_then(|reading| channel.state.received(reading))
				{
					channel.sign(tally, &self.store);
				}
				channel.hear_tick(statement, right, &self.store, out);
			}
			Message::Hello(Some(voucher)) => channel.hear_hello(voucher, right, &self.store, out),
			Message::Consent(consent) => channel.hear_consent(consent, right, &self.store, out),
			Message::Unknown => out.notices.push(Notice::Unknown(id)),
			Message::Hello(None) | Message::Voucher(_) | Message::Refused { .. } | Message::Close(_) => (),
		}
	}

	fn kept(&mut self, domain: &Domain, book: &Book, out: &mut Out) {
		let Some(channel) = self.channels.get_mut(&domain.channel) else {
			return;
		};
		let id = domain.channel;
		if let Some(voucher) = book.newest.filter(|_| book.newest != channel.on_disk.newest) {
			channel.state.durable(voucher.tally);
			out.say(id, Message::Voucher(voucher));
		}
		if let Some(close) = book.close.filter(|_| channel.on_disk.close.is_none()) {
			out.say(id, Message::Close(close));
		}
		channel.on_disk = *book;
	}

	fn look(&mut self, all: bool, _: &mut Out) -> bool {
		if !all {
			return false;
		}
		for (id, channel) in &mut self.channels {
			if let Some(tally) = self
				.intake
				.reading(*id)
				.and_then(|reading| channel.state.received(reading))
			{
				channel.sign(tally, &self.store);
			}
		}
		false
	}

	fn remind(&mut self, out: &mut Out) {
		for (id, channel) in &self.channels {
			if let Some(close) = channel.on_disk.close.filter(|_| channel.book.consent.is_none()) {
				out.say(*id, Message::Close(close));
			}
		}
	}

	fn command(&mut self, command: Command, _: &mut Out) {
		let (Command::Close(id) | Command::Stop(id) | Command::Deposited(id, _)) = command;
		let Some(channel) = self.channels.get_mut(&id) else {
			return;
		};
		match command {
			Command::Deposited(_, all) => channel.state.may_spend(all),
			Command::Close(_) if channel.book.close.is_none() => {
				let end = channel.state.close();
				channel.book.close = Some(SignedTally::sign(Word::Close, &channel.domain, end, &channel.key));
				self.store.put(channel.domain, channel.book);
			}
			Command::Close(_) | Command::Stop(_) => (),
		}
	}

	fn next_kept(&mut self) -> &mut mpsc::UnboundedReceiver<Kept> {
		&mut self.kept
	}
}
