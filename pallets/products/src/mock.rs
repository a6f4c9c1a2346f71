//! A runtime with real balances, machines in small, and a clock that tests set.

mod others;
mod shorthand;

pub use others::*;
pub use shorthand::*;

use crate::{self as pallet_products, gs1::CompanyPrefix, Role, WeightInfo};
use bpiiot_primitives::MachineId;
use frame_support::{
	assert_ok, derive_impl,
	pallet_prelude::Weight,
	parameter_types,
	traits::{ConstU128, ConstU32, ConstU64},
};
use frame_system::EnsureRoot;
use sp_runtime::{traits::IdentityLookup, AccountId32, BuildStorage};

pub type AccountId = AccountId32;

/// What everybody with money has at the start.
pub const ENDOWMENT: u128 = 10_000_000;
/// Makes parts under [`PARTS`], and owns [`MILL`].
pub const SMITH: AccountId = AccountId32::new([1; 32]);
/// Makes machines of them under [`GOODS`], and owns [`PRESS`].
pub const BUILDER: AccountId = AccountId32::new([2; 32]);
/// Sells them.
pub const SHOP: AccountId = AccountId32::new([3; 32]);
/// Has money, and nothing to do with anything.
pub const STRANGER: AccountId = AccountId32::new([4; 32]);
/// Has nothing.
pub const PAUPER: AccountId = AccountId32::new([5; 32]);
/// Assigns prefixes.
pub const REGISTRANT: AccountId = AccountId32::new([6; 32]);
/// Issues certificates.
pub const CERTIFIER: AccountId = AccountId32::new([7; 32]);
/// Where fees go.
pub const POT: AccountId = AccountId32::new([9; 32]);
/// Machines.
pub const MILL: MachineId = MachineId([101; 32]);
pub const PRESS: MachineId = MachineId([102; 32]);
/// The prefixes.
pub const PARTS: CompanyPrefix = CompanyPrefix {
	digits: 950_600,
	length: 6,
};
pub const GOODS: CompanyPrefix = CompanyPrefix {
	digits: 4_012_345,
	length: 7,
};
/// Deposits, fees and bonds.
pub const PREFIX_DEPOSIT: u128 = 500;
pub const RECORD_DEPOSIT: u128 = 10;
pub const CERTIFICATE_DEPOSIT: u128 = 70;
pub const TOUCH_FEE: u128 = 3;
pub const RECALL_BOND: u128 = 4_000;
pub const RECALL_FEE: u128 = 50;
pub const CONTEST_BOND: u128 = 900;
/// How long a contested recall may be judged.
pub const JUDGE_WINDOW: u64 = 86_400_000;
/// How long a making may take.
pub const MAX_PRODUCTION: u64 = 3_600_000;
/// How many blocks old a challenge may be.
pub const CHALLENGE_AGE: u64 = 5;
/// How many recalls one may keep.
pub const MAX_RECALLS: u32 = 24;
/// Records that there is room for under each prefix.
pub const ROOM: u32 = 100_000;
/// The timestamp of the first block.
pub const START: u64 = 1_790_000_000_000;

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
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type Products = pallet_products;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = frame_system::mocking::MockBlock<Test>;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = u128;
	type ExistentialDeposit = ConstU128<10>;
}

/// No weight was measured yet.
pub struct Unmeasured;

/// What a step of spreading costs here.
pub const STEP: Weight = Weight::from_parts(1_000, 100);

macro_rules! unmeasured {
	($($call:ident)*) => {
		impl WeightInfo for Unmeasured {
			$(fn $call() -> Weight {
				Weight::from_parts(1_000, 10)
			})*

			fn make(i: u32, o: u32) -> Weight {
				Weight::from_parts(1_000, 10).saturating_mul((i + o).into())
			}

			fn pack(n: u32) -> Weight {
				Weight::from_parts(1_000, 10).saturating_mul(n.into())
			}

			fn unpack(n: u32) -> Weight {
				Weight::from_parts(1_000, 10).saturating_mul(n.into())
			}

			fn spread(n: u32) -> Weight {
				STEP.saturating_mul(n.into())
			}
		}
	};
}

unmeasured! {
	accredit withdraw_accreditation assign_prefix set_room revoke_prefix release_prefix register_item register_range
	register_lot withdraw amend transfer attach_tag verify_tag certify revoke_certificate remove_certificate recall narrow
	lift confirm contest judge settle_contest close_recall inherit spread_look
}

parameter_types! {
	pub FeeDestination: AccountId = POT;
	/// What of a block recalls may take.
	pub storage IdleWeight: Weight = Weight::MAX;
}

impl pallet_products::Config for Test {
	type WeightInfo = Unmeasured;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Currency = Balances;
	type Actors = Robots;
	type SpendPolicy = Budget;
	type Clock = TestClock;
	type AccreditOrigin = EnsureRoot<AccountId>;
	type JudgeOrigin = EnsureRoot<AccountId>;
	type FeeDestination = FeeDestination;
	type TagVerifier = crate::P256;
	type LotBook = Books;
	type ProofMeter = Meter;
	type PrefixDeposit = ConstU128<PREFIX_DEPOSIT>;
	type RecordDeposit = ConstU128<RECORD_DEPOSIT>;
	type CertificateDeposit = ConstU128<CERTIFICATE_DEPOSIT>;
	type TouchFee = ConstU128<TOUCH_FEE>;
	type RecallBond = ConstU128<RECALL_BOND>;
	type RecallFee = ConstU128<RECALL_FEE>;
	type ContestBond = ConstU128<CONTEST_BOND>;
	type JudgeWindow = ConstU64<JUDGE_WINDOW>;
	type MaxProduction = ConstU64<MAX_PRODUCTION>;
	type ChallengeAge = ConstU64<CHALLENGE_AGE>;
	type MaxRecalls = ConstU32<MAX_RECALLS>;
	type IdleWeight = IdleWeight;
	type MaxSteps = ConstU32<1_000>;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Money;
}

/// A world with rich people, two machines, and two prefixes under which there is nothing, on block 1.
pub fn empty() -> sp_io::TestExternalities {
	let mut ext = empty_of_prefixes();
	ext.execute_with(|| {
		accredit(&REGISTRANT, Role::Registrant);
		accredit(&CERTIFIER, Role::Certifier);
		for (prefix, holder) in [(PARTS, SMITH), (GOODS, BUILDER)] {
			assert_ok!(assign(&REGISTRANT, prefix, &holder));
			assert_ok!(set_room(&holder, prefix, ROOM));
		}
	});
	ext
}

/// The same without any prefix.
pub fn empty_of_prefixes() -> sp_io::TestExternalities {
	let machines = [MILL, PRESS].map(|machine| machine.account());
	let people = [SMITH, BUILDER, SHOP, STRANGER, REGISTRANT, CERTIFIER, POT];
	let storage = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: people.into_iter().chain(machines).map(|who| (who, ENDOWMENT)).collect(),
			..Default::default()
		},
		..Default::default()
	}
	.build_storage()
	.expect("is a genesis");
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.execute_with(|| {
		blocks_pass(1);
		sold(MILL, &SMITH);
		sold(PRESS, &BUILDER);
	});
	ext
}

/// Runs `test` on block 1, then checks the invariants and that no money came or went.
pub fn build_and_execute(test: impl FnOnce()) {
	empty().execute_with(|| {
		test();
		try_state();
	});
}

/// What must always hold, and that no money came or went.
pub fn try_state() {
	let all = pallet_balances::TotalIssuance::<Test>::get();
	assert_eq!(all, 9 * ENDOWMENT, "invariant 2");
	Products::do_try_state().expect("invariants");
}
