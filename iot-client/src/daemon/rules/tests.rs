//! What rules do to a machine that is played.

use super::*;
use crate::{
	board::BoardError,
	daemon::bench::{Bench, COOLANT, SOON, TEMPERATURE},
};
use bpiiot_protocol::HostMessage;
use tokio::{task::JoinHandle, time::timeout};

const LINK: LinkId = LinkId(1);
const RULES: &str = r#"
[[rule]]
name = "too hot"
when = "temperature > 90.0"
until = "temperature < 60.0"
severity = "alarm"
then = [{ stop = "the spindle is too hot" }]

[[rule]]
name = "warm"
when = "temperature > 50.0"
until = "temperature < 40.0"
then = [{ actuate = "coolant", to = 1 }, { notify = "it gets warm" }]
"#;

struct Watched {
	bench: Bench,
	stop: CancellationToken,
	task: JoinHandle<()>,
}

impl Watched {
	async fn by(rules: &str) -> Self {
		let bench = Bench::new();
		let path = bench.dir.path().join("rules.toml");
		fs::write(&path, rules).unwrap();
		let stop = CancellationToken::new();
		let watch = Watch::new(path, bench.site.clone());
		let task = tokio::spawn(watch.run(stop.clone()));
		// It listens.
		tokio::task::yield_now().await;
		Self { bench, stop, task }
	}

	/// The temperature in tenths of °C.
	fn heat(&self, tenths: i32) {
		self.bench.measure(LINK, TEMPERATURE, tenths);
	}

	/// Waits until the machine is stopped by so many rules.
	async fn halted(&self, rules: usize) {
		let mut halts = self.bench.site.notices.halts();
		let stopped = halts.wait_for(|halts| halts.len() == rules);
		drop(timeout(SOON, stopped).await.unwrap().unwrap());
	}

	/// The first thing that somebody should do something about.
	async fn complaint(&self) -> String {
		let complained = async {
			loop {
				let complaints = self.bench.site.notices.complaints();
				match complaints.into_iter().next() {
					Some(complaint) => break complaint,
					None => tokio::task::yield_now().await,
				}
			}
		};
		timeout(SOON, complained).await.unwrap()
	}

	async fn end(self) {
		self.stop.cancel();
		timeout(SOON, self.task).await.unwrap().unwrap();
	}
}

#[tokio::test]
async fn a_rule_stops_the_machine_until_it_is_cleared() {
	let mut watched = Watched::by(RULES).await;
	watched.heat(455);
	watched.heat(915);
	// Both are raised; the one that stops comes first in the file, so the board is safe before anything is driven.
	assert_eq!(watched.bench.told().await, HostMessage::Safe);
	let drive = HostMessage::SetOutput {
		channel: COOLANT,
		value: 1,
	};
	assert_eq!(watched.bench.told().await, drive);
	watched.halted(1).await;
	let complaints = watched.bench.site.notices.complaints();
	assert_eq!(
		complaints,
		[
			"too hot (alarm): the spindle is too hot",
			"warm (warning): it gets warm"
		]
	);
	// Within the band nothing changes; below it, it is over.
	watched.heat(700);
	watched.heat(550);
	watched.halted(0).await;
	watched.end().await;
}

#[tokio::test]
async fn a_rule_holds_the_outputs_that_it_drives_and_lets_them_go() {
	let mut watched = Watched::by(RULES).await;
	watched.heat(515);
	assert!(matches!(
		watched.bench.told().await,
		HostMessage::SetOutput { value: 1, .. }
	));
	let board = watched.bench.site.board.clone();
	assert_eq!(board.lease().err(), Some(BoardError::Leased));
	watched.heat(395);
	assert_eq!(watched.bench.told().await, HostMessage::Safe, "as when any lease ends");
	assert!(board.lease().is_ok());
	watched.end().await;
}

#[tokio::test]
async fn while_a_job_drives_the_machine_rules_drive_nothing() {
	let mut watched = Watched::by(RULES).await;
	let job = watched.bench.site.board.lease().unwrap();
	watched.heat(515);
	assert!(watched.complaint().await.starts_with("warm"));
	watched.heat(915);
	// It was not driven, but it is stopped.
	assert_eq!(watched.bench.told().await, HostMessage::Safe);
	watched.halted(1).await;
	drop(job);
	watched.end().await;
}

#[tokio::test]
async fn rules_that_are_wrong_are_an_alarm_and_none_is_followed() {
	let watched = Watched::by(&RULES.replace("temperature >", "temprature >")).await;
	watched.heat(915);
	let complaint = watched.complaint().await;
	assert!(
		complaint.contains("temprature") && complaint.contains("temperature"),
		"{complaint}"
	);
	assert!(watched.bench.site.notices.halts().borrow().is_empty());
	watched.end().await;
}

#[tokio::test]
async fn rules_are_read_anew_when_somebody_wants_it() {
	let watched = Watched::by(RULES).await;
	watched.heat(455);
	let notices = &watched.bench.site.notices;
	let first = |rules: Vec<iot_rules::RuleStatus>| rules.first().map(|rule| rule.when.clone());
	timeout(SOON, notices.reread_rules()).await.unwrap();
	assert_eq!(first(notices.rules()).as_deref(), Some("temperature > 90.0"));
	let path = watched.bench.dir.path().join("rules.toml");
	fs::write(&path, RULES.replace("> 90.0", "> 95.0")).unwrap();
	timeout(SOON, notices.reread_rules()).await.unwrap();
	assert_eq!(first(notices.rules()).as_deref(), Some("temperature > 95.0"));
	fs::write(&path, "nonsense").unwrap();
	timeout(SOON, notices.reread_rules()).await.unwrap();
	assert!(notices.trouble_with_rules().unwrap().contains("no TOML"));
	// Whoever comes after them finds nothing of them.
	let notices = watched.bench.site.notices.clone();
	watched.end().await;
	assert_eq!((notices.complaints(), notices.rules().len()), (vec![], 0));
}
