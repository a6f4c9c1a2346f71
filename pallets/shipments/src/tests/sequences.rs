//! Whatever anybody tries, in whatever order: a property over all calls, and over what befalls assets, machines and the
//! chain.

use crate::{
	mock::*, Breach, Call, Event, FreightTerms, Holder, LegId, LegState, Legs, Measured, Outcome, Refusal, ShipmentId,
	ShipmentState, Shipments, Shown, TermsOf,
};
use bpiiot_primitives::{AssetKind, Side};
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
	/// One of those that a shipment's state is for.
	Fit,
	/// One of those that a leg's state is for.
	FitLeg,
	Offer,
	Agree,
	Carry,
	Cancel,
	HandOver,
	TakeOver,
	Present,
	Decline,
	ReportLoss,
	Refuse,
	Accept,
	Expire,
	Concede,
	Dispute,
	Show,
	Damage,
	ConcedeClaim,
	DisputeClaim,
	ExpireLeg,
	Remove,
	Rate,
	AcceptCase,
	Rule,
	EndDispute,
	ClaimCredit,
	Block,
	Thaw,
	List,
	Pause,
}

use Act::*;

/// How often each is tried, in any state.
const ACTS: [(Act, usize); 31] = [
	(Fit, 110),
	(FitLeg, 40),
	(Offer, 10),
	(Agree, 1),
	(Carry, 1),
	(Cancel, 2),
	(HandOver, 2),
	(TakeOver, 2),
	(Present, 2),
	(Decline, 2),
	(ReportLoss, 1),
	(Refuse, 1),
	(Accept, 1),
	(Expire, 3),
	(Concede, 1),
	(Dispute, 1),
	(Show, 3),
	(Damage, 1),
	(ConcedeClaim, 1),
	(DisputeClaim, 1),
	(ExpireLeg, 2),
	(Remove, 4),
	(Rate, 3),
	(AcceptCase, 1),
	(Rule, 1),
	(EndDispute, 1),
	(ClaimCredit, 2),
	(Block, 1),
	(Thaw, 2),
	(List, 1),
	(Pause, 1),
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
		50 => 0..2_000u64,
		5 => Just(25_000u64),
		3 => Just(70_000u64),
		2 => Just(200_000u64),
		1 => Just(DAY + 1),
		2 => Just(6 * DAY),
	];
	let who = prop_oneof![14 => Just(None), 1 => (0..7usize).prop_map(Some)];
	(select(acts), who, 0..64usize, 0..7u64, pause).prop_map(|(act, who, which, units, pause)| Step {
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

/// What a shipment in this state is for.
fn fit(state: ShipmentState, is_tendered: bool) -> &'static [Act] {
	match state {
		ShipmentState::Offered => &[Agree, Carry, Carry, Agree, Carry, Carry, Carry, Cancel],
		ShipmentState::Agreed if is_tendered => &[TakeOver, TakeOver, TakeOver, TakeOver, TakeOver, Decline],
		ShipmentState::Agreed => &[HandOver, Present, HandOver, Present, HandOver, HandOver, Cancel],
		ShipmentState::InTransit if is_tendered => &[TakeOver, TakeOver, TakeOver, Refuse, Show],
		ShipmentState::InTransit => &[HandOver, HandOver, Present, HandOver, Refuse, ReportLoss, Show],
		ShipmentState::Delivered => &[Accept],
		ShipmentState::Returning(_) if is_tendered => &[TakeOver],
		ShipmentState::Returning(_) => &[HandOver, Present, ReportLoss, Show, Show, Show, Show, Show, Show, Show],
		ShipmentState::Refused(_) => &[Dispute, Dispute, Concede],
		ShipmentState::Disputed(_) => &[AcceptCase, Rule, AcceptCase, Rule, EndDispute],
		ShipmentState::Settled(_) => &[Rate, FitLeg, FitLeg, Remove],
	}
}

/// What a leg in this state is for.
fn fit_leg(state: LegState) -> &'static [Act] {
	match state {
		LegState::Offered => &[Carry],
		LegState::Agreed => &[Show],
		LegState::Closing => &[Damage, Damage, Show, ExpireLeg],
		LegState::Claimed => &[DisputeClaim, DisputeClaim, ConcedeClaim, Show],
		LegState::Disputed => &[AcceptCase, Rule, AcceptCase, Rule, EndDispute, Show],
		LegState::Settled => &[Rate, Remove],
	}
}

