//! Commands about goods: what is sold, asked for, bought and kept.

mod purchase;
mod quote;
mod request;
mod shown;
mod stock;
mod supplier;

pub(super) use purchase::purchase;
pub(super) use quote::quote;
pub(super) use request::request;
pub(super) use stock::stock;
pub(super) use supplier::supplier;

use super::{
	args::MaybeSigner,
	customer,
	money::{self},
	CliError, Desk, Result,
};
use crate::{
	asset::Denomination,
	chain::{
		market::{queries, AssetKind, Order, PurchaseId, Quote, QuoteId, Request, RequestId, Word},
		queries as records,
		runtime::Events,
		types::{BlockId, MachineId},
		At, Call, Chain, Head,
	},
	wallet::Wallet,
};
use serde_json::json;
use std::sync::Arc;
use subxt::utils::AccountId32;

/// The longest word on the chain for categories and items, and for lots; bytes.
const WORD: usize = 32;
const LOT: usize = 20;

/// Whoever acts: who signs, where the chain stands, and for which account.
pub(super) struct Actor<'a> {
	desk: &'a Desk<'a>,
	chain: Chain,
	pub(super) at: At,
	pub(super) head: Head,
	wallet: Arc<Wallet>,
	/// The signer's own account, or that of the machine whose key signs.
	account: AccountId32,
}

impl<'a> Actor<'a> {
	pub(super) async fn new(desk: &'a Desk<'a>, signer: &MaybeSigner) -> Result<Self> {
		let (chain, wallet) = (desk.chain()?, desk.anyone(signer)?);
		let (at, head) = desk.at_newest(&chain).await?;
		let machine = records::machine_of_key(&at, &wallet.account()).await?;
		let machine = machine.and_then(|(machine, live)| live.then_some(machine));
		Ok(Self {
			desk,
			chain,
			at,
			head,
			account: machine.map_or(wallet.account(), |machine| machine.account()),
			wallet,
		})
	}

	/// The machine that was typed, or whoever acts.
	fn party(&self, machine: Option<MachineId>) -> AccountId32 {
		machine.map_or(self.account, |machine| machine.account())
	}

	async fn submit(&self, call: impl Into<Call>) -> Result<(BlockId, Events)> {
		self.desk.submit(&self.chain, &self.wallet, call.into()).await
	}

	/// Sends a call whose success is all there is to tell.
	pub(super) async fn send(&self, call: impl Into<Call>) -> Result<u8> {
		self.desk.send(&self.chain, &self.wallet, call.into()).await
	}

	/// Sends a call by which something comes into being, and tells its id: the field of this name in that event.
	pub(super) async fn create(&self, call: impl Into<Call>, (pallet, event, field): (&str, &str, &str)) -> Result<u8> {
		let call = call.into();
		let name = call.name();
		let (block, events) = self.submit(call).await?;
		let id = queries::born(&events, pallet, event, field)?;
		let text = format!("{field} {id}, in block {}", block.number);
		let json = json!({ field: id, "call": name, "signer": self.wallet.account(), "block": block.number });
		self.desk.say(text, &json);
		Ok(0)
	}

	pub(super) async fn money(&self, asset: AssetKind) -> Result<Denomination> {
		money::denomination(&self.at, asset.into()).await
	}
}

/// A word that was typed, if the chain can keep it.
fn word(what: &str, typed: &str, most: usize) -> Result<Word> {
	match typed.len() {
		length if length <= most => Ok(Word::from(typed)),
		length => Err(CliError::refused(format!(
			"{what} `{typed}` has {length} bytes; the chain keeps at most {most}"
		))),
	}
}

/// An item that was typed.
fn item(typed: &str) -> Result<Word> {
	match typed.is_empty() {
		true => Err(CliError::refused(
			"an item has a name: its GTIN, or the owner's own part number",
		)),
		false => word("the item", typed, WORD),
	}
}

fn region(typed: Option<&str>) -> Word {
	typed.map(Word::from).unwrap_or_default()
}

fn maybe_account(typed: Option<&str>) -> Result<Option<AccountId32>> {
	typed.map(customer::account).transpose()
}

/// A request that must exist.
async fn request_of(at: &At, id: RequestId) -> Result<Request> {
	queries::request(at, id).await?.ok_or_else(|| {
		CliError::refused(format!(
			"there is no request {id} on this chain, or its record was removed; see `request list`"
		))
	})
}

/// An order that must exist.
async fn order_of(at: &At, id: PurchaseId) -> Result<Order> {
	queries::order(at, id).await?.ok_or_else(|| {
		CliError::refused(format!(
			"there is no purchase {id} on this chain, or its record was removed; see `purchase list`"
		))
	})
}

/// A quote that must exist.
async fn quote_of(at: &At, id: QuoteId) -> Result<Quote> {
	queries::quote(at, id)
		.await?
		.ok_or_else(|| CliError::refused(format!("there is no quote {id}, or it was withdrawn; see `quote list`")))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_word_that_the_chain_cannot_keep_is_refused_before_it_is_sent() {
		assert_eq!(word("the lot", "A-17", LOT).unwrap(), Word::from("A-17"));
		let error = word("the lot", &"x".repeat(21), LOT).unwrap_err().to_string();
		assert!(error.contains("21 bytes") && error.contains("at most 20"), "{error}");
		assert!(item("").unwrap_err().to_string().contains("GTIN"));
	}
}
