//! By which names the machine may be called, and from whose pages.
//!
//! A page from elsewhere can have its own name resolve to this machine (DNS rebinding) and is then, for the browser, of
//! the same origin. What it cannot do is say another name in `Host`: so only names that are known are answered.

use http::uri::Authority;
use std::net::IpAddr;

/// A host as a request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Host {
	/// In lower case, without the dot at its end; an address of IPv6 is in brackets.
	name: String,
	port: Option<u16>,
}

impl Host {
	pub fn parse(text: &str) -> Option<Self> {
		// `Authority` takes a user's name and a port that is empty or none.
		let authority: Authority = text.parse().ok()?;
		let name = authority.host();
		let rest = text.strip_prefix(name)?;
		let port = match rest.strip_prefix(':') {
			Some(port) => Some(port.parse().ok()?),
			None if rest.is_empty() => None,
			None => return None,
		};
		let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
		(!name.is_empty()).then_some(Self { name, port })
	}

	/// The address, where it names one.
	fn address(&self) -> Option<IpAddr> {
		let name = self.name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
		name.unwrap_or(&self.name)
			.parse()
			.ok()
			.map(|address: IpAddr| address.to_canonical())
	}

	/// Whether a page with this `Origin` was loaded from here.
	pub fn is_origin(&self, origin: &str, tls: bool) -> bool {
		let (default_port, rest) = if let Some(rest) = origin.strip_prefix("https://") {
			(443, rest)
		} else if let Some(rest) = origin.strip_prefix("http://").filter(|_| !tls) {
			(80, rest)
		} else {
			return false;
		};
		let port = |host: &Host| host.port.unwrap_or(default_port);
		Host::parse(rest).is_some_and(|other| other.name == self.name && port(&other) == port(self))
	}
}

/// The hosts that may be named.
#[derive(Clone, Debug)]
pub(crate) struct Hosts {
	allowed: Vec<Host>,
}

impl Hosts {
	/// These, beside those that are always allowed; if one of them is none, that one.
	pub fn new(names: &[String]) -> Result<Self, String> {
		let allowed = names.iter().map(|name| Host::parse(name).ok_or_else(|| name.clone()));
		Ok(Self {
			allowed: allowed.collect::<Result<_, _>>()?,
		})
	}

	/// Whether a request that came in at this address of the computer may name that host.
	pub fn admit(&self, host: &Host, local: IpAddr) -> bool {
		let own = |address: IpAddr| address.is_loopback() || address == local.to_canonical();
		host.name == "localhost"
			|| host.address().is_some_and(own)
			|| self
				.allowed
				.iter()
				.any(|known| known.name == host.name && (known.port.is_none() || known.port == host.port))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	fn host(text: &str) -> Host {
		Host::parse(text).unwrap()
	}

	#[test]
	fn only_known_names_and_own_addresses_are_admitted() {
		let hosts = Hosts::new(&["press-7.example".to_owned(), "gate:8443".to_owned()]).unwrap();
		let local: IpAddr = "192.168.7.2".parse().unwrap();
		for (name, right) in [
			("localhost:9", true),
			("LOCALHOST", true),
			("localhost.:80", true),
			("127.0.0.1:80", true),
			("127.9.9.9", true),
			("[::1]:80", true),
			("192.168.7.2:80", true),
			("[::ffff:192.168.7.2]", true),
			("press-7.example:1234", true),
			("Press-7.Example", true),
			("gate:8443", true),
			("gate", false),
			("gate:80", false),
			("192.168.7.3", false),
			("evil.example", false),
			("localhost.evil.example", false),
			("127.0.0.1.evil.example", false),
			("press-7.example.evil", false),
			("0.0.0.0", false),
		] {
			assert_eq!(hosts.admit(&host(name), local), right, "{name}");
		}
	}

	#[test]
	fn what_is_no_host_is_not_read() {
		for text in [
			"",
			":80",
			"user@localhost",
			"localhost:",
			"localhost:99999",
			"a/b",
			"a b",
			".",
			"a:80:80",
		] {
			assert_eq!(Host::parse(text), None, "{text}");
		}
	}

	#[test]
	fn an_origin_is_the_same_with_scheme_name_and_port() {
		for (named, origin, tls, right) in [
			("localhost:8080", "http://localhost:8080", false, true),
			("localhost:8080", "http://LOCALHOST:8080", false, true),
			("localhost", "http://localhost", false, true),
			("localhost", "http://localhost:80", false, true),
			("press:443", "https://press", true, true),
			("press", "https://press:443", true, true),
			// A proxy in front of it does TLS.
			("press", "https://press", false, true),
			("press", "http://press", true, false),
			("localhost:8080", "http://localhost:8081", false, false),
			("localhost:8080", "http://localhost", false, false),
			("localhost:8080", "http://evil.example:8080", false, false),
			("localhost:8080", "http://evil@localhost:8080", false, false),
			("localhost:8080", "http://localhost:8080/", false, false),
			("localhost:8080", "localhost:8080", false, false),
			("localhost:8080", "null", false, false),
			("localhost:8080", "", false, false),
			("localhost:8080", "file://localhost:8080", false, false),
		] {
			assert_eq!(host(named).is_origin(origin, tls), right, "{named} {origin} {tls}");
		}
	}

	proptest! {
		#[test]
		fn no_text_makes_it_panic(text in "\\PC{0,60}") {
			if let Some(host) = Host::parse(&text) {
				host.is_origin(&text, false);
				host.address();
			}
		}
	}
}
