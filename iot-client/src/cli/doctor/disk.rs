//! Where the state is kept: whether there is room, whether it can be written, and whether it outlives a restart.

use super::finding::Finding;
use nix::sys::{
	statfs::{self, FsType},
	statvfs::{self, FsFlags},
};
use std::{
	fs,
	io::{self, Write},
	path::Path,
};

/// The checks of this module, in their order.
pub const CHECKS: [&str; 4] = ["disk space", "disk inodes", "disk kind", "disk writing"];

const MEBI: u64 = 1024 * 1024;
/// The evidence of a job is some 3 MiB at the usual limit of 100,000 readings, and 30 MiB at the highest: with less room the
/// next ones may not fit.
const SCARCE: u64 = 512 * MEBI;
const FULL: u64 = 64 * MEBI;
/// The same for files: a job takes a few.
const FEW_FILES: u64 = 2_000;
const NO_FILES: u64 = 100;
/// Not among the names of `nix`: ramfs, and the file system that lays one over another.
/// <https://github.com/torvalds/linux/blob/master/include/uapi/linux/magic.h>
const RAMFS: i64 = 0x8584_58f6;
const OVERLAY: i64 = 0x794c_7630;

/// What a file system is, as far as it matters here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Lasting {
	/// On a disk.
	Disk,
	/// In memory.
	Memory,
	/// A layer over another one, which may be in memory.
	Overlay,
}

/// What the system says of the file system.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Facts {
	free: u64,
	free_files: u64,
	/// How many files it holds in all; 0 if it does not count them.
	files: u64,
	read_only: bool,
	lasting: Lasting,
}

/// Looks at the file system that the folder is or will be on.
pub fn check(state_dir: &Path) -> Vec<Finding> {
	// What is not there yet will be made in what is.
	let there = state_dir
		.ancestors()
		.find(|folder| folder.is_dir())
		.unwrap_or(Path::new("."));
	let facts = match look(there) {
		Ok(facts) => facts,
		Err(error) => {
			let what = format!(
				"the system does not say how full the disk of {} is: {error}",
				there.display()
			);
			return CHECKS.iter().map(|check| Finding::skipped(check, &what)).collect();
		}
	};
	let mut findings = vec![
		judge_space(state_dir, facts.free),
		judge_files(state_dir, facts.files, facts.free_files),
		judge_kind(state_dir, facts.lasting),
	];
	findings.push(match facts.read_only {
		true => read_only(state_dir),
		false => judge_writing(state_dir, there == state_dir, try_writing(there)),
	});
	findings
}

fn look(folder: &Path) -> nix::Result<Facts> {
	let room = statvfs::statvfs(folder)?;
	let FsType(kind) = statfs::statfs(folder)?.filesystem_type();
	// The widths of these numbers depend on the computer.
	#[allow(clippy::useless_conversion, clippy::unnecessary_cast)]
	let facts = Facts {
		free: u64::from(room.blocks_available()).saturating_mul(u64::from(room.fragment_size())),
		free_files: room.files_available().into(),
		files: room.files().into(),
		read_only: room.flags().contains(FsFlags::ST_RDONLY),
		lasting: match kind as i64 {
			kind if kind == statfs::TMPFS_MAGIC.0 as i64 || kind == RAMFS => Lasting::Memory,
			OVERLAY => Lasting::Overlay,
			_ => Lasting::Disk,
		},
	};
	Ok(facts)
}

/// Writes a small file and takes it away again: only that shows a quota, a worn card, or another user's folder.
fn try_writing(folder: &Path) -> io::Result<()> {
	let path = folder.join(format!(".doctor-{}", std::process::id()));
	let mut file = fs::OpenOptions::new().write(true).create_new(true).open(&path)?;
	let written = file.write_all(b"doctor").and_then(|()| file.sync_all());
	fs::remove_file(&path)?;
	written
}

fn judge_space(state_dir: &Path, free: u64) -> Finding {
	let what = format!("{} MiB are free for {}", free / MEBI, state_dir.display());
	let fix = "make room: take away old evidence that is kept elsewhere, old logs (journalctl --vacuum-size=100M), or put state_dir on a larger disk";
	match free {
		0..FULL => Finding::wrong("disk space", what, fix),
		FULL..SCARCE => Finding::warning("disk space", what, fix),
		_ => Finding::ok("disk space", what),
	}
}

