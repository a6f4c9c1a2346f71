//! How many readings are sealed in a second, how large proofs are, and how soon they are verified. Build it optimised:
//! `cargo run --release -p bpiiot-seal --example speed`.

use bpiiot_seal::{Proof, Reading, Sealer};
use codec::Encode;
use std::{hint::black_box, time::Instant};

/// Readings of a batch.
const COUNT: u32 = 65_536;
/// How often each thing is done.
const TIMES: u32 = 20;

fn readings() -> Vec<Reading> {
	let reading = |place: u64| Reading {
		channel: (place % 8) as u16,
		session: 1,
		sequence: place,
		at: 1_790_000_000_000 + place,
		value: (place * 31 % 1_009) as i64,
	};
	(0..COUNT.into()).map(reading).collect()
}

/// Seconds of one, of the fastest of all times.
fn fastest(mut what: impl FnMut()) -> f64 {
	let times = (0..TIMES).map(|_| {
		let began = Instant::now();
		what();
		began.elapsed().as_secs_f64()
	});
	times.fold(f64::MAX, f64::min)
}

fn main() {
	let readings = readings();
	let seal = || {
		let mut sealer = Sealer::new(None, 0);
		for reading in &readings {
			sealer.push(reading).expect("they are in order");
		}
		sealer.finish(1, [0; 32], [0; 32]).expect("there are readings")
	};
	let sealing = fastest(|| {
		black_box(seal());
	});
	println!("sealed: {:.0} readings/s on one core", f64::from(COUNT) / sealing);
	let batch = seal();
	for count in [1, 16, 1_000] {
		let prove = || Proof::of(1, &readings, COUNT / 3, count).expect("there are such places");
		let proving = fastest(|| {
			black_box(prove());
		});
		let proof = prove();
		let verifying = fastest(|| {
			for _ in 0..100 {
				black_box(black_box(&proof).verify(&batch.root, COUNT)).expect("it proves");
			}
		});
		println!(
			"proof of {count}: {} bytes, made in {:.1} ms, verified in {:.1} µs",
			proof.encoded_size(),
			proving * 1e3,
			verifying * 1e4
		);
	}
}
