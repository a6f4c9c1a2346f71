//! The bytes that are signed and sent, against ones that another program has made.

use bpiiot_voucher::{
	are_right, is_weak, ChannelId, Claim, Domain, Frame, FrameError, Item, Message, SignedTally, Tally, Word,
	MAX_FRAME_BYTES, MAX_FRAME_ITEMS,
};
use codec::{Decode, Encode, MaxEncodedLen};
use sp_core::{
	sr25519::{Pair, Public, Signature},
	Pair as _, H256,
};

fn domain() -> Domain {
	Domain {
		genesis: H256(core::array::from_fn(|index| index as u8)),
		channel: ChannelId(0x0102_0304_0506_0708),
	}
}

fn tally() -> Tally {
	Tally {
		sequence: 9,
		reading: 1_000,
		amount: 1_000_000_000_000_000_000_000_000_000_000,
	}
}

/// What stands behind each tag. Made with Python: `bytes(range(32)) + struct.pack("<QQQ", 0x0102030405060708, 9, 1000) +
/// (10**30).to_bytes(16, "little")`.
const BEHIND: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\
	08070605040302010900000000000000e80300000000000000000040eaed7446d09c2c9f0c000000";

fn key(seed: u8) -> Pair {
	Pair::from_seed(&[seed; 32])
}

#[test]
fn what_is_signed_is_the_tag_the_chain_the_channel_and_the_tally() {
	for (word, tag) in Word::ALL.into_iter().zip(["tick", "voucher", "close"]) {
		let expected = [format!("bpiiot/{tag}").as_bytes(), &hex::decode(BEHIND).unwrap()].concat();
		assert_eq!(word.bytes(&domain(), &tally()), expected, "{tag}");
	}
}

#[test]
fn no_tag_is_how_another_begins() {
	for one in Word::ALL {
		for other in Word::ALL.into_iter().filter(|other| *other != one) {
			assert!(!one.tag().starts_with(other.tag()));
		}
	}
}

/// A voucher that was signed once, by the key of the seed 1, 1, 1, ...
const SIGNATURE: &str = "72fd12ad67dbac783126a63dd44c83ebc01c293fbd4349de57a92da950189946824ec64e08f747d357327ec0809c5053926cee7ab00a1f0e0f331b65c995ba83";

#[test]
fn a_voucher_that_was_signed_once_is_right_for_ever() {
	let signature = Signature::from_raw(hex::decode(SIGNATURE).unwrap().try_into().unwrap());
	let voucher = SignedTally {
		tally: tally(),
		signature,
	};
	assert!(voucher.is_by(Word::Voucher, &domain(), &key(1).public()));
	// The seller sends it in these bytes.
	let encoded = voucher.encode();
	assert_eq!(encoded.len(), 96);
	assert_eq!(SignedTally::decode(&mut encoded.as_slice()), Ok(voucher));
}

#[test]
fn a_signature_counts_for_its_word_chain_channel_tally_and_key_alone() {
	let signed = SignedTally::sign(Word::Voucher, &domain(), tally(), &key(1));
	let is_good = |signed: &SignedTally, word, domain: &Domain, seed| signed.is_by(word, domain, &key(seed).public());
	assert!(is_good(&signed, Word::Voucher, &domain(), 1));
	assert!(!is_good(&signed, Word::Tick, &domain(), 1));
	assert!(!is_good(&signed, Word::Close, &domain(), 1));
	assert!(!is_good(&signed, Word::Voucher, &domain(), 2));
	let other_chain = Domain {
		genesis: H256::zero(),
		..domain()
	};
	let other_channel = Domain {
		channel: ChannelId(1),
		..domain()
	};
	assert!(!is_good(&signed, Word::Voucher, &other_chain, 1));
	assert!(!is_good(&signed, Word::Voucher, &other_channel, 1));
	for spoil in [
		|tally: &mut Tally| tally.sequence += 1,
		|tally: &mut Tally| tally.reading -= 1,
		|tally: &mut Tally| tally.amount += 1,
	] {
		let mut spoilt = signed;
		spoil(&mut spoilt.tally);
		assert!(!is_good(&spoilt, Word::Voucher, &domain(), 1));
	}
}

