//! What is paid for a job, to whom, and what becomes of it when it cannot be.

use super::*;
use bpiiot_runtime::{AccountId, Balance, CollatorSelection, Escrow, Runtime};
use frame_support::traits::tokens::ConversionToAssetBalance;
use sp_runtime::Permill;
use std::collections::BTreeMap;

/// Who is paid for a job, or pays.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Party {
	/// Who ordered it.
	Customer,
	/// The machine that works.
	Machine,
	/// Its owner, who disputes.
	Owner,
	/// Who decides.
	Arbiter,
	/// Whom fees go to.
	Chain,
}

impl Party {
	/// Where its money is.
	pub fn account(self) -> AccountId {
		match self {
			Self::Customer => account(CUSTOMER),
			Self::Machine => machine().account(),
			Self::Owner => account(OWNER),
			Self::Arbiter => account(ARBITER),
			Self::Chain => CollatorSelection::account_id(),
		}
	}
}

/// A payment: to whom, out of whose account, and how much.
pub type Payment = (Party, Party, fn() -> Balance);

/// These payments stay where they were, as credits, and no others.
pub fn credited(payments: impl IntoIterator<Item = Payment>) {
	let credits: BTreeMap<_, _> = pallet_escrow::Credits::<Runtime>::iter().collect();
	let due: BTreeMap<_, _> = payments
		.into_iter()
		.map(|(to, from, amount)| ((to.account(), asset(), from.account()), amount()))
		.collect();
	assert_eq!(credits, due, "credits and what is due differ");
}

/// What something that is told in the native token comes to in what jobs are paid in.
pub fn worth(native: Balance) -> Balance {
	Escrow::to_asset_balance(native, asset()).expect("has a rate")
}

/// What one unit costs.
pub fn price() -> Balance {
	3 * coin()
}

/// What all units cost.
pub fn whole_price() -> Balance {
	UNITS as Balance * price()
}

/// What the machine keeps of a unit that is rejected.
pub fn rejection_fee() -> Balance {
	REJECTION_FEE * price()
}

/// What the machine wants for a unit instead.
pub fn counter_price() -> Balance {
	price() / 2
}

/// What the machine puts up.
pub fn bond() -> Balance {
	2 * coin()
}

/// What the customer has on hold until the record is removed.
pub fn deposit() -> Balance {
	worth(<Runtime as pallet_jobs::Config>::JobDeposit::get())
}

/// What the chain gets for an order.
pub fn order_fee() -> Balance {
	worth(<Runtime as pallet_jobs::Config>::OrderFee::get())
}

/// What the owner stakes on being right.
pub fn dispute_bond() -> Balance {
	worth(<Runtime as pallet_escrow::Config>::DisputeBond::get())
}

/// What the arbiter gets for a verdict.
pub fn verdict_fee() -> Balance {
	ARBITER_FEE * whole_price()
}

/// The share of the price that the machine keeps of what is rejected.
pub const REJECTION_FEE: Permill = Permill::from_percent(20);
/// What the arbiter asks for a verdict.
pub const ARBITER_FEE: Permill = Permill::from_percent(10);

/// The machine's free money before it has promised anything.
pub fn savings() -> Balance {
	50 * coin()
}
