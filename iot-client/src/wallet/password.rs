//! Where a password comes from: a file that nobody else can read, a credential that systemd hands to a service, or somebody at
//! a terminal. Never an argument or the environment, where other users of the computer could see it.

use super::WalletError;
use nix::sys::termios::{tcgetattr, tcsetattr, LocalFlags, SetArg, Termios};
use std::{
	ffi::OsStr,
	fs::File,
	io::{self, IsTerminal, Read, Write},
	os::unix::fs::PermissionsExt,
	path::{Component, Path, PathBuf},
};
use zeroize::Zeroizing;

/// The largest password, in bytes.
pub(super) const PASSWORD_LIMIT: u64 = 1024;
/// Where systemd says that a service's credentials are. <https://systemd.io/CREDENTIALS/>
const CREDENTIALS: &str = "CREDENTIALS_DIRECTORY";
/// Where they are, a folder for each service.
const SERVICES: &str = "/run/credentials";
/// That of our service, for whoever is not it: he can name the file, and not read it.
const SERVICE: &str = "iot-client.service";

/// A password, wiped from memory after use.
pub struct Password(Zeroizing<String>);

impl Password {
	/// Reads the first line of a file that only its owner may read. One in the folder of the service's credentials may have the
	/// bits that systemd gives it.
	///
	/// # Errors
	/// When others may read the file, or it holds no usable password.
	pub fn read(path: &Path) -> Result<Self, WalletError> {
		Self::read_from(path, is_of_a_service(path))
	}

	fn read_from(path: &Path, is_credential: bool) -> Result<Self, WalletError> {
		let io = |source| WalletError::Io {
			path: path.to_owned(),
			source,
		};
		let file = File::open(path).map_err(|error| match error.kind() {
			io::ErrorKind::NotFound if path.starts_with(SERVICES) => WalletError::NoCredential(path.to_owned()),
			_ => io(error),
		})?;
		let metadata = file.metadata().map_err(io)?;
		let mode = metadata.permissions().mode() & 0o777;
		// An access list that lets the service's user read a credential shows as the group's bits.
		let forbidden = if is_credential { 0o007 } else { 0o077 };
		if mode & forbidden != 0 {
			return Err(WalletError::Exposed {
				path: path.to_owned(),
				mode,
			});
		}
		let refuse = || WalletError::BadPassword(path.to_owned());
		if !metadata.is_file() {
			return Err(refuse());
		}
		let mut text = Zeroizing::new(String::with_capacity(PASSWORD_LIMIT as usize + 3));
		// Two more for a line end, one more to notice a longer file.
		file.take(PASSWORD_LIMIT + 3)
			.read_to_string(&mut text)
			.map_err(|_| refuse())?;
		let line = text.strip_suffix('\n').unwrap_or(&text);
		let line = line.strip_suffix('\r').unwrap_or(line);
		if line.is_empty() || line.len() as u64 > PASSWORD_LIMIT || line.contains('\n') {
			return Err(refuse());
		}
		Ok(Self(Zeroizing::new(line.to_owned())))
	}

	/// Whether there is a terminal to ask at.
	pub fn can_ask() -> bool {
		io::stdin().is_terminal() && io::stderr().is_terminal()
	}

	/// Asks at the terminal, which does not show what is typed. Blocks until something is.
	///
	/// # Errors
	/// When there is no terminal, or whoever sits there gives up (Ctrl-C, Ctrl-D).
	pub fn ask(of: &Path) -> Result<Self, WalletError> {
		let no_terminal = |_| WalletError::NoTerminal(of.to_owned());
		if !Self::can_ask() {
			return Err(WalletError::NoTerminal(of.to_owned()));
		}
		let hidden = Hidden::begin().map_err(no_terminal)?;
		let mut terminal = io::stderr();
		let _ = write!(terminal, "password of {}: ", of.display()).and_then(|()| terminal.flush());
		let typed = typed(io::stdin().lock().bytes());
		drop(hidden);
		let _ = writeln!(terminal);
		typed.map(Self).ok_or_else(|| WalletError::NothingTyped(of.to_owned()))
	}

