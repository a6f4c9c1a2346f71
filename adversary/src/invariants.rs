//! What must hold after each block, whatever was called in it.

mod market;
mod names;
mod trace;

use self::{market::Trade, names::Names, trace::Carriage};
use crate::{
	ledger::{COIN, DOLLARS, EUROS},
	market::Market,
	parties::{account, THIEF},
	target::Target,
	trace::Trace,
	world::{Standing, World},
};
use bpiiot_primitives::JobId;
use bpiiot_runtime::{Assets, Balance, Balances, RuntimeEvent, System};
use frame_support::traits::fungible::Inspect as _;
use pallet_jobs::JobState;
use std::rc::Rc;

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
	/// Sorted.
	jobs: Vec<(JobId, Standing)>,
	market: Rc<Market>,
	trade: Trade,
	names: Names,
	trace: Rc<Trace>,
	carriage: Carriage,
}

impl Watch {
	/// What is so now, in this world.
	pub fn begin(world: &World) -> Self {
		Self {
			issuance: Balances::total_issuance(),
			supplies: [DOLLARS, EUROS].map(Assets::total_supply),
			thief: loot(),
			jobs: world.jobs.clone(),
			market: world.market.clone(),
			trade: Trade::default(),
			names: Names::default(),
			trace: world.trace.clone(),
			carriage: Carriage::default(),
		}
	}

	/// Looks at the ledger after a block of so many calls, which has left this world.
	///
	/// # Errors
	/// When something does not hold.
	pub fn look(&mut self, world: &World, targets: &[Box<dyn Target>], calls: usize) -> Result<(), Broken> {
		let mut now = Self::begin(world);
		let events: Vec<_> = System::read_events_no_consensus().map(|record| record.event).collect();
		self.no_money_from_nowhere(&now, calls, &events)?;
		self.nothing_for_the_thief(&now)?;
		self.jobs_move_on(&now)?;
		self.trade.look(&events, &self.market, &now.market)?;
		self.names.look(&events, &now.market)?;
		self.carriage.look(&events, &self.trace, &now.trace)?;
		for target in targets {
			let rule = || format!("try-state of {}", target.name());
			target
				.try_state()
				.map_err(|broken| Broken::new(rule(), format!("{broken:?}")))?;
		}
		now.trade = std::mem::take(&mut self.trade);
		now.names = std::mem::take(&mut self.names);
		now.carriage = std::mem::take(&mut self.carriage);
		*self = now;
		Ok(())
	}

	/// Invariant 2: an issuance only changes by what the SDK tells of as dust.
	fn no_money_from_nowhere(&self, now: &Self, calls: usize, events: &[RuntimeEvent]) -> Result<(), Broken> {
		if now.issuance != self.issuance {
			let lost = self.issuance.checked_sub(now.issuance);
			let dust = dust(events);
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
			let now = now
				.jobs
				.binary_search_by_key(id, |(id, _)| *id)
				.map(|place| now.jobs[place].1);
			let settled = matches!(before.state, JobState::Settled(_));
			// It may have been removed.
			if let Ok(now) = now {
				if now < *before || (settled && now != *before) {
					let seen = format!("job {} from {before:?} to {now:?}", id.0);
					return Err(Broken::new("a job only moves on", seen));
				}
			}
		}
		Ok(())
	}
}

/// What the thief has, of everything.
fn loot() -> [Balance; 3] {
	let thief = account(THIEF);
	[
		Balances::total_balance(&thief),
		Assets::balance(DOLLARS, &thief),
		Assets::balance(EUROS, &thief),
	]
}

/// What was lost as dust in this block.
fn dust(events: &[RuntimeEvent]) -> Balance {
	let lost = events.iter().map(|event| match event {
		RuntimeEvent::Balances(pallet_balances::Event::DustLost { amount, .. }) => *amount,
		_ => 0,
	});
	lost.sum()
}
