//! What everybody has before and after, to the planck.

use super::{
	bpi,
	cast::{self, Role},
	Check, Stage, COUNTER, ITEM, LITRES_FILLED, LITRES_LOW, TOLERANCE, WANTED,
};
use crate::{
	audit::Audit,
	chain::market::{Purchase, PurchaseEnd, PurchaseState, RequestState},
	world::account_of,
};
use anyhow::{Context, Result};
use iot_client::{parse::hex, wallet::blake2_256};
use std::fs;

/// Parts in a whole.
const MILLION: u128 = 1_000_000;

/// What there was before the oil fell.
#[derive(Debug)]
pub struct Before {
	machine: u128,
	suppliers: Vec<(Role, u128, u32)>,
	shill: u128,
	audit: Audit,
}

impl Before {
	/// Reads it.
	///
	/// # Errors
	/// When the node does not answer.
	pub(super) async fn read(stage: &mut Stage) -> Result<Self> {
		let view = stage.world.chain.now().await?;
		let audit = stage.world.auditor.up_to(view.number()).await?;
		let mut suppliers = Vec::new();
		for role in Role::ALL {
			let account = role.account();
			let has = view.balance(&account).await?.total();
			suppliers.push((role, has, view.standing(&account).await?));
		}
		Ok(Self {
			machine: view.balance(&stage.machine.account).await?.total(),
			suppliers,
			shill: view.balance(&account_of("Shill")).await?.total(),
			audit,
		})
	}

	/// For the summary.
	pub(super) fn lines(&self) -> Vec<String> {
		let of = |(role, has, standing): &(Role, u128, u32)| {
			format!(
				"  {:<9} {:>18} BPI, a name worth {:.1} %",
				role.key(),
				bpi(*has),
				f64::from(*standing) / 10_000.0
			)
		};
		let mut lines: Vec<_> = self.suppliers.iter().map(of).collect();
		let fake = self.suppliers.iter().find(|(role, _, _)| *role == Role::Fake);
		let both = fake.map_or(0, |(_, has, _)| *has).saturating_add(self.shill);
		// They pay each other; what is gone is gone to the chain.
		let cost = (2 * cast::PURSE).saturating_sub(both);
		lines.push(format!(
			"  {:<9} {:>18} BPI, who has bought of //Fake and rated it: that has cost both {} BPI",
			"//Shill",
			bpi(self.shill),
			bpi(cost)
		));
		lines
	}

	/// Compares it with what there is now.
	///
	/// # Errors
	/// When the node does not answer, or there is no order.
	pub(super) async fn compare(&self, stage: &mut Stage) -> Result<Vec<Check>> {
		let view = stage.world.chain.now().await?;
		let audit = stage.world.auditor.up_to(view.number()).await?;
		let (_, request) = stage.request().await?.context("the request's record is there")?;
		let RequestState::Awarded(order) = request.state else {
			anyhow::bail!("the request was awarded, and is {:?}", request.state)
		};
		let purchase = stage.purchase(order).await?;
		let mut checks = vec![];
		let mut check = |what: String, holds: bool| checks.push(Check { what, holds });

		let prompt = Role::Prompt;
		check(
			"the dear and prompt one has won, at the price of the counter-offer".to_owned(),
			purchase.escrow.payee == prompt.account() && purchase.price == COUNTER.0,
		);
		let mine = |(_, other): &(u64, Purchase)| other.escrow.payer == stage.machine.account;
		let bought = view.purchases().await?.iter().filter(|each| mine(each)).count();
		check("the machine has bought once".to_owned(), bought == 1);
		check(
			"all of it was delivered, confirmed and settled".to_owned(),
			purchase.state == PurchaseState::Settled(PurchaseEnd::Completed)
				&& purchase.accepted == WANTED
				&& purchase.rejected == 0
				&& purchase.escrow.ended,
		);
		check("it is rated".to_owned(), purchase.rated);
		check(
			"the reading that confirms it is on the machine's disk, with the hash that is on the chain".to_owned(),
			has_receipt(stage, order, &format!("{:?}", purchase.reading)),
		);

		let stock = view.stock(stage.site, ITEM).await?;
		let expected = LITRES_LOW + WANTED;
		check(
			format!(
				"the books say that there are {} l, as the tank does",
				stock.on_hand as f64 / 1_000.0
			),
			stock.on_hand.abs_diff(expected) <= TOLERANCE && stock.on_hand.abs_diff(LITRES_FILLED) <= TOLERANCE,
		);
		let flows = stock.flows;
		let balance = flows.received + flows.counted_up - flows.consumed - flows.counted_down;
		check(
			"what was received, less what counting has missed, is what there is; the delivery was booked once"
				.to_owned(),
			balance == u128::from(stock.on_hand) && flows.received == 20_000 + u128::from(WANTED),
		);

		let share: u32 = view.constant("Procurement", "OrderFeeShare")?;
		let least: u128 = view.constant("Procurement", "OrderFee")?;
		let order_fee = least.max(purchase.price * u128::from(share) / MILLION);
		let request_fee: u128 = view.constant("Procurement", "RequestFee")?;
		let bid_fee: u128 = view.constant("Procurement", "BidFee")?;
		let has = view.balance(&stage.machine.account).await?.total();
		let paid = self.machine - has;
		// A share of a planck is rounded by the chain.
		let wanted = purchase.price + order_fee + request_fee;
		check(
			format!(
				"the machine has paid the price, and to the chain {} BPI",
				bpi(order_fee + request_fee)
			),
			paid.abs_diff(wanted) <= 1,
		);
		for (role, before, standing) in &self.suppliers {
			let account = role.account();
			let fees = audit.fees_of(&account) - self.audit.fees_of(&account);
			let has = view.balance(&account).await?.total();
			let earned = if *role == prompt { purchase.price } else { 0 };
			check(
				format!(
					"{} has {} BPI more, less fees for a bid and transactions",
					role.key(),
					bpi(earned)
				),
				has + bid_fee + fees == before + earned,
			);
			let now = view.standing(&account).await?;
			let text = format!(
				"the name of {} is worth {:.1} %, and was {:.1} %",
				role.key(),
				f64::from(now) / 10_000.0,
				f64::from(*standing) / 10_000.0
			);
			// A day may have passed, by which a name loses a little.
			let slack = 2_000;
			let holds = match role {
				Role::Prompt => now > *standing,
				_ => now <= standing + slack && now + slack >= *standing,
			};
			check(text, holds);
		}
		check(
			"no planck has come or gone".to_owned(),
			audit.issuance_changed.is_empty(),
		);
		check(
			"the machine's key never had anything".to_owned(),
			audit.had_money.is_empty(),
		);
		Ok(checks)
	}
}

fn has_receipt(stage: &Stage, order: u64, hash: &str) -> bool {
	let folder = stage.world.site.state().join("receipts");
	let files = fs::read_dir(folder).into_iter().flatten().flatten();
	let of_order = files.filter(|file| file.file_name().to_string_lossy().starts_with(&format!("{order}-")));
	let mut texts = of_order.filter_map(|file| fs::read(file.path()).ok());
	texts.any(|text| hex(blake2_256([text.as_slice()])) == hash)
}
