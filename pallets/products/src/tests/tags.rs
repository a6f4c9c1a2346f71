//! A tag's signature, and what a copy's looks like.

use crate::{
	gs1::Serial,
	mock::*,
	tags::{challenge, TagVerifier, P256},
	Call, Error, Event, Tags,
};
use frame_support::{assert_noop, assert_ok};

fn tag() -> TestTag {
	TestTag::new(1)
}

fn one() -> Serial {
	serial("A1")
}

fn attach(who: &AccountId, serial: Serial, key: [u8; 33]) -> sp_runtime::DispatchResult {
	let gtin = part();
	signed(who, Call::attach_tag { gtin, serial, key })
}

/// An item of the smith's with a tag.
fn tagged() {
	assert_ok!(register(&SMITH, part(), "A1"));
	assert_ok!(attach(&SMITH, one(), tag().key()));
	blocks_pass(20);
}

/// What a tag signs for somebody.
fn message(asker: &AccountId, block: u64, counter: u32) -> Vec<u8> {
	let hash = System::block_hash(block);
	challenge(&System::block_hash(0), part(), &one(), asker, &block, &hash, counter)
}

fn submit(who: &AccountId, block: u64, counter: u32, signature: [u8; 64]) -> sp_runtime::DispatchResult {
	let (gtin, serial) = (part(), one());
	signed(
		who,
		Call::verify_tag {
			gtin,
			serial,
			block,
			counter,
			signature,
		},
	)
}

fn scan(who: &AccountId, tag: &TestTag, block: u64, counter: u32) -> sp_runtime::DispatchResult {
	submit(who, block, counter, tag.sign(&message(who, block, counter)))
}

fn last_block() -> u64 {
	System::block_number() - 1
}

fn copies() -> u32 {
	Products::tag_of(part(), one()).expect("it has one").copies
}

#[test]
fn a_genuine_tag_is_verified_and_counts_on() {
	build_and_execute(|| {
		tagged();
		assert_ok!(scan(&STRANGER, &tag(), last_block(), 1));
		System::assert_last_event(
			Event::TagVerified {
				gtin: part(),
				serial: one(),
				by: STRANGER,
				counter: 1,
				copies: 0,
			}
			.into(),
		);
		assert_ok!(scan(&SHOP, &tag(), last_block(), 9));
		// By a machine's key; it is the machine that asks.
		let block = last_block();
		let signature = tag().sign(&message(&PRESS.account(), block, 10));
		assert_ok!(submit(&key(PRESS), block, 10, signature));
		assert_eq!(Products::tag_of(part(), one()).expect("it has one").counter, 10);
	});
}

#[test]
fn what_another_has_signed_or_for_another_is_refused() {
	build_and_execute(|| {
		tagged();
		let block = last_block();
		assert_noop!(scan(&STRANGER, &TestTag::new(2), block, 1), Error::<Test>::BadSignature);
		let for_shop = tag().sign(&message(&SHOP, block, 1));
		assert_noop!(submit(&STRANGER, block, 1, for_shop), Error::<Test>::BadSignature);
		assert_noop!(submit(&SHOP, block, 2, for_shop), Error::<Test>::BadSignature);
		assert_noop!(submit(&SHOP, block - 1, 1, for_shop), Error::<Test>::BadSignature);
		for garbage in [[0; 64], [255; 64]] {
			assert_noop!(submit(&SHOP, block, 1, garbage), Error::<Test>::BadSignature);
		}
		let high = tag().sign_high(&message(&SHOP, block, 1));
		assert_noop!(submit(&SHOP, block, 1, high), Error::<Test>::BadSignature);
		// Of another item, and of another chain.
		let other = challenge(
			&System::block_hash(0),
			part(),
			&serial("A2"),
			&SHOP,
			&block,
			&System::block_hash(block),
			1,
		);
		assert_noop!(submit(&SHOP, block, 1, tag().sign(&other)), Error::<Test>::BadSignature);
		let other = challenge(
			&System::block_hash(1),
			part(),
			&one(),
			&SHOP,
			&block,
			&System::block_hash(block),
			1,
		);
		assert_noop!(submit(&SHOP, block, 1, tag().sign(&other)), Error::<Test>::BadSignature);
		assert_ok!(submit(&SHOP, block, 1, for_shop));
	});
}

#[test]
fn a_challenge_is_young_and_its_block_is_over() {
	build_and_execute(|| {
		tagged();
		let now = System::block_number();
		for block in [now, now + 1, now - CHALLENGE_AGE - 1, 0] {
			assert_noop!(scan(&STRANGER, &tag(), block, 1), Error::<Test>::BadChallenge);
		}
		assert_ok!(scan(&STRANGER, &tag(), now - CHALLENGE_AGE, 1));
	});
}

