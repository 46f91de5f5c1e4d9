//! Every lint over a policy set, in the order of the files and of their lines.

use jiff::civil::Date;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};

use crate::compile::fields::fields;
use crate::compile::lint::{branch, comment, complete, exception, expiry, service, unused};
use crate::policy::error::PolicyError;
use crate::policy::model::{Policy, RecordSource};
use crate::policy::{PolicyIndex, PolicySet};

/// The warnings of `set` on the day `today`, those of parsing included, but for what a comment allows.
#[must_use]
pub fn lint(set: &PolicySet, today: Date) -> Vec<PolicyError> {
    let only_cloudtrail = set.policies().iter().all(is_cloudtrail);
    by_place(set, &|home, policy| {
        let mut own = policy.warnings.clone();
        // Whether a waiver's condition is about CloudTrail events goes by the rules, and they may be about several logs.
        if policy.waivers.is_none() || only_cloudtrail {
            own.extend(fields(policy));
        }
        if is_cloudtrail(policy) {
            own.extend(service::services(set, home, policy));
        }
        own.extend(branch::unreachable(set, home, policy));
        own.extend(exception::shadowed(set, home, policy, today));
        own.extend(expiry::expired(set, policy, today));
        own.extend(comment::unknown(&policy.source));
        own
    })
}

/// The advice about `set` on the day `today`. Costs a compilation; `check` does not ask for it.
#[must_use]
pub fn advise(set: &PolicySet, today: Date) -> Vec<PolicyError> {
    let unused = unused::unused(set);
    let every_event = complete::every_event(set, today);
    by_place(set, &|home, policy| {
        let mut own = branch::redundant(set, home, policy);
        own.extend(unused.iter().filter(|(at, _)| *at == home).map(|(_, advice)| advice.clone()));
        own.extend(every_event.iter().filter(|(at, _)| *at == home).map(|(_, advice)| advice.clone()));
        own.extend(complete::left_out(policy));
        own.extend(expiry::expires_soon(policy, today));
        own
    })
}

fn is_cloudtrail(policy: &Policy) -> bool {
    matches!(policy.records, RecordSource::Cloudtrail)
}

fn by_place(set: &PolicySet, of: &(dyn Fn(PolicyIndex, &Policy) -> Vec<PolicyError> + Sync)) -> Vec<PolicyError> {
    let of_policy = |(index, policy): (usize, &Policy)| {
        let mut own = of(PolicyIndex(index), policy);
        own.retain(|error| !comment::allowed(error));
        own.sort_by_key(PolicyError::offset);
        own
    };
    let all: Vec<Vec<PolicyError>> = set.policies().par_iter().enumerate().map(of_policy).collect();
    all.into_iter().flatten().collect()
}
