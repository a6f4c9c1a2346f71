//! `[cloud]`: what goes to a broker, and how.

use super::path;
use crate::{
	daemon::CLOUD_COMMANDS,
	fields::{Fields, Problem},
};
use iot_cloud::{BrokerAddress, ClientCertificate, CloudConfig, CommandConfig, Format, Rate, SparkplugNames};
use iot_outbox::Limits;
use std::{path::Path, time::Duration};
use toml::Value;

/// The line to the cloud.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloudSection {
	/// The broker, and how it is talked to.
	pub bridge: CloudConfig,
	/// How much waits for it.
	pub outbox: Limits,
	/// How long readings are gathered before they are put into the outbox.
	pub gather: Duration,
}

/// A mebibyte.
const MIB: u64 = 1024 * 1024;

pub(super) fn read(mut cloud: Fields<'_>, folder: &Path) -> CloudSection {
	let broker = cloud
		.optional("broker", BROKER, |value| value.as_str()?.parse::<BrokerAddress>().ok())
		.unwrap_or_else(|| {
			if !cloud.has("broker") {
				cloud.problems().missing(cloud.name("broker"), BROKER);
			}
			BrokerAddress {
				tls: false,
				host: "localhost".to_owned(),
				port: 1883,
			}
		});
	let mut client_id = cloud.required_text("client_id", 128, "a name that no other client of the broker has");
	if client_id.is_empty() {
		// It is noted that there is none; what follows from that need not be.
		client_id = "client".to_owned();
	}
	let prefix = cloud
		.text("prefix", 200)
		.unwrap_or_else(|| format!("bpiiot/{client_id}"));
	let mut bridge = CloudConfig::new(broker, client_id, prefix);
	bridge.insecure = flag(&mut cloud, "insecure");
	bridge.credentials_file = file(&mut cloud, "credentials_file", folder);
	bridge.ca_file = file(&mut cloud, "ca_file", folder);
	bridge.client_certificate = cloud.has("certificate").then(|| {
		let mut certificate = cloud.section("certificate");
		let read = ClientCertificate {
			chain_file: path(
				&mut certificate,
				"chain_file",
				folder,
				"the path of a PEM file with the certificate",
			),
			key_file: path(
				&mut certificate,
				"key_file",
				folder,
				"the path of a PEM file with its private key",
			),
		};
		certificate.finish();
		read
	});
	bridge.keep_alive = Duration::from_secs(cloud.number("keep_alive_seconds", 5..=65_535, "s", 30));
	bridge.inflight = cloud.number("inflight", 1..=u64::from(iot_cloud::MOST_IN_FLIGHT), "publications", 20) as u16;
	let expiry = cloud.number("session_hours", 0..=720, "hours", 1);
	bridge.session_expiry = Duration::from_secs(expiry * 60 * 60);
	if cloud.has("sparkplug") {
		bridge.format = Format::SparkplugB(read_sparkplug(cloud.section("sparkplug")));
	}
	bridge.commands = cloud
		.has("commands")
		.then(|| read_commands(cloud.section("commands"), folder));
	let section = CloudSection {
		outbox: read_outbox(cloud.section("outbox")),
		gather: Duration::from_millis(cloud.number("gather_ms", 100..=60_000, "ms", 1_000)),
		bridge,
	};
	// What only the whole shows.
	for problem in section.bridge.problems() {
		cloud.problems().push(Problem {
			key: format!("`cloud.{}`", problem.key),
			found: Some(problem.found),
			expected: problem.expected,
		});
	}
	cloud.finish();
	section
}

const BROKER: &str = "the broker: \"mqtts://host:8883\", or \"mqtt://localhost:1883\" on this computer";

fn flag(fields: &mut Fields<'_>, key: &'static str) -> bool {
	fields
		.optional(key, "true or false", Value::as_bool)
		.unwrap_or_default()
}

fn file(fields: &mut Fields<'_>, key: &'static str, folder: &Path) -> Option<std::path::PathBuf> {
	fields.has(key).then(|| path(fields, key, folder, "the path of a file"))
}

fn read_sparkplug(mut sparkplug: Fields<'_>) -> SparkplugNames {
	let names = SparkplugNames {
		group: sparkplug.required_text("group", 64, "the Sparkplug group, such as the plant"),
		node: sparkplug.required_text("node", 64, "the Sparkplug edge node, such as this computer"),
		device: sparkplug.required_text("device", 64, "the Sparkplug device, such as the machine"),
	};
	sparkplug.finish();
	names
}

fn read_commands(mut commands: Fields<'_>, folder: &Path) -> CommandConfig {
	let expected = format!("a list of commands out of {}", CLOUD_COMMANDS.join(", "));
	let config = CommandConfig {
		key_file: path(
			&mut commands,
			"key_file",
			folder,
			"the path of a file with the key, of 16 bytes or more, that commands are signed with",
		),
		allowed: commands
			.list("allowed", &expected, |value| {
				let name = value.as_str()?;
				CLOUD_COMMANDS.contains(&name).then(|| name.to_owned())
			})
			.into_iter()
			.collect(),
		rate: Rate {
			burst: commands.number("burst", 1..=100, "commands", 5) as u32,
			every_ms: commands.number("every_ms", 100..=3_600_000, "ms", 10_000),
		},
	};
	commands.finish();
	config
}

fn read_outbox(mut outbox: Fields<'_>) -> Limits {
	let usual = Limits::default();
	let limits = Limits {
		max_bytes: outbox.number("max_mib", 5..=1024 * 1024, "MiB", usual.max_bytes / MIB) * MIB,
		max_age_ms: outbox.number("max_age_hours", 1..=24 * 3650, "hours", usual.max_age_ms / 3_600_000) * 3_600_000,
		..usual
	};
	outbox.finish();
	limits
}
