//! What is to be rented, from a TOML file.
//!
//! ```toml
#![doc = include_str!("../../examples/listing.toml")]
//! ```

use super::{account, millis, place, schedule, share, window, word, Money, Paper, PaperError, PLACE, SHARE, WINDOW};
use crate::{
	asset::Denomination,
	chain::{
		market::AssetKind,
		usage::{Booking, Calendar, Closure, ListingTerms, Notice, RentalTerms, WeekWindow},
	},
	fields::Fields,
};
use bpiiot_access::Actions;
use subxt::utils::{AccountId32, H256};
use toml::Value;

/// The most that the chain keeps.
const STAGES: usize = 3;
const ARBITERS: usize = 4;
const NAMES: usize = 16;

impl Paper {
	/// The listing, now that it is known how amounts of its asset are written.
	///
	/// # Errors
	/// When it is none: all that is wrong.
	pub fn listing(&self, money: &Denomination) -> Result<ListingTerms, PaperError> {
		let (asset, money) = (self.asset, Money(money));
		self.take(|fields| listing(fields, money, asset.into()))
	}
}

fn listing(fields: &mut Fields<'_>, money: Money<'_>, asset: AssetKind) -> ListingTerms {
	let category = word(fields, "category", "meeting-room");
	let area = fields.optional("area", PLACE, place).unwrap_or_default();
	let rental = rental(fields, money);
	let booking = match fields.optional("approve_within", WINDOW, millis) {
		Some(window) => Booking::Approved { window },
		None => Booking::Instant,
	};
	let max_periods = count(fields.required_number("max_periods", 1..=u64::from(u32::MAX), "periods"));
	let actions = fields.required("actions", "a list of `enter`, `operate`, `configure`, `read`", actions);
	let names = format!("a list of at most {NAMES} addresses");
	let allow = fields.optional("allow", &names, accounts(NAMES)).unwrap_or_default();
	let deny = fields.optional("deny", &names, accounts(NAMES)).unwrap_or_default();
	let (arbiters, case_window, ruling_window) = disputes(fields);
	ListingTerms {
		category,
		area,
		asset,
		rental,
		max_periods,
		booking,
		calendar: calendar(fields),
		actions,
		allow,
		deny,
		arbiters,
		case_window,
		ruling_window,
		contract: H256::zero(),
	}
}

fn count(number: u64) -> u32 {
	number.try_into().unwrap_or(u32::MAX)
}

fn rental(fields: &mut Fields<'_>, money: Money<'_>) -> RentalTerms {
	let expected = money.expected();
	let price = fields.required("price", &expected, |value| money.read(value));
	let mut amount = |key| {
		fields
			.optional(key, &expected, |value| money.read(value))
			.unwrap_or_default()
	};
	let (deposit, overdue_price, stop_penalty) = (amount("deposit"), amount("overdue_price"), amount("stop_penalty"));
	RentalTerms {
		price,
		period: window(fields, "period"),
		min_periods: count(fields.number("min_periods", 1..=u64::from(u32::MAX), "periods", 1)),
		deposit,
		overdue_price,
		stop_penalty,
		check_in: fields.optional("check_in", WINDOW, millis).unwrap_or_default(),
		show_window: window(fields, "show_window"),
		claim_window: window(fields, "claim_window"),
		answer_window: window(fields, "answer_window"),
		cancellation: stages(fields),
		no_show: fields.optional("no_show", SHARE, share).unwrap_or_default(),
	}
}

fn stages(fields: &mut Fields<'_>) -> Vec<Notice> {
	let expected =
		format!("at most {STAGES} tables with `before`, a falling time, and `fee`, {SHARE} that does not fall");
	let stage = |value: &Value| {
		let table = value.as_table().filter(|table| table.len() == 2)?;
		Some(Notice {
			before: millis(table.get("before")?)?,
			fee: share(table.get("fee")?)?,
		})
	};
	let stages = fields.optional("cancel", &expected, |value| {
		let stages: Option<Vec<Notice>> = value.as_array()?.iter().map(stage).collect();
		stages.filter(|stages| {
			let in_order = stages
				.windows(2)
				.all(|pair| pair[0].before > pair[1].before && pair[0].fee <= pair[1].fee);
			stages.len() <= STAGES && in_order
		})
	});
	stages.unwrap_or_default()
}

