//! What our command line says and presumes that the SDK's does not.

use bpiiot_runtime::genesis_config_presets::{DEVELOPMENT, LOCAL_TESTNET, PRODUCTION, TESTNET};
use polkadot_omni_node_lib::{
	extra_subcommand::{DefaultExtraSubcommands, ExtraSubcommand},
	CliConfig, RunConfig,
};
use sc_cli::clap::{self, builder::ArgPredicate, ArgMatches, Command, FromArgMatches, Subcommand};

/// Who made this, for `--help` and `--version`.
pub struct About;

impl CliConfig for About {
	fn impl_version() -> String {
		env!("CARGO_PKG_VERSION").into()
	}

	fn description(executable_name: String) -> String {
		[
			"The BPIIoT node.",
			"",
			"With no arguments it runs a development chain: one process, no relay chain, nothing kept.",
			"",
			&format!("  {executable_name} --dev-block-time 1000"),
			"      a block each second",
			&format!("  {executable_name} --base-path ./chain"),
			"      keep the chain, and go on with it next time",
			&format!("  {executable_name} --chain {LOCAL_TESTNET} --collator --alice -- --chain rococo-local.json"),
			"      a collator on a relay chain of your own",
			"",
			"What stands before -- is for our chain, what stands behind it for the relay chain.",
		]
		.join("\n")
	}

	fn author() -> String {
		env!("CARGO_PKG_AUTHORS").into()
	}

	fn support_url() -> String {
		concat!(env!("CARGO_PKG_REPOSITORY"), "/issues").into()
	}

	fn copyright_start_year() -> u16 {
		2026
	}
}

/// The SDK's extra commands, and our defaults for all of them.
///
/// This is the one place where the SDK hands the whole command line to its user before it is parsed.
#[derive(Debug)]
pub struct Extras(DefaultExtraSubcommands);

impl ExtraSubcommand for Extras {
	fn handle(self, config: &RunConfig) -> sc_cli::Result<()> {
		self.0.handle(config)
	}
}

impl FromArgMatches for Extras {
	fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
		DefaultExtraSubcommands::from_arg_matches(matches).map(Self)
	}

	fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
		self.0.update_from_arg_matches(matches)
	}
}

impl Subcommand for Extras {
	fn augment_subcommands(command: Command) -> Command {
		with_paritydb(with_development(DefaultExtraSubcommands::augment_subcommands(command)))
	}

	fn augment_subcommands_for_update(command: Command) -> Command {
		Self::augment_subcommands(command)
	}

	fn has_subcommand(name: &str) -> bool {
		DefaultExtraSubcommands::has_subcommand(name)
	}
}

/// The development chain, and no chain at all, means `--dev`: no relay chain, and nothing kept unless `--base-path` says
/// where.
fn with_development(command: Command) -> Command {
	let networks = format!(
		"The network: {DEVELOPMENT} (when none is given), {LOCAL_TESTNET}, {TESTNET}, {PRODUCTION}, or the path of a chain \
		spec file"
	);
	let block_time =
		"Development: make a block every so many ms (3000 when not given). The chain's time goes on by 6 s \
		with each block, however fast they come; it starts two hours behind the real time";
	command
		.mut_arg("chain", |chain| chain.help(networks.clone()).long_help(networks))
		.mut_arg("dev", |dev| {
			dev.default_value("true").default_value_ifs([
				("chain", ArgPredicate::Equals(DEVELOPMENT.into()), Some("true")),
				("chain", ArgPredicate::Equals("dev".into()), Some("true")),
				("chain", ArgPredicate::IsPresent, Some("false")),
			])
		})
		.mut_arg("dev_block_time", |time| time.help(block_time).long_help(block_time))
		// On a network every node goes by slots, followers too: a block of a bundle is only the same for a node that takes in
		// bundles as their authors do (docs/decisions/0012).
		.mut_arg("authoring", |authoring| {
			authoring.default_value("lookahead").default_value_ifs([
				("dev", ArgPredicate::Equals("true".into()), Some("lookahead")),
				("chain", ArgPredicate::Equals(DEVELOPMENT.into()), Some("lookahead")),
				("chain", ArgPredicate::Equals("dev".into()), Some("lookahead")),
				("chain", ArgPredicate::IsPresent, Some("slot-based")),
			])
		})
}

/// ParityDB wherever a database is named. A collator's relay chain has a command line of its own: give it the same with
/// `-- --database paritydb`.
fn with_paritydb(command: Command) -> Command {
	let names_database = command.get_arguments().any(|argument| argument.get_id() == "database");
	let command = if names_database {
		command.mut_arg("database", |database| database.default_value("paritydb"))
	} else {
		command
	};
	command.mut_subcommands(with_paritydb)
}

/// Adds what to do where the SDK does not say it.
pub fn explained(error: &str) -> String {
	match error.contains("Relay chain argument error") {
		true => format!(
			"{error}\nThis chain needs a relay chain: name its chain spec behind two dashes (-- --chain FILE), or run it \
			alone with --dev"
		),
		false => error.to_owned(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_missing_relay_chain_is_explained() {
		let error = "Invalid input: Relay chain argument error: `rococo-local` only supported with `rococo-native`";
		assert!(explained(error).contains("-- --chain FILE") && explained(error).contains("--dev"));
		assert_eq!(explained("disk full"), "disk full");
	}
	use polkadot_omni_node_lib::cli::Cli;
	use sc_cli::{clap::CommandFactory, SubstrateCli};

	/// As the SDK puts it together.
	fn command() -> Command {
		Cli::<About>::setup_command(Extras::augment_subcommands(Cli::<About>::command()))
	}

	fn parsed(arguments: &[&str]) -> Cli<About> {
		let matches = command().get_matches_from([&["bpiiot-node"][..], arguments].concat());
		Cli::from_arg_matches(&matches).expect("is our own command line")
	}

	#[test]
	fn the_development_chain_needs_no_flag() {
		for (arguments, dev) in [
			(&[][..], true),
			(&["--chain", "development"], true),
			(&["--chain", "dev"], true),
			(&["--base-path", "somewhere"], true),
			(&["--dev-block-time", "250"], true),
			(&["--chain", "local_testnet"], false),
			(&["--chain", "testnet"], false),
			(&["--chain", "production"], false),
			(&["--chain", "spec.json"], false),
			(&["--chain", "spec.json", "--dev"], true),
		] {
			assert_eq!(parsed(arguments).run.base.shared_params.dev, dev, "{arguments:?}");
		}
	}

	#[test]
	fn on_a_network_every_node_goes_by_slots() {
		for (arguments, authoring) in [
			(&[][..], "lookahead"),
			(&["--dev-block-time", "250"], "lookahead"),
			(&["--chain", "development"], "lookahead"),
			(&["--chain", "local_testnet", "--dev"], "lookahead"),
			(&["--chain", "spec.json"], "slot-based"),
			(&["--chain", "spec.json", "--collator"], "slot-based"),
			(&["--chain", "spec.json", "--authoring", "lookahead"], "lookahead"),
		] {
			assert_eq!(parsed(arguments).authoring.to_string(), authoring, "{arguments:?}");
		}
	}

	#[test]
	fn the_database_is_paritydb_unless_another_is_named() {
		let database = |arguments: &[&str]| parsed(arguments).run.base.import_params.database_params.database;
		assert_eq!(database(&[]), Some(sc_cli::Database::ParityDb));
		assert_eq!(database(&["--database", "auto"]), Some(sc_cli::Database::Auto));
	}

	#[test]
	fn every_command_line_is_sound() {
		command().debug_assert();
	}
}
