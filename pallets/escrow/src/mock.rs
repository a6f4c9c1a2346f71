//! A runtime with real balances, real timestamps and no rule about spending but one: [`BROKE`] may not.

use crate as pallet_escrow;
use bpiiot_primitives::{Actor, AssetKind, SpendPolicy, SpendPurpose};
use frame_support::{derive_impl, pallet_prelude::DispatchResult, parameter_types, traits::ConstU64};
use sp_runtime::{BuildStorage, DispatchError};

/// A customer with 1,000.
pub const PAYER: u64 = 1;
/// A machine with 1,000.
pub const PAYEE: u64 = 2;
/// Someone with money whose policy forbids to spend it.
pub const BROKE: u64 = 3;
/// An account that does not exist yet.
pub const NEWCOMER: u64 = 4;
/// The smallest balance of an account.
pub const MINIMUM: u64 = 10;
/// The longest gap between blocks that is no stop, in milliseconds.
pub const ALLOWANCE: u64 = 60_000;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(3)]
	pub type Escrow = pallet_escrow;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountData = pallet_balances::AccountData<u64>;
}

impl pallet_timestamp::Config for Test {
	type Moment = u64;
	type OnTimestampSet = Escrow;
	type MinimumPeriod = ConstU64<1>;
	type WeightInfo = ();
}

parameter_types! {
	pub const ExistentialDeposit: u64 = MINIMUM;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type ExistentialDeposit = ExistentialDeposit;
}

/// Lets everybody spend but [`BROKE`].
pub struct NotBroke;

impl SpendPolicy<u64, AssetKind, u64> for NotBroke {
	fn spend(from: &Actor<u64>, _: SpendPurpose, _: &AssetKind, _: u64) -> DispatchResult {
		if from.account == BROKE {
			return Err(DispatchError::Other("policy"));
		}
		Ok(())
	}
}

impl pallet_escrow::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type Native = Balances;
	type SpendPolicy = NotBroke;
	type StopAllowance = ConstU64<ALLOWANCE>;
}

/// Runs `test` on block 1 with three funded accounts, then checks the invariants and that no money came or went.
pub fn build_and_execute(test: impl FnOnce()) {
	let mut storage = frame_system::GenesisConfig::<Test>::default()
		.build_storage()
		.expect("empty genesis");
	pallet_balances::GenesisConfig::<Test> {
		balances: vec![(PAYER, 1_000), (PAYEE, 1_000), (BROKE, 1_000)],
		..Default::default()
	}
	.assimilate_storage(&mut storage)
	.expect("genesis balances");
	sp_io::TestExternalities::from(storage).execute_with(|| {
		System::set_block_number(1);
		let before = pallet_balances::TotalIssuance::<Test>::get();
		test();
		assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), before, "invariant 2");
		Escrow::do_try_state().expect("invariants");
	});
}
