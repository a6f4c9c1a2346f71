//! Child processes that never outlive whoever started them.

use anyhow::{bail, ensure, Context, Result};
use nix::{
	sys::signal::{kill, Signal},
	unistd::Pid,
};
use std::{
	env,
	fs::{File, OpenOptions},
	future::Future,
	io::{Read, Seek, SeekFrom, Write},
	net::{Ipv4Addr, TcpListener},
	path::{Path, PathBuf},
	process::{ExitStatus, Stdio},
	time::{Duration, Instant},
};
use tokio::{
	io::AsyncWriteExt,
	process::{Child, ChildStdin, Command},
	time::{interval, timeout, MissedTickBehavior},
};

/// How long a process may take to end after it was asked to.
const STOP_LIMIT: Duration = Duration::from_secs(15);
/// How often a condition is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(25);

/// A running child process with its log in a file. It is ended when this value is dropped.
#[derive(Debug)]
pub struct Process {
	name: &'static str,
	child: Child,
	log: Log,
	stdin: Option<ChildStdin>,
}

impl Process {
	/// Starts `program` with `arguments`; what it prints goes to the end of the file `log`.
	///
	/// It gets a process group of its own, so that Ctrl-C reaches this program alone, which then ends its children in the
	/// right order; and a signal from the kernel when this program dies without ending them.
	///
	/// # Errors
	/// When the program or the log cannot be opened.
	pub fn spawn(name: &'static str, program: &Path, arguments: &[String], log: &Path) -> Result<Self> {
		Self::start(name, program, arguments, log, Stdio::null())
	}

	/// The same, with a pipe to write to; see [`Process::tell`].
	///
	/// # Errors
	/// When the program or the log cannot be opened.
	pub fn spawn_listening(name: &'static str, program: &Path, arguments: &[String], log: &Path) -> Result<Self> {
		Self::start(name, program, arguments, log, Stdio::piped())
	}

	fn start(name: &'static str, program: &Path, arguments: &[String], log: &Path, stdin: Stdio) -> Result<Self> {
		let mut file = OpenOptions::new()
			.create(true)
			.append(true)
			.open(log)
			.with_context(|| cannot_write(log))?;
		writeln!(file, "$ {} {}", program.display(), arguments.join(" ")).with_context(|| cannot_write(log))?;
		let start = file.metadata().with_context(|| cannot_write(log))?.len();
		let mut child = bound_to_us(program)
			.args(arguments)
			// The user's own settings are not for what runs here.
			.env_remove("IOT_CLIENT_CONFIG")
			.env_remove("IOT_CLIENT_NODE")
			.stdin(stdin)
			.stdout(file.try_clone()?)
			.stderr(file)
			.process_group(0)
			.kill_on_drop(true)
			.spawn()
			.with_context(|| format!("cannot start {}", program.display()))?;
		let stdin = child.stdin.take();
		Ok(Self {
			name,
			child,
			log: Log {
				path: log.to_owned(),
				position: start,
				rest: String::new(),
			},
			stdin,
		})
	}

	/// Its process id, unless it has ended.
	pub fn pid(&self) -> Option<u32> {
		self.child.id()
	}

	/// The file that it prints to.
	pub fn log(&self) -> &Log {
		&self.log
	}

	/// Writes a line that it shall read.
	///
	/// # Errors
	/// When it does not listen.
	pub async fn tell(&mut self, line: &str) -> Result<()> {
		let name = self.name;
		let stdin = self
			.stdin
			.as_mut()
			.with_context(|| format!("{name} was not started to listen"))?;
		stdin
			.write_all(format!("{line}\n").as_bytes())
			.await
			.with_context(|| format!("{name} does not listen"))
	}

	/// Fails when the process has ended, with the end of its log.
	///
	/// # Errors
	/// When it has.
	pub fn ensure_running(&mut self) -> Result<()> {
		match self.child.try_wait()? {
			None => Ok(()),
			Some(status) => bail!(
				"{} ended ({status}); its log ends with:\n{}",
				self.name,
				self.log.tail(30)
			),
		}
	}

	/// The next whole line that it printed and nobody read yet, if there is one.
	///
	/// # Errors
	/// When its log cannot be read.
	pub fn next_line(&mut self) -> Result<Option<String>> {
		self.log.next_line()
	}

	/// Waits until it prints a line that `matches`, from the last line that was waited for on.
	///
	/// # Errors
	/// When it ends before, or it takes longer than `limit`.
	pub async fn wait_for_line(
		&mut self,
		what: &str,
		limit: Duration,
		matches: impl Fn(&str) -> bool,
	) -> Result<String> {
		let deadline = Instant::now() + limit;
		let mut ticks = ticker(LOOK_AGAIN);
		loop {
			while let Some(line) = self.log.next_line()? {
				if matches(&line) {
					return Ok(line);
				}
			}
			self.ensure_running()?;
			if Instant::now() > deadline {
				let log = self.log.tail(30);
				bail!(
					"{} did not say within {limit:?} {what}; its log ends with:\n{log}",
					self.name
				);
			}
			ticks.tick().await;
		}
	}

	/// Waits for its end.
	///
	/// # Errors
	/// When it does not end within `limit`.
	pub async fn wait(&mut self, limit: Duration) -> Result<ExitStatus> {
		let ended = timeout(limit, self.child.wait()).await;
		let log = || self.log.tail(10);
		Ok(ended.with_context(|| {
			format!(
				"{} still runs after {limit:?}; its log ends with:\n{}",
				self.name,
				log()
			)
		})??)
	}

