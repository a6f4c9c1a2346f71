//! A runtime with real balances, timestamps and transaction payment around the pallet.

use crate::{self as pallet_machines, fees::OwnerPaysFees, *};
use bpiiot_primitives::{AssetKind, AtRisk, MachineId, OpenWork, SpendPurpose};
use frame_support::{
	derive_impl,
	dispatch::DispatchClass,
	parameter_types,
	traits::{
		fungible::{NativeFromLeft, UnionOf},
		tokens::imbalance::ResolveTo,
		AsEnsureOriginWithArg, ConstU128, ConstU64, Contains, Get, TypedGet,
	},
	weights::{IdentityFee, Weight},
};
use frame_system::{EnsureNever, EnsureRoot};
use pallet_transaction_payment::{ChargeTransactionPayment, FungibleAdapter};
use sp_core::{sr25519, ConstU8, Pair, H256};
use sp_io::TestExternalities;
use sp_runtime::{
	generic::{CheckedExtrinsic, ExtrinsicFormat},
	traits::{Applyable, IdentityLookup},
	transaction_validity::{TransactionSource, TransactionValidityError},
	AccountId32, BuildStorage, DispatchResult,
};

pub(crate) type AccountId = AccountId32;
pub(crate) type Balance = u128;
type Block = frame_system::mocking::MockBlock<Test>;
type TxExtension = (frame_system::CheckNonce<Test>, ChargeTransactionPayment<Test>);

pub(crate) const ED: Balance = 100;
pub(crate) const DEPOSIT: Balance = 5_000;
pub(crate) const REGISTRATION_FEE: Balance = 700;
pub(crate) const ROTATION_FEE: Balance = 300;
pub(crate) const ENDOWMENT: Balance = 1_000_000;
/// The number of the dollars, of which [`stranger`] has as much as of the native token. They keep an account alive by
/// themselves.
pub(crate) const DOLLAR_ID: u32 = 1;
pub(crate) const DOLLAR: AssetKind = AssetKind::Asset(DOLLAR_ID);
/// The smallest balance of an account in dollars.
pub(crate) const DOLLAR_MINIMUM: Balance = 30;
/// The native token.
pub(crate) const NATIVE: AssetKind = AssetKind::Native;
/// Each asset that a machine may have in these tests, with its smallest balance.
pub(crate) const ASSETS: [(AssetKind, Balance); 2] = [(NATIVE, ED), (DOLLAR, DOLLAR_MINIMUM)];
pub(crate) const ALLOWANCE: Balance = 50_000;
/// What a machine declares at registration.
pub(crate) const ENCRYPTION_KEY: [u8; 32] = [5; 32];
/// The period of allowances and policies that renew themselves, in milliseconds.
pub(crate) const PERIOD: u64 = 3_600_000;
/// The time of the first block.
pub(crate) const START: u64 = 1_700_000_000_000;
pub(crate) const GENESIS_HASH: H256 = H256::repeat_byte(7);
/// The length that every transaction is said to have.
pub(crate) const LENGTH: usize = 100;
/// What any transaction of this runtime costs: the weights below are all the same and the base is nothing.
pub(crate) const FEE: Balance = 1_000 + LENGTH as Balance;

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
		RuntimeTask
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(3)]
	pub type TransactionPayment = pallet_transaction_payment;
	#[runtime::pallet_index(4)]
	pub type Assets = pallet_assets;
	#[runtime::pallet_index(5)]
	pub type AssetsHolder = pallet_assets_holder;
	#[runtime::pallet_index(50)]
	pub type Machines = pallet_machines;
}

parameter_types! {
	/// No weight but the calls' own, so that fees are easy to foresee.
	pub BlockWeights: frame_system::limits::BlockWeights = frame_system::limits::BlockWeights::builder()
		.base_block(Weight::zero())
		.for_class(DispatchClass::all(), |class| class.base_extrinsic = Weight::zero())
		.for_class(DispatchClass::non_mandatory(), |class| class.max_total = Some(Weight::from_parts(1 << 40, 1 << 40)))
		.build_or_panic();
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId;
	type Lookup = IdentityLookup<AccountId>;
	type AccountData = pallet_balances::AccountData<Balance>;
	type BlockWeights = BlockWeights;
}

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Test {
	type MinimumPeriod = ConstU64<1>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type AccountStore = System;
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<ED>;
}

#[derive_impl(pallet_assets::config_preludes::TestDefaultConfig)]
impl pallet_assets::Config for Test {
	type Balance = Balance;
	type Currency = Balances;
	type CreateOrigin = AsEnsureOriginWithArg<EnsureNever<AccountId>>;
	type ForceOrigin = EnsureRoot<AccountId>;
	type Holder = AssetsHolder;
}

impl pallet_assets_holder::Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeEvent = RuntimeEvent;
}

