//! Whether the disk has room for what a job leaves there. It is kept from now on: for its evidence, and for the journal.

use crate::{
	config::Config,
	disk::is_full,
	evidence::room,
	journal::{self, SPARE_BYTES},
};
use std::{io, path::Path};

const MEBI: u64 = 1024 * 1024;

/// Why no job may begin now: its evidence may not fit, and what is made without evidence is not paid. None when the room is
/// kept, or the system does not say. It is in the same words however little there is: who is told of alarms is told of each
/// that is another.
pub(super) async fn trouble(config: &Config) -> Option<String> {
	let (folder, most) = (config.state_dir.clone(), config.evidence.max_readings);
	let kept = tokio::task::spawn_blocking(move || judge(&folder, room::needed(most), keep(&folder, most)));
	kept.await.ok()?
}

/// Keeps the room for a job, if it is not kept already; the journal's first, without which there is no evidence.
fn keep(state_dir: &Path, max_readings: u64) -> io::Result<()> {
	journal::spare(state_dir).take(SPARE_BYTES)?;
	room::spare(state_dir).take(room::needed(max_readings))
}

fn judge(folder: &Path, evidence: u64, kept: io::Result<()>) -> Option<String> {
	match kept {
		Err(error) if is_full(&error) => Some(format!(
			"the disk of {} is full: a job may need {:.1} MiB, and less is free; no job begins until there is room: take away old evidence that is kept elsewhere, or old logs",
			folder.display(),
			evidence.saturating_add(SPARE_BYTES) as f64 / MEBI as f64
		)),
		// What is wrong with the folder, the journal says when it is opened.
		_ => None,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_job_needs_room_for_its_evidence_twice_and_for_the_journal() {
		let folder = Path::new("/var/lib/iot-client");
		let judge = |kept| judge(folder, room::needed(100_000), kept);
		assert_eq!(judge(Ok(())), None);
		assert_eq!(judge(Err(io::ErrorKind::PermissionDenied.into())), None);
		let why = judge(Err(io::ErrorKind::StorageFull.into())).unwrap();
		assert!(
			why.contains("the disk of /var/lib/iot-client is full: a job may need 7.1 MiB"),
			"{why}"
		);
		assert_eq!(judge(Err(io::ErrorKind::QuotaExceeded.into())), Some(why));
	}

	#[tokio::test]
	async fn room_is_kept_and_is_there_again_after_it_was_used() {
		let dir = tempfile::tempdir().unwrap();
		let mut config = Config {
			state_dir: dir.path().to_owned(),
			..Config::default()
		};
		config.evidence.max_readings = 1_000;
		let (journal, evidence) = (journal::spare(dir.path()), room::spare(dir.path()));
		for _ in 0..2 {
			assert_eq!(trouble(&config).await, None);
			assert_eq!((journal.bytes(), evidence.bytes()), (SPARE_BYTES, room::needed(1_000)));
			journal.give();
			evidence.give();
		}
		// More than any disk has.
		config.evidence.max_readings = u64::MAX;
		assert!(trouble(&config).await.unwrap().contains("no job begins"));
		config.state_dir = dir.path().join("none");
		assert_eq!(trouble(&config).await, None);
	}
}
