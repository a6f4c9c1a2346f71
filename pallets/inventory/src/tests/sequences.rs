//! Whatever happens in whatever order.

use crate::{
	mock::*, Arrivals, AssetClass, Assets, Call, CountReason, Need, Reservations, SiteId, Sites, Stocks, Whereabouts,
};
use bpiiot_primitives::{Actors, JobId, Materials, PurchaseOrderId, Receiving};
use frame_support::{pallet_prelude::ConstU32, storage::with_storage_layer};
use proptest::{prelude::*, sample::select, strategy::ValueTree, test_runner::TestRunner};
use sp_runtime::DispatchResult;
use std::collections::BTreeMap;

/// Something that happens. Numbers name people, sites, lots and jobs that there may be.
#[derive(Clone, Debug)]
enum Step {
	Create(usize),
	Resize(usize, usize, u32),
	Close(usize, usize),
	Appoint(usize, usize, usize, String),
	Open(usize, usize),
	CloseItem(usize, usize),
	Rule(usize, usize, bool),
	Receive(usize, usize, usize, u64, Option<u64>),
	Consume(usize, usize, Option<usize>, u64),
	Move(usize, usize, usize, usize, u64),
	Count(usize, usize, usize, u64, CountReason),
	SetExpiry(usize, usize, usize, Option<u64>),
	Reorder(usize),
	Reserve(usize, u64, usize, Option<usize>, u64),
	Release(usize, u64, usize, u64),
	ConsumeReserved(usize, u64, usize, u64),
	EndReservation(usize, u64),
	JobNeeds(u64, usize, u64),
	JobDelivers(u64, u32),
	JobEnds(u64, bool),
	Deliver(usize, usize, u64, u64),
	PutAway(usize, u64, usize),
	Dismiss(usize, u64),
	Register(usize, usize, bool, Option<usize>),
	HandOver(usize, usize, usize),
	Take(usize, usize),
	Refuse(usize, usize),
	Retire(usize, usize),
	RequestsEnd,
	Refuses(bool),
	Wait(u64),
	Sell(usize, usize),
}

const PEOPLE: [AccountId; 4] = [OWNER, KEEPER, NEIGHBOUR, STRANGER];
const LOTS: [&str; 4] = ["", "A", "B", "C"];
const MACHINES: [bpiiot_primitives::MachineId; 2] = [PRESS, MILL];

/// A person, or the key of a machine.
fn who(number: usize) -> AccountId {
	let machine = |place: usize| key(MACHINES[place % MACHINES.len()]);
	PEOPLE.get(number).cloned().unwrap_or_else(|| machine(number))
}

/// One of the sites that there are.
fn place(number: usize) -> SiteId {
	let mut sites: Vec<_> = Sites::<Test>::iter_keys().collect();
	sites.sort_unstable();
	let count = sites.len().max(1);
	sites.get(number % count).copied().unwrap_or_default()
}

/// Who may sign for an account.
fn signer(account: &AccountId) -> AccountId {
	<Robots as Actors<RuntimeOrigin, AccountId>>::controller(account)
}

/// The first of all is whoever has the right to it, so that something comes of it.
fn fitting(number: usize, rightful: Option<AccountId>) -> AccountId {
	rightful
		.filter(|_| number == 0)
		.map_or_else(|| who(number), |account| signer(&account))
}

fn at(number: usize, site: SiteId) -> AccountId {
	fitting(number, Sites::<Test>::get(site).map(|site| site.owner))
}

fn for_job(number: usize, job: JobId) -> AccountId {
	at(
		number,
		Reservations::<Test>::get(job)
			.map(|reservation| reservation.site)
			.unwrap_or_default(),
	)
}

/// One of the lines that are put aside for a job, and no more of it than that.
fn line(job: JobId, number: usize, quantity: u64) -> (String, u64) {
	let lines = Reservations::<Test>::get(job).map(|reservation| reservation.lines.into_inner());
	let lines = lines.unwrap_or_default();
	lines
		.get(number % lines.len().max(1))
		.map_or((String::new(), quantity), |line| {
			let lot = String::from_utf8(line.lot.clone().into_inner()).expect("ASCII");
			(lot, quantity % (line.quantity + 1))
		})
}

/// One of the orders whose goods wait.
fn waits(owner: &AccountId, number: u64) -> PurchaseOrderId {
	let arrivals = Arrivals::<Test>::get(owner);
	let count = arrivals.len().max(1);
	arrivals
		.get(number as usize % count)
		.map_or(PurchaseOrderId(number), |arrival| arrival.order)
}

/// Who has an asset, or shall have it.
fn holder(place: &Whereabouts<AccountId>) -> Option<AccountId> {
	match place {
		Whereabouts::Site(site) => Sites::<Test>::get(site).map(|site| site.owner),
		Whereabouts::Custodian(account) => Some(account.clone()),
	}
}

