use super::*;
use crate::{keys::Gtin, Lgtin, Sgtin};
use ed25519_dalek::{Signer, SigningKey};
use proptest::prelude::*;

const ISSUED: u64 = 1_796_000_000_000;
const DAY: u64 = 86_400_000;

fn time(ms: u64) -> Time {
	Time::new(ms).unwrap()
}

fn chain() -> Chain {
	Chain::new([0xab; 32], 42)
}

fn key() -> SigningKey {
	SigningKey::from_bytes(&[7; 32])
}

fn claims() -> [Disclosure; 3] {
	[
		("tensile strength", "510 MPa"),
		("heat", "H-4711"),
		("inspector", "Ö. Müller"),
	]
	.map(|(name, value)| Disclosure::new(&[name.len() as u8; 16], name, value).unwrap())
}

fn record() -> CertificateRecord {
	CertificateRecord {
		id: 17,
		issuer: key().verifying_key().to_bytes(),
		subject: Subject::Key(Lgtin::parse("09506000134352", "STEEL/7").unwrap().into()),
		schema: [3; 32],
		valid_from: time(ISSUED),
		valid_until: Some(time(ISSUED + 365 * DAY)),
		claims: claims().iter().map(Disclosure::hash).collect(),
		revoked: None,
	}
}

fn exported(shown: &[Disclosure]) -> Credential {
	Credential::export(&chain(), &record(), shown).unwrap()
}

fn signed() -> Credential {
	let made = exported(&claims()[..2]);
	let account = record().issuer;
	let signature = key()
		.sign(&made.signing_input(&account, time(ISSUED)).unwrap())
		.to_bytes();
	made.with_signature(&account, time(ISSUED), &signature)
}

fn verify(document: &Credential) -> Result<Verified, CredentialError> {
	document.verify(&chain(), &record(), time(ISSUED + DAY))
}

#[test]
fn it_has_what_the_data_model_asks_for() {
	let document = Value::Object(exported(&claims()[..1]).0);
	assert_eq!(document["@context"][0], CONTEXT);
	assert_eq!(
		document["id"],
		"polkadot:abababababababababababababababab/bpiiot:certificate/17"
	);
	assert_eq!(document["type"], json!(["VerifiableCredential", "ChainCertificate"]));
	let issuer = document["issuer"].as_str().unwrap();
	assert!(
		issuer.starts_with("did:pkh:polkadot:abababababababababababababababab:5"),
		"{issuer}"
	);
	assert_eq!(document["validFrom"], "2026-11-30T00:53:20.000Z");
	assert_eq!(document["validUntil"], "2027-11-30T00:53:20.000Z");
	assert_eq!(
		document["credentialSubject"]["id"],
		"https://id.gs1.org/01/09506000134352/10/STEEL%2F7"
	);
	assert_eq!(
		document["credentialSubject"]["claimHashes"].as_array().unwrap().len(),
		3
	);
	assert_eq!(
		document["proof"]["claims"],
		json!([{ "name": "tensile strength", "value": "510 MPa" }])
	);
	assert_eq!(document["credentialSchema"]["type"], "JsonSchema");
	assert_eq!(
		document["credentialSchema"]["digestSRI"],
		"sha256-AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="
	);
	assert_eq!(document["credentialStatus"]["type"], "ChainRecordStatus");
	assert_eq!(document["proof"]["type"], PROOF);
	assert_eq!(document["proof"]["disclosures"].as_array().unwrap().len(), 1);
	for id in [
		"/id",
		"/issuer",
		"/credentialSubject/id",
		"/credentialSchema/id",
		"/credentialStatus/id",
		"/proof/verificationMethod",
	] {
		assert!(
			Uri::parse(document.pointer(id).unwrap().as_str().unwrap()).is_ok(),
			"{id}"
		);
	}
	// What is kept back is not in it.
	let text = document.to_string();
	assert!(!text.contains("H-4711") && !text.contains(claims()[1].as_str()));
	let item = CertificateRecord {
		subject: Subject::Key(Sgtin::parse("09506000134352", "1").unwrap().into()),
		..record()
	};
	let document = Credential::export(&chain(), &item, &[]).unwrap();
	assert_eq!(
		document.as_json()["credentialSubject"]["id"],
		"https://id.gs1.org/01/09506000134352/21/1"
	);
	let machine = CertificateRecord {
		subject: Subject::Machine(9),
		valid_until: None,
		..record()
	};
	let document = Credential::export(&chain(), &machine, &[]).unwrap();
	assert_eq!(
		document.as_json()["credentialSubject"]["id"],
		"polkadot:abababababababababababababababab/bpiiot:machine/9"
	);
	assert!(!document.as_json().contains_key("validUntil"));
}

