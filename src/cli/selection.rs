//! Which rules of the policies a run is about: by id, tag, control and severity.

use std::collections::BTreeSet;

use glob::Pattern;

use crate::policy::parse::closest;
use crate::policy::{PolicySet, Rule, Severity};

/// Which rules of the policies are wanted.
#[derive(Debug, Clone, Default)]
pub struct Selection<'a> {
    /// Id patterns, any of them; empty is all.
    pub only: &'a [String],
    /// Id patterns that are left out.
    pub skip: &'a [String],
    /// Tags, any of them; empty is all.
    pub tags: &'a [String],
    /// `FRAMEWORK[:CONTROL]`, any of them; empty is all.
    pub controls: &'a [String],
    /// The least severity.
    pub min_severity: Option<Severity>,
}

/// The rules of `set` that `selection` wants.
///
/// # Errors
/// A pattern, tag or control that no rule has, or that no rule is left: in words.
pub fn select(set: PolicySet, selection: &Selection<'_>) -> Result<PolicySet, String> {
    let ids: Vec<&str> = set.rules().map(|(_, rule)| rule.id.value.0.as_str()).collect();
    let patterns = |texts: &[String], flag: &str| -> Result<Vec<Pattern>, String> {
        texts
            .iter()
            .map(|text| {
                let pattern =
                    Pattern::new(text).map_err(|error| format!("{flag} `{text}` is no pattern: {}", error.msg))?;
                if ids.iter().any(|id| pattern.matches(id)) {
                    return Ok(pattern);
                }
                let help = closest(text, &ids).map_or_else(String::new, |id| format!(": did you mean `{id}`?"));
                Err(format!("{flag} `{text}` matches no rule{help}"))
            })
            .collect()
    };
    let only = patterns(selection.only, "--only")?;
    let skip = patterns(selection.skip, "--skip")?;
    for tag in selection.tags {
        if !set.rules().any(|(_, rule)| rule.tags.contains(tag)) {
            let known: BTreeSet<&str> =
                set.rules().flat_map(|(_, rule)| rule.tags.iter().map(String::as_str)).collect();
            return Err(format!("--tag `{tag}`: no rule has this tag{}", among(tag, "tags", known)));
        }
    }
    for control in selection.controls {
        if !set.rules().any(|(_, rule)| supports(rule, control)) {
            return Err(format!("--control `{control}`: no rule supports it{}", known_controls(&set, control)));
        }
    }
    let wanted = |rule: &Rule| {
        let id = &rule.id.value.0;
        (only.is_empty() || only.iter().any(|pattern| pattern.matches(id)))
            && !skip.iter().any(|pattern| pattern.matches(id))
            && (selection.tags.is_empty() || selection.tags.iter().any(|tag| rule.tags.contains(tag)))
            && (selection.controls.is_empty() || selection.controls.iter().any(|control| supports(rule, control)))
            && selection.min_severity.is_none_or(|least| rule.severity >= least)
    };
    let selected = set.filtered(&wanted);
    if selected.rules().next().is_none() {
        return Err("no rule is left: the policies hold none, or the selection leaves none".to_owned());
    }
    Ok(selected)
}

/// What there is instead of `control`: controls of its framework, or frameworks.
fn known_controls(set: &PolicySet, control: &str) -> String {
    let framework = control.split_once(':').map_or(control, |(framework, _)| framework);
    let controls: Vec<_> = set.rules().flat_map(|(_, rule)| &rule.controls).collect();
    let ids: BTreeSet<&str> = controls
        .iter()
        .filter(|(known, _)| *known == framework)
        .flat_map(|(_, ids)| ids.iter().map(String::as_str))
        .collect();
    if ids.is_empty() {
        return among(framework, "frameworks", controls.iter().map(|(known, _)| known.as_str()).collect());
    }
    format!(": controls of `{framework}` are {}", ids.into_iter().collect::<Vec<_>>().join(", "))
}

/// The one of `known` that is meant by `word`, or all of them, as the end of a message.
fn among(word: &str, what: &str, known: BTreeSet<&str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match closest(word, &known) {
        _ if known.is_empty() => format!(": the policies have no {what}"),
        Some(near) => format!(": did you mean `{near}`?"),
        None => format!(": {what} are {}", known.join(", ")),
    }
}

fn supports(rule: &Rule, control: &str) -> bool {
    let (framework, id) = control.split_once(':').map_or((control, None), |(framework, id)| (framework, Some(id)));
    rule.controls.get(framework).is_some_and(|ids| id.is_none_or(|id| ids.iter().any(|known| known == id)))
}
