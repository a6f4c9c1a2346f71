//! Reorder points.

use super::{name, Error, NO_SITE};
use crate::prelude::*;
use bpiiot_primitives::AssetKind;
use bpiiot_runtime::Balance;
use pallet_inventory::{Call, Raised, Reorder};
use pallet_procurement::RequestState;
use sp_runtime::Permill;

pub fn rows() -> Vec<Row> {
	vec![set_reorder_row(), reorder()]
}

/// A rule of which something is different.
fn but(change: fn(&mut Reorder<Balance>)) -> Option<Reorder<Balance>> {
	let mut rule = rule(None);
	change(&mut rule);
	Some(rule)
}

/// What was asked for last, if anything.
fn raised() -> Option<Raised> {
	let stock = pallet_inventory::Stocks::<Runtime>::get(site(), oil()).expect("is kept");
	stock.raised
}

/// A request is open, and nobody has asked before.
fn has_asked() {
	assert_eq!(raised().and_then(|raised| raised.request), Some(request()));
	assert_eq!(request_state(), RequestState::Open);
}

/// It was tried, and nobody was asked.
fn has_failed() {
	assert!(
		raised().is_some_and(|raised| raised.request.is_none()),
		"{:?}",
		raised()
	);
	assert_eq!(pallet_procurement::Requests::<Runtime>::iter().count(), 0);
}

/// There is little oil, and nobody cares.
fn low() {
	stocked();
	act(OWNER, consume(OIL - POINT + 1));
}

/// The machine's own site, where there is no oil.
fn opened_by_machine() {
	sited_by_machine();
	act(KEY, open_oil(site()));
}

fn set_reorder_row() -> Row {
	let sets = |change: fn(&mut Reorder<Balance>)| calling(move || set_reorder(but(change)));
	let of = |site| Call::<Runtime>::set_reorder {
		site,
		item: oil(),
		reorder: None,
	};
	let none: [fn(&mut Reorder<Balance>); 5] = [
		|rule| rule.point = 0,
		|rule| rule.quantity = 0,
		|rule| rule.category = list([]),
		|rule| rule.highest_price = 0,
		|rule| rule.longest_lead_time = 0,
	];
	let may = actor(OWNER, Error::NotTheOwner);
	let row = Row::new(name("set_reorder"), may, stocked, || set_reorder(Some(rule(None))))
		.of_a_machines_site_too(opened_by_machine)
		.case(Right, given(ruled).calling(|| set_reorder(None)))
		.case(Stranger, by(KEY).fails(Error::NotTheOwner))
		.with_a_frozen_machine_too()
		.on_stock(of)
		.case(
			WrongState,
			sets(|rule| rule.weights.price = Permill::one()).fails(Error::BadReorder),
		)
		// It asks at once if there is little.
		.case(Right, given(low).leaves(has_asked))
		.case(
			Right,
			given(low)
				.calling(|| set_reorder(Some(rule(Some(machine())))))
				.then(trade)
				.leaves(has_asked),
		)
		// Whatever comes of that, the rule stands.
		.case(
			Zero,
			given(low)
				.calling(|| set_reorder(but(|rule| rule.highest_price = 1)))
				.leaves(has_failed),
		)
		.case(
			Maximum,
			sets(|rule| (rule.point, rule.quantity, rule.highest_price) = (u64::MAX, u64::MAX, MOST)).leaves(has_asked),
		)
		.case(
			Maximum,
			sets(|rule| (rule.point, rule.longest_lead_time) = (u64::MAX, u64::MAX)).leaves(has_failed),
		)
		.never(&[Overflow], SUMS_NOTHING)
		.case(
			UnlistedAsset,
			given(low)
				.calling(|| set_reorder(but(|rule| rule.asset = AssetKind::Asset(EUROS))))
				.leaves(has_failed),
		)
		.case(FrozenAsset, given(low).then(freeze_asset).leaves(has_asked))
		.case(BlockedPayee, then(block_machine))
		// The machine that is to buy is somebody else's.
		.case(
			OwnCounterparty,
			then(trading_robot)
				.calling(|| set_reorder(Some(rule(Some(machine_of(ROBOT))))))
				.fails(Error::OtherMachine),
		)
		.case(
			OwnCounterparty,
			then(|| sell(BUYER))
				.calling(|| set_reorder(Some(rule(Some(machine())))))
				.fails(Error::OtherMachine),
		)
		.never(&[FullList], FILLS_NO_LIST)
		// The buyer cannot pay for asking, and the rule stands.
		.case(
			DepositUnaffordable,
			given(low).then(|| impoverish(&account(OWNER))).leaves(has_failed),
		)
		.case(
			DepositUnaffordable,
			given(low)
				.calling(|| set_reorder(Some(rule(Some(machine())))))
				.leaves(has_failed),
		)
		.never(&[TooLate], NO_DEADLINE);
	none.into_iter()
		.fold(row, |row, change| row.case(Zero, sets(change).fails(Error::BadReorder)))
}

/// The machine may buy.
fn trade() {
	let (machine, policy) = (machine(), Some(policy([AssetKind::Native, ASSET], MOST)));
	act(OWNER, pallet_machines::Call::set_spending_policy { machine, policy });
}

/// There is little oil, more was asked for in vain, and the pause is over.
fn waited() {
	low();
	act(OWNER, set_reorder(but(|rule| rule.highest_price = 1)));
	act(OWNER, set_reorder(Some(rule(None))));
	crate::chain::pass(pause_between());
}

fn reorder() -> Row {
	let asks = |site| Call::<Runtime>::reorder { site, item: oil() };
	let row = Row::new(name("reorder"), anybody(STRANGER), waited, move || asks(site()));
	row.case(Right, as_ever().leaves(has_asked))
		.case(FrozenMachine, then(freeze))
		.on_stock(asks)
		.case(WrongState, calling(move || asks(NO_SITE)).fails(Error::UnknownSite))
		.case(WrongState, given(stocked).fails(Error::NoReorderPoint))
		.case(WrongState, given(ruled).fails(Error::NotBelowPoint))
		// Once, and not as often as somebody says so.
		.case(
			WrongState,
			then(move || act(STRANGER, asks(site()))).fails(Error::RequestOpen),
		)
		// Whoever has used up the last of it has asked.
		.case(Zero, then(|| act(OWNER, consume(POINT - 1))).fails(Error::RequestOpen))
		.never(&[Maximum, Overflow], NO_AMOUNT)
		.case(UnlistedAsset, then(delist))
		.case(FrozenAsset, then(freeze_asset).leaves(has_asked))
		.case(BlockedPayee, then(block_machine).leaves(has_asked))
		.case(OwnCounterparty, by(OWNER))
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], "it is the owner who pays, as he has said")
		.case(
			TooLate,
			given(|| {
				low();
				act(OWNER, set_reorder(but(|rule| rule.highest_price = 1)));
				crate::chain::pass(pause_between() - 1);
			})
			.fails(Error::TooEarly),
		)
}
