//! The client beside a machine: its folder with configuration, key and recipes, its commands, and its daemon.

use crate::process::{binary, free_port, wait_until, Process};
use anyhow::{ensure, Context, Result};
use iot_client::{evidence::Evidence, parse::hex};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::{
	fs,
	net::{Ipv4Addr, TcpListener},
	os::unix::fs::PermissionsExt,
	path::{Path, PathBuf},
	process::{ExitStatus, Stdio},
	time::Duration,
};
use tokio::{process::Command, time::timeout};

/// How long a command may take: it waits for a finalized block, and each opens the keystore (scrypt).
const COMMAND_LIMIT: Duration = Duration::from_secs(150);
/// How long the daemon may take to be on line.
const START_LIMIT: Duration = Duration::from_secs(90);

/// Where the machine's manager is usually.
const MANAGER_PORT: u16 = 8000;

/// Rules of the demonstration's drill press: they tell, and leave the machine alone.
const RULES: &str = "\
# What the owner wants to hear of. iot-client/rules/README.md says what rules can do.
[[rule]]
name = \"spindle warm\"
when = \"mean(temperature, 10) > 60\"
until = \"mean(temperature, 10) < 50\"
severity = \"warning\"
then = [{ notify = \"The spindle is warmer than 60 °C.\" }]

[[rule]]
name = \"temperature sensor\"
when = \"age(temperature) > 10\"
then = [{ notify = \"No temperature for 10 s.\" }]
";

/// A recipe for three drilled brackets, as it is delivered with the client.
pub const DRILLED_BRACKET: &str = include_str!("../../iot-client/examples/recipes/drilled-bracket.toml");

/// What the owner of the demonstration's drill press lets a customer's recipe do with it.
const ENVELOPE: &str = "\
[envelope]
max_seconds = 120

[envelope.outputs]
spindle_rpm = { min = 0, max = 2500 }
feed_um = { min = 0, max = 45000 }
clamp = { min = 0, max = 1 }
coolant = { min = 0, max = 1 }
";

/// The folder of one machine's client.
#[derive(Clone, Debug)]
pub struct Site {
	folder: PathBuf,
	/// Best first; at least one.
	nodes: Vec<String>,
	program: String,
}

impl Site {
	/// Makes the folder: a configuration for the board at `port` and for these nodes, best first, and a folder for recipes.
	/// Commands ask whichever of the nodes has finalized most.
	///
	/// # Errors
	/// When the disk does not take it, or there is no node.
	pub fn create(folder: &Path, port: &Path, urls: &[&str]) -> Result<Self> {
		ensure!(!urls.is_empty(), "a client needs a node");
		fs::create_dir_all(folder.join("recipes"))?;
		// It holds a key.
		fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
		let site = Self {
			folder: folder.to_owned(),
			nodes: urls.iter().copied().map(str::to_owned).collect(),
			program: "iot-client".to_owned(),
		};
		site.configure(&site.configuration(port, urls))?;
		Ok(site)
	}

	/// From now on this program is the client: another build of it.
	pub fn use_program(&mut self, program: &str) {
		program.clone_into(&mut self.program);
	}

	/// The configuration file's text for this board and these nodes. One of them alone is believed; of several, the second
	/// must confirm the first.
	pub fn configuration(&self, port: &Path, urls: &[&str]) -> String {
		let trust = match urls {
			[_] => "single",
			_ => "confirmed",
		};
		self.configuration_trusting(trust, port, urls)
	}

	/// The same for one node, which a light client confirms that begins with these chain specs: the relay chain's and ours.
	pub fn configuration_with_light_client(&self, port: &Path, url: &str, specs: &[PathBuf; 2]) -> String {
		let text = self.configuration_trusting("confirmed", port, &[url]);
		let [relay, ours] = specs.each_ref().map(|spec| spec.display().to_string());
		format!("{text}\n[light_client]\nrelay_chain = {relay:?}\nchain = {ours:?}\n")
	}

	fn configuration_trusting(&self, trust: &str, port: &Path, urls: &[&str]) -> String {
		format!(
			"state_dir = \"state\"\n\n\
			[board]\nport = \"{port}\"\n\n\
			[chain]\nendpoints = {urls:?}\ntrust = {trust:?}\nstall_seconds = 20\n\n\
			[wallet]\nkeystore = \"key.json\"\npassword_file = \"password\"\n\n\
			[machine]\nmodel = \"Virtual drill press\"\nlocation = \"This computer\"\ncapabilities = [\"drilling\"]\n\n\
			{ENVELOPE}\n\
			[recipes]\ndirs = [\"recipes\"]\n",
			port = port.display(),
		)
	}

	/// The text of a configuration with readings of the board as often as this.
	pub fn streaming(text: &str, every_ms: u32) -> String {
		text.replacen("[board]\n", &format!("[board]\nstream_ms = {every_ms}\n"), 1)
	}

	/// Writes another configuration.
	///
	/// # Errors
	/// When the disk does not take it.
	pub fn configure(&self, text: &str) -> Result<()> {
		fs::write(self.config(), text).context("cannot write the client's configuration")
	}

	/// Gives the machine a manager, at the usual port if that is free, whose owner logs in with this password; and rules to look
	/// at. Gives its address.
	///
	/// # Errors
	/// When the disk does not take it, or the client refuses.
	pub async fn open_manager(&self, password: &str) -> Result<String> {
		let port = match TcpListener::bind((Ipv4Addr::LOCALHOST, MANAGER_PORT)) {
			Ok(_) => MANAGER_PORT,
			Err(_) => free_port()?,
		};
		self.open_manager_at(port, &[("owner", password)]).await
	}

	/// The same at this port, for roles with passwords.
	///
	/// # Errors
	/// When the disk does not take it, or the client refuses.
	pub async fn open_manager_at(&self, port: u16, users: &[(&str, &str)]) -> Result<String> {
		self.add_file("rules.toml", RULES)?;
		let text = fs::read_to_string(self.config())?;
		self.configure(&format!(
			"{text}\n[manager]\nlisten = \"127.0.0.1:{port}\"\n\n[rules]\nfile = \"rules.toml\"\n"
		))?;
		for (role, password) in users {
			let file = self.add_file("manager-password", password)?;
			fs::set_permissions(&file, fs::Permissions::from_mode(0o600))?;
			let file = file.display().to_string();
			self.run(&["manager", "password", "--role", role, "--password-file", &file])
				.await?;
		}
		Ok(format!("http://127.0.0.1:{port}/"))
	}

	/// The best of the nodes.
	pub fn node(&self) -> &str {
		self.nodes.first().map_or("", String::as_str)
	}

	/// The folder.
	pub fn folder(&self) -> &Path {
		&self.folder
	}

	/// The configuration file.
	pub fn config(&self) -> PathBuf {
		self.folder.join("machine.toml")
	}

	/// Where the daemon keeps what must outlive it.
	pub fn state(&self) -> PathBuf {
		self.folder.join("state")
	}

	/// The machine's key, as the address in its keystore.
	///
	/// # Errors
	/// When there is no key yet.
	pub fn key(&self) -> Result<String> {
		let text = fs::read(self.folder.join("key.json")).context("the machine has no key yet")?;
		let keystore: Value = serde_json::from_slice(&text)?;
		Ok(keystore["address"]
			.as_str()
			.context("the keystore names no address")?
			.to_owned())
	}

	/// Writes a recipe where the machine fetches recipes, and gives its path.
	///
	/// # Errors
	/// When the disk does not take it.
	pub fn add_recipe(&self, name: &str, text: &str) -> Result<PathBuf> {
		let path = self.folder.join("recipes").join(name);
		fs::write(&path, text)?;
		Ok(path)
	}

	/// Writes a file into the folder, and gives its path.
	///
	/// # Errors
	/// When the disk does not take it.
	pub fn add_file(&self, name: &str, text: &str) -> Result<PathBuf> {
		let path = self.folder.join(name);
		fs::write(&path, text)?;
		Ok(path)
	}

	/// What the daemon wrote of itself last.
	pub fn status(&self) -> Option<Value> {
		serde_json::from_slice(&fs::read(self.state().join("status.json")).ok()?).ok()
	}

	/// The hash of the evidence of the newest run of a job.
	///
	/// # Errors
	/// When there is no such evidence, or it is damaged.
	pub fn evidence_hash(&self, job: u64) -> Result<String> {
		let evidence = Evidence::load(&self.state(), job)?;
		Ok(hex(evidence.context("the job left no evidence")?.hash()))
	}

	/// Runs one of the client's commands, e.g. `approve 12 --as //Customer`.
	///
	/// # Errors
	/// When it cannot be run, or does not end. That it fails is in the [`Answer`].
	pub async fn command<Argument: AsRef<str>>(&self, arguments: &[Argument]) -> Result<Answer> {
		let mut command = Command::new(binary(&self.program)?);
		// The user's own settings are not for this machine.
		command.env_remove("IOT_CLIENT_CONFIG").env_remove("IOT_CLIENT_NODE");
		command
			.arg("--config")
			.arg(self.config())
			.args(["--json", "--node", &self.nodes.join(",")]);
		command
			.args(arguments.iter().map(AsRef::as_ref))
			.stdin(Stdio::null())
			.kill_on_drop(true);
		let output = timeout(COMMAND_LIMIT, command.output()).await;
		let name = arguments.first().map_or("", AsRef::as_ref);
		let output = output.with_context(|| format!("iot-client {name} still runs after {COMMAND_LIMIT:?}"))??;
		let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
		Ok(Answer {
			status: output.status,
			said: text(&output.stdout),
			complained: text(&output.stderr),
		})
	}

	/// The same, and it must succeed.
	///
	/// # Errors
	/// When it does not.
	pub async fn run<Argument: AsRef<str>>(&self, arguments: &[Argument]) -> Result<Answer> {
		let answer = self.command(arguments).await?;
		let line = || arguments.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ");
		ensure!(answer.status.success(), "iot-client {}: {}", line(), answer.text());
		Ok(answer)
	}

	/// Starts the daemon with the nodes of its configuration, and does not wait.
	///
	/// # Errors
	/// When there is no such program.
	pub fn start(&self) -> Result<Daemon> {
		let arguments = [
			format!("--config={}", self.config().display()),
			"--json".to_owned(),
			"run".to_owned(),
		];
		let log = self.folder.join("client.log");
		let process = Process::spawn("iot-client", &binary(&self.program)?, &arguments, &log)?;
		Ok(Daemon {
			process,
			site: self.clone(),
		})
	}
}

/// What a command of the client said.
#[derive(Clone, Debug)]
pub struct Answer {
	/// How it ended.
	pub status: ExitStatus,
	/// Its standard output.
	pub said: String,
	/// Its standard error output.
	pub complained: String,
}

impl Answer {
	/// All that it said.
	pub fn text(&self) -> String {
		format!("{}\n{}", self.complained, self.said).trim().to_owned()
	}
}

/// One piece of news of the daemon.
#[derive(Clone, PartialEq, Debug, Deserialize)]
pub struct News {
	/// The job that it is about.
	pub job: u64,
	/// What happened: `state`, `doing`, `readings`, `step`, `output`, `unit_made`, `aborted` and others.
	pub event: String,
	/// What belongs to it.
	#[serde(flatten)]
	pub more: Map<String, Value>,
}

impl News {
	/// A text that belongs to it.
	pub fn text(&self, name: &str) -> &str {
		self.more.get(name).and_then(Value::as_str).unwrap_or_default()
	}

	/// A number that belongs to it.
	pub fn number(&self, name: &str) -> u64 {
		self.more.get(name).and_then(Value::as_u64).unwrap_or_default()
	}
}

/// A running daemon.
#[derive(Debug)]
pub struct Daemon {
	process: Process,
	site: Site,
}

impl Daemon {
	/// Its process.
	pub fn process(&mut self) -> &mut Process {
		&mut self.process
	}

	/// All of its log.
	pub fn log_text(&self) -> String {
		self.process.log().text()
	}

	/// The end of its log.
	pub fn log_tail(&self) -> String {
		self.process.log().tail(20)
	}

	/// Waits until it has written that its status `is` as wanted, and gives the status.
	///
	/// # Errors
	/// When it ends, or takes too long.
	pub async fn wait_for_status(&mut self, what: &str, limit: Duration, is: impl Fn(&Value) -> bool) -> Result<Value> {
		let (process, site) = (&mut self.process, &self.site);
		let waiting = wait_until(what, limit, || {
			let running = process.ensure_running();
			// What an earlier process wrote does not count.
			let pid = process.pid().map(u64::from);
			let status = site
				.status()
				.filter(|status| status["pid"].as_u64() == pid && is(status));
			async move { running.map(|()| status) }
		});
		let waited = waiting.await;
		waited.with_context(|| format!("the client's log ends with:\n{}", self.process.log().tail(20)))
	}

	/// Waits until it has a node and a board.
	///
	/// # Errors
	/// When it ends, or takes too long.
	pub async fn ready(&mut self) -> Result<Value> {
		let on_line = |status: &Value| status["chain"]["connected"] == true && status["board"]["online"] == true;
		self.wait_for_status("the client to have node and board", START_LIMIT, on_line)
			.await
	}

	/// Waits until it has a node, and either a board or a reason why it has none.
	///
	/// # Errors
	/// When it ends, or takes too long.
	pub async fn settled(&mut self) -> Result<Value> {
		let knows = |status: &Value| {
			let board = &status["board"];
			status["chain"]["connected"] == true && (board["online"] == true || board["trouble"].is_string())
		};
		self.wait_for_status("the client to have a node and to know of its board", START_LIMIT, knows)
			.await
	}

	/// The next piece of news that was not read yet, if there is one.
	///
	/// # Errors
	/// When its log cannot be read.
	pub fn next_news(&mut self) -> Result<Option<News>> {
		while let Some(line) = self.process.next_line()? {
			if let Ok(news) = serde_json::from_str(&line) {
				return Ok(Some(news));
			}
		}
		Ok(None)
	}

	/// Waits until it tells this of a job.
	///
	/// # Errors
	/// When it ends, or takes too long.
	pub async fn wait_for_news(&mut self, job: u64, event: &str, limit: Duration) -> Result<()> {
		let is_it = |line: &str| {
			let news = serde_json::from_str::<News>(line);
			news.is_ok_and(|news| news.job == job && news.event == event)
		};
		self.process.wait_for_line(event, limit, is_it).await.map(|_| ())
	}

	/// Ends it in good order.
	///
	/// # Errors
	/// When it does not.
	pub async fn stop(&mut self) -> Result<ExitStatus> {
		self.process.stop().await
	}

	/// Ends it as a power cut would.
	///
	/// # Errors
	/// When the system refuses.
	pub async fn kill(&mut self) -> Result<()> {
		self.process.kill().await
	}
}
