//! Power cuts of either end, at any moment.

use super::*;
use proptest::prelude::*;

/// What the disk of an end says of a channel, after a power cut.
fn on_disk(disk: &TestDisk, channel: u64) -> (u64, u128) {
	let (store, _kept) = store(disk);
	let newest = store.book(&domain(channel)).newest;
	newest.map_or((0, 0), |voucher| (voucher.tally.reading, voucher.tally.amount))
}

#[derive(Clone, Copy, Debug)]
enum Crash {
	Seller { forgets: bool },
	Buyer,
	Both,
}

fn crash() -> impl Strategy<Value = Crash> {
	prop_oneof![
		2 => Just(Crash::Seller { forgets: false }),
		1 => Just(Crash::Seller { forgets: true }),
		2 => Just(Crash::Buyer),
		1 => Just(Crash::Both),
	]
}

/// One life: the power goes after each of these numbers of portions; then, where no meter has forgotten anything, all is paid.
async fn life(crashes: &[(u64, Crash)]) {
	const CHANNELS: u64 = 3;
	let hall = Hall::new(CHANNELS, 120, 3);
	let (seller_disk, buyer_disk) = (TestDisk::default(), TestDisk::default());
	let mut seller_end = Some(seller(&seller_disk, &hall, false));
	let mut buyer_end = Some(buyer(&buyer_disk, &hall));
	let mut has_forgotten = false;
	for (portions, crash) in crashes {
		let now = hall.plant().portions;
		hall.plant().stop_after = now + portions;
		let (mut selling, mut buying) = (seller_end.take().unwrap(), buyer_end.take().unwrap());
		// What a meter has forgotten may be argued about for ever.
		let shut = hall.plant().shut + 100;
		let stuck =
			hall.until(|plant| plant.has_stopped() || plant.is_paid(CHANNELS) || has_forgotten && plant.shut >= shut);
		let (_, done) = session(&mut selling, &mut buying, vec![], stuck).await;
		assert_eq!(done, Ok(()));
		let (cut_seller, cut_buyer, forgets) = match *crash {
			Crash::Seller { forgets } => (true, false, forgets),
			Crash::Buyer => (false, true, false),
			Crash::Both => (true, true, false),
		};
		has_forgotten |= forgets;
		if cut_seller {
			seller_disk.cut();
			drop(selling);
			for channel in 1..=CHANNELS {
				let (reading, amount) = on_disk(&seller_disk, channel);
				let meter = hall.meter(ChannelId(channel));
				assert!(reading + TICK >= meter, "supplied {meter}, paid for {reading}");
				assert_eq!(Some(amount), metering().tariff.amount_of(reading));
			}
			seller_end = Some(seller(&seller_disk, &hall, forgets));
		} else {
			seller_end = Some(selling);
		}
		if cut_buyer {
			buyer_disk.cut();
			drop(buying);
			for channel in 1..=CHANNELS {
				let (_, owed) = on_disk(&buyer_disk, channel);
				let held = seller_end.as_ref().and_then(|end| end.voucher(ChannelId(channel)));
				assert!(
					held.is_none_or(|voucher| voucher.tally.amount <= owed),
					"it has forgotten what it owes"
				);
			}
			buyer_end = Some(buyer(&buyer_disk, &hall));
		} else {
			buyer_end = Some(buying);
		}
	}
	if has_forgotten {
		return;
	}
	hall.plant().stop_after = u64::MAX;
	let (mut selling, mut buying) = (seller_end.take().unwrap(), buyer_end.take().unwrap());
	let (_, done) = session(&mut selling, &mut buying, vec![], hall.is_paid()).await;
	assert_eq!(done, Ok(()));
	for channel in (1..=CHANNELS).map(ChannelId) {
		assert_eq!(selling.voucher(channel).unwrap().tally.reading, 120);
	}
}

proptest! {
	#![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

	/// Whenever the power goes at either end: no more than a tick is supplied that is not paid on the seller's disk, and the
	/// buyer's disk has all that the seller can ask for.
	#[test]
	fn a_power_cut_costs_no_more_than_a_tick(crashes in prop::collection::vec((1..25u64, crash()), 1..6)) {
		let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
		runtime.block_on(life(&crashes));
	}
}

#[tokio::test]
async fn a_meter_that_forgets_gives_nothing_before_the_tick_is_paid() {
	let hall = Hall::new(1, 100, 10);
	hall.plant().stop_after = 1;
	let (seller_disk, buyer_disk) = (TestDisk::default(), TestDisk::default());
	let (mut selling, mut buying) = (seller(&seller_disk, &hall, false), buyer(&buyer_disk, &hall));
	let (_, done) = session(&mut selling, &mut buying, vec![], hall.stops()).await;
	assert_eq!(done, Ok(()));
	// Nothing of it was paid, or it was: after the cut it is the same to the one that supplies.
	seller_disk.cut();
	drop(selling);
	let (paid, _) = on_disk(&seller_disk, 1);
	let selling = seller(&seller_disk, &hall, true);
	assert_eq!(selling.state(ChannelId(1)).unwrap().supplied(), paid + TICK);
	assert_eq!(selling.state(ChannelId(1)).unwrap().room(), 0);
}

#[tokio::test]
async fn a_disk_that_fails_stops_the_end() {
	let hall = Hall::new(1, 1_000, 10);
	hall.plant().stop_after = 5;
	let (seller_disk, buyer_disk) = (TestDisk::default(), TestDisk::default());
	let (mut selling, mut buying) = (seller(&seller_disk, &hall, false), buyer(&buyer_disk, &hall));
	session(&mut selling, &mut buying, vec![], hall.stops())
		.await
		.1
		.unwrap();
	hall.plant().stop_after = u64::MAX;
	seller_disk.cut();
	let (_, done) = session(&mut selling, &mut buying, vec![], std::future::pending()).await;
	assert!(matches!(done, Err(ChannelsError::Store { .. })), "{done:?}");
	let supplied = hall.meter(ChannelId(1));
	assert!(on_disk(&buyer_disk_after(&buyer_disk, buying), 1).0 + TICK >= supplied);
}

fn buyer_disk_after(disk: &TestDisk, end: TestBuyer) -> TestDisk {
	drop(end);
	disk.clone()
}

#[tokio::test]
async fn a_new_disk_learns_from_the_other_end_what_was_signed() {
	let hall = Hall::new(2, 100, 5);
	let (seller_disk, buyer_disk) = (TestDisk::default(), TestDisk::default());
	let (mut selling, mut buying) = (seller(&seller_disk, &hall, false), buyer(&buyer_disk, &hall));
	let more = |wanted| {
		let mut plant = hall.plant();
		plant.wanted = wanted;
		plant.done.clear();
	};
	session(&mut selling, &mut buying, vec![], hall.is_paid())
		.await
		.1
		.unwrap();
	drop(selling);
	more(150);
	let mut selling = seller(&TestDisk::default(), &hall, false);
	session(&mut selling, &mut buying, vec![], hall.is_paid())
		.await
		.1
		.unwrap();
	drop(buying);
	more(200);
	let mut buying = buyer(&TestDisk::default(), &hall);
	session(&mut selling, &mut buying, vec![], hall.is_paid())
		.await
		.1
		.unwrap();
	for channel in [1, 2].map(ChannelId) {
		let voucher = selling.voucher(channel).unwrap();
		assert_eq!((voucher.tally.reading, voucher.tally.amount), (200, 700));
		assert_eq!(buying.voucher(channel), Some(voucher));
	}
}
