//! A user sends the relay chain's token back.

use crate::{
	blocks::{header, sign, START},
	chain::{
		account, balance, events, from_relay, issued, native, on_chain, place, pot, relay_token, to_relay, transfer,
		trapped, XcmAssets, ROC,
	},
	common::genesis,
};
use bpiiot_runtime::{
	configs::{fees::TransactionByteFee, xcm::BaseDeliveryFee},
	genesis_config_presets::LOCAL_TESTNET,
	Balance, Balances, Executive, ParachainSystem, PolkadotXcm, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin,
	System, RELAY_TOKEN_ASSET_ID, RELAY_TOKEN_MIN_BALANCE,
};
use codec::Encode;
use cumulus_primitives_core::UpwardMessageSender;
use frame_support::{assert_noop, assert_ok, dispatch::GetDispatchInfo, traits::Hooks};
use sp_runtime::{traits::Dispatchable, FixedPointNumber, FixedU128};
use xcm::{latest::prelude::*, VersionedAssets, VersionedLocation};

/// The three calls that send `amount` to `//Carrier` on the relay chain.
fn calls(amount: Balance) -> [RuntimeCall; 3] {
	let dest = || Box::new(VersionedLocation::from(Location::parent()));
	let beneficiary = || Box::new(VersionedLocation::from(place(&account("Carrier"))));
	let assets = || Box::new(VersionedAssets::from(XcmAssets::from(relay_token(amount))));
	let (fee_asset_item, weight_limit) = (0, Unlimited);
	[
		pallet_xcm::Call::limited_reserve_transfer_assets {
			dest: dest(),
			beneficiary: beneficiary(),
			assets: assets(),
			fee_asset_item,
			weight_limit: weight_limit.clone(),
		},
		pallet_xcm::Call::transfer_assets {
			dest: dest(),
			beneficiary: beneficiary(),
			assets: assets(),
			fee_asset_item,
			weight_limit,
		},
		pallet_xcm::Call::reserve_transfer_assets {
			dest: dest(),
			beneficiary: beneficiary(),
			assets: assets(),
			fee_asset_item,
		},
	]
	.map(Into::into)
}

/// What the relay chain reads of such a transfer, before the topic.
fn message(amount: Balance) -> Vec<Instruction<()>> {
	let amount: Asset = (Here, amount).into();
	vec![
		WithdrawAsset(amount.clone().into()),
		ClearOrigin,
		BuyExecution {
			fees: amount,
			weight_limit: Unlimited,
		},
		DepositAsset {
			assets: Wild(AllCounted(1)),
			beneficiary: place(&account("Carrier")),
		},
	]
}

/// `//Owner` has so much; the relay chain has as much in our account.
fn give(amount: Balance) -> Balance {
	assert_ok!(from_relay(transfer(amount, &account("Owner"))));
	balance(&account("Owner"))
}

fn by_owner(call: RuntimeCall) -> Result<(), sp_runtime::DispatchError> {
	let done = call.dispatch(RuntimeOrigin::signed(account("Owner")));
	done.map(|_| ()).map_err(|failed| failed.error)
}

#[test]
fn what_goes_out_is_burned_here_and_claimed_there() {
	for (place, call) in calls(ROC / 2).into_iter().enumerate() {
		on_chain(|| {
			// GIVEN an owner with tokens of the relay chain.
			let (had, ours) = (give(ROC), Balances::total_issuance());
			let (paid_by, paid_to) = (native(&account("Owner")), native(&pot()));

			// WHEN he sends half a token back.
			assert_ok!(by_owner(call));

			// THEN it is gone here, and the relay chain is told to pay it from our account.
			assert_eq!(
				(balance(&account("Owner")), issued()),
				(had - ROC / 2, ROC / 2),
				"call {place}"
			);
			assert_eq!(trapped(), 0);
			let sent = to_relay();
			assert_eq!(sent.len(), 1);
			let (topic, rest) = sent[0].0.split_last().expect("is not empty");
			assert!(matches!(topic, SetTopic(_)));
			assert_eq!(rest, message(ROC / 2));
			let told = events();
			assert!(told.iter().any(|event| matches!(
				event,
				pallet_xcm::Event::Sent { origin, destination, .. }
					if *origin == crate::chain::place(&account("Owner")) && *destination == Location::parent()
			)));

			// AND he has paid the collators for the message, in our token.
			let price = BaseDeliveryFee::get() + sent[0].encoded_size() as Balance * TransactionByteFee::get();
			assert_eq!(paid_by - native(&account("Owner")), price);
			assert_eq!(native(&pot()) - paid_to, price);
			assert_eq!(Balances::total_issuance(), ours);
		});
	}
}

#[test]
fn all_of_it_goes_back() {
	on_chain(|| {
		let had = give(ROC);
		let [call, ..] = calls(had);
		assert_ok!(by_owner(call));
		assert_eq!((balance(&account("Owner")), issued(), trapped()), (0, ROC - had, 0));
		assert!(!pallet_assets::Account::<Runtime>::contains_key(
			RELAY_TOKEN_ASSET_ID,
			account("Owner")
		));
	});
}

#[test]
fn a_transaction_does_it_and_its_fee_covers_it() {
	on_chain(|| {
		give(ROC);
		let genesis = System::block_hash(0);
		Executive::initialize_block(&header(genesis, START));
		let [call, ..] = calls(ROC / 2);
		let had = native(&account("Owner"));
		assert_eq!(
			Executive::apply_extrinsic(sign("Owner", call, None, "Owner", genesis)),
			Ok(Ok(()))
		);
		let paid = had - native(&account("Owner"));
		assert!(
			(BaseDeliveryFee::get()..10 * BaseDeliveryFee::get()).contains(&paid),
			"it costs {paid}"
		);
		assert_eq!((issued(), to_relay().len()), (ROC / 2, 1));
	});
}

