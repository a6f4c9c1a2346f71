use crate::{mock::*, Event, JobsOf, Outcome};
use bpiiot_primitives::AssetKind::Native;
use codec::Encode;
use frame_support::assert_ok;
use sp_core::H256;
use sp_io::hashing::blake2_256;

/// Whoever keeps the settled records, in their order, arrives at the hash on the chain.
#[test]
fn the_history_of_a_machine_is_a_hash_over_all_its_settled_jobs() {
	build_and_execute(|| {
		registered(1);
		let offer = published(terms());
		let mut by_hand = [0; 32];
		for outcome in [Outcome::Declined, Outcome::Cancelled, Outcome::Completed] {
			let job = ordered(offer, 5);
			match outcome {
				Outcome::Declined => {
					assert_ok!(Jobs::decline(signed(&key(1)), job, H256::repeat_byte(1)));
				}
				Outcome::Cancelled => {
					assert_ok!(Jobs::cancel(signed(&customer()), job, H256::zero()));
				}
				_ => assert_eq!(take(job, Stage::Settled), job),
			}
			let record = record(job);
			let entry = [&by_hand[..], &job.0.to_le_bytes(), &blake2_256(&record.encode())].concat();
			by_hand = blake2_256(&entry);
			let book = JobsOf::<Test>::get(machine(1));
			assert_eq!(book.history, H256(by_hand));
			let last = System::events().pop().expect("the job has ended").event;
			assert!(
				matches!(last, RuntimeEvent::Jobs(Event::Settled { history, .. }) if history == H256(by_hand)),
				"{last:?}"
			);
			// A record that is removed changes nothing.
			assert_ok!(Jobs::remove(signed(&customer()), job));
		}
		let book = JobsOf::<Test>::get(machine(1));
		assert_eq!((book.settled, book.open.len(), book.history), (3, 0, H256(by_hand)));
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
