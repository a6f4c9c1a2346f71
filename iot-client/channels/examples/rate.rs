//! Vouchers a second, end to end: this program starts itself twice, as the seller's and the buyer's process, each on one core and
//! with its own file, and prints how many vouchers the seller had on its disk at the end.
//!
//! ```sh
//! cargo build --release -p iot-channels --example rate
//! target/release/examples/rate --channels 256 --seconds 10
//! ```

use anyhow::{Context, Result};
use bpiiot_voucher::{ChannelId, Domain, Metering, Tariff, Unit};
use clap::{Parser, ValueEnum};
use iot_channels::{run, BuyerEnd, Line, Pace, Purchase, Sale, SellerEnd, Store};
use iot_disk::Files;
use sp_core::{sr25519::Pair, Pair as _, H256};
use std::{
	io::{BufRead, BufReader},
	path::PathBuf,
	process::{Child, Command, Stdio},
	time::{Duration, Instant},
};
use tokio::{net::TcpListener, sync::mpsc};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Role {
	Both,
	Seller,
	Buyer,
}

#[derive(Debug, Parser)]
struct Options {
	#[arg(long, value_enum, default_value_t = Role::Both)]
	role: Role,
	/// Channels between the two.
	#[arg(long, default_value_t = 256)]
	channels: u64,
	/// How long, in seconds.
	#[arg(long, default_value_t = 10)]
	seconds: u64,
	/// Statements that fit into a tick: more than one may be under way.
	#[arg(long, default_value_t = 1)]
	tick: u64,
	/// How long a voucher waits for others to share its sync, in microseconds.
	#[arg(long, default_value_t = 2_000)]
	gather: u64,
	/// Where the two files are.
	#[arg(long)]
	dir: Option<PathBuf>,
	/// Where the seller listens; said to the buyer.
	#[arg(long)]
	address: Option<String>,
}

impl Options {
	fn store(&self, name: &str) -> Result<(Store, mpsc::UnboundedReceiver<iot_channels::Kept>)> {
		let dir = self.dir.clone().context("no folder")?;
		Ok(Store::open(
			&Files,
			&dir.join(name),
			Duration::from_micros(self.gather),
		)?)
	}

	fn metering(&self) -> Metering {
		Metering {
			unit: Unit(*b"WHR"),
			tariff: Tariff { price: 3, per: 1 },
			tick: self.tick,
		}
	}
}

/// The buyer's and the seller's key of a channel: each channel has its own.
fn keys(channel: u64) -> [Pair; 2] {
	[1, 2].map(|side| {
		let mut seed = [side; 32];
		for (byte, of_channel) in seed.iter_mut().zip(channel.to_le_bytes()) {
			*byte = of_channel;
		}
		Pair::from_seed(&seed)
	})
}

fn domain(channel: u64) -> Domain {
	Domain {
		genesis: H256::repeat_byte(9),
		channel: ChannelId(channel),
	}
}

/// What this process has used of the processor, in seconds; on Linux, whose clock for this runs at 100 Hz.
fn processor_seconds() -> f64 {
	let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
	// After the name, which is in brackets, the 12th and the 13th.
	let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
	let ticks: f64 = fields
		.skip(11)
		.take(2)
		.filter_map(|field| field.parse::<f64>().ok())
		.sum();
	ticks / 100.0
}

fn main() -> Result<()> {
	let options = Options::parse();
	match options.role {
		Role::Both => both(&options),
		Role::Seller => on_one_thread(seller(&options)),
		Role::Buyer => on_one_thread(buyer(&options)),
	}
}

fn on_one_thread(end: impl std::future::Future<Output = Result<()>>) -> Result<()> {
	let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
	runtime.block_on(end)
}

/// Starts this program in a role of its own, on one core where `taskset` is there.
fn spawn(options: &Options, role: &str, core: &str, dir: &std::path::Path, address: Option<&str>) -> Result<Child> {
	let me = std::env::current_exe()?;
	let has_taskset = Command::new("taskset").arg("-V").stdout(Stdio::null()).status().is_ok();
	let mut command = match has_taskset {
		true => {
			let mut command = Command::new("taskset");
			command.args(["-c", core]).arg(me);
			command
		}
		false => Command::new(me),
	};
	command
		.args(["--role", role])
		.args(["--channels", &options.channels.to_string()])
		.args(["--seconds", &options.seconds.to_string()])
		.args(["--tick", &options.tick.to_string()])
		.args(["--gather", &options.gather.to_string()])
		.arg("--dir")
		.arg(dir)
		.stdout(Stdio::piped());
	if let Some(address) = address {
		command.args(["--address", address]);
	}
	Ok(command.spawn()?)
}

