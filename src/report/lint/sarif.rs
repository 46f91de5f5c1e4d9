//! `lint -f sarif`: SARIF 2.1.0, a result for each diagnostic, a rule for each code, and the edits that mend as fixes.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_sarif::sarif::{
    ArtifactChange, ArtifactContent, ArtifactLocation, Fix, Location, Message, MultiformatMessageString,
    PhysicalLocation, Region, Replacement, ReportingDescriptor, Result, ResultLevel, Run, Sarif, ToolComponent,
};

use crate::policy::error::{Code, Level, PolicyError};
use crate::policy::lint_page::page;
use crate::report::lint::place::{main, range};
use crate::report::safe_json;
use crate::report::sarif::place::uri;
use crate::report::sarif::words::{line, number, word};
use crate::text::{LineColumn, Span};

/// Characters of a text.
const TEXT: usize = 2000;

/// Writes `errors` as one SARIF document.
///
/// # Errors
/// What `out` cannot write.
pub fn sarif(errors: &[PolicyError], out: &mut dyn Write) -> io::Result<()> {
    let codes: BTreeSet<Code> = errors.iter().map(|error| error.code).collect();
    let mut driver = ToolComponent::builder().name(env!("CARGO_PKG_NAME")).build();
    driver.semantic_version = Some(env!("CARGO_PKG_VERSION").to_owned());
    driver.rules = Some(codes.iter().copied().map(descriptor).collect());
    let mut run = Run::builder().tool(driver).build();
    run.column_kind = Some(word("unicodeCodePoints"));
    run.results = Some(errors.iter().map(result).collect());
    let mut sarif = Sarif::builder().version(word("2.1.0")).runs(vec![run]).build();
    sarif.schema = Some("https://json.schemastore.org/sarif-2.1.0.json".to_owned());
    safe_json::write_indented(out, &sarif)?;
    out.write_all(b"\n")
}

fn descriptor(code: Code) -> ReportingDescriptor {
    let mut rule = ReportingDescriptor::builder().id(code.as_str()).build();
    let text = |text: &str| MultiformatMessageString::builder().text(text).build();
    if let Some(page) = page(code) {
        let title = page.lines().map(|line| line.trim_start_matches(['#', ' '])).find(|line| !line.is_empty());
        let what = page.split("\n\n").nth(1).map(|paragraph| line(&paragraph.replace('\n', " "), TEXT));
        rule.short_description = Some(text(what.as_deref().or(title).unwrap_or(code.name())));
        let mut help = text(page);
        help.markdown = Some(page.to_owned());
        rule.help = Some(help);
    }
    rule
}

fn result(error: &PolicyError) -> Result {
    let words = match &error.help {
        Some(help) => format!("{} ({help})", error.message),
        None => error.message.clone(),
    };
    let mut result = Result::builder().message(message(&words)).build();
    result.rule_id = Some(error.code.as_str().to_owned());
    result.level = Some(match error.level {
        Level::Error => ResultLevel::Error,
        Level::Warning => ResultLevel::Warning,
        Level::Advice | Level::Note => ResultLevel::Note,
    });
    result.locations = Some(vec![location(error, main(error))]);
    let others: Vec<Location> = error
        .labels
        .iter()
        .skip(1)
        .zip(1..)
        .map(|(label, id)| {
            let mut place = location(error, Some(range(error, label.span)));
            place.id = Some(id);
            place.message = Some(message(&label.text));
            place
        })
        .collect();
    result.related_locations = (!others.is_empty()).then_some(others);
    result.fixes = error.fix.as_ref().map(|fix| {
        let replacements: Vec<Replacement> =
            fix.edits.iter().map(|edit| replacement(error, edit.span, &edit.text)).collect();
        let change = ArtifactChange::builder().artifact_location(artifact(error)).replacements(replacements).build();
        let mut out = Fix::builder().artifact_changes(vec![change]).build();
        out.description = Some(message(&fix.title));
        vec![out]
    });
    result
}

fn message(text: &str) -> Message {
    Message { text: Some(line(text, TEXT)), ..Message::default() }
}

fn artifact(error: &PolicyError) -> ArtifactLocation {
    ArtifactLocation { uri: Some(uri(&error.source.name)), ..ArtifactLocation::default() }
}

fn location(error: &PolicyError, place: Option<(LineColumn, LineColumn)>) -> Location {
    let physical = PhysicalLocation {
        artifact_location: Some(artifact(error)),
        region: place.map(region),
        ..PhysicalLocation::default()
    };
    Location { physical_location: Some(physical), ..Location::default() }
}

fn region((start, end): (LineColumn, LineColumn)) -> Region {
    Region {
        start_line: Some(number(start.line)),
        start_column: Some(number(start.column)),
        end_line: Some(number(end.line)),
        end_column: Some(number(end.column)),
        ..Region::default()
    }
}

fn replacement(error: &PolicyError, span: Span, text: &str) -> Replacement {
    let mut out = Replacement::builder().deleted_region(region(range(error, span))).build();
    // Without content it only deletes.
    out.inserted_content =
        (!text.is_empty()).then(|| ArtifactContent { text: Some(text.to_owned()), ..ArtifactContent::default() });
    out
}
