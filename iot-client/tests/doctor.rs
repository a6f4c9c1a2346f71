//! `iot-client doctor` against machines with one thing wrong each: it finds it, and names the fix.

mod computer;
mod doctor_chain;

use computer::{chmod, command, configuration, make_key, secret, LIMIT};
use doctor_chain as chain;
use iot_client::{chain::types::MachineId, journal::Journal, wallet};
use serde_json::Value;
use std::{
	fs,
	net::TcpListener,
	path::PathBuf,
	process::{Command, Output, Stdio},
	time::{Duration, Instant},
};
use subxt::utils::{AccountId32, H256};
use virtual_board::{protocol::Label, Options, VirtualBoard};

const OWNER: AccountId32 = AccountId32([3; 32]);

/// A machine's computer: a folder with everything in it, and a board.
struct Place {
	folder: tempfile::TempDir,
	/// Lives as long as this.
	_board: VirtualBoard,
	key: AccountId32,
}

impl Place {
	/// One with nothing wrong but that no node answers.
	fn new() -> Self {
		let folder = tempfile::tempdir().unwrap();
		let board = VirtualBoard::start(Options {
			serial: Label::literal("DRILL-1"),
			..Options::new(folder.path().join("board"))
		});
		let path = |name: &str| folder.path().join(name);
		let key = make_key(folder.path());
		for name in ["state", "recipes"] {
			fs::create_dir(path(name)).unwrap();
			chmod(&path(name), 0o700);
		}
		let recipe = include_str!("../examples/recipes/drilled-bracket.toml");
		fs::write(path("recipes/drilled-bracket.toml"), recipe).unwrap();
		let place = Self {
			_board: board.unwrap(),
			key,
			folder,
		};
		place.configure("ws://127.0.0.1:1", |text| text);
		place
	}

	/// Writes the configuration: the example's, with one node, changed.
	fn configure(&self, node: &str, change: impl FnOnce(String) -> String) {
		fs::write(self.path("machine.toml"), change(configuration(node))).unwrap();
	}

	fn path(&self, name: &str) -> PathBuf {
		self.folder.path().join(name)
	}

	fn command(&self, line: &str) -> Command {
		command(self.folder.path(), line)
	}

	fn doctor(&self) -> Findings {
		let output = self.command("doctor --json --patience 5s").output().unwrap();
		Findings::of(&output)
	}
}

/// What the doctor said.
#[derive(Debug)]
struct Findings {
	status: Option<i32>,
	list: Vec<Value>,
}

impl Findings {
	fn of(output: &Output) -> Self {
		let text = String::from_utf8(output.stdout.clone()).unwrap();
		let list = text.lines().map(|line| serde_json::from_str(line).unwrap());
		Self {
			status: output.status.code(),
			list: list.collect(),
		}
	}

	/// The findings of a check.
	fn about(&self, check: &str) -> Vec<&Value> {
		self.list.iter().filter(|finding| finding["check"] == check).collect()
	}

	/// The checks that found something wrong.
	fn wrong(&self) -> Vec<&str> {
		let wrong = self.list.iter().filter(|finding| finding["level"] == "wrong");
		wrong.map(|finding| finding["check"].as_str().unwrap()).collect()
	}

	/// One of this check is at this level, and says these words in what it found or how to mend it.
	#[track_caller]
	fn have(&self, check: &str, level: &str, words: &str) {
		let said = |finding: &&Value| {
			let texts = [&finding["what"], &finding["fix"]];
			finding["level"] == level
				&& texts
					.iter()
					.any(|text| text.as_str().is_some_and(|text| text.contains(words)))
		};
		assert!(
			self.about(check).iter().any(said),
			"no {level} {check} with {words:?} in {self:#?}"
		);
		if level == "wrong" {
			assert_eq!(self.status, Some(1));
			let fixed = |finding: &&Value| finding["fix"].as_str().is_some_and(|fix| !fix.is_empty());
			assert!(self
				.about(check)
				.iter()
				.filter(|finding| finding["level"] == "wrong")
				.all(fixed));
		}
	}
}

