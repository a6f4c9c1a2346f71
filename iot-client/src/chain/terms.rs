//! The terms of an offer as this client has them.

use super::types::smallest;
#[cfg(test)]
use crate::amount::Amount;
use crate::asset::Asset;
use serde::Serialize;
use subxt::utils::{AccountId32, H256};

/// From this many units on, all units of an order cost this.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Tier {
	/// The smallest order.
	pub from_units: u32,
	/// Price of one unit, in the asset's smallest unit.
	#[serde(serialize_with = "smallest")]
	pub unit_price: u128,
}

/// When a machine works.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Calendar {
	/// The times of each week, in minutes from Monday 00:00 UTC: first minute, and minute after the last. None for always.
	pub week: Vec<(u16, u16)>,
	/// The exceptions, in unix milliseconds: beginning and end.
	pub closures: Vec<(u64, u64)>,
}

/// What the customer pays for calling a job off, in parts per million of the unpaid price.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct CancellationFees {
	/// Once the machine has accepted.
	pub accepted: u32,
	/// Once it has started.
	pub started: u32,
}

/// How often, and how fast, a machine mends what it delivered.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Rework {
	/// How many times units may be sent back.
	pub rounds: u8,
	/// How long the machine has each time, in milliseconds.
	pub window: u64,
}

/// How disputes over rejected units are decided.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct DisputeTerms {
	/// Whom the machine's owner takes as arbiter.
	pub arbiters: Vec<AccountId32>,
	/// How long the machine's side may think about a rejection, in milliseconds.
	pub challenge_window: u64,
	/// How long the arbiter may take to accept the case, in milliseconds.
	pub case_window: u64,
	/// How long he may then take to rule, in milliseconds.
	pub ruling_window: u64,
}

/// The terms of an offer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Terms {
	/// What is for sale.
	pub capability: String,
	/// Where the work is done, as ISO 3166 has it ("DE", "DE-HB"); empty for anywhere.
	pub region: String,
	/// What price and bond are in, and what an order costs besides.
	pub asset: Asset,
	/// Price of one unit, in the asset's smallest unit.
	#[serde(serialize_with = "smallest")]
	pub unit_price: u128,
	/// Other prices of larger orders.
	pub tiers: Vec<Tier>,
	/// Largest order.
	pub max_units: u32,
	/// What the machine puts on hold for each order that it accepts, in the asset's smallest unit.
	#[serde(serialize_with = "smallest")]
	pub bond: u128,
	/// How long an order waits for acceptance, in milliseconds.
	pub accept_window: u64,
	/// The least working time between order and delivery deadline, in milliseconds.
	pub lead_time: u64,
	/// When the machine works.
	pub calendar: Calendar,
	/// How long the customer may look at a delivery, in milliseconds.
	pub review_window: u64,
	/// The share of a rejected unit's price that the machine keeps, in parts per million.
	pub rejection_fee: u32,
	/// What the customer pays for calling the job off.
	pub cancellation: CancellationFees,
	/// Whether units may be sent back to be mended.
	pub rework: Option<Rework>,
	/// Whether a rejection may be disputed, and before whom.
	pub disputes: Option<DisputeTerms>,
	/// Hash of the schema that recipes must follow.
	pub recipe_schema: H256,
	/// Hash of the contract text; zero for none.
	pub contract: H256,
	/// The law that governs the contract, as a region; empty if none is named.
	pub governing_law: String,
}

impl Terms {
	/// Price of one unit in an order of so many.
	pub fn unit_price_of(&self, units: u32) -> u128 {
		let tier = self.tiers.iter().rev().find(|tier| tier.from_units <= units);
		tier.map_or(self.unit_price, |tier| tier.unit_price)
	}
}

#[cfg(test)]
impl Terms {
	/// Drilling at 2 BPI a unit, at most 10 units, with a bond of 1 BPI, for tests.
	pub(crate) fn example() -> Self {
		Self {
			capability: "drilling".to_owned(),
			region: String::new(),
			asset: Asset::Native,
			unit_price: Amount::bpi(2).0,
			tiers: vec![],
			max_units: 10,
			bond: Amount::bpi(1).0,
			accept_window: 60_000,
			lead_time: 60_000,
			calendar: Calendar::default(),
			review_window: 60_000,
			rejection_fee: 100_000,
			cancellation: CancellationFees::default(),
			rework: None,
			disputes: None,
			recipe_schema: H256::zero(),
			contract: H256::zero(),
			governing_law: String::new(),
		}
	}
}
