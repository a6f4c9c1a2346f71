//! What must survive a power cut: how far each job got, which transactions were sent, which block was seen last.
//!
//! The store (redb) makes each change whole or not at all, and on disk before the call returns. Three rules follow:
//!
//! - A transaction is written down before it is sent, so that after any crash its fate can be read from the chain.
//! - A job's motion is written down before the first actuator moves, and only a job that never moved may begin to move
//!   ([`Journal::advance`] refuses anything else), so that no job is ever run twice.
//! - The height that was acted upon is written down before the act ([`Journal::see`]), so that a node that is behind it
//!   after a restart is not taken for one that knows how things stand.
//!
//! - What the chain would do a second time as willingly as the first is an errand ([`errands`]): its end is written down in
//!   one with that of its transaction.
//!
//! The calls block for as long as the disk takes; tasks call them through [`Journal::off_thread`].

pub mod errands;

pub use errands::{Ending, Errand, Progress, Task};

use crate::{
	chain::types::{BlockId, JobId},
	disk::{is_full, open_or_make, Counters, Disk, Files, Spare, Storage},
	parse,
};
use redb::{Database, Durability, ReadableDatabase, ReadableTable, StorageBackend, TableDefinition};
use serde::{de::DeserializeOwned, Deserialize, Serialize};
use std::{
	io,
	path::{Path, PathBuf},
	sync::{atomic::Ordering, Arc},
};
use subxt::utils::{AccountId32, H256};

const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
const JOBS: TableDefinition<u64, &[u8]> = TableDefinition::new("jobs");
const TRANSACTIONS: TableDefinition<&[u8; 32], &[u8]> = TableDefinition::new("transactions");

/// Of this layout of the tables; another one needs a migration.
const FORMAT: &[u8] = b"1";

/// Every so many blocks the last seen block goes to disk at once. Between them it may be lost: blocks are then seen
/// twice, which does no harm, and the disk of a small computer lives longer.
const BLOCKS_BETWEEN_SYNCS: u64 = 64;

/// Every so many units the count of them goes to disk at once, whatever is written besides: what is not there takes room.
const UNITS_BETWEEN_SYNCS: u32 = 256;

/// The journal in the folder for state.
const FILE: &str = "journal.redb";

/// Space that is kept for it, in bytes: enough for what a job that runs writes down until it is settled.
pub const SPARE_BYTES: u64 = 1024 * 1024;

/// Where the journal is in a folder for state.
pub fn path(state_dir: &Path) -> PathBuf {
	state_dir.join(FILE)
}

/// The space that is kept for the journal in a folder for state. The journal gives it up when the disk is full, so that what
/// has begun comes to its end; whoever begins something sees to it that it is kept.
pub fn spare(state_dir: &Path) -> Spare {
	Spare::of(&path(state_dir))
}

/// How far a job got, as only this computer knows.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum Phase {
	/// The order is not one that this machine takes.
	Refused {
		/// Why, in words; the chain gets the hash.
		reason: String,
	},
	/// Offer, recipe and envelope were checked. Nothing moved.
	Ready {
		/// The longest that the work can take by the recipe's own limits, in milliseconds of this computer's clock.
		work_ms: u64,
	},
	/// The machine may have moved for this job. Written before the first movement.
	Moving {
		/// Units that are surely done.
		units_done: u32,
	},
	/// All units are done and the evidence is on disk.
	Finished {
		/// Units done.
		units: u32,
		/// Hash of the evidence.
		result: H256,
	},
	/// The run ended without success; the outputs are safe.
	Failed {
		/// Why, in words; the chain gets the hash.
		reason: String,
	},
}

impl Phase {
	/// Whether a job in phase `self` (`None`: no record) may go to `next`. Nothing leads back to motion but a delivery whose
	/// units were sent back, and that is for whoever reads the chain to know.
	fn may_become(from: Option<&Self>, next: &Self) -> bool {
		match (from, next) {
			(None, Self::Refused { .. } | Self::Ready { .. } | Self::Failed { .. }) => true,
			(Some(Self::Ready { .. }), Self::Refused { .. } | Self::Failed { .. }) => true,
			(Some(Self::Finished { .. }), Self::Ready { .. } | Self::Refused { .. }) => true,
			(Some(Self::Ready { .. }), Self::Moving { units_done }) => *units_done == 0,
			(Some(Self::Moving { units_done: before }), Self::Moving { units_done }) => units_done > before,
			(Some(Self::Moving { .. }), Self::Finished { .. } | Self::Failed { .. }) => true,
			_ => false,
		}
	}
}

