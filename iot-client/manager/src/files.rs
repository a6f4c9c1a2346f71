//! The page's files. They are in the program; each is packed once, when the manager starts.

use flate2::{write::GzEncoder, Compression};
use http::HeaderValue;
use hyper::body::Bytes;
use std::{
	collections::BTreeMap,
	hash::{DefaultHasher, Hash, Hasher},
	io::Write,
	sync::Arc,
};

macro_rules! file {
	($path:literal) => {
		($path, include_bytes!(concat!("../web/", $path)))
	};
}

/// Each file under `web`, by its path there. A test finds those that are missing here.
const WEB: &[(&str, &[u8])] = &[
	file!("app.js"),
	file!("clock.js"),
	file!("editor.js"),
	file!("format.js"),
	file!("i18n.js"),
	file!("icon.svg"),
	file!("index.html"),
	file!("live.js"),
	file!("pages/board.js"),
	file!("pages/charts.js"),
	file!("pages/config.js"),
	file!("pages/health.js"),
	file!("pages/job.js"),
	file!("pages/jobs.js"),
	file!("pages/log.js"),
	file!("pages/login.js"),
	file!("pages/rules.js"),
	file!("pages/status.js"),
	file!("pages/stock.js"),
	file!("pages/wallet.js"),
	file!("plot.js"),
	file!("rpc.js"),
	file!("series.js"),
	file!("session.js"),
	file!("shell.js"),
	file!("style.css"),
	file!("text-page.js"),
	file!("theme.js"),
	file!("ui.js"),
	file!("vendor/htm-preact-standalone.module.js"),
	file!("vendor/htm.LICENSE"),
	file!("vendor/preact.LICENSE"),
	file!("vendor/uPlot.LICENSE"),
	file!("vendor/uPlot.iife.min.js"),
	file!("vendor/uPlot.min.css"),
	file!("words/en.js"),
	file!("words/ko.js"),
];

/// A file, as it is sent.
#[derive(Clone, Debug)]
pub(crate) struct File {
	pub kind: HeaderValue,
	pub tag: HeaderValue,
	pub plain: Bytes,
	/// Where that is smaller.
	pub packed: Option<Bytes>,
}

impl File {
	fn new(path: &str, bytes: Bytes) -> Self {
		let mut hasher = DefaultHasher::new();
		bytes.hash(&mut hasher);
		let tag = format!("\"{:016x}-{:x}\"", hasher.finish(), bytes.len());
		Self {
			kind: HeaderValue::from_static(kind(path)),
			tag: HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\"")),
			packed: pack(&bytes).filter(|packed| packed.len() < bytes.len()),
			plain: bytes,
		}
	}
}

fn pack(bytes: &[u8]) -> Option<Bytes> {
	let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
	encoder.write_all(bytes).ok()?;
	encoder.finish().ok().map(Bytes::from)
}

/// What a file is, by the end of its name.
fn kind(path: &str) -> &'static str {
	match path.rsplit_once('.').map(|(_, end)| end) {
		Some("html") => "text/html; charset=utf-8",
		Some("js" | "mjs") => "text/javascript; charset=utf-8",
		Some("css") => "text/css; charset=utf-8",
		Some("json" | "map") => "application/json",
		Some("svg") => "image/svg+xml",
		Some("png") => "image/png",
		Some("ico") => "image/x-icon",
		Some("woff2") => "font/woff2",
		Some("webmanifest") => "application/manifest+json",
		_ => "text/plain; charset=utf-8",
	}
}

/// The page's files.
#[derive(Clone, Debug)]
pub struct Files(Source);

#[derive(Clone, Debug)]
enum Source {
	Packed(Arc<BTreeMap<String, File>>),
	#[cfg(any(test, feature = "played"))]
	Folder(std::path::PathBuf),
}

impl Default for Files {
	fn default() -> Self {
		Self::embedded()
	}
}

impl Files {
	/// Those in the program.
	pub fn embedded() -> Self {
		let files = WEB.iter();
		let files = files.map(|(path, bytes)| (format!("/{path}"), File::new(path, Bytes::from_static(bytes))));
		Self(Source::Packed(Arc::new(files.collect())))
	}

	/// Those in a folder, read anew for each request: for work on the page.
	#[cfg(any(test, feature = "played"))]
	pub fn from_dir(folder: impl Into<std::path::PathBuf>) -> Self {
		Self(Source::Folder(folder.into()))
	}

	/// The file at this path of the address; the page itself is at `/` alone.
	pub(crate) fn find(&self, path: &str) -> Option<File> {
		let path = match path {
			"/" => "/index.html",
			"/index.html" => return None,
			path => path,
		};
		match &self.0 {
			Source::Packed(files) => files.get(path).cloned(),
			#[cfg(any(test, feature = "played"))]
			Source::Folder(folder) => {
				let path = path.strip_prefix('/')?;
				let inside = path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
				let bytes = inside.then(|| std::fs::read(folder.join(path)).ok())??;
				Some(File::new(path, bytes.into()))
			}
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::{collections::BTreeSet, fs, path::Path};

	fn under(folder: &Path, from: &Path, found: &mut BTreeSet<String>) {
		for entry in fs::read_dir(folder).unwrap() {
			let path = entry.unwrap().path();
			match path.is_dir() {
				true => under(&path, from, found),
				// What is written for whoever works on the page is not sent.
				false if path.extension().is_some_and(|end| end == "md") => {}
				false => drop(found.insert(path.strip_prefix(from).unwrap().to_str().unwrap().to_owned())),
			}
		}
	}

	#[test]
	fn every_file_of_the_page_is_in_the_program_and_no_other() {
		let web = Path::new("web");
		let mut there = BTreeSet::new();
		under(web, web, &mut there);
		let listed: BTreeSet<_> = WEB.iter().map(|(path, _)| (*path).to_owned()).collect();
		assert_eq!(there, listed, "list it in files.rs");
		assert_eq!(listed.len(), WEB.len(), "listed twice");
		for (path, bytes) in WEB {
			assert!(
				fs::read(web.join(path)).unwrap() == *bytes,
				"{path} has another's content"
			);
		}
	}

	#[test]
	fn nothing_outside_of_its_folder_is_read() {
		let folder = tempfile::tempdir().unwrap();
		let web = folder.path().join("web");
		fs::create_dir(&web).unwrap();
		fs::write(web.join("a.js"), "1").unwrap();
		fs::write(folder.path().join("secret"), "1").unwrap();
		let files = Files::from_dir(&web);
		assert!(files.find("/a.js").is_some());
		for path in [
			"/../secret",
			"/./a.js",
			"//a.js",
			"/",
			"",
			"/secret",
			"/a.js/../../secret",
		] {
			assert!(files.find(path).is_none(), "{path}");
		}
	}

	#[test]
	fn the_page_itself_has_one_address() {
		let files = Files::embedded();
		assert!(files.find("/").is_some());
		assert!(files.find("/index.html").is_none());
	}

	#[test]
	fn other_content_has_another_tag() {
		let file = |text: &'static str| File::new("a.js", Bytes::from_static(text.as_bytes()));
		assert_eq!(file("a").tag, file("a").tag);
		assert_ne!(file("a").tag, file("b").tag);
		assert!(file("a").packed.is_none(), "packed it is larger");
	}
}
