//! What the relay chain has put aside arrives, or is kept until somebody claims it.

use crate::chain::{
	account, balance, buy, deposit_to, events, from_relay, issued, native, on_chain, our_token, place, pot, price,
	relay_token, transfer, trapped, weight_of, XcmAssets, ROC,
};
use bpiiot_primitives::AssetKind;
use bpiiot_runtime::{
	configs::fees::WeightToFee, AssetRate, Assets, Balance, Balances, Escrow, PolkadotXcm, Runtime, RuntimeEvent,
	RuntimeOrigin, System, RELAY_TOKEN_ASSET_ID, RELAY_TOKEN_MIN_BALANCE,
};
use frame_support::{assert_noop, assert_ok, weights::WeightToFee as _};
use sp_runtime::{traits::Zero, FixedPointNumber, FixedU128};
use xcm::{latest::prelude::*, VersionedAssetId, VersionedAssets, VersionedLocation, VersionedXcm};
use xcm_runtime_apis::fees::runtime_decl_for_xcm_payment_api::XcmPaymentApi;

/// What the relay chain's own transfer pays here.
fn fee() -> Balance {
	price(weight_of(5))
}

/// Sets what the relay chain's token is worth in ours.
fn set_rate(rate: FixedU128) {
	let asset = Box::new(AssetKind::Asset(RELAY_TOKEN_ASSET_ID));
	assert_ok!(AssetRate::create(RuntimeOrigin::root(), asset, rate));
}

#[test]
fn what_the_relay_chain_put_aside_arrives_but_for_the_fee() {
	on_chain(|| {
		// GIVEN somebody of whom this chain has never heard.
		let (stranger, ours) = (account("Stranger"), Balances::total_issuance());

		// WHEN the relay chain tells of a transfer to him.
		assert_ok!(from_relay(transfer(ROC, &stranger)));

		// THEN he has it, the collators have the fee, and there is as much here as there.
		assert_eq!((balance(&stranger), balance(&pot())), (ROC - fee(), fee()));
		assert_eq!((issued(), trapped()), (ROC, 0));
		assert_eq!((native(&stranger), Balances::total_issuance()), (0, ours));
		assert!(System::account_exists(&stranger));
		System::assert_has_event(RuntimeEvent::Assets(pallet_assets::Event::Deposited {
			asset_id: RELAY_TOKEN_ASSET_ID,
			who: stranger,
			amount: ROC - fee(),
		}));
	});
}

#[test]
fn the_fee_is_the_native_one_where_root_has_set_no_rate() {
	on_chain(|| {
		assert_eq!(fee(), WeightToFee::weight_to_fee(&weight_of(5)));
		assert!(
			(RELAY_TOKEN_MIN_BALANCE..ROC / 100).contains(&fee()),
			"a transfer costs {}",
			fee()
		);
	});
}

#[test]
fn the_fee_follows_the_rate_that_root_has_set() {
	on_chain(|| {
		let native = WeightToFee::weight_to_fee(&weight_of(5));
		set_rate(FixedU128::saturating_from_rational(2, 1));
		assert_eq!(fee(), native.div_ceil(2));
		assert_ok!(from_relay(transfer(ROC, &account("Owner"))));
		assert_eq!(balance(&account("Owner")), ROC - native.div_ceil(2));
	});
}

#[test]
fn the_first_fee_arrives_however_small_it_would_be() {
	on_chain(|| {
		set_rate(FixedU128::saturating_from_integer(1_000_000));
		assert_ok!(from_relay(transfer(ROC, &account("Owner"))));
		assert_eq!(balance(&pot()), RELAY_TOKEN_MIN_BALANCE);
	});
}

#[test]
fn nobody_can_pay_at_a_rate_of_nothing() {
	on_chain(|| {
		set_rate(FixedU128::zero());
		assert_eq!(
			from_relay(transfer(ROC, &account("Owner"))),
			Err(XcmError::TooExpensive)
		);
		assert_eq!((balance(&account("Owner")), trapped()), (0, ROC));
	});
}

#[test]
fn wallets_are_told_what_it_costs() {
	on_chain(|| {
		let relay_token = AssetId(Location::parent());
		assert_ok!(
			Runtime::query_acceptable_payment_assets(XCM_VERSION),
			vec![AssetId(Location::here()).into(), relay_token.clone().into()]
		);
		assert_ok!(
			Runtime::query_weight_to_asset_fee(weight_of(5), VersionedAssetId::from(relay_token)),
			fee()
		);
		let delivery = Runtime::query_delivery_fees(
			Location::parent().into(),
			VersionedXcm::from(Xcm::<()>(vec![ClearOrigin])),
			AssetId(Location::here()).into(),
		);
		assert!(delivery.is_ok_and(|fees| fees != VersionedAssets::from(XcmAssets::new())));
	});
}

/// The relay chain's governance has `amount` out of the trap, for somebody.
fn governance_claims(amount: Balance, to: &str) -> Result<(), XcmError> {
	from_relay(vec![
		UnpaidExecution {
			weight_limit: Unlimited,
			check_origin: None,
		},
		ClaimAsset {
			assets: relay_token(amount).into(),
			ticket: Here.into(),
		},
		deposit_to(&account(to)),
	])
}

#[test]
fn what_does_not_cover_the_fee_is_kept_until_governance_claims_it() {
	on_chain(|| {
		// GIVEN a transfer that is one short of its fee.
		let amount = fee() - 1;
		assert_eq!(
			from_relay(transfer(amount, &account("Owner"))),
			Err(XcmError::TooExpensive)
		);
		assert_eq!((issued(), trapped(), balance(&pot())), (amount, amount, 0));

		// WHEN governance gives it to the one whom it was for.
		assert_ok!(governance_claims(amount, "Owner"));

		// THEN he has it, and there is nothing more to claim.
		assert_eq!((balance(&account("Owner")), issued(), trapped()), (amount, amount, 0));
		assert_eq!(governance_claims(amount, "Owner"), Err(XcmError::UnknownClaim));
		assert_eq!(issued(), amount);
	});
}

