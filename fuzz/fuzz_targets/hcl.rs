//! See `trailint_fuzz::hcl`.

#![no_main]

libfuzzer_sys::fuzz_target!(|text: &[u8]| trailint_fuzz::hcl::check(text));
