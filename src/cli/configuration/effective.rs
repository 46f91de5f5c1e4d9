//! What every setting is in the end, and what made it so.

use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::cli::configuration::file::Configuration;
use crate::cli::configuration::keys::{KEYS, Key};

/// The settings of a run.
#[derive(Debug, Clone)]
pub struct Effective {
    /// The configuration that was read.
    pub configuration: Option<String>,
    /// Every setting, in the order of the table.
    pub settings: Vec<Setting>,
}

/// What a setting is.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Which one.
    pub key: &'static Key,
    /// Its values as texts; none where nothing gives it one.
    pub values: Vec<String>,
    /// What gave it.
    pub source: SettingSource,
}

/// What gave a setting its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingSource {
    /// The command line.
    Flag,
    /// An environment variable.
    Environment(&'static str),
    /// A line of the configuration.
    File {
        /// The file's name.
        name: String,
        /// The line, from 1.
        line: usize,
    },
    /// Nothing: it is what it is without being set.
    Default,
}

impl Effective {
    /// The settings of `matches`, of which `configuration` gave the defaults.
    #[must_use]
    pub fn of(matches: &ArgMatches, configuration: Option<&Configuration>) -> Self {
        let settings = KEYS.iter().map(|key| {
            let raw = matches.get_raw(key.argument).unwrap_or_default();
            Setting {
                key,
                values: raw.map(|value| value.to_string_lossy().into_owned()).collect(),
                source: source(key, matches, configuration),
            }
        });
        Self { configuration: configuration.map(|file| file.name.clone()), settings: settings.collect() }
    }
}

fn source(key: &Key, matches: &ArgMatches, configuration: Option<&Configuration>) -> SettingSource {
    match matches.value_source(key.argument) {
        Some(ValueSource::CommandLine) => return SettingSource::Flag,
        Some(ValueSource::EnvVariable) => return SettingSource::Environment(key.env),
        _ => {}
    }
    // What neither a flag nor a variable gives is a default to clap, and the file's where it has the key.
    let in_file = configuration.and_then(|file| {
        let setting = file.settings.iter().find(|setting| setting.key.name == key.name)?;
        Some(SettingSource::File { name: file.name.clone(), line: setting.line })
    });
    in_file.unwrap_or(SettingSource::Default)
}
