//! Looks at every finalized block: who paid which fees, and whether an account that must have nothing ever had something.

use crate::chain::{Asset, Chain, Refused, View};
use anyhow::{bail, Result};
use std::{collections::BTreeMap, time::Duration};
use subxt::{
	error::DispatchError,
	events::Phase,
	ext::scale_decode::{self, DecodeAsType},
	utils::AccountId32,
};
use tokio::{sync::watch, task::JoinHandle, time::timeout};

/// How long the auditor may be behind the chain.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was seen, from the first block on.
#[derive(Clone, Debug, Default)]
pub struct Audit {
	/// The last block that was looked at.
	pub block: u64,
	/// All planck that there were in the first block that was looked at.
	pub first_issuance: u128,
	/// Blocks in which there was another amount.
	pub issuance_changed: Vec<u64>,
	/// Fees by who signed, in planck.
	pub fees: BTreeMap<[u8; 32], u128>,
	/// Calls that were refused in a block.
	pub failed_calls: u32,
	/// The last of them, in words.
	pub last_failed: Option<String>,
	/// Accounts that must have nothing, and the blocks in which they had something.
	pub had_money: Vec<(AccountId32, u64)>,
	/// Why no more blocks are looked at, if so.
	pub trouble: Option<String>,
}

impl Audit {
	/// Fees of what `account` signed, in planck.
	pub fn fees_of(&self, account: &AccountId32) -> u128 {
		self.fees.get(&account.0).copied().unwrap_or_default()
	}
}

/// Looks at finalized blocks until it is dropped.
#[derive(Debug)]
pub struct Auditor {
	seen: watch::Receiver<Audit>,
	poor: watch::Sender<Vec<(AccountId32, Asset)>>,
	task: JoinHandle<()>,
}

impl Auditor {
	/// Begins with the next finalized block.
	pub fn start(chain: Chain) -> Self {
		Self::begin(chain, Audit::default(), Vec::new())
	}

	/// Goes on where this one is, through another connection.
	pub fn go_on(&self, chain: Chain) -> Self {
		let audit = Audit {
			trouble: None,
			..self.seen.borrow().clone()
		};
		Self::begin(chain, audit, self.poor.borrow().clone())
	}

	fn begin(chain: Chain, audit: Audit, poor: Vec<(AccountId32, Asset)>) -> Self {
		let (poor, poor_seen) = watch::channel(poor);
		let (sender, seen) = watch::channel(audit);
		let task = tokio::spawn(async move {
			if let Err(error) = look(&chain, &poor_seen, &sender).await {
				sender.send_modify(|audit| audit.trouble = Some(format!("{error:#}")));
			}
		});
		Self { seen, poor, task }
	}

	/// From now on `account` must never have anything of the native token.
	pub fn must_be_poor(&self, account: AccountId32) {
		self.must_have_none(account, Asset::Native);
	}

	/// From now on `account` must never have anything of this.
	pub fn must_have_none(&self, account: AccountId32, asset: Asset) {
		self.poor.send_modify(|accounts| accounts.push((account, asset)));
	}

	/// What was seen up to a block, or a later one.
	///
	/// # Errors
	/// When not all blocks up to it could be looked at.
	pub async fn up_to(&mut self, block: u64) -> Result<Audit> {
		let audit = timeout(
			PATIENCE,
			self.seen
				.wait_for(|audit| audit.block >= block || audit.trouble.is_some()),
		)
		.await??;
		match &audit.trouble {
			Some(trouble) => bail!("not every block was looked at: {trouble}"),
			None => Ok(audit.clone()),
		}
	}
}

impl Drop for Auditor {
	fn drop(&mut self) {
		self.task.abort();
	}
}

type Poor = watch::Receiver<Vec<(AccountId32, Asset)>>;

async fn look(chain: &Chain, poor: &Poor, seen: &watch::Sender<Audit>) -> Result<()> {
	let mut blocks = chain.follow().await?;
	loop {
		let view = blocks.next().await?;
		let before = seen.borrow().block;
		// The stream may leave some out.
		for height in (before + 1..view.number()).filter(|_| before > 0) {
			look_at(&chain.at_height(height).await?, poor, seen).await?;
		}
		if view.number() > before {
			look_at(&view, poor, seen).await?;
		}
	}
}

#[derive(DecodeAsType)]
#[decode_as_type(crate_path = "scale_decode")]
struct FeePaid {
	who: AccountId32,
	actual_fee: u128,
}

/// Which call is at this place of a block.
async fn call_at(view: &View, place: u32) -> Result<String> {
	let extrinsics = view.subxt().extrinsics().fetch().await?;
	let call = extrinsics.iter().nth(place as usize).transpose()?;
	Ok(call.map_or_else(String::new, |call| {
		format!("{}.{}", call.pallet_name(), call.call_name())
	}))
}

async fn look_at(view: &View, poor: &Poor, seen: &watch::Sender<Audit>) -> Result<()> {
	let issuance = view.issuance().await?;
	let mut audit = seen.borrow().clone();
	if audit.block == 0 {
		audit.first_issuance = issuance;
	}
	if issuance != audit.first_issuance {
		audit.issuance_changed.push(view.number());
	}
	for event in view.subxt().events().fetch().await?.iter() {
		let event = event?;
		match (event.pallet_name(), event.event_name()) {
			("TransactionPayment", "TransactionFeePaid") => {
				let fee: FeePaid = event.decode_fields_unchecked_as()?;
				*audit.fees.entry(fee.who.0).or_default() += fee.actual_fee;
			}
			("System", "ExtrinsicFailed") => {
				audit.failed_calls += 1;
				let error = DispatchError::decode_from(event.field_bytes(), view.subxt().metadata())?;
				let call = match event.phase() {
					Phase::ApplyExtrinsic(place) => call_at(view, place).await?,
					_ => "a hook".to_owned(),
				};
				audit.last_failed = Some(format!("{call} in block {}: {}", view.number(), Refused::from(error)));
			}
			_ => {}
		}
	}
	let accounts = poor.borrow().clone();
	for (account, asset) in accounts {
		if view.balance_in(asset, &account).await?.total() > 0 {
			audit.had_money.push((account, view.number()));
		}
	}
	audit.block = view.number();
	seen.send_replace(audit);
	Ok(())
}
