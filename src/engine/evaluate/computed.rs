//! Values that a rule takes from the event: of a path, or put together by a template.

use serde_json::{Number, Value};

use crate::compile::matcher::{DynamicValue, NumberSource, TemplateMatcher, ValuePath, ValueSet};
use crate::engine::evaluate::Event;

impl Event<'_> {
    pub(super) fn dynamics<'v>(
        &'v self,
        values: &'v ValueSet,
        element: Option<&'v Value>,
    ) -> impl Iterator<Item = Value> + 'v {
        values.dynamic.iter().filter_map(move |value| match value {
            DynamicValue::Path(path) => self.single(&path.place, element).value().map(std::borrow::Cow::into_owned),
            DynamicValue::Template(parts) => self.template(parts, element).map(Value::String),
        })
    }

    pub(super) fn template(&self, parts: &[TemplateMatcher], element: Option<&Value>) -> Option<String> {
        let mut out = String::new();
        for part in parts {
            match part {
                TemplateMatcher::Text(text) => out.push_str(text),
                TemplateMatcher::Path(path) => match self.single(&path.place, element).value()?.as_ref() {
                    Value::String(text) => out.push_str(text),
                    other => out.push_str(&other.to_string()),
                },
            }
        }
        Some(out)
    }

    pub(super) fn number(&self, source: &NumberSource, element: Option<&Value>) -> Option<Number> {
        match source {
            NumberSource::Literal(number) => Some(number.clone()),
            NumberSource::Path(path) => self.single(&path.place, element).number(),
        }
    }

    pub(super) fn string_at(&self, path: &ValuePath, element: Option<&Value>) -> Option<String> {
        self.single(&path.place, element).string().map(std::borrow::Cow::into_owned)
    }
}
