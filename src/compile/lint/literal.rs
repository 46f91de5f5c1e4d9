//! Literals that can never equal what CloudTrail writes: of another type, or in other upper and lower case letters.

use crate::event::catalog::FieldType;
use crate::event::known_value::{Letters, known_values};
use crate::json::Step;
use crate::policy::error::{Code, PolicyError};
use crate::policy::fix::{Edit, Fix, scalar_like};
use crate::policy::model::Spanned;
use crate::policy::operator::{Operator, OperatorKind, Scalar, Value, Values};
use crate::text::{Source, Span};

/// The warning about `literal`, where the field at `path` holds something of another type.
pub(in crate::compile) fn mismatch(
    kind: FieldType,
    path: &str,
    literal: &Spanned<Scalar>,
    source: &Source,
) -> Option<PolicyError> {
    let written = literal.span.of(&source.text);
    // What to write in its place, and how to say so.
    let quoted = |text: &str| (Some(format!("\"{text}\"")), format!("write \"{text}\""));
    let bare = |text: &str| (Some(text.to_owned()), format!("write `{text}`, without quotes"));
    let (holds, (fixed, help)) = match (kind, &literal.value) {
        (FieldType::String, Scalar::Bool(value)) if path.ends_with("MFAUsed") => {
            ("a string", quoted(if *value { "Yes" } else { "No" }))
        }
        (FieldType::String, Scalar::Bool(_) | Scalar::Number(_)) => ("a string", quoted(written)),
        (FieldType::Bool, Scalar::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" => ("a boolean", bare("true")),
            "false" | "no" => ("a boolean", bare("false")),
            _ => ("a boolean", (None, "write `true` or `false`".to_owned())),
        },
        (FieldType::Bool, Scalar::Number(_)) => ("a boolean", (None, "write `true` or `false`".to_owned())),
        (FieldType::Number, Scalar::String(text)) if text.parse::<f64>().is_ok() => ("a number", bare(text)),
        (FieldType::Number, Scalar::String(_) | Scalar::Bool(_)) => ("a number", (None, "write a number".to_owned())),
        (FieldType::Array, _) => ("an array", (None, format!("for its elements write `{path}[*]`"))),
        (FieldType::Object, _) => ("an object", (None, format!("ask for one of its fields: `{path}.…`"))),
        _ => return None,
    };
    let found = match literal.value {
        Scalar::String(_) => "a string",
        Scalar::Number(_) => "a number",
        Scalar::Bool(_) => "a boolean",
    };
    let message = format!("`{path}` holds {holds} in CloudTrail events, compared with {found}");
    let fix = fixed.map(|text| Fix::replace(format!("write {text}"), literal.span, text));
    Some(
        PolicyError::warning(Code::FieldType, source, message)
            .label(literal.span, format!("{found}, never equal to {holds}"))
            .help(help)
            .fix(fix),
    )
}

/// The warnings about `operator`, a comparison that heeds upper and lower case, of the field at `steps`, written `path`.
pub(in crate::compile) fn letters(
    steps: &[Step],
    path: &str,
    operator: &Operator,
    source: &Source,
) -> Vec<PolicyError> {
    let values = match &operator.kind {
        OperatorKind::Equals(value, _) => std::slice::from_ref(value),
        OperatorKind::In(Values::Items(items), _) => items,
        _ => return Vec::new(),
    };
    let Some((letters, known)) = known_values(steps) else { return Vec::new() };
    let mut warnings = Vec::new();
    for value in values {
        let Value::Literal(literal) = value else { continue };
        let Scalar::String(text) = &literal.value else { continue };
        let Some(meant) = known.iter().find(|known| known.eq_ignore_ascii_case(text)) else { continue };
        match letters {
            Letters::AsWritten if meant != text => {
                let written = literal.span.of(&source.text);
                let fix = Fix::replace(format!("write `{meant}`"), literal.span, scalar_like(written, meant));
                warnings.push(
                    PolicyError::warning(
                        Code::ValueCase,
                        source,
                        format!("CloudTrail writes `{meant}` in `{path}`, not `{text}`"),
                    )
                    .label(literal.span, "never equal: upper and lower case differ")
                    .help(format!("write `{meant}`"))
                    .fix(Some(fix)),
                );
            }
            Letters::AsWritten => {}
            Letters::Vary => {
                let upper = text.to_uppercase();
                warnings.push(
                    PolicyError::warning(
                        Code::ValueCase,
                        source,
                        format!("CloudTrail writes `{path}` as `{meant}` and as `{}`", meant.to_uppercase()),
                    )
                    .label(
                        literal.span,
                        format!("does not match `{}`", if *text == upper { (*meant).to_owned() } else { upper }),
                    )
                    .help("add `ignore_case: true`")
                    .fix(ignore_case(operator, literal.span, source)),
                );
                // One `ignore_case` is for all values of the operator.
                break;
            }
        }
    }
    warnings
}

/// Adds `ignore_case: true` to `operator`, of which `literal` is a value; `None` where it stands over several lines.
fn ignore_case(operator: &Operator, literal: Span, source: &Source) -> Option<Fix> {
    let title = "add `ignore_case: true`";
    let inside = operator.span.start <= literal.start && literal.end <= operator.span.end;
    if inside {
        let keyword = if matches!(operator.kind, OperatorKind::Equals(..)) { "equals" } else { "in" };
        let text = operator.span.of(&source.text);
        let one_line = !text.contains('\n') && (keyword == "equals" || text.starts_with('['));
        let wrapped = format!("{{{keyword}: {text}, ignore_case: true}}");
        return one_line.then(|| Fix::replace(title, operator.span, wrapped));
    }
    let after = source.text.get(literal.end..)?.trim_start_matches([' ', ']']);
    let alone = matches!(operator.kind, OperatorKind::Equals(..)) && after.starts_with('}');
    let edit = Edit { span: Span::at(literal.end), text: ", ignore_case: true".to_owned() };
    alone.then(|| Fix { title: title.to_owned(), edits: vec![edit] })
}
