use crate::{mock::*, HoldReason, JobState, Jobs as JobsMap, JobsOf, OfferTerms, Offers, OffersOf, OrderLine};
use bpiiot_primitives::{AgreementRef, AssetKind, JobId, MachineId, OfferId, Side};
use frame_support::{
	assert_ok,
	storage::{with_storage_layer, with_transaction},
	traits::{fungible::MutateHold, Hooks},
	weights::Weight,
};
use pallet_escrow::{Credits, Deadlines};
use proptest::prelude::*;
use sp_core::H256;
use sp_runtime::{DispatchError, FixedU128, Permill, TransactionOutcome, TryRuntimeError};

/// Runs `break_it` on a state with one started job and tells what try-state says.
fn broken_by(break_it: impl FnOnce(JobId)) -> TryRuntimeError {
	let mut said = Ok(());
	build_and_execute(|| {
		let _ = with_transaction(|| {
			let job = job_at(Stage::Started);
			break_it(job);
			said = Jobs::do_try_state();
			TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
		});
	});
	said.expect_err("try-state must see the damage")
}

fn change(job: JobId, change: impl FnOnce(&mut crate::JobOf<Test>)) {
	JobsMap::<Test>::mutate(job, |job| change(job.as_mut().expect("the job exists")));
}

#[test]
fn try_state_sees_each_kind_of_damage() {
	let other = TryRuntimeError::Other;
	assert_eq!(
		broken_by(|job| change(job, |job| job.units = 6)),
		other("invariant 1: an open job's escrow differs from its unpaid units")
	);
	assert_eq!(
		broken_by(|job| change(job, |job| job.bond = 0)),
		other("invariant 1: an open job's bond differs from its state")
	);
	assert_eq!(
		broken_by(|job| change(job, |job| job.machine = machine(2))),
		other("invariant 1: somebody else than the machine is paid")
	);
	assert_eq!(
		broken_by(|job| change(job, |job| job.state =
			crate::JobState::Settled(crate::Outcome::Completed))),
		other("invariant 3: a job and its escrow have not ended together")
	);
	assert_eq!(
		broken_by(|job| change(job, |job| job.units_done = 6)),
		other("invariant 4: a job's units do not fit its state")
	);
	assert_eq!(
		broken_by(|_| JobsOf::<Test>::remove(machine(1))),
		other("the open jobs of the machines differ from the jobs")
	);
	assert_eq!(
		broken_by(|_| JobsOf::<Test>::mutate(machine(1), |book| book.open[0].customer = stranger())),
		other("the open jobs of the machines differ from the jobs")
	);
	assert_eq!(
		broken_by(|_| OffersOf::<Test>::remove(machine(1))),
		other("the offers of the machines differ from the offers")
	);
	assert_eq!(
		broken_by(|job| change(job, |job| job.indexed_at = job.deliver_by + 1)),
		other("deadlines: an open job is looked at too late")
	);
	assert_eq!(
		broken_by(|_| drop(pallet_escrow::Deadlines::<Test>::clear(10, None))),
		other("deadlines: an open job is not in the index")
	);
	assert_eq!(
		broken_by(|_| {
			assert_ok!(Balances::hold(&HoldReason::Offer.into(), &stranger(), 20));
		}),
		other("invariant 9: deposits for offers differ from the offers")
	);
	assert_eq!(
		broken_by(|job| Offers::<Test>::mutate(record(job).offer, |offer| {
			offer.as_mut().expect("the offer exists").depositor = account(b"nobody");
		})),
		other("invariant 9: deposits for offers differ from the offers")
	);
}

#[test]
fn the_escrow_sees_a_job_whose_record_vanished_or_is_there_twice() {
	let said = |break_it: fn(JobId)| {
		let mut said = Ok(());
		build_and_execute(|| {
			let _ = with_transaction(|| {
				break_it(job_at(Stage::Started));
				said = Escrow::do_try_state();
				TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
			});
		});
		said
	};
	let prices = Err(TryRuntimeError::Other(
		"invariant 1: prices on hold differ from the escrows",
	));
	assert_eq!(said(JobsMap::<Test>::remove), prices);
	assert_eq!(said(|job| JobsMap::<Test>::insert(JobId(1), record(job))), prices);
}

/// The sides of an agreement.
const SIDES: [Side; 2] = [Side::Payer, Side::Payee];

/// A call about the `which`-th offer or job that there is, or something that befalls them all.
#[derive(Clone, Debug)]
struct Step {
	call: u8,
	/// Who calls; nobody in particular for whoever has the right to.
	who: Option<usize>,
	which: usize,
	units: u32,
	/// Time until the next step, in milliseconds.
	pause: u64,
}

/// What is tried, and how often: mostly what gets a job on.
const CALLS: [(u8, usize); 31] = [
	(0, 1),
	(1, 1),
	(2, 1),
	(3, 14),
	(4, 12),
	(5, 1),
	(6, 12),
	(7, 3),
	(8, 14),
	(9, 12),
	(10, 10),
	(11, 2),
	(12, 3),
	(13, 3),
	(14, 3),
	(15, 2),
	(16, 3),
	(17, 2),
	(18, 2),
	(19, 2),
	(20, 2),
	(21, 3),
	(22, 3),
	(23, 2),
	(24, 2),
	(25, 10),
	(26, 10),
	(27, 10),
	(28, 2),
	(29, 2),
	(30, 1),
];

