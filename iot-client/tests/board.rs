//! The board half of the client against the virtual board: its own firmware core, behind a real pseudo-terminal.

mod jobs;

use iot_client::{
	board::{start, BoardError, BoardHandle, SerialLine, Signal, Workbench},
	config::{BoardConfig, Config},
	controller::{progress, run, AbortReason, Outcome, ProgressReceiver, Task},
	evidence::Evidence,
};
use jobs::{abort, reason_offline, run_task, spindle_turns, LIMIT, QUICK};
use std::{path::Path, sync::Arc};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use virtual_board::{
	protocol::{Status, PROTOCOL_VERSION},
	Command, Fault, Options, VirtualBoard, CLAMP, COOLANT, FEED_UM, SPINDLE_RPM,
};

struct Bench {
	board: VirtualBoard,
	handle: BoardHandle,
	stop: CancellationToken,
	bridge: JoinHandle<()>,
	config: Config,
	dir: tempfile::TempDir,
}

fn config(dir: &Path) -> Config {
	let text = include_str!("../examples/drill-press.toml");
	let mut config = Config::parse(text, &dir.join("machine.toml")).expect("the example is sound");
	config.board.port = dir.join("board");
	config
}

impl Bench {
	async fn new(faults: &[Fault]) -> Self {
		let bench = Self::with(faults);
		bench.handle.wait_online(LIMIT).await.expect("the board says hello");
		bench
	}

	fn with(faults: &[Fault]) -> Self {
		let dir = tempfile::tempdir().expect("a temporary folder");
		let config = config(dir.path());
		let options = Options {
			faults: faults.to_vec(),
			..Options::new(&config.board.port)
		};
		let board = VirtualBoard::start(options).expect("the virtual board starts");
		let (handle, stop, bridge) = connect(&config.board);
		Self {
			board,
			handle,
			stop,
			bridge,
			config,
			dir,
		}
	}

	fn task(&self, recipe: &[u8], units: u32) -> Task {
		jobs::task(&self.config, recipe, units)
	}

	/// Runs a job; `meanwhile` sees its progress and may interfere.
	async fn run(&self, recipe: &[u8], units: u32, meanwhile: impl AsyncFnOnce(ProgressReceiver)) -> Outcome {
		run_task(&self.handle, self.task(recipe, units), meanwhile).await
	}

	/// Does `command` to the machine as soon as the spindle turns.
	async fn run_and(&self, command: Command) -> Outcome {
		self.run(QUICK.as_bytes(), 20, async |progress| {
			spindle_turns(&progress).await;
			self.board.command(command).expect("the virtual board runs");
		})
		.await
	}

	/// Every output is off, and the board itself says so.
	fn assert_safe(&self) {
		let safe = self.board.wait_for(LIMIT, |state| {
			let outputs = [SPINDLE_RPM, FEED_UM, CLAMP, COOLANT];
			outputs
				.iter()
				.all(|output| state.values[usize::from(*output)] == Some(0))
				&& state.status.has(Status::ALL_SAFE)
		});
		assert!(safe.is_some(), "an output stays energised: {:?}", self.board.state());
	}

	async fn end(self) {
		self.stop.cancel();
		timeout(LIMIT, self.bridge)
			.await
			.expect("the bridge ends")
			.expect("the bridge does not panic");
		drop(self.dir);
	}
}

fn connect(config: &BoardConfig) -> (BoardHandle, CancellationToken, JoinHandle<()>) {
	let stop = CancellationToken::new();
	let (handle, bridge) = start(config.clone(), Arc::new(SerialLine::new(config)), stop.clone());
	(handle, stop, bridge)
}

#[tokio::test]
async fn says_hello_and_streams_readings() {
	let bench = Bench::new(&[]).await;
	let info = bench.handle.info().expect("the board is on line");
	assert_eq!(info.serial, "VIRTUAL-1");
	assert_eq!(info.channels.len(), 10);
	assert_eq!(info.channel("spindle_speed").map(|channel| channel.channel), Some(4));
	let mut signals = bench.handle.signals();
	let reading = timeout(LIMIT, async {
		loop {
			if let Signal::Reading { channel: 6, value, .. } = signals.recv().await.expect("the bridge runs") {
				break value;
			}
		}
	});
	let temperature = reading.await.expect("readings stream");
	assert!((150..350).contains(&temperature), "{temperature}");
	timeout(LIMIT, bench.handle.ping())
		.await
		.expect("in time")
		.expect("an answer");
	assert_eq!(bench.handle.counters().connects, 1);
	bench.end().await;
}

