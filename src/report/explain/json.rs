//! An explanation as JSON: one document with an entry for each rule.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::compile::Program;
use crate::json::Location;
use crate::policy::prose::{self, Clause, Names};
use crate::policy::{PolicyIndex, PolicySet, Rule};
use crate::report::explain::card::{keys, slot_paths};
use crate::report::explain::funnel::{Funnel, NearMiss};
use crate::report::explain::over_time;
use crate::report::explain::place::{SeenEvent, Sources};
use crate::report::safe_json::write_indented;
use crate::text::{LineColumn, Span};
use crate::violation::trace::{Observed, Outcome, Role, Trace, TraceKind, TraceNode, TracePart};

/// What is known of one rule.
#[derive(Debug)]
pub struct Explanation<'e> {
    /// The policy it stands in.
    pub policy: PolicyIndex,
    /// The rule.
    pub rule: &'e Rule,
    /// The rule compiled alone.
    pub program: &'e Program,
    /// What it says of one event.
    pub trace: Option<(&'e Trace, SeenEvent<'e>)>,
    /// What it comes to over logs.
    pub funnel: Option<Funnel<'e>>,
}

/// Writes `explanations` and the problems of reading, as a document with a line feed behind it.
///
/// # Errors
/// Those of `out`.
pub fn write(
    out: &mut dyn Write,
    set: &PolicySet,
    explanations: &[Explanation<'_>],
    problems: &[Value],
) -> io::Result<()> {
    let rules: Vec<Value> = explanations.iter().map(|each| explanation(set, each)).collect();
    write_indented(out, &json!({"version": 1, "rules": rules, "problems": problems}))?;
    writeln!(out)
}

fn explanation(set: &PolicySet, explanation: &Explanation<'_>) -> Value {
    let Explanation { policy, rule, program, .. } = explanation;
    let names = Names { set, policy: *policy };
    let exceptions: Vec<Value> = rule
        .exceptions
        .iter()
        .map(|exception| {
            json!({
                "name": exception.name.value, "until": exception.until.value.to_string(), "reason": exception.reason,
                "words": clause(&prose::exception(names, exception)),
            })
        })
        .collect();
    let keys: Map<String, Value> =
        keys(program).into_iter().map(|(location, values)| (location.to_string(), json!(values))).collect();
    let mut document = json!({
        "rule": rule.id.value.0,
        "title": rule.title,
        "severity": rule.severity.word(),
        "place": place(set, *policy, rule.id.span),
        "controls": rule.controls,
        "tags": rule.tags,
        "waivable": rule.waivable,
        "population": clause(&prose::population(names, rule)),
        "obligation": clause(&prose::obligation(names, rule)),
        "exceptions": exceptions,
        "index": keys,
        "slots": slot_paths(program),
    });
    if let Some(object) = document.as_object_mut() {
        if let Some((each, event)) = &explanation.trace {
            object.insert("trace".to_owned(), trace(set, each, event));
        }
        if let Some(each) = &explanation.funnel {
            object.insert("funnel".to_owned(), funnel(set, each));
        }
    }
    document
}

fn clause(clause: &Clause) -> Value {
    if clause.items.is_empty() {
        return json!({"text": clause.text});
    }
    json!({"text": clause.text, "items": clause.items.iter().map(self::clause).collect::<Vec<_>>()})
}

fn place(set: &PolicySet, policy: PolicyIndex, span: Span) -> Value {
    let (file, at) = Sources(set).at(policy, span);
    json!({"file": file, "line": at.line, "column": at.column})
}

fn log_place(file: &str, at: LineColumn) -> Value {
    json!({"file": file, "line": at.line, "column": at.column})
}

fn trace(set: &PolicySet, trace: &Trace, event: &SeenEvent<'_>) -> Value {
    let outcome = match trace.outcome {
        Outcome::OutsidePopulation => "not_in_population",
        Outcome::NotDecided => "in_population",
        Outcome::NoViolation => "no_violation",
        Outcome::Violation => "violation",
        Outcome::Covered(_) => "waived",
    };
    let decided = trace.first_decider().map(|(part, node)| {
        let mut node = self::node(set, node, event);
        if let Some(object) = node.as_object_mut() {
            object.remove("children");
            object.insert("role".to_owned(), json!(role(&part.role)));
        }
        node
    });
    json!({
        "outcome": outcome,
        "event": {
            "record": event.record, "place": log_place(event.file, event.at), "id": event.identity.id,
            "name": event.identity.name, "time": event.identity.time, "principal": event.identity.principal,
        },
        "decided_by": decided,
        "parts": trace.parts.iter().map(|each| part(set, each, event)).collect::<Vec<_>>(),
    })
}

const fn role(role: &Role) -> &'static str {
    match role {
        Role::Exception { .. } => "exception",
        other => other.keyword(),
    }
}

