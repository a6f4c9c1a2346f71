//! The board's test on a board that is played.

use super::*;
use crate::{
	board::{fake::FakeBridge, LinkId},
	daemon::bench::{Bench, COOLANT, SOON, TEMPERATURE},
};
use bpiiot_protocol::{Ack, AckResult, HostMessage};
use std::sync::{Arc, Mutex};
use tokio::{task::JoinHandle, time::timeout};

const LINK: LinkId = LinkId(1);

/// How the board is played.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
	Well,
	/// The interlock trips when something is driven.
	Trips,
	/// What was driven stays.
	Sticks,
	/// It measures nothing.
	Silent,
}

/// A site with a board that answers.
struct Played {
	site: Site,
	told: Arc<Mutex<Vec<HostMessage>>>,
	_player: JoinHandle<()>,
	_dir: tempfile::TempDir,
}

impl Played {
	fn new(manner: Manner) -> Self {
		let bench = Bench::new();
		let (mut site, told) = (bench.site.clone(), Arc::<Mutex<Vec<_>>>::default());
		let range = OutputRange { min: 0, max: 5 };
		let outputs = &mut Arc::make_mut(&mut site.config).envelope.outputs;
		outputs.insert("coolant".to_owned(), range);
		let player = tokio::spawn(play(bench.fake, manner, told.clone()));
		Self {
			site,
			told,
			_player: player,
			_dir: bench.dir,
		}
	}

	async fn test(&self, drive: bool) -> Result<Vec<Finding>, Fault> {
		let stop = CancellationToken::new();
		timeout(SOON, test(&self.site, drive, &stop)).await.unwrap()
	}

	fn told(&self) -> Vec<HostMessage> {
		self.told.lock().unwrap().clone()
	}
}

async fn play(mut fake: FakeBridge, manner: Manner, told: Arc<Mutex<Vec<HostMessage>>>) {
	let mut coolant = 0;
	while let Some((message, reply)) = fake.next().await {
		told.lock().unwrap().push(message);
		match message {
			HostMessage::SetOutput { value, .. } => {
				coolant = value;
				if manner == Manner::Trips {
					fake.signal(Signal::Event {
						link: LINK,
						kind: EventKind::InterlockTripped { input: 0, value: 0 },
					});
				}
			}
			HostMessage::Safe if manner != Manner::Sticks => coolant = 0,
			_ => {}
		}
		if manner != Manner::Silent {
			for (channel, value) in [(TEMPERATURE, 215), (COOLANT, coolant)] {
				fake.signal(Signal::Reading {
					link: LINK,
					channel,
					value,
					board_ms: 0,
				});
			}
		}
		let flags = if coolant == 0 { Status::ALL_SAFE } else { 0 };
		let status = Status {
			flags,
			..Status::default()
		};
		if let Some(reply) = reply {
			let _ = reply.send(Ok(Ack {
				result: AckResult::Done,
				status,
			}));
		}
	}
}

fn of<'a>(findings: &'a [Finding], what: &str) -> &'a Finding {
	findings.iter().find(|finding| finding.what == what).unwrap()
}

#[tokio::test]
async fn a_board_that_is_well_is_found_so_and_nothing_is_driven_unasked() {
	let played = Played::new(Manner::Well);
	let findings = played.test(false).await.unwrap();
	assert!(findings.iter().all(|finding| finding.ok), "{findings:#?}");
	assert_eq!(of(&findings, "temperature").text, "21.5 °C");
	let drives = |message: &HostMessage| matches!(message, HostMessage::SetOutput { .. });
	assert!(!played.told().iter().any(drives));
	assert!(played.told().contains(&HostMessage::Safe));
}

#[tokio::test]
async fn outputs_that_the_envelope_allows_are_driven_to_their_largest_value_and_made_safe() {
	let played = Played::new(Manner::Well);
	let findings = played.test(true).await.unwrap();
	assert!(findings.iter().all(|finding| finding.ok), "{findings:#?}");
	assert_eq!(of(&findings, "coolant").text, "1, and then 0 again");
	// No further than the channel goes, whatever the envelope says.
	let drive = HostMessage::SetOutput {
		channel: COOLANT,
		value: 1,
	};
	assert_eq!(played.told().iter().filter(|message| **message == drive).count(), 1);
	assert_eq!(
		played.told().iter().rfind(|message| **message != HostMessage::ReadAll),
		Some(&HostMessage::Safe)
	);
}

#[tokio::test]
async fn the_first_trip_ends_the_drive_with_a_safe_board() {
	let played = Played::new(Manner::Trips);
	let findings = played.test(true).await.unwrap();
	let coolant = of(&findings, "coolant");
	assert!(
		!coolant.ok && coolant.text.contains("interlock has tripped"),
		"{coolant:?}"
	);
	let told = played.told();
	let drive = told
		.iter()
		.position(|message| matches!(message, HostMessage::SetOutput { .. }))
		.unwrap();
	assert!(told[drive + 1..].contains(&HostMessage::Safe), "{told:?}");
}

#[tokio::test]
async fn an_output_that_stays_as_it_was_driven_is_found() {
	let findings = Played::new(Manner::Sticks).test(true).await.unwrap();
	let coolant = of(&findings, "coolant");
	assert!(!coolant.ok && coolant.text.contains("not safe"), "{coolant:?}");
}

#[tokio::test]
async fn an_input_that_is_not_read_afresh_is_found() {
	let findings = Played::new(Manner::Silent).test(false).await.unwrap();
	let temperature = of(&findings, "temperature");
	assert!(
		!temperature.ok && temperature.text.contains("cannot be read"),
		"{temperature:?}"
	);
}

#[tokio::test]
async fn while_a_job_drives_the_machine_nothing_is_driven_and_nothing_is_stopped() {
	let played = Played::new(Manner::Well);
	let (job, _signals) = played.site.board.lease().unwrap();
	let refused = played.test(true).await.unwrap_err();
	assert!(
		matches!(&refused, Fault::Unavailable(why) if why.contains("a job or a rule")),
		"{refused:?}"
	);
	let findings = played.test(false).await.unwrap();
	assert!(of(&findings, "safe state").text.contains("not tried"));
	assert!(!played.told().contains(&HostMessage::Safe));
	drop(job);
}

#[tokio::test]
async fn while_a_rule_stops_the_machine_nothing_is_driven() {
	let played = Played::new(Manner::Well);
	played.site.notices.halt("hot", Some("too hot".to_owned()));
	let refused = played.test(true).await.unwrap_err();
	assert!(
		matches!(&refused, Fault::Unavailable(why) if why.contains("rule hot")),
		"{refused:?}"
	);
}

#[tokio::test]
async fn a_board_that_is_not_there_is_the_only_finding() {
	let bench = Bench::new();
	let gone = BoardError::Offline("unplugged".to_owned());
	bench.fake.set_state(crate::board::BoardState::Offline(gone));
	let findings = test(&bench.site, true, &CancellationToken::new()).await.unwrap();
	assert_eq!((findings.len(), findings[0].ok), (1, false), "{findings:?}");
}
