//! Walks the conditions of a policy with what is known of the service and the event at each place, and asks the service catalogue
//! about the event sources, event names and fields that stand there.

use crate::compile::lint::context::Context;
use crate::compile::lint::literal::mismatch;
use crate::compile::lint::{event, field};
use crate::event::catalog::FieldType;
use crate::json::{Path, Step};
use crate::policy::error::PolicyError;
use crate::policy::model::{Condition, PathCondition, PathRef, PathRoot, Policy, Rule, TemplatePart};
use crate::policy::operator::{
    Case, ListTest, NodeTest, NumberOperand, Operator, OperatorKind, TimeOperand, Value, Values,
};
use crate::policy::{Obligation, PolicyIndex, PolicySet};

/// The warnings about services, events and their fields in `policy`, which is about CloudTrail events.
pub(super) fn services(set: &PolicySet, home: PolicyIndex, policy: &Policy) -> Vec<PolicyError> {
    let mut check = Check { set, home, policy, found: Vec::new() };
    for define in policy.defines.values() {
        check.condition(&define.condition, &Context::default(), None);
    }
    policy.rules.iter().for_each(|rule| check.rule(rule));
    for condition in policy.waivers.iter().flatten().filter_map(|waiver| waiver.condition.as_ref()) {
        check.condition(condition, &Context::default(), None);
    }
    check.found
}

struct Check<'s> {
    set: &'s PolicySet,
    home: PolicyIndex,
    policy: &'s Policy,
    found: Vec<PolicyError>,
}

/// Where a path leads: its steps from the event, and what is recorded there.
struct Node {
    steps: Vec<Step>,
    kind: FieldType,
}

