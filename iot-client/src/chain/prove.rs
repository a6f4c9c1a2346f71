//! What a node said of the chain's state, held against a proof before money or motion rests on it.
//!
//! The proof leads from the record to the state's root in a block's header; the header is hashed here, and a second node must
//! have finalized the block of that hash. So one node alone can neither make up an order nor hide one. What is proved is what
//! the decision rested on, as it was told then, and not what the node says now that it is asked.

use super::{
	convert,
	error::{ChainError, Result},
	link::Chain,
	proof::{ProofError, ProvedState},
	runtime::{self, storage},
	session::{At, Session},
	types::{BlockId, ChainTime, Job, JobId, Machine, Offer},
};
use std::fmt;
use subxt::Metadata;

/// What a node said of the state at a block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Claim {
	/// This is a job's record.
	Job(Box<Job>),
	/// There is no record of this job.
	NoJob(JobId),
	/// This is an offer.
	Offer(Box<Offer>),
	/// This is a machine's record.
	Machine(Box<Machine>),
	/// The chain's clocks show this.
	Time(ChainTime),
}

/// Names what it is about.
impl fmt::Display for Claim {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Job(job) => write!(f, "the record of job {}", job.id),
			Self::NoJob(job) => write!(f, "that there is no job {job}"),
			Self::Offer(offer) => write!(f, "offer {}", offer.id),
			Self::Machine(machine) => write!(f, "the record of machine {}", machine.id),
			Self::Time(_) => f.write_str("the chain's clocks"),
		}
	}
}

impl Claim {
	/// Where in the state it is.
	fn key(&self, at: &At) -> Result<Vec<u8>> {
		let (jobs, machines, escrow) = (storage().jobs(), storage().machines(), storage().escrow());
		Ok(match self {
			Self::Job(job) => at.storage().entry(jobs.jobs())?.fetch_key((convert::job_id(job.id),))?,
			Self::NoJob(job) => at.storage().entry(jobs.jobs())?.fetch_key((convert::job_id(*job),))?,
			Self::Offer(offer) => at
				.storage()
				.entry(jobs.offers())?
				.fetch_key((convert::offer_id(offer.id),))?,
			Self::Machine(machine) => at
				.storage()
				.entry(machines.machines())?
				.fetch_key((convert::machine_id(machine.id),))?,
			Self::Time(_) => at.storage().entry(escrow.clock())?.fetch_key(())?,
		})
	}

	/// Whether the value that is proved to be there, or to be absent, says the same.
	fn agrees(&self, metadata: &Metadata, proved: Option<&[u8]>) -> Result<bool> {
		Ok(match (self, proved) {
			(Self::NoJob(_), proved) => proved.is_none(),
			(Self::Job(told), Some(bytes)) => **told == runtime::decode_job(metadata, told.id, bytes)?,
			(Self::Offer(told), Some(bytes)) => **told == runtime::decode_offer(metadata, told.id, bytes)?,
			(Self::Machine(told), Some(bytes)) => **told == runtime::decode_machine(metadata, told.id, bytes)?,
			(Self::Time(told), Some(bytes)) => *told == runtime::decode_time(metadata, bytes)?,
			// Nothing is there yet: the clock's default.
			(Self::Time(told), None) => *told == ChainTime::default(),
			(Self::Job(_) | Self::Offer(_) | Self::Machine(_), None) => false,
		})
	}
}

impl Chain {
	/// Proves what the node `teller` said of the state at a finalized block, and that another node has that block. Gives that
	/// other one.
	///
	/// # Errors
	/// When no other node has the block, or it has another one of that height, or what was said is not so.
	pub async fn prove(&self, teller: &str, block: BlockId, claims: &[Claim]) -> Result<String> {
		let session = self.session().await;
		let second = self.confirm(&session, block).await?;
		self.check(&session, teller, &second, block, claims).await?;
		tracing::debug!(block = block.number, endpoint = session.endpoint(), %second, "proved");
		Ok(second)
	}

	async fn check(
		&self,
		session: &Session,
		teller: &str,
		second: &str,
		block: BlockId,
		claims: &[Claim],
	) -> Result<()> {
		let lie = |endpoint: &str, what: String| ChainError::Unproved {
			endpoint: endpoint.to_owned(),
			second: second.to_owned(),
			number: block.number,
			what,
		};
		let forged = |error: ProofError| lie(session.endpoint(), error.to_string());
		// The header is the one of that hash, or this fails.
		let root = session.header(block.hash).await?.state_root;
		let at = session.at(block).await?;
		let keys = claims.iter().map(|claim| claim.key(&at)).collect::<Result<Vec<_>>>()?;
		let nodes = session.read_proof(&keys, block.hash).await?;
		let state = ProvedState::new(root.0, nodes).map_err(forged)?;
		for (claim, key) in claims.iter().zip(&keys) {
			let proved = state.read(key).map_err(forged)?;
			if !claim.agrees(at.metadata_ref(), proved.as_deref())? {
				return Err(lie(teller, format!("{claim} is not what it said")));
			}
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use subxt::utils::AccountId32;

	/// `StopClock` as the chain writes it: last, stopped, whether it is paused, and what is ours to ignore.
	fn clock(last: u64, stopped: u64, paused: bool) -> Vec<u8> {
		let numbers = [last.to_le_bytes(), stopped.to_le_bytes()].concat();
		[numbers, vec![u8::from(paused)]].concat()
	}

	#[test]
	fn what_was_said_of_the_clocks_must_be_what_is_proved() {
		let metadata = runtime::known();
		let told = Claim::Time(ChainTime {
			unix: 7_000,
			stopped: 5,
			paused: false,
		});
		for (proved, agrees) in [
			(Some(clock(7_000, 5, false)), true),
			(Some(clock(7_001, 5, false)), false),
			(Some(clock(7_000, 5, true)), false),
			(None, false),
		] {
			assert_eq!(told.agrees(metadata, proved.as_deref()), Ok(agrees), "{proved:?}");
		}
		assert_eq!(Claim::Time(ChainTime::default()).agrees(metadata, None), Ok(true));
		let error = told.agrees(metadata, Some(&[1])).unwrap_err();
		assert!(error.to_string().contains("Escrow.Clock"), "{error}");
	}

	#[test]
	fn a_record_that_is_proved_to_be_absent_was_made_up_and_one_that_is_there_was_hidden() {
		let metadata = runtime::known();
		let job = Claim::Job(Box::new(Job::example(JobId(7))));
		let (owner, key) = (AccountId32([3; 32]), AccountId32([1; 32]));
		let id = super::super::types::MachineId([9; 32]);
		let machine = Claim::Machine(Box::new(Machine::example(id, owner, key)));
		for told in [job, machine] {
			assert_eq!(told.agrees(metadata, None), Ok(false), "{told}");
		}
		let none = Claim::NoJob(JobId(7));
		assert_eq!(none.agrees(metadata, None), Ok(true));
		assert_eq!(none.agrees(metadata, Some(&[0])), Ok(false));
	}
}
