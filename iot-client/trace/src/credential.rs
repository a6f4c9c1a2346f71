//! Certificates of the chain as W3C Verifiable Credentials (data model 2.0).
//!
//! Such a document is no more than a view of the chain's record: it is made of that record and of the claims that are shown, and of
//! nothing else. So it is verified by making it anew from the record as the verifier reads it, and by comparing all of it.

mod claim;
mod jcs;
mod signature;

pub use claim::{root, ClaimError, Disclosure};

use crate::{
	chain::{hash, Chain, Record, NAMESPACE},
	key::Key,
	time::Time,
	uri::Uri,
};
use base64::{
	engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
	Engine,
};
use serde_json::{json, Map, Value};
use std::fmt;
use thiserror::Error;

/// Most bytes of a document that are looked at.
pub const MOST_BYTES: usize = 1 << 20;
/// Most claims of a certificate.
pub const MOST_CLAIMS: usize = 256;
/// The context of the data model 2.0.
pub const CONTEXT: &str = "https://www.w3.org/ns/credentials/v2";
/// The type of our proof.
pub const PROOF: &str = "ChainRecordProof";

/// What a certificate is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
	/// A product, a lot, or anything else that has a GS1 key.
	Key(Key),
	/// A machine of the chain.
	Machine(u64),
}

/// A certificate, as the chain has it. Who verifies reads it from a node that it trusts, at a finalized block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRecord {
	/// Its number.
	pub id: u64,
	/// The account that issued it.
	pub issuer: [u8; 32],
	/// What it is about.
	pub subject: Subject,
	/// SHA-256 of the JSON schema that the claims follow.
	pub schema: [u8; 32],
	/// From when it holds.
	pub valid_from: Time,
	/// Until when, if that is known.
	pub valid_until: Option<Time>,
	/// The hash of each claim, in the issuer's order: see [`Disclosure::hash`]. The chain has their [`root`] alone: see
	/// [`Self::is_of`].
	pub claims: Vec<[u8; 32]>,
	/// When it was revoked, if it was.
	pub revoked: Option<Time>,
}

/// Whether a certificate holds at some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
	/// It holds.
	Valid,
	/// It does not hold yet.
	NotYet,
	/// It holds no more.
	Expired,
	/// It was revoked then.
	Revoked(Time),
}

/// A document that says what the chain's record says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
	/// Whether the certificate holds.
	pub standing: Standing,
	/// The claims that are shown.
	pub claims: Vec<Disclosure>,
	/// Whether the issuer's key has signed the document too.
	pub signed: bool,
}

/// Why a document is none, or not what the chain's record says.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CredentialError {
	/// Too long.
	#[error("the document has {got} bytes; it must have at most {MOST_BYTES}")]
	TooLong {
		/// How many it has.
		got: usize,
	},
	/// No JSON.
	#[error("the document is no JSON object: {error}")]
	NoJson {
		/// What the parser said.
		error: String,
	},
	/// Something is missing that must be there to look up the record.
	#[error("{pointer} is missing or of another type; it must be {right}")]
	Missing {
		/// Where, as a JSON pointer.
		pointer: &'static str,
		/// What must be there.
		right: &'static str,
	},
	/// Too many claims.
	#[error("there are {got} claims; there may be {MOST_CLAIMS}")]
	TooMany {
		/// How many there are.
		got: usize,
	},
	/// A disclosure cannot be read.
	#[error("disclosure {place}: {error}")]
	Claim {
		/// Which one, counted from 1.
		place: usize,
		/// What is wrong with it.
		error: ClaimError,
	},
	/// The record has no hash of a claim that is shown.
	#[error(
		"disclosure {place} ({name}: {value}) hashes to {hash}, which is none of the {known} hashes of the record"
	)]
	NotInRecord {
		/// Which one, counted from 1.
		place: usize,
		/// What is claimed.
		name: String,
		/// And that it is so.
		value: String,
		/// Its hash.
		hash: String,
		/// How many hashes the record has.
		known: usize,
	},
	/// The document says something else than the record.
	#[error("{pointer} is {is}; by the chain's record it must be {should}")]
	Differs {
		/// Where, as a JSON pointer.
		pointer: String,
		/// What stands there, at most 120 signs of it.
		is: String,
		/// What must stand there, likewise.
		should: String,
	},
	/// A number that is printed otherwise by others, so that the document cannot be signed. None that was exported has one.
	#[error("the document has a number that is no whole number below 2^53; to be signed it must have none")]
	NoCanonicalForm,
	/// A signature that is not that of the issuer's key over this document.
	#[error("/proof/1 is no right signature; it must be of type DataIntegrityProof and cryptosuite eddsa-jcs-2022, of the key {key}, over this document")]
	Signature {
		/// The method that the issuer's key would have.
		key: String,
	},
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential(Map<String, Value>);

