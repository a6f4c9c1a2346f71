//! Who is there: an owner with a press that is looked after, two who maintain, and a laboratory.

pub use crate::{
	chain::{account, now, pass, skip},
	readings::VIBRATION,
};

use crate::{
	chain::{chain, pair, send, Signature},
	readings,
};
use bpiiot_primitives::{
	AgreementClock, AgreementRef, AssetKind, MachineId, RequestId, ServiceOrderId, SpendPurpose, TicketId,
};
use bpiiot_runtime::{
	AccountId, Balance, Balances, Diagnostics, Escrow, Inventory, Jobs, Machines, Procurement, Runtime, RuntimeCall,
	RuntimeOrigin, Suppliers, System, Telemetry, BPI,
};
use frame_support::{
	traits::{
		fungible::{Inspect, InspectHold},
		Get,
	},
	BoundedVec,
};
use pallet_diagnostics::{
	Action, Call, Check, Comparison, Conditions, Level, Metric, MetricId, OrderOf, OrderState, Outcome, Proof,
	RuleTerms, ServiceTerms, Severity, Tender, TicketOf, Trigger, Weights,
};
use pallet_machines::{FeeAllowance, SpendingCap, SpendingPolicy};
use sp_core::{Pair, H256};
use sp_runtime::{traits::Dispatchable, DispatchResult, Permill};

/// Owns the press.
pub const OWNER: &str = "Owner";
/// The press's key.
pub const PRESS: &str = "Press";
/// Maintain.
pub const MAINTAINER: &str = "Supplier";
pub const RIVAL: &str = "Carrier";
/// Calibrates.
pub const LABORATORY: &str = "Customer";
/// Decides disputes.
pub const ARBITER: &str = "Arbiter";
/// Has money and nothing to do with anything.
pub const STRANGER: &str = "Bob";

pub const MINUTE: u64 = 60_000;
pub const HOUR: u64 = 60 * MINUTE;
pub const DAY: u64 = 24 * HOUR;

/// Micrometres a second: a good spindle, and a bad one.
pub const GOOD: i64 = 2_000;
pub const BAD: i64 = 9_000;
/// How many readings in a row decide.
pub const READINGS: u8 = 3;
/// The most that the press pays, and what the maintainer bids.
pub const MOST: Balance = 20 * BPI;
pub const PRICE: Balance = 10 * BPI;

