//! See `trailint_fuzz::rendering`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &[u8]| trailint_fuzz::rendering::check(text));
