//! Near misses of obligations over time: a rule in, looser variants of it out; then what these find that the rule itself does not,
//! each with why it is not (or, for an event that should have come, why that did not help).
//!
//! A variant is an ordinary rule over time and runs as any other. What it finds and the rule finds too is no near miss.

use std::collections::HashSet;
use std::time::Duration;

use jiff::SignedDuration;

use crate::policy::model::{Condition, Rule, RuleId, Spanned};
use crate::policy::obligation::{Follow, Obligation, Sequence, SequenceStep};
use crate::text::Span;
use crate::text::time::length;
use crate::violation::{NearMissOverTime, Timeline, TimelineEvent, Violation};

/// How many times as long a window a looser variant has.
const LONGER: u32 = 10;

/// A variant of a rule that finds more than the rule does.
#[derive(Debug, Clone)]
pub struct Loose {
    /// What is looser.
    slack: Slack,
    /// Finds its violations; its id is its own.
    pub rule: Rule,
}

/// What is looser in a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slack {
    /// Fewer events, or different values, are too many.
    Fewer,
    /// The event may come long after its trigger.
    Later,
    /// The event may have come long before its trigger.
    Earlier,
    /// The steps may take longer.
    Longer,
    /// Steps that must not happen are left out.
    Unblocked,
    /// Only so many first steps are asked.
    Steps(usize),
    /// The history is shorter.
    Forgetful,
}

/// The looser variants of `rule`; none where its obligation is not one over time.
#[must_use]
pub fn loosened(rule: &Rule) -> Vec<Loose> {
    let all = match &rule.obligation {
        Obligation::Forbid(_) | Obligation::Require(_) => Vec::new(),
        Obligation::Threshold(threshold) => {
            let count = threshold.count.div_ceil(2).max(2);
            let mut looser = threshold.clone();
            looser.count = count;
            let is_looser = count < threshold.count;
            is_looser.then_some((Slack::Fewer, Obligation::Threshold(looser))).into_iter().collect()
        }
        Obligation::FollowedBy(follow) => pair(rule, follow, Slack::Later),
        Obligation::PrecededBy(follow) => pair(rule, follow, Slack::Earlier),
        Obligation::Sequence(sequence) => self::sequence(sequence),
        Obligation::FirstSeen(first) => {
            let mut looser = first.clone();
            looser.history = first.history / 2;
            vec![(Slack::Forgetful, Obligation::FirstSeen(looser))]
        }
    };
    all.into_iter().enumerate().map(|(place, (slack, obligation))| loose(rule, place, slack, obligation)).collect()
}

fn loose(rule: &Rule, place: usize, slack: Slack, obligation: Obligation) -> Loose {
    let mut changed = rule.clone();
    // No rule of a policy can have such an id.
    changed.id.value = RuleId(format!("{}#over-time-{place}", rule.id.value));
    // The trigger is a step of its own, and the other event need not be in the population.
    if matches!(slack, Slack::Later | Slack::Earlier) {
        changed.when = None;
    }
    changed.obligation = obligation;
    changed.message = None;
    changed.exceptions.clear();
    changed.waivable = false;
    Loose { slack, rule: changed }
}

/// The trigger and the other event as a sequence of two steps. A rule about every event has no trigger that could be asked for.
fn pair(rule: &Rule, follow: &Follow, slack: Slack) -> Vec<(Slack, Obligation)> {
    let Some(when) = &rule.when else { return Vec::new() };
    let mut steps = vec![step("trigger", when), step("event", &follow.event)];
    if slack == Slack::Earlier {
        steps.reverse();
    }
    let within = follow.within.saturating_mul(LONGER);
    vec![(slack, Obligation::Sequence(Sequence { within, by: follow.by.clone(), steps, any_order: false }))]
}

fn step(name: &str, event: &Condition) -> SequenceStep {
    let name = Spanned { value: name.to_owned(), span: Span::default() };
    SequenceStep { name, event: event.clone(), absent: false }
}

