//! Faults on a timeline. A fault is small data; rules match it against what happens and return a [`Verdict`], which
//! the network and the host carry out: the latter for what AWS does itself (invocations, polls of event sources, deliveries
//! of topics). Every fault heals at the end of its window.
//!
//! To add a kind: a variant of [`FaultKind`], its name, and an arm where it is carried out.

mod target;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::RngExt;

pub use self::target::{Known, Target, TargetError};
use crate::history::{Fact, History};
use crate::world::{Seed, Stream};

/// One thing that goes wrong, to what, how often, and when.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    pub kind: FaultKind,
    pub target: Target,
    /// Chance for each request or invocation that matches, 0 to 1.
    pub probability: f64,
    /// The window, since the world began: `from` is in it, `until` is not.
    pub from: Duration,
    pub until: Duration,
}

/// What goes wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// The service answers with this status and error code, and does nothing.
    Refuse { status: u16, code: String },
    /// The service answers with its own throttling error, and does nothing.
    Throttle,
    /// The request arrives, or the invocation begins, that much later.
    Delay { min: Duration, max: Duration },
    /// The request never arrives; the caller waits.
    LoseRequest,
    /// The service acts, but its answer never arrives; the caller waits.
    LoseResponse,
    /// The caller's connection is reset.
    Reset { after_effect: bool },
    /// An environment dies: of a function, within an invocation; of the caller, when the service has acted.
    Crash,
}

impl FaultKind {
    pub fn name(&self) -> &'static str {
        match self {
            Self::Refuse { .. } => "refuse",
            Self::Throttle => "throttle",
            Self::Delay { .. } => "delay",
            Self::LoseRequest => "lose_request",
            Self::LoseResponse => "lose_response",
            Self::Reset { .. } => "reset",
            Self::Crash => "crash",
        }
    }

    /// Whether it can happen to an invocation, which is not on the wire.
    fn befalls_functions(&self) -> bool {
        matches!(self, Self::Throttle | Self::Delay { .. } | Self::Crash)
    }
}

/// A fault that cannot be.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FaultError {
    #[error("probability {0} is not between 0 and 1")]
    Probability(f64),
    #[error("the window ends at {until:?}, not after its beginning at {from:?}")]
    Window { from: Duration, until: Duration },
    #[error("delay from {min:?} to {max:?} is no range")]
    Delay { min: Duration, max: Duration },
    #[error("status {0} is no refusal (expected 400 to 599)")]
    Status(u16),
    #[error("`{kind}` happens on the wire, not to `{target}` (expected `throttle`, `delay` or `crash`)")]
    NotForFunctions { kind: &'static str, target: Target },
}

impl Fault {
    /// # Errors
    /// What makes this fault impossible.
    pub fn check(&self) -> Result<(), FaultError> {
        if !(0.0..=1.0).contains(&self.probability) {
            return Err(FaultError::Probability(self.probability));
        }
        if self.from >= self.until {
            return Err(FaultError::Window { from: self.from, until: self.until });
        }
        match self.kind {
            FaultKind::Delay { min, max } if min > max => return Err(FaultError::Delay { min, max }),
            FaultKind::Refuse { status, .. } if !(400..600).contains(&status) => {
                return Err(FaultError::Status(status));
            }
            _ => {}
        }
        if matches!(self.target, Target::Function(_)) && !self.kind.befalls_functions() {
            return Err(FaultError::NotForFunctions { kind: self.kind.name(), target: self.target.clone() });
        }
        Ok(())
    }
}

/// What the faults have in store for one request or invocation.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Verdict {
    /// The sum of all delays that matched.
    pub delay: Duration,
    /// The first other fault that matched.
    pub blow: Option<FaultKind>,
}

/// All faults of a world; clones share their random streams.
#[derive(Clone)]
pub struct Faults {
    history: History,
    rules: Arc<[Rule]>,
}

struct Rule {
    fault: Fault,
    /// The target as text, for the history.
    label: String,
    stream: Mutex<Stream>,
}

impl Faults {
    /// # Errors
    /// The first fault that cannot be.
    pub fn new(faults: Vec<Fault>, seed: Seed, history: History) -> Result<Self, FaultError> {
        faults.iter().try_for_each(Fault::check)?;
        Ok(Self { history, rules: faults.into_iter().map(|fault| Rule::new(fault, seed)).collect() })
    }

    /// What befalls a request, at `elapsed` since the world began.
    pub fn on_request(&self, elapsed: Duration, service: &str, operation: &str, resource: &str) -> Verdict {
        self.verdict(elapsed, |target| target.matches_request(service, operation, resource))
    }

    /// What befalls an invocation of a function.
    pub fn on_invocation(&self, elapsed: Duration, function: &str) -> Verdict {
        self.verdict(elapsed, |target| target.matches_function(function))
    }

    fn verdict(&self, elapsed: Duration, matches: impl Fn(&Target) -> bool) -> Verdict {
        let mut verdict = Verdict::default();
        for (index, rule) in self.rules.iter().enumerate() {
            if !rule.fault.is_open(elapsed) || !matches(&rule.fault.target) || !rule.strikes() {
                continue;
            }
            match &rule.fault.kind {
                FaultKind::Delay { min, max } => verdict.delay += rule.draw(*min, *max),
                // One blow fells: the rest would find nobody standing.
                _ if verdict.blow.is_some() => continue,
                blow => verdict.blow = Some(blow.clone()),
            }
            self.history.record(Fact::Fault { rule: index, kind: rule.fault.kind.name(), target: &rule.label });
        }
        verdict
    }
}

impl Fault {
    fn is_open(&self, elapsed: Duration) -> bool {
        self.from <= elapsed && elapsed < self.until
    }
}

impl Rule {
    /// The stream's name is the fault itself, not its place in the list: taking one away leaves the others as they were.
    fn new(fault: Fault, seed: Seed) -> Self {
        let stream = Mutex::new(seed.stream(&format!("fault {fault:?}")));
        Self { label: fault.target.to_string(), fault, stream }
    }

    fn strikes(&self) -> bool {
        self.stream.lock().expect("no draw panics").random::<f64>() < self.fault.probability
    }

    fn draw(&self, min: Duration, max: Duration) -> Duration {
        min + (max - min).mul_f64(self.stream.lock().expect("no draw panics").random::<f64>())
    }
}

#[cfg(test)]
mod tests;
