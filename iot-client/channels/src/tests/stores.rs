//! The books on the disk.

use super::*;
use crate::Book;
use bpiiot_voucher::{SignedTally, Tally, Word};
use iot_disk::Files;

fn book(channel: u64, reading: u64) -> Book {
	let tally = Tally {
		sequence: reading,
		reading,
		amount: reading.into(),
	};
	Book {
		newest: Some(SignedTally::sign(Word::Voucher, &domain(channel), tally, &buyer_key())),
		..Book::default()
	}
}

#[tokio::test]
async fn books_that_come_within_a_moment_share_one_sync_and_the_newest_of_each_is_kept() {
	let disk = TestDisk::default();
	let path = std::env::temp_dir().join("channels.redb");
	let (store, mut kept) = Store::open(&disk, &path, Duration::from_secs(5)).unwrap();
	let before = store.stats();
	for reading in 1..=20 {
		for channel in 1..=10 {
			store.put(domain(channel), book(channel, reading));
		}
	}
	drop(store);
	let all = timeout(SOON, kept.recv()).await.unwrap().unwrap().unwrap();
	assert_eq!(all.len(), 10);
	assert!(all.iter().all(|(_, book)| book.newest.unwrap().tally.reading == 20));
	assert_eq!(timeout(SOON, kept.recv()).await.unwrap(), None);
	let (store, _kept) = Store::open(&disk, &path, Duration::ZERO).unwrap();
	assert_eq!(store.books().len(), 10);
	assert_eq!(before.books, 0);
	assert_eq!(store.book(&domain(11)), Book::default());
}

#[test]
fn a_file_is_open_once_and_none_of_ours_is_left_alone() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("state/channels.redb");
	std::fs::create_dir(path.parent().unwrap()).unwrap();
	let (store, _kept) = Store::open(&Files, &path, Duration::ZERO).unwrap();
	let again = Store::open(&Files, &path, Duration::ZERO);
	assert_eq!(again.map(drop), Err(ChannelsError::InUse(path.clone())));
	drop(store);
	std::fs::write(&path, vec![7; 9_000]).unwrap();
	let foreign = Store::open(&Files, &path, Duration::ZERO);
	assert!(matches!(foreign, Err(ChannelsError::Foreign { .. })));
	assert_eq!(std::fs::read(&path).unwrap(), vec![7; 9_000]);
}

#[tokio::test]
async fn a_write_that_fails_is_told_and_is_the_last() {
	let disk = TestDisk::default();
	let (store, mut kept) = store(&disk);
	store.put(domain(1), book(1, 1));
	timeout(SOON, kept.recv()).await.unwrap().unwrap().unwrap();
	disk.cut();
	store.put(domain(1), book(1, 2));
	let failed = timeout(SOON, kept.recv()).await.unwrap().unwrap();
	assert!(matches!(failed, Err(ChannelsError::Store { .. })), "{failed:?}");
	store.put(domain(1), book(1, 3));
	assert_eq!(timeout(SOON, kept.recv()).await.unwrap(), None);
	drop(store);
	let (store, _kept) = self::store(&disk);
	assert_eq!(store.book(&domain(1)), book_of(&store));
	assert_eq!(store.book(&domain(1)).newest.unwrap().tally.reading, 1);
}

fn book_of(store: &Store) -> Book {
	*store.books().values().next().unwrap()
}
