//! What the calls cost at worst: by a machine's key wherever one may call, on stock with every lot that there may be, below a
//! reorder point whose request is open, so that it is looked up. What it costs to ask for more is on top of that.

use crate::{stock::MAX_LOTS, *};
use alloc::{vec, vec::Vec};
use bpiiot_primitives::{
	Actors, AgreementClock, AssetKind, BenchmarkAssets, JobId, MachineId, Materials, OpenJobs, PurchaseOrderId,
	Purchasing, Receiving,
};
use frame_benchmarking::v2::*;
use frame_support::{traits::Get, BoundedVec};
use frame_system::{Pallet as System, RawOrigin};
use sp_runtime::{
	traits::{Bounded, One, Saturating},
	Permill,
};

type AccountOf<T> = <T as frame_system::Config>::AccountId;

/// Somebody's machine, that keeps two of his sites.
struct World<T: Config> {
	owner: AccountOf<T>,
	machine: MachineId,
	key: AccountOf<T>,
	site: SiteId,
	to: SiteId,
}

/// A text of as many bytes as there may be.
fn longest<Bound: Get<u32>>(sign: u8) -> BoundedVec<u8, Bound> {
	BoundedVec::truncate_from(vec![sign; Bound::get() as usize])
}

fn item(number: u8) -> Item {
	longest(b'a'.saturating_add(number))
}

/// The lots by number; as long as they may be.
fn lot(number: u32) -> Lot {
	let mut name = vec![b'L'; 19];
	name.push(b'A'.saturating_add(number as u8));
	Lot::truncate_from(name)
}

fn profile() -> SiteProfile {
	SiteProfile {
		name: longest(b'x'),
		gln: Some(Gln::truncate_from(b"9506000134352".to_vec())),
		region: Region::truncate_from(b"DE-HB".to_vec()),
	}
}

fn rich<T: Config>(who: &AccountOf<T>) {
	let amount = BalanceOf::<T>::max_value() / 1_000_000u32.into();
	T::BenchmarkHelper::fund(AssetKind::Native, who, amount);
}

fn signed<T: Config>(who: &AccountOf<T>) -> T::RuntimeOrigin {
	RawOrigin::Signed(who.clone()).into()
}

/// As many keepers as there may be, this one last.
fn keepers<T: Config>(last: AccountOf<T>) -> Keepers<AccountOf<T>> {
	let others = (1..MAX_KEEPERS).map(|number| account("keeper", number, 0));
	let rights = Rights {
		receive: true,
		issue: true,
		count: true,
		reserve: true,
	};
	let keepers = others.chain([last]).map(|account| Keeper { account, rights });
	BoundedVec::truncate_from(keepers.collect())
}

fn rule<T: Config>(buyer: MachineId) -> Reorder<BalanceOf<T>> {
	Reorder {
		point: u64::MAX,
		quantity: 1,
		category: longest(b'c'),
		asset: AssetKind::Asset(1),
		highest_price: One::one(),
		longest_lead_time: 1,
		weights: ScoreWeights {
			price: Permill::one(),
			..Default::default()
		},
		buyer: Some(buyer),
	}
}

/// A site of `owner` with room, kept by a machine.
fn site<T: Config>(owner: &AccountOf<T>, machine: AccountOf<T>) -> Result<SiteId, BenchmarkError> {
	// Another block, so that the id is another one.
	System::<T>::set_block_number(System::<T>::block_number().saturating_add(One::one()));
	let before: Vec<_> = SitesOf::<T>::iter_key_prefix(owner).collect();
	Pallet::<T>::create_site(signed::<T>(owner), profile(), 32)?;
	let mut sites = SitesOf::<T>::iter_key_prefix(owner);
	let new = sites.find(|site| !before.contains(site));
	let site = new.ok_or(BenchmarkError::Stop("no site"))?;
	Pallet::<T>::set_keepers(signed::<T>(owner), site, keepers::<T>(machine))?;
	Ok(site)
}