/// To whom an asset is being handed over.
fn receiver(asset: crate::AssetId) -> Option<AccountId> {
	let handover = Assets::<Test>::get(asset)?.handover?;
	holder(&handover.to)
}

fn thing(number: usize) -> crate::AssetId {
	let mut assets: Vec<_> = Assets::<Test>::iter_keys().collect();
	assets.sort_unstable();
	let count = assets.len().max(1);
	assets.get(number % count).copied().unwrap_or_default()
}

fn step() -> impl Strategy<Value = Step> {
	// Mostly the owner, so that something comes of it.
	let who = || prop_oneof![3 => Just(0usize), 2 => 0..6usize];
	let site = || 0..4usize;
	let lot = || 0..LOTS.len();
	let quantity = || prop_oneof![12 => 0..4_000u64, 1 => (0..3u64).prop_map(|less| u64::MAX - less)];
	let maybe = || proptest::option::of(0..LOTS.len());
	let job = || 1..4u64;
	let until = || proptest::option::of(0..3 * PAUSE);
	let reason = select(vec![
		CountReason::StockTaking,
		CountReason::StockTaking,
		CountReason::Lost,
		CountReason::Found,
	]);
	let stocks = prop_oneof![
		6 => (who(), site(), lot(), quantity(), until()).prop_map(|(a, b, c, d, e)| Step::Receive(a, b, c, d, e)),
		6 => (who(), site(), maybe(), quantity()).prop_map(|(a, b, c, d)| Step::Consume(a, b, c, d)),
		6 => (who(), site(), site(), lot(), quantity()).prop_map(|(a, b, c, d, e)| Step::Move(a, b, c, d, e)),
		4 => (who(), site(), lot(), quantity(), reason).prop_map(|(a, b, c, d, e)| Step::Count(a, b, c, d, e)),
		1 => (who(), site(), lot(), until()).prop_map(|(a, b, c, d)| Step::SetExpiry(a, b, c, d)),
		1 => site().prop_map(Step::Reorder),
	];
	let jobs = prop_oneof![
		4 => (who(), job(), site(), maybe(), quantity()).prop_map(|(a, b, c, d, e)| Step::Reserve(a, b, c, d, e)),
		2 => (who(), job(), lot(), quantity()).prop_map(|(a, b, c, d)| Step::Release(a, b, c, d)),
		2 => (who(), job(), lot(), quantity()).prop_map(|(a, b, c, d)| Step::ConsumeReserved(a, b, c, d)),
		1 => (who(), job()).prop_map(|(a, b)| Step::EndReservation(a, b)),
		2 => (job(), site(), quantity()).prop_map(|(a, b, c)| Step::JobNeeds(a, b, c)),
		2 => (job(), 0..4u32).prop_map(|(a, b)| Step::JobDelivers(a, b)),
		1 => (job(), any::<bool>()).prop_map(|(a, b)| Step::JobEnds(a, b)),
	];
	let sites = prop_oneof![
		2 => who().prop_map(Step::Create),
		1 => (who(), site(), 0..6u32).prop_map(|(a, b, c)| Step::Resize(a, b, c)),
		1 => (who(), site()).prop_map(|(a, b)| Step::Close(a, b)),
		2 => (who(), site(), 0..6usize, "[ricp]{1,4}").prop_map(|(a, b, c, d)| Step::Appoint(a, b, c, d)),
		3 => (who(), site()).prop_map(|(a, b)| Step::Open(a, b)),
		1 => (who(), site()).prop_map(|(a, b)| Step::CloseItem(a, b)),
		1 => (who(), site(), any::<bool>()).prop_map(|(a, b, c)| Step::Rule(a, b, c)),
	];
	let arrivals = prop_oneof![
		3 => (0..4usize, site(), quantity(), 0..12u64).prop_map(|(a, b, c, d)| Step::Deliver(a, b, c, d)),
		1 => (who(), 0..12u64, site()).prop_map(|(a, b, c)| Step::PutAway(a, b, c)),
		1 => (who(), 0..12u64).prop_map(|(a, b)| Step::Dismiss(a, b)),
	];
	let assets = prop_oneof![
		3 => (who(), 0..3usize, any::<bool>(), proptest::option::of(site()))
			.prop_map(|(a, b, c, d)| Step::Register(a, b, c, d)),
		3 => (who(), 0..4usize, 0..8usize).prop_map(|(a, b, c)| Step::HandOver(a, b, c)),
		2 => (who(), 0..4usize).prop_map(|(a, b)| Step::Take(a, b)),
		1 => (who(), 0..4usize).prop_map(|(a, b)| Step::Refuse(a, b)),
		1 => (who(), 0..4usize).prop_map(|(a, b)| Step::Retire(a, b)),
	];
	let world = prop_oneof![
		2 => Just(Step::RequestsEnd),
		1 => any::<bool>().prop_map(Step::Refuses),
		3 => prop_oneof![Just(1u64), Just(30_000u64), Just(PAUSE)].prop_map(Step::Wait),
		1 => (0..2usize, 0..4usize).prop_map(|(a, b)| Step::Sell(a, b)),
	];
	prop_oneof![8 => stocks, 5 => jobs, 4 => sites, 2 => arrivals, 3 => assets, 3 => world]
}

