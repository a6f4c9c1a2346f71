//! What a machine may spend, from a TOML file.
//!
//! ```toml
#![doc = include_str!("../../examples/policy.toml")]
//! ```

use super::money::Denominations;
use crate::{
	amount::{AmountError, Written},
	asset::Asset,
	chain::limits::{Cap, Purpose, SpendingPolicy},
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
	/// An amount that its asset cannot have.
	#[error("`caps.{name}` of the policy {path}: {source}")]
	Amount {
		/// The file.
		path: PathBuf,
		/// The cap.
		name: String,
		/// What is wrong.
		source: AmountError,
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

/// A policy's file, of whose amounts it is not known yet how they are written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
	path: PathBuf,
	purposes: Vec<Purpose>,
	period: u64,
	caps: Vec<(Asset, Written)>,
}

impl Draft {
	/// Reads the file at `path`.
	///
	/// # Errors
	/// When it cannot be read, or is no policy.
	pub fn load(path: &Path) -> Result<Self, PolicyError> {
		let text = fs::read_to_string(path).map_err(|source| PolicyError::Read {
			path: path.to_owned(),
			source,
		})?;
		Self::parse(&text, path)
	}

	fn parse(text: &str, path: &Path) -> Result<Self, PolicyError> {
		let table: Table = text.parse().map_err(|e: toml::de::Error| PolicyError::Syntax {
			path: path.to_owned(),
			message: e.to_string(),
		})?;
		let problems = Problems::default();
		let mut fields = Fields::root(&table, &problems);
		let words = format!("a list of {}, each once", Purpose::WORDS);
		let draft = Self {
			path: path.to_owned(),
			purposes: fields.required("purposes", &words, purposes),
			period: fields
				.optional("period", "a time from \"1m\" to \"365d\"", |value| {
					parse::period(value.as_str()?).ok()
				})
				.unwrap_or_default(),
			caps: caps(&mut fields),
		};
		fields.finish();
		problems.into_result(draft).map_err(|problems| PolicyError::Problems {
			path: path.to_owned(),
			problems,
		})
	}

	/// The assets that it names.
	pub fn assets(&self) -> impl Iterator<Item = Asset> + '_ {
		self.caps.iter().map(|(asset, _)| *asset)
	}

	/// The policy, now that it is known how amounts of its assets are written.
	///
	/// # Errors
	/// When an amount is none of its asset.
	pub(super) fn policy(self, money: &Denominations) -> Result<SpendingPolicy, PolicyError> {
		let cap = |(asset, written): (Asset, Written)| {
			let per_period = money.get(asset).read(written.as_str());
			let per_period = per_period.map_err(|source| PolicyError::Amount {
				path: self.path.clone(),
				name: asset.to_string(),
				source,
			})?;
			Ok(Cap { asset, per_period })
		};
		Ok(SpendingPolicy {
			purposes: self.purposes,
			period: self.period,
			caps: self.caps.into_iter().map(cap).collect::<Result<_, PolicyError>>()?,
		})
	}
}

fn purposes(value: &Value) -> Option<Vec<Purpose>> {
	let named = value.as_array()?.iter().map(|word| Purpose::named(word.as_str()?));
	let purposes = named.collect::<Option<Vec<_>>>()?;
	let twice = |(place, purpose)| purposes[..place].contains(purpose);
	(purposes.len() <= MOST && !purposes.iter().enumerate().any(twice)).then_some(purposes)
}

fn caps(fields: &mut Fields<'_>) -> Vec<(Asset, Written)> {
	let problems = fields.problems().clone();
	let mut section = fields.section("caps");
	let mut caps = Vec::new();
	for (name, value) in section.free_names() {
		let key = format!("`caps.{name}`");
		let written = value.as_str().and_then(|text| text.parse::<Written>().ok());
		match (name.parse::<Asset>(), written) {
			(Ok(asset), Some(written)) => caps.push((asset, written)),
			(Ok(_), None) => problems.wrong(key, value, "an amount such as \"25\""),
			(Err(_), _) => problems.wrong(key, value, "left out: assets are named BPI, or by number such as 1984"),
		}
	}
	section.finish();
	caps
}

#[cfg(test)]
mod tests {
	use super::*;

	fn parsed(text: &str) -> Result<SpendingPolicy, String> {
		let draft = Draft::parse(text, Path::new("policy.toml"));
		let policy = draft.and_then(|draft| draft.policy(&Denominations::default()));
		policy.map_err(|error| error.to_string())
	}

	#[test]
	fn reads_purposes_period_and_caps() {
		let policy =
			parsed("purposes = [\"bond\", \"purchase\"]\nperiod = \"1d\"\n[caps]\nBPI = \"25.5 BPI\"\n7 = \"3\"")
				.unwrap();
		assert_eq!(policy.purposes, [Purpose::Bond, Purpose::Purchase]);
		assert_eq!(policy.period, 86_400_000);
		let cap = |asset, per_period| Cap { asset, per_period };
		let mut caps = policy.caps;
		caps.sort_by_key(|cap| cap.asset);
		assert_eq!(caps, [cap(Asset::Native, 25_500_000_000_000), cap(Asset::Number(7), 3)]);
	}

	#[test]
	fn reads_the_example() {
		let policy = parsed(include_str!("../../examples/policy.toml")).unwrap();
		assert_eq!((policy.purposes, policy.caps.len()), (vec![Purpose::Bond], 1));
		let all = parsed(&include_str!("../../examples/policy.toml").replace("# 1984", "1984")).unwrap();
		assert_eq!(all.caps.len(), 2);
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
			"\"bond\", \"purchase\" and \"dispute\"",
			"`period`",
			"365d",
			"`limit`",
			"`caps.BPI` is 25",
			"`caps.DOT`",
			"by number such as 1984",
		] {
			assert!(error.contains(words), "{words}: {error}");
		}
		assert!(parsed("period = \"1d\"").unwrap_err().contains("`purposes` is missing"));
	}

	#[test]
	fn an_amount_must_be_one_of_its_asset() {
		let error = parsed("purposes = []\n[caps]\nBPI = \"1 tUSD\"").unwrap_err();
		assert!(
			error.contains("`caps.BPI`") && error.contains("number of BPI"),
			"{error}"
		);
	}

	#[test]
	fn refuses_a_purpose_that_is_named_twice() {
		assert!(parsed("purposes = [\"bond\", \"bond\"]")
			.unwrap_err()
			.contains("each once"));
	}

	#[test]
	fn says_which_file_it_cannot_read() {
		let error = Draft::load(Path::new("/nonexistent/policy.toml"))
			.unwrap_err()
			.to_string();
		assert!(error.contains("/nonexistent/policy.toml"), "{error}");
	}
}
