//! What a word of a policy means: keywords, operators, fields and the names of definitions and lists.

use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind};

use crate::event::catalog::FieldType;
use crate::event::field_note::field_note;
use crate::lsp::cursor::{Cursor, at};
use crate::lsp::field::{Call, type_of, type_word};
use crate::lsp::keyword;
use crate::lsp::place::{Place, below};
use crate::lsp::position::Positions;
use crate::lsp::project::{File, Findings, Project};
use crate::lsp::sample::Sample;
use crate::lsp::service;
use crate::policy::node::Style;
use crate::policy::prose::{Names, condition};
use crate::policy::set::PolicyIndex;
use crate::text::Span;
use crate::text::sanitize::one_line;

/// Most values of a list that are shown.
const MOST_VALUES: usize = 20;

/// What is known of the word at byte `offset` of `file`.
#[must_use]
pub fn hover(project: &Project, findings: &Findings, file: &File, sample: &Sample, offset: usize) -> Option<Hover> {
    let text: &str = &file.source.text;
    let cursor = at(text, offset)?;
    let place = Place::of(&cursor);
    let mut span = cursor.span;
    let call = cursor.call();
    let told = match &place {
        Place::Template(_) => {
            let path = path_in_braces(text, cursor.span, offset)?;
            span = path;
            field(path.of(text), &call, sample)
        }
        place if cursor.is_key => match (place.path_keys(), cursor.word.starts_with(['$', '.'])) {
            (Some(base), true) => field(&from_event(base.as_deref(), &cursor.word), &call, sample),
            _ => key(place, &cursor.word, file.is_waivers),
        },
        Place::DefineName => definition(project, findings, file, &cursor.word),
        Place::ListName => list(project, file, &cursor.word),
        Place::Path(_) | Place::Key if cursor.word.starts_with('$') => field(&cursor.word, &call, sample),
        Place::Word(key) => word(key, &cursor),
        Place::Test(path) | Place::NodeTest(path) | Place::Operand("equals" | "in" | "set", path) => {
            value(path, &cursor, &call, sample)
        }
        _ => None,
    }?;
    let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value: told });
    Some(Hover { contents, range: Some(Positions::new(text).range(span)) })
}

fn from_event(base: Option<&str>, path: &str) -> String {
    if path.starts_with('$') { path.to_owned() } else { below(base.unwrap_or("$"), path) }
}

fn key(place: &Place, word: &str, is_waivers: bool) -> Option<String> {
    let keyword = place.keys(is_waivers).into_iter().find(|keyword| keyword.word == word)?;
    Some(format!("`{word}`: {}", keyword.meaning))
}

fn word(key: &str, cursor: &Cursor) -> Option<String> {
    let keyword = keyword::values(key).into_iter().find(|keyword| keyword.word == cursor.word)?;
    Some(format!("`{}`: {}", cursor.word, keyword.meaning))
}

/// What is known of the field at `path`.
fn field(path: &str, call: &Call, sample: &Sample) -> Option<String> {
    let of_service = || service::fields(call).into_iter().find(|field| field.path == path)?.kind;
    let kind = type_of(path).filter(|kind| *kind != FieldType::Unknown).or_else(of_service).or_else(|| type_of(path));
    let note = field_note(path);
    let mut told = match kind {
        Some(kind) => format!("`{}`: {}", one_line(path), type_word(kind)),
        None if path.contains("<json>") => return None,
        None => format!("`{}`: not in the catalogue of CloudTrail's fields", one_line(path)),
    };
    if let Some(note) = note {
        told.push_str(&format!("\n\n{}", note.text));
        if !note.values.is_empty() {
            let values: Vec<String> = note.values.iter().map(|value| format!("`{value}`")).collect();
            told.push_str(&format!("\n\nKnown values: {}", values.join(", ")));
        }
    }
    if let Some(found) = sample.occurrence(path, 3) {
        told.push_str(&format!("\n\nIn {} of {} sample events", thousands(found.events), thousands(found.of)));
        let values: Vec<String> = found
            .values
            .iter()
            .map(|(value, count)| format!("`{}` ({})", one_line(value), thousands(*count)))
            .collect();
        if !values.is_empty() {
            told.push_str(&format!("; most often {}", values.join(", ")));
        }
        told.push('.');
    }
    Some(told)
}

/// What is known of a value of the field at `path`, and how often it has it in the sample.
fn value(path: &str, cursor: &Cursor, call: &Call, sample: &Sample) -> Option<String> {
    let mut told: Vec<String> = service::value(path, &cursor.word, call).into_iter().collect();
    if let Some(found) = sample.occurrence(path, usize::MAX) {
        let text = serde_json::Value::from(cursor.word.as_str()).to_string();
        let is_it = |value: &str| value == text || (value == cursor.word && cursor.style == Style::Plain);
        let count = found.values.iter().find(|(value, _)| is_it(value)).map_or(0, |(_, count)| *count);
        let (count, of) = (thousands(count), thousands(found.of));
        told.push(format!("`{}`: {count} times in {of} sample events.", one_line(&cursor.word)));
    }
    (!told.is_empty()).then(|| told.join("\n\n"))
}

fn definition(project: &Project, findings: &Findings, file: &File, name: &str) -> Option<String> {
    let (home, _, node) = project.definitions(file, "define", name).into_iter().next()?;
    let mut told = format!("`{name}` in {}\n", one_line(&home.source.name));
    if !findings.has_ring
        && let Some((index, define)) = policy_index(findings, file).and_then(|index| findings.set.define(index, name))
    {
        let clause = condition(Names { set: &findings.set, policy: index }, &define.condition);
        told.push_str(&format!("\n{}\n", one_line_each(&clause.to_string())));
    }
    told.push_str(&format!("\n```yaml\n{}\n```", home.text_of(node)));
    Some(told)
}

/// `text` with its lines kept, and nothing else that moves the cursor.
fn one_line_each(text: &str) -> String {
    let lines: Vec<_> = text.lines().map(one_line).collect();
    lines.join("\n")
}

fn policy_index(findings: &Findings, file: &File) -> Option<PolicyIndex> {
    findings.set.policies().iter().position(|policy| policy.source.name == file.source.name).map(PolicyIndex)
}

fn list(project: &Project, file: &File, name: &str) -> Option<String> {
    let (home, _, node) = project.definitions(file, "lists", name).into_iter().next()?;
    let text = home.text_of(node);
    let lines: Vec<&str> = text.lines().collect();
    let mut shown = lines.get(..MOST_VALUES).unwrap_or(&lines).join("\n");
    if lines.len() > MOST_VALUES {
        shown.push_str(&format!("\n# … and {} lines more", lines.len() - MOST_VALUES));
    }
    Some(format!("The list `{name}` in {}\n\n```yaml\n{shown}\n```", one_line(&home.source.name)))
}

/// The path in braces of a template around `offset`, where there is one.
fn path_in_braces(text: &str, template: Span, offset: usize) -> Option<Span> {
    let before = text.get(template.start..offset)?;
    let open = template.start + before.rfind('{')? + 1;
    let inside = text.get(open..template.end)?;
    let end = open + inside.find('}')?;
    (offset <= end && inside.starts_with('$')).then_some(Span::new(open, end))
}

/// A number with a comma between thousands.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
