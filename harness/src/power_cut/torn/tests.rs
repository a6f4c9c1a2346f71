//! What the disk loses, and that the client's stores lose nothing on it that they were told is written.

use super::{cache::Cache, *};
use iot_client::{
	chain::types::JobId,
	journal::{Journal, JournalError, Phase, SentTransaction},
};
use iot_disk::{Disk, Files};
use iot_history::{History, Sample, Scale};
use iot_outbox::{InFlight, Lane, Limits, NewMessage, Outbox, SystemClock};
use rand::{rngs::StdRng, Rng, SeedableRng};
use redb::{Database, Durability, ReadableDatabase, ReadableTableMetadata, StorageBackend, TableDefinition};
use std::{
	collections::{BTreeMap, BTreeSet},
	fs, io,
	os::unix::process::ExitStatusExt,
	path::Path,
	process::{Command, Stdio},
	sync::{
		atomic::{AtomicUsize, Ordering},
		Arc,
	},
};
use subxt::utils::H256;

const GENESIS: H256 = H256([1; 32]);
const JOB: JobId = JobId(7);
/// Names the folder for [`the_process_that_is_cut`].
const CHILD: &str = "BPIIOT_TORN_CHILD";

/// What is wrong with a disk, to see that the tests would see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Defect {
	None,
	/// It says that all is on the disk, and nothing is.
	Lies,
	/// It says so when half of it is.
	Halves,
}

impl Defect {
	/// Whether the sync is done with that.
	pub(super) fn hits_a_sync(self, cache: &mut Cache) -> io::Result<bool> {
		if self == Self::Halves {
			let pieces = cache.pieces(&mut StdRng::seed_from_u64(1))?;
			for piece in pieces.iter().step_by(2) {
				cache.apply(piece)?;
			}
		}
		Ok(self != Self::None)
	}
}

/// Lasts for so many pieces.
#[derive(Clone)]
struct Lasts(Arc<AtomicUsize>);

impl Lasts {
	fn for_pieces(pieces: usize) -> Self {
		Self(Arc::new(AtomicUsize::new(pieces)))
	}

	fn left(&self) -> usize {
		self.0.load(Ordering::SeqCst)
	}
}

impl Power for Lasts {
	fn lasts(&self, _: &Path, pieces: usize) -> Option<usize> {
		let left = self.left();
		self.0.store(left.saturating_sub(pieces), Ordering::SeqCst);
		(left < pieces).then_some(left)
	}

	fn goes(&self, torn: &Torn) {
		assert!(torn.written <= torn.of, "{torn:?}");
	}
}

fn for_ever() -> Lasts {
	Lasts::for_pieces(usize::MAX)
}

fn ready() -> Phase {
	Phase::Ready { work_ms: 3_000 }
}

fn transaction(nonce: u64) -> SentTransaction {
	SentTransaction {
		hash: H256([nonce as u8; 32]),
		signer: None,
		nonce,
		runtime: Some(1),
		birth: 10,
		death: 265,
		bytes: "00".repeat(400),
		purpose: "jobs.accept".to_owned(),
		errand: None,
	}
}

type Step = fn(&Journal) -> Result<(), JournalError>;

/// A job's whole life as the daemon writes it.
const LIFE: [Step; 8] = [
	|j| j.advance(JOB, &ready()),
	|j| j.record(&transaction(1)),
	|j| j.see(12).and_then(|()| j.resolve(transaction(1).hash)),
	|j| j.advance(JOB, &Phase::Moving { units_done: 0 }),
	|j| j.advance(JOB, &Phase::Moving { units_done: 1 }),
	|j| j.record(&transaction(2)),
	|j| j.resolve(transaction(2).hash),
	|j| j.forget(JOB),
];

type Contents = (BTreeMap<u64, String>, Vec<u64>);

fn contents(journal: &Journal) -> Contents {
	let jobs = journal.jobs().unwrap().into_iter();
	let jobs = jobs.map(|(id, phase)| (id.0, format!("{phase:?}"))).collect();
	(jobs, journal.unresolved().unwrap().iter().map(|t| t.nonce).collect())
}

