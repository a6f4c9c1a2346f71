//! What must always hold of this pallet's storage, numbered as in the system design.

use crate::{
	stock::is_item, Arrivals, AssetClass, Assets, AssetsAt, AssetsByTag, BalanceOf, Config, HoldReason, JobsAt,
	MachineAssets, Pallet, Reservations, SiteId, Sites, SitesOf, SitesWith, StockOf, Stocks,
};
use alloc::collections::{BTreeMap, BTreeSet};
use frame_support::{ensure, traits::fungible::InspectHold};
use sp_runtime::{traits::Saturating, TryRuntimeError};

impl<T: Config> Pallet<T> {
	/// Checks the invariants that this pallet can see by itself.
	///
	/// # Errors
	/// Names the invariant that is broken.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Stocks::<T>::iter_values().try_for_each(|stock| Self::check_stock(&stock))?;
		Self::check_names()?;
		Self::check_reservations()?;
		Self::check_room()?;
		Self::check_indexes()?;
		Self::check_assets()?;
		Self::check_arrivals()?;
		Self::check_deposits()
	}

	/// Invariant 7: stock is what came less what went, and no more of it is put aside than there is.
	fn check_stock(stock: &StockOf<T>) -> Result<(), TryRuntimeError> {
		let on_hand = stock
			.lots
			.iter()
			.map(|lot| u128::from(lot.on_hand))
			.fold(0, u128::saturating_add);
		ensure!(
			stock.flows.balance() == Some(on_hand),
			"invariant 7: stock differs from what came and went"
		);
		ensure!(
			on_hand <= u64::MAX.into(),
			"invariant 7: more is on stock than can be counted"
		);
		for lot in &stock.lots {
			ensure!(
				lot.reserved <= lot.on_hand,
				"invariant 7: more is put aside than is on stock"
			);
			ensure!(lot.on_hand > 0, "invariant 7: an empty lot was kept");
			ensure!(
				lot.version <= stock.version,
				"invariant 7: a lot has changed after its stock"
			);
		}
		let lots: BTreeSet<_> = stock.lots.iter().map(|lot| &lot.lot).collect();
		ensure!(lots.len() == stock.lots.len(), "invariant 7: a lot is kept twice");
		Ok(())
	}

	/// Items are what their codes say.
	fn check_names() -> Result<(), TryRuntimeError> {
		let is_named = |(_, item, stock): (_, _, StockOf<T>)| is_item(stock.code, &item);
		ensure!(
			Stocks::<T>::iter().all(is_named),
			"an item has a number that none can have"
		);
		Ok(())
	}

	/// Invariant 7: what is put aside is what the jobs' reservations say.
	fn check_reservations() -> Result<(), TryRuntimeError> {
		let mut reserved = BTreeMap::new();
		for reservation in Reservations::<T>::iter_values() {
			ensure!(
				!reservation.lines.is_empty(),
				"invariant 7: a reservation of nothing was kept"
			);
			let mut named = BTreeSet::new();
			for line in reservation.lines {
				ensure!(line.quantity > 0, "invariant 7: a reservation of nothing was kept");
				let goods = (reservation.site, line.item, line.lot);
				ensure!(
					named.insert(goods.clone()),
					"invariant 7: a reservation names goods twice"
				);
				let sum: &mut u64 = reserved.entry(goods).or_default();
				sum.saturating_accrue(line.quantity);
			}
		}
		for (site, item, stock) in Stocks::<T>::iter() {
			for lot in stock.lots {
				let goods = (site, item.clone(), lot.lot);
				ensure!(
					reserved.remove(&goods).unwrap_or_default() == lot.reserved,
					"invariant 7: what is put aside differs from the reservations"
				);
			}
		}
		ensure!(
			reserved.is_empty(),
			"invariant 7: goods are put aside that are not there"
		);
		Ok(())
	}

	/// Invariant 9: a site has as many records as it counts, and no more than its deposit pays for.
	fn check_room() -> Result<(), TryRuntimeError> {
		let mut used = BTreeMap::new();
		let kept = Stocks::<T>::iter_keys().map(|(site, _)| site);
		let reserved = Reservations::<T>::iter_values().map(|reservation| reservation.site);
		for site in kept.chain(reserved) {
			let count: &mut u32 = used.entry(site).or_default();
			count.saturating_inc();
		}
		for (id, site) in Sites::<T>::iter() {
			ensure!(
				used.remove(&id).unwrap_or_default() == site.used,
				"invariant 9: a site has other records than it counts"
			);
			ensure!(site.used <= site.room, "invariant 9: a site has more records than room");
		}
		ensure!(used.is_empty(), "invariant 9: a record of a site that does not exist");
		Ok(())
	}

	/// The indexes list exactly what there is.
	fn check_indexes() -> Result<(), TryRuntimeError> {
		let listed: BTreeSet<_> = SitesOf::<T>::iter_keys().collect();
		let sites: BTreeSet<_> = Sites::<T>::iter().map(|(id, site)| (site.owner, id)).collect();
		ensure!(listed == sites, "the sites of the owners differ from the sites");

		let listed: BTreeSet<_> = SitesWith::<T>::iter_keys().collect();
		let owner = |site: SiteId| Sites::<T>::get(site).map(|site| site.owner);
		let kept: BTreeSet<_> = Stocks::<T>::iter_keys()
			.filter_map(|(site, item)| Some(((owner(site)?, item), site)))
			.collect();
		ensure!(listed == kept, "the sites with an item differ from the stock");

		let listed: BTreeSet<_> = JobsAt::<T>::iter_keys().collect();
		let jobs: BTreeSet<_> = Reservations::<T>::iter()
			.map(|(job, reservation)| (reservation.site, job))
			.collect();
		ensure!(listed == jobs, "the jobs at the sites differ from the reservations");
		Ok(())
	}

	/// Assets stand in their indexes, and a machine is one at most.
	fn check_assets() -> Result<(), TryRuntimeError> {
		let tagged: BTreeSet<_> = AssetsByTag::<T>::iter().collect();
		let tags: BTreeSet<_> = Assets::<T>::iter()
			.map(|(id, asset)| (asset.registrant, asset.tag, id))
			.collect();
		ensure!(tagged == tags, "the tags differ from the assets");

		let placed: BTreeSet<_> = AssetsAt::<T>::iter_keys().collect();
		let places: BTreeSet<_> = Assets::<T>::iter().map(|(id, asset)| (asset.location, id)).collect();
		ensure!(placed == places, "the places differ from the assets");

		let listed: BTreeSet<_> = MachineAssets::<T>::iter().collect();
		let machines: BTreeSet<_> = Assets::<T>::iter()
			.filter_map(|(id, asset)| match asset.class {
				AssetClass::Machine(machine) => Some((machine, id)),
				_ => None,
			})
			.collect();
		ensure!(listed == machines, "the machines differ from the assets");
		Ok(())
	}

	/// What waits to be put on stock is something, and waits once.
	fn check_arrivals() -> Result<(), TryRuntimeError> {
		for arrivals in Arrivals::<T>::iter_values() {
			let something = !arrivals.is_empty() && arrivals.iter().all(|arrival| arrival.quantity > 0);
			ensure!(something, "nothing waits to be put on stock");
			let goods = arrivals
				.iter()
				.map(|arrival| (arrival.order, &arrival.item, &arrival.lot));
			let goods: BTreeSet<_> = goods.collect();
			ensure!(goods.len() == arrivals.len(), "goods wait twice to be put on stock");
		}
		Ok(())
	}

	/// Invariant 9: every deposit on hold belongs to a site or an asset that exists.
	fn check_deposits() -> Result<(), TryRuntimeError> {
		let sites = Sites::<T>::iter_values().map(|site| (site.owner, site.deposit));
		Self::check_holds(
			HoldReason::Site,
			sites,
			"invariant 9: deposits for sites differ from the sites",
		)?;
		let assets = Assets::<T>::iter_values().map(|asset| (asset.registrant, asset.deposit));
		Self::check_holds(
			HoldReason::Asset,
			assets,
			"invariant 9: deposits for assets differ from the assets",
		)
	}

	fn check_holds(
		reason: HoldReason,
		owed: impl Iterator<Item = (T::AccountId, BalanceOf<T>)>,
		differ: &'static str,
	) -> Result<(), TryRuntimeError> {
		let mut deposits = BTreeMap::new();
		for (who, deposit) in owed {
			let sum: &mut BalanceOf<T> = deposits.entry(who).or_default();
			sum.saturating_accrue(deposit);
		}
		let reason = reason.into();
		for who in frame_system::Account::<T>::iter_keys() {
			let held = T::Currency::balance_on_hold(&reason, &who);
			ensure!(held == deposits.remove(&who).unwrap_or_default(), differ);
		}
		ensure!(
			deposits.is_empty(),
			"invariant 9: a deposit of an account that does not exist"
		);
		Ok(())
	}
}
