//! A stablecoin of the asset hub comes in and goes back.

use crate::{
	chain::{
		account, from_chain, held_of, native, on_chain, our_token, place, pot, relay_token, spend_on, trapped_of,
		weight_of, XcmAssets, ROC, SIBLING,
	},
	common::genesis,
	hub::{self, DOLLAR, USDT},
};
use bpiiot_primitives::AssetKind;
use bpiiot_runtime::{
	configs::{
		fees::{TransactionByteFee, WeightToFee},
		xcm::{
			tokens::{Token, ASSET_HUB, ASSET_HUB_ASSETS},
			BaseDeliveryFee,
		},
	},
	genesis_config_presets::LOCAL_TESTNET,
	AccountId, AssetRate, Assets, Balance, Balances, Escrow, ParachainSystem, PolkadotXcm, Runtime, RuntimeCall,
	RuntimeOrigin, System, XcmpQueue, BPI,
};
use codec::{Decode, Encode};
use cumulus_primitives_core::{AggregateMessageOrigin, XcmpMessageFormat, XcmpMessageSource};
use frame_support::{assert_ok, dispatch::GetDispatchInfo, weights::WeightToFee as _};
use sp_runtime::{traits::Dispatchable, FixedPointNumber, FixedU128};
use xcm::{latest::prelude::*, VersionedAssetId, VersionedAssets, VersionedLocation, VersionedXcm};
use xcm_runtime_apis::fees::runtime_decl_for_xcm_payment_api::XcmPaymentApi;

const STABLE: Token = Token::Hub(USDT);
/// A smallest unit is a millionth of a dollar, and a dollar is worth 4 BPI here.
const PLANCK_PER_UNIT: u128 = 4 * BPI / DOLLAR;
/// The least that anybody holds of it: a cent.
const LEAST: Balance = DOLLAR / 100;

/// Root lets the stablecoin in.
fn let_in() {
	let nobody = PolkadotXcm::check_account();
	assert_ok!(Assets::force_create(
		RuntimeOrigin::root(),
		STABLE.number(),
		nobody.into(),
		true,
		LEAST
	));
}

/// Root says what it is worth.
fn rate() {
	let asset = Box::new(AssetKind::Asset(STABLE.number()));
	let rate = FixedU128::saturating_from_integer(PLANCK_PER_UNIT);
	assert_ok!(AssetRate::create(RuntimeOrigin::root(), asset, rate));
}

/// A chain with an open channel to the hub, where the stablecoin is let in and has a rate.
fn with_stablecoin(test: impl FnOnce()) {
	on_chain(|| {
		ParachainSystem::open_outbound_hrmp_channel_for_benchmarks_or_tests(ASSET_HUB.into());
		let_in();
		rate();
		test();
		let_go();
	});
}

/// Every one of it is somewhere, with somebody or in the trap.
fn let_go() {
	assert_eq!(
		issued(),
		held_of(STABLE) + trapped_of(STABLE),
		"stablecoins are lost, or come from nowhere"
	);
}

fn issued() -> Balance {
	Assets::total_supply(STABLE.number())
}

fn balance(who: &AccountId) -> Balance {
	Assets::balance(STABLE.number(), who)
}

/// So much of it, as this chain names it.
fn stable(amount: Balance) -> Asset {
	(STABLE.name(), amount).into()
}

/// What a transfer of the hub pays here.
fn fee() -> Balance {
	WeightToFee::weight_to_fee(&weight_of(5))
		.div_ceil(PLANCK_PER_UNIT)
		.max(LEAST)
}

/// A message of the hub.
fn from_hub(message: Xcm<()>) -> Result<(), XcmError> {
	let message = Xcm::<RuntimeCall>::from(message);
	from_chain(AggregateMessageOrigin::Sibling(ASSET_HUB.into()), message.0)
}

/// The hub says of itself that it has put this aside for `//Owner`.
fn hub_says(asset: Asset) -> Result<(), XcmError> {
	from_chain(
		AggregateMessageOrigin::Sibling(ASSET_HUB.into()),
		spend_on(ReserveAssetDeposited(asset.clone().into()), asset, &account("Owner")),
	)
}

/// The messages that wait for the hub.
fn to_hub() -> Vec<Xcm<()>> {
	let pages = XcmpQueue::take_outbound_messages(8, &[]);
	pages.iter().fold(Vec::new(), |mut messages, (to, page)| {
		assert_eq!(*to, ASSET_HUB.into());
		let mut rest = page.as_slice();
		let format = XcmpMessageFormat::decode(&mut rest).expect("a page says what it holds");
		assert_eq!(format, XcmpMessageFormat::ConcatenatedVersionedXcm);
		while !rest.is_empty() {
			let message = VersionedXcm::<()>::decode(&mut rest).expect("is a message");
			messages.push(message.try_into().expect("is of a version that is known"));
		}
		messages
	})
}

