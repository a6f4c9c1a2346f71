//! Accounts on disk, in the JSON format of Polkadot.js (version 3): scrypt, then XSalsa20-Poly1305 over a PKCS#8 wrapping
//! of the key. Polkadot.js imports what this writes, and this opens what Polkadot.js exports.
//!
//! A file may come from anywhere. Its size, shape, lengths and work factors are all checked before any of it reaches
//! the decoder of `subxt-signer`, which slices without looking.

use super::WalletError;
use base64::{engine::general_purpose::STANDARD as BASE64, Engine};
use crypto_secretbox::{
	aead::{Aead, KeyInit},
	Key, Nonce, XSalsa20Poly1305,
};
use rand::{rngs::OsRng, TryRngCore};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha512};
use std::{
	fs,
	io::{Read, Write},
	os::unix::fs::OpenOptionsExt,
	path::Path,
	thread,
	time::{SystemTime, UNIX_EPOCH},
};
use subxt::utils::{AccountId32, H256};
use subxt_signer::{polkadot_js_compat::decrypt_json, sr25519::Keypair};
use zeroize::Zeroizing;

/// The largest keystore that is read, in bytes; one is about 700.
const FILE_LIMIT: u64 = 16 * 1024;
const SALT: usize = 32;
const WORK: usize = 12;
const NONCE: usize = 24;
const TAG: usize = 16;
const PLAIN: usize = HEADER.len() + SECRET + DIVIDER.len() + 32;
const SECRET: usize = 64;
const ENCODED: usize = SALT + WORK + NONCE + TAG + PLAIN;
/// Start of PKCS#8, and what stands between the secret and the public key.
/// <https://github.com/polkadot-js/common/blob/master/packages/keyring/src/pair/defaults.ts>
const HEADER: [u8; 16] = [48, 83, 2, 1, 1, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
const DIVIDER: [u8; 5] = [161, 35, 3, 33, 0];

/// A work factor of scrypt: the logarithm of N; r is 8 and p is 1.
/// <https://github.com/polkadot-js/common/blob/master/packages/util-crypto/src/scrypt/defaults.ts>
const WRITTEN_LOG_N: u8 = 15;
/// What is read: the factors that Polkadot.js writes. Any other could cost gigabytes or protect nothing.
const READ_LOG_N: [u8; 2] = [15, 17];

#[derive(Serialize, Deserialize)]
struct File {
	encoded: String,
	encoding: Encoding,
	address: String,
	#[serde(default)]
	meta: Meta,
}

#[derive(Serialize, Deserialize, PartialEq)]
struct Encoding {
	content: Vec<String>,
	r#type: Vec<String>,
	version: String,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
struct Meta {
	#[serde(default)]
	genesis_hash: Option<String>,
	#[serde(default)]
	name: String,
	/// Unix milliseconds.
	#[serde(default)]
	when_created: u64,
}

impl Encoding {
	fn ours() -> Self {
		let own = |names: [&str; 2]| names.map(str::to_owned).to_vec();
		Self {
			content: own(["pkcs8", "sr25519"]),
			r#type: own(["scrypt", "xsalsa20-poly1305"]),
			version: "3".to_owned(),
		}
	}
}

impl Encoding {
	/// Whether it is ours; if not, what it is instead.
	fn check(&self) -> Result<(), &'static str> {
		let other = |name: &str| self.content.iter().any(|found| found == name);
		if *self == Self::ours() {
			Ok(())
		} else if other("ed25519") {
			Err("its key is of the kind ed25519, and machines sign with sr25519; make an account of that kind")
		} else if other("ecdsa") || other("ethereum") {
			Err("its key is of the kind ECDSA, and machines sign with sr25519; make an account of that kind")
		} else if self.r#type.iter().any(|found| found == "none") {
			Err("it is not encrypted; export the account with a password")
		} else {
			Err("its encoding is not pkcs8 and sr25519 under scrypt and xsalsa20-poly1305")
		}
	}
}

/// An opened keystore.
pub(super) struct Opened {
	pub(super) keypair: Keypair,
	/// The expanded secret: the scalar times the cofactor, then the nonce seed.
	pub(super) secret: Zeroizing<[u8; SECRET]>,
}

