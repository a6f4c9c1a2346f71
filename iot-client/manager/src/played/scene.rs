//! What the played machine does: channels that swing, and jobs one after the other.

use super::Played;
use crate::api::{Channel, Fault, Finding, HistoryQuery, Job, JobDetail, Series, StoryLine};
use serde_json::{json, Value};
use std::collections::{BTreeMap, VecDeque};

/// Units of each job, and ms for one.
const UNITS: u32 = 6;
const UNIT_MS: u64 = 5_000;
/// Between two jobs, in ms.
const REST_MS: u64 = 15_000;
/// The history reaches back so far, in ms.
const HISTORY_MS: u64 = 7 * 24 * 3_600_000;
/// Jobs that are remembered.
const MOST_JOBS: usize = 40;

/// Name, unit, output, switch, smallest, largest, decimals.
type Kind = (&'static str, &'static str, bool, bool, f64, f64, u8);

const KINDS: [Kind; 8] = [
	("temperature", "°C", false, false, -40.0, 150.0, 1),
	("vibration", "mm/s", false, false, 0.0, 50.0, 2),
	("spindle_speed", "rpm", false, false, 0.0, 3_000.0, 0),
	("tool_wear", "‰", false, false, 0.0, 1_000.0, 0),
	("door_closed", "", false, true, 0.0, 1.0, 0),
	("spindle_rpm", "rpm", true, false, 0.0, 3_000.0, 0),
	("feed_um", "µm", true, false, 0.0, 50_000.0, 0),
	("coolant", "", true, true, 0.0, 1.0, 0),
];

/// Its channels, without values.
pub(super) fn channels() -> Vec<Channel> {
	let channels = KINDS.map(|(name, unit, output, switch, min, max, decimals)| Channel {
		name: name.to_owned(),
		unit: unit.to_owned(),
		output,
		switch,
		min,
		max,
		decimals,
		value: None,
		at: None,
	});
	channels.into()
}

/// Where a job is at that time: how far in its units, if one runs.
fn working(at: u64) -> Option<f64> {
	let whole = u64::from(UNITS) * UNIT_MS;
	let into = at % (whole + REST_MS);
	(into < whole).then(|| into as f64 / UNIT_MS as f64)
}

/// What a channel measures at that time.
fn value(channel: &str, at: u64) -> Option<f64> {
	let seconds = (at % 1_000_000_000) as f64 / 1_000.0;
	let swing = |period: f64| (seconds * std::f64::consts::TAU / period).sin();
	let work = working(at);
	let on = f64::from(u8::from(work.is_some()));
	Some(match channel {
		"temperature" => 42.0 + 9.0 * swing(600.0) + 3.0 * swing(47.0) + 0.3 * swing(1.7),
		"vibration" => (1.2 + on * 2.1 + 0.8 * swing(13.0) + 0.4 * swing(0.9)).max(0.0),
		"spindle_speed" => on * (1_480.0 + 25.0 * swing(7.0)),
		"tool_wear" => (seconds / 40.0) % 1_000.0,
		"door_closed" => 1.0 - f64::from(u8::from(work.is_none() && swing(61.0) > 0.9)),
		"spindle_rpm" => on * 1_500.0,
		"feed_um" => on * 12_000.0 * work.map_or(0.0, f64::fract),
		"coolant" => on * f64::from(u8::from(work.is_some_and(|unit| unit.fract() > 0.2))),
		_ => return None,
	})
}

/// The history of a channel, made up when it is asked for.
pub(super) fn history(channel: &str, query: &HistoryQuery, now: u64) -> Result<Series, Fault> {
	if value(channel, 0).is_none() {
		return Err(Fault::Invalid(format!("`channels`: there is no channel {channel:?}")));
	}
	let step = (query.to - query.from).div_ceil(u64::from(query.points)).max(100);
	let first = query.from.max(now.saturating_sub(HISTORY_MS)).next_multiple_of(step);
	let until = query.to.min(now);
	let starts = (0..u64::from(query.points)).map(|number| first.saturating_add(number * step));
	let points = starts.take_while(|from| *from < until).map(|from| {
		let parts = (0..8).filter_map(|part| value(channel, from + step * part / 8));
		let (mut least, mut sum, mut most) = (f64::INFINITY, 0.0, f64::NEG_INFINITY);
		for part in parts {
			(least, sum, most) = (least.min(part), sum + part / 8.0, most.max(part));
		}
		(from, least, sum, most)
	});
	Ok(Series {
		channel: channel.to_owned(),
		step,
		points: points.collect(),
	})
}

