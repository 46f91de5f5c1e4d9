//! SARIF documents of many runs, held to the schema and to what GitHub takes.
//!
//! The schema is the one that the crate `serde-sarif` ships; where its source is not at hand the tests say so on standard error
//! and leave it out. GitHub's limits: its documentation, "SARIF support for code scanning".

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what is not as expected fails the test"
)]

#[path = "hostile/values.rs"]
mod values;

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::AtomicBool;

use flate2::{Compression, write::GzEncoder};
use jsonschema::Validator;
use serde_json::{Value, json};
use trailgate::audit::{Keep, Limit, RunOptions, cards, run, walk};
use trailgate::compile::compile;
use trailgate::policy::{PolicySet, Severity, parse};
use trailgate::report::{Reporter, RunReport, SarifReporter};
use trailgate::text::Source;
use trailgate::violation::{Comparison, Known, Verdict};

const LOGS: &str = "../shared/data/logs";

/// The validator, or `None` where the schema is not at hand.
fn validator() -> Option<&'static Validator> {
    static VALIDATOR: OnceLock<Option<Validator>> = OnceLock::new();
    VALIDATOR.get_or_init(load).as_ref()
}

fn load() -> Option<Validator> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["metadata", "--format-version", "1", "--offline"])
        .output()
        .ok()?;
    let schema = serde_json::from_slice::<Value>(&output.stdout).ok().and_then(|metadata| {
        let package = metadata["packages"].as_array()?.iter().find(|package| package["name"] == "serde-sarif")?;
        let folder = Path::new(package["manifest_path"].as_str()?).parent()?.to_owned();
        fs::read_to_string(folder.join("src/schema.json")).ok()
    });
    let Some(schema) = schema else {
        eprintln!(
            "SKIPPED: the SARIF schema of serde-sarif is not at hand: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        return None;
    };
    // The published schema has a pattern with a bare `]`, which strict readers of regexes refuse.
    let schema = schema.replace("{2}]?$", "{2}\\\\]?$");
    Some(jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap())
}

/// Runs `check -f sarif` with `arguments`; answers the document, which is valid, and the exit code.
fn sarif(folder: &str, arguments: &[&str]) -> (Value, i32) {
    let output = Command::new(env!("CARGO_BIN_EXE_trailgate"))
        .current_dir(folder)
        .args(["check", "--no-progress", "-f", "sarif"])
        .args(arguments)
        .output()
        .unwrap();
    let code = output.status.code().unwrap();
    assert_ne!(code, 2, "{}", String::from_utf8_lossy(&output.stderr));
    (valid(&output.stdout), code)
}

/// The document in `bytes`, which is valid and keeps to GitHub's limits.
fn valid(bytes: &[u8]) -> Value {
    let document = keeps_to_schema(bytes);
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).unwrap();
    assert!(packed.finish().unwrap().len() <= 10_000_000);
    keeps_to_limits(&document);
    strings_are_safe(&document, &mut String::new());
    document
}