/// Makes a key and writes it. The file appears whole or not at all, and never over another.
pub(super) fn create(path: &Path, password: &str, name: &str, genesis: Option<H256>) -> Result<(), WalletError> {
	if path.exists() {
		return Err(WalletError::Exists(path.to_owned()));
	}
	let mut seed = Zeroizing::new([0; 32]);
	random(path, &mut *seed)?;
	let keypair = Keypair::from_secret_key(*seed).map_err(|_| malformed(path, "the new key is not valid"))?;
	let public = keypair.public_key();
	let meta = Meta {
		genesis_hash: genesis.map(crate::parse::hex),
		name: name.to_owned(),
		when_created: SystemTime::now()
			.duration_since(UNIX_EPOCH)
			.unwrap_or_default()
			.as_millis() as u64,
	};
	let file = File {
		encoded: BASE64.encode(seal(path, &expand(&seed), &public.0, password)?),
		encoding: Encoding::ours(),
		address: public.to_account_id().to_string(),
		meta,
	};
	let json = serde_json::to_vec_pretty(&file).expect("strings and numbers are JSON; qed");
	write_new(path, &json).map_err(|e| super::io(path, e))
}

/// The address that a keystore says it is for.
pub(super) fn peek(path: &Path) -> Result<AccountId32, WalletError> {
	peek_at(&read(path)?, path)
}

/// The same of the text of one.
pub(super) fn peek_at(text: &str, path: &Path) -> Result<AccountId32, WalletError> {
	check(path, text).map(|(address, _)| address)
}

/// The name in a keystore.
pub(super) fn name(path: &Path) -> Result<String, WalletError> {
	let json = read(path)?;
	check(path, &json)?;
	let file: File = serde_json::from_str(&json).map_err(|_| malformed(path, "it is not the JSON of an account"))?;
	Ok(file.meta.name)
}

fn read(path: &Path) -> Result<String, WalletError> {
	let mut json = String::new();
	let file = fs::File::open(path).map_err(|e| super::io(path, e))?;
	let text = file.take(FILE_LIMIT + 1).read_to_string(&mut json);
	text.map_err(|_| malformed(path, "it is not text"))?;
	Ok(json)
}

/// Reads, checks and decrypts a keystore.
pub(super) fn open(path: &Path, password: &str) -> Result<Opened, WalletError> {
	let json = read(path)?;
	let (_, sealed) = check(path, &json)?;
	// Twice, since neither says all that is wanted. Side by side only what takes 32 MiB each, and not what takes 128.
	let decrypt = || decrypt_json(&json, password);
	let opened = match work(&sealed) {
		Some(WRITTEN_LOG_N) => thread::scope(|scope| {
			let keypair = scope.spawn(decrypt);
			let plain = unseal(path, &sealed, password)?;
			Ok::<_, WalletError>((plain, keypair.join().ok().and_then(Result::ok)))
		}),
		_ => unseal(path, &sealed, password).map(|plain| (plain, decrypt().ok())),
	};
	let (plain, keypair) = opened?;

	let (header, rest) = plain.split_at(HEADER.len());
	let (secret, rest) = rest.split_at(SECRET);
	let (divider, public) = rest.split_at(DIVIDER.len());
	let keypair = keypair.ok_or_else(|| malformed(path, "its key is not valid"))?;
	if header != HEADER || divider != DIVIDER || keypair.public_key().0 != public {
		return Err(malformed(path, "its key is not valid"));
	}
	let mut copy = Zeroizing::new([0; SECRET]);
	copy.copy_from_slice(secret);
	Ok(Opened { keypair, secret: copy })
}

/// All that can be said of a keystore without its password: its address, and the encoded bytes, of exactly the right
/// length.
fn check(path: &Path, json: &str) -> Result<(AccountId32, [u8; ENCODED]), WalletError> {
	let malformed = |what| malformed(path, what);
	if json.len() as u64 > FILE_LIMIT {
		return Err(malformed("it is larger than 16 KiB"));
	}
	let file: File = serde_json::from_str(json).map_err(|_| malformed("it is not the JSON of an account"))?;
	file.encoding.check().map_err(malformed)?;
	let address = file.address.parse().map_err(|_| malformed("its address is not one"))?;
	let encoded = BASE64
		.decode(&file.encoded)
		.map_err(|_| malformed("its data is not base64"))?;
	let encoded: [u8; ENCODED] = encoded
		.try_into()
		.map_err(|_| malformed("its data has the wrong length"))?;
	work(&encoded).ok_or_else(|| malformed("its scrypt parameters are not those of Polkadot.js"))?;
	Ok((address, encoded))
}

