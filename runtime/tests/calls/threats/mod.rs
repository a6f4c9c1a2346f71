//! What it costs to forge, spam, grief or extort, and who gets it: tried with real transactions, measured, and written down in
//! `docs/threats.md`, which `make threats` writes anew.
//!
//! Every call of ours has a threat here, or is governance's alone.

mod escrow;
mod forging;
mod inventory;
mod jobs;
mod machines;
mod page;
mod procurement;
mod products;
mod shipments;
mod suppliers;

use crate::{
	chain::{account, chain, pass, send, Signature},
	run::our_calls,
	world::{
		agreement, machine, machine_of, many, rejection_fee, Money, ARBITER, BUYER, CUSTOMER, ISSUER, OWNER, ROBOT,
		STRANGER, UNITS,
	},
};
use bpiiot_primitives::Side;
use bpiiot_runtime::{
	genesis_config_presets::COLLATORS, AccountId, Balance, Balances, CollatorSelection, Hash, Runtime, RuntimeCall,
};
use frame_support::traits::fungible::{Inspect, InspectHold};
use sp_runtime::{DispatchError, Permill};
use std::collections::BTreeSet;

/// Calls that root alone may make; whoever else tries pays for the transaction.
const GOVERNANCE: [&str; 7] = [
	"Escrow.list_asset",
	"Escrow.delist_asset",
	"Escrow.pause",
	"Escrow.resume",
	"Products.accredit",
	"Products.withdraw_accreditation",
	"Products.judge",
];

/// Something that somebody could want to do to others.
pub struct Threat {
	/// The calls that it is done by.
	calls: &'static [&'static str],
	/// Who does it: one of [`parties`], or somebody who has no money of his own.
	by: &'static str,
	/// What he wants.
	wants: &'static str,
	/// The world before.
	scene: fn(),
	/// What he does, and the others after him. Panics when it comes out otherwise than told.
	does: fn(),
	/// What comes of it.
	so: &'static str,
}

/// What a party has more or less than before, in the native token.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Change {
	party: &'static str,
	/// In all, on hold or free.
	total: i128,
	/// On hold.
	held: i128,
}

/// How many accomplices there may be, of one purse.
const ACCOMPLICES: u32 = 64;

/// Those whose money is looked at. Collators are paid from their pot for each block, and the first makes all of them.
fn parties() -> Vec<(&'static str, AccountId)> {
	let parties = [
		("owner", account(OWNER)),
		("machine", machine().account()),
		("customer", account(CUSTOMER)),
		("buying machine", machine_of(ROBOT).account()),
		("arbiter", account(ARBITER)),
		("buyer", account(BUYER)),
		("stranger", account(STRANGER)),
		("rival", account(ISSUER)),
		("collators", CollatorSelection::account_id()),
		("collators", account(COLLATORS[0])),
	];
	let accomplices = (0..ACCOMPLICES).map(|nth| ("accomplices", account(&many(nth))));
	parties.into_iter().chain(accomplices).collect()
}

fn purses() -> Vec<(&'static str, i128, i128)> {
	let purse = |(party, account): (_, AccountId)| {
		let signed = |amount: Balance| i128::try_from(amount).expect("nobody has so much");
		let (total, held) = (
			Balances::total_balance(&account),
			Balances::total_balance_on_hold(&account),
		);
		(party, signed(total), signed(held))
	};
	parties().into_iter().map(purse).collect()
}

