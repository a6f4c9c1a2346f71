//! Sending to played nodes: what is in flight, what is found, what dies, and what a restart finds.

use super::{
	dispatcher::{signs_again, PAUSE},
	look::{BIRTH_UNKNOWN, ERA_OVER, KEY_OVER, NONCE_LOST, RUNTIME_OVER},
	order::CALLED_OFF,
	*,
};
use crate::chain::{
	fake::{FakeNode, State},
	runtime,
	types::JobId,
	Nodes,
};
use futures::{stream::FuturesUnordered, StreamExt};
use std::path::Path;
use tokio::time::timeout;

/// Longest wait for anything that should happen at once.
pub(super) const SOON: Duration = Duration::from_secs(20);

#[test]
fn what_waited_in_vain_is_decided_anew_by_whoever_can() {
	for why in [NONCE_LOST, ERA_OVER, RUNTIME_OVER, BIRTH_UNKNOWN] {
		assert!(!signs_again(why, true, false) && !signs_again(why, true, true), "{why}");
		assert!(signs_again(why, false, false), "{why}");
	}
	for decides_anew in [true, false] {
		assert!(signs_again(KEY_OVER, decides_anew, true) && !signs_again(KEY_OVER, decides_anew, false));
		assert!(!signs_again("Inability to pay some fees", decides_anew, true));
	}
}

#[tokio::test]
async fn what_is_called_off_holds_up_nothing() {
	// GIVEN no node, so that a call waits for one as long as somebody wants it.
	let chain = Chain::connect(Nodes::from(["ws://127.0.0.1:1"]));
	let submitter = Submitter::start(chain, Arc::new(Wallet::dev("//Machine").unwrap()), None);
	let off = CancellationToken::new();
	let (job, units_done) = (JobId(7), 1);
	let progress = submitter.submit_unless(off.clone(), Call::Progress { job, units_done });
	tokio::pin!(progress);
	assert!(
		timeout(Duration::from_millis(50), &mut progress).await.is_err(),
		"it waits"
	);
	// WHEN it is called off.
	off.cancel();
	// THEN it ends, and the next has its turn.
	let fate = timeout(SOON, progress).await.unwrap();
	assert!(matches!(&fate, Fate::Refused(why) if why == CALLED_OFF), "{fate:?}");
	let next = submitter.submit(Call::Start(job), Some(Duration::from_millis(50)));
	let fate = timeout(SOON, next).await.unwrap();
	assert!(
		matches!(&fate, Fate::Refused(why) if why.contains("nothing was sent")),
		"{fate:?}"
	);
}

/// Waits until the node was sent so many transactions: those.
pub(super) async fn sent(node: &FakeNode, count: usize) -> Vec<Vec<u8>> {
	let sent = async {
		while node.sent().len() < count {
			tokio::time::sleep(Duration::from_millis(10)).await;
		}
		node.sent()
	};
	timeout(SOON, sent).await.unwrap()
}

/// A submitter by this node, with a journal in `folder` if one is given.
fn submitter(node: &FakeNode, folder: Option<&Path>) -> (Submitter, Option<Journal>) {
	let chain = Chain::connect(Nodes::new(vec![node.url()]));
	let journal = folder.map(|folder| Journal::open(&folder.join("journal"), H256::zero()).unwrap());
	let wallet = Arc::new(Wallet::dev("//Machine").unwrap());
	(Submitter::start(chain, wallet, journal.clone()), journal)
}

#[tokio::test]
async fn the_runtime_of_the_best_block_is_signed_for() {
	let node = FakeNode::start(1, State::new(), 5).await;
	node.upgrade();
	let folder = tempfile::tempdir().unwrap();
	let (submitter, journal) = submitter(&node, Some(folder.path()));
	let call = submitter.submit(Call::Start(JobId(7)), Some(SOON));
	let looked = async {
		sent(&node, 1).await;
		journal.unwrap().unresolved().unwrap()
	};
	let unresolved = tokio::select! {
		fate = call => panic!("{fate:?}"),
		unresolved = looked => unresolved,
	};
	let signed: Vec<_> = unresolved.iter().map(|sent| (sent.runtime, sent.birth)).collect();
	assert_eq!(signed, [(Some(runtime::known_spec() + 1), 5)]);
}

