//! What the client takes when nobody wants anything of it: six channels at 100 Hz, a node, the manager on and nobody looking.

use super::{
	build::Build,
	line::open_raw,
	page,
	usage::{over, Spent, Usage},
};
use crate::alone::Alone;
use anyhow::{bail, ensure, Context, Result};
use bpiiot_harness::{
	board::Board,
	client::Site,
	figure::Figure,
	process::{binary, free_port, Process},
	world::World,
};
use bpiiot_protocol::{BoardFrame, BoardMessage, Decoder, HostFrame, HostMessage, Session};
use serde_json::Value;
use std::{
	fs::File,
	io::{Read, Write},
	path::Path,
	process::Stdio,
	time::{Duration, Instant},
};
use tokio::{process::Command, time::sleep};

/// The most memory, in MiB, and the most of one core, in percent.
const MOST_MIB: f64 = 25.0;
const MOST_PERCENT: f64 = 1.0;
/// For how long each is looked at.
const TIME: Duration = Duration::from_secs(30);
/// From its start on, until it counts.
const SETTLES: Duration = Duration::from_secs(10);
/// The time between blocks: a parachain's.
const BLOCKS: Duration = Duration::from_secs(6);
/// The shortest interval that the virtual board offers.
const STREAM_MS: u32 = 10;
/// Readings a second, of all channels together.
const READINGS: f64 = 600.0;
/// How much of them may be missing in what was counted: the first and the last status are up to 5 s old.
const MISSING: f64 = 0.4;
const HELLO_LIMIT: Duration = Duration::from_secs(5);

/// The drill press with its six sensors and nothing to drive, sent every 10 ms.
const SIX_CHANNELS: [(&str, &str, &str); 6] = [
	("spindle_speed", "\"A0\"", "unit = \"rpm\"\nmin = 0\nmax = 4000"),
	("feed_position", "\"A1\"", "unit = \"µm\"\nmin = 0\nmax = 50000"),
	(
		"temperature",
		"\"A2\"",
		"unit = \"°C\"\ndivisor = 10\nmin = -400\nmax = 3000",
	),
	(
		"vibration",
		"\"A3\"",
		"unit = \"mm/s\"\ndivisor = 100\nmin = 0\nmax = 10000",
	),
	("door_closed", "2", "unit = \"switch\""),
	("tool_wear", "\"A4\"", "unit = \"‰\"\nmin = 0\nmax = 1000"),
];

/// Measures the daemon, and beside it what reads the same line and does nothing else.
///
/// # Errors
/// When a part does not start.
pub async fn measure(build: &Build) -> Result<Vec<Figure>> {
	let has_node = binary("bpiiot-node").is_ok();
	let mut place = Place::open(has_node).await?;
	let site = place.site().clone();
	let port = place.board()?.port().to_owned();
	let (manager, page_port) = configure(&site, &port).await?;
	site.run(&["board", "configure"]).await?;

	let mut daemon = site.start()?;
	let online = |status: &Value| status["board"]["online"] == true && status["chain"]["connected"] == has_node;
	daemon.wait_for_status("board and node", SETTLES * 9, online).await?;
	sleep(SETTLES).await;
	let before = readings(&site)?;
	let spent = over(daemon.process(), TIME).await?;
	ensure_streamed(readings(&site)?.saturating_sub(before))?;
	let mut figures = Vec::new();
	if manager {
		figures.extend(page::measure(page_port, build)?);
	}
	daemon.stop().await?;

	let how = format!(
		"6 channels at 100 Hz over {} s, {}, {}",
		TIME.as_secs(),
		if has_node {
			"a node with blocks of 6 s"
		} else {
			"no node"
		},
		match manager {
			true => "the manager on and nobody looking",
			false => "WITHOUT the manager, which this build does not know",
		}
	);
	let bare = bare_reader(&port).await?;
	let watch = watching(&site).await?;
	place.stop().await?;
	figures.extend(table(build, &how, &spent, &watch, &bare));
	Ok(figures)
}

