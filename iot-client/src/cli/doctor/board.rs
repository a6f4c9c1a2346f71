//! The serial port and the board behind it. The board is asked who it is and made safe; nothing is driven.

use super::{
	daemon::{Daemon, Holder},
	finding::Finding,
};
use crate::{
	board::{candidates, BoardError, BoardInfo, Kept, LinkId, SerialLine, Setup, Workbench},
	cli::board::Verdict,
	config::BoardConfig,
	daemon::status::Snapshot,
};
use bpiiot_protocol::{FirmwareVersion, Session, PROTOCOL_VERSION};
use nix::unistd::{access, AccessFlags, Gid, Group};
use std::{
	fs,
	io::ErrorKind,
	os::unix::fs::{FileTypeExt, MetadataExt},
	path::{Path, PathBuf},
	sync::Arc,
	time::Duration,
};
use tokio::{task::spawn_blocking, time::timeout};

/// The checks of this module, in their order.
pub const CHECKS: [&str; 3] = ["serial port", "board", "board setup"];
/// The longest that a board may take, whatever the configuration allows.
const LONGEST: Duration = Duration::from_secs(30);

/// What is known of the serial port without opening it.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Port {
	Absent(Vec<PathBuf>),
	NoDevice,
	/// Only this group may open it.
	Forbidden(String),
	/// It may be opened; there are other serial devices beside it.
	There {
		others: bool,
		steady: Option<PathBuf>,
	},
	Odd(String),
}

fn look(port: &Path) -> Port {
	let metadata = match fs::metadata(port) {
		Err(error) if error.kind() == ErrorKind::NotFound => return Port::Absent(candidates(Path::new("/dev"))),
		Err(error) => return Port::Odd(error.to_string()),
		Ok(metadata) => metadata,
	};
	if !metadata.file_type().is_char_device() {
		return Port::NoDevice;
	}
	if access(port, AccessFlags::R_OK | AccessFlags::W_OK).is_err() {
		let gid = metadata.gid();
		let group = Group::from_gid(Gid::from_raw(gid)).ok().flatten();
		return Port::Forbidden(group.map_or_else(|| gid.to_string(), |group| group.name));
	}
	let steady = fs::read_dir("/dev/serial/by-id").into_iter().flatten().flatten();
	let real = fs::canonicalize(port).ok();
	Port::There {
		others: candidates(Path::new("/dev")).iter().any(|other| other != port),
		steady: steady
			.map(|entry| entry.path())
			.find(|link| *link != port && fs::canonicalize(link).ok() == real)
			.filter(|_| port.parent() == Some(Path::new("/dev"))),
	}
}

fn judge_port(port: &Path, facts: &Port, user: &str) -> Finding {
	let check = CHECKS[0];
	let shown = port.display();
	match facts {
		Port::Absent(found) if found.is_empty() => Finding::wrong(
			check,
			format!("there is no {shown}, nor any other serial device"),
			"plug the board in, with a cable that carries data; then `ls -l /dev/serial/by-id`, and set board.port",
		),
		Port::Absent(found) => {
			let found: Vec<_> = found.iter().map(|path| path.display().to_string()).collect();
			let fix =
				"set board.port to the right one; its name below /dev/serial/by-id stays when another is plugged in";
			Finding::wrong(
				check,
				format!("there is no {shown}; there is {}", found.join(", ")),
				fix,
			)
		}
		Port::NoDevice => Finding::wrong(
			check,
			format!("{shown} is no serial device"),
			"set board.port to the board's device, such as /dev/ttyACM0",
		),
		Port::Forbidden(group) => Finding::wrong(
			check,
			format!("{user} may not open {shown}; the group {group} may"),
			format!(
				"sudo usermod --append --groups {group} {user}, and log in again; in a systemd unit SupplementaryGroups={group}"
			),
		),
		Port::There {
			others: true,
			steady: Some(steady),
		} => Finding::warning(
			check,
			format!("{shown} may be another device after the next start: there are several"),
			format!("set board.port to its steady name: {}", steady.display()),
		),
		Port::There { .. } => Finding::ok(check, format!("{shown} may be opened")),
		Port::Odd(why) => Finding::wrong(
			check,
			format!("cannot look at {shown}: {why}"),
			"correct board.port, or let this user into the folders above it",
		),
	}
}

