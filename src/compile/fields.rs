//! Compares the paths and literals of a policy with the fields that CloudTrail events have: what can never hold is told before it
//! runs. Part of [`lint`](crate::compile::lint::lint); the catalogue is `event::catalog`.
//!
//! Only what the catalogue is sure of is warned of: definite paths, and fields of objects whose members AWS lists.

use crate::compile::lint::literal::{letters, mismatch};
use crate::event::catalog::{FieldType, field_type, suggestions};
use crate::json::{Path, Step};
use crate::policy::error::{Code, PolicyError};
use crate::policy::fix::{Fix, scalar_like};
use crate::policy::model::{
    Condition, PathCondition, PathRef, PathRoot, Policy, RecordSource, Rule, Spanned, TemplatePart,
};
use crate::policy::operator::{
    Case, ListTest, NodeTest, NumberOperand, Operator, OperatorKind, Scalar, TimeOperand, Value, Values,
};
use crate::policy::walk;

/// The warnings about fields in the conditions and messages of `policy`, in no order; none where it is about another log.
pub fn fields(policy: &Policy) -> Vec<PolicyError> {
    let mut check = Check { policy, in_template: false, warnings: Vec::new() };
    if matches!(policy.records, RecordSource::Cloudtrail) {
        for define in policy.defines.values() {
            check.condition(&define.condition, None);
        }
        policy.rules.iter().for_each(|rule| check.rule(rule));
        for condition in policy.waivers.iter().flatten().filter_map(|waiver| waiver.condition.as_ref()) {
            check.condition(condition, None);
        }
    }
    check.warnings
}

/// A current element whose place in the event is known.
#[derive(Debug, Clone)]
struct Element {
    steps: Vec<Step>,
    /// Its path as the author wrote it.
    written: String,
}

struct Check<'p> {
    policy: &'p Policy,
    /// Whether the path looked at stands in a template.
    in_template: bool,
    warnings: Vec<PolicyError>,
}

