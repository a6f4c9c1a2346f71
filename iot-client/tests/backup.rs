//! `iot-client restore` beside a chain: it begins where the chain is, and not before.

mod computer;
mod doctor_chain;

use computer::{configuration, make_key, LIMIT};
use doctor_chain::{genesis, FakeNode, Machine};
use iot_client::{
	daemon::status::{ChainStatus, Snapshot},
	journal::Journal,
	// The played node signs for nobody, and hashes with it.
	wallet,
};
use serde_json::Value;
use std::{
	fs,
	path::{Path, PathBuf},
	process::Output,
};
use subxt::utils::AccountId32;
use tokio::{process::Command, time::timeout};

/// A computer with a client that saw the finalized block of this height last, and its backup.
fn backed_up(folder: &Path, url: &str, seen: u64) -> PathBuf {
	let path = |name: &str| folder.join(name);
	fs::create_dir_all(path("state/evidence")).unwrap();
	fs::write(path("state/evidence/job-1-run-1.json"), "{}").unwrap();
	make_key(folder);
	fs::write(path("machine.toml"), configuration(url)).unwrap();
	let snapshot = Snapshot {
		chain: ChainStatus {
			block: seen,
			..ChainStatus::default()
		},
		..Snapshot::default()
	};
	snapshot.write(&path("state")).unwrap();
	path("machine.tar")
}

async fn command(folder: &Path, line: &str) -> Output {
	let mut command = Command::from(computer::command(folder, line));
	let output = command.kill_on_drop(true).output();
	timeout(LIMIT, output).await.expect("it ends").unwrap()
}

async fn node() -> FakeNode {
	Machine::of(&AccountId32([1; 32]), AccountId32([3; 32])).start(1).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_client_believes_no_block_below_the_chains_newest() {
	let (folder, node) = (tempfile::tempdir().unwrap(), node().await);
	let archive = backed_up(folder.path(), &node.url(), 1);
	let made = command(folder.path(), "backup machine.tar --json").await;
	assert!(made.status.success(), "{made:?}");
	node.finalize(40);
	let restored = command(folder.path(), "restore machine.tar --to new --json --patience 60s").await;
	assert!(restored.status.success() && archive.exists(), "{restored:?}");
	let said: Value = serde_json::from_slice(&restored.stdout).unwrap();
	let newest = node.newest().number;
	assert!(newest >= 40 && said["floor"] == newest, "{said}");
	let state = folder
		.path()
		.join("new")
		.join(folder.path().join("state").strip_prefix("/").unwrap());
	let journal = Journal::open(&state.join("journal.redb"), genesis(&node).await).unwrap();
	assert_eq!(
		(journal.floor().unwrap(), journal.jobs().unwrap()),
		(newest, Vec::new())
	);
	assert!(state.join("evidence/job-1-run-1.json").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_restored_when_no_node_answers_or_all_are_behind() {
	let (folder, node) = (tempfile::tempdir().unwrap(), node().await);
	backed_up(folder.path(), &node.url(), 1_000);
	let made = command(folder.path(), "backup machine.tar").await;
	assert!(made.status.success(), "{made:?}");
	let behind = command(folder.path(), "restore machine.tar --to new --patience 60s").await;
	let text = String::from_utf8_lossy(&behind.stderr).into_owned();
	assert_eq!(behind.status.code(), Some(1), "{text}");
	assert!(text.contains("behind") && !folder.path().join("new").exists(), "{text}");

	let nobody = command(
		folder.path(),
		"restore machine.tar --to new --node ws://127.0.0.1:1 --patience 1s",
	)
	.await;
	let text = String::from_utf8_lossy(&nobody.stderr).into_owned();
	assert_eq!(nobody.status.code(), Some(3), "{text}");
	assert!(
		text.contains("--offline") && !folder.path().join("new").exists(),
		"{text}"
	);
}
