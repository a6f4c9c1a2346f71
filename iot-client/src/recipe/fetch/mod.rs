//! Gets a recipe from where the order says, if the owner allows that place.
//!
//! An order is written by a stranger. So: files only within the owner's folders; HTTP and HTTPS only from listed hosts,
//! with a size limit, one time limit for everything, no redirects and no proxy; and never from an address of this
//! machine or the plant's own network, whatever a name resolves to, unless the owner lists the host as local. The hash
//! is checked before anything is read.

mod address;

pub use address::is_public;

use super::{Recipe, RecipeError};
use crate::config::RecipesConfig;
use reqwest::{redirect::Policy, Client, Url};
use std::{
	fs::File,
	io::{self, Read},
	net::{IpAddr, SocketAddr},
	path::{Path, PathBuf},
	time::Duration,
};
use tokio::time::timeout;

/// Why there is no recipe.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
	/// Not an address that is understood.
	#[error("the recipe's address {0:?} is not understood; it must be https://…, http://… or file:NAME")]
	Address(String),
	/// Not within the allowed folders, or not there.
	#[error("there is no recipe {name:?} in the folders of recipes.dirs ({})", list(dirs))]
	NoSuchFile {
		/// What the order names.
		name: String,
		/// `recipes.dirs`.
		dirs: Vec<PathBuf>,
	},
	/// The file is there but cannot be read.
	#[error("cannot read the recipe {path}: {source}")]
	File {
		/// The file.
		path: PathBuf,
		/// What the system said.
		source: io::Error,
	},
	/// The owner does not allow this host.
	#[error("recipes may not come from {host}; the owner allows recipes.hosts and recipes.local_hosts only")]
	Host {
		/// The host, with its port when it is not the usual one.
		host: String,
	},
	/// The host is on this machine or in a private network.
	#[error("{host} is at {address}, which is not a public address; if that is meant, list it in recipes.local_hosts")]
	PrivateAddress {
		/// The host.
		host: String,
		/// What it resolves to.
		address: IpAddr,
	},
	/// The host's name has no address.
	#[error("cannot find the address of {host}: {reason}")]
	Resolve {
		/// The host.
		host: String,
		/// What the system said.
		reason: String,
	},
	/// The host answers something else than the file.
	#[error("{host} answers {status} instead of the recipe (redirects are not followed)")]
	Status {
		/// The host.
		host: String,
		/// HTTP status.
		status: u16,
	},
	/// The transfer failed.
	#[error("cannot fetch the recipe from {host}: {reason}")]
	Transfer {
		/// The host.
		host: String,
		/// What went wrong.
		reason: String,
	},
	/// Larger than allowed.
	#[error("the recipe is larger than recipes.max_bytes, which is {0} bytes")]
	TooLarge(u64),
	/// Took too long.
	#[error("fetching the recipe took longer than recipes.timeout_ms, which is {0} ms")]
	Timeout(u64),
	/// The bytes are not the recipe that was ordered.
	#[error(transparent)]
	Recipe(#[from] RecipeError),
}

impl FetchError {
	/// Whether trying again later may help: the place is allowed, but did not deliver now.
	pub fn is_passing(&self) -> bool {
		match self {
			Self::File { .. } | Self::Resolve { .. } | Self::Transfer { .. } | Self::Timeout(_) => true,
			Self::Status { status, .. } => *status >= 500 || *status == 429,
			_ => false,
		}
	}
}

fn list(dirs: &[PathBuf]) -> String {
	if dirs.is_empty() {
		return "none are listed".to_owned();
	}
	dirs.iter()
		.map(|dir| dir.display().to_string())
		.collect::<Vec<_>>()
		.join(", ")
}

/// Fetches the recipe at `uri`, checks that its hash is `expected`, and reads it.
pub async fn fetch(config: &RecipesConfig, uri: &str, expected: [u8; 32]) -> Result<Recipe, FetchError> {
	let bytes = fetch_bytes(config, uri).await?;
	Ok(Recipe::verified(&bytes, expected)?)
}

/// Fetches the bytes at `uri` within the limits of `config`; nothing is known about them yet.
pub async fn fetch_bytes(config: &RecipesConfig, uri: &str) -> Result<Vec<u8>, FetchError> {
	let work = async {
		match place(uri)? {
			Place::File(name) => {
				let config = config.clone();
				tokio::task::spawn_blocking(move || read_file(&config, &name))
					.await
					.map_err(|error| FetchError::Address(error.to_string()))?
			}
			Place::Http(url) => download(config, url).await,
		}
	};
	timeout(Duration::from_millis(config.timeout_ms), work)
		.await
		.map_err(|_| FetchError::Timeout(config.timeout_ms))?
}

#[derive(Debug)]
enum Place {
	File(String),
	Http(Url),
}