/// Everything seeded here is found on this computer; of the chain only the missing node is told.
#[test]
fn what_is_wrong_on_this_computer_is_found_with_its_fix() {
	type Seed = (&'static str, fn(&Place), &'static str, &'static str);
	let seeds: [Seed; 14] = [
		(
			"a password that others can read",
			|place| chmod(&place.path("password"), 0o644),
			"password file",
			"chmod 600",
		),
		(
			"a keystore that others can read",
			|place| chmod(&place.path("key.json"), 0o644),
			"keystore",
			"chmod 600",
		),
		(
			"a state that others can read",
			|place| chmod(&place.path("state"), 0o755),
			"state_dir",
			"chmod 700",
		),
		(
			"no password",
			|place| fs::remove_file(place.path("password")).unwrap(),
			"password file",
			"iot-client init",
		),
		(
			"no keystore",
			|place| fs::remove_file(place.path("key.json")).unwrap(),
			"keystore",
			"from your copy",
		),
		(
			"another password",
			|place| fs::write(place.path("password"), "wrong\n").unwrap(),
			"key",
			"on the first line of",
		),
		(
			"a keystore that was cut off",
			|place| {
				let json = fs::read(place.path("key.json")).unwrap();
				fs::write(place.path("key.json"), &json[..json.len() / 2]).unwrap();
			},
			"key",
			"from your copy",
		),
		(
			"a port that is not there",
			|place| {
				place.configure("ws://127.0.0.1:1", |text| {
					text.replace("port = \"board\"", "port = \"bord\"")
				})
			},
			"serial port",
			"board.port",
		),
		(
			"a port that is a file",
			|place| {
				place.configure("ws://127.0.0.1:1", |text| {
					text.replace("port = \"board\"", "port = \"password\"")
				})
			},
			"serial port",
			"no serial device",
		),
		(
			"another board",
			|place| {
				place.configure("ws://127.0.0.1:1", |text| {
					text.replace("# serial = \"UNO-0001\"", "serial = \"DRILL-2\"")
				});
			},
			"board",
			"board.serial = \"DRILL-1\"",
		),
		(
			"a recipe beyond the envelope",
			|place| {
				place.configure("ws://127.0.0.1:1", |text| {
					text.replace(
						"spindle_rpm = { min = 0, max = 2400 }",
						"spindle_rpm = { min = 0, max = 10 }",
					)
				});
			},
			"recipes",
			"the owner's envelope",
		),
		(
			"no folder of recipes",
			|place| fs::remove_dir_all(place.path("recipes")).unwrap(),
			"recipes",
			"mkdir -p",
		),
		(
			"a journal that is none",
			|place| fs::write(place.path("state/journal.redb"), "no journal").unwrap(),
			"journal",
			"move the state_dir aside",
		),
		(
			"a folder in the place of the state",
			|place| {
				fs::remove_dir(place.path("state")).unwrap();
				fs::write(place.path("state"), "").unwrap();
			},
			"state_dir",
			"no folder",
		),
	];
	for (name, seed, check, fix) in seeds {
		let place = Place::new();
		seed(&place);
		let found = place.doctor();
		eprintln!("{name}");
		found.have(check, "wrong", fix);
		found.have("endpoint", "wrong", "chain.endpoints");
	}
}

#[test]
fn a_machine_with_nothing_wrong_but_the_network_says_just_that() {
	let place = Place::new();
	let begun = Instant::now();
	let found = place.doctor();
	assert_eq!(found.wrong(), ["endpoint"], "{found:#?}");
	found.have("board", "ok", "DRILL-1");
	found.have("machine", "skipped", "no endpoint");
	found.have("trust", "warning", "confirmed");
	assert!(begun.elapsed() < LIMIT);
	// For people it is a line each.
	let output = place.command("doctor --patience 5s").output().unwrap();
	let text = String::from_utf8(output.stdout).unwrap();
	assert!(
		text.contains("\n                           fix: ") && text.contains("1 thing is wrong"),
		"{text}"
	);
	assert!(!place.path("state/journal.redb").exists(), "nothing was begun");
}

#[test]
fn the_manager_is_looked_at() {
	let place = Place::new();
	let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
	let address = taken.local_addr().unwrap();
	place.configure("ws://127.0.0.1:1", |text| {
		text + &format!(
			"\n[manager]\nlisten = \"{address}\"\n[manager.tls]\ncertificate = \"none.pem\"\nkey = \"none.pem\"\n"
		)
	});
	let found = place.doctor();
	found.have("manager's users", "warning", "iot-client manager password --role owner");
	found.have("manager's address", "wrong", "another program");
	found.have("manager's TLS", "wrong", "cannot read");
	drop(taken);

	place.configure("ws://127.0.0.1:1", |text| {
		text + &format!("\n[manager]\nlisten = \"{address}\"\n")
	});
	secret(place.folder.path(), "pw", "a long password\n");
	let set = place
		.command("manager password --role owner --password-file pw")
		.output()
		.unwrap();
	assert!(set.status.success(), "{set:?}");
	let found = place.doctor();
	for check in ["manager's users", "manager's address", "manager's TLS"] {
		found.have(check, "ok", "");
	}
	chmod(&place.path("manager-users.json"), 0o644);
	place.doctor().have("manager's users", "wrong", "chmod 600");
}

#[test]
fn each_problem_of_the_configuration_is_told_and_the_rest_left_out() {
	let place = Place::new();
	place.configure("http://node", |text| text.replace("[wallet]", "[walet]"));
	let found = place.doctor();
	found.have("configuration", "wrong", "a list of WebSocket addresses");
	found.have("configuration", "wrong", "left out");
	found.have("configuration", "wrong", "path of the machine's encrypted key");
	found.have("board", "skipped", "the configuration cannot be used");
	assert!(found.wrong().iter().all(|check| *check == "configuration"));
	fs::remove_file(place.path("machine.toml")).unwrap();
	place.doctor().have("configuration", "wrong", "--config");
}

#[test]
fn a_node_that_takes_calls_and_never_answers_holds_nobody_up() {
	let place = Place::new();
	let silent = TcpListener::bind("127.0.0.1:0").unwrap();
	place.configure(&format!("ws://{}", silent.local_addr().unwrap()), |text| text);
	let begun = Instant::now();
	let found = place.doctor();
	found.have("endpoint", "wrong", "no answer in time");
	assert!(begun.elapsed() < LIMIT, "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_with_nothing_wrong_is_said_to_be_well() {
	let place = Place::new();
	let node = chain::Machine::of(&place.key, OWNER).start(1).await;
	let genesis = chain::genesis(&node).await;
	place.configure(&node.url(), |text| {
		text.replace(
			"# genesis = \"0x…\"",
			&format!("genesis = \"{}\"", iot_client::parse::hex(genesis)),
		)
	});
	drop(Journal::open(&place.path("state/journal.redb"), genesis).unwrap());
	let found = off_thread(&place).await;
	assert_eq!(found.wrong(), Vec::<&str>::new(), "{found:#?}");
	assert_eq!(found.status, Some(0));
	for (check, words) in [
		("endpoint", "its runtime is known"),
		("genesis", "as chain.genesis says"),
		("journal", "this chain's"),
		("machine", "in service"),
		("machine's key", "keystore's"),
		("fees", "about"),
		("offers", "1 is published"),
	] {
		found.have(check, "ok", words);
	}
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_on_the_chain_is_found_with_its_fix() {
	type Seed = (
		&'static str,
		fn(&mut chain::Machine),
		&'static str,
		&'static str,
		&'static str,
	);
	let seeds: [Seed; 8] = [
		(
			"not registered",
			|machine| machine.registered = false,
			"machine",
			"wrong",
			"iot-client register",
		),
		(
			"frozen",
			|machine| machine.frozen = true,
			"machine",
			"wrong",
			"unfreeze",
		),
		(
			"decommissioned",
			|machine| machine.status = 2,
			"machine",
			"wrong",
			"gone for good",
		),
		(
			"out of service",
			|machine| machine.status = 1,
			"machine",
			"warning",
			"service on",
		),
		(
			"another key",
			|machine| machine.live_key = AccountId32([8; 32]),
			"machine's key",
			"wrong",
			"rotate-key --this-key",
		),
		(
			"no fees left",
			|machine| machine.fees_left = 0,
			"fees",
			"wrong",
			"iot-client allow",
		),
		(
			"no offer",
			|machine| machine.offers = false,
			"offers",
			"warning",
			"iot-client offer",
		),
		(
			"an old block",
			|machine| machine.time = 7_000,
			"endpoint",
			"wrong",
			"finalized nothing",
		),
	];
	let seeded = seeds.into_iter().map(|(name, seed, check, level, fix)| async move {
		let place = Place::new();
		let mut machine = chain::Machine::of(&place.key, OWNER);
		seed(&mut machine);
		let node = machine.start(1).await;
		let id = MachineId::from_first_key(&place.key);
		place.configure(&node.url(), |text| match name {
			"not registered" => text,
			_ => text.replace("# id = \"0x…\"", &format!("id = \"{id}\"")),
		});
		let found = off_thread(&place).await;
		eprintln!("{name}");
		found.have(check, level, fix);
	});
	// All at once: one of them is watched for a while.
	futures::future::join_all(seeded).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nodes_of_other_chains_and_forks_are_found() {
	let place = Place::new();
	let machine = chain::Machine::of(&place.key, OWNER);
	let (one, twin) = (machine.start(1).await, machine.start(1).await);
	let other = machine.start(2).await;
	let genesis = chain::genesis(&one).await;
	let wanted = |text: String, url: &str| {
		text.replace(
			"# genesis = \"0x…\"",
			&format!("genesis = \"{}\"", iot_client::parse::hex(genesis)),
		)
		.replace("trust = \"single\" ", "trust = \"confirmed\" ")
		.replace(
			&format!("[\"{}\"]", one.url()),
			&format!("[\"{}\", \"{url}\"]", one.url()),
		)
	};

	place.configure(&one.url(), |text| wanted(text, &other.url()));
	let found = off_thread(&place).await;
	found.have("endpoint", "wrong", "a node of another chain");
	assert!(
		found.about("machine")[0]["level"] == "ok",
		"the right one is asked: {found:#?}"
	);

	// The same genesis, and then another line of blocks.
	twin.fork(9);
	one.finalize(1);
	twin.finalize(1);
	place.configure(&one.url(), |text| wanted(text, &twin.url()));
	off_thread(&place)
		.await
		.have("agreement", "wrong", "out of chain.endpoints");

	// A journal that was begun on another chain.
	drop(Journal::open(&place.path("state/journal.redb"), H256([5; 32])).unwrap());
	off_thread(&place).await.have("journal", "wrong", "its own state_dir");
}

#[test]
fn beside_a_daemon_what_that_has_in_use_is_as_it_should_be() {
	let place = Place::new();
	// So that it opens the journal without a node.
	let genesis = iot_client::parse::hex([7; 32]);
	place.configure("ws://127.0.0.1:1", |text| {
		text.replace("# genesis = \"0x…\"", &format!("genesis = \"{genesis}\""))
	});
	let mut daemon = place
		.command("run")
		.stdout(Stdio::null())
		.stderr(Stdio::null())
		.spawn()
		.unwrap();
	let begun = Instant::now();
	let on_line = || {
		let status = fs::read_to_string(place.path("state/status.json")).unwrap_or_default();
		status.contains("\"serial\": \"DRILL-1\"")
	};
	while !on_line() && begun.elapsed() < LIMIT {
		std::thread::sleep(Duration::from_millis(100));
	}
	let found = place.doctor();
	daemon.kill().unwrap();
	daemon.wait().unwrap();
	found.have("daemon", "ok", &format!("process {}", daemon.id()));
	found.have("board", "ok", "the daemon has it: DRILL-1");
	found.have("journal", "ok", "as it should be");
	assert_eq!(found.wrong(), ["endpoint"], "{found:#?}");
	// Killed, it leaves a journal that was not closed: that is no harm.
	let after = place.doctor();
	after.have("daemon", "ok", "does not run");
	assert_eq!(after.wrong(), ["endpoint"], "{after:#?}");
}

/// Runs the doctor where it may block.
async fn off_thread(place: &Place) -> Findings {
	let mut command = place.command("doctor --json --patience 20s");
	let output = tokio::task::spawn_blocking(move || command.output().unwrap());
	Findings::of(&tokio::time::timeout(LIMIT, output).await.unwrap().unwrap())
}
