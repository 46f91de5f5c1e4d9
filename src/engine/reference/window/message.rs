//! Messages of obligations over time (`docs/dsl.md` §11).

use jiff::SignedDuration;
use serde_json::Value;

use crate::engine::reference::window::Court;
use crate::json::Path;
use crate::policy::model::{Template, TemplatePart};

impl Court<'_> {
    /// `template` filled in with a violation: its key, its events in canonical order, how many, and how long it took.
    pub(super) fn filled(
        &self,
        template: &Template,
        key: &[(String, String)],
        events: &[&Value],
        count: usize,
        span: SignedDuration,
    ) -> String {
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return String::new() };
        let mut text = String::new();
        for part in &template.parts {
            let TemplatePart::Name(name) = part else {
                let alone = Template { parts: vec![part.clone()], ..template.clone() };
                text.push_str(&self.scope(first).message(&alone));
                continue;
            };
            let of_key = |name: &str| key.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            let all = || key.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ");
            let name = name.value.as_str();
            let shown = match name.split_once([':', '.']) {
                None if name == "count" => count.to_string(),
                None if name == "span" => format!("{span:#}"),
                None => all(),
                Some(("by", part)) => of_key(part).unwrap_or_default(),
                Some((which, path)) => match Path::parse(path) {
                    Ok(path) if which == "last" => shown_at(&path, last),
                    Ok(path) => shown_at(&path, first),
                    Err(_) => String::new(),
                },
            };
            text.push_str(&shown);
        }
        text
    }
}

fn shown_at(path: &Path, event: &Value) -> String {
    super::super::template::shown(&path.select_reference(event).into_iter().map(|(_, node)| node).collect::<Vec<_>>())
}
