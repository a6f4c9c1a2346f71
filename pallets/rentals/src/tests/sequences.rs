//! Whatever anybody tries, in whatever order: a property over all calls, and over what befalls assets, machines and the
//! chain.

use crate::{
	mock::*, Actions, Call, Event, ListingId, ListingTerms, Listings as ListingsMap, Outcome, RentalId,
	Rentals as RentalsMap, Stage,
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
	/// One of those that a rental's stage is for.
	Fit,
	Publish,
	Update,
	Withdraw,
	Rent,
	Approve,
	Decline,
	Begin,
	Extend,
	LetIn,
	KeepOut,
	GiveBack,
	Report,
	Claim,
	Waive,
	Concede,
	Dispute,
	Cancel,
	Stop,
	Expire,
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
	Service,
	Spending,
}

use Act::*;

/// How often each is tried, in any stage.
const ACTS: [(Act, usize); 32] = [
	(Fit, 90),
	(Publish, 2),
	(Update, 1),
	(Withdraw, 1),
	(Rent, 30),
	(Approve, 1),
	(Decline, 1),
	(Begin, 8),
	(Extend, 2),
	(LetIn, 2),
	(KeepOut, 1),
	(GiveBack, 2),
	(Report, 4),
	(Claim, 2),
	(Waive, 1),
	(Concede, 1),
	(Dispute, 2),
	(Cancel, 1),
	(Stop, 1),
	(Expire, 3),
	(Remove, 3),
	(Rate, 2),
	(AcceptCase, 1),
	(Rule, 1),
	(EndDispute, 1),
	(ClaimCredit, 2),
	(Block, 1),
	(Thaw, 2),
	(List, 2),
	(Pause, 2),
	(Service, 3),
	(Spending, 2),
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
		30 => 0..MINUTE,
		12 => Just(29 * MINUTE),
		8 => 0..3 * HOUR,
		3 => Just(4 * HOUR + 1),
		1 => Just(DAY + 1),
		1 => Just(6 * DAY),
	];
	let who = prop_oneof![14 => Just(None), 1 => (0..6usize).prop_map(Some)];
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

/// What a rental at this stage is for.
fn fit(stage: Stage) -> &'static [Act] {
	match stage {
		Stage::Requested => &[Approve, Approve, Approve, Decline, Cancel],
		Stage::Booked => &[Begin, Begin, Begin, Begin, Begin, LetIn, Extend, Cancel, Stop],
		Stage::Active => &[GiveBack, GiveBack, Report, LetIn, LetIn, KeepOut, Extend, Stop],
		Stage::Returned(_) => &[Claim, Claim, Claim, Report, Waive],
		Stage::Claimed(_) => &[Dispute, Dispute, Dispute, Concede, Waive],
		Stage::Disputed(_) => &[AcceptCase, Rule, AcceptCase, Rule, EndDispute],
		Stage::Settled(_) => &[Rate, Remove],
	}
}

fn renters() -> [AccountId; 4] {
	[renter(), rival(), key(2), one_of_many(1)]
}

/// The two machines are not of one owner, or they could not deal with each other.
fn owner_of(seed: u8) -> AccountId {
	if seed == 1 {
		owner()
	} else {
		one_of_many(2)
	}
}

/// Whoever signs for a party.
fn signer_of(party: &AccountId) -> AccountId {
	if *party == of_machine(2) {
		key(2)
	} else {
		party.clone()
	}
}

/// Whose account it is that a signer acts for.
fn account_of(signer: &AccountId) -> AccountId {
	if *signer == key(2) {
		of_machine(2)
	} else {
		signer.clone()
	}
}

