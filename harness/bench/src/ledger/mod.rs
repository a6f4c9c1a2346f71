//! The runtime in memory: what calls write, and what they cost when the state is large.
//!
//! Calls are made natively: their times are of the unoptimised runtime and only good for ratios. What is counted, records
//! and bytes, is exact. Blocks are ended by the runtime's own program, as on a node.

pub mod market;
mod program;
pub mod scale;
pub mod sweep;
mod transaction;
pub mod usage;
pub mod writes;

use anyhow::{anyhow, Context, Result};
use bpiiot_primitives::{AssetKind, JobId, MachineId, OfferId, SpendPurpose};
use bpiiot_runtime::{
	genesis_config_presets::{account_of, DEVELOPMENT},
	in_memory, Balance, BlockNumber, CollatorSelection, Executive, Hash, Runtime, RuntimeCall, RuntimeOrigin, System,
	BPI,
};
use pallet_jobs::{OfferTerms, OfferTermsOf};
use pallet_machines::{FeeAllowance, SpendingCap, SpendingPolicy};
use serde_json::json;
use sp_core::{crypto::Pair, sr25519};
use sp_io::TestExternalities;
use sp_runtime::{traits::Dispatchable, FixedU128};

/// The time of the first block, in unix milliseconds.
const START: u64 = 1_790_000_000_000;
/// All windows of the offers here, in milliseconds: a day.
const DAY: u64 = 86_400_000;
/// Who has machines, and who orders.
const OWNER: &str = "Owner";
const CUSTOMER: &str = "Customer";
/// The key of the machine that works, and of the one that buys.
const PRESS: &str = "bench/press";
const ROBOT: &str = "bench/robot";
/// Jobs of one customer that a machine takes at a time.
const ORDERS_EACH: usize = 8;
/// The number of the dollars, of six places.
const DOLLARS: u32 = 840;
const DOLLAR: Balance = 1_000_000;

/// What jobs are paid in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Money {
	/// The chain's own token.
	Native,
	/// Dollars.
	Dollars,
}

impl Money {
	fn asset(self) -> AssetKind {
		match self {
			Self::Native => AssetKind::Native,
			Self::Dollars => AssetKind::Asset(DOLLARS),
		}
	}

	fn one(self) -> Balance {
		match self {
			Self::Native => BPI,
			Self::Dollars => DOLLAR,
		}
	}
}

/// The development chain in its first block.
fn chain() -> Result<TestExternalities> {
	let mut chain = in_memory::genesis(DEVELOPMENT, json!({})).map_err(|error| anyhow!("the genesis: {error}"))?;
	let genesis = chain.execute_with(|| System::block_hash(0));
	begin(&mut chain, 1, genesis, START)?;
	Ok(chain)
}

/// Begins a block, at a time in unix milliseconds.
fn begin(chain: &mut TestExternalities, number: BlockNumber, parent: Hash, now: u64) -> Result<()> {
	chain.execute_with(|| {
		Executive::initialize_block(&in_memory::header(number, parent, now));
		let time = RuntimeCall::from(pallet_timestamp::Call::set { now });
		done(time.dispatch(RuntimeOrigin::none()))
	})?;
	commit(chain)
}

fn commit(chain: &mut TestExternalities) -> Result<()> {
	chain.commit_all().map_err(|error| anyhow!("cannot commit: {error}"))
}

fn done<T, E: std::fmt::Debug>(result: Result<T, E>) -> Result<()> {
	result.map(drop).map_err(|error| anyhow!("refused: {error:?}"))
}

fn pair(name: &str) -> Result<sr25519::Pair> {
	sr25519::Pair::from_string(&format!("//{name}"), None).map_err(|error| anyhow!("{name}: {error:?}"))
}

fn act(who: &str, call: impl Into<RuntimeCall>) -> Result<()> {
	done(call.into().dispatch(RuntimeOrigin::signed(account_of(who))))
}

fn root_acts(call: impl Into<RuntimeCall>) -> Result<()> {
	done(call.into().dispatch(RuntimeOrigin::root()))
}

/// Lets dollars in, and gives some to everybody here but the machines.
fn let_dollars_in() -> Result<()> {
	let (id, issuer) = (DOLLARS, account_of("Supplier"));
	root_acts(pallet_assets::Call::force_create {
		id,
		owner: issuer.into(),
		is_sufficient: true,
		min_balance: 1,
	})?;
	for holder in [account_of(OWNER), account_of(CUSTOMER), CollatorSelection::account_id()] {
		let amount = 1_000_000 * DOLLAR;
		let beneficiary = holder.into();
		act(
			"Supplier",
			pallet_assets::Call::mint {
				id,
				beneficiary,
				amount,
			},
		)?;
	}
	root_acts(pallet_asset_rate::Call::create {
		asset_kind: Box::new(AssetKind::Asset(id)),
		rate: FixedU128::from_u32(400_000),
	})?;
	root_acts(pallet_escrow::Call::list_asset {
		asset: AssetKind::Asset(id),
	})
}

