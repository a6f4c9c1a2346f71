//! Sells execution for other chains' tokens, at the rates that root has set.

use super::{tokens::Token, AssetTransactors, CollatorsPot};
use crate::{
	configs::{fees::WeightToFee, money::GovernedRates},
	Assets, Balance, Escrow,
};
use bpiiot_primitives::AssetKind;
use frame_support::{
	traits::fungibles::Inspect,
	weights::{Weight, WeightToFee as _},
};
use sp_runtime::traits::Convert;
use xcm::latest::prelude::*;
use xcm_executor::{
	traits::{TransactAsset, WeightTrader},
	AssetsInHolding,
};

/// What a weight costs in a token, in its smallest units: what it costs in ours, at the rate that root has set. Without a
/// rate one unit of the relay chain's is taken for as much as ours: the token of a relay chain is worth more than that of a
/// young parachain, so this is dear rather than cheap; any other token buys nothing. Never less than an account must
/// hold, so that the first fee arrives.
pub fn price(weight: Weight, token: Token) -> Option<Balance> {
	let native = WeightToFee::weight_to_fee(&weight);
	let asset = AssetKind::Asset(token.number());
	let price = match (GovernedRates::convert(asset), token) {
		// None at a rate of nothing, or one beyond reason: nobody can pay.
		(Some(_), _) => Escrow::worth(native, asset).ok()?,
		(None, Token::Relay) => native,
		(None, Token::Hub(_)) => return None,
	};
	Some(price.max(Assets::minimum_balance(token.number())))
}

/// Sells execution for the first token of what is offered. Nothing is given back of what was bought: the rest could be too
/// little to arrive in the collators' pot.
pub struct TokenTrader;

impl WeightTrader for TokenTrader {
	fn new() -> Self {
		Self
	}

	fn buy_weight(
		&mut self,
		weight: Weight,
		mut payment: AssetsInHolding,
		context: &XcmContext,
	) -> Result<AssetsInHolding, (AssetsInHolding, XcmError)> {
		let Some(offered) = payment.fungible_assets_iter().next() else {
			return Err((payment, XcmError::AssetNotFound));
		};
		let price = match self.quote_weight(weight, offered.id, context) {
			Ok(price) => price,
			Err(error) => return Err((payment, error)),
		};
		let Ok(paid) = payment.try_take(price.into()) else {
			return Err((payment, XcmError::TooExpensive));
		};
		match AssetTransactors::deposit_asset(paid, &CollatorsPot::get(), Some(context)) {
			Ok(()) => Ok(payment),
			Err((unpaid, error)) => {
				payment.subsume_assets(unpaid);
				Err((payment, error))
			}
		}
	}

	fn quote_weight(&mut self, weight: Weight, given: AssetId, _: &XcmContext) -> Result<Asset, XcmError> {
		let token = Token::named(&given.0).ok_or(XcmError::AssetNotFound)?;
		let price = price(weight, token).ok_or(XcmError::TooExpensive)?;
		Ok((given, price).into())
	}
}