fn judge_files(state_dir: &Path, files: u64, free: u64) -> Finding {
	// Some file systems make room for files as they come.
	if files == 0 {
		return Finding::ok("disk inodes", "this file system takes any number of files");
	}
	let what = format!("{free} more files fit beside {}", state_dir.display());
	let fix = "take away small files that nobody needs (df -i and du --inodes show where they are)";
	match free {
		0..NO_FILES => Finding::wrong("disk inodes", what, fix),
		NO_FILES..FEW_FILES => Finding::warning("disk inodes", what, fix),
		_ => Finding::ok("disk inodes", what),
	}
}

fn judge_kind(state_dir: &Path, lasting: Lasting) -> Finding {
	let shown = state_dir.display();
	match lasting {
		Lasting::Disk => Finding::ok("disk kind", format!("{shown} outlives a restart")),
		Lasting::Memory => Finding::wrong(
			"disk kind",
			format!(
				"{shown} is in memory: after a restart the journal is gone, and with it what was promised and sent"
			),
			"put state_dir on a disk, such as /var/lib/iot-client",
		),
		Lasting::Overlay => Finding::warning(
			"disk kind",
			format!("{shown} is on an overlay: if its upper layer is in memory, a restart loses the journal"),
			"put state_dir on a disk of its own; on a Raspberry Pi turn the overlay file system off in raspi-config",
		),
	}
}

fn read_only(state_dir: &Path) -> Finding {
	let shown = state_dir.display();
	let fix = "look into the system's log for disk errors (dmesg): a worn card is mounted like this. Else mount it for writing";
	Finding::wrong(
		"disk writing",
		format!("{shown} is on a file system that is mounted read-only"),
		fix,
	)
}

fn judge_writing(state_dir: &Path, is_there: bool, tried: io::Result<()>) -> Finding {
	let shown = state_dir.display();
	match tried {
		Ok(()) => Finding::ok("disk writing", format!("{shown} can be written")),
		Err(error) => Finding::wrong(
			"disk writing",
			match is_there {
				true => format!("cannot write to {shown}: {error}"),
				false => format!("{shown} cannot be made: {error}"),
			},
			match is_there {
				true => {
					format!("sudo chown $USER {shown} && chmod 700 {shown}, or name a folder of yours as state_dir")
				}
				false => format!("sudo install -d -o $USER -m 700 {shown}, or name a folder of yours as state_dir"),
			},
		),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::cli::doctor::finding::Level;

	#[test]
	fn room_is_judged_by_how_many_jobs_fit() {
		let folder = Path::new("/state");
		for (free, level) in [
			(0, Level::Wrong),
			(FULL - 1, Level::Wrong),
			(FULL, Level::Warning),
			(SCARCE, Level::Ok),
		] {
			assert_eq!(judge_space(folder, free).level, level, "{free}");
		}
		for (files, free, level) in [
			(1_000_000, 0, Level::Wrong),
			(1_000_000, 1_999, Level::Warning),
			(1_000_000, 2_000, Level::Ok),
			(0, 0, Level::Ok),
		] {
			assert_eq!(judge_files(folder, files, free).level, level, "{free} of {files}");
		}
	}

	#[test]
	fn what_does_not_outlive_a_restart_is_wrong() {
		let folder = Path::new("/run/state");
		for (lasting, level) in [
			(Lasting::Disk, Level::Ok),
			(Lasting::Overlay, Level::Warning),
			(Lasting::Memory, Level::Wrong),
		] {
			assert_eq!(judge_kind(folder, lasting).level, level);
		}
		assert_eq!(read_only(folder).level, Level::Wrong);
	}

	#[test]
	fn a_folder_that_cannot_be_written_has_a_fix_with_its_name() {
		let denied = || Err(io::Error::from(io::ErrorKind::PermissionDenied));
		for (is_there, words) in [(true, "sudo chown"), (false, "sudo install -d")] {
			let finding = judge_writing(Path::new("/state"), is_there, denied());
			assert_eq!(finding.level, Level::Wrong);
			let fix = finding.fix.unwrap();
			assert!(fix.contains(words) && fix.contains("/state"), "{fix}");
		}
	}

	#[test]
	fn a_real_folder_is_written_and_nothing_stays() {
		let dir = tempfile::tempdir().unwrap();
		let findings = check(&dir.path().join("not/yet"));
		assert_eq!(findings.len(), CHECKS.len());
		assert_eq!(findings[3].level, Level::Ok, "{}", findings[3]);
		assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 0);
	}

	#[test]
	fn memory_is_told_from_a_disk() {
		let memory = Path::new("/dev/shm");
		if memory.is_dir() {
			assert_eq!(look(memory).unwrap().lasting, Lasting::Memory);
		}
		assert_ne!(look(Path::new("/proc")).unwrap().lasting, Lasting::Memory);
	}
}
