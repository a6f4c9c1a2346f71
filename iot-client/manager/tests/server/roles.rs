//! Who may do what.

use crate::support::{code, Server};
use iot_manager::api::Role::{self, Operator, Owner, Viewer};
use serde_json::{json, Value};

/// Names and least roles, as the manual's table has them.
fn documented() -> Vec<(String, Role)> {
	let text = include_str!("../../../../docs/manager.md");
	let mut methods = Vec::new();
	for line in text.lines().filter(|line| line.starts_with("| `")) {
		let cells: Vec<_> = line.split('|').map(str::trim).collect();
		let role = match cells.get(2) {
			Some(&"V") => Viewer,
			Some(&"O") => Operator,
			Some(&"W") => Owner,
			_ => continue,
		};
		methods.extend(
			cells[1]
				.split('`')
				.skip(1)
				.step_by(2)
				.map(|name| (name.to_owned(), role)),
		);
	}
	methods
}

#[tokio::test]
async fn each_role_may_call_what_the_manual_says_and_nothing_else() {
	let methods = documented();
	assert_eq!(methods.len(), 31);
	let server = Server::start().await;
	for role in [Viewer, Operator, Owner] {
		let login = server.login(role).await;
		let mut socket = login.socket().await;
		for (method, least) in &methods {
			let refused = |answer: Result<Value, Value>| answer.err().is_some_and(|error| code(&error) == -32001);
			let may = role >= *least;
			assert_eq!(
				refused(socket.call(method, json!({})).await),
				!may,
				"{method} as {role} over a WebSocket"
			);
			assert_eq!(refused(login.call(method, json!({})).await), !may, "{method} as {role}");
		}
	}
	server.end().await;
}

#[tokio::test]
async fn a_batch_is_no_way_around_the_roles() {
	let server = Server::start().await;
	let login = server.login(Viewer).await;
	let batch = r#"[{"jsonrpc":"2.0","id":1,"method":"jobs_list"},{"jsonrpc":"2.0","id":2,"method":"orders_pause"},
		{"jsonrpc":"2.0","id":3,"method":"config_get"},{"jsonrpc":"2.0","method":"orders_pause"},7]"#;
	let mut socket = login.socket().await;
	socket.send(batch).await;
	for answers in [login.rpc(batch).await, socket.next().await.unwrap()] {
		let answers = answers.as_array().unwrap();
		let of = |id: Value| answers.iter().find(|answer| answer["id"] == id).unwrap();
		assert_eq!(answers.len(), 4, "{answers:?}");
		assert!(of(json!(1))["result"].is_array());
		assert_eq!(code(&of(json!(2))["error"]), -32001);
		assert_eq!(code(&of(json!(3))["error"]), -32001);
		assert_eq!(code(&of(Value::Null)["error"]), -32600);
	}
	let ready = server.get("/health/ready").await;
	assert_eq!(ready.status(), 200, "orders are not paused");
	server.end().await;
}

#[tokio::test]
async fn a_call_without_an_answer_does_nothing() {
	let server = Server::start().await;
	let login = server.login(Owner).await;
	let text = r#"{"jsonrpc":"2.0","method":"orders_pause"}"#;
	login.post(text).await;
	let mut socket = login.socket().await;
	socket.send(text).await;
	socket.call("jobs_list", json!({})).await.unwrap();
	assert_eq!(server.get("/health/ready").await.status(), 200);
	server.end().await;
}
