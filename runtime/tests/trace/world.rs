//! Who is there: who makes steel, who makes brackets of it and owns a press, who carries, who buys, and who watches over them.

pub use crate::chain::{account, now, pass};

use crate::{
	chain::{chain, pair, send, Signature},
	terms::simple_terms,
};
use bpiiot_primitives::{AssetKind, JobId, LegId, MachineId, ShipmentId, SpendPurpose};
use bpiiot_runtime::{
	AccountId, Balance, Balances, Escrow, Inventory, Jobs, Machines, Procurement, Products, Runtime, RuntimeCall,
	RuntimeOrigin, Shipments, Suppliers, System, BPI,
};
use frame_support::{
	traits::{
		fungible::{Inspect, InspectHold},
		Get,
	},
	BoundedVec,
};
use pallet_machines::{FeeAllowance, SpendingCap, SpendingPolicy};
use pallet_products::{
	gs1::{CompanyPrefix, Gtin, Serial, Sscc},
	Calibration, InputLine, MakingId, OutputLine, RecallId, Report, Role, Scope, Thing, Work,
};
use pallet_shipments::{Carriage, FreightTerms, Line, Refusals, Terms, Token, Windows};
use sp_core::{Pair, H256};
use sp_runtime::{traits::Dispatchable, DispatchResult, Permill};

/// Assigns prefixes and issues certificates.
pub const REGISTRANT: &str = "Alice";
/// Makes steel.
pub const MILL: &str = "Supplier";
/// Owns the press, and makes things of brackets.
pub const OWNER: &str = "Owner";
/// The press's key.
pub const PRESS: &str = "Press";
/// Orders work, and buys what was made.
pub const CUSTOMER: &str = "Customer";
/// Carry, one leg each.
pub const CARRIER: &str = "Carrier";
pub const HAULIER: &str = "Bob";
/// Decides disputes.
pub const ARBITER: &str = "Arbiter";

pub const MINUTE: u64 = 60_000;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;
/// The price of each line, the freight of each leg, and what a carrier answers with.
pub const PRICE: Balance = 40 * BPI;
pub const FREIGHT: Balance = 2 * BPI;
pub const LIABILITY: Balance = 20 * BPI;

/// A text that fits.
pub fn text<Bound: Get<u32>>(text: &str) -> BoundedVec<u8, Bound> {
	text.as_bytes().to_vec().try_into().expect("short")
}

pub fn of_mill() -> CompanyPrefix {
	CompanyPrefix::parse(b"950600").expect("a prefix")
}

pub fn of_owner() -> CompanyPrefix {
	CompanyPrefix::parse(b"4012345").expect("a prefix")
}

/// The GTIN of a company's product.
pub fn gtin(prefix: CompanyPrefix, product: u64) -> Gtin {
	let body = prefix.first() + product;
	let mut keys = (0..10).map(|digit| Gtin(body * 10 + digit));
	keys.find(|key| key.is_valid()).expect("one of ten is right")
}

/// The SSCC of one of the owner's pallets.
pub fn sscc(number: u64) -> Sscc {
	let body = of_owner().first() * 10_000 + number;
	let mut keys = (0..10).map(|digit| Sscc(body * 10 + digit));
	keys.find(|key| key.is_valid()).expect("one of ten is right")
}

pub fn steel() -> Gtin {
	gtin(of_mill(), 1)
}

pub fn bracket() -> Gtin {
	gtin(of_owner(), 1)
}

pub fn shelf() -> Gtin {
	gtin(of_owner(), 2)
}

pub fn lot(name: &str) -> Thing {
	Thing::Lot {
		gtin: steel(),
		lot: text(name),
	}
}

pub fn item(gtin: Gtin, serial: &str) -> Thing {
	let serial = text(serial);
	Thing::Item { gtin, serial }
}

pub fn range(gtin: Gtin, last: &str) -> Thing {
	let last = text(last);
	Thing::Range { gtin, last }
}

pub fn pallet(number: u64) -> Thing {
	Thing::Unit { sscc: sscc(number) }
}

pub fn using(thing: Thing, quantity: u64) -> InputLine {
	InputLine { thing, quantity }
}

pub fn new_range(gtin: Gtin, first: &str, last: &str) -> OutputLine {
	let (first, last) = (text(first), text(last));
	OutputLine::Range { gtin, first, last }
}

