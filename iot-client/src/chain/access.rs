//! Rentals' records, with the proof of them: for doors, and for whoever is to come in.

use super::{
	error::{ChainError, Result},
	proof::ProvedState,
	session::Session,
	types::{number_id, BlockId},
};
use codec::Decode;
use iot_access::{rental_key, Block, Proof, Record};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

number_id! {
	/// A machine, lock or room that is let for a time.
	RentalId
}

/// What the state at a block says of a rental.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
	/// The block.
	pub block: Block,
	/// The part of the record that doors read; none if there is no such rental.
	pub record: Option<Record>,
	/// What proves it.
	pub proof: Proof,
}

/// A rental's record at a block of this time, as the node proves it. That the block is final is for others to see.
///
/// # Errors
/// When the node does not answer, or its proof proves nothing.
pub async fn rental(session: &Session, block: BlockId, time: u64, id: RentalId) -> Result<Shown> {
	let of_block =
		|what: String| ChainError::Rpc(format!("its proof of rental {id} in block {}: {what}", block.number));
	let root = session.header(block.hash).await?.state_root.0;
	let number = u32::try_from(block.number).map_err(|_| of_block("it is of no height that there is".to_owned()))?;
	let key = rental_key(id.0);
	let nodes = session.read_proof(std::slice::from_ref(&key), block.hash).await?;
	let state = ProvedState::new(root, nodes.clone()).map_err(|error| of_block(error.to_string()))?;
	let value = state.read(&key).map_err(|error| of_block(error.to_string()))?;
	let record = value
		.map(|value| Record::decode(&mut value.as_slice()))
		.transpose()
		.map_err(|_| of_block("it is of a form that this client does not know".to_owned()))?;
	let hash = block.hash.0;
	Ok(Shown {
		block: Block {
			number,
			hash,
			root,
			time,
		},
		record,
		proof: Proof { block: hash, nodes },
	})
}
