//! What a file of weights was measured from, in short, so that one that is out of date is found.
//!
//! It is a hash of the tokens of all that is compiled into the calls: comments, documentation and tests change nothing.

use anyhow::{ensure, Context, Result};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use sp_runtime::traits::{BlakeTwo256, Hash};
use std::{
	fs,
	path::{Path, PathBuf},
};

/// Files and folders that are in no runtime, or are what is written.
const NOT_COMPILED: [&str; 6] = ["mock", "mock.rs", "tests", "tests.rs", "try_state.rs", "weights.rs"];
/// How many bytes of the hash are told.
const TOLD: usize = 6;

/// The fingerprint of these files and folders of Rust and these versions of crates in `Cargo.lock`.
///
/// # Errors
/// When a file cannot be read or is no Rust, or a crate is not there.
pub fn fingerprint(folder: &Path, sources: &[&str], crates: &[&str]) -> Result<String> {
	let mut all = String::new();
	for source in sources {
		for file in files(&folder.join(source))? {
			let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
			let tokens = tokens(&text).with_context(|| format!("{} is no Rust", file.display()))?;
			let name = file.strip_prefix(folder).unwrap_or(&file);
			all.push_str(&format!("{}\n{tokens}\n", name.display()));
		}
	}
	let lock = fs::read_to_string(folder.join("Cargo.lock")).context("cannot read Cargo.lock")?;
	for name in crates {
		all.push_str(&format!("{name} {}\n", version(&lock, name)?));
	}
	let hash = BlakeTwo256::hash(all.as_bytes());
	Ok(hash.as_bytes()[..TOLD]
		.iter()
		.map(|byte| format!("{byte:02x}"))
		.collect())
}

/// A file, or all of a folder that are compiled, in their order.
fn files(path: &Path) -> Result<Vec<PathBuf>> {
	if path.is_file() {
		return Ok(vec![path.to_owned()]);
	}
	let entries = fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))?;
	let mut entries: Vec<_> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
	entries.sort();
	let mut files = Vec::new();
	for entry in entries {
		let named = |name: &&str| entry.file_name().is_some_and(|found| found == *name);
		if NOT_COMPILED.iter().any(named) {
			continue;
		}
		if entry.is_dir() {
			files.append(&mut self::files(&entry)?);
		} else if entry.extension().is_some_and(|kind| kind == "rs") {
			files.push(entry);
		}
	}
	ensure!(!files.is_empty(), "there is nothing in {}", path.display());
	Ok(files)
}

/// The tokens of a file without its documentation.
fn tokens(text: &str) -> Result<String> {
	let stream: TokenStream = text.parse().map_err(|error| anyhow::anyhow!("{error}"))?;
	Ok(undocumented(stream).to_string())
}

fn undocumented(stream: TokenStream) -> TokenStream {
	let mut tokens = stream.into_iter().peekable();
	let mut kept = Vec::new();
	while let Some(token) = tokens.next() {
		match token {
			TokenTree::Punct(hash) if hash.as_char() == '#' => {
				let inner = tokens.next_if(|next| matches!(next, TokenTree::Punct(mark) if mark.as_char() == '!'));
				if tokens.next_if(is_documentation).is_none() {
					kept.push(hash.into());
					kept.extend(inner);
				}
			}
			TokenTree::Group(group) => kept.push(Group::new(group.delimiter(), undocumented(group.stream())).into()),
			other => kept.push(other),
		}
	}
	kept.into_iter().collect()
}

/// The `[doc = ".."]` that a comment for documentation comes to.
fn is_documentation(token: &TokenTree) -> bool {
	let TokenTree::Group(group) = token else { return false };
	let first = group.stream().into_iter().next();
	group.delimiter() == Delimiter::Bracket && matches!(first, Some(TokenTree::Ident(name)) if name == "doc")
}

/// The version of a crate that is there once.
fn version(lock: &str, name: &str) -> Result<String> {
	let wanted = format!("name = \"{name}\"");
	let mut lines = lock.lines();
	lines
		.find(|line| *line == wanted)
		.and_then(|_| lines.next()?.strip_prefix("version = \""))
		.map(|rest| rest.trim_end_matches('"').to_owned())
		.with_context(|| format!("Cargo.lock has no {name}"))
}

#[cfg(test)]
mod tests {
	use super::*;
	use tempfile::TempDir;

	/// The fingerprint of a pallet with this source and this test.
	fn of(source: &str, test: &str, lock: &str) -> String {
		let folder = TempDir::new().unwrap();
		let at = |name: &str| folder.path().join(name);
		fs::create_dir_all(at("pallet/src/tests")).unwrap();
		fs::write(at("pallet/src/lib.rs"), source).unwrap();
		fs::write(at("pallet/src/tests/all.rs"), test).unwrap();
		fs::write(at("pallet/src/weights.rs"), "no Rust \" at all").unwrap();
		fs::write(at("Cargo.lock"), lock).unwrap();
		fingerprint(folder.path(), &["pallet/src"], &["frame"]).unwrap()
	}

	const LOCK: &str = "[[package]]\nname = \"frame\"\nversion = \"1.0.0\"\n";

	#[test]
	fn what_is_compiled_changes_it_and_nothing_else_does() {
		let before = of("/// Adds.\nfn add(a: u32) -> u32 { a + 1 }", "", LOCK);
		assert_eq!(before.len(), 2 * TOLD);
		for same in [
			"fn add(a: u32) -> u32 {\n\t// Said otherwise.\n\ta + 1\n}",
			"//! A crate.\n/** Adds. */\nfn add(a: u32) -> u32 { a + 1 }",
			"#[doc = \"Adds.\"]\nfn add(a: u32) -> u32 { #![doc = \"In it.\"] a + 1 }",
		] {
			assert_eq!(of(same, "fn test() {}", LOCK), before, "{same}");
		}
		for other in [
			"fn add(a: u32) -> u32 { a + 2 }",
			"#[inline] fn add(a: u32) -> u32 { a + 1 }",
			"#![no_std] fn add(a: u32) -> u32 { a + 1 }",
		] {
			assert_ne!(of(other, "", LOCK), before, "{other}");
		}
		assert_ne!(
			of("fn add(a: u32) -> u32 { a + 1 }", "", &LOCK.replace("1.0.0", "1.0.1")),
			before
		);
	}

	#[test]
	fn what_is_not_there_is_said() {
		let folder = TempDir::new().unwrap();
		fs::write(folder.path().join("Cargo.lock"), LOCK).unwrap();
		for (sources, crates, says) in [
			(&["nowhere"][..], &[][..], "nowhere"),
			(&[], &["another"], "Cargo.lock has no another"),
		] {
			let error = fingerprint(folder.path(), sources, crates).unwrap_err();
			assert!(format!("{error:#}").contains(says), "{error:#}");
		}
	}
}
