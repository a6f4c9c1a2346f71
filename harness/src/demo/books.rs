//! Who had what before and after, to the last planck.

use super::dispute::Settlement;
use crate::{
	audit::Audit,
	chain::{Asset, Balance, Job, JobState, Outcome, View},
	money::Money,
	world::{account_of, MachineAccounts},
};
use anyhow::Result;
use serde_json::{json, Value};
use std::collections::BTreeMap;
use subxt::utils::AccountId32;

/// What each party had of one thing in one block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parties {
	/// The machine's owner, who pays the fees of its key.
	pub owner: Balance,
	/// The customer.
	pub customer: Balance,
	/// The machine's account.
	pub machine: Balance,
	/// The machine's key.
	pub key: Balance,
	/// The arbiter.
	pub arbiter: Balance,
	/// All that there was of it.
	pub issued: u128,
}

impl Parties {
	async fn read(view: &View, machine: &MachineAccounts, asset: Asset) -> Result<Self> {
		Ok(Self {
			owner: view.balance_in(asset, &account_of("Owner")).await?,
			customer: view.balance_in(asset, &account_of("Customer")).await?,
			machine: view.balance_in(asset, &machine.account).await?,
			key: view.balance_in(asset, &machine.key).await?,
			arbiter: view.balance_in(asset, &account_of("Arbiter")).await?,
			issued: view.issuance_of(asset).await?,
		})
	}

	fn rows(&self) -> [(&'static str, Balance); 5] {
		[
			("owner", self.owner),
			("customer", self.customer),
			("machine", self.machine),
			("machine's key", self.key),
			("arbiter", self.arbiter),
		]
	}
}

/// What each party had in one block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Balances {
	/// What the machine is paid in.
	pub money: Money,
	/// Of that.
	pub paid: Parties,
	/// Of the native token, which transactions are paid in. The same as `paid` if the machine is paid in it.
	pub native: Parties,
}

impl Balances {
	/// Reads them.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn read(view: &View, machine: &MachineAccounts, money: Money) -> Result<Self> {
		Ok(Self {
			money,
			paid: Parties::read(view, machine, money.asset).await?,
			native: Parties::read(view, machine, Asset::Native).await?,
		})
	}

	/// One table for each thing that is paid with.
	fn tables(&self) -> Vec<(Money, Parties)> {
		let mut tables = vec![(self.money, self.paid)];
		if !self.money.is_native() {
			tables.push((Money::NATIVE, self.native));
		}
		tables
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
	/// Fees that the arbiter paid meanwhile, in planck.
	pub arbiter_fees: u128,
	/// What the dispute came to, if there was one.
	pub dispute: Option<Settlement>,
	/// What the order cost the customer for the chain, in what the machine is paid in.
	pub order_fee: u128,
	/// Escrows that have not ended after the end.
	pub open_escrows: usize,
	/// What is on hold at the customer after the end, in what the machine is paid in and in the native token, by reason.
	pub customer_holds: BTreeMap<Asset, BTreeMap<String, u128>>,
	/// The deposits of the customer's records.
	pub customer_deposits: BTreeMap<Asset, u128>,
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
	arbiter: u128,
}

