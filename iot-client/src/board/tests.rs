//! The bridge against a scripted board on a socket, for what the virtual board never does.

use super::*;
use crate::config::BoardConfig;
use bpiiot_protocol::{
	channel_page, Ack, AckResult, BoardFrame, BoardMessage, ChannelInfo, ChannelKind, Decoder, FirmwareInfo,
	FirmwareVersion, HelloPage, HostFrame, HostMessage, Identity, Label, Reading, Scale, Session, Status, Unit,
	PROTOCOL_VERSION, SCHEMA_HASH,
};
use std::{
	io::{Read, Write},
	os::{fd::OwnedFd, unix::net::UnixStream},
	path::Path,
	sync::{mpsc, Arc, Mutex},
	thread,
	time::Duration,
};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

const SOON: Duration = Duration::from_secs(20);

/// What the scripted board makes of a command; hello it answers by itself.
type Script = Box<dyn FnMut(HostFrame) -> Vec<BoardFrame> + Send>;

/// A port whose other end plays `script`.
struct ScriptedPort {
	identity: Identity,
	script: Arc<Mutex<Script>>,
}

impl OpenPort for ScriptedPort {
	fn open(&self) -> Result<Port, BoardError> {
		let (ours, theirs) = UnixStream::pair().unwrap();
		ours.set_nonblocking(true).unwrap();
		let (identity, script) = (self.identity, self.script.clone());
		thread::spawn(move || play(theirs, identity, &script));
		Ok(Port {
			reader: OwnedFd::from(ours.try_clone().unwrap()).into(),
			writer: Box::new(ours),
		})
	}

	fn path(&self) -> &Path {
		Path::new("scripted")
	}
}

fn play(mut line: UnixStream, identity: Identity, script: &Mutex<Script>) {
	let mut decoder = Decoder::<HostMessage>::new();
	let mut buffer = [0; 256];
	while let Ok(count @ 1..) = line.read(&mut buffer) {
		for frame in buffer[..count].iter().filter_map(|byte| decoder.push(*byte)?.ok()) {
			let answers = match frame.message {
				HostMessage::HelloRequest { page } => hello(frame.sequence, identity, page),
				_ => script.lock().unwrap()(frame),
			};
			for answer in answers {
				if line.write_all(&answer.encode().unwrap()).is_err() {
					return;
				}
			}
		}
	}
}

fn hello(sequence: u16, identity: Identity, page: u8) -> Vec<BoardFrame> {
	let version = FirmwareVersion {
		major: 0,
		minor: 1,
		patch: 0,
	};
	let page = match page {
		0 => HelloPage::Identity(identity),
		1 => HelloPage::Firmware(FirmwareInfo { version, hash: [4; 32] }),
		page => HelloPage::Channel(ChannelInfo {
			channel: page - channel_page(0),
			kind: ChannelKind::Output,
			unit: Unit::Count,
			scale: Scale::ONE,
			min: 0,
			max: 100,
			safe: 0,
			name: Label::literal("motor"),
		}),
	};
	vec![BoardFrame::new(Session(7), sequence, BoardMessage::Hello(page))]
}

fn identity() -> Identity {
	Identity {
		protocol: PROTOCOL_VERSION,
		schema: SCHEMA_HASH,
		serial: Label::literal("scripted"),
		dead_man_ms: 30_000,
		min_interval_ms: 10,
		channels: 1,
	}
}

fn ack(frame: HostFrame, result: AckResult) -> BoardFrame {
	BoardFrame::new(
		frame.session,
		frame.sequence,
		BoardMessage::Ack(Ack {
			result,
			status: Status::default(),
		}),
	)
}

fn config() -> BoardConfig {
	BoardConfig {
		port: "scripted".into(),
		baud: 115_200,
		// Out of the way of what is tested.
		keep_alive_ms: 1_000,
		ack_timeout_ms: 100,
		command_attempts: 4,
		hello_timeout_ms: 5_000,
		stream_ms: 50,
		serial: None,
		configuration: None,
	}
}

struct Bench {
	handle: BoardHandle,
	stop: CancellationToken,
	bridge: tokio::task::JoinHandle<()>,
}

impl Bench {
	fn new(
		identity: Identity,
		config: BoardConfig,
		script: impl FnMut(HostFrame) -> Vec<BoardFrame> + Send + 'static,
	) -> Self {
		let port = ScriptedPort {
			identity,
			script: Arc::new(Mutex::new(Box::new(script))),
		};
		let stop = CancellationToken::new();
		let (handle, bridge) = start(config, Arc::new(port), stop.clone());
		Self { handle, stop, bridge }
	}

	async fn end(self) {
		self.stop.cancel();
		timeout(SOON, self.bridge).await.unwrap().unwrap();
	}
}

