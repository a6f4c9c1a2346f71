//! How many calls fit into a full block, and how long the node takes to make one.
//!
//! The pool is filled with one kind of call from many accounts while blocks come slowly. The node says of each block how
//! long it took and whether it stopped because the block was full. Transfers are measured in the same run: the ratio to
//! them tells more than a number that is this computer's.

use anyhow::{ensure, Context, Result};
use bpiiot_harness::{
	calls::{order_arguments, publish_offer},
	chain::{dev_account, Chain, JobState},
	figure::Figure,
	node::{Node, NodeSetup},
	process::{wait_until, Log},
	world::{account, temporary_folder, BPI},
};
use futures::{stream, Stream, StreamExt, TryStreamExt};
use std::{
	collections::BTreeMap,
	time::{Duration, Instant},
};
use subxt::{
	config::DefaultExtrinsicParamsBuilder,
	dynamic::{self, Value},
	ext::scale_value::value,
	tx::DynamicPayload,
	utils::{AccountId32, H256},
};
use subxt_signer::sr25519::Keypair;

/// Requests that are on their way at a time.
const IN_FLIGHT: usize = 64;
/// How long one kind of call may take to get through.
const PHASE_LIMIT: Duration = Duration::from_secs(600);
/// How long a block may take to come.
const BLOCK_LIMIT: Duration = Duration::from_secs(60);
/// Calls that a block has by itself: the time, and the relay chain's data.
const INHERENTS: u64 = 2;
/// The block time that a rate is given for: a parachain's.
const SLOT: f64 = 6.0;
/// Jobs that a machine may have open at a time.
const JOBS_EACH: u32 = 32;
/// Of them those of one customer.
const ORDERS_EACH: u32 = 8;
/// Customers of a machine, so that it has as many jobs as it may have.
const CUSTOMERS_EACH: u32 = JOBS_EACH / ORDERS_EACH;
/// Transfers of each customer.
const TRANSFERS_EACH: u32 = 32;

/// Makes a call about a job.
type OfJob = fn(u64) -> Call;
/// What a machine does about a job.
const STEPS: [(&str, OfJob); 3] = [
	("jobs.accept", accept),
	("jobs.start", start),
	("jobs.deliver", deliver),
];
/// How many times the time of a transfer each call may take.
const LIMITS: [(&str, f64); 5] = [
	("jobs.order", 2.0),
	("jobs.accept", 1.3),
	("jobs.start", 1.2),
	("jobs.deliver", 1.5),
	("jobs.approve", 2.2),
];
/// The same for all of them together.
const LIMIT_OF_ALL: f64 = 8.2;

/// What each call takes, in the time that a transfer takes, and all together.
fn ratios(transfers: &Phase, phases: &[Phase]) -> Vec<Figure> {
	let figure = |what: String, ratio: f64, limit: Option<f64>| {
		let how = match limit {
			Some(limit) if ratio <= limit => format!("limit {limit}: ok"),
			Some(limit) => format!("limit {limit}: OVER"),
			None => String::new(),
		};
		Figure::new(format!("{what}, time of a transfer"), ratio, "times", how)
	};
	let ratio = |phase: &Phase| phase.micros_each / transfers.micros_each;
	let limit = |name: &str| LIMITS.iter().find(|(call, _)| *call == name).map(|(_, limit)| *limit);
	let mut figures: Vec<_> = phases
		.iter()
		.map(|phase| figure(phase.name.to_owned(), ratio(phase), limit(phase.name)))
		.collect();
	let all = phases.iter().map(ratio).sum();
	figures.push(figure("a job of one unit".to_owned(), all, Some(LIMIT_OF_ALL)));
	figures
}

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Size {
	/// The time between two blocks.
	pub block_time: Duration,
	/// Machines, with four customers each; each machine gets 32 orders, eight of each.
	pub machines: u32,
}

