//! See `trailint_fuzz::evaluation`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &[u8]| trailint_fuzz::evaluation::check(text));
