//! How long after its start the client has its first reading.

use super::build::Build;
use crate::alone::{Alone, NO_NODE};
use anyhow::{bail, Result};
use bpiiot_harness::{
	client::Daemon,
	figure::{millis, percentile, Figure},
	process::Process,
};
use std::{
	path::Path,
	time::{Duration, Instant},
};
use tokio::time::sleep;

/// Starts that are measured, each in a state that the one before left.
const STARTS: usize = 10;
/// The longest that one may take, in ms.
const MOST_MS: f64 = 300.0;
/// How often it is looked whether the log says so, which the figure may be too long by.
const LOOK: Duration = Duration::from_millis(1);
/// When a start counts as failed.
const LIMIT: Duration = Duration::from_secs(60);

/// Holds from the first reading of the temperature on: that it is raised says that a reading went all the way from the line to
/// whoever listens.
const RULE: &str = "\
[[rule]]
name = \"first reading\"
when = \"temperature > -1000\"
severity = \"notice\"
then = [{ notify = \"There is one.\" }]
";

/// Starts the client again and again beside a virtual board.
///
/// # Errors
/// When it does not start.
pub async fn measure(build: &Build) -> Result<Vec<Figure>> {
	let alone = Alone::start().await?;
	let site = &alone.site;
	site.add_file("rules.toml", RULE)?;
	let configuration = site.configuration(alone.board.port(), &[NO_NODE]);
	site.configure(&format!("{configuration}\n[rules]\nfile = \"rules.toml\"\n"))?;
	site.run(&["init"]).await?;
	let mut times = Vec::new();
	for _ in 0..STARTS {
		let begun = Instant::now();
		let mut daemon = site.start()?;
		times.push(first_reading(&mut daemon, begun).await?);
		daemon.stop().await?;
	}

	let log = alone.folder().join("baselines.log");
	let version = runs(&build.program, &["--version"], &log).await?;
	let nothing = runs(Path::new("/bin/true"), &[], &log).await?;
	alone.stop().await?;
	let how = format!("{STARTS} starts beside a virtual board, until a rule has judged a reading; no node");
	let median = millis(percentile(&times, 0.5));
	Ok(vec![
		build.judged("client, start to first reading, median", median, "ms", MOST_MS, &how),
		build.judged(
			"client, start to first reading, slowest",
			millis(percentile(&times, 1.0)),
			"ms",
			MOST_MS,
			&how,
		),
		Figure::new(
			"  beside it: the same program says its version",
			millis(version),
			"ms",
			format!("median of {STARTS}"),
		),
		Figure::new(
			"  beside it: /bin/true",
			millis(nothing),
			"ms",
			format!("median of {STARTS}"),
		),
	])
}

async fn first_reading(daemon: &mut Daemon, begun: Instant) -> Result<Duration> {
	while begun.elapsed() < LIMIT {
		while let Some(line) = daemon.process().next_line()? {
			if line.contains("raised") && line.contains("first reading") {
				return Ok(begun.elapsed());
			}
		}
		daemon.process().ensure_running()?;
		sleep(LOOK).await;
	}
	bail!(
		"no reading within {LIMIT:?}; the client's log ends with:\n{}",
		daemon.log_tail()
	)
}

/// How long a program takes to start and end, in the middle of several times.
async fn runs(program: &Path, arguments: &[&str], log: &Path) -> Result<Duration> {
	let arguments: Vec<_> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
	let mut times = Vec::new();
	for _ in 0..STARTS {
		let begun = Instant::now();
		let mut process = Process::spawn("a program", program, &arguments, log)?;
		process.wait(LIMIT).await?;
		times.push(begun.elapsed());
	}
	Ok(percentile(&times, 0.5))
}
