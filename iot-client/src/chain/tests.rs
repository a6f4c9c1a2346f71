//! The chain through nodes that are played: changes of the node, every finalized block once, and proofs.

use super::{
	fake::{FakeNode, State},
	finalized::FinalizedBlocks,
	link::Begin,
	roster::{Endpoint, Standing},
	types::{ChainTime, JobId},
	Chain, ChainError, Claim, Nodes,
};
use std::time::Duration;
use subxt::utils::H256;
use tokio::time::timeout;

/// How long a node may stand still here.
const STALL: Duration = Duration::from_secs(1);
/// Longest wait for anything that should happen.
const SOON: Duration = Duration::from_secs(60);
const CHAIN: u8 = 1;

/// The place of the clocks in the state: `twox_128("Escrow") ++ twox_128("Clock")`.
fn clock_key() -> Vec<u8> {
	use subxt::ext::frame_decode::storage::encode_storage_key_prefix;
	encode_storage_key_prefix("Escrow", "Clock").to_vec()
}

fn clock(unix: u64) -> Vec<u8> {
	[unix.to_le_bytes().as_slice(), &[0; 9]].concat()
}

fn time(unix: u64) -> Claim {
	Claim::Time(ChainTime {
		unix,
		..ChainTime::default()
	})
}

/// A state with the clocks at 7 s and much else.
fn state() -> State {
	let others = (0u8..200).map(|index| (crate::wallet::blake2_256([&[index]]).to_vec(), vec![index; 40]));
	others.chain([(clock_key(), clock(7_000))]).collect()
}

async fn node(blocks: u64) -> FakeNode {
	FakeNode::start(CHAIN, state(), blocks).await
}

fn chain(nodes: &[&FakeNode]) -> Chain {
	let endpoints = nodes.iter().map(|node| node.url()).collect();
	Chain::connect(Nodes {
		stall: STALL,
		..Nodes::new(endpoints)
	})
}

/// Waits until the chain is reached by this node.
async fn reached_by(chain: &Chain, node: &FakeNode) {
	let reached = async {
		while chain.connected().map(|session| session.endpoint().to_owned()) != Some(node.url()) {
			tokio::time::sleep(Duration::from_millis(10)).await;
		}
	};
	timeout(SOON, reached)
		.await
		.unwrap_or_else(|_| panic!("{:?}", chain.endpoints()));
}

/// How a node stands, once that `is` as wanted.
async fn stands(chain: &Chain, node: &FakeNode, is: impl Fn(&Standing) -> bool) -> Standing {
	let standing = async {
		loop {
			let endpoints = chain.endpoints();
			let one = endpoints.into_iter().find(|Endpoint { url, .. }| *url == node.url());
			let standing = one.unwrap().standing;
			if is(&standing) {
				return standing;
			}
			tokio::time::sleep(Duration::from_millis(10)).await;
		}
	};
	timeout(SOON, standing)
		.await
		.unwrap_or_else(|_| panic!("{:?}", chain.endpoints()))
}

/// The next finalized blocks up to this height, by their heights.
async fn up_to(blocks: &mut FinalizedBlocks, height: u64) -> Vec<u64> {
	let mut seen = Vec::new();
	while seen.last() != Some(&height) {
		seen.push(timeout(SOON, blocks.next()).await.unwrap().unwrap().number);
	}
	seen
}

#[tokio::test]
async fn every_block_comes_once_while_nodes_come_and_go() {
	let (mut first, mut second) = (node(5).await, node(5).await);
	let chain = chain(&[&first, &second]);
	let mut blocks = FinalizedBlocks::after(chain.clone(), None);
	assert_eq!(up_to(&mut blocks, 5).await, [5]);
	// Many blocks at once, announced once.
	first.finalize(100);
	second.finalize(102);
	assert_eq!(up_to(&mut blocks, 105).await, (6..=105).collect::<Vec<_>>());
	// The node in use goes away.
	first.go();
	reached_by(&chain, &second).await;
	let why = stands(&chain, &first, |standing| matches!(standing, Standing::Refused(_))).await;
	let Standing::Refused(error) = why else {
		panic!("{why:?}")
	};
	assert!(error.to_string().contains(&first.url()), "{error}");
	assert_eq!(up_to(&mut blocks, 107).await, [106, 107]);
	// It comes back, behind what was seen: it is not taken until it has caught up.
	first.come().await;
	second.go();
	let behind = |standing: &Standing| matches!(standing, Standing::Refused(ChainError::Behind { .. }));
	stands(&chain, &first, behind).await;
	first.finalize(3);
	reached_by(&chain, &first).await;
	assert_eq!(up_to(&mut blocks, 108).await, [108]);
}

#[tokio::test]
async fn a_node_that_falls_silent_is_left() {
	let (first, second) = (node(5).await, node(5).await);
	let chain = chain(&[&first, &second]);
	reached_by(&chain, &first).await;
	first.fall_silent(true);
	reached_by(&chain, &second).await;
}

#[tokio::test]
async fn a_node_that_stands_still_is_left_for_one_that_goes_on_and_not_for_one_that_does_not() {
	let (first, second) = (node(5).await, node(5).await);
	let chain = chain(&[&first, &second]);
	reached_by(&chain, &first).await;
	// Longer than a node may stand still, but all do: nothing happens, and only time shows that.
	tokio::time::sleep(2 * STALL).await;
	stands(&chain, &second, |standing| *standing == Standing::Ready(5)).await;
	reached_by(&chain, &first).await;
	second.finalize(1);
	reached_by(&chain, &second).await;
	// By now it was asked again, perhaps; the reason is in what was said when it was left.
	let head = timeout(SOON, chain.head()).await.unwrap();
	assert_eq!(head.block, second.newest());
}

