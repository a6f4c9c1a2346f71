//! See `bpiiot_decoders::board_memory`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| bpiiot_decoders::board_memory(bytes));
