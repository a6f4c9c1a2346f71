//! The parts that a real board's binding is made of.

use board_core::{
	analogue::{duty, is_span, sensed, FULL_SCALE, MAX_SPAN, OVERSAMPLING},
	next_session,
	protocol::Session,
	Eeprom, Millis, Ring, SESSIONS_LEN,
};
use proptest::prelude::*;
use std::collections::{HashSet, VecDeque};

#[test]
fn a_ring_gives_back_what_it_took_in_order() {
	let ring = Ring::<4>::new();
	assert!(ring.is_empty());
	(1..=3).for_each(|byte| ring.push(byte));
	assert_eq!((ring.len(), ring.room(), ring.pop()), (3, 1, Some(1)));
	(4..=5).for_each(|byte| ring.push(byte));
	let rest: Vec<_> = std::iter::from_fn(|| ring.pop()).collect();
	assert_eq!(rest, [2, 3, 4, 5]);
	assert_eq!(ring.overruns(), 0);
}

#[test]
fn a_full_ring_keeps_the_old_bytes_and_counts_the_lost_ones() {
	let ring = Ring::<4>::default();
	(1..=7).for_each(|byte| ring.push(byte));
	assert_eq!(ring.overruns(), 3);
	// A receiver that was not read in time has lost one as well.
	ring.overrun();
	assert_eq!(ring.overruns(), 4);
	let kept: Vec<_> = std::iter::from_fn(|| ring.pop()).collect();
	assert_eq!(kept, [1, 2, 3, 4]);
}

#[test]
fn the_count_of_lost_bytes_stays_at_its_highest_value() {
	let ring = Ring::<1>::new();
	(0..70_000).for_each(|_| ring.overrun());
	assert_eq!(ring.overruns(), u16::MAX);
}

proptest! {
	/// Many turns of the ring, so that its counters wrap.
	#[test]
	fn a_ring_is_a_queue(steps in proptest::collection::vec(any::<Option<u8>>(), 0..2000)) {
		let ring = Ring::<128>::new();
		let mut queue = VecDeque::new();
		for step in steps {
			match step {
				Some(byte) => {
					ring.push(byte);
					if queue.len() < 128 { queue.push_back(byte); }
				}
				None => prop_assert_eq!(ring.pop(), queue.pop_front()),
			}
			prop_assert_eq!((ring.len(), ring.room()), (queue.len(), 128 - queue.len()));
		}
	}

	#[test]
	fn what_is_sensed_is_within_the_limits(sum in 0..=FULL_SCALE, min in -50_000i32..50_000, span in 0i32..=65_535) {
		let max = min + span;
		prop_assert!(is_span(min, max));
		if let Some(value) = sensed(sum, min, max) {
			prop_assert!((min..=max).contains(&value));
		}
	}

	#[test]
	fn the_duty_grows_with_the_value(value in any::<i32>(), min in -50_000i32..50_000, span in 1i32..=65_535, top in 1u16..=0x7fff) {
		let (now, next) = (duty(value, min, min + span, top), duty(value.saturating_add(1), min, min + span, top));
		prop_assert!(now <= next && next <= top);
	}
}

#[test]
fn the_clock_counts_through_its_carry_and_its_wrap() {
	let clock = Millis::default();
	assert_eq!(clock.now(), 0);
	clock.tick();
	assert_eq!(clock.now(), 1);
	let carry = Millis::starting_at(0x0001_ffff);
	carry.tick();
	assert_eq!(carry.now(), 0x0002_0000);
	let end = Millis::starting_at(u32::MAX);
	end.tick();
	assert_eq!(end.now(), 0);
}

/// What `percent` of the supply voltage adds up to.
fn at(percent: u32) -> u16 {
	(u32::from(FULL_SCALE) * percent / 100) as u16
}

#[test]
fn a_ratiometric_sensor_speaks_between_ten_and_ninety_percent() {
	for (percent, value) in [
		(0, None),
		(4, None),
		(6, Some(-400)),
		(10, Some(-400)),
		(50, Some(1300)),
		(90, Some(3000)),
		(94, Some(3000)),
		(96, None),
		(100, None),
	] {
		let sensed = sensed(at(percent), -400, 3000);
		match (sensed, value) {
			(Some(sensed), Some(value)) => assert!(sensed.abs_diff(value) <= 1, "{percent} %: {sensed}"),
			both => assert_eq!(both.0, both.1, "{percent} %"),
		}
	}
	assert_eq!(u32::from(FULL_SCALE), 1023 * u32::from(OVERSAMPLING));
}

#[test]
fn the_widest_channel_neither_overflows_nor_loses_its_ends() {
	let max = MAX_SPAN as i32;
	assert_eq!(sensed(at(92), 0, max), Some(max));
	assert_eq!(sensed(at(8), 0, max), Some(0));
	assert_eq!((duty(0, 0, max, 0x3fff), duty(max, 0, max, 0x3fff)), (0, 0x3fff));
	assert_eq!((duty(-1, 0, max, 0x3fff), duty(max + 1, 0, max, 0x3fff)), (0, 0x3fff));
	assert!(is_span(0, max) && !is_span(0, max + 1) && !is_span(1, 0) && is_span(i32::MIN, i32::MIN));
	assert!(!is_span(i32::MIN, i32::MAX));
	// A channel with a single value has no duty to speak of, and does not divide by it.
	assert_eq!(duty(5, 5, 5, 100), 0);
}

struct Memory {
	bytes: Vec<u8>,
	/// Writes until the power fails; what is written after that is lost.
	power: usize,
}

impl Memory {
	fn erased() -> Memory {
		Memory {
			bytes: vec![0xff; usize::from(SESSIONS_LEN) + 10],
			power: usize::MAX,
		}
	}
}

impl Eeprom for Memory {
	fn load(&self, address: u16) -> u8 {
		self.bytes[usize::from(address)]
	}

	fn store(&mut self, address: u16, byte: u8) {
		if self.power > 0 {
			self.power -= 1;
			self.bytes[usize::from(address)] = byte;
		}
	}
}

#[test]
fn no_session_comes_twice() {
	let mut memory = Memory::erased();
	let sessions: HashSet<_> = (0..200).map(|_| next_session(&mut memory, 7)).collect();
	assert_eq!(sessions.len(), 200);
	assert_eq!(next_session(&mut memory, 7), Session(201));
	assert_eq!(memory.bytes[..7], [0xff; 7], "it writes in its own place only");
	assert_eq!(memory.bytes[7 + usize::from(SESSIONS_LEN)..], [0xff; 3]);
}

#[test]
fn a_session_given_out_never_comes_again_after_a_power_failure() {
	for power in 0..5 {
		let mut memory = Memory::erased();
		let before: HashSet<_> = (0..40).map(|_| next_session(&mut memory, 0)).collect();
		memory.power = power;
		next_session(&mut memory, 0);
		memory.power = usize::MAX;
		let after = next_session(&mut memory, 0);
		assert!(!before.contains(&after), "power for {power} bytes: {after}");
	}
}

#[test]
fn session_numbers_wrap_past_zero() {
	let mut memory = Memory::erased();
	next_session(&mut memory, 0);
	// As after four thousand million resets.
	let check = [0xff; 4]
		.iter()
		.fold(0x5a, |check: u8, byte| check.rotate_left(1) ^ byte);
	memory.bytes[..5].copy_from_slice(&[0xff, 0xff, 0xff, 0xff, check]);
	assert_eq!(next_session(&mut memory, 0), Session(1));
	assert_eq!(next_session(&mut memory, 0), Session(2));
}
