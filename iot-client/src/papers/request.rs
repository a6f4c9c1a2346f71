//! A request for quotes, from a TOML file.
//!
//! ```toml
#![doc = include_str!("../../examples/request.toml")]
//! ```

use super::{
	account, conditions, place, quantity, share, window, word, Money, Paper, PaperError, PLACE, SHARE, WINDOW,
};
use crate::{
	asset::Denomination,
	chain::market::{AwardRule, Bidding, StoreId, Wanted, Weights},
	fields::Fields,
};
use toml::Value;

impl Paper {
	/// The request, now that it is known how amounts of its asset are written.
	///
	/// # Errors
	/// When it is none: all that is wrong.
	pub fn request(&self, money: &Denomination) -> Result<Wanted, PaperError> {
		let (asset, money) = (self.asset, Money(money));
		self.take(|fields| Wanted {
			category: word(fields, "category", "cutting-oil"),
			item: word(fields, "item", "04012345678901"),
			quantity: fields.required("quantity", "a quantity above zero such as 16 or \"0.5\"", quantity),
			area: fields.optional("area", PLACE, place).unwrap_or_default(),
			site: fields.optional("site", "a site's number, as `stock sites` shows it", site),
			asset: asset.into(),
			max_price: fields.required("max_price", &money.expected(), |value| money.read(value)),
			max_lead_time: window(fields, "max_lead_time"),
			bidding: bidding(fields),
			award: award(fields),
			bid_window: window(fields, "bid_window"),
			award_window: window(fields, "award_window"),
			rounds: fields.number("rounds", 0..=255, "counter-offers", 0) as u8,
			arbiter: fields.optional("arbiter", "an address", account),
			weights: weights(fields),
			conditions: conditions(fields),
		})
	}
}

fn site(value: &Value) -> Option<StoreId> {
	match value {
		Value::Integer(number) => u64::try_from(*number).ok().map(StoreId),
		// Larger ones are no numbers of TOML.
		Value::String(text) => text.parse().ok(),
		_ => None,
	}
}

fn bidding(fields: &mut Fields<'_>) -> Bidding {
	let sealed = fields.optional("bidding", "\"open\" or \"sealed\"", |value| match value.as_str()? {
		"open" => Some(false),
		"sealed" => Some(true),
		_ => None,
	});
	match sealed {
		Some(true) => Bidding::Sealed {
			reveal_window: fields.required("reveal_window", WINDOW, super::millis),
		},
		_ => Bidding::Open,
	}
}

fn award(fields: &mut Fields<'_>) -> AwardRule {
	let rule = fields.optional("award", "\"best\" or \"by hand\"", |value| match value.as_str()? {
		"best" => Some(AwardRule::Best),
		"by hand" => Some(AwardRule::ByHand),
		_ => None,
	});
	rule.unwrap_or_default()
}

fn weights(fields: &mut Fields<'_>) -> Weights {
	let mut part = fields.section("weights");
	let mut of = |key| part.required(key, SHARE, share);
	let weights = Weights {
		price: of("price"),
		lead_time: of("lead_time"),
		standing: of("standing"),
	};
	if !weights.are_whole() {
		let found = [weights.price, weights.lead_time, weights.standing]
			.map(|parts| format!("{}%", f64::from(parts) / 10_000.0))
			.join(" + ");
		let expected = "three shares that are \"100%\" together";
		part.problems().wrong("`weights`", &Value::String(found), expected);
	}
	part.finish();
	weights
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{asset::Asset, fields::with_all_keys};
	use std::path::Path;

	const EXAMPLE: &str = include_str!("../../examples/request.toml");

	fn read(text: &str) -> Result<Wanted, String> {
		let paper = Paper::parse(text, Path::new("request.toml")).map_err(|error| error.to_string())?;
		let money = match paper.asset {
			Asset::Native => Denomination::native(),
			Asset::Number(number) => Denomination::of_asset(number, b"tUSD", 6),
		};
		paper.request(&money).map_err(|error| error.to_string())
	}

	#[test]
	fn reads_the_example_also_with_all_that_it_leaves_out() {
		let wanted = read(EXAMPLE).unwrap();
		assert_eq!(
			(wanted.item.to_string().as_str(), wanted.quantity),
			("cutting-oil-22", 16_000)
		);
		assert_eq!((wanted.bidding, wanted.award), (Bidding::Open, AwardRule::Best));
		assert_eq!(wanted.max_price, 48_000_000_000_000);
		assert!(wanted.weights.are_whole() && wanted.site.is_none());
		let all = read(&with_all_keys(EXAMPLE)).unwrap();
		assert_eq!(Asset::from(all.asset), Asset::Number(1984));
		assert_eq!(all.bidding, Bidding::Sealed { reveal_window: 600_000 });
		assert_eq!((all.award, all.rounds), (AwardRule::ByHand, 2));
		assert_eq!(
			(all.conditions.late_penalty, all.conditions.ruling_window),
			(50_000, 1_209_600_000)
		);
		assert!(all.site.is_some() && all.arbiter.is_some());
	}

	#[test]
	fn names_every_problem_at_once() {
		let text = EXAMPLE
			.replace("cutting-oil-22", "")
			.replace("\"48\"", "\"0\"")
			.replace("\"25%\"", "\"26%\"")
			.replace("quantity = 16", "quantity = \"16 l\"")
			.replace("review_window", "reviewing");
		let error = read(&text).unwrap_err();
		for key in [
			"`item`",
			"`max_price`",
			"`weights`",
			"`quantity`",
			"`conditions.review_window`",
			"`conditions.reviewing`",
		] {
			assert!(error.contains(key), "{key}: {error}");
		}
		assert!(error.contains("\"100%\" together"), "{error}");
	}
}
