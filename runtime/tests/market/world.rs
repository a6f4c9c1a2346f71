//! Who is there: an owner with a press, a site and a store, a customer, and three who sell.

pub use crate::chain::{account, now, pass};

use crate::{
	chain::{chain, pair, send, Signature},
	terms::simple_terms,
};
use bpiiot_primitives::{
	AssetKind, Category, Item, JobId, Lot, MachineId, PurchaseOrderId, QuoteId, RequestId, ScoreWeights, SiteId,
	SpendPurpose,
};
use bpiiot_runtime::{
	AccountId, Balance, Balances, Escrow, Inventory, Jobs, Machines, Procurement, Runtime, RuntimeCall, RuntimeOrigin,
	Suppliers, System, BPI,
};
use frame_support::{
	traits::{
		fungible::{Inspect, InspectHold},
		Get,
	},
	BoundedVec,
};
use pallet_inventory::{ItemCode, Keeper, Reorder, Rights, SiteProfile, StockOf};
use pallet_machines::{FeeAllowance, SpendingCap, SpendingPolicy};
use pallet_procurement::{AwardRule, Bidding, Conditions, OrderOf, PriceTier, QuoteTerms, Wanted};
use sp_core::Pair;
use sp_runtime::{traits::Dispatchable, DispatchResult, Permill};

/// Owns the press and the site.
pub const OWNER: &str = "Owner";
/// The press's key.
pub const PRESS: &str = "Press";
/// Orders work, and goods.
pub const CUSTOMER: &str = "Customer";
/// Sell oil.
pub const SUPPLIER: &str = "Supplier";
pub const RIVAL: &str = "Carrier";
/// Decides disputes.
pub const ARBITER: &str = "Arbiter";

pub const MINUTE: u64 = 60_000;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;

/// A text that fits.
pub fn text<Bound: Get<u32>>(text: &str) -> BoundedVec<u8, Bound> {
	text.as_bytes().to_vec().try_into().expect("short")
}

pub fn oil() -> Item {
	text("oil-46")
}

pub fn cutting_oil() -> Category {
	text("cutting-oil")
}

pub fn lot() -> Lot {
	text("LOT-7")
}

pub fn press() -> MachineId {
	MachineId::from_first_key(&account(PRESS))
}

/// A call by somebody's own key, all or nothing.
pub fn by(who: &str, call: impl Into<RuntimeCall>) -> DispatchResult {
	let done = call.into().dispatch(RuntimeOrigin::signed(account(who)));
	done.map(drop).map_err(|refused| refused.error)
}

/// The same, of the world that a test starts from.
pub fn act(who: &str, call: impl Into<RuntimeCall>) {
	let call = call.into();
	let told = format!("{call:?}");
	by(who, call).unwrap_or_else(|error| panic!("{who}: {told}: {error:?}"));
}

/// A transaction of the press's key, which has no money: its owner pays the fee.
pub fn press_sends(call: impl Into<RuntimeCall>) {
	assert_eq!(Balances::total_balance(&account(PRESS)), 0);
	let call = call.into();
	let told = format!("{call:?}");
	let sent = send(PRESS, call, Signature::Good);
	assert_eq!(sent, Ok(Ok(())), "{told}");
}

/// The owner's press, with money that it may spend, and fees that he pays.
fn a_press() {
	let payload = pallet_machines::proof::payload(&System::block_hash(0), &account(OWNER), &account(PRESS), 0);
	act(
		OWNER,
		pallet_machines::Call::register {
			key: account(PRESS),
			proof: pair(PRESS).sign(&payload),
			profile: Default::default(),
			encryption_key: [0; 32],
			fee_allowance: FeeAllowance {
				amount: 10 * BPI,
				period: 0,
			},
		},
	);
	let (machine, asset) = (press(), AssetKind::Native);
	let amount = 1_000 * BPI;
	act(OWNER, pallet_machines::Call::deposit { machine, asset, amount });
	allow(amount);
}