#[tokio::test]
async fn drills_three_brackets() {
	let bench = Bench::new(&[]).await;
	let recipe = include_bytes!("../examples/recipes/drilled-bracket.toml");
	let outcome = bench.run(recipe, 3, async |_| ()).await;
	assert_eq!(outcome.end, Ok(()));
	assert_eq!((outcome.made(), outcome.moved, outcome.safe.clone()), (3, true, Ok(())));
	bench.assert_safe();
	let evidence = outcome.evidence.expect("the job was begun");
	let depths = evidence
		.readings
		.iter()
		.filter(|record| record.sampled && record.channel == 5);
	let depths: Vec<_> = depths.map(|record| (record.unit, record.value)).collect();
	assert_eq!(depths.len(), 3);
	assert!(depths.iter().all(|(_, depth)| *depth >= 19_900), "{depths:?}");
	assert_eq!(
		Evidence::load(&bench.config.state_dir, 42).expect("it was saved"),
		Some(evidence)
	);
	bench.end().await;
}

#[tokio::test]
async fn a_stalled_spindle_aborts_to_safe() {
	let bench = Bench::new(&[Fault::SpindleStall]).await;
	let outcome = bench.run(QUICK.as_bytes(), 3, async |_| ()).await;
	assert!(
		matches!(abort(&outcome), AbortReason::WaitedInVain { .. }),
		"{:?}",
		outcome.end
	);
	assert_eq!((outcome.made(), outcome.moved, outcome.safe.clone()), (0, true, Ok(())));
	bench.assert_safe();
	bench.end().await;
}

#[tokio::test]
async fn a_spindle_that_stalls_under_the_example_recipe_aborts_to_safe() {
	let bench = Bench::new(&[Fault::SpindleStall]).await;
	let recipe = include_bytes!("../examples/recipes/drilled-bracket.toml");
	let outcome = bench.run(recipe, 3, async |_| ()).await;
	assert!(
		matches!(
			abort(&outcome),
			AbortReason::WaitedInVain { .. } | AbortReason::Guard { .. }
		),
		"{:?}",
		outcome.end
	);
	assert_eq!(outcome.made(), 0);
	bench.assert_safe();
	bench.end().await;
}

#[tokio::test]
async fn an_opened_door_aborts_to_safe_and_a_closed_one_allows_the_next_job() {
	let bench = Bench::new(&[]).await;
	let outcome = bench.run_and(Command::Door { closed: false }).await;
	let expected = AbortReason::Interlock {
		input: Some("door_closed = 0".into()),
	};
	assert_eq!(abort(&outcome), &expected);
	bench.assert_safe();
	// With the door open nothing begins.
	let outcome = bench.run(QUICK.as_bytes(), 1, async |_| ()).await;
	assert!(
		matches!(abort(&outcome), AbortReason::Interlock { .. }),
		"{:?}",
		outcome.end
	);
	assert!(!outcome.moved);
	bench
		.board
		.command(Command::Door { closed: true })
		.expect("the virtual board runs");
	let closed = bench
		.board
		.wait_for(LIMIT, |state| !state.status.has(Status::INTERLOCKED));
	assert!(closed.is_some());
	assert_eq!(bench.run(QUICK.as_bytes(), 1, async |_| ()).await.end, Ok(()));
	bench.end().await;
}

#[tokio::test]
async fn a_board_reset_aborts_and_the_board_comes_back() {
	let bench = Bench::new(&[]).await;
	let before = bench.handle.info().expect("on line").link;
	let outcome = bench.run_and(Command::Reset).await;
	assert_eq!(abort(&outcome), &AbortReason::Board(BoardError::Reset));
	assert_eq!(outcome.safe, Ok(()));
	bench.assert_safe();
	let after = bench.handle.wait_online(LIMIT).await.expect("it comes back").link;
	assert!(after > before);
	assert_eq!(bench.handle.counters().resets, 1);
	assert_eq!(bench.run(QUICK.as_bytes(), 1, async |_| ()).await.end, Ok(()));
	bench.end().await;
}

