//! Amounts with what they are in, for people and for machines.

use super::{CliError, Result};
use crate::{
	asset::{Asset, Denomination},
	chain::{
		assets,
		limits::Spending,
		types::{Job, Offer},
		At,
	},
};
use serde::Serialize;
use serde_json::{json, Value};
use std::collections::{btree_map::Entry, BTreeMap};

/// How amounts of some assets are written.
#[derive(Clone, Debug, Default)]
pub(super) struct Denominations(BTreeMap<Asset, Denomination>);

impl Denominations {
	/// Those of all these assets. Amounts of one that does not exist are written in its smallest unit: anybody may name
	/// any number in an offer.
	pub(super) async fn of(at: &At, assets: impl IntoIterator<Item = Asset>) -> Result<Self> {
		let mut known = BTreeMap::new();
		for asset in assets {
			if let Entry::Vacant(entry) = known.entry(asset) {
				let found = assets::denomination(at, asset).await?;
				entry.insert(found.unwrap_or_else(|| in_smallest_units(asset)));
			}
		}
		Ok(Self(known))
	}

	/// That of an asset.
	pub(super) fn get(&self, asset: Asset) -> Denomination {
		self.0.get(&asset).cloned().unwrap_or_else(|| in_smallest_units(asset))
	}
}

fn in_smallest_units(asset: Asset) -> Denomination {
	match asset {
		Asset::Native => Denomination::native(),
		Asset::Number(number) => Denomination::of_asset(number, b"", 0),
	}
}

/// How amounts of an asset are written that must exist.
pub(super) async fn denomination(at: &At, asset: Asset) -> Result<Denomination> {
	assets::denomination(at, asset)
		.await?
		.ok_or_else(|| CliError::refused(format!("there is no {asset} on this chain")))
}

/// An offer for machines: amounts as decimal numbers of what they are in.
pub(super) fn offer_json(offer: &Offer, money: &Denomination) -> Value {
	let mut json = value(offer);
	rewrite(&mut json["terms"], &["unit_price", "bond"], money);
	let tiers = json["terms"]["tiers"].as_array_mut();
	tiers
		.into_iter()
		.flatten()
		.for_each(|tier| rewrite(tier, &["unit_price"], money));
	json["terms"]["symbol"] = json!(money.symbol());
	json
}

/// A job for machines: amounts as decimal numbers of what they are in.
pub(super) fn job_json(job: &Job, money: &Denomination) -> Value {
	let mut json = value(job);
	rewrite(&mut json, &["unit_price", "bond"], money);
	rewrite(&mut json["escrow"], &["held", "deposit", "fee", "bond"], money);
	if let Some(counter) = json.get_mut("counter").filter(|counter| counter.is_object()) {
		rewrite(counter, &["unit_price"], money);
	}
	json["symbol"] = json!(money.symbol());
	json
}

/// A spending policy for machines: amounts as decimal numbers of what they are in.
pub(super) fn spending_json(spending: Option<&Spending>, money: &Denominations) -> Value {
	let mut json = value(&spending);
	let budgets = json
		.get_mut("budgets")
		.and_then(Value::as_array_mut)
		.into_iter()
		.flatten();
	for (shown, budget) in budgets.zip(spending.iter().flat_map(|spending| &spending.budgets)) {
		rewrite(shown, &["per_period", "spent"], &money.get(budget.asset));
	}
	json
}

fn value(of: &impl Serialize) -> Value {
	// Plain data with text for keys.
	serde_json::to_value(of).unwrap_or_default()
}

/// Turns texts of smallest units into decimal numbers.
fn rewrite(object: &mut Value, keys: &[&str], money: &Denomination) {
	for key in keys {
		if let Some(smallest) = object[*key].as_str().and_then(|text| text.parse().ok()) {
			object[*key] = json!(money.number(smallest));
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::{
		limits::Budget,
		terms::Terms,
		types::{MachineId, OfferId},
	};

	#[test]
	fn machines_get_amounts_as_decimal_numbers_and_the_asset() {
		let mut offer = Offer {
			id: OfferId(1),
			machine: MachineId([1; 32]),
			version: 1,
			terms: Terms::example(),
		};
		let json = offer_json(&offer, &Denomination::native());
		assert_eq!(
			(&json["terms"]["unit_price"], &json["terms"]["bond"]),
			(&json!("2"), &json!("1"))
		);
		assert_eq!(
			(&json["terms"]["asset"], &json["terms"]["symbol"]),
			(&json!("native"), &json!("BPI"))
		);
		(offer.terms.asset, offer.terms.unit_price) = (Asset::Number(1984), 2_500_000);
		let json = offer_json(&offer, &Denomination::of_asset(1984, b"tUSD", 6));
		assert_eq!(
			(&json["terms"]["unit_price"], &json["terms"]["asset"]),
			(&json!("2.5"), &json!(1984))
		);
	}

	#[test]
	fn each_budget_is_in_its_own_asset() {
		let budget = |asset| Budget {
			asset,
			per_period: 3_000_000,
			spent: 0,
		};
		let spending = Spending {
			purposes: vec![],
			period: 0,
			renews_at: 0,
			budgets: vec![budget(Asset::Number(1984)), budget(Asset::Number(7))],
		};
		let money = Denominations([(Asset::Number(1984), Denomination::of_asset(1984, b"tUSD", 6))].into());
		let json = spending_json(Some(&spending), &money);
		assert_eq!(json["budgets"][0]["per_period"], "3");
		assert_eq!(json["budgets"][1]["per_period"], "3000000", "in its smallest unit");
		assert_eq!(spending_json(None, &money), Value::Null);
	}
}
