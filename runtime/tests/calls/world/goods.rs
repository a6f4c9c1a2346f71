//! Standing quotes of the machine's, and purchase orders at each of their stages.

use super::*;
use bpiiot_primitives::{AgreementRef, PurchaseOrderId, QuoteId, Region};
use bpiiot_runtime::{AccountId, Balance, Runtime};
use pallet_procurement::{Call, Conditions, PriceTier, QuoteTerms};
use sp_runtime::Permill;

/// Terms of a quote of this runtime.
pub type Goods = QuoteTerms<AccountId>;
/// An order of this runtime.
pub type Purchase = pallet_procurement::OrderOf<Runtime>;

/// How much is ordered, in units of the item.
pub const QUANTITY: u64 = UNITS as u64;
/// How much the machine has in stock.
pub const STOCK: u64 = 1_000;
/// The share of the price that the supplier has on hold.
pub const GOODS_BOND: Permill = Permill::from_percent(20);
/// What the buyer owes for goods that he calls off.
pub const CALL_OFF_FEE: Permill = Permill::from_percent(10);
/// What the supplier loses for each day that he is late.
pub const LATE_PENALTY: Permill = Permill::from_percent(20);
/// The last moment at which goods may come, after the order.
pub const DUE: u64 = DELIVERY + WINDOW;

/// On which conditions the machine sells.
pub fn conditions() -> Conditions {
	Conditions {
		parts: 2,
		review_window: WINDOW,
		late_window: WINDOW,
		late_penalty: LATE_PENALTY,
		bond: GOODS_BOND,
		rejection_fee: REJECTION_FEE,
		cancellation_fee: CALL_OFF_FEE,
		challenge_window: WINDOW,
		case_window: WINDOW,
		ruling_window: WINDOW,
	}
}

/// What the machine sells. The one place where quotes are made.
pub fn goods() -> Goods {
	Goods {
		category: list(*b"cutting-oil"),
		item: list(*b"OIL-46"),
		asset: asset(),
		tiers: list([PriceTier {
			from_quantity: 1,
			unit_price: price(),
		}]),
		lead_time: DELIVERY,
		areas: list([list(*b"DE")]),
		conditions: conditions(),
		arbiters: list([account(ARBITER)]),
	}
}

/// An order from a quote, as its buyer writes it.
#[derive(Clone)]
pub struct Basket {
	/// From which quote.
	pub quote: QuoteId,
	/// The version that he has read.
	pub version: u32,
	/// How much.
	pub quantity: u64,
	/// The most that it may cost.
	pub max_price: Balance,
	/// Where to.
	pub area: Region,
	/// Before whom.
	pub arbiter: Option<AccountId>,
}

/// What the customer orders. The one place where such orders are made.
pub fn basket() -> Basket {
	Basket {
		quote: quote(),
		version: 1,
		quantity: QUANTITY,
		max_price: Balance::MAX,
		area: list(*b"DE-HB"),
		arbiter: None,
	}
}

/// The call that orders it.
pub fn buy(basket: Basket) -> Call<Runtime> {
	Call::buy {
		quote: basket.quote,
		version: basket.version,
		quantity: basket.quantity,
		max_price: basket.max_price,
		area: basket.area,
		site: None,
		arbiter: basket.arbiter,
	}
}

/// The newest quote.
pub fn quote() -> QuoteId {
	let newest = pallet_procurement::Quotes::<Runtime>::iter_keys().max();
	newest.expect("something was quoted")
}

/// The newest purchase order.
pub fn purchase() -> PurchaseOrderId {
	let newest = pallet_procurement::Orders::<Runtime>::iter_keys().max();
	newest.expect("something was bought")
}

/// What became of the newest purchase order.
pub fn purchase_record() -> Purchase {
	pallet_procurement::Orders::<Runtime>::get(purchase()).expect("is there")
}

/// The newest purchase order, as the escrow calls it.
pub fn purchase_agreement() -> AgreementRef {
	AgreementRef::Order(purchase())
}

/// The owner sells what the machine has on these terms.
pub fn put_up(terms: Goods) {
	let (supplier, stock) = (machine().account(), STOCK);
	let publish = Call::publish_quote { supplier, terms, stock };
	act(OWNER, publish);
}

/// There is a machine with a quote, and the arbiter that it names.
pub fn quoted() {
	quoted_with(|_| ());
}

/// There is a machine with a quote of which something is different.
pub fn quoted_with(change: fn(&mut Goods)) {
	registered();
	act(ARBITER, arbitrate(ARBITER_FEE));
	let mut goods = goods();
	change(&mut goods);
	put_up(goods);
}

