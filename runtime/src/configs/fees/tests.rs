//! Fees in assets, and a job that is paid in one, on the runtime as it is.

use super::*;
use crate::{
	genesis_config_presets::account_of, AssetRate, AssetsConfig, BalancesConfig, CollatorSelection, Escrow, Jobs,
	Machines, RuntimeGenesisConfig, RuntimeOrigin, System, BPI,
};
use bpiiot_primitives::MachineId;
use frame_support::{
	assert_ok,
	dispatch::{DispatchInfo, GetDispatchInfo, Pays, PostDispatchInfo},
	traits::fungible::Inspect as _,
};
use pallet_asset_tx_payment::ChargeAssetTxPayment;
use pallet_machines::FeeAllowance;
use sp_core::{sr25519, Pair};
use sp_io::TestExternalities;
use sp_runtime::{traits::DispatchTransaction, BuildStorage, FixedPointNumber, FixedU128};

/// A dollar of six decimals.
const DOLLAR: Balance = 1_000_000;
const DOLLAR_ID: AssetId = 840;
const UNLISTED_ID: AssetId = 841;
const ASSET: AssetKind = AssetKind::Asset(DOLLAR_ID);
/// What everybody has in dollars. Only owner and issuer have native tokens.
const ENDOWMENT: Balance = 1_000 * DOLLAR;
const LENGTH: usize = 200;

fn customer() -> AccountId {
	account_of("Customer")
}

fn owner() -> AccountId {
	account_of("Owner")
}

fn pot() -> AccountId {
	CollatorSelection::account_id()
}

/// A token is worth two dollars.
fn rate() -> FixedU128 {
	FixedU128::saturating_from_rational(BPI, 2 * DOLLAR)
}

/// A chain on which dollars are listed, with a rate.
fn chain() -> TestExternalities {
	let issuer = account_of("Supplier");
	let assets = [DOLLAR_ID, UNLISTED_ID];
	let holders = [customer(), owner(), account_of("Alice"), pot(), key().public().into()];
	let storage = RuntimeGenesisConfig {
		balances: BalancesConfig {
			balances: vec![(owner(), 1_000 * BPI), (issuer.clone(), BPI), (pot(), BPI)],
			..Default::default()
		},
		assets: AssetsConfig {
			assets: assets.map(|id| (id, issuer.clone(), true, DOLLAR / 100)).to_vec(),
			accounts: assets
				.into_iter()
				.flat_map(|id| holders.clone().map(|who| (id, who, ENDOWMENT)))
				.collect(),
			..Default::default()
		},
		..Default::default()
	}
	.build_storage()
	.expect("is a genesis");
	let mut chain = TestExternalities::from(storage);
	chain.execute_with(|| {
		System::set_block_number(1);
		assert_ok!(AssetRate::create(RuntimeOrigin::root(), Box::new(ASSET), rate()));
		assert_ok!(Escrow::list_asset(RuntimeOrigin::root(), ASSET));
	});
	chain
}

fn in_dollars(who: &AccountId) -> Balance {
	Assets::balance(DOLLAR_ID, who)
}

fn key() -> sr25519::Pair {
	sr25519::Pair::from_seed(&[7; 32])
}

/// An allowance that does not come back.
fn once(amount: Balance) -> FeeAllowance<Balance> {
	FeeAllowance { amount, period: 0 }
}

/// A machine of [`owner`], who pays up to `allowance` for its key.
fn machine(allowance: Balance) -> MachineId {
	let account = AccountId::from(key().public());
	let payload = pallet_machines::proof::payload(&System::block_hash(0), &owner(), &account, 0);
	let proof = key().sign(&payload);
	assert_ok!(Machines::register(
		RuntimeOrigin::signed(owner()),
		account.clone(),
		proof,
		Default::default(),
		Default::default(),
		once(allowance)
	));
	MachineId::from_first_key(&account)
}

type Paid = Result<(), TransactionValidityError>;