impl Credential {
	/// The document of a record, which shows these claims.
	pub fn export(chain: &Chain, record: &CertificateRecord, claims: &[Disclosure]) -> Result<Self, CredentialError> {
		let got = claims.len().max(record.claims.len());
		if got > MOST_CLAIMS {
			return Err(CredentialError::TooMany { got });
		}
		let own = chain.record(Record::Certificate, record.id);
		let issuer = chain.did(&record.issuer);
		let subject = match &record.subject {
			Subject::Key(key) => Uri::from(key),
			Subject::Machine(id) => chain.record(Record::Machine, *id),
		};
		let mut document = json!({
			"@context": [CONTEXT, terms()],
			"id": own,
			"type": ["VerifiableCredential", "ChainCertificate"],
			"issuer": issuer,
			"validFrom": record.valid_from,
			"credentialSubject": { "id": subject, "claimHashes": record.claims.iter().map(hash).collect::<Vec<_>>() },
			"credentialSchema": {
				"id": format!("ni:///sha-256;{}", URL_SAFE_NO_PAD.encode(record.schema)),
				"type": "JsonSchema",
				"digestSRI": format!("sha256-{}", STANDARD.encode(record.schema)),
			},
			"credentialStatus": {
				"id": format!("{own}#status"),
				"type": "ChainRecordStatus",
				"statusPurpose": "revocation",
				"genesisHash": chain.genesis_hash(),
				"certificate": record.id.to_string(),
			},
			"proof": {
				"type": PROOF,
				"proofPurpose": "assertionMethod",
				"verificationMethod": format!("{issuer}#blockchainAccountId"),
				"genesisHash": chain.genesis_hash(),
				"certificate": record.id.to_string(),
			},
		});
		if let Some(until) = record.valid_until {
			document["validUntil"] = json!(until);
		}
		let Value::Object(document) = document else {
			return Ok(Self(Map::new()));
		};
		Self(document).showing(claims)
	}

	/// The same, which shows these claims and no others. A signature of the issuer goes on to hold: it is of the hashes alone.
	pub fn showing(mut self, claims: &[Disclosure]) -> Result<Self, CredentialError> {
		if claims.len() > MOST_CLAIMS {
			return Err(CredentialError::TooMany { got: claims.len() });
		}
		let hashes = self
			.0
			.get("credentialSubject")
			.and_then(|subject| subject.get("claimHashes"))
			.and_then(Value::as_array);
		let hashes = hashes.map(Vec::as_slice).unwrap_or_default();
		for (place, claim) in (1..).zip(claims) {
			let own = hash(&claim.hash());
			if !hashes.iter().any(|known| *known == own) {
				return Err(CredentialError::NotInRecord {
					place,
					name: claim.name().to_owned(),
					value: claim.value().to_owned(),
					hash: own,
					known: hashes.len(),
				});
			}
		}
		let proof = match self.0.get_mut("proof") {
			Some(Value::Array(proofs)) => proofs.first_mut(),
			proof => proof,
		};
		let Some(Value::Object(proof)) = proof else {
			return Err(CredentialError::Missing {
				pointer: "/proof",
				right: "the proof by the chain's record",
			});
		};
		let shown = claims
			.iter()
			.map(|claim| json!({ "name": claim.name(), "value": claim.value() }));
		proof.insert("claims".to_owned(), shown.collect());
		proof.insert(
			"disclosures".to_owned(),
			claims.iter().map(Disclosure::as_str).collect(),
		);
		Ok(self)
	}

