//! An offer's terms, from a TOML file.
//!
//! ```toml
#![doc = include_str!("../../examples/terms.toml")]
//! ```

use crate::{
	asset::{Asset, Denomination},
	chain::terms::{CancellationFees, DisputeTerms, Rework, Terms, Tier},
	fields::{Fields, ProblemList, Problems},
	papers::schedule,
	parse, recipe,
};
use std::{
	fs,
	path::{Path, PathBuf},
};
use subxt::utils::{AccountId32, H256};
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

/// An offer's file, of whose amounts it is not known yet how they are written.
#[derive(Debug)]
pub struct Draft {
	path: PathBuf,
	table: Table,
	/// What its amounts are in.
	pub asset: Asset,
}

impl Draft {
	/// Reads the file at `path`.
	///
	/// # Errors
	/// When it cannot be read, is not TOML, or names no asset.
	pub fn load(path: &Path) -> Result<Self, TermsError> {
		let syntax = |message: String| TermsError::Syntax {
			path: path.to_owned(),
			message,
		};
		let text = String::from_utf8(read(path)?).map_err(|e| syntax(e.to_string()))?;
		Self::parse(&text, path)
	}

	fn parse(text: &str, path: &Path) -> Result<Self, TermsError> {
		let table: Table = text.parse().map_err(|e: toml::de::Error| TermsError::Syntax {
			path: path.to_owned(),
			message: e.to_string(),
		})?;
		let problems = Problems::default();
		let asset = match table.get("asset") {
			None => Some(Asset::Native),
			Some(value) => asset(value).or_else(|| {
				problems.wrong("`asset`", value, "an asset's number such as 1984, or left out");
				None
			}),
		};
		let asset = problems.into_result(asset.unwrap_or_default());
		Ok(Self {
			path: path.to_owned(),
			asset: asset.map_err(|problems| TermsError::Problems {
				path: path.to_owned(),
				problems,
			})?,
			table,
		})
	}

	/// The terms, now that it is known how amounts of its asset are written.
	///
	/// # Errors
	/// When it is no offer, or the contract's text cannot be read.
	pub fn terms(&self, money: &Denomination) -> Result<Terms, TermsError> {
		let (mut terms, contract) = self.fields(money)?;
		if let Some(contract) = contract {
			let contract = self.path.parent().unwrap_or(Path::new(".")).join(contract);
			terms.contract = H256(recipe::content_hash(&read(&contract)?));
		}
		Ok(terms)
	}

	/// The terms, and the name of the contract's file.
	fn fields(&self, money: &Denomination) -> Result<(Terms, Option<String>), TermsError> {
		let problems = Problems::default();
		let mut fields = Fields::root(&self.table, &problems);
		let word = "a word of 1 to 32 bytes such as \"drilling\"";
		let price = format!("an amount above zero such as \"{}\"", money.show(one_of(money)));
		let amount = |value: &Value| money.read(value.as_str()?).ok();
		let above_zero = |value: &Value| amount(value).filter(|amount| *amount > 0);
		let terms = Terms {
			capability: fields.required("capability", word, |value| {
				value
					.as_str()
					.filter(|word| (1..=32).contains(&word.len()))
					.map(str::to_owned)
			}),
			asset: fields.optional("asset", "an asset's number", asset).unwrap_or_default(),
			region: fields.optional("region", PLACE, place).unwrap_or_default(),
			unit_price: fields.required("unit_price", &price, above_zero),
			tiers: tiers(&mut fields, &price, above_zero),
			max_units: fields.required_number("max_units", 1..=u64::from(u32::MAX), "units") as u32,
			bond: fields.optional("bond", &price, amount).unwrap_or_default(),
			accept_window: window(&mut fields, "accept_window"),
			lead_time: window(&mut fields, "lead_time"),
			calendar: schedule::calendar(&mut fields),
			review_window: window(&mut fields, "review_window"),
			rejection_fee: fields.optional("rejection_fee", SHARE, share).unwrap_or_default(),
			cancellation: cancellation(&mut fields),
			rework: fields.has("rework").then(|| rework(&mut fields)),
			disputes: fields.has("disputes").then(|| disputes(&mut fields)),
			recipe_schema: H256(recipe::content_hash(recipe::FORMAT.as_bytes())),
			contract: H256::zero(),
			governing_law: fields.optional("governing_law", PLACE, place).unwrap_or_default(),
		};
		let contract = fields.text("contract", 255);
		fields.finish();
		let terms = problems.into_result((terms, contract));
		terms.map_err(|problems| TermsError::Problems {
			path: self.path.clone(),
			problems,
		})
	}
}

fn read(path: &Path) -> Result<Vec<u8>, TermsError> {
	fs::read(path).map_err(|source| TermsError::Read {
		path: path.to_owned(),
		source,
	})
}

/// How places are written.
const PLACE: &str = "a country or a part of one as ISO 3166 names it, such as \"DE\" or \"DE-HB\"";

