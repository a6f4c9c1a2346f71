//! `iot-client board …` as a user types it, against the virtual board on a real pseudo-terminal.

use std::{
	fs,
	path::{Path, PathBuf},
	process::{Command, Output},
	time::Duration,
};
use virtual_board::{protocol::Label, Fault, Options, VirtualBoard, DOOR_CLOSED};

/// Longer than anything here takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(60);

/// The example with `[board.configuration]`, for the board at `port`.
fn configuration(port: &Path) -> String {
	let example = include_str!("../examples/drill-press.toml");
	let (_, rest) = example.split_once("# [board.configuration]").expect("it is there");
	let (part, _) = rest.split_once("\n[chain]").expect("it ends there");
	// Its keys without the `# `; of the comments nothing is left.
	let keys: Vec<_> = part
		.lines()
		.filter_map(|line| line.strip_prefix("# "))
		.filter(|line| line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' ')))
		.collect();
	let whole = example.replace("/dev/ttyACM0", &port.display().to_string());
	whole.replace(
		"\n[chain]",
		&format!("\n[board.configuration]\n{}\n\n[chain]", keys.join("\n")),
	)
}

struct Site {
	board: VirtualBoard,
	folder: tempfile::TempDir,
}

impl Site {
	fn new(faults: &[Fault]) -> Site {
		let folder = tempfile::tempdir().expect("a folder");
		let board = VirtualBoard::start(Options {
			serial: Label::literal("FRESH"),
			faults: faults.to_vec(),
			..Options::new(folder.path().join("board"))
		});
		Site {
			board: board.expect("a board"),
			folder,
		}
	}

	fn config(&self) -> PathBuf {
		self.folder.path().join("machine.toml")
	}

	fn configured(text: impl FnOnce(String) -> String) -> Site {
		let site = Site::new(&[]);
		fs::write(site.config(), text(configuration(site.board.path()))).expect("a file");
		site
	}

	fn run(&self, arguments: &[&str]) -> Output {
		Command::new(env!("CARGO_BIN_EXE_iot-client"))
			.arg("--config")
			.arg(self.config())
			.arg("board")
			.args(arguments)
			.output()
			.expect("the program starts")
	}

	/// What it prints; it must succeed.
	fn well(&self, arguments: &[&str]) -> String {
		let output = self.run(arguments);
		assert!(output.status.success(), "{arguments:?}: {output:?}");
		String::from_utf8(output.stdout).expect("text")
	}

	/// Its error, and what it printed before; it must fail with this exit status.
	fn fails(&self, status: i32, arguments: &[&str]) -> (String, String) {
		let output = self.run(arguments);
		assert_eq!(output.status.code(), Some(status), "{arguments:?}: {output:?}");
		let text = |bytes| String::from_utf8(bytes).expect("text");
		(text(output.stderr), text(output.stdout))
	}

	fn port(&self) -> String {
		self.board.path().display().to_string()
	}
}

#[test]
fn a_board_shows_itself_without_any_configuration_file() {
	let site = Site::new(&[]);
	let text = site.well(&["info", &site.port()]);
	for part in [
		"FRESH",
		"spindle_rpm",
		"0 rpm … 3000 rpm, safe 0 rpm",
		"-40 °C … 300 °C",
		"written by a client",
	] {
		assert!(text.contains(part), "{part:?} is not in {text}");
	}
}

#[test]
fn a_configuration_is_written_once_and_kept() {
	let site = Site::configured(|text| text);
	let (_, shown) = site.fails(1, &["info"]);
	for part in [
		"serial is \"UNO-1\" in the configuration, and \"FRESH\" on the board",
		"dead_man_ms",
		"board configure",
	] {
		assert!(shown.contains(part), "{part:?} is not in {shown}");
	}
	assert!(site
		.well(&["configure"])
		.contains("board UNO-1 keeps the configuration"));
	assert!(site.well(&["configure"]).contains("nothing was written"));
	let text = site.well(&["info"]);
	assert!(
		text.contains("as board.configuration says") && text.contains("after 500 ms"),
		"{text}"
	);
}

