//! `[manager]` and `[history]`: the page on which people look after the machine, and what it remembers of its channels.

use super::{folder_path, host, path};
use crate::fields::Fields;
use iot_history::Limits;
use iot_manager::SESSION_MINUTES;
use std::{
	net::{IpAddr, Ipv4Addr, SocketAddr},
	path::{Path, PathBuf},
};
use toml::Value;

/// The port that the page is at unless the file says otherwise.
const PORT: u16 = 8000;
/// A mebibyte.
const MIB: u64 = 1024 * 1024;
/// A day, in milliseconds.
const DAY_MS: u64 = 86_400_000;

/// The page on which people look after the machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagerSection {
	/// Where it listens.
	pub listen: SocketAddr,
	/// The file with the roles that may log in, and the hashes of their passwords.
	pub users: PathBuf,
	/// Certificate and key, for HTTPS.
	pub tls: Option<TlsFiles>,
	/// Whether passwords may go over the network unencrypted.
	pub plain_http: bool,
	/// Names, or names and ports, that browsers may call this computer by, beside its addresses.
	pub allowed_hosts: Vec<String>,
	/// Whether `/metrics` shows figures to whoever asks.
	pub metrics: bool,
	/// Minutes after which a login that nobody uses ends.
	pub session_minutes: u32,
}

/// Files for HTTPS, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
	/// The certificate, and those that lead to its root.
	pub certificate: PathBuf,
	/// Its private key.
	pub key: PathBuf,
}

pub(super) fn read(mut manager: Fields<'_>, folder: &Path) -> ManagerSection {
	let usual = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
	let listen = manager
		.optional("listen", LISTEN, |value| value.as_str()?.parse().ok())
		.unwrap_or(usual);
	let tls = manager.has("tls").then(|| read_tls(manager.section("tls"), folder));
	let plain_http = flag(&mut manager, "plain_http").unwrap_or(false);
	if !is_loopback(listen.ip()) && tls.is_none() && !plain_http {
		let expected = "an address of this computer alone such as \"127.0.0.1:8000\", unless there is manager.tls, or \
			manager.plain_http = true says that passwords may go over the network unencrypted";
		let found = Value::from(listen.to_string());
		manager.problems().wrong(manager.name("listen"), &found, expected);
	}
	let users = manager
		.optional("users", "the path of a file", |value| folder_path(value, folder))
		.unwrap_or_else(|| folder.join("manager-users.json"));
	let section = ManagerSection {
		listen,
		users,
		tls,
		plain_http,
		allowed_hosts: manager.list("allowed_hosts", HOSTS, host),
		metrics: flag(&mut manager, "metrics").unwrap_or(true),
		session_minutes: manager.number("session_minutes", 1..=7 * 24 * 60, "minutes", SESSION_MINUTES.into()) as u32,
	};
	manager.finish();
	section
}

const LISTEN: &str = "an address and a port such as \"127.0.0.1:8000\"";
const HOSTS: &str =
	"a list of host names, each with a port if it is not the usual one, such as [\"press.plant.example\"]";

fn read_tls(mut tls: Fields<'_>, folder: &Path) -> TlsFiles {
	let certificate = "the path of a PEM file with the certificate";
	let key = "the path of a PEM file with its private key";
	let files = TlsFiles {
		certificate: path(&mut tls, "certificate", folder, certificate),
		key: path(&mut tls, "key", folder, key),
	};
	tls.finish();
	files
}

/// What `[history]` says is remembered of the channels; nothing when there is to be none.
pub(super) fn read_history(mut history: Fields<'_>, by_default: bool) -> Option<Limits> {
	let (usual, mut limits) = (Limits::default(), Limits::default());
	let is_on = flag(&mut history, "keep").unwrap_or(by_default);
	let size = history.number("max_mib", 4..=64 * 1024, "MiB", usual.max_bytes / MIB);
	limits.max_bytes = size * MIB;
	let tiers = [
		("second_days", &mut limits.seconds),
		("minute_days", &mut limits.minutes),
		("hour_days", &mut limits.hours),
	];
	for (key, tier) in tiers {
		tier.max_age_ms = history.number(key, 1..=20 * 366, "days", tier.max_age_ms / DAY_MS) * DAY_MS;
		// Its share of the file.
		tier.max_bytes = (tier.max_bytes / MIB) * size * MIB / (usual.max_bytes / MIB);
	}
	limits.flush_every_ms = history.number("flush_seconds", 1..=3_600, "s", usual.flush_every_ms / 1_000) * 1_000;
	history.finish();
	is_on.then_some(limits)
}

fn flag(fields: &mut Fields<'_>, key: &'static str) -> Option<bool> {
	fields.optional(key, "true or false", Value::as_bool)
}

fn is_loopback(address: IpAddr) -> bool {
	address.to_canonical().is_loopback()
}

#[cfg(test)]
#[path = "manager_tests.rs"]
mod tests;
