//! Every call × every case: whatever may be wrong with a call, it says so by name, and changes nothing.
//!
//! | where | what |
//! |---|---|
//! | [`table`] | what a row, a case and a scenario are, and what a table lacks |
//! | [`origins`] | who may make a call; the cells that all calls have alike |
//! | [`world`] | the worlds that calls are tried in, the parties, the one place for terms and orders |
//! | [`vocabulary`] | what many rows say in the same words |
//! | [`chain`], [`run`] | blocks, time and transactions; trying what stands in the table |
//! | [`machines`], [`escrow`], [`jobs`], [`suppliers`], [`procurement`], [`inventory`], [`products`], [`shipments`] | the rows |
//! | [`threats`] | what it costs to attack others |
//!
//! A new call needs a row: who may make it, a world in which it is right, and the call. With these come the cells for who
//! signs it and how. Then a line for each other case, of which `make check` names those that are missing:
//!
//! ```ignore
//! Row::new(name("accept"), actor(KEY, Error::NotTheMachine), || at(Stage::Ordered), || Call::accept { job: job() })
//!     .case(WrongState, given(|| at(Stage::Started)).fails(Error::WrongState)) // another world
//!     .case(FrozenAsset, then(freeze_asset).fails(TokenError::FundsUnavailable)) // one step more
//!     .case(Zero, calling(|| Call::accept { job: NO_JOB }).fails(Error::UnknownJob)) // other arguments
//!     .case(FrozenMachine, then(freeze).by(OWNER)) // another caller; without an error it is done
//!     .never(&[FullList], "fills no list") // cannot be, and why
//! ```
//!
//! What jobs are paid in is one of [`world::Money`]; a row says whether it is tried in each. A call that is done must leave
//! something: where it changes nothing, its cell says so by `idly()`.
//!
//! A new pallet has its rows in [`table()`] and its invariants in [`run::TRY_STATE`]; one of the SDK is named in [`run`].

#[path = "../common/blocks.rs"]
mod blocks;
#[path = "../common/mod.rs"]
mod common;
#[path = "../common/terms.rs"]
mod terms;

mod chain;
mod escrow;
mod inventory;
mod jobs;
mod machines;
mod origins;
mod prelude;
mod procurement;
mod products;
mod run;
mod shipments;
mod suppliers;
mod table;
mod threats;
mod vocabulary;
mod world;

use bpiiot_runtime::Runtime;
use run::{our_calls, our_pallets, try_all, try_row, TRY_STATE};
use table::{calling, missing, Case, Row};
use world::{machine, NO_MACHINE};

fn table() -> Vec<Row> {
	[
		machines::rows(),
		escrow::rows(),
		jobs::rows(),
		suppliers::rows(),
		procurement::rows(),
		inventory::rows(),
		products::rows(),
		shipments::rows(),
	]
	.into_iter()
	.flatten()
	.collect()
}

#[test]
fn every_call_has_a_row() {
	let missing = missing(&table(), &our_calls());
	assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Nothing but what is told of these calls, so that one row that is missing fails one test.
fn missing_beside(table: &[Row], calls: &[(&str, &str)]) -> Vec<String> {
	let known = missing(&self::table(), &our_calls());
	let mut missing = missing(table, calls);
	missing.retain(|what| !known.contains(what));
	missing
}

#[test]
fn a_call_without_a_row_is_named() {
	let calls = [&our_calls()[..], &[("Jobs", "order_a_pizza"), ("Pizzas", "bake")]].concat();
	assert_eq!(
		missing_beside(&table(), &calls),
		["Jobs.order_a_pizza has no row", "Pizzas.bake has no row"]
	);
}

#[test]
fn a_case_without_a_cell_is_named() {
	let mut table = table();
	table[0].cells.remove(&Case::TooLate);
	let row = format!("{}.{}", table[0].pallet, table[0].call);
	assert_eq!(
		missing_beside(&table, &our_calls()),
		[format!("{row} has no cell for TooLate")]
	);
}

#[test]
fn a_row_without_a_call_is_named() {
	let (pallet, call) = our_calls()[0];
	assert_eq!(
		missing_beside(&table(), &our_calls()[1..]),
		[format!("{pallet}.{call} has a row and is no call")]
	);
}

#[test]
fn every_pallet_of_ours_has_its_invariants_checked() {
	assert_eq!(our_pallets(), TRY_STATE.map(|(pallet, _)| pallet));
}

/// What comes out otherwise is told by the names of both errors.
#[test]
fn a_wrong_answer_is_named() {
	let row = machines::rows().remove(1).case(
		Case::WrongState,
		calling(|| pallet_machines::Call::set_profile {
			machine: NO_MACHINE,
			profile: Default::default(),
		})
		.fails(pallet_machines::Error::<Runtime>::NotOwner),
	);
	assert_eq!(
		try_row(&row),
		["Machines.set_profile × WrongState (3) in Dollars: Fails(Machines: UnknownMachine), not Fails(Machines: NotOwner)"]
	);
}

/// An event is not enough.
#[test]
fn a_call_that_leaves_nothing_is_named() {
	let row = machines::rows().remove(1).case(
		Case::Right,
		calling(|| pallet_machines::Call::set_profile {
			machine: machine(),
			profile: Default::default(),
		}),
	);
	assert_eq!(
		try_row(&row),
		["Machines.set_profile × Right (2) in Dollars: Idle, not Done"]
	);
}

#[test]
fn machines_withstand_every_case() {
	try_all(&machines::rows());
}

#[test]
fn the_escrow_withstands_every_case() {
	try_all(&escrow::rows());
}

#[test]
fn jobs_withstand_every_case() {
	try_all(&jobs::rows());
}

#[test]
fn suppliers_withstand_every_case() {
	try_all(&suppliers::rows());
}

#[test]
fn procurement_withstands_every_case() {
	try_all(&procurement::rows());
}

#[test]
fn inventory_withstands_every_case() {
	try_all(&inventory::rows());
}

#[test]
fn products_withstand_every_case() {
	try_all(&products::rows());
}

#[test]
fn shipments_withstand_every_case() {
	try_all(&shipments::rows());
}
