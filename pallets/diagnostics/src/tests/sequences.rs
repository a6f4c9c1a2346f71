//! Whatever anybody tries, in whatever order: a property over all calls, and over what befalls assets, machines and the
//! chain.

use crate::{
	mock::*, Action, Call, Cares, Event, Level, MetricId, OrderState, Orders as OrdersMap, Quarrel, RuleTerms, Sensors,
	ServiceOrderId, ServiceTerms, Severity, TicketId, TicketState, Tickets as TicketsMap,
};
use bpiiot_primitives::{AssetKind, MachineId, Side};
use codec::Decode;
use frame_support::{assert_ok, dispatch::DispatchResult, storage::with_storage_layer, traits::Hooks, weights::Weight};
use pallet_escrow::{Credits, Deadlines, Disputes};
use pallet_suppliers::Stars;
use proptest::{prelude::*, sample::select, strategy::ValueTree, test_runner::TestRunner};
use scale_info::{TypeDef, TypeInfo};
use sp_core::H256;
use sp_runtime::Permill;
use std::collections::BTreeSet;

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
	/// One of those that an order's state is for.
	FitOrder,
	/// One of those that a ticket's state is for.
	FitTicket,
	Enrol,
	Appoint,
	SetWear,
	SetRule,
	RemoveRule,
	Report,
	ReportBad,
	OpenTicket,
	CloseTicket,
	RemoveTicket,
	Ask,
	Offer,
	WithdrawOffer,
	AcceptOffer,
	Assign,
	Award,
	EndRequest,
	Acknowledge,
	Start,
	Declare,
	ReadGood,
	ReadBad,
	ReadAgain,
	GiveUp,
	Cancel,
	Concede,
	Dispute,
	Expire,
	RemoveOrder,
	Accredit,
	Certify,
	Revoke,
	Prune,
	Rate,
	AcceptCase,
	Rule,
	EndDispute,
	ClaimCredit,
	Block,
	Thaw,
	List,
	Pause,
	Service,
	Sell,
}

use Act::*;

/// How often each is tried, in any state.
const ACTS: [(Act, usize); 46] = [
	(FitOrder, 90),
	(FitTicket, 40),
	(Enrol, 2),
	(Appoint, 1),
	(SetWear, 1),
	(SetRule, 4),
	(RemoveRule, 1),
	(Report, 6),
	(ReportBad, 16),
	(OpenTicket, 8),
	(CloseTicket, 2),
	(RemoveTicket, 3),
	(Ask, 2),
	(Offer, 4),
	(WithdrawOffer, 1),
	(AcceptOffer, 2),
	(Assign, 1),
	(Award, 2),
	(EndRequest, 1),
	(Acknowledge, 1),
	(Start, 1),
	(Declare, 1),
	(ReadGood, 2),
	(ReadBad, 2),
	(ReadAgain, 2),
	(GiveUp, 1),
	(Cancel, 1),
	(Concede, 1),
	(Dispute, 1),
	(Expire, 2),
	(RemoveOrder, 1),
	(Accredit, 1),
	(Certify, 5),
	(Revoke, 1),
	(Prune, 2),
	(Rate, 1),
	(AcceptCase, 1),
	(Rule, 1),
	(EndDispute, 1),
	(ClaimCredit, 2),
	(Block, 1),
	(Thaw, 2),
	(List, 2),
	(Pause, 2),
	(Service, 2),
	(Sell, 1),
];

/// An act on the `which`-th thing that there is.
#[derive(Clone, Debug)]
struct Step {
	act: Act,
	/// Who calls; nobody in particular for whoever has the right to.
	who: Option<usize>,
	which: usize,
	units: u64,
	/// Time until the next step, in milliseconds.
	pause: u64,
}

