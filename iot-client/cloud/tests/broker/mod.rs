//! Brokers, sources and onlookers for tests.

pub mod fake;
pub mod setup;
pub mod watcher;

use std::{
	fs,
	io::{BufRead, BufReader},
	net::TcpListener,
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	sync::{Arc, Mutex},
	thread::JoinHandle,
	time::Duration,
};
use tokio::sync::watch;

/// The longest that anything in these tests is waited for.
pub const LIMIT: Duration = Duration::from_secs(60);

/// A mosquitto of this test, on a free port of the loopback interface.
pub struct Broker {
	folder: tempfile::TempDir,
	pub port: u16,
	running: Option<Running>,
	log: Arc<Mutex<Vec<String>>>,
	lines: watch::Sender<usize>,
}

struct Running {
	child: Child,
	reader: JoinHandle<()>,
}

impl Broker {
	/// A broker that takes everybody, with `more` in its configuration.
	pub async fn start(more: &str) -> Self {
		let broker = Self::stopped(&format!("allow_anonymous true\n{more}"));
		broker.started().await
	}

	/// The same with a configuration of its own; `FOLDER` in it is the broker's folder, with `files` in it.
	pub async fn with_files(config: &str, files: &[(&str, &str)]) -> Self {
		let broker = Self::stopped(config);
		for (name, content) in files {
			fs::write(broker.folder.path().join(name), content).unwrap();
		}
		broker.started().await
	}

	/// One that does not run yet.
	pub fn stopped(config: &str) -> Self {
		let folder = tempfile::tempdir().unwrap();
		// mosquitto gives up root.
		let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
		fs::set_permissions(folder.path(), open).unwrap();
		let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
		let config = config.replace("FOLDER", &folder.path().display().to_string());
		let config = format!("persistence false\nlog_dest stderr\nlog_type all\nlistener {port} 127.0.0.1\n{config}\n");
		fs::write(folder.path().join("mosquitto.conf"), config).unwrap();
		Broker {
			folder,
			port,
			running: None,
			log: Arc::default(),
			lines: watch::Sender::new(0),
		}
	}

	async fn started(mut self) -> Self {
		self.restart().await;
		self
	}

	/// Starts it, on the same port as before.
	pub async fn restart(&mut self) {
		assert!(self.running.is_none());
		let before = self.log().len();
		let mut child = Command::new(program())
			.arg("-c")
			.arg(self.folder.path().join("mosquitto.conf"))
			.stdin(Stdio::null())
			.stdout(Stdio::null())
			.stderr(Stdio::piped())
			.spawn()
			.unwrap();
		let stderr = BufReader::new(child.stderr.take().unwrap());
		let (log, lines) = (self.log.clone(), self.lines.clone());
		let reader = std::thread::spawn(move || {
			for line in stderr.lines().map_while(Result::ok) {
				let mut log = log.lock().unwrap();
				log.push(line);
				lines.send_replace(log.len());
			}
			lines.send_replace(usize::MAX);
		});
		self.running = Some(Running { child, reader });
		self.logged("running", before).await;
	}

	/// Waits until a line after the first `before` ones contains `text`.
	pub async fn logged(&self, text: &str, before: usize) -> String {
		let mut lines = self.lines.subscribe();
		loop {
			let found = self.log().iter().skip(before).find(|line| line.contains(text)).cloned();
			if let Some(line) = found {
				return line;
			}
			let next = tokio::time::timeout(LIMIT, lines.changed()).await;
			assert!(matches!(next, Ok(Ok(()))), "no \"{text}\" in {:?}", self.log());
		}
	}

	/// Ends it as a power cut would; when this returns, all that it logged is in the log.
	pub fn kill(&mut self) {
		if let Some(mut running) = self.running.take() {
			running.child.kill().unwrap();
			running.child.wait().unwrap();
			running.reader.join().unwrap();
		}
	}

