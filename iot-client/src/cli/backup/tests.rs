//! What goes into a backup, what comes out of it, and what does not.

use super::{super::args::Cli, *};
use crate::{
	chain::types::JobId,
	daemon::status::{ChainStatus, JobStatus},
	disk,
	journal::Phase,
	wallet::{Password, Wallet},
};
use clap::Parser;
use sha2::{Digest, Sha256};
use std::{
	collections::BTreeMap,
	fs,
	os::unix::fs::{symlink, PermissionsExt},
	sync::atomic::{AtomicBool, Ordering},
};

const GENESIS: H256 = H256([7; 32]);
const PASSWORD: &str = "a password that no backup may hold";

/// A machine's computer: a folder with everything in it.
struct Computer(tempfile::TempDir);

impl Computer {
	fn new() -> Self {
		let computer = Self(tempfile::tempdir().unwrap());
		for folder in ["etc", "state/evidence", "state/cloud", "recipes/small"] {
			fs::create_dir_all(computer.path(folder)).unwrap();
		}
		let secret = |name: &str, text: &str| {
			fs::write(computer.path(name), text).unwrap();
			fs::set_permissions(computer.path(name), fs::Permissions::from_mode(0o600)).unwrap();
		};
		secret("password", PASSWORD);
		secret("recipes/broker", "user\nthe broker's secret");
		let password = Password::read(&computer.path("password")).unwrap();
		Wallet::create(&computer.path("key.json"), &password, "drill", None).unwrap();
		let genesis = hex::encode(GENESIS);
		for (name, text) in [
			(
				"etc/machine.toml",
				format!(
					"state_dir = \"../state\"\n[board]\nport = \"/dev/ttyACM0\"\n[chain]\nendpoints = \"ws://127.0.0.1:1\"\n\
					 trust = \"single\"\ngenesis = \"0x{genesis}\"\n[wallet]\nkeystore = \"../key.json\"\n\
					 password_file = \"../password\"\n[recipes]\ndirs = [\"../recipes\"]\nmax_bytes = 1000\n\
					 [rules]\nfile = \"rules.toml\"\n[manager]\n[cloud]\nbroker = \"mqtt://localhost:1883\"\n\
					 client_id = \"press\"\ncredentials_file = \"../recipes/broker\"\n"
				),
			),
			("etc/rules.toml", "# rules".to_owned()),
			("etc/manager-users.json", "{}".to_owned()),
			("recipes/small/hole.toml", "format = 1".to_owned()),
			("recipes/film.avi", "x".repeat(1_001)),
			("state/evidence/job-7-run-1.json", "{\"units\":3}".to_owned()),
			("state/evidence/job-8-run-1.json.new", "half of it".to_owned()),
			("state/cloud/command-counter", "41".to_owned()),
			("state/orders-paused", String::new()),
			("state/cloud.outbox", "readings".to_owned()),
			("state/journal.redb", "a journal".to_owned()),
		] {
			fs::write(computer.path(name), text).unwrap();
		}
		symlink("/etc/passwd", computer.path("recipes/link.toml")).unwrap();
		let snapshot = Snapshot {
			key: "5abc".to_owned(),
			chain: ChainStatus {
				block: 1_000,
				..ChainStatus::default()
			},
			jobs: vec![JobStatus {
				job: 7,
				state: "started".to_owned(),
				units: 9,
				units_done: 3,
				doing: "working".to_owned(),
			}],
			..Snapshot::default()
		};
		snapshot.write(&computer.path("state")).unwrap();
		computer
	}

	fn path(&self, name: &str) -> PathBuf {
		self.0.path().join(name)
	}

	fn backup(&self, name: &str) -> Result<PathBuf> {
		let (config, file) = (self.path("etc/machine.toml"), self.path(name));
		let line = ["iot-client", "--json", "--config"].map(String::from);
		let more = [
			config.display().to_string(),
			"backup".to_owned(),
			file.display().to_string(),
		];
		let cli = Cli::parse_from(line.into_iter().chain(more));
		backup(&Desk { cli: &cli }, &file)?;
		Ok(file)
	}

	/// The same below another folder.
	fn moved(&self, to: &Path, name: &str) -> PathBuf {
		to.join(self.path(name).strip_prefix("/").unwrap())
	}
}

/// Restores without asking a node.
async fn restore_to(archive: &Path, to: &Path) -> Result<u8> {
	let cli = Cli::parse_from(["iot-client", "--json", "restore", "f", "--to", "d"]);
	restore(&Desk { cli: &cli }, archive, to, true).await
}

