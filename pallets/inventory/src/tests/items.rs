//! What is kept, and how it is named.

use crate::{mock::*, Call, Error, Event, ItemCode, Stocks};
use frame_support::{assert_noop, assert_ok};
use sp_runtime::DispatchResult;

fn open_as(code: ItemCode, item: &str, unit: &str) -> DispatchResult {
	let site = last_site(&OWNER);
	let (item, unit) = (text(item), text(unit));
	signed(&OWNER, Call::open_item { site, item, code, unit })
}

fn close(who: &AccountId) -> DispatchResult {
	let (site, item) = (last_site(&OWNER), oil());
	signed(who, Call::close_item { site, item })
}

#[test]
fn an_item_is_kept_and_not_kept_any_more() {
	build_and_execute(|| {
		let site = shop(&OWNER);
		let (item, unit) = (oil(), text("LTR"));
		System::assert_last_event(
			Event::<Test>::ItemOpened {
				site,
				item: item.clone(),
				unit,
			}
			.into(),
		);
		assert_eq!(used(site), 1);
		assert_noop!(open(&OWNER, site, oil()), Error::<Test>::AlreadyKept);
		assert_ok!(receive(&OWNER, site, "", 1));
		assert_noop!(close(&OWNER), Error::<Test>::InUse);
		assert_ok!(consume(&OWNER, site, None, 1));
		assert_noop!(close(&STRANGER), Error::<Test>::NotTheOwner);
		assert_ok!(close(&OWNER));
		System::assert_last_event(Event::<Test>::ItemClosed { site, item }.into());
		assert_eq!((used(site), Stocks::<Test>::iter().count()), (0, 0));
		assert_noop!(close(&OWNER), Error::<Test>::UnknownItem);
		assert_noop!(receive(&OWNER, site, "", 1), Error::<Test>::UnknownItem);
	});
}

#[test]
fn what_is_declared_a_gtin_has_the_right_check_digit() {
	build_and_execute(|| {
		site(&OWNER);
		for (code, item, error) in [
			(ItemCode::Gtin, "9506000134353", Error::<Test>::BadGtin),
			(ItemCode::Gtin, "950600013435", Error::BadGtin),
			(ItemCode::Gtin, "", Error::BadGtin),
			(ItemCode::Gtin, "oil-46", Error::BadGtin),
			(ItemCode::Own, "", Error::BadItem),
			(ItemCode::Own, "oil 46", Error::BadItem),
			(ItemCode::Own, "öl", Error::BadItem),
		] {
			assert_noop!(open_as(code, item, "LTR"), error);
		}
		assert_ok!(open_as(ItemCode::Gtin, "9506000134352", "H87"));
		assert_ok!(open_as(ItemCode::Gtin, "96385074", "H87"));
		// Digits that somebody calls his own number are just that.
		assert_ok!(open_as(ItemCode::Own, "9506000134353", "H87"));
	});
}

#[test]
fn units_have_the_form_of_recommendation_20() {
	build_and_execute(|| {
		site(&OWNER);
		for unit in ["", "L", "ltr", "L-R"] {
			assert_noop!(open_as(ItemCode::Own, "oil", unit), Error::<Test>::BadUnit);
		}
		assert_ok!(open_as(ItemCode::Own, "oil", "23"));
	});
}

#[test]
fn an_item_that_was_asked_for_is_kept_until_the_request_has_ended() {
	build_and_execute(|| {
		let site = shop(&OWNER);
		assert_ok!(set_rule(&OWNER, site, Some(rule(None))));
		assert_eq!(requests().len(), 1);
		assert_ok!(set_rule(&OWNER, site, None));
		assert_noop!(close(&OWNER), Error::<Test>::RequestOpen);
		requests_end();
		assert_ok!(close(&OWNER));
	});
}
