//! The buyer's no to what has come, and what the supplier says to that.

use super::{name, Error, EscrowError, MachinesError, WAS_A_NUMBER};
use crate::{prelude::*, table::Scenario};
use bpiiot_primitives::Side;
use bpiiot_runtime::Balance;
use pallet_procurement::Call;
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![reject_row(), concede(), dispute()]
}

/// An order with an arbiter: what is rejected is not paid for before it is clear whether that is disputed.
fn judged() -> Scenario {
	given(bought_before_arbiter)
}

/// What is left of the machine's savings while its bond is on hold.
fn bonded() -> Balance {
	savings() - goods_bond()
}

/// What the supplier keeps of all that is rejected.
fn fees() -> Balance {
	Balance::from(QUANTITY) * rejection_fee()
}

fn reject_row() -> Row {
	let rejects = |order| Call::<Runtime>::reject {
		order,
		quantity: 1,
		reason: Default::default(),
	};
	let quantity = |quantity| calling(move || reject_goods(quantity));
	let may = actor(CUSTOMER, Error::NotTheBuyer);
	let row = Row::new(name("reject"), may, || bought(Leg::Arrived), || reject_goods(1))
		.at_legs(&[Leg::Arrived], Error::WrongState, rejects)
		.with_a_frozen_machine_too()
		.of_a_buying_machine_too(Leg::Arrived, Error::NotTheBuyer)
		.case(Stranger, by(OWNER).fails(Error::NotTheBuyer))
		.case(Right, quantity(QUANTITY))
		.case(Zero, quantity(0).fails(Error::ZeroQuantity))
		.case(Maximum, quantity(QUANTITY + 1).fails(Error::TooMuch))
		.case(Maximum, quantity(u64::MAX).fails(Error::TooMuch))
		.never(&[Overflow], WAS_A_NUMBER);
	row.pays([
		(Party::Machine, Party::Customer, rejection_fee),
		(Party::Customer, Party::Customer, || price() - rejection_fee()),
	])
	.pays_when(
		|| calling(|| reject_goods(QUANTITY)),
		[
			(Party::Machine, Party::Customer, fees),
			(Party::Customer, Party::Customer, || whole_price() - fees()),
			(Party::Machine, Party::Machine, goods_bond),
			(Party::Chain, Party::Customer, purchase_fee),
		],
	)
	.pays_when(judged, [])
	.case(BlockedPayee, judged().then(block_machine).leaves(|| credited([])))
	.of_the_machines_buyer_too(|| bonded() + rejection_fee())
	.of_open_order()
	.in_time(WINDOW, Error::TooLate)
}

fn concede() -> Row {
	let concedes = |order| Call::<Runtime>::concede { order };
	let may = actor(OWNER, Error::NotTheSupplier);
	Row::new(
		name("concede"),
		may,
		|| bought(Leg::Refused),
		move || concedes(purchase()),
	)
	.at_legs(&[Leg::Refused], Error::WrongState, concedes)
	.case(Right, by(KEY))
	.case(Stranger, by(CUSTOMER).fails(Error::NotTheSupplier))
	.with_a_frozen_machine_too()
	.pays([
		(Party::Machine, Party::Customer, fees),
		(Party::Customer, Party::Customer, || whole_price() - fees()),
		(Party::Machine, Party::Machine, goods_bond),
		(Party::Chain, Party::Customer, purchase_fee),
	])
	.never(&AMOUNTS, NO_AMOUNT)
	.of_the_machines_owner()
	.of_open_order()
	// Silence concedes: saying so later is no different.
	.at_any_time(WINDOW)
}

/// Who has disputed the order, and for whom.
fn opened_by(who: &str) {
	let dispute = pallet_escrow::Disputes::<Runtime>::get(purchase_agreement()).expect("is there");
	assert_eq!((dispute.opener, dispute.side), (account(who), Side::Payee));
}

fn dispute() -> Row {
	let disputes = |order| Call::<Runtime>::dispute {
		order,
		evidence: Default::default(),
	};
	let may = actor(OWNER, Error::NotTheSupplier);
	Row::new(
		name("dispute"),
		may,
		|| bought(Leg::Refused),
		move || disputes(purchase()),
	)
	.at_legs(&[Leg::Refused], Error::WrongState, disputes)
	.with_a_frozen_machine_too()
	.case(Right, then(|| allow(100 * coin())).by(KEY))
	.case(Right, as_ever().leaves(|| opened_by(OWNER)))
	.case(Stranger, by(CUSTOMER).fails(Error::NotTheSupplier))
	.never(&[Zero], "what is worth nothing is not contested")
	.case(
		Maximum,
		then(debase).only_in(Money::Dollars).fails(TokenError::FundsUnavailable),
	)
	.never(
		&[Overflow],
		"at the lowest rate the bond is 10^30, and the fee is at most a fifth of the largest price",
	)
	.case(UnlistedAsset, then(delist))
	.case(UnlistedAsset, then(unrate).fails(EscrowError::NoRate))
	.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
	.case(BlockedPayee, then(block_machine))
	.case(
		OwnCounterparty,
		then(|| sell(ARBITER)).by(ARBITER).fails(EscrowError::ArbiterIsParty),
	)
	.case(
		OwnCounterparty,
		then(|| sell(CUSTOMER)).by(CUSTOMER).leaves(|| opened_by(CUSTOMER)),
	)
	.case(OwnCounterparty, then(|| sell(CUSTOMER)).fails(Error::NotTheSupplier))
	.never(&[FullList], "its evidence is its side's first")
	.case(
		DepositUnaffordable,
		then(|| impoverish(&account(OWNER))).fails(TokenError::FundsUnavailable),
	)
	.case(DepositUnaffordable, by(KEY).fails(MachinesError::PurposeNotAllowed))
	.case(
		DepositUnaffordable,
		then(|| allow(1)).by(KEY).fails(MachinesError::OverSpendingCap),
	)
	.in_time(WINDOW, Error::TooLate)
}