/// Fails to restore, and leaves nothing behind. Gives what was said.
async fn refused(archive: &Path) -> String {
	let to = tempfile::tempdir().unwrap();
	let error = restore_to(archive, to.path()).await.unwrap_err();
	let left: Vec<_> = fs::read_dir(to.path()).unwrap().collect();
	assert!(left.is_empty(), "{left:?} is left after: {error}");
	error.message
}

/// The files in an archive.
fn list(archive: &Path) -> Vec<(String, Vec<u8>)> {
	let mut files = Vec::new();
	let mut file = File::open(archive).unwrap();
	archive::read(&mut file, |name, _, content| {
		let mut bytes = Vec::new();
		content.read_to_end(&mut bytes).unwrap();
		files.push((name.to_owned(), bytes));
		Ok(())
	})
	.unwrap();
	files
}

/// Writes an archive by hand: these files, and a manifest that fits them unless `change` makes another of it.
fn forge(path: &Path, files: &[(String, Vec<u8>)], change: impl FnOnce(&mut serde_json::Value)) {
	let mut writer = Writer::new(Vec::new());
	for (name, bytes) in files {
		writer.add(name, bytes.len() as u64, &mut &bytes[..]).unwrap();
	}
	let entries: Vec<_> = files
		.iter()
		.map(
			|(name, bytes)| json!({ "path": name, "bytes": bytes.len(), "sha256": hex::encode(Sha256::digest(bytes)) }),
		)
		.collect();
	let mut manifest = json!({
		"format": 1, "made_by": "x", "made_at": 1, "config": files[0].0,
		"record": { "machine": null, "key": null, "block": 5, "jobs": [] }, "files": entries,
	});
	change(&mut manifest);
	let text = serde_json::to_vec(&manifest).unwrap();
	let name = format!("MANIFEST-{}.json", hex::encode(Sha256::digest(&text)));
	writer.add(&name, text.len() as u64, &mut &text[..]).unwrap();
	fs::write(path, writer.end().unwrap()).unwrap();
}

/// What a backup of a computer holds, but for the manifest.
fn files_of(computer: &Computer) -> Vec<(String, Vec<u8>)> {
	let mut files = list(&computer.backup("good.tar").unwrap());
	files.pop();
	files
}

#[tokio::test]
async fn what_is_restored_is_what_there_was_and_no_secret_and_no_journal() {
	let computer = Computer::new();
	let archive = computer.backup("machine.tar").unwrap();
	assert_eq!(fs::metadata(&archive).unwrap().permissions().mode() & 0o777, 0o600);
	let everything = fs::read(&archive).unwrap();
	for secret in [PASSWORD, "the broker's secret", "a journal", "readings", "half of it"] {
		assert!(
			!everything
				.windows(secret.len())
				.any(|window| window == secret.as_bytes()),
			"{secret}"
		);
	}
	let to = tempfile::tempdir().unwrap();
	restore_to(&archive, to.path()).await.unwrap();
	let kept = [
		"etc/machine.toml",
		"etc/rules.toml",
		"etc/manager-users.json",
		"key.json",
		"recipes/small/hole.toml",
		"state/evidence/job-7-run-1.json",
		"state/cloud/command-counter",
		"state/orders-paused",
	];
	for name in kept {
		let restored = computer.moved(to.path(), name);
		assert_eq!(
			fs::read(&restored).unwrap(),
			fs::read(computer.path(name)).unwrap(),
			"{name}"
		);
		assert_eq!(
			fs::metadata(&restored).unwrap().permissions().mode() & 0o777,
			0o600,
			"{name}"
		);
	}
	assert_eq!(list(&archive).len(), kept.len() + 1);
	for name in [
		"password",
		"recipes/broker",
		"recipes/film.avi",
		"recipes/link.toml",
		"state/status.json",
	] {
		assert!(!computer.moved(to.path(), name).exists(), "{name}");
	}
	let folder = computer.moved(to.path(), "state");
	assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
}