/// The native token and the assets.
pub(crate) type Fungibles = UnionOf<Balances, Assets, NativeFromLeft, AssetKind, AccountId>;

/// Where fees of transactions and of registrations go, so that no money leaves the world.
pub struct Treasury;
impl TypedGet for Treasury {
	type Type = AccountId;
	fn get() -> AccountId {
		account(b"treasury")
	}
}
impl Treasury {
	pub(crate) fn account() -> AccountId {
		<Self as TypedGet>::get()
	}
}
impl Get<AccountId> for Treasury {
	fn get() -> AccountId {
		<Self as TypedGet>::get()
	}
}

#[derive_impl(pallet_transaction_payment::config_preludes::TestDefaultConfig)]
impl pallet_transaction_payment::Config for Test {
	type OnChargeTransaction = OwnerPaysFees<FungibleAdapter<Balances, ResolveTo<Treasury, Balances>>>;
	type WeightToFee = IdentityFee<Balance>;
	type LengthToFee = IdentityFee<Balance>;
	type OperationalFeeMultiplier = ConstU8<5>;
}

/// Every call weighs the same.
pub struct FlatWeight;
impl WeightInfo for FlatWeight {
	fn register() -> Weight {
		Weight::from_parts(1_000, 0)
	}
	fn set_profile() -> Weight {
		Self::register()
	}
	fn set_fee_allowance() -> Weight {
		Self::register()
	}
	fn set_service() -> Weight {
		Self::register()
	}
	fn deposit() -> Weight {
		Self::register()
	}
	fn withdraw() -> Weight {
		Self::register()
	}
	fn decommission() -> Weight {
		Self::register()
	}
	fn rotate_key() -> Weight {
		Self::register()
	}
	fn rotate_encryption_key() -> Weight {
		Self::register()
	}
	fn freeze() -> Weight {
		Self::register()
	}
	fn unfreeze() -> Weight {
		Self::register()
	}
	fn offer_ownership() -> Weight {
		Self::register()
	}
	fn accept_ownership() -> Weight {
		Self::register()
	}
	fn set_spending_policy() -> Weight {
		Self::register()
	}
	fn charge_machine() -> Weight {
		Weight::zero()
	}
}

/// Owners pay for `set_service`, and for new keys.
pub struct Sponsored;
impl Contains<RuntimeCall> for Sponsored {
	fn contains(call: &RuntimeCall) -> bool {
		matches!(
			call,
			RuntimeCall::Machines(
				Call::set_service { .. } | Call::rotate_key { .. } | Call::rotate_encryption_key { .. }
			)
		)
	}
}

parameter_types! {
	/// Machines that owe somebody something.
	pub static Busy: Vec<MachineId> = Vec::new();
}
impl OpenWork for Busy {
	fn has_open_work(machine: &MachineId) -> bool {
		Self::get().contains(machine)
	}
}

parameter_types! {
	/// What whoever is asked about has on hold as bonds, in native tokens.
	pub static Promised: Balance = 0;
}
impl AtRisk<AccountId, AssetKind, Balance> for Promised {
	fn at_risk(_: &AccountId, asset: &AssetKind) -> Balance {
		if *asset == AssetKind::Native {
			Self::get()
		} else {
			0
		}
	}
}

impl Config for Test {
	type RuntimeHoldReason = RuntimeHoldReason;
	type WeightInfo = FlatWeight;
	type Currency = Balances;
	type Fungibles = Fungibles;
	type MachineDeposit = ConstU128<DEPOSIT>;
	type RegistrationFee = ConstU128<REGISTRATION_FEE>;
	type RotationFee = ConstU128<ROTATION_FEE>;
	type FeeDestination = Treasury;
	type SponsoredCalls = Sponsored;
	type Time = Timestamp;
	type OpenWork = Busy;
	type AtRisk = Promised;
	#[cfg(feature = "runtime-benchmarks")]
	type BenchmarkHelper = Coupons;
}

/// The account of a name.
pub(crate) fn account(name: &[u8]) -> AccountId {
	AccountId::new(sp_io::hashing::blake2_256(name))
}

/// Owns machines in most tests.
pub(crate) fn owner() -> AccountId {
	account(b"owner")
}

/// Has money, and nothing to do with any machine.
pub(crate) fn stranger() -> AccountId {
	account(b"stranger")
}

/// Owns the dollars and may block them.
pub(crate) fn issuer() -> AccountId {
	account(b"issuer")
}

/// The key pair of a machine.
pub(crate) fn pair(seed: u8) -> sr25519::Pair {
	sr25519::Pair::from_seed(&[seed; 32])
}

/// The account of a machine's key.
pub(crate) fn key(seed: u8) -> AccountId {
	pair(seed).public().into()
}