/// A transaction that was, or was about to be, sent.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SentTransaction {
	/// Hash of the signed bytes.
	pub hash: H256,
	/// Who signed; absent in what an earlier release wrote.
	#[serde(default)]
	pub signer: Option<AccountId32>,
	/// The account's nonce in it.
	pub nonce: u64,
	/// Spec version of the runtime that it was signed for; absent in what an earlier release wrote.
	#[serde(default)]
	pub runtime: Option<u32>,
	/// The finalized block that it was made on; it is in no block up to this one.
	pub birth: u64,
	/// The last block that could include it.
	pub death: u64,
	/// The signed bytes, in hexadecimal, to send again.
	pub bytes: String,
	/// What it does, in words.
	pub purpose: String,
	/// The errand that it is for, if it is for one; absent in what an earlier release wrote.
	#[serde(default)]
	pub errand: Option<String>,
}

/// Why the journal cannot be used. Whoever gets one must neither move nor send anything.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
	/// Another process has it open.
	#[error("{0} is in use by another iot-client; stop that one first, or give this one its own state_dir")]
	InUse(PathBuf),
	/// It is another chain's.
	#[error(
		"{path} belongs to the chain with genesis {found}, but this is {expected}; give each chain its own state_dir"
	)]
	OtherChain {
		/// The file.
		path: PathBuf,
		/// The genesis that it was made for.
		found: String,
		/// The genesis of now.
		expected: String,
	},
	/// It is of another release.
	#[error("{0} was written by another release of iot-client, which this one cannot read; finish its jobs with that release first")]
	OtherFormat(PathBuf),
	/// A job would go backwards.
	#[error("job {job} cannot go from {from} to {to}: nothing is run twice")]
	IllegalStep {
		/// The job.
		job: JobId,
		/// Where it is.
		from: String,
		/// Where it was to go.
		to: String,
	},
	/// An errand would be done twice.
	#[error("the errand {errand} is over ({progress}): nothing is done twice")]
	DoneAlready {
		/// Which.
		errand: String,
		/// How it ended.
		progress: String,
	},
	/// The disk has no room for it. What was written is there still.
	#[error("the disk has no room for the journal: take away old evidence that is kept elsewhere, or old logs")]
	DiskFull,
	/// The disk or the store failed.
	#[error("the journal cannot be read or written (is the disk worn or gone?): {0}")]
	Store(String),
}

impl<E: Into<redb::Error>> From<E> for JournalError {
	fn from(error: E) -> Self {
		match error.into() {
			redb::Error::Io(error) if is_full(&error) => Self::DiskFull,
			error => Self::Store(error.to_string()),
		}
	}
}

type Result<T> = std::result::Result<T, JournalError>;

/// The open journal. Clones share it.
#[derive(Clone, Debug)]
pub struct Journal {
	db: Arc<Database>,
}

impl Journal {
	/// Opens the journal at `path` for the chain with this genesis, or begins one.
	///
	/// # Errors
	/// When another process has it, it is another chain's, or the disk fails.
	pub fn open(path: &Path, genesis: H256) -> Result<Self> {
		Self::open_on(&Files, path, genesis)
	}

	/// As [`Journal::open`], with the file on this disk.
	///
	/// # Errors
	/// As [`Journal::open`].
	pub fn open_on(disk: &dyn Disk, path: &Path, genesis: H256) -> Result<Self> {
		let counters = Arc::<Counters>::default();
		let spare = Spare::of(path);
		let opened = open_or_make(disk, path)
			.map_err(|error| unusable(path, &error))
			.and_then(|storage| {
				let storage = storage.counted(counters.clone()).helped_by(move || spare.give());
				Self::open_in(storage, path, genesis)
			});
		opened.map_err(|error| match error {
			// The store's own errors do not always tell.
			JournalError::Store(_) if counters.full.load(Ordering::Relaxed) => JournalError::DiskFull,
			error => error,
		})
	}

