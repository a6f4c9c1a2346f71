//! Bids of which nobody sees the price.

use crate::{
	commitment, mock::*, AwardRule, Bidding, Call, Error, RequestId, RequestState, SealedBids, SealedText, Wanted,
};
use frame_support::{assert_noop, assert_ok, dispatch::DispatchResult};
use sp_core::H256;

const SALT: H256 = H256::repeat_byte(5);
/// When sealed bids can be revealed no more.
const CLOSED: u64 = BID_WINDOW + REVEAL_WINDOW + 1;

fn sealed() -> Wanted<AccountId> {
	Wanted {
		bidding: Bidding::Sealed {
			reveal_window: REVEAL_WINDOW,
		},
		..wanted()
	}
}

pub(super) fn private() -> Wanted<AccountId> {
	Wanted {
		bidding: Bidding::Private,
		award: AwardRule::ByHand,
		..wanted()
	}
}

fn a_text() -> SealedText {
	SealedText {
		key_version: 1,
		ciphertext: vec![7; 176].try_into().expect("so much fits"),
	}
}

fn seal(who: &AccountId, request: RequestId, price: u128) -> DispatchResult {
	let call = Call::seal_bid {
		request,
		commitment: commitment(request, who, price, DAY, SALT),
		text: None,
	};
	signed(who, call)
}

fn seal_privately(who: &AccountId, request: RequestId, price: u128) -> DispatchResult {
	let call = Call::seal_bid {
		request,
		commitment: commitment(request, who, price, DAY, SALT),
		text: Some(a_text()),
	};
	signed(who, call)
}

fn reveal(who: &AccountId, request: RequestId, price: u128) -> DispatchResult {
	let call = Call::reveal_bid {
		request,
		price,
		lead_time: DAY,
		salt: SALT,
	};
	signed(who, call)
}

fn forfeit(request: RequestId, bidder: AccountId) -> DispatchResult {
	signed(&stranger(), Call::forfeit_bid { request, bidder })
}

fn reclaim(request: RequestId, bidder: AccountId) -> DispatchResult {
	signed(&stranger(), Call::reclaim_bid { request, bidder })
}

fn award_private(request: RequestId, bidder: &AccountId, price: u128) -> DispatchResult {
	let call = Call::award_private {
		request,
		bidder: bidder.clone(),
		price,
		lead_time: DAY,
		salt: SALT,
	};
	signed(&buyer(), call)
}

#[test]
fn sealed_bids_are_revealed_ranked_and_awarded() {
	build_and_execute(|| {
		let request = raised(sealed());
		assert_ok!(seal(&supplier(), request, 11_000));
		assert_ok!(seal(&rival(), request, 10_000));
		assert_eq!(money(&supplier()), (ENDOWMENT - BID_FEE, BID_DEPOSIT));
		assert_eq!((request_record(request).sealed, bids(request).len()), (2, 0));
		assert_noop!(reveal(&supplier(), request, 11_000), Error::<Test>::TooEarly);
		at(BID_WINDOW + 1);
		assert_noop!(seal(&stranger(), request, 1), Error::<Test>::TooLate);
		assert_ok!(reveal(&supplier(), request, 11_000));
		assert_eq!(money(&supplier()), (ENDOWMENT - BID_FEE, 0));
		assert_ok!(reveal(&rival(), request, 10_000));
		assert_eq!(bids(request), [(rival(), 10_000), (supplier(), 11_000)]);
		assert_noop!(award(request), Error::<Test>::TooEarly);
		at(CLOSED);
		assert_ok!(award(request));
		assert_eq!(record(last_order()).supplier(), &rival());
	});
}

#[test]
fn of_equal_bids_the_one_that_was_sealed_first_wins() {
	build_and_execute(|| {
		let request = raised(sealed());
		assert_ok!(seal(&supplier(), request, 10_000));
		assert_ok!(seal(&rival(), request, 10_000));
		at(BID_WINDOW + 1);
		assert_ok!(reveal(&rival(), request, 10_000));
		assert_ok!(reveal(&supplier(), request, 10_000));
		assert_eq!(bids(request)[0].0, supplier());
	});
}

