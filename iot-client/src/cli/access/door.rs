//! A door, kept: it hears of the chain as long as there is a line, reads links from its standard input, and opens.

use super::{CliError, Desk, Result};
use crate::{
	chain::{access, usage::RentalId, Chain, Head, Session},
	cli::args::Door,
};
use bpiiot_access::{Actions, Refused};
use iot_access::{Keeper, Log, Pass, Rules, Shut, SystemTicks, Used, Visit};
use serde_json::json;
use std::{
	fs, io,
	path::{Path, PathBuf},
	process::Stdio,
	time::Duration,
};
use tokio::{
	io::{AsyncBufReadExt as _, BufReader},
	process::Command,
	time::{timeout, Instant},
};

/// How often what the door knows is written to the disk, at most. Flash wears.
const SAVE_EVERY: Duration = Duration::from_secs(60);
/// How long the program that opens may take.
const OPENS_WITHIN: Duration = Duration::from_secs(10);
/// How long somebody waits at the door for the chain to be asked.
const ASKS_FOR: Duration = Duration::from_secs(5);
/// Rentals that are looked at in one block: what one proof has room for.
const AT_ONCE: usize = 32;
/// Bytes of a line: the longest link, and some.
const LONGEST_LINE: usize = 16 * 1024;

struct Kept {
	keeper: Keeper,
	log: Log,
	file: PathBuf,
	saved: Option<Instant>,
	actions: Actions,
	open: Option<PathBuf>,
	/// Whether two nodes must have a block before it counts.
	witnessed: bool,
}

pub(super) async fn keep(desk: &Desk<'_>, door: &Door) -> Result<u8> {
	let chain = desk.chain()?;
	let mut kept = open(desk, door, &chain).await?;
	let mut heads = chain.heads();
	let mut lines = BufReader::new(tokio::io::stdin());
	let mut line = Vec::new();
	loop {
		tokio::select! {
			// A line that was begun is gone on with the next time.
			read = read_line(&mut lines, &mut line) => {
				if !read.map_err(|error| CliError::refused(format!("the links cannot be read: {error}")))? {
					kept.save()?;
					return Ok(0);
				}
				let text = String::from_utf8_lossy(&line).trim().to_owned();
				line.clear();
				if !text.is_empty() {
					kept.comes(desk, &chain, &text).await?;
				}
			}
			changed = heads.changed() => {
				if changed.is_err() {
					return Err(CliError::refused("the line to the chain is gone"));
				}
				let head = heads.borrow_and_update().clone();
				if let (Some(head), Some(session)) = (head, chain.connected()) {
					kept.hear(&chain, &session, &head).await;
				}
			}
		}
	}
}

/// Reads up to the end of a line; `false` at the end of all. What is longer than any link is cut, and is none then.
async fn read_line(from: &mut (impl tokio::io::AsyncBufRead + Unpin), line: &mut Vec<u8>) -> io::Result<bool> {
	loop {
		let bytes = from.fill_buf().await?;
		if bytes.is_empty() {
			return Ok(!line.is_empty());
		}
		let end = bytes.iter().position(|byte| *byte == b'\n');
		let taken = end.unwrap_or(bytes.len());
		let room = LONGEST_LINE.saturating_sub(line.len());
		line.extend(bytes.iter().take(taken.min(room)));
		from.consume(end.map_or(taken, |end| end + 1));
		if end.is_some() {
			return Ok(true);
		}
	}
}

/// Opens what the door knows. Only a door that never heard of its chain waits for a node.
async fn open(desk: &Desk<'_>, door: &Door, chain: &Chain) -> Result<Kept> {
	let disk = |error: io::Error| CliError::refused(format!("{}: {error}", door.state.display()));
	iot_disk::make_folder(&door.state).map_err(disk)?;
	let file = door.state.join("known");
	let known = match fs::read(&file) {
		Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
		read => read.map_err(disk)?,
	};
	let typed = door.machine.map(|machine| machine.0);
	let (genesis, machine) = match Keeper::whose(&known) {
		Some((genesis, machine)) if typed.is_none_or(|typed| typed == machine) => (genesis, machine),
		Some(_) => {
			let message = format!(
				"{} is of another machine's door; give this one its own --state",
				door.state.display()
			);
			return Err(CliError::refused(message));
		}
		None => {
			let (at, _) = desk.at_newest(chain).await?;
			let machine = desk.machine(&at, door.machine).await?;
			(chain.session().await.genesis().0, machine.0)
		}
	};
	let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
	let rules = Rules {
		genesis,
		machine,
		longest_token: millis(door.longest_token),
		oldest_proof: millis(door.oldest_proof),
		longest_alone: millis(door.longest_alone),
	};
	let used = Used::open(&door.state.join("used")).map_err(CliError::refused)?;
	Ok(Kept {
		keeper: Keeper::again(rules, used, &known),
		log: Log::at(&door.state.join("log")),
		file,
		saved: None,
		actions: door.action.into(),
		open: door.open.clone(),
		witnessed: chain.endpoints().len() > 1,
	})
}

