//! What the pages of somebody else can make a browser send, and what comes of it: nothing.

use crate::support::{soon, Server, Socket};
use iot_manager::api::Role;
use reqwest::{header, Method, StatusCode};

const PAUSE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"orders_pause"}"#;

#[tokio::test]
async fn the_cookie_alone_changes_nothing() {
	let server = Server::start().await;
	let (login, other) = (server.login(Role::Owner).await, server.login(Role::Owner).await);
	for token in [
		"",
		"0",
		&login.token[1..],
		&other.token,
		&login.cookie["session=".len()..],
	] {
		for (method, path) in [(Method::POST, "/rpc"), (Method::DELETE, "/session")] {
			let mut request = login
				.request(method, path)
				.header(header::CONTENT_TYPE, "application/json");
			if !token.is_empty() {
				request = request.header("x-csrf-token", token);
			}
			let answer = soon(request.body(PAUSE).send()).await.unwrap();
			assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path} {token}");
		}
	}
	assert_eq!(
		server.get("/health/ready").await.status(),
		StatusCode::OK,
		"orders are not paused"
	);
	assert_eq!(login.post(PAUSE).await.status(), StatusCode::OK);
	assert_eq!(
		server.get("/health/ready").await.status(),
		StatusCode::SERVICE_UNAVAILABLE
	);
	server.end().await;
}

#[tokio::test]
async fn a_request_of_somebody_elses_page_is_refused() {
	let server = Server::start().await;
	let login = server.login(Role::Owner).await;
	let own = format!("http://{}", server.address);
	let port = server.address.port();
	for (origin, right) in [
		(own.as_str(), true),
		("http://evil.example", false),
		("null", false),
		(&format!("http://localhost:{port}"), false),
		(&format!("http://127.0.0.1:{}", port ^ 1), false),
	] {
		let request = login.request(Method::POST, "/rpc").header("x-csrf-token", &login.token);
		let request = request
			.header(header::CONTENT_TYPE, "application/json")
			.header(header::ORIGIN, origin);
		let answer = soon(request.body(PAUSE).send()).await.unwrap();
		let status = if right { StatusCode::OK } else { StatusCode::FORBIDDEN };
		assert_eq!(answer.status(), status, "{origin}");
		let socket = Socket::open(server.address, &login.cookie, &login.token, Some(origin)).await;
		assert_eq!(socket.err(), (!right).then_some(403), "{origin}");
	}
	server.end().await;
}

#[tokio::test]
async fn a_websocket_wants_cookie_and_token() {
	let server = Server::start().await;
	let (login, other) = (server.login(Role::Owner).await, server.login(Role::Viewer).await);
	for (cookie, token, refused) in [
		(login.cookie.as_str(), login.token.as_str(), None),
		("", &login.token, Some(401)),
		("session=0", &login.token, Some(401)),
		(&login.cookie, "", Some(403)),
		(&login.cookie, &other.token, Some(403)),
	] {
		let opened = Socket::open(server.address, cookie, token, None).await;
		assert_eq!(opened.err(), refused, "{cookie} {token}");
	}
	server.end().await;
}

#[tokio::test]
async fn a_name_that_somebody_else_made_for_this_machine_is_not_answered() {
	let server = Server::with(|settings| settings.allowed_hosts = vec!["press-7.example".to_owned()]).await;
	let port = server.address.port();
	let status = |text: String| {
		let server = &server;
		async move {
			let answer = server.raw(text.as_bytes()).await;
			answer.split(' ').nth(1).unwrap_or("none").to_owned()
		}
	};
	for (host, wanted) in [
		(format!("127.0.0.1:{port}"), "200"),
		(format!("localhost:{port}"), "200"),
		(format!("LocalHost.:{port}"), "200"),
		(format!("[::1]:{port}"), "200"),
		(format!("press-7.example:{port}"), "200"),
		("press-7.example".to_owned(), "200"),
		(format!("evil.example:{port}"), "421"),
		(format!("127.0.0.1.evil.example:{port}"), "421"),
		(format!("192.168.1.1:{port}"), "421"),
		(format!("user@localhost:{port}"), "400"),
		(String::new(), "400"),
	] {
		for path in ["/health/live", "/", "/metrics"] {
			let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
			assert_eq!(status(request).await, wanted, "{host} {path}");
		}
	}
	let own = format!("Host: 127.0.0.1:{port}\r\n");
	for request in [
		"GET /health/live HTTP/1.0\r\n\r\n".to_owned(),
		format!("GET /health/live HTTP/1.1\r\n{own}Host: evil.example\r\nConnection: close\r\n\r\n"),
		format!("GET http://evil.example/health/live HTTP/1.1\r\n{own}Connection: close\r\n\r\n"),
	] {
		assert_eq!(status(request.clone()).await, "400", "{request}");
	}
	server.end().await;
}
