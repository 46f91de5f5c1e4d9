//! Any bytes as a policy, over a fixed log.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    trailgate_fuzz::hunt::policy(bytes);
});
