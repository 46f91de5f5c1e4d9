//! Obligations in words: what makes an event, or several, a violation.

use crate::policy::obligation::{Follow, Key, KeyPart, Normalize, Obligation, Sequence};
use crate::policy::prose::word;
use crate::policy::prose::{Clause, Names};

impl Names<'_> {
    pub(super) fn obligation(self, obligation: &Obligation) -> Clause {
        match obligation {
            Obligation::Forbid(condition) => self.condition(condition).below("It is a violation if"),
            Obligation::Require(condition) => self.condition(condition).below("It is a violation unless"),
            Obligation::Threshold(threshold) => {
                let what = match &threshold.distinct {
                    Some(part) => {
                        format!("events with {} or more different values of {}", threshold.count, self::part(part))
                    }
                    None => format!("{} or more such events", threshold.count),
                };
                let within = word::duration(threshold.within);
                Clause::line(format!("It is a violation if {what} lie within {within}, {}", same(&threshold.by)))
            }
            Obligation::FollowedBy(follow) => self.follow(follow, "follows within"),
            Obligation::PrecededBy(follow) => self.follow(follow, "came before it within"),
            Obligation::Sequence(sequence) => self.sequence(sequence),
            Obligation::FirstSeen(first) => Clause::line(format!(
                "It is a violation if this value of {} was not seen in the last {} with the same {}",
                parts(&first.of),
                word::duration(first.history),
                parts(&first.by.parts)
            )),
        }
    }

    fn follow(self, follow: &Follow, verb: &str) -> Clause {
        let head = format!(
            "It is a violation unless an event {verb} {}, {}, for which",
            word::duration(follow.within),
            same(&follow.by)
        );
        self.condition(&follow.event).below(&head)
    }

    fn sequence(self, sequence: &Sequence) -> Clause {
        let order = if sequence.any_order { "in any order" } else { "in this order" };
        let items = sequence.steps.iter().map(|step| {
            let not = if step.absent { "no " } else { "" };
            let head = format!("{not}`{}`", step.name.value);
            self.condition(&step.event).below(&format!("{head}:"))
        });
        Clause {
            text: format!(
                "It is a violation if these events come {order} within {}, {}:",
                word::duration(sequence.within),
                same(&sequence.by)
            ),
            items: items.collect(),
        }
    }
}

/// "all with the same `$.userIdentity.arn`".
fn same(key: &Key) -> String {
    format!("all with the same {}", parts(&key.parts))
}

fn parts(parts: &[KeyPart]) -> String {
    parts.iter().map(part).collect::<Vec<_>>().join(" and ")
}

/// "last part of `$.requestParameters.name`".
fn part(part: &KeyPart) -> String {
    let path = format!("`{}`", part.path.text());
    match part.normalize {
        Normalize::AsIs => path,
        Normalize::Basename => format!("last part of {path}"),
        Normalize::Lower => format!("{path} in lower case"),
        Normalize::IpPrefix(bits) => format!("/{bits} network of {path}"),
    }
}
