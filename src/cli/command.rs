//! The command line as clap runs it: the derived one, with the settings' environment variables and, in the end, the configuration.

use clap::{ArgMatches, Command, CommandFactory};

use crate::cli::args::{Cli, ColorArg};
use crate::cli::configuration::{ConfigError, Configuration, configurable, find, with_defaults};

/// The subcommands that the configuration is for.
const CONFIGURED: [&str; 2] = ["check", "config"];

const CONFIGURATION: &str = "\
Settings:
  What is not given here comes from the environment (--fail-on: TRAILGATE_FAIL_ON), else from
  trailgate.yaml in this folder or above it (fail_on), as `trailgate config` prints it.";

/// What was given, the configuration among it.
#[derive(Debug)]
pub struct Given {
    /// The arguments, their defaults taken from the configuration.
    pub matches: ArgMatches,
    /// The configuration, where there is one.
    pub configuration: Option<Configuration>,
}

/// Why a command line with a configuration cannot be run.
#[derive(Debug)]
pub enum NotGiven {
    /// It contradicts itself, in words.
    Usage(String),
    /// The configuration is wrong.
    Configuration(Vec<ConfigError>, ColorArg),
}

/// The whole command line, without a configuration.
#[must_use]
pub fn command() -> Command {
    let root = Cli::command().mut_subcommand("check", |check| {
        let exit_codes = check.get_after_help().map(ToString::to_string).unwrap_or_default();
        configurable(check).after_help(format!("{CONFIGURATION}\n\n{exit_codes}"))
    });
    let check: Vec<_> =
        root.find_subcommand("check").map(|check| check.get_arguments().cloned().collect()).unwrap_or_default();
    root.mut_subcommand("config", |config| {
        config.args(check.into_iter().map(|argument| match argument.get_id().as_str() {
            // Paths are no options of `check`, and `--format` is how `config` itself answers: both come from elsewhere.
            "paths" => argument.required(false).index(None).long("logs").hide(true),
            "formats" => argument.short(None).long("report-format").hide(true),
            _ => argument,
        }))
    })
}

/// Parses what the program was started with. Wrong arguments, `--help` and `--version` end it here, as clap does.
///
/// # Errors
/// What is wrong with the configuration, or with how it was asked for.
pub fn given() -> Result<Given, NotGiven> {
    let command = command();
    let matches = command.clone().get_matches();
    let Some((name, arguments)) = matches.subcommand().filter(|(name, _)| CONFIGURED.contains(name)) else {
        return Ok(Given { matches, configuration: None });
    };
    let Some(path) = find(arguments).map_err(NotGiven::Usage)? else {
        return Ok(Given { matches, configuration: None });
    };
    let color = arguments.get_one("color").copied().unwrap_or(ColorArg::Auto);
    let read = command.find_subcommand(name).map(|fills| Configuration::read(&path, fills)).transpose();
    let Some(configuration) = read.map_err(|errors| NotGiven::Configuration(errors, color))? else {
        return Ok(Given { matches, configuration: None });
    };
    let matches = command.mut_subcommand(name, |known| with_defaults(known, &configuration, arguments)).get_matches();
    Ok(Given { matches, configuration: Some(configuration) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clap_finds_nothing_wrong() {
        command().debug_assert();
    }
}
