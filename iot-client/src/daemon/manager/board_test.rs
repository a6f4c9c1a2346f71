//! Tests the board: what it says, whether every channel reads, whether it makes itself safe; and, if that is wanted while
//! nobody else drives it, each output that the envelope allows.
//!
//! Every way out of a drive leaves the board safe: the lease does so when it is dropped. The first trip, the first rule that
//! stops the machine and the end of the daemon end it at once.

use crate::{
	board::{
		explain,
		trial::{self, Values},
		BoardCounters, BoardError, BoardInfo, BoardLease, Signal,
	},
	config::OutputRange,
	daemon::site::Site,
};
use bpiiot_protocol::{ChannelInfo, ChannelKind, EventKind, Status};
use iot_manager::api::{Fault, Finding};
use std::time::{Duration, Instant};
use tokio::{
	sync::broadcast::{error::RecvError, Receiver},
	time::{timeout_at, Instant as Deadline},
};
use tokio_util::sync::CancellationToken;

/// How long an output is driven.
const HOLD: Duration = Duration::from_millis(400);
/// How long a channel may be silent beyond its interval before its value counts as old.
const SLACK: Duration = Duration::from_secs(1);
/// Of so many readings one may be lost: a board that is asked for readings while it streams them may leave some out.
const LOST: u64 = 20;

/// Tests the board of a site until `stop` is cancelled.
pub(super) async fn test(site: &Site, drive: bool, stop: &CancellationToken) -> Result<Vec<Finding>, Fault> {
	let info = match site.board.info() {
		Ok(info) => info,
		Err(error) => return Ok(vec![wrong("board", error.to_string())]),
	};
	let before = site.board.counters();
	let mut findings = vec![right("board", describe(&info))];
	let listener = site.board.signals();
	findings.extend(answer(site).await);
	findings.extend(read_inputs(&info, listener).await);
	match drive {
		true => findings.extend(drive_outputs(site, stop).await?),
		false => findings.push(make_safe(site).await),
	}
	findings.push(line(site, &before));
	Ok(findings)
}

fn right(what: impl Into<String>, text: impl Into<String>) -> Finding {
	Finding {
		what: what.into(),
		ok: true,
		text: text.into(),
	}
}

fn wrong(what: impl Into<String>, text: impl Into<String>) -> Finding {
	Finding {
		ok: false,
		..right(what, text)
	}
}

fn judged(what: impl Into<String>, judgement: Result<String, String>) -> Finding {
	match judgement {
		Ok(text) => right(what, text),
		Err(text) => wrong(what, text),
	}
}

fn describe(info: &BoardInfo) -> String {
	let version = info.firmware;
	let dead_man = match info.dead_man_ms {
		0 => "nothing makes it safe without this computer".to_owned(),
		ms => format!("it makes itself safe after {ms} ms without a command"),
	};
	format!(
		"{}, firmware {}.{}.{}; {dead_man}",
		info.serial, version.major, version.minor, version.patch
	)
}

/// One round trip, and what the board says of itself with it.
async fn answer(site: &Site) -> Vec<Finding> {
	let begun = Instant::now();
	match site.board.ping().await {
		Ok(status) => vec![
			right("answer", format!("within {} ms", begun.elapsed().as_millis())),
			judged("state", flags(&status)),
		],
		Err(error) => vec![wrong("answer", error.to_string())],
	}
}

/// What the flags of the board's status tell.
fn flags(status: &Status) -> Result<String, String> {
	let troubles = [
		(
			Status::INTERLOCKED,
			"an interlock holds outputs safe: close the door, or whatever it watches",
		),
		(
			Status::TRIPPED,
			"outputs were made safe, and nobody has taken notice of it yet; the next job does",
		),
		(Status::INPUT_LOST, "an input cannot be read: look at its wire"),
	];
	let troubles = troubles.into_iter().filter(|(flag, _)| status.has(*flag));
	let troubles: Vec<_> = troubles.map(|(_, trouble)| trouble).collect();
	match (troubles.is_empty(), status.has(Status::ALL_SAFE)) {
		(false, _) => Err(troubles.join("; ")),
		(true, true) => Ok("all outputs are safe".to_owned()),
		(true, false) => Ok("outputs are driven".to_owned()),
	}
}

