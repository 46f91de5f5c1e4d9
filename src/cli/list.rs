//! `trailgate list`: the rules of policies, or the controls that they support; what a filter leaves out is counted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::audit::cards;
use crate::cli::args::{ListArgs, TableFormat};
use crate::cli::check::today;
use crate::cli::diagnostics::print_error;
use crate::cli::exit::Exit;
use crate::cli::output::print;
use crate::cli::policies::load_or_say;
use crate::cli::selection::{Selection, select};
use crate::compile::compile;
use crate::compile::services::services;
use crate::policy::Severity;
use crate::policy::framework::Framework;
use crate::policy::parse::closest;
use crate::report::number::{count, grouped};
use crate::text::sanitize::one_line;
use crate::violation::{RuleCard, Verdict};

/// A rule of the list.
struct Row {
    card: RuleCard,
    services: BTreeSet<String>,
    tests: usize,
}

/// The rules that are listed, of how many.
struct Listing {
    rows: Vec<Row>,
    all: usize,
    /// Rules that name no service, where the list is by service.
    any_service: usize,
}

/// Runs `trailgate list`.
pub fn list(arguments: &ListArgs) -> Exit {
    let set = match load_or_say(&arguments.policies, &[], arguments.color) {
        Ok(set) => set,
        Err(exit) => return exit,
    };
    let all = set.rules().count();
    let selection =
        Selection { only: &arguments.only, tags: &arguments.tag, controls: &arguments.control, ..Selection::default() };
    let today = arguments.as_of.unwrap_or_else(today);
    let listing = select(set, &selection).and_then(|set| {
        let program = compile(&set, today);
        let rows = cards::cards(&set, &program).into_iter().zip(set.rules()).map(|(card, (policy, rule))| Row {
            card,
            services: services(&set, policy, rule, today),
            tests: rule.tests.len(),
        });
        filtered(rows.collect(), all, arguments)
    });
    let listing = match listing {
        Ok(listing) => listing,
        Err(message) => {
            print_error(&message);
            return Exit::Usage;
        }
    };
    let text = match (arguments.format, arguments.controls) {
        (TableFormat::Human, false) => rules(&listing),
        (TableFormat::Human, true) => controls(&listing, arguments),
        (TableFormat::Json, false) => format!("{:#}\n", rules_document(&listing)),
        (TableFormat::Json, true) => format!("{:#}\n", controls_document(&listing, arguments)),
    };
    print(text.as_bytes()).map_or_else(|exit| exit, |()| Exit::Verdict(Verdict::Passed))
}

/// The rows that the severities and services leave, the worst first.
fn filtered(mut rows: Vec<Row>, all: usize, arguments: &ListArgs) -> Result<Listing, String> {
    let severities: Vec<Severity> = arguments.severity.iter().map(|severity| (*severity).into()).collect();
    let least = arguments.min_severity.map(Severity::from);
    rows.retain(|row| {
        let severity = row.card.severity;
        (severities.is_empty() || severities.contains(&severity)) && least.is_none_or(|least| severity >= least)
    });
    let mut any_service = 0;
    if !arguments.service.is_empty() {
        let known: BTreeSet<&str> = rows.iter().flat_map(|row| row.services.iter().map(String::as_str)).collect();
        let wanted: Vec<&str> = arguments.service.iter().map(|service| plain(service)).collect();
        if let Some(unknown) = wanted.iter().find(|service| !known.contains(*service)) {
            let known: Vec<&str> = known.into_iter().collect();
            let help = closest(unknown, &known)
                .map_or_else(|| format!("services are {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
            return Err(format!("--service `{unknown}`: no rule names this service: {help}"));
        }
        any_service = rows.iter().filter(|row| row.services.is_empty()).count();
        rows.retain(|row| wanted.iter().any(|service| row.services.contains(*service)));
    }
    rows.sort_by(|left, right| (right.card.severity, &left.card.rule).cmp(&(left.card.severity, &right.card.rule)));
    Ok(Listing { rows, all, any_service })
}

/// `iam` for `iam.amazonaws.com`.
fn plain(service: &str) -> &str {
    service.strip_suffix(".amazonaws.com").unwrap_or(service)
}

fn rules(listing: &Listing) -> String {
    let width = listing.rows.iter().map(|row| row.card.rule.0.chars().count()).max().unwrap_or_default();
    let lines = listing.rows.iter().map(|row| {
        let card = &row.card;
        format!("{:<8}  {:<width$}  {}\n", card.severity.word(), one_line(&card.rule.0), one_line(&card.title))
    });
    let mut text: String = lines.collect();
    if !listing.rows.is_empty() {
        text.push('\n');
    }
    text.push_str(&counts(listing));
    text
}

/// `12 of 155 rules: 2 critical, 10 high`, and what stands beside it.
fn counts(listing: &Listing) -> String {
    let shown = listing.rows.len();
    let head = match listing.all == shown {
        true => count(shown, "rule"),
        false => format!("{} of {}", grouped(shown), count(listing.all, "rule")),
    };
    let by: Vec<String> = Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| (listing.rows.iter().filter(|row| row.card.severity == severity).count(), severity))
        .filter(|(rules, _)| *rules > 0)
        .map(|(rules, severity)| format!("{} {severity}", grouped(rules)))
        .collect();
    let mut text = if by.is_empty() { format!("{head}\n") } else { format!("{head}: {}\n", by.join(", ")) };
    if listing.any_service > 0 {
        text.push_str(&format!("{} can be about any service\n", count(listing.any_service, "more rule")));
    }
    text
}

fn rules_document(listing: &Listing) -> Value {
    let rules: Vec<Value> = listing
        .rows
        .iter()
        .map(|row| {
            let card = &row.card;
            json!({
                "rule": card.rule, "title": card.title, "severity": card.severity, "obligation": card.obligation,
                "services": row.services, "tags": card.tags, "controls": card.controls, "waivable": card.waivable,
                "rationale": card.rationale, "remediation": card.remediation, "references": card.references,
                "tests": row.tests,
                "policy": {"file": &*card.policy.file, "line": card.policy.at.line, "column": card.policy.at.column},
            })
        })
        .collect();
    json!({"version": 1, "shown": listing.rows.len(), "all": listing.all, "any_service": listing.any_service, "rules": rules})
}

/// Framework → control → the rules that support it.
type Supported<'l> = BTreeMap<&'l str, BTreeMap<String, Vec<&'l RuleCard>>>;

/// What the rules support of what was asked for, with listed controls that none supports.
fn supported<'l>(listing: &'l Listing, arguments: &ListArgs) -> Supported<'l> {
    let wanted = |framework: &str, control: &str| {
        arguments.control.is_empty()
            || arguments.control.iter().any(|wanted| match wanted.split_once(':') {
                Some((of, id)) => of == framework && id == control,
                None => wanted == framework,
            })
    };
    let mut found = Supported::new();
    for row in &listing.rows {
        for (framework, ids) in &row.card.controls {
            for id in ids.iter().filter(|id| wanted(framework, id)) {
                found.entry(framework).or_default().entry(id.clone()).or_default().push(&row.card);
            }
        }
    }
    for (framework, controls) in &mut found {
        for listed in Framework::named(framework).iter().flat_map(|listed| listed.controls()) {
            if wanted(framework, &listed.id) {
                controls.entry(listed.id).or_default();
            }
        }
    }
    found
}