/// Pays for `call` by `who` in `asset`. The call itself does `during`, and weighs a part of what was thought.
fn pay(who: &AccountId, call: impl Into<RuntimeCall>, asset: AssetId, during: impl FnOnce()) -> Paid {
	let call = call.into();
	let info = DispatchInfo {
		call_weight: Weight::from_parts(1_000_000_000, 0),
		pays_fee: Pays::Yes,
		..call.get_dispatch_info()
	};
	let post_info = PostDispatchInfo {
		actual_weight: Some(Weight::from_parts(250_000_000, 0)),
		pays_fee: Pays::Yes,
	};
	let extension = ChargeAssetTxPayment::<Runtime>::from(0, Some(asset));
	let origin = RuntimeOrigin::signed(who.clone());
	let done = extension.test_run(origin, &call, &info, LENGTH, 0, |_| {
		during();
		Ok(post_info)
	})?;
	assert_ok!(done);
	Ok(())
}

fn remark() -> frame_system::Call<Runtime> {
	frame_system::Call::remark { remark: vec![] }
}

/// The fee in planck that [`pay`] comes to in the end, and the one that is taken first.
fn fees() -> (Balance, Balance) {
	let native = |time| {
		BASE_FEE * Balance::from(ExtrinsicBaseWeight::get().ref_time() + time)
			/ Balance::from(ExtrinsicBaseWeight::get().ref_time())
			+ LENGTH as Balance * MICRO_BPI
	};
	(native(250_000_000), native(1_000_000_000))
}

fn refused(code: u8) -> Paid {
	Err(InvalidTransaction::Custom(code).into())
}

#[test]
fn a_fee_is_paid_in_dollars_at_the_governed_rate_by_who_has_nothing_else() {
	chain().execute_with(|| {
		let issued = Assets::total_supply(DOLLAR_ID);
		assert_ok!(pay(&customer(), remark(), DOLLAR_ID, || ()));

		let paid = ENDOWMENT - in_dollars(&customer());
		let (fee, first) = fees();
		let worth = |native: Balance| native as f64 / BPI as f64 * 2.0 * DOLLAR as f64;
		assert!((worth(fee)..worth(first)).contains(&(paid as f64)), "{paid} for {fee}");
		assert!(
			paid as f64 - worth(fee) < 0.1 * worth(fee),
			"the change came back: {paid} for {fee}"
		);
		assert_eq!(in_dollars(&pot()), ENDOWMENT + paid);
		assert_eq!(Assets::total_supply(DOLLAR_ID), issued);
		assert_eq!(Balances::balance(&customer()), 0);
	});
}

#[test]
fn fails_when_the_asset_is_not_listed_or_has_no_rate() {
	chain().execute_with(|| {
		let unpaid = Err(InvalidTransaction::Payment.into());
		assert_eq!(pay(&customer(), remark(), UNLISTED_ID, || ()), unpaid);
		assert_eq!(pay(&customer(), remark(), 9, || ()), unpaid);
		let unlisted = Box::new(AssetKind::Asset(UNLISTED_ID));
		assert_ok!(AssetRate::create(RuntimeOrigin::root(), unlisted, rate()));
		assert_eq!(pay(&customer(), remark(), UNLISTED_ID, || ()), unpaid);

		assert_ok!(AssetRate::remove(RuntimeOrigin::root(), Box::new(ASSET)));
		assert_eq!(pay(&customer(), remark(), DOLLAR_ID, || ()), unpaid);
		assert_ok!(AssetRate::create(
			RuntimeOrigin::root(),
			Box::new(ASSET),
			FixedU128::from_u32(0)
		));
		assert_eq!(pay(&customer(), remark(), DOLLAR_ID, || ()), unpaid);
		assert_eq!(in_dollars(&customer()), ENDOWMENT);
	});
}

#[test]
fn fails_when_the_payer_has_too_little_or_may_not_pay() {
	chain().execute_with(|| {
		let unpaid = Err(InvalidTransaction::Payment.into());
		assert_eq!(pay(&account_of("Carrier"), remark(), DOLLAR_ID, || ()), unpaid);
		let issuer = RuntimeOrigin::signed(account_of("Supplier"));
		assert_ok!(Assets::freeze(issuer, DOLLAR_ID, customer().into()));
		assert_eq!(pay(&customer(), remark(), DOLLAR_ID, || ()), unpaid);
	});
}

