//! `make outage`: broker, node or disk space go away for long.

use anyhow::Result;
use bpiiot_harness::outage::{
	self,
	full_disk::{apart, is_apart},
	Plan, Which,
};
use clap::Parser;
use std::{process::ExitCode, time::Duration};

/// Takes broker, node and disk space away for long, and looks that nothing is lost, doubled or out of control.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
	/// Only this
	#[arg(long, value_name = "WHAT")]
	only: Option<Which>,
	/// Hours of the simulated time without a broker
	#[arg(long, value_name = "HOURS", default_value_t = 24)]
	hours: u64,
	/// Minutes of real time without a broker, and without a node; 0 for the simulated days alone, which need no node
	#[arg(long, value_name = "MINUTES", default_value_t = 5)]
	minutes: u64,
	/// Seconds of real time without space on the disk
	#[arg(long, value_name = "SECONDS", default_value_t = 120)]
	full: u64,
	/// MiB of the outbox in which a second simulated day does not fit; 0 for no second day
	#[arg(long, value_name = "MIB", default_value_t = 8)]
	tight: u64,
}

impl Arguments {
	fn plan(&self) -> Plan {
		Plan {
			hours: self.hours,
			tight_mib: Some(self.tight).filter(|mib| *mib > 0),
			away: Duration::from_secs(self.minutes * 60),
			full: Duration::from_secs(self.full),
		}
	}
}

#[tokio::main]
async fn main() -> ExitCode {
	let arguments = Arguments::parse();
	let mut failed = false;
	for which in [Which::Broker, Which::Node, Which::Disk] {
		if arguments.only.is_some_and(|only| only != which) {
			continue;
		}
		// All of them run, so that one failure does not hide another.
		if let Err(error) = run(which, &arguments).await {
			eprintln!("outage: {error:#}");
			failed = true;
		}
	}
	match failed {
		true => ExitCode::FAILURE,
		false => ExitCode::SUCCESS,
	}
}

async fn run(which: Which, arguments: &Arguments) -> Result<()> {
	if which == Which::Disk && !is_apart() {
		let again = ["--only=disk".to_owned(), format!("--full={}", arguments.full)];
		return apart(&again).await;
	}
	let tell = |line: &str| println!("{line}");
	outage::run(which, &arguments.plan(), tell).await
}