/// Jobs that are over already, the oldest first.
pub(super) fn old_jobs(now: u64) -> Vec<JobDetail> {
	let jobs = (1..=12u64).map(|number| {
		let since = now.saturating_sub((13 - number) * 3_600_000);
		let mut detail = job(number, since);
		let refused = number % 5 == 0;
		detail.job.state = if refused { "disputed" } else { "settled: completed" }.to_owned();
		detail.job.open = refused;
		detail.job.doing = if refused { "waiting for the arbiter" } else { "" }.to_owned();
		detail.job.units_done = detail.job.units;
		detail.job.evidence = true;
		detail.record = Some(record(number));
		let end = since + u64::from(UNITS + 1) * UNIT_MS;
		let made = (0..UNITS).map(|unit| unit_made(number, since + u64::from(unit + 1) * UNIT_MS, unit));
		let ends = [
			in_state(number, end, "delivered"),
			in_state(number, end, &detail.job.state),
		];
		detail.story.push(in_state(number, since, "started"));
		detail.story.extend(made.chain(ends));
		detail
	});
	jobs.collect()
}

/// That a job is in this state on the chain.
fn in_state(job: u64, at: u64, state: &str) -> StoryLine {
	let block = at / 6_000 % 10_000_000;
	StoryLine {
		at,
		text: format!("{state} (block {block})"),
		news: json!({ "job": job, "event": "state", "state": state, "block": block }),
	}
}

fn unit_made(job: u64, at: u64, unit: u32) -> StoryLine {
	StoryLine {
		at,
		text: format!("unit {} made in {UNIT_MS} ms", unit + 1),
		news: json!({ "job": job, "event": "unit_made", "unit": unit, "took_ms": UNIT_MS }),
	}
}

fn job(number: u64, since: u64) -> JobDetail {
	JobDetail {
		job: Job {
			job: number,
			state: "accepted".to_owned(),
			units: UNITS,
			units_done: 0,
			doing: "getting the recipe".to_owned(),
			open: true,
			since,
			evidence: false,
		},
		story: ["ordered", "accepted"]
			.map(|state| in_state(number, since, state))
			.into(),
		record: None,
	}
}

fn record(job: u64) -> Value {
	json!({
		"subject": { "machine": format!("0x{}", "5b".repeat(32)), "job": job, "recipe": format!("0x{}", "c0".repeat(32)) },
		"firmware": format!("0x{}", "f1".repeat(32)),
		"serial": "UNO-1",
		"records": 4_218,
	})
}

/// Everything at a glance.
pub(super) fn status(
	now: u64,
	paused: bool,
	jobs: &VecDeque<JobDetail>,
	newest: &BTreeMap<String, (u64, f64)>,
) -> Value {
	let open = jobs.iter().filter(|detail| detail.job.open).map(|detail| {
		let Job {
			job,
			state,
			units,
			units_done,
			doing,
			..
		} = &detail.job;
		json!({ "job": job, "state": state, "units": units, "units_done": units_done, "doing": doing })
	});
	let channels = channels().into_iter().map(|channel| {
		let Channel { name, unit, output, .. } = channel;
		json!({ "name": name, "unit": unit, "output": output, "min": 0, "max": 3_000 })
	});
	let daemon = json!({
		"pid": std::process::id(),
		"written_at": now,
		"machine": format!("0x{}", "5b".repeat(32)),
		"key": super::ACCOUNT,
		"chain": {
			"connected": true, "endpoint": "ws://127.0.0.1:9944", "block": now / 6_000 % 10_000_000, "time": now,
			"trust": "confirmed", "trouble": null, "warning": null,
			"endpoints": [
				{ "url": "ws://127.0.0.1:9944", "state": "in use", "block": null, "trouble": null },
				{ "url": "wss://node.example", "state": "refused", "block": null, "trouble": "it does not answer" },
			],
			"light_client": null,
		},
		"board": {
			"online": true, "serial": "UNO-1", "trouble": null, "readings": newest.len(), "readings_lost": 3,
			"channels": channels.collect::<Vec<_>>(), "warning": null,
		},
		"jobs": open.collect::<Vec<_>>(),
		"alarms": ["rule \"bearing wear\" is raised: have the spindle looked at"],
		"cloud": {
			"online": true, "trouble": null, "waiting": 12, "bytes": 34_567, "dropped": 0, "lost": 0, "delivered": 99_123,
			"minutes_left": 12_000, "disk_full": false,
		},
		"stock": {
			"site": 4711,
			"items": [
				{ "item": "cutting-oil-22", "unit": "LTR", "books": "3.6", "channel": "oil_level", "level": "3.58", "reorder_point": "5" },
				{ "item": "wiping-cloths", "unit": "KGM", "books": "12", "channel": "cloth_scale", "level": null, "reorder_point": null },
			],
			"purchases": [
				{
					"what": "request 8589934593", "item": "cutting-oil-22", "quantity": "16", "price": "48 BPI", "state": "open",
					"bids": 3, "supplier": null, "until": now + 600_000,
				},
				{
					"what": "purchase 8589934594", "item": "drill-8", "quantity": "20", "price": "36.5 BPI",
					"state": "goods are awaited", "bids": 0, "supplier": super::ACCOUNT, "until": now + 86_400_000,
				},
			],
			"doing": ["counting cutting-oil-22: there is 3.58"],
		},
		"rules": [
			{ "rule": "bearing wear", "state": "raised", "unknown": null, "raised": 3 },
			{ "rule": "coolant", "state": "quiet", "unknown": null, "raised": 0 },
		],
		"orders_paused": paused,
	});
	json!({ "daemon": daemon })
}

