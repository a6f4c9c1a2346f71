//! A runtime with real balances, assets and timestamps, a domain pallet and a machine in small, and no rule about spending
//! but one: [`BROKE`] may not.

mod domain;

pub use domain::*;

use crate::{self as pallet_escrow, AccountOf};
use bpiiot_primitives::{
	Actor, Actors, AgreementClock, AgreementMillis, AgreementRef, Agreements, Arbitration, AssetKind, BondOutcome,
	Case, DeadlineIndex, Escrow as _, EscrowTerms, Expiry, JobId, MachineId, OpenEscrows, Settlement, Side,
	SpendPolicy, SpendPurpose,
};
use codec::{Decode, Encode};
use frame_support::{
	assert_ok, derive_impl,
	dispatch::DispatchResultWithPostInfo,
	ensure,
	pallet_prelude::{DispatchError, DispatchResult, Weight},
	parameter_types,
	storage::with_storage_layer,
	traits::{
		fungible::{NativeFromLeft, UnionOf},
		AsEnsureOriginWithArg, ConstU32, ConstU64, Contains, Hooks, OnTimestampSet,
	},
};
use frame_system::{ensure_signed, EnsureNever, EnsureRoot};
use sp_core::H256;
use sp_runtime::{
	traits::{Convert, Dispatchable},
	BuildStorage, FixedU128, Permill,
};

/// A customer with 1,000 of the native token and of dollars.
pub const PAYER: u64 = 1;
/// A machine with as much.
pub const PAYEE: u64 = 2;
/// Someone with as much whose policy forbids to spend it.
pub const BROKE: u64 = 3;
/// An account that does not exist yet.
pub const NEWCOMER: u64 = 4;
/// Where fees go.
pub const POT: u64 = 5;
/// Registered as an arbiter by [`registered`], with 1,000 of the native token and no dollars.
pub const ARBITER: u64 = 6;
/// The account of a machine, with 1,000 of the native token and of dollars.
pub const ROBOT: u64 = 7;
/// Owns the machine at the start, with as much.
pub const OWNER: u64 = 8;
/// Signs for the machine, with nothing.
pub const ROBOT_KEY: u64 = 10;
/// All that there is, of the native token and of dollars.
pub const NATIVE_TOTAL: u64 = 6_000 + MINIMUM;
pub const DOLLAR_TOTAL: u64 = 5_000 + MINIMUM;
/// Owns the dollars and may block them.
pub const ISSUER: u64 = 9;
/// The smallest balance of an account, in the native token and in dollars.
pub const MINIMUM: u64 = 10;
/// The longest gap between blocks that is no stop, in milliseconds.
pub const ALLOWANCE: u64 = 60_000;
/// Deadlines that a block sweeps at most.
pub const MAX_SWEEP: u32 = 20;
/// The number of the dollars.
pub const DOLLAR_ID: u32 = 1;
/// A listed asset that keeps accounts alive by itself and is worth 3 of the native token.
pub const DOLLAR: AssetKind = AssetKind::Asset(DOLLAR_ID);
/// The number of the coupons.
pub const COUPON_ID: u32 = 2;
/// An asset that does not keep accounts alive, is not listed and has no rate.
pub const COUPON: AssetKind = AssetKind::Asset(COUPON_ID);
/// Deposit and fee of [`terms`], in planck.
pub const DEPOSIT: u64 = 40;
pub const FEE: u64 = 20;
/// The same in dollars: thirds, rounded up.
pub const DOLLAR_DEPOSIT: u64 = 14;
pub const DOLLAR_FEE: u64 = 7;
/// What ending an agreement of the domain costs.
pub const EXPIRE_WEIGHT: Weight = Weight::from_parts(1_000, 1_000);
/// What ending one by a verdict costs.
pub const RESOLVE_WEIGHT: Weight = Weight::from_parts(2_000, 500);
/// What is on hold at an arbiter for his registration, and for a case.
pub const ARBITER_DEPOSIT: u64 = 30;
pub const CASE_BOND: u64 = 100;
/// What is on hold at the opener of a dispute, in planck, and in dollars: a third is 14.
pub const DISPUTE_BOND: u64 = 40;
pub const DOLLAR_DISPUTE_BOND: u64 = 14;
/// The arbiter's fee for a verdict.
pub const ARBITER_FEE: Permill = Permill::from_percent(10);
/// How long the arbiter has, in milliseconds.
pub const CASE_WINDOW: u64 = 10_000;
pub const RULING_WINDOW: u64 = 50_000;
/// The payee's share when he is silent.
pub const FALLBACK: Permill = Permill::from_percent(50);

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
	#[runtime::pallet_index(4)]
	pub type Assets = pallet_assets;
	#[runtime::pallet_index(5)]
	pub type AssetsHolder = pallet_assets_holder;
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
	/// What a dollar is worth, in planck; nothing for no rate.
	pub storage DollarRate: Option<FixedU128> = Some(FixedU128::from_u32(3));
	/// Who owns the machine.
	pub storage RobotOwner: u64 = OWNER;
	/// Whether nobody may spend.
	pub storage PolicyForbids: bool = false;
	/// The bond that the policy was told last is forfeited: by whom, of what, and how much.
	pub storage Forfeited: Option<(u64, AssetKind, u64)> = None;
	/// Asked of whoever opens a dispute, in planck.
	pub storage DisputeBond: u64 = DISPUTE_BOND;
	pub const MaxArbiterFee: Permill = Permill::from_percent(20);
	pub const FallbackSplit: Permill = FALLBACK;
}

