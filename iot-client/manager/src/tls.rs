//! TLS, when the configuration names a certificate.

use crate::{mark::Mark, settings::Tls};
use std::{
	io,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio_rustls::{
	rustls::{
		self,
		crypto::ring,
		pki_types::{pem::PemObject, CertificateDer, PrivateKeyDer},
		ServerConfig,
	},
	TlsAcceptor,
};

/// The largest file that is read, in bytes.
const FILE_LIMIT: u64 = 256 * 1024;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsProblem {
	/// A file cannot be read.
	#[error("cannot read {path}: {error}")]
	Read {
		/// The file.
		path: PathBuf,
		/// Why.
		error: io::Error,
	},
	/// Anybody may read the key.
	#[error("everybody can read {path} (mode {mode:03o}); run `chmod o-rwx {path}`")]
	Exposed {
		/// The file.
		path: PathBuf,
		/// Its permissions.
		mode: u32,
	},
	/// A file does not hold what it should.
	#[error("{path} holds no {expected} in PEM")]
	Content {
		/// The file.
		path: PathBuf,
		/// What it should hold.
		expected: &'static str,
	},
	/// The two do not fit.
	#[error("the certificate in {certificate} and the key in {key} cannot be used: {error}")]
	Unfit {
		/// The file of the certificate.
		certificate: PathBuf,
		/// The file of the key.
		key: PathBuf,
		/// Why.
		error: rustls::Error,
	},
}

/// The certificate that is shown now: a renewed one is taken without a restart.
pub(crate) struct Certificate {
	files: Tls,
	current: Mutex<(Marks, TlsAcceptor)>,
}

/// Of the two files as they were read.
type Marks = [Mark; 2];

impl Certificate {
	/// Reads both files.
	pub fn new(files: Tls) -> Result<Self, TlsProblem> {
		let current = Mutex::new((marks(&files), acceptor(&files)?));
		Ok(Self { files, current })
	}

	pub fn acceptor(&self) -> TlsAcceptor {
		self.lock().1.clone()
	}

	/// Reads them again if one has changed since. As long as they do not fit, the one before is shown.
	pub fn renew(&self) {
		let now = marks(&self.files);
		if self.lock().0 == now {
			return;
		}
		let read = acceptor(&self.files);
		let mut current = self.lock();
		current.0 = now;
		match read {
			Ok(acceptor) => {
				current.1 = acceptor;
				tracing::info!(
					"the manager shows the new certificate in {}",
					self.files.certificate.display()
				);
			}
			Err(error) => tracing::warn!("the manager goes on with the certificate that it has: {error}"),
		}
	}

	fn lock(&self) -> MutexGuard<'_, (Marks, TlsAcceptor)> {
		self.current.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

fn marks(files: &Tls) -> Marks {
	[Mark::of(&files.certificate), Mark::of(&files.key)]
}

/// Reads both files.
fn acceptor(tls: &Tls) -> Result<TlsAcceptor, TlsProblem> {
	let lacks = |path: &Path, expected| TlsProblem::Content {
		path: path.to_owned(),
		expected,
	};
	let certificates = read(&tls.certificate, 0)?;
	let certificates = CertificateDer::pem_slice_iter(&certificates).collect::<Result<Vec<_>, _>>();
	let certificates = certificates.ok().filter(|certificates| !certificates.is_empty());
	let certificates = certificates.ok_or_else(|| lacks(&tls.certificate, "certificate"))?;
	let key = zeroize::Zeroizing::new(read(&tls.key, 0o007)?);
	let key = PrivateKeyDer::from_pem_slice(&key).map_err(|_| lacks(&tls.key, "private key"))?;

	let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
		.with_safe_default_protocol_versions()
		.and_then(|builder| builder.with_no_client_auth().with_single_cert(certificates, key))
		.map_err(|error| TlsProblem::Unfit {
			certificate: tls.certificate.clone(),
			key: tls.key.clone(),
			error,
		});
	let mut config = config?;
	config.alpn_protocols = vec![b"http/1.1".to_vec()];
	Ok(TlsAcceptor::from(Arc::new(config)))
}

fn read(path: &Path, forbidden: u32) -> Result<Vec<u8>, TlsProblem> {
	let failed = |error| TlsProblem::Read {
		path: path.to_owned(),
		error,
	};
	let metadata = std::fs::metadata(path).map_err(failed)?;
	let mode = metadata.permissions().mode() & 0o777;
	if mode & forbidden != 0 {
		return Err(TlsProblem::Exposed {
			path: path.to_owned(),
			mode,
		});
	}
	if metadata.len() > FILE_LIMIT {
		return Err(failed(io::Error::other("it is larger than 256 KiB")));
	}
	std::fs::read(path).map_err(failed)
}
