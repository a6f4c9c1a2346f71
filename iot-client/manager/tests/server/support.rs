//! A manager, and those who talk to it.

use iot_manager::{api::Role, played::Played, Clock, Files, Manager, Settings, Users};
use reqwest::{header, Client, RequestBuilder, Response, StatusCode};
use serde_json::{json, Value};
use soketto::handshake::{client::Header, Client as Handshake, ServerResponse};
use std::{
	collections::VecDeque, fs, future::Future, io::Write, net::SocketAddr, os::unix::fs::OpenOptionsExt, path::Path,
	sync::Arc, time::Duration,
};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::TcpStream,
	task::JoinHandle,
};
use tokio_util::{
	compat::{Compat, TokioAsyncReadCompatExt},
	sync::CancellationToken,
};

/// The passwords in `users.json`, whose hashes another program made.
pub fn password(role: Role) -> &'static str {
	match role {
		Role::Viewer => "viewer-viewer",
		Role::Operator => "operator-operator",
		Role::Owner => "owner-owner-owner",
	}
}

/// Whatever is waited for comes, or the test fails.
pub async fn soon<T>(wait: impl Future<Output = T>) -> T {
	tokio::time::timeout(Duration::from_secs(120), wait)
		.await
		.expect("it does not come")
}

/// A manager that runs.
pub struct Server {
	pub address: SocketAddr,
	pub machine: Arc<Played>,
	pub users: Users,
	pub clock: Clock,
	pub stop: CancellationToken,
	served: JoinHandle<()>,
	_folder: tempfile::TempDir,
}

/// Writes the file with the passwords of all three.
pub fn write_users(path: &Path) {
	let file = fs::OpenOptions::new()
		.write(true)
		.create_new(true)
		.mode(0o600)
		.open(path);
	file.unwrap().write_all(include_bytes!("users.json")).unwrap();
}

impl Server {
	pub async fn start() -> Self {
		Self::with(|_| {}).await
	}

	pub async fn with(change: impl FnOnce(&mut Settings)) -> Self {
		let folder = tempfile::tempdir().unwrap();
		let users = Users::at(folder.path().join("manager-users.json"));
		write_users(users.path());
		let mut settings = Settings::new(([127, 0, 0, 1], 0).into(), users.clone());
		change(&mut settings);
		let (clock, machine, stop) = (settings.clock.clone(), Played::still(), CancellationToken::new());
		let started = Manager::start(settings, machine.clone(), Files::embedded(), stop.clone());
		let (address, served) = soon(started).await.unwrap();
		Self {
			address,
			machine,
			users,
			clock,
			stop,
			served,
			_folder: folder,
		}
	}

	pub fn url(&self, path: &str) -> String {
		format!("http://{}{path}", self.address)
	}

	pub async fn get(&self, path: &str) -> Response {
		soon(Client::new().get(self.url(path)).send()).await.unwrap()
	}

	/// Tries to log in.
	pub async fn try_login(&self, role: &str, password: &str) -> Response {
		let body = json!({ "role": role, "password": password }).to_string();
		let request = Client::new().post(self.url("/session"));
		soon(
			request
				.header(header::CONTENT_TYPE, "application/json")
				.body(body)
				.send(),
		)
		.await
		.unwrap()
	}

	pub async fn login(&self, role: Role) -> Login {
		let answer = self.try_login(role.name(), password(role)).await;
		assert_eq!(answer.status(), StatusCode::OK);
		let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
		let cookie = cookie.split(';').next().unwrap().to_owned();
		let answer = body(answer).await;
		Login {
			address: self.address,
			cookie,
			token: answer["token"].as_str().unwrap().to_owned(),
		}
	}

	/// Sends these bytes and gives all that comes back until the other side hangs up.
	pub async fn raw(&self, bytes: &[u8]) -> String {
		let mut stream = soon(TcpStream::connect(self.address)).await.unwrap();
		// It may hang up before it has read all.
		let _ = soon(stream.write_all(bytes)).await;
		let mut text = Vec::new();
		let _ = soon(stream.read_to_end(&mut text)).await;
		String::from_utf8_lossy(&text).into_owned()
	}

	/// Stops it, and waits until it is done.
	pub async fn end(self) {
		self.stop.cancel();
		soon(self.served).await.unwrap();
	}
}

