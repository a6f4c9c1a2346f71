//! What joins products and shipments to the rest: agreements, deposits, who pays for a machine's calls.

use crate::world::*;
use bpiiot_primitives::{
	AgreementRef, Agreements, AssetKind, AtRisk, Expiry, JobId, LegId, OpenEscrows, PurchaseOrderId,
};
use bpiiot_runtime::{
	configs::{
		agreements::AllAgreements,
		bpiiot::{DisputeBond, SponsoredCalls},
		money::deposit,
		trace::{
			CertificateDeposit, ContestBond, LegDeposit, PrefixDeposit, ProductDeposit, RecallBond, ShipmentDeposit,
			TouchFee,
		},
	},
	AllPalletsWithSystem, Balance, Runtime, RuntimeCall, BPI, MILLI_BPI,
};
use frame_support::{
	assert_noop,
	traits::{Contains, StorageInfoTrait},
};
use pallet_products::{Scope, ROOM_OF_LOT, ROOM_OF_MAKING, ROOM_OF_UNIT};
use pallet_shipments::ShipmentState;
use sp_core::H256;
use sp_runtime::Permill;

#[test]
fn a_shipment_is_looked_for_where_it_is_of_and_nowhere_else() {
	story(|| {
		let (one, other) = (steel_lot("A"), steel_lot("B"));
		two_pallets(&one, &other);
		let terms = terms(vec![pallet(1)], None);
		act(OWNER, pallet_shipments::Call::offer { terms });
		let id = shipment();
		let indexed_at = record(id).indexed_at;
		for other in [
			AgreementRef::Job(JobId(id.0)),
			AgreementRef::Order(PurchaseOrderId(id.0)),
			AgreementRef::Leg(LegId(id.0)),
		] {
			assert_eq!(AllAgreements::expire(other, indexed_at), Ok(Expiry::Stale));
			assert!(AllAgreements::resolve(other, Permill::zero()).is_err());
		}
		assert_eq!(record(id).state, ShipmentState::Offered);
		// Its freight for the first leg is one of the escrows that there are.
		assert_eq!(AllAgreements::all().len(), 1 + 2, "and those of two jobs");
		// Nobody agrees, and the chain ends it.
		pass(2 * HOUR);
		assert!(record(id).is_settled());
	});
}

/// What a stolen key can lose by promises is one sum, whatever they are for.
#[test]
fn the_cap_of_a_machine_counts_recalls_and_claims_too() {
	story(|| {
		let steel = steel_lot("A");
		let making = brackets(&steel, "100", "149");
		let scope = || Scope::Thing(range(bracket(), "149"));
		let reason = H256::zero();
		let recall = || pallet_products::Call::recall { scope: scope(), reason };
		let fee = bpiiot_runtime::configs::trace::RecallFee::get();
		allow(RecallBond::get() + fee - 1);
		assert_noop!(by(PRESS, recall()), pallet_machines::Error::<Runtime>::OverSpendingCap);
		allow(RecallBond::get() + fee);
		press_sends(recall());
		assert_eq!(at_risk(), RecallBond::get());
		// A bond for a job does not fit beside it.
		let machine = press();
		let terms = crate::terms::simple_terms(AssetKind::Native, 5 * BPI, BPI);
		act(OWNER, pallet_jobs::Call::publish_offer { machine, terms });
		let offer = pallet_jobs::Offers::<Runtime>::iter_keys()
			.max()
			.expect("just published");
		let call = pallet_jobs::Call::order {
			offer,
			version: 1,
			units: 1,
			max_price: 5 * BPI,
			recipe: Default::default(),
			recipe_reference: Default::default(),
			deliver_by: now() + HOUR,
			arbiter: None,
		};
		act(CUSTOMER, call);
		let job = pallet_jobs::Jobs::<Runtime>::iter_keys().max().expect("just ordered");
		assert_noop!(
			by(PRESS, pallet_jobs::Call::accept { job }),
			pallet_machines::Error::<Runtime>::OverSpendingCap
		);
		assert!(pallet_products::Makings::<Runtime>::contains_key(making));
	});
}

fn at_risk() -> Balance {
	<Runtime as pallet_machines::Config>::AtRisk::at_risk(&press().account(), &AssetKind::Native)
}