#[test]
fn what_tar_lists_and_sha256sum_says_is_what_we_say() {
	let computer = Computer::new();
	let archive = computer.backup("machine.tar").unwrap();
	let output = std::process::Command::new("tar")
		.arg("--list")
		.arg("--file")
		.arg(&archive)
		.output();
	// Nowhere is it said that there must be a tar.
	let Ok(output) = output else { return };
	assert!(output.status.success(), "{output:?}");
	let names: Vec<_> = list(&archive).into_iter().map(|(name, _)| name).collect();
	assert_eq!(
		String::from_utf8(output.stdout).unwrap().lines().collect::<Vec<_>>(),
		names
	);
}

/// An old journal would say of a job that it never moved, and have it run a second time.
#[tokio::test]
async fn a_restored_journal_knows_no_job_and_believes_no_block_below_the_backups() {
	let computer = Computer::new();
	fs::remove_file(computer.path("state/journal.redb")).unwrap();
	let old = Journal::open(&computer.path("state/journal.redb"), GENESIS).unwrap();
	old.advance(JobId(7), &Phase::Ready { work_ms: 1 }).unwrap();
	let archive = computer.backup("machine.tar").unwrap();
	let to = tempfile::tempdir().unwrap();
	restore_to(&archive, to.path()).await.unwrap();
	let journal = Journal::open(&computer.moved(to.path(), "state/journal.redb"), GENESIS).unwrap();
	assert!(journal.jobs().unwrap().is_empty() && journal.unresolved().unwrap().is_empty());
	assert_eq!(journal.floor().unwrap(), 1_000);
	// A job that the chain says has started, of which the journal knows nothing, is given up and never moved for.
	assert_eq!(journal.job(JobId(7)).unwrap(), None);
}

#[tokio::test]
async fn a_backup_beside_a_running_daemon_holds_whole_files() {
	let computer = Computer::new();
	fs::remove_file(computer.path("state/journal.redb")).unwrap();
	let _daemon = Journal::open(&computer.path("state/journal.redb"), GENESIS).unwrap();
	let path = computer.path("state/evidence/job-7-run-1.json");
	let (over, rounds) = (AtomicBool::new(false), 20);
	let archives = std::thread::scope(|scope| {
		scope.spawn(|| {
			for size in (1_usize..).take_while(|_| !over.load(Ordering::Relaxed)) {
				disk::write_whole(&path, "x".repeat(size * 977 % 60_000).as_bytes()).unwrap();
			}
		});
		let archives: Vec<_> = (0..rounds)
			.map(|round| computer.backup(&format!("{round}.tar")))
			.collect();
		over.store(true, Ordering::Relaxed);
		archives
	});
	for archive in archives {
		let files: BTreeMap<_, _> = list(&archive.unwrap()).into_iter().collect();
		let name = path.strip_prefix("/").unwrap().to_str().unwrap();
		assert!(
			files[name].iter().all(|byte| *byte == b'x' || files[name].len() == 11),
			"{files:?}"
		);
	}
}

#[test]
fn a_backup_overwrites_nothing_and_leaves_nothing_when_it_fails() {
	let computer = Computer::new();
	let archive = computer.backup("machine.tar").unwrap();
	let before = fs::read(&archive).unwrap();
	let error = computer.backup("machine.tar").unwrap_err();
	assert!(error.message.contains("is there already"), "{error}");
	assert_eq!(fs::read(&archive).unwrap(), before);

	fs::remove_file(computer.path("key.json")).unwrap();
	computer.backup("second.tar").unwrap_err();
	fs::write(computer.path("key.json"), "{\"seed\":\"open\"}").unwrap();
	let error = computer.backup("second.tar").unwrap_err();
	assert!(error.message.contains("key.json"), "{error}");
	assert!(!computer.path("second.tar").exists());
}

#[test]
fn a_secret_under_another_name_stays_out() {
	let computer = Computer::new();
	// Beside the recipes it is passed over; named as the rules it is refused.
	fs::hard_link(computer.path("password"), computer.path("recipes/notes.toml")).unwrap();
	let names = files_of(&computer);
	assert!(names.iter().all(|(name, _)| !name.contains("notes")), "{names:?}");
	fs::remove_file(computer.path("etc/rules.toml")).unwrap();
	symlink(computer.path("password"), computer.path("etc/rules.toml")).unwrap();
	let error = computer.backup("bad.tar").unwrap_err();
	assert!(error.message.contains("open secret"), "{error}");
	assert!(!computer.path("bad.tar").exists());
}