/// A text that fits.
pub fn text<Bound: Get<u32>>(text: &str) -> BoundedVec<u8, Bound> {
	text.as_bytes().to_vec().try_into().expect("short")
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

/// A call of root's.
pub fn root_acts(call: impl Into<RuntimeCall>) {
	let call = call.into();
	let told = format!("{call:?}");
	let done = call.dispatch(RuntimeOrigin::root());
	assert!(done.is_ok(), "{told}: {done:?}");
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
	let policy = SpendingPolicy {
		purposes: vec![SpendPurpose::Purchase, SpendPurpose::Bond, SpendPurpose::Dispute]
			.try_into()
			.expect("few"),
		period: 0,
		caps: vec![SpendingCap {
			asset,
			per_period: amount,
		}]
		.try_into()
		.expect("one"),
	};
	let policy = Some(policy);
	act(OWNER, pallet_machines::Call::set_spending_policy { machine, policy });
}

/// It has room for readings, a calibrated sensor, and a rule that asks for help.
fn it_is_looked_after() {
	let machine = press();
	act(OWNER, pallet_telemetry::Call::set_room { machine, room: 32 });
	act(OWNER, Call::enrol { machine, room: 4 });
	let issuer = account(LABORATORY);
	let profile = H256::zero();
	root_acts(Call::accredit_issuer { issuer, profile });
	act(LABORATORY, certify(1));
	act(OWNER, set_rule(tender(None)));
}

/// The laboratory certifies the sensor for a year.
pub fn certify(document: u8) -> Call<Runtime> {
	Call::register_certificate {
		machine: press(),
		metric: MetricId(VIBRATION),
		document: H256::repeat_byte(document),
		table: H256(readings::table()),
		valid_from: now() - DAY,
		valid_until: now() + 365 * DAY,
	}
}

/// Three bad reports in a row ask for quotes.
pub fn set_rule(tender: Tender<AccountId>) -> Call<Runtime> {
	Call::set_rule {
		machine: press(),
		terms: RuleTerms {
			trigger: Trigger {
				metric: MetricId(VIBRATION),
				comparison: Comparison::Above,
				bound: 7_000,
				clear: 4_500,
				reports: 3,
			},
			fault: text("SPINDLE-VIB"),
			severity: Severity::Major,
			action: Action::Quotes(Box::new(tender)),
		},
	}
}

pub fn conditions() -> Conditions {
	Conditions {
		response_window: 2 * HOUR,
		bonus_window: 6 * HOUR,
		work_window: DAY,
		verify_window: 12 * HOUR,
		guarantee_window: DAY,
		challenge_window: 2 * HOUR,
		case_window: 2 * HOUR,
		ruling_window: 2 * HOUR,
		bonus: Permill::from_percent(10),
		bond: Permill::from_percent(20),
		late_penalty: Permill::from_percent(25),
		retention: Permill::from_percent(30),
		failure_fee: Permill::from_percent(5),
		cancellation_fee: Permill::from_percent(10),
		check: Check {
			metric: MetricId(VIBRATION),
			table: H256(readings::table()),
			idle: Some(0),
			low: 0,
			high: 4_500,
			readings: READINGS,
		},
	}
}

/// How the press asks, and before whom disputes go.
pub fn tender(arbiter: Option<AccountId>) -> Tender<AccountId> {
	Tender {
		category: text("spindle-service"),
		area: text("DE-HB"),
		bid_window: 10 * MINUTE,
		award_window: DAY,
		weights: Weights {
			price: Permill::from_percent(50),
			response: Permill::from_percent(25),
			standing: Permill::from_percent(25),
		},
		service: ServiceTerms {
			asset: AssetKind::Native,
			price: MOST,
			conditions: conditions(),
			arbiter,
		},
	}
}

/// The press reports these vibrations, a minute apart.
pub fn reports(vibrations: &[i64]) {
	for value in vibrations {
		pass(MINUTE);
		let metric = Metric {
			id: MetricId(VIBRATION),
			value: *value,
		};
		press_sends(Call::report {
			at: now(),
			level: Level::Alert,
			metrics: vec![metric].try_into().expect("one"),
		});
	}
}

/// The press measures these vibrations, two minutes apart, and anchors them together. Gives the proof of each.
pub fn measures(vibrations: &[i64]) -> Vec<Proof> {
	let mut seen = Vec::new();
	for value in vibrations {
		pass(2 * MINUTE);
		seen.push((now(), *value));
	}
	let measured = readings::measured(press(), &seen);
	let batch = readings::sealed(press(), &measured);
	let number = batch.number;
	press_sends(pallet_telemetry::Call::anchor { batch });
	(0..measured.len() as u32)
		.map(|place| readings::shown(number, &measured, place))
		.collect()
}

/// It measures, and brings each reading forward.
pub fn reads(order: ServiceOrderId, vibrations: &[i64]) {
	for proof in measures(vibrations) {
		press_sends(Call::submit_reading { order, proof });
	}
}

/// The newest request.
pub fn request() -> RequestId {
	pallet_procurement::Requests::<Runtime>::iter_keys()
		.max()
		.expect("the press has asked")
}

/// How many requests there are.
pub fn requests() -> usize {
	pallet_procurement::Requests::<Runtime>::iter_keys().count()
}

/// The newest order.
pub fn order() -> ServiceOrderId {
	pallet_diagnostics::Orders::<Runtime>::iter_keys()
		.max()
		.expect("somebody was ordered")
}

pub fn record(order: ServiceOrderId) -> OrderOf<Runtime> {
	pallet_diagnostics::Orders::<Runtime>::get(order).expect("it is there")
}

pub fn ticket_record(ticket: TicketId) -> TicketOf<Runtime> {
	pallet_diagnostics::Tickets::<Runtime>::get(ticket).expect("it is there")
}

pub fn bid(who: &str, price: Balance, lead_time: u64) {
	let call = pallet_procurement::Call::bid {
		request: request(),
		price,
		lead_time,
	};
	act(who, call);
}

/// The press wears, and asks; the better of two bids is awarded.
pub fn a_press_asks_for_help() -> ServiceOrderId {
	reports(&[3_000, 5_000, 7_500, 8_000, BAD]);
	bid(MAINTAINER, PRICE, HOUR);
	bid(RIVAL, 15 * BPI, HOUR);
	pass(12 * MINUTE);
	order()
}

/// The maintainer comes in time, and says that it is done.
pub fn he_comes(who: &str, order: ServiceOrderId) {
	act(who, Call::acknowledge { order });
	pass(30 * MINUTE);
	act(who, Call::start_work { order });
	pass(HOUR);
	let report = H256::repeat_byte(7);
	act(who, Call::declare_done { order, report });
}

/// Everybody keeps silent until an order's state has ended.
pub fn silence(order: ServiceOrderId) {
	let deadline = record(order).deadline().expect("it has one");
	skip(deadline.saturating_sub(Escrow::now()) + 1);
	pass(2 * MINUTE);
}

pub fn ended_as(order: ServiceOrderId) -> Option<Outcome> {
	match record(order).state {
		OrderState::Settled(outcome) => Some(outcome),
		_ => None,
	}
}

pub fn agreement(order: ServiceOrderId) -> AgreementRef {
	AgreementRef::Ticket(order)
}

/// What somebody has in all.
pub fn total(who: &AccountId) -> Balance {
	Balances::total_balance(who)
}

/// What of it is on hold.
pub fn on_hold(who: &AccountId) -> Balance {
	Balances::total_balance_on_hold(who)
}

/// What a name has settled, and of it what was punctual, failed, and was lost.
pub fn name_of(who: &str) -> [Balance; 4] {
	let sums = pallet_suppliers::Names::<Runtime>::get(account(who))
		.unwrap_or_default()
		.sums;
	[sums.settled, sums.punctual, sums.failed, sums.lost]
}

/// Runs a story in a world with a press that is looked after, then checks the invariants and that no money came or went.
pub fn story(tell: impl FnOnce()) {
	chain().execute_with(|| {
		let issued = Balances::total_issuance();
		a_press();
		it_is_looked_after();
		tell();
		assert_eq!(Balances::total_issuance(), issued, "invariant 2");
		Machines::do_try_state().expect("machines");
		Escrow::do_try_state().expect("escrow");
		Jobs::do_try_state().expect("jobs");
		Suppliers::do_try_state().expect("suppliers");
		Procurement::do_try_state().expect("procurement");
		Inventory::do_try_state().expect("inventory");
		Telemetry::do_try_state().expect("telemetry");
		Diagnostics::do_try_state().expect("diagnostics");
	});
}
