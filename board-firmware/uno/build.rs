//! Writes the configuration of a board that was never given another one, as the bytes that go beside the program.

use board_core::{write_image, Record};
use std::{env, fs, path::Path};

#[path = "src/drill_press.rs"]
mod drill_press;

fn main() {
	println!("cargo::rerun-if-changed=src/drill_press.rs");
	let channels = drill_press::CHANNELS.iter().map(|(terminal, info)| Record::Channel {
		terminal: *terminal,
		info: *info,
	});
	let interlocks = drill_press::INTERLOCKS.iter().map(|interlock| Record::from(*interlock));
	let records = std::iter::once(drill_press::BOARD).chain(channels).chain(interlocks);
	let mut memory = [0; 1024];
	let len = write_image(records, &mut memory).expect("a configuration that fits 1 KiB");
	let folder = env::var_os("OUT_DIR").expect("cargo says where to write");
	fs::write(Path::new(&folder).join("drill_press.img"), &memory[..len]).expect("the folder is writable");
}
