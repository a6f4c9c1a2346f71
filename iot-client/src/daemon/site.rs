//! The machine's surroundings: configuration, chain, board, and who looks on.

use super::{
	news::Herald,
	status::{BoardStatus, ChainStatus, Snapshot},
};
use crate::{
	board::{BoardHandle, BoardState},
	chain::{queries, types::MachineId, types::MachineStatus, At, Chain, ChainError},
	config::{Config, Trust},
};
use std::{convert::Infallible, sync::Arc, time::Duration};
use subxt::utils::AccountId32;
use tokio::time::timeout;

/// How often the status is written when nothing happens.
pub(super) const STATUS: Duration = Duration::from_secs(5);

/// The machine's surroundings. Clones are views of the same.
#[derive(Clone, Debug)]
pub struct Site {
	/// What the owner wants.
	pub config: Arc<Config>,
	/// The chain.
	pub chain: Chain,
	/// The board.
	pub board: BoardHandle,
	/// The machine's key.
	pub key: AccountId32,
	/// Where news of jobs is told.
	pub herald: Herald,
}

impl Site {
	/// Shows how things are while no node has answered yet, for ever.
	pub async fn show_waiting(&self) -> Infallible {
		loop {
			self.show(self.snapshot());
			let _ = timeout(STATUS, self.chain.news()).await;
		}
	}

	/// Chain and board as they are now.
	pub(super) fn snapshot(&self) -> Snapshot {
		let trust = match self.config.chain.trust {
			Trust::Confirmed => "confirmed",
			Trust::Single => "single",
		};
		let mut chain = ChainStatus {
			connected: self.chain.connected().is_some(),
			trust: trust.to_owned(),
			trouble: self.chain.trouble().map(|trouble| trouble.to_string()),
			..ChainStatus::default()
		};
		if let Some(head) = self.chain.heads().borrow().as_ref() {
			(chain.endpoint, chain.block) = (Some(head.endpoint.clone()), head.block.number);
			chain.time = head.time.unix;
		}
		let counters = self.board.counters();
		let (readings, readings_lost) = (counters.readings, counters.readings_lost);
		let mut board = BoardStatus {
			readings,
			readings_lost,
			..BoardStatus::default()
		};
		match self.board.state() {
			BoardState::Online(info) => (board.online, board.serial) = (true, Some(info.serial.clone())),
			BoardState::Offline(error) => board.trouble = Some(error.to_string()),
		}
		Snapshot {
			key: self.key.to_string(),
			chain,
			board,
			..Snapshot::default()
		}
	}

	/// Writes the status. A full disk must not stop the machine; the journal will say so when it matters.
	pub(super) fn show(&self, mut snapshot: Snapshot) {
		if let Err(error) = snapshot.write(&self.config.state_dir) {
			tracing::warn!(%error, "cannot write the status");
		}
	}

	/// The machine that the key acts for, or why it may not work.
	///
	/// # Errors
	/// When the node does not answer.
	pub(super) async fn identify(&self, at: &At) -> Result<Result<MachineId, String>, ChainError> {
		let key = self.key;
		let Some((machine, live)) = queries::machine_of_key(at, &key).await? else {
			return Ok(Err(format!(
				"no machine is registered with the key {key}; run `iot-client register`"
			)));
		};
		let wanted = self.config.machine.id.map(MachineId).unwrap_or(machine);
		if wanted != machine {
			return Ok(Err(format!(
				"the key {key} acts for machine {machine}, not for {wanted}; correct machine.id"
			)));
		}
		let record = queries::machine(at, machine).await?;
		let Some(record) = record.filter(|record| live && record.status != MachineStatus::Decommissioned) else {
			return Ok(Err(format!(
				"machine {machine} is decommissioned; register it anew, with a new key"
			)));
		};
		let owner = record.owner;
		Ok(match self.config.machine.owner.filter(|wanted| *wanted != owner) {
			Some(wanted) => Err(format!(
				"machine {machine} belongs to {owner}, not to {wanted}; correct machine.owner"
			)),
			None => Ok(machine),
		})
	}
}
