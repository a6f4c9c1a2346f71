//! Many accounts with one connection, and the calls that they sign: a load of jobs, from orders to approvals.

mod market;

pub use market::{GOODS_EACH, WISHES_EACH};

use crate::{
	calls::{self, Call},
	chain::{dev_account, Chain, Job, JobState},
	world::{account, BPI},
};
use anyhow::{ensure, Context, Result};
use futures::{stream, Stream, StreamExt};
use std::collections::BTreeMap;
use subxt::{config::DefaultExtrinsicParamsBuilder, utils::H256};
use subxt_signer::sr25519::Keypair;

/// Requests that are on their way at a time.
const IN_FLIGHT: usize = 64;
/// Jobs that a machine may have open at a time.
pub const JOBS_EACH: u32 = 32;
/// Of them those of one customer.
const ORDERS_EACH: u32 = 8;
/// Customers of a machine, so that it has as many jobs as it may have.
const CUSTOMERS_EACH: u32 = JOBS_EACH / ORDERS_EACH;

/// Makes a call about a job.
pub type OfJob = fn(u64) -> Call;

/// What a machine does about a job, in order.
pub const STEPS: [(&str, OfJob); 3] = [
	("jobs.accept", calls::accept),
	("jobs.start", calls::start),
	("jobs.deliver", calls::deliver),
];

/// A call, and who signs it.
pub type Unsigned = (Keypair, Call);

/// A call that needs its signature only.
#[derive(Clone, Debug)]
pub struct Numbered {
	/// Who signs it.
	pub signer: Keypair,
	/// What is called.
	pub call: Call,
	/// How many calls its signer has made before.
	pub nonce: u64,
}

/// Machines with one owner, and four customers for each.
#[derive(Debug)]
pub struct Crowd {
	chain: Chain,
	others: Vec<Chain>,
	owner: Keypair,
	customers: Vec<Keypair>,
	machines: Vec<Keypair>,
	nonces: BTreeMap<[u8; 32], u64>,
}

impl Crowd {
	/// So many machines, of which the chain knows nothing yet. Crowds of other names have other accounts.
	pub fn new(chain: Chain, name: &str, machines: u32) -> Self {
		let all = |kind: &str, count: u32| {
			(0..count)
				.map(|index| dev_account(&format!("{name}/{kind}/{index}")))
				.collect()
		};
		let (customers, machines) = (all("customer", machines * CUSTOMERS_EACH), all("machine", machines));
		Self {
			chain,
			others: Vec::new(),
			owner: dev_account(&format!("{name}/owner")),
			customers,
			machines,
			nonces: BTreeMap::new(),
		}
	}

	/// Other nodes, for what is sent again.
	pub fn also_through(self, others: Vec<Chain>) -> Self {
		Self { others, ..self }
	}

	/// The chain.
	pub fn chain(&self) -> &Chain {
		&self.chain
	}

	/// Goes on through another connection.
	pub fn reconnect(&mut self, chain: Chain) {
		self.chain = chain;
	}

	/// How many jobs it has when every machine is full.
	pub fn jobs(&self) -> usize {
		self.machines.len() * JOBS_EACH as usize
	}

	/// Money for the owner and the customers.
	pub fn endowments(&self) -> Vec<Unsigned> {
		let alice = dev_account("Alice");
		let endow = |(key, whole)| (alice.clone(), calls::transfer(account(key), whole * BPI));
		let customers = self.customers.iter().map(|customer| (customer, 1_000));
		std::iter::once((&self.owner, 10_000))
			.chain(customers)
			.map(endow)
			.collect()
	}

	/// So many transfers of each customer to somebody else.
	pub fn transfers(&self, each: usize) -> Vec<Unsigned> {
		let to = account(&dev_account("Supplier"));
		let customers = self.customers.iter();
		customers
			.flat_map(|customer| std::iter::repeat_n((customer.clone(), calls::transfer(to, BPI / 100)), each))
			.collect()
	}

	/// Machines for the owner, who must have none yet.
	pub fn registrations(&self) -> Vec<Unsigned> {
		let genesis = self.chain.genesis();
		let register = |(machine, count)| {
			let call = calls::register(&self.owner, machine, genesis, count);
			(self.owner.clone(), call)
		};
		self.machines.iter().zip(0..).map(register).collect()
	}

	/// An offer for each machine.
	///
	/// # Errors
	/// When not all machines are registered.
	pub async fn offers(&self) -> Result<Vec<Unsigned>> {
		let mine = self.registered().await?;
		let offer = |id: [u8; 32]| (self.owner.clone(), calls::publish_offer(id));
		Ok(mine.into_keys().map(offer).collect())
	}

	/// Every customer orders from one machine as often as he may, and every machine gets as many jobs as it may have.
	///
	/// # Errors
	/// When not every machine has its offer.
	pub async fn orders(&self) -> Result<Vec<Unsigned>> {
		let mine = self.registered().await?;
		let view = self.chain.now().await?;
		let (offers, clock) = (view.offers().await?, view.clock().await?);
		let offers: Vec<_> = offers
			.into_iter()
			.filter(|(_, offer)| mine.contains_key(&offer.machine))
			.collect();
		ensure!(
			offers.len() == self.machines.len(),
			"only {} of {} offers were published",
			offers.len(),
			self.machines.len()
		);
		let deliver_by = clock.last + 30 * 24 * 3_600_000;
		let customers = self.customers.chunks(CUSTOMERS_EACH as usize);
		let pairs = offers
			.iter()
			.zip(customers)
			.flat_map(|((offer, _), customers)| customers.iter().map(move |customer| (*offer, customer)));
		let orders = pairs.flat_map(|(offer, customer)| {
			let order = calls::order(offer, BPI, deliver_by);
			std::iter::repeat_n((customer.clone(), order), ORDERS_EACH as usize)
		});
		Ok(orders.collect())
	}

