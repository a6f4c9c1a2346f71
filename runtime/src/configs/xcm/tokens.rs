//! Other chains' tokens on this one: the relay chain's, and those of its asset hub that root has let in, such as
//! stablecoins. Their chain keeps the reserve, in our account there; here is an asset that stands for it, minted when that
//! chain says that it has put as much aside, and burned when it goes back.
//! `docs/decisions/0011-relay-token-by-reserve.md` and `0014-stablecoins-of-the-asset-hub.md` say what is open, and why no more.

use super::LocationToAccountId;
use crate::{configs::money, AccountId, Assets, Balance, PolkadotXcm};
use alloc::vec::Vec;
use frame_support::{
	parameter_types,
	traits::{fungibles::Inspect, Contains, ContainsPair},
};
use xcm::latest::prelude::*;
use xcm_builder::{FungiblesAdapter, NoChecking};
use xcm_executor::traits::{Error as MatchError, MatchesFungibles};

/// The number of the relay chain's token among the assets of `pallet-assets`: the last one, which neither who counts
/// from the first nor who takes the numbers of currencies (ISO 4217) gives to anything else.
pub const RELAY_TOKEN_ASSET_ID: money::AssetId = money::AssetId::MAX;
/// The least that an account holds of it, in its smallest units: as much as of our own token, where it has as many
/// decimals. It keeps an account alive by itself, so it must cost something to hold.
pub const RELAY_TOKEN_MIN_BALANCE: Balance = 1_000_000_000;

/// The relay chain's asset hub: its number as a parachain, the same on Polkadot, Kusama, Paseo and Westend.
pub const ASSET_HUB: u32 = 1_000;
/// Where its runtime has the assets that anybody may make: `pallet-assets`, with numbers for names.
pub const ASSET_HUB_ASSETS: u8 = 50;
/// What is added here to an asset's number at the hub: its USDT, 1984, is 2147485632 here.
pub const ASSET_HUB_FIRST_ID: money::AssetId = 1 << 31;

parameter_types! {
	/// The relay chain, and its token.
	pub const RelayLocation: Location = Location::parent();
	/// The asset hub.
	pub AssetHubLocation: Location = Location::new(1, [Parachain(ASSET_HUB)]);
	/// Nothing is teleported, so nothing is ever counted there.
	pub CheckingAccount: AccountId = PolkadotXcm::check_account();
}

/// A token of another chain that can be had here, or could if root let it in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Token {
	/// The relay chain's.
	Relay,
	/// An asset of the hub, by its number there.
	Hub(money::AssetId),
}

impl Token {
	/// The one that has this name.
	pub fn named(location: &Location) -> Option<Self> {
		match location.unpack() {
			(1, []) => Some(Self::Relay),
			(1, [Parachain(ASSET_HUB), PalletInstance(ASSET_HUB_ASSETS), GeneralIndex(index)]) => {
				let index = money::AssetId::try_from(*index).ok()?;
				(index < RELAY_TOKEN_ASSET_ID - ASSET_HUB_FIRST_ID).then_some(Self::Hub(index))
			}
			_ => None,
		}
	}

	/// The one that this is an amount of.
	fn of(asset: &Asset) -> Option<Self> {
		Self::named(&asset.id.0).filter(|_| matches!(asset.fun, Fungible(_)))
	}

	/// The one that has this number here.
	pub fn numbered(id: money::AssetId) -> Option<Self> {
		match id {
			RELAY_TOKEN_ASSET_ID => Some(Self::Relay),
			_ => id.checked_sub(ASSET_HUB_FIRST_ID).map(Self::Hub),
		}
	}

	/// Its number here.
	pub fn number(self) -> money::AssetId {
		match self {
			Self::Relay => RELAY_TOKEN_ASSET_ID,
			Self::Hub(index) => ASSET_HUB_FIRST_ID.saturating_add(index),
		}
	}

	/// Its name among chains, from here.
	pub fn name(self) -> Location {
		match self {
			Self::Relay => RelayLocation::get(),
			Self::Hub(index) => Location::new(
				1,
				[
					Parachain(ASSET_HUB),
					PalletInstance(ASSET_HUB_ASSETS),
					GeneralIndex(index.into()),
				],
			),
		}
	}

	/// The chain that keeps its reserve.
	pub fn reserve(self) -> Location {
		match self {
			Self::Relay => RelayLocation::get(),
			Self::Hub(_) => AssetHubLocation::get(),
		}
	}
}

/// The tokens that there are here: what nobody has let in is not minted, and stays where it came from.
pub struct Tokens;

impl MatchesFungibles<money::AssetId, Balance> for Tokens {
	fn matches_fungibles(asset: &Asset) -> Result<(money::AssetId, Balance), MatchError> {
		match (Token::named(&asset.id.0).map(Token::number), &asset.fun) {
			(Some(number), Fungible(amount)) if Assets::asset_exists(number) => Ok((number, *amount)),
			_ => Err(MatchError::AssetNotHandled),
		}
	}
}

/// Mints and burns them.
pub type TokenTransactor =
	FungiblesAdapter<Assets, Tokens, LocationToAccountId, AccountId, NoChecking, CheckingAccount>;

/// Whose word is taken that an asset was put aside for us: that of the one chain that keeps its reserve.
pub struct TheirReserves;

impl ContainsPair<Asset, Location> for TheirReserves {
	fn contains(asset: &Asset, origin: &Location) -> bool {
		Token::of(asset).is_some_and(|token| token.reserve() == *origin)
	}
}

/// What users may move by reserve: other chains' tokens. Our own is in nobody's reserve yet.
pub struct OnlyTheirTokens;

impl Contains<(Location, Vec<Asset>)> for OnlyTheirTokens {
	fn contains((_, assets): &(Location, Vec<Asset>)) -> bool {
		assets.iter().all(|asset| Token::of(asset).is_some())
	}
}