/// What the journal says after each step when nothing goes wrong, and before the first.
fn expected() -> Vec<Contents> {
	let dir = tempfile::tempdir().unwrap();
	let journal = Journal::open(&dir.path().join("journal.redb"), GENESIS).unwrap();
	let mut states = vec![contents(&journal)];
	for step in LIFE {
		step(&journal).unwrap();
		states.push(contents(&journal));
	}
	states
}

/// Lives that life until the power goes, and says what is wrong with what is left of the journal.
fn live_and_cut(seed: u64, power: &Lasts, defect: Defect, expected: &[Contents]) -> Result<usize, String> {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("journal.redb");
	let disk = TearingDisk::with_defect(seed, power.clone(), defect);
	let journal = Journal::open_on(&disk, &path, GENESIS);
	let done = journal.as_ref().map_or(0, |journal| {
		LIFE.iter().take_while(|step| step(journal).is_ok()).count()
	});
	disk.die();
	drop(journal);
	let after = Journal::open(&path, GENESIS).map_err(|error| format!("does not open: {error}"))?;
	let after = contents(&after);
	if after != expected[done] && Some(&after) != expected.get(done + 1) {
		return Err(format!("after {done} steps it says {after:?}"));
	}
	Ok(done)
}

#[test]
fn a_journal_on_it_loses_nothing_wherever_the_power_goes() {
	let expected = expected();
	let whole = for_ever();
	assert_eq!(live_and_cut(0, &whole, Defect::None, &expected), Ok(LIFE.len()));
	let pieces = usize::MAX - whole.left();
	assert!(pieces > 100, "{pieces}");
	let mut done = BTreeSet::new();
	let mut chance = StdRng::seed_from_u64(1);
	for seed in 0..100 {
		let power = chance.random_range(0..pieces);
		match live_and_cut(seed, &Lasts::for_pieces(power), Defect::None, &expected) {
			Ok(steps) => done.insert(steps),
			Err(problem) => panic!("seed {seed}, power for {power} of {pieces} pieces: {problem}"),
		};
	}
	assert!(done.len() > 6, "the power went in few places only: {done:?}");
}

#[test]
fn a_disk_that_says_too_early_that_all_is_written_is_found_out() {
	let expected = expected();
	for defect in [Defect::Lies, Defect::Halves] {
		let found = (0..20).filter(|seed| live_and_cut(*seed, &for_ever(), defect, &expected).is_err());
		assert!(found.count() > 10, "{defect:?}");
	}
}

#[test]
fn a_store_that_does_not_force_what_it_wrote_to_the_disk_is_found_out() {
	const TABLE: TableDefinition<u64, u64> = TableDefinition::new("table");
	let kept = |durability: Durability| {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("store");
		let disk = TearingDisk::new(1, for_ever());
		let database = Database::builder()
			.create_with_backend(disk.make(&path).unwrap())
			.unwrap();
		let mut write = database.begin_write().unwrap();
		write.open_table(TABLE).unwrap();
		write.commit().unwrap();
		for key in 0..10 {
			write = database.begin_write().unwrap();
			write.set_durability(durability).unwrap();
			write.open_table(TABLE).unwrap().insert(key, key).unwrap();
			write.commit().unwrap();
		}
		disk.die();
		drop(database);
		let database = Database::open(&path).unwrap();
		let table = database.begin_read().unwrap().open_table(TABLE).unwrap();
		table.len().unwrap()
	};
	assert_eq!(kept(Durability::Immediate), 10);
	assert_eq!(kept(Durability::None), 0);
}

