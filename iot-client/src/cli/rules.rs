//! Commands about the owner's rules: no chain, no key, no board.

use super::{args::RulesCommand, CliError, Desk, Result};
use crate::daemon::{
	rules::{channels, read},
	status::Snapshot,
};
use iot_rules::{dry_run_csv, Change, DryRun, Rules, Seen};
use serde_json::json;
use std::{
	fs::File,
	io::BufReader,
	path::{Path, PathBuf},
};

pub(super) fn rules(desk: &Desk<'_>, what: &RulesCommand) -> Result<u8> {
	match what {
		RulesCommand::Check { file } => check(desk, file.as_deref()),
		RulesCommand::Try { recording, rules } => try_on(desk, recording, rules.as_deref()),
	}
}

fn check(desk: &Desk<'_>, file: Option<&Path>) -> Result<u8> {
	let (path, rules) = desk.rules(file)?;
	let names: Vec<_> = rules.iter().map(|rule| rule.name.as_str()).collect();
	let text = format!(
		"{} is right: {} rules\n{}",
		path.display(),
		names.len(),
		names.join("\n")
	);
	desk.say(text, &json!({ "file": path, "rules": names }));
	Ok(0)
}

fn try_on(desk: &Desk<'_>, recording: &Path, file: Option<&Path>) -> Result<u8> {
	let (_, rules) = desk.rules(file)?;
	let cannot = |error: &dyn std::fmt::Display| CliError::refused(format!("{}: {error}", recording.display()));
	let readings = File::open(recording).map_err(|error| cannot(&error))?;
	let run = dry_run_csv(rules, BufReader::new(readings)).map_err(|error| cannot(&error))?;
	desk.say(in_words(&run), &run);
	Ok(0)
}

fn in_words(run: &DryRun) -> String {
	let mut lines: Vec<_> = run
		.firings
		.iter()
		.map(|firing| {
			let seen: Vec<_> = firing.seen.iter().map(value).collect();
			let change = match firing.change {
				Change::Raised => "raised",
				Change::Cleared => "cleared",
			};
			let at = firing.at_ms as f64 / 1000.0;
			format!("{at:>12.3} s  {} {change}  {}", firing.rule, seen.join(", "))
		})
		.collect();
	if run.more_firings > 0 {
		lines.push(format!("... and {} more", run.more_firings));
	}
	for rule in &run.rules {
		let unknown = rule.unknown_share * 100.0;
		lines.push(format!(
			"{}: raised {} times, {:.1} s in all; unknown for {unknown:.0} % of the time",
			rule.rule,
			rule.raised,
			rule.raised_ms as f64 / 1000.0,
		));
	}
	let span = run.span_ms as f64 / 1000.0;
	lines.push(format!(
		"{} readings over {span:.1} s, {} of them of channels that no rule names",
		run.samples, run.ignored
	));
	lines.join("\n")
}

/// What an operand was: `mean(temperature, 60) = 91.5 °C`.
fn value(seen: &Seen) -> String {
	match seen.value {
		Some(value) => format!("{} = {value} {}", seen.operand, seen.unit)
			.trim_end()
			.to_owned(),
		None => format!("{} is not known", seen.operand),
	}
}

impl Desk<'_> {
	/// The rules in this file, or in the configuration's, and the file.
	fn rules(&self, file: Option<&Path>) -> Result<(PathBuf, Rules)> {
		let config = self.config()?;
		let path = file.map(Path::to_owned).or(config.rules.clone()).ok_or_else(|| {
			CliError::refused("there is no file of rules: name one, or set `rules.file` in the configuration")
		})?;
		let snapshot = Snapshot::read(&config.state_dir).ok().flatten();
		let seen = snapshot.map(|snapshot| snapshot.board.channels).unwrap_or_default();
		if seen.is_empty() {
			return Err(CliError::refused(
				"which channels the machine has is not known yet: let `iot-client run` meet its board once",
			));
		}
		let rules = read(&path, &channels(&seen)).map_err(CliError::refused)?;
		Ok((path, rules))
	}
}
