//! What the machine does with an order, and the ways out of it.

use super::{name, Error, MachinesError, NO_JOB, OF_THE_MACHINE, WAS_A_NUMBER};
use crate::prelude::*;
use bpiiot_primitives::{JobId, Need, SiteId};
use pallet_jobs::Call;
use sp_runtime::{Permill, TokenError};

type EscrowError = pallet_escrow::Error<Runtime>;
type InventoryError = pallet_inventory::Error<Runtime>;

pub fn rows() -> Vec<Row> {
	vec![
		accept(),
		accept_with(),
		decline(),
		start(),
		progress(),
		deliver_row(),
		cancel(),
		expire(),
		remove(),
	]
}

fn accept() -> Row {
	let accepts = |job| Call::<Runtime>::accept { job };
	let may = actor(KEY, Error::NotTheMachine);
	Row::new(name("accept"), may, || at(Stage::Ordered), move || accepts(job()))
		.at_stages(&Stage::OPEN, Error::WrongState, accepts)
		.by_the_next_key_too()
		.case(Stranger, by(OWNER).fails(Error::NotTheMachine))
		.case(Zero, given(|| at_with(Stage::Ordered, |terms| terms.bond = 0)))
		.case(
			Maximum,
			given(|| at_with(Stage::Ordered, |terms| terms.bond = MOST)).fails(TokenError::FundsUnavailable),
		)
		// What was spent, and the largest bond.
		.case(
			Overflow,
			then(|| allow(MOST))
				.then(move || act(KEY, accepts(job())))
				.then(|| {
					publish(Terms { bond: MOST, ..terms() });
					act(CUSTOMER, order(line()));
				})
				.fails(MachinesError::OverSpendingCap),
		)
		.case(UnlistedAsset, then(delist))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		.case(BlockedPayee, then(block_machine).fails(TokenError::FundsUnavailable))
		.never(&[OwnCounterparty], OF_THE_MACHINE)
		.never(&[FullList], FILLS_NO_LIST)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&machine().account())).fails(TokenError::FundsUnavailable),
		)
		.case(
			DepositUnaffordable,
			then(|| allow(bond() - 1)).fails(MachinesError::OverSpendingCap),
		)
		.in_time(WINDOW, Error::TooLate)
}

/// The machine promises, and puts oil aside.
fn with_oil(job: JobId, site: SiteId, quantities: impl IntoIterator<Item = u64>) -> Call<Runtime> {
	let need = |quantity| Need {
		item: oil(),
		lot: None,
		quantity,
	};
	let needs = list(quantities.into_iter().map(need));
	Call::accept_with { job, site, needs }
}

/// So much is put aside for the newest job.
fn put_aside(quantity: u64) {
	let reservation = pallet_inventory::Reservations::<Runtime>::get(job());
	let lines = reservation.map(|reservation| reservation.lines).unwrap_or_default();
	assert_eq!(lines.iter().map(|line| line.quantity).sum::<u64>(), quantity);
}