fn place(value: &Value) -> Option<String> {
	parse::region(value.as_str()?).ok()
}

fn tiers(fields: &mut Fields<'_>, price: &str, amount: impl Fn(&Value) -> Option<u128>) -> Vec<Tier> {
	let expected = format!("up to four tables with `from_units`, rising above 1, and `unit_price`, {price}");
	let tier = |value: &Value| {
		let table = value.as_table().filter(|table| table.len() == 2)?;
		Some(Tier {
			from_units: u32::try_from(table.get("from_units")?.as_integer()?).ok()?,
			unit_price: amount(table.get("unit_price")?)?,
		})
	};
	let tiers = fields.optional("tier", &expected, |value| {
		let tiers: Option<Vec<Tier>> = value.as_array()?.iter().map(tier).collect();
		tiers.filter(|tiers| {
			let rising = tiers.windows(2).all(|pair| pair[0].from_units < pair[1].from_units);
			tiers.len() <= 4 && rising && tiers.iter().all(|tier| tier.from_units > 1)
		})
	});
	tiers.unwrap_or_default()
}

fn cancellation(fields: &mut Fields<'_>) -> CancellationFees {
	let mut part = fields.section("cancellation");
	let mut fee = |key| part.optional(key, SHARE, share).unwrap_or_default();
	let fees = CancellationFees {
		accepted: fee("accepted"),
		started: fee("started"),
	};
	part.finish();
	fees
}

fn rework(fields: &mut Fields<'_>) -> Rework {
	let mut part = fields.section("rework");
	let rework = Rework {
		rounds: part.required_number("rounds", 1..=u64::from(u8::MAX), "") as u8,
		window: window(&mut part, "window"),
	};
	part.finish();
	rework
}

fn disputes(fields: &mut Fields<'_>) -> DisputeTerms {
	let mut part = fields.section("disputes");
	let disputes = DisputeTerms {
		arbiters: part.required("arbiters", "a list of one to four addresses, each once", |value| {
			let each = value.as_array()?.iter().map(|who| who.as_str()?.parse().ok());
			let arbiters: Vec<AccountId32> = each.collect::<Option<_>>()?;
			let once = arbiters
				.iter()
				.enumerate()
				.all(|(place, who)| !arbiters[..place].contains(who));
			((1..=4).contains(&arbiters.len()) && once).then_some(arbiters)
		}),
		challenge_window: window(&mut part, "challenge_window"),
		case_window: window(&mut part, "case_window"),
		ruling_window: window(&mut part, "ruling_window"),
	};
	part.finish();
	disputes
}

/// One whole token of an asset, if that can be.
fn one_of(money: &Denomination) -> u128 {
	money.read("1").unwrap_or(1)
}

/// The number of an asset, or the symbol of the chain's own token.
fn asset(value: &Value) -> Option<Asset> {
	match value {
		Value::Integer(number) => u32::try_from(*number).ok().map(Asset::Number),
		Value::String(text) => text.parse().ok(),
		_ => None,
	}
}

fn window(fields: &mut Fields<'_>, key: &'static str) -> u64 {
	fields.required(key, "a time such as \"30s\", \"2m\" or \"1h\"", |value| {
		let time = parse::duration(value.as_str()?).ok()?;
		u64::try_from(time.as_millis()).ok()
	})
}

/// How shares are written.
const SHARE: &str = "a share from \"0%\" to \"100%\"";