#[tokio::test]
async fn what_an_upgrade_overtakes_is_decided_anew_once_that_is_final() {
	for journalled in [false, true] {
		// GIVEN a transaction that was signed for a runtime that a block replaced before the pool saw it.
		let node = FakeNode::start(1, State::new(), 5).await;
		node.overtake(true);
		let folder = tempfile::tempdir().unwrap();
		let (submitter, _journal) = submitter(&node, journalled.then_some(folder.path()));
		let call = submitter.submit(Call::Start(JobId(7)), None);
		tokio::pin!(call);
		let first = tokio::select! {
			fate = &mut call => panic!("{fate:?}"),
			first = sent(&node, 1) => first,
		};
		// WHEN that block is not final, it may still be included in another one.
		assert!(timeout(3 * PAUSE, &mut call).await.is_err(), "nothing is certain yet");
		assert_eq!(node.sent(), first);
		// THEN once it is, whoever cannot look signs again, and whoever can is told.
		node.overtake(false);
		node.finalize(1);
		let again = async {
			match journalled {
				true => None,
				false => Some(sent(&node, 2).await),
			}
		};
		tokio::select! {
			fate = &mut call => {
				assert!(journalled && matches!(&fate, Fate::Refused(why) if why == RUNTIME_OVER), "{fate:?}");
			}
			Some(both) = again => assert_ne!(both[0], both[1]),
		}
	}
}

#[tokio::test]
async fn what_an_upgrade_has_a_pool_throw_out_is_decided_anew() {
	// GIVEN a transaction that a pool has thrown out and bans: it was signed for the runtime before.
	let node = FakeNode::start(1, State::new(), 5).await;
	let folder = tempfile::tempdir().unwrap();
	let (submitter, _journal) = submitter(&node, Some(folder.path()));
	node.refuse(Some((1012, "Transaction is temporarily banned")));
	let call = submitter.submit(Call::Start(JobId(7)), None);
	tokio::pin!(call);
	tokio::select! {
		fate = &mut call => panic!("{fate:?}"),
		_ = sent(&node, 1) => {},
	}
	node.upgrade();
	assert!(
		timeout(2 * PAUSE, &mut call).await.is_err(),
		"it may be in the block before"
	);
	// WHEN the upgrade is final.
	node.finalize(1);
	// THEN whoever asked is told, long before the era is over.
	let fate = timeout(SOON, call).await.unwrap();
	assert!(matches!(&fate, Fate::Refused(why) if why == RUNTIME_OVER), "{fate:?}");
}

#[tokio::test]
async fn what_a_pool_has_thrown_out_is_signed_again_and_done_once() {
	for (journalled, the_first_is_in) in [(false, false), (false, true), (true, false), (true, true)] {
		// GIVEN a transaction that a pool took, and then threw out and bans, though it is right.
		let node = FakeNode::start(1, State::new(), 5).await;
		let folder = tempfile::tempdir().unwrap();
		let (submitter, journal) = submitter(&node, journalled.then_some(folder.path()));
		let call = submitter.submit(Call::Start(JobId(7)), None);
		tokio::pin!(call);
		tokio::select! {
			fate = &mut call => panic!("{fate:?}"),
			_ = sent(&node, 1) => {},
		}
		node.ban();
		// WHEN it is offered again.
		node.finalize(8);
		// THEN it is signed again, with the same nonce.
		let all = tokio::select! {
			fate = &mut call => panic!("{fate:?}"),
			all = sent(&node, 3) => all,
		};
		assert_eq!(all[0], all[1]);
		assert_ne!(all[0], all[2]);
		if let Some(journal) = &journal {
			assert_eq!(nonces(journal), [0, 0]);
		}
		// AND it is done by whichever gets into a block, and then nothing is left to look for.
		let included = all[if the_first_is_in { 0 } else { 2 }].clone();
		node.include_these(&Wallet::dev("//Machine").unwrap().account(), vec![included]);
		let fate = timeout(SOON, call).await.unwrap();
		assert!(matches!(fate, Fate::Done { .. }), "{fate:?}");
		until(|| submitter.in_flight() == 0).await;
		assert!(journal.is_none_or(|journal| nonces(&journal).is_empty()));
		assert_eq!(node.sent().len(), 3);
	}
}

#[tokio::test]
async fn what_is_banned_again_and_again_is_signed_a_few_times_only() {
	let node = FakeNode::start(1, State::new(), 5).await;
	let folder = tempfile::tempdir().unwrap();
	let (submitter, journal) = submitter(&node, Some(folder.path()));
	let journal = journal.unwrap();
	node.refuse(Some((1012, "Transaction is temporarily banned")));
	let call = submitter.submit(Call::Start(JobId(7)), None);
	tokio::pin!(call);
	for round in 1..=10 {
		tokio::select! {
			fate = &mut call => panic!("{fate:?}"),
			_ = sent(&node, round) => {},
		}
		node.finalize(8);
	}
	let mut different = node.sent();
	different.sort();
	different.dedup();
	assert_eq!(different.len(), 5);
	assert_eq!(nonces(&journal), [0; 5]);
}

