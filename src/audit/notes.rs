//! What a reader should know of the policies after a run: exceptions and waivers that expired or covered nothing, values that
//! expired, rules that forgot what they had seen.

use jiff::civil::Date;

use crate::audit::tally::Outcome;
use crate::audit::waivers;
use crate::compile::Program;
use crate::policy::PolicySet;
use crate::text::Lines;
use crate::violation::RuleIndex;
use crate::violation::summary::Note;

/// The notes on a run of `program`, made from `set` on the day `today`, in the order of the policies.
#[must_use]
pub fn notes(set: &PolicySet, program: &Program, outcome: &Outcome, today: Date) -> Vec<Note> {
    let Outcome { summary, exceptions_used, .. } = outcome;
    let mut notes = Vec::new();
    for (place, (policy_index, rule)) in set.rules().enumerate() {
        let (Some(policy), Some(compiled)) = (set.policy(policy_index), program.rules.get(place)) else { continue };
        let mut note = |code, offset: usize, message: String| {
            let line = Lines::new(policy.source.text.as_bytes()).at(offset).line;
            notes.push(Note {
                code,
                rule: Some(compiled.id.clone()),
                message,
                file: policy.source.name.to_string(),
                line,
            });
        };
        for (number, exception) in rule.exceptions.iter().enumerate() {
            let name = &exception.name.value;
            if exception.until.value < today {
                let message =
                    format!("the exception `{name}` expired on {} and no longer applies", exception.until.value);
                note("exception_expired", exception.until.span.start, message);
            } else if !exceptions_used.contains(&(RuleIndex(place), number)) && !summary.interrupted {
                note(
                    "exception_unused",
                    exception.name.span.start,
                    format!("the exception `{name}` covered no violation"),
                );
            }
        }
        if outcome.forgotten.contains(&RuleIndex(place)) {
            let message =
                "the rule changed since the state was kept: what it had seen is forgotten, and it learns anew";
            note("history_forgotten", rule.obligation_span.start, message.to_owned());
        }
    }
    for policy in set.policies() {
        for (name, list) in &policy.lists {
            for until in
                list.entries.iter().filter_map(|entry| entry.until.as_ref()).filter(|until| until.value < today)
            {
                notes.push(Note {
                    code: "list_entry_expired",
                    rule: None,
                    message: format!("a value of the list `{name}` expired on {} and no longer counts", until.value),
                    file: policy.source.name.to_string(),
                    line: Lines::new(policy.source.text.as_bytes()).at(until.span.start).line,
                });
            }
        }
    }
    notes.extend(waivers::notes(set, outcome, today));
    notes
}
