//! See `bpiiot_decoders::config`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bpiiot_decoders::config(bytes));
