//! Many signatures checked at once, which takes little more than half of what they take one by one.

use crate::{is_weak, Domain, SignedTally, Word};
use schnorrkel::{signing_context, verify_batch, PublicKey, Signature};
use sp_core::sr25519::Public;

/// The context of all signatures of Substrate.
const CONTEXT: &[u8] = b"substrate";

/// What somebody is said to have signed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Claim {
	/// By which key.
	pub key: Public,
	/// What was said.
	pub word: Word,
	/// Of which channel.
	pub domain: Domain,
	/// The tally and the signature.
	pub signed: SignedTally,
}

impl Claim {
	/// Whether the key has signed it.
	pub fn is_right(&self) -> bool {
		self.signed.is_by(self.word, &self.domain, &self.key)
	}
}

/// Of each claim, whether the key has signed it. If one is wrong, all are checked again one by one: who sends wrong ones should not
/// be listened to for long.
pub fn are_right(claims: &[Claim]) -> Vec<bool> {
	match claims.len() > 1 && all_are_right(claims).unwrap_or_default() {
		true => vec![true; claims.len()],
		false => claims.iter().map(Claim::is_right).collect(),
	}
}

/// None when something is no key or no signature.
fn all_are_right(claims: &[Claim]) -> Option<bool> {
	let (mut keys, mut signatures) = (Vec::with_capacity(claims.len()), Vec::with_capacity(claims.len()));
	for claim in claims {
		if is_weak(&claim.key) {
			return None;
		}
		keys.push(PublicKey::from_bytes(&claim.key.0).ok()?);
		signatures.push(Signature::from_bytes(&claim.signed.signature.0).ok()?);
	}
	let context = signing_context(CONTEXT);
	let said = claims
		.iter()
		.map(|claim| context.bytes(&claim.word.bytes(&claim.domain, &claim.signed.tally)));
	Some(verify_batch(said, &signatures, &keys, true).is_ok())
}
