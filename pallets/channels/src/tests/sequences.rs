//! Whatever anybody tries, in whatever order: a property over all calls, and over what befalls assets, machines and the chain;
//! and the same against a small model of what a channel is.

use crate::{
	mock::*, Balance, Call, ChannelId, ChannelState, Channels as ChannelsMap, Event, Outcome, Redemption, SignedTally,
};
use bpiiot_primitives::{AgreementRef, AssetKind};
use bpiiot_voucher::Word;
use frame_support::{assert_ok, dispatch::DispatchResult, storage::with_storage_layer, traits::Hooks, weights::Weight};
use pallet_escrow::{Credits, Deadlines};
use pallet_suppliers::Stars;
use proptest::{prelude::*, sample::select, strategy::ValueTree, test_runner::TestRunner};
use scale_info::{TypeDef, TypeInfo};
use std::collections::{BTreeMap, BTreeSet};

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
	Open,
	TopUp,
	Redeem,
	Batch,
	Ask,
	AskWith,
	Close,
	CloseWith,
	Together,
	Expire,
	Remove,
	Rate,
	ClaimCredit,
	Block,
	Thaw,
	List,
	Pause,
}

use Act::*;

/// How often each is tried.
const ACTS: [(Act, usize); 17] = [
	(Open, 16),
	(TopUp, 4),
	(Redeem, 24),
	(Batch, 6),
	(Ask, 5),
	(AskWith, 3),
	(Close, 3),
	(CloseWith, 3),
	(Together, 3),
	(Expire, 4),
	(Remove, 8),
	(Rate, 3),
	(ClaimCredit, 3),
	(Block, 1),
	(Thaw, 2),
	(List, 2),
	(Pause, 2),
];

/// An act on the `which`-th channel that there is.
#[derive(Clone, Debug)]
struct Step {
	act: Act,
	/// Who calls; nobody in particular for whoever has the right to.
	who: Option<usize>,
	which: usize,
	amount: Balance,
	/// Who signs: the right key, mostly.
	forged: bool,
	/// Time until the next step, in milliseconds.
	pause: u64,
}

fn step() -> impl Strategy<Value = Step> {
	let acts: Vec<Act> = ACTS.iter().flat_map(|(act, times)| vec![*act; *times]).collect();
	let pause = prop_oneof![
		30 => 0..2_000u64,
		6 => Just(WINDOW / 2),
		3 => Just(WINDOW),
		2 => Just(WINDOW + 1),
		1 => Just(LIFETIME),
	];
	let who = prop_oneof![10 => Just(None), 1 => (0..6usize).prop_map(Some)];
	let amount = prop_oneof![12 => 0..1_200u128, 1 => Just(u128::MAX)];
	let forged = prop::bool::weighted(0.05);
	(select(acts), who, 0..64usize, amount, forged, pause).prop_map(|(act, who, which, amount, forged, pause)| Step {
		act,
		who,
		which,
		amount,
		forged,
		pause,
	})
}

/// The `which`-th of those that there are, counted round.
fn pick<Item: Clone>(items: &[Item], which: usize) -> Option<Item> {
	items.get(which.checked_rem(items.len())?).cloned()
}

fn payers() -> [AccountId; 3] {
	[payer(), key(1), stranger()]
}

/// Whoever signs for a party.
fn signer_of(party: &AccountId) -> AccountId {
	if *party == of_machine(1) {
		key(1)
	} else {
		party.clone()
	}
}

fn voucher_by(step: &Step, channel: ChannelId) -> SignedTally {
	let key = if step.forged { payee_key() } else { payer_key() };
	SignedTally::sign(Word::Voucher, &domain(channel), tally(step.amount), &key)
}

fn target(step: &Step) -> ChannelId {
	let mut channels: Vec<ChannelId> = ChannelsMap::<Test>::iter()
		.filter(|(_, channel)| {
			matches!(step.act, Remove | Rate) == channel.is_settled() || step.which.is_multiple_of(8)
		})
		.map(|(id, _)| id)
		.collect();
	channels.sort_unstable();
	pick(&channels, step.which).unwrap_or_default()
}

