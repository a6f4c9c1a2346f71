//! Real files: who has it, whose it is, and whether it is whole.

use super::*;
use crate::store::MESSAGES;
use redb::{Database, TableDefinition};
use std::{
	fs,
	os::unix::fs::{MetadataExt, PermissionsExt},
	path::PathBuf,
};

fn folder() -> (tempfile::TempDir, PathBuf) {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("state/cloud.outbox");
	(folder, path)
}

fn open(path: &Path) -> Result<Outbox, OutboxError> {
	Outbox::open(path, limits(), TestClock::new())
}

#[test]
fn makes_the_file_for_its_owner_only_and_finds_it_again() {
	let (_folder, path) = folder();
	let outbox = open(&path).unwrap();
	outbox.put(message(Lane::Event, 1, b"a")).unwrap();
	assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
	// And its spare, that takes the space it says.
	let spare = fs::metadata(path.with_extension("outbox.spare")).unwrap();
	assert_eq!(
		(spare.len(), spare.permissions().mode() & 0o777),
		(4 * 1024 * 1024, 0o600)
	);
	assert!(spare.blocks() * 512 >= spare.len());
	assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 2);
	drop(outbox);
	assert_eq!(bodies(&open(&path).unwrap()), [b"a"]);
}

#[test]
fn refuses_a_second_open_until_the_first_is_closed() {
	let (_folder, path) = folder();
	let outbox = open(&path).unwrap();
	assert_eq!(open(&path).unwrap_err(), OutboxError::InUse(path.clone()));
	drop(outbox.clone());
	assert_eq!(open(&path).unwrap_err(), OutboxError::InUse(path.clone()));
	drop(outbox);
	open(&path).unwrap();
}

#[test]
fn a_file_that_was_never_finished_is_made_again() {
	let (_folder, path) = folder();
	fs::create_dir_all(path.parent().unwrap()).unwrap();
	let unfinished = path.with_extension("outbox.new");
	fs::write(&unfinished, vec![0; 5000]).unwrap();
	open(&path).unwrap().put(message(Lane::Event, 1, b"a")).unwrap();
	assert!(!unfinished.exists());
	assert_eq!(bodies(&open(&path).unwrap()), [b"a"]);
}

#[test]
fn refuses_what_is_not_an_outbox_and_leaves_it_as_it_is() {
	let (_folder, path) = folder();
	fs::create_dir_all(path.parent().unwrap()).unwrap();
	for text in [&b"machine = \"drill\"\n"[..], &[0; 10_000], b"x"] {
		fs::write(&path, text).unwrap();
		let error = open(&path).unwrap_err();
		assert!(matches!(error, OutboxError::Foreign { .. }), "{error}");
		assert!(error.to_string().contains("cloud.outbox"), "{error}");
		assert_eq!(fs::read(&path).unwrap(), text);
	}
}

#[test]
fn refuses_the_store_of_something_else() {
	let (_folder, path) = folder();
	fs::create_dir_all(path.parent().unwrap()).unwrap();
	let other: TableDefinition<u64, u64> = TableDefinition::new("jobs");
	let database = Database::create(&path).unwrap();
	let write = database.begin_write().unwrap();
	write.open_table(other).unwrap().insert(1, 2).unwrap();
	write.commit().unwrap();
	drop(database);
	let error = open(&path).unwrap_err();
	assert!(
		error.to_string().contains("a redb file with the tables jobs"),
		"{error}"
	);
}

#[test]
fn refuses_the_format_of_another_release_and_a_damaged_account() {
	let (_folder, path) = folder();
	let account = |bytes: &[u8]| {
		let database = Database::create(&path).unwrap();
		let write = database.begin_write().unwrap();
		write
			.open_table(MESSAGES)
			.unwrap()
			.insert(&record::STATE_KEY, bytes)
			.unwrap();
		write.commit().unwrap();
	};
	drop(open(&path).unwrap());
	account(br#"{"format":2,"all":"else"}"#);
	assert_eq!(
		open(&path).unwrap_err(),
		OutboxError::OtherFormat {
			path: path.clone(),
			found: 2,
			known: 1
		}
	);
	account(br#"{"format":1}"#);
	assert!(matches!(open(&path).unwrap_err(), OutboxError::Damaged { .. }));
}

#[test]
fn a_file_that_is_much_larger_than_what_is_in_it_is_made_smaller() {
	let limits = Limits {
		max_bytes: 64 * 1024 * 1024,
		..limits()
	};
	let (disk, clock, outbox) = outbox(limits);
	let ids: Vec<_> = (0..40)
		.map(|n| outbox.put(message(Lane::File, n, &vec![n as u8; 500_000])).unwrap())
		.collect();
	let kept = outbox.put(message(Lane::Event, 1, b"kept")).unwrap();
	outbox.delivered(&ids).unwrap();
	outbox.sync().unwrap();
	disk.cut();
	let before = disk.length();
	drop(outbox);
	let outbox = open_on(&disk, limits, &clock).unwrap();
	let after = disk.length();
	assert!(before > 16_000_000 && after < before / 4, "{before} {after}");
	assert_eq!(all(&outbox)[0].id, kept);
}

#[test]
fn the_file_does_not_grow_when_what_is_put_is_delivered() {
	let (_folder, path) = folder();
	let outbox = open(&path).unwrap();
	let mut sizes = Vec::new();
	for n in 0..300 {
		let id = outbox.put(message(Lane::Reading, n, &[1; 20_000])).unwrap();
		outbox.delivered(&[id]).unwrap();
		sizes.push(fs::metadata(&path).unwrap().len());
	}
	assert_eq!(
		sizes[50],
		sizes[299],
		"{:?}",
		sizes.iter().step_by(30).collect::<Vec<_>>()
	);
}
