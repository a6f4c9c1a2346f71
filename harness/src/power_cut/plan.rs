//! When the power goes.

use super::News;
use rand::{rngs::StdRng, seq::IndexedRandom, Rng, SeedableRng};
use std::time::Duration;

/// At which point of a job the power goes, some random time after it has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
	/// The client was started just now.
	Starting,
	/// It examines the recipe.
	Examining,
	/// It accepts the order.
	Accepting,
	/// It tells the chain that it starts.
	Beginning,
	/// The machine moves.
	Moving,
	/// A unit is made.
	UnitMade,
	/// It delivers.
	Delivering,
	/// It gives the job up.
	GivingUp,
	/// Nothing in particular happens.
	Idle,
}

impl Moment {
	const ALL: [Self; 9] = [
		Self::Starting,
		Self::Examining,
		Self::Accepting,
		Self::Beginning,
		Self::Moving,
		Self::UnitMade,
		Self::Delivering,
		Self::GivingUp,
		Self::Idle,
	];

	/// What it is called in the table.
	pub fn name(self) -> &'static str {
		match self {
			Self::Starting => "the client starts",
			Self::Examining => "the recipe is examined",
			Self::Accepting => "the order is accepted",
			Self::Beginning => "the start is told",
			Self::Moving => "the machine moves",
			Self::UnitMade => "a unit is made",
			Self::Delivering => "the delivery is told",
			Self::GivingUp => "the job is given up",
			Self::Idle => "nothing in particular",
		}
	}

	/// Whether the client tells of it.
	pub(super) fn is(self, news: &News) -> bool {
		let doing = |words: &str| news.event == "doing" && news.text("doing").starts_with(words);
		match self {
			Self::Starting | Self::Idle => false,
			Self::Examining => doing("examining"),
			Self::Accepting => doing("accepting"),
			Self::Beginning => doing("starting"),
			Self::Moving => news.event == "output",
			Self::UnitMade => news.event == "unit_made",
			Self::Delivering => doing("delivering"),
			Self::GivingUp => doing("giving up"),
		}
	}

	/// Whether there is nothing to wait for.
	pub(super) fn needs_nothing(self) -> bool {
		matches!(self, Self::Starting | Self::Idle)
	}
}

/// Draws everything that is left to chance, the same each time for one seed.
#[derive(Debug)]
pub struct Plan(StdRng);

impl Plan {
	/// Of this seed.
	pub fn new(seed: u64) -> Self {
		Self(StdRng::seed_from_u64(seed))
	}

	/// Units of the next job.
	pub(super) fn units(&mut self) -> u32 {
		self.0.random_range(1..=3)
	}

	/// When the power goes in the next job.
	pub(super) fn moments(&mut self) -> Vec<Moment> {
		let count = self.0.random_range(2..=6);
		let mut moments: Vec<_> = Moment::ALL.choose_multiple(&mut self.0, count).copied().collect();
		// In the order of a job's life, with starts anywhere.
		moments.sort_by_key(|moment| Moment::ALL.iter().position(|one| one == moment));
		if let Some(place) = moments.iter().position(|moment| *moment == Moment::Starting) {
			let to = self.0.random_range(0..moments.len());
			let moment = moments.remove(place);
			moments.insert(to, moment);
		}
		moments
	}

	/// How long after the moment.
	pub(super) fn delay(&mut self, moment: Moment) -> Duration {
		let most = match moment {
			// A start takes a second and more, most of it for the keystore.
			Moment::Starting => 3_000,
			Moment::Moving | Moment::Idle => 1_500,
			_ => 600,
		};
		Duration::from_millis(self.0.random_range(0..most))
	}

	/// How long there is no power.
	pub(super) fn darkness(&mut self) -> Duration {
		let longest = if self.0.random_bool(0.1) { 5_000 } else { 300 };
		Duration::from_millis(self.0.random_range(0..longest))
	}

	/// Whether the broker goes away for a moment as well.
	pub(super) fn restarts_the_broker(&mut self) -> bool {
		self.0.random_bool(0.3)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_seed_makes_the_same_plan_and_every_moment_comes() {
		let plan = |seed| {
			let mut plan = Plan::new(seed);
			(0..50).flat_map(|_| plan.moments()).collect::<Vec<_>>()
		};
		assert_eq!(plan(1), plan(1));
		assert_ne!(plan(1), plan(2));
		assert!(Moment::ALL.iter().all(|moment| plan(1).contains(moment)));
	}
}
