//! Reads a configuration: YAML becomes settings, each checked by the argument that it fills.

use std::path::Path;

use clap::Command;

use crate::audit::input::in_words;
use crate::cli::configuration::error::{Code, ConfigError};
use crate::cli::configuration::keys::{KEYS, Key, PathIn, Takes};
use crate::cli::configuration::refusal::refusal;
use crate::policy::node::{Entry, Node, NodeKind, YamlValue};
use crate::policy::parse::{closest, list_words};
use crate::policy::yaml;
use crate::text::{Lines, Source, Span};

/// What a configuration says.
#[derive(Debug, Clone)]
pub struct Configuration {
    /// The file's name, as shown to people.
    pub name: String,
    /// Its settings, in the order of the file.
    pub settings: Vec<FileSetting>,
}

/// A setting as a configuration has it.
#[derive(Debug, Clone)]
pub struct FileSetting {
    /// Which one.
    pub key: &'static Key,
    /// The line its key stands in, from 1.
    pub line: usize,
    /// Its values, as they would stand on the command line; paths lead from the working folder.
    pub values: Vec<String>,
}

impl Configuration {
    /// The configuration in the file `path`; `command` has the arguments that settings fill.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of its lines.
    pub fn read(path: &Path, command: &Command) -> Result<Self, Vec<ConfigError>> {
        let name = path.display().to_string();
        let bytes = std::fs::read(path).map_err(|error| {
            let message = format!("the configuration `{name}` cannot be read: {}", in_words(&error));
            let error = ConfigError::new(Code::Unreadable, &Source::new(name.as_str(), ""), message);
            vec![error.help("name another with `--config`, or give `--no-config`")]
        })?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let offset = error.utf8_error().valid_up_to();
            let source = Source::new(name.as_str(), String::from_utf8_lossy(error.as_bytes()).into_owned());
            let span = Span::new(offset, offset + '\u{fffd}'.len_utf8());
            let error = ConfigError::new(Code::NotUtf8, &source, format!("the configuration `{name}` is no UTF-8"));
            vec![error.label(span, format!("byte {offset} is not part of a character")).help("save it as UTF-8")]
        })?;
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&Source::new(name, text), folder, command)
    }

    /// The configuration in `source`, whose paths are relative to `folder`.
    fn parse(source: &Source, folder: &Path, command: &Command) -> Result<Self, Vec<ConfigError>> {
        let mut refused = Vec::new();
        let root = yaml::parse(source, &mut refused);
        let errors = refused.into_iter().map(ConfigError::from).collect();
        let mut reader = Reader { source, folder, command, errors };
        let settings = root.map(|root| reader.settings(&root)).unwrap_or_default();
        let mut errors = reader.errors;
        if errors.is_empty() {
            return Ok(Self { name: source.name.to_string(), settings });
        }
        errors.sort_by_key(ConfigError::offset);
        Err(errors)
    }
}

struct Reader<'s> {
    source: &'s Source,
    folder: &'s Path,
    command: &'s Command,
    errors: Vec<ConfigError>,
}

