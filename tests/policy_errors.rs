//! What authors are told of each slip: the rendered diagnostics of small policy files, as snapshots.
//!
//! A snapshot is read as the author would read it: the exact word is underlined, the help says what to type, and one slip makes
//! one error. Each file below `tests/snapshots/policy_errors__*` holds the slips of one kind.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be set up ends the test, which is what it should do"
)]

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use jiff::civil::date;
use miette::{GraphicalReportHandler, GraphicalTheme};
use trailgate::compile::lint;
use trailgate::policy::error::{Code, PolicyError};
use trailgate::policy::{PolicySet, parse};
use trailgate::text::Source;

/// Everything that is said of `files` (name and text), as `check` says it.
fn diagnose(files: &[(&str, &str)]) -> Vec<PolicyError> {
    let list_file = |name: &str| match name {
        "lists/empty.txt" => Ok("# nothing\n".to_owned()),
        _ => Err("no such file or directory".to_owned()),
    };
    let mut errors = Vec::new();
    let mut policies = Vec::new();
    for (name, text) in files {
        match parse(&Source::new(*name, *text), &list_file) {
            Ok(policy) => policies.push(policy),
            Err(more) => errors.extend(more.0),
        }
    }
    if !errors.is_empty() {
        return errors;
    }
    match PolicySet::new(policies) {
        Ok(set) => lint(&set, date(2026, 11, 22)),
        Err(errors) => errors.0,
    }
}

/// `errors` as they are printed where there are no colours.
fn render(errors: &[PolicyError]) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .with_links(false)
        .with_context_lines(1);
    let mut out = String::new();
    for error in errors {
        handler.render_report(&mut out, error).unwrap();
        out.push('\n');
    }
    out.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// What is said of each slip, one below the other. A slip of which nothing is said shows as such.
fn told(slips: &[(&str, String)]) -> String {
    let mut out = String::new();
    for (name, text) in slips {
        let errors = diagnose(&[("p.yaml", text)]);
        let rendered = if errors.is_empty() { "(nothing)\n".to_owned() } else { render(&errors) };
        write!(out, "━━━ {name}\n\n{rendered}\n").unwrap();
    }
    out
}

macro_rules! snapshot {
    ($name:literal, $text:expr) => {
        insta::with_settings!({omit_expression => true}, { insta::assert_snapshot!($name, $text) })
    };
}

macro_rules! slips {
    ($name:literal, $($slip:literal => $text:expr),+ $(,)?) => {
        snapshot!($name, told(&[$(($slip, $text)),+]))
    };
}

/// A policy file with these lines behind its version.
fn file(lines: &str) -> String {
    format!("version: 1\n{lines}\n")
}

/// A rule with these lines behind its id, title and severity.
fn rule(lines: &str) -> String {
    let lines = lines.replace('\n', "\n    ");
    file(&format!("rules:\n  - id: a.b\n    title: T\n    severity: low\n    {lines}"))
}

/// A rule that has its obligation, with these lines beside it.
fn ruled(lines: &str) -> String {
    rule(&format!("forbid: {{$.eventName: StopLogging}}\n{lines}"))
}

/// A rule with these lines in its `when`.
fn when(lines: &str) -> String {
    ruled(&format!("when:\n  {}", lines.replace('\n', "\n  ")))
}

/// A rule that asks this of the elements of an array.
fn element(lines: &str) -> String {
    when(&format!("$.requestParameters.items[*]:\n  {}", lines.replace('\n', "\n  ")))
}

#[test]
fn unknown_keywords() {
    slips!("keywords",
        "of a file" => "version: 1\nrule:\n- id: a.b\n".to_owned(),
        "of a file, near nothing" => file("metadata: {}\nlists: {a: [x]}"),
        "of a rule" => ruled("messgae: x"),
        "of a rule, near nothing" => ruled("owner: me"),
        "of a rule: a path" => ruled("$.eventName: x"),
        "of a condition" => when("al:\n  - $.eventName: x"),
        "of a condition, from other languages" => when("and:\n  - $.eventName: x\nor:\n  - $.eventName: x"),
        "of an exception" => ruled("except:\n  - {name: n, why: w, until: 2027-01-01, condition: {$.errorCode: x}}"),
        "of a list value" => file("lists:\n  a:\n    - {valu: x, reason: y}"),
        "of a source" => file("source: {record: $.items}\nlists: {a: [x]}"),
        "of a source's name" => file("source: cloudtrial\nlists: {a: [x]}"),
        "of a value" => when("$.a: {equals: {pth: $.b}}"),
        "of a count" => when("$.a[*]: {count: {more: 1}}"),
        "of the wrong case" => ruled("Severity: low"),
    );
}

#[test]
fn forgotten_dollars() {
    slips!("forgotten_dollar",
        "one name" => when("eventName: x"),
        "a name with a dot" => when("userIdentity.type: Root"),
        "a name with a hyphen" => when("detail-type: x"),
        "an array" => when("resources[0].ARN: x"),
        "in forbid" => rule("forbid: {eventName: StopLogging}"),
        "in an element condition" => element(".name: x\nvalue: y"),
        "in an element condition, a name with a dot" => element(".name: x\nvalue.type: y"),
        "in an element condition, a name with a hyphen" => element(".name: x\nvalue-type: y"),
        "all keys of an element condition" => element("name: x\nvalue: y"),
        "in a map under a definite path" => when("$.userIdentity:\n  type: Root"),
        "in a path operand" => when("$.a: {equals: {path: userIdentity.arn}}"),
        "in an element's path operand" => element(".a: {equals: {path: name}}"),
        "in a key" => rule("threshold: {count: 3, within: 5m, by: userIdentity.arn}"),
        "an empty key" => when("'': x"),
    );
}

