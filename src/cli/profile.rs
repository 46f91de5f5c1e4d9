//! `check --profile` and the rates of `check --verbose`: what a run cost, as text for people on standard error.

use std::cmp::Reverse;
use std::fmt::Write as _;
use std::time::Duration;

use crate::audit::RunCosts;
use crate::compile::Program;
use crate::engine::meter::RuleCosts;
use crate::report::number::{count, grouped, size};
use crate::violation::Summary;

/// Most rules that are listed.
const MOST_RULES: usize = 30;

/// How fast the logs of `summary` were read, in one line.
#[must_use]
pub fn rates(summary: &Summary, wall: Duration, threads: usize) -> String {
    let events = u64::try_from(summary.records.found).unwrap_or(u64::MAX);
    format!(
        "read {}, {} and {} in {} with {}: {}/s, {} events/s",
        count(summary.files.found, "file"),
        size(summary.bytes),
        count(events, "event"),
        milliseconds(wall),
        count(threads, "thread"),
        size(per_second(summary.bytes, wall)),
        grouped(per_second(events, wall)),
    )
}

/// The costs of a run with `program`, as two tables: the steps in their order, and the rules, the slowest first.
#[must_use]
pub fn tables(costs: &RunCosts, program: &Program) -> String {
    let scans = &costs.scans;
    let steps = [
        ("parse", "policies, read and parsed", costs.parse),
        ("lint", "policies", costs.lint),
        ("compile", "policies", costs.compile),
        ("read", "logs, from where they lie", costs.read),
        ("inflate", "gzip", scans.inflate),
        ("scan", "records found, held to JSON, and the fields of every record", scans.scan),
        ("select", "identities, and the rules that a record may concern", scans.select),
        ("extract", "the fields of records that are not plain", scans.extract),
        ("evaluate", "conditions of rules, and the fields that they alone ask for", scans.evaluate()),
        ("evidence", "violations put into words, and facts for obligations over time", scans.evidence()),
        ("merge", "what the files hold put together, duplicates found", costs.merge),
        ("correlate", "events of obligations over time put together", costs.correlate),
        ("report", "reports, written", costs.report),
    ];
    let all: Duration = steps.iter().map(|(_, _, time)| time).sum();
    let mut out =
        String::from("profile of the steps; those from `read` to `evidence` are added up over all threads\n\n");
    line(&mut out, ["time", "share", "step"]);
    for (name, what, time) in steps {
        line(&mut out, [&milliseconds(time), &share(time, all), &format!("{name:<9}  {what}")]);
    }
    line(&mut out, [&milliseconds(all), &share(all, all), "all"]);
    out.push_str(
        "\nprofile of the rules, the slowest first; matches are before exceptions, waivers, duplicates and windows\n\n",
    );
    rules(&mut out, scans.rules.as_slice(), program, all);
    out
}

fn rules(out: &mut String, costs: &[RuleCosts], program: &Program, all: Duration) {
    let time = |cost: &RuleCosts| cost.evaluate + cost.evidence;
    let mut asked: Vec<_> = program.rules.iter().zip(costs).filter(|(_, cost)| cost.evaluations > 0).collect();
    asked.sort_by_key(|(rule, cost)| (Reverse(time(cost)), &rule.id));
    if !asked.is_empty() {
        rule_line(out, ["time", "share", "evaluations", "ns each", "matches", "rule"]);
    }
    for (rule, cost) in asked.iter().take(MOST_RULES) {
        let each = cost.evaluate.as_nanos() / u128::from(cost.evaluations.max(1));
        let figures = [grouped(cost.evaluations), grouped(each), grouped(cost.matches)];
        let [evaluations, each, matches] = &figures;
        let time = time(cost);
        rule_line(out, [&milliseconds(time), &share(time, all), evaluations, each, matches, rule.id.0.as_str()]);
    }
    let more = asked.len().saturating_sub(MOST_RULES);
    if more > 0 {
        let rest = asked.iter().skip(MOST_RULES).map(|(_, cost)| time(cost)).sum();
        line(out, [&milliseconds(rest), &share(rest, all), &format!("the other {}", count(more, "rule"))]);
    }
    let unasked = program.rules.len() - asked.len();
    if unasked > 0 {
        // Invariant: writing into a string does not fail.
        let _infallible = writeln!(out, "{} asked of no event", count(unasked, "rule"));
    }
}

