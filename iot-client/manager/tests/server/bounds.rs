//! How much anybody may send, hold and ask for.

use crate::support::{code, soon, Server};
use iot_manager::api::Role;
use serde_json::json;
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
};

const MOST_BODY: usize = 512 * 1024;

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_whether_it_says_so_or_not() {
	let server = Server::start().await;
	let login = server.login(Role::Owner).await;
	let text =
		json!({ "jsonrpc": "2.0", "id": 1, "method": "config_check", "params": { "text": "x".repeat(400_000) } });
	assert!(
		login.rpc(text.to_string()).await["result"].is_object(),
		"what fits is answered"
	);

	let head = format!(
		"POST /rpc HTTP/1.1\r\nHost: {}\r\nCookie: {}\r\nX-CSRF-Token: {}\r\nContent-Type: application/json\r\n",
		server.address, login.cookie, login.token
	);
	let said = format!("{head}Content-Length: {}\r\n\r\n", MOST_BODY + 1);
	let answer = server.raw(said.as_bytes()).await;
	assert!(answer.starts_with("HTTP/1.1 413 "), "{answer:.200}");
	let chunk = format!("{:x}\r\n{}\r\n", 64 * 1024, " ".repeat(64 * 1024)).repeat(9);
	let answer = server
		.raw(format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunk}").as_bytes())
		.await;
	assert!(answer.starts_with("HTTP/1.1 413 "), "{answer:.200}");
	server.end().await;
}

#[tokio::test]
async fn a_message_that_is_too_large_is_refused() {
	let server = Server::start().await;
	let mut socket = server.login(Role::Owner).await.socket().await;
	socket.send(&" ".repeat(MOST_BODY + 1)).await;
	assert_eq!(code(&socket.next().await.unwrap()["error"]), -32007);
	server.end().await;
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
	let server = Server::start().await;
	let own = format!("GET / HTTP/1.1\r\nHost: {}\r\n", server.address);
	for more in [format!("X: {}\r\n", "x".repeat(20_000)), "X: y\r\n".repeat(70)] {
		let answer = server.raw(format!("{own}{more}\r\n").as_bytes()).await;
		assert!(answer.starts_with("HTTP/1.1 431 "), "{answer:.200}");
	}
	let answer = server
		.raw(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 no HTTP at all\r\n\r\n")
		.await;
	assert!(
		answer.starts_with("HTTP/1.1 400 ") || answer.is_empty(),
		"{answer:.200}"
	);
	server.end().await;
}

#[tokio::test]
async fn there_are_so_many_connections_and_each_that_ends_makes_room() {
	let server = Server::start().await;
	let mut held = Vec::new();
	for _ in 0..32 {
		let mut stream = soon(TcpStream::connect(server.address)).await.unwrap();
		let request = format!("GET /health/live HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
		soon(stream.write_all(request.as_bytes())).await.unwrap();
		soon(stream.read_u8()).await.unwrap();
		held.push(stream);
	}
	let request = format!(
		"GET /health/live HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
		server.address
	);
	let answer = server.raw(request.as_bytes()).await;
	assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 503 "), "{answer}");
	held.pop();
	let again = async {
		loop {
			let answer = server.raw(request.as_bytes()).await;
			if answer.starts_with("HTTP/1.1 200 ") {
				return;
			}
			tokio::task::yield_now().await;
		}
	};
	soon(again).await;
	server.end().await;
}

#[tokio::test]
async fn a_connection_has_sixteen_subscriptions_at_most() {
	let server = Server::start().await;
	let mut socket = server.login(Role::Owner).await.socket().await;
	let mut first = None;
	for _ in 0..16 {
		let id = socket.call("jobs_subscribe", json!({})).await.unwrap();
		first.get_or_insert(id);
	}
	let error = socket.call("log_subscribe", json!({})).await.unwrap_err();
	assert_eq!(code(&error), -32006);
	let ended = socket
		.call("jobs_unsubscribe", json!({ "subscription": first }))
		.await
		.unwrap();
	assert_eq!(ended, json!(true));
	let again = async {
		while socket.call("log_subscribe", json!({})).await.is_err() {
			tokio::task::yield_now().await;
		}
	};
	soon(again).await;
	server.end().await;
}
