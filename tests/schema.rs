//! The schemas for editors: what the command prints is what is committed, they allow what the parser allows, and refuse what can be
//! told by form alone.

#![allow(clippy::unwrap_used, clippy::panic, reason = "what cannot be read fails the test")]

use std::path::{Path, PathBuf};
use std::process::Command;

use jsonschema::Validator;
use serde_json::{Value, json};
use trailgate::policy::{parse, parse_waivers, schema};
use trailgate::text::Source;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn validator(schema: &Value) -> Validator {
    jsonschema::meta::validate(schema).unwrap();
    jsonschema::validator_for(schema).unwrap()
}

/// A YAML text as JSON, as an editor reads it.
fn json_of(text: &str) -> Value {
    let mut value: serde_yaml::Value = serde_yaml::from_str(text).unwrap();
    value.apply_merge().unwrap();
    serde_json::to_value(value).unwrap()
}

fn wrong(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{} {error}", error.instance_path())).collect()
}

/// The YAML files below `folder`.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn accepted(text: &str) -> bool {
    parse(&Source::new("p.yaml", text), &|_| Ok("x\n".to_owned())).is_ok()
}

#[test]
fn the_committed_schemas_are_what_the_command_prints() {
    for kind in ["policy", "waivers", "config"] {
        let output = Command::new(env!("CARGO_BIN_EXE_trailgate")).args(["schema", kind]).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        validator(&serde_json::from_str(&printed).unwrap());
        let file = format!("docs/schema/{kind}.schema.json");
        let committed = std::fs::read_to_string(Path::new(ROOT).join(&file)).unwrap_or_default();
        assert!(committed == printed, "{file} is out of date: trailgate schema {kind} >{file}");
    }
}

#[test]
fn every_policy_of_the_repository_is_valid() {
    let validator = validator(&schema::policy());
    let mut count = 0;
    let folders = ["policies", "tests/cmd", "fixtures"];
    for path in folders.iter().flat_map(|folder| files(&Path::new(ROOT).join(folder))) {
        let text = std::fs::read_to_string(&path).unwrap();
        if !accepted(&text) {
            continue;
        }
        count += 1;
        assert_eq!(wrong(&validator, &json_of(&text)), Vec::<String>::new(), "{}", path.display());
    }
    assert!(count >= 10, "only {count} policies");
}

