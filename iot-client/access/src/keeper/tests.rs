use super::*;
use crate::clock::tests::Told;
use bpiiot_access::{Claims, Outcome, Stage, Token, User};
use sp_core::Blake2Hasher;
use sp_trie::{LayoutV1, MemoryDB, Recorder, StorageProof, Trie, TrieDBBuilder, TrieDBMutBuilder, TrieMut};

const MINUTE: u64 = 60_000;
/// The time of the first block.
const START: u64 = 1_700_000_000_000;
const RENTAL: u64 = 7;

fn rules() -> Rules {
	Rules {
		genesis: [1; 32],
		machine: [2; 32],
		longest_token: 5 * MINUTE,
		oldest_proof: MINUTE,
		longest_alone: 60 * MINUTE,
	}
}

fn phone() -> sr25519::Pair {
	sr25519::Pair::from_seed(&[7; 32])
}

fn record() -> Record {
	Record {
		machine: [2; 32],
		renter: phone().public().0,
		actions: Actions::ENTER,
		start: START,
		end: START + 60 * MINUTE,
		stage: Stage::Active,
		epoch: 0,
		users: Default::default(),
	}
}

/// A state in which there is this record among others, and the proof of it.
fn state(record: &Record) -> ([u8; 32], Vec<Vec<u8>>) {
	let (mut db, mut root): (MemoryDB<Blake2Hasher>, _) = (StorageProof::empty().into_memory_db(), Default::default());
	{
		let mut trie = TrieDBMutBuilder::<LayoutV1<Blake2Hasher>>::new(&mut db, &mut root).build();
		for other in 100..400u64 {
			trie.insert(&rental_key(other), &other.encode().repeat(100)).unwrap();
		}
		// What follows the part that is a door's.
		let value = [record.encode(), vec![5; 500]].concat();
		trie.insert(&rental_key(RENTAL), &value).unwrap();
	}
	let mut recorder = Recorder::<LayoutV1<Blake2Hasher>>::new();
	{
		let trie = TrieDBBuilder::<LayoutV1<Blake2Hasher>>::new(&db, &root)
			.with_recorder(&mut recorder)
			.build();
		trie.get(&rental_key(RENTAL)).unwrap();
	}
	let nodes = recorder.drain().into_iter().map(|record| record.data).collect();
	(root.0, nodes)
}

fn block(number: u32, time: u64, root: [u8; 32]) -> Block {
	Block {
		number,
		hash: [number as u8; 32],
		root,
		time,
	}
}

fn token(by: &sr25519::Pair, nonce: u64, from: u64) -> Token {
	let claims = Claims {
		rental: RENTAL,
		machine: [2; 32],
		signer: by.public().0,
		actions: Actions::ENTER,
		epoch: 0,
		not_before: from,
		not_after: from + MINUTE,
		nonce,
	};
	let signature = by.sign(&claims.payload(&[1; 32])).0;
	Token { claims, signature }
}

struct Place {
	keeper: Keeper,
	ticks: Told,
	dir: tempfile::TempDir,
}

impl Place {
	fn new() -> Self {
		let dir = tempfile::tempdir().unwrap();
		let used = Used::open(&dir.path().join("used")).unwrap();
		Self {
			keeper: Keeper::new(rules(), used),
			ticks: Told::default(),
			dir,
		}
	}

	fn comes(&mut self, token: Token, proof: Option<Proof>) -> Result<u64, Shut> {
		let pass = Pass { token, proof };
		let (visit, answer) = self.keeper.visit(&pass, Actions::ENTER, &self.ticks);
		assert_eq!(visit.opened, answer.is_ok());
		answer.map(|right| right.until)
	}
}

/// The same is in the tests of `pallet-rentals`.
#[test]
fn a_record_is_where_the_chain_has_it() {
	let key = concat!(
		"57475802c691daf429b9c21e2a118185",
		"57475802c691daf429b9c21e2a118185",
		"9ea2d098b5f70192f96c06f38d3fbc97",
		"0100000000000000",
	);
	assert_eq!(hex::encode(rental_key(1)), key);
}

