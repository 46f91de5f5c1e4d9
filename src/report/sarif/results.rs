//! Violations as SARIF results: the worst first, no more than GitHub shows.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use serde_json::{Value, json};
use serde_sarif::sarif::{Location, PropertyBag, Result, ResultLevel, Suppression};

use crate::report::reporter::RunReport;
use crate::report::sarif::flow::{code_flow, timeline_places};
use crate::report::sarif::place::{location, primary, text};
use crate::report::sarif::words::{first_line, level, line, number, rank, word};
use crate::violation::{Violation, Waived};

/// Results of a run that GitHub shows.
pub(super) const RESULTS: usize = 5000;
/// Characters of a message.
const MESSAGE: usize = 2000;
/// Characters of a property.
const PROPERTY: usize = 500;
/// Items of evidence told of beside the first.
const RELATED: usize = 20;

/// At most [`RESULTS`] results, by severity and then as the inputs come. Where there are more, waived violations go first, then
/// the least severe.
pub(super) fn results(run: &RunReport<'_>) -> Vec<Result> {
    let mut chosen: Vec<(usize, &Violation)> = run.violations.iter().enumerate().collect();
    if chosen.len() > RESULTS {
        chosen.sort_by_key(|(_, violation)| (violation.waived.is_some(), Reverse(violation.severity)));
        chosen.truncate(RESULTS);
    }
    chosen.sort_by_key(|(place, violation)| (Reverse(violation.severity), *place));
    let waived = chosen.iter().any(|(_, violation)| violation.waived.is_some());
    let places: HashMap<&str, usize> =
        run.rules.iter().enumerate().map(|(place, card)| (card.rule.0.as_str(), place)).collect();
    chosen
        .into_iter()
        .map(|(_, violation)| {
            let mut result = result(run, violation);
            result.rule_index = places.get(violation.rule.0.as_str()).copied().map(number);
            // Where one result has suppressions, their absence in another would mean that nothing is known of them.
            result.suppressions = waived.then(|| violation.waived.iter().map(suppression).collect());
            result
        })
        .collect()
}

fn result(run: &RunReport<'_>, violation: &Violation) -> Result {
    let message = first_line(&[&violation.message, &violation.title, &violation.rule.0], MESSAGE);
    let mut result = Result::builder().message(text(&message)).build();
    result.rule_id = Some(first_line(&[&violation.rule.0], 255));
    result.level = Some(match level(violation.severity) {
        "error" => ResultLevel::Error,
        "warning" => ResultLevel::Warning,
        _ => ResultLevel::Note,
    });
    result.rank = Some(rank(violation.severity));
    let first = primary(violation);
    result.locations = Some(vec![location(violation, first)]);
    let others =
        violation.evidence.iter().filter(|evidence| !first.is_some_and(|first| std::ptr::eq(first, *evidence)));
    let evidence = others.map(|evidence| location(violation, Some(evidence)));
    // The first event of a timeline stands where the result does.
    let events = violation.timeline.iter().flat_map(|timeline| timeline_places(timeline)).skip(1);
    let related: Vec<_> =
        evidence.chain(events).take(RELATED).zip(1..).map(|(place, id)| Location { id: Some(id), ..place }).collect();
    result.code_flows = violation.timeline.as_deref().map(|timeline| vec![code_flow(timeline)]);
    result.related_locations = (!related.is_empty()).then_some(related);
    let fingerprint = |name: &str| (name.to_owned(), violation.fingerprint.clone());
    result.partial_fingerprints =
        Some(BTreeMap::from([fingerprint("primaryLocationLineHash"), fingerprint("trailgate/v1")]));
    if run.baseline.is_some() {
        result.baseline_state = Some(word(if run.is_new(violation) { "new" } else { "unchanged" }));
    }
    result.properties = Some(properties(violation));
    result
}

fn properties(violation: &Violation) -> PropertyBag {
    let event = &violation.event;
    let fields = [
        ("event_id", &event.id),
        ("event_time", &event.time),
        ("event_name", &event.name),
        ("event_source", &event.source),
        ("principal", &event.principal),
        ("account", &event.account),
        ("region", &event.region),
        ("source_ip", &event.source_ip),
    ];
    let mut bag = bag(fields.into_iter().map(|(name, value)| (name, value.as_deref())));
    bag.additional_properties.insert("record".to_owned(), json!(violation.record));
    bag
}

fn bag<'a>(fields: impl Iterator<Item = (&'static str, Option<&'a str>)>) -> PropertyBag {
    let text = |value: &str| Value::from(line(value, PROPERTY));
    let additional_properties = fields.filter_map(|(name, value)| Some((name.to_owned(), text(value?)))).collect();
    PropertyBag { tags: None, additional_properties }
}

fn suppression(waived: &Waived) -> Suppression {
    let mut suppression = Suppression::builder().kind(word("external")).build();
    suppression.status = Some(word("accepted"));
    suppression.justification = Some(first_line(&[&waived.reason, &waived.name], MESSAGE));
    let until = waived.until.to_string();
    let fields =
        [("name", Some(waived.name.as_str())), ("owner", waived.owner.as_deref()), ("until", Some(until.as_str()))];
    suppression.properties = Some(bag(fields.into_iter()));
    suppression
}