fn some_terms(which: usize, asset: AssetKind) -> ListingTerms<AccountId> {
	let mut terms = match which % 2 {
		0 => terms(),
		_ => terms_with_approval(),
	};
	terms.asset = asset;
	match which % 5 {
		0 => terms.rental.deposit = 0,
		1 => terms.rental.overdue_price = 0,
		2 => terms.rental.stop_penalty = 0,
		_ => (),
	}
	if which % 7 == 3 {
		terms.rental.no_show = Permill::one();
	}
	if which % 3 == 1 {
		terms.rental.cancellation = Default::default();
		terms.rental.no_show = Permill::zero();
	}
	terms
}

fn run(step: &Step) -> DispatchResult {
	let Step { which, units, .. } = *step;
	let any = which.is_multiple_of(8);
	let now = pallet_timestamp::Now::<Test>::get();
	let mut listings: Vec<ListingId> = ListingsMap::<Test>::iter_keys().collect();
	listings.sort_unstable();
	let listing = pick(&listings, which).unwrap_or_default();
	let rentals = RentalsMap::<Test>::iter();
	let rentals = rentals.filter(|(_, rental)| any || step.act == Remove || !rental.is_settled());
	let mut rentals: Vec<RentalId> = rentals.map(|(id, _)| id).collect();
	rentals.sort_unstable();
	let rental = pick(&rentals, which).unwrap_or_default();
	let record = RentalsMap::<Test>::get(rental);
	let turn = which / 7 + units as usize;
	let act = match (step.act, &record) {
		(Fit, Some(rental)) => pick(fit(rental.stage()), turn).unwrap_or(Expire),
		(Fit, None) => Rent,
		(act, _) => act,
	};
	let customer = renters()[turn % 4].clone();
	let rented_by = record
		.as_ref()
		.map_or_else(renter, |rental| rental.access.renter.clone());
	let seed = match record.as_ref().map(|rental| rental.access.machine) {
		Some(of) if of == machine(2) => 2,
		_ => 1,
	};
	let let_by = [owner_of(seed), key(seed)][turn % 2].clone();
	let listed_by = match ListingsMap::<Test>::get(listing).map(|listing| listing.machine) {
		Some(of) if of == machine(2) => owner_of(2),
		_ => owner_of(1),
	};
	let rightful = match act {
		Update | Withdraw => listed_by,
		Approve | Decline | Report | Claim | Waive | Stop => let_by,
		Begin | Extend | LetIn | KeepOut | GiveBack | Concede | Dispute | Cancel | Remove | Rate => {
			signer_of(&rented_by)
		}
		Publish => owner_of(1 + (which % 2) as u8),
		Rent => customer.clone(),
		AcceptCase | Rule => arbiter(),
		_ => stranger(),
	};
	let who = match step.who {
		Some(who) => [owner(), renter(), rival(), arbiter(), key(1), key(2)][who].clone(),
		None => rightful,
	};
	let asset = [AssetKind::Native, DOLLAR][units as usize % 2];
	let (hash, by) = (H256::repeat_byte(units as u8), RuntimeOrigin::signed(who.clone()));
	let party = [account_of(&customer), of_machine(seed), pot()][which % 3].clone();
	let (start, end) = record
		.as_ref()
		.map_or((now, now + HOUR), |rental| (rental.access.start, rental.access.end));
	let user = [guest(), stranger(), one_of_many(0), one_of_many(3), arbiter()][turn % 5].clone();
	match act {
		Fit => Ok(()),
		Publish => {
			let (machine, terms) = (machine(1 + (which % 2) as u8), some_terms(turn, asset));
			signed(&who, Call::publish_listing { machine, terms })
		}
		Update => {
			let terms = some_terms(turn, asset);
			signed(&who, Call::update_listing { listing, terms })
		}
		Withdraw => signed(&who, Call::withdraw_listing { listing }),
		Rent if listings.is_empty() => Ok(()),
		Rent => {
			// Now, or in whole half hours, so that there are neighbours.
			let ahead = now - now % (30 * MINUTE) + (2 + turn as u64) * 30 * MINUTE;
			let call = Call::rent {
				listing,
				version: ListingsMap::<Test>::get(listing).map_or(0, |listing| listing.version),
				start: (units > 0).then_some(ahead),
				periods: 2 + (which % 3) as u32,
				max_price: Balance::MAX,
				arbiter: (!which.is_multiple_of(4)).then(arbiter),
			};
			signed(&who, call)
		}
		Approve => signed(&who, Call::approve { rental }),
		Decline => signed(&who, Call::decline { rental, reason: hash }),
		Begin => signed(&who, Call::start { rental }),
		Extend => {
			let (periods, max_price) = (1, Balance::MAX);
			signed(
				&who,
				Call::extend {
					rental,
					periods,
					max_price,
				},
			)
		}
		LetIn => signed(
			&who,
			Call::set_user {
				rental,
				user,
				from: start,
				until: if any { end + 1 } else { end },
				actions: Actions::ENTER,
			},
		),
		KeepOut => signed(&who, Call::remove_user { rental, user }),
		GiveBack => signed(&who, Call::give_back { rental }),
		Report => {
			let at = now.saturating_sub(units * 20 * MINUTE).max(start.min(now));
			signed(
				&who,
				Call::confirm_return {
					rental,
					at,
					evidence: hash,
				},
			)
		}
		Claim => {
			let left = record.as_ref().map_or(0, |rental| rental.claimable());
			let amount = if any {
				left + 1
			} else {
				left * (u128::from(units) + 1) / 7
			};
			signed(
				&who,
				Call::claim {
					rental,
					amount,
					evidence: hash,
				},
			)
		}
		Waive => signed(&who, Call::waive { rental }),
		Concede => signed(&who, Call::concede { rental }),
		Dispute => signed(&who, Call::dispute { rental, evidence: hash }),
		Cancel => signed(&who, Call::cancel { rental, reason: hash }),
		Stop => signed(&who, Call::stop { rental, reason: hash }),
		Expire => signed(&who, Call::expire { rental }),
		Remove => signed(&who, Call::remove { rental }),
		Rate => with_storage_layer(|| Suppliers::rate(by, agreement(rental), Stars::Three)),
		AcceptCase => with_storage_layer(|| Escrow::accept_case(by, agreement(rental))),
		Rule => {
			let (share, bond) = (
				Permill::from_percent(units as u32 * 16),
				[Side::Payer, Side::Payee][which % 2],
			);
			with_storage_layer(|| Escrow::rule(by, agreement(rental), share, bond, hash))
		}
		EndDispute => with_storage_layer(|| Escrow::end_dispute(by, agreement(rental))),
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
		Service => {
			let seed = 1 + (which % 2) as u8;
			Machines::set_service(RuntimeOrigin::signed(owner_of(seed)), machine(seed), units > 1)
		}
		Spending => {
			let seed = 1 + (which % 2) as u8;
			may_spend(&owner_of(seed), seed, if units < 2 { 0 } else { 100_000 });
			Ok(())
		}
	}
}

