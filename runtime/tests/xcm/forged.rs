//! Messages that say what is not so. None of them makes a token, of the relay chain's or of ours.

use crate::chain::{
	account, balance, buy, deposit_to, from_relay, from_sibling, issued, native, on_chain, our_token, price,
	relay_token, spend_on, to_relay, transfer, trapped, weight_of, XcmAssets, ROC, SIBLING,
};
use bpiiot_runtime::{
	configs::xcm::{LocationToAccountId, MaxAssetsIntoHolding, MaxInstructions},
	AccountId, Balances, RuntimeCall, RuntimeOrigin, BPI, RELAY_TOKEN_ASSET_ID,
};
use codec::Encode;
use frame_support::assert_ok;
use xcm::{
	latest::{prelude::*, AssetTransferFilter},
	VersionedXcm,
};
use xcm_executor::traits::ConvertLocation;

type Message = Vec<Instruction<RuntimeCall>>;

/// A message that begins so and spends what came of it.
fn spending(first: Instruction<RuntimeCall>, asset: Asset) -> Message {
	spend_on(first, asset, &account("Owner"))
}

fn put_aside(asset: Asset) -> Message {
	spending(ReserveAssetDeposited(asset.clone().into()), asset)
}

fn teleported(asset: Asset) -> Message {
	spending(ReceiveTeleportedAsset(asset.clone().into()), asset)
}

fn withdrawn(asset: Asset) -> Message {
	spending(WithdrawAsset(asset.clone().into()), asset)
}

/// The account here of the chain beside ours.
fn sibling() -> AccountId {
	LocationToAccountId::convert_location(&Location::new(1, [Parachain(SIBLING)])).expect("has an account")
}

/// `message` fails, and there are as many tokens as before, each where it was.
fn fails(receive: fn(Message) -> Result<(), XcmError>, message: Message, why: XcmError) {
	on_chain(|| {
		let tokens = || (issued(), trapped(), Balances::total_issuance());
		let (before, owner) = (tokens(), native(&account("Owner")));
		assert_eq!(receive(message.clone()), Err(why), "{message:?}");
		assert_eq!(tokens(), before, "{message:?}");
		assert_eq!(
			(balance(&account("Owner")), native(&account("Owner"))),
			(0, owner),
			"{message:?}"
		);
		assert!(to_relay().is_empty(), "{message:?}");
	});
}

#[test]
fn nobody_but_the_relay_chain_puts_its_token_aside() {
	fails(
		from_sibling,
		put_aside(relay_token(ROC)),
		XcmError::UntrustedReserveLocation,
	);
}

#[test]
fn a_user_of_the_relay_chain_is_not_the_relay_chain() {
	let user = DescendOrigin(
		[AccountId32 {
			network: None,
			id: [1; 32],
		}]
		.into(),
	);
	let message = [vec![user], put_aside(relay_token(ROC))].concat();
	fails(from_relay, message, XcmError::UntrustedReserveLocation);
}

#[test]
fn nobody_else_passes_for_the_relay_chain() {
	for disguise in [
		UniversalOrigin(GlobalConsensus(NetworkId::Polkadot)),
		AliasOrigin(Location::parent()),
	] {
		let mut message = put_aside(relay_token(ROC));
		message.insert(0, disguise.clone());
		on_chain(|| {
			assert!(from_sibling(message).is_err(), "{disguise:?}");
			assert_eq!(issued(), 0);
		});
	}
}

#[test]
fn nobody_puts_another_token_aside() {
	let own = |chain| Asset::from((Location::new(1, [Parachain(chain)]), ROC));
	let unique = Asset {
		id: AssetId(Location::parent()),
		fun: NonFungible(Index(1)),
	};
	for (receive, asset) in [
		(from_sibling as fn(Message) -> _, own(SIBLING)),
		(from_sibling, our_token(BPI)),
		(from_relay, own(SIBLING)),
		(from_relay, our_token(BPI)),
		(from_relay, unique),
	] {
		fails(receive, put_aside(asset), XcmError::UntrustedReserveLocation);
	}
}

#[test]
fn nobody_teleports_anything_in() {
	for receive in [from_relay as fn(Message) -> _, from_sibling] {
		for asset in [relay_token(ROC), our_token(BPI)] {
			fails(receive, teleported(asset), XcmError::UntrustedTeleportLocation);
		}
	}
}

