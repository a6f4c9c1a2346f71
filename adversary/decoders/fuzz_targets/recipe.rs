//! See `bpiiot_decoders::recipe`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bpiiot_decoders::recipe(bytes));