/// Measures orders, the machines' calls, approvals, and transfers.
///
/// # Errors
/// When any call fails.
pub async fn measure(size: Size) -> Result<Vec<Figure>> {
	let folder = temporary_folder()?;
	let mut setup = NodeSetup::new(folder.path(), size.block_time)?;
	setup.arguments = vec!["--pool-limit=50000".to_owned(), "--pool-kbytes=200000".to_owned()];
	let log = Log::open(&setup.log());
	let mut node = setup.start()?;
	let chain = node.ready().await?;
	let mut crowd = Crowd::new(chain, log, size.machines);
	let figures = crowd.measure(&mut node).await?;
	node.stop().await?;
	Ok(figures)
}

/// A block as its maker tells of it.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Made {
	number: u64,
	millis: f64,
	calls: u64,
	/// It ended because nothing more fits, not because there was nothing more.
	full: bool,
}

impl Made {
	/// Reads the line that the SDK's block author logs.
	fn parse(line: &str) -> Option<Self> {
		let rest = line.split_once("Prepared block for proposing at ")?.1;
		let (number, rest) = rest.split_once(" (")?;
		let (millis, rest) = rest.split_once(" ms)")?;
		let (_, rest) = rest.split_once("end: ")?;
		let (end, rest) = rest.split_once("; extrinsics_count: ")?;
		let count: u64 = rest.split_whitespace().next()?.parse().ok()?;
		Some(Self {
			number: number.parse().ok()?,
			millis: millis.parse().ok()?,
			calls: count.saturating_sub(INHERENTS),
			full: end.starts_with("HitBlock"),
		})
	}
}

/// What one kind of call came to.
#[derive(Clone, Debug)]
struct Phase {
	name: &'static str,
	/// Calls in the fullest block, and whether it was really full.
	calls: u64,
	full: bool,
	/// What the node took for it, for each call.
	micros_each: f64,
}

impl Phase {
	fn of(name: &'static str, blocks: &[Made]) -> Result<Self> {
		let fullest = blocks.iter().max_by_key(|block| (block.full, block.calls));
		let fullest = fullest
			.filter(|block| block.calls > 0)
			.with_context(|| format!("no block has any {name}"))?;
		let micros_each = fullest.millis * 1_000.0 / fullest.calls as f64;
		Ok(Self {
			name,
			calls: fullest.calls,
			full: fullest.full,
			micros_each,
		})
	}

	fn figures(&self, transfers: &Self) -> [Figure; 3] {
		let name = self.name;
		let rate = self.calls as f64 / SLOT;
		let how = match self.full {
			true => format!("{} in a full block, one every {SLOT} s", self.calls),
			false => format!("at least: {} in the fullest block, which was not full", self.calls),
		};
		[
			Figure::new(format!("{name}, by weight"), rate, "1/s", how),
			Figure::new(
				format!("{name}, as many as transfers"),
				self.calls as f64 / transfers.calls as f64,
				"times",
				"by weight",
			),
			Figure::new(
				format!("{name}, making the block"),
				self.micros_each,
				"µs each",
				"by this computer's clock",
			),
		]
	}
}

/// Many accounts with one connection.
struct Crowd {
	chain: Chain,
	log: Log,
	owner: Keypair,
	customers: Vec<Keypair>,
	machines: Vec<Keypair>,
	nonces: BTreeMap<[u8; 32], u64>,
}

impl Crowd {
	fn new(chain: Chain, log: Log, count: u32) -> Self {
		let all = |kind: &str, count: u32| {
			(0..count)
				.map(|index| dev_account(&format!("bench/{kind}/{index}")))
				.collect()
		};
		let (customers, machines) = (all("customer", count * CUSTOMERS_EACH), all("machine", count));
		Self {
			chain,
			log,
			owner: dev_account("Owner"),
			customers,
			machines,
			nonces: BTreeMap::new(),
		}
	}