#[test]
fn unknown_operators() {
    let slips: Vec<(&str, String)> = [
        "equls",
        "starts-with",
        "eq",
        "ne",
        "startswith",
        "matches",
        "'>='",
        "'!='",
        "not_in",
        "missing",
        "list",
        "path",
        "foo",
        "GT",
        "notEquals",
        "anything-but",
        "Some",
    ]
    .iter()
    .map(|word| (*word, when(&format!("$.a: {{{word}: x}}"))))
    .collect();
    snapshot!("operators", told(&slips));
}

#[test]
fn yaml_that_says_something_else() {
    slips!("yaml_meaning",
        "a duplicate key" => when("$.eventName: a\n$.eventSource: b\n$.eventName: c"),
        "a duplicate key of a rule" => ruled("tags: [a]\ntitle: U"),
        "a duplicate key in the file" => file("lists: {a: [x]}\nlists: {b: [x]}"),
        "a tag for a comparison" => when("$.additionalEventData.MFAUsed: != Yes"),
        "a tag" => when("$.eventName: !Foo x"),
        "a tag on a map" => when("$.userIdentity: !Foo\n  .type: x"),
        "a tag on a quoted text" => when("$.eventName: !!str \"a!b\""),
        "a comparison without a space" => when("$.requestParameters.n: >5"),
        "a comparison with a space" => when("$.requestParameters.n: > 5"),
        "a comparison with an equals sign" => when("$.requestParameters.n: >= 5"),
        "less" => when("$.requestParameters.n: < 5"),
        "less or equal" => when("$.requestParameters.n: <=5"),
        "unequal without a space" => when("$.requestParameters.n: !=5"),
        "unequal in braces" => when("$.requestParameters.n: {not: !=5}"),
        "a comparison in a list" => when("$.requestParameters.n: [1, < 5]"),
        "a comparison in a quantifier" => when("$.requestParameters.n[*]: {some: > 5}"),
        "a block with a strip sign" => when("$.requestParameters.n: >-\n$.eventName: x"),
        "a quoted comparison is a text" => when("$.requestParameters.n: \"< 5\""),
        "a plain glob" => when("$.eventName: *foo*"),
        "a plain glob for an operator" => when("$.eventName: {glob: *foo}"),
        "a plain star" => when("$.eventName: *"),
        "a percent sign" => when("$.eventName: %x"),
        "an at sign" => when("$.eventName: @x"),
        "a backtick" => when("$.eventName: `x`"),
        "a value left out" => when("$.eventName:\n$.eventSource: x"),
        "an operator's value left out" => when("$.eventName: {equals: }"),
        "an anchor with no value" => when("$.eventName: &x"),
        "a merge of no map" => when("<<: [1, 2]\n$.eventName: x"),
        "a key that is no text" => when("{a: b}: x"),
        "a template without quotes" => ruled("message: {$.eventName} was called"),
        "a message that is a map" => ruled("message: {$.eventName}"),
        "a colon in a title" => file("rules:\n  - id: a.b\n    title: Alarm: changed\n    severity: low\n    forbid: {$.eventName: x}"),
    );
}

#[test]
fn yaml_syntax() {
    slips!("yaml_syntax",
        "a tab" => "version: 1\nrules:\n\t- id: a.b\n".to_owned(),
        "a tab deeper down" => "version: 1\nrules:\n  - id: a.b\n\ttitle: x\n".to_owned(),
        "bad indentation" => "version: 1\nrules:\n  - id: a.b\n   title: x\n".to_owned(),
        "bad indentation of a list" => "version: 1\nrules:\n  - id: a.b\n - id: c.d\n".to_owned(),
        "a missing quote" => "version: 1\nrules:\n  - id: a.b\n    title: \"T\n    severity: low\n".to_owned(),
        "a missing single quote" => "version: 1\nrules:\n  - id: a.b\n    title: 'T\n    severity: low\n".to_owned(),
        "a quote too many" => "version: 1\nrules:\n  - id: a.b\n    title: \"T\" x\n".to_owned(),
        "a missing bracket" => "version: 1\nlists:\n  a: [x, y\n".to_owned(),
        "a missing brace" => "version: 1\ndefine:\n  a: {$.b: c\n  d: {$.e: f}\n".to_owned(),
        "a bracket too many" => "version: 1\nlists:\n  a: [x, y]]\n".to_owned(),
        "a missing colon" => "version: 1\nrules:\n  - id: a.b\n    title\n    severity: low\n".to_owned(),
        "a missing space behind a colon" => "version: 1\nrules:\n  - id: a.b\n    title:T\n    severity: low\n".to_owned(),
        "a missing space behind the first colon" => "version:1\nrules: []\n".to_owned(),
        "a path to all elements in braces" => "version: 1\ndefine:\n  d: {$.a[*]: x}\n".to_owned(),
        "a path to an element in braces" => "version: 1\ndefine:\n  d: {$.a: x, $.b[0].c: x}\n".to_owned(),
        "a path to a quoted name in braces" => "version: 1\ndefine:\n  d: {$['a b']: x}\n".to_owned(),
        "a path with a filter in braces" => "version: 1\ndefine:\n  d: {any: [{$.a[?@.b == 1]: x}]}\n".to_owned(),
        "a bad escape" => "version: 1\nlists:\n  a: [\"\\d\"]\n".to_owned(),
        "an unknown alias" => "version: 1\nlists:\n  a: [*b]\n".to_owned(),
        "an alias inside itself" => "version: 1\nlists:\n  a: &a [*a]\n".to_owned(),
        "several documents" => "version: 1\nlists: {a: [x]}\n---\nversion: 1\nlists: {b: [x]}\n".to_owned(),
        "not YAML at all" => "{\"version\": 1,,}\n".to_owned(),
    );
}

