//! `trailgate test`: policies in, what came of their tests out.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use crate::audit::input::in_words;
use crate::audit::rule_tests::{Required, TestOptions, run_tests};
use crate::cli::args::{Format, FormatArg, TestArgs};
use crate::cli::check::today;
use crate::cli::diagnostics::{print_diagnostics, print_error, use_color, width};
use crate::cli::exit::Exit;
use crate::cli::output::{prepare, write_to};
use crate::cli::policies::load;
use crate::cli::watch::watch;
use crate::policy::rule_test::TestInput;
use crate::policy::{PolicyIndex, PolicySet};
use crate::report::human::rule_tests as human;
use crate::report::rule_tests::{json, junit};
use crate::report::{Color, Detail, HumanOptions};
use crate::violation::{Least, TestReport};

/// Runs `trailgate test`.
pub fn test(arguments: &TestArgs) -> Exit {
    if arguments.formats.iter().filter(|format| format.file.is_none()).count() > 1 {
        print_error("two reports cannot both go to standard output: name a file, such as `-f junit=tests.xml`");
        return Exit::Usage;
    }
    if let Err(message) = prepare(&arguments.formats) {
        print_error(&message);
        return Exit::Usage;
    }
    if arguments.watch { watch(arguments) } else { once(arguments, &mut Vec::new()) }
}

/// Runs the tests once and reports. Adds the files that tests and lists name to `named`.
pub(super) fn once(arguments: &TestArgs, named: &mut Vec<PathBuf>) -> Exit {
    let set = match load(&arguments.policies, &[]) {
        Ok(set) => set,
        Err(errors) => {
            print_diagnostics(&errors.0, arguments.color, ": no test was run");
            return Exit::Usage;
        }
    };
    named.extend(files_named(&set));
    let options = TestOptions {
        today: arguments.as_of.unwrap_or_else(today),
        only: arguments.run.as_ref(),
        required: if arguments.require_tests { Required::BothOutcomes } else { Required::Nothing },
        coverage: arguments.coverage || arguments.coverage_min.is_some(),
        mutants: arguments.mutate || arguments.mutate_min.is_some(),
        least: Least { coverage: arguments.coverage_min, mutants: arguments.mutate_min },
    };
    let report = run_tests(&set, options, &|policy, name| file_beside(&set, policy, name));
    if let (Some(only), true) = (&arguments.run, report.rules.is_empty()) {
        print_error(&format!("--run `{only}` matches no test: it is held against `rule-id/test name`"));
        return Exit::Usage;
    }
    match write_reports(&report, arguments) {
        Ok(()) => Exit::Verdict(report.verdict()),
        Err(message) => {
            print_error(&message);
            Exit::Usage
        }
    }
}

/// The bytes of a file that a test names, relative to its policy file.
fn file_beside(set: &PolicySet, policy: PolicyIndex, name: &str) -> Result<Vec<u8>, String> {
    let home = set.policy(policy).map_or("", |policy| &policy.source.name);
    if home.starts_with("bundled:") {
        return Err("bundled policies have no files beside them".to_owned());
    }
    let folder = Path::new(home).parent().unwrap_or(Path::new(""));
    std::fs::read(folder.join(name)).map_err(|error| in_words(&error))
}

/// The files beside policies that their tests and lists name.
fn files_named(set: &PolicySet) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for policy in set.policies().iter().filter(|policy| !policy.source.name.starts_with("bundled:")) {
        let folder = Path::new(&*policy.source.name).parent().unwrap_or(Path::new(""));
        let tests = policy.rules.iter().flat_map(|rule| &rule.tests).filter_map(|test| match &test.input {
            TestInput::File { path, .. } => Some(folder.join(&path.value)),
            TestInput::Events(_) => None,
        });
        files.extend(tests);
        // Values out of a list file stand where its name does.
        let spans = policy.lists.values().flat_map(|list| &list.entries).map(|entry| entry.value.span);
        let words = spans.map(|span| span.of(&policy.source.text).trim_matches(['"', '\'']));
        files.extend(words.map(|word| folder.join(word)).filter(|path| path.is_file()));
    }
    files.sort();
    files.dedup();
    files
}

fn write_reports(report: &TestReport, arguments: &TestArgs) -> Result<(), String> {
    for FormatArg { format, file } in &arguments.formats {
        let stdout_is_terminal = io::stdout().is_terminal() && file.is_none();
        let options = HumanOptions {
            width: if stdout_is_terminal { width() } else { 100 },
            color: if use_color(arguments.color, stdout_is_terminal) { Color::Ansi } else { Color::Plain },
            detail: match (arguments.quiet, arguments.verbose) {
                (true, _) => Detail::Quiet,
                (_, true) => Detail::Verbose,
                _ => Detail::Normal,
            },
            ..HumanOptions::default()
        };
        write_to(file.as_deref(), &|out| match format {
            Format::Json => json::write(report, out),
            Format::Junit => junit::write(report, out),
            // The arguments allow no other than these three.
            _ => human::write(report, options, out),
        })?;
    }
    Ok(())
}
