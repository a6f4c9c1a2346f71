//! What the demonstration prints: lines for people, or an object a line for machines.

use serde_json::{json, Value};
use std::{
	io::{stdout, Write},
	time::{Duration, Instant},
};

/// Something that took time.
#[derive(Clone, Debug)]
pub struct Lap {
	/// What.
	pub what: &'static str,
	/// How long.
	pub took: Duration,
}

/// Where steps are shown as they happen.
#[derive(Debug)]
pub struct Screen {
	json: bool,
	start: Instant,
	lap: Instant,
	laps: Vec<Lap>,
}

impl Screen {
	/// An empty screen. With `json`, an object a line.
	pub fn new(json: bool) -> Self {
		let now = Instant::now();
		Self {
			json,
			start: now,
			lap: now,
			laps: Vec::new(),
		}
	}

	/// Shows a step that is done; the time since the last one is kept for the summary.
	pub fn done(&mut self, what: &'static str, text: &str, more: Value) {
		let now = Instant::now();
		self.laps.push(Lap {
			what,
			took: now - self.lap,
		});
		self.lap = now;
		self.show(what, text, more);
	}

	/// Shows something that happened.
	pub fn show(&self, what: &str, text: &str, more: Value) {
		let at = self.start.elapsed();
		let line = match self.json {
			false => format!("{:7.1} s  {what:<14} {text}", at.as_secs_f64()),
			true => {
				let mut object = json!({ "at_ms": at.as_millis() as u64, "what": what, "text": text });
				merge(&mut object, more);
				object.to_string()
			}
		};
		self.print(&line);
	}

	/// Shows lines for people; machines get them as one text.
	pub fn page(&self, what: &str, lines: &[String]) {
		match self.json {
			true => self.print(&json!({ "what": what, "lines": lines }).to_string()),
			false => self.print(&format!("\n{}\n", lines.join("\n"))),
		}
	}

	/// What took how long, and all of it.
	pub fn times(&self) -> (Vec<Lap>, Duration) {
		(self.laps.clone(), self.start.elapsed())
	}

	fn print(&self, line: &str) {
		let mut out = stdout().lock();
		// Nobody reads any more: the exit status still tells.
		let _ = writeln!(out, "{line}").and_then(|()| out.flush());
	}
}

fn merge(object: &mut Value, more: Value) {
	if let (Value::Object(object), Value::Object(more)) = (object, more) {
		object.extend(more);
	}
}
