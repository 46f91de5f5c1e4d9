//! A rule over logs: the run of `check`, with a variant of the rule for each of its predicates.

use std::collections::BTreeMap;

use super::{Job, Subject, finish, problem_value, separate};
use crate::audit::facts::CEILING_BYTES;
use crate::audit::gate::{Pending, Problems, Upkeep};
use crate::audit::{Gate, Keep, Limit, Outcome, RunOptions, Task, verdict, walk};
use crate::cli::args::ExplainFormat;
use crate::cli::diagnostics::{print_error, say};
use crate::cli::exit::Exit;
use crate::cli::run::{run_logs, say_interrupted};
use crate::compile::compile_rules;
use crate::engine::near::{Part, Variant, variants};
use crate::engine::near_over_time::{Loose, loosened, near_misses};
use crate::policy::prose::{self, Names};
use crate::policy::{PolicySet, Rule, RuleId, Severity, place};
use crate::report::explain::{self, Explanation, Funnel, NearMiss, OverTime};
use crate::report::number::count;
use crate::violation::{RuleSummary, Summary, Verdict};

/// Violations of a variant that are kept, to name their events; all are counted.
const KEPT: u64 = 2000;
/// Events that are shown of each predicate.
const SHOWN: usize = 3;

impl Job<'_> {
    pub(super) fn logs(&self, subjects: &[Subject<'_>]) -> Exit {
        let variants: Vec<(Vec<Variant<'_>>, Vec<Loose>)> =
            subjects.iter().map(|subject| (variants(subject.rule), loosened(subject.rule))).collect();
        let rules = subjects.iter().zip(&variants).flat_map(|(subject, (variants, loose))| {
            let variants = variants.iter().map(|variant| &variant.rule).chain(loose.iter().map(|loose| &loose.rule));
            std::iter::once(subject.rule).chain(variants).map(|rule| (subject.policy, rule))
        });
        let program = compile_rules(self.set, rules, self.today);
        let inputs = walk::inputs(&self.arguments.logs);
        let options = RunOptions {
            threads: self.arguments.threads,
            limit_bytes: self.arguments.max_inflated,
            facts_bytes: CEILING_BYTES,
            keep: Keep { violations: Limit::First(KEPT), records: Limit::First(0) },
        };
        let task = Task { program: &program, baseline: None, history: None, profile: None };
        let shows_progress = !self.arguments.no_progress && !self.arguments.quiet;
        let outcome = match run_logs(&[task], &inputs, options, shows_progress) {
            Ok(outcomes) => outcomes.into_iter().next().unwrap_or_default(),
            Err(message) => {
                print_error(&message);
                return Exit::Usage;
            }
        };
        say_interrupted(&outcome.summary, &inputs);
        let funnels: Vec<Funnel<'_>> = subjects
            .iter()
            .zip(&variants)
            .map(|(subject, (variants, loose))| funnel(self.set, subject, variants, loose, &outcome))
            .collect();
        let mut out = Vec::new();
        let written = match self.arguments.format {
            ExplainFormat::Json => {
                let all: Vec<Explanation<'_>> = subjects
                    .iter()
                    .zip(funnels)
                    .map(|(subject, funnel)| Explanation { funnel: Some(funnel), ..subject.explanation() })
                    .collect();
                let problems: Vec<_> = outcome.summary.problems.iter().map(problem_value).collect();
                explain::write_json(&mut out, self.set, &all, &problems)
            }
            ExplainFormat::Human => {
                let options = self.options();
                let funnels = funnels.iter().enumerate().try_for_each(|(place, funnel)| {
                    if !self.arguments.quiet {
                        separate(&mut out, place);
                    }
                    explain::write_funnel(&mut out, self.set, funnel, options)
                });
                funnels.and_then(|()| explain::write_problems(&mut out, &outcome.summary, options))
            }
        };
        let verdict = reading(&outcome.summary);
        if verdict == Verdict::Incomplete {
            say(&format!(
                "not everything was read: {} read, {}",
                count(outcome.summary.files.read, "file"),
                count(outcome.summary.problems.len(), "problem")
            ));
        }
        finish(written, &out, Exit::Verdict(verdict))
    }
}

/// Whether all could be read: what the rules found does not count.
fn reading(summary: &Summary) -> Verdict {
    let gate = Gate {
        fail_on: Severity::Critical,
        problems: Problems::Count,
        pending: Pending::Allowed,
        upkeep: Upkeep::Noted,
    };
    verdict(gate, &Summary { rules: Vec::new(), ..summary.clone() })
}

fn funnel<'r>(
    set: &PolicySet,
    subject: &'r Subject<'r>,
    variants: &[Variant<'r>],
    loose: &[Loose],
    outcome: &'r Outcome,
) -> Funnel<'r> {
    let of = |id: &RuleId| outcome.summary.rules.iter().find(|rule| rule.rule == *id);
    let own = of(&subject.rule.id.value);
    let mut near: Vec<NearMiss<'r>> = variants
        .iter()
        .filter_map(|variant| {
            let events = of(&variant.rule.id.value)?.violations;
            (events > 0).then(|| near_miss(set, subject, variant, events, outcome))
        })
        .collect();
    near.sort_by_key(|miss| std::cmp::Reverse(miss.events));
    let events = u64::try_from(outcome.summary.records.evaluated).unwrap_or(u64::MAX);
    Funnel {
        rule: &subject.rule.id.value,
        events,
        population: if subject.rule.when.is_none() {
            events
        } else {
            own.map(|rule| rule.population).unwrap_or_default()
        },
        failed: own.map(|rule| rule.violations + rule.waived).unwrap_or_default(),
        waived: own.map(|rule| rule.waived).unwrap_or_default(),
        near,
        over_time: subject.rule.obligation.is_windowed().then(|| over_time(subject.rule, own, loose, outcome)),
    }
}

fn over_time<'r>(rule: &Rule, own: Option<&RuleSummary>, loose: &[Loose], outcome: &'r Outcome) -> OverTime<'r> {
    let (violations, others): (Vec<_>, Vec<_>) =
        outcome.violations.iter().partition(|violation| violation.rule == rule.id.value);
    OverTime {
        severity: rule.severity,
        near: near_misses(rule, &violations, loose, &others),
        violations,
        pending: own.map(|rule| rule.pending).unwrap_or_default(),
        learning: own.map(|rule| rule.learning).unwrap_or_default(),
    }
}

fn near_miss<'r>(
    set: &PolicySet,
    subject: &Subject<'_>,
    variant: &Variant<'_>,
    events: u64,
    outcome: &'r Outcome,
) -> NearMiss<'r> {
    let kept = || outcome.violations.iter().filter(|violation| violation.rule == variant.rule.id.value);
    let mut names: BTreeMap<String, u64> = BTreeMap::new();
    for name in kept().filter_map(|violation| violation.event.name.as_ref()) {
        *names.entry(name.clone()).or_default() += 1;
    }
    let mut names: Vec<(String, u64)> = names.into_iter().collect();
    names.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    let clause = prose::condition(Names { set, policy: subject.policy }, variant.condition);
    let (keyword, is_met) = match variant.part {
        Part::Population => ("when", false),
        Part::Forbid => ("forbid", false),
        Part::Require => ("require", true),
    };
    NearMiss {
        words: clause.inline(),
        keyword,
        is_met,
        policy: subject.policy,
        span: place::condition(variant.condition),
        events,
        named: u64::try_from(kept().count()).unwrap_or(u64::MAX),
        names,
        first: kept().take(SHOWN).collect(),
    }
}
