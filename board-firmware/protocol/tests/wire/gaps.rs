use bpiiot_protocol::{Arrival, GapCounter, Session};
use proptest::prelude::*;

const A: Session = Session(1);
const B: Session = Session(2);

#[test]
fn counts_what_is_missing_and_ignores_what_is_old() {
	let mut gaps = GapCounter::new();
	for (session, sequence, arrival) in [
		(A, 0, Arrival::Next),
		(A, 1, Arrival::Next),
		(A, 4, Arrival::After(2)),
		(A, 4, Arrival::Old),
		(A, 3, Arrival::Old),
		(A, 5, Arrival::Next),
		// A reset starts the count again, whatever it was.
		(B, 0, Arrival::Next),
		// The first one of a session must be number 0.
		(A, 2, Arrival::After(2)),
	] {
		assert_eq!(gaps.observe(session, sequence), arrival, "{session} {sequence}");
	}
	assert_eq!((gaps.received(), gaps.lost()), (6, 4));
}

#[test]
fn the_counter_wraps() {
	let mut gaps = GapCounter::new();
	assert_eq!(gaps.observe(A, 0), Arrival::Next);
	for sequence in 1..=u16::MAX {
		assert_eq!(gaps.observe(A, sequence), Arrival::Next);
	}
	assert_eq!(gaps.observe(A, 1), Arrival::After(1));
	assert_eq!(gaps.lost(), 1);
}

proptest! {
	#[test]
	fn received_and_lost_add_up_to_sent(kept in proptest::collection::vec(any::<bool>(), 1..500)) {
		let mut gaps = GapCounter::new();
		let mut last = None;
		for (sequence, _) in (0u16..).zip(&kept).filter(|(_, kept)| **kept) {
			gaps.observe(A, sequence);
			last = Some(sequence);
		}
		prop_assert_eq!(gaps.received() + gaps.lost(), last.map_or(0, |last| u64::from(last) + 1));
	}
}
