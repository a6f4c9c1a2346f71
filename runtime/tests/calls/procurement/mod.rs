//! Rows of the procurement pallet.

mod awards;
mod bidding;
mod buying;
mod delivery;
mod endings;
mod quotes;
mod requests;
mod review;
mod sealed;

use crate::prelude::*;
use bpiiot_primitives::{PurchaseOrderId, RequestId};
use bpiiot_runtime::{Balance, RuntimeCall};
use sp_runtime::DispatchError;

type Error = pallet_procurement::Error<Runtime>;
type MachinesError = pallet_machines::Error<Runtime>;
type EscrowError = pallet_escrow::Error<Runtime>;
/// What somebody gets wrong, and what he is told.
type Slip<Of> = (fn(&mut Of), Error);

/// The rows.
pub fn rows() -> Vec<Row> {
	[
		quotes::rows(),
		buying::rows(),
		delivery::rows(),
		review::rows(),
		endings::rows(),
		requests::rows(),
		bidding::rows(),
		sealed::rows(),
		awards::rows(),
	]
	.into_iter()
	.flatten()
	.map(Row::in_all_money)
	.collect()
}

const fn name(call: &'static str) -> (&'static str, &'static str) {
	("Procurement", call)
}

const NO_ORDER: PurchaseOrderId = PurchaseOrderId(1);
const NO_REQUEST: RequestId = RequestId(1);

/// Of [`Overflow`].
const WAS_A_NUMBER: &str = "no more can come of it than the price, which was a number when it was ordered";
/// Of [`ASSETS`].
const IN_NATIVE: &str = "its deposit is in the native token";

/// The most that somebody may have open: requests and orders as a buyer, and orders as a supplier.
fn limits() -> (usize, usize) {
	use frame_support::traits::Get;
	let purchases: u32 = <Runtime as pallet_procurement::Config>::MaxPurchases::get();
	let sales: u32 = <Runtime as pallet_procurement::Config>::MaxSales::get();
	(purchases as usize, sales as usize)
}

impl Row {
	/// A call on a purchase order, right at these stages only: at all others it fails with `error`, and so it does on an order
	/// that is not.
	fn at_legs<C: Into<RuntimeCall>>(
		self,
		right: &[Leg],
		error: impl Into<DispatchError>,
		call: impl Fn(PurchaseOrderId) -> C + 'static,
	) -> Self {
		let error = error.into();
		let row = self.case(WrongState, calling(move || call(NO_ORDER)).fails(Error::UnknownOrder));
		Leg::ALL.into_iter().fold(row, |row, leg| {
			if right.contains(&leg) {
				row.case(Right, given(move || bought(leg)))
			} else {
				row.case(WrongState, given(move || bought(leg)).fails(error))
			}
		})
	}

	/// A call of an open order that takes nothing from its caller and lists nothing.
	fn of_open_order(self) -> Self {
		self.never(&[FullList], FILLS_NO_LIST)
			.never(&[DepositUnaffordable], TAKES_NOTHING)
	}

	/// A call of a buyer who may be a machine: its key of now makes it, and its owner, also when there is no key that may.
	fn of_a_buying_machine_too(self, leg: Leg, error: Error) -> Self {
		let bought = move || given(move || bought_by_robot(leg));
		self.case(Right, bought())
			.case(Right, bought().by(ROBOT))
			.case(
				RotatedKey,
				bought().then(rotate_robot).by(ROBOT).fails(MachinesError::KeyRetired),
			)
			.case(RotatedKey, bought().then(rotate_robot).by(NEXT_ROBOT))
			.case(FrozenMachine, bought().then(freeze_robot))
			.case(
				FrozenMachine,
				bought()
					.then(freeze_robot)
					.by(ROBOT)
					.fails(MachinesError::MachineFrozen),
			)
			.case(Stranger, bought().by(STRANGER).fails(error))
	}

	/// A call of the buyer's: it does not matter that he has bought the machine, which has so much afterwards.
	fn of_the_machines_buyer_too(self, has: fn() -> Balance) -> Self {
		self.case(
			OwnCounterparty,
			then(|| sell(CUSTOMER)).by(CUSTOMER).leaves(move || machine_has(has())),
		)
	}

	/// A call of the supplier's: whoever has bought the machine makes it in the seller's place, the buyer too.
	fn of_the_machines_owner(self) -> Self {
		[CUSTOMER, BUYER].into_iter().fold(self, |row, buyer| {
			row.case(OwnCounterparty, then(move || sell(buyer)).by(buyer)).case(
				OwnCounterparty,
				then(move || sell(buyer)).by(OWNER).fails(Error::NotTheSupplier),
			)
		})
	}

	/// A call on a request that is not, and on requests that have ended.
	fn on_an_open_request<C: Into<RuntimeCall>>(self, call: impl Fn(RequestId) -> C + Copy + 'static) -> Self {
		let ended: [fn(); 4] = [awarded, no_bid, not_awarded, called_off];
		let row = self.case(
			WrongState,
			calling(move || call(NO_REQUEST)).fails(Error::UnknownRequest),
		);
		ended.into_iter().fold(row, |row, ended| {
			row.case(
				WrongState,
				given(ended).calling(move || call(request())).fails(Error::NotOpen),
			)
		})
	}

	/// A call on a request that moves nothing: no asset is asked.
	fn asks_no_asset(self) -> Self {
		self.case(UnlistedAsset, then(delist))
			.case(FrozenAsset, then(freeze_asset))
			.case(BlockedPayee, then(block_machine))
	}
}

/// A request that nobody has made a bid on, and that has ended by that.
fn no_bid() {
	asked();
	crate::chain::pass(WINDOW + 1);
	crate::chain::pass(1);
}

/// A request that was not awarded in time.
fn not_awarded() {
	bid_on_with(by_hand);
	crate::chain::pass(2 * WINDOW + 1);
	crate::chain::pass(1);
}

/// A request that was called off.
fn called_off() {
	bid_on();
	let request = request();
	act(CUSTOMER, pallet_procurement::Call::cancel_request { request });
}
