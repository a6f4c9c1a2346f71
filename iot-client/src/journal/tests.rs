//! The journal's promises, and what a crash at each point leaves of them.

use super::*;
use iot_outbox::faults::FaultyDisk;
use std::{collections::BTreeMap, fs};

const GENESIS: H256 = H256([1; 32]);
const JOB: JobId = JobId(7);

fn ready() -> Phase {
	Phase::Ready { work_ms: 3_000 }
}

fn moving(units_done: u32) -> Phase {
	Phase::Moving { units_done }
}

fn finished() -> Phase {
	Phase::Finished {
		units: 3,
		result: H256([9; 32]),
	}
}

fn failed() -> Phase {
	Phase::Failed {
		reason: "spindle stalled".to_owned(),
	}
}

fn refused() -> Phase {
	Phase::Refused {
		reason: "unknown channel".to_owned(),
	}
}

pub(super) fn transaction(nonce: u64) -> SentTransaction {
	SentTransaction {
		hash: H256([nonce as u8; 32]),
		signer: Some(AccountId32([nonce as u8; 32])),
		nonce,
		runtime: Some(1),
		birth: 10,
		death: 265,
		bytes: "00".to_owned(),
		purpose: "jobs.accept".to_owned(),
		errand: None,
	}
}

/// A disk that loses power: what was not synced is kept, lost or torn, by the chance of a seed.
pub(super) struct Disk(FaultyDisk);

impl Disk {
	pub fn new(seed: u64) -> Self {
		Self(FaultyDisk::new(seed))
	}

	pub fn open(&self) -> Result<Journal> {
		let db = Database::builder().create_with_backend(self.0.plug())?;
		Journal::begin(db, Path::new("disk"), GENESIS)
	}

	/// The journal as a power cut leaves it.
	pub fn after_power_cut(&self) -> Journal {
		self.0.cut();
		self.open().unwrap()
	}
}

type Step = fn(&Journal) -> Result<()>;

/// A job's whole life as the daemon writes it.
const LIFE: [Step; 10] = [
	|j| j.advance(JOB, &ready()),
	|j| j.record(&transaction(1)),
	|j| j.resolve(transaction(1).hash),
	|j| j.advance(JOB, &moving(0)),
	|j| j.advance(JOB, &moving(1)),
	|j| j.advance(JOB, &moving(2)),
	|j| j.advance(JOB, &finished()),
	|j| j.record(&transaction(2)),
	|j| j.resolve(transaction(2).hash),
	|j| j.forget(JOB),
];

/// All that the journal says.
fn contents(journal: &Journal) -> (BTreeMap<u64, String>, Vec<u64>) {
	let jobs = journal
		.jobs()
		.unwrap()
		.into_iter()
		.map(|(id, phase)| (id.0, format!("{phase:?}")))
		.collect();
	(jobs, journal.unresolved().unwrap().iter().map(|t| t.nonce).collect())
}

/// What the journal says after each step when nothing goes wrong, the state before the first step included.
fn expected() -> Vec<(BTreeMap<u64, String>, Vec<u64>)> {
	let journal = Disk::new(1).open().unwrap();
	let mut states = vec![contents(&journal)];
	for step in LIFE {
		step(&journal).unwrap();
		states.push(contents(&journal));
	}
	states
}

#[test]
fn a_power_cut_after_a_step_loses_nothing() {
	let expected = expected();
	for steps in 0..=LIFE.len() {
		let disk = Disk::new(steps as u64);
		let journal = disk.open().unwrap();
		LIFE[..steps].iter().for_each(|step| step(&journal).unwrap());
		assert_eq!(
			contents(&disk.after_power_cut()),
			expected[steps],
			"after {steps} steps"
		);
	}
}

