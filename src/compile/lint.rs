//! What is odd about policies that are correct: warnings that need to know today's date or the fields of CloudTrail.

use jiff::civil::Date;

use crate::compile::fields::fields;
use crate::policy::PolicySet;
use crate::policy::error::{Code, PolicyError};
use crate::policy::model::{Policy, RecordSource};
use crate::policy::operator::Scalar;
use crate::policy::parse::closest;
use crate::policy::waiver::Waiver;

/// The warnings of `set` on the day `today`, those of parsing included, in the order of the files.
#[must_use]
pub fn lint(set: &PolicySet, today: Date) -> Vec<PolicyError> {
    let mut warnings = Vec::new();
    let only_cloudtrail = set.policies().iter().all(|policy| matches!(policy.records, RecordSource::Cloudtrail));
    for policy in set.policies() {
        let mut own = policy.warnings.clone();
        // Whether a waiver's condition is about CloudTrail events goes by the rules, and they may be about several logs.
        if policy.waivers.is_none() || only_cloudtrail {
            own.extend(fields(policy));
        }
        for waiver in policy.waivers.iter().flatten() {
            own.extend(of_waiver(set, policy, waiver, today));
        }
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

fn of_waiver(set: &PolicySet, policy: &Policy, waiver: &Waiver, today: Date) -> Vec<PolicyError> {
    let name = &waiver.name.value;
    let warning = |code, message: String| PolicyError::warning(code, &policy.source, message);
    let mut warnings = Vec::new();
    if waiver.until.value < today {
        warnings.push(
            warning(Code::WaiverExpired, format!("the waiver `{name}` has expired and no longer applies"))
                .label(waiver.until.span, "its last day")
                .help("remove it, or give it a new day if its reason still holds"),
        );
    }
    for pattern in &waiver.rules {
        if !set.known_rules().iter().any(|id| pattern.matches(id)) {
            let ids: Vec<&str> = set.known_rules().iter().map(|id| id.0.as_str()).collect();
            let help = closest(&pattern.text, &ids).map_or_else(
                || "check the id, and whether the policies of this run are those that have the rule".to_owned(),
                |id| format!("did you mean `{id}`?"),
            );
            let message = format!("no rule is called `{}`: the waiver `{name}` covers nothing of it", pattern.text);
            let label = if pattern.is_glob() { "matches no rule" } else { "no such rule" };
            warnings.push(warning(Code::WaiverUnknownRule, message).label(pattern.span, label).help(help));
        }
        let forbidden = set.rules().find(|(_, rule)| !rule.waivable && rule.id.value.0 == pattern.text);
        if forbidden.is_some() {
            let message = format!("`{}` is not waivable: the waiver `{name}` never applies to it", pattern.text);
            let help = "deal with the violation, or remove `waivable: false` from the rule";
            warnings.push(
                warning(Code::WaiverForbidden, message).label(pattern.span, "this rule forbids waivers").help(help),
            );
        }
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
