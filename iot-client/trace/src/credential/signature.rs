//! A standard signature beside the chain's record: Data Integrity with `eddsa-jcs-2022` (W3C Data Integrity EdDSA Cryptosuites 1.0), for
//! issuers whose account is an ed25519 key.

use super::jcs;
use crate::time::Time;
use ed25519_dalek::{Signature, VerifyingKey};
use serde_json::{json, Map, Value};
use sha2::{Digest, Sha256};

/// The type of the proof.
pub(crate) const TYPE: &str = "DataIntegrityProof";
/// What an ed25519 key begins with as a multicodec.
const ED25519: [u8; 2] = [0xed, 0x01];

/// The key as `did:key`, and the method of that document.
pub(crate) fn verification_method(key: &[u8; 32]) -> String {
	let text = format!("z{}", bs58::encode([&ED25519[..], key].concat()).into_string());
	format!("did:key:{text}#{text}")
}

/// The proof without its value.
pub(crate) fn options(document: &Map<String, Value>, key: &[u8; 32], created: &str) -> Value {
	json!({
		"@context": document.get("@context"),
		"type": TYPE,
		"cryptosuite": "eddsa-jcs-2022",
		"created": created,
		"verificationMethod": verification_method(key),
		"proofPurpose": "assertionMethod",
	})
}

/// What is signed: the hash of the proof's options, and that of the document without any proof.
pub(crate) fn signing_input(document: &Map<String, Value>, options: &Value) -> Option<[u8; 64]> {
	let mut bare = document.clone();
	bare.remove("proof");
	let mut input = [0; 64];
	let (first, second) = input.split_at_mut(32);
	first.copy_from_slice(&Sha256::digest(jcs::canonical(options)?));
	second.copy_from_slice(&Sha256::digest(jcs::canonical(&Value::Object(bare))?));
	Some(input)
}

/// The whole proof.
pub(crate) fn proof(document: &Map<String, Value>, key: &[u8; 32], created: Time, signature: &[u8; 64]) -> Value {
	let mut proof = options(document, key, &created.to_string());
	proof["proofValue"] = Value::from(format!("z{}", bs58::encode(signature).into_string()));
	proof
}

/// Whether a proof is of this key and document, and nothing else stands in it.
pub(crate) fn is_right(document: &Map<String, Value>, key: &[u8; 32], proof: &Value) -> bool {
	let read = || {
		let created = proof.get("created")?.as_str()?;
		let value = proof
			.get("proofValue")?
			.as_str()?
			.strip_prefix('z')
			.filter(|value| value.len() < 100)?;
		let mut bytes = [0; 64];
		let right = bs58::decode(value).onto(&mut bytes).ok()? == 64;
		let mut options = options(document, key, created);
		let input = signing_input(document, &options)?;
		options["proofValue"] = proof.get("proofValue")?.clone();
		let key = VerifyingKey::from_bytes(key).ok()?;
		let signed = key.verify_strict(&input, &Signature::from_bytes(&bytes)).is_ok();
		Some(right && signed && options == *proof)
	};
	read().unwrap_or(false)
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The example of the W3C's recommendation, appendix B.2 (representation: eddsa-jcs-2022).
	#[test]
	fn the_published_signature_is_right_and_no_other() {
		let context = json!([
			"https://www.w3.org/ns/credentials/v2",
			"https://www.w3.org/ns/credentials/examples/v2"
		]);
		let method = "z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2";
		let mut document = json!({
			"@context": context,
			"id": "urn:uuid:58172aac-d8ba-11ed-83dd-0b3aef56cc33",
			"type": ["VerifiableCredential", "AlumniCredential"],
			"name": "Alumni Credential",
			"description": "A minimum viable example of an Alumni Credential.",
			"issuer": "https://vc.example/issuers/5678",
			"validFrom": "2023-01-01T00:00:00Z",
			"credentialSubject": { "id": "did:example:abcdefgh", "alumniOf": "The School of Examples" },
			"proof": "not hashed",
		});
		let key: [u8; 32] = bs58::decode(&method[1..]).into_vec().unwrap()[2..].try_into().unwrap();
		let proof = json!({
			"type": "DataIntegrityProof",
			"cryptosuite": "eddsa-jcs-2022",
			"created": "2023-02-24T23:36:38Z",
			"verificationMethod": format!("did:key:{method}#{method}"),
			"proofPurpose": "assertionMethod",
			"@context": context,
			"proofValue": "z2HnFSSPPBzR36zdDgK8PbEHeXbR56YF24jwMpt3R1eHXQzJDMWS93FCzpvJpwTWd3GAVFuUfjoJdcnTMuVor51aX",
		});
		let fields = document.as_object().unwrap();
		let input = signing_input(fields, &options(fields, &key, "2023-02-24T23:36:38Z")).unwrap();
		assert_eq!(
			hex::encode(input),
			"66ab154f5c2890a140cb8388a22a160454f80575f6eae09e5a097cabe539a1db\
			 59b7cb6251b8991add1ce0bc83107e3db9dbbab5bd2c28f687db1a03abc92f19"
		);
		assert!(is_right(fields, &key, &proof));
		for (field, other) in [
			("created", json!("2023-02-24T23:36:39Z")),
			("type", json!("Other")),
			("cryptosuite", json!("eddsa-rdfc-2022")),
			("proofPurpose", json!("authentication")),
			("proofValue", json!("z2")),
			("proofValue", json!("z0OIl")),
			("proofValue", json!(7)),
			("domain", json!("x")),
		] {
			let mut wrong = proof.clone();
			wrong[field] = other;
			assert!(!is_right(fields, &key, &wrong), "{field}");
		}
		assert!(!is_right(fields, &[7; 32], &proof));
		document["issuer"] = json!("https://vc.example/issuers/5679");
		assert!(!is_right(document.as_object().unwrap(), &key, &proof));
	}
}
