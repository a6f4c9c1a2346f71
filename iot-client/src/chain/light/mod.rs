//! A light client as a second witness of finalized blocks, in the place of a second endpoint.
//!
//! It follows the relay chain's finality by itself, from the chain specifications on the disk, and so believes no node. It
//! is smoldot, which is under the GPL 3.0 with the Classpath exception: in the client only with the feature `light-client`,
//! which is off by default. Without it [`LightClient`] cannot be made, and a configuration that asks for one is refused.
//!
//! It says what the finalized block of a height is, for the last thousand or so. It is not asked for state: that comes
//! from the endpoint in use, with a proof.

#[cfg(not(feature = "light-client"))]
mod absent;
#[cfg(feature = "light-client")]
mod running;

#[cfg(not(feature = "light-client"))]
pub use absent::LightClient;
#[cfg(feature = "light-client")]
pub use running::LightClient;

use serde::{Deserialize, Serialize};
use std::{fmt, path::PathBuf};

/// Whether this client was built with it.
pub const BUILT_IN: bool = cfg!(feature = "light-client");
/// What it is called beside the endpoints.
pub const NAME: &str = "the light client";

/// Where the chain specifications are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Specs {
	/// That of the relay chain, with its bootnodes.
	pub relay_chain: PathBuf,
	/// That of this chain, with its bootnodes.
	pub chain: PathBuf,
}

/// How it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LightReport {
	/// The newest finalized block that it knows; none before it has synced.
	pub block: Option<u64>,
	/// How long it took until it knew one, in ms.
	pub synced_in_ms: Option<u64>,
	/// Memory of this process (resident), in KiB.
	pub memory_kib: u64,
	/// How much of that came since it began, in KiB.
	pub grown_kib: u64,
	/// Why it does not get on.
	pub trouble: Option<String>,
}

/// One line for people.
impl fmt::Display for LightReport {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match (self.block, self.synced_in_ms) {
			(Some(block), Some(took)) => write!(f, "at finalized block {block}, synced in {took} ms")?,
			_ => f.write_str("not synced yet")?,
		}
		write!(
			f,
			", {} KiB of memory, {} since it began",
			self.memory_kib, self.grown_kib
		)?;
		match &self.trouble {
			Some(trouble) => write!(f, ": {trouble}"),
			None => Ok(()),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_report_says_how_far_it_is_and_what_it_takes() {
		let mut report = LightReport {
			memory_kib: 90_000,
			grown_kib: 60_000,
			..LightReport::default()
		};
		assert_eq!(
			report.to_string(),
			"not synced yet, 90000 KiB of memory, 60000 since it began"
		);
		(report.block, report.synced_in_ms) = (Some(7), Some(12_000));
		assert!(report
			.to_string()
			.starts_with("at finalized block 7, synced in 12000 ms"));
	}
}
