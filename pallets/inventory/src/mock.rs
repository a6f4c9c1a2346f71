//! A runtime with real balances, machines, jobs and buyers in small, and a clock that tests set.

mod others;

pub use others::*;

use crate::{
	self as pallet_inventory, AssetClass, AssetId, AssetTag, Call, CountReason, Item, ItemCode, Keeper, Lot, Reorder,
	Rights, ScoreWeights, SiteId, SiteProfile, Sites, SitesOf, StockOf, Stocks, WeightInfo, WhereaboutsOf,
};
use bpiiot_primitives::{AssetKind, JobId, MachineId};
use frame_support::{
	assert_ok, derive_impl,
	dispatch::DispatchResultWithPostInfo,
	pallet_prelude::{DispatchResult, Get, Weight},
	traits::{ConstU128, ConstU64},
	BoundedVec,
};
use sp_runtime::{
	traits::{Dispatchable, IdentityLookup},
	AccountId32, BuildStorage, Permill,
};

pub type AccountId = AccountId32;

/// What everybody with money has at the start.
pub const ENDOWMENT: u128 = 1_000_000;
/// Owns sites, and [`PRESS`] and [`MILL`] at the start.
pub const OWNER: AccountId = AccountId32::new([1; 32]);
/// Keeps stock, where the tests say so.
pub const KEEPER: AccountId = AccountId32::new([2; 32]);
/// Owns sites as well.
pub const NEIGHBOUR: AccountId = AccountId32::new([3; 32]);
/// Has money, and nothing to do with anything.
pub const STRANGER: AccountId = AccountId32::new([4; 32]);
/// Has nothing.
pub const PAUPER: AccountId = AccountId32::new([5; 32]);
/// Machines.
pub const PRESS: MachineId = MachineId([101; 32]);
pub const MILL: MachineId = MachineId([102; 32]);
/// The deposits.
pub const SITE_DEPOSIT: u128 = 1_000;
pub const RECORD_DEPOSIT: u128 = 100;
pub const ASSET_DEPOSIT: u128 = 300;
/// How long requests pause.
pub const PAUSE: u64 = 3_600_000;
/// How long an asset may be on offer.
pub const MAX_HANDOVER: u64 = 86_400_000;
/// The timestamp of the first block.
pub const START: u64 = 1_790_000_000_000;
/// Records that [`shop`] has room for.
pub const ROOM: u32 = 4;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Inventory = pallet_inventory;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = u128;
	type ExistentialDeposit = ConstU128<10>;
}

/// No weight was measured yet.
pub struct Unmeasured;

macro_rules! unmeasured {
	($($call:ident)*) => {
		impl WeightInfo for Unmeasured {
			$(fn $call() -> Weight {
				Weight::from_parts(stringify!($call).len() as u64, 1)
			})*

			fn reserve_for_job(n: u32) -> Weight {
				Weight::from_parts(n.into(), 1)
			}
		}
	};
}

unmeasured! {
	create_site update_site close_site set_keepers open_item close_item receive consume move_stock count set_expiry
	set_reorder reorder reserve release consume_reserved end_reservation put_away dismiss_arrival register_asset hand_over
	take_asset refuse_asset retire_asset consume_for_job release_for_job received
}

impl pallet_inventory::Config for Test {
	type WeightInfo = Unmeasured;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Actors = Robots;
	type Clock = TestClock;
	type Purchasing = Buyers;
	type Jobs = Work;
	type SiteDeposit = ConstU128<SITE_DEPOSIT>;
	type RecordDeposit = ConstU128<RECORD_DEPOSIT>;
	type AssetDeposit = ConstU128<ASSET_DEPOSIT>;
	type ReorderPause = ConstU64<PAUSE>;
	type MaxHandover = ConstU64<MAX_HANDOVER>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Money;
}

/// A text that fits.
pub fn text<Bound: Get<u32>>(text: &str) -> BoundedVec<u8, Bound> {
	text.as_bytes().to_vec().try_into().expect("short")
}

/// What a site is called.
pub fn profile(name: &str) -> SiteProfile {
	SiteProfile {
		name: text(name),
		gln: Some(text("9506000134352")),
		region: text("DE-HB"),
	}
}

/// What is kept in most tests, in litres.
pub fn oil() -> Item {
	text("oil-46")
}

