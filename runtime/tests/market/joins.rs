//! What joins the pallets: each agreement is asked of the pallet that it is of.

use crate::world::*;
use bpiiot_primitives::{
	AgreementRef, Agreements, AssetKind, AtRisk, Expiry, JobId, OpenEscrows, OpenWork, PurchaseOrderId, RequestId,
};
use bpiiot_runtime::{
	configs::{
		agreements::AllAgreements,
		bpiiot::{JobDeposit, SponsoredCalls},
		market::{
			BidDeposit, BidFee, GoodsOrderDeposit, ProfileDeposit, QuoteDeposit, RecordDeposit, RequestDeposit,
			SiteDeposit, ToolDeposit,
		},
		money::deposit,
	},
	AllPalletsWithSystem, Balance, Runtime, RuntimeCall, BPI,
};
use frame_support::{
	assert_noop,
	traits::{Contains, GetCallName, StorageInfoTrait},
};
use pallet_procurement::{Bidding, OrderState, Outcome, Wanted};
use pallet_suppliers::Stars;

#[test]
fn an_agreement_is_looked_for_where_it_is_of_and_nowhere_else() {
	story(|| {
		act(CUSTOMER, buy(quoted(), 10, None));
		let PurchaseOrderId(id) = order();
		let indexed_at = order_record(order()).indexed_at;
		pass(2 * MINUTE);
		for other in [AgreementRef::Job(JobId(id)), AgreementRef::Request(RequestId(id))] {
			assert_eq!(AllAgreements::expire(other, indexed_at), Ok(Expiry::Stale));
			let rate = pallet_suppliers::Call::rate {
				agreement: other,
				stars: Stars::One,
			};
			assert!(by(CUSTOMER, rate).is_err());
		}
		assert_eq!(order_record(order()).state, OrderState::Awaiting);
		assert_noop!(
			AllAgreements::resolve(AgreementRef::Request(RequestId(id)), Default::default()),
			pallet_procurement::Error::<Runtime>::UnknownOrder
		);
		// What does not come is ended by the chain, and the bond is the buyer's.
		let (before, _) = money(&account(CUSTOMER));
		pass(HOUR + DAY + 2 * MINUTE);
		assert_eq!(order_record(order()).state, OrderState::Settled(Outcome::NotDelivered));
		assert!(money(&account(CUSTOMER)).0 > before + BPI);
	});
}

#[test]
fn all_escrows_are_known_to_the_money() {
	story(|| {
		act(CUSTOMER, buy(quoted(), 10, None));
		ordered_work();
		assert_eq!(AllAgreements::all().len(), 2);
	});
}

#[test]
fn a_machine_that_owes_goods_or_work_is_not_decommissioned() {
	let machine = press();
	let decommission = || pallet_machines::Call::decommission { machine };
	let busy = || pallet_machines::Error::<Runtime>::WorkOpen;
	story(|| {
		assert!(!AllAgreements::has_open_work(&machine));
		act(CUSTOMER, pallet_procurement::Call::raise_request { wanted: wanted() });
		press_sends(pallet_procurement::Call::bid {
			request: request(),
			price: 10 * BPI,
			lead_time: HOUR,
		});
		pass(HOUR + 2 * MINUTE);
		assert_eq!(*order_record(order()).supplier(), machine.account());
		assert!(AllAgreements::has_open_work(&machine));
		assert_noop!(by(OWNER, decommission()), busy());
	});
	story(|| {
		ordered_work();
		assert_noop!(by(OWNER, decommission()), busy());
	});
}

