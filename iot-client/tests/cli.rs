//! The program as a user meets it, without a node and without a board.

// Other tests need more of it.
#[allow(dead_code)]
mod computer;

use computer::{chmod, command, secret};
use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Output};
use tempfile::TempDir;

const CONFIG: &str = r#"
	state_dir = "state"
	[board]
	port = "board"
	[chain]
	endpoints = ["ws://127.0.0.1:1"]
	trust = "single"
	[wallet]
	keystore = "key.json"
	password_file = "password"
	[machine]
	model = "Test drill"
	location = "Desk"
	capabilities = ["drilling"]
	[envelope]
	max_seconds = 60
	[envelope.outputs]
	clamp = { min = 0, max = 1 }
	[recipes]
	dirs = ["recipes"]
"#;

fn place() -> TempDir {
	let dir = tempfile::tempdir().unwrap();
	fs::write(dir.path().join("machine.toml"), CONFIG).unwrap();
	dir
}

fn iot_client(dir: &Path, line: &str) -> Output {
	command(dir, line).output().unwrap()
}

fn out(output: &Output) -> String {
	String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
	String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn makes_a_key_once() {
	let dir = place();
	let made = iot_client(dir.path(), "init --json");
	assert_eq!(made.status.code(), Some(0), "{}", err(&made));
	let json: serde_json::Value = serde_json::from_str(&out(&made)).unwrap();
	assert!(json["key"].as_str().unwrap().starts_with('5'));
	assert!(json["machine"].as_str().unwrap().starts_with("0x"));
	for secret in ["key.json", "password"] {
		let mode = fs::metadata(dir.path().join(secret)).unwrap().permissions().mode();
		assert_eq!(mode & 0o777, 0o600, "{secret}");
	}
	let again = iot_client(dir.path(), "init");
	assert_eq!(again.status.code(), Some(6));
	assert!(err(&again).contains("never overwritten"), "{}", err(&again));
}

#[test]
fn checks_the_configuration_the_key_and_the_port() {
	let dir = place();
	let no_key = iot_client(dir.path(), "check-config");
	assert_eq!(no_key.status.code(), Some(6));
	iot_client(dir.path(), "init");
	let no_port = iot_client(dir.path(), "check-config");
	assert_eq!(no_port.status.code(), Some(6));
	assert!(err(&no_port).contains("board.port"), "{}", err(&no_port));
	fs::write(dir.path().join("board"), "").unwrap();
	let right = iot_client(dir.path(), "check-config");
	assert_eq!(right.status.code(), Some(0), "{}", err(&right));
	assert!(out(&right).contains("is right"));
}

#[test]
fn refuses_a_password_that_others_can_read() {
	let dir = place();
	let password = dir.path().join("password");
	fs::write(&password, "secret\n").unwrap();
	chmod(&password, 0o644);
	let refused = iot_client(dir.path(), "init");
	assert_eq!(refused.status.code(), Some(6));
	assert!(err(&refused).contains("chmod 600"), "{}", err(&refused));
}

#[test]
fn says_who_may_log_in_at_the_manager() {
	let dir = place();
	let without = iot_client(dir.path(), "manager users");
	assert!(err(&without).contains("has no [manager]"), "{}", err(&without));
	fs::write(dir.path().join("machine.toml"), format!("{CONFIG}[manager]")).unwrap();
	let nobody = iot_client(dir.path(), "manager users");
	assert!(
		out(&nobody).contains("nobody can log in at http://127.0.0.1:8000/"),
		"{}",
		out(&nobody)
	);
	assert!(out(&nobody).contains("iot-client manager password --role owner"));

	secret(dir.path(), "pw", "a long password\n");
	secret(dir.path(), "short", "short\n");
	let set = iot_client(dir.path(), "manager password --role viewer --password-file pw");
	assert_eq!(set.status.code(), Some(0), "{}", err(&set));
	let mode = fs::metadata(dir.path().join("manager-users.json"))
		.unwrap()
		.permissions()
		.mode();
	assert_eq!(mode & 0o777, 0o600);
	let short = iot_client(dir.path(), "manager password --role owner --password-file short");
	assert_eq!(short.status.code(), Some(1), "{}", err(&short));
	let none = iot_client(dir.path(), "manager password --role owner");
	assert_eq!(none.status.code(), Some(2), "{}", err(&none));
	assert!(err(&none).contains("--password-file"), "{}", err(&none));
	assert!(out(&iot_client(dir.path(), "manager users --json")).contains("[\"viewer\"]"));
	for removed in ["true", "false"] {
		let forgotten = iot_client(dir.path(), "manager forget --role viewer --json");
		assert!(
			out(&forgotten).contains(&format!("\"removed\":{removed}")),
			"{}",
			out(&forgotten)
		);
	}
}

#[test]
fn a_new_machine_lets_its_owner_in_or_says_how() {
	let dir = place();
	fs::write(dir.path().join("machine.toml"), format!("{CONFIG}[manager]")).unwrap();
	let made = iot_client(dir.path(), "init");
	assert_eq!(made.status.code(), Some(0), "{}", err(&made));
	assert!(
		out(&made).contains("`iot-client manager password --role owner` does it"),
		"{}",
		out(&made)
	);

	let dir = place();
	fs::write(dir.path().join("machine.toml"), format!("{CONFIG}[manager]")).unwrap();
	secret(dir.path(), "pw", "a long password\n");
	let made = iot_client(dir.path(), "init --manager-password-file pw");
	assert!(out(&made).contains("the owner's password is set"), "{}", out(&made));
	assert!(out(&iot_client(dir.path(), "manager users")).contains("owner can log in"));
}

#[test]
fn says_which_node_does_not_answer() {
	let dir = place();
	for line in [
		"find --patience 1s",
		"find --patience 1s --node ws://127.0.0.1:1",
		"watch 7 --patience 1s",
	] {
		let silent = iot_client(dir.path(), line);
		assert_eq!(silent.status.code(), Some(3), "{line}: {}", err(&silent));
		assert!(err(&silent).contains("ws://127.0.0.1:1"), "{}", err(&silent));
	}
	let json = iot_client(dir.path(), "find --patience 1s --json");
	let object: serde_json::Value = serde_json::from_str(&out(&json)).unwrap();
	assert_eq!(object["status"], 3);
}

#[test]
fn names_what_is_wrong_with_the_configuration() {
	let dir = place();
	let missing = iot_client(dir.path(), "run --config nowhere.toml");
	assert_eq!(missing.status.code(), Some(6));
	assert!(err(&missing).contains("nowhere.toml"), "{}", err(&missing));
	fs::write(dir.path().join("machine.toml"), CONFIG.replace("port =", "prot =")).unwrap();
	let wrong = iot_client(dir.path(), "run");
	assert_eq!(wrong.status.code(), Some(6));
	assert!(
		err(&wrong).contains("board.port") && err(&wrong).contains("board.prot"),
		"{}",
		err(&wrong)
	);
}

#[test]
fn mistyped_arguments_have_their_own_status() {
	let dir = place();
	for line in [
		"",
		"aprove 7 --as //Customer",
		"order 1 --recipe r --as //Customer",
		"deposit much --as //Owner",
		"freeze",
		"policy --none",
	] {
		let mistyped = iot_client(dir.path(), line);
		assert_eq!(mistyped.status.code(), Some(2), "{line}: {}", err(&mistyped));
	}
}

#[test]
fn status_works_before_anything_ran() {
	let dir = place();
	iot_client(dir.path(), "init");
	let status = iot_client(dir.path(), "status --patience 1s");
	assert_eq!(status.status.code(), Some(0), "{}", err(&status));
	assert!(out(&status).contains("never ran"), "{}", out(&status));
}

#[test]
fn a_rotation_without_a_node_makes_no_key_and_changes_nothing() {
	let dir = place();
	iot_client(dir.path(), "init");
	let before = fs::read(dir.path().join("key.json")).unwrap();
	for line in [
		"rotate-key --patience 1s",
		"rotate-key --this-key --patience 1s --as //Owner",
		"rotate-encryption-key --patience 1s",
	] {
		let silent = iot_client(dir.path(), line);
		assert_eq!(silent.status.code(), Some(3), "{line}: {}", err(&silent));
	}
	assert_eq!(fs::read(dir.path().join("key.json")).unwrap(), before);
	assert!(!dir.path().join("key.json.new").exists());
}

#[test]
fn names_what_is_wrong_with_a_policy_before_it_asks_for_a_node() {
	let dir = place();
	fs::write(dir.path().join("policy.toml"), "purposes = [\"gifts\"]").unwrap();
	let wrong = iot_client(dir.path(), "policy policy.toml --as //Owner");
	assert_eq!(wrong.status.code(), Some(1), "{}", err(&wrong));
	assert!(err(&wrong).contains("`purposes`"), "{}", err(&wrong));
}

#[test]
fn one_node_alone_is_not_confirmed_by_itself() {
	let dir = place();
	let text = CONFIG
		.replace("\"ws://127.0.0.1:1\"", "\"ws://127.0.0.1:1\", \"ws://127.0.0.1:2\"")
		.replace("\"single\"", "\"confirmed\"");
	fs::write(dir.path().join("machine.toml"), text).unwrap();
	for nodes in ["ws://127.0.0.1:1", "ws://127.0.0.1:1,ws://127.0.0.1:1"] {
		let refused = iot_client(dir.path(), &format!("run --node {nodes}"));
		assert_eq!(refused.status.code(), Some(6), "{}", err(&refused));
		assert!(err(&refused).contains("wants a second one"), "{}", err(&refused));
	}
}

#[test]
fn completions_and_manual_pages_need_no_configuration() {
	let dir = tempfile::tempdir().unwrap();
	for (shell, words) in [
		("bash", "complete -F"),
		("zsh", "#compdef iot-client"),
		("fish", "complete -c iot-client"),
	] {
		let completions = iot_client(dir.path(), &format!("completions {shell}"));
		assert_eq!(completions.status.code(), Some(0), "{}", err(&completions));
		let text = out(&completions);
		for word in [words, "withdraw-offer", "doctor", "conformance"] {
			assert!(text.contains(word), "{word:?} is not in what {shell} gets");
		}
	}
	let page = iot_client(dir.path(), "man");
	assert!(
		out(&page).contains(".TH iot-client 1") && out(&page).contains("withdraw"),
		"{}",
		out(&page)
	);
	let pages = iot_client(dir.path(), "man pages/man1");
	assert_eq!(pages.status.code(), Some(0), "{}", err(&pages));
	for name in ["iot-client.1", "iot-client-doctor.1", "iot-client-board-info.1"] {
		let page = fs::read_to_string(dir.path().join("pages/man1").join(name)).unwrap();
		assert!(page.contains(".TH") && page.contains("OPTIONS"), "{name}");
	}
	fs::write(dir.path().join("file"), "").unwrap();
	let refused = iot_client(dir.path(), "man file");
	assert_eq!(refused.status.code(), Some(1));
	assert!(err(&refused).contains("file"), "{}", err(&refused));
}

/// What somebody at a terminal sees and answers: runs a command with a pseudo-terminal for input and errors, and types
/// `answers` one after the other, each when it is asked for.
fn at_a_terminal(dir: &Path, line: &str, answers: &[&str]) -> (Option<i32>, String, String) {
	use nix::pty::openpty;
	use std::{
		fs::File,
		io::{Read, Write},
		process::Stdio,
	};
	let terminal = openpty(None, None).unwrap();
	let other = || Stdio::from(terminal.slave.try_clone().unwrap());
	let mut child = command(dir, line)
		.stdin(other())
		.stderr(other())
		.stdout(Stdio::piped())
		.spawn()
		.unwrap();
	drop(terminal.slave);
	let mut keyboard = File::from(terminal.master.try_clone().unwrap());
	let mut screen = File::from(terminal.master);
	let (mut shown, mut answers) = (String::new(), answers.iter());
	let mut buffer = [0; 1024];
	// Ends when nobody has the other end open any more.
	while let Ok(length @ 1..) = screen.read(&mut buffer) {
		let asked = shown.matches("password of").count();
		shown += &String::from_utf8_lossy(&buffer[..length]);
		for _ in asked..shown.matches("password of").count() {
			keyboard.write_all(answers.next().unwrap().as_bytes()).unwrap();
		}
	}
	let mut printed = String::new();
	child.stdout.take().unwrap().read_to_string(&mut printed).unwrap();
	(child.wait().unwrap().code(), shown, printed)
}

#[test]
fn a_password_is_asked_for_at_a_terminal_and_not_shown() {
	let dir = place();
	iot_client(dir.path(), "init");
	fs::write(dir.path().join("board"), "").unwrap();
	let password = fs::read_to_string(dir.path().join("password")).unwrap();
	fs::rename(dir.path().join("password"), dir.path().join("elsewhere")).unwrap();

	let (status, shown, printed) = at_a_terminal(dir.path(), "check-config", &[&password]);
	assert_eq!(status, Some(0), "{shown}");
	assert!(printed.contains("is right"), "{printed}");
	assert!(
		shown.contains("password of key.json: ") && !shown.contains(password.trim_end()),
		"{shown}"
	);

	let (status, shown, _) = at_a_terminal(dir.path(), "check-config", &["wrong\r"]);
	assert_eq!(status, Some(6));
	assert!(shown.contains("the password does not open"), "{shown}");

	let (status, shown, _) = at_a_terminal(dir.path(), "check-config", &["sec\u{3}"]);
	assert_eq!(status, Some(6));
	assert!(shown.contains("no password was typed"), "{shown}");

	// The account of whoever signs, too; it is asked for before a node is.
	let (status, shown, _) = at_a_terminal(dir.path(), "approve 7 --patience 1s --account key.json", &[&password]);
	assert_eq!(status, Some(3), "{shown}");

	// Nobody to ask: it says what to do instead.
	let silent = iot_client(dir.path(), "approve 7 --account key.json");
	assert_eq!(silent.status.code(), Some(6));
	assert!(err(&silent).contains("chmod 600"), "{}", err(&silent));
}

#[test]
fn the_password_of_a_service_is_typed_twice_to_make_a_key() {
	let dir = place();
	let credential = "/run/credentials/no-such.service/password";
	fs::write(
		dir.path().join("machine.toml"),
		CONFIG.replace(
			"password_file = \"password\"",
			&format!("password_file = \"{credential}\""),
		),
	)
	.unwrap();
	fs::write(dir.path().join("board"), "").unwrap();
	let (status, shown, _) = at_a_terminal(dir.path(), "init", &["one\r", "other\r"]);
	assert_eq!(status, Some(6));
	assert!(shown.contains("two different passwords"), "{shown}");
	assert!(!dir.path().join("key.json").exists());
	let (status, shown, printed) = at_a_terminal(dir.path(), "init", &["one\r", "one\r"]);
	assert_eq!(status, Some(0), "{shown}");
	assert!(printed.contains("keystore"), "{printed}");
	let (status, shown, _) = at_a_terminal(dir.path(), "check-config", &["one\r"]);
	assert_eq!(status, Some(0), "{shown}");
	// The doctor has no business with it.
	let doctor = iot_client(dir.path(), "doctor --json --patience 1s");
	assert!(out(&doctor).contains("only its service can read"), "{}", out(&doctor));
}

#[test]
fn verifies_a_proof_of_a_reading_without_a_node() {
	let dir = place();
	let golden = include_bytes!("../../pallets/telemetry/golden/reading.json");
	fs::write(dir.path().join("reading.json"), golden).unwrap();
	let file: serde_json::Value = serde_json::from_slice(golden).unwrap();
	let block = file["block"].as_str().unwrap();
	let proved = iot_client(dir.path(), &format!("proof verify reading.json --block {block} --json"));
	assert_eq!(proved.status.code(), Some(0), "{}", err(&proved));
	let found: serde_json::Value = serde_json::from_str(&out(&proved)).unwrap();
	assert_eq!(found["machine"], file["machine"]);
	assert_eq!(found["batch"], file["batch"]["number"]);
	assert_eq!(found["readings"][0]["evidence"], true);
	// Without a block it is in the batch, and nothing is said of the chain.
	let unanchored = iot_client(dir.path(), "proof verify reading.json");
	assert_eq!(unanchored.status.code(), Some(0), "{}", err(&unanchored));
	assert!(out(&unanchored).contains("--block"), "{}", out(&unanchored));
	let other = format!("proof verify reading.json --block 0x{}", "11".repeat(32));
	let refused = iot_client(dir.path(), &other);
	assert_eq!(refused.status.code(), Some(1));
	assert!(err(&refused).contains("another block"), "{}", err(&refused));
}
