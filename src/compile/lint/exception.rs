//! Exceptions that have nothing left to cover, because an earlier one takes it all.

use jiff::civil::Date;

use crate::compile::lint::need::{Gather, covers};
use crate::policy::error::{Code, PolicyError};
use crate::policy::model::{Exception, Policy};
use crate::policy::{PolicyIndex, PolicySet};

/// The exceptions of `policy` that an earlier one of the same rule covers for as long as they hold.
pub(super) fn shadowed(set: &PolicySet, home: PolicyIndex, policy: &Policy, today: Date) -> Vec<PolicyError> {
    let gather = Gather { set };
    let mut warnings = Vec::new();
    for rule in &policy.rules {
        let in_force: Vec<&Exception> =
            rule.exceptions.iter().filter(|exception| exception.until.value >= today).collect();
        for (at, exception) in in_force.iter().enumerate() {
            let narrow = gather.needs(home, &exception.condition);
            let wider = in_force.iter().take(at).find(|earlier| {
                earlier.until.value >= exception.until.value
                    && gather.whole(home, &earlier.condition).is_some_and(|wide| covers(&wide, &narrow))
            });
            if let Some(wider) = wider {
                let (own, other) = (&exception.name, &wider.name);
                let message =
                    format!("the exception `{}` covers nothing: `{}` covers it all before", own.value, other.value);
                warnings.push(
                    PolicyError::warning(Code::ShadowedException, &policy.source, message)
                        .label(own.span, "never asked")
                        .label(other.span, "asked first")
                        .help("remove one of the two, or put the narrower one first"),
                );
            }
        }
    }
    warnings
}