fn step() -> impl Strategy<Value = Step> {
	let acts: Vec<Act> = ACTS.iter().flat_map(|(act, times)| vec![*act; *times]).collect();
	let pause = prop_oneof![
		30 => 60_000..4 * MINUTE,
		6 => Just(30 * MINUTE),
		2 => Just(4 * HOUR),
		1 => Just(DAY + 1),
		1 => Just(9 * DAY),
	];
	let who = prop_oneof![14 => Just(None), 1 => (0..6usize).prop_map(Some)];
	(select(acts), who, 0..64usize, 0..8u64, pause).prop_map(|(act, who, which, units, pause)| Step {
		act,
		who,
		which,
		units,
		pause,
	})
}

/// The `which`-th of those that there are, counted round.
fn pick<Item: Clone>(items: &[Item], which: usize) -> Option<Item> {
	items.get(which.checked_rem(items.len())?).cloned()
}

/// What an order in this state is for.
fn fit_order(state: OrderState) -> &'static [Act] {
	match state {
		OrderState::Proposed => &[Acknowledge, Acknowledge, GiveUp, Cancel],
		OrderState::Assigned => &[Start, Start, Start, Start, Acknowledge, Cancel, GiveUp],
		OrderState::InWork => &[Declare, Declare, Declare, Declare, GiveUp],
		OrderState::DeclaredDone => &[ReadGood, ReadGood, ReadGood, ReadGood, ReadBad, ReadBad, Dispute],
		OrderState::Failed | OrderState::Returned => &[Dispute, Dispute, Concede],
		OrderState::Verified => &[ReadBad, ReadBad, ReadBad, ReadBad, ReadGood, ReportBad],
		OrderState::Disputed(_) => &[AcceptCase, Rule, AcceptCase, Rule, EndDispute],
		OrderState::Settled(_) => &[Rate, RemoveOrder],
	}
}

/// What a ticket in this state is for.
fn fit_ticket(state: TicketState) -> &'static [Act] {
	match state {
		TicketState::Open => &[Offer, Offer, AcceptOffer, AcceptOffer, AcceptOffer, Assign, Ask, Award],
		TicketState::Ordered(_) => &[FitOrder, Offer],
		TicketState::Closed => &[RemoveTicket, WithdrawOffer],
	}
}

/// The machines that are looked after, and one that maintains.
const PATIENTS: [u8; 2] = [PRESS, 2];
const ROBOT: u8 = 3;

fn maintainers() -> [AccountId; 3] {
	[maintainer(), rival(), of_machine(ROBOT)]
}

fn owner_of(machine: &MachineId) -> AccountId {
	pallet_machines::Machines::<Test>::get(machine)
		.expect("it is registered")
		.owner
}

fn some_terms(which: usize, asset: AssetKind) -> ServiceTerms<AccountId> {
	let mut terms = ServiceTerms { asset, ..service() };
	terms.price = 4_000 + 500 * (which as u128 % 5);
	if which.is_multiple_of(3) {
		terms.conditions.bond = Permill::zero();
		terms.conditions.bonus = Permill::zero();
	}
	if which.is_multiple_of(4) {
		terms.conditions.guarantee_window = 0;
	}
	terms.conditions.check.readings = 1 + (which % 2) as u8;
	if !which.is_multiple_of(5) {
		terms.arbiter = Some(arbiter());
	}
	terms
}

fn some_rule(which: usize, asset: AssetKind) -> RuleTerms<AccountId> {
	let mut tender = tender();
	tender.service = some_terms(which, asset);
	let action = if which.is_multiple_of(2) {
		Action::Ticket
	} else {
		Action::Quotes(Box::new(tender))
	};
	RuleTerms {
		trigger: crate::Trigger {
			bound: 7_000 + (which % 3) as i64,
			reports: 1 + (which % 2) as u8,
			..trigger()
		},
		fault: text(["VIB", "HOT"][which % 2]),
		..rule(action)
	}
}

/// Everything that a step may need to know.
struct Scene {
	order: ServiceOrderId,
	record: Option<crate::OrderOf<Test>>,
	ticket: TicketId,
	ticket_record: Option<crate::TicketOf<Test>>,
	machine: MachineId,
}

