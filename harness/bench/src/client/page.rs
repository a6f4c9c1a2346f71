//! How much a browser loads before the manager's page is there.

use super::build::Build;
use anyhow::{ensure, Context, Result};
use bpiiot_harness::figure::Figure;
use std::{
	collections::{BTreeSet, VecDeque},
	io::{Read, Write},
	net::{Ipv4Addr, TcpStream},
	time::Duration,
};

/// The most that the first load may come to, in kB.
const MOST_KB: f64 = 150.0;
const LIMIT: Duration = Duration::from_secs(10);
/// Kinds of files that a page names.
const KINDS: [&str; 8] = [".js", ".mjs", ".css", ".svg", ".png", ".ico", ".woff2", ".webmanifest"];
/// A page that names more files than this is not one.
const MOST_FILES: usize = 500;

/// Loads the page of a running manager and all files that it names, and those that they name.
///
/// # Errors
/// When the page is not there.
pub fn measure(port: u16, build: &Build) -> Result<Vec<Figure>> {
	let (mut wanted, mut known) = (VecDeque::from(["/".to_owned()]), BTreeSet::from(["/".to_owned()]));
	let (mut loaded, mut files) = (0, 0);
	while let Some(path) = wanted.pop_front() {
		let Some(packed) = get(port, &path, true)? else {
			ensure!(path != "/", "the manager has no page");
			continue;
		};
		loaded += packed.len();
		files += 1;
		ensure!(files <= MOST_FILES, "the page names more than {MOST_FILES} files");
		let text = get(port, &path, false)?.unwrap_or_default();
		for name in named(&String::from_utf8_lossy(&text)) {
			let name = beside(&path, name);
			if known.insert(name.clone()) {
				wanted.push_back(name);
			}
		}
	}
	let how = format!("{files} files, as they go over the line (gzip where it helps), all that any of them names");
	let kilobytes = loaded as f64 / 1_000.0;
	Ok(vec![build.judged(
		"manager, first load of the page",
		kilobytes,
		"kB",
		MOST_KB,
		&how,
	)])
}

/// The body at a path; none if there is nothing.
fn get(port: u16, path: &str, packed: bool) -> Result<Option<Vec<u8>>> {
	let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).context("the manager does not answer")?;
	stream.set_read_timeout(Some(LIMIT))?;
	let encoding = if packed { "gzip" } else { "identity" };
	write!(
		stream,
		"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: {encoding}\r\nConnection: close\r\n\r\n"
	)?;
	let mut answer = Vec::new();
	stream.read_to_end(&mut answer)?;
	let end = answer.windows(4).position(|window| window == b"\r\n\r\n");
	let end = end.context("the manager does not speak HTTP")?;
	let head = String::from_utf8_lossy(&answer[..end]).into_owned();
	Ok(head.starts_with("HTTP/1.1 200").then(|| answer.split_off(end + 4)))
}

/// Names of files in quotes.
fn named(text: &str) -> impl Iterator<Item = &str> {
	let quoted = text.split(['"', '\'', '`']);
	quoted.filter(|name| {
		let plain = name
			.bytes()
			.all(|byte| byte.is_ascii_alphanumeric() || b"./_-".contains(&byte));
		plain && KINDS.iter().any(|kind| name.len() > kind.len() && name.ends_with(kind))
	})
}

/// Where a name leads from the file at `path`.
fn beside(path: &str, name: &str) -> String {
	let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
	let whole = match name.strip_prefix('/') {
		Some(name) => name.to_owned(),
		None => format!("{folder}/{name}"),
	};
	let mut parts: Vec<&str> = Vec::new();
	for part in whole.split('/') {
		match part {
			"" | "." => {}
			".." => drop(parts.pop()),
			part => parts.push(part),
		}
	}
	format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn finds_what_a_page_names_and_where_that_is() {
		let text = "<script src=\"app.js\"></script> import x from './pages/a.js'; \"no file\" href=`/icon.svg` '.js'";
		assert_eq!(named(text).collect::<Vec<_>>(), ["app.js", "./pages/a.js", "/icon.svg"]);
		assert_eq!(beside("/", "app.js"), "/app.js");
		assert_eq!(beside("/pages/a.js", "../rpc.js"), "/rpc.js");
		assert_eq!(beside("/pages/a.js", "./b.js"), "/pages/b.js");
		assert_eq!(beside("/pages/a.js", "/icon.svg"), "/icon.svg");
	}
}