fn step() -> impl Strategy<Value = Step> {
	let calls: Vec<u8> = CALLS.iter().flat_map(|(call, times)| vec![*call; *times]).collect();
	let nobody = None;
	(
		proptest::sample::select(calls),
		prop_oneof![9 => Just(nobody), 1 => (0..5usize).prop_map(Some)],
		0..64usize,
		0..7u32,
		prop_oneof![40 => 0..1_000u64, 1 => Just(70_000u64), 1 => Just(400_000u64)],
	)
		.prop_map(|(call, who, which, units, pause)| Step {
			call,
			who,
			which,
			units,
			pause,
		})
}

/// The `which`-th of those that there are, counted round.
fn pick<Item: Copy>(items: &[Item], which: usize) -> Option<Item> {
	items.get(which.checked_rem(items.len())?).copied()
}

/// Who has the right to make the call.
fn rightful(call: u8, job: JobId) -> AccountId {
	let machines_key = JobsMap::<Test>::get(job).filter(|job| job.machine == machine(2));
	match call {
		0..=2 | 21 | 24 | 25 => owner(),
		3 | 9 | 10 | 13 | 22 | 23 | 29 | 30 => customer(),
		26 | 27 => arbiter(),
		4..=8 => key(if machines_key.is_some() { 2 } else { 1 }),
		_ => stranger(),
	}
}

/// Whether a job in this state is one that the call is for.
fn fits(call: u8, state: JobState) -> bool {
	match call {
		4 | 5 | 21 | 22 => state == JobState::Ordered,
		6 => state == JobState::Accepted,
		7 | 8 => state == JobState::Started,
		9 | 10 | 23 => state == JobState::Delivered,
		24 | 25 => state == JobState::Rejected,
		26..=29 => state == JobState::Disputed,
		_ => true,
	}
}

fn run(step: &Step) -> Result<(), DispatchError> {
	let offers: Vec<OfferId> = Offers::<Test>::iter_keys().collect();
	// Mostly a job that the call is for, or hardly any would come far.
	let any = step.which.is_multiple_of(8);
	let jobs = JobsMap::<Test>::iter().filter(|(_, job)| any || fits(step.call, job.state));
	let jobs: Vec<JobId> = jobs.map(|(id, _)| id).collect();
	let offer = pick(&offers, step.which).unwrap_or_default();
	let job = pick(&jobs, step.which).unwrap_or_default();
	let who = match step.who {
		Some(who) => [owner(), customer(), stranger(), key(1), key(2)][who].clone(),
		None => rightful(step.call, job),
	};
	let who = signed(&who);
	let machine: MachineId = machine(1 + (step.which % 2) as u8);
	let asset = [AssetKind::Native, DOLLAR][step.units as usize % 2];
	let party = [customer(), machine.account(), pot()][step.which % 3].clone();
	let deliver_by = pallet_timestamp::Now::<Test>::get() + DEADLINE;
	// Sometimes more than there are.
	let in_review = JobsMap::<Test>::get(job).map_or(0, |job| job.in_review());
	let reviewed = if any { step.units } else { step.units.min(in_review) };
	with_storage_layer(|| match step.call {
		0 => Jobs::publish_offer(who, machine, OfferTerms { asset, ..full_terms() }),
		1 => Jobs::update_offer(who, offer, OfferTerms { asset, ..full_terms() }),
		2 => Jobs::withdraw_offer(who, offer),
		3 => {
			let version = Offers::<Test>::get(offer).map_or(0, |offer| offer.version);
			let (price, recipe) = (Balance::MAX, H256::zero());
			Jobs::order(
				who,
				offer,
				version,
				step.units,
				price,
				recipe,
				Default::default(),
				deliver_by,
				(!step.which.is_multiple_of(4)).then(arbiter),
			)
		}
		4 => Jobs::accept(who, job),
		5 => Jobs::decline(who, job, H256::zero()),
		6 => Jobs::start(who, job),
		7 => Jobs::progress(who, job, step.units),
		8 => Jobs::deliver(who, job, step.units, H256::zero()),
		9 => Jobs::approve(who, job, reviewed),
		10 => Jobs::reject(who, job, reviewed, H256::zero()),
		11 => Jobs::cancel(who, job, H256::zero()),
		12 => Jobs::expire(who, job),
		13 => Jobs::remove(who, job),
		14 => claim_a_credit(who, step.which),
		15 => Assets::block(signed(&issuer()), DOLLAR_ID, party),
		16 => Assets::thaw(signed(&issuer()), DOLLAR_ID, party),
		17 if step.units < 3 => Assets::freeze_asset(signed(&issuer()), DOLLAR_ID),
		17 => Assets::thaw_asset(signed(&issuer()), DOLLAR_ID),
		18 if step.units < 3 => Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR),
		18 => Escrow::list_asset(RuntimeOrigin::root(), DOLLAR),
		19 if step.units < 2 => Escrow::pause(RuntimeOrigin::root()),
		19 => Escrow::resume(RuntimeOrigin::root()),
		21 => Jobs::counter_offer(who, job, Balance::from(step.units) * UNIT_PRICE / 2, deliver_by),
		22 => {
			let counter = JobsMap::<Test>::get(job).and_then(|job| job.counter);
			let counter = counter.ok_or(DispatchError::CannotLookup)?;
			Jobs::accept_counter_offer(who, job, counter.unit_price, counter.deliver_by)
		}
		23 => Jobs::request_rework(who, job, H256::zero()),
		24 => Jobs::concede(who, job),
		25 => Jobs::dispute(who, job, H256::zero()),
		26 => Escrow::accept_case(who, AgreementRef::Job(job)),
		27 => {
			let (share, side) = (Permill::from_percent(step.units * 16), SIDES[step.which % 2]);
			Escrow::rule(who, AgreementRef::Job(job), share, side, H256::zero())
		}
		28 => Escrow::end_dispute(who, AgreementRef::Job(job)),
		29 => Escrow::submit_evidence(who, AgreementRef::Job(job), H256::repeat_byte(step.units as u8)),
		30 => {
			let line = OrderLine {
				offer,
				version: Offers::<Test>::get(offer).map_or(0, |offer| offer.version),
				units: step.units,
				max_price: Balance::MAX,
				recipe: H256::zero(),
				recipe_reference: Default::default(),
				deliver_by,
				arbiter: None,
			};
			Jobs::order_batch(who, vec![line; 2].try_into().expect("2 of 3"))
		}
		_ => {
			DollarRate::set(&Some(FixedU128::from_u32(step.units)));
			Ok(())
		}
	})
}

