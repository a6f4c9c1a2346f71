use super::*;

/// A disk of `length` zeros that are synced.
fn disk(seed: u64, length: u64) -> (FaultyDisk, Plug) {
	let disk = FaultyDisk::new(seed);
	let plug = disk.plug();
	plug.set_len(length).unwrap();
	plug.sync_data().unwrap();
	(disk, plug)
}

fn all(disk: &FaultyDisk) -> Vec<u8> {
	let plug = disk.plug();
	let mut bytes = vec![0; plug.len().unwrap() as usize];
	plug.read(0, &mut bytes).unwrap();
	bytes
}

#[test]
fn keeps_what_was_synced_through_any_cut() {
	for seed in 0..100 {
		let (disk, plug) = disk(seed, 4096);
		plug.write(100, &[7; 2000]).unwrap();
		plug.sync_data().unwrap();
		plug.write(3000, &[8; 500]).unwrap();
		disk.cut();
		plug.write(0, &[1]).unwrap_err();
		assert_eq!(all(&disk)[100..2100], [7; 2000]);
	}
}

#[test]
fn a_write_that_was_not_synced_is_kept_lost_or_torn() {
	let ends: Vec<_> = (0..200)
		.map(|seed| {
			let (disk, plug) = disk(seed, 4096);
			plug.write(0, &[9; 4096]).unwrap();
			disk.cut();
			all(&disk).iter().filter(|byte| **byte == 9).count()
		})
		.collect();
	assert!(ends.contains(&0) && ends.contains(&4096));
	assert!(ends.iter().any(|kept| (1..4096).contains(kept) && kept % SECTOR == 0));
	assert!(ends.iter().any(|kept| kept % SECTOR != 0));
}

#[test]
fn a_later_write_may_be_kept_where_an_earlier_one_is_lost() {
	assert!((0..100).any(|seed| {
		let (disk, plug) = disk(seed, 1024);
		plug.write(0, &[1; 512]).unwrap();
		plug.write(512, &[2; 512]).unwrap();
		disk.cut();
		let bytes = all(&disk);
		bytes[..512] == [0; 512] && bytes[512..] == [2; 512]
	}));
}

#[test]
fn the_power_goes_after_so_many_changes_and_a_full_disk_takes_no_more() {
	let (disk, plug) = disk(1, 1024);
	disk.cut_after(1);
	plug.write(0, &[1]).unwrap();
	plug.write(1, &[1]).unwrap_err();
	assert!(!disk.is_on() && plug.len().is_err());
	disk.cut();
	let plug = disk.plug();
	disk.set_longest(Some(100_000));
	assert_eq!(plug.set_len(100_001).unwrap_err().kind(), io::ErrorKind::StorageFull);
	plug.set_len(100_000).unwrap();
	disk.set_space(Some(10_000));
	disk.take_spare(4096).unwrap();
	plug.write(5000, &[1]).unwrap_err();
	plug.write(100, &[1]).unwrap();
	disk.give_spare();
	plug.write(5000, &[1]).unwrap();
	assert_eq!((disk.used(), disk.take_spare(4096).is_ok()), (8192, false));
}