/// What a stolen key can lose by promises is one sum, whatever they are for.
#[test]
fn the_cap_of_a_machine_counts_the_bonds_of_all_pallets_together() {
	story(|| {
		act(CUSTOMER, pallet_procurement::Call::raise_request { wanted: wanted() });
		let (request, price, lead_time) = (request(), 10 * BPI, HOUR);
		press_sends(pallet_procurement::Call::bid {
			request,
			price,
			lead_time,
		});
		pass(HOUR + 2 * MINUTE);
		assert_eq!(*order_record(order()).supplier(), press().account());
		let bond = BPI;
		assert_eq!(at_risk(), bond);

		let sealed = Wanted {
			bidding: Bidding::Sealed { reveal_window: HOUR },
			..wanted()
		};
		act(CUSTOMER, pallet_procurement::Call::raise_request { wanted: sealed });
		let seal = |cap| {
			allow(cap);
			let (request, commitment, text) = (crate::world::request(), Default::default(), None);
			let call = pallet_procurement::Call::seal_bid {
				request,
				commitment,
				text,
			};
			let spent = pallet_machines::Spending::<Runtime>::get(press())
				.expect("it has a policy")
				.budgets[0]
				.spent;
			assert_eq!(spent, 0);
			by(PRESS, call)
		};
		let all = bond + BidDeposit::get() + BidFee::get();
		let over = pallet_machines::Error::<Runtime>::OverSpendingCap;
		assert_eq!(seal(all - 1), Err(over.into()));
		assert_eq!(seal(all), Ok(()));
		assert_eq!(at_risk(), bond + BidDeposit::get());
	});
}

fn at_risk() -> Balance {
	<Runtime as pallet_machines::Config>::AtRisk::at_risk(&press().account(), &AssetKind::Native)
}

/// What an owner pays for his machine's key, and what he decides himself.
#[test]
fn an_owner_pays_for_what_his_machine_buys_sells_and_keeps() {
	story(|| {
		for (call, pays) in [
			(RuntimeCall::from(buy(quoted(), 1, None)), true),
			(
				pallet_procurement::Call::raise_request { wanted: wanted() }.into(),
				true,
			),
			(
				pallet_procurement::Call::forfeit_bid {
					request: RequestId(1),
					bidder: account(RIVAL),
				}
				.into(),
				false,
			),
			(
				pallet_inventory::Call::reorder {
					site: hall(),
					item: oil(),
				}
				.into(),
				true,
			),
			(pallet_inventory::Call::close_site { site: hall() }.into(), false),
			(
				pallet_suppliers::Call::forget_name {
					supplier: account(RIVAL),
				}
				.into(),
				false,
			),
		] {
			let name = match &call {
				RuntimeCall::Procurement(call) => call.get_call_name(),
				RuntimeCall::Inventory(call) => call.get_call_name(),
				RuntimeCall::Suppliers(call) => call.get_call_name(),
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
	let deadline = ("Escrow", "Deadlines", 1);
	for (paid, entries) in [
		(
			ProfileDeposit::get(),
			vec![("Suppliers", "Suppliers", 1), ("Suppliers", "SuppliersBy", 36)],
		),
		(
			QuoteDeposit::get(),
			vec![("Procurement", "Quotes", 1), ("Procurement", "QuotesBy", 9)],
		),
		(
			RequestDeposit::get(),
			vec![
				("Procurement", "Requests", 1),
				("Procurement", "RequestsBy", 3),
				deadline,
			],
		),
		(BidDeposit::get() - BPI, vec![("Procurement", "SealedBids", 1)]),
		(GoodsOrderDeposit::get(), vec![("Procurement", "Orders", 1), deadline]),
		(JobDeposit::get(), vec![("Jobs", "Jobs", 1), deadline]),
		(
			SiteDeposit::get(),
			vec![("Inventory", "Sites", 1), ("Inventory", "SitesOf", 1)],
		),
		(
			RecordDeposit::get(),
			vec![("Inventory", "Stocks", 1), ("Inventory", "SitesWith", 1)],
		),
		(
			ToolDeposit::get(),
			vec![
				("Inventory", "Assets", 1),
				("Inventory", "AssetsByTag", 1),
				("Inventory", "AssetsAt", 1),
				("Inventory", "MachineAssets", 1),
			],
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
	// What is put aside for a job takes the same room as an item.
	let reservation = largest("Inventory", "Reservations") + largest("Inventory", "JobsAt");
	assert!(deposit(2, reservation) <= RecordDeposit::get());
}