/// The nonces of what the journal says is in flight.
pub(super) fn nonces(journal: &Journal) -> Vec<u64> {
	journal.unresolved().unwrap().iter().map(|sent| sent.nonce).collect()
}

/// Waits until `done`.
pub(super) async fn until(mut done: impl FnMut() -> bool) {
	let wait = async {
		while !done() {
			tokio::time::sleep(Duration::from_millis(10)).await;
		}
	};
	timeout(SOON, wait).await.expect("it comes to this");
}

#[tokio::test]
async fn many_are_in_flight_with_nonces_in_a_row_and_no_more_than_that() {
	let node = FakeNode::start(1, State::new(), 5).await;
	let folder = tempfile::tempdir().unwrap();
	let (submitter, journal) = submitter(&node, Some(folder.path()));
	let (journal, key) = (journal.unwrap(), Wallet::dev("//Machine").unwrap().account());
	// GIVEN more calls than may be in flight, and nothing in a block.
	let calls = MAX_IN_FLIGHT as u64 + 6;
	let mut fates: FuturesUnordered<_> = (0..calls)
		.map(|job| submitter.submit(Call::Start(JobId(job)), None))
		.collect();
	let all_done = async {
		while let Some(fate) = fates.next().await {
			assert!(matches!(fate, Fate::Done { .. }), "{fate:?}");
		}
	};
	let looked = async {
		// THEN as many as may be are sent, each with the nonce after that of the one before, and written down.
		sent(&node, MAX_IN_FLIGHT).await;
		let first: Vec<_> = (0..MAX_IN_FLIGHT as u64).collect();
		assert_eq!(nonces(&journal), first);
		// WHEN these are in a block, the rest follows.
		node.include(&key);
		sent(&node, calls as usize).await;
		assert!(nonces(&journal)
			.iter()
			.all(|nonce| (MAX_IN_FLIGHT as u64..calls).contains(nonce)));
		node.include(&key);
	};
	let both = async { tokio::join!(all_done, looked) };
	timeout(3 * SOON, both).await.unwrap();
	assert!(nonces(&journal).is_empty());
	assert_eq!(node.sent().len() as u64, calls, "nothing was sent twice");
}

#[tokio::test]
async fn what_dies_waiting_is_followed_by_one_with_the_same_nonce() {
	for journalled in [false, true] {
		// GIVEN a transaction that the pool took and that is in no block until its era is over.
		let node = FakeNode::start(1, State::new(), 5).await;
		let folder = tempfile::tempdir().unwrap();
		let (submitter, journal) = submitter(&node, journalled.then_some(folder.path()));
		let call = || submitter.submit(Call::Start(JobId(7)), None);
		let first = call();
		tokio::pin!(first);
		let was_sent = tokio::select! {
			fate = &mut first => panic!("{fate:?}"),
			sent = sent(&node, 1) => sent,
		};
		node.finalize(runtime::LIFETIME);
		// THEN whoever has a journal is told, and asks again if he still wants it.
		if let Some(journal) = &journal {
			let fate = timeout(SOON, &mut first).await.unwrap();
			assert!(matches!(&fate, Fate::Refused(why) if why == ERA_OVER), "{fate:?}");
			assert!(nonces(journal).is_empty());
			first.set(call());
		}
		let both = tokio::select! {
			fate = &mut first => panic!("{fate:?}"),
			sent = sent(&node, 2) => sent,
		};
		// THEN the new one, which is another, has the nonce of the first: it is done when it is in a block.
		assert_eq!(both[0], was_sent[0]);
		assert_ne!(both[1], both[0]);
		if let Some(journal) = &journal {
			assert_eq!(nonces(journal), [0]);
		}
	}
}

#[tokio::test]
async fn a_call_whose_fee_is_refused_is_told_why_and_leaves_its_nonce_to_the_next() {
	let node = FakeNode::start(1, State::new(), 5).await;
	let folder = tempfile::tempdir().unwrap();
	let (submitter, journal) = submitter(&node, Some(folder.path()));
	node.refuse(Some((1010, "Inability to pay some fees")));
	let fate = timeout(SOON, submitter.submit(Call::Start(JobId(7)), None))
		.await
		.unwrap();
	assert!(matches!(&fate, Fate::Refused(why) if why.contains("fees")), "{fate:?}");
	node.refuse(None);
	let next = submitter.submit(Call::Start(JobId(8)), None);
	tokio::select! {
		fate = next => panic!("{fate:?}"),
		_ = sent(&node, 2) => {},
	}
	assert_eq!(nonces(&journal.unwrap()), [0]);
}