#[test]
fn values() {
    slips!("values",
        "a star where equality is meant" => when("$.errorMessage: \"Describe*\""),
        "a plain star where equality is meant" => when("$.errorMessage: [Describe*, List]"),
        "a star in equals is meant" => when("$.errorMessage: {equals: \"Describe*\"}"),
        "an account id" => when("$.recipientAccountId: 123456789012"),
        "account ids" => when("$.recipientAccountId: [123456789012, \"123456789013\", 123456789014]"),
        "an account id in a list" => file("lists: {accounts: [123456789012]}"),
        "an account id with a leading zero is a text" => when("$.recipientAccountId: 012345678901"),
        "a control id" => ruled("controls: {cis-aws-5.0: [4.10]}"),
        "a control id beside others" => ruled("controls: {cis-aws-5.0: [\"4.1\", 4.10, 5]}"),
        "null in a list" => when("$.a: [x, null]"),
        "nothing in a list" => when("$.a:\n  - x\n  -"),
        "a map in a list" => when("$.a: [{b: c}]"),
        "a map in in" => when("$.a: {in: [{glob: x}]}"),
        "one value for in" => when("$.a: {in: x}"),
        "a list for equals" => when("$.a: {equals: [x]}"),
        "a named list for equals" => file("lists: {l: [x]}\ndefine: {d: {$.a: {equals: {list: l}}}}"),
        "a text for a number" => when("$.a: {gt: \"5\"}"),
        "a time for a number" => when("$.eventTime: {gt: 2026-01-31}"),
        "a text for a boolean" => when("$.a: {exists: yes}"),
        "a type" => when("$.a: {type: bool}"),
        "an address for is_ip" => when("$.a: {is_ip: 10.0.0.0/8}"),
        "ignore_case alone" => when("$.a: {ignore_case: true}"),
        "ignore_case beside a number" => when("$.a: {ignore_case: true, gt: 5}"),
        "a number for a pattern" => when("$.a: {glob: 5}"),
    );
}

#[test]
fn fields_of_cloudtrail() {
    slips!("fields",
        "a boolean for a text that reads like one" => when("$.userIdentity.sessionContext.attributes.mfaAuthenticated: false"),
        "a boolean for a text" => when("$.additionalEventData.MFAUsed: {not: true}"),
        "a number for a text" => when("$.eventVersion: 1.08"),
        "a text for a boolean" => when("$.readOnly: \"true\""),
        "another text for a boolean" => when("$.readOnly: {in: [false, No]}"),
        "a text for a number" => when("$.additionalEventData.bytesTransferredOut: \"5\""),
        "a text for an array" => when("$.resources: x"),
        "a text for an object" => when("$.userIdentity: Root"),
        "the wrong case" => when("$.eventname: x"),
        "near another name" => when("$.eventNmae: x"),
        "a name from elsewhere" => when("$.userIdentity.userId: x"),
        "a name below a text" => when("$.eventName.x: y"),
        "a name below an array" => when("$.resources.ARN: x"),
        "a name near nothing" => when("$.detail: x"),
        "under an element" => when("$.userIdentity:\n  .Type: Root\n  .arn: 5"),
        "an operand" => when("$.requestParameters.userName: {equals: {path: $.userIdentity.username}}"),
        "a message" => ruled("message: \"{$.eventname} was called\""),
        "in a definition" => file("define: {d: {any: [{$.eventname: x}, {not: {$.readOnly: \"true\"}}]}}"),
        "another log has other fields" => file("source: {records: $.items}\ndefine: {d: {$.eventname: 5}}"),
        "fields of a request are open" => when("$.requestParameters.x.y: 5\n$.responseElements.z: true\n$.additionalEventData.w: 5"),
        "as it should be" => when("$.readOnly: false\n$.eventName: {not: null}\n$.resources[0].ARN: {exists: true}"),
    );
}

#[test]
fn severities_and_ids() {
    let severity = |word: &str| {
        file(&format!("rules:\n  - id: a.b\n    title: T\n    severity: {word}\n    forbid: {{$.eventName: x}}"))
    };
    let id = |word: &str| {
        file(&format!("rules:\n  - id: {word}\n    title: T\n    severity: low\n    forbid: {{$.eventName: x}}"))
    };
    slips!("severities_and_ids",
        "a typo" => severity("hihg"),
        "a word of others" => severity("warning"),
        "the wrong case" => severity("High"),
        "a number" => severity("5"),
        "nothing" => severity(""),
        "a list" => severity("[low]"),
        "no word at all" => severity("zzz"),
        "an id with capitals and underscores" => id("IAM_User Created"),
        "an id of a number" => id("5"),
        "an id of a float" => id("4.10"),
        "an empty id" => id("\"\""),
        "an id of signs" => id("\"--\""),
    );
}

#[test]
fn durations_and_times() {
    let within = |text: &str| rule(&format!("threshold: {{count: 3, within: {text}, by: $.userIdentity.arn}}"));
    let until = |text: &str| {
        ruled(&format!("except:\n  - {{name: n, reason: r, until: {text}, condition: {{$.eventName: x}}}}"))
    };
    slips!("durations_and_times",
        "a unit in words" => within("15 minutes"),
        "no unit" => within("5"),
        "nothing long" => within("0m"),
        "an unknown unit" => within("1y"),
        "a fraction" => within("1.5h"),
        "two units" => within("1h30m"),
        "a list" => within("[5m]"),
        "too long" => within("99999w"),
        "a day that is none" => until("2027-02-30"),
        "a day in words" => until("tomorrow"),
        "a day the other way round" => until("30.06.2027"),
        "a time for a day" => until("2027-06-30T10:00:00Z"),
        "a number for a day" => until("20270630"),
        "a time that is none" => when("$.eventTime: {before: yesterday}"),
        "a time without an offset" => when("$.eventTime: {after: 2026-01-31T10:00:00}"),
        "a list for a time" => when("$.eventTime: {after: [2026-01-31]}"),
    );
}