/// Where a purchase order may stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Leg {
	/// Nothing has come.
	Placed,
	/// All has come, and the buyer looks at it.
	Arrived,
	/// He has rejected it; the supplier may dispute that.
	Refused,
	/// He has disputed it.
	Contested,
	/// The arbiter has accepted the case.
	Argued,
	/// All is paid.
	Paid,
}

impl Leg {
	/// All of them.
	pub const ALL: [Self; 6] = [
		Self::Placed,
		Self::Arrived,
		Self::Refused,
		Self::Contested,
		Self::Argued,
		Self::Paid,
	];
	/// With an arbiter, when goods were rejected.
	const JUDGED: [Self; 3] = [Self::Refused, Self::Contested, Self::Argued];
}

/// There is a purchase order of the customer's at this stage.
pub fn bought(leg: Leg) {
	bought_with(leg, |_| ());
}

/// The same, from a quote of which something is different.
pub fn bought_with(leg: Leg, change: fn(&mut Goods)) {
	quoted_with(change);
	bought_by(CUSTOMER, leg);
}

/// There is a purchase order at this stage that the customer's machine has made.
pub fn bought_by_robot(leg: Leg) {
	quoted();
	robot(MOST);
	bought_by(ROBOT, leg);
}

/// There is a purchase order with an arbiter of which goods have come.
pub fn bought_before_arbiter() {
	quoted();
	let arbiter = Some(account(ARBITER));
	act(CUSTOMER, buy(Basket { arbiter, ..basket() }));
	act(OWNER, deliver_goods(QUANTITY));
}

/// Goods of the customer's have come a day late, by its first millisecond.
pub fn bought_late() {
	bought(Leg::Placed);
	pass(DELIVERY + 1);
	act(OWNER, deliver_goods(QUANTITY));
}

/// Somebody orders, and the order comes to this stage.
pub fn bought_by(buyer: &str, leg: Leg) {
	let arbiter = Leg::JUDGED.contains(&leg).then(|| account(ARBITER));
	act(buyer, buy(Basket { arbiter, ..basket() }));
	let order = purchase();
	let arrived = || act(OWNER, deliver_goods(QUANTITY));
	let refused = || {
		arrived();
		act(buyer, reject_goods(QUANTITY));
	};
	let contested = || {
		refused();
		let evidence = Default::default();
		act(OWNER, Call::dispute { order, evidence });
	};
	match leg {
		Leg::Placed => (),
		Leg::Arrived => arrived(),
		Leg::Refused => refused(),
		Leg::Contested => contested(),
		Leg::Argued => {
			contested();
			act(ARBITER, hear_goods());
		}
		Leg::Paid => {
			arrived();
			act(buyer, confirm(QUANTITY));
		}
	}
}

/// The delivery of so much.
pub fn deliver_goods(quantity: u64) -> Call<Runtime> {
	let (order, note) = (purchase(), Default::default());
	Call::deliver {
		order,
		quantity,
		lot: Some(list(*b"LOT-1")),
		note,
	}
}

/// The buyer's word that so much has come.
pub fn confirm(quantity: u64) -> Call<Runtime> {
	let (order, reading) = (purchase(), None);
	Call::confirm {
		order,
		quantity,
		reading,
	}
}

/// His word that so much is not good.
pub fn reject_goods(quantity: u64) -> Call<Runtime> {
	let (order, reason) = (purchase(), Default::default());
	Call::reject {
		order,
		quantity,
		reason,
	}
}

/// The newest order is called off.
pub fn call_off() -> Call<Runtime> {
	let (order, reason) = (purchase(), Default::default());
	Call::cancel { order, reason }
}

/// The arbiter takes the case of the newest purchase order.
pub fn hear_goods() -> pallet_escrow::Call<Runtime> {
	let agreement = purchase_agreement();
	pallet_escrow::Call::accept_case { agreement }
}

/// What the supplier puts up.
pub fn goods_bond() -> Balance {
	GOODS_BOND * whole_price()
}

/// What the buyer has on hold until the record is removed.
pub fn purchase_deposit() -> Balance {
	worth(<Runtime as pallet_procurement::Config>::OrderDeposit::get())
}

/// What the chain gets for an order: a share of its price, or the least that it costs.
pub fn purchase_fee() -> Balance {
	let share = <Runtime as pallet_procurement::Config>::OrderFeeShare::get();
	let least = worth(<Runtime as pallet_procurement::Config>::OrderFee::get());
	share.mul_ceil(whole_price()).max(least)
}
