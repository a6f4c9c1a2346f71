//! Whether a board does what the wire protocol demands.

use crate::{
	board::SerialLine,
	cli::{say, CliError, Desk, Result},
	config::BoardConfig,
};
use board_conformance::{rules, run, Options, Pair, Port};

/// Tries every rule on the board, or those that are named. The exit status is 1 when one failed.
pub(super) async fn conformance(
	desk: &Desk<'_>,
	config: BoardConfig,
	outputs_are_free: bool,
	options: Options,
) -> Result<u8> {
	if let Some(unknown) = options.only.iter().find(|name| rules().all(|rule| rule.name != **name)) {
		let names: Vec<_> = rules().map(|rule| rule.name).collect();
		let message = format!("there is no rule {unknown}; there are {}", names.join(", "));
		return Err(CliError::new(CliError::MISTYPED, message));
	}
	if !outputs_are_free {
		return Err(CliError::new(
			CliError::MISTYPED,
			"this drives every output of the board to its limits: take the machine off, or cut its power, and say --outputs-are-free",
		));
	}
	let json = desk.cli.json;
	let report = tokio::task::spawn_blocking(move || {
		let (reader, writer) = SerialLine::new(&config).ends()?;
		let line = Port::new(Pair { reader, writer });
		Ok::<_, CliError>(run(line, &options, |outcome| say(json, outcome, outcome)))
	});
	let report = report.await.map_err(CliError::refused)??;
	let (all, failed) = (report.outcomes.len(), report.failed().count());
	if failed == 0 && !report.passed() {
		return Err(CliError::refused("no rule could be tried: see above"));
	}
	if failed > 0 {
		let again = format!(
			"docs/protocol.md says what is right; the same once more: --chance {}",
			report.seed
		);
		return Err(CliError::refused(format!(
			"{failed} of {all} rules are not obeyed; {again}"
		)));
	}
	if !json {
		say(json, format!("all {all} rules that can be tried are obeyed"), &());
	}
	Ok(0)
}
