//! Sites of the owner's, what is kept there, and assets.

use super::*;
use bpiiot_primitives::{MachineId, SiteId};
use bpiiot_runtime::{AccountId, Balance, Runtime};
use pallet_inventory::{
	AssetClass, AssetId, Call, Item, ItemCode, Keeper, Lot, Reorder, Rights, ScoreWeights, SiteProfile, Unit,
	Whereabouts,
};
use sp_runtime::Permill;

/// How many records a site has room for.
pub const ROOM: u32 = 4;
/// How much oil there is, in thousandths of a litre.
pub const OIL: u64 = 10_000;
/// Below this more is asked for.
pub const POINT: u64 = 4_000;
/// Whose site a neighbour's is.
pub const NEIGHBOUR: &str = BUYER;

/// Where an asset of this runtime may be.
pub type Place = Whereabouts<AccountId>;

/// What is kept.
pub fn oil() -> Item {
	list(*b"OIL-46")
}

/// The lot that is there.
pub fn lot() -> Lot {
	list(*b"LOT-1")
}

/// The unit that oil is counted in.
pub fn litres() -> Unit {
	list(*b"LTR")
}

/// A site's profile.
pub fn shed() -> SiteProfile {
	SiteProfile {
		name: list(*b"Shed"),
		gln: Some(list(*b"9506000134352")),
		region: list(*b"DE-HB"),
	}
}

/// The creation of a site.
pub fn create_site(room: u32) -> Call<Runtime> {
	let profile = shed();
	Call::create_site { profile, room }
}

/// The newest site.
pub fn site() -> SiteId {
	let newest = pallet_inventory::Sites::<Runtime>::iter_keys().max();
	newest.expect("there is one")
}

/// The oldest site.
pub fn first_site() -> SiteId {
	let oldest = pallet_inventory::Sites::<Runtime>::iter_keys().min();
	oldest.expect("there is one")
}

/// The newest asset.
pub fn tool() -> AssetId {
	let newest = pallet_inventory::Assets::<Runtime>::iter_keys().max();
	newest.expect("there is one")
}

/// A keeper who may do all.
pub fn keeper(account: AccountId) -> Keeper<AccountId> {
	Keeper {
		account,
		rights: Rights {
			receive: true,
			issue: true,
			count: true,
			reserve: true,
		},
	}
}

/// Who keeps a site beside its owner.
pub fn set_keepers(site: SiteId, keepers: impl IntoIterator<Item = Keeper<AccountId>>) -> Call<Runtime> {
	let keepers = list(keepers);
	Call::set_keepers { site, keepers }
}

/// Oil is kept at a site from now on.
pub fn open_oil(site: SiteId) -> Call<Runtime> {
	let (item, code, unit) = (oil(), ItemCode::Own, litres());
	Call::open_item { site, item, code, unit }
}

/// Oil comes.
pub fn receive(quantity: u64, expires: Option<u64>) -> Call<Runtime> {
	Call::receive {
		site: site(),
		item: oil(),
		lot: lot(),
		quantity,
		expires,
	}
}

/// Oil is used up.
pub fn consume(quantity: u64) -> Call<Runtime> {
	let (site, item, lot) = (site(), oil(), None);
	Call::consume {
		site,
		item,
		lot,
		quantity,
	}
}

/// The owner has a site, which the machine keeps too, and nothing is there.
pub fn sited() {
	registered();
	sited_by_owner();
}

fn sited_by_owner() {
	act(OWNER, create_site(ROOM));
	act(OWNER, set_keepers(site(), [keeper(machine().account())]));
}

/// The machine itself owns a site.
pub fn sited_by_machine() {
	trading();
	act(KEY, create_site(ROOM));
}

/// There is oil at the owner's site.
pub fn stocked() {
	sited();
	stock_up();
}

fn stock_up() {
	act(OWNER, open_oil(site()));
	act(OWNER, receive(OIL, None));
}

/// There is oil at the owner's site, and a job of the machine's that it has accepted.
pub fn stocked_for_job() {
	stocked_at(Stage::Accepted);
}

/// There is oil at the owner's site, and a job of the machine's at this stage.
pub fn stocked_at(stage: Stage) {
	at(stage);
	sited_by_owner();
	stock_up();
}

/// Half of the oil is put aside for the job.
pub fn reserved() {
	stocked_for_job();
	act(OWNER, reserve(OIL / 2));
}

/// Oil is put aside for the newest job.
pub fn reserve(quantity: u64) -> Call<Runtime> {
	let (job, site, item, lot) = (job(), site(), oil(), None);
	Call::reserve {
		job,
		site,
		item,
		lot,
		quantity,
	}
}

/// There is oil at a neighbour's site, which is the newest.
pub fn neighboured() {
	stocked();
	act(NEIGHBOUR, create_site(ROOM));
	act(NEIGHBOUR, open_oil(site()));
}

/// When more oil is asked for, and what for.
pub fn rule(buyer: Option<MachineId>) -> Reorder<Balance> {
	Reorder {
		point: POINT,
		quantity: OIL,
		category: list(*b"cutting-oil"),
		asset: asset(),
		highest_price: whole_price(),
		longest_lead_time: DELIVERY,
		weights: ScoreWeights {
			price: Permill::from_percent(50),
			lead_time: Permill::from_percent(25),
			standing: Permill::from_percent(25),
		},
		buyer,
	}
}

/// A rule for oil at the newest site.
pub fn set_reorder(reorder: Option<Reorder<Balance>>) -> Call<Runtime> {
	let (site, item) = (site(), oil());
	Call::set_reorder { site, item, reorder }
}

/// There is oil at the owner's site, of which more is bought when there is little.
pub fn ruled() {
	stocked();
	act(OWNER, set_reorder(Some(rule(None))));
}

/// How long nobody asks again.
pub fn pause_between() -> u64 {
	<Runtime as pallet_inventory::Config>::ReorderPause::get()
}

/// An asset of the owner's, in his custody.
pub fn tooled() {
	sited();
	act(OWNER, register_tool(None));
}

/// The registration of a tool.
pub fn register_tool(home: Option<SiteId>) -> Call<Runtime> {
	Call::register_asset {
		tag: list(*b"T-1"),
		class: AssetClass::Tool,
		serial: list(*b"S-1"),
		home,
	}
}

/// The newest asset is given to somebody.
pub fn hand_to(to: Place) -> Call<Runtime> {
	let (asset, window) = (tool(), WINDOW);
	Call::hand_over { asset, to, window }
}

/// An asset of the owner's that the customer may take.
pub fn handed() {
	tooled();
	act(OWNER, hand_to(Whereabouts::Custodian(account(CUSTOMER))));
}