impl Check<'_> {
    fn rule(&mut self, rule: &Rule) {
        for condition in walk::conditions(rule) {
            self.condition(condition, None);
        }
        for part in rule.message.iter().flat_map(|message| &message.parts) {
            if let TemplatePart::Path(path) = part {
                self.template_path(path, None);
            }
        }
    }

    fn condition(&mut self, condition: &Condition, element: Option<&Element>) {
        match condition {
            Condition::All(parts) | Condition::Any(parts) => {
                parts.iter().for_each(|part| self.condition(part, element));
            }
            Condition::Not(inner) => self.condition(inner, element),
            Condition::Use(_) | Condition::Where(_) => {}
            Condition::Path(path) => self.path_condition(path, element),
        }
    }

    fn path_condition(&mut self, condition: &PathCondition, element: Option<&Element>) {
        let known = self.path(&condition.path, element);
        for test in &condition.tests {
            match test {
                ListTest::Default(test) | ListTest::Some(test) | ListTest::Every(test) | ListTest::None(test) => {
                    self.node_test(test, known.as_ref(), element);
                }
                ListTest::Count(_) | ListTest::Distinct(_) => {}
            }
        }
    }

    /// `node` is what the test is asked of, `element` what relative paths in its operands start from.
    fn node_test(&mut self, test: &NodeTest, node: Option<&Element>, element: Option<&Element>) {
        match test {
            NodeTest::Element(inner) => self.condition(inner, node),
            NodeTest::Operators(operators) => {
                operators.iter().for_each(|operator| self.operator(operator, node, element));
            }
        }
    }

    fn operator(&mut self, operator: &Operator, node: Option<&Element>, element: Option<&Element>) {
        match &operator.kind {
            OperatorKind::Equals(value, case) => {
                self.compared(value, node, element);
                self.letters(operator, *case, node);
            }
            OperatorKind::In(Values::Items(items), case) => {
                items.iter().for_each(|item| self.compared(item, node, element));
                self.letters(operator, *case, node);
            }
            // What `contains` and its like are given is no whole value, but may come from one.
            OperatorKind::Text(_, Values::Items(items), _) => {
                items.iter().for_each(|item| self.compared(item, None, element));
            }
            OperatorKind::Compare(_, NumberOperand::Path(path)) | OperatorKind::Time(_, TimeOperand::Path(path)) => {
                self.path(path, element);
            }
            OperatorKind::Not(inner) => self.node_test(inner, node, element),
            OperatorKind::Json(inner) => self.condition(inner, None),
            _ => {}
        }
    }

    fn letters(&mut self, operator: &Operator, case: Case, node: Option<&Element>) {
        if let Some(node) = node.filter(|_| case == Case::Sensitive) {
            self.warnings.extend(letters(&node.steps, &node.written, operator, &self.policy.source));
        }
    }

    fn compared(&mut self, value: &Value, node: Option<&Element>, element: Option<&Element>) {
        match value {
            Value::Literal(literal) => {
                if let Some(node) = node {
                    self.literal(literal, node);
                }
            }
            Value::Path(path) => {
                self.path(path, element);
            }
            Value::Template(template) => {
                for part in &template.parts {
                    if let TemplatePart::Path(path) = part {
                        self.template_path(path, element);
                    }
                }
            }
        }
    }

    fn template_path(&mut self, path: &PathRef, element: Option<&Element>) {
        self.in_template = true;
        self.path(path, element);
        self.in_template = false;
    }

    /// The place of `path`, where that is known; an unknown field is recorded.
    fn path(&mut self, path: &PathRef, element: Option<&Element>) -> Option<Element> {
        let written = path.written();
        let base = match path.root {
            PathRoot::Event => None,
            PathRoot::Element => Some(element?),
        };
        let mut steps = base.map(|base| base.steps.clone()).unwrap_or_default();
        steps.extend_from_slice(path.path.definite()?);
        let whole = base.map_or_else(|| written.to_string(), |base| format!("{}{}", base.written, tail(&written)));
        if field_type(&steps).is_some() {
            return Some(Element { steps, written: whole });
        }
        let suggestion = suggestions(&steps);
        let fix = suggestion.as_ref().filter(|meant| base.is_none() && one_name_differs(&steps, meant)).map(|meant| {
            Fix::replace(
                format!("write `{meant}`"),
                path.span,
                scalar_like(path.span.of(&self.policy.source.text), meant),
            )
        });
        // Between braces of a template a path is no scalar of its own.
        let fix = fix.filter(|_| !self.in_template);
        let help = match suggestion {
            None => no_suggestion(&steps),
            Some(meant) => match base.and_then(|base| meant.strip_prefix(base.written.as_str())) {
                Some(rest) if rest.starts_with('[') => format!("did you mean `.{rest}`?"),
                Some(rest) if rest.starts_with('.') => format!("did you mean `{rest}`?"),
                _ => format!("did you mean `{meant}`?"),
            },
        };
        let message = format!("CloudTrail events have no field `{whole}`");
        self.warnings.push(
            PolicyError::warning(Code::UnknownField, &self.policy.source, message)
                .label(path.span, "no such field")
                .help(help)
                .fix(fix),
        );
        None
    }

    /// Records a literal that can never equal what CloudTrail writes at `node`.
    fn literal(&mut self, literal: &Spanned<Scalar>, node: &Element) {
        let kind = field_type(&node.steps).unwrap_or(FieldType::Unknown);
        self.warnings.extend(mismatch(kind, &node.written, literal, &self.policy.source));
    }
}

/// The name that is wrong in `asked` alone, `meant` being right: only then does the path still say the same.
fn one_name_differs(asked: &[Step], meant: &str) -> bool {
    let meant = Path::parse(meant).ok();
    let Some(meant) = meant.as_ref().and_then(Path::definite) else { return false };
    meant.len() == asked.len() && meant.iter().zip(asked).filter(|(meant, asked)| meant != asked).count() == 1
}

fn no_suggestion(steps: &[Step]) -> String {
    let above = steps.split_last().map_or(steps, |(_, above)| above);
    let holds = match field_type(above) {
        Some(FieldType::String) => "a string",
        Some(FieldType::Bool) => "a boolean",
        Some(FieldType::Number) => "a number",
        _ => return "compare it with a recorded event: names are case-sensitive".to_owned(),
    };
    format!("what stands before its last name is {holds}: nothing lies below it")
}

