//! Purchase orders.

use super::{super::types::smallest, AssetKind, Conditions, PurchaseId, RequestId, StoreId, Word};
use serde::Serialize;
use subxt::{
	ext::scale_decode::{self, DecodeAsType},
	utils::{AccountId32, H256},
};

/// Who buys from whom, and what in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct EscrowAccount {
	payer: AccountId32,
	payee: AccountId32,
	asset: AssetKind,
}

/// How an order ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum OrderOutcome {
	/// All goods came, and each part was accepted or rejected.
	Completed,
	/// The buyer called off what had not come.
	Cancelled,
	/// The supplier gave up.
	GivenUp,
	/// The supplier was too late with something.
	NotDelivered,
}

impl OrderOutcome {
	/// The same in words.
	pub fn words(self) -> &'static str {
		match self {
			Self::Completed => "completed",
			Self::Cancelled => "called off by the buyer",
			Self::GivenUp => "given up by the supplier; what had not come is paid back, and the bond is the buyer's",
			Self::NotDelivered => "not delivered in time; what had not come is paid back, and the bond is the buyer's",
		}
	}
}

/// Where an order stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum OrderState {
	/// Goods may come.
	Awaiting,
	/// The buyer looks at a part.
	Delivered,
	/// Nothing comes any more; the supplier may dispute what was rejected.
	Rejected(OrderOutcome),
	/// The arbiter decides about what was rejected.
	Disputed(OrderOutcome),
	/// Everything is paid.
	Settled(OrderOutcome),
}

impl OrderState {
	/// The same in words.
	pub fn words(self) -> String {
		match self {
			Self::Awaiting => "goods are awaited".to_owned(),
			Self::Delivered => "delivered, to be looked at".to_owned(),
			Self::Rejected(_) => "rejected; the supplier may dispute it".to_owned(),
			Self::Disputed(_) => "disputed".to_owned(),
			Self::Settled(outcome) => format!("settled: {}", outcome.words()),
		}
	}
}

/// An order as its record is.
#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub(super) struct OrderRecord {
	escrow: EscrowAccount,
	item: Word,
	site: Option<StoreId>,
	quantity: u64,
	price: u128,
	conditions: Conditions,
	state: OrderState,
	deliver_by: u64,
	due_until: u64,
	review_until: u64,
	delivered: u64,
	accepted: u64,
	rejected: u64,
	late_days: u32,
	lot: Option<Word>,
	reading: H256,
	rated: bool,
	ordered_at: u64,
}

/// A purchase order and what became of it. Moments are on the agreement clock.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Order {
	/// Who buys and pays.
	pub buyer: AccountId32,
	/// Who sells and is paid.
	pub supplier: AccountId32,
	/// The asset of the price.
	pub asset: AssetKind,
	/// What is bought.
	pub item: Word,
	/// Where the buyer wants it.
	pub site: Option<StoreId>,
	/// How much, in units of the item.
	pub quantity: u64,
	/// The price of all, in the asset's smallest unit.
	#[serde(serialize_with = "smallest")]
	pub price: u128,
	/// The conditions.
	pub conditions: Conditions,
	/// Where it stands.
	pub state: OrderState,
	/// What comes after this moment is late.
	pub deliver_by: u64,
	/// Nothing can come after this moment.
	pub due_until: u64,
	/// Rejection of the last part is too late after this moment.
	pub review_until: u64,
	/// Units that have come.
	pub delivered: u64,
	/// Of those, units that were accepted.
	pub accepted: u64,
	/// Of those, units that were rejected.
	pub rejected: u64,
	/// Days that had begun between the deadline and the last part.
	pub late_days: u32,
	/// The lot of the last part.
	pub lot: Option<Word>,
	/// Hash of the reading by which the buyer's machine has confirmed goods; zero if none was.
	pub reading: H256,
	/// Whether the buyer has rated it.
	pub rated: bool,
	/// When it was ordered.
	pub ordered_at: u64,
}

impl From<OrderRecord> for Order {
	fn from(record: OrderRecord) -> Self {
		let EscrowAccount { payer, payee, asset } = record.escrow;
		Self {
			buyer: payer,
			supplier: payee,
			asset,
			item: record.item,
			site: record.site,
			quantity: record.quantity,
			price: record.price,
			conditions: record.conditions,
			state: record.state,
			deliver_by: record.deliver_by,
			due_until: record.due_until,
			review_until: record.review_until,
			delivered: record.delivered,
			accepted: record.accepted,
			rejected: record.rejected,
			late_days: record.late_days,
			lot: record.lot,
			reading: record.reading,
			rated: record.rated,
			ordered_at: record.ordered_at,
		}
	}
}

impl Order {
	/// Units that have come and are neither accepted nor rejected.
	pub fn in_review(&self) -> u64 {
		self.delivered
			.saturating_sub(self.accepted.saturating_add(self.rejected))
	}

	/// Units that have not come.
	pub fn outstanding(&self) -> u64 {
		self.quantity.saturating_sub(self.delivered)
	}

	/// Whether everything is paid.
	pub fn is_settled(&self) -> bool {
		matches!(self.state, OrderState::Settled(_))
	}
}

/// Something that a buyer has open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
#[serde(rename_all = "snake_case")]
pub enum Purchase {
	/// A request, or the order that came of it.
	Request(RequestId),
	/// An order from a standing quote.
	Order(PurchaseId),
}

/// What an account has open.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
pub struct Book {
	/// As a buyer.
	pub purchases: Vec<Purchase>,
	/// As a supplier.
	pub sales: Vec<PurchaseId>,
}

#[cfg(test)]
impl Order {
	/// An order of a thousand thousandths that nothing has come of.
	pub(crate) fn example() -> Self {
		Self {
			buyer: AccountId32([1; 32]),
			supplier: AccountId32([2; 32]),
			asset: AssetKind::Native,
			item: Word::from("cutting-oil-22"),
			site: Some(StoreId(5)),
			quantity: 16_000,
			price: 40,
			conditions: Conditions::default(),
			state: OrderState::Awaiting,
			deliver_by: 100,
			due_until: 100,
			review_until: 0,
			delivered: 0,
			accepted: 0,
			rejected: 0,
			late_days: 0,
			lot: None,
			reading: H256::zero(),
			rated: false,
			ordered_at: 0,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn units_are_outstanding_then_in_review_then_neither() {
		let mut order = Order::example();
		assert_eq!((order.outstanding(), order.in_review()), (16_000, 0));
		order.delivered = 10_000;
		assert_eq!((order.outstanding(), order.in_review()), (6_000, 10_000));
		(order.accepted, order.rejected) = (9_000, 1_000);
		assert_eq!((order.outstanding(), order.in_review()), (6_000, 0));
	}
}
