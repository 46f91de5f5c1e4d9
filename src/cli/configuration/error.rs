//! What is wrong with a configuration: stable codes, labels on the exact words, and a help, as for policies.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, SourceCode};

use crate::policy::error::{Code as PolicyCode, PolicyError};
use crate::text::{Source, Span};

/// The stable name of an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The file cannot be read.
    Unreadable,
    /// The file is no UTF-8.
    NotUtf8,
    /// The file holds nothing.
    EmptyFile,
    /// `version` is missing or unknown.
    Version,
    /// A word that is no key.
    UnknownKey,
    /// A value that the flag would refuse too.
    Value,
    /// A value of the wrong kind.
    WrongType,
    /// What the YAML reader refuses, by its name there.
    Yaml(PolicyCode),
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Unreadable => "unreadable",
            Self::NotUtf8 => "not-utf8",
            Self::EmptyFile => "empty-file",
            Self::Version => "version",
            Self::UnknownKey => "unknown-key",
            Self::Value => "value",
            Self::WrongType => "wrong-type",
            Self::Yaml(code) => code.as_str().trim_start_matches("policy::"),
        };
        write!(f, "config::{name}")
    }
}

/// One thing that is wrong with a configuration.
#[derive(Debug, Clone)]
pub struct ConfigError {
    /// Its stable name.
    pub code: Code,
    /// Message, labels, help and source, which are those of an error in a policy.
    said: PolicyError,
}

impl ConfigError {
    /// An error in `source`.
    pub fn new(code: Code, source: &Source, message: impl Into<String>) -> Self {
        // Only what is said is kept of it: the code is told by `code` alone.
        Self { code, said: PolicyError::new(PolicyCode::WrongType, source, message) }
    }

    /// With `text` said of the word at `span`.
    #[must_use]
    pub fn label(self, span: Span, text: impl Into<String>) -> Self {
        Self { said: self.said.label(span, text), ..self }
    }

    /// With a help.
    #[must_use]
    pub fn help(self, help: impl Into<String>) -> Self {
        Self { said: self.said.help(help), ..self }
    }

    /// First byte it is about.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.said.offset()
    }
}

/// What the YAML reader says of a policy, said of a configuration.
impl From<PolicyError> for ConfigError {
    fn from(mut said: PolicyError) -> Self {
        let code = match said.code {
            PolicyCode::EmptyFile => {
                "the configuration is empty".clone_into(&mut said.message);
                said.help =
                    Some("a configuration begins with `version: 1`; without a setting, leave it out".to_owned());
                Code::EmptyFile
            }
            code => Code::Yaml(code),
        };
        match said.code {
            PolicyCode::YamlDocuments => {
                "several YAML documents in one configuration".clone_into(&mut said.message);
                said.help = Some("join them, or keep one".to_owned());
            }
            PolicyCode::YamlLimit => said.help = Some("no honest configuration needs this".to_owned()),
            _ => {}
        }
        Self { code, said }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.said.fmt(f)
    }
}

impl std::error::Error for ConfigError {}

impl Diagnostic for ConfigError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        self.said.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Diagnostic::help(&self.said)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.said.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Diagnostic::labels(&self.said)
    }
}
