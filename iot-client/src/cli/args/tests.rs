//! What is understood, and what is said of what is not.

use super::*;
use clap::{error::ErrorKind, CommandFactory};

fn parse(line: &str) -> Result<Cli, clap::Error> {
	Cli::try_parse_from(std::iter::once("iot-client").chain(line.split_whitespace()))
}

#[test]
fn the_definitions_fit_together() {
	Cli::command().debug_assert();
}

/// The command lines of the client in a manual: those of its shell blocks, continued lines joined, without comments, whoever
/// runs them, and with an id in the place of `0x…`.
fn command_lines(manual: &str) -> Vec<String> {
	let id = format!("0x{}", "11".repeat(32));
	let (mut in_shell, mut begun, mut lines) = (false, String::new(), Vec::new());
	for line in manual.lines().map(str::trim) {
		if let Some(language) = line.strip_prefix("```") {
			in_shell = language == "sh";
			continue;
		}
		if !in_shell {
			continue;
		}
		begun += line.split(" #").next().unwrap_or_default();
		if begun.ends_with('\\') {
			begun.pop();
			continue;
		}
		let whole = std::mem::take(&mut begun);
		let whole = whole.strip_prefix("sudo ").unwrap_or(&whole);
		let whole = whole.strip_prefix("-u iot-client ").unwrap_or(whole);
		let whole = whole.strip_prefix("./").unwrap_or(whole);
		let (whole, _) = whole.split_once(" | ").unwrap_or((whole, ""));
		if let Some(arguments) = whole.strip_prefix("iot-client ") {
			lines.push(arguments.replace("0x…", &id));
		}
	}
	lines
}

#[test]
fn what_the_manual_shows_is_understood() {
	let lines = command_lines(include_str!("../../../../README.md"));
	assert!(lines.len() >= 20, "the manual shows more than {lines:?}");
	let more = command_lines(include_str!("../../../../docs/machine.md"));
	assert!(more.len() >= 8, "the manual shows more than {more:?}");
	let goods = command_lines(include_str!("../../../../docs/goods.md"));
	assert!(goods.len() >= 7, "the manual shows more than {goods:?}");
	for line in lines.iter().chain(&more).chain(&goods) {
		parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
	}
}

#[test]
fn command_lines_are_found_in_a_manual() {
	let manual =
		"iot-client no\n```sh\n./iot-client freeze \\\n   --machine 0x…   # at once\n# iot-client no\niot-client run\n\
		scp iot-client pi:\nsudo -u iot-client iot-client status --json | jq .\n```\n```text\niot-client no\n```\n";
	let id = format!("0x{}", "11".repeat(32));
	let found = command_lines(manual);
	let found: Vec<_> = found
		.iter()
		.map(|line| line.split_whitespace().collect::<Vec<_>>())
		.collect();
	let lines = [vec!["freeze", "--machine", &id], vec!["run"], vec!["status", "--json"]];
	assert_eq!(found, lines);
}

#[test]
fn commands_with_all_kinds_of_arguments_are_understood() {
	for line in [
		"init",
		"proof verify reading.json",
		"proof verify reading.json --block 0x1111111111111111111111111111111111111111111111111111111111111111 --json",
		"--config m.toml register --as //Owner --fee-allowance 5",
		"register --as //Owner --fee-allowance 10 --fee-period 30d",
		"offer terms.toml --as //Owner",
		"offer terms.toml --update 4294967297 --as //Owner",
		"find --capability drilling --json",
		"order 4294967297 --units 3 --recipe bracket.toml --as //Customer --watch",
		"order 1 --units 3 --recipe r.toml --account me.json --password-file pw --deliver-in 10m",
		"approve 12 --as //Customer",
		"reject 12 --units 1 --reason crooked --as //Customer",
		"cancel 12 --as //Customer",
		"order 1 --units 3 --recipe r.toml --sealed --arbiter //Arbiter --as //Customer",
		"buy --capability drilling --region DE --units 3 --recipe r.toml --max-price 7.5",
		"find --capability drilling --region DE-HB --asset BPI --max-price 3",
		"batch orders.toml --as //Customer",
		"supplier publish --category cutting-oil --area DE --area NL --as //Supplier",
		"supplier find --category cutting-oil --area DE-HB --json",
		"quote publish quote.toml --stock 1000 --as //Supplier",
		"quote publish quote.toml --update 7 --as //Supplier",
		"quote buy 7 --quantity 0.5 --max-price 48 --site 4711 --as //Owner",
		"request raise request.toml",
		"request bid 7 --price 33 --lead-time 6h --as //Supplier",
		"request award 7 --to //Supplier --as //Owner",
		"purchase deliver 7 --lot A-17 --as //Supplier",
		"purchase confirm 7 --quantity 2.5",
		"stock reorder --site 7 --item oil --none --as //Owner",
		"stock reorder --site 7 --item oil --now",
		"stock count --site 7 --item oil --on-hand 3.6 --reason found",
		"stock put-away 7 --site 8",
		"rate 12 --stars 5 --as //Customer",
		"accept 12",
		"decline 12 --reason busy",
		"counter 12 --unit-price 3 --deliver-in 2d --as //Owner",
		"agree 12 --max-price 9 --as //Customer",
		"rework 12 --reason crooked --as //Customer",
		"concede 12",
		"dispute 12 --evidence photo.jpg --as //Owner",
		"evidence 12 photo.jpg --as //Customer",
		"end-dispute 12 --as //Customer",
		"arbiter register --fee 5% --profile me.txt --as //Arbiter",
		"arbiter accept 12 --as //Arbiter",
		"arbiter rule 12 --to-machine 60% --bond-to machine --ruling r.txt --as //Arbiter",
		"arbiter retire --as //Arbiter",
		"find --asset 1984 --max-price 3",
		"order 1 --units 3 --recipe r.toml --as //Customer --max-price 7.5",
		"deposit 2.5 --as //Owner",
		"deposit 2.5 --asset 1984 --as //Owner",
		"withdraw 2.5 --asset 1984 --as //Owner",
		"balance //Customer --asset 1984 --asset 7",
		"claim --as //Customer",
		"approve 12 --as //Customer --fee-asset 1984",
		"approve 12 --account me.json",
		"doctor --json",
		"completions zsh",
		"man",
		"man /usr/local/share/man/man1",
		"claim //Customer --asset 1984 --as //Owner",
		"withdraw 2.5 --as //Owner",
		"allow 10 --as //Owner",
		"allow 10 --period 30d --as //Owner",
		"describe --data-sheet 0x1111111111111111111111111111111111111111111111111111111111111111 --as //Owner",
		"rotate-key",
		"rotate-key --account owner.json --password-file owner.pw",
		"rotate-key --this-key --as //Owner --json",
		"rotate-encryption-key",
		"freeze --as //Owner",
		"freeze --machine 0x1111111111111111111111111111111111111111111111111111111111111111 --as //Owner",
		"unfreeze --as //Owner",
		"offer-ownership //Customer --as //Owner",
		"offer-ownership --withdraw --as //Owner",
		"accept-ownership --at-least 5 --as //Customer",
		"policy",
		"policy policy.toml --as //Owner",
		"policy --none --as //Owner",
		"decommission --as //Owner",
		"watch 12 --node ws://127.0.0.1:9944",
		"status",
		"balance //Customer",
		"check-config",
		"init --manager-password-file pw",
		"manager password --role owner",
		"manager password --role viewer --password-file pw",
		"manager users --json",
		"backup /media/stick/machine.tar",
		"restore machine.tar --to /mnt --offline",
		"manager forget --role operator",
		"run --patience 30s",
	] {
		parse(line).unwrap_or_else(|error| panic!("{line}: {error}"));
	}
}

