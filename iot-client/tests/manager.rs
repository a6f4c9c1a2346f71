//! The daemon with a manager, as people and programs use it: the real program, with a board and a node that are played.

mod computer;
// The doctor's own tests need more of it.
#[allow(dead_code)]
mod doctor_chain;
mod manager_bed;

use iot_client::{daemon::status::Snapshot, wallet};
use manager_bed::{Bed, Guest};
use reqwest::{Method, StatusCode};
use serde_json::{json, Value};
use std::{collections::BTreeSet, fs};
use virtual_board::Command;

const RULES: &str = "[rules]\nfile = \"rules.toml\"\n";
const QUIET: &str = "[[rule]]\nname = \"hot\"\nwhen = \"temperature > 200\"\nthen = [{ notify = \"it is hot\" }]\n";

fn online(status: &Value) -> bool {
	status["daemon"]["board"]["online"] == true
}

fn alarms(status: &Value) -> String {
	status["daemon"]["alarms"].to_string()
}

#[tokio::test]
async fn the_machine_is_seen_over_http_and_its_values_as_they_change() {
	let bed = Bed::start("", QUIET).await;
	let nobody = Guest::nobody(&bed.address);
	let refused = nobody.ask(Method::POST, "/rpc", Some("{}")).await;
	assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{}", refused.text);
	let owner = bed.owner().await;
	owner.until("status_get", json!({}), online).await;

	let channels = owner.get("channels_list", json!({})).await;
	let names: Vec<_> = channels
		.as_array()
		.unwrap()
		.iter()
		.map(|channel| channel["name"].clone())
		.collect();
	assert!(
		names.contains(&json!("temperature")) && names.contains(&json!("spindle_rpm")),
		"{names:?}"
	);

	let mut line = owner.line().await;
	line.subscribe(
		"channels_subscribe",
		json!({ "channels": ["temperature"], "interval_ms": 50 }),
	)
	.await;
	let mut times = BTreeSet::new();
	while times.len() < 3 {
		let told = line.until(Value::is_array).await.expect("the line stays open");
		for reading in told.as_array().unwrap() {
			assert_eq!(reading[0], "temperature");
			assert!((15.0..35.0).contains(&reading[2].as_f64().unwrap()), "{reading}");
			times.insert(reading[1].as_u64().unwrap());
		}
	}

	let (first, last) = (times.first().unwrap() - 60_000, times.last().unwrap() + 60_000);
	let query = json!({ "channels": ["temperature"], "from": first, "to": last, "points": 200 });
	let has_points = |series: &Value| series[0]["points"].as_array().is_some_and(|points| points.len() >= 2);
	owner.until("history_query", query, has_points).await;
	let valued = |channels: &Value| {
		let mut channels = channels.as_array().unwrap().iter();
		channels.any(|channel| channel["name"] == "temperature" && channel["value"].is_number())
	};
	owner.until("channels_list", json!({}), valued).await;
}

#[tokio::test]
async fn the_chain_the_account_the_figures_and_the_log_are_shown() {
	let mut bed = Bed::start("", QUIET).await;
	let owner = bed.owner().await;
	let connected = |status: &Value| status["daemon"]["chain"]["connected"] == true && online(status);
	owner.until("status_get", json!({}), connected).await;
	let known = |wallet: &Value| wallet["allowance"] == "10000000000000";
	let wallet = owner.until("wallet_get", json!({}), known).await;
	assert_eq!((&wallet["token"], &wallet["free"]), (&json!(["BPI", 12]), &json!("0")));
	assert!(wallet["machine"].as_str().unwrap().starts_with("0x"));

	let nobody = Guest::nobody(&bed.address);
	let ready = async |right: StatusCode| {
		for _ in 0..600 {
			let answer = nobody.ask(Method::GET, "/health/ready", None).await;
			if answer.status == right {
				return answer.text;
			}
			tokio::time::sleep(std::time::Duration::from_millis(100)).await;
		}
		panic!("it never answers with {right}");
	};
	ready(StatusCode::OK).await;
	let figures = nobody.ask(Method::GET, "/metrics", None).await.text;
	assert!(figures.contains("iot_client_board_online 1"), "{figures}");

	let lines = owner.get("log_query", json!({ "limit": 1000 })).await;
	let says = |words: &str| {
		lines
			.as_array()
			.unwrap()
			.iter()
			.any(|line| line["message"].as_str().unwrap().contains(words))
	};
	assert!(says("the manager is at"), "{lines:#}");
	assert_eq!(owner.get("jobs_list", json!({})).await, json!([]));

	bed.node.go();
	let why = ready(StatusCode::SERVICE_UNAVAILABLE).await;
	assert!(why.contains("no node answers"), "{why}");
}

