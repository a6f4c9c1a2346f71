use crate::{mock::*, Error, Event, Offers, OffersOf};
use bpiiot_primitives::OfferId;
use frame_support::{assert_noop, assert_ok};

#[test]
fn owner_and_machine_publish_and_pay_the_deposit_each() {
	build_and_execute(|| {
		registered(1);
		for (who, depositor) in [(owner(), owner()), (key(1), machine(1).account())] {
			assert_ok!(Jobs::publish_offer(signed(&who), machine(1), terms()));
			let offer = *OffersOf::<Test>::get(machine(1)).last().expect("published");
			assert_eq!(offer_record(offer).depositor, depositor);
			System::assert_last_event(
				Event::OfferPublished {
					offer,
					machine: machine(1),
				}
				.into(),
			);
		}
		assert_eq!(money(&machine(1).account()).1, OFFER_DEPOSIT);
	});
}

#[test]
fn publishing_fails_for_others_and_beyond_the_cap() {
	build_and_execute(|| {
		registered(1);
		registered(2);
		for who in [stranger(), key(2)] {
			assert_noop!(
				Jobs::publish_offer(signed(&who), machine(1), terms()),
				Error::<Test>::NotTheMachinesOwner
			);
		}
		for _ in 0..3 {
			published(terms());
		}
		assert_noop!(
			Jobs::publish_offer(signed(&owner()), machine(1), terms()),
			Error::<Test>::TooManyOffers
		);
	});
}

#[test]
fn terms_out_of_bounds_are_refused() {
	build_and_execute(|| {
		registered(1);
		let offer = published(terms());
		let refused = |change: fn(&mut crate::OfferTerms<AccountId, Balance>), error: Error<Test>| {
			let mut bad = terms();
			change(&mut bad);
			let error: sp_runtime::DispatchError = error.into();
			assert_noop!(Jobs::publish_offer(signed(&owner()), machine(1), bad.clone()), error);
			assert_noop!(Jobs::update_offer(signed(&owner()), offer, bad), error);
		};
		refused(|terms| terms.unit_price = 0, Error::ZeroPrice);
		refused(|terms| terms.max_units = 0, Error::ZeroUnits);
		refused(|terms| terms.accept_window = 9_999, Error::WindowOutOfRange);
		refused(|terms| terms.lead_time = 0, Error::WindowOutOfRange);
		refused(|terms| terms.review_window = 1, Error::WindowOutOfRange);
		refused(|terms| terms.review_window = 86_400_001, Error::WindowOutOfRange);
		refused(|terms| terms.lead_time = u64::MAX, Error::WindowOutOfRange);
	});
}

#[test]
fn an_update_makes_a_new_version_that_orders_must_name() {
	build_and_execute(|| {
		registered(1);
		let offer = published(terms());
		let running = ordered(offer, 1);
		let mut dearer = terms();
		dearer.unit_price = 2 * UNIT_PRICE;
		assert_ok!(Jobs::update_offer(signed(&owner()), offer, dearer));
		// A running job keeps what it was ordered under.
		assert_eq!(record(running).unit_price, UNIT_PRICE);
		assert_eq!(offer_record(offer).version, 2);
		assert_noop!(
			Jobs::order(
				signed(&customer()),
				offer,
				1,
				1,
				Balance::MAX,
				Default::default(),
				Default::default(),
				START + DEADLINE,
				None,
			),
			Error::<Test>::OfferChanged
		);
	});
}

#[test]
fn withdrawal_gives_the_deposit_back_and_running_jobs_go_on() {
	build_and_execute(|| {
		let job = job_at(Stage::Started);
		let offer = record(job).offer;
		assert_noop!(
			Jobs::withdraw_offer(signed(&stranger()), offer),
			Error::<Test>::NotTheMachinesOwner
		);
		let (total, held) = money(&owner());
		assert_ok!(Jobs::withdraw_offer(signed(&key(1)), offer));
		assert_eq!(money(&owner()), (total, held - OFFER_DEPOSIT));
		assert!(!Offers::<Test>::contains_key(offer));
		for gone in [offer, OfferId(7)] {
			assert_noop!(
				Jobs::withdraw_offer(signed(&owner()), gone),
				Error::<Test>::UnknownOffer
			);
			assert_noop!(
				Jobs::update_offer(signed(&owner()), gone, terms()),
				Error::<Test>::UnknownOffer
			);
		}
		assert_ok!(Jobs::deliver(signed(&key(1)), job, 5, Default::default()));
		assert_ok!(Jobs::approve(signed(&customer()), job, 5));
	});
}