/// Keeps an item at a site, in as many lots as this.
fn stocked<T: Config>(world: &World<T>, site: SiteId, item: Item, lots: u32) -> Result<(), BenchmarkError> {
	let (owner, unit) = (&world.owner, Unit::truncate_from(b"LTR".to_vec()));
	Pallet::<T>::open_item(signed::<T>(owner), site, item.clone(), ItemCode::Own, unit)?;
	for number in 0..lots {
		// The last one goes out of date first.
		let expires = T::Clock::unix_now().saturating_add(u64::from(1_000_000u32.saturating_sub(number)));
		Pallet::<T>::receive(
			signed::<T>(owner),
			site,
			item.clone(),
			lot(number),
			1_000,
			Some(expires),
		)?;
	}
	let raised = Raised {
		at: T::Clock::unix_now(),
		request: Some(T::Purchasing::benchmark_open()),
	};
	let controller = T::Actors::controller(owner);
	Stocks::<T>::mutate(site, &item, |stock| {
		if let Some(stock) = stock {
			stock.reorder = Some(rule::<T>(world.machine));
			stock.reorder_by = Some(controller);
			stock.raised = Some(raised);
		}
	});
	Ok(())
}

fn world<T: Config>() -> Result<World<T>, BenchmarkError> {
	System::<T>::set_block_number(System::<T>::block_number().saturating_add(One::one()));
	let owner: AccountOf<T> = account("owner", 0, 0);
	rich::<T>(&owner);
	let (machine, key) = T::Actors::benchmark_machine(&owner, 0, AssetKind::Native);
	rich::<T>(&machine.account());
	let site = site::<T>(&owner, machine.account())?;
	let to = self::site::<T>(&owner, machine.account())?;
	let world = World {
		owner,
		machine,
		key,
		site,
		to,
	};
	stocked(&world, site, item(0), MAX_LOTS)?;
	stocked(&world, to, item(0), MAX_LOTS.saturating_sub(1))?;
	Ok(world)
}

/// What there is at a site of the first item.
fn stock<T: Config>(site: SiteId) -> Result<StockOf<T>, BenchmarkError> {
	Stocks::<T>::get(site, item(0)).ok_or(BenchmarkError::Stop("it is not kept"))
}

/// A job for which as many lots are put aside as there may be, half of each, of as many items.
fn reserved<T: Config>(world: &World<T>) -> Result<JobId, BenchmarkError> {
	let job = T::Jobs::benchmark_job(world.machine);
	for number in 1..=MAX_LINES as u8 {
		stocked(world, world.site, item(number), MAX_LOTS)?;
		let line = Pallet::<T>::reserve(
			signed::<T>(&world.key),
			job,
			world.site,
			item(number),
			Some(lot(0)),
			500,
		);
		line.map_err(|failed| failed.error)?;
	}
	Ok(job)
}

/// Goods that wait, in a full list of this order last.
fn waiting<T: Config>(world: &World<T>) -> PurchaseOrderId {
	let orders = u64::from(MAX_ARRIVALS);
	for order in 1..=orders {
		let order = order.saturating_add(100);
		Pallet::<T>::received(&world.owner, None, &item(0), Some(lot(0)), 5, PurchaseOrderId(order));
	}
	PurchaseOrderId(orders.saturating_add(100))
}

/// A tool at the first site that is being handed over to a stranger, who is told.
fn offered<T: Config>(world: &World<T>) -> Result<(AssetId, AccountOf<T>), BenchmarkError> {
	let asset = tool(world)?;
	let stranger: AccountOf<T> = account("stranger", 0, 0);
	let to = Whereabouts::Custodian(stranger.clone());
	Pallet::<T>::hand_over(signed::<T>(&world.key), asset, to, 1)?;
	Ok((asset, stranger))
}

fn tool<T: Config>(world: &World<T>) -> Result<AssetId, BenchmarkError> {
	let class = AssetClass::Machine(world.machine);
	Pallet::<T>::register_asset(
		signed::<T>(&world.key),
		longest(b't'),
		class,
		longest(b's'),
		Some(world.site),
	)?;
	MachineAssets::<T>::get(world.machine).ok_or(BenchmarkError::Stop("no asset"))
}

fn location<T: Config>(asset: AssetId) -> Option<WhereaboutsOf<T>> {
	Assets::<T>::get(asset).map(|asset| asset.location)
}

