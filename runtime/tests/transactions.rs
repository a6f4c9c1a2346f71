//! What a signed transaction carries, and where its fee goes.

#[path = "common/blocks.rs"]
mod blocks;
mod common;
#[path = "common/terms.rs"]
mod terms;

use blocks::{account, header, pair, sign, START};
use bpiiot_primitives::{AssetKind, MachineId, OfferId, SpendPurpose};
use bpiiot_runtime::{
	genesis_config_presets::{DEVELOPMENT, ENDOWMENT},
	AccountId, AssetRate, Assets, Balances, CollatorSelection, Escrow, Executive, Runtime, RuntimeCall, RuntimeOrigin,
	System, TxExtension, BPI, MILLI_BPI,
};
use common::genesis;
use frame_support::{assert_ok, traits::fungible::Inspect};
use pallet_machines::{FeeAllowance, SpendingCap, SpendingPolicy};
use sp_core::Pair;
use sp_runtime::{
	traits::TransactionExtension,
	transaction_validity::{InvalidTransaction, TransactionValidityError},
	ApplyExtrinsicResult, FixedPointNumber, FixedU128,
};
use terms::simple_terms;

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
	Executive::initialize_block(&header(System::block_hash(0), START));
}

/// Sends `call` from `//Customer`, with a fee in `asset`.
fn send(call: RuntimeCall, asset: Option<u32>) -> ApplyExtrinsicResult {
	send_from("Customer", call, asset)
}

/// The same from another name.
fn send_from(name: &str, call: RuntimeCall, asset: Option<u32>) -> ApplyExtrinsicResult {
	Executive::apply_extrinsic(sign(name, call, asset, name, System::block_hash(0)))
}

/// A payment to `//Owner`.
fn payment() -> RuntimeCall {
	pallet_balances::Call::transfer_keep_alive {
		dest: account("Owner").into(),
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
		let fee = ENDOWMENT - BPI - Balances::free_balance(account("Customer"));
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
		assert_eq!(Balances::free_balance(account("Customer")), ENDOWMENT);
	});
}

/// A dollar of six decimals, and its number.
const DOLLAR: u128 = 1_000_000;
const DOLLAR_ID: u32 = 840;

/// Lists dollars, which keep an account alive by themselves; a token is worth two. Gives some to `holders`.
fn list_dollars(holders: &[AccountId]) {
	let (root, issuer) = (RuntimeOrigin::root, account("Supplier"));
	let asset = AssetKind::Asset(DOLLAR_ID);
	let rate = FixedU128::saturating_from_rational(BPI, 2 * DOLLAR);
	assert_ok!(Assets::force_create(
		root(),
		DOLLAR_ID,
		issuer.clone().into(),
		true,
		DOLLAR / 100
	));
	for holder in holders.iter().chain([&CollatorSelection::account_id()]) {
		let by = RuntimeOrigin::signed(issuer.clone());
		assert_ok!(Assets::mint(by, DOLLAR_ID, holder.clone().into(), 100 * DOLLAR));
	}
	assert_ok!(AssetRate::create(root(), Box::new(asset), rate));
	assert_ok!(Escrow::list_asset(root(), asset));
}

/// Registers `//Press` for `//Owner`, who publishes its offer in dollars. The machine, and the offer.
fn register_press() -> (MachineId, OfferId) {
	let key = pair("Press");
	let payload = pallet_machines::proof::payload(&System::block_hash(0), &account("Owner"), &key.public().into(), 0);
	let register = pallet_machines::Call::register {
		key: key.public().into(),
		proof: key.sign(&payload),
		profile: Default::default(),
		encryption_key: [0; 32],
		fee_allowance: FeeAllowance { amount: BPI, period: 0 },
	};
	assert_eq!(send_from("Owner", register.into(), None), Ok(Ok(())));
	let machine = MachineId::from_first_key(&AccountId::from(key.public()));
	let asset = AssetKind::Asset(DOLLAR_ID);
	let cap = pallet_machines::SpendingCap {
		asset,
		per_period: 2 * DOLLAR,
	};
	let policy = Some(pallet_machines::SpendingPolicy {
		purposes: vec![SpendPurpose::Bond].try_into().expect("one of 8"),
		period: 0,
		caps: vec![cap].try_into().expect("one of 8"),
	});
	let allow = pallet_machines::Call::set_spending_policy { machine, policy };
	assert_eq!(send_from("Owner", allow.into(), None), Ok(Ok(())));
	let terms = simple_terms(asset, 3 * DOLLAR, 2 * DOLLAR);
	let publish = pallet_jobs::Call::publish_offer { machine, terms };
	assert_eq!(send_from("Owner", publish.into(), None), Ok(Ok(())));
	(machine, pallet_jobs::OffersOf::<Runtime>::get(machine)[0])
}

