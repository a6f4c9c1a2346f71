//! The chain as the harness sees it: by the node's own metadata, with nothing of the client's code, so that it can judge
//! what the client says and does. Everything is read at finalized blocks.

pub mod market;
mod records;

pub use records::{Asset, Balance, Clock, Escrow, GoodsOrder, Job, JobState, Machine, Offer, Outcome, Quote, Request};

use records::{AccountInfo, AssetAccount, AssetDetails, Hold, Sudid};

use anyhow::{anyhow, bail, ensure, Context, Result};
use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};
use subxt::{
	backend::LegacyBackend,
	client::{Block, Blocks, OnlineClientAtBlock},
	dynamic,
	error::{DispatchError, TransactionEventsError, TransactionFinalizedSuccessError},
	ext::{
		frame_decode::storage::{IntoDecodableValues, IntoEncodableValues},
		scale_decode::DecodeAsType,
	},
	extrinsics::ExtrinsicEvents,
	rpcs::{methods::legacy::LegacyRpcMethods, RpcClient},
	tx::Payload,
	utils::{AccountId32, H256},
	OnlineClient, SubstrateConfig,
};
use subxt_signer::{sr25519::Keypair, SecretUri};
use tokio::time::timeout;

/// How long the node may take to answer or to make the next block: a busy small computer with blocks of 6 s.
const PATIENCE: Duration = Duration::from_secs(60);

/// A well-known account of development chains, such as `Owner` for `//Owner`.
///
/// # Panics
/// When `name` is no derivation: all callers name one of ours.
pub fn dev_account(name: &str) -> Keypair {
	let uri: SecretUri = format!("//{name}").parse().expect("a plain derivation is an URI; qed");
	Keypair::from_uri(&uri).expect("the development phrase is valid; qed")
}

/// A connection to a node.
#[derive(Clone, Debug)]
pub struct Chain {
	client: OnlineClient<SubstrateConfig>,
	rpc: LegacyRpcMethods<subxt::config::RpcConfigFor<SubstrateConfig>>,
	patience: Duration,
}

impl Chain {
	/// Connects.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn connect(url: &str) -> Result<Self> {
		let raw = timeout(PATIENCE, RpcClient::from_url(url))
			.await
			.with_context(|| format!("no answer from {url}"))??;
		let backend: LegacyBackend<SubstrateConfig> =
			LegacyBackend::builder().storage_page_size(512).build(raw.clone());
		let client = timeout(PATIENCE, OnlineClient::from_backend(Arc::new(backend))).await??;
		Ok(Self {
			client,
			rpc: LegacyRpcMethods::new(raw),
			patience: PATIENCE,
		})
	}

	/// The same, but the next finalized block may take so long to come.
	pub fn with_patience(self, patience: Duration) -> Self {
		Self { patience, ..self }
	}

	/// Hash of the first block.
	pub fn genesis(&self) -> H256 {
		self.client.genesis_hash()
	}

	/// The node's remote procedures.
	pub fn rpc(&self) -> &LegacyRpcMethods<subxt::config::RpcConfigFor<SubstrateConfig>> {
		&self.rpc
	}

	/// The chain at the last finalized block.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn now(&self) -> Result<View> {
		let at = timeout(PATIENCE, self.client.at_current_block())
			.await
			.context("the node does not answer")??;
		Ok(View { at })
	}

	/// The chain at the newest block, which need not be final.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn best(&self) -> Result<View> {
		let best = self.rpc.chain_get_block_hash(None).await?;
		let best = best.context("the node has no block")?;
		Ok(View {
			at: timeout(PATIENCE, self.client.at_block(best)).await??,
		})
	}

	/// The version of the runtime that a block leaves behind; of the newest one if none is named, which need not be final.
	///
	/// # Errors
	/// When the node does not answer, or does not know the block.
	pub async fn runtime_version(&self, block: Option<H256>) -> Result<u32> {
		Ok(self.rpc.state_get_runtime_version(block).await?.spec_version)
	}

	/// The chain at the block of this height.
	///
	/// # Errors
	/// When the node does not know it.
	pub async fn at_height(&self, number: u64) -> Result<View> {
		Ok(View {
			at: timeout(PATIENCE, self.client.at_block(number)).await??,
		})
	}

	/// The hash of the block of this height. A node knows it of old blocks too, whose state it does not keep.
	///
	/// # Errors
	/// When the node has no such block.
	pub async fn hash_at(&self, number: u64) -> Result<H256> {
		let hash = self.rpc.chain_get_block_hash(Some(number.into())).await?;
		hash.with_context(|| format!("the node has no block {number}"))
	}

	/// Every block from now on, as it is finalized.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn follow(&self) -> Result<Follow> {
		let blocks = timeout(PATIENCE, self.client.stream_blocks()).await??;
		Ok(Follow {
			blocks,
			taken: None,
			patience: self.patience,
		})
	}

	/// Looks at the last finalized block, and at each one after it, until `look` gives a value.
	///
	/// # Errors
	/// When `look` fails, the node is gone, or nothing came within `limit`.
	pub async fn wait_for<T>(
		&self,
		what: &str,
		limit: Duration,
		mut look: impl AsyncFnMut(&View) -> Result<Option<T>>,
	) -> Result<T> {
		let waiting = async {
			let mut blocks = self.follow().await?;
			let mut view = self.now().await?;
			loop {
				if let Some(value) = look(&view).await? {
					return Ok(value);
				}
				view = blocks.next().await?;
			}
		};
		timeout(limit, waiting)
			.await
			.with_context(|| format!("waited {limit:?} for {what}"))?
	}

	/// Signs a call, and waits until it is in a finalized block and has succeeded.
	///
	/// # Errors
	/// A [`Refused`] when the chain refuses the call; otherwise when the node does.
	pub async fn submit(&self, signer: &Keypair, call: &impl Payload) -> Result<ExtrinsicEvents<SubstrateConfig>> {
		let sending = async {
			let mut transactions = self.client.transactions().await?;
			let progress = transactions.sign_and_submit_then_watch_default(call, signer).await?;
			match progress.wait_for_finalized_success().await {
				Ok(events) => Ok(events),
				Err(TransactionFinalizedSuccessError::SuccessError(TransactionEventsError::ExtrinsicFailed(error))) => {
					Err(anyhow!(Refused::from(error)))
				}
				Err(error) => Err(error.into()),
			}
		};
		let name = format!("{}.{}", call.pallet_name(), call.call_name());
		let patience = self.patience;
		timeout(patience, sending)
			.await
			.with_context(|| format!("{name} is in no finalized block after {patience:?}"))?
	}
}

