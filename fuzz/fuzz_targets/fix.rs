//! See `trailint_fuzz::fix`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &[u8]| trailint_fuzz::fix::check(text));
