//! What is stored, and what is signed, is encoded as `runtime/encoding.txt` says. When that changes, the CHANGELOG says so and
//! the runtime's version rises. `make metadata` writes the file anew.

use bpiiot_runtime::{Runtime, VERSION};
use std::{env, fmt::Write as _, fs, path::Path};
use subxt_metadata::{Metadata, PalletMetadata};

/// Set by `make metadata`.
const WRITE: &str = "BPIIOT_WRITE_METADATA";
/// What the line in the CHANGELOG begins with.
const LINE: &str = "- Encoding: ";

/// What must not change unnoticed.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Encoding {
	/// Of all that is stored.
	storage: String,
	/// Of all calls, and of what a transaction carries beside its call.
	transactions: String,
	spec_version: u32,
	transaction_version: u32,
}

impl Encoding {
	/// As the CHANGELOG says it.
	fn line(&self) -> String {
		format!(
			"{LINE}storage `{}`, transactions `{}`, `spec_version` {}, `transaction_version` {}.",
			self.storage, self.transactions, self.spec_version, self.transaction_version
		)
	}

	fn read(line: &str) -> Option<Self> {
		let mut words = line.strip_prefix(LINE)?.trim_end_matches('.').split(", ");
		let mut after = |what: &str| Some(words.next()?.strip_prefix(what)?.trim_matches([' ', '`']).to_owned());
		Some(Self {
			storage: after("storage")?,
			transactions: after("transactions")?,
			spec_version: after("`spec_version`")?.parse().ok()?,
			transaction_version: after("`transaction_version`")?.parse().ok()?,
		})
	}
}

/// Whether the CHANGELOG, the newest release first, says this of what is not released, and versions rise where they must.
fn check(changelog: &str, now: &Encoding) -> Result<(), String> {
	let said: Vec<_> = changelog
		.lines()
		.filter(|line| line.starts_with(LINE))
		.map(|line| Encoding::read(line).ok_or_else(|| format!("the CHANGELOG has a line that cannot be read: {line}")))
		.collect::<Result<_, _>>()?;
	if said.first() != Some(now) {
		return Err(format!("the CHANGELOG's first line on it must be\n{}", now.line()));
	}
	for pair in said.windows(2) {
		let [newer, older] = pair else { continue };
		if newer.transactions != older.transactions && newer.transaction_version <= older.transaction_version {
			return Err(format!(
				"calls or extensions have changed since the release with `{}`: transaction_version must be higher than {}",
				older.transactions, older.transaction_version
			));
		}
		let same = (&newer.storage, &newer.transactions) == (&older.storage, &older.transactions);
		if !same && newer.spec_version <= older.spec_version {
			return Err(format!(
				"the encoding has changed since the release with `{}`: spec_version must be higher than {}",
				older.storage, older.spec_version
			));
		}
	}
	Ok(())
}

fn metadata() -> Metadata {
	// Some constants are computed from storage.
	let opaque = sp_io::TestExternalities::default()
		.execute_with(|| Runtime::metadata_at_version(16))
		.expect("this SDK makes metadata of version 16");
	Metadata::decode_from(&opaque).expect("it is metadata")
}

fn short(hash: [u8; 32]) -> String {
	hash.iter().take(6).fold(String::new(), |mut text, byte| {
		let _ = write!(text, "{byte:02x}");
		text
	})
}

/// The events of a block are gone with the next one.
fn is_kept(pallet: &str, entry: &str) -> bool {
	(pallet, entry) != ("System", "Events")
}

fn storage_of(pallet: &PalletMetadata<'_>) -> Vec<String> {
	let entries = pallet.storage().into_iter().flat_map(|storage| storage.entries());
	let kept = entries.filter(|entry| is_kept(pallet.name(), entry.name()));
	kept.map(|entry| {
		let hash = pallet.storage_hash(entry.name()).expect("it is the pallet's own");
		format!("storage {}.{} {}", pallet.name(), entry.name(), short(hash))
	})
	.collect()
}

fn calls_of(pallet: &PalletMetadata<'_>) -> Vec<String> {
	let calls = pallet.call_variants().unwrap_or_default().iter();
	calls
		.map(|call| {
			let hash = pallet.call_hash(&call.name).expect("it is the pallet's own");
			let index = pallet.call_index();
			format!(
				"call {index}.{} {}.{} {}",
				call.index,
				pallet.name(),
				call.name,
				short(hash)
			)
		})
		.collect()
}

fn extensions(metadata: &Metadata) -> Vec<String> {
	let all = metadata.extrinsic().transaction_extensions_to_use_for_encoding();
	let hash = |id| short(metadata.type_hash(id).unwrap_or_default());
	all.map(|extension| {
		let (sent, signed) = (hash(extension.extra_ty()), hash(extension.additional_ty()));
		format!("extension {} {sent} {signed}", extension.identifier())
	})
	.collect()
}

fn hash_of(lines: &[String]) -> String {
	short(sp_io::hashing::blake2_256(lines.join("\n").as_bytes()))
}

#[test]
fn what_is_stored_and_signed_changes_only_with_the_version_and_a_word_in_the_changelog() {
	let metadata = metadata();
	let storage: Vec<_> = metadata.pallets().flat_map(|pallet| storage_of(&pallet)).collect();
	let calls = metadata.pallets().flat_map(|pallet| calls_of(&pallet));
	let transactions: Vec<_> = calls.chain(extensions(&metadata)).collect();
	let now = Encoding {
		storage: hash_of(&storage),
		transactions: hash_of(&transactions),
		spec_version: VERSION.spec_version,
		transaction_version: VERSION.transaction_version,
	};

	let file = Path::new("encoding.txt");
	let text = [storage, transactions].concat().join("\n") + "\n";
	if env::var_os(WRITE).is_some() {
		fs::write(file, &text).expect("the file can be written");
	}
	let found = fs::read_to_string(file).unwrap_or_default();
	let changed = text.lines().filter(|line| !found.lines().any(|old| old == *line));
	let changed: Vec<_> = changed.take(10).collect();
	assert!(
		found == text,
		"{} is not what this runtime stores and signs; run `make metadata` and see what an upgrade must migrate. New: {changed:#?}",
		file.display()
	);
	let changelog = fs::read_to_string("../CHANGELOG.md").expect("there is one");
	assert_eq!(check(&changelog, &now), Ok(()));
}

#[test]
fn a_change_that_the_changelog_or_the_version_does_not_tell_of_is_seen() {
	let encoding = |storage: &str, transactions: &str, spec_version, transaction_version| Encoding {
		storage: storage.to_owned(),
		transactions: transactions.to_owned(),
		spec_version,
		transaction_version,
	};
	let released = encoding("aa", "bb", 3, 2);
	assert_eq!(Encoding::read(&released.line()), Some(released.clone()));
	let changelog = |now: &Encoding| format!("## Unreleased\n{}\n## 1.0.0\n{}\n", now.line(), released.line());
	for (now, passes) in [
		(encoding("aa", "bb", 3, 2), true),
		(encoding("cc", "bb", 3, 2), false),
		(encoding("cc", "bb", 4, 2), true),
		(encoding("aa", "cc", 4, 2), false),
		(encoding("aa", "cc", 3, 3), false),
		(encoding("aa", "cc", 4, 3), true),
	] {
		assert_eq!(check(&changelog(&now), &now).is_ok(), passes, "{now:?}");
	}
	// It was forgotten, or says something else.
	assert!(check("", &released).is_err());
	assert!(check(&changelog(&encoding("cc", "bb", 4, 2)), &released).is_err());
	assert!(check("- Encoding: storage aa", &released).is_err());
}