#[test]
fn a_power_cut_within_a_step_leaves_it_whole_or_undone_however_writes_are_torn() {
	let expected = expected();
	let mut within = 0;
	for seed in 0..8 {
		for changes in 0..60 {
			let disk = Disk::new(seed);
			let journal = disk.open().unwrap();
			disk.0.cut_after(changes);
			let done = LIFE.iter().take_while(|step| step(&journal).is_ok()).count();
			within += u32::from(done < LIFE.len());
			let after = contents(&disk.after_power_cut());
			let next = expected.get(done + 1);
			assert!(
				after == expected[done] || Some(&after) == next,
				"seed {seed}, power for {changes} changes, {done} steps: {after:?}"
			);
		}
	}
	assert!(within > 200, "{within}");
}

#[test]
fn what_a_power_cut_leaves_of_a_journal_that_was_being_made_is_made_anew() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("journal.redb");
	fs::write(path.with_extension("redb.new"), b"half a journal").unwrap();
	Journal::open(&path, GENESIS).unwrap().advance(JOB, &ready()).unwrap();
	assert_eq!(Journal::open(&path, GENESIS).unwrap().job(JOB).unwrap(), Some(ready()));
	assert!(!path.with_extension("redb.new").exists());
}

#[test]
fn a_journal_that_was_emptied_is_no_new_one() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("journal.redb");
	fs::write(&path, b"").unwrap();
	let error = Journal::open(&path, GENESIS).unwrap_err().to_string();
	assert!(error.contains("journal.redb is empty"), "{error}");
	assert_eq!(fs::read(&path).unwrap(), b"");
}

#[test]
fn a_killed_process_loses_nothing() {
	let expected = expected();
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("journal.redb");
	let journal = Journal::open(&path, GENESIS).unwrap();
	for (index, step) in LIFE.into_iter().enumerate() {
		step(&journal).unwrap();
		// What `kill -9` leaves: the file as it is, without a clean close.
		let copy = dir.path().join(format!("copy-{index}.redb"));
		fs::copy(&path, &copy).unwrap();
		assert_eq!(
			contents(&Journal::open(&copy, GENESIS).unwrap()),
			expected[index + 1],
			"after step {index}"
		);
	}
}

#[test]
fn no_job_moves_twice() {
	let all = [refused(), ready(), moving(0), moving(1), finished(), failed()];
	let allowed: [(Option<Phase>, Vec<Phase>); 7] = [
		(None, vec![refused(), ready(), failed()]),
		(Some(refused()), vec![]),
		(Some(ready()), vec![refused(), moving(0), failed()]),
		(Some(moving(0)), vec![moving(1), finished(), failed()]),
		(Some(moving(1)), vec![finished(), failed()]),
		// Units may be sent back to be mended.
		(Some(finished()), vec![refused(), ready()]),
		(Some(failed()), vec![]),
	];
	for (from, to) in allowed {
		for next in &all {
			assert_eq!(
				Phase::may_become(from.as_ref(), next),
				to.contains(next),
				"{from:?} -> {next:?}"
			);
		}
	}
	let journal = Disk::new(1).open().unwrap();
	journal.advance(JOB, &ready()).unwrap();
	journal.advance(JOB, &moving(0)).unwrap();
	assert!(matches!(
		journal.advance(JOB, &moving(0)),
		Err(JournalError::IllegalStep { .. })
	));
	assert_eq!(journal.job(JOB).unwrap(), Some(moving(0)));
}

#[test]
fn unresolved_transactions_come_in_the_order_of_their_nonces() {
	let journal = Disk::new(1).open().unwrap();
	for nonce in [9, 2, 5] {
		journal.record(&transaction(nonce)).unwrap();
	}
	journal.resolve(transaction(5).hash).unwrap();
	let nonces: Vec<_> = journal.unresolved().unwrap().iter().map(|t| t.nonce).collect();
	assert_eq!(nonces, [2, 9]);
}

#[test]
fn remembers_the_last_block() {
	let disk = Disk::new(1);
	let journal = disk.open().unwrap();
	assert_eq!(journal.last_block().unwrap(), None);
	for number in [BLOCKS_BETWEEN_SYNCS, BLOCKS_BETWEEN_SYNCS + 1] {
		journal
			.set_last_block(BlockId {
				number,
				hash: H256([3; 32]),
			})
			.unwrap();
		assert_eq!(journal.last_block().unwrap().unwrap().number, number);
	}
	let after = disk.after_power_cut().last_block().unwrap().unwrap();
	assert_eq!(
		after.number, BLOCKS_BETWEEN_SYNCS,
		"an older block after a power cut: seen twice, never skipped"
	);
}