	async fn measure(&mut self, node: &mut Node) -> Result<Vec<Figure>> {
		self.set_up(node).await?;
		let recipient = account(&dev_account("Supplier"));
		let transfers = self.customers.clone().into_iter().flat_map(|customer| {
			let call = transfer(recipient, BPI / 100);
			std::iter::repeat_n((customer, call), TRANSFERS_EACH as usize)
		});
		let transfers = transfers.collect::<Vec<_>>();
		let transfers = self.phase(node, "balances.transfer_keep_alive", transfers).await?;
		let orders = self.orders().await?;
		let orders = self.phase(node, "jobs.order", orders).await?;
		let mut steps = Vec::new();
		for (name, step) in STEPS {
			let calls = self.work(step).await?;
			steps.push(self.phase(node, name, calls).await?);
		}
		self.expect_all(|state| state == JobState::Delivered).await?;
		let approvals = self.approvals().await?;
		let approvals = self.phase(node, "jobs.approve", approvals).await?;
		self.expect_all(|state| matches!(state, JobState::Settled(_))).await?;
		let phases: Vec<_> = [orders].into_iter().chain(steps).chain([approvals]).collect();
		let mut figures: Vec<_> = transfers.figures(&transfers).into();
		figures.extend(phases.iter().flat_map(|phase| phase.figures(&transfers)));
		figures.extend(ratios(&transfers, &phases));
		Ok(figures)
	}

	/// Money for the customers, machines for the owner, an offer for each machine.
	async fn set_up(&mut self, node: &mut Node) -> Result<()> {
		let alice = dev_account("Alice");
		let mut calls: Vec<_> = self
			.customers
			.iter()
			.map(|customer| (alice.clone(), transfer(account(customer), 1_000 * BPI)))
			.collect();
		let genesis = self.chain.genesis();
		for (index, machine) in self.machines.iter().enumerate() {
			calls.push((
				self.owner.clone(),
				register(&self.owner, machine, genesis, index as u32),
			));
		}
		self.phase(node, "set-up", calls).await?;
		let machines = self.chain.now().await?.machines().await?;
		ensure!(
			machines.len() == self.machines.len(),
			"only {} machines were registered",
			machines.len()
		);
		let offers = machines
			.into_iter()
			.map(|(id, _)| (self.owner.clone(), publish_offer(id)))
			.collect();
		self.phase(node, "offers", offers).await?;
		Ok(())
	}

	/// Every customer orders from one machine as often as he may, and every machine gets as many jobs as it may have.
	async fn orders(&mut self) -> Result<Vec<(Keypair, Call)>> {
		let view = self.chain.now().await?;
		let (offers, clock) = (view.offers().await?, view.clock().await?);
		ensure!(
			offers.len() == self.machines.len(),
			"only {} offers were published",
			offers.len()
		);
		let deliver_by = clock.last + 30 * 24 * 3_600_000;
		let customers = self.customers.chunks(CUSTOMERS_EACH as usize);
		let pairs = offers
			.keys()
			.zip(customers)
			.flat_map(|(offer, customers)| customers.iter().map(move |customer| (*offer, customer)));
		let orders = pairs.flat_map(|(offer, customer)| {
			std::iter::repeat_n((customer.clone(), order(offer, deliver_by)), ORDERS_EACH as usize)
		});
		Ok(orders.collect())
	}

	/// One step of all the machines about all their jobs.
	async fn work(&mut self, step: OfJob) -> Result<Vec<(Keypair, Call)>> {
		let view = self.chain.now().await?;
		let (jobs, machines) = (view.jobs().await?, view.machines().await?);
		let expected = self.machines.len() * JOBS_EACH as usize;
		ensure!(
			jobs.len() == expected,
			"only {} of {expected} orders were taken",
			jobs.len()
		);
		let keys: BTreeMap<_, _> = self.machines.iter().map(|key| (account(key).0, key.clone())).collect();
		let key_of: BTreeMap<_, _> = machines.into_iter().map(|(id, machine)| (id, machine.key.0)).collect();
		let mut calls = Vec::with_capacity(jobs.len());
		for (id, job) in jobs {
			let key = key_of
				.get(&job.machine)
				.and_then(|key| keys.get(key))
				.context("a job of an unknown machine")?;
			calls.push((key.clone(), step(id)));
		}
		Ok(calls)
	}

	async fn approvals(&mut self) -> Result<Vec<(Keypair, Call)>> {
		let keys: BTreeMap<_, _> = self.customers.iter().map(|key| (account(key).0, key.clone())).collect();
		let jobs = self.chain.now().await?.jobs().await?;
		let approval = |(id, job): (u64, bpiiot_harness::chain::Job)| {
			let key = keys.get(&job.customer().0).context("a job of an unknown customer")?;
			Ok((key.clone(), approve(id)))
		};
		jobs.into_iter().map(approval).collect()
	}

