//! WebSockets: what is told, to whom, and when it ends.

use crate::support::{soon, Server};
use iot_manager::api::Role;
use reqwest::Method;
use serde_json::{json, Value};
use tokio::{io::AsyncWriteExt, net::TcpStream};

#[tokio::test]
async fn the_status_is_told_at_once_and_when_it_changes() {
	let server = Server::start().await;
	let login = server.login(Role::Operator).await;
	let mut socket = login.socket().await;
	socket.call("status_subscribe", json!({})).await.unwrap();
	let (method, status) = socket.notification().await;
	assert_eq!(
		(method.as_str(), &status["daemon"]["orders_paused"]),
		("status_update", &json!(false))
	);
	login.call("orders_pause", json!({})).await.unwrap();
	assert_eq!(socket.notification().await.1["daemon"]["orders_paused"], true);
	server.end().await;
}

#[tokio::test]
async fn the_newest_value_of_each_wanted_channel_is_told() {
	let server = Server::start().await;
	server.machine.measure(&[("temperature", 1.0), ("vibration", 9.0)]);
	let mut socket = server.login(Role::Viewer).await.socket().await;
	let wanted = json!({ "channels": ["temperature", "coolant"], "interval_ms": 50 });
	socket.call("channels_subscribe", wanted).await.unwrap();
	let names = |told: &Value| {
		let told = told.as_array().unwrap();
		told.iter()
			.map(|value| (value[0].clone(), value[2].clone()))
			.collect::<Vec<_>>()
	};
	let (method, told) = socket.notification().await;
	assert_eq!(method, "channels_update");
	assert_eq!(
		names(&told),
		[(json!("temperature"), json!(1.0))],
		"what is known already"
	);
	for value in [2.0, 3.0] {
		server
			.machine
			.measure(&[("temperature", value), ("vibration", value), ("coolant", 1.0)]);
	}
	let told = socket.notification().await.1;
	assert_eq!(
		names(&told),
		[(json!("coolant"), json!(1.0)), (json!("temperature"), json!(3.0))]
	);
	assert!(told[0][1].as_u64().unwrap() > 1_700_000_000_000);
	server.end().await;
}

#[tokio::test]
async fn jobs_and_log_are_told_and_after_an_end_no_more() {
	let server = Server::start().await;
	let mut socket = server.login(Role::Operator).await.socket().await;
	let jobs = socket.call("jobs_subscribe", json!({})).await.unwrap();
	let log = socket.call("log_subscribe", json!({ "level": "WARN" })).await.unwrap();
	server
		.machine
		.happened(7, "unit 1 of 6 is done", json!({ "unit_done": 1 }));
	let (method, news) = socket.notification().await;
	assert_eq!(method, "jobs_update");
	assert_eq!(
		(&news["job"], &news["text"], &news["news"]),
		(&json!(7), &json!("unit 1 of 6 is done"), &json!({ "unit_done": 1 }))
	);
	for level in ["DEBUG", "INFO", "WARN"] {
		server.machine.log_line(level, "test", level, &[("job", "7")]);
	}
	let (method, line) = socket.notification().await;
	assert_eq!(
		(method.as_str(), &line["level"], &line["fields"]),
		("log_update", &json!("WARN"), &json!({ "job": "7" }))
	);

	assert_eq!(
		socket.call("jobs_unsubscribe", json!([jobs])).await.unwrap(),
		json!(true)
	);
	assert_eq!(
		socket.call("jobs_unsubscribe", json!([jobs])).await.unwrap(),
		json!(false),
		"it has ended"
	);
	server.machine.happened(7, "nobody listens", json!(null));
	server.machine.log_line("ERROR", "test", "somebody listens", &[]);
	assert_eq!(socket.notification().await.1["message"], "somebody listens");
	assert_eq!(
		socket
			.call("log_unsubscribe", json!({ "subscription": log }))
			.await
			.unwrap(),
		json!(true)
	);
	server.end().await;
}

