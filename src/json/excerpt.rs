//! A record made short enough to read: its JSON text and the places that matter in, a re-indented excerpt out.
//!
//! A log record is one line of up to megabytes. The excerpt shows the way to each place, counts what it leaves out
//! (`… 7 more`), and says where each marked value stands in it. Works on the record's text with `json::scan`; [`locate`]
//! answers for positions in the record itself.
//!
//! [`locate`]: crate::json::locate::locate

use std::fmt::Write;

use crate::json::locate::{key_is, same_key};
use crate::json::location::{Location, Step};
use crate::json::scan::{self, Elements, JsonError, Members, StringSpan};
use crate::json::shorten::shorten;
use crate::text::Span;

/// Steps of a place that are followed; a place that lies deeper is shown as its ancestor there.
const STEPS_LIMIT: usize = 32;
/// Levels that are indented; deeper ones stand under the last of them.
const INDENT_LIMIT: usize = 20;
/// Characters of a key that are shown.
const KEY_LIMIT: usize = 60;
/// Bounds of the characters that are shown of a string or a number.
const SCALAR_LIMITS: (usize, usize) = (24, 100);

/// A shortened, re-indented record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The excerpt: lines without a line feed behind the last. Has no raw control character and none that reorders text:
    /// each is a JSON escape, so that a value shown whole is still JSON.
    pub text: String,
    /// Where in `text` the value of each mark stands; `None` where the record has no such node.
    pub spans: Vec<Option<Span>>,
    /// For each mark, the node nearest to it that the record has.
    pub nearest: Vec<Nearest>,
}

/// The last node on the way to a mark that the record has: the mark itself, or what the missing step would lead out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Nearest {
    /// Steps of the mark's place that lead there.
    pub steps: usize,
    /// The opening bracket of an array or object, or a whole scalar, in the excerpt's text.
    pub span: Span,
}

/// How much an excerpt shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExcerptOptions {
    /// Columns that a line should not pass; strings are cut to fit, to between 24 and 100 characters.
    pub width: usize,
    /// Members shown of a marked array or object; its others are counted.
    pub members: usize,
    /// Levels shown of a marked array or object.
    pub depth: usize,
}

impl Default for ExcerptOptions {
    fn default() -> Self {
        Self { width: 100, members: 4, depth: 2 }
    }
}

/// The part of `record` that shows `marks` and `keep`.
///
/// Members on the way to a place in `marks` or `keep` are shown, and the values of `marks` themselves, arrays and objects shortened.
/// Each run of other members is one line such as `… 7 more`; an array or object with nothing to show in it is `{ … 7 more }`.
/// With duplicate keys only the last is shown and marked. Long strings are cut in the middle.
///
/// Reads `record` once, whatever its size; what it returns grows with the number of places and their depth only.
/// A `record` that is no JSON is shown as its first characters, without spans.
#[must_use]
pub fn excerpt(record: &str, marks: &[&Location], keep: &[&Location], options: ExcerptOptions) -> Excerpt {
    let mut root = Way::default();
    for (mark, location) in marks.iter().enumerate() {
        root.add(location, Some(mark));
    }
    for location in keep {
        root.add(location, None);
    }
    let text = record.as_bytes();
    let mut page = Page {
        record,
        options,
        out: String::new(),
        spans: vec![None; marks.len()],
        nearest: vec![Nearest::default(); marks.len()],
    };
    let reader = Reader { text, options };
    match reader.node(scan::skip_space(text, 0), 0, Some(&root), 0) {
        Ok((node, _)) => page.node(&node, 0),
        Err(_) => page.out.push_str(&shorten(record.trim(), options.width)),
    }
    Excerpt { text: page.out, spans: page.spans, nearest: page.nearest }
}

/// The places to show, as a tree of steps.
#[derive(Debug, Default)]
struct Way<'l> {
    steps: Vec<(&'l Step, Way<'l>)>,
    /// Marks whose place this is.
    marks: Vec<usize>,
    /// Marks whose place this is or lies under this.
    through: Vec<usize>,
}

impl<'l> Way<'l> {
    fn add(&mut self, location: &'l Location, mark: Option<usize>) {
        self.through.extend(mark);
        let mut way = self;
        for step in location.0.iter().take(STEPS_LIMIT) {
            way = way.child(step);
            way.through.extend(mark);
        }
        way.marks.extend(mark);
    }

