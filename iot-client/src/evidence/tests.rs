use super::*;
use crate::board::{BoardInfo, LinkId};
use bpiiot_protocol::{FirmwareVersion, Session};

fn board() -> BoardInfo {
	BoardInfo {
		link: LinkId(1),
		session: Session(2),
		serial: "SN-1".into(),
		firmware: FirmwareVersion {
			major: 1,
			minor: 0,
			patch: 0,
		},
		firmware_hash: [3; 32],
		dead_man_ms: 500,
		min_interval_ms: 10,
		stream_ms: 50,
		channels: vec![],
	}
}

fn evidence() -> Evidence {
	let subject = Subject {
		machine: [1; 32],
		job: 77,
		recipe: [2; 32],
	};
	let mut evidence = Evidence {
		channels: vec!["a".into(), "b".into()],
		..Evidence::new(subject, &board())
	};
	for (unit, channel, value) in [
		(None, 0, 5),
		(Some(0), 0, -6),
		(Some(0), 1, i32::MAX),
		(Some(1), 1, i32::MIN),
	] {
		let record = Record {
			unit,
			channel,
			sampled: unit.is_some(),
			board_ms: 100,
			value,
		};
		evidence.record(record, 100);
	}
	evidence.units = 2;
	evidence
}

#[test]
fn hashes_exactly_the_documented_bytes() {
	let mut bytes = b"bpiiot/evidence/1".to_vec();
	bytes.extend([1; 32]);
	bytes.extend(77u64.to_le_bytes());
	bytes.extend([2; 32]);
	bytes.extend([3; 32]);
	bytes.extend(b"\x04SN-1");
	bytes.extend([2, 0, 0, 0]);
	bytes.extend([0; 8]);
	bytes.extend(b"\x02\x01a\x01b");
	bytes.extend(4u64.to_le_bytes());
	let readings: [(u32, u8, u8, i32); 4] = [
		(u32::MAX, 0, 0, 5),
		(0, 0, 1, -6),
		(0, 1, 1, i32::MAX),
		(1, 1, 1, i32::MIN),
	];
	for (unit, channel, sampled, value) in readings {
		bytes.extend(unit.to_le_bytes());
		bytes.extend([channel, sampled, 100, 0, 0, 0]);
		bytes.extend(value.to_le_bytes());
	}
	assert_eq!(evidence().hash(), crate::recipe::content_hash(&bytes));
}

#[test]
fn any_change_changes_the_hash() {
	let same = evidence();
	let changes: [fn(&mut Evidence); 9] = [
		|evidence| evidence.subject.machine[0] = 9,
		|evidence| evidence.subject.job = 9,
		|evidence| evidence.subject.recipe[0] = 9,
		|evidence| evidence.firmware[0] = 9,
		|evidence| evidence.serial.push('x'),
		|evidence| evidence.units = 9,
		|evidence| evidence.not_kept = 9,
		|evidence| evidence.readings[0].value = 9,
		|evidence| evidence.readings.swap(0, 1),
	];
	for change in changes {
		let mut changed = same.clone();
		change(&mut changed);
		assert_ne!(changed.hash(), same.hash());
	}
}

#[test]
fn summarises_by_channel() {
	let summary = evidence().summary();
	assert_eq!(
		summary.channels["a"],
		ChannelSummary {
			count: 2,
			min: -6,
			max: 5,
			mean: 0,
			last: -6
		}
	);
	let b = ChannelSummary {
		count: 2,
		min: i32::MIN,
		max: i32::MAX,
		mean: 0,
		last: i32::MIN,
	};
	assert_eq!(summary.channels["b"], b);
}

#[test]
fn counts_what_it_does_not_keep() {
	let mut evidence = evidence();
	let record = evidence.readings[0];
	evidence.record(record, 4);
	assert_eq!((evidence.readings.len(), evidence.not_kept), (4, 1));
}

fn save(evidence: &Evidence, state_dir: &Path) -> PathBuf {
	let path = Evidence::next_path(state_dir, 77).unwrap();
	evidence.save(&path).unwrap();
	path
}

#[test]
fn comes_back_from_disk_as_it_was() {
	let dir = tempfile::tempdir().unwrap();
	assert_eq!(Evidence::load(dir.path(), 77).unwrap(), None);
	save(&evidence(), dir.path());
	let back = Evidence::load(dir.path(), 77).unwrap().unwrap();
	assert_eq!(back, evidence());
}

#[test]
fn no_run_touches_the_evidence_of_another() {
	let dir = tempfile::tempdir().unwrap();
	// What an earlier release left.
	let old = dir.path().join("evidence/job-77.json");
	evidence().save(&old).unwrap();
	assert_eq!(Evidence::newest_path(dir.path(), 77).unwrap(), Some(old.clone()));
	let run = |units| Evidence { units, ..evidence() };
	let paths: Vec<_> = (10..21).map(|units| save(&run(units), dir.path())).collect();
	// Neither unfinished files nor those of other jobs count.
	for name in [
		"job-77-run-99.json.new",
		"job-77-run-x.json",
		"job-7-run-98.json",
		"job-777.json",
	] {
		fs::write(dir.path().join("evidence").join(name), "{").unwrap();
	}
	assert_eq!(Evidence::load(dir.path(), 77).unwrap(), Some(run(20)), "the newest");
	assert_eq!(Evidence::read(&old).unwrap(), evidence());
	for (units, path) in (10..21).zip(paths) {
		assert_eq!(Evidence::read(&path).unwrap().units, units);
	}
}