/// Knows the machine.
pub struct Robots;

impl Actors<RuntimeOrigin, u64> for Robots {
	fn ensure_actor(origin: RuntimeOrigin) -> Result<Actor<u64>, DispatchError> {
		Ok(match ensure_signed(origin)? {
			ROBOT_KEY => Actor {
				account: ROBOT,
				machine: Some(MachineId([7; 32])),
			},
			who => actor(who),
		})
	}

	fn ensure_in_service(_: &MachineId) -> Result<u64, DispatchError> {
		Ok(RobotOwner::get())
	}

	fn controls(account: &u64, _: &MachineId) -> bool {
		[ROBOT, RobotOwner::get()].contains(account)
	}

	fn controller(party: &u64) -> u64 {
		if *party == ROBOT {
			RobotOwner::get()
		} else {
			*party
		}
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn benchmark_machine(_: &u64, _: u32, _: AssetKind) -> (MachineId, u64) {
		(MachineId([7; 32]), ROBOT_KEY)
	}
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type ExistentialDeposit = ExistentialDeposit;
}

#[derive_impl(pallet_assets::config_preludes::TestDefaultConfig)]
impl pallet_assets::Config for Test {
	type Currency = Balances;
	type CreateOrigin = AsEnsureOriginWithArg<EnsureNever<u64>>;
	type ForceOrigin = EnsureRoot<u64>;
	type Holder = AssetsHolder;
}

impl pallet_assets_holder::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeEvent = RuntimeEvent;
}

/// Lets everybody spend but [`BROKE`].
pub struct NotBroke;

impl SpendPolicy<u64, AssetKind, u64> for NotBroke {
	fn spend(from: &Actor<u64>, _: SpendPurpose, _: &AssetKind, _: u64) -> DispatchResult {
		if from.account == BROKE || PolicyForbids::get() {
			return Err(DispatchError::Other("policy"));
		}
		Ok(())
	}

	fn forfeited(by: &u64, asset: &AssetKind, amount: u64) {
		Forfeited::set(&Some((*by, *asset, amount)));
	}
}

/// Knows the rates.
pub struct Rates;

impl Convert<AssetKind, Option<FixedU128>> for Rates {
	fn convert(asset: AssetKind) -> Option<FixedU128> {
		match asset {
			DOLLAR => DollarRate::get(),
			COUPON => None,
			_ => Some(FixedU128::from_u32(1)),
		}
	}
}

/// The assets that keep an account alive by themselves.
pub struct Sufficient;

impl Contains<AssetKind> for Sufficient {
	fn contains(asset: &AssetKind) -> bool {
		match asset {
			AssetKind::Native => true,
			AssetKind::Asset(id) => Assets::asset_details(*id).is_some_and(|asset| asset.is_sufficient),
		}
	}
}

/// The native token and the assets.
pub type Fungibles = UnionOf<Balances, AssetsHolder, NativeFromLeft, AssetKind, u64>;

impl pallet_escrow::Config for Test {
	type WeightInfo = pallet_escrow::weights::SubstrateWeight<Test>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type Fungibles = Fungibles;
	type Sufficient = Sufficient;
	type Rates = Rates;
	type ListOrigin = EnsureRoot<u64>;
	type PauseOrigin = EnsureRoot<u64>;
	type FeeDestination = ConstU64<POT>;
	type Actors = Robots;
	type SpendPolicy = NotBroke;
	type Agreements = Domain;
	type OpenEscrows = Domain;
	type StopAllowance = ConstU64<ALLOWANCE>;
	type MaxSweep = ConstU32<MAX_SWEEP>;
	type ArbiterDeposit = ConstU64<ARBITER_DEPOSIT>;
	type CaseBond = ConstU64<CASE_BOND>;
	type DisputeBond = DisputeBond;
	type MaxArbiterFee = MaxArbiterFee;
	type FallbackSplit = FallbackSplit;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Coupons;
}

/// Someone who acts for himself.
pub fn actor(account: u64) -> Actor<u64> {
	Actor { account, machine: None }
}

/// Terms with deposit and fee.
pub fn terms(asset: AssetKind, payee: u64, amount: u64) -> EscrowTerms<u64, AssetKind, u64> {
	EscrowTerms {
		payee,
		asset,
		amount,
		smallest_release: MINIMUM,
		deposit: DEPOSIT,
		fee: FEE,
		arbitration: None,
	}
}

/// The same terms before [`ARBITER`].
pub fn arbitrated(asset: AssetKind, payee: u64, amount: u64) -> EscrowTerms<u64, AssetKind, u64> {
	EscrowTerms {
		arbitration: Some(Arbitration {
			arbiter: ARBITER,
			case_window: CASE_WINDOW,
			ruling_window: RULING_WINDOW,
		}),
		..terms(asset, payee, amount)
	}
}