#[test]
fn networks() {
    slips!("networks",
        "a prefix too long" => when("$.sourceIPAddress: {cidr: 10.0.0.0/33}"),
        "bits behind the prefix" => when("$.sourceIPAddress: {cidr: 10.0.0.1/8}"),
        "words" => when("$.sourceIPAddress: {cidr: office}"),
        "a wildcard" => when("$.sourceIPAddress: {cidr: 10.0.*}"),
        "one of several" => when("$.sourceIPAddress: {cidr: [10.0.0.0/8, 2001:db8::/129, 10.0/16]}"),
        "a number" => when("$.sourceIPAddress: {cidr: 10}"),
        "a list of networks with something else" => file("lists:\n  office: [10.0.0.0/8, Berlin]\ndefine:\n  d: {$.sourceIPAddress: {cidr: {list: office}}}"),
        "a map" => when("$.sourceIPAddress: {cidr: {network: 10.0.0.0/8}}"),
    );
}

#[test]
fn regexes() {
    slips!("regexes",
        "plain" => when("$.eventName:\n  regex: ^(Get|List$"),
        "in single quotes" => when("$.eventName: {regex: '^it''s (Get'}"),
        "in double quotes" => when("$.eventName: {regex: \"^\\\"é\\\\s[a\"}"),
        "an escape that YAML takes" => when("$.eventName: {regex: \"\\d+\"}"),
        "look-around" => when("$.eventName: {regex: '^(?!Get)'}"),
        "a backreference" => when("$.eventName: {regex: '(a)\\1'}"),
        "an unknown class" => when("$.eventName: {regex: '\\p{Foo}'}"),
        "a repetition of nothing" => when("$.eventName: {regex: '*Get'}"),
        "one of several" => when("$.eventName: {regex: [ok, 'x{2,1}']}"),
        "in a block" => when("$.eventName:\n  regex: >-\n    a(\n    b"),
        "a list of patterns with a wrong one" => file("lists:\n  names: [^a, 'b(']\ndefine:\n  d: {$.eventName: {regex: {list: names}}}"),
        "an unknown list of patterns" => file("define:\n  d: {$.eventName: {glob: {list: names}}}"),
        "too large" => when("$.eventName: {regex: '(\\pL{1000}){1000}'}"),
    );
}

#[test]
fn paths() {
    slips!("paths",
        "a space" => when("$.a b: x"),
        "a hyphen" => when("$.detail-type: x"),
        "in single quotes" => when("'$.it''s.a b': x"),
        "in single quotes behind an escape" => when("'$[''a'',b]': x"),
        "in double quotes with escapes" => when("\"$[\\\"é\\\"].a b\": x"),
        "a list of values in a filter" => when("$.a[?@.x in ['a']]: x"),
        "a list of values in a quoted filter" => when("\"$.a[?@.x in ['a']]\": x"),
        "a number behind a dot" => when("$.a.0: x"),
        "an empty bracket" => when("$.a[].b: x"),
        "an open bracket" => when("'$.a[': x"),
        "a dot at the end" => when("$.a.: x"),
        "the dollar alone" => when("$: x"),
        "no dot" => when("$eventName: x"),
        "in a path operand" => when("$.a: {equals: {path: $.a b}}"),
        "in a template" => when("$.a: {equals: {template: \"é {$.a-b}\"}}"),
        "in a message" => ruled("message: '{$.x} it''s {$.a b}'"),
        "from an element" => element(".a b: x\n.['x'y]: z\n..: x"),
        "from an element, at the event" => when(".name: x"),
        "the element itself, at the event" => when(".: x"),
        "from an element, in forbid" => rule("forbid: {.name: x}"),
        "in unset of a test" => ruled("tests:\n  - {name: n, event: {from: root, unset: [$.a b]}, expect: ok}"),
        "in set of a test, quoted" => ruled("tests:\n  - {name: n, event: {from: root, set: {\"$.a b\": 1}}, expect: ok}"),
        "many nodes in a path operand" => when("$.a: {equals: {path: \"$.b[*]\"}}"),
        "many nodes in a number operand" => when("$.a: {gt: {path: $..b}}"),
        "a path and its test are both wrong" => when("$.a b: {equls: x}"),
    );
}

#[test]
fn where_expressions() {
    slips!("where",
        "one equals sign" => when("where: \"@.a = 1\""),
        "a word of others" => when("where: \"@.a == 1 and @.b == 2\""),
        "no path" => when("where: eventName == 'x'"),
        "a call of nothing" => when("where: \"contains(@.a, 'x')\""),
        "open" => when("where: \"(@.a == 1\""),
        "empty" => when("where: \"\""),
        "a number" => when("where: 5"),
        "a map" => when("where: {$.a: 1}"),
        "one of several" => when("where: [\"@.a == 1\", \"@.b ==\"]"),
        "many nodes" => when("where: \"@.a[*] == 1\""),
    );
}