fn scene(step: &Step) -> Scene {
	let any = step.which.is_multiple_of(8);
	let orders = OrdersMap::<Test>::iter().filter(|(_, order)| any || step.act == RemoveOrder || !order.is_settled());
	let orders: Vec<_> = orders.map(|(id, _)| id).collect();
	let tickets: Vec<_> = TicketsMap::<Test>::iter_keys().collect();
	let order = pick(&orders, step.which).unwrap_or_default();
	let ticket = pick(&tickets, step.which).unwrap_or_default();
	let record = OrdersMap::<Test>::get(order);
	let ticket_record = TicketsMap::<Test>::get(ticket);
	let machine = machine(PATIENTS[step.which % 2]);
	Scene {
		order,
		record,
		ticket,
		ticket_record,
		machine,
	}
}

/// What is tried in the end.
fn chosen(step: &Step, scene: &Scene) -> Act {
	let turn = step.which / 7 + step.units as usize;
	let fit = |order: &Option<crate::OrderOf<Test>>| {
		order
			.as_ref()
			.and_then(|order| pick(fit_order(order.state), turn))
			.unwrap_or(OpenTicket)
	};
	match step.act {
		FitOrder => fit(&scene.record),
		FitTicket => match scene
			.ticket_record
			.as_ref()
			.and_then(|ticket| pick(fit_ticket(ticket.state), turn))
		{
			Some(FitOrder) => fit(&scene.record),
			Some(act) => act,
			None => OpenTicket,
		},
		act => act,
	}
}

/// Whoever has the right to it.
fn rightful(act: Act, step: &Step, scene: &Scene) -> AccountId {
	let turn = step.which / 7 + step.units as usize;
	let seed = PATIENTS[step.which % 2];
	let order_machine = scene.record.as_ref().map_or(scene.machine, |order| order.machine);
	let ticket_machine = scene
		.ticket_record
		.as_ref()
		.map_or(scene.machine, |ticket| ticket.machine);
	let paid = scene
		.record
		.as_ref()
		.map_or_else(maintainer, |order| order.maintainer().clone());
	match act {
		Enrol | Appoint | SetWear | SetRule | RemoveRule | OpenTicket => owner_of(&scene.machine),
		Report | ReportBad => key(seed),
		CloseTicket | RemoveTicket | Ask | AcceptOffer | Assign => owner_of(&ticket_machine),
		Offer => signer_of(&maintainers()[turn % 3]),
		WithdrawOffer => {
			let offers = scene
				.ticket_record
				.as_ref()
				.map(|ticket| ticket.offers.to_vec())
				.unwrap_or_default();
			pick(&offers, turn).map_or_else(maintainer, |offer| signer_of(&offer.maintainer))
		}
		Acknowledge | Start | Declare | GiveUp | Concede => signer_of(&paid),
		Dispute => match scene.record.as_ref().map(|order| order.state) {
			Some(OrderState::DeclaredDone) => owner_of(&order_machine),
			_ => signer_of(&paid),
		},
		ReadGood | ReadBad | ReadAgain => [owner_of(&order_machine), signer_of(&paid)][turn % 2].clone(),
		Cancel | RemoveOrder | Rate => owner_of(&order_machine),
		Certify | Revoke => laboratory(),
		AcceptCase | Rule => arbiter(),
		_ => stranger(),
	}
}

fn run(step: &Step) -> DispatchResult {
	let scene = scene(step);
	let act = chosen(step, &scene);
	let who = match step.who {
		Some(who) => [owner(), maintainer(), rival(), arbiter(), key(PRESS), key(ROBOT)][who].clone(),
		None => rightful(act, step, &scene),
	};
	let asset = [AssetKind::Native, DOLLAR][step.units as usize % 2];
	of_machines(act, step, &scene, &who, asset)
		.or_else(|| of_tickets(act, step, &scene, &who, asset))
		.or_else(|| of_orders(act, step, &scene, &who))
		.or_else(|| of_calibration(act, step, &scene, &who))
		.unwrap_or_else(|| of_others(act, step, &scene, &who))
}

