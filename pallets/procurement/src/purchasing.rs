//! How other pallets buy.

use crate::{RequestId, Wanted};
use bpiiot_primitives::Actor;
use frame_support::pallet_prelude::DispatchError;

/// Raises requests for others, such as the reorder points of `inventory`.
pub trait Purchasing<AccountId> {
	/// Raises a request in the buyer's name, who pays its fee and its deposit, and later its price, as if he had called.
	///
	/// # Errors
	/// As `raise_request`: what is wanted is not well formed, the buyer has as many purchases open as he may, his spending
	/// policy, too little money.
	fn raise(buyer: &Actor<AccountId>, wanted: &Wanted<AccountId>) -> Result<RequestId, DispatchError>;

	/// Whether goods may still come of a request: it is open, or the order that came of it has not ended.
	fn is_open(request: RequestId) -> bool;
}
