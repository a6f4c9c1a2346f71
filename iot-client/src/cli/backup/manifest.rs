//! What is in an archive: its last file says it, with hashes, so that nothing of it can be missing or changed unnoticed.
//!
//! An archive proves nothing about who made it. Whoever can write to where backups are kept can put a whole other one there.

use super::{
	archive::{self, unreadable, Writer, MOST_FILES},
	cannot,
	plan::Item,
	BackupError,
};
use crate::{config::MAX_FILE_BYTES, daemon::status::Snapshot};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
	collections::BTreeSet,
	fs::{self, File, OpenOptions},
	io::{self, BufReader, BufWriter, ErrorKind, Read, Seek, Write},
	os::unix::fs::OpenOptionsExt,
	path::Path,
};

/// Of this layout.
const FORMAT: u32 = 1;
/// Around the last file's own hash, which is its name, so that it cannot be changed unnoticed either.
const NAME: (&str, &str) = ("MANIFEST-", ".json");
/// The largest manifest: one of [`MOST_FILES`] files is smaller.
const MOST_MANIFEST: u64 = 64 * 1024 * 1024;

/// A file in the archive.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entry {
	/// Its path, below `/`.
	pub path: String,
	/// Its size.
	pub bytes: u64,
	/// Its hash, hexadecimal.
	pub sha256: String,
}

/// A job that was open.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct OpenJob {
	pub job: u64,
	pub state: String,
	pub units: u32,
	pub units_done: u32,
}

/// How things stood, for people, and for one comparison: nothing is restored from it.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(super) struct Record {
	/// The machine's id.
	pub machine: Option<String>,
	/// The machine's key.
	pub key: Option<String>,
	/// The newest finalized block that the daemon had seen; 0 when it never ran.
	pub block: u64,
	/// The jobs that were open.
	pub jobs: Vec<OpenJob>,
}

impl From<&Snapshot> for Record {
	fn from(snapshot: &Snapshot) -> Self {
		let jobs = snapshot.jobs.iter().map(|job| OpenJob {
			job: job.job,
			state: job.state.clone(),
			units: job.units,
			units_done: job.units_done,
		});
		Self {
			machine: snapshot.machine.clone(),
			key: Some(snapshot.key.clone()),
			block: snapshot.chain.block,
			jobs: jobs.collect(),
		}
	}
}

/// The archive's last file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
	format: u32,
	/// The client's version.
	made_by: String,
	/// When, in unix ms of that computer.
	pub made_at: u64,
	/// The path of the configuration: the first file.
	pub config: String,
	/// How things stood.
	pub record: Record,
	/// All files before this one, in their order.
	pub files: Vec<Entry>,
}

impl Manifest {
	/// Of no files yet.
	pub fn new(made_at: u64, snapshot: Option<&Snapshot>) -> Self {
		Self {
			format: FORMAT,
			made_by: env!("CARGO_PKG_VERSION").to_owned(),
			made_at,
			config: String::new(),
			record: snapshot.map(Record::from).unwrap_or_default(),
			files: Vec::new(),
		}
	}
}

/// What was written.
#[derive(Debug)]
pub(super) struct Written {
	pub files: usize,
	pub bytes: u64,
	/// Of the archive as a whole, as `sha256sum` says it.
	pub sha256: String,
}

/// Writes an archive to a file that is not there yet. When that fails, there is none.
pub(super) fn write(file: &Path, items: &[Item], manifest: Manifest) -> Result<Written, BackupError> {
	let out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
	let out = out.map_err(|error| match error.kind() {
		ErrorKind::AlreadyExists => BackupError::Exists(file.to_owned()),
		_ => cannot("make", file)(error),
	})?;
	let written = write_to(out, file, items, manifest);
	if written.is_err() {
		// What is left of it is worth nothing.
		let _ = fs::remove_file(file);
	}
	written
}

fn write_to(out: File, file: &Path, items: &[Item], mut manifest: Manifest) -> Result<Written, BackupError> {
	let mut writer = Writer::new(Hashing::new(BufWriter::new(out)));
	for item in items {
		let (mut content, bytes) = item.open()?;
		let mut content = Hashing::new(&mut content);
		writer
			.add(&item.name, bytes, &mut content)
			.map_err(|error| match error.kind() {
				ErrorKind::UnexpectedEof => BackupError::Changed(item.path.clone()),
				_ => cannot("copy to the archive", &item.path)(error),
			})?;
		manifest.files.push(Entry {
			path: item.name.clone(),
			bytes,
			sha256: content.hash(),
		});
	}
	manifest.config = items.first().map(|item| item.name.clone()).unwrap_or_default();
	let failed = cannot("write", file);
	let text = serde_json::to_vec_pretty(&manifest)
		.map_err(io::Error::from)
		.map_err(&failed)?;
	writer
		.add(&manifest_name(&text), text.len() as u64, &mut &text[..])
		.map_err(&failed)?;
	let out = writer.end().map_err(&failed)?;
	let (bytes, sha256) = (out.bytes, out.hash());
	let out = out.inner.into_inner().map_err(|error| failed(error.into_error()))?;
	out.sync_all().map_err(&failed)?;
	Ok(Written {
		files: manifest.files.len(),
		bytes,
		sha256,
	})
}

/// The name of a manifest with this text.
pub(super) fn manifest_name(text: &[u8]) -> String {
	format!("{}{}{}", NAME.0, hex::encode(Sha256::digest(text)), NAME.1)
}