fn of_machines(act: Act, step: &Step, scene: &Scene, who: &AccountId, asset: AssetKind) -> Option<DispatchResult> {
	let (machine, which) = (scene.machine, step.which);
	let call = match act {
		Enrol => Call::enrol {
			machine,
			room: 1 + step.units as u32 / 2,
		},
		Appoint => Call::appoint_maintainer {
			machine,
			maintainer: Some(maintainer()),
		},
		SetWear => Call::set_wear {
			machine,
			limits: vec![crate::WearLimit {
				metric: MetricId(9),
				model: crate::WearModel::Limit(100),
			}]
			.try_into()
			.expect("one"),
		},
		SetRule => Call::set_rule {
			machine,
			terms: some_rule(which, asset),
		},
		RemoveRule => {
			let rules = Cares::<Test>::get(machine)
				.map(|care| care.rules.to_vec())
				.unwrap_or_default();
			let rule = pick(&rules, which)?.id;
			Call::remove_rule { machine, rule }
		}
		Report | ReportBad => Call::report {
			at: unix_now(),
			level: if act == Report { Level::Normal } else { Level::Alarm },
			metrics: values(&[(VIBRATION, if act == Report { GOOD } else { BAD }), (9, which as i64)]),
		},
		OpenTicket => Call::open_ticket {
			machine,
			fault: text(["VIB", "OIL", "HOT", "BELT", "LEAK", "WEAR"][which % 6]),
			severity: Severity::Major,
		},
		_ => return None,
	};
	Some(signed(who, call))
}

fn of_tickets(act: Act, step: &Step, scene: &Scene, who: &AccountId, asset: AssetKind) -> Option<DispatchResult> {
	let (ticket, which) = (scene.ticket, step.which);
	let turn = which / 7 + step.units as usize;
	let offers = scene
		.ticket_record
		.as_ref()
		.map(|ticket| ticket.offers.to_vec())
		.unwrap_or_default();
	let offer = pick(&offers, turn).map(|offer| offer.id).unwrap_or_default();
	let call = match act {
		CloseTicket => Call::close_ticket { ticket },
		RemoveTicket => Call::remove_ticket { ticket },
		Ask => {
			let service = some_terms(which, asset);
			let tender = crate::Tender { service, ..tender() };
			Call::request_quotes { ticket, tender }
		}
		Offer => Call::offer_service {
			ticket,
			terms: some_terms(which, asset),
			valid_for: DAY,
		},
		WithdrawOffer => Call::withdraw_offer { ticket, offer },
		AcceptOffer => Call::accept_offer { ticket, offer },
		Assign => Call::assign {
			ticket,
			maintainer: maintainers()[turn % 3].clone(),
			terms: some_terms(which, asset),
		},
		Award | EndRequest => {
			let open: Vec<_> = requests().into_iter().filter(|(_, request)| request.open).collect();
			let (request, _) = pick(&open, which)?;
			if act == EndRequest {
				request_ends(request);
				return Some(Ok(()));
			}
			let maintainer = maintainers()[turn % 3].clone();
			let done = award(request, &maintainer, 3_000, HOUR);
			return Some(done.map(drop).map_err(Into::into));
		}
		_ => return None,
	};
	Some(signed(who, call))
}

/// A proof of the machine's vibration, measured and anchored a moment ago.
fn proof(machine: MachineId, value: i64) -> crate::Proof {
	let now = unix_now();
	anchored(machine, VIBRATION, value, now - 10_000, now - 5_000)
}

fn of_orders(act: Act, step: &Step, scene: &Scene, who: &AccountId) -> Option<DispatchResult> {
	let order = scene.order;
	let machine = scene.record.as_ref().map_or(scene.machine, |order| order.machine);
	let hash = H256::repeat_byte(step.units as u8);
	let call = match act {
		Acknowledge => Call::acknowledge { order },
		Start => Call::start_work { order },
		Declare => Call::declare_done { order, report: hash },
		ReadGood | ReadBad => {
			let proof = proof(machine, if act == ReadGood { GOOD } else { BAD });
			Call::submit_reading { order, proof }
		}
		ReadAgain => {
			let proofs: Vec<_> = Anchors::iter_keys().collect();
			let proof = pick(&proofs, step.which)?.try_into().expect("short");
			Call::submit_reading { order, proof }
		}
		GiveUp => Call::give_up { order, reason: hash },
		Cancel => Call::cancel { order, reason: hash },
		Concede => Call::concede { order },
		Dispute => Call::dispute { order, evidence: hash },
		Expire => Call::expire { order },
		RemoveOrder => Call::remove_order { order },
		_ => return None,
	};
	Some(signed(who, call))
}