#[test]
fn refuses_a_file_that_was_changed() {
	let dir = tempfile::tempdir().unwrap();
	let path = save(&evidence(), dir.path());
	let text = fs::read_to_string(&path).unwrap();
	let changed = text.replace("[0,0,1,100,-6]", "[0,0,1,100,-7]");
	assert_ne!(text, changed);
	fs::write(&path, changed).unwrap();
	assert!(matches!(
		Evidence::load(dir.path(), 77),
		Err(EvidenceError::Damaged { .. })
	));
	fs::write(&path, "{").unwrap();
	assert!(matches!(
		Evidence::load(dir.path(), 77),
		Err(EvidenceError::Damaged { .. })
	));
}

#[test]
fn continues_only_the_same_job_on_the_same_board() {
	let evidence = Evidence {
		channels: vec![],
		..evidence()
	};
	let subject = evidence.subject.clone();
	assert!(evidence.continues(&subject, &board()));
	assert!(!evidence.continues(
		&Subject {
			job: 1,
			..subject.clone()
		},
		&board()
	));
	assert!(!evidence.continues(
		&subject,
		&BoardInfo {
			serial: "other".into(),
			..board()
		}
	));
}

/// What a run of `units` leaves while it goes on, a piece a unit; and where its whole will be.
fn grow(state_dir: &Path, units: u32) -> (Growing, Evidence, PathBuf) {
	let path = Evidence::next_path(state_dir, 77).unwrap();
	let (mut growing, mut whole, mut saved) = (Growing::at(path.clone()), evidence(), 0);
	for unit in 0..units {
		whole.units = unit + 1;
		whole.not_kept += 1;
		let piece = whole.since(saved);
		saved += piece.readings.len();
		growing.add(&piece).unwrap();
		// What comes after the last unit was written is in no piece yet.
		whole.readings.push(Record {
			unit: None,
			..whole.readings[0]
		});
	}
	whole.readings.pop();
	(growing, whole, path)
}

#[test]
fn what_grows_unit_by_unit_comes_back_whole() {
	let dir = tempfile::tempdir().unwrap();
	let (mut growing, whole, path) = grow(dir.path(), 3);
	assert_eq!(Evidence::load(dir.path(), 77).unwrap(), Some(whole.clone()));
	assert_ne!(
		Evidence::next_path(dir.path(), 77).unwrap(),
		path,
		"no other run has it"
	);
	// At the end it is one file, with what came after the last unit.
	let mut end = whole;
	end.readings.push(end.readings[0]);
	growing.finish(&end).unwrap();
	assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
	assert_eq!(Evidence::read(&path).unwrap(), end);
}

#[test]
fn a_power_cut_takes_the_unit_whose_piece_it_tears_and_no_other() {
	let dir = tempfile::tempdir().unwrap();
	let (_, _, path) = grow(dir.path(), 4);
	let log = path.with_extension("log.new");
	let all = fs::read(&log).unwrap();
	let ends: Vec<_> = (1..=all.len()).filter(|end| all[end - 1] == b'\n').collect();
	assert_eq!(ends.len(), 4);
	for cut in ends[0]..=all.len() {
		fs::write(&log, &all[..cut]).unwrap();
		let whole_lines = ends.iter().filter(|end| **end <= cut).count();
		let read = Evidence::read(&path).unwrap();
		assert_eq!(read.units as usize, whole_lines, "cut at {cut}");
		assert_eq!(read.readings.len(), evidence().readings.len() + whole_lines - 1);
	}
	// The length of the file may be on the disk, and what is in it not.
	let mut torn = all.clone();
	torn[ends[2]..].fill(0);
	fs::write(&log, &torn).unwrap();
	assert_eq!(Evidence::read(&path).unwrap().units, 3);
}

#[test]
fn refuses_pieces_that_were_changed_left_out_or_put_elsewhere() {
	let dir = tempfile::tempdir().unwrap();
	let (_, _, path) = grow(dir.path(), 4);
	let log = path.with_extension("log.new");
	let text = fs::read_to_string(&log).unwrap();
	let lines: Vec<_> = text.split_inclusive('\n').collect();
	let changed = [
		text.replacen("[2,2,[", "[3,2,[", 1),
		[lines[0], lines[2], lines[3]].concat(),
		[lines[0], lines[2], lines[1], lines[3]].concat(),
		[lines[1], lines[2], lines[3]].concat(),
		String::new(),
	];
	for changed in changed {
		assert_ne!(changed, text);
		fs::write(&log, &changed).unwrap();
		let read = Evidence::read(&path);
		assert!(matches!(read, Err(EvidenceError::Damaged { .. })), "{changed}");
	}
}

#[test]
fn of_the_whole_and_its_pieces_the_one_counts_in_which_there_is_more() {
	let dir = tempfile::tempdir().unwrap();
	let (_, whole, path) = grow(dir.path(), 3);
	// A run that goes on with what one before has ended, and is cut off.
	evidence().save(&path).unwrap();
	assert_eq!(Evidence::read(&path).unwrap(), whole);
	// One that has ended, before its pieces were taken away.
	let end = Evidence {
		units: 5,
		..whole.clone()
	};
	end.save(&path).unwrap();
	assert_eq!(Evidence::read(&path).unwrap(), end);
}

#[test]
fn what_was_cut_off_is_made_whole_and_what_is_damaged_stays() {
	let dir = tempfile::tempdir().unwrap();
	make_whole(dir.path()).unwrap();
	let (_, whole, path) = grow(dir.path(), 3);
	let (_, _, damaged) = grow(dir.path(), 2);
	let pieces = damaged.with_extension("log.new");
	fs::write(&pieces, "{").unwrap();
	make_whole(dir.path()).unwrap();
	assert!(path.exists() && !path.with_extension("log.new").exists());
	assert_eq!(Evidence::read(&path).unwrap(), whole);
	assert!(!damaged.exists() && pieces.exists());
}
