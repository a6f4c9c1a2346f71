use super::*;
use crate::recipe::content_hash;
use std::{fs, os::unix::fs::symlink};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpListener,
	task::JoinHandle,
};

const RECIPE: &[u8] = b"format = 1\nname = \"x\"\n[[each]]\ndwell_ms = 1\n";

fn config() -> RecipesConfig {
	RecipesConfig {
		max_bytes: 1000,
		timeout_ms: 5_000,
		..RecipesConfig::default()
	}
}

fn in_dir(dir: &Path) -> RecipesConfig {
	RecipesConfig {
		dirs: vec![dir.to_owned()],
		..config()
	}
}

/// Answers one request with `answer` and gives the request back.
async fn serve_once(answer: Vec<u8>) -> (String, JoinHandle<String>) {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let host = listener.local_addr().unwrap().to_string();
	let server = tokio::spawn(async move {
		let (mut socket, _) = listener.accept().await.unwrap();
		let mut request = vec![0; 4096];
		let count = socket.read(&mut request).await.unwrap();
		// The client hangs up early when it refuses the answer.
		let _ = socket.write_all(&answer).await;
		String::from_utf8_lossy(&request[..count]).into_owned()
	});
	(host, server)
}

fn ok(body: &[u8]) -> Vec<u8> {
	let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
	answer.extend_from_slice(body);
	answer
}

#[tokio::test]
async fn reads_a_file_of_an_allowed_folder() {
	let dir = tempfile::tempdir().unwrap();
	fs::write(dir.path().join("a.toml"), RECIPE).unwrap();
	let whole = format!("file://{}", dir.path().canonicalize().unwrap().join("a.toml").display());
	for uri in ["file:a.toml", "file:./a.toml", "file://a.toml", &whole] {
		let recipe = fetch(&in_dir(dir.path()), uri, content_hash(RECIPE)).await;
		assert_eq!(recipe.unwrap().name, "x", "{uri}");
	}
}

#[tokio::test]
async fn refuses_files_outside_of_the_allowed_folders() {
	let outside = tempfile::tempdir().unwrap();
	let secret = outside.path().join("secret.toml");
	fs::write(&secret, RECIPE).unwrap();
	let dir = tempfile::tempdir().unwrap();
	symlink(&secret, dir.path().join("link.toml")).unwrap();
	fs::create_dir(dir.path().join("folder")).unwrap();
	let up = format!(
		"file:../{}/secret.toml",
		outside.path().file_name().unwrap().to_str().unwrap()
	);
	let whole = format!("file:{}", secret.display());
	for uri in [
		"file:link.toml",
		"file:folder",
		"file:missing.toml",
		"file:/dev/zero",
		&up,
		&whole,
	] {
		let error = fetch(&in_dir(dir.path()), uri, content_hash(RECIPE)).await.unwrap_err();
		assert!(matches!(error, FetchError::NoSuchFile { .. }), "{uri}: {error}");
	}
}

#[tokio::test]
async fn refuses_a_file_that_is_too_large_or_not_the_ordered_one() {
	let dir = tempfile::tempdir().unwrap();
	fs::write(dir.path().join("a.toml"), RECIPE).unwrap();
	let error = fetch(&in_dir(dir.path()), "file:a.toml", [7; 32]).await.unwrap_err();
	assert!(
		matches!(error, FetchError::Recipe(RecipeError::WrongHash { .. })),
		"{error}"
	);
	let small = RecipesConfig {
		max_bytes: 10,
		..in_dir(dir.path())
	};
	let error = fetch(&small, "file:a.toml", content_hash(RECIPE)).await.unwrap_err();
	assert!(matches!(error, FetchError::TooLarge(10)), "{error}");
}

#[tokio::test]
async fn refuses_addresses_that_it_does_not_understand() {
	for uri in [
		"",
		"a.toml",
		"file:",
		"ftp://x/y",
		"https://user:word@x/y",
		"http://",
		"data:text/plain,x",
		"file:a\0b",
	] {
		let error = fetch(&config(), uri, [0; 32]).await.unwrap_err();
		assert!(matches!(error, FetchError::Address(_)), "{uri:?}: {error}");
	}
}

#[tokio::test]
async fn fetches_from_a_listed_local_host() {
	let (host, server) = serve_once(ok(RECIPE)).await;
	let config = RecipesConfig {
		local_hosts: vec![host.clone()],
		..config()
	};
	let recipe = fetch(&config, &format!("http://{host}/a.toml"), content_hash(RECIPE))
		.await
		.unwrap();
	assert_eq!(recipe.hash, content_hash(RECIPE));
	assert!(server.await.unwrap().starts_with("GET /a.toml"));
}

#[tokio::test]
async fn refuses_hosts_that_are_not_listed() {
	let config = RecipesConfig {
		hosts: vec!["good.example".into()],
		..config()
	};
	for uri in [
		"https://bad.example/a",
		"https://good.example:444/a",
		"https://good.example.bad.example/a",
	] {
		let error = fetch(&config, uri, [0; 32]).await.unwrap_err();
		assert!(matches!(error, FetchError::Host { .. }), "{uri}: {error}");
	}
}

#[tokio::test]
async fn refuses_private_addresses_of_hosts_that_are_not_local() {
	let hosts = [
		"127.0.0.1:9",
		"localhost:9",
		"10.0.0.1",
		"[::1]:9",
		"169.254.169.254",
		"[::ffff:127.0.0.1]:9",
	];
	for host in hosts {
		let url = Url::parse(&format!("http://{host}/a")).unwrap();
		let config = RecipesConfig {
			hosts: vec![allowed_name(&url)],
			..config()
		};
		let error = fetch(&config, url.as_str(), [0; 32]).await.unwrap_err();
		assert!(matches!(error, FetchError::PrivateAddress { .. }), "{host}: {error}");
		assert!(error.to_string().contains("local_hosts"), "{error}");
	}
}

#[tokio::test]
async fn does_not_follow_redirects() {
	let answer = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/b\r\nContent-Length: 0\r\n\r\n".to_vec();
	let (host, _server) = serve_once(answer).await;
	let config = RecipesConfig {
		local_hosts: vec![host.clone()],
		..config()
	};
	let error = fetch(&config, &format!("http://{host}/a"), [0; 32]).await.unwrap_err();
	assert!(matches!(error, FetchError::Status { status: 302, .. }), "{error}");
	assert!(!error.is_passing());
}

#[tokio::test]
async fn stops_at_the_size_limit_said_or_not() {
	let long = vec![b'#'; 5000];
	let mut unsaid = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_vec();
	unsaid.extend_from_slice(&long);
	for answer in [ok(&long), unsaid] {
		let (host, _server) = serve_once(answer).await;
		let config = RecipesConfig {
			local_hosts: vec![host.clone()],
			..config()
		};
		let error = fetch(&config, &format!("http://{host}/a"), [0; 32]).await.unwrap_err();
		assert!(matches!(error, FetchError::TooLarge(1000)), "{error}");
	}
}

#[tokio::test]
async fn gives_up_on_a_host_that_never_answers() {
	let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
	let host = listener.local_addr().unwrap().to_string();
	let config = RecipesConfig {
		local_hosts: vec![host.clone()],
		timeout_ms: 100,
		..config()
	};
	let error = fetch(&config, &format!("http://{host}/a"), [0; 32]).await.unwrap_err();
	assert!(matches!(error, FetchError::Timeout(100)), "{error}");
	assert!(error.is_passing());
}
