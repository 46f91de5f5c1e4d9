//! `trailgate explain`: a rule, and an event or logs, in; what the rule asks and what it says of them out.

mod event;
mod logs;

use std::io::{self, IsTerminal};

use glob::Pattern;
use jiff::civil::Date;
use serde_json::Value;

use self::event::{EventFile, Taken};
use crate::cli::args::{ExplainArgs, ExplainFormat};
use crate::cli::check::today;
use crate::cli::diagnostics::{print_error, say, use_color, width};
use crate::cli::exit::Exit;
use crate::cli::output::print;
use crate::cli::policies::{load_or_say, waiver_files};
use crate::compile::{Program, compile_rule};
use crate::engine::trace::trace;
use crate::policy::parse::closest;
use crate::policy::{PolicyIndex, PolicySet, Rule};
use crate::report::explain::{self, Explanation};
use crate::report::{Color, Detail, HumanOptions};
use crate::violation::Verdict;

/// Runs `trailgate explain`.
pub fn explain(arguments: &ExplainArgs) -> Exit {
    let today = arguments.as_of.unwrap_or_else(today);
    let set = match load_or_say(&arguments.policies, &waiver_files(&arguments.waivers), arguments.color) {
        Ok(set) => set,
        Err(exit) => return exit,
    };
    let rules = match rules(&set, &arguments.rule) {
        Ok(rules) => rules,
        Err(message) => {
            print_error(&message);
            return Exit::Usage;
        }
    };
    let subjects: Vec<Subject<'_>> = rules
        .into_iter()
        .map(|(policy, rule)| Subject { policy, rule, program: compile_rule(&set, policy, rule, today) })
        .collect();
    let job = Job { arguments, set: &set, today };
    match &arguments.event {
        Some(text) => job.event(&subjects, text),
        None if arguments.logs.is_empty() => job.alone(&subjects),
        None => job.logs(&subjects),
    }
}

/// A rule to explain.
struct Subject<'s> {
    policy: PolicyIndex,
    rule: &'s Rule,
    /// The rule compiled alone.
    program: Program,
}

/// What is asked for.
struct Job<'a> {
    arguments: &'a ExplainArgs,
    set: &'a PolicySet,
    today: Date,
}

