//! One file with all that a machine's client needs on a new computer, and how it is unpacked there.
//!
//! The daemon may run meanwhile. Every file that it changes it replaces as a whole, so whoever has one open reads one state of
//! it; the keys are locked against a rotation while they are read. What no backup holds: the journal, since an old one would
//! have jobs run a second time (`docs/machine.md`, "Back up"), and open secrets. A restored client begins with an empty
//! journal that believes no finalized block below that of the restoring, so that it reads from the chain how things stand.
//!
//! | module | does |
//! |---|---|
//! | [`archive`] | the file: a plain tar, of which only what is written here is read |
//! | [`manifest`] | what is in it, with hashes, and how things stood |
//! | [`plan`] | which files belong to a configuration |
//! | [`unpack`] | puts them below a folder, all or none |

mod archive;
mod manifest;
mod plan;
mod unpack;

use super::{CliError, Desk, Result};
use crate::{
	chain::{Begin, Chain, Nodes},
	config::Config,
	daemon::status::Snapshot,
	journal::{Journal, JournalError},
	wallet::{succession::KeyFiles, WalletError},
};
use archive::{unreadable, Writer};
use manifest::{manifest_name, Contents, Manifest, Record};
use plan::{absolute, Plan};
use serde_json::json;
use std::{
	fs::File,
	io::{self, Read, Seek},
	path::{Path, PathBuf},
	time::{SystemTime, UNIX_EPOCH},
};
use subxt::utils::H256;

