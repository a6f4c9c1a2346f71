//! Who had what before and after, to the last planck.

use crate::{
	audit::Audit,
	chain::{Balance, Job, JobState, Outcome, View},
	world::{account_of, show, show_change, MachineAccounts},
};
use anyhow::Result;
use serde_json::{json, Value};
use subxt::utils::AccountId32;

/// What each party had in one block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Balances {
	/// The machine's owner, who pays the fees of its key.
	pub owner: Balance,
	/// The customer.
	pub customer: Balance,
	/// The machine's account.
	pub machine: Balance,
	/// The machine's key.
	pub key: Balance,
}

impl Balances {
	/// Reads them.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn read(view: &View, machine: &MachineAccounts) -> Result<Self> {
		Ok(Self {
			owner: view.balance(&account_of("Owner")).await?,
			customer: view.balance(&account_of("Customer")).await?,
			machine: view.balance(&machine.account).await?,
			key: view.balance(&machine.key).await?,
		})
	}

	fn rows(&self) -> [(&'static str, Balance); 4] {
		[
			("owner", self.owner),
			("customer", self.customer),
			("machine", self.machine),
			("machine's key", self.key),
		]
	}
}

/// The accounts of one job, from before its order to after its end.
#[derive(Clone, Debug)]
pub struct Books {
	/// Before the order.
	pub before: Balances,
	/// After the end.
	pub after: Balances,
	/// The job's record after the end.
	pub job: Job,
	/// Fees that the customer paid meanwhile, in planck.
	pub customer_fees: u128,
	/// Fees that the owner paid meanwhile, for himself and the machine's key.
	pub owner_fees: u128,
	/// Escrows that are open after the end.
	pub open_escrows: usize,
	/// What is on hold at the customer after the end, by reason.
	pub customer_holds: Vec<(String, u128)>,
	/// What was seen of every block.
	pub audit: Audit,
}

/// One thing that must hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Check {
	/// What.
	pub what: String,
	/// Whether it does.
	pub holds: bool,
}

/// Fees that were paid up to a block, in planck.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fees {
	customer: u128,
	owner: u128,
}

impl Fees {
	/// Fees that an audit saw.
	pub fn of(audit: &Audit, machine: &MachineAccounts) -> Self {
		let of = |account: &AccountId32| audit.fees_of(account);
		Self {
			customer: of(&account_of("Customer")),
			owner: of(&account_of("Owner")) + of(&machine.key),
		}
	}
}