	/// Asks twice for a password that is new.
	///
	/// # Errors
	/// As [`Self::ask`], and when the two are not the same.
	pub fn ask_for_new(of: &Path) -> Result<Self, WalletError> {
		let (first, again) = (Self::ask(of)?, Self::ask(of)?);
		match first.0 == again.0 {
			true => Ok(first),
			false => Err(WalletError::TypedOtherwise(of.to_owned())),
		}
	}

	/// What it is.
	pub(crate) fn as_str(&self) -> &str {
		&self.0
	}
}

/// Where the credentials of this service are, if it is one that has any.
fn credentials() -> Option<PathBuf> {
	std::env::var_os(CREDENTIALS)
		.map(PathBuf::from)
		.filter(|folder| folder.is_absolute())
}

/// Whether a path is that of a credential, which systemd has handed to this service.
fn is_credential(path: &Path) -> bool {
	credentials().is_some_and(|folder| path.parent() == Some(&folder))
}

/// Whether a path is that of a credential of any service: such a file is there while its service runs, and for nobody else.
pub fn is_of_a_service(path: &Path) -> bool {
	is_credential(path) || path.starts_with(SERVICES)
}

/// Where the credential of this name is, which the service's unit names with `LoadCredential=` or
/// `LoadCredentialEncrypted=`; `None` if that is no name of one.
pub fn credential_path(name: &str) -> Option<PathBuf> {
	let folder = credentials().unwrap_or_else(|| Path::new(SERVICES).join(SERVICE));
	credential_in(&folder, name)
}

fn credential_in(folder: &Path, name: &str) -> Option<PathBuf> {
	// A name and nothing else: no path that leads out of the folder.
	let mut parts = Path::new(name).components();
	let is_name =
		matches!((parts.next(), parts.next()), (Some(Component::Normal(only)), None) if only == OsStr::new(name));
	is_name.then(|| folder.join(name))
}

/// While it lives, the terminal shows nothing and gives each key at once; not even Ctrl-C ends the program, which would leave
/// the terminal like this.
struct Hidden {
	before: Termios,
}

impl Hidden {
	fn begin() -> nix::Result<Self> {
		let terminal = io::stdin();
		let before = tcgetattr(&terminal)?;
		let mut during = before.clone();
		during
			.local_flags
			.remove(LocalFlags::ECHO | LocalFlags::ECHONL | LocalFlags::ICANON | LocalFlags::ISIG);
		// What was typed before nobody meant for us.
		tcsetattr(&terminal, SetArg::TCSAFLUSH, &during)?;
		Ok(Self { before })
	}
}

impl Drop for Hidden {
	fn drop(&mut self) {
		// A terminal that is gone needs nothing.
		let _ = tcsetattr(io::stdin(), SetArg::TCSAFLUSH, &self.before);
	}
}

