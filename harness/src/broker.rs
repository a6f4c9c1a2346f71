//! A broker on a free port of this computer, and somebody who listens to everything that it is given.

use crate::process::{free_port, wait_until, Process};
use anyhow::{bail, Context, Result};
use serde::Deserialize;
use serde_json::Value;
use std::{
	collections::BTreeMap,
	fs,
	net::{Ipv4Addr, TcpStream},
	path::{Path, PathBuf},
	time::Duration,
};

/// How long it may take until somebody answers at the port.
const START_LIMIT: Duration = Duration::from_secs(20);
/// Who listens, and to what.
const LISTENER: &str = "listener";
const EVERYTHING: &str = "bpiiot/#";
/// Where Debian puts what only services need.
const SERVICES: &str = "/usr/sbin";

/// Mosquitto, with a listener to all topics.
#[derive(Debug)]
pub struct Broker {
	port: u16,
	folder: PathBuf,
	/// None while it is down.
	process: Option<Process>,
	listener: Process,
	heard: Heard,
}

/// What was heard of the messages of an outbox, by their numbers.
#[derive(Clone, Debug, Default)]
pub struct Heard {
	/// How often each came.
	pub numbers: BTreeMap<u64, u32>,
	/// How many readings.
	pub readings: u64,
	/// Numbers that came after a higher one of the same topic for the first time.
	pub out_of_order: Vec<u64>,
	/// What came that is no readings: the end of the topic, and the content.
	pub told: Vec<(String, Value)>,
	highest: BTreeMap<String, u64>,
}

/// A message as `mosquitto_sub` prints it.
#[derive(Debug, Deserialize)]
struct Line {
	topic: String,
	#[serde(default)]
	properties: Value,
	#[serde(default)]
	payload: Value,
}

impl Broker {
	/// Starts it in `folder`. What the listener has not heard yet outlives a restart.
	///
	/// # Errors
	/// When mosquitto is not installed or does not start.
	pub async fn start(folder: &Path) -> Result<Self> {
		let (port, folder) = (free_port()?, folder.join("broker"));
		fs::create_dir_all(&folder)?;
		// The root that it may be started by stays who it is, or it could not write here.
		let config = format!(
			"listener {port} 127.0.0.1\nallow_anonymous true\nmax_queued_messages 0\npersistence true\n\
			persistence_location {}/\nuser root\n\
			log_type error\nlog_type warning\nlog_type notice\nlog_type information\nlog_type subscribe\n",
			folder.display()
		);
		fs::write(folder.join("mosquitto.conf"), config)?;
		let mut process = spawn(&folder)?;
		answers(port).await?;
		let listener = listen(&folder, port)?;
		// From here on it gets everything, also what comes while it is away.
		process
			.wait_for_line("that somebody listens", START_LIMIT, |line| {
				line.ends_with(&format!("{LISTENER} 1 {EVERYTHING}"))
			})
			.await?;
		Ok(Self {
			port,
			folder,
			process: Some(process),
			listener,
			heard: Heard::default(),
		})
	}

	/// Where clients reach it.
	pub fn url(&self) -> String {
		format!("mqtt://127.0.0.1:{}", self.port)
	}

	/// Ends it in good order and starts it again. A broker that is killed may have acknowledged what it then never passes on:
	/// that would say nothing of who sent it.
	///
	/// # Errors
	/// When it does not end or start.
	pub async fn restart(&mut self) -> Result<()> {
		self.down().await?;
		self.up().await
	}

	/// Ends it in good order: nobody listens at the port until it is [up](Self::up) again.
	///
	/// # Errors
	/// When it does not end, or is down already.
	pub async fn down(&mut self) -> Result<()> {
		let mut process = self.process.take().context("the broker is down")?;
		process.stop().await.map(|_| ())
	}

	/// Starts it again, at the same port and with what it knew.
	///
	/// # Errors
	/// When it does not start.
	pub async fn up(&mut self) -> Result<()> {
		self.process = Some(spawn(&self.folder)?);
		answers(self.port).await
	}

	/// Where the listener writes what it hears, a line of JSON for each message.
	pub fn heard_log(&self) -> &Path {
		self.listener.log().path()
	}

	/// What was heard until now.
	///
	/// # Errors
	/// When the listener is gone, or has heard what is no message.
	pub fn heard(&mut self) -> Result<&Heard> {
		self.listener.ensure_running()?;
		while let Some(line) = self.listener.next_line()? {
			if let Ok(line) = serde_json::from_str::<Line>(&line) {
				self.heard.take(line);
			}
		}
		Ok(&self.heard)
	}

	/// Ends both.
	///
	/// # Errors
	/// When one of them does not end.
	pub async fn stop(mut self) -> Result<()> {
		self.listener.kill().await?;
		match &mut self.process {
			Some(process) => process.stop().await.map(|_| ()),
			None => Ok(()),
		}
	}
}