/// The body of an answer, as JSON.
pub async fn body(answer: Response) -> Value {
	let text = soon(answer.text()).await.unwrap();
	serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Somebody who is logged in.
#[derive(Clone)]
pub struct Login {
	pub address: SocketAddr,
	pub cookie: String,
	pub token: String,
}

impl Login {
	/// A request with the cookie alone.
	pub fn request(&self, method: reqwest::Method, path: &str) -> RequestBuilder {
		let request = Client::new().request(method, format!("http://{}{path}", self.address));
		request.header(header::COOKIE, &self.cookie)
	}

	/// Posts this text to `/rpc`, with all that belongs to it.
	pub async fn post(&self, text: impl Into<String>) -> Response {
		let request = self
			.request(reqwest::Method::POST, "/rpc")
			.header("x-csrf-token", &self.token);
		let request = request
			.header(header::CONTENT_TYPE, "application/json")
			.body(text.into());
		soon(request.send()).await.unwrap()
	}

	/// The whole answer to a text of JSON-RPC.
	pub async fn rpc(&self, text: impl Into<String>) -> Value {
		let answer = self.post(text).await;
		assert_eq!(answer.status(), StatusCode::OK);
		body(answer).await
	}

	/// The result of a call, or its error.
	pub async fn call(&self, method: &str, params: Value) -> Result<Value, Value> {
		let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
		result(self.rpc(request.to_string()).await)
	}

	pub async fn socket(&self) -> Socket {
		let origin = format!("http://{}", self.address);
		let opened = Socket::open(self.address, &self.cookie, &self.token, Some(&origin)).await;
		opened.expect("a WebSocket")
	}
}

fn result(mut answer: Value) -> Result<Value, Value> {
	match answer.get_mut("error") {
		Some(error) => Err(error.take()),
		None => Ok(answer["result"].take()),
	}
}

/// The code of an error.
pub fn code(error: &Value) -> i64 {
	error["code"].as_i64().unwrap()
}

type Stream = Compat<TcpStream>;

/// A WebSocket.
pub struct Socket {
	sender: soketto::Sender<Stream>,
	receiver: soketto::Receiver<Stream>,
	next: u64,
	/// Notifications that came while something else was waited for.
	pub told: VecDeque<Value>,
}

impl Socket {
	/// Opens one, or gives the status that it is refused with.
	pub async fn open(address: SocketAddr, cookie: &str, token: &str, origin: Option<&str>) -> Result<Self, u16> {
		let stream = soon(TcpStream::connect(address)).await.unwrap();
		let (host, path) = (address.to_string(), format!("/rpc?token={token}"));
		let mut headers = vec![Header {
			name: "Cookie",
			value: cookie.as_bytes(),
		}];
		if let Some(origin) = origin {
			headers.push(Header {
				name: "Origin",
				value: origin.as_bytes(),
			});
		}
		let mut client = Handshake::new(stream.compat(), &host, &path);
		client.set_headers(&headers);
		match soon(client.handshake()).await.unwrap() {
			ServerResponse::Accepted { .. } => {}
			ServerResponse::Rejected { status_code } => return Err(status_code),
			ServerResponse::Redirect { status_code, .. } => return Err(status_code),
		}
		let (sender, receiver) = client.into_builder().finish();
		Ok(Self {
			sender,
			receiver,
			next: 0,
			told: VecDeque::new(),
		})
	}

	pub async fn send(&mut self, text: &str) {
		soon(self.sender.send_text(text)).await.unwrap();
		soon(self.sender.flush()).await.unwrap();
	}

	/// The next message; nothing when it is closed.
	pub async fn next(&mut self) -> Option<Value> {
		let mut bytes = Vec::new();
		soon(self.receiver.receive_data(&mut bytes)).await.ok()?;
		Some(serde_json::from_slice(&bytes).unwrap())
	}

	/// Waits until the other side closes it.
	pub async fn closed(mut self) {
		while self.next().await.is_some() {}
	}

	/// The result of a call, or its error.
	pub async fn call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
		self.next += 1;
		let request = json!({ "jsonrpc": "2.0", "id": self.next, "method": method, "params": params });
		self.send(&request.to_string()).await;
		loop {
			let message = self.next().await.expect("an answer");
			if message["id"] == json!(self.next) {
				return result(message);
			}
			self.told.push_back(message);
		}
	}

	/// What the next notification says: its method, and its result.
	pub async fn notification(&mut self) -> (String, Value) {
		let mut message = match self.told.pop_front() {
			Some(message) => message,
			None => self.next().await.expect("a notification"),
		};
		let method = message["method"].as_str().expect("a notification").to_owned();
		(method, message["params"]["result"].take())
	}
}