fn of_calibration(act: Act, step: &Step, scene: &Scene, who: &AccountId) -> Option<DispatchResult> {
	let (machine, metric) = (scene.machine, MetricId(VIBRATION));
	let known = Sensors::<Test>::get(machine, metric).map(|sensor| sensor.certificates.to_vec());
	let certificate = pick(&known.unwrap_or_default(), step.which).map(|one| one.id);
	let certificate = certificate.unwrap_or_default();
	let call = match act {
		Accredit if step.units < 6 => return Some(Diagnostics::accredit_issuer(root(), laboratory(), HASH)),
		Accredit => return Some(Diagnostics::remove_issuer(root(), laboratory())),
		Certify => Call::register_certificate {
			machine,
			metric,
			document: sp_io::hashing::blake2_256(&System::block_number().to_le_bytes()).into(),
			table: TABLE,
			valid_from: unix_now() - MINUTE,
			valid_until: unix_now() + DAY * (1 + step.units),
		},
		Revoke => Call::revoke_certificate {
			machine,
			metric,
			certificate,
		},
		Prune => Call::prune_certificate {
			machine,
			metric,
			certificate,
		},
		_ => return None,
	};
	Some(signed(who, call))
}

fn root() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

fn of_others(act: Act, step: &Step, scene: &Scene, who: &AccountId) -> DispatchResult {
	let (order, units, which) = (scene.order, step.units, step.which);
	let by = RuntimeOrigin::signed(who.clone());
	let party = [of_machine(PRESS), maintainers()[which % 3].clone(), pot()][units as usize % 3].clone();
	match act {
		Rate => with_storage_layer(|| Suppliers::rate(by, agreement(order), Stars::Three)),
		AcceptCase => with_storage_layer(|| Escrow::accept_case(by, agreement(order))),
		Rule => {
			let (share, bond) = (
				Permill::from_percent(units as u32 * 14),
				[Side::Payer, Side::Payee][which % 2],
			);
			with_storage_layer(|| Escrow::rule(by, agreement(order), share, bond, HASH))
		}
		EndDispute => with_storage_layer(|| Escrow::end_dispute(by, agreement(order))),
		ClaimCredit => {
			let credits: Vec<_> = Credits::<Test>::iter_keys().collect();
			match pick(&credits, which) {
				Some((payee, asset, holder)) => with_storage_layer(|| Escrow::claim_credit(by, holder, asset, payee)),
				None => Ok(()),
			}
		}
		Block => Assets::block(RuntimeOrigin::signed(issuer()), DOLLAR_ID, party),
		Thaw => Assets::thaw(RuntimeOrigin::signed(issuer()), DOLLAR_ID, party),
		List if units < 2 => Escrow::delist_asset(root(), DOLLAR),
		List => Escrow::list_asset(root(), DOLLAR),
		Pause if units < 2 => Escrow::pause(root()),
		Pause => Escrow::resume(root()),
		Service => {
			let owner = RuntimeOrigin::signed(owner_of(&scene.machine));
			Machines::set_service(owner, scene.machine, units > 1)
		}
		// From the owner to a maintainer and back: the worst for both sides.
		Sell => with_storage_layer(|| {
			let from = owner_of(&scene.machine);
			let to = if from == owner() { rival() } else { owner() };
			Machines::offer_ownership(RuntimeOrigin::signed(from), scene.machine, Some(to.clone()))?;
			Machines::accept_ownership(RuntimeOrigin::signed(to), scene.machine, 0)
		}),
		_ => Ok(()),
	}
}

