//! Publishing, changing and withdrawing quotes.

use super::{name, Error, EscrowError, Slip, IN_NATIVE};
use crate::prelude::*;
use bpiiot_primitives::{AssetKind, QuoteId};
use frame_support::traits::Get;
use pallet_procurement::{Call, PriceTier};
use sp_runtime::{Permill, TokenError};

pub fn rows() -> Vec<Row> {
	vec![publish_quote(), update_quote(), set_stock(), withdraw_quote()]
}

const NO_QUOTE: QuoteId = QuoteId(1);

/// Terms of which something is different.
fn but(change: fn(&mut Goods)) -> Goods {
	let mut goods = goods();
	change(&mut goods);
	goods
}

fn tier(from_quantity: u64) -> PriceTier {
	PriceTier {
		from_quantity,
		unit_price: price(),
	}
}

/// Terms whose lists are full.
fn full(goods: &mut Goods) {
	goods.category = list([b'c'; 32]);
	goods.item = list([b'i'; 32]);
	goods.tiers = list((1..9).map(tier));
	goods.areas = list([list(*b"DE-HB"), list(*b"DE-HH"), list(*b"NL-GR"), list(*b"FR-75C")]);
	goods.arbiters = list([ARBITER, STRANGER, BUYER, ISSUER].map(account));
}

/// What is alike when a quote is published and when it is changed.
fn with_goods(row: Row, call: fn(Goods) -> Call<Runtime>) -> Row {
	let goods = move |change: fn(&mut Goods)| calling(move || call(but(change)));
	let malformed: [Slip<Goods>; 7] = [
		(|goods| goods.category = list([]), Error::BadItem),
		(|goods| goods.item = list([]), Error::BadItem),
		(|goods| goods.areas = list([list(*b"de")]), Error::BadArea),
		(|goods| goods.areas = list([list([])]), Error::BadArea),
		(|goods| goods.tiers = list([tier(2), tier(2)]), Error::TiersOutOfOrder),
		(|goods| goods.tiers = list([]), Error::TiersOutOfOrder),
		(|goods| goods.conditions.late_window = 0, Error::PenaltyWithoutDelay),
	];
	let none: [Slip<Goods>; 9] = [
		(|goods| goods.lead_time = 0, Error::WindowOutOfRange),
		(|goods| goods.conditions.review_window = 0, Error::WindowOutOfRange),
		(|goods| goods.conditions.challenge_window = 0, Error::WindowOutOfRange),
		(|goods| goods.conditions.case_window = 0, Error::WindowOutOfRange),
		(|goods| goods.conditions.ruling_window = 0, Error::WindowOutOfRange),
		(|goods| goods.conditions.parts = 0, Error::RoundsOutOfRange),
		(|goods| goods.tiers = list([tier(0)]), Error::TiersOutOfOrder),
		(
			|goods| {
				goods.tiers = list([PriceTier {
					from_quantity: 1,
					unit_price: 0,
				}]);
			},
			Error::ZeroPrice,
		),
		(
			|goods| {
				goods.tiers = list([
					tier(1),
					PriceTier {
						from_quantity: 2,
						unit_price: 0,
					},
				]);
			},
			Error::ZeroPrice,
		),
	];
	let most: [Slip<Goods>; 4] = [
		(|goods| goods.lead_time = u64::MAX, Error::WindowOutOfRange),
		(|goods| goods.conditions.late_window = u64::MAX, Error::WindowOutOfRange),
		(
			|goods| goods.conditions.review_window = u64::MAX,
			Error::WindowOutOfRange,
		),
		(|goods| goods.conditions.parts = u8::MAX, Error::RoundsOutOfRange),
	];
	let row = malformed.into_iter().fold(row, |row, (change, error)| {
		row.case(WrongState, goods(change).fails(error))
	});
	let row = none
		.into_iter()
		.fold(row, |row, (change, error)| row.case(Zero, goods(change).fails(error)));
	let row = most.into_iter().fold(row, |row, (change, error)| {
		row.case(Maximum, goods(change).fails(error))
	});
	row.case(
		Zero,
		goods(|goods| {
			goods.tiers = list([PriceTier {
				from_quantity: 1,
				unit_price: 1,
			}]);
		})
		.fails(EscrowError::ReleaseBelowMinimum),
	)
	.case(Zero, goods(|goods| goods.conditions.bond = Permill::zero()))
	// Dear, but who orders is told.
	.case(
		Maximum,
		goods(|goods| {
			goods.tiers = list([PriceTier {
				from_quantity: 1,
				unit_price: MOST,
			}]);
			goods.conditions.bond = Permill::one();
		}),
	)
	.case(
		Overflow,
		goods(|goods| {
			goods.tiers = list([PriceTier {
				from_quantity: u64::MAX,
				unit_price: MOST,
			}]);
		}),
	)
	.case(
		UnlistedAsset,
		goods(|goods| goods.asset = AssetKind::Asset(EUROS)).fails(EscrowError::AssetNotListed),
	)
	.case(FrozenAsset, then(freeze_asset))
	.case(BlockedPayee, then(block_machine))
	.case(FullList, goods(full))
	.case(
		FullList,
		goods(|goods| goods.arbiters = list([ARBITER, ARBITER].map(account))).fails(Error::BadArbiters),
	)
	.never(
		&[OwnCounterparty],
		"who the arbiter is to the parties is asked when somebody orders",
	)
	.never(&[TooLate], NO_DEADLINE)
}

