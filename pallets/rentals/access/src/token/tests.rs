use super::*;
use crate::{Outcome, Seen, Stage, User};
use proptest::{collection::vec, prelude::*};
use sp_core::{sr25519, Pair};
use std::collections::BTreeMap;

type Record = Access<[u8; 32], [u8; 32]>;

const GENESIS: [u8; 32] = [0x11; 32];
const MACHINE: [u8; 32] = [0x22; 32];
const RENTAL: u64 = 0x0000_0005_0000_0003;
/// The rental's hour, in unix milliseconds.
const START: u64 = 1_790_000_000_000;
const END: u64 = START + 3_600_000;
const MINUTE: u64 = 60_000;
const DOOR: Door = Door {
	genesis: GENESIS,
	machine: MACHINE,
	longest: 5 * MINUTE,
};

fn pair(seed: u8) -> sr25519::Pair {
	sr25519::Pair::from_seed(&[seed; 32])
}

fn key(seed: u8) -> [u8; 32] {
	pair(seed).public().0
}

/// Renter 1 has sub-user 2, from the tenth to the twentieth minute, for the door alone.
fn record() -> Record {
	let user = User {
		account: key(2),
		from: START + 10 * MINUTE,
		until: START + 20 * MINUTE,
		actions: Actions::ENTER,
	};
	Access {
		machine: MACHINE,
		renter: key(1),
		actions: Actions::ENTER | Actions::OPERATE,
		start: START,
		end: END,
		stage: Stage::Active,
		epoch: 3,
		users: [Some(user), None, None, None],
	}
}

/// Good in the twelfth minute.
fn claims(seed: u8) -> Claims {
	Claims {
		rental: RENTAL,
		machine: MACHINE,
		signer: key(seed),
		actions: Actions::ENTER,
		epoch: 3,
		not_before: START + 11 * MINUTE,
		not_after: START + 12 * MINUTE,
		nonce: 0x0807_0605_0403_0201,
	}
}

fn signed(seed: u8, claims: Claims) -> Token {
	let signature = pair(seed).sign(&claims.payload(&GENESIS)).0;
	Token { claims, signature }
}

fn verify(message: &[u8], signature: &[u8; 64], key: &[u8; 32]) -> bool {
	sr25519::Pair::verify(&(*signature).into(), message, &(*key).into())
}

/// What a fresh door says half a minute into the token's window.
fn shown(token: &Token, record: &Record) -> Result<Right, Refused> {
	at(token, record, START + 11 * MINUTE + 30_000)
}

fn at(token: &Token, record: &Record, now: u64) -> Result<Right, Refused> {
	token.check(
		&DOOR,
		RENTAL,
		record,
		Actions::ENTER,
		now,
		&mut Seen::<64>::default(),
		verify,
	)
}

/// Tokens as `sp_core` has signed them once, and whose key it was: the renter's, the sub-user's, and the renter's in what
/// wallets put around it.
const GOLDEN: [(&str, u8); 3] = include!("golden.in");

#[test]
fn the_golden_tokens_open() {
	for (token, seed) in GOLDEN {
		let bytes = hex::decode(token).unwrap();
		let token = Token::decode(&bytes).unwrap();
		assert_eq!(token.claims, claims(seed));
		assert_eq!(token.encode().to_vec(), bytes);
		let until = if seed == 1 { END } else { START + 20 * MINUTE };
		assert_eq!(shown(&token, &record()).map(|right| right.until), Ok(until));
	}
}

#[test]
fn what_is_signed_is_as_written() {
	let written = [
		hex::encode("bpiiot/access"),
		"11".repeat(32),
		"01".into(),
		"0300000005000000".into(),
		"22".repeat(32),
		hex::encode(key(1)),
		"0100".into(),
		"03000000".into(),
		hex::encode((START + 11 * MINUTE).to_le_bytes()),
		hex::encode((START + 12 * MINUTE).to_le_bytes()),
		"0102030405060708".into(),
	]
	.concat();
	assert_eq!(hex::encode(claims(1).payload(&GENESIS)), written);
}

#[test]
fn a_token_has_one_form() {
	let bytes = signed(1, claims(1)).encode();
	for length in (0..TOKEN_LENGTH).chain([TOKEN_LENGTH + 1]) {
		let mut other = bytes.to_vec();
		other.resize(length, 0);
		assert_eq!(Token::decode(&other), Err(Refused::WrongLength));
	}
	for version in (0..=255).filter(|version| *version != VERSION) {
		let mut other = bytes;
		other[0] = version;
		assert_eq!(Token::decode(&other), Err(Refused::UnknownVersion));
	}
}

