//! The codes of errors, warnings and advice: stable names that people search for, allow and deny. `docs/lints` has a page for each.

use std::fmt;

use crate::policy::error::Level;

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

            /// The code without what all have in common: `unknown-keyword`.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

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
    /// Warning: a comment that allows a code that is none.
    AllowComment => "allow-comment",
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

impl Code {
    /// How bad what it names is.
    #[must_use]
    pub fn level(self) -> Level {
        match self {
            Self::RedundantBranch
            | Self::DuplicateValue
            | Self::UnusedDefine
            | Self::UnusedList
            | Self::EveryEvent
            | Self::ExpiresSoon
            | Self::NoTests
            | Self::NoRemediation
            | Self::NoControls => Level::Advice,
            Self::GlobInEquality
            | Self::FieldType
            | Self::UnknownField
            | Self::ExceptionExpired
            | Self::WaiverExpired
            | Self::WaiverForbidden
            | Self::WaiverUnknownRule
            | Self::ListEntryExpired
            | Self::UnknownEventSource
            | Self::UnknownEventName
            | Self::ValueCase
            | Self::NeverMatches
            | Self::UnreachableBranch
            | Self::ShadowedException
            | Self::AllowComment => Level::Warning,
            _ => Level::Error,
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
