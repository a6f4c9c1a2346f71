//! What is to be done on the chain exactly once, though nothing there would tell whether it was done already: an errand.
//!
//! An errand is written down before its transaction is signed, and names it from then on: the transaction's record names the
//! errand, and what became of the one is what became of the other, in one write. So after any crash the journal knows, as soon
//! as the transactions of before are seen through, whether an errand is still wanted.

use super::{from_json, to_json, Journal, JournalError, Result, SentTransaction, TRANSACTIONS};
use crate::chain::market::{PurchaseId, StoreId};
use redb::{ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use serde::{Deserialize, Serialize};
use subxt::utils::H256;

const ERRANDS: TableDefinition<&str, &[u8]> = TableDefinition::new("errands");

/// What is to be done.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "task", rename_all = "snake_case")]
pub enum Task {
	/// Take goods that were used off the books.
	Issue {
		/// Where they were.
		site: StoreId,
		/// What.
		item: String,
		/// How much, in thousandths.
		quantity: u64,
	},
	/// Ask for bids.
	Request {
		/// As a rule calls it; the configuration says which file that is.
		what: String,
	},
	/// Accept goods that a sensor has seen come.
	Confirm {
		/// The order.
		order: PurchaseId,
		/// How much, in thousandths.
		quantity: u64,
		/// What the sensor said, whose hash goes to the chain.
		reading: String,
	},
	/// Reject goods that no sensor has seen come.
	Reject {
		/// The order.
		order: PurchaseId,
		/// How much, in thousandths.
		quantity: u64,
		/// Why, in words; the chain gets the hash.
		reason: String,
	},
	/// Put the books right by a sensor.
	Count {
		/// The site.
		site: StoreId,
		/// The item.
		item: String,
		/// Of which lot.
		lot: String,
		/// The version of the lot that was seen.
		basis: u64,
		/// How much there is, in thousandths.
		on_hand: u64,
	},
}

/// How far an errand got.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "progress", rename_all = "snake_case")]
pub enum Progress {
	/// Nothing was sent that could still do it.
	Wanted,
	/// A transaction is on its way.
	Sent,
	/// It is done, in this block.
	Done {
		/// The block's height.
		block: u64,
	},
	/// The chain has refused it.
	Failed {
		/// Why.
		error: String,
	},
	/// Nobody can tell any more.
	Unknown {
		/// What is known.
		what: String,
	},
}

impl Progress {
	/// Whether nothing more becomes of it.
	pub fn is_over(&self) -> bool {
		!matches!(self, Self::Wanted | Self::Sent)
	}
}

/// Something that is to be done exactly once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Errand {
	/// What.
	pub task: Task,
	/// How far it got.
	pub progress: Progress,
	/// Whoever wanted it goes on wanting it: the same is not to be done again until that has ended.
	pub held: bool,
}

/// How a transaction ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ending {
	/// In a block, and it did what it should.
	Done(u64),
	/// In a block, where the chain refused.
	Failed(String),
	/// In no block, and never will be.
	Never,
	/// Nobody can tell any more.
	Unknown(String),
}

impl Journal {
	/// Writes down that something is to be done, unless it is known by this name already. Gives whether it is new. On return
	/// it is on disk.
	///
	/// # Errors
	/// When the store fails.
	pub fn want(&self, name: &str, task: Task) -> Result<bool> {
		let write = self.db.begin_write()?;
		let new = {
			let mut errands = write.open_table(ERRANDS)?;
			let new = errands.get(name)?.is_none();
			if new {
				let errand = Errand {
					task,
					progress: Progress::Wanted,
					held: true,
				};
				errands.insert(name, &*to_json(&errand))?;
			}
			new
		};
		write.commit()?;
		Ok(new)
	}

