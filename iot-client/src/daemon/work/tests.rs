//! Runs of jobs whose recipe is on the disk, on a board that is played, with a chain that nobody answers for.

use super::*;
use crate::{
	board::{
		fake::{bridge, FakeBridge},
		BoardInfo, BoardState, LinkId,
	},
	chain::{
		types::{BlockId, JobId, JobState, RecipeReference},
		Chain, Nodes,
	},
	config::{Config, OutputRange, Trust},
	daemon::notices::Notices,
	recipe::content_hash,
};
use bpiiot_protocol::{
	Ack, AckResult, ChannelInfo, ChannelKind, FirmwareVersion, HostMessage, Label, Scale, Session, Status, Unit,
};
use std::{
	fs,
	path::Path,
	sync::{
		atomic::{AtomicU32, Ordering},
		Arc,
	},
};
use subxt::utils::AccountId32;
use tokio::time::timeout;

/// Longest wait for anything that should happen at once.
const SOON: Duration = Duration::from_secs(20);
const JOB: JobId = JobId(7);
/// One unit takes 20 ms, so all 200 of them take far longer than any test looks on.
const RECIPE: &str =
	"format = 1\nname = \"x\"\n[[each]]\nset = \"spindle\"\nto = 1000\n[[each]]\ndwell_ms = 20\n[[each]]\nset = \"spindle\"\nto = 0\n";
const UNITS: u32 = 200;

fn board() -> BoardInfo {
	let spindle = ChannelInfo {
		channel: 0,
		kind: ChannelKind::Output,
		unit: Unit::Count,
		scale: Scale::ONE,
		min: 0,
		max: 3000,
		safe: 0,
		name: Label::literal("spindle"),
	};
	BoardInfo {
		link: LinkId(1),
		session: Session(1),
		serial: "fake".into(),
		firmware: FirmwareVersion {
			major: 0,
			minor: 1,
			patch: 0,
		},
		firmware_hash: [5; 32],
		dead_man_ms: 500,
		min_interval_ms: 10,
		stream_ms: 50,
		channels: vec![spindle],
	}
}

struct Bench {
	site: Site,
	journal: Journal,
	job: Job,
	/// How often the spindle was driven.
	driven: Arc<AtomicU32>,
	fake: Option<FakeBridge>,
	dir: tempfile::TempDir,
}

impl Bench {
	/// A started job whose recipe was examined and kept.
	fn new() -> Self {
		let dir = tempfile::tempdir().unwrap();
		let mut config = Config {
			state_dir: dir.path().to_owned(),
			..Config::default()
		};
		config.chain.trust = Trust::Single;
		config.envelope.max_seconds = 60;
		let range = OutputRange { min: 0, max: 2000 };
		config.envelope.outputs.insert("spindle".to_owned(), range);
		config.evidence.max_readings = 1_000;
		config.recipes.timeout_ms = 1_000;
		let (handle, fake) = bridge();
		fake.set_state(BoardState::Online(Arc::new(board())));
		let journal = Journal::open(&dir.path().join("journal.redb"), H256::zero()).unwrap();
		journal.advance(JOB, &Phase::Ready { work_ms: 1 }).unwrap();
		let job = Job {
			state: JobState::Started,
			units: UNITS,
			recipe: H256(content_hash(RECIPE.as_bytes())),
			..Job::example(JOB)
		};
		keep(dir.path(), RECIPE);
		let site = Site {
			config: Arc::new(config),
			chain: Chain::connect(Nodes::from(["ws://127.0.0.1:1"])),
			board: handle,
			key: AccountId32([1; 32]),
			herald: Herald::default(),
			notices: Arc::new(Notices::new(dir.path())),
		};
		Self {
			site,
			journal,
			job,
			driven: Arc::default(),
			fake: Some(fake),
			dir,
		}
	}

	/// Plays a board that executes everything and says this status.
	fn play(&mut self, flags: u8) {
		let (mut fake, driven) = (self.fake.take().unwrap(), self.driven.clone());
		tokio::spawn(async move {
			while let Some((message, reply)) = fake.next().await {
				if matches!(message, HostMessage::SetOutput { .. }) {
					driven.fetch_add(1, Ordering::Relaxed);
				}
				let status = Status { flags, events: 0 };
				let result = AckResult::Done;
				reply.map(|reply| reply.send(Ok(Ack { result, status })));
			}
		});
	}

	/// Runs the job; gives the last report. `meanwhile` sees the others.
	async fn run(&self, cancel: CancellationToken, mut meanwhile: impl FnMut(&WorkReport)) -> WorkReport {
		let (reports, mut said) = mpsc::channel(4);
		let assignment = Assignment {
			site: self.site.clone(),
			journal: self.journal.clone(),
			job: self.job.clone(),
			grounds: Grounds {
				teller: "ws://node".to_owned(),
				block: BlockId {
					number: 1,
					hash: H256::zero(),
				},
				claims: vec![],
			},
			cancel,
			reports,
		};
		let last = async {
			let mut last = None;
			while let Some(report) = said.recv().await {
				meanwhile(&report);
				last = Some(report);
			}
			last
		};
		let ((), last) = timeout(SOON, async { tokio::join!(assignment.run(), last) })
			.await
			.unwrap();
		last.unwrap()
	}

	fn phase(&self) -> Phase {
		self.journal.job(JOB).unwrap().unwrap()
	}

	fn driven(&self) -> u32 {
		self.driven.load(Ordering::Relaxed)
	}
}

fn keep(state_dir: &Path, recipe: &str) {
	let path = recipes::kept_path(state_dir, JOB.0);
	fs::create_dir_all(path.parent().unwrap()).unwrap();
	fs::write(path, recipe).unwrap();
}