#[tokio::test]
async fn rules_are_checked_saved_and_in_force_at_once() {
	let bed = Bed::start(RULES, QUIET).await;
	let owner = bed.owner().await;
	let watched = |rules: &Value| rules["states"][0]["values"][0][1].is_number();
	let rules = owner.until("rules_get", json!({}), watched).await;
	assert_eq!(
		(&rules["text"], &rules["states"][0]["state"]),
		(&json!(QUIET), &json!("quiet"))
	);

	let wrong = QUIET.replace("temperature >", "temprature >");
	let check = owner.get("rules_check", json!({ "text": wrong })).await;
	assert_eq!(check["problems"][0]["line"], 3, "{check:#}");
	assert!(
		check["diff"].as_str().unwrap().contains("+when = \"temprature"),
		"{check:#}"
	);
	let refused = owner
		.call("rules_save", json!({ "text": wrong, "revision": rules["revision"] }))
		.await;
	assert_eq!(
		(&refused["error"]["code"], &refused["error"]["data"][0]["line"]),
		(&json!(-32002), &json!(3))
	);

	let loud = QUIET.replace("> 200", "> 1");
	let saved = owner
		.get("rules_save", json!({ "text": loud, "revision": rules["revision"] }))
		.await;
	let raised = |rules: &Value| rules["states"][0]["state"] == "raised";
	let now = owner.until("rules_get", json!({}), raised).await;
	assert_eq!((&now["text"], &now["revision"]), (&json!(loud), &saved["revision"]));
	assert_eq!(fs::read_to_string(bed.path("rules.toml")).unwrap(), loud);
	owner
		.until("status_get", json!({}), |status| alarms(status).contains("it is hot"))
		.await;

	let late = owner
		.call("rules_save", json!({ "text": QUIET, "revision": rules["revision"] }))
		.await;
	assert_eq!(late["error"]["code"], -32003, "{late}");
}

#[tokio::test]
async fn a_configuration_is_refused_with_its_line_or_saved_and_put_into_force() {
	let bed = Bed::start("", QUIET).await;
	let owner = bed.owner().await;
	owner.until("status_get", json!({}), online).await;
	let config = owner.get("config_get", json!({})).await;
	let text = config["text"].as_str().unwrap();
	let line = 1 + text.lines().position(|line| line.starts_with("baud")).unwrap();

	let wrong = text.replace("baud = 115200", "baud = 7");
	let check = owner.get("config_check", json!({ "text": wrong })).await;
	assert_eq!(check["problems"][0]["line"], line, "{check:#}");
	let refused = owner
		.call("config_save", json!({ "text": wrong, "revision": config["revision"] }))
		.await;
	assert_eq!(refused["error"]["code"], -32002, "{refused}");
	assert_eq!(
		fs::read_to_string(bed.path("machine.toml")).unwrap(),
		text,
		"nothing was written"
	);

	let newer = text.replace("max_seconds = 60", "max_seconds = 61") + RULES;
	let check = owner.get("config_check", json!({ "text": newer })).await;
	assert_eq!(
		(&check["problems"], &check["restart"]),
		(&json!([]), &json!(["envelope"])),
		"{check:#}"
	);
	let saved = owner
		.get("config_save", json!({ "text": newer, "revision": config["revision"] }))
		.await;
	assert_eq!(saved["restart"], json!(["envelope"]));
	let watched = |rules: &Value| rules["states"][0]["state"] == "quiet";
	owner.until("rules_get", json!({}), watched).await;
}

