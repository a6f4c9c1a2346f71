//! What joins the two pallets to the others.

use crate::{readings, world::*};
use bpiiot_primitives::{
	AgreementRef, Agreements, AssetKind, AtRisk, ChallengeId, Expiry, JobId, OpenEscrows, OpenWork, PurchaseOrderId,
	ServiceOrderId,
};
use bpiiot_runtime::{
	configs::{
		agreements::AllAgreements,
		bpiiot::SponsoredCalls,
		money::deposit,
		upkeep::{
			AnchorDeposit, CareDeposit, CertificateDeposit, ChallengeDeposit, RuleDeposit, SeriesDeposit,
			ServiceOfferDeposit, ServiceOrderDeposit, TicketDeposit,
		},
	},
	AllPalletsWithSystem, Balance, Runtime, RuntimeCall, Telemetry,
};
use frame_support::{
	assert_noop,
	traits::{Contains, GetCallName, StorageInfoTrait},
};
use pallet_diagnostics::{Call, OrderState, CERTIFICATES, OFFERS, RULES};
use pallet_suppliers::Stars;

#[test]
fn an_order_and_a_challenge_are_looked_for_where_they_are_of_and_nowhere_else() {
	story(|| {
		let id = a_press_asks_for_help();
		let indexed_at = record(id).indexed_at;
		let number = id.0;
		for other in [
			AgreementRef::Job(JobId(number)),
			AgreementRef::Order(PurchaseOrderId(number)),
			AgreementRef::Challenge(ChallengeId(number)),
		] {
			assert_eq!(AllAgreements::expire(other, indexed_at), Ok(Expiry::Stale));
			let stars = Stars::One;
			let agreement = other;
			assert!(by(OWNER, pallet_suppliers::Call::rate { agreement, stars }).is_err());
			assert!(AllAgreements::resolve(other, Default::default()).is_err());
		}
		assert_eq!(
			AllAgreements::expire(AgreementRef::Ticket(ServiceOrderId(1)), indexed_at),
			Ok(Expiry::Stale)
		);
		assert_eq!(record(id).state, OrderState::Assigned);
		assert_eq!(AllAgreements::all().len(), 1);
	});
}

#[test]
fn a_machine_that_is_challenged_is_not_decommissioned() {
	story(|| {
		let machine = press();
		assert!(!AllAgreements::has_open_work(&machine));
		measures(&[GOOD]);
		a_press_asks_for_help();
		let challenge = pallet_telemetry::Call::challenge {
			machine,
			batch: 1,
			first: 0,
			count: 1,
			window: DAY,
		};
		act(MAINTAINER, challenge);
		assert!(AllAgreements::has_open_work(&machine));
		assert_noop!(
			by(OWNER, pallet_machines::Call::decommission { machine }),
			pallet_machines::Error::<Runtime>::WorkOpen
		);
		let who = account(MAINTAINER);
		let native = AssetKind::Native;
		let all: Balance = <Runtime as pallet_machines::Config>::AtRisk::at_risk(&who, &native);
		assert_eq!(all, ChallengeDeposit::get() + record(order()).bond());
		let asked: Balance = Telemetry::at_risk(&who, &native);
		assert_eq!(asked, ChallengeDeposit::get());
	});
}

/// What an owner pays for his machine's key, and what he decides himself.
#[test]
fn an_owner_pays_for_what_his_machine_shows_and_has_mended() {
	story(|| {
		let machine = press();
		let (order, proof, reason) = (ServiceOrderId(1), Default::default(), Default::default());
		let batch = {
			let measured = readings::measured(machine, &[(now(), GOOD)]);
			readings::sealed(machine, &measured)
		};
		let proven = bpiiot_seal::Proof {
			batch: 1,
			first: 0,
			readings: vec![],
			path: vec![],
		};
		for (call, pays) in [
			(RuntimeCall::from(pallet_telemetry::Call::anchor { batch }), true),
			(
				pallet_telemetry::Call::prune {
					machine,
					count: 1,
					keep_room: true,
				}
				.into(),
				true,
			),
			(
				pallet_telemetry::Call::produce {
					challenge: ChallengeId(1),
					proof: proven,
				}
				.into(),
				true,
			),
			(pallet_telemetry::Call::set_room { machine, room: 1 }.into(), false),
			(
				pallet_telemetry::Call::expire {
					challenge: ChallengeId(1),
				}
				.into(),
				false,
			),
			(Call::submit_reading { order, proof }.into(), true),
			(Call::give_up { order, reason }.into(), true),
			(Call::enrol { machine, room: 1 }.into(), false),
			(Call::discharge { machine }.into(), false),
		] {
			let name = match &call {
				RuntimeCall::Telemetry(call) => call.get_call_name(),
				RuntimeCall::Diagnostics(call) => call.get_call_name(),
				_ => "another",
			};
			assert_eq!(SponsoredCalls::contains(&call), pays, "{name}");
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
	let deadline = ("Escrow", "Deadlines");
	let many = |deposit: Balance, count: u32| deposit * Balance::from(count);
	// Rules, offers and certificates stand in the records of others, and are written by themselves.
	for (paid, more, entries) in [
		(SeriesDeposit::get(), 0, vec![("Telemetry", "AllSeries")]),
		(AnchorDeposit::get(), 0, vec![("Telemetry", "Anchors")]),
		(
			ChallengeDeposit::get(),
			0,
			vec![("Telemetry", "Challenges"), ("Telemetry", "Citations"), deadline],
		),
		(
			CareDeposit::get() + many(RuleDeposit::get(), RULES),
			RULES,
			vec![("Diagnostics", "Cares"), ("Diagnostics", "Healths")],
		),
		(
			TicketDeposit::get() + many(ServiceOfferDeposit::get(), OFFERS),
			OFFERS,
			vec![("Diagnostics", "Tickets")],
		),
		(
			ServiceOrderDeposit::get(),
			0,
			vec![("Diagnostics", "Orders"), ("Diagnostics", "OrdersOf"), deadline],
		),
	] {
		let items = entries.len() as u32 + more;
		let bytes = entries.iter().map(|(pallet, entry)| largest(pallet, entry)).sum();
		let least = deposit(items, bytes);
		assert!(
			least <= paid && paid <= deposit(items, bytes + bytes / 5),
			"{entries:?}: {items} items of {bytes} bytes"
		);
	}
	// Each certificate may be the only one of its sensor.
	let sensor = largest("Diagnostics", "Sensors");
	assert!(deposit(1, sensor) <= many(CertificateDeposit::get(), CERTIFICATES));
}
