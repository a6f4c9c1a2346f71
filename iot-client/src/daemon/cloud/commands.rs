//! Does what authorised commands from the cloud ask for. None of them moves the machine.

use crate::daemon::site::Site;
use iot_cloud::Command;
use serde_json::{json, Value};
use tokio::sync::mpsc;

/// The commands that there are.
pub const COMMANDS: [&str; 3] = ["report", "pause-orders", "resume-orders"];

/// Does what commands ask for, one after the other.
pub(super) struct Clerk {
	site: Site,
}

impl Clerk {
	pub fn new(site: Site) -> Self {
		Self { site }
	}

	/// Works until nobody can command any more.
	pub async fn run(self, mut commands: mpsc::Receiver<Command>) {
		while let Some(command) = commands.recv().await {
			let Command { id, name, reply, .. } = command;
			match self.follow(&name) {
				Ok(value) => {
					tracing::info!(command = %name, request = %id, "done as the cloud commanded");
					reply.done(value);
				}
				Err(why) => {
					tracing::warn!(command = %name, request = %id, %why, "a command of the cloud is not followed");
					reply.failed(why);
				}
			}
		}
	}

	fn follow(&self, name: &str) -> Result<Value, String> {
		match name {
			"report" => serde_json::to_value(self.site.notices.shown()).map_err(|error| error.to_string()),
			"pause-orders" => self.pause(true),
			"resume-orders" => self.pause(false),
			_ => Err(format!("there is no such command, only {}", COMMANDS.join(", "))),
		}
	}

	fn pause(&self, paused: bool) -> Result<Value, String> {
		let done = self.site.notices.pause_orders(paused);
		done.map_err(|error| format!("it cannot be written down: {error}"))?;
		Ok(json!({ "orders_paused": paused }))
	}
}
