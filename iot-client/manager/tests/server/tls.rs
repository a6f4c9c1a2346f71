//! TLS, with certificates that openssl makes.

use crate::support::{body, password, soon, Server};
use iot_manager::{api::Role, played::Played, Files, Manager, ManagerError, Settings, Tls, TlsProblem, Users};
use reqwest::{header, Certificate, Client};
use serde_json::json;
use std::{
	fs,
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	process::Command,
};
use tokio_util::sync::CancellationToken;

/// An authority, and a certificate of it for `localhost`.
struct Certificates(tempfile::TempDir);

impl Certificates {
	fn new() -> Self {
		let made = Self(tempfile::tempdir().unwrap());
		let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
		made.openssl(&format!(
			"req -x509 {key} -days 2 -subj /CN=authority -keyout ca.key -out ca.pem"
		));
		made.openssl(&format!(
			"req -new {key} -subj /CN=press -keyout press.key -out press.csr"
		));
		fs::write(made.file("extension"), "subjectAltName=DNS:localhost,IP:127.0.0.1").unwrap();
		let sign = "-CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extension";
		made.openssl(&format!("x509 -req -in press.csr {sign} -out press.pem"));
		made
	}

	fn openssl(&self, arguments: &str) {
		let output = Command::new("openssl")
			.args(arguments.split(' '))
			.current_dir(self.0.path())
			.output()
			.unwrap();
		assert!(
			output.status.success(),
			"{arguments}: {}",
			String::from_utf8_lossy(&output.stderr)
		);
	}

	fn file(&self, name: &str) -> PathBuf {
		self.0.path().join(name)
	}

	fn tls(&self) -> Tls {
		Tls {
			certificate: self.file("press.pem"),
			key: self.file("press.key"),
		}
	}

	fn client(&self) -> Client {
		let authority = Certificate::from_pem(&fs::read(self.file("ca.pem")).unwrap()).unwrap();
		Client::builder().add_root_certificate(authority).build().unwrap()
	}
}

#[tokio::test]
async fn the_page_is_served_over_tls_and_its_cookie_never_without() {
	let certificates = Certificates::new();
	let server = Server::with(|settings| settings.tls = Some(certificates.tls())).await;
	let (client, url) = (
		certificates.client(),
		format!("https://localhost:{}", server.address.port()),
	);
	let page = soon(client.get(format!("{url}/")).send()).await.unwrap();
	assert_eq!(page.status(), 200);

	let login = client
		.post(format!("{url}/session"))
		.header(header::CONTENT_TYPE, "application/json");
	let text = json!({ "role": "owner", "password": password(Role::Owner) }).to_string();
	let answer = soon(login.header(header::ORIGIN, &url).body(text).send())
		.await
		.unwrap();
	assert_eq!(answer.status(), 200);
	let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
	assert!(
		cookie.starts_with("__Host-session=") && cookie.contains("; Secure"),
		"{cookie}"
	);
	let cookie = cookie.split(';').next().unwrap().to_owned();
	let token = body(answer).await["token"].as_str().unwrap().to_owned();
	let call = |cookie: String| {
		let request = client
			.post(format!("{url}/rpc"))
			.header("x-csrf-token", &token)
			.header(header::COOKIE, cookie);
		let request = request.header(header::CONTENT_TYPE, "application/json");
		soon(
			request
				.body(r#"{"jsonrpc":"2.0","id":1,"method":"system_info"}"#)
				.send(),
		)
	};
	assert_eq!(
		body(call(cookie.clone()).await.unwrap()).await["result"]["role"],
		"owner"
	);
	let other = call(cookie.trim_start_matches("__Host-").to_owned()).await.unwrap();
	assert_eq!(other.status(), 401, "the name without TLS is not taken");
	let insecure = client
		.get(format!("{url}/"))
		.header(header::ORIGIN, url.replace("https", "http"));
	assert_eq!(soon(insecure.send()).await.unwrap().status(), 403);

	let stranger = soon(Client::new().get(format!("{url}/")).send()).await;
	assert!(stranger.is_err(), "the authority is not known");
	assert!(!server
		.raw(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
		.await
		.starts_with("HTTP"));
	server.end().await;
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_without_a_restart() {
	let (before, after) = (Certificates::new(), Certificates::new());
	let server = Server::with(|settings| settings.tls = Some(before.tls())).await;
	let url = format!("https://localhost:{}/health/live", server.address.port());
	let ask = |certificates: &Certificates| {
		let asked = certificates.client().get(&url).send();
		async move { soon(asked).await.is_ok() }
	};
	assert!(ask(&before).await && !ask(&after).await);
	// Half of it does not fit, and is not taken.
	fs::copy(after.file("press.pem"), before.file("press.pem")).unwrap();
	assert!(ask(&before).await);
	fs::copy(after.file("press.key"), before.file("press.key")).unwrap();
	let renewed = async { while !ask(&after).await {} };
	soon(renewed).await;
	assert!(!ask(&before).await);
	server.end().await;
}

async fn refused(tls: Tls) -> TlsProblem {
	let users = Users::at(Path::new("/nonexistent/manager-users.json"));
	let mut settings = Settings::new(([127, 0, 0, 1], 0).into(), users);
	settings.tls = Some(tls);
	let started = Manager::start(settings, Played::still(), Files::embedded(), CancellationToken::new());
	match soon(started).await.err().unwrap() {
		ManagerError::Tls(problem) => problem,
		other => panic!("{other}"),
	}
}

#[tokio::test]
async fn files_that_are_wrong_are_named_with_the_remedy() {
	let certificates = Certificates::new();
	let right = certificates.tls();
	let missing = refused(Tls {
		certificate: certificates.file("none.pem"),
		..right.clone()
	});
	assert!(missing.await.to_string().contains("none.pem"));
	let swapped = refused(Tls {
		certificate: right.key.clone(),
		key: right.certificate.clone(),
	});
	assert!(swapped.await.to_string().contains("holds no certificate"));
	let unfit = refused(Tls {
		key: certificates.file("ca.key"),
		..right.clone()
	});
	assert!(matches!(unfit.await, TlsProblem::Unfit { .. }));
	fs::set_permissions(&right.key, fs::Permissions::from_mode(0o644)).unwrap();
	assert!(refused(right).await.to_string().contains("chmod o-rwx"));
}