#[test]
fn a_proof_against_a_block_that_the_door_knows_opens_it_once() {
	let mut place = Place::new();
	let (root, nodes) = state(&record());
	assert!(nodes.iter().map(Vec::len).sum::<usize>() < crate::MAX_PASS);
	let proof = |block: u32| {
		Some(Proof {
			block: [block as u8; 32],
			nodes: nodes.clone(),
		})
	};
	assert_eq!(
		place.comes(token(&phone(), 1, START), proof(1)),
		Err(Shut::Time(NoTime::Never))
	);
	place.keeper.hear(block(1, START, root), &place.ticks).unwrap();
	// The line is cut, and a minute passes by the computer's own counting.
	place.ticks.millis.set(MINUTE);
	let mine = token(&phone(), 1, START + 30_000);
	assert!(matches!(
		place.comes(mine, None),
		Err(Shut::NotHeardOf {
			rental: RENTAL,
			block: 1
		})
	));
	assert_eq!(place.comes(mine, proof(2)), Err(Shut::UnknownBlock(1)));
	assert_eq!(place.comes(mine, proof(1)), Ok(START + 60 * MINUTE));
	assert_eq!(place.comes(mine, proof(1)), Err(Shut::Refused(Refused::Replayed)));
	// From now on the token alone will do.
	assert!(place.comes(token(&phone(), 2, START + 30_000), None).is_ok());
}

#[test]
fn what_is_altered_or_of_another_state_proves_nothing() {
	let mut place = Place::new();
	let (root, nodes) = state(&record());
	place.keeper.hear(block(1, START, root), &place.ticks).unwrap();
	place
		.keeper
		.hear(block(2, START + 6_000, [9; 32]), &place.ticks)
		.unwrap();
	let of = |block: u8, nodes: Vec<Vec<u8>>| {
		Some(Proof {
			block: [block; 32],
			nodes,
		})
	};
	for (proof, error) in [
		(of(2, nodes.clone()), ProofError::OtherRoot),
		(of(1, nodes[..1].to_vec()), ProofError::Broken),
	] {
		let mine = token(&phone(), 1, START);
		assert_eq!(place.comes(mine, proof), Err(Shut::Proof(error)));
	}
}

/// What a door knows is never made older by what it is shown.
#[test]
fn what_was_taken_back_is_not_brought_again_by_an_older_proof() {
	let mut place = Place::new();
	let (root, nodes) = state(&record());
	place.keeper.hear(block(1, START, root), &place.ticks).unwrap();
	place
		.keeper
		.hear(block(2, START + 6_000, [9; 32]), &place.ticks)
		.unwrap();
	let over = Record {
		stage: Stage::Returned(Outcome::Completed),
		epoch: 1,
		..record()
	};
	place.keeper.hear_of(RENTAL, 2, Some(over));
	let proof = Some(Proof { block: [1; 32], nodes });
	let answer = place.comes(token(&phone(), 1, START), proof.clone());
	assert_eq!(answer, Err(Shut::Refused(Refused::Revoked)));
	// And that of a block from long ago is not looked at.
	place
		.keeper
		.hear(block(3, START + 2 * MINUTE, [9; 32]), &place.ticks)
		.unwrap();
	let late = token(&phone(), 1, START + 2 * MINUTE);
	assert_eq!(place.comes(late, proof), Err(Shut::UnknownBlock(3)));
}

#[test]
fn a_stranger_a_rental_of_another_door_and_another_key_stay_out() {
	let mut place = Place::new();
	let (root, _) = state(&record());
	place.keeper.hear(block(1, START, root), &place.ticks).unwrap();
	place.keeper.hear_of(RENTAL, 1, Some(record()));
	let stranger = sr25519::Pair::from_seed(&[8; 32]);
	let answer = place.comes(token(&stranger, 1, START), None);
	assert_eq!(answer, Err(Shut::Refused(Refused::Right(Denied::NotAUser))));
	let mut forged = token(&stranger, 1, START);
	forged.claims.signer = phone().public().0;
	assert_eq!(place.comes(forged, None), Err(Shut::Refused(Refused::BadSignature)));
	let elsewhere = Record {
		machine: [3; 32],
		..record()
	};
	place.keeper.hear_of(RENTAL, 1, Some(elsewhere.clone()));
	assert!(matches!(
		place.comes(token(&phone(), 1, START), None),
		Err(Shut::NotHeardOf { .. })
	));
	let (root, nodes) = state(&elsewhere);
	place.keeper.hear(block(2, START + 1, root), &place.ticks).unwrap();
	let proof = Some(Proof { block: [2; 32], nodes });
	let answer = place.comes(token(&phone(), 1, START), proof);
	assert_eq!(answer, Err(Shut::Refused(Refused::AnotherMachine)));
}

