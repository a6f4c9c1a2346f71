//! Tools, fixtures and machines, and whose hands they are in.

use crate::{mock::*, AssetClass, AssetId, Assets, AssetsByTag, Call, Error, Event, HoldReason, Whereabouts::*};
use frame_support::{assert_noop, assert_ok, traits::fungible::InspectHold};
use sp_runtime::TokenError;

fn held(who: &AccountId) -> u128 {
	Balances::balance_on_hold(&HoldReason::Asset.into(), who)
}

fn location(asset: AssetId) -> crate::WhereaboutsOf<Test> {
	Assets::<Test>::get(asset).expect("it is there").location
}

#[test]
fn an_asset_is_registered_placed_and_retired() {
	build_and_execute(|| {
		let home = site(&OWNER);
		let asset = tool(&OWNER, "T-1", Some(home));
		System::assert_last_event(
			Event::<Test>::AssetRegistered {
				asset,
				registrant: OWNER,
				tag: text("T-1"),
				location: Site(home),
			}
			.into(),
		);
		assert_eq!(held(&OWNER), ASSET_DEPOSIT);
		let other = tool(&OWNER, "T-2", None);
		assert_eq!(location(other), Custodian(OWNER));
		assert_ok!(retire(&OWNER, asset));
		System::assert_last_event(
			Event::<Test>::AssetRetired {
				asset,
				registrant: OWNER,
				location: Site(home),
			}
			.into(),
		);
		assert_eq!(held(&OWNER), ASSET_DEPOSIT);
		assert_noop!(retire(&OWNER, asset), Error::<Test>::UnknownAsset);
		assert_noop!(retire(&STRANGER, other), Error::<Test>::NotTheOwner);
		assert_ok!(retire(&OWNER, other));
		assert_eq!(held(&OWNER), 0);
	});
}

#[test]
fn a_tag_is_one_of_a_kind_among_those_of_one_owner() {
	build_and_execute(|| {
		let home = site(&OWNER);
		tool(&OWNER, "T-1", None);
		let class = AssetClass::Fixture;
		assert_noop!(register(&OWNER, "T-1", class, None), Error::<Test>::TagTaken);
		// Nobody takes another's numbers.
		tool(&STRANGER, "T-1", None);
		for tag in ["", "T 1", "ö"] {
			assert_noop!(register(&OWNER, tag, class, None), Error::<Test>::BadTag);
		}
		let serial = text("S 1");
		let bad = Call::register_asset {
			tag: text("T-9"),
			class,
			serial,
			home: None,
		};
		assert_noop!(signed(&OWNER, bad), Error::<Test>::BadTag);
		assert_noop!(register(&PAUPER, "T-1", class, None), TokenError::FundsUnavailable);
		// Nobody puts things at another's site, or it could never be closed.
		assert_noop!(register(&STRANGER, "T-2", class, Some(home)), Error::<Test>::NotAllowed);
		assert_noop!(
			register(&OWNER, "T-2", class, Some(crate::SiteId(1))),
			Error::<Test>::UnknownSite
		);
	});
}

#[test]
fn a_handover_takes_both_sides() {
	build_and_execute(|| {
		let asset = tool(&OWNER, "T-1", None);
		assert_noop!(
			hand_over(&STRANGER, asset, Custodian(STRANGER)),
			Error::<Test>::NotTheCustodian
		);
		assert_noop!(take(&STRANGER, asset), Error::<Test>::NotHandedOver);
		assert_ok!(hand_over(&OWNER, asset, Custodian(KEEPER)));
		System::assert_last_event(
			Event::<Test>::AssetOffered {
				asset,
				from: Custodian(OWNER),
				to: Custodian(KEEPER),
				until: 60_000,
			}
			.into(),
		);
		assert_eq!(location(asset), Custodian(OWNER));
		assert_noop!(take(&STRANGER, asset), Error::<Test>::NotTheReceiver);
		assert_noop!(take(&OWNER, asset), Error::<Test>::NotTheReceiver);
		assert_noop!(
			hand_over(&OWNER, asset, Custodian(STRANGER)),
			Error::<Test>::HandoverPending
		);
		assert_ok!(take(&KEEPER, asset));
		System::assert_last_event(
			Event::<Test>::AssetMoved {
				asset,
				from: Custodian(OWNER),
				to: Custodian(KEEPER),
			}
			.into(),
		);
		assert_noop!(take(&KEEPER, asset), Error::<Test>::NotHandedOver);
		// It is the owner's all the while, and in the other's hands.
		assert_noop!(
			hand_over(&OWNER, asset, Custodian(OWNER)),
			Error::<Test>::NotTheCustodian
		);
		assert_noop!(retire(&KEEPER, asset), Error::<Test>::NotTheOwner);
		assert_ok!(hand_over(&KEEPER, asset, Custodian(OWNER)));
		assert_ok!(take(&OWNER, asset));
		assert_eq!(location(asset), Custodian(OWNER));
	});
}

