//! What is known before a call comes, so that the node is asked nothing; and what happens when it is out of date.

use super::{
	look::{NONCE_LOST, RUNTIME_OVER},
	tests::{nonces, sent, until, SOON},
	*,
};
use crate::chain::{
	fake::{FakeNode, State},
	roster::Standing,
	runtime,
	types::JobId,
	Nodes,
};
use tokio::{task::JoinHandle, time::timeout};

const NEXT_NONCE: &str = "system_accountNextIndex";
const SEND: &str = "author_submitExtrinsic";
/// Longer than a test takes, and shorter.
const PATIENT: Duration = Duration::from_secs(60);
const IMPATIENT: Duration = Duration::from_secs(1);

/// A client of some nodes.
struct Client {
	chain: Chain,
	submitter: Submitter,
	journal: Journal,
	_folder: tempfile::TempDir,
}

impl Client {
	/// Of these, the first of which it uses. One that is silent for so long is asked.
	async fn of(nodes: &[&FakeNode], stall: Duration) -> Self {
		let chain = Chain::connect(Nodes {
			stall,
			..Nodes::new(nodes.iter().map(|node| node.url()).collect())
		});
		let folder = tempfile::tempdir().unwrap();
		let journal = Journal::open(&folder.path().join("journal"), H256::zero()).unwrap();
		let submitter = Submitter::start(chain.clone(), machine(), Some(journal.clone()));
		timeout(SOON, chain.session()).await.unwrap();
		Self {
			chain,
			submitter,
			journal,
			_folder: folder,
		}
	}

	/// One that has done its first call and knows all that it can.
	async fn that_knows(node: &FakeNode, stall: Duration) -> Self {
		let client = Self::of(&[node], stall).await;
		let first = client.submitter.submit(Call::Start(JobId(1)), None);
		let included = async {
			sent(node, 1).await;
			node.take_asked();
			node.include(&machine().account());
		};
		let (fate, ()) = timeout(SOON, async { tokio::join!(first, included) }).await.unwrap();
		assert!(matches!(fate, Fate::Done { .. }), "{fate:?}");
		// At the new block it asks anew.
		let mut asked = Vec::new();
		until(|| {
			asked.extend(node.take_asked());
			asked.iter().any(|method| method == NEXT_NONCE)
		})
		.await;
		// The answer to that comes before the one to this.
		let session = client.chain.connected().unwrap();
		session.next_nonce(&machine().account()).await.unwrap();
		client.knows_runtime(node, runtime::known_spec()).await;
		client
	}

	/// Waits until it knows, without a question, that the newest runtime is this one.
	async fn knows_runtime(&self, node: &FakeNode, spec: u32) {
		let session = self.chain.connected().unwrap();
		let known = async {
			loop {
				node.take_asked();
				let found = session.with_newest_runtime().await.unwrap().spec_version();
				if node.take_asked().is_empty() && found == spec {
					return;
				}
				tokio::time::sleep(Duration::from_millis(10)).await;
			}
		};
		timeout(SOON, known).await.unwrap();
	}

	/// Begins a call.
	fn begin(&self, job: u64) -> JoinHandle<Fate> {
		let submitter = self.submitter.clone();
		tokio::spawn(async move { submitter.submit(Call::Start(JobId(job)), None).await })
	}

	/// For which runtimes it has signed what is in flight, by nonce.
	fn runtimes(&self) -> Vec<Option<u32>> {
		let unresolved = self.journal.unresolved().unwrap();
		unresolved.iter().map(|sent| sent.runtime).collect()
	}
}

fn machine() -> Arc<Wallet> {
	Arc::new(Wallet::dev("//Machine").unwrap())
}

