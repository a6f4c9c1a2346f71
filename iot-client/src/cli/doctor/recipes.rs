//! What a customer may have done here: the envelope, and the recipes in the owner's folders.

use super::finding::{count, Finding};
use crate::{
	board::BoardInfo,
	config::{Config, Envelope},
	recipe::{Recipe, MAX_RECIPE_BYTES},
};
use bpiiot_protocol::ChannelKind;
use std::{
	fs::{self, File},
	io::{self, Read},
	path::{Path, PathBuf},
};

/// The checks of this module, in their order.
pub const CHECKS: [&str; 2] = ["envelope", "recipes"];
/// The most recipes that are looked at in one folder.
const MOST: usize = 500;

/// Looks at envelope and recipes, against the channels of a board if there is one.
pub fn check(config: &Config, board: Option<&BoardInfo>) -> Vec<Finding> {
	let mut findings = match board {
		Some(board) => judge_envelope(&config.envelope, board),
		None => vec![Finding::skipped(
			CHECKS[0],
			"there is neither a board to ask nor [board.configuration]",
		)],
	};
	let recipes = &config.recipes;
	if recipes.dirs.is_empty() && recipes.hosts.is_empty() && recipes.local_hosts.is_empty() {
		findings.push(Finding::warning(
			CHECKS[1],
			"no recipe may come from anywhere, so every order is declined",
			"set recipes.dirs, recipes.hosts or recipes.local_hosts",
		));
	}
	for folder in &recipes.dirs {
		findings.extend(check_folder(folder, recipes.max_bytes, board, &config.envelope));
	}
	findings
}

fn judge_envelope(envelope: &Envelope, board: &BoardInfo) -> Vec<Finding> {
	let check = CHECKS[0];
	if envelope.outputs.is_empty() {
		let fix = "name the outputs that a recipe may use, with their ranges, in [envelope.outputs]";
		return vec![Finding::warning(check, "no recipe may move anything", fix)];
	}
	let mut findings = Vec::new();
	for (name, range) in &envelope.outputs {
		let key = format!("envelope.outputs.{name}");
		let outputs = board.names(ChannelKind::Output).join(", ");
		match board
			.channel(name)
			.filter(|channel| channel.kind == ChannelKind::Output)
		{
			None => findings.push(Finding::warning(
				check,
				format!("{key}: the board has no such output; it has {outputs}"),
				"correct the name, or take the line out",
			)),
			Some(channel) if range.min > channel.max || range.max < channel.min => findings.push(Finding::warning(
				check,
				format!(
					"{key} is {} to {}, and the board drives it from {} to {}",
					range.min, range.max, channel.min, channel.max
				),
				"write the range in the channel's own counts, within the board's limits",
			)),
			Some(_) => {}
		}
	}
	if findings.is_empty() {
		let outputs = count(envelope.outputs.len(), "output", "outputs");
		findings.push(Finding::ok(
			check,
			format!(
				"{outputs} within the board's limits, {} s a unit at most",
				envelope.max_seconds
			),
		));
	}
	findings
}

fn check_folder(folder: &Path, max_bytes: u64, board: Option<&BoardInfo>, envelope: &Envelope) -> Vec<Finding> {
	let check = CHECKS[1];
	let shown = folder.display();
	let names = match names(folder) {
		Ok(names) => names,
		Err(error) => {
			let fix = format!("mkdir -p {shown}, or correct recipes.dirs");
			return vec![Finding::wrong(
				check,
				format!("cannot read the folder {shown}: {error}"),
				fix,
			)];
		}
	};
	let mut findings = Vec::new();
	for path in names.iter().take(MOST) {
		if let Err(why) = try_recipe(path, max_bytes, board, envelope) {
			let fix = "correct the recipe or the envelope, or take the file out of the folder";
			findings.push(Finding::wrong(check, format!("{}: {why}", path.display()), fix));
		}
	}
	if findings.is_empty() {
		let recipes = count(names.len().min(MOST), "recipe", "recipes");
		let how = match board {
			Some(_) => "well formed, within the envelope",
			None => "well formed (whether they fit the board cannot be told)",
		};
		findings.push(Finding::ok(check, format!("{recipes} in {shown}: {how}")));
	}
	findings
}

/// The recipes of a folder, in order of their names.
fn names(folder: &Path) -> io::Result<Vec<PathBuf>> {
	let entries = fs::read_dir(folder)?.flatten().map(|entry| entry.path());
	let mut names: Vec<_> = entries
		.filter(|path| path.extension().is_some_and(|ending| ending == "toml") && path.is_file())
		.take(MOST + 1)
		.collect();
	names.sort();
	Ok(names)
}