#[test]
fn names() {
    let define = |lines: &str| file(&format!("define:\n  succeeded: {{$.errorCode: null}}\n{lines}"));
    slips!("names",
        "a typo in use" => define("  x: {use: suceeded}"),
        "use of nothing near" => define("  x: {use: [succeeded, zzz]}"),
        "use of a list" => file("lists: {break_glass: [x]}\ndefine: {x: {use: break_glass}}"),
        "use of a map" => define("  x: {use: {$.a: b}}"),
        "use of nothing" => define("  x: {use: []}"),
        "a typo in list" => file("lists: {break_glass: [x]}\ndefine: {x: {$.a: {in: {list: break_glas}}}}"),
        "list of nothing near" => file("define: {x: {$.a: {in: {list: zzz}}}}"),
        "list in cidr" => file("define: {x: {$.a: {cidr: {list: zzz}}}}"),
        "a definition of itself" => file("define:\n  a: {use: a}"),
        "a ring of two" => file("define:\n  a: {use: b}\n  b: {not: {use: a}}"),
        "a ring of three" => file("define:\n  c: {use: a}\n  a: {use: b}\n  b: {use: c}"),
        "a ring and one who uses it" => file("define:\n  a: {use: b}\n  b: {use: a}\n  z: {use: a}"),
        "an element's definition at the event" => file("define:\n  named: {.name: x}\nrules:\n  - id: a.b\n    title: T\n    severity: low\n    forbid: {use: named}"),
    );
    let one = "version: 1\ndefine: {d: {$.a: b}}\nlists: {l: [x]}\n";
    let user = "version: 1\ndefine:\n  e: {use: d, $.a: {in: {list: l}}}\n";
    let rules = "version: 1\nrules:\n  - {id: a.b, title: T, severity: low, forbid: {$.eventName: x}}\n";
    let more = "version: 1\nrules:\n  - {id: c.d, title: T, severity: low, forbid: {$.eventName: x}}\n  - {id: a.b, title: U, severity: low, forbid: {$.eventName: x}}\n  - {id: c.d, title: V, severity: low, forbid: {$.eventName: x}}\n";
    let network = "version: 1\nlists:\n  office: [10.0.0.0/8, Berlin]\n";
    let office = "version: 1\ndefine:\n  d: {$.sourceIPAddress: {cidr: {list: office}}}\n";
    let ring = ["version: 1\ndefine:\n  a: {use: b}\n", "version: 1\ndefine:\n  b: {use: a}\n"];
    let mut out = String::new();
    for (name, files) in [
        ("a name of two other files", vec![("one.yaml", one), ("two.yaml", one), ("user.yaml", user)]),
        ("an id in two files and twice in one", vec![("one.yaml", rules), ("two.yaml", more)]),
        ("a list of another file that is no network", vec![("lists.yaml", network), ("rules.yaml", office)]),
        ("a ring over two files", vec![("one.yaml", ring[0]), ("two.yaml", ring[1])]),
    ] {
        write!(out, "━━━ {name}\n\n{}\n", render(&diagnose(&files))).unwrap();
    }
    snapshot!("names_of_several_files", out);
}

#[test]
fn obligations() {
    slips!("obligations",
        "two" => ruled("require: {$.eventName: x}"),
        "three" => ruled("require: {$.eventName: x}\nthreshold: {count: 1, within: 5m, by: $.eventName}"),
        "none" => rule("when: {$.eventName: x}"),
        "none, and no id" => file("rules:\n  - title: T\n    severity: low"),
        "a typo in the only one" => rule("forbidd: {$.eventName: x}"),
        "one that is wrong" => rule("forbid: {}"),
        "threshold without its keys" => rule("threshold: {}"),
        "threshold without within" => rule("threshold: {count: 3, by: $.eventName}"),
        "threshold of 0" => rule("threshold: {count: 0, within: 5m, by: $.eventName}"),
        "threshold of a fraction" => rule("threshold: {count: 1.5, within: 5m, by: $.eventName}"),
        "threshold over many nodes" => rule("threshold: {count: 3, within: 5m, by: \"$.resources[*].ARN\"}"),
        "threshold that is a number" => rule("threshold: 5"),
        "an unknown form" => rule("threshold:\n  count: 3\n  within: 5m\n  by: {path: $.sourceIPAddress, as: ip_prefix/129}"),
        "a form with a typo" => rule("first_seen:\n  of: {path: $.userIdentity.arn, as: base_name}\n  by: $.recipientAccountId\n  history: 90d"),
        "follow without its keys" => rule("require_followed_by: {}"),
        "follow without an event" => rule("require_followed_by: {within: 5m, by: $.eventName}"),
        "follow with when for event" => rule("require_preceded_by: {within: 5m, by: $.eventName, when: {$.eventName: x}}"),
        "a sequence of one" => rule("sequence: {within: 5m, by: $.eventName, steps: [{name: a, event: {$.eventName: x}}]}"),
        "a sequence that is none" => rule("sequence: {within: 5m, by: $.eventName, steps: {a: {$.eventName: x}}}"),
        "two steps of one name" => rule("sequence:\n  within: 5m\n  by: $.eventName\n  steps:\n    - {name: a, event: {$.eventName: x}}\n    - {name: b, event: {$.eventName: y}}\n    - {name: a, event: {$.eventName: z}}"),
        "a step that says nothing" => rule("sequence:\n  within: 5m\n  by: $.eventName\n  steps:\n    - {name: a, event: {$.eventName: x}}\n    - {name: b}"),
        "a last step that must not be" => rule("sequence:\n  within: 5m\n  by: $.eventName\n  steps:\n    - {name: a, event: {$.eventName: x}}\n    - {name: b, not: {$.eventName: y}}"),
        "an empty key" => rule("threshold: {count: 3, within: 5m, by: {}}"),
    );
}

