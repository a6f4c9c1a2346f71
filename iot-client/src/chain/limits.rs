//! What an owner lets his machine cost and spend, in this client's own words.
//!
//! Amounts come back: in a window, which begins with the first amount that is taken and lasts one period, no more than the
//! period's amount is taken. A period of 0 never ends.

use super::types::smallest;
use crate::{amount::Amount, asset::Asset};
use serde::Serialize;

/// The shortest period that the chain takes, in milliseconds: a minute.
pub const SHORTEST_PERIOD: u64 = 60_000;
/// The longest, in milliseconds: 365 days.
pub const LONGEST_PERIOD: u64 = 365 * 24 * 60 * 60 * 1_000;

/// What an owner lets his machine's key cost in transaction fees.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct FeeAllowance {
	/// How much.
	pub amount: Amount,
	/// After how many milliseconds there is as much again; 0 for never.
	pub period: u64,
}

/// What a machine's key may cost its owner, and when it last did.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Fees {
	/// What it may cost in a period.
	pub per_period: Amount,
	/// The period, in milliseconds; 0 if nothing comes back by itself.
	pub period: u64,
	/// What it may still cost in this window.
	pub left: Amount,
	/// When the window ends, in unix milliseconds of the chain; 0 when none has begun.
	pub renews_at: u64,
	/// Unix milliseconds of the last fee that the key caused; 0 for never.
	pub last_seen: u64,
}

impl Fees {
	/// The same at `now`, by the chain's time: a window that is over is as one that never began.
	#[must_use]
	pub fn at(self, now: u64) -> Self {
		match is_over(self.period, self.renews_at, now) {
			true => Self {
				left: self.per_period,
				renews_at: 0,
				..self
			},
			false => self,
		}
	}
}

/// Whether the window that ends at `renews_at` is over at `now`.
fn is_over(period: u64, renews_at: u64, now: u64) -> bool {
	period > 0 && now >= renews_at
}

/// What a machine spends for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
	/// The price of something that it buys.
	Purchase,
	/// Security for work that it has promised.
	Bond,
	/// What having an arbiter decide costs.
	Dispute,
}

impl Purpose {
	/// All of them, as people write them.
	pub const WORDS: &str = "\"bond\", \"purchase\" and \"dispute\"";

	/// The purpose of this name.
	pub fn named(name: &str) -> Option<Self> {
		match name {
			"purchase" => Some(Self::Purchase),
			"bond" => Some(Self::Bond),
			"dispute" => Some(Self::Dispute),
			_ => None,
		}
	}

	/// Its name.
	pub fn name(self) -> &'static str {
		match self {
			Self::Purchase => "purchase",
			Self::Bond => "bond",
			Self::Dispute => "dispute",
		}
	}
}

/// How much of an asset a machine may spend in a period.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Cap {
	/// Which asset.
	pub asset: Asset,
	/// How much, in the asset's smallest unit.
	#[serde(serialize_with = "smallest")]
	pub per_period: u128,
}

/// What an owner lets his machine do with the money in its account.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct SpendingPolicy {
	/// What it may spend for; nothing else.
	pub purposes: Vec<Purpose>,
	/// After how many milliseconds it may spend as much again; 0 for never.
	pub period: u64,
	/// How much of which asset, for all purposes together; nothing of any other.
	pub caps: Vec<Cap>,
}

/// How much of an asset a machine may spend, and has spent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Budget {
	/// Which asset.
	pub asset: Asset,
	/// How much in a period, in the asset's smallest unit.
	#[serde(serialize_with = "smallest")]
	pub per_period: u128,
	/// How much of it is spent in this window.
	#[serde(serialize_with = "smallest")]
	pub spent: u128,
}

impl Budget {
	/// What may still be spent in this window, in the asset's smallest unit.
	pub fn left(&self) -> u128 {
		self.per_period.saturating_sub(self.spent)
	}
}

/// A machine's spending policy, and what was spent under it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Spending {
	/// What it may spend for.
	pub purposes: Vec<Purpose>,
	/// The period, in milliseconds; 0 if nothing comes back by itself.
	pub period: u64,
	/// When the window ends, in unix milliseconds of the chain; 0 when none has begun.
	pub renews_at: u64,
	/// The assets that it may spend.
	pub budgets: Vec<Budget>,
}

impl Spending {
	/// The same at `now`, by the chain's time: a window that is over is as one that never began.
	#[must_use]
	pub fn at(mut self, now: u64) -> Self {
		if is_over(self.period, self.renews_at, now) {
			self.renews_at = 0;
			for budget in &mut self.budgets {
				budget.spent = 0;
			}
		}
		self
	}

	/// Whether it lets the machine have a bond of this on hold, if no other one is.
	pub fn allows_bond(&self, asset: Asset, bond: u128) -> bool {
		let within = |budget: &Budget| budget.asset == asset && bond <= budget.per_period;
		self.purposes.contains(&Purpose::Bond) && self.budgets.iter().any(within)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn fees(period: u64, renews_at: u64) -> Fees {
		Fees {
			per_period: Amount(10),
			period,
			left: Amount(3),
			renews_at,
			last_seen: 7,
		}
	}

	#[test]
	fn an_allowance_is_whole_again_in_the_millisecond_in_which_its_window_ends() {
		assert_eq!(fees(60_000, 100).at(99), fees(60_000, 100));
		for now in [100, 101, u64::MAX] {
			let renewed = fees(60_000, 100).at(now);
			assert_eq!((renewed.left, renewed.renews_at), (Amount(10), 0), "{now}");
			assert_eq!(renewed.last_seen, 7);
		}
	}

	#[test]
	fn what_has_no_period_never_comes_back() {
		assert_eq!(fees(0, 0).at(u64::MAX), fees(0, 0));
	}

	#[test]
	fn a_budget_is_whole_again_when_its_window_ends() {
		let budget = |spent| Budget {
			asset: Asset::Native,
			per_period: 10,
			spent,
		};
		let spending = |renews_at, spent| Spending {
			purposes: vec![Purpose::Bond],
			period: 60_000,
			renews_at,
			budgets: vec![budget(spent)],
		};
		assert_eq!(spending(100, 4).at(99), spending(100, 4));
		assert_eq!(spending(100, 4).at(100), spending(0, 0));
		assert_eq!((budget(4).left(), budget(11).left()), (6, 0));
	}

	#[test]
	fn purposes_are_read_as_they_are_written() {
		for purpose in [Purpose::Purchase, Purpose::Bond, Purpose::Dispute] {
			assert_eq!(Purpose::named(purpose.name()), Some(purpose));
			assert!(Purpose::WORDS.contains(purpose.name()));
		}
		assert_eq!(Purpose::named("gift"), None);
	}
}
