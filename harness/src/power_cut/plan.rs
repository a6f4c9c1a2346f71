//! When the power goes, and how.

use super::{torn::Aim, News};
use rand::{
	rngs::StdRng,
	seq::{IndexedRandom, SliceRandom},
	Rng, SeedableRng,
};
use std::time::Duration;

/// What a power cut leaves of what was written and not forced to the disk.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Cut {
	/// All of it: the client is killed, and the kernel writes what it left.
	Plain,
	/// Nothing, or parts.
	Torn,
}

impl Cut {
	/// The client that is cut so.
	pub(super) fn program(self) -> &'static str {
		match self {
			Self::Plain => "iot-client",
			Self::Torn => "bpiiot-torn-client",
		}
	}
}

/// At which point of a job the power goes, some random time after it has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Moment {
	/// The client makes its stores, at its first start ever. Comes before all jobs.
	Making,
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
			Self::Making => "the stores are made",
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
			Self::Making | Self::Starting | Self::Idle => false,
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
		matches!(self, Self::Making | Self::Starting | Self::Idle)
	}
}

/// Draws everything that is left to chance, the same each time for one seed.
#[derive(Debug)]
pub struct Plan {
	chance: StdRng,
	/// Half of the cuts are of each kind, in an order by chance.
	cuts: Vec<Cut>,
}

impl Plan {
	/// Of this seed.
	pub fn new(seed: u64) -> Self {
		Self {
			chance: StdRng::seed_from_u64(seed),
			cuts: Vec::new(),
		}
	}

	/// Units of the next job.
	pub(super) fn units(&mut self) -> u32 {
		self.chance.random_range(1..=3)
	}

	/// When the power goes in the next job.
	pub(super) fn moments(&mut self) -> Vec<Moment> {
		let count = self.chance.random_range(2..=6);
		let mut moments: Vec<_> = Moment::ALL.choose_multiple(&mut self.chance, count).copied().collect();
		// In the order of a job's life, with starts anywhere.
		moments.sort_by_key(|moment| Moment::ALL.iter().position(|one| one == moment));
		if let Some(place) = moments.iter().position(|moment| *moment == Moment::Starting) {
			let to = self.chance.random_range(0..moments.len());
			let moment = moments.remove(place);
			moments.insert(to, moment);
		}
		moments
	}

	/// How long after the moment.
	pub(super) fn delay(&mut self, moment: Moment) -> Duration {
		let most = match moment {
			// A start takes a second and more, most of it for the keystore.
			Moment::Making | Moment::Starting => 3_000,
			Moment::Moving | Moment::Idle => 1_500,
			_ => 600,
		};
		Duration::from_millis(self.chance.random_range(0..most))
	}

	/// How the next cut is: of two, one is torn.
	pub(super) fn cut(&mut self) -> Cut {
		if self.cuts.is_empty() {
			self.cuts = vec![Cut::Plain, Cut::Torn];
			self.cuts.shuffle(&mut self.chance);
		}
		self.cuts.pop().unwrap_or(Cut::Plain)
	}

	/// At which sync a client that tears cuts its own power; `None`: it is killed from outside, at any moment.
	pub(super) fn aim(&mut self, moment: Moment) -> Option<Aim> {
		let chance = &mut self.chance;
		let (aimed, store, seed) = (chance.random_bool(0.75), chance.random_range(0..20), chance.random());
		let (file, most) = match (moment, store) {
			// Outbox and history are opened or made, and the journal.
			(Moment::Making, _) => ("", 18),
			(Moment::Starting, _) => ("", 8),
			(_, 0..13) => ("journal", 3),
			(_, 13..17) => ("cloud", 5),
			_ => ("history", 3),
		};
		let after = chance.random_range(0..most);
		let file = file.to_owned();
		aimed.then_some(Aim { file, after, seed })
	}

	/// How long there is no power.
	pub(super) fn darkness(&mut self) -> Duration {
		let longest = if self.chance.random_bool(0.1) { 5_000 } else { 300 };
		Duration::from_millis(self.chance.random_range(0..longest))
	}

	/// Whether the broker goes away for a moment as well.
	pub(super) fn restarts_the_broker(&mut self) -> bool {
		self.chance.random_bool(0.3)
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

	#[test]
	fn half_of_the_cuts_are_torn_and_not_every_second_one() {
		let mut plan = Plan::new(1);
		let cuts: Vec<_> = (0..100).map(|_| plan.cut()).collect();
		assert_eq!(cuts.iter().filter(|cut| **cut == Cut::Torn).count(), 50);
		assert!(cuts.windows(2).any(|pair| pair == [Cut::Torn, Cut::Torn]));
		assert!(cuts.windows(2).any(|pair| pair == [Cut::Plain, Cut::Plain]));
	}

	#[test]
	fn most_of_the_torn_cuts_are_aimed_at_a_sync_of_one_of_the_stores() {
		let mut plan = Plan::new(1);
		let aims: Vec<_> = (0..100).filter_map(|_| plan.aim(Moment::Accepting)).collect();
		assert!((60..90).contains(&aims.len()), "{}", aims.len());
		for (file, least, most) in [("journal", 30, 60), ("cloud", 5, 30), ("history", 5, 25)] {
			let aimed = aims.iter().filter(|aim| aim.file == file).count();
			assert!((least..most).contains(&aimed), "{file}: {aimed}");
		}
		assert!(aims.windows(2).all(|pair| pair[0].seed != pair[1].seed));
	}
}
