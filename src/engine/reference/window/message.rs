//! Messages of obligations over time (`docs/dsl.md` §11).

use jiff::SignedDuration;
use serde_json::Value;

use crate::engine::reference::template::shown;
use crate::engine::reference::window::Court;
use crate::json::Path;
use crate::policy::model::{Template, TemplatePart};
use crate::policy::obligation::{Key, KeyPart};

impl Court<'_> {
    /// `template` filled in with a violation: its key, its events in canonical order with their steps, how many, and how long it
    /// took.
    pub(super) fn filled(
        &self,
        template: &Template,
        by: &Key,
        key: &[(String, String)],
        events: &[(&Value, &str)],
        count: usize,
        span: SignedDuration,
    ) -> String {
        let (Some((first, _)), Some((last, _))) = (events.first(), events.last()) else { return String::new() };
        let mut text = String::new();
        for part in &template.parts {
            let TemplatePart::Name(name) = part else {
                let alone = Template { parts: vec![part.clone()], ..template.clone() };
                text.push_str(&self.scope(first).message(&alone));
                continue;
            };
            let part = |wanted: &dyn Fn(&KeyPart) -> bool| {
                let place = by.parts.iter().position(wanted).and_then(|place| key.get(place));
                place.map(|(_, value)| value.clone()).unwrap_or_default()
            };
            let whole_key = || key.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(", ");
            let shown = match name.value.split_once(':') {
                None => match name.value.split_once('.') {
                    Some((_, wanted)) => part(&|part| part.name == wanted),
                    None if name.value == "count" => count.to_string(),
                    None if name.value == "span" => format!("{span:#}"),
                    None => whole_key(),
                },
                Some(("key", path)) => part(&|part| part.path.text() == path.trim()),
                Some((which, path)) => {
                    let event = match which.split_once('.') {
                        Some((_, step)) => events.iter().find(|(_, name)| *name == step).map(|(event, _)| *event),
                        None if which == "last" => Some(*last),
                        None => Some(*first),
                    };
                    shown_at(path.trim(), event)
                }
            };
            text.push_str(&shown);
        }
        text
    }
}

/// What `event` has at `path`.
fn shown_at(path: &str, event: Option<&Value>) -> String {
    let (Ok(path), Some(event)) = (Path::parse(path), event) else { return String::new() };
    shown(&path.select_reference(event).into_iter().map(|(_, node)| node).collect::<Vec<_>>())
}
