//! The two things that come out of this folder: a checked query and a checked filter expression.

use super::error::PathError;
use super::model::{Logical, Reach, Segment, Selector};
use super::{logical, parse, reference, select};
use crate::json::location::{Location, Step};
use serde_json::Value;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// A checked RFC 9535 query. Two are equal when their texts are.
///
/// A clone shares what was parsed.
#[derive(Debug, Clone)]
pub struct Path(Arc<Checked>);

#[derive(Debug)]
struct Checked {
    text: String,
    segments: Vec<Segment>,
    definite: Option<Vec<Step>>,
}

/// An RFC 9535 logical expression, as stands inside `[?…]`. Two are equal when their texts are.
///
/// A clone shares what was parsed.
#[derive(Debug, Clone)]
pub struct Filter(Arc<CheckedFilter>);

#[derive(Debug)]
struct CheckedFilter {
    text: String,
    logical: Logical,
}

impl Path {
    /// Checks `text`, which begins with `$`.
    ///
    /// By the letter of RFC 9535, and stricter in three things: a literal pattern of `match` or `search` has to be a regular
    /// expression, a number literal has to fit an f64, and filters, parentheses and calls nest at most 64 levels deep.
    ///
    /// # Errors
    /// The first place where it is no valid query.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        let segments = parse::path(text)?.segments;
        let definite = segments.iter().map(definite_step).collect();
        Ok(Self(Arc::new(Checked { text: text.to_owned(), segments, definite })))
    }

    /// The text it was parsed from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The steps, where the query can select at most one node and uses names and indices from 0 only.
    #[must_use]
    pub fn definite(&self) -> Option<&[Step]> {
        self.0.definite.as_deref()
    }

    /// The steps before the first segment that is not one name or one index from 0: every node it selects lies below them.
    #[must_use]
    pub fn prefix(&self) -> Vec<Step> {
        self.0.segments.iter().map_while(definite_step).collect()
    }

    /// The places of the nodes that it can select, in their order, where it picks them by names and indices from 0 only and they
    /// are no more than `most`: `$['a','b'].c` can select `$.a.c` and `$.b.c`.
    #[must_use]
    pub fn choices(&self, most: usize) -> Option<Vec<Vec<Step>>> {
        self.0.segments.iter().try_fold(vec![Vec::new()], |ways, segment| {
            let steps: Option<Vec<Step>> = segment.selectors.iter().map(definite_selector).collect();
            let steps = steps.filter(|steps| segment.reach == Reach::Child && ways.len() * steps.len() <= most)?;
            Some(
                ways.iter()
                    .flat_map(|way| steps.iter().map(|step| [way.as_slice(), std::slice::from_ref(step)].concat()))
                    .collect(),
            )
        })
    }

    /// Whether a filter is among its selectors: only then can what it selects depend on more than what lies below [`Path::prefix`].
    #[must_use]
    pub fn has_filter(&self) -> bool {
        self.0
            .segments
            .iter()
            .flat_map(|segment| &segment.selectors)
            .any(|selector| matches!(selector, Selector::Filter(_)))
    }

    /// The nodes it selects below [`Path::prefix`], where `value` is what lies there; for a path without a
    /// [filter](Path::has_filter).
    #[must_use]
    pub fn select_below<'v>(&self, value: &'v Value) -> Vec<&'v Value> {
        let below = self.0.segments.get(self.prefix().len()..).unwrap_or_default();
        select::nodes(below, value, ((), value)).into_iter().map(|((), node)| node).collect()
    }

    /// Whether it can select at most one node (RFC 9535 §2.3.5.1 singular query; `$.a[-1]` is one).
    #[must_use]
    pub fn is_singular(&self) -> bool {
        self.0.segments.iter().all(Segment::is_singular)
    }

    /// The nodes it selects in `root`, with their places, in the order of RFC 9535.
    ///
    /// A node selected twice (`$[0, 0]`) stands there twice. Members of an object come in the order of its map.
    #[must_use]
    pub fn select<'v>(&self, root: &'v Value) -> Vec<(Location, &'v Value)> {
        select::nodes(&self.0.segments, root, (Location::default(), root))
    }

    /// As [`Self::select`], asked of the crate `jsonpath-rust`: for the slow reference evaluator and for tests.
    ///
    /// Where the two differ and why stands in `tests/jsonpath.rs`. One query per selector and node, so slow.
    #[must_use]
    pub fn select_reference<'v>(&self, root: &'v Value) -> Vec<(Location, &'v Value)> {
        reference::nodes(&self.0.segments, root)
    }
}