    fn child(&mut self, step: &'l Step) -> &mut Self {
        let place = match self.steps.iter().position(|(known, _)| *known == step) {
            Some(place) => place,
            None => {
                self.steps.push((step, Self::default()));
                self.steps.len() - 1
            }
        };
        #[expect(clippy::indexing_slicing, reason = "`place` was found in, or is the last of, `steps`")]
        &mut self.steps[place].1
    }

    fn member(&self, text: &[u8], key: StringSpan) -> Option<&Self> {
        self.steps
            .iter()
            .find(|(step, _)| matches!(step, Step::Name(name) if key_is(text, key, name)))
            .map(|(_, way)| way)
    }

    fn element(&self, place: usize) -> Option<&Self> {
        self.steps.iter().find(|(step, _)| matches!(step, Step::Index(index) if *index == place)).map(|(_, way)| way)
    }
}

/// A node of the record and what is shown of it.
struct Node<'w> {
    way: Option<&'w Way<'w>>,
    shown: Shown<'w>,
}

enum Shown<'w> {
    /// The value at this place of the record.
    Scalar(Span),
    Container {
        brackets: [&'static str; 2],
        entries: Vec<Entry<'w>>,
        left_out: usize,
    },
}

struct Entry<'w> {
    key: Option<StringSpan>,
    /// Members left out before it.
    before: usize,
    node: Node<'w>,
}

impl Entry<'_> {
    /// Whether its array or object may stand on one line: nothing in it is marked, nested or out of order.
    fn fits_a_line(&self) -> bool {
        self.before == 0 && self.node.way.is_none() && matches!(self.node.shown, Shown::Scalar(_))
    }
}

/// Reads a record into the nodes to show.
#[derive(Clone, Copy)]
struct Reader<'t> {
    text: &'t [u8],
    options: ExcerptOptions,
}

impl Reader<'_> {
    /// The node at `at` and where it ends. `preview` is how many levels are shown that lie on no way.
    fn node<'w>(
        self,
        at: usize,
        depth: usize,
        way: Option<&'w Way<'w>>,
        preview: usize,
    ) -> Result<(Node<'w>, usize), JsonError> {
        let preview = if way.is_some_and(|way| !way.marks.is_empty()) { self.options.depth } else { preview };
        let (shown, end) = match self.text.get(at) {
            Some(b'{') => self.object(at, depth, way, preview)?,
            Some(b'[') => self.array(at, depth, way, preview)?,
            _ => {
                let end = scan::value(self.text, at, depth)?;
                (Shown::Scalar(Span::new(at, end)), end)
            }
        };
        Ok((Node { way, shown }, end))
    }

    fn object<'w>(
        self,
        at: usize,
        depth: usize,
        way: Option<&'w Way<'w>>,
        preview: usize,
    ) -> Result<(Shown<'w>, usize), JsonError> {
        let mut entries: Vec<Entry<'w>> = Vec::new();
        let mut left_out = 0;
        let mut members = Members::open(self.text, at, depth)?;
        while let Some(member) = members.next_key()? {
            let child = way.and_then(|way| way.member(self.text, member.key));
            if child.is_some() || preview > 0 {
                entries.retain(|entry| !entry.key.is_some_and(|key| same_key(self.text, key, member.key)));
            }
            let end = if child.is_some() || self.has_room(&entries, preview) {
                let (node, end) = self.node(member.value, depth + 1, child, preview.saturating_sub(1))?;
                entries.push(Entry { key: Some(member.key), before: left_out, node });
                end
            } else {
                left_out += 1;
                scan::value(self.text, member.value, depth + 1)?
            };
            members.close_value(end)?;
        }
        Ok((Shown::Container { brackets: ["{", "}"], entries, left_out }, members.end()))
    }

    fn array<'w>(
        self,
        at: usize,
        depth: usize,
        way: Option<&'w Way<'w>>,
        preview: usize,
    ) -> Result<(Shown<'w>, usize), JsonError> {
        let mut entries: Vec<Entry<'w>> = Vec::new();
        let mut left_out = 0;
        let mut elements = Elements::open(self.text, at, depth)?;
        let mut index = 0;
        while let Some(start) = elements.next_start()? {
            let child = way.and_then(|way| way.element(index));
            let end = if child.is_some() || self.has_room(&entries, preview) {
                let (node, end) = self.node(start, depth + 1, child, preview.saturating_sub(1))?;
                entries.push(Entry { key: None, before: left_out, node });
                end
            } else {
                left_out += 1;
                scan::value(self.text, start, depth + 1)?
            };
            index += 1;
            elements.close_value(end)?;
        }
        Ok((Shown::Container { brackets: ["[", "]"], entries, left_out }, elements.end()))
    }

    fn has_room(self, entries: &[Entry<'_>], preview: usize) -> bool {
        preview > 0 && entries.iter().filter(|entry| entry.node.way.is_none()).count() < self.options.members
    }
}