#[tokio::test]
async fn a_call_asks_the_node_nothing_before_it_is_sent() {
	let node = FakeNode::start(1, State::new(), 5).await;
	let client = Client::that_knows(&node, PATIENT).await;
	// WHEN one call comes, and then many at a time, none of which is in a block.
	let _one = client.begin(2);
	sent(&node, 2).await;
	let _many: Vec<_> = (3..10).map(|job| client.begin(job)).collect();
	let all = sent(&node, 9).await;
	// THEN each is sent, with the next nonce, and nothing else is said to the node.
	assert_eq!(node.take_asked(), vec![SEND; 8]);
	assert_eq!(all.len(), 9);
	assert_eq!(nonces(&client.journal), (1..9).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_next_nonce_is_asked_for_before_a_new_block_is_looked_at() {
	let node = FakeNode::start(1, State::new(), 5).await;
	let _client = Client::that_knows(&node, PATIENT).await;
	node.take_asked();
	let mut asked = Vec::new();
	node.finalize(1);
	until(|| {
		asked.extend(node.take_asked());
		asked.iter().any(|method| method == NEXT_NONCE)
	})
	.await;
	// The clocks are what is read of the block before it is the head.
	let place = |wanted: &str| asked.iter().position(|method| method == wanted);
	let (nonce, clocks) = (place(NEXT_NONCE), place("state_getStorage"));
	assert!(clocks.is_none_or(|clocks| nonce < Some(clocks)), "{asked:?}");
}

#[tokio::test]
async fn whoever_may_not_be_alone_with_his_key_asks_for_each_nonce() {
	let node = FakeNode::start(1, State::new(), 5).await;
	let chain = Chain::connect(Nodes::new(vec![node.url()]));
	let submitter = Submitter::start(chain, machine(), None);
	for count in 1..4 {
		let call = submitter.submit(Call::Start(JobId(7)), None);
		node.take_asked();
		tokio::select! {
			fate = call => panic!("{fate:?}"),
			_ = sent(&node, count) => {},
		}
		assert!(node.take_asked().iter().any(|method| method == NEXT_NONCE));
	}
}

#[tokio::test]
async fn what_another_has_signed_that_is_final_is_known() {
	let node = FakeNode::start(1, State::new(), 5).await;
	let client = Client::that_knows(&node, PATIENT).await;
	// GIVEN a command of the owner's that was signed by the machine's key.
	node.count_from(2);
	node.use_nonces(&machine().account(), 2);
	// WHEN whatever was waiting for that block asks at once.
	let mut heads = client.chain.heads();
	let newest = node.newest().number;
	let final_now = heads.wait_for(|head| head.as_ref().is_some_and(|head| head.block.number == newest));
	timeout(SOON, final_now).await.unwrap().unwrap();
	let _next = client.begin(2);
	sent(&node, 2).await;
	assert_eq!(nonces(&client.journal), [2]);
}

#[tokio::test]
async fn another_signer_of_the_same_key_costs_a_call_and_is_noticed() {
	let node = FakeNode::start(1, State::new(), 5).await;
	let client = Client::that_knows(&node, PATIENT).await;
	// GIVEN a transaction of somebody else's in the pool, with the nonce that comes next.
	node.refuse(Some((1014, "Priority is too low")));
	let lost = client.begin(2);
	sent(&node, 2).await;
	// WHEN the next call comes.
	node.refuse(None);
	node.count_from(2);
	until(|| node.take_asked().iter().any(|method| method == NEXT_NONCE)).await;
	let next = client.begin(3);
	sent(&node, 3).await;
	// THEN it has the nonce after that one, and the first is given up once that is in a finalized block: it may never be in one.
	assert_eq!(nonces(&client.journal), [1, 2]);
	node.use_nonces(&machine().account(), 2);
	let fate = timeout(SOON, lost).await.unwrap().unwrap();
	assert!(matches!(&fate, Fate::Refused(why) if why == NONCE_LOST), "{fate:?}");
	assert_eq!(
		(node.sent().len(), next.is_finished()),
		(3, false),
		"nothing is signed anew"
	);
}

#[tokio::test]
async fn what_is_signed_is_for_the_runtime_of_the_best_block() {
	let node = FakeNode::start(1, State::new(), 5).await;
	let client = Client::that_knows(&node, PATIENT).await;
	let known = runtime::known_spec();
	node.upgrade();
	client.knows_runtime(&node, known + 1).await;
	let _upgraded = client.begin(2);
	sent(&node, 2).await;
	// Another fork wins, in which it was not replaced.
	node.reorganize();
	client.knows_runtime(&node, known).await;
	let _as_before = client.begin(3);
	sent(&node, 3).await;
	assert_eq!(client.runtimes(), [Some(known + 1), Some(known)]);
}

#[tokio::test]
async fn a_node_that_announces_nothing_any_more_is_found_out() {
	let node = FakeNode::start(1, State::new(), 5).await;
	let client = Client::that_knows(&node, IMPATIENT).await;
	let known = runtime::known_spec();
	// GIVEN a runtime that was replaced without a word, so that what is signed is refused.
	node.fall_mute(true);
	node.upgrade();
	node.refuse(Some((1010, "Transaction has a bad signature")));
	let wrong = client.begin(2);
	sent(&node, 2).await;
	client.knows_runtime(&node, known + 1).await;
	// THEN the next is signed for the right one.
	node.refuse(None);
	let right = client.begin(3);
	sent(&node, 3).await;
	assert_eq!(client.runtimes(), [Some(known), Some(known + 1)]);
	// AND what is final is found, though that is not announced either.
	node.finalize(1);
	let fate = timeout(SOON, wrong).await.unwrap().unwrap();
	assert!(matches!(&fate, Fate::Refused(why) if why == RUNTIME_OVER), "{fate:?}");
	node.include(&machine().account());
	let fate = timeout(SOON, right).await.unwrap().unwrap();
	assert!(matches!(fate, Fate::Done { .. }), "{fate:?}");
}

#[tokio::test]
async fn what_one_node_said_is_not_held_for_what_another_says() {
	let (mut first, second) = (
		FakeNode::start(1, State::new(), 5).await,
		FakeNode::start(1, State::new(), 5).await,
	);
	let client = Client::of(&[&first, &second], IMPATIENT).await;
	let before = client.begin(1);
	let was_sent = sent(&first, 1).await;
	second.take_asked();
	// WHEN the node in use goes away and the other one takes its place.
	first.go();
	assert_eq!(sent(&second, 1).await, was_sent, "it has what the first one had");
	let after = client.begin(2);
	sent(&second, 2).await;
	// THEN that one was asked, and all is done as if there had been one.
	assert!(second.take_asked().iter().any(|method| method == NEXT_NONCE));
	assert_eq!(nonces(&client.journal), [0, 1]);
	second.include(&machine().account());
	for call in [before, after] {
		let fate = timeout(SOON, call).await.unwrap().unwrap();
		assert!(matches!(fate, Fate::Done { .. }), "{fate:?}");
	}
}

#[tokio::test]
async fn what_the_node_in_use_bans_is_offered_to_another_that_is_far_enough() {
	let mut first = FakeNode::start(1, State::new(), 5).await;
	let (behind, second) = (
		FakeNode::start(1, State::new(), 3).await,
		FakeNode::start(1, State::new(), 5).await,
	);
	let client = Client::of(&[&first, &behind, &second], IMPATIENT).await;
	let stands = |node: &FakeNode, height| {
		let endpoints = client.chain.endpoints();
		endpoints
			.iter()
			.any(|one| one.url == node.url() && one.standing == Standing::Ready(height))
	};
	until(|| stands(&behind, 3) && stands(&second, 5)).await;
	first.refuse(Some((1012, "Transaction is temporarily banned")));
	let call = client.begin(1);
	assert_eq!(sent(&second, 1).await, first.sent());
	assert!(behind.sent().is_empty(), "it would find it invalid");
	// It is in a block of the network then, whichever node tells.
	second.include(&machine().account());
	first.go();
	let fate = timeout(SOON, call).await.unwrap().unwrap();
	assert!(matches!(fate, Fate::Done { .. }), "{fate:?}");
}
