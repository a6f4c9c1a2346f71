//! What the maintainer says of his work, and how either side gets out of it.

use super::{name, Error, EscrowError, MachinesError, WAS_A_NUMBER};
use crate::{prelude::*, table::Scenario};
use bpiiot_primitives::Side;
use bpiiot_runtime::Balance;
use pallet_diagnostics::{Call, OrderState};
use sp_runtime::TokenError;

pub fn rows() -> Vec<Row> {
	vec![
		acknowledge(),
		start_work(),
		declare_done(),
		give_up(),
		cancel(),
		concede(),
		dispute(),
	]
}

/// The customer's machine maintains, and was named.
fn robot_named() {
	ticketed();
	trading_robot();
	let (ticket, maintainer) = (ticket(), machine_of(ROBOT).account());
	let terms = service();
	act(
		OWNER,
		Call::assign {
			ticket,
			maintainer,
			terms,
		},
	);
}

/// It has agreed.
fn robot_assigned() {
	robot_named();
	act(ROBOT, Call::acknowledge { order: repair() });
}

impl Row {
	/// A call of the maintainer's, who may be a machine: its owner may make it too.
	fn of_a_machine_that_maintains(self, world: fn()) -> Self {
		self.case(Right, given(world).by(ROBOT))
			.case(Right, given(world).by(CUSTOMER))
			.case(
				RotatedKey,
				given(world)
					.then(rotate_robot)
					.by(ROBOT)
					.fails(MachinesError::KeyRetired),
			)
			.case(RotatedKey, given(world).then(rotate_robot).by(NEXT_ROBOT))
			.case(
				FrozenMachine,
				given(world)
					.then(freeze_robot)
					.by(ROBOT)
					.fails(MachinesError::MachineFrozen),
			)
			.case(Stranger, by(OWNER).fails(Error::NotTheMaintainer))
			.with_a_frozen_machine_too()
	}

	/// Whoever has bought the machine has no part in the maintainer's calls; the maintainer goes on, also if it is he.
	fn of_the_maintainer_alone(self) -> Self {
		self.case(OwnCounterparty, then(|| sell(BUYER)))
			.case(
				OwnCounterparty,
				then(|| sell(BUYER)).by(BUYER).fails(Error::NotTheMaintainer),
			)
			.case(OwnCounterparty, then(|| sell(CUSTOMER)))
	}
}

