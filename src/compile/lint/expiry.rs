//! What stops counting: exceptions, waivers and list values past their last day, or near it, and waivers that cover nothing.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::policy::PolicySet;
use crate::policy::error::{Code, PolicyError};
use crate::policy::fix::{Fix, scalar_like};
use crate::policy::model::{Policy, Spanned};
use crate::policy::parse::closest;
use crate::policy::waiver::Waiver;

/// Days before its last day from which something expires soon.
const SOON: i64 = 30;

const HELP: &str = "remove it, or give it a new day if its reason still holds";

/// The exceptions, waivers and list values of `policy` that no longer count on `today`.
pub(super) fn expired(set: &PolicySet, policy: &Policy, today: Date) -> Vec<PolicyError> {
    let past = |until: &Spanned<Date>| until.value < today;
    let mut warnings: Vec<PolicyError> =
        policy.waivers.iter().flatten().flat_map(|waiver| pointless(set, policy, waiver)).collect();
    for last in last_days(policy).into_iter().filter(|last| past(last.until)) {
        let effect = if last.code == Code::ListEntryExpired { "no longer counts" } else { "no longer applies" };
        let message = format!("{} has expired and {effect}", last.what);
        warnings.push(
            PolicyError::warning(last.code, &policy.source, message).label(last.until.span, "its last day").help(HELP),
        );
    }
    warnings
}

/// Those that count on `today` and for at most [`SOON`] days more.
pub(super) fn expires_soon(policy: &Policy, today: Date) -> Vec<PolicyError> {
    let soon = today.checked_add(SOON.days()).unwrap_or(Date::MAX);
    let near = |last: &LastDay<'_>| (today..=soon).contains(&last.until.value);
    let advice = |last: LastDay<'_>| {
        let days = (last.until.value - today).get_days();
        let left = match days {
            0 => "today is its last day".to_owned(),
            1 => "its last day is tomorrow".to_owned(),
            days => format!("it holds for {days} days more"),
        };
        PolicyError::advice(Code::ExpiresSoon, &policy.source, format!("{} expires soon: {left}", last.what))
            .label(last.until.span, "its last day")
            .help("deal with what it covers, or give it a new day if its reason still holds")
    };
    last_days(policy).into_iter().filter(near).map(advice).collect()
}

/// Something with a last day.
struct LastDay<'p> {
    code: Code,
    what: String,
    until: &'p Spanned<Date>,
}

fn last_days(policy: &Policy) -> Vec<LastDay<'_>> {
    let mut all = Vec::new();
    for rule in &policy.rules {
        for exception in &rule.exceptions {
            let what = format!("the exception `{}` of `{}`", exception.name.value, rule.id.value);
            all.push(LastDay { code: Code::ExceptionExpired, what, until: &exception.until });
        }
    }
    for (name, list) in &policy.lists {
        for entry in &list.entries {
            let Some(until) = &entry.until else { continue };
            let what = format!("`{}` in the list `{name}`", entry.value.value);
            all.push(LastDay { code: Code::ListEntryExpired, what, until });
        }
    }
    for waiver in policy.waivers.iter().flatten() {
        let what = format!("the waiver `{}`", waiver.name.value);
        all.push(LastDay { code: Code::WaiverExpired, what, until: &waiver.until });
    }
    all
}

/// Whether the rules that a waiver names are there and may be waived.
fn pointless(set: &PolicySet, policy: &Policy, waiver: &Waiver) -> Vec<PolicyError> {
    let name = &waiver.name.value;
    let warning = |code, message: String| PolicyError::warning(code, &policy.source, message);
    let mut warnings = Vec::new();
    for pattern in &waiver.rules {
        if !set.known_rules().iter().any(|id| pattern.matches(id)) {
            let ids: Vec<&str> = set.known_rules().iter().map(|id| id.0.as_str()).collect();
            let meant = closest(&pattern.text, &ids);
            let help = meant.map_or_else(
                || "check the id, and whether the policies of this run are those that have the rule".to_owned(),
                |id| format!("did you mean `{id}`?"),
            );
            let message = format!("no rule is called `{}`: the waiver `{name}` covers nothing of it", pattern.text);
            let label = if pattern.is_glob() { "matches no rule" } else { "no such rule" };
            let fix = meant.map(|id| {
                let written = pattern.span.of(&policy.source.text);
                Fix::replace(format!("write `{id}`"), pattern.span, scalar_like(written, id))
            });
            let warning = warning(Code::WaiverUnknownRule, message).label(pattern.span, label).help(help);
            warnings.push(warning.fix(fix));
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