fn line(out: &mut String, [time, share, step]: [&str; 3]) {
    let _infallible = writeln!(out, "{time:>12}  {share:>7}  {step}");
}

fn rule_line(out: &mut String, [time, share, evaluations, each, matches, rule]: [&str; 6]) {
    let _infallible = writeln!(out, "{time:>12}  {share:>7}  {evaluations:>12}  {each:>9}  {matches:>9}  {rule}");
}

/// `1,234.5 ms`.
fn milliseconds(time: Duration) -> String {
    let tenths = time.as_micros() / 100;
    format!("{}.{} ms", grouped(tenths / 10), tenths % 10)
}

/// `12.3 %`.
fn share(part: Duration, whole: Duration) -> String {
    let tenths = part.as_nanos() * 1000 / whole.as_nanos().max(1);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn per_second(number: u64, time: Duration) -> u64 {
    let each = u128::from(number) * 1_000_000_000 / time.as_nanos().max(1);
    u64::try_from(each).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::compile;
    use crate::policy::{PolicySet, parse};
    use crate::text::Source;

    fn program(rules: usize) -> Program {
        let rules: String = (0..rules)
            .map(|number| {
                format!("  - {{id: a.rule-{number}, title: a, severity: low, forbid: {{$.eventName: Name{number}}}}}\n")
            })
            .collect();
        let text = format!("version: 1\nrules:\n{rules}");
        let policy = parse(&Source::new("a.yaml", text), &|_| Err(String::new())).unwrap();
        compile(&PolicySet::new(vec![policy]).unwrap(), jiff::civil::date(2026, 1, 1))
    }

    fn cost(evaluations: u64, matches: u64, micros: u64) -> RuleCosts {
        let [evaluate, evidence] = [Duration::from_micros(micros), Duration::from_micros(matches * 100)];
        RuleCosts { evaluations, matches, evaluate, evidence }
    }

    #[test]
    fn the_slowest_rules_come_first_and_all_of_the_time_is_told() {
        let mut costs = RunCosts { parse: Duration::from_millis(1500), ..RunCosts::default() };
        costs.scans.scan = Duration::from_micros(450);
        costs.scans.rules = vec![cost(1000, 0, 2000), cost(0, 0, 0), cost(1_234_567, 30, 1000)];
        let text = tables(&costs, &program(4));
        let lines: Vec<&str> = text.lines().collect();
        let of = |name: &str| *lines.iter().find(|line| line.contains(name)).unwrap();
        assert!(of("  parse ").starts_with("  1,500.0 ms   99.5 %  parse"), "{text}");
        assert!(of("  scan ").starts_with("      0.4 ms    0.0 %  scan"), "{text}");
        assert!(of("  evaluate ").starts_with("      3.0 ms    0.1 %  evaluate"), "{text}");
        assert!(of("  evidence ").starts_with("      3.0 ms    0.1 %  evidence"), "{text}");
        assert_eq!(of("  all"), "  1,506.4 ms  100.0 %  all");
        let place = lines.iter().position(|line| line.contains("a.rule")).unwrap();
        assert_eq!(
            lines[place - 1..],
            [
                "        time    share   evaluations    ns each    matches  rule",
                "      4.0 ms    0.2 %     1,234,567          0         30  a.rule-2",
                "      2.0 ms    0.1 %         1,000      2,000          0  a.rule-0",
                "2 rules asked of no event",
            ]
        );
    }

    #[test]
    fn rules_beyond_the_first_are_told_together() {
        let mut costs = RunCosts::default();
        costs.scans.rules = vec![cost(1, 0, 1000); 33];
        let text = tables(&costs, &program(33));
        assert_eq!(text.matches("a.rule-").count(), 30);
        assert!(text.ends_with("      3.0 ms    9.0 %  the other 3 rules\n"), "{text}");
    }

    #[test]
    fn a_run_in_no_time_has_rates() {
        let mut summary = Summary { bytes: 2_500_000, ..Summary::default() };
        summary.files.found = 2;
        summary.records.found = 1000;
        assert_eq!(
            rates(&summary, Duration::from_millis(500), 2),
            "read 2 files, 2.5 MB and 1,000 events in 500.0 ms with 2 threads: 5.0 MB/s, 2,000 events/s"
        );
        assert!(rates(&Summary::default(), Duration::ZERO, 1).ends_with("0 B/s, 0 events/s"));
    }
}
