//! What a node has stored.

use super::Seen;
use crate::{network::FULL_NODE, programs::output_of, stage::Stage};
use anyhow::{Context, Result};
use bpiiot_harness::{process::binary, world::temporary_folder};

/// The full node is stopped, its state is looked at from end to end, migrations are tried on it, and it goes on.
pub async fn state(stage: &mut Stage) -> Result<Seen> {
	let exported = stage.network.export_state(FULL_NODE).await?;
	let folder = temporary_folder()?;
	let file = folder.path().join("state.json");
	std::fs::write(&file, &exported)?;
	let check = ["check", file.to_str().context("a path is text")?];
	let said = output_of(&binary("bpiiot-state")?, &check).await?;
	let said = String::from_utf8(said).context("what it said is no text")?;
	let height = stage.go_on(&stage.chain(FULL_NODE).await?, 3).await?;
	let mut lines: Vec<_> = said
		.lines()
		.filter(|line| !line.starts_with(' '))
		.map(str::to_owned)
		.collect();
	lines.push(format!(
		"{} MB were exported; {FULL_NODE} is at block {height} again",
		exported.len() / 1_000_000
	));
	Ok(lines)
}
