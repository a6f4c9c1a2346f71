use super::*;
use crate::{
	board::{
		fake::{bridge, FakeBridge, Reply},
		BoardState, LinkId, Signal, Telltale,
	},
	config::OutputRange,
};
use bpiiot_protocol::{
	Ack, AckResult, ChannelInfo, ChannelKind, EventKind, FirmwareVersion, HostMessage, Label, Scale, Session, Status,
	Unit,
};
use std::sync::{Mutex, MutexGuard};
use tokio::time::sleep;

/// Longest wait for anything that should happen at once.
const SOON: Duration = Duration::from_secs(20);
const LINK: LinkId = LinkId(1);

fn channel(number: u8, name: &'static str, kind: ChannelKind) -> ChannelInfo {
	let name = Label::literal(name);
	ChannelInfo {
		channel: number,
		kind,
		unit: Unit::Count,
		scale: Scale::ONE,
		min: 0,
		max: 3000,
		safe: 0,
		name,
	}
}

fn info() -> BoardInfo {
	BoardInfo {
		link: LINK,
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
		channels: vec![
			channel(0, "spindle", ChannelKind::Output),
			channel(1, "speed", ChannelKind::Input),
			channel(2, "spare", ChannelKind::Input),
		],
	}
}

/// What the fake board does with a command.
#[derive(Clone, Copy, PartialEq)]
enum Reaction {
	/// Executes it.
	Done,
	/// Refuses it.
	Refuse(AckResult),
	/// Executes it, and says that this is how it stands.
	Say(Status),
	/// Says something instead of the answer, which then never comes.
	Silent,
}

/// A board whose `speed` is always its `spindle`.
struct Bench {
	handle: BoardHandle,
	heard: Arc<Mutex<Vec<HostMessage>>>,
	dir: tempfile::TempDir,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
	mutex.lock().unwrap()
}

impl Bench {
	/// A board that executes everything.
	fn sound() -> Self {
		Self::with(|_, _| Reaction::Done)
	}

	/// A board that does as `react` says; it is given the fake bridge to say things.
	fn with(mut react: impl FnMut(HostMessage, &FakeBridge) -> Reaction + Send + 'static) -> Self {
		let (handle, mut fake) = bridge();
		fake.set_state(BoardState::Online(Arc::new(info())));
		let heard = Arc::new(Mutex::new(Vec::new()));
		let log = heard.clone();
		tokio::spawn(async move {
			let mut spindle = 0;
			let mut kept = Vec::new();
			while let Some((message, reply)) = fake.next().await {
				lock(&log).push(message);
				let reaction = react(message, &fake);
				if reaction == Reaction::Silent {
					kept.push(reply);
					continue;
				}
				match message {
					HostMessage::SetOutput { value, .. } if reaction == Reaction::Done => spindle = value,
					HostMessage::Safe => spindle = 0,
					_ => {}
				}
				if reaction == Reaction::Done {
					for (channel, value) in [(0, spindle), (1, spindle), (2, 7)] {
						fake.signal(Signal::Reading {
							link: LINK,
							channel,
							value,
							board_ms: 10,
						});
					}
				}
				let (result, status) = match reaction {
					Reaction::Refuse(result) => (result, Status::default()),
					Reaction::Say(status) => (AckResult::Done, status),
					_ => (AckResult::Done, Status::default()),
				};
				if let Some(reply) = reply {
					let _ = reply.send(Ok(Ack { result, status }));
				}
			}
		});
		Self {
			handle,
			heard,
			dir: tempfile::tempdir().unwrap(),
		}
	}

	fn task(&self, body: &str, units: Range<u32>) -> Task {
		let recipe = Recipe::parse(format!("format = 1\nname = \"x\"\n{body}").as_bytes()).unwrap();
		let outputs = BTreeMap::from([("spindle".to_owned(), OutputRange { min: 0, max: 2000 })]);
		let subject = Subject {
			machine: [1; 32],
			job: 9,
			recipe: recipe.hash,
		};
		Task {
			recipe: Arc::new(recipe),
			envelope: Envelope {
				outputs,
				max_seconds: 2,
			},
			subject,
			units,
			state_dir: self.dir.path().to_owned(),
			max_readings: 1000,
		}
	}

