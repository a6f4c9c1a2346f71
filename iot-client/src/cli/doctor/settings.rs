//! The configuration file: each of its problems is a finding of its own.

use super::finding::Finding;
use crate::config::{Config, ConfigError};
use std::path::Path;

const CHECK: &str = "configuration";

/// Reads the file. Gives the configuration if it can be used.
pub fn check(path: &Path) -> (Vec<Finding>, Option<Config>) {
	match Config::load(path) {
		Ok(config) => (
			vec![Finding::ok(CHECK, format!("{} is right", path.display()))],
			Some(config),
		),
		Err(error) => (judge(&error), None),
	}
}

fn judge(error: &ConfigError) -> Vec<Finding> {
	match error {
		ConfigError::Problems { path, problems } => problems
			.0
			.iter()
			.map(|problem| {
				let what = match &problem.found {
					Some(found) => format!("{} is {found}", problem.key),
					None => format!("{} is missing", problem.key),
				};
				Finding::wrong(
					CHECK,
					what,
					format!("in {}: it must be {}", path.display(), problem.expected),
				)
			})
			.collect(),
		ConfigError::Read { path, source } => vec![Finding::wrong(
			CHECK,
			format!("cannot read {}: {source}", path.display()),
			"name the file with --config, or begin with a copy of examples/drill-press.toml",
		)],
		ConfigError::Syntax { path, message } => vec![Finding::wrong(
			CHECK,
			format!("{} is not valid TOML: {}", path.display(), message.trim_end()),
			"correct the line that it names",
		)],
		ConfigError::TooLarge { path } => vec![Finding::wrong(
			CHECK,
			error.to_string(),
			format!("{} is another file; name the right one with --config", path.display()),
		)],
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::cli::doctor::finding::Level;

	#[test]
	fn each_problem_is_a_finding_with_its_fix() {
		let error = Config::parse("state_dir = 7\n[board]\nprot = \"x\"", Path::new("m.toml")).unwrap_err();
		let findings = judge(&error);
		assert!(findings.iter().all(|finding| finding.level == Level::Wrong));
		let of = |key: &str| findings.iter().find(|finding| finding.what.contains(key)).unwrap();
		assert!(of("state_dir")
			.fix
			.as_ref()
			.unwrap()
			.contains("a folder for the journal"));
		assert!(of("board.port").what.contains("missing"));
		assert!(of("board.prot").fix.as_ref().unwrap().contains("left out"));
	}

	#[test]
	fn a_file_that_is_no_configuration_is_said_to_be_none() {
		let error = Config::parse("state_dir", Path::new("m.toml")).unwrap_err();
		assert!(judge(&error)[0].what.contains("not valid TOML"));
		let (findings, config) = check(Path::new("/nonexistent/machine.toml"));
		assert!(config.is_none() && findings[0].fix.as_ref().unwrap().contains("--config"));
	}
}
