//! See `bpiiot_decoders::frames_from_host`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bpiiot_decoders::frames_from_host(bytes));
