#![doc = include_str!("../README.md")]

mod blocks;
mod network;
mod partition;
mod process;
mod programs;
mod report;
mod stage;
mod storm;
mod tests;

use anyhow::{bail, Context, Result};
use bpiiot_harness::stop::Stop;
use clap::{Parser, Subcommand};
use network::Network;
use report::Report;
use stage::Stage;
use std::{path::PathBuf, process::ExitCode};
use tests::{Test, TESTS};

/// Our parachain with two collators and a full node, on a relay chain with two validators.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
	/// Where nodes keep their chains and logs; a folder that does not exist yet
	#[arg(long, value_name = "PATH", global = true)]
	folder: Option<PathBuf>,
	#[command(subcommand)]
	command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
	/// Start the network and keep it up until Ctrl-C
	Run,
	/// Start the network, try what must hold on it, and print a table
	Test {
		/// Only these tests
		#[arg(value_name = "TEST")]
		only: Vec<String>,
		/// Write the table to this file as well, as JSON
		#[arg(long, value_name = "PATH")]
		json: Option<PathBuf>,
	},
	/// List the tests
	List,
}

#[tokio::main]
async fn main() -> ExitCode {
	match act(Arguments::parse()).await {
		Ok(status) => ExitCode::from(status),
		Err(error) => {
			eprintln!("bpiiot-network: {error:#}");
			ExitCode::FAILURE
		}
	}
}

async fn act(arguments: Arguments) -> Result<u8> {
	let mut stop = Stop::listen()?;
	match arguments.command {
		Command::List => list(),
		Command::Run => run(&folder(arguments.folder)?, &mut stop).await,
		Command::Test { only, json } => {
			let chosen = choose(&only)?;
			let folder = folder(arguments.folder)?;
			let report = tokio::select! {
				report = try_all(&folder, &chosen) => report,
				() = stop.asked() => return Ok(130),
			};
			for line in report.table() {
				println!("{line}");
			}
			if let Some(path) = json {
				std::fs::write(&path, report.json()?).with_context(|| format!("cannot write {}", path.display()))?;
			}
			Ok(u8::from(!report.passed()))
		}
	}
}

fn list() -> Result<u8> {
	for Test { name, claim, .. } in TESTS {
		println!("{name:<18}{claim}");
	}
	Ok(0)
}

/// Those of these names, or all.
fn choose(only: &[String]) -> Result<Vec<Test>> {
	let known = || TESTS.map(|test| test.name).join(", ");
	if let Some(unknown) = only.iter().find(|name| !TESTS.iter().any(|test| test.name == *name)) {
		bail!("there is no test '{unknown}'; there are: {}", known());
	}
	let chosen = |test: &Test| only.is_empty() || only.iter().any(|name| name == test.name);
	Ok(TESTS.into_iter().filter(chosen).collect())
}

fn folder(named: Option<PathBuf>) -> Result<PathBuf> {
	let Some(folder) = named else {
		// Kept: who wants to know why something failed reads the logs.
		return Ok(bpiiot_harness::world::temporary_folder()?.keep());
	};
	if folder.exists() {
		bail!(
			"{} is there already: name a folder that is not, or remove it",
			folder.display()
		);
	}
	Ok(folder)
}

async fn run(folder: &std::path::Path, stop: &mut Stop) -> Result<u8> {
	eprintln!("starting the network in {} (some minutes)", folder.display());
	let network = tokio::select! {
		network = Network::start(folder) => network?,
		() = stop.asked() => return Ok(130),
	};
	println!("The network makes blocks. Its nodes:");
	for name in network.names() {
		println!("  {name:<16}{}", network.url(&name)?);
	}
	println!("Ctrl-C ends it; logs and chains stay in {}.", folder.display());
	stop.asked().await;
	network.stop().await?;
	Ok(0)
}

async fn try_all(folder: &std::path::Path, chosen: &[Test]) -> Report {
	let mut report = Report::default();
	eprintln!("starting the network in {} (some minutes)", folder.display());
	let stage = report.note("start", "the network comes up", Stage::set(folder)).await;
	let Some(mut stage) = stage else {
		return report;
	};
	for Test { name, claim, run } in chosen {
		eprintln!("{name}: {claim}");
		report.try_out(name, claim, run(&mut stage)).await;
	}
	report.note("stop", "the network ends", stage.clear()).await;
	report
}