/// What a test of the board finds.
pub(super) fn findings(drive: bool) -> Vec<Finding> {
	let finding = |what: &str, ok, text: &str| Finding {
		what: what.to_owned(),
		ok,
		text: text.to_owned(),
	};
	let mut findings = vec![
		finding("the board answers", true, "UNO-1, firmware f1f1f1f1"),
		finding("temperature", true, "it reads 42.1 °C"),
		finding(
			"tool_wear",
			false,
			"it has not changed for an hour; look at terminal A3",
		),
		finding(
			"the dead man's switch",
			true,
			"its outputs are safe 500 ms after the last command",
		),
	];
	if drive {
		findings.push(finding("coolant", true, "it was on for 200 ms, and is off again"));
	}
	findings
}

/// The play, as far as it has gone.
pub(super) struct Play {
	job: u64,
	unit: Option<u32>,
	told: u64,
}

impl Play {
	pub fn new(now: u64) -> Self {
		Self {
			job: 12,
			unit: None,
			told: now,
		}
	}

	/// Goes on to this time.
	pub fn step(&mut self, played: &Played, now: u64) {
		let measured: Vec<_> = KINDS
			.iter()
			.filter_map(|kind| Some((kind.0, value(kind.0, now)?)))
			.collect();
		played.measure(&measured);
		let unit = working(now).map(|unit| unit as u32);
		if unit != self.unit {
			self.moved_on(played, now, unit);
			self.unit = unit;
		}
		if now.saturating_sub(self.told) >= 2_000 {
			self.told = now;
			let message = "a finalized block came";
			played.log_line(
				"DEBUG",
				"iot_client::chain",
				message,
				&[("block", &(now / 6_000 % 10_000_000).to_string())],
			);
			played.tell();
		}
	}

	fn moved_on(&mut self, played: &Played, now: u64, unit: Option<u32>) {
		let number = self.job;
		match unit {
			Some(0) => self.begin(played, now),
			Some(unit) => {
				change(played, number, |job| {
					job.units_done = unit;
					job.doing = format!("unit {}", unit + 1);
				});
				told(played, number, unit_made(number, now, unit - 1));
			}
			None => {
				change(played, number, |job| {
					(job.units_done, job.open, job.evidence) = (job.units, false, true);
					job.state = "settled: completed".to_owned();
					job.doing.clear();
				});
				if let Some(detail) = played.state().jobs.iter_mut().find(|detail| detail.job.job == number) {
					detail.record = Some(record(number));
				}
				told(played, number, unit_made(number, now, UNITS - 1));
				told(played, number, in_state(number, now, "delivered"));
				told(played, number, in_state(number, now, "settled: completed"));
				played.log_line("WARN", "iot_client::daemon", "the tool wears: 3 jobs are left", &[]);
			}
		}
		played.tell();
	}

	/// The next job comes, and is begun at once.
	fn begin(&mut self, played: &Played, now: u64) {
		self.job += 1;
		let mut detail = job(self.job, now);
		detail.job.state = "started".to_owned();
		detail.job.doing = "unit 1".to_owned();
		let before = std::mem::take(&mut detail.story);
		let mut state = played.state();
		state.jobs.push_back(detail);
		if state.jobs.len() > MOST_JOBS {
			state.jobs.pop_front();
		}
		drop(state);
		for line in before.into_iter().chain([in_state(self.job, now, "started")]) {
			told(played, self.job, line);
		}
	}
}

/// It happens, and is in the log.
fn told(played: &Played, job: u64, line: StoryLine) {
	played.happened(job, &line.text, line.news);
	let job = job.to_string();
	played.log_line("INFO", "iot_client::daemon::work", &line.text, &[("job", &job)]);
}

fn change(played: &Played, number: u64, change: impl FnOnce(&mut Job)) {
	if let Some(detail) = played.state().jobs.iter_mut().find(|detail| detail.job.job == number) {
		change(&mut detail.job);
	}
}
