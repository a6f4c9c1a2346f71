//! Finding offers.

use super::{
	args::Command,
	money::{self, Denominations},
	CliError, Desk, Result,
};
use crate::{
	asset::{Asset, Denomination},
	chain::{queries, types::Offer, At},
	parse::show_millis,
};

/// Where offers stand side by side, the cheapest unit first.
pub(super) struct Shelf {
	/// What is for sale.
	pub capability: String,
	/// A country or a part of one; empty for anywhere.
	pub region: String,
	/// What it is priced in.
	pub asset: Asset,
	/// The most that a unit may cost, in the asset's smallest unit.
	pub max_price: Option<u128>,
}

/// Shows `each` the offers of a shelf by rising price of a unit, until it has seen enough and gives `false`.
pub(super) async fn each(at: &At, shelf: &Shelf, mut each: impl FnMut(Offer) -> bool) -> Result<()> {
	let mut cursor = None;
	loop {
		let page = queries::offers_by(
			at,
			&shelf.capability,
			&shelf.region,
			shelf.asset,
			shelf.max_price,
			cursor,
		)
		.await?;
		for offer in page.offers {
			if !each(offer) {
				return Ok(());
			}
		}
		match page.next {
			Some(next) => cursor = Some(next),
			None => return Ok(()),
		}
	}
}

/// Shows offers, asset by asset, cheapest first. With a capability and an asset the chain's own index answers; otherwise
/// all offers are looked through.
pub(super) async fn find(desk: &Desk<'_>) -> Result<u8> {
	let Command::Find {
		capability,
		region,
		machine,
		asset,
		max_price,
		units,
		limit,
		skip,
	} = &desk.cli.command
	else {
		return Ok(0);
	};
	let chain = desk.chain()?;
	let (at, _) = desk.at_newest(&chain).await?;
	// A price says something in its asset only.
	let asset = asset.or(max_price.as_ref().map(|_| Asset::Native));
	let max_price = match (max_price, asset) {
		(Some(price), Some(asset)) => {
			let money = money::denomination(&at, asset).await?;
			Some(money.read(price.as_str()).map_err(CliError::refused)?)
		}
		_ => None,
	};
	let wanted =
		|offer: &Offer| machine.is_none_or(|machine| machine == offer.machine) && offer.terms.max_units >= *units;
	// One more than is shown tells whether there is more.
	let enough = skip.saturating_add(*limit).saturating_add(1);
	let mut offers = Vec::new();
	if let (Some(capability), Some(asset)) = (capability, asset) {
		let shelf = Shelf {
			capability: capability.clone(),
			region: region.clone().unwrap_or_default(),
			asset,
			max_price,
		};
		each(&at, &shelf, |offer| {
			offers.extend(Some(offer).filter(wanted));
			offers.len() < enough
		})
		.await?;
	} else {
		let fits = |offer: &Offer| {
			let terms = &offer.terms;
			capability.as_ref().is_none_or(|word| *word == terms.capability)
				&& region.as_ref().is_none_or(|region| is_in(&terms.region, region))
				&& asset.is_none_or(|asset| asset == terms.asset)
				&& max_price.is_none_or(|price| terms.unit_price <= price)
				&& wanted(offer)
		};
		offers = queries::offers(&at, fits).await?;
		offers.sort_by_key(|offer| (offer.terms.asset, offer.terms.unit_price, offer.id));
	}
	let more = offers.len() > skip.saturating_add(*limit);
	let found = !offers.is_empty();
	let shown: Vec<_> = offers.into_iter().skip(*skip).take(*limit).collect();
	let denominations = Denominations::of(&at, shown.iter().map(|offer| offer.terms.asset)).await?;
	for offer in shown {
		let money = denominations.get(offer.terms.asset);
		desk.say(offer_text(&offer, &money), &money::offer_json(&offer, &money));
	}
	if !desk.cli.json && more {
		eprintln!("there are more; see them with --skip {}", skip.saturating_add(*limit));
	}
	if !desk.cli.json && !found {
		eprintln!("no offer fits");
	}
	Ok(0)
}

/// Whether `place` is `region` or a part of it.
fn is_in(place: &str, region: &str) -> bool {
	place
		.strip_prefix(region)
		.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

fn offer_text(offer: &Offer, money: &Denomination) -> String {
	let terms = &offer.terms;
	let mut more = Vec::new();
	if !terms.region.is_empty() {
		more.push(format!("in {}", terms.region));
	}
	if let Asset::Number(_) = terms.asset {
		more.push(format!("paid in {money}"));
	}
	more.extend(
		terms
			.tiers
			.iter()
			.map(|tier| format!("{} a unit from {} on", money.show(tier.unit_price), tier.from_units)),
	);
	if let Some(rework) = terms.rework {
		more.push(format!(
			"mended up to {} times within {}",
			rework.rounds,
			show_millis(rework.window)
		));
	}
	if let Some(disputes) = &terms.disputes {
		more.push(format!("{} arbiters to choose from", disputes.arbiters.len()));
	}
	let more: String = more.iter().map(|piece| format!(", {piece}")).collect();
	format!(
		"offer {}  {}  {} a unit, at most {} units, within {} or more, review {}, bond {}{more}\n    machine {}",
		offer.id,
		terms.capability,
		money.show(terms.unit_price),
		terms.max_units,
		show_millis(terms.lead_time),
		show_millis(terms.review_window),
		money.show(terms.bond),
		offer.machine,
	)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_country_holds_its_parts_and_no_other_country() {
		assert!(is_in("DE-HB", "DE") && is_in("DE", "DE") && is_in("DE-HB", "DE-HB"));
		assert!(!is_in("DE", "DE-HB") && !is_in("DK", "DE") && !is_in("DE-HBX", "DE-HB") && !is_in("", "DE"));
	}
}
