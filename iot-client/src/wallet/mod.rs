//! Keys: the machine's own sr25519 account, kept encrypted on disk, and the well-known accounts of development chains.
//!
//! A password is read from a file that nobody else can read, from a credential that systemd hands over, or at a terminal:
//! never from an argument or the environment, where other users of the computer could see it. Secrets have no `Debug` and no
//! `Display`.

mod keystore;
mod password;
pub mod succession;

pub use password::{credential_path, is_of_a_service, Password};

use crate::recipe::sealed::{self, SealError};
use blake2::{
	digest::{consts::U32, Digest},
	Blake2b,
};
use curve25519_dalek::MontgomeryPoint;
use password::PASSWORD_LIMIT;
use std::{
	fmt,
	path::{Path, PathBuf},
	str::FromStr,
};
use subxt::utils::{AccountId32, H256};
use subxt_signer::{sr25519::Keypair, SecretUri};
use zeroize::Zeroizing;

/// Why a key cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum WalletError {
	/// No file there.
	#[error("there is no keystore at {0}; `iot-client init` makes one")]
	Missing(PathBuf),
	/// A key would be overwritten.
	#[error(
		"{0} holds a key already; it is never overwritten: move it away first, and keep it, if you want a new key"
	)]
	Exists(PathBuf),
	/// Others may read a secret.
	#[error("others can read {path} (mode {mode:03o}); run `chmod 600 {path}`")]
	Exposed {
		/// The file.
		path: PathBuf,
		/// Its permissions.
		mode: u32,
	},
	/// A password file without a password.
	#[error("{0} must hold a password of 1 to {PASSWORD_LIMIT} bytes of UTF-8 text on one line")]
	BadPassword(PathBuf),
	/// A credential that this process was not given.
	#[error("there is no credential {0} for this process: systemd hands it to the service whose unit names it with `LoadCredential=`, while that runs, and to nobody else")]
	NoCredential(PathBuf),
	/// Nobody can be asked.
	#[error("there is no terminal to ask at for the password of {0}; name a file with the password on its first line, readable by you only (chmod 600)")]
	NoTerminal(PathBuf),
	/// Whoever was asked gave up.
	#[error("no password was typed for {0}, so it stays shut")]
	NothingTyped(PathBuf),
	/// Not the same twice.
	#[error("two different passwords were typed for {0}; nothing was made, try again")]
	TypedOtherwise(PathBuf),
	/// Not a key file, or not one of ours.
	#[error("{path} is not a keystore that this client reads: {what}; it reads sr25519 accounts exported from Polkadot.js (version 3)")]
	NotAKeystore {
		/// The file.
		path: PathBuf,
		/// What is wrong with it.
		what: &'static str,
	},
	/// The cipher's check failed.
	#[error("the password does not open {0}, or the file is damaged")]
	WrongPassword(PathBuf),
	/// Not `//Name`.
	#[error("`{0}` is not a development account; write //Owner, //Customer or the like. A real key comes from a keystore file: a secret on the command line could be read by others")]
	NotADevAccount(String),
	/// Two that hand a key over at the same time.
	#[error("another iot-client is replacing the key in {0}; let it end, then look with `iot-client status`")]
	Busy(PathBuf),
	/// The key is in none of the files where it should be.
	#[error(
		"neither {keystore} nor {successor} holds the machine's key {key}; if you have it elsewhere, put it there"
	)]
	NotHere {
		/// The machine's key.
		key: AccountId32,
		/// The keystore.
		keystore: PathBuf,
		/// The key that was to follow.
		successor: PathBuf,
	},
	/// A file that should hold one key holds another.
	#[error("{path} holds the key {found}, not {expected}; move it away, and keep it, if you know whose key that is")]
	OtherKey {
		/// The file.
		path: PathBuf,
		/// Whose it is.
		found: AccountId32,
		/// Whose it should be.
		expected: AccountId32,
	},
	/// The operating system said no.
	#[error("cannot use {path}: {source}")]
	Io {
		/// The file.
		path: PathBuf,
		/// What it said.
		source: std::io::Error,
	},
}

fn io(path: &Path, source: std::io::Error) -> WalletError {
	match source.kind() {
		std::io::ErrorKind::NotFound => WalletError::Missing(path.to_owned()),
		std::io::ErrorKind::AlreadyExists => WalletError::Exists(path.to_owned()),
		_ => WalletError::Io {
			path: path.to_owned(),
			source,
		},
	}
}