#[test]
fn what_does_not_match_is_not_revealed() {
	build_and_execute(|| {
		let request = raised(sealed());
		assert_ok!(seal(&supplier(), request, 10_000));
		at(BID_WINDOW + 1);
		assert_noop!(reveal(&supplier(), request, 9_999), Error::<Test>::RevealMismatch);
		assert_noop!(reveal(&rival(), request, 10_000), Error::<Test>::UnknownBid);
		for (lead_time, salt) in [(DAY + 1, SALT), (DAY, H256::zero())] {
			let call = Call::reveal_bid {
				request,
				price: 10_000,
				lead_time,
				salt,
			};
			assert_noop!(signed(&supplier(), call), Error::<Test>::RevealMismatch);
		}
		assert_ok!(reveal(&supplier(), request, 10_000));
		assert_noop!(reveal(&supplier(), request, 10_000), Error::<Test>::UnknownBid);
	});
}

#[test]
fn a_copy_of_anothers_hash_is_of_no_use() {
	build_and_execute(|| {
		let request = raised(sealed());
		let copied = commitment(request, &supplier(), 10_000, DAY, SALT);
		let call = Call::seal_bid {
			request,
			commitment: copied,
			text: None,
		};
		assert_ok!(signed(&rival(), call));
		at(BID_WINDOW + 1);
		assert_noop!(reveal(&rival(), request, 10_000), Error::<Test>::RevealMismatch);
		// Nor is one of another request.
		let one = commitment(request, &rival(), 10_000, DAY, SALT);
		assert_ne!(one, commitment(RequestId(request.0 + 1), &rival(), 10_000, DAY, SALT));
	});
}

#[test]
fn a_bid_that_is_not_revealed_is_forfeited_one_call_each_by_anybody() {
	build_and_execute(|| {
		let request = raised(sealed());
		assert_ok!(seal(&supplier(), request, 10_000));
		assert_ok!(seal(&rival(), request, 9_000));
		at(BID_WINDOW + 1);
		assert_ok!(reveal(&rival(), request, 9_000));
		assert_noop!(forfeit(request, supplier()), Error::<Test>::TooEarly);
		assert_noop!(reclaim(request, supplier()), Error::<Test>::StillOpen);
		at(CLOSED);
		assert_noop!(reveal(&supplier(), request, 10_000), Error::<Test>::TooLate);
		assert_noop!(forfeit(request, rival()), Error::<Test>::UnknownBid);
		assert_ok!(award(request));
		// The end of the request has released nothing and waits for it.
		let remove = Call::remove_request { request };
		assert_noop!(signed(&buyer(), remove.clone()), Error::<Test>::SealedBidsLeft);
		assert_noop!(reclaim(request, supplier()), Error::<Test>::Forfeited);
		let before = money(&pot()).0;
		assert_ok!(forfeit(request, supplier()));
		assert_eq!(money(&pot()).0, before + BID_DEPOSIT);
		assert_eq!(money(&supplier()), (ENDOWMENT - BID_FEE - BID_DEPOSIT, 0));
		assert_noop!(forfeit(request, supplier()), Error::<Test>::UnknownBid);
		assert_ok!(signed(&buyer(), remove));
	});
}

#[test]
fn a_bid_that_asks_too_much_cannot_be_revealed_and_is_forfeited() {
	build_and_execute(|| {
		let request = raised(sealed());
		assert_ok!(seal(&supplier(), request, MAX_PRICE + 1));
		assert_ok!(seal(&rival(), request, MINIMUM - 1));
		at(BID_WINDOW + 1);
		assert_noop!(reveal(&supplier(), request, MAX_PRICE + 1), Error::<Test>::PriceTooHigh);
		let too_little = pallet_escrow::Error::<Test>::ReleaseBelowMinimum;
		assert_noop!(reveal(&rival(), request, MINIMUM - 1), too_little);
		at(CLOSED);
		assert_noop!(award(request), Error::<Test>::NoBid);
		assert_ok!(forfeit(request, supplier()));
		assert_ok!(signed(&stranger(), Call::expire_request { request }));
		assert_eq!(request_record(request).state, RequestState::NoBid);
		assert_ok!(forfeit(request, rival()));
	});
}