/// What an owner pays for his machine's key, and what he decides himself: above all, giving away what it has made.
#[test]
fn an_owner_pays_for_what_his_machine_makes_and_sends() {
	story(|| {
		let steel = steel_lot("A");
		let (inputs, outputs, work) = (Default::default(), Default::default(), None);
		let calls: [(RuntimeCall, bool); 6] = [
			(pallet_products::Call::make { inputs, outputs, work }.into(), true),
			(
				pallet_shipments::Call::offer {
					terms: terms(vec![steel.clone()], None),
				}
				.into(),
				true,
			),
			(deliver_with(JobId(1), &steel, "1", "2").into(), true),
			(
				pallet_products::Call::transfer {
					thing: steel,
					from: account(OWNER),
					to: account(MILL),
					quantity: 1,
				}
				.into(),
				false,
			),
			(
				pallet_products::Call::set_room {
					prefix: of_owner(),
					room: 1,
				}
				.into(),
				false,
			),
			(
				pallet_products::Call::spread {
					recall: Default::default(),
					steps: 1,
				}
				.into(),
				false,
			),
		];
		for (call, pays) in calls {
			assert_eq!(SponsoredCalls::contains(&call), pays, "{call:?}");
		}
	});
}

/// The largest size of an entry of a pallet's storage, with its key.
fn largest(pallet: &str, entry: &str) -> u32 {
	let all = AllPalletsWithSystem::storage_info();
	let found = all
		.iter()
		.find(|info| info.pallet_name == pallet.as_bytes() && info.storage_name == entry.as_bytes());
	let found = found.unwrap_or_else(|| panic!("there is no {pallet}.{entry}"));
	found
		.max_size
		.unwrap_or_else(|| panic!("{pallet}.{entry} is unbounded"))
}

#[test]
fn a_deposit_pays_for_all_that_is_stored_for_it_and_hardly_more() {
	let deadline = ("Escrow", "Deadlines", 1);
	let room = |records: u32| Balance::from(records) * ProductDeposit::get();
	for (paid, entries) in [
		(PrefixDeposit::get(), vec![("Products", "Prefixes", 1)]),
		(room(1), vec![("Products", "Items", 1)]),
		(room(1), vec![("Products", "Ranges", 1)]),
		(room(1), vec![("Products", "Tags", 1)]),
		(
			room(ROOM_OF_LOT),
			vec![("Products", "Lots", 1), ("Products", "Holdings", 1)],
		),
		(
			room(ROOM_OF_MAKING),
			vec![
				("Products", "Makings", 1),
				("Products", "Productions", 1),
				("Products", "MadeOn", 1),
			],
		),
		(room(ROOM_OF_UNIT), vec![("Products", "Units", 1)]),
		(TouchFee::get(), vec![("Products", "Holdings", 1)]),
		(
			CertificateDeposit::get(),
			vec![("Products", "Certificates", 1), ("Products", "CertificatesOf", 1)],
		),
		(
			ShipmentDeposit::get(),
			vec![("Shipments", "Shipments", 1), ("Shipments", "ShipmentsOf", 2), deadline],
		),
		(
			LegDeposit::get(),
			vec![("Shipments", "Legs", 1), ("Shipments", "ShipmentsOf", 1), deadline],
		),
	] {
		let items = entries.iter().map(|(.., count)| count).sum();
		let bytes = entries
			.iter()
			.map(|(pallet, entry, count)| largest(pallet, entry) * count)
			.sum();
		let least = deposit(items, bytes);
		assert!(
			least <= paid && paid <= deposit(items, bytes + bytes / 5),
			"{entries:?}: {items} items of {bytes} bytes"
		);
	}
	// A recall's record and its places in the lists are paid for by its bond while it lasts, and by its fee for good.
	let recall = largest("Products", "Recalls") + largest("Products", "Roots");
	assert!(deposit(2, recall) <= RecallBond::get());
	assert!(deposit(1, largest("Products", "Contests")) <= ContestBond::get());
	assert_eq!(
		(RecallBond::get(), ContestBond::get(), DisputeBond::get()),
		(10 * BPI, 2_500 * MILLI_BPI, BPI)
	);
}