#[test]
fn a_door_says_why_it_stays_shut() {
	type Change = fn(&mut Claims);
	let cases: [(Change, Refused); 14] = [
		(|claims| claims.machine = [3; 32], Refused::AnotherMachine),
		(|claims| claims.rental += 1, Refused::AnotherRental),
		(|claims| claims.actions = Actions::OPERATE, Refused::ActionNotInToken),
		(|claims| claims.actions = Actions::default(), Refused::ActionNotInToken),
		(|claims| claims.not_after = claims.not_before, Refused::EmptyWindow),
		(|claims| claims.not_after = 0, Refused::EmptyWindow),
		(
			|claims| claims.not_after = claims.not_before + 5 * MINUTE + 1,
			Refused::LivesTooLong,
		),
		(|claims| claims.not_after = u64::MAX, Refused::LivesTooLong),
		(|claims| claims.not_before += 30_001, Refused::NotYetValid),
		(|claims| claims.not_after -= 30_001, Refused::Expired),
		(|claims| claims.epoch = 2, Refused::Revoked),
		(|claims| claims.epoch = 4, Refused::RecordTooOld),
		(
			|claims| claims.actions = Actions::ENTER | Actions::READ,
			Refused::Right(Denied::ActionNotAllowed),
		),
		(|claims| claims.signer = key(3), Refused::Right(Denied::NotAUser)),
	];
	for (change, refused) in cases {
		let mut claims = claims(1);
		change(&mut claims);
		assert_eq!(shown(&signed(1, claims), &record()), Err(refused));
	}
}

#[test]
fn a_door_believes_its_own_machine_and_record() {
	let token = signed(1, claims(1));
	let mut other = record();
	other.machine = [3; 32];
	assert_eq!(shown(&token, &other), Err(Refused::AnotherMachine));
	for stage in [
		Stage::Booked,
		Stage::Returned(Outcome::Completed),
		Stage::Settled(Outcome::Stopped),
	] {
		let over = Record { stage, ..record() };
		assert_eq!(shown(&token, &over), Err(Refused::Right(Denied::NotActive)));
	}
}

#[test]
fn a_token_does_not_outlive_its_signers_right() {
	let hour = |not_before, not_after| Claims {
		not_before,
		not_after,
		..claims(1)
	};
	let renter = |claims, now| at(&signed(1, claims), &record(), now);
	let refused = Err(Refused::OutlivesRight);
	assert_eq!(renter(hour(END - MINUTE, END + 1), END - 1), refused);
	assert!(renter(hour(END - MINUTE, END), END - 1).is_ok());
	assert_eq!(
		renter(hour(END - MINUTE, END), END),
		Err(Refused::Right(Denied::TooLate))
	);
	assert_eq!(renter(hour(START - 1, START + MINUTE), START), refused);
	let user = |not_before, not_after, now| {
		let claims = Claims {
			not_before,
			not_after,
			..claims(2)
		};
		at(&signed(2, claims), &record(), now)
	};
	let last = START + 20 * MINUTE;
	assert_eq!(user(last - MINUTE, last + 1, last - 1), refused);
	assert!(user(last - MINUTE, last, last - 1).is_ok());
	assert_eq!(user(last - MINUTE, last, last), Err(Refused::Right(Denied::TooLate)));
	// His right is for the door alone.
	let operates = Claims {
		actions: Actions::ENTER | Actions::OPERATE,
		..claims(2)
	};
	assert_eq!(
		shown(&signed(2, operates), &record()),
		Err(Refused::Right(Denied::ActionNotAllowed))
	);
}

#[test]
fn only_the_signer_signs_and_only_for_this_chain() {
	assert_eq!(shown(&signed(2, claims(1)), &record()), Err(Refused::BadSignature));
	let signature = pair(1).sign(&claims(1).payload(&[0x12; 32])).0;
	let elsewhere = Token {
		claims: claims(1),
		signature,
	};
	assert_eq!(shown(&elsewhere, &record()), Err(Refused::BadSignature));
	// What the key signs elsewhere is no token.
	let signature = pair(1).sign(&claims(1).encode()).0;
	let bare = Token {
		claims: claims(1),
		signature,
	};
	assert_eq!(shown(&bare, &record()), Err(Refused::BadSignature));
}

#[test]
fn a_token_opens_once_also_after_the_clock_was_set_back() {
	let mut seen = Seen::<64>::default();
	let token = signed(1, claims(1));
	let mut show = |now| token.check(&DOOR, RENTAL, &record(), Actions::ENTER, now, &mut seen, verify);
	let (first, last) = (START + 11 * MINUTE, START + 12 * MINUTE);
	assert!(show(first).is_ok());
	assert_eq!(show(first), Err(Refused::Replayed));
	assert_eq!(show(last), Err(Refused::Replayed));
	assert_eq!(show(last + 1), Err(Refused::Expired));
	// It is forgotten now.
	assert_eq!(show(first), Err(Refused::Expired));
	assert!(seen.is_empty());
}

#[test]
fn what_was_refused_is_not_used_up() {
	let mut seen = Seen::<64>::default();
	let token = signed(1, claims(1));
	let mut show = |record: &Record| {
		let now = START + 11 * MINUTE;
		token.check(&DOOR, RENTAL, record, Actions::ENTER, now, &mut seen, verify)
	};
	let booked = Record {
		stage: Stage::Booked,
		..record()
	};
	assert!(show(&booked).is_err());
	assert!(show(&record()).is_ok());
}