	async fn run(&self, body: &str, units: Range<u32>) -> Outcome {
		let (sender, _receiver) = progress();
		let cancel = CancellationToken::new();
		let outcome = timeout(SOON, run(&self.handle, self.task(body, units), &sender, &cancel))
			.await
			.unwrap();
		assert_eq!(outcome.safe, Ok(()));
		outcome
	}

	fn driven(&self) -> Vec<i32> {
		let heard = lock(&self.heard);
		let values = heard.iter().filter_map(|message| match message {
			HostMessage::SetOutput { value, .. } => Some(*value),
			_ => None,
		});
		values.collect()
	}

	/// Nothing energises an output after the last `Safe`.
	fn assert_ends_safe(&self) {
		let heard = lock(&self.heard);
		let last = heard
			.iter()
			.rposition(|message| *message == HostMessage::Safe)
			.expect("it was made safe");
		let after = &heard[last..];
		assert!(
			!after
				.iter()
				.any(|message| matches!(message, HostMessage::SetOutput { .. })),
			"{heard:?}"
		);
	}
}

fn speed(value: i32) -> Signal {
	Signal::Reading {
		link: LINK,
		channel: 1,
		value,
		board_ms: 10,
	}
}

fn reason(outcome: &Outcome) -> &AbortReason {
	&outcome.end.as_ref().expect_err("the run was aborted").reason
}

const SPIN: &str = "[[each]]\nset = \"spindle\"\nto = 1000\n";

#[tokio::test]
async fn makes_every_unit_and_ends_safe() {
	let bench = Bench::sound();
	let (sender, receiver) = progress();
	let mut events = receiver.events();
	let body =
		"[[before]]\nset = \"spindle\"\nto = 1\n[[each]]\nset = \"spindle\"\nto = 2\n[[each]]\nsample = [\"speed\"]\n\
	            [[after]]\nset = \"spindle\"\nto = 3";
	let task = bench.task(body, 0..2);
	let outcome = timeout(SOON, run(&bench.handle, task, &sender, &CancellationToken::new()))
		.await
		.unwrap();
	assert_eq!(
		(outcome.end.clone(), outcome.made(), outcome.moved, outcome.safe.clone()),
		(Ok(()), 2, true, Ok(()))
	);
	assert_eq!(bench.driven(), [1, 2, 2, 3]);
	bench.assert_ends_safe();
	assert_eq!(*receiver.made().borrow(), 2);
	let evidence = outcome.evidence.unwrap();
	assert_eq!(evidence.units, 2);
	let sampled: Vec<_> = evidence.readings.iter().filter(|record| record.sampled).collect();
	assert_eq!(
		sampled
			.iter()
			.map(|record| (record.unit, record.value))
			.collect::<Vec<_>>(),
		[(Some(0), 2), (Some(1), 2)]
	);
	assert_eq!(Evidence::load(bench.dir.path(), 9).unwrap(), Some(evidence));
	let mut told = Vec::new();
	while let Ok(event) = events.try_recv() {
		told.push(event);
	}
	assert_eq!(told.first(), Some(&Progress::Started { first: 0, total: 2 }));
	assert_eq!(told.last(), Some(&Progress::Ended { made: 2 }));
	assert_eq!(
		told.iter()
			.filter(|event| matches!(event, Progress::UnitMade { .. }))
			.count(),
		2
	);
}

#[tokio::test]
async fn a_ramp_goes_in_even_steps_from_where_the_output_is() {
	let bench = Bench::sound();
	let body = "[[each]]\nset = \"spindle\"\nto = 100\n[[each]]\nramp = \"spindle\"\nto = 500\nover_ms = 200\n\
	            [[each]]\nramp = \"spindle\"\nto = 0\nover_ms = 100";
	assert_eq!(bench.run(body, 0..1).await.end, Ok(()));
	assert_eq!(bench.driven(), [100, 200, 300, 400, 500, 250, 0]);
}

#[tokio::test]
async fn safe_puts_a_ramp_back_to_the_start() {
	let bench = Bench::sound();
	let body = "[[each]]\nset = \"spindle\"\nto = 100\n[[each]]\nsafe = true\n[[each]]\nramp = \"spindle\"\nto = 100\nover_ms = 100";
	assert_eq!(bench.run(body, 0..1).await.end, Ok(()));
	assert_eq!(bench.driven(), [100, 50, 100]);
}