fn sequence(sequence: &Sequence) -> Vec<(Slack, Obligation)> {
    let positive: Vec<&SequenceStep> = sequence.steps.iter().filter(|step| !step.absent).collect();
    let mut all = Vec::new();
    if positive.len() < sequence.steps.len() {
        let steps = positive.iter().map(|step| (*step).clone()).collect();
        all.push((Slack::Unblocked, Obligation::Sequence(Sequence { steps, ..sequence.clone() })));
    }
    let within = sequence.within.saturating_mul(LONGER);
    all.push((Slack::Longer, Obligation::Sequence(Sequence { within, ..sequence.clone() })));
    if !sequence.any_order {
        for steps in (2..positive.len()).rev() {
            let end = sequence.steps.iter().enumerate().filter(|(_, step)| !step.absent).nth(steps - 1);
            let first = end.and_then(|(place, _)| sequence.steps.get(..=place)).unwrap_or_default().to_vec();
            all.push((Slack::Steps(steps), Obligation::Sequence(Sequence { steps: first, ..sequence.clone() })));
        }
    }
    all
}

/// What `loose` found in `found` (the violations of its variants) that `rule` did not, in the order of the variants, each event in one
/// near miss at most.
///
/// `strict` are the violations of `rule` itself. For an event that must come these are what is explained: a near miss is then one of them
/// whose event came too late, or too early.
#[must_use]
pub fn near_misses(rule: &Rule, strict: &[&Violation], loose: &[Loose], found: &[&Violation]) -> Vec<NearMissOverTime> {
    let mut known: HashSet<(&str, usize)> = strict.iter().filter_map(|one| timeline(one)).flat_map(places).collect();
    let mut near = Vec::new();
    for variant in loose {
        let of_variant = found.iter().filter(|one| one.rule == variant.rule.id.value).filter_map(|one| timeline(one));
        for timeline in of_variant {
            let is_pair = matches!(variant.slack, Slack::Later | Slack::Earlier);
            let asked = if variant.slack == Slack::Earlier { timeline.events.last() } else { timeline.events.first() };
            let fits = if is_pair {
                asked.is_some_and(|trigger| known.contains(&place(trigger)))
            } else {
                !places(timeline).any(|place| known.contains(&place))
            };
            if let Some(why) = fits.then(|| why(rule, variant.slack, timeline)).flatten() {
                if !is_pair {
                    known.extend(places(timeline));
                }
                near.push(NearMissOverTime { why, timeline: as_of(rule, timeline) });
            }
        }
    }
    near
}

/// `timeline` as one of `rule`, which asks less than the variant that found it.
fn as_of(rule: &Rule, timeline: &Timeline) -> Timeline {
    let within = match &rule.obligation {
        Obligation::Forbid(_) | Obligation::Require(_) => timeline.within,
        Obligation::Threshold(threshold) => threshold.within,
        Obligation::FollowedBy(follow) | Obligation::PrecededBy(follow) => follow.within,
        Obligation::Sequence(sequence) => sequence.within,
        Obligation::FirstSeen(first) => first.history,
    };
    Timeline { obligation: rule.obligation.keyword(), within, ..timeline.clone() }
}

fn timeline(violation: &Violation) -> Option<&Timeline> {
    violation.timeline.as_deref()
}

fn places(timeline: &Timeline) -> impl Iterator<Item = (&str, usize)> {
    timeline.events.iter().map(place)
}

fn place(event: &TimelineEvent) -> (&str, usize) {
    (&event.file, event.record)
}