impl Kept {
	/// A block is final. What the door knows of rentals that are not over is looked at again.
	async fn hear(&mut self, chain: &Chain, session: &Session, head: &Head) {
		let ids: Vec<_> = self.keeper.open_rentals(AT_ONCE).into_iter().map(RentalId).collect();
		let heard = async {
			if self.witnessed {
				chain.confirm(session, head.block).await?;
			}
			access::rentals(session, head.block, head.time.unix, &ids).await
		};
		match heard.await {
			Ok(shown) => {
				if let Err(error) = self.keeper.hear(shown.block, &SystemTicks) {
					tracing::warn!(%error, "the door does not know what time it is");
				}
				for (id, record) in ids.iter().zip(shown.records) {
					self.keeper.hear_of(id.0, shown.block.number, record);
				}
			}
			Err(error) => tracing::warn!(%error, block = head.block.number, "the door has not heard of this block"),
		}
		if self.saved.is_none_or(|saved| saved.elapsed() >= SAVE_EVERY) {
			if let Err(error) = self.save() {
				tracing::warn!(error = %error.message, "what the door knows is not on the disk");
			}
		}
	}

	fn save(&mut self) -> Result<()> {
		iot_disk::write_whole(&self.file, &self.keeper.to_bytes())
			.map_err(|error| CliError::refused(format!("{}: {error}", self.file.display())))?;
		self.saved = Some(Instant::now());
		Ok(())
	}

	/// Somebody shows a link.
	async fn comes(&mut self, desk: &Desk<'_>, chain: &Chain, text: &str) -> Result<()> {
		let pass = match Pass::from_link(text) {
			Ok(pass) => pass,
			Err(error) => {
				desk.say(
					format!("shut: {error}"),
					&json!({ "opened": false, "why": error.to_string() }),
				);
				return Ok(());
			}
		};
		let (mut visit, mut answer) = self.keeper.visit(&pass, self.actions, &SystemTicks);
		let may_help = matches!(
			answer,
			Err(Shut::NotHeardOf { .. } | Shut::Refused(Refused::RecordTooOld | Refused::Right(_)))
		);
		if may_help && self.ask(chain, pass.token.claims.rental).await {
			(visit, answer) = self.keeper.visit(&pass, self.actions, &SystemTicks);
		}
		self.log
			.add(&visit)
			.map_err(|error| CliError::refused(format!("the door's log: {error}")))?;
		// Logged before it opens, and what is heard of the rental is kept.
		if answer.is_ok() {
			self.save()?;
			self.opens().await;
		}
		tell(desk, &visit);
		Ok(())
	}

	/// Asks the chain for a rental, if there is a line. Whether there is news.
	async fn ask(&mut self, chain: &Chain, rental: u64) -> bool {
		let head = chain.heads().borrow().clone();
		let (Some(session), Some(head)) = (chain.connected(), head) else {
			return false;
		};
		let asked = async {
			if self.witnessed {
				chain.confirm(&session, head.block).await?;
			}
			access::rental(&session, head.block, head.time.unix, RentalId(rental)).await
		};
		match timeout(ASKS_FOR, asked).await {
			Ok(Ok((shown, record))) => {
				let heard = self.keeper.hear(shown.block, &SystemTicks).is_ok();
				self.keeper.hear_of(rental, shown.block.number, record);
				heard
			}
			Ok(Err(error)) => {
				tracing::debug!(%error, rental, "the chain does not tell of the rental");
				false
			}
			Err(_) => false,
		}
	}

	/// Runs the program that opens.
	async fn opens(&self) {
		let Some(program) = &self.open else { return };
		if let Err(error) = run(program).await {
			tracing::error!(program = %program.display(), error, "the door was to open and did not");
		}
	}
}

async fn run(program: &Path) -> std::result::Result<(), String> {
	let mut child = Command::new(program)
		.stdin(Stdio::null())
		.stdout(Stdio::null())
		.kill_on_drop(true)
		.spawn()
		.map_err(|error| error.to_string())?;
	match timeout(OPENS_WITHIN, child.wait()).await {
		Ok(Ok(status)) if status.success() => Ok(()),
		Ok(Ok(status)) => Err(status.to_string()),
		Ok(Err(error)) => Err(error.to_string()),
		Err(_) => Err(format!("it took longer than {OPENS_WITHIN:?}")),
	}
}

fn tell(desk: &Desk<'_>, visit: &Visit) {
	let text = match &visit.why {
		None => format!("open: rental {}, token {}", visit.rental, visit.token),
		Some(why) => format!("shut: {why}"),
	};
	desk.say(text, visit);
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn lines_are_read_as_a_scanner_types_them_and_are_bounded() {
		let long = "x".repeat(LONGEST_LINE + 100);
		let text = format!("one\r\n\ntwo\n{long}\nlast");
		let mut from = BufReader::with_capacity(7, text.as_bytes());
		let mut read = Vec::new();
		let mut line = Vec::new();
		while read_line(&mut from, &mut line).await.unwrap() {
			read.push(String::from_utf8(std::mem::take(&mut line)).unwrap());
		}
		assert_eq!(read[..3], ["one\r", "", "two"]);
		assert_eq!(read[3].len(), LONGEST_LINE);
		assert_eq!(read[4], "last");
		assert_eq!(read.len(), 5);
	}

	#[tokio::test]
	async fn a_program_that_fails_says_so() {
		assert_eq!(run(Path::new("/bin/true")).await, Ok(()));
		assert!(run(Path::new("/bin/false")).await.is_err());
		assert!(run(Path::new("/no/such/program")).await.is_err());
	}
}
