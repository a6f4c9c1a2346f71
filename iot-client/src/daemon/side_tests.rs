//! A configuration that changes while it is in force.

use super::*;
use crate::{
	board::LinkId,
	config::Source,
	daemon::bench::{Bench, SOON, TEMPERATURE},
	disk::{Disk, Files, Storage},
	logbook::Logbook,
};
use std::{
	fs, io,
	net::TcpListener,
	path::Path,
	sync::atomic::{AtomicBool, Ordering},
};
use tokio::sync::Notify;

const RULES: &str = "[[rule]]\nname = \"hot\"\nwhen = \"temperature > 90.0\"\nthen = [{ notify = \"too hot\" }]\n";

/// Side work on a bench, with a configuration in a file.
struct Beside {
	bench: Bench,
	calls: Calls,
	stop: CancellationToken,
	task: JoinHandle<()>,
}

/// A disk that has no room until it is told so.
#[derive(Debug, Default)]
struct Full(AtomicBool);

impl Full {
	fn has_room(&self) -> io::Result<()> {
		match self.0.load(Ordering::SeqCst) {
			true => Ok(()),
			false => Err(io::ErrorKind::StorageFull.into()),
		}
	}
}

impl Disk for Full {
	fn open(&self, path: &Path) -> io::Result<Storage> {
		Files.open(path)
	}

	fn make(&self, path: &Path) -> io::Result<Storage> {
		self.has_room().and_then(|()| Files.make(path))
	}

	fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
		Files.rename(from, to)
	}

	fn remove(&self, path: &Path) -> io::Result<()> {
		Files.remove(path)
	}
}

/// A bench, and the side work of this configuration on it.
fn side_work(disk: Arc<dyn Disk>, sections: &str) -> (Bench, Calls, SideWork) {
	let mut bench = Bench::new();
	let source = Source {
		path: bench.dir.path().join("machine.toml"),
		nodes: Vec::new(),
	};
	fs::write(&source.path, text(sections)).unwrap();
	fs::write(bench.dir.path().join("rules.toml"), RULES).unwrap();
	bench.site.config = Arc::new(source.load().unwrap());
	let calls = Calls {
		source,
		reload: Arc::new(Notify::new()),
		stop: CancellationToken::new(),
		logbook: Logbook::default(),
		disk,
	};
	let side = SideWork::start(bench.site.clone(), bench.site.board.signals(), calls.clone());
	(bench, calls, side)
}

impl Beside {
	fn start(sections: &str) -> Self {
		Self::start_on(Arc::new(Files), sections)
	}

	fn start_on(disk: Arc<dyn Disk>, sections: &str) -> Self {
		let (bench, calls, side) = side_work(disk, sections);
		let stop = CancellationToken::new();
		let task = tokio::spawn(side.run(stop.clone()));
		Self {
			bench,
			calls,
			stop,
			task,
		}
	}

	fn reload(&self, sections: &str) {
		fs::write(&self.calls.source.path, text(sections)).unwrap();
		self.calls.reload.notify_one();
	}

	/// Waits until somebody complains in these words, or nobody does any more.
	async fn complained(&self, words: &str, does: bool) {
		let complains = || {
			self.bench
				.site
				.notices
				.complaints()
				.iter()
				.any(|text| text.contains(words))
		};
		let until = async {
			while complains() != does {
				// The rules are read when the board says something.
				self.bench.measure(LinkId(1), TEMPERATURE, 950);
				tokio::time::sleep(Duration::from_millis(5)).await;
			}
		};
		let waited = timeout(SOON, until).await;
		assert!(
			waited.is_ok(),
			"{words} {does}: {:?}",
			self.bench.site.notices.complaints()
		);
	}

	async fn end(self) {
		self.stop.cancel();
		timeout(SOON, self.task).await.unwrap().unwrap();
	}
}

fn text(sections: &str) -> String {
	include_str!("../../examples/drill-press.toml").to_owned() + sections
}

#[tokio::test]
async fn rules_are_put_into_force_and_taken_out_of_it_without_a_restart() {
	let beside = Beside::start("");
	beside.reload("\n[rules]\nfile = \"rules.toml\"\n");
	beside.complained("too hot", true).await;
	beside.reload("");
	beside.complained("too hot", false).await;
	assert!(beside.bench.site.notices.rules().is_empty());
	beside.end().await;
}

#[tokio::test]
async fn a_file_that_is_wrong_changes_nothing_and_is_an_alarm_until_it_is_mended() {
	let beside = Beside::start("\n[rules]\nfile = \"missing.toml\"\n");
	beside.complained("missing.toml", true).await;
	beside.reload("\n[rules\n");
	beside.complained("was not read anew", true).await;
	beside.complained("missing.toml", true).await;
	beside.reload("");
	beside.complained("was not read anew", false).await;
	beside.complained("missing.toml", false).await;
	beside.end().await;
}

#[tokio::test]
async fn a_manager_that_cannot_listen_is_an_alarm_and_the_rest_goes_on() {
	let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
	let address = taken.local_addr().unwrap();
	let section = format!("\n[manager]\nlisten = \"{address}\"\n[history]\nkeep = false\n");
	let beside = Beside::start(&section);
	beside.complained("cannot listen", true).await;
	beside.reload(&format!("{section}[rules]\nfile = \"rules.toml\"\n"));
	let rules = beside.bench.site.notices.clone();
	let seen = async {
		while rules.rules().is_empty() {
			beside.bench.measure(LinkId(1), TEMPERATURE, 250);
			tokio::time::sleep(Duration::from_millis(5)).await;
		}
	};
	timeout(SOON, seen).await.unwrap();
	beside.reload("\n[manager]\nlisten = \"127.0.0.1:0\"\n[history]\nkeep = false\n");
	// It listens, and nobody has a password.
	beside.complained("iot-client manager password", true).await;
	beside.end().await;
}

#[tokio::test]
async fn whoever_may_look_finds_values_also_when_none_are_kept() {
	for (sections, shown) in [
		("", false),
		("\n[manager]\nlisten = \"127.0.0.1:0\"\n[history]\nkeep = false\n", true),
		("\n[history]\nkeep = true\n", true),
	] {
		let (_bench, _calls, side) = side_work(Arc::new(Files), sections);
		assert_eq!(side.measured.borrow().is_some(), shown, "{sections}");
		let stop = CancellationToken::new();
		stop.cancel();
		timeout(SOON, side.run(stop)).await.unwrap();
	}
}

#[tokio::test]
async fn on_a_disk_that_is_full_at_the_start_all_begins_and_outbox_and_history_follow_when_there_is_room() {
	let disk = Arc::new(Full::default());
	let section = "\n[rules]\nfile = \"rules.toml\"\n[history]\nkeep = true\nflush_seconds = 1\n[cloud]\nbroker = \"mqtt://127.0.0.1:1\"\nclient_id = \"press\"\n";
	let beside = Beside::start_on(disk.clone(), section);
	beside.complained("nothing is kept for the cloud", true).await;
	beside.complained("not written to the history", true).await;
	// The rules watch all the same.
	beside.complained("too hot", true).await;
	let (history, cloud) = (beside.bench.site.notices.history(), beside.bench.site.notices.cloud());
	assert!(history.unwrap().disk_full && cloud.unwrap().disk_full);
	disk.0.store(true, Ordering::SeqCst);
	beside.complained("nothing is kept for the cloud", false).await;
	beside.complained("not written to the history", false).await;
	let state = beside.bench.site.config.state_dir.clone();
	for file in ["cloud.outbox", "history.redb"] {
		assert!(state.join(file).exists(), "{file}");
	}
	beside.end().await;
}
