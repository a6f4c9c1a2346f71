//! A chain in memory: its blocks, its time, and the transactions that it is sent.

use crate::common::genesis;
use bpiiot_primitives::UnixMillis;
use bpiiot_runtime::{
	genesis_config_presets::DEVELOPMENT, AccountId, Escrow, Executive, Hash, Header, Runtime, RuntimeCall,
	RuntimeOrigin, System, Timestamp, TxExtension, UncheckedExtrinsic, SLOT_DURATION,
};
use codec::Encode;
use frame_support::{storage::with_transaction_unchecked, traits::Hooks, weights::Weight};
use sp_consensus_aura::{digests::CompatibleDigestItem, sr25519::AuthoritySignature, Slot};
use sp_core::{crypto::Pair, sr25519};
use sp_io::TestExternalities;
use sp_runtime::{
	generic::{Digest, DigestItem, Era, SignedPayload},
	traits::{Dispatchable, Header as _, TransactionExtension},
	ApplyExtrinsicResult, MultiSignature, StateVersion, TransactionOutcome,
};
use std::{
	collections::BTreeMap,
	sync::{Mutex, OnceLock, PoisonError},
};

/// The time of the first block.
pub const START: UnixMillis = 1_790_000_000_000;
/// The longest gap between blocks in which the agreement clock does not stop.
const GAP: u64 = 60_000;

type Snapshot = (Vec<(Vec<u8>, (Vec<u8>, i32))>, Hash);

/// The development chain in its first block, of which the clock has told the time.
pub fn chain() -> TestExternalities {
	static FIRST_BLOCK: OnceLock<Snapshot> = OnceLock::new();
	let (storage, root) = FIRST_BLOCK
		.get_or_init(|| {
			let mut chain = genesis(DEVELOPMENT);
			chain.execute_with(|| start_block(System::block_hash(0), START));
			chain.commit_all().expect("nothing is left open");
			chain.into_raw_snapshot()
		})
		.clone();
	TestExternalities::from_raw_snapshot(storage, root, StateVersion::V1)
}

/// Starts the next block.
fn start_block(parent: Hash, at: UnixMillis) {
	let slot = Slot::from(at / SLOT_DURATION);
	let digest = Digest {
		logs: vec![<DigestItem as CompatibleDigestItem<AuthoritySignature>>::aura_pre_digest(slot)],
	};
	let number = System::block_number().saturating_add(1);
	Executive::initialize_block(&Header::new(number, Hash::default(), Hash::default(), parent, digest));
	let stamp = pallet_timestamp::Call::set { now: at };
	RuntimeCall::from(stamp)
		.dispatch(RuntimeOrigin::none())
		.expect("a block has a time");
}

/// Ends the block. The hooks that matter here are called by name: the parachain's own wants the relay chain's word,
/// which no block here has.
fn end_block() -> Hash {
	let number = System::block_number();
	Escrow::on_idle(number, Weight::MAX);
	<Timestamp as Hooks<_>>::on_finalize(number);
	System::note_finished_extrinsics();
	System::finalize().hash()
}

/// Lets so many milliseconds pass, in blocks that are near enough to each other for the agreement clock to run. The last
/// of them is open.
pub fn pass(millis: u64) {
	let until = pallet_timestamp::Now::<Runtime>::get().saturating_add(millis);
	while pallet_timestamp::Now::<Runtime>::get() < until {
		let next = pallet_timestamp::Now::<Runtime>::get().saturating_add(GAP).min(until);
		start_block(end_block(), next);
	}
}

/// Now, by the chain's clock.
pub fn now() -> UnixMillis {
	pallet_timestamp::Now::<Runtime>::get()
}

/// A digest of all that the chain stores.
pub fn root() -> Vec<u8> {
	sp_io::storage::root(StateVersion::V1)
}

/// The key pair of a name. Remembered, since its derivation takes longer than most of what is tried.
pub fn pair(name: &str) -> sr25519::Pair {
	static PAIRS: Mutex<BTreeMap<String, sr25519::Pair>> = Mutex::new(BTreeMap::new());
	let derive = || sr25519::Pair::from_string(&format!("//{name}"), None).expect("is a derivation");
	let mut pairs = PAIRS.lock().unwrap_or_else(PoisonError::into_inner);
	pairs.entry(name.into()).or_insert_with(derive).clone()
}

/// The account of a name.
pub fn account(name: &str) -> AccountId {
	pair(name).public().into()
}

/// What may be wrong with a transaction's signature.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signature {
	/// Nothing.
	Good,
	/// It was made for a chain with another first block.
	OfOtherChain,
	/// It is somebody else's.
	OfOtherSigner,
	/// It is over a nonce that was used already.
	OfUsedNonce,
}

/// Sends `call` from the account of a name, as the pool and the block see it. What is refused leaves no trace.
pub fn send(name: &str, call: RuntimeCall, signature: Signature) -> ApplyExtrinsicResult {
	let account = account(name);
	if signature == Signature::OfUsedNonce {
		System::inc_account_nonce(&account);
	}
	let nonce = System::account_nonce(&account).saturating_sub(u32::from(signature == Signature::OfUsedNonce));
	let extension = TxExtension::new((
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(Era::Immortal),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
		pallet_asset_tx_payment::ChargeAssetTxPayment::<Runtime>::from(0, None),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
	));
	let mut implicit = extension.implicit().expect("the chain has a genesis");
	if signature == Signature::OfOtherChain {
		implicit.3 = Hash::repeat_byte(1);
	}
	let signer = pair(if signature == Signature::OfOtherSigner {
		"Nobody"
	} else {
		name
	});
	let payload = SignedPayload::from_raw(call, extension, implicit);
	let signature = payload.using_encoded(|bytes| signer.sign(bytes));
	let (call, extension, _) = payload.deconstruct();
	let signature = MultiSignature::Sr25519(signature);
	let extrinsic = UncheckedExtrinsic::new_signed(call, account.into(), signature, extension);
	with_transaction_unchecked(|| match Executive::apply_extrinsic(extrinsic) {
		Ok(done) => TransactionOutcome::Commit(Ok(done)),
		Err(refused) => TransactionOutcome::Rollback(Err(refused)),
	})
}