#[test]
fn what_is_no_file_or_too_large_is_refused_and_waits_for_nobody() {
	let computer = Computer::new();
	fs::remove_file(computer.path("etc/rules.toml")).unwrap();
	nix::unistd::mkfifo(&computer.path("etc/rules.toml"), nix::sys::stat::Mode::S_IRUSR).unwrap();
	let error = computer.backup("bad.tar").unwrap_err();
	assert!(error.message.contains("not a regular file"), "{error}");
	fs::remove_file(computer.path("etc/rules.toml")).unwrap();
	let evidence = File::create(computer.path("state/evidence/job-9-run-1.json")).unwrap();
	evidence.set_len(archive::MOST_BYTES + 1).unwrap();
	let error = computer.backup("bad.tar").unwrap_err();
	assert!(error.message.contains("job-9-run-1.json has"), "{error}");
}

#[tokio::test]
async fn an_archive_that_is_cut_off_or_changed_anywhere_is_refused() {
	let computer = Computer::new();
	let whole = fs::read(computer.backup("machine.tar").unwrap()).unwrap();
	let bad = computer.path("bad.tar");
	for length in (0..whole.len())
		.step_by(509)
		.chain([whole.len() - 512, whole.len() - 1])
	{
		fs::write(&bad, &whole[..length]).unwrap();
		let said = refused(&bad).await;
		assert!(said.contains("not whole"), "{length}: {said}");
	}
	for at in (0..whole.len()).step_by(101) {
		let mut changed = whole.clone();
		changed[at] ^= 0x20;
		fs::write(&bad, &changed).unwrap();
		refused(&bad).await;
	}
	fs::write(&bad, [&whole[..], b"more"].concat()).unwrap();
	assert!(refused(&bad).await.contains("behind its end"));
	for junk in [&b""[..], &[0; 4096], b"PK\x03\x04 not at all"] {
		fs::write(&bad, junk).unwrap();
		refused(&bad).await;
	}
}

#[tokio::test]
async fn names_that_lead_out_of_the_folder_are_refused() {
	let (computer, outside) = (Computer::new(), tempfile::tempdir().unwrap());
	let files = files_of(&computer);
	let bad = computer.path("bad.tar");
	let target = outside.path().join("target").display().to_string();
	for name in [
		"../../../../etc/cron.d/x",
		&target,
		"a/../../b",
		"./a",
		"a//b",
		"a/",
		"..",
	] {
		let mut hostile = files.clone();
		hostile.push((name.to_owned(), b"hostile".to_vec()));
		forge(&bad, &hostile, |_| {});
		let said = refused(&bad).await;
		assert!(said.contains("no header of ours"), "{name}: {said}");
	}
	// A plain name, but none that the configuration knows; and the ones that a backup never holds.
	let state = |name: &str| computer.path(name).strip_prefix("/").unwrap().display().to_string();
	for name in [
		"etc/cron.d/x".to_owned(),
		state("state/journal.redb"),
		state("password"),
		state("recipes/broker"),
		state("state/evidence/deeper/x.json"),
		state("key.json.retired-x"),
	] {
		let mut hostile = files.clone();
		hostile.push((name.clone(), b"hostile".to_vec()));
		forge(&bad, &hostile, |_| {});
		let said = refused(&bad).await;
		assert!(said.contains("names no such file"), "{name}: {said}");
	}
}

#[tokio::test]
async fn links_on_the_way_are_not_followed() {
	let (computer, to, elsewhere) = (
		Computer::new(),
		tempfile::tempdir().unwrap(),
		tempfile::tempdir().unwrap(),
	);
	let archive = computer.backup("machine.tar").unwrap();
	let state = computer.moved(to.path(), "state");
	fs::create_dir_all(state.parent().unwrap()).unwrap();
	symlink(elsewhere.path(), &state).unwrap();
	let error = restore_to(&archive, to.path()).await.unwrap_err();
	assert!(error.message.contains("lead out"), "{error}");
	assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0);
	assert!(!computer.moved(to.path(), "key.json").exists());
}