/// A truck carries, too.
fn carriers() -> [AccountId; 3] {
	[carrier(), second(), of_machine(1)]
}

/// Whoever signs for a party.
fn signer_of(party: &AccountId) -> AccountId {
	match *party == of_machine(1) {
		true => key(1),
		false => party.clone(),
	}
}

/// Terms of goods that nobody has used.
fn some_terms(which: usize, units: u64) -> TermsOf<Test> {
	let count = [1, 2, 1, 3, 1][which % 5];
	let legs: Vec<_> = carriers()
		.into_iter()
		.cycle()
		.skip(units as usize)
		.take(count)
		.map(leg_by)
		.collect();
	let mut terms = TermsOf::<Test> {
		legs: legs.try_into().expect("three of 4"),
		freight_terms: [
			FreightTerms::ExWorks,
			FreightTerms::FreeCarrier,
			FreightTerms::CarriagePaid,
		][which % 3],
		asset: [AssetKind::Native, DOLLAR][units as usize % 2],
		..terms()
	};
	let asset = [AssetKind::Native, DOLLAR][which / 3 % 2];
	terms.legs.iter_mut().for_each(|leg| leg.asset = asset);
	if !which.is_multiple_of(4) {
		terms = before_arbiter(terms);
	}
	if which.is_multiple_of(2) {
		terms = cold(terms);
	}
	if which.is_multiple_of(11) {
		terms.goods.iter_mut().for_each(|line| line.price = 0);
		terms.legs.iter_mut().for_each(|leg| leg.liability = 0);
	}
	let nth = System::block_number() as u32 * 100 + which as u32;
	for (line, place) in terms.goods.iter_mut().zip(0..) {
		line.unit = Unit(1_000 + 2 * nth + place);
	}
	terms
}

