//! try-state sees what is broken.

use crate::{
	mock::*, Arrivals, Asset, AssetClass, AssetId, AssetTag, Assets, AssetsAt, AssetsByTag, HoldReason, JobsAt,
	MachineAssets, Reservation, Reservations, Site, SiteId, SiteOf, Sites, SitesOf, SitesWith, StockOf, Stocks,
	Whereabouts,
};
use bpiiot_primitives::{JobId, PurchaseOrderId, Receiving};
use frame_support::{
	assert_ok,
	storage::with_transaction,
	traits::{fungible::MutateHold, GetStorageVersion, Hooks},
};
use sp_runtime::{DispatchError, TransactionOutcome, TryRuntimeError};

/// What there is in the state that is broken.
#[derive(Clone, Copy)]
struct World {
	site: SiteId,
	asset: AssetId,
}

/// What is done to the state, after what try-state must say.
type Damage = (&'static str, fn(World));
type StockDamage = (&'static str, fn(&mut StockOf<Test>));

const JOB: JobId = JobId(1);

/// Runs `break_it` on a state with stock in two lots, of which some is put aside, a tool and goods that wait, and tells what
/// try-state says.
fn broken_by(break_it: impl FnOnce(World)) -> TryRuntimeError {
	let mut said = Ok(());
	build_and_execute(|| {
		let _ = with_transaction(|| {
			let site = shop(&OWNER);
			assert_ok!(receive(&OWNER, site, "A", 10));
			assert_ok!(receive(&OWNER, site, "B", 10));
			assert_ok!(reserve(&OWNER, job(1, PRESS), site, None, 12));
			assert_ok!(register(&OWNER, "M-1", AssetClass::Machine(PRESS), Some(site)));
			let asset = MachineAssets::<Test>::get(PRESS).expect("registered");
			<Inventory as Receiving<AccountId>>::received(&OWNER, None, &oil(), None, 5, PurchaseOrderId(7));
			Inventory::do_try_state().expect("nothing is broken yet");
			break_it(World { site, asset });
			said = Inventory::do_try_state();
			TransactionOutcome::Rollback(Ok::<(), DispatchError>(()))
		});
	});
	said.expect_err("try-state must see the damage")
}

fn change_stock(world: World, change: impl FnOnce(&mut StockOf<Test>)) {
	Stocks::<Test>::mutate(world.site, oil(), |stock| change(stock.as_mut().expect("kept")));
}

fn change_site(world: World, change: impl FnOnce(&mut SiteOf<Test>)) {
	Sites::<Test>::mutate(world.site, |site| change(site.as_mut().expect("there")));
}

fn change_reservation(change: impl FnOnce(&mut Reservation)) {
	Reservations::<Test>::mutate(JOB, |reservation| change(reservation.as_mut().expect("reserved")));
}

fn change_asset(world: World, change: impl FnOnce(&mut Asset<AccountId, u128>)) {
	Assets::<Test>::mutate(world.asset, |asset| change(asset.as_mut().expect("registered")));
}

#[test]
fn try_state_sees_stock_that_nobody_brought_or_took() {
	let differs = TryRuntimeError::Other("invariant 7: stock differs from what came and went");
	let breaks: [fn(&mut StockOf<Test>); 8] = [
		|stock| stock.lots[0].on_hand += 1,
		|stock| stock.lots[1].on_hand -= 1,
		|stock| stock.flows.received += 1,
		|stock| stock.flows.consumed += 1,
		|stock| stock.flows.moved_in += 1,
		|stock| stock.flows.moved_out += 1,
		|stock| stock.flows.counted_up += 1,
		|stock| stock.flows.counted_down = u128::MAX,
	];
	for break_it in breaks {
		assert_eq!(broken_by(|world| change_stock(world, break_it)), differs);
	}
}

#[test]
fn try_state_sees_each_other_kind_of_damage_to_stock() {
	let cases: [StockDamage; 5] = [
		("invariant 7: more is on stock than can be counted", |stock| {
			stock.flows.received += u128::from(u64::MAX) - 10;
			stock.lots[0].on_hand = u64::MAX;
		}),
		("invariant 7: more is put aside than is on stock", |stock| {
			stock.lots[1].reserved = 11;
		}),
		("invariant 7: an empty lot was kept", |stock| {
			stock.flows.consumed += 10;
			(stock.lots[1].on_hand, stock.lots[1].reserved) = (0, 0);
		}),
		("invariant 7: a lot has changed after its stock", |stock| {
			stock.lots[0].version = stock.version + 1;
		}),
		("invariant 7: a lot is kept twice", |stock| {
			stock.lots[1].lot = stock.lots[0].lot.clone();
		}),
	];
	for (message, break_it) in cases {
		assert_eq!(
			broken_by(|world| change_stock(world, break_it)),
			TryRuntimeError::Other(message)
		);
	}
}

#[test]
fn try_state_sees_an_item_without_a_right_number() {
	let gtin = |stock: &mut StockOf<Test>| stock.code = crate::ItemCode::Gtin;
	assert_eq!(
		broken_by(|world| change_stock(world, gtin)),
		TryRuntimeError::Other("an item has a number that none can have")
	);
}

#[test]
fn try_state_sees_reservations_that_differ_from_the_stock() {
	let differ = "invariant 7: what is put aside differs from the reservations";
	let nothing = "invariant 7: a reservation of nothing was kept";
	let cases: [Damage; 7] = [
		(differ, |world| change_stock(world, |stock| stock.lots[1].reserved += 1)),
		(differ, |_| {
			change_reservation(|reservation| reservation.lines[0].quantity -= 1)
		}),
		(differ, |_| Reservations::<Test>::remove(JOB)),
		(nothing, |_| change_reservation(|reservation| reservation.lines.clear())),
		(nothing, |_| {
			change_reservation(|reservation| reservation.lines[0].quantity = 0)
		}),
		("invariant 7: a reservation names goods twice", |_| {
			change_reservation(|reservation| reservation.lines[1].lot = lot("A"));
		}),
		("invariant 7: goods are put aside that are not there", |_| {
			change_reservation(|reservation| {
				let mut line = reservation.lines[0].clone();
				line.lot = lot("C");
				reservation.lines.try_push(line).expect("one of 8");
			});
		}),
	];
	for (message, break_it) in cases {
		assert_eq!(broken_by(break_it), TryRuntimeError::Other(message));
	}
}

#[test]
fn try_state_sees_records_that_nobody_pays_for() {
	let counts = "invariant 9: a site has other records than it counts";
	let cases: [Damage; 4] = [
		(counts, |world| change_site(world, |site| site.used += 1)),
		(counts, |world| change_site(world, |site| site.used -= 1)),
		("invariant 9: a site has more records than room", |world| {
			change_site(world, |site| site.room = 1);
		}),
		("invariant 9: a record of a site that does not exist", |world| {
			Sites::<Test>::remove(world.site);
		}),
	];
	for (message, break_it) in cases {
		assert_eq!(broken_by(break_it), TryRuntimeError::Other(message));
	}
}

#[test]
fn try_state_sees_what_is_missing_misplaced_or_left_over_in_the_indexes() {
	let sites = "the sites of the owners differ from the sites";
	let items = "the sites with an item differ from the stock";
	let jobs = "the jobs at the sites differ from the reservations";
	let tags = "the tags differ from the assets";
	let places = "the places differ from the assets";
	let machines = "the machines differ from the assets";
	let cases: [Damage; 15] = [
		(sites, |world| SitesOf::<Test>::remove(OWNER, world.site)),
		(sites, |world| SitesOf::<Test>::insert(STRANGER, world.site, ())),
		(sites, |world| change_site(world, |site| site.owner = STRANGER)),
		(items, |world| SitesWith::<Test>::remove((OWNER, oil()), world.site)),
		(items, |world| {
			SitesWith::<Test>::insert((STRANGER, oil()), world.site, ())
		}),
		(jobs, |world| JobsAt::<Test>::remove(world.site, JOB)),
		(jobs, |world| JobsAt::<Test>::insert(world.site, JobId(2), ())),
		(tags, |world| change_asset(world, |asset| asset.tag = text("M-2"))),
		(tags, |world| {
			let tag: AssetTag = text("M-2");
			AssetsByTag::<Test>::insert(OWNER, tag, world.asset);
		}),
		(tags, |world| change_asset(world, |asset| asset.registrant = STRANGER)),
		(places, |world| {
			change_asset(world, |asset| asset.location = Whereabouts::Custodian(OWNER));
		}),
		(places, |world| {
			AssetsAt::<Test>::insert(Whereabouts::Custodian(OWNER), world.asset, ());
		}),
		(machines, |_| MachineAssets::<Test>::remove(PRESS)),
		(machines, |world| MachineAssets::<Test>::insert(MILL, world.asset)),
		(machines, |world| {
			change_asset(world, |asset| asset.class = AssetClass::Tool)
		}),
	];
	for (message, break_it) in cases {
		assert_eq!(broken_by(break_it), TryRuntimeError::Other(message));
	}
}

#[test]
fn try_state_sees_goods_that_wait_twice_or_are_nothing() {
	let nothing = "nothing waits to be put on stock";
	let cases: [Damage; 3] = [
		(nothing, |_| {
			Arrivals::<Test>::mutate(OWNER, |arrivals| arrivals.clear())
		}),
		(nothing, |_| {
			Arrivals::<Test>::mutate(OWNER, |arrivals| arrivals[0].quantity = 0)
		}),
		("goods wait twice to be put on stock", |_| {
			Arrivals::<Test>::mutate(OWNER, |arrivals| {
				let again = arrivals[0].clone();
				arrivals.try_push(again).expect("one of 16");
			});
		}),
	];
	for (message, break_it) in cases {
		assert_eq!(broken_by(break_it), TryRuntimeError::Other(message));
	}
}

#[test]
fn try_state_sees_deposits_without_a_record_and_records_without_a_deposit() {
	let sites = "invariant 9: deposits for sites differ from the sites";
	let assets = "invariant 9: deposits for assets differ from the assets";
	let nobody = "invariant 9: a deposit of an account that does not exist";
	let cases: [Damage; 6] = [
		(sites, |_| {
			assert_ok!(Balances::hold(&HoldReason::Site.into(), &STRANGER, 20));
		}),
		(sites, |world| change_site(world, |site| site.deposit = 0)),
		(assets, |_| {
			assert_ok!(Balances::hold(&HoldReason::Asset.into(), &STRANGER, 20));
		}),
		(assets, |world| change_asset(world, |asset| asset.deposit += 1)),
		(nobody, |_| {
			let site = Site {
				owner: PAUPER,
				machine: None,
				profile: profile("x"),
				room: 0,
				used: 0,
				deposit: 1,
				keepers: Default::default(),
				appointed_by: PAUPER,
			};
			Sites::<Test>::insert(SiteId(9), site);
			SitesOf::<Test>::insert(PAUPER, SiteId(9), ());
		}),
		(nobody, |world| {
			let mut asset = Assets::<Test>::get(world.asset).expect("registered");
			asset.registrant = PAUPER;
			asset.class = AssetClass::Tool;
			let (id, tag) = (AssetId(9), asset.tag.clone());
			AssetsByTag::<Test>::insert(PAUPER, tag, id);
			AssetsAt::<Test>::insert(&asset.location, id, ());
			Assets::<Test>::insert(id, asset);
		}),
	];
	for (message, break_it) in cases {
		assert_eq!(broken_by(break_it), TryRuntimeError::Other(message));
	}
}

#[test]
fn the_pallet_accepts_its_configuration_and_has_a_storage_version() {
	empty().execute_with(|| {
		<Inventory as Hooks<u64>>::integrity_test();
		assert_eq!(Inventory::in_code_storage_version(), 1);
	});
}