#[tokio::test]
async fn a_manager_that_is_configured_anew_is_started_anew() {
	let mut bed = Bed::start("", QUIET).await;
	let owner = bed.owner().await;
	let config = owner.get("config_get", json!({})).await;
	let newer = config["text"].as_str().unwrap().to_owned() + "metrics = false\n";
	owner
		.get("config_save", json!({ "text": newer, "revision": config["revision"] }))
		.await;
	bed.find_manager().await;
	let answer = Guest::nobody(&bed.address).ask(Method::GET, "/metrics", None).await;
	assert_eq!(answer.status, StatusCode::NOT_FOUND, "{}", answer.text);
	bed.owner().await;
}

#[tokio::test]
async fn a_bad_file_changes_nothing_when_it_is_read_anew_and_is_an_alarm() {
	let mut bed = Bed::start(RULES, QUIET).await;
	let owner = bed.owner().await;
	owner.until("status_get", json!({}), online).await;
	let text = fs::read_to_string(bed.path("machine.toml")).unwrap();
	fs::write(bed.path("machine.toml"), format!("{text}\nnonsense")).unwrap();
	bed.signal("-HUP");
	bed.says("was not read anew").await;
	let alarmed = |status: &Value| alarms(status).contains("was not read anew");
	owner.until("status_get", json!({}), alarmed).await;
	let rules = owner.get("rules_get", json!({})).await;
	assert_eq!(rules["trouble"], Value::Null, "{rules:#}");

	fs::write(bed.path("machine.toml"), text).unwrap();
	bed.signal("-HUP");
	bed.says("was read anew").await;
	owner.until("status_get", json!({}), |status| !alarmed(status)).await;
}

#[tokio::test]
async fn the_board_is_tested_and_orders_are_paused() {
	let bed = Bed::start("", QUIET).await;
	let owner = bed.owner().await;
	owner.until("status_get", json!({}), online).await;
	let findings = owner.get("board_test", json!({ "drive": true })).await;
	let of = |what: &str| {
		let found = findings
			.as_array()
			.unwrap()
			.iter()
			.find(|finding| finding["what"] == what);
		found.unwrap_or_else(|| panic!("{what}: {findings:#}")).clone()
	};
	for what in [
		"board",
		"answer",
		"temperature",
		"spindle_rpm",
		"clamp",
		"safe state",
		"line",
	] {
		assert_eq!(of(what)["ok"], true, "{findings:#}");
	}
	// The envelope's, not the channel's: 3000.
	assert_eq!(of("spindle_rpm")["text"], "2400 rpm, and then 0 rpm again");

	bed.board.command(Command::Door { closed: false }).unwrap();
	let door = |findings: &Value| {
		findings
			.as_array()
			.unwrap()
			.iter()
			.any(|finding| finding["what"] == "state" && finding["ok"] == false)
	};
	owner.until("board_test", json!({ "drive": false }), door).await;

	for (method, paused) in [("orders_pause", true), ("orders_resume", false)] {
		assert_eq!(owner.get(method, json!({})).await["orders_paused"], paused);
		owner
			.until("status_get", json!({}), |status| {
				status["daemon"]["orders_paused"] == paused
			})
			.await;
	}
}

#[tokio::test]
async fn whoever_looks_on_is_told_before_the_daemon_ends() {
	let mut bed = Bed::start("", QUIET).await;
	let owner = bed.owner().await;
	owner.until("status_get", json!({}), online).await;
	let mut line = owner.line().await;
	line.subscribe("status_subscribe", json!({})).await;
	assert!(line.until(online).await.is_some());
	bed.signal("-TERM");
	let told = line.until(|status| status["daemon"]["stopping"] == true).await;
	assert!(told.is_some(), "it is told that the daemon stops");
	assert_eq!(line.until(|_| false).await, None, "and then the line is closed");
	assert!(bed.ended().await.success());
	let snapshot = Snapshot::read(&bed.path("state")).unwrap().unwrap();
	assert!(snapshot.board.online, "what was shown last");
}