/// What a block's end does, with room for some of it.
fn idle_a_little(step: &Step) {
	let limit = Weight::from_parts(1_000_000_000, 1_000_000) / (step.units + 1);
	let spent = <Escrow as Hooks<u64>>::on_idle(System::block_number(), limit);
	assert!(spent.all_lte(limit), "{spent:?} of {limit:?}");
}

/// How far a stage is from the beginning, and how it has ended.
fn rank(stage: Stage) -> (u8, Option<Outcome>) {
	match stage {
		Stage::Requested => (0, None),
		Stage::Booked => (1, None),
		Stage::Active => (2, None),
		Stage::Returned(outcome) => (3, Some(outcome)),
		Stage::Claimed(outcome) => (4, Some(outcome)),
		Stage::Disputed(outcome) => (5, Some(outcome)),
		Stage::Settled(outcome) => (6, Some(outcome)),
	}
}

/// A rental only moves down its list of stages, and how it has ended does not change.
fn may_follow(before: Stage, after: Stage) -> bool {
	let ((before, was), (after, is)) = (rank(before), rank(after));
	before <= after && was.is_none_or(|was| is == Some(was))
}

/// Listings in both assets of two machines.
fn a_busy_world() {
	registered_arbiter();
	registered_for(&owner_of(1), 1);
	registered_for(&owner_of(2), 2);
	for (nth, asset) in [AssetKind::Native, DOLLAR].into_iter().enumerate() {
		listed_of(1, some_terms(nth + 4, asset));
		listed_of(2, some_terms(nth + 3, asset));
	}
}

