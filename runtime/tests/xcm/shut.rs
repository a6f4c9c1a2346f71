//! Calls that users may not make.

use crate::chain::{
	account, balance, buy, deposit_to, from_relay, on_chain, our_token, place, relay_token, to_relay, transfer,
	XcmAssets, ROC, SIBLING,
};
use bpiiot_runtime::{
	genesis_config_presets::{COLLATORS, NAMED_ACCOUNTS},
	AccountId, Assets, PolkadotXcm, Runtime, RuntimeCall, RuntimeOrigin, BPI, RELAY_TOKEN_ASSET_ID,
};
use frame_support::{assert_ok, traits::fungibles::roles::Inspect, weights::Weight};
use pallet_xcm::{Call, Error, ExecutionError};
use sp_runtime::{
	traits::{BadOrigin, Dispatchable},
	DispatchError, StateVersion,
};
use xcm::{latest::prelude::*, VersionedAssetId, VersionedAssets, VersionedLocation, VersionedXcm};
use xcm_executor::traits::TransferType;

/// A call of `//Owner`, who has tokens of both kinds, fails so, and leaves nothing behind.
fn fails(call: impl Into<RuntimeCall>, why: impl Into<DispatchError>) {
	let (call, why) = (call.into(), why.into());
	on_chain(|| {
		assert_ok!(from_relay(transfer(ROC, &account("Owner"))));
		let root = || sp_io::storage::root(StateVersion::V1);
		let before = root();
		let done = call.clone().dispatch(RuntimeOrigin::signed(account("Owner")));
		let failed = done.expect_err("is refused").error;
		assert_eq!(failed, why, "{call:?}");
		assert_eq!(root(), before, "{call:?}");
	});
}

fn to(place: Location) -> Box<VersionedLocation> {
	Box::new(place.into())
}

fn of(assets: Vec<Asset>) -> Box<VersionedAssets> {
	Box::new(XcmAssets::from(assets).into())
}

fn carrier() -> Box<VersionedLocation> {
	to(place(&account("Carrier")))
}

fn beside() -> Location {
	Location::new(1, [Parachain(SIBLING)])
}

/// The transfers in which the kind is found out, of these assets to there.
fn transfers(dest: Location, assets: Vec<Asset>) -> [Call<Runtime>; 3] {
	[
		Call::limited_reserve_transfer_assets {
			dest: to(dest.clone()),
			beneficiary: carrier(),
			assets: of(assets.clone()),
			fee_asset_item: 0,
			weight_limit: Unlimited,
		},
		Call::reserve_transfer_assets {
			dest: to(dest.clone()),
			beneficiary: carrier(),
			assets: of(assets.clone()),
			fee_asset_item: 0,
		},
		Call::transfer_assets {
			dest: to(dest),
			beneficiary: carrier(),
			assets: of(assets),
			fee_asset_item: 0,
			weight_limit: Unlimited,
		},
	]
}

#[test]
fn our_token_goes_nowhere() {
	for dest in [Location::parent(), beside()] {
		for call in transfers(dest, vec![our_token(BPI)]) {
			fails(call, Error::<Runtime>::Filtered);
		}
	}
	// Nor beside the relay chain's.
	for call in transfers(Location::parent(), vec![our_token(BPI), relay_token(ROC / 10)]) {
		fails(call, Error::<Runtime>::Filtered);
	}
}

#[test]
fn the_relay_chains_token_goes_to_no_third_chain() {
	let refused = || Error::<Runtime>::LocalExecutionIncompleteWithError {
		index: 0,
		error: ExecutionError::Barrier,
	};
	for dest in [beside(), Location::here()] {
		for call in transfers(dest, vec![relay_token(ROC / 10)]) {
			fails(call, refused());
		}
	}
}

#[test]
fn a_token_that_is_not_known_goes_nowhere() {
	let unknown = || vec![(Location::new(1, [Parachain(SIBLING)]), ROC).into()];
	for (place, call) in transfers(Location::parent(), unknown()).into_iter().enumerate() {
		let why = match place {
			2 => Error::<Runtime>::InvalidAssetUnknownReserve,
			_ => Error::<Runtime>::Filtered,
		};
		fails(call, why);
	}
}

#[test]
fn nothing_is_teleported() {
	for asset in [our_token(BPI), relay_token(ROC / 10)] {
		for dest in [Location::parent(), beside()] {
			fails(
				Call::limited_teleport_assets {
					dest: to(dest.clone()),
					beneficiary: carrier(),
					assets: of(vec![asset.clone()]),
					fee_asset_item: 0,
					weight_limit: Unlimited,
				},
				Error::<Runtime>::Filtered,
			);
			fails(
				Call::teleport_assets {
					dest: to(dest),
					beneficiary: carrier(),
					assets: of(vec![asset.clone()]),
					fee_asset_item: 0,
				},
				Error::<Runtime>::Filtered,
			);
		}
	}
}