/// The hash in a manifest's name; nothing if it is another file's.
pub(super) fn manifest_hash(name: &str) -> Option<&str> {
	name.strip_prefix(NAME.0)?.strip_suffix(NAME.1)
}

/// An archive that is whole and as its manifest says.
#[derive(Debug)]
pub(super) struct Contents {
	pub manifest: Manifest,
	/// The text of the configuration.
	pub config: String,
}

impl Contents {
	/// Reads all of an archive, from its beginning.
	pub fn read(archive: &mut (impl Read + Seek)) -> Result<Self, BackupError> {
		let mut survey = Survey::default();
		archive.rewind().map_err(unreadable)?;
		archive::read(&mut BufReader::new(archive), |name, bytes, content| {
			survey.take(name, bytes, content)
		})?;
		survey.judge()
	}
}

/// What was found in an archive so far.
#[derive(Debug, Default)]
struct Survey {
	files: Vec<Entry>,
	names: BTreeSet<String>,
	config: Vec<u8>,
	manifest: Option<Vec<u8>>,
}

impl Survey {
	fn take(&mut self, name: &str, bytes: u64, content: &mut dyn Read) -> Result<(), BackupError> {
		let damaged = |what: &str| Err(BackupError::Damaged(format!("{name} {what}")));
		if self.manifest.is_some() {
			return damaged("is behind the manifest");
		}
		if let Some(hash) = manifest_hash(name) {
			let text = small(name, bytes, MOST_MANIFEST, content)?;
			if hex::encode(Sha256::digest(&text)) != hash {
				return damaged("does not have the hash that its name says");
			}
			self.manifest = Some(text);
			return Ok(());
		}
		if !self.names.insert(name.to_owned()) {
			return damaged("is in it twice");
		}
		if self.files.len() >= MOST_FILES {
			return Err(BackupError::TooMany);
		}
		let mut content = Hashing::new(content);
		if self.files.is_empty() {
			self.config = small(name, bytes, MAX_FILE_BYTES, &mut content)?;
		} else {
			io::copy(&mut content, &mut io::sink()).map_err(unreadable)?;
		}
		self.files.push(Entry {
			path: name.to_owned(),
			bytes,
			sha256: content.hash(),
		});
		Ok(())
	}

	fn judge(self) -> Result<Contents, BackupError> {
		#[derive(Deserialize)]
		struct Head {
			format: u32,
		}
		let damaged = |what: String| BackupError::Damaged(what);
		let text = self.manifest.ok_or_else(|| damaged("it has no manifest".to_owned()))?;
		let wrong = |error: serde_json::Error| damaged(format!("its manifest cannot be read: {error}"));
		let Head { format } = serde_json::from_slice(&text).map_err(wrong)?;
		if format != FORMAT {
			return Err(BackupError::OtherFormat(format));
		}
		let manifest: Manifest = serde_json::from_slice(&text).map_err(wrong)?;
		let pairs = self.files.iter().zip(&manifest.files);
		if let Some((found, _)) = pairs.clone().find(|(found, said)| found != said) {
			return Err(damaged(format!("{} is not what the manifest says", found.path)));
		}
		if self.files.len() != manifest.files.len() {
			return Err(damaged(
				"it does not hold as many files as its manifest says".to_owned(),
			));
		}
		if self.files.first().map(|first| &first.path) != Some(&manifest.config) {
			return Err(damaged("its first file is not the configuration".to_owned()));
		}
		let config = String::from_utf8(self.config).map_err(|_| damaged("its configuration is no text".to_owned()))?;
		Ok(Contents { manifest, config })
	}
}

/// The content of a file that is kept in memory.
fn small(name: &str, bytes: u64, most: u64, content: &mut dyn Read) -> Result<Vec<u8>, BackupError> {
	if bytes > most {
		let path = name.into();
		return Err(BackupError::TooLarge { path, bytes, most });
	}
	let mut all = Vec::new();
	content.read_to_end(&mut all).map_err(unreadable)?;
	match all.len() as u64 == bytes {
		true => Ok(all),
		false => Err(BackupError::Cut),
	}
}

/// Hashes what goes through it, either way.
pub(super) struct Hashing<T> {
	inner: T,
	hash: Sha256,
	bytes: u64,
}

impl<T> Hashing<T> {
	pub fn new(inner: T) -> Self {
		Self {
			inner,
			hash: Sha256::new(),
			bytes: 0,
		}
	}

	/// What is behind it.
	pub fn get_ref(&self) -> &T {
		&self.inner
	}

	/// Of what went through so far.
	pub fn hash(&self) -> String {
		hex::encode(self.hash.clone().finalize())
	}

	fn took(&mut self, bytes: &[u8]) {
		self.hash.update(bytes);
		self.bytes += bytes.len() as u64;
	}
}

impl<R: Read> Read for Hashing<R> {
	fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
		let count = self.inner.read(buffer)?;
		self.took(buffer.get(..count).unwrap_or_default());
		Ok(count)
	}
}

impl<W: Write> Write for Hashing<W> {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		let count = self.inner.write(bytes)?;
		self.took(bytes.get(..count).unwrap_or_default());
		Ok(count)
	}

	fn flush(&mut self) -> io::Result<()> {
		self.inner.flush()
	}
}
