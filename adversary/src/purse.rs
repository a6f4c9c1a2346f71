//! What machines spend, and what their owners' policies let them: told apart from the pallet that asks them.

use crate::{
	invariants::Broken,
	ledger::{self, ASSETS},
};
use bpiiot_primitives::{AssetKind, MachineId};
use bpiiot_runtime::{AccountId, Balance, Balances, Runtime, RuntimeHoldReason};
use frame_support::traits::{
	fungible::{Inspect as _, InspectHold as _},
	fungibles::InspectHold,
};
use pallet_escrow::HoldReason;
use pallet_machines::SpendingRecord;

type Fungibles = <Runtime as pallet_escrow::Config>::Fungibles;

/// What takes money out of a machine's free balance by its own word.
const SPENT: [HoldReason; 3] = [HoldReason::Agreement, HoldReason::Bond, HoldReason::Dispute];

/// A machine's money before its key did something.
#[derive(Clone, Debug)]
pub struct Purse {
	machine: MachineId,
	policy: Option<SpendingRecord<Balance>>,
	held: [Balance; ASSETS],
	total: Balance,
	on_hold: Balance,
}

impl Purse {
	/// That of the machine whose key this is, or was.
	pub fn of_key(who: &AccountId) -> Option<Self> {
		let machine = pallet_machines::Keys::<Runtime>::get(who)?.machine;
		let policy = pallet_machines::Spending::<Runtime>::get(machine);
		let account: AccountId = machine.account();
		Some(Self {
			machine,
			policy: policy.map(|policy| policy.at(ledger::now())),
			held: held(&machine),
			total: Balances::total_balance(&account),
			on_hold: Balances::total_balance_on_hold(&account),
		})
	}

	/// Looks what the call has put on hold, and what it has paid away.
	///
	/// # Errors
	/// When it is more than the policy had left.
	pub fn look(&self) -> Result<(), Broken> {
		for (number, (before, now)) in self.held.iter().zip(held(&self.machine)).enumerate() {
			let mut spent = now.saturating_sub(*before);
			if ledger::asset(number) == AssetKind::Native {
				spent = spent.saturating_add(self.paid());
			}
			let left = self.left(number);
			if spent > left {
				return Err(Broken::new(
					"a machine spends what its policy lets it",
					format!("{spent} of asset {number}, with {left} left to it"),
				));
			}
		}
		Ok(())
	}

	/// Fees: what is gone and was not on hold before.
	fn paid(&self) -> Balance {
		let account: AccountId = self.machine.account();
		let gone = self.total.saturating_sub(Balances::total_balance(&account));
		let from_hold = self.on_hold.saturating_sub(Balances::total_balance_on_hold(&account));
		gone.saturating_sub(from_hold)
	}

	fn left(&self, number: usize) -> Balance {
		let budgets = self.policy.iter().flat_map(|policy| &policy.budgets);
		let asset = ledger::asset(number);
		let budget = budgets.into_iter().find(|budget| budget.asset == asset);
		budget.map_or(0, |budget| budget.per_period.saturating_sub(budget.spent))
	}
}

/// By asset, what is on hold at a machine by its own word. What may be forfeited is so too: the deposit of a sealed bid and of a
/// claim, and what recalls and their contests are backed by.
fn held(machine: &MachineId) -> [Balance; ASSETS] {
	let account: AccountId = machine.account();
	let on_hold = |asset, reason: HoldReason| {
		let reason = RuntimeHoldReason::from(reason);
		Fungibles::balance_on_hold(asset, &reason, &account)
	};
	let forfeitable = || {
		let reasons: [RuntimeHoldReason; 4] = [
			pallet_procurement::HoldReason::Bid.into(),
			pallet_products::HoldReason::Recall.into(),
			pallet_products::HoldReason::Contest.into(),
			pallet_shipments::HoldReason::Claim.into(),
		];
		let on_hold = reasons.iter().map(|reason| Balances::balance_on_hold(reason, &account));
		on_hold.sum::<Balance>()
	};
	std::array::from_fn(|number| {
		let asset = ledger::asset(number);
		let more = if asset == AssetKind::Native { forfeitable() } else { 0 };
		SPENT.map(|reason| on_hold(asset, reason)).iter().sum::<Balance>() + more
	})
}