/// Why a backup cannot be made or unpacked.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
	/// The system refuses something.
	#[error("cannot {what} {path}: {source}")]
	File {
		/// To do what.
		what: &'static str,
		/// With which file.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// A file grew or shrank while it was read.
	#[error("{0} changed while it was read; try again")]
	Changed(PathBuf),
	/// Something is not a regular file.
	#[error("{0} is not a regular file")]
	NotAFile(PathBuf),
	/// Something must not be in a backup.
	#[error("{0} holds an open secret or the journal, and the configuration names it for something else, too; a backup must not hold it")]
	Secret(PathBuf),
	/// Something is larger than anything of its kind.
	#[error("{path} has {bytes} bytes; the most is {most}")]
	TooLarge {
		/// What.
		path: PathBuf,
		/// Its size.
		bytes: u64,
		/// The most.
		most: u64,
	},
	/// There are too many files.
	#[error(
		"a backup holds at most {} files and {} GiB; move old evidence elsewhere first",
		archive::MOST_FILES,
		archive::MOST_IN_ALL >> 30
	)]
	TooMany,
	/// A path cannot be written into the archive.
	#[error("the path {0} does not fit into a backup: it must be UTF-8, without control characters, of 255 bytes at most and 100 in its last part")]
	Name(PathBuf),
	/// The archive ends too early.
	#[error("the archive is not whole: it ends in the middle (was it copied to its end?)")]
	Cut,
	/// The archive is not what `backup` writes.
	#[error("this is no archive of `iot-client backup`, or it is damaged: {0}")]
	Damaged(String),
	/// The archive is of another release.
	#[error("the archive is of format {0}, which this release cannot read; take the release that made it")]
	OtherFormat(u32),
	/// The archive's configuration cannot be used.
	#[error("the configuration in the archive cannot be used: {0}")]
	Config(#[from] crate::config::ConfigError),
	/// The archive holds what no backup of its configuration holds.
	#[error("{0} is in the archive, but its configuration names no such file; this is not from `iot-client backup`")]
	Stranger(PathBuf),
	/// Something is in the way.
	#[error(
		"{0} is there already; nothing is overwritten, and nothing was restored: name another folder, or move it away"
	)]
	Exists(PathBuf),
	/// A way leads elsewhere.
	#[error("{0} is a link or no folder, and would lead out of the folder that was named; nothing was restored")]
	LeadsOut(PathBuf),
	/// The nodes know less than the backup.
	#[error("the nodes have finalized block {head} only, and block {seen} was final when the backup was made: they are behind, or of another chain. Nothing was restored; try again when they have caught up")]
	Behind {
		/// The newest finalized block of the nodes.
		head: u64,
		/// What was seen.
		seen: u64,
	},
	/// The keystore.
	#[error(transparent)]
	Wallet(#[from] WalletError),
	/// The journal.
	#[error(transparent)]
	Journal(#[from] JournalError),
}

impl From<BackupError> for CliError {
	fn from(error: BackupError) -> Self {
		Self::refused(error)
	}
}

/// An error of the system, with what it was about.
fn cannot<'a>(what: &'static str, path: &'a Path) -> impl Fn(io::Error) -> BackupError + 'a {
	move |source| BackupError::File {
		what,
		path: path.to_owned(),
		source,
	}
}

/// Writes everything into one file that is not there yet.
pub(super) fn backup(desk: &Desk<'_>, file: &Path) -> Result<u8> {
	let config_path = absolute(&desk.cli.config)?;
	let config = Config::load(&config_path)?;
	let plan = Plan::new(&config, &config_path)?;
	let keys = KeyFiles::of(&config.wallet.keystore).lock()?;
	let gathered = plan.gather()?;
	let snapshot = Snapshot::read(&config.state_dir).map_err(|source| BackupError::File {
		what: "read the status in",
		path: config.state_dir.clone(),
		source,
	})?;
	let made_at = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
	let manifest = Manifest::new(made_at.as_millis() as u64, snapshot.as_ref());
	let written = manifest::write(file, &gathered.items, manifest)?;
	drop(keys);

	let mut text = format!(
		"{} holds {} files, {} bytes; sha256 {}\nNot in it: the journal, and what these are about, which is to be kept elsewhere:",
		file.display(),
		written.files,
		written.bytes,
		written.sha256
	);
	for secret in &plan.secrets {
		text += &format!("\n  {}", secret.display());
	}
	if !gathered.left_out.is_empty() {
		text += "\nLeft out of folders, as links, secrets or too large:";
	}
	for path in &gathered.left_out {
		text += &format!("\n  {}", path.display());
	}
	desk.say(
		text,
		&json!({
			"file": file, "files": written.files, "bytes": written.bytes, "sha256": written.sha256,
			"not_in_it": plan.secrets, "left_out": gathered.left_out,
		}),
	);
	Ok(0)
}

/// Unpacks a backup below a folder.
pub(super) async fn restore(desk: &Desk<'_>, file: &Path, to: &Path, offline: bool) -> Result<u8> {
	let mut archive = File::open(file).map_err(cannot("read", file))?;
	let (contents, config, plan) = understand(&mut archive)?;
	let place = unpack::Place::check(to, &contents.manifest, &plan)?;
	let record = &contents.manifest.record;
	let begin = beginning(desk, &config, record, offline).await?;
	let mut placed = place.unpack(&mut archive, &contents.manifest)?;
	if let Some((genesis, floor)) = begin {
		begin_journal(placed.below(&plan.state_dir)?, genesis, floor)?;
	}
	placed.keep()?;

	let text = restored(to, &contents.manifest, &plan, begin.map(|(_, floor)| floor));
	desk.say(
		text,
		&json!({
			"to": to, "files": contents.manifest.files.len(), "floor": begin.map(|(_, floor)| floor),
			"record": record, "to_bring": plan.secrets,
		}),
	);
	Ok(0)
}

/// Reads all of an archive, its configuration, and which files that may have.
fn understand(archive: &mut (impl Read + Seek)) -> Result<(Contents, Config, Plan), BackupError> {
	let contents = Contents::read(archive)?;
	let config_path = Path::new("/").join(&contents.manifest.config);
	let config = Config::parse(&contents.config, &config_path)?;
	let plan = Plan::new(&config, &config_path)?;
	Ok((contents, config, plan))
}

/// Reads bytes as `restore` reads an archive, and gives the archive that `backup` would have written of what is in them. For
/// fuzzers: no file is touched.
///
/// # Errors
/// When they are no archive.
pub fn reread_backup(bytes: &[u8]) -> Result<Vec<u8>, BackupError> {
	understand(&mut io::Cursor::new(bytes))?;
	let mut writer = Writer::new(Vec::new());
	archive::read(&mut &bytes[..], |name, size, content| {
		writer.add(name, size, content).map_err(unreadable)
	})?;
	writer.end().map_err(unreadable)
}

/// An archive of a configuration, under the path `etc/machine.toml`, and this manifest, whatever that is. For fuzzers, which do
/// not hit upon its hash.
///
/// # Errors
/// None: they fit into memory.
pub fn pack_backup(config: &str, manifest: &[u8]) -> io::Result<Vec<u8>> {
	let mut writer = Writer::new(Vec::new());
	for (name, text) in [
		("etc/machine.toml".to_owned(), config.as_bytes()),
		(manifest_name(manifest), manifest),
	] {
		writer.add(&name, text.len() as u64, &mut &text[..])?;
	}
	writer.end()
}

/// The chain, and the height from which on it tells the truth: its newest finalized block. Without asking, what the backup
/// knows, which says nothing of what happened after it; nothing if it does not even know the chain.
async fn beginning(desk: &Desk<'_>, config: &Config, record: &Record, offline: bool) -> Result<Option<(H256, u64)>> {
	if offline {
		return Ok(config.chain.genesis.map(|genesis| (H256(genesis), record.block)));
	}
	let mut nodes = config.chain.nodes();
	if !desk.cli.nodes.is_empty() {
		nodes.endpoints = desk.cli.nodes.clone();
	}
	let chain = Chain::connect(Nodes {
		begin: Begin::Furthest,
		..nodes
	});
	let ready = chain.ready(desk.cli.patience).await;
	let (session, head) = ready.map_err(|error| {
		let refused = CliError::from(error);
		let message = format!(
			"{refused}. Nothing was restored, since the client would not know from which block on the chain tells how things stand; \
			 name another node with --node, or see --offline"
		);
		CliError::new(refused.status, message)
	})?;
	begin_at(session.genesis(), head.block.number, record.block).map_err(Into::into)
}

fn begin_at(genesis: H256, head: u64, seen: u64) -> Result<Option<(H256, u64)>, BackupError> {
	match head < seen {
		true => Err(BackupError::Behind { head, seen }),
		false => Ok(Some((genesis, head))),
	}
}

/// Begins a journal that knows nothing but from which block on the chain tells how things stand.
fn begin_journal(state_dir: PathBuf, genesis: H256, floor: u64) -> Result<(), BackupError> {
	let journal = Journal::open(&state_dir.join(plan::JOURNAL), genesis)?;
	Ok(journal.see(floor)?)
}

/// What there is to tell after a restoring.
fn restored(to: &Path, manifest: &Manifest, plan: &Plan, floor: Option<u64>) -> String {
	let mut lines = vec![format!(
		"restored {} files below {}",
		manifest.files.len(),
		to.display()
	)];
	lines.push(match floor {
		Some(floor) => format!("the journal begins anew, and believes no finalized block below {floor}"),
		None => "no journal was begun: start the daemon only when its node has caught up with the chain (`doctor`)"
			.to_owned(),
	});
	lines.push(
		"the client that the backup is of must not run any more, on no computer: two with one key do each other's jobs"
			.to_owned(),
	);
	lines.push("these are yours to bring:".to_owned());
	lines.extend(plan.secrets.iter().map(|path| format!("  {}", path.display())));
	for job in &manifest.record.jobs {
		lines.push(format!(
			"job {} was {} when the backup was made, {} of {} units done; the chain tells what became of it",
			job.job, job.state, job.units_done, job.units
		));
	}
	lines.join("\n")
}

#[cfg(test)]
mod tests;