/// The hash of a document.
pub fn document(nth: u8) -> H256 {
	H256::repeat_byte(nth)
}

/// Registers [`ARBITER`].
pub fn registered() {
	assert_ok!(Escrow::register_arbiter(
		RuntimeOrigin::signed(ARBITER),
		ARBITER_FEE,
		document(0)
	));
}

/// Has `origin` call the pallet, as a transaction would: all or nothing.
pub fn called(origin: RuntimeOrigin, call: crate::Call<Test>) -> DispatchResult {
	let done: DispatchResultWithPostInfo = RuntimeCall::Escrow(call).dispatch(origin);
	done.map(drop).map_err(|refused| refused.error)
}

/// Has `who` call the pallet.
pub fn signed(who: u64, call: crate::Call<Test>) -> DispatchResult {
	called(RuntimeOrigin::signed(who), call)
}

/// Starts a block with this timestamp.
pub fn block_at(millis: u64) {
	System::set_block_number(System::block_number() + 1);
	<Escrow as OnTimestampSet<u64>>::on_timestamp_set(millis);
}

/// Ends a block in which `limit` was left.
pub fn idle(limit: Weight) -> Weight {
	<Escrow as Hooks<u64>>::on_idle(System::block_number(), limit)
}

/// Blocks `who` in dollars, so that he can neither pay nor be paid.
pub fn block(who: u64) {
	assert_ok!(Assets::block(RuntimeOrigin::signed(ISSUER), DOLLAR_ID, who));
}

/// Makes good [`block`].
pub fn thaw(who: u64) {
	assert_ok!(Assets::thaw(RuntimeOrigin::signed(ISSUER), DOLLAR_ID, who));
}

/// Has coupons keep accounts alive from now on, or not.
pub fn coupons_keep_alive(is_sufficient: bool) {
	let root = RuntimeOrigin::root();
	assert_ok!(Assets::force_asset_status(
		root,
		COUPON_ID,
		ISSUER,
		ISSUER,
		ISSUER,
		ISSUER,
		1,
		is_sufficient,
		false
	));
}

/// A world with rich people on block 1.
pub fn empty() -> sp_io::TestExternalities {
	let rich = [PAYER, PAYEE, BROKE, ROBOT, OWNER].map(|who| (who, 1_000));
	let storage = RuntimeGenesisConfig {
		balances: pallet_balances::GenesisConfig {
			balances: [rich.as_slice(), &[(ARBITER, 1_000), (POT, MINIMUM)]].concat(),
			..Default::default()
		},
		assets: pallet_assets::GenesisConfig {
			assets: vec![(DOLLAR_ID, ISSUER, true, MINIMUM), (COUPON_ID, ISSUER, false, 1)],
			accounts: rich
				.iter()
				.chain(&[(POT, MINIMUM)])
				.map(|(who, amount)| (DOLLAR_ID, *who, *amount))
				.chain([(COUPON_ID, PAYER, 1_000)])
				.collect(),
			..Default::default()
		},
		..Default::default()
	}
	.build_storage()
	.expect("is a genesis");
	let mut ext = sp_io::TestExternalities::from(storage);
	ext.execute_with(|| {
		System::set_block_number(1);
		assert_ok!(Escrow::list_asset(RuntimeOrigin::root(), DOLLAR));
	});
	ext
}

/// Runs `test` on block 1 with funded accounts, then checks the invariants and that no money came or went.
pub fn build_and_execute(test: impl FnOnce()) {
	empty().execute_with(|| {
		test();
		try_state();
	});
}

/// What must always hold, and that no money came or went.
pub fn try_state() {
	assert_eq!(
		pallet_balances::TotalIssuance::<Test>::get(),
		NATIVE_TOTAL,
		"invariant 2"
	);
	assert_eq!(Assets::total_supply(DOLLAR_ID), DOLLAR_TOTAL, "invariant 2");
	assert_eq!(Assets::total_supply(COUPON_ID), 1_000, "invariant 2");
	Escrow::do_try_state().expect("invariants");
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Coupons;

#[cfg(feature = "runtime-benchmarks")]
impl bpiiot_primitives::BenchmarkAssets<u64, u64> for Coupons {
	fn create_asset() -> AssetKind {
		const ID: u32 = 77;
		assert_ok!(Assets::force_create(RuntimeOrigin::root(), ID, ISSUER, true, 1));
		Self::fund(AssetKind::Asset(ID), &POT, 1);
		AssetKind::Asset(ID)
	}

	fn fund(asset: AssetKind, who: &u64, amount: u64) {
		use frame_support::traits::{fungible, fungibles};
		let _ = match asset {
			AssetKind::Native => <Balances as fungible::Mutate<u64>>::mint_into(who, amount),
			AssetKind::Asset(id) => <Assets as fungibles::Mutate<u64>>::mint_into(id, who, amount),
		};
	}

	fn freeze(asset: AssetKind) {
		if let AssetKind::Asset(id) = asset {
			Assets::freeze_asset(RuntimeOrigin::signed(ISSUER), id).expect("the issuer made it");
		}
	}
}