#[tokio::test]
async fn sensors_that_drop_out_abort_to_safe() {
	let bench = Bench::new(&[]).await;
	let outcome = bench.run_and(Command::Fault(Fault::Dropout)).await;
	assert!(
		matches!(abort(&outcome), AbortReason::InputLost(_)),
		"{:?}",
		outcome.end
	);
	bench.assert_safe();
	bench.end().await;
}

#[tokio::test]
async fn line_noise_is_tolerated() {
	let bench = Bench::new(&[Fault::LineNoise]).await;
	let outcome = bench.run(QUICK.as_bytes(), 3, async |_| ()).await;
	assert_eq!((outcome.end.clone(), outcome.made()), (Ok(()), 3));
	let counters = bench.handle.counters();
	assert!(
		counters.broken_frames > 0 && counters.readings_lost > 0,
		"there was noise: {counters:?}"
	);
	bench.assert_safe();
	bench.end().await;
}

#[tokio::test]
async fn a_cancelled_job_leaves_the_machine_safe() {
	let bench = Bench::new(&[]).await;
	let (sender, receiver) = progress();
	let cancel = CancellationToken::new();
	let job = run(&bench.handle, bench.task(QUICK.as_bytes(), 20), &sender, &cancel);
	let mut made = receiver.made();
	let stopper = async {
		made.wait_for(|made| *made >= 1).await.expect("the job tells");
		cancel.cancel();
	};
	let (outcome, ()) = timeout(LIMIT, async { tokio::join!(job, stopper) })
		.await
		.expect("the job ends");
	assert_eq!(abort(&outcome), &AbortReason::Cancelled);
	assert!(outcome.made() >= 1);
	bench.assert_safe();
	bench.end().await;
}

#[tokio::test]
async fn a_client_that_dies_in_the_middle_leaves_the_machine_safe() {
	let bench = Bench::new(&[]).await;
	let (lease, _signals) = bench.handle.lease().expect("nobody else drives");
	timeout(LIMIT, lease.set(SPINDLE_RPM, 500))
		.await
		.expect("in time")
		.expect("it is driven");
	let turning = bench
		.board
		.wait_for(LIMIT, |state| state.values[usize::from(SPINDLE_RPM)] == Some(500));
	assert!(turning.is_some());
	// No farewell: the task is gone, as with kill -9.
	bench.bridge.abort();
	std::mem::forget(lease);
	bench.assert_safe();
}

#[tokio::test]
async fn a_stopped_bridge_leaves_the_machine_safe() {
	let bench = Bench::new(&[]).await;
	let (lease, _signals) = bench.handle.lease().expect("nobody else drives");
	timeout(LIMIT, lease.set(SPINDLE_RPM, 500))
		.await
		.expect("in time")
		.expect("it is driven");
	bench.stop.cancel();
	bench.assert_safe();
	bench.end().await;
}

#[tokio::test]
async fn a_board_that_goes_away_is_met_again() {
	let bench = Bench::new(&[]).await;
	let path = bench.board.path().to_owned();
	let mut signals = bench.handle.signals();
	bench.board.stop().expect("it stops");
	let ended = timeout(LIMIT, async {
		while !matches!(signals.recv().await.expect("the bridge runs"), Signal::LinkEnded { .. }) {}
	});
	ended.await.expect("the loss is noticed");
	let board = VirtualBoard::start(Options::new(&path)).expect("it starts again");
	bench.handle.wait_online(LIMIT).await.expect("it is met again");
	assert_eq!(bench.handle.counters().connects, 2);
	bench.stop.cancel();
	timeout(LIMIT, bench.bridge)
		.await
		.expect("the bridge ends")
		.expect("no panic");
	drop(board);
}

#[tokio::test]
async fn another_protocol_version_is_named_on_both_sides() {
	let bench = Bench::with(&[Fault::WrongVersion]);
	let error = reason_offline(&bench.handle).await;
	assert_eq!(
		error,
		BoardError::ProtocolVersion {
			theirs: PROTOCOL_VERSION + 1
		}
	);
	let text = error.to_string();
	let both = [
		format!("version {PROTOCOL_VERSION}"),
		format!("version {}", PROTOCOL_VERSION + 1),
	];
	assert!(both.iter().all(|version| text.contains(version)), "{text}");
	// The bridge keeps trying: with the right firmware it goes on.
	bench.board.command(Command::Clear).expect("the virtual board runs");
	bench.handle.wait_online(LIMIT).await.expect("it is accepted now");
	bench.end().await;
}

