//! The endpoints: whether each answers, is of the right chain, has a runtime that this client knows, and finalizes; and whether
//! they agree.

use super::finding::Finding;
use crate::{
	chain::{
		queries,
		types::{BlockId, ChainTime},
		ChainError, Session,
	},
	config::{Config, Trust},
	parse::{hex, show_millis},
};
use futures::future::join_all;
use std::{
	sync::Arc,
	time::{Duration, SystemTime, UNIX_EPOCH},
};
use subxt::{utils::H256, SubstrateConfig};
use tokio::time::{sleep, timeout, Instant};

/// The checks of this module, in their order.
pub const CHECKS: [&str; 5] = ["endpoint", "genesis", "agreement", "trust", "clock"];
/// A block that is younger needs no watching: whoever has it finalizes.
const FRESH: u64 = 60_000;
/// For how long a node with an old block is watched, and how often it is looked at.
const WATCH: Duration = Duration::from_secs(15);
const LOOK: Duration = Duration::from_millis(500);
/// How far chain and computer may be apart without a word.
const APART: u64 = 120_000;

/// Whether a node finalizes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Progress {
	/// Its newest block is young.
	Young,
	/// Another block was finalized while it was watched.
	Moves,
	/// None was, for so long.
	Stands(Duration),
}

/// What a node says of itself.
#[derive(Clone, Debug)]
pub struct Said {
	/// Of which chain it is.
	pub genesis: H256,
	/// Its newest finalized block.
	pub finalized: BlockId,
	/// The chain's clocks there.
	pub time: ChainTime,
	/// Whether there are new ones.
	pub progress: Progress,
}

/// An endpoint that was asked.
#[derive(Debug)]
pub struct Asked {
	/// Its address.
	pub url: String,
	/// What it said, or why it did not.
	pub said: Result<Said, ChainError>,
	/// The connection, if there is one.
	pub session: Option<Arc<Session>>,
	/// The hash of its block at the height that all have finalized.
	pub common: Option<H256>,
}

/// Asks all endpoints at once. None takes longer than `limit`, and [`WATCH`].
pub async fn ask(endpoints: &[String], limit: Duration) -> Vec<Asked> {
	let mut asked = join_all(endpoints.iter().map(|url| ask_one(url, limit))).await;
	let heights = asked
		.iter()
		.filter_map(|one| Some(one.said.as_ref().ok()?.finalized.number));
	let Some(common) = heights.min() else { return asked };
	let hashes = join_all(asked.iter().map(|one| async {
		let session = one.session.as_ref()?;
		timeout(limit, session.hash_of(common)).await.ok()?.ok()?
	}));
	let hashes = hashes.await;
	for (one, hash) in asked.iter_mut().zip(hashes) {
		one.common = hash;
	}
	asked
}

async fn ask_one(url: &str, limit: Duration) -> Asked {
	let config = SubstrateConfig::new();
	let late = || ChainError::Unreachable {
		endpoint: url.to_owned(),
		what: "no answer in time".to_owned(),
	};
	let opened = timeout(limit, Session::open(url, None, &config)).await;
	let (session, said) = match opened.unwrap_or_else(|_| Err(late())) {
		Ok(session) => {
			let said = timeout(limit + WATCH, look(&session)).await;
			(Some(session), said.unwrap_or_else(|_| Err(late())))
		}
		Err(error) => (None, Err(error)),
	};
	Asked {
		url: url.to_owned(),
		said,
		session,
		common: None,
	}
}

async fn look(session: &Session) -> Result<Said, ChainError> {
	let first = session.finalized().await?;
	let time = queries::time(&session.at(first).await?).await?;
	let said = |finalized, progress| Said {
		genesis: session.genesis(),
		finalized,
		time,
		progress,
	};
	if now().saturating_sub(time.unix) < FRESH && time.unix.saturating_sub(now()) < FRESH {
		return Ok(said(first, Progress::Young));
	}
	let since = Instant::now();
	while since.elapsed() < WATCH {
		sleep(LOOK).await;
		let newest = session.finalized().await?;
		if newest.number > first.number {
			return Ok(said(newest, Progress::Moves));
		}
	}
	Ok(said(first, Progress::Stands(since.elapsed())))
}

