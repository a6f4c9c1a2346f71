//! Blocks, and the transactions in them.

use bpiiot_primitives::UnixMillis;
use bpiiot_runtime::{
	in_memory, AccountId, Hash, Header, Runtime, RuntimeCall, System, TxExtension, UncheckedExtrinsic,
};
use codec::Encode;
use sp_core::{crypto::Pair, sr25519};
use sp_runtime::{
	generic::{Era, SignedPayload},
	traits::TransactionExtension,
	MultiSignature,
};
use std::{
	collections::BTreeMap,
	sync::{Mutex, PoisonError},
};

/// The time of the first block.
pub const START: UnixMillis = 1_790_000_000_000;

/// What the next block begins with.
pub fn header(parent: Hash, at: UnixMillis) -> Header {
	in_memory::header(System::block_number().saturating_add(1), parent, at)
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

/// The next transaction of a name's account, with a fee in `asset`, signed by `signer` for the chain with this first block.
pub fn sign(name: &str, call: RuntimeCall, asset: Option<u32>, signer: &str, first_block: Hash) -> UncheckedExtrinsic {
	let account = account(name);
	let extension = TxExtension::new((
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(Era::Immortal),
		frame_system::CheckNonce::from(System::account_nonce(&account)),
		frame_system::CheckWeight::new(),
		pallet_asset_tx_payment::ChargeAssetTxPayment::<Runtime>::from(0, asset),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
	));
	let mut implicit = extension.implicit().expect("the chain has a genesis");
	implicit.3 = first_block;
	let payload = SignedPayload::from_raw(call, extension, implicit);
	let signature = payload.using_encoded(|bytes| pair(signer).sign(bytes));
	let (call, extension, _) = payload.deconstruct();
	UncheckedExtrinsic::new_signed(call, account.into(), MultiSignature::Sr25519(signature), extension)
}
