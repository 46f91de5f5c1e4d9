//! `trailgate diff`: two policy sets and logs in, what differs in what they find out.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use crate::audit::facts::CEILING_BYTES;
use crate::audit::gate::{Pending, Problems, Upkeep};
use crate::audit::input::in_words;
use crate::audit::{Gate, Keep, Limit, RunOptions, Task, verdict, walk};
use crate::cli::args::{DiffArgs, Format};
use crate::cli::check::today;
use crate::cli::diagnostics::{print_error, print_policy_errors, say};
use crate::cli::exit::Exit;
use crate::cli::output::prepare;
use crate::cli::policies::load_side;
use crate::cli::run::run_logs;
use crate::compile::compile;
use crate::policy::{PolicySet, Severity};
use crate::report::diff::DiffReport;
use crate::violation::difference::{Side, difference};
use crate::violation::{Summary, Verdict};

/// Runs `trailgate diff`.
pub fn diff(arguments: &DiffArgs) -> Exit {
    match compare(arguments) {
        Ok(verdict) => Exit::Verdict(verdict),
        Err(message) => {
            if let Some(message) = message {
                print_error(&message);
            }
            Exit::Usage
        }
    }
}

/// The verdict; or what is wrong with the arguments, `None` where that was printed.
fn compare(arguments: &DiffArgs) -> Result<Verdict, Option<String>> {
    if arguments.formats.iter().filter(|format| format.file.is_none()).count() > 1 {
        let message = "two reports cannot both go to standard output: name a file, such as `-f json=diff.json`";
        return Err(Some(message.to_owned()));
    }
    let [before, after] = both(arguments).ok_or(None)?;
    let today = arguments.as_of.unwrap_or_else(today);
    let (program_before, program_after) = (compile(&before, today), compile(&after, today));
    let inputs = walk::inputs(&arguments.logs);
    prepare(&arguments.formats).map_err(Some)?;
    let options = RunOptions {
        threads: arguments.threads,
        limit_bytes: arguments.max_inflated,
        facts_bytes: CEILING_BYTES,
        keep: Keep { violations: Limit::All, records: Limit::First(0) },
    };
    let tasks =
        [&program_before, &program_after].map(|program| Task { program, baseline: None, history: None, profile: None });
    let outcomes = run_logs(&tasks, &inputs, options, !arguments.no_progress).map_err(Some)?;
    let [before, after] = outcomes.as_slice() else { return Err(None) };
    let difference = difference(
        Side { violations: &before.violations, summary: &before.summary },
        Side { violations: &after.violations, summary: &after.summary },
    );
    let fail_on: Severity = arguments.fail_on.into();
    let report = DiffReport {
        difference: &difference,
        before: &arguments.before,
        after: &arguments.after,
        summary: &after.summary,
        fail_on,
        verdict: outcome(arguments, difference.failing(fail_on), &before.summary, &after.summary),
        tool_version: env!("CARGO_PKG_VERSION"),
        max_violations: arguments.max_violations,
    };
    write_reports(arguments, &report).map_err(Some)?;
    if !arguments.formats.iter().any(|format| format.format == Format::Human && format.file.is_none()) {
        say(&report.verdict_line());
    }
    Ok(report.verdict)
}

/// Both sides' policies; the errors of both are printed together.
fn both(arguments: &DiffArgs) -> Option<[PolicySet; 2]> {
    let load = |text| load_side(text, &arguments.policies_path);
    let (before, after) = match (load(&arguments.before), load(&arguments.after)) {
        (Ok(before), Ok(after)) => (before, after),
        (before, after) => {
            let errors = [before, after].into_iter().filter_map(Result::err).flat_map(|errors| errors.0);
            print_policy_errors(&errors.collect::<Vec<_>>(), arguments.color);
            return None;
        }
    };
    let sets = [before, after];
    Some(if arguments.ignore_waivers { sets.map(PolicySet::without_exceptions) } else { sets })
}

/// More violations fail; without any, what could not be read or evaluated on either side is as in `check`.
fn outcome(arguments: &DiffArgs, failing: usize, before: &Summary, after: &Summary) -> Verdict {
    let gate = Gate {
        fail_on: arguments.fail_on.into(),
        problems: if arguments.allow_problems { Problems::Allowed } else { Problems::Count },
        pending: Pending::Allowed,
        upkeep: Upkeep::Noted,
    };
    // What both sides found alike is no matter here: only whether all was checked.
    let checked = |summary: &Summary| {
        let mut summary = summary.clone();
        summary.rules.iter_mut().for_each(|rule| rule.violations = 0);
        verdict(gate, &summary)
    };
    match (checked(before), checked(after)) {
        (Verdict::Interrupted, _) | (_, Verdict::Interrupted) => Verdict::Interrupted,
        _ if failing > 0 => Verdict::Violated,
        (Verdict::Passed, Verdict::Passed) => Verdict::Passed,
        _ => Verdict::Incomplete,
    }
}

fn write_reports(arguments: &DiffArgs, report: &DiffReport<'_>) -> Result<(), String> {
    for format in &arguments.formats {
        let write = |out: &mut dyn Write| {
            match format.format {
                Format::Json => report.json(out),
                Format::Markdown => report.markdown(out),
                _ => report.human(out),
            }?;
            out.flush()
        };
        match &format.file {
            Some(path) => File::create(path)
                .and_then(|file| write(&mut BufWriter::new(file)))
                .map_err(|error| format!("cannot write the report `{}`: {}", path.display(), in_words(&error)))?,
            None => match write(&mut BufWriter::new(io::stdout().lock())) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
                other => other.map_err(|error| format!("cannot write the report: {}", in_words(&error)))?,
            },
        }
    }
    Ok(())
}
