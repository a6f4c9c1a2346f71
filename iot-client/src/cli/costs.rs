//! What an order costs, all of it in the offer's asset, before it is sent.

use super::{CliError, Result};
use crate::{
	asset::Denomination,
	chain::{
		assets::{self, AssetInfo, Holding},
		types::Offer,
		At,
	},
};
use subxt::utils::AccountId32;

/// What the chain says of the asset that an offer is in, if it can be ordered in.
pub(super) async fn asset_of(at: &At, offer: &Offer) -> Result<AssetInfo> {
	let asset = offer.terms.asset;
	let info = assets::info(at, asset).await?;
	let info = info.ok_or_else(|| {
		CliError::refused(format!(
			"the offer is in {asset}, which this chain does not have; order another offer"
		))
	})?;
	match info.listed {
		true => Ok(info),
		false => Err(CliError::refused(format!(
			"the offer is in {}, and governance has not listed that asset: nothing can be ordered in it",
			info.denomination
		))),
	}
}

/// The price of an order in the offer's smallest unit, if the offer and the customer's limit allow it.
pub(super) fn priced(offer: &Offer, money: &Denomination, units: u32, max_price: Option<u128>) -> Result<u128> {
	let terms = &offer.terms;
	if units == 0 || units > terms.max_units {
		return Err(CliError::refused(format!(
			"the offer is for 1 to {} units",
			terms.max_units
		)));
	}
	let price = terms
		.unit_price_of(units)
		.checked_mul(units.into())
		.ok_or_else(|| CliError::refused("the price is larger than any balance"))?;
	match max_price.filter(|limit| *limit < price) {
		Some(limit) => Err(CliError::refused(format!(
			"{units} units cost {}, more than your limit of {}; raise --max-price or order less",
			money.show(price),
			money.show(limit)
		))),
		None => Ok(price),
	}
}

/// What an order puts on hold, in the smallest unit of its asset.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Costs {
	/// For the work.
	pub price: u128,
	/// For the record; it comes back.
	pub deposit: u128,
	/// For the chain; it does not.
	pub fee: u128,
}

impl Costs {
	/// With the deposit and the fee in planck, at the governed rate.
	pub(super) fn of(asset: &AssetInfo, price: u128, (deposit, fee): (u128, u128)) -> Result<Self> {
		match (asset.worth(deposit), asset.worth(fee)) {
			(Some(deposit), Some(fee)) => Ok(Self { price, deposit, fee }),
			_ => Err(CliError::refused(format!(
				"governance has set no rate for {}, so the deposit and the fee of an order cannot be told in it: nothing can be ordered in it",
				asset.denomination
			))),
		}
	}

	/// Both together.
	pub(super) fn and(self, other: Self) -> Self {
		Self {
			price: self.price.saturating_add(other.price),
			deposit: self.deposit.saturating_add(other.deposit),
			fee: self.fee.saturating_add(other.fee),
		}
	}

	/// Refuses what the account cannot pay, and says what is missing.
	pub(super) fn ensure_affordable(&self, asset: &AssetInfo, account: &AccountId32, has: Holding) -> Result<()> {
		let money = &asset.denomination;
		let total = self.price.saturating_add(self.deposit).saturating_add(self.fee);
		if total.saturating_add(asset.minimum) <= has.free {
			return Ok(());
		}
		let stays = match asset.minimum {
			0 => String::new(),
			minimum => format!(", of which {} must stay", money.show(minimum)),
		};
		Err(CliError::refused(format!(
			"the order costs {}: {} for the work, {} for its record, which come back with `remove`, and a fee of {}; but {account} has {} free{stays}",
			money.show(total),
			money.show(self.price),
			money.show(self.deposit),
			money.show(self.fee),
			money.show(has.free)
		)))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::chain::{
		terms::Terms,
		types::{MachineId, OfferId},
	};

	fn offer() -> Offer {
		Offer {
			id: OfferId(1),
			machine: MachineId([1; 32]),
			version: 1,
			terms: Terms::example(),
		}
	}

	fn dollars(rate: Option<u128>) -> AssetInfo {
		AssetInfo {
			denomination: Denomination::of_asset(1984, b"tUSD", 6),
			minimum: 10_000,
			listed: true,
			rate,
		}
	}

	#[test]
	fn an_order_is_priced_before_it_is_sent() {
		let priced = |units, limit| priced(&offer(), &Denomination::native(), units, limit);
		let six = 6_000_000_000_000;
		assert_eq!(priced(3, None).unwrap(), six);
		assert_eq!(priced(3, Some(six)).unwrap(), six);
		for (units, limit, word) in [
			(0, None, "1 to 10"),
			(11, None, "1 to 10"),
			(3, Some(six - 1), "--max-price"),
			(3, Some(six - 1), "6 BPI"),
		] {
			let error = priced(units, limit).unwrap_err().to_string();
			assert!(error.contains(word), "{error}");
		}
	}

	#[test]
	fn what_an_order_costs_is_told_in_its_asset() {
		// A BPI is worth 2 dollars.
		let asset = dollars(Some(500_000 * 10u128.pow(18)));
		let (deposit, fee) = (100_000_000_000, 10_000_000_000);
		let costs = Costs::of(&asset, 7_500_000, (deposit, fee)).unwrap();
		let whole = Costs {
			price: 7_500_000,
			deposit: 200_000,
			fee: 20_000,
		};
		assert_eq!(costs, whole);
		let has = |free| costs.ensure_affordable(&asset, &AccountId32([1; 32]), Holding { free, reserved: 0 });
		assert!(has(7_730_000).is_ok(), "all of it, and what must stay");
		let error = has(7_729_999).unwrap_err().to_string();
		for words in [
			"costs 7.72 tUSD",
			"7.5 tUSD for the work",
			"0.2 tUSD for its record",
			"a fee of 0.02 tUSD",
			"has 7.729999 tUSD free, of which 0.01 tUSD must stay",
		] {
			assert!(error.contains(words), "{words}: {error}");
		}
	}

	#[test]
	fn nothing_is_ordered_in_an_asset_without_a_rate() {
		let error = Costs::of(&dollars(None), 1, (1, 1)).unwrap_err().to_string();
		assert!(error.contains("no rate for tUSD (asset 1984)"), "{error}");
	}
}
