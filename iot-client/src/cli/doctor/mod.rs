//! Looks at everything that the machine needs, and says what to mend.
//!
//! It runs without the daemon and beside it: what the daemon has in use is not touched. It moves nothing and sends nothing to
//! the chain, and ends in bounded time whatever the network does. Each check is probed by one function and judged by
//! another, which is pure. What a node says is taken as it is, without a proof: nothing rests on it but words.

mod board;
mod certificate;
mod computer;
mod daemon;
mod disk;
mod files;
mod finding;
mod journal;
mod machine;
mod manager;
mod nodes;
mod recipes;
mod settings;

use super::{say, Desk, Result};
use crate::config::Config;
use daemon::Daemon;
use finding::{count, Finding, Level};
use std::{path::Path, time::Duration};
use subxt::utils::H256;
use tokio::{task::spawn_blocking, time::timeout};

/// The longest that a check of this computer may take: a folder on a server that is away answers never.
const LOCAL: Duration = Duration::from_secs(15);
/// The longest that a node may take to answer, and to say everything about the machine.
const NODE: Duration = Duration::from_secs(15);

/// The exit status when something is wrong.
const WRONG: u8 = super::CliError::REFUSED;

/// What was found so far; told at once.
struct Report {
	json: bool,
	warnings: usize,
	wrong: usize,
}

impl Report {
	fn tell(&mut self, finding: &Finding) {
		match finding.level {
			Level::Wrong => self.wrong += 1,
			Level::Warning => self.warnings += 1,
			Level::Ok | Level::Skipped => {}
		}
		say(self.json, finding, finding);
	}

	fn tell_all(&mut self, findings: &[Finding]) {
		findings.iter().for_each(|finding| self.tell(finding));
	}

	fn end(self) -> u8 {
		let wrong = match self.wrong {
			0 => "nothing is wrong".to_owned(),
			wrong => format!("{} wrong", count(wrong, "thing is", "things are")),
		};
		let text = format!("{wrong}, {}", count(self.warnings, "warning", "warnings"));
		say(
			self.json,
			text,
			&serde_json::json!({ "wrong": self.wrong, "warnings": self.warnings }),
		);
		match self.wrong {
			0 => 0,
			_ => WRONG,
		}
	}
}

/// Runs work that may wait for a disk, but not for ever: then the checks are told as skipped.
async fn local(checks: &'static [&'static str], work: impl FnOnce() -> Vec<Finding> + Send + 'static) -> Vec<Finding> {
	within(LOCAL, checks, work).await
}

async fn within(
	limit: Duration,
	checks: &'static [&'static str],
	work: impl FnOnce() -> Vec<Finding> + Send + 'static,
) -> Vec<Finding> {
	let late = |why: &str| checks.iter().map(|check| Finding::skipped(check, why)).collect();
	match timeout(limit, spawn_blocking(work)).await {
		Ok(Ok(findings)) => findings,
		Ok(Err(_)) => late("it ended before its time; please tell us"),
		Err(_) => late("the disk did not answer in time"),
	}
}

/// Checks everything. The exit status is 0 when nothing is wrong.
pub(super) async fn doctor(desk: &Desk<'_>) -> Result<u8> {
	let mut report = Report {
		json: desk.cli.json,
		warnings: 0,
		wrong: 0,
	};
	let (findings, config) = settings::check(&desk.cli.config);
	report.tell_all(&findings);
	report.tell_all(&local(&computer::CHECKS, computer::check).await);
	let Some(mut config) = config else {
		for check in rest() {
			report.tell(&Finding::skipped(check, "the configuration cannot be used"));
		}
		return Ok(report.end());
	};
	if !desk.cli.nodes.is_empty() {
		config.chain.endpoints = desk.cli.nodes.clone();
	}
	let limit = NODE.min(desk.cli.patience);
	// The nodes are asked meanwhile.
	let endpoints = config.chain.endpoints.clone();
	let asking = tokio::spawn(async move { nodes::ask(&endpoints, limit).await });

	let daemon = check_here(&mut report, &config).await;
	check_manager(&mut report, &config, &daemon).await;
	check_board(&mut report, &config, &daemon).await;

	let asked = asking.await.unwrap_or_default();
	report.tell_all(&nodes::judge(&config, &asked, nodes::now()));
	report.tell(&check_journal(&config, &asked, &daemon).await);
	report.tell_all(&machine::check(&config, &asked, limit).await);
	Ok(report.end())
}