/// An account that can sign.
pub struct Wallet {
	keypair: Keypair,
	/// The X25519 secret.
	decryption: Zeroizing<[u8; 32]>,
}

impl Wallet {
	/// Makes a new key and writes it, encrypted, to `path` in the format of Polkadot.js, readable by its owner only.
	///
	/// # Errors
	/// When there is a file already, or it cannot be written.
	pub fn create(path: &Path, password: &Password, name: &str, genesis: Option<H256>) -> Result<Self, WalletError> {
		keystore::create(path, password.as_str(), name, genesis)?;
		Self::open(path, password)
	}

	/// Opens a keystore of this client or an sr25519 account exported from Polkadot.js.
	///
	/// # Errors
	/// When it is missing, malformed in any way, or the password is wrong.
	pub fn open(path: &Path, password: &Password) -> Result<Self, WalletError> {
		let opened = keystore::open(path, password.as_str())?;
		Ok(Self {
			decryption: decryption_secret(&opened.secret[..]),
			keypair: opened.keypair,
		})
	}

	/// The account in a keystore, by what the file says of itself: no password is needed, and nothing is proved.
	///
	/// # Errors
	/// When the file is missing or malformed.
	pub fn peek(path: &Path) -> Result<AccountId32, WalletError> {
		keystore::peek(path)
	}

	/// The same of `text`, which came from the file at `path`.
	///
	/// # Errors
	/// When it is malformed.
	pub fn peek_at(text: &str, path: &Path) -> Result<AccountId32, WalletError> {
		keystore::peek_at(text, path)
	}

	/// A well-known account of development chains, such as `//Owner`. Everybody knows its key.
	///
	/// # Errors
	/// When it is anything but `//Name`: phrases and seeds are not taken from a command line.
	pub fn dev(uri: &str) -> Result<Self, WalletError> {
		let refuse = || WalletError::NotADevAccount(uri.to_owned());
		let name = uri.strip_prefix("//").ok_or_else(refuse)?;
		if name.is_empty()
			|| !name
				.bytes()
				.all(|b| b.is_ascii_alphanumeric() || b == b'/' || b == b'_')
		{
			return Err(refuse());
		}
		let keypair = SecretUri::from_str(uri)
			.ok()
			.and_then(|uri| Keypair::from_uri(&uri).ok())
			.ok_or_else(refuse)?;
		// Public like the key itself: nothing private is ever encrypted to a development account.
		let decryption = decryption_secret(uri.as_bytes());
		Ok(Self { keypair, decryption })
	}

	/// The account's id.
	pub fn account(&self) -> AccountId32 {
		self.keypair.public_key().to_account_id()
	}

	/// The X25519 public key to which private matter for this account is encrypted, derived from the same secret.
	pub fn encryption_key(&self) -> [u8; 32] {
		MontgomeryPoint::mul_base_clamped(*self.decryption).to_bytes()
	}

	/// Reads the address of a recipe that was sealed to this account's encryption key.
	///
	/// # Errors
	/// When it was sealed to another key or for another order.
	pub fn unseal(&self, context: &sealed::Context, ciphertext: &[u8]) -> Result<String, SealError> {
		sealed::open(&self.decryption, context, ciphertext)
	}

	/// The name in a keystore, as wallets show it.
	///
	/// # Errors
	/// When the file is missing or malformed.
	pub fn name(path: &Path) -> Result<String, WalletError> {
		keystore::name(path)
	}

	/// What signs transactions.
	pub fn keypair(&self) -> &Keypair {
		&self.keypair
	}

	/// The machine's proof that it holds its key, for the owner's call `machines.register`: a signature over
	/// `"bpiiot/register" ++ genesis hash ++ owner ++ key ++ nonce (u32, little-endian)`, where `nonce` is the number of
	/// machines that the owner has registered so far.
	pub fn prove_registration(&self, genesis: H256, owner: AccountId32, nonce: u32) -> [u8; 64] {
		self.keypair
			.sign(&registration_message(genesis, owner, self.account(), nonce))
			.0
	}

	/// A new key's proof that it is held, for the call `machines.rotate_key`: a signature over
	/// `"bpiiot/rotation" ++ genesis hash ++ machine ++ new key ++ rotations (u32, little-endian)`, where `rotations` is how
	/// many keys of that machine were replaced so far.
	pub fn prove_rotation(&self, genesis: H256, machine: [u8; 32], rotations: u32) -> [u8; 64] {
		self.keypair
			.sign(&rotation_message(genesis, machine, self.account(), rotations))
			.0
	}
}

