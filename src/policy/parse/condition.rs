//! Conditions: maps whose keys are paths or keywords.

use crate::json::path::{Filter, Path, PathError};
use crate::policy::error::{Code, Level, PolicyError};
use crate::policy::keywords::{CONDITION, OPERATORS, QUANTIFIERS};
use crate::policy::model::{Condition, PathCondition, PathRef, PathRoot, Spanned};
use crate::policy::node::{Entry, Node, NodeKind, YamlScalar};
use crate::policy::operator::{Case, ListTest, NodeTest};
use crate::policy::parse::lower::{Lower, Scope};
use crate::policy::parse::slip::meant_path;
use crate::text::Span;

impl Lower<'_> {
    /// A condition: a map, not empty. Where there is none, an error says why.
    pub fn condition(&mut self, node: &Node, scope: Scope) -> Option<Condition> {
        let before = self.errors.len();
        let condition = self.map_condition(node, scope);
        let told = self.errors.iter().skip(before).any(|error| error.level == Level::Error);
        if condition.is_none() && !told {
            // A condition that is lost without a word would make a rule speak of every event.
            let message = "this condition cannot be read";
            self.error(Code::WrongType, node.span, message, "here", "write it as `docs/dsl.md` says");
        }
        condition
    }

    fn map_condition(&mut self, node: &Node, scope: Scope) -> Option<Condition> {
        let NodeKind::Mapping(entries) = &node.kind else {
            let help = match node.kind {
                NodeKind::Sequence(_) => "to say that all of a list must hold write `all:`, for one of them `any:`",
                _ => "write paths with what they must be: `$.eventName: StopLogging`",
            };
            self.wrong_type(node, "a condition", "a map", help);
            return None;
        };
        if entries.is_empty() {
            self.error(
                Code::EmptyCondition,
                node.span,
                "empty condition",
                "this would hold for every event",
                "say something about the event, or leave the key out",
            );
            return None;
        }
        self.entries(entries.iter(), scope)
    }

    /// The entries of a map as one condition.
    fn entries<'n>(&mut self, entries: impl Iterator<Item = &'n Entry>, scope: Scope) -> Option<Condition> {
        let mut parts = Vec::new();
        let mut complete = true;
        for entry in entries {
            match self.condition_entry(entry, scope) {
                Some(part) => parts.push(part),
                None => complete = false,
            }
        }
        if !complete {
            return None;
        }
        if parts.len() == 1 { parts.pop() } else { Some(Condition::All(parts)) }
    }

    fn condition_entry(&mut self, entry: &Entry, scope: Scope) -> Option<Condition> {
        if entry.key.starts_with(['$', '.']) {
            return self.path_condition(entry, scope);
        }
        match entry.key.as_str() {
            key if !CONDITION.contains(&key) => {
                self.unknown_condition_key(entry, scope);
                None
            }
            "all" => self.conditions(&entry.value, "all", scope).map(Condition::All),
            "any" => self.conditions(&entry.value, "any", scope).map(Condition::Any),
            "not" => self.condition(&entry.value, scope).map(|inner| Condition::Not(Box::new(inner))),
            "use" => self.uses(&entry.value),
            "where" => self.wheres(&entry.value),
            _ => {
                self.unknown_condition_key(entry, scope);
                None
            }
        }
    }

    fn conditions(&mut self, node: &Node, keyword: &str, scope: Scope) -> Option<Vec<Condition>> {
        let NodeKind::Sequence(items) = &node.kind else {
            self.wrong_type(
                node,
                &format!("`{keyword}`"),
                "a list of conditions",
                format!("write `{keyword}:` and below it one `- ` for each condition"),
            );
            return None;
        };
        if items.is_empty() {
            self.error(
                Code::EmptyCondition,
                node.span,
                format!("`{keyword}` is empty"),
                "nothing here",
                "list at least one condition",
            );
            return None;
        }
        let lowered: Vec<_> = items.iter().filter_map(|item| self.condition(item, scope)).collect();
        (lowered.len() == items.len()).then_some(lowered)
    }

    fn uses(&mut self, node: &Node) -> Option<Condition> {
        let items = self.items(node, "`use`")?;
        let mut parts = Vec::new();
        for item in items {
            let name = self.words(item, "a name in `use`")?;
            parts.push(Condition::Use(Spanned::new(name, item.span)));
        }
        if parts.len() == 1 { parts.pop() } else { Some(Condition::All(parts)) }
    }

    fn wheres(&mut self, node: &Node) -> Option<Condition> {
        let items = self.items(node, "`where`")?;
        let mut parts = Vec::new();
        for item in items {
            let Some(scalar) = item.scalar() else {
                self.wrong_type(item, "`where`", "an expression in quotes", "such as `where: \"@.a == @.b\"`");
                return None;
            };
            self.words(item, "`where`")?;
            match Filter::parse(&scalar.text) {
                Ok(filter) => parts.push(Condition::Where(Spanned::new(filter, item.span))),
                Err(error) => {
                    self.path_error(Code::WhereExpression, "expression", scalar, item.span, 0, error);
                    return None;
                }
            }
        }
        if parts.len() == 1 { parts.pop() } else { Some(Condition::All(parts)) }
    }

    fn path_condition(&mut self, entry: &Entry, scope: Scope) -> Option<Condition> {
        let scalar = YamlScalar {
            text: entry.key.clone(),
            style: entry.key_style,
            value: crate::policy::node::YamlValue::String,
        };
        let path = self.path(&scalar, entry.key_span, scope);
        // The tests are read even where the path is wrong, so that their own errors are told in the same run.
        let many = path.as_ref().is_some_and(|path| !path.path.is_singular());
        let inner = scope;
        let tests = self.list_tests(entry, many, inner);
        Some(Condition::Path(PathCondition { path: path?, tests: tests? }))
    }

    /// A path, from the event (`$…`) or the current element (`.…`).
    pub fn path(&mut self, scalar: &YamlScalar, span: Span, scope: Scope) -> Option<PathRef> {
        let written = scalar.text.as_str();
        let (root, query, shift) = if written == "." {
            (PathRoot::Element, "$".to_owned(), 0)
        } else if let Some(rest) = written.strip_prefix('.').filter(|rest| rest.starts_with('[')) {
            (PathRoot::Element, format!("${rest}"), 0)
        } else if written.starts_with('.') {
            (PathRoot::Element, format!("${written}"), 1)
        } else if written.starts_with('$') {
            (PathRoot::Event, written.to_owned(), 0)
        } else {
            let meant = meant_path(written);
            let help = if scope == Scope::Event {
                format!("did you mean `${meant}`?")
            } else {
                format!("did you mean `${meant}` or `{meant}`?")
            };
            self.error(Code::Path, span, format!("`{written}` is not a path"), "a path begins with `$`", help);
            return None;
        };
        if root == PathRoot::Element && scope == Scope::Event {
            self.error(
                Code::NoElement,
                span,
                format!("`{written}` is a path from the current array element, and there is none here"),
                "no current element",
                format!("from the event it is `{}`; `.paths` stand under a path that yields elements, such as `$.resources[*]:`", query),
            );
            return None;
        }
        match Path::parse(&query) {
            Ok(path) => Some(PathRef { root, path, span }),
            Err(error) => {
                self.path_error(Code::Path, "path", scalar, span, shift, error);
                None
            }
        }
    }

    fn path_error(&mut self, code: Code, what: &str, scalar: &YamlScalar, span: Span, shift: usize, error: PathError) {
        let offset = error.offset.saturating_sub(shift);
        let column = scalar.text.get(..offset).map_or(0, |before| before.chars().count()) + 1;
        let place = self.inside(scalar, span, offset, error.len);
        let diagnostic =
            PolicyError::new(code, self.source, format!("invalid {what} `{}`: {}", scalar.text, error.message))
                .label(place, format!("column {column} of the {what}"));
        let help = error.help.unwrap_or_else(|| match code {
            Code::WhereExpression => "expressions are those of RFC 9535, such as `@.a == 'x' && !@.b`".to_owned(),
            _ => "paths are those of RFC 9535, such as `$.a.b[0]`, `$.a[*].b`, `$['odd key']`".to_owned(),
        });
        let is_relative = code == Code::Path && scalar.text.starts_with('.');
        let help = if is_relative { help.replace("`$.", "`.").replace("`$[", "`.[") } else { help };
        self.errors.push(diagnostic.help(help));
    }

    /// What is asked of the nodes of a path. `many`: whether it can yield more than one.
    fn list_tests(&mut self, entry: &Entry, many: bool, scope: Scope) -> Option<Vec<ListTest>> {
        let node = &entry.value;
        let NodeKind::Mapping(entries) = &node.kind else {
            return self.node_test(node, scope, Case::Sensitive).map(|test| vec![ListTest::Default(test)]);
        };
        let mut tests = Vec::new();
        let mut complete = true;
        for entry in entries.iter().filter(|entry| QUANTIFIERS.contains(&entry.key.as_str())) {
            match self.quantifier(entry, many, scope) {
                Some(test) => tests.push(test),
                None => complete = false,
            }
        }
        let rest: Vec<Entry> =
            entries.iter().filter(|entry| !QUANTIFIERS.contains(&entry.key.as_str())).cloned().collect();
        if !rest.is_empty() || entries.is_empty() {
            // In a condition on the element `not` speaks of that one element.
            if many
                && !rest.iter().any(is_element)
                && let Some(not) = rest.iter().find(|entry| entry.key == "not")
            {
                let path = &entry.key;
                self.error(
                    Code::NotOverMany,
                    not.key_span,
                    format!("`not` is ambiguous: `{path}` can yield many nodes"),
                    "of some node, or of none?",
                    "write `none: …` where no node may pass, or `some: {not: …}` where at least one must fail",
                );
                complete = false;
            } else {
                let rest = Node { kind: NodeKind::Mapping(rest), span: node.span };
                match self.node_test(&rest, scope, Case::Sensitive) {
                    Some(test) => tests.push(ListTest::Default(test)),
                    None => complete = false,
                }
            }
        }
        complete.then_some(tests)
    }

    fn quantifier(&mut self, entry: &Entry, many: bool, scope: Scope) -> Option<ListTest> {
        if !many && matches!(entry.key.as_str(), "count" | "distinct") {
            self.error(
                Code::CountOverOne,
                entry.key_span,
                format!("`{}` asks about a list of nodes, and this path yields at most one", entry.key),
                "at most one node",
                "count the elements of an array with a path such as `$.items[*]`, or ask for its `length`",
            );
            return None;
        }
        match entry.key.as_str() {
            "some" => self.node_test(&entry.value, scope, Case::Sensitive).map(ListTest::Some),
            "every" => self.node_test(&entry.value, scope, Case::Sensitive).map(ListTest::Every),
            "none" => self.node_test(&entry.value, scope, Case::Sensitive).map(ListTest::None),
            "count" => self.number_test(&entry.value, "`count`").map(ListTest::Count),
            _ => self.number_test(&entry.value, "`distinct`").map(ListTest::Distinct),
        }
    }

    /// What is asked of one node: a scalar, a list, a map of operators, or a map that is an element condition.
    pub fn node_test(&mut self, node: &Node, scope: Scope, case: Case) -> Option<NodeTest> {
        let NodeKind::Mapping(entries) = &node.kind else {
            return self.plain_test(node, case);
        };
        if entries.is_empty() {
            self.error(
                Code::EmptyCondition,
                node.span,
                "empty test",
                "this says nothing about the value",
                "write a value, or an operator such as `{exists: true}`",
            );
            return None;
        }
        let Some(first_element) = entries.iter().find(|entry| is_element(entry)) else {
            return self.operators(entries, node.span, scope, case);
        };
        if let Some(operator) = entries.iter().find(|entry| !is_element(entry) && entry.key != "not") {
            if OPERATORS.contains(&operator.key.as_str()) {
                self.errors.push(
                    PolicyError::new(
                        Code::MixedTest,
                        self.source,
                        "operators and a condition on the element in one map",
                    )
                    .label(operator.key_span, "an operator on the node itself")
                    .label(first_element.key_span, "a condition on the element")
                    .help(format!("write the operator under the element's own path: `.: {{{}: …}}`", operator.key)),
                );
            } else {
                self.unknown_condition_key(operator, Scope::Element);
            }
            return None;
        }
        self.entries(entries.iter(), Scope::Element).map(|condition| NodeTest::Element(Box::new(condition)))
    }
}

/// Whether a map with this entry is a condition on the element, and none of operators.
fn is_element(entry: &Entry) -> bool {
    entry.key.starts_with(['$', '.']) || matches!(entry.key.as_str(), "all" | "any" | "use" | "where")
}