impl Reader<'_> {
    fn settings(&mut self, root: &Node) -> Vec<FileSetting> {
        let NodeKind::Mapping(entries) = &root.kind else {
            let found = root.describe();
            self.error(
                Code::WrongType,
                root.span,
                format!("a configuration must be a map, found {found}"),
                format!("this is {found}"),
                "begin with `version: 1`, then a line for each setting, such as `fail_on: high`".to_owned(),
            );
            return Vec::new();
        };
        self.version(entries);
        let mut lines = Lines::new(self.source.text.as_bytes());
        let mut settings = Vec::new();
        for entry in entries.iter().filter(|entry| entry.key != "version") {
            let Some(key) = KEYS.iter().find(|key| key.name == entry.key) else {
                self.unknown_key(entry);
                continue;
            };
            let line = lines.at(entry.key_span.start).line;
            let values = self.values(key, &entry.value);
            settings.push(FileSetting { key, line, values });
        }
        settings
    }

    fn version(&mut self, entries: &[Entry]) {
        let Some(entry) = entries.iter().find(|entry| entry.key == "version") else {
            // A slip of the word is told as such.
            if !entries.iter().any(|entry| closest(&entry.key, &known()) == Some("version")) {
                let span = entries.first().map_or(Span::at(0), |entry| entry.key_span);
                let message = "a configuration has no `version`".to_owned();
                self.error(
                    Code::Version,
                    span,
                    message,
                    "this configuration needs `version`".to_owned(),
                    "add `version: 1`".to_owned(),
                );
            }
            return;
        };
        let node = &entry.value;
        if node.scalar().is_some_and(|scalar| scalar.value == YamlValue::Number(1.into())) {
            return;
        }
        let found = node.scalar().map_or_else(|| node.describe().to_owned(), |scalar| format!("`{}`", scalar.text));
        let (message, label) = if node.scalar().is_some_and(|scalar| scalar.text == "1") {
            ("`version` must be a number, found a string".to_owned(), "a string")
        } else {
            (format!("unknown version {found}"), "not a version of the configuration")
        };
        self.error(Code::Version, node.span, message, label.to_owned(), "write `version: 1`".to_owned());
    }

    fn unknown_key(&mut self, entry: &Entry) {
        let known = known();
        let help = closest(&entry.key, &known).map_or_else(
            || format!("a configuration has the keys {}", list_words(&known)),
            |word| format!("did you mean `{word}`?"),
        );
        let message = format!("unknown key `{}`", entry.key);
        self.error(Code::UnknownKey, entry.key_span, message, "no setting".to_owned(), help);
    }

    /// The values of a key as they would stand on the command line; what is wrong with them is recorded.
    fn values(&mut self, key: &'static Key, node: &Node) -> Vec<String> {
        let items = match &node.kind {
            NodeKind::Sequence(items) if items.is_empty() && key.takes == Takes::Texts => {
                let message = format!("`{}` is empty", key.name);
                let help = "list at least one item, or leave the key out".to_owned();
                self.error(Code::WrongType, node.span, message, "nothing here".to_owned(), help);
                return Vec::new();
            }
            NodeKind::Sequence(items) if key.takes == Takes::Texts => items.as_slice(),
            _ => std::slice::from_ref(node),
        };
        items.iter().filter_map(|item| self.value(key, item)).collect()
    }

    fn value(&mut self, key: &'static Key, node: &Node) -> Option<String> {
        let wanted = match key.takes {
            Takes::Switch => "`true` or `false`",
            Takes::Number => "a whole number",
            Takes::Text => "a text",
            Takes::Texts => "a text, or a list of texts",
        };
        let scalar = node.scalar().filter(|scalar| match key.takes {
            Takes::Switch => matches!(scalar.value, YamlValue::Bool(_)),
            _ => scalar.value != YamlValue::Null,
        });
        let Some(scalar) = scalar else {
            let found = node.describe();
            let label = if node.is_null() { "nothing here".to_owned() } else { format!("this is {found}") };
            let message = format!("`{}` must be {wanted}, found {found}", key.name);
            self.error(Code::WrongType, node.span, message, label, format!("write {wanted}"));
            return None;
        };
        if let Some(refusal) = refusal(self.command, key, &scalar.text) {
            let message = if scalar.text.is_empty() {
                format!("`{}` is empty", key.name)
            } else {
                format!("invalid value `{}` for `{}`", scalar.text, key.name)
            };
            self.error(Code::Value, node.span, message, refusal.label, refusal.help);
            return None;
        }
        Some(self.with_path(key.path, &scalar.text))
    }

    /// `text` with its path, where it has one, as it leads from the working folder.
    fn with_path(&self, path_in: PathIn, text: &str) -> String {
        let path = |text: &str| self.folder.join(text).display().to_string();
        match path_in {
            PathIn::Nothing => text.to_owned(),
            PathIn::Value { words } => {
                let word = text.split_once(':').map_or(text, |(word, _)| word);
                if words.contains(&word) { text.to_owned() } else { path(text) }
            }
            PathIn::AfterEquals => match text.split_once('=') {
                Some((before, file)) => format!("{before}={}", path(file)),
                None => text.to_owned(),
            },
        }
    }

    fn error(&mut self, code: Code, span: Span, message: String, label: String, help: String) {
        self.errors.push(ConfigError::new(code, self.source, message).label(span, label).help(help));
    }
}

/// Every key of the file.
fn known() -> Vec<&'static str> {
    std::iter::once("version").chain(KEYS.iter().map(|key| key.name)).collect()
}
