//! The tests, in the order in which they run on one network.

mod blocks;
mod faults;
mod jobs;
mod load;
mod state;
mod upgrade;
mod xcm;

use crate::stage::Stage;
use anyhow::Result;
use futures::future::LocalBoxFuture;

/// What was seen, in lines for people.
pub type Seen = Vec<String>;

/// One test.
#[derive(Clone, Copy)]
pub struct Test {
	/// What it is called.
	pub name: &'static str,
	/// What must hold.
	pub claim: &'static str,
	/// Tries it.
	pub run: for<'a> fn(&'a mut Stage) -> LocalBoxFuture<'a, Result<Seen>>,
}

macro_rules! tests {
	($($name:literal, $claim:literal, $run:path;)*) => {
		[$(Test { name: $name, claim: $claim, run: |stage| Box::pin($run(stage)) }),*]
	};
}

/// All of them. The first is the shortest.
pub const TESTS: [Test; 17] = tests! {
	"backed", "blocks are backed, included in the relay chain and finalized", blocks::backed;
	"life-cycle", "a job from order to payment through a collator, read at the full node", jobs::life_cycle;
	"third-collator", "a third collator joins and makes blocks", blocks::third_collator;
	"metrics", "a collator exports the metrics that alerts and dashboard go by", blocks::metrics;
	"collator-crash", "a job ends paid although the collator that its client works by crashes in the middle", faults::collator_crash;
	"validator-crash", "finality goes on after a validator's crash, nothing is undone", faults::validator_crash;
	"partition", "a collator that is cut off catches up when it is not any more", faults::partition;
	"collators-down", "with all collators down for 20 relay blocks, deadlines move and a job ends paid", faults::collators_down;
	"storm", "5,120 job calls: all in finalized blocks, none lost, none doubled; beside them as many transfers", load::storm;
	"upgrade", "the runtime is replaced with 1,024 jobs in flight; all of them finish", upgrade::upgrade;
	"large-block", "a block near the limits of length and proof is backed and finalized", load::large_block;
	"relay-token", "the relay chain's token comes in and goes out by reserve; a teleport is refused", xcm::transfers;
	"light-client", "the client's light client syncs, and says what the nodes say", jobs::light_client;
	"sync", "a new full node syncs from the first block", blocks::sync;
	"warp", "another one goes to the newest state by proofs of finality alone", blocks::warp;
	"state", "all holds in the state that a node exports, and would after an upgrade", state::state;
	"witness", "a client followed every finalized block of all this, once each and in order", blocks::witness;
};
