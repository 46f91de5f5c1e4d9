//! Mutants of an obligation: those of its conditions and, of one over time, changes of its count, window, key and steps.
//!
//! Every number is changed by the least that it can be, a window by a second, so that a test at the border kills it. What has no
//! place of its own in the model (a count, a window, a key) is shown at the rule.

use std::time::Duration;

use crate::policy::model::Condition;
use crate::policy::mutant::mutants;
use crate::policy::obligation::{FirstSeen, Follow, Key, KeyPart, Normalize, Obligation, Sequence, Threshold};
use crate::text::Span;

/// An obligation with one change.
#[derive(Debug, Clone)]
pub struct ObligationMutant {
    /// Where the change is; `None` where the part has no place of its own.
    pub span: Option<Span>,
    /// What was changed: "`within` 1 second longer".
    pub change: String,
    /// The changed obligation.
    pub obligation: Obligation,
}

/// The mutants of `obligation`, part after part.
#[must_use]
pub fn obligation_mutants(obligation: &Obligation) -> Vec<ObligationMutant> {
    let mut found = Vec::new();
    let mut add = |span: Option<Span>, change: String, obligation: Obligation| {
        found.push(ObligationMutant { span, change, obligation });
    };
    match obligation {
        Obligation::Forbid(inner) => {
            condition(inner, &mut |span, words, inner| add(span, words, Obligation::Forbid(inner)));
        }
        Obligation::Require(inner) => {
            condition(inner, &mut |span, words, inner| add(span, words, Obligation::Require(inner)));
        }
        Obligation::Threshold(inner) => {
            threshold(inner, &mut |span, words, inner| add(span, words, Obligation::Threshold(inner)));
        }
        Obligation::FollowedBy(inner) => {
            follow(inner, &mut |span, words, inner| add(span, words, Obligation::FollowedBy(inner)));
        }
        Obligation::PrecededBy(inner) => {
            follow(inner, &mut |span, words, inner| add(span, words, Obligation::PrecededBy(inner)));
        }
        Obligation::Sequence(inner) => {
            sequence(inner, &mut |span, words, inner| add(span, words, Obligation::Sequence(inner)));
        }
        Obligation::FirstSeen(inner) => {
            first_seen(inner, &mut |span, words, inner| add(span, words, Obligation::FirstSeen(inner)));
        }
    }
    found
}

/// Takes where a change is, the change in words, and what it makes.
type Found<'f, T> = &'f mut dyn FnMut(Option<Span>, String, T);

fn condition(condition: &Condition, found: Found<'_, Condition>) {
    for mutant in mutants(condition) {
        found(Some(mutant.span), mutant.change, mutant.condition);
    }
}

fn threshold(threshold: &Threshold, found: Found<'_, Threshold>) {
    let with = |count| Threshold { count, ..threshold.clone() };
    // A threshold of 0 cannot be written.
    if let Some(less) = threshold.count.checked_sub(1).filter(|less| *less > 0) {
        found(None, format!("`count` {} changed to {less}", threshold.count), with(less));
    }
    let more = threshold.count.saturating_add(1);
    found(None, format!("`count` {} changed to {more}", threshold.count), with(more));
    if let Some(distinct) = &threshold.distinct {
        found(None, "`distinct` dropped".to_owned(), Threshold { distinct: None, ..threshold.clone() });
        parts(std::slice::from_ref(distinct), "distinct", &mut |words, mut parts| {
            found(None, words, Threshold { distinct: parts.pop(), ..threshold.clone() });
        });
    }
    window("within", threshold.within, &mut |words, within| {
        found(None, words, Threshold { within, ..threshold.clone() });
    });
    key(&threshold.by, &mut |words, by| found(None, words, Threshold { by, ..threshold.clone() }));
}

fn follow(follow: &Follow, found: Found<'_, Follow>) {
    window("within", follow.within, &mut |words, within| found(None, words, Follow { within, ..follow.clone() }));
    key(&follow.by, &mut |words, by| found(None, words, Follow { by, ..follow.clone() }));
    condition(&follow.event, &mut |span, words, event| found(span, words, Follow { event, ..follow.clone() }));
}

