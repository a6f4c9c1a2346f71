//! See `bpiiot_decoders::keystore`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bpiiot_decoders::keystore(bytes));