fn run(step: &Step) -> DispatchResult {
	let Step { which, amount, .. } = *step;
	let channel = target(step);
	let record = ChannelsMap::<Test>::get(channel);
	let sides = record.map_or((payer(), payee()), |record| {
		(record.payer().clone(), record.payee().clone())
	});
	let rightful = match step.act {
		Open => payers()[which % 3].clone(),
		Close | CloseWith => sides.1,
		_ => signer_of(&sides.0),
	};
	let who = match step.who {
		Some(who) => [owner(), payer(), payee(), stranger(), key(1), issuer()][who].clone(),
		None => rightful,
	};
	let by = RuntimeOrigin::signed(who.clone());
	let asset = [AssetKind::Native, DOLLAR][which / 3 % 2];
	let newest = Some(voucher_by(step, channel));
	let nothing = None;
	match step.act {
		Open => signed(&who, opening(asset, amount, terms())),
		TopUp => signed(&who, Call::top_up { channel, amount }),
		Redeem => signed(
			&who,
			Call::redeem {
				channel,
				voucher: voucher_by(step, channel),
			},
		),
		Batch => {
			let ids: Vec<_> = ChannelsMap::<Test>::iter_keys().take(4).collect();
			let vouchers = ids.into_iter().map(|channel| Redemption {
				channel,
				voucher: voucher_by(step, channel),
			});
			let vouchers = vouchers.collect::<Vec<_>>().try_into().expect("4 of 8");
			signed(&who, Call::redeem_batch { vouchers })
		}
		Ask => signed(
			&who,
			Call::request_close {
				channel,
				newest: nothing,
			},
		),
		AskWith => signed(&who, Call::request_close { channel, newest }),
		Close => signed(
			&who,
			Call::close {
				channel,
				newest: nothing,
			},
		),
		CloseWith => signed(&who, Call::close { channel, newest }),
		Together => signed(&who, closing_together(channel, amount)),
		Expire => signed(&who, Call::expire { channel }),
		Remove => signed(&who, Call::remove { channel }),
		Rate => with_storage_layer(|| Suppliers::rate(by, AgreementRef::Channel(channel), Stars::Three)),
		ClaimCredit => {
			let credits: Vec<_> = Credits::<Test>::iter_keys().collect();
			match pick(&credits, which) {
				Some((payee, asset, holder)) => with_storage_layer(|| Escrow::claim_credit(by, holder, asset, payee)),
				None => Ok(()),
			}
		}
		Block => Assets::block(
			RuntimeOrigin::signed(issuer()),
			DOLLAR_ID,
			[payee(), payer()][which % 2].clone(),
		),
		Thaw => Assets::thaw(
			RuntimeOrigin::signed(issuer()),
			DOLLAR_ID,
			[payee(), payer()][which % 2].clone(),
		),
		List if which.is_multiple_of(2) => Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR),
		List => Escrow::list_asset(RuntimeOrigin::root(), DOLLAR),
		Pause if which.is_multiple_of(2) => Escrow::pause(RuntimeOrigin::root()),
		Pause => Escrow::resume(RuntimeOrigin::root()),
	}
}

/// What a block's end does, with room for some of it.
fn idle_a_little(step: &Step) {
	let limit = Weight::from_parts(1_000_000_000, 1_000_000) / (step.which as u64 % 4 + 1);
	let spent = <Escrow as Hooks<u64>>::on_idle(System::block_number(), limit);
	assert!(spent.all_lte(limit), "{spent:?} of {limit:?}");
}

/// A channel only moves down its list of states.
fn may_follow(before: ChannelState, after: ChannelState) -> bool {
	let rank = |state| match state {
		ChannelState::Open => 0,
		ChannelState::Closing { .. } => 1,
		ChannelState::Settled(_) => 2,
	};
	before == after || rank(before) < rank(after)
}

/// What a channel is, in a few words: what was put in, what was paid, and whether vouchers are taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Model {
	deposited: Balance,
	paid: Balance,
	settled: bool,
}

