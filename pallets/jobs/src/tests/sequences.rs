//! Whatever anybody tries, in whatever order: a property over all calls, and over what befalls assets and the chain.

use super::materials::needs;
use crate::{mock::*, JobState, Jobs as JobsMap, OfferTerms, Offers, OffersOf, OrderLine};
use bpiiot_primitives::{Actors, AgreementRef, AssetKind, JobId, OfferId, RateableAgreements, Side, SiteId};
use frame_support::{
	assert_ok, dispatch::DispatchResultWithPostInfo, pallet_prelude::DispatchResult, storage::with_storage_layer,
	traits::Hooks, weights::Weight,
};
use pallet_escrow::{Credits, Deadlines, Disputes};
use proptest::{prelude::*, sample::select};
use sp_core::H256;
use sp_runtime::{DispatchError, FixedU128, Permill};

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Act {
	/// One of those that the job's state is for.
	Fitting,
	PublishOffer,
	UpdateOffer,
	WithdrawOffer,
	Order,
	OrderBatch,
	CounterOffer,
	AcceptCounterOffer,
	Accept,
	AcceptWith,
	Decline,
	Start,
	Progress,
	Deliver,
	DeliverWith,
	Approve,
	Reject,
	RequestRework,
	Cancel,
	GiveUp,
	Expire,
	Concede,
	Dispute,
	Remove,
	Rate,
	AcceptCase,
	SubmitEvidence,
	Rule,
	EndDispute,
	ClaimCredit,
	BlockParty,
	ThawParty,
	FreezeAsset,
	ListAsset,
	Pause,
	ChangeRate,
}

use Act::*;

/// How often each is tried, in any state.
const ACTS: [(Act, usize); 36] = [
	(Fitting, 90),
	(PublishOffer, 2),
	(UpdateOffer, 2),
	(WithdrawOffer, 1),
	(Order, 14),
	(OrderBatch, 4),
	(CounterOffer, 1),
	(AcceptCounterOffer, 1),
	(Accept, 1),
	(AcceptWith, 1),
	(Decline, 1),
	(Start, 1),
	(Progress, 1),
	(Deliver, 1),
	(DeliverWith, 1),
	(Approve, 1),
	(Reject, 1),
	(RequestRework, 1),
	(Cancel, 1),
	(GiveUp, 1),
	(Expire, 4),
	(Concede, 1),
	(Dispute, 1),
	(Remove, 2),
	(Rate, 2),
	(AcceptCase, 1),
	(SubmitEvidence, 1),
	(Rule, 1),
	(EndDispute, 2),
	(ClaimCredit, 3),
	(BlockParty, 1),
	(ThawParty, 2),
	(FreezeAsset, 2),
	(ListAsset, 2),
	(Pause, 2),
	(ChangeRate, 1),
];

/// What a job in this state is for: mostly what gets it on, or chance would hardly ever bring one to a dispute.
fn fitting(state: JobState) -> &'static [Act] {
	match state {
		JobState::Ordered => &[
			Accept,
			CounterOffer,
			AcceptWith,
			AcceptCounterOffer,
			AcceptWith,
			Decline,
			AcceptCounterOffer,
			Cancel,
		],
		JobState::Accepted => &[Start, Start, Start, Start, Cancel, GiveUp],
		JobState::Started => &[
			Deliver,
			DeliverWith,
			Progress,
			Deliver,
			Deliver,
			Cancel,
			Deliver,
			GiveUp,
		],
		JobState::Delivered => &[Reject, Approve, RequestRework, Reject, Approve, Reject],
		JobState::Rejected => &[Dispute, Dispute, Dispute, Concede],
		JobState::Disputed => &[AcceptCase, Rule, AcceptCase, Rule, SubmitEvidence, EndDispute],
		JobState::Settled(_) => &[Rate, Remove],
	}
}

/// An act on the `which`-th offer or job that there is.
#[derive(Clone, Debug)]
struct Step {
	act: Act,
	/// Who calls; nobody in particular for whoever has the right to.
	who: Option<usize>,
	which: usize,
	units: u32,
	/// Time until the next step, in milliseconds.
	pause: u64,
}

