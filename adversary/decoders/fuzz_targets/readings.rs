//! See `bpiiot_decoders::readings`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bpiiot_decoders::readings(bytes));