fn run(step: &Step) -> DispatchResult {
	let Step { which, units, .. } = *step;
	let any = which.is_multiple_of(8);
	let shipments =
		Shipments::<Test>::iter().filter(|(_, shipment)| any || step.act == Remove || !shipment.is_settled());
	let shipments: Vec<ShipmentId> = shipments.map(|(id, _)| id).collect();
	let legs = Legs::<Test>::iter().filter(|(_, leg)| {
		let waits = matches!(leg.state, LegState::Closing | LegState::Claimed | LegState::Disputed);
		any || (waits && step.act == FitLeg) || (step.act != FitLeg && !leg.is_settled())
	});
	let legs: Vec<LegId> = legs.map(|(id, _)| id).collect();
	let shipment = pick(&shipments, which).unwrap_or_default();
	let leg = pick(&legs, which).unwrap_or_default();
	let turn = which / 7 + units as usize;
	let (record, leg_record) = (Shipments::<Test>::get(shipment), Legs::<Test>::get(leg));
	let about_leg = step.act == FitLeg || turn % 2 == 1;
	let act = match (step.act, &record, &leg_record) {
		(Fit, Some(record), _) => pick(fit(record.state, record.tender.is_some()), turn).unwrap_or(Expire),
		(FitLeg, _, Some(leg)) => pick(fit_leg(leg.state), turn).unwrap_or(ExpireLeg),
		(Fit | FitLeg, ..) => Offer,
		(act, ..) => act,
	};
	// Of a shipment that waits for carriers, one that has not agreed.
	let awaited = record
		.iter()
		.flat_map(|record| record.legs.iter())
		.find(|leg| Legs::<Test>::get(**leg).is_some_and(|leg| leg.state == LegState::Offered));
	let leg = match (step.act, act, awaited) {
		(Fit, Carry, Some(leg)) => *leg,
		_ => leg,
	};
	let carries = |leg: LegId| {
		let leg = Legs::<Test>::get(leg)?;
		let shipment = Shipments::<Test>::get(leg.shipment)?;
		Some(shipment.terms.leg(leg.number)?.carrier.clone())
	};
	let holder = record
		.as_ref()
		.map_or_else(stranger, |record| record.custodian().clone());
	let receivers: Vec<AccountId> = record
		.iter()
		.flat_map(|record| {
			let receivers = record.receivers().into_iter().flatten();
			receivers
				.filter_map(|to| record.account_of(to).cloned())
				.collect::<Vec<_>>()
		})
		.collect();
	let called = record.as_ref().and_then(|record| {
		let tender = record.tender?;
		record.account_of(tender.to).cloned()
	});
	let receiver = called.or_else(|| pick(&receivers, turn)).unwrap_or_else(stranger);
	let freight_payer = leg_record
		.as_ref()
		.and_then(|leg| Some(Shipping::freight_payer(&Shipments::<Test>::get(leg.shipment)?, leg)));
	let rightful = match act {
		Agree | Refuse | Accept => consignee(),
		Carry | ConcedeClaim | DisputeClaim => carries(leg).unwrap_or_else(carrier),
		Offer | Concede | Dispute | Remove => consignor(),
		Cancel | Damage => [consignor(), consignee(), carrier()][turn % 3].clone(),
		HandOver | ReportLoss => holder.clone(),
		TakeOver | Present | Decline => receiver.clone(),
		Rate if about_leg => freight_payer.unwrap_or_else(consignor),
		Rate => consignee(),
		AcceptCase | Rule => arbiter(),
		_ => stranger(),
	};
	let who = match step.who {
		Some(who) => people()[who].clone(),
		None => signer_of(&rightful),
	};
	let (hash, by) = (H256::repeat_byte(units as u8), RuntimeOrigin::signed(who.clone()));
	let hop = record.as_ref().map_or(1, |record| record.next_hop());
	let party = [consignor(), consignee(), carrier(), of_machine(1)][which % 4].clone();
	let agreement = if about_leg {
		leg_agreement(leg)
	} else {
		agreement(shipment)
	};
	let now = pallet_timestamp::Now::<Test>::get();
	match act {
		Fit | FitLeg => Ok(()),
		Offer => {
			let terms = some_terms(which, units);
			made_for(&consignor(), &terms);
			signed(&who, Call::offer { terms })
		}
		Agree => signed(&who, Call::agree { shipment }),
		Carry => signed(&who, Call::agree_to_carry { leg }),
		Cancel => cancel(&who, shipment),
		HandOver => {
			let to = (units > 0).then_some(receiver);
			signed(&who, Call::hand_over { shipment, hop, to })
		}
		TakeOver => signed(
			&who,
			Call::take_over {
				shipment,
				hop,
				reservation: hash,
			},
		),
		Present if record.is_some() => {
			let pairs = ["consignor", "consignee", "carrier", "second"].map(pair_of);
			let machine = machine_pair(1);
			let is_key = |pair: &&sp_core::sr25519::Pair| AccountId::from(sp_core::Pair::public(*pair)) == holder;
			let pair = pairs.iter().find(is_key).unwrap_or(&machine);
			let token = token_by(pair, shipment, &receiver);
			signed(
				&who,
				Call::present {
					shipment,
					hop,
					token,
					reservation: hash,
				},
			)
		}
		Present => Ok(()),
		Decline => signed(
			&who,
			Call::decline_handover {
				shipment,
				hop,
				evidence: hash,
			},
		),
		ReportLoss => signed(
			&who,
			Call::report_loss {
				shipment,
				evidence: hash,
			},
		),
		Refuse => signed(&who, Call::refuse { shipment, reason: hash }),
		Accept => {
			let missing = if which.is_multiple_of(5) { 2 } else { 0 };
			let some = Refusal {
				line: 1,
				refused: 10 * units,
				missing,
			};
			let all = Refusal {
				line: 0,
				refused: 1,
				missing: 0,
			};
			let refusals = match turn % 4 {
				0 | 1 => vec![],
				2 => vec![some],
				_ => vec![all, some],
			};
			signed(
				&who,
				Call::accept_delivery {
					shipment,
					refusals: refusals.try_into().expect("few"),
					reason: hash,
				},
			)
		}
		Expire => signed(&who, Call::expire { shipment }),
		Concede => signed(&who, Call::concede { shipment }),
		Dispute => signed(
			&who,
			Call::dispute {
				shipment,
				evidence: hash,
			},
		),
		Show => {
			let of = leg_record.as_ref().and_then(|leg| {
				let shipment = Shipments::<Test>::get(leg.shipment)?;
				let mut hops = shipment.custody.iter().rev();
				Some(hops.find(|hop| hop.holder == Holder::Carrier(leg.number))?.at)
			});
			let from = of.unwrap_or(now);
			let shown = Shown {
				from,
				until: if units > 4 { now } else { from },
				measured: match units {
					0 | 5 => Measured::Nothing,
					_ => Measured::Values {
						channel: TEMPERATURE,
						lowest: HIGH + 2_000 * units as i64,
						highest: i64::MAX,
					},
				},
				..readings(0, 0, 0, 0)
			};
			let breach = match shown.measured {
				Measured::Nothing => Breach::Silence,
				_ => Breach::Limit(0),
			};
			let proof = Loggers::anchor(shown);
			signed(&who, Call::claim_breach { leg, breach, proof })
		}
		Damage => signed(
			&who,
			Call::report_damage {
				leg,
				share: Permill::from_percent(units as u32 * 16),
				evidence: hash,
			},
		),
		ConcedeClaim => signed(&who, Call::concede_claim { leg }),
		DisputeClaim => signed(&who, Call::dispute_claim { leg, evidence: hash }),
		ExpireLeg => signed(&who, Call::expire_leg { leg }),
		Remove => signed(&who, Call::remove { shipment }),
		Rate => with_storage_layer(|| Suppliers::rate(by, agreement, Stars::Three)),
		AcceptCase => with_storage_layer(|| Escrow::accept_case(by, agreement)),
		Rule => {
			let (share, bond) = (
				Permill::from_percent(units as u32 * 16),
				[Side::Payer, Side::Payee][which % 2],
			);
			with_storage_layer(|| Escrow::rule(by, agreement, share, bond, hash))
		}
		EndDispute => with_storage_layer(|| Escrow::end_dispute(by, agreement)),
		ClaimCredit => {
			let credits: Vec<_> = Credits::<Test>::iter_keys().collect();
			match pick(&credits, which) {
				Some((payee, asset, holder)) => with_storage_layer(|| Escrow::claim_credit(by, holder, asset, payee)),
				None => Ok(()),
			}
		}
		Block => Assets::block(RuntimeOrigin::signed(issuer()), DOLLAR_ID, party),
		Thaw => Assets::thaw(RuntimeOrigin::signed(issuer()), DOLLAR_ID, party),
		List if units < 2 => Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR),
		List => Escrow::list_asset(RuntimeOrigin::root(), DOLLAR),
		Pause if units < 2 => Escrow::pause(RuntimeOrigin::root()),
		Pause => Escrow::resume(RuntimeOrigin::root()),
	}
}