/// A relative path as it is joined to that of its element.
fn tail(written: &str) -> &str {
    match written.strip_prefix('.') {
        Some(rest) if rest.is_empty() || rest.starts_with('[') => rest,
        _ => written,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::parse;
    use crate::text::Source;

    /// Code and labelled text of each warning of a definition with these lines.
    fn warned(lines: &str) -> Vec<(&'static str, String)> {
        let text = format!("version: 1\ndefine:\n  d:\n    {}\n", lines.replace('\n', "\n    "));
        let policy = parse(&Source::new("p.yaml", text), &|_| Err(String::new())).unwrap();
        fields(&policy)
            .iter()
            .map(|warning| (warning.code.as_str(), warning.labels[0].span.of(&warning.source.text).to_owned()))
            .collect()
    }

    #[test]
    fn warns_of_literals_that_never_equal() {
        for (lines, literal) in [
            ("$.userIdentity.sessionContext.attributes.mfaAuthenticated: false", "false"),
            ("$.readOnly: \"true\"", "\"true\""),
            ("$.readOnly: {equals: 1}", "1"),
            ("$.eventVersion: [\"1.08\", 1.10]", "1.10"),
            ("$.eventVersion: {not: {in: [1.08]}}", "1.08"),
            ("$.resources: x", "x"),
            ("$.resources[0].accountId: 5", "5"),
            ("not: {any: [{$.userIdentity: {.arn: 5}}]}", "5"),
            ("$.userIdentity.sessionContext: {.attributes: {.mfaAuthenticated: true}}", "true"),
            ("$.readOnly: {none: \"true\"}", "\"true\""),
        ] {
            assert_eq!(warned(lines), [("policy::field-type", literal.to_owned())], "{lines}");
        }
    }

    #[test]
    fn warns_of_unknown_fields() {
        for (lines, path) in [
            ("$.eventname: 5", "$.eventname"),
            ("$.eventName.x: null", "$.eventName.x"),
            ("$.requestParameters.x: {equals: {path: $.userIdentity.username}}", "$.userIdentity.username"),
            ("$.requestParameters.x: {in: [{template: \"a/{$.accountId}\"}]}", "$.accountId"),
            ("$.requestParameters.x: {gt: {path: $.limit}}", "$.limit"),
            ("$.userIdentity: {.Type: Root}", ".Type"),
            ("$.userIdentity: {.: {.Type: Root}}", ".Type"),
        ] {
            assert_eq!(warned(lines), [("policy::unknown-field", path.to_owned())], "{lines}");
        }
    }

    #[test]
    fn is_silent_where_the_catalogue_is_not_sure() {
        for lines in [
            "$.requestParameters.x.y: 5",
            "$.responseElements.x: true",
            "$.additionalEventData.x: 5",
            "$.requestParameters.items[*]: {.name: 5}",
            "$.resources[*].arn: x",
            "$.requestParameters.policy: {json: {\".Statement[*]\": {.Effect: Allow}}}",
            "$.readOnly: false",
            "$.readOnly: null",
            "$.eventName: {contains: x, starts_with: y}",
            "$.resources: {contains: x}",
            "$.eventContext.tagContext.x: 5",
            "$.userIdentity: {not: null}",
            "$.requestParameters.x: {in: {list: l}}\nany: [{$.eventName: x}]",
        ] {
            assert_eq!(warned(lines), [], "{lines}");
        }
    }

    #[test]
    fn is_silent_about_the_bundled_policies() {
        for source in crate::policy::bundled::bundled() {
            let policy = parse(&source, &|_| Err(String::new())).unwrap();
            let warnings: Vec<_> = fields(&policy).iter().map(ToString::to_string).collect();
            assert_eq!(warnings, [""; 0], "{}", source.name);
        }
    }

    #[test]
    fn other_logs_have_other_fields() {
        let text = "version: 1\nsource: {records: $.items}\ndefine: {d: {$.eventname: 5}}\n";
        let policy = parse(&Source::new("p.yaml", text), &|_| Err(String::new())).unwrap();
        assert!(fields(&policy).is_empty());
    }
}
