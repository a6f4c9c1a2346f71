//! See `bpiiot_decoders::sealed`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bpiiot_decoders::sealed(bytes));
