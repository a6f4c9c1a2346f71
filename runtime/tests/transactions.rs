//! What a signed transaction carries, and where its fee goes.

mod common;

use bpiiot_runtime::{
	genesis_config_presets::{account_of, DEVELOPMENT, ENDOWMENT},
	Balances, CollatorSelection, Executive, Header, Runtime, RuntimeCall, System, TxExtension, UncheckedExtrinsic, BPI,
	MILLI_BPI, SLOT_DURATION,
};
use codec::Encode;
use common::genesis;
use sp_consensus_aura::{digests::CompatibleDigestItem, sr25519::AuthoritySignature, Slot};
use sp_core::{crypto::Pair, sr25519};
use sp_runtime::{
	generic::{Digest, DigestItem, Era, SignedPayload},
	traits::{Header as HeaderT, TransactionExtension},
	transaction_validity::{InvalidTransaction, TransactionValidityError},
	ApplyExtrinsicResult, MultiSignature,
};

/// Polkadot.js 16.5.6 (`@polkadot/types`, `extrinsic/signedExtensions`) signs by these names. It does not list the last
/// one, and then takes it to carry nothing: that is so.
#[test]
fn wallets_know_everything_that_a_transaction_carries() {
	let metadata = <TxExtension as TransactionExtension<RuntimeCall>>::metadata();
	let names: Vec<_> = metadata.iter().map(|extension| extension.identifier).collect();
	assert_eq!(
		names,
		[
			"CheckNonZeroSender",
			"CheckSpecVersion",
			"CheckTxVersion",
			"CheckGenesis",
			"CheckMortality",
			"CheckNonce",
			"CheckWeight",
			"ChargeAssetTxPayment",
			"CheckMetadataHash",
			"StorageWeightReclaim",
		]
	);
	let reclaim = metadata.last().expect("is not empty");
	assert_eq!(
		(reclaim.ty, reclaim.implicit),
		(scale_info::meta_type::<()>(), scale_info::meta_type::<()>())
	);
}

/// Starts the first block of the development chain.
fn start_block() {
	let slot = Slot::from(1_790_000_000_000 / SLOT_DURATION);
	let digest = Digest {
		logs: vec![<DigestItem as CompatibleDigestItem<AuthoritySignature>>::aura_pre_digest(slot)],
	};
	Executive::initialize_block(&Header::new(
		1,
		Default::default(),
		Default::default(),
		System::block_hash(0),
		digest,
	));
}

/// Sends `call` from `//Customer`, with a fee in `asset`.
fn send(call: RuntimeCall, asset: Option<u32>) -> ApplyExtrinsicResult {
	let signer = sr25519::Pair::from_string("//Customer", None).expect("is a derivation");
	let extension = TxExtension::new((
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		frame_system::CheckEra::from(Era::Immortal),
		frame_system::CheckNonce::from(System::account_nonce(account_of("Customer"))),
		frame_system::CheckWeight::new(),
		pallet_asset_tx_payment::ChargeAssetTxPayment::<Runtime>::from(0, asset),
		frame_metadata_hash_extension::CheckMetadataHash::new(false),
	));
	let payload = SignedPayload::new(call, extension).expect("the chain has a genesis");
	let signature = payload.using_encoded(|bytes| signer.sign(bytes));
	let (call, extension, _) = payload.deconstruct();
	Executive::apply_extrinsic(UncheckedExtrinsic::new_signed(
		call,
		account_of("Customer").into(),
		MultiSignature::Sr25519(signature),
		extension,
	))
}

/// A payment to `//Owner`.
fn payment() -> RuntimeCall {
	pallet_balances::Call::transfer_keep_alive {
		dest: account_of("Owner").into(),
		value: BPI,
	}
	.into()
}

#[test]
fn a_fee_goes_to_the_collators_and_nothing_is_lost() {
	genesis(DEVELOPMENT).execute_with(|| {
		// GIVEN a chain whose collators have earned nothing
		start_block();
		let (issued, pot) = (
			Balances::total_issuance(),
			Balances::free_balance(CollatorSelection::account_id()),
		);

		// WHEN a customer pays
		assert_eq!(send(payment(), None), Ok(Ok(())));

		// THEN the whole fee is in the collators' pot
		let fee = ENDOWMENT - BPI - Balances::free_balance(account_of("Customer"));
		assert_eq!(Balances::free_balance(CollatorSelection::account_id()) - pot, fee);
		assert_eq!(Balances::total_issuance(), issued);
		assert!((MILLI_BPI / 10..10 * MILLI_BPI).contains(&fee), "a payment costs {fee}");
	});
}

#[test]
fn fails_when_the_fee_is_to_be_paid_in_an_asset() {
	genesis(DEVELOPMENT).execute_with(|| {
		start_block();
		let refused = Err(TransactionValidityError::Invalid(InvalidTransaction::Payment));
		assert_eq!(send(payment(), Some(1)), refused);
		assert_eq!(Balances::free_balance(account_of("Customer")), ENDOWMENT);
	});
}