/// What somebody types, key by key, up to the end of the line; nothing if he gives up, types nothing or too much, or it is
/// not UTF-8.
fn typed(keys: impl Iterator<Item = io::Result<u8>>) -> Option<Zeroizing<String>> {
	let mut line = Zeroizing::new(Vec::with_capacity(PASSWORD_LIMIT as usize));
	for key in keys {
		match key.ok()? {
			b'\r' | b'\n' => {
				let text = std::str::from_utf8(&line).ok().filter(|text| !text.is_empty())?;
				return Some(Zeroizing::new(text.to_owned()));
			}
			// Ctrl-C, Ctrl-D, Ctrl-Z, Ctrl-\.
			3 | 4 | 26 | 28 => return None,
			// Backspace, which takes a letter of several bytes away as a whole.
			8 | 127 => while line.pop().is_some_and(|byte| (0x80..0xc0).contains(&byte)) {},
			// Ctrl-U.
			21 => line.clear(),
			byte if line.len() < PASSWORD_LIMIT as usize => line.push(byte),
			_ => return None,
		}
	}
	None
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::fs;

	fn password_file(text: &[u8], mode: u32) -> (tempfile::TempDir, PathBuf) {
		let dir = tempfile::tempdir().unwrap();
		let path = dir.path().join("password");
		fs::write(&path, text).unwrap();
		fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
		(dir, path)
	}

	#[test]
	fn reads_one_line_of_password() {
		for text in [&b"secret"[..], b"secret\n", b"secret\r\n"] {
			let (_dir, path) = password_file(text, 0o600);
			assert_eq!(Password::read(&path).unwrap().as_str(), "secret");
		}
	}

	#[test]
	fn refuses_a_password_that_others_can_read() {
		for mode in [0o640, 0o604, 0o644, 0o620] {
			let (_dir, path) = password_file(b"secret", mode);
			let error = Password::read(&path).err().unwrap();
			assert!(matches!(error, WalletError::Exposed { .. }), "{mode:o}");
			assert!(error.to_string().contains("chmod 600"), "{error}");
		}
	}

	#[test]
	fn refuses_no_password_and_too_much_of_it() {
		for text in [
			&b""[..],
			b"\n",
			b"two\nlines",
			b"\xff\xfe",
			&[b'a'; 1025],
			&[b'a'; 100_000],
		] {
			let (_dir, path) = password_file(text, 0o600);
			assert!(
				matches!(Password::read(&path), Err(WalletError::BadPassword(_))),
				"{}",
				text.len()
			);
		}
		assert!(matches!(
			Password::read_from(Path::new("/dev/null"), false),
			Err(WalletError::Exposed { .. } | WalletError::BadPassword(_))
		));
	}

	#[test]
	fn a_credential_may_have_the_bits_that_systemd_gives_it_and_no_others() {
		for (mode, is_read) in [(0o400, true), (0o440, true), (0o444, false)] {
			let (_dir, path) = password_file(b"secret\n", mode);
			assert_eq!(Password::read_from(&path, true).is_ok(), is_read, "{mode:o}");
			// Anywhere else the group's bit is one too many.
			assert_eq!(Password::read(&path).is_ok(), mode == 0o400, "{mode:o}");
		}
	}

	#[test]
	fn a_credential_is_named_and_no_path_leads_out_of_their_folder() {
		let folder = Path::new("/run/credentials/a.service");
		assert_eq!(credential_in(folder, "password"), Some(folder.join("password")));
		for name in [
			"../password",
			"",
			".",
			"..",
			"/etc/passwd",
			"a/../../password",
			"password/",
			"a/b",
		] {
			assert_eq!(credential_in(folder, name), None, "{name}");
		}
		assert!(is_of_a_service(&folder.join("password")));
		assert!(!is_of_a_service(Path::new("/home/pi/password")));
		let error = Password::read(&folder.join("password")).err().unwrap().to_string();
		assert!(error.contains("LoadCredential="), "{error}");
	}

	#[test]
	fn what_is_typed_can_be_mended_and_given_up() {
		let typed = |keys: &[u8]| typed(keys.iter().map(|key| Ok(*key))).map(|text| text.to_string());
		let some = |text: &str| Some(text.to_owned());
		assert_eq!(typed(b"secret\n"), some("secret"));
		assert_eq!(typed(b"secret\rmore"), some("secret"));
		assert_eq!(typed(b"sech\x7fret\n"), some("secret"));
		assert_eq!(typed("grün\u{e9}\u{7f}\n".as_bytes()), some("grün"));
		assert_eq!(typed(b"\x7f\x7fa\n"), some("a"));
		assert_eq!(typed(b"wrong\x15right\n"), some("right"));
		for given_up in [&b"sec\x03ret\n"[..], b"\x04", b"\n", b"", b"secret", b"\xff\n"] {
			assert_eq!(typed(given_up), None, "{given_up:?}");
		}
		assert_eq!(typed(&[b'a'; 2_000]), None);
		assert_eq!(typed(&[&[b'a'; 1_024][..], b"\n"].concat()).unwrap().len(), 1_024);
	}
}
