//! See `trailint_fuzz::round_trip`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &[u8]| trailint_fuzz::round_trip::check(text));
