//! What must hold after each block, whatever was called in it.

use crate::{
	ledger::{COIN, DOLLARS, EUROS},
	parties::{account, THIEF},
	target::Target,
	world::wealth,
};
use bpiiot_primitives::JobId;
use bpiiot_runtime::{Assets, Balance, Balances, Runtime, RuntimeEvent, System};
use pallet_jobs::JobState;
use std::collections::BTreeMap;

/// Something that does not hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
	/// Which of the rules, in few words that stay the same when the script changes.
	pub rule: String,
	/// What was seen.
	pub seen: String,
}

impl Broken {
	/// A rule, and what was seen instead.
	pub fn new(rule: impl Into<String>, seen: impl Into<String>) -> Self {
		Self {
			rule: rule.into(),
			seen: seen.into(),
		}
	}
}

/// What was so after the block before.
#[derive(Clone, Debug)]
pub struct Watch {
	issuance: Balance,
	supplies: [Balance; 2],
	thief: [Balance; 3],
	jobs: BTreeMap<JobId, Standing>,
}

/// How far a job is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Standing {
	/// Rework makes a job begin again: the fewer rounds are left, the further it is.
	rounds_used: u8,
	rank: u8,
}

impl Watch {
	/// What is so now.
	pub fn begin() -> Self {
		Self {
			issuance: Balances::total_issuance(),
			supplies: [DOLLARS, EUROS].map(Assets::total_supply),
			thief: loot(),
			jobs: standings(),
		}
	}

	/// Looks at the ledger after a block of so many calls.
	///
	/// # Errors
	/// When something does not hold.
	pub fn look(&mut self, targets: &[Box<dyn Target>], calls: usize) -> Result<(), Broken> {
		let now = Self::begin();
		self.no_money_from_nowhere(&now, calls)?;
		self.nothing_for_the_thief(&now)?;
		self.jobs_move_on(&now)?;
		for target in targets {
			let rule = || format!("try-state of {}", target.name());
			target
				.try_state()
				.map_err(|broken| Broken::new(rule(), format!("{broken:?}")))?;
		}
		*self = now;
		Ok(())
	}

	/// Invariant 2: an issuance only changes by what the SDK tells of as dust.
	fn no_money_from_nowhere(&self, now: &Self, calls: usize) -> Result<(), Broken> {
		if now.issuance != self.issuance {
			let lost = self.issuance.checked_sub(now.issuance);
			let dust = dust();
			if lost != Some(dust) {
				let seen = format!("from {} to {} with {dust} of dust", self.issuance, now.issuance);
				return Err(Broken::new("the native issuance stays", seen));
			}
		}
		let least = COIN / 100;
		for (before, now) in self.supplies.iter().zip(&now.supplies) {
			let lost = before.checked_sub(*now);
			// Dust of an asset: less than its minimum balance for each account that a call touched.
			if lost.is_none_or(|lost| lost > least * 4 * calls as Balance) {
				return Err(Broken::new(
					"an asset's supply stays",
					format!("from {before} to {now}"),
				));
			}
		}
		Ok(())
	}

	/// He has tried what only others may, and nothing that he could earn by.
	fn nothing_for_the_thief(&self, now: &Self) -> Result<(), Broken> {
		match self.thief.iter().zip(&now.thief).all(|(before, now)| now <= before) {
			true => Ok(()),
			false => {
				let seen = format!("from {:?} to {:?}", self.thief, now.thief);
				Err(Broken::new("nothing comes to a thief", seen))
			}
		}
	}

	/// Invariants 3 and 4: a job only moves down the published list, and what is settled stays settled.
	fn jobs_move_on(&self, now: &Self) -> Result<(), Broken> {
		for (id, before) in &self.jobs {
			let settled = before.rank == SETTLED;
			match now.jobs.get(id) {
				Some(now) if now < before || (settled && now != before) => {
					let seen = format!("job {} from {before:?} to {now:?}", id.0);
					return Err(Broken::new("a job only moves on", seen));
				}
				_ => {}
			}
		}
		Ok(())
	}
}

/// What the thief has, of everything.
fn loot() -> [Balance; 3] {
	let thief = account(THIEF);
	[
		wealth(&thief),
		Assets::balance(DOLLARS, &thief),
		Assets::balance(EUROS, &thief),
	]
}

/// What was lost as dust in this block.
fn dust() -> Balance {
	let events = System::read_events_no_consensus();
	let lost = events.map(|record| match record.event {
		RuntimeEvent::Balances(pallet_balances::Event::DustLost { amount, .. }) => amount,
		_ => 0,
	});
	lost.sum()
}

const SETTLED: u8 = 6;

fn standings() -> BTreeMap<JobId, Standing> {
	let jobs = pallet_jobs::Jobs::<Runtime>::iter();
	jobs.map(|(id, job)| {
		let rank = match job.state {
			JobState::Ordered => 0,
			JobState::Accepted => 1,
			JobState::Started => 2,
			JobState::Delivered => 3,
			JobState::Rejected => 4,
			JobState::Disputed => 5,
			JobState::Settled(_) => SETTLED,
		};
		let rounds_used = u8::MAX - job.rework.map_or(0, |rework| rework.rounds);
		(id, Standing { rounds_used, rank })
	})
	.collect()
}