fn step() -> impl Strategy<Value = Step> {
	let acts: Vec<Act> = ACTS.iter().flat_map(|(act, times)| vec![*act; *times]).collect();
	let pause = prop_oneof![
		40 => 0..1_000u64,
		2 => Just(11_000u64),
		1 => Just(70_000u64),
		1 => Just(400_000u64),
	];
	let who = prop_oneof![14 => Just(None), 1 => (0..6usize).prop_map(Some)];
	(select(acts), who, 0..64usize, 0..7u32, pause).prop_map(|(act, who, which, units, pause)| Step {
		act,
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

/// Terms of which windows, fees and bond vary: in every order of lengths, and with nothing.
fn some_terms(which: usize, asset: AssetKind) -> OfferTerms<AccountId, Balance> {
	let mut terms = OfferTerms { asset, ..full_terms() };
	let short = |bit: usize, long: u64| if which >> bit & 1 == 1 { 10_000 } else { long };
	terms.accept_window = short(0, ACCEPT_WINDOW);
	terms.review_window = short(1, REVIEW_WINDOW);
	if let Some(rework) = &mut terms.rework {
		rework.window = short(2, REWORK_WINDOW);
	}
	if let Some(disputes) = &mut terms.disputes {
		disputes.challenge_window = short(3, CHALLENGE_WINDOW);
		disputes.ruling_window = short(0, RULING_WINDOW);
	}
	if which.is_multiple_of(5) {
		terms.bond = 0;
		terms.rejection_fee = Permill::zero();
	}
	terms
}

/// Who has the right to do it.
fn rightful(act: Act, job: JobId) -> AccountId {
	match act {
		PublishOffer | UpdateOffer | WithdrawOffer | CounterOffer | Concede | Dispute => owner(),
		Order | OrderBatch | AcceptCounterOffer | Approve | Reject | RequestRework | Cancel | Remove | Rate
		| SubmitEvidence => customer(),
		AcceptCase | Rule => arbiter(),
		Accept | AcceptWith | Decline | Start | Progress | Deliver | DeliverWith | GiveUp => {
			let of_the_other = JobsMap::<Test>::get(job).is_some_and(|job| job.machine == machine(2));
			key(if of_the_other { 2 } else { 1 })
		}
		_ => stranger(),
	}
}

/// Without what it has weighed.
fn plain(done: DispatchResultWithPostInfo) -> DispatchResult {
	done.map(drop).map_err(|refused| refused.error)
}

fn run(step: &Step) -> Result<Act, DispatchError> {
	let Step { which, units, .. } = *step;
	let offers: Vec<OfferId> = Offers::<Test>::iter_keys().collect();
	let offer = pick(&offers, which).unwrap_or_default();
	// Mostly an open one, or the settled ones would be more and more.
	let any = which.is_multiple_of(8);
	let jobs = JobsMap::<Test>::iter().filter(|(_, job)| any || matches!(step.act, Remove | Rate) || !job.is_settled());
	let jobs: Vec<JobId> = jobs.map(|(id, _)| id).collect();
	let job = pick(&jobs, which).unwrap_or_default();
	let record = JobsMap::<Test>::get(job);
	let act = match (step.act, &record) {
		(Fitting, Some(record)) => pick(fitting(record.state), which / 7 + units as usize).unwrap_or(Expire),
		(Fitting, None) => Order,
		(act, _) => act,
	};
	let who = match step.who {
		Some(who) => [owner(), customer(), stranger(), arbiter(), key(1), key(2)][who].clone(),
		None => rightful(act, job),
	};
	let machine = machine(1 + (which % 2) as u8);
	let asset = [AssetKind::Native, DOLLAR][units as usize % 2];
	let party = [customer(), machine.account(), pot()][which % 3].clone();
	let deliver_by = pallet_timestamp::Now::<Test>::get() + DEADLINE;
	let version = Offers::<Test>::get(offer).map_or(0, |offer| offer.version);
	let judge = (!which.is_multiple_of(4)).then(arbiter);
	// Sometimes more than there are.
	let at_most = |there: u32| if any { units } else { units.min(there) };
	let reviewed = at_most(record.as_ref().map_or(0, |job| job.in_review()));
	let delivered = at_most(record.as_ref().map_or(0, |job| job.units - job.reviewed()));
	let (by, agreement, hash) = (signed(&who), AgreementRef::Job(job), H256::repeat_byte(units as u8));
	let done = with_storage_layer(|| match act {
		Fitting => Ok(()),
		PublishOffer => Jobs::publish_offer(by, machine, some_terms(which, asset)),
		UpdateOffer => Jobs::update_offer(by, offer, some_terms(which, asset)),
		WithdrawOffer => Jobs::withdraw_offer(by, offer),
		Order => {
			let (price, at) = (Balance::MAX, Default::default());
			Jobs::order(by, offer, version, units, price, hash, at, deliver_by, judge)
		}
		OrderBatch => {
			let line = OrderLine {
				offer,
				version,
				units,
				max_price: Balance::MAX,
				recipe: hash,
				recipe_reference: Default::default(),
				deliver_by,
				arbiter: judge,
			};
			Jobs::order_batch(by, vec![line; 1 + which % 3].try_into().expect("at most 3"))
		}
		CounterOffer => {
			// From a moment that acceptance would not have reached to one beyond the deadline.
			let sooner = DEADLINE - 20_000 * u64::from(units);
			let by_then = deliver_by - if any { sooner } else { 0 };
			Jobs::counter_offer(by, job, Balance::from(units) * UNIT_PRICE / 2, by_then)
		}
		AcceptCounterOffer => {
			let counter = record.and_then(|job| job.counter);
			let counter = counter.ok_or(DispatchError::CannotLookup)?;
			Jobs::accept_counter_offer(by, job, counter.unit_price, counter.deliver_by)
		}
		Accept => Jobs::accept(by, job),
		AcceptWith => Jobs::accept_with(by, job, SiteId(3), needs(&[u64::from(units), 5])),
		Decline => plain(Jobs::decline(by, job, hash)),
		Start => Jobs::start(by, job),
		Progress => Jobs::progress(by, job, units),
		Deliver => plain(Jobs::deliver(by, job, delivered, hash)),
		DeliverWith => plain(Jobs::deliver_with(by, job, delivered, hash, units)),
		Approve => plain(Jobs::approve(by, job, reviewed)),
		Reject => plain(Jobs::reject(by, job, reviewed, hash)),
		RequestRework => Jobs::request_rework(by, job, hash),
		Cancel | GiveUp => plain(Jobs::cancel(by, job, hash)),
		Expire => plain(Jobs::expire(by, job)),
		Concede => plain(Jobs::concede(by, job)),
		Dispute => Jobs::dispute(by, job, hash),
		Remove => Jobs::remove(by, job),
		Rate => {
			let actor = Machines::ensure_actor(by)?;
			<Jobs as RateableAgreements<_>>::rate(agreement, &actor).map(drop)
		}
		AcceptCase => Escrow::accept_case(by, agreement),
		SubmitEvidence => Escrow::submit_evidence(by, agreement, hash),
		Rule => {
			let (share, bond) = (Permill::from_percent(units * 16), [Side::Payer, Side::Payee][which % 2]);
			Escrow::rule(by, agreement, share, bond, hash)
		}
		EndDispute => Escrow::end_dispute(by, agreement),
		ClaimCredit => {
			let credits: Vec<_> = Credits::<Test>::iter_keys().collect();
			let credit = credits.get(which % credits.len().max(1)).cloned();
			let (payee, asset, holder) = credit.ok_or(DispatchError::CannotLookup)?;
			Escrow::claim_credit(by, holder, asset, payee)
		}
		BlockParty => Assets::block(signed(&issuer()), DOLLAR_ID, party),
		ThawParty => Assets::thaw(signed(&issuer()), DOLLAR_ID, party),
		FreezeAsset if units < 2 => Assets::freeze_asset(signed(&issuer()), DOLLAR_ID),
		FreezeAsset => Assets::thaw_asset(signed(&issuer()), DOLLAR_ID),
		ListAsset if units < 2 => Escrow::delist_asset(RuntimeOrigin::root(), DOLLAR),
		ListAsset => Escrow::list_asset(RuntimeOrigin::root(), DOLLAR),
		Pause if units < 2 => Escrow::pause(RuntimeOrigin::root()),
		Pause => Escrow::resume(RuntimeOrigin::root()),
		ChangeRate => {
			DollarRate::set(&Some(FixedU128::from_u32(units)));
			Ok(())
		}
	});
	done.map(|()| act)
}

/// What a block's end does, with room for some of it.
fn idle_a_little(step: &Step) {
	let limit = Weight::from_parts(1_000_000_000, 1_000_000) / u64::from(step.units + 1);
	let spent = <Escrow as Hooks<u64>>::on_idle(System::block_number(), limit);
	assert!(spent.all_lte(limit), "{spent:?} of {limit:?}");
}

/// A job only moves down its list of states, or from review back to work.
fn may_follow(before: JobState, after: JobState) -> bool {
	match (before, after) {
		(JobState::Settled(one), JobState::Settled(other)) => one == other,
		(JobState::Delivered, JobState::Started) => true,
		_ => before <= after,
	}
}

/// A name has heard of a job once it has ended, and nothing is put aside for it any more.
fn others_know() {
	for (id, job) in JobsMap::<Test>::iter() {
		assert_eq!(Names::contains_key(id), job.is_settled());
		assert!(!job.is_settled() || !PutAside::contains_key(id));
	}
	let put_aside: u64 = PutAside::iter_values().sum();
	assert!(Free::get() + put_aside <= 100);
}

/// Two machines with offers in both assets, and jobs of one that may be disputed.
fn a_busy_world() {
	registered_arbiter();
	for seed in [1, 2] {
		registered(seed);
		for (nth, (asset, ..)) in ASSETS.into_iter().enumerate() {
			let terms = some_terms(7 * nth + usize::from(seed), asset);
			assert_ok!(Jobs::publish_offer(signed(&owner()), machine(seed), terms));
		}
	}
	for offer in OffersOf::<Test>::get(machine(1)) {
		let job = take(ordered_before(offer, Some(arbiter())), Stage::Delivered);
		assert_ok!(Jobs::reject(signed(&customer()), job, 5, H256::zero()));
	}
}

/// Lets time run out, and pays and removes everything.
fn end_of_the_world(mut clock: u64) {
	let _ = Escrow::resume(RuntimeOrigin::root());
	// The stop clock takes gaps of more than an hour for halts.
	(0..30).for_each(|_| {
		clock += 3_600_000;
		at(clock);
		idle();
	});
	assert!(JobsMap::<Test>::iter_values().all(|job| job.is_settled()));
	assert_eq!(Deadlines::<Test>::iter().count(), 0);
	assert_eq!(Disputes::<Test>::iter().count(), 0);

	let _ = Assets::thaw_asset(signed(&issuer()), DOLLAR_ID);
	for who in [
		customer(),
		machine(1).account(),
		machine(2).account(),
		pot(),
		owner(),
		arbiter(),
	] {
		let _ = Assets::thaw(signed(&issuer()), DOLLAR_ID, who);
	}
	for (payee, asset, holder) in Credits::<Test>::iter_keys().collect::<Vec<_>>() {
		assert_ok!(Escrow::claim_credit(signed(&stranger()), holder, asset, payee));
	}
	for (job, record) in JobsMap::<Test>::iter().collect::<Vec<_>>() {
		assert_ok!(Jobs::remove(signed(record.customer()), job));
	}
	for offer in Offers::<Test>::iter_keys().collect::<Vec<_>>() {
		assert_ok!(Jobs::withdraw_offer(signed(&owner()), offer));
	}
	assert_ok!(Escrow::retire_arbiter(signed(&arbiter())));
	for who in [
		customer(),
		stranger(),
		arbiter(),
		machine(1).account(),
		machine(2).account(),
	] {
		assert_eq!((money_in(DOLLAR, &who).1, money(&who).1), (0, 0));
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

	/// In the native token and in dollars, the invariants of all three pallets hold after every step and no money comes or
	/// goes; states only move as published. Once time has run out the sweep ends every job by itself, and once the dollars
	/// are thawed nothing is on hold any more.
	#[test]
	fn invariants_hold_after_every_step(steps in proptest::collection::vec(step(), 1..150)) {
		build_and_execute(|| {
			a_busy_world();
			let mut clock = 0;
			for step in steps {
				let before: Vec<_> = JobsMap::<Test>::iter().map(|(id, job)| (id, job.state)).collect();
				// Refusals are part of the game; what matters is the state after them.
				let _ = run(&step);
				try_state();
				others_know();
				clock += step.pause;
				at(clock);
				idle_a_little(&step);
				try_state();
				for (id, before) in before {
					let after = JobsMap::<Test>::get(id).map(|job| job.state);
					// One step and one sweep: review may come to rework or to a challenge, and that to an end.
					assert!(after.is_none_or(|after| may_follow(before, after)), "{before:?} to {after:?}");
				}
			}
			end_of_the_world(clock);
		});
	}
}
