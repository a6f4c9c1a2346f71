//! What clients may ask the runtime of shipments, without knowing how they are stored.

use crate::{Leg, LegId, Shipment, ShipmentId, ShipmentPlace, ShipmentState};
use alloc::vec::Vec;
use bpiiot_primitives::AgreementMillis;
use codec::{Codec, Decode, Encode};
use scale_info::TypeInfo;

/// A shipment in a list.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct FoundShipment<AccountId> {
	/// Its id.
	pub id: ShipmentId,
	/// Who sends.
	pub consignor: AccountId,
	/// Who is to get the goods.
	pub consignee: AccountId,
	/// Who has the goods, as long as it is not settled.
	pub custodian: AccountId,
	/// Where it stands.
	pub state: ShipmentState,
	/// When the state ends by silence, if it does.
	pub deadline: Option<AgreementMillis>,
	/// The number of the next handover.
	pub next_hop: u8,
}

/// Some of the shipments that name an account.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct ShipmentPage<AccountId> {
	/// By age.
	pub shipments: Vec<FoundShipment<AccountId>>,
	/// Where to go on; none at the end.
	pub next: Option<ShipmentPlace>,
}

/// A shipment with its legs.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct WholeShipment<AccountId, Unit, Escrow> {
	/// The shipment: its terms, where it stands, and its chain of custody.
	pub shipment: Shipment<AccountId, Unit, Escrow>,
	/// Its legs in their order.
	pub legs: Vec<(LegId, Leg<AccountId, Escrow>)>,
}

/// So much of a unit.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct HeldUnit<AccountId, Unit> {
	/// Of which shipment.
	pub shipment: ShipmentId,
	/// Whose it is.
	pub owner: AccountId,
	/// Which unit.
	pub unit: Unit,
	/// How much of it.
	pub quantity: u64,
}

/// Some of the goods on their way that an account has.
#[derive(Encode, Decode, TypeInfo, Clone, PartialEq, Eq, Debug)]
pub struct CustodyPage<AccountId, Unit> {
	/// By the age of their shipments. May be empty although there are more.
	pub units: Vec<HeldUnit<AccountId, Unit>>,
	/// Where to go on; none at the end.
	pub next: Option<ShipmentPlace>,
}

sp_api::decl_runtime_apis! {
	/// Finding shipments, and what is on its way, page by page. Each call does bounded work.
	pub trait ShipmentsApi<AccountId, Unit, Escrow>
	where
		AccountId: Codec,
		Unit: Codec,
		Escrow: Codec,
	{
		/// The shipments that name an account in any part, offered, open and settled, the oldest first, at most 32.
		///
		/// - `cursor`: the `next` of the page before; none for the first page.
		fn shipments_of(party: AccountId, cursor: Option<ShipmentPlace>) -> ShipmentPage<AccountId>;

		/// A shipment with its chain of custody and its legs; none if there is none of this id.
		fn shipment(id: ShipmentId) -> Option<WholeShipment<AccountId, Unit, Escrow>>;

		/// The goods on their way that an account has: of 16 shipments at most, and at most 64 looked at.
		///
		/// - `cursor`: the `next` of the page before; none for the first page.
		fn in_custody_of(holder: AccountId, cursor: Option<ShipmentPlace>) -> CustodyPage<AccountId, Unit>;
	}
}
