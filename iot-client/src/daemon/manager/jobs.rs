//! What is remembered of jobs: those that are open, and the last ones that are over, each with its story. In memory only: the
//! chain and the evidence outlive a restart.

use crate::{
	controller::Progress,
	daemon::{
		news::{JobNews, News, What},
		status::JobStatus,
	},
};
use iot_manager::api::{Job, JobDetail, StoryLine};
use std::collections::{BTreeMap, VecDeque};

/// Jobs that are over and remembered.
const MOST_OVER: usize = 100;
/// Jobs that are remembered at all, whatever is told of them.
const MOST: usize = 300;
/// Lines of a job's story.
const MOST_LINES: usize = 500;
/// Lines that stay of a job that is over.
const MOST_LINES_OVER: usize = 60;

/// Jobs and their stories.
#[derive(Debug, Default)]
pub(super) struct Memory {
	jobs: BTreeMap<u64, Remembered>,
	/// Counts those that have ended, so that the oldest of them is known.
	ended: u64,
}

#[derive(Debug, Default)]
struct Remembered {
	status: JobStatus,
	since: u64,
	/// Whether it was among the open ones.
	listed: bool,
	/// Which one it was to end; absent as long as it is open.
	ended: Option<u64>,
	evidence: bool,
	story: VecDeque<(u64, What)>,
}

impl Memory {
	/// These jobs are open. Gives those that were not known.
	pub fn see(&mut self, open: &[JobStatus], now: u64) -> Vec<u64> {
		let mut fresh = Vec::new();
		for status in open {
			let job = self.jobs.entry(status.job).or_insert_with(|| {
				fresh.push(status.job);
				Remembered {
					since: now,
					..Remembered::default()
				}
			});
			// The news says more of how it ended.
			let state = Some(&job.status.state).filter(|known| known.starts_with(&status.state));
			let state = state.unwrap_or(&status.state).clone();
			job.status = JobStatus {
				state,
				..status.clone()
			};
			job.listed = true;
			if status.state != "settled" {
				job.ended = None;
			}
		}
		let is_over = |id: &u64, job: &Remembered| {
			let is_open = open.iter().any(|status| status.job == *id);
			job.ended.is_none() && ((job.listed && !is_open) || job.status.state.starts_with("settled"))
		};
		let over: Vec<_> = self
			.jobs
			.iter()
			.filter(|(id, job)| is_over(id, job))
			.map(|(id, _)| *id)
			.collect();
		over.into_iter().for_each(|job| self.end(job));
		self.forget_the_oldest();
		fresh
	}

	/// Something happened to a job. Gives the line of its story, if it is worth one.
	pub fn hear(&mut self, piece: &News, now: u64) -> Option<StoryLine> {
		if !is_worth_a_line(&piece.what) {
			return None;
		}
		let job = self.jobs.entry(piece.job).or_insert_with(|| Remembered {
			since: now,
			status: JobStatus {
				job: piece.job,
				..JobStatus::default()
			},
			..Remembered::default()
		});
		match &piece.what {
			What::Job(JobNews::State { state, .. }) => job.status.state.clone_from(state),
			What::Machine(Progress::Started { total, .. }) => job.status.units = job.status.units.max(*total),
			What::Machine(Progress::UnitMade { .. } | Progress::Ended { .. }) => job.evidence = true,
			What::Job(_) | What::Machine(_) => {}
		}
		job.story.push_back((now, piece.what.clone()));
		shorten(&mut job.story, MOST_LINES);
		self.forget_the_oldest();
		Some(line(piece.job, now, &piece.what))
	}

	/// There is a record of a job's evidence.
	pub fn has_evidence(&mut self, job: u64) {
		if let Some(job) = self.jobs.get_mut(&job) {
			job.evidence = true;
		}
	}

	/// All of them, the newest first.
	pub fn list(&self) -> Vec<Job> {
		let mut jobs: Vec<_> = self.jobs.values().map(Remembered::shown).collect();
		jobs.sort_by_key(|job| std::cmp::Reverse((job.since, job.job)));
		jobs
	}

	/// One of them, with its story and without its record.
	pub fn get(&self, job: u64) -> Option<JobDetail> {
		let remembered = self.jobs.get(&job)?;
		let story = remembered.story.iter().map(|(at, what)| line(job, *at, what));
		Some(JobDetail {
			job: remembered.shown(),
			story: story.collect(),
			record: None,
		})
	}

	fn end(&mut self, job: u64) {
		self.ended = self.ended.saturating_add(1);
		if let Some(job) = self.jobs.get_mut(&job) {
			job.ended = Some(self.ended);
			job.story.retain(|(_, what)| !is_small_talk(what));
			shorten(&mut job.story, MOST_LINES_OVER);
		}
	}

	fn forget_the_oldest(&mut self) {
		let over = || self.jobs.iter().filter_map(|(id, job)| Some((job.ended?, *id)));
		let too_many = over().count().saturating_sub(MOST_OVER);
		let mut oldest: Vec<_> = over().collect();
		oldest.sort_unstable();
		for (_, job) in oldest.into_iter().take(too_many) {
			self.jobs.remove(&job);
		}
		while self.jobs.len() > MOST {
			self.jobs.pop_first();
		}
	}
}