#[test]
fn a_guest_comes_in_in_his_own_window() {
	let mut place = Place::new();
	place.keeper.hear(block(1, START, [9; 32]), &place.ticks).unwrap();
	let guest = sr25519::Pair::from_seed(&[8; 32]);
	let mut let_in = record();
	let_in.users[0] = Some(User {
		account: guest.public().0,
		from: START + MINUTE,
		until: START + 10 * MINUTE,
		actions: Actions::ENTER,
	});
	place.keeper.hear_of(RENTAL, 1, Some(let_in));
	let answer = place.comes(token(&guest, 1, START), None);
	assert_eq!(answer, Err(Shut::Refused(Refused::Right(Denied::TooEarly))));
	place.ticks.millis.set(2 * MINUTE);
	let answer = place.comes(token(&guest, 1, START + 2 * MINUTE), None);
	assert_eq!(answer, Ok(START + 10 * MINUTE));
}

/// A clock of the computer that is set back does nothing; one that is not known opens nothing.
#[test]
fn a_door_that_does_not_know_the_time_stays_shut() {
	let mut place = Place::new();
	place.keeper.hear(block(1, START, [9; 32]), &place.ticks).unwrap();
	place.keeper.hear_of(RENTAL, 1, Some(record()));
	place.ticks.millis.set(61 * MINUTE);
	let late = token(&phone(), 1, START);
	assert_eq!(place.comes(late, None), Err(Shut::Time(NoTime::TooLong(61 * MINUTE))));
	place.ticks.boot.set(1);
	place.ticks.millis.set(5);
	assert_eq!(place.comes(late, None), Err(Shut::Time(NoTime::OtherBoot)));
	// Older news change nothing.
	place.keeper.hear(block(1, START, [9; 32]), &place.ticks).unwrap();
	assert_eq!(place.comes(late, None), Err(Shut::Time(NoTime::OtherBoot)));
	place
		.keeper
		.hear(block(2, START + 6_000, [9; 32]), &place.ticks)
		.unwrap();
	assert!(place.comes(late, None).is_ok());
}

#[test]
fn a_door_that_starts_again_knows_what_it_knew() {
	let mut place = Place::new();
	let (root, nodes) = state(&record());
	place.keeper.hear(block(1, START, root), &place.ticks).unwrap();
	let proof = Some(Proof { block: [1; 32], nodes });
	let mine = token(&phone(), 1, START);
	assert!(place.comes(mine, proof.clone()).is_ok());
	let kept = place.keeper.to_bytes();
	let used = |place: &Place| Used::open(&place.dir.path().join("used")).unwrap();
	place.keeper = Keeper::again(rules(), used(&place), &kept);
	assert_eq!(place.comes(mine, None), Err(Shut::Refused(Refused::Replayed)));
	assert!(place.comes(token(&phone(), 2, START), None).is_ok());
	// Another chain's, or what is torn, is nothing.
	let other = Rules {
		genesis: [5; 32],
		..rules()
	};
	for (rules, kept) in [
		(other, kept.as_slice()),
		(rules(), &kept[..kept.len() - 1]),
		(rules(), b"".as_slice()),
	] {
		place.keeper = Keeper::again(rules, used(&place), kept);
		assert_eq!(place.keeper.newest(), None);
		assert_eq!(
			place.comes(token(&phone(), 3, START), None),
			Err(Shut::Time(NoTime::Never))
		);
	}
}

#[test]
fn what_a_door_remembers_is_bounded_and_what_is_over_goes_first() {
	let mut place = Place::new();
	for number in 1..2_000u32 {
		let block = Block {
			hash: crate::hash::blake2_256(&number.to_le_bytes()),
			..block(number, START + u64::from(number), [9; 32])
		};
		place.keeper.hear(block, &place.ticks).unwrap();
	}
	assert_eq!(place.keeper.blocks.len(), BLOCKS);
	let over = Record {
		stage: Stage::Settled(Outcome::Completed),
		..record()
	};
	place.keeper.hear_of(RENTAL, 1, Some(record()));
	for rental in 1_000..2_000 {
		place.keeper.hear_of(rental, 1, Some(over.clone()));
	}
	assert_eq!(place.keeper.rentals.len(), RENTALS);
	assert!(place.keeper.rentals.contains_key(&RENTAL));
	place.keeper.hear_of(RENTAL, 2, None);
	assert!(!place.keeper.rentals.contains_key(&RENTAL));
}