fn part(set: &PolicySet, part: &TracePart, event: &SeenEvent<'_>) -> Value {
    let mut document = json!({
        "role": role(&part.role),
        "holds": part.holds,
        "decisive": part.decisive,
        "condition": part.root.as_ref().map(|root| node(set, root, event)),
    });
    let Some(object) = document.as_object_mut() else { return document };
    match &part.role {
        Role::Step(name) => {
            object.insert("name".to_owned(), json!(name));
        }
        Role::Exception { name, in_force } => {
            object.insert("name".to_owned(), json!(name));
            object.insert("in_force".to_owned(), json!(in_force));
        }
        Role::Waiver { name, in_force, fingerprint } => {
            object.insert("name".to_owned(), json!(name));
            object.insert("in_force".to_owned(), json!(in_force));
            object.insert("fingerprint".to_owned(), json!(fingerprint));
        }
        Role::Population | Role::Forbid | Role::Require | Role::Event => {}
    }
    document
}

fn node(set: &PolicySet, node: &TraceNode, event: &SeenEvent<'_>) -> Value {
    let mut object = Map::new();
    object.insert("kind".to_owned(), json!(kind(node.id.kind)));
    object.insert("words".to_owned(), json!(node.words));
    object.insert("holds".to_owned(), json!(node.holds));
    object.insert("decisive".to_owned(), json!(node.decisive));
    object.insert("policy".to_owned(), place(set, node.id.policy, node.id.span));
    if let Some(found) = node.found {
        object.insert("found".to_owned(), json!(found));
    }
    if let Some(seen) = &node.observed {
        object.insert("missing".to_owned(), json!(seen.value.is_none()));
        object.insert("observed".to_owned(), observed(seen, event));
    }
    if !node.children.is_empty() {
        let children: Vec<Value> = node.children.iter().map(|child| self::node(set, child, event)).collect();
        object.insert("children".to_owned(), Value::Array(children));
    }
    Value::Object(object)
}

fn observed(seen: &Observed, event: &SeenEvent<'_>) -> Value {
    json!({
        "path": seen.location.to_string(),
        "inner_path": seen.inner.as_ref().map(Location::to_string),
        "value": seen.value,
        "place": event.at(seen).map(|at| log_place(event.file, at)),
    })
}

const fn kind(kind: TraceKind) -> &'static str {
    match kind {
        TraceKind::All => "all",
        TraceKind::Any => "any",
        TraceKind::Not => "not",
        TraceKind::Use => "use",
        TraceKind::Where => "where",
        TraceKind::Predicate => "predicate",
        TraceKind::Test => "test",
        TraceKind::Node => "node",
        TraceKind::Operator => "operator",
        TraceKind::Alternative => "alternative",
        TraceKind::Operand => "operand",
    }
}

fn funnel(set: &PolicySet, funnel: &Funnel<'_>) -> Value {
    json!({
        "events": funnel.events,
        "population": funnel.population,
        "failed": funnel.failed,
        "waived": funnel.waived,
        "violations": funnel.failed.saturating_sub(funnel.waived),
        "near_misses": funnel.near.iter().map(|near| near_miss(set, near)).collect::<Vec<_>>(),
        "over_time": funnel.over_time.as_ref().map(over_time::value),
    })
}

fn near_miss(set: &PolicySet, near: &NearMiss<'_>) -> Value {
    let first: Vec<Value> = near
        .first
        .iter()
        .map(|event| {
            let evidence: Vec<Value> = event
                .evidence
                .iter()
                .map(|evidence| {
                    json!({
                        "path": evidence.location.to_string(),
                        "inner_path": evidence.inner.as_ref().map(Location::to_string),
                        "value": evidence.observed,
                        "place": log_place(&event.file, evidence.at.unwrap_or(event.at)),
                    })
                })
                .collect();
            json!({
                "record": event.record, "place": log_place(&event.file, event.at), "id": event.event.id,
                "name": event.event.name, "time": event.event.time, "principal": event.event.principal,
                "evidence": evidence,
            })
        })
        .collect();
    let names: Map<String, Value> = near.names.iter().map(|(name, number)| (name.clone(), json!(number))).collect();
    json!({
        "role": near.keyword, "words": near.words, "policy": place(set, near.policy, near.span),
        "events": near.events, "by_event_name": names, "first": first,
    })
}
