//! What can be typed of proofs.

use crate::parse;
use clap::Subcommand;
use std::path::PathBuf;

/// What is done with proofs of readings.
#[derive(Subcommand, Debug)]
pub enum ProofCommand {
	/// Verify a proof without a node: the readings, their batch and, with --block, its anchor in that block's state
	Verify {
		/// The proof: JSON, of the form `bpiiot-proof-1`
		file: PathBuf,
		/// The hash of a finalized block, from wherever you trust; without it nothing is said of the chain
		#[arg(long, value_name = "HASH", value_parser = parse::hash)]
		block: Option<[u8; 32]>,
	},
}
