//! Every lint over a policy set, in the order of the files and of their lines.

use jiff::civil::Date;

use crate::compile::fields::fields;
use crate::compile::lint::{branch, comment, complete, exception, expiry, service, unused};
use crate::policy::error::PolicyError;
use crate::policy::model::{Policy, RecordSource};
use crate::policy::{PolicyIndex, PolicySet};

/// The warnings of `set` on the day `today`, those of parsing included, but for what a comment allows.
#[must_use]
pub fn lint(set: &PolicySet, today: Date) -> Vec<PolicyError> {
    (0..set.policies().len()).flat_map(|place| lint_policy(set, PolicyIndex(place), today)).collect()
}

/// Those of [`lint`] about one policy of `set`.
#[must_use]
pub fn lint_policy(set: &PolicySet, home: PolicyIndex, today: Date) -> Vec<PolicyError> {
    let Some(policy) = set.policy(home) else { return Vec::new() };
    let mut own = policy.warnings.clone();
    // Whether a waiver's condition is about CloudTrail events goes by the rules, and they may be about several logs.
    if policy.waivers.is_none() || set.policies().iter().all(is_cloudtrail) {
        own.extend(fields(policy));
    }
    if is_cloudtrail(policy) {
        own.extend(service::services(set, home, policy));
    }
    own.extend(branch::unreachable(set, home, policy));
    own.extend(exception::shadowed(set, home, policy, today));
    own.extend(expiry::expired(set, policy, today));
    own.extend(comment::unknown(&policy.source));
    in_order(own)
}

/// Those of [`lint_policy`] that come with time, for a policy that has no others: a bundled one.
#[must_use]
pub fn lint_expired(set: &PolicySet, home: PolicyIndex, today: Date) -> Vec<PolicyError> {
    in_order(set.policy(home).map(|policy| expiry::expired(set, policy, today)).unwrap_or_default())
}

/// The advice about `set` on the day `today`. Costs a compilation; `check` does not ask for it.
#[must_use]
pub fn advise(set: &PolicySet, today: Date) -> Vec<PolicyError> {
    let unused = unused::unused(set);
    let every_event = complete::every_event(set, today);
    let of_policy = |(place, policy): (usize, &Policy)| {
        let home = PolicyIndex(place);
        let mut own = branch::redundant(set, home, policy);
        own.extend(unused.iter().filter(|(at, _)| *at == home).map(|(_, advice)| advice.clone()));
        own.extend(every_event.iter().filter(|(at, _)| *at == home).map(|(_, advice)| advice.clone()));
        own.extend(complete::left_out(policy));
        own.extend(expiry::expires_soon(policy, today));
        in_order(own)
    };
    set.policies().iter().enumerate().flat_map(of_policy).collect()
}

fn is_cloudtrail(policy: &Policy) -> bool {
    matches!(policy.records, RecordSource::Cloudtrail)
}

/// Without what a comment allows, in the order of the lines.
fn in_order(mut of_policy: Vec<PolicyError>) -> Vec<PolicyError> {
    of_policy.retain(|error| !comment::allowed(error));
    of_policy.sort_by_key(PolicyError::offset);
    of_policy
}
