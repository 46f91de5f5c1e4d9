//! `trailgate lint`: policies in, everything that is wrong or odd with them out, and an exit code for a commit hook.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::cli::args::{LintArgs, LintFormat};
use crate::cli::check::today;
use crate::cli::diagnostics::{print_diagnostics, print_error, say};
use crate::cli::exit::Exit;
use crate::cli::mend::mend;
use crate::cli::output::print;
use crate::cli::policies::load_changed;
use crate::compile;
use crate::policy::error::{Code, Level, PolicyError};
use crate::policy::lint_page::page;
use crate::policy::parse::closest;
use crate::report::lint::{github, json, sarif};
use crate::report::number::count;

/// Runs `trailgate lint`.
pub fn lint(arguments: &LintArgs) -> Exit {
    match run(arguments) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn run(arguments: &LintArgs) -> Result<Exit, Exit> {
    let refused = |message: String| {
        print_error(&message);
        Exit::Usage
    };
    if let Some(name) = &arguments.explain {
        let code = code(name).map_err(refused)?;
        let page = page(code).ok_or_else(|| refused(format!("there is no page about `{code}`")))?;
        print(page.as_bytes())?;
        return Ok(Exit::Done);
    }
    let choice =
        Choice { allow: choose(&arguments.allow).map_err(refused)?, deny: choose(&arguments.deny).map_err(refused)? };
    let today = arguments.as_of.unwrap_or_else(today);
    let found = |changed: &BTreeMap<String, String>| found(&arguments.policies, changed, today, &choice);
    let (mended, errors) = match arguments.fix || arguments.diff {
        true => mend(&|changed| found(changed).errors),
        false => (Default::default(), Vec::new()),
    };
    if arguments.diff {
        print(mended.diff().as_bytes())?;
        let changes = mended.done.len();
        say(&format!("{} would be made", count(changes, "change")));
        let broken = errors.iter().any(|error| error.level == Level::Error);
        return Ok(if broken && changes == 0 {
            Exit::Usage
        } else if changes > 0 {
            Exit::Warned
        } else {
            Exit::Sound
        });
    }
    if arguments.fix {
        mended.write().map_err(refused)?;
        mended.done.iter().for_each(|line| say(&format!("mended {line}")));
    }
    let Found { errors, denied, usable, about } = found(&BTreeMap::new());
    let is_shown = |error: &&PolicyError| arguments.advice || error.level != Level::Advice;
    let shown: Vec<PolicyError> = errors.iter().filter(is_shown).cloned().collect();
    match arguments.format {
        LintFormat::Human => {
            if !shown.is_empty() {
                print_diagnostics(&shown, arguments.color, "");
            } else {
                print(format!("{about}: no errors, no warnings\n").as_bytes())?;
            }
            if shown.len() < errors.len() {
                say(&left_out(&errors));
            }
        }
        LintFormat::Json => print(&written(&|out| json(&errors, out)))?,
        LintFormat::Sarif => print(&written(&|out| sarif(&errors, out)))?,
        LintFormat::Github => print(&written(&|out| github(&shown, out)))?,
    }
    let warned = errors.iter().any(|error| error.level == Level::Warning);
    Ok(match (usable, denied || (warned && arguments.strict)) {
        (false, _) => Exit::Usage,
        (true, true) => Exit::Warned,
        (true, false) => Exit::Sound,
    })
}

fn written(write: &dyn Fn(&mut dyn std::io::Write) -> std::io::Result<()>) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Invariant: writing into memory does not fail.
    let _infallible = write(&mut bytes);
    bytes
}

/// How much advice there is, by code.
fn left_out(errors: &[PolicyError]) -> String {
    let mut codes: BTreeMap<Code, usize> = BTreeMap::new();
    for error in errors.iter().filter(|error| error.level == Level::Advice) {
        *codes.entry(error.code).or_default() += 1;
    }
    let list: Vec<String> = codes.iter().map(|(code, number)| format!("{} {number}", code.name())).collect();
    format!("advice, shown with --advice: {}", list.join(", "))
}

/// What the user said of codes.
struct Choice {
    allow: BTreeSet<Code>,
    deny: BTreeSet<Code>,
}

/// Everything that is told of the policies.
struct Found {
    errors: Vec<PolicyError>,
    /// Whether something denied is among them.
    denied: bool,
    /// Whether the policies can be used.
    usable: bool,
    /// What was looked at, in words.
    about: String,
}

fn found(paths: &[String], changed: &BTreeMap<String, String>, today: Date, choice: &Choice) -> Found {
    let (mut errors, usable, about) = match load_changed(paths, &[], changed) {
        Ok(set) => {
            let mut errors = compile::lint(&set, today);
            errors.extend(compile::advise(&set, today));
            let names: Vec<_> = set.policies().iter().map(|policy| policy.source.name.clone()).collect();
            errors.sort_by_cached_key(|error| {
                (names.iter().position(|name| *name == error.source.name), error.offset(), error.code)
            });
            let (rules, files) = (set.rules().count(), set.policies().len());
            (errors, true, format!("{} in {}", count(rules, "rule"), count(files, "policy file")))
        }
        Err(errors) => (errors.0, false, String::new()),
    };
    errors.retain(|error| error.level == Level::Error || !choice.allow.contains(&error.code));
    let mut denied = false;
    for error in errors.iter_mut().filter(|error| error.level != Level::Error && choice.deny.contains(&error.code)) {
        error.level = Level::Error;
        denied = true;
    }
    Found { errors, denied, usable, about }
}

/// The codes that `names` name; `advice` is all of that level.
fn choose(names: &[String]) -> Result<BTreeSet<Code>, String> {
    let mut codes = BTreeSet::new();
    for name in names {
        if name == "advice" {
            codes.extend(Code::ALL.iter().filter(|code| code.level() == Level::Advice));
            continue;
        }
        let code = code(name)?;
        if code.level() == Level::Error {
            return Err(format!("`{name}` is an error: it can be neither allowed nor denied"));
        }
        codes.insert(code);
    }
    Ok(codes)
}

fn code(name: &str) -> Result<Code, String> {
    let bare = name.strip_prefix("policy::").unwrap_or(name);
    Code::ALL.iter().copied().find(|code| code.name() == bare).ok_or_else(|| {
        let known: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
        match closest(bare, &known) {
            Some(meant) => format!("unknown code `{name}`: did you mean `{meant}`?"),
            None => format!("unknown code `{name}`: `trailgate lint` prints the code above each message"),
        }
    })
}
