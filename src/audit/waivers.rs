//! What a reader should know of the waivers after a run: which have expired or soon will, which covered nothing, and which would
//! have covered what may not be waived.

use jiff::ToSpan;
use jiff::civil::Date;

use crate::audit::tally::Outcome;
use crate::policy::model::{Rule, RuleId};
use crate::policy::parse::closest;
use crate::policy::{PolicySet, Waiver, WaiverIndex};
use crate::text::Lines;
use crate::violation::RuleIndex;
use crate::violation::summary::Note;

/// Days before its last one in which a waiver is said to expire soon.
const SOON_DAYS: i64 = 14;

/// The notes on the waivers of `set` after a run on the day `today`, in the order of the files.
#[must_use]
pub fn notes(set: &PolicySet, outcome: &Outcome, today: Date) -> Vec<Note> {
    let rules: Vec<&Rule> = set.rules().map(|(_, rule)| rule).collect();
    let mut notes = Vec::new();
    for (place, (policy, waiver)) in set.waivers().enumerate() {
        let Some(policy) = set.policy(policy) else { continue };
        let run = Run { set, outcome, rules: &rules, today };
        for Said { code, rule, offset, message } in run.said(WaiverIndex(place), waiver) {
            let line = Lines::new(policy.source.text.as_bytes()).at(offset).line;
            notes.push(Note { code, rule, message, file: policy.source.name.to_string(), line });
        }
    }
    notes
}

struct Run<'a> {
    set: &'a PolicySet,
    outcome: &'a Outcome,
    rules: &'a [&'a Rule],
    today: Date,
}

struct Said {
    code: &'static str,
    rule: Option<RuleId>,
    offset: usize,
    message: String,
}

impl Run<'_> {
    fn said(&self, index: WaiverIndex, waiver: &Waiver) -> Vec<Said> {
        let name = &waiver.name.value;
        let until = waiver.until.value;
        let at_name = waiver.name.span.start;
        let only_rule = || match waiver.rules.as_slice() {
            [one] if !one.is_glob() => Some(RuleId(one.text.clone())),
            _ => None,
        };
        let mut said = Vec::new();
        if until < self.today {
            let message = format!("the waiver `{name}` expired on {until} and no longer applies");
            let offset = waiver.until.span.start;
            return vec![Said { code: "waiver_expired", rule: only_rule(), offset, message }];
        }
        let refused = self.refused(index, waiver);
        for rule in &refused {
            let message = format!("the waiver `{name}` does not apply: the rule is not waivable");
            said.push(Said { code: "waiver_forbidden", rule: Some(rule.clone()), offset: at_name, message });
        }
        if self.outcome.waivers_used.contains(&index) {
            if self.today.checked_add(SOON_DAYS.days()).is_ok_and(|soon| until <= soon) {
                let message = format!("the waiver `{name}` expires after {until}");
                let offset = waiver.until.span.start;
                said.push(Said { code: "waiver_expiring", rule: only_rule(), offset, message });
            }
        } else if refused.is_empty() && self.could_cover(waiver) {
            let message = format!("the waiver `{name}` covered no violation{}", self.unknown(waiver));
            said.push(Said { code: "waiver_unused", rule: only_rule(), offset: at_name, message });
        }
        said
    }

    /// The rules that are not waivable and that the waiver names, alone or as the only ones of its globs, or has violations of.
    fn refused(&self, index: WaiverIndex, waiver: &Waiver) -> Vec<RuleId> {
        let met = |place: usize| self.outcome.waivers_refused.contains(&(index, RuleIndex(place)));
        let named = |rule: &Rule| waiver.rules.iter().any(|pattern| pattern.text == rule.id.value.0);
        let about = || self.rules.iter().filter(|rule| !waiver.rules.is_empty() && waiver.names(&rule.id.value));
        let only_such = about().all(|rule| !rule.waivable);
        let named = |rule: &Rule| named(rule) || (only_such && about().any(|other| other.id.value == rule.id.value));
        let rules = self.rules.iter().enumerate();
        rules
            .filter(|(place, rule)| !rule.waivable && (met(*place) || named(rule)))
            .map(|(_, rule)| rule.id.value.clone())
            .collect()
    }

    /// Whether the run could have shown that the waiver covers something: it was not ended, and all rules the waiver is about were evaluated.
    fn could_cover(&self, waiver: &Waiver) -> bool {
        let about = |id: &&RuleId| waiver.names(id);
        let known = self.set.known_rules().iter().filter(about).count();
        let mut evaluated = 0;
        for (place, _) in self.rules.iter().enumerate().filter(|(_, rule)| waiver.names(&rule.id.value)) {
            evaluated += usize::from(self.outcome.summary.rules.get(place).is_some());
        }
        !self.outcome.summary.interrupted && evaluated == known
    }

    /// The end of a message on a waiver of rules of which no policy has any.
    fn unknown(&self, waiver: &Waiver) -> String {
        let known = self.set.known_rules();
        let is_unknown = |text: &str| known.iter().all(|id| id.0 != text);
        let [pattern] = waiver.rules.as_slice() else { return String::new() };
        if pattern.is_glob() || !is_unknown(&pattern.text) {
            return String::new();
        }
        let ids: Vec<&str> = known.iter().map(|id| id.0.as_str()).collect();
        let near = closest(&pattern.text, &ids).map_or_else(String::new, |id| format!("; did you mean `{id}`?"));
        format!(": no policy of the run has the rule{near}")
    }
}
