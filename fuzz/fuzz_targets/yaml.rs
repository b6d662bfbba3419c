//! See `trailint_fuzz::yaml`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &[u8]| trailint_fuzz::yaml::check(text));