/// What a block's end does, with room for some of it.
fn idle_a_little(step: &Step) {
	let limit = Weight::from_parts(1_000_000_000, 1_000_000) / (step.units + 1);
	let spent = <Escrow as Hooks<u64>>::on_idle(System::block_number(), limit);
	assert!(spent.all_lte(limit), "{spent:?} of {limit:?}");
}

/// How far a state is from the beginning.
fn rank(state: OrderState) -> u8 {
	match state {
		OrderState::Proposed => 0,
		OrderState::Assigned => 1,
		OrderState::InWork => 2,
		OrderState::DeclaredDone => 3,
		OrderState::Failed => 4,
		OrderState::Verified => 5,
		OrderState::Returned => 6,
		OrderState::Disputed(_) => 7,
		OrderState::Settled(_) => 8,
	}
}

/// An order only moves down its list of states; what has failed is not verified later.
fn may_follow(before: OrderState, after: OrderState) -> bool {
	match (before, after) {
		(OrderState::Settled(one), OrderState::Settled(other)) => one == other,
		(OrderState::Failed, after) => matches!(
			after,
			OrderState::Failed | OrderState::Disputed(Quarrel::Work) | OrderState::Settled(_)
		),
		_ => rank(before) <= rank(after),
	}
}

/// Two machines of one owner, calibrated and with rules, and a machine of somebody else's that maintains.
fn a_busy_world() {
	registered_arbiter();
	accredited();
	for seed in PATIENTS {
		registered_for(&owner(), seed);
		let machine = machine(seed);
		assert_ok!(owner_calls(Call::enrol { machine, room: ROOM }));
		assert_ok!(owner_calls(Call::set_rule {
			machine,
			terms: some_rule(seed.into(), DOLLAR)
		}));
		let (metric, document) = (MetricId(VIBRATION), HASH);
		let (valid_from, valid_until) = (unix_now() - MINUTE, unix_now() + 90 * DAY);
		assert_ok!(signed(
			&laboratory(),
			Call::register_certificate {
				machine,
				metric,
				document,
				table: TABLE,
				valid_from,
				valid_until
			}
		));
	}
	registered_for(&stranger(), ROBOT);
	passes(HOUR);
}

/// Lets time run out, and pays and removes everything.
fn end_of_the_world() {
	let _ = Escrow::resume(root());
	for _ in 0..120 {
		passes(DAY);
		idle();
	}
	assert!(OrdersMap::<Test>::iter_values().all(|order| order.is_settled()));
	assert_eq!(Deadlines::<Test>::iter().count(), 0);
	assert_eq!(Disputes::<Test>::iter().count(), 0);
	assert_eq!(crate::OrdersOf::<Test>::iter().count(), 0);
	let patients = PATIENTS.map(of_machine);
	let sides = maintainers().into_iter().chain(patients);
	let everybody: Vec<_> = sides.chain([arbiter(), pot(), owner(), laboratory()]).collect();
	for who in &everybody {
		let _ = Assets::thaw(RuntimeOrigin::signed(issuer()), DOLLAR_ID, who.clone());
	}
	for (payee, asset, holder) in Credits::<Test>::iter_keys().collect::<Vec<_>>() {
		assert_ok!(Escrow::claim_credit(
			RuntimeOrigin::signed(stranger()),
			holder,
			asset,
			payee
		));
	}
	for (request, _) in requests() {
		request_ends(request);
	}
	for (order, record) in OrdersMap::<Test>::iter().collect::<Vec<_>>() {
		assert_ok!(signed(&owner_of(&record.machine), Call::remove_order { order }));
	}
	for (ticket, record) in TicketsMap::<Test>::iter().collect::<Vec<_>>() {
		let owner = owner_of(&record.machine);
		if record.state != TicketState::Closed {
			assert_ok!(signed(&owner, Call::close_ticket { ticket }));
		}
		assert_ok!(signed(&owner, Call::remove_ticket { ticket }));
	}
	for (machine, care) in Cares::<Test>::iter().collect::<Vec<_>>() {
		let owner = owner_of(&machine);
		for rule in care.rules {
			assert_ok!(signed(&owner, Call::remove_rule { machine, rule: rule.id }));
		}
		assert_ok!(signed(&owner, Call::discharge { machine }));
	}
	for (machine, metric, sensor) in Sensors::<Test>::iter().collect::<Vec<_>>() {
		for one in sensor.certificates {
			let certificate = one.id;
			assert_ok!(signed(
				&stranger(),
				Call::prune_certificate {
					machine,
					metric,
					certificate
				}
			));
		}
	}
	assert_ok!(Escrow::retire_arbiter(RuntimeOrigin::signed(arbiter())));
	for who in &everybody {
		assert_eq!(money_in(DOLLAR, who).1, 0);
		let of_machines = pallet_machines::Machines::<Test>::iter_values().filter(|machine| machine.owner == *who);
		assert_eq!(money(who).1, 5_000 * of_machines.count() as u128);
	}
}