/// What a block's proof grows by is what the call says, or less.
#[test]
fn the_weight_of_a_call_covers_what_it_reads() {
	for call in calls(ROC / 2) {
		let mut chain = genesis(LOCAL_TESTNET);
		chain.execute_with(|| {
			System::set_block_number(1);
			ParachainSystem::ensure_successful_delivery();
			give(ROC);
		});
		chain.commit_all().expect("is committed");
		let weight = call.get_dispatch_info().call_weight;
		let (done, proof) = chain.execute_and_prove(|| by_owner(call));
		assert_ok!(done);
		let read = proof.encoded_size() as u64;
		assert!(read <= weight.proof_size(), "{read} bytes of {weight:?}");
	}
}

#[test]
fn a_rest_that_is_too_small_is_kept_and_its_owner_claims_it() {
	on_chain(|| {
		// GIVEN an owner who leaves less than an account must hold.
		let rest = RELAY_TOKEN_MIN_BALANCE - 1;
		let sent = give(ROC) - rest;
		let [call, ..] = calls(sent);

		// WHEN he sends the others back, THEN no more than that is sent, and the rest is kept.
		assert_ok!(by_owner(call));
		assert_eq!((balance(&account("Owner")), trapped(), issued()), (0, rest, ROC - sent));
		assert_eq!(to_relay()[0].0[..4].to_vec(), message(sent));

		// AND he has it back once he has an account again.
		let claim = || {
			PolkadotXcm::claim_assets(
				RuntimeOrigin::signed(account("Owner")),
				Box::new(VersionedAssets::from(XcmAssets::from(relay_token(rest)))),
				Box::new(VersionedLocation::from(place(&account("Owner")))),
			)
		};
		let too_little = pallet_xcm::Error::<Runtime>::LocalExecutionIncompleteWithError {
			index: 1,
			error: pallet_xcm::ExecutionError::FailedToTransactAsset,
		};
		assert_noop!(claim(), too_little);
		let again = give(ROC);
		assert_ok!(claim());
		assert_eq!((balance(&account("Owner")), trapped()), (again + rest, 0));
	});
}

#[test]
fn delivery_grows_dearer_while_messages_pile_up() {
	on_chain(|| {
		give(ROC);
		let price = || {
			let had = native(&account("Owner"));
			let [call, ..] = calls(ROC / 10);
			assert_ok!(by_owner(call));
			had - native(&account("Owner"))
		};
		let usual = price();
		cumulus_pallet_parachain_system::UpwardDeliveryFeeFactor::<Runtime>::put(FixedU128::saturating_from_integer(3));
		assert_eq!(price(), 3 * usual);
	});
}

#[test]
fn fails_when_he_cannot_pay_for_the_message() {
	on_chain(|| {
		// Somebody with tokens of the relay chain and none of ours.
		let stranger = account("Stranger");
		assert_ok!(from_relay(transfer(ROC, &stranger)));
		let [call, ..] = calls(ROC / 2);
		let had = balance(&stranger);
		let failed = call
			.dispatch(RuntimeOrigin::signed(stranger.clone()))
			.expect_err("nobody pays");
		assert_eq!(failed.error, pallet_xcm::Error::<Runtime>::FeesNotMet.into());
		assert_eq!((balance(&stranger), issued(), to_relay().len()), (had, ROC, 0));
	});
}

#[test]
fn fails_when_he_has_less() {
	on_chain(|| {
		let [call, ..] = calls(give(ROC) + 1);
		let less = pallet_xcm::Error::<Runtime>::LocalExecutionIncompleteWithError {
			index: 0,
			error: pallet_xcm::ExecutionError::FailedToTransactAsset,
		};
		assert_eq!(by_owner(call), Err(less.into()));
		assert_eq!((issued(), to_relay().len()), (ROC, 0));
	});
}

#[test]
fn fails_when_it_is_nothing() {
	on_chain(|| {
		give(ROC);
		for call in calls(0) {
			assert_eq!(by_owner(call), Err(pallet_xcm::Error::<Runtime>::Empty.into()));
		}
		assert!(to_relay().is_empty());
	});
}

/// The first message makes the chain ask which version the relay chain speaks; its answer is let in, and no other.
#[test]
fn the_relay_chain_answers_which_version_it_speaks() {
	on_chain(|| {
		let answer = |query_id| {
			vec![QueryResponse {
				query_id,
				response: Response::Version(XCM_VERSION),
				max_weight: Default::default(),
				querier: Some(Here.into()),
			}]
		};
		assert_eq!(from_relay(answer(0)), Err(XcmError::Barrier));
		give(ROC);
		let [call, ..] = calls(ROC / 2);
		assert_ok!(by_owner(call));
		PolkadotXcm::on_initialize(2);
		let asked = to_relay().pop().expect("two were sent");
		let SubscribeVersion { query_id, .. } = asked.0[0] else {
			panic!("asks for {asked:?}");
		};
		assert_eq!(crate::chain::from_sibling(answer(query_id)), Err(XcmError::Barrier));
		assert_ok!(from_relay(answer(query_id)));
		System::assert_has_event(RuntimeEvent::PolkadotXcm(pallet_xcm::Event::SupportedVersionChanged {
			location: Location::parent(),
			version: XCM_VERSION,
		}));
	});
}
