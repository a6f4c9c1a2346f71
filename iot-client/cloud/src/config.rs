//! What the cloud bridge is told to do.

use crate::{command::Rate, packet::publishable, sparkplug::SparkplugNames};
use std::{collections::BTreeSet, net::IpAddr, path::PathBuf, str::FromStr, time::Duration};

/// The most unacknowledged publications that may be asked for.
pub const MOST_IN_FLIGHT: u16 = 256;

/// Settings of the cloud bridge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudConfig {
	/// The broker.
	pub broker: BrokerAddress,
	/// Allows `mqtt://` (no encryption, no proof of who the broker is) to other computers than this one.
	pub insecure: bool,
	/// MQTT client id; the broker keeps one session for it, so no two clients may share it.
	pub client_id: String,
	/// File with the user name in the first line and the password in the second, which only its owner may read (as all
	/// files with secrets here). Read again at each connect.
	pub credentials_file: Option<PathBuf>,
	/// PEM file with the certificates of the authorities that may vouch for the broker; for one with a public certificate
	/// the system's bundle, on Debian `/etc/ssl/certs/ca-certificates.crt`. Needed for `mqtts://`. Read at each connect.
	pub ca_file: Option<PathBuf>,
	/// PEM files of the certificate chain and the private key with which the client proves itself. Read at each connect.
	pub client_certificate: Option<ClientCertificate>,
	/// How long the line may be silent before the client asks whether the broker is still there: 5 s or more, in whole
	/// seconds. The broker's own wish comes first.
	pub keep_alive: Duration,
	/// What all topics of this machine begin with, e.g. `bpiiot/press-7`.
	pub prefix: String,
	/// How messages are written.
	pub format: Format,
	/// The most unacknowledged publications, 1 to [`MOST_IN_FLIGHT`]. The broker's Receive Maximum comes first.
	pub inflight: u16,
	/// How long the broker keeps the session, with commands that wait in it, after the connection ended. Not for Sparkplug B,
	/// which begins anew each time.
	pub session_expiry: Duration,
	/// Commands; none are listened to when absent.
	pub commands: Option<CommandConfig>,
	/// Waits and limits of time.
	pub timing: Timing,
}

impl CloudConfig {
	/// JSON topics under `prefix` to `broker`, with the usual settings and without commands.
	pub fn new(broker: BrokerAddress, client_id: impl Into<String>, prefix: impl Into<String>) -> Self {
		CloudConfig {
			broker,
			insecure: false,
			client_id: client_id.into(),
			credentials_file: None,
			ca_file: None,
			client_certificate: None,
			keep_alive: Duration::from_secs(30),
			prefix: prefix.into(),
			format: Format::Json,
			inflight: 20,
			session_expiry: Duration::from_secs(60 * 60),
			commands: None,
			timing: Timing::default(),
		}
	}

