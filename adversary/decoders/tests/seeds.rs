//! Each decoder stands its seeds, and each cut and change of them.

use bpiiot_decoders::{backup_in, Target, TARGETS};
use iot_client::cli::reread_backup;
use std::{fs, path::Path};

fn seeds(name: &str) -> Vec<Vec<u8>> {
	let folder = Path::new("seeds").join(name);
	let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
	let seeds: Vec<_> = files
		.map(|file| fs::read(file.expect("can be listed").path()).expect("can be read"))
		.collect();
	assert!(!seeds.is_empty(), "{name} has no seeds");
	seeds
}

fn stands(target: Target, seed: &[u8]) {
	target(seed);
	// Not every place of a long one: a prime number, so that all kinds of places come.
	let step = 1 + seed.len() / 397;
	for place in (0..seed.len()).step_by(step) {
		target(&seed[..place]);
		let mut changed = seed.to_vec();
		for with in [0, 0xff, changed[place] ^ 1, changed[place].wrapping_add(1)] {
			changed[place] = with;
			target(&changed);
		}
	}
}

#[test]
fn decoders_stand_their_seeds() {
	for (name, target) in TARGETS {
		for seed in seeds(name) {
			stands(target, &seed);
		}
	}
}

/// Else whatever is behind its hashes would never be read.
#[test]
fn the_seeds_of_backups_are_whole() {
	for seed in seeds("backup") {
		let archive = backup_in(&seed).expect("it stands for an archive");
		assert!(reread_backup(&archive).expect("it is whole") == archive);
	}
}