/// By the events alone, and by nothing that the pallet stores.
fn model_of(model: &mut BTreeMap<ChannelId, Model>) {
	for record in System::events() {
		let RuntimeEvent::Channels(event) = record.event else {
			continue;
		};
		match event {
			Event::Opened { channel, amount, .. } => {
				let fresh = Model {
					deposited: amount,
					..Model::default()
				};
				assert!(model.insert(channel, fresh).is_none(), "an id is used twice");
			}
			Event::ToppedUp { channel, amount, .. } => {
				let entry = model.get_mut(&channel).expect("it was opened");
				assert!(!entry.settled);
				entry.deposited += amount;
			}
			Event::Redeemed {
				channel, amount, paid, ..
			} => {
				let entry = model.get_mut(&channel).expect("it was opened");
				assert!(!entry.settled && paid.amount > entry.paid && paid.amount <= entry.deposited);
				assert_eq!(paid.amount - entry.paid, amount);
				entry.paid = paid.amount;
			}
			Event::Settled {
				channel,
				paid,
				returned,
				..
			} => {
				let entry = model.get_mut(&channel).expect("it was opened");
				assert!(!entry.settled, "ended twice");
				assert_eq!((paid.amount, returned), (entry.paid, entry.deposited - entry.paid));
				entry.settled = true;
			}
			Event::ChannelRemoved { channel, .. } => assert!(model.remove(&channel).is_some_and(|entry| entry.settled)),
			Event::NotRedeemed { .. } | Event::CloseRequested { .. } => (),
		}
	}
	System::reset_events();
	let stored: BTreeMap<_, _> = ChannelsMap::<Test>::iter()
		.map(|(id, channel)| {
			let entry = Model {
				deposited: channel.deposited,
				paid: channel.paid.amount,
				settled: channel.is_settled(),
			};
			(id, entry)
		})
		.collect();
	assert_eq!(stored, *model);
}

/// Lets time run out, and pays and removes everything.
fn end_of_the_world(mut clock: u64) {
	let _ = Escrow::resume(RuntimeOrigin::root());
	(0..40).for_each(|_| {
		clock += LIFETIME + 1;
		at(clock);
		idle();
	});
	assert!(ChannelsMap::<Test>::iter_values().all(|channel| channel.is_settled()));
	assert_eq!(Deadlines::<Test>::iter().count(), 0);
	for who in [payee(), payer(), pot()] {
		let _ = Assets::thaw(RuntimeOrigin::signed(issuer()), DOLLAR_ID, who);
	}
	for (payee, asset, holder) in Credits::<Test>::iter_keys().collect::<Vec<_>>() {
		let anybody = RuntimeOrigin::signed(stranger());
		assert_ok!(Escrow::claim_credit(anybody, holder, asset, payee));
	}
	for (channel, record) in ChannelsMap::<Test>::iter().collect::<Vec<_>>() {
		assert_ok!(signed(&signer_of(record.payer()), Call::remove { channel }));
	}
	assert_eq!(crate::ChannelsOf::<Test>::iter().count(), 0);
	for who in [payer(), payee(), stranger(), of_machine(1)] {
		assert_eq!((money_in(DOLLAR, &who).1, money(&who).1), (0, 0));
	}
	try_state();
}

/// The names of what has happened, and how channels have ended.
fn happened() -> BTreeSet<String> {
	let mut names = BTreeSet::new();
	for record in System::events() {
		let RuntimeEvent::Channels(event) = record.event else {
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
	for _ in 0..12 {
		let steps = proptest::collection::vec(step(), 120).new_tree(&mut runner);
		build_and_execute(|| {
			registered(1);
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
	let ends = [
		Outcome::Agreed,
		Outcome::ClosedByPayee,
		Outcome::ClosedByPayer,
		Outcome::Expired,
	];
	let all = all.variants.iter().map(|variant| variant.name.to_owned());
	let all = all.chain(ends.iter().map(|outcome| format!("{outcome:?}")));
	let missing: Vec<_> = all.filter(|name| !seen.contains(name)).collect();
	assert_eq!(missing, [] as [String; 0]);
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

	/// In the native token and in dollars, the invariants of all pallets hold after every step and no money comes or goes;
	/// states only move as published; what is stored is what the events say. Once time has run out the sweep ends everything by
	/// itself, and nothing is on hold.
	#[test]
	fn invariants_hold_after_every_step(steps in proptest::collection::vec(step(), 1..80)) {
		build_and_execute(|| {
			registered(1);
			System::reset_events();
			let (mut clock, mut model) = (0, BTreeMap::new());
			for step in steps {
				let before: Vec<_> = ChannelsMap::<Test>::iter().map(|(id, channel)| (id, channel.state)).collect();
				// Refusals are part of the game; what matters is the state after them.
				let _ = run(&step);
				try_state();
				model_of(&mut model);
				clock += step.pause;
				at(clock);
				idle_a_little(&step);
				try_state();
				model_of(&mut model);
				for (id, before) in before {
					let after = ChannelsMap::<Test>::get(id).map(|channel| channel.state);
					assert!(after.is_none_or(|after| may_follow(before, after)), "{before:?} to {after:?}");
				}
			}
			end_of_the_world(clock);
		});
	}
}