fn table(build: &Build, how: &str, daemon: &Spent, watch: &Spent, bare: &Spent) -> Vec<Figure> {
	let more = |spent: &Spent| {
		let Usage { own, .. } = spent.last;
		let own = own as f64 / 1024.0;
		format!("{own:.1} MiB of it its own; {:.0} wake-ups a second", spent.wakes)
	};
	let (mib, times) = (
		daemon.last.resident_mib(),
		daemon.core / watch.core.max(f64::MIN_POSITIVE),
	);
	let beside = |name: &str, spent: &Spent| {
		[
			Figure::new(
				format!("  beside it: {name}, memory"),
				spent.last.resident_mib(),
				"MiB",
				more(spent),
			),
			Figure::new(
				format!("  beside it: {name}, processor"),
				spent.percent(),
				"%",
				"of one core, the same line and time".to_owned(),
			),
		]
	};
	let memory = format!("{how}; {}", more(daemon));
	let mut figures = vec![
		build.judged("client at rest, memory", mib, "MiB", MOST_MIB, &memory),
		build.judged("client at rest, processor", daemon.percent(), "%", MOST_PERCENT, how),
		Figure::new(
			"client at rest, processor, of `board watch`'s",
			times,
			"times",
			"what the daemon adds to a reader of the same line".to_owned(),
		),
	];
	figures.extend(beside("`iot-client --json board watch`", watch));
	figures.extend(beside("cat", bare));
	figures
}

/// Where the client is: with a node, or without.
enum Place {
	World(Box<World>),
	Alone(Box<Alone>),
}

impl Place {
	async fn open(has_node: bool) -> Result<Self> {
		if has_node {
			let world = World::start(BLOCKS, None).await?;
			world.register().await?;
			return Ok(Self::World(Box::new(world)));
		}
		let alone = Alone::start().await?;
		alone.site.run(&["init"]).await?;
		Ok(Self::Alone(Box::new(alone)))
	}

	fn site(&self) -> &Site {
		match self {
			Self::World(world) => &world.site,
			Self::Alone(alone) => &alone.site,
		}
	}

	fn board(&mut self) -> Result<&mut Board> {
		match self {
			Self::World(world) => world.own_board(),
			Self::Alone(alone) => Ok(&mut alone.board),
		}
	}

	async fn stop(self) -> Result<()> {
		match self {
			Self::World(world) => world.stop().await,
			Self::Alone(alone) => alone.stop().await,
		}
	}
}

/// Writes the configuration, with the manager if this build knows one. Whether it does, and the port of its page.
async fn configure(site: &Site, port: &Path) -> Result<(bool, u16)> {
	let page_port = free_port()?;
	let usual = site.configuration(port, &[site.node()]);
	let text = Site::streaming(&usual, STREAM_MS) + &six_channels();
	site.configure(&format!("{text}\n{}", manager_section(page_port)))?;
	if knows_manager(site).await? {
		return Ok((true, page_port));
	}
	site.configure(&text)?;
	site.run(&["check-config"]).await?;
	Ok((false, page_port))
}

/// What switches the manager on, at this port of this computer.
pub fn manager_section(port: u16) -> String {
	format!("[manager]\nlisten = \"127.0.0.1:{port}\"\n")
}

/// Whether the client takes a configuration that has a manager.
///
/// # Errors
/// When the client cannot be run.
pub async fn knows_manager(site: &Site) -> Result<bool> {
	Ok(site.command(&["check-config"]).await?.status.success())
}

fn six_channels() -> String {
	let channel =
		|(name, terminal, more): &(&str, &str, &str)| {
			format!("[[board.configuration.channels]]\nname = \"{name}\"\nterminal = {terminal}\nkind = \"input\"\n{more}\n")
		};
	let channels: String = SIX_CHANNELS.iter().map(channel).collect();
	format!("\n[board.configuration]\nserial = \"SIX\"\ndead_man_ms = 1000\nmin_interval_ms = {STREAM_MS}\n{channels}")
}

/// Readings that the daemon has counted.
fn readings(site: &Site) -> Result<u64> {
	let status = site.status().context("the daemon has written no status")?;
	ensure!(
		status["board"]["readings_lost"] == 0,
		"readings were lost: {}",
		status["board"]
	);
	status["board"]["readings"].as_u64().context("readings are counted")
}

