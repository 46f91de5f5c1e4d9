//! Event sources and event names that no service has, or not together.

use std::collections::BTreeSet;

use crate::compile::lint::context::Context;
use crate::event::services::{Recorded, Service, action_sources, actions_near, service, services_with, sources_near};
use crate::policy::error::{Code, PolicyError};
use crate::policy::fix::{Fix, scalar_like};
use crate::policy::model::Spanned;
use crate::policy::operator::{Scalar, Value};
use crate::text::Source;

/// What people write for an event source, and the event source.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("cloudwatch", "monitoring.amazonaws.com"),
    ("cloudwatchlogs", "logs.amazonaws.com"),
    ("cloudwatch-logs", "logs.amazonaws.com"),
    ("eventbridge", "events.amazonaws.com"),
    ("cloudwatchevents", "events.amazonaws.com"),
    ("console", "signin.amazonaws.com"),
    ("login", "signin.amazonaws.com"),
    ("elb", "elasticloadbalancing.amazonaws.com"),
    ("elbv2", "elasticloadbalancing.amazonaws.com"),
    ("efs", "elasticfilesystem.amazonaws.com"),
    ("emr", "elasticmapreduce.amazonaws.com"),
    ("email", "ses.amazonaws.com"),
    ("stepfunctions", "states.amazonaws.com"),
    ("organization", "organizations.amazonaws.com"),
    ("opensearch", "es.amazonaws.com"),
];

fn texts(values: &[Value]) -> impl Iterator<Item = (&str, &Spanned<Scalar>)> {
    values.iter().filter_map(|value| match value {
        Value::Literal(literal) => match &literal.value {
            Scalar::String(text) => Some((text.as_str(), literal)),
            _ => None,
        },
        Value::Path(_) | Value::Template(_) => None,
    })
}

fn rewrite(source: &Source, literal: &Spanned<Scalar>, text: &str) -> Fix {
    let written = literal.span.of(&source.text);
    Fix::replace(format!("write `{text}`"), literal.span, scalar_like(written, text))
}

/// The warnings about `values`, which `$.eventSource` is compared with.
pub(super) fn sources(source: &Source, values: &[Value]) -> Vec<PolicyError> {
    let mut warnings = Vec::new();
    for (text, literal) in texts(values).filter(|(text, _)| service(text).is_none()) {
        let bare = text.split('.').next().unwrap_or_default().to_ascii_lowercase();
        let named = OTHER_NAMES.iter().find(|(other, _)| *other == bare).map(|(_, named)| *named);
        let whole = format!("{bare}.amazonaws.com");
        let meant = named.or_else(|| service(&whole).map(Service::source)).or_else(|| sources_near(text));
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "compare it with a recorded event; where a service is newer than the catalogue, add \
                `# trailgate: allow unknown-event-source`"
                .to_owned(),
        };
        warnings.push(
            PolicyError::warning(Code::UnknownEventSource, source, format!("no AWS service is recorded as `{text}`"))
                .label(literal.span, "no such event source")
                .help(help)
                .fix(meant.map(|meant| rewrite(source, literal, meant))),
        );
    }
    warnings
}

/// The warnings about `values`, which `$.eventName` is compared with where `context` holds.
pub(super) fn names(source: &Source, values: &[Value], context: &Context) -> Vec<PolicyError> {
    let all: BTreeSet<&str> = texts(values).map(|(text, _)| text).collect();
    let anywhere = context.sources.is_none();
    let named: Option<Vec<&Service>> = match &context.sources {
        Some(sources) if !sources.is_empty() => sources.iter().map(|source| service(source)).collect(),
        Some(_) => None,
        None => Some(Vec::new()),
    };
    let Some(named) = named else { return Vec::new() };
    let mut warnings = Vec::new();
    for (text, literal) in texts(values) {
        let known: Vec<&Service> = if anywhere { services_with(text) } else { named.clone() };
        let found: Vec<Recorded<'_>> = known.iter().map(|service| service.action(text)).collect();
        let renamed = found.iter().find_map(|found| match found {
            Recorded::As(action) => Some(action.name.as_str()),
            _ => None,
        });
        let (message, meant) = if let Some(name) = renamed {
            if all.contains(name) || found.iter().any(|found| matches!(found, Recorded::Known(_))) {
                continue;
            }
            (format!("events of `{text}` carry the name `{name}`"), Some(name))
        } else if anywhere {
            // Not every event of every service is known: only what is nearly one is told.
            if found.iter().any(|found| matches!(found, Recorded::Known(_))) {
                continue;
            }
            let Some(near) = actions_near(text) else { continue };
            (format!("no AWS service has an event `{text}`"), Some(near))
        } else {
            if found.iter().any(Recorded::is_known) {
                continue;
            }
            // None of them has it, so that each may have one that is near.
            let near = known.iter().filter_map(|service| service.near(text)).map(|action| action.name.as_str());
            let near: BTreeSet<&str> = near.collect();
            let whose = match known.as_slice() {
                [service] => format!("{} has no event `{text}`", service.source()),
                _ => format!("none of these services has an event `{text}`"),
            };
            (whose, if near.len() == 1 { near.into_iter().next() } else { None })
        };
        let homes = action_sources(text);
        let homes = if renamed.is_some() { Vec::new() } else { homes };
        let help = match (meant, homes.as_slice()) {
            (None, [_, ..]) if !anywhere => format!("`{text}` is an event of {}", listed(&homes)),
            (Some(meant), [_, ..]) if !anywhere => {
                format!("did you mean `{meant}`? `{text}` is an event of {}", listed(&homes))
            }
            (Some(meant), _) => format!("did you mean `{meant}`?"),
            _ => "compare it with a recorded event: names are case-sensitive".to_owned(),
        };
        let fix = meant.filter(|_| homes.is_empty() && !all.contains(meant.unwrap_or_default()));
        warnings.push(
            PolicyError::warning(Code::UnknownEventName, source, message)
                .label(literal.span, "no such event")
                .help(help)
                .fix(fix.map(|meant| rewrite(source, literal, meant))),
        );
    }
    warnings
}

/// The first of `sources`, in words.
fn listed(sources: &[&str]) -> String {
    match sources {
        [one] => (*one).to_owned(),
        [one, other] => format!("{one} and {other}"),
        [one, other, ..] => format!("{one}, {other} and others"),
        [] => String::new(),
    }
}