/// Writes the excerpt.
struct Page<'t> {
    record: &'t str,
    options: ExcerptOptions,
    out: String,
    spans: Vec<Option<Span>>,
    nearest: Vec<Nearest>,
}

impl Page<'_> {
    /// Writes `node`, which lies `level` steps deep where it is on a way.
    fn node(&mut self, node: &Node<'_>, level: usize) {
        let start = self.out.len();
        let through = node.way.map(|way| way.through.as_slice()).unwrap_or_default();
        match &node.shown {
            Shown::Scalar(span) => {
                self.scalar(*span);
                self.set_nearest(through, level, Span::new(start, self.out.len()));
            }
            Shown::Container { brackets, entries, left_out } => {
                self.set_nearest(through, level, Span::new(start, start + 1));
                self.container(*brackets, entries, *left_out, level);
            }
        }
        let span = Span::new(start, self.out.len());
        for mark in node.way.map(|way| way.marks.as_slice()).unwrap_or_default() {
            if let Some(place) = self.spans.get_mut(*mark) {
                *place = Some(span);
            }
        }
    }

    fn set_nearest(&mut self, marks: &[usize], steps: usize, span: Span) {
        for mark in marks {
            if let Some(place) = self.nearest.get_mut(*mark) {
                *place = Nearest { steps, span };
            }
        }
    }

    fn container(&mut self, brackets: [&str; 2], entries: &[Entry<'_>], left_out: usize, level: usize) {
        let [open, close] = brackets;
        let start = self.out.len();
        self.out.push_str(open);
        if entries.is_empty() {
            if left_out > 0 {
                let _infallible = write!(self.out, " … {left_out} more ");
            }
            self.out.push_str(close);
            return;
        }
        if entries.iter().all(Entry::fits_a_line) {
            self.entries(entries, left_out, None);
            self.out.push_str(close);
            if self.column() <= self.options.width {
                return;
            }
            self.out.truncate(start);
            self.out.push_str(open);
        }
        self.entries(entries, left_out, Some(level + 1));
        self.line(level);
        self.out.push_str(close);
    }

    /// Writes the entries of an array or object, each on a line of its own at `level`, or all on this line.
    fn entries(&mut self, entries: &[Entry<'_>], left_out: usize, level: Option<usize>) {
        let mut before = 0;
        let mut separator = "";
        for entry in entries {
            self.gap(entry.before - before, separator, level);
            self.separate(if entry.before > before { "" } else { separator }, level);
            before = entry.before;
            if let Some(key) = entry.key {
                self.out.push('"');
                self.out.push_str(&shorten(Span::new(key.start + 1, key.end - 1).of(self.record), KEY_LIMIT));
                self.out.push_str("\": ");
            }
            self.node(&entry.node, level.unwrap_or_default());
            separator = ",";
        }
        self.gap(left_out - before, separator, level);
    }

    fn gap(&mut self, count: usize, separator: &str, level: Option<usize>) {
        if count > 0 {
            self.separate(separator, level);
            let _infallible = write!(self.out, "… {count} more");
        }
    }

    fn separate(&mut self, separator: &str, level: Option<usize>) {
        self.out.push_str(separator);
        match level {
            Some(level) => self.line(level),
            None if separator.is_empty() => {}
            None => self.out.push(' '),
        }
    }

    fn line(&mut self, level: usize) {
        self.out.push('\n');
        for _ in 0..level.min(INDENT_LIMIT) {
            self.out.push_str("  ");
        }
    }

    fn scalar(&mut self, span: Span) {
        let text = span.of(self.record);
        let (least, most) = SCALAR_LIMITS;
        // Two quotes and a comma.
        let limit = self.options.width.saturating_sub(self.column() + 3).clamp(least, most);
        match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
            Some(inside) => {
                self.out.push('"');
                self.out.push_str(&shorten(inside, limit));
                self.out.push('"');
            }
            None => self.out.push_str(&shorten(text, limit)),
        }
    }

    fn column(&self) -> usize {
        let line = self.out.rfind('\n').and_then(|feed| self.out.get(feed + 1..)).unwrap_or(&self.out);
        line.chars().count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::locate::locate;
    use proptest::prelude::*;
    use serde_json::Value;

    fn at(steps: &[&str]) -> Location {
        Location(
            steps
                .iter()
                .map(|step| match step.parse() {
                    Ok(index) => Step::Index(index),
                    Err(_) => Step::Name((*step).to_owned()),
                })
                .collect(),
        )
    }

    fn show(record: &str, marks: &[Location], keep: &[Location]) -> Excerpt {
        excerpt(record, &marks.iter().collect::<Vec<_>>(), &keep.iter().collect::<Vec<_>>(), ExcerptOptions::default())
    }

    const RECORD: &str = r#"{"eventVersion":"1.08","userIdentity":{"type":"Root","arn":"arn:aws:iam::123456789012:root",
        "sessionContext":{"attributes":{"mfaAuthenticated":"false"},"x":1}},"eventTime":"t","eventSource":"s3",
        "eventName":"PutBucketPolicy","requestParameters":{"tags":[1,2,{"k":"v","w":null},4]},"responseElements":null}"#;

    #[test]
    fn shows_the_way_and_counts_the_rest() {
        let marks =
            [at(&["userIdentity", "type"]), at(&["requestParameters", "tags", "2", "k"]), at(&["userIdentity", "x"])];
        let keep = [at(&["eventName"]), at(&["userIdentity", "sessionContext"]), at(&["errorCode"])];
        let shown = show(RECORD, &marks, &keep);
        assert_eq!(
            shown.text,
            r#"{
  … 1 more
  "userIdentity": {
    "type": "Root",
    … 1 more
    "sessionContext": { … 2 more }
  },
  … 2 more
  "eventName": "PutBucketPolicy",
  "requestParameters": {
    "tags": [
      … 2 more
      {
        "k": "v",
        … 1 more
      },
      … 1 more
    ]
  },
  … 1 more
}"#
        );
        let texts: Vec<_> = shown.spans.iter().map(|span| span.map(|span| span.of(&shown.text))).collect();
        assert_eq!(texts, [Some("\"Root\""), Some("\"v\""), None]);
        let Nearest { steps, span: parent } = shown.nearest[2];
        assert_eq!(steps, 1);
        assert_eq!(&shown.text[parent.start - 16..parent.end], "\"userIdentity\": {");
    }

    #[test]
    fn shows_a_marked_array_or_object_shortened() {
        let record = r#"{"a":{"b":1,"c":[1,2,3],"d":{"e":{"f":{}}},"g":{},"h":2,"i":3},"z":[]}"#;
        let shown = show(record, &[at(&["a"]), at(&["z"]), at(&["a", "h"])], &[]);
        assert_eq!(
            shown.text,
            r#"{
  "a": {
    "b": 1,
    "c": [1, 2, 3],
    "d": {
      "e": { … 1 more }
    },
    "g": {},
    "h": 2,
    … 1 more
  },
  "z": []
}"#
        );
        assert!(shown.spans[0].unwrap().of(&shown.text).ends_with("… 1 more\n  }"));
        assert_eq!(shown.spans[1].unwrap().of(&shown.text), "[]");
    }

    #[test]
    fn shows_the_last_of_duplicate_keys_only() {
        let record = r#"{"a":{"t":"old"},"b":0,"\u0061":{"t":1,"u":2,"t":"new"},"c":{"x":1,"y":2,"x":3}}"#;
        let shown = show(record, &[at(&["a", "t"]), at(&["c"])], &[]);
        assert_eq!(
            shown.text,
            "{\n  … 1 more\n  \"\\u0061\": {\n    … 1 more\n    \"t\": \"new\"\n  },\n  \"c\": {\"y\": 2, \"x\": 3}\n}"
        );
    }

    #[test]
    fn a_way_that_ends_in_a_scalar_or_nowhere() {
        let shown = show(RECORD, &[at(&["responseElements", "x"]), at(&["nothing", "x"])], &[]);
        assert_eq!(shown.text, "{\n  … 6 more\n  \"responseElements\": null\n}");
        assert_eq!(shown.nearest[0].span.of(&shown.text), "null");
        assert_eq!(shown.nearest[1], Nearest { steps: 0, span: Span::new(0, 1) });
        assert_eq!(show("[]", &[at(&["x"])], &[]).text, "[]");
        assert_eq!(
            show("{\"a\":", &[at(&["a"])], &[]),
            Excerpt { text: "{\"a\":".to_owned(), spans: vec![None], nearest: vec![Nearest::default()] }
        );
    }

    #[test]
    fn escapes_what_a_terminal_acts_on() {
        let record = "{\"k\u{202e}\":\"a\u{7f}\u{9b}31m\u{2028}\\u001b[31m\"}";
        let shown = show(record, &[at(&["k\u{202e}"])], &[]);
        assert_eq!(shown.text, "{\n  \"k\\u202e\": \"a\\u007f\\u009b31m\\u2028\\u001b[31m\"\n}");
    }

    #[test]
    fn stays_small_whatever_the_record() {
        let many: String = (0..300_000).map(|n| format!("\"key{n}\":[{n}],")).collect();
        let record = format!(
            "{{\"fill\":{{{}\"end\":0}},\"long\":\"{}\",\"digits\":{},\"type\":\"Root\",\"{}\":1}}",
            many,
            "x\\n".repeat(600_000),
            "7".repeat(300),
            "k".repeat(100_000),
        );
        assert!(record.len() > 6_000_000, "{}", record.len());
        let marks = [at(&["fill"]), at(&["long"]), at(&["digits"]), at(&["type"]), at(&["fill", "key299999", "0"])];
        let start = std::time::Instant::now();
        let shown = show(&record, &marks, &[]);
        println!("{:?} for {} bytes:\n{}", start.elapsed(), record.len(), shown.text);
        assert!(shown.text.len() < 2000, "{}", shown.text.len());
        assert!(shown.text.lines().all(|line| line.chars().count() <= 120));
        assert_eq!(shown.spans[3].unwrap().of(&shown.text), "\"Root\"");
        assert_eq!(shown.spans[4].unwrap().of(&shown.text), "299999");
    }

    #[test]
    fn a_deep_place_is_shown_as_its_ancestor() {
        let record = format!("{}1{}", "[".repeat(120), "]".repeat(120));
        let shown = show(&record, &[Location(vec![Step::Index(0); 119])], &[]);
        assert!(shown.text.lines().count() < 80);
        assert_eq!(shown.spans[0].unwrap().of(&shown.text).lines().count(), 5);
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            (-1000_i64..1000).prop_map(Value::from),
            "[a\"\\\\\u{1}\u{202e}é😀]{0,150}".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 60, 7, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..7).prop_map(Value::from),
                prop::collection::btree_map("[abc\"\u{2028}]{1,2}", inner, 0..7)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    fn places(value: &Value, here: &Location, all: &mut Vec<Location>) {
        all.push(here.clone());
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    places(item, &here.join(&[Step::Index(index)]), all);
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    places(member, &here.join(&[Step::Name(name.clone())]), all);
                }
            }
            _ => {}
        }
    }

    /// Whether `shown` is the text of `value`, or a shortened form of it.
    fn is_form_of(shown: &str, value: &Value) -> bool {
        if !shown.contains('…') {
            return serde_json::from_str::<Value>(shown).unwrap() == *value;
        }
        match value {
            Value::String(text) => {
                let cut: String = serde_json::from_str(shown).unwrap();
                let (head, tail) = cut.split_once('…').unwrap();
                text.starts_with(head) && text.ends_with(tail)
            }
            Value::Array(_) => shown.starts_with('[') && shown.ends_with(']'),
            Value::Object(_) => shown.starts_with('{') && shown.ends_with('}'),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn marks_the_values(value in json(), picks in prop::collection::vec(any::<prop::sample::Index>(), 0..6), width in 10_usize..120) {
            let record = value.to_string();
            let mut all = Vec::new();
            places(&value, &Location::default(), &mut all);
            let marks: Vec<&Location> = picks.iter().map(|pick| &all[pick.index(all.len())]).collect();
            let shown = excerpt(&record, &marks, &[], ExcerptOptions { width, ..ExcerptOptions::default() });
            prop_assert!(!shown.text.chars().any(|shown| shown != '\n' && !is_safe_character(shown)));
            for (mark, span) in marks.iter().zip(&shown.spans) {
                let real = locate(&record, mark).unwrap().of(&record);
                let text = span.unwrap().of(&shown.text);
                prop_assert!(is_form_of(text, &serde_json::from_str(real).unwrap()), "{text} for {real}");
            }
        }

        #[test]
        fn never_panics(record in "[{}\\[\\],:\"a\\\\u0d8é…1 ]{0,40}", steps in prop::collection::vec("[a01]", 0..3)) {
            let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
            let shown = show(&record, &[at(&steps)], &[]);
            prop_assert!(shown.spans[0].is_none_or(|span| !span.of(&shown.text).is_empty()));
        }
    }

    fn is_safe_character(character: char) -> bool {
        matches!(crate::text::sanitize::one_line(&character.to_string()), std::borrow::Cow::Borrowed(_))
    }
}