fn keeps_to_schema(bytes: &[u8]) -> Value {
    let document: Value = serde_json::from_slice(bytes).unwrap();
    if let Some(validator) = validator() {
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .take(5)
            .map(|error| format!("{}: {error}", error.instance_path()).chars().take(600).collect())
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    document
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn length(value: &Value) -> usize {
    value.as_str().unwrap().chars().count()
}

fn keeps_to_limits(document: &Value) {
    assert_eq!(document["version"], "2.1.0");
    assert!(document["$schema"].as_str().unwrap().starts_with("https://"));
    let [run] = list(&document["runs"]) else { panic!("one run") };
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    assert_eq!(run["automationDetails"]["id"], "trailgate/");
    assert_eq!(run["tool"]["driver"]["semanticVersion"], env!("CARGO_PKG_VERSION"));
    let rules = list(&run["tool"]["driver"]["rules"]);
    let results = list(&run["results"]);
    assert!(rules.len() <= 25_000 && results.len() <= 5000);
    for rule in rules {
        assert!(length(&rule["name"]) <= 255 && length(&rule["id"]) > 0, "{rule}");
        for field in ["shortDescription", "fullDescription"] {
            assert!((1..=1024).contains(&length(&rule[field]["text"])), "{rule}");
        }
        assert!(length(&rule["help"]["text"]) > 0 && length(&rule["help"]["markdown"]) > 0);
        let tags = list(&rule["properties"]["tags"]);
        assert!(tags.len() <= 20 && tags.contains(&json!("security")), "{rule}");
        let level = match rule["properties"]["security-severity"].as_str().map(|score| score.parse::<f64>().unwrap()) {
            Some(7.0..) => "error",
            Some(4.0..) => "warning",
            Some(0.1..) | None => "note",
            other => panic!("{other:?}"),
        };
        assert_eq!(rule["defaultConfiguration"]["level"], level, "{rule}");
    }
    let mut before = f64::MAX;
    for result in results {
        let rank = result["rank"].as_f64().unwrap();
        assert!(rank <= before, "not by severity");
        before = rank;
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(rule["defaultConfiguration"]["level"], result["level"]);
        assert!(!result["message"]["text"].as_str().unwrap().contains('\n'));
        let print = &result["partialFingerprints"];
        assert_eq!(print["primaryLocationLineHash"], print["trailgate/v1"]);
        let related = list(&result["relatedLocations"]);
        assert!(list(&result["locations"]).len() == 1 && related.len() <= 20);
        for location in list(&result["locations"]).iter().chain(related) {
            let physical = &location["physicalLocation"];
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
            assert!(uri.is_ascii() && !uri.contains([' ', '\\', '<', '"']), "{uri}");
            let region = &physical["region"];
            let at = |field: &str| region[field].as_u64().unwrap();
            assert!((at("startLine"), at("startColumn")) < (at("endLine"), at("endColumn")), "{region}");
            for region in [region, &physical["contextRegion"]] {
                // Of a violation over time the text of its records is not kept.
                let unread = result["codeFlows"].is_array() && region["snippet"].is_null();
                assert!(region.is_null() || unread || length(&region["snippet"]["text"]) <= 200, "{region}");
            }
        }
    }
}

/// No string is empty, moves a cursor or turns the writing around; line feeds stand in help texts only.
fn strings_are_safe(value: &Value, at: &mut String) {
    let before = at.len();
    match value {
        Value::String(text) => {
            assert!(!text.is_empty(), "empty: {at}");
            let feed = at.contains("/help/");
            let bad = text.chars().find(|found| values::misleads(*found) && !(feed && *found == '\n'));
            assert_eq!(bad, None, "{at}");
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate() {
                at.push_str(&format!("/{place}"));
                strings_are_safe(item, at);
                at.truncate(before);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                at.push_str(&format!("/{name}"));
                strings_are_safe(member, at);
                at.truncate(before);
            }
        }
        _ => {}
    }
}

/// Finds every region with a length again in the bytes of its file; answers how many.
fn regions_are_in_the_files(document: &Value) -> usize {
    let mut files: HashMap<String, Vec<u8>> = HashMap::new();
    let mut found = 0;
    for result in list(&document["runs"][0]["results"]) {
        for location in list(&result["locations"]).iter().chain(list(&result["relatedLocations"])) {
            let physical = &location["physicalLocation"];
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
            let file = percent_encoding::percent_decode_str(uri).decode_utf8().unwrap().into_owned();
            let bytes = files.entry(file.clone()).or_insert_with(|| fs::read(&file).unwrap());
            if bytes.starts_with(&[0x1f, 0x8b]) {
                continue;
            }
            for (name, region) in [("region", &physical["region"]), ("context", &physical["contextRegion"])] {
                let Some(length) = region["byteLength"].as_u64() else { continue };
                let start = usize::try_from(region["byteOffset"].as_u64().unwrap()).unwrap();
                let text = std::str::from_utf8(&bytes[start..start + usize::try_from(length).unwrap()]).unwrap();
                if name == "region" {
                    serde_json::from_str::<Value>(text)
                        .unwrap_or_else(|error| panic!("{file} {start}: {error}: {text}"));
                }
                let lines = |end: usize| {
                    let before = std::str::from_utf8(&bytes[..end]).unwrap();
                    let last = before.rsplit('\n').next().unwrap().trim_start_matches('\u{feff}');
                    (before.matches('\n').count() + 1, last.chars().count() + 1)
                };
                let at = |line: &str, column: &str| {
                    let number = |field: &str| usize::try_from(region[field].as_u64().unwrap()).unwrap();
                    (number(line), number(column))
                };
                // Before damage in a file, characters are not counted as this test does.
                let is_sound = std::str::from_utf8(&bytes[..start + text.len()]).is_ok();
                if found % 7 == 0 && is_sound {
                    assert_eq!(lines(start), at("startLine", "startColumn"), "{file} {name} {text}");
                    assert_eq!(lines(start + text.len()), at("endLine", "endColumn"), "{file} {name} {text}");
                }
                found += 1;
            }
        }
    }
    found
}

#[test]
fn published_logs_with_the_bundled_policies() {
    if !Path::new(LOGS).is_dir() {
        eprintln!("SKIPPED: the published logs are not at {LOGS}");
        return;
    }
    let (document, code) = sarif(".", &["-p", "bundled", LOGS]);
    let results = list(&document["runs"][0]["results"]).len();
    let found = regions_are_in_the_files(&document);
    println!("{results} results, {found} regions found again, exit code {code}");
    assert!(results > 100 && found > 100);
}

#[test]
fn what_lint_says_of_policies() {
    // Policies with errors get no warnings, as the set is not whole.
    for (policies, levels) in [("folder", ["error"].as_slice()), ("lint", &["warning", "note"])] {
        let output = Command::new(env!("CARGO_BIN_EXE_trailgate"))
            .args(["lint", "-f", "sarif", &format!("tests/cmd/policies/{policies}")])
            .output()
            .unwrap();
        let document = keeps_to_schema(&output.stdout);
        strings_are_safe(&document, &mut String::new());
        let results = list(&document["runs"][0]["results"]);
        for level in levels {
            assert!(results.iter().any(|result| result["level"] == *level), "{level}: {document:#}");
        }
    }
}

#[test]
fn fixtures_with_problems_and_waivers() {
    let (document, code) = sarif(".", &["-p", "policies", "fixtures"]);
    assert_eq!(code, 1);
    let run = &document["runs"][0];
    let invocation = &run["invocations"][0];
    assert_eq!((&invocation["exitCode"], &invocation["executionSuccessful"]), (&json!(1), &json!(true)));
    let problems = list(&invocation["toolExecutionNotifications"]);
    assert!(problems.len() > 3 && problems.iter().all(|problem| problem["level"] == "error"));
    assert!(regions_are_in_the_files(&document) > 10);

    let policy = "tests/cmd/policies/exceptions.yaml";
    let (document, _) = sarif(".", &["-p", policy, "--as-of", "2026-12-31", "fixtures/cloudtrail"]);
    let results = list(&document["runs"][0]["results"]);
    let suppressed: Vec<&Value> = results.iter().filter_map(|result| list(&result["suppressions"]).first()).collect();
    assert!(!suppressed.is_empty() && suppressed.len() < results.len());
    assert!(results.iter().all(|result| result["suppressions"].is_array()));
    assert_eq!(suppressed[0]["justification"], "operations keeps the trails");
    assert_eq!((&suppressed[0]["kind"], &suppressed[0]["status"]), (&json!("external"), &json!("accepted")));
    let notes = list(&document["runs"][0]["invocations"][0]["toolConfigurationNotifications"]);
    assert!(notes.iter().any(|note| note["descriptor"]["id"] == "exception_unused"), "{notes:?}");

    let (document, code) = sarif(".", &["-p", policy, "fixtures/cloudtrail/clean.json"]);
    assert_eq!((code, list(&document["runs"][0]["results"]).len()), (0, 0));
    let (document, code) = sarif(".", &["-p", policy, "fixtures/bad/not-json.txt"]);
    assert_eq!(code, 3);
    assert_eq!(document["runs"][0]["invocations"][0]["executionSuccessful"], false);
}

#[test]
fn hostile_values_stay_in_their_strings() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    fs::write(folder.join("policy.yaml"), values::POLICY).unwrap();
    let name = "::error a\u{1b}[31m\u{202e}=x.json";
    fs::write(folder.join(name), values::log()).unwrap();
    let (document, _) = sarif(folder.to_str().unwrap(), &["-p", "policy.yaml", name]);
    let results = list(&document["runs"][0]["results"]);
    assert_eq!(results.len(), 2 * values::values().len());
    let uri = &results[0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
    assert_eq!(uri, "%3A%3Aerror%20a%1B%5B31m%E2%80%AE%3Dx.json");
    assert!(results.iter().all(|result| !result["message"]["text"].as_str().unwrap().contains("](")));
}

#[test]
fn more_than_github_shows_is_cut_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let event = |n: usize| {
        let name = if n.is_multiple_of(2) { "StopLogging" } else { "UpdateTrail" };
        format!(
            "{{\"eventVersion\":\"1.08\",\"eventSource\":\"cloudtrail.amazonaws.com\",\"eventName\":\"{name}\",\
             \"eventTime\":\"2026-01-31T10:00:00Z\",\"eventID\":\"e{n}\",\"userIdentity\":{{\"type\":\"Root\"}}}}\n"
        )
    };
    fs::write(folder.path().join("log.jsonl"), (0..6000).map(event).collect::<String>()).unwrap();
    let policy = "version: 1\nrules:\n  - {id: a.low, title: A, severity: low, forbid: {$.eventName: UpdateTrail}}\n  \
                  - {id: b.high, title: B, severity: high, forbid: {$.eventName: StopLogging}}\n";
    fs::write(folder.path().join("policy.yaml"), policy).unwrap();
    let (document, _) = sarif(folder.path().to_str().unwrap(), &["-p", "policy.yaml", "log.jsonl"]);
    let results = list(&document["runs"][0]["results"]);
    assert_eq!(results.len(), 5000);
    assert_eq!(results.iter().filter(|result| result["ruleId"] == "b.high").count(), 3000);
    let prints: BTreeSet<&str> =
        results.iter().map(|result| result["partialFingerprints"]["trailgate/v1"].as_str().unwrap()).collect();
    assert_eq!(prints.len(), 5000);
    let told = &list(&document["runs"][0]["invocations"][0]["toolExecutionNotifications"])[0]["message"]["text"];
    assert!(told.as_str().unwrap().starts_with("1,000 of 6,000 violations are not listed here"), "{told}");
}

#[test]
fn a_baseline_tells_new_from_unchanged() {
    let policy = fs::read_to_string("tests/cmd/policies/exceptions.yaml").unwrap();
    let day = "2026-12-31".parse().unwrap();
    let no_lists = |_: &str| Err("no list files".to_owned());
    let set = PolicySet::new(vec![parse(&Source::new("policy.yaml", policy), &no_lists).unwrap()]).unwrap();
    let program = compile(&set, day);
    let inputs = walk::inputs(&["fixtures/cloudtrail".to_owned()]);
    let keep = Keep { violations: Limit::All, records: Limit::All };
    let options = RunOptions { threads: 1, limit_bytes: 1 << 30, facts_bytes: 1 << 28, keep };
    let outcome = run(&program, &inputs, options, &AtomicBool::new(false), &mut ()).unwrap();
    let mut baseline = Comparison::default();
    baseline.known.insert(outcome.violations[0].fingerprint.clone());
    baseline.gone.push(Known {
        fingerprint: "0".repeat(32),
        rule: "trail.changed".to_owned(),
        message: "Trail changed".to_owned(),
        event_time: None,
        event_id: None,
    });
    let cards = cards::cards(&set, &program);
    let report = RunReport {
        violations: &outcome.violations,
        summary: &outcome.summary,
        fail_on: Severity::Low,
        verdict: Verdict::Interrupted,
        tool_version: env!("CARGO_PKG_VERSION"),
        rules: &cards,
        now: "2026-12-31T00:00:00Z".parse().unwrap(),
        baseline: Some(&baseline),
        controls: &[],
    };
    let mut bytes = Vec::new();
    SarifReporter.report(&report, &mut bytes).unwrap();
    let document = valid(&bytes);
    let run = &document["runs"][0];
    let states: BTreeSet<&str> =
        list(&run["results"]).iter().map(|result| result["baselineState"].as_str().unwrap()).collect();
    assert_eq!(states.into_iter().collect::<Vec<_>>(), ["new", "unchanged"]);
    let invocation = &run["invocations"][0];
    assert_eq!((&invocation["exitCode"], &invocation["executionSuccessful"]), (&json!(130), &json!(false)));
    let gone = list(&invocation["toolConfigurationNotifications"]).last().unwrap();
    assert_eq!(gone["message"]["text"], "1 violation of the baseline did not occur in this run");
}