#[test]
fn nobody_names_the_reserve_himself() {
	let named = |kind: TransferType| {
		let program = Xcm::<()>(vec![DepositAsset {
			assets: Wild(AllCounted(1)),
			beneficiary: place(&account("Carrier")),
		}]);
		RuntimeCall::from(Call::transfer_assets_using_type_and_then {
			dest: to(Location::parent()),
			assets: of(vec![relay_token(ROC / 10)]),
			assets_transfer_type: Box::new(kind.clone()),
			remote_fees_id: Box::new(VersionedAssetId::from(AssetId(Location::parent()))),
			fees_transfer_type: Box::new(kind),
			custom_xcm_on_dest: Box::new(VersionedXcm::from(program)),
			weight_limit: Unlimited,
		})
	};
	for kind in [
		TransferType::DestinationReserve,
		TransferType::LocalReserve,
		TransferType::Teleport,
		TransferType::RemoteReserve(Location::parent().into()),
	] {
		let filtered = frame_system::Error::<Runtime>::CallFiltered;
		fails(named(kind.clone()), filtered);
		let batch = pallet_utility::Call::batch_all {
			calls: vec![named(kind)],
		};
		fails(batch, frame_system::Error::<Runtime>::CallFiltered);
	}
}

#[test]
fn nobody_runs_or_sends_a_message_of_his_own() {
	let own = vec![
		WithdrawAsset(relay_token(ROC / 10).into()),
		buy(relay_token(ROC / 10)),
		deposit_to(&account("Carrier")),
	];
	fails(
		Call::execute {
			message: Box::new(VersionedXcm::from(Xcm(own))),
			max_weight: Weight::from_parts(u64::MAX, u64::MAX),
		},
		Error::<Runtime>::Filtered,
	);
	fails(
		Call::send {
			dest: to(Location::parent()),
			message: Box::new(VersionedXcm::from(Xcm::<()>(vec![WithdrawAsset((Here, ROC).into())]))),
		},
		BadOrigin,
	);
	fails(
		Call::add_authorized_alias {
			aliaser: to(beside()),
			expires: None,
		},
		DispatchError::Other("Disabled"),
	);
}

#[test]
fn the_chain_itself_sends_for_nothing() {
	on_chain(|| {
		// What a transfer has left on the relay chain, in our name, is root's to claim.
		let claim = Xcm::<()>(vec![ClaimAsset {
			assets: (Here, ROC).into(),
			ticket: Here.into(),
		}]);
		assert_ok!(PolkadotXcm::send(
			RuntimeOrigin::root(),
			to(Location::parent()),
			Box::new(VersionedXcm::from(claim.clone())),
		));
		assert_eq!(to_relay()[0].0[0], claim.0[0]);
	});
}

/// Its owner, issuer, admin and freezer is an account that nobody has a key for.
#[test]
fn nobody_mints_burns_or_freezes_the_relay_chains_token() {
	on_chain(|| {
		assert_ok!(from_relay(transfer(ROC, &account("Owner"))));
		let had = balance(&account("Owner"));
		let denied = Err(pallet_assets::Error::<Runtime>::NoPermission.into());
		for name in NAMED_ACCOUNTS.iter().chain(&COLLATORS) {
			let (by, id, owner) = (
				|| RuntimeOrigin::signed(account(name)),
				RELAY_TOKEN_ASSET_ID,
				account("Owner"),
			);
			assert_eq!(Assets::mint(by(), id, owner.clone().into(), ROC), denied, "{name}");
			assert_eq!(Assets::freeze(by(), id, owner.clone().into()), denied, "{name}");
			assert_eq!(Assets::freeze_asset(by(), id), denied, "{name}");
			assert_eq!(
				Assets::transfer_ownership(by(), id, owner.clone().into()),
				denied,
				"{name}"
			);
			assert!(Assets::burn(by(), id, owner.into(), ROC).is_err(), "{name}");
			assert!(Assets::start_destroy(by(), id).is_err(), "{name}");
		}
		assert_eq!(balance(&account("Owner")), had);
	});
}

/// The account is made of the name of a pallet, not of a key.
#[test]
fn the_owner_of_the_relay_chains_token_is_no_key() {
	on_chain(|| {
		let nobody = PolkadotXcm::check_account();
		let bytes: &[u8] = nobody.as_ref();
		assert_eq!(&bytes[..12], b"modlpy/xcmch");
		let roles: [fn(u32) -> Option<AccountId>; 4] = [Assets::owner, Assets::issuer, Assets::admin, Assets::freezer];
		for role in roles {
			assert_eq!(role(RELAY_TOKEN_ASSET_ID), Some(nobody.clone()));
		}
	});
}
