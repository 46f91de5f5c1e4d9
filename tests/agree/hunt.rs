//! Bytes that may mean anything: a log, or a policy. Whatever they are, nothing panics, and the fast path says what the reference
//! says. `fuzz/` runs these functions under libFuzzer, `tests/agree.rs` under proptest.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value;
use trailgate::compile::{Program, compile, lint};
use trailgate::engine::reference;
use trailgate::engine::scan;
use trailgate::event::{Ending, Item, ProblemKind, RecordFormat, gzip, read};
use trailgate::policy::{PolicySet, parse};
use trailgate::text::Source;
use trailgate::violation::PartReport;

use super::dice::Dice;
use super::fast::policy_set;
use super::policy::{TODAY, policies, source, with_source};

/// Choices that two policy files use up, most of the time.
const ROLLS: usize = 1200;

/// The most that a compressed log may inflate to: more of the same finds nothing.
const MOST: u64 = 1 << 20;

/// Any log: the first two bytes of `bytes` choose the policies, the others are the file, plain or gzip.
pub fn log(bytes: &[u8]) -> Met {
    let Some((number, log)) = bytes.split_first_chunk() else { return Met::default() };
    let rules = chosen(u16::from_le_bytes(*number));
    scanned(&rules.set, &rules.program, log)
}

/// Any policy: what `bytes` say about a fixed log, if they are a policy.
pub fn policy(bytes: &[u8]) -> Met {
    let Ok(text) = std::str::from_utf8(bytes) else { return Met::default() };
    let source = Source::new("policy.yaml", text);
    let policy = match parse(&source, &|name| Ok(format!("{name}\n- a\n"))) {
        Ok(policy) => policy,
        Err(errors) => {
            for error in &errors.0 {
                assert!(error.offset() <= text.len(), "{error}\n{text}");
            }
            return Met::default();
        }
    };
    // What bundled policies share comes along, as it does in a run.
    let shared = Source::new("identity.yaml", include_str!("../../policies/identity.yaml"));
    let shared = parse(&shared, &|_| Err(String::new())).unwrap();
    let Ok(set) = PolicySet::new(vec![policy, shared]) else { return Met::default() };
    let program = compile(&set, TODAY);
    for warning in lint(&set, TODAY) {
        assert!(warning.offset() <= warning.source.text.len(), "{warning}\n{text}");
    }
    scanned(&set, &program, include_bytes!("../../fixtures/cloudtrail/records.json"))
}

/// What was compared: a hunt that meets nothing holds nothing to anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Met {
    /// Records that both read.
    pub records: usize,
    /// Violations that both found.
    pub violations: usize,
}

/// Policies and what they were compiled to.
struct Rules {
    set: PolicySet,
    program: Program,
}

/// One of the 65,536 sets of policies, about one kind of records each. They are kept, for most of the time would go into them.
fn chosen(number: u16) -> Rc<Rules> {
    thread_local! {
        static KNOWN: RefCell<HashMap<u16, Rc<Rules>>> = RefCell::default();
    }
    KNOWN.with_borrow_mut(|known| {
        if known.len() > 1000 {
            known.clear();
        }
        let rules = known.entry(number).or_insert_with(|| {
            let mut random = fastrand::Rng::with_seed(number.into());
            let rolls: Vec<u16> = (0..ROLLS).map(|_| random.u16(..)).collect();
            let mut dice = Dice::new(&rolls);
            let other = dice.chance(30).then(|| source(&mut dice));
            let texts = policies(&mut dice);
            let texts: Vec<String> = match other {
                Some(source) => texts.iter().map(|text| with_source(text, &source)).collect(),
                None => texts,
            };
            let set = policy_set(&texts);
            let program = compile(&set, TODAY);
            Rc::new(Rules { set, program })
        });
        Rc::clone(rules)
    })
}

/// Scans `log` and holds what was said of each record to the reference, and the records to `serde_json`.
pub fn scanned(set: &PolicySet, program: &Program, log: &[u8]) -> Met {
    let mut inflated = Vec::new();
    let mut ending = Ending::Whole;
    let text: &[u8] = if gzip::is_gzip(log) {
        let error = gzip::inflate_into(log, MOST, &mut inflated);
        ending = error.as_ref().map_or(Ending::Whole, gzip::GzipError::ending);
        if error.is_some_and(|error| error.problem_kind() == ProblemKind::TooLarge) {
            return Met::default();
        }
        &inflated
    } else {
        log
    };
    let report = scan(program, &"file.json".into(), log, MOST);
    assert_eq!(report.bytes, text.len());
    let (Some(part), [found]) = (program.parts.first(), report.parts.as_slice()) else {
        assert!(report.parts.len() <= program.parts.len());
        return Met::default();
    };
    let mut records = Vec::new();
    let mut problems = 0;
    let census = read("file.json", text, &part.format, ending, &mut |item| match item {
        Item::Record(record) => records.push((record.ordinal, record.text.into_owned())),
        Item::Problem(_) => problems += 1,
    });
    assert_eq!(census, found.census, "{}", String::from_utf8_lossy(text));
    assert_eq!(records.len(), found.records.len());
    let mut values = Vec::new();
    for ((ordinal, record), scanned) in records.iter().zip(&found.records) {
        assert_eq!(*ordinal, scanned.ordinal);
        values.push(serde_json::from_str::<Value>(record).unwrap_or_else(|error| panic!("{error}: {record}")));
    }
    if problems == 0
        && let RecordFormat::Json { records } = &part.format
        && let Ok(documents) = serde_json::Deserializer::from_slice(text).into_iter().collect::<Result<Vec<Value>, _>>()
    {
        let selected: Vec<&Value> =
            documents.iter().flat_map(|document| records.select(document)).map(|(_, node)| node).collect();
        assert_eq!(selected, values.iter().collect::<Vec<_>>(), "{}", String::from_utf8_lossy(text));
    }
    for (place, value) in values.iter().enumerate() {
        for (index, (home, rule)) in set.rules().enumerate() {
            let Some(slow) = reference::evaluate(set, home, rule, value, TODAY) else { continue };
            let fast = said(program, found, place, index);
            assert_eq!(slow, fast, "reference left, fast right: {}\n{value}", rule.id.value);
        }
    }
    for found in &found.violations {
        assert!(found.violation.offset <= text.len());
        assert!(
            found.violation.evidence.iter().all(|evidence| evidence.offset.is_none_or(|offset| offset < text.len()))
        );
    }
    Met { records: records.len(), violations: found.violations.len() }
}

/// What `part` says of the record at `place` by the rule at `index`.
fn said(program: &Program, part: &PartReport, place: usize, index: usize) -> reference::Verdict {
    let everywhere = part.everywhere.iter().any(|rule| rule.0 == index);
    let mut populations = part.population.iter().filter(|(at, _)| *at == place);
    let member = populations.any(|(_, known)| program.rules_of(part.part, known.0).any(|rule| rule == index));
    let mut violations = part.violations.iter().filter(|found| found.place == place && found.rule.0 == index);
    let violation = violations.next();
    assert!(violations.next().is_none(), "rule {index} is violated twice");
    reference::Verdict {
        in_population: everywhere || member,
        violated: violation.is_some(),
        covered: violation.and_then(|found| found.covered),
        refused: violation.and_then(|found| found.refused),
        message: violation.map(|found| found.violation.message.clone()),
    }
}