#[test]
fn mistyped_arguments_say_what_would_be_right() {
	for (line, word) in [
		("order x --units 3 --recipe r --as //Customer", "invalid value 'x'"),
		(
			"order 1 --units many --recipe r --as //Customer",
			"invalid value 'many'",
		),
		("order 1 --recipe r --as //Customer", "--units"),
		("reject 12", "--reason"),
		(
			"arbiter rule 12 --to-machine 60% --bond-to me --as //Arbiter",
			"machine, customer",
		),
		("find --region Bremen", "DE-HB"),
		("deposit 1,5 --as //Owner", "such as 12.5"),
		("deposit 1 --asset tUSD --as //Owner", "number such as 1984"),
		("run --patience soon", "30s"),
		("aprove 12 --as //Customer", "approve"),
		(
			"approve 12 --as //Customer --account x --password-file y",
			"cannot be used with",
		),
		("allow 10 --period 30s --as //Owner", "from 1m to 365d"),
		("allow 10", "--as"),
		("freeze", "--as"),
		("offer-ownership --as //Owner", "--withdraw"),
		(
			"offer-ownership //Customer --withdraw --as //Owner",
			"cannot be used with",
		),
		("accept-ownership --as //Customer", "--at-least"),
		("policy policy.toml --none --as //Owner", "cannot be used with"),
	] {
		let error = parse(line).unwrap_err().to_string();
		assert!(error.contains(word), "{line}: {error}");
	}
}

#[test]
fn help_tells_the_exit_statuses() {
	let help = parse("--help").unwrap_err();
	assert_eq!(help.kind(), ErrorKind::DisplayHelp);
	assert!(help.to_string().contains("Exit status"));
}

#[test]
fn help_shows_what_files_look_like() {
	for (line, key) in [("offer --help", "accept_window ="), ("batch --help", "[[order]]")] {
		let help = parse(line).unwrap_err();
		assert_eq!(help.kind(), ErrorKind::DisplayHelp, "{line}");
		assert!(help.to_string().contains(key), "{line}: {help}");
	}
}

#[test]
fn no_secret_is_ever_an_argument() {
	let mut command = Cli::command();
	let help = format!("{:?}", command.render_long_help()) + &format!("{command:?}");
	assert!(!help.contains("seed") && !help.contains("phrase"), "{help}");
}

/// What of a command has no text: its own, or that of an argument.
fn without_help(command: &clap::Command) -> Vec<String> {
	let name = command.get_name();
	let mut missing: Vec<_> = command
		.get_about()
		.is_none()
		.then(|| name.to_owned())
		.into_iter()
		.collect();
	let arguments = command.get_arguments().filter(|argument| argument.get_help().is_none());
	missing.extend(arguments.map(|argument| format!("{name} {}", argument.get_id())));
	missing.extend(command.get_subcommands().flat_map(without_help));
	missing
}

#[test]
fn every_command_and_every_argument_has_help() {
	let mut command = Cli::command();
	command.build();
	assert_eq!(without_help(&command), Vec::<String>::new());
	let bare = clap::Command::new("a")
		.about("x")
		.subcommand(clap::Command::new("b").arg(clap::Arg::new("c")));
	assert_eq!(without_help(&bare), ["b", "b c"], "what is missing is found");
}
