//! `mkdir -p fuzz/corpus/fix && cargo fuzz run fix fuzz/corpus/fix testdata/fixing testdata/twins`, from the root of the package.

#![no_main]

#[path = "../round_trip.rs"]
mod round_trip;

libfuzzer_sys::fuzz_target!(|text: &[u8]| round_trip::check(text));
