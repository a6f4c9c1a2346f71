//! Files with keys, passwords and certificates.

use crate::config::{BrokerAddress, ClientCertificate, CloudConfig};
use rustls::{
	crypto::ring,
	pki_types::{pem::PemObject, CertificateDer, PrivateKeyDer},
	ClientConfig, RootCertStore,
};
use std::{
	fs, io,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	sync::Arc,
};

/// The shortest key for commands, in bytes.
const LEAST_KEY_BYTES: usize = 16;
/// The largest file that is read, in bytes: the system's bundle of authorities has about 200 KiB.
const MOST_FILE_BYTES: u64 = 4 * 1024 * 1024;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SecretsError {
	/// It cannot be read.
	#[error("cannot read {path}: {error}")]
	Read {
		/// The file.
		path: PathBuf,
		/// Why.
		error: io::Error,
	},
	/// Others than its owner may read it.
	#[error("others can read {path} (mode {mode:03o}); run `chmod 600 {path}`")]
	Exposed {
		/// The file.
		path: PathBuf,
		/// Its permissions.
		mode: u32,
	},
	/// It does not hold what it should.
	#[error("{path} holds {found}; it must hold {expected}")]
	Content {
		/// The file.
		path: PathBuf,
		/// What it holds.
		found: String,
		/// What it should hold.
		expected: &'static str,
	},
	/// TLS does not take what the files hold.
	#[error("certificates and keys do not fit: {0}")]
	Tls(#[from] rustls::Error),
}

/// User name and password.
#[derive(Clone)]
pub(crate) struct Credentials {
	pub user: String,
	pub password: String,
}

/// What a connection needs from files.
pub(crate) struct Secrets {
	pub credentials: Option<Credentials>,
	pub tls: Option<Arc<ClientConfig>>,
}

impl Secrets {
	/// Reads all files that a connection needs.
	pub fn load(config: &CloudConfig) -> Result<Self, SecretsError> {
		let BrokerAddress { tls, .. } = config.broker;
		let tls = match &config.ca_file {
			Some(ca_file) if tls => Some(Arc::new(client_config(ca_file, config.client_certificate.as_ref())?)),
			_ => None,
		};
		Ok(Secrets {
			credentials: config.credentials_file.as_deref().map(credentials).transpose()?,
			tls,
		})
	}
}

fn read(path: &Path) -> Result<Vec<u8>, SecretsError> {
	let failed = |error| SecretsError::Read {
		path: path.to_owned(),
		error,
	};
	let length = fs::metadata(path).map_err(failed)?.len();
	if length > MOST_FILE_BYTES {
		return Err(SecretsError::Content {
			path: path.to_owned(),
			found: format!("{length} bytes"),
			expected: "at most 4 MiB",
		});
	}
	fs::read(path).map_err(failed)
}

/// A file that only its owner may read.
fn read_secret(path: &Path) -> Result<Vec<u8>, SecretsError> {
	let metadata = fs::metadata(path).map_err(|error| SecretsError::Read {
		path: path.to_owned(),
		error,
	})?;
	let mode = metadata.permissions().mode() & 0o777;
	if mode & 0o077 != 0 {
		return Err(SecretsError::Exposed {
			path: path.to_owned(),
			mode,
		});
	}
	read(path)
}

fn credentials(path: &Path) -> Result<Credentials, SecretsError> {
	let wrong = |found: &str| SecretsError::Content {
		path: path.to_owned(),
		found: found.to_owned(),
		expected: "the user name in its first line and the password in its second",
	};
	let text = String::from_utf8(read_secret(path)?).map_err(|_| wrong("no text"))?;
	let mut lines = text.lines();
	match (lines.next(), lines.next()) {
		(Some(user), Some(password)) if !user.is_empty() => Ok(Credentials {
			user: user.to_owned(),
			password: password.to_owned(),
		}),
		_ => Err(wrong("fewer than two lines")),
	}
}

/// The key that commands are signed with.
pub(crate) fn command_key(path: &Path) -> Result<Vec<u8>, SecretsError> {
	let bytes = read_secret(path)?;
	let key = bytes.trim_ascii_end();
	if key.len() < LEAST_KEY_BYTES {
		return Err(SecretsError::Content {
			path: path.to_owned(),
			found: format!("{} bytes", key.len()),
			expected: "a key of 16 bytes or more, e.g. from `openssl rand -hex 32`",
		});
	}
	Ok(key.to_vec())
}

fn client_config(ca_file: &Path, client: Option<&ClientCertificate>) -> Result<ClientConfig, SecretsError> {
	let mut roots = RootCertStore::empty();
	roots.add_parsable_certificates(certificates(ca_file)?);
	if roots.is_empty() {
		return Err(no_certificate(ca_file));
	}
	let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
		.with_safe_default_protocol_versions()?
		.with_root_certificates(roots);
	match client {
		None => Ok(config.with_no_client_auth()),
		Some(ClientCertificate { chain_file, key_file }) => {
			let key =
				PrivateKeyDer::from_pem_slice(&read_secret(key_file)?).map_err(|error| SecretsError::Content {
					path: key_file.clone(),
					found: format!("no key ({error})"),
					expected: "a private key in PEM",
				})?;
			Ok(config.with_client_auth_cert(certificates(chain_file)?, key)?)
		}
	}
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, SecretsError> {
	let bytes = read(path)?;
	let certificates: Vec<_> = CertificateDer::pem_slice_iter(&bytes).filter_map(Result::ok).collect();
	if certificates.is_empty() {
		return Err(no_certificate(path));
	}
	Ok(certificates)
}

fn no_certificate(path: &Path) -> SecretsError {
	SecretsError::Content {
		path: path.to_owned(),
		found: "no certificate".to_owned(),
		expected: "one or more certificates in PEM",
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn file(content: &str) -> tempfile::NamedTempFile {
		let file = tempfile::NamedTempFile::new().unwrap();
		fs::write(file.path(), content).unwrap();
		file
	}

	#[test]
	fn reads_user_and_password() {
		let found = credentials(file("m1\nwith a space \n").path()).unwrap();
		assert_eq!((found.user.as_str(), found.password.as_str()), ("m1", "with a space "));
	}

	#[test]
	fn says_what_a_file_must_hold() {
		let error = |error: SecretsError| error.to_string();
		let one_line = credentials(file("m1").path()).err().map(error).unwrap();
		assert!(
			one_line.ends_with("the user name in its first line and the password in its second"),
			"{one_line}"
		);
		let short = command_key(file("short\n").path()).err().map(error).unwrap();
		assert!(
			short.contains("holds 5 bytes; it must hold a key of 16 bytes or more"),
			"{short}"
		);
		let empty = client_config(file("nothing").path(), None).err().map(error).unwrap();
		assert!(empty.contains("holds no certificate"), "{empty}");
		let missing = command_key(Path::new("/nonexistent/key")).err().map(error).unwrap();
		assert!(missing.starts_with("cannot read /nonexistent/key: "), "{missing}");
	}

	#[test]
	fn refuses_secrets_that_others_may_read() {
		let file = file("0123456789abcdef");
		fs::set_permissions(file.path(), PermissionsExt::from_mode(0o640)).unwrap();
		let error = command_key(file.path()).err().unwrap().to_string();
		assert!(error.contains("(mode 640); run `chmod 600 /"), "{error}");
		assert!(credentials(file.path()).is_err());
	}

	#[test]
	fn the_key_ends_before_white_space() {
		assert_eq!(
			command_key(file("0123456789abcdef\r\n").path()).unwrap(),
			b"0123456789abcdef"
		);
	}
}
