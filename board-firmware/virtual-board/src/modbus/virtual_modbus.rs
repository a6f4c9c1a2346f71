//! A Modbus machine inside another program, for tests.

use super::{ModbusError, ModbusOptions, ModbusServer, ModbusState};
use crate::Command;
use std::{
	io::Write,
	net::Shutdown,
	os::unix::net::UnixStream,
	sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
	thread::JoinHandle,
	time::{Duration, Instant},
};

/// A running Modbus machine. It stops, and its sockets and its link go, when this is dropped.
#[derive(Debug)]
pub struct VirtualModbus {
	address: String,
	console: UnixStream,
	shared: Arc<Shared>,
	thread: Option<JoinHandle<Result<(), ModbusError>>>,
}

#[derive(Debug)]
struct Shared {
	state: Mutex<ModbusState>,
	changed: Condvar,
}

impl Shared {
	fn lock(&self) -> MutexGuard<'_, ModbusState> {
		// The state is plain data and whole at any time, whoever panicked.
		self.state.lock().unwrap_or_else(PoisonError::into_inner)
	}
}

impl VirtualModbus {
	/// Starts a machine. When this returns, it can be reached.
	pub fn start(options: ModbusOptions) -> Result<Self, ModbusError> {
		let server = ModbusServer::new(options)?;
		let address = server.address();
		let shared = Arc::new(Shared {
			state: Mutex::new(server.state()),
			changed: Condvar::new(),
		});
		let (console, other_end) = UnixStream::pair().map_err(|_| ModbusError::Stopped)?;
		let watched = Arc::clone(&shared);
		let thread = std::thread::spawn(move || {
			server.run(other_end, true, None::<UnixStream>, |state| {
				*watched.lock() = state;
				watched.changed.notify_all();
			})
		});
		Ok(Self {
			address,
			console,
			shared,
			thread: Some(thread),
		})
	}

	/// Where it is, as a client's configuration has it.
	pub fn address(&self) -> &str {
		&self.address
	}

	/// Does something to the machine. It is done within one round, a few milliseconds.
	pub fn command(&self, command: Command) -> Result<(), ModbusError> {
		(&self.console)
			.write_all(format!("{command}\n").as_bytes())
			.map_err(|_| ModbusError::Stopped)
	}

	/// The state after the last round.
	pub fn state(&self) -> ModbusState {
		*self.shared.lock()
	}

	/// Waits until the state is as wanted, at most for `timeout`. Gives the state, or `None` when it did not come.
	pub fn wait_for(&self, timeout: Duration, mut wanted: impl FnMut(&ModbusState) -> bool) -> Option<ModbusState> {
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

	/// Stops the machine.
	pub fn stop(mut self) -> Result<(), ModbusError> {
		self.end()
	}

	fn end(&mut self) -> Result<(), ModbusError> {
		let _ = self.console.shutdown(Shutdown::Both);
		match self.thread.take().map(JoinHandle::join) {
			Some(Ok(result)) => result,
			Some(Err(_)) => Err(ModbusError::Panicked),
			None => Ok(()),
		}
	}
}

impl Drop for VirtualModbus {
	fn drop(&mut self) {
		// Whoever wants to know how it ended calls `stop`.
		let _ = self.end();
	}
}
