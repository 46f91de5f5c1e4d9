//! Policy files mean to us what they mean to `serde_yaml` 0.9: the same structure, the same scalars. So a rule file can be read,
//! written and checked by the tools that authors have.
//!
//! Merge keys are the one difference: `serde_yaml` expands `<<` on request only, so it is asked to.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "what cannot be read ends the test")]

use std::path::{Path, PathBuf};

use serde_json::{Map, Number, Value};
use trailgate::policy::node::{Node, NodeKind, YamlValue};
use trailgate::policy::yaml::parse;
use trailgate::text::Source;

/// What our tree says, as JSON.
fn ours(node: &Node) -> Value {
    match &node.kind {
        NodeKind::Scalar(scalar) => match &scalar.value {
            YamlValue::Null => Value::Null,
            YamlValue::Bool(value) => Value::Bool(*value),
            YamlValue::Number(number) => Value::Number(number.clone()),
            YamlValue::String => Value::String(scalar.text.clone()),
        },
        NodeKind::Sequence(items) => items.iter().map(ours).collect(),
        NodeKind::Mapping(entries) => {
            let map: Map<_, _> = entries.iter().map(|entry| (entry.key.clone(), ours(&entry.value))).collect();
            assert_eq!(map.len(), entries.len(), "a key stands twice in our tree");
            Value::Object(map)
        }
    }
}

/// What `serde_yaml` says, as JSON. A key that is no string is written as it was: `1:` is the key `1` to us.
fn theirs(value: &serde_yaml::Value) -> Value {
    use serde_yaml::Value as Yaml;
    match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => Value::Bool(*value),
        Yaml::Number(number) => {
            let number = number
                .as_i64()
                .map(Number::from)
                .or_else(|| number.as_u64().map(Number::from))
                .or_else(|| Number::from_f64(number.as_f64().unwrap()));
            Value::Number(number.expect("a policy holds neither infinity nor NaN"))
        }
        Yaml::String(text) => Value::String(text.clone()),
        Yaml::Sequence(items) => items.iter().map(theirs).collect(),
        Yaml::Mapping(map) => {
            let key = |key: &Yaml| match key {
                Yaml::String(text) => text.clone(),
                Yaml::Bool(value) => value.to_string(),
                Yaml::Number(number) => number.to_string(),
                other => panic!("a key that is no text: {other:?}"),
            };
            map.iter().map(|(name, value)| (key(name), theirs(value))).collect::<Map<_, _>>().into()
        }
        Yaml::Tagged(tagged) => panic!("a tag: {tagged:?}"),
    }
}

/// Both readings of `text`.
fn both(name: &str, text: &str) -> (Value, Value) {
    let mut errors = Vec::new();
    let tree = parse(&Source::new(name, text), &mut errors);
    assert!(errors.is_empty(), "{name}: {}", errors.first().map_or_else(String::new, ToString::to_string));
    let mut document: serde_yaml::Value = serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    document.apply_merge().unwrap_or_else(|error| panic!("{name}: {error}"));
    (ours(&tree.expect("no error and no tree")), theirs(&document))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            files.push(path);
        }
    }
}

/// Files that are wrong on purpose, and are refused by one of the two: both say so, or the name says what is wrong.
fn is_meant_to_be_wrong(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str().to_string_lossy().contains("broken"))
}

#[test]
fn policy_files_mean_the_same() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["policies", "tests", "examples"] {
        collect(&root.join(folder), &mut files);
    }
    files.sort();
    files.retain(|file| !is_meant_to_be_wrong(file));
    assert!(files.len() >= 10, "only {} files were found", files.len());
    for file in files {
        let name = file.strip_prefix(root).unwrap().display().to_string();
        let (ours, theirs) = both(&name, &std::fs::read_to_string(&file).unwrap());
        assert_eq!(ours, theirs, "{name}");
    }
}

/// What our own files may happen not to hold.
#[test]
fn every_form_means_the_same() {
    for text in [
        "a: No\nb: yes\nc: on\nd: OFF\ne: y\nf: True\ng: FALSE\nh: tRUE\n",
        "a: ~\nb: null\nc: Null\nd:\ne: ''\nf: nULL\n",
        "a: 012345678901\nb: 123456789012\nc: 1_000\nd: 0755\ne: 0o17\nf: 0x1F\ng: 0b11\nh: -0x1f\n",
        "a: 4.10\nb: 1e3\nc: .5\nd: 1.\ne: -0\nf: +1\ng: 1e\nh: 1.2.3\ni: 18446744073709551615\nj: 1.0\nk: -0.0\n",
        "a: 2026-01-31\nb: 2026-01-31T10:00:00Z\nc: 12:30\nd: 10.0.0.0/8\ne: 2001:db8::/32\nf: \"::1\"\n",
        "a: it's\nb: 'it''s'\nc: \"\\\"\\u00e9\\x41\\n\\t\\e\\N\"\nd: 'a\n  b\n\n  c'\ne: \"a\n  b \\\n  c\"\n",
        "a: |\n  x\n   y\n\n  z\nb: |-\n  x\n\nc: >\n  x\n  y\n\n   z\n  w\nd: >+\n  x\n\ne: |2\n    x\nf: >-\n  - a\n  - b\n",
        "a: plain\n  text over\n\n  lines\nb: x # comment\nc: x#no\nd: a:b\ne: http://x/y\n",
        "- [a, {b: c}, [d], , ]\n- {a, b: , 'c': d, \"e\":f}\n- - x\n  - y\n-\n  z: 1\n".replace(", , ]", "]").as_str(),
        "base: &b {x: 1, y: [2]}\nown: {<<: *b, y: 3}\nlist: &l [1]\nalso: *l\nmore:\n  <<: [*b, {z: 4}]\n  x: 5\n",
        "$.a[*].b: x\n\"$.a[?@.b == 'c']\": y\n.: z\n.['odd key']: w\n1: a\ntrue: b\n1.5: c\n",
        "---\na: 1\n...\n",
        "%YAML 1.2\n---\na: 1\n",
        "é: ü\n日本: 語\n\"\\U0001F600\": 😀\n",
        "a: &x\nb: c\n",
        "{a: b,\n c: [d,\n  e]}\n",
        "a:\n- b\n- c:\n  - d\n",
        "? a\n: b\n? c\n",
        "\u{feff}a: b\n",
        "a: b\r\nc:\r\n  - d\r\n",
    ] {
        let (ours, theirs) = both("text", text);
        assert_eq!(ours, theirs, "{text}");
    }
}
