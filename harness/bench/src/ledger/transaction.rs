//! Whole transactions, as the pool and a block have them.

use super::{done, pair};
use anyhow::{anyhow, Result};
use bpiiot_runtime::{
	genesis_config_presets::account_of, Executive, Runtime, RuntimeCall, System, TxExtension, UncheckedExtrinsic,
};
use codec::Encode;
use sp_core::Pair;
use sp_runtime::{
	generic::{Era, SignedPayload},
	traits::TransactionExtension,
	MultiSignature,
};

/// Signs a call and applies it.
pub(super) fn send(name: &str, call: RuntimeCall) -> Result<()> {
	let account = account_of(name);
	let extension = TxExtension::new((
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(Era::Immortal),
		frame_system::CheckNonce::from(System::account_nonce(&account)),
		frame_system::CheckWeight::new(),
		pallet_asset_tx_payment::ChargeAssetTxPayment::<Runtime>::from(0, None),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
	));
	let implicit = extension.implicit().map_err(|error| anyhow!("{error:?}"))?;
	let payload = SignedPayload::from_raw(call, extension, implicit);
	let signer = pair(name)?;
	let signature = MultiSignature::Sr25519(payload.using_encoded(|bytes| signer.sign(bytes)));
	let (call, extension, _) = payload.deconstruct();
	let extrinsic = UncheckedExtrinsic::new_signed(call, account.into(), signature, extension);
	match Executive::apply_extrinsic(extrinsic) {
		Ok(dispatched) => done(dispatched),
		Err(refused) => Err(anyhow!("not in the block: {refused:?}")),
	}
}