#[tokio::test]
async fn what_was_signed_upon_a_block_that_the_pool_does_not_know_yet_is_signed_again() {
	for journalled in [false, true] {
		// GIVEN a pool that is a block behind what is final.
		let node = FakeNode::start(1, State::new(), 5).await;
		node.refuse(Some((1010, "Transaction has an ancient birth block")));
		let folder = tempfile::tempdir().unwrap();
		let (submitter, journal) = submitter(&node, journalled.then_some(folder.path()));
		let call = submitter.submit(Call::Start(JobId(7)), None);
		tokio::pin!(call);
		tokio::select! {
			fate = &mut call => panic!("{fate:?}"),
			_ = sent(&node, 1) => {},
		}
		// WHEN it has caught up.
		node.refuse(None);
		// THEN whoever has a journal is told, and whoever has none signs anew.
		if let Some(journal) = journal {
			let fate = timeout(SOON, call).await.unwrap();
			assert!(
				matches!(&fate, Fate::Refused(why) if why.contains("ancient birth block")),
				"{fate:?}"
			);
			assert!(nonces(&journal).is_empty());
			continue;
		}
		let both = tokio::select! {
			fate = &mut call => panic!("{fate:?}"),
			both = sent(&node, 2) => both,
		};
		assert_ne!(both[0], both[1]);
	}
}

/// What a client leaves behind that was killed when it had sent a transaction.
async fn killed_after_sending(node: &FakeNode, folder: &Path) {
	let (submitter, journal) = submitter(node, Some(folder));
	tokio::select! {
		fate = submitter.submit(Call::Start(JobId(7)), None) => panic!("{fate:?}"),
		_ = sent(node, 1) => {},
	}
	assert_eq!(submitter.caught_up(), Some(0));
	drop(submitter);
	// The task ends, and with it its hold on the journal.
	let journal = journal.unwrap();
	assert_eq!(nonces(&journal), [0]);
	drop(journal);
	until(|| Journal::open(&folder.join("journal"), H256::zero()).is_ok()).await;
}

#[tokio::test]
async fn after_a_restart_nothing_is_decided_until_what_was_sent_is_certain() {
	let node = FakeNode::start(1, State::new(), 5).await;
	let folder = tempfile::tempdir().unwrap();
	killed_after_sending(&node, folder.path()).await;
	let (submitter, journal) = submitter(&node, Some(folder.path()));
	let journal = journal.unwrap();
	// The same bytes go to the pool again, whatever that has forgotten.
	let both = sent(&node, 2).await;
	assert_eq!(both[0], both[1]);
	assert_eq!(submitter.caught_up(), None);
	node.include(&Wallet::dev("//Machine").unwrap().account());
	until(|| submitter.caught_up() == Some(6)).await;
	assert!(nonces(&journal).is_empty());
}

#[tokio::test]
async fn what_was_in_a_block_that_the_node_has_forgotten_is_known_by_its_nonce() {
	let node = FakeNode::start(1, State::new(), 5).await;
	let folder = tempfile::tempdir().unwrap();
	killed_after_sending(&node, folder.path()).await;
	node.include(&Wallet::dev("//Machine").unwrap().account());
	node.finalize(2 * runtime::LIFETIME);
	node.forget();
	let (submitter, journal) = submitter(&node, Some(folder.path()));
	until(|| submitter.caught_up().is_some()).await;
	assert!(nonces(&journal.unwrap()).is_empty());
	assert_eq!(node.sent().len(), 1, "it is not sent again");
}

#[tokio::test]
async fn whoever_stops_waiting_is_told_what_is_known() {
	let node = FakeNode::start(1, State::new(), 5).await;
	let (submitter, _) = submitter(&node, None);
	let fate = timeout(SOON, submitter.submit(Call::Start(JobId(7)), Some(3 * PAUSE)))
		.await
		.unwrap();
	assert!(
		matches!(&fate, Fate::Unknown { hash: Some(_), what } if what.contains("until block 260")),
		"{fate:?}"
	);
	// Its nonce is not given to another while it may still be included.
	tokio::select! {
		fate = submitter.submit(Call::Start(JobId(8)), None) => panic!("{fate:?}"),
		_ = sent(&node, 2) => {},
	}
	node.include(&Wallet::dev("//Machine").unwrap().account());
	assert_eq!(node.sent().len(), 2);
}