/// The names of what has happened, and how orders have ended.
fn happened() -> BTreeSet<String> {
	let mut names = BTreeSet::new();
	for record in System::events() {
		let RuntimeEvent::Diagnostics(event) = record.event else {
			continue;
		};
		let text = format!("{event:?}");
		let name = text.trim_start_matches("Event::").split(' ').next();
		names.extend(name.map(str::to_owned));
		if let Event::Settled { outcome, .. } = event {
			names.insert(format!("{outcome:?}"));
		}
	}
	names
}

/// The property below says something: in some runs, the same each time, everything happens that can.
#[test]
fn everything_happens_in_some_sequence() {
	let mut runner = TestRunner::deterministic();
	let mut seen = BTreeSet::new();
	for _ in 0..60 {
		let steps = proptest::collection::vec(step(), 100).new_tree(&mut runner);
		build_and_execute(|| {
			a_busy_world();
			for step in steps.expect("nothing is filtered").current() {
				let _ = run(&step);
				passes(step.pause);
				idle_a_little(&step);
			}
			seen.extend(happened());
		});
	}
	let TypeDef::Variant(all) = Event::<Test>::type_info().type_def else {
		panic!("events are variants");
	};
	let ends = [
		"Completed",
		"Failed",
		"Returned",
		"NotDone",
		"GivenUp",
		"Cancelled",
		"Declined",
	];
	let all = all.variants.iter().map(|variant| variant.name).chain(ends);
	let missing: Vec<_> = all.filter(|name| !seen.contains(*name)).collect();
	// Nothing discharges a machine but the end of the world.
	assert_eq!(missing, ["Discharged"]);
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

	/// In the native token and in dollars, the invariants of all pallets hold after every step and no money comes or goes;
	/// states only move as published. Once time has run out the sweep ends everything by itself, and nothing is on hold.
	#[test]
	fn invariants_hold_after_every_step(steps in proptest::collection::vec(step(), 1..100)) {
		build_and_execute(|| {
			a_busy_world();
			for step in steps {
				let orders: Vec<_> = OrdersMap::<Test>::iter().map(|(id, order)| (id, order.state)).collect();
				// Refusals are part of the game; what matters is the state after them.
				let _ = run(&step);
				try_state();
				passes(step.pause);
				idle_a_little(&step);
				try_state();
				for (id, before) in orders {
					let after = OrdersMap::<Test>::get(id).map(|order| order.state);
					assert!(after.is_none_or(|after| may_follow(before, after)), "{before:?} to {after:?}");
				}
			}
			end_of_the_world();
		});
	}

	/// No proof, however it looks, makes anything panic or move.
	#[test]
	fn no_proof_of_nothing_moves_anything(bytes in proptest::collection::vec(any::<u8>(), 0..1_024)) {
		prop_assume!(Anchored::decode(&mut bytes.as_slice()).is_err());
		build_and_execute(|| {
			let order = declared();
			refused(order, bytes.try_into().expect("no more than fits"), crate::Error::MalformedProof);
		});
	}
}
