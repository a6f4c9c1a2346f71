//! Which addresses belong to the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Whether `address` is one of the public internet: not this machine, not a private or link-local network, nothing
/// that is reserved (IANA special-purpose address registries), and no IPv6 address that carries such an IPv4 address.
pub fn is_public(address: IpAddr) -> bool {
	match address {
		IpAddr::V4(address) => is_public_v4(address),
		IpAddr::V6(address) => is_public_v6(address),
	}
}

fn is_public_v4(address: Ipv4Addr) -> bool {
	let [a, b, c, _] = address.octets();
	let reserved = match (a, b, c) {
		// This network; shared (RFC 6598); IETF protocol assignments; 6to4 relays; benchmarking.
		(0, _, _) | (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) | (198, 18 | 19, _) => true,
		// Multicast, reserved, broadcast.
		(224..=255, _, _) => true,
		_ => false,
	};
	!reserved
		&& !address.is_private()
		&& !address.is_loopback()
		&& !address.is_link_local()
		&& !address.is_documentation()
}

fn is_public_v6(address: Ipv6Addr) -> bool {
	let segments = address.segments();
	let low = Ipv4Addr::from((u32::from(segments[6]) << 16) | u32::from(segments[7]));
	match segments {
		// ::ffff:0:0/96 (mapped) and 64:ff9b::/96 (NAT64) lead to the IPv4 address in the low bits.
		[0, 0, 0, 0, 0, 0xffff, _, _] | [0x64, 0xff9b, 0, 0, 0, 0, _, _] => is_public_v4(low),
		// 2002::/16 (6to4) leads to the IPv4 address in the next 32 bits.
		[0x2002, high, next, ..] => is_public_v4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(next))),
		// 2001::/23 (Teredo and other protocols), 2001:db8::/32 and 3fff::/20 (documentation).
		[0x2001, 0..=0x1ff, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => false,
		// 2000::/3 is all the global unicast there is.
		[first, ..] => first & 0xe000 == 0x2000,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn knows_the_public_internet() {
		for text in [
			"1.1.1.1",
			"100.63.0.1",
			"172.15.0.1",
			"172.32.0.1",
			"192.0.1.1",
			"223.255.255.1",
			"2606:4700::1111",
			"::ffff:8.8.8.8",
			"64:ff9b::808:808",
			"2002:808:808::1",
		] {
			assert!(is_public(text.parse().unwrap()), "{text} is public");
		}
	}

	#[test]
	fn knows_what_is_not() {
		for text in [
			"0.0.0.0",
			"10.1.2.3",
			"100.64.0.1",
			"127.0.0.1",
			"127.8.8.8",
			"169.254.169.254",
			"172.16.0.1",
			"172.31.255.255",
			"192.0.0.8",
			"192.0.2.1",
			"192.168.1.1",
			"198.18.0.1",
			"224.0.0.1",
			"240.0.0.1",
			"255.255.255.255",
			"::",
			"::1",
			"::7f00:1",
			"::ffff:127.0.0.1",
			"::ffff:10.0.0.1",
			"fe80::1",
			"fc00::1",
			"fd12::1",
			"fec0::1",
			"ff02::1",
			"2001::1",
			"2001:db8::1",
			"3fff::1",
			"64:ff9b::7f00:1",
			"64:ff9b:1::1",
			"2002:7f00:1::1",
			"100::1",
		] {
			assert!(!is_public(text.parse().unwrap()), "{text} is not public");
		}
	}
}