#[test]
fn what_was_exported_verifies_whatever_is_shown() {
	let all = claims();
	for shown in [&all[..0], &all[..1], &all[1..], &all[..]] {
		let text = exported(shown).to_string();
		let read = Credential::parse(&text).unwrap();
		assert_eq!(read.certificate(), Ok((17, [0xab; 32])));
		let verified = verify(&read).unwrap();
		assert_eq!((verified.standing, verified.signed), (Standing::Valid, false));
		assert_eq!(verified.claims, shown);
	}
	let read = Credential::parse(&signed().to_string()).unwrap();
	assert!(verify(&read).unwrap().signed);
}

#[test]
fn a_certificate_holds_from_when_until_when_unless_it_is_revoked() {
	let document = exported(&[]);
	let standing =
		|record: &CertificateRecord, now: u64| document.verify(&chain(), record, time(now)).unwrap().standing;
	let until = ISSUED + 365 * DAY;
	for (now, right) in [
		(ISSUED - 1, Standing::NotYet),
		(ISSUED, Standing::Valid),
		(until, Standing::Valid),
		(until + 1, Standing::Expired),
	] {
		assert_eq!(standing(&record(), now), right);
	}
	let revoked = CertificateRecord {
		revoked: Some(time(ISSUED + 5)),
		..record()
	};
	assert_eq!(standing(&revoked, until + 1), Standing::Revoked(time(ISSUED + 5)));
}

/// Every leaf, list and map of a document.
fn places(value: &Value, pointer: String, all: &mut Vec<String>) {
	match value {
		Value::Object(fields) => fields.iter().for_each(|(name, value)| {
			places(
				value,
				format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")),
				all,
			);
		}),
		Value::Array(entries) => {
			entries
				.iter()
				.enumerate()
				.for_each(|(place, value)| places(value, format!("{pointer}/{place}"), all));
		}
		_ => {}
	}
	all.push(pointer);
}

#[test]
fn each_altered_added_or_missing_field_is_refused() {
	for document in [exported(&claims()[..2]), signed()] {
		assert!(verify(&document).is_ok());
		let whole = Value::Object(document.0.clone());
		let mut all = vec![];
		places(&whole, String::new(), &mut all);
		assert!(all.len() >= 60, "{}", all.len());
		for pointer in all.iter().filter(|pointer| !pointer.is_empty()) {
			let refused = |change: &dyn Fn(&mut Value), what: &str| {
				let mut other = whole.clone();
				change(&mut other);
				let Value::Object(fields) = other else { unreachable!() };
				assert!(verify(&Credential(fields)).is_err(), "{pointer} {what}");
			};
			refused(
				&|value| *value.pointer_mut(pointer).unwrap() = json!("altered"),
				"altered",
			);
			refused(&|value| *value.pointer_mut(pointer).unwrap() = json!(null), "null");
			refused(
				&|value| match value.pointer_mut(pointer).unwrap() {
					Value::Object(fields) => drop(fields.insert("more".to_owned(), json!(1))),
					Value::Array(entries) => entries.push(json!("more")),
					Value::String(text) => text.push('x'),
					other => *other = json!(1),
				},
				"added to",
			);
			let (parent, name) = pointer.rsplit_once('/').unwrap();
			refused(
				&|value| match value.pointer_mut(parent).unwrap() {
					Value::Object(fields) => drop(fields.remove(&name.replace("~1", "/").replace("~0", "~"))),
					Value::Array(entries) => drop(entries.remove(name.parse().unwrap())),
					_ => unreachable!(),
				},
				"left out",
			);
		}
	}
}

