//! `require_followed_by` and `require_preceded_by`: triggers that wait for an event, or look back for one.

use std::collections::VecDeque;
use std::rc::Rc;

use jiff::Timestamp;

use crate::engine::correlate::evidence::Evidence;
use crate::engine::correlate::run::{Case, Judge, Output};
use crate::violation::Fact;
use crate::violation::history::{earlier, later};

/// Places of the roles.
const TRIGGER: usize = 0;
const EVENT: usize = 1;

/// The triggers of one key that wait.
#[derive(Default)]
pub(super) struct FollowedBy {
    waiting: VecDeque<Rc<Fact>>,
}

impl Judge for FollowedBy {
    fn take(&mut self, case: &Case<'_>, time: Timestamp, facts: &[Rc<Fact>], output: &mut Output<'_>) {
        let from = earlier(time, case.window.within);
        while self.waiting.front().is_some_and(|trigger| trigger.time < from) {
            if let Some(trigger) = self.waiting.pop_front() {
                unfollowed(case, &trigger, output);
            }
        }
        let events = count(facts);
        if events > 0 {
            self.waiting.clear();
        }
        self.waiting.extend(facts.iter().filter(|fact| is_lone_trigger(fact, events)).map(Rc::clone));
    }

    fn end(&mut self, case: &Case<'_>, output: &mut Output<'_>) {
        for trigger in self.waiting.drain(..) {
            if case.reach.last.is_some_and(|last| later(trigger.time, case.window.within) <= last) {
                unfollowed(case, &trigger, output);
            } else {
                output.pending(case);
            }
        }
    }
}

/// When an event of one key was last.
#[derive(Default)]
pub(super) struct PrecededBy {
    last: Option<Timestamp>,
}

impl Judge for PrecededBy {
    fn take(&mut self, case: &Case<'_>, time: Timestamp, facts: &[Rc<Fact>], output: &mut Output<'_>) {
        let from = earlier(time, case.window.within);
        let events = count(facts);
        if self.last.is_none_or(|last| last < from) {
            for trigger in facts.iter().filter(|fact| is_lone_trigger(fact, events)) {
                if case.reach.first.is_some_and(|first| first <= from) {
                    violation(case, trigger, format!("since {}", instant(from)), "before", output);
                } else {
                    output.pending(case);
                }
            }
        }
        if events > 0 {
            self.last = Some(time);
        }
    }

    fn end(&mut self, _case: &Case<'_>, _output: &mut Output<'_>) {}
}

fn count(facts: &[Rc<Fact>]) -> usize {
    facts.iter().filter(|fact| fact.roles.has(EVENT)).count()
}

/// Whether `fact` is a trigger and, of so many events of its time, none but itself is the other event.
fn is_lone_trigger(fact: &Fact, events: usize) -> bool {
    fact.roles.has(TRIGGER) && events <= usize::from(fact.roles.has(EVENT))
}

fn unfollowed(case: &Case<'_>, trigger: &Rc<Fact>, output: &mut Output<'_>) {
    let until = later(trigger.time, case.window.within);
    violation(case, trigger, format!("by {}", instant(until)), "after", output);
}

fn violation(case: &Case<'_>, trigger: &Rc<Fact>, limit: String, side: &str, output: &mut Output<'_>) {
    let (wanted, within) = (&case.window.wanted, case.window.within);
    let mut evidence = Evidence::default();
    evidence.add(trigger, TRIGGER);
    evidence.close(case, 1, Some(format!("no {wanted} {limit}, {within:#} {side}")), output);
}

/// A time to the second, in UTC.
fn instant(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
