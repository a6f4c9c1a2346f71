//! What a process takes, as the kernel counts it.

use anyhow::{bail, Context, Result};
use bpiiot_harness::process::Process;
use std::{
	fs,
	time::{Duration, Instant},
};
use tokio::time::sleep;

/// Ticks in a second of what `/proc/<pid>/stat` counts: `USER_HZ`, the same on all of Linux's computers that we run on.
const TICKS: u64 = 100;
/// Places of the ticks in user mode and in the kernel, after the program's name (proc_pid_stat(5): fields 14 and 15).
const USER_AND_KERNEL: [usize; 2] = [11, 12];

/// What a process has taken up to a moment.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
	at: Instant,
	processor: Duration,
	wakes: u64,
	/// Memory that it has now, in KiB.
	pub resident: u64,
	/// Of that, what is not backed by a file, in KiB.
	pub own: u64,
}

/// What a process took over a time.
#[derive(Clone, Copy, Debug)]
pub struct Spent {
	/// Share of one core.
	pub core: f64,
	/// How often it went from waiting to running, each second; of the threads that lived all the time.
	pub wakes: f64,
	/// What it has at the end.
	pub last: Usage,
}

impl Spent {
	/// In percent of one core.
	pub fn percent(&self) -> f64 {
		100.0 * self.core
	}
}

impl Usage {
	/// Of the process with this id, now.
	///
	/// # Errors
	/// When there is no such process.
	pub fn of(pid: u32) -> Result<Self> {
		let read = |name: &str| {
			let path = format!("/proc/{pid}/{name}");
			fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))
		};
		let status = read("status")?;
		let kib = |name| number_of(&status, name).with_context(|| format!("/proc/{pid}/status has no {name}"));
		Ok(Self {
			at: Instant::now(),
			processor: processor_time(&read("stat")?)?,
			wakes: wakes(pid)?,
			resident: kib("VmRSS")?,
			own: kib("RssAnon")?,
		})
	}

	/// What was taken since `before`.
	pub fn since(self, before: &Self) -> Spent {
		let seconds = self.at.saturating_duration_since(before.at).as_secs_f64();
		let processor = self.processor.saturating_sub(before.processor);
		Spent {
			core: processor.as_secs_f64() / seconds,
			wakes: self.wakes.saturating_sub(before.wakes) as f64 / seconds,
			last: self,
		}
	}

	/// In MiB.
	pub fn resident_mib(&self) -> f64 {
		self.resident as f64 / 1024.0
	}
}

/// What a process takes over a time.
///
/// # Errors
/// When it ends.
pub async fn over(process: &mut Process, time: Duration) -> Result<Spent> {
	let before = now(process)?;
	sleep(time).await;
	Ok(now(process)?.since(&before))
}

/// What a process has taken so far.
///
/// # Errors
/// When it has ended.
pub fn now(process: &mut Process) -> Result<Usage> {
	process.ensure_running()?;
	Usage::of(process.pid().context("the process has ended")?)
}

/// How busy the computer is over a time, in percent of all its cores.
///
/// # Errors
/// When the kernel does not say.
pub async fn of_all(time: Duration) -> Result<f64> {
	let read = || fs::read_to_string("/proc/stat").context("cannot read /proc/stat");
	let before = busy_and_all(&read()?)?;
	sleep(time).await;
	let after = busy_and_all(&read()?)?;
	let [busy, all] = [after[0] - before[0], after[1] - before[1]];
	Ok(100.0 * busy / all.max(1.0))
}

/// Ticks of all cores together: busy ones, and all. In `/proc/stat` the fourth and fifth number are those of doing nothing.
fn busy_and_all(stat: &str) -> Result<[f64; 2]> {
	let line = stat.lines().next().and_then(|line| line.strip_prefix("cpu "));
	let line = line.context("/proc/stat begins with all cores")?;
	// What guests took (the last two) is in the others already.
	let ticks = line.split_whitespace().take(8).map(str::parse::<f64>);
	let ticks = ticks.collect::<Result<Vec<_>, _>>().context("ticks are a number")?;
	let all: f64 = ticks.iter().sum();
	let idle: f64 = ticks.iter().skip(3).take(2).sum();
	Ok([all - idle, all])
}

/// The number behind a name in a file of `name: number` lines.
fn number_of(status: &str, name: &str) -> Option<u64> {
	let line = status
		.lines()
		.find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
	line.split_whitespace().next()?.parse().ok()
}

/// The processor time in `/proc/<pid>/stat`, of all threads, also of those that have ended.
fn processor_time(stat: &str) -> Result<Duration> {
	// The program's name is in brackets and may have brackets and spaces in it.
	let Some((_, fields)) = stat.rsplit_once(") ") else {
		bail!("/proc/<pid>/stat has no name in it: {stat}")
	};
	let fields: Vec<_> = fields.split_whitespace().collect();
	let mut ticks = 0;
	for place in USER_AND_KERNEL {
		let field = fields.get(place).context("/proc/<pid>/stat is short")?;
		ticks += field.parse::<u64>().context("ticks are a number")?;
	}
	Ok(Duration::from_millis(ticks * 1_000 / TICKS))
}

/// How often the threads of a process that live now have waited for something.
fn wakes(pid: u32) -> Result<u64> {
	let mut sum = 0;
	for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
		// One that ends meanwhile counts no more.
		let status = fs::read_to_string(thread?.path().join("status")).unwrap_or_default();
		sum += number_of(&status, "voluntary_ctxt_switches").unwrap_or_default();
	}
	Ok(sum)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn reads_what_the_kernel_says_of_a_process_whatever_its_name() {
		let stat = "7 (a (b) c) S 1 7 7 0 -1 4194560 100 0 0 0 150 25 0 0 20 0 9 0 100 200 300";
		assert_eq!(processor_time(stat).unwrap(), Duration::from_millis(1_750));
		assert!(processor_time("7 (a) S 1 2").is_err());
		let status = "Name:\tx\nVmRSS:\t   20480 kB\nRssAnon:\t 8192 kB\nvoluntary_ctxt_switches:\t12\n";
		assert_eq!(number_of(status, "VmRSS"), Some(20_480));
		assert_eq!(number_of(status, "Vm"), None);
		assert_eq!(number_of(status, "voluntary_ctxt_switches"), Some(12));
	}

	#[test]
	fn a_computer_that_waits_for_its_disk_is_not_busy() {
		let stat = "cpu  100 10 50 800 40 0 0 0 99 99\ncpu0 1 2\n";
		assert_eq!(busy_and_all(stat).unwrap(), [160.0, 1_000.0]);
		assert!(busy_and_all("intr 1").is_err());
	}

	#[test]
	fn this_process_takes_something() {
		let before = Usage::of(std::process::id()).unwrap();
		assert!(before.resident >= before.own && before.own > 0);
		let spent = Usage::of(std::process::id()).unwrap().since(&before);
		assert!(spent.core >= 0.0 && spent.wakes >= 0.0);
	}
}
