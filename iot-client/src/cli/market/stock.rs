//! Sites, and what is kept there.

use super::{item, maybe_account, region, shown, word, Actor, LOT, WORD};
use crate::{
	chain::market::{queries, ItemCode, Keeper, MarketCall, Reorder, Rights, SiteProfile, StoreId, Word},
	cli::{
		args::{Kept, MaybeSigner, StockCommand},
		customer, CliError, Desk, Result,
	},
};
use serde_json::json;
use std::time::Duration;

pub(in crate::cli) async fn stock(desk: &Desk<'_>, what: &StockCommand) -> Result<u8> {
	match what {
		StockCommand::Sites { owner } => sites(desk, owner).await,
		StockCommand::Open {
			name,
			region: place,
			gln,
			room,
			signer,
		} => {
			let profile = SiteProfile {
				name: word("the name", name, 64)?,
				gln: gln.as_deref().map(|gln| word("the GLN", gln, 13)).transpose()?,
				region: region(place.as_deref()),
			};
			let call = MarketCall::CreateSite { profile, room: *room };
			let actor = Actor::new(desk, signer).await?;
			actor.create(call, ("Inventory", "SiteCreated", "site")).await
		}
		StockCommand::Close { site, signer } => simply(desk, MarketCall::CloseSite(*site), signer).await,
		StockCommand::Keepers { site, keepers, signer } => {
			let keepers = keepers.iter().map(|typed| keeper(typed)).collect::<Result<_>>()?;
			simply(desk, MarketCall::SetKeepers { site: *site, keepers }, signer).await
		}
		StockCommand::Keep {
			kept,
			unit,
			gtin,
			signer,
		} => {
			let (site, item) = at(kept)?;
			let code = match gtin {
				true => ItemCode::Gtin,
				false => ItemCode::Own,
			};
			let unit = word("the unit", unit, 3)?;
			simply(desk, MarketCall::OpenItem { site, item, code, unit }, signer).await
		}
		StockCommand::Drop { kept, signer } => {
			let (site, item) = at(kept)?;
			simply(desk, MarketCall::CloseItem { site, item }, signer).await
		}
		StockCommand::Show { site } => show(desk, *site).await,
		StockCommand::PutAway {
			order,
			site,
			buyer,
			signer,
		} => {
			let actor = Actor::new(desk, signer).await?;
			let owner = maybe_account(buyer.as_deref())?.unwrap_or(actor.account);
			let order = *order;
			let call = match *site {
				Some(site) => MarketCall::PutAway { owner, order, site },
				None => MarketCall::DismissArrival { owner, order },
			};
			actor.send(call).await
		}
		StockCommand::Reorder { .. } => reorder(desk, what).await,
		StockCommand::Receive { .. }
		| StockCommand::Issue { .. }
		| StockCommand::Move { .. }
		| StockCommand::Count { .. } => change(desk, what).await,
	}
}

async fn simply(desk: &Desk<'_>, call: MarketCall, signer: &MaybeSigner) -> Result<u8> {
	desk.by_anyone(call.into(), signer).await
}

fn at(kept: &Kept) -> Result<(StoreId, Word)> {
	Ok((kept.site, item(&kept.item)?))
}

/// What comes, goes, or is counted.
async fn change(desk: &Desk<'_>, what: &StockCommand) -> Result<u8> {
	match what {
		StockCommand::Receive {
			kept,
			quantity,
			lot,
			good_for,
			signer,
		} => {
			let (site, item) = at(kept)?;
			let actor = Actor::new(desk, signer).await?;
			let now = actor.head.time.unix;
			let call = MarketCall::Receive {
				site,
				item,
				lot: word("the lot", lot, LOT)?,
				quantity: quantity.0,
				expires: good_for.map(|time| now.saturating_add(millis(time))),
			};
			actor.send(call).await
		}
		StockCommand::Issue {
			kept,
			quantity,
			lot,
			signer,
		} => {
			let (site, item) = at(kept)?;
			let call = MarketCall::Consume {
				site,
				item,
				lot: lot.as_deref().map(|lot| word("the lot", lot, LOT)).transpose()?,
				quantity: quantity.0,
			};
			simply(desk, call, signer).await
		}
		StockCommand::Move {
			kept,
			to,
			quantity,
			lot,
			signer,
		} => {
			let (from, item) = at(kept)?;
			let call = MarketCall::MoveStock {
				from,
				to: *to,
				item,
				lot: word("the lot", lot, LOT)?,
				quantity: quantity.0,
			};
			simply(desk, call, signer).await
		}
		StockCommand::Count {
			kept,
			on_hand,
			lot,
			reason,
			signer,
		} => {
			let ((site, item), lot) = (at(kept)?, word("the lot", lot, LOT)?);
			let actor = Actor::new(desk, signer).await?;
			let stock = queries::stock(&actor.at, site, &item).await?;
			let stock = stock.ok_or_else(|| not_kept(site, &item))?;
			let (_, basis) = stock.basis(&lot);
			let call = MarketCall::Count {
				site,
				item,
				lot,
				basis,
				on_hand: on_hand.0,
				reason: *reason,
			};
			actor.send(call).await
		}
		_ => Ok(0),
	}
}