fn both(options: &Options) -> Result<()> {
	let dir = tempfile::tempdir_in(options.dir.clone().unwrap_or_else(|| PathBuf::from(".")))?;
	let mut seller = spawn(options, "seller", "0", dir.path(), None)?;
	let mut said = BufReader::new(seller.stdout.take().context("no output")?).lines();
	let address = said.next().context("the seller says nothing")??;
	let mut buyer = spawn(options, "buyer", "1", dir.path(), Some(&address))?;
	for line in said {
		println!("{}", line?);
	}
	// The buyer's line is cut when the seller is done.
	let mut rest = String::new();
	if let Some(out) = buyer.stdout.take() {
		for line in BufReader::new(out).lines() {
			rest.push_str(&line?);
			rest.push('\n');
		}
	}
	print!("{rest}");
	anyhow::ensure!(seller.wait()?.success() && buyer.wait()?.success(), "an end has failed");
	Ok(())
}

async fn seller(options: &Options) -> Result<()> {
	// Whatever there is room for flows, a unit at a time: each is a statement, and a voucher.
	let mut end = SellerEnd::new(options.store("seller.redb")?, |_: ChannelId, room: u64| room.min(1));
	for channel in 1..=options.channels {
		let [buyer_key, key] = keys(channel);
		end.open(Sale {
			domain: domain(channel),
			metering: options.metering(),
			deposit: u128::MAX,
			buyer: buyer_key.public(),
			key,
			metered: Some(0),
		})?;
	}
	let listener = TcpListener::bind("127.0.0.1:0").await?;
	println!("{}", listener.local_addr()?);
	let (stream, _) = listener.accept().await?;
	stream.set_nodelay(true)?;
	let line = Line::accept(stream).await?;
	let (_hold, mut commands) = mpsc::channel(1);
	let (tell, _told) = mpsc::unbounded_channel();
	let begin = Instant::now();
	tokio::select! {
		done = run(&mut end, line, Pace::default(), &mut commands, &tell) => done?,
		() = tokio::time::sleep(Duration::from_secs(options.seconds)) => (),
	}
	let seconds = begin.elapsed().as_secs_f64();
	let ids = (1..=options.channels).map(ChannelId);
	let units: Vec<u64> = ids
		.filter_map(|id| end.state(id))
		.map(|state| state.on_disk().reading)
		.collect();
	let least = units.iter().min().copied().unwrap_or_default();
	let stats = end.store().stats();
	// Each voucher that was taken was given to the store, and each channel once before its first.
	let vouchers = stats.books.saturating_sub(options.channels);
	println!(
		"seller: {vouchers} vouchers in {seconds:.2} s: {:.0}/s, with {:.2} s of its core; {} units on the disk, the slowest of {} channels {least}; {} commits, {} syncs, {:.1} vouchers a commit",
		vouchers as f64 / seconds,
		processor_seconds(),
		units.iter().sum::<u64>(),
		options.channels,
		stats.commits,
		stats.syncs,
		vouchers as f64 / stats.commits.max(1) as f64,
	);
	Ok(())
}

async fn buyer(options: &Options) -> Result<()> {
	let mut end = BuyerEnd::new(options.store("buyer.redb")?, |_: ChannelId| None);
	for channel in 1..=options.channels {
		let [key, seller_key] = keys(channel);
		end.open(Purchase {
			domain: domain(channel),
			metering: options.metering(),
			limit: u128::MAX,
			seller: seller_key.public(),
			key,
			slack: 0,
		})?;
	}
	let line = Line::dial(options.address.as_deref().context("no address")?).await?;
	let (_hold, mut commands) = mpsc::channel(1);
	let (tell, _told) = mpsc::unbounded_channel();
	// Until the seller cuts the line.
	let done = run(&mut end, line, Pace::default(), &mut commands, &tell).await;
	let stats = end.store().stats();
	println!(
		"buyer: {} vouchers, with {:.2} s of its core; {} commits, {} syncs; {done:?}",
		stats.books,
		processor_seconds(),
		stats.commits,
		stats.syncs
	);
	Ok(())
}