#[test]
fn each_altered_field_of_the_record_is_noticed() {
	let document = signed();
	type Change<'a> = &'a dyn Fn(&mut CertificateRecord);
	let changes: [(Change, &str); 8] = [
		(&|record| record.id = 18, "/credentialStatus/certificate is \"17\"; by the chain's record it must be \"18\""),
		(&|record| record.issuer[0] ^= 1, "/issuer is \"did:pkh:"),
		(
			&|record| record.subject = Subject::Key(Gtin::parse("09506000134352").unwrap().into()),
			"/credentialSubject/id is \"https://id.gs1.org/01/09506000134352/10/STEEL%2F7\"; by the chain's record it must be \
			 \"https://id.gs1.org/01/09506000134352\"",
		),
		(&|record| record.schema[31] = 0, "/credentialSchema/digestSRI is "),
		(&|record| record.valid_from = time(ISSUED + 1), "/validFrom is \"2026-11-30T00:53:20.000Z\""),
		(&|record| record.valid_until = None, "/validUntil is \"2027-11-30T00:53:20.000Z\"; by the chain's record it must be missing"),
		(&|record| record.claims.truncate(1), "disclosure 2 (heat: H-4711) hashes to 0x"),
		(&|record| record.claims.swap(0, 1), "/credentialSubject/claimHashes/0 is "),
	];
	for (change, error) in changes {
		let mut other = record();
		change(&mut other);
		let said = document.verify(&chain(), &other, time(ISSUED)).unwrap_err().to_string();
		assert!(said.contains(error), "{said}");
	}
	let other = Chain::new([0xac; 32], 42);
	assert!(document.verify(&other, &record(), time(ISSUED)).is_err());
}

#[test]
fn a_claim_that_the_chain_has_no_hash_of_is_not_shown() {
	let forged = Disclosure::new(&[16; 16], "tensile strength", "900 MPa").unwrap();
	let error = Credential::export(&chain(), &record(), &[forged])
		.unwrap_err()
		.to_string();
	assert!(
		error.starts_with("disclosure 1 (tensile strength: 900 MPa) hashes to 0x"),
		"{error}"
	);
	assert!(
		error.ends_with("which is none of the 3 hashes of the record"),
		"{error}"
	);
	let many = CertificateRecord {
		claims: vec![[0; 32]; MOST_CLAIMS + 1],
		..record()
	};
	assert_eq!(
		Credential::export(&chain(), &many, &[]),
		Err(CredentialError::TooMany { got: 257 })
	);
}

#[test]
fn who_holds_a_signed_document_shows_what_he_likes_of_it() {
	let all = claims();
	for shown in [&all[..0], &all[2..], &all[..]] {
		let text = signed().showing(shown).unwrap().to_string();
		let verified = verify(&Credential::parse(&text).unwrap()).unwrap();
		assert!(verified.signed);
		assert_eq!(verified.claims, shown);
	}
	let forged = Disclosure::new(&[16; 16], "tensile strength", "900 MPa").unwrap();
	assert!(matches!(
		signed().showing(&[forged]),
		Err(CredentialError::NotInRecord { place: 1, .. })
	));
	assert!(matches!(
		Credential::parse("{}").unwrap().showing(&[]),
		Err(CredentialError::Missing { pointer: "/proof", .. })
	));
}

#[test]
fn a_signature_of_another_key_or_for_another_document_is_refused() {
	let account = record().issuer;
	let made = exported(&claims()[..1]);
	let input = made.signing_input(&account, time(ISSUED)).unwrap();
	let other = SigningKey::from_bytes(&[8; 32]);
	let wrong = made
		.clone()
		.with_signature(&account, time(ISSUED), &other.sign(&input).to_bytes());
	let error = verify(&wrong).unwrap_err();
	assert!(error.to_string().contains("of the key did:key:z6Mk"), "{error}");
	// The signature over another certificate.
	let signature = key().sign(&input).to_bytes();
	let other = CertificateRecord { id: 18, ..record() };
	let moved = Credential::export(&chain(), &other, &[])
		.unwrap()
		.with_signature(&account, time(ISSUED), &signature);
	let error = moved.verify(&chain(), &other, time(ISSUED)).unwrap_err();
	assert!(matches!(error, CredentialError::Signature { .. }));
	// Signed again: the newer signature stands alone beside the record.
	assert_eq!(
		signed().with_signature(&account, time(ISSUED), &signature).as_json()["proof"]
			.as_array()
			.unwrap()
			.len(),
		2
	);
}

