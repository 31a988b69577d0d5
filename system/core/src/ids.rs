//! Identifiers and chance. Both come from one seeded stream per execution environment, so that a seed decides a run.

use std::fmt;
use std::sync::Mutex;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use uuid::Uuid;

use crate::stage::Stage;

/// Namespace of the ids of scheduled messages: a version 5 UUID of `rez-agent.schedule` under the DNS namespace.
const SCHEDULE_NAMESPACE: Uuid = Uuid::from_u128(0x3c20_d72d_afd1_501e_b79a_6c90_b324_ff6e);

/// A seeded source of ids and jitter.
pub struct Entropy(Mutex<Pcg64Mcg>);

impl Entropy {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(Pcg64Mcg::seed_from_u64(seed)))
    }

    /// A random UUID (version 4 in form).
    pub fn uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.draw(|stream| stream.random::<[u8; 16]>())).into_uuid()
    }

    /// An id that nothing else has: of a lease, a correlation, a write.
    pub fn token(&self) -> String {
        format!("{:016x}", self.draw(|stream| stream.random::<u64>()))
    }

    /// Evenly from [0, 1).
    pub fn fraction(&self) -> f64 {
        self.draw(|stream| stream.random::<f64>())
    }

    fn draw<T>(&self, draw: impl FnOnce(&mut Pcg64Mcg) -> T) -> T {
        draw(&mut self.0.lock().expect("drawing does not panic"))
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy")
    }
}

/// The id of the message of one schedule slot: the same slot always makes the same id.
pub fn slot_id(stage: Stage, schedule: &str, slot: &str) -> Uuid {
    Uuid::new_v5(&SCHEDULE_NAMESPACE, format!("{stage}/{schedule}/{slot}").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_makes_one_id() {
        let id = slot_id(Stage::Dev, "daily-message", "2026-11-23");
        assert_eq!(id, slot_id(Stage::Dev, "daily-message", "2026-11-23"));
        assert_ne!(id, slot_id(Stage::Dev, "daily-message", "2026-11-24"));
        assert_ne!(id, slot_id(Stage::Prod, "daily-message", "2026-11-23"));
    }

    #[test]
    fn a_seed_decides_every_draw() {
        let (one, same, other) = (Entropy::new(1), Entropy::new(1), Entropy::new(2));
        assert_eq!(one.uuid(), same.uuid());
        assert_eq!(one.token(), same.token());
        assert_ne!(one.uuid(), other.uuid());
        assert!((0.0..1.0).contains(&one.fraction()));
    }
}