/// All checks after those of the configuration and the computer.
fn rest() -> impl Iterator<Item = &'static str> {
	let here = files::CHECKS.into_iter().chain(disk::CHECKS).chain([daemon::CHECK]);
	let here = here.chain(manager::CHECKS);
	let machine = board::CHECKS.into_iter().chain(recipes::CHECKS);
	let chain = nodes::CHECKS.into_iter().chain([journal::CHECK]).chain(machine::CHECKS);
	here.chain(machine).chain(chain)
}

/// What is on this computer: files, disk, daemon.
async fn check_here(report: &mut Report, config: &Config) -> Daemon {
	let here = config.clone();
	report.tell_all(&local(&files::CHECKS, move || files::check(&here)).await);
	let folder = config.state_dir.clone();
	report.tell_all(&local(&disk::CHECKS, move || disk::check(&folder)).await);
	let folder = config.state_dir.clone();
	let found = timeout(LOCAL, spawn_blocking(move || Daemon::find(&folder))).await;
	match found {
		Ok(Ok(Ok(daemon))) => {
			report.tell_all(&daemon::judge(&daemon));
			daemon
		}
		Ok(Ok(Err(error))) => {
			let shown = config.state_dir.display();
			let fix =
				format!("let this user read {shown}, or take {shown}/status.json away: the daemon writes it anew");
			report.tell(&Finding::wrong(
				daemon::CHECK,
				format!("cannot read its status in {shown}: {error}"),
				fix,
			));
			Daemon::default()
		}
		Ok(Err(_)) | Err(_) => {
			report.tell(&Finding::skipped(daemon::CHECK, "the disk did not answer in time"));
			Daemon::default()
		}
	}
}

/// The page on which people look after the machine.
async fn check_manager(report: &mut Report, config: &Config, daemon: &Daemon) {
	let (section, runs) = (config.manager.clone(), daemon.now().is_some());
	report.tell_all(&local(&manager::CHECKS, move || manager::check(section.as_ref(), runs)).await);
}

/// The board, and what a recipe may do with it.
async fn check_board(report: &mut Report, config: &Config, daemon: &Daemon) {
	let user = files::Me::now().name;
	let (findings, board) = board::check(&config.board, daemon, &user).await;
	report.tell_all(&findings);
	let board = board.or_else(|| config.board.configuration.as_ref().map(board::as_configured));
	let config = config.clone();
	let findings = local(&recipes::CHECKS, move || recipes::check(&config, board.as_ref())).await;
	report.tell_all(&findings);
}

/// The journal, of the chain that the configuration names, or else that of the endpoints, if they are of one.
async fn check_journal(config: &Config, asked: &[nodes::Asked], daemon: &Daemon) -> Finding {
	let mut found = asked.iter().filter_map(|one| Some(one.said.as_ref().ok()?.genesis));
	let first = found.next().filter(|first| found.all(|other| other == *first));
	let genesis = config.chain.genesis.map(H256).or(first);
	let (path, runs) = (crate::journal::path(&config.state_dir), daemon.now().is_some());
	let judged = local(&[journal::CHECK], move || {
		let path: &Path = &path;
		vec![journal::judge(path, &journal::Facts::of(path), genesis, runs)]
	});
	let skipped = || Finding::skipped(journal::CHECK, "it was not looked at");
	judged.await.pop().unwrap_or_else(skipped)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::collections::BTreeSet;

	#[test]
	fn no_two_checks_have_one_name() {
		let names: Vec<_> = rest().collect();
		assert!(names.len() >= 25, "{names:?}");
		assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
		assert!(names.iter().all(|name| name.len() <= 17), "they fit their column");
	}

	#[test]
	fn the_exit_status_tells_whether_anything_is_wrong() {
		let report = |warnings, wrong| Report {
			json: true,
			warnings,
			wrong,
		};
		assert_eq!(report(0, 0).end(), 0);
		assert_eq!(report(3, 0).end(), 0);
		assert_eq!(report(0, 1).end(), WRONG);
	}

	#[tokio::test]
	async fn a_disk_that_never_answers_is_not_waited_for_for_ever() {
		let (hang, hung) = std::sync::mpsc::channel::<()>();
		let findings = within(Duration::from_millis(20), &["disk space"], move || {
			let _ = hung.recv();
			vec![]
		});
		assert_eq!(findings.await[0].level, Level::Skipped);
		drop(hang);
	}
}
