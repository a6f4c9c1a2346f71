//! A machine's computer with a daemon that has a manager, and somebody who looks at it.

use super::{
	computer::{self, configuration, make_key, secret, LIMIT},
	doctor_chain::{FakeNode, Machine},
};
use reqwest::{Client, Method, StatusCode};
use serde_json::{json, Value};
use soketto::handshake::{client::Header, Client as Handshake, ServerResponse};
use std::{
	fs,
	io::{BufRead, BufReader},
	path::PathBuf,
	process::{Child, Command, ExitStatus, Stdio},
	time::Duration,
};
use subxt::utils::AccountId32;
use tokio::{net::TcpStream, sync::mpsc, time::timeout};
use tokio_util::compat::{Compat, TokioAsyncReadCompatExt};
use virtual_board::{protocol::Label, Options, VirtualBoard};

const OWNER: AccountId32 = AccountId32([3; 32]);
const PASSWORD: &str = "a password for tests";

/// The daemon on a computer of its own, with a board and a node that are played.
pub struct Bed {
	folder: tempfile::TempDir,
	pub board: VirtualBoard,
	pub node: FakeNode,
	daemon: Child,
	/// What it says.
	log: mpsc::UnboundedReceiver<String>,
	/// Where its manager is.
	pub address: String,
}

impl Bed {
	/// With these sections behind the example's, and these rules.
	pub async fn start(sections: &str, rules: &str) -> Self {
		let folder = tempfile::tempdir().unwrap();
		let path = |name: &str| folder.path().join(name);
		let secret = |name: &str, text: &str| secret(folder.path(), name, text);
		let board = VirtualBoard::start(Options {
			serial: Label::literal("DRILL-1"),
			..Options::new(path("board"))
		});
		secret("owner-password", &format!("{PASSWORD}\n"));
		let key = make_key(folder.path());
		let node = Machine::of(&key, OWNER).start(1).await;
		fs::write(path("rules.toml"), rules).unwrap();
		let manager = "[manager]\nlisten = \"127.0.0.1:0\"\n";
		secret("machine.toml", &(configuration(&node.url()) + manager + sections));
		let daemon = command(&folder, "run")
			.stderr(Stdio::piped())
			.stdout(Stdio::null())
			.spawn()
			.unwrap();
		let mut bed = Self {
			folder,
			board: board.unwrap(),
			node,
			daemon,
			log: mpsc::unbounded_channel().1,
			address: String::new(),
		};
		bed.log = lines(&mut bed.daemon);
		bed.run("manager password --role owner --password-file owner-password");
		bed.find_manager().await;
		bed
	}

	/// A file of the computer.
	pub fn path(&self, name: &str) -> PathBuf {
		self.folder.path().join(name)
	}

	/// Runs another command of the client to its end.
	pub fn run(&self, line: &str) {
		let output = command(&self.folder, line).output().unwrap();
		assert!(output.status.success(), "{line}: {output:?}");
	}

	/// Waits until the manager says where it is.
	pub async fn find_manager(&mut self) {
		let line = self.says("the manager is at ").await;
		let address = line.split_once("://").unwrap().1.trim();
		self.address = address.split_whitespace().next().unwrap().to_owned();
	}

	/// Waits until the daemon says this.
	pub async fn says(&mut self, words: &str) -> String {
		let mut heard = Vec::new();
		let said = async {
			loop {
				let line = self.log.recv().await?;
				if line.contains(words) {
					return Some(line);
				}
				heard.push(line);
			}
		};
		let said = timeout(LIMIT, said).await;
		match said {
			Ok(Some(line)) => line,
			_ => panic!("it never says {words:?}, but {heard:#?}"),
		}
	}

	/// Sends the daemon a signal.
	pub fn signal(&self, name: &str) {
		let sent = Command::new("kill")
			.args([name, &self.daemon.id().to_string()])
			.status();
		assert!(sent.unwrap().success());
	}

	/// Waits until it has ended.
	pub async fn ended(&mut self) -> ExitStatus {
		let ended = async {
			loop {
				if let Some(status) = self.daemon.try_wait().unwrap() {
					return status;
				}
				tokio::time::sleep(Duration::from_millis(20)).await;
			}
		};
		timeout(LIMIT, ended).await.expect("it ends")
	}

	/// Somebody who is logged in as the owner.
	pub async fn owner(&self) -> Guest {
		let body = json!({ "role": "owner", "password": PASSWORD }).to_string();
		let guest = Guest::nobody(&self.address);
		let login = async {
			loop {
				let answer = guest.ask(Method::POST, "/session", Some(&body)).await;
				// The password may not have been seen yet.
				if answer.status == StatusCode::OK {
					return answer;
				}
				assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.text);
				tokio::time::sleep(Duration::from_millis(500)).await;
			}
		};
		let answer = timeout(LIMIT, login).await.expect("the owner logs in");
		let said: Value = serde_json::from_str(&answer.text).unwrap();
		Guest {
			cookie: answer.cookie.unwrap(),
			token: said["token"].as_str().unwrap().to_owned(),
			..guest
		}
	}
}