#[test]
fn who_had_no_time_to_reveal_gets_his_deposit_back() {
	build_and_execute(|| {
		let request = raised(sealed());
		assert_ok!(seal(&supplier(), request, 10_000));
		assert_ok!(signed(&buyer(), Call::cancel_request { request }));
		at(BID_WINDOW + 1);
		assert_noop!(reveal(&supplier(), request, 10_000), Error::<Test>::NotOpen);
		at(CLOSED);
		assert_noop!(forfeit(request, supplier()), Error::<Test>::NotForfeited);
		assert_ok!(reclaim(request, supplier()));
		assert_eq!(money(&supplier()), (ENDOWMENT - BID_FEE, 0));
		assert_noop!(reclaim(request, supplier()), Error::<Test>::UnknownBid);
		assert_ok!(signed(&buyer(), Call::remove_request { request }));
	});
}

#[test]
fn nothing_is_forfeited_while_agreements_are_paused() {
	build_and_execute(|| {
		let request = raised(sealed());
		assert_ok!(seal(&supplier(), request, 10_000));
		at(CLOSED);
		assert_ok!(Escrow::pause(RuntimeOrigin::root()));
		let paused = pallet_escrow::Error::<Test>::AgreementsPaused;
		assert_noop!(forfeit(request, supplier()), paused);
	});
}

#[test]
fn each_request_takes_bids_of_its_kind() {
	build_and_execute(|| {
		let (open, closed, secret) = (raised(wanted()), raised(sealed()), raised(private()));
		for request in [closed, secret] {
			assert_noop!(bid(&supplier(), request, 10_000, DAY), Error::<Test>::WrongBidding);
		}
		for request in [open, secret] {
			assert_noop!(seal(&supplier(), request, 10_000), Error::<Test>::WrongBidding);
		}
		for request in [open, closed] {
			assert_noop!(
				seal_privately(&supplier(), request, 10_000),
				Error::<Test>::WrongBidding
			);
		}
		assert_ok!(seal_privately(&supplier(), secret, 10_000));
		at(BID_WINDOW + 1);
		assert_noop!(reveal(&supplier(), secret, 10_000), Error::<Test>::WrongBidding);
	});
}

#[test]
fn a_bidder_seals_once_and_a_request_takes_so_many() {
	build_and_execute(|| {
		let request = raised(sealed());
		assert_noop!(seal(&buyer(), request, 10_000), Error::<Test>::OwnRequest);
		for nth in 0..MAX_SEALED {
			assert_ok!(seal(&one_of_many(nth), request, 10_000));
		}
		assert_noop!(seal(&one_of_many(0), request, 9_000), Error::<Test>::AlreadyBid);
		assert_noop!(seal(&supplier(), request, 10_000), Error::<Test>::ListFull);
	});
}

#[test]
fn who_seals_many_bids_and_reveals_the_best_pays_with_the_deposits_of_the_others() {
	build_and_execute(|| {
		let request = raised(sealed());
		for nth in 0..MAX_SEALED {
			assert_ok!(seal(&one_of_many(nth), request, 10_000 + u128::from(nth)));
		}
		at(BID_WINDOW + 1);
		assert_ok!(reveal(&one_of_many(MAX_SEALED - 1), request, 10_003));
		at(CLOSED);
		for nth in 0..MAX_SEALED - 1 {
			assert_ok!(forfeit(request, one_of_many(nth)));
		}
		let spent: i128 = (0..MAX_SEALED).map(|nth| -gain(&one_of_many(nth))).sum();
		assert_eq!(spent, (4 * BID_FEE + 3 * BID_DEPOSIT) as i128);
	});
}

