//! What is wrong with a policy file: each error has a stable code, labels on the exact words, and a help that can be acted on.
//!
//! All errors of all files come in one run; `cli` prints them with miette.

use std::fmt;

use miette::{Diagnostic, LabeledSpan, MietteError, SourceCode, SourceSpan, SpanContents};

use crate::policy::fix::Fix;
use crate::policy::snippet::{Shown, brief, drawn};
use crate::text::{Source, Span};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident => $text:literal,)+) => {
        /// The stable name of an error or warning; [`Code::as_str`] is what people see and search for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code as it is printed: `policy::unknown-keyword`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => concat!("policy::", $text),)+
                }
            }
        }
    };
}

codes! {
    /// The file cannot be read.
    Unreadable => "unreadable",
    /// The file is no UTF-8.
    NotUtf8 => "not-utf8",
    /// The file holds nothing.
    EmptyFile => "empty-file",
    /// No policy file was found.
    NoPolicies => "no-policies",
    /// The text is no YAML.
    YamlSyntax => "yaml-syntax",
    /// A YAML tag.
    YamlTag => "yaml-tag",
    /// Several documents in one file.
    YamlDocuments => "yaml-documents",
    /// A limit against hostile files.
    YamlLimit => "yaml-limit",
    /// A key that is no text.
    KeyNotText => "key-not-text",
    /// The same key twice in one map.
    DuplicateKey => "duplicate-key",
    /// `<<` with something that is no map.
    MergeKey => "merge-key",
    /// `version` is missing or unknown.
    Version => "version",
    /// A word that is no keyword there.
    UnknownKeyword => "unknown-keyword",
    /// A word that is no operator.
    UnknownOperator => "unknown-operator",
    /// A keyword that must be there.
    MissingKeyword => "missing-keyword",
    /// A value of the wrong kind.
    WrongType => "wrong-type",
    /// A rule id of the wrong form.
    RuleId => "rule-id",
    /// The same rule id twice.
    DuplicateRule => "duplicate-rule",
    /// An unknown severity.
    Severity => "severity",
    /// No obligation, or several.
    Obligation => "obligation",
    /// A condition or list that says nothing.
    EmptyCondition => "empty-condition",
    /// Not an RFC 9535 path.
    Path => "path",
    /// Not an RFC 9535 expression.
    WhereExpression => "where-expression",
    /// A path from the current element where there is none.
    NoElement => "no-element",
    /// A path to many nodes where one is wanted.
    ManyNodes => "many-nodes",
    /// A bare `not` over many nodes.
    NotOverMany => "not-over-many",
    /// A count over a definite path.
    CountOverOne => "count-over-one",
    /// Operators and element conditions in one map.
    MixedTest => "mixed-test",
    /// A comparison written as text or as a YAML block.
    ComparisonText => "comparison-text",
    /// A plain number where an account id is meant.
    AccountId => "account-id",
    /// A plain number where a control id is meant.
    ControlId => "control-id",
    /// Null in a list of values.
    NullInList => "null-in-list",
    /// Not a duration.
    Duration => "duration",
    /// Not a date or time.
    Time => "time",
    /// Not a network.
    Cidr => "cidr",
    /// Not a regular expression.
    Regex => "regex",
    /// A template whose braces do not match.
    Template => "template",
    /// `ignore_case` with nothing it could act on.
    IgnoreCase => "ignore-case",
    /// A name that no definition has.
    UndefinedName => "undefined-name",
    /// A name that several other files define.
    AmbiguousName => "ambiguous-name",
    /// Definitions that use each other in a ring.
    CyclicDefine => "cyclic-define",
    /// A list that no file has.
    UndefinedList => "undefined-list",
    /// A list file that cannot be read.
    ListFile => "list-file",
    /// An exception on a rule that forbids them.
    NotWaivable => "not-waivable",
    /// Not the fingerprint of a violation.
    Fingerprint => "fingerprint",
    /// The same name for two waivers.
    DuplicateWaiver => "duplicate-waiver",
    /// Warning: `*` in a text that is compared as it is.
    GlobInEquality => "glob-in-equality",
    /// Warning: a value of another type than CloudTrail writes there.
    FieldType => "field-type",
    /// Warning: a field that CloudTrail does not have.
    UnknownField => "unknown-field",
    /// Warning: an exception past its last day.
    ExceptionExpired => "exception-expired",
    /// Warning: a waiver past its last day.
    WaiverExpired => "waiver-expired",
    /// Warning: a waiver for a rule that forbids them.
    WaiverForbidden => "waiver-forbidden",
    /// Warning: a waiver for a rule that no policy has.
    WaiverUnknownRule => "waiver-unknown-rule",
    /// Warning: a list value past its last day.
    ListEntryExpired => "list-entry-expired",
    /// Warning: an event source that no service has.
    UnknownEventSource => "unknown-event-source",
    /// Warning: an event name that no service, or not this one, has.
    UnknownEventName => "unknown-event-name",
    /// Warning: a value in other letters, upper and lower case, than CloudTrail writes.
    ValueCase => "value-case",
    /// Warning: a rule or an exception that no event can meet.
    NeverMatches => "never-matches",
    /// Warning: an alternative that can never hold.
    UnreachableBranch => "unreachable-branch",
    /// Warning: an exception that an earlier one covers.
    ShadowedException => "shadowed-exception",
    /// Advice: an alternative that another one covers.
    RedundantBranch => "redundant-branch",
    /// Advice: a value that stands in its list already.
    DuplicateValue => "duplicate-value",
    /// Advice: a definition that nothing uses.
    UnusedDefine => "unused-define",
    /// Advice: a list that nothing uses.
    UnusedList => "unused-list",
    /// Advice: a rule that every event must be asked of.
    EveryEvent => "every-event",
    /// Advice: an exception, waiver or list value whose last day is near.
    ExpiresSoon => "expires-soon",
    /// Advice: a rule without tests.
    NoTests => "no-tests",
    /// Advice: a rule without remediation.
    NoRemediation => "no-remediation",
    /// Advice: a rule without controls.
    NoControls => "no-controls",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

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
