//! See `trailint_fuzz::json`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &[u8]| trailint_fuzz::json::check(text));
