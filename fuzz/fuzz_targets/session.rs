//! See `trailint_fuzz::session`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &[u8]| trailint_fuzz::session::check(text));
