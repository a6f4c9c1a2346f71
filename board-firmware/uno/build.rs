//! Writes the configuration of a board that was never given another one, as the bytes that go beside the program.

use board_core::{drill_press, protocol::Label, write_image};
use std::{env, fs, path::Path};

const SERIAL: Label = Label::literal("UNO-1");
const DEAD_MAN_MS: u32 = 500;
const MIN_INTERVAL_MS: u32 = 20;

fn main() {
	println!("cargo::rerun-if-changed=build.rs");
	let records = drill_press::records(SERIAL, DEAD_MAN_MS, MIN_INTERVAL_MS);
	let mut memory = [0; 1024];
	let len = write_image(records, &mut memory).expect("a configuration that fits 1 KiB");
	let folder = env::var_os("OUT_DIR").expect("cargo says where to write");
	fs::write(Path::new(&folder).join("drill_press.img"), &memory[..len]).expect("the folder is writable");
}
