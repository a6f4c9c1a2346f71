//! Who gains by lying, by replaying, by being somebody else? Nobody.

use crate::{commitment, mock::*, AwardRule, Bidding, Call, Error, PurchaseOrderId, QuoteId, RequestId, Wanted};
use frame_support::{
	assert_ok,
	traits::{GetCallName, UnfilteredDispatchable},
};
use sp_runtime::{traits::BadOrigin, DispatchError};

/// Something of everything, at an early stage.
struct World {
	quote: QuoteId,
	/// Just ordered.
	order: PurchaseOrderId,
	/// With an open bid of the supplier.
	open: RequestId,
	/// With a sealed bid of the supplier.
	sealed: RequestId,
	/// With a private bid of the supplier.
	private: RequestId,
	/// Awarded by hand, with a bid of the supplier.
	by_hand: RequestId,
}

fn world() -> World {
	let quote = published(quote_terms());
	let order = ordered_by(&buyer(), buying(quote, 1));
	let ask = |who: &AccountId, bidding, award| {
		raised_by(
			who,
			Wanted {
				bidding,
				award,
				..wanted()
			},
		)
	};
	let sealed_bidding = Bidding::Sealed {
		reveal_window: REVEAL_WINDOW,
	};
	// Four purchases of one buyer are the most.
	let open = ask(&buyer(), Bidding::Open, AwardRule::Best);
	let by_hand = ask(&buyer(), Bidding::Open, AwardRule::ByHand);
	let private = ask(&buyer(), Bidding::Private, AwardRule::ByHand);
	let sealed = ask(&rival(), sealed_bidding, AwardRule::Best);
	for request in [open, by_hand] {
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
	}
	for (request, text) in [(sealed, None), (private, Some(a_text()))] {
		let commitment = commitment(request, &supplier(), 10_000, DAY, HASH);
		let call = Call::seal_bid {
			request,
			commitment,
			text,
		};
		assert_ok!(signed(&supplier(), call));
	}
	World {
		quote,
		order,
		open,
		sealed,
		private,
		by_hand,
	}
}

fn a_text() -> crate::SealedText {
	crate::SealedText {
		key_version: 1,
		ciphertext: Default::default(),
	}
}

/// Each call, in their order.
fn calls(world: &World) -> Vec<Call<Test>> {
	let World {
		quote,
		order,
		open,
		sealed,
		private,
		by_hand,
	} = *world;
	let (price, lead_time, salt, reason) = (9_000, DAY, HASH, HASH);
	let bidder = supplier();
	vec![
		Call::publish_quote {
			supplier: supplier(),
			terms: quote_terms(),
			stock: 1,
		},
		Call::update_quote {
			quote,
			terms: quote_terms(),
		},
		Call::set_stock {
			quote,
			read: STOCK - 1,
			stock: 1,
		},
		Call::withdraw_quote { quote },
		buying(quote, 1),
		delivering(order, 1),
		Call::confirm {
			order,
			quantity: 1,
			reading: None,
		},
		Call::reject {
			order,
			quantity: 1,
			reason,
		},
		Call::cancel { order, reason },
		Call::expire { order },
		Call::concede { order },
		Call::dispute { order, evidence: HASH },
		Call::remove { order },
		Call::raise_request { wanted: wanted() },
		Call::cancel_request { request: open },
		Call::expire_request { request: open },
		Call::remove_request { request: open },
		Call::bid {
			request: open,
			price,
			lead_time,
		},
		Call::seal_bid {
			request: sealed,
			commitment: HASH,
			text: None,
		},
		Call::reveal_bid {
			request: sealed,
			price,
			lead_time,
			salt,
		},
		Call::forfeit_bid {
			request: sealed,
			bidder: bidder.clone(),
		},
		Call::reclaim_bid {
			request: sealed,
			bidder: bidder.clone(),
		},
		Call::award { request: open },
		Call::award_to {
			request: by_hand,
			bidder: bidder.clone(),
		},
		Call::award_private {
			request: private,
			bidder: bidder.clone(),
			price,
			lead_time,
			salt,
		},
		Call::counter_offer {
			request: open,
			bidder: bidder.clone(),
			price,
		},
		Call::accept_counter_offer {
			request: open,
			bidder,
			price,
		},
	]
}

/// Whom each call refuses at that stage, and with what. A new call has no row here, and the test fails.
fn refusals(call: &str) -> Vec<(AccountId, Error<Test>)> {
	let by = |who: &[AccountId], error: fn() -> Error<Test>| {
		who.iter().map(|who| (who.clone(), error())).collect::<Vec<_>>()
	};
	let everybody = [supplier(), rival(), buyer(), stranger()];
	match call {
		"publish_quote" | "update_quote" | "set_stock" | "withdraw_quote" | "deliver" | "concede" | "dispute" => {
			by(&[rival(), buyer(), stranger()], || Error::NotTheSupplier)
		}
		"buy" => by(&[supplier()], || Error::OwnQuote),
		"confirm" | "reject" | "remove" | "cancel_request" | "remove_request" | "award_to" | "award_private" => {
			by(&[supplier(), rival(), stranger()], || Error::NotTheBuyer)
		}
		"cancel" | "counter_offer" | "accept_counter_offer" => by(&[rival(), stranger()], || Error::NotAParty),
		"expire" | "expire_request" => by(&everybody, || Error::NotExpired),
		// Anybody may ask: what it costs him is his own.
		"raise_request" => vec![],
		"bid" => by(&[buyer()], || Error::OwnRequest),
		"seal_bid" => by(&[rival()], || Error::OwnRequest),
		"reveal_bid" => by(&[rival(), buyer(), stranger()], || Error::UnknownBid),
		"forfeit_bid" => by(&everybody, || Error::TooEarly),
		"reclaim_bid" => by(&everybody, || Error::StillOpen),
		"award" => by(&everybody, || Error::TooEarly),
		other => panic!("no row for the call {other}"),
	}
}