	/// All errands by their names.
	///
	/// # Errors
	/// When the store fails.
	pub fn errands(&self) -> Result<Vec<(String, Errand)>> {
		let read = self.db.begin_read()?;
		let errands = match read.open_table(ERRANDS) {
			Ok(errands) => errands,
			Err(redb::TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
			Err(error) => return Err(error.into()),
		};
		errands
			.iter()?
			.map(|entry| {
				let (name, errand) = entry?;
				Ok((name.value().to_owned(), from_json(errand.value())?))
			})
			.collect()
	}

	/// Whoever wanted it does so no more: what is over is forgotten, and what is not when it is.
	///
	/// # Errors
	/// When the store fails.
	pub fn release(&self, name: &str) -> Result<()> {
		let write = self.db.begin_write()?;
		change(&write, name, |errand| errand.held = false)?;
		Ok(write.commit()?)
	}

	/// An errand of which nothing was sent need not be done any more. One that is over stays as it is.
	///
	/// # Errors
	/// When the store fails.
	pub fn give_up(&self, name: &str) -> Result<()> {
		let write = self.db.begin_write()?;
		change(&write, name, |errand| {
			if errand.progress == Progress::Wanted {
				errand.progress = Progress::Done { block: 0 };
			}
		})?;
		Ok(write.commit()?)
	}

	/// An errand that the chain has refused for a reason that may pass is wanted again.
	///
	/// # Errors
	/// When the store fails.
	pub fn want_again(&self, name: &str) -> Result<()> {
		let write = self.db.begin_write()?;
		change(&write, name, |errand| {
			if matches!(errand.progress, Progress::Failed { .. }) {
				errand.progress = Progress::Wanted;
			}
		})?;
		Ok(write.commit()?)
	}

	/// Forgets a transaction whose fate is known; the errand that it was for, if any, has come to the same end. Of several
	/// transactions for one errand at most one is in a block, and what that did stands.
	///
	/// # Errors
	/// When the store fails.
	pub fn conclude(&self, hash: H256, ending: &Ending) -> Result<()> {
		let write = self.db.begin_write()?;
		let errand = {
			let mut transactions = write.open_table(TRANSACTIONS)?;
			let removed = transactions.remove(&hash.0)?;
			let sent = removed
				.map(|value| from_json::<SentTransaction>(value.value()))
				.transpose()?;
			sent.and_then(|sent| sent.errand)
		};
		if let Some(name) = errand {
			change(&write, &name, |errand| match ending {
				Ending::Done(block) => errand.progress = Progress::Done { block: *block },
				_ if errand.progress != Progress::Sent => {}
				Ending::Failed(error) => errand.progress = Progress::Failed { error: error.clone() },
				Ending::Unknown(what) => errand.progress = Progress::Unknown { what: what.clone() },
				Ending::Never => errand.progress = Progress::Wanted,
			})?;
		}
		Ok(write.commit()?)
	}
}

/// Notes, in the write that records its transaction, that an errand is on its way. What is done is not sent again.
pub(super) fn note_sent(write: &WriteTransaction, name: &str) -> Result<()> {
	let mut over = None;
	change(write, name, |errand| match errand.progress.is_over() {
		true => over = Some(format!("{:?}", errand.progress)),
		false => errand.progress = Progress::Sent,
	})?;
	match over {
		Some(progress) => Err(JournalError::DoneAlready {
			errand: name.to_owned(),
			progress,
		}),
		None => Ok(()),
	}
}

/// Changes an errand, if there is one of this name. One that is over and that nobody holds is forgotten.
fn change(write: &WriteTransaction, name: &str, how: impl FnOnce(&mut Errand)) -> Result<()> {
	let mut errands = write.open_table(ERRANDS)?;
	let found = errands
		.get(name)?
		.map(|value| from_json::<Errand>(value.value()))
		.transpose()?;
	let Some(mut errand) = found else { return Ok(()) };
	how(&mut errand);
	match errand.progress.is_over() && !errand.held {
		true => drop(errands.remove(name)?),
		false => drop(errands.insert(name, &*to_json(&errand))?),
	}
	Ok(())
}

#[cfg(test)]
mod tests;
