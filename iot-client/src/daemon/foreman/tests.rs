//! The foreman without a node: what it believes, what it tries again, what it counts, and how it comes to rest.

use super::*;
use crate::{
	board::fake::bridge,
	chain::{
		clock::Pace,
		link::played::{chain, Keeper},
		types::{BlockId, ChainTime},
	},
	config::{Config, Trust},
	daemon::{news::Herald, notices::Notices, status::Snapshot},
	wallet::Wallet,
};
use std::sync::Arc;
use subxt::utils::{AccountId32, H256};

/// Longest wait for anything that should happen at once.
const SOON: Duration = Duration::from_secs(20);
const JOB: JobId = JobId(7);
const FLOOR: u64 = 100;

struct Bench {
	foreman: Foreman,
	journal: Journal,
	keeper: Keeper,
	dir: tempfile::TempDir,
}

impl Bench {
	fn new() -> Self {
		let dir = tempfile::tempdir().unwrap();
		let mut config = Config {
			state_dir: dir.path().to_owned(),
			..Config::default()
		};
		config.chain.trust = Trust::Single;
		let (chain, keeper) = chain();
		let site = Site {
			config: Arc::new(config),
			chain: chain.clone(),
			board: bridge().0,
			key: AccountId32([1; 32]),
			herald: Herald::default(),
			notices: Arc::new(Notices::new(dir.path())),
		};
		let journal = Journal::open(&dir.path().join("journal.redb"), H256::zero()).unwrap();
		let submitter = Submitter::start(chain, Arc::new(Wallet::dev("//Machine").unwrap()), None);
		let claim = KeyClaim::take(AccountId32(rand::random())).unwrap();
		let mut foreman = Foreman::new(site, submitter, claim, journal.clone(), FLOOR);
		foreman.standing = Standing::Works;
		Self {
			foreman,
			journal,
			keeper,
			dir,
		}
	}

	/// A run of the job that is to be delivered by 10 000.
	fn work(&mut self) -> CancellationToken {
		let cancel = CancellationToken::new();
		self.foreman.work = Some(Work {
			job: JOB,
			began: Instant::now(),
			work_ms: 1_000,
			deliver_by: 10_000,
			cancel: cancel.clone(),
		});
		cancel
	}

	async fn made(&mut self, units_done: u32) {
		let report = WorkReport::Made { units_done, of: 5 };
		self.foreman.take(Report::Work(JOB, report)).await.unwrap();
	}

	/// Takes the next report of a task.
	async fn take_next(&mut self) -> Report {
		timeout(SOON, self.foreman.reports.recv()).await.unwrap().unwrap()
	}

	/// From now on what a node says must be proved.
	fn want_proof(&mut self) {
		let mut config = (*self.foreman.site.config).clone();
		config.chain.trust = Trust::Confirmed;
		self.foreman.site.config = Arc::new(config);
	}

	fn complaints(&self) -> Vec<String> {
		self.foreman.pauses.complaints().collect()
	}

	fn alarms(&self) -> Vec<String> {
		Snapshot::read(self.dir.path()).unwrap().unwrap().alarms
	}
}

fn head(number: u64, unix: u64) -> Head {
	Head {
		block: BlockId {
			number,
			hash: H256::zero(),
		},
		time: ChainTime {
			unix,
			..ChainTime::default()
		},
		pace: Pace {
			per_second: 1_000,
			latency: 100,
		},
		endpoint: "ws://node".to_owned(),
		seen: Instant::now(),
	}
}

#[tokio::test]
async fn a_node_that_is_behind_is_not_believed_and_that_is_said() {
	let mut bench = Bench::new();
	for number in [0, 1, FLOOR - 1] {
		bench.foreman.look(Some(head(number, 0))).await.unwrap();
		let alarms = bench.alarms().join("\n");
		let words = format!("is behind: block {number} of at least {FLOOR}");
		assert!(alarms.contains(&words), "{alarms}");
	}
	for number in [FLOOR, FLOOR + 1] {
		bench.foreman.look(Some(head(number, 0))).await.unwrap();
		assert!(!bench.alarms().join("\n").contains("is behind"));
	}
}

#[tokio::test]
async fn a_job_is_forgotten_only_upon_a_block_that_must_know_it() {
	let mut bench = Bench::new();
	bench.foreman.machine = Some(MachineId([1; 32]));
	let moving = Phase::Moving { units_done: 0 };
	for phase in [Phase::Ready { work_ms: 1 }, moving.clone()] {
		bench.journal.advance(JOB, &phase).unwrap();
	}
	for number in [0, FLOOR - 1] {
		bench.foreman.forget_missing(&head(number, 0), vec![JOB]).await.unwrap();
		assert_eq!(bench.journal.job(JOB).unwrap(), Some(moving.clone()), "{number}");
	}
	// What runs is known to this process.
	bench.work();
	let at_floor = head(FLOOR, 0);
	bench.foreman.forget_missing(&at_floor, vec![JOB]).await.unwrap();
	assert_eq!(bench.journal.job(JOB).unwrap(), Some(moving));
	bench.foreman.work = None;
	bench.foreman.forget_missing(&at_floor, vec![JOB]).await.unwrap();
	assert_eq!(bench.journal.job(JOB).unwrap(), None);
}