	/// All that it said.
	pub fn log(&self) -> Vec<String> {
		self.log.lock().unwrap().clone()
	}

	/// The topics of all publications that it took of `client`, in order.
	pub fn published_by(&self, client: &str) -> Vec<String> {
		let head = format!("Received PUBLISH from {client} ");
		let log = self.log();
		let publications = log.iter().filter(|line| line.contains(&head));
		publications
			.filter_map(|line| line.split('\'').nth(1).map(str::to_owned))
			.collect()
	}

	/// How many connections it saw.
	pub fn connections(&self) -> usize {
		self.log()
			.iter()
			.filter(|line| line.contains("New connection from"))
			.count()
	}

	/// Its folder.
	pub fn folder(&self) -> &Path {
		self.folder.path()
	}
}

impl Drop for Broker {
	fn drop(&mut self) {
		self.kill();
	}
}

fn program() -> PathBuf {
	let path = std::env::var_os("PATH").unwrap_or_default();
	let folders = std::env::split_paths(&path).chain(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
	let found = folders
		.map(|folder| folder.join("mosquitto"))
		.find(|program| program.is_file());
	found.expect(
		"these tests need the MQTT broker mosquitto: install it with `apt-get install mosquitto` (Debian, as root)",
	)
}

/// Writes a file that only its owner may read.
pub fn write_secret(path: &Path, content: &str) {
	fs::write(path, content).unwrap();
	fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
}

/// Certificates for tests, made with openssl.
pub struct Certificates {
	folder: tempfile::TempDir,
}

impl Certificates {
	/// An authority, and a certificate of it for a broker named `name` and a client.
	pub fn new(name: &str) -> Self {
		Self::of("authority", name)
	}

	/// The same with a name for the authority.
	pub fn of(authority: &str, name: &str) -> Self {
		let folder = tempfile::tempdir().unwrap();
		let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
		fs::set_permissions(folder.path(), open).unwrap();
		let certificates = Certificates { folder };
		let key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
		certificates.openssl(&format!(
			"req -x509 {key} -subj /CN={authority} -keyout ca.key -out ca.pem"
		));
		let kind = if name.parse::<std::net::IpAddr>().is_ok() {
			"IP"
		} else {
			"DNS"
		};
		for (file, extension) in [
			("broker", format!("subjectAltName={kind}:{name}")),
			("client", "subjectAltName=DNS:c".to_owned()),
		] {
			fs::write(certificates.folder.path().join("extension"), extension).unwrap();
			let request = key.replace(" -days 2", "");
			certificates.openssl(&format!(
				"req -new {request} -subj /CN={file} -keyout {file}.key -out {file}.csr"
			));
			let sign = "-CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile extension";
			certificates.openssl(&format!("x509 -req -in {file}.csr {sign} -out {file}.pem"));
			// The broker, which gives up root, reads its key; nobody but the client reads the client's.
			let mode = if file == "broker" { 0o644 } else { 0o600 };
			let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
			fs::set_permissions(certificates.file(&format!("{file}.key")), mode).unwrap();
		}
		certificates
	}

	fn openssl(&self, arguments: &str) {
		let output = Command::new("openssl")
			.args(arguments.split(' '))
			.current_dir(self.folder.path())
			.output()
			.unwrap();
		assert!(
			output.status.success(),
			"{arguments}: {}",
			String::from_utf8_lossy(&output.stderr)
		);
	}

	/// A file: `ca.pem`, `broker.pem`, `broker.key`, `client.pem` or `client.key`.
	pub fn file(&self, name: &str) -> PathBuf {
		self.folder.path().join(name)
	}

	/// Lines for the configuration of a broker that shows its certificate.
	pub fn config(&self) -> String {
		let file = |name| self.file(name).display().to_string();
		format!(
			"cafile {}\ncertfile {}\nkeyfile {}\n",
			file("ca.pem"),
			file("broker.pem"),
			file("broker.key")
		)
	}
}
