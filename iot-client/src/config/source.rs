//! Where the configuration comes from, so that it can be read again while it is in force.

use super::{Config, ConfigError};
use std::path::PathBuf;

/// The sections that are put into force without a restart.
pub const RELOADED: [&str; 4] = ["cloud", "history", "manager", "rules"];

/// Where the configuration comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
	/// The file.
	pub path: PathBuf,
	/// Nodes that were typed, which take the place of the file's; none if it stands.
	pub nodes: Vec<String>,
}

impl Source {
	/// Reads and checks the file.
	///
	/// # Errors
	/// What is wrong with it.
	pub fn load(&self) -> Result<Config, ConfigError> {
		Config::load(&self.path).map(|config| self.with_nodes(config))
	}

	/// Checks a text that is to be the file.
	///
	/// # Errors
	/// What is wrong with it.
	pub fn parse(&self, text: &str) -> Result<Config, ConfigError> {
		Config::parse(text, &self.path).map(|config| self.with_nodes(config))
	}

	fn with_nodes(&self, mut config: Config) -> Config {
		if !self.nodes.is_empty() {
			config.chain.endpoints.clone_from(&self.nodes);
		}
		config
	}
}

impl Config {
	/// This one, in force, with what of `newer` can be put into force without a restart.
	#[must_use]
	pub fn reloaded(&self, newer: &Self) -> Self {
		Self {
			cloud: newer.cloud.clone(),
			rules: newer.rules.clone(),
			manager: newer.manager.clone(),
			history: newer.history,
			..self.clone()
		}
	}

	/// The sections in which `newer` differs from this one and that are in force only after a restart.
	pub fn needing_restart(&self, newer: &Self) -> Vec<String> {
		let differs = [
			("state_dir", self.state_dir != newer.state_dir),
			("board", self.board != newer.board),
			("modbus", self.modbus != newer.modbus),
			("chain", self.chain != newer.chain),
			("light_client", self.light_client != newer.light_client),
			("wallet", self.wallet != newer.wallet),
			("machine", self.machine != newer.machine),
			("envelope", self.envelope != newer.envelope),
			("orders", self.orders != newer.orders),
			("recipes", self.recipes != newer.recipes),
			("evidence", self.evidence != newer.evidence),
			("stock", self.stock != newer.stock),
		];
		let names = differs
			.into_iter()
			.filter_map(|(name, differs)| differs.then_some(name));
		names.map(str::to_owned).collect()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::path::Path;

	const EXAMPLE: &str = include_str!("../../examples/drill-press.toml");

	fn source() -> Source {
		Source {
			path: PathBuf::from("/etc/machine.toml"),
			nodes: Vec::new(),
		}
	}

	#[test]
	fn what_needs_a_restart_is_named_and_the_rest_is_reloaded() {
		let running = source().parse(EXAMPLE).unwrap();
		let newer = EXAMPLE
			.replace("max_seconds = 60", "max_seconds = 90")
			.replace("115200", "9600");
		let newer = source()
			.parse(&format!("{newer}\n[rules]\nfile = \"r.toml\"\n[manager]\n"))
			.unwrap();
		assert_eq!(running.needing_restart(&newer), ["board", "envelope"]);
		let reloaded = running.reloaded(&newer);
		assert_eq!(reloaded.rules.as_deref(), Some(Path::new("/etc/r.toml")));
		assert!(reloaded.manager.is_some() && reloaded.history.is_some());
		assert_eq!(reloaded.envelope.max_seconds, 60, "as it runs");
		assert!(reloaded.needing_restart(&running).is_empty());
	}

	/// Whoever adds a section must say whether it needs a restart.
	#[test]
	fn each_section_is_either_reloaded_or_needs_a_restart() {
		let config = source().parse(EXAMPLE).unwrap();
		let text = format!("{config:#?}");
		let fields = text
			.lines()
			.filter_map(|line| line.strip_prefix("    ")?.split_once(": "));
		let fields: Vec<_> = fields
			.map(|(name, _)| name)
			.filter(|name| !name.starts_with(' '))
			.collect();
		let asked = include_str!("source.rs");
		assert!(fields.len() >= 15, "{fields:?}");
		for field in fields {
			let known = RELOADED.contains(&field) || asked.contains(&format!("(\"{field}\", self."));
			assert!(known, "{field}");
		}
	}

	#[test]
	fn nodes_that_were_typed_stay() {
		let typed = Source {
			nodes: vec!["ws://typed".to_owned()],
			..source()
		};
		assert_eq!(typed.parse(EXAMPLE).unwrap().chain.endpoints, ["ws://typed"]);
		assert!(typed.parse("nonsense").is_err());
	}
}
