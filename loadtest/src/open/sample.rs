//! Messages whose delivery is watched: of very many an even sample, from the first to the last.

/// Most that are watched: enough to judge by.
const WATCHED_MAX: usize = 2_000;

/// Each `every`th id that came. When there is no more room, each second of them leaves, and half as many come from then on.
#[derive(Debug)]
pub struct Sample {
    ids: Vec<String>,
    every: u64,
    seen: u64,
}

impl Default for Sample {
    fn default() -> Self {
        Self { ids: Vec::new(), every: 1, seen: 0 }
    }
}

impl Sample {
    pub fn add(&mut self, id: String) {
        if self.seen.is_multiple_of(self.every) {
            if self.ids.len() == WATCHED_MAX {
                let mut keeps = [true, false].into_iter().cycle();
                self.ids.retain(|_| keeps.next() == Some(true));
                self.every *= 2;
            }
            // What comes when there was no room is itself one of those that stay: their number is even.
            self.ids.push(id);
        }
        self.seen += 1;
    }

    /// How many came, watched or not.
    pub fn count(&self) -> u64 {
        self.seen
    }

    pub fn into_ids(self) -> Vec<String> {
        self.ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Regression: only the first were watched, and what happened under the load that came later was not judged.
    #[test]
    fn it_is_even_from_the_first_to_the_last() {
        for (count, every) in [(10_u64, 1), (2_000, 1), (2_001, 2), (100_000, 64)] {
            let mut sample = Sample::default();
            (0..count).for_each(|number| sample.add(number.to_string()));
            let kept: Vec<u64> = sample.into_ids().iter().map(|id| id.parse().unwrap()).collect();
            let expected: Vec<u64> = (0..count).step_by(every).collect();
            assert_eq!(kept, expected, "{count}");
        }
    }
}