fn run(step: Step) -> DispatchResult {
	let now = Timestamp::get();
	match step {
		Step::Create(a) => {
			let (profile, room) = (profile("x"), 3);
			signed(&who(a), Call::create_site { profile, room })
		}
		Step::Resize(a, b, room) => {
			let (site, profile) = (place(b), profile("y"));
			signed(&at(a, site), Call::update_site { site, profile, room })
		}
		Step::Close(a, b) => signed(&at(a, place(b)), Call::close_site { site: place(b) }),
		Step::Appoint(a, b, c, letters) => appoint(&at(a, place(b)), place(b), &[keeper(actor(&who(c)), &letters)]),
		Step::Open(a, b) => {
			let kept = Stocks::<Test>::contains_key(place(b), oil());
			let item = if kept { text("water") } else { oil() };
			open(&at(a, place(b)), place(b), item)
		}
		Step::CloseItem(a, b) => {
			let site = place(b);
			let other = Stocks::<Test>::contains_key(site, text::<ConstU32<32>>("water"));
			let item = if other { text("water") } else { oil() };
			signed(&at(a, site), Call::close_item { site, item })
		}
		Step::Rule(a, b, buys) => set_rule(&at(a, place(b)), place(b), Some(rule(buys.then_some(PRESS)))),
		Step::Receive(a, b, c, quantity, until) => {
			let expires = until.map(|until| now + until);
			receive_until(&at(a, place(b)), place(b), LOTS[c], quantity, expires)
		}
		Step::Consume(a, b, c, quantity) => consume(&at(a, place(b)), place(b), c.map(|c| LOTS[c]), quantity),
		Step::Move(a, b, c, d, quantity) => move_stock(&at(a, place(b)), place(b), place(c), LOTS[d], quantity),
		Step::Count(a, b, c, on_hand, reason) => {
			let stock = Stocks::<Test>::get(place(b), oil());
			let basis = stock.map_or(0, |stock| stock.basis(&lot(LOTS[c])));
			count(&at(a, place(b)), place(b), LOTS[c], basis, on_hand, reason)
		}
		Step::SetExpiry(a, b, c, until) => {
			set_expiry(&at(a, place(b)), place(b), LOTS[c], until.map(|until| now + until))
		}
		Step::Reorder(b) => reorder(&STRANGER, place(b)),
		Step::Reserve(a, number, b, c, quantity) => {
			reserve(&at(a, place(b)), JobId(number), place(b), c.map(|c| LOTS[c]), quantity)
		}
		Step::Release(a, number, c, quantity) => {
			let (lot, quantity) = line(JobId(number), c, quantity);
			release(&for_job(a, JobId(number)), JobId(number), &lot, quantity)
		}
		Step::ConsumeReserved(a, number, c, quantity) => {
			let (lot, quantity) = line(JobId(number), c, quantity);
			consume_reserved(&for_job(a, JobId(number)), JobId(number), &lot, quantity)
		}
		Step::EndReservation(a, number) => end_reservation(&for_job(a, JobId(number)), JobId(number)),
		Step::JobNeeds(number, b, quantity) => {
			let need = Need {
				item: oil(),
				lot: None,
				quantity: quantity % 1_000,
			};
			let machine = MACHINES[number as usize % MACHINES.len()];
			let (job, needs) = (job(number, machine), [need.clone(), need]);
			with_storage_layer(|| <Inventory as Materials>::reserve(job, &machine, place(b), &needs))
		}
		Step::JobDelivers(number, done) => {
			<Inventory as Materials>::consume(JobId(number), done, 3);
			Ok(())
		}
		Step::JobEnds(number, tells) => {
			job_ends(JobId(number));
			if tells {
				<Inventory as Materials>::release(JobId(number));
				assert!(!Reservations::<Test>::contains_key(JobId(number)));
			}
			Ok(())
		}
		Step::Deliver(a, b, quantity, order) => {
			let owner = actor(&who(a));
			<Inventory as Receiving<AccountId>>::received(
				&owner,
				Some(place(b)),
				&oil(),
				None,
				quantity,
				PurchaseOrderId(order),
			);
			Ok(())
		}
		Step::PutAway(a, order, b) => {
			let (owner, site) = (actor(&who(a)), place(b));
			let order = waits(&owner, order);
			signed(&who(a), Call::put_away { owner, order, site })
		}
		Step::Dismiss(a, order) => {
			let owner = actor(&who(a));
			let order = waits(&owner, order);
			signed(&who(a), Call::dismiss_arrival { owner, order })
		}
		Step::Register(a, tag, machine, home) => {
			let class = if machine {
				AssetClass::Machine(PRESS)
			} else {
				AssetClass::Tool
			};
			register(&who(a), &format!("T-{tag}"), class, home.map(place))
		}
		Step::HandOver(a, asset, to) => {
			let to = match to {
				0..4 => Whereabouts::Site(place(to)),
				_ => Whereabouts::Custodian(actor(&who(to - 4))),
			};
			let record = Assets::<Test>::get(thing(asset));
			let has = record.and_then(|asset| holder(&asset.location));
			hand_over(&fitting(a, has), thing(asset), to)
		}
		Step::Take(a, asset) => take(&fitting(a, receiver(thing(asset))), thing(asset)),
		Step::Refuse(a, asset) => refuse(&fitting(a, receiver(thing(asset))), thing(asset)),
		Step::Retire(a, asset) => {
			let record = Assets::<Test>::get(thing(asset));
			retire(&fitting(a, record.map(|asset| asset.registrant)), thing(asset))
		}
		Step::RequestsEnd => {
			requests_end();
			Ok(())
		}
		Step::Refuses(refuses) => {
			Refuses::set(&refuses);
			Ok(())
		}
		Step::Wait(millis) => {
			time_passes(millis);
			Ok(())
		}
		Step::Sell(machine, a) => {
			sold(MACHINES[machine], &PEOPLE[a]);
			Ok(())
		}
	}
}

