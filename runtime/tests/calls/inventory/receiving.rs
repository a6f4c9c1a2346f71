//! Goods that were bought and had no place.

use super::{name, Error, NO_SITE};
use crate::prelude::*;
use bpiiot_primitives::{PurchaseOrderId, SiteId};
use bpiiot_runtime::AccountId;
use pallet_inventory::Call;

pub fn rows() -> Vec<Row> {
	vec![put_away(), dismiss_arrival()]
}

/// The customer has bought oil and named no place for it; he has one.
fn waiting() {
	bought(Leg::Paid);
	opened(CUSTOMER);
}

/// His machine has.
fn waiting_for_robot() {
	bought_by_robot(Leg::Paid);
	opened(CUSTOMER);
}

/// Somebody has a site where oil is kept.
fn opened(who: &str) {
	act(who, create_site(ROOM));
	act(who, open_oil(site()));
}

/// What is alike when goods are put away and when they are dismissed.
fn of_arrivals(row: Row, call: fn(AccountId, PurchaseOrderId) -> Call<Runtime>) -> Row {
	let of_robot = move || given(waiting_for_robot).calling(move || call(machine_of(ROBOT).account(), purchase()));
	row.case(Right, of_robot())
		.case(Right, of_robot().by(ROBOT))
		.case(FrozenMachine, of_robot().then(freeze_robot))
		.case(Stranger, of_robot().by(STRANGER).fails(Error::NotTheOwner))
		.case(Stranger, by(OWNER).fails(Error::NotTheOwner))
		.case(
			Stranger,
			calling(move || call(account(STRANGER), purchase())).fails(Error::NotTheOwner),
		)
		.case(
			WrongState,
			calling(move || call(account(CUSTOMER), PurchaseOrderId(1))).fails(Error::UnknownArrival),
		)
		.case(
			WrongState,
			then(move || act(CUSTOMER, call(account(CUSTOMER), purchase()))).fails(Error::UnknownArrival),
		)
		// What was rejected has not come.
		.case(
			WrongState,
			given(|| {
				bought(Leg::Arrived);
				act(CUSTOMER, reject_goods(QUANTITY));
				opened(CUSTOMER);
			})
			.fails(Error::UnknownArrival),
		)
		.of_goods()
		.at_any_time(DELIVERY)
}

fn put_away() -> Row {
	fn puts(owner: AccountId, order: PurchaseOrderId, site: SiteId) -> Call<Runtime> {
		Call::put_away { owner, order, site }
	}
	let right = || puts(account(CUSTOMER), purchase(), site());
	let may = actor(CUSTOMER, Error::NotTheOwner);
	let row = Row::new(name("put_away"), may, waiting, right)
		.case(
			WrongState,
			calling(|| puts(account(CUSTOMER), purchase(), NO_SITE)).fails(Error::UnknownSite),
		)
		.case(
			WrongState,
			given(|| {
				bought(Leg::Paid);
				act(CUSTOMER, create_site(ROOM));
			})
			.fails(Error::UnknownItem),
		)
		.never(&[Zero], "nothing at all does not come")
		.never(&[Maximum], "how much it is was said by its order")
		.case(
			Overflow,
			then(|| act(CUSTOMER, receive(u64::MAX, None))).fails(Error::TooMuch),
		)
		.case(OwnCounterparty, then(|| opened(NEIGHBOUR)).fails(Error::OtherOwner))
		.case(
			FullList,
			then(|| {
				for nth in 0..pallet_inventory::stock::MAX_LOTS {
					act(
						CUSTOMER,
						Call::receive {
							site: site(),
							item: oil(),
							lot: list(format!("OTHER-{nth}").into_bytes()),
							quantity: 1,
							expires: None,
						},
					);
				}
			})
			.fails(Error::TooManyLots),
		);
	of_arrivals(row, |owner, order| puts(owner, order, site()))
}

fn dismiss_arrival() -> Row {
	fn dismisses(owner: AccountId, order: PurchaseOrderId) -> Call<Runtime> {
		Call::dismiss_arrival { owner, order }
	}
	let may = actor(CUSTOMER, Error::NotTheOwner);
	let row = Row::new(name("dismiss_arrival"), may, waiting, || {
		dismisses(account(CUSTOMER), purchase())
	})
	.never(&AMOUNTS, NO_AMOUNT)
	.never(&[OwnCounterparty], ONE_PARTY)
	.never(&[FullList], FILLS_NO_LIST);
	of_arrivals(row, dismisses)
}
