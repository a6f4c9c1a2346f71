//! Purchase orders.

use super::{order_of, shown, word, Actor, LOT};
use crate::{
	chain::market::{queries, MarketCall, Order, OrderState, Purchase, PurchaseId, Rateable},
	cli::{
		args::{MaybeSigner, PurchaseCommand},
		customer, dispute, money, CliError, Desk, Result,
	},
	quantity::Quantity,
};
use serde_json::json;
use subxt::utils::H256;

pub(in crate::cli) async fn purchase(desk: &Desk<'_>, what: &PurchaseCommand) -> Result<u8> {
	match what {
		PurchaseCommand::Show { order } => show(desk, *order).await,
		PurchaseCommand::List { account } => list(desk, account).await,
		PurchaseCommand::Deliver {
			order,
			quantity,
			lot,
			note,
			signer,
		} => {
			let lot = lot.as_deref().map(|lot| word("the lot", lot, LOT)).transpose()?;
			let note = note.as_deref().map_or(Ok(H256::zero()), dispute::hash_of)?;
			let actor = Actor::new(desk, signer).await?;
			let record = order_of(&actor.at, *order).await?;
			if record.state != OrderState::Awaiting {
				return Err(stands(
					*order,
					&record,
					"goods can be delivered only while they are awaited",
				));
			}
			let quantity = part(*quantity, record.outstanding(), "outstanding")?;
			let order = *order;
			actor
				.send(MarketCall::Deliver {
					order,
					quantity,
					lot,
					note,
				})
				.await
		}
		PurchaseCommand::Confirm {
			order,
			quantity,
			signer,
		} => {
			let (actor, quantity) = in_review(desk, *order, *quantity, signer).await?;
			let call = MarketCall::Confirm {
				order: *order,
				quantity,
				reading: None,
			};
			actor.send(call).await
		}
		PurchaseCommand::Reject {
			order,
			quantity,
			reason,
			signer,
		} => {
			let (actor, quantity) = in_review(desk, *order, *quantity, signer).await?;
			let call = MarketCall::Reject {
				order: *order,
				quantity,
				reason: customer::reason_hash(reason),
			};
			actor.send(call).await
		}
		PurchaseCommand::Rate { order, stars, signer } => {
			let actor = Actor::new(desk, signer).await?;
			let record = order_of(&actor.at, *order).await?;
			if !record.is_settled() {
				return Err(stands(*order, &record, "it can be rated when it has ended"));
			}
			if record.rated {
				return Err(CliError::refused(format!(
					"purchase {order} was rated already; each is rated once"
				)));
			}
			let (agreement, stars) = (Rateable::Order(*order), *stars);
			actor.send(MarketCall::Rate { agreement, stars }).await
		}
		PurchaseCommand::Cancel { order, reason, signer } => {
			let (order, reason) = (*order, customer::reason_hash(reason));
			simply(desk, MarketCall::Cancel { order, reason }, signer).await
		}
		PurchaseCommand::Expire { order, signer } => simply(desk, MarketCall::Expire(*order), signer).await,
		PurchaseCommand::Concede { order, signer } => simply(desk, MarketCall::Concede(*order), signer).await,
		PurchaseCommand::Dispute {
			order,
			evidence,
			signer,
		} => {
			let (order, evidence) = (*order, dispute::hash_of(evidence)?);
			simply(desk, MarketCall::Dispute { order, evidence }, signer).await
		}
		PurchaseCommand::Remove { order, signer } => simply(desk, MarketCall::Remove(*order), signer).await,
	}
}

async fn simply(desk: &Desk<'_>, call: MarketCall, signer: &MaybeSigner) -> Result<u8> {
	desk.by_anyone(call.into(), signer).await
}

fn stands(id: PurchaseId, order: &Order, rule: &str) -> CliError {
	CliError::refused(format!("purchase {id}: {}; {rule}", order.state.words()))
}

/// So much of what there is, or all of it.
fn part(typed: Option<Quantity>, there: u64, which: &str) -> Result<u64> {
	match typed {
		Some(Quantity(0)) => Err(CliError::refused("nothing is no quantity; name one above zero")),
		Some(Quantity(wanted)) if wanted > there => Err(CliError::refused(format!(
			"only {} is {which}, and not {}",
			Quantity(there),
			Quantity(wanted)
		))),
		Some(Quantity(wanted)) => Ok(wanted),
		None => Ok(there),
	}
}

/// Who acts, and how much of what is in review he means.
async fn in_review<'a>(
	desk: &'a Desk<'a>,
	order: PurchaseId,
	quantity: Option<Quantity>,
	signer: &MaybeSigner,
) -> Result<(Actor<'a>, u64)> {
	let actor = Actor::new(desk, signer).await?;
	let record = order_of(&actor.at, order).await?;
	if record.in_review() == 0 {
		return Err(stands(order, &record, "there is nothing to accept or reject"));
	}
	let quantity = part(quantity, record.in_review(), "in review")?;
	Ok((actor, quantity))
}

async fn show(desk: &Desk<'_>, id: PurchaseId) -> Result<u8> {
	let chain = desk.chain()?;
	let (at, head) = desk.at_newest(&chain).await?;
	let order = order_of(&at, id).await?;
	let money = money::denomination(&at, order.asset.into()).await?;
	let text = shown::order(id, &order, &money, head.time);
	desk.say(text, &json!({ "id": id, "order": order, "symbol": money.symbol() }));
	Ok(0)
}

async fn list(desk: &Desk<'_>, typed: &str) -> Result<u8> {
	let account = customer::account(typed)?;
	let chain = desk.chain()?;
	let (at, head) = desk.at_newest(&chain).await?;
	let book = queries::book(&at, &account).await?;
	let mut orders = book.sales;
	for purchase in book.purchases {
		match purchase {
			Purchase::Order(order) => orders.push(order),
			Purchase::Request(id) => {
				let Some(request) = queries::request(&at, id).await? else {
					continue;
				};
				let money = money::Denominations::of(&at, [request.wanted.asset.into()]).await?;
				let money = money.get(request.wanted.asset.into());
				let text = shown::request(id, &request, &money, head.time);
				desk.say(text, &json!({ "request": id, "record": request }));
			}
		}
	}
	for id in orders {
		let Some(order) = queries::order(&at, id).await? else {
			continue;
		};
		let money = money::Denominations::of(&at, [order.asset.into()]).await?;
		let text = shown::order(id, &order, &money.get(order.asset.into()), head.time);
		desk.say(text, &json!({ "purchase": id, "record": order }));
	}
	Ok(0)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn no_more_is_named_than_there_is() {
		assert_eq!(part(None, 16_000, "outstanding").unwrap(), 16_000);
		assert_eq!(part(Some(Quantity(500)), 16_000, "outstanding").unwrap(), 500);
		let error = part(Some(Quantity(17_000)), 16_000, "outstanding")
			.unwrap_err()
			.to_string();
		assert_eq!(error, "only 16 is outstanding, and not 17");
		assert!(part(Some(Quantity(0)), 1, "in review").is_err());
	}
}
