//! The daemon without a node: when its journal cannot be opened, and when its key cannot.

use super::*;
use crate::{
	config::BoardConfig,
	daemon::bench::{Bench, SOON},
};
use bpiiot_protocol::Status;
use iot_outbox::{Files, Storage};
use std::{
	fs, io,
	os::unix::fs::PermissionsExt,
	path::Path,
	sync::atomic::{AtomicBool, Ordering},
};
use tokio::time::timeout;
use virtual_board::{Options, VirtualBoard};

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

#[tokio::test]
async fn a_wrong_password_ends_it_with_the_board_safe_and_free() {
	let dir = tempfile::tempdir().unwrap();
	let board = VirtualBoard::start(Options::new(dir.path().join("board"))).unwrap();
	let password_file = |name: &str| {
		let path = dir.path().join(name);
		fs::write(&path, name).unwrap();
		fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
		path
	};
	let (right, wrong) = (password_file("right"), password_file("wrong"));
	let mut config = Config {
		state_dir: dir.path().join("state"),
		board: BoardConfig::at(board.path().to_owned()),
		..Config::default()
	};
	config.wallet.keystore = dir.path().join("key.json");
	config.wallet.password_file = wrong;
	let password = Password::read(&right).unwrap();
	let key = Wallet::create(&config.wallet.keystore, &password, "machine", None).unwrap();
	let calls = Calls {
		source: Source {
			path: dir.path().join("machine.toml"),
			nodes: Vec::new(),
		},
		reload: Arc::new(Notify::new()),
		stop: CancellationToken::new(),
		logbook: Logbook::default(),
		disk: Arc::new(Files),
	};
	let ended = timeout(SOON, run(config, Herald::default(), calls)).await.unwrap();
	assert!(
		matches!(ended, Err(DaemonError::Wallet(WalletError::WrongPassword(_)))),
		"{ended:?}"
	);
	let state = board.wait_for(SOON, |state| !state.connected).unwrap();
	assert!(state.status.has(Status::ALL_SAFE));
	// And somebody else may sign with the key.
	KeyClaim::take(key.account()).unwrap();
}
