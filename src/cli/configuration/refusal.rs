//! Why an argument refuses a value: asks clap, so that the file is told what the command line would be.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, Error};
use clap::{Arg, Command};

use crate::cli::configuration::keys::Key;

/// Why a value is refused.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// What it is not.
    pub label: String,
    /// What to write.
    pub help: String,
}

/// Why the argument of `command` that `key` fills refuses `text`; `None` where it takes it.
#[must_use]
pub fn refusal(command: &Command, key: &Key, text: &str) -> Option<Refusal> {
    let argument = command.get_arguments().find(|argument| argument.get_id() == key.argument)?;
    let error = parse(argument, text).err()?;
    Some(in_words(&error, text))
}

/// Parses `text` as the only value of the argument, under a long flag whatever its own form is.
fn parse(argument: &Arg, text: &str) -> Result<(), Error> {
    let argument =
        Arg::new("value").long("value").require_equals(true).value_parser(argument.get_value_parser().clone());
    Command::new("value").no_binary_name(true).arg(argument).try_get_matches_from([format!("--value={text}")])?;
    Ok(())
}

fn in_words(error: &Error, text: &str) -> Refusal {
    let texts = |kind| match error.get(kind) {
        Some(ContextValue::Strings(texts)) => texts.clone(),
        Some(ContextValue::String(text)) => vec![text.clone()],
        _ => Vec::new(),
    };
    let possible = texts(ContextKind::ValidValue);
    let close = texts(ContextKind::SuggestedValue);
    if possible.is_empty() {
        let help = error.source().map_or_else(|| "write a value".to_owned(), ToString::to_string);
        return Refusal {
            label: if text.is_empty() { "nothing here" } else { "not a value of this setting" }.to_owned(),
            help,
        };
    }
    let help = match close.as_slice() {
        [] => format!("possible values are {}", possible.join(", ")),
        [word, ..] => format!("did you mean `{word}`?"),
    };
    Refusal { label: format!("not one of {}", possible.join(", ")), help }
}
