//! Scenarios: who sends how much, what goes wrong when, and what must hold. They are data in TOML; those in
//! `sim/scenarios/` are part of the program, so that `rez` works anywhere.

mod error;
mod expect;
mod file;
mod front_door;
mod library;
mod objectives;
mod parse;
mod span;

pub use error::ScenarioError;
pub use expect::{DeadLettered, Expectations, ExpectedAlarm, OtherAlarms};
pub use file::{Fault, FaultKind, NtfyLimits, Rhythm, Workload};
pub use front_door::{Burst, Hostile, HostileKind, KeyRotation};
pub use library::{find, names, shipped};
pub use objectives::Objectives;

use std::time::Duration;

use rez_cloud::profile::Profile;

/// A scenario that was read and checked.
#[derive(Clone, Debug)]
pub struct Scenario {
    pub name: String,
    /// What to paste after `rez run` to get it: its name, or the path of its file.
    pub source: String,
    pub about: String,
    /// How long the workload sends.
    pub duration: Duration,
    /// After the last message and the last fault, everything settles within this.
    pub settle_within: Duration,
    pub profile: Profile,
    pub workload: Workload,
    pub hostile: Hostile,
    pub bursts: Vec<Burst>,
    pub key_rotations: Vec<KeyRotation>,
    pub ntfy: NtfyLimits,
    pub faults: Vec<Fault>,
    pub objectives: Objectives,
    pub expectations: Expectations,
}