#[test]
fn conditions() {
    slips!("conditions",
        "not over many nodes" => when("$.a[*]: {not: x}"),
        "count over one node" => when("$.a: {count: 2}"),
        "distinct over one node" => when("$.a.b: {distinct: {gt: 1}}"),
        "operators and an element condition" => when("$.a[*]: {.b: x, equals: y}"),
        "operators and an element condition, the other way round" => when("$.a[*]: {glob: \"x*\", all: [{.b: x}]}"),
        "an empty when" => ruled("when: {}"),
        "an empty forbid, in a block" => rule("forbid:\nmessage: x"),
        "an empty definition" => file("define: {a: {}}"),
        "an empty test" => when("$.a: {}"),
        "an empty list" => when("$.a: []"),
        "an empty in" => when("$.a: {in: []}"),
        "an empty all" => when("all: []"),
        "an empty any in a not" => when("not: {any: []}"),
        "a list of conditions" => ruled("when:\n  - $.eventName: x\n  - $.eventSource: y"),
        "a condition that is a text" => ruled("when: eventName == x"),
        "all with a map" => when("all: {$.a: x, $.b: y}"),
        "all with texts" => when("all: [a, b]"),
        "not with a list" => when("not: [{$.a: x}]"),
        "a quantifier in not" => when("$.a[*]: {not: {some: x}}"),
        "a quantifier in some" => when("$.a[*]: {some: {every: x}}"),
        "a quantifier beside an element condition" => when("$.a[*]: {count: 2, .b: x}"),
        "a condition with any beside a quantifier" => when("$.a[*]: {every: {any: [{.b: x}, {c: x}]}}"),
        "several errors" => when("$.a: {equls: x}\neventName: y\n$.b: [null]"),
    );
}

#[test]
fn exceptions() {
    let except = |lines: &str| ruled(&format!("except:\n  - name: deploy\n    {}", lines.replace('\n', "\n    ")));
    slips!("exceptions",
        "without a reason" => except("until: 2027-06-30\ncondition: {$.errorCode: x}"),
        "without an until" => except("reason: r\ncondition: {$.errorCode: x}"),
        "without a condition" => except("reason: r\nuntil: 2027-06-30"),
        "without anything" => except("owner: me"),
        "expired" => except("reason: r\nuntil: 2026-11-21\ncondition: {$.errorCode: x}"),
        "on its last day" => except("reason: r\nuntil: 2026-11-22\ncondition: {$.errorCode: x}"),
        "on a rule that is not waivable" => format!("{}    waivable: false\n", except("reason: r\nuntil: 2027-06-30\ncondition: {$.errorCode: x}")),
        "a map" => ruled("except: {name: n}"),
        "an empty list" => ruled("except: []"),
        "waivable is no boolean" => ruled("waivable: no"),
    );
}

#[test]
fn lists() {
    slips!("lists",
        "a value that has expired" => file("lists:\n  office:\n    - {value: 203.0.113.0/24, reason: Berlin, until: 2026-06-30}\n    - 198.51.100.0/24"),
        "a missing file" => file("lists: {approved: {file: lists/approved.txt}}"),
        "a file without values" => file("lists: {approved: {file: lists/empty.txt}}"),
        "a file and more" => file("lists: {approved: {file: lists/empty.txt, until: 2027-01-01}}"),
        "a value without a value" => file("lists: {approved: [{reason: r}]}"),
        "a bad day" => file("lists: {approved: [{value: x, until: soon}]}"),
        "an empty list" => file("lists: {approved: []}"),
        "nothing" => file("lists: {approved: }"),
        "one value" => file("lists: {approved: x}"),
        "a list of lists" => file("lists: {approved: [[x]]}"),
        "a list for lists" => file("lists: [x]"),
        "a text for lists" => file("lists: x"),
    );
}

#[test]
fn templates() {
    slips!("templates",
        "a forgotten dollar" => ruled("message: \"{eventName} was called\""),
        "a forgotten dollar with a dot" => ruled("message: \"by {userIdentity.arn}\""),
        "an open brace" => ruled("message: \"called {$.eventName by someone\""),
        "a closing brace too many" => ruled("message: \"called $.eventName} by someone\""),
        "empty braces" => ruled("message: \"called {}\""),
        "braces of JSON" => ruled("message: 'called with {\"a\": 1}'"),
        "many nodes in a value" => when("$.a: {equals: {template: \"x/{$.b[*]}\"}}"),
        "many nodes in a message are well" => ruled("message: \"called {$.resources[*].ARN}\""),
        "a count in a message of one event" => ruled("message: \"{count} times\""),
        "an empty message" => ruled("message: \"\""),
        "a message that is a list" => ruled("message: [a]"),
        "an element's path in a message" => ruled("message: \"{.name}\""),
        "two slips in one message" => ruled("message: \"{eventName} by {arn}\""),
        "in a block" => ruled("message: >-\n  called {eventName}\n  by someone"),
        "a template in a list" => when("$.a: [{template: \"{b}\"}]"),
    );
}

#[test]
fn types() {
    slips!("types",
        "id" => file("rules:\n  - {id: [5], title: T, severity: low, forbid: {$.eventName: x}}"),
        "title" => file("rules:\n  - {id: a.b, title: [], severity: low, forbid: {$.eventName: x}}"),
        "an empty title" => file("rules:\n  - {id: a.b, title: , severity: low, forbid: {$.eventName: x}}"),
        "rules" => file("rules: {}"),
        "rules by id" => file("rules:\n  a.b: {title: T, severity: low, forbid: {$.eventName: x}}"),
        "no rules" => file("rules: []"),
        "nothing in rules" => file("rules:"),
        "a rule" => file("rules:\n  - a.b"),
        "a version in quotes" => "version: \"1\"\nlists: {a: [x]}\n".to_owned(),
        "another version" => "version: 2\nlists: {a: [x]}\n".to_owned(),
        "no version" => "lists: {a: [x]}\n".to_owned(),
        "a version and no more" => "version: 1\n".to_owned(),
        "a list" => "- version: 1\n".to_owned(),
        "a text" => "version 1\n".to_owned(),
        "define" => file("define: [x]"),
        "a definition" => file("define: {a: x}"),
        "tags" => ruled("tags: {a: b}"),
        "a tag" => ruled("tags: [[a]]"),
        "controls" => ruled("controls: [\"4.3\"]"),
        "references" => ruled("references: {a: b}"),
        "rationale" => ruled("rationale: [a]"),
        "source" => file("source: [x]\nlists: {a: [x]}"),
        "source paths" => file("source: {records: items, time: \"$.a[*]\", id: 5}\nlists: {a: [x]}"),
        "count" => when("$.a[*]: {count: many}"),
        "length" => when("$.a: {length: -1}"),
        "length of nothing" => when("$.a: {length: {}}"),
    );
}

