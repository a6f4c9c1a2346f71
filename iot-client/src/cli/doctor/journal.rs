//! The journal: whether it opens, and is this chain's and this release's. It is only read.

use super::{daemon::Holder, finding::Finding};
use crate::parse::hex;
use redb::{DatabaseError, ReadOnlyDatabase, ReadableDatabase, StorageError, TableDefinition};
use std::{io::ErrorKind, path::Path};
use subxt::utils::H256;

/// The check of this module.
pub const CHECK: &str = "journal";

/// As [`crate::journal`] lays it out; a test holds the two together.
const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
const FORMAT: &[u8] = b"1";

/// What is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Facts {
	/// No journal yet.
	Absent,
	/// Another program has it open.
	InUse(Option<Holder>),
	/// It was not closed in order.
	Unclosed,
	/// It says of itself that it is of this layout and for the chain of this genesis.
	Is {
		/// The layout.
		format: Vec<u8>,
		/// The genesis.
		genesis: Vec<u8>,
	},
	/// It cannot be read, for this reason.
	Broken(String),
}

impl Facts {
	/// Looks at the file.
	pub fn of(path: &Path) -> Self {
		let db = match ReadOnlyDatabase::open(path) {
			Ok(db) => db,
			Err(DatabaseError::DatabaseAlreadyOpen) => return Self::InUse(Holder::of(path)),
			Err(DatabaseError::RepairAborted) => return Self::Unclosed,
			Err(DatabaseError::Storage(StorageError::Io(error))) if error.kind() == ErrorKind::NotFound => {
				return Self::Absent
			}
			Err(error) => return Self::Broken(error.to_string()),
		};
		header(&db).unwrap_or_else(|error| Self::Broken(error.to_string()))
	}
}

fn header(db: &ReadOnlyDatabase) -> Result<Facts, redb::Error> {
	let meta = db.begin_read()?.open_table(META)?;
	let value = |key: &str| {
		let value = meta.get(key)?;
		Ok::<_, redb::Error>(value.map(|value| value.value().to_vec()).unwrap_or_default())
	};
	Ok(Facts::Is {
		format: value("format")?,
		genesis: value("genesis")?,
	})
}

/// What the journal is like. `genesis` is the chain's, if it is known; `daemon` tells whether the daemon runs.
pub fn judge(path: &Path, facts: &Facts, genesis: Option<H256>, daemon: bool) -> Finding {
	let shown = path.display();
	match facts {
		Facts::Absent => Finding::ok(CHECK, "none yet; `iot-client run` begins one"),
		Facts::Unclosed => Finding::ok(
			CHECK,
			format!("{shown} was not closed in order (a power cut?); `iot-client run` puts it right, nothing is lost"),
		),
		Facts::InUse(Some(holder)) if holder.is_ours() => {
			Finding::ok(CHECK, format!("{shown} is in use by {holder}, as it should be"))
		}
		Facts::InUse(None) if daemon => Finding::ok(CHECK, format!("{shown} is in use by the daemon, as it should be")),
		Facts::InUse(holder) => {
			let who = holder.as_ref().map_or("another program".to_owned(), Holder::to_string);
			let fix = "stop that program; if it is another machine's client, give each its own state_dir";
			Finding::wrong(CHECK, format!("{shown} is in use by {who}"), fix)
		}
		Facts::Is { format, .. } if format != FORMAT => Finding::wrong(
			CHECK,
			format!("{shown} was written by another release of iot-client, which this one cannot read"),
			"finish its jobs with that release first, then move the state_dir aside, and keep it",
		),
		Facts::Is { genesis: found, .. } => match genesis {
			Some(genesis) if found != genesis.as_ref() => Finding::wrong(
				CHECK,
				format!("{shown} belongs to the chain with genesis {}, but this is {}", hex(found), hex(genesis)),
				"give each chain its own state_dir; if the chain was begun anew, move the state_dir aside, and keep it",
			),
			Some(_) => Finding::ok(CHECK, format!("{shown} opens, and is this chain's")),
			None => Finding::ok(CHECK, format!("{shown} opens; it is of the chain with genesis {}", hex(found))),
		},
		Facts::Broken(why) => Finding::wrong(
			CHECK,
			format!("{shown} cannot be read: {why}"),
			"if another user's daemon wrote it, run this as that user; if the disk is damaged, move the state_dir aside, and keep it: \
			 jobs that were open must be looked after by hand",
		),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{cli::doctor::finding::Level, journal::Journal};

	const GENESIS: H256 = H256([7; 32]);

	fn is(format: &[u8], genesis: H256) -> Facts {
		Facts::Is {
			format: format.to_vec(),
			genesis: genesis.0.to_vec(),
		}
	}

	#[test]
	fn a_journal_is_read_as_it_is_written_and_not_changed() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("journal.redb");
		assert_eq!(Facts::of(&path), Facts::Absent);
		let open = Journal::open(&path, GENESIS).unwrap();
		assert!(
			matches!(Facts::of(&path), Facts::InUse(None)),
			"this process is not another"
		);
		drop(open);
		assert_eq!(Facts::of(&path), is(FORMAT, GENESIS));
		assert!(!dir.path().join("nothing").exists());
		std::fs::write(&path, b"no journal at all").unwrap();
		assert!(matches!(Facts::of(&path), Facts::Broken(_)), "{:?}", Facts::of(&path));
	}

	#[test]
	fn a_journal_of_another_chain_release_or_program_is_wrong() {
		let holder = |name: &str| {
			Facts::InUse(Some(Holder {
				pid: 7,
				name: name.to_owned(),
			}))
		};
		let other = H256([8; 32]);
		for (facts, genesis, daemon, level, words) in [
			(Facts::Absent, None, false, Level::Ok, "none yet"),
			(Facts::Unclosed, None, false, Level::Ok, "power cut"),
			(holder("iot-client"), None, false, Level::Ok, "as it should be"),
			(holder("sqlite"), None, true, Level::Wrong, "sqlite (process 7)"),
			(Facts::InUse(None), None, true, Level::Ok, "the daemon"),
			(Facts::InUse(None), None, false, Level::Wrong, "stop that program"),
			(is(b"2", GENESIS), Some(GENESIS), false, Level::Wrong, "another release"),
			(
				is(FORMAT, GENESIS),
				Some(other),
				false,
				Level::Wrong,
				"its own state_dir",
			),
			(is(FORMAT, GENESIS), Some(GENESIS), false, Level::Ok, "this chain's"),
			(is(FORMAT, GENESIS), None, false, Level::Ok, "0x0707"),
			(Facts::Broken("odd".to_owned()), None, false, Level::Wrong, "odd"),
		] {
			let finding = judge(Path::new("/j"), &facts, genesis, daemon);
			assert_eq!(finding.level, level, "{finding}");
			assert!(finding.to_string().contains(words), "{words:?} is not in {finding}");
		}
	}
}
