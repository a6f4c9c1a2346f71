//! What rules do to a machine that is played.

use super::*;
use crate::{
	board::BoardError,
	daemon::bench::{Bench, COOLANT, SOON, TEMPERATURE},
};
use bpiiot_protocol::HostMessage;
use futures::FutureExt;
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

	/// Puts these rules into the place of the others.
	async fn save(&self, rules: &str) {
		fs::write(self.bench.dir.path().join("rules.toml"), rules).unwrap();
		timeout(SOON, self.bench.site.notices.reread_rules()).await.unwrap();
	}

	/// Whether the board is told nothing.
	fn leaves_the_board_alone(&mut self) -> bool {
		self.bench.fake.next().now_or_never().is_none()
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

/// A rule that has nothing to do with the others.
const COLD: &str = "\n[[rule]]\nname = \"cold\"\nwhen = \"temperature < 5.0\"\n";

#[tokio::test]
async fn rules_that_are_saved_while_a_job_runs_leave_it_alone() {
	let mut watched = Watched::by(RULES).await;
	let (job, mut said) = watched.bench.site.board.lease().unwrap();
	watched.heat(455);
	watched.save(&format!("{RULES}{COLD}")).await;
	watched.save(&RULES.replace("> 90.0", "> 95.0")).await;
	watched.save("nonsense").await;
	watched.save(RULES).await;
	assert!(watched.leaves_the_board_alone());
	assert!(watched.bench.site.notices.halts().borrow().is_empty());
	assert!(matches!(said.try_recv(), Ok(Signal::Reading { value: 455, .. })));
	assert!(said.try_recv().is_err());
	drop(job);
	watched.end().await;
}

#[tokio::test]
async fn a_rule_that_holds_something_does_so_without_a_gap_while_others_are_saved() {
	let mut watched = Watched::by(RULES).await;
	watched.heat(915);
	assert_eq!(watched.bench.told().await, HostMessage::Safe);
	assert!(matches!(
		watched.bench.told().await,
		HostMessage::SetOutput { value: 1, .. }
	));
	watched.halted(1).await;
	let mut halts = watched.bench.site.notices.halts();
	halts.mark_unchanged();
	let complaints = watched.bench.site.notices.complaints();
	// WHEN another rule comes.
	watched.save(&format!("# more\n{COLD}{RULES}")).await;
	// THEN the machine stays stopped, what is driven stays so, and all is known still.
	assert!(!halts.has_changed().unwrap());
	assert!(watched.leaves_the_board_alone());
	let board = watched.bench.site.board.clone();
	assert_eq!(board.lease().err(), Some(BoardError::Leased));
	assert_eq!(watched.bench.site.notices.complaints(), complaints);
	// AND WHEN the rule that stops it is another one that holds as well.
	let changed = RULES.replace("> 90.0", "> 91.0");
	let notices = watched.bench.site.notices.clone();
	let path = watched.bench.dir.path().join("rules.toml");
	fs::write(path, &changed).unwrap();
	let (told, ()) = tokio::join!(watched.bench.told(), notices.reread_rules());
	assert_eq!(told, HostMessage::Safe, "it is raised anew");
	// THEN there was no moment at which it was not stopped.
	assert!(!halts.has_changed().unwrap());
	assert_eq!(board.lease().err(), Some(BoardError::Leased));
	// And what is gone holds nothing any more.
	watched.save(COLD).await;
	watched.halted(0).await;
	assert_eq!(watched.bench.told().await, HostMessage::Safe);
	assert!(board.lease().is_ok());
	assert!(notices.complaints().is_empty());
	watched.end().await;
}

#[tokio::test]
async fn what_a_rule_drives_is_driven_again_when_another_lets_go() {
	let lamp =
		"\n[[rule]]\nname = \"lamp\"\nwhen = \"temperature > 45.0\"\nthen = [{ actuate = \"coolant\", to = 1 }]\n";
	let mut watched = Watched::by(&format!("{RULES}{lamp}")).await;
	watched.heat(515);
	let drive = HostMessage::SetOutput {
		channel: COOLANT,
		value: 1,
	};
	for _ in 0..2 {
		assert_eq!(watched.bench.told().await, drive);
	}
	fs::write(watched.bench.dir.path().join("rules.toml"), RULES).unwrap();
	let notices = watched.bench.site.notices.clone();
	let told = async {
		let first = watched.bench.told().await;
		(first, watched.bench.told().await)
	};
	let (told, ()) = tokio::join!(told, notices.reread_rules());
	assert_eq!(told, (HostMessage::Safe, drive));
	let board = watched.bench.site.board.clone();
	assert_eq!(board.lease().err(), Some(BoardError::Leased));
	watched.heat(395);
	assert_eq!(watched.bench.told().await, HostMessage::Safe);
	watched.end().await;
}

#[tokio::test]
async fn a_disk_that_is_slow_with_the_rules_keeps_nobody_from_watching() {
	let mut watched = Watched::by(RULES).await;
	watched.heat(455);
	watched.save(RULES).await;
	// GIVEN a file that nobody gives anything to read.
	let path = watched.bench.dir.path().join("rules.toml");
	fs::remove_file(&path).unwrap();
	nix::unistd::mkfifo(&path, nix::sys::stat::Mode::S_IRWXU).unwrap();
	let notices = watched.bench.site.notices.clone();
	let reading = tokio::spawn(async move { notices.reread_rules().await });
	// It is begun.
	for _ in 0..10 {
		tokio::task::yield_now().await;
	}
	// WHEN it gets too hot meanwhile, and the board has been reset, THEN the machine is stopped.
	let again = LinkId(2);
	watched.bench.connect(again);
	watched.bench.measure(again, TEMPERATURE, 915);
	assert_eq!(watched.bench.told().await, HostMessage::Safe);
	assert!(matches!(
		watched.bench.told().await,
		HostMessage::SetOutput { value: 1, .. }
	));
	watched.halted(1).await;
	// And then they are read.
	let written = spawn_blocking(move || fs::write(path, format!("{RULES}{COLD}")));
	timeout(SOON, written).await.unwrap().unwrap().unwrap();
	let named = || {
		watched
			.bench
			.site
			.notices
			.rules()
			.iter()
			.any(|rule| rule.rule == "cold")
	};
	let read = async {
		while !named() {
			sleep(Duration::from_millis(1)).await;
		}
	};
	timeout(SOON, read).await.unwrap();
	timeout(SOON, reading).await.unwrap().unwrap();
	watched.end().await;
}