#[tokio::test]
async fn a_job_that_is_said_to_be_over_is_forgotten_when_that_is_proved() {
	for record in [None, Some(Job::example(JOB))] {
		let mut bench = Bench::new();
		bench.want_proof();
		bench.journal.advance(JOB, &Phase::Ready { work_ms: 1 }).unwrap();
		let (at, known) = (head(FLOOR, 0), Some(Phase::Ready { work_ms: 1 }));
		bench.keeper.head(at.clone());
		// WHEN a node says so, and nobody has proved it.
		bench.foreman.end(&at, JOB, record.as_ref()).await.unwrap();
		assert_eq!(bench.foreman.busy.get(&JOB), Some(&"making sure that it is over"));
		let end = |proved| {
			Report::Ended(Box::new(Ended {
				head: at.clone(),
				job: JOB,
				record: record.clone(),
				proved,
			}))
		};
		// THEN it stays, also when that is found to be a lie, and that is an alarm.
		bench.foreman.take(end(Err(lie()))).await.unwrap();
		assert_eq!(bench.journal.job(JOB).unwrap(), known);
		assert!(bench.complaints()[0].contains("ws://liar is not to be believed"));
		assert!(!bench.foreman.busy.contains_key(&JOB), "it is tried again");
		bench.foreman.show().await;
		assert!(bench.alarms().join("").contains("ws://second has too"));
		// AND is forgotten with the proof.
		bench.foreman.take(end(Ok(()))).await.unwrap();
		assert_eq!(bench.journal.job(JOB).unwrap(), None);
		assert!(bench.complaints().is_empty());
	}
}

#[tokio::test]
async fn what_is_not_proved_is_not_signed_and_tried_again() {
	let mut bench = Bench::new();
	let at = head(FLOOR, 0);
	bench.keeper.head(at.clone());
	bench.foreman.busy.insert(JOB, "accepting");
	let doubted = Report::Doubted(JOB, "jobs.accept", lie());
	bench.foreman.take(doubted).await.unwrap();
	assert!(bench.foreman.busy.is_empty());
	let complaint = bench.complaints().join("");
	assert!(
		complaint.contains("jobs.accept") && complaint.contains("ws://liar"),
		"{complaint}"
	);
	assert!(bench.foreman.pauses.holds(JOB, "jobs.accept", FLOOR + 1));
	assert!(!bench.foreman.pauses.holds(JOB, "jobs.accept", FLOOR + 8), "soon");
}

#[tokio::test]
async fn what_an_acceptance_rests_on_is_the_job_the_offer_the_machine_and_the_clocks() {
	let mut bench = Bench::new();
	let machine = Machine::example(MachineId([1; 32]), AccountId32([3; 32]), AccountId32([1; 32]));
	bench.foreman.record = Some(machine.clone());
	bench.foreman.teller = "ws://node".to_owned();
	let (at, job) = (head(FLOOR, 7), Job::example(JOB));
	let view = View {
		job: job.clone(),
		offer: None,
		phase: None,
	};
	let grounds = bench.foreman.grounds(&at, &view);
	assert_eq!((grounds.teller.as_str(), grounds.block), ("ws://node", at.block));
	assert_eq!(
		grounds.claims,
		[
			Claim::Time(at.time),
			Claim::Job(Box::new(job)),
			Claim::Machine(Box::new(machine)),
		]
	);
}

fn lie() -> ChainError {
	ChainError::Unproved {
		endpoint: "ws://liar".to_owned(),
		second: "ws://second".to_owned(),
		number: FLOOR,
		what: "the record of job 7 is not what it said".to_owned(),
	}
}

#[tokio::test]
async fn what_a_recipe_waits_for_is_tried_again_and_no_refusal() {
	let mut bench = Bench::new();
	bench.keeper.head(head(FLOOR, 0));
	let outage = Obstacle::Passing("cannot find the address".to_owned());
	bench.foreman.take(Report::Examined(JOB, Err(outage))).await.unwrap();
	assert_eq!(bench.journal.job(JOB).unwrap(), None, "it may still become one of ours");
	assert!(bench.complaints()[0].contains("cannot find the address"));
	// Later it is there, and nobody complains any more.
	bench.foreman.take(Report::Examined(JOB, Ok(3_000))).await.unwrap();
	assert_eq!(bench.journal.job(JOB).unwrap(), Some(Phase::Ready { work_ms: 3_000 }));
	assert!(bench.complaints().is_empty());
	// What can never be is a refusal.
	let never = Obstacle::Final("unknown channel".to_owned());
	bench
		.foreman
		.take(Report::Examined(JobId(8), Err(never)))
		.await
		.unwrap();
	assert!(matches!(
		bench.journal.job(JobId(8)).unwrap(),
		Some(Phase::Refused { .. })
	));
}