#[tokio::test]
async fn a_lost_acknowledgement_leads_to_the_same_sequence_number_again() {
	let (log, heard) = mpsc::channel();
	let mut drop_next = 2;
	let bench = Bench::new(identity(), config(), move |frame| {
		if let HostMessage::SetOutput { .. } = frame.message {
			log.send(frame.sequence).unwrap();
			if drop_next > 0 {
				drop_next -= 1;
				return vec![];
			}
		}
		vec![ack(frame, AckResult::Done)]
	});
	bench.handle.wait_online(SOON).await.unwrap();
	let (lease, _signals) = bench.handle.lease().unwrap();
	timeout(SOON, lease.set(0, 1)).await.unwrap().unwrap();
	timeout(SOON, lease.set(0, 2)).await.unwrap().unwrap();
	let sequences: Vec<u16> = heard.try_iter().collect();
	let first = sequences[0];
	assert_eq!(sequences, [first, first, first, first.wrapping_add(1)]);
	assert_eq!(bench.handle.counters().retries, 2);
	drop(lease);
	bench.end().await;
}

#[tokio::test]
async fn what_a_board_says_while_it_is_greeted_is_told_once_it_is_known() {
	// GIVEN a board that streams from before.
	let bench = Bench::new(identity(), config(), |frame| {
		let reading = Reading {
			channel: 0,
			board_ms: 7,
			value: 42,
		};
		let streams = matches!(frame.message, HostMessage::Safe);
		let reading = streams.then(|| BoardFrame::new(frame.session, 1, BoardMessage::Reading(reading)));
		reading.into_iter().chain([ack(frame, AckResult::Done)]).collect()
	});
	let mut signals = bench.handle.signals();
	let told = async {
		loop {
			if let Signal::Reading { link, value, .. } = signals.recv().await.unwrap() {
				return (link, value);
			}
		}
	};
	let (link, value) = timeout(SOON, told).await.unwrap();
	// THEN whoever hears it can ask whose it is.
	assert_eq!((bench.handle.info().unwrap().link, value), (link, 42));
	bench.end().await;
}

#[tokio::test]
async fn acknowledgements_of_other_commands_do_not_count() {
	let bench = Bench::new(identity(), config(), |frame| {
		let mut old = ack(frame, AckResult::OutOfLimits);
		old.sequence = frame.sequence.wrapping_sub(1);
		vec![old, ack(frame, AckResult::Done), ack(frame, AckResult::Done)]
	});
	bench.handle.wait_online(SOON).await.unwrap();
	for _ in 0..3 {
		timeout(SOON, bench.handle.ping()).await.unwrap().unwrap();
	}
	bench.end().await;
}

#[tokio::test]
async fn a_board_that_remembers_a_later_number_is_met_half_way() {
	let mut stale = 1;
	let (log, heard) = mpsc::channel();
	let bench = Bench::new(identity(), config(), move |frame| {
		log.send(frame.sequence).unwrap();
		if stale > 0 {
			stale -= 1;
			return vec![ack(frame, AckResult::Stale)];
		}
		vec![ack(frame, AckResult::Done)]
	});
	bench.handle.wait_online(SOON).await.unwrap();
	let sequences: Vec<u16> = heard.try_iter().take(2).collect();
	assert_eq!(sequences[1].wrapping_sub(sequences[0]), u16::MAX / 2 + 1);
	bench.end().await;
}

#[tokio::test]
async fn safe_overtakes_every_command_before_it() {
	let (log, heard) = mpsc::channel();
	let bench = Bench::new(identity(), config(), move |frame| {
		log.send(frame.message).unwrap();
		match frame.message {
			HostMessage::SetOutput { .. } => vec![],
			_ => vec![ack(frame, AckResult::Done)],
		}
	});
	bench.handle.wait_online(SOON).await.unwrap();
	let (lease, _signals) = bench.handle.lease().unwrap();
	let safe = async {
		while !heard
			.try_iter()
			.any(|message| message == HostMessage::SetOutput { channel: 0, value: 5 })
		{
			tokio::task::yield_now().await;
		}
		bench.handle.make_safe().await
	};
	// The first waits for its answer, the second for the first.
	let all = async { tokio::join!(biased; lease.set(0, 5), lease.set(0, 6), safe) };
	let (sent, waiting, safe) = timeout(SOON, all).await.unwrap();
	assert_eq!(
		(sent, waiting),
		(Err(BoardError::Superseded), Err(BoardError::Superseded))
	);
	assert!(safe.is_ok());
	let rest: Vec<_> = heard.try_iter().collect();
	assert!(
		!rest.contains(&HostMessage::SetOutput { channel: 0, value: 6 }),
		"{rest:?}"
	);
	let last = rest.iter().rfind(|message| **message != HostMessage::KeepAlive);
	assert_eq!(last, Some(&HostMessage::Safe), "nothing is driven after");
	drop(lease);
	bench.end().await;
}