/// Why `timeline` is no violation of `rule`, or did not keep it from one; `None` where it is neither.
fn why(rule: &Rule, slack: Slack, timeline: &Timeline) -> Option<String> {
    let span = length(timeline.span);
    match (&rule.obligation, slack) {
        (Obligation::Threshold(threshold), Slack::Fewer) => {
            let within = signed(threshold.within);
            Some(match &threshold.distinct {
                Some(_) if timeline.span > within => {
                    format!(
                        "at most {} of {} different values within {}",
                        timeline.count.min(threshold.count - 1),
                        threshold.count,
                        length(within)
                    )
                }
                Some(_) => {
                    format!("{} of {} different values within {}", timeline.count, threshold.count, length(within))
                }
                None => format!("{} of {} within {}", most(timeline, within), threshold.count, length(within)),
            })
        }
        (Obligation::FollowedBy(follow), Slack::Later) if timeline.span > signed(follow.within) => {
            Some(format!("followed after {span}: too late, {} at most", length(signed(follow.within))))
        }
        (Obligation::PrecededBy(follow), Slack::Earlier) if timeline.span > signed(follow.within) => {
            Some(format!("came {span} before: too early, {} at most", length(signed(follow.within))))
        }
        (Obligation::Sequence(sequence), Slack::Longer) if timeline.span > signed(sequence.within) => {
            Some(format!("all {} steps, but in {span}: {} at most", timeline.count, length(signed(sequence.within))))
        }
        (Obligation::Sequence(sequence), Slack::Unblocked) => {
            let absent: Vec<String> = sequence
                .steps
                .iter()
                .filter(|step| step.absent)
                .map(|step| format!("`{}`", crate::text::sanitize::one_line(&step.name.value)))
                .collect();
            Some(format!("all {} steps, but {} came between", timeline.count, absent.join(" or ")))
        }
        (Obligation::Sequence(sequence), Slack::Steps(steps)) => {
            let mut positive = sequence.steps.iter().filter(|step| !step.absent);
            let all = positive.clone().count();
            let next = positive.nth(steps).map(|step| crate::text::sanitize::one_line(&step.name.value).into_owned());
            let within = length(signed(sequence.within));
            Some(format!("step {steps} of {all} reached: no `{}` within {within}", next.unwrap_or_default()))
        }
        (Obligation::FirstSeen(first), Slack::Forgetful) => {
            let half = length(signed(first.history / 2));
            Some(format!("seen before, but not in the {half} before: {} count", length(signed(first.history))))
        }
        _ => None,
    }
}

