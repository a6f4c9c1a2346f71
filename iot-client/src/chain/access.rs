//! Rentals' records, with the proof of them: for doors, and for whoever is to come in.

use super::{
	error::{ChainError, Result},
	proof::ProvedState,
	session::Session,
	types::BlockId,
	usage::RentalId,
};
use codec::Decode;
use iot_access::{rental_key, Block, Proof, Record};

/// What the state at a block says of rentals.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
	/// The block.
	pub block: Block,
	/// Of each, the part of the record that doors read; none if there is no such rental.
	pub records: Vec<Option<Record>>,
	/// What proves it.
	pub proof: Proof,
}

/// Rentals' records at a block of this time, as the node proves them. That the block is final is for others to see.
///
/// # Errors
/// When the node does not answer, or its proof proves nothing.
pub async fn rentals(session: &Session, block: BlockId, time: u64, ids: &[RentalId]) -> Result<Shown> {
	let wrong = |what: &str| ChainError::Rpc(format!("its proof of rentals in block {}: {what}", block.number));
	let root = session.header(block.hash).await?.state_root.0;
	let number = u32::try_from(block.number).map_err(|_| wrong("there is no such height"))?;
	let keys: Vec<_> = ids.iter().map(|id| rental_key(id.0)).collect();
	let (mut nodes, mut records) = (Vec::new(), Vec::new());
	if !keys.is_empty() {
		nodes = session.read_proof(&keys, block.hash).await?;
		let state = ProvedState::new(root, nodes.clone()).map_err(|error| wrong(&error.to_string()))?;
		for key in &keys {
			let value = state.read(key).map_err(|error| wrong(&error.to_string()))?;
			let record = value.map(|value| Record::decode(&mut value.as_slice())).transpose();
			records.push(record.map_err(|_| wrong("a record of a form that this client does not know"))?);
		}
	}
	let hash = block.hash.0;
	Ok(Shown {
		block: Block {
			number,
			hash,
			root,
			time,
		},
		records,
		proof: Proof { block: hash, nodes },
	})
}

/// A rental's record, and what proves it.
///
/// # Errors
/// When the node does not answer, or its proof proves nothing.
pub async fn rental(session: &Session, block: BlockId, time: u64, id: RentalId) -> Result<(Shown, Option<Record>)> {
	let mut shown = rentals(session, block, time, &[id]).await?;
	let record = shown.records.pop().flatten();
	Ok((shown, record))
}