#[tokio::test]
async fn a_command_whose_sender_has_gone_is_never_sent() {
	let (log, heard) = mpsc::channel();
	let mut silent = true;
	let bench = Bench::new(identity(), config(), move |frame| {
		log.send(frame.message).unwrap();
		match frame.message {
			// Holds the line up once, so that the next command has to wait.
			HostMessage::SetOutput { value: 5, .. } if silent => {
				silent = false;
				vec![]
			}
			_ => vec![ack(frame, AckResult::Done)],
		}
	});
	bench.handle.wait_online(SOON).await.unwrap();
	let (lease, _signals) = bench.handle.lease().unwrap();
	let first = lease.set(0, 5);
	tokio::pin!(first);
	tokio::select! {
		biased;
		_ = &mut first => panic!("it was answered at once"),
		_ = lease.set(0, 6) => panic!("it was answered before the first"),
		() = std::future::ready(()) => {},
	}
	timeout(SOON, first).await.unwrap().unwrap();
	timeout(SOON, lease.set(0, 7)).await.unwrap().unwrap();
	let driven: Vec<_> = heard
		.try_iter()
		.filter(|message| matches!(message, HostMessage::SetOutput { .. }))
		.collect();
	let set = |value| HostMessage::SetOutput { channel: 0, value };
	assert_eq!(driven, [set(5), set(5), set(7)]);
	bench.end().await;
}

#[tokio::test]
async fn a_board_that_stops_answering_is_lost_and_met_again() {
	let mut deaf = false;
	let bench = Bench::new(
		identity(),
		BoardConfig {
			command_attempts: 2,
			..config()
		},
		move |frame| {
			// Deaf from the first drive until the port is opened again, which starts with a keep-alive.
			deaf = match frame.message {
				HostMessage::SetOutput { .. } => true,
				HostMessage::KeepAlive => false,
				_ => deaf,
			};
			if deaf {
				vec![]
			} else {
				vec![ack(frame, AckResult::Done)]
			}
		},
	);
	let before = bench.handle.wait_online(SOON).await.unwrap().link;
	let (lease, mut signals) = bench.handle.lease().unwrap();
	let error = timeout(SOON, lease.set(0, 1)).await.unwrap().unwrap_err();
	assert!(matches!(&error, BoardError::Lost(_)), "{error}");
	let ended = timeout(SOON, async {
		loop {
			if let Signal::LinkEnded { link, .. } = signals.recv().await.unwrap() {
				break link;
			}
		}
	});
	assert_eq!(ended.await.unwrap(), before);
	let after = bench.handle.wait_online(SOON).await.unwrap().link;
	assert!(after > before);
	let stale = timeout(SOON, lease.set(0, 1)).await.unwrap();
	assert_eq!(
		stale,
		Err(BoardError::Reset),
		"a lease is worth nothing on the next link"
	);
	drop(lease);
	bench.end().await;
}

async fn refused(identity: Identity, config: BoardConfig) -> BoardError {
	let bench = Bench::new(identity, config, |frame| vec![ack(frame, AckResult::Done)]);
	let mut state = bench.handle.watch_state();
	let refused =
		state.wait_for(|state| matches!(state, BoardState::Offline(error) if !matches!(error, BoardError::Offline(_))));
	let error = match timeout(SOON, refused).await.unwrap().unwrap().clone() {
		BoardState::Offline(error) => error,
		BoardState::Online(_) => panic!("the board was accepted"),
	};
	bench.end().await;
	error
}

#[tokio::test]
async fn boards_that_would_be_misunderstood_are_refused() {
	let other_schema = Identity {
		schema: 1,
		..identity()
	};
	assert_eq!(refused(other_schema, config()).await, BoardError::Schema { theirs: 1 });
	let other_version = Identity {
		protocol: 9,
		..identity()
	};
	assert_eq!(
		refused(other_version, config()).await,
		BoardError::ProtocolVersion { theirs: 9 }
	);
	let no_dead_man = Identity {
		dead_man_ms: 0,
		..identity()
	};
	assert!(matches!(refused(no_dead_man, config()).await, BoardError::BadHello(_)));
	let twins = Identity {
		channels: 2,
		..identity()
	};
	assert!(matches!(refused(twins, config()).await, BoardError::BadHello(_)));
	let wanted = BoardConfig {
		serial: Some("mine".into()),
		..config()
	};
	let expected = BoardError::OtherBoard {
		expected: "mine".into(),
		found: "scripted".into(),
	};
	assert_eq!(refused(identity(), wanted).await, expected);
}

#[tokio::test]
async fn commands_without_a_board_are_answered_at_once() {
	struct NoPort;
	impl OpenPort for NoPort {
		fn open(&self) -> Result<Port, BoardError> {
			Err(BoardError::NoSuchPort {
				port: "x".into(),
				candidates: vec!["/dev/ttyACM0".into()],
			})
		}
		fn path(&self) -> &Path {
			Path::new("x")
		}
	}
	let stop = CancellationToken::new();
	let (handle, bridge) = start(config(), Arc::new(NoPort), stop.clone());
	let error = handle.wait_online(Duration::from_millis(100)).await.unwrap_err();
	assert!(error.to_string().contains("/dev/ttyACM0"), "{error}");
	assert!(matches!(
		timeout(SOON, handle.make_safe()).await.unwrap(),
		Err(BoardError::Offline(_))
	));
	assert!(matches!(handle.lease().map(|_| ()), Err(BoardError::Offline(_))));
	stop.cancel();
	timeout(SOON, bridge).await.unwrap().unwrap();
	assert_eq!(handle.state(), BoardState::Offline(BoardError::Stopped));
}