	/// One step of all the machines about all their jobs.
	///
	/// # Errors
	/// When not every order was taken.
	pub async fn work(&self, step: OfJob) -> Result<Vec<Unsigned>> {
		let mine = self.registered().await?;
		let jobs = self.all_jobs().await?;
		let call = |(id, job): (u64, Job)| {
			let key = mine.get(&job.machine).context("a job of an unknown machine")?;
			Ok((key.clone(), step(id)))
		};
		jobs.into_iter().map(call).collect()
	}

	/// The customers' approvals of all their jobs.
	///
	/// # Errors
	/// When not every order was taken.
	pub async fn approvals(&self) -> Result<Vec<Unsigned>> {
		let keys: BTreeMap<_, _> = self.customers.iter().map(|key| (account(key).0, key)).collect();
		let approval = |(id, job): (u64, Job)| {
			let key = keys.get(&job.customer().0).context("a job of an unknown customer")?;
			Ok(((*key).clone(), calls::approve(id)))
		};
		self.all_jobs().await?.into_iter().map(approval).collect()
	}

	/// Makes sure that every job of the crowd is where it should be.
	///
	/// # Errors
	/// When one is not.
	pub async fn expect_all(&self, is: impl Fn(JobState) -> bool) -> Result<()> {
		let jobs = self.all_jobs().await?;
		let others = jobs.values().filter(|job| !is(job.state)).count();
		ensure!(
			others == 0,
			"{others} of {} jobs are not where they should be: calls failed",
			jobs.len()
		);
		Ok(())
	}

	/// The jobs of the crowd's machines.
	///
	/// # Errors
	/// When there are not as many as there should be.
	pub async fn all_jobs(&self) -> Result<BTreeMap<u64, Job>> {
		let mine = self.registered().await?;
		let mut jobs = self.chain.now().await?.jobs().await?;
		jobs.retain(|_, job| mine.contains_key(&job.machine));
		ensure!(
			jobs.len() == self.jobs(),
			"only {} of {} orders were taken",
			jobs.len(),
			self.jobs()
		);
		Ok(jobs)
	}

	/// The keys of the crowd's machines by the machines' ids.
	async fn registered(&self) -> Result<BTreeMap<[u8; 32], Keypair>> {
		let keys: BTreeMap<_, _> = self.machines.iter().map(|key| (account(key).0, key)).collect();
		let machines = self.chain.now().await?.machines().await?.into_iter();
		let mine: BTreeMap<_, _> = machines
			.filter_map(|(id, machine)| keys.get(&machine.key.0).map(|key| (id, (*key).clone())))
			.collect();
		ensure!(
			mine.len() == self.machines.len(),
			"only {} of {} machines were registered",
			mine.len(),
			self.machines.len()
		);
		Ok(mine)
	}

	/// Gives each call its signer's next nonce.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn number(&mut self, calls: Vec<Unsigned>) -> Result<Vec<Numbered>> {
		let mut numbered = Vec::with_capacity(calls.len());
		for (signer, call) in calls {
			let nonce = self.nonce(&signer).await?;
			self.nonces.insert(account(&signer).0, nonce + 1);
			numbered.push(Numbered { signer, call, nonce });
		}
		Ok(numbered)
	}

	/// Signs calls for the runtime that the next block is made by: that of the best block, which may be newer than that of
	/// the last finalized one.
	///
	/// # Errors
	/// When the node does not answer, or a call does not fit the runtime.
	pub async fn sign(&self, calls: &[Numbered]) -> Result<Vec<Vec<u8>>> {
		let transactions = self.chain.best().await?.subxt().transactions();
		let sign = |Numbered { signer, call, nonce }: &Numbered| {
			let params = DefaultExtrinsicParamsBuilder::new().immortal().nonce(*nonce).build();
			let mut signable = transactions.create_signable_offline(call, params)?;
			Ok(signable.sign(signer)?.into_encoded())
		};
		calls.iter().map(sign).collect()
	}

	/// The nonce of somebody's next call.
	async fn nonce(&self, signer: &Keypair) -> Result<u64> {
		let who = account(signer);
		if let Some(nonce) = self.nonces.get(&who.0) {
			return Ok(*nonce);
		}
		Ok(self
			.chain
			.now()
			.await?
			.subxt()
			.transactions()
			.account_nonce(&who)
			.await?)
	}

	/// Throws signed calls into the pools of all nodes that it knows. One alone would not do: a node that still has the call as
	/// it was signed before takes no other with its number, while those that make blocks may have refused the first.
	pub async fn send_everywhere(&self, signed: &[Vec<u8>]) {
		for chain in std::iter::once(&self.chain).chain(&self.others) {
			throw(chain, signed).for_each(|_| async {}).await;
		}
	}

	/// Throws signed calls into the pool. Gives what the node says of each.
	pub fn send<'a>(&'a self, signed: &'a [Vec<u8>]) -> impl Stream<Item = Result<H256, subxt::rpcs::Error>> + 'a {
		throw(&self.chain, signed)
	}
}

fn throw<'a>(chain: &'a Chain, signed: &'a [Vec<u8>]) -> impl Stream<Item = Result<H256, subxt::rpcs::Error>> + 'a {
	let rpc = chain.rpc();
	stream::iter(signed)
		.map(move |bytes| rpc.author_submit_extrinsic(bytes))
		.buffered(IN_FLIGHT)
}
