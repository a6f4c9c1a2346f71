//! `make bench`: the measured figures as a table. Real node, real client, virtual board; and the runtime in memory, for
//! what is counted.

mod alone;
mod client;
mod latency;
mod ledger;
mod round_trip;
mod throughput;
mod touches;

use anyhow::{Context, Result};
use bpiiot_harness::{
	figure::{table, Figure},
	stop::Stop,
};
use clap::Parser;
use serde_json::json;
use std::{fs, path::PathBuf, process::ExitCode, time::Duration};

/// Measures how quick orders, board and chain are, on this computer, with a real node and a virtual board.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
	/// Write the figures to this file as well
	#[arg(long, value_name = "PATH")]
	json: Option<PathBuf>,
	/// Time between blocks for the figures of orders, in ms
	#[arg(long, value_name = "MS", default_value_t = 1_000)]
	block_time: u64,
	/// How many orders are measured
	#[arg(long, value_name = "N", default_value_t = 5)]
	orders: u32,
	/// How many commands to the board are measured
	#[arg(long, value_name = "N", default_value_t = 1_000)]
	commands: usize,
	/// How many machines fill the blocks; each gets 32 orders
	#[arg(long, value_name = "N", default_value_t = 80)]
	machines: u32,
	/// How many times a threshold is crossed, from the line to the transaction
	#[arg(long, value_name = "N", default_value_t = 500)]
	crossings: usize,
	/// Only the figures of the machine's client as a program
	#[arg(long)]
	only_client: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
	match bench(&Arguments::parse()).await {
		Ok(status) => ExitCode::from(status),
		Err(error) => {
			eprintln!("error: {error:#}");
			ExitCode::FAILURE
		}
	}
}

async fn bench(arguments: &Arguments) -> Result<u8> {
	let mut stop = Stop::listen()?;
	// When stopped, the other future is dropped with all that it started.
	let figures = tokio::select! {
		figures = measure(arguments) => figures?,
		() = stop.asked() => return Ok(130),
	};
	for line in table(&figures) {
		println!("{line}");
	}
	if let Some(path) = &arguments.json {
		let text = serde_json::to_string_pretty(&json!({ "figures": figures }))?;
		fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))?;
	}
	Ok(0)
}

async fn measure(arguments: &Arguments) -> Result<Vec<Figure>> {
	let mut figures = client::measure(arguments.crossings).await?;
	if arguments.only_client {
		return Ok(figures);
	}
	eprintln!("board round trips");
	figures.extend(round_trip::measure(arguments.commands).await?);
	eprintln!("orders");
	figures.extend(latency::measure(Duration::from_millis(arguments.block_time), arguments.orders).await?);
	eprintln!("full blocks (some minutes)");
	let size = throughput::Size {
		block_time: Duration::from_secs(6),
		machines: arguments.machines,
	};
	figures.extend(throughput::measure(size).await?);
	eprintln!("the runtime in memory: weights, writes, a million jobs, a hundred thousand deadlines");
	figures.extend(touches::measure()?);
	figures.extend(ledger::writes::measure()?);
	figures.extend(ledger::scale::measure()?);
	figures.extend(ledger::sweep::measure()?);
	eprintln!("the market in memory: writes, a million names, a hundred thousand quotes");
	figures.extend(ledger::market::measure()?);
	eprintln!("rentals and channels in memory: writes, weights, a hundred thousand bookings");
	figures.extend(ledger::usage::measure()?);
	Ok(figures)
}
