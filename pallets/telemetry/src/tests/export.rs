//! The files that `verify.py` is tested with: a reading and a row of readings, from the bytes to the hash of a block. They
//! are made of this pallet's own storage, so that the layout of an anchor cannot change without the verifier.

use crate::{mock::*, Anchors};
use bpiiot_seal::{table_hash, Batch, Channel, Proof, Reading, Sealer};
use codec::Encode;
use frame_support::assert_ok;
use serde_json::{json, Value};
use sp_core::{Blake2Hasher, H256};
use sp_runtime::{
	generic::{Digest, DigestItem, Header},
	traits::{BlakeTwo256, Header as _},
};
use std::{env, fs, path::PathBuf, process::Command};

fn hex(bytes: impl AsRef<[u8]>) -> String {
	format!("0x{}", hex::encode(bytes))
}

fn folder() -> PathBuf {
	env!("CARGO_MANIFEST_DIR").into()
}

fn table() -> Vec<Channel> {
	let channel = |(number, name): (usize, &str)| Channel {
		number: number as u16,
		unit: 5,
		zero: 100,
		multiplier: -3,
		divisor: 1_000,
		name: name.to_owned(),
	};
	["vibration", "temperature", "Drehzahl °"]
		.into_iter()
		.enumerate()
		.map(channel)
		.collect()
}

/// The press's batch of a thousand readings over two sessions, which follows another one.
fn world() -> (Vec<Reading>, Batch) {
	anchored();
	let mut readings = measured(PRESS, 1_000);
	for (place, reading) in readings.iter_mut().enumerate() {
		reading.at = kept(1).anchored_at + 60 * place as u64;
		if place >= 600 {
			(reading.session, reading.sequence) = (3, place as u64 - 600);
		}
	}
	let mut sealer = Sealer::new(series().end, series().to);
	readings
		.iter()
		.for_each(|reading| sealer.push(reading).expect("in order"));
	let table = table_hash(&table()).expect("a table");
	let batch = sealer.finish(2, series().last, table).expect("there are readings");
	time_passes(MINUTE);
	assert_ok!(anchor(PRESS, batch.clone()));
	// Neighbours in the trie.
	anchored();
	anchored_of(MILL);
	(readings, batch)
}

/// The header of a block with this state, and a proof of the press's second anchor.
fn anchor_json(chain: &mut sp_io::TestExternalities) -> (H256, Value) {
	chain.commit_all().expect("no transaction is open");
	let key = Anchors::<Test>::hashed_key_for(PRESS, 2);
	let backend = chain.as_backend();
	let root = *backend.root();
	let proof = sp_state_machine::prove_read(backend, [&key]).expect("the state is whole");
	let digest = Digest {
		logs: vec![DigestItem::PreRuntime(*b"aura", vec![1, 2, 3])],
	};
	let header = Header::<u32, BlakeTwo256>::new(70_000, H256([1; 32]), root, H256([2; 32]), digest);
	// As a light client would.
	let checked = sp_state_machine::read_proof_check::<Blake2Hasher, _>(root, proof.clone(), [&key]);
	let value = checked.expect("it proves").remove(&key).flatten().expect("it is there");
	assert_eq!(value, chain.execute_with(|| kept(2)).encode());
	let nodes: Vec<_> = proof.iter_nodes().map(hex).collect();
	(header.hash(), json!({ "header": hex(header.encode()), "nodes": nodes }))
}

fn export(anchor: &(H256, Value), readings: &[Reading], batch: &Batch, first: u32, count: u32) -> Value {
	let proof = Proof::of(batch.number, readings, first, count).expect("there are such places");
	let reading = |reading: &Reading| {
		json!({
			"channel": reading.channel,
			"session": reading.session,
			"sequence": reading.sequence,
			"at": reading.at,
			"value": reading.value,
		})
	};
	let run = |run: &bpiiot_seal::Run| json!({ "epoch": run.epoch, "session": run.session, "first": run.first, "last": run.last });
	let channel = |channel: &Channel| {
		json!({
			"number": channel.number,
			"unit": channel.unit,
			"zero": channel.zero,
			"multiplier": channel.multiplier,
			"divisor": channel.divisor,
			"name": channel.name,
		})
	};
	json!({
		"format": "bpiiot-proof-1",
		"genesis": hex([69; 32]),
		"machine": hex(PRESS.0),
		"batch": {
			"number": batch.number,
			"previous": hex(batch.previous),
			"root": hex(batch.root),
			"count": batch.count,
			"lost": batch.lost,
			"from": batch.from,
			"to": batch.to,
			"channels": hex(batch.channels),
			"jumps": batch.jumps,
			"runs": batch.runs.iter().map(run).collect::<Vec<_>>(),
		},
		"channels": table().iter().map(channel).collect::<Vec<_>>(),
		"proof": {
			"first": proof.first,
			"readings": proof.readings.iter().map(reading).collect::<Vec<_>>(),
			"path": proof.path.iter().map(hex).collect::<Vec<_>>(),
		},
		"anchor": anchor.1,
		"block": hex(anchor.0),
	})
}

/// `WRITE_GOLDEN=1` writes them anew: who does that changes what others have exported before.
#[test]
fn exported_files_are_what_they_always_were() {
	let mut chain = empty();
	let (readings, batch) = chain.execute_with(world);
	let anchor = anchor_json(&mut chain);
	chain.execute_with(try_state);
	for (name, first, count) in [("reading", 777, 1), ("range", 595, 12)] {
		let made = export(&anchor, &readings, &batch, first, count);
		let path = folder().join(format!("golden/{name}.json"));
		if env::var_os("WRITE_GOLDEN").is_some() {
			let text = serde_json::to_string_pretty(&made).expect("is JSON");
			fs::write(&path, text + "\n").expect("the folder is there");
		}
		let golden: Value = serde_json::from_slice(&fs::read(path).expect("it is there")).expect("is JSON");
		assert_eq!(made, golden, "{name}");
	}
}

/// The names of pallet and map are a constant in the verifier.
#[test]
fn the_verifier_looks_where_the_anchors_are() {
	let prefix = Anchors::<Test>::hashed_key_for(PRESS, 2)[..32].to_vec();
	let verifier = fs::read_to_string(folder().join("verify.py")).expect("it is there");
	assert!(verifier.contains(&hex::encode(prefix)));
}

#[test]
fn the_verifier_passes_its_own_tests() {
	let tests = folder().join("verify_test.py");
	let ran = Command::new("python3").arg(&tests).output().expect("python3 runs");
	assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}
