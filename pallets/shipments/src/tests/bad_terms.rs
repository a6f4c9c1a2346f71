//! Terms that cannot be offered: each with its own error, and nothing moved.

use crate::{mock::*, Call, Error, TermsOf};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, Permill};

type Terms = TermsOf<Test>;

/// Has the consignor offer ordinary terms with a change, and says what comes of it.
fn refuses(change: impl FnOnce(&mut Terms), error: impl Into<DispatchError>) {
	let mut terms = cold(before_arbiter(two_legs()));
	made_for(&consignor(), &terms);
	change(&mut terms);
	made_for(&consignor(), &terms);
	assert_noop!(signed(&consignor(), Call::offer { terms }), error.into());
}

#[test]
fn ordinary_terms_are_taken() {
	build_and_execute(|| {
		registered_arbiter();
		registered_for(&stranger(), LOGGER);
		offered(cold(before_arbiter(two_legs())));
	});
}

#[test]
fn goods_and_prices_must_make_sense() {
	build_and_execute(|| {
		registered_for(&stranger(), LOGGER);
		refuses(|terms| terms.goods.clear(), Error::<Test>::NoGoods);
		refuses(|terms| terms.goods[0].quantity = 0, Error::<Test>::ZeroQuantity);
		refuses(
			|terms| terms.goods[1].unit = terms.goods[0].unit,
			Error::<Test>::RepeatedUnit,
		);
		refuses(
			|terms| terms.goods[1].price = Balance::MAX,
			Error::<Test>::PriceOverflow,
		);
		refuses(
			|terms| terms.legs[0].return_freight = Balance::MAX,
			Error::<Test>::PriceOverflow,
		);
		refuses(
			|terms| terms.goods[1].quantity = UNITS + 1,
			DispatchError::Other("not enough"),
		);
	});
}

#[test]
fn goods_of_another_are_not_sent() {
	build_and_execute(|| {
		let mut terms = terms();
		terms.goods[0].unit = Unit(66);
		Register::make(Unit(66), 1, &stranger());
		made_for(&consignor(), &terms);
		assert_noop!(signed(&consignor(), Call::offer { terms }), Error::<Test>::NotTheOwner);
	});
}

#[test]
fn assets_must_be_listed_and_amounts_payable() {
	build_and_execute(|| {
		let unlisted = pallet_escrow::Error::<Test>::AssetNotListed;
		let tiny = pallet_escrow::Error::<Test>::ReleaseBelowMinimum;
		refuses(|terms| terms.asset = UNLISTED, unlisted);
		let unlisted = pallet_escrow::Error::<Test>::AssetNotListed;
		refuses(|terms| terms.legs[1].asset = UNLISTED, unlisted);
		refuses(
			|terms| {
				terms.legs[0].freight = MINIMUM - 1;
				terms.legs[0].return_freight = 0;
			},
			tiny,
		);
		let tiny = pallet_escrow::Error::<Test>::ReleaseBelowMinimum;
		refuses(|terms| terms.legs[0].liability = MINIMUM - 1, tiny);
		let tiny = pallet_escrow::Error::<Test>::ReleaseBelowMinimum;
		refuses(|terms| terms.goods.iter_mut().for_each(|line| line.price = 1), tiny);
	});
}

#[test]
fn who_takes_part_must_differ() {
	build_and_execute(|| {
		refuses(|terms| terms.legs.clear(), Error::<Test>::NoLegs);
		refuses(|terms| terms.consignee = consignor(), Error::<Test>::SameOwner);
		refuses(|terms| terms.legs[0].carrier = consignee(), Error::<Test>::SameOwner);
		refuses(|terms| terms.legs[0].carrier = consignor(), Error::<Test>::SameOwner);
		refuses(|terms| terms.legs[0].carrier = second(), Error::<Test>::SameOwner);
		let truck = registered_for(&consignee(), 1);
		refuses(|terms| terms.legs[1].carrier = truck, Error::<Test>::SameOwner);
	});
}