/// Sends so much to `//Carrier` at the hub.
fn send(amount: Balance, dest: Location) -> RuntimeCall {
	pallet_xcm::Call::limited_reserve_transfer_assets {
		dest: Box::new(VersionedLocation::from(dest)),
		beneficiary: Box::new(VersionedLocation::from(place(&account("Carrier")))),
		assets: Box::new(VersionedAssets::from(XcmAssets::from(stable(amount)))),
		fee_asset_item: 0,
		weight_limit: Unlimited,
	}
	.into()
}

fn hub() -> Location {
	Location::new(1, [Parachain(ASSET_HUB)])
}

fn by_owner(call: RuntimeCall) -> Result<(), sp_runtime::DispatchError> {
	let done = call.dispatch(RuntimeOrigin::signed(account("Owner")));
	done.map(|_| ()).map_err(|failed| failed.error)
}

#[test]
fn it_comes_from_the_hub_and_goes_back_and_the_reserve_is_what_is_here() {
	// GIVEN somebody who has a thousand dollars at the hub.
	let (owner, carrier) = (account("Owner"), account("Carrier"));
	let mut there = hub::with(&owner, 1_000 * DOLLAR);
	with_stablecoin(|| {
		// WHEN he sends a hundred here.
		let told = there.execute_with(|| hub::sends(&owner, &owner, 100 * DOLLAR));
		assert_ok!(from_hub(told));

		// THEN he has them but for the fee, which the collators have, and the hub keeps as much for us.
		assert_eq!((balance(&owner), balance(&pot())), (100 * DOLLAR - fee(), fee()));
		let kept = there.execute_with(|| (hub::balance(&owner), hub::kept_for_us()));
		assert_eq!((kept, issued()), ((900 * DOLLAR, 100 * DOLLAR), 100 * DOLLAR));

		// WHEN he sends half of them back, to somebody else.
		let (ours, collators) = (native(&owner), native(&pot()));
		assert_ok!(by_owner(send(50 * DOLLAR, hub())));

		// THEN they are gone here, and he has paid the collators for the message, in our token.
		assert_eq!((balance(&owner), issued()), (50 * DOLLAR - fee(), 50 * DOLLAR));
		let sent = to_hub();
		let [message] = sent.as_slice() else {
			panic!("one message, not {sent:?}");
		};
		let price = BaseDeliveryFee::get() + message.encoded_size() as Balance * TransactionByteFee::get();
		assert_eq!((ours - native(&owner), native(&pot()) - collators), (price, price));

		// AND the other has them at the hub, but for what the hub takes.
		there.execute_with(|| {
			assert_ok!(hub::receives(message.clone()).ensure_complete());
			let arrived = hub::balance(&carrier);
			assert!((49 * DOLLAR..50 * DOLLAR).contains(&arrived), "{arrived}");
			assert_eq!(hub::kept_for_us(), 50 * DOLLAR);
		});
	});
}

#[test]
fn orders_can_be_paid_in_it_once_governance_lists_it() {
	with_stablecoin(|| {
		let asset = AssetKind::Asset(STABLE.number());
		assert!(
			Escrow::list_asset(RuntimeOrigin::root(), asset).is_err(),
			"the pot has none"
		);
		assert_ok!(hub_says(stable(DOLLAR)));
		assert_ok!(Escrow::list_asset(RuntimeOrigin::root(), asset));
	});
}

#[test]
fn wallets_are_told_what_it_costs() {
	with_stablecoin(|| {
		let named = VersionedAssetId::from(AssetId(STABLE.name()));
		let accepted = Runtime::query_acceptable_payment_assets(XCM_VERSION).expect("are known");
		assert!(accepted.contains(&named), "{accepted:?}");
		assert_ok!(Runtime::query_weight_to_asset_fee(weight_of(5), named), fee());
	});
}

#[test]
fn what_root_has_not_let_in_is_not_minted_and_stays_at_the_hub() {
	let owner = account("Owner");
	let mut there = hub::with(&owner, 1_000 * DOLLAR);
	on_chain(|| {
		let told = there.execute_with(|| hub::sends(&owner, &owner, 100 * DOLLAR));
		assert_eq!(from_hub(told), Err(XcmError::AssetNotFound));
		assert_eq!((issued(), trapped_of(STABLE)), (0, 0));
	});
	assert_eq!(there.execute_with(hub::kept_for_us), 100 * DOLLAR);
}

#[test]
fn without_a_rate_it_buys_nothing_and_is_kept_until_it_has_one() {
	on_chain(|| {
		let_in();
		assert_eq!(hub_says(stable(DOLLAR)), Err(XcmError::TooExpensive));
		assert_eq!((issued(), trapped_of(STABLE)), (DOLLAR, DOLLAR));
		rate();
		let claim = ClaimAsset {
			assets: stable(DOLLAR).into(),
			ticket: Here.into(),
		};
		let message = spend_on(claim, stable(DOLLAR), &account("Owner"));
		assert_ok!(from_chain(AggregateMessageOrigin::Sibling(ASSET_HUB.into()), message));
		assert!(balance(&account("Owner")) > DOLLAR / 2);
		let_go();
	});
}

