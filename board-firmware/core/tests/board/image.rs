//! The configuration that is kept in a board's memory.

use crate::bench::CONFIG;
use board_core::{
	image_len,
	protocol::{ChannelInfo, ChannelKind, Label, Scale, Unit},
	read_image, write_image, ImageError, Record, MAX_RECORD,
};
use proptest::prelude::*;

fn records() -> Vec<Record> {
	let board = Record::Board {
		serial: CONFIG.serial,
		dead_man_ms: CONFIG.dead_man_ms,
		min_interval_ms: CONFIG.min_interval_ms,
	};
	let channels = CONFIG.channels.iter().map(|info| Record::Channel {
		terminal: info.channel + 2,
		info: *info,
	});
	let interlocks = CONFIG.interlocks.iter().map(|interlock| Record::from(*interlock));
	std::iter::once(board).chain(channels).chain(interlocks).collect()
}

fn image(records: &[Record]) -> Vec<u8> {
	let mut memory = vec![0xff; 1024];
	let len = write_image(records.iter().copied(), &mut memory).expect("it fits");
	memory.truncate(len);
	memory
}

/// Reads an image that lies at the start of an otherwise erased memory of `capacity` bytes.
fn read(image: &[u8], capacity: u16) -> Result<Vec<Record>, ImageError> {
	let byte = |address| {
		assert!(address < capacity, "it reads beyond its memory");
		image.get(usize::from(address)).copied().unwrap_or(0xff)
	};
	let mut records = Vec::new();
	read_image(capacity, byte, |record| {
		records.push(record);
		Ok(())
	})
	.map(|()| records)
}

#[test]
fn what_was_written_is_read() {
	let records = records();
	let image = image(&records);
	assert_eq!(read(&image, 1024), Ok(records.clone()));
	assert_eq!(read(&image, image.len() as u16), Ok(records.clone()));
	assert_eq!(read(&image, image.len() as u16 - 1), Err(ImageError::Damaged));
	let interlocks: Vec<_> = records.iter().filter_map(Record::interlock).collect();
	assert_eq!(interlocks, CONFIG.interlocks);
	assert_eq!(records[0].interlock(), None);
}

#[test]
fn the_header_tells_the_whole_length() {
	let image = image(&records());
	assert_eq!(image_len(&image), image.len());
	assert_eq!(image_len(&image[..5]), image.len());
	assert_eq!((image_len(&image[..4]), image_len(&[])), (5, 5));
	assert_eq!((image_len(&[0xff; 8]), image_len(b"bp123")), (5, 5));
}

#[test]
fn an_erased_memory_is_no_damage() {
	assert_eq!(read(&[], 1024), Err(ImageError::Erased));
	assert_eq!(read(&[0xff, 0xff, 0xfe], 1024), Err(ImageError::Damaged));
}

#[test]
fn nothing_is_taken_out_of_a_damaged_image() {
	let sound = image(&records());
	for place in 0..sound.len() {
		for bit in 0..8 {
			let mut damaged = sound.clone();
			damaged[place] ^= 1 << bit;
			let result = read_image(
				1024,
				|at| *damaged.get(usize::from(at)).unwrap_or(&0xff),
				|_| panic!("taken"),
			);
			assert_eq!(result, Err(ImageError::Damaged), "byte {place} bit {bit}");
		}
	}
}

#[test]
fn an_image_of_another_format_is_not_guessed_at() {
	let mut other = image(&records());
	other[2] += 1;
	let end = other.len() - 2;
	let crc = board_core::protocol::checksum(&other[..end]).to_le_bytes();
	other[end..].copy_from_slice(&crc);
	assert_eq!(read(&other, 1024), Err(ImageError::Unknown));
}

#[test]
fn a_record_that_is_refused_ends_the_reading() {
	let image = image(&records());
	let mut seen = 0;
	let result = read_image(
		1024,
		|at| *image.get(usize::from(at)).unwrap_or(&0xff),
		|_| {
			seen += 1;
			Err(ImageError::Unknown)
		},
	);
	assert_eq!((result, seen), (Err(ImageError::Unknown), 1));
}

#[test]
fn a_memory_that_is_too_small_is_told() {
	let whole = image(&records()).len();
	for size in 0..whole {
		assert_eq!(
			write_image(records(), &mut vec![0; size]),
			Err(ImageError::TooLong),
			"{size} bytes"
		);
	}
	assert_eq!(write_image(records(), &mut vec![0; whole]), Ok(whole));
}

#[test]
fn the_longest_record_fits() {
	let info = ChannelInfo {
		channel: 255,
		kind: ChannelKind::Input,
		unit: Unit::Watt,
		scale: Scale {
			zero: i16::MIN,
			multiplier: i32::MIN,
			divisor: u32::MAX,
		},
		min: i32::MIN,
		max: i32::MIN,
		safe: i32::MIN,
		name: Label::literal("sixteen_letters_"),
	};
	let longest = [Record::Channel { terminal: 255, info }];
	let image = image(&longest);
	assert!(usize::from(image[5]) <= MAX_RECORD, "{} bytes", image[5]);
	assert_eq!(read(&image, 1024), Ok(longest.to_vec()));
}

#[test]
fn errors_say_what_to_do() {
	assert!(ImageError::Damaged.to_string().contains("write it again"));
	assert!(ImageError::Erased.to_string().contains("ever written"));
	assert!(ImageError::TooLong.to_string().contains("does not fit"));
	assert!(ImageError::Unknown.to_string().contains("not for this firmware"));
}

proptest! {
	/// Sound checksum, senseless records: neither a panic nor a read beyond the memory.
	#[test]
	fn any_bytes_are_read_without_harm(mut bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
		let length = bytes.len() as u16;
		let mut image = b"BP\x01".to_vec();
		image.extend(length.to_le_bytes());
		image.append(&mut bytes);
		image.extend(board_core::protocol::checksum(&image).to_le_bytes());
		let _ = read(&image, image.len() as u16);
	}
}
