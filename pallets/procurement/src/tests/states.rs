//! Each call in each state that there is: what is not for this state is refused, and nothing moves.

use crate::{mock::*, AwardRule, Call, Error, PurchaseOrderId, RequestId, RequestState, Wanted};
use frame_support::{assert_ok, traits::GetCallName};
use sp_runtime::StateVersion;

/// How far an order before an arbiter has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
	Awaiting,
	Delivered,
	Rejected,
	Disputed,
	Settled,
}

use Stage::*;

fn order_at(stage: Stage) -> PurchaseOrderId {
	let order = ten_ordered_before();
	if stage >= Delivered {
		assert_ok!(deliver(order, 10));
	}
	if stage >= Rejected {
		assert_ok!(reject(order, 10));
	}
	match stage {
		Disputed => {
			assert_ok!(signed(&supplier(), Call::dispute { order, evidence: HASH }));
		}
		Settled => {
			assert_ok!(signed(&supplier(), Call::concede { order }));
		}
		_ => (),
	}
	order
}

/// Each call on an order by who may make it, and the stages that it is for.
fn order_calls(order: PurchaseOrderId) -> Vec<(AccountId, Call<Test>, &'static [Stage])> {
	let (reason, evidence, quantity, reading) = (HASH, HASH, 10, None);
	let confirm = Call::confirm {
		order,
		quantity,
		reading,
	};
	let reject = Call::reject {
		order,
		quantity,
		reason,
	};
	vec![
		(supplier(), delivering(order, 10), &[Awaiting]),
		(buyer(), confirm, &[Delivered]),
		(buyer(), reject, &[Delivered]),
		(buyer(), Call::cancel { order, reason }, &[Awaiting]),
		(supplier(), Call::cancel { order, reason }, &[Awaiting]),
		(supplier(), Call::concede { order }, &[Rejected]),
		(supplier(), Call::dispute { order, evidence }, &[Rejected]),
		(buyer(), Call::remove { order }, &[Settled]),
		(stranger(), Call::expire { order }, &[]),
	]
}

fn state() -> Vec<u8> {
	sp_io::storage::root(StateVersion::V1)
}

#[test]
fn an_order_is_only_for_the_calls_of_its_state() {
	for stage in [Awaiting, Delivered, Rejected, Disputed, Settled] {
		for nth in 0..9 {
			build_and_execute(|| {
				let order = order_at(stage);
				let (who, call, stages) = order_calls(order).swap_remove(nth);
				let (name, before) = (call.get_call_name(), state());
				let done = signed(&who, call);
				if stages.contains(&stage) {
					assert_eq!(done, Ok(()), "{name} at {stage:?}");
					return;
				}
				let error = match (name, stage) {
					("remove", _) => Error::<Test>::NotSettled,
					("expire", Awaiting | Delivered | Rejected) => Error::NotExpired,
					_ => Error::WrongState,
				};
				assert_eq!(done, Err(error.into()), "{name} at {stage:?}");
				assert_eq!(state(), before, "{name} at {stage:?}");
			});
		}
	}
}

/// A request that has come to this state.
fn request_at(state: RequestState) -> RequestId {
	let rule = match state {
		RequestState::Cancelled => AwardRule::ByHand,
		_ => AwardRule::Best,
	};
	let request = raised(Wanted {
		award: rule,
		..wanted()
	});
	if state != RequestState::NoBid {
		assert_ok!(bid(&supplier(), request, 10_000, DAY));
	}
	match state {
		RequestState::Open => (),
		RequestState::Cancelled => {
			assert_ok!(signed(&buyer(), Call::cancel_request { request }));
		}
		RequestState::Awarded(_) => {
			at(BID_WINDOW + 1);
			assert_ok!(award(request));
		}
		RequestState::Assigned(_) => unreachable!("its tests are in `services`"),
		RequestState::NoBid | RequestState::NotAwarded => {
			at(BID_WINDOW + AWARD_WINDOW + 1);
			assert_ok!(signed(&stranger(), Call::expire_request { request }));
		}
	}
	request
}

#[test]
fn a_request_that_is_not_open_is_only_removed() {
	let ended = [
		RequestState::Awarded(PurchaseOrderId(0)),
		RequestState::NoBid,
		RequestState::NotAwarded,
		RequestState::Cancelled,
	];
	for ended in ended {
		build_and_execute(|| {
			let request = request_at(ended);
			let (bidder, price, lead_time, salt) = (supplier(), 9_000, DAY, HASH);
			let seal = Call::seal_bid {
				request,
				commitment: HASH,
				text: None,
			};
			let reveal = Call::reveal_bid {
				request,
				price,
				lead_time,
				salt,
			};
			let bid = Call::bid {
				request,
				price,
				lead_time,
			};
			let to = Call::award_to {
				request,
				bidder: bidder.clone(),
			};
			let private = Call::award_private {
				request,
				bidder: bidder.clone(),
				price,
				lead_time,
				salt,
			};
			let counter = Call::counter_offer {
				request,
				bidder: bidder.clone(),
				price,
			};
			let agree = Call::accept_counter_offer { request, bidder, price };
			for (who, call) in [
				(supplier(), bid),
				(supplier(), seal),
				(supplier(), reveal),
				(stranger(), Call::award { request }),
				(buyer(), to),
				(buyer(), private),
				(buyer(), counter),
				(supplier(), agree),
				(buyer(), Call::cancel_request { request }),
				(stranger(), Call::expire_request { request }),
			] {
				let (name, before) = (call.get_call_name(), state());
				assert_eq!(
					signed(&who, call),
					Err(Error::<Test>::NotOpen.into()),
					"{name} at {ended:?}"
				);
				assert_eq!(state(), before, "{name} at {ended:?}");
			}
			assert_ok!(signed(&buyer(), Call::remove_request { request }));
		});
	}
	build_and_execute(|| {
		let request = request_at(RequestState::Open);
		let refused = signed(&buyer(), Call::remove_request { request });
		assert_eq!(refused, Err(Error::<Test>::StillOpen.into()));
	});
}
