//! What `[manager]` and `[history]` may say.

use crate::config::{Config, ConfigError};
use std::path::Path;

const REST: &str = r#"
state_dir = "state"
[board]
port = "/dev/ttyACM0"
[chain]
endpoints = ["ws://a", "wss://b"]
[wallet]
keystore = "key.json"
password_file = "/etc/password"
"#;

fn parse(sections: &str) -> Result<Config, Vec<String>> {
	Config::parse(&format!("{REST}{sections}"), Path::new("/etc/bpiiot/machine.toml")).map_err(|error| match error {
		ConfigError::Problems { problems, .. } => problems.0.iter().map(ToString::to_string).collect(),
		other => vec![other.to_string()],
	})
}

#[test]
fn without_its_section_there_is_no_manager_and_no_history() {
	let config = parse("").unwrap();
	assert_eq!((config.manager, config.history), (None, None));
}

#[test]
fn a_manager_is_for_this_computer_alone_unless_the_file_says_otherwise() {
	let config = parse("[manager]").unwrap();
	let manager = config.manager.unwrap();
	assert_eq!(manager.listen.to_string(), "127.0.0.1:8000");
	assert_eq!(manager.users, Path::new("/etc/bpiiot/manager-users.json"));
	assert!(manager.metrics && manager.tls.is_none() && manager.allowed_hosts.is_empty());
	assert!(config.history.is_some(), "its charts need one");
}

#[test]
fn other_computers_reach_it_with_tls_or_when_somebody_has_said_so() {
	for listen in ["0.0.0.0:8000", "192.168.1.7:80", "[::]:8000"] {
		let section = format!("[manager]\nlisten = \"{listen}\"\n");
		let problems = parse(&section).unwrap_err();
		assert_eq!(problems.len(), 1, "{problems:?}");
		for word in ["manager.listen", listen, "manager.tls", "plain_http = true"] {
			assert!(problems[0].contains(word), "{word}: {problems:?}");
		}
		assert!(parse(&format!("{section}plain_http = true")).is_ok());
		let tls = format!("{section}tls = {{ certificate = \"c.pem\", key = \"k.pem\" }}");
		let files = parse(&tls).unwrap().manager.unwrap().tls.unwrap();
		assert_eq!(files.certificate, Path::new("/etc/bpiiot/c.pem"));
	}
	for listen in ["[::1]:8000", "127.1.2.3:80"] {
		assert!(parse(&format!("[manager]\nlisten = \"{listen}\"")).is_ok(), "{listen}");
	}
}

#[test]
fn what_is_wrong_is_named() {
	for (section, words) in [
		("[manager]\nlisten = \"8000\"", "an address and a port"),
		(
			"[manager]\ntls = { certificate = \"c.pem\" }",
			"`manager.tls.key` is missing",
		),
		("[manager]\nallowed_hosts = [\"http://press\"]", "a list of host names"),
		("[manager]\nsession_minutes = 0", "from 1 to 10080 minutes"),
		("[manager]\nmetrics = \"no\"", "true or false"),
		("[manager]\npasswort = 1", "left out"),
		("[history]\nmax_mib = 1", "from 4 to 65536 MiB"),
		("[history]\nkeep = 1", "true or false"),
	] {
		let problems = parse(section).unwrap_err();
		assert!(
			problems.iter().any(|problem| problem.contains(words)),
			"{section}: {problems:?}"
		);
	}
}

#[test]
fn a_history_is_kept_for_a_manager_and_for_whoever_wants_one() {
	assert!(parse("[manager]\n[history]\nkeep = false").unwrap().history.is_none());
	let history = parse("[history]\nkeep = true\nmax_mib = 8\nminute_days = 7\nflush_seconds = 5")
		.unwrap()
		.history
		.unwrap();
	assert_eq!(history.max_bytes, 8 * 1024 * 1024);
	assert_eq!(
		(history.minutes.max_age_ms, history.flush_every_ms),
		(7 * 86_400_000, 5_000)
	);
	let parts = history.seconds.max_bytes + history.minutes.max_bytes + history.hours.max_bytes;
	assert_eq!(parts, 2 * 1024 * 1024, "a quarter of the file");
	assert_eq!(
		parse("[manager]").unwrap().history,
		Some(iot_history::Limits::default())
	);
}
