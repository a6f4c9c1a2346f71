//! Rows of the products pallet.

mod certificates;
mod identity;
mod making;
mod recalls;

use crate::prelude::*;
use pallet_products::{MakingId, RecallId};

type Error = pallet_products::Error<Runtime>;

/// The rows.
pub fn rows() -> Vec<Row> {
	[identity::rows(), making::rows(), certificates::rows(), recalls::rows()]
		.into_iter()
		.flatten()
		.collect()
}

const fn name(call: &'static str) -> (&'static str, &'static str) {
	("Products", call)
}

/// Of [`ASSETS`].
const IN_NATIVE: &str = "what it takes is in the native token";
/// Of [`DepositUnaffordable`].
const PAID_BEFORE: &str = "the room was paid for before";

fn no_recall() -> RecallId {
	RecallId::from(1)
}

fn no_making() -> MakingId {
	MakingId::from(1)
}

/// There is no room left under the owner's prefix.
fn fill() {
	let prefix = of_owner();
	let record = pallet_products::Prefixes::<Runtime>::get(prefix.last().to_be_bytes()).expect("is assigned");
	act(OWNER, set_space(prefix, record.used));
}

/// Nothing more is issued under the owner's prefix.
fn revoke() {
	let prefix = of_owner();
	act(REGISTRANT, pallet_products::Call::revoke_prefix { prefix });
}

impl Row {
	/// A call of who issues under the owner's prefix: his machine by its key of now makes it too, and the customer does not,
	/// although he has a prefix of his own. It takes room.
	fn of_issuers(self) -> Self {
		self.case(Right, by(KEY))
			.by_the_next_key_too()
			.with_a_frozen_machine_too()
			.case(Stranger, by(CUSTOMER).fails(Error::ForeignPrefix))
			.case(Stranger, then(|| sell(BUYER)).by(KEY).fails(Error::ForeignPrefix))
			.case(WrongState, then(revoke).fails(Error::PrefixRevoked))
			.case(FullList, then(fill).fails(Error::NoRoom))
			.never(&ASSETS, NAMES_NO_ASSET)
	}
}