impl Drop for Bed {
	fn drop(&mut self) {
		let _ = self.daemon.kill();
		let _ = self.daemon.wait();
	}
}

fn command(folder: &tempfile::TempDir, line: &str) -> Command {
	let mut command = computer::command(folder.path(), line);
	command.env("RUST_LOG", "warn,iot_client=info,iot_manager=info");
	command
}

fn lines(daemon: &mut Child) -> mpsc::UnboundedReceiver<String> {
	let (said, heard) = mpsc::unbounded_channel();
	let stderr = BufReader::new(daemon.stderr.take().unwrap());
	std::thread::spawn(move || {
		for line in stderr.lines().map_while(Result::ok) {
			if said.send(line).is_err() {
				break;
			}
		}
	});
	heard
}

/// An answer over HTTP.
pub struct Answer {
	pub status: StatusCode,
	pub text: String,
	cookie: Option<String>,
}

/// Somebody with a browser.
pub struct Guest {
	http: Client,
	address: String,
	cookie: String,
	token: String,
}

impl Guest {
	/// Somebody who is not logged in.
	pub fn nobody(address: &str) -> Self {
		Self {
			http: Client::builder().no_proxy().timeout(LIMIT).build().unwrap(),
			address: address.to_owned(),
			cookie: String::new(),
			token: String::new(),
		}
	}

	/// One request.
	pub async fn ask(&self, method: Method, path: &str, body: Option<&str>) -> Answer {
		let mut request = self
			.http
			.request(method, format!("http://{}{path}", self.address))
			.header("Origin", format!("http://{}", self.address))
			.header("Cookie", &self.cookie)
			.header("X-CSRF-Token", &self.token);
		if let Some(body) = body {
			request = request.header("Content-Type", "application/json").body(body.to_owned());
		}
		let answer = request.send().await.unwrap();
		let cookie = answer
			.headers()
			.get("set-cookie")
			.and_then(|cookie| cookie.to_str().ok());
		let cookie = cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
		Answer {
			status: answer.status(),
			cookie,
			text: answer.text().await.unwrap(),
		}
	}

	/// Calls a method; the whole answer.
	pub async fn call(&self, method: &str, params: Value) -> Value {
		let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
		let answer = self.ask(Method::POST, "/rpc", Some(&body)).await;
		assert_eq!(answer.status, StatusCode::OK, "{method}: {}", answer.text);
		serde_json::from_str(&answer.text).unwrap()
	}

	/// Calls a method that succeeds.
	pub async fn get(&self, method: &str, params: Value) -> Value {
		let mut answer = self.call(method, params).await;
		assert!(answer.get("error").is_none(), "{method}: {answer}");
		answer["result"].take()
	}

	/// Calls a method until its result is as it should be.
	pub async fn until(&self, method: &str, params: Value, right: impl Fn(&Value) -> bool) -> Value {
		let mut last = Value::Null;
		let asking = async {
			loop {
				last = self.get(method, params.clone()).await;
				if right(&last) {
					return;
				}
				tokio::time::sleep(Duration::from_millis(200)).await;
			}
		};
		if timeout(LIMIT, asking).await.is_err() {
			panic!("{method} is never as it should be, but {last:#}");
		}
		last
	}

	/// Opens a line over which subscriptions come.
	pub async fn line(&self) -> Line {
		let socket = TcpStream::connect(&self.address).await.unwrap();
		let resource = format!("/rpc?token={}", self.token);
		let origin = format!("http://{}", self.address);
		let headers = [
			Header {
				name: "Cookie",
				value: self.cookie.as_bytes(),
			},
			Header {
				name: "Origin",
				value: origin.as_bytes(),
			},
		];
		let mut handshake = Handshake::new(socket.compat(), &self.address, &resource);
		handshake.set_headers(&headers);
		let response = timeout(LIMIT, handshake.handshake()).await.unwrap().unwrap();
		assert!(matches!(response, ServerResponse::Accepted { .. }), "{response:?}");
		let (sender, receiver) = handshake.into_builder().finish();
		Line { sender, receiver }
	}
}

/// A WebSocket.
pub struct Line {
	sender: soketto::Sender<Compat<TcpStream>>,
	receiver: soketto::Receiver<Compat<TcpStream>>,
}

impl Line {
	/// Subscribes.
	pub async fn subscribe(&mut self, method: &str, params: Value) {
		let request = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
		self.sender.send_text(request.to_string()).await.unwrap();
		self.sender.flush().await.unwrap();
	}

	/// The next notification that is as it should be; nothing when the line is closed before.
	pub async fn until(&mut self, right: impl Fn(&Value) -> bool) -> Option<Value> {
		let hearing = async {
			loop {
				let mut data = Vec::new();
				self.receiver.receive_data(&mut data).await.ok()?;
				let mut said: Value = serde_json::from_slice(&data).unwrap();
				let result = said["params"]["result"].take();
				if !result.is_null() && right(&result) {
					return Some(result);
				}
				assert!(said.get("error").is_none(), "{said}");
			}
		};
		timeout(LIMIT, hearing).await.expect("something is told in time")
	}
}