	async fn expect_all(&self, is: impl Fn(JobState) -> bool) -> Result<()> {
		let jobs = self.chain.now().await?.jobs().await?;
		let others = jobs.values().filter(|job| !is(job.state)).count();
		ensure!(
			others == 0,
			"{others} of {} jobs are not where they should be: calls failed",
			jobs.len()
		);
		Ok(())
	}

	/// Signs all calls, throws them into the pool at once, and waits until they are in blocks.
	async fn phase(&mut self, node: &mut Node, name: &'static str, calls: Vec<(Keypair, Call)>) -> Result<Phase> {
		let signed = self.sign(calls).await?;
		let count = signed.len() as u64;
		while self.log.next_line()?.is_some() {}
		let start = Instant::now();
		self.send(&signed)
			.try_for_each(|_| async { Ok(()) })
			.await
			.with_context(|| format!("{name}: refused"))?;
		eprintln!(
			"{name}: {count} calls in the pool after {:.1} s",
			start.elapsed().as_secs_f64()
		);

		let (mut blocks, mut done) = (Vec::new(), 0);
		while done < count {
			ensure!(
				start.elapsed() < PHASE_LIMIT,
				"{name}: only {done} of {count} calls are in blocks after {PHASE_LIMIT:?}"
			);
			let made = self.next_block(node).await?;
			done += made.calls;
			blocks.push(made);
			// Under such a load the pool may forget a call, and those behind it wait for it. A client sends it again; of
			// the others the node says that it has them.
			if made.calls == 0 && done < count {
				eprintln!("{name}: {} calls are missing, all are sent again", count - done);
				self.send(&signed).for_each(|_| async {}).await;
			}
		}
		let last = blocks.last().map_or(0, |block| block.number);
		self.chain
			.wait_for("the last of the blocks", PHASE_LIMIT, async |view| {
				Ok((view.number() >= last).then_some(()))
			})
			.await?;
		Phase::of(name, &blocks)
	}

	/// Throws signed calls into the pool. Gives what the node says of each.
	fn send<'a>(&'a self, signed: &'a [Vec<u8>]) -> impl Stream<Item = Result<H256, subxt::rpcs::Error>> + 'a {
		let rpc = self.chain.rpc();
		stream::iter(signed)
			.map(move |bytes| rpc.author_submit_extrinsic(bytes))
			.buffered(IN_FLIGHT)
	}

	/// The next block that the node makes.
	async fn next_block(&mut self, node: &mut Node) -> Result<Made> {
		let log = &mut self.log;
		wait_until("the next block", BLOCK_LIMIT, || {
			let looked = node.process().ensure_running().and_then(|()| {
				while let Some(line) = log.next_line()? {
					if let Some(made) = Made::parse(&line) {
						return Ok(Some(made));
					}
				}
				Ok(None)
			});
			async { looked }
		})
		.await
	}

	async fn sign(&mut self, calls: Vec<(Keypair, Call)>) -> Result<Vec<Vec<u8>>> {
		let transactions = self.chain.now().await?.subxt().transactions();
		let mut signed = Vec::with_capacity(calls.len());
		for (signer, call) in calls {
			let who = account(&signer);
			let nonce = match self.nonces.get(&who.0) {
				Some(nonce) => *nonce,
				None => transactions.account_nonce(&who).await?,
			};
			self.nonces.insert(who.0, nonce + 1);
			let params = DefaultExtrinsicParamsBuilder::new().immortal().nonce(nonce).build();
			let mut signable = transactions.create_signable_offline(&call, params)?;
			signed.push(signable.sign(&signer)?.into_encoded());
		}
		Ok(signed)
	}
}

type Call = DynamicPayload<Vec<Value>>;

fn call(pallet: &str, name: &str, arguments: Vec<Value>) -> Call {
	dynamic::tx(pallet, name, arguments)
}

fn transfer(to: AccountId32, planck: u128) -> Call {
	let to = Value::unnamed_variant("Id", [Value::from_bytes(to.0)]);
	call("Balances", "transfer_keep_alive", vec![to, Value::from(planck)])
}

