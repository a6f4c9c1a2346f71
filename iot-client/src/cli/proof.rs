//! Commands about proofs of readings: no chain, no key, no board.

use super::{args::ProofCommand, CliError, Desk, Result};
use chrono::{DateTime, SecondsFormat};
use iot_proofs::{verify, Export, Seen, Verified, MAX_AGE};
use serde_json::{json, Value};
use std::{fs::File, io::Read, path::Path};

/// More than the proof of a whole batch needs.
const MOST_BYTES: u64 = 64 << 20;

pub(super) fn proof(desk: &Desk<'_>, what: &ProofCommand) -> Result<u8> {
	match what {
		ProofCommand::Verify { file, block } => check(desk, file, *block),
	}
}

fn check(desk: &Desk<'_>, path: &Path, block: Option<[u8; 32]>) -> Result<u8> {
	let cannot = |error: &dyn std::fmt::Display| CliError::refused(format!("{}: {error}", path.display()));
	let mut bytes = Vec::new();
	let file = File::open(path).map_err(|error| cannot(&error))?;
	file.take(MOST_BYTES)
		.read_to_end(&mut bytes)
		.map_err(|error| cannot(&error))?;
	let export = Export::read(&bytes).map_err(|why| cannot(&why))?;
	let found = verify(&export, block, MAX_AGE).map_err(|why| cannot(&why))?;
	desk.say(in_words(&found), &as_json(&found, block));
	Ok(0)
}

fn in_words(found: &Verified) -> String {
	let mut lines = vec![format!(
		"batch {} of machine 0x{}: hash 0x{}",
		found.batch,
		hex::encode(found.machine),
		hex::encode(found.hash)
	)];
	lines.push(match found.anchored {
		Some(anchored) => format!("anchored {}", time(anchored.at)),
		None => "not looked for on the chain: name a block with --block to have its anchor proved".to_owned(),
	});
	lines.extend(found.readings.iter().map(in_a_line));
	lines.join("\n")
}

fn in_a_line(seen: &Seen) -> String {
	let says = match seen.evidence {
		Some(true) => "  evidence",
		Some(false) => "  no evidence: measured too long before the anchor, or before the anchor of the batch before",
		None => "",
	};
	// Whoever made the file chose the name; a terminal must not do what it says.
	let name = seen.channel.escape_debug();
	format!("{}  {name} = {}{says}", time(seen.reading.at), seen.value)
}

/// A time of the chain or the machine, for people.
fn time(millis: u64) -> String {
	i64::try_from(millis)
		.ok()
		.and_then(DateTime::from_timestamp_millis)
		.map_or_else(
			|| format!("{millis} ms"),
			|time| time.to_rfc3339_opts(SecondsFormat::Millis, true),
		)
}

fn as_json(found: &Verified, block: Option<[u8; 32]>) -> Value {
	let hash = |hash: [u8; 32]| format!("0x{}", hex::encode(hash));
	let reading = |seen: &Seen| {
		json!({
			"place": seen.place,
			"channel": seen.channel,
			"unit": seen.unit,
			"raw": seen.reading.value,
			"value": seen.value,
			"at": seen.reading.at,
			"evidence": seen.evidence,
		})
	};
	json!({
		"machine": hash(found.machine),
		"batch": found.batch,
		"hash": hash(found.hash),
		"block": block.map(hash),
		"anchored_at": found.anchored.map(|anchored| anchored.at),
		"readings": found.readings.iter().map(reading).collect::<Vec<_>>(),
	})
}
