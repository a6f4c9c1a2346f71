//! Ordering at once from a standing quote.

use super::{limits, name, Error, EscrowError, MachinesError};
use crate::prelude::*;
use bpiiot_primitives::QuoteId;
use bpiiot_runtime::Balance;
use pallet_procurement::{Call, PriceTier};
use sp_runtime::{ArithmeticError, Permill, TokenError};

pub fn rows() -> Vec<Row> {
	vec![with_money(with_parties(with_quotes(buy_row())))]
}

/// What the customer orders of which something is different.
fn but(change: fn(&mut Basket)) -> Basket {
	let mut basket = basket();
	change(&mut basket);
	basket
}

/// A quote with one price, and no bond.
fn at_price(unit_price: Balance) {
	registered();
	put_up(Goods {
		tiers: list([PriceTier {
			from_quantity: 1,
			unit_price,
		}]),
		conditions: pallet_procurement::Conditions {
			bond: Permill::zero(),
			..conditions()
		},
		..goods()
	});
}

/// Somebody orders one unit so many times.
fn buy_singly(who: &str, times: usize) {
	(0..times).for_each(|_| act(who, buy(but(|basket| basket.quantity = 1))));
}

fn buy_row() -> Row {
	Row::new(name("buy"), any_actor(CUSTOMER), quoted, || buy(basket()))
		.case(
			Right,
			calling(|| buy(but(|basket| basket.arbiter = Some(account(ARBITER))))),
		)
		.case(Right, then(|| robot(100 * coin())).by(ROBOT))
		// A quote stands until it is withdrawn.
		.case(TooLate, then(later(DELIVERY)))
}

/// What is wrong with the quote, or with how it was read.
fn with_quotes(row: Row) -> Row {
	let basket = |change: fn(&mut Basket)| calling(move || buy(but(change)));
	row.case(
		WrongState,
		basket(|basket| basket.quote = QuoteId(1)).fails(Error::UnknownQuote),
	)
	.case(
		WrongState,
		basket(|basket| basket.version = 2).fails(Error::QuoteChanged),
	)
	.case(
		WrongState,
		then(|| {
			let (quote, terms) = (quote(), goods());
			act(OWNER, Call::update_quote { quote, terms });
		})
		.fails(Error::QuoteChanged),
	)
	.case(
		WrongState,
		basket(|basket| basket.area = list(*b"FR")).fails(Error::NotDeliveredThere),
	)
	.case(
		WrongState,
		basket(|basket| basket.area = list(*b"de")).fails(Error::NotDeliveredThere),
	)
	.case(
		WrongState,
		then(|| {
			let (quote, read, stock) = (quote(), STOCK, QUANTITY - 1);
			act(OWNER, Call::set_stock { quote, read, stock });
		})
		.fails(Error::OutOfStock),
	)
	.case(WrongState, then(out_of_service).fails(MachinesError::OutOfService))
	.case(
		WrongState,
		then(decommission).fails(MachinesError::MachineDecommissioned),
	)
	.case(FrozenMachine, then(freeze).fails(MachinesError::MachineFrozen))
	.case(
		Zero,
		basket(|basket| basket.quantity = 0).fails(Error::QuantityTooSmall),
	)
	.case(Zero, basket(|basket| basket.max_price = 0).fails(Error::MaxPriceTooLow))
	.case(
		Maximum,
		basket(|basket| basket.quantity = STOCK + 1).fails(Error::OutOfStock),
	)
	.case(
		Maximum,
		basket(|basket| basket.quantity = u64::MAX).fails(Error::OutOfStock),
	)
	.case(
		Maximum,
		basket(|basket| basket.max_price = whole_price() - 1).fails(Error::MaxPriceTooLow),
	)
}

/// Who must not sell to whom, nor judge.
fn with_parties(row: Row) -> Row {
	let judged_by = |who: &'static str| {
		given(move || {
			registered();
			if who != STRANGER {
				act(who, arbitrate(ARBITER_FEE));
			}
			put_up(Goods {
				arbiters: list([account(who)]),
				..goods()
			});
		})
		.calling(move || {
			buy(Basket {
				arbiter: Some(account(who)),
				..basket()
			})
		})
	};
	let (purchases, sales) = limits();
	// As few customers as can fill the machine's book.
	let crowd = [CUSTOMER, STRANGER, BUYER, ISSUER];
	row.case(
		WrongState,
		calling(|| buy(but(|basket| basket.arbiter = Some(account(STRANGER))))).fails(Error::ArbiterNotOffered),
	)
	.case(WrongState, judged_by(STRANGER).fails(EscrowError::UnknownArbiter))
	.case(OwnCounterparty, by(OWNER).fails(Error::OwnQuote))
	.case(OwnCounterparty, by(KEY).fails(Error::OwnQuote))
	.case(OwnCounterparty, judged_by(OWNER).fails(EscrowError::ArbiterIsParty))
	.case(OwnCounterparty, judged_by(CUSTOMER).fails(EscrowError::ArbiterIsParty))
	.case(
		FullList,
		given(|| at_price(price()))
			.then(move || buy_singly(CUSTOMER, purchases))
			.fails(Error::TooManyPurchases),
	)
	.case(
		FullList,
		given(|| at_price(price()))
			.then(move || {
				let mut left = sales;
				for customer in crowd {
					let taken = left.min(purchases);
					buy_singly(customer, taken);
					left -= taken;
				}
				assert_eq!(left, 0, "the crowd is too small");
			})
			.by(ARBITER)
			.fails(Error::TooManySales),
	)
}

/// What is wrong with the price, and whose money is missing.
fn with_money(row: Row) -> Row {
	let at = |price: fn() -> Balance| given(move || at_price(price()));
	row.case(Overflow, at(|| MOST / 2).fails(Error::PriceOverflow))
		// The price is a number, and with deposit and fee it is none.
		.case(
			Overflow,
			at(|| MOST / Balance::from(QUANTITY)).fails(ArithmeticError::Overflow),
		)
		.case(
			Maximum,
			at(|| MOST / 2 / Balance::from(QUANTITY)).fails(TokenError::FundsUnavailable),
		)
		.case(
			Maximum,
			then(debase).only_in(Money::Dollars).fails(TokenError::FundsUnavailable),
		)
		.case(Zero, at(minimum))
		.case(UnlistedAsset, then(delist).fails(EscrowError::AssetNotListed))
		.case(UnlistedAsset, then(unrate).fails(EscrowError::NoRate))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		.case(BlockedPayee, then(block_machine).fails(Error::NoBond))
		// Without a bond the machine is paid when it is not blocked any more.
		.case(BlockedPayee, at(price).then(block_machine))
		.case(
			BlockedPayee,
			then(|| block(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
		)
		.case(
			DepositUnaffordable,
			then(|| robot(whole_price()))
				.by(ROBOT)
				.fails(MachinesError::OverSpendingCap),
		)
		// The supplier's.
		.case(
			DepositUnaffordable,
			then(|| impoverish(&machine().account())).fails(Error::NoBond),
		)
		.case(
			DepositUnaffordable,
			then(|| allow(goods_bond() - 1)).fails(Error::NoBond),
		)
		.case(DepositUnaffordable, then(|| allow(goods_bond())))
}
