//! A chain in memory: its blocks, its time, and the transactions that it is sent.

pub use crate::blocks::{account, pair, START};

use crate::{
	blocks::{header, sign},
	common::genesis,
};
use bpiiot_primitives::UnixMillis;
use bpiiot_runtime::{
	genesis_config_presets::DEVELOPMENT, Escrow, Executive, Hash, Products, Runtime, RuntimeCall, RuntimeOrigin,
	System, Timestamp,
};
use frame_support::{storage::with_transaction_unchecked, traits::Hooks, weights::Weight};
use sp_io::TestExternalities;
use sp_runtime::{traits::Dispatchable, ApplyExtrinsicResult, StateVersion, TransactionOutcome};
use std::sync::OnceLock;

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
	Executive::initialize_block(&header(parent, at));
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
	Products::on_idle(number, Weight::MAX);
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

/// A digest of all that the chain stores but for what it tells: its events.
pub fn root() -> Vec<u8> {
	with_transaction_unchecked(|| {
		System::reset_events();
		TransactionOutcome::Rollback(sp_io::storage::root(StateVersion::V1))
	})
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
	/// None, but the same transaction was sent before.
	OfUsedNonce,
}

/// Sends `call` from the account of a name, as the pool and the block see it. What is refused leaves no trace.
pub fn send(name: &str, call: RuntimeCall, signature: Signature) -> ApplyExtrinsicResult {
	let signer = match signature {
		Signature::OfOtherSigner => "Nobody",
		_ => name,
	};
	let first_block = match signature {
		Signature::OfOtherChain => Hash::repeat_byte(1),
		_ => System::block_hash(0),
	};
	let extrinsic = sign(name, call, None, signer, first_block);
	if signature == Signature::OfUsedNonce {
		let first = Executive::apply_extrinsic(extrinsic.clone());
		assert_eq!(first, Ok(Ok(())), "the first time it is done");
	}
	with_transaction_unchecked(|| match Executive::apply_extrinsic(extrinsic) {
		Ok(done) => TransactionOutcome::Commit(Ok(done)),
		Err(refused) => TransactionOutcome::Rollback(Err(refused)),
	})
}