impl Fees {
	/// Fees that an audit saw.
	pub fn of(audit: &Audit, machine: &MachineAccounts) -> Self {
		let of = |account: &AccountId32| audit.fees_of(account);
		Self {
			customer: of(&account_of("Customer")),
			owner: of(&account_of("Owner")) + of(&machine.key),
			arbiter: of(&account_of("Arbiter")),
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
		let (fees, money) = (Fees::of(&audit, machine), before.money);
		let customer = account_of("Customer");
		let mut customer_holds = BTreeMap::new();
		for asset in [money.asset, Asset::Native] {
			customer_holds.insert(asset, view.holds_in(asset, &customer).await?);
		}
		Ok(Self {
			before,
			after: Balances::read(view, machine, money).await?,
			job,
			customer_fees: fees.customer - fees_before.customer,
			owner_fees: fees.owner - fees_before.owner,
			arbiter_fees: fees.arbiter - fees_before.arbiter,
			dispute: None,
			order_fee: money.worth(view.order_fee()?),
			open_escrows: view.open_escrows().await?,
			customer_holds,
			customer_deposits: view.deposits_of(&customer).await?,
			audit,
		})
	}

	/// What the machine earned, and what it lost of its bond to the customer.
	fn owed(&self) -> (u128, u128) {
		let disputed = self.dispute.map_or(0, |dispute| dispute.to_machine);
		let earned = self.job.unit_price * u128::from(self.job.approved) + disputed;
		let lost = match self.job.state {
			JobState::Settled(Outcome::GivenUp | Outcome::NotDelivered) => self.job.bond,
			_ => 0,
		};
		(earned, lost)
	}

	/// All that must hold of the money, whatever became of the job.
	pub fn checks(&self) -> Vec<Check> {
		let mut checks = self.paid_checks();
		if !self.before.money.is_native() {
			checks.extend(self.native_checks());
		}
		let check = |what: String, holds| Check { what, holds };
		checks.push(check(
			format!(
				"the owner paid fees of {} for himself and the machine's key{}",
				Money::NATIVE.show(self.owner_fees),
				self.arbiter_text()
			),
			moved(
				self.before.native.owner,
				0,
				self.owner_fees + self.arbiter_native().0,
				self.after.native.owner,
			),
		));
		if let Some(dispute) = self.dispute {
			let (native, other) = self.arbiter_native();
			let what = format!(
				"the arbiter got a fee of {}, lost {} of his own, and paid fees of {}",
				self.before.money.show(dispute.fee),
				Money::NATIVE.show(dispute.forfeited),
				Money::NATIVE.show(self.arbiter_fees)
			);
			let of_native = moved(
				self.before.native.arbiter,
				native,
				dispute.forfeited + self.arbiter_fees,
				self.after.native.arbiter,
			);
			let of_money =
				self.before.money.is_native() || moved(self.before.paid.arbiter, other, 0, self.after.paid.arbiter);
			checks.push(check(what, of_native && of_money));
		}
		checks.push(check(
			"nothing is on hold but the deposit for the job's record".to_owned(),
			self.open_escrows == 0 && self.after.paid.machine.reserved == 0 && self.holds_deposits_only(),
		));
		let poor = match self.before.money.is_native() {
			true => "the machine's key never had anything",
			false => "the machine never had any BPI, and its key never anything",
		};
		checks.push(check(poor.to_owned(), self.audit.had_money.is_empty()));
		checks.push(check(
			"issuance never changed".to_owned(),
			self.audit.issuance_changed.is_empty() && self.before.paid.issued == self.after.paid.issued,
		));
		checks
	}

	fn holds_deposits_only(&self) -> bool {
		self.customer_holds.iter().all(|(asset, holds)| {
			let deposit = self.customer_deposits.get(asset);
			let due = deposit.map(|amount| ("Escrow.Agreement".to_owned(), *amount));
			*holds == due.into_iter().collect()
		})
	}

	/// The arbiter's fee in the native token, and in something else.
	fn arbiter_native(&self) -> (u128, u128) {
		let fee = self.dispute.map_or(0, |dispute| dispute.fee);
		match self.before.money.is_native() {
			true => (fee, 0),
			false => (0, fee),
		}
	}

	fn arbiter_text(&self) -> String {
		match self.dispute {
			Some(dispute) => format!(", and {} to the arbiter", self.before.money.show(dispute.fee)),
			None => String::new(),
		}
	}

	/// Of what the machine is paid in.
	fn paid_checks(&self) -> Vec<Check> {
		let (earned, lost) = self.owed();
		let (money, before, after) = (self.before.money, self.before.paid, self.after.paid);
		// Transactions are paid in the native token, whatever the work is paid in.
		let (fees, fees_in_words) = match money.is_native() {
			true => (
				self.customer_fees,
				format!(", fees of {}", money.show(self.customer_fees)),
			),
			false => (0, String::new()),
		};
		let customer = format!(
			"the customer paid {} for the work{fees_in_words} and {} for the order, and got {} of the machine's bond",
			money.show(earned),
			money.show(self.order_fee),
			money.show(lost)
		);
		let machine = format!(
			"the machine earned {} and lost {}",
			money.show(earned),
			money.show(lost)
		);
		vec![
			Check {
				what: customer,
				holds: moved(before.customer, lost, earned + self.order_fee + fees, after.customer),
			},
			Check {
				what: machine,
				holds: moved(before.machine, earned, lost, after.machine),
			},
		]
	}

	/// Of the native token, when the machine is paid in something else.
	fn native_checks(&self) -> Vec<Check> {
		let (before, after) = (self.before.native, self.after.native);
		let fees = Money::NATIVE.show(self.customer_fees);
		vec![
			Check {
				what: format!("of BPI the customer paid nothing but fees of {fees}"),
				holds: moved(before.customer, 0, self.customer_fees, after.customer),
			},
			Check {
				what: format!(
					"the owner has as much {} as before{}",
					self.before.money.symbol,
					self.dispute.map_or("", |_| ", less the arbiter's fee")
				),
				holds: moved(
					self.before.paid.owner,
					0,
					self.arbiter_native().1,
					self.after.paid.owner,
				),
			},
		]
	}

	/// The balances as lines for people.
	pub fn lines(&self) -> Vec<String> {
		let mut lines = vec![format!(
			"{:<14} {:>28} {:>28} {:>24}",
			"", "before the order", "after the end", "change"
		)];
		for ((money, before), (_, after)) in self.before.tables().into_iter().zip(self.after.tables()) {
			let parties = match self.dispute {
				Some(_) => 5,
				None => 4,
			};
			for ((name, before), (_, after)) in before.rows().into_iter().zip(after.rows()).take(parties) {
				lines.push(line(money, name, before.total(), after.total()));
				if before.reserved + after.reserved > 0 {
					lines.push(line(money, "  of it held", before.reserved, after.reserved));
				}
			}
		}
		lines
	}

	/// The balances for machines, in smallest units, by symbol.
	pub fn json(&self) -> Value {
		let rows = |parties: &Parties| {
			let row = |(name, balance): (&str, Balance)| {
				(
					name.to_owned(),
					json!({ "free": balance.free.to_string(), "reserved": balance.reserved.to_string() }),
				)
			};
			Value::Object(parties.rows().into_iter().map(row).collect())
		};
		let tables = |balances: &Balances| {
			let table = |(money, parties): (Money, Parties)| (money.symbol.to_owned(), rows(&parties));
			Value::Object(balances.tables().into_iter().map(table).collect())
		};
		json!({
			"before": tables(&self.before), "after": tables(&self.after),
			"customer_fees": self.customer_fees.to_string(), "owner_fees": self.owner_fees.to_string(),
			"order_fee": self.order_fee.to_string(),
		})
	}
}

/// Whether somebody has what he had, and `plus` more and `minus` less.
fn moved(before: Balance, plus: u128, minus: u128, after: Balance) -> bool {
	before.total() + plus == after.total() + minus
}

fn line(money: Money, name: &str, before: u128, after: u128) -> String {
	let change = money.show_change(before, after);
	let (before, after) = (money.show(before), money.show(after));
	format!("{name:<14} {before:>28} {after:>28} {change:>24}")
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{chain::Escrow, world::BPI};
	use subxt::utils::H256;

	fn has(total: u128) -> Balance {
		Balance {
			free: total,
			reserved: 0,
		}
	}

	fn parties(owner: u128, customer: u128, machine: u128) -> Parties {
		Parties {
			owner: has(owner),
			customer: has(customer),
			machine: has(machine),
			key: has(0),
			arbiter: has(7 * BPI),
			issued: 99 * BPI,
		}
	}

	/// A job of three units at a BPI each, with fees of 1 for the customer and 2 for the owner, and an order fee of 4.
	fn books(state: JobState, approved: u32, customer: u128, machine: u128) -> Books {
		let before = parties(10 * BPI, 10 * BPI, 5 * BPI);
		let after = parties(10 * BPI - 2, customer, machine);
		let balances = |of: Parties| Balances {
			money: Money::NATIVE,
			paid: of,
			native: of,
		};
		let job = Job {
			escrow: Escrow {
				payer: account_of("Customer"),
				asset: Asset::Native,
				held: 0,
				deposit: 5,
				fee: 0,
				bond: 0,
				ended: true,
			},
			machine: [1; 32],
			unit_price: BPI,
			units: 3,
			units_done: approved,
			approved,
			rejected: 0,
			contested: 0,
			state,
			deliver_by: 0,
			bond: BPI,
			result: H256::zero(),
		};
		Books {
			before: balances(before),
			after: balances(after),
			job,
			customer_fees: 1,
			owner_fees: 2,
			arbiter_fees: 0,
			dispute: None,
			order_fee: 4,
			open_escrows: 0,
			customer_holds: [(Asset::Native, [("Escrow.Agreement".to_owned(), 5)].into())].into(),
			customer_deposits: [(Asset::Native, 5)].into(),
			audit: Audit::default(),
		}
	}

	fn failed(books: &Books) -> usize {
		books.checks().iter().filter(|check| !check.holds).count()
	}

	#[test]
	fn the_books_of_a_paid_job_balance_to_the_planck() {
		let paid = |customer, machine| books(JobState::Settled(Outcome::Completed), 3, customer, machine);
		assert_eq!(failed(&paid(7 * BPI - 5, 8 * BPI)), 0);
		assert_eq!(failed(&paid(7 * BPI - 1, 8 * BPI)), 1, "the order fee came back");
		assert_eq!(failed(&paid(7 * BPI - 5, 8 * BPI - 1)), 1);
	}

	#[test]
	fn a_customer_whose_job_was_given_up_gets_price_and_bond() {
		let refunded = |customer, machine| books(JobState::Settled(Outcome::GivenUp), 0, customer, machine);
		assert_eq!(failed(&refunded(11 * BPI - 5, 4 * BPI)), 0);
		assert_eq!(failed(&refunded(10 * BPI - 5, 5 * BPI)), 2);
	}

	#[test]
	fn a_dispute_pays_both_sides_and_the_arbiter() {
		// One unit approved, two disputed of which the machine gets 1.2; the owner pays the arbiter 0.1.
		let tenth = BPI / 10;
		let mut books = books(
			JobState::Settled(Outcome::Arbitrated),
			1,
			10 * BPI - 22 * tenth - 5,
			5 * BPI + 22 * tenth,
		);
		books.dispute = Some(Settlement {
			to_machine: 12 * tenth,
			fee: tenth,
			forfeited: 0,
		});
		books.arbiter_fees = 3;
		for after in [&mut books.after.paid, &mut books.after.native] {
			after.owner = has(10 * BPI - 2 - tenth);
			after.arbiter = has(7 * BPI + tenth - 3);
		}
		assert_eq!(failed(&books), 0, "{:?}", books.checks());
		let mut silent = books.clone();
		silent.dispute = Some(Settlement {
			to_machine: 12 * tenth,
			fee: 0,
			forfeited: BPI,
		});
		assert_eq!(failed(&silent), 2, "the arbiter was paid although he said nothing");
	}

	#[test]
	fn books_in_an_asset_are_kept_in_both() {
		// All but the fees of transactions is in the asset.
		let mut books = books(JobState::Settled(Outcome::Completed), 3, 7 * BPI - 4, 8 * BPI);
		let native = |owner, customer| Parties {
			issued: 500 * BPI,
			..parties(owner, customer, 0)
		};
		(books.before.money, books.after.money) = (Money::STABLE, Money::STABLE);
		(books.before.native, books.after.native) = (native(30, 20), native(28, 19));
		books.after.paid.owner = books.before.paid.owner;
		assert_eq!(failed(&books), 0, "{:?}", books.checks());
		let mut wrong = books.clone();
		wrong.after.native.customer = has(18);
		wrong.after.paid.owner = has(1);
		wrong.after.paid.issued += 1;
		assert_eq!(failed(&wrong), 3);
		assert_eq!(
			books.lines().len(),
			9,
			"a row for each party and each thing, and their head"
		);
	}

	#[test]
	fn money_left_on_hold_is_noticed() {
		let mut left = books(JobState::Settled(Outcome::Completed), 3, 7 * BPI - 5, 8 * BPI);
		let balanced = left.customer_holds.clone();
		for (reason, amount) in [("Escrow.Credit", 1), ("Escrow.Agreement", 6)] {
			left.customer_holds = balanced.clone();
			let holds = left.customer_holds.entry(Asset::Native).or_default();
			holds.insert(reason.to_owned(), amount);
			assert_eq!(failed(&left), 1, "{reason}");
		}
		left.customer_holds = balanced;
		left.open_escrows = 1;
		left.audit.had_money.push((account_of("Owner"), 7));
		left.audit.issuance_changed.push(7);
		assert_eq!(failed(&left), 3);
	}
}