/// The press may spend so much in all.
pub fn allow(per_period: Balance) {
	let (machine, asset) = (press(), AssetKind::Native);
	let policy = SpendingPolicy {
		purposes: vec![SpendPurpose::Purchase, SpendPurpose::Bond]
			.try_into()
			.expect("few"),
		period: 0,
		caps: vec![SpendingCap { asset, per_period }].try_into().expect("one"),
	};
	let policy = Some(policy);
	act(OWNER, pallet_machines::Call::set_spending_policy { machine, policy });
}

/// A hall of the owner's where oil is kept by the litre, and the press is a keeper.
fn a_store() {
	let profile = SiteProfile {
		name: text("Hall 3"),
		gln: None,
		region: text("DE-HB"),
	};
	act(OWNER, pallet_inventory::Call::create_site { profile, room: 4 });
	let (site, item) = (hall(), oil());
	let rights = Rights {
		receive: true,
		issue: true,
		count: true,
		reserve: true,
	};
	let keeper = Keeper {
		account: press().account(),
		rights,
	};
	let keepers = vec![keeper].try_into().expect("one");
	act(OWNER, pallet_inventory::Call::set_keepers { site, keepers });
	let (code, unit) = (ItemCode::Own, text("LTR"));
	act(OWNER, pallet_inventory::Call::open_item { site, item, code, unit });
}

/// The newest site.
pub fn hall() -> SiteId {
	pallet_inventory::Sites::<Runtime>::iter_keys()
		.max()
		.expect("there is one")
}

/// The newest order for goods.
pub fn order() -> PurchaseOrderId {
	pallet_procurement::Orders::<Runtime>::iter_keys()
		.max()
		.expect("there is one")
}

/// The newest request.
pub fn request() -> RequestId {
	pallet_procurement::Requests::<Runtime>::iter_keys()
		.max()
		.expect("there is one")
}

/// The newest quote.
pub fn quote() -> QuoteId {
	pallet_procurement::Quotes::<Runtime>::iter_keys()
		.max()
		.expect("there is one")
}

/// The newest job.
pub fn job() -> JobId {
	pallet_jobs::Jobs::<Runtime>::iter_keys().max().expect("there is one")
}

pub fn order_record(order: PurchaseOrderId) -> OrderOf<Runtime> {
	pallet_procurement::Orders::<Runtime>::get(order).expect("it is there")
}

/// The oil that is kept.
pub fn stock() -> StockOf<Runtime> {
	pallet_inventory::Stocks::<Runtime>::get(hall(), oil()).expect("it is kept there")
}

/// On hand, and of that not put aside.
pub fn levels() -> (u64, u64) {
	(stock().on_hand(), stock().available(now()))
}

/// So many litres come to the hall without having been bought.
pub fn filled(litres: u64) {
	act(
		OWNER,
		pallet_inventory::Call::receive {
			site: hall(),
			item: oil(),
			lot: text("LOT-1"),
			quantity: litres * 1_000,
			expires: None,
		},
	);
}

/// Below five litres the press asks for ten, at 40 BPI and two days at most.
pub fn reorder_point() {
	let reorder = Some(Reorder {
		point: 5_000,
		quantity: 10_000,
		category: cutting_oil(),
		asset: AssetKind::Native,
		highest_price: 40 * BPI,
		longest_lead_time: 2 * DAY,
		weights: weights(),
		buyer: Some(press()),
	});
	let (site, item) = (hall(), oil());
	act(OWNER, pallet_inventory::Call::set_reorder { site, item, reorder });
}

pub fn weights() -> ScoreWeights {
	ScoreWeights {
		price: Permill::from_percent(50),
		lead_time: Permill::from_percent(25),
		standing: Permill::from_percent(25),
	}
}

pub fn conditions() -> Conditions {
	Conditions {
		parts: 2,
		review_window: HOUR,
		late_window: DAY,
		late_penalty: Permill::from_percent(10),
		bond: Permill::from_percent(10),
		rejection_fee: Permill::from_percent(5),
		cancellation_fee: Permill::from_percent(20),
		challenge_window: HOUR,
		case_window: HOUR,
		ruling_window: HOUR,
	}
}

