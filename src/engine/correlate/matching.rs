//! Gives each of a few steps an event of its own.

/// For each step an event among its candidates, no event twice: of all ways the first, step by step, in the order of the candidates.
/// `None` where there is no way. Cost grows with the fourth power of the number of steps at worst, which is small.
pub(super) fn assign(candidates: &[Vec<usize>]) -> Option<Vec<usize>> {
    let mut chosen: Vec<usize> = Vec::new();
    // With one candidate at least for each, and none shared by two, the first ones are the answer.
    let firsts: Option<Vec<usize>> = candidates.iter().map(|events| events.first().copied()).collect();
    let firsts = firsts?;
    let apart = firsts.iter().enumerate().all(|(place, event)| !firsts.iter().take(place).any(|other| other == event));
    if apart {
        return Some(firsts);
    }
    for (step, events) in candidates.iter().enumerate() {
        let rest = candidates.get(step + 1..).unwrap_or_default();
        let fits = |event: &&usize| {
            if chosen.contains(event) {
                return false;
            }
            let mut matching = Matching::new(rest.len());
            let free = |other: &usize| other != *event && !chosen.contains(other);
            rest.iter().enumerate().all(|(step, events)| {
                let events: Vec<usize> = events.iter().copied().filter(free).collect();
                matching.add_step(step, &events)
            })
        };
        chosen.push(*events.iter().find(fits)?);
    }
    Some(chosen)
}

/// Steps and events, each step with one event at most, that grow by augmenting paths.
pub(super) struct Matching {
    /// The candidates of each step.
    candidates: Vec<Vec<usize>>,
    /// The event of each step.
    events: Vec<Option<usize>>,
}

impl Matching {
    /// Of so many steps, none of which has an event.
    pub(super) fn new(steps: usize) -> Self {
        Self { candidates: vec![Vec::new(); steps], events: vec![None; steps] }
    }

    /// Gives the step an event, moving others to other events where that is needed; answers whether it could.
    fn add_step(&mut self, step: usize, events: &[usize]) -> bool {
        if let Some(candidates) = self.candidates.get_mut(step) {
            events.clone_into(candidates);
        }
        self.augment(step, &mut Vec::new())
    }

    /// Lets the event be that of one of `steps`, moving others to other steps where that is needed; answers whether it could.
    pub(super) fn add_event(&mut self, event: usize, steps: &[usize]) -> bool {
        for step in steps {
            if let Some(candidates) = self.candidates.get_mut(*step) {
                candidates.push(event);
            }
        }
        let added = self.place_event(event, &mut Vec::new());
        if !added {
            for candidates in &mut self.candidates {
                candidates.retain(|known| *known != event);
            }
        }
        added
    }

    /// How many steps have an event.
    pub(super) fn len(&self) -> usize {
        self.events.iter().flatten().count()
    }

    fn augment(&mut self, step: usize, tried: &mut Vec<usize>) -> bool {
        let events = self.candidates.get(step).cloned().unwrap_or_default();
        for event in events {
            if tried.contains(&event) {
                continue;
            }
            tried.push(event);
            let holder = self.events.iter().position(|held| *held == Some(event));
            if holder.is_none_or(|holder| self.augment(holder, tried)) {
                if let Some(held) = self.events.get_mut(step) {
                    *held = Some(event);
                }
                return true;
            }
        }
        false
    }

    fn place_event(&mut self, event: usize, tried: &mut Vec<usize>) -> bool {
        for step in 0..self.candidates.len() {
            if tried.contains(&step) || !self.candidates.get(step).is_some_and(|events| events.contains(&event)) {
                continue;
            }
            tried.push(step);
            let held = self.events.get(step).copied().flatten();
            if held.is_none_or(|held| self.place_event(held, tried)) {
                if let Some(place) = self.events.get_mut(step) {
                    *place = Some(event);
                }
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_way_is_taken() {
        for (candidates, wanted) in [
            (vec![vec![0, 1], vec![0]], Some(vec![1, 0])),
            (vec![vec![0, 1], vec![0, 1]], Some(vec![0, 1])),
            (vec![vec![0], vec![0]], None),
            (vec![vec![0], vec![]], None),
            (vec![vec![0, 1], vec![0, 1], vec![0, 1]], None),
            (vec![vec![0, 1, 2], vec![0, 1], vec![0]], Some(vec![2, 1, 0])),
            (vec![vec![2], vec![0, 1]], Some(vec![2, 0])),
        ] {
            assert_eq!(assign(&candidates), wanted, "{candidates:?}");
        }
    }

    #[test]
    fn an_event_is_added_where_others_can_move() {
        let mut matching = Matching::new(2);
        assert!(matching.add_event(7, &[0, 1]));
        assert!(matching.add_event(8, &[0]));
        assert!(!matching.add_event(9, &[1]));
        assert_eq!(matching.len(), 2);
    }
}
