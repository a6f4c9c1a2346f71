//! What is paid in, and what its owner and root can do to it.

use super::*;
use bpiiot_primitives::AssetKind;
use bpiiot_runtime::{AccountId, Assets, Balance, Balances, CollatorSelection, BPI, EXISTENTIAL_DEPOSIT};
use pallet_escrow::Call;
use sp_runtime::{FixedPointNumber, FixedU128};
use std::cell::Cell;

/// What jobs are paid in. The rows that have to do with jobs are tried in each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Money {
	/// The native token, which nobody lists, freezes or blocks.
	Native,
	/// An asset of other decimals, which is listed.
	Dollars,
}

thread_local! {
	static MONEY: Cell<Money> = const { Cell::new(Money::Dollars) };
}

impl Money {
	/// All of them.
	pub const ALL: [Self; 2] = [Self::Native, Self::Dollars];

	/// From now on jobs are paid in this.
	pub fn circulate(self) {
		MONEY.set(self);
	}
}

/// What jobs are paid in now.
pub fn asset() -> AssetKind {
	match MONEY.get() {
		Money::Native => AssetKind::Native,
		Money::Dollars => ASSET,
	}
}

/// A coin of it, in its smallest unit. What things cost is told in coins.
pub fn coin() -> Balance {
	match MONEY.get() {
		Money::Native => BPI,
		Money::Dollars => DOLLAR,
	}
}

/// A dollar has six decimals.
pub const DOLLAR: Balance = 1_000_000;
/// The number of dollars, which are listed.
pub const DOLLARS: u32 = 840;
/// Another asset like it, which is not listed.
pub const EUROS: u32 = 978;
/// Dollars.
pub const ASSET: AssetKind = AssetKind::Asset(DOLLARS);

/// Makes an asset that keeps accounts alive, with a rate, and gives everybody some of it.
fn make_asset(id: u32) {
	let holders = [OWNER, KEY, CUSTOMER, ROBOT, STRANGER, BUYER, ARBITER, ISSUER].map(account);
	root_acts(pallet_assets::Call::force_create {
		id,
		owner: account(ISSUER).into(),
		is_sufficient: true,
		min_balance: DOLLAR / 100,
	});
	for beneficiary in holders.into_iter().chain([CollatorSelection::account_id()]) {
		let (beneficiary, amount) = (beneficiary.into(), 1_000 * DOLLAR);
		act(
			ISSUER,
			pallet_assets::Call::mint {
				id,
				beneficiary,
				amount,
			},
		);
	}
	root_acts(pallet_asset_rate::Call::create {
		asset_kind: Box::new(AssetKind::Asset(id)),
		rate: FixedU128::saturating_from_rational(BPI, 2 * DOLLAR),
	});
}

/// There are dollars, which are listed, and euros, which are not.
pub fn assets() {
	make_asset(DOLLARS);
	make_asset(EUROS);
	root_acts(Call::list_asset { asset: ASSET });
}

/// Root takes dollars off its list.
pub fn delist() {
	root_acts(Call::delist_asset { asset: ASSET });
}

/// Root takes the rate of dollars away.
pub fn unrate() {
	let asset_kind = Box::new(ASSET);
	root_acts(pallet_asset_rate::Call::remove { asset_kind });
}

/// Root gives dollars the lowest rate: what is told in the native token comes to more than anybody has.
pub fn debase() {
	let (asset_kind, rate) = (Box::new(ASSET), FixedU128::from_inner(1));
	root_acts(pallet_asset_rate::Call::update { asset_kind, rate });
}

/// Their owner freezes all dollars.
pub fn freeze_asset() {
	act(ISSUER, pallet_assets::Call::freeze_asset { id: DOLLARS });
}

/// And lets them move again.
pub fn thaw_asset() {
	act(ISSUER, pallet_assets::Call::thaw_asset { id: DOLLARS });
}

/// Blocks an account in dollars.
pub fn block(who: &AccountId) {
	let (id, who) = (DOLLARS, who.clone().into());
	act(ISSUER, pallet_assets::Call::block { id, who });
}

/// Blocks the machine's account in dollars.
pub fn block_machine() {
	block(&machine().account());
}

/// Takes all free money from an account but the smallest unit that keeps it.
pub fn impoverish(account: &AccountId) {
	root_acts(pallet_balances::Call::force_set_balance {
		who: account.clone().into(),
		new_free: EXISTENTIAL_DEPOSIT,
	});
	let amount = Assets::balance(DOLLARS, account).saturating_sub(DOLLAR / 100);
	let (id, who) = (DOLLARS, account.clone().into());
	act(ISSUER, pallet_assets::Call::burn { id, who, amount });
}

/// What the machine has, free, of what jobs are paid in.
pub fn machine_has(amount: Balance) {
	let machine: AccountId = machine().account();
	let has = match MONEY.get() {
		Money::Native => Balances::free_balance(machine),
		Money::Dollars => Assets::balance(DOLLARS, machine),
	};
	assert_eq!(has, amount, "the machine has {has}, not {amount}");
}

/// The least that an account has of what jobs are paid in.
pub fn minimum() -> Balance {
	match MONEY.get() {
		Money::Native => EXISTENTIAL_DEPOSIT,
		Money::Dollars => DOLLAR / 100,
	}
}