	fn open_in(storage: Storage, path: &Path, genesis: H256) -> Result<Self> {
		// The store would take an empty file for a new one. No power cut leaves one here, and a journal that was emptied must
		// not pass for one in which nothing was ever done.
		if storage.len().map_err(|error| unusable(path, &error))? == 0 {
			return Err(JournalError::Store(format!("{} is empty", path.display())));
		}
		let opened = Database::builder().create_with_backend(storage);
		let db = opened.map_err(|error| match error {
			redb::DatabaseError::DatabaseAlreadyOpen => JournalError::InUse(path.to_owned()),
			error => error.into(),
		})?;
		Self::begin(db, path, genesis)
	}

	fn begin(db: Database, path: &Path, genesis: H256) -> Result<Self> {
		let write = db.begin_write()?;
		{
			write.open_table(JOBS)?;
			write.open_table(TRANSACTIONS)?;
			let mut meta = write.open_table(META)?;
			let format = meta.get("format")?.map(|value| value.value().to_vec());
			match format {
				None => {
					meta.insert("format", FORMAT)?;
					meta.insert("genesis", genesis.as_ref())?;
				}
				Some(format) if format != FORMAT => return Err(JournalError::OtherFormat(path.to_owned())),
				Some(_) => {}
			}
			let found = meta
				.get("genesis")?
				.map(|value| parse::hex(value.value()))
				.unwrap_or_default();
			let expected = parse::hex(genesis);
			if found != expected {
				return Err(JournalError::OtherChain {
					path: path.to_owned(),
					found,
					expected,
				});
			}
		}
		write.commit()?;
		Ok(Self { db: Arc::new(db) })
	}

