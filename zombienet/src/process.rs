//! The nodes' processes as the system sees them.

use anyhow::{Context, Result};
use bpiiot_harness::process::wait_until;
use nix::{
	sys::signal::{self, Signal},
	unistd::Pid,
};
use procfs::{
	net::{TcpNetEntry, TcpState},
	process::{all_processes, FDTarget, Process},
};
use std::{collections::BTreeSet, path::Path, time::Duration};

/// The process that was started in this folder.
pub fn in_folder(folder: &Path) -> Option<u32> {
	let folder = folder.canonicalize().ok()?;
	let here = |process: &Process| process.cwd().is_ok_and(|cwd| cwd == folder);
	let found = all_processes().ok()?.filter_map(Result::ok).find(here)?;
	u32::try_from(found.pid()).ok()
}

/// How long a killed process may take until it lets go of its files.
const END_LIMIT: Duration = Duration::from_secs(30);

/// Ends a process as a power cut would, and waits until it holds no file any more.
///
/// # Errors
/// When there is none of that id, or it does not end.
pub async fn kill(pid: u32) -> Result<()> {
	let pid = i32::try_from(pid)?;
	signal::kill(Pid::from_raw(pid), Signal::SIGKILL).with_context(|| format!("cannot kill {pid}"))?;
	let ended = || async move { Ok((!runs(pid)).then_some(())) };
	wait_until(&format!("the end of process {pid}"), END_LIMIT, ended).await
}

/// Whether a thread of this process still runs: nobody may have asked yet how it ended.
fn runs(pid: i32) -> bool {
	let Ok(tasks) = Process::new(pid).and_then(|process| process.tasks()) else {
		return false;
	};
	let ended = ['Z', 'X'];
	tasks
		.filter_map(Result::ok)
		.any(|task| task.stat().is_ok_and(|stat| !ended.contains(&stat.state)))
}

/// What a process and its children have used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Usage {
	/// Time on any core.
	pub cpu: Duration,
	/// Memory that is its own now, in bytes.
	pub memory: u64,
}

/// What a process and its children have used.
///
/// # Errors
/// When there is none of that id.
pub fn usage(pid: u32) -> Result<Usage> {
	let pid = i32::try_from(pid)?;
	let mut used = Usage {
		cpu: Duration::ZERO,
		memory: 0,
	};
	let ticks = procfs::ticks_per_second();
	for process in all_processes()?.filter_map(Result::ok) {
		let Ok(stat) = process.stat() else { continue };
		if stat.pid == pid || stat.ppid == pid {
			used.cpu += Duration::from_millis((stat.utime + stat.stime) * 1_000 / ticks);
			used.memory += stat.rss * procfs::page_size();
		}
	}
	Ok(used)
}

/// The ports of a process by which it talks to its peers: all that it has but these.
///
/// # Errors
/// When there is no such process.
pub fn ports(pid: u32, but: &[u16]) -> Result<BTreeSet<u16>> {
	let process = Process::new(i32::try_from(pid)?).context("the node does not run")?;
	let sockets: BTreeSet<u64> = process
		.fd()?
		.filter_map(Result::ok)
		.filter_map(|fd| match fd.target {
			FDTarget::Socket(inode) => Some(inode),
			_ => None,
		})
		.collect();
	let all = process.tcp()?.into_iter().chain(process.tcp6()?);
	let its = |entry: &TcpNetEntry| entry.state != TcpState::TimeWait && sockets.contains(&entry.inode);
	Ok(all
		.filter(its)
		.map(|entry| entry.local_address.port())
		.filter(|port| !but.contains(port))
		.collect())
}
