//! Who is told of goods that have come.

use crate::{Item, Lot, PurchaseOrderId, SiteId};

/// Told of goods that a buyer, or his silence, has accepted: each unit once. Goods that were rejected are not told of,
/// whoever is paid for them in the end.
pub trait Receiving<AccountId> {
	/// So many units of an item have come. It cannot fail: no stock-keeping stops a payment.
	fn received(
		owner: &AccountId,
		site: Option<SiteId>,
		item: &Item,
		lot: Option<Lot>,
		quantity: u64,
		order: PurchaseOrderId,
	);
}

/// Nobody keeps stock.
impl<AccountId> Receiving<AccountId> for () {
	fn received(_: &AccountId, _: Option<SiteId>, _: &Item, _: Option<Lot>, _: u64, _: PurchaseOrderId) {}
}