impl Remembered {
	fn shown(&self) -> Job {
		let (status, open) = (&self.status, self.ended.is_none());
		Job {
			job: status.job,
			state: status.state.clone(),
			units: status.units,
			units_done: status.units_done,
			doing: if open { status.doing.clone() } else { String::new() },
			open,
			since: self.since,
			evidence: self.evidence,
		}
	}
}

/// Readings are seen in the charts.
fn is_worth_a_line(what: &What) -> bool {
	!matches!(
		what,
		What::Job(JobNews::Readings { .. }) | What::Machine(Progress::Reading { .. })
	)
}

/// What is of interest while it happens.
fn is_small_talk(what: &What) -> bool {
	matches!(what, What::Machine(Progress::Step { .. } | Progress::Output { .. }))
}

/// Small talk goes first, then the oldest.
fn shorten(story: &mut VecDeque<(u64, What)>, most: usize) {
	while story.len() > most {
		let first = story.iter().position(|(_, what)| is_small_talk(what));
		story.remove(first.unwrap_or(0));
	}
}

fn line(job: u64, at: u64, what: &What) -> StoryLine {
	let piece = News {
		job,
		what: what.clone(),
	};
	let text = piece.to_string();
	let text = text.split_once(": ").map_or(text.as_str(), |(_, text)| text).to_owned();
	StoryLine {
		at,
		text,
		news: serde_json::to_value(&piece).unwrap_or_default(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn open(job: u64) -> JobStatus {
		JobStatus {
			job,
			state: "started".to_owned(),
			units: 3,
			doing: "working".to_owned(),
			..JobStatus::default()
		}
	}

	fn state(job: u64, state: &str) -> News {
		News {
			job,
			what: What::Job(JobNews::State {
				state: state.to_owned(),
				block: 9,
			}),
		}
	}

	fn step(job: u64) -> News {
		News {
			job,
			what: What::Machine(Progress::Step {
				unit: Some(0),
				step: "drill".to_owned(),
			}),
		}
	}

	#[test]
	fn a_job_is_open_until_it_is_settled_or_gone_and_then_it_is_remembered() {
		let mut memory = Memory::default();
		assert_eq!(memory.see(&[open(1), open(2)], 10), [1, 2]);
		assert!(memory.see(&[open(1), open(2)], 11).is_empty());
		memory.hear(&state(1, "settled: paid in full"), 12);
		memory.see(&[open(2)], 13);
		memory.see(&[], 14);
		let list = memory.list();
		let shown: Vec<_> = list
			.iter()
			.map(|job| (job.job, job.open, job.state.as_str(), job.doing.as_str()))
			.collect();
		assert_eq!(
			shown,
			[(2, false, "started", ""), (1, false, "settled: paid in full", "")]
		);
		assert_eq!(list[1].since, 10);
	}

	#[test]
	fn what_is_heard_before_it_is_seen_is_not_taken_for_over() {
		let mut memory = Memory::default();
		let line = memory.hear(&state(7, "ordered"), 5).unwrap();
		assert_eq!(
			(line.text.as_str(), &line.news["job"]),
			("ordered (block 9)", &7.into())
		);
		memory.see(&[], 6);
		assert!(memory.list()[0].open);
	}

	#[test]
	fn of_a_story_small_talk_is_forgotten_first() {
		let mut memory = Memory::default();
		memory.hear(&state(1, "started"), 1);
		for _ in 0..2 * MOST_LINES {
			memory.hear(&step(1), 2);
		}
		let story = memory.get(1).unwrap().story;
		assert_eq!((story.len(), story[0].text.as_str()), (MOST_LINES, "started (block 9)"));
		memory.see(&[open(1)], 3);
		memory.see(&[], 4);
		assert_eq!(memory.get(1).unwrap().story.len(), 1, "what stays of one that is over");
		assert!(memory.get(2).is_none());
	}

	#[test]
	fn a_unit_that_is_made_leaves_evidence_and_readings_leave_no_line() {
		let mut memory = Memory::default();
		let made = What::Machine(Progress::UnitMade { unit: 0, took_ms: 5 });
		memory.hear(&News { job: 1, what: made }, 1);
		assert!(memory.list()[0].evidence);
		let values = BTreeMap::new();
		let readings = What::Job(JobNews::Readings { values });
		assert_eq!(memory.hear(&News { job: 2, what: readings }, 1), None);
		assert_eq!(memory.list().len(), 1);
	}

	#[test]
	fn only_the_last_ones_are_remembered_however_many_there_are() {
		let mut memory = Memory::default();
		for job in 0..1_000 {
			memory.see(&[open(job)], job);
			memory.hear(&state(10_000 + job, "ordered"), job);
		}
		memory.see(&[], 1_000);
		assert!(memory.list().len() <= MOST);
		let mut memory = Memory::default();
		(0..1_000).for_each(|job| drop(memory.see(&[open(job)], job)));
		memory.see(&[], 1_000);
		assert_eq!((memory.list().len(), memory.list()[0].job), (MOST_OVER, 999));
	}
}