impl Heard {
	fn take(&mut self, line: Line) {
		let number = line.properties["user-properties"]["id"].as_str();
		let Some(number) = number.and_then(|number| number.parse().ok()) else {
			return;
		};
		let times = self.numbers.entry(number).or_default();
		*times += 1;
		if *times > 1 {
			return;
		}
		let kind = line.topic.rsplit('/').next().unwrap_or_default().to_owned();
		let highest = self.highest.entry(line.topic).or_default();
		if number < *highest {
			self.out_of_order.push(number);
		}
		*highest = (*highest).max(number);
		if kind != "readings" {
			self.told.push((kind, line.payload));
			return;
		}
		let channels = line.payload["channels"].as_object();
		let counts = channels.into_iter().flatten();
		let count = |(_, channel): (&String, &Value)| channel["v"].as_array().map_or(0, |values| values.len() as u64);
		self.readings += counts.map(count).sum::<u64>();
	}

	/// How many messages the client said that it dropped.
	pub fn dropped(&self) -> u64 {
		let records = self.told.iter().filter(|(kind, _)| kind == "dropped");
		let gaps = records.filter_map(|(_, record)| record["gaps"].as_array()).flatten();
		gaps.filter_map(|gap| gap["messages"].as_u64()).sum()
	}

	/// Numbers between the lowest and the highest that never came.
	pub fn missing(&self) -> Vec<u64> {
		let bounds = self.numbers.first_key_value().zip(self.numbers.last_key_value());
		let all = bounds.map(|((first, _), (last, _))| *first..=*last);
		all.into_iter()
			.flatten()
			.filter(|number| !self.numbers.contains_key(number))
			.collect()
	}
}

fn spawn(folder: &Path) -> Result<Process> {
	let arguments = ["-c".to_owned(), folder.join("mosquitto.conf").display().to_string()];
	Process::spawn(
		"mosquitto",
		&find("mosquitto")?,
		&arguments,
		&folder.join("mosquitto.log"),
	)
}

fn listen(folder: &Path, port: u16) -> Result<Process> {
	let arguments = [
		"-h",
		"127.0.0.1",
		"-p",
		&port.to_string(),
		"-V",
		"5",
		"-t",
		EVERYTHING,
		"-q",
		"1",
		"-F",
		"%J",
		"-i",
		LISTENER,
		"-c",
		"-x",
		"3600",
	];
	let log = folder.join("heard.log");
	Process::spawn(
		"mosquitto_sub",
		&find("mosquitto_sub")?,
		&arguments.map(str::to_owned),
		&log,
	)
}

/// A program of Debian's, which need not be on the path.
fn find(name: &str) -> Result<PathBuf> {
	let path = std::env::var_os("PATH").unwrap_or_default();
	let folders = std::env::split_paths(&path).chain([PathBuf::from(SERVICES)]);
	for folder in folders {
		let program = folder.join(name);
		if program.is_file() {
			return Ok(program);
		}
	}
	bail!("{name} is not installed: apt-get install mosquitto mosquitto-clients (scripts/setup.sh does)")
}

async fn answers(port: u16) -> Result<()> {
	wait_until("the broker to answer", START_LIMIT, || async {
		Ok(TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok().then_some(()))
	})
	.await
	.context("mosquitto does not answer")
}

#[cfg(test)]
mod tests {
	use super::*;

	fn line(topic: &str, id: u64, values: usize) -> Line {
		serde_json::from_value(serde_json::json!({
			"topic": topic,
			"properties": { "user-properties": { "id": id.to_string() } },
			"payload": { "channels": { "a": { "v": vec![1; values] } } },
		}))
		.unwrap()
	}

	#[test]
	fn gaps_repetitions_and_disorder_are_seen() {
		let mut heard = Heard::default();
		for (topic, id, values) in [
			("a/readings", 3, 5),
			("a/readings", 4, 1),
			("a/events", 6, 0),
			("a/readings", 4, 1),
			("a/readings", 8, 2),
			("a/readings", 7, 1),
		] {
			heard.take(line(topic, id, values));
		}
		assert_eq!(heard.missing(), [5]);
		assert_eq!(heard.out_of_order, [7]);
		assert_eq!(heard.readings, 9);
		assert_eq!(heard.numbers[&4], 2);
		assert_eq!(heard.told.len(), 1);
	}

	#[test]
	fn what_was_dropped_is_added_up_over_all_records() {
		let mut heard = Heard::default();
		for (id, messages) in [(1, 2), (2, 3)] {
			let mut line = line("a/dropped", id, 0);
			line.payload = serde_json::json!({ "gaps": [{ "messages": messages }, { "messages": 10 }] });
			heard.take(line);
		}
		assert_eq!(heard.dropped(), 25);
	}
}