#[test]
fn waivers_and_configurations_are_valid() {
    let waivers = validator(&schema::waivers());
    let documented = std::fs::read_to_string(Path::new(ROOT).join("docs/dsl.md")).unwrap();
    let example = documented.split("```yaml\n").skip(1).find(|text| text.contains("waivers:")).unwrap();
    let example = example.split("```").next().unwrap();
    assert_eq!(wrong(&waivers, &json_of(example)), Vec::<String>::new());
    assert!(parse_waivers(&Source::new("w", example), &|_| Err(String::new())).is_ok());
    for invalid in [
        "version: 1\nwaivers: [{name: n, reason: r, owner: o, until: 2027-01-01}]",
        "version: 1\nwaivers: [{name: n, rule: a, reason: r, until: 2027-01-01}]",
        "version: 1\nwaivers: [{name: n, fingerprint: abc, reason: r, owner: o, until: 2027-01-01}]",
        "version: 1\nwaivers: [{name: n, rule: a, reason: r, owner: o, until: soon}]",
        "version: 1\nrules: []",
    ] {
        assert!(!waivers.is_valid(&json_of(invalid)), "{invalid}");
        assert!(parse_waivers(&Source::new("w", invalid), &|_| Err(String::new())).is_err(), "{invalid}");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_trailgate")).args(["schema", "config"]).output().unwrap();
    let config = validator(&serde_json::from_slice(&output.stdout).unwrap());
    let documented = std::fs::read_to_string(Path::new(ROOT).join("docs/configuration.md")).unwrap();
    let example = documented.split("```yaml\n").nth(1).unwrap().split("```").next().unwrap();
    assert_eq!(wrong(&config, &json_of(example)), Vec::<String>::new());
    for invalid in
        ["fail_on: high", "version: 1\nfail_on: hihg", "version: 1\nfail-on: high", "version: 1\nthreads: many"]
    {
        assert!(!config.is_valid(&json_of(invalid)), "{invalid}");
    }
}

/// One rule with everything a rule can have, and every operator.
const WHOLE: &str = r#"
version: 1
source: cloudtrail
lists:
  names: [alice, 5, true]
  nets: [{value: 203.0.113.0/24, reason: office, until: 2027-06-30}]
  file: {file: names.txt}
define:
  d: {.a: 1, $.b: null}
rules:
  - id: a.b
    title: T
    severity: high
    when:
      all: [{$.a: x}, {any: [{$.b: 1}, {not: {$.c: true}}]}]
      use: [d]
      where: "@.a == @.b"
      $.eventName: [A, B]
      "$.e[*]": {.f: {equals: x}, not: {.g: 1}, some: {gt: 1}}
      "$.h[*]": {count: {gt: 1}, distinct: 2, every: {is_ip: v4}, none: null}
    forbid:
      $.o1: {equals: {path: $.a}, in: [a, {template: "x{$.b}"}], glob: "a*", ignore_case: true}
      $.o2: {regex: [a, b], starts_with: a, ends_with: [b], contains: {list: names}, cidr: {list: nets}}
      $.o3: {gt: 1, gte: {path: $.n}, lt: 2.5, lte: 3, before: 2026-01-01, after: {path: $.t}}
      $.o4: {length: {gte: 1, lte: 5}, exists: true, empty: false, type: [string, array], not: [a, b]}
      $.o5: {json: {".Statement[*]": {.Effect: Allow}}}
    message: "m {$.a}"
    rationale: r
    remediation: r
    controls: {cis-aws-5.0: ["4.3"]}
    references: [https://example.com]
    tags: [t]
    except: [{name: n, reason: r, owner: o, until: 2027-01-01, condition: {$.a: 1}}]
    tests:
      - {name: n, event: {from: root, set: {$.a: [1, {b: c}]}, each: {$.d: [1, 2]}, unset: [$.x], at: 4m, repeat: 2}, expect: violation, message: m, evidence: [$.a], now: 2026-01-01}
      - {name: o, events: [{from: login}], expect: ok}
      - {name: q, event: {from: sso, each: [{$.a: 1}]}, expect: ok}
      - {name: p, file: x.json, record: 1, expect: not_in_scope}
  - {id: c, title: T, severity: low, threshold: {count: 2, distinct: $.a, within: 10m, by: [$.b, {path: $.c, as: lower}]}}
  - {id: d, title: T, severity: low, require_followed_by: {within: 1h, by: {k: $.a}, event: {$.b: 1}}}
  - {id: e, title: T, severity: low, sequence: {within: 1d, by: $.a, steps: [{name: x, event: {$.a: 1}}, {name: z, not: {$.a: 3}}, {name: y, event: {$.a: 2}}]}}
  - {id: h, title: T, severity: low, sequence: {within: 1d, by: $.a, any_order: true, steps: [{name: x, event: {$.a: 1}}, {name: y, event: {$.a: 2}}]}}
  - {id: f, title: T, severity: low, first_seen: {of: $.a, by: $.b, history: 90d}}
  - {id: g, title: T, severity: low, waivable: false, require: {$.a: 1}}
"#;

#[test]
fn what_the_parser_refuses_by_form_the_schema_refuses() {
    let validator = validator(&schema::policy());
    let rule = |rest: &str| format!("version: 1\nrules:\n- {{id: a.b, title: t, severity: low, {rest}}}");
    let forbid = |test: &str| rule(&format!("forbid: {test}"));
    let mut table = vec![
        "version: 2\nrules: [{id: a, title: t, severity: low, forbid: {$.a: 1}}]".to_owned(),
        "rules: [{id: a, title: t, severity: low, forbid: {$.a: 1}}]".to_owned(),
        "version: 1".to_owned(),
        "version: 1\nrules: []".to_owned(),
        "version: 1\nrule: []".to_owned(),
        "version: 1\nsource: cloudtrial\ndefine: {a: {$.a: 1}}".to_owned(),
        "version: 1\ndefine: {a: {}}".to_owned(),
        "version: 1\nlists: {a: [null]}".to_owned(),
        "version: 1\nlists: {a: {value: x, untill: 2027-01-01}}".to_owned(),
        "version: 1\nrules: [{title: t, severity: low, forbid: {$.a: 1}}]".to_owned(),
        "version: 1\nrules: [{id: A_B, title: t, severity: low, forbid: {$.a: 1}}]".to_owned(),
        "version: 1\nrules: [{id: a, title: t, severity: hihg, forbid: {$.a: 1}}]".to_owned(),
    ];
    table.extend(
        [
            "waivable: true",
            "forbid: {$.a: 1}, require: {$.a: 1}",
            "forbid: {$.a: 1}, when: [{$.a: 1}]",
            "forbid: {$.a: 1}, controls: {cis: [4.3]}",
            "forbid: {$.a: 1}, controls: [\"4.3\"]",
            "forbid: {$.a: 1}, tags: []",
            "forbid: {$.a: 1}, waivable: yes",
            "forbid: {$.a: 1}, waivable: false, except: [{name: n, reason: r, until: 2027-01-01, condition: {$.a: 1}}]",
            "forbid: {$.a: 1}, except: [{name: n, until: 2027-01-01, condition: {$.a: 1}}]",
            "forbid: {$.a: 1}, except: [{name: n, reason: r, until: 2027, condition: {$.a: 1}}]",
            "forbid: {$.a: 1}, tests: [{name: n, expect: ok}]",
            "forbid: {$.a: 1}, tests: [{name: n, event: {from: rot}, expect: ok}]",
            "forbid: {$.a: 1}, tests: [{name: n, event: {from: root}, expect: fine}]",
            "forbid: {$.a: 1}, tests: [{name: n, event: {from: root}, file: x, expect: ok}]",
            "forbid: {$.a: 1}, tests: [{name: n, event: {from: root, set: {eventName: x}}, expect: ok}]",
            "forbid: {$.a: 1}, tests: [{name: n, events: [{from: root, each: {$.a: [1]}}], expect: ok}]",
            "forbid: {$.a: 1}, tests: [{name: n, event: {from: root, each: {$.a: 1}}, expect: ok}]",
            "threshold: {count: 0, within: 1m, by: $.a}",
            "threshold: {count: 2, within: 1 minute, by: $.a}",
            "threshold: {count: 2, within: 1m}",
            "require_followed_by: {within: 1h, by: $.a}",
            "sequence: {within: 1h, by: $.a, steps: [{name: a, event: {$.a: 1}}]}",
            "first_seen: {of: $.a, by: $.b, history: 0d}",
        ]
        .map(rule),
    );
    table.extend(
        [
            "{eventName: x}",
            "{.a: 1}",
            "{}",
            "[]",
            "{any: []}",
            "{all: {$.a: 1}}",
            "{not: [{$.a: 1}]}",
            "{$.a: {}}",
            "{$.a: []}",
            "{$.a: [null]}",
            "{$.a: [[x]]}",
            "{$.a: 123456789012}",
            "{$.a: {equal: 1}}",
            "{$.a: {in: x}}",
            "{$.a: {equals: [x]}}",
            "{$.a: {equals: {pth: $.b}}}",
            "{$.a: {in: {lst: x}}}",
            "{$.a: {gt: \"5\"}}",
            "{$.a: {exists: \"yes\"}}",
            "{$.a: {is_ip: v5}}",
            "{$.a: {type: str}}",
            "{$.a: {length: -1}}",
            "{$.a: {length: {more: 1}}}",
            "{$.a: {before: soon}}",
            "{$.a: {ignore_case: true}}",
            "{$.a: {exists: true, ignore_case: true}}",
            "{$.a: {.b: 1, equals: 2}}",
            "{$.a: {some: {count: 1}}}",
            "{$.a: {json: x}}",
        ]
        .map(forbid),
    );
    let known = |text: &String| {
        assert!(!accepted(text), "the parser accepts {text}");
        validator.is_valid(&json_of(text))
    };
    let missed: Vec<_> = table.iter().filter(|text| known(text)).collect();
    assert!(missed.is_empty(), "the schema accepts {missed:#?}");
}

/// Every way to the nodes of `value`.
fn pointers(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    let step = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| pointers(value, &step(key), found)),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, value)| pointers(value, &step(&index.to_string()), found));
        }
        _ => {}
    }
}

