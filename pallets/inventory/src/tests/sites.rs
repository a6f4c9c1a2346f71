//! Sites, their deposits, and who may do what there.

use crate::{mock::*, Call, CountReason, Error, Event, HoldReason, SiteId, SiteProfile, Sites};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold, weights::Weight};
use sp_runtime::{DispatchError, DispatchResult, TokenError};

fn held(who: &AccountId) -> u128 {
	Balances::balance_on_hold(&HoldReason::Site.into(), who)
}

fn create(who: &AccountId, profile: SiteProfile, room: u32) -> DispatchResult {
	signed(who, Call::create_site { profile, room })
}

fn update(who: &AccountId, site: SiteId, profile: SiteProfile, room: u32) -> DispatchResult {
	signed(who, Call::update_site { site, profile, room })
}

fn close(who: &AccountId, site: SiteId) -> DispatchResult {
	signed(who, Call::close_site { site })
}

#[test]
fn a_site_is_created_changed_and_closed_and_its_deposit_is_that_of_its_room() {
	build_and_execute(|| {
		let id = site(&OWNER);
		let (owner, room) = (OWNER, ROOM);
		System::assert_last_event(Event::<Test>::SiteCreated { site: id, owner, room }.into());
		assert_eq!(held(&OWNER), SITE_DEPOSIT + 4 * RECORD_DEPOSIT);
		assert_ok!(update(&OWNER, id, profile("Hall 4"), 9));
		System::assert_last_event(Event::<Test>::SiteUpdated { site: id, room: 9 }.into());
		assert_eq!(held(&OWNER), SITE_DEPOSIT + 9 * RECORD_DEPOSIT);
		assert_eq!(Sites::<Test>::get(id).expect("there").profile, profile("Hall 4"));
		assert_ok!(update(&OWNER, id, profile("Hall 4"), 0));
		assert_eq!(held(&OWNER), SITE_DEPOSIT);
		assert_ok!(close(&OWNER, id));
		System::assert_last_event(Event::<Test>::SiteClosed { site: id, owner: OWNER }.into());
		assert_eq!(held(&OWNER), 0);
		assert_noop!(close(&OWNER, id), Error::<Test>::UnknownSite);
		assert_noop!(update(&OWNER, id, profile("x"), 1), Error::<Test>::UnknownSite);
	});
}

#[test]
fn who_cannot_pay_for_the_room_has_none() {
	build_and_execute(|| {
		assert_noop!(create(&PAUPER, profile("x"), 0), TokenError::FundsUnavailable);
		assert_noop!(create(&OWNER, profile("x"), u32::MAX), TokenError::FundsUnavailable);
		let id = site(&OWNER);
		assert_noop!(update(&OWNER, id, profile("x"), u32::MAX), TokenError::FundsUnavailable);
		// Room is as many records as there may be, and no keeper makes it more.
		for number in 0..ROOM {
			assert_ok!(open(&OWNER, id, text(&format!("item-{number}"))));
		}
		assert_noop!(open(&OWNER, id, oil()), Error::<Test>::NoRoom);
		assert_noop!(update(&OWNER, id, profile("x"), ROOM - 1), Error::<Test>::RoomInUse);
		assert_ok!(update(&OWNER, id, profile("x"), ROOM + 1));
		assert_ok!(open(&OWNER, id, oil()));
	});
}

#[test]
fn names_glns_and_regions_have_their_forms() {
	build_and_execute(|| {
		let id = site(&OWNER);
		let good = || profile("Hall 3");
		let named = |name: &[u8]| SiteProfile {
			name: name.to_vec().try_into().expect("short"),
			..good()
		};
		let with_gln = |gln| SiteProfile {
			gln: Some(text(gln)),
			..good()
		};
		let in_region = |region| SiteProfile {
			region: text(region),
			..good()
		};
		for (bad, error) in [
			(named(b""), Error::<Test>::BadName),
			(named(b"\xff"), Error::BadName),
			(with_gln(""), Error::BadGln),
			(with_gln("9506000134353"), Error::BadGln),
			(with_gln("950600013435"), Error::BadGln),
			(with_gln("950600013435X"), Error::BadGln),
			(in_region("de"), Error::BadRegion),
			(in_region("DE_HB"), Error::BadRegion),
		] {
			let error = DispatchError::from(error);
			assert_noop!(create(&OWNER, bad.clone(), 1), error);
			assert_noop!(update(&OWNER, id, bad, 1), error);
		}
		for fine in [
			SiteProfile { gln: None, ..good() },
			in_region(""),
			in_region("FR"),
			named("Größe".as_bytes()),
		] {
			assert_ok!(create(&OWNER, fine, 1));
		}
	});
}

#[test]
fn a_site_where_something_is_kept_reserved_or_placed_is_not_closed() {
	build_and_execute(|| {
		let id = shop(&OWNER);
		assert_noop!(close(&OWNER, id), Error::<Test>::InUse);
		assert_ok!(signed(&OWNER, Call::close_item { site: id, item: oil() }));
		let asset = tool(&OWNER, "T-1", Some(id));
		assert_noop!(close(&OWNER, id), Error::<Test>::InUse);
		assert_ok!(retire(&OWNER, asset));
		assert_ok!(close(&OWNER, id));
	});
}