fn acknowledge() -> Row {
	let acknowledges = |order| Call::<Runtime>::acknowledge { order };
	let may = actor(CUSTOMER, Error::NotTheMaintainer);
	Row::new(
		name("acknowledge"),
		may,
		|| repaired(Repair::Named),
		move || acknowledges(repair()),
	)
	.at_repairs(&[Repair::Named, Repair::Assigned], Error::WrongState, acknowledges)
	.case(
		Right,
		as_ever().leaves(|| assert_eq!(repair_record().state, OrderState::Assigned)),
	)
	.case(
		WrongState,
		then(move || act(CUSTOMER, acknowledges(repair()))).fails(Error::WrongState),
	)
	.of_a_machine_that_maintains(robot_named)
	.never(&[Zero], "a bond of nothing is not asked for")
	.case(
		Maximum,
		given(|| {
			repaired_with(Repair::Named, |terms| {
				terms.conditions.bond = sp_runtime::Permill::one()
			})
		}),
	)
	.never(&[Overflow], WAS_A_NUMBER)
	.case(UnlistedAsset, then(delist))
	.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
	.case(
		BlockedPayee,
		then(|| block(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
	)
	.of_the_maintainer_alone()
	.never(&[FullList], FILLS_NO_LIST)
	.case(
		DepositUnaffordable,
		then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
	)
	.case(
		DepositUnaffordable,
		given(robot_named)
			.then(|| allow_robot(1))
			.by(ROBOT)
			.fails(MachinesError::OverSpendingCap),
	)
	.in_time(WINDOW, Error::TooLate)
}

fn start_work() -> Row {
	let starts = |order| Call::<Runtime>::start_work { order };
	let acknowledged = || {
		repaired(Repair::Assigned);
		act(CUSTOMER, Call::acknowledge { order: repair() });
	};
	let may = actor(CUSTOMER, Error::NotTheMaintainer);
	Row::new(
		name("start_work"),
		may,
		|| repaired(Repair::Assigned),
		move || starts(repair()),
	)
	.at_repairs(&[Repair::Assigned], Error::WrongState, starts)
	.of_a_machine_that_maintains(robot_assigned)
	.never(&AMOUNTS, NO_AMOUNT)
	.whatever_the_repairs_asset()
	.of_the_maintainer_alone()
	.of_an_open_repair()
	.in_time(WINDOW, Error::TooLate)
	// Who has said that he comes may come late, for a lower price.
	.case(TooLate, given(acknowledged).then(later(WORK)))
	.case(TooLate, given(acknowledged).then(later(WORK + 1)).fails(Error::TooLate))
}

impl Row {
	/// A call that pays nobody, and that nothing done to its asset can stop.
	fn whatever_the_repairs_asset(self) -> Self {
		self.pays([])
			.case(BlockedPayee, then(|| block(&account(CUSTOMER))).leaves(|| credited([])))
	}
}

fn declare_done() -> Row {
	let declares = |order| Call::<Runtime>::declare_done {
		order,
		report: Default::default(),
	};
	let by_robot = || {
		robot_assigned();
		act(ROBOT, Call::start_work { order: repair() });
	};
	let may = actor(CUSTOMER, Error::NotTheMaintainer);
	Row::new(
		name("declare_done"),
		may,
		|| repaired(Repair::Begun),
		move || declares(repair()),
	)
	.at_repairs(&[Repair::Begun], Error::WrongState, declares)
	.of_a_machine_that_maintains(by_robot)
	.never(&AMOUNTS, NO_AMOUNT)
	.whatever_the_repairs_asset()
	.of_the_maintainer_alone()
	.of_an_open_repair()
	.in_time(WORK, Error::TooLate)
}

fn price_and_bonus() -> Balance {
	whole_price() + bonus()
}

fn give_up() -> Row {
	let gives_up = |order| Call::<Runtime>::give_up {
		order,
		reason: Default::default(),
	};
	let may = actor(CUSTOMER, Error::NotTheMaintainer);
	Row::new(
		name("give_up"),
		may,
		|| repaired(Repair::Assigned),
		move || gives_up(repair()),
	)
	.at_repairs(
		&[Repair::Named, Repair::Assigned, Repair::Begun],
		Error::WrongState,
		gives_up,
	)
	.of_a_machine_that_maintains(robot_assigned)
	.never(&AMOUNTS, NO_AMOUNT)
	.pays([
		(Party::Machine, Party::Machine, price_and_bonus),
		(Party::Machine, Party::Customer, care_bond),
		(Party::Chain, Party::Machine, purchase_fee),
	])
	// Who was named and has not agreed declines.
	.pays_when(
		|| given(|| repaired(Repair::Named)),
		[
			(Party::Machine, Party::Machine, price_and_bonus),
			(Party::Chain, Party::Machine, purchase_fee),
		],
	)
	.of_the_maintainer_alone()
	.of_an_open_repair()
	.at_any_time(WINDOW)
}

fn cancel() -> Row {
	let cancels = |order| Call::<Runtime>::cancel {
		order,
		reason: Default::default(),
	};
	let may = actor(OWNER, Error::NotTheOwner);
	Row::new(
		name("cancel"),
		may,
		|| repaired(Repair::Assigned),
		move || cancels(repair()),
	)
	.at_repairs(&[Repair::Named, Repair::Assigned], Error::WrongState, cancels)
	.of_the_machines_side()
	.case(Stranger, by(CUSTOMER).fails(Error::NotTheOwner))
	.with_a_frozen_machine_too()
	.never(&AMOUNTS, NO_AMOUNT)
	.pays([
		(Party::Customer, Party::Machine, care_call_off_fee),
		(Party::Machine, Party::Machine, || {
			price_and_bonus() - care_call_off_fee()
		}),
		(Party::Customer, Party::Customer, care_bond),
		(Party::Chain, Party::Machine, purchase_fee),
	])
	.of_whoever_owns_it()
	.of_an_open_repair()
	.in_time(WINDOW, Error::TooLate)
}

fn concede() -> Row {
	let concedes = |order| Call::<Runtime>::concede { order };
	let may = actor(CUSTOMER, Error::NotTheMaintainer);
	Row::new(
		name("concede"),
		may,
		|| repaired(Repair::Failed),
		move || concedes(repair()),
	)
	.at_repairs(&[Repair::Failed, Repair::Returned], Error::WrongState, concedes)
	.case(Stranger, by(OWNER).fails(Error::NotTheMaintainer))
	.with_a_frozen_machine_too()
	.never(&AMOUNTS, NO_AMOUNT)
	.pays([
		(Party::Customer, Party::Machine, failure_fee),
		(Party::Machine, Party::Machine, || price_and_bonus() - failure_fee()),
		(Party::Machine, Party::Customer, care_bond),
		(Party::Chain, Party::Machine, purchase_fee),
	])
	.pays_when(
		|| given(|| repaired(Repair::Returned)),
		[
			(Party::Machine, Party::Machine, retained),
			(Party::Machine, Party::Customer, care_bond),
			(Party::Chain, Party::Machine, purchase_fee),
		],
	)
	.of_the_maintainer_alone()
	.of_an_open_repair()
	// Silence concedes: saying so later is no different.
	.at_any_time(WINDOW)
}

/// Who has disputed the order, and for whom.
fn opened_by(who: &'static str, side: Side) -> impl Fn() {
	move || {
		let dispute = pallet_escrow::Disputes::<Runtime>::get(repair_agreement()).expect("is there");
		assert_eq!((dispute.opener, dispute.side), (account(who), side));
	}
}

/// What was declared, before an arbiter: the owner's to dispute.
fn declared() -> Scenario {
	given(|| repaired_with(Repair::Declared, |terms| terms.arbiter = Some(account(ARBITER))))
}

fn dispute() -> Row {
	let disputes = |order| Call::<Runtime>::dispute {
		order,
		evidence: Default::default(),
	};
	let may = actor(CUSTOMER, Error::NotAParty);
	Row::new(
		name("dispute"),
		may,
		|| repaired(Repair::Failed),
		move || disputes(repair()),
	)
	.at_repairs(&[Repair::Failed, Repair::Returned], Error::WrongState, disputes)
	.case(Right, as_ever().leaves(opened_by(CUSTOMER, Side::Payee)))
	.case(Right, declared().by(OWNER).leaves(opened_by(OWNER, Side::Payer)))
	.case(Right, declared().by(KEY))
	.case(WrongState, declared().fails(Error::WrongState))
	.case(WrongState, by(OWNER).fails(Error::WrongState))
	.case(
		WrongState,
		given(|| repaired(Repair::Declared)).by(OWNER).fails(Error::NoArbiter),
	)
	.with_a_frozen_machine_too()
	.never(&[Zero], "what is worth nothing is not disputed")
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
		then(|| sell(ARBITER)).fails(EscrowError::ArbiterIsParty),
	)
	.case(OwnCounterparty, declared().then(|| sell(BUYER)).by(BUYER))
	.case(
		OwnCounterparty,
		declared().then(|| sell(BUYER)).by(OWNER).fails(Error::NotAParty),
	)
	.never(&[FullList], "its evidence is its side's first")
	.case(
		DepositUnaffordable,
		then(|| impoverish(&account(CUSTOMER))).fails(TokenError::FundsUnavailable),
	)
	.case(
		DepositUnaffordable,
		declared()
			.then(|| allow(1))
			.by(KEY)
			.fails(MachinesError::OverSpendingCap),
	)
	.in_time(WINDOW, Error::TooLate)
}