#[test]
fn nobody_spends_what_he_has_not() {
	let nothing = XcmError::FailedToTransactAsset("");
	for receive in [from_relay as fn(Message) -> _, from_sibling] {
		for asset in [relay_token(ROC), our_token(BPI)] {
			on_chain(|| {
				let ours = Balances::total_issuance();
				let failed = receive(withdrawn(asset)).expect_err("there is nothing");
				assert_eq!(core::mem::discriminant(&failed), core::mem::discriminant(&nothing));
				assert_eq!((issued(), Balances::total_issuance()), (0, ours));
			});
		}
	}
}

#[test]
fn nobody_claims_what_was_never_kept() {
	for receive in [from_relay as fn(Message) -> _, from_sibling] {
		for asset in [relay_token(ROC), our_token(BPI)] {
			let claim = ClaimAsset {
				assets: asset.clone().into(),
				ticket: Here.into(),
			};
			fails(receive, spending(claim, asset), XcmError::UnknownClaim);
		}
	}
}

#[test]
fn a_sibling_claims_nothing_of_the_relay_chains() {
	on_chain(|| {
		let kept = price(weight_of(5)) - 1;
		assert!(from_relay(transfer(kept, &account("Owner"))).is_err());
		let claim = ClaimAsset {
			assets: relay_token(kept).into(),
			ticket: Here.into(),
		};
		let message = spending(claim, relay_token(kept));
		assert_eq!(from_sibling(message), Err(XcmError::UnknownClaim));
		assert_eq!((trapped(), issued()), (kept, kept));
	});
}

#[test]
fn nothing_is_no_amount() {
	fails(from_relay, put_aside(relay_token(0)), XcmError::FailedToDecode);
}

#[test]
fn only_the_relay_chains_governance_pays_nothing() {
	let unpaid = vec![
		ReserveAssetDeposited(relay_token(ROC).into()),
		deposit_to(&account("Owner")),
	];
	fails(from_relay, unpaid.clone(), XcmError::Barrier);
	fails(from_sibling, unpaid.clone(), XcmError::Barrier);
	let asks = UnpaidExecution {
		weight_limit: Unlimited,
		check_origin: None,
	};
	let mut of_a_user = unpaid.clone();
	of_a_user.insert(1, ClearOrigin);
	of_a_user.insert(2, asks.clone());
	fails(from_relay, of_a_user, XcmError::Barrier);
	let mut of_a_sibling = unpaid;
	of_a_sibling.insert(1, asks);
	fails(from_sibling, of_a_sibling, XcmError::Barrier);
}

#[test]
fn no_message_sends_assets_on_to_another_chain() {
	let (to, assets) = (Location::new(1, [Parachain(SIBLING)]), || Wild(AllCounted(1)));
	let on = |dest: Location| -> Vec<Instruction<RuntimeCall>> {
		vec![
			TransferReserveAsset {
				assets: our_token(BPI).into(),
				dest: dest.clone(),
				xcm: Xcm(vec![]),
			},
			DepositReserveAsset {
				assets: assets(),
				dest: dest.clone(),
				xcm: Xcm(vec![]),
			},
			InitiateReserveWithdraw {
				assets: assets(),
				reserve: dest.clone(),
				xcm: Xcm(vec![]),
			},
			InitiateTeleport {
				assets: assets(),
				dest: dest.clone(),
				xcm: Xcm(vec![]),
			},
			InitiateTransfer {
				destination: dest,
				remote_fees: Some(AssetTransferFilter::ReserveWithdraw(assets())),
				preserve_origin: false,
				assets: Default::default(),
				remote_xcm: Xcm(vec![]),
			},
		]
	};
	for instruction in [on(Location::parent()), on(to)].concat() {
		let hidden = SetAppendix(Xcm(vec![SetErrorHandler(Xcm(vec![instruction.clone()]))]));
		for instruction in [instruction, hidden] {
			let mut message = transfer(ROC, &account("Owner"));
			message.insert(3, instruction);
			fails(from_relay, message.clone(), XcmError::Barrier);
			fails(from_sibling, message, XcmError::Barrier);
		}
	}
}

