//! Who is there, and what they do in most tests.

use super::*;
use crate::{
	Action, Call, Check, Comparison, Conditions, FaultCode, Level, Metric, MetricId, Metrics, OrderOf, OrderState,
	Proof, RuleTerms, ServiceOrderId, ServiceTerms, Severity, Tender, TicketId, TicketOf, Trigger, Weights,
};
use bpiiot_primitives::{AgreementRef, MachineId, SpendPurpose};
use frame_support::{
	assert_ok,
	dispatch::{DispatchResult, DispatchResultWithPostInfo},
	traits::{
		fungibles::{Inspect, InspectHold},
		Get, Hooks, OnTimestampSet,
	},
	BoundedVec,
};
use pallet_machines::{SpendingCap, SpendingPolicy};
use sp_core::{sr25519, Pair, H256};
use sp_runtime::{traits::Dispatchable, BuildStorage};

/// What everybody with money has at the start.
pub(crate) const ENDOWMENT: Balance = 1_000_000;
/// The timestamp of the first block, in unix milliseconds.
pub(crate) const START: u64 = 20_000 * DAY;
/// The machine that is looked after in most tests, and the metric that is bad when it shakes, in micrometres a second.
pub(crate) const PRESS: u8 = 1;
pub(crate) const VIBRATION: u16 = 3;
/// Another metric, in tenths of a degree.
pub(crate) const TEMPERATURE: u16 = 5;
/// A good value and a bad one.
pub(crate) const GOOD: i64 = 2_000;
pub(crate) const BAD: i64 = 9_000;
/// Of [`service`].
pub(crate) const PRICE: Balance = 10_000;
pub(crate) const BONUS: Balance = 1_000;
pub(crate) const BOND: Balance = 2_000;
pub(crate) const RETENTION: Balance = 3_000;
pub(crate) const RESPONSE: u64 = 2 * HOUR;
pub(crate) const BONUS_WINDOW: u64 = 6 * HOUR;
pub(crate) const WORK: u64 = 2 * DAY;
pub(crate) const VERIFY: u64 = DAY;
pub(crate) const GUARANTEE: u64 = 10 * DAY;
pub(crate) const CHALLENGE: u64 = 3 * HOUR;
pub(crate) const CASE_WINDOW: u64 = 4 * HOUR;
/// How many readings decide.
pub(crate) const READINGS: u8 = 3;
/// The hash of something.
pub(crate) const HASH: H256 = H256::repeat_byte(7);
/// The machines' table of channels.
pub(crate) const TABLE: H256 = H256::repeat_byte(8);
/// Tickets that [`press`] has room for.
pub(crate) const ROOM: u32 = 4;

/// The account of a name.
pub(crate) fn account(name: &[u8]) -> AccountId {
	AccountId::new(sp_io::hashing::blake2_256(name))
}

/// Owns the machines.
pub(crate) fn owner() -> AccountId {
	account(b"owner")
}

/// Maintains.
pub(crate) fn maintainer() -> AccountId {
	account(b"maintainer")
}

/// Maintains as well.
pub(crate) fn rival() -> AccountId {
	account(b"rival")
}

/// Calibrates, after [`accredited`].
pub(crate) fn laboratory() -> AccountId {
	account(b"laboratory")
}

/// Has money, and nothing to do with anything.
pub(crate) fn stranger() -> AccountId {
	account(b"stranger")
}

/// Decides disputes, after [`registered_arbiter`].
pub(crate) fn arbiter() -> AccountId {
	account(b"arbiter")
}

/// Where fees go.
pub(crate) fn pot() -> AccountId {
	account(b"fees")
}

/// Owns the dollars and may block them.
pub(crate) fn issuer() -> AccountId {
	account(b"issuer")
}

fn pair(seed: u8) -> sr25519::Pair {
	sr25519::Pair::from_seed(&[seed; 32])
}

/// The account of the key of machine `seed`.
pub(crate) fn key(seed: u8) -> AccountId {
	pair(seed).public().into()
}

/// The id of machine `seed`.
pub(crate) fn machine(seed: u8) -> MachineId {
	MachineId::from_first_key(&key(seed))
}