/// Registers the machine of a key for [`OWNER`].
fn register(key: &str) -> Result<MachineId> {
	let (owner, key_account) = (account_of(OWNER), account_of(key));
	let nonce = pallet_machines::Registrations::<Runtime>::get(&owner);
	let payload = pallet_machines::proof::payload(&System::block_hash(0), &owner, &key_account, nonce);
	act(
		OWNER,
		pallet_machines::Call::register {
			key: key_account.clone(),
			proof: pair(key)?.sign(&payload),
			profile: Default::default(),
			encryption_key: [0; 32],
			fee_allowance: FeeAllowance {
				amount: 100 * BPI,
				period: 0,
			},
		},
	)?;
	Ok(MachineId::from_first_key(&key_account))
}

/// Gives a machine money of its owner's.
fn fund(machine: MachineId, money: Money) -> Result<()> {
	let (asset, amount) = (money.asset(), 1_000 * money.one());
	act(OWNER, pallet_machines::Call::deposit { machine, asset, amount })
}

/// Lets a machine buy and post bonds with all that it has.
fn let_spend(machine: MachineId, money: Money) -> Result<()> {
	let cap = SpendingCap {
		asset: money.asset(),
		per_period: Balance::MAX,
	};
	let purposes = vec![SpendPurpose::Purchase, SpendPurpose::Bond];
	let policy = SpendingPolicy {
		purposes: purposes.try_into().map_err(|_| anyhow!("two of eight"))?,
		period: 0,
		caps: vec![cap].try_into().map_err(|_| anyhow!("one of eight"))?,
	};
	let policy = Some(policy);
	act(OWNER, pallet_machines::Call::set_spending_policy { machine, policy })
}

fn terms(money: Money, bond: bool) -> OfferTermsOf<Runtime> {
	OfferTerms {
		capability: Default::default(),
		region: Default::default(),
		asset: money.asset(),
		unit_price: money.one(),
		tiers: Default::default(),
		max_units: 10,
		bond: if bond { money.one() } else { 0 },
		accept_window: DAY,
		lead_time: DAY,
		calendar: Default::default(),
		review_window: DAY / 2,
		rejection_fee: Default::default(),
		cancellation: Default::default(),
		rework: None,
		disputes: None,
		recipe_schema: Default::default(),
		contract: Default::default(),
		governing_law: Default::default(),
	}
}

/// Publishes an offer of a machine's.
fn publish(machine: MachineId, terms: OfferTermsOf<Runtime>) -> Result<OfferId> {
	act(OWNER, pallet_jobs::Call::publish_offer { machine, terms })?;
	let offers = pallet_jobs::OffersOf::<Runtime>::get(machine);
	offers.last().copied().context("the offer was published")
}

fn order(offer: OfferId, units: u32) -> RuntimeCall {
	pallet_jobs::Call::order {
		offer,
		version: 1,
		units,
		max_price: Balance::MAX,
		recipe: Default::default(),
		recipe_reference: Default::default(),
		deliver_by: START + 2 * DAY,
		arbiter: None,
	}
	.into()
}

/// The open jobs of a machine.
fn jobs_of(machine: MachineId) -> Vec<JobId> {
	let open = pallet_jobs::JobsOf::<Runtime>::get(machine).open;
	open.into_iter().map(|open| open.job).collect()
}

/// Puts copies of a job's record, and entries in the index of deadlines, into the state, so many and under other ids.
fn multiply(chain: &mut TestExternalities, job: JobId, count: u64) -> Result<()> {
	const AT_A_TIME: u64 = 100_000;
	let record = chain.execute_with(|| pallet_jobs::Jobs::<Runtime>::get(job).context("the job exists"))?;
	let mut made = 0;
	while made < count {
		let until = (made + AT_A_TIME).min(count);
		chain.execute_with(|| {
			for copy in made..until {
				// Beside all that the chain makes here, in its first block.
				let id = JobId((1 << 40) + copy);
				let agreement = bpiiot_primitives::AgreementRef::Job(id);
				let key = pallet_escrow::DeadlineKey::new(record.indexed_at, agreement);
				pallet_jobs::Jobs::<Runtime>::insert(id, &record);
				pallet_escrow::Deadlines::<Runtime>::insert(key, agreement);
			}
		});
		commit(chain)?;
		made = until;
	}
	Ok(())
}
