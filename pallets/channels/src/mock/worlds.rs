//! Who is there, and what they do in most tests.

use super::*;
use crate::{Call, ChannelId, ChannelOf, Metering, SignedTally, Tally, Tariff, Terms, Unit};
use bpiiot_primitives::{MachineId, SpendPurpose};
use bpiiot_voucher::{Domain, Word};
use frame_support::{
	assert_ok,
	dispatch::DispatchResult,
	traits::{
		fungibles::{Inspect, InspectHold},
		Hooks, OnTimestampSet,
	},
};
use pallet_machines::{SpendingCap, SpendingPolicy};
use sp_core::{sr25519, Pair};
use sp_runtime::{traits::Dispatchable, BuildStorage};

/// What everybody with money has at the start.
pub(crate) const ENDOWMENT: Balance = 1_000_000;
/// The timestamp of the first block, in unix milliseconds.
pub(crate) const START: u64 = 20_000 * DAY;
/// Of [`terms`].
pub(crate) const WINDOW: u64 = 60_000;
pub(crate) const LIFETIME: u64 = 5 * DAY;
/// What [`opened`] puts in.
pub(crate) const AMOUNT: Balance = 10_000;
/// What it costs: half a percent of that.
pub(crate) const ITS_FEE: Balance = 50;

/// The account of a name.
pub(crate) fn account(name: &[u8]) -> AccountId {
	AccountId::new(sp_io::hashing::blake2_256(name))
}

/// Owns the machines.
pub(crate) fn owner() -> AccountId {
	account(b"owner")
}

/// Supplies and is paid.
pub(crate) fn payee() -> AccountId {
	account(b"payee")
}

/// Takes and pays.
pub(crate) fn payer() -> AccountId {
	account(b"payer")
}

/// Has money, and nothing to do with anything.
pub(crate) fn stranger() -> AccountId {
	account(b"stranger")
}

/// Where fees go.
pub(crate) fn pot() -> AccountId {
	account(b"fees")
}

/// Owns the dollars and may block them.
pub(crate) fn issuer() -> AccountId {
	account(b"issuer")
}

pub(crate) fn pair(seed: u8) -> sr25519::Pair {
	sr25519::Pair::from_seed(&[seed; 32])
}

/// The key of vouchers of [`terms`].
pub(crate) fn payer_key() -> sr25519::Pair {
	pair(200)
}

/// The key of statements of [`terms`].
pub(crate) fn payee_key() -> sr25519::Pair {
	pair(201)
}

/// The account of the key of machine `seed`.
pub(crate) fn key(seed: u8) -> AccountId {
	pair(seed).public().into()
}

/// The id of machine `seed`.
pub(crate) fn machine(seed: u8) -> MachineId {
	MachineId::from_first_key(&key(seed))
}

/// The account of machine `seed`.
pub(crate) fn of_machine(seed: u8) -> AccountId {
	machine(seed).account()
}

/// Registers machine `seed` for `owner`, gives it money, and lets it spend it on anything.
pub(crate) fn registered_for(owner: &AccountId, seed: u8) -> AccountId {
	let nonce = pallet_machines::Registrations::<Test>::get(owner);
	let payload = pallet_machines::proof::payload(&System::block_hash(0), owner, &key(seed), nonce);
	let (proof, by) = (pair(seed).sign(&payload), RuntimeOrigin::signed(owner.clone()));
	let (none, nothing) = (Default::default(), Default::default());
	assert_ok!(Machines::register(by, key(seed), proof, none, [0; 32], nothing));
	for asset in [AssetKind::Native, DOLLAR] {
		let by = RuntimeOrigin::signed(owner.clone());
		assert_ok!(Machines::deposit(by, machine(seed), asset, 100_000));
	}
	may_spend(owner, seed, 100_000);
	of_machine(seed)
}

/// The same, for [`owner`].
pub(crate) fn registered(seed: u8) -> AccountId {
	registered_for(&owner(), seed)
}

/// Lets a machine of `owner` spend so much of each asset.
pub(crate) fn may_spend(owner: &AccountId, seed: u8, per_period: Balance) {
	let cap = |asset| SpendingCap { asset, per_period };
	let policy = SpendingPolicy {
		purposes: vec![SpendPurpose::Purchase].try_into().expect("one of 8"),
		period: 0,
		caps: vec![cap(AssetKind::Native), cap(DOLLAR)].try_into().expect("two of 8"),
	};
	let by = RuntimeOrigin::signed(owner.clone());
	assert_ok!(Machines::set_spending_policy(by, machine(seed), Some(policy)));
}

/// Ordinary terms: compressed air by the litre.
pub(crate) fn terms() -> Terms {
	Terms {
		payer_key: payer_key().public(),
		payee_key: payee_key().public(),
		metering: Metering {
			unit: Unit(*b"LTR"),
			tariff: Tariff { price: 3, per: 1 },
			tick: 10,
		},
		challenge_window: WINDOW,
		lifetime: LIFETIME,
	}
}

/// Has `who` call the pallet, as a transaction would: all or nothing.
pub(crate) fn signed(who: &AccountId, call: Call<Test>) -> DispatchResult {
	let done = RuntimeCall::Channels(call).dispatch(RuntimeOrigin::signed(who.clone()));
	done.map(drop).map_err(|refused| refused.error)
}

/// A call that opens a channel to [`payee`].
pub(crate) fn opening(asset: AssetKind, amount: Balance, terms: Terms) -> Call<Test> {
	Call::open {
		payee: payee(),
		asset,
		amount,
		terms,
	}
}

/// A channel of [`payer`] to [`payee`].
pub(crate) fn opened() -> ChannelId {
	opened_by(&payer(), opening(AssetKind::Native, AMOUNT, terms()))
}