fn share(value: &Value) -> Option<u32> {
	parse::share(value.as_str()?).ok()
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fields::with_all_keys;

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

	fn dollars() -> Denomination {
		Denomination::of_asset(1984, b"tUSD", 6)
	}

	fn read_in(text: &str, money: &Denomination) -> Result<Terms, String> {
		let draft = Draft::parse(text, Path::new("offer.toml"));
		draft
			.and_then(|draft| draft.terms(money))
			.map_err(|error| error.to_string())
	}

	fn read(text: &str) -> Result<Terms, String> {
		read_in(text, &Denomination::native())
	}

	#[test]
	fn reads_an_offer() {
		let terms = read(FILE).unwrap();
		assert_eq!(terms.capability, "drilling");
		assert_eq!((terms.asset, terms.unit_price), (Asset::Native, 2_500_000_000_000));
		assert_eq!(
			(terms.max_units, terms.bond, terms.rejection_fee),
			(100, 1_000_000_000_000, 100_000)
		);
		assert_eq!(
			(terms.accept_window, terms.lead_time, terms.review_window),
			(120_000, 60_000, 600_000)
		);
		assert_eq!(terms.contract, H256::zero());
		assert_eq!(terms.recipe_schema.0, recipe::content_hash(recipe::FORMAT.as_bytes()));
	}

	#[test]
	fn amounts_are_in_the_asset_that_is_named() {
		let text = FILE
			.replace("2.5 BPI", "2.5 tUSD")
			.replace("max_units", "asset = 1984\nmax_units");
		let draft = Draft::parse(&text, Path::new("offer.toml")).unwrap();
		assert_eq!(draft.asset, Asset::Number(1984));
		let terms = draft.terms(&dollars()).unwrap();
		assert_eq!(
			(terms.asset, terms.unit_price, terms.bond),
			(Asset::Number(1984), 2_500_000, 1_000_000)
		);
		// The symbol of another asset, or more places than this one has.
		for price in ["2.5 BPI", "0.0000001"] {
			let error = read_in(&text.replace("2.5 tUSD", price), &dollars()).unwrap_err();
			assert!(error.contains("such as \"1 tUSD\""), "{error}");
		}
		for asset in ["-1", "4294967296", "\"tUSD\"", "1.5"] {
			let error = read(&text.replace("1984", asset)).unwrap_err();
			assert!(error.contains("`asset`") && error.contains("such as 1984"), "{error}");
		}
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
	fn reads_an_offer_with_everything() {
		let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		let text = format!(
			r#"{FILE}
			region = "DE-HB"
			governing_law = "DE"
			week = ["mon 08:00-17:00", "fri 08:00-12:30"]
			closed = ["2026-12-24 2027-01-01"]
			[[tier]]
			from_units = 10
			unit_price = "2"
			[[tier]]
			from_units = 50
			unit_price = "1.5"
			[cancellation]
			accepted = "10%"
			[rework]
			rounds = 2
			window = "1h"
			[disputes]
			arbiters = ["{alice}"]
			challenge_window = "1d"
			case_window = "2d"
			ruling_window = "14d"
			"#
		);
		let terms = read(&text).unwrap();
		assert_eq!((terms.region.as_str(), terms.governing_law.as_str()), ("DE-HB", "DE"));
		assert_eq!(terms.calendar.week.len(), 2);
		assert_eq!(terms.calendar.closures.len(), 1);
		assert_eq!(
			[9, 10, 49, 50].map(|units| terms.unit_price_of(units) / 100_000_000_000),
			[25, 20, 20, 15]
		);
		assert_eq!((terms.cancellation.accepted, terms.cancellation.started), (100_000, 0));
		assert_eq!(
			terms.rework.map(|rework| (rework.rounds, rework.window)),
			Some((2, 3_600_000))
		);
		let disputes = terms.disputes.unwrap();
		assert_eq!(disputes.arbiters[0].to_string(), alice);
		assert_eq!(disputes.ruling_window, 14 * 86_400_000);
	}

	#[test]
	fn reads_the_example_also_with_all_that_it_leaves_out() {
		const EXAMPLE: &str = include_str!("../../examples/terms.toml");
		let terms = read(EXAMPLE).unwrap();
		assert_eq!(
			(terms.capability.as_str(), terms.unit_price),
			("drilling", 2_500_000_000_000)
		);
		assert!(terms.tiers.is_empty() && terms.rework.is_none() && terms.disputes.is_none());

		let draft = Draft::parse(&with_all_keys(EXAMPLE), Path::new("terms.toml")).unwrap();
		assert_eq!(draft.asset, Asset::Number(1984));
		let (terms, contract) = draft.fields(&dollars()).unwrap();
		assert_eq!(
			(terms.unit_price, contract.as_deref()),
			(2_500_000, Some("contract.txt"))
		);
		assert_eq!((terms.region.as_str(), terms.governing_law.as_str()), ("DE-HB", "DE"));
		assert_eq!((terms.calendar.week.len(), terms.calendar.closures.len()), (2, 1));
		assert_eq!((terms.tiers.len(), terms.cancellation.started), (1, 500_000));
		assert!(terms.rework.is_some() && terms.disputes.is_some());
	}

	#[test]
	fn names_what_is_wrong_in_every_part() {
		for (part, key) in [
			("region = \"Bremen\"", "`region`"),
			("[[tier]]\nfrom_units = 1\nunit_price = \"2\"", "`tier`"),
			("[cancellation]\naccepted = \"200%\"", "`cancellation.accepted`"),
			("[rework]\nrounds = 0\nwindow = \"1h\"", "`rework.rounds`"),
			("[disputes]\narbiters = []", "`disputes.arbiters`"),
			("week = [\"someday 08:00-17:00\"]", "`week`"),
			("closed = [\"2026-12-24 2026-12-01\"]", "`closed`"),
		] {
			let error = read(&format!("{FILE}\n{part}")).unwrap_err();
			assert!(error.contains(key), "{part}: {error}");
		}
	}

	#[test]
	fn the_contract_counts_by_its_hash() {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("offer.toml");
		fs::write(&path, format!("{FILE}\ncontract = \"terms.txt\"")).unwrap();
		let load = |path: &Path| Draft::load(path).and_then(|draft| draft.terms(&Denomination::native()));
		let error = load(&path).unwrap_err().to_string();
		assert!(error.contains("terms.txt"), "{error}");
		fs::write(dir.path().join("terms.txt"), "as is").unwrap();
		assert_eq!(load(&path).unwrap().contract.0, recipe::content_hash(b"as is"));
	}
}
