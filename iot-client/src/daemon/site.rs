//! The machine's surroundings: configuration, chain, board, and who looks on.

use super::{
	news::Herald,
	notices::Notices,
	status::{BoardStatus, ChainStatus, ChannelStatus, EndpointStatus, RuleState, Snapshot},
};
use crate::{
	board::{BoardHandle, BoardState},
	chain::{
		light::LightClient,
		queries,
		types::{BlockId, Machine, MachineId},
		At, Chain, ChainError, Claim,
	},
	config::{Config, Trust},
};
use std::{convert::Infallible, io, sync::Arc, time::Duration};
use subxt::utils::AccountId32;
use tokio::{task::spawn_blocking, time::timeout};

/// How often the status is written when nothing happens.
pub(super) const STATUS: Duration = Duration::from_secs(5);

/// How long a proof may take in all: it waits for a second node that is a little behind.
const PROOF_LIMIT: Duration = Duration::from_secs(60);
/// What to know when one node alone is believed.
const SINGLE: &str = "trust = \"single\": what one node says is believed without a proof; name a second endpoint, of somebody else, and set trust = \"confirmed\"";

/// Why nothing is done while no node has answered.
pub(super) const NOBODY: &str = "no node answers";

/// What a decision rests on: what a node said of the state at a finalized block.
#[derive(Clone, Debug)]
pub struct Grounds {
	/// The node.
	pub teller: String,
	/// The block.
	pub block: BlockId,
	/// What it said.
	pub claims: Vec<Claim>,
}

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
	/// What the parts of the daemon show each other.
	pub notices: Arc<Notices>,
}

impl Site {
	/// Shows how things are while no node has answered yet, or nothing can be written down, for ever.
	pub async fn show_waiting(&self) -> Infallible {
		let mut news = self.chain.news();
		loop {
			let mut snapshot = self.snapshot();
			snapshot.alarms.extend(snapshot.board.trouble.clone());
			snapshot.alarms.extend(self.notices.complaints());
			snapshot.not_ready.push(NOBODY.to_owned());
			snapshot.not_ready.extend(snapshot.board.trouble.clone());
			self.show(snapshot).await;
			let _ = timeout(STATUS, news.next()).await;
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
			warning: (self.config.chain.trust == Trust::Single).then(|| SINGLE.to_owned()),
			endpoints: self.endpoints(),
			light_client: self.chain.light().map(LightClient::report),
			..ChainStatus::default()
		};
		if let Some(head) = self.chain.heads().borrow().as_ref() {
			(chain.endpoint, chain.block) = (Some(head.endpoint.clone()), head.block.number);
			chain.time = head.time.unix;
		}
		let counters = self.board.counters();
		let (readings, readings_lost) = (counters.readings, counters.readings_lost);
		let modbus = self.config.modbus.as_ref();
		let mut board = BoardStatus {
			readings,
			readings_lost,
			warning: modbus.and_then(|machine| machine.warning()).map(str::to_owned),
			..BoardStatus::default()
		};
		match self.board.state() {
			BoardState::Online(info) => {
				(board.online, board.serial) = (true, Some(info.serial.clone()));
				board.channels = info.channels.iter().map(ChannelStatus::from).collect();
			}
			BoardState::Offline(error) => board.trouble = Some(error.to_string()),
		}
		Snapshot {
			key: self.key.to_string(),
			chain,
			board,
			cloud: self.notices.cloud(),
			history: self.notices.history(),
			stock: self.notices.stock(),
			rules: self.notices.rules().iter().map(RuleState::from).collect(),
			orders_paused: self.notices.orders_are_paused(),
			..Snapshot::default()
		}
	}

	fn endpoints(&self) -> Vec<EndpointStatus> {
		let endpoints = self.chain.endpoints().into_iter();
		endpoints.map(EndpointStatus::from).collect()
	}

	/// Proves what a decision rests on, if the owner wants more than one node's word.
	///
	/// # Errors
	/// When it cannot be proved, or is not so.
	pub(super) async fn prove(&self, grounds: &Grounds) -> Result<(), ChainError> {
		if !self.wants_proof() {
			return Ok(());
		}
		let Grounds { teller, block, claims } = grounds;
		let proved = timeout(PROOF_LIMIT, self.chain.prove(teller, *block, claims)).await;
		let late = |_| ChainError::Unconfirmed {
			number: block.number,
			what: "no answer in time".to_owned(),
		};
		proved.map_err(late)?.map(|_| ())
	}

