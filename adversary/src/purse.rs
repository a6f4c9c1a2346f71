//! What machines put on hold, and what their owners' policies let them: told apart from the pallet that asks them.

use crate::{
	invariants::Broken,
	ledger::{self, ASSETS},
};
use bpiiot_primitives::MachineId;
use bpiiot_runtime::{AccountId, Balance, Runtime, RuntimeHoldReason};
use frame_support::traits::fungibles::InspectHold;
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
}

impl Purse {
	/// That of the machine whose key this is, or was.
	pub fn of_key(who: &AccountId) -> Option<Self> {
		let machine = pallet_machines::Keys::<Runtime>::get(who)?.machine;
		let policy = pallet_machines::Spending::<Runtime>::get(machine);
		Some(Self {
			machine,
			policy: policy.map(|policy| policy.at(ledger::now())),
			held: held(&machine),
		})
	}

	/// Looks what the call has put on hold.
	///
	/// # Errors
	/// When it is more than the policy had left.
	pub fn look(&self) -> Result<(), Broken> {
		for (number, (before, now)) in self.held.iter().zip(held(&self.machine)).enumerate() {
			let spent = now.saturating_sub(*before);
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

	fn left(&self, number: usize) -> Balance {
		let budgets = self.policy.iter().flat_map(|policy| &policy.budgets);
		let asset = ledger::asset(number);
		let budget = budgets.into_iter().find(|budget| budget.asset == asset);
		budget.map_or(0, |budget| budget.per_period.saturating_sub(budget.spent))
	}
}

fn held(machine: &MachineId) -> [Balance; ASSETS] {
	let account: AccountId = machine.account();
	let on_hold = |asset, reason: HoldReason| {
		let reason = RuntimeHoldReason::from(reason);
		Fungibles::balance_on_hold(asset, &reason, &account)
	};
	std::array::from_fn(|number| SPENT.map(|reason| on_hold(ledger::asset(number), reason)).iter().sum())
}