#[test]
fn an_outbox_on_it_loses_nothing_wherever_the_power_goes() {
	let mut chance = StdRng::seed_from_u64(2);
	let (mut most, mut lost) = (0, 0);
	for seed in 0..60 {
		let dir = tempfile::tempdir().unwrap();
		let power = Lasts::for_pieces(chance.random_range(0..1_500));
		// Now and then a disk that lies, so that this test is known to see it.
		let defect = if seed % 10 == 9 { Defect::Lies } else { Defect::None };
		let disk = TearingDisk::with_defect(seed, power, defect);
		let put = fill(&disk, dir.path(), 20);
		match kept(dir.path(), &put) {
			Ok(()) => most = most.max(put.len()),
			Err(problem) if defect == Defect::None => panic!("seed {seed}: {problem}"),
			Err(_) => lost += 1,
		}
	}
	assert!(most > 10 && lost > 3, "{most} {lost}");
}

fn limits() -> Limits {
	Limits {
		gather_ms: 0,
		..Limits::default()
	}
}

/// Puts so many messages, and the power goes; gives those that were acknowledged.
fn fill(disk: &TearingDisk, folder: &Path, count: u64) -> BTreeMap<u64, Vec<u8>> {
	let clock = Arc::new(SystemClock::new());
	let Ok(outbox) = Outbox::open_at(Arc::new(disk.clone()), &folder.join("cloud.outbox"), limits(), clock) else {
		return BTreeMap::new();
	};
	let mut put = BTreeMap::new();
	for n in 0..count {
		let body = vec![n as u8; 100 * n as usize];
		let message = NewMessage {
			lane: Lane::Event,
			at_ms: n,
			topic: "events".to_owned(),
			body: body.clone(),
		};
		match outbox.put(message) {
			Ok(id) => put.insert(id.0, body),
			Err(_) => break,
		};
	}
	disk.die();
	put
}

fn kept(folder: &Path, put: &BTreeMap<u64, Vec<u8>>) -> Result<(), String> {
	let clock = Arc::new(SystemClock::new());
	let outbox = Outbox::open(&folder.join("cloud.outbox"), limits(), clock).map_err(|error| error.to_string())?;
	let found = outbox
		.next(&InFlight::new(), usize::MAX, usize::MAX)
		.map_err(|error| error.to_string())?;
	let found: BTreeMap<_, _> = found.into_iter().map(|message| (message.id.0, message.body)).collect();
	match put.iter().find(|(id, body)| found.get(*id) != Some(*body)) {
		Some((id, _)) => Err(format!("message {id} is lost or changed")),
		None => Ok(()),
	}
}

/// A whole hour, so that steps of all sizes begin with it.
const T0: u64 = 1_800_000_000_000;
/// Readings of one flush, a second apart.
const A_FLUSH: u64 = 50;
const FLUSHES: u64 = 20;

#[test]
fn a_history_on_it_loses_nothing_wherever_the_power_goes() {
	let (whole, dir) = (for_ever(), tempfile::tempdir().unwrap());
	let all = FLUSHES * A_FLUSH;
	assert_eq!(measure(&TearingDisk::new(0, whole.clone()), dir.path()), all);
	assert_eq!(remembered(dir.path(), all), Ok(all));
	let pieces = usize::MAX - whole.left();
	assert!(pieces > 200, "{pieces}");
	let (mut chance, mut found) = (StdRng::seed_from_u64(3), BTreeSet::new());
	for seed in 0..40 {
		let dir = tempfile::tempdir().unwrap();
		let power = chance.random_range(0..pieces);
		let written = measure(&TearingDisk::new(seed, Lasts::for_pieces(power)), dir.path());
		match remembered(dir.path(), written) {
			Ok(count) => found.insert(count),
			Err(problem) => panic!("seed {seed}, power for {power} of {pieces} pieces: {problem}"),
		};
	}
	assert!(found.len() > 6, "the power went in few places only: {found:?}");
	for seed in 0..5 {
		let dir = tempfile::tempdir().unwrap();
		let disk = TearingDisk::with_defect(seed, for_ever(), Defect::Lies);
		let written = measure(&disk, dir.path());
		assert!(
			remembered(dir.path(), written).is_err(),
			"a disk that lies is not found out"
		);
	}
}

