//! Choices out of a list of random numbers. A shorter list of smaller numbers makes simpler choices, so that proptest shrinks what
//! is built out of them without knowing what it is.

/// Makes choices; the first choice for ever once its numbers are used up.
pub struct Dice<'r> {
    rolls: std::slice::Iter<'r, u16>,
}

impl<'r> Dice<'r> {
    pub fn new(rolls: &'r [u16]) -> Self {
        Self { rolls: rolls.iter() }
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        (usize::from(self.rolls.next().copied().unwrap_or(0)) * sides) >> 16
    }

    /// `true` in so many of a hundred cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.roll(100) >= 100 - percent
    }

    pub fn pick<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        &choices[self.roll(choices.len())]
    }

    /// One of `choices`, the more often the earlier it stands: what is picked twice is often the same.
    pub fn favour<'c, T>(&mut self, choices: &'c [T]) -> &'c T {
        let first = self.roll(choices.len());
        let second = self.roll(choices.len());
        &choices[first.min(second)]
    }

    /// As [`Dice::favour`], of words.
    pub fn word(&mut self, choices: &[&'static str]) -> &'static str {
        let word: &&str = self.favour(choices);
        word
    }

    /// One of `choices`, the more often the greater its weight.
    pub fn weighted<T: Copy>(&mut self, choices: &[(usize, T)]) -> T {
        let mut rest = self.roll(choices.iter().map(|(weight, _)| weight).sum());
        for (weight, choice) in choices {
            if rest < *weight {
                return *choice;
            }
            rest -= weight;
        }
        unreachable!("the roll is below the sum of the weights")
    }
}
