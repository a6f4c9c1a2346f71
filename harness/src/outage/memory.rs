//! How much memory a process takes as time goes on, and whether that grows.

use anyhow::{ensure, Context, Result};
use std::{fmt, fs, time::Duration};
use tokio::{
	sync::watch,
	task::JoinHandle,
	time::{interval, MissedTickBehavior},
};

/// How often it is looked at.
const EVERY: Duration = Duration::from_millis(250);
/// By how much the highest of the first third may be exceeded later, in KiB: what an allocator gives back late.
const MOST_GROWTH_KIB: u64 = 4 * 1024;

/// A process's resident memory over time, in KiB.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Memory(Vec<u64>);

impl Memory {
	/// Takes note of how much it is now.
	pub fn note(&mut self, kib: u64) {
		self.0.push(kib);
	}

	/// The highest of the first third, and the highest after it.
	pub fn highest(&self) -> (u64, u64) {
		let (first, rest) = self.0.split_at(self.0.len().div_ceil(3));
		let highest = |part: &[u64]| part.iter().max().copied().unwrap_or_default();
		(highest(first), highest(rest))
	}

	/// Fails unless it is flat: later it is never much more than it was in the first third.
	///
	/// # Errors
	/// When it grows, or too little was seen to say so.
	pub fn must_be_flat(&self, when: &str) -> Result<()> {
		ensure!(
			self.0.len() >= 6,
			"memory {when}: looked at {} times only",
			self.0.len()
		);
		let (first, later) = self.highest();
		ensure!(
			later <= first + MOST_GROWTH_KIB,
			"memory {when}: {first} KiB at most in the first third, {later} KiB later; it may grow by {MOST_GROWTH_KIB}"
		);
		Ok(())
	}
}

impl fmt::Display for Memory {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		let (first, later) = self.highest();
		let mib = |kib: u64| kib as f64 / 1024.0;
		write!(
			f,
			"at most {:.1} MiB in the first third, {:.1} MiB later",
			mib(first),
			mib(later)
		)
	}
}

/// How much a process takes now, in KiB.
///
/// # Errors
/// When there is no such process.
pub fn resident(pid: u32) -> Result<u64> {
	let status = fs::read_to_string(format!("/proc/{pid}/status")).context("the process is gone")?;
	from_status(&status).context("the system does not say how much memory the process takes")
}

fn from_status(status: &str) -> Option<u64> {
	let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
	line.trim().strip_suffix("kB")?.trim().parse().ok()
}

/// Looks at a process again and again until it is asked what it saw.
#[derive(Debug)]
pub struct Sampler {
	seen: watch::Receiver<Memory>,
	task: JoinHandle<()>,
}

impl Sampler {
	/// Begins.
	pub fn start(pid: u32) -> Self {
		let (sender, seen) = watch::channel(Memory::default());
		let task = tokio::spawn(async move {
			let mut ticks = interval(EVERY);
			ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
			loop {
				ticks.tick().await;
				let Ok(kib) = resident(pid) else { return };
				sender.send_modify(|memory| memory.note(kib));
			}
		});
		Self { seen, task }
	}

	/// Ends, and says what was seen.
	pub fn end(self) -> Memory {
		let memory = self.seen.borrow().clone();
		memory
	}
}

impl Drop for Sampler {
	fn drop(&mut self) {
		self.task.abort();
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn memory(samples: &[u64]) -> Memory {
		let mut memory = Memory::default();
		samples.iter().for_each(|kib| memory.note(*kib));
		memory
	}

	#[test]
	fn memory_is_flat_when_it_stays_near_the_highest_of_the_first_third() {
		let flat = memory(&[100, 30_000, 29_000, 28_000, 33_000, 34_096]);
		assert_eq!(flat.highest(), (30_000, 34_096));
		flat.must_be_flat("here").unwrap();
		assert_eq!(flat.to_string(), "at most 29.3 MiB in the first third, 33.3 MiB later");
	}

	#[test]
	fn memory_that_grows_is_named() {
		let error = memory(&[100, 200, 300, 400, 5_000, 6_000]).must_be_flat("with no broker");
		let error = error.unwrap_err().to_string();
		assert!(
			error.contains("with no broker: 200 KiB") && error.contains("6000 KiB later"),
			"{error}"
		);
	}

	#[test]
	fn too_little_says_nothing() {
		memory(&[1, 1, 1, 1, 1]).must_be_flat("here").unwrap_err();
	}

	#[test]
	fn reads_what_the_system_says() {
		assert_eq!(
			from_status("Name:\tx\nVmRSS:\t   12345 kB\nVmData:\t1 kB\n"),
			Some(12_345)
		);
		assert_eq!(from_status("Name:\tx\n"), None);
		assert!(resident(std::process::id()).unwrap() > 0);
	}
}