fn sequence(sequence: &Sequence, found: Found<'_, Sequence>) {
    window("within", sequence.within, &mut |words, within| {
        found(None, words, Sequence { within, ..sequence.clone() });
    });
    key(&sequence.by, &mut |words, by| found(None, words, Sequence { by, ..sequence.clone() }));
    let happening: Vec<usize> =
        sequence.steps.iter().enumerate().filter(|(_, step)| !step.absent).map(|(place, _)| place).collect();
    if sequence.any_order {
        found(None, "`any_order` dropped".to_owned(), Sequence { any_order: false, ..sequence.clone() });
    } else {
        for (earlier, later) in happening.iter().zip(happening.iter().skip(1)) {
            swapped(sequence, *earlier, *later, found);
        }
    }
    for (place, step) in sequence.steps.iter().enumerate() {
        dropped(sequence, place, found);
        condition(&step.event, &mut |span, words, event| {
            let mut changed = sequence.clone();
            if let Some(step) = changed.steps.get_mut(place) {
                step.event = event;
            }
            found(span, words, changed);
        });
    }
}

/// The steps at two places in the other order.
fn swapped(sequence: &Sequence, earlier: usize, later: usize, found: Found<'_, Sequence>) {
    let mut changed = sequence.clone();
    changed.steps.swap(earlier, later);
    if let (Some(first), Some(second)) = (sequence.steps.get(earlier), sequence.steps.get(later)) {
        let words = format!("steps `{}` and `{}` swapped", first.name.value, second.name.value);
        found(Some(second.name.span), words, changed);
    }
}

/// Without the step at `place`, where that is a sequence still: of two steps or more, the first and the last of which happen.
fn dropped(sequence: &Sequence, place: usize, found: Found<'_, Sequence>) {
    let Some(step) = sequence.steps.get(place) else { return };
    let mut changed = sequence.clone();
    changed.steps.remove(place);
    let is_sequence = changed.steps.len() > 1
        && changed.steps.first().is_some_and(|step| !step.absent)
        && changed.steps.last().is_some_and(|step| !step.absent);
    if is_sequence {
        found(Some(step.name.span), format!("step `{}` dropped", step.name.value), changed);
    }
}

fn first_seen(first: &FirstSeen, found: Found<'_, FirstSeen>) {
    window("history", first.history, &mut |words, history| {
        found(None, words, FirstSeen { history, ..first.clone() });
    });
    parts(&first.of, "of", &mut |words, of| found(None, words, FirstSeen { of, ..first.clone() }));
    key(&first.by, &mut |words, by| found(None, words, FirstSeen { by, ..first.clone() }));
}

/// A second shorter, where something is left, and a second longer.
fn window(keyword: &str, length: Duration, found: &mut dyn FnMut(String, Duration)) {
    let second = Duration::from_secs(1);
    if let Some(shorter) = length.checked_sub(second).filter(|shorter| !shorter.is_zero()) {
        found(format!("`{keyword}` 1 second shorter"), shorter);
    }
    if let Some(longer) = length.checked_add(second) {
        found(format!("`{keyword}` 1 second longer"), longer);
    }
}

fn key(key: &Key, found: &mut dyn FnMut(String, Key)) {
    parts(&key.parts, "by", &mut |words, parts| found(words, Key { parts }));
}

