//! `require_followed_by` and `require_preceded_by`: every other event is asked whether it is the one that is needed.

use crate::engine::reference::window::event::Dated;
use crate::engine::reference::window::{Court, Judgement, gap, group, lacks_part, length};
use crate::policy::obligation::Follow;

impl Court<'_> {
    pub(super) fn followed_by(&self, follow: &Follow) -> Judgement {
        let within = length(follow.within);
        let comes = |trigger: &Dated<'_>, event: &Dated<'_>| (0..=within).contains(&gap(trigger.time, event.time));
        let is_over = |trigger: &Dated<'_>| self.reach.is_some_and(|(_, last)| gap(trigger.time, last) >= within);
        self.follow(follow, &comes, &is_over)
    }

    pub(super) fn preceded_by(&self, follow: &Follow) -> Judgement {
        let within = length(follow.within);
        let came = |trigger: &Dated<'_>, event: &Dated<'_>| (0..=within).contains(&gap(event.time, trigger.time));
        let is_known = |trigger: &Dated<'_>| self.reach.is_some_and(|(first, _)| gap(first, trigger.time) >= within);
        self.follow(follow, &came, &is_known)
    }

    /// `is_near` asks whether the second event lies in the first one's window, `is_decided` whether the log holds all of the window.
    fn follow(
        &self,
        follow: &Follow,
        is_near: &dyn Fn(&Dated<'_>, &Dated<'_>) -> bool,
        is_decided: &dyn Fn(&Dated<'_>) -> bool,
    ) -> Judgement {
        let mut judgement = Judgement::default();
        for trigger in self.population() {
            let key = group(&follow.by.parts, trigger.value);
            let satisfied = !lacks_part(&key)
                && self.events.iter().any(|event| {
                    event.order != trigger.order
                        && is_near(trigger, event)
                        && self.meets(event.value, &follow.event)
                        && group(&follow.by.parts, event.value) == key
                });
            if satisfied {
                continue;
            }
            if is_decided(trigger) {
                judgement.violations.extend(self.broken(&follow.by, vec![(trigger, "trigger".to_owned())], 1));
            } else {
                judgement.pending += 1;
            }
        }
        judgement
    }
}
