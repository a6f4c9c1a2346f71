//! The end that supplies and is paid.

use crate::{Metering, Refusal, Tally};

/// What came of a voucher.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
	/// It is the newest: write it to the disk, and then tell [`Seller::durable`].
	Newer,
	/// This or a newer one is known.
	Known,
}

/// The end that supplies and is paid: what it may supply, and what it takes for payment. It does nothing by itself: signatures,
/// disk and line are for whoever has it.
///
/// In this order, or it may lose more than a tick:
///
/// 1. [`Seller::supply`], then the units.
/// 2. A voucher is on the disk before [`Seller::durable`] hears of it, and so before anything more is supplied for it.
/// 3. A consent to an end is on the disk before it is sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Seller {
	metering: Metering,
	/// All that the channel has ever had.
	deposit: u128,
	supplied: u64,
	stated: Tally,
	newest: Tally,
	durable: Tally,
	closing: Option<Tally>,
	stopped: bool,
}

impl Seller {
	/// The end of a channel in which nothing was supplied yet.
	pub fn new(metering: Metering, deposit: u128) -> Self {
		Self::resume(metering, deposit, Tally::default(), None, Some(0))
	}

	/// The end of a channel after a crash: with the newest voucher and the consent that are on the disk.
	///
	/// `metered` is what the meter shows. A meter that forgets with the computer shows nothing: then all is taken for supplied
	/// that may have been, and nothing more is given until the buyer has paid it.
	pub fn resume(
		metering: Metering,
		deposit: u128,
		durable: Tally,
		consented: Option<Tally>,
		metered: Option<u64>,
	) -> Self {
		let most = most(&metering, deposit, durable.reading).max(durable.reading);
		Self {
			metering,
			deposit,
			supplied: metered.unwrap_or(most).max(durable.reading),
			stated: durable,
			newest: durable,
			durable,
			closing: consented,
			stopped: false,
		}
	}

	/// How many units may be supplied now. At zero the valve is shut.
	pub fn room(&self) -> u64 {
		if self.stopped || self.closing.is_some() {
			return 0;
		}
		most(&self.metering, self.deposit, self.durable.reading).saturating_sub(self.supplied)
	}

	/// Takes the right to supply so many units, and gives the statement of it to sign and send.
	///
	/// # Errors
	/// `Nothing`, `NoRoom`, `Overflow`.
	pub fn supply(&mut self, units: u64) -> Result<Tally, Refusal> {
		if units == 0 {
			return Err(Refusal::Nothing);
		}
		if units > self.room() {
			return Err(Refusal::NoRoom);
		}
		let reading = self.supplied.checked_add(units).ok_or(Refusal::Overflow)?;
		let tally = self.statement(reading)?;
		self.supplied = reading;
		self.stated = tally;
		Ok(tally)
	}

	/// The statement of what is supplied and not paid: to sign and send again, when the line was cut or nothing has come for it.
	pub fn restate(&mut self) -> Option<Tally> {
		if self.supplied <= self.newest.reading || self.closing.is_some() {
			return None;
		}
		if self.stated.reading != self.supplied || self.stated.sequence <= self.newest.sequence {
			self.stated = self.statement(self.supplied).ok()?;
		}
		Some(self.stated)
	}

	fn statement(&self, reading: u64) -> Result<Tally, Refusal> {
		let last = self.stated.sequence.max(self.newest.sequence);
		Ok(Tally {
			sequence: last.checked_add(1).ok_or(Refusal::Overflow)?,
			reading,
			amount: self.metering.tariff.amount_of(reading).ok_or(Refusal::Overflow)?,
		})
	}

	/// Takes a voucher that the buyer's key has signed.
	///
	/// # Errors
	/// `NotSupplied`, `WrongAmount`, `OverDeposit`, `OutOfOrder`.
	pub fn on_voucher(&mut self, tally: Tally) -> Result<Taken, Refusal> {
		if tally.reading <= self.newest.reading {
			return Ok(Taken::Known);
		}
		if tally.reading > self.supplied {
			return Err(Refusal::NotSupplied);
		}
		if self.metering.tariff.amount_of(tally.reading) != Some(tally.amount) {
			return Err(Refusal::WrongAmount);
		}
		if tally.amount > self.deposit {
			return Err(Refusal::OverDeposit);
		}
		if tally.sequence <= self.newest.sequence {
			return Err(Refusal::OutOfOrder);
		}
		self.newest = tally;
		Ok(Taken::Newer)
	}

	/// The same for a voucher that the buyer shows in its greeting. On a new disk it is for more than this end knows to have
	/// supplied: the buyer must know.
	///
	/// # Errors
	/// As for [`Seller::on_voucher`], but `NotSupplied`.
	pub fn reminded(&mut self, tally: Tally) -> Result<Taken, Refusal> {
		let before = self.supplied;
		self.supplied = before.max(tally.reading);
		self.on_voucher(tally).inspect_err(|_| self.supplied = before)
	}

	/// Hears that a voucher is on the disk.
	pub fn durable(&mut self, tally: Tally) {
		if tally.reading > self.durable.reading && tally.reading <= self.newest.reading {
			self.durable = tally;
		}
	}

	/// Agrees to the end that the buyer has asked for and signed: write it to the disk, then sign it and send it. Nothing is
	/// supplied any more.
	///
	/// # Errors
	/// `LessThanPaid`, `OverDeposit`; `Closing` after another one was agreed to.
	pub fn on_close(&mut self, tally: Tally) -> Result<(), Refusal> {
		match self.closing {
			Some(agreed) if agreed == tally => return Ok(()),
			Some(_) => return Err(Refusal::Closing),
			None => (),
		}
		if tally.amount < self.newest.amount || tally.reading < self.newest.reading {
			return Err(Refusal::LessThanPaid);
		}
		if tally.amount > self.deposit {
			return Err(Refusal::OverDeposit);
		}
		self.closing = Some(tally);
		Ok(())
	}

	/// Hears what the channel has had in all, as a finalized block says.
	pub fn deposited(&mut self, all: u128) {
		self.deposit = self.deposit.max(all);
	}

	/// Supplies nothing any more: the channel is about to end on chain, or the valve must stay shut.
	pub fn stop(&mut self) {
		self.stopped = true;
	}

	/// How the channel is metered.
	pub fn metering(&self) -> &Metering {
		&self.metering
	}

	/// What was supplied in all, or may have been.
	pub fn supplied(&self) -> u64 {
		self.supplied
	}

	/// The newest voucher that has come.
	pub fn newest(&self) -> &Tally {
		&self.newest
	}

	/// The newest voucher that is on the disk.
	pub fn on_disk(&self) -> &Tally {
		&self.durable
	}

	/// The end that was agreed to.
	pub fn closing(&self) -> Option<&Tally> {
		self.closing.as_ref()
	}
}

/// The reading up to which may be supplied when this one is paid.
fn most(metering: &Metering, deposit: u128, paid: u64) -> u64 {
	paid.saturating_add(metering.tick)
		.min(metering.tariff.reading_for(deposit))
}