impl Chain {
	/// Has root make a call, through whoever holds the sudo key.
	///
	/// # Errors
	/// A [`Refused`] when the chain refuses the call; otherwise when the node does.
	pub async fn sudo(&self, signer: &Keypair, pallet: &str, call: &str, arguments: Vec<dynamic::Value>) -> Result<()> {
		let inner = dynamic::Value::unnamed_variant(call, arguments);
		let inner = dynamic::Value::unnamed_variant(pallet, [inner]);
		let events = self.submit(signer, &dynamic::tx("Sudo", "sudo", vec![inner])).await?;
		// The call of sudo succeeds whatever becomes of the other one.
		for event in events.iter() {
			let event = event?;
			if (event.pallet_name(), event.event_name()) == ("Sudo", "Sudid") {
				let Sudid { sudo_result } = event.decode_fields_unchecked_as()?;
				let result = reason_name(&sudo_result);
				ensure!(result.starts_with("Ok"), Refused(format!("{pallet}.{call}: {result}")));
				return Ok(());
			}
		}
		bail!("{pallet}.{call}: sudo said nothing of it")
	}
}

/// The chain understood a call and refused it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused(pub String);

impl From<DispatchError> for Refused {
	fn from(error: DispatchError) -> Self {
		Self(match error {
			DispatchError::Module(error) => {
				let has_more = error.details().is_ok_and(|details| !details.variant.fields.is_empty());
				match error.as_root_error::<dynamic::Value>() {
					Ok(value) if has_more => value.to_string(),
					_ => error.details_string(),
				}
			}
			error => error.to_string(),
		})
	}
}

impl fmt::Display for Refused {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&self.0)
	}
}

impl std::error::Error for Refused {}

/// Finalized blocks as they come.
#[derive(Debug)]
pub struct Follow {
	blocks: Blocks<SubstrateConfig>,
	/// Taken from the stream and not given to anybody yet.
	taken: Option<Block<SubstrateConfig>>,
	patience: Duration,
}

