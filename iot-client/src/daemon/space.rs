//! Whether the disk has room for what a job leaves there.

use crate::config::Config;
use nix::sys::statvfs::statvfs;
use std::path::Path;

/// A reading in a file of evidence, in bytes: a little more than the 30 or so that it takes.
const A_READING: u64 = 32;
/// What else a job writes: the journal, the recipe.
const BESIDE: u64 = 1024 * 1024;
const MEBI: u64 = 1024 * 1024;

/// Why no job may begin now: its evidence may not fit, and what is made without evidence is not paid. None when there is room,
/// or the system does not say.
pub(super) async fn trouble(config: &Config) -> Option<String> {
	let (folder, needed) = (config.state_dir.clone(), needed(config.evidence.max_readings));
	let looked = tokio::task::spawn_blocking(move || Some(judge(&folder, free(&folder)?, needed))).await;
	looked.ok()??
}

/// What a job may need, in bytes. The evidence is there in pieces until it is whole.
fn needed(max_readings: u64) -> u64 {
	max_readings.saturating_mul(2 * A_READING).saturating_add(BESIDE)
}

/// Free bytes; none when the system does not say.
fn free(folder: &Path) -> Option<u64> {
	let room = statvfs(folder).ok()?;
	// The widths of these numbers depend on the computer.
	#[allow(clippy::useless_conversion)]
	let (blocks, size) = (u64::from(room.blocks_available()), u64::from(room.fragment_size()));
	Some(blocks.saturating_mul(size))
}

/// In the same words however little there is: who is told of alarms is told of each that is another.
fn judge(folder: &Path, free: u64, needed: u64) -> Option<String> {
	(free < needed).then(|| {
		format!(
			"the disk of {} is full: a job may need {:.1} MiB, and less is free; no job begins until there is room: take away old evidence that is kept elsewhere, or old logs",
			folder.display(),
			needed as f64 / MEBI as f64
		)
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_job_needs_room_for_its_evidence_twice() {
		let needed = needed(100_000);
		assert_eq!(needed, 7_448_576);
		let folder = Path::new("/var/lib/iot-client");
		assert_eq!(judge(folder, needed, needed), None);
		let why = judge(folder, needed - 1, needed).unwrap();
		assert!(
			why.contains("the disk of /var/lib/iot-client is full: a job may need 7.1 MiB"),
			"{why}"
		);
		assert_eq!(judge(folder, 0, needed), Some(why));
	}

	#[tokio::test]
	async fn a_disk_with_room_is_no_trouble_and_one_that_is_not_there_neither() {
		let dir = tempfile::tempdir().unwrap();
		let mut config = Config {
			state_dir: dir.path().to_owned(),
			..Config::default()
		};
		assert_eq!(trouble(&config).await, None);
		// More than any disk has.
		config.evidence.max_readings = u64::MAX;
		assert!(trouble(&config).await.unwrap().contains("no job begins"));
		config.state_dir = dir.path().join("none");
		assert_eq!(trouble(&config).await, None);
	}
}
