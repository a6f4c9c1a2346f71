//! A machine whose manager somebody tries: while a command runs that does so, a customer orders one job after the other, so that
//! there is always something to see.

use crate::{
	chain::{JobState, Outcome},
	ordered::STEP,
	process::{bound_to_us, free_port},
	world::{Order, World},
};
use anyhow::{bail, ensure, Context, Result};
use nix::{
	sys::signal::{killpg, Signal},
	unistd::Pid,
};
use std::{
	ffi::OsString,
	path::Path,
	process::{ExitStatus, Stdio},
	time::{Duration, Instant},
};
use tokio::process::Child;
use tokio_util::sync::CancellationToken;

/// Role, password, and what names that in the environment.
const USERS: [(&str, &str, &str); 3] = [
	("viewer", "looks-on-only", "MANAGER_VIEWER"),
	("operator", "tests-the-board", "MANAGER_OPERATOR"),
	("owner", "drill-press-7", "MANAGER_OWNER"),
];
/// What names the manager's address in the environment.
const URL: &str = "MANAGER_URL";
/// Brackets of each job: some fifteen seconds of work.
const UNITS: u32 = 3;
/// How a job ends that is done.
const PAID: JobState = JobState::Settled(Outcome::Completed);
/// How long the command has to end after it was asked to; then it is made to.
const END_LIMIT: Duration = Duration::from_secs(10);

/// Node, board and client, with an offer and a manager.
#[derive(Debug)]
pub struct Managed {
	/// All that runs.
	pub world: World,
	/// Where the manager is.
	pub url: String,
	offer: u64,
	order: Order,
}

impl Managed {
	/// Starts it all, and has one job done and paid, so that there is one to look back at.
	///
	/// # Errors
	/// When any part fails.
	pub async fn start(block_time: Duration) -> Result<Self> {
		let mut world = World::start(block_time, None).await?;
		let users = USERS.map(|(role, password, _)| (role, password));
		let url = world.site.open_manager_at(free_port()?, &users).await?;
		let (_, offer) = world.open().await?;
		let order = world.brackets(UNITS)?;
		let managed = Self {
			world,
			url,
			offer,
			order,
		};
		let end = managed.one_job().await?;
		ensure!(end == PAID, "the first job was not paid: {end:?}");
		Ok(managed)
	}

	/// Runs a command that finds address and passwords in its environment, and has jobs done as long as it runs. When it
	/// succeeds, the job that is under way is waited for as well. Gives how it ended, and how many jobs were paid meanwhile.
	///
	/// # Errors
	/// When it cannot be started, or a job comes to no end.
	pub async fn attend(&self, command: &[OsString]) -> Result<(ExitStatus, u32)> {
		let enough = CancellationToken::new();
		let jobs = self.jobs(&enough);
		tokio::pin!(jobs);
		let mut trial = Trial::start(command, self.environment())?;
		let status = tokio::select! {
			status = trial.child.wait() => status?,
			paid = &mut jobs => {
				paid.context("a job went wrong meanwhile")?;
				bail!("there were to be jobs as long as the command runs");
			}
		};
		if status.code().is_some() {
			// It has waited for what it started, and the number of its group may soon be another's.
			trial.group = None;
		}
		if !status.success() {
			return Ok((status, 0));
		}
		enough.cancel();
		Ok((status, jobs.await?))
	}

	fn environment(&self) -> Vec<(&'static str, String)> {
		let passwords = USERS
			.iter()
			.map(|(_, password, variable)| (*variable, (*password).to_owned()));
		passwords.chain([(URL, self.url.clone())]).collect()
	}

	/// One job after the other until it is enough; how many were paid. A browser may keep a small computer so busy that the
	/// machine gives a job up.
	async fn jobs(&self, enough: &CancellationToken) -> Result<u32> {
		let mut paid = 0;
		while !enough.is_cancelled() {
			match self.one_job().await? {
				PAID => paid += 1,
				end => eprintln!("managed: a job was not paid: {end:?}"),
			}
		}
		Ok(paid)
	}

	/// How it ends.
	async fn one_job(&self) -> Result<JobState> {
		let world = &self.world;
		let job = world.order(self.offer, &self.order).await?;
		let over = |state| matches!(state, JobState::Delivered | JobState::Settled(_));
		if world.wait_for_job(job, STEP, over).await? == JobState::Delivered {
			world.approve(job).await?;
		}
		world
			.wait_for_job(job, STEP, |state| matches!(state, JobState::Settled(_)))
			.await
	}
}

/// The command, in a process group of its own: what it has started ends with it.
struct Trial {
	child: Child,
	group: Option<Pid>,
}

impl Trial {
	fn start(command: &[OsString], environment: Vec<(&'static str, String)>) -> Result<Self> {
		let (program, arguments) = command.split_first().context("there is no command")?;
		let child = bound_to_us(Path::new(program))
			.args(arguments)
			.envs(environment)
			.stdin(Stdio::null())
			.process_group(0)
			.kill_on_drop(true)
			.spawn()
			.with_context(|| format!("cannot start {}", Path::new(program).display()))?;
		let group = child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw);
		Ok(Self { child, group })
	}
}

/// Asks it to end, waits, and makes it end. Blocks, for a bounded time: nothing may be left behind.
impl Drop for Trial {
	fn drop(&mut self) {
		let Some(group) = self.group else { return };
		// The only failure is that none of it runs any more.
		if killpg(group, Signal::SIGTERM).is_err() {
			return;
		}
		let start = Instant::now();
		while start.elapsed() < END_LIMIT {
			// Its own exit is noticed, so that it does not count as one that runs.
			let _ = self.child.try_wait();
			if killpg(group, None::<Signal>).is_err() {
				return;
			}
			std::thread::sleep(Duration::from_millis(25));
		}
		let _ = killpg(group, Signal::SIGKILL);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::process::wait_until;
	use std::fs;

	const SOON: Duration = Duration::from_secs(60);

	/// Whether a process runs; one that has ended and that nobody has waited for does not.
	fn runs(id: u32) -> bool {
		let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
		stat.rsplit_once(") ")
			.is_some_and(|(_, state)| !state.starts_with(['Z', 'X']))
	}

	#[tokio::test]
	async fn what_the_command_has_started_ends_with_it() {
		let folder = tempfile::tempdir().unwrap();
		let file = folder.path().join("id");
		let script = format!("sleep 1000 & echo $! > '{}'; wait", file.display());
		let command = ["sh", "-c", &script].map(OsString::from);
		let trial = Trial::start(&command, Vec::new()).unwrap();
		let written = || async { Ok(fs::read_to_string(&file).ok().and_then(|text| text.trim().parse().ok())) };
		let id = wait_until("it to be started", SOON, written).await.unwrap();
		assert!(runs(id));
		drop(trial);
		assert!(!runs(id));
	}
}