impl Check<'_> {
    fn rule(&mut self, rule: &Rule) {
        let any = Context::default();
        let population = rule.when.as_ref().map_or_else(Context::default, |when| self.narrowed(&any, when));
        if let Some(when) = &rule.when {
            self.condition(when, &any, None);
        }
        let mut violation = population.clone();
        match &rule.obligation {
            Obligation::Forbid(condition) => {
                self.condition(condition, &population, None);
                violation = self.narrowed(&population, condition);
            }
            Obligation::Require(condition) => self.condition(condition, &population, None),
            Obligation::FollowedBy(follow) | Obligation::PrecededBy(follow) => {
                self.condition(&follow.event, &any, None)
            }
            Obligation::Sequence(sequence) => {
                sequence.steps.iter().for_each(|step| self.condition(&step.event, &any, None));
            }
            Obligation::Threshold(_) | Obligation::FirstSeen(_) => {}
        }
        for exception in &rule.exceptions {
            self.condition(&exception.condition, &violation, None);
        }
        for part in rule.message.iter().flat_map(|message| &message.parts) {
            if let TemplatePart::Path(path) = part {
                self.path(path, &violation, None);
            }
        }
    }

    fn narrowed(&self, context: &Context, condition: &Condition) -> Context {
        context.narrowed(self.set, self.home, condition)
    }

    fn condition(&mut self, condition: &Condition, outer: &Context, element: Option<&[Step]>) {
        let context = self.narrowed(outer, condition);
        match condition {
            Condition::All(parts) => parts.iter().for_each(|part| self.condition(part, &context, element)),
            Condition::Any(parts) => parts.iter().for_each(|part| self.condition(part, outer, element)),
            Condition::Not(inner) => self.condition(inner, outer, element),
            Condition::Use(_) | Condition::Where(_) => {}
            Condition::Path(path) => self.path_condition(path, outer, element),
        }
    }

    fn path_condition(&mut self, condition: &PathCondition, context: &Context, element: Option<&[Step]>) {
        let node = self.path(&condition.path, context, element);
        for test in &condition.tests {
            match test {
                ListTest::Default(test) | ListTest::Some(test) | ListTest::Every(test) | ListTest::None(test) => {
                    self.node_test(test, node.as_ref(), context, element);
                }
                ListTest::Count(_) | ListTest::Distinct(_) => {}
            }
        }
    }

    /// `node` is what the test is asked of, `element` what relative paths in its operands start from.
    fn node_test(&mut self, test: &NodeTest, node: Option<&Node>, context: &Context, element: Option<&[Step]>) {
        match test {
            NodeTest::Element(inner) => match node {
                Some(node) => self.condition(inner, context, Some(&node.steps)),
                None => self.condition(inner, context, None),
            },
            NodeTest::Operators(operators) => {
                operators.iter().for_each(|operator| self.operator(operator, node, context, element));
            }
        }
    }

    fn operator(&mut self, operator: &Operator, node: Option<&Node>, context: &Context, element: Option<&[Step]>) {
        match &operator.kind {
            OperatorKind::Equals(value, case) => {
                self.compared(std::slice::from_ref(value), *case, node, context, element)
            }
            OperatorKind::In(Values::Items(items), case) => self.compared(items, *case, node, context, element),
            OperatorKind::Text(_, Values::Items(items), _) => {
                items.iter().for_each(|item| self.operand(item, context, element));
            }
            OperatorKind::Compare(_, NumberOperand::Path(path)) | OperatorKind::Time(_, TimeOperand::Path(path)) => {
                self.path(path, context, element);
            }
            OperatorKind::Not(inner) => self.node_test(inner, node, context, element),
            OperatorKind::Json(inner) => self.condition(inner, context, None),
            _ => {}
        }
    }

    fn compared(
        &mut self,
        values: &[Value],
        case: Case,
        node: Option<&Node>,
        context: &Context,
        element: Option<&[Step]>,
    ) {
        values.iter().for_each(|value| self.operand(value, context, element));
        let Some(node) = node else { return };
        if case == Case::Sensitive {
            self.found.extend(match node.steps.as_slice() {
                [Step::Name(name)] if name == "eventSource" => event::sources(&self.policy.source, values),
                [Step::Name(name)] if name == "eventName" => event::names(&self.policy.source, values, context),
                _ => Vec::new(),
            });
        }
        // The fields beside request and response are those of every event, and `fields` asks about them.
        if let [Step::Name(part), ..] = node.steps.as_slice()
            && (part == "requestParameters" || part == "responseElements")
        {
            let written = field::written(&node.steps);
            for value in values {
                if let Value::Literal(literal) = value {
                    self.found.extend(mismatch(node.kind, &written, literal, &self.policy.source));
                }
            }
        }
    }

    fn operand(&mut self, value: &Value, context: &Context, element: Option<&[Step]>) {
        match value {
            Value::Literal(_) => {}
            Value::Path(path) => {
                self.path(path, context, element);
            }
            Value::Template(template) => {
                for part in &template.parts {
                    if let TemplatePart::Path(path) = part {
                        self.path(path, context, element);
                    }
                }
            }
        }
    }

    /// Where `path` leads, where that is known; a field that the event does not have is recorded.
    fn path(&mut self, path: &PathRef, context: &Context, element: Option<&[Step]>) -> Option<Node> {
        let mut steps = match path.root {
            PathRoot::Event => Vec::new(),
            PathRoot::Element => element?.to_vec(),
        };
        steps.extend(steps_of(path)?);
        match field::ask(&steps, context) {
            field::Answer::Field(kind) => Some(Node { steps, kind }),
            field::Answer::Missing(missing) => {
                self.found.push(missing.warning(path, &steps, &self.policy.source));
                None
            }
        }
    }
}

/// The steps of a path; any element of an array stands for each of them.
fn steps_of(path: &PathRef) -> Option<Vec<Step>> {
    match path.path.definite() {
        Some(steps) => Some(steps.to_vec()),
        None => Path::parse(&path.path.text().replace("[*]", "[0]")).ok()?.definite().map(<[Step]>::to_vec),
    }
}
