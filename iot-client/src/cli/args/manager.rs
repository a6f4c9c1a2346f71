//! What can be typed about the manager.

use clap::{Subcommand, ValueEnum};
use iot_manager::api::Role;
use std::path::PathBuf;

/// Who logs in at the manager.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
	/// Changes rules and configuration, and may do all that the others may
	Owner,
	/// Pauses orders, tests the board, reads the log, and looks
	Operator,
	/// Looks
	Viewer,
}

impl From<Who> for Role {
	fn from(who: Who) -> Self {
		match who {
			Who::Owner => Self::Owner,
			Who::Operator => Self::Operator,
			Who::Viewer => Self::Viewer,
		}
	}
}

/// What is done with the passwords of the manager, the page on which people look after the machine.
#[derive(Subcommand, Debug)]
pub enum ManagerCommand {
	/// Set a role's password, in the place of the one before; whoever was logged in with that one is not any more
	Password {
		/// Whose
		#[arg(long, value_name = "ROLE")]
		role: Who,
		/// File with the password on its first line, readable by you only (chmod 600); asked for at the terminal if not given
		#[arg(long, value_name = "FILE")]
		password_file: Option<PathBuf>,
	},
	/// Show which roles have a password
	Users,
	/// Take a role's password away: nobody logs in as that any more
	Forget {
		/// Whose
		#[arg(long, value_name = "ROLE")]
		role: Who,
	},
}