#[tokio::test]
async fn who_looks_once_asks_the_node_that_is_furthest() {
	let (behind, mut gone, furthest) = (node(5).await, node(9).await, node(7).await);
	let other = FakeNode::start(9, state(), 20).await;
	gone.go();
	let all = [&behind, &gone, &other, &furthest];
	let looks = async |nodes: &[&FakeNode]| {
		let chain = Chain::connect(Nodes {
			begin: Begin::Furthest,
			..Nodes::new(nodes.iter().map(|node| node.url()).collect())
		});
		let (_, head) = timeout(SOON, chain.ready(SOON)).await.unwrap().unwrap();
		(head.endpoint, head.block.number)
	};
	assert_eq!(looks(&all).await, (furthest.url(), 7));
	// The first of those that are equally far.
	behind.finalize(2);
	assert_eq!(looks(&all).await, (behind.url(), 7));
	// One that says nothing is not waited for.
	behind.fall_silent(true);
	assert_eq!(looks(&[&behind, &furthest]).await, (furthest.url(), 7));
}

#[tokio::test]
async fn who_looks_once_asks_the_node_that_is_furthest_also_when_none_has_answered_at_first() {
	let (mut behind, mut furthest) = (node(5).await, node(7).await);
	behind.go();
	furthest.go();
	let chain = Chain::connect(Nodes {
		begin: Begin::Furthest,
		..Nodes::new(vec![behind.url(), furthest.url()])
	});
	for node in [&behind, &furthest] {
		stands(&chain, node, |standing| matches!(standing, Standing::Refused(_))).await;
	}
	furthest.come().await;
	behind.come().await;
	reached_by(&chain, &furthest).await;
}

#[tokio::test]
async fn a_node_of_another_chain_is_named_and_the_next_is_taken() {
	let (other, right) = (FakeNode::start(9, state(), 5).await, node(5).await);
	let endpoints = vec![other.url(), right.url()];
	let genesis = {
		let chain = chain(&[&right]);
		let session = timeout(SOON, chain.session()).await.unwrap();
		session.genesis()
	};
	let chain = Chain::connect(Nodes {
		genesis: Some(genesis),
		..Nodes::new(endpoints)
	});
	reached_by(&chain, &right).await;
	let why = stands(&chain, &other, |standing| matches!(standing, Standing::Refused(_))).await;
	let Standing::Refused(error) = why else {
		panic!("{why:?}")
	};
	assert!(matches!(&error, ChainError::OtherChain { endpoint, .. } if *endpoint == other.url()));
}

#[tokio::test]
async fn what_is_so_is_proved_and_its_absence_too() {
	let (first, second) = (node(5).await, node(7).await);
	let chain = chain(&[&first, &second]);
	reached_by(&chain, &first).await;
	let claims = [time(7_000), Claim::NoJob(JobId(7))];
	let teller = first.url();
	let proved = chain.prove(&teller, first.newest(), &claims);
	assert_eq!(timeout(SOON, proved).await.unwrap(), Ok(second.url()));
}

#[tokio::test]
async fn a_lie_is_found_out_and_both_nodes_are_named() {
	let (first, second) = (node(5).await, node(5).await);
	first.lie(clock_key(), clock(8_000));
	let chain = chain(&[&first, &second]);
	reached_by(&chain, &first).await;
	let head = timeout(SOON, chain.head()).await.unwrap();
	assert_eq!(head.time.unix, 8_000, "it was believed so far");
	// Whether the proof tells the truth or is altered too.
	for says in [
		"the chain's clocks is not what it said",
		"the proof does not begin at the root",
	] {
		let claims = [time(8_000)];
		let proved = chain.prove(&head.endpoint, head.block, &claims);
		let error = timeout(SOON, proved).await.unwrap().unwrap_err();
		assert!(error.is_a_lie(), "{error}");
		let text = error.to_string();
		for named in [&first.url(), &second.url(), &says.to_owned()] {
			assert!(text.contains(named.as_str()), "{named}: {text}");
		}
		first.forge();
	}
}

#[tokio::test]
async fn nodes_that_contradict_each_other_are_named_and_one_alone_proves_nothing() {
	let (first, second) = (node(5).await, node(5).await);
	first.finalize(1);
	second.fork(2);
	second.finalize(1);
	let both = chain(&[&first, &second]);
	reached_by(&both, &first).await;
	let (teller, claims) = (first.url(), [time(7_000)]);
	let proved = timeout(SOON, both.prove(&teller, first.newest(), &claims));
	let error = proved.await.unwrap().unwrap_err();
	assert!(
		matches!(&error, ChainError::Contradicted { other, .. } if *other == second.url()),
		"{error}"
	);
	let alone = chain(&[&first]);
	reached_by(&alone, &first).await;
	let error = alone
		.prove(&first.url(), first.newest(), &[time(7_000)])
		.await
		.unwrap_err();
	assert!(
		matches!(error, ChainError::Unconfirmed { number: 6, .. }) && !error.is_a_lie(),
		"{error}"
	);
}

#[tokio::test]
async fn a_header_that_is_made_up_is_not_taken() {
	let first = node(5).await;
	let chain = chain(&[&first]);
	let session = timeout(SOON, chain.session()).await.unwrap();
	assert!(session.header(first.newest().hash).await.is_ok());
	for says in ["does not have block", "has another hash"] {
		let error = session.header(H256([3; 32])).await.unwrap_err();
		assert!(error.to_string().contains(says), "{error}");
		first.forge();
	}
}