/// Unix milliseconds of this computer.
pub fn now() -> u64 {
	SystemTime::now()
		.duration_since(UNIX_EPOCH)
		.unwrap_or_default()
		.as_millis() as u64
}

/// Judges all that was said.
pub fn judge(config: &Config, asked: &[Asked], now: u64) -> Vec<Finding> {
	let chain = &config.chain;
	let wanted = chain.genesis.map(H256);
	let mut findings: Vec<_> = asked
		.iter()
		.map(|one| judge_endpoint(&one.url, &one.said, wanted, now))
		.collect();
	let said: Vec<_> = asked
		.iter()
		.filter_map(|one| Some((one.url.as_str(), one.said.as_ref().ok()?)))
		.collect();
	if said.is_empty() {
		let why = "no endpoint can be asked; see above";
		findings.extend(["genesis", "agreement", "clock"].map(|check| Finding::skipped(check, why)));
	} else {
		let chains: Vec<_> = said.iter().map(|(url, said)| (*url, said.genesis)).collect();
		findings.push(judge_genesis(&chains, wanted));
		let hashes: Vec<_> = asked
			.iter()
			.filter_map(|one| Some((one.url.as_str(), one.common?)))
			.collect();
		findings.push(judge_agreement(&hashes));
		let newest = said
			.iter()
			.map(|(_, said)| said)
			.max_by_key(|said| said.finalized.number);
		let local = asked.iter().all(|one| is_here(&one.url));
		findings.extend(newest.map(|newest| judge_clock(newest.time.unix, newest.progress, now, local)));
	}
	findings.push(judge_trust(chain.trust, said.len(), config.light_client.is_some()));
	findings
}

fn judge_endpoint(url: &str, said: &Result<Said, ChainError>, wanted: Option<H256>, now: u64) -> Finding {
	let check = CHECKS[0];
	match said {
		Err(error) => {
			let fix = match error {
				ChainError::UnknownRuntime { found, .. } => {
					format!("install the iot-client that belongs to version {found} of the runtime (docs/machine.md, Update)")
				}
				ChainError::Unreachable { .. } => {
					"see that the node runs and that its address in chain.endpoints is right; `ping` and a browser tell whether the network is up"
						.to_owned()
				}
				_ => "look at that node, or take another one into chain.endpoints".to_owned(),
			};
			Finding::wrong(check, error.to_string(), fix)
		}
		Ok(said) if wanted.is_some_and(|wanted| wanted != said.genesis) => {
			let found = hex(said.genesis);
			Finding::wrong(
				check,
				format!("{url} is a node of another chain: its genesis is {found}"),
				format!("correct its address in chain.endpoints; if that is the chain you mean, set chain.genesis = \"{found}\""),
			)
		}
		Ok(Said {
			finalized,
			progress: Progress::Stands(span),
			..
		}) => Finding::wrong(
			check,
			format!("{url} finalized nothing after block {} for {} s", finalized.number, span.as_secs()),
			"see whether that node has peers and is in step (docs/operate.md); until then name another endpoint before it",
		),
		Ok(Said { finalized, time, .. }) => {
			let age = match now.checked_sub(time.unix) {
				Some(age) => format!("{} old by the chain's time", show_millis(age)),
				None => "of this moment".to_owned(),
			};
			Finding::ok(check, format!("{url}: finalized block {}, {age}; its runtime is known", finalized.number))
		}
	}
}

