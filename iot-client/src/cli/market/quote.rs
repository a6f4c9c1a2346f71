//! Standing quotes.

use super::{maybe_account, quote_of, region, shown, word, Actor, WORD};
use crate::{
	amount::Written,
	asset::Asset,
	chain::market::{queries, FoundQuote, MarketCall, QuoteId, StoreId},
	cli::{
		args::{MaybeSigner, QuoteCommand},
		money, CliError, Desk, Result,
	},
	papers::Paper,
	quantity::Quantity,
};
use serde_json::json;
use subxt::utils::AccountId32;

pub(in crate::cli) async fn quote(desk: &Desk<'_>, what: &QuoteCommand) -> Result<u8> {
	match what {
		QuoteCommand::Publish {
			file,
			stock,
			update,
			machine,
			signer,
		} => {
			let paper = Paper::load(file)?;
			let actor = Actor::new(desk, signer).await?;
			let terms = paper.quote(&actor.money(paper.asset.into()).await?)?;
			let terms = Box::new(terms);
			match update {
				Some(quote) => actor.send(MarketCall::UpdateQuote { quote: *quote, terms }).await,
				None => {
					let call = MarketCall::PublishQuote {
						supplier: actor.party(*machine),
						terms,
						stock: stock.unwrap_or_default().0,
					};
					actor.create(call, ("Procurement", "QuotePublished", "quote")).await
				}
			}
		}
		QuoteCommand::Stock { quote, stock, signer } => {
			let actor = Actor::new(desk, signer).await?;
			let read = quote_of(&actor.at, *quote).await?.stock;
			actor
				.send(MarketCall::SetStock {
					quote: *quote,
					read,
					stock: stock.0,
				})
				.await
		}
		QuoteCommand::Withdraw { quote, signer } => {
			Actor::new(desk, signer)
				.await?
				.send(MarketCall::WithdrawQuote(*quote))
				.await
		}
		QuoteCommand::Show { quote } => show(desk, *quote).await,
		QuoteCommand::List {
			category,
			area,
			asset,
			limit,
		} => list(desk, (category, area.as_deref(), *asset), *limit).await,
		QuoteCommand::Buy {
			quote,
			quantity,
			max_price,
			area,
			site,
			arbiter,
			signer,
		} => {
			let line = Line {
				quote: *quote,
				quantity: *quantity,
				max_price: max_price.as_ref(),
				area: area.as_deref(),
				site: *site,
				arbiter: maybe_account(arbiter.as_deref())?,
			};
			buy(desk, line, signer).await
		}
	}
}

async fn show(desk: &Desk<'_>, id: QuoteId) -> Result<u8> {
	let chain = desk.chain()?;
	let (at, _) = desk.at_newest(&chain).await?;
	let quote = quote_of(&at, id).await?;
	let money = money::denomination(&at, quote.terms.asset.into()).await?;
	desk.say(
		shown::quote(id, &quote, &money),
		&json!({ "id": id, "quote": quote, "symbol": money.symbol() }),
	);
	Ok(0)
}

async fn list(desk: &Desk<'_>, (category, area, asset): (&str, Option<&str>, Asset), limit: usize) -> Result<u8> {
	let (category, area) = (word("the category", category, WORD)?, region(area));
	let chain = desk.chain()?;
	let (at, _) = desk.at_newest(&chain).await?;
	let money = money::denomination(&at, asset).await?;
	let (mut found, mut cursor) = (Vec::<FoundQuote>::new(), None);
	loop {
		let page = queries::quotes_by(&at, (&category, &area, asset.into()), None, cursor).await?;
		found.extend(page.found);
		cursor = page.next;
		if cursor.is_none() || found.len() > limit {
			break;
		}
	}
	let more = cursor.is_some() || found.len() > limit;
	for each in found.iter().take(limit) {
		desk.say(shown::quote(each.id, &each.quote, &money), each);
	}
	if !desk.cli.json && found.is_empty() {
		eprintln!("no quote of {category} in {asset} is delivered there");
	}
	if !desk.cli.json && more {
		eprintln!("there are more; see them with --limit");
	}
	Ok(0)
}

/// What is ordered.
struct Line<'a> {
	quote: QuoteId,
	quantity: Quantity,
	max_price: Option<&'a Written>,
	area: Option<&'a str>,
	site: Option<StoreId>,
	arbiter: Option<AccountId32>,
}

async fn buy(desk: &Desk<'_>, line: Line<'_>, signer: &MaybeSigner) -> Result<u8> {
	let actor = Actor::new(desk, signer).await?;
	let quote = quote_of(&actor.at, line.quote).await?;
	let money = actor.money(quote.terms.asset).await?;
	let price = quote.terms.price_of(line.quantity.0).ok_or_else(|| {
		let least = quote.terms.tiers.first().map_or(0, |tier| tier.from_quantity);
		CliError::refused(format!(
			"the smallest order from quote {} is {}, not {}",
			line.quote,
			Quantity(least),
			line.quantity
		))
	})?;
	if quote.stock < line.quantity.0 {
		return Err(CliError::refused(format!(
			"quote {} has {} in stock; order less, or elsewhere",
			line.quote,
			Quantity(quote.stock)
		)));
	}
	let max_price = match line.max_price {
		Some(written) => money.read(written.as_str()).map_err(CliError::refused)?,
		None => price,
	};
	if price > max_price {
		return Err(CliError::refused(format!(
			"{} cost {}, more than your limit of {}; raise --max-price or order less",
			line.quantity,
			money.show(price),
			money.show(max_price)
		)));
	}
	let call = MarketCall::Buy {
		quote: line.quote,
		version: quote.version,
		quantity: line.quantity.0,
		max_price,
		area: region(line.area),
		site: line.site,
		arbiter: line.arbiter,
	};
	actor.create(call, ("Procurement", "Ordered", "order")).await
}
