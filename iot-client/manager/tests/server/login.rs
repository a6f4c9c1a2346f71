//! Passwords and sessions.

use crate::support::{body, code, password, soon, write_users, Login, Server};
use iot_manager::{api::Role, played::Played, Clock, Files, Manager, ManagerError, Settings, Users, UsersError};
use reqwest::{header, Client, Method, StatusCode};
use serde_json::json;
use std::{fs, os::unix::fs::PermissionsExt};
use tokio_util::sync::CancellationToken;

#[tokio::test]
async fn whoever_logs_in_is_known_until_he_logs_out() {
	let server = Server::start().await;
	assert_eq!(server.get("/session").await.status(), StatusCode::UNAUTHORIZED);

	let answer = server.try_login("operator", password(Role::Operator)).await;
	assert_eq!(answer.status(), StatusCode::OK);
	let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
	for part in ["session=", "; HttpOnly", "; SameSite=Strict", "; Path=/"] {
		assert!(cookie.contains(part), "{part} is not in {cookie}");
	}
	assert!(!cookie.contains("Domain") && !cookie.contains("Secure"), "{cookie}");
	let first = body(answer).await;
	assert_eq!(first["role"], "operator");
	assert!(first["expires"].as_u64().unwrap() > 1_700_000_000_000);

	let login = server.login(Role::Operator).await;
	let again = body(soon(login.request(Method::GET, "/session").send()).await.unwrap()).await;
	assert_eq!(
		(again["role"].as_str(), again["token"].as_str()),
		(Some("operator"), Some(login.token.as_str()))
	);
	assert!(login.call("jobs_list", json!({})).await.is_ok());

	let out = login
		.request(Method::DELETE, "/session")
		.header("x-csrf-token", &login.token);
	let out = soon(out.send()).await.unwrap();
	assert_eq!(out.status(), StatusCode::NO_CONTENT);
	assert!(out.headers()[header::SET_COOKIE]
		.to_str()
		.unwrap()
		.contains("Max-Age=0"));
	let gone = soon(login.request(Method::GET, "/session").send()).await.unwrap();
	assert_eq!(gone.status(), StatusCode::UNAUTHORIZED);
	assert_eq!(login.post("{}").await.status(), StatusCode::UNAUTHORIZED);
	server.end().await;
}

#[tokio::test]
async fn the_page_itself_needs_no_token_to_log_out() {
	let server = Server::start().await;
	let login = server.login(Role::Viewer).await;
	let out = |origin: String| {
		soon(
			login
				.request(Method::DELETE, "/session")
				.header(header::ORIGIN, origin)
				.send(),
		)
	};
	let other = out("http://evil.example".to_owned()).await.unwrap();
	assert_eq!(other.status(), StatusCode::FORBIDDEN);
	let own = out(format!("http://{}", server.address)).await.unwrap();
	assert_eq!(own.status(), StatusCode::NO_CONTENT);
	assert_eq!(login.post("{}").await.status(), StatusCode::UNAUTHORIZED);
	server.end().await;
}

#[tokio::test]
async fn a_wrong_password_and_a_role_that_is_none_are_told_alike() {
	let server = Server::start().await;
	server.users.remove(Role::Operator).unwrap();
	let mut answers = Vec::new();
	for (role, password) in [("owner", "owner-owner-other"), ("root", "owner-owner-owner")] {
		let answer = server.try_login(role, password).await;
		assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
		assert!(!answer.headers().contains_key(header::SET_COOKIE));
		answers.push(body(answer).await);
	}
	answers.push(body(server.try_login("operator", password(Role::Operator)).await).await);
	assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
	server.end().await;
}

#[tokio::test]
async fn after_three_wrong_passwords_there_is_a_wait() {
	let server = Server::start().await;
	for _ in 0..3 {
		let answer = server.try_login("owner", "owner-owner-other").await;
		assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
	}
	let answer = server.try_login("owner", password(Role::Owner)).await;
	assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS, "also for the right one");
	let wait: u64 = answer.headers()[header::RETRY_AFTER].to_str().unwrap().parse().unwrap();
	server.clock.advance(wait * 1_000);
	server.login(Role::Owner).await;
	server.end().await;
}

#[tokio::test]
async fn what_is_no_login_is_refused_without_a_try() {
	let server = Server::start().await;
	let post = |kind: &'static str, text: String| {
		let request = Client::new().post(server.url("/session"));
		soon(request.header(header::CONTENT_TYPE, kind).body(text).send())
	};
	for text in [
		"",
		"{",
		"[]",
		"{\"role\":\"owner\"}",
		"{\"role\":1,\"password\":\"owner-owner-owner\"}",
	] {
		let answer = post("application/json", text.to_owned()).await.unwrap();
		assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{text}");
	}
	let form = post("application/x-www-form-urlencoded", "role=owner".to_owned())
		.await
		.unwrap();
	assert_eq!(form.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
	let large = post("application/json", " ".repeat(9_000)).await.unwrap();
	assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
	server.login(Role::Owner).await;
	server.end().await;
}

#[tokio::test]
async fn a_session_ends_when_nobody_uses_it_and_its_websocket_with_it() {
	let server = Server::with(|settings| settings.session_minutes = 5).await;
	let login = server.login(Role::Viewer).await;
	let mut socket = login.socket().await;
	socket.call("status_subscribe", json!({})).await.unwrap();
	for _ in 0..2 {
		server.clock.advance(4 * 60_000);
		assert!(
			login.call("jobs_list", json!({})).await.is_ok(),
			"it is used in between"
		);
	}
	server.clock.advance(5 * 60_000);
	let answer = soon(login.request(Method::GET, "/session").send()).await.unwrap();
	assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
	socket.closed().await;
	server.end().await;
}