	/// Asks it to end, and waits until it has. After a while it is made to.
	///
	/// # Errors
	/// When it had to be made to, or ended before it was asked.
	pub async fn stop(&mut self) -> Result<ExitStatus> {
		self.ensure_running()?;
		self.signal(Signal::SIGTERM);
		match self.wait(STOP_LIMIT).await {
			Ok(status) => Ok(status),
			Err(error) => {
				self.kill().await?;
				Err(error.context("it had to be killed"))
			}
		}
	}

	/// Ends it as a power cut would, and waits until it is gone.
	///
	/// # Errors
	/// When the system refuses.
	pub async fn kill(&mut self) -> Result<()> {
		Ok(self.child.kill().await?)
	}

	fn signal(&self, signal: Signal) {
		// No id: it has been waited for, and its id may be another's by now.
		if let Some(id) = self.child.id() {
			// The only failure is that it has ended by itself.
			let _ = kill(Pid::from_raw(id as i32), signal);
		}
	}
}

/// Asks, waits, and makes it end. Blocks, for a bounded time: nothing may be left behind.
impl Drop for Process {
	fn drop(&mut self) {
		self.signal(Signal::SIGTERM);
		let start = Instant::now();
		while matches!(self.child.try_wait(), Ok(None)) && start.elapsed() < 2 * STOP_LIMIT {
			if start.elapsed() > STOP_LIMIT {
				self.signal(Signal::SIGKILL);
			}
			std::thread::sleep(LOOK_AGAIN);
		}
	}
}

/// What a process prints, as it grows.
#[derive(Clone, Debug)]
pub struct Log {
	path: PathBuf,
	position: u64,
	rest: String,
}

impl Log {
	/// The log in the file at `path`, from its beginning.
	pub fn open(path: &Path) -> Self {
		Self {
			path: path.to_owned(),
			position: 0,
			rest: String::new(),
		}
	}

	/// The file.
	pub fn path(&self) -> &Path {
		&self.path
	}

	/// All of it.
	pub fn text(&self) -> String {
		std::fs::read(&self.path)
			.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
			.unwrap_or_default()
	}

	/// Its last `count` lines.
	pub fn tail(&self, count: usize) -> String {
		let text = self.text();
		let lines: Vec<_> = text.lines().collect();
		lines[lines.len().saturating_sub(count)..].join("\n")
	}

	/// The next whole line that was not read yet, if there is one.
	///
	/// # Errors
	/// When the file cannot be read.
	pub fn next_line(&mut self) -> Result<Option<String>> {
		if !self.rest.contains('\n') {
			let mut file = File::open(&self.path).with_context(|| format!("cannot read {}", self.path.display()))?;
			file.seek(SeekFrom::Start(self.position))?;
			let mut bytes = Vec::new();
			self.position += file.read_to_end(&mut bytes)? as u64;
			self.rest.push_str(&String::from_utf8_lossy(&bytes));
		}
		let Some(end) = self.rest.find('\n') else {
			return Ok(None);
		};
		let line = self.rest[..end].to_owned();
		self.rest.drain(..=end);
		Ok(Some(line))
	}
}

/// A program of this project: named by the environment (`BPIIOT_NODE`, `VIRTUAL_BOARD`, `IOT_CLIENT`: its name in
/// capitals), or else beside the program that runs now.
///
/// # Errors
/// When it is not there.
pub fn binary(name: &str) -> Result<PathBuf> {
	let variable = name.replace('-', "_").to_uppercase();
	if let Some(path) = env::var_os(&variable) {
		let path = PathBuf::from(path);
		ensure!(
			path.is_file(),
			"{variable} names {}, and there is no such file",
			path.display()
		);
		return Ok(path);
	}
	let this = env::current_exe()?;
	// Tests are one folder deeper.
	let found = this
		.ancestors()
		.skip(1)
		.take(2)
		.map(|folder| folder.join(name))
		.find(|path| path.is_file());
	found.with_context(|| {
		let folder = this.parent().unwrap_or(Path::new("/")).display();
		format!("there is no {name} beside {folder}: run `make build`, or name it in the environment as {variable}")
	})
}

/// A port of this computer that nobody listens on now.
///
/// # Errors
/// When the system has none.
pub fn free_port() -> Result<u16> {
	Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// Asks `look` again and again until it gives a value.
///
/// # Errors
/// When `look` fails, or nothing came within `limit`.
pub async fn wait_until<T, Looking>(what: &str, limit: Duration, mut look: impl FnMut() -> Looking) -> Result<T>
where
	Looking: Future<Output = Result<Option<T>>>,
{
	let mut ticks = ticker(LOOK_AGAIN);
	let waiting = async {
		loop {
			ticks.tick().await;
			if let Some(value) = look().await? {
				return Ok(value);
			}
		}
	};
	timeout(limit, waiting)
		.await
		.with_context(|| format!("waited {limit:?} for {what}"))?
}

/// Does `work`, which must not take longer than `limit`.
///
/// # Errors
/// Those of `work`, and that it takes longer.
pub async fn within<T>(limit: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
	timeout(limit, work)
		.await
		.with_context(|| format!("not done after {limit:?}"))?
}

fn ticker(period: Duration) -> tokio::time::Interval {
	let mut ticks = interval(period);
	ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
	ticks
}

/// The command that starts `program` such that the kernel kills it when we die, if `setpriv` (util-linux) is there.
pub(crate) fn bound_to_us(program: &Path) -> Command {
	let setpriv = Path::new("/usr/bin/setpriv");
	if !setpriv.is_file() {
		return Command::new(program);
	}
	let mut command = Command::new(setpriv);
	command.args(["--pdeathsig", "KILL", "--"]).arg(program);
	command
}

fn cannot_write(log: &Path) -> String {
	format!("cannot write the log {}", log.display())
}