#[tokio::test]
async fn moves_nothing_for_a_recipe_that_is_not_allowed() {
	let bench = Bench::sound();
	let outcome = bench.run("[[each]]\nset = \"spindle\"\nto = 2001", 0..1).await;
	assert!(matches!(reason(&outcome), AbortReason::NotAllowed(_)));
	assert_eq!((outcome.moved, bench.driven()), (false, vec![]));
}

#[tokio::test]
async fn waiting_in_vain_aborts_and_names_step_condition_and_reading() {
	let bench = Bench::sound();
	let wait = format!("{SPIN}[[each]]\nname = \"fast\"\nwait = \"speed\"\nat_least = 1001\ntimeout_ms = 60");
	let outcome = bench.run(&wait, 0..3).await;
	let text = outcome.end.clone().unwrap_err().to_string();
	assert_eq!(
		text,
		"unit 1, step 2 of each (fast): waited 60 ms for speed at least 1001 in vain; the last reading was 1000"
	);
	assert_eq!((outcome.made(), outcome.units.len(), outcome.moved), (0, 1, true));
	bench.assert_ends_safe();
}

#[tokio::test]
async fn a_wait_is_content_with_fresh_readings_only() {
	// The speed was 1000 before the step, and nothing is read after.
	let bench = Bench::with(|message, _| match message {
		HostMessage::ReadAll => Reaction::Refuse(AckResult::Done),
		_ => Reaction::Done,
	});
	let wait = format!("{SPIN}[[each]]\nwait = \"speed\"\nequals = 1000\ntimeout_ms = 60");
	let outcome = bench.run(&wait, 0..1).await;
	let expected = AbortReason::WaitedInVain {
		condition: "speed equal to 1000".into(),
		timeout_ms: 60,
		last: "none".into(),
	};
	assert_eq!(reason(&outcome), &expected);
}

#[tokio::test]
async fn the_board_has_the_last_word_when_a_wait_is_over() {
	// The line lost what it said in time, or this computer was too busy to read it.
	let wait = format!("{SPIN}[[each]]\nwait = \"speed\"\nequals = 1000\ntimeout_ms = 60");
	assert_eq!(Bench::sound().run(&wait, 0..1).await.end, Ok(()));
	// What it says while it is asked counts, and what does not hold any more when it has answered.
	let bench = Bench::with(|message, fake| {
		if message == HostMessage::ReadAll {
			fake.signal(speed(2000));
		}
		Reaction::Done
	});
	let wait = format!("{SPIN}[[each]]\nwait = \"speed\"\nequals = 2000\ntimeout_ms = 60");
	assert_eq!(bench.run(&wait, 0..1).await.end, Ok(()));
	// A board that is gone does not answer, and is not waited for.
	let bench = Bench::with(|message, fake| match message {
		HostMessage::ReadAll => {
			fake.signal(Signal::LinkEnded {
				link: LINK,
				reason: BoardError::Reset,
			});
			Reaction::Silent
		}
		_ => Reaction::Done,
	});
	let outcome = bench.run(&wait, 0..1).await;
	assert_eq!(reason(&outcome), &AbortReason::Board(BoardError::Reset));
	bench.assert_ends_safe();
}

/// Holds up everything in this process for longer than a guard may be silent. What the board says meanwhile comes a moment after
/// it goes on, and then again and again.
async fn be_busy_elsewhere(voice: Telltale) {
	let moment = Duration::from_millis(50);
	sleep(moment).await;
	std::thread::sleep(Duration::from_millis(1_300));
	loop {
		sleep(moment).await;
		voice.signal(speed(1000));
	}
}

#[tokio::test]
async fn a_computer_that_is_busy_elsewhere_does_not_make_a_guard_blind() {
	let bench = Bench::with(|message, fake| {
		if matches!(message, HostMessage::SetOutput { .. }) {
			tokio::spawn(be_busy_elsewhere(fake.voice()));
		}
		Reaction::Done
	});
	let body = format!("[[guard]]\ninput = \"speed\"\nat_most = 1100\n{SPIN}[[each]]\ndwell_ms = 1700");
	assert_eq!(bench.run(&body, 0..1).await.end, Ok(()));
}