fn accept_with() -> Row {
	let needs = |quantities: fn() -> Vec<u64>| calling(move || with_oil(job(), site(), quantities()));
	let ordered = || stocked_at(Stage::Ordered);
	let priced = |bond: fn(&mut Terms)| {
		given(move || {
			at_with(Stage::Ordered, bond);
			act(OWNER, create_site(ROOM));
			act(OWNER, set_keepers(site(), [keeper(machine().account())]));
			act(OWNER, open_oil(site()));
			act(OWNER, receive(OIL, None));
		})
	};
	let may = actor(KEY, Error::NotTheMachine);
	let right = || with_oil(job(), site(), [OIL / 2]);
	let row = Row::new(name("accept_with"), may, ordered, right)
		.by_the_next_key_too()
		.case(Right, as_ever().leaves(|| put_aside(OIL / 2)))
		.case(Right, given(|| stocked_at(Stage::Countered)))
		.case(Right, needs(|| vec![OIL / 2, OIL / 2]).leaves(|| put_aside(OIL)))
		.case(Stranger, by(OWNER).fails(Error::NotTheMachine))
		// Nobody has made the machine a keeper, or another right is missing.
		.case(
			Stranger,
			then(|| act(OWNER, set_keepers(site(), []))).fails(InventoryError::NotAllowed),
		)
		.case(
			WrongState,
			calling(|| with_oil(NO_JOB, site(), [1])).fails(Error::UnknownJob),
		)
		.case(
			WrongState,
			calling(|| with_oil(job(), SiteId(1), [1])).fails(InventoryError::UnknownSite),
		)
		.case(
			WrongState,
			then(|| {
				act(OWNER, create_site(ROOM));
				act(OWNER, set_keepers(site(), [keeper(machine().account())]));
			})
			.fails(InventoryError::UnknownItem),
		)
		.case(Zero, needs(Vec::new).fails(Error::NothingNeeded))
		.case(Zero, needs(|| vec![0]).fails(InventoryError::ZeroQuantity))
		.case(Zero, priced(|terms| terms.bond = 0))
		.case(Maximum, needs(|| vec![OIL + 1]).fails(InventoryError::NotEnough))
		.case(Maximum, needs(|| vec![OIL, 1]).fails(InventoryError::NotEnough))
		.case(
			Maximum,
			priced(|terms| terms.bond = MOST).fails(TokenError::FundsUnavailable),
		)
		.case(
			Overflow,
			needs(|| vec![u64::MAX, u64::MAX]).fails(InventoryError::NotEnough),
		)
		.case(UnlistedAsset, then(delist))
		.case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable))
		.case(BlockedPayee, then(block_machine).fails(TokenError::FundsUnavailable))
		// The seller's policy went with him, and so did his site.
		.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER)).fails(MachinesError::PurposeNotAllowed),
		)
		// As many needs as there may be, and a site without room.
		.case(FullList, needs(|| vec![1; 8]).leaves(|| put_aside(8)))
		.case(
			FullList,
			then(|| {
				let (site, profile, room) = (site(), shed(), 1);
				act(OWNER, pallet_inventory::Call::update_site { site, profile, room });
			})
			.fails(InventoryError::NoRoom),
		)
		.case(
			DepositUnaffordable,
			then(|| impoverish(&machine().account())).fails(TokenError::FundsUnavailable),
		)
		.case(
			DepositUnaffordable,
			then(|| allow(bond() - 1)).fails(MachinesError::OverSpendingCap),
		)
		.in_time(WINDOW, Error::TooLate);
	Stage::ALL
		.into_iter()
		.filter(|stage| !Stage::OPEN.contains(stage))
		.fold(row, |row, stage| {
			row.case(WrongState, given(move || stocked_at(stage)).fails(Error::WrongState))
		})
}

fn decline() -> Row {
	let declines = |job| Call::<Runtime>::decline {
		job,
		reason: Default::default(),
	};
	let may = actor(KEY, Error::NotTheMachine);
	Row::new(name("decline"), may, || at(Stage::Ordered), move || declines(job()))
		.at_stages(&Stage::OPEN, Error::WrongState, declines)
		.by_the_next_key_too()
		.pays([
			(Party::Customer, Party::Customer, whole_price),
			(Party::Chain, Party::Customer, order_fee),
		])
		.never(&[OwnCounterparty], OF_THE_MACHINE)
		.takes_no_money()
		.at_any_time(WINDOW)
}

fn start() -> Row {
	let starts = |job| Call::<Runtime>::start { job };
	let may = actor(KEY, Error::NotTheMachine);
	Row::new(name("start"), may, || at(Stage::Accepted), move || starts(job()))
		.at_stages(&[Stage::Accepted], Error::WrongState, starts)
		.by_the_next_key_too()
		.whatever_the_asset()
		.never(&[OwnCounterparty], OF_THE_MACHINE)
		.takes_no_money()
		.in_time(DELIVERY, Error::TooLate)
}

