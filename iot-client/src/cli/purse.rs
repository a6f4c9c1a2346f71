//! What an account has, and what waits for it.

use super::{
	args::Signer,
	customer::account,
	money::{self, Denominations},
	CliError, Desk, Result,
};
use crate::{
	asset::Asset,
	chain::{assets, queries, types::Credit, At, Call},
};
use serde_json::{json, Value};
use subxt::utils::AccountId32;

/// Shows what an account has of the chain's own token and of the assets that were named, and its credits.
pub(super) async fn balance(desk: &Desk<'_>, typed: &str, of: &[Asset]) -> Result<u8> {
	let account = account(typed)?;
	let chain = desk.chain()?;
	let (at, _) = desk.at_newest(&chain).await?;
	let balance = queries::balance(&at, &account).await?;
	let mut lines = vec![format!(
		"{account}  {} free, {} on hold",
		balance.free, balance.reserved
	)];
	for asset in of {
		// Whoever asks for an asset that there is not has mistyped it.
		money::denomination(&at, *asset).await?;
	}
	let (texts, holdings) = holdings(&at, &account, of).await?;
	lines.extend(texts);
	let credits = assets::credits(&at, &account).await?;
	let money = Denominations::of(&at, credits.iter().map(|credit| credit.asset)).await?;
	lines.extend(credits.iter().map(|credit| {
		let amount = money.get(credit.asset).show(credit.amount);
		format!(
			"{amount} on hold at {} could not be paid when it was due: `claim {typed}`",
			credit.holder
		)
	}));
	let credits: Vec<_> = credits.iter().map(|credit| credit_json(credit, &money)).collect();
	let json = json!({
		"account": account, "free": balance.free, "reserved": balance.reserved, "assets": holdings, "credits": credits,
	});
	desk.say(lines.join("\n"), &json);
	Ok(0)
}

/// What an account has of these assets beside the chain's own token: for people, and for machines.
pub(super) async fn holdings<'a>(
	at: &At,
	account: &AccountId32,
	of: impl IntoIterator<Item = &'a Asset>,
) -> Result<(Vec<String>, Vec<Value>)> {
	let of: Vec<_> = of.into_iter().filter(|asset| **asset != Asset::Native).collect();
	let denominations = Denominations::of(at, of.iter().map(|asset| **asset)).await?;
	let (mut texts, mut jsons) = (Vec::new(), Vec::new());
	for asset in of {
		let money = denominations.get(*asset);
		let has = assets::holding(at, *asset, account).await?;
		let (free, reserved) = (money.show(has.free), money.show(has.reserved));
		texts.push(format!("in {money}: {free} free, {reserved} on hold"));
		jsons.push(json!({
			"asset": asset, "symbol": money.symbol(), "free": money.number(has.free),
			"reserved": money.number(has.reserved),
		}));
	}
	Ok((texts, jsons))
}

fn credit_json(credit: &Credit, money: &Denominations) -> Value {
	let money = money.get(credit.asset);
	json!({
		"payee": credit.payee, "holder": credit.holder, "asset": credit.asset, "symbol": money.symbol(),
		"amount": money.number(credit.amount),
	})
}

/// Has an account's credits paid to it. One that still cannot be paid does not keep back the others.
pub(super) async fn claim(desk: &Desk<'_>, typed: Option<&str>, of: Option<Asset>, signer: &Signer) -> Result<u8> {
	let (chain, wallet) = (desk.chain()?, desk.signer(signer)?);
	let payee = match typed {
		Some(typed) => account(typed)?,
		None => wallet.account(),
	};
	let (at, _) = desk.at_newest(&chain).await?;
	let mut credits = assets::credits(&at, &payee).await?;
	credits.retain(|credit| of.is_none_or(|asset| asset == credit.asset));
	if credits.is_empty() && !desk.cli.json {
		eprintln!("nothing waits for {payee}");
	}
	let money = Denominations::of(&at, credits.iter().map(|credit| credit.asset)).await?;
	let mut failed = Vec::new();
	for credit in &credits {
		let amount = money.get(credit.asset).show(credit.amount);
		let call = Call::ClaimCredit {
			holder: credit.holder,
			asset: credit.asset,
			payee,
		};
		match desk.submit(&chain, &wallet, call).await {
			Ok((block, _)) => {
				let mut json = credit_json(credit, &money);
				json["block"] = json!(block.number);
				desk.say(format!("{amount} paid to {payee} in block {}", block.number), &json);
			}
			Err(error) if error.status == CliError::REFUSED => failed.push(format!("{amount}: {error}")),
			Err(error) => return Err(error),
		}
	}
	match failed.is_empty() {
		true => Ok(0),
		false => Err(CliError::refused(format!("still not paid: {}", failed.join("; ")))),
	}
}
