//! Looks for transactions in finalized blocks, and at what they did there.

use super::{
	super::{
		error::{ChainError, Result},
		queries, refusal,
		refusal::Signatory,
		runtime,
		session::{At, Session},
		types::BlockId,
	},
	flight::Flight,
	Fate,
};
use crate::{journal::Ending, wallet::blake2_256};
use futures::{stream, StreamExt, TryStreamExt};
use std::{
	collections::{btree_map::Entry, BTreeMap},
	time::Duration,
};
use subxt::utils::AccountId32;
use tokio::time::sleep;

pub(super) const NONCE_LOST: &str = "another transaction of this account took its place";
pub(super) const ERA_OVER: &str = "it waited too long and has expired";
pub(super) const KEY_OVER: &str =
	"the key that signed it was replaced and acts for nobody any more; sign with the machine's key of now (`iot-client status` shows it)";
pub(super) const RUNTIME_OVER: &str = "the chain's runtime was replaced after it was signed; sign it again";
/// Begins what is said of one whose birth the node's pool does not know.
pub(super) const BIRTH_UNKNOWN: &str = "the node's pool does not know the block that it was signed upon";

/// What a pool says then (`sp-runtime`, `transaction_validity.rs`): most often it is one block behind what is final.
const ANCIENT: &str = "ancient birth block";
/// How long it is given to see what is final.
const BEHIND: Duration = Duration::from_millis(300);
/// Blocks that are asked for at a time.
const AT_ONCE: usize = 16;

/// How the wait for one transaction ended.
#[derive(Debug)]
pub(super) enum End {
	/// It is in a block, or was: this came of it.
	Known(Fate),
	/// It never will be in a block, for this reason.
	Never(String),
}

impl End {
	pub(super) fn never(why: &str) -> Self {
		Self::Never(why.to_owned())
	}

	/// The same for the journal.
	pub(super) fn ending(&self) -> Ending {
		match self {
			Self::Known(Fate::Done { block, .. }) => Ending::Done(block.number),
			Self::Known(Fate::Failed { error, .. }) => Ending::Failed(error.clone()),
			Self::Known(Fate::Unknown { what, .. }) => Ending::Unknown(what.clone()),
			Self::Known(Fate::Refused(_)) | Self::Never(_) => Ending::Never,
		}
	}

	/// Whether no transaction has its nonce, so that the next one may.
	pub(super) fn frees_nonce(&self) -> bool {
		matches!(self, Self::Never(why) if why != NONCE_LOST)
	}
}

/// The chain at a finalized block, and how many nonces each signer has used there.
pub(super) struct View {
	finalized: BlockId,
	at: At,
	used: BTreeMap<AccountId32, u64>,
}

impl View {
	/// Looks for all of them up to this block: a block's body is read only where somebody's nonce was used.
	///
	/// # Errors
	/// When the node does not answer. What was found out until then stays.
	pub async fn of(session: &Session, finalized: BlockId, flights: &mut [Flight]) -> Result<Self> {
		let at = session.at(finalized).await?;
		let mut used = BTreeMap::new();
		for flight in &*flights {
			if let Entry::Vacant(place) = used.entry(flight.signer) {
				place.insert(queries::nonce(&at, &flight.signer).await?);
			}
		}
		let view = Self { finalized, at, used };
		for flight in &mut *flights {
			if !view.has_used(flight) && flight.is_concerned_by(finalized.number) {
				flight.next = flight.next.max(finalized.number.saturating_add(1));
			}
		}
		view.find(session, flights).await?;
		Ok(view)
	}

	/// Whether a transaction with its nonce is in a finalized block: it, or another.
	fn has_used(&self, flight: &Flight) -> bool {
		self.used
			.get(&flight.signer)
			.is_some_and(|used| *used > flight.sent.nonce)
	}

	async fn find(&self, session: &Session, flights: &mut [Flight]) -> Result<()> {
		let last = |flight: &Flight| self.finalized.number.min(flight.sent.death);
		let sought = |flight: &Flight| self.has_used(flight) && flight.found.is_none() && flight.next <= last(flight);
		let wanted = || flights.iter().filter(|flight| sought(flight));
		let (from, to) = (wanted().map(|flight| flight.next).min(), wanted().map(last).max());
		let numbers = from.zip(to).map(|(from, to)| from..=to);
		let mut blocks = stream::iter(numbers.into_iter().flatten())
			.map(|number| async move { Ok::<_, ChainError>((number, places(session, number).await?)) })
			.buffered(AT_ONCE);
		while flights.iter().any(sought) {
			let Some((number, places)) = blocks.try_next().await? else {
				break;
			};
			for flight in flights
				.iter_mut()
				.filter(|flight| sought(flight) && flight.next == number)
			{
				flight.next = number.saturating_add(1);
				match &places {
					Some((block, places)) => flight.find_in(*block, places),
					None => flight.blind = true,
				}
			}
		}
		Ok(())
	}

