//! The vectors in `golden/vectors.json`, which the Python tests read too. `WRITE_GOLDEN=1` writes them anew: who does that
//! changes what has been sealed and anchored before.

mod common;

use bpiiot_seal::{fold_pruned, table_bytes, table_hash, Proof, Tree};
use common::*;
use serde_json::{json, Value};
use std::{env, fs, path::Path};

fn hex(bytes: impl AsRef<[u8]>) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// A tree's root, and the path of a row of its readings.
fn tree(count: u32, first: u32, length: u32) -> Value {
	let all = readings(count.into());
	let mut tree = Tree::default();
	all.iter().for_each(|reading| {
		tree.push(reading.leaf());
	});
	let proof = Proof::of(1, &all, first, length).expect("there are such places");
	json!({
		"count": count,
		"first": first,
		"length": length,
		"path": proof.path.iter().map(hex).collect::<Vec<_>>(),
		"root": hex(tree.root().expect("there are readings")),
	})
}

fn vectors() -> Value {
	let leaves: Vec<_> = [0, 1, 39, 40, 99]
		.map(|place| {
			let reading = reading(place);
			json!({ "place": place, "bytes": hex(reading.to_bytes()), "leaf": hex(reading.leaf()) })
		})
		.into();
	let shapes = [
		(1, 0, 1),
		(2, 1, 1),
		(3, 2, 1),
		(4, 0, 2),
		(5, 4, 1),
		(6, 3, 3),
		(7, 0, 7),
		(8, 5, 1),
		(13, 6, 4),
		(100, 37, 6),
		(1_000, 999, 1),
	];
	let trees: Vec<_> = shapes
		.iter()
		.map(|(count, first, length)| tree(*count, *first, *length))
		.collect();
	let table = table();
	let channels: Vec<_> = table
		.iter()
		.map(|channel| {
			json!({
				"number": channel.number,
				"unit": channel.unit,
				"zero": channel.zero,
				"multiplier": channel.multiplier,
				"divisor": channel.divisor,
				"name": channel.name,
			})
		})
		.collect();
	let batch = sealed(&readings(100));
	let runs: Vec<_> = batch
		.runs
		.iter()
		.map(|run| json!({ "epoch": run.epoch, "session": run.session, "first": run.first, "last": run.last }))
		.collect();
	let hash = batch.hash(&GENESIS, &MACHINE);
	json!({
		"leaves": leaves,
		"trees": trees,
		"table": {
			"channels": channels,
			"bytes": hex(table_bytes(&table).expect("a table")),
			"hash": hex(table_hash(&table).expect("a table")),
		},
		"batch": {
			"genesis": hex(GENESIS),
			"machine": hex(MACHINE),
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
				"runs": runs,
			},
			"bytes": hex(batch.to_bytes(&GENESIS, &MACHINE)),
			"hash": hex(hash),
		},
		"pruned": { "anchored_at": START, "hash": hex(fold_pruned(&[0; 32], &hash, START)) },
	})
}

#[test]
fn what_is_hashed_is_what_it_always_was() {
	let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/vectors.json");
	if env::var_os("WRITE_GOLDEN").is_some() {
		let text = serde_json::to_string_pretty(&vectors()).expect("is JSON");
		fs::write(&path, text + "\n").expect("the folder is there");
	}
	let golden: Value = serde_json::from_slice(&fs::read(path).expect("it is there")).expect("is JSON");
	assert_eq!(vectors(), golden);
}