#[test]
fn the_buyer_alone_reads_private_bids_and_shows_the_one_that_he_takes() {
	build_and_execute(|| {
		let request = raised(private());
		assert_ok!(seal_privately(&supplier(), request, 10_000));
		assert_ok!(seal_privately(&rival(), request, 9_000));
		assert_noop!(
			award_private(request, &supplier(), 9_999),
			Error::<Test>::RevealMismatch
		);
		assert_noop!(award_private(request, &stranger(), 9_999), Error::<Test>::UnknownBid);
		assert_noop!(award_to(request, &supplier()), Error::<Test>::UnknownBid);
		assert_noop!(award(request), Error::<Test>::ByHand);
		assert_noop!(reclaim(request, rival()), Error::<Test>::StillOpen);
		assert_ok!(award_private(request, &supplier(), 10_000));
		let made = record(last_order());
		assert_eq!((made.price, made.supplier()), (10_000, &supplier()));
		assert_eq!(money(&supplier()).1, 1_000);
		// The other's price stays between the two, and his deposit is his.
		at(CLOSED);
		assert_noop!(forfeit(request, rival()), Error::<Test>::NotForfeited);
		assert_ok!(reclaim(request, rival()));
		assert_eq!(money(&rival()), (ENDOWMENT - BID_FEE, 0));
		assert_eq!(SealedBids::<Test>::iter().count(), 0);
	});
}

#[test]
fn a_private_request_waits_for_its_buyer_and_is_awarded_anew_if_the_winner_gives_up() {
	build_and_execute(|| {
		let request = raised(private());
		assert_ok!(seal_privately(&supplier(), request, 10_000));
		assert_ok!(seal_privately(&rival(), request, 9_000));
		at(BID_WINDOW + 1);
		idle();
		assert_eq!(request_record(request).state, RequestState::Open);
		assert_ok!(award_private(request, &rival(), 9_000));
		assert_ok!(cancel(&rival(), last_order()));
		assert_eq!(request_record(request).state, RequestState::Open);
		try_state();
		assert_ok!(award_private(request, &supplier(), 10_000));
		assert_eq!(record(last_order()).supplier(), &supplier());
	});
}

#[test]
fn the_hash_is_what_the_documentation_says() {
	// Computed with Python: hashlib.blake2b(b"bpiiot/bid" + (7).to_bytes(8, "little") + bytes([1] * 32)
	// + (10_000).to_bytes(16, "little") + (86_400_000).to_bytes(8, "little") + bytes([5] * 32), digest_size=32).
	let hash = commitment(RequestId(7), &AccountId::new([1; 32]), 10_000, DAY, SALT);
	assert_eq!(format!("{hash:?}"), PYTHON);
}

const PYTHON: &str = "0x4a50a1e8de59f1f0922b0ccc45551cf8d9fc07d53f8fe30a4259e2a3109ef569";

#[test]
fn a_request_that_is_called_off_after_the_time_to_reveal_excuses_nobody() {
	build_and_execute(|| {
		let request = raised(Wanted {
			award: AwardRule::ByHand,
			..sealed()
		});
		assert_ok!(seal(&supplier(), request, 10_000));
		assert_ok!(seal(&rival(), request, 9_000));
		at(BID_WINDOW + 1);
		assert_ok!(reveal(&rival(), request, 9_000));
		// The buyer waits for those who may still reveal.
		assert_noop!(award_to(request, &rival()), Error::<Test>::TooEarly);
		at(CLOSED);
		assert_ok!(signed(&buyer(), Call::cancel_request { request }));
		assert_noop!(reclaim(request, supplier()), Error::<Test>::Forfeited);
		assert_ok!(forfeit(request, supplier()));
		assert_eq!(money(&supplier()).0, ENDOWMENT - BID_FEE - BID_DEPOSIT);
	});
}