/// Looks at port and board. Gives what the board says of itself, if it was asked.
pub async fn check(config: &BoardConfig, daemon: &Daemon, user: &str) -> (Vec<Finding>, Option<BoardInfo>) {
	let facts = look(&config.port);
	let mut findings = vec![judge_port(&config.port, &facts, user)];
	if !matches!(facts, Port::There { .. }) {
		let why = "the serial port cannot be used; see above";
		findings.extend(CHECKS[1..].iter().map(|check| Finding::skipped(check, why)));
		return (findings, None);
	}
	// Whoever opens a port may reset the board behind it: the daemon's is left alone.
	if let Some(snapshot) = daemon.now() {
		findings.extend(judge_in_use(snapshot));
		return (findings, None);
	}
	let port = config.port.clone();
	if let Some(holder) = spawn_blocking(move || holder_of(&port)).await.ok().flatten() {
		findings.extend(judge_holder(&config.port, &holder));
		return (findings, None);
	}
	let limit = Duration::from_millis(config.hello_timeout_ms).saturating_add(Duration::from_secs(10));
	let asked = timeout(limit.min(LONGEST), ask(config)).await;
	let asked = asked.unwrap_or_else(|_| Err(BoardError::Lost("it did not answer in time".to_owned())));
	match asked {
		Ok((info, kept)) => {
			findings.push(judge_info(&info));
			findings.push(judge_setup(config.configuration.as_ref(), &kept));
			(findings, Some(info))
		}
		Err(error) => {
			findings.extend(judge_error(&error));
			(findings, None)
		}
	}
}

/// Who has the port open, whether he locks it or not. Of a pseudo-terminal somebody has always the other end, under the same
/// name: there only a client counts.
fn holder_of(port: &Path) -> Option<Holder> {
	let real = fs::canonicalize(port).ok()?;
	let is_serial = !real.starts_with("/dev/pts");
	Holder::of(&real).filter(|holder| is_serial || holder.is_ours())
}

async fn ask(config: &BoardConfig) -> Result<(BoardInfo, Kept), BoardError> {
	let line = Arc::new(SerialLine::new(config));
	let (mut workbench, info) = Workbench::open(config, line).await?;
	let kept = workbench.kept().await;
	workbench.close().await;
	Ok((info, kept?))
}

fn judge_info(info: &BoardInfo) -> Finding {
	let version = info.firmware;
	let what = format!(
		"{} answers: firmware {}.{}.{}, protocol version {PROTOCOL_VERSION}, {} channels",
		info.serial,
		version.major,
		version.minor,
		version.patch,
		info.channels.len()
	);
	Finding::ok(CHECKS[1], what)
}

fn judge_setup(wanted: Option<&Setup>, kept: &Kept) -> Finding {
	let verdict = Verdict::of(wanted, kept);
	if verdict.differences.is_empty() {
		return Finding::ok(CHECKS[2], verdict.has);
	}
	let what = format!("{}:\n{}", verdict.has, verdict.differences.join("\n"));
	let fix = match wanted {
		Some(_) => "`iot-client board configure` writes [board.configuration] to it; or correct that part",
		None => "add the part [board.configuration], and run `iot-client board configure`",
	};
	Finding::wrong(CHECKS[2], what, fix)
}

/// What the daemon says of its board.
fn judge_in_use(snapshot: &Snapshot) -> Vec<Finding> {
	let [_, board, setup] = CHECKS;
	let seen = &snapshot.board;
	let said = match (&seen.serial, &seen.trouble) {
		(Some(serial), _) => Finding::ok(board, format!("the daemon has it: {serial} is on line")),
		(None, trouble) => {
			let trouble = trouble.as_deref().unwrap_or("it does not answer");
			let fix = "do what it says; with the daemon stopped, `iot-client doctor` asks the board itself";
			Finding::wrong(board, format!("the daemon does not reach it: {trouble}"), fix)
		}
	};
	vec![
		said,
		Finding::skipped(setup, "the daemon has the board, and looks at that itself"),
	]
}

/// Another program has the port.
fn judge_holder(port: &Path, holder: &Holder) -> Vec<Finding> {
	let [_, board, setup] = CHECKS;
	let what = format!("{} is in use by {holder}", port.display());
	let fix = match holder.name.as_str() {
		"ModemManager" => {
			"sudo systemctl disable --now ModemManager: it takes every serial device for a modem".to_owned()
		}
		_ => format!("stop {holder}"),
	};
	let said = match holder.is_ours() {
		true => Finding::ok(board, what),
		false => Finding::wrong(board, what, fix),
	};
	vec![said, Finding::skipped(setup, "another program has the port")]
}

/// What to say when the board could not be asked.
fn judge_error(error: &BoardError) -> Vec<Finding> {
	let [_, board, setup] = CHECKS;
	let fix = match error {
		BoardError::PortBusy { port } => {
			format!(
				"stop the program that has it: `sudo lsof {}` shows which",
				port.display()
			)
		}
		BoardError::NotABoard { .. } => {
			"set board.port and board.baud right; a new board gets its firmware with `iot-client board flash`"
				.to_owned()
		}
		BoardError::ProtocolVersion { .. } | BoardError::Schema { .. } | BoardError::BadHello(_) => {
			"flash the firmware that was released with this client: `iot-client board flash`".to_owned()
		}
		BoardError::OtherBoard { found, .. } => {
			format!("connect the right board; if this is the right one, set board.serial = \"{found}\"")
		}
		BoardError::Permission { .. } => "add this user to the group that owns the port, and log in again".to_owned(),
		_ => "look at cable and power of the board, press its reset button, and try again".to_owned(),
	};
	vec![
		Finding::wrong(board, error.to_string(), fix),
		Finding::skipped(setup, "the board cannot be asked; see above"),
	]
}

