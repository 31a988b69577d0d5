//! A world that a test acts in, step by step, and the record of what happened there.

mod aws;
mod ntfy;
mod record;
mod setup;
mod world;

use std::time::Duration;

pub use aws::Aws;
pub use ntfy::{Mood, TestNtfy, Try};
pub use record::{Change, Line, Record};
pub use setup::{Setup, unavailable};
pub use world::World;

pub const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub const fn minutes(minutes: u64) -> Duration {
    Duration::from_secs(60 * minutes)
}

pub const fn hours(hours: u64) -> Duration {
    Duration::from_secs(3_600 * hours)
}