/// What a block's end does, with room for some of it.
fn idle_a_little(step: &Step) {
	let limit = Weight::from_parts(1_000_000_000, 1_000_000) / (step.units + 1);
	let spent = <Escrow as Hooks<u64>>::on_idle(System::block_number(), limit);
	assert!(spent.all_lte(limit), "{spent:?} of {limit:?}");
}

/// How far a state is from the beginning.
fn rank(state: ShipmentState) -> u8 {
	match state {
		ShipmentState::Offered => 0,
		ShipmentState::Agreed => 1,
		ShipmentState::InTransit => 2,
		ShipmentState::Delivered => 3,
		ShipmentState::Returning(_) => 4,
		ShipmentState::Refused(_) => 5,
		ShipmentState::Disputed(_) => 6,
		ShipmentState::Settled(_) => 7,
	}
}

fn may_follow(before: ShipmentState, after: ShipmentState) -> bool {
	match (before, after) {
		(ShipmentState::Settled(one), ShipmentState::Settled(other)) => one == other,
		_ => rank(before) <= rank(after),
	}
}

/// The same of a leg.
fn leg_rank(state: LegState) -> u8 {
	codec::Encode::encode(&state)[0]
}

/// An arbiter, a truck, a logger that is a carrier's own, and something that has come already.
fn a_busy_world() {
	registered_arbiter();
	registered_for(&owner(), 1);
	registered_for(&carrier(), LOGGER);
	for (nth, terms) in [terms(), before_arbiter(two_legs())].into_iter().enumerate() {
		let mut terms = terms;
		for (line, place) in terms.goods.iter_mut().zip(0..) {
			line.unit = Unit(2 * nth as u32 + place);
		}
		delivered(terms);
	}
}