#[test]
fn tests_of_rules() {
    let test = |lines: &str| ruled(&format!("tests:\n  - {}", lines.replace('\n', "\n    ")));
    slips!("tests_of_rules",
        "an unknown template" => test("name: n\nevent: {from: iam-user}\nexpect: ok"),
        "a template near nothing" => test("name: n\nevent: {from: lambda}\nexpect: ok"),
        "no template" => test("name: n\nevent: {set: {$.a: b}}\nexpect: ok"),
        "an unknown expectation" => test("name: n\nevent: {from: root}\nexpect: pass"),
        "an expectation with a typo" => test("name: n\nevent: {from: root}\nexpect: violaton"),
        "no event" => test("name: n\nexpect: ok"),
        "an event and a file" => test("name: n\nevent: {from: root}\nfile: x.json\nexpect: ok"),
        "no name" => test("event: {from: root}\nexpect: ok"),
        "a path without a dollar" => test("name: n\nevent:\n  from: root\n  set: {eventName: x}\nexpect: ok"),
        "a path to many nodes" => test("name: n\nevent:\n  from: root\n  set: {\"$.resources[*].ARN\": x}\nexpect: ok"),
        "a bad time" => test("name: n\nevent: {from: root}\nexpect: ok\nnow: noon"),
        "a bad duration" => test("name: n\nevent: {from: root, at: 5 min}\nexpect: ok"),
        "a bad repeat" => test("name: n\nevent: {from: root, repeat: -1}\nexpect: ok"),
        "unset that is no list" => test("name: n\nevent: {from: root, unset: {$.a: b}}\nexpect: ok"),
        "events that are empty" => test("name: n\nevents: []\nexpect: ok"),
        "tests that are a map" => ruled("tests: {name: n}"),
        "each that is a value" => test("name: n\nevent: {from: root, each: StopLogging}\nexpect: ok"),
        "each with one value" => test("name: n\nevent: {from: root, each: {$.eventName: StopLogging}}\nexpect: ok"),
        "each with a path without a dollar" => test("name: n\nevent: {from: root, each: {eventName: [A]}}\nexpect: ok"),
        "each with a list of names" => test("name: n\nevent: {from: root, each: [A, B]}\nexpect: ok"),
        "each that is empty" => test("name: n\nevent: {from: root, each: {}}\nexpect: ok"),
        "each with an empty list" => test("name: n\nevent: {from: root, each: {$.eventName: []}}\nexpect: ok"),
        "each among several events" => test("name: n\nevents: [{from: root}, {from: root, each: {$.eventName: [A]}}]\nexpect: ok"),
        "each with too many combinations" => test(&format!(
            "name: n\nevent: {{from: root, each: {{$.a: [{0}], $.b: [{0}]}}}}\nexpect: ok",
            vec!["1"; 32].join(",")
        )),
    );
}

#[test]
fn empty_files() {
    slips!("empty",
        "nothing" => String::new(),
        "a blank line" => "\n".to_owned(),
        "a comment" => "# rules go here\n".to_owned(),
        "the start of a document" => "---\n".to_owned(),
        "null" => "null\n".to_owned(),
        "an empty map" => "{}\n".to_owned(),
    );
}

#[test]
fn all_errors_of_all_files() {
    let one = "version: 2\nrules:\n  - id: a.b\n    title: T\n    severity: hihg\n    forbid: {eventName: x}\n";
    let two = "version: 1\ndefine:\n  d: {$.a: {equls: x}}\nlists:\n  l: [123456789012]\n";
    let three = "version: 1\nrules:\n  - id: c.d\n    title: T\n    severity: low\n    when: {$.a b: x}\n    forbid: {$.a: {regex: '('}}\n";
    let errors = diagnose(&[("one.yaml", one), ("two.yaml", two), ("three.yaml", three)]);
    let places: Vec<_> = errors.iter().map(|error| (error.source.name.to_string(), error.offset())).collect();
    assert_eq!(errors.len(), 7);
    assert!(places.windows(2).all(|pair| pair[0].0 != pair[1].0 || pair[0].1 < pair[1].1), "{places:?}");
    let files: Vec<_> = places.iter().map(|place| place.0.as_str()).collect();
    assert_eq!(files, ["one.yaml", "one.yaml", "one.yaml", "two.yaml", "two.yaml", "three.yaml", "three.yaml"]);
    snapshot!("all_errors_of_all_files", render(&errors));
}

/// However far apart two labels are, and however much one of them marks, little of the file is shown.
#[test]
fn little_of_the_file_is_shown() {
    let lines: String = (0..300).map(|name| format!("  d{name}: {{$.a: b}}\n")).collect();
    let rules = lines.replace("d", "r").replace("{$.a: b}", "{title: T}");
    let mut out = String::new();
    for (name, text) in [
        ("keys far apart", file(&format!("define:\n  é: {{$.a: b}}\n{lines}  é: {{$.é b: c}}"))),
        ("a map of many lines", file(&format!("rules:\n{rules}"))),
        ("an alias repeats no error", file("define:\n  a: &a {$.a: {equls: x}}\n  b: *a\n  c: {not: *a}")),
    ] {
        write!(out, "━━━ {name}\n\n{}\n", render(&diagnose(&[("p.yaml", &text)]))).unwrap();
    }
    snapshot!("little_of_the_file", out);
}