#[tokio::test]
async fn a_unit_may_take_all_the_time_that_the_owner_allows() {
	// And the commands a little besides.
	let bench = Bench::with(|message, _| {
		if matches!(message, HostMessage::SetOutput { .. }) {
			std::thread::sleep(Duration::from_millis(50));
		}
		Reaction::Done
	});
	let body = format!("{SPIN}[[each]]\ndwell_ms = 2000");
	assert_eq!(bench.run(&body, 0..1).await.end, Ok(()));
}

#[tokio::test]
async fn a_board_that_said_much_before_the_start_is_asked_anew_how_it_is() {
	let ready = async |bench: &Bench| {
		let (sender, _receiver) = progress();
		let ready = prepare(
			&bench.handle,
			bench.task(SPIN, 0..1),
			&sender,
			&CancellationToken::new(),
		)
		.await;
		ready
			.map_err(|error| error.to_string())
			.unwrap_or_else(|error| panic!("{error}"))
	};
	// A slow disk takes note that it moves from now on, and meanwhile more comes than is kept.
	let chatter = |voice: &Telltale| (0..3_000).for_each(|_| voice.signal(speed(0)));
	let (tell, voices) = std::sync::mpsc::channel();
	let held = Arc::new(Mutex::new(false));
	let holds = held.clone();
	let bench = Bench::with(move |message, fake| {
		let _ = tell.send(fake.voice());
		if message == HostMessage::Safe && *lock(&holds) {
			let flags = Status::INTERLOCKED;
			return Reaction::Say(Status { flags, events: 1 });
		}
		Reaction::Done
	});
	let (cancel, run) = (CancellationToken::new(), ready(&bench).await);
	let voice = voices.recv().unwrap();
	chatter(&voice);
	let outcome = timeout(SOON, run.run(&cancel)).await.unwrap();
	assert_eq!((outcome.end.clone(), outcome.made()), (Ok(()), 1));
	// That an interlock has tripped may be among what was missed.
	let run = ready(&bench).await;
	chatter(&voice);
	*lock(&held) = true;
	let before = bench.driven();
	let outcome = timeout(SOON, run.run(&cancel)).await.unwrap();
	assert_eq!(reason(&outcome), &AbortReason::Interlock { input: None });
	assert_eq!((outcome.moved, bench.driven()), (false, before));
}

#[tokio::test]
async fn a_guard_that_does_not_hold_aborts() {
	let bench = Bench::sound();
	let body = format!("[[guard]]\ninput = \"speed\"\nat_most = 900\n{SPIN}[[each]]\ndwell_ms = 1000");
	let outcome = bench.run(&body, 0..1).await;
	let expected = AbortReason::Guard {
		condition: "speed at most 900".into(),
		value: "1000".into(),
	};
	assert_eq!(reason(&outcome), &expected);
	bench.assert_ends_safe();
}

#[tokio::test]
async fn a_guard_that_nobody_reads_aborts() {
	let bench = Bench::with(|_, _| Reaction::Refuse(AckResult::Done));
	let body = format!("[[guard]]\ninput = \"speed\"\nat_most = 900\n{SPIN}[[each]]\ndwell_ms = 2000");
	let outcome = bench.run(&body, 0..1).await;
	assert_eq!(
		reason(&outcome),
		&AbortReason::GuardBlind {
			condition: "speed at most 900".into()
		}
	);
	bench.assert_ends_safe();
}

#[tokio::test]
async fn abort_if_strikes_only_when_its_condition_holds() {
	let body = |limit: i32| format!("{SPIN}[[each]]\nabort_if = \"speed\"\nat_least = {limit}");
	assert_eq!(Bench::sound().run(&body(1001), 0..1).await.end, Ok(()));
	let bench = Bench::sound();
	let outcome = bench.run(&body(1000), 0..1).await;
	let expected = AbortReason::Demanded {
		condition: "speed at least 1000".into(),
		value: "1000".into(),
	};
	assert_eq!(reason(&outcome), &expected);
	bench.assert_ends_safe();
}

/// Says `signal` when the spindle is set.
fn says_when_driven(signal: Signal) -> Bench {
	Bench::with(move |message, fake| {
		if matches!(message, HostMessage::SetOutput { .. }) {
			fake.signal(signal.clone());
		}
		Reaction::Done
	})
}