impl Books {
	/// Closes the books at the block of `view`, in which the job has ended.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn close(
		view: &View,
		machine: &MachineAccounts,
		before: Balances,
		fees_before: Fees,
		audit: Audit,
		job: Job,
	) -> Result<Self> {
		let fees = Fees::of(&audit, machine);
		Ok(Self {
			before,
			after: Balances::read(view, machine).await?,
			job,
			customer_fees: fees.customer - fees_before.customer,
			owner_fees: fees.owner - fees_before.owner,
			open_escrows: view.open_escrows().await?,
			customer_holds: view.holds(&account_of("Customer")).await?.into_iter().collect(),
			audit,
		})
	}

	/// What the machine earned, and what it lost of its bond to the customer.
	fn owed(&self) -> (u128, u128) {
		let earned = self.job.unit_price * u128::from(self.job.approved);
		let lost = match self.job.state {
			JobState::Settled(Outcome::GivenUp | Outcome::NotDelivered) => self.job.bond,
			_ => 0,
		};
		(earned, lost)
	}

	/// All that must hold of the money, whatever became of the job.
	pub fn checks(&self) -> Vec<Check> {
		let (earned, lost) = self.owed();
		let check = |what: String, holds| Check { what, holds };
		let moved =
			|before: Balance, plus: u128, minus: u128, after: Balance| before.total() + plus == after.total() + minus;
		let customer = moved(
			self.before.customer,
			lost,
			earned + self.customer_fees,
			self.after.customer,
		);
		let records_only = self.customer_holds.iter().all(|(reason, _)| reason == "Jobs.Job");
		vec![
			check(
				format!(
					"the customer paid {} and fees of {}, and got {} of the machine's bond",
					show(earned),
					show(self.customer_fees),
					show(lost)
				),
				customer,
			),
			check(
				format!("the machine earned {} and lost {}", show(earned), show(lost)),
				moved(self.before.machine, earned, lost, self.after.machine),
			),
			check(
				format!("the owner paid fees of {} for the machine's key", show(self.owner_fees)),
				moved(self.before.owner, 0, self.owner_fees, self.after.owner),
			),
			check(
				"nothing is on hold but the deposit for the job's record".to_owned(),
				self.open_escrows == 0 && self.after.machine.reserved == 0 && records_only,
			),
			check(
				"the machine's key never had anything".to_owned(),
				self.audit.had_money.is_empty(),
			),
			check(
				"issuance never changed".to_owned(),
				self.audit.issuance_changed.is_empty(),
			),
		]
	}

	/// The balances as lines for people.
	pub fn lines(&self) -> Vec<String> {
		let mut lines = vec![format!(
			"{:<14} {:>28} {:>28} {:>24}",
			"", "before the order", "after the end", "change"
		)];
		for ((name, before), (_, after)) in self.before.rows().into_iter().zip(self.after.rows()) {
			let change = show_change(before.total(), after.total());
			lines.push(format!(
				"{name:<14} {:>28} {:>28} {change:>24}",
				show(before.total()),
				show(after.total())
			));
			if before.reserved + after.reserved > 0 {
				let held = show_change(before.reserved, after.reserved);
				let (before, after) = (show(before.reserved), show(after.reserved));
				lines.push(format!("{:<14} {before:>28} {after:>28} {held:>24}", "  of it held"));
			}
		}
		lines
	}

	/// The balances for machines, in planck.
	pub fn json(&self) -> Value {
		let rows = |balances: &Balances| {
			let row = |(name, balance): (&str, Balance)| {
				(
					name.to_owned(),
					json!({ "free": balance.free.to_string(), "reserved": balance.reserved.to_string() }),
				)
			};
			Value::Object(balances.rows().into_iter().map(row).collect())
		};
		json!({
			"before": rows(&self.before), "after": rows(&self.after),
			"customer_fees": self.customer_fees.to_string(), "owner_fees": self.owner_fees.to_string(),
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::world::BPI;
	use subxt::utils::H256;

	fn has(total: u128) -> Balance {
		Balance {
			free: total,
			reserved: 0,
		}
	}

	fn books(state: JobState, approved: u32, customer: u128, machine: u128) -> Books {
		let before = Balances {
			owner: has(10 * BPI),
			customer: has(10 * BPI),
			machine: has(5 * BPI),
			key: has(0),
		};
		let after = Balances {
			owner: has(10 * BPI - 2),
			customer: has(customer),
			machine: has(machine),
			key: has(0),
		};
		let job = Job {
			customer: account_of("Customer"),
			machine: [1; 32],
			unit_price: BPI,
			units: 3,
			units_done: approved,
			approved,
			rejected: 0,
			state,
			deliver_by: 0,
			bond: BPI,
			result: H256::zero(),
		};
		Books {
			before,
			after,
			job,
			customer_fees: 1,
			owner_fees: 2,
			open_escrows: 0,
			customer_holds: vec![("Jobs.Job".to_owned(), 5)],
			audit: Audit::default(),
		}
	}

	fn failed(books: &Books) -> usize {
		books.checks().iter().filter(|check| !check.holds).count()
	}

	#[test]
	fn the_books_of_a_paid_job_balance_to_the_planck() {
		let paid = |customer, machine| books(JobState::Settled(Outcome::Completed), 3, customer, machine);
		assert_eq!(failed(&paid(7 * BPI - 1, 8 * BPI)), 0);
		assert_eq!(failed(&paid(7 * BPI, 8 * BPI)), 1);
		assert_eq!(failed(&paid(7 * BPI - 1, 8 * BPI - 1)), 1);
	}

	#[test]
	fn a_customer_whose_job_was_given_up_gets_price_and_bond() {
		let refunded = |customer, machine| books(JobState::Settled(Outcome::GivenUp), 0, customer, machine);
		assert_eq!(failed(&refunded(11 * BPI - 1, 4 * BPI)), 0);
		assert_eq!(failed(&refunded(10 * BPI - 1, 5 * BPI)), 2);
	}

	#[test]
	fn money_left_on_hold_is_noticed() {
		let mut left = books(JobState::Settled(Outcome::Completed), 3, 7 * BPI - 1, 8 * BPI);
		left.customer_holds.push(("Escrow.Price".to_owned(), 1));
		assert_eq!(failed(&left), 1);
		left.customer_holds.pop();
		left.open_escrows = 1;
		left.audit.had_money.push((account_of("Owner"), 7));
		left.audit.issuance_changed.push(7);
		assert_eq!(failed(&left), 3);
	}
}
