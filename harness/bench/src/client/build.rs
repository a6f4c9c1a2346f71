//! Which build of the client is measured.

use anyhow::{Context, Result};
use bpiiot_harness::{figure::Figure, process::binary};
use std::{
	fmt, fs,
	path::{Path, PathBuf},
};

/// Bytes in a mebibyte.
pub const MIB: f64 = 1024.0 * 1024.0;
/// The most that the program may have, in MiB.
const MOST_MIB: f64 = 20.0;

/// A build of the client.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Build {
	/// The program.
	pub program: PathBuf,
	/// The profile that it was built with, as far as its folder tells.
	profile: Option<&'static str>,
}

impl Build {
	/// The client that everything here starts.
	///
	/// # Errors
	/// When there is none.
	pub fn find() -> Result<Self> {
		Ok(Self::at(binary("iot-client")?))
	}

	fn at(program: PathBuf) -> Self {
		let folder = program.parent().and_then(Path::file_name);
		let profile = match folder.and_then(|name| name.to_str()) {
			Some("debug") => Some("dev"),
			Some("dist") => Some("dist"),
			Some("production") => Some("production"),
			Some("release") => Some("release"),
			_ => None,
		};
		Self { program, profile }
	}

	/// A figure that has a limit, with what that comes to. Of an unoptimised build, being over it says little.
	pub fn judged(&self, what: &str, value: f64, unit: &'static str, limit: f64, how: &str) -> Figure {
		let verdict = match value <= limit {
			true => "ok",
			false if self.profile == Some("dev") => "OVER, of an unoptimised build",
			false => "OVER",
		};
		Figure::new(
			what,
			value,
			unit,
			format!("{how}; {self}; limit {limit} {unit}: {verdict}"),
		)
	}

	/// How large it is.
	///
	/// # Errors
	/// When the file cannot be looked at.
	pub fn measure(&self) -> Result<Vec<Figure>> {
		let file = fs::metadata(&self.program);
		let file = file.with_context(|| format!("cannot look at {}", self.program.display()))?;
		let size = file.len() as f64 / MIB;
		let what = "client, size of the program";
		Ok(vec![self.judged(what, size, "MiB", MOST_MIB, "as it is on the disk")])
	}
}

impl fmt::Display for Build {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self.profile {
			Some("dev") => f.write_str("dev build"),
			Some(profile) => write!(f, "{profile} build"),
			None => write!(f, "{}", self.program.display()),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_build_is_named_after_its_folder_or_by_its_path() {
		let name = |path: &str| Build::at(PathBuf::from(path)).to_string();
		assert_eq!(name("/target/dist/iot-client"), "dist build");
		assert_eq!(name("/target/debug/iot-client"), "dev build");
		assert_eq!(name("/usr/bin/iot-client"), "/usr/bin/iot-client");
	}

	#[test]
	fn what_is_over_its_limit_says_so_and_of_which_build() {
		let how = |path: &str, value| {
			let build = Build::at(PathBuf::from(path));
			build.judged("a", value, "ms", 15.0, "so").how
		};
		assert_eq!(how("/t/dist/iot-client", 15.0), "so; dist build; limit 15 ms: ok");
		assert_eq!(how("/t/dist/iot-client", 15.1), "so; dist build; limit 15 ms: OVER");
		assert!(how("/t/debug/iot-client", 16.0).ends_with("OVER, of an unoptimised build"));
	}
}