/// The logarithm of scrypt's N, if the parameters are among those that we read.
fn work(encoded: &[u8; ENCODED]) -> Option<u8> {
	let number = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| encoded[SALT + at + i]));
	let (n, p, r) = (number(0), number(4), number(8));
	READ_LOG_N.into_iter().find(|log_n| n == 1 << log_n && p == 1 && r == 8)
}

fn seal(path: &Path, secret: &[u8; SECRET], public: &[u8; 32], password: &str) -> Result<Vec<u8>, WalletError> {
	let plain = Zeroizing::new([&HEADER[..], secret, &DIVIDER, public].concat());
	let (mut salt, mut nonce) = ([0; SALT], [0; NONCE]);
	random(path, &mut salt)?;
	random(path, &mut nonce)?;
	let cipher = cipher(&salt, WRITTEN_LOG_N, password);
	let hidden = cipher
		.encrypt(&nonce.into(), &plain[..])
		.map_err(|_| malformed(path, "the new key cannot be encrypted"))?;
	let numbers = [1 << WRITTEN_LOG_N, 1, 8u32].map(u32::to_le_bytes).concat();
	Ok([&salt[..], &numbers, &nonce, &hidden].concat())
}

fn unseal(path: &Path, encoded: &[u8; ENCODED], password: &str) -> Result<Zeroizing<Vec<u8>>, WalletError> {
	let log_n = work(encoded).ok_or_else(|| malformed(path, "its scrypt parameters are not those of Polkadot.js"))?;
	let cipher = cipher(&encoded[..SALT], log_n, password);
	let nonce = Nonce::from_slice(&encoded[SALT + WORK..][..NONCE]);
	let plain = cipher.decrypt(nonce, &encoded[SALT + WORK + NONCE..]);
	plain
		.map(Zeroizing::new)
		.map_err(|_| WalletError::WrongPassword(path.to_owned()))
}

fn cipher(salt: &[u8], log_n: u8, password: &str) -> XSalsa20Poly1305 {
	let work = scrypt::Params::new(log_n, 8, 1, 32).expect("the listed parameters are valid; qed");
	let mut key = Key::default();
	scrypt::scrypt(password.as_bytes(), salt, &work, &mut key).expect("32 bytes is a length scrypt gives; qed");
	XSalsa20Poly1305::new(&key)
}

/// The expanded secret key of a seed, in Ed25519's layout as Polkadot.js stores it.
/// Source: `expand_ed25519` and `to_ed25519_bytes` of schnorrkel (clamped scalar, then the second half of the hash).
fn expand(seed: &[u8; 32]) -> Zeroizing<[u8; SECRET]> {
	let mut secret = Zeroizing::new([0; SECRET]);
	secret.copy_from_slice(&Sha512::digest(seed));
	secret[0] &= 0b1111_1000;
	secret[31] &= 0b0011_1111;
	secret[31] |= 0b0100_0000;
	secret
}

fn random(path: &Path, bytes: &mut [u8]) -> Result<(), WalletError> {
	OsRng.try_fill_bytes(bytes).map_err(|e| WalletError::Io {
		path: path.to_owned(),
		source: std::io::Error::other(e),
	})
}

/// Writes a file that was not there: first beside it, then linked into place, so that a power cut leaves either nothing
/// or all of it and two runs at once cannot overwrite each other.
fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
	let directory = folder_of(path);
	fs::create_dir_all(directory)?;
	let beside = directory.join(format!(".{}.new-{}", "keystore", std::process::id()));
	let _ = fs::remove_file(&beside);
	let mut file = fs::OpenOptions::new()
		.write(true)
		.create_new(true)
		.mode(0o600)
		.open(&beside)?;
	let written = file
		.write_all(bytes)
		.and_then(|()| file.sync_all())
		.and_then(|()| fs::hard_link(&beside, path));
	fs::remove_file(&beside)?;
	written?;
	fs::File::open(directory)?.sync_all()
}

