//! In the place of the light client, where there is none.

use super::{LightReport, Specs};
use crate::chain::error::{ChainError, Result};
use std::time::Duration;
use subxt::utils::H256;

/// A light client; there is none in this build.
#[derive(Debug)]
pub enum LightClient {}

impl LightClient {
	/// Cannot begin.
	///
	/// # Errors
	/// Always: this client was built without it.
	pub async fn start(_: &Specs) -> Result<Self> {
		let what = "this iot-client was built without it; build it with `--features light-client`";
		Err(ChainError::LightClient(what.to_owned()))
	}

	/// What it would say.
	///
	/// # Errors
	/// Never: there is none to ask.
	pub async fn finalized_at(&self, _: H256, _: u64, _: Duration) -> Result<H256, String> {
		match *self {}
	}

	/// Waits until it has synced.
	pub async fn synced(&self) {
		match *self {}
	}

	/// How it would stand.
	pub fn report(&self) -> LightReport {
		match *self {}
	}
}
