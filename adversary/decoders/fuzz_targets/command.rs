//! See `bpiiot_decoders::command`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bpiiot_decoders::command(bytes));