#[tokio::test]
async fn hashes_sizes_and_lists_that_do_not_fit_are_refused() {
	let computer = Computer::new();
	let files = files_of(&computer);
	let bad = computer.path("bad.tar");
	type Change = fn(&mut serde_json::Value);
	let changes: [(&str, Change); 8] = [
		("what the manifest says", |manifest| {
			manifest["files"][1]["sha256"] = json!("00".repeat(32))
		}),
		("what the manifest says", |manifest| {
			manifest["files"][0]["bytes"] = json!(1)
		}),
		("what the manifest says", |manifest| {
			manifest["files"][1]["path"] = json!("etc/other");
		}),
		("as many files", |manifest| {
			drop(manifest["files"].as_array_mut().unwrap().pop())
		}),
		("first file", |manifest| manifest["config"] = json!("etc/passwd")),
		("format 2", |manifest| manifest["format"] = json!(2)),
		("unknown field", |manifest| manifest["owner"] = json!("root")),
		("cannot be read", |manifest| manifest["files"] = json!(7)),
	];
	for (words, change) in changes {
		forge(&bad, &files, change);
		let said = refused(&bad).await;
		assert!(said.contains(words), "{words:?} is not in: {said}");
	}
	let twice = [&files[..], &files[..1]].concat();
	forge(&bad, &twice, |_| {});
	assert!(refused(&bad).await.contains("twice"));
	// Not a configuration at all, or none of this client's.
	for text in [&b"\xff\xfe"[..], b"state_dir = 7"] {
		let mut other = files.clone();
		other[0].1 = text.to_vec();
		forge(&bad, &other, |_| {});
		assert!(refused(&bad).await.contains("configuration"));
	}
	let mut larger = files;
	larger[0].1 = vec![b'#'; 256 * 1024 + 1];
	forge(&bad, &larger, |_| {});
	assert!(refused(&bad).await.contains("the most is"));
}

/// What it says of its size is not believed: no memory and no disk is taken for it.
#[tokio::test]
async fn a_file_that_says_it_is_huge_is_refused_at_once() {
	let computer = Computer::new();
	let bad = computer.path("bad.tar");
	let mut writer = Writer::new(Vec::new());
	// The header goes out before the content, which never comes.
	writer.add("a", 8 * 1024 * 1024 * 1024 - 1, &mut &b""[..]).unwrap_err();
	fs::write(&bad, writer.end().unwrap()).unwrap();
	assert!(refused(&bad).await.contains("the most is"));
}

#[tokio::test]
async fn nothing_is_overwritten_and_a_lived_in_place_is_left_alone() {
	let computer = Computer::new();
	let archive = computer.backup("machine.tar").unwrap();
	for name in ["key.json", "state/journal.redb", "state/evidence/job-7-run-1.json"] {
		let to = tempfile::tempdir().unwrap();
		let there = computer.moved(to.path(), name);
		fs::create_dir_all(there.parent().unwrap()).unwrap();
		fs::write(&there, "of another").unwrap();
		let error = restore_to(&archive, to.path()).await.unwrap_err();
		assert!(error.message.contains("nothing is overwritten"), "{name}: {error}");
		assert_eq!(fs::read(&there).unwrap(), b"of another");
		assert!(
			!computer.moved(to.path(), "etc/machine.toml").exists(),
			"{name}: all or none"
		);
	}
	// Where the computer itself is, everything is in the way.
	let error = restore_to(&archive, Path::new("/")).await.unwrap_err();
	assert!(error.message.contains("is there already"), "{error}");
	// The same once more, where it was restored already.
	let to = tempfile::tempdir().unwrap();
	restore_to(&archive, &to.path().join("new")).await.unwrap();
	restore_to(&archive, &to.path().join("new")).await.unwrap_err();
}

#[tokio::test]
async fn what_cannot_be_ended_is_taken_back() {
	let computer = Computer::new();
	let mut files = files_of(&computer);
	// Two that cannot both be: a file, and the same as a folder. It is seen when the second is written.
	let of = |name: &str| computer.path(name).strip_prefix("/").unwrap().display().to_string();
	files.push((of("recipes/both"), b"1".to_vec()));
	files.push((of("recipes/both/x.toml"), b"2".to_vec()));
	let bad = computer.path("bad.tar");
	forge(&bad, &files, |_| {});
	refused(&bad).await;
}

#[test]
fn nodes_that_are_behind_the_backup_are_not_believed() {
	assert!(matches!(begin_at(GENESIS, 999, 1_000), Err(BackupError::Behind { .. })));
	for head in [1_000, 5_000] {
		assert_eq!(begin_at(GENESIS, head, 1_000).unwrap(), Some((GENESIS, head)));
	}
}

#[test]
fn paths_are_made_plain() {
	for (path, plain) in [("/a/./b/../c", "/a/c"), ("/../a", "/a"), ("/", "/")] {
		assert_eq!(absolute(Path::new(path)).unwrap(), Path::new(plain));
	}
}
