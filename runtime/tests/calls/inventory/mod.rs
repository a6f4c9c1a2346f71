//! Rows of the inventory pallet.

mod assets;
mod receiving;
mod reordering;
mod reservations;
mod sites;
mod stocking;

use crate::prelude::*;
use bpiiot_primitives::SiteId;
use bpiiot_runtime::RuntimeCall;
use pallet_inventory::{AssetId, Rights};

type Error = pallet_inventory::Error<Runtime>;

/// The rows.
pub fn rows() -> Vec<Row> {
	[
		sites::rows(),
		stocking::rows(),
		reordering::rows(),
		reservations::rows(),
		receiving::rows(),
		assets::rows(),
	]
	.into_iter()
	.flatten()
	.collect()
}

const fn name(call: &'static str) -> (&'static str, &'static str) {
	("Inventory", call)
}

const NO_SITE: SiteId = SiteId(1);
const NO_ASSET: AssetId = AssetId(1);

/// Of [`ASSETS`].
const IN_NATIVE: &str = "its deposit is in the native token";
/// Of [`ASSETS`].
const GOODS_ALONE: &str = "moves goods, and no money";

impl Row {
	/// A call of the site's owner, as which the owner of a machine that has a site counts too, and that machine. Whoever has
	/// sold the machine has sold the site.
	fn of_a_machines_site_too(self, world: fn()) -> Self {
		let of_machine = move || given(world);
		self.case(Right, of_machine())
			.case(Right, of_machine().by(KEY))
			.case(Stranger, of_machine().by(STRANGER).fails(Error::NotTheOwner))
			.case(Stranger, of_machine().then(|| sell(BUYER)).fails(Error::NotTheOwner))
			.case(Right, of_machine().then(|| sell(BUYER)).by(BUYER))
	}

	/// A call of keepers: the machine that is one makes it too, as long as it is the owner's and its key is of now. Whoever may
	/// do all else may not do this.
	fn of_keepers(self, without: fn(&mut Rights)) -> Self {
		let all_else = move || {
			let mut keeper = keeper(account(CUSTOMER));
			without(&mut keeper.rights);
			act(OWNER, set_keepers(site(), [keeper]));
		};
		self.case(Right, by(KEY))
			.by_the_next_key_too()
			.with_a_frozen_machine_too()
			.case(Stranger, then(|| sell(BUYER)).by(KEY).fails(Error::NotAllowed))
			.case(Stranger, then(|| sell(BUYER)).by(BUYER).fails(Error::NotAllowed))
			.case(Stranger, then(all_else).by(CUSTOMER).fails(Error::NotAllowed))
			.case(
				Stranger,
				then(|| act(OWNER, set_keepers(site(), [])))
					.by(KEY)
					.fails(Error::NotAllowed),
			)
	}

	/// A call on a site that is not, and on an item that is not kept there.
	fn on_stock<C: Into<RuntimeCall>>(self, call: impl Fn(SiteId) -> C + Copy + 'static) -> Self {
		self.case(WrongState, calling(move || call(NO_SITE)).fails(Error::UnknownSite))
			.case(
				WrongState,
				given(sited).calling(move || call(site())).fails(Error::UnknownItem),
			)
	}

	/// A call that has to do with goods and with one party alone.
	fn of_goods(self) -> Self {
		self.never(&ASSETS, GOODS_ALONE)
			.never(&[DepositUnaffordable], TAKES_NOTHING)
	}
}