#[test]
fn what_is_no_document_is_told() {
	for text in ["", "[]", "7", "{", "null"] {
		assert!(
			matches!(Credential::parse(text), Err(CredentialError::NoJson { .. })),
			"{text}"
		);
	}
	assert!(Credential::parse(&"[".repeat(100_000)).is_err());
	assert!(matches!(
		Credential::parse(&" ".repeat(MOST_BYTES + 1)),
		Err(CredentialError::TooLong { .. })
	));
	let fraction = Credential::parse(r#"{"a":1.5}"#).unwrap();
	assert_eq!(
		fraction.signing_input(&[0; 32], time(0)),
		Err(CredentialError::NoCanonicalForm)
	);
	let empty = Credential::parse("{}").unwrap();
	assert_eq!(
		empty.certificate().unwrap_err().to_string(),
		"/credentialStatus/certificate is missing or of another type; it must be the number of a certificate, as a text"
	);
	assert_eq!(
		verify(&empty).unwrap_err().to_string(),
		"/proof/disclosures is missing or of another type; it must be the disclosures of the claims that are shown, as texts"
	);
}

proptest! {
	#![proptest_config(ProptestConfig::with_cases(64))]

	#[test]
	fn any_record_verifies_against_itself_and_not_another(
		id: u64,
		issuer: [u8; 32],
		schema: [u8; 32],
		machine: u64,
		shown in proptest::collection::vec((any::<[u8; 16]>(), ".{0,20}", ".{0,20}"), 0..4),
		hidden in proptest::collection::vec(any::<[u8; 32]>(), 0..4),
	) {
		let shown: Vec<_> = shown.iter().map(|(salt, name, value)| Disclosure::new(salt, name, value).unwrap()).collect();
		let record = CertificateRecord {
			id,
			issuer,
			schema,
			subject: Subject::Machine(machine),
			valid_from: time(ISSUED),
			valid_until: None,
			claims: hidden.into_iter().chain(shown.iter().map(Disclosure::hash)).collect(),
			revoked: None,
		};
		let text = Credential::export(&chain(), &record, &shown).unwrap().to_string();
		let read = Credential::parse(&text).unwrap();
		prop_assert_eq!(read.verify(&chain(), &record, time(ISSUED)).unwrap().claims, shown);
		let other = CertificateRecord { id: id ^ 1, ..record };
		prop_assert!(read.verify(&chain(), &other, time(ISSUED)).is_err());
	}

	#[test]
	fn no_text_makes_it_panic(at in 0usize..3_000, byte: u8, text in ".{0,40}") {
		let mut bytes = signed().to_string().into_bytes();
		let at = at % bytes.len();
		bytes[at] = byte;
		for text in [text, String::from_utf8_lossy(&bytes).into_owned()] {
			if let Ok(read) = Credential::parse(&text) {
				let _ = (verify(&read), read.certificate(), read.signing_input(&[0; 32], time(0)));
			}
		}
	}
}

#[test]
fn hashes_that_are_not_those_of_the_chains_root_are_seen() {
	let good = record();
	let on_chain = root(&good.claims);
	assert!(good.is_of(&on_chain));
	let mut swapped = good.clone();
	swapped.claims.swap(0, 1);
	let mut fewer = good.clone();
	fewer.claims.pop();
	let mut forged = good.clone();
	forged.claims[2] = Disclosure::new(&[1; 16], "heat", "H-4712").unwrap().hash();
	for other in [swapped, fewer, forged] {
		assert!(!other.is_of(&on_chain));
	}
}
