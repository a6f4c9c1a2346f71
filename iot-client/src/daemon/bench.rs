//! A daemon's surroundings for tests of what goes on beside the jobs: a board that is played, and no node.

use super::{news::Herald, notices::Notices, site::Site};
use crate::{
	board::{
		fake::{bridge, FakeBridge},
		BoardInfo, BoardState, LinkId, Signal,
	},
	chain::link::played::{chain, Keeper},
	config::Config,
};
use bpiiot_protocol::{
	Ack, AckResult, ChannelInfo, ChannelKind, FirmwareVersion, HostMessage, Label, Scale, Session, Status, Unit,
};
use std::{sync::Arc, time::Duration};
use subxt::utils::AccountId32;
use tokio::time::timeout;

/// Longest wait for anything that should happen at once.
pub(super) const SOON: Duration = Duration::from_secs(20);
/// The input of the board that is played, in tenths of °C.
pub(super) const TEMPERATURE: u8 = 0;
/// Its output, 0 to 1.
pub(super) const COOLANT: u8 = 1;

/// The surroundings.
pub(super) struct Bench {
	pub site: Site,
	pub fake: FakeBridge,
	pub dir: tempfile::TempDir,
	_keeper: Keeper,
}

impl Bench {
	pub fn new() -> Self {
		let dir = tempfile::tempdir().unwrap();
		let config = Config {
			state_dir: dir.path().to_owned(),
			..Config::default()
		};
		let ((board, fake), (chain, keeper)) = (bridge(), chain());
		let site = Site {
			config: Arc::new(config),
			chain,
			board,
			key: AccountId32([1; 32]),
			herald: Herald::default(),
			notices: Arc::new(Notices::new(dir.path())),
		};
		let bench = Self {
			site,
			fake,
			dir,
			_keeper: keeper,
		};
		bench.connect(LinkId(1));
		bench
	}

	/// The board says hello.
	pub fn connect(&self, link: LinkId) {
		self.fake.set_state(BoardState::Online(Arc::new(board(link))));
	}

	/// The board measures something.
	pub fn measure(&self, link: LinkId, channel: u8, value: i32) {
		self.fake.signal(Signal::Reading {
			link,
			channel,
			value,
			board_ms: 0,
		});
	}

	/// The next thing that the board is told, which it does.
	pub async fn told(&mut self) -> HostMessage {
		let (message, reply) = timeout(SOON, self.fake.next()).await.unwrap().unwrap();
		if let Some(reply) = reply {
			let done = Ack {
				result: AckResult::Done,
				status: Status::default(),
			};
			reply.send(Ok(done)).unwrap();
		}
		message
	}
}

fn board(link: LinkId) -> BoardInfo {
	let channel = |number, name, kind, unit, divisor, max| ChannelInfo {
		channel: number,
		kind,
		unit,
		scale: Scale { divisor, ..Scale::ONE },
		min: 0,
		max,
		safe: 0,
		name: Label::literal(name),
	};
	BoardInfo {
		link,
		session: Session(1),
		serial: "played".to_owned(),
		firmware: FirmwareVersion {
			major: 0,
			minor: 1,
			patch: 0,
		},
		firmware_hash: [5; 32],
		dead_man_ms: 500,
		min_interval_ms: 10,
		stream_ms: 50,
		channels: vec![
			channel(
				TEMPERATURE,
				"temperature",
				ChannelKind::Input,
				Unit::DegreeCelsius,
				10,
				3000,
			),
			channel(COOLANT, "coolant", ChannelKind::Output, Unit::Switch, 1, 1),
		],
	}
}
