//! `[stock]`: the stock that the machine looks after.

use crate::{
	chain::market::StoreId,
	fields::{Fields, Problems},
	quantity::Quantity,
};
use std::{
	collections::BTreeMap,
	path::{Path, PathBuf},
};
use toml::{Table, Value};

/// The most gauges.
const MOST: usize = 16;

/// `[stock]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StockSection {
	/// Where the goods are kept.
	pub site: StoreId,
	/// What of them a sensor measures.
	pub gauges: Vec<GaugeSection>,
	/// Files of requests, by what rules call them when they order.
	pub requests: BTreeMap<String, PathBuf>,
}

/// `[[stock.gauge]]`: an item whose stock a channel measures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GaugeSection {
	/// The item, as the books have it.
	pub item: String,
	/// The channel.
	pub channel: String,
	/// How much of the item one unit of the channel is, in thousandths of the item's unit.
	pub per_unit: u64,
	/// Smaller differences between the books and the sensor mean nothing, in thousandths of the item's unit.
	pub tolerance: u64,
}

pub(super) fn read(mut fields: Fields<'_>, folder: &Path) -> StockSection {
	let site = fields.required("site", "a site's number, as `iot-client stock sites` shows it", site);
	let tables = fields.list("gauge", "tables: [[stock.gauge]]", Value::as_table);
	if tables.len() > MOST {
		let found = Value::from(i64::try_from(tables.len()).unwrap_or(i64::MAX));
		fields
			.problems()
			.wrong("`stock.gauge`", &found, format!("at most {MOST} gauges"));
	}
	let problems = fields.problems().clone();
	let gauges: Vec<_> = tables
		.into_iter()
		.take(MOST)
		.enumerate()
		.map(|(index, table)| gauge(index, table, &problems))
		.collect();
	let twice = gauges
		.iter()
		.enumerate()
		.find(|(place, gauge)| gauges[..*place].iter().any(|other| other.item == gauge.item));
	if let Some((_, gauge)) = twice {
		let found = Value::from(gauge.item.clone());
		problems.wrong("`stock.gauge` `item`", &found, "an item that no gauge before has");
	}
	let mut requests = BTreeMap::new();
	for (what, value) in fields.section("requests").free_names() {
		match value.as_str().filter(|file| !file.is_empty()) {
			Some(file) => drop(requests.insert(what.to_owned(), folder.join(file))),
			None => problems.wrong(
				format!("`stock.requests.{what}`"),
				value,
				"the path of a request's file",
			),
		}
	}
	fields.finish();
	StockSection { site, gauges, requests }
}

fn gauge(index: usize, table: &Table, problems: &Problems) -> GaugeSection {
	let words = format!("`stock.gauge` {}", index.saturating_add(1));
	let mut fields = Fields::in_words(words, table, problems);
	let gauge = GaugeSection {
		item: fields.required_text("item", 32, "the item, as the books of stock have it"),
		channel: fields.required_text("channel", 32, "the channel that measures it"),
		per_unit: fields.required(
			"per_unit",
			"how much of the item one unit of the channel is: a quantity above zero with at most three places, such as \"0.02\"",
			quantity,
		),
		tolerance: fields.required(
			"tolerance",
			"what counts as the same: a quantity above zero with at most three places, such as \"0.2\"",
			quantity,
		),
	};
	fields.finish();
	gauge
}

fn site(value: &Value) -> Option<StoreId> {
	match value {
		Value::Integer(number) => u64::try_from(*number).ok().map(StoreId),
		// Larger ones are no numbers of TOML.
		Value::String(text) => text.parse().ok(),
		_ => None,
	}
}

fn quantity(value: &Value) -> Option<u64> {
	let quantity: Quantity = match value {
		Value::Integer(whole) => whole.to_string().parse().ok()?,
		Value::String(text) => text.parse().ok()?,
		_ => return None,
	};
	Some(quantity.0).filter(|quantity| *quantity > 0)
}

#[cfg(test)]
mod tests {
	use crate::config::Config;
	use std::path::Path;

	const EXAMPLE: &str = include_str!("../../examples/drill-press.toml");
	const STOCK: &str = r#"
		[stock]
		site = "18446744073709551615"
		[[stock.gauge]]
		item = "cutting-oil-22"
		channel = "oil_level"
		per_unit = "0.02"
		tolerance = "0.2"
		[stock.requests]
		"bearing 6204-2RS" = "bearing.toml"
	"#;

	fn read(stock: &str) -> Result<Config, String> {
		let path = Path::new("/etc/machine.toml");
		Config::parse(&format!("{EXAMPLE}\n{stock}"), path).map_err(|error| error.to_string())
	}

	#[test]
	fn a_sensor_measures_an_item_of_a_site() {
		assert!(read("").unwrap().stock.is_none());
		let stock = read(STOCK).unwrap().stock.unwrap();
		assert_eq!(stock.site.0, u64::MAX);
		let [gauge] = &stock.gauges[..] else {
			panic!("{stock:?}")
		};
		assert_eq!(
			(gauge.channel.as_str(), gauge.per_unit, gauge.tolerance),
			("oil_level", 20, 200)
		);
		assert_eq!(stock.requests["bearing 6204-2RS"], Path::new("/etc/bearing.toml"));
	}

	#[test]
	fn each_problem_is_named() {
		for (from, to, key) in [
			("\"18446744073709551615\"", "-1", "`stock.site`"),
			("\"0.02\"", "0", "`stock.gauge` 1 `per_unit`"),
			("tolerance = \"0.2\"", "", "`stock.gauge` 1 `tolerance`"),
			("channel", "chanel", "`stock.gauge` 1 `chanel`"),
			("\"bearing.toml\"", "7", "`stock.requests.bearing 6204-2RS`"),
		] {
			let error = read(&STOCK.replacen(from, to, 1)).unwrap_err();
			assert!(error.contains(key), "{key}: {error}");
		}
		let gauge = &STOCK[STOCK.find("[[stock.gauge]]").unwrap()..STOCK.find("[stock.requests]").unwrap()];
		let error = read(&STOCK.replacen(gauge, &gauge.repeat(2), 1)).unwrap_err();
		assert!(error.contains("no gauge before has"), "{error}");
	}
}
