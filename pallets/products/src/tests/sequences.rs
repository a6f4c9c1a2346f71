//! Whatever happens in whatever order.

use crate::{
	gs1::Gtin, mock::*, tags::challenge, Call, Certificates, Contests, Holdings, Items, MakingId, Makings, Marks,
	Ranges, RecallId, Recalls, Scope, State, Subject, Tags, Thing, Units,
};
use bpiiot_primitives::Actors;
use frame_support::traits::Hooks;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use sp_core::H256;
use sp_runtime::DispatchResult;
use std::collections::BTreeMap;

/// Something that happens. Numbers choose among people, kinds and what there is; of people, the first is whoever has the right
/// to it.
#[derive(Clone, Debug)]
enum Step {
	RegisterItem(usize, usize, u64),
	RegisterRange(usize, usize, u64, u64),
	RegisterLot(usize, usize, u64, u64),
	Withdraw(usize, usize),
	Make(usize, Vec<usize>, usize, u64, bool),
	Amend(usize, usize),
	Transfer(usize, usize, usize, u64),
	TouchAndTransfer(usize, usize, u64, usize),
	Pack(usize, u64, usize, usize),
	Unpack(usize, usize, usize),
	AttachTag(usize, usize),
	VerifyTag(usize, usize, u32, bool),
	Certify(usize, usize, u64),
	RevokeCertificate(usize, usize),
	RemoveCertificate(usize, usize),
	Recall(usize, usize),
	RecallComponent(usize, usize),
	RecallMachine(usize, usize, u64),
	Narrow(usize, usize, usize),
	Lift(usize, usize),
	Confirm(usize, usize),
	Contest(usize, usize),
	Judge(usize, bool),
	Settle(usize),
	Spread(usize, u32),
	Close(usize),
	Idle(u64),
	Room(usize, u32),
	Wait(u64),
	Sell(usize, usize),
}

const PEOPLE: [AccountId; 4] = [SMITH, BUILDER, SHOP, STRANGER];
const MACHINES: [bpiiot_primitives::MachineId; 2] = [MILL, PRESS];

fn kind(number: usize) -> Gtin {
	[part(), steel(), engine(), gtin(SHOPS, 1)][number % 4]
}

fn issuer(gtin: Gtin) -> AccountId {
	Products::issuer_of(gtin.body()).expect("each kind has one")
}

/// Who may sign for an account, or somebody.
fn fitting(number: usize, rightful: Option<AccountId>) -> AccountId {
	let controller = |account| <Robots as Actors<RuntimeOrigin, AccountId>>::controller(&account);
	let somebody = || {
		let machine = || key(MACHINES[number % MACHINES.len()]);
		PEOPLE.get(number).cloned().unwrap_or_else(machine)
	};
	rightful.filter(|_| number == 0).map_or_else(somebody, controller)
}

fn choose<Found>(all: Vec<Found>, number: usize) -> Option<Found> {
	let place = number % all.len().max(1);
	all.into_iter().nth(place)
}

/// What there is, with whose it is.
fn things() -> Vec<(Thing, AccountId)> {
	let items = Items::<Test>::iter().map(|(gtin, key, item)| {
		let serial = key.serial();
		(Thing::Item { gtin, serial }, item.owner)
	});
	let ranges = Ranges::<Test>::iter().map(|(gtin, key, range)| {
		let last = key.serial();
		(Thing::Range { gtin, last }, range.owner)
	});
	let lots = Holdings::<Test>::iter().map(|((gtin, lot), owner, _)| (Thing::Lot { gtin, lot }, owner));
	let mut all: Vec<_> = items.chain(ranges).chain(lots).collect();
	all.sort();
	all
}

/// One of an account's, preferably.
fn thing_of(owner: &AccountId, number: usize) -> Option<Thing> {
	let of_owner = things().into_iter().filter(|(thing, of)| of == owner && is_free(thing));
	choose(of_owner.map(|(thing, _)| thing).collect(), number)
}

fn is_free(thing: &Thing) -> bool {
	let state = Products::facts(thing.clone()).and_then(|facts| facts.state);
	state.is_none_or(|state| state == State::Free)
}

fn makings() -> Vec<MakingId> {
	Makings::<Test>::iter_keys().collect()
}

