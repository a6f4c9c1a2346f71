//! The instant award.

use crate::{mock::*, Books, Call, Error, OrderState, Purchase, Source};
use bpiiot_primitives::EscrowView;
use frame_support::{assert_noop, assert_ok};
use sp_runtime::Permill;

#[test]
fn an_order_puts_everything_on_hold_at_once_and_takes_it_from_the_stock() {
	build_and_execute(|| {
		let quote = published(quote_terms());
		let order = ordered(buying(quote, 10));
		let made = record(order);
		// Ten at the price of ten; the fee is the larger of the two: half a percent of 8,000 is 40.
		assert_eq!((made.price, made.escrow.fee()), (8_000, ORDER_FEE));
		assert_eq!(
			(made.state, made.source),
			(OrderState::Awaiting, Source::Quote(quote, 1))
		);
		assert_eq!((made.buyer(), made.supplier()), (&buyer(), &supplier()));
		assert_eq!(made.deliver_by, START + LEAD_TIME);
		assert_eq!(made.due_until, START + LEAD_TIME + LATE_WINDOW);
		assert_eq!(money(&buyer()), (ENDOWMENT, 8_000 + ORDER_FEE + ORDER_DEPOSIT));
		assert_eq!(money(&supplier()), (ENDOWMENT, QUOTE_DEPOSIT + 800));
		assert_eq!(quote_record(quote).stock, STOCK - 10);
		assert_eq!(
			Books::<Test>::get(buyer()).purchases.into_inner(),
			[Purchase::Order(order)]
		);
		assert_eq!(Books::<Test>::get(supplier()).sales.into_inner(), [order]);
	});
}

#[test]
fn a_dear_order_pays_a_fee_that_lets_all_of_it_count() {
	build_and_execute(|| {
		let order = ordered(buying(published(quote_terms()), 50));
		assert_eq!(record(order).price, 40_000);
		assert_eq!(record(order).escrow.fee(), 200);
	});
}

#[test]
fn what_does_not_fit_the_quote_is_refused_and_moves_nothing() {
	type Spoil = fn(&mut Call<Test>);
	let spoiled: [(Spoil, Error<Test>); 8] = [
		(
			|call| set(call, |line| *line.quote = crate::QuoteId(1)),
			Error::UnknownQuote,
		),
		(|call| set(call, |line| *line.version = 2), Error::QuoteChanged),
		(|call| set(call, |line| *line.quantity = 0), Error::QuantityTooSmall),
		(|call| set(call, |line| *line.quantity = STOCK + 1), Error::OutOfStock),
		(|call| set(call, |line| *line.quantity = u64::MAX), Error::OutOfStock),
		(|call| set(call, |line| *line.max_price = 7_999), Error::MaxPriceTooLow),
		(
			|call| set(call, |line| *line.area = text("FR")),
			Error::NotDeliveredThere,
		),
		(
			|call| set(call, |line| *line.arbiter = Some(stranger())),
			Error::ArbiterNotOffered,
		),
	];
	build_and_execute(|| {
		let quote = published(quote_terms());
		for (nth, (spoil, error)) in spoiled.into_iter().enumerate() {
			let mut call = buying(quote, 10);
			spoil(&mut call);
			assert_noop!(signed(&buyer(), call), error);
			assert_eq!(quote_record(quote).stock, STOCK, "case {nth}");
		}
		assert_noop!(signed(&supplier(), buying(quote, 10)), Error::<Test>::OwnQuote);
	});
}

/// The fields of a `buy`.
struct Fields<'a> {
	quote: &'a mut crate::QuoteId,
	version: &'a mut u32,
	quantity: &'a mut u64,
	max_price: &'a mut u128,
	area: &'a mut pallet_suppliers::Region,
	arbiter: &'a mut Option<AccountId>,
}

fn set(call: &mut Call<Test>, change: impl FnOnce(Fields)) {
	let Call::buy {
		quote,
		version,
		quantity,
		max_price,
		area,
		arbiter,
		..
	} = call
	else {
		panic!("it buys");
	};
	change(Fields {
		quote,
		version,
		quantity,
		max_price,
		area,
		arbiter,
	});
}