/// Oil at 2 BPI a litre, as thousandths of a litre have their price.
pub fn quoted() -> QuoteId {
	let tier = PriceTier {
		from_quantity: 1_000,
		unit_price: 2 * BPI / 1_000,
	};
	let terms = QuoteTerms {
		category: cutting_oil(),
		item: oil(),
		asset: AssetKind::Native,
		tiers: vec![tier].try_into().expect("one"),
		lead_time: HOUR,
		areas: vec![text("DE")].try_into().expect("one"),
		conditions: conditions(),
		arbiters: vec![account(ARBITER)].try_into().expect("one"),
	};
	let supplier = account(SUPPLIER);
	act(
		SUPPLIER,
		pallet_procurement::Call::publish_quote {
			supplier,
			terms,
			stock: 100_000,
		},
	);
	quote()
}

/// An order of so many litres from a quote, for the hall.
pub fn buy(quote: QuoteId, litres: u64, arbiter: Option<AccountId>) -> pallet_procurement::Call<Runtime> {
	pallet_procurement::Call::buy {
		quote,
		version: 1,
		quantity: litres * 1_000,
		max_price: Balance::from(litres) * 2 * BPI,
		area: text("DE-HB"),
		site: Some(hall()),
		arbiter,
	}
}

/// What the customer asks for: ten litres, by open bids, the best is taken.
pub fn wanted() -> Wanted<AccountId> {
	Wanted {
		category: cutting_oil(),
		item: oil(),
		quantity: 10_000,
		area: text("DE-HB"),
		site: None,
		asset: AssetKind::Native,
		max_price: 40 * BPI,
		max_lead_time: 2 * DAY,
		weights: weights(),
		bidding: Bidding::Open,
		award: AwardRule::Best,
		bid_window: HOUR,
		award_window: DAY,
		rounds: 1,
		conditions: conditions(),
		arbiter: None,
	}
}

pub fn bid(who: &str, request: RequestId, price: Balance, lead_time: u64) {
	let call = pallet_procurement::Call::bid {
		request,
		price,
		lead_time,
	};
	act(who, call);
}

/// The whole of what is ordered comes.
pub fn delivered(by: &str, order: PurchaseOrderId) {
	let call = pallet_procurement::Call::deliver {
		order,
		quantity: order_record(order).quantity,
		lot: Some(lot()),
		note: Default::default(),
	};
	act(by, call);
}

/// The customer orders three units of work of the press, at 5 BPI each.
pub fn ordered_work() -> JobId {
	let machine = press();
	let terms = simple_terms(AssetKind::Native, 5 * BPI, BPI);
	act(OWNER, pallet_jobs::Call::publish_offer { machine, terms });
	let offer = pallet_jobs::Offers::<Runtime>::iter_keys()
		.max()
		.expect("just published");
	let call = pallet_jobs::Call::order {
		offer,
		version: 1,
		units: 3,
		max_price: 15 * BPI,
		recipe: Default::default(),
		recipe_reference: Default::default(),
		deliver_by: now() + HOUR,
		arbiter: None,
	};
	act(CUSTOMER, call);
	job()
}

/// What somebody has, and what of it is on hold.
pub fn money(who: &AccountId) -> (Balance, Balance) {
	(Balances::total_balance(who), Balances::total_balance_on_hold(who))
}

/// Runs a story in a world with a press and a store, then checks the invariants and that no money came or went.
pub fn story(tell: impl FnOnce()) {
	chain().execute_with(|| {
		let issued = Balances::total_issuance();
		a_press();
		a_store();
		tell();
		assert_eq!(Balances::total_issuance(), issued, "invariant 2");
		Machines::do_try_state().expect("machines");
		Escrow::do_try_state().expect("escrow");
		Jobs::do_try_state().expect("jobs");
		Suppliers::do_try_state().expect("suppliers");
		Procurement::do_try_state().expect("procurement");
		Inventory::do_try_state().expect("inventory");
	});
}
