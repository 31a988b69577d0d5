//! What one seed decides: the clock, and a random stream for each concern.

mod closing;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_async::time::TimeSource;
use rand::distr::{Distribution, StandardUniform};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

pub use self::closing::{Closing, UnderWay};

use crate::faults::Faults;
use crate::history::History;
use crate::profile::Knobs;

/// A random stream. The generator is named, because its algorithm is part of what a seed means.
pub type Stream = Pcg64Mcg;

/// The clock of a world: an epoch plus the Tokio clock, so that it jumps when Tokio's does.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    epoch: SystemTime,
    start: Instant,
}

impl Clock {
    /// A clock that shows `epoch` now. Call it inside the runtime whose clock it is to follow.
    pub fn starting_at(epoch: SystemTime) -> Self {
        Self { epoch, start: Instant::now() }
    }

    pub fn now(&self) -> SystemTime {
        self.epoch + self.elapsed()
    }

    /// Milliseconds since the Unix epoch.
    pub fn now_ms(&self) -> u64 {
        self.now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
    }

    /// Time since the world began.
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// The Tokio instant at which so much time will have gone by since the world began.
    pub fn instant_after(&self, elapsed: Duration) -> Instant {
        self.start + elapsed
    }

    /// The Tokio instant at which the clock will show `at`; the beginning of the world for an earlier time.
    pub fn instant_at(&self, at: SystemTime) -> Instant {
        self.start + at.duration_since(self.epoch).unwrap_or_default()
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        Clock::now(self)
    }
}

/// The one number that decides a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seed(pub u64);

impl Seed {
    /// The random stream of one concern (`latency`, `duplicates`, …). Streams are derived by name, so that drawing more
    /// from one, or adding another, does not shift the rest.
    pub fn stream(self, name: &str) -> Stream {
        let digest = Sha256::new().chain_update(self.0.to_be_bytes()).chain_update(name).finalize();
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        Stream::from_seed(key)
    }
}

/// Ids as AWS makes them, from a stream of their own.
#[derive(Debug)]
pub struct Ids(Mutex<Stream>);

impl Ids {
    pub fn new(seed: Seed, name: &str) -> Self {
        Self(Mutex::new(seed.stream(&format!("ids {name}"))))
    }

    /// A random UUID, as text.
    pub fn uuid(&self) -> String {
        uuid::Builder::from_random_bytes(self.draw()).into_uuid().to_string()
    }

    /// Random bits, for what is written in hexadecimal.
    pub fn bits<T>(&self) -> T
    where
        StandardUniform: Distribution<T>,
    {
        self.0.lock().expect("no draw panics").random()
    }

    fn draw(&self) -> [u8; 16] {
        self.bits()
    }
}

/// What all parts of a cloud share.
pub struct World {
    pub clock: Clock,
    pub seed: Seed,
    pub history: History,
    pub knobs: Knobs,
    pub faults: Faults,
    /// Tells the worlds of one process apart. The SDK keeps its retry buckets per process, and a second run must not
    /// find the first one's empty. No fact carries it.
    pub number: u64,
    pub closing: Closing,
}

impl World {
    pub fn new(clock: Clock, seed: Seed, history: History, knobs: Knobs, faults: Faults) -> Self {
        static WORLDS: AtomicU64 = AtomicU64::new(1);
        Self {
            clock,
            seed,
            history,
            knobs,
            faults,
            number: WORLDS.fetch_add(1, Ordering::Relaxed),
            closing: Closing::default(),
        }
    }
}

/// Sleeps, but not for nothing: a sleep of zero would still wait for the clock's next tick.
pub(crate) async fn pause(duration: Duration) {
    if !duration.is_zero() {
        tokio::time::sleep(duration).await;
    }
}