#[test]
fn the_count_of_units_is_on_disk_with_the_transaction_that_tells_of_it_and_costs_no_wait_of_its_own() {
	let disk = Disk::new(1);
	let journal = disk.open().unwrap();
	journal.advance(JOB, &ready()).unwrap();
	journal.advance(JOB, &moving(0)).unwrap();
	let before = disk.0.syncs();
	journal.note_made(JOB, 1).unwrap();
	assert_eq!((disk.0.syncs(), journal.job(JOB).unwrap()), (before, Some(moving(1))));
	journal.record(&transaction(1)).unwrap();
	assert_eq!(disk.0.syncs(), before + 1);
	journal.note_made(JOB, 2).unwrap();
	// What nobody was told of may be gone; that it moves never is.
	let journal = disk.after_power_cut();
	let kept = journal.job(JOB).unwrap();
	assert!(kept == Some(moving(1)) || kept == Some(moving(2)), "{kept:?}");
	assert_eq!(journal.unresolved().unwrap(), [transaction(1)]);
	// No count goes back, and none is noted of a job that does not move.
	assert!(matches!(
		journal.note_made(JOB, 1),
		Err(JournalError::IllegalStep { .. })
	));
	assert!(matches!(
		journal.note_made(JobId(8), 1),
		Err(JournalError::IllegalStep { .. })
	));
}

#[test]
fn a_job_of_very_many_units_of_which_nobody_is_told_does_not_fill_the_disk() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("journal.redb");
	let journal = Journal::open(&path, GENESIS).unwrap();
	journal.advance(JOB, &ready()).unwrap();
	journal.advance(JOB, &moving(0)).unwrap();
	let length = || fs::metadata(&path).unwrap().len();
	let note = |units: std::ops::Range<u32>| units.for_each(|made| journal.note_made(JOB, made).unwrap());
	note(1..600);
	let before = length();
	note(600..2_000);
	assert!(length() <= before, "from {before} to {} bytes", length());
	let copy = dir.path().join("copy.redb");
	fs::copy(&path, &copy).unwrap();
	let Some(Phase::Moving { units_done }) = Journal::open(&copy, GENESIS).unwrap().job(JOB).unwrap() else {
		panic!("that it moves is never lost")
	};
	assert!(units_done + UNITS_BETWEEN_SYNCS > 1_999, "{units_done}");
}

#[test]
fn the_floor_is_on_disk_with_whatever_was_done_upon_it() {
	type Act = fn(&Journal) -> Result<()>;
	let acts: [Act; 2] = [|j| j.advance(JOB, &ready()), |j| j.record(&transaction(1))];
	for act in acts {
		let disk = Disk::new(1);
		let journal = disk.open().unwrap();
		assert_eq!(journal.floor().unwrap(), 0);
		journal.see(7).unwrap();
		act(&journal).unwrap();
		assert_eq!(disk.after_power_cut().floor().unwrap(), 7);
	}
}

#[test]
fn the_floor_never_falls_and_is_on_disk_now_and_then_anyway() {
	let disk = Disk::new(1);
	let journal = disk.open().unwrap();
	for (number, floor) in [
		(5, 5),
		(3, 5),
		(BLOCKS_BETWEEN_SYNCS, BLOCKS_BETWEEN_SYNCS),
		(6, BLOCKS_BETWEEN_SYNCS),
	] {
		journal.see(number).unwrap();
		assert_eq!(journal.floor().unwrap(), floor);
	}
	assert_eq!(disk.after_power_cut().floor().unwrap(), BLOCKS_BETWEEN_SYNCS);
	// The blocks that were dealt with one by one count too, as in the journal of an earlier release.
	let hash = H256([3; 32]);
	journal.set_last_block(BlockId { number: 900, hash }).unwrap();
	assert_eq!(journal.floor().unwrap(), 900);
}