#[test]
fn many_signatures_are_right_together_as_they_are_one_by_one() {
	let claim = |nth: u8| {
		let key = key(1 + nth % 5);
		let tally = Tally {
			sequence: nth.into(),
			..tally()
		};
		let word = Word::ALL[usize::from(nth % 3)];
		Claim {
			key: key.public(),
			word,
			domain: domain(),
			signed: SignedTally::sign(word, &domain(), tally, &key),
		}
	};
	let all: Vec<_> = (0..20).map(claim).collect();
	assert_eq!(are_right(&all), vec![true; 20]);
	assert_eq!((are_right(&all[..1]), are_right(&[])), (vec![true], vec![]));
	let spoils: [fn(&mut Claim); 6] = [
		|claim| claim.signed.tally.amount += 1,
		|claim| claim.domain.channel = ChannelId(1),
		|claim| claim.key = Public::from_raw([0; 32]),
		// No key, and no signature.
		|claim| claim.key = Public::from_raw([0xff; 32]),
		|claim| claim.signed.signature = Signature::from_raw([0; 64]),
		|claim| claim.word = Word::Voucher,
	];
	for (nth, spoil) in spoils.into_iter().enumerate() {
		let mut spoilt = all.clone();
		spoil(&mut spoilt[3 * nth]);
		let right = are_right(&spoilt);
		assert!((0..20).all(|other| right[other] == (other != 3 * nth)), "{nth}");
	}
}

/// With the neutral element for a key, R = s·G is a signature of everything.
#[test]
fn anybody_signs_for_a_weak_key_so_it_says_nothing() {
	let weak = Public::from_raw([0; 32]);
	// s = 0, R = 0, and the mark of a schnorrkel signature.
	let mut raw = [0; 64];
	raw[63] = 0x80;
	let forged = SignedTally {
		tally: tally(),
		signature: Signature::from_raw(raw),
	};
	let bytes = Word::Voucher.bytes(&domain(), &tally());
	assert!(
		Pair::verify(&forged.signature, bytes, &weak),
		"or the check would be needless"
	);
	assert!(is_weak(&weak) && !forged.is_by(Word::Voucher, &domain(), &weak));
	assert!(!is_weak(&key(1).public()));
}

#[test]
fn frames_are_what_was_sent_and_bounded() {
	let signed = SignedTally::sign(Word::Tick, &domain(), tally(), &key(1));
	let messages = [
		Message::Hello(None),
		Message::Hello(Some(signed)),
		Message::Tick(signed),
		Message::Voucher(signed),
		Message::Refused {
			sequence: 3,
			reading: 4,
		},
		Message::Close(signed),
		Message::Consent(signed),
		Message::Unknown,
	];
	let mut frame = Frame::default();
	for (index, message) in messages.into_iter().enumerate() {
		assert_eq!(message.encode()[0], [0, 0, 1, 2, 3, 4, 5, 6][index]);
		let channel = ChannelId(index as u64);
		frame.push(Item { channel, message }).unwrap();
	}
	let bytes = frame.to_bytes();
	assert_eq!(Frame::from_bytes(&bytes), Ok(frame.clone()));
	for cut in 1..bytes.len() {
		if let Ok(part) = Frame::from_bytes(&bytes[..cut]) {
			assert!(part.items().len() < frame.items().len());
		}
	}
	let item = frame.items()[2];
	while frame.push(item).is_ok() {}
	assert_eq!(frame.items().len(), MAX_FRAME_ITEMS);
	assert!(Item::max_encoded_len() * MAX_FRAME_ITEMS <= MAX_FRAME_BYTES);
	let mut bytes = frame.to_bytes();
	assert_eq!(Frame::from_bytes(&bytes), Ok(frame));
	bytes.extend(item.encode());
	assert_eq!(Frame::from_bytes(&bytes), Err(FrameError::TooLarge));
	assert_eq!(
		Frame::from_bytes(&vec![0; MAX_FRAME_BYTES + 1]),
		Err(FrameError::TooLarge)
	);
	assert_eq!(
		Frame::from_bytes(&[0, 0, 0, 0, 0, 0, 0, 0, 99]),
		Err(FrameError::Malformed)
	);
}

proptest::proptest! {
	/// Whatever comes over the line is a frame that would be sent as the same bytes, or is refused.
	#[test]
	fn any_bytes_are_a_frame_or_refused(bytes in proptest::collection::vec(0u8..8, 0..400)) {
		if let Ok(frame) = Frame::from_bytes(&bytes) {
			proptest::prop_assert_eq!(frame.to_bytes(), bytes);
		}
	}
}
