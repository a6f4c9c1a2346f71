//! Nothing is done twice and nothing is lost, wherever the power is cut.

use super::*;
use crate::journal::tests::{transaction, Disk};

const NAME: &str = "rule low oil 1 #3";

fn task() -> Task {
	Task::Issue {
		site: StoreId(4),
		item: "drill-8".to_owned(),
		quantity: 1_000,
	}
}

fn sent(nonce: u64) -> SentTransaction {
	SentTransaction {
		errand: Some(NAME.to_owned()),
		..transaction(nonce)
	}
}

fn progress(journal: &Journal) -> Option<Progress> {
	let found = journal.errands().unwrap();
	found
		.into_iter()
		.find(|(name, _)| name == NAME)
		.map(|(_, errand)| errand.progress)
}

type Step = fn(&Journal) -> Result<()>;

/// An errand whose first transaction is in no block, and what the journal says after each step.
const LIFE: [(Step, Option<Progress>); 6] = [
	(|j| j.want(NAME, task()).map(drop), Some(Progress::Wanted)),
	(|j| j.record(&sent(1)), Some(Progress::Sent)),
	(|j| j.conclude(sent(1).hash, &Ending::Never), Some(Progress::Wanted)),
	(|j| j.record(&sent(2)), Some(Progress::Sent)),
	(
		|j| j.conclude(sent(2).hash, &Ending::Done(7)),
		Some(Progress::Done { block: 7 }),
	),
	(|j| j.release(NAME), None),
];

#[test]
fn a_power_cut_after_a_step_leaves_the_errand_where_it_is() {
	for steps in 0..=LIFE.len() {
		let disk = Disk::new(steps as u64);
		let journal = disk.open().unwrap();
		LIFE[..steps].iter().for_each(|(step, _)| step(&journal).unwrap());
		let expected = steps.checked_sub(1).and_then(|last| LIFE[last].1.clone());
		let journal = disk.after_power_cut();
		assert_eq!(progress(&journal), expected, "after {steps} steps");
		let flies = expected == Some(Progress::Sent);
		assert_eq!(
			journal.unresolved().unwrap().len(),
			usize::from(flies),
			"a transaction and its errand go together"
		);
	}
}

#[test]
fn what_is_wanted_already_is_not_wanted_twice() {
	let journal = Disk::new(1).open().unwrap();
	assert!(journal.want(NAME, task()).unwrap());
	assert!(!journal.want(NAME, task()).unwrap());
	LIFE[1..5].iter().for_each(|(step, _)| step(&journal).unwrap());
	assert!(
		!journal.want(NAME, task()).unwrap(),
		"also when it is done, as long as it is held"
	);
	journal.release(NAME).unwrap();
	assert!(journal.want(NAME, task()).unwrap());
}

#[test]
fn what_is_done_is_never_sent_again() {
	let journal = Disk::new(1).open().unwrap();
	LIFE[..5].iter().for_each(|(step, _)| step(&journal).unwrap());
	let error = journal.record(&sent(3)).unwrap_err();
	assert!(matches!(error, JournalError::DoneAlready { .. }), "{error}");
	assert!(journal.unresolved().unwrap().is_empty());
}

#[test]
fn of_two_transactions_for_one_errand_that_in_the_block_counts() {
	for endings in [[Ending::Never, Ending::Done(7)], [Ending::Done(7), Ending::Never]] {
		let journal = Disk::new(1).open().unwrap();
		journal.want(NAME, task()).unwrap();
		let both = [sent(1), sent(2)];
		both.iter().for_each(|sent| journal.record(sent).unwrap());
		for (sent, ending) in both.iter().zip(&endings) {
			journal.conclude(sent.hash, ending).unwrap();
		}
		assert_eq!(progress(&journal), Some(Progress::Done { block: 7 }), "{endings:?}");
	}
}

#[test]
fn what_nobody_can_tell_any_more_is_not_tried_again() {
	let journal = Disk::new(1).open().unwrap();
	journal.want(NAME, task()).unwrap();
	journal.record(&sent(1)).unwrap();
	let what = "its block is forgotten".to_owned();
	journal.conclude(sent(1).hash, &Ending::Unknown(what.clone())).unwrap();
	assert_eq!(progress(&journal), Some(Progress::Unknown { what }));
	journal.want_again(NAME).unwrap();
	assert!(progress(&journal).unwrap().is_over());
}

#[test]
fn what_was_refused_may_be_wanted_again() {
	let journal = Disk::new(1).open().unwrap();
	journal.want(NAME, task()).unwrap();
	journal.record(&sent(1)).unwrap();
	let error = "NotEnough".to_owned();
	journal.conclude(sent(1).hash, &Ending::Failed(error.clone())).unwrap();
	assert_eq!(progress(&journal), Some(Progress::Failed { error }));
	journal.want_again(NAME).unwrap();
	assert_eq!(progress(&journal), Some(Progress::Wanted));
}

#[test]
fn an_errand_that_is_released_on_its_way_is_forgotten_when_it_is_done() {
	let journal = Disk::new(1).open().unwrap();
	LIFE[..4].iter().for_each(|(step, _)| step(&journal).unwrap());
	journal.release(NAME).unwrap();
	assert_eq!(progress(&journal), Some(Progress::Sent));
	journal.conclude(sent(2).hash, &Ending::Done(7)).unwrap();
	assert_eq!(progress(&journal), None);
}