/// The account of machine `seed`.
pub(crate) fn of_machine(seed: u8) -> AccountId {
	machine(seed).account()
}

/// Registers machine `seed` for `owner`, gives it money, and lets it spend it on anything.
pub(crate) fn registered_for(owner: &AccountId, seed: u8) -> AccountId {
	let nonce = pallet_machines::Registrations::<Test>::get(owner);
	let payload = pallet_machines::proof::payload(&System::block_hash(0), owner, &key(seed), nonce);
	let (proof, by) = (pair(seed).sign(&payload), RuntimeOrigin::signed(owner.clone()));
	let (none, nothing) = (Default::default(), Default::default());
	assert_ok!(Machines::register(by, key(seed), proof, none, [0; 32], nothing));
	for asset in [AssetKind::Native, DOLLAR] {
		let by = RuntimeOrigin::signed(owner.clone());
		assert_ok!(Machines::deposit(by, machine(seed), asset, FUNDS));
	}
	may_spend(owner, seed, FUNDS);
	of_machine(seed)
}

/// What each machine has at the start.
pub(crate) const FUNDS: Balance = 100_000;

/// Lets a machine of `owner` spend so much of each asset.
pub(crate) fn may_spend(owner: &AccountId, seed: u8, per_period: Balance) {
	let cap = |asset| SpendingCap { asset, per_period };
	let policy = SpendingPolicy {
		purposes: vec![SpendPurpose::Purchase, SpendPurpose::Bond, SpendPurpose::Dispute]
			.try_into()
			.expect("three of 8"),
		period: 0,
		caps: vec![cap(AssetKind::Native), cap(DOLLAR)].try_into().expect("two of 8"),
	};
	let by = RuntimeOrigin::signed(owner.clone());
	assert_ok!(Machines::set_spending_policy(by, machine(seed), Some(policy)));
}

/// Sells machine `seed` of [`owner`].
pub(crate) fn sold(seed: u8, to: &AccountId) {
	let by = RuntimeOrigin::signed(owner());
	assert_ok!(Machines::offer_ownership(by, machine(seed), Some(to.clone())));
	assert_ok!(Machines::accept_ownership(
		RuntimeOrigin::signed(to.clone()),
		machine(seed),
		0
	));
}

/// Registers [`arbiter`], who takes a tenth.
pub(crate) fn registered_arbiter() {
	let (by, fee) = (RuntimeOrigin::signed(arbiter()), Permill::from_percent(10));
	assert_ok!(Escrow::register_arbiter(by, fee, H256::zero()));
}

/// A text that fits.
pub(crate) fn text<Bound: Get<u32>>(text: &str) -> BoundedVec<u8, Bound> {
	text.as_bytes().to_vec().try_into().expect("short")
}

/// The fault of most tests.
pub(crate) fn fault() -> FaultCode {
	text("SPINDLE-VIB")
}

/// Vibration above 7,000 three times, until it is at 4,500 or below.
pub(crate) fn trigger() -> Trigger {
	Trigger {
		metric: MetricId(VIBRATION),
		comparison: Comparison::Above,
		bound: 7_000,
		clear: 4_500,
		reports: 3,
	}
}

/// The rule of most tests.
pub(crate) fn rule(action: Action<AccountId>) -> RuleTerms<AccountId> {
	RuleTerms {
		trigger: trigger(),
		fault: fault(),
		severity: Severity::Major,
		action,
	}
}

/// Ordinary conditions.
pub(crate) fn conditions() -> Conditions {
	Conditions {
		response_window: RESPONSE,
		bonus_window: BONUS_WINDOW,
		work_window: WORK,
		verify_window: VERIFY,
		guarantee_window: GUARANTEE,
		challenge_window: CHALLENGE,
		case_window: CASE_WINDOW,
		ruling_window: 5 * HOUR,
		bonus: Permill::from_percent(10),
		bond: Permill::from_percent(20),
		late_penalty: Permill::from_percent(25),
		retention: Permill::from_percent(30),
		failure_fee: Permill::from_percent(5),
		cancellation_fee: Permill::from_percent(10),
		check: Check {
			metric: MetricId(VIBRATION),
			table: TABLE,
			idle: None,
			low: 0,
			high: 4_500,
			readings: READINGS,
		},
	}
}

