//! The serial device: pseudo-terminals behind one symbolic link.
//!
//! Each pseudo-terminal serves one opening of the port. While one is in use, the link already shows the next, which is
//! fresh: nothing is left in it from the client before, no exclusive lock of a client that was killed, and an opening
//! cannot be missed however fast it follows a closing. (A USB serial adapter behaves alike: plugged in again, it
//! may have another `/dev/ttyUSB` number, and the link under `/dev/serial/by-id` follows.)

use nix::{
	errno::Errno,
	fcntl::{open, OFlag},
	poll::{poll, PollFd, PollFlags, PollTimeout},
	pty::{grantpt, posix_openpt, ptsname_r, unlockpt, PtyMaster},
	sys::{
		stat::Mode,
		termios::{cfmakeraw, cfsetspeed, tcgetattr, tcsetattr, BaudRate, ControlFlags, SetArg},
	},
	unistd,
};
use std::{
	fs, io,
	os::{
		fd::{AsFd, BorrowedFd},
		unix::fs::symlink,
	},
	path::{Path, PathBuf},
};

/// Why the port cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
	/// The system gives no pseudo-terminal.
	#[error("cannot make a pseudo-terminal ({0}); is /dev/pts mounted?")]
	NoTerminal(#[from] Errno),
	/// There is something else at the link's place.
	#[error("{0} exists and is no link to a terminal; remove it or choose another path")]
	InTheWay(PathBuf),
	/// The link cannot be made.
	#[error("cannot make the link {0} ({1}); its folder must exist and be writable")]
	NoLink(PathBuf, io::Error),
}

/// What happened to the port since it was last looked at.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Change {
	/// Nothing.
	None,
	/// A client opened it. On a real board this pulls the reset line.
	Opened,
	/// The client closed it.
	Closed,
}

/// The serial device: a link to a pseudo-terminal, a fresh one for each opening.
#[derive(Debug)]
pub struct Port {
	link: PathBuf,
	/// In use by a client.
	open: Option<Pty>,
	/// Behind the link, waiting for the next client.
	next: Pty,
}

impl Port {
	/// Makes the device and its link.
	pub fn new(link: &Path) -> Result<Port, PortError> {
		if fs::symlink_metadata(link).is_ok() && !is_terminal_link(link) {
			return Err(PortError::InTheWay(link.into()));
		}
		let port = Port {
			link: link.into(),
			open: None,
			next: Pty::new()?,
		};
		port.relink()?;
		Ok(port)
	}

	/// What to wait on for bytes from the client, if there is one.
	pub fn client(&self) -> Option<BorrowedFd<'_>> {
		self.open.as_ref().map(|pty| pty.master.as_fd())
	}

	/// Looks whether a client came. A newcomer takes the port from whoever has it.
	pub fn check(&mut self) -> Result<Change, PortError> {
		if !self.next.is_opened()? {
			return Ok(Change::None);
		}
		self.open = Some(std::mem::replace(&mut self.next, Pty::new()?));
		self.relink()?;
		Ok(Change::Opened)
	}

	/// Takes what the client sent.
	pub fn read(&mut self, mut sink: impl FnMut(u8)) -> Change {
		let Some(pty) = &self.open else { return Change::None };
		let mut buffer = [0; 256];
		loop {
			match unistd::read(&pty.master, &mut buffer) {
				Ok(count) if count > 0 => buffer[..count].iter().for_each(|byte| sink(*byte)),
				Err(Errno::EINTR) => {}
				Err(Errno::EAGAIN) => return Change::None,
				// EIO is how Linux says that no client is left.
				Ok(_) | Err(_) => {
					self.open = None;
					return Change::Closed;
				}
			}
		}
	}

	/// Sends bytes, and gives how many of them were lost because the client does not read: a serial line without flow
	/// control waits for nobody.
	pub fn write(&mut self, bytes: &[u8]) -> usize {
		match (&self.open, bytes) {
			(None, _) | (_, []) => 0,
			(Some(pty), bytes) => bytes.len() - unistd::write(&pty.master, bytes).unwrap_or(0),
		}
	}

	/// Points the link at the waiting terminal, in one step: there is always a link, and it always works.
	fn relink(&self) -> Result<(), PortError> {
		let mut new = self.link.clone().into_os_string();
		new.push(format!(".{}", std::process::id()));
		let _ = fs::remove_file(&new);
		symlink(&self.next.path, &new)
			.and_then(|()| fs::rename(&new, &self.link))
			.map_err(|error| PortError::NoLink(self.link.clone(), error))
	}
}

impl Drop for Port {
	fn drop(&mut self) {
		// Another board may have taken the place.
		if fs::read_link(&self.link).is_ok_and(|target| target == Path::new(&self.next.path)) {
			let _ = fs::remove_file(&self.link);
		}
	}
}

/// A link that a virtual board left, or that another one holds.
fn is_terminal_link(link: &Path) -> bool {
	fs::read_link(link).is_ok_and(|target| target.starts_with("/dev/pts"))
}

#[derive(Debug)]
struct Pty {
	master: PtyMaster,
	path: String,
}

impl Pty {
	fn new() -> Result<Pty, Errno> {
		let master = posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC)?;
		grantpt(&master)?;
		unlockpt(&master)?;
		let path = ptsname_r(&master)?;
		// A serial device has no echo and no line editing. Opening and closing it once also makes the kernel report
		// 'nobody there', which it does not do for a terminal that was never opened.
		let slave = open(
			path.as_str(),
			OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC,
			Mode::empty(),
		)?;
		let mut settings = tcgetattr(&slave)?;
		cfmakeraw(&mut settings);
		cfsetspeed(&mut settings, BaudRate::B115200)?;
		settings.control_flags |= ControlFlags::CREAD | ControlFlags::CLOCAL;
		tcsetattr(&slave, SetArg::TCSANOW, &settings)?;
		Ok(Pty { master, path })
	}

	/// Whether a client opened it, or opened and left it again but said something.
	fn is_opened(&self) -> Result<bool, Errno> {
		let mut fds = [PollFd::new(self.master.as_fd(), PollFlags::POLLIN)];
		poll(&mut fds, PollTimeout::ZERO)?;
		let seen = fds[0].revents().unwrap_or(PollFlags::empty());
		Ok(seen.contains(PollFlags::POLLIN) || !seen.contains(PollFlags::POLLHUP))
	}
}