#[tokio::test]
async fn trouble_that_the_board_reports_aborts() {
	let event = |kind| Signal::Event { link: LINK, kind };
	let status = |flags| Signal::Status {
		link: LINK,
		status: Status { flags, events: 0 },
	};
	let interlock = AbortReason::Interlock {
		input: Some("spare = 0".into()),
	};
	let cases = [
		(event(EventKind::InterlockTripped { input: 2, value: 0 }), interlock),
		(event(EventKind::DeadManTripped), AbortReason::Tripped),
		(
			event(EventKind::InputLost { channel: 1 }),
			AbortReason::InputLost("speed".into()),
		),
		(status(Status::INTERLOCKED), AbortReason::Interlock { input: None }),
		(status(Status::TRIPPED), AbortReason::Tripped),
		(
			Signal::LinkEnded {
				link: LINK,
				reason: BoardError::Reset,
			},
			AbortReason::Board(BoardError::Reset),
		),
	];
	for (signal, expected) in cases {
		let bench = says_when_driven(signal);
		let body = format!("{SPIN}[[each]]\ndwell_ms = 1000\n[[each]]\nsample = [\"speed\"]");
		let outcome = bench.run(&body, 0..1).await;
		assert_eq!(reason(&outcome), &expected);
		bench.assert_ends_safe();
	}
}

#[tokio::test]
async fn news_that_does_not_concern_the_job_does_not_abort() {
	let old = LinkId(0);
	for signal in [
		Signal::Event {
			link: LINK,
			kind: EventKind::InputLost { channel: 2 },
		},
		Signal::Event {
			link: old,
			kind: EventKind::DeadManTripped,
		},
		Signal::LinkEnded {
			link: old,
			reason: BoardError::Reset,
		},
		Signal::Status {
			link: LINK,
			status: Status {
				flags: Status::STREAMING,
				events: 3,
			},
		},
		Signal::Reading {
			link: LINK,
			channel: 200,
			value: 1,
			board_ms: 1,
		},
	] {
		let outcome = says_when_driven(signal)
			.run(&format!("{SPIN}[[each]]\nsample = [\"speed\"]"), 0..1)
			.await;
		assert_eq!(outcome.end, Ok(()));
	}
}

#[tokio::test]
async fn does_not_begin_while_an_interlock_holds() {
	let (handle, mut fake) = bridge();
	fake.set_state(BoardState::Online(Arc::new(info())));
	tokio::spawn(async move {
		while let Some((message, reply)) = fake.next().await {
			assert_eq!(message, HostMessage::Safe);
			let status = Status {
				flags: Status::INTERLOCKED | Status::TRIPPED,
				events: 0,
			};
			if let Some(reply) = reply {
				let _ = reply.send(Ok(Ack {
					result: AckResult::Done,
					status,
				}));
			}
		}
	});
	let bench = Bench {
		handle,
		..Bench::sound()
	};
	let outcome = bench.run(SPIN, 0..1).await;
	assert_eq!(reason(&outcome), &AbortReason::Interlock { input: None });
	assert!(!outcome.moved);
}

#[tokio::test]
async fn nothing_moves_before_it_may() {
	let bench = Bench::sound();
	let (sender, _receiver) = progress();
	let cancel = CancellationToken::new();
	let ready = prepare(&bench.handle, bench.task(SPIN, 0..2), &sender, &cancel).await;
	let ready = ready
		.map_err(|error| error.to_string())
		.unwrap_or_else(|error| panic!("{error}"));
	assert_eq!(*lock(&bench.heard), [HostMessage::Safe]);
	assert!(bench.handle.lease().is_err(), "the board is this run's");
	let outcome = timeout(SOON, ready.run(&cancel)).await.unwrap();
	assert_eq!(
		(outcome.end.clone(), outcome.made(), bench.driven()),
		(Ok(()), 2, vec![1000, 1000])
	);
	bench.assert_ends_safe();
	// A stop that comes before leaves it at that.
	cancel.cancel();
	let refused = prepare(&bench.handle, bench.task(SPIN, 0..2), &sender, &cancel).await;
	assert_eq!(refused.err(), Some(AbortReason::Cancelled));
}

