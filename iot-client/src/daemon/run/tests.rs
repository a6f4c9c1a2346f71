//! The daemon without a node, when its journal cannot be opened.

use super::*;
use crate::{
	daemon::bench::{Bench, SOON},
	disk::{Files, Storage},
};
use std::{
	io,
	path::Path,
	sync::atomic::{AtomicBool, Ordering},
};
use tokio::time::timeout;

/// A disk that opens nothing, for this reason, until it is told to.
#[derive(Debug)]
struct Stubborn(AtomicBool, io::ErrorKind);

impl Disk for Stubborn {
	fn open(&self, path: &Path) -> io::Result<Storage> {
		match self.0.load(Ordering::SeqCst) {
			true => Files.open(path),
			false => Err(self.1.into()),
		}
	}

	fn make(&self, path: &Path) -> io::Result<Storage> {
		Files.make(path)
	}

	fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
		Files.rename(from, to)
	}

	fn remove(&self, path: &Path) -> io::Result<()> {
		Files.remove(path)
	}
}

/// Begins to work on a disk that fails so.
fn begin(
	name: &str,
	failure: io::ErrorKind,
) -> (
	Bench,
	Arc<Stubborn>,
	CancellationToken,
	JoinHandle<Result<(), DaemonError>>,
) {
	let mut bench = Bench::new();
	let mut config = (*bench.site.config).clone();
	config.chain.genesis = Some([1; 32]);
	bench.site.config = Arc::new(config);
	let wallet = Arc::new(Wallet::dev(name).unwrap());
	let claim = KeyClaim::take(wallet.account()).unwrap();
	let (stubborn, stop) = (
		Arc::new(Stubborn(AtomicBool::default(), failure)),
		CancellationToken::new(),
	);
	let working = tokio::spawn({
		let (site, disk, stop): (_, Arc<dyn Disk>, _) = (bench.site.clone(), stubborn.clone(), stop.clone());
		async move { jobs(&disk, &site, (wallet, claim), Duration::from_millis(20), &stop).await }
	});
	(bench, stubborn, stop, working)
}

#[tokio::test]
async fn a_journal_on_a_full_disk_is_opened_again_until_that_works_and_that_is_said() {
	let (bench, disk, stop, working) = begin("//Stubborn", io::ErrorKind::StorageFull);
	let mut alarms = bench.site.notices.alarms();
	let says = |alarms: &Vec<String>| {
		alarms
			.iter()
			.any(|alarm| alarm.contains("nothing is done for jobs: the disk has no room"))
	};
	timeout(SOON, alarms.wait_for(says)).await.unwrap().unwrap();
	assert!(!working.is_finished());
	disk.0.store(true, Ordering::SeqCst);
	timeout(SOON, alarms.wait_for(|alarms| !says(alarms)))
		.await
		.unwrap()
		.unwrap();
	stop.cancel();
	timeout(SOON, working).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn a_journal_that_cannot_be_opened_for_another_reason_is_for_somebody_to_look_at() {
	let (_bench, _disk, _stop, working) = begin("//Stubborn2", io::ErrorKind::PermissionDenied);
	let ended = timeout(SOON, working).await.unwrap().unwrap();
	assert!(matches!(ended, Err(DaemonError::Journal(_))), "{ended:?}");
}
