//! Requests for quotes, and bids on them.

use super::{maybe_account, region, request_of, shown, word, Actor, WORD};
use crate::{
	chain::market::{
		commitment, queries, AwardRule, Bidding, FoundRequest, MarketCall, Request, RequestId, RequestState, Side,
	},
	cli::{
		args::{BidTerms, MaybeSigner, RequestCommand},
		customer, money, CliError, Desk, Result,
	},
	papers::Paper,
	parse::{self, show_millis},
	quantity::Quantity,
};
use serde_json::json;
use subxt::utils::{AccountId32, H256};

pub(in crate::cli) async fn request(desk: &Desk<'_>, what: &RequestCommand) -> Result<u8> {
	match what {
		RequestCommand::Raise { file, signer } => {
			let paper = Paper::load(file)?;
			let actor = Actor::new(desk, signer).await?;
			let wanted = paper.request(&actor.money(paper.asset.into()).await?)?;
			let call = MarketCall::RaiseRequest(Box::new(wanted));
			actor.create(call, ("Procurement", "RequestRaised", "request")).await
		}
		RequestCommand::Show { request } => show(desk, *request).await,
		RequestCommand::List { category, area, limit } => list(desk, category, area.as_deref(), *limit).await,
		RequestCommand::Bid { request, terms, signer } => bid(desk, *request, terms, signer).await,
		RequestCommand::Reveal {
			request,
			terms,
			salt,
			signer,
		} => {
			let actor = Actor::new(desk, signer).await?;
			let (_, price, lead_time) = offered(&actor, *request, terms).await?;
			let call = MarketCall::RevealBid {
				request: *request,
				price,
				lead_time,
				salt: H256(*salt),
			};
			actor.send(call).await
		}
		RequestCommand::Award { request, to, signer } => award(desk, *request, to.as_deref(), signer).await,
		RequestCommand::Counter {
			request,
			bidder,
			price,
			signer,
		} => {
			let actor = Actor::new(desk, signer).await?;
			let record = request_of(&actor.at, *request).await?;
			let money = actor.money(record.wanted.asset).await?;
			let price = money.read(price.as_str()).map_err(CliError::refused)?;
			let bidder = maybe_account(bidder.as_deref())?.unwrap_or(actor.account);
			let bid = bid_of(&record, *request, &bidder)?;
			if price >= bid.price {
				return Err(CliError::refused(format!(
					"the bid says {}; a counter-offer is lower than that, and not {}",
					money.show(bid.price),
					money.show(price)
				)));
			}
			if bid.rounds >= record.wanted.rounds {
				return Err(CliError::refused(format!(
					"request {request} allows {} counter-offers about a bid, and there were as many",
					record.wanted.rounds
				)));
			}
			let request = *request;
			actor.send(MarketCall::CounterOffer { request, bidder, price }).await
		}
		RequestCommand::Agree {
			request,
			bidder,
			signer,
		} => agree(desk, *request, bidder.as_deref(), signer).await,
		RequestCommand::Cancel { request, signer } => simply(desk, MarketCall::CancelRequest(*request), signer).await,
		RequestCommand::Expire { request, signer } => simply(desk, MarketCall::ExpireRequest(*request), signer).await,
		RequestCommand::Forfeit {
			request,
			bidder,
			signer,
		} => {
			let (request, bidder) = (*request, customer::account(bidder)?);
			simply(desk, MarketCall::ForfeitBid { request, bidder }, signer).await
		}
		RequestCommand::Reclaim {
			request,
			bidder,
			signer,
		} => {
			let actor = Actor::new(desk, signer).await?;
			let bidder = maybe_account(bidder.as_deref())?.unwrap_or(actor.account);
			let request = *request;
			actor.send(MarketCall::ReclaimBid { request, bidder }).await
		}
		RequestCommand::Remove { request, signer } => simply(desk, MarketCall::RemoveRequest(*request), signer).await,
	}
}

async fn simply(desk: &Desk<'_>, call: MarketCall, signer: &MaybeSigner) -> Result<u8> {
	desk.by_anyone(call.into(), signer).await
}

async fn show(desk: &Desk<'_>, id: RequestId) -> Result<u8> {
	let chain = desk.chain()?;
	let (at, head) = desk.at_newest(&chain).await?;
	let request = request_of(&at, id).await?;
	let money = money::denomination(&at, request.wanted.asset.into()).await?;
	let text = shown::request(id, &request, &money, head.time);
	desk.say(text, &json!({ "id": id, "request": request, "symbol": money.symbol() }));
	Ok(0)
}

async fn list(desk: &Desk<'_>, category: &str, area: Option<&str>, limit: usize) -> Result<u8> {
	let (category, area) = (word("the category", category, WORD)?, region(area));
	let chain = desk.chain()?;
	let (at, head) = desk.at_newest(&chain).await?;
	let (mut found, mut cursor) = (Vec::<FoundRequest>::new(), None);
	loop {
		let page = queries::requests_by(&at, &category, &area, cursor).await?;
		found.extend(page.found);
		cursor = page.next;
		if cursor.is_none() || found.len() > limit {
			break;
		}
	}
	for each in found.iter().take(limit) {
		let money = money::Denominations::of(&at, [each.wanted.asset.into()]).await?;
		let money = money.get(each.wanted.asset.into());
		let best = each
			.best
			.as_ref()
			.map_or("none to read".to_owned(), |best| money.show(best.price));
		let text = format!(
			"request {}  {} of {} for at most {} within {}; {} bids, the best {best}; bids within {}\n    buyer {}",
			each.id,
			Quantity(each.wanted.quantity),
			each.wanted.item,
			money.show(each.wanted.max_price),
			show_millis(each.wanted.max_lead_time),
			each.bids,
			show_millis(each.bid_until.saturating_sub(head.time.agreement())),
			each.buyer
		);
		desk.say(text, each);
	}
	if !desk.cli.json && found.is_empty() {
		eprintln!("nobody asks for {category} there");
	}
	if !desk.cli.json && (cursor.is_some() || found.len() > limit) {
		eprintln!("there are more; see them with --limit");
	}
	Ok(0)
}

