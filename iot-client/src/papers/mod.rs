//! What people write down about goods and rentals: a request for quotes, a standing quote, a listing, each a TOML file.
//!
//! Amounts are in the file's asset, of which it is not known how they are written before the chain was asked: so a file is
//! read in two steps.

mod listing;
mod quote;
mod request;
pub(crate) mod schedule;

use crate::{
	asset::{Asset, Denomination},
	chain::market::{Conditions, Word},
	fields::{Fields, ProblemList, Problems},
	parse,
	quantity::Quantity,
};
use std::{
	fs,
	path::{Path, PathBuf},
};
use subxt::utils::AccountId32;
use toml::{Table, Value};

/// The largest file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 64 * 1024;

/// How amounts, places and windows are written.
const PLACE: &str = "a country or a part of one as ISO 3166 names it, such as \"DE\" or \"DE-HB\"";
const SHARE: &str = "a share from \"0%\" to \"100%\"";
const WINDOW: &str = "a time such as \"30s\", \"2m\" or \"1h\"";

/// Why a file says nothing that can be published.
#[derive(Debug, thiserror::Error)]
pub enum PaperError {
	/// The file cannot be read.
	#[error("cannot read {path}: {source}")]
	Read {
		/// The file.
		path: PathBuf,
		/// What the system said.
		source: std::io::Error,
	},
	/// The file is far too large.
	#[error("{0} is larger than {MAX_FILE_BYTES} bytes; this is no request, quote or listing")]
	TooLarge(PathBuf),
	/// The file is not TOML.
	#[error("{path} is not valid TOML: {message}")]
	Syntax {
		/// The file.
		path: PathBuf,
		/// Line, column and reason.
		message: String,
	},
	/// Some keys are wrong or missing.
	#[error("{path} has problems:\n{problems}")]
	Problems {
		/// The file.
		path: PathBuf,
		/// All of them.
		problems: ProblemList,
	},
}

/// A file of which it is known what its amounts are in.
#[derive(Clone, Debug)]
pub struct Paper {
	path: PathBuf,
	table: Table,
	/// What its amounts are in.
	pub asset: Asset,
}

impl Paper {
	/// Reads the file at `path`.
	///
	/// # Errors
	/// When it cannot be read, is not TOML, or names no asset.
	pub fn load(path: &Path) -> Result<Self, PaperError> {
		let read = |source| PaperError::Read {
			path: path.to_owned(),
			source,
		};
		if fs::metadata(path).map_err(read)?.len() > MAX_FILE_BYTES {
			return Err(PaperError::TooLarge(path.to_owned()));
		}
		Self::parse(&fs::read_to_string(path).map_err(read)?, path)
	}

	fn parse(text: &str, path: &Path) -> Result<Self, PaperError> {
		let table: Table = text.parse().map_err(|error: toml::de::Error| PaperError::Syntax {
			path: path.to_owned(),
			message: error.to_string(),
		})?;
		let problems = Problems::default();
		let asset = table.get("asset").map_or(Some(Asset::Native), |value| {
			asset(value).or_else(|| {
				problems.wrong("`asset`", value, "an asset's number such as 1984, or left out");
				None
			})
		});
		let asset = problems
			.into_result(asset.unwrap_or_default())
			.map_err(|problems| PaperError::Problems {
				path: path.to_owned(),
				problems,
			})?;
		Ok(Self {
			path: path.to_owned(),
			table,
			asset,
		})
	}

	/// Reads all of it with `read`, and refuses keys that nobody asked for.
	fn take<T>(&self, read: impl FnOnce(&mut Fields<'_>) -> T) -> Result<T, PaperError> {
		let problems = Problems::default();
		let mut fields = Fields::root(&self.table, &problems);
		fields.optional("asset", "an asset's number", asset);
		let said = read(&mut fields);
		fields.finish();
		problems.into_result(said).map_err(|problems| PaperError::Problems {
			path: self.path.clone(),
			problems,
		})
	}
}

fn asset(value: &Value) -> Option<Asset> {
	match value {
		Value::Integer(number) => u32::try_from(*number).ok().map(Asset::Number),
		Value::String(text) => text.parse().ok(),
		_ => None,
	}
}

/// Reads amounts of one asset.
#[derive(Clone, Copy)]
struct Money<'a>(&'a Denomination);

impl Money<'_> {
	fn expected(self) -> String {
		let one = self.0.read("1").unwrap_or(1);
		format!("an amount above zero such as \"{}\"", self.0.show(one))
	}

	fn read(self, value: &Value) -> Option<u128> {
		self.0.read(value.as_str()?).ok().filter(|amount| *amount > 0)
	}
}

fn word(fields: &mut Fields<'_>, key: &'static str, example: &str) -> Word {
	let expected = format!("a word of 1 to 32 bytes such as \"{example}\"");
	fields.required(key, &expected, |value| {
		value
			.as_str()
			.filter(|word| (1..=32).contains(&word.len()))
			.map(Word::from)
	})
}

fn place(value: &Value) -> Option<Word> {
	parse::region(value.as_str()?)
		.ok()
		.map(|region| Word::from(region.as_str()))
}

fn quantity(value: &Value) -> Option<u64> {
	let quantity: Quantity = match value {
		Value::Integer(whole) => whole.to_string().parse().ok()?,
		Value::String(text) => text.parse().ok()?,
		_ => return None,
	};
	Some(quantity.0).filter(|quantity| *quantity > 0)
}

fn millis(value: &Value) -> Option<u64> {
	u64::try_from(parse::duration(value.as_str()?).ok()?.as_millis()).ok()
}

fn window(fields: &mut Fields<'_>, key: &'static str) -> u64 {
	fields.required(key, WINDOW, millis)
}

fn share(value: &Value) -> Option<u32> {
	parse::share(value.as_str()?).ok()
}

fn account(value: &Value) -> Option<AccountId32> {
	value.as_str()?.parse().ok()
}

fn conditions(fields: &mut Fields<'_>) -> Conditions {
	let mut part = fields.section("conditions");
	let parts = part.number("parts", 1..=255, "parts", 1) as u8;
	let review_window = window(&mut part, "review_window");
	let late_window = part.optional("late_window", WINDOW, millis).unwrap_or_default();
	let mut of = |key| part.optional(key, SHARE, share).unwrap_or_default();
	let (late_penalty, bond) = (of("late_penalty"), of("bond"));
	let (rejection_fee, cancellation_fee) = (of("rejection_fee"), of("cancellation_fee"));
	let mut times = |key| part.optional(key, WINDOW, millis).unwrap_or_default();
	let conditions = Conditions {
		parts,
		review_window,
		late_window,
		late_penalty,
		bond,
		rejection_fee,
		cancellation_fee,
		challenge_window: times("challenge_window"),
		case_window: times("case_window"),
		ruling_window: times("ruling_window"),
	};
	part.finish();
	conditions
}
