//! `trailgate waive`: a violation of a report in, a waiver for it at the end of a waivers file out.

use std::io;
use std::path::Path;

use crate::audit::input::in_words;
use crate::cli::args::WaiveArgs;
use crate::cli::check::today;
use crate::cli::diagnostics::{print_error, print_policy_errors, say};
use crate::cli::exit::Exit;
use crate::cli::policies::load_or_say;
use crate::cli::replace::replace;
use crate::cli::reported::{Reported, find};
use crate::policy::parse::closest;
use crate::policy::waiver_entry::{WaiverEntry, with_entry};
use crate::policy::{PolicySet, parse_waivers};
use crate::text::Source;
use crate::text::sanitize::one_line;

/// Digits of the fingerprint in the name of a waiver.
const NAME_DIGITS: usize = 8;

/// Runs `trailgate waive`.
pub fn waive(arguments: &WaiveArgs) -> Exit {
    match written(arguments) {
        Ok(done) => {
            say(&done);
            Exit::Done
        }
        Err(message) => {
            if let Some(message) = message {
                print_error(&message);
            }
            Exit::Usage
        }
    }
}

/// What was done; or why not, where that is not yet printed.
fn written(arguments: &WaiveArgs) -> Result<String, Option<String>> {
    let today = arguments.as_of.unwrap_or_else(today);
    if arguments.until < today {
        return Err(Some(format!("--until {} is past: a waiver needs a last day from {today} on", arguments.until)));
    }
    let violation = find(&arguments.from, &arguments.fingerprint)?;
    let set = load_or_say(&arguments.policies, &[], arguments.color).map_err(|_| None)?;
    waivable(&set, &violation.rule)?;
    let file = arguments.file.as_path();
    let shown = file.display().to_string();
    let old = match std::fs::read_to_string(file) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(Some(format!("the waivers file `{shown}` cannot be read: {}", in_words(&error)))),
    };
    let name = arguments.name.clone().unwrap_or_else(|| name(&violation));
    let check = |text: &str| {
        let folder = file.parent().map(Path::to_owned).unwrap_or_default();
        let list_file = |name: &str| std::fs::read_to_string(folder.join(name)).map_err(|error| in_words(&error));
        parse_waivers(&Source::new(shown.as_str(), text), &list_file)
    };
    let mut before = 0;
    if let Some(text) = &old {
        let policy = check(text).map_err(|errors| {
            print_policy_errors(&errors.0, arguments.color);
            None
        })?;
        let waivers = policy.waivers.unwrap_or_default();
        before = waivers.len();
        let same = |waiver: &&crate::policy::Waiver| {
            waiver.names(&crate::policy::RuleId(violation.rule.clone()))
                && waiver.fingerprints.iter().any(|known| known.value == violation.fingerprint)
        };
        if let Some(same) = waivers.iter().find(same) {
            let help = if same.until.value < today { ", which has expired: give it a new `until` there" } else { "" };
            return Err(Some(format!(
                "the waiver `{}` of `{shown}` names this violation until {}{help}",
                same.name.value, same.until.value
            )));
        }
        if waivers.iter().any(|waiver| waiver.name.value == name) {
            return Err(Some(format!("`{shown}` has a waiver called `{name}`: give this one another --name")));
        }
    }
    let event: Vec<String> =
        violation.event.iter().map(|(word, text)| format!("{word} {text}").trim().to_owned()).collect();
    let entry = WaiverEntry {
        comments: &[violation.message.clone(), event.join(" ")],
        name: &name,
        rule: &violation.rule,
        fingerprint: &violation.fingerprint,
        reason: &arguments.reason,
        owner: &arguments.owner,
        until: arguments.until,
        ticket: arguments.ticket.as_deref(),
    };
    let by_hand = || format!("the waiver cannot be added to `{shown}`: write its `waivers:` as one `- ` for each");
    let new = with_entry(old.as_deref(), &entry).ok_or_else(by_hand)?;
    // What was there before must mean the same, and the new one must stand behind it.
    let waivers = check(&new).ok().and_then(|policy| policy.waivers).unwrap_or_default();
    if waivers.len() != before + 1 || !waivers.last().is_some_and(|last| entry.is(last)) {
        return Err(Some(by_hand()));
    }
    replace(file, &new).map_err(|error| format!("`{shown}` cannot be written: {}", in_words(&error)))?;
    Ok(format!(
        "{shown}: waiver `{}` covers one violation of `{}` until {}",
        one_line(&name),
        one_line(&violation.rule),
        arguments.until
    ))
}

fn name(violation: &Reported) -> String {
    let digits = violation.fingerprint.get(..NAME_DIGITS).unwrap_or(&violation.fingerprint);
    format!("{}-{digits}", violation.rule)
}

/// That the rule is among the policies, and allows waivers.
fn waivable(set: &PolicySet, id: &str) -> Result<(), String> {
    let Some((_, rule)) = set.rules().find(|(_, rule)| rule.id.value.0 == id) else {
        let ids: Vec<&str> = set.known_rules().iter().map(|rule| rule.0.as_str()).collect();
        let near = closest(id, &ids).map_or_else(String::new, |near| format!(" (there is `{near}`)"));
        let id = one_line(id);
        return Err(format!("no policy has the rule `{id}` of this violation{near}: name the policies with -p"));
    };
    if rule.waivable {
        return Ok(());
    }
    Err(format!("the rule `{id}` is not waivable: its violations have to be dealt with"))
}