fn register(owner: &Keypair, machine: &Keypair, genesis: H256, nonce: u32) -> Call {
	let (owner, key) = (account(owner), account(machine));
	let payload = [
		b"bpiiot/register".as_slice(),
		genesis.as_ref(),
		&owner.0,
		&key.0,
		&nonce.to_le_bytes(),
	]
	.concat();
	let profile = value!({
		model: (),
		location: (),
		capabilities: (),
		firmware: Value::from_bytes([0; 32]),
		metadata: Value::from_bytes([0; 32])
	});
	let proof = Value::from_bytes(machine.sign(&payload).0);
	let encryption_key = Value::from_bytes([0; 32]);
	let fee_allowance = value!({ amount: Value::from(10 * BPI), period: 0u128 });
	call(
		"Machines",
		"register",
		vec![Value::from_bytes(key.0), proof, profile, encryption_key, fee_allowance],
	)
}

fn order(offer: u64, deliver_by: u64) -> Call {
	call("Jobs", "order", order_arguments(offer, BPI, deliver_by))
}

fn accept(job: u64) -> Call {
	call("Jobs", "accept", vec![Value::from(u128::from(job))])
}

fn start(job: u64) -> Call {
	call("Jobs", "start", vec![Value::from(u128::from(job))])
}

fn deliver(job: u64) -> Call {
	let (job, units) = (Value::from(u128::from(job)), Value::from(1u128));
	call("Jobs", "deliver", vec![job, units, Value::from_bytes([9; 32])])
}

fn approve(job: u64) -> Call {
	call(
		"Jobs",
		"approve",
		vec![Value::from(u128::from(job)), Value::from(1u128)],
	)
}

#[cfg(test)]
mod tests {
	use super::*;
	use subxt::{config::substrate::SpecVersionForRange, Metadata, OfflineClient, SubstrateConfig};

	const LINE: &str = "2026-11-23 10:00:00 🎁 Prepared block for proposing at 12 (345 ms) hash: 0xab; parent_hash: 0xcd; end: HitBlockWeightLimit; extrinsics_count: 1203";

	#[test]
	fn reads_what_the_block_author_logs() {
		assert_eq!(
			Made::parse(LINE),
			Some(Made {
				number: 12,
				millis: 345.0,
				calls: 1201,
				full: true
			})
		);
		let idle = LINE.replace("HitBlockWeightLimit", "NoMoreTransactions");
		assert_eq!(Made::parse(&idle).map(|made| made.full), Some(false));
		assert_eq!(Made::parse("Imported #12"), None);
	}

	#[test]
	fn every_call_fits_the_runtime() {
		let metadata = include_bytes!("../../../iot-client/metadata/bpiiot.scale");
		let metadata = Metadata::decode_from(&metadata[..]).unwrap();
		let versions = SpecVersionForRange {
			block_range: 0..1,
			spec_version: 1,
			transaction_version: 1,
		};
		let config = SubstrateConfig::builder()
			.set_metadata_for_spec_versions([(1, metadata.into())])
			.set_spec_version_for_block_ranges([versions])
			.build();
		let runtime = OfflineClient::new_with_config(config).at_block(0u64).unwrap();
		let (owner, machine) = (dev_account("Owner"), dev_account("Machine"));
		let calls = [
			register(&owner, &machine, H256::zero(), 3),
			publish_offer([1; 32]),
			order(7, 8),
			approve(7),
		];
		let steps = STEPS.map(|(_, step)| step(7));
		for call in calls.into_iter().chain(steps) {
			let name = call.call_name().to_owned();
			let encoded = runtime.transactions().call_data(&call);
			assert!(encoded.is_ok_and(|bytes| bytes.len() > 2), "{name}");
		}
	}

	#[test]
	fn a_full_block_counts_before_a_larger_one_that_was_not_full() {
		let made = |calls, full| Made {
			number: 1,
			millis: 100.0,
			calls,
			full,
		};
		let phase = Phase::of("x", &[made(10, false), made(100, true), made(120, false)]).unwrap();
		assert_eq!((phase.calls, phase.full, phase.micros_each), (100, true, 1_000.0));
		assert!(Phase::of("x", &[made(0, false)]).is_err());
	}
}