fn claim_a_credit(who: RuntimeOrigin, which: usize) -> Result<(), DispatchError> {
	let ((payee, asset, holder), _) = Credits::<Test>::iter().nth(which).ok_or(DispatchError::CannotLookup)?;
	Escrow::claim_credit(who, holder, asset, payee)
}

/// What a block's end does, with room for some of it.
fn idle_a_little(step: &Step) {
	let limit = Weight::from_parts(1_000_000_000, 1_000_000) / u64::from(step.units + 1);
	let spent = <Escrow as Hooks<u64>>::on_idle(System::block_number(), limit);
	assert!(spent.all_lte(limit), "{spent:?} of {limit:?}");
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

	/// Whatever anybody tries in whatever order, in the native token and in dollars, the invariants of all three pallets
	/// hold after every step and no money comes or goes. Once time has run out the sweep ends every job by itself, and
	/// once the dollars are thawed nothing is on hold but the deposits of records.
	#[test]
	fn invariants_hold_after_every_step(steps in proptest::collection::vec(step(), 1..150)) {
		build_and_execute(|| {
			registered_arbiter();
			for seed in [1, 2] {
				registered(seed);
				for (asset, ..) in ASSETS {
					let terms = OfferTerms { asset, ..full_terms() };
					assert_ok!(Jobs::publish_offer(signed(&owner()), machine(seed), terms));
				}
			}
			// Chance alone would hardly ever get a job as far as a dispute.
			for offer in OffersOf::<Test>::get(machine(1)) {
				let job = take(ordered_before(offer, Some(arbiter())), Stage::Delivered);
				assert_ok!(Jobs::reject(signed(&customer()), job, 5, H256::zero()));
			}
			let mut clock = 0;
			for step in steps {
				// Refusals are part of the game; what matters is the state after them.
				let _ = run(&step);
				try_state();
				clock += step.pause;
				at(clock);
				idle_a_little(&step);
				try_state();
			}
			let _ = Escrow::resume(RuntimeOrigin::root());
			// The stop clock takes gaps of more than an hour for halts.
			(0..30).for_each(|_| {
				clock += 3_600_000;
				at(clock);
				idle();
			});
			assert!(JobsMap::<Test>::iter_values().all(|job| job.is_settled()));
			assert_eq!(Deadlines::<Test>::iter().count(), 0);

			let _ = Assets::thaw_asset(signed(&issuer()), DOLLAR_ID);
			for who in [customer(), machine(1).account(), machine(2).account(), pot(), owner(), arbiter()] {
				let _ = Assets::thaw(signed(&issuer()), DOLLAR_ID, who);
			}
			for ((payee, asset, holder), _) in Credits::<Test>::iter().collect::<Vec<_>>() {
				assert_ok!(Escrow::claim_credit(signed(&stranger()), holder, asset, payee));
			}
			for (job, record) in JobsMap::<Test>::iter().collect::<Vec<_>>() {
				assert_ok!(Jobs::remove(signed(record.customer()), job));
			}
			assert_eq!(pallet_escrow::Disputes::<Test>::iter().count(), 0);
			assert_ok!(Escrow::retire_arbiter(signed(&arbiter())));
			for who in [customer(), stranger(), arbiter()] {
				assert_eq!(money_in(DOLLAR, &who).1, 0);
				assert_eq!(money(&who).1, 0);
			}
		});
	}
}
