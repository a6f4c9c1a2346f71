//! Machines that are looked after: what they measure, their tickets, and maintenance orders at each of their stages. The customer
//! maintains, and the machine pays.

use super::*;
use crate::{
	chain::now,
	readings::{self, VIBRATION},
};
use bpiiot_primitives::{AgreementRef, ServiceOrderId, TicketId};
use bpiiot_runtime::{AccountId, Balance, Hash, Runtime};
use bpiiot_seal::{Batch, Proof, Reading};
use pallet_diagnostics::{
	Action, Call, Check, Comparison, Conditions, Metric, MetricId, OfferId, OrderOf, RuleId, RuleTerms, ServiceTerms,
	Severity, Tender, TicketState, Trigger, Weights,
};
use pallet_telemetry::{Call as Anchoring, ChallengeId};
use sp_runtime::Permill;
use std::cell::RefCell;

/// Calibrates.
pub const LABORATORY: &str = "Alice";
/// Anchors that there is room for.
pub const ANCHORS: u32 = 3;
/// Tickets that there is room for.
pub const TICKETS: u32 = 2;
/// A good value of the vibration, and a bad one.
pub const GOOD: i64 = 2_000;
pub const BAD: i64 = 9_000;
/// The shortest time in which somebody must show what he has measured.
pub const DAY: u64 = 86_400_000;
/// How long an anchor is kept, and a certificate that is over.
pub const KEPT: u64 = 30 * DAY;
/// How long the work may take, and be looked at, and the guarantee lasts.
pub const WORK: u64 = 2 * WINDOW;

/// Terms of maintenance on this runtime.
pub type Service = ServiceTerms<AccountId>;

thread_local! {
	static SEEN: RefCell<(u64, Vec<Reading>)> = const { RefCell::new((0, Vec::new())) };
}

/// The machine has room for anchors.
pub fn measuring() {
	trading();
	act(OWNER, make_room(ANCHORS));
}

/// Room for so many.
pub fn make_room(room: u32) -> Anchoring<Runtime> {
	let machine = machine();
	Anchoring::set_room { machine, room }
}

/// The machine measures these vibrations, a millisecond apart, and seals them.
pub fn seals(values: &[i64]) -> Batch {
	pass(values.len() as u64);
	let first = now() + 1 - values.len() as u64;
	let seen: Vec<_> = (first..).zip(values.iter().copied()).collect();
	let measured = readings::measured(machine(), &seen);
	let batch = readings::sealed(machine(), &measured);
	SEEN.set((batch.number, measured));
	batch
}

/// It anchors them too.
pub fn measures(values: &[i64]) {
	let batch = seals(values);
	act(KEY, Anchoring::anchor { batch });
}

/// The proof of what was measured last.
pub fn proven(first: u32, count: u32) -> Proof {
	SEEN.with_borrow(|(batch, measured)| readings::proven(*batch, measured, first, count))
}

/// The first reading that was measured last, as an order takes it.
pub fn shown() -> pallet_diagnostics::Proof {
	SEEN.with_borrow(|(batch, measured)| readings::shown(*batch, measured, 0))
}

/// The machine is looked after.
pub fn cared() {
	trading();
	act(OWNER, enrol(TICKETS));
}

/// The call by which it is.
pub fn enrol(room: u32) -> Call<Runtime> {
	let machine = machine();
	Call::enrol { machine, room }
}

/// It has a sensor with a certificate.
pub fn calibrated() {
	cared();
	act(OWNER, make_room(ANCHORS));
	accredited();
	act(LABORATORY, certify(1));
	// What is anchored now is anchored later.
	pass(1);
}

/// Governance has accredited the laboratory.
pub fn accredited() {
	root_acts(accredit(LABORATORY));
}

/// The call by which it does.
pub fn accredit(who: &str) -> Call<Runtime> {
	let (issuer, profile) = (account(who), Hash::default());
	Call::accredit_issuer { issuer, profile }
}

/// A certificate for the sensor, by this document.
pub fn certify(document: u8) -> Call<Runtime> {
	certify_for(document, now() - 1, now() + KEPT)
}

/// The same, for this time.
pub fn certify_for(document: u8, valid_from: u64, valid_until: u64) -> Call<Runtime> {
	Call::register_certificate {
		machine: machine(),
		metric: MetricId(VIBRATION),
		document: Hash::repeat_byte(document),
		table: Hash::from(readings::table()),
		valid_from,
		valid_until,
	}
}

/// The newest certificate of the sensor.
pub fn certificate() -> pallet_diagnostics::CertificateId {
	let sensor = pallet_diagnostics::Sensors::<Runtime>::get(machine(), MetricId(VIBRATION));
	let newest = sensor.and_then(|sensor| sensor.certificates.last().map(|one| one.id));
	newest.expect("it has one")
}

