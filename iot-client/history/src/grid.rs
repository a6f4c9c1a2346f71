//! Which steps an answer has, and from which tier it comes.

use crate::{
	record::Account,
	tier::{floor, Tier},
};

/// Steps that people like, in milliseconds; above them whole days.
const STEPS: [u64; 17] = [
	1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000, 3_600_000,
	7_200_000, 10_800_000, 21_600_000, 43_200_000,
];
const DAY: u64 = 86_400_000;

/// The steps of an answer, by whole multiples since 1970: those of two answers lie on each other, and each is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grid {
	/// When the first begins.
	pub(crate) origin: u64,
	/// Their length, in milliseconds.
	pub(crate) step: u64,
	/// How many.
	pub(crate) count: usize,
}

impl Grid {
	/// The finest steps of `least` and more for which `points` reach from `from` to before `to`.
	pub(crate) fn new(from: u64, to: u64, points: usize, least: u64) -> Self {
		let last = to.saturating_sub(1).max(from);
		let grid = |step: u64| Self {
			origin: floor(from, step),
			step,
			count: usize::try_from(last / step - from / step).map_or(usize::MAX, |steps| steps.saturating_add(1)),
		};
		// Two steps may be needed for the shortest time; they become one at the end.
		let most = points.max(2);
		let nice = STEPS.into_iter().filter(|step| *step >= least).map(grid);
		let fitting = nice.chain(std::iter::once(grid(DAY))).find(|grid| grid.count <= most);
		let found = fitting.unwrap_or_else(|| {
			// A time of n steps touches n + 1 at most.
			let least = (last - from).div_ceil(most as u64 - 1);
			grid(least.div_ceil(DAY).saturating_mul(DAY))
		});
		match found.count > points {
			true => Self {
				step: found.step.saturating_mul(2),
				count: 1,
				..found
			},
			false => found,
		}
	}

	/// When the last step ends.
	pub(crate) fn end(&self) -> u64 {
		self.origin.saturating_add(self.step.saturating_mul(self.count as u64))
	}

	/// In which step `at` lies.
	pub(crate) fn index(&self, at: u64) -> Option<usize> {
		let index = at.checked_sub(self.origin)? / self.step;
		usize::try_from(index).ok().filter(|index| *index < self.count)
	}

	/// When a step begins.
	pub(crate) fn start(&self, index: usize) -> u64 {
		self.origin.saturating_add(self.step.saturating_mul(index as u64))
	}
}

/// The steps of an answer, and the tier that it is read from: the finest that has all of the time, or the one that reaches
/// back furthest. Rows of a coarser one whose steps divide those of the answer say the same, and are fewer.
pub(crate) fn plan(account: &Account, from: u64, to: u64, points: usize) -> (Grid, Tier) {
	let gone_before = |tier: Tier| tier.of(&account.tiers).gone_before;
	let grid = |tier: Tier| Grid::new(from, to, points, tier.step());
	let whole = Tier::ALL
		.into_iter()
		.find(|tier| gone_before(*tier) <= grid(*tier).origin);
	let furthest = || {
		Tier::ALL
			.into_iter()
			.min_by_key(|tier| gone_before(*tier))
			.unwrap_or(Tier::Hour)
	};
	let base = whole.unwrap_or_else(furthest);
	let grid = grid(base);
	let says_the_same = |tier: &Tier| {
		let divides = grid.step.is_multiple_of(tier.step()) && grid.origin.is_multiple_of(tier.step());
		divides && (gone_before(*tier) <= grid.origin || *tier == base)
	};
	let tier = Tier::ALL.into_iter().rev().find(says_the_same).unwrap_or(base);
	(grid, tier)
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	const MINUTE: u64 = 60_000;

	proptest! {
		#[test]
		fn the_steps_reach_over_the_whole_time_and_are_not_too_many(
			from in prop_oneof![0..4_000_000_000_000_u64, any::<u64>()],
			length in prop_oneof![1..10_000_000_u64, 1..400_000_000_000_u64, 1..u64::MAX],
			points in 1..2001_usize,
			tier in prop::sample::select(Tier::ALL.to_vec()),
		) {
			let to = from.saturating_add(length).max(from.saturating_add(1));
			let grid = Grid::new(from, to, points, tier.step());
			prop_assert!(grid.count >= 1 && grid.count <= points, "{grid:?}");
			prop_assert!(grid.origin <= from && grid.end() >= to, "{grid:?}");
			prop_assert!(grid.step >= tier.step() && grid.step.is_multiple_of(tier.step()));
			prop_assert_eq!(grid.index(from), Some(0));
			prop_assert_eq!(grid.index(to.max(from + u64::from(from < u64::MAX)) - 1), Some(grid.count - 1));
		}
	}

	#[test]
	fn takes_the_finest_steps_that_fit() {
		let cases = [
			(0, MINUTE, 60, 1000),
			(0, MINUTE, 59, 2000),
			(0, 60 * MINUTE, 2000, 2000),
			(0, DAY, 1000, 120_000),
			(0, 30 * DAY, 720, 3_600_000),
			(0, 3650 * DAY, 100, 37 * DAY),
			(999, 1001, 1, 2000),
		];
		for (from, to, points, step) in cases {
			assert_eq!(Grid::new(from, to, points, 1000).step, step, "{from} {to} {points}");
		}
	}

	#[test]
	fn reads_the_finest_tier_that_has_all_and_a_coarser_that_says_the_same() {
		let mut account = Account::default();
		account.tiers[0].gone_before = 10 * DAY;
		account.tiers[1].gone_before = 5 * DAY;
		let (now, hour) = (20 * DAY, 60 * MINUTE);
		let cases = [
			(now - MINUTE, now, 100, 1000, Tier::Second),
			(now - hour, now, 100, MINUTE, Tier::Minute),
			(now - 9 * DAY, now, 2000, 600_000, Tier::Minute),
			(now - 9 * DAY, now, 300, hour, Tier::Hour),
			(9 * DAY, 9 * DAY + 10 * MINUTE, 1000, MINUTE, Tier::Minute),
			(4 * DAY, 4 * DAY + 10 * MINUTE, 1000, hour, Tier::Hour),
		];
		for (from, to, points, step, tier) in cases {
			let (grid, found) = plan(&account, from, to, points);
			assert_eq!((grid.step, found), (step, tier), "{from} {to} {points}");
		}
		account.tiers[2].gone_before = 6 * DAY;
		assert_eq!(
			plan(&account, 0, DAY, 100).1,
			Tier::Minute,
			"the one that reaches back furthest"
		);
	}
}
