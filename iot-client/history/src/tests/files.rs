//! Real files: made, locked, damaged, foreign.

use super::*;
use std::fs;

fn path() -> (tempfile::TempDir, std::path::PathBuf) {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("state/history.redb");
	(dir, path)
}

#[test]
fn the_file_is_made_with_its_folder_and_for_its_owner_only() {
	use std::os::unix::fs::PermissionsExt;
	let (_dir, path) = path();
	let history = History::new(&path, Limits::default()).unwrap();
	assert!(!path.exists(), "nothing is done before it is needed");
	add(&history, "t", T0, 1);
	history.close().unwrap();
	assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
	drop(history);
	let history = History::new(&path, Limits::default()).unwrap();
	assert_eq!(counts(&history, "t", T0, T0 + 1, 1), [(T0, 1)]);
}

#[test]
fn a_second_one_is_told_that_it_is_in_use_and_answers_from_memory() {
	let (_dir, path) = path();
	let first = History::new(&path, Limits::default()).unwrap();
	first.open().unwrap();
	let second = History::new(&path, Limits::default()).unwrap();
	add(&second, "t", T0, 1);
	assert_eq!(second.flush(), Err(HistoryError::InUse(path.clone())));
	assert_eq!(counts(&second, "t", T0, T0 + 1, 1), [(T0, 1)]);
	drop(first);
	second.close().unwrap();
}

#[test]
fn what_is_damaged_or_foreign_is_put_aside_and_nothing_stops() {
	let (_dir, path) = path();
	let aside = path.with_extension("redb.damaged");
	fs::create_dir_all(path.parent().unwrap()).unwrap();
	fs::write(&path, b"letters to a friend").unwrap();
	let history = History::new(&path, Limits::default()).unwrap();
	add(&history, "t", T0, 1);
	history.flush().unwrap();
	assert_eq!(fs::read(&aside).unwrap(), b"letters to a friend");
	drop(history);

	let mut bytes = fs::read(&path).unwrap();
	let length = bytes.len();
	bytes[4096..length].iter_mut().for_each(|byte| *byte ^= 0x5a);
	fs::write(&path, &bytes).unwrap();
	let history = History::new(&path, Limits::default()).unwrap();
	assert_eq!(counts(&history, "t", T0, T0 + 1, 1), [], "the query opens it");
	assert_eq!(fs::read(&aside).unwrap(), bytes, "in place of the one before");
	add(&history, "t", T0, 1);
	history.close().unwrap();
}

#[test]
fn another_redb_file_or_another_format_is_put_aside() {
	let other: redb::TableDefinition<u64, u64> = redb::TableDefinition::new("other");
	let files = TestDisk::new(1);
	let database = redb::Database::builder()
		.create_with_backend(files.disk().plug())
		.unwrap();
	let write = database.begin_write().unwrap();
	write.open_table(other).unwrap().insert(1, 1).unwrap();
	write.commit().unwrap();
	drop(database);
	let history = files.history(Limits::default());
	history.open().unwrap();
	assert_eq!(files.put_aside(), 1);
	add(&history, "t", T0, 1);
	history.close().unwrap();
	drop(history);

	let database = redb::Database::builder()
		.create_with_backend(files.disk().plug())
		.unwrap();
	let write = database.begin_write().unwrap();
	let format = [crate::record::FORMAT + 1];
	write
		.open_table(crate::store::TABLE)
		.unwrap()
		.insert(crate::record::ACCOUNT, format.as_slice())
		.unwrap();
	write.commit().unwrap();
	drop(database);
	files.history(Limits::default()).open().unwrap();
	assert_eq!(files.put_aside(), 2);
}

#[test]
fn a_spoilt_byte_anywhere_stops_nothing() {
	let files = TestDisk::new(9);
	let history = files.history(Limits::default());
	(0..600).for_each(|n| add(&history, "t", T0 + n * SECOND, n as i32));
	history.close().unwrap();
	drop(history);
	let contents = files.disk().contents();
	for offset in (0..contents.len()).step_by(977) {
		files.disk().spoil(offset);
		let history = files.history(Limits::default());
		add(&history, "t", T0 + 700 * SECOND, 1);
		history.flush().unwrap();
		let count: u64 = counts(&history, "t", T0, T0 + HOUR, 2000)
			.iter()
			.map(|(_, count)| count)
			.sum();
		assert!(count > 0);
		drop(history);
		if files.put_aside() > 0 {
			return;
		}
	}
	panic!("no byte mattered");
}