/// A board that is a clamp and nothing else.
const CLAMP_ONLY: &str = r#"
[board.configuration]
serial = "CLAMP-1"
dead_man_ms = 400
[[board.configuration.channels]]
name = "clamp"
terminal = 7
kind = "output"
unit = "switch"
safe = 0

[chain]"#;

#[tokio::test]
async fn a_board_that_is_configured_otherwise_is_refused_until_it_is_not() {
	let bench = Bench::with(&[]);
	bench.handle.wait_online(LIMIT).await.expect("any board will do");
	let port = bench.config.board.port.clone();
	bench.stop.cancel();
	timeout(LIMIT, bench.bridge)
		.await
		.expect("the bridge ends")
		.expect("no panic");

	let text = include_str!("../examples/drill-press.toml").replace("\n[chain]", CLAMP_ONLY);
	let mut wanted = Config::parse(&text, Path::new("machine.toml"))
		.expect("it is sound")
		.board;
	wanted.port = port;
	let (handle, stop, bridge) = connect(&wanted);
	let BoardError::OtherConfiguration(differences) = reason_offline(&handle).await else {
		panic!("it is not refused")
	};
	for difference in [
		"serial is \"CLAMP-1\" in the configuration, and \"VIRTUAL-1\" on the board",
		"channel 0 max is 1 in the configuration, and 3000 on the board",
		"channel 9 name is tool_wear on the board, and not there in the configuration",
	] {
		assert!(
			differences.iter().any(|line| line == difference),
			"{difference:?} is not in {differences:#?}"
		);
	}
	stop.cancel();
	timeout(LIMIT, bridge)
		.await
		.expect("the bridge ends")
		.expect("no panic");

	let line = Arc::new(SerialLine::new(&wanted));
	let (mut workbench, _) = Workbench::open(&wanted, line).await.expect("a board");
	let setup = wanted.configuration.as_ref().expect("it is there");
	let info = workbench.configure(setup, |_, _| {}).await.expect("it is written");
	assert_eq!(
		(info.serial.as_str(), info.channels.len(), info.dead_man_ms),
		("CLAMP-1", 1, 400)
	);
	workbench.close().await;

	let (handle, stop, bridge) = connect(&wanted);
	handle.wait_online(LIMIT).await.expect("it is the right one now");
	let (lease, _) = handle.lease().expect("a lease");
	lease.set(0, 1).await.expect("it clamps");
	let clamped = |state: &virtual_board::State| state.values[0] == Some(1);
	bench.board.wait_for(LIMIT, clamped).expect("it is driven");
	drop(lease);
	stop.cancel();
	timeout(LIMIT, bridge)
		.await
		.expect("the bridge ends")
		.expect("no panic");
}

#[tokio::test]
async fn a_missing_port_is_named_and_the_bridge_waits_for_it() {
	let dir = tempfile::tempdir().expect("a temporary folder");
	let config = config(dir.path());
	let (handle, stop, bridge) = connect(&config.board);
	let error = reason_offline(&handle).await;
	assert!(
		matches!(&error, BoardError::NoSuchPort { port, .. } if *port == config.board.port),
		"{error}"
	);
	assert!(error.to_string().contains("board.port"), "{error}");
	let board = VirtualBoard::start(Options::new(&config.board.port)).expect("it starts");
	handle.wait_online(LIMIT).await.expect("it is plugged in later");
	stop.cancel();
	timeout(LIMIT, bridge)
		.await
		.expect("the bridge ends")
		.expect("no panic");
	drop(board);
}

#[tokio::test]
async fn a_line_with_something_else_on_it_is_no_board() {
	let dir = tempfile::tempdir().expect("a temporary folder");
	let mut config = config(dir.path()).board;
	config.hello_timeout_ms = 300;
	let (master, slave) = serialport::TTYPort::pair().expect("a pseudo-terminal");
	config.port = serialport::SerialPort::name(&slave).expect("it has a name").into();
	drop(slave);
	let (handle, stop, bridge) = connect(&config);
	let error = reason_offline(&handle).await;
	assert!(matches!(error, BoardError::NotABoard { heard: 0, .. }), "{error}");
	stop.cancel();
	timeout(LIMIT, bridge)
		.await
		.expect("the bridge ends")
		.expect("no panic");
	drop(master);
}