/// The same in dollars.
pub(crate) fn opened_in_dollars() -> ChannelId {
	opened_by(&payer(), opening(DOLLAR, AMOUNT, terms()))
}

pub(crate) fn opened_by(who: &AccountId, call: Call<Test>) -> ChannelId {
	assert_ok!(signed(who, call));
	crate::Channels::<Test>::iter_keys().max().expect("just opened")
}

/// What a reading of a channel's meter of [`terms`] says for this amount.
pub(crate) fn tally(amount: Balance) -> Tally {
	Tally {
		sequence: amount as u64,
		reading: (amount / 3) as u64,
		amount,
	}
}

pub(crate) fn domain(channel: ChannelId) -> Domain {
	Domain {
		genesis: System::block_hash(0),
		channel,
	}
}

/// A voucher of the channel's payer.
pub(crate) fn voucher(channel: ChannelId, amount: Balance) -> SignedTally {
	SignedTally::sign(Word::Voucher, &domain(channel), tally(amount), &payer_key())
}

pub(crate) fn redeeming(channel: ChannelId, amount: Balance) -> Call<Test> {
	Call::redeem {
		channel,
		voucher: voucher(channel, amount),
	}
}

/// Has [`stranger`] show a voucher.
pub(crate) fn redeem(channel: ChannelId, amount: Balance) -> DispatchResult {
	signed(&stranger(), redeeming(channel, amount))
}

pub(crate) fn request_close(channel: ChannelId) -> DispatchResult {
	let newest = None;
	signed(&payer(), Call::request_close { channel, newest })
}

pub(crate) fn close(channel: ChannelId) -> DispatchResult {
	let newest = None;
	signed(&payee(), Call::close { channel, newest })
}

/// The end that both have signed.
pub(crate) fn closing_together(channel: ChannelId, amount: Balance) -> Call<Test> {
	let last = tally(amount);
	let sign = |pair| SignedTally::sign(Word::Close, &domain(channel), last, &pair).signature;
	Call::close_together {
		channel,
		last,
		payer_signature: sign(payer_key()),
		payee_signature: sign(payee_key()),
	}
}

pub(crate) fn expire(channel: ChannelId) -> DispatchResult {
	signed(&stranger(), Call::expire { channel })
}

/// The record of a channel that must exist.
pub(crate) fn record(channel: ChannelId) -> ChannelOf<Test> {
	crate::Channels::<Test>::get(channel).expect("the channel exists")
}

/// What an account has in all and what of it is on hold.
pub(crate) fn money(who: &AccountId) -> (Balance, Balance) {
	money_in(AssetKind::Native, who)
}

/// The same, in `asset`.
pub(crate) fn money_in(asset: AssetKind, who: &AccountId) -> (Balance, Balance) {
	(
		Fungibles::total_balance(asset, who),
		Fungibles::total_balance_on_hold(asset, who),
	)
}

/// What somebody has gained since the start; less than nothing if he has lost.
pub(crate) fn gain(who: &AccountId) -> i128 {
	money(who).0 as i128 - ENDOWMENT as i128
}

/// Ends a block in which there is room for everything.
pub(crate) fn idle() {
	<Escrow as Hooks<u64>>::on_idle(System::block_number(), Weight::MAX);
}

/// Starts a block with a timestamp of `millis` after [`START`].
pub(crate) fn at(millis: u64) {
	System::set_block_number(System::block_number() + 1);
	Timestamp::set_timestamp(START + millis);
	<Escrow as OnTimestampSet<u64>>::on_timestamp_set(START + millis);
}

/// Everybody who has money at the start.
pub(crate) fn people() -> [AccountId; 4] {
	[owner(), payee(), payer(), stranger()]
}

fn rich() -> Vec<(AccountId, Balance)> {
	let people = people().into_iter().map(|who| (who, ENDOWMENT));
	people.chain([(pot(), MINIMUM)]).collect()
}

/// A world with rich people, dollars and no machine.
pub(crate) fn empty() -> sp_io::TestExternalities {
	let storage = RuntimeGenesisConfig {
		assets: pallet_assets::GenesisConfig {
			assets: vec![(DOLLAR_ID, issuer(), true, MINIMUM)],
			accounts: rich().into_iter().map(|(who, much)| (DOLLAR_ID, who, much)).collect(),
			..Default::default()
		},
		balances: pallet_balances::GenesisConfig {
			balances: rich(),
			..Default::default()
		},
		..Default::default()
	}
	.build_storage()
	.expect("is a genesis");
	let mut ext = sp_io::TestExternalities::from(storage);
	// For benchmarks, where signatures are made by the host.
	ext.register_extension(sp_keystore::KeystoreExt::new(
		sp_keystore::testing::MemoryKeystore::new(),
	));
	ext.execute_with(|| {
		at(0);
		assert_ok!(Escrow::list_asset(RuntimeOrigin::root(), DOLLAR));
	});
	ext
}

/// Runs `test`, then checks the invariants of all pallets and that no money came or went.
pub(crate) fn build_and_execute(test: impl FnOnce()) {
	empty().execute_with(|| {
		test();
		try_state();
	});
}

/// What must always hold, and that no money came or went.
pub(crate) fn try_state() {
	let all = people().len() as Balance * ENDOWMENT + MINIMUM;
	assert_eq!(pallet_balances::TotalIssuance::<Test>::get(), all, "invariant 2");
	assert_eq!(Assets::total_supply(DOLLAR_ID), all, "invariant 2");
	Machines::do_try_state().expect("machines");
	Escrow::do_try_state().expect("escrow");
	Suppliers::do_try_state().expect("suppliers");
	Channels::do_try_state().expect("channels");
}