#[tokio::test]
async fn the_rules_are_told_at_once_and_when_anything_about_them_changes() {
	let server = Server::start().await;
	server.machine.measure(&[("vibration", 1.0)]);
	let login = server.login(Role::Owner).await;
	let mut socket = login.socket().await;
	let known = login.call("rules_get", json!({})).await.unwrap();
	socket.call("rules_subscribe", json!({})).await.unwrap();
	let (method, told) = socket.notification().await;
	assert_eq!(
		(method.as_str(), &told["revision"], &told["states"]),
		("rules_update", &known["revision"], &known["states"])
	);
	assert!(told.get("text").is_none(), "whoever wants it asks for it");
	server.machine.measure(&[("vibration", 7.0)]);
	let told = socket.notification().await.1;
	assert_eq!(told["states"][0]["values"], json!([["vibration", 7.0]]));
	let text = format!("{}# more\n", known["text"].as_str().unwrap());
	let save = json!({ "text": text, "revision": known["revision"] });
	let saved = login.call("rules_save", save).await.unwrap();
	assert_ne!(saved["revision"], known["revision"]);
	assert_eq!(socket.notification().await.1["revision"], saved["revision"]);
	server.end().await;
}

#[tokio::test]
async fn the_account_is_told_at_once_and_when_it_has_more() {
	let server = Server::start().await;
	let mut socket = server.login(Role::Viewer).await.socket().await;
	socket.call("wallet_subscribe", json!({})).await.unwrap();
	let free = |told: &Value| told["free"].as_str().unwrap().parse::<u128>().unwrap();
	let (method, before) = socket.notification().await;
	assert_eq!(method, "wallet_update");
	server.machine.earn(5);
	assert_eq!(free(&socket.notification().await.1), free(&before) + 5);
	server.end().await;
}

#[tokio::test]
async fn whoever_is_slow_loses_the_oldest_and_gets_the_newest() {
	const LINES: u64 = 20_000;
	let server = Server::start().await;
	let mut socket = server.login(Role::Owner).await.socket().await;
	socket.call("log_subscribe", json!({})).await.unwrap();
	let text = "x".repeat(4_000);
	for number in 0..LINES {
		server.machine.log_line("INFO", "test", &text, &[]);
		// The server runs, and nobody reads what it sends.
		if number % 50 == 0 {
			tokio::task::yield_now().await;
		}
	}
	server.machine.log_line("ERROR", "test", "the last", &[]);
	let (mut got, mut before) = (0, 0);
	loop {
		let (_, line) = socket.notification().await;
		let number = line["number"].as_u64().unwrap();
		assert!(number > before, "{number} after {before}");
		(got, before) = (got + 1, number);
		if line["message"] == "the last" {
			break;
		}
	}
	assert!(got < LINES, "{got} were kept");
	assert!(socket.call("jobs_list", json!({})).await.is_ok());
	server.end().await;
}

#[tokio::test]
async fn a_logout_closes_the_websockets_of_its_session_alone() {
	let server = Server::start().await;
	let (login, other) = (server.login(Role::Viewer).await, server.login(Role::Viewer).await);
	let (one, two, mut left) = (login.socket().await, login.socket().await, other.socket().await);
	let request = login
		.request(Method::DELETE, "/session")
		.header("x-csrf-token", &login.token);
	soon(request.send()).await.unwrap();
	one.closed().await;
	two.closed().await;
	assert!(left.call("jobs_list", json!({})).await.is_ok());
	server.end().await;
}

#[tokio::test]
async fn the_end_of_the_manager_closes_everything_in_bounded_time() {
	let server = Server::start().await;
	let login = server.login(Role::Owner).await;
	let (quiet, mut busy, mut stuck) = (login.socket().await, login.socket().await, login.socket().await);
	busy.call("status_subscribe", json!({})).await.unwrap();
	stuck.call("log_subscribe", json!({})).await.unwrap();
	for number in 0..20_000 {
		server.machine.log_line("INFO", "test", &"x".repeat(4_000), &[]);
		if number % 50 == 0 {
			tokio::task::yield_now().await;
		}
	}
	let idle = TcpStream::connect(server.address).await.unwrap();
	let mut half = TcpStream::connect(server.address).await.unwrap();
	half.write_all(b"GET / HTTP/1.1\r\nHost: loc").await.unwrap();
	let address = server.address;
	server.end().await;
	quiet.closed().await;
	busy.closed().await;
	assert!(soon(TcpStream::connect(address)).await.is_err(), "it listens no more");
	drop((stuck, idle, half));
}
