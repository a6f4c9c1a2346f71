//! Something goes away for long, and the client stands it: its broker, its node, the space on its disk.
//!
//! | run | what goes away | what must hold |
//! |---|---|---|
//! | `broker` | the broker, while the client measures and does jobs; and for a whole simulated day | everything arrives in order or is said to be missing, memory is flat |
//! | `node` | the node, while a job runs and while none does | the job is done and paid, no call is sent twice, no reading is lost, memory is flat |
//! | `disk` | all space where the client keeps its state | the client lives, rules stop the machine, what is dropped is told, it goes on by itself |

mod arrivals;
mod broker_down;
mod day;
mod disk_full;
pub mod full_disk;
mod lines;
mod memory;
mod node_down;
mod stage;
mod table;

pub use arrivals::{Arrivals, Tried};
pub use lines::Lines;
pub use memory::{resident, Memory, Sampler};
pub use table::Table;

use anyhow::{Context, Result};
use clap::ValueEnum;
use std::time::Duration;

/// What goes away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Which {
	/// The broker.
	Broker,
	/// The node.
	Node,
	/// The space on the disk.
	Disk,
}

/// How long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
	/// The simulated time without a broker, in hours.
	pub hours: u64,
	/// How much the outbox of a second such day may hold, in MiB: too little for all; no second day if none.
	pub tight_mib: Option<u64>,
	/// The real time without a broker, and without a node; none for the simulated days alone.
	pub away: Duration,
	/// The real time without space.
	pub full: Duration,
}

/// The usual outbox, in MiB.
const USUAL_MIB: u64 = 256;

/// Takes one thing away. What happens is told as it does; each table as soon as it is there.
///
/// # Errors
/// When something does not hold: what.
pub async fn run(which: Which, plan: &Plan, mut tell: impl FnMut(&str)) -> Result<()> {
	match which {
		Which::Broker => {
			let table = day::run(plan.hours, USUAL_MIB, &mut tell).await;
			tell(&format!("\n{}\n", table.context("a day with no broker")?));
			if let Some(mib) = plan.tight_mib {
				let table = day::run(plan.hours, mib, &mut tell).await;
				tell(&format!(
					"\n{}\n",
					table.context("a day with no broker and little room")?
				));
			}
			if plan.away.is_zero() {
				return Ok(());
			}
			let table = broker_down::run(plan.away, &mut tell).await;
			tell(&format!("\n{}\n", table.context("the client with no broker")?));
		}
		Which::Node => {
			let table = node_down::run(plan.away, &mut tell).await;
			tell(&format!("\n{}\n", table.context("the client with no node")?));
		}
		Which::Disk => {
			let table = disk_full::run(plan.full, &mut tell).await;
			tell(&format!("\n{}\n", table.context("the client on a full disk")?));
		}
	}
	Ok(())
}