/// That a figure was taken beside a line that was silent must not pass.
fn ensure_streamed(counted: u64) -> Result<()> {
	let least = READINGS * TIME.as_secs_f64() * (1.0 - MISSING);
	ensure!(
		counted as f64 >= least,
		"the board sent {counted} readings in {TIME:?}, of about {} a second",
		READINGS
	);
	Ok(())
}

/// The client's command that shows readings, with no daemon.
async fn watching(site: &Site) -> Result<Spent> {
	let arguments = [
		format!("--config={}", site.config().display()),
		"--json".to_owned(),
		"board".to_owned(),
		"watch".to_owned(),
	];
	let log = site.folder().join("watch.log");
	let mut watch = Process::spawn("iot-client board watch", &binary("iot-client")?, &arguments, &log)?;
	sleep(Duration::from_secs(3)).await;
	let spent = over(&mut watch, TIME).await?;
	watch.kill().await?;
	Ok(spent)
}

/// A program that takes the bytes off the line and throws them away: the board is told to send, and then only read.
async fn bare_reader(port: &Path) -> Result<Spent> {
	let line = File::from(open_raw(port)?);
	begin_to_stream(&line)?;
	let mut command = Command::new("cat");
	command
		.stdin(Stdio::from(line))
		.stdout(Stdio::null())
		.kill_on_drop(true);
	let mut cat = command.spawn().context("cannot start cat")?;
	let pid = cat.id().context("cat has ended")?;
	sleep(Duration::from_secs(1)).await;
	let before = Usage::of(pid)?;
	sleep(TIME).await;
	let spent = Usage::of(pid)?.since(&before);
	cat.kill().await?;
	Ok(spent)
}

/// Says to a board that it shall send its readings.
fn begin_to_stream(mut line: &File) -> Result<()> {
	let interval_ms = STREAM_MS;
	let begun = Instant::now();
	while begun.elapsed() < HELLO_LIMIT {
		let hello = HostFrame::new(Session::UNKNOWN, 1, HostMessage::HelloRequest { page: 0 });
		line.write_all(&encoded(&hello)?)?;
		std::thread::sleep(Duration::from_millis(100));
		let Some(session) = session_in(line)? else { continue };
		let stream = HostFrame::new(session, 2, HostMessage::SetStreaming { interval_ms });
		line.write_all(&encoded(&stream)?)?;
		return Ok(());
	}
	bail!("the board does not say hello")
}

fn encoded(frame: &HostFrame) -> Result<Vec<u8>> {
	let bytes = frame.encode();
	Ok(bytes.map_err(|error| anyhow::anyhow!("{error}"))?.to_vec())
}

/// The session of a board that has just said something.
fn session_in(mut line: &File) -> Result<Option<Session>> {
	let mut buffer = [0; 512];
	let count = line.read(&mut buffer)?;
	let mut decoder = Decoder::<BoardMessage>::new();
	let heard = buffer.iter().take(count);
	let hello = heard
		.filter_map(|byte| decoder.push(*byte)?.ok())
		.find(|frame: &BoardFrame| matches!(frame.message, BoardMessage::Hello(_)));
	Ok(hello.map(|frame| frame.session))
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::alone::NO_NODE;
	use iot_client::config::Config;

	#[test]
	fn the_board_of_six_channels_is_one_that_the_client_takes() {
		let folder = tempfile::tempdir().unwrap();
		let port = folder.path().join("board");
		let site = Site::create(&folder.path().join("machine"), &port, &[NO_NODE]).unwrap();
		let text = site.configuration(&port, &[NO_NODE]) + &six_channels();
		let config = Config::parse(&text, &site.config()).unwrap();
		let channels = config.board.configuration.unwrap().channels().count();
		assert_eq!(channels, SIX_CHANNELS.len());
	}

	#[test]
	fn a_silent_line_is_no_line_at_rest() {
		assert!(ensure_streamed(0).is_err());
		assert!(ensure_streamed((READINGS * TIME.as_secs_f64()) as u64).is_ok());
	}
}