#[test]
fn what_is_too_little_for_an_account_is_kept_too() {
	on_chain(|| {
		// GIVEN a rest below the minimum, for somebody who has nothing yet.
		let rest = RELAY_TOKEN_MIN_BALANCE - 1;
		let wrong = from_relay(transfer(fee() + rest, &account("Owner")));
		assert_eq!(wrong, Err(XcmError::FailedToTransactAsset("")));
		assert_eq!((balance(&account("Owner")), trapped()), (0, rest));

		// WHEN it is claimed for him, THEN it stays where it is; with an account it arrives.
		assert_eq!(
			governance_claims(rest, "Owner"),
			Err(XcmError::FailedToTransactAsset(""))
		);
		assert_eq!((issued(), trapped()), (fee() + rest, rest));
		assert_ok!(from_relay(transfer(ROC, &account("Owner"))));
		assert_ok!(governance_claims(rest, "Owner"));
		assert_eq!((balance(&account("Owner")), trapped()), (ROC - fee() + rest, 0));
	});
}

#[test]
fn who_is_named_as_claimer_claims_by_a_call() {
	on_chain(|| {
		// GIVEN a transfer that names its claimer and a receiver that is no account.
		let owner = account("Owner");
		let claimer = SetHints {
			hints: vec![AssetClaimer {
				location: place(&owner),
			}]
			.try_into()
			.expect("is one"),
		};
		let mut message = transfer(ROC, &owner);
		message.insert(2, claimer);
		message[4] = DepositAsset {
			assets: Wild(AllCounted(1)),
			beneficiary: GeneralIndex(0).into(),
		};
		assert!(from_relay(message).is_err());
		let kept = trapped();
		assert!(kept > 0);

		// WHEN another one claims, or he claims more, it fails.
		let claim = |who: &str, amount| {
			PolkadotXcm::claim_assets(
				RuntimeOrigin::signed(account(who)),
				Box::new(VersionedAssets::from(XcmAssets::from(relay_token(amount)))),
				Box::new(VersionedLocation::from(place(&account("Customer")))),
			)
		};
		let unknown = || pallet_xcm::Error::<Runtime>::LocalExecutionIncompleteWithError {
			index: 0,
			error: pallet_xcm::ExecutionError::UnknownClaim,
		};
		assert_noop!(claim("Customer", kept), unknown());
		assert_noop!(claim("Owner", kept + 1), unknown());

		// THEN he gives it to whom he likes, once.
		assert_ok!(claim("Owner", kept));
		assert_eq!((balance(&account("Customer")), trapped(), issued()), (kept, 0, ROC));
		assert_noop!(claim("Owner", kept), unknown());
	});
}

/// The way of the relay chain's `InitiateTransfer`.
#[test]
fn a_message_may_pay_by_the_newer_instruction() {
	on_chain(|| {
		let mut message = transfer(ROC, &account("Owner"));
		message.swap(1, 2);
		message[1] = PayFees {
			asset: relay_token(fee()),
		};
		assert_ok!(from_relay(message));
		assert_eq!((balance(&account("Owner")), balance(&pot())), (ROC - fee(), fee()));
		assert_eq!(trapped(), 0);
	});
}

#[test]
fn what_is_bought_and_not_used_is_not_given_back() {
	on_chain(|| {
		// GIVEN a message that buys for all its instructions and stops at the third.
		let mut message = transfer(ROC, &account("Owner"));
		message.insert(3, Trap(0));
		message.push(RefundSurplus);
		let price = price(weight_of(message.len()));
		assert_eq!(from_relay(message), Err(XcmError::Trap(0)));
		assert_eq!((balance(&pot()), trapped()), (price, ROC - price));
	});
}

#[test]
fn our_token_still_pays_for_messages() {
	on_chain(|| {
		// The relay chain's account here has some, and its governance may pay like anybody.
		let parent = bpiiot_runtime::AccountId::new(*b"Parent\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
		let amount = bpiiot_runtime::BPI;
		let by = RuntimeOrigin::signed(account("Owner"));
		assert_ok!(Balances::transfer_keep_alive(by, parent.clone().into(), 2 * amount));
		assert_ok!(from_relay(vec![
			WithdrawAsset(our_token(amount).into()),
			buy(our_token(amount)),
			deposit_to(&account("Stranger")),
		]));
		assert!(native(&account("Stranger")) > amount / 2);
		assert_eq!(native(&parent), amount);
	});
}

#[test]
fn no_agreement_is_made_in_it_before_governance_lists_it() {
	on_chain(|| {
		let asset = AssetKind::Asset(RELAY_TOKEN_ASSET_ID);
		assert!(!Escrow::is_listed(asset));
		// The pot has none yet, so the smallest fee would not arrive.
		assert_noop!(
			Escrow::list_asset(RuntimeOrigin::root(), asset),
			pallet_escrow::Error::<Runtime>::NoFeeAccount
		);
		assert_ok!(from_relay(transfer(ROC, &account("Owner"))));
		assert_ok!(Escrow::list_asset(RuntimeOrigin::root(), asset));
	});
}

#[test]
fn nothing_is_told_of_traps_when_all_goes_well() {
	on_chain(|| {
		assert_ok!(from_relay(transfer(ROC, &account("Owner"))));
		assert!(events().is_empty(), "{:?}", events());
		assert_eq!(Assets::total_supply(RELAY_TOKEN_ASSET_ID), ROC);
	});
}