#[test]
fn every_call_refuses_every_wrong_origin_and_nothing_moves() {
	for (index, name) in Call::<Test>::get_call_names().iter().enumerate() {
		build_and_execute(|| {
			let call = calls(&world()).swap_remove(index);
			assert_eq!(call.get_call_name(), *name);
			let before = sp_io::storage::root(sp_runtime::StateVersion::V1);
			for origin in [RuntimeOrigin::none(), RuntimeOrigin::root()] {
				let refused = call.clone().dispatch_bypass_filter(origin);
				assert_eq!(refused.map_err(|failed| failed.error), Err(BadOrigin.into()), "{name}");
			}
			for (who, error) in refusals(name) {
				assert_eq!(signed(&who, call.clone()), Err(error.into()), "{name} by {who:?}");
			}
			assert_eq!(sp_io::storage::root(sp_runtime::StateVersion::V1), before, "{name}");
		});
	}
}

#[test]
fn every_call_refuses_what_is_not_there() {
	let nothing = World {
		quote: QuoteId(1),
		order: PurchaseOrderId(1),
		open: RequestId(1),
		sealed: RequestId(1),
		private: RequestId(1),
		by_hand: RequestId(1),
	};
	build_and_execute(|| {
		// For what the table of calls itself reads.
		let quote = published(quote_terms());
		for mut call in calls(&World { quote, ..nothing }) {
			let name = call.get_call_name();
			let error = match &mut call {
				Call::publish_quote { .. } | Call::raise_request { .. } => continue,
				Call::update_quote { quote, .. }
				| Call::set_stock { quote, .. }
				| Call::withdraw_quote { quote }
				| Call::buy { quote, .. } => {
					*quote = QuoteId(1);
					Error::<Test>::UnknownQuote
				}
				Call::deliver { .. }
				| Call::confirm { .. }
				| Call::reject { .. }
				| Call::cancel { .. }
				| Call::expire { .. }
				| Call::concede { .. }
				| Call::dispute { .. }
				| Call::remove { .. } => Error::UnknownOrder,
				_ => Error::UnknownRequest,
			};
			let error = DispatchError::from(error);
			for who in [supplier(), buyer(), stranger()] {
				assert_eq!(signed(&who, call.clone()), Err(error), "{name}");
			}
		}
	});
}

/// What can be done once cannot be done again by sending it again.
#[test]
fn no_call_that_ends_something_can_be_replayed() {
	build_and_execute(|| {
		let World {
			quote,
			order,
			open,
			sealed,
			private,
			by_hand,
		} = world();
		let once = |who: &AccountId, call: Call<Test>, error: Error<Test>| {
			let name = call.get_call_name();
			assert_ok!(signed(who, call.clone()));
			assert_eq!(signed(who, call), Err(error.into()), "{name}");
		};
		once(&supplier(), delivering(order, 1), Error::WrongState);
		let (quantity, reading) = (1, None);
		let confirm = Call::confirm {
			order,
			quantity,
			reading,
		};
		once(&buyer(), confirm, Error::WrongState);
		once(&buyer(), Call::remove { order }, Error::UnknownOrder);
		let bidder = supplier();
		let request = by_hand;
		once(&buyer(), Call::award_to { request, bidder }, Error::NotOpen);
		let (price, lead_time, salt, bidder) = (10_000, DAY, HASH, supplier());
		let award_private = Call::award_private {
			request: private,
			bidder,
			price,
			lead_time,
			salt,
		};
		once(&buyer(), award_private, Error::NotOpen);
		at(BID_WINDOW + 1);
		let request = sealed;
		let reveal = Call::reveal_bid {
			request,
			price,
			lead_time,
			salt,
		};
		once(&supplier(), reveal, Error::UnknownBid);
		once(&stranger(), Call::award { request: open }, Error::NotOpen);
		once(
			&supplier(),
			Call::cancel {
				order: last_order(),
				reason: HASH,
			},
			Error::WrongState,
		);
		once(&buyer(), Call::remove_request { request: open }, Error::UnknownRequest);
		once(&supplier(), Call::withdraw_quote { quote }, Error::UnknownQuote);
	});
}

/// The largest record of each kind, and what pays for it.
#[test]
fn all_that_is_stored_is_bounded() {
	use codec::MaxEncodedLen;
	assert!(
		crate::QuoteOf::<Test>::max_encoded_len() < 700,
		"{}",
		crate::QuoteOf::<Test>::max_encoded_len()
	);
	assert!(
		crate::OrderOf::<Test>::max_encoded_len() < 800,
		"{}",
		crate::OrderOf::<Test>::max_encoded_len()
	);
	let bid = crate::Bid::<AccountId>::max_encoded_len();
	assert!(bid <= 100, "{bid}");
	let request = crate::RequestOf::<Test>::max_encoded_len();
	assert!(request < 64 * 100 + 600, "{request}");
	assert!(crate::SealedBid::max_encoded_len() < 300);
}