/// Waits until each input has been read, but not for long.
async fn read_inputs(info: &BoardInfo, mut signals: Receiver<Signal>) -> Vec<Finding> {
	let inputs = || info.channels.iter().filter(|info| info.kind == ChannelKind::Input);
	let deadline = Deadline::now() + Duration::from_millis(2 * u64::from(info.stream_ms)) + SLACK;
	let mut values = Values::new();
	while inputs().any(|input| !values.contains_key(&input.channel)) {
		match timeout_at(deadline, signals.recv()).await {
			Ok(Ok(Signal::Reading {
				link, channel, value, ..
			})) if link == info.link => {
				values.insert(channel, value);
			}
			Ok(Ok(Signal::LinkEnded { .. }) | Err(RecvError::Closed)) | Err(_) => break,
			Ok(Ok(_) | Err(RecvError::Lagged(_))) => {}
		}
	}
	let finding = |input: &ChannelInfo| {
		let value = values.get(&input.channel).copied();
		judged(input.name.as_str(), trial::judge(info, input, value))
	};
	inputs().map(finding).collect()
}

/// Whether the board makes itself safe when it is told to. Nobody's work is stopped for that.
async fn make_safe(site: &Site) -> Finding {
	let lease = match site.board.lease() {
		Ok((lease, _)) => lease,
		Err(BoardError::Leased) => return right("safe state", "not tried: a job or a rule drives the machine"),
		Err(error) => return wrong("safe state", error.to_string()),
	};
	safe_finding(&lease).await
}

async fn safe_finding(lease: &BoardLease) -> Finding {
	let safe = match lease.make_safe().await {
		Ok(status) if status.has(Status::ALL_SAFE) => Ok("the board makes itself safe when it is told to".to_owned()),
		Ok(_) => Err("the board was told to make itself safe, and says that not every output is".to_owned()),
		Err(error) => Err(error.to_string()),
	};
	judged("safe state", safe)
}

/// Drives each output that the envelope allows to its largest value for a moment.
async fn drive_outputs(site: &Site, stop: &CancellationToken) -> Result<Vec<Finding>, Fault> {
	if let Some((rule, why)) = site.notices.halts().borrow().first_key_value() {
		let message = format!("the rule {rule} has stopped the machine ({why}); nothing is driven until it is cleared");
		return Err(Fault::Unavailable(message));
	}
	let (lease, mut signals) = site.board.lease().map_err(|error| {
		let message = match error {
			BoardError::Leased => "a job or a rule drives the machine; nothing else is driven meanwhile".to_owned(),
			error => error.to_string(),
		};
		Fault::Unavailable(message)
	})?;
	let mut findings = vec![safe_finding(&lease).await];
	// What tripped before counts no more.
	let interrupted = interruption(site, stop);
	tokio::pin!(interrupted);
	for output in lease
		.info()
		.channels
		.iter()
		.filter(|info| info.kind == ChannelKind::Output)
	{
		let name = output.name.as_str();
		let Some(range) = site.config.envelope.outputs.get(name) else {
			findings.push(right(name, "not driven: envelope.outputs does not name it"));
			continue;
		};
		let finding = tokio::select! {
			biased;
			why = &mut interrupted => Err(why),
			judgement = try_output(&lease, &mut signals, output, *range) => Ok(judged(name, judgement)),
		};
		match finding {
			Ok(finding) => findings.push(finding),
			Err(why) => {
				// At once, and not when everything else is told.
				let safe = lease.make_safe().await;
				let end = match safe {
					Ok(_) => "the board was made safe, and nothing more was driven".to_owned(),
					Err(error) => format!("the board could not be told to make itself safe: {error}"),
				};
				findings.push(wrong(name, format!("{why}; {end}")));
				break;
			}
		}
	}
	Ok(findings)
}

