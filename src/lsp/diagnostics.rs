//! Errors and warnings of policies as an editor shows them, and the edits that would mend them.

use std::collections::HashMap;

use lsp_types::{
    CodeAction, CodeActionKind, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity,
    Location, NumberOrString, Range, TextEdit, Uri, WorkspaceEdit,
};

use crate::lsp::position::Positions;
use crate::policy::error::{Level, PolicyError};
use crate::policy::fix::{Fix, scalar_like};
use crate::text::Span;

/// Where a diagnostic leads to.
#[derive(Clone, Copy)]
pub struct Links<'a> {
    /// The address of a file of the project, by its name.
    pub addresses: &'a dyn Fn(&str) -> Option<Uri>,
    /// Where the pages of `docs/lints` are, with the slash behind it.
    pub pages: Option<&'a str>,
}

/// `error` as a diagnostic of the file it is in; its help is the message's second line.
#[must_use]
pub fn diagnostic(error: &PolicyError, links: Links<'_>) -> Diagnostic {
    let mut related: Vec<DiagnosticRelatedInformation> = Vec::new();
    for label in error.labels.iter().skip(1) {
        related.extend(related_place(error, label.span, &label.text, links));
    }
    for other in &error.related {
        let span = other.labels.first().map_or(Span::at(0), |label| label.span);
        related.extend(related_place(other, span, &other.message, links));
    }
    let mut message = error.message.clone();
    if let Some(help) = &error.help {
        message.push('\n');
        message.push_str(help);
    }
    Diagnostic {
        range: range(error),
        severity: Some(match error.level {
            Level::Error => DiagnosticSeverity::ERROR,
            Level::Warning => DiagnosticSeverity::WARNING,
            Level::Advice | Level::Note => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(error.code.as_str().to_owned())),
        code_description: links.pages.and_then(|pages| {
            let page = error.code.as_str().trim_start_matches("policy::");
            Some(CodeDescription { href: format!("{pages}{page}.md").parse().ok()? })
        }),
        source: Some("trailgate".to_owned()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        ..Diagnostic::default()
    }
}

/// The range that `error` marks: its first word, at least one character where there is one.
fn range(error: &PolicyError) -> Range {
    let text: &str = &error.source.text;
    let span = error.labels.first().map_or(Span::at(0), |label| label.span);
    let next = text.get(span.start..).and_then(|rest| rest.chars().next()).filter(|next| !matches!(next, '\n' | '\r'));
    let end = if span.is_empty() { span.start + next.map_or(0, char::len_utf8) } else { span.end };
    Positions::new(text).range(Span::new(span.start, end))
}

fn related_place(
    error: &PolicyError,
    span: Span,
    message: &str,
    links: Links<'_>,
) -> Option<DiagnosticRelatedInformation> {
    let range = Positions::new(&error.source.text).range(span);
    Some(DiagnosticRelatedInformation {
        location: Location { uri: (links.addresses)(&error.source.name)?, range },
        message: message.to_owned(),
    })
}

/// The edits that would mend what is wrong with a file within `range`.
#[must_use]
pub fn actions(errors: &[PolicyError], range: Range, uri: &Uri, links: Links<'_>) -> Vec<CodeAction> {
    let mut actions: Vec<CodeAction> = Vec::new();
    for error in errors {
        let marked = self::range(error);
        if marked.end < range.start || range.end < marked.start {
            continue;
        }
        let Some(fix) = error.fix.clone().or_else(|| mended(error)) else { continue };
        let positions = Positions::new(&error.source.text);
        let edits =
            fix.edits.into_iter().map(|edit| TextEdit { range: positions.range(edit.span), new_text: edit.text });
        #[expect(clippy::mutable_key_type, reason = "the protocol's type; an address is not changed while it is a key")]
        let changes = HashMap::from([(uri.clone(), edits.collect())]);
        actions.push(CodeAction {
            title: capital(&fix.title),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![diagnostic(error, links)]),
            edit: Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }),
            is_preferred: Some(true),
            ..CodeAction::default()
        });
    }
    actions
}

/// A fix for what brings none: where the help asks whether one word was meant, that word.
fn mended(error: &PolicyError) -> Option<Fix> {
    let (_, meant) = error.help.as_ref()?.split_once("did you mean `")?;
    let (meant, _) = meant.split_once("`?")?;
    let span = error.labels.first()?.span;
    let word = span.of(&error.source.text);
    if word.is_empty() || word.contains('\n') || meant.contains('…') {
        return None;
    }
    // A keyword may be shown with its colon, which the file has already.
    let meant = meant.strip_suffix(':').unwrap_or(meant);
    Some(Fix::replace(format!("write `{meant}`"), span, scalar_like(word, meant)))
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().collect::<String>() + characters.as_str()).unwrap_or_default()
}