fn not_kept(site: StoreId, item: &Word) -> CliError {
	CliError::refused(format!(
		"{item} is not kept at site {site}, or there is no such site; see `stock show {site}`"
	))
}

fn millis(time: Duration) -> u64 {
	u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

async fn reorder(desk: &Desk<'_>, what: &StockCommand) -> Result<u8> {
	let StockCommand::Reorder {
		kept,
		point,
		quantity,
		category,
		asset,
		highest_price,
		longest_lead_time,
		weights,
		buyer,
		now,
		signer,
		..
	} = what
	else {
		return Ok(0);
	};
	let (site, item) = at(kept)?;
	if *now {
		return simply(desk, MarketCall::Reorder { site, item }, signer).await;
	}
	let actor = Actor::new(desk, signer).await?;
	let reorder = match (point, quantity, category, highest_price, longest_lead_time) {
		(Some(point), Some(quantity), Some(category), Some(price), Some(time)) => {
			let asset = (*asset).into();
			let money = actor.money(asset).await?;
			Some(Box::new(Reorder {
				point: point.0,
				quantity: quantity.0,
				category: word("the category", category, WORD)?,
				asset,
				highest_price: money.read(price.as_str()).map_err(CliError::refused)?,
				longest_lead_time: millis(*time),
				weights: *weights,
				buyer: buyer.map(|machine| machine.0),
			}))
		}
		_ => None,
	};
	actor.send(MarketCall::SetReorder { site, item, reorder }).await
}

/// Reads `ACCOUNT=receive,issue`.
fn keeper(typed: &str) -> Result<Keeper> {
	let (who, may) = typed.rsplit_once('=').ok_or_else(|| {
		CliError::refused(format!(
			"`{typed}` is no keeper; write an account, `=`, and what he may do, such as 5Grw…=count,issue"
		))
	})?;
	let mut rights = Rights::default();
	for right in may.split(',') {
		match right.trim() {
			"receive" => rights.receive = true,
			"issue" => rights.issue = true,
			"count" => rights.count = true,
			"reserve" => rights.reserve = true,
			other => {
				return Err(CliError::refused(format!(
					"`{other}` is nothing that a keeper may do; there are receive, issue, count and reserve"
				)))
			}
		}
	}
	let account = customer::account(who)?;
	Ok(Keeper { account, rights })
}

async fn sites(desk: &Desk<'_>, typed: &str) -> Result<u8> {
	let owner = customer::account(typed)?;
	let chain = desk.chain()?;
	let (at, _) = desk.at_newest(&chain).await?;
	let sites = queries::sites_of(&at, &owner).await?;
	for (id, site) in &sites {
		let place = match site.profile.region.is_empty() {
			true => String::new(),
			false => format!(" in {}", site.profile.region),
		};
		let text = format!(
			"site {id}  {}{place}; {} of {} records used, {} keepers",
			site.profile.name,
			site.used,
			site.room,
			site.keepers.len()
		);
		desk.say(text, &json!({ "site": id, "record": site }));
	}
	if !desk.cli.json && sites.is_empty() {
		eprintln!("{owner} has no site; `stock open` creates one");
	}
	Ok(0)
}

async fn show(desk: &Desk<'_>, site: StoreId) -> Result<u8> {
	let chain = desk.chain()?;
	let (at, _) = desk.at_newest(&chain).await?;
	if queries::site(&at, site).await?.is_none() {
		return Err(CliError::refused(format!(
			"there is no site {site} on this chain; `stock sites` lists somebody's"
		)));
	}
	let kept = queries::stock_at(&at, site).await?;
	for (item, stock) in &kept {
		desk.say(
			shown::stock(item, stock),
			&json!({ "site": site, "item": item, "stock": stock }),
		);
	}
	if !desk.cli.json && kept.is_empty() {
		eprintln!("nothing is kept at site {site}");
	}
	Ok(0)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_keeper_is_an_account_and_what_he_may_do() {
		let alice = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
		let found = keeper(&format!("{alice}=count,issue")).unwrap();
		assert_eq!(found.account.to_string(), alice);
		assert!(found.rights.count && found.rights.issue && !found.rights.receive && !found.rights.reserve);
		for (typed, word) in [
			(alice.to_owned(), "such as"),
			(format!("{alice}=sell"), "receive, issue, count and reserve"),
			("nobody=count".to_owned(), "//Customer"),
		] {
			let error = keeper(&typed).unwrap_err().to_string();
			assert!(error.contains(word), "{typed}: {error}");
		}
	}
}