fn recall_at(number: usize) -> RecallId {
	choose(Recalls::<Test>::iter_keys().collect(), number).unwrap_or_default()
}

fn answers_for(recall: RecallId) -> Option<AccountId> {
	Recalls::<Test>::get(recall).map(|recall| recall.issuer)
}

fn maker(making: MakingId) -> Option<AccountId> {
	Makings::<Test>::get(making).map(|making| making.maker)
}

/// One of the marks that nobody has said anything of.
fn mark_at(number: usize) -> Option<(MakingId, RecallId)> {
	let open = Marks::<Test>::iter().filter(|(_, _, mark)| mark.verdict == crate::Verdict::Affected);
	choose(open.map(|(making, recall, _)| (making, recall)).collect(), number)
}

fn step() -> impl Strategy<Value = Step> {
	let who = || prop_oneof![3 => Just(0usize), 1 => 0..6usize];
	let which = || 0..64usize;
	let name = || 0..40u64;
	let quantity = || prop_oneof![6 => 0..50u64, 1 => (0..2u64).prop_map(|less| u64::MAX - less)];
	let things = prop_oneof![
		3 => (who(), which(), name()).prop_map(|(a, b, c)| Step::RegisterItem(a, b, c)),
		2 => (who(), which(), 0..90u64, 0..12u64).prop_map(|(a, b, c, d)| Step::RegisterRange(a, b, c, d)),
		3 => (who(), which(), name(), quantity()).prop_map(|(a, b, c, d)| Step::RegisterLot(a, b, c, d)),
		1 => (who(), which()).prop_map(|(a, b)| Step::Withdraw(a, b)),
		4 => (who(), which(), which(), quantity()).prop_map(|(a, b, c, d)| Step::Transfer(a, b, c, d)),
		3 => (who(), which(), 0..12u64, which()).prop_map(|(a, b, c, d)| Step::TouchAndTransfer(a, b, c, d)),
	];
	let inputs = || proptest::collection::vec(which(), 0..4);
	let makings = prop_oneof![
		8 => (0..3usize, inputs(), 0..3usize, name(), any::<bool>())
			.prop_map(|(a, b, c, d, e)| Step::Make(a, b, c, d, e)),
		1 => (who(), which()).prop_map(|(a, b)| Step::Amend(a, b)),
	];
	let units = prop_oneof![
		3 => (who(), 0..4u64, which(), which()).prop_map(|(a, b, c, d)| Step::Pack(a, b, c, d)),
		2 => (who(), which(), which()).prop_map(|(a, b, c)| Step::Unpack(a, b, c)),
	];
	let words = prop_oneof![
		1 => (who(), which()).prop_map(|(a, b)| Step::AttachTag(a, b)),
		2 => (0..4usize, which(), 0..4u32, any::<bool>()).prop_map(|(a, b, c, d)| Step::VerifyTag(a, b, c, d)),
		2 => (who(), which(), 1..3u64).prop_map(|(a, b, c)| Step::Certify(a, b, c)),
		1 => (who(), which()).prop_map(|(a, b)| Step::RevokeCertificate(a, b)),
		1 => (who(), which()).prop_map(|(a, b)| Step::RemoveCertificate(a, b)),
	];
	let recalls = prop_oneof![
		4 => (who(), which()).prop_map(|(a, b)| Step::Recall(a, b)),
		2 => (who(), which()).prop_map(|(a, b)| Step::RecallComponent(a, b)),
		2 => (who(), which(), 0..200_000u64).prop_map(|(a, b, c)| Step::RecallMachine(a, b, c)),
		3 => (who(), which(), which()).prop_map(|(a, b, c)| Step::Narrow(a, b, c)),
		2 => (who(), which()).prop_map(|(a, b)| Step::Lift(a, b)),
		2 => (who(), which()).prop_map(|(a, b)| Step::Confirm(a, b)),
		3 => (who(), which()).prop_map(|(a, b)| Step::Contest(a, b)),
		2 => (which(), any::<bool>()).prop_map(|(a, b)| Step::Judge(a, b)),
		2 => which().prop_map(Step::Settle),
		4 => (which(), 1..6u32).prop_map(|(a, b)| Step::Spread(a, b)),
		2 => which().prop_map(Step::Close),
		2 => (0..4u64).prop_map(Step::Idle),
	];
	let world = prop_oneof![
		1 => (0..3usize, 0..200u32).prop_map(|(a, b)| Step::Room(a, b)),
		2 => prop_oneof![Just(1u64), Just(60_000u64), Just(JUDGE_WINDOW)].prop_map(Step::Wait),
		1 => (0..2usize, 0..2usize).prop_map(|(a, b)| Step::Sell(a, b)),
	];
	prop_oneof![6 => things, 5 => makings, 2 => units, 3 => words, 9 => recalls, 1 => world]
}