	/// Reads a document. Whether what it says is so is another question: [`Self::verify`].
	pub fn parse(text: &str) -> Result<Self, CredentialError> {
		let got = text.len();
		if got > MOST_BYTES {
			return Err(CredentialError::TooLong { got });
		}
		let document = serde_json::from_str(text).map_err(|error| CredentialError::NoJson {
			error: error.to_string(),
		})?;
		Ok(Self(document))
	}

	/// The number of the certificate that it is said to be of, and the first block's hash of the chain: what to look up.
	pub fn certificate(&self) -> Result<(u64, [u8; 32]), CredentialError> {
		let status = self.0.get("credentialStatus");
		let text = |name| status.and_then(|status| status.get(name)).and_then(Value::as_str);
		let id = text("certificate")
			.and_then(|id| id.parse().ok())
			.ok_or(CredentialError::Missing {
				pointer: "/credentialStatus/certificate",
				right: "the number of a certificate, as a text",
			})?;
		let mut genesis = [0; 32];
		let hash = text("genesisHash").and_then(|hash| hash.strip_prefix("0x"));
		match hash.map(|hash| hex::decode_to_slice(hash, &mut genesis)) {
			Some(Ok(())) => Ok((id, genesis)),
			_ => Err(CredentialError::Missing {
				pointer: "/credentialStatus/genesisHash",
				right: "0x and 64 hexadecimal digits",
			}),
		}
	}

	/// Compares all that it says with the chain's record, and each claim that it shows with the record's hashes. `now` is the time
	/// of the block at which the record was read.
	pub fn verify(&self, chain: &Chain, record: &CertificateRecord, now: Time) -> Result<Verified, CredentialError> {
		let (first, second) = match self.0.get("proof") {
			Some(Value::Array(proofs)) if proofs.len() == 2 => (proofs.first(), proofs.get(1)),
			proof => (proof, None),
		};
		let texts = first
			.and_then(|proof| proof.get("disclosures"))
			.and_then(Value::as_array);
		let texts = texts.ok_or(CredentialError::Missing {
			pointer: "/proof/disclosures",
			right: "the disclosures of the claims that are shown, as texts",
		})?;
		if texts.len() > MOST_CLAIMS {
			return Err(CredentialError::TooMany { got: texts.len() });
		}
		let claims = (1..).zip(texts).map(|(place, text)| {
			let read = text.as_str().ok_or(ClaimError::Encoding).and_then(Disclosure::parse);
			read.map_err(|error| CredentialError::Claim { place, error })
		});
		let claims = claims.collect::<Result<Vec<_>, _>>()?;

		let should = Self::export(chain, record, &claims)?;
		let mut is = self.0.clone();
		if let (Some(_), Some(first)) = (second, first) {
			is.insert("proof".to_owned(), first.clone());
		}
		differs("", &Value::Object(is), &Value::Object(should.0.clone()))?;
		let signed = match second {
			Some(proof) if signature::is_right(&should.0, &record.issuer, proof) => true,
			Some(_) => {
				return Err(CredentialError::Signature {
					key: signature::verification_method(&record.issuer),
				})
			}
			None => false,
		};
		Ok(Verified {
			standing: record.standing(now),
			claims,
			signed,
		})
	}

	/// What the issuer signs, whatever claims are shown, with its ed25519 key, as it is and without the words that wallets put around it, so that others can check
	/// the document without our chain's help as well: 64 bytes. `account` is the issuer's, which is its key.
	pub fn signing_input(&self, account: &[u8; 32], created: Time) -> Result<[u8; 64], CredentialError> {
		let options = signature::options(&self.0, account, &created.to_string());
		signature::signing_input(&self.0, &options).ok_or(CredentialError::NoCanonicalForm)
	}