#[test]
fn a_handover_is_refused_withdrawn_or_lapses() {
	build_and_execute(|| {
		let asset = tool(&OWNER, "T-1", None);
		for who in [KEEPER, OWNER] {
			assert_ok!(hand_over(&OWNER, asset, Custodian(KEEPER)));
			assert_noop!(refuse(&STRANGER, asset), Error::<Test>::NotTheReceiver);
			assert_ok!(refuse(&who, asset));
			let to = Custodian(KEEPER);
			System::assert_last_event(Event::<Test>::HandoverEnded { asset, to }.into());
			assert_noop!(refuse(&who, asset), Error::<Test>::NotHandedOver);
			assert_noop!(take(&KEEPER, asset), Error::<Test>::NotHandedOver);
		}
		assert_ok!(hand_over(&OWNER, asset, Custodian(KEEPER)));
		time_passes(60_001);
		assert_noop!(take(&KEEPER, asset), Error::<Test>::HandoverLapsed);
		assert_ok!(hand_over(&OWNER, asset, Custodian(STRANGER)));
		time_passes(60_000);
		assert_ok!(take(&STRANGER, asset));
	});
}

#[test]
fn a_handover_has_a_time_and_a_place() {
	build_and_execute(|| {
		let asset = tool(&OWNER, "T-1", None);
		let give = |to, window| signed(&OWNER, Call::hand_over { asset, to, window });
		for window in [0, MAX_HANDOVER + 1, u64::MAX] {
			assert_noop!(give(Custodian(KEEPER), window), Error::<Test>::BadWindow);
		}
		assert_noop!(give(Custodian(OWNER), 1), Error::<Test>::AlreadyThere);
		assert_noop!(give(Site(crate::SiteId(1)), 1), Error::<Test>::UnknownSite);
		assert_ok!(give(Custodian(KEEPER), MAX_HANDOVER));
		let nothing = AssetId(1);
		assert_noop!(take(&OWNER, nothing), Error::<Test>::UnknownAsset);
		assert_noop!(refuse(&OWNER, nothing), Error::<Test>::UnknownAsset);
		assert_noop!(
			hand_over(&OWNER, nothing, Custodian(KEEPER)),
			Error::<Test>::UnknownAsset
		);
	});
}

#[test]
fn a_site_takes_and_gives_by_its_keepers() {
	build_and_execute(|| {
		let (shop, store) = (site(&OWNER), site(&NEIGHBOUR));
		assert_ok!(appoint(&OWNER, shop, &[keeper(KEEPER, "i")]));
		assert_ok!(appoint(&NEIGHBOUR, store, &[keeper(STRANGER, "r")]));
		let asset = tool(&OWNER, "T-1", Some(shop));
		assert_ok!(hand_over(&KEEPER, asset, Site(store)));
		assert_noop!(take(&KEEPER, asset), Error::<Test>::NotTheReceiver);
		assert_ok!(take(&STRANGER, asset));
		assert_eq!(location(asset), Site(store));
		// Who may take in does not give out.
		assert_noop!(hand_over(&STRANGER, asset, Site(shop)), Error::<Test>::NotTheCustodian);
		assert_ok!(hand_over(&NEIGHBOUR, asset, Site(shop)));
		assert_noop!(take(&KEEPER, asset), Error::<Test>::NotTheReceiver);
		assert_ok!(take(&OWNER, asset));
	});
}

#[test]
fn who_stands_on_both_sides_need_not_ask_himself() {
	build_and_execute(|| {
		let (shop, store) = (site(&OWNER), site(&OWNER));
		let asset = tool(&OWNER, "T-1", Some(shop));
		assert_ok!(hand_over(&OWNER, asset, Site(store)));
		assert_eq!(location(asset), Site(store));
		let machine = Custodian(PRESS.account());
		assert_ok!(hand_over(&OWNER, asset, machine.clone()));
		assert_eq!(location(asset), machine);
		// The machine gives it on by itself.
		assert_ok!(hand_over(&key(PRESS), asset, Custodian(KEEPER)));
		assert_ok!(take(&KEEPER, asset));
	});
}

#[test]
fn a_machine_as_an_asset_is_its_owners_whoever_registered_it() {
	build_and_execute(|| {
		let class = AssetClass::Machine(PRESS);
		assert_noop!(register(&STRANGER, "M-1", class, None), Error::<Test>::OtherMachine);
		assert_ok!(register(&OWNER, "M-1", class, None));
		assert_noop!(register(&OWNER, "M-2", class, None), Error::<Test>::MachineTaken);
		let tag: crate::AssetTag = text("M-1");
		let asset = AssetsByTag::<Test>::get(OWNER, tag).expect("registered");
		let owner = || Inventory::asset_owner(&Assets::<Test>::get(asset).expect("there"));
		assert_eq!(owner(), OWNER);
		sold(PRESS, &STRANGER);
		assert_eq!(owner(), STRANGER);
		// Who has sold it has his deposit back; so has he if the new owner strikes it off.
		assert_noop!(retire(&KEEPER, asset), Error::<Test>::NotTheOwner);
		assert_ok!(retire(&STRANGER, asset));
		assert_eq!(held(&OWNER), 0);
		assert_ok!(register(&STRANGER, "M-1", class, None));
		sold(PRESS, &OWNER);
		let tag: crate::AssetTag = text("M-1");
		let asset = AssetsByTag::<Test>::get(STRANGER, tag).expect("registered");
		assert_ok!(retire(&STRANGER, asset));
		// A machine registers itself and its tools.
		assert_ok!(register(&key(PRESS), "M-1", class, None));
		tool(&key(PRESS), "T-1", None);
		assert_eq!(held(&PRESS.account()), 2 * ASSET_DEPOSIT);
		assert_ok!(retire(
			&OWNER,
			AssetsByTag::<Test>::iter_prefix_values(PRESS.account::<AccountId>())
				.next()
				.expect("two")
		));
	});
}
