//! `make run` and `make demo`: the whole thing once, on this computer, with a simulated machine.

use anyhow::Result;
use bpiiot_harness::{
	board::Model,
	demo::{demonstrate, dispute::Arbiter, restock, screen::Screen, what_to_try, Settings},
	stop::Stop,
};
use clap::Parser;
use serde_json::json;
use std::{process::ExitCode, time::Duration};

/// Block times, in ms: to look at, and to be quick.
const TO_LOOK_AT: u64 = 1_000;
const QUICK: u64 = 500;
/// The exit status when a part fails that is not supposed to.
const BROKEN: u8 = 3;
/// The exit status of what was stopped by Ctrl-C.
const STOPPED: u8 = 130;

/// A customer orders three drilled brackets, a machine makes them, the escrow pays.
///
/// Starts a development node, a virtual board (or a machine that needs none) and the machine's client, and removes everything
/// at the end.
#[derive(Debug, Parser)]
#[command(
	version,
	after_help = "\
Exit status:
  0    the job was done and paid, or the dispute was decided, and every check holds
  1    the job failed, and everybody has what is his
  2    mistyped arguments
  3    something is wrong: a check does not hold, or a part did not work
  130  stopped"
)]
struct Arguments {
	/// Stay up afterwards, until Ctrl-C
	#[arg(long)]
	stay: bool,
	/// The board, or with modbus a machine without one
	#[arg(long, value_enum, value_name = "NAME", default_value = "virtual")]
	board: Model,
	/// Put a fault into the board: spindle-stall, sensor-stuck, drift, dropout, line-noise, reset, wrong-version (a modbus
	/// machine has the first four)
	#[arg(long, value_name = "NAME")]
	fault: Option<String>,
	/// Pay the machine in this: BPI, or stable for a stablecoin that governance lets in; the machine then never has any BPI
	#[arg(long, value_name = "NAME", value_parser = ["BPI", "stable"], default_value = "BPI")]
	asset: String,
	/// Have the customer reject units, the owner dispute it, and the arbiter rule (1), or be silent (silent)
	#[arg(long, value_name = "HOW", value_parser = ["1", "silent"], conflicts_with = "fault")]
	dispute: Option<String>,
	/// Tell another story: restock, in which a machine that runs out of cutting oil buys it
	#[arg(long, value_name = "NAME", value_parser = ["restock"], conflicts_with_all = ["stay", "board", "fault", "asset", "dispute"])]
	story: Option<String>,
	/// In that story, kill somebody at a step, who must go on where he was: client, node or suppliers, @ low, raised, bid,
	/// agreed, awarded, delivered or paid; may be given several times
	#[arg(long = "kill", value_name = "WHO@STEP", requires = "story", value_delimiter = ',')]
	kills: Vec<restock::Kill>,
	/// Make a block every so many milliseconds [default: 500; with --stay 1000]
	#[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(100..=60_000))]
	block_time: Option<u64>,
	/// Print JSON, one object a line
	#[arg(long)]
	json: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
	let arguments = Arguments::parse();
	let done = match arguments.story {
		Some(_) => story(&arguments).await,
		None => demonstration(&arguments).await,
	};
	match done {
		Ok(status) => ExitCode::from(status),
		Err(error) => {
			eprintln!("error: {error:#}");
			ExitCode::from(BROKEN)
		}
	}
}

/// The story of the cutting oil. Gives the exit status.
async fn story(arguments: &Arguments) -> Result<u8> {
	let mut stop = Stop::listen()?;
	let mut screen = Screen::new(arguments.json);
	let settings = restock::Settings {
		block_time: Duration::from_millis(arguments.block_time.unwrap_or(QUICK)),
		kills: arguments.kills.clone(),
	};
	let told = tokio::select! {
		told = restock::tell(&settings, &mut screen) => Some(told?),
		() = stop.asked() => None,
	};
	let Some((world, verdict)) = told else {
		screen.show("stopped", "nothing is left behind", json!({}));
		return Ok(STOPPED);
	};
	world.stop().await?;
	screen.show("stopped", "nothing is left behind", json!({}));
	Ok(verdict.status())
}

/// Gives the exit status.
async fn demonstration(arguments: &Arguments) -> Result<u8> {
	let mut stop = Stop::listen()?;
	let mut screen = Screen::new(arguments.json);
	let usual = if arguments.stay { TO_LOOK_AT } else { QUICK };
	let settings = Settings {
		block_time: Duration::from_millis(arguments.block_time.unwrap_or(usual)),
		board: arguments.board,
		fault: arguments.fault.clone(),
		stablecoin: arguments.asset == "stable",
		dispute: arguments.dispute.as_deref().map(|how| match how {
			"silent" => Arbiter::IsSilent,
			_ => Arbiter::Rules,
		}),
		stays: arguments.stay,
	};
	// When stopped, the other future is dropped with all that it started.
	let done = tokio::select! {
		done = demonstrate(&settings, &mut screen) => Some(done?),
		() = stop.asked() => None,
	};
	let Some((stage, verdict)) = done else {
		screen.show("stopped", "nothing is left behind", json!({}));
		return Ok(STOPPED);
	};
	if arguments.stay {
		screen.page("what to try", &what_to_try(&stage)?);
		stop.asked().await;
		screen.show("stopping", "client, board, node", json!({}));
	}
	stage.world.stop().await?;
	screen.show("stopped", "nothing is left behind", json!({}));
	Ok(verdict.status())
}
