//! Tries what stands in the table.

use crate::{
	chain::{account, chain, root, send, Signature},
	origins::sudo,
	table::{By, Case, Outcome, Row, Scenario},
	vocabulary::ASSETS,
	world::Money,
};
use bpiiot_runtime::{
	genesis_config_presets::COLLATORS, AllPalletsWithSystem, Escrow, Inventory, Jobs, Machines, Procurement, Products,
	RuntimeCall, RuntimeOrigin, Shipments, Suppliers,
};
use frame_support::traits::{GetCallMetadata, PalletsInfoAccess};
use sp_runtime::{
	traits::Dispatchable, transaction_validity::TransactionValidityError, DispatchError, ModuleError, TryRuntimeError,
};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// The pallets of the SDK. All others are ours, and each of their calls has a row.
const FOREIGN: [&str; 22] = [
	"AssetRate",
	"Assets",
	"Balances",
	"CollatorSelection",
	"CumulusXcm",
	"MessageQueue",
	"Multisig",
	"ParachainInfo",
	"ParachainSystem",
	"PolkadotXcm",
	"Preimage",
	"Proxy",
	"Referenda",
	"Scheduler",
	"Session",
	"Sudo",
	"System",
	"TechnicalCollective",
	"Timestamp",
	"TxPause",
	"Utility",
	"XcmpQueue",
];

type Invariants = fn() -> Result<(), TryRuntimeError>;

/// What must always hold in each of our pallets.
pub const TRY_STATE: [(&str, Invariants); 8] = [
	("Machines", Machines::do_try_state),
	("Escrow", Escrow::do_try_state),
	("Jobs", Jobs::do_try_state),
	("Suppliers", Suppliers::do_try_state),
	("Procurement", Procurement::do_try_state),
	("Inventory", Inventory::do_try_state),
	("Products", Products::do_try_state),
	("Shipments", Shipments::do_try_state),
];

/// Our pallets that have calls, by their names in the runtime.
pub fn our_pallets() -> Vec<&'static str> {
	RuntimeCall::get_module_names()
		.iter()
		.filter(|name| !FOREIGN.contains(name))
		.copied()
		.collect()
}

/// The calls of our pallets.
pub fn our_calls() -> Vec<(&'static str, &'static str)> {
	our_pallets()
		.into_iter()
		.flat_map(|pallet| {
			RuntimeCall::get_call_names(pallet)
				.iter()
				.map(move |call| (pallet, *call))
		})
		.collect()
}

/// Tries all that stands in the rows.
///
/// # Panics
/// Tells everything that came out otherwise.
pub fn try_all(rows: &[Row]) {
	let wrong: Vec<String> = rows.iter().flat_map(try_row).collect();
	assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// What comes out otherwise than the row says.
pub fn try_row(row: &Row) -> Vec<String> {
	let mut wrong = Vec::new();
	for money in row.moneys {
		for case in Case::ALL {
			for (place, scenario) in row.tried(case).iter().enumerate() {
				if !is_tried(case, scenario, *money) {
					continue;
				}
				money.circulate();
				// On a chain of its own, so that no try sees another's traces.
				let tried = catch_unwind(AssertUnwindSafe(|| chain().execute_with(|| try_one(row, scenario))));
				let tried = tried.unwrap_or_else(|_| Err("panics, as told above".into()));
				if let Err(what) = tried {
					let (pallet, call) = (row.pallet, row.call);
					wrong.push(format!("{pallet}.{call} × {case:?} ({place}) in {money:?}: {what}"));
				}
			}
		}
	}
	wrong
}

/// Nobody lists, freezes or blocks the native token.
fn is_tried(case: Case, scenario: &Scenario, money: Money) -> bool {
	let can_be = money != Money::Native || !ASSETS.contains(&case);
	can_be && scenario.money.is_none_or(|only| only == money)
}

fn try_one(row: &Row, scenario: &Scenario) -> Result<(), String> {
	scenario.world.as_ref().unwrap_or(&row.world)();
	for step in &scenario.then {
		step();
	}
	try_state().map_err(|broken| format!("before: {broken}"))?;
	let call = scenario.call.as_ref().unwrap_or(&row.make)();
	if !row.is_of(&call) {
		return Err(format!("makes {:?}", call.get_call_metadata()));
	}
	let who = scenario.by.unwrap_or(row.who);
	let outcome = match scenario.signature {
		None => dispatch(who, call)?,
		Some(signature) => transact(who, call, signature)?,
	};
	if outcome != scenario.outcome {
		return Err(format!("{}, not {}", tell(outcome), tell(scenario.outcome)));
	}
	if let Some(check) = &scenario.check {
		check();
	}
	try_state()
}

/// Makes a bare call.
fn dispatch(who: By, call: RuntimeCall) -> Result<Outcome, String> {
	let origin = match who {
		By::Nobody => RuntimeOrigin::none(),
		By::Root => RuntimeOrigin::root(),
		By::Name(name) => RuntimeOrigin::signed(account(name)),
	};
	let before = root();
	let done = call.dispatch(origin);
	match (done, root() == before) {
		(Ok(_), false) => Ok(Outcome::Done),
		(Ok(_), true) => Ok(Outcome::Idle),
		(Err(failed), true) => Ok(Outcome::Fails(failed.error)),
		(Err(failed), false) => Err(format!("fails, {:?}, and leaves something behind", failed.error)),
	}
}

/// Sends a transaction. Whatever comes of its call, it leaves a fee and a nonce.
fn transact(who: By, call: RuntimeCall, signature: Signature) -> Result<Outcome, String> {
	let done = match who {
		By::Name(name) => send(name, call, signature),
		By::Nobody | By::Root => send(COLLATORS[0], sudo(call), signature),
	};
	match done {
		Ok(Ok(())) => Ok(Outcome::Done),
		Ok(Err(error)) => Ok(Outcome::Fails(error)),
		Err(TransactionValidityError::Invalid(why)) => Ok(Outcome::Refused(why)),
		Err(TransactionValidityError::Unknown(why)) => Err(format!("nobody knows: {why:?}")),
	}
}

fn try_state() -> Result<(), String> {
	TRY_STATE
		.iter()
		.try_for_each(|(pallet, try_state)| try_state().map_err(|broken| format!("{pallet}'s try-state: {broken:?}")))
}

/// An outcome by the names of its pallet and error.
fn tell(outcome: Outcome) -> String {
	match outcome {
		Outcome::Fails(DispatchError::Module(ModuleError { index, message, .. })) => {
			let pallets = AllPalletsWithSystem::infos();
			let pallet = pallets.iter().find(|pallet| pallet.index == usize::from(index));
			format!(
				"Fails({}: {})",
				pallet.map_or("?", |pallet| pallet.name),
				message.unwrap_or("?")
			)
		}
		outcome => format!("{outcome:?}"),
	}
}
