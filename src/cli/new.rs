//! `trailgate new`: a recorded event or the name of one in, a rule with tests that pass out.

use std::io::{self, Read, Write};
use std::path::Path;

use jiff::civil::Date;
use serde_json::Value;

use crate::audit::input::in_words;
use crate::cli::args::NewArgs;
use crate::cli::check::today;
use crate::cli::diagnostics::{print_diagnostics, print_error, say};
use crate::cli::exit::Exit;
use crate::cli::output::print;
use crate::compile;
use crate::engine::draft::{Draft, draft, skeleton};
use crate::engine::selftest::RuleRun;
use crate::event::reader::Ending;
use crate::event::{Item, RecordFormat, gzip, read};
use crate::policy::error::PolicyError;
use crate::policy::format::format;
use crate::policy::{PolicySet, parse};
use crate::report::number::count;
use crate::text::Source;
use crate::text::sanitize::one_line;
use crate::violation::TestOutcome;

/// The most that a gzip file may inflate to.
const LIMIT_BYTES: u64 = 1 << 30;

/// Why there is no draft.
enum Failed {
    /// In words.
    Because(String),
    /// Errors in the text of the policy, such as an id that is none.
    Policy(Vec<PolicyError>),
}

/// Runs `trailgate new`.
pub fn new(arguments: &NewArgs) -> Exit {
    match drafted(arguments, today()).and_then(|draft| written(arguments, draft)) {
        Ok(exit) => exit,
        Err(Failed::Because(message)) => {
            print_error(&message);
            Exit::Usage
        }
        Err(Failed::Policy(errors)) => {
            print_diagnostics(&errors, arguments.color, "");
            Exit::Usage
        }
    }
}

/// A draft that was read again, and how many tests of it passed.
struct Checked {
    draft: Draft,
    tests: usize,
    warnings: Vec<PolicyError>,
}

fn drafted(arguments: &NewArgs, today: Date) -> Result<Checked, Failed> {
    let id = arguments.id.as_deref();
    let draft = match (&arguments.from_event, &arguments.event_source, &arguments.event_name) {
        (Some(from), ..) => {
            let record = recorded(from).map_err(Failed::Because)?;
            draft(&record, id).map_err(|error| Failed::Because(format!("`{}`: {error}", one_line(from))))?
        }
        (None, Some(source), Some(name)) => skeleton(source, name, id),
        // clap wants one of the two.
        _ => return Err(Failed::Because("give `--from-event`, or `--event-source` and `--event-name`".to_owned())),
    };
    checked(draft, today)
}

/// `draft` in the one form, after it was read as what it is and its tests have passed.
fn checked(draft: Draft, today: Date) -> Result<Checked, Failed> {
    let fault = |what: String| Failed::Because(format!("the draft {what}: this is a fault of trailgate"));
    let text =
        format(&Source::new("draft", draft.text.as_str())).map_err(|error| fault(format!("is left out: {error}")))?;
    let policy = parse(&Source::new("draft", text.as_str()), &|_| Err("there are none".to_owned()));
    let set = policy.and_then(|policy| PolicySet::new(vec![policy])).map_err(|errors| Failed::Policy(errors.0))?;
    let mut tests = 0;
    for (policy, rule) in set.rules() {
        let mut run = RuleRun::new(&set, policy, rule);
        for test in &rule.tests {
            let (_, outcome) = run.test(test, today, &|_| Err("there are none".to_owned()));
            if outcome != TestOutcome::Passed {
                return Err(fault(format!("fails its test `{}`", test.name.value)));
            }
            tests += 1;
        }
    }
    let warnings = compile::lint(&set, today);
    Ok(Checked { draft: Draft { text, ..draft }, tests, warnings })
}

fn written(arguments: &NewArgs, checked: Checked) -> Result<Exit, Failed> {
    let Checked { draft, tests, warnings } = checked;
    match &arguments.out {
        None => {
            if let Err(exit) = print(draft.text.as_bytes()) {
                return Ok(exit);
            }
        }
        Some(file) => {
            let shown = file.display().to_string();
            create(file, &draft.text).map_err(|error| {
                Failed::Because(match error.kind() {
                    io::ErrorKind::AlreadyExists => format!("`{shown}` is there already: name another file"),
                    _ => format!("`{shown}` cannot be written: {}", in_words(&error)),
                })
            })?;
            say(&format!("{shown}: rule `{}` with {}", draft.id, count(tests, "test")));
            say(&format!("next: say in it what the violation is, then `trailgate test {shown}`"));
        }
    }
    if !warnings.is_empty() {
        print_diagnostics(&warnings, arguments.color, "");
    }
    Ok(Exit::Done)
}

/// Writes a file that must not be there, and the folders above it.
fn create(file: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)?;
    }
    let mut out = std::fs::File::options().write(true).create_new(true).open(file)?;
    out.write_all(text.as_bytes())
}

/// The record that `FILE[:N]` names.
fn recorded(from: &str) -> Result<Value, String> {
    let numbered = from.rsplit_once(':').and_then(|(file, number)| Some((file, number.parse::<usize>().ok()?)));
    let (file, number) = match numbered {
        Some((file, number)) if !file.is_empty() && !Path::new(from).is_file() => (file, Some(number)),
        _ => (from, None),
    };
    let shown = one_line(file);
    let bytes = if file == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    let bytes = bytes.map_err(|error| format!("`{shown}` cannot be read: {}", in_words(&error)))?;
    let (text, ending) = if gzip::is_gzip(&bytes) {
        let inflated = gzip::inflate(&bytes, LIMIT_BYTES);
        let ending = if inflated.error.is_some() { Ending::Cut } else { Ending::Whole };
        (inflated.text, ending)
    } else {
        (bytes, Ending::Whole)
    };
    let mut found: Option<Value> = None;
    let census = read(file, &text, &RecordFormat::Cloudtrail, ending, &mut |item| {
        if let Item::Record(record) = item
            && found.is_none()
            && number.is_none_or(|number| number == record.ordinal)
        {
            found = serde_json::from_str(&record.text).ok();
        }
    });
    found.ok_or_else(|| match (number, census.records) {
        (_, 0) => format!("`{shown}` holds no CloudTrail record"),
        (Some(number), records) if number >= records => {
            format!("`{shown}` has no record {number}: it holds {}, counted from 0", count(records, "record"))
        }
        (Some(number), _) => format!("record {number} of `{shown}` cannot be read"),
        (None, records) => format!("none of the {} of `{shown}` can be read", count(records, "record")),
    })
}
