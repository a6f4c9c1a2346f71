//! Compiles the shim and links Debian's libsimavr.

fn main() {
	println!("cargo::rerun-if-changed=shim/uno.c");
	println!("cargo::rerun-if-changed=shim/uno.h");
	cc::Build::new()
		.file("shim/uno.c")
		.include("/usr/include/simavr")
		.opt_level(2)
		.warnings(true)
		// simavr's own headers.
		.flag("-Wno-unused-parameter")
		.compile("uno");
	println!("cargo::rustc-link-lib=simavr");
	println!("cargo::rustc-link-lib=elf");
}
