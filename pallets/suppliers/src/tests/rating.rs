//! Stars.

use crate::{mock::*, Error, Event, Stars};
use bpiiot_primitives::{AgreementRef, JobId};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::{DispatchError, Permill};

#[test]
fn a_rating_weighs_what_its_deal_counted() {
	build_and_execute(|| {
		let deal = Deal::over(10 * BPI).settled();
		assert_ok!(rate(CUSTOMER, deal, Stars::Four));
		System::assert_last_event(
			Event::<Test>::Rated {
				agreement: AgreementRef::Job(deal),
				supplier: SUPPLIER,
				customer: CUSTOMER,
				stars: Stars::Four,
				weight: 10 * BPI,
			}
			.into(),
		);
		let standing = Suppliers::standing(&SUPPLIER);
		assert_eq!(standing.by_stars, [0, 0, 0, 10 * BPI, 0]);
		assert_eq!(
			(standing.stars.share, standing.stars.weight),
			(Permill::from_percent(75), 10 * BPI)
		);
	});
}

#[test]
fn a_deal_is_rated_once() {
	build_and_execute(|| {
		let deal = Deal::over(BPI).settled();
		assert_ok!(rate(CUSTOMER, deal, Stars::One));
		assert_noop!(rate(CUSTOMER, deal, Stars::Five), RATED_BEFORE);
		assert_eq!(name(SUPPLIER).sums.rated(), BPI);
	});
}

#[test]
fn only_the_payer_rates() {
	build_and_execute(|| {
		let deal = Deal::over(BPI).settled();
		for who in [SUPPLIER, NEIGHBOUR, STRANGER, OWNER] {
			assert_noop!(rate(who, deal, Stars::Five), NOT_THE_PAYER);
		}
		let agreement = AgreementRef::Job(deal);
		let stars = Stars::Five;
		assert_noop!(
			Suppliers::rate(RuntimeOrigin::root(), agreement, stars),
			DispatchError::BadOrigin
		);
		assert_noop!(
			Suppliers::rate(RuntimeOrigin::none(), agreement, stars),
			DispatchError::BadOrigin
		);
	});
}

#[test]
fn a_machine_rates_by_its_key_or_its_owner() {
	build_and_execute(|| {
		let [one, other] = [1, 2].map(|much| Deal::over(much * BPI).between(ROBOT, SUPPLIER).settled());
		assert_noop!(rate(PRINTER + 1_000, one, Stars::Five), NOT_THE_PAYER);
		assert_ok!(rate(ROBOT + 1_000, one, Stars::Five));
		assert_ok!(rate(OWNER, other, Stars::Two));
	});
}

#[test]
fn what_has_not_ended_or_never_was_is_not_rated() {
	build_and_execute(|| {
		let open = Deal::over(BPI).opened();
		assert_noop!(rate(CUSTOMER, open, Stars::Five), NOT_ENDED);
		assert_noop!(rate(CUSTOMER, JobId(7), Stars::Five), NO_SUCH_DEAL);
	});
}

#[test]
fn what_counted_nothing_is_not_rated() {
	build_and_execute(|| {
		let free = Deal {
			fee: 0,
			..Deal::over(BPI)
		};
		let own = Deal::over(BPI).between(OWNER, ROBOT);
		for (deal, payer) in [(free, CUSTOMER), (own, OWNER)] {
			let deal = deal.settled();
			assert_noop!(rate(payer, deal, Stars::Five), Error::<Test>::CountsNothing);
		}
	});
}

#[test]
fn a_late_rating_is_as_old_as_its_deal() {
	build_and_execute(|| {
		let deal = Deal::over(8 * BPI).settled();
		days_pass(360);
		assert_ok!(rate(CUSTOMER, deal, Stars::Five));
		let standing = Suppliers::standing(&SUPPLIER);
		assert_eq!((standing.stars.weight, standing.punctual.weight), (2 * BPI, 2 * BPI));
	});
}

#[test]
fn a_name_that_was_forgotten_is_not_rated() {
	build_and_execute(|| {
		let deal = Deal::over(BPI).settled();
		days_pass(1_800);
		assert_ok!(forget_pair(SUPPLIER, CUSTOMER));
		assert_ok!(forget_name(SUPPLIER));
		assert_noop!(rate(CUSTOMER, deal, Stars::Five), Error::<Test>::CountsNothing);
	});
}