/// Measures and flushes so often, and the power goes; how many readings were written.
fn measure(disk: &TearingDisk, folder: &Path) -> u64 {
	let path = folder.join("history.redb");
	let history = History::new_at(Arc::new(disk.clone()), &path, iot_history::Limits::default()).unwrap();
	let channel = history.channel("spindle", Scale::ONE).unwrap();
	let mut written = 0;
	for flush in 0..FLUSHES {
		let seconds = flush * A_FLUSH..(flush + 1) * A_FLUSH;
		let samples: Vec<_> = seconds
			.map(|second| Sample {
				channel,
				at: T0 + second * 1_000,
				raw: second as i32,
			})
			.collect();
		history.add(&samples);
		if history.flush().is_err() {
			break;
		}
		written += A_FLUSH;
	}
	disk.die();
	written
}

/// How many readings there are: those that were written, or with the flush under way all of it.
fn remembered(folder: &Path, written: u64) -> Result<u64, String> {
	let path = folder.join("history.redb");
	let history = History::new(&path, iot_history::Limits::default()).map_err(|error| error.to_string())?;
	history.open().map_err(|error| error.to_string())?;
	if folder.join("history.redb.damaged").exists() {
		return Err("it was put aside".to_owned());
	}
	let most = FLUSHES * A_FLUSH;
	let series = history.query(&["spindle"], T0, T0 + most * 1_000, 2_000);
	let points = &series.map_err(|error| error.to_string())?[0].points;
	let wrong = points.iter().enumerate().find(|(second, point)| {
		let at = T0 + *second as u64 * 1_000;
		(point.from, point.min, point.max, point.count) != (at, *second as f64, *second as f64, 1)
	});
	let count = points.len() as u64;
	match (wrong, count == written || count == written + A_FLUSH) {
		(Some((second, point)), _) => Err(format!("second {second} is {point:?}")),
		(None, false) => Err(format!("{count} readings are there, and {written} were written")),
		(None, true) => Ok(count),
	}
}

#[test]
fn reads_give_what_was_written_last_and_a_sync_brings_it_to_the_file() {
	for seed in 0..20 {
		let mut chance = StdRng::seed_from_u64(seed);
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("file");
		let disk = TearingDisk::new(seed, for_ever());
		let (file, mut seen) = (disk.make(&path).unwrap(), Vec::new());
		for _ in 0..200 {
			change(&file, &mut seen, &mut chance);
			if chance.random_ratio(1, 5) {
				file.sync_data().unwrap();
				assert!(fs::read(&path).unwrap() == seen, "seed {seed}");
			}
			let from = chance.random_range(0..=seen.len());
			let mut read = vec![7; seen.len() - from];
			file.read(from as u64, &mut read).unwrap();
			assert!(read == seen[from..], "seed {seed}");
			assert_eq!(file.len().unwrap(), seen.len() as u64);
		}
		file.read(seen.len() as u64, &mut [0]).unwrap_err();
		file.write(seen.len() as u64, &[0]).unwrap_err();
	}
}

fn change(file: &impl StorageBackend, seen: &mut Vec<u8>, chance: &mut StdRng) {
	if seen.is_empty() || chance.random_ratio(1, 6) {
		let length = chance.random_range(1..20_000);
		file.set_len(length as u64).unwrap();
		seen.resize(length, 0);
	}
	let from = chance.random_range(0..seen.len());
	let to = chance.random_range(from..seen.len().min(from + 3_000));
	let bytes: Vec<u8> = (from..to).map(|_| chance.random()).collect();
	file.write(from as u64, &bytes).unwrap();
	seen[from..to].copy_from_slice(&bytes);
}

