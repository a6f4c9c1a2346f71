//! The daemon without a node: when its journal cannot be opened, and when its key cannot.

use super::*;
use crate::{
	config::BoardConfig,
	daemon::bench::{Bench, SOON},
	disk::{Files, Storage},
};
use bpiiot_protocol::Status;
use std::{
	fs, io,
	os::unix::fs::PermissionsExt,
	path::Path,
	sync::atomic::{AtomicBool, Ordering},
};
use tokio::time::timeout;
use virtual_board::{Options, VirtualBoard};

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