impl Threat {
	/// Tries it, and tells what each party has more or less.
	fn measure(&self) -> Vec<Change> {
		Money::Native.circulate();
		chain().execute_with(|| {
			(self.scene)();
			let (before, issued) = (purses(), Balances::total_issuance());
			(self.does)();
			let mut changes: Vec<Change> = Vec::new();
			for ((party, total, held), (_, total_now, held_now)) in before.into_iter().zip(purses()) {
				let (total, held) = (total_now - total, held_now - held);
				match changes.iter_mut().find(|change| change.party == party) {
					Some(change) => (change.total, change.held) = (change.total + total, change.held + held),
					None => changes.push(Change { party, total, held }),
				}
			}
			changes.retain(|change| change.total != 0 || change.held != 0);
			assert_eq!(Balances::total_issuance(), issued, "{}: money came or went", self.wants);
			assert_eq!(
				changes.iter().map(|change| change.total).sum::<i128>(),
				0,
				"{}: somebody else has paid: {changes:?}",
				self.wants
			);
			changes
		})
	}
}

fn threats() -> Vec<Threat> {
	[
		machines::threats(),
		escrow::threats(),
		jobs::threats(),
		suppliers::threats(),
		procurement::threats(),
		inventory::threats(),
		products::threats(),
		shipments::threats(),
	]
	.into_iter()
	.flatten()
	.collect()
}

/// So much time passes, and the block after it has looked at whose deadline that was.
fn lapse(millis: u64) {
	pass(millis + 1);
	pass(1);
}

/// The verdict that gives this side all that is at stake, and the opener's bond.
fn verdict(winner: Side) -> pallet_escrow::Call<Runtime> {
	let to_payee = match winner {
		Side::Payee => Permill::one(),
		Side::Payer => Permill::zero(),
	};
	pallet_escrow::Call::rule {
		agreement: agreement(),
		to_payee,
		bond_to: winner,
		ruling: Hash::default(),
	}
}

/// He sends it, and it is done.
fn done(by: &str, call: impl Into<RuntimeCall>) {
	let call = call.into();
	let told = format!("{by}: {call:?}");
	assert_eq!(send(by, call, Signature::Good), Ok(Ok(())), "{told}");
}

/// Sends as many of these as are done, and tells how many.
fn as_many_as_may_be<C: Into<RuntimeCall>>(by: &str, call: impl Fn() -> C) -> usize {
	let mut count = 0;
	while count < 100 && send(by, call().into(), Signature::Good) == Ok(Ok(())) {
		count += 1;
	}
	count
}

/// He sends it, pays for it, and it fails.
fn fails(by: &str, call: impl Into<RuntimeCall>, error: impl Into<DispatchError>) {
	let call = call.into();
	let told = format!("{by}: {call:?}");
	assert_eq!(send(by, call, Signature::Good), Ok(Err(error.into())), "{told}");
}

/// He sends it, and no node takes it.
fn refused(by: &str, call: impl Into<RuntimeCall>) {
	let call = call.into();
	let told = format!("{by}: {call:?}");
	assert!(send(by, call, Signature::Good).is_err(), "{told}");
}

#[test]
fn every_call_has_a_threat_or_is_governances() {
	let threats = threats();
	let told: BTreeSet<&str> = threats.iter().flat_map(|threat| threat.calls).copied().collect();
	let calls: BTreeSet<String> = our_calls()
		.iter()
		.map(|(pallet, call)| format!("{pallet}.{call}"))
		.collect();
	let missing: Vec<_> = calls
		.iter()
		.filter(|call| !told.contains(call.as_str()) && !GOVERNANCE.contains(&call.as_str()))
		.collect();
	assert!(missing.is_empty(), "no threat names {missing:?}");
	let unknown: Vec<_> = told.iter().filter(|call| !calls.contains(**call)).collect();
	assert!(unknown.is_empty(), "there is no {unknown:?}");
}

/// Nobody earns by any of this, but a machine what the customer has agreed that it keeps of rejected units.
#[test]
fn whoever_attacks_pays() {
	for threat in threats() {
		let changes = threat.measure();
		let gain = changes
			.iter()
			.find(|change| change.party == threat.by)
			.map_or(0, |change| change.total);
		let agreed = match threat.by {
			"machine" => i128::from(UNITS) * rejection_fee() as i128,
			_ => 0,
		};
		assert!(gain <= agreed, "{}: {} gains {gain}", threat.wants, threat.by);
	}
}
