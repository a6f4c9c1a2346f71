//! Names: ratings, and what is forgotten.

use super::{name, Error};
use crate::prelude::*;
use bpiiot_primitives::{AgreementRef, JobId, PurchaseOrderId, RequestId};
use bpiiot_runtime::Balance;
use pallet_suppliers::{standing::FORGOTTEN_AFTER, Call, Stars};

pub fn rows() -> Vec<Row> {
	vec![rate(), forget_pair(), forget_name()]
}

type JobError = pallet_jobs::Error<Runtime>;
type OrderError = pallet_procurement::Error<Runtime>;

/// Milliseconds of a day.
const DAY: u64 = 86_400_000;

fn rates(agreement: AgreementRef, stars: Stars) -> Call<Runtime> {
	Call::rate { agreement, stars }
}

/// An order that counts: its price is worth more than nothing, and its fee was paid.
fn paid() {
	bought(Leg::Paid);
}

fn rate() -> Row {
	let of_order = || rates(purchase_agreement(), Stars::Five);
	let may = actor(CUSTOMER, OrderError::NotTheBuyer);
	let row = Row::new(name("rate"), may, paid, of_order)
		.in_all_money()
		.case(Stranger, by(OWNER).fails(OrderError::NotTheBuyer))
		.case(Right, given(|| bought_by_robot(Leg::Paid)).by(ROBOT))
		.case(Right, given(|| bought_by_robot(Leg::Paid)))
		// What never came is rated too.
		.case(Right, given(|| bought(Leg::Placed)).then(|| act(OWNER, call_off())))
		.case(Right, calling(|| rates(purchase_agreement(), Stars::One)))
		// And work, as far as its fee lets it count.
		.case(
			Right,
			given(|| at(Stage::Settled)).calling(|| rates(agreement(), Stars::Four)),
		)
		.case(
			WrongState,
			given(|| at(Stage::Delivered))
				.calling(|| rates(agreement(), Stars::Four))
				.fails(JobError::NotSettled),
		)
		.case(
			Stranger,
			given(|| at(Stage::Settled))
				.calling(|| rates(agreement(), Stars::Four))
				.by(STRANGER)
				.fails(JobError::NotTheCustomer),
		)
		// An order is none by another name.
		.case(
			WrongState,
			calling(|| rates(AgreementRef::Request(RequestId(purchase().0)), Stars::One))
				.fails(OrderError::UnknownOrder),
		)
		.case(
			WrongState,
			calling(|| rates(AgreementRef::Job(JobId(purchase().0)), Stars::One)).fails(JobError::UnknownJob),
		)
		.case(
			WrongState,
			calling(|| rates(AgreementRef::Order(PurchaseOrderId(1)), Stars::One)).fails(OrderError::UnknownOrder),
		)
		// Once.
		.case(
			WrongState,
			then(move || act(CUSTOMER, of_order())).fails(OrderError::AlreadyRated),
		)
		// What he has called off before anything came counts nothing.
		.case(
			WrongState,
			given(|| bought(Leg::Placed))
				.then(|| act(CUSTOMER, call_off()))
				.fails(Error::CountsNothing),
		)
		.case(FrozenMachine, then(freeze))
		.never(&AMOUNTS, NO_AMOUNT)
		// What has no rate when it ends counts nothing.
		.case(
			UnlistedAsset,
			given(|| bought(Leg::Arrived))
				.then(unrate)
				.then(|| act(CUSTOMER, confirm(QUANTITY)))
				.fails(Error::CountsNothing),
		)
		.case(UnlistedAsset, then(delist))
		.case(FrozenAsset, then(freeze_asset))
		.case(BlockedPayee, then(block_machine))
		// He has bought the machine when it ends, or afterwards.
		.case(
			OwnCounterparty,
			given(|| bought(Leg::Arrived))
				.then(|| sell(CUSTOMER))
				.then(|| act(CUSTOMER, confirm(QUANTITY)))
				.fails(Error::CountsNothing),
		)
		.case(OwnCounterparty, then(|| sell(CUSTOMER)))
		.never(&[FullList], FILLS_NO_LIST)
		.never(&[DepositUnaffordable], TAKES_NOTHING)
		.at_any_time(DELIVERY);
	[Leg::Placed, Leg::Arrived, Leg::Refused, Leg::Contested, Leg::Argued]
		.into_iter()
		.fold(row, |row, leg| {
			row.case(WrongState, given(move || bought(leg)).fails(OrderError::NotSettled))
		})
}