fn run(step: Step) -> DispatchResult {
	let nothing = Err(sp_runtime::DispatchError::Unavailable);
	match step {
		Step::RegisterItem(a, b, name) => {
			let who = fitting(a, Some(issuer(kind(b))));
			register(&who, kind(b), &format!("S{name}"))
		}
		Step::RegisterRange(a, b, first, length) => {
			let who = fitting(a, Some(issuer(kind(b))));
			let last = (first + length).min(99);
			register_range(&who, kind(b), &format!("{first:02}"), &format!("{last:02}"))
		}
		Step::RegisterLot(a, b, name, quantity) => {
			let who = fitting(a, Some(issuer(kind(b))));
			register_lot(&who, kind(b), &format!("L{name}"), quantity)
		}
		Step::Withdraw(a, b) => match choose(things(), b) {
			Some((thing, owner)) => withdraw(&fitting(a, Some(owner)), thing),
			None => nothing,
		},
		Step::Make(a, picks, product, name, on_machine) => {
			let owner = PEOPLE[a].clone();
			let inputs: Vec<_> = picks.iter().filter_map(|pick| thing_of(&owner, *pick)).collect();
			let line = |thing: Thing| {
				let quantity = u64::from(matches!(thing, Thing::Lot { .. }));
				using(thing, quantity)
			};
			let inputs: Vec<_> = inputs.into_iter().map(line).collect();
			let gtin = [part(), engine(), gtin(SHOPS, 1)][a];
			let output = match product {
				0 => new_item(gtin, &format!("M{name}")),
				1 => new_range(gtin, &format!("{:03}", name * 5), &format!("{:03}", name * 5 + 4)),
				_ => new_lot(gtin, &format!("M{name}"), "LTR", 20),
			};
			let machine = MACHINES.get(a).filter(|_| on_machine);
			make(&owner, &inputs, &[output], machine.map(|machine| work(*machine)))
		}
		Step::Amend(a, b) => match choose(makings(), b).and_then(|id| Some((id, Products::production(id)?))) {
			Some((making, record)) => {
				let mut work = record.work;
				work.recipe = Some(H256::repeat_byte(b as u8));
				signed(&fitting(a, maker(making)), Call::amend { making, work })
			}
			None => nothing,
		},
		Step::Transfer(a, b, c, quantity) => match choose(things(), b) {
			Some((thing, owner)) => {
				let is_lot = matches!(thing, Thing::Lot { .. });
				let quantity = if is_lot { quantity } else { 0 };
				let to = PEOPLE[c % PEOPLE.len()].clone();
				transfer(&fitting(a, Some(owner.clone())), thing, &owner, &to, quantity)
			}
			None => nothing,
		},
		Step::TouchAndTransfer(a, b, offset, c) => match choose(Ranges::<Test>::iter().collect(), b) {
			Some((gtin, key, range)) => {
				let number = crate::gs1::SerialNumber::new(key.width, range.first + offset);
				let serial = number.serial();
				let to = PEOPLE[c % PEOPLE.len()].clone();
				let thing = Thing::Item { gtin, serial };
				transfer(&fitting(a, Some(range.owner.clone())), thing, &range.owner, &to, 0)
			}
			None => nothing,
		},
		Step::Pack(a, number, b, c) => {
			let owner = PEOPLE[number as usize % 2].clone();
			let prefix = if owner == SMITH { PARTS } else { GOODS };
			let units = Units::<Test>::iter_keys().map(|sscc| Thing::Unit { sscc }).collect();
			let things = [thing_of(&owner, b), choose(units, c)];
			let things: Vec<_> = things.into_iter().flatten().take(1 + c % 2).collect();
			pack(&fitting(a, Some(owner)), sscc(prefix, number), &things)
		}
		Step::Unpack(a, b, c) => match choose(Units::<Test>::iter().collect(), b) {
			Some((sscc, unit)) => {
				let thing = choose(unit.contents.to_vec(), c);
				unpack(&fitting(a, Some(unit.owner)), sscc, thing.as_slice())
			}
			None => nothing,
		},
		Step::AttachTag(a, b) => match choose(Items::<Test>::iter_keys().collect(), b) {
			Some((gtin, place)) => {
				let (serial, key) = (place.serial(), TestTag::new(1).key());
				signed(&fitting(a, Some(issuer(gtin))), Call::attach_tag { gtin, serial, key })
			}
			None => nothing,
		},
		Step::VerifyTag(a, b, more, genuine) => match choose(Tags::<Test>::iter().collect(), b) {
			Some((gtin, place, tag)) => {
				let (serial, who) = (place.serial(), PEOPLE[a].clone());
				let block = System::block_number() - 1;
				let counter = (tag.counter + more).saturating_sub(1);
				let (genesis, hash) = (System::block_hash(0), System::block_hash(block));
				let message = challenge(&genesis, gtin, &serial, &who, &block, &hash, counter);
				let signature = TestTag::new(1 + u8::from(!genuine)).sign(&message);
				signed(
					&who,
					Call::verify_tag {
						gtin,
						serial,
						block,
						counter,
						signature,
					},
				)
			}
			None => nothing,
		},
		Step::Certify(a, b, days) => {
			let subjects = things().into_iter().map(|(thing, _)| Subject::Thing(thing)).collect();
			let subject = choose(subjects, b).unwrap_or(Subject::Product(kind(b)));
			let (from, until) = (Timestamp::get(), Timestamp::get() + days * JUDGE_WINDOW);
			let (schema, claims) = (H256::zero(), H256::zero());
			signed(
				&fitting(a, Some(CERTIFIER)),
				Call::certify {
					subject,
					schema,
					claims,
					from,
					until,
				},
			)
		}
		Step::RevokeCertificate(a, b) => {
			let certificate = choose(Certificates::<Test>::iter_keys().collect(), b).unwrap_or_default();
			signed(&fitting(a, Some(CERTIFIER)), Call::revoke_certificate { certificate })
		}
		Step::RemoveCertificate(a, b) => {
			let certificate = choose(Certificates::<Test>::iter_keys().collect(), b).unwrap_or_default();
			signed(&fitting(a, Some(CERTIFIER)), Call::remove_certificate { certificate })
		}
		Step::Recall(a, b) => match choose(things(), b) {
			Some((thing, _)) => {
				let issuer = Products::facts(thing.clone()).and_then(|facts| facts.issuer);
				recall(&fitting(a, issuer), Scope::Thing(thing))
			}
			None => nothing,
		},
		Step::RecallComponent(a, b) => match choose(Makings::<Test>::iter().collect(), b) {
			Some((example, making)) => match choose(making.inputs.to_vec(), b) {
				Some(input) => {
					let thing = Products::range_around(&input.thing).unwrap_or(input.thing);
					recall(&fitting(a, Some(making.maker)), Scope::Component { thing, example })
				}
				None => nothing,
			},
			None => nothing,
		},
		Step::RecallMachine(a, b, length) => match choose(crate::Productions::<Test>::iter().collect(), b) {
			Some((example, record)) => {
				let scope = Scope::Machine {
					machine: record.work.machine,
					from: record.work.from,
					until: record.work.from + length,
					example,
				};
				recall(&fitting(a, maker(example)), scope)
			}
			None => nothing,
		},
		Step::Narrow(a, b, c) => {
			let recall = recall_at(b);
			let exception = choose(makings(), c);
			narrow(&fitting(a, answers_for(recall)), recall, None, exception.as_slice())
		}
		Step::Lift(a, b) => lift(&fitting(a, answers_for(recall_at(b))), recall_at(b)),
		Step::Confirm(a, b) => match mark_at(b) {
			Some((making, recall)) => signed(&fitting(a, maker(making)), Call::confirm { recall, making }),
			None => nothing,
		},
		Step::Contest(a, b) => match mark_at(b) {
			Some((making, recall)) => {
				let evidence = H256::zero();
				let call = Call::contest {
					recall,
					making,
					evidence,
				};
				signed(&fitting(a, maker(making)), call)
			}
			None => nothing,
		},
		Step::Judge(b, upheld) => {
			let contested = Recalls::<Test>::iter().filter(|(_, recall)| recall.judge_until.is_some());
			let contested = choose(contested.map(|(id, _)| id).collect(), b);
			let recall = contested.unwrap_or_default();
			root(Call::judge { recall, upheld })
		}
		Step::Settle(b) => match choose(Contests::<Test>::iter_keys().collect(), b) {
			Some((recall, making)) => signed(&STRANGER, Call::settle_contest { recall, making }),
			None => nothing,
		},
		Step::Spread(b, steps) => spread(&STRANGER, recall_at(b), steps),
		Step::Close(b) => {
			let over = Recalls::<Test>::iter().filter(|(_, recall)| recall.stage == crate::Stage::Cleared);
			let recall = choose(over.map(|(id, _)| id).collect(), b).unwrap_or_default();
			signed(&STRANGER, Call::close_recall { recall })
		}
		Step::Idle(turns) => {
			let room = STEP.saturating_mul(32 * turns);
			Products::on_idle(1, room);
			Ok(())
		}
		Step::Room(a, room) => set_room(&PEOPLE[a], [PARTS, GOODS, SHOPS][a], room),
		Step::Wait(millis) => {
			blocks_pass(1);
			time_passes(millis);
			Ok(())
		}
		Step::Sell(machine, a) => {
			sold(MACHINES[machine], &PEOPLE[a]);
			Ok(())
		}
	}
}