/// Lets time run out, and pays and removes everything.
fn end_of_the_world(mut clock: u64) {
	let _ = Escrow::resume(RuntimeOrigin::root());
	(0..150).for_each(|_| {
		clock += DAY;
		at(clock);
		idle();
	});
	assert!(Shipments::<Test>::iter_values().all(|shipment| shipment.is_settled()));
	assert!(Legs::<Test>::iter_values().all(|leg| leg.is_settled()));
	assert_eq!(Deadlines::<Test>::iter().count(), 0);
	assert_eq!(Disputes::<Test>::iter().count(), 0);
	assert_eq!(crate::OpenOf::<Test>::iter().count(), 0);
	let everybody: Vec<_> = people().into_iter().chain([of_machine(1), pot()]).collect();
	for who in &everybody {
		let _ = Assets::thaw(RuntimeOrigin::signed(issuer()), DOLLAR_ID, who.clone());
	}
	let anybody = || RuntimeOrigin::signed(stranger());
	for (payee, asset, holder) in Credits::<Test>::iter_keys().collect::<Vec<_>>() {
		assert_ok!(Escrow::claim_credit(anybody(), holder, asset, payee));
	}
	for (shipment, record) in Shipments::<Test>::iter().collect::<Vec<_>>() {
		assert_ok!(signed(&record.consignor, Call::remove { shipment }));
	}
	assert_ok!(Escrow::retire_arbiter(RuntimeOrigin::signed(arbiter())));
	// Who owns machines has deposits for them.
	for who in everybody.iter().filter(|who| ![owner(), carrier()].contains(who)) {
		assert_eq!((money_in(DOLLAR, who).1, money(who).1), (0, 0));
	}
	try_state();
}

/// The names of what has happened, and how shipments have ended.
fn happened() -> BTreeSet<String> {
	let mut names = BTreeSet::new();
	for record in System::events() {
		let RuntimeEvent::Shipping(event) = record.event else {
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
			let mut clock = 0;
			for step in steps.expect("nothing is filtered").current() {
				let _ = run(&step);
				clock += step.pause;
				at(clock);
				idle_a_little(&step);
			}
			seen.extend(happened());
		});
	}
	let TypeDef::Variant(all) = Event::<Test>::type_info().type_def else {
		panic!("events are variants");
	};
	let TypeDef::Variant(ends) = Outcome::type_info().type_def else {
		panic!("outcomes are variants");
	};
	let all = all.variants.iter().chain(&ends.variants).map(|variant| variant.name);
	let missing: Vec<_> = all.filter(|name| !seen.contains(*name)).collect();
	assert!(missing.is_empty(), "{missing:?}");
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

	/// In the native token and in dollars, the invariants of all pallets hold after every step and neither money nor goods
	/// come or go; states only move as published. Once time has run out the sweep ends everything by itself, and nothing is
	/// on hold.
	#[test]
	fn invariants_hold_after_every_step(steps in proptest::collection::vec(step(), 1..100)) {
		build_and_execute(|| {
			a_busy_world();
			let mut clock = 0;
			for step in steps {
				let shipments: Vec<_> = Shipments::<Test>::iter().map(|(id, record)| (id, record.state)).collect();
				let legs: Vec<_> = Legs::<Test>::iter().map(|(id, leg)| (id, leg.state)).collect();
				let before = Register::sum();
				let made = run_and_count(&step);
				try_state();
				assert_eq!(Register::sum(), before + made, "goods came or went");
				clock += step.pause;
				at(clock);
				idle_a_little(&step);
				try_state();
				assert_eq!(Register::sum(), before + made, "goods came or went");
				for (id, before) in shipments {
					let after = Shipments::<Test>::get(id).map(|record| record.state);
					assert!(after.is_none_or(|after| may_follow(before, after)), "{before:?} to {after:?}");
				}
				for (id, before) in legs {
					let after = Legs::<Test>::get(id).map(|leg| leg.state);
					assert!(after.is_none_or(|after| leg_rank(before) <= leg_rank(after)), "{before:?} to {after:?}");
				}
			}
			end_of_the_world(clock);
		});
	}
}

/// Runs a step, and tells how many units its offer has made.
fn run_and_count(step: &Step) -> u64 {
	let before = Register::sum();
	// Refusals are part of the game; what matters is the state after them.
	let _ = run(step);
	let made = Register::sum().saturating_sub(before);
	assert!(made == 0 || made == 1 + UNITS, "{made}");
	made
}
