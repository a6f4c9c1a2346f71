//! One client signs with a key: the second that is started on this computer refuses, whatever its `state_dir`.

use std::{
	io,
	os::{
		linux::net::SocketAddrExt,
		unix::net::{SocketAddr, UnixListener},
	},
};
use subxt::utils::AccountId32;

/// Why a key may not be signed with.
#[derive(Debug, thiserror::Error)]
pub enum ClaimError {
	/// Another program does.
	#[error(
		"another iot-client on this computer signs with the key {0}; stop that one first: two would take each other's nonces, and each would do the other's jobs"
	)]
	Taken(AccountId32),
	/// The system does not say.
	#[error("cannot make sure that no other iot-client signs with the key {key}: {source}")]
	System {
		/// The key.
		key: AccountId32,
		/// What the system said.
		source: io::Error,
	},
}

/// The right to sign with a key, until it is dropped or the process ends, in whatever way.
///
/// It is a name in the kernel's own list of sockets, so there is no file that a power cut could leave behind. The list is
/// that of a network namespace: clients in containers with networks of their own do not see each other.
#[derive(Debug)]
pub struct KeyClaim {
	key: AccountId32,
	_name: UnixListener,
}

impl KeyClaim {
	/// Takes it.
	///
	/// # Errors
	/// When somebody has it.
	pub fn take(key: AccountId32) -> Result<Self, ClaimError> {
		let system = |source| ClaimError::System { key, source };
		let name = SocketAddr::from_abstract_name(format!("bpiiot/iot-client/{key}")).map_err(system)?;
		match UnixListener::bind_addr(&name) {
			Ok(socket) => Ok(Self { key, _name: socket }),
			Err(error) if error.kind() == io::ErrorKind::AddrInUse => Err(ClaimError::Taken(key)),
			Err(error) => Err(system(error)),
		}
	}

	/// The key.
	pub fn key(&self) -> AccountId32 {
		self.key
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_key_is_claimed_once_at_a_time() {
		let (key, other) = (AccountId32([201; 32]), AccountId32([202; 32]));
		let claim = KeyClaim::take(key).unwrap();
		assert_eq!(claim.key(), key);
		let refused = KeyClaim::take(key).unwrap_err().to_string();
		assert!(
			refused.contains(&key.to_string()) && refused.contains("stop that one"),
			"{refused}"
		);
		KeyClaim::take(other).unwrap();
		drop(claim);
		KeyClaim::take(key).unwrap();
	}
}