#[benchmarks]
mod benches {
	use super::*;

	#[benchmark]
	fn create_site() -> Result<(), BenchmarkError> {
		let World { key, machine, .. } = world::<T>()?;
		#[extrinsic_call]
		_(RawOrigin::Signed(key), profile(), 32);
		let account: AccountOf<T> = machine.account();
		assert_eq!(SitesOf::<T>::iter_key_prefix(account).count(), 1);
		Ok(())
	}

	#[benchmark]
	fn update_site() -> Result<(), BenchmarkError> {
		let World { owner, site, .. } = world::<T>()?;
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), site, profile(), 64);
		assert_eq!(Sites::<T>::get(site).map(|site| site.room), Some(64));
		Ok(())
	}

	#[benchmark]
	fn close_site() -> Result<(), BenchmarkError> {
		let World { owner, machine, .. } = world::<T>()?;
		let site = site::<T>(&owner, machine.account())?;
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), site);
		assert!(!Sites::<T>::contains_key(site));
		Ok(())
	}

	#[benchmark]
	fn set_keepers() -> Result<(), BenchmarkError> {
		let World {
			owner, machine, site, ..
		} = world::<T>()?;
		let keepers = keepers::<T>(machine.account());
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), site, keepers.clone());
		assert_eq!(Sites::<T>::get(site).map(|site| site.keepers), Some(keepers));
		Ok(())
	}

	#[benchmark]
	fn open_item() -> Result<(), BenchmarkError> {
		let World { owner, site, .. } = world::<T>()?;
		let unit = Unit::truncate_from(b"LTR".to_vec());
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), site, item(9), ItemCode::Own, unit);
		assert!(Stocks::<T>::contains_key(site, item(9)));
		Ok(())
	}

	/// All has left it, and its request has ended: nobody knows it any more.
	#[benchmark]
	fn close_item() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		stocked(&world, world.site, item(9), 0)?;
		Stocks::<T>::mutate(world.site, item(9), |stock| {
			if let Some(raised) = stock.as_mut().and_then(|stock| stock.raised.as_mut()) {
				raised.request = Some(RequestId(u64::MAX));
			}
		});
		#[extrinsic_call]
		_(RawOrigin::Signed(world.owner), world.site, item(9));
		assert!(!Stocks::<T>::contains_key(world.site, item(9)));
		Ok(())
	}

	#[benchmark]
	fn receive() -> Result<(), BenchmarkError> {
		let World { key, to, .. } = world::<T>()?;
		let expires = T::Clock::unix_now().saturating_add(1);
		let last = lot(MAX_LOTS.saturating_sub(1));
		#[extrinsic_call]
		_(RawOrigin::Signed(key), to, item(0), last, 1, Some(expires));
		assert_eq!(stock::<T>(to)?.lots.len() as u32, MAX_LOTS);
		Ok(())
	}

	/// All but one of it, so that each lot is touched.
	#[benchmark]
	fn consume() -> Result<(), BenchmarkError> {
		let World { key, site, .. } = world::<T>()?;
		let all = stock::<T>(site)?.on_hand();
		#[extrinsic_call]
		_(RawOrigin::Signed(key), site, item(0), None, all.saturating_sub(1));
		assert_eq!(stock::<T>(site)?.on_hand(), 1);
		Ok(())
	}

	#[benchmark]
	fn move_stock() -> Result<(), BenchmarkError> {
		let World { key, site, to, .. } = world::<T>()?;
		let last = lot(MAX_LOTS.saturating_sub(1));
		#[extrinsic_call]
		_(RawOrigin::Signed(key), site, to, item(0), last.clone(), 999);
		assert_eq!(stock::<T>(to)?.lot(&last).map(|lot| lot.on_hand), Some(999));
		assert_eq!(stock::<T>(site)?.lot(&last).map(|lot| lot.on_hand), Some(1));
		Ok(())
	}

	#[benchmark]
	fn count() -> Result<(), BenchmarkError> {
		let World { key, site, .. } = world::<T>()?;
		let last = lot(MAX_LOTS.saturating_sub(1));
		let basis = stock::<T>(site)?.basis(&last);
		#[extrinsic_call]
		_(
			RawOrigin::Signed(key),
			site,
			item(0),
			last.clone(),
			basis,
			999,
			CountReason::Lost,
		);
		assert_eq!(stock::<T>(site)?.lot(&last).map(|lot| lot.on_hand), Some(999));
		Ok(())
	}

	#[benchmark]
	fn set_expiry() -> Result<(), BenchmarkError> {
		let World { key, site, .. } = world::<T>()?;
		let last = lot(MAX_LOTS.saturating_sub(1));
		#[extrinsic_call]
		_(RawOrigin::Signed(key), site, item(0), last.clone(), Some(7));
		assert_eq!(stock::<T>(site)?.lot(&last).and_then(|lot| lot.expires), Some(7));
		Ok(())
	}

	#[benchmark]
	fn set_reorder() -> Result<(), BenchmarkError> {
		let World {
			owner, machine, site, ..
		} = world::<T>()?;
		let changed = Reorder {
			point: 7_000_000,
			..rule::<T>(machine)
		};
		#[extrinsic_call]
		_(RawOrigin::Signed(owner), site, item(0), Some(changed.clone()));
		assert_eq!(stock::<T>(site)?.reorder, Some(changed));
		Ok(())
	}

	/// Without what it costs to ask: whoever is asked is not there, and the machine is looked up all the same.
	#[benchmark]
	fn reorder() -> Result<(), BenchmarkError> {
		let World { key, site, .. } = world::<T>()?;
		Stocks::<T>::mutate(site, item(0), |stock| {
			if let Some(stock) = stock {
				stock.raised = Some(Raised {
					at: 0,
					request: Some(RequestId(u64::MAX)),
				});
			}
		});
		T::Clock::benchmark_advance(T::ReorderPause::get());
		#[extrinsic_call]
		_(RawOrigin::Signed(key), site, item(0));
		assert!(stock::<T>(site)?.raised.is_some_and(|raised| raised.at > 0));
		Ok(())
	}

	/// As many lots as a reservation may have lines.
	#[benchmark]
	fn reserve() -> Result<(), BenchmarkError> {
		let World { key, machine, site, .. } = world::<T>()?;
		let job = T::Jobs::benchmark_job(machine);
		let quantity = u64::from(MAX_LINES).saturating_mul(1_000);
		#[extrinsic_call]
		_(RawOrigin::Signed(key), job, site, item(0), None, quantity);
		let lines = Reservations::<T>::get(job).map(|reservation| reservation.lines.len() as u32);
		assert_eq!(lines, Some(MAX_LINES));
		Ok(())
	}

	/// The last of it, so that the record goes too.
	#[benchmark]
	fn release() -> Result<(), BenchmarkError> {
		let World { key, machine, site, .. } = world::<T>()?;
		let job = T::Jobs::benchmark_job(machine);
		let reserved = Pallet::<T>::reserve(signed::<T>(&key), job, site, item(0), Some(lot(0)), 1);
		reserved.map_err(|failed| failed.error)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(key), job, item(0), lot(0), 1);
		assert!(!Reservations::<T>::contains_key(job));
		Ok(())
	}

	/// The last of it, so that the record goes too.
	#[benchmark]
	fn consume_reserved() -> Result<(), BenchmarkError> {
		let World { key, machine, site, .. } = world::<T>()?;
		let job = T::Jobs::benchmark_job(machine);
		let reserved = Pallet::<T>::reserve(signed::<T>(&key), job, site, item(0), Some(lot(0)), 1);
		reserved.map_err(|failed| failed.error)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(key), job, item(0), lot(0), 1);
		assert!(!Reservations::<T>::contains_key(job));
		assert_eq!(stock::<T>(site)?.flows.consumed, 1);
		Ok(())
	}

	#[benchmark]
	fn end_reservation() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let job = reserved(&world)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), job);
		assert!(!Reservations::<T>::contains_key(job));
		Ok(())
	}

	#[benchmark]
	fn put_away() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let order = waiting(&world);
		let World { owner, site, .. } = world;
		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), owner.clone(), order, site);
		assert_eq!(stock::<T>(site)?.flows.received, u128::from(MAX_LOTS) * 1_000 + 5);
		assert_eq!(Arrivals::<T>::get(owner).len() as u32, MAX_ARRIVALS - 1);
		Ok(())
	}

	#[benchmark]
	fn dismiss_arrival() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let order = waiting(&world);
		let owner = world.owner;
		#[extrinsic_call]
		_(RawOrigin::Signed(owner.clone()), owner.clone(), order);
		assert_eq!(Arrivals::<T>::get(owner).len() as u32, MAX_ARRIVALS - 1);
		Ok(())
	}

	#[benchmark]
	fn register_asset() -> Result<(), BenchmarkError> {
		let World { key, machine, site, .. } = world::<T>()?;
		let class = AssetClass::Machine(machine);
		#[extrinsic_call]
		_(RawOrigin::Signed(key), longest(b't'), class, longest(b's'), Some(site));
		assert!(MachineAssets::<T>::contains_key(machine));
		Ok(())
	}

	/// From a site to another that the machine keeps: it is there at once.
	#[benchmark]
	fn hand_over() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let asset = tool(&world)?;
		let to = Whereabouts::Site(world.to);
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), asset, to.clone(), 1);
		assert_eq!(location::<T>(asset), Some(to));
		Ok(())
	}

	#[benchmark]
	fn take_asset() -> Result<(), BenchmarkError> {
		let (asset, stranger) = offered(&world::<T>()?)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(stranger.clone()), asset);
		assert_eq!(location::<T>(asset), Some(Whereabouts::Custodian(stranger)));
		Ok(())
	}

	#[benchmark]
	fn refuse_asset() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let (asset, _) = offered(&world)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), asset);
		assert_eq!(Assets::<T>::get(asset).map(|asset| asset.handover), Some(None));
		Ok(())
	}

	#[benchmark]
	fn retire_asset() -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let asset = tool(&world)?;
		#[extrinsic_call]
		_(RawOrigin::Signed(world.key), asset);
		assert!(!Assets::<T>::contains_key(asset));
		Ok(())
	}

	/// Each need of another item.
	#[benchmark]
	fn reserve_for_job(n: Linear<1, 8>) -> Result<(), BenchmarkError> {
		let world = world::<T>()?;
		let job = T::Jobs::benchmark_job(world.machine);
		let mut needs = Vec::new();
		for number in 1..=n as u8 {
			stocked(&world, world.site, item(number), MAX_LOTS)?;
			needs.push(Need {
				item: item(number),
				lot: None,
				quantity: 1_000,
			});
		}
		#[block]
		{
			<Pallet<T> as Materials>::reserve(job, &world.machine, world.site, &needs)?;
		}
		let lines = Reservations::<T>::get(job).map(|reservation| reservation.lines.len() as u32);
		assert_eq!(lines, Some(n));
		Ok(())
	}

	/// All of it, so that the record goes too.
	#[benchmark]
	fn consume_for_job() -> Result<(), BenchmarkError> {
		let job = reserved(&world::<T>()?)?;
		#[block]
		{
			<Pallet<T> as Materials>::consume(job, 1, 1);
		}
		assert!(!Reservations::<T>::contains_key(job));
		Ok(())
	}

	#[benchmark]
	fn release_for_job() -> Result<(), BenchmarkError> {
		let job = reserved(&world::<T>()?)?;
		#[block]
		{
			<Pallet<T> as Materials>::release(job);
		}
		assert!(!Reservations::<T>::contains_key(job));
		Ok(())
	}

	/// There is a place for it, and all lots are looked through: dearer than a list of those that wait.
	#[benchmark]
	fn received() -> Result<(), BenchmarkError> {
		let World { owner, to, .. } = world::<T>()?;
		let last = lot(MAX_LOTS.saturating_sub(1));
		#[block]
		{
			<Pallet<T> as Receiving<AccountOf<T>>>::received(
				&owner,
				Some(to),
				&item(0),
				Some(last),
				1,
				PurchaseOrderId(99),
			);
		}
		assert_eq!(stock::<T>(to)?.lots.len() as u32, MAX_LOTS);
		Ok(())
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::empty(), crate::mock::Test);
}
