//! What was learned, in passing, about the things we depend on. Health is answered from this, so asking costs nothing.

use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dependency {
    Database,
    Identity,
    Parameters,
}

const ALL: [Dependency; 3] = [Dependency::Database, Dependency::Identity, Dependency::Parameters];

/// Of each dependency, whether it failed when it was last used.
#[derive(Debug, Default)]
pub struct Health([AtomicBool; ALL.len()]);

impl Health {
    pub fn learn(&self, dependency: Dependency, works: bool) {
        self.0[dependency as usize].store(!works, Ordering::Relaxed);
    }

    pub fn degraded(&self) -> Vec<Dependency> {
        ALL.into_iter().filter(|dependency| self.0[*dependency as usize].load(Ordering::Relaxed)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_last_is_degraded() {
        let health = Health::default();
        health.learn(Dependency::Parameters, false);
        health.learn(Dependency::Database, false);
        assert_eq!(health.degraded(), [Dependency::Database, Dependency::Parameters]);
        health.learn(Dependency::Database, true);
        assert_eq!(health.degraded(), [Dependency::Parameters]);
    }
}