/// The board as the configuration wants it, to check recipes against when no board can be asked.
pub fn as_configured(setup: &Setup) -> BoardInfo {
	BoardInfo {
		link: LinkId::default(),
		session: Session::UNKNOWN,
		serial: String::new(),
		firmware: FirmwareVersion {
			major: 0,
			minor: 0,
			patch: 0,
		},
		firmware_hash: [0; 32],
		dead_man_ms: 0,
		min_interval_ms: 0,
		stream_ms: 0,
		channels: setup.channels().map(|(_, channel)| channel).collect(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{cli::doctor::finding::Level, daemon::status::BoardStatus};

	#[test]
	fn each_state_of_the_port_has_its_fix() {
		let port = Path::new("/dev/ttyACM0");
		let there = |others, steady: Option<&str>| Port::There {
			others,
			steady: steady.map(PathBuf::from),
		};
		for (facts, level, words) in [
			(Port::Absent(vec![]), Level::Wrong, "plug the board in"),
			(
				Port::Absent(vec!["/dev/ttyUSB0".into()]),
				Level::Wrong,
				"there is /dev/ttyUSB0",
			),
			(Port::NoDevice, Level::Wrong, "no serial device"),
			(
				Port::Forbidden("dialout".to_owned()),
				Level::Wrong,
				"usermod --append --groups dialout pi",
			),
			(there(false, Some("/dev/serial/by-id/uno")), Level::Ok, "may be opened"),
			(there(true, None), Level::Ok, "may be opened"),
			(
				there(true, Some("/dev/serial/by-id/uno")),
				Level::Warning,
				"/dev/serial/by-id/uno",
			),
			(Port::Odd("odd".to_owned()), Level::Wrong, "odd"),
		] {
			let finding = judge_port(port, &facts, "pi");
			assert_eq!(finding.level, level, "{finding}");
			assert!(finding.to_string().contains(words), "{words:?} is not in {finding}");
		}
	}

	#[test]
	fn a_file_is_no_port_and_a_missing_one_is_missing() {
		let file = tempfile::NamedTempFile::new().unwrap();
		assert_eq!(look(file.path()), Port::NoDevice);
		assert!(matches!(look(Path::new("/dev/no-such-port")), Port::Absent(_)));
		assert!(matches!(look(Path::new("/dev/null")), Port::There { .. }));
	}

	#[track_caller]
	fn are(findings: &[Finding], level: Level, words: &str) {
		assert_eq!(findings[0].level, level, "{}", findings[0]);
		let text = findings[0].to_string();
		assert!(text.contains(words), "{words:?} is not in {text}");
		assert_eq!((findings.len(), findings[1].level), (2, Level::Skipped));
	}

	#[test]
	fn what_the_daemon_has_in_use_is_told_as_it_says() {
		let snapshot = |serial: Option<&str>, trouble: Option<&str>| Snapshot {
			board: BoardStatus {
				serial: serial.map(str::to_owned),
				trouble: trouble.map(str::to_owned),
				..BoardStatus::default()
			},
			..Snapshot::default()
		};
		are(
			&judge_in_use(&snapshot(Some("UNO-1"), None)),
			Level::Ok,
			"UNO-1 is on line",
		);
		are(
			&judge_in_use(&snapshot(None, Some("no cable"))),
			Level::Wrong,
			"no cable",
		);
		are(&judge_in_use(&snapshot(None, None)), Level::Wrong, "does not answer");
	}

	#[test]
	fn another_program_at_the_port_is_named() {
		let holder = |name: &str| Holder {
			pid: 9,
			name: name.to_owned(),
		};
		let port = Path::new("/dev/ttyACM0");
		are(
			&judge_holder(port, &holder("screen")),
			Level::Wrong,
			"stop screen (process 9)",
		);
		are(
			&judge_holder(port, &holder("ModemManager")),
			Level::Wrong,
			"systemctl disable",
		);
		are(
			&judge_holder(port, &holder("iot-client")),
			Level::Ok,
			"iot-client (process 9)",
		);
	}

	#[test]
	fn each_trouble_of_a_board_has_its_fix() {
		let port = || "/p".into();
		for (error, words) in [
			(BoardError::PortBusy { port: port() }, "lsof /p"),
			(BoardError::NotABoard { port: port(), heard: 7 }, "board.baud"),
			(BoardError::ProtocolVersion { theirs: 1 }, "board flash"),
			(BoardError::Schema { theirs: 1 }, "board flash"),
			(
				BoardError::OtherBoard {
					expected: "A".into(),
					found: "B".into(),
				},
				"board.serial = \"B\"",
			),
			(BoardError::Lost("odd".to_owned()), "cable and power"),
		] {
			are(&judge_error(&error), Level::Wrong, words);
		}
	}

	#[test]
	fn a_board_without_its_configuration_is_wrong_only_if_one_is_wanted() {
		assert_eq!(judge_setup(None, &Kept::Nothing).level, Level::Ok);
		assert_eq!(judge_setup(None, &Kept::Nowhere).level, Level::Ok);
	}
}