#[test]
fn a_machines_key_pays_no_fees_in_assets_also_with_assets_of_its_own() {
	chain().execute_with(|| {
		let sponsored = |machine| pallet_machines::Call::set_service {
			machine,
			in_service: false,
		};
		let account: AccountId = key().public().into();
		let machine = machine(BPI);
		assert_eq!(
			pay(&account, sponsored(machine), DOLLAR_ID, || ()),
			refused(NO_ASSET_FEES)
		);
		let code = pallet_machines::fees::NOT_SPONSORED;
		assert_eq!(pay(&account, remark(), DOLLAR_ID, || ()), refused(code));

		let none = RuntimeOrigin::signed(owner());
		assert_ok!(Machines::set_fee_allowance(none, machine, once(0)));
		let code = pallet_machines::fees::ALLOWANCE_TOO_SMALL;
		assert_eq!(pay(&account, sponsored(machine), DOLLAR_ID, || ()), refused(code));

		assert_ok!(Machines::decommission(RuntimeOrigin::signed(owner()), machine));
		let code = pallet_machines::fees::MACHINE_DECOMMISSIONED;
		assert_eq!(pay(&account, remark(), DOLLAR_ID, || ()), refused(code));
		assert_eq!(in_dollars(&account), ENDOWMENT);
	});
}

#[test]
fn the_codes_are_the_documented_ones() {
	assert_eq!(NO_ASSET_FEES, 120);
}

#[test]
fn whoever_takes_the_rate_away_in_the_same_breath_has_paid_without_change() {
	let (fee, first) = fees();
	for delist in [true, false] {
		chain().execute_with(|| {
			let issued = Assets::total_supply(DOLLAR_ID);
			let done = pay(&account_of("Alice"), remark(), DOLLAR_ID, || {
				assert_ok!(if delist {
					Escrow::delist_asset(RuntimeOrigin::root(), ASSET)
				} else {
					AssetRate::remove(RuntimeOrigin::root(), Box::new(ASSET))
				});
			});
			assert_eq!(done, Ok(()), "an error here would undo a call that was made");
			let paid = ENDOWMENT - in_dollars(&account_of("Alice"));
			assert!(paid > fee * 2 * DOLLAR / BPI && paid > 0, "{paid} of {first}");
			assert_eq!(in_dollars(&pot()), ENDOWMENT + paid);
			assert_eq!(Assets::total_supply(DOLLAR_ID), issued);
		});
	}
}

#[test]
fn a_job_is_ordered_worked_on_and_paid_in_dollars() {
	chain().execute_with(|| {
		let machine = machine(BPI);
		let terms = pallet_jobs::OfferTerms {
			capability: Default::default(),
			region: Default::default(),
			asset: ASSET,
			unit_price: 3 * DOLLAR,
			tiers: Default::default(),
			max_units: 10,
			bond: 0,
			accept_window: 60_000,
			lead_time: 60_000,
			calendar: Default::default(),
			review_window: 60_000,
			rejection_fee: Default::default(),
			cancellation: Default::default(),
			rework: None,
			disputes: None,
			recipe_schema: Default::default(),
			contract: Default::default(),
			governing_law: Default::default(),
		};
		let by = |who: &AccountId| RuntimeOrigin::signed(who.clone());
		assert_ok!(Jobs::publish_offer(by(&owner()), machine, terms));
		let offer = pallet_jobs::OffersOf::<Runtime>::get(machine)[0];
		let (most, recipe) = (15 * DOLLAR, Default::default());
		let deliver_by = 600_000;
		assert_ok!(Jobs::order(
			by(&customer()),
			offer,
			1,
			5,
			most,
			recipe,
			Default::default(),
			deliver_by,
			None,
		));
		let open = pallet_jobs::JobsOf::<Runtime>::get(machine).open;
		let job = open.first().expect("just ordered").job;
		let signer: AccountId = key().public().into();
		assert_ok!(Jobs::accept(by(&signer), job));
		assert_ok!(Jobs::start(by(&signer), job));
		assert_ok!(Jobs::deliver(by(&signer), job, 5, Default::default()));
		assert_ok!(Jobs::approve(by(&customer()), job, 5));
		Escrow::do_try_state().expect("escrow");
		Jobs::do_try_state().expect("jobs");
		assert_ok!(Jobs::remove(by(&customer()), job));

		// Ten thousandths of a token are two cents.
		let fee = DOLLAR / 50;
		assert_eq!(in_dollars(&machine.account()), 15 * DOLLAR);
		assert_eq!(in_dollars(&customer()), ENDOWMENT - 15 * DOLLAR - fee);
		assert_eq!(in_dollars(&pot()), ENDOWMENT + fee);
		assert_eq!(Balances::balance(&customer()), 0);
	});
}
