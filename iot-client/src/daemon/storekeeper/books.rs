//! What the machine buys, as a finalized block has it.

use super::{decide::Expected, is_at};
use crate::{
	asset::Denomination,
	chain::{
		assets,
		market::{queries, Order, Purchase, PurchaseId, Request, RequestId, RequestState, StoreId},
		types::{ChainTime, MachineId},
		At, ChainError,
	},
	daemon::status::PurchaseStatus,
	quantity::Quantity,
};

/// The most purchases that are looked at; a buyer has no more open.
const MOST: usize = 64;

/// What the machine has open.
#[derive(Debug, Default)]
pub(super) struct Purchases {
	requests: Vec<(RequestId, Request, Denomination)>,
	orders: Vec<(PurchaseId, Order, Denomination)>,
}

impl Purchases {
	/// Those of a machine.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn of(at: &At, machine: MachineId) -> Result<Self, ChainError> {
		let book = queries::book(at, &machine.account()).await?;
		let mut all = Self::default();
		for purchase in book.purchases.into_iter().take(MOST) {
			let order = match purchase {
				Purchase::Order(order) => Some(order),
				Purchase::Request(id) => match queries::request(at, id).await? {
					Some(request) => match request.state {
						RequestState::Awarded(order) => Some(order),
						_ => {
							let money = denomination(at, request.wanted.asset).await?;
							all.requests.push((id, request, money));
							None
						}
					},
					None => None,
				},
			};
			let Some(id) = order else { continue };
			if let Some(order) = queries::order(at, id).await? {
				let money = denomination(at, order.asset).await?;
				all.orders.push((id, order, money));
			}
		}
		all.orders.sort_by_key(|(id, _, _)| *id);
		Ok(all)
	}

	/// The orders of an item for a site that have not ended, the oldest first.
	pub fn expected(&self, item: &str, site: StoreId) -> Vec<Expected> {
		let of = |(id, order, _): &(PurchaseId, Order, Denomination)| {
			let wanted = !order.is_settled() && order.item.to_string() == item && is_at(order.site, site);
			wanted.then(|| Expected {
				order: *id,
				delivered: order.delivered,
				review_until: order.review_until,
				review_window: order.conditions.review_window,
				in_review: order.in_review(),
			})
		};
		self.orders.iter().filter_map(of).collect()
	}

	/// An order that is open.
	pub fn order(&self, id: PurchaseId) -> Option<&Order> {
		self.orders
			.iter()
			.find(|(other, _, _)| *other == id)
			.map(|(_, order, _)| order)
	}

	/// Whether an item is asked for, or on its way.
	pub fn has(&self, item: &str) -> bool {
		let requests = self
			.requests
			.iter()
			.any(|(_, request, _)| request.wanted.item.to_string() == item);
		let orders = self.orders.iter();
		requests
			|| orders
				.filter(|(_, order, _)| !order.is_settled())
				.any(|(_, order, _)| order.item.to_string() == item)
	}

	/// For whoever looks on.
	pub fn shown(&self, time: ChainTime) -> Vec<PurchaseStatus> {
		let unix = |agreement: u64| Some(agreement.saturating_add(time.stopped));
		let requests = self.requests.iter().map(|(id, request, money)| PurchaseStatus {
			what: format!("request {id}"),
			item: request.wanted.item.to_string(),
			quantity: Quantity(request.wanted.quantity).to_string(),
			price: money.show(request.wanted.max_price),
			state: request.state.words(),
			bids: u32::try_from(request.bids.len()).unwrap_or(u32::MAX),
			supplier: None,
			until: unix(request.bid_until),
		});
		let orders = self.orders.iter().map(|(id, order, money)| PurchaseStatus {
			what: format!("purchase {id}"),
			item: order.item.to_string(),
			quantity: Quantity(order.quantity).to_string(),
			price: money.show(order.price),
			state: order.state.words(),
			bids: 0,
			supplier: Some(order.supplier.to_string()),
			until: unix(order.deliver_by),
		});
		requests.chain(orders).collect()
	}
}

async fn denomination(at: &At, asset: crate::chain::market::AssetKind) -> Result<Denomination, ChainError> {
	let found = assets::denomination(at, asset.into()).await?;
	Ok(found.unwrap_or_else(Denomination::native))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::market::{OrderOutcome, OrderState};

	#[test]
	fn only_open_orders_of_the_item_for_this_site_are_expected() {
		let order = |id, change: fn(&mut Order)| {
			let mut order = Order::example();
			(order.state, order.delivered) = (OrderState::Delivered, 16_000);
			change(&mut order);
			(PurchaseId(id), order, Denomination::native())
		};
		let purchases = Purchases {
			requests: vec![],
			orders: vec![
				order(1, |_| ()),
				order(2, |order| order.site = Some(StoreId(6))),
				order(3, |order| order.item = "bearing".into()),
				order(4, |order| order.state = OrderState::Settled(OrderOutcome::Completed)),
			],
		};
		let expected = Expected {
			order: PurchaseId(1),
			delivered: 16_000,
			review_until: 0,
			review_window: 0,
			in_review: 16_000,
		};
		assert_eq!(purchases.expected("cutting-oil-22", StoreId(5)), [expected]);
		assert!(purchases.has("bearing") && !purchases.has("drill"));
		let shown = purchases.shown(ChainTime {
			unix: 1_000,
			stopped: 400,
			paused: false,
		});
		assert_eq!((shown[0].what.as_str(), shown[0].until), ("purchase 1", Some(500)));
	}
}