#[tokio::test]
async fn what_did_not_begin_is_tried_again() {
	let mut bench = Bench::new();
	bench.keeper.head(head(FLOOR, 0));
	bench.journal.advance(JOB, &Phase::Ready { work_ms: 1 }).unwrap();
	bench.work();
	let report = WorkReport::NotBegun("the door is open".to_owned());
	bench.foreman.take(Report::Work(JOB, report)).await.unwrap();
	assert!(bench.foreman.work.is_none());
	assert_eq!(bench.journal.job(JOB).unwrap(), Some(Phase::Ready { work_ms: 1 }));
	assert!(bench.complaints()[0].contains("the door is open"));
	// When it works, that is forgotten.
	bench.work();
	bench.made(1).await;
	assert!(bench.complaints().is_empty());
}

#[tokio::test]
async fn a_count_never_stands_in_the_way_of_the_delivery() {
	let mut bench = Bench::new();
	bench.keeper.head(head(FLOOR, 0));
	bench.work();
	// Whatever is made meanwhile, one count is on its way; no node answers, so it stays there.
	for units in 1..=4 {
		bench.made(units).await;
	}
	assert!(timeout(Duration::from_millis(50), bench.foreman.reports.recv())
		.await
		.is_err());
	// With the last unit it is called off, and nothing follows it.
	bench.made(5).await;
	let report = bench.take_next().await;
	assert!(matches!(&report, Report::Sent(sent) if matches!(sent.call, Call::Progress { units_done: 1, .. })));
	bench.foreman.take(report).await.unwrap();
	assert!(bench.complaints().is_empty(), "{:?}", bench.complaints());
	assert!(timeout(Duration::from_millis(50), bench.foreman.reports.recv())
		.await
		.is_err());
}

#[tokio::test]
async fn after_a_count_that_failed_the_newest_is_told_later() {
	let mut bench = Bench::new();
	bench.keeper.head(head(FLOOR, 0));
	bench.work();
	for units in 1..=3 {
		bench.made(units).await;
	}
	let sent = Sent {
		job: JOB,
		call: Call::Progress {
			job: JOB,
			units_done: 1,
		},
		fate: Fate::Failed {
			block: head(FLOOR + 1, 0).block,
			error: "the purse is empty".to_owned(),
		},
	};
	bench.foreman.take(Report::Sent(Box::new(sent))).await.unwrap();
	assert!(bench.complaints()[0].contains("the purse is empty"));
	assert_eq!(
		bench.journal.floor().unwrap(),
		FLOOR + 1,
		"that block is known from now on"
	);
	// Each try may cost a fee.
	assert!(bench.foreman.counts.made(JOB, 3).is_some(), "none is on its way");
	assert_eq!(bench.foreman.counts.ended(JOB), None);
	bench.keeper.head(head(FLOOR + 10, 0));
	bench.made(4).await;
	assert!(bench.foreman.counts.made(JOB, 4).is_none(), "4 is on its way");
}

#[tokio::test]
async fn nothing_is_counted_when_the_delivery_needs_the_time() {
	for (now, counted) in [(8_000, true), (8_900, false)] {
		let mut bench = Bench::new();
		bench.keeper.head(head(FLOOR, now));
		bench.work();
		bench.made(1).await;
		// The place is taken by the count that is on its way, if there is one.
		assert_eq!(bench.foreman.counts.made(JOB, 2).is_none(), counted, "{now}");
	}
}

#[tokio::test]
async fn nothing_begins_on_a_disk_without_room_and_that_is_said() {
	let mut bench = Bench::new();
	bench.foreman.look(None).await.unwrap();
	assert_eq!(bench.foreman.why_nothing_begins(), None);
	// Evidence of so many readings fits on no disk.
	let mut config = (*bench.foreman.site.config).clone();
	config.evidence.max_readings = u64::MAX;
	let before = std::mem::replace(&mut bench.foreman.site.config, Arc::new(config));
	bench.foreman.look(None).await.unwrap();
	assert_eq!(bench.foreman.why_nothing_begins().as_deref(), Some(NO_SPACE));
	assert!(bench.alarms().join("\n").contains("is full"), "{:?}", bench.alarms());
	bench.foreman.site.config = before;
	bench.foreman.look(None).await.unwrap();
	assert_eq!(bench.foreman.why_nothing_begins(), None);
	assert_eq!(bench.alarms().join("\n").find("is full"), None);
}

#[tokio::test]
async fn the_machine_comes_to_rest_before_the_daemon_ends() {
	let mut bench = Bench::new();
	let (cancel, tell) = (bench.work(), bench.foreman.tell.clone());
	let running = tokio::spawn(async move {
		cancel.cancelled().await;
		for report in [WorkReport::Made { units_done: 1, of: 5 }, WorkReport::Over] {
			tell.send(Report::Work(JOB, report)).await.unwrap();
		}
	});
	timeout(SOON, bench.foreman.come_to_rest("the chain is another one"))
		.await
		.unwrap();
	assert!(bench.foreman.work.is_none());
	timeout(SOON, running).await.unwrap().unwrap();
}