#[test]
fn what_is_not_synced_is_lost_in_part_and_what_was_synced_stays() {
	let (mut gone, mut there) = (0, 0);
	for seed in 0..20 {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("file");
		let disk = TearingDisk::new(seed, for_ever());
		let file = disk.make(&path).unwrap();
		file.set_len(512 * 100).unwrap();
		file.write(0, &[1; 512 * 100]).unwrap();
		file.sync_data().unwrap();
		for sector in 0..50 {
			file.write(sector * 512, &[2; 512]).unwrap();
		}
		disk.die();
		let left = fs::read(&path).unwrap();
		assert!(left[512 * 50..] == [1; 512 * 50]);
		for sector in left[..512 * 50].chunks(512) {
			match sector[0] {
				1 => gone += 1,
				_ => there += 1,
			}
		}
		file.write(0, &[3]).unwrap_err();
		file.sync_data().unwrap_err();
	}
	assert!(gone > 500 && there > 50, "{gone} {there}");
}

#[test]
fn a_file_that_is_closed_and_opened_again_has_what_was_not_synced() {
	let dir = tempfile::tempdir().unwrap();
	let (path, other) = (dir.path().join("a"), dir.path().join("b"));
	let disk = TearingDisk::new(3, for_ever());
	let file = disk.make(&path).unwrap();
	file.set_len(4096).unwrap();
	file.write(100, &[5; 2000]).unwrap();
	drop(file);
	disk.rename(&path, &other).unwrap();
	let mut read = [0; 2000];
	disk.open(&other).unwrap().read(100, &mut read).unwrap();
	assert!(read == [5; 2000]);
	disk.remove(&other).unwrap();
	assert_eq!(disk.make(&other).unwrap().len().unwrap(), 0);
}

#[test]
fn a_process_that_cuts_its_own_power_amid_a_sync_keeps_what_it_was_told_is_written() {
	let mut amid = 0;
	for seed in 0..10 {
		let dir = tempfile::tempdir().unwrap();
		let after = [0, 1, 3, 5, 8, 9, 10, 12, 15, 20][seed as usize];
		let file = "journal".to_owned();
		Aim { file, after, seed }.order(dir.path()).unwrap();
		let output = Command::new(std::env::current_exe().unwrap())
			.args([
				"--exact",
				"power_cut::torn::tests::the_process_that_is_cut",
				"--nocapture",
			])
			.env(CHILD, dir.path())
			.stdin(Stdio::null())
			.output()
			.unwrap();
		let said = String::from_utf8_lossy(&output.stdout).into_owned();
		assert_eq!(output.status.signal(), Some(9), "{said}");
		let torn = Torn::all(dir.path()).unwrap();
		assert_eq!(torn.len(), 1, "{torn:?}");
		amid += u32::from(torn[0].written > 0 && torn[0].written < torn[0].of);
		let done = said.matches("is written").count();
		let jobs = Journal::open(&dir.path().join("journal.redb"), GENESIS)
			.unwrap()
			.jobs()
			.unwrap();
		assert!(jobs.len() == done || jobs.len() == done + 1, "{done} {}", jobs.len());
		Aim::take_back(dir.path()).unwrap();
		Aim::take_back(dir.path()).unwrap();
	}
	assert!(amid > 3, "{amid}");
}

/// No test of its own: it is run by the one above.
#[test]
fn the_process_that_is_cut() {
	let Some(folder) = std::env::var_os(CHILD) else {
		return;
	};
	let folder = Path::new(&folder);
	let disk = TearingDisk::new(u64::from(std::process::id()), Ordered::new(folder));
	let journal = Journal::open_on(&disk, &folder.join("journal.redb"), GENESIS).unwrap();
	for job in 0..1_000 {
		journal.advance(JobId(job), &ready()).unwrap();
		println!("job {job} is written");
	}
}

#[test]
fn the_real_files_of_this_computer_keep_everything_at_a_kill() {
	let dir = tempfile::tempdir().unwrap();
	let path = dir.path().join("file");
	let file = Files.make(&path).unwrap();
	file.set_len(4096).unwrap();
	file.write(0, &[1; 4096]).unwrap();
	assert!(fs::read(&path).unwrap() == [1; 4096]);
	assert_eq!(Files.make(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
}
