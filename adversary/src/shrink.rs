//! Makes a script that breaks something short enough for a person.

use crate::{
	run::{Arena, Violation},
	script::{By, Step},
};

/// How often a script is replayed at most.
const REPLAYS: usize = 4_000;

/// A shorter script that breaks the same rule: of which no step can be left out, and whose numbers are as plain as can be.
pub fn shrink(arena: &Arena, script: &[Step], violation: &Violation) -> Vec<Step> {
	let mut shrinking = Shrinking {
		arena,
		rule: &violation.broken.rule,
		script: script.get(..=violation.at).unwrap_or(script).to_vec(),
		replays: 0,
	};
	loop {
		let before = shrinking.script.clone();
		shrinking.leave_out();
		shrinking.simplify();
		if shrinking.script == before || shrinking.replays >= REPLAYS {
			return shrinking.script;
		}
	}
}

/// Prints a short script that breaks the same rule, with what came of each of its steps.
pub fn tell_short(arena: &Arena, script: &[Step], violation: &Violation) {
	let short = shrink(arena, script, violation);
	println!("# {}: {}", violation.broken.rule, violation.broken.seen);
	let told = arena.replay_telling(&short, |line| println!("{line}"));
	if let Err(Violation { broken, .. }) = told {
		println!("# {}", broken.seen);
	}
}

struct Shrinking<'a> {
	arena: &'a Arena,
	rule: &'a str,
	script: Vec<Step>,
	replays: usize,
}

impl Shrinking<'_> {
	/// Takes the other script if it breaks the same.
	fn take(&mut self, other: Vec<Step>) -> bool {
		if self.replays >= REPLAYS {
			return false;
		}
		self.replays += 1;
		match self.arena.replay(&other) {
			Err(violation) if violation.broken.rule == self.rule => {
				self.script = other;
				self.script.truncate(violation.at.saturating_add(1));
				true
			}
			_ => false,
		}
	}

	/// Leaves out halves, quarters, and so on down to single steps.
	fn leave_out(&mut self) {
		let mut size = self.script.len() / 2;
		while size > 0 {
			let mut from = 0;
			while from < self.script.len() {
				let until = (from + size).min(self.script.len());
				let rest = [&self.script[..from], &self.script[until..]].concat();
				if !self.take(rest) {
					from = until;
				}
			}
			size /= 2;
		}
	}

	/// Makes numbers zero, and callers entitled ones.
	fn simplify(&mut self) {
		for place in 0..self.script.len() {
			let Some(Step::Call { by, form, numbers }) = self.script.get(place).cloned() else {
				continue;
			};
			let with = |by: &By, numbers: &[u16]| Step::Call {
				by: by.clone(),
				form: form.clone(),
				numbers: numbers.to_vec(),
			};
			if by != By::Entitled(0) {
				self.put(place, with(&By::Entitled(0), &numbers));
			}
			for index in 0..numbers.len() {
				let Some(Step::Call { by, numbers, .. }) = self.script.get(place).cloned() else {
					break;
				};
				if numbers.get(index).is_some_and(|number| *number != 0) {
					let mut plain = numbers;
					plain[index] = 0;
					self.put(place, with(&by, &plain));
				}
			}
		}
	}

	fn put(&mut self, place: usize, step: Step) {
		let mut other = self.script.clone();
		if let Some(old) = other.get_mut(place) {
			*old = step;
			self.take(other);
		}
	}
}
