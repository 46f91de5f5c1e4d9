//! What is odd about policies that are correct: warnings that need to know today's date or the fields of CloudTrail.

use jiff::civil::Date;

use crate::compile::fields::fields;
use crate::policy::PolicySet;
use crate::policy::error::{Code, PolicyError};
use crate::policy::operator::Scalar;

/// The warnings of `set` on the day `today`, those of parsing included, in the order of the files.
#[must_use]
pub fn lint(set: &PolicySet, today: Date) -> Vec<PolicyError> {
    let mut warnings = Vec::new();
    for policy in set.policies() {
        let mut own = policy.warnings.clone();
        own.extend(fields(policy));
        for rule in &policy.rules {
            for exception in rule.exceptions.iter().filter(|exception| exception.until.value < today) {
                own.push(
                    PolicyError::warning(
                        Code::ExceptionExpired,
                        &policy.source,
                        format!(
                            "the exception `{}` of `{}` has expired and no longer applies",
                            exception.name.value, rule.id.value
                        ),
                    )
                    .label(exception.until.span, "its last day")
                    .help("remove it, or give it a new day if its reason still holds"),
                );
            }
        }
        for (name, list) in &policy.lists {
            for entry in &list.entries {
                let Some(until) = entry.until.as_ref().filter(|until| until.value < today) else { continue };
                own.push(
                    PolicyError::warning(
                        Code::ListEntryExpired,
                        &policy.source,
                        format!("{} in the list `{name}` has expired and no longer counts", shown(&entry.value.value)),
                    )
                    .label(until.span, "its last day")
                    .help("remove it, or give it a new day if its reason still holds"),
                );
            }
        }
        own.sort_by_key(PolicyError::offset);
        warnings.append(&mut own);
    }
    warnings
}

fn shown(value: &Scalar) -> String {
    match value {
        Scalar::String(text) => format!("`{text}`"),
        Scalar::Number(number) => format!("`{number}`"),
        Scalar::Bool(value) => format!("`{value}`"),
    }
}
