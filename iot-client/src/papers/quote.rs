//! A standing quote, from a TOML file.
//!
//! ```toml
#![doc = include_str!("../../examples/quote.toml")]
//! ```

use super::{account, conditions, place, quantity, window, word, Money, Paper, PaperError, PLACE};
use crate::{
	asset::Denomination,
	chain::market::{PriceTier, QuoteTerms},
	fields::Fields,
};
use toml::Value;

/// The most tiers that a quote has.
const TIERS: usize = 8;
/// Quantities on the chain are so many for one unit of the item.
const THOUSANDTHS: u128 = 1_000;

impl Paper {
	/// The quote, now that it is known how amounts of its asset are written.
	///
	/// # Errors
	/// When it is none: all that is wrong.
	pub fn quote(&self, money: &Denomination) -> Result<QuoteTerms, PaperError> {
		let (asset, money) = (self.asset, Money(money));
		self.take(|fields| QuoteTerms {
			category: word(fields, "category", "cutting-oil"),
			item: word(fields, "item", "04012345678901"),
			asset: asset.into(),
			tiers: tiers(fields, money),
			lead_time: window(fields, "lead_time"),
			areas: fields.list("areas", &format!("a list of at most four, each {PLACE}"), place),
			conditions: conditions(fields),
			arbiters: fields.list("arbiters", "a list of at most four addresses", account),
		})
	}
}

fn tiers(fields: &mut Fields<'_>, money: Money<'_>) -> Vec<PriceTier> {
	let expected = format!(
		"one to {TIERS} tables with `from`, a rising quantity, and `unit_price`, {} that a thousandth of can be paid",
		money.expected()
	);
	let tier = |value: &Value| {
		let table = value.as_table().filter(|table| table.len() == 2)?;
		let unit_price = money.read(table.get("unit_price")?)?;
		(unit_price % THOUSANDTHS == 0).then_some(PriceTier {
			from_quantity: quantity(table.get("from")?)?,
			unit_price: unit_price / THOUSANDTHS,
		})
	};
	fields.required("tier", &expected, |value| {
		let tiers: Option<Vec<PriceTier>> = value.as_array()?.iter().map(tier).collect();
		tiers.filter(|tiers| {
			let rising = tiers
				.windows(2)
				.all(|pair| pair[0].from_quantity < pair[1].from_quantity);
			(1..=TIERS).contains(&tiers.len()) && rising
		})
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fields::with_all_keys;
	use std::path::Path;

	const EXAMPLE: &str = include_str!("../../examples/quote.toml");

	fn read(text: &str, money: &Denomination) -> Result<QuoteTerms, String> {
		let paper = Paper::parse(text, Path::new("quote.toml")).map_err(|error| error.to_string())?;
		paper.quote(money).map_err(|error| error.to_string())
	}

	#[test]
	fn reads_the_example_also_with_all_that_it_leaves_out() {
		let terms = read(EXAMPLE, &Denomination::native()).unwrap();
		// 2.5 BPI a litre, of which twenty are sold at least.
		assert_eq!(terms.price_of(20_000), Some(50_000_000_000_000));
		assert_eq!(terms.price_of(19_999), None);
		assert_eq!(terms.areas.len(), 2);
		let all = read(&with_all_keys(EXAMPLE), &Denomination::of_asset(1984, b"tUSD", 6)).unwrap();
		assert_eq!((all.tiers.len(), all.arbiters.len()), (2, 1));
		assert_eq!(all.price_of(200_000), Some(400_000_000));
	}

	#[test]
	fn prices_that_nobody_can_pay_are_refused() {
		for (from, to) in [
			("from = 20", "from = 0"),
			("\"2.5\"", "\"0.000000000001\""),
			("[[tier]]", "[[tiers]]"),
		] {
			let error = read(&EXAMPLE.replacen(from, to, 1), &Denomination::native()).unwrap_err();
			assert!(error.contains("`tier`"), "{to}: {error}");
		}
	}
}
