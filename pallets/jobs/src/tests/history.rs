use crate::{mock::*, Event, JobState, JobsOf, Outcome};
use bpiiot_primitives::{AssetKind::Native, JobId, OfferId};
use codec::Encode;
use frame_support::assert_ok;
use sp_core::H256;
use sp_io::hashing::blake2_256;

/// Brings a job to `outcome`.
fn end_by(outcome: Outcome, offer: OfferId) -> JobId {
	let job = ordered_before(offer, Some(arbiter()));
	let ordered_at = record(job).ordered_at - START;
	match outcome {
		Outcome::Declined => {
			assert_ok!(Jobs::decline(signed(&key(1)), job, H256::repeat_byte(1)));
		}
		Outcome::Cancelled => {
			assert_ok!(Jobs::cancel(signed(&customer()), job, H256::zero()));
		}
		Outcome::Completed => drop(take(job, Stage::Settled)),
		Outcome::GivenUp => {
			take(job, Stage::Started);
			assert_ok!(Jobs::cancel(signed(&key(1)), job, H256::zero()));
		}
		Outcome::NotAccepted => {
			at(ordered_at + ACCEPT_WINDOW + 1);
			assert_ok!(Jobs::expire(signed(&stranger()), job));
		}
		Outcome::NotDelivered => {
			take(job, Stage::Accepted);
			at(ordered_at + DEADLINE + 1);
			assert_ok!(Jobs::expire(signed(&stranger()), job));
		}
		Outcome::Arbitrated => {
			take(job, Stage::Delivered);
			assert_ok!(Jobs::reject(signed(&customer()), job, 5, H256::zero()));
			assert_ok!(Jobs::dispute(signed(&owner()), job, H256::zero()));
			at(ordered_at + CASE_WINDOW + 1);
			idle();
		}
	}
	assert_eq!(record(job).state, JobState::Settled(outcome));
	job
}

/// Whoever keeps the settled records, in their order, arrives at the hash on the chain.
#[test]
fn the_history_of_a_machine_is_a_hash_over_all_its_settled_jobs() {
	build_and_execute(|| {
		registered(1);
		registered_arbiter();
		let offer = published(full_terms());
		let mut by_hand = [0; 32];
		// Those that take time last, since orders name one deadline.
		let outcomes = [
			Outcome::Declined,
			Outcome::Cancelled,
			Outcome::Completed,
			Outcome::GivenUp,
			Outcome::NotAccepted,
			Outcome::Arbitrated,
			Outcome::NotDelivered,
		];
		for (count, outcome) in (1..).zip(outcomes) {
			let job = end_by(outcome, offer);
			let record = record(job);
			let entry = [&by_hand[..], &job.0.to_le_bytes(), &blake2_256(&record.encode())].concat();
			by_hand = blake2_256(&entry);
			let book = JobsOf::<Test>::get(machine(1));
			assert_eq!((book.settled, book.history), (count, H256(by_hand)), "{outcome:?}");
			let told = System::events()
				.into_iter()
				.rev()
				.find_map(|record| match record.event {
					RuntimeEvent::Jobs(Event::Settled { history, .. }) => Some(history),
					_ => None,
				});
			assert_eq!(told, Some(H256(by_hand)));
			// A record that is removed changes nothing.
			assert_ok!(Jobs::remove(signed(&customer()), job));
			assert_eq!(JobsOf::<Test>::get(machine(1)), book);
		}
	});
}

#[test]
fn each_machine_has_a_history_of_its_own_that_open_jobs_do_not_touch() {
	build_and_execute(|| {
		registered(1);
		registered(2);
		let first = ordered(published(terms()), 1);
		ordered(record(first).offer, 2);
		assert_eq!(JobsOf::<Test>::get(machine(1)).history, H256::zero());
		assert_ok!(Jobs::decline(signed(&key(1)), first, H256::zero()));
		let book = JobsOf::<Test>::get(machine(1));
		assert_ne!(book.history, H256::zero());
		assert_eq!((book.settled, book.open.len()), (1, 1));
		assert_eq!(JobsOf::<Test>::get(machine(2)), Default::default());
	});
}

#[test]
fn a_dispute_is_one_entry_like_any_other() {
	build_and_execute(|| {
		let job = full_job(Native, Stage::Delivered);
		assert_ok!(Jobs::reject(signed(&customer()), job, 5, H256::zero()));
		assert_ok!(Jobs::dispute(signed(&owner()), job, H256::zero()));
		assert_eq!(JobsOf::<Test>::get(machine(1)).settled, 0);
		at(CASE_WINDOW + 1);
		idle();
		assert_eq!(JobsOf::<Test>::get(machine(1)).settled, 1);
	});
}