/// On which conditions the machine is maintained.
fn care_conditions() -> Conditions {
	Conditions {
		response_window: WINDOW,
		bonus_window: WINDOW,
		work_window: WORK,
		verify_window: WORK,
		guarantee_window: WORK,
		challenge_window: WINDOW,
		case_window: WINDOW,
		ruling_window: WINDOW,
		bonus: Permill::from_percent(10),
		bond: Permill::from_percent(20),
		late_penalty: Permill::from_percent(20),
		retention: Permill::from_percent(30),
		failure_fee: Permill::from_percent(20),
		cancellation_fee: Permill::from_percent(10),
		check: Check {
			metric: MetricId(VIBRATION),
			table: Hash::from(readings::table()),
			idle: None,
			low: 0,
			high: 4_500,
			readings: 1,
		},
	}
}

/// The terms of maintenance. The one place where they are made.
pub fn service() -> Service {
	Service {
		asset: asset(),
		price: whole_price(),
		conditions: care_conditions(),
		arbiter: None,
	}
}

/// How the machine asks for quotes.
pub fn tender() -> Tender<AccountId> {
	Tender {
		category: list(*b"spindle-service"),
		area: list(*b"DE-HB"),
		bid_window: WINDOW,
		award_window: WINDOW,
		weights: Weights {
			price: Permill::from_percent(50),
			response: Permill::from_percent(25),
			standing: Permill::from_percent(25),
		},
		service: service(),
	}
}

/// A rule that opens a ticket when the machine has reported once what is bad.
pub fn mending_rule(action: Action<AccountId>) -> RuleTerms<AccountId> {
	RuleTerms {
		trigger: Trigger {
			metric: MetricId(VIBRATION),
			comparison: Comparison::Above,
			bound: 7_000,
			clear: 4_500,
			reports: 1,
		},
		fault: list(*b"SPINDLE-VIB"),
		severity: Severity::Major,
		action,
	}
}

/// The call that sets it.
pub fn set_rule(terms: RuleTerms<AccountId>) -> Call<Runtime> {
	let machine = machine();
	Call::set_rule { machine, terms }
}

/// The machine is looked after by a rule.
pub fn watched() {
	cared();
	act(OWNER, set_rule(mending_rule(Action::Ticket)));
}

/// The newest rule.
pub fn newest_rule() -> RuleId {
	let care = pallet_diagnostics::Cares::<Runtime>::get(machine()).expect("it is looked after");
	care.rules.last().expect("it has a rule").id
}

/// What the machine says of itself now.
pub fn report(vibration: i64) -> Call<Runtime> {
	let metric = Metric {
		id: MetricId(VIBRATION),
		value: vibration,
	};
	Call::report {
		at: now(),
		level: Default::default(),
		metrics: list([metric]),
	}
}

/// The machine has a ticket.
pub fn ticketed() {
	calibrated();
	act(OWNER, open_ticket(b"SPINDLE-VIB"));
}

/// The call that opens one.
pub fn open_ticket(fault: &[u8]) -> Call<Runtime> {
	let (machine, severity) = (machine(), Severity::Major);
	Call::open_ticket {
		machine,
		fault: list(fault.iter().copied()),
		severity,
	}
}

/// The newest ticket.
pub fn ticket() -> TicketId {
	let newest = pallet_diagnostics::Tickets::<Runtime>::iter_keys().max();
	newest.expect("one was opened")
}

/// Where it stands.
pub fn ticket_state() -> TicketState {
	let record = pallet_diagnostics::Tickets::<Runtime>::get(ticket());
	record.expect("it is there").state
}

/// The ticket was closed by hand.
pub fn closed() {
	ticketed();
	let ticket = ticket();
	act(OWNER, Call::close_ticket { ticket });
}

/// The machine has asked for quotes.
pub fn quotes_asked() {
	ticketed();
	act(OWNER, ask_for_quotes());
}

/// The call that asks.
pub fn ask_for_quotes() -> Call<Runtime> {
	let (ticket, tender) = (ticket(), tender());
	Call::request_quotes { ticket, tender }
}

/// The customer offers to mend it.
pub fn mending_offered() {
	mending_offered_with(|_| ());
}

/// The same, on terms of which something is different.
pub fn mending_offered_with(change: fn(&mut Service)) {
	ticketed();
	let mut service = service();
	change(&mut service);
	act(CUSTOMER, offer_service(service));
}

/// The call that offers.
pub fn offer_service(terms: Service) -> Call<Runtime> {
	Call::offer_service {
		ticket: ticket(),
		terms,
		valid_for: WINDOW,
	}
}

/// The newest offer for the ticket.
pub fn mending_offer() -> OfferId {
	let record = pallet_diagnostics::Tickets::<Runtime>::get(ticket()).expect("it is there");
	record.offers.last().expect("somebody has offered").id
}

/// The yes to it.
pub fn accept_offer() -> Call<Runtime> {
	let (ticket, offer) = (ticket(), mending_offer());
	Call::accept_offer { ticket, offer }
}

/// The customer is named without having asked.
pub fn assign(terms: Service) -> Call<Runtime> {
	let (ticket, maintainer) = (ticket(), account(CUSTOMER));
	Call::assign {
		ticket,
		maintainer,
		terms,
	}
}