/// The folder that a file is in.
pub(super) fn folder_of(path: &Path) -> &Path {
	path.parent()
		.filter(|folder| !folder.as_os_str().is_empty())
		.unwrap_or(Path::new("."))
}

fn malformed(path: &Path, what: &'static str) -> WalletError {
	WalletError::NotAKeystore {
		path: path.to_owned(),
		what,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;
	use std::os::unix::fs::PermissionsExt;

	const ALICE: &str = r#"{
		"encoded": "DumgApKCTqoCty1OZW/8WS+sgo6RdpHhCwAkA2IoDBMAgAAAAQAAAAgAAAB6IG/q24EeVf0JqWqcBd5m2tKq5BlyY84IQ8oamLn9DZe9Ouhgunr7i36J1XxUnTI801axqL/ym1gil0U8440Qvj0lFVKwGuxq38zuifgoj0B3Yru0CI6QKEvQPU5xxj4MpyxdSxP+2PnTzYao0HDH0fulaGvlAYXfqtU89xrx2/z9z7IjSwS3oDFPXRQ9kAdDebtyCVreZ9Otw9v3",
		"encoding": { "content": ["pkcs8", "sr25519"], "type": ["scrypt", "xsalsa20-poly1305"], "version": "3" },
		"address": "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
		"meta": { "genesisHash": "", "name": "Alice", "whenCreated": 1718265838755 }
	}"#;

	fn stored(json: &str) -> (tempfile::TempDir, std::path::PathBuf) {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("key.json");
		fs::write(&path, json).unwrap();
		(dir, path)
	}

	fn made() -> (tempfile::TempDir, std::path::PathBuf, Opened) {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("deep/key.json");
		create(&path, "pass", "drill 1", Some(H256([1; 32]))).unwrap();
		let opened = open(&path, "pass").unwrap();
		(dir, path, opened)
	}

	#[test]
	fn opens_what_polkadot_js_exported() {
		let (_dir, path) = stored(ALICE);
		let opened = open(&path, "whoisalice").unwrap();
		assert_eq!(
			opened.keypair.public_key().0,
			subxt_signer::sr25519::dev::alice().public_key().0,
			"a published test vector"
		);
	}

	#[test]
	fn subxt_signer_opens_what_we_wrote() {
		let (_dir, path, opened) = made();
		let json = fs::read_to_string(&path).unwrap();
		let theirs = decrypt_json(&json, "pass").unwrap();
		assert_eq!(theirs.public_key().0, opened.keypair.public_key().0);
		let signature = theirs.sign(b"message");
		assert!(subxt_signer::sr25519::verify(
			&signature,
			b"message",
			&opened.keypair.public_key()
		));
		assert_eq!(peek(&path).unwrap().0, theirs.public_key().0);
		assert!(
			json.contains("\"whenCreated\"") && json.contains("\"genesisHash\": \"0x0101"),
			"{json}"
		);
	}

	#[test]
	fn the_file_is_for_its_owner_only_and_never_overwritten() {
		let (dir, path, _) = made();
		assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
		let before = fs::read(&path).unwrap();
		assert!(matches!(create(&path, "other", "", None), Err(WalletError::Exists(_))));
		assert!(write_new(&path, b"other").is_err());
		assert_eq!(fs::read(&path).unwrap(), before);
		assert_eq!(
			fs::read_dir(dir.path().join("deep")).unwrap().count(),
			1,
			"nothing is left beside it"
		);
	}

	#[test]
	fn says_wrong_password() {
		let (_dir, path) = stored(ALICE);
		assert!(matches!(open(&path, "whoisbob"), Err(WalletError::WrongPassword(_))));
	}

	#[test]
	fn says_missing_with_the_remedy() {
		let error = open(Path::new("/nonexistent/key.json"), "").err().unwrap();
		assert!(error.to_string().contains("iot-client init"), "{error}");
	}

	#[test]
	fn refuses_hostile_files() {
		let mut json: serde_json::Value = serde_json::from_str(ALICE).unwrap();
		let full = BASE64.decode(json["encoded"].as_str().unwrap()).unwrap();
		let costly = |at: usize, byte: u8| {
			let mut bytes = full.clone();
			bytes[at] = byte;
			bytes
		};
		let cases: [(&str, Vec<u8>); 8] = [
			("empty", vec![]),
			("shorter than its header", full[..40].to_vec()),
			("one byte short", full[..full.len() - 1].to_vec()),
			("one byte long", [&full[..], &[0]].concat()),
			("N of two billion", costly(35, 0x80)),
			("no work", costly(33, 0)),
			("p of 255", costly(36, 255)),
			("r of 255", costly(40, 255)),
		];
		for (name, bytes) in cases {
			json["encoded"] = BASE64.encode(bytes).into();
			let (_dir, path) = stored(&json.to_string());
			assert!(
				matches!(open(&path, "whoisalice"), Err(WalletError::NotAKeystore { .. })),
				"{name}"
			);
		}
	}

	#[test]
	fn refuses_other_files() {
		let huge = format!("{}{}", ALICE, " ".repeat(FILE_LIMIT as usize));
		let version = ALICE.replace(r#""version": "3""#, r#""version": "2""#);
		let ed25519 = ALICE.replace("sr25519", "ed25519");
		let address = ALICE.replace("5Grw", "5Xrw");
		let base64 = ALICE.replace("DumgAp", "!!!!!!");
		for json in ["", "{}", "[]", "null", &huge, &version, &ed25519, &address, &base64] {
			let (_dir, path) = stored(json);
			assert!(
				matches!(open(&path, "whoisalice"), Err(WalletError::NotAKeystore { .. })),
				"{json:.60}"
			);
		}
	}

	#[test]
	fn says_which_kind_of_account_it_does_not_read() {
		let unencrypted = ALICE.replace(r#"["scrypt", "xsalsa20-poly1305"]"#, r#"["none"]"#);
		for (json, words) in [
			(ALICE.replace("sr25519", "ed25519"), "kind ed25519"),
			(ALICE.replace("sr25519", "ecdsa"), "kind ECDSA"),
			(ALICE.replace("sr25519", "ethereum"), "kind ECDSA"),
			(unencrypted, "not encrypted"),
			(ALICE.replace(r#""version": "3""#, r#""version": "2""#), "its encoding"),
		] {
			let (_dir, path) = stored(&json);
			let error = open(&path, "whoisalice").err().unwrap().to_string();
			assert!(error.contains(words), "{words:?} is not in {error}");
		}
	}

	#[test]
	fn refuses_a_file_that_was_cut_off_anywhere() {
		for length in (0..ALICE.len() - 1).step_by(10) {
			let (_dir, path) = stored(&ALICE[..length]);
			let error = open(&path, "whoisalice").err();
			assert!(
				matches!(error, Some(WalletError::NotAKeystore { .. })),
				"{length} bytes: {error:?}"
			);
		}
	}

	#[test]
	fn costly_work_is_refused_before_any_of_it_is_done() {
		let mut json: serde_json::Value = serde_json::from_str(ALICE).unwrap();
		let full = BASE64.decode(json["encoded"].as_str().unwrap()).unwrap();
		// N up to 2^31 would want a tebibyte; neighbours of what is allowed are refused as well.
		for log_n in (0..32).filter(|log_n| !READ_LOG_N.contains(log_n)) {
			let mut bytes = full.clone();
			bytes[SALT..SALT + 4].copy_from_slice(&(1u32 << log_n).to_le_bytes());
			json["encoded"] = BASE64.encode(bytes).into();
			let (_dir, path) = stored(&json.to_string());
			let error = open(&path, "whoisalice").err().unwrap();
			assert!(error.to_string().contains("scrypt parameters"), "2^{log_n}: {error}");
		}
	}

	#[test]
	fn refuses_an_address_that_is_not_the_keys() {
		let json = ALICE.replace(
			"5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
			"5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty",
		);
		let (_dir, path) = stored(&json);
		assert!(matches!(
			open(&path, "whoisalice"),
			Err(WalletError::NotAKeystore { .. })
		));
	}

	proptest! {
		#[test]
		fn no_text_makes_it_panic(json in "\\PC{0,200}") {
			let _ = check(Path::new("key.json"), &json);
		}

		#[test]
		fn no_data_makes_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
			let mut json: serde_json::Value = serde_json::from_str(ALICE).unwrap();
			json["encoded"] = BASE64.encode(bytes).into();
			let _ = check(Path::new("key.json"), &json.to_string());
		}
	}
}
