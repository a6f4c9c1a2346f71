//! JSON-RPC: what calls answer, and what is wrong with others.

use crate::support::{body, code, Server};
use iot_manager::api::{
	Channel, Check, ConfigView, Finding, Job, JobDetail, LogLine, Role, RulesView, Saved, Series, WalletView,
};
use serde::de::DeserializeOwned;
use serde_json::{json, Value};

fn read<T: DeserializeOwned>(answer: Result<Value, Value>) -> T {
	serde_json::from_value(answer.expect("a result")).unwrap()
}

#[tokio::test]
async fn every_call_answers_in_its_shape() {
	let server = Server::start().await;
	server.machine.measure(&[("temperature", 42.5)]);
	let login = server.login(Role::Owner).await;
	let call = |method: &'static str, params: Value| {
		let login = login.clone();
		async move { login.call(method, params).await }
	};

	let info = call("system_info", json!({})).await.unwrap();
	assert_eq!(
		(info["role"].as_str(), &info["languages"]),
		(Some("owner"), &json!(["en", "ko"]))
	);
	assert!(info["started"].as_u64().unwrap() <= info["now"].as_u64().unwrap());
	let status = call("status_get", json!({})).await.unwrap();
	assert_eq!(status["daemon"]["orders_paused"], false);
	let channels: Vec<Channel> = read(call("channels_list", json!({})).await);
	assert!(channels
		.iter()
		.any(|channel| channel.name == "temperature" && channel.value == Some(42.5)));
	let query =
		json!({ "channels": ["temperature", "coolant"], "from": 1_000_000, "to": 1_700_000_000_000u64, "points": 50 });
	let series: Vec<Series> = read(call("history_query", query).await);
	assert_eq!(
		series.iter().map(|series| series.channel.as_str()).collect::<Vec<_>>(),
		["temperature", "coolant"]
	);
	let jobs: Vec<Job> = read(call("jobs_list", json!({})).await);
	let detail: JobDetail = read(call("jobs_get", json!({ "job": jobs[0].job })).await);
	assert_eq!(detail.job, jobs[0]);
	let wallet: WalletView = read(call("wallet_get", json!({})).await);
	let code = call("wallet_qr", json!({})).await.unwrap();
	assert_eq!(code["account"], json!(wallet.account));
	assert!(code["svg"].as_str().unwrap().starts_with("<svg"));
	let lines: Vec<LogLine> = read(call("log_query", json!({ "limit": 10 })).await);
	assert!(!lines.is_empty());
	let findings: Vec<Finding> = read(call("board_test", json!({ "drive": true })).await);
	assert!(!findings.is_empty());
	assert_eq!(
		call("orders_pause", json!({})).await.unwrap(),
		json!({ "orders_paused": true })
	);
	assert_eq!(
		call("orders_resume", json!([])).await.unwrap(),
		json!({ "orders_paused": false })
	);
	server.end().await;
}