#[test]
fn another_machine_can_be_connected_to_the_same_board() {
	let site = Site::configured(|text| {
		let start = text.find("\n[[board.configuration.channels]]").expect("channels");
		let end = text.find("\n[chain]").expect("the next part");
		let channels =
			"[[board.configuration.channels]]\nname = \"fan\"\nterminal = 9\nkind = \"output\"\nunit = \"‰\"\n\
			min = 0\nmax = 1000\nsafe = 0\n\
			[[board.configuration.channels]]\nname = \"fan_speed\"\nterminal = \"A0\"\nkind = \"input\"\nunit = \"‰\"\n\
			min = 0\nmax = 1000\n";
		format!("{}{channels}{}", &text[..=start], &text[end..])
	});
	site.well(&["configure"]);
	// 25 % of the drill press's 3000 rpm are 750 of the 4000 rpm that its sensor spans.
	let text = site.well(&["test", "--drive", "--to", "25%", "--hold", "4s"]);
	assert!(text.contains("fan_speed went from 0 ‰ to 18"), "{text}");
}

#[test]
fn a_configuration_that_the_board_cannot_do_leaves_it_safe_and_is_told() {
	let site = Site::configured(|text| text.replace("terminal = 7 ", "terminal = 1 "));
	let (error, _) = site.fails(1, &["configure"]);
	assert!(
		error.contains("cannot do it, so it drives nothing") && error.contains("clamp at 1"),
		"{error}"
	);
	assert!(site.well(&["info"]).contains("CONFIG-DAMAGED"));
	fs::write(site.config(), configuration(site.board.path())).expect("a file");
	assert!(site.well(&["configure"]).contains("keeps the configuration"));
}

#[test]
fn the_wiring_test_reads_inputs_and_moves_nothing_unless_told() {
	let site = Site::new(&[]);
	let text = site.well(&["test", &site.port()]);
	assert!(text.contains("temperature      22 °C"), "{text}");
	assert!(text.contains("spindle_rpm      not driven; --drive does it"), "{text}");
	let text = site.well(&["test", "--drive", "--hold", "2s", &site.port()]);
	assert!(text.contains("600 rpm: spindle_speed went from 0 rpm to"), "{text}");
	assert!(
		text.contains("10000 µm: feed_position went from 0 µm to 10000 µm"),
		"{text}"
	);
}

#[test]
fn the_wiring_test_finds_a_broken_wire_and_an_open_door() {
	let site = Site::new(&[Fault::Dropout]);
	site.board
		.command("door open".parse().expect("a command"))
		.expect("it runs");
	let open = |values: &virtual_board::State| values.values[usize::from(DOOR_CLOSED)] == Some(0);
	site.board.wait_for(LIMIT, open).expect("the door opens");
	let (error, shown) = site.fails(1, &["test", "--drive", "--hold", "100ms", &site.port()]);
	assert!(shown.contains("FAULT  temperature      cannot be read"), "{shown}");
	assert!(
		shown.contains("FAULT  spindle_rpm      refused 600 rpm: an interlock"),
		"{shown}"
	);
	assert!(error.contains("6 of 10 channels have a fault"), "{error}");
}

#[test]
fn a_board_that_obeys_the_protocol_is_told_so() {
	let site = Site::new(&[]);
	let (error, _) = site.fails(2, &["conformance", &site.port()]);
	assert!(error.contains("take the machine off"), "{error}");
	let (error, _) = site.fails(2, &["conformance", "--only", "obedience", &site.port()]);
	assert!(error.contains("there is no rule obedience; there are "), "{error}");
	let some = [
		"conformance",
		"--outputs-are-free",
		"--only",
		"at-most-once",
		"--only",
		"limits",
	];
	let text = site.well(&[&some[..], &[&site.port()]].concat());
	assert!(
		text.contains("passed   at-most-once") && text.contains("all 2 rules"),
		"{text}"
	);
}

#[test]
fn watching_shows_readings_until_the_time_is_over() {
	let site = Site::new(&[]);
	let text = site.well(&["watch", "--for", "1s", &site.port()]);
	assert!(
		text.contains("temperature      22 °C") && text.contains("door_closed"),
		"{text}"
	);
}

#[test]
fn mistakes_are_told_with_what_would_be_right() {
	let site = Site::new(&[]);
	let (error, _) = site.fails(6, &["info"]);
	assert!(error.contains("machine.toml"), "{error}");
	let (error, _) = site.fails(1, &["info", "/dev/ttyNONE"]);
	assert!(error.contains("there is no serial port /dev/ttyNONE"), "{error}");
	let (error, _) = site.fails(1, &["flash", "nothing.hex", &site.port()]);
	assert!(
		error.contains("no file nothing.hex") && error.contains("make firmware"),
		"{error}"
	);
}