pub fn new_item(gtin: Gtin, serial: &str) -> OutputLine {
	let serial: Serial = text(serial);
	OutputLine::Item { gtin, serial }
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

/// What governance has decided.
pub fn decided(call: impl Into<RuntimeCall>) {
	let done = call.into().dispatch(RuntimeOrigin::root());
	assert!(done.is_ok(), "{done:?}");
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
	let amount = 100 * BPI;
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

/// The prefixes of who makes steel and of who makes things of it.
fn prefixes() {
	for role in [Role::Registrant, Role::Certifier] {
		decided(pallet_products::Call::accredit {
			who: account(REGISTRANT),
			role,
			until: now() + 365 * DAY,
		});
	}
	for (prefix, holder, room) in [(of_mill(), MILL, 100), (of_owner(), OWNER, 20_000)] {
		let to = account(holder);
		act(REGISTRANT, pallet_products::Call::assign_prefix { prefix, holder: to });
		act(holder, pallet_products::Call::set_room { prefix, room });
	}
}

/// A lot of 1,000 kg of steel, of which the owner has 600.
pub fn steel_lot(name: &str) -> Thing {
	let (unit, quantity) = (text("KGM"), 1_000_000);
	act(
		MILL,
		pallet_products::Call::register_lot {
			gtin: steel(),
			lot: text(name),
			unit,
			quantity,
		},
	);
	let call = pallet_products::Call::transfer {
		thing: lot(name),
		from: account(MILL),
		to: account(OWNER),
		quantity: 600_000,
	};
	act(MILL, call);
	lot(name)
}

/// The work of the press until now.
pub fn work() -> Work {
	Work {
		machine: press(),
		from: now() - MINUTE,
		until: now(),
		place: None,
		operator: Some(H256::repeat_byte(1)),
		firmware: Some(H256::repeat_byte(2)),
		recipe: Some(H256::repeat_byte(3)),
		calibration: Calibration::Unknown,
		readings: None,
	}
}

/// The customer orders three units of the press's work, at 5 BPI each, and the press has begun.
pub fn work_begun() -> JobId {
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
	let job = pallet_jobs::Jobs::<Runtime>::iter_keys().max().expect("just ordered");
	press_sends(pallet_jobs::Call::accept { job });
	press_sends(pallet_jobs::Call::start { job });
	job
}

/// The delivery of a job's three units: brackets with these serials, of 60 kg of a lot of the owner's.
pub fn deliver_with(job: JobId, lot: &Thing, first: &str, last: &str) -> pallet_jobs::Call<Runtime> {
	let report = Report {
		inputs: vec![using(lot.clone(), 60_000)].try_into().expect("one"),
		outputs: vec![new_range(bracket(), first, last)].try_into().expect("one"),
		work: work(),
	};
	pallet_jobs::Call::deliver_with {
		job,
		units: 3,
		result: H256::repeat_byte(7),
		report,
	}
}

/// Brackets from the press, by a job of their own. Tells how they were made.
pub fn brackets(lot: &Thing, first: &str, last: &str) -> MakingId {
	let job = work_begun();
	press_sends(deliver_with(job, lot, first, last));
	act(CUSTOMER, pallet_jobs::Call::approve { job, units: 3 });
	last_making()
}

/// The owner makes something of something.
pub fn made(inputs: Vec<InputLine>, outputs: Vec<OutputLine>) -> MakingId {
	let (inputs, outputs) = (inputs.try_into().expect("few"), outputs.try_into().expect("few"));
	let work = None;
	act(OWNER, pallet_products::Call::make { inputs, outputs, work });
	last_making()
}

/// The newest making.
pub fn last_making() -> MakingId {
	pallet_products::Makings::<Runtime>::iter_keys()
		.max()
		.expect("there is one")
}

/// The owner packs things on a pallet.
pub fn packed(number: u64, things: Vec<Thing>) -> Thing {
	let (sscc, things) = (sscc(number), things.try_into().expect("few"));
	act(OWNER, pallet_products::Call::pack { sscc, things });
	pallet(number)
}

/// Two pallets: ten shelves each, of brackets of this lot and of that. Tells the makings in their order.
pub fn two_pallets(one: &Thing, other: &Thing) -> [MakingId; 4] {
	let first = brackets(one, "100", "149");
	let second = brackets(other, "200", "249");
	let third = made(
		vec![using(range(bracket(), "149"), 0)],
		vec![new_range(shelf(), "10", "19")],
	);
	let fourth = made(
		vec![using(range(bracket(), "249"), 0)],
		vec![new_range(shelf(), "30", "39")],
	);
	packed(1, vec![range(shelf(), "19")]);
	packed(2, vec![range(shelf(), "39")]);
	[first, second, third, fourth]
}

pub fn recalled(who: &str, scope: Scope) -> RecallId {
	let reason = H256::repeat_byte(9);
	act(who, pallet_products::Call::recall { scope, reason });
	pallet_products::Recalls::<Runtime>::iter_keys()
		.max()
		.expect("just begun")
}

/// So many goods for this price, by two carriers, for the customer.
pub fn terms(goods: Vec<Thing>, arbiter: Option<&str>) -> Terms<AccountId, Thing> {
	let line = |unit| Line {
		unit,
		quantity: 1,
		price: PRICE,
	};
	let carriage = |carrier: &str| Carriage {
		carrier: account(carrier),
		asset: AssetKind::Native,
		freight: FREIGHT,
		return_freight: BPI,
		liability: LIABILITY,
		transit_time: DAY,
		late_window: DAY,
	};
	let goods: Vec<_> = goods.into_iter().map(line).collect();
	Terms {
		consignee: account(CUSTOMER),
		goods: goods.try_into().expect("few"),
		asset: AssetKind::Native,
		legs: vec![carriage(CARRIER), carriage(HAULIER)].try_into().expect("two"),
		freight_terms: FreightTerms::FreeCarrier,
		logger: None,
		limits: Default::default(),
		max_gap: 0,
		gap_penalty: Permill::zero(),
		late_penalty: Permill::from_percent(10),
		no_show: Permill::from_percent(50),
		dead_freight: Permill::from_percent(25),
		refusal_fee: Permill::from_percent(5),
		windows: Windows {
			offer: HOUR,
			pickup: DAY,
			handover: 10 * MINUTE,
			review: HOUR,
			returning: DAY,
			claim: HOUR,
			challenge: HOUR,
			case: HOUR,
			ruling: HOUR,
		},
		arbiter: arbiter.map(account),
	}
}

/// An arbiter who takes a tenth.
pub fn an_arbiter() {
	let call = pallet_escrow::Call::register_arbiter {
		fee: Permill::from_percent(10),
		profile: Default::default(),
	};
	act(ARBITER, call);
}

/// The newest shipment.
pub fn shipment() -> ShipmentId {
	pallet_shipments::Shipments::<Runtime>::iter_keys()
		.max()
		.expect("there is one")
}

pub fn record(shipment: ShipmentId) -> pallet_shipments::ShipmentOf<Runtime> {
	pallet_shipments::Shipments::<Runtime>::get(shipment).expect("it is there")
}

pub fn leg(shipment: ShipmentId, nth: usize) -> LegId {
	record(shipment).legs[nth]
}

/// Offered by the owner, and everybody has agreed.
pub fn agreed(terms: Terms<AccountId, Thing>) -> ShipmentId {
	act(OWNER, pallet_shipments::Call::offer { terms });
	let shipment = shipment();
	act(CUSTOMER, pallet_shipments::Call::agree { shipment });
	for (nth, carrier) in [CARRIER, HAULIER].into_iter().enumerate() {
		let leg = leg(shipment, nth);
		act(carrier, pallet_shipments::Call::agree_to_carry { leg });
	}
	shipment
}

/// The giver calls, and the receiver comes.
pub fn pass_on(shipment: ShipmentId, giver: &str, receiver: &str) {
	let hop = record(shipment).next_hop();
	let to = Some(account(receiver));
	act(giver, pallet_shipments::Call::hand_over { shipment, hop, to });
	let reservation = H256::zero();
	act(
		receiver,
		pallet_shipments::Call::take_over {
			shipment,
			hop,
			reservation,
		},
	);
}

/// The giver signs off line, as on a phone without a network, and the receiver presents it.
pub fn presented(shipment: ShipmentId, giver: &str, receiver: &str) -> pallet_shipments::Call<Runtime> {
	let (hop, valid_until) = (record(shipment).next_hop(), now() + HOUR);
	let genesis = System::block_hash(0);
	let payload = pallet_shipments::token::payload(&genesis, shipment, hop, &account(receiver), valid_until);
	let signature = pair(giver).sign(&payload);
	pallet_shipments::Call::present {
		shipment,
		hop,
		token: Token { valid_until, signature },
		reservation: H256::zero(),
	}
}

/// The customer has it, and looks at it.
pub fn delivered(shipment: ShipmentId) {
	pass_on(shipment, OWNER, CARRIER);
	pass(HOUR);
	act(HAULIER, presented(shipment, CARRIER, HAULIER));
	pass(HOUR);
	pass_on(shipment, HAULIER, CUSTOMER);
}

pub fn accept(shipment: ShipmentId, refusals: Refusals) {
	let reason = H256::zero();
	act(
		CUSTOMER,
		pallet_shipments::Call::accept_delivery {
			shipment,
			refusals,
			reason,
		},
	);
}

/// What somebody has, and what of it is on hold.
pub fn money(who: &str) -> (Balance, Balance) {
	let who = account(who);
	(Balances::total_balance(&who), Balances::total_balance_on_hold(&who))
}

/// Runs a story in a world with a press and prefixes, then checks the invariants and that no money came or went.
pub fn story(tell: impl FnOnce()) {
	chain().execute_with(|| {
		let issued = Balances::total_issuance();
		a_press();
		prefixes();
		tell();
		assert_eq!(Balances::total_issuance(), issued, "invariant 2");
		Machines::do_try_state().expect("machines");
		Escrow::do_try_state().expect("escrow");
		Jobs::do_try_state().expect("jobs");
		Suppliers::do_try_state().expect("suppliers");
		Procurement::do_try_state().expect("procurement");
		Inventory::do_try_state().expect("inventory");
		Products::do_try_state().expect("products");
		Shipments::do_try_state().expect("shipments");
	});
}
