//! Worlds that calls are tried in, made by real calls, and the parties in them.

mod assets;
mod goods;
mod jobs;
mod machines;
mod payments;
mod products;
mod requests;
mod shipments;
mod stock;

pub use crate::chain::account;
pub use assets::*;
pub use goods::*;
pub use jobs::*;
pub use machines::*;
pub use payments::*;
pub use products::*;
pub use requests::*;
pub use shipments::*;
pub use stock::*;

use crate::chain::pass;
use bpiiot_runtime::{Balance, RuntimeCall, RuntimeOrigin};
use frame_support::{traits::Get, BoundedVec};
use sp_runtime::traits::Dispatchable;

/// Owns the machine.
pub const OWNER: &str = "Owner";
/// The machine's first key.
pub const KEY: &str = "Press";
/// The machine's next key.
pub const NEXT_KEY: &str = "Press2";
/// Orders.
pub const CUSTOMER: &str = "Customer";
/// The key of a machine of the customer's, which buys for itself.
pub const ROBOT: &str = "Robot";
/// The key that takes the place of that one.
pub const NEXT_ROBOT: &str = "Robot2";
/// Has money and nothing to do with anything.
pub const STRANGER: &str = "Carrier";
/// Takes the machine over.
pub const BUYER: &str = "Bob";
/// Decides disputes.
pub const ARBITER: &str = "Arbiter";
/// Owns the assets, and may freeze them.
pub const ISSUER: &str = "Supplier";

/// A call that the world is made of.
pub fn act(by: &str, call: impl Into<RuntimeCall>) {
	act_as(RuntimeOrigin::signed(account(by)), call);
}

/// A call of root's.
pub fn root_acts(call: impl Into<RuntimeCall>) {
	act_as(RuntimeOrigin::root(), call);
}

fn act_as(origin: RuntimeOrigin, call: impl Into<RuntimeCall>) {
	let call = call.into();
	let told = format!("{call:?}");
	if let Err(failed) = call.dispatch(origin) {
		panic!("the world cannot be made: {told}: {:?}", failed.error);
	}
}

/// A list that is short enough.
pub fn list<T, S: Get<u32>>(items: impl IntoIterator<Item = T>) -> BoundedVec<T, S> {
	BoundedVec::try_from(items.into_iter().collect::<Vec<_>>()).unwrap_or_else(|_| panic!("the list is too long"))
}

/// The largest amount that can be written down.
pub const MOST: Balance = Balance::MAX;

/// So many milliseconds later.
pub fn later(millis: u64) -> impl Fn() {
	move || pass(millis)
}
