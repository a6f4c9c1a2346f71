//! A supplier of goods as a process of his own: for demonstrations and tests.

use anyhow::{Context, Result};
use bpiiot_harness::{
	stop::Stop,
	supplier::{strategy::Strategy, work, Business},
};
use clap::Parser;
use iot_client::{
	amount::Amount,
	chain::market::{Conditions, Word},
	parse,
	quantity::Quantity,
};
use std::{path::PathBuf, process::ExitCode, time::Duration};

/// Bids on requests in a category, answers counter-offers, and delivers what is ordered. Prints what it does as JSON, one
/// object a line, and runs until SIGINT or SIGTERM. It may be killed and started again at any moment.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
	/// The node
	#[arg(long, value_name = "URL", default_value = "ws://127.0.0.1:9944")]
	node: String,
	/// Its key, as a well-known account of a development chain
	#[arg(long = "as", value_name = "//NAME")]
	name: String,
	/// The folder for its journal
	#[arg(long, value_name = "DIR")]
	state: PathBuf,
	/// What it deals in
	#[arg(long, value_name = "WORD", default_value = "cutting-oil")]
	category: String,
	/// What it sells
	#[arg(long, value_name = "ITEM", default_value = "cutting-oil-22")]
	item: String,
	/// Where it delivers; may be given four times
	#[arg(long = "area", value_name = "REGION", value_parser = parse::region, default_value = "DE")]
	areas: Vec<String>,
	/// What it asks for one unit
	#[arg(long, value_name = "BPI")]
	price: Amount,
	/// The least that it takes; what it asks if not given
	#[arg(long, value_name = "BPI")]
	floor: Option<Amount>,
	/// What it promises from award to delivery
	#[arg(long, value_name = "TIME", value_parser = parse::duration)]
	lead_time: Duration,
	/// How long after an order it delivers, by the chain's time; never if not given
	#[arg(long, value_name = "TIME", value_parser = parse::duration)]
	deliver_after: Option<Duration>,
	/// Publish a standing quote for so much, at the price that it asks
	#[arg(long, value_name = "QUANTITY")]
	sells: Option<Quantity>,
	/// What the standing quote promises; as for bids if not given
	#[arg(long, value_name = "TIME", value_parser = parse::duration)]
	quoted_lead_time: Option<Duration>,
}

#[tokio::main]
async fn main() -> ExitCode {
	match run(Arguments::parse()).await {
		Ok(()) => ExitCode::SUCCESS,
		Err(error) => {
			eprintln!("error: {error:#}");
			ExitCode::FAILURE
		}
	}
}

fn millis(time: Duration) -> u64 {
	u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

async fn run(arguments: Arguments) -> Result<()> {
	let mut stop = Stop::listen().context("cannot listen to signals")?;
	let hour = 3_600_000;
	let business = Business {
		node: arguments.node,
		name: arguments.name,
		state: arguments.state,
		category: Word::from(arguments.category.as_str()),
		item: Word::from(arguments.item.as_str()),
		areas: arguments.areas.iter().map(|area| Word::from(area.as_str())).collect(),
		strategy: Strategy {
			price: arguments.price.0,
			floor: arguments.floor.unwrap_or(arguments.price).0,
			lead_time: millis(arguments.lead_time),
			deliver_after: arguments.deliver_after.map(millis),
		},
		stock: arguments.sells.map(|quantity| quantity.0),
		quoted_lead_time: millis(arguments.quoted_lead_time.unwrap_or(arguments.lead_time)),
		conditions: Conditions {
			parts: 1,
			review_window: hour,
			late_window: 24 * hour,
			late_penalty: 20_000,
			..Conditions::default()
		},
	};
	tokio::select! {
		worked = work(business) => worked,
		() = stop.asked() => Ok(()),
	}
}
