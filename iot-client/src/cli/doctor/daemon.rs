//! The daemon, if it runs beside this: what it has in use is not touched, and what it says counts.

use super::finding::Finding;
use crate::{daemon::status::Snapshot, parse::show_millis};
use std::{
	fs,
	path::{Path, PathBuf},
	time::{SystemTime, UNIX_EPOCH},
};

/// The check of this module.
pub const CHECK: &str = "daemon";
/// What the program is called among the processes.
const NAME: &str = "iot-client";
/// It writes its status every few seconds.
const LATE: u64 = 60_000;
/// The most processes that are looked at to find who has a file open.
const MOST_PROCESSES: usize = 20_000;

/// What is known of the daemon.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Daemon {
	/// What it wrote last; nothing if it never ran here.
	pub snapshot: Option<Snapshot>,
	/// Whether its process is there.
	pub alive: bool,
	/// How old what it wrote is, in milliseconds.
	pub age: u64,
}

impl Daemon {
	/// Looks for it.
	///
	/// # Errors
	/// When what it wrote cannot be read.
	pub fn find(state_dir: &Path) -> std::io::Result<Self> {
		let snapshot = Snapshot::read(state_dir)?;
		let now = SystemTime::now()
			.duration_since(UNIX_EPOCH)
			.unwrap_or_default()
			.as_millis() as u64;
		Ok(Self {
			alive: snapshot.as_ref().is_some_and(|snapshot| is_ours(snapshot.pid)),
			age: snapshot
				.as_ref()
				.map_or(0, |snapshot| now.saturating_sub(snapshot.written_at)),
			snapshot,
		})
	}

	/// What it wrote last, if it runs.
	pub fn now(&self) -> Option<&Snapshot> {
		self.snapshot.as_ref().filter(|_| self.alive)
	}
}

fn is_ours(pid: u32) -> bool {
	command(pid).is_some_and(|name| name == NAME)
}

fn command(pid: u32) -> Option<String> {
	let name = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
	Some(name.trim_end().to_owned())
}

/// What the daemon is like.
pub fn judge(daemon: &Daemon) -> Vec<Finding> {
	let Some(snapshot) = &daemon.snapshot else {
		return vec![Finding::ok(CHECK, "never ran here; `iot-client run` starts it")];
	};
	let (pid, age) = (snapshot.pid, show_millis(daemon.age));
	if !daemon.alive {
		let what = format!("does not run; it wrote its status last {age} ago. `systemctl start iot-client`, or `iot-client run`, starts it");
		return vec![Finding::ok(CHECK, what)];
	}
	if daemon.age > LATE {
		let what = format!("runs as process {pid}, but has written no status for {age}");
		let fix = "see what it says (journalctl --unit iot-client), then restart it: sudo systemctl restart iot-client";
		return vec![Finding::wrong(CHECK, what, fix)];
	}
	let mut findings = vec![Finding::ok(
		CHECK,
		format!("runs as process {pid}; it wrote its status {age} ago"),
	)];
	let fix = "do what it says; `iot-client status` shows it until it is over";
	findings.extend(
		snapshot
			.alarms
			.iter()
			.map(|alarm| Finding::warning(CHECK, format!("alarm: {alarm}"), fix)),
	);
	findings
}

/// Who has a file open.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Holder {
	/// Its process.
	pub pid: u32,
	/// Its program.
	pub name: String,
}

impl Holder {
	/// Looks who has `path` open; other users' processes are seen by root only.
	pub fn of(path: &Path) -> Option<Self> {
		let wanted = fs::canonicalize(path).ok()?;
		let own = std::process::id();
		let processes = fs::read_dir("/proc").ok()?.flatten().take(MOST_PROCESSES);
		processes
			.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
			.filter(|pid: &u32| *pid != own)
			.find(|pid| has_open(*pid, &wanted))
			.and_then(|pid| {
				Some(Self {
					pid,
					name: command(pid)?,
				})
			})
	}

	/// Whether it is an iot-client.
	pub fn is_ours(&self) -> bool {
		self.name == NAME
	}
}

impl std::fmt::Display for Holder {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "{} (process {})", self.name, self.pid)
	}
}

fn has_open(pid: u32, wanted: &Path) -> bool {
	let open = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
	open.filter_map(|entry| fs::read_link(entry.path()).ok())
		.any(|target: PathBuf| target == wanted)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::cli::doctor::finding::Level;

	fn daemon(alive: bool, age: u64, alarms: &[&str]) -> Daemon {
		let snapshot = Snapshot {
			pid: 7,
			alarms: alarms.iter().map(|alarm| (*alarm).to_owned()).collect(),
			..Snapshot::default()
		};
		Daemon {
			snapshot: Some(snapshot),
			alive,
			age,
		}
	}

	#[test]
	fn a_daemon_that_hangs_is_wrong_and_one_that_does_not_run_is_not() {
		for (daemon, level, words) in [
			(Daemon::default(), Level::Ok, "never ran"),
			(daemon(false, 1_000_000, &["old"]), Level::Ok, "does not run"),
			(daemon(true, 3_000, &[]), Level::Ok, "process 7"),
			(daemon(true, LATE + 1, &[]), Level::Wrong, "restart"),
		] {
			let findings = judge(&daemon);
			assert_eq!((findings.len(), findings[0].level), (1, level), "{}", findings[0]);
			assert!(findings[0].to_string().contains(words), "{}", findings[0]);
		}
	}

	#[test]
	fn each_alarm_is_a_warning() {
		let findings = judge(&daemon(true, 0, &["the tool is worn", "no fees left"]));
		let levels: Vec<_> = findings.iter().map(|finding| finding.level).collect();
		assert_eq!(levels, [Level::Ok, Level::Warning, Level::Warning]);
		assert!(findings[2].what.contains("no fees left"));
	}

	#[test]
	fn who_has_a_file_open_is_found() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("file");
		fs::write(&path, "").unwrap();
		assert_eq!(Holder::of(&path), None);
		let mut tail = std::process::Command::new("tail")
			.args(["-f"])
			.arg(&path)
			.spawn()
			.unwrap();
		let found = (0..200).find_map(|_| {
			std::thread::sleep(std::time::Duration::from_millis(50));
			Holder::of(&path)
		});
		tail.kill().unwrap();
		tail.wait().unwrap();
		let holder = found.expect("tail opens it soon");
		assert_eq!(
			(holder.pid, holder.name.as_str(), holder.is_ours()),
			(tail.id(), "tail", false)
		);
	}
}
