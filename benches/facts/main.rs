//! What collecting and correlating facts costs: made-up facts of one rule go the way that `check` sends those of a scan, through
//! `audit::facts` with its ceiling and temporary files into `engine::correlate`. Prints time, rate and the most memory held.
//!
//! `cargo run --release --example facts -- --facts 10000000 --keys 1000000 --memory 64MiB`

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Instant;

use clap::{Parser, ValueEnum};
use jiff::Timestamp;
use trailgate::audit::facts::Facts;
use trailgate::compile::{Program, compile};
use trailgate::engine::correlate_into;
use trailgate::policy::{PolicySet, parse};
use trailgate::text::{LineColumn, Source};
use trailgate::violation::violation::EventIdentity;
use trailgate::violation::{Fact, Reach, Roles, RuleIndex};

/// Facts lie over thirty days.
const SECONDS: u64 = 30 * 86_400;

/// Measures the second stage of a run.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many facts.
    #[arg(long, default_value_t = 10_000_000)]
    facts: u64,
    /// Over how many keys, evenly.
    #[arg(long, default_value_t = 1_000_000)]
    keys: u64,
    /// What facts may take of memory; beyond it they go to temporary files. `0` is no ceiling.
    #[arg(long, default_value = "256MiB", value_parser = bytes)]
    memory: u64,
    /// The obligation.
    #[arg(long, default_value = "threshold")]
    obligation: Obligation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Obligation {
    /// Three events in ten minutes.
    Threshold,
    /// Two steps within an hour.
    Sequence,
    /// Each first event is followed by a second within an hour.
    FollowedBy,
    /// Not seen in seven days.
    FirstSeen,
}

impl Obligation {
    const fn policy(self) -> &'static str {
        match self {
            Self::Threshold => "threshold: {count: 3, within: 10m, by: $.userIdentity.arn}",
            Self::Sequence => {
                "sequence: {within: 1h, by: $.userIdentity.arn, steps: [{name: a, event: {$.eventName: A}}, {name: b, event: {$.eventName: B}}]}"
            }
            Self::FollowedBy => "require_followed_by: {within: 1h, by: $.userIdentity.arn, event: {$.eventName: B}}",
            Self::FirstSeen => "first_seen: {of: $.eventName, by: $.userIdentity.arn, history: 7d}",
        }
    }

    /// How many roles an event can have.
    const fn roles(self) -> u64 {
        match self {
            Self::Threshold | Self::FirstSeen => 1,
            Self::Sequence | Self::FollowedBy => 2,
        }
    }
}

/// A number of bytes, or of `KiB`, `MiB` or `GiB`.
fn bytes(text: &str) -> Result<u64, String> {
    let units = [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30)];
    let (number, unit) =
        units.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit))).unwrap_or((text, 1));
    number
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(unit))
        .ok_or_else(|| "write it as `64MiB`".to_owned())
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match measure(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn measure(arguments: &Arguments) -> Result<(), String> {
    let program = program(arguments.obligation)?;
    let file: Arc<str> = "logs/made-up.json".into();
    let ceiling = if arguments.memory == 0 { u64::MAX } else { arguments.memory };
    let mut facts = Facts::new(ceiling);
    let mut reach = Reach::default();
    let started = Instant::now();
    for number in 0..arguments.facts {
        let fact = fact(number, arguments, &file).ok_or("a time is out of range")?;
        reach.add(fact.time);
        facts.push(fact);
    }
    let collected = started.elapsed();
    let mut sorted = facts.sorted()?;
    let mut violations = 0_u64;
    let correlated = correlate_into(&program, sorted.by_ref(), &[reach], None, &mut |_| violations += 1);
    if let Some(cause) = sorted.failure() {
        return Err(cause);
    }
    let wall = started.elapsed();
    let rate = u128::from(arguments.facts) * 1000 / wall.as_millis().max(1);
    let pending: u64 = correlated.pending.values().sum();
    let learning: u64 = correlated.learning.values().sum();
    println!("{} facts of {} keys, {:?}", arguments.facts, arguments.keys, arguments.obligation);
    println!("wall {:.1} s, of which collecting {:.1} s; {rate} facts/s", wall.as_secs_f64(), collected.as_secs_f64());
    println!("peak memory {}", peak_memory().unwrap_or_else(|| "unknown".to_owned()));
    println!("{violations} violations, {pending} pending, {learning} learning");
    Ok(())
}

fn program(obligation: Obligation) -> Result<Program, String> {
    let text = format!(
        "version: 1\nrules:\n  - id: made.up\n    title: Made up\n    severity: low\n    {}\n",
        obligation.policy()
    );
    let policy = parse(&Source::new("facts.yaml", text), &|name| Err(format!("no file {name}")));
    let set = policy.and_then(|policy| PolicySet::new(vec![policy])).map_err(|errors| errors.to_string())?;
    Ok(compile(&set, jiff::civil::date(2026, 6, 15)))
}

/// The fact of this number: its key and time look random and are the same in each run.
fn fact(number: u64, arguments: &Arguments, file: &Arc<str>) -> Option<Fact> {
    let random = mixed(number);
    let user = random % arguments.keys.max(1);
    // One key in a hundred has all of its facts within an hour.
    let second =
        if user.is_multiple_of(100) { mixed(user) % SECONDS + mixed(number) % 3600 } else { mixed(random) % SECONDS };
    let time = Timestamp::from_second(i64::try_from(1_780_000_000 + second).ok()?).ok()?;
    let role = mixed(second ^ random) % arguments.obligation.roles();
    let name = if role == 0 { "A" } else { "B" };
    let arn = format!("arn:aws:iam::123456789012:user/user-{user:07}");
    let key = match arguments.obligation {
        Obligation::FirstSeen => format!("[\"{arn}\",\"{name}\"]"),
        _ => format!("[\"{arn}\"]"),
    };
    let mut roles = Roles::default();
    roles.add(usize::try_from(role).ok()?);
    let place = usize::try_from(number).ok()?;
    Some(Fact {
        rule: RuleIndex(0),
        key: key.into(),
        time,
        id: u128::from(random) << 64 | u128::from(number),
        updated: false,
        bare: false,
        roles,
        value: None,
        texts: Vec::new(),
        exceptions: Vec::new(),
        waivers: Vec::new(),
        event: EventIdentity {
            id: Some(format!("{random:016x}-{number:016x}")),
            time: Some(time.to_string()),
            name: Some(name.to_owned()),
            source: Some("iam.amazonaws.com".to_owned()),
            account: Some("123456789012".to_owned()),
            region: Some("eu-central-1".to_owned()),
            principal: Some(arn),
            source_ip: Some("192.0.2.7".to_owned()),
        },
        file: Arc::clone(file),
        record: place,
        offset: place.saturating_mul(1400),
        at: LineColumn { line: 1, column: place.saturating_mul(1400).saturating_add(1) },
    })
}

/// One step of SplitMix64.
const fn mixed(number: u64) -> u64 {
    let mut word = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// The most memory that the process held, as Linux tells it.
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(format!("{} MiB", kibibytes / 1024))
}
