//! Bytes as the choices of the generators: policies that are allowed, and an event that they are about.
#![no_main]

use libfuzzer_sys::fuzz_target;
use trailgate::compile::compile;
use trailgate::policy::error::Code;
use trailgate::policy::parse;
use trailgate::text::Source;
use trailgate_fuzz::dice::Dice;
use trailgate_fuzz::event::event;
use trailgate_fuzz::fast::{fast, policy_set, slow};
use trailgate_fuzz::policy::{TODAY, policies_of_any_source};

fuzz_target!(|bytes: &[u8]| {
    let rolls: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let mut dice = Dice::new(&rolls);
    let event = event(&mut dice).write(&mut dice);
    let texts = policies_of_any_source(&mut dice);
    // From long inputs the dice may make a policy that is nested deeper than any may be.
    if texts.iter().any(|text| is_too_deep(text)) {
        return;
    }
    let set = policy_set(&texts);
    let (slow, fast) = (slow(&set, &event), fast(&compile(&set, TODAY), &event));
    assert_eq!(slow, fast, "reference left, fast right: {event}\n{}", texts.join("\n"));
});

fn is_too_deep(text: &str) -> bool {
    let parsed = parse(&Source::new("policy.yaml", text), &|name| Err(format!("no file {name}")));
    parsed.is_err_and(|errors| errors.0.iter().any(|error| error.code == Code::YamlLimit))
}
