//! Obligations over time: their keys, windows and steps.

use crate::policy::error::{Code, PolicyError};
use crate::policy::keywords;
use crate::policy::model::Spanned;
use crate::policy::node::{Node, NodeKind};
use crate::policy::obligation::{
    FirstSeen, Follow, Key, KeyPart, Normalize, Obligation, Sequence, SequenceStep, Threshold,
};
use crate::policy::parse::lower::{Lower, Scope};

/// Steps that a sequence may have: an event keeps as a set which of them it is.
const MOST_STEPS: usize = 64;

impl Lower<'_> {
    /// The obligation of `keyword`, one of those that speak of several events.
    pub fn windowed(&mut self, keyword: &str, node: &Node) -> Option<Obligation> {
        match keyword {
            "threshold" => self.threshold(node).map(Obligation::Threshold),
            "require_followed_by" => self.follow(node, "`require_followed_by`").map(Obligation::FollowedBy),
            "require_preceded_by" => self.follow(node, "`require_preceded_by`").map(Obligation::PrecededBy),
            "sequence" => self.sequence(node).map(Obligation::Sequence),
            _ => self.first_seen(node).map(Obligation::FirstSeen),
        }
    }

    fn threshold(&mut self, node: &Node) -> Option<Threshold> {
        let what = "`threshold`";
        let fields = self.fields(node, what, keywords::THRESHOLD)?;
        let count = fields.required(self, "count", what, "10").and_then(|node| self.whole(node, "`count`"));
        if count == Some(0)
            && let Some(node) = fields.value("count")
        {
            self.error(
                Code::WrongType,
                node.span,
                "a threshold of 0 is always reached",
                "must be 1 or more",
                "write how many are too many",
            );
            return None;
        }
        let within = fields.required(self, "within", what, "10m").and_then(|node| self.duration(node, "`within`"));
        let by = fields.required(self, "by", what, "$.userIdentity.arn").and_then(|node| self.key(node, "`by`"));
        let distinct = match fields.value("distinct") {
            None => None,
            Some(node) => Some(self.key_part(None, node, "`distinct`")?),
        };
        Some(Threshold { count: count?, distinct, within: within?, by: by? })
    }

    fn follow(&mut self, node: &Node, what: &str) -> Option<Follow> {
        let fields = self.fields(node, what, keywords::FOLLOW)?;
        let within = fields.required(self, "within", what, "15m").and_then(|node| self.duration(node, "`within`"));
        let by = fields.required(self, "by", what, "$.userIdentity.arn").and_then(|node| self.key(node, "`by`"));
        let event = fields
            .required(self, "event", what, "{$.eventName: StartLogging}")
            .and_then(|node| self.condition(node, Scope::Event));
        Some(Follow { within: within?, by: by?, event: event? })
    }

    fn sequence(&mut self, node: &Node) -> Option<Sequence> {
        let what = "`sequence`";
        let fields = self.fields(node, what, keywords::SEQUENCE)?;
        let within = fields.required(self, "within", what, "1h").and_then(|node| self.duration(node, "`within`"));
        let by = fields.required(self, "by", what, "$.userIdentity.arn").and_then(|node| self.key(node, "`by`"));
        let any_order = fields.value("any_order").map_or(Some(false), |node| self.boolean(node, "`any_order`"));
        let steps = fields.required(self, "steps", what, "[{name: first, event: {…}}, …]")?;
        let NodeKind::Sequence(items) = &steps.kind else {
            self.wrong_type(steps, "`steps`", "a list of steps", "write one `- {name: …, event: {…}}` for each step");
            return None;
        };
        if items.len() < 2 {
            self.error(
                Code::EmptyCondition,
                steps.span,
                "a sequence needs at least two steps",
                "fewer than two",
                "for one event write `forbid:`",
            );
            return None;
        }
        let lowered: Vec<_> = items.iter().filter_map(|item| self.step(item)).collect();
        for (place, step) in lowered.iter().enumerate() {
            if let Some(earlier) = lowered.iter().take(place).find(|earlier| earlier.name.value == step.name.value) {
                let message = format!("two steps are called `{}`", step.name.value);
                self.errors.push(
                    PolicyError::new(Code::DuplicateKey, self.source, message)
                        .label(earlier.name.span, "first here")
                        .label(step.name.span, "again here")
                        .help("give each step a name of its own"),
                );
            }
        }
        let absent = lowered.iter().find(|step| step.absent).filter(|_| any_order == Some(true));
        if let Some(step) = absent {
            self.error(
                Code::WrongType,
                step.name.span,
                "a step that must not happen needs an order",
                "between which steps is not said",
                "remove `any_order: true`, or the step",
            );
        }
        if items.len() > MOST_STEPS {
            self.error(
                Code::WrongType,
                steps.span,
                format!("a sequence has at most {MOST_STEPS} steps"),
                format!("{} steps", items.len()),
                "split the rule, or drop steps that others imply",
            );
            return None;
        }
        let edge = lowered.first().into_iter().chain(lowered.last()).find(|step| step.absent);
        if let Some(step) = edge {
            self.error(
                Code::WrongType,
                step.name.span,
                "the first and the last step of a sequence must happen",
                "this one must not",
                "write `event` in it, or put it between two steps that happen",
            );
        }
        (lowered.len() == items.len()).then_some(())?;
        Some(Sequence { within: within?, by: by?, steps: lowered, any_order: any_order? })
    }

    fn step(&mut self, node: &Node) -> Option<SequenceStep> {
        let what = "a step";
        let fields = self.fields(node, what, keywords::STEP)?;
        let name = fields.required(self, "name", what, "created")?;
        let name = Spanned::new(self.words(name, "a step's name")?, name.span);
        match (fields.value("event"), fields.value("not")) {
            (Some(event), None) => {
                Some(SequenceStep { name, event: self.condition(event, Scope::Event)?, absent: false })
            }
            (None, Some(event)) => {
                Some(SequenceStep { name, event: self.condition(event, Scope::Event)?, absent: true })
            }
            _ => {
                self.error(
                    Code::MissingKeyword,
                    name.span,
                    "a step has either `event` or `not`",
                    "this step needs one of them",
                    "add `event: {…}` with what must happen",
                );
                None
            }
        }
    }

    fn first_seen(&mut self, node: &Node) -> Option<FirstSeen> {
        let what = "`first_seen`";
        let fields = self.fields(node, what, keywords::FIRST_SEEN)?;
        let of = fields.required(self, "of", what, "$.awsRegion").and_then(|node| self.key(node, "`of`"));
        let by = fields.required(self, "by", what, "$.userIdentity.arn").and_then(|node| self.key(node, "`by`"));
        let history = fields.required(self, "history", what, "90d").and_then(|node| self.duration(node, "`history`"));
        Some(FirstSeen { of: of?.parts, by: by?, history: history? })
    }

    /// A key: one path, a list of paths, or a map name → path; a path may be `{path: …, as: …}`.
    fn key(&mut self, node: &Node, what: &str) -> Option<Key> {
        let parts = match &node.kind {
            NodeKind::Mapping(entries) if entries.iter().any(|entry| entry.key == "path") => {
                vec![self.key_part(None, node, what)?]
            }
            NodeKind::Mapping(entries) if !entries.is_empty() => {
                let parts: Vec<_> =
                    entries.iter().filter_map(|entry| self.key_part(Some(&entry.key), &entry.value, what)).collect();
                (parts.len() == entries.len()).then_some(parts)?
            }
            NodeKind::Mapping(_) => {
                self.wrong_type(node, what, "a path", "such as `$.userIdentity.arn`, or `{actor: $.userIdentity.arn}`");
                return None;
            }
            _ => {
                let items = self.items(node, what)?;
                let parts: Vec<_> = items.iter().filter_map(|item| self.key_part(None, item, what)).collect();
                (parts.len() == items.len()).then_some(parts)?
            }
        };
        Some(Key { parts })
    }

    fn key_part(&mut self, name: Option<&str>, node: &Node, what: &str) -> Option<KeyPart> {
        let (path, normalize) = match &node.kind {
            NodeKind::Mapping(_) => {
                let fields = self.fields(node, what, keywords::KEY_PART)?;
                let normalize = match fields.value("as") {
                    None => Normalize::AsIs,
                    Some(node) => self.normalize(node)?,
                };
                (fields.required(self, "path", what, "$.userIdentity.arn")?, normalize)
            }
            _ => (node, Normalize::AsIs),
        };
        let Some(scalar) = path.scalar() else {
            self.wrong_type(path, what, "a path", "such as `$.userIdentity.arn`");
            return None;
        };
        let path = self.path(scalar, path.span, Scope::Event)?;
        let path = self.require_singular(path, "a key")?;
        Some(KeyPart {
            name: name.map_or_else(|| path.written().into_owned(), str::to_owned),
            path: path.path,
            normalize,
        })
    }

    fn normalize(&mut self, node: &Node) -> Option<Normalize> {
        let text = self.words(node, "`as`")?;
        match text.as_str() {
            "basename" => Some(Normalize::Basename),
            "lower" => Some(Normalize::Lower),
            other => match other
                .strip_prefix("ip_prefix/")
                .and_then(|bits| bits.parse::<u8>().ok())
                .filter(|bits| *bits <= 128)
            {
                Some(bits) => Some(Normalize::IpPrefix(bits)),
                None => {
                    self.error(
                        Code::WrongType,
                        node.span,
                        format!("unknown form `{text}`"),
                        "not a form of a value",
                        "write `basename`, `lower` or `ip_prefix/24`",
                    );
                    None
                }
            },
        }
    }
}