/// A lot.
pub fn lot(name: &str) -> Lot {
	text(name)
}

/// All rights, or those named by their first letters.
pub fn rights(letters: &str) -> Rights {
	Rights {
		receive: letters.contains('r'),
		issue: letters.contains('i'),
		count: letters.contains('c'),
		reserve: letters.contains('p'),
	}
}

/// Somebody with these rights.
pub fn keeper(account: AccountId, letters: &str) -> Keeper<AccountId> {
	let rights = rights(letters);
	Keeper { account, rights }
}

/// Ten litres are asked for below five.
pub fn rule(buyer: Option<MachineId>) -> Reorder<u128> {
	Reorder {
		point: 5_000,
		quantity: 10_000,
		category: text("cutting-oil"),
		asset: AssetKind::Native,
		highest_price: 900,
		longest_lead_time: 86_400_000,
		weights: ScoreWeights {
			price: Permill::from_percent(50),
			lead_time: Permill::from_percent(20),
			standing: Permill::from_percent(30),
		},
		buyer,
	}
}

/// Has `who` call the pallet, as a transaction would: all or nothing.
pub fn signed(who: &AccountId, call: Call<Test>) -> DispatchResult {
	let origin = RuntimeOrigin::signed(who.clone());
	let done: DispatchResultWithPostInfo = RuntimeCall::Inventory(call).dispatch(origin);
	done.map(drop).map_err(|refused| refused.error)
}

/// The site that `owner` has created last.
pub fn last_site(owner: &AccountId) -> SiteId {
	SitesOf::<Test>::iter_key_prefix(owner).max().expect("he has one")
}

/// A site of `owner` without anything.
pub fn site(owner: &AccountId) -> SiteId {
	let (profile, room) = (profile("Hall 3"), ROOM);
	assert_ok!(signed(owner, Call::create_site { profile, room }));
	last_site(&actor(owner))
}

pub fn open(who: &AccountId, site: SiteId, item: Item) -> DispatchResult {
	let (code, unit) = (ItemCode::Own, text("LTR"));
	signed(who, Call::open_item { site, item, code, unit })
}

/// A site of `owner` that keeps oil.
pub fn shop(owner: &AccountId) -> SiteId {
	let site = site(owner);
	assert_ok!(open(owner, site, oil()));
	site
}

pub fn appoint(owner: &AccountId, site: SiteId, keepers: &[Keeper<AccountId>]) -> DispatchResult {
	let keepers = keepers.to_vec().try_into().expect("few");
	signed(owner, Call::set_keepers { site, keepers })
}

pub fn receive(who: &AccountId, site: SiteId, name: &str, quantity: u64) -> DispatchResult {
	receive_until(who, site, name, quantity, None)
}

pub fn receive_until(who: &AccountId, site: SiteId, name: &str, quantity: u64, expires: Option<u64>) -> DispatchResult {
	let (item, lot) = (oil(), lot(name));
	signed(
		who,
		Call::receive {
			site,
			item,
			lot,
			quantity,
			expires,
		},
	)
}

pub fn consume(who: &AccountId, site: SiteId, name: Option<&str>, quantity: u64) -> DispatchResult {
	let (item, lot) = (oil(), name.map(lot));
	signed(
		who,
		Call::consume {
			site,
			item,
			lot,
			quantity,
		},
	)
}

pub fn move_stock(who: &AccountId, from: SiteId, to: SiteId, name: &str, quantity: u64) -> DispatchResult {
	let (item, lot) = (oil(), lot(name));
	signed(
		who,
		Call::move_stock {
			from,
			to,
			item,
			lot,
			quantity,
		},
	)
}

pub fn count(
	who: &AccountId,
	site: SiteId,
	name: &str,
	basis: u64,
	on_hand: u64,
	reason: CountReason,
) -> DispatchResult {
	let (item, lot) = (oil(), lot(name));
	signed(
		who,
		Call::count {
			site,
			item,
			lot,
			basis,
			on_hand,
			reason,
		},
	)
}

pub fn set_expiry(who: &AccountId, site: SiteId, name: &str, expires: Option<u64>) -> DispatchResult {
	let (item, lot) = (oil(), lot(name));
	signed(
		who,
		Call::set_expiry {
			site,
			item,
			lot,
			expires,
		},
	)
}

