//! See `bpiiot_decoders::backup`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bpiiot_decoders::backup(bytes));
