//! Asks the service catalogue about a field of a request or a response.

use std::collections::BTreeSet;

use crate::compile::lint::context::Context;
use crate::event::catalog::FieldType;
use crate::event::services::{Field, Part, Recorded, Service, service};
use crate::json::Step;
use crate::policy::error::{Code, PolicyError};
use crate::policy::fix::{Fix, scalar_like};
use crate::policy::model::PathRef;
use crate::text::Source;

/// Most fields that a help lists.
const LISTED: usize = 8;

/// What is known of a field.
pub(super) enum Answer {
    /// It may be there, with this type.
    Field(FieldType),
    /// None of the events has it.
    Missing(Missing),
}

/// A field that none of the events has.
pub(super) struct Missing {
    /// The first step that leads nowhere.
    at: usize,
    /// The name that was probably meant there.
    meant: Option<String>,
    /// The events that were looked at.
    events: String,
    /// The fields that there are instead.
    fields: Vec<String>,
}

/// What is known of the field at `steps` from the event, in the events that `context` allows.
pub(super) fn ask(steps: &[Step], context: &Context) -> Answer {
    ask_services(steps, context).unwrap_or(Answer::Field(FieldType::Unknown))
}

fn ask_services(steps: &[Step], context: &Context) -> Option<Answer> {
    let (Step::Name(first), rest) = steps.split_first()? else { return None };
    let part = match first.as_str() {
        "requestParameters" => Part::Request,
        "responseElements" => Part::Response,
        _ => return None,
    };
    if rest.is_empty() {
        return None;
    }
    let services: Vec<&Service> =
        context.sources.as_ref()?.iter().map(|source| service(source)).collect::<Option<_>>()?;
    let mut known: Vec<FieldType> = Vec::new();
    let mut missing: Vec<(usize, Option<String>)> = Vec::new();
    let mut asked: Vec<(&Service, &str)> = Vec::new();
    for service in services {
        for action in actions(service, context)? {
            asked.push((service, action));
            match service.field(action, part, rest) {
                Field::Unknown => return None,
                Field::Known(kind) => known.push(kind),
                Field::Missing { at, meant, .. } => missing.push((at, meant)),
            }
        }
    }
    if let Some(first) = known.first() {
        let kind = if known.iter().all(|kind| kind == first) { *first } else { FieldType::Unknown };
        return Some(Answer::Field(kind));
    }
    // What goes furthest down tells most.
    let (at, meant) = missing.into_iter().max_by_key(|(at, meant)| (*at, meant.is_some()))?;
    let events = match asked.as_slice() {
        [(service, action)] => format!("`{action}` of {}", service.source()),
        [(service, _), ..] if asked.iter().all(|(other, _)| other.source() == service.source()) => {
            format!("none of these events of {}", service.source())
        }
        _ => "none of these events".to_owned(),
    };
    let above = rest.get(..at).unwrap_or_default();
    let fields: BTreeSet<String> = match asked.as_slice() {
        [(service, action)] => service.fields(action, part, above).into_iter().map(|(name, _)| name).collect(),
        _ => BTreeSet::new(),
    };
    Some(Answer::Missing(Missing { at: at + 1, meant, events, fields: fields.into_iter().collect() }))
}

fn actions<'a>(service: &'a Service, context: &'a Context) -> Option<Vec<&'a str>> {
    match &context.names {
        Some(names) => {
            let known = |name: &&str| matches!(service.action(name), Recorded::Known(_) | Recorded::As(_));
            Some(names.iter().map(String::as_str).filter(known).collect())
        }
        None if service.is_open() => None,
        None => Some(service.actions().iter().map(|action| action.name.as_str()).collect()),
    }
}

impl Missing {
    /// The warning about it: `path` leads to `steps` in the policy `source`.
    pub(super) fn warning(self, path: &PathRef, steps: &[Step], source: &Source) -> PolicyError {
        let whole = written(steps);
        let message = match self.events.strip_prefix("none") {
            Some(_) => format!("{} has a field `{whole}`", self.events),
            None => format!("{} has no field `{whole}`", self.events),
        };
        let wrong = steps.get(self.at);
        let meant = self.meant.zip(wrong).and_then(|(meant, wrong)| match wrong {
            Step::Name(wrong) => Some((renamed(path, wrong, &meant)?, meant)),
            Step::Index(_) => None,
        });
        let help = match (&meant, self.fields.as_slice()) {
            (Some((path, _)), _) => format!("did you mean `{path}`?"),
            (None, []) => {
                "compare it with a recorded event: names are case-sensitive, the first letter is lower-case".to_owned()
            }
            (None, fields) => {
                let more = if fields.len() > LISTED { ", …" } else { "" };
                let list: Vec<String> = fields.iter().take(LISTED).map(|name| format!("`{name}`")).collect();
                format!("its fields are {}{more}", list.join(", "))
            }
        };
        let text = &source.text;
        let own = path.span.of(text);
        // Between the braces of a template a path stands as it is, not as a scalar.
        let in_template = text.get(..path.span.start).is_some_and(|before| before.ends_with('{'))
            && text.get(path.span.end..).is_some_and(|after| after.starts_with('}'));
        let fix = meant.and_then(|(renamed, meant)| match in_template {
            false => Some(Fix::replace(format!("write `{meant}`"), path.span, scalar_like(own, &renamed))),
            true => (own == path.written()).then(|| Fix::replace(format!("write `{meant}`"), path.span, renamed)),
        });
        PolicyError::warning(Code::UnknownField, source, message).label(path.span, "no such field").help(help).fix(fix)
    }
}

/// `path` as the author wrote it, with the name `wrong` in it replaced; `None` where that is not once in it.
fn renamed(path: &PathRef, wrong: &str, meant: &str) -> Option<String> {
    let text = path.written();
    let parts: Vec<&str> = text.split('.').collect();
    let matches = |part: &&str| part.split('[').next() == Some(wrong);
    if parts.iter().filter(|part| matches(part)).count() != 1 {
        return None;
    }
    let name = |part: &&str| if matches(part) { part.replacen(wrong, meant, 1) } else { (*part).to_owned() };
    Some(parts.iter().map(name).collect::<Vec<_>>().join("."))
}

/// `steps` as a path is written: `$.requestParameters.tags[0].key`.
pub(super) fn written(steps: &[Step]) -> String {
    let mut text = String::from("$");
    for step in steps {
        match step {
            Step::Name(name) if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
                text.push('.');
                text.push_str(name);
            }
            Step::Name(name) => text.push_str(&format!("['{name}']")),
            Step::Index(_) => text.push_str("[*]"),
        }
    }
    text
}