/// Where a maintenance order may stand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Repair {
	/// He was named, and has not agreed.
	Named,
	/// He has agreed.
	Assigned,
	/// He is at it.
	Begun,
	/// He says that it is done.
	Declared,
	/// Readings say that it is not; he may dispute that.
	Failed,
	/// Readings say that it works.
	Verified,
	/// Readings say that the fault has come back; he may dispute that.
	Returned,
	/// The owner has disputed that it is done.
	Disputed,
	/// The guarantee is over, and all is paid.
	Done,
}

impl Repair {
	/// All of them.
	pub const ALL: [Self; 9] = [
		Self::Named,
		Self::Assigned,
		Self::Begun,
		Self::Declared,
		Self::Failed,
		Self::Verified,
		Self::Returned,
		Self::Disputed,
		Self::Done,
	];
	/// With an arbiter.
	const JUDGED: [Self; 3] = [Self::Failed, Self::Returned, Self::Disputed];
}

/// There is a maintenance order at this stage.
pub fn repaired(stage: Repair) {
	repaired_with(stage, |_| ());
}

/// The same, on terms of which something is different.
pub fn repaired_with(stage: Repair, change: fn(&mut Service)) {
	ticketed();
	let mut service = service();
	service.arbiter = Repair::JUDGED.contains(&stage).then(|| account(ARBITER));
	change(&mut service);
	if stage == Repair::Named {
		return act(OWNER, assign(service));
	}
	act(CUSTOMER, offer_service(service));
	act(OWNER, accept_offer());
	let order = repair();
	let (report, evidence) = (Hash::default(), Hash::default());
	let begin = || act(CUSTOMER, Call::start_work { order });
	let declare = || {
		begin();
		act(CUSTOMER, Call::declare_done { order, report });
	};
	let reads = |value| {
		measures(&[value]);
		act(KEY, submit(order));
	};
	match stage {
		Repair::Named | Repair::Assigned => (),
		Repair::Begun => begin(),
		Repair::Declared => declare(),
		Repair::Failed => {
			declare();
			reads(BAD);
		}
		Repair::Verified => {
			declare();
			reads(GOOD);
		}
		Repair::Returned => {
			declare();
			reads(GOOD);
			pass(WINDOW);
			reads(BAD);
		}
		Repair::Disputed => {
			declare();
			act(OWNER, Call::dispute { order, evidence });
		}
		Repair::Done => {
			declare();
			reads(GOOD);
			pass(WORK + 1);
			pass(1);
		}
	}
}

/// The customer has declared it done, and the machine has anchored a reading of this value since.
pub fn measured_after(value: i64) {
	repaired(Repair::Declared);
	measures(&[value]);
}

/// The same in the guarantee.
pub fn measured_under_guarantee(value: i64) {
	repaired(Repair::Verified);
	pass(WINDOW);
	measures(&[value]);
}

/// What was measured last is brought forward.
pub fn submit(order: ServiceOrderId) -> Call<Runtime> {
	let proof = shown();
	Call::submit_reading { order, proof }
}

/// The newest maintenance order.
pub fn repair() -> ServiceOrderId {
	let newest = pallet_diagnostics::Orders::<Runtime>::iter_keys().max();
	newest.expect("something was ordered")
}

/// What became of it.
pub fn repair_record() -> OrderOf<Runtime> {
	pallet_diagnostics::Orders::<Runtime>::get(repair()).expect("it is there")
}

/// The newest maintenance order, as the escrow calls it.
pub fn repair_agreement() -> AgreementRef {
	AgreementRef::Ticket(repair())
}

/// What the maintainer gets on top for being in time.
pub fn bonus() -> Balance {
	care_conditions().bonus * whole_price()
}

/// What he puts up.
pub fn care_bond() -> Balance {
	care_conditions().bond * whole_price()
}

/// What stays on hold of the price until the guarantee ends.
pub fn retained() -> Balance {
	care_conditions().retention * whole_price()
}

/// What he gets if readings speak against him.
pub fn failure_fee() -> Balance {
	care_conditions().failure_fee * whole_price()
}

/// What he gets if he is called off.
pub fn care_call_off_fee() -> Balance {
	care_conditions().cancellation_fee * whole_price()
}

/// What the machine has on hold until the record is removed.
pub fn care_deposit() -> Balance {
	worth(<Runtime as pallet_diagnostics::Config>::OrderDeposit::get())
}

/// He has a maintenance order, and there are three good readings.
pub fn citable() {
	repaired(Repair::Assigned);
	measures(&[GOOD; 3]);
}

/// He has asked for the first of them.
pub fn cited() {
	citable();
	act(CUSTOMER, cite(0, 1));
}

/// The call that asks.
pub fn cite(first: u32, count: u32) -> Anchoring<Runtime> {
	Anchoring::challenge {
		machine: machine(),
		batch: 1,
		first,
		count,
		window: DAY,
	}
}

/// The newest challenge.
pub fn challenge() -> ChallengeId {
	let newest = pallet_telemetry::Challenges::<Runtime>::iter_keys().max();
	newest.expect("somebody has asked")
}