#[test]
fn a_price_that_is_larger_than_any_is_refused() {
	build_and_execute(|| {
		let mut terms = quote_terms();
		terms.tiers[1].unit_price = u128::MAX / 10;
		let quote = published(terms);
		assert_noop!(signed(&buyer(), buying(quote, 11)), Error::<Test>::PriceOverflow);
		// With its deposit and its fee it is, too.
		let refused = signed(&buyer(), buying(quote, 10));
		assert_eq!(refused, Err(sp_runtime::ArithmeticError::Overflow.into()));
	});
}

#[test]
fn a_part_of_an_area_lies_in_it_and_not_the_other_way_round() {
	build_and_execute(|| {
		let mut terms = quote_terms();
		terms.areas = vec![text("DE-HB"), text("FR")].try_into().expect("two of 4");
		let quote = published(terms);
		for (area, there) in [
			("DE-HB", true),
			("DE", false),
			("FR-75", true),
			("FR", true),
			("", false),
			("fr", false),
		] {
			let mut call = buying(quote, 1);
			set(&mut call, |line| *line.area = text(area));
			let done = signed(&buyer(), call);
			let wanted = if there {
				Ok(())
			} else {
				Err(Error::<Test>::NotDeliveredThere.into())
			};
			assert_eq!(done, wanted, "{area}");
		}
	});
}

#[test]
fn a_quote_that_was_withdrawn_or_changed_after_it_was_read_is_not_ordered_from() {
	build_and_execute(|| {
		let quote = published(quote_terms());
		let read = buying(quote, 10);
		let terms = quote_terms();
		assert_ok!(signed(&supplier(), Call::update_quote { quote, terms }));
		assert_noop!(signed(&buyer(), read.clone()), Error::<Test>::QuoteChanged);
		assert_ok!(signed(&supplier(), Call::withdraw_quote { quote }));
		assert_noop!(signed(&buyer(), read), Error::<Test>::UnknownQuote);
	});
}

#[test]
fn without_money_for_price_or_bond_there_is_no_order() {
	build_and_execute(|| {
		let quote = published(quote_terms());
		let poor = account(b"poor");
		assert_ok!(Balances::transfer_allow_death(
			RuntimeOrigin::signed(stranger()),
			poor.clone(),
			8_000
		));
		assert!(signed(&poor, buying(quote, 10)).is_err());
		assert_eq!(money(&poor), (8_000, 0));

		let all = ENDOWMENT - QUOTE_DEPOSIT - MINIMUM - 700;
		assert_ok!(Balances::transfer_allow_death(
			RuntimeOrigin::signed(supplier()),
			stranger(),
			all
		));
		assert_noop!(signed(&buyer(), buying(quote, 10)), Error::<Test>::NoBond);
		assert_eq!(quote_record(quote).stock, STOCK);
		// A smaller one it can answer for.
		ordered(buying(quote, 5));
	});
}

#[test]
fn a_quote_without_a_bond_asks_for_none() {
	build_and_execute(|| {
		let mut terms = quote_terms();
		terms.conditions.bond = Permill::zero();
		ordered(buying(published(terms), 10));
		assert_eq!(money(&supplier()), (ENDOWMENT, QUOTE_DEPOSIT));
	});
}

#[test]
fn buyers_and_suppliers_have_so_many_open() {
	build_and_execute(|| {
		let quote = published(quote_terms());
		for _ in 0..MAX_PURCHASES {
			ordered(buying(quote, 1));
		}
		assert_noop!(signed(&buyer(), buying(quote, 1)), Error::<Test>::TooManyPurchases);
		for nth in MAX_PURCHASES..MAX_SALES {
			ordered_by(&one_of_many(nth), buying(quote, 1));
		}
		assert_noop!(signed(&stranger(), buying(quote, 1)), Error::<Test>::TooManySales);
		// An order that ends makes room on both sides.
		assert_ok!(cancel(&buyer(), last_order_of(&buyer())));
		ordered_by(&stranger(), buying(quote, 1));
	});
}

fn last_order_of(who: &AccountId) -> crate::PurchaseOrderId {
	let purchases = Books::<Test>::get(who).purchases;
	match purchases.last() {
		Some(Purchase::Order(order)) => *order,
		other => panic!("{other:?} is no order"),
	}
}
