//! See `bpiiot_decoders::calls`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bpiiot_decoders::calls(bytes));
