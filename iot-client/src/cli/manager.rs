//! Commands about who may log in at the manager: no chain, no key, no board.

use super::{args::ManagerCommand, CliError, Desk, Result};
use crate::{
	config::ManagerSection,
	wallet::{Password, WalletError},
};
use iot_manager::{api::Role, Users, UsersError};
use serde_json::json;
use std::path::Path;

/// The command that lets the owner in.
pub(super) const FIRST: &str = "iot-client manager password --role owner";

pub(super) fn manager(desk: &Desk<'_>, what: &ManagerCommand) -> Result<u8> {
	let section = desk.manager()?;
	let users = Users::at(&section.users);
	match what {
		ManagerCommand::Password { role, password_file } => set(desk, &users, (*role).into(), password_file.as_deref()),
		ManagerCommand::Users => show(desk, &section, &users),
		ManagerCommand::Forget { role } => forget(desk, &users, (*role).into()),
	}
}

fn set(desk: &Desk<'_>, users: &Users, role: Role, file: Option<&Path>) -> Result<u8> {
	set_password(users, role, file)?;
	let text = format!("the {role} logs in with the new password from now on");
	desk.say(text, &json!({ "role": role, "users": users.path() }));
	Ok(0)
}

/// Sets a role's password to that in a file, or asks for it.
pub(super) fn set_password(users: &Users, role: Role, file: Option<&Path>) -> Result<()> {
	let password = match file {
		Some(file) => Password::read(file)?,
		None => Password::ask_for_new(Path::new(&format!("the manager's {role}"))).map_err(named)?,
	};
	Ok(users.set(role, password.as_str())?)
}

/// What to say when nobody can be asked: which option there is here.
fn named(error: WalletError) -> CliError {
	match error {
		WalletError::NoTerminal(_) => CliError::new(
			CliError::MISTYPED,
			"there is no terminal to ask at for the password; give --password-file FILE with the password on its first line, \
			 readable by you only (chmod 600)",
		),
		error => error.into(),
	}
}

fn show(desk: &Desk<'_>, section: &ManagerSection, users: &Users) -> Result<u8> {
	let roles = users.roles()?;
	let names: Vec<_> = roles.iter().map(ToString::to_string).collect();
	let scheme = if section.tls.is_some() { "https" } else { "http" };
	let address = format!("{scheme}://{}/", section.listen);
	let text = match names.is_empty() {
		true => format!("nobody can log in at {address} yet; `{FIRST}` lets the owner"),
		false => format!("{} can log in at {address}", names.join(", ")),
	};
	desk.say(
		text,
		&json!({ "roles": roles, "users": users.path(), "address": address }),
	);
	Ok(0)
}

fn forget(desk: &Desk<'_>, users: &Users, role: Role) -> Result<u8> {
	let removed = users.remove(role)?;
	let text = match removed {
		true => format!("nobody logs in as {role} any more"),
		false => format!("nobody could log in as {role} before"),
	};
	desk.say(text, &json!({ "role": role, "removed": removed }));
	Ok(0)
}

impl Desk<'_> {
	fn manager(&self) -> Result<ManagerSection> {
		self.config()?.manager.ok_or_else(|| {
			CliError::refused(format!(
				"{} has no [manager], so there is none; add that section, which may be empty",
				self.cli.config.display()
			))
		})
	}
}

impl From<UsersError> for CliError {
	fn from(error: UsersError) -> Self {
		match error {
			UsersError::Short { .. } | UsersError::Long { .. } => Self::refused(error),
			error => Self::new(Self::CONFIG, error),
		}
	}
}