	/// What became of one of them; none while that is not certain.
	///
	/// # Errors
	/// When the node does not answer.
	pub async fn judge(&self, session: &Session, flight: &Flight) -> Result<Option<End>> {
		if let Some((block, place)) = flight.found {
			return Ok(Some(End::Known(outcome(session, flight, block, place).await?)));
		}
		if self.has_used(flight) {
			return Ok(Some(match flight.blind {
				true => End::Known(Fate::Unknown {
					hash: Some(flight.sent.hash),
					what: "its nonce is used, in a block that the node has forgotten".to_owned(),
				}),
				false => End::never(NONCE_LOST),
			}));
		}
		if self.finalized.number >= flight.sent.death {
			return Ok(Some(End::never(ERA_OVER)));
		}
		// It is in no block up to the finalized one; if that says that runtime or key is over, it will be in no later one
		// either. No pool need have said so: one that has thrown it out just bans it for a while.
		if is_for_older(flight, &self.at) {
			return Ok(Some(End::never(RUNTIME_OVER)));
		}
		// What a node says that is behind the block that it was made on is older news.
		let doubted = flight.doubted && self.finalized.number >= flight.sent.birth;
		if doubted && Signatory::of(&self.at, &flight.signer).await?.is_over() {
			return Ok(Some(End::never(KEY_OVER)));
		}
		Ok(None)
	}
}

/// A block, and which transaction is where in it; none if the node does not have it, or not any more.
async fn places(session: &Session, number: u64) -> Result<Option<(BlockId, BTreeMap<[u8; 32], usize>)>> {
	let Some(hash) = session.hash_of(number).await? else {
		return Ok(None);
	};
	let body = session.body(hash).await?;
	Ok(body.map(|body| {
		let hashes = body.iter().map(|bytes| blake2_256([bytes]));
		(BlockId { number, hash }, hashes.zip(0..).collect())
	}))
}

/// Whether it was signed for a runtime before that of this block.
fn is_for_older(flight: &Flight, at: &At) -> bool {
	flight.sent.runtime.is_some_and(|runtime| runtime < at.spec_version())
}

/// What a transaction in a block did.
async fn outcome(session: &Session, flight: &Flight, block: BlockId, place: usize) -> Result<Fate> {
	let unknown = |what| Fate::Unknown {
		hash: Some(flight.sent.hash),
		what,
	};
	match read_outcome(session, block, place).await {
		Err(ChainError::Pruned) => Ok(unknown(format!(
			"in block {}, whose events the node has forgotten",
			block.number
		))),
		// The block is final, so this can wait for a node.
		Err(error) if error.passes_by_itself() => Err(error),
		Err(error) => Ok(unknown(error.to_string())),
		Ok(fate) => Ok(fate),
	}
}

async fn read_outcome(session: &Session, block: BlockId, place: usize) -> Result<Fate> {
	let at = session.at(block).await?;
	let extrinsics = at.extrinsics().fetch().await?;
	let extrinsic = extrinsics.iter().nth(place).transpose()?;
	let extrinsic =
		extrinsic.ok_or_else(|| ChainError::Rpc(format!("block {} is shorter than before", block.number)))?;
	let events = extrinsic.events().await?;
	Ok(match runtime::failure(&at, &events)? {
		Some(error) => Fate::Failed { block, error },
		None => Fate::Done { block, events },
	})
}

/// Why a pool's refusal means that it can never be included, with what to do about it; none if that is not certain yet,
/// because the block that replaced its key, or the runtime that it was signed for, is not final.
///
/// # Errors
/// When the node does not answer.
pub(super) async fn refused(session: &Session, flight: &Flight, why: &str) -> Result<Option<End>> {
	let best = session.at(session.best().await?).await?;
	session.correct(&best);
	let for_another = flight
		.sent
		.runtime
		.is_some_and(|runtime| runtime != best.spec_version());
	if for_another || refusal::is_about_fees(why) && Signatory::of(&best, &flight.signer).await?.is_over() {
		return Ok(None);
	}
	if why.contains(ANCIENT) {
		// The same bytes it would not look at again: they are banned for a while.
		sleep(BEHIND).await;
		return Ok(Some(End::Never(format!("{BIRTH_UNKNOWN} ({why})"))));
	}
	let remedy = refusal::remedy(session, &flight.signer, why).await;
	Ok(Some(End::Never(match remedy {
		Some(remedy) => format!("{remedy} ({why})"),
		None => why.to_owned(),
	})))
}