fn controls(listing: &Listing, arguments: &ListArgs) -> String {
    let supported = supported(listing, arguments);
    let width = supported.keys().map(|name| name.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (framework, controls) in &supported {
        let rules: BTreeSet<&str> = controls.values().flatten().map(|card| card.rule.0.as_str()).collect();
        let listed = Framework::named(framework);
        let covered = covered(listed, controls);
        let part = listed.map_or("not listed as a whole", |listed| listed.part);
        text.push_str(&format!(
            "{:<width$}  {covered:<26}  {:<9}  {part}\n",
            one_line(framework),
            count(rules.len(), "rule")
        ));
        if !arguments.control.is_empty() {
            text.push_str(&each(listed, controls));
        }
    }
    if supported.is_empty() {
        text.push_str("the rules name no controls\n");
    }
    text.push('\n');
    text.push_str(&counts(listing));
    text
}

/// `14 of 16 controls`, and how many others where the list is not the whole.
fn covered(listed: Option<&Framework>, controls: &BTreeMap<String, Vec<&RuleCard>>) -> String {
    let with = controls.values().filter(|cards| !cards.is_empty()).count();
    let Some(listed) = listed else { return count(with, "control") };
    let known: BTreeSet<String> = listed.controls().map(|known| known.id).collect();
    let of_list = controls.iter().filter(|(id, cards)| known.contains(*id) && !cards.is_empty()).count();
    let all = controls.keys().filter(|id| known.contains(*id)).count();
    let others = match with - of_list {
        0 => String::new(),
        others => format!(", {}", count(others, "other")),
    };
    format!("{} of {}{others}", grouped(of_list), count(all, "control"))
}

/// A line for each control, in the order of the list.
fn each(listed: Option<&Framework>, controls: &BTreeMap<String, Vec<&RuleCard>>) -> String {
    let order: Vec<_> = listed.iter().flat_map(|listed| listed.controls()).collect();
    let place = |id: &str| order.iter().position(|known| known.id == id).unwrap_or(usize::MAX);
    let mut ids: Vec<&String> = controls.keys().collect();
    ids.sort_by_key(|id| place(id));
    let width = ids.iter().map(|id| id.chars().count()).max().unwrap_or_default();
    let lines = ids.into_iter().map(|id| {
        let rules: Vec<_> =
            controls.get(id).into_iter().flatten().map(|card| one_line(&card.rule.0).into_owned()).collect();
        let rules = if rules.is_empty() { "no rule".to_owned() } else { rules.join(", ") };
        let title = order.iter().find(|known| known.id == *id).map(|known| format!("{}: ", known.title));
        format!("  {:<width$}  {}{rules}\n", one_line(id), title.unwrap_or_default())
    });
    lines.collect()
}

fn controls_document(listing: &Listing, arguments: &ListArgs) -> Value {
    let frameworks: Vec<Value> = supported(listing, arguments)
        .into_iter()
        .map(|(name, controls)| {
            let listed = Framework::named(name);
            let titles: BTreeMap<String, &str> = listed
                .iter()
                .flat_map(|listed| listed.controls())
                .map(|known| (known.id, known.title))
                .collect();
            let controls: Vec<Value> = controls
                .into_iter()
                .map(|(id, cards)| {
                    let rules: Vec<_> = cards.iter().map(|card| &card.rule).collect();
                    json!({"control": id, "title": titles.get(&id), "rules": rules})
                })
                .collect();
            json!({"framework": name, "title": listed.map(|listed| listed.title), "part": listed.map(|listed| listed.part), "controls": controls})
        })
        .collect();
    json!({"version": 1, "shown": listing.rows.len(), "all": listing.all, "frameworks": frameworks})
}
