//! Events: a tree with unique keys, and the many texts that mean it.

use super::dice::Dice;
use super::words::{
    ACTIONS, EFFECTS, IPS, Kind, NAMES, NEIGHBOURS, NUMBERS, SMALL_NUMBERS, SOURCES, TEXTS, TIMES, WHO,
};

/// A JSON value whose keys are unique, in some order, and whose numbers are kept as written.
#[derive(Debug, Clone)]
pub enum Json {
    Null,
    Bool(bool),
    Number(&'static str),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// An event made by `dice`.
pub fn event(dice: &mut Dice) -> Json {
    let mut members = vec![("eventID".to_owned(), Json::Text(format!("id-{}", dice.roll(1000))))];
    let mut add = |dice: &mut Dice, key: &str, kind| field(dice, &mut members, key, kind);
    add(dice, "eventName", Kind::Name);
    add(dice, "eventSource", Kind::Source);
    add(dice, "eventTime", Kind::Time);
    add(dice, "sourceIPAddress", Kind::Ip);
    add(dice, "userIdentity", Kind::Object);
    add(dice, "requestParameters", Kind::Any);
    add(dice, "readOnly", Kind::Bool);
    if dice.chance(40) {
        add(dice, "errorCode", Kind::Name);
    }
    if dice.chance(40) {
        add(dice, "responseElements", Kind::Any);
    }
    if let Some((_, identity)) = members.iter_mut().find(|(key, _)| key == "userIdentity")
        && dice.chance(90)
    {
        *identity = fields(dice, &[("type", Kind::Who), ("arn", Kind::Text), ("userName", Kind::Text)]);
    }
    if let Some((_, parameters)) = members.iter_mut().find(|(key, _)| key == "requestParameters")
        && dice.chance(90)
    {
        *parameters = fields(
            dice,
            &[
                ("count", Kind::Number),
                ("limit", Kind::Small),
                ("since", Kind::Time),
                ("items", Kind::Items),
                ("tags", Kind::Tags),
                ("policyDocument", Kind::Document),
                ("odd 'key\"\\", Kind::Text),
                ("ключ", Kind::Text),
                ("a", Kind::Any),
            ],
        );
    }
    Json::Object(members)
}

fn fields(dice: &mut Dice, wanted: &[(&str, Kind)]) -> Json {
    let mut members = Vec::new();
    for (key, kind) in wanted {
        field(dice, &mut members, key, *kind);
    }
    Json::Object(members)
}

fn field(dice: &mut Dice, members: &mut Vec<(String, Json)>, key: &str, kind: Kind) {
    if !dice.chance(10) {
        members.push((key.to_owned(), mistaken(dice, kind, 2)));
    }
}

/// A value of `kind`, or at times null or something else.
fn mistaken(dice: &mut Dice, kind: Kind, depth: usize) -> Json {
    match dice.weighted(&[(84, 0), (8, 1), (8, 2)]) {
        0 => value(dice, kind, depth),
        1 => Json::Null,
        _ => value(dice, Kind::Any, depth),
    }
}

fn value(dice: &mut Dice, kind: Kind, depth: usize) -> Json {
    let text = |dice: &mut Dice, words: &[&str]| Json::Text((*dice.favour(words)).to_owned());
    match kind {
        Kind::Name => text(dice, &NAMES),
        Kind::Source => text(dice, &SOURCES),
        Kind::Who => text(dice, &WHO),
        Kind::Text => text(dice, &TEXTS),
        Kind::Number if dice.chance(35) => Json::Number(dice.word(&NEIGHBOURS)),
        Kind::Number => Json::Number(dice.word(&NUMBERS)),
        Kind::Small => Json::Number(dice.word(&NUMBERS[..SMALL_NUMBERS])),
        Kind::Ip => text(dice, &IPS),
        Kind::Time => text(dice, &TIMES),
        Kind::Bool => Json::Bool(dice.roll(2) == 1),
        Kind::Effect => text(dice, &EFFECTS),
        Kind::Action => text(dice, &ACTIONS),
        Kind::Version => Json::Text("2012-10-17".to_owned()),
        Kind::Document => document(dice),
        Kind::Statement => fields(dice, &[("Effect", Kind::Effect), ("Action", Kind::Action)]),
        Kind::Tags => several(dice, 4, |dice| match dice.weighted(&[(8, 0), (1, 1), (1, 2)]) {
            0 => value(dice, Kind::Text, 0),
            1 => value(dice, Kind::Number, 0),
            _ => mistaken(dice, Kind::Any, 0),
        }),
        Kind::Items => several(dice, 4, |dice| mistaken(dice, Kind::Item, depth.saturating_sub(1))),
        Kind::Item => fields(
            dice,
            &[
                ("key", Kind::Text),
                ("value", Kind::Text),
                ("port", Kind::Number),
                ("cidr", Kind::Ip),
                ("tags", Kind::Tags),
                ("who", Kind::Who),
            ],
        ),
        Kind::Object => several_members(dice, depth),
        Kind::Any => any(dice, depth),
    }
}

fn any(dice: &mut Dice, depth: usize) -> Json {
    let kind = match depth {
        0 => *dice.pick(&[Kind::Text, Kind::Small, Kind::Bool]),
        _ => *dice.pick(&[
            Kind::Text,
            Kind::Small,
            Kind::Bool,
            Kind::Name,
            Kind::Time,
            Kind::Ip,
            Kind::Tags,
            Kind::Object,
            Kind::Document,
        ]),
    };
    value(dice, kind, depth.saturating_sub(1))
}

fn several(dice: &mut Dice, below: usize, mut element: impl FnMut(&mut Dice) -> Json) -> Json {
    Json::Array((0..dice.roll(below)).map(|_| element(dice)).collect())
}

fn several_members(dice: &mut Dice, depth: usize) -> Json {
    let mut members = Vec::new();
    for key in ["a", "key", "port", "b", "type"] {
        if dice.chance(40) {
            members.push((key.to_owned(), mistaken(dice, Kind::Any, depth.saturating_sub(1))));
        }
    }
    Json::Object(members)
}

/// A policy document, in one of the ways in which a log may hold it.
fn document(dice: &mut Dice) -> Json {
    let statement = |dice: &mut Dice| {
        let effect = Json::Text((*dice.favour(&EFFECTS)).to_owned());
        let action = |dice: &mut Dice| Json::Text((*dice.favour(&ACTIONS)).to_owned());
        let action = if dice.chance(40) { several(dice, 3, action) } else { action(dice) };
        let mut members = vec![("Effect".to_owned(), effect), ("Action".to_owned(), action)];
        if dice.chance(30) {
            members.push(("n".to_owned(), value(dice, Kind::Number, 0)));
        }
        Json::Object(members)
    };
    let one = dice.chance(25);
    let statements = if one { statement(dice) } else { several(dice, 3, statement) };
    let root = Json::Object(vec![
        ("Version".to_owned(), Json::Text("2012-10-17".to_owned())),
        ("Statement".to_owned(), statements),
    ]);
    match dice.weighted(&[(8, 0), (5, 1), (3, 2), (2, 3), (1, 4), (1, 5), (1, 6)]) {
        0 => Json::Text(root.write(dice)),
        1 => Json::Text(percent_encoded(&root.write(dice))),
        2 => root,
        3 => Json::Text(
            (*dice.pick(&["5", "\"Allow\"", "null", "[]", "{", "", "%7B%7D", "%ff", "\"%41\"", "%255B%255D", "{}x"]))
                .to_owned(),
        ),
        4 => Json::Text(format!("{}{}", "[".repeat(127), "]".repeat(127))),
        5 => Json::Text(format!("{}{}", "[".repeat(128), "]".repeat(128))),
        _ => mistaken(dice, Kind::Text, 0),
    }
}

fn percent_encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

impl Json {
    /// The text without anything that is not needed, members in order.
    pub fn plain(&self) -> String {
        self.write(&mut Dice::new(&[]))
    }

    /// A text that means this value: order of keys, white space, escapes and duplicate keys are up to `style`.
    pub fn write(&self, style: &mut Dice) -> String {
        let mut text = String::new();
        self.push(&mut text, style);
        text
    }

    fn push(&self, text: &mut String, style: &mut Dice) {
        match self {
            Self::Null => text.push_str("null"),
            Self::Bool(truth) => text.push_str(if *truth { "true" } else { "false" }),
            Self::Number(number) => text.push_str(number),
            Self::Text(string) => push_string(text, string, style),
            Self::Array(elements) => {
                text.push('[');
                space(text, style);
                for (index, element) in elements.iter().enumerate() {
                    if index > 0 {
                        text.push(',');
                        space(text, style);
                    }
                    element.push(text, style);
                    space(text, style);
                }
                text.push(']');
            }
            Self::Object(members) => push_object(text, members, style),
        }
    }
}

fn push_object(text: &mut String, members: &[(String, Json)], style: &mut Dice) {
    let mut rest: Vec<&(String, Json)> = members.iter().collect();
    let shuffled = style.chance(50);
    text.push('{');
    space(text, style);
    let mut first = true;
    let mut push_member = |text: &mut String, key: &str, value: &Json, style: &mut Dice| {
        if !first {
            text.push(',');
            space(text, style);
        }
        first = false;
        push_string(text, key, style);
        space(text, style);
        text.push(':');
        space(text, style);
        value.push(text, style);
        space(text, style);
    };
    while !rest.is_empty() {
        let next = if shuffled { style.roll(rest.len()) } else { 0 };
        if style.chance(4) {
            // A duplicate key whose value does not count, since that of `rest` comes later.
            let (key, _) = rest[style.roll(rest.len())];
            let decoy = mistaken(style, Kind::Any, 1);
            push_member(text, key, &decoy, style);
        }
        let (key, value) = rest.remove(next);
        push_member(text, key, value, style);
    }
    text.push('}');
}

fn space(text: &mut String, style: &mut Dice) {
    if style.chance(6) {
        text.push_str(style.word(&[" ", "  ", "\t", "\r\n", "\n"]));
    }
}

fn push_string(text: &mut String, string: &str, style: &mut Dice) {
    let odd = style.chance(10);
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' if !odd => text.push_str("\\n"),
            '/' if odd && style.chance(50) => text.push_str("\\/"),
            other if u32::from(other) < 0x20 || (odd && style.chance(30)) => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    match style.chance(50) {
                        false => text.push_str(&format!("\\u{unit:04x}")),
                        true => text.push_str(&format!("\\u{unit:04X}")),
                    }
                }
            }
            other => text.push(other),
        }
    }
    text.push('"');
}
