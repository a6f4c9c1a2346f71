//! What can be typed about rules.

use clap::Subcommand;
use std::path::PathBuf;

/// What is done with the owner's rules. They may name the channels of the board that the daemon saw last.
#[derive(Subcommand, Debug)]
pub enum RulesCommand {
	/// Check a file of rules: each mistake with its rule, its key, and what would be right
	Check {
		/// The file; that of the configuration if none is given
		file: Option<PathBuf>,
	},
	/// Say what rules would have done with recorded readings; nothing is moved and nobody is told
	Try {
		/// The readings: CSV with the header `ms,channel,value`, values in the channels' units
		recording: PathBuf,
		/// The file; that of the configuration if none is given
		#[arg(long, value_name = "FILE")]
		rules: Option<PathBuf>,
	},
}