	/// Everything that is wrong, each with the key, the value and what would be right.
	pub fn problems(&self) -> Vec<ConfigProblem> {
		let mut problems = Vec::new();
		let mut check = |right: bool, key: &str, found: &str, expected: &str| {
			if !right {
				problems.push(ConfigProblem {
					key: key.to_owned(),
					found: found.to_owned(),
					expected: expected.to_owned(),
				});
			}
		};
		let broker = self.broker.to_string();
		let safe = self.broker.tls || self.broker.is_loopback() || self.insecure;
		let expected = "mqtts://…; mqtt:// is for a broker on this computer, or with insecure = true";
		check(safe, "broker", &format!("\"{broker}\""), expected);
		let named = !self.broker.tls || !self.broker.host.contains(':');
		check(
			named,
			"broker",
			&format!("\"{broker}\""),
			"a name or an IPv4 address when it is mqtts://",
		);
		let ca = !self.broker.tls || self.ca_file.is_some();
		check(
			ca,
			"ca_file",
			"missing",
			"the PEM file of those who may vouch for a broker at mqtts://",
		);
		let id = (1..=128).contains(&self.client_id.len());
		check(id, "client_id", &format!("\"{}\"", self.client_id), "1 to 128 bytes");
		let prefix = publishable(&self.prefix) && self.prefix.len() <= 200;
		check(
			prefix,
			"prefix",
			&format!("\"{}\"", self.prefix),
			"a topic of at most 200 bytes without + and #",
		);
		let outside = !self.prefix.starts_with("spBv1.0");
		check(outside, "prefix", &format!("\"{}\"", self.prefix), "outside of spBv1.0");
		let inflight = (1..=MOST_IN_FLIGHT).contains(&self.inflight);
		check(
			inflight,
			"inflight",
			&self.inflight.to_string(),
			&format!("1 to {MOST_IN_FLIGHT}"),
		);
		let keep_alive = (5..=65_535).contains(&self.keep_alive.as_secs());
		check(
			keep_alive,
			"keep_alive",
			&format!("{:?}", self.keep_alive),
			"5 s to 65535 s",
		);
		if let Format::SparkplugB(names) = &self.format {
			for (key, name) in [
				("group", &names.group),
				("node", &names.node),
				("device", &names.device),
			] {
				let right = !name.contains('/') && publishable(name) && name.len() <= 64;
				check(right, key, &format!("\"{name}\""), "1 to 64 bytes without /, + and #");
			}
		}
		if let Some(commands) = &self.commands {
			check(commands.rate.burst > 0, "commands.burst", "0", "1 or more");
			check(
				!commands.allowed.is_empty(),
				"commands.allowed",
				"empty",
				"a list of commands",
			);
		}
		problems
	}
}

/// One setting that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigProblem {
	/// Which.
	pub key: String,
	/// What it is, or that it is missing.
	pub found: String,
	/// What would be right.
	pub expected: String,
}

impl std::fmt::Display for ConfigProblem {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		write!(f, "`{}` is {}; it must be {}", self.key, self.found, self.expected)
	}
}

/// Where the broker is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerAddress {
	/// Whether the connection is encrypted and the broker proves who it is.
	pub tls: bool,
	/// Name or IP address, an IPv6 address without brackets.
	pub host: String,
	/// TCP port.
	pub port: u16,
}

impl BrokerAddress {
	/// Whether it can only be on this computer.
	pub fn is_loopback(&self) -> bool {
		self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
	}
}

/// Why an address of a broker cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is no address of a broker; it must be mqtts://host:8883, or mqtt://host:1883 on this computer")]
pub struct BadAddress(String);

impl FromStr for BrokerAddress {
	type Err = BadAddress;

	fn from_str(text: &str) -> Result<Self, BadAddress> {
		let bad = || BadAddress(text.to_owned());
		let (scheme, rest) = text.split_once("://").ok_or_else(bad)?;
		let (tls, usual_port) = match scheme {
			"mqtts" => (true, 8883),
			"mqtt" => (false, 1883),
			_ => return Err(bad()),
		};
		let rest = rest.strip_suffix('/').unwrap_or(rest);
		let (host, port) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
			Some((host, "")) => (host, None),
			Some((host, port)) => (host, Some(port.strip_prefix(':').ok_or_else(bad)?)),
			None => rest
				.split_once(':')
				.map_or((rest, None), |(host, port)| (host, Some(port))),
		};
		let ip6 = host.parse::<IpAddr>().is_ok();
		let name = !host.is_empty()
			&& host
				.bytes()
				.all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
		if !ip6 && !name {
			return Err(bad());
		}
		Ok(BrokerAddress {
			tls,
			host: host.to_owned(),
			port: port.map_or(Ok(usual_port), str::parse).map_err(|_| bad())?,
		})
	}
}

impl std::fmt::Display for BrokerAddress {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		let scheme = if self.tls { "mqtts" } else { "mqtt" };
		if self.host.contains(':') {
			write!(f, "{scheme}://[{}]:{}", self.host, self.port)
		} else {
			write!(f, "{scheme}://{}:{}", self.host, self.port)
		}
	}
}

/// With what the client proves itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
	/// PEM file with the certificate and those between it and the authority.
	pub chain_file: PathBuf,
	/// PEM file with the private key.
	pub key_file: PathBuf,
}