fn try_recipe(path: &Path, max_bytes: u64, board: Option<&BoardInfo>, envelope: &Envelope) -> Result<(), String> {
	let mut bytes = Vec::new();
	let most = max_bytes.min(MAX_RECIPE_BYTES as u64);
	let file = File::open(path).map_err(|error| error.to_string())?;
	file.take(most + 1)
		.read_to_end(&mut bytes)
		.map_err(|error| error.to_string())?;
	if bytes.len() as u64 > most {
		return Err(format!("it has more than the {most} bytes of recipes.max_bytes"));
	}
	let recipe = Recipe::parse(&bytes).map_err(|error| error.to_string())?;
	match board {
		Some(board) => recipe
			.plan(board, envelope)
			.map(|_| ())
			.map_err(|problems| problems.to_string()),
		None => Ok(()),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{
		cli::doctor::{board::as_configured, finding::Level},
		config::OutputRange,
	};

	/// The example, with the board that it leaves out.
	fn example() -> Config {
		let example = include_str!("../../../examples/drill-press.toml");
		let (board, rest) = example.split_once("\n[chain]").unwrap();
		let text = format!("{}\n[chain]{rest}", crate::fields::with_all_keys(board));
		Config::parse(&text, Path::new("m.toml")).unwrap()
	}

	fn board(config: &Config) -> BoardInfo {
		as_configured(config.board.configuration.as_ref().unwrap())
	}

	fn levels(findings: &[Finding]) -> Vec<Level> {
		findings.iter().map(|finding| finding.level).collect()
	}

	#[test]
	fn the_example_is_right() {
		let mut config = example();
		config.recipes.dirs = vec![PathBuf::from("examples/recipes")];
		let findings = check(&config, Some(&board(&config)));
		assert_eq!(levels(&findings), [Level::Ok, Level::Ok], "{findings:?}");
		assert!(!findings[1].what.starts_with("0 "), "{}", findings[1]);
	}

	#[test]
	fn an_envelope_that_does_not_fit_the_board_is_named() {
		let config = example();
		let board = board(&config);
		let mut envelope = config.envelope;
		let range = OutputRange { min: 5_000, max: 6_000 };
		envelope.outputs.insert("spindel".to_owned(), range);
		envelope.outputs.insert("spindle_rpm".to_owned(), range);
		let findings = judge_envelope(&envelope, &board);
		assert_eq!(levels(&findings), [Level::Warning, Level::Warning]);
		assert!(findings[0]
			.what
			.contains("spindel: the board has no such output; it has spindle_rpm"));
		assert!(findings[1].what.contains("0 to 3000"), "{}", findings[1]);
		envelope.outputs.clear();
		assert_eq!(levels(&judge_envelope(&envelope, &board)), [Level::Warning]);
	}

	#[test]
	fn each_recipe_that_cannot_be_run_is_named() {
		let mut config = example();
		let dir = tempfile::tempdir().unwrap();
		config.recipes.dirs = vec![dir.path().to_owned(), dir.path().join("nowhere")];
		fs::write(
			dir.path().join("a.toml"),
			"format = 1\nname = \"a\"\n[[each]]\ndwell_ms = 5",
		)
		.unwrap();
		fs::write(
			dir.path().join("b.toml"),
			"format = 1\nname = \"b\"\n[[each]]\nset = \"laser\"\nto = 1",
		)
		.unwrap();
		fs::write(dir.path().join("c.toml"), "format = 2").unwrap();
		fs::write(dir.path().join("d.toml"), " ".repeat(100_000)).unwrap();
		fs::write(dir.path().join("notes.txt"), "no recipe").unwrap();
		let findings = check(&config, Some(&board(&config)));
		let said: Vec<_> = findings[1..].iter().map(ToString::to_string).collect();
		for (said, words) in said.iter().zip(["laser", "c.toml", "65536 bytes", "mkdir -p"]) {
			assert!(
				said.starts_with("wrong") && said.contains(words),
				"{words:?} is not in {said}"
			);
		}
		assert_eq!(said.len(), 4, "{said:?}");
	}

	#[test]
	fn a_machine_that_gets_no_recipe_is_said_to_decline_all() {
		let mut config = example();
		(config.recipes.dirs, config.recipes.hosts) = (vec![], vec![]);
		let findings = check(&config, None);
		assert_eq!(levels(&findings), [Level::Skipped, Level::Warning]);
	}
}