/// Fees, price, deposits, bond and pay: all that the two ever have is dollars.
#[test]
fn a_machine_and_its_customer_never_have_the_native_token() {
	genesis(DEVELOPMENT).execute_with(|| {
		// GIVEN a machine with dollars for its bond, and a buyer with dollars.
		start_block();
		let buyer = account("Buyer");
		list_dollars(&[buyer.clone(), account("Owner")]);
		let (machine, offer) = register_press();
		let (asset, amount) = (AssetKind::Asset(DOLLAR_ID), 3 * DOLLAR);
		let deposit = pallet_machines::Call::deposit { machine, asset, amount };
		assert_eq!(send_from("Owner", deposit.into(), None), Ok(Ok(())));
		let purse: AccountId = machine.account();
		let has_no_native_token = || {
			for who in [&buyer, &purse, &account("Press")] {
				assert_eq!(Balances::total_balance(who), 0, "{who}");
			}
		};
		has_no_native_token();

		// WHEN the one orders in dollars and the other works.
		let order = pallet_jobs::Call::order {
			offer,
			version: 1,
			units: 5,
			max_price: 15 * DOLLAR,
			recipe: Default::default(),
			recipe_reference: Default::default(),
			deliver_by: pallet_timestamp::Now::<Runtime>::get() + 600_000,
			arbiter: None,
		};
		assert_eq!(send_from("Buyer", order.into(), Some(DOLLAR_ID)), Ok(Ok(())));
		let job = pallet_jobs::JobsOf::<Runtime>::get(machine).open[0].job;
		has_no_native_token();
		for step in [
			pallet_jobs::Call::accept { job },
			pallet_jobs::Call::start { job },
			pallet_jobs::Call::deliver {
				job,
				units: 5,
				result: Default::default(),
			},
		] {
			assert_eq!(send_from("Press", step.into(), None), Ok(Ok(())));
			has_no_native_token();
		}
		for step in [
			pallet_jobs::Call::approve { job, units: 5 },
			pallet_jobs::Call::remove { job },
		] {
			assert_eq!(send_from("Buyer", step.into(), Some(DOLLAR_ID)), Ok(Ok(())));
			has_no_native_token();
		}

		// THEN the machine has its bond and its pay, and its owner takes all of it.
		let earned = 18 * DOLLAR;
		assert_eq!(Assets::balance(DOLLAR_ID, &purse), earned);
		let left = Assets::balance(DOLLAR_ID, &buyer);
		assert!((84 * DOLLAR..85 * DOLLAR).contains(&left), "{left}");
		let withdraw = pallet_machines::Call::withdraw {
			machine,
			asset,
			amount: earned,
		};
		assert_eq!(send_from("Owner", withdraw.into(), None), Ok(Ok(())));
		assert_eq!(Assets::balance(DOLLAR_ID, account("Owner")), 97 * DOLLAR + earned);
		assert!(!System::account_exists(&purse));
	});
}

/// A machine buys in dollars what its policy allows, and its owner pays the fees of what it signs.
#[test]
fn a_machine_orders_from_another_at_its_owners_cost() {
	genesis(DEVELOPMENT).execute_with(|| {
		// GIVEN a robot of the customer's, with dollars and a policy that lets it spend them.
		start_block();
		list_dollars(&[account("Customer"), account("Owner")]);
		let (press, offer) = register_press();
		let (key, asset) = (pair("Robot"), AssetKind::Asset(DOLLAR_ID));
		let customer = account("Customer");
		let payload = pallet_machines::proof::payload(&System::block_hash(0), &customer, &key.public().into(), 0);
		let machine = MachineId::from_first_key(&AccountId::from(key.public()));
		let cap = |per_period| SpendingPolicy {
			purposes: vec![SpendPurpose::Purchase].try_into().expect("one of 8"),
			period: 0,
			caps: vec![SpendingCap { asset, per_period }].try_into().expect("one of 8"),
		};
		for call in [
			pallet_machines::Call::register {
				key: key.public().into(),
				proof: key.sign(&payload),
				profile: Default::default(),
				encryption_key: [0; 32],
				fee_allowance: FeeAllowance { amount: BPI, period: 0 },
			},
			pallet_machines::Call::deposit {
				machine,
				asset,
				amount: 50 * DOLLAR,
			},
			pallet_machines::Call::set_spending_policy {
				machine,
				policy: Some(cap(4 * DOLLAR)),
			},
		] {
			assert_eq!(send(call.into(), None), Ok(Ok(())));
		}

		// WHEN it orders two units, it is refused, and when it orders one, it is not.
		let order = |units| pallet_jobs::Call::order {
			offer,
			version: 1,
			units,
			max_price: 15 * DOLLAR,
			recipe: Default::default(),
			recipe_reference: Default::default(),
			deliver_by: pallet_timestamp::Now::<Runtime>::get() + 600_000,
			arbiter: None,
		};
		let refused = pallet_machines::Error::<Runtime>::OverSpendingCap.into();
		let before = Balances::free_balance(&customer);
		assert_eq!(send_from("Robot", order(2).into(), None), Ok(Err(refused)));
		assert_eq!(send_from("Robot", order(1).into(), None), Ok(Ok(())));

		// THEN its owner has paid for both, in the native token, and the machine for one.
		assert!(Balances::free_balance(&customer) < before);
		let open = pallet_jobs::JobsOf::<Runtime>::get(press).open;
		assert_eq!((open.len(), &open[0].customer), (1, &machine.account()));
		let spent = pallet_machines::Spending::<Runtime>::get(machine)
			.expect("it has a policy")
			.budgets[0]
			.spent;
		assert_eq!(
			Assets::balance(DOLLAR_ID, machine.account::<AccountId>()),
			50 * DOLLAR - spent
		);
		assert_eq!(Balances::total_balance(&machine.account()), 0);
	});
}
