//! The line of blocks without a node: whatever is announced, by whomever, each finalized block comes once and in order.

use super::*;
use proptest::prelude::*;

const NODE: &str = "ws://node";

/// A block of the one chain that is finalized; its hash is made of its height.
fn block(number: u64) -> BlockId {
	BlockId {
		number,
		hash: H256::from_low_u64_be(number + 1),
	}
}

fn child(number: u64) -> (BlockId, H256) {
	(block(number), H256::from_low_u64_be(number))
}

/// A block of a fork that is never finalized.
fn fork(number: u64) -> (BlockId, H256) {
	let hash = |number: u64| H256::from_low_u64_be(1_000_000 + number);
	let block = BlockId {
		number,
		hash: hash(number),
	};
	(block, hash(number - 1))
}

fn after(number: u64) -> Lineage {
	Lineage {
		last: Some(block(number)),
	}
}

#[test]
fn takes_an_unbroken_line_of_blocks() {
	let mut line = after(4);
	assert_eq!(line.step(NODE, block(7)), Ok(Step::LookUp(5..=7)));
	let taken = line.take(NODE, block(7), &[child(5), child(6), child(7)]).unwrap();
	assert_eq!(taken, [block(5), block(6), block(7)]);
	assert_eq!(line, after(7));
	assert_eq!(line.step(NODE, block(7)), Ok(Step::Wait), "what is repeated is no news");
}

#[test]
fn begins_with_the_newest_when_nothing_was_seen_before() {
	let mut line = Lineage::default();
	assert_eq!(line.step(NODE, block(9)), Ok(Step::LookUp(9..=9)));
	assert_eq!(line.take(NODE, block(9), &[child(9)]).unwrap(), [block(9)]);
}

#[test]
fn refuses_a_chain_that_does_not_continue_what_was_seen() {
	let refused = [
		after(4).take(NODE, block(9), &[fork(5)]),
		after(4).take(NODE, block(9), &[child(5), fork(6)]),
		// A gap.
		after(4).take(NODE, block(9), &[child(6)]),
		after(4).step(NODE, fork(4).0).map(|_| Vec::new()),
	];
	for refused in refused {
		let error = refused.unwrap_err();
		assert!(matches!(error, ChainError::Replaced { .. }), "{error}");
		assert!(error.to_string().contains("move the state_dir aside"), "{error}");
		assert!(error.to_string().contains(NODE), "{error}");
	}
}

#[test]
fn refuses_blocks_that_do_not_lead_to_the_finalized_one() {
	let mut line = after(4);
	let error = line.take(NODE, fork(6).0, &[child(5), child(6)]).unwrap_err();
	assert!(error.passes_by_itself(), "{error}");
	assert_eq!(line, after(4), "nothing of it is taken");
}

#[test]
fn a_node_that_is_behind_is_waited_for() {
	let error = after(4).step(NODE, block(3)).unwrap_err();
	assert!(
		matches!(error, ChainError::Behind { number: 3, seen: 4, .. }),
		"{error}"
	);
}

#[test]
fn a_gap_of_days_is_passed_over_and_one_of_hours_is_not() {
	let last = block(10);
	assert!(matches!(after(10).step(NODE, block(10 + MAX_GAP)), Ok(Step::LookUp(_))));
	let far = block(11 + MAX_GAP);
	assert_eq!(after(10).step(NODE, far), Ok(Step::PassOver(last, 11)));
	let mut line = after(10);
	line.pass_over(block(11));
	assert!(matches!(line.step(NODE, far), Ok(Step::LookUp(numbers)) if *numbers.start() == 12));
}

/// A node of the network: how far it is, and that what it has above that may be another fork.
#[derive(Clone, Copy, Debug, Default)]
struct Peer {
	finalized: u64,
}

impl Peer {
	fn block_of(self, number: u64) -> (BlockId, H256) {
		match number <= self.finalized {
			true => child(number),
			false => fork(number),
		}
	}
}

/// What happens next.
#[derive(Clone, Copy, Debug)]
enum Event {
	/// This node finalizes so many blocks at once, and announces the last one only.
	Finalizes(usize, u64),
	/// The client goes over to this node.
	Switches(usize),
	/// The node that is in use says again how far it is.
	Announces,
	/// The connection breaks after so many look-ups.
	Breaks(usize),
	/// The client is killed and started again.
	Restarts,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
	let event = prop_oneof![
		3 => (0usize..3, 0u64..90).prop_map(|(peer, blocks)| Event::Finalizes(peer, blocks)),
		2 => (0usize..3).prop_map(Event::Switches),
		3 => Just(Event::Announces),
		1 => (0usize..70).prop_map(Event::Breaks),
		1 => Just(Event::Restarts),
	];
	proptest::collection::vec(event, 1..80)
}

/// The client: the line in memory, and what was dealt with, as the journal keeps it.
#[derive(Default)]
struct Client {
	line: Lineage,
	seen: Vec<BlockId>,
}

impl Client {
	/// Looks up what this node has, but at most so many blocks before the connection breaks.
	fn look(&mut self, peer: Peer, most: usize) {
		let finalized = block(peer.finalized);
		let Ok(Step::LookUp(numbers)) = self.line.step(NODE, finalized) else {
			return;
		};
		let wanted = numbers.clone().count();
		let blocks: Vec<_> = numbers.take(most).map(|number| peer.block_of(number)).collect();
		// Half of a look-up is none.
		if blocks.len() == wanted {
			self.seen.extend(self.line.take(NODE, finalized, &blocks).unwrap());
		}
	}
}

proptest! {
	#[test]
	fn every_finalized_block_comes_once_and_in_order(events in events()) {
		let mut peers = [Peer { finalized: 5 }; 3];
		let (mut used, mut client) = (0, Client::default());
		client.look(peers[0], usize::MAX);
		for event in events {
			match event {
				Event::Finalizes(peer, blocks) => peers[peer].finalized += blocks,
				Event::Switches(peer) => used = peer,
				Event::Announces => client.look(peers[used], usize::MAX),
				Event::Breaks(after) => client.look(peers[used], after),
				Event::Restarts => client.line = Lineage { last: client.seen.last().copied() },
			}
		}
		// In the end it catches up with whoever is furthest.
		let furthest = peers.into_iter().max_by_key(|peer| peer.finalized).unwrap();
		while client.line.last.is_some_and(|last| last.number < furthest.finalized) {
			client.look(furthest, usize::MAX);
		}
		let expected: Vec<_> = (5..=furthest.finalized).map(block).collect();
		prop_assert_eq!(client.seen, expected);
	}
}
