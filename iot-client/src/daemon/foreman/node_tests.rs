//! The foreman with a node that is played: a unit followed through the log, and counts that wait for nothing.

use super::*;
use crate::{
	board::{self, fake::bridge, SerialLine},
	chain::{
		fake::{FakeNode, State},
		Chain, Nodes,
	},
	config::{Config, Trust},
	daemon::{news::Herald, notices::Notices},
	parse,
	recipe::content_hash,
	wallet::{blake2_256, Wallet},
};
use serde_json::Value;
use std::{
	fs, io,
	sync::{Arc, Mutex},
};
use subxt::utils::{AccountId32, H256};
use virtual_board::{Options, VirtualBoard};

/// Longest wait for anything.
const LIMIT: Duration = Duration::from_secs(60);
const JOB: JobId = JobId(4_294_967_301);
const UNITS: u32 = 30;
const RECIPE: &str = r#"
format = 1
name = "followed"
[[each]]
set = "clamp"
to = 1
[[each]]
dwell_ms = 200
[[each]]
set = "spindle_rpm"
to = 900
[[each]]
wait = "spindle_speed"
at_least = 600
timeout_ms = 5000
"#;
/// As the documentation says.
const LOG: &str = "warn,iot_client=info,iot_client::board=trace";

/// What is logged.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl io::Write for Paper {
	fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
		self.0.lock().unwrap().write(bytes)
	}

	fn flush(&mut self) -> io::Result<()> {
		Ok(())
	}
}

impl Paper {
	/// The facts of each line, in their order.
	fn lines(&self) -> Vec<Value> {
		let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
		let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
		lines.map(|mut line| line["fields"].take()).collect()
	}
}

/// A foreman with a board and a node, and a job that is started.
async fn foreman(node: &FakeNode, board: board::BoardHandle, mut config: Config) -> Foreman {
	config.chain.trust = Trust::Single;
	let chain = Chain::connect(Nodes::new(vec![node.url()]));
	let journal = Journal::open(&config.state_dir.join("journal.redb"), H256::zero()).unwrap();
	journal.advance(JOB, &Phase::Ready { work_ms: 1_000 }).unwrap();
	let kept = recipes::kept_path(&config.state_dir, JOB.0);
	fs::create_dir_all(kept.parent().unwrap()).unwrap();
	fs::write(kept, RECIPE).unwrap();
	let wallet = Arc::new(Wallet::dev("//Machine").unwrap());
	let site = Site {
		chain: chain.clone(),
		board,
		key: wallet.account(),
		herald: Herald::default(),
		notices: Arc::new(Notices::new(&config.state_dir)),
		config: Arc::new(config),
	};
	let submitter = Submitter::start(chain, wallet, Some(journal.clone()));
	let claim = KeyClaim::take(AccountId32(rand::random())).unwrap();
	let mut foreman = Foreman::new(site, submitter, claim, journal, 0);
	foreman.standing = Standing::Works;
	foreman
}

fn started() -> View {
	View {
		job: Job {
			state: JobState::Started,
			units: UNITS,
			recipe: H256(content_hash(RECIPE.as_bytes())),
			deliver_by: u64::MAX,
			..Job::example(JOB)
		},
		offer: None,
		phase: Some(Phase::Ready { work_ms: 1_000 }),
	}
}