/// What each right is for.
fn work(who: &AccountId, site: SiteId, right: char) -> DispatchResult {
	match right {
		'r' => receive(who, site, "", 1),
		'i' => consume(who, site, None, 1),
		'c' => count(
			who,
			site,
			"",
			stock(site).basis(&lot("")),
			500,
			CountReason::StockTaking,
		),
		_ => reserve(who, job(1, PRESS), site, None, 1),
	}
}

#[test]
fn a_keeper_may_do_what_he_was_appointed_for_and_nothing_else() {
	for granted in ["r", "i", "c", "p", "ric", "ricp"] {
		build_and_execute(|| {
			let id = shop(&OWNER);
			assert_ok!(receive(&OWNER, id, "", 1_000));
			assert_ok!(appoint(&OWNER, id, &[keeper(KEEPER, granted)]));
			for right in ['r', 'i', 'c', 'p'] {
				let done = work(&KEEPER, id, right);
				if granted.contains(right) {
					assert_ok!(done);
				} else {
					assert_eq!(done, Err(Error::<Test>::NotAllowed.into()), "{right} of {granted}");
				}
				assert_eq!(work(&STRANGER, id, right), Err(Error::<Test>::NotAllowed.into()));
			}
			// None of them makes him the owner.
			assert_noop!(appoint(&KEEPER, id, &[]), Error::<Test>::NotTheOwner);
			assert_noop!(set_rule(&KEEPER, id, Some(rule(None))), Error::<Test>::NotTheOwner);
			assert_noop!(open(&KEEPER, id, text("x")), Error::<Test>::NotTheOwner);
			assert_noop!(update(&KEEPER, id, profile("x"), 9), Error::<Test>::NotTheOwner);
			assert_noop!(close(&KEEPER, id), Error::<Test>::NotTheOwner);
		});
	}
}

#[test]
fn keepers_are_named_once_with_some_right_and_replaced_as_a_whole() {
	build_and_execute(|| {
		let id = shop(&OWNER);
		let twice = [keeper(KEEPER, "r"), keeper(STRANGER, "r"), keeper(KEEPER, "i")];
		assert_noop!(appoint(&OWNER, id, &twice), Error::<Test>::BadKeepers);
		assert_noop!(appoint(&OWNER, id, &[keeper(KEEPER, "")]), Error::<Test>::BadKeepers);
		assert_ok!(appoint(&OWNER, id, &[keeper(KEEPER, "r")]));
		assert_ok!(receive(&KEEPER, id, "", 1));
		assert_ok!(appoint(&OWNER, id, &[keeper(STRANGER, "r")]));
		assert_noop!(receive(&KEEPER, id, "", 1), Error::<Test>::NotAllowed);
		assert_ok!(receive(&STRANGER, id, "", 1));
	});
}

#[test]
fn a_machine_works_at_the_sites_where_it_was_appointed_until_it_is_sold() {
	build_and_execute(|| {
		let (id, other) = (shop(&OWNER), shop(&OWNER));
		assert_ok!(receive(&OWNER, id, "", 1_000));
		assert_ok!(appoint(&OWNER, id, &[keeper(PRESS.account(), "ip")]));
		assert_ok!(consume(&key(PRESS), id, None, 1));
		assert_noop!(consume(&key(PRESS), other, None, 1), Error::<Test>::NotAllowed);
		assert_noop!(consume(&key(MILL), id, None, 1), Error::<Test>::NotAllowed);
		sold(PRESS, &STRANGER);
		assert_noop!(consume(&key(PRESS), id, None, 1), Error::<Test>::NotAllowed);
		assert_noop!(consume(&STRANGER, id, None, 1), Error::<Test>::NotAllowed);
		sold(PRESS, &OWNER);
		freeze(PRESS);
		assert!(consume(&key(PRESS), id, None, 1).is_err());
	});
}

#[test]
fn a_machines_own_site_is_its_owners_and_goes_with_it_but_not_its_keepers() {
	build_and_execute(|| {
		let id = shop(&key(PRESS));
		assert_eq!(held(&PRESS.account()), SITE_DEPOSIT + 4 * RECORD_DEPOSIT);
		assert_ok!(receive(&OWNER, id, "", 1_000));
		assert_ok!(appoint(&OWNER, id, &[keeper(KEEPER, "i")]));
		assert_ok!(consume(&KEEPER, id, None, 1));
		sold(PRESS, &STRANGER);
		assert_noop!(receive(&OWNER, id, "", 1), Error::<Test>::NotAllowed);
		assert_noop!(consume(&KEEPER, id, None, 1), Error::<Test>::NotAllowed);
		assert_ok!(consume(&key(PRESS), id, None, 1));
		assert_ok!(appoint(&STRANGER, id, &[keeper(KEEPER, "i")]));
		assert_ok!(consume(&KEEPER, id, None, 1));
	});
}

#[test]
fn every_call_names_its_weight() {
	use frame_support::{dispatch::GetDispatchInfo, traits::GetCallName};
	build_and_execute(|| {
		for call in super::abuse::calls() {
			let weight = call.get_dispatch_info().call_weight;
			let own = Weight::from_parts(call.get_call_name().len() as u64, 1);
			let asks = [
				"consume",
				"move_stock",
				"count",
				"set_expiry",
				"set_reorder",
				"reorder",
				"reserve",
			];
			let raise = if asks.contains(&call.get_call_name()) {
				RAISE
			} else {
				Weight::zero()
			};
			assert_eq!(weight, own + raise, "{}", call.get_call_name());
		}
	});
}
