//! What is there without a login: the page's files, the figures, and whether it is well.

use crate::support::{body, soon, Server};
use reqwest::{header, Client, Method, StatusCode};

#[tokio::test]
async fn the_page_is_there_with_what_keeps_it_from_others() {
	let server = Server::start().await;
	for (path, status) in [
		("/", 200),
		("/session", 401),
		("/health/live", 200),
		("/nothing", 404),
		("/index.html", 404),
		("/rpc", 426),
		("/../Cargo.toml", 404),
		("/%2e%2e/secret", 404),
	] {
		let answer = server.get(path).await;
		assert_eq!(answer.status(), status, "{path}");
		let header = |name: &str| {
			answer
				.headers()
				.get(name)
				.map(|value| value.to_str().unwrap().to_owned())
		};
		let policy = header("content-security-policy").unwrap();
		for part in [
			"default-src 'none'",
			"script-src 'self'",
			"frame-ancestors 'none'",
			"base-uri 'none'",
		] {
			assert!(policy.contains(part), "{path}: {policy}");
		}
		assert!(!policy.contains("unsafe"), "{policy}");
		assert_eq!(header("x-content-type-options").as_deref(), Some("nosniff"), "{path}");
		assert_eq!(header("referrer-policy").as_deref(), Some("no-referrer"), "{path}");
		assert_eq!(
			header("cache-control").as_deref(),
			Some(if path == "/" { "no-cache" } else { "no-store" }),
			"{path}"
		);
		let kind = header("content-type").unwrap();
		let wanted = if path == "/" { "text/html" } else { "application/json" };
		assert!(kind.starts_with(wanted), "{path}: {kind}");
	}
	server.end().await;
}

#[tokio::test]
async fn a_file_is_packed_for_those_who_take_it_and_not_sent_twice() {
	let server = Server::start().await;
	let get = |name: header::HeaderName, value: &str| {
		let request = Client::new().get(server.url("/")).header(name, value);
		soon(request.send())
	};
	let plain = get(header::ACCEPT_ENCODING, "identity").await.unwrap();
	assert!(!plain.headers().contains_key(header::CONTENT_ENCODING));
	assert_eq!(plain.headers()[header::VARY], "Accept-Encoding");
	let tag = plain.headers()[header::ETAG].to_str().unwrap().to_owned();
	let whole = soon(plain.bytes()).await.unwrap();

	let packed = get(header::ACCEPT_ENCODING, "br, gzip").await.unwrap();
	assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
	let mut unpacked = Vec::new();
	let bytes = soon(packed.bytes()).await.unwrap();
	std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&*bytes), &mut unpacked).unwrap();
	assert_eq!(unpacked, whole);

	for value in [tag.clone(), format!("\"other\", {tag}")] {
		let same = get(header::IF_NONE_MATCH, &value).await.unwrap();
		assert_eq!(same.status(), StatusCode::NOT_MODIFIED, "{value}");
		assert!(soon(same.bytes()).await.unwrap().is_empty());
	}
	let other = get(header::IF_NONE_MATCH, "\"other\"").await.unwrap();
	assert_eq!(other.status(), StatusCode::OK);
	server.end().await;
}

#[tokio::test]
async fn other_methods_are_told_which_are_right() {
	let server = Server::start().await;
	for (method, path, allowed) in [
		(Method::POST, "/", "GET, HEAD"),
		(Method::PUT, "/session", "GET, POST, DELETE"),
		(Method::DELETE, "/rpc", "GET, POST"),
		(Method::POST, "/metrics", "GET, HEAD"),
		(Method::OPTIONS, "/health/live", "GET, HEAD"),
	] {
		let answer = soon(Client::new().request(method, server.url(path)).send())
			.await
			.unwrap();
		assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
		assert_eq!(answer.headers()[header::ALLOW], allowed, "{path}");
		assert!(!answer.headers().contains_key("access-control-allow-origin"));
	}
	let head = soon(Client::new().head(server.url("/")).send()).await.unwrap();
	assert_eq!(head.status(), StatusCode::OK);
	assert!(soon(head.bytes()).await.unwrap().is_empty());
	server.end().await;
}

#[tokio::test]
async fn says_whether_it_is_ready_and_if_not_why() {
	let server = Server::start().await;
	assert_eq!(
		body(server.get("/health/ready").await).await,
		serde_json::json!({ "ok": true })
	);
	soon(iot_manager::api::Machine::pause_orders(&*server.machine, true))
		.await
		.unwrap();
	let answer = server.get("/health/ready").await;
	assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
	assert_eq!(
		body(answer).await,
		serde_json::json!({ "ok": false, "why": ["orders are paused"] })
	);
	assert_eq!(
		body(server.get("/health/live").await).await,
		serde_json::json!({ "ok": true })
	);
	server.end().await;
}

#[tokio::test]
async fn figures_are_there_unless_they_are_switched_off() {
	let server = Server::start().await;
	let answer = server.get("/metrics").await;
	assert!(answer.headers()[header::CONTENT_TYPE]
		.to_str()
		.unwrap()
		.starts_with("text/plain; version=0.0.4"));
	let text = soon(answer.text()).await.unwrap();
	for line in [
		"iot_channels 0\n",
		"iot_manager_sessions 0\n",
		"# TYPE iot_manager_connections gauge\n",
	] {
		assert!(text.contains(line), "{line:?} is not in {text}");
	}
	server.end().await;
	let server = Server::with(|settings| settings.metrics = false).await;
	assert_eq!(server.get("/metrics").await.status(), StatusCode::NOT_FOUND);
	server.end().await;
}