	/// Whether what one node says must be proved before money or motion rests on it.
	pub(super) fn wants_proof(&self) -> bool {
		self.config.chain.trust == Trust::Confirmed
	}

	/// Writes the status. A full disk must not stop the machine; the journal will say so when it matters. Nor must a slow one:
	/// it is written where nobody waits who has to tell the board that we are there.
	pub(super) async fn show(&self, mut snapshot: Snapshot) {
		crate::notify::beat();
		snapshot.stamp();
		self.notices.show(snapshot);
		let (notices, folder) = (self.notices.clone(), self.config.state_dir.clone());
		let written = spawn_blocking(move || notices.write_down(&folder)).await;
		let written = written.unwrap_or_else(|error| Err(io::Error::other(error)));
		// Once, and not for each second of a full disk.
		if self.notices.wrote_status(written.is_ok()) {
			match written {
				Ok(()) => tracing::info!("the status is written again"),
				Err(error) => tracing::warn!(%error, "cannot write the status"),
			}
		}
	}

	/// The machine's record: that of `known`, or of the configuration's machine, or of the one that the key acts or acted
	/// for. Or in words why there is none.
	///
	/// # Errors
	/// When the node does not answer.
	pub(super) async fn record(
		&self,
		at: &At,
		known: Option<MachineId>,
	) -> Result<Result<Machine, String>, ChainError> {
		let key = self.key;
		let id = match known.or(self.config.machine.id.map(MachineId)) {
			Some(id) => id,
			None => match queries::machine_of_key(at, &key).await? {
				Some((id, _)) => id,
				None => {
					return Ok(Err(format!(
						"no machine is registered with the key {key}; run `iot-client register`"
					)))
				}
			},
		};
		let machine = queries::machine(at, id).await?;
		Ok(machine.ok_or_else(|| format!("there is no machine {id} on this chain; correct machine.id")))
	}

	/// Why the key is not that of `machine`, when it never was.
	///
	/// # Errors
	/// When the node does not answer.
	pub(super) async fn stranger(&self, at: &At, machine: MachineId) -> Result<Option<String>, ChainError> {
		let key = self.key;
		Ok(match queries::machine_of_key(at, &key).await? {
			Some((id, _)) if id == machine => None,
			Some((id, _)) => Some(format!(
				"the key {key} acts for machine {id}, not for {machine}; correct machine.id"
			)),
			None => Some(format!(
				"the key {key} is not that of machine {machine}; `iot-client rotate-key --this-key`, signed by the owner, makes it so"
			)),
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::daemon::bench::{Bench, SOON};
	use std::fs;

	#[tokio::test]
	async fn a_disk_that_is_slow_with_the_status_holds_nobody_up() {
		let bench = Bench::new();
		// Where it is written first, nobody reads.
		let beside = bench.dir.path().join("status.json.new");
		nix::unistd::mkfifo(&beside, nix::sys::stat::Mode::S_IRWXU).unwrap();
		let site = bench.site.clone();
		let mut shown = site.notices.watch();
		let showing = tokio::spawn(async move { site.show(Snapshot::default()).await });
		// It is seen by others, on the same thread.
		timeout(SOON, shown.changed()).await.unwrap().unwrap();
		assert!(!showing.is_finished());
		let read = spawn_blocking(move || fs::read(beside));
		timeout(SOON, showing).await.unwrap().unwrap();
		assert!(!timeout(SOON, read).await.unwrap().unwrap().unwrap().is_empty());
	}

	#[tokio::test]
	async fn what_was_shown_last_is_on_the_disk() {
		let bench = Bench::new();
		let shown = |in_flight| {
			let snapshot = Snapshot {
				in_flight: Some(in_flight),
				..Snapshot::default()
			};
			bench.site.show(snapshot)
		};
		tokio::join!(shown(1), shown(2), shown(3));
		let written = Snapshot::read(bench.dir.path()).unwrap().unwrap();
		assert_eq!(written.in_flight, Some(3));
	}
}