#[test]
fn is_for_one_process_and_one_chain() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("state/journal.redb");
	let journal = Journal::open(&path, GENESIS).unwrap();
	assert!(matches!(Journal::open(&path, GENESIS), Err(JournalError::InUse(_))));
	drop(journal);
	let error = Journal::open(&path, H256([2; 32])).unwrap_err();
	assert!(matches!(error, JournalError::OtherChain { .. }), "{error}");
	assert!(
		error.to_string().contains("0x0101") && error.to_string().contains("0x0202"),
		"{error}"
	);
	Journal::open(&path, GENESIS).unwrap();
}

#[test]
fn refuses_another_releases_format() {
	let disk = Disk::new(1);
	let journal = disk.open().unwrap();
	let write = journal.db.begin_write().unwrap();
	write
		.open_table(META)
		.unwrap()
		.insert("format", b"2".as_slice())
		.unwrap();
	write.commit().unwrap();
	drop(journal);
	assert!(matches!(disk.open(), Err(JournalError::OtherFormat(_))));
}

/// A disk that is full as long as the journal's spare is kept, or for ever.
#[derive(Debug)]
struct FullDisk {
	spare: Spare,
	for_ever: bool,
}

#[derive(Debug)]
struct FullFile(Storage, Spare, bool);

impl FullFile {
	fn has_space(&self) -> io::Result<()> {
		match self.2 || self.1.bytes() > 0 {
			true => Err(io::ErrorKind::StorageFull.into()),
			false => Ok(()),
		}
	}
}

impl StorageBackend for FullFile {
	fn len(&self) -> io::Result<u64> {
		self.0.len()
	}

	fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
		self.0.read(offset, out)
	}

	fn set_len(&self, len: u64) -> io::Result<()> {
		self.has_space().and_then(|()| self.0.set_len(len))
	}

	fn sync_data(&self) -> io::Result<()> {
		self.0.sync_data()
	}

	fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
		self.has_space().and_then(|()| self.0.write(offset, data))
	}
}

impl crate::disk::Disk for FullDisk {
	fn open(&self, path: &Path) -> io::Result<Storage> {
		let file = FullFile(Files.open(path)?, self.spare.clone(), self.for_ever);
		Ok(Storage::new(file))
	}

	fn make(&self, path: &Path) -> io::Result<Storage> {
		let file = FullFile(Files.make(path)?, self.spare.clone(), self.for_ever);
		Ok(Storage::new(file))
	}

	fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
		Files.rename(from, to)
	}

	fn remove(&self, path: &Path) -> io::Result<()> {
		Files.remove(path)
	}
}

#[test]
fn on_a_full_disk_what_has_begun_is_written_with_the_space_that_was_kept() {
	let dir = tempfile::tempdir().unwrap();
	let (path, spare) = (path(dir.path()), spare(dir.path()));
	Journal::open(&path, GENESIS).unwrap();
	spare.take(SPARE_BYTES).unwrap();
	let disk = FullDisk {
		spare: spare.clone(),
		for_ever: false,
	};
	let journal = Journal::open_on(&disk, &path, GENESIS).unwrap();
	LIFE.into_iter().for_each(|step| step(&journal).unwrap());
	assert_eq!(spare.bytes(), 0);
}

#[test]
fn a_disk_that_is_full_is_told_from_one_that_fails_whether_the_journal_is_there_or_not() {
	let dir = tempfile::tempdir().unwrap();
	let (path, disk) = (
		path(dir.path()),
		FullDisk {
			spare: spare(dir.path()),
			for_ever: true,
		},
	);
	let full = || Journal::open_on(&disk, &path, GENESIS).unwrap_err();
	assert!(matches!(full(), JournalError::DiskFull), "{}", full());
	assert!(!path.exists());
	Journal::open(&path, GENESIS).unwrap().advance(JOB, &ready()).unwrap();
	assert!(matches!(full(), JournalError::DiskFull), "{}", full());
	assert!(full().to_string().contains("take away old evidence"));
	// It is as it was.
	assert_eq!(Journal::open(&path, GENESIS).unwrap().job(JOB).unwrap(), Some(ready()));
}
