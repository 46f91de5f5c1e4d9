//! Any bytes as a log, plain or gzip, under policies that their first two bytes choose.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    trailgate_fuzz::hunt::log(bytes);
});