impl Follow {
	/// The next one. When this is dropped before its end, no block is lost.
	///
	/// # Errors
	/// When none comes, or the node is gone.
	pub async fn next(&mut self) -> Result<View> {
		if self.taken.is_none() {
			let block = timeout(self.patience, self.blocks.next())
				.await
				.with_context(|| format!("no block was finalized for {:?}", self.patience))?;
			self.taken = Some(block.context("the node is gone")??);
		}
		let block = self.taken.as_ref().context("a block was taken")?;
		let at = timeout(PATIENCE, block.at())
			.await
			.context("the node does not answer")??;
		self.taken = None;
		Ok(View { at })
	}
}

/// The chain's state at one block.
#[derive(Clone, Debug)]
pub struct View {
	at: OnlineClientAtBlock<SubstrateConfig>,
}

impl View {
	/// The block's height.
	pub fn number(&self) -> u64 {
		self.at.block_number()
	}

	/// The block's hash.
	pub fn hash(&self) -> H256 {
		self.at.block_hash()
	}

	/// subxt's own view, for whatever is not offered here.
	pub fn subxt(&self) -> &OnlineClientAtBlock<SubstrateConfig> {
		&self.at
	}

	/// The stored value of a map's entry, or of a plain one with `()` for the keys.
	///
	/// # Errors
	/// When the runtime has no such storage, or the node does not answer.
	pub async fn value<Keys, Value>(&self, pallet: &str, entry: &str, keys: Keys) -> Result<Option<Value>>
	where
		Keys: IntoEncodableValues + IntoDecodableValues,
		Value: DecodeAsType,
	{
		let address = dynamic::storage::<Keys, Value>(pallet, entry);
		let found = timeout(PATIENCE, self.at.storage().try_fetch(address, keys)).await?;
		let found = found.with_context(|| format!("cannot read {pallet}.{entry}"))?;
		found
			.map(|value| value.decode())
			.transpose()
			.with_context(|| format!("{pallet}.{entry} has another form"))
	}

	/// All entries of a map with one key.
	///
	/// # Errors
	/// When the runtime has no such storage, or the node does not answer.
	pub async fn entries<Key, Value>(&self, pallet: &str, entry: &str) -> Result<Vec<(Key, Value)>>
	where
		Key: DecodeAsType,
		Value: DecodeAsType,
	{
		let address = dynamic::storage::<Vec<dynamic::Value>, Value>(pallet, entry);
		let reading = async {
			let mut stored = self.at.storage().iter(address, Vec::<dynamic::Value>::new()).await?;
			let mut all = Vec::new();
			while let Some(item) = stored.next().await {
				let item = item?;
				let part = item.key()?.part(0).context("a map has a key")?;
				let key = part
					.decode_as()?
					.with_context(|| format!("{pallet}.{entry} keeps no keys"))?;
				all.push((key, item.value().decode()?));
			}
			Ok::<_, anyhow::Error>(all)
		};
		timeout(PATIENCE, reading)
			.await?
			.with_context(|| format!("cannot read {pallet}.{entry}"))
	}

	/// A constant of a pallet.
	///
	/// # Errors
	/// When the runtime has no such constant, or it has another form.
	pub fn constant<Value: DecodeAsType>(&self, pallet: &str, name: &str) -> Result<Value> {
		let address = dynamic::constant::<Value>(pallet, name);
		let found = self.at.constants().entry(address);
		found.with_context(|| format!("cannot read {pallet}.{name}"))
	}

	/// What an account has.
	///
	/// # Errors
	/// When it cannot be read.
	pub async fn balance(&self, account: &AccountId32) -> Result<Balance> {
		let info: Option<AccountInfo> = self.value("System", "Account", (*account,)).await?;
		Ok(info
			.map(|AccountInfo { data }| Balance {
				free: data.free,
				reserved: data.reserved,
			})
			.unwrap_or_default())
	}

	/// All planck that there are.
	///
	/// # Errors
	/// When it cannot be read.
	pub async fn issuance(&self) -> Result<u128> {
		Ok(self.value("Balances", "TotalIssuance", ()).await?.unwrap_or_default())
	}

	/// What an account has of the native token or of an asset, in the smallest unit.
	///
	/// # Errors
	/// When it cannot be read.
	pub async fn balance_in(&self, asset: Asset, account: &AccountId32) -> Result<Balance> {
		let Asset::Asset(number) = asset else {
			return self.balance(account).await;
		};
		let free: Option<AssetAccount> = self.value("Assets", "Account", (number, *account)).await?;
		let held: Option<u128> = self.value("AssetsHolder", "BalancesOnHold", (number, *account)).await?;
		Ok(Balance {
			free: free.map_or(0, |account| account.balance),
			reserved: held.unwrap_or_default(),
		})
	}