#[tokio::test]
async fn a_text_is_saved_whole_and_over_nobody_elses() {
	let server = Server::start().await;
	let login = server.login(Role::Owner).await;
	let rules: RulesView = read(login.call("rules_get", json!({})).await);
	let config: ConfigView = read(login.call("config_get", json!({})).await);
	for (what, text, revision) in [
		("rules", rules.text, rules.now.revision),
		("config", config.text, config.revision),
	] {
		let (check, save) = (format!("{what}_check"), format!("{what}_save"));
		let wrong = format!("{text}\nthis is no line\n");
		let checked: Check = read(login.call(&check, json!({ "text": wrong })).await);
		assert_eq!(checked.problems.len(), 1, "{what}");
		let error = login
			.call(&save, json!({ "text": wrong, "revision": revision }))
			.await
			.unwrap_err();
		assert_eq!(code(&error), -32002);
		assert_eq!(error["data"], serde_json::to_value(&checked.problems).unwrap());

		let right = format!("{text}\n# looked at\n");
		let error = login
			.call(&save, json!({ "text": right, "revision": "another" }))
			.await
			.unwrap_err();
		assert_eq!(code(&error), -32003);
		let saved: Saved = read(login.call(&save, json!({ "text": right, "revision": revision })).await);
		assert_ne!(saved.revision, revision);
		let error = login
			.call(&save, json!({ "text": text, "revision": revision }))
			.await
			.unwrap_err();
		assert_eq!(code(&error), -32003, "{what} was saved in between");
	}
	server.end().await;
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_said_with_its_code() {
	let server = Server::start().await;
	let login = server.login(Role::Owner).await;
	let mut socket = login.socket().await;
	for (method, params, wanted, words) in [
		("no_such_method", json!({}), -32601, "no_such_method"),
		("jobs_get", json!({}), -32602, "`job`"),
		("jobs_get", json!({ "job": 1, "more": 2 }), -32602, "`more`"),
		("jobs_get", json!([1]), -32602, "by their names"),
		("jobs_get", json!({ "job": 4711 }), -32004, "4711"),
		(
			"channels_subscribe",
			json!({ "channels": ["door", "temperature"] }),
			-32602,
			"`channels[0]`",
		),
		(
			"channels_subscribe",
			json!({ "interval_ms": 1 }),
			-32602,
			"`interval_ms`",
		),
		("log_subscribe", json!({ "level": "LOUD" }), -32602, "`level`"),
		(
			"log_unsubscribe",
			json!({ "subscription": "x" }),
			-32602,
			"`subscription`",
		),
	] {
		let error = socket.call(method, params).await.unwrap_err();
		assert_eq!(code(&error), wanted, "{method}: {error}");
		assert!(error["message"].as_str().unwrap().contains(words), "{method}: {error}");
	}
	let error = login.call("status_subscribe", json!({})).await.unwrap_err();
	assert_eq!(code(&error), -32600);
	assert!(error["message"].as_str().unwrap().contains("WebSocket"), "{error}");
	server.end().await;
}

#[tokio::test]
async fn hostile_json_is_answered_with_an_error_and_the_connection_lives() {
	let server = Server::start().await;
	let login = server.login(Role::Owner).await;
	let mut socket = login.socket().await;
	let deep = "[".repeat(200_000);
	let text = |params: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"method":"config_check","params":{params}}}"#);
	for (name, text, wanted) in [
		("nothing", " ".to_owned(), -32700),
		("cut off", r#"{"jsonrpc":"2.0","#.to_owned(), -32700),
		("no text", "\u{fffd}".to_owned(), -32700),
		(
			"another version",
			r#"{"jsonrpc":"1.0","id":1,"method":"jobs_list"}"#.to_owned(),
			-32600,
		),
		("no method", r#"{"jsonrpc":"2.0","id":1}"#.to_owned(), -32600),
		("deep and open", deep.clone(), -32700),
		(
			"deep parameters",
			text(&format!(r#"{{"text":{deep}{}}}"#, "]".repeat(200_000))),
			-32602,
		),
		("a huge number", text(r#"{"text":1e999999}"#), -32602),
		("half a letter", text(r#"{"text":"\ud800"}"#), -32602),
		("an empty batch", "[]".to_owned(), -32600),
	] {
		let answer = body(login.post(text.clone()).await).await;
		assert_eq!(code(&answer["error"]), wanted, "{name}: {answer}");
		socket.send(&text).await;
		let answer = socket.next().await.unwrap();
		assert_eq!(code(&answer["error"]), wanted, "{name}: {answer}");
	}
	assert!(socket.call("jobs_list", json!({})).await.is_ok());
	server.end().await;
}

#[tokio::test]
async fn a_batch_has_twenty_calls_at_most_and_no_subscriptions() {
	let server = Server::start().await;
	let login = server.login(Role::Owner).await;
	let mut socket = login.socket().await;
	let batch = |many: usize, method: &str| {
		let call = json!({ "jsonrpc": "2.0", "id": 1, "method": method });
		Value::Array(vec![call; many]).to_string()
	};
	assert_eq!(login.rpc(batch(20, "jobs_list")).await.as_array().unwrap().len(), 20);
	assert_eq!(code(&login.rpc(batch(21, "jobs_list")).await["error"]), -32010);
	socket.send(&batch(21, "jobs_list")).await;
	assert_eq!(code(&socket.next().await.unwrap()["error"]), -32010);
	socket.send(&batch(1, "status_subscribe")).await;
	assert_eq!(code(&socket.next().await.unwrap()[0]["error"]), -32600);
	server.end().await;
}