/// Ordinary terms.
pub(crate) fn service() -> ServiceTerms<AccountId> {
	ServiceTerms {
		asset: AssetKind::Native,
		price: PRICE,
		conditions: conditions(),
		arbiter: None,
	}
}

/// The same, before [`arbiter`].
pub(crate) fn judged_service() -> ServiceTerms<AccountId> {
	ServiceTerms {
		arbiter: Some(arbiter()),
		..service()
	}
}

/// An ordinary tender.
pub(crate) fn tender() -> Tender<AccountId> {
	Tender {
		category: text("spindle-service"),
		area: text("DE-HB"),
		bid_window: HOUR,
		award_window: DAY,
		weights: Weights {
			price: Permill::from_percent(50),
			response: Permill::from_percent(25),
			standing: Permill::from_percent(25),
		},
		service: service(),
	}
}

/// Has `who` call the pallet, as a transaction would: all or nothing.
pub(crate) fn signed(who: &AccountId, call: Call<Test>) -> DispatchResult {
	dispatched(RuntimeOrigin::signed(who.clone()), call)
		.map(drop)
		.map_err(|refused| refused.error)
}

pub(crate) fn dispatched(origin: RuntimeOrigin, call: Call<Test>) -> DispatchResultWithPostInfo {
	RuntimeCall::Diagnostics(call).dispatch(origin)
}

/// Has the owner of [`PRESS`] call.
pub(crate) fn owner_calls(call: Call<Test>) -> DispatchResult {
	signed(&owner(), call)
}

/// Registers [`PRESS`] and has it looked after.
pub(crate) fn press() -> MachineId {
	registered_for(&owner(), PRESS);
	let (machine, room) = (machine(PRESS), ROOM);
	assert_ok!(owner_calls(Call::enrol { machine, room }));
	machine
}

/// Accredits [`laboratory`].
pub(crate) fn accredited() {
	assert_ok!(Diagnostics::accredit_issuer(RuntimeOrigin::root(), laboratory(), HASH));
}

/// The call by which [`laboratory`] certifies a sensor of [`PRESS`] for a year.
pub(crate) fn certifying(metric: u16, document: u8) -> Call<Test> {
	Call::register_certificate {
		machine: machine(PRESS),
		metric: MetricId(metric),
		document: H256::repeat_byte(document),
		table: TABLE,
		valid_from: unix_now() - DAY,
		valid_until: unix_now() + 365 * DAY,
	}
}

/// [`PRESS`] with a calibrated sensor for vibration.
pub(crate) fn calibrated_press() -> MachineId {
	let machine = press();
	accredited();
	assert_ok!(signed(&laboratory(), certifying(VIBRATION, 1)));
	machine
}

/// Has the press report, now.
pub(crate) fn report(level: Level, metrics: &[(u16, i64)]) -> DispatchResult {
	let at = unix_now();
	let metrics = values(metrics);
	signed(&key(PRESS), Call::report { at, level, metrics })
}

/// Values as a report has them.
pub(crate) fn values(metrics: &[(u16, i64)]) -> Metrics {
	let metrics = metrics.iter().map(|(id, value)| Metric {
		id: MetricId(*id),
		value: *value,
	});
	BoundedVec::truncate_from(metrics.collect())
}

/// Has the press report these vibrations, a minute apart.
pub(crate) fn reports(vibrations: &[i64]) {
	for value in vibrations {
		passes(MINUTE);
		assert_ok!(report(Level::Alert, &[(VIBRATION, *value)]));
	}
}

/// A ticket of the press, opened by its owner.
pub(crate) fn ticketed() -> TicketId {
	ticketed_for("SPINDLE-VIB")
}

pub(crate) fn ticketed_for(fault: &str) -> TicketId {
	let (machine, fault, severity) = (machine(PRESS), text(fault), Severity::Major);
	assert_ok!(owner_calls(Call::open_ticket {
		machine,
		fault,
		severity
	}));
	last_ticket()
}

/// The ticket that was opened last.
pub(crate) fn last_ticket() -> TicketId {
	crate::Tickets::<Test>::iter_keys().max().expect("there is one")
}