#[tokio::test]
async fn what_an_open_page_asks_by_itself_is_no_use_of_its_session() {
	let server = Server::with(|settings| settings.session_minutes = 5).await;
	for (method, params, keeps) in [
		("session_keep", json!({}), true),
		("orders_resume", json!({}), true),
		("system_info", json!({}), false),
		("jobs_list", json!({}), false),
		("rules_check", json!({ "text": "" }), false),
		("wallet_subscribe", json!({}), false),
	] {
		let login = server.login(Role::Operator).await;
		server.clock.advance(3 * 60_000);
		// A line that was down comes back by itself, too.
		let mut socket = login.socket().await;
		let before = session(&login).await.unwrap()["expires"].as_u64().unwrap();
		let answer = socket.call(method, params).await.unwrap();
		if method == "session_keep" {
			assert!(answer["expires"].as_u64().unwrap() >= before + 2 * 60_000, "{answer}");
		}
		server.clock.advance(3 * 60_000);
		assert_eq!(session(&login).await.is_some(), keeps, "{method}");
		if !keeps {
			socket.closed().await;
		}
	}
	server.end().await;
}

/// What is said of a session, if there is one.
async fn session(login: &Login) -> Option<serde_json::Value> {
	let answer = soon(login.request(Method::GET, "/session").send()).await.unwrap();
	match answer.status() {
		StatusCode::OK => Some(body(answer).await),
		status => {
			assert_eq!(status, StatusCode::UNAUTHORIZED);
			None
		}
	}
}

#[tokio::test]
async fn what_is_called_after_the_end_of_the_session_is_refused() {
	let server = Server::with(|settings| settings.session_minutes = 1).await;
	let mut socket = server.login(Role::Owner).await.socket().await;
	server.clock.advance(60_000);
	// Either it is closed already, or it says why it does not do that.
	socket.send(r#"{"jsonrpc":"2.0","id":1,"method":"orders_pause"}"#).await;
	if let Some(answer) = socket.next().await {
		assert_eq!(code(&answer["error"]), -32001);
	}
	assert_eq!(server.get("/health/ready").await.status(), StatusCode::OK);
	server.end().await;
}

#[tokio::test]
async fn a_changed_password_ends_the_sessions_of_its_role_alone() {
	let server = Server::start().await;
	let (viewer, owner) = (server.login(Role::Viewer).await, server.login(Role::Owner).await);
	let socket = viewer.socket().await;
	server.users.set(Role::Viewer, "viewer-changed").unwrap();
	socket.closed().await;
	let answer = soon(viewer.request(Method::GET, "/session").send()).await.unwrap();
	assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
	assert!(owner.call("jobs_list", json!({})).await.is_ok());
	assert_eq!(
		server.try_login("viewer", "viewer-viewer").await.status(),
		StatusCode::UNAUTHORIZED
	);
	assert_eq!(
		server.try_login("viewer", "viewer-changed").await.status(),
		StatusCode::OK
	);
	server.end().await;
}

#[tokio::test]
async fn a_new_login_ends_the_session_of_the_same_browser() {
	let server = Server::start().await;
	let before = server.login(Role::Viewer).await;
	let text = json!({ "role": "owner", "password": password(Role::Owner) }).to_string();
	let request = before
		.request(Method::POST, "/session")
		.header(header::CONTENT_TYPE, "application/json");
	assert_eq!(soon(request.body(text).send()).await.unwrap().status(), StatusCode::OK);
	let answer = soon(before.request(Method::GET, "/session").send()).await.unwrap();
	assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
	server.end().await;
}

#[tokio::test]
async fn a_file_of_passwords_that_others_can_read_is_refused() {
	let folder = tempfile::tempdir().unwrap();
	let users = Users::at(folder.path().join("manager-users.json"));
	write_users(users.path());
	fs::set_permissions(users.path(), fs::Permissions::from_mode(0o644)).unwrap();
	let settings = Settings::new(([127, 0, 0, 1], 0).into(), users);
	let started = Manager::start(settings, Played::still(), Files::embedded(), CancellationToken::new());
	let error = soon(started).await.err().unwrap();
	assert!(
		matches!(error, ManagerError::Users(UsersError::Exposed { mode: 0o644, .. })),
		"{error}"
	);

	let server = Server::start().await;
	let login = server.login(Role::Owner).await;
	fs::set_permissions(server.users.path(), fs::Permissions::from_mode(0o644)).unwrap();
	let answer = server.try_login("owner", password(Role::Owner)).await;
	assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
	assert!(
		login.call("jobs_list", json!({})).await.is_ok(),
		"whoever is logged in stays so"
	);
	server.end().await;
}

#[tokio::test]
async fn a_settings_mistake_and_a_taken_address_are_named() {
	let server = Server::start().await;
	let start = |change: fn(&mut Settings)| {
		let mut settings = Settings::new(server.address, server.users.clone());
		settings.clock = Clock::default();
		change(&mut settings);
		Manager::start(settings, Played::still(), Files::embedded(), CancellationToken::new())
	};
	let taken = soon(start(|_| {})).await.err().unwrap();
	assert!(taken.to_string().contains(&server.address.to_string()), "{taken}");
	let minutes = soon(start(|settings| settings.session_minutes = 0))
		.await
		.err()
		.unwrap();
	assert!(minutes.to_string().contains("`session_minutes` is 0"), "{minutes}");
	server.end().await;
}