/// What was signed before is no sign of a copy, whoever submits it again and in which order.
#[test]
fn a_replay_changes_nothing() {
	build_and_execute(|| {
		tagged();
		let block = last_block();
		let (first, second) = (
			tag().sign(&message(&STRANGER, block, 1)),
			tag().sign(&message(&STRANGER, block, 2)),
		);
		assert_ok!(submit(&STRANGER, block, 2, second));
		for (counter, signature) in [(1, first), (2, second)] {
			assert_noop!(
				submit(&STRANGER, block, counter, signature),
				Error::<Test>::CounterNotRising
			);
		}
		blocks_pass(1);
		assert_noop!(submit(&STRANGER, block, 1, first), Error::<Test>::CounterNotRising);
		assert_noop!(
			scan(&STRANGER, &tag(), last_block(), 0),
			Error::<Test>::CounterNotRising
		);
		assert_eq!(copies(), 0);
	});
}

#[test]
fn a_copy_is_seen_once_for_each_time_that_it_shows_itself() {
	build_and_execute(|| {
		tagged();
		assert_ok!(scan(&SHOP, &tag(), last_block(), 7));
		blocks_pass(1);
		// The copy was made when the counter was lower. Its challenge is younger than what was seen.
		let block = last_block();
		let signature = tag().sign(&message(&STRANGER, block, 6));
		assert_ok!(submit(&STRANGER, block, 6, signature));
		System::assert_last_event(
			Event::CopySeen {
				gtin: part(),
				serial: one(),
				by: STRANGER,
				counter: 6,
				copies: 1,
			}
			.into(),
		);
		assert_noop!(submit(&STRANGER, block, 6, signature), Error::<Test>::CounterNotRising);
		assert_eq!(Products::tag_of(part(), one()).expect("it has one").counter, 7);
		blocks_pass(1);
		assert_ok!(scan(&STRANGER, &tag(), last_block(), 7));
		assert_eq!(copies(), 2);
		// The genuine one is verified all the same, and whoever asks is told.
		assert_ok!(scan(&SHOP, &tag(), last_block(), 8));
		assert_eq!(copies(), 2);
	});
}

#[test]
fn an_item_has_one_tag_for_ever_and_its_issuer_says_which() {
	build_and_execute(|| {
		assert_ok!(register_range(&SMITH, part(), "10", "99"));
		let key = tag().key();
		assert_noop!(attach(&SMITH, one(), key), Error::<Test>::UnknownThing);
		assert_noop!(attach(&SMITH, serial("12"), [7; 33]), Error::<Test>::BadKey);
		for who in [&STRANGER, &BUILDER] {
			assert_noop!(attach(who, serial("12"), key), Error::<Test>::ForeignPrefix);
		}
		// An item of a range needs no record of its own for that.
		assert_ok!(attach(&SMITH, serial("12"), key));
		assert_noop!(attach(&SMITH, serial("12"), key), Error::<Test>::AlreadyTagged);
		assert_eq!(Tags::<Test>::iter().count(), 1);
		assert_noop!(withdraw(&SMITH, range(part(), "99")), Error::<Test>::InUse);
		let (gtin, serial) = (part(), serial("13"));
		let call = Call::verify_tag {
			gtin,
			serial,
			block: 0,
			counter: 1,
			signature: [0; 64],
		};
		assert_noop!(signed(&STRANGER, call), Error::<Test>::NoTag);
	});
}

/// RFC 6979, A.2.5: the key, and the signature of "sample" with SHA-256.
#[test]
fn signatures_are_those_of_the_standard() {
	let hex = |text: &str| -> Vec<u8> {
		let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).expect("hex");
		(0..text.len()).step_by(2).map(byte).collect()
	};
	// The y of the public key is odd.
	let key = hex("0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
	let r = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
	let s = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
	let signature: [u8; 64] = hex(&format!("{r}{s}")).try_into().expect("64 bytes");
	let key: [u8; 33] = key.try_into().expect("33 bytes");
	assert!(P256::is_key(&key));
	// Its s is high.
	assert!(!P256::is_signed(&key, b"sample", &signature));
	let low = p256::ecdsa::Signature::from_slice(&signature).expect("in range");
	let low: [u8; 64] = low.normalize_s().expect("it was high").to_bytes().into();
	assert!(P256::is_signed(&key, b"sample", &low));
	assert!(!P256::is_signed(&key, b"simple", &low));
}