/// The step of a segment that is one name or one index from 0.
fn definite_step(segment: &Segment) -> Option<Step> {
    match (segment.reach, segment.selectors.as_slice()) {
        (Reach::Child, [selector]) => definite_selector(selector),
        _ => None,
    }
}

fn definite_selector(selector: &Selector) -> Option<Step> {
    match selector {
        Selector::Name(name) => Some(Step::Name(name.clone())),
        Selector::Index(index) => usize::try_from(*index).ok().map(Step::Index),
        _ => None,
    }
}

impl Filter {
    /// Checks `text`, a logical expression such as `@.a == @.b && !@.c`. As strict as [`Path::parse`].
    ///
    /// # Errors
    /// The first place where it is no valid expression.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        Ok(Self(Arc::new(CheckedFilter { text: text.to_owned(), logical: logical::filter(text)? })))
    }

    /// The text it was parsed from.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Whether it holds with `@` being `current` and `$` being `root`.
    #[must_use]
    pub fn holds(&self, root: &Value, current: &Value) -> bool {
        select::holds(&self.0.logical, root, current)
    }

    /// As [`Self::holds`], asked of the crate `jsonpath-rust`: for the slow reference evaluator and for tests. Copies `current`.
    #[must_use]
    pub fn holds_reference(&self, root: &Value, current: &Value) -> bool {
        reference::holds(&self.0.logical, root, current)
    }
}

impl PartialEq for Path {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for Path {}

impl Hash for Path {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.text.hash(state);
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text
    }
}

impl Eq for Filter {}

impl Hash for Filter {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.text.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn knows_what_is_definite_and_what_is_singular() {
        let kind = |text: &str| {
            let path = Path::parse(text).unwrap();
            (path.definite().map(|steps| Location(steps.to_vec()).to_string()), path.is_singular())
        };
        assert_eq!(kind("$"), (Some("$".to_owned()), true));
        assert_eq!(kind("$.a [0] ['b\\'']"), (Some("$['a'][0]['b\\'']".to_owned()), true));
        assert_eq!(kind("$.a[-1]"), (None, true));
        for many in ["$..a", "$.*", "$[0,1]", "$['a','a']", "$[0:1]", "$[?@]"] {
            assert_eq!(kind(many), (None, false), "{many}");
        }
    }

    #[test]
    fn choices_and_what_lies_below_the_prefix_are_what_is_selected() {
        let root = json!({"a": {"b": [1, 2, {"c": 3}], "x": 4, "y": {"c": 5}}, "d": [{"c": 6}, {"c": [7]}]});
        for text in [
            "$.a['x','y','no']",
            "$['a','d'][0,'b'].c",
            "$.a.b[*]",
            "$.d[*].c",
            "$.a..c",
            "$.a.b[-1].c",
            "$.a['x','x']",
            "$.d[1:]",
        ] {
            let path = Path::parse(text).unwrap();
            let wanted: Vec<&Value> = path.select(&root).into_iter().map(|(_, node)| node).collect();
            let at = |steps: &[Step]| {
                steps.iter().try_fold(&root, |node, step| match step {
                    Step::Name(name) => node.get(name),
                    Step::Index(index) => node.get(index),
                })
            };
            assert!(!path.has_filter());
            assert_eq!(at(&path.prefix()).map(|below| path.select_below(below)), Some(wanted.clone()), "{text}");
            match path.choices(4) {
                Some(choices) => assert_eq!(choices.iter().filter_map(|way| at(way)).collect::<Vec<_>>(), wanted),
                None => assert!(text.contains(['*', '.', '-', ':']), "{text}"),
            }
        }
        assert_eq!(Path::parse("$['a','b','c']").unwrap().choices(2), None);
        assert!(Path::parse("$.a[?@.b == $.c]").unwrap().has_filter());
    }

    #[test]
    fn paths_and_filters_are_equal_when_their_texts_are() {
        assert_eq!(Path::parse("$.a").unwrap(), Path::parse("$.a").unwrap());
        assert_ne!(Path::parse("$.a").unwrap(), Path::parse("$['a']").unwrap());
        assert_eq!(Filter::parse("@").unwrap(), Filter::parse("@").unwrap());
    }

    #[test]
    fn a_filter_sees_its_root_and_its_node() {
        let root = json!({"owner": "alice", "items": [{"by": "alice"}, {"by": "bob"}]});
        let filter = Filter::parse("@.by == $.owner").unwrap();
        for evaluate in [Filter::holds, Filter::holds_reference] {
            assert!(evaluate(&filter, &root, &root["items"][0]));
            assert!(!evaluate(&filter, &root, &root["items"][1]));
            assert!(!evaluate(&filter, &root, &json!("alice")));
        }
    }

