//! See `bpiiot_decoders::records`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bpiiot_decoders::records(bytes));