impl Job<'_> {
    fn options(&self) -> HumanOptions {
        let is_terminal = io::stdout().is_terminal();
        HumanOptions {
            width: if is_terminal { width() } else { 100 },
            color: if use_color(self.arguments.color, is_terminal) { Color::Ansi } else { Color::Plain },
            detail: if self.arguments.quiet { Detail::Quiet } else { Detail::Normal },
            ..HumanOptions::default()
        }
    }

    fn alone(&self, subjects: &[Subject<'_>]) -> Exit {
        let mut out = Vec::new();
        let written = match self.arguments.format {
            ExplainFormat::Json => {
                let all: Vec<Explanation<'_>> = subjects.iter().map(Subject::explanation).collect();
                explain::write_json(&mut out, self.set, &all, &[])
            }
            ExplainFormat::Human => self.cards(subjects, &mut out),
        };
        finish(written, &out, Exit::Done)
    }

    fn cards(&self, subjects: &[Subject<'_>], out: &mut Vec<u8>) -> io::Result<()> {
        subjects.iter().enumerate().try_for_each(|(place, subject)| {
            if !self.arguments.quiet {
                separate(out, place);
            }
            explain::write_card(out, self.set, subject.policy, subject.rule, &subject.program, self.options())
        })
    }

    fn event(&self, subjects: &[Subject<'_>], text: &str) -> Exit {
        let file = match EventFile::read(text, self.arguments.max_inflated) {
            Ok(file) => file,
            Err(message) => {
                print_error(&message);
                return Exit::Verdict(Verdict::Incomplete);
            }
        };
        let mut taken: Vec<Taken> = Vec::new();
        for subject in subjects {
            match file.take(&subject.program) {
                Ok(one) => taken.push(one),
                Err(refusal) => {
                    refusal.problems.iter().for_each(|problem| say(problem));
                    print_error(&refusal.message);
                    return if refusal.problems.is_empty() { Exit::Usage } else { Exit::Verdict(Verdict::Incomplete) };
                }
            }
        }
        if let Some(hint) = taken.first().and_then(|one| file.hint(one)).filter(|_| !self.arguments.quiet) {
            say(&hint);
        }
        let traced: Vec<_> = subjects
            .iter()
            .zip(&taken)
            .map(|(subject, one)| {
                let trace = trace(self.set, subject.policy, subject.rule, &one.value, self.today);
                let places = one.places(&trace, &file);
                (trace, places)
            })
            .collect();
        let mut out = Vec::new();
        let all = subjects.iter().zip(&taken).zip(&traced);
        let mut seen = all.map(|((subject, one), (trace, places))| (subject, trace, one.seen(&file, places)));
        let written = match self.arguments.format {
            ExplainFormat::Json => {
                let all: Vec<Explanation<'_>> = seen
                    .map(|(subject, trace, event)| Explanation { trace: Some((trace, event)), ..subject.explanation() })
                    .collect();
                explain::write_json(&mut out, self.set, &all, &[])
            }
            ExplainFormat::Human if self.arguments.quiet => {
                for (_, trace, _) in seen {
                    out.extend_from_slice(explain::one_line(self.set, trace).as_bytes());
                    out.push(b'\n');
                }
                Ok(())
            }
            ExplainFormat::Human => {
                let mut place = 0;
                seen.try_for_each(|(_, trace, event)| {
                    separate(&mut out, place);
                    place += 1;
                    explain::write_trace(&mut out, self.set, trace, &event, self.options())
                })
            }
        };
        finish(written, &out, Exit::Done)
    }
}

impl<'s> Subject<'s> {
    fn explanation(&'s self) -> Explanation<'s> {
        Explanation { policy: self.policy, rule: self.rule, program: &self.program, trace: None, funnel: None }
    }
}

/// The rules that `text` names.
fn rules<'s>(set: &'s PolicySet, text: &str) -> Result<Vec<(PolicyIndex, &'s Rule)>, String> {
    let pattern = Pattern::new(text).map_err(|error| format!("`{text}` is no pattern: {}", error.msg))?;
    let found: Vec<_> = set.rules().filter(|(_, rule)| pattern.matches(&rule.id.value.0)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let ids: Vec<&str> = set.rules().map(|(_, rule)| rule.id.value.0.as_str()).collect();
    Err(match meant(text, &ids) {
        Some(id) => format!("no rule is called `{text}`: did you mean `{id}`?"),
        None => format!("no rule is called `{text}`: there are {} rules; `'*'` explains them all", ids.len()),
    })
}

/// The id that was meant: one that is close, or the only one that has the word in it.
fn meant<'i>(text: &str, ids: &[&'i str]) -> Option<&'i str> {
    // Ids are joined by hyphens, which the comparison takes for underscores.
    let plain: Vec<String> = ids.iter().map(|id| id.replace('-', "_")).collect();
    let names: Vec<&str> = plain.iter().map(String::as_str).collect();
    let near = closest(text, &names).and_then(|name| names.iter().position(|known| *known == name));
    if let Some(id) = near.and_then(|place| ids.get(place)) {
        return Some(id);
    }
    let mut having = ids.iter().filter(|id| id.contains(text));
    having.next().filter(|_| having.next().is_none()).copied()
}

/// A blank line between rules.
fn separate(out: &mut Vec<u8>, place: usize) {
    if place > 0 {
        out.push(b'\n');
    }
}

fn finish(written: io::Result<()>, out: &[u8], exit: Exit) -> Exit {
    if let Err(error) = written {
        print_error(&format!("cannot write the explanation: {error}"));
        return Exit::Usage;
    }
    match print(out) {
        Ok(()) => exit,
        Err(exit) => exit,
    }
}

/// A problem for a document in JSON.
fn problem_value(problem: &crate::event::Problem) -> Value {
    serde_json::to_value(problem).unwrap_or_default()
}
