//! The daemon without a node, when its journal cannot be opened.

use super::*;
use crate::daemon::bench::{Bench, SOON};
use iot_outbox::{Files, Storage};
use std::{
	io,
	path::Path,
	sync::atomic::{AtomicBool, Ordering},
};
use tokio::time::timeout;

/// A disk that opens nothing until it is told to.
#[derive(Debug, Default)]
struct Stubborn(AtomicBool);

impl Disk for Stubborn {
	fn open(&self, path: &Path) -> io::Result<Storage> {
		match self.0.load(Ordering::SeqCst) {
			true => Files.open(path),
			false => Err(io::ErrorKind::StorageFull.into()),
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

/// Begins to work, with evidence of so many readings.
fn begin(
	name: &str,
	max_readings: u64,
) -> (
	Bench,
	Arc<Stubborn>,
	CancellationToken,
	JoinHandle<Result<(), DaemonError>>,
) {
	let mut bench = Bench::new();
	let mut config = (*bench.site.config).clone();
	config.chain.genesis = Some([1; 32]);
	config.evidence.max_readings = max_readings;
	bench.site.config = Arc::new(config);
	let wallet = Arc::new(Wallet::dev(name).unwrap());
	let claim = KeyClaim::take(wallet.account()).unwrap();
	let (stubborn, stop) = (Arc::new(Stubborn::default()), CancellationToken::new());
	let working = tokio::spawn({
		let (site, disk, stop): (_, Arc<dyn Disk>, _) = (bench.site.clone(), stubborn.clone(), stop.clone());
		async move { jobs(&disk, &site, (wallet, claim), Duration::from_millis(20), &stop).await }
	});
	(bench, stubborn, stop, working)
}

#[tokio::test]
async fn a_journal_on_a_full_disk_is_opened_again_until_that_works_and_that_is_said() {
	// Evidence of so many readings fits on no disk.
	let (bench, disk, stop, working) = begin("//Stubborn", u64::MAX);
	let mut alarms = bench.site.notices.alarms();
	let says = |alarms: &Vec<String>| alarms.iter().any(|alarm| alarm.contains("nothing is done for jobs"));
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
async fn a_journal_that_cannot_be_opened_on_a_disk_with_room_is_for_somebody_to_look_at() {
	let (_bench, _disk, _stop, working) = begin("//Stubborn2", 1);
	let ended = timeout(SOON, working).await.unwrap().unwrap();
	assert!(matches!(ended, Err(DaemonError::Journal(_))), "{ended:?}");
}
