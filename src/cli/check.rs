//! `trailgate check`: policies and logs in, reports and a verdict out.

use std::num::NonZero;
use std::time::Instant;

use jiff::Timestamp;
use jiff::civil::Date;
use rayon::iter::{IntoParallelIterator, ParallelIterator};

use crate::audit::gate::{Pending, Problems, Upkeep};
use crate::audit::{
    Gate, Keep, Limit, Outcome, Profile, RunOptions, Step, Task, cards, notes, state, timed, verdict_against, walk,
};
use crate::cli::args::{CheckArgs, Format};
use crate::cli::baseline;
use crate::cli::diagnostics::{print_error, print_policy_errors, say};
use crate::cli::exit::Exit;
use crate::cli::output::{prepare, write_reports};
use crate::cli::policies::{load_rules_or_say, waiver_files};
use crate::cli::profile::{rates, tables};
use crate::cli::run::{run_logs, say_interrupted};
use crate::cli::selection::{Selection, select};
use crate::compile::{compile, lint_expired, lint_policy};
use crate::policy::error::PolicyError;
use crate::policy::{PolicyIndex, PolicySet};
use crate::report::number::count;
use crate::report::{RunReport, VerdictLine};
use crate::text::time;
use crate::violation::Baseline;

/// Runs `trailgate check`.
pub fn check(arguments: &CheckArgs) -> Exit {
    let started = Instant::now();
    if arguments.paths.is_empty() {
        print_error("no log is named: give a PATH, or `logs` in trailgate.yaml");
        return Exit::Usage;
    }
    if arguments.formats.iter().filter(|format| format.file.is_none()).count() > 1 {
        print_error("two reports cannot both go to standard output: name a file, such as `-f json=report.json`");
        return Exit::Usage;
    }
    let today = arguments.as_of.unwrap_or_else(today);
    let profile = arguments.profile.then(Profile::default);
    let profile = profile.as_ref();
    let Some(set) = policies(arguments, profile) else { return Exit::Usage };
    let (program, warnings) = rayon::join(
        || timed(profile, Step::Compile, || compile(&set, today)),
        || if arguments.quiet { Vec::new() } else { timed(profile, Step::Lint, || warnings(&set, today)) },
    );
    if !warnings.is_empty() {
        print_policy_errors(&warnings, arguments.color);
    }
    let inputs = walk::inputs(&arguments.paths);
    let known = match baselines(arguments) {
        Ok(known) => known,
        Err(message) => {
            print_error(&message);
            return Exit::Usage;
        }
    };
    let history = match arguments.state.as_deref().map(state::read).transpose() {
        Ok(history) => history,
        Err(message) => {
            print_error(&message);
            return Exit::Usage;
        }
    };
    let options = RunOptions {
        threads: arguments.threads,
        limit_bytes: arguments.max_inflated,
        facts_bytes: arguments.fact_memory,
        keep: keep(arguments),
    };
    let task = Task { program: &program, baseline: known.as_ref(), history: history.as_ref(), profile };
    let reading = Instant::now();
    let mut outcome = match run_logs(&[task], &inputs, options, !arguments.no_progress && !arguments.quiet) {
        Ok(outcomes) => outcomes.into_iter().next().unwrap_or_default(),
        Err(message) => {
            print_error(&message);
            return Exit::Usage;
        }
    };
    let read_in = reading.elapsed();
    say_interrupted(&outcome.summary, &inputs);
    outcome.summary.notes = notes::notes(&set, &program, &outcome, today);
    let gate = Gate {
        fail_on: arguments.fail_on.into(),
        problems: if arguments.allow_problems { Problems::Allowed } else { Problems::Count },
        pending: if arguments.allow_pending { Pending::Allowed } else { Pending::Counts },
        upkeep: if arguments.strict_waivers { Upkeep::Required } else { Upkeep::Noted },
    };
    let verdict = verdict_against(gate, &outcome.summary, outcome.comparison.as_ref());
    let cards = cards::cards(&set, &program);
    // A run as of a day is dated by it, so that it can be made again byte for byte.
    let now = arguments.as_of.and_then(start_of).unwrap_or_else(Timestamp::now);
    let report = RunReport {
        violations: &outcome.violations,
        summary: &outcome.summary,
        fail_on: gate.fail_on,
        verdict,
        tool_version: env!("CARGO_PKG_VERSION"),
        rules: &cards,
        now,
        baseline: outcome.comparison.as_ref(),
        controls: &arguments.control,
    };
    let written = timed(profile, Step::Report, || write_reports(&report, arguments, started.elapsed()));
    if let Err(message) = written {
        print_error(&message);
        return Exit::Usage;
    }
    if let Some(path) = &arguments.write_baseline {
        if outcome.summary.interrupted {
            say(&format!("the baseline `{}` is not written: the run was interrupted", path.display()));
        } else {
            let found = Baseline::of(&outcome.violations);
            if let Err(message) = baseline::write(path, &found) {
                print_error(&message);
                return Exit::Usage;
            }
            if !arguments.quiet {
                let number = count(found.violations().len(), "violation");
                say(&format!("wrote {number} to the baseline `{}`", path.display()));
            }
        }
    }
    if let Err(message) = write_state(arguments, &outcome) {
        print_error(&message);
        return Exit::Usage;
    }
    say_verdict(arguments, &report);
    if arguments.verbose {
        say(&rates(&outcome.summary, read_in, threads(arguments)));
    }
    if let Some(profile) = profile {
        say(tables(&profile.costs(), &program).trim_end());
    }
    // The program ends here. To free thousands of rules and files and millions of identities one by one takes a while, and helps no one.
    std::mem::forget((set, program, outcome, inputs));
    Exit::Verdict(verdict)
}

