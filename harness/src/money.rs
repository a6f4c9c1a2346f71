//! What is paid with in a world: the chain's own token, or a stablecoin that governance has let in.

use crate::{
	chain::{dev_account, Asset, Chain},
	world::{account_of, BPI},
};
use anyhow::Result;
use subxt::{
	dynamic::{self, Value},
	utils::AccountId32,
};

/// The number of the demonstration's stablecoin.
pub const STABLE: u32 = 1984;
/// What a smallest unit of it is worth, in planck: 2.5 tUSD are one BPI.
const STABLE_RATE: u128 = 400_000;
/// What a rate of 1 is on the chain: `FixedU128::DIV`.
const RATE_ONE: u128 = 1_000_000_000_000_000_000;
/// What the owner and the customer get of it.
const STABLE_ENDOWMENT: u128 = 10_000_000_000;
/// The least that an account of it holds: a cent.
const STABLE_MINIMUM: u128 = 10_000;

/// How amounts of something are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Money {
	/// What it is.
	pub asset: Asset,
	/// What stands behind an amount.
	pub symbol: &'static str,
	/// Places behind the point.
	pub decimals: usize,
}

impl Money {
	/// The chain's own token.
	pub const NATIVE: Self = Self {
		asset: Asset::Native,
		symbol: "BPI",
		decimals: 12,
	};

	/// The demonstration's stablecoin.
	pub const STABLE: Self = Self {
		asset: Asset::Asset(STABLE),
		symbol: "tUSD",
		decimals: 6,
	};

	/// Whether it is the chain's own token.
	pub fn is_native(&self) -> bool {
		self.asset == Asset::Native
	}

	/// An amount in smallest units as people read it: `7.5 BPI`.
	pub fn show(&self, smallest: u128) -> String {
		let digits = format!("{smallest:0>width$}", width = self.decimals + 1);
		let (whole, fraction) = digits.split_at(digits.len() - self.decimals);
		let fraction = fraction.trim_end_matches('0');
		let point = if fraction.is_empty() { "" } else { "." };
		format!("{whole}{point}{fraction} {}", self.symbol)
	}

	/// A change of an amount, with its sign.
	pub fn show_change(&self, before: u128, after: u128) -> String {
		match after.checked_sub(before) {
			Some(more) => format!("+{}", self.show(more)),
			None => format!("-{}", self.show(before - after)),
		}
	}

	/// What so many planck come to, rounded up as the chain does.
	pub fn worth(&self, planck: u128) -> u128 {
		match self.asset {
			Asset::Native => planck,
			Asset::Asset(_) => planck.div_ceil(STABLE_RATE),
		}
	}
}

/// The account that fees go to: that of the pallet id `PotStake`.
pub fn pot() -> AccountId32 {
	let mut bytes = [0; 32];
	bytes[..12].copy_from_slice(b"modlPotStake");
	AccountId32(bytes)
}

/// Has governance let the stablecoin in, and gives some of it to `//Owner` and `//Customer`.
///
/// # Errors
/// When the chain refuses.
pub async fn issue_stablecoin(chain: &Chain) -> Result<()> {
	let Money { symbol, decimals, .. } = Money::STABLE;
	let alice = dev_account("Alice");
	let id = || Value::from(u128::from(STABLE));
	let kind = || Value::unnamed_variant("Asset", [id()]);
	let address = |account: AccountId32| Value::unnamed_variant("Id", [Value::from_bytes(account.0)]);

	// Sufficient: whoever has some of it needs no native token.
	let create = vec![
		id(),
		address(account_of("Alice")),
		Value::bool(true),
		Value::from(STABLE_MINIMUM),
	];
	let names = vec![
		id(),
		Value::from_bytes("Test dollar"),
		Value::from_bytes(symbol),
		Value::from(decimals as u128),
		Value::bool(false),
	];
	let rate = vec![kind(), Value::from(STABLE_RATE * RATE_ONE)];
	for (pallet, call, arguments) in [
		("Assets", "force_create", create),
		("Assets", "force_set_metadata", names),
		("AssetRate", "create", rate),
	] {
		chain.sudo(&alice, pallet, call, arguments).await?;
	}
	// The pot too: an asset is listed only when fees in it can arrive.
	for (account, amount) in [
		(pot(), STABLE_MINIMUM),
		(account_of("Owner"), STABLE_ENDOWMENT),
		(account_of("Customer"), STABLE_ENDOWMENT),
	] {
		let mint = dynamic::tx("Assets", "mint", vec![id(), address(account), Value::from(amount)]);
		chain.submit(&alice, &mint).await?;
	}
	chain.sudo(&alice, "Escrow", "list_asset", vec![kind()]).await
}

/// An offer of drilling whose price and bond are in this money: 2.5 and 1 BPI, or about as much. Windows are in the
/// chain's time, of which a development node makes 6 s a block, whatever the real time between blocks: four hours are ten
/// minutes at four blocks a second, so that an order waits for several commands of a busy computer.
pub fn offer(money: Money) -> String {
	offer_waiting(money, "4h")
}

/// The same, with orders that wait so long for acceptance: `20m`.
pub fn offer_waiting(money: Money, accept_window: &str) -> String {
	let (asset, price, bond) = match money.asset {
		Asset::Native => (String::new(), 5 * BPI / 2, BPI),
		Asset::Asset(number) => (format!("asset = {number}\n"), 6_000_000, 2_500_000),
	};
	format!(
		"capability = \"drilling\"\n{asset}unit_price = \"{}\"\nmax_units = 100\nbond = \"{}\"\naccept_window = \"{accept_window}\"\n\
		lead_time = \"1m\"\nreview_window = \"4h\"\nrejection_fee = \"10%\"\n",
		money.show(price),
		money.show(bond)
	)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn shows_amounts_exactly() {
		let (native, stable) = (Money::NATIVE, Money::STABLE);
		assert_eq!(native.show(7_500_000_000_000), "7.5 BPI");
		assert_eq!(native.show(BPI), "1 BPI");
		assert_eq!(native.show(1), "0.000000000001 BPI");
		assert_eq!(stable.show(6_250_000), "6.25 tUSD");
		assert_eq!(native.show_change(BPI, 3 * BPI), "+2 BPI");
		assert_eq!(native.show_change(BPI, BPI / 2), "-0.5 BPI");
	}

	#[test]
	fn a_bpi_is_two_and_a_half_dollars_and_no_fee_is_nothing() {
		assert_eq!(Money::STABLE.worth(BPI), 2_500_000);
		assert_eq!(Money::STABLE.worth(1), 1);
		assert_eq!(Money::NATIVE.worth(7), 7);
	}

	#[test]
	fn an_offer_names_what_it_is_in() {
		assert!(offer(Money::STABLE).contains("asset = 1984\nunit_price = \"6 tUSD\""));
		assert!(!offer(Money::NATIVE).contains("asset"));
	}
}
