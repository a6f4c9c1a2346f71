//! The manual pages and the completions of shells, made from the definition of the command line.

use super::{
	args::{Cli, Shell},
	CliError, Desk, Result,
};
use clap::CommandFactory;
use std::{
	fs,
	io::{self, Write},
	path::Path,
};

/// Prints what a shell needs.
pub(super) fn completions(shell: Shell) -> u8 {
	let mut text = Vec::new();
	let shell = match shell {
		Shell::Bash => clap_complete::Shell::Bash,
		Shell::Zsh => clap_complete::Shell::Zsh,
		Shell::Fish => clap_complete::Shell::Fish,
	};
	clap_complete::generate(shell, &mut Cli::command(), "iot-client", &mut text);
	// Nobody reads any more: then nobody needs it.
	let _ = io::stdout().write_all(&text);
	0
}

/// Prints the page of the program, or writes one for each command.
pub(super) fn man(desk: &Desk<'_>, folder: Option<&Path>) -> Result<u8> {
	let Some(folder) = folder else {
		let mut text = Vec::new();
		let page = clap_mangen::Man::new(Cli::command());
		page.render(&mut text).map_err(CliError::refused)?;
		let _ = io::stdout().write_all(&text);
		return Ok(0);
	};
	let cannot =
		|error: io::Error| CliError::refused(format!("cannot write manual pages to {}: {error}", folder.display()));
	fs::create_dir_all(folder).map_err(cannot)?;
	clap_mangen::generate_to(Cli::command(), folder).map_err(cannot)?;
	let text = format!(
		"the manual pages are in {}; iot-client.1 is the first",
		folder.display()
	);
	desk.say(text, &serde_json::json!({ "folder": folder }));
	Ok(0)
}