#[tokio::test]
async fn a_frame_is_followed_to_the_step_the_call_the_transaction_and_the_block() {
	let paper = Paper::default();
	let out = paper.clone();
	let log = tracing_subscriber::fmt().json().with_env_filter(LOG);
	let _log = tracing::subscriber::set_default(log.with_writer(move || out.clone()).finish());

	// GIVEN a board, a node and a job.
	let dir = tempfile::tempdir().unwrap();
	let example = include_str!("../../../examples/drill-press.toml");
	let mut config = Config::parse(example, &dir.path().join("machine.toml")).unwrap();
	config.board.port = dir.path().join("board");
	let _board = VirtualBoard::start(Options::new(&config.board.port)).unwrap();
	let stop = CancellationToken::new();
	let line = Arc::new(SerialLine::new(&config.board));
	let (handle, bridge) = board::start(config.board.clone(), line, stop.clone());
	let info = handle.wait_online(LIMIT).await.unwrap();
	let node = FakeNode::start(1, State::new(), 5).await;
	let mut foreman = foreman(&node, handle, config).await;
	let head = timeout(LIMIT, foreman.site.chain.head()).await.unwrap();

	// WHEN its first unit is made, and the count of it is in a block.
	foreman.begin(&head, &started());
	let followed = async {
		loop {
			let report = foreman.reports.recv().await.unwrap();
			let done = matches!(&report, Report::Sent(sent) if matches!(sent.fate, Fate::Done { .. }));
			foreman.take(report).await.unwrap();
			if done {
				return;
			}
		}
	};
	let included = async {
		while node.sent().is_empty() {
			tokio::time::sleep(Duration::from_millis(10)).await;
		}
		node.include(&machine_key());
	};
	timeout(LIMIT, async { tokio::join!(followed, included) })
		.await
		.unwrap();
	let block = node.newest();
	foreman.come_to_rest("the test is over").await;
	stop.cancel();
	timeout(LIMIT, bridge).await.unwrap().unwrap();

	// THEN the log leads from the reading to that block.
	let lines = paper.lines();
	let mut from = 0;
	let mut next = |message: &str, is: &dyn Fn(&Value) -> bool| {
		let found = lines[from..]
			.iter()
			.position(|line| line["message"] == message && is(line));
		from += found.unwrap_or_else(|| panic!("no line {message:?} after {from} of {lines:#?}"));
		&lines[from]
	};
	let job = JOB.to_string();
	let of_job = |line: &Value| line["job"] == *job;
	let held = next("what a step waits for is so", &of_job);
	assert_eq!(held["channel"], "spindle_speed");
	assert!(held["step"].as_str().unwrap().starts_with("unit 1, "), "{held}");
	next("the unit is made", &|line| of_job(line) && line["unit"] == 0);
	let counted = next("telling how many units are made", &of_job);
	assert_eq!(counted["call"], "jobs.progress");
	assert_eq!(counted["units_done"], 1);
	let signed = next("signed", &of_job);
	assert_eq!(signed["call"], format!("jobs.progress {job}"));
	assert_eq!(signed["nonce"], 0);
	assert_eq!(signed["hash"], parse::hex(blake2_256([&node.sent()[0]])));
	let same = |line: &Value| of_job(line) && line["hash"] == signed["hash"] && line["nonce"] == signed["nonce"];
	assert_eq!(next("sent", &same)["endpoint"], node.url());
	let done = next("done", &same);
	assert_eq!(done["call"], signed["call"]);
	assert_eq!(done["block"], block.number);
	assert_eq!(done["block_hash"], parse::hex(block.hash));

	// AND back to the one frame with it.
	let channel = info.channel("spindle_speed").unwrap().channel;
	let frames = lines.iter().filter(|line| {
		let same = ["link", "board_ms", "value"]
			.iter()
			.all(|fact| line[fact] == held[fact]);
		line["message"] == "reading" && line["channel"] == channel && same
	});
	let sequences: Vec<_> = frames.map(|frame| frame["sequence"].as_u64()).collect();
	assert!(matches!(sequences[..], [Some(_)]), "{sequences:?}");
}

#[tokio::test]
async fn a_count_does_not_wait_for_what_the_node_is_asked_about_the_jobs() {
	let dir = tempfile::tempdir().unwrap();
	let config = Config {
		state_dir: dir.path().to_owned(),
		..Config::default()
	};
	let node = FakeNode::start(1, State::new(), 5).await;
	let mut foreman = foreman(&node, bridge().0, config).await;
	let head = timeout(LIMIT, foreman.site.chain.head()).await.unwrap();
	foreman.work = Some(Work {
		job: JOB,
		began: Instant::now(),
		work_ms: 1_000,
		deliver_by: u64::MAX,
		cancel: CancellationToken::new(),
	});
	// GIVEN that all is known that a call needs, and a node that answers nothing any more.
	let session = foreman.site.chain.connected().unwrap();
	let known = async {
		let mut asked = Vec::new();
		while !asked.iter().any(|method| method == "system_accountNextIndex") {
			asked.extend(node.take_asked());
			tokio::time::sleep(Duration::from_millis(10)).await;
		}
		loop {
			// Its answer comes after that to the dispatcher.
			session.next_nonce(&machine_key()).await.unwrap();
			node.take_asked();
			session.with_newest_runtime().await.unwrap();
			if node.take_asked().is_empty() {
				return;
			}
		}
	};
	timeout(LIMIT, known).await.unwrap();
	node.fall_silent(true);
	// WHEN a unit is made while that node is asked how the jobs stand.
	let (tell, urgent) = (foreman.tell.clone(), foreman.urgent.clone());
	let made = async {
		while node.take_asked().is_empty() {
			tokio::time::sleep(Duration::from_millis(10)).await;
		}
		let report = WorkReport::Made { units_done: 1, of: 5 };
		tell.send(Report::Work(JOB, report)).await.unwrap();
		urgent.notify_one();
		while node.sent().is_empty() {
			tokio::time::sleep(Duration::from_millis(10)).await;
		}
	};
	// THEN its count is sent before that is answered.
	tokio::select! {
		_ = foreman.look(Some(head)) => panic!("the count waits"),
		() = made => {},
	}
}

fn machine_key() -> AccountId32 {
	Wallet::dev("//Machine").unwrap().account()
}
