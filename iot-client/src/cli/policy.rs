//! What a machine may spend, from a TOML file.
//!
//! ```toml
//! purposes = ["bond", "purchase"]   # what it may spend for; nothing else
//! period = "1d"                     # after which time it may spend as much again; left out: never
//!
//! [caps]                            # how much in a period, for all purposes together; nothing of any other asset
//! BPI = "25"
//! ```

use crate::{
	amount::Amount,
	chain::limits::{Asset, Cap, Purpose, SpendingPolicy},
	fields::{Fields, ProblemList, Problems},
	parse,
};
use std::{
	fs,
	path::{Path, PathBuf},
};
use toml::{Table, Value};

/// The most purposes and caps that the chain takes.
const MOST: usize = 8;

/// Why a file is no policy.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
	/// The file cannot be read.
	#[error("cannot read {path}: {source}")]
	Read {
		/// The file.
		path: PathBuf,
		/// What the system said.
		source: std::io::Error,
	},
	/// The file is not TOML.
	#[error("{path} is not valid TOML: {message}")]
	Syntax {
		/// The file.
		path: PathBuf,
		/// Line, column and reason.
		message: String,
	},
	/// Some keys are wrong or missing.
	#[error("the policy {path} has problems:\n{problems}")]
	Problems {
		/// The file.
		path: PathBuf,
		/// All of them.
		problems: ProblemList,
	},
}

/// Reads the policy in the file at `path`.
///
/// # Errors
/// When the file cannot be read, or is no policy.
pub fn load(path: &Path) -> Result<SpendingPolicy, PolicyError> {
	let text = fs::read_to_string(path).map_err(|source| PolicyError::Read {
		path: path.to_owned(),
		source,
	})?;
	read(&text, path)
}

fn read(text: &str, path: &Path) -> Result<SpendingPolicy, PolicyError> {
	let table: Table = text.parse().map_err(|e: toml::de::Error| PolicyError::Syntax {
		path: path.to_owned(),
		message: e.to_string(),
	})?;
	let problems = Problems::default();
	let mut fields = Fields::root(&table, &problems);
	let words = format!("a list of {}, each once", Purpose::WORDS);
	let policy = SpendingPolicy {
		purposes: fields.required("purposes", &words, purposes),
		period: fields
			.optional("period", "a time from \"1m\" to \"365d\"", |value| {
				parse::period(value.as_str()?).ok()
			})
			.unwrap_or_default(),
		caps: caps(&mut fields),
	};
	fields.finish();
	problems.into_result(policy).map_err(|problems| PolicyError::Problems {
		path: path.to_owned(),
		problems,
	})
}

fn purposes(value: &Value) -> Option<Vec<Purpose>> {
	let named = value.as_array()?.iter().map(|word| Purpose::named(word.as_str()?));
	let purposes = named.collect::<Option<Vec<_>>>()?;
	let twice = |(place, purpose)| purposes[..place].contains(purpose);
	(purposes.len() <= MOST && !purposes.iter().enumerate().any(twice)).then_some(purposes)
}

fn caps(fields: &mut Fields<'_>) -> Vec<Cap> {
	let problems = fields.problems().clone();
	let mut section = fields.section("caps");
	let mut caps = Vec::new();
	for (name, value) in section.free_names() {
		let key = format!("`caps.{name}`");
		let amount = value.as_str().and_then(|text| text.parse::<Amount>().ok());
		match (name.parse::<Asset>(), amount) {
			(Ok(asset), Some(per_period)) => caps.push(Cap { asset, per_period }),
			(Ok(_), None) => problems.wrong(key, value, "an amount such as \"25\""),
			(Err(()), _) => problems.wrong(key, value, format!("left out: the only asset is {}", Asset::Native)),
		}
	}
	section.finish();
	caps
}

#[cfg(test)]
mod tests {
	use super::*;

	fn parsed(text: &str) -> Result<SpendingPolicy, String> {
		read(text, Path::new("policy.toml")).map_err(|error| error.to_string())
	}

	#[test]
	fn reads_purposes_period_and_caps() {
		let policy =
			parsed("purposes = [\"bond\", \"purchase\"]\nperiod = \"1d\"\n[caps]\nBPI = \"25.5 BPI\"").unwrap();
		assert_eq!(policy.purposes, [Purpose::Bond, Purpose::Purchase]);
		assert_eq!(policy.period, 86_400_000);
		let cap = Cap {
			asset: Asset::Native,
			per_period: "25.5".parse().unwrap(),
		};
		assert_eq!(policy.caps, [cap]);
	}

	#[test]
	fn what_is_left_out_is_not_allowed_and_does_not_come_back() {
		let policy = parsed("purposes = []").unwrap();
		assert_eq!((policy.purposes, policy.period, policy.caps), (vec![], 0, vec![]));
	}

	#[test]
	fn names_every_problem_at_once() {
		let error =
			parsed("purposes = [\"gifts\"]\nperiod = \"30s\"\nlimit = 1\n[caps]\nBPI = 25\nDOT = \"1\"").unwrap_err();
		for words in [
			"`purposes`",
			"\"bond\" and \"purchase\"",
			"`period`",
			"365d",
			"`limit`",
			"`caps.BPI` is 25",
			"`caps.DOT`",
			"the only asset is BPI",
		] {
			assert!(error.contains(words), "{words}: {error}");
		}
		assert!(parsed("period = \"1d\"").unwrap_err().contains("`purposes` is missing"));
	}

	#[test]
	fn refuses_a_purpose_that_is_named_twice() {
		assert!(parsed("purposes = [\"bond\", \"bond\"]")
			.unwrap_err()
			.contains("each once"));
	}

	#[test]
	fn says_which_file_it_cannot_read() {
		let error = load(Path::new("/nonexistent/policy.toml")).unwrap_err().to_string();
		assert!(error.contains("/nonexistent/policy.toml"), "{error}");
	}
}
