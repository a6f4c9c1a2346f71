//! The relay chain's token, in and out.

use super::Seen;
use crate::{
	network::{FULL_NODE, PARA_ID, VALIDATORS},
	stage::{Stage, PATIENCE},
};
use anyhow::{bail, ensure, Context, Result};
use bpiiot_harness::{
	calls::Call,
	chain::{dev_account, Asset, Chain, Refused, View},
	world::account_of,
};
use std::time::Instant;
use subxt::{
	dynamic::{self, Value},
	ext::scale_value::value,
	utils::AccountId32,
};

/// One token of the relay chain, in its smallest units.
const ROC: u128 = 1_000_000_000_000;
/// The number of the relay chain's token here.
const RELAY_TOKEN: Asset = Asset::Asset(u32::MAX);
/// Whose it becomes here, and who sends it back.
const HOLDER: &str = "Supplier";
/// Who has nothing on the relay chain before.
const RECEIVER: &str = "Receiver";

/// Five tokens come in by reserve, two go out, and a teleport is refused.
pub async fn transfers(stage: &mut Stage) -> Result<Seen> {
	let (chain, relay) = (stage.chain(FULL_NODE).await?, stage.chain(VALIDATORS[0]).await?);
	let (holder, receiver) = (account_of(HOLDER), account_of(RECEIVER));
	let reserve = sovereign();
	let known: Option<Value<_>> = chain.now().await?.value("Assets", "Asset", (u32::MAX,)).await?;
	ensure!(
		known.is_some(),
		"there is no asset for it yet: the test 'upgrade' runs before this one"
	);

	let (before, kept_before) = (
		balance(&chain, &holder).await?,
		relay.now().await?.balance(&reserve).await?.free,
	);
	let start = Instant::now();
	relay.submit(&dev_account("Alice"), &inwards(&holder, 5 * ROC)).await?;
	let arrived = async |view: &View| {
		let now = view.balance_in(RELAY_TOKEN, &holder).await?.free;
		Ok((now > before).then_some(now - before))
	};
	let got = chain.wait_for("the relay chain's token", PATIENCE, arrived).await?;
	let took_in = start.elapsed().as_secs_f64();
	let kept = relay.now().await?.balance(&reserve).await?.free - kept_before;
	ensure!(kept == 5 * ROC, "the relay chain has put {kept} aside");
	ensure!(got < 5 * ROC && got > 4 * ROC, "{got} of {} arrived", 5 * ROC);

	let start = Instant::now();
	chain
		.submit(&dev_account(HOLDER), &outwards(&receiver, 2 * ROC))
		.await?;
	let left = balance(&chain, &holder).await?;
	ensure!(left == before + got - 2 * ROC, "{left} are left");
	let arrived = async |view: &View| {
		let now = view.balance(&receiver).await?.free;
		Ok((now > 0).then_some(now))
	};
	let returned = relay.wait_for("the token's return", PATIENCE, arrived).await?;
	let took_out = start.elapsed().as_secs_f64();
	ensure!(
		returned < 2 * ROC && returned > ROC,
		"{returned} of {} returned",
		2 * ROC
	);

	match chain.submit(&dev_account(HOLDER), &teleport(&receiver, ROC)).await {
		Ok(_) => bail!("a teleport was let through"),
		Err(error) => ensure!(error.downcast_ref::<Refused>().is_some(), error),
	}
	ensure!(
		balance(&chain, &holder).await? == left,
		"a refused teleport took something"
	);
	Ok(vec![format!(
		"in: 5 ROC in {took_in:.0} s, less a fee of {:.6}; out: 2 ROC in {took_out:.0} s, less {:.6}; a teleport is refused",
		(5 * ROC - got) as f64 / ROC as f64,
		(2 * ROC - returned) as f64 / ROC as f64,
	)])
}

async fn balance(chain: &Chain, account: &AccountId32) -> Result<u128> {
	let view = chain.now().await?;
	Ok(view
		.balance_in(RELAY_TOKEN, account)
		.await
		.context("the relay chain's token")?
		.free)
}

/// The account of our chain on the relay chain: `para`, the id, and nothing more.
fn sovereign() -> AccountId32 {
	let mut account = [0; 32];
	account[..4].copy_from_slice(b"para");
	account[4..8].copy_from_slice(&PARA_ID.to_le_bytes());
	AccountId32(account)
}

/// A location of one step from a chain of so many parents above.
fn location(parents: u8, junction: Option<Value>) -> Value {
	let interior = match junction {
		None => Value::unnamed_variant("Here", []),
		Some(junction) => Value::unnamed_variant("X1", [Value::unnamed_composite([junction])]),
	};
	Value::named_composite([("parents", Value::u128(parents.into())), ("interior", interior)])
}

fn account_location(account: &AccountId32) -> Value {
	let none = Value::unnamed_variant("None", []);
	let junction = Value::named_variant("AccountId32", [("network", none), ("id", Value::from_bytes(account.0))]);
	location(0, Some(junction))
}

fn v5(value: Value) -> Value {
	Value::unnamed_variant("V5", [value])
}

/// So much of the relay chain's token, seen from a chain so many levels below it.
fn assets(parents: u8, amount: u128) -> Value {
	let fungible = Value::unnamed_variant("Fungible", [Value::u128(amount)]);
	let asset = Value::named_composite([("id", location(parents, None)), ("fun", fungible)]);
	v5(Value::unnamed_composite([asset]))
}

fn unlimited() -> Value {
	Value::unnamed_variant("Unlimited", [])
}

fn inwards(to: &AccountId32, amount: u128) -> Call {
	let parachain = Value::unnamed_variant("Parachain", [Value::u128(PARA_ID.into())]);
	let local = || Value::unnamed_variant("LocalReserve", []);
	let all = value!(Wild(AllCounted(1u128)));
	let deposit = Value::named_variant("DepositAsset", [("assets", all), ("beneficiary", account_location(to))]);
	dynamic::tx(
		"XcmPallet",
		"transfer_assets_using_type_and_then",
		vec![
			v5(location(0, Some(parachain))),
			assets(0, amount),
			local(),
			v5(location(0, None)),
			local(),
			v5(Value::unnamed_composite([deposit])),
			unlimited(),
		],
	)
}

fn outwards(to: &AccountId32, amount: u128) -> Call {
	homewards("limited_reserve_transfer_assets", to, amount)
}

fn teleport(to: &AccountId32, amount: u128) -> Call {
	homewards("limited_teleport_assets", to, amount)
}

fn homewards(call: &str, to: &AccountId32, amount: u128) -> Call {
	let first = Value::u128(0);
	let arguments = vec![
		v5(location(1, None)),
		v5(account_location(to)),
		assets(1, amount),
		first,
		unlimited(),
	];
	dynamic::tx("PolkadotXcm", call, arguments)
}