/// A profile to register with.
pub(crate) fn profile() -> MachineProfile {
	MachineProfile {
		model: Text::truncate_from(b"Virtual drill press".to_vec()),
		capabilities: vec![Text::truncate_from(b"drilling".to_vec())]
			.try_into()
			.expect("one of 16"),
		..Default::default()
	}
}

/// The proof of key `seed` for what the chain expects of `owner` now.
pub(crate) fn proof(owner: &AccountId, seed: u8) -> sr25519::Signature {
	pair(seed).sign(&proof::payload(
		&GENESIS_HASH,
		owner,
		&key(seed),
		Registrations::<Test>::get(owner),
	))
}

/// The proof of key `seed` for what the chain expects of `machine` now; for a machine that does not exist, that of its
/// first rotation.
pub(crate) fn rotation_proof(machine: &MachineId, seed: u8) -> sr25519::Signature {
	let rotations = crate::Machines::<Test>::get(machine).map_or(0, |machine| machine.rotations);
	pair(seed).sign(&proof::rotation_payload(&GENESIS_HASH, machine, &key(seed), rotations))
}

/// An allowance that does not renew itself.
pub(crate) fn once(amount: Balance) -> FeeAllowance<Balance> {
	FeeAllowance { amount, period: 0 }
}

/// An allowance that renews itself every hour.
pub(crate) fn hourly(amount: Balance) -> FeeAllowance<Balance> {
	FeeAllowance { amount, period: PERIOD }
}

/// A policy of one purpose and one cap, which renews itself every hour.
pub(crate) fn policy(purpose: SpendPurpose, per_period: Balance) -> SpendingPolicy<Balance> {
	let asset = AssetKind::Native;
	SpendingPolicy {
		purposes: vec![purpose].try_into().expect("one of 8"),
		period: PERIOD,
		caps: vec![SpendingCap { asset, per_period }].try_into().expect("one of 8"),
	}
}

/// Registers the machine of key `seed`.
pub(crate) fn try_register(owner: &AccountId, seed: u8) -> DispatchResult {
	let origin = RuntimeOrigin::signed(owner.clone());
	let proof = proof(owner, seed);
	Machines::register(origin, key(seed), proof, profile(), ENCRYPTION_KEY, once(ALLOWANCE))
}

/// Registers the machine of key `seed` for [`owner`].
pub(crate) fn registered(seed: u8) -> MachineId {
	try_register(&owner(), seed).expect("the owner has money and the key is new");
	MachineId::from_first_key(&key(seed))
}

/// Registers the machine of key `seed` for [`owner`] and decommissions it.
pub(crate) fn decommissioned(seed: u8) -> MachineId {
	let machine = registered(seed);
	Machines::decommission(RuntimeOrigin::signed(owner()), machine).expect("nothing is open");
	machine
}

/// Puts key `seed` into the place of the key of a machine of [`owner`].
pub(crate) fn rotated(machine: &MachineId, seed: u8) -> AccountId {
	let proof = rotation_proof(machine, seed);
	Machines::rotate_key(RuntimeOrigin::signed(owner()), *machine, key(seed), proof).expect("the key is new");
	key(seed)
}

/// The state of a machine, which must exist.
pub(crate) fn record(machine: &MachineId) -> MachineOf<Test> {
	crate::Machines::<Test>::get(machine).expect("registered")
}

/// What the machine's key may still cost now.
pub(crate) fn allowance(machine: &MachineId) -> Option<Balance> {
	Fees::<Test>::get(machine).map(|fees| fees.at(Timestamp::get()).left)
}

/// Starts block `number`, six seconds after the one before.
pub(crate) fn block(number: u64) {
	System::set_block_number(number);
	Timestamp::set_timestamp(START + number.saturating_sub(1) * 6_000);
}

/// Starts the next block, so many milliseconds after [`START`].
pub(crate) fn at(millis: u64) {
	System::set_block_number(System::block_number() + 1);
	Timestamp::set_timestamp(START + millis);
}

/// A call as a transaction, with nonce and fee, as the chain would run it after the signature was checked.
pub(crate) struct Tx {
	signer: AccountId,
	call: RuntimeCall,
	tip: Balance,
}

impl Tx {
	pub(crate) fn new(signer: &AccountId, call: impl Into<RuntimeCall>) -> Self {
		Self {
			signer: signer.clone(),
			call: call.into(),
			tip: 0,
		}
	}

	pub(crate) fn tip(self, tip: Balance) -> Self {
		Self { tip, ..self }
	}

	fn extrinsic(&self, nonce: u32) -> CheckedExtrinsic<AccountId, RuntimeCall, TxExtension> {
		let extension = (
			frame_system::CheckNonce::from(nonce),
			ChargeTransactionPayment::from(self.tip),
		);
		CheckedExtrinsic {
			format: ExtrinsicFormat::Signed(self.signer.clone(), extension),
			function: self.call.clone(),
		}
	}

