//! How the market's records are shown.

use crate::{
	asset::Denomination,
	chain::{
		market::{Bid, Order, OrderState, Quote, QuoteId, Request, RequestState, Side, Stock, Word, SCORE_ONE},
		types::ChainTime,
	},
	parse::show_millis,
	quantity::Quantity,
};

/// Parts per million as people read them: `72.5%`.
pub(super) fn percent(parts: u32) -> String {
	format!("{}%", f64::from(parts) / 10_000.0)
}

/// A score as a share of the best.
fn score(score: u64) -> String {
	let parts = u128::from(score) * 1_000_000 / u128::from(SCORE_ONE);
	percent(u32::try_from(parts).unwrap_or(u32::MAX))
}

pub(super) fn quote(id: QuoteId, quote: &Quote, money: &Denomination) -> String {
	let terms = &quote.terms;
	let tiers: Vec<_> = terms
		.tiers
		.iter()
		.map(|tier| {
			let price = money.show(tier.unit_price.saturating_mul(1_000));
			format!("{price} a unit from {} on", Quantity(tier.from_quantity))
		})
		.collect();
	let areas: Vec<_> = terms.areas.iter().map(ToString::to_string).collect();
	let place = match areas.is_empty() {
		true => "anywhere".to_owned(),
		false => areas.join(", "),
	};
	format!(
		"quote {id}  {} ({})  {}; {} in stock, within {}, delivered {place}, version {}\n    supplier {}",
		terms.item,
		terms.category,
		tiers.join(", "),
		Quantity(quote.stock),
		show_millis(terms.lead_time),
		quote.version,
		quote.supplier
	)
}

fn bid(place: usize, bid: &Bid, money: &Denomination) -> String {
	let counter = bid.counter.map_or(String::new(), |counter| {
		let by = match counter.by {
			Side::Payer => "the buyer",
			Side::Payee => "the bidder",
		};
		format!("; {by} proposes {}", money.show(counter.price))
	});
	format!(
		"{}. {} within {}, score {}, name {}, by {}{counter}",
		place + 1,
		money.show(bid.price),
		show_millis(bid.lead_time),
		score(bid.score),
		percent(bid.standing),
		bid.bidder
	)
}

pub(super) fn request(id: impl std::fmt::Display, request: &Request, money: &Denomination, time: ChainTime) -> String {
	let wanted = &request.wanted;
	let left = |until: u64| show_millis(until.saturating_sub(time.agreement()));
	let mut lines = vec![
		format!(
			"request {id}  {} of {} ({}) for at most {} within {}: {}",
			Quantity(wanted.quantity),
			wanted.item,
			wanted.category,
			money.show(wanted.max_price),
			show_millis(wanted.max_lead_time),
			request.state.words()
		),
		format!(
			"    price {}, lead time {}, name {}; buyer {}",
			percent(wanted.weights.price),
			percent(wanted.weights.lead_time),
			percent(wanted.weights.standing),
			request.buyer
		),
	];
	if request.state == RequestState::Open {
		lines.push(format!(
			"    bids within {}, revealed within {}, awarded within {}",
			left(request.bid_until),
			left(request.reveal_until),
			left(request.award_until)
		));
	}
	if request.sealed > 0 {
		lines.push(format!("    {} sealed bids", request.sealed));
	}
	let bids = request.bids.iter().enumerate();
	lines.extend(bids.map(|(place, each)| format!("    {}", bid(place, each, money))));
	lines.join("\n")
}

pub(super) fn order(id: impl std::fmt::Display, order: &Order, money: &Denomination, time: ChainTime) -> String {
	let left = |until: u64| show_millis(until.saturating_sub(time.agreement()));
	let time = match order.state {
		OrderState::Awaiting if time.agreement() > order.deliver_by => {
			format!(", late; within {} at all", left(order.due_until))
		}
		OrderState::Awaiting => format!(", due within {}", left(order.deliver_by)),
		OrderState::Delivered => format!(", review ends in {}", left(order.review_until)),
		_ => String::new(),
	};
	format!(
		"purchase {id}  {} of {} for {}: {}{time}\n    {} have come, {} accepted, {} rejected; buyer {}, supplier {}",
		Quantity(order.quantity),
		order.item,
		money.show(order.price),
		order.state.words(),
		Quantity(order.delivered),
		Quantity(order.accepted),
		Quantity(order.rejected),
		order.buyer,
		order.supplier
	)
}

pub(super) fn stock(item: &Word, stock: &Stock) -> String {
	let unit = &stock.unit;
	let mut text = format!(
		"{item}  {} {unit} on hand, {} put aside",
		Quantity(stock.on_hand()),
		Quantity(stock.reserved())
	);
	if let Some(reorder) = &stock.reorder {
		text += &format!(
			"; below {} {unit} more is asked for, {} {unit}",
			Quantity(reorder.point),
			Quantity(reorder.quantity)
		);
	}
	match stock.raised.map(|raised| raised.request) {
		Some(Some(request)) => text += &format!("; asked for by request {request}"),
		Some(None) => text += "; asking for more has failed",
		None => {}
	}
	let lots = stock.lots.iter().filter(|lot| !lot.lot.is_empty());
	for lot in lots {
		text += &format!("\n    lot {}: {} {unit}", lot.lot, Quantity(lot.on_hand));
	}
	text
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn an_order_says_what_it_waits_for() {
		let (mut shown, money) = (Order::example(), Denomination::native());
		shown.price = 40_000_000_000_000;
		let at = |order: &Order, unix| {
			let time = ChainTime {
				unix,
				..ChainTime::default()
			};
			super::order(7, order, &money, time)
		};
		let text = at(&shown, 50);
		assert!(
			text.starts_with("purchase 7  16 of cutting-oil-22 for 40 BPI"),
			"{text}"
		);
		assert!(text.contains("due within 50 ms"), "{text}");
		assert!(at(&shown, 101).contains("late"));
		(shown.state, shown.delivered, shown.review_until) = (OrderState::Delivered, 16_000, 90);
		assert!(at(&shown, 50).contains("review ends in 40 ms"));
	}

	#[test]
	fn stock_is_shown_in_its_unit() {
		let text = stock(&Word::from("cutting-oil-22"), &Stock::example(3_500));
		assert_eq!(text, "cutting-oil-22  3.5 LTR on hand, 0 put aside");
	}
}