fn judge_genesis(chains: &[(&str, H256)], wanted: Option<H256>) -> Finding {
	let check = CHECKS[1];
	let Some((first_url, first)) = chains.first() else {
		return Finding::skipped(check, "no endpoint can be asked");
	};
	if let Some(wanted) = wanted {
		return match chains.iter().all(|(_, genesis)| *genesis == wanted) {
			true => Finding::ok(check, format!("{}, as chain.genesis says", hex(wanted))),
			false => Finding::wrong(
				check,
				format!("chain.genesis is {}", hex(wanted)),
				"see the endpoints above",
			),
		};
	}
	if let Some((url, other)) = chains.iter().find(|(_, genesis)| genesis != first) {
		return Finding::wrong(
			check,
			format!(
				"{first_url} has the genesis {}, and {url} {}: they are of two chains",
				hex(first),
				hex(other)
			),
			format!(
				"take the wrong one out of chain.endpoints, and set chain.genesis, for the first = \"{}\"",
				hex(first)
			),
		);
	}
	Finding::warning(
		check,
		"chain.genesis is not set: a node of any chain is believed when it answers first",
		format!("set chain.genesis = \"{}\"", hex(first)),
	)
}

fn judge_agreement(hashes: &[(&str, H256)]) -> Finding {
	let check = CHECKS[2];
	let (Some((first_url, first)), true) = (hashes.first(), hashes.len() > 1) else {
		return Finding::skipped(check, "there are no two endpoints to compare");
	};
	match hashes.iter().find(|(_, hash)| hash != first) {
		Some((url, hash)) => Finding::wrong(
			check,
			format!(
				"{first_url} and {url} have different finalized blocks: {} and {}",
				hex(first),
				hex(hash)
			),
			"one of them lies, or is on a fork: find out which, and take it out of chain.endpoints",
		),
		None => Finding::ok(
			check,
			format!("{} endpoints have the same finalized block", hashes.len()),
		),
	}
}

fn judge_trust(trust: Trust, answering: usize, light: bool) -> Finding {
	let check = CHECKS[3];
	match (trust, answering) {
		(Trust::Single, _) => Finding::warning(
			check,
			"trust = \"single\": what one node says is believed without a proof",
			"name a second endpoint, of somebody else, in chain.endpoints, and set chain.trust = \"confirmed\"",
		),
		(Trust::Confirmed, 0 | 1) if !light => Finding::wrong(
			check,
			format!(
				"trust = \"confirmed\" wants a second endpoint, and {answering} can be used: nothing would be begun"
			),
			"mend the endpoints above, or add one that works",
		),
		(Trust::Confirmed, 0) => Finding::wrong(
			check,
			"no endpoint can be used; a light client alone fetches nothing",
			"mend the endpoints above, or add one that works",
		),
		(Trust::Confirmed, 1) => Finding::ok(
			check,
			"a light client confirms what the endpoint says; `iot-client light-client` tries it",
		),
		(Trust::Confirmed, answering) => Finding::ok(check, format!("{answering} endpoints confirm each other")),
	}
}

/// Whether a node is on this computer.
fn is_here(url: &str) -> bool {
	let host = url.split_once("://").map_or(url, |(_, rest)| rest);
	["127.", "localhost", "[::1]"].iter().any(|here| host.starts_with(here))
}

/// This computer's clock beside the chain's. Deadlines go by the chain's, so no clock service is needed: this one's only dates
/// the log and judges certificates.
fn judge_clock(chain: u64, progress: Progress, now: u64, local: bool) -> Finding {
	let check = CHECKS[4];
	let apart = now.abs_diff(chain);
	let (span, side) = (show_millis(apart), if chain < now { "behind" } else { "ahead of" });
	let why = "deadlines go by the chain's time, so no NTP is needed";
	if apart <= APART {
		return Finding::ok(check, format!("{span} from the chain's time; {why}"));
	}
	let what = format!("the chain's time is {span} {side} this computer's");
	if local {
		return Finding::ok(
			check,
			format!(
				"{what}: normal on a development chain, which begins two hours back and runs at its own pace; {why}"
			),
		);
	}
	if let Progress::Stands(_) = progress {
		return Finding::skipped(check, format!("{what}, but its nodes stand still; see above"));
	}
	Finding::warning(
		check,
		format!("{what}; {why}, but the log has wrong dates, and certificates of wss:// and https:// may be refused"),
		"sudo timedatectl set-ntp true, or set the clock by hand; on a development chain two hours are normal",
	)
}

#[cfg(test)]
mod tests;