	fn info(&self) -> frame_support::dispatch::DispatchInfo {
		frame_support::dispatch::GetDispatchInfo::get_dispatch_info(&self.call)
	}

	/// What the transaction pool says.
	pub(crate) fn validate(&self) -> Result<(), TransactionValidityError> {
		let extrinsic = self.extrinsic(System::account_nonce(&self.signer));
		extrinsic
			.validate::<Test>(TransactionSource::External, &self.info(), LENGTH)
			.map(drop)
	}

	/// What comes of it in a block: refused, or included with the outcome of the call.
	pub(crate) fn apply(&self) -> Result<DispatchResult, TransactionValidityError> {
		self.apply_with(System::account_nonce(&self.signer))
	}

	/// The same with a nonce of the signer's choice.
	pub(crate) fn apply_with(&self, nonce: u32) -> Result<DispatchResult, TransactionValidityError> {
		let applied = frame_support::storage::with_storage_layer(|| {
			self.extrinsic(nonce)
				.apply::<Test>(&self.info(), LENGTH)
				.map_err(Refused)
		});
		match applied {
			Ok(outcome) => Ok(outcome.map(drop).map_err(|failed| failed.error)),
			Err(Refused(refused)) => Err(refused),
		}
	}
}

/// A refused transaction leaves no trace, as in a block: `with_storage_layer` wants an error that it can make itself.
struct Refused(TransactionValidityError);
impl From<sp_runtime::DispatchError> for Refused {
	fn from(_: sp_runtime::DispatchError) -> Self {
		Self(sp_runtime::transaction_validity::InvalidTransaction::Call.into())
	}
}

/// Builds the world of a test.
#[derive(Default)]
pub(crate) struct ExtBuilder {
	balances: Vec<(AccountId, Balance)>,
	dollars: Vec<(AccountId, Balance)>,
}

impl ExtBuilder {
	/// Gives an account a balance before the first block.
	pub(crate) fn balance(mut self, who: AccountId, balance: Balance) -> Self {
		self.balances.push((who, balance));
		self
	}

	/// Gives an account dollars before the first block.
	pub(crate) fn dollars(mut self, who: AccountId, amount: Balance) -> Self {
		self.dollars.push((who, amount));
		self
	}

	pub(crate) fn build(self) -> TestExternalities {
		let mut storage = frame_system::GenesisConfig::<Test>::default()
			.build_storage()
			.expect("the system has a genesis");
		let balances = [owner(), stranger()]
			.map(|who| (who, ENDOWMENT))
			.into_iter()
			.chain(self.balances)
			.collect();
		let dollars = self.dollars.into_iter().chain([(stranger(), ENDOWMENT)]);
		pallet_assets::GenesisConfig::<Test> {
			assets: vec![(DOLLAR_ID, issuer(), true, DOLLAR_MINIMUM)],
			accounts: dollars.map(|(who, much)| (DOLLAR_ID, who, much)).collect(),
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.expect("the asset is new");
		pallet_balances::GenesisConfig::<Test> {
			balances,
			..Default::default()
		}
		.assimilate_storage(&mut storage)
		.expect("the balances are above the minimum");
		let mut ext = TestExternalities::from(storage);
		ext.register_extension(sp_keystore::KeystoreExt::new(
			sp_keystore::testing::MemoryKeystore::new(),
		));
		ext.execute_with(|| {
			frame_system::BlockHash::<Test>::insert(0, GENESIS_HASH);
			block(1);
		});
		ext
	}

	/// Runs a test and checks what must always hold.
	pub(crate) fn build_and_execute(self, test: impl FnOnce()) {
		self.build().execute_with(|| {
			Busy::set(Vec::new());
			test();
			Machines::do_try_state().expect("what must hold, holds");
		});
	}
}

#[cfg(feature = "runtime-benchmarks")]
pub struct Coupons;

#[cfg(feature = "runtime-benchmarks")]
impl bpiiot_primitives::BenchmarkAssets<AccountId, Balance> for Coupons {
	fn create_asset() -> AssetKind {
		const ID: u32 = 77;
		Assets::force_create(RuntimeOrigin::root(), ID, issuer(), true, 1).expect("it is new");
		AssetKind::Asset(ID)
	}

	fn fund(asset: AssetKind, who: &AccountId, amount: Balance) {
		<Fungibles as frame_support::traits::fungibles::Mutate<AccountId>>::mint_into(asset, who, amount)
			.expect("it is the minimum at least");
	}

	fn freeze(asset: AssetKind) {
		if let AssetKind::Asset(id) = asset {
			Assets::freeze_asset(RuntimeOrigin::signed(issuer()), id).expect("the issuer made it");
		}
	}
}