	/// With the issuer's signature beside the chain's record.
	pub fn with_signature(mut self, account: &[u8; 32], created: Time, signature: &[u8; 64]) -> Self {
		let signed = signature::proof(&self.0, account, created, signature);
		let record = match self.0.remove("proof") {
			Some(Value::Array(proofs)) => proofs.into_iter().next().unwrap_or_default(),
			proof => proof.unwrap_or_default(),
		};
		self.0.insert("proof".to_owned(), Value::Array(vec![record, signed]));
		self
	}

	/// All of it.
	pub fn as_json(&self) -> &Map<String, Value> {
		&self.0
	}
}

/// As JSON (`application/vc`).
impl fmt::Display for Credential {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?)
	}
}

impl CertificateRecord {
	/// Whether the hashes are those whose root the chain has. Whoever has them from somebody else than the chain asks this first.
	pub fn is_of(&self, claims: &[u8; 32]) -> bool {
		root(&self.claims) == *claims
	}

	/// Whether it holds at some time. Revoked is revoked, whatever the time.
	pub fn standing(&self, now: Time) -> Standing {
		match (self.revoked, self.valid_until) {
			(Some(at), _) => Standing::Revoked(at),
			_ if now < self.valid_from => Standing::NotYet,
			(_, Some(until)) if now > until => Standing::Expired,
			_ => Standing::Valid,
		}
	}
}

/// What our words mean to who reads the document as linked data.
fn terms() -> Value {
	let word = |name: &str| Value::from(format!("{NAMESPACE}{name}"));
	let list = |name: &str| json!({ "@id": word(name), "@container": "@list" });
	json!({
		"ChainCertificate": word("ChainCertificate"),
		"ChainRecordStatus": word("ChainRecordStatus"),
		"ChainRecordProof": {
			"@id": word("ChainRecordProof"),
			"@context": {
				"proofPurpose": {
					"@id": "https://w3id.org/security#proofPurpose",
					"@type": "@vocab",
					"@context": { "assertionMethod": "https://w3id.org/security#assertionMethod" },
				},
				"verificationMethod": { "@id": "https://w3id.org/security#verificationMethod", "@type": "@id" },
			},
		},
		"genesisHash": word("genesisHash"),
		"certificate": word("certificate"),
		"claimHashes": list("claimHashes"),
		"disclosures": list("disclosures"),
		"claims": { "@id": word("claims"), "@container": "@list", "@context": { "value": word("value") } },
		"statusPurpose": "https://www.w3.org/ns/credentials/status#statusPurpose",
	})
}

/// The first place where two documents are not the same.
fn differs(pointer: &str, is: &Value, should: &Value) -> Result<(), CredentialError> {
	let found = |pointer: String, is: Option<&Value>, should: Option<&Value>| {
		let said = |value: Option<&Value>| match value {
			Some(value) => value.to_string().chars().take(120).collect(),
			None => "missing".to_owned(),
		};
		Err(CredentialError::Differs {
			pointer,
			is: said(is),
			should: said(should),
		})
	};
	match (is, should) {
		(Value::Object(is), Value::Object(should)) => {
			let mut names: Vec<_> = should.keys().chain(is.keys()).collect();
			names.sort_unstable();
			names.dedup();
			for name in names {
				let pointer = format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"));
				match (is.get(name), should.get(name)) {
					(Some(is), Some(should)) => differs(&pointer, is, should)?,
					(is, should) => return found(pointer.chars().take(200).collect(), is, should),
				}
			}
			Ok(())
		}
		(Value::Array(is), Value::Array(should)) => {
			for place in 0..is.len().max(should.len()) {
				match (is.get(place), should.get(place)) {
					(Some(is), Some(should)) => differs(&format!("{pointer}/{place}"), is, should)?,
					(is, should) => return found(format!("{pointer}/{place}"), is, should),
				}
			}
			Ok(())
		}
		(is, should) if is == should => Ok(()),
		(is, should) => found(pointer.to_owned(), Some(is), Some(should)),
	}
}

#[cfg(test)]
mod tests;
