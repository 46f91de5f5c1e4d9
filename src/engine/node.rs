//! One node of an event, as a slot gives it (JSON text) or as a parsed record gives it (a value), read only as far as it is asked.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;
use serde_json::{Number, Value};

use crate::policy::operator::JsonType;

/// A node, or that there is none.
#[derive(Debug, Clone, Copy)]
pub enum Node<'v> {
    /// There is none.
    Missing,
    /// Valid JSON text of one value, without white space around it.
    Text(&'v str),
    /// A parsed value.
    Value(&'v Value),
}

impl<'v> Node<'v> {
    /// Its type; `None` where it is missing.
    #[must_use]
    #[inline]
    pub fn kind(self) -> Option<JsonType> {
        Some(match self {
            Self::Missing => return None,
            Self::Text(text) => match text.as_bytes().first() {
                Some(b'"') => JsonType::String,
                Some(b'{') => JsonType::Object,
                Some(b'[') => JsonType::Array,
                Some(b't' | b'f') => JsonType::Boolean,
                Some(b'n') => JsonType::Null,
                _ => JsonType::Number,
            },
            Self::Value(value) => match value {
                Value::Null => JsonType::Null,
                Value::Bool(_) => JsonType::Boolean,
                Value::Number(_) => JsonType::Number,
                Value::String(_) => JsonType::String,
                Value::Array(_) => JsonType::Array,
                Value::Object(_) => JsonType::Object,
            },
        })
    }

    /// The string, where it is one. Copies only a string with escapes.
    #[must_use]
    pub fn string(self) -> Option<Cow<'v, str>> {
        match self {
            Self::Value(Value::String(text)) => Some(Cow::Borrowed(text)),
            Self::Text(text) => {
                let inside = text.strip_prefix('"')?.strip_suffix('"')?;
                if memchr::memchr(b'\\', inside.as_bytes()).is_some() {
                    serde_json::from_str(text).ok().map(Cow::Owned)
                } else {
                    Some(Cow::Borrowed(inside))
                }
            }
            _ => None,
        }
    }

    /// The number, where it is one.
    #[must_use]
    pub fn number(self) -> Option<Number> {
        match self {
            Self::Value(Value::Number(number)) => Some(number.clone()),
            Self::Text(text) if self.kind() == Some(JsonType::Number) => serde_json::from_str(text).ok(),
            _ => None,
        }
    }

    /// The boolean, where it is one.
    #[must_use]
    pub fn boolean(self) -> Option<bool> {
        match self {
            Self::Value(Value::Bool(value)) => Some(*value),
            Self::Text("true") => Some(true),
            Self::Text("false") => Some(false),
            _ => None,
        }
    }

    /// The whole value; `None` where it is missing. Parses text.
    #[must_use]
    pub fn value(self) -> Option<Cow<'v, Value>> {
        match self {
            Self::Missing => None,
            Self::Value(value) => Some(Cow::Borrowed(value)),
            Self::Text(text) => serde_json::from_str(text).ok().map(Cow::Owned),
        }
    }

    /// Members of an object, elements of an array, characters of a string; `None` for what has no size.
    #[must_use]
    pub fn size(self) -> Option<usize> {
        if let Some(text) = self.string() {
            return Some(text.chars().count());
        }
        match self.kind()? {
            JsonType::Array | JsonType::Object => match self.value()?.as_ref() {
                Value::Array(elements) => Some(elements.len()),
                Value::Object(members) => Some(members.len()),
                _ => None,
            },
            _ => None,
        }
    }
}

/// The value behind a `json` operator: JSON text inside a string, percent-encoded too, or the object or array itself.
#[must_use]
pub fn opened(node: Node<'_>) -> Option<Value> {
    match node.kind()? {
        JsonType::String => {
            let text = node.string()?;
            serde_json::from_str(&text).ok().or_else(|| {
                let decoded = percent_decode_str(&text).decode_utf8().ok()?;
                serde_json::from_str(&decoded).ok()
            })
        }
        JsonType::Array | JsonType::Object => node.value().map(std::borrow::Cow::into_owned),
        JsonType::Number | JsonType::Boolean | JsonType::Null => None,
    }
}