#[tokio::test]
async fn a_trip_between_safe_and_start_moves_nothing() {
	let (handle, mut fake) = bridge();
	fake.set_state(BoardState::Online(Arc::new(info())));
	let (sender, _receiver) = progress();
	let (cancel, bench) = (CancellationToken::new(), Bench::sound());
	let answer = |reply: Reply| {
		let ack = Ack {
			result: AckResult::Done,
			status: Status::default(),
		};
		reply.map(|reply| reply.send(Ok(ack)))
	};
	let preparing = prepare(&handle, bench.task(SPIN, 0..1), &sender, &cancel);
	let (ready, ()) = tokio::join!(preparing, async {
		let (message, reply) = fake.next().await.unwrap();
		assert_eq!(message, HostMessage::Safe);
		answer(reply);
	});
	let Ok(ready) = ready else {
		panic!("nothing is wrong yet")
	};
	// It is said while whoever runs the job writes down that it moves.
	fake.signal(Signal::Event {
		link: LINK,
		kind: EventKind::InterlockTripped { input: 2, value: 0 },
	});
	let board = tokio::spawn(async move {
		while let Some((message, reply)) = fake.next().await {
			assert_eq!(message, HostMessage::Safe);
			answer(reply);
		}
	});
	let outcome = timeout(SOON, ready.run(&cancel)).await.unwrap();
	assert!(matches!(reason(&outcome), AbortReason::Interlock { .. }));
	assert!(!outcome.moved);
	drop(handle);
	timeout(SOON, board).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_refused_command_aborts() {
	let bench = Bench::with(|message, _| match message {
		HostMessage::SetOutput { .. } => Reaction::Refuse(AckResult::Interlocked),
		_ => Reaction::Done,
	});
	let outcome = bench.run(SPIN, 0..1).await;
	assert_eq!(
		reason(&outcome),
		&AbortReason::Board(BoardError::Refused(AckResult::Interlocked))
	);
	bench.assert_ends_safe();
}

#[tokio::test]
async fn readings_that_the_line_lost_are_asked_for_again() {
	let mut asked = 0;
	let bench = Bench::with(move |message, _| {
		asked += u32::from(message == HostMessage::ReadAll);
		// An empty success: the readings were lost.
		if asked == 1 {
			Reaction::Refuse(AckResult::Done)
		} else {
			Reaction::Done
		}
	});
	assert_eq!(bench.run("[[each]]\nsample = [\"speed\"]", 0..1).await.end, Ok(()));
	let bench = Bench::with(|_, _| Reaction::Refuse(AckResult::Done));
	let outcome = bench.run("[[each]]\nsample = [\"speed\", \"spare\"]", 0..1).await;
	assert_eq!(reason(&outcome), &AbortReason::NoReading("speed, spare".into()));
}

#[tokio::test]
async fn aborts_when_a_phase_takes_too_long() {
	let bench = Bench::with(|message, _| match message {
		HostMessage::SetOutput { .. } => Reaction::Silent,
		_ => Reaction::Done,
	});
	let outcome = bench.run(SPIN, 0..1).await;
	assert_eq!(
		reason(&outcome),
		&AbortReason::TooLong {
			phase: Phase::Each,
			seconds: 2
		}
	);
	bench.assert_ends_safe();
}

#[tokio::test]
async fn cancelling_makes_safe_and_nothing_moves_after() {
	let bench = Bench::sound();
	let (sender, receiver) = progress();
	let cancel = CancellationToken::new();
	let mut events = receiver.events();
	let stop = cancel.clone();
	let stopper = tokio::spawn(async move {
		while !matches!(events.recv().await, Ok(Progress::Output { .. })) {}
		stop.cancel();
	});
	let task = bench.task(&format!("{SPIN}[[each]]\ndwell_ms = 2000"), 0..3);
	let outcome = timeout(SOON, run(&bench.handle, task, &sender, &cancel)).await.unwrap();
	timeout(SOON, stopper).await.unwrap().unwrap();
	assert_eq!(
		(reason(&outcome), outcome.made(), outcome.safe.clone()),
		(&AbortReason::Cancelled, 0, Ok(()))
	);
	bench.assert_ends_safe();
}

#[tokio::test]
async fn a_run_that_is_dropped_makes_safe() {
	let bench = Bench::sound();
	let (sender, receiver) = progress();
	let mut events = receiver.events();
	let task = bench.task(&format!("{SPIN}[[each]]\ndwell_ms = 2000"), 0..1);
	let cancel = CancellationToken::new();
	tokio::select! {
		_ = run(&bench.handle, task, &sender, &cancel) => panic!("it ended by itself"),
		() = async { while !matches!(events.recv().await, Ok(Progress::Output { .. })) {} } => {},
	}
	let made_safe = async {
		while lock(&bench.heard).last() != Some(&HostMessage::Safe) {
			tokio::task::yield_now().await;
		}
	};
	timeout(SOON, made_safe).await.unwrap();
	bench.assert_ends_safe();
}

#[tokio::test]
async fn only_one_job_drives_the_board() {
	let bench = Bench::sound();
	let lease = bench.handle.lease().unwrap();
	let outcome = bench.run(SPIN, 0..1).await;
	assert_eq!(reason(&outcome), &AbortReason::Board(BoardError::Leased));
	drop(lease);
	assert_eq!(bench.run(SPIN, 0..1).await.end, Ok(()));
}

#[tokio::test]
async fn a_job_that_was_cut_off_goes_on_with_its_evidence() {
	let bench = Bench::sound();
	let body = "[[each]]\nsample = [\"speed\"]";
	let first = bench.run(body, 0..2).await.evidence.unwrap();
	let whole = bench.run(body, 2..3).await.evidence.unwrap();
	assert_eq!(whole.units, 3);
	assert_eq!(whole.readings[..first.readings.len()], first.readings);
	let anew = bench.run(body, 0..1).await.evidence.unwrap();
	assert_eq!(anew.units, 1);
	assert!(anew.readings.len() < first.readings.len());
	// What was made anew is beside what was made before.
	let file = |run| Evidence::read(&bench.dir.path().join(format!("evidence/job-9-run-{run}.json"))).unwrap();
	assert_eq!((file(1), file(2)), (whole, anew));
}

#[tokio::test]
async fn a_unit_counts_once_its_evidence_is_on_the_disk() {
	let bench = Bench::sound();
	let (sender, receiver) = progress();
	let mut events = receiver.events();
	let body = "[[each]]\nsample = [\"speed\"]";
	let (task, cancel) = (bench.task(body, 0..1_000), CancellationToken::new());
	let second = |event: &Progress| matches!(event, Progress::UnitMade { unit: 1, .. });
	tokio::select! {
		_ = run(&bench.handle, task, &sender, &cancel) => panic!("it ended by itself"),
		() = async { while !events.recv().await.is_ok_and(|event| second(&event)) {} } => {},
	}
	// Cut off like this, it has what was counted, and goes on from there.
	let left = Evidence::load(bench.dir.path(), 9).unwrap().unwrap();
	assert!(left.units >= 2, "{}", left.units);
	let sampled = left.readings.iter().filter(|record| record.sampled).count();
	assert_eq!(sampled, left.units as usize);
	let units = left.units..left.units + 1;
	// Once before it began, and once when it was dropped.
	let is_safe_again = || {
		lock(&bench.heard)
			.iter()
			.filter(|message| **message == HostMessage::Safe)
			.count() > 1
	};
	let made_safe = async {
		while !is_safe_again() {
			tokio::task::yield_now().await;
		}
	};
	timeout(SOON, made_safe).await.unwrap();
	let whole = bench.run(body, units).await.evidence.unwrap();
	assert_eq!(whole.units, left.units + 1);
	assert_eq!(whole.readings[..left.readings.len()], left.readings);
	assert_eq!(Evidence::load(bench.dir.path(), 9).unwrap(), Some(whole));
}

#[tokio::test]
async fn nothing_moves_on_a_disk_that_takes_no_evidence() {
	let bench = Bench::sound();
	// The place of the unfinished file is taken.
	std::fs::create_dir_all(bench.dir.path().join("evidence/job-9-run-1.log.new.new")).unwrap();
	let outcome = bench.run(SPIN, 0..1).await;
	assert!(
		matches!(reason(&outcome), AbortReason::Evidence(_)),
		"{:?}",
		outcome.end
	);
	assert!(!outcome.moved && bench.driven().is_empty());
}

#[tokio::test]
async fn a_job_with_nothing_left_to_make_ends_at_once() {
	let bench = Bench::sound();
	let outcome = bench.run("[[each]]\nsample = [\"speed\"]", 3..3).await;
	assert_eq!((outcome.end, outcome.units.len()), (Ok(()), 0));
}