	/// All that there is of the native token or of an asset, in the smallest unit.
	///
	/// # Errors
	/// When it cannot be read.
	pub async fn issuance_of(&self, asset: Asset) -> Result<u128> {
		let Asset::Asset(number) = asset else {
			return self.issuance().await;
		};
		let details: Option<AssetDetails> = self.value("Assets", "Asset", (number,)).await?;
		Ok(details.map_or(0, |details| details.supply))
	}

	/// What is on hold at an account, in planck, by reason, e.g. `Escrow.Agreement`.
	///
	/// # Errors
	/// When it cannot be read.
	pub async fn holds(&self, account: &AccountId32) -> Result<BTreeMap<String, u128>> {
		self.holds_in(Asset::Native, account).await
	}

	/// What is on hold at an account of the native token or of an asset, by reason.
	///
	/// # Errors
	/// When it cannot be read.
	pub async fn holds_in(&self, asset: Asset, account: &AccountId32) -> Result<BTreeMap<String, u128>> {
		let holds: Option<Vec<Hold>> = match asset {
			Asset::Native => self.value("Balances", "Holds", (*account,)).await?,
			Asset::Asset(number) => self.value("AssetsHolder", "Holds", (number, *account)).await?,
		};
		Ok(holds
			.unwrap_or_default()
			.into_iter()
			.map(|hold| (reason_name(&hold.id), hold.amount))
			.collect())
	}

	/// How many escrows have not ended. They stand in the jobs' records.
	///
	/// # Errors
	/// When they cannot be read.
	pub async fn open_escrows(&self) -> Result<usize> {
		Ok(self.jobs().await?.values().filter(|job| !job.escrow.ended).count())
	}

	/// The deposits for the records of a customer's jobs.
	///
	/// # Errors
	/// When they cannot be read.
	pub async fn deposits_of(&self, customer: &AccountId32) -> Result<BTreeMap<Asset, u128>> {
		let mut deposits = BTreeMap::new();
		for Job { escrow, .. } in self.jobs().await?.into_values() {
			if escrow.payer == *customer {
				*deposits.entry(escrow.asset).or_default() += escrow.deposit;
			}
		}
		Ok(deposits)
	}

	/// What an order costs whatever becomes of it, in planck.
	///
	/// # Errors
	/// When the runtime does not say.
	pub fn order_fee(&self) -> Result<u128> {
		self.constant("Jobs", "OrderFee")
	}

	/// The chain's clocks.
	///
	/// # Errors
	/// When they cannot be read.
	pub async fn clock(&self) -> Result<Clock> {
		self.value("Escrow", "Clock", ())
			.await?
			.context("the chain has no clock yet")
	}

	/// A job.
	///
	/// # Errors
	/// When it cannot be read.
	pub async fn job(&self, id: u64) -> Result<Option<Job>> {
		self.value("Jobs", "Jobs", (id,)).await
	}

	/// All jobs, oldest first.
	///
	/// # Errors
	/// When they cannot be read.
	pub async fn jobs(&self) -> Result<BTreeMap<u64, Job>> {
		Ok(self.entries("Jobs", "Jobs").await?.into_iter().collect())
	}

	/// All machines.
	///
	/// # Errors
	/// When they cannot be read.
	pub async fn machines(&self) -> Result<Vec<([u8; 32], Machine)>> {
		self.entries("Machines", "Machines").await
	}

	/// All offers, oldest first.
	///
	/// # Errors
	/// When they cannot be read.
	pub async fn offers(&self) -> Result<BTreeMap<u64, Offer>> {
		Ok(self.entries("Jobs", "Offers").await?.into_iter().collect())
	}
}

/// `Escrow.Agreement` for the hold reason of variant `Agreement` of pallet `Escrow`.
fn reason_name(id: &dynamic::Value) -> String {
	use subxt::ext::scale_value::{Composite, ValueDef};
	let mut names = Vec::new();
	let mut value = Some(id);
	while let Some(ValueDef::Variant(variant)) = value.map(|value| &value.value) {
		names.push(variant.name.as_str());
		value = match &variant.values {
			Composite::Unnamed(values) => values.first(),
			Composite::Named(values) => values.first().map(|(_, value)| value),
		};
	}
	names.join(".")
}