#[test]
fn a_sibling_acts_for_nobody_but_itself() {
	let mint = || {
		pallet_assets::Call::mint {
			id: RELAY_TOKEN_ASSET_ID,
			beneficiary: account("Owner").into(),
			amount: ROC,
		}
		.into()
	};
	let take_over = || {
		pallet_assets::Call::force_asset_status {
			id: RELAY_TOKEN_ASSET_ID,
			owner: sibling().into(),
			issuer: sibling().into(),
			admin: sibling().into(),
			freezer: sibling().into(),
			min_balance: 1,
			is_sufficient: true,
			is_frozen: false,
		}
		.into()
	};
	let send_back = || {
		pallet_xcm::Call::send {
			dest: Box::new(Location::parent().into()),
			message: Box::new(VersionedXcm::from(Xcm::<()>(vec![WithdrawAsset((Here, ROC).into())]))),
		}
		.into()
	};
	let transact = |origin_kind, call: RuntimeCall| Transact {
		origin_kind,
		fallback_max_weight: None,
		call: call.encode().into(),
	};
	let calls: [fn() -> RuntimeCall; 3] = [mint, take_over, send_back];
	for call in calls {
		for kind in [
			OriginKind::Native,
			OriginKind::SovereignAccount,
			OriginKind::Superuser,
			OriginKind::Xcm,
		] {
			on_chain(|| {
				// GIVEN a sibling that can pay.
				let by = RuntimeOrigin::signed(account("Owner"));
				assert_ok!(Balances::transfer_keep_alive(by, sibling().into(), 10 * BPI));
				let owner = pallet_assets::Asset::<bpiiot_runtime::Runtime>::get(RELAY_TOKEN_ASSET_ID);

				// WHEN it makes a call in one way or another, THEN that comes to nothing.
				from_sibling(vec![
					WithdrawAsset(our_token(9 * BPI).into()),
					buy(our_token(9 * BPI)),
					transact(kind, call()),
					ExpectTransactStatus(MaybeErrorCode::Success),
				])
				.expect_err("is refused");
				assert_eq!(issued(), 0);
				let now = pallet_assets::Asset::<bpiiot_runtime::Runtime>::get(RELAY_TOKEN_ASSET_ID);
				assert_eq!(now, owner);
				assert!(to_relay().is_empty());
			});
		}
	}
}

#[test]
fn a_message_carries_no_more_assets_than_it_may() {
	on_chain(|| {
		// One real token, and then more kinds than fit beside it.
		let kinds = 2 * MaxAssetsIntoHolding::get();
		let many: Vec<Asset> = (0..kinds)
			.map(|number| (Location::new(1, [GeneralIndex(number.into())]), 1u128).into())
			.collect();
		let mut message = transfer(ROC, &account("Owner"));
		message.remove(1);
		message.insert(2, ReserveAssetDeposited(XcmAssets::from(many)));
		let fee = price(weight_of(5));
		assert_eq!(from_relay(message), Err(XcmError::HoldingWouldOverflow));
		assert_eq!((issued(), trapped()), (ROC, ROC - fee));
		assert_eq!(balance(&account("Owner")), 0);
	});
	// A message that begins with more than two kinds is not let in.
	let three = [
		relay_token(ROC),
		our_token(BPI),
		(Location::new(1, [GeneralIndex(0)]), 1u128).into(),
	];
	let first = ReserveAssetDeposited(XcmAssets::from(three.to_vec()));
	fails(from_relay, spending(first, relay_token(ROC)), XcmError::Barrier);
}

#[test]
fn what_comes_with_a_real_token_is_no_more_real() {
	let both = vec![relay_token(ROC), our_token(BPI)];
	let first = ReserveAssetDeposited(XcmAssets::from(both));
	fails(
		from_relay,
		spending(first, relay_token(ROC)),
		XcmError::UntrustedReserveLocation,
	);
}

#[test]
fn a_message_has_no_more_instructions_than_it_may() {
	let mut message = transfer(ROC, &account("Owner"));
	message.resize(MaxInstructions::get() as usize + 1, ClearOrigin);
	fails(from_relay, message, XcmError::FailedToDecode);
}

#[test]
fn nobody_is_paid_for_another_place() {
	on_chain(|| {
		// A receiver that is no account here: the rest is kept for whoever governs the sender.
		let mut message = transfer(ROC, &account("Owner"));
		message[3] = DepositAsset {
			assets: Wild(AllCounted(1)),
			beneficiary: Location::new(1, [Parachain(SIBLING), Parachain(1)]),
		};
		assert!(from_relay(message).is_err());
		let fee = price(weight_of(5));
		assert_eq!((issued(), trapped()), (ROC, ROC - fee));
		assert_eq!(balance(&account("Owner")), 0);
	});
}
