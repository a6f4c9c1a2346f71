//! See `bpiiot_decoders::proof`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bpiiot_decoders::proof(bytes));