fn publish_quote() -> Row {
	fn publishes(terms: Goods) -> Call<Runtime> {
		let (supplier, stock) = (machine().account(), STOCK);
		Call::publish_quote { supplier, terms, stock }
	}
	let most = <Runtime as pallet_procurement::Config>::MaxQuotes::get();
	let may = actor(OWNER, Error::NotTheSupplier);
	let row = Row::new(name("publish_quote"), may, registered, || publishes(goods()))
		.case(Right, by(KEY))
		.case(
			Right,
			calling(|| Call::publish_quote {
				supplier: account(STRANGER),
				terms: goods(),
				stock: 0,
			})
			.by(STRANGER),
		)
		.case(
			Stranger,
			calling(|| Call::publish_quote {
				supplier: account(STRANGER),
				terms: goods(),
				stock: 0,
			})
			.fails(Error::NotTheSupplier),
		)
		// Nobody can order of it.
		.case(WrongState, then(out_of_service))
		.case(WrongState, then(decommission))
		.case(FrozenMachine, then(freeze))
		.case(
			FullList,
			then(move || (0..most).for_each(|_| put_up(goods()))).fails(Error::TooManyQuotes),
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
		);
	with_goods(row, publishes)
}

fn update_quote() -> Row {
	fn updates(terms: Goods) -> Call<Runtime> {
		let quote = quote();
		Call::update_quote { quote, terms }
	}
	let may = actor(OWNER, Error::NotTheSupplier);
	let row = Row::new(name("update_quote"), may, quoted, || updates(goods()))
		.case(Right, by(KEY))
		// What was ordered before stays as it was.
		.case(
			Right,
			given(|| bought(Leg::Placed))
				.calling(|| updates(but(|goods| goods.conditions.bond = Permill::one())))
				.leaves(|| assert_eq!(purchase_record().conditions.bond, GOODS_BOND)),
		)
		.case(
			WrongState,
			calling(|| Call::update_quote {
				quote: NO_QUOTE,
				terms: goods(),
			})
			.fails(Error::UnknownQuote),
		)
		.case(WrongState, then(decommission))
		.case(FrozenMachine, then(freeze))
		.never(&[DepositUnaffordable], "the quote's deposit is there");
	with_goods(row, updates)
}

fn set_stock() -> Row {
	let sets = |read, stock| Call::<Runtime>::set_stock {
		quote: quote(),
		read,
		stock,
	};
	let may = actor(OWNER, Error::NotTheSupplier);
	Row::new(name("set_stock"), may, quoted, move || sets(STOCK, 1))
		.case(Right, by(KEY))
		.case(Right, calling(move || sets(STOCK, STOCK)).idly())
		.case(
			WrongState,
			calling(|| Call::set_stock {
				quote: NO_QUOTE,
				read: 0,
				stock: 0,
			})
			.fails(Error::UnknownQuote),
		)
		// Somebody has ordered in between.
		.case(WrongState, given(|| bought(Leg::Placed)).fails(Error::StockChanged))
		.case(WrongState, then(decommission))
		.case(FrozenMachine, then(freeze))
		.case(Zero, calling(move || sets(STOCK, 0)))
		.case(Zero, calling(move || sets(0, 1)).fails(Error::StockChanged))
		.case(Maximum, calling(move || sets(STOCK, u64::MAX)))
		.case(Maximum, calling(move || sets(u64::MAX, 1)).fails(Error::StockChanged))
		.never(&[Overflow], SUMS_NOTHING)
		.never(&ASSETS, NAMES_NO_ASSET)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.plain()
}

fn withdraw_quote() -> Row {
	let withdraws = |quote| Call::<Runtime>::withdraw_quote { quote };
	let may = actor(OWNER, Error::NotTheSupplier);
	Row::new(name("withdraw_quote"), may, quoted, move || withdraws(quote()))
		.case(Right, by(KEY))
		.case(Right, given(|| bought(Leg::Placed)))
		// Whose deposit it is, and who has bought the machine.
		.case(Right, then(|| sell(BUYER)))
		.case(Right, then(|| sell(BUYER)).by(BUYER))
		.case(
			WrongState,
			calling(move || withdraws(NO_QUOTE)).fails(Error::UnknownQuote),
		)
		.case(WrongState, then(decommission))
		.case(FrozenMachine, then(freeze))
		.never(&AMOUNTS, NO_AMOUNT)
		.never(&ASSETS, IN_NATIVE)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.plain()
}
