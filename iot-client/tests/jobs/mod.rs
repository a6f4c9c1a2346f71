//! Jobs that are run on a machine, in whatever way it is connected.

use iot_client::{
	board::{BoardError, BoardHandle, BoardState},
	config::Config,
	controller::{progress, run, AbortReason, Outcome, Progress, ProgressReceiver, Task},
	evidence::Subject,
	recipe::Recipe,
};
use std::{sync::Arc, time::Duration};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// Longest wait for anything; a job takes some seconds.
pub const LIMIT: Duration = Duration::from_secs(60);
/// One unit that moves everything, in about a second.
pub const QUICK: &str = r#"
format = 1
name = "quick"
[[guard]]
input = "spindle_speed"
at_most = 1200
[[each]]
set = "clamp"
to = 1
[[each]]
ramp = "spindle_rpm"
to = 900
over_ms = 100
[[each]]
wait = "spindle_speed"
at_least = 600
timeout_ms = 5000
[[each]]
set = "feed_um"
to = 5000
[[each]]
wait = "feed_position"
at_least = 4900
timeout_ms = 5000
[[each]]
sample = ["temperature", "spindle_speed"]
[[each]]
set = "feed_um"
to = 0
[[each]]
dwell_ms = 100
"#;

/// So many units by a recipe.
pub fn task(config: &Config, recipe: &[u8], units: u32) -> Task {
	let recipe = Recipe::parse(recipe).expect("a sound recipe");
	let subject = Subject {
		machine: [1; 32],
		job: 42,
		recipe: recipe.hash,
	};
	Task::new(config, Arc::new(recipe), subject, 0..units)
}

/// Runs a job; `meanwhile` sees its progress and may interfere.
pub async fn run_task(board: &BoardHandle, task: Task, meanwhile: impl AsyncFnOnce(ProgressReceiver)) -> Outcome {
	let (sender, receiver) = progress();
	let cancel = CancellationToken::new();
	let job = run(board, task, &sender, &cancel);
	let (outcome, ()) = timeout(LIMIT, async { tokio::join!(job, meanwhile(receiver)) })
		.await
		.expect("the job ends");
	outcome
}

/// Waits until the spindle turns.
pub async fn spindle_turns(progress: &ProgressReceiver) {
	let mut events = progress.events();
	loop {
		match events.recv().await.expect("the job tells") {
			Progress::Output { channel, value, .. } if channel == "spindle_rpm" && value > 0 => break,
			_ => {}
		}
	}
}

/// Why a job that was aborted was.
pub fn abort(outcome: &Outcome) -> &AbortReason {
	&outcome.end.as_ref().expect_err("the job was aborted").reason
}

/// The first real reason why there is no machine.
pub async fn reason_offline(board: &BoardHandle) -> BoardError {
	let mut state = board.watch_state();
	let offline =
		state.wait_for(|state| matches!(state, BoardState::Offline(error) if !matches!(error, BoardError::Offline(_))));
	let offline = timeout(LIMIT, offline)
		.await
		.expect("it is said why")
		.expect("the bridge runs")
		.clone();
	match offline {
		BoardState::Offline(error) => error,
		BoardState::Online(_) => unreachable!("waited for the opposite"),
	}
}