const READY: Phase = Phase::Ready { work_ms: 1 };

#[tokio::test]
async fn all_units_are_made_and_proved() {
	let mut bench = Bench::new();
	bench.job.units = 2;
	bench.play(0);
	let last = bench.run(CancellationToken::new(), |_| ()).await;
	assert!(matches!(last, WorkReport::Over), "{last:?}");
	assert!(matches!(bench.phase(), Phase::Finished { units: 2, .. }));
	assert_eq!(bench.driven(), 4);
}

#[tokio::test]
async fn an_open_door_leaves_the_job_as_it_was() {
	let mut bench = Bench::new();
	bench.play(Status::INTERLOCKED);
	let last = bench.run(CancellationToken::new(), |_| ()).await;
	assert!(
		matches!(&last, WorkReport::NotBegun(why) if why.contains("interlock")),
		"{last:?}"
	);
	assert_eq!((bench.phase(), bench.driven()), (READY, 0));
}

#[tokio::test]
async fn a_rule_of_the_owner_stops_what_runs_and_lets_nothing_begin() {
	let mut bench = Bench::new();
	bench.play(0);
	let notices = bench.site.notices.clone();
	// WHEN a rule stops the machine in the middle of the work, with no foreman who hears of it.
	let halt = |report: &WorkReport| {
		if matches!(report, WorkReport::Made { units_done: 1, .. }) {
			notices.halt("too hot", Some("the spindle is too hot".to_owned()));
		}
	};
	let last = bench.run(CancellationToken::new(), halt).await;
	// THEN the run is over long before its last unit.
	assert!(matches!(last, WorkReport::Over), "{last:?}");
	assert!(matches!(bench.phase(), Phase::Failed { .. }), "{:?}", bench.phase());
	assert!(bench.driven() < UNITS, "{}", bench.driven());

	// AND as long as it stops the machine, nothing moves.
	let mut bench = Bench::new();
	bench.play(0);
	bench
		.site
		.notices
		.halt("too hot", Some("the spindle is too hot".to_owned()));
	let last = bench.run(CancellationToken::new(), |_| ()).await;
	assert!(matches!(last, WorkReport::NotBegun(_)), "{last:?}");
	assert_eq!((bench.phase(), bench.driven()), (READY, 0));
}

#[tokio::test]
async fn a_stop_before_the_first_movement_leaves_the_job_as_it_was() {
	let mut bench = Bench::new();
	bench.play(0);
	let cancel = CancellationToken::new();
	cancel.cancel();
	let last = bench.run(cancel, |_| ()).await;
	assert!(matches!(last, WorkReport::NotBegun(_)), "{last:?}");
	assert_eq!((bench.phase(), bench.driven()), (READY, 0));
}

#[tokio::test]
async fn a_stop_does_not_wait_for_a_node() {
	let mut bench = Bench::new();
	bench.play(0);
	// Where the recipe is can be read with the chain's genesis only, and no node answers.
	fs::remove_file(recipes::kept_path(bench.dir.path(), JOB.0)).unwrap();
	bench.job.recipe_reference = RecipeReference::Sealed {
		key_version: 1,
		ciphertext: vec![],
	};
	let cancel = CancellationToken::new();
	let stop = async {
		tokio::time::sleep(Duration::from_millis(50)).await;
		cancel.cancel();
	};
	let (last, ()) = tokio::join!(bench.run(cancel.clone(), |_| ()), stop);
	assert!(matches!(last, WorkReport::NotBegun(_)), "{last:?}");
	assert_eq!((bench.phase(), bench.driven()), (READY, 0));
}

#[tokio::test]
async fn a_recipe_that_is_out_of_reach_is_tried_again_and_one_that_is_refused_is_not() {
	let mut bench = Bench::new();
	bench.play(0);
	// The name has no address, as in an outage of DNS.
	fs::remove_file(recipes::kept_path(bench.dir.path(), JOB.0)).unwrap();
	let mut config = (*bench.site.config).clone();
	config.recipes.hosts = vec!["files.invalid".to_owned()];
	bench.site.config = Arc::new(config);
	bench.job.recipe_reference = RecipeReference::Open("https://files.invalid/a.toml".to_owned());
	let last = bench.run(CancellationToken::new(), |_| ()).await;
	assert!(matches!(&last, WorkReport::NotBegun(_)), "{last:?}");
	assert_eq!(bench.phase(), READY);
	// A host that the owner never allowed.
	bench.job.recipe_reference = RecipeReference::Open("https://other.invalid/a.toml".to_owned());
	let last = bench.run(CancellationToken::new(), |_| ()).await;
	assert!(matches!(last, WorkReport::Over), "{last:?}");
	assert!(matches!(bench.phase(), Phase::Failed { reason } if reason.contains("other.invalid")));
	assert_eq!(bench.driven(), 0);
}

#[tokio::test]
async fn nothing_moves_any_more_when_the_journal_cannot_be_written() {
	let mut bench = Bench::new();
	bench.play(0);
	let journal = bench.journal.clone();
	// After the first unit the journal refuses what comes next.
	let last = bench.run(CancellationToken::new(), |report| {
		if matches!(report, WorkReport::Made { units_done: 1, .. }) {
			let reason = "another life".to_owned();
			journal.advance(JOB, &Phase::Failed { reason }).unwrap();
		}
	});
	let last = last.await;
	assert!(matches!(last, WorkReport::Journal(_)), "{last:?}");
	assert!(bench.driven() < 2 * UNITS, "it went on to the end");
}