pub fn set_rule(who: &AccountId, site: SiteId, reorder: Option<Reorder<u128>>) -> DispatchResult {
	let item = oil();
	signed(who, Call::set_reorder { site, item, reorder })
}

pub fn reorder(who: &AccountId, site: SiteId) -> DispatchResult {
	signed(who, Call::reorder { site, item: oil() })
}

pub fn reserve(who: &AccountId, job: JobId, site: SiteId, name: Option<&str>, quantity: u64) -> DispatchResult {
	let (item, lot) = (oil(), name.map(lot));
	signed(
		who,
		Call::reserve {
			job,
			site,
			item,
			lot,
			quantity,
		},
	)
}

pub fn release(who: &AccountId, job: JobId, name: &str, quantity: u64) -> DispatchResult {
	let (item, lot) = (oil(), lot(name));
	signed(
		who,
		Call::release {
			job,
			item,
			lot,
			quantity,
		},
	)
}

pub fn consume_reserved(who: &AccountId, job: JobId, name: &str, quantity: u64) -> DispatchResult {
	let (item, lot) = (oil(), lot(name));
	signed(
		who,
		Call::consume_reserved {
			job,
			item,
			lot,
			quantity,
		},
	)
}

pub fn end_reservation(who: &AccountId, job: JobId) -> DispatchResult {
	signed(who, Call::end_reservation { job })
}

pub fn register(who: &AccountId, tag: &str, class: AssetClass, home: Option<SiteId>) -> DispatchResult {
	let (tag, serial): (AssetTag, _) = (text(tag), text("S-1"));
	signed(
		who,
		Call::register_asset {
			tag,
			class,
			serial,
			home,
		},
	)
}

/// A tool that `who` has registered.
pub fn tool(who: &AccountId, tag: &str, home: Option<SiteId>) -> AssetId {
	assert_ok!(register(who, tag, AssetClass::Tool, home));
	let tag: AssetTag = text(tag);
	crate::AssetsByTag::<Test>::get(actor(who), tag).expect("just registered")
}

pub fn hand_over(who: &AccountId, asset: AssetId, to: WhereaboutsOf<Test>) -> DispatchResult {
	let window = 60_000;
	signed(who, Call::hand_over { asset, to, window })
}

pub fn take(who: &AccountId, asset: AssetId) -> DispatchResult {
	signed(who, Call::take_asset { asset })
}

pub fn refuse(who: &AccountId, asset: AssetId) -> DispatchResult {
	signed(who, Call::refuse_asset { asset })
}

pub fn retire(who: &AccountId, asset: AssetId) -> DispatchResult {
	signed(who, Call::retire_asset { asset })
}

/// The oil at a site.
pub fn stock(site: SiteId) -> StockOf<Test> {
	Stocks::<Test>::get(site, oil()).expect("it is kept there")
}

/// On hand and put aside, of a lot of oil.
pub fn levels(site: SiteId, name: &str) -> (u64, u64) {
	stock(site)
		.lot(&lot(name))
		.map_or((0, 0), |there| (there.on_hand, there.reserved))
}

/// How many records a site counts.
pub fn used(site: SiteId) -> u32 {
	Sites::<Test>::get(site).expect("it is there").used
}

/// A world with rich people and two machines on block 1.
pub fn empty() -> sp_io::TestExternalities {
	let machines = [PRESS, MILL].map(|machine| machine.account());
	let rich = [OWNER, KEEPER, NEIGHBOUR, STRANGER].into_iter().chain(machines);
	let storage = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: rich.map(|who| (who, ENDOWMENT)).collect(),
			..Default::default()
		},
		..Default::default()
	}
	.build_storage()
	.expect("is a genesis");
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.execute_with(|| {
		System::set_block_number(1);
		sold(PRESS, &OWNER);
		sold(MILL, &OWNER);
	});
	ext
}

/// Runs `test` on block 1, then checks the invariants and that no money came or went.
pub fn build_and_execute(test: impl FnOnce()) {
	empty().execute_with(|| {
		test();
		try_state();
	});
}

/// What must always hold, and that no money came or went.
pub fn try_state() {
	let all = pallet_balances::TotalIssuance::<Test>::get();
	assert_eq!(all, 6 * ENDOWMENT, "invariant 2");
	Inventory::do_try_state().expect("invariants");
}
