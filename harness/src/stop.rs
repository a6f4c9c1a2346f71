//! Being asked to stop.

use anyhow::{Context, Result};
use tokio::signal::unix::{signal, Signal, SignalKind};

/// Hears when somebody presses Ctrl-C, closes the terminal or asks the process to end. From its making on, none of these
/// ends the process by itself.
#[derive(Debug)]
pub struct Stop {
	interrupt: Signal,
	terminate: Signal,
	hang_up: Signal,
}

impl Stop {
	/// Begins to listen.
	///
	/// # Errors
	/// When the system does not tell.
	pub fn listen() -> Result<Self> {
		let hear = |kind| signal(kind).context("cannot hear signals");
		Ok(Self {
			interrupt: hear(SignalKind::interrupt())?,
			terminate: hear(SignalKind::terminate())?,
			hang_up: hear(SignalKind::hangup())?,
		})
	}

	/// Waits until it happens.
	pub async fn asked(&mut self) {
		tokio::select! {
			_ = self.interrupt.recv() => {},
			_ = self.terminate.recv() => {},
			_ = self.hang_up.recv() => {},
		}
	}
}