fn progress() -> Row {
	let reports = |job, units_done| Call::<Runtime>::progress { job, units_done };
	let units = move |units| calling(move || reports(job(), units));
	let may = actor(KEY, Error::NotTheMachine);
	Row::new(name("progress"), may, || at(Stage::Started), move || reports(job(), 1))
		.at_stages(&[Stage::Started], Error::WrongState, move |job| reports(job, 1))
		.by_the_next_key_too()
		.case(
			WrongState,
			then(move || act(KEY, reports(job(), 1))).fails(Error::NoProgress),
		)
		.case(Zero, units(0).fails(Error::NoProgress))
		.case(Maximum, units(UNITS + 1).fails(Error::TooManyUnits))
		.case(Maximum, units(u32::MAX).fails(Error::TooManyUnits))
		.never(&[Overflow], SUMS_NOTHING)
		.whatever_the_asset()
		.never(&[OwnCounterparty], OF_THE_MACHINE)
		.of_running_job()
		// A report of work that comes too late does no harm.
		.at_any_time(DELIVERY)
		.case(TooLate, given(sent_back).then(later(WINDOW + 1)))
}

fn deliver_row() -> Row {
	let units = |units| calling(move || deliver(units));
	let delivers = |job: JobId| Call::<Runtime>::deliver {
		job,
		units: 1,
		result: Default::default(),
	};
	let may = actor(KEY, Error::NotTheMachine);
	Row::new(name("deliver"), may, || at(Stage::Started), || deliver(UNITS))
		.at_stages(&[Stage::Started], Error::WrongState, delivers)
		.by_the_next_key_too()
		.case(Zero, units(0).fails(Error::ZeroUnits))
		.case(Maximum, units(UNITS + 1).fails(Error::TooManyUnits))
		.case(Maximum, units(u32::MAX).fails(Error::TooManyUnits))
		// One was approved before the others went back.
		.case(
			Overflow,
			given(|| at(Stage::Delivered))
				.then(|| act(CUSTOMER, approve(1)))
				.then(|| act(CUSTOMER, request_rework()))
				.calling(|| deliver(u32::MAX))
				.fails(Error::TooManyUnits),
		)
		.whatever_the_asset()
		.never(&[OwnCounterparty], OF_THE_MACHINE)
		.of_running_job()
		.in_time(DELIVERY, Error::TooLate)
		.case(TooLate, given(sent_back).then(later(WINDOW)))
		.case(TooLate, given(sent_back).then(later(WINDOW + 1)).fails(Error::TooLate))
}

fn cancel() -> Row {
	let cancels = |job| Call::<Runtime>::cancel {
		job,
		reason: Default::default(),
	};
	let early = [Stage::Ordered, Stage::Countered, Stage::Accepted, Stage::Started];
	let may = actor(CUSTOMER, Error::NotAParty);
	Row::new(name("cancel"), may, || at(Stage::Accepted), move || cancels(job()))
		.at_stages(&early, Error::WrongState, cancels)
		.with_a_frozen_machine_too()
		.of_a_machine_too(Stage::Accepted, Error::NotAParty)
		.case(Stranger, by(OWNER).fails(Error::NotAParty))
		// The machine gives up what it has promised, and declines what it has not.
		.case(Right, by(KEY))
		.case(
			WrongState,
			given(|| at(Stage::Ordered)).by(KEY).fails(Error::WrongState),
		)
		.case(
			WrongState,
			given(|| at(Stage::Delivered)).by(KEY).fails(Error::WrongState),
		)
		// What went back was delivered before: he has it, and may not get it for the fee.
		.case(WrongState, given(sent_back).fails(Error::AlreadyDelivered))
		// All of the price, and none of it.
		.case(
			Maximum,
			given(|| at_with(Stage::Accepted, |terms| terms.cancellation.accepted = Permill::one())),
		)
		.case(
			Zero,
			given(|| at_with(Stage::Accepted, |terms| terms.cancellation.accepted = Permill::zero())),
		)
		.never(&[Overflow], WAS_A_NUMBER)
		.pays([
			(Party::Customer, Party::Customer, whole_price),
			(Party::Machine, Party::Machine, bond),
			(Party::Chain, Party::Customer, order_fee),
		])
		// The fee of a fifth.
		.pays_when(
			|| {
				given(|| {
					at_with(Stage::Accepted, |terms| {
						terms.cancellation.accepted = Permill::from_percent(20);
					});
				})
			},
			[
				(Party::Machine, Party::Customer, || whole_price() / 5),
				(Party::Customer, Party::Customer, || whole_price() - whole_price() / 5),
				(Party::Machine, Party::Machine, bond),
				(Party::Chain, Party::Customer, order_fee),
			],
		)
		// The machine gives up, and its bond is the customer's.
		.pays_when(
			|| by(KEY),
			[
				(Party::Customer, Party::Customer, whole_price),
				(Party::Customer, Party::Machine, bond),
				(Party::Chain, Party::Customer, order_fee),
			],
		)
		.of_the_new_owner_too(savings)
		// He has its key too: then it gives up, and loses its bond to him.
		.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER))
				.by(KEY)
				.leaves(|| machine_has(savings() - bond())),
		)
		.of_running_job()
		// A customer whose machine is late lets the job expire, and pays nothing.
		.in_time(DELIVERY, Error::TooLate)
		.case(TooLate, then(later(DELIVERY + 1)).by(KEY))
}

