//! Finding shipments.

use crate::{
	runtime_api::{CustodyPage, FoundShipment, HeldUnit, ShipmentPage, WholeShipment},
	Config, EscrowAccountOf, Legs, Pallet, ShipmentId, ShipmentOf, ShipmentPlace, ShipmentState, Shipments,
	ShipmentsOf, UnitOf,
};
use alloc::vec::Vec;

/// Shipments in a page.
pub(crate) const SHIPMENTS_A_PAGE: usize = 32;
/// Shipments whose goods are in a page.
pub(crate) const CUSTODY_A_PAGE: usize = 16;
/// Shipments that are looked at for a page of goods, whether or not the account has them.
pub(crate) const CUSTODY_LOOKED_AT: usize = 64;

/// What [`ShipmentsApi`](crate::runtime_api::ShipmentsApi) answers.
impl<T: Config> Pallet<T> {
	/// See [`ShipmentsApi::shipments_of`](crate::runtime_api::ShipmentsApi::shipments_of).
	pub fn shipments_of(party: &T::AccountId, cursor: Option<ShipmentPlace>) -> ShipmentPage<T::AccountId> {
		let found = |place: ShipmentPlace| {
			let id = place.shipment();
			Shipments::<T>::get(id).map(|shipment| Self::found(id, shipment))
		};
		let (shipments, next) = page(Self::places(party, cursor), SHIPMENTS_A_PAGE, SHIPMENTS_A_PAGE, found);
		ShipmentPage { shipments, next }
	}

	/// See [`ShipmentsApi::shipment`](crate::runtime_api::ShipmentsApi::shipment).
	pub fn whole_shipment(id: ShipmentId) -> Option<WholeShipment<T::AccountId, UnitOf<T>, EscrowAccountOf<T>>> {
		let shipment = Shipments::<T>::get(id)?;
		let legs = shipment.legs.iter();
		let legs = legs.filter_map(|id| Some((*id, Legs::<T>::get(id)?))).collect();
		Some(WholeShipment { shipment, legs })
	}

	/// See [`ShipmentsApi::in_custody_of`](crate::runtime_api::ShipmentsApi::in_custody_of).
	pub fn in_custody_of(holder: &T::AccountId, cursor: Option<ShipmentPlace>) -> CustodyPage<T::AccountId, UnitOf<T>> {
		let held = |place: ShipmentPlace| {
			let id = place.shipment();
			let shipment = Shipments::<T>::get(id)?;
			let is_on_its_way = !matches!(
				shipment.state,
				ShipmentState::Offered | ShipmentState::Agreed | ShipmentState::Settled(_)
			);
			(is_on_its_way && shipment.custodian() == holder).then(|| Self::held_units(id, &shipment))
		};
		let (units, next) = page(Self::places(holder, cursor), CUSTODY_A_PAGE, CUSTODY_LOOKED_AT, held);
		CustodyPage {
			units: units.into_iter().flatten().collect(),
			next,
		}
	}

	fn places(party: &T::AccountId, cursor: Option<ShipmentPlace>) -> impl Iterator<Item = ShipmentPlace> {
		match cursor {
			Some(cursor) => {
				ShipmentsOf::<T>::iter_key_prefix_from(party, ShipmentsOf::<T>::hashed_key_for(party, cursor))
			}
			None => ShipmentsOf::<T>::iter_key_prefix(party),
		}
	}

	fn found(id: ShipmentId, shipment: ShipmentOf<T>) -> FoundShipment<T::AccountId> {
		FoundShipment {
			id,
			custodian: shipment.custodian().clone(),
			state: shipment.state,
			deadline: shipment.deadline(),
			next_hop: shipment.next_hop(),
			consignor: shipment.consignor,
			consignee: shipment.terms.consignee,
		}
	}

	/// What of a shipment is still on its way: all of it, until the consignee has said what he accepts.
	fn held_units(id: ShipmentId, shipment: &ShipmentOf<T>) -> Vec<HeldUnit<T::AccountId, UnitOf<T>>> {
		let lines = shipment.terms.goods.iter().enumerate();
		lines
			.map(|(nth, line)| HeldUnit {
				shipment: id,
				owner: shipment.consignor.clone(),
				unit: line.unit.clone(),
				quantity: shipment
					.decision(nth)
					.map_or(line.quantity, |decision| decision.refused),
			})
			.filter(|held| held.quantity > 0)
			.collect()
	}
}

/// The first things that are found at these places: so many at most, and after so many looks. Tells where to go on if there
/// are more places.
fn page<Place: Copy, Found>(
	places: impl Iterator<Item = Place>,
	most: usize,
	looks: usize,
	look: impl Fn(Place) -> Option<Found>,
) -> (Vec<Found>, Option<Place>) {
	let mut places = places.peekable();
	let (mut found, mut last) = (Vec::new(), None);
	for place in places.by_ref().take(looks) {
		last = Some(place);
		found.extend(look(place));
		if found.len() == most {
			break;
		}
	}
	(found, places.peek().and(last))
}