/// Each part dropped, where there are others, and compared as it stands in the record.
fn parts(parts: &[KeyPart], keyword: &str, found: &mut dyn FnMut(String, Vec<KeyPart>)) {
    for (place, part) in parts.iter().enumerate() {
        let path = part.path.text();
        if parts.len() > 1 {
            let mut rest = parts.to_vec();
            rest.remove(place);
            found(format!("`{path}` dropped from `{keyword}`"), rest);
        }
        let mut normalized = |words: String, normalize: Normalize| {
            let mut changed = parts.to_vec();
            if let Some(part) = changed.get_mut(place) {
                part.normalize = normalize;
            }
            found(words, changed);
        };
        if part.normalize != Normalize::AsIs {
            normalized(format!("`as` of `{path}` dropped"), Normalize::AsIs);
        }
        if let Normalize::IpPrefix(bits) = part.normalize {
            for other in [bits.saturating_sub(1), bits.saturating_add(1).min(128)] {
                if other != bits {
                    let words = format!("`ip_prefix/{bits}` of `{path}` changed to `ip_prefix/{other}`");
                    normalized(words, Normalize::IpPrefix(other));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a policy that is not one fails the test")]

    use super::*;
    use crate::policy::parse;
    use crate::text::Source;

    /// The changes of the obligation written as `text`.
    fn changes(text: &str) -> Vec<String> {
        let text = format!("version: 1\nrules:\n  - id: a.b\n    title: t\n    severity: low\n    {text}\n");
        let policy = parse(&Source::new("p.yaml", text), &|_| Err("no list files".to_owned())).unwrap();
        obligation_mutants(&policy.rules[0].obligation).into_iter().map(|mutant| mutant.change).collect()
    }

    #[test]
    fn a_threshold_is_changed_in_count_window_and_key() {
        assert_eq!(
            changes(
                "threshold: {count: 3, distinct: {path: $.a, as: basename}, within: 1m, by: [$.b, {path: $.c, as: lower}]}"
            ),
            [
                "`count` 3 changed to 2",
                "`count` 3 changed to 4",
                "`distinct` dropped",
                "`as` of `$.a` dropped",
                "`within` 1 second shorter",
                "`within` 1 second longer",
                "`$.b` dropped from `by`",
                "`$.c` dropped from `by`",
                "`as` of `$.c` dropped",
            ]
        );
        assert_eq!(
            changes("threshold: {count: 1, within: 1s, by: $.b}"),
            ["`count` 1 changed to 2", "`within` 1 second longer"]
        );
    }

    #[test]
    fn what_must_follow_is_changed_in_window_key_and_event() {
        let wanted =
            ["`within` 1 second shorter", "`within` 1 second longer", "`$.x` negated", "`1` changed to `2` (`$.x`)"];
        assert_eq!(changes("require_followed_by: {within: 1h, by: $.a, event: {$.x: 1}}"), wanted);
        assert_eq!(changes("require_preceded_by: {within: 1h, by: $.a, event: {$.x: 1}}"), wanted);
    }

    #[test]
    fn steps_are_swapped_and_dropped() {
        let steps = "{name: one, event: {$.x: {exists: true}}}, {name: off, not: {$.x: {exists: true}}}, \
                     {name: two, event: {$.x: {exists: true}}}";
        let changed = changes(&format!("sequence: {{within: 1s, by: $.a, steps: [{steps}]}}"));
        let of_steps: Vec<&str> =
            changed.iter().map(String::as_str).filter(|change| change.starts_with("step")).collect();
        assert_eq!(of_steps, ["steps `one` and `two` swapped", "step `off` dropped"]);
        let two = "{name: one, event: {$.x: 1}}, {name: two, event: {$.x: 2}}";
        let changed = changes(&format!("sequence: {{within: 1s, by: $.a, any_order: true, steps: [{two}]}}"));
        assert_eq!(changed.iter().filter(|change| change.contains("any_order")).count(), 1);
        assert!(!changed.iter().any(|change| change.contains("swapped") || change.contains("dropped`")));
    }

    #[test]
    fn a_network_is_made_wider_and_narrower() {
        assert_eq!(
            changes("first_seen: {of: [{path: $.ip, as: ip_prefix/24}], by: $.a, history: 1s}"),
            [
                "`history` 1 second longer",
                "`as` of `$.ip` dropped",
                "`ip_prefix/24` of `$.ip` changed to `ip_prefix/23`",
                "`ip_prefix/24` of `$.ip` changed to `ip_prefix/25`",
            ]
        );
    }
}
