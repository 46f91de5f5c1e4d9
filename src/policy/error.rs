//! What is wrong with a policy file: each error has a stable code, labels on the exact words, and a help that can be acted on.
//!
//! All errors of all files come in one run; `cli` prints them with miette.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, MietteError, SourceCode, SourceSpan, SpanContents};

pub use crate::policy::code::Code;
use crate::policy::fix::Fix;
use crate::policy::snippet::{Shown, brief, drawn};
use crate::text::{Source, Span};

/// Whether the policy can be used all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Another place that belongs to an error; never alone.
    Note,
    /// It can, and no violation can hide: something is left out or said twice.
    Advice,
    /// It can.
    Warning,
    /// It cannot.
    Error,
}

/// One thing that is wrong with a policy file.
#[derive(Debug, Clone)]
pub struct PolicyError {
    /// Its stable name.
    pub code: Code,
    /// Whether the policy can be used all the same.
    pub level: Level,
    /// What was found and what was wanted.
    pub message: String,
    /// The file it is in.
    pub source: Source,
    /// The words it is about; the first is the main one.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// A change that mends it, where one is safe.
    pub fix: Option<Fix>,
    /// The other places it is about, in other files.
    pub related: Vec<PolicyError>,
    shown: Shown,
}

/// A word of a policy file and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The word's place.
    pub span: Span,
    /// What is said.
    pub text: String,
}

impl PolicyError {
    /// An error in `source`.
    pub fn new(code: Code, source: &Source, message: impl Into<String>) -> Self {
        Self {
            code,
            level: Level::Error,
            message: brief(&message.into()),
            source: source.clone(),
            labels: Vec::new(),
            help: None,
            fix: None,
            related: Vec::new(),
            shown: Shown::default(),
        }
    }

    /// A warning in `source`.
    pub fn warning(code: Code, source: &Source, message: impl Into<String>) -> Self {
        Self { level: Level::Warning, ..Self::new(code, source, message) }
    }

    /// An advice about `source`.
    pub fn advice(code: Code, source: &Source, message: impl Into<String>) -> Self {
        Self { level: Level::Advice, ..Self::new(code, source, message) }
    }

    /// Another place that an error is about, for [`PolicyError::related`].
    pub fn note(code: Code, source: &Source, message: impl Into<String>) -> Self {
        Self { level: Level::Note, ..Self::new(code, source, message) }
    }

    /// With `text` said of the word at `span`.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: brief(&text.into()) });
        self
    }

    /// With a help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(brief(&help.into()));
        self
    }

    /// With a change that mends it, where there is one.
    #[must_use]
    pub fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }

    /// With a place in another file.
    #[must_use]
    pub fn related(mut self, other: Self) -> Self {
        self.related.push(other);
        self
    }

    /// First byte it is about.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.labels.first().map_or(0, |label| label.span.start)
    }
}

/// The errors of all policy files of a run, in the order of the files and of their lines; never empty.
#[derive(Debug, Clone)]
pub struct PolicyErrors(pub Vec<PolicyError>);

impl fmt::Display for PolicyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, error) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for PolicyErrors {}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for PolicyError {}

impl Diagnostic for PolicyError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        if self.level == Level::Note { None } else { Some(Box::new(self.code.as_str())) }
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.level {
            Level::Error => miette::Severity::Error,
            Level::Warning => miette::Severity::Warning,
            Level::Advice | Level::Note => miette::Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| -> Box<dyn fmt::Display + 'a> { Box::new(help) })
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        if self.labels.is_empty() { None } else { Some(self) }
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        if self.labels.is_empty() {
            return None;
        }
        Some(Box::new(self.labels.iter().enumerate().map(|(place, label)| {
            let text = Some(label.text.clone());
            let drawn = drawn(label.span, &self.source.text);
            let span = SourceSpan::from((drawn.start, drawn.len()));
            if place == 0 {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            }
        })))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        if self.related.is_empty() {
            return None;
        }
        Some(Box::new(self.related.iter().map(|other| -> &dyn Diagnostic { other })))
    }
}

/// The policy file as miette's source.
impl SourceCode for PolicyError {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        self.shown.read(&self.source, span, before, after)
    }
}