/// The order that was made last.
pub(crate) fn last_order() -> ServiceOrderId {
	crate::Orders::<Test>::iter_keys().max().expect("there is one")
}

/// Has `who` offer, and the owner accept it.
pub(crate) fn assigned_to(who: &AccountId, ticket: TicketId, terms: ServiceTerms<AccountId>) -> ServiceOrderId {
	offered_by(who, ticket, terms);
	let offers = ticket_record(ticket).offers;
	let offer = offers.last().expect("just offered").id;
	assert_ok!(owner_calls(Call::accept_offer { ticket, offer }));
	last_order()
}

pub(crate) fn offered_by(who: &AccountId, ticket: TicketId, terms: ServiceTerms<AccountId>) {
	let valid_for = DAY;
	assert_ok!(signed(
		who,
		Call::offer_service {
			ticket,
			terms,
			valid_for
		}
	));
}

/// An order of [`maintainer`] for the calibrated press.
pub(crate) fn assigned() -> ServiceOrderId {
	calibrated_press();
	assigned_to(&maintainer(), ticketed(), service())
}

/// The same, before [`arbiter`].
pub(crate) fn assigned_before() -> ServiceOrderId {
	registered_arbiter();
	calibrated_press();
	assigned_to(&maintainer(), ticketed(), judged_service())
}

/// Brings an order this far, twenty minutes a step.
pub(crate) fn brought(order: ServiceOrderId, to: OrderState) -> ServiceOrderId {
	let who = signer_of(record(order).maintainer());
	while record(order).state != to {
		passes(20 * MINUTE);
		match record(order).state {
			OrderState::Assigned => signed(&who, Call::start_work { order }).expect("he may"),
			OrderState::InWork => signed(&who, Call::declare_done { order, report: HASH }).expect("he may"),
			OrderState::DeclaredDone if to == OrderState::Failed => read(order, &[BAD; READINGS as usize]),
			OrderState::DeclaredDone => read(order, &[GOOD; READINGS as usize]),
			OrderState::Verified => read(order, &[BAD; READINGS as usize]),
			other => panic!("{other:?} does not lead to {to:?}"),
		}
	}
	order
}

pub(crate) fn in_work() -> ServiceOrderId {
	brought(assigned(), OrderState::InWork)
}

pub(crate) fn declared() -> ServiceOrderId {
	brought(assigned(), OrderState::DeclaredDone)
}

pub(crate) fn verified() -> ServiceOrderId {
	brought(assigned(), OrderState::Verified)
}

/// Whoever signs for a party.
pub(crate) fn signer_of(party: &AccountId) -> AccountId {
	let machines = (1..6).map(|seed| (of_machine(seed), key(seed)));
	machines
		.into_iter()
		.find(|(account, _)| account == party)
		.map_or_else(|| party.clone(), |(_, key)| key)
}

/// A proof of a vibration of the press, measured now and anchored ten seconds later, which is when this comes back.
pub(crate) fn measured(value: i64) -> Proof {
	let at = unix_now();
	passes(10_000);
	anchored(machine(PRESS), VIBRATION, value, at, unix_now())
}

/// Has the press bring its vibrations forward, two minutes apart.
pub(crate) fn read(order: ServiceOrderId, vibrations: &[i64]) {
	for value in vibrations {
		passes(2 * MINUTE);
		assert_ok!(submit(order, measured(*value)));
	}
}

pub(crate) fn submit(order: ServiceOrderId, proof: Proof) -> DispatchResult {
	signed(&key(PRESS), Call::submit_reading { order, proof })
}

/// That a reading is refused and nothing moves.
pub(crate) fn refused(order: ServiceOrderId, proof: Proof, error: crate::Error<Test>) {
	frame_support::assert_noop!(submit(order, proof), error);
}

pub(crate) fn expire(order: ServiceOrderId) -> DispatchResult {
	signed(&stranger(), Call::expire { order })
}

pub(crate) fn dispute(who: &AccountId, order: ServiceOrderId) -> DispatchResult {
	signed(who, Call::dispute { order, evidence: HASH })
}

pub(crate) fn agreement(order: ServiceOrderId) -> AgreementRef {
	AgreementRef::Ticket(order)
}

