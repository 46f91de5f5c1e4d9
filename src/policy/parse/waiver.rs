//! A whole waivers file: [`parse_waivers`].

use crate::policy::error::{Code, PolicyError, PolicyErrors};
use crate::policy::keywords;
use crate::policy::model::{Policy, RecordSource, Spanned};
use crate::policy::node::{Node, NodeKind};
use crate::policy::operator::{Case, PatternKind};
use crate::policy::parse::file::{ListFiles, lowered};
use crate::policy::parse::lower::{Lower, Scope};
use crate::policy::pattern::pattern;
use crate::policy::waiver::{RulePattern, Waiver};
use crate::text::Source;

/// Hexadecimal digits of a fingerprint.
const FINGERPRINT_DIGITS: usize = 32;

/// The waivers file in `source`: a policy without rules, whose definitions and lists only its own waivers see.
///
/// # Errors
/// Everything that is wrong with the file, in the order of its lines. Names that policies may define are checked by `PolicySet::new`.
pub fn parse_waivers(source: &Source, list_files: ListFiles<'_>) -> Result<Policy, PolicyErrors> {
    lowered(source, &mut |lower, root| lower.waivers_file(root, list_files)).map_err(|mut errors| {
        for error in errors.0.iter_mut().filter(|error| error.code == Code::EmptyFile) {
            "the waivers file is empty".clone_into(&mut error.message);
            error.help = Some("a waivers file begins with `version: 1` and has `waivers:`".to_owned());
        }
        errors
    })
}

impl Lower<'_> {
    fn waivers_file(&mut self, root: &Node, list_files: ListFiles<'_>) -> Option<Policy> {
        let what = "a waivers file";
        let fields = self.fields(root, what, keywords::WAIVERS_FILE)?;
        self.version(&fields, what);
        let lists = fields.value("lists").map(|node| self.lists(node, list_files)).unwrap_or_default();
        let defines = fields.value("define").map(|node| self.defines(node)).unwrap_or_default();
        let waivers = fields.required(self, "waivers", what, "[]").map(|node| match &node.kind {
            NodeKind::Sequence(items) => items.iter().filter_map(|item| self.waiver(item)).collect(),
            _ => {
                let help = "write `- name: …` with `rule`, `reason`, `owner` and `until`; for none, `[]`";
                self.wrong_type(node, "`waivers`", "a list of waivers", help);
                Vec::new()
            }
        });
        Some(Policy {
            source: self.source.clone(),
            records: RecordSource::Cloudtrail,
            lists,
            defines,
            rules: Vec::new(),
            waivers,
            warnings: Vec::new(),
        })
    }

    fn waiver(&mut self, node: &Node) -> Option<Waiver> {
        let before = self.count_errors();
        let what = "a waiver";
        let fields = self.fields(node, what, keywords::WAIVER)?;
        let name = fields
            .required(self, "name", what, "key-rotation-2026")
            .and_then(|node| self.words(node, "`name`").map(|name| Spanned::new(name, node.span)));
        let rules = fields.value("rule").map(|node| self.rule_patterns(node)).unwrap_or_default();
        let fingerprints = fields.value("fingerprint").map(|node| self.fingerprints(node)).unwrap_or_default();
        let condition = fields.value("condition").map(|node| self.condition(node, Scope::Event));
        let reason = fields
            .required(self, "reason", what, "why this is no violation")
            .and_then(|node| self.words(node, "`reason`"));
        let owner = fields.required(self, "owner", what, "platform-team").and_then(|node| self.words(node, "`owner`"));
        let until = fields.required(self, "until", what, "2027-06-30").and_then(|node| self.date(node, "`until`"));
        let ticket = fields.value("ticket").and_then(|node| self.words(node, "`ticket`"));
        let scoped = fields.entry("rule").is_some() || fields.entry("fingerprint").is_some();
        if !scoped && !fields.mistypes(&["rule", "fingerprint"]) {
            self.error(
                Code::MissingKeyword,
                name.as_ref().map_or(fields.place(), |name| name.span),
                "a waiver has neither `rule` nor `fingerprint`",
                "this waiver does not say what it covers",
                "add `rule:` with a rule id or a glob such as `iam.*`, or `fingerprint:` as a report shows it",
            );
        }
        if self.count_errors() > before {
            return None;
        }
        Some(Waiver {
            name: name?,
            rules,
            fingerprints,
            condition: condition.flatten(),
            reason: reason?,
            owner: owner?,
            until: until?,
            ticket,
        })
    }

    fn rule_patterns(&mut self, node: &Node) -> Vec<RulePattern> {
        let items = self.items(node, "`rule`").unwrap_or_default();
        items.iter().filter_map(|item| self.rule_pattern(item)).collect()
    }

    fn rule_pattern(&mut self, node: &Node) -> Option<RulePattern> {
        let text = self.words(node, "`rule`")?;
        let fits = |character: char| {
            character.is_ascii_lowercase() || character.is_ascii_digit() || "-.*?".contains(character)
        };
        if !text.chars().all(fits) {
            let mended = text.trim().to_lowercase().replace(['_', ' '], "-");
            let help = if mended.chars().all(fits) {
                format!("did you mean `{mended}`?")
            } else {
                "write an id such as `iam.user-created`, or a glob such as `iam.*`".to_owned()
            };
            let label = "words of `a-z` and `0-9`, joined by `-` and `.`; `*` is any run of characters";
            self.error(Code::RuleId, node.span, format!("`{text}` is no rule id"), label, help);
            return None;
        }
        match pattern(PatternKind::Glob, &text, Case::Sensitive) {
            Ok(pattern) => Some(RulePattern { text, span: node.span, regex: pattern.regex }),
            Err(_) => {
                let message = format!("`{text}` is too large a glob");
                self.error(Code::RuleId, node.span, message, "too large", "write a shorter one");
                None
            }
        }
    }

    fn fingerprints(&mut self, node: &Node) -> Vec<Spanned<String>> {
        let items = self.items(node, "`fingerprint`").unwrap_or_default();
        items.iter().filter_map(|item| self.fingerprint(item)).collect()
    }

    fn fingerprint(&mut self, node: &Node) -> Option<Spanned<String>> {
        let text = self.words(node, "`fingerprint`")?;
        if text.len() == FINGERPRINT_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Some(Spanned::new(text.to_lowercase(), node.span));
        }
        let digits = text.chars().filter(char::is_ascii_hexdigit).count();
        let help = if text.chars().count() == digits {
            format!("this one has {digits}: copy the whole `fingerprint` of the violation out of `-f json`")
        } else {
            "copy the `fingerprint` of the violation out of `-f json`, or let `trailgate waive` write the waiver"
                .to_owned()
        };
        self.errors.push(
            PolicyError::new(Code::Fingerprint, self.source, format!("`{text}` is no fingerprint"))
                .label(node.span, format!("not {FINGERPRINT_DIGITS} hexadecimal digits"))
                .help(help),
        );
        None
    }
}
