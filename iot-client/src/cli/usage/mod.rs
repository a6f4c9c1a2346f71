//! Commands about what is paid for as it is used: rentals and payment channels.

mod channel;
mod ends;
mod rental;

pub(super) use channel::channel;
pub(super) use rental::rental;

use super::{args::MaybeSigner, market::Actor, CliError, Desk, Result};
use crate::{
	amount::Written,
	asset::Denomination,
	chain::{
		market::{MarketCall, Rateable},
		UsageCall,
	},
	parse::show_millis,
};
use std::time::Duration;

async fn simply(desk: &Desk<'_>, call: UsageCall, signer: &MaybeSigner) -> Result<u8> {
	desk.by_anyone(call.into(), signer).await
}

async fn rate(desk: &Desk<'_>, agreement: Rateable, stars: u8, signer: &MaybeSigner) -> Result<u8> {
	desk.by_anyone(MarketCall::Rate { agreement, stars }.into(), signer)
		.await
}

fn millis(time: Duration) -> u64 {
	u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn amount(money: &Denomination, written: &Written) -> Result<u128> {
	money.read(written.as_str()).map_err(CliError::refused)
}

/// How far a moment of unix time is from now.
fn away(moment: u64, now: u64) -> String {
	match moment.checked_sub(now) {
		Some(ahead) => format!("in {}", show_millis(ahead)),
		None => format!("{} ago", show_millis(now - moment)),
	}
}