/// Has the arbiter give the maintainer this share.
pub(crate) fn ruled(order: ServiceOrderId, percent: u32) {
	let by = || RuntimeOrigin::signed(arbiter());
	assert_ok!(Escrow::accept_case(by(), agreement(order)));
	let (share, bond) = (Permill::from_percent(percent), bpiiot_primitives::Side::Payee);
	assert_ok!(Escrow::rule(by(), agreement(order), share, bond, HASH));
}

/// The record of an order that must exist.
pub(crate) fn record(order: ServiceOrderId) -> OrderOf<Test> {
	crate::Orders::<Test>::get(order).expect("the order exists")
}

/// The record of a ticket that must exist.
pub(crate) fn ticket_record(ticket: TicketId) -> TicketOf<Test> {
	crate::Tickets::<Test>::get(ticket).expect("the ticket exists")
}

/// What an account has in all and what of it is on hold.
pub(crate) fn money(who: &AccountId) -> (Balance, Balance) {
	money_in(AssetKind::Native, who)
}

/// The same, in `asset`.
pub(crate) fn money_in(asset: AssetKind, who: &AccountId) -> (Balance, Balance) {
	(
		Fungibles::total_balance(asset, who),
		Fungibles::total_balance_on_hold(asset, who),
	)
}

/// What somebody has gained since the start; less than nothing if he has lost.
pub(crate) fn gain(who: &AccountId) -> i128 {
	money(who).0 as i128 - ENDOWMENT as i128
}

/// What the press has spent.
pub(crate) fn spent() -> i128 {
	FUNDS as i128 - money(&of_machine(PRESS)).0 as i128
}

/// Ends a block in which there is room for everything.
pub(crate) fn idle() {
	<Escrow as Hooks<u64>>::on_idle(System::block_number(), Weight::MAX);
}

/// The timestamp of the block.
pub(crate) fn unix_now() -> u64 {
	pallet_timestamp::Now::<Test>::get()
}

/// Starts a block with a timestamp of so much later.
pub(crate) fn passes(millis: u64) {
	starts(unix_now() + millis);
}

/// Starts a block after the deadline of an order.
pub(crate) fn deadline_passes(order: ServiceOrderId) {
	let deadline = record(order).deadline().expect("it has one");
	starts(deadline + 1);
}

/// Starts a block with this timestamp.
pub(crate) fn starts(now: u64) {
	System::set_block_number(System::block_number() + 1);
	Timestamp::set_timestamp(now);
	<Escrow as OnTimestampSet<u64>>::on_timestamp_set(now);
}

/// Who has money at the start.
fn rich() -> Vec<(AccountId, Balance)> {
	let people = [owner(), maintainer(), rival(), laboratory(), stranger(), arbiter()];
	let people = people.into_iter().map(|who| (who, ENDOWMENT));
	people.chain([(pot(), MINIMUM)]).collect()
}

/// A world with rich people, dollars and no machine.
pub(crate) fn empty() -> sp_io::TestExternalities {
	let storage = RuntimeGenesisConfig {
		assets: pallet_assets::GenesisConfig {
			assets: vec![(DOLLAR_ID, issuer(), true, MINIMUM)],
			accounts: rich().into_iter().map(|(who, much)| (DOLLAR_ID, who, much)).collect(),
			..Default::default()
		},
		balances: pallet_balances::GenesisConfig {
			balances: rich(),
			..Default::default()
		},
		..Default::default()
	}
	.build_storage()
	.expect("is a genesis");
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.execute_with(|| {
		starts(START);
		assert_ok!(Escrow::list_asset(RuntimeOrigin::root(), DOLLAR));
	});
	ext
}

/// Runs `test`, then checks the invariants of all pallets and that no money came or went.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	empty().execute_with(|| {
		test();
		try_state();
	});
}

/// What must always hold, and that no money came or went.
pub(crate) fn try_state() {
	let all = 6 * ENDOWMENT + MINIMUM;
	assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), all, "invariant 2");
	assert_eq!(Assets::total_supply(DOLLAR_ID), all, "invariant 2");
	Machines::do_try_state().expect("machines");
	Escrow::do_try_state().expect("escrow");
	Suppliers::do_try_state().expect("suppliers");
	Diagnostics::do_try_state().expect("diagnostics");
}