#[test]
fn one_signer_cannot_keep_the_others_out() {
	let mut seen = Seen::<64>::default();
	for nonce in 0..8 {
		assert_eq!(seen.note(&[1; 32], nonce, 100), Ok(()));
	}
	assert_eq!(seen.note(&[1; 32], 8, 100), Err(Refused::TooManyTokens));
	assert_eq!(seen.note(&[1; 32], 7, 100), Err(Refused::Replayed));
	assert_eq!(seen.note(&[2; 32], 7, 100), Ok(()));
	seen.advance(100);
	assert_eq!(seen.len(), 9);
	seen.advance(101);
	assert_eq!(seen.note(&[1; 32], 7, 200), Ok(()));
}

#[test]
fn a_full_memory_refuses_and_forgets_nothing() {
	let mut seen = Seen::<4>::default();
	for signer in 0..4 {
		assert_eq!(seen.note(&[signer; 32], 0, 100), Ok(()));
	}
	assert_eq!(seen.note(&[4; 32], 0, 100), Err(Refused::TooManyTokens));
	for signer in 0..4 {
		assert_eq!(seen.note(&[signer; 32], 0, 100), Err(Refused::Replayed));
	}
}

fn any_claims() -> impl Strategy<Value = Claims> {
	let keys = (any::<[u8; 32]>(), any::<[u8; 32]>());
	(any::<(u64, u16, u32, u64, u64, u64)>(), keys).prop_map(|(numbers, (machine, signer))| {
		let (rental, actions, epoch, not_before, not_after, nonce) = numbers;
		Claims {
			rental,
			machine,
			signer,
			actions: Actions(actions),
			epoch,
			not_before,
			not_after,
			nonce,
		}
	})
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

	/// Tokens come back as they went, and different ones have different bytes to sign.
	#[test]
	fn tokens_come_back_as_they_went(one in any_claims(), other in any_claims(), half in any::<[u8; 32]>()) {
		let signature = joined([half.as_slice(), &half]);
		let token = Token { claims: one, signature };
		prop_assert_eq!(Token::decode(&token.encode()), Ok(token));
		prop_assert_eq!(one == other, one.payload(&GENESIS) == other.payload(&GENESIS));
	}

	/// Whatever bytes somebody shows, the door stays shut, and nothing panics.
	#[test]
	fn noise_opens_nothing(noise in vec(any::<u8>(), 0..2 * TOKEN_LENGTH), now in any::<u64>()) {
		if let Ok(token) = Token::decode(&noise) {
			prop_assert!(at(&token, &record(), now).is_err());
		}
	}

	/// A good token of which one bit was changed is a bad one.
	#[test]
	fn a_changed_bit_opens_nothing(bit in 0..8 * TOKEN_LENGTH) {
		let mut bytes = signed(1, claims(1)).encode();
		bytes[bit / 8] ^= 1 << (bit % 8);
		let token = Token::decode(&bytes);
		prop_assert!(token.is_err() || shown(&token.unwrap(), &record()).is_err());
	}

	/// A door opens only inside of the token's window, the signer's right, and the longest life.
	#[test]
	fn a_door_opens_only_in_time(
		who in 1..3u8, from in 0..70 * MINUTE, life in 0..6 * MINUTE, now in 0..70 * MINUTE, ends in 0..70 * MINUTE,
	) {
		let mut record = record();
		record.end = START + ends;
		let (not_before, not_after) = (START + from, START + from + life);
		let claims = Claims { not_before, not_after, ..claims(who) };
		let now = START + now;
		let opens = at(&signed(who, claims), &record, now).is_ok();
		let (first, last) = match who {
			1 => (START, record.end),
			_ => (START + 10 * MINUTE, record.end.min(START + 20 * MINUTE)),
		};
		let may = (1..=5 * MINUTE).contains(&life)
			&& (not_before..=not_after).contains(&now)
			&& first <= not_before && not_after <= last && now < last;
		prop_assert_eq!(opens, may);
	}

	/// Against a memory without bounds: whatever the bounded one lets in, that one would have; so no token opens twice, however
	/// the clock jumps. What the bounded one refuses beyond that is only for want of room.
	#[test]
	fn no_token_opens_twice(steps in vec((0..3u8, 0..12u64, 0..200u64, 1..100u64), 1..200)) {
		let mut seen = Seen::<16>::default();
		let mut all = BTreeMap::<(u8, u64), u64>::new();
		let mut latest = 0;
		for (signer, nonce, now, life) in steps {
			latest = latest.max(now);
			prop_assert_eq!(seen.advance(now), latest);
			// A token's window is a part of it: the same nonce always comes with the same one.
			let until = *all.entry((signer, nonce)).or_insert(0);
			if until >= latest && until > 0 {
				prop_assert_ne!(seen.note(&[signer; 32], nonce, until), Ok(()));
				continue;
			}
			let until = latest + life;
			match seen.note(&[signer; 32], nonce, until) {
				Ok(()) => drop(all.insert((signer, nonce), until)),
				refused => prop_assert_eq!(refused, Err(Refused::TooManyTokens)),
			}
		}
	}
}
