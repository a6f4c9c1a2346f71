//! Handovers with a token that the giver has signed off line.

use crate::{mock::*, token, Call, Error, Holder, ShipmentId, ShipmentState, Token};
use frame_support::{assert_noop, assert_ok};
use sp_core::{sr25519, Pair, H256};

/// The token of the consignor for the first handover.
fn by_consignor(shipment: ShipmentId) -> Token {
	token_by(&pair_of("consignor"), shipment, &carrier())
}

/// A token whose signature is of other things.
fn signed_over(
	pair: &sr25519::Pair,
	genesis: H256,
	shipment: ShipmentId,
	hop: u8,
	receiver: AccountId,
	valid_until: u64,
) -> Token {
	let payload = token::payload(&genesis, shipment, hop, &receiver, valid_until);
	Token {
		valid_until,
		signature: pair.sign(&payload),
	}
}

#[test]
fn the_receiver_alone_brings_both_signatures() {
	build_and_execute(|| {
		let shipment = agreed(terms());
		assert_ok!(present(&carrier(), shipment, by_consignor(shipment)));
		assert_eq!(holder(shipment), carrier());
		let token = token_by(&pair_of("carrier"), shipment, &consignee());
		assert_ok!(present(&consignee(), shipment, token));
		assert_eq!(record(shipment).state, ShipmentState::Delivered);
	});
}

#[test]
fn wallets_sign_it_too_in_their_wrapping() {
	for as_text in [false, true] {
		build_and_execute(|| {
			let shipment = agreed(terms());
			let valid_until = START + 60_000;
			let payload = token::payload(&System::block_hash(0), shipment, 1, &carrier(), valid_until);
			let text = format!("0x{:?}", sp_core::hexdisplay::HexDisplay::from(&payload));
			let inside = if as_text { text.into_bytes() } else { payload };
			let signature = pair_of("consignor").sign(&token::wrapped(&inside));
			assert_ok!(present(&carrier(), shipment, Token { valid_until, signature }));
		});
	}
}

#[test]
fn a_forged_token_is_refused() {
	build_and_execute(|| {
		let shipment = agreed(terms());
		for forger in ["carrier", "consignee", "stranger"] {
			let token = token_by(&pair_of(forger), shipment, &carrier());
			assert_noop!(present(&carrier(), shipment, token), Error::<Test>::BadToken);
		}
		let mut token = by_consignor(shipment);
		token.valid_until += 1;
		assert_noop!(present(&carrier(), shipment, token), Error::<Test>::BadToken);
		assert_eq!(holder(shipment), consignor());
	});
}

#[test]
fn a_token_of_another_shipment_handover_receiver_or_chain_is_refused() {
	build_and_execute(|| {
		let shipment = agreed(two_legs());
		let (pair, genesis, until) = (pair_of("consignor"), System::block_hash(0), START + 60_000);
		let other_chain = H256::repeat_byte(9);
		for token in [
			signed_over(&pair, genesis, ShipmentId(shipment.0 + 1), 1, carrier(), until),
			signed_over(&pair, genesis, shipment, 2, carrier(), until),
			signed_over(&pair, genesis, shipment, 1, second(), until),
			signed_over(&pair, other_chain, shipment, 1, carrier(), until),
		] {
			assert_noop!(present(&carrier(), shipment, token), Error::<Test>::BadToken);
		}
		assert_ok!(present(
			&carrier(),
			shipment,
			signed_over(&pair, genesis, shipment, 1, carrier(), until)
		));
	});
}

#[test]
fn a_token_serves_once() {
	build_and_execute(|| {
		let shipment = agreed(terms());
		let token = by_consignor(shipment);
		assert_ok!(present(&carrier(), shipment, token.clone()));
		let again = |hop| Call::present {
			shipment,
			hop,
			token: token.clone(),
			reservation: H256::zero(),
		};
		assert_noop!(signed(&carrier(), again(1)), Error::<Test>::HandoverChanged);
		assert_noop!(signed(&carrier(), again(2)), Error::<Test>::NotTheReceiver);
		assert_noop!(signed(&consignee(), again(2)), Error::<Test>::BadToken);
	});
}

#[test]
fn a_token_expires_by_the_chains_time() {
	build_and_execute(|| {
		let shipment = agreed(terms());
		let token = signed_over(
			&pair_of("consignor"),
			System::block_hash(0),
			shipment,
			1,
			carrier(),
			START + 30_000,
		);
		at(30_001);
		assert_noop!(
			present(&carrier(), shipment, token.clone()),
			Error::<Test>::TokenExpired
		);
		let last = signed_over(
			&pair_of("consignor"),
			System::block_hash(0),
			shipment,
			1,
			carrier(),
			START + 30_001,
		);
		assert_ok!(present(&carrier(), shipment, last));
	});
}

#[test]
fn nobody_but_the_named_receiver_presents_it() {
	build_and_execute(|| {
		let shipment = agreed(two_legs());
		let token = by_consignor(shipment);
		for who in [consignor(), second(), consignee(), stranger()] {
			assert_noop!(present(&who, shipment, token.clone()), Error::<Test>::NotTheReceiver);
		}
	});
}

#[test]
fn a_machine_hands_over_with_its_key_of_now() {
	build_and_execute(|| {
		let truck = registered_for(&owner(), 1);
		let mut terms = terms();
		terms.legs[0].carrier = truck.clone();
		let shipment = offered(terms);
		assert_ok!(agree(shipment));
		let leg = leg_of(shipment, 0);
		assert_ok!(signed(&key(1), Call::agree_to_carry { leg }));
		let token = token_by(&pair_of("consignor"), shipment, &truck);
		assert_ok!(present(&key(1), shipment, token));
		assert_eq!(record(shipment).holder(), Holder::Carrier(0));

		let token = || token_by(&machine_pair(1), shipment, &consignee());
		assert_ok!(Machines::freeze(RuntimeOrigin::signed(owner()), machine(1)));
		assert_noop!(present(&consignee(), shipment, token()), Error::<Test>::GiverBarred);
		assert_ok!(Machines::unfreeze(RuntimeOrigin::signed(owner()), machine(1)));
		// The owner's signature is not the machine's.
		let by_owner = token_by(&pair_of("owner"), shipment, &consignee());
		assert_noop!(present(&consignee(), shipment, by_owner), Error::<Test>::BadToken);
		assert_ok!(present(&consignee(), shipment, token()));
	});
}

#[test]
fn who_had_called_before_is_not_late_by_the_token() {
	build_and_execute(|| {
		let shipment = collected(terms());
		at(TRANSIT);
		assert_ok!(tender(shipment));
		at(TRANSIT + DAY);
		let token = token_by(&pair_of("carrier"), shipment, &consignee());
		assert_ok!(present(&consignee(), shipment, token));
		assert_eq!(record(shipment).late_days[0], 0);
	});
}

/// Computed by hand: `"bpiiot/handover"`, 32 bytes, a little-endian `u64`, a byte, 32 bytes, a little-endian `u64`.
#[test]
fn the_payload_is_as_it_is_published() {
	let receiver = AccountId::new([2; 32]);
	let payload = token::payload(&H256::repeat_byte(1), ShipmentId(258), 3, &receiver, 772);
	let mut expected = b"bpiiot/handover".to_vec();
	expected.extend([1; 32]);
	expected.extend([2, 1, 0, 0, 0, 0, 0, 0, 3]);
	expected.extend([2; 32]);
	expected.extend([4, 3, 0, 0, 0, 0, 0, 0]);
	assert_eq!(payload, expected);
}
