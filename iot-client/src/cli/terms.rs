//! An offer's terms, from a TOML file.
//!
//! ```toml
//! capability = "drilling"
//! unit_price = "2.5 BPI"
//! max_units = 100
//! bond = "1 BPI"              # on hold at the machine for each order that it accepts; default none
//! accept_window = "2m"        # how long an order waits for acceptance
//! lead_time = "1m"            # the least time between order and delivery deadline
//! review_window = "10m"       # how long the customer may look at a delivery
//! rejection_fee = "10%"       # the share of a rejected unit's price that the machine keeps; default none
//! contract = "terms.txt"      # a text whose hash is part of the offer; default none
//! ```

use crate::{
	amount::Amount,
	chain::types::Terms,
	fields::{Fields, ProblemList, Problems},
	parse, recipe,
};
use std::{
	fs,
	path::{Path, PathBuf},
};
use subxt::utils::H256;
use toml::{Table, Value};

/// Why a file is no offer.
#[derive(Debug, thiserror::Error)]
pub enum TermsError {
	/// The file, or the contract text that it names, cannot be read.
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
	#[error("the offer {path} has problems:\n{problems}")]
	Problems {
		/// The file.
		path: PathBuf,
		/// All of them.
		problems: ProblemList,
	},
}

/// Reads the terms in the file at `path`.
///
/// # Errors
/// When the file cannot be read, or is no offer.
pub fn load(path: &Path) -> Result<Terms, TermsError> {
	let read = |path: &Path| {
		fs::read(path).map_err(|source| TermsError::Read {
			path: path.to_owned(),
			source,
		})
	};
	let syntax = |message: String| TermsError::Syntax {
		path: path.to_owned(),
		message,
	};
	let text = String::from_utf8(read(path)?).map_err(|e| syntax(e.to_string()))?;
	let (mut terms, contract) = parse_terms(&text, path)?;
	if let Some(contract) = contract {
		let contract = path.parent().unwrap_or(Path::new(".")).join(contract);
		terms.contract = H256(recipe::content_hash(&read(&contract)?));
	}
	Ok(terms)
}

/// The terms in a text, and the name of the contract's file.
fn parse_terms(text: &str, path: &Path) -> Result<(Terms, Option<String>), TermsError> {
	let table: Table = text.parse().map_err(|e: toml::de::Error| TermsError::Syntax {
		path: path.to_owned(),
		message: e.to_string(),
	})?;
	let problems = Problems::default();
	let mut fields = Fields::root(&table, &problems);
	let word = "a word of 1 to 32 bytes such as \"drilling\"";
	let price = "an amount above zero such as \"2.5 BPI\"";
	let terms = Terms {
		capability: fields.required("capability", word, |value| {
			value
				.as_str()
				.filter(|word| (1..=32).contains(&word.len()))
				.map(str::to_owned)
		}),
		unit_price: fields.required("unit_price", price, |value| amount(value).filter(|amount| amount.0 > 0)),
		max_units: fields.required_number("max_units", 1..=u64::from(u32::MAX), "units") as u32,
		bond: fields
			.optional("bond", "an amount such as \"1 BPI\"", amount)
			.unwrap_or_default(),
		accept_window: window(&mut fields, "accept_window"),
		lead_time: window(&mut fields, "lead_time"),
		review_window: window(&mut fields, "review_window"),
		rejection_fee: fields
			.optional("rejection_fee", "a share from \"0%\" to \"100%\"", share)
			.unwrap_or_default(),
		recipe_schema: H256(recipe::content_hash(recipe::FORMAT.as_bytes())),
		contract: H256::zero(),
	};
	let contract = fields.text("contract", 255);
	fields.finish();
	let terms = problems.into_result((terms, contract));
	terms.map_err(|problems| TermsError::Problems {
		path: path.to_owned(),
		problems,
	})
}

fn window(fields: &mut Fields<'_>, key: &'static str) -> u64 {
	fields.required(key, "a time such as \"30s\", \"2m\" or \"1h\"", |value| {
		let time = parse::duration(value.as_str()?).ok()?;
		u64::try_from(time.as_millis()).ok()
	})
}

fn amount(value: &Value) -> Option<Amount> {
	value.as_str()?.parse().ok()
}

fn share(value: &Value) -> Option<u32> {
	parse::share(value.as_str()?).ok()
}

#[cfg(test)]
mod tests {
	use super::*;

	const FILE: &str = r#"
		capability = "drilling"
		unit_price = "2.5 BPI"
		max_units = 100
		bond = "1"
		accept_window = "2m"
		lead_time = "1m"
		review_window = "10m"
		rejection_fee = "10%"
	"#;

	fn read(text: &str) -> Result<Terms, String> {
		parse_terms(text, Path::new("offer.toml"))
			.map(|(terms, _)| terms)
			.map_err(|error| error.to_string())
	}

	#[test]
	fn reads_an_offer() {
		let terms = read(FILE).unwrap();
		assert_eq!(terms.capability, "drilling");
		assert_eq!(terms.unit_price, "2.5".parse().unwrap());
		assert_eq!(
			(terms.max_units, terms.bond, terms.rejection_fee),
			(100, Amount::bpi(1), 100_000)
		);
		assert_eq!(
			(terms.accept_window, terms.lead_time, terms.review_window),
			(120_000, 60_000, 600_000)
		);
		assert_eq!(terms.contract, H256::zero());
		assert_eq!(terms.recipe_schema.0, recipe::content_hash(recipe::FORMAT.as_bytes()));
	}

	#[test]
	fn names_every_problem_at_once() {
		let text = FILE
			.replace("drilling", "")
			.replace("2.5 BPI", "0")
			.replace("\"2m\"", "120")
			.replace("10%", "110%")
			.replace("max_units = 100", "max_unit = 100");
		let error = read(&text).unwrap_err();
		for key in [
			"`capability`",
			"`unit_price`",
			"`accept_window`",
			"`rejection_fee`",
			"`max_units`",
			"`max_unit`",
		] {
			assert!(error.contains(key), "{key}: {error}");
		}
	}

	#[test]
	fn the_contract_counts_by_its_hash() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("offer.toml");
		fs::write(&path, format!("{FILE}\ncontract = \"terms.txt\"")).unwrap();
		let error = load(&path).unwrap_err().to_string();
		assert!(error.contains("terms.txt"), "{error}");
		fs::write(dir.path().join("terms.txt"), "as is").unwrap();
		assert_eq!(load(&path).unwrap().contract.0, recipe::content_hash(b"as is"));
	}
}