	/// Runs `work` where it may block on the disk.
	///
	/// # Errors
	/// Those of `work`.
	pub async fn off_thread<T: Send + 'static>(
		&self,
		work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
	) -> Result<T> {
		let journal = self.clone();
		tokio::task::spawn_blocking(move || work(&journal))
			.await
			.map_err(|e| JournalError::Store(e.to_string()))?
	}

	/// The last finalized block that was dealt with.
	///
	/// # Errors
	/// When the store fails.
	pub fn last_block(&self) -> Result<Option<BlockId>> {
		let read = self.db.begin_read()?;
		read.open_table(META)?
			.get("last_block")?
			.map(|value| from_json(value.value()))
			.transpose()
	}

	/// Remembers that everything up to `block` was dealt with.
	///
	/// # Errors
	/// When the store fails.
	pub fn set_last_block(&self, block: BlockId) -> Result<()> {
		let mut write = self.db.begin_write()?;
		if !block.number.is_multiple_of(BLOCKS_BETWEEN_SYNCS) {
			write.set_durability(Durability::None)?;
		}
		write.open_table(META)?.insert("last_block", &*to_json(&block))?;
		Ok(write.commit()?)
	}

	/// The height below which no finalized block tells how things stand: one as high was seen already. 0 in a new journal.
	///
	/// # Errors
	/// When the store fails.
	pub fn floor(&self) -> Result<u64> {
		let read = self.db.begin_read()?;
		let seen = read
			.open_table(META)?
			.get("seen")?
			.map(|value| from_json(value.value()))
			.transpose()?;
		// What an earlier release wrote has the last block only.
		let last = self.last_block()?.map(|block| block.number);
		Ok(seen.max(last).unwrap_or_default())
	}

	/// Remembers that the finalized block of this height was seen; a lower one than before changes nothing. It is on disk as
	/// soon as anything that was done upon it is: whatever is written later takes it along.
	///
	/// # Errors
	/// When the store fails.
	pub fn see(&self, number: u64) -> Result<()> {
		let before = self.floor()?;
		if number <= before {
			return Ok(());
		}
		let mut write = self.db.begin_write()?;
		if number / BLOCKS_BETWEEN_SYNCS == before / BLOCKS_BETWEEN_SYNCS {
			write.set_durability(Durability::None)?;
		}
		write.open_table(META)?.insert("seen", &*to_json(&number))?;
		Ok(write.commit()?)
	}

	/// How far a job got.
	///
	/// # Errors
	/// When the store fails.
	pub fn job(&self, job: JobId) -> Result<Option<Phase>> {
		let read = self.db.begin_read()?;
		read.open_table(JOBS)?
			.get(job.0)?
			.map(|value| from_json(value.value()))
			.transpose()
	}

	/// All jobs that are not forgotten, oldest first.
	///
	/// # Errors
	/// When the store fails.
	pub fn jobs(&self) -> Result<Vec<(JobId, Phase)>> {
		let read = self.db.begin_read()?;
		let jobs = read.open_table(JOBS)?;
		jobs.iter()?
			.map(|entry| {
				let (id, phase) = entry?;
				Ok((JobId(id.value()), from_json(phase.value())?))
			})
			.collect()
	}

	/// Moves a job on. On return it is on disk.
	///
	/// # Errors
	/// When the job may not go there from where it is, or the store fails.
	pub fn advance(&self, job: JobId, next: &Phase) -> Result<()> {
		self.go_on(job, next, Durability::Immediate)
	}

	/// Notes how many units of a job that moves are made by now. It is on disk as soon as anything is that is written later,
	/// above all the transaction that tells of them: so the chain never knows of more units than this does, and nothing waits
	/// for the disk twice. What a power cut takes away here is in the evidence still.
	///
	/// # Errors
	/// As [`Journal::advance`].
	pub fn note_made(&self, job: JobId, units_done: u32) -> Result<()> {
		let durability = match units_done.is_multiple_of(UNITS_BETWEEN_SYNCS) {
			true => Durability::Immediate,
			false => Durability::None,
		};
		self.go_on(job, &Phase::Moving { units_done }, durability)
	}

	fn go_on(&self, job: JobId, next: &Phase, durability: Durability) -> Result<()> {
		let mut write = self.db.begin_write()?;
		write.set_durability(durability)?;
		{
			let mut jobs = write.open_table(JOBS)?;
			let before: Option<Phase> = jobs.get(job.0)?.map(|value| from_json(value.value())).transpose()?;
			if !Phase::may_become(before.as_ref(), next) {
				let from = before.map_or("nothing".to_owned(), |phase| format!("{phase:?}"));
				return Err(JournalError::IllegalStep {
					job,
					from,
					to: format!("{next:?}"),
				});
			}
			jobs.insert(job.0, &*to_json(next))?;
		}
		Ok(write.commit()?)
	}

	/// Forgets a job that the chain has settled.
	///
	/// # Errors
	/// When the store fails.
	pub fn forget(&self, job: JobId) -> Result<()> {
		let write = self.db.begin_write()?;
		write.open_table(JOBS)?.remove(job.0)?;
		Ok(write.commit()?)
	}

	/// The transactions whose fate is not known yet, in the order of their nonces.
	///
	/// # Errors
	/// When the store fails.
	pub fn unresolved(&self) -> Result<Vec<SentTransaction>> {
		let read = self.db.begin_read()?;
		let table = read.open_table(TRANSACTIONS)?;
		let mut all = table
			.iter()?
			.map(|entry| from_json::<SentTransaction>(entry?.1.value()))
			.collect::<Result<Vec<_>>>()?;
		all.sort_by_key(|transaction| transaction.nonce);
		Ok(all)
	}

	/// Writes a transaction down. Only after this returns may it be sent.
	///
	/// # Errors
	/// When its errand is over already, or the store fails.
	pub fn record(&self, transaction: &SentTransaction) -> Result<()> {
		let write = self.db.begin_write()?;
		if let Some(errand) = &transaction.errand {
			errands::note_sent(&write, errand)?;
		}
		write
			.open_table(TRANSACTIONS)?
			.insert(&transaction.hash.0, &*to_json(transaction))?;
		Ok(write.commit()?)
	}

	/// Forgets a transaction whose fate is known.
	///
	/// # Errors
	/// When the store fails.
	pub fn resolve(&self, hash: H256) -> Result<()> {
		let write = self.db.begin_write()?;
		write.open_table(TRANSACTIONS)?.remove(&hash.0)?;
		Ok(write.commit()?)
	}
}

fn unusable(path: &Path, error: &io::Error) -> JournalError {
	match is_full(error) {
		true => JournalError::DiskFull,
		false => JournalError::Store(format!("{}: {error}", path.display())),
	}
}

fn to_json<T: Serialize>(value: &T) -> Vec<u8> {
	serde_json::to_vec(value).expect("plain structures are JSON; qed")
}

fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
	serde_json::from_slice(bytes).map_err(|e| JournalError::Store(format!("an entry is damaged: {e}")))
}

#[cfg(test)]
mod tests;