/// Three shops and three jobs.
fn begin() {
	for owner in [OWNER, OWNER, NEIGHBOUR] {
		let site = shop(&owner);
		receive(&owner, site, "A", 6_000).expect("there is room");
		set_rule(&owner, site, Some(rule(None))).expect("he owns it");
		let machines = MACHINES.map(|machine| keeper(machine.account(), "ip"));
		appoint(&owner, site, &machines).expect("he owns it");
	}
	for (number, machine) in [(1, PRESS), (2, MILL), (3, PRESS)] {
		job(number, machine);
	}
}

/// Or the property would say little.
#[test]
fn chance_brings_each_step_to_its_end() {
	let mut chance = TestRunner::deterministic();
	let sequences = proptest::collection::vec(step(), 80);
	let mut done = BTreeMap::new();
	for _ in 0..100 {
		let steps = sequences.new_tree(&mut chance).expect("it has no filter").current();
		build_and_execute(|| {
			begin();
			for step in steps {
				let name = format!("{step:?}").split('(').next().map(str::to_owned);
				*done.entry(name).or_insert(0) += u32::from(run(step).is_ok());
			}
		});
	}
	assert_eq!(done.len(), 32, "{done:?}");
	assert!(done.values().all(|times| *times > 0), "{done:?}");
}

/// No request is made while the last one for the same goods is open.
fn nothing_is_asked_for_twice() -> bool {
	let open: Vec<_> = requests().into_iter().filter(|request| request.open).collect();
	let mut sites: Vec<_> = open.iter().map(|request| request.site).collect();
	sites.sort_unstable();
	sites.windows(2).all(|pair| pair[0] != pair[1])
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

	/// The invariants hold all the while, and no goods are asked for twice.
	#[test]
	fn stock_adds_up_whatever_happens(steps in proptest::collection::vec(step(), 1..80)) {
		build_and_execute(|| {
			begin();
			for step in steps {
				// Refusals are part of the game; what matters is the state after them.
				let _ = run(step);
				assert_eq!(Inventory::do_try_state(), Ok(()));
				assert!(nothing_is_asked_for_twice());
			}
		});
	}

	/// Whatever moves between sites that stay, the sum of all stock is what was received less what was used, and what went
	/// out by moves came in by them.
	#[test]
	fn moves_make_nothing_and_lose_nothing(
		moves in proptest::collection::vec((0..3usize, 0..3usize, 0..4usize, 0..3_000u64), 1..40)
	) {
		build_and_execute(|| {
			let sites = [shop(&OWNER), shop(&OWNER), shop(&key(PRESS))];
			for site in sites {
				receive(&OWNER, site, "A", 2_000).expect("there is room");
			}
			for (from, to, name, quantity) in moves {
				let _ = move_stock(&OWNER, sites[from], sites[to], LOTS[name], quantity);
			}
			let flows = sites.map(|site| stock(site).flows);
			let out: u128 = flows.iter().map(|flows| flows.moved_out).sum();
			let into: u128 = flows.iter().map(|flows| flows.moved_in).sum();
			assert_eq!(out, into);
			assert_eq!(sites.map(|site| stock(site).on_hand()).iter().sum::<u64>(), 6_000);
		});
	}
}