#[test]
fn limits_must_not_contradict_themselves() {
	build_and_execute(|| {
		refuses(|terms| terms.logger = None, Error::<Test>::LimitsWithoutLogger);
		refuses(
			|terms| {
				terms.limits.clear();
				(terms.max_gap, terms.gap_penalty) = (0, Permill::zero());
			},
			Error::<Test>::LimitsWithoutLogger,
		);
		refuses(|terms| terms.max_gap = 0, Error::<Test>::ContradictoryGap);
		refuses(
			|terms| terms.gap_penalty = Permill::zero(),
			Error::<Test>::ContradictoryGap,
		);
		refuses(
			|terms| {
				let limit = terms.limits[0].clone();
				terms.limits.try_push(limit).expect("two of 4");
			},
			Error::<Test>::RepeatedChannel,
		);
		refuses(
			|terms| terms.limits[0].low = HIGH + 1,
			Error::<Test>::ContradictoryLimit,
		);
		refuses(
			|terms| (terms.limits[0].low, terms.limits[0].high) = (i64::MIN, i64::MAX),
			Error::<Test>::ContradictoryLimit,
		);
		refuses(|terms| terms.limits[0].steps.clear(), Error::<Test>::ContradictoryLimit);
		refuses(
			|terms| terms.limits[0].steps[0].penalty = Permill::zero(),
			Error::<Test>::ContradictoryLimit,
		);
		refuses(
			|terms| terms.limits[0].steps[1].penalty = Permill::from_percent(10),
			Error::<Test>::ContradictoryLimit,
		);
		// Dearer, but reached no later than the one before.
		refuses(
			|terms| terms.limits[0].steps[1].beyond = 0,
			Error::<Test>::ContradictoryLimit,
		);
		refuses(
			|terms| terms.limits[0].steps[0].tolerated = MAX_WINDOW + 1,
			Error::<Test>::ContradictoryLimit,
		);
	});
}

#[test]
fn a_logger_must_be_in_service() {
	build_and_execute(|| {
		let terms = cold(terms());
		made_for(&consignor(), &terms);
		let call = Call::offer { terms };
		let unknown = pallet_machines::Error::<Test>::UnknownMachine;
		assert_noop!(signed(&consignor(), call.clone()), unknown);
		registered_for(&stranger(), LOGGER);
		let by = || RuntimeOrigin::signed(stranger());
		assert_ok!(Machines::set_service(by(), machine(LOGGER), false));
		let out = pallet_machines::Error::<Test>::OutOfService;
		assert_noop!(signed(&consignor(), call.clone()), out);
		assert_ok!(Machines::set_service(by(), machine(LOGGER), true));
		assert_ok!(signed(&consignor(), call));
	});
}

#[test]
fn windows_must_be_neither_too_short_nor_too_long() {
	build_and_execute(|| {
		type Window = fn(&mut Terms) -> &mut u64;
		let windows: [Window; 10] = [
			|terms| &mut terms.windows.offer,
			|terms| &mut terms.windows.pickup,
			|terms| &mut terms.windows.handover,
			|terms| &mut terms.windows.review,
			|terms| &mut terms.windows.returning,
			|terms| &mut terms.windows.claim,
			|terms| &mut terms.windows.challenge,
			|terms| &mut terms.windows.case,
			|terms| &mut terms.windows.ruling,
			|terms| &mut terms.legs[1].transit_time,
		];
		for window in windows {
			for length in [0, MIN_WINDOW - 1, MAX_WINDOW + 1, u64::MAX] {
				refuses(|terms| *window(terms) = length, Error::<Test>::WindowOutOfRange);
			}
		}
		refuses(
			|terms| terms.legs[0].late_window = MAX_WINDOW + 1,
			Error::<Test>::WindowOutOfRange,
		);
		// Nobody could be called in time.
		refuses(
			|terms| terms.windows.handover = PICKUP_WINDOW + 1,
			Error::<Test>::WindowOutOfRange,
		);
		refuses(|terms| terms.max_gap = u64::MAX, Error::<Test>::WindowOutOfRange);
		refuses(
			|terms| terms.legs[0].late_window = 0,
			Error::<Test>::PenaltyWithoutDelay,
		);
	});
}

#[test]
fn without_an_arbiter_and_a_logger_no_time_for_claims_is_needed() {
	build_and_execute(|| {
		let mut terms = terms();
		terms.windows.claim = 0;
		terms.windows.challenge = 0;
		let shipment = offered(terms);
		assert_ok!(cancel(&consignor(), shipment));
	});
}

#[test]
fn an_arbiter_who_is_nobody_or_a_party_is_refused_where_money_would_go_on_hold() {
	build_and_execute(|| {
		let shipment = offered(before_arbiter(terms()));
		assert_noop!(agree(shipment), pallet_escrow::Error::<Test>::UnknownArbiter);
		registered_arbiter();
		assert_ok!(agree(shipment));
	});
}
