//! See `bpiiot_decoders::rules`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bpiiot_decoders::rules(bytes));
