//! What can be typed about the board.

use crate::parse;
use clap::{Args, Subcommand};
use std::{path::PathBuf, time::Duration};

/// What is done with the board alone.
#[derive(Subcommand, Debug)]
pub enum BoardCommand {
	/// Show what the board is, its channels, and how it differs from the configuration
	Info {
		/// Where.
		#[command(flatten)]
		at: At,
	},
	/// Show readings as they change, until Ctrl-C
	Watch {
		/// Only so long
		#[arg(long = "for", value_name = "TIME", value_parser = parse::duration)]
		time: Option<Duration>,
		/// Where.
		#[command(flatten)]
		at: At,
	},
	/// Write the configuration's part `board.configuration` to the board, which keeps it
	Configure {
		/// Where.
		#[command(flatten)]
		at: At,
	},
	/// Try the wiring: whether each input can be read, and what moves when each output is driven
	Test {
		/// Drive the outputs too, one after the other; without it only inputs are read
		#[arg(long)]
		drive: bool,
		/// How far from their lower to their upper limit they are driven; a switch goes on
		#[arg(long, value_name = "SHARE", value_parser = parse::share, default_value = "20%", requires = "drive")]
		to: u32,
		/// How long each one is driven
		#[arg(long, value_name = "TIME", value_parser = parse::duration, default_value = "1s", requires = "drive")]
		hold: Duration,
		/// Where.
		#[command(flatten)]
		at: At,
	},
	/// Try everything that the wire protocol demands of a board; every output is driven to its limits
	Conformance {
		/// Says that the outputs may be driven: the machine is taken off, or its power is
		#[arg(long)]
		outputs_are_free: bool,
		/// Where chance begins: the same number gives the same noise
		#[arg(long, value_name = "N", default_value_t = 1)]
		chance: u32,
		/// Only this rule; may be given several times
		#[arg(long, value_name = "RULE")]
		only: Vec<String>,
		/// Where.
		#[command(flatten)]
		at: At,
	},
	/// Put a firmware into an Arduino Uno, with avrdude
	Flash {
		/// The firmware, as `make firmware` makes it (Intel HEX)
		hex: PathBuf,
		/// Where.
		#[command(flatten)]
		at: At,
	},
}

/// Where a board is.
#[derive(Args, Debug, Clone)]
pub struct At {
	/// The serial port; that of the configuration if not given
	pub port: Option<PathBuf>,
}
