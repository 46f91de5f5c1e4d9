//! What the catalogue of services adds to fields and values: the events of the services that a rule names, and the fields of their
//! requests and responses.

use crate::event::catalog::FieldType;
use crate::event::services::{Access, Part, Recorded, Service, action_sources, service, services};
use crate::json::Step;
use crate::lsp::field::{Call, KnownField, type_word};

/// Most fields that are told of one call.
const FIELDS_LIMIT: usize = 400;
/// How far below `requestParameters` they may lie.
const DEPTH_LIMIT: usize = 4;

/// Fields of the request and the response of the call, as paths from the event.
#[must_use]
pub fn fields(call: &Call) -> Vec<KnownField> {
    let mut found: Vec<KnownField> = Vec::new();
    for name in &call.names {
        for service in services_of(call, name) {
            for (part, path) in [(Part::Request, "$.requestParameters"), (Part::Response, "$.responseElements")] {
                let mut walk = Walk { service, name, part, found: &mut found };
                walk.below(path, &mut Vec::new());
            }
        }
    }
    found
}

/// The services that the call is to, those that have an event called `name` where the rule does not say.
fn services_of(call: &Call, name: &str) -> Vec<&'static Service> {
    if call.sources.is_empty() {
        action_sources(name).into_iter().filter_map(service).collect()
    } else {
        call.sources.iter().filter_map(|source| service(source)).collect()
    }
}

struct Walk<'w> {
    service: &'static Service,
    name: &'w str,
    part: Part,
    found: &'w mut Vec<KnownField>,
}

impl Walk<'_> {
    fn below(&mut self, path: &str, steps: &mut Vec<Step>) {
        if steps.len() >= DEPTH_LIMIT {
            return;
        }
        for (name, kind) in self.service.fields(self.name, self.part, steps) {
            let is_word = name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_');
            let path = if is_word { format!("{path}.{name}") } else { format!("{path}['{name}']") };
            if self.found.len() >= FIELDS_LIMIT || self.found.iter().any(|field| field.path == path) {
                continue;
            }
            let note = format!("Of `{}` ({}).", self.name, self.service.source());
            let known = (kind != FieldType::Unknown).then_some(kind);
            self.found.push(KnownField { path: path.clone(), kind: known, note: Some(note) });
            steps.push(Step::Name(name));
            match kind {
                FieldType::Object => self.below(&path, steps),
                FieldType::Array => {
                    steps.push(Step::Index(0));
                    self.below(&format!("{path}[*]"), steps);
                    steps.pop();
                }
                _ => {}
            }
            steps.pop();
        }
    }
}

/// Values of the field at `path`: services for `$.eventSource`, the events of the call's services for `$.eventName`.
#[must_use]
pub fn values(path: &str, call: &Call) -> Vec<(String, String)> {
    match path {
        "$.eventSource" => services()
            .map(|service| (service.source().to_owned(), format!("{} kinds of events", service.actions().len())))
            .collect(),
        "$.eventName" => call
            .sources
            .iter()
            .filter_map(|source| service(source))
            .flat_map(|service| {
                service.actions().iter().map(|action| (action.name.clone(), told(action.access, service)))
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// What is known of `value` of the field at `path`.
#[must_use]
pub fn value(path: &str, value: &str, call: &Call) -> Option<String> {
    match path {
        "$.eventSource" => {
            let service = service(value)?;
            Some(format!("`{value}`: {} kinds of events are known.", service.actions().len()))
        }
        "$.eventName" => services_of(call, value).into_iter().find_map(|service| {
            let Recorded::Known(action) = service.action(value) else { return None };
            let mut told = format!("`{value}`: {}.", told(action.access, service));
            let fields = service.fields(value, Part::Request, &[]);
            if !fields.is_empty() {
                let fields: Vec<String> =
                    fields.iter().map(|(name, kind)| format!("`{name}` ({})", type_word(*kind))).collect();
                told.push_str(&format!("\n\n`requestParameters`: {}", fields.join(", ")));
            }
            Some(told)
        }),
        _ => None,
    }
}

fn told(access: Access, service: &Service) -> String {
    let does = match access {
        Access::Read => "reads",
        Access::Write => "changes something",
    };
    format!("{does}, in `{}`", service.source())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_fields_of_a_call() {
        let call =
            Call { sources: vec!["monitoring.amazonaws.com".to_owned()], names: vec!["PutMetricAlarm".to_owned()] };
        let found = fields(&call);
        let kind = |path: &str| found.iter().find(|field| field.path == path).and_then(|field| field.kind);
        assert_eq!(kind("$.requestParameters.alarmName"), Some(FieldType::String));
        assert_eq!(kind("$.requestParameters.evaluationPeriods"), Some(FieldType::Number));
        let names: Vec<_> = values("$.eventName", &call).into_iter().map(|(name, _)| name).collect();
        assert!(names.contains(&"DeleteAlarms".to_owned()) && !names.contains(&"CreateUser".to_owned()));
        // A rule that does not say which service it means.
        let unsure = Call { sources: Vec::new(), names: vec!["CreateAccessKey".to_owned()] };
        assert!(fields(&unsure).iter().any(|field| field.path == "$.requestParameters.userName"));
        assert!(
            value("$.eventName", "CreateAccessKey", &unsure).is_some_and(|told| told.contains("changes something"))
        );
        assert_eq!(values("$.eventName", &Call::default()), []);
    }
}