/// Drives an output, reads back what the board drives it with, and makes it safe.
async fn try_output(
	lease: &BoardLease,
	signals: &mut Receiver<Signal>,
	output: &ChannelInfo,
	range: OutputRange,
) -> Result<String, String> {
	let show = |value| lease.info().display(output.channel, value);
	// A range of the file may be wider than the channel's own.
	let value = range.max.min(output.max).max(output.min);
	match lease.set(output.channel, value).await {
		Ok(_) => {}
		Err(BoardError::Refused(result)) => return Err(format!("{} was refused: {}", show(value), explain(result))),
		Err(error) => return Err(error.to_string()),
	}
	let driven = trial::drive_for(lease, signals, HOLD).await;
	let safe = lease.make_safe().await.map_err(|error| error.to_string())?;
	let driven = driven.map_err(|error| error.to_string())?;
	let after = trial::read(lease, signals).await.map_err(|error| error.to_string())?;
	if let Some(other) = driven.get(&output.channel).filter(|driven| **driven != value) {
		return Err(format!(
			"driven with {}, and the board says {}",
			show(value),
			show(*other)
		));
	}
	let still = after.get(&output.channel).filter(|after| **after != output.safe);
	if let Some(other) = still {
		return Err(format!(
			"after {} it stays at {}, which is not safe",
			show(value),
			show(*other)
		));
	}
	if !safe.has(Status::ALL_SAFE) {
		return Err(format!(
			"after {} the board says that not every output is safe",
			show(value)
		));
	}
	let read_back = match driven.contains_key(&output.channel) {
		true => "",
		false => " (the board does not say what it drives it with)",
	};
	Ok(format!(
		"{}, and then {} again{read_back}",
		show(value),
		show(output.safe)
	))
}

/// Waits for the first reason to drive nothing more.
fn interruption(site: &Site, stop: &CancellationToken) -> impl std::future::Future<Output = String> {
	let (mut signals, mut halts, stop) = (site.board.signals(), site.notices.halts(), stop.clone());
	async move {
		let tripped = async {
			loop {
				match signals.recv().await {
					Ok(signal) => {
						if let Some(why) = trip(&signal) {
							return why;
						}
					}
					Err(RecvError::Lagged(_)) => {}
					Err(RecvError::Closed) => return "the way to the machine is closed".to_owned(),
				}
			}
		};
		let halted = async {
			let halts = halts.wait_for(|halts| !halts.is_empty()).await;
			let names = halts.map(|halts| halts.keys().cloned().collect::<Vec<_>>());
			format!("stopped by the rule {}", names.unwrap_or_default().join(", "))
		};
		tokio::select! {
			() = stop.cancelled() => "the client is stopping".to_owned(),
			why = tripped => why,
			why = halted => why,
		}
	}
}

/// Why a signal ends a drive, if it does.
fn trip(signal: &Signal) -> Option<String> {
	match signal {
		Signal::LinkEnded { reason, .. } => Some(reason.to_string()),
		Signal::Event { kind, .. } => match kind {
			EventKind::DeadManTripped => Some("the board heard nothing for too long and made itself safe".to_owned()),
			EventKind::InterlockTripped { .. } => Some("an interlock has tripped".to_owned()),
			EventKind::InputLost { .. } => Some("an input was lost".to_owned()),
			EventKind::Reset { .. } => Some("the board was reset".to_owned()),
			EventKind::InterlockCleared { .. } | EventKind::InputBack { .. } => None,
		},
		Signal::Status { status, .. } => {
			let is_held = status.has(Status::INTERLOCKED) || status.has(Status::TRIPPED);
			is_held.then(|| "the board has tripped".to_owned())
		}
		Signal::Reading { .. } => None,
	}
}

/// How good the line was since then.
fn line(site: &Site, before: &BoardCounters) -> Finding {
	let now = site.board.counters();
	let since = |of: fn(&BoardCounters) -> u64| of(&now).saturating_sub(of(before));
	let (readings, lost) = (since(|now| now.readings), since(|now| now.readings_lost));
	let text = format!(
		"{readings} readings meanwhile, {lost} of them lost; {} damaged frames, {} commands sent again, {} resets since the start",
		now.broken_frames, now.retries, now.resets
	);
	match lost.saturating_mul(LOST) <= readings && since(|now| now.resets) == 0 {
		true => right("line", text),
		false => wrong("line", format!("{text}; look at the cable and the board's supply")),
	}
}

#[cfg(test)]
#[path = "board_test_tests.rs"]
mod tests;