/// A third company, and something of everybody's.
fn begin() {
	set_room_for_shop().expect("it is free");
	for (number, who) in [SMITH, BUILDER, SHOP].iter().enumerate() {
		let gtin = [part(), engine(), gtin(SHOPS, 1)][number];
		register_lot(who, gtin, "first", 1_000).expect("it is new");
		register_range(who, gtin, "00", "19").expect("it is new");
		let inputs = [using(lot(gtin, "first"), 1)];
		let machine = MACHINES.get(number).map(|machine| work(*machine));
		make(who, &inputs, &[new_item(gtin, "one")], machine).expect("it is his");
	}
	transfer(&SMITH, lot(part(), "first"), &SMITH, &BUILDER, 500).expect("it is his");
	make(
		&BUILDER,
		&[using(lot(part(), "first"), 5)],
		&[new_item(engine(), "two")],
		None,
	)
	.expect("it is his");
}

/// Or the property would say little.
#[test]
fn chance_brings_each_step_to_its_end() {
	let mut chance = TestRunner::deterministic();
	let sequences = proptest::collection::vec(step(), 100);
	let mut done = BTreeMap::new();
	for _ in 0..60 {
		let steps = sequences.new_tree(&mut chance).expect("it has no filter").current();
		build_and_execute(|| {
			begin();
			for step in steps {
				let name = format!("{step:?}").split('(').next().map(str::to_owned);
				*done.entry(name).or_insert(0) += u32::from(run(step).is_ok());
			}
		});
	}
	assert_eq!(done.len(), 30, "{done:?}");
	assert!(done.values().all(|times| *times > 0), "{done:?}");
}

/// A recall that is told to be clear is so: nothing that is called clear is marked when everything has spread.
fn nothing_was_called_clear_too_early(before: &[Thing]) {
	while crate::Unfinished::<Test>::iter().next().is_some() {
		Products::on_idle(1, frame_support::weights::Weight::MAX);
	}
	for thing in before {
		let now = Products::recall_status(thing.clone(), None);
		let is_clear = matches!(now, crate::runtime_api::RecallStatus::Clear);
		assert!(is_clear, "{thing:?} was clear, and is {now:?}");
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

	/// The invariants hold all the while.
	#[test]
	fn genealogy_and_recalls_hold_whatever_happens(steps in proptest::collection::vec(step(), 1..80)) {
		build_and_execute(|| {
			begin();
			for step in steps {
				// Refusals are part of the game; what matters is the state after them.
				let _ = run(step);
				assert_eq!(Products::do_try_state(), Ok(()));
			}
			let clear = things().into_iter().map(|(thing, _)| thing).filter(|thing| {
				Products::recall_status(thing.clone(), None) == crate::runtime_api::RecallStatus::Clear
			});
			nothing_was_called_clear_too_early(&clear.collect::<Vec<_>>());
		});
	}
}