fn actions(value: &Value) -> Option<u16> {
	let action = |value: &Value| {
		Some(match value.as_str()? {
			"enter" => Actions::ENTER,
			"operate" => Actions::OPERATE,
			"configure" => Actions::CONFIGURE,
			"read" => Actions::READ,
			_ => return None,
		})
	};
	let all = value.as_array()?.iter().map(action).collect::<Option<Vec<_>>>()?;
	let all = all.into_iter().fold(Actions::default(), |all, one| all | one);
	Some(all.0).filter(|all| *all != 0)
}

/// Reads at most so many addresses.
fn accounts(most: usize) -> impl Fn(&Value) -> Option<Vec<AccountId32>> {
	move |value| {
		let all: Option<Vec<_>> = value.as_array()?.iter().map(account).collect();
		all.filter(|all| all.len() <= most)
	}
}

fn disputes(fields: &mut Fields<'_>) -> (Vec<AccountId32>, u64, u64) {
	if !fields.has("disputes") {
		return Default::default();
	}
	let mut part = fields.section("disputes");
	let expected = format!("a list of one to {ARBITERS} addresses");
	let arbiters = part.required("arbiters", &expected, |value| {
		accounts(ARBITERS)(value).filter(|all| !all.is_empty())
	});
	let windows = (window(&mut part, "case_window"), window(&mut part, "ruling_window"));
	part.finish();
	(arbiters, windows.0, windows.1)
}

fn calendar(fields: &mut Fields<'_>) -> Calendar {
	let calendar = schedule::calendar(fields);
	let window = |(from, until)| WeekWindow { from, until };
	let closure = |(from, until)| Closure { from, until };
	Calendar {
		week: calendar.week.into_iter().map(window).collect(),
		closures: calendar.closures.into_iter().map(closure).collect(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::fields::with_all_keys;
	use std::path::Path;

	const EXAMPLE: &str = include_str!("../../examples/listing.toml");

	fn read(text: &str, money: &Denomination) -> Result<ListingTerms, String> {
		let paper = Paper::parse(text, Path::new("listing.toml")).map_err(|error| error.to_string())?;
		paper.listing(money).map_err(|error| error.to_string())
	}

	#[test]
	fn reads_the_example_also_with_all_that_it_leaves_out() {
		let terms = read(EXAMPLE, &Denomination::native()).unwrap();
		assert_eq!(terms.rental.price, 5_000_000_000_000);
		assert_eq!((terms.rental.period, terms.max_periods), (3_600_000, 10));
		assert_eq!(terms.booking, Booking::Instant);
		assert_eq!(
			terms.rental.cancellation,
			[Notice {
				before: 86_400_000,
				fee: 0
			}]
		);
		assert_eq!((terms.rental.no_show, terms.actions), (500_000, 1));
		let all = read(&with_all_keys(EXAMPLE), &Denomination::of_asset(1984, b"tUSD", 6)).unwrap();
		assert_eq!(all.asset, AssetKind::Asset(1984));
		assert_eq!(all.rental.deposit, 20_000_000);
		assert_eq!(all.booking, Booking::Approved { window: 86_400_000 });
		assert_eq!((all.arbiters.len(), all.allow.len(), all.deny.len()), (1, 1, 1));
		assert_eq!((all.calendar.week.len(), all.calendar.closures.len()), (2, 1));
	}

	#[test]
	fn says_what_is_wrong() {
		for (from, to, key) in [
			("price = \"5\"", "price = \"0\"", "`price`"),
			("[\"enter\"]", "[\"fly\"]", "`actions`"),
			("[\"enter\"]", "[]", "`actions`"),
			("period = \"1h\"", "period = \"soon\"", "`period`"),
			("before = \"1d\"", "until = \"1d\"", "`cancel`"),
			("max_periods = 10", "max_periods = 0", "`max_periods`"),
			("no_show = \"50%\"", "no_show = \"150%\"", "`no_show`"),
			("deposit", "deposits", "`deposits`"),
		] {
			let error = read(&EXAMPLE.replacen(from, to, 1), &Denomination::native()).unwrap_err();
			assert!(error.contains(key), "{to}: {error}");
		}
	}
}
