//! See `trailint_fuzz::configuration`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &[u8]| trailint_fuzz::configuration::check(text));
