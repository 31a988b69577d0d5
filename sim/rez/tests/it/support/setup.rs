//! What a world begins with.

use std::ops::Range;
use std::time::Duration;

use rez::ntfy::Settings;
use rez::world::NTFY_TOKEN;
use rez_cloud::faults::{Fault, FaultKind, Known, Target};
use rez_cloud::profile::{Knobs, Profile};
use rez_topology::{Options, Topology};

use super::World;

const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../system/template.yaml");

/// The deployed template in an ideal cloud, beside an ntfy with its own limits, without faults.
pub struct Setup {
    pub ntfy: Settings,
    pub knobs: Knobs,
    options: Options,
    faults: Vec<(FaultKind, &'static str, Range<Duration>, f64)>,
}

impl Setup {
    pub fn new() -> Self {
        Self {
            ntfy: Settings { token: Some(NTFY_TOKEN.to_owned()), ..Settings::default() },
            knobs: Profile::Ideal.knobs(),
            options: Options::default(),
            faults: Vec::new(),
        }
    }

    /// Overrides a parameter of the template.
    pub fn parameter(self, name: &str, value: &str) -> Self {
        Self { options: self.options.parameter(name, value), ..self }
    }

    pub fn ntfy(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.ntfy);
        self
    }

    pub fn knobs(mut self, change: impl FnOnce(&mut Knobs)) -> Self {
        change(&mut self.knobs);
        self
    }

    /// A fault that strikes whatever it meets in its window.
    pub fn fault(self, kind: FaultKind, target: &'static str, window: Range<Duration>) -> Self {
        self.fault_sometimes(kind, target, window, 1.0)
    }

    pub fn fault_sometimes(
        mut self,
        kind: FaultKind,
        target: &'static str,
        window: Range<Duration>,
        probability: f64,
    ) -> Self {
        self.faults.push((kind, target, window, probability));
        self
    }

    pub fn begin(self) -> World {
        let topology = Topology::from_file(TEMPLATE, &self.options).expect("the template has no mistake");
        let known = Known::of(&topology).server(&rez::world::ntfy_host(&topology).expect("the template names ntfy"));
        let aim = |(kind, target, window, probability): (FaultKind, &str, Range<Duration>, f64)| Fault {
            kind,
            target: Target::parse(target, &known).expect("a test aims at what is there"),
            probability,
            from: window.start,
            until: window.end,
        };
        let faults = self.faults.into_iter().map(aim).collect();
        World::begin(topology, self.knobs, faults, self.ntfy)
    }
}

/// A service that answers everything with an error that is worth a retry.
pub fn unavailable() -> FaultKind {
    FaultKind::Refuse { status: 500, code: "InternalServerError".to_owned() }
}