/// The most events of `timeline` that lie in a window of the length `within`, its borders included.
fn most(timeline: &Timeline, within: SignedDuration) -> usize {
    let events = &timeline.events;
    let of = |(place, first): (usize, &TimelineEvent)| {
        let rest = events.get(place..).unwrap_or_default();
        rest.iter().take_while(|event| event.time.duration_since(first.time) <= within).count()
    };
    events.iter().enumerate().map(of).max().unwrap_or_default()
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::compile_rules;
    use crate::engine::correlate::correlate;
    use crate::engine::scan;
    use crate::policy::{PolicySet, parse};
    use crate::text::Source;

    /// What is nearly a violation in `log`, in which `A@90 x` is an event of that name 90 seconds after the start, by `x`.
    fn near(obligation: &str, log: &str) -> Vec<String> {
        let text = format!(
            "version: 1\nrules:\n  - id: r\n    title: t\n    severity: low\n    when: {{$.eventName: [A, B, C, X]}}\n    {obligation}\n"
        );
        let policy = parse(&Source::new("p.yaml", text.as_str()), &|_| Err(String::new())).unwrap();
        let set = PolicySet::new(vec![policy]).unwrap();
        let (policy, rule) = set.rules().next().unwrap();
        let loose = loosened(rule);
        let rules = std::iter::once(rule).chain(loose.iter().map(|loose| &loose.rule)).map(|rule| (policy, rule));
        let program = compile_rules(&set, rules, jiff::civil::date(2027, 1, 1));
        let records: Vec<String> = log
            .split(", ")
            .enumerate()
            .map(|(id, event)| {
                let (what, who) = event.split_once(' ').unwrap();
                let (name, seconds) = what.split_once('@').unwrap();
                let time = jiff::Timestamp::from_second(1_800_000_000 + seconds.parse::<i64>().unwrap()).unwrap();
                format!(
                    r#"{{"eventID":"{id}","eventName":"{name}","eventTime":"{time}","eventSource":"s.amazonaws.com","who":"{who}"}}"#
                )
            })
            .collect();
        let log = format!("{{\"Records\":[{}]}}", records.join(","));
        let report = scan(&program, &"log.json".into(), log.as_bytes(), u64::MAX);
        let reach: Vec<_> = report.parts.iter().map(|part| part.reach).collect();
        let mut facts: Vec<_> = report.parts.into_iter().flat_map(|part| part.facts).map(|(_, fact)| fact).collect();
        facts.sort_by(|one, other| one.order(other));
        let found = correlate(&program, facts, &reach, None).violations;
        let (strict, others): (Vec<_>, Vec<_>) =
            found.iter().map(|found| &found.violation).partition(|violation| violation.rule == rule.id.value);
        let near = near_misses(rule, &strict, &loose, &others);
        near.iter().map(|near| format!("{} ({} violations)", near.why, strict.len())).collect()
    }

    #[test]
    fn a_threshold_that_is_nearly_reached() {
        let rule = "threshold: {count: 5, within: 10m, by: $.who}";
        assert_eq!(near(rule, "A@0 x, A@60 x, A@600 x, A@601 x"), ["3 of 5 within 10m (0 violations)"]);
        assert!(near(rule, "A@0 x, A@60 x, A@61 y").is_empty());
        assert!(near(rule, "A@0 x, A@1 x, A@2 x, A@3 x, A@4 x").is_empty());
        let rule = "threshold: {count: 4, distinct: $.eventName, within: 10m, by: $.who}";
        assert_eq!(near(rule, "A@0 x, B@60 x, C@600 x"), ["3 of 4 different values within 10m (0 violations)"]);
    }

    #[test]
    fn an_event_that_comes_too_late_or_too_early() {
        let rule = "require_followed_by: {within: 15m, by: $.who, event: {$.eventName: Z}}";
        let log = "A@0 x, Z@960 x, B@2000 y, Z@2001 y, B@9000 z";
        assert_eq!(near(rule, log), ["followed after 16m: too late, 15m at most (1 violations)"]);
        let rule = "require_preceded_by: {within: 1h, by: $.who, event: {$.eventName: Z}}";
        let log = "Z@0 x, C@8000 y, A@8000 x";
        assert_eq!(near(rule, log), ["came 2h13m20s before: too early, 1h at most (2 violations)"]);
    }

    #[test]
    fn a_sequence_that_is_nearly_whole() {
        let rule = "sequence: {within: 1h, by: $.who, steps: [{name: a, event: {$.eventName: A}}, {name: b, event: {$.eventName: B}}, {name: c, event: {$.eventName: C}}]}";
        assert_eq!(near(rule, "A@0 x, B@1 x"), ["step 2 of 3 reached: no `c` within 1h (0 violations)"]);
        assert_eq!(near(rule, "A@0 x, B@1 x, C@3700 x"), ["all 3 steps, but in 1h1m40s: 1h at most (0 violations)"]);
        assert!(near(rule, "A@0 x, B@1 x, C@2 x").is_empty());
        let rule = "sequence: {within: 1h, by: $.who, steps: [{name: a, event: {$.eventName: A}}, {name: x, not: {$.eventName: X}}, {name: b, event: {$.eventName: B}}]}";
        assert_eq!(near(rule, "A@0 x, X@1 x, B@2 x"), ["all 2 steps, but `x` came between (0 violations)"]);
    }

    #[test]
    fn what_was_seen_long_ago() {
        let rule = "first_seen: {of: $.eventName, by: $.who, history: 10d}";
        let log = "X@0 w, A@864000 x, A@1600000 x, A@1600001 x";
        assert_eq!(near(rule, log), ["seen before, but not in the 5d before: 10d count (1 violations)"]);
    }
}