/// Lets time run out, and pays and removes everything.
fn end_of_the_world(mut clock: u64) {
	let _ = Escrow::resume(RuntimeOrigin::root());
	(0..60).for_each(|_| {
		clock += DAY;
		at(clock);
		idle();
	});
	assert!(RentalsMap::<Test>::iter_values().all(|rental| rental.is_settled()));
	assert_eq!(Deadlines::<Test>::iter().count(), 0);
	assert_eq!(Disputes::<Test>::iter().count(), 0);
	assert_eq!(crate::Bookings::<Test>::iter().count(), 0);
	let renters = renters().map(|signer| account_of(&signer));
	let everybody: Vec<_> = renters
		.into_iter()
		.chain([of_machine(1), arbiter(), pot(), owner_of(1), owner_of(2)])
		.collect();
	for who in &everybody {
		let _ = Assets::thaw(RuntimeOrigin::signed(issuer()), DOLLAR_ID, who.clone());
	}
	let anybody = || RuntimeOrigin::signed(stranger());
	for (payee, asset, holder) in Credits::<Test>::iter_keys().collect::<Vec<_>>() {
		assert_ok!(Escrow::claim_credit(anybody(), holder, asset, payee));
	}
	for (rental, record) in RentalsMap::<Test>::iter().collect::<Vec<_>>() {
		assert_ok!(signed(&signer_of(&record.access.renter), Call::remove { rental }));
	}
	for (listing, record) in ListingsMap::<Test>::iter().collect::<Vec<_>>() {
		assert_ok!(signed(&record.depositor, Call::withdraw_listing { listing }));
	}
	assert_ok!(Escrow::retire_arbiter(RuntimeOrigin::signed(arbiter())));
	for who in everybody.iter().filter(|who| ![owner_of(1), owner_of(2)].contains(who)) {
		assert_eq!((money_in(DOLLAR, who).1, money(who).1), (0, 0));
	}
}

/// The names of what has happened, and how rentals have ended.
fn happened() -> BTreeSet<String> {
	let mut names = BTreeSet::new();
	for record in System::events() {
		let RuntimeEvent::Rentals(event) = record.event else {
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
		let steps = proptest::collection::vec(step(), 120).new_tree(&mut runner);
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

	/// In the native token and in dollars, the invariants of all pallets hold after every step and no money comes or goes;
	/// stages only move as published. Once time has run out the sweep ends everything by itself, and nothing is on hold.
	#[test]
	fn invariants_hold_after_every_step(steps in proptest::collection::vec(step(), 1..100)) {
		build_and_execute(|| {
			a_busy_world();
			let mut clock = 0;
			for step in steps {
				let before: Vec<_> = RentalsMap::<Test>::iter().map(|(id, rental)| (id, rental.access)).collect();
				// Refusals are part of the game; what matters is the state after them.
				let _ = run(&step);
				try_state();
				clock += step.pause;
				at(clock);
				idle_a_little(&step);
				try_state();
				for (id, before) in before {
					let Some(after) = RentalsMap::<Test>::get(id).map(|rental| rental.access) else {
						continue;
					};
					assert!(may_follow(before.stage, after.stage), "{before:?} to {after:?}");
					assert!(before.epoch <= after.epoch && before.start == after.start && before.end <= after.end);
				}
			}
			end_of_the_world(clock);
		});
	}
}
