//! One module a topic.

mod actor;
mod allowance;
mod decommission;
mod fees;
mod freeze;
mod invariants;
mod keys;
mod money;
mod origins;
mod ownership;
mod policy;
mod properties;
mod registration;

use crate::{mock::*, Call};
use sp_runtime::{traits::Dispatchable, DispatchResult};

/// Makes a call as the chain does: all of it or nothing.
fn run(origin: RuntimeOrigin, call: Call<Test>) -> DispatchResult {
	RuntimeCall::from(call)
		.dispatch(origin)
		.map(drop)
		.map_err(|failed| failed.error)
}

/// Makes a call that `who` signed.
fn signed(who: &AccountId, call: Call<Test>) -> DispatchResult {
	run(RuntimeOrigin::signed(who.clone()), call)
}
