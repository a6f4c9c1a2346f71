//! A virtual board inside another program: for tests, and for a demonstration in one process.

use crate::{Command, Options, Server, ServerError, State};
use std::{
	io::Write,
	net::Shutdown,
	os::unix::net::UnixStream,
	path::{Path, PathBuf},
	sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
	thread::JoinHandle,
	time::{Duration, Instant},
};

/// A running virtual board. It stops, and its link goes, when this is dropped.
#[derive(Debug)]
pub struct VirtualBoard {
	path: PathBuf,
	console: UnixStream,
	shared: Arc<Shared>,
	thread: Option<JoinHandle<Result<(), ServerError>>>,
}

#[derive(Debug)]
struct Shared {
	state: Mutex<State>,
	changed: Condvar,
}

impl Shared {
	fn lock(&self) -> MutexGuard<'_, State> {
		// The state is plain data and whole at any time, whoever panicked.
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl VirtualBoard {
	/// Starts a board. When this returns, the port can be opened.
	pub fn start(options: Options) -> Result<VirtualBoard, ServerError> {
		let server = Server::new(options)?;
		let path = server.path().to_path_buf();
		let shared = Arc::new(Shared {
			state: Mutex::new(server.state()),
			changed: Condvar::new(),
		});
		let (console, other_end) = UnixStream::pair().map_err(|_| ServerError::Stopped)?;
		let watched = Arc::clone(&shared);
		let thread = std::thread::spawn(move || {
			server.run(other_end, true, None::<UnixStream>, |state| {
				*watched.lock() = state;
				watched.changed.notify_all();
			})
		});
		Ok(VirtualBoard {
			path,
			console,
			shared,
			thread: Some(thread),
		})
	}

	/// Where the serial device is.
	pub fn path(&self) -> &Path {
		&self.path
	}

	/// Does something to the machine. It is done within one round of the board, a few milliseconds.
	pub fn command(&self, command: Command) -> Result<(), ServerError> {
		(&self.console)
			.write_all(format!("{command}\n").as_bytes())
			.map_err(|_| ServerError::Stopped)
	}

	/// The state after the last round.
	pub fn state(&self) -> State {
		*self.shared.lock()
	}

	/// Waits until the state is as wanted, at most for `timeout`. Gives the state, or `None` when it did not come.
	pub fn wait_for(&self, timeout: Duration, mut wanted: impl FnMut(&State) -> bool) -> Option<State> {
		let deadline = Instant::now() + timeout;
		let mut state = self.shared.lock();
		loop {
			if wanted(&state) {
				return Some(*state);
			}
			let left = deadline.checked_duration_since(Instant::now())?;
			state = self
				.shared
				.changed
				.wait_timeout(state, left)
				.unwrap_or_else(PoisonError::into_inner)
				.0;
		}
	}

	/// Stops the board and removes its link.
	pub fn stop(mut self) -> Result<(), ServerError> {
		self.end()
	}

	fn end(&mut self) -> Result<(), ServerError> {
		let _ = self.console.shutdown(Shutdown::Both);
		match self.thread.take().map(JoinHandle::join) {
			Some(Ok(result)) => result,
			Some(Err(_)) => Err(ServerError::Panicked),
			None => Ok(()),
		}
	}
}

impl Drop for VirtualBoard {
	fn drop(&mut self) {
		// Whoever wants to know how it ended calls `stop`.
		let _ = self.end();
	}
}