/// Shows the account and nothing else.
impl fmt::Debug for Wallet {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_tuple("Wallet").field(&self.account().to_string()).finish()
	}
}

/// The bytes that a registering key signs.
fn registration_message(genesis: H256, owner: AccountId32, key: AccountId32, nonce: u32) -> Vec<u8> {
	[
		b"bpiiot/register".as_slice(),
		genesis.as_ref(),
		&owner.0,
		&key.0,
		&nonce.to_le_bytes(),
	]
	.concat()
}

/// The bytes that a machine's new key signs.
fn rotation_message(genesis: H256, machine: [u8; 32], key: AccountId32, rotations: u32) -> Vec<u8> {
	[
		b"bpiiot/rotation".as_slice(),
		genesis.as_ref(),
		&machine,
		&key.0,
		&rotations.to_le_bytes(),
	]
	.concat()
}

/// The X25519 secret that belongs to a signing secret.
fn decryption_secret(secret: &[u8]) -> Zeroizing<[u8; 32]> {
	Zeroizing::new(blake2_256([b"bpiiot/x25519".as_slice(), secret]))
}

/// The 256-bit BLAKE2b hash of the parts, one after the other.
pub fn blake2_256<const N: usize>(parts: [&[u8]; N]) -> [u8; 32] {
	let mut hasher = Blake2b::<U32>::new();
	for part in parts {
		hasher.update(part);
	}
	hasher.finalize().into()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn takes_development_accounts_but_no_phrase_from_the_command_line() {
		assert_eq!(
			Wallet::dev("//Alice").unwrap().account().to_string(),
			"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
		);
		for text in [
			"",
			"//",
			"Alice",
			"bottom drive obey lake curtain smoke basket hold race lonely fit walk",
			"//A b",
		] {
			assert!(
				matches!(Wallet::dev(text), Err(WalletError::NotADevAccount(_))),
				"{text}"
			);
		}
	}

	#[test]
	fn debug_shows_no_secret() {
		let shown = format!("{:?}", Wallet::dev("//Owner").unwrap());
		assert!(shown.starts_with("Wallet(\"5") && shown.len() < 64, "{shown}");
	}

	#[test]
	fn proves_a_registration_for_one_owner_chain_and_nonce() {
		let (machine, owner) = (
			Wallet::dev("//Machine").unwrap(),
			Wallet::dev("//Owner").unwrap().account(),
		);
		let message = registration_message(H256([7; 32]), owner, machine.account(), 3);
		assert_eq!(message.len(), 15 + 3 * 32 + 4);
		assert_eq!(&message[111..], [3, 0, 0, 0]);
		let proof = subxt_signer::sr25519::Signature(machine.prove_registration(H256([7; 32]), owner, 3));
		let key = machine.keypair().public_key();
		assert!(subxt_signer::sr25519::verify(&proof, &message, &key));
		let replayed = registration_message(H256([7; 32]), owner, machine.account(), 4);
		assert!(!subxt_signer::sr25519::verify(&proof, replayed, &key));
	}

	#[test]
	fn proves_a_rotation_for_one_machine_chain_and_number_of_rotations() {
		let new = Wallet::dev("//New").unwrap();
		let message = rotation_message(H256([7; 32]), [9; 32], new.account(), 0x0102);
		assert_eq!(&message[..15], b"bpiiot/rotation");
		assert_eq!((&message[15..47], &message[47..79]), (&[7; 32][..], &[9; 32][..]));
		assert_eq!(
			(&message[79..111], &message[111..]),
			(&new.account().0[..], &[2, 1, 0, 0][..])
		);
		let proof = subxt_signer::sr25519::Signature(new.prove_rotation(H256([7; 32]), [9; 32], 0x0102));
		let verify = |message: &[u8]| subxt_signer::sr25519::verify(&proof, message, &new.keypair().public_key());
		assert!(verify(&message));
		for other in [
			rotation_message(H256([8; 32]), [9; 32], new.account(), 0x0102),
			rotation_message(H256([7; 32]), [8; 32], new.account(), 0x0102),
			rotation_message(H256([7; 32]), [9; 32], AccountId32([1; 32]), 0x0102),
			rotation_message(H256([7; 32]), [9; 32], new.account(), 0x0103),
		] {
			assert!(!verify(&other));
		}
	}
}
