//! Several orders at once, from a TOML file.
//!
//! ```toml
#![doc = include_str!("../../examples/orders.toml")]
//! ```

use super::{
	args::{MaybeSigner, What},
	customer,
	order::{Buyer, RecipeFile},
	Desk, Result,
};
use crate::{
	amount::Written,
	chain::{types::OfferId, Call},
	fields::{Fields, ProblemList, Problems},
	parse,
};
use std::{
	fs,
	path::{Path, PathBuf},
	time::Duration,
};
use toml::{Table, Value};

/// The most orders that the chain takes at once.
const MOST: usize = 8;
/// The delivery deadline if none is given.
const DELIVER_IN: Duration = Duration::from_secs(3_600);

/// Why a file is no batch.
#[derive(Debug, thiserror::Error)]
pub enum BatchError {
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
	/// It has none, or too many.
	#[error("{0} must have 1 to {MOST} orders, each a table [[order]]")]
	Count(PathBuf),
	/// Some keys are wrong or missing.
	#[error("the orders in {path} have problems:\n{problems}")]
	Problems {
		/// The file.
		path: PathBuf,
		/// All of them.
		problems: ProblemList,
	},
}

/// An order of the file.
#[derive(Debug)]
struct Entry {
	offer: OfferId,
	what: What,
	arbiter: Option<String>,
}

/// Orders all that the file names, or nothing.
pub(super) async fn order(desk: &Desk<'_>, file: &Path, signer: &MaybeSigner) -> Result<u8> {
	let entries = load(file, signer)?;
	let buyer = Buyer::new(desk, signer).await?;
	let mut orders = Vec::with_capacity(entries.len());
	for Entry { offer, what, arbiter } in &entries {
		let arbiter = arbiter.as_deref().map(customer::account).transpose()?;
		let (recipe, offer) = (RecipeFile::read(what)?, buyer.offer(*offer).await?);
		orders.push(buyer.prepare(&offer, what, recipe, arbiter).await?);
	}
	buyer.ensure_affordable(&orders).await?;
	let lines = orders.iter().map(|order| order.line.clone()).collect();
	buyer.send(Call::OrderBatch(lines), &orders).await?;
	Ok(0)
}

fn load(path: &Path, signer: &MaybeSigner) -> Result<Vec<Entry>, BatchError> {
	let text = fs::read_to_string(path).map_err(|source| BatchError::Read {
		path: path.to_owned(),
		source,
	})?;
	parse(&text, path, signer)
}

fn parse(text: &str, path: &Path, signer: &MaybeSigner) -> Result<Vec<Entry>, BatchError> {
	let table: Table = text.parse().map_err(|e: toml::de::Error| BatchError::Syntax {
		path: path.to_owned(),
		message: e.to_string(),
	})?;
	let orders = table.get("order").and_then(Value::as_array);
	let orders: Option<Vec<_>> = orders.and_then(|orders| orders.iter().map(Value::as_table).collect());
	let orders = orders.filter(|orders| table.len() == 1 && (1..=MOST).contains(&orders.len()));
	let orders = orders.ok_or_else(|| BatchError::Count(path.to_owned()))?;
	let problems = Problems::default();
	let folder = path.parent().unwrap_or(Path::new("."));
	let entries = orders.iter().enumerate().map(|(index, order)| {
		let fields = Fields::in_words(format!("order {}", index + 1), order, &problems);
		entry(fields, folder, signer)
	});
	let entries = entries.collect();
	problems.into_result(entries).map_err(|problems| BatchError::Problems {
		path: path.to_owned(),
		problems,
	})
}

fn entry(mut fields: Fields<'_>, folder: &Path, signer: &MaybeSigner) -> Entry {
	let amount = |value: &Value| value.as_str()?.parse::<Written>().ok();
	let time = |value: &Value| parse::duration(value.as_str()?).ok();
	let entry = Entry {
		offer: OfferId(fields.required_number("offer", 1.., "")),
		what: What {
			units: fields.required_number("units", 1..=u64::from(u32::MAX), "units") as u32,
			recipe: folder.join(fields.required_text("recipe", 255, "a file")),
			uri: fields.text("uri", 128),
			sealed: fields
				.optional("sealed", "true or false", Value::as_bool)
				.unwrap_or_default(),
			max_price: fields.optional("max_price", "an amount such as \"7.5\"", amount),
			deliver_in: fields
				.optional("deliver_in", "a time such as \"2d\"", time)
				.unwrap_or(DELIVER_IN),
			watch: false,
			signer: signer.clone(),
		},
		arbiter: fields.text("arbiter", 128),
	};
	fields.finish();
	entry
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{cli::args::MaybeWho, fields::with_all_keys};

	fn read(text: &str) -> Result<Vec<Entry>, String> {
		let signer = MaybeSigner {
			who: MaybeWho {
				dev: None,
				account: None,
			},
			password_file: None,
		};
		parse(text, Path::new("orders/today.toml"), &signer).map_err(|error| error.to_string())
	}

	#[test]
	fn reads_orders() {
		let orders = read(
			"[[order]]\noffer = 7\nunits = 3\nrecipe = \"b.toml\"\n[[order]]\noffer = 8\nunits = 1\nrecipe = \"c.toml\"\n\
			sealed = true\nmax_price = \"7.5\"\ndeliver_in = \"2d\"\narbiter = \"//Arbiter\"",
		)
		.unwrap();
		assert_eq!(orders.len(), 2);
		assert_eq!((orders[0].offer, orders[0].what.units), (OfferId(7), 3));
		assert_eq!(orders[0].what.recipe, Path::new("orders/b.toml"));
		assert_eq!((orders[0].what.deliver_in, orders[0].what.sealed), (DELIVER_IN, false));
		assert!(orders[1].what.sealed && orders[1].what.max_price.is_some());
		assert_eq!(orders[1].arbiter.as_deref(), Some("//Arbiter"));
	}

	#[test]
	fn reads_the_example_also_with_all_that_it_leaves_out() {
		const EXAMPLE: &str = include_str!("../../examples/orders.toml");
		let orders = read(EXAMPLE).unwrap();
		assert_eq!((orders.len(), orders[1].what.sealed), (2, false));

		let orders = read(&with_all_keys(EXAMPLE)).unwrap();
		let Entry { what, arbiter, .. } = &orders[1];
		assert!(what.sealed && what.uri.is_some() && what.max_price.is_some() && arbiter.is_some());
		assert_ne!(what.deliver_in, DELIVER_IN);
	}

	#[test]
	fn names_every_problem_of_every_order() {
		let error =
			read("[[order]]\nunits = 0\nrecipe = \"b\"\n[[order]]\noffer = 1\nunits = 1\nrecip = \"b\"").unwrap_err();
		for words in [
			"order 1 `offer`",
			"order 1 `units`",
			"order 2 `recipe`",
			"order 2 `recip`",
		] {
			assert!(error.contains(words), "{words}: {error}");
		}
	}

	#[test]
	fn a_file_without_orders_or_with_too_many_says_so() {
		let many = "[[order]]\noffer = 1\nunits = 1\nrecipe = \"b\"\n".repeat(MOST + 1);
		for text in [
			"",
			"order = 1",
			&many,
			"[[order]]\noffer = 1\nunits = 1\nrecipe = \"b\"\n[other]",
		] {
			assert!(read(text).unwrap_err().contains("1 to 8 orders"), "{text}");
		}
	}
}
