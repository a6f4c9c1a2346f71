//! The interface board on its serial line, as one of the ways to a machine.

use super::{
	link::Link, port::Wire, BoardError, BoardInfo, Command, LinkId, MachineLink, OpenPort, Southbound, Telltale,
};
use crate::config::BoardConfig;
use bpiiot_protocol::Ack;
use std::{sync::Arc, time::Duration};

/// The interface board of the configuration.
pub(super) struct SerialBoard {
	config: BoardConfig,
	port: Arc<dyn OpenPort>,
}

impl SerialBoard {
	pub fn new(config: BoardConfig, port: Arc<dyn OpenPort>) -> Self {
		Self { config, port }
	}
}

impl Southbound for SerialBoard {
	type Link = Link;

	fn place(&self) -> String {
		self.port.path().display().to_string()
	}

	async fn open(&self, telltale: Telltale) -> Result<Link, BoardError> {
		let wire = Wire::open(self.port.clone()).await?;
		Ok(Link::new(wire, self.config.clone(), telltale))
	}
}

impl MachineLink for Link {
	/// That there is something; what it is the link has.
	type Heard = ();

	const ANY_COMMAND_IS_A_SIGN_OF_LIFE: bool = true;

	async fn greet(&mut self, id: LinkId) -> Result<BoardInfo, BoardError> {
		Link::greet(self, id).await
	}

	/// Well within the dead-man time of the board, so that one lost frame trips nothing.
	fn keep_alive(&self, info: &BoardInfo) -> Option<Duration> {
		let every = self.config().keep_alive_ms.min(u64::from(info.dead_man_ms) / 3).max(1);
		Some(Duration::from_millis(every))
	}

	async fn hear(&mut self) {
		Link::hear(self).await;
	}

	async fn take(&mut self, (): ()) -> Result<(), BoardError> {
		self.heard()
	}

	async fn obey(&mut self, command: Command) -> Result<Ack, BoardError> {
		self.exchange(command.into()).await
	}

	async fn close(self) {
		Link::close(self).await;
	}
}
