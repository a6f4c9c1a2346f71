use crate::{mock::*, Call, Error, PriceTier, Quotes, QuotesBy, QuotesOf};
use bpiiot_primitives::AssetKind;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::Permill;

#[test]
fn a_quote_is_published_changed_and_withdrawn() {
	build_and_execute(|| {
		let quote = published(quote_terms());
		assert_eq!(money(&supplier()), (ENDOWMENT, QUOTE_DEPOSIT));
		assert_eq!(quote_record(quote).version, 1);

		let mut terms = quote_terms();
		terms.lead_time = DAY;
		let update = |terms| Call::update_quote { quote, terms };
		assert_ok!(signed(&supplier(), update(terms.clone())));
		let changed = quote_record(quote);
		assert_eq!((changed.version, changed.stock, changed.terms), (2, STOCK, terms));

		assert_ok!(signed(&supplier(), Call::withdraw_quote { quote }));
		assert_eq!(money(&supplier()), (ENDOWMENT, 0));
		assert!(!Quotes::<Test>::contains_key(quote));
		assert!(!QuotesOf::<Test>::contains_key(supplier()));
		assert_eq!(QuotesBy::<Test>::iter().count(), 0);
		assert_noop!(signed(&supplier(), update(quote_terms())), Error::<Test>::UnknownQuote);
	});
}

#[test]
fn stock_is_set_by_who_has_seen_what_there_was() {
	build_and_execute(|| {
		let quote = published(quote_terms());
		let set = |read, stock| Call::set_stock { quote, read, stock };
		assert_ok!(signed(&supplier(), set(STOCK, 70)));
		assert_eq!((quote_record(quote).stock, quote_record(quote).version), (70, 1));
		ordered(buying(quote, 5));
		assert_noop!(signed(&supplier(), set(70, 90)), Error::<Test>::StockChanged);
		assert_ok!(signed(&supplier(), set(65, 90)));
	});
}

#[test]
fn the_owner_of_a_machine_speaks_for_it() {
	build_and_execute(|| {
		let robot = registered(1);
		let quote = published_by(&owner(), &robot, quote_terms());
		assert_eq!(quote_record(quote).supplier, robot);
		assert_eq!(money(&owner()).1, QUOTE_DEPOSIT + 5_000);
		let terms = quote_terms();
		assert_ok!(signed(&key(1), Call::update_quote { quote, terms }));
		assert_ok!(signed(&key(1), Call::withdraw_quote { quote }));
		assert_eq!(money(&owner()).1, 5_000);
	});
}

#[test]
fn a_supplier_has_so_many_quotes() {
	build_and_execute(|| {
		for _ in 0..MAX_QUOTES {
			published(quote_terms());
		}
		let (supplier, terms) = (supplier(), quote_terms());
		let call = Call::publish_quote {
			supplier: supplier.clone(),
			terms,
			stock: 1,
		};
		assert_noop!(signed(&supplier, call), Error::<Test>::TooManyQuotes);
	});
}

#[test]
fn terms_that_make_no_sense_are_refused() {
	type Spoil = fn(&mut crate::QuoteTerms<AccountId>);
	let spoiled: [(Spoil, Error<Test>); 16] = [
		(|terms| terms.category = Default::default(), Error::BadItem),
		(|terms| terms.item = Default::default(), Error::BadItem),
		(|terms| terms.areas[0] = text("de"), Error::BadArea),
		(|terms| terms.areas[0] = text(""), Error::BadArea),
		(|terms| terms.tiers = Default::default(), Error::TiersOutOfOrder),
		(|terms| terms.tiers[0].from_quantity = 0, Error::TiersOutOfOrder),
		(|terms| terms.tiers[1].from_quantity = 1, Error::TiersOutOfOrder),
		(|terms| terms.tiers[1].unit_price = 0, Error::ZeroPrice),
		(|terms| terms.lead_time = MIN_WINDOW - 1, Error::WindowOutOfRange),
		(|terms| terms.lead_time = MAX_WINDOW + 1, Error::WindowOutOfRange),
		(|terms| terms.conditions.review_window = 0, Error::WindowOutOfRange),
		(|terms| terms.conditions.case_window = 0, Error::WindowOutOfRange),
		(|terms| terms.conditions.parts = 0, Error::RoundsOutOfRange),
		(|terms| terms.conditions.parts = 5, Error::RoundsOutOfRange),
		(|terms| terms.conditions.late_window = 0, Error::PenaltyWithoutDelay),
		(
			|terms| terms.arbiters = vec![arbiter(), arbiter()].try_into().expect("two of 4"),
			Error::BadArbiters,
		),
	];
	build_and_execute(|| {
		let quote = published(quote_terms());
		for (nth, (spoil, error)) in spoiled.into_iter().enumerate() {
			let mut terms = quote_terms();
			spoil(&mut terms);
			let update = Call::update_quote {
				quote,
				terms: terms.clone(),
			};
			assert_eq!(signed(&supplier(), update), Err(error.into()), "case {nth}");
		}
		// Without lateness there is no penalty, and without an arbiter no window of his.
		let mut terms = quote_terms();
		terms.conditions.late_window = 0;
		terms.conditions.late_penalty = Permill::zero();
		terms.conditions.ruling_window = 0;
		terms.arbiters = Default::default();
		assert_ok!(signed(&supplier(), Call::update_quote { quote, terms }));
	});
}

#[test]
fn a_quote_is_in_a_listed_asset_and_its_smallest_order_can_be_paid() {
	build_and_execute(|| {
		let publish = |terms| Call::publish_quote {
			supplier: supplier(),
			terms,
			stock: 1,
		};
		let mut terms = quote_terms();
		terms.asset = UNLISTED;
		let not_listed = pallet_escrow::Error::<Test>::AssetNotListed;
		assert_noop!(signed(&supplier(), publish(terms)), not_listed);
		let mut terms = quote_terms();
		let tier = PriceTier {
			from_quantity: 3,
			unit_price: 3,
		};
		terms.tiers = vec![tier].try_into().expect("one of 8");
		let too_small = pallet_escrow::Error::<Test>::ReleaseBelowMinimum;
		assert_noop!(signed(&supplier(), publish(terms.clone())), too_small);
		// Drops are cheap, but are not sold one by one.
		terms.tiers[0].from_quantity = 4;
		assert_ok!(signed(&supplier(), publish(terms)));
		assert_eq!(quote_terms().asset, AssetKind::Native);
	});
}