/// What the parser allows the schema allows: of a policy with everything in it, changed at every place in many ways.
#[test]
fn what_the_parser_accepts_the_schema_accepts() {
    let validator = validator(&schema::policy());
    let whole = json_of(WHOLE);
    assert!(accepted(WHOLE), "{:?}", parse(&Source::new("p", WHOLE), &|_| Ok("x\n".to_owned())).err());
    assert_eq!(wrong(&validator, &whole), Vec::<String>::new());
    let mut places = Vec::new();
    pointers(&whole, "", &mut places);
    let others = [
        json!(null),
        json!(true),
        json!(1),
        json!(-1.5),
        json!("word"),
        json!(""),
        json!("$.x"),
        json!(".x"),
        json!("2026-01-01"),
        json!("5m"),
        json!(123_456_789_012_u64),
        json!([]),
        json!({}),
        json!(["a", 1]),
        json!([{"$.a": 1}]),
        json!({"$.a": 1}),
        json!({".a": 1}),
        json!({"path": "$.a"}),
        json!({"list": "names"}),
        json!({"not": 1}),
        json!({"gt": 1}),
        json!({"all": [{".a": 1}], "some": 1}),
    ];
    let (mut tried, mut allowed) = (0, 0);
    let mut missed = Vec::new();
    let mut check = |value: &Value, what: &str| {
        // JSON is YAML.
        tried += 1;
        if accepted(&value.to_string()) {
            allowed += 1;
            let wrong = wrong(&validator, value);
            if !wrong.is_empty() {
                missed.push(format!("{what}: {wrong:?}"));
            }
        }
    };
    for place in &places {
        for other in &others {
            let mut changed = whole.clone();
            *changed.pointer_mut(place).unwrap() = other.clone();
            check(&changed, &format!("{place}: {other}"));
        }
        if let Some(map) = whole.pointer(place).and_then(Value::as_object) {
            for key in map.keys() {
                let mut changed = whole.clone();
                changed.pointer_mut(place).unwrap().as_object_mut().unwrap().remove(key);
                check(&changed, &format!("{place} without {key}"));
            }
        }
    }
    assert!(missed.is_empty(), "the schema refuses {missed:#?}");
    assert!(tried > 3_000 && allowed > 500, "{allowed} of {tried}");
}
