//! The reference behind one function: policies and records in, what each rule says of them out.

use serde_json::Value;
use trailgate::engine::reference::window::{Judgement, Past, judge};
use trailgate::policy::{PolicySet, parse, parse_waivers};
use trailgate::text::Source;

use super::rules::TODAY;

/// The set of a policy file and a waivers file, which must be right.
pub fn policy_set(policy: &Value, waivers: Option<&Value>) -> PolicySet {
    let no_lists = |name: &str| Err(format!("no file {name}"));
    let source = Source::new("policy.yaml", policy.to_string());
    let mut policies = vec![parse(&source, &no_lists).unwrap_or_else(|errors| panic!("{errors}\n{policy}"))];
    if let Some(waivers) = waivers {
        let source = Source::new("waivers.yaml", waivers.to_string());
        policies.push(parse_waivers(&source, &no_lists).unwrap_or_else(|errors| panic!("{errors}\n{waivers}")));
    }
    PolicySet::new(policies).unwrap_or_else(|errors| panic!("{errors}\n{policy}"))
}

/// What each rule says of the log of `records`, after runs that saw `past`.
pub fn judgements(set: &PolicySet, records: &[Value], past: Option<Past<'_>>) -> Vec<Judgement> {
    let deliveries: Vec<&Value> = records.iter().collect();
    set.rules().map(|(policy, rule)| judge(set, policy, rule, &deliveries, past, TODAY).unwrap()).collect()
}
