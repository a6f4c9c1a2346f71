//! The runtime in memory: its genesis, its blocks and its time.

use crate::parties::{account, rich, ISSUER};
use bpiiot_primitives::{AgreementClock, AgreementMillis, AssetKind, UnixMillis};
use bpiiot_runtime::{
	genesis_config_presets::DEVELOPMENT, in_memory, AccountId, Balance, CollatorSelection, Escrow, Executive, Hash,
	Products, Runtime, RuntimeCall, RuntimeOrigin, System, Timestamp, BPI,
};
use frame_support::{traits::Hooks, weights::Weight};
use serde_json::json;
use sp_core::storage::Storage;
use sp_runtime::{traits::Dispatchable, FixedPointNumber, FixedU128};
use sp_state_machine::BasicExternalities;
use std::sync::OnceLock;

/// The time of the first block.
const START: UnixMillis = 1_790_000_000_000;
/// A listed asset of six places, in whose smallest accounts there is a cent.
pub const DOLLARS: u32 = 840;
/// The same, not listed at first.
pub const EUROS: u32 = 978;
/// A dollar or a euro.
pub const COIN: Balance = 1_000_000;
/// What everybody who is rich has of each.
const WEALTH: Balance = 100_000;

/// Does something on a ledger of its own, in its first block: there are the parties and the assets, and nothing else.
pub fn with_ledger<T>(work: impl FnOnce() -> T) -> T {
	ledger().execute_with(work)
}

/// Such a ledger.
pub fn ledger() -> BasicExternalities {
	static FIRST_BLOCK: OnceLock<Storage> = OnceLock::new();
	let storage = FIRST_BLOCK.get_or_init(|| {
		let mut genesis = in_memory::genesis(DEVELOPMENT, json!({})).expect("is a genesis");
		let mut storage = Storage::default();
		storage.top.extend(genesis.execute_with(all_that_is_stored));
		BasicExternalities::execute_with_storage(&mut storage, || {
			begin_block(0);
			furnish();
		});
		storage
	});
	BasicExternalities::new(storage.clone())
}

/// Keys and values. A plain map of them is several times as fast as the tree in which a chain keeps them.
fn all_that_is_stored() -> Vec<(Vec<u8>, Vec<u8>)> {
	let keys = std::iter::successors(Some(Vec::new()), |key| sp_io::storage::next_key(key));
	keys.filter_map(|key| {
		let value = sp_io::storage::get(&key)?;
		Some((key, value.into()))
	})
	.collect()
}

/// Begins the next block, so many milliseconds after the one before.
pub fn begin_block(after: u64) {
	let before = pallet_timestamp::Now::<Runtime>::get().max(START);
	let now = before.saturating_add(after);
	let number = System::block_number().saturating_add(1);
	let parent = match number {
		1 => System::block_hash(0),
		// Nobody here looks at it; to hash the state would take longer than all else.
		_ => Hash::from_low_u64_be(number.into()),
	};
	Executive::initialize_block(&in_memory::header(number, parent, now));
	RuntimeCall::from(pallet_timestamp::Call::set { now })
		.dispatch(RuntimeOrigin::none())
		.expect("a block has a time");
}

/// Ends the block, with so much room for what is swept. What the parachain's own hooks want is the relay chain's word,
/// which no block here has.
pub fn end_block(idle: Weight) {
	let number = System::block_number();
	Escrow::on_idle(number, idle);
	Products::on_idle(number, idle);
	<Timestamp as Hooks<_>>::on_finalize(number);
}

/// The time, by the block.
pub fn now() -> UnixMillis {
	pallet_timestamp::Now::<Runtime>::get()
}

/// The time by which agreements go: less what the chain stood still.
pub fn agreement_now() -> AgreementMillis {
	<Escrow as AgreementClock>::now()
}

/// How many assets there are.
pub const ASSETS: usize = 3;

/// An asset, as agreements name it; the native one is no asset of its own.
pub fn asset(number: usize) -> AssetKind {
	[AssetKind::Native, AssetKind::Asset(DOLLARS), AssetKind::Asset(EUROS)][number % ASSETS]
}

/// A whole one of it, in its smallest unit.
pub fn whole(asset: AssetKind) -> Balance {
	match asset {
		AssetKind::Native => BPI,
		AssetKind::Asset(_) => COIN,
	}
}

/// Gives everybody money, and lets the dollars in.
fn furnish() {
	let holders: Vec<AccountId> = rich().map(account).collect();
	for who in &holders {
		root_acts(pallet_balances::Call::force_set_balance {
			who: who.clone().into(),
			new_free: WEALTH * BPI,
		});
	}
	for id in [DOLLARS, EUROS] {
		root_acts(pallet_assets::Call::force_create {
			id,
			owner: account(ISSUER).into(),
			is_sufficient: true,
			min_balance: COIN / 100,
		});
		for beneficiary in holders.iter().chain([&CollatorSelection::account_id()]) {
			let beneficiary = beneficiary.clone().into();
			let amount = WEALTH * COIN;
			let mint = pallet_assets::Call::mint {
				id,
				beneficiary,
				amount,
			};
			acts(RuntimeOrigin::signed(account(ISSUER)), mint);
		}
		root_acts(pallet_asset_rate::Call::create {
			asset_kind: Box::new(AssetKind::Asset(id)),
			rate: FixedU128::saturating_from_rational(BPI, 2 * COIN),
		});
	}
	root_acts(pallet_escrow::Call::list_asset {
		asset: AssetKind::Asset(DOLLARS),
	});
}

fn root_acts(call: impl Into<RuntimeCall>) {
	acts(RuntimeOrigin::root(), call);
}

fn acts(origin: RuntimeOrigin, call: impl Into<RuntimeCall>) {
	call.into().dispatch(origin).expect("the ledger can be furnished");
}