fn expire() -> Row {
	let expires = |job| Call::<Runtime>::expire { job };
	let due = || {
		at(Stage::Started);
		crate::chain::pass(DELIVERY + 1);
	};
	let row = Row::new(name("expire"), anybody(STRANGER), due, move || expires(job()))
		.case(WrongState, calling(move || expires(JobId(1))).fails(Error::UnknownJob))
		.case(WrongState, given(|| at(Stage::Disputed)).fails(Error::WrongState))
		.case(WrongState, given(|| at(Stage::Heard)).fails(Error::WrongState))
		.case(WrongState, given(|| at(Stage::Settled)).fails(Error::WrongState))
		.with_a_frozen_machine_too()
		.case(
			WrongState,
			then(|| root_acts(pallet_escrow::Call::pause {})).fails(EscrowError::AgreementsPaused),
		)
		// Not delivered: the customer has the bond as well, though the machine is his by now.
		.pays([
			(Party::Customer, Party::Customer, whole_price),
			(Party::Customer, Party::Machine, bond),
			(Party::Chain, Party::Customer, order_fee),
		])
		.of_the_new_owner_too(|| savings() - bond())
		// Not reviewed: the machine is paid.
		.pays_when(
			|| given(|| at(Stage::Delivered)).then(later(WINDOW + 1)),
			[
				(Party::Machine, Party::Customer, whole_price),
				(Party::Machine, Party::Machine, bond),
				(Party::Chain, Party::Customer, order_fee),
			],
		)
		// Not mended.
		.case(TooLate, given(sent_back).then(later(WINDOW)).fails(Error::NotExpired))
		.case(
			TooLate,
			given(sent_back)
				.then(later(WINDOW + 1))
				.leaves(|| machine_has(savings() - bond())),
		)
		.takes_no_money();
	// Each stage has its own deadline, and until that has passed nobody ends it.
	[
		(Stage::Ordered, WINDOW),
		(Stage::Countered, WINDOW),
		(Stage::Accepted, DELIVERY),
		(Stage::Started, DELIVERY),
		(Stage::Delivered, WINDOW),
		(Stage::Rejected, WINDOW),
	]
	.into_iter()
	.fold(row, |row, (stage, millis)| {
		row.case(
			TooLate,
			given(move || at(stage)).then(later(millis)).fails(Error::NotExpired),
		)
		.case(TooLate, given(move || at(stage)).then(later(millis + 1)))
	})
}

fn remove() -> Row {
	let removes = |job| Call::<Runtime>::remove { job };
	let may = actor(CUSTOMER, Error::NotTheCustomer);
	Row::new(name("remove"), may, || at(Stage::Settled), move || removes(job()))
		.at_stages(&[Stage::Settled], Error::NotSettled, removes)
		.with_a_frozen_machine_too()
		.of_a_machine_too(Stage::Settled, Error::NotTheCustomer)
		.case(
			WrongState,
			then(move || act(CUSTOMER, removes(job())))
				.calling(move || removes(JobId(1)))
				.fails(Error::UnknownJob),
		)
		.pays([(Party::Customer, Party::Customer, deposit)])
		.of_the_new_owner_too(|| savings() + whole_price())
		.takes_no_money()
		.at_any_time(DELIVERY)
		.case(Stranger, by(OWNER).fails(Error::NotTheCustomer))
		.case(Right, then(|| impoverish(&account(CUSTOMER))))
}