/// The request, and price and lead time of a bid on it that it can take.
async fn offered(actor: &Actor<'_>, id: RequestId, terms: &BidTerms) -> Result<(Request, u128, u64)> {
	let request = request_of(&actor.at, id).await?;
	let money = actor.money(request.wanted.asset).await?;
	let price = money.read(terms.price.as_str()).map_err(CliError::refused)?;
	let lead_time = terms.lead_time.as_millis() as u64;
	if request.state != RequestState::Open {
		return Err(CliError::refused(format!("request {id} is {}", request.state.words())));
	}
	if price > request.wanted.max_price {
		return Err(CliError::refused(format!(
			"the buyer pays at most {} for all of it, and not {}",
			money.show(request.wanted.max_price),
			money.show(price)
		)));
	}
	if lead_time > request.wanted.max_lead_time {
		return Err(CliError::refused(format!(
			"the buyer waits {} at most, and not {}",
			show_millis(request.wanted.max_lead_time),
			show_millis(lead_time)
		)));
	}
	Ok((request, price, lead_time))
}

async fn bid(desk: &Desk<'_>, id: RequestId, terms: &BidTerms, signer: &MaybeSigner) -> Result<u8> {
	let actor = Actor::new(desk, signer).await?;
	let (request, price, lead_time) = offered(&actor, id, terms).await?;
	let now = actor.head.time.agreement();
	if now > request.bid_until {
		return Err(CliError::refused(format!(
			"bids on request {id} were over {} ago",
			show_millis(now - request.bid_until)
		)));
	}
	match request.wanted.bidding {
		Bidding::Open => {
			let call = MarketCall::Bid {
				request: id,
				price,
				lead_time,
			};
			actor.send(call).await
		}
		Bidding::Sealed { reveal_window } => {
			let salt = H256(rand::random());
			// Before it is sent: without the salt the deposit is lost.
			let opens = show_millis(request.bid_until.saturating_sub(now));
			let text = format!(
				"salt {}: keep it. Reveal the bid in {opens}, within {} from then",
				parse::hex(salt),
				show_millis(reveal_window)
			);
			desk.say(
				text,
				&json!({ "request": id, "salt": salt, "price": price.to_string(), "lead_time": lead_time }),
			);
			let commitment = commitment(id, &actor.account, price, lead_time, &salt);
			actor
				.send(MarketCall::SealBid {
					request: id,
					commitment,
				})
				.await
		}
		Bidding::Private => Err(CliError::refused(format!(
			"request {id} takes private bids, which are encrypted to its buyer; this client makes none"
		))),
	}
}

async fn award(desk: &Desk<'_>, request: RequestId, to: Option<&str>, signer: &MaybeSigner) -> Result<u8> {
	let actor = Actor::new(desk, signer).await?;
	let record = request_of(&actor.at, request).await?;
	let call = match (record.wanted.award, maybe_account(to)?) {
		(AwardRule::Best, None) => MarketCall::Award(request),
		(AwardRule::ByHand, Some(bidder)) => {
			bid_of(&record, request, &bidder)?;
			MarketCall::AwardTo { request, bidder }
		}
		(AwardRule::Best, Some(_)) => {
			return Err(CliError::refused(format!(
				"request {request} is awarded to its best bid; leave --to out"
			)))
		}
		(AwardRule::ByHand, None) => {
			return Err(CliError::refused(format!(
				"request {request} is awarded by hand: say to whom with --to; `request show {request}` lists the bids"
			)))
		}
	};
	actor.send(call).await
}

async fn agree(desk: &Desk<'_>, request: RequestId, bidder: Option<&str>, signer: &MaybeSigner) -> Result<u8> {
	let actor = Actor::new(desk, signer).await?;
	let record = request_of(&actor.at, request).await?;
	let bidder = maybe_account(bidder)?.unwrap_or(actor.account);
	let counter = bid_of(&record, request, &bidder)?.counter.ok_or_else(|| {
		CliError::refused(format!(
			"there is no counter-offer about that bid; see `request show {request}`"
		))
	})?;
	let own = match counter.by {
		Side::Payee => bidder == actor.account,
		Side::Payer => record.buyer == actor.account,
	};
	if own {
		return Err(CliError::refused(
			"that is your own counter-offer; the other side agrees to it, or not",
		));
	}
	let call = MarketCall::AcceptCounterOffer {
		request,
		bidder,
		price: counter.price,
	};
	actor.send(call).await
}

fn bid_of<'a>(request: &'a Request, id: RequestId, bidder: &AccountId32) -> Result<&'a crate::chain::market::Bid> {
	request.bid_of(bidder).ok_or_else(|| {
		CliError::refused(format!(
			"{bidder} has no bid on request {id} that can be read; see `request show {id}`"
		))
	})
}