#[test]
fn nobody_but_the_hub_puts_it_aside_and_the_hub_nothing_else() {
	with_stablecoin(|| {
		let put_aside = || {
			spend_on(
				ReserveAssetDeposited(stable(DOLLAR).into()),
				stable(DOLLAR),
				&account("Owner"),
			)
		};
		for other in [
			AggregateMessageOrigin::Parent,
			AggregateMessageOrigin::Sibling(SIBLING.into()),
		] {
			assert_eq!(from_chain(other, put_aside()), Err(XcmError::UntrustedReserveLocation));
		}
		// A user of the hub is not the hub.
		let mut of_a_user = put_aside();
		of_a_user.insert(0, DescendOrigin(place(&account("Owner")).interior().clone()));
		assert_eq!(
			from_chain(AggregateMessageOrigin::Sibling(ASSET_HUB.into()), of_a_user),
			Err(XcmError::UntrustedReserveLocation)
		);
		for asset in [relay_token(ROC), our_token(BPI)] {
			assert_eq!(hub_says(asset), Err(XcmError::UntrustedReserveLocation));
		}
		assert_eq!(issued(), 0);
	});
}

/// Names that look like the stablecoin's are not it.
#[test]
fn its_name_is_this_one_only() {
	let name = |parents, junctions: &[Junction]| {
		let mut location = Location::new(parents, Here);
		junctions
			.iter()
			.for_each(|junction| location.push_interior(*junction).expect("is short"));
		location
	};
	let (chain, pallet, index) = (
		Parachain(ASSET_HUB),
		PalletInstance(ASSET_HUB_ASSETS),
		GeneralIndex(USDT.into()),
	);
	assert_eq!(Token::named(&name(1, &[chain, pallet, index])), Some(STABLE));
	for other in [
		name(0, &[chain, pallet, index]),
		name(2, &[chain, pallet, index]),
		name(1, &[Parachain(SIBLING), pallet, index]),
		name(1, &[chain, PalletInstance(53), index]),
		name(1, &[chain, pallet]),
		name(1, &[chain, pallet, index, index]),
		name(1, &[chain, pallet, PalletInstance(1)]),
		// These would be the relay chain's token here, and beyond.
		name(1, &[chain, pallet, GeneralIndex((1 << 31) - 1)]),
		name(1, &[chain, pallet, GeneralIndex(1 << 32)]),
		name(1, &[chain, pallet, GeneralIndex(u128::MAX)]),
	] {
		assert_eq!(Token::named(&other), None, "{other:?}");
		with_stablecoin(|| {
			let asset = Asset {
				id: AssetId(other),
				fun: Fungible(DOLLAR),
			};
			assert_eq!(hub_says(asset), Err(XcmError::UntrustedReserveLocation));
		});
	}
}

#[test]
fn names_and_numbers_agree() {
	for token in [Token::Relay, Token::Hub(0), STABLE, Token::Hub((1 << 31) - 2)] {
		assert_eq!(Token::named(&token.name()), Some(token));
		assert_eq!(Token::numbered(token.number()), Some(token));
	}
	for ours in [0, 1984, (1 << 31) - 1] {
		assert_eq!(Token::numbered(ours), None);
	}
}

#[test]
fn it_goes_to_no_third_chain() {
	with_stablecoin(|| {
		assert_ok!(hub_says(stable(DOLLAR)));
		let had = balance(&account("Owner"));
		for dest in [
			Location::parent(),
			Location::new(1, [Parachain(SIBLING)]),
			Location::here(),
		] {
			assert!(by_owner(send(had / 2, dest)).is_err());
		}
		assert_eq!(balance(&account("Owner")), had);
		assert!(to_hub().is_empty());
	});
}

#[test]
fn nothing_goes_while_there_is_no_channel() {
	on_chain(|| {
		let_in();
		rate();
		assert_ok!(hub_says(stable(DOLLAR)));
		let (had, ours) = (balance(&account("Owner")), Balances::total_issuance());
		assert!(by_owner(send(had / 2, hub())).is_err());
		assert_eq!((balance(&account("Owner")), Balances::total_issuance()), (had, ours));
		let_go();
	});
}

#[test]
fn the_weight_of_a_call_covers_what_it_reads() {
	let mut chain = genesis(LOCAL_TESTNET);
	chain.execute_with(|| {
		System::set_block_number(1);
		ParachainSystem::open_outbound_hrmp_channel_for_benchmarks_or_tests(ASSET_HUB.into());
		let_in();
		rate();
		assert_ok!(hub_says(stable(DOLLAR)));
	});
	chain.commit_all().expect("is committed");
	let call = send(DOLLAR / 2, hub());
	let weight = call.get_dispatch_info().call_weight;
	let (done, proof) = chain.execute_and_prove(|| by_owner(call));
	assert_ok!(done);
	let read = proof.encoded_size() as u64;
	assert!(read <= weight.proof_size(), "{read} bytes of {weight:?}");
}
