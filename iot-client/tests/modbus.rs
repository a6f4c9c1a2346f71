//! The client against a machine with no interface board: a drill press whose own controller speaks Modbus, behind real
//! sockets and a real pseudo-terminal.

mod jobs;

use iot_client::{
	board::{BoardError, BoardHandle, LinkId, Signal},
	config::Config,
	controller::{AbortReason, Outcome, ProgressReceiver},
	evidence::Evidence,
	modbus::start,
};
use jobs::{abort, reason_offline, run_task, spindle_turns, LIMIT, QUICK};
use std::{
	path::Path,
	sync::{Arc, Mutex},
	time::Duration,
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{TcpListener, TcpStream},
	task::JoinHandle,
	time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;
use virtual_board::{
	modbus::{ModbusOptions, VirtualModbus},
	protocol::AckResult,
	Command, Fault, CLAMP, FEED_UM, SPINDLE_RPM, TEMPERATURE,
};

const EXAMPLE: &str = include_str!("../examples/modbus-press.toml");
const ADDRESS: &str = "address = \"tcp://127.0.0.1:1502\"";
const SAFE: [i32; 4] = [0; 4];

/// The example's configuration for a machine at `address`, with some text in the place of other text.
fn config(dir: &Path, address: &str, changes: &[(&str, &str)]) -> Config {
	let line = match address.starts_with("rtu:") {
		// A pseudo-terminal has no parity.
		true => format!("address = {address:?}\nbaud = 115200\nparity = \"none\""),
		false => format!("address = {address:?}"),
	};
	let mut text = EXAMPLE.replacen(ADDRESS, &line, 1);
	for (from, to) in changes {
		assert!(text.contains(from), "{from}");
		text = text.replacen(from, to, 1);
	}
	Config::parse(&text, &dir.join("machine.toml")).expect("the example is sound")
}

/// A client and what it is connected to.
struct Client {
	handle: BoardHandle,
	stop: CancellationToken,
	bridge: JoinHandle<()>,
	config: Config,
}

impl Client {
	fn start(config: Config) -> Self {
		let stop = CancellationToken::new();
		let machine = config.modbus.clone().expect("a Modbus machine");
		let (handle, bridge) = start(machine, stop.clone());
		Self {
			handle,
			stop,
			bridge,
			config,
		}
	}

	async fn online(&self) -> LinkId {
		self.handle
			.wait_online(LIMIT)
			.await
			.expect("the machine is on line")
			.link
	}

	/// The first real reason why there is no machine.
	async fn reason_offline(&self) -> BoardError {
		reason_offline(&self.handle).await
	}

	async fn end(self) {
		self.stop.cancel();
		timeout(LIMIT, self.bridge)
			.await
			.expect("the bridge ends")
			.expect("the bridge does not panic");
	}
}

/// A machine and its client.
struct Bench {
	machine: VirtualModbus,
	client: Client,
	dir: tempfile::TempDir,
}

impl Bench {
	fn with(rtu: bool, faults: &[Fault], changes: &[(&str, &str)]) -> Self {
		let dir = tempfile::tempdir().expect("a temporary folder");
		let options = match rtu {
			true => ModbusOptions::rtu(dir.path().join("line")),
			false => ModbusOptions::tcp(),
		};
		let faults = faults.to_vec();
		let machine = VirtualModbus::start(ModbusOptions { faults, ..options }).expect("the machine starts");
		let client = Client::start(config(dir.path(), machine.address(), changes));
		Self { machine, client, dir }
	}

	async fn tcp() -> Self {
		let bench = Self::with(false, &[], &[]);
		bench.client.online().await;
		bench
	}

	async fn rtu() -> Self {
		let bench = Self::with(true, &[], &[]);
		bench.client.online().await;
		bench
	}

	/// Runs a job; `meanwhile` sees its progress and may interfere.
	async fn run(&self, recipe: &[u8], units: u32, meanwhile: impl AsyncFnOnce(ProgressReceiver)) -> Outcome {
		let task = jobs::task(&self.client.config, recipe, units);
		run_task(&self.client.handle, task, meanwhile).await
	}

	/// Does `command` to the machine as soon as the spindle turns.
	async fn run_and(&self, command: Command) -> Outcome {
		self.run(QUICK.as_bytes(), 20, async |progress| {
			spindle_turns(&progress).await;
			self.machine.command(command).expect("the machine runs");
		})
		.await
	}

	fn assert_safe(&self) {
		let safe = self.machine.wait_for(LIMIT, |state| state.outputs == SAFE);
		assert!(safe.is_some(), "an output stays energised: {:?}", self.machine.state());
	}

	async fn end(self) {
		self.client.end().await;
		drop(self.dir);
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn says_what_it_is_and_streams_readings_by_network_and_by_serial_line() {
	for bench in [Bench::tcp().await, Bench::rtu().await] {
		let info = bench.client.handle.info().expect("the machine is on line");
		assert_eq!(info.serial, "BPIIoT virtual-press 0.1.0");
		assert_eq!((info.channels.len(), info.dead_man_ms, info.stream_ms), (10, 1000, 50));
		let machine = bench.client.config.modbus.as_ref().expect("a Modbus machine");
		assert_eq!(info.firmware_hash, machine.table_hash());
		let mut signals = bench.client.handle.signals();
		let mut seen = std::collections::BTreeMap::new();
		let all = timeout(LIMIT, async {
			while seen.len() < 10 {
				if let Signal::Reading { channel, value, .. } = signals.recv().await.expect("the bridge runs") {
					seen.insert(channel, value);
				}
			}
		});
		all.await.expect("every channel is read");
		assert!((150..350).contains(&seen[&TEMPERATURE]), "{seen:?}");
		timeout(LIMIT, bench.client.handle.ping())
			.await
			.expect("in time")
			.expect("an answer");
		assert_eq!(bench.client.handle.counters().connects, 1);
		bench.end().await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn an_output_is_driven_when_it_is_answered_and_safe_when_its_lease_is_dropped() {
	for bench in [Bench::tcp().await, Bench::rtu().await] {
		let (lease, _signals) = bench.client.handle.lease().expect("nobody else drives");
		for (output, value) in [(SPINDLE_RPM, 500), (FEED_UM, 20_000), (CLAMP, 1)] {
			let set = timeout(LIMIT, lease.set(output, value)).await.expect("in time");
			set.expect("it is driven");
			assert_eq!(bench.machine.state().outputs[usize::from(output)], value);
		}
		drop(lease);
		bench.assert_safe();
		bench.end().await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn never_writes_what_is_no_output_or_beyond_its_limits() {
	let bench = Bench::tcp().await;
	let (lease, _signals) = bench.client.handle.lease().expect("nobody else drives");
	for (channel, value, refused) in [
		(SPINDLE_RPM, 3001, AckResult::OutOfLimits),
		(SPINDLE_RPM, -1, AckResult::OutOfLimits),
		(TEMPERATURE, 1, AckResult::NotAnOutput),
		(10, 1, AckResult::NoSuchChannel),
	] {
		let set = timeout(LIMIT, lease.set(channel, value)).await.expect("in time");
		assert_eq!(set, Err(BoardError::Refused(refused)));
	}
	assert_eq!(bench.machine.state().outputs, SAFE);
	drop(lease);
	bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_machine_does_not_take_is_an_error_that_names_both_values() {
	let bench = Bench::tcp().await;
	let link = bench.client.online().await;
	bench.machine.command(Command::Door { closed: false }).expect("it runs");
	let (lease, mut signals) = bench.client.handle.lease().expect("nobody else drives");
	let opened = timeout(LIMIT, async {
		while !matches!(
			signals.recv().await.expect("the bridge runs"),
			Signal::Reading {
				channel: 8,
				value: 0,
				..
			}
		) {}
	});
	opened.await.expect("the door is seen open");
	let set = timeout(LIMIT, lease.set(SPINDLE_RPM, 500)).await.expect("in time");
	let expected = BoardError::NotTaken {
		channel: "spindle_rpm".into(),
		wrote: 500,
		reads: 0,
	};
	assert_eq!(set, Err(expected));
	// What the door does not hold can still be driven, on the same link.
	let set = timeout(LIMIT, lease.set(CLAMP, 1)).await.expect("in time");
	set.expect("it clamps");
	assert_eq!(bench.client.online().await, link);
	drop(lease);
	bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_that_the_machine_does_not_have_is_named() {
	let cases = [
		(
			"register = 3\ntype = \"i16\"",
			"register = 60\ntype = \"i16\"",
			"temperature (input 60)",
		),
		(
			"register = 0\ntype = \"u16\"              #",
			"register = 40\ntype = \"u16\" #",
			"spindle_rpm (holding 40)",
		),
	];
	for (from, to, what) in cases {
		let bench = Bench::with(false, &[], &[(from, to)]);
		let error = bench.client.reason_offline().await;
		assert!(matches!(error, BoardError::NotThere { .. }), "{error}");
		let text = error.to_string();
		assert!(
			text.contains(what)
				&& text.contains("exception 2, illegal data address")
				&& text.contains("modbus.channels"),
			"{text}"
		);
		bench.end().await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_the_machine_refuses_leaves_its_output_safe() {
	let bench = Bench::with(false, &[], &[("max = 3000", "max = 9000")]);
	bench.client.online().await;
	let (lease, _signals) = bench.client.handle.lease().expect("nobody else drives");
	let set = timeout(LIMIT, lease.set(SPINDLE_RPM, 500)).await.expect("in time");
	set.expect("it is driven");
	let set = timeout(LIMIT, lease.set(SPINDLE_RPM, 8000)).await.expect("in time");
	let error = set.expect_err("it is refused");
	assert_eq!(
		error.to_string(),
		"the machine refused to write 8000 to spindle_rpm (holding 0): exception 3, illegal data value (it does not take \
		 this value)"
	);
	assert_eq!(bench.machine.state().outputs, SAFE);
	drop(lease);
	bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_is_killed_and_comes_back_is_met_anew() {
	for bench in [Bench::tcp().await, Bench::rtu().await] {
		let Bench { machine, client, dir } = bench;
		let before = client.online().await;
		let (lease, mut signals) = client.handle.lease().expect("nobody else drives");
		let set = timeout(LIMIT, lease.set(SPINDLE_RPM, 500)).await.expect("in time");
		set.expect("it is driven");
		let address = machine.address().to_owned();
		machine.stop().expect("it stops");
		let ended = timeout(LIMIT, async {
			loop {
				if let Signal::LinkEnded { link, .. } = signals.recv().await.expect("the bridge runs") {
					break link;
				}
			}
		});
		assert_eq!(ended.await.expect("the loss is noticed"), before);
		let options = match address.strip_prefix("tcp://") {
			Some(place) => ModbusOptions {
				tcp: Some(place.parse().expect("an address")),
				..ModbusOptions::tcp()
			},
			None => ModbusOptions::rtu(dir.path().join("line")),
		};
		let machine = VirtualModbus::start(options).expect("it starts again");
		assert!(client.online().await > before);
		let stale = timeout(LIMIT, lease.set(SPINDLE_RPM, 500)).await.expect("in time");
		assert_eq!(
			stale,
			Err(BoardError::Reset),
			"a lease is worth nothing on the next link"
		);
		assert_eq!(machine.state().outputs, SAFE);
		assert_eq!(client.handle.counters().connects, 2);
		drop(lease);
		client.end().await;
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_runs_when_it_is_met_is_made_safe_before_anything_else() {
	let machine = VirtualModbus::start(ModbusOptions::tcp()).expect("the machine starts");
	let place = machine.address().trim_start_matches("tcp://").to_owned();
	// Somebody else left the spindle on.
	let mut other = TcpStream::connect(place).await.expect("it listens");
	other
		.write_all(&[0, 1, 0, 0, 0, 6, 1, 6, 0, 0, 2, 88])
		.await
		.expect("it reads");
	let mut answer = [0; 12];
	timeout(LIMIT, other.read_exact(&mut answer))
		.await
		.expect("in time")
		.expect("an answer");
	assert_eq!(machine.state().outputs[0], 600);
	let dir = tempfile::tempdir().expect("a temporary folder");
	let client = Client::start(config(dir.path(), machine.address(), &[]));
	client.online().await;
	assert_eq!(machine.state().outputs, SAFE);
	client.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_machine_than_the_configured_one_is_refused_and_left_alone() {
	let named = "# serial = \"BPIIoT virtual-press 0.1.0\"";
	let bench = Bench::with(false, &[], &[(named, "serial = \"ACME lathe 3\"")]);
	let error = bench.client.reason_offline().await;
	let expected = BoardError::OtherMachine {
		expected: "ACME lathe 3".into(),
		found: "BPIIoT virtual-press 0.1.0".into(),
	};
	assert_eq!(error, expected);
	bench.end().await;
	let bench = Bench::with(false, &[], &[(named, "serial = \"BPIIoT virtual-press 0.1.0\"")]);
	bench.client.online().await;
	bench.end().await;
	let bench = Bench::with(false, &[], &[("identify = true", "identify = false")]);
	bench.client.online().await;
	let info = bench.client.handle.info().expect("on line");
	assert_eq!(info.serial, format!("modbus:{}:1", bench.machine.address()));
	bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_dies_leaves_the_machine_to_its_watchdog() {
	for bench in [Bench::tcp().await, Bench::rtu().await] {
		let (lease, _signals) = bench.client.handle.lease().expect("nobody else drives");
		let set = timeout(LIMIT, lease.set(SPINDLE_RPM, 500)).await.expect("in time");
		set.expect("it is driven");
		// No farewell: the task is gone, as with kill -9.
		bench.client.bridge.abort();
		std::mem::forget(lease);
		let safe = bench
			.machine
			.wait_for(LIMIT, |state| state.expired && state.outputs == SAFE);
		assert!(safe.is_some(), "{:?}", bench.machine.state());
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_bridge_leaves_the_machine_safe() {
	let bench = Bench::tcp().await;
	let (lease, _signals) = bench.client.handle.lease().expect("nobody else drives");
	let set = timeout(LIMIT, lease.set(SPINDLE_RPM, 500)).await.expect("in time");
	set.expect("it is driven");
	bench.client.stop.cancel();
	let safe = bench.machine.wait_for(LIMIT, |state| state.outputs == SAFE);
	assert!(
		safe.is_some_and(|state| !state.expired),
		"by the client, not by the watchdog"
	);
	bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drills_three_brackets_with_no_board() {
	let bench = Bench::tcp().await;
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
	let machine = bench.client.config.modbus.as_ref().expect("a Modbus machine");
	assert_eq!(evidence.firmware, machine.table_hash());
	let saved = Evidence::load(&bench.client.config.state_dir, 42).expect("it can be read");
	assert_eq!(saved, Some(evidence));
	bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn drills_a_bracket_over_the_serial_line() {
	let bench = Bench::rtu().await;
	let recipe = include_bytes!("../examples/recipes/drilled-bracket.toml");
	let outcome = bench.run(recipe, 1, async |_| ()).await;
	assert_eq!((outcome.end.clone(), outcome.made()), (Ok(()), 1));
	bench.assert_safe();
	bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stalled_spindle_aborts_to_safe() {
	let bench = Bench::with(false, &[Fault::SpindleStall], &[]);
	bench.client.online().await;
	let outcome = bench.run(QUICK.as_bytes(), 3, async |_| ()).await;
	assert!(
		matches!(abort(&outcome), AbortReason::WaitedInVain { .. }),
		"{:?}",
		outcome.end
	);
	assert_eq!((outcome.made(), outcome.safe.clone()), (0, Ok(())));
	bench.assert_safe();
	bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_opened_door_aborts_to_safe_and_a_closed_one_allows_the_next_job() {
	let bench = Bench::tcp().await;
	let outcome = bench.run_and(Command::Door { closed: false }).await;
	assert!(
		matches!(
			abort(&outcome),
			AbortReason::Interlock { .. } | AbortReason::Board(BoardError::NotTaken { .. })
		),
		"{:?}",
		outcome.end
	);
	assert_eq!(outcome.safe, Ok(()));
	bench.assert_safe();
	bench.machine.command(Command::Door { closed: true }).expect("it runs");
	assert_eq!(bench.run(QUICK.as_bytes(), 1, async |_| ()).await.end, Ok(()));
	bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_controller_aborts_the_job_and_is_met_again() {
	let bench = Bench::tcp().await;
	let before = bench.client.online().await;
	let outcome = bench.run_and(Command::Reset).await;
	assert!(
		matches!(abort(&outcome), AbortReason::Board(BoardError::Lost(_))),
		"{:?}",
		outcome.end
	);
	assert_eq!(outcome.safe, Ok(()));
	bench.assert_safe();
	assert!(bench.client.online().await > before);
	assert_eq!(bench.run(QUICK.as_bytes(), 1, async |_| ()).await.end, Ok(()));
	bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sensors_that_cannot_be_read_abort_to_safe_and_the_others_are_read_all_the_same() {
	let bench = Bench::tcp().await;
	let outcome = bench.run_and(Command::Fault(Fault::Dropout)).await;
	assert!(
		matches!(abort(&outcome), AbortReason::InputLost(_)),
		"{:?}",
		outcome.end
	);
	bench.assert_safe();
	// The wear lies in the same row of registers as the sensors that are gone.
	let mut signals = bench.client.handle.signals();
	let wear = timeout(LIMIT, async {
		while !matches!(
			signals.recv().await.expect("the bridge runs"),
			Signal::Reading { channel: 9, .. }
		) {}
	});
	wear.await.expect("the wear is read");
	bench.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn noise_on_the_serial_line_is_never_taken_for_a_reading() {
	let changes = [
		("attempts = 3", "attempts = 10"),
		("timeout_ms = 300", "timeout_ms = 40"),
	];
	let bench = Bench::with(true, &[Fault::LineNoise], &changes);
	let mut signals = bench.client.handle.signals();
	bench.client.online().await;
	let noisy = timeout(LIMIT, async {
		while bench.client.handle.counters().retries < 10 {
			if let Ok(Signal::Reading { channel, value, .. }) = signals.recv().await {
				let sane = match channel {
					TEMPERATURE => (150..350).contains(&value),
					8 => value == 1,
					_ => value == 0,
				};
				assert!(sane, "channel {channel} reads {value}");
			}
		}
	});
	noisy.await.expect("there is noise");
	bench.end().await;
}

/// What somebody in between does to the machine's answers.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Mischief {
	None,
	/// The next answer comes late, the others as they are.
	OneLate(Duration),
	/// There is none.
	Swallow,
	/// Other bytes.
	Garbage,
	/// Half of it, and then the end of the connection.
	Truncate,
}

/// Somebody in between; gives the address where he is.
async fn proxy(machine: &str) -> (String, Arc<Mutex<Mischief>>) {
	let machine = machine.trim_start_matches("tcp://").to_owned();
	let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
	let address = format!("tcp://{}", listener.local_addr().expect("an address"));
	let mischief = Arc::new(Mutex::new(Mischief::None));
	let shared = mischief.clone();
	tokio::spawn(async move {
		while let Ok((client, _)) = listener.accept().await {
			let (machine, mischief) = (machine.clone(), shared.clone());
			tokio::spawn(async move {
				if let Ok(machine) = TcpStream::connect(machine).await {
					let _ = meddle(client, machine, &mischief).await;
				}
			});
		}
	});
	(address, mischief)
}

async fn meddle(client: TcpStream, machine: TcpStream, mischief: &Mutex<Mischief>) -> std::io::Result<()> {
	let (mut asks, mut hears) = client.into_split();
	let (mut answers, mut asked) = machine.into_split();
	let forward = async { tokio::io::copy(&mut asks, &mut asked).await.map(|_| ()) };
	let back = async {
		let mut bytes = [0; 1024];
		loop {
			let count = answers.read(&mut bytes).await?;
			if count == 0 {
				return Ok(());
			}
			let now = {
				let mut mischief = mischief.lock().expect("no panic");
				let now = *mischief;
				if let Mischief::OneLate(_) = now {
					*mischief = Mischief::None;
				}
				now
			};
			match now {
				Mischief::None => hears.write_all(&bytes[..count]).await?,
				Mischief::OneLate(by) => {
					sleep(by).await;
					hears.write_all(&bytes[..count]).await?;
				}
				Mischief::Swallow => {}
				Mischief::Garbage => hears.write_all(b"SSH-2.0-OpenSSH_9.2\r\n").await?,
				Mischief::Truncate => {
					hears.write_all(&bytes[..count / 2]).await?;
					return Ok(());
				}
			}
		}
	};
	tokio::select! {
		end = forward => end,
		end = back => end,
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn garbage_half_answers_and_silence_end_the_link_and_the_machine_is_met_again() {
	let machine = VirtualModbus::start(ModbusOptions::tcp()).expect("the machine starts");
	let (address, mischief) = proxy(machine.address()).await;
	let dir = tempfile::tempdir().expect("a temporary folder");
	let changes = [("timeout_ms = 300", "timeout_ms = 100")];
	let client = Client::start(config(dir.path(), &address, &changes));
	let mut last = client.online().await;
	for (what, words) in [
		(Mischief::Garbage, "does not speak Modbus TCP"),
		(Mischief::Truncate, "it closed the connection"),
		(Mischief::Swallow, "no answer within 100 ms, 3 times"),
	] {
		let mut signals = client.handle.signals();
		*mischief.lock().expect("no panic") = what;
		let reason = timeout(LIMIT, async {
			loop {
				if let Ok(Signal::LinkEnded { reason, .. }) = signals.recv().await {
					break reason;
				}
			}
		});
		let reason = reason.await.expect("the link ends");
		assert!(matches!(reason, BoardError::Lost(_)), "{what:?}: {reason}");
		assert!(reason.to_string().contains(words), "{what:?}: {reason}");
		*mischief.lock().expect("no panic") = Mischief::None;
		let link = client.online().await;
		assert!(link > last);
		last = link;
	}
	client.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_comes_late_is_asked_for_again_and_never_taken_for_another() {
	let machine = VirtualModbus::start(ModbusOptions::tcp()).expect("the machine starts");
	let (address, mischief) = proxy(machine.address()).await;
	let dir = tempfile::tempdir().expect("a temporary folder");
	let changes = [("timeout_ms = 300", "timeout_ms = 100")];
	let client = Client::start(config(dir.path(), &address, &changes));
	let link = client.online().await;
	let mut signals = client.handle.signals();
	for round in 1..=5 {
		*mischief.lock().expect("no panic") = Mischief::OneLate(Duration::from_millis(130));
		let late = timeout(LIMIT, async {
			while client.handle.counters().retries < round {
				if let Ok(Signal::Reading { channel, value, .. }) = signals.recv().await {
					let sane = match channel {
						TEMPERATURE => (150..350).contains(&value),
						8 => value == 1,
						_ => value == 0,
					};
					assert!(sane, "channel {channel} reads {value}");
				}
			}
		});
		late.await.expect("it is asked again");
	}
	assert_eq!(client.online().await, link, "one late answer loses no link");
	client.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_that_is_not_there_is_named_and_waited_for() {
	let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
	let place = free.local_addr().expect("an address");
	drop(free);
	let dir = tempfile::tempdir().expect("a temporary folder");
	let client = Client::start(config(dir.path(), &format!("tcp://{place}"), &[]));
	let error = client.reason_offline().await;
	assert!(matches!(error, BoardError::Unreachable { .. }), "{error}");
	assert!(error.to_string().contains(&place.to_string()), "{error}");
	let options = ModbusOptions {
		tcp: Some(place),
		..ModbusOptions::tcp()
	};
	let machine = VirtualModbus::start(options).expect("it starts");
	client.online().await;
	client.end().await;
	drop(machine);
}