/// How messages are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
	/// JSON topics under the prefix.
	Json,
	/// Sparkplug B 3.0.
	SparkplugB(SparkplugNames),
}

/// Which commands are followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandConfig {
	/// File whose bytes, without white space at the end, are the key: 16 or more, shared with those who may command. Only its
	/// owner may read it.
	pub key_file: PathBuf,
	/// Names of the commands that may come, e.g. `report`.
	pub allowed: BTreeSet<String>,
	/// How many may come.
	pub rate: Rate,
}

/// Waits and limits of time. The usual ones are for factories; tests shorten them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
	/// The shortest wait before a new connection.
	pub reconnect_least: Duration,
	/// The longest wait before a new connection.
	pub reconnect_most: Duration,
	/// How long connecting may take, in whole seconds.
	pub connect: Duration,
	/// How long the broker may leave everything unacknowledged before the connection is given up.
	pub acknowledge: Duration,
	/// How long stopping may wait for acknowledgements.
	pub drain: Duration,
	/// How often Sparkplug births may be published again at a host's wish.
	pub rebirth: Duration,
	/// How often the bridge looks what is due.
	pub tick: Duration,
}

impl Default for Timing {
	fn default() -> Self {
		Timing {
			reconnect_least: Duration::from_secs(1),
			reconnect_most: Duration::from_secs(60),
			connect: Duration::from_secs(10),
			acknowledge: Duration::from_secs(60),
			drain: Duration::from_secs(5),
			rebirth: Duration::from_secs(5),
			tick: Duration::from_millis(500),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn address(text: &str) -> BrokerAddress {
		text.parse().unwrap()
	}

	#[test]
	fn reads_addresses() {
		let cases = [
			("mqtts://broker.example", true, "broker.example", 8883),
			("mqtts://broker.example:443/", true, "broker.example", 443),
			("mqtt://127.0.0.1:1884", false, "127.0.0.1", 1884),
			("mqtt://[::1]", false, "::1", 1883),
			("mqtt://[::1]:99", false, "::1", 99),
		];
		for (text, tls, host, port) in cases {
			let host = host.to_owned();
			assert_eq!(address(text), BrokerAddress { tls, host, port }, "{text}");
		}
	}

	#[test]
	fn refuses_what_is_no_address() {
		for text in [
			"",
			"broker",
			"http://broker",
			"mqtt://",
			"mqtt://a:b",
			"mqtt://a:70000",
			"mqtt://u@a",
			"mqtt://[::1]x",
		] {
			let error = text.parse::<BrokerAddress>().unwrap_err().to_string();
			assert!(error.contains("it must be mqtts://host:8883"), "{error}");
		}
	}

	#[test]
	fn plain_mqtt_is_for_this_computer() {
		let problems = |text: &str| CloudConfig::new(address(text), "c", "bpiiot/m1").problems();
		assert_eq!(problems("mqtt://127.0.0.1:1883"), []);
		assert_eq!(problems("mqtt://localhost"), []);
		assert!(problems("mqtt://10.0.0.1")[0]
			.to_string()
			.starts_with("`broker` is \"mqtt://10.0.0.1:1883\"; it must be mqtts://"));
		let mut config = CloudConfig::new(address("mqtt://10.0.0.1"), "c", "bpiiot/m1");
		config.insecure = true;
		assert_eq!(config.problems(), []);
	}

	#[test]
	fn reports_all_problems_at_once() {
		let mut config = CloudConfig::new(address("mqtts://b"), "", "spBv1.0/+");
		config.inflight = 0;
		config.keep_alive = Duration::from_secs(1);
		config.format = Format::SparkplugB(SparkplugNames {
			group: "a/b".to_owned(),
			node: String::new(),
			device: "d".to_owned(),
		});
		let problems = config.problems();
		let keys: Vec<&str> = problems.iter().map(|problem| problem.key.as_str()).collect();
		assert_eq!(
			keys,
			[
				"ca_file",
				"client_id",
				"prefix",
				"prefix",
				"inflight",
				"keep_alive",
				"group",
				"node"
			]
		);
	}
}