/// What the customer has given to the machine's name, as if so many days ago.
fn given_before(days: u32) {
	paid();
	let (name, customer) = (bidder(KEY), account(CUSTOMER));
	let today = u32::try_from(crate::chain::now() / DAY).expect("in this century");
	pallet_suppliers::Pairs::<Runtime>::mutate(&name, &customer, |pair| {
		let pair = pair.as_mut().expect("the order has counted");
		pair.day = today - days;
	});
	pallet_suppliers::Names::<Runtime>::mutate(&name, |name| {
		let name = name.as_mut().expect("the order has counted");
		name.day = today - days;
	});
}

fn forget_pair() -> Row {
	let forgets = |supplier, customer| Call::<Runtime>::forget_pair { supplier, customer };
	let right = move || forgets(bidder(KEY), account(CUSTOMER));
	let old = || given_before(FORGOTTEN_AFTER);
	Row::new(name("forget_pair"), anybody(STRANGER), old, right)
		.case(
			WrongState,
			calling(move || forgets(bidder(KEY), account(STRANGER))).fails(Error::UnknownPair),
		)
		.case(
			WrongState,
			then(move || act(STRANGER, right())).fails(Error::UnknownPair),
		)
		.case(WrongState, given(|| bought(Leg::Placed)).fails(Error::UnknownPair))
		.case(FrozenMachine, then(freeze))
		.case(
			TooLate,
			given(|| given_before(FORGOTTEN_AFTER - 1)).fails(Error::TooEarly),
		)
		.case(TooLate, given(paid).fails(Error::TooEarly))
		.moves_no_money()
		.case(OwnCounterparty, by(CUSTOMER))
		.never(&[FullList], FILLS_NO_LIST)
}

/// A name of which all pairs were forgotten.
fn alone() {
	given_before(FORGOTTEN_AFTER);
	act(
		STRANGER,
		Call::forget_pair {
			supplier: bidder(KEY),
			customer: account(CUSTOMER),
		},
	);
}

fn forget_name() -> Row {
	let forgets = |supplier| Call::<Runtime>::forget_name { supplier };
	let right = move || forgets(bidder(KEY));
	Row::new(name("forget_name"), anybody(STRANGER), alone, right)
		.case(
			WrongState,
			calling(move || forgets(account(STRANGER))).fails(Error::UnknownName),
		)
		.case(
			WrongState,
			then(move || act(STRANGER, right())).fails(Error::UnknownName),
		)
		.case(
			WrongState,
			given(|| given_before(FORGOTTEN_AFTER)).fails(Error::HasPairs),
		)
		.case(FrozenMachine, then(freeze))
		.moves_no_money()
		.case(OwnCounterparty, by(OWNER))
		.never(&[FullList], FILLS_NO_LIST)
		// It weighs as much as that, and a little more, of what was forgotten.
		.case(TooLate, given(|| heavy(least())))
		.case(TooLate, given(|| heavy(least() + 1)).fails(Error::TooEarly))
}

/// What a name may weigh that is forgotten.
fn least() -> Balance {
	use frame_support::traits::Get;
	use pallet_suppliers::standing::FORGETTABLE;
	let doubt: Balance = <Runtime as pallet_suppliers::Config>::Doubt::get();
	doubt / Balance::from(FORGETTABLE)
}

/// A name without pairs that weighs so much today.
fn heavy(weight: Balance) {
	alone();
	pallet_suppliers::Names::<Runtime>::mutate(bidder(KEY), |name| {
		let name = name.as_mut().expect("it was not forgotten");
		name.day = u32::try_from(crate::chain::now() / DAY).expect("in this century");
		name.forgotten = weight;
		name.sums = Default::default();
		name.sums.settled = weight;
	});
}