fn place(uri: &str) -> Result<Place, FetchError> {
	let wrong = || FetchError::Address(uri.to_owned());
	if let Some(name) = uri.strip_prefix("file:") {
		let name = name.strip_prefix("//").unwrap_or(name);
		return (!name.is_empty() && !name.contains('\0'))
			.then(|| Place::File(name.to_owned()))
			.ok_or_else(wrong);
	}
	let url = Url::parse(uri).map_err(|_| wrong())?;
	let plain = url.username().is_empty() && url.password().is_none() && url.host_str().is_some();
	(plain && matches!(url.scheme(), "http" | "https"))
		.then_some(Place::Http(url))
		.ok_or_else(wrong)
}

/// Reads a regular file that lies, links resolved, within one of the allowed folders.
fn read_file(config: &RecipesConfig, name: &str) -> Result<Vec<u8>, FetchError> {
	let found = config.dirs.iter().find_map(|dir| allowed_file(dir, Path::new(name)));
	let path = found.ok_or_else(|| FetchError::NoSuchFile {
		name: name.to_owned(),
		dirs: config.dirs.clone(),
	})?;
	let mut bytes = Vec::new();
	File::open(&path)
		.and_then(|file| file.take(config.max_bytes + 1).read_to_end(&mut bytes))
		.map_err(|source| FetchError::File { path, source })?;
	within(bytes, config.max_bytes)
}

fn allowed_file(dir: &Path, name: &Path) -> Option<PathBuf> {
	let dir = dir.canonicalize().ok()?;
	let path = dir.join(name).canonicalize().ok()?;
	// Only regular files: a pipe or a device could block for ever.
	(path.starts_with(&dir) && path.is_file()).then_some(path)
}

fn within(bytes: Vec<u8>, max_bytes: u64) -> Result<Vec<u8>, FetchError> {
	if bytes.len() as u64 > max_bytes {
		return Err(FetchError::TooLarge(max_bytes));
	}
	Ok(bytes)
}

async fn download(config: &RecipesConfig, url: Url) -> Result<Vec<u8>, FetchError> {
	let host = allowed_name(&url);
	let local = config.local_hosts.contains(&host);
	if !local && !config.hosts.contains(&host) {
		return Err(FetchError::Host { host });
	}
	let addresses = resolve(&url, &host).await?;
	if let Some(private) = addresses
		.iter()
		.map(SocketAddr::ip)
		.find(|address| !local && !is_public(*address))
	{
		return Err(FetchError::PrivateAddress { host, address: private });
	}
	let failed = |error: reqwest::Error| FetchError::Transfer {
		host: host.clone(),
		reason: reason(&error),
	};
	// The addresses that were checked are the ones that are used: the name is not looked up again.
	let client = Client::builder()
		.redirect(Policy::none())
		.no_proxy()
		.resolve_to_addrs(url.host_str().unwrap_or_default(), &addresses)
		.build()
		.map_err(failed)?;
	let mut response = client.get(url).send().await.map_err(failed)?;
	if response.status().as_u16() != 200 {
		return Err(FetchError::Status {
			host,
			status: response.status().as_u16(),
		});
	}
	if response
		.content_length()
		.is_some_and(|length| length > config.max_bytes)
	{
		return Err(FetchError::TooLarge(config.max_bytes));
	}
	let mut bytes = Vec::new();
	while let Some(chunk) = response.chunk().await.map_err(failed)? {
		bytes.extend_from_slice(&chunk);
		if bytes.len() as u64 > config.max_bytes {
			return Err(FetchError::TooLarge(config.max_bytes));
		}
	}
	Ok(bytes)
}

/// The host as it stands in the allow-lists: lower case, with the port when it is not the usual one.
fn allowed_name(url: &Url) -> String {
	let host = url.host_str().unwrap_or_default().to_ascii_lowercase();
	match url.port() {
		Some(port) => format!("{host}:{port}"),
		None => host,
	}
}

async fn resolve(url: &Url, host: &str) -> Result<Vec<SocketAddr>, FetchError> {
	let failed = |reason: String| FetchError::Resolve {
		host: host.to_owned(),
		reason,
	};
	let name = url
		.host_str()
		.unwrap_or_default()
		.trim_start_matches('[')
		.trim_end_matches(']');
	let port = url.port_or_known_default().unwrap_or_default();
	let found = tokio::net::lookup_host((name, port))
		.await
		.map_err(|error| failed(error.to_string()))?;
	let addresses: Vec<_> = found.collect();
	if addresses.is_empty() {
		return Err(failed("it has none".to_owned()));
	}
	Ok(addresses)
}

/// The innermost cause, which is the one that says something; the address itself may hold secrets.
fn reason(error: &reqwest::Error) -> String {
	let mut cause: &dyn std::error::Error = error;
	while let Some(next) = cause.source() {
		cause = next;
	}
	cause.to_string()
}

#[cfg(test)]
mod tests;
