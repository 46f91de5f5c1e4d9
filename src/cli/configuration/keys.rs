//! The table of settings: each key of the file, its environment variable, what it takes, and the argument it fills.
//!
//! A key is added with one line in [`KEYS`] and its row in `docs/configuration.md`.

use clap::builder::BoolishValueParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

use crate::cli::configuration::file::Configuration;

/// Every setting, in the order in which `trailgate config` prints them.
pub const KEYS: &[Key] = &[
    key("logs", "TRAILGATE_LOGS", Takes::Texts).path(PathIn::Value { words: &["-"] }).of("paths"),
    key("policies", "TRAILGATE_POLICIES", Takes::Texts).path(PathIn::Value { words: &["bundled"] }),
    key("only", "TRAILGATE_ONLY", Takes::Texts),
    key("skip", "TRAILGATE_SKIP", Takes::Texts),
    key("tag", "TRAILGATE_TAG", Takes::Texts),
    key("control", "TRAILGATE_CONTROL", Takes::Texts),
    key("min_severity", "TRAILGATE_MIN_SEVERITY", Takes::Text),
    key("waivers", "TRAILGATE_WAIVERS", Takes::Texts).path(PathIn::Value { words: &[] }),
    key("strict_waivers", "TRAILGATE_STRICT_WAIVERS", Takes::Switch),
    key("ignore_waivers", "TRAILGATE_IGNORE_WAIVERS", Takes::Switch),
    key("baseline", "TRAILGATE_BASELINE", Takes::Text).path(PathIn::Value { words: &[] }),
    key("fail_on", "TRAILGATE_FAIL_ON", Takes::Text),
    key("allow_problems", "TRAILGATE_ALLOW_PROBLEMS", Takes::Switch),
    key("allow_pending", "TRAILGATE_ALLOW_PENDING", Takes::Switch),
    key("format", "TRAILGATE_FORMAT", Takes::Texts).path(PathIn::AfterEquals).of("formats"),
    key("max_violations", "TRAILGATE_MAX_VIOLATIONS", Takes::Number),
    key("color", "TRAILGATE_COLOR", Takes::Text),
    key("threads", "TRAILGATE_THREADS", Takes::Number),
    key("max_inflated", "TRAILGATE_MAX_INFLATED", Takes::Text),
    key("state", "TRAILGATE_STATE", Takes::Text).path(PathIn::Value { words: &[] }),
    key("fact_memory", "TRAILGATE_FACT_MEMORY", Takes::Text),
];

/// A setting.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// Its name in the file: the long flag in snake_case.
    pub name: &'static str,
    /// The environment variable that goes before the file.
    pub env: &'static str,
    /// What may stand behind it in the file.
    pub takes: Takes,
    /// Which part of its values is a path.
    pub path: PathIn,
    /// The argument of `check` that it fills, by clap's id.
    pub argument: &'static str,
}

/// What a [`Key`] takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// One text.
    Text,
    /// One whole number.
    Number,
    /// `true` or `false`.
    Switch,
    /// Texts, or one.
    Texts,
}

/// Which part of a value is a path, and so relative to the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathIn {
    /// None.
    Nothing,
    /// All of it, unless it is one of `words`, alone or with a colon and more behind it.
    Value {
        /// The words that are no paths.
        words: &'static [&'static str],
    },
    /// What stands behind its `=`.
    AfterEquals,
}

const fn key(name: &'static str, env: &'static str, takes: Takes) -> Key {
    Key { name, env, takes, path: PathIn::Nothing, argument: name }
}

impl Key {
    /// With a path in its values.
    const fn path(self, path: PathIn) -> Self {
        Self { path, ..self }
    }

    /// Filling another argument than the one of its own name.
    const fn of(self, argument: &'static str) -> Self {
        Self { argument, ..self }
    }
}

/// `command` with an environment variable for each setting, and switches that can be switched off again: `--allow-problems=false`.
#[must_use]
pub fn configurable(command: Command) -> Command {
    command.mut_args(|argument| {
        let Some(key) = KEYS.iter().find(|key| argument.get_id() == key.argument) else { return argument };
        // The names follow from the flags: help says so once, not at each of them.
        let argument = argument.env(key.env).hide_env(true);
        if key.takes == Takes::Switch { switch(argument) } else { argument }
    })
}

/// A flag that may be followed by `=true` or `=false`.
fn switch(argument: Arg) -> Arg {
    argument
        .action(ArgAction::Set)
        .num_args(0..=1)
        .require_equals(true)
        .value_name("BOOL")
        .value_parser(BoolishValueParser::new())
        .default_value("false")
        .default_missing_value("true")
        .hide_default_value(true)
        .hide_possible_values(true)
}

/// `command` with the values of `configuration` as the defaults of its arguments.
///
/// `given` is what the command line and the environment say; what they decide keeps its own default.
#[must_use]
pub fn with_defaults(command: Command, configuration: &Configuration, given: &ArgMatches) -> Command {
    command.mut_args(|argument| {
        let id = argument.get_id().as_str();
        let Some(setting) = configuration.settings.iter().find(|setting| setting.key.argument == id) else {
            return argument;
        };
        match given.value_source(id) {
            Some(ValueSource::CommandLine | ValueSource::EnvVariable) => argument,
            // A list of the file is a list already: a comma in one of its texts parts nothing.
            _ => argument.value_delimiter(None).default_values(setting.values.clone()),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command::command;

    #[test]
    fn every_key_fills_an_argument() {
        for (name, hidden) in [("check", None), ("config", Some("logs"))] {
            let command = command();
            let known = command.find_subcommand(name).unwrap();
            for key in KEYS {
                let argument = known.get_arguments().find(|argument| argument.get_id() == key.argument).unwrap();
                let long = argument.get_long().map(|long| long.replace('-', "_"));
                let expected = if key.name == "logs" { hidden } else { Some(key.name) };
                let renamed = name == "config" && key.name == "format";
                assert!(renamed || long.as_deref() == expected, "{name}: {}", key.name);
                assert_eq!(argument.get_env(), Some(key.env.as_ref()), "{name}: {}", key.name);
            }
        }
    }

    #[test]
    fn names_follow_from_each_other() {
        for key in KEYS {
            assert_eq!(key.env, format!("TRAILGATE_{}", key.name.to_uppercase()));
        }
    }
}