    #[test]
    fn numbers_compare_as_numbers() {
        let holds = |text: &str| {
            Filter::parse(text)
                .unwrap()
                .holds(&json!({"a": [1, {"b": 2.0}], "b": [1.0, {"b": 2}]}), &json!(9007199254740993_u64))
        };
        assert!(holds("1 == 1.0 && 1e2 == 100 && -0 == 0 && 0.1 < 1"));
        assert!(holds("$.a == $.b"));
        assert!(holds("@ != 9007199254740992 && @ > 9007199254740992"));
        assert!(!holds("0 == 1e-300"));
    }

    /// An author may use what the crate `regex` has beyond RFC 9485; the dot stays as the RFC has it.
    #[test]
    fn patterns_are_read_as_rust_regexes() {
        let matches = |pattern: &str, text: &str| {
            let root = json!({"text": text, "pattern": pattern});
            ["match", "search"].map(|function| {
                let read = Filter::parse(&format!("{function}($.text, $.pattern)")).unwrap();
                let holds = read.holds(&root, &root);
                if let Ok(fixed) = Filter::parse(&format!("{function}($.text, '{}')", pattern.replace('\\', "\\\\"))) {
                    assert_eq!(fixed.holds(&root, &root), holds, "{pattern}");
                }
                holds
            })
        };
        assert_eq!(matches("a|b", "ab"), [false, true]);
        assert_eq!(matches(r"\d+", "a1"), [false, true]);
        assert_eq!(matches("a.b", "a\rb"), [false, false]);
        assert_eq!(matches("a[^x]b", "a\rb"), [true, true]);
        assert_eq!(matches("a", "a\n"), [false, true]);
        assert_eq!(matches("a)(b", "ab"), [false, false]);
        assert_eq!(matches("(", "("), [false, false]);
    }

    #[test]
    fn nesting_is_bounded() {
        let nested = |open: &str, inner: &str, close: &str, levels: usize| {
            format!("{}{inner}{}", open.repeat(levels), close.repeat(levels))
        };
        for (open, inner, close) in [("(", "@", ")"), ("@[?", "@", "]"), ("!(", "@", ")")] {
            let deepest = Filter::parse(&nested(open, inner, close, 64)).unwrap();
            let document = json!([[[1]]]);
            let _ = (deepest.holds(&document, &document), deepest.holds_reference(&document, &document));
            for levels in [65, 100_000] {
                let error = Filter::parse(&nested(open, inner, close, levels)).unwrap_err();
                assert_eq!(error.message, "nested deeper than 64 levels");
                assert_eq!(error.offset, open.len() * 65 - 1 - usize::from(open == "@[?"));
            }
        }
        let error = Filter::parse(&"length(".repeat(100_000)).unwrap_err();
        assert_eq!((error.offset, error.message.as_str()), (64 * 7 + 6, "nested deeper than 64 levels"));
        assert!(Path::parse(&format!("${}", ".a".repeat(100_000))).unwrap().definite().is_some());
        assert!(Filter::parse(&"!".repeat(100_000)).is_err());
        assert!(Filter::parse(&format!("@{}", " && @".repeat(100_000))).is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn an_error_names_a_place_in_the_text(text in "[$@.\\[\\]?()'\"ab01:,*!=<>&| \\\\u\n\u{1}é-]{0,20}") {
            for text in [format!("${text}"), format!("$[?@{text}]"), text] {
                let errors = [Path::parse(&text).err(), Filter::parse(&text).err()];
                for error in errors.into_iter().flatten() {
                    prop_assert!(text.get(error.offset..error.offset + error.len).is_some(), "{:?} {:?}", text, error);
                    prop_assert!(error.len > 0 || error.offset == text.len(), "{:?} {:?}", text, error);
                }
            }
        }

        #[test]
        fn a_normalized_path_finds_its_node(names in prop::collection::vec(any::<String>(), 1..4)) {
            let document = names.iter().rev().fold(json!(1), |inner, name| json!({name.as_str(): [inner]}));
            let steps = names.iter().flat_map(|name| [Step::Name(name.clone()), Step::Index(0)]).collect();
            let place = Location(steps);
            let path = Path::parse(&place.to_string()).unwrap();
            prop_assert_eq!(path.definite(), Some(place.0.as_slice()));
            let leaf = json!(1);
            prop_assert_eq!(path.select(&document), vec![(place.clone(), &leaf)]);
            prop_assert_eq!(path.select_reference(&document), vec![(place, &leaf)]);
        }
    }
}