/// What hostile files are answered with: one error, little text, in bounded time.
#[test]
fn hostile_files() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let row = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{row}]").unwrap();
    }
    let long = "x".repeat(200_000);
    let mut out = String::new();
    for (name, text) in [
        ("an alias bomb", bomb),
        ("100,000 brackets", "[".repeat(100_000)),
        ("100,000 braces", "{".repeat(100_000)),
        ("100,000 dashes", "- ".repeat(100_000)),
        ("100,000 dashes without spaces", "-".repeat(100_000)),
        ("100,000 question marks", "? ".repeat(100_000)),
        ("80 kB of one word", "version".repeat(80_000 / 7)),
        ("80 kB of keys", (0..8_000).map(|key| format!("k{key}: 1\n")).collect()),
        ("80 kB of anchors", format!("version: 1\nlists: {{a: [{}]}}\n", "&a x, ".repeat(13_000))),
        ("80 kB of quotes", "\"".repeat(80_000)),
        ("a tag of 80 kB", format!("version: 1\nlists: !{} x\n", "t".repeat(80_000))),
        ("a line of 200,000 columns, wrong at its end", format!("version: 1\nlists: {{a: [{long}], b: {{c: d}}}}\n")),
        ("control characters", file("\u{202e}x\u{7f}: y # \u{85}")),
        ("escape characters", file("lists: {a: [x]} # \u{1b}[31m red\nz: 1")),
        ("escapes in a quoted key", file("\"\\e[31m\\nx\": 1\nlists: {a: [x]}")),
        ("a key of 200,000 columns", format!("version: 1\n{long}: 1\n")),
        ("a path of 200,000 columns", when(&format!("$.{long} y: 1"))),
        ("a regex of 200,000 columns", when(&format!("$.a: {{regex: '{long}('}}"))),
        ("a severity of 200,000 columns", ruled("").replace("severity: low", &format!("severity: {long}"))),
        (
            "200,000 columns of é, wrong at its end",
            format!("version: 1\nlists: {{a: [{}], b: {{c: d}}}}\n", "é".repeat(200_000)),
        ),
        ("200,000 columns without an end", format!("version: 1\nlists: {{a: \"{long}\n")),
        ("20,000 nested nots in a path", when(&format!("'$[?{}@.a]': x", "!(".repeat(20_000)))),
    ] {
        let errors = diagnose(&[("p.yaml", &text)]);
        let mut rendered = String::new();
        if errors.len() > 20 {
            writeln!(rendered, "({} errors; the first:)\n", errors.len()).unwrap();
        }
        rendered.push_str(&render(errors.get(..1).unwrap_or(&errors)));
        assert!(rendered.len() < 4_000, "{name}: {} bytes", rendered.len());
        write!(out, "━━━ {name}\n\n{rendered}\n").unwrap();
    }
    snapshot!("hostile", out);
}

/// What only the command line can get wrong: files and folders.
#[test]
fn files_and_folders() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir(at("empty")).unwrap();
    std::fs::create_dir(at("more")).unwrap();
    std::fs::write(at("latin1.yaml"), b"version: 1\ndefine:\n  caf\xe9: {$.a: b}\n").unwrap();
    std::fs::write(at("utf16.yaml"), b"\xff\xfev\0e\0r\0s\0").unwrap();
    std::fs::write(at("empty/README.md"), "no policy").unwrap();
    std::fs::write(
        at("more/a.yaml"),
        "version: 1\nrules:\n  - {id: a.b, title: T, severity: low, forbid: {$.eventName: x}}\n",
    )
    .unwrap();
    std::fs::write(
        at("more/b.yaml"),
        "version: 1\nrules:\n  - {id: a.b, title: T, severity: low, forbid: {$.eventName: x}}\n",
    )
    .unwrap();
    std::fs::write(at("more/c.yaml"), "version: 2\nlists: {a: [x]}\n").unwrap();
    std::fs::write(at("bom.yaml"), "\u{feff}version: 1\nlist: {a: [x]}\n").unwrap();
    std::fs::write(at("log.json"), "{\"Records\": []}").unwrap();
    let mut out = String::new();
    for arguments in [
        &["latin1.yaml"][..],
        &["utf16.yaml"],
        &["missing.yaml"],
        &["empty"],
        &["bundled:iamm"],
        &["bom.yaml"],
        &["missing.yaml", "more", "latin1.yaml"],
    ] {
        let said = check(folder.path(), arguments);
        write!(out, "━━━ {}\n\n{said}\n", arguments.join(" ")).unwrap();
    }
    snapshot!("files_and_folders", out);
}

/// What `check` prints to standard error with these policies, in `folder`; nothing is printed elsewhere, and it exits with 2.
fn check(folder: &Path, policies: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trailgate"));
    command.current_dir(folder).env_clear().arg("check");
    for policy in policies {
        command.args(["-p", policy]);
    }
    let output = command.args(["--color", "never", "log.json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let text = String::from_utf8(output.stderr).unwrap();
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// Every code of an error is met in these snapshots.
#[test]
fn every_code_is_shown() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots");
    let shown: String = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_name().unwrap().to_string_lossy();
            ["policy_errors__", "waivers__", "lints__"].iter().any(|test| name.starts_with(test))
        })
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let missing: Vec<_> =
        Code::ALL.iter().filter(|code| !shown.contains(&format!("{code}\n"))).map(|code| code.as_str()).collect();
    assert!(missing.is_empty(), "no snapshot shows {missing:?}");
}
