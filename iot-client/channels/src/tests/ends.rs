//! What both do when nothing goes wrong, and when the line does.

use super::*;
use bpiiot_voucher::Word;

#[tokio::test]
async fn what_is_supplied_is_paid_as_it_flows() {
	let hall = Hall::new(3, 200, 3);
	let (seller_disk, buyer_disk) = (TestDisk::default(), TestDisk::default());
	let (mut seller, mut buyer) = (seller(&seller_disk, &hall, false), buyer(&buyer_disk, &hall));
	let (notices, done) = session(&mut seller, &mut buyer, vec![], hall.is_paid()).await;
	assert_eq!((notices, done), (vec![], Ok(())));
	for channel in (1..=3).map(ChannelId) {
		let voucher = seller.voucher(channel).unwrap();
		assert_eq!((voucher.tally.reading, voucher.tally.amount), (200, 700));
		assert!(voucher.is_by(Word::Voucher, &domain(channel.0), &buyer_key().public()));
		assert_eq!(buyer.voucher(channel), Some(voucher));
	}
	drop((seller, buyer));
	// It is on both disks.
	for disk in [seller_disk, buyer_disk] {
		disk.cut();
		let (store, _kept) = store(&disk);
		assert_eq!(store.book(&domain(2)).newest.unwrap().tally.reading, 200);
	}
}

#[tokio::test]
async fn both_agree_to_the_end_and_keep_each_others_signatures() {
	let hall = Hall::new(2, 50, 5);
	let (seller_disk, buyer_disk) = (TestDisk::default(), TestDisk::default());
	let (mut seller, mut buyer) = (seller(&seller_disk, &hall, false), buyer(&buyer_disk, &hall));
	let (_, done) = session(&mut seller, &mut buyer, vec![], hall.is_paid()).await;
	assert_eq!(done, Ok(()));
	let channel = ChannelId(1);
	let close = vec![Command::Close(channel)];
	let (notices, done) = session(&mut seller, &mut buyer, close, std::future::pending()).await;
	assert_eq!(done, Ok(()));
	let ends: Vec<_> = notices
		.into_iter()
		.filter_map(|notice| match notice {
			Notice::Agreed {
				channel,
				close,
				consent,
			} => Some((channel, close, consent)),
			_ => None,
		})
		.collect();
	assert_eq!(ends.len(), 2, "both tell of it");
	for (ended, close, consent) in ends {
		assert_eq!((ended, close.tally, close.tally.reading), (channel, consent.tally, 50));
		assert!(close.is_by(Word::Close, &domain(1), &buyer_key().public()));
		assert!(consent.is_by(Word::Close, &domain(1), &seller_key().public()));
	}
	assert_eq!(seller.state(channel).unwrap().room(), 0);
	assert_eq!(seller.state(ChannelId(2)).unwrap().room(), TICK);
	assert_eq!(buyer.state(channel).unwrap().closing().unwrap().reading, 50);
}

#[tokio::test]
async fn a_cut_line_costs_nothing_but_time() {
	let hall = Hall::new(2, 300, 4);
	let (seller_disk, buyer_disk) = (TestDisk::default(), TestDisk::default());
	let (mut seller, mut buyer) = (seller(&seller_disk, &hall, false), buyer(&buyer_disk, &hall));
	for cut in 1..=6 {
		hall.plant().stop_after = 20 * cut;
		let (_, done) = session(&mut seller, &mut buyer, vec![], hall.stops()).await;
		assert_eq!(done, Ok(()));
	}
	hall.plant().stop_after = u64::MAX;
	let (_, done) = session(&mut seller, &mut buyer, vec![], hall.is_paid()).await;
	assert_eq!(done, Ok(()));
	assert_eq!(seller.voucher(ChannelId(1)).unwrap().tally.reading, 300);
}

#[tokio::test]
async fn supply_stops_after_a_tick_that_nobody_pays() {
	let hall = Hall::new(1, 500, 3);
	hall.plant().leaks = true;
	let (seller_disk, buyer_disk) = (TestDisk::default(), TestDisk::default());
	let (mut seller, mut buyer) = (seller(&seller_disk, &hall, false), buyer(&buyer_disk, &hall));
	let shut = hall.until(|plant| plant.shut >= 20);
	let (_, done) = session(&mut seller, &mut buyer, vec![], shut).await;
	assert_eq!(done, Ok(()));
	assert_eq!((hall.meter(ChannelId(1)), buyer.voucher(ChannelId(1))), (TICK, None));
}

#[tokio::test]
async fn many_channels_share_a_sync() {
	let hall = Hall::new(40, 30, 10);
	let (seller_disk, buyer_disk) = (TestDisk::default(), TestDisk::default());
	let (mut seller, mut buyer) = (seller(&seller_disk, &hall, false), buyer(&buyer_disk, &hall));
	let (_, done) = session(&mut seller, &mut buyer, vec![], hall.is_paid()).await;
	assert_eq!(done, Ok(()));
	for stats in [seller.store().stats(), buyer.store().stats()] {
		assert!(stats.books >= 120, "{stats:?}");
		assert!(stats.commits < stats.books / 2, "{stats:?}");
	}
}