/// What [`lint`](crate::compile::lint) says of `set`, one policy beside the other.
fn warnings(set: &PolicySet, today: Date) -> Vec<PolicyError> {
    let of_policy = |place| {
        let home = PolicyIndex(place);
        let is_bundled = set.policy(home).is_some_and(|policy| policy.source.name.starts_with("bundled:"));
        if is_bundled { lint_expired(set, home, today) } else { lint_policy(set, home, today) }
    };
    let all: Vec<Vec<PolicyError>> = (0..set.policies().len()).into_par_iter().map(of_policy).collect();
    all.into_iter().flatten().collect()
}

/// Writes what has been seen to the state file, where one is named.
fn write_state(arguments: &CheckArgs, outcome: &Outcome) -> Result<(), String> {
    let Some((path, history)) = arguments.state.as_deref().zip(outcome.history.as_ref()) else { return Ok(()) };
    if outcome.summary.interrupted {
        say(&format!("the state `{}` is not written: the run was interrupted", path.display()));
        return Ok(());
    }
    state::write(path, history)
}

/// The baseline to hold the run against; and whatever is written after the run has a place.
fn baselines(arguments: &CheckArgs) -> Result<Option<Baseline>, String> {
    let known = arguments.baseline.as_deref().map(baseline::read).transpose()?;
    arguments.write_baseline.as_deref().map(baseline::prepare).transpose()?;
    prepare(&arguments.formats)?;
    Ok(known)
}

/// The wanted rules of the policies; what is wrong with them is printed.
fn policies(arguments: &CheckArgs, profile: Option<&Profile>) -> Option<PolicySet> {
    let waivers = if arguments.ignore_waivers { Vec::new() } else { waiver_files(&arguments.waivers) };
    let parsed = timed(profile, Step::Parse, || load_rules_or_say(&arguments.policies, &waivers, arguments.color));
    let set = parsed.ok()?;
    let selection = Selection {
        only: &arguments.only,
        skip: &arguments.skip,
        tags: &arguments.tag,
        controls: &arguments.control,
        min_severity: arguments.min_severity.map(Into::into),
    };
    let set = match select(set, &selection) {
        Ok(set) => set,
        Err(message) => {
            print_error(&message);
            return None;
        }
    };
    Some(if arguments.ignore_waivers { set.without_exceptions() } else { set })
}

/// What the reports asked for need: machines take every violation, people see the first few of a rule, with their records.
fn keep(arguments: &CheckArgs) -> Keep {
    let wants = |format| arguments.formats.iter().any(|wanted| wanted.format == format);
    let shown = match arguments.max_violations {
        0 => Limit::All,
        shown => Limit::First(u64::try_from(shown).unwrap_or(u64::MAX)),
    };
    let only_people = arguments.formats.iter().all(|wanted| wanted.format == Format::Human);
    let excerpts = wants(Format::Html) || wants(Format::Sarif);
    Keep {
        violations: if only_people && arguments.write_baseline.is_none() { shown } else { Limit::All },
        records: match (excerpts, wants(Format::Human)) {
            (true, _) => Limit::All,
            (false, true) => shown,
            (false, false) => Limit::First(0),
        },
    }
}

/// Where the report itself went to a file or is for machines, people at the terminal are told how it ended.
fn say_verdict(arguments: &CheckArgs, report: &RunReport<'_>) {
    let seen = arguments.formats.iter().any(|format| format.format == Format::Human && format.file.is_none());
    if seen || arguments.quiet {
        return;
    }
    say(&VerdictLine::of(report).to_string());
}

/// How many threads read the logs.
fn threads(arguments: &CheckArgs) -> usize {
    match arguments.threads {
        0 => std::thread::available_parallelism().map_or(1, NonZero::get),
        threads => threads,
    }
}

/// 00:00 UTC of a day.
fn start_of(day: Date) -> Option<Timestamp> {
    format!("{day}T00:00:00Z").parse().ok()
}

/// Today in UTC.
pub fn today() -> Date {
    time::day(Timestamp::now())
}
