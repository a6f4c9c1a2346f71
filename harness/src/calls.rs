//! Calls as the chain's metadata has them, for whoever goes past the client.

mod market;

pub use market::{award_to, buy, publish_quote, raise_request};

use crate::world::{account, BPI};
use subxt::{
	dynamic::{self, Value},
	ext::scale_value::value,
	tx::DynamicPayload,
	utils::{AccountId32, H256},
};
use subxt_signer::sr25519::Keypair;

/// The call that offers drilling at a BPI a unit, with no bond and all windows of a day.
pub fn publish_offer(machine: [u8; 32]) -> Call {
	let day = 24 * 3_600_000u128;
	let terms = value!({
		capability: Value::from_bytes("drilling"),
		region: (),
		asset: Native(),
		unit_price: Value::from(BPI),
		tiers: (),
		max_units: 10u128,
		bond: 0u128,
		accept_window: Value::from(day),
		lead_time: Value::from(day),
		calendar: { week: (), closures: () },
		review_window: Value::from(day),
		rejection_fee: 0u128,
		cancellation: { accepted: 0u128, started: 0u128 },
		rework: None(),
		disputes: None(),
		recipe_schema: Value::from_bytes([0; 32]),
		contract: Value::from_bytes([0; 32]),
		governing_law: ()
	});
	dynamic::tx("Jobs", "publish_offer", vec![Value::from_bytes(machine), terms])
}

/// The arguments of an order of one unit of an offer's first version, without an arbiter.
pub fn order_arguments(offer: u64, max_price: u128, deliver_by: u64) -> Vec<Value> {
	vec![
		Value::from(u128::from(offer)),
		Value::from(1u128),
		Value::from(1u128),
		Value::from(max_price),
		Value::from_bytes([7; 32]),
		Value::unnamed_variant("Open", [Value::from_bytes("file:any.toml")]),
		Value::from(u128::from(deliver_by)),
		Value::unnamed_variant("None", []),
	]
}

/// A call by the names of the chain's metadata.
pub type Call = DynamicPayload<Vec<Value>>;

fn call(pallet: &str, name: &str, arguments: Vec<Value>) -> Call {
	dynamic::tx(pallet, name, arguments)
}

/// Money for somebody, in planck.
pub fn transfer(to: AccountId32, planck: u128) -> Call {
	let to = Value::unnamed_variant("Id", [Value::from_bytes(to.0)]);
	call("Balances", "transfer_keep_alive", vec![to, Value::from(planck)])
}

/// Bytes that the chain does nothing with.
pub fn remark(bytes: Vec<u8>) -> Call {
	call("System", "remark", vec![Value::from_bytes(bytes)])
}

/// A machine's profile that says nothing.
pub fn blank_profile() -> Value {
	value!({
		model: (),
		location: (),
		capabilities: (),
		firmware: Value::from_bytes([0; 32]),
		metadata: Value::from_bytes([0; 32])
	})
}

/// A machine for an owner who has registered so many.
pub fn register(owner: &Keypair, machine: &Keypair, genesis: H256, nonce: u32) -> Call {
	let (owner, key) = (account(owner), account(machine));
	let payload = [
		b"bpiiot/register".as_slice(),
		genesis.as_ref(),
		&owner.0,
		&key.0,
		&nonce.to_le_bytes(),
	]
	.concat();
	let proof = Value::from_bytes(machine.sign(&payload).0);
	let encryption_key = Value::from_bytes([0; 32]);
	let fee_allowance = value!({ amount: Value::from(10 * BPI), period: 0u128 });
	call(
		"Machines",
		"register",
		vec![
			Value::from_bytes(key.0),
			proof,
			blank_profile(),
			encryption_key,
			fee_allowance,
		],
	)
}

/// An order of one unit of an offer's first version, without an arbiter.
pub fn order(offer: u64, max_price: u128, deliver_by: u64) -> Call {
	call("Jobs", "order", order_arguments(offer, max_price, deliver_by))
}

/// The machine takes a job.
pub fn accept(job: u64) -> Call {
	call("Jobs", "accept", vec![Value::from(u128::from(job))])
}

/// The machine begins.
pub fn start(job: u64) -> Call {
	call("Jobs", "start", vec![Value::from(u128::from(job))])
}

/// The machine has made one unit.
pub fn deliver(job: u64) -> Call {
	let (job, units) = (Value::from(u128::from(job)), Value::from(1u128));
	call("Jobs", "deliver", vec![job, units, Value::from_bytes([9; 32])])
}

/// The customer has what he ordered.
pub fn approve(job: u64) -> Call {
	call(
		"Jobs",
		"approve",
		vec![Value::from(u128::from(job)), Value::from(1u128)],
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{chain::dev_account, crowd::STEPS};
	use subxt::{config::substrate::SpecVersionForRange, Metadata, OfflineClient, SubstrateConfig};

	#[test]
	fn every_call_fits_the_runtime() {
		let metadata = include_bytes!("../../iot-client/metadata/bpiiot.scale");
		let metadata = Metadata::decode_from(&metadata[..]).unwrap();
		let versions = SpecVersionForRange {
			block_range: 0..1,
			spec_version: 1,
			transaction_version: 1,
		};
		let config = SubstrateConfig::builder()
			.set_metadata_for_spec_versions([(1, metadata.into())])
			.set_spec_version_for_block_ranges([versions])
			.build();
		let runtime = OfflineClient::new_with_config(config).at_block(0u64).unwrap();
		let (owner, machine) = (dev_account("Owner"), dev_account("Machine"));
		let calls = [
			register(&owner, &machine, H256::zero(), 3),
			publish_offer([1; 32]),
			order(7, 8, 9),
			approve(7),
			publish_quote([1; 32]),
			buy(7, BPI),
			raise_request(),
			award_to(7, [1; 32]),
		];
		let steps = STEPS.map(|(_, step)| step(7));
		for call in calls.into_iter().chain(steps) {
			let name = call.call_name().to_owned();
			let encoded = runtime.transactions().call_data(&call);
			assert!(encoded.is_ok_and(|bytes| bytes.len() > 2), "{name}");
		}
	}
}
