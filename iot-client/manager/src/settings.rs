//! What the manager is told by the configuration.

use crate::{clock::Clock, hosts::Hosts, users::Users};
use std::{net::SocketAddr, path::PathBuf};

/// Minutes after which a session that nobody uses ends, unless the configuration says otherwise.
pub const SESSION_MINUTES: u32 = 60;
/// The longest that may be set: a week.
const MOST_SESSION_MINUTES: u32 = 7 * 24 * 60;

/// How the manager is served.
#[derive(Clone, Debug)]
pub struct Settings {
	/// Address and port; port 0 takes a free one.
	pub listen: SocketAddr,
	/// Certificate and key; without them the page is served in the clear.
	pub tls: Option<Tls>,
	/// Whether `/metrics` is there.
	pub metrics: bool,
	/// The passwords.
	pub users: Users,
	/// Minutes after which a session that nobody uses ends, 1 to 10,080.
	pub session_minutes: u32,
	/// Names, or names and ports, by which the machine is reached, beside `localhost` and its own addresses.
	pub allowed_hosts: Vec<String>,
	/// The time.
	pub clock: Clock,
}

/// Files for TLS, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
	/// The certificate, and those between it and its authority behind it.
	pub certificate: PathBuf,
	/// Its key.
	pub key: PathBuf,
}

/// What is wrong with the settings.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsProblem {
	/// A session's length is out of range.
	#[error("`session_minutes` is {0}; it must be 1 to {MOST_SESSION_MINUTES}, which is a week")]
	SessionMinutes(u32),
	/// No name of a host.
	#[error(
		"`allowed_hosts` has {0:?}; it must be a name or address with or without a port, as `press-7.example:8080`"
	)]
	Host(String),
}

impl Settings {
	/// In the clear on this address, with everything else as it is by default.
	pub fn new(listen: SocketAddr, users: Users) -> Self {
		Self {
			listen,
			tls: None,
			metrics: true,
			users,
			session_minutes: SESSION_MINUTES,
			allowed_hosts: Vec::new(),
			clock: Clock::default(),
		}
	}

	/// Whether they can be followed; the manager itself looks at them in this way when it starts.
	pub fn check(&self) -> Result<(), SettingsProblem> {
		self.hosts().map(|_| ())
	}

	/// Checks them and gives the hosts that may be named.
	pub(crate) fn hosts(&self) -> Result<Hosts, SettingsProblem> {
		if !(1..=MOST_SESSION_MINUTES).contains(&self.session_minutes) {
			return Err(SettingsProblem::SessionMinutes(self.session_minutes));
		}
		Hosts::new(&self.allowed_hosts).map_err(SettingsProblem::Host)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn settings() -> Settings {
		Settings::new(([127, 0, 0, 1], 0).into(), Users::at("users.json"))
	}

	#[test]
	fn a_session_lasts_a_minute_to_a_week() {
		for (minutes, right) in [(0, false), (1, true), (10_080, true), (10_081, false)] {
			let settings = Settings {
				session_minutes: minutes,
				..settings()
			};
			assert_eq!(settings.check().is_ok(), right, "{minutes}");
		}
	}

	#[test]
	fn a_host_that_is_none_is_named() {
		for (host, right) in [
			("press-7", true),
			("press-7.example:8080", true),
			("[::1]:80", true),
			("", false),
			("http://press-7", false),
			("a b", false),
			("user@press", false),
			("press:port", false),
		] {
			let settings = Settings {
				allowed_hosts: vec![host.to_owned()],
				..settings()
			};
			let checked = settings.check();
			assert_eq!(checked.is_ok(), right, "{host}: {checked:?}");
		}
	}
}
