//! The end that takes and pays.

use crate::{Metering, Refusal, Tally};

/// What came of a statement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
	/// It is right: sign a voucher for it, write that to the disk, tell [`Buyer::durable`], and then send it.
	Sign(Tally),
	/// It was signed before, or something newer: send the newest voucher that is on the disk again, if there is one.
	Again,
	/// This end's own meter does not show it yet: [`Buyer::received`] comes back to it.
	Wait,
}

/// The end that takes and pays: what it signs. It does nothing by itself: signatures, disk and line are for whoever has it.
///
/// A voucher is on the disk before it is sent, so that this end always knows what it may have to pay.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Buyer {
	metering: Metering,
	/// The most that it may sign for, in all.
	limit: u128,
	/// What its own meter shows, if it has one.
	received: Option<u64>,
	/// How far the seller's meter may be ahead of its own, in units.
	slack: u64,
	signed: Tally,
	durable: Tally,
	waiting: Option<Tally>,
	closing: Option<Tally>,
}

impl Buyer {
	/// The end of a channel in which nothing was signed yet. `received` is what its own meter shows; an end without one believes
	/// the seller's as far as a tick.
	pub fn new(metering: Metering, limit: u128, received: Option<u64>, slack: u64) -> Self {
		Self {
			metering,
			limit,
			received,
			slack,
			signed: Tally::default(),
			durable: Tally::default(),
			waiting: None,
			closing: None,
		}
	}

	/// The same after a crash: with the newest voucher that is on the disk, and the end that it had asked for.
	#[must_use]
	pub fn resume(self, durable: Tally, closing: Option<Tally>) -> Self {
		Self {
			signed: durable,
			durable,
			closing,
			..self
		}
	}

	/// Looks at a statement that the seller's key has signed.
	///
	/// # Errors
	/// `Closing`, `MoreThanATick`, `WrongAmount`, `OverLimit`.
	pub fn on_tick(&mut self, tally: Tally) -> Result<Answer, Refusal> {
		if self.closing.is_some() {
			return Err(Refusal::Closing);
		}
		if tally.sequence <= self.signed.sequence || tally.reading <= self.signed.reading {
			return Ok(Answer::Again);
		}
		if tally.reading > self.signed.reading.saturating_add(self.metering.tick) {
			return Err(Refusal::MoreThanATick);
		}
		if self.metering.tariff.amount_of(tally.reading) != Some(tally.amount) {
			return Err(Refusal::WrongAmount);
		}
		if tally.amount > self.limit {
			return Err(Refusal::OverLimit);
		}
		if !self.has_received(tally.reading) {
			self.waiting = Some(tally);
			return Ok(Answer::Wait);
		}
		self.signed = tally;
		self.waiting = None;
		Ok(Answer::Sign(tally))
	}

	fn has_received(&self, reading: u64) -> bool {
		self.received
			.is_none_or(|own| reading <= own.saturating_add(self.slack))
	}

	/// Hears what its own meter shows. If a statement has waited for that, here it is to be signed.
	pub fn received(&mut self, reading: u64) -> Option<Tally> {
		self.received = Some(self.received.unwrap_or_default().max(reading));
		let waiting = self.waiting.take()?;
		match self.on_tick(waiting) {
			Ok(Answer::Sign(tally)) => Some(tally),
			_ => None,
		}
	}

	/// Hears that a voucher is on the disk.
	pub fn durable(&mut self, tally: Tally) {
		if tally.reading > self.durable.reading && tally.reading <= self.signed.reading {
			self.durable = tally;
		}
	}

	/// Hears of a voucher that its own key has signed and that it does not know, since its disk is another one: it owes that.
	/// Whether there is something to write to the disk.
	pub fn reminded(&mut self, tally: Tally) -> bool {
		let is_news = tally.reading > self.signed.reading && tally.sequence > self.signed.sequence;
		if is_news {
			self.signed = tally;
		}
		is_news
	}

	/// Asks for the end of the channel: write this to the disk, then sign it and send it. Nothing is signed for any more.
	pub fn close(&mut self) -> Tally {
		*self.closing.get_or_insert(self.signed)
	}

	/// Hears that the seller agrees, by a signature of its key. Now either end may have the chain end the channel.
	///
	/// # Errors
	/// `NotAsked`.
	pub fn on_consent(&self, tally: Tally) -> Result<(), Refusal> {
		match self.closing {
			Some(asked) if asked == tally => Ok(()),
			_ => Err(Refusal::NotAsked),
		}
	}

	/// May sign for so much in all from now on.
	pub fn may_spend(&mut self, limit: u128) {
		self.limit = limit;
	}

	/// How the channel is metered.
	pub fn metering(&self) -> &Metering {
		&self.metering
	}

	/// The newest voucher.
	pub fn signed(&self) -> &Tally {
		&self.signed
	}

	/// The newest voucher that is on the disk: what may be sent, and what this end knows that it owes.
	pub fn on_disk(&self) -> &Tally {
		&self.durable
	}

	/// The end that it has asked for.
	pub fn closing(&self) -> Option<&Tally> {
		self.closing.as_ref()
	}
}
