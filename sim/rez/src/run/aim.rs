//! A scenario's fault becomes the cloud's, once a template says what it can be aimed at.

use anyhow::Context;
use rez_cloud::faults::{self, Known, Target};

use crate::scenario::{Fault, FaultKind};

/// # Errors
/// When there is nothing of that name, or the fault cannot happen to it; with the place in the scenario's file.
pub fn aim(fault: &Fault, known: &Known) -> anyhow::Result<faults::Fault> {
    let aimed = faults::Fault {
        kind: kind(&fault.kind),
        target: Target::parse(&fault.target, known).with_context(|| fault.place.clone())?,
        probability: fault.probability,
        from: fault.from,
        until: fault.until,
    };
    aimed.check().with_context(|| fault.place.clone())?;
    Ok(aimed)
}

fn kind(kind: &FaultKind) -> faults::FaultKind {
    match kind {
        FaultKind::Refuse { status, code } => faults::FaultKind::Refuse { status: *status, code: code.clone() },
        FaultKind::Throttle => faults::FaultKind::Throttle,
        FaultKind::Delay { min, max } => faults::FaultKind::Delay { min: *min, max: *max },
        FaultKind::LoseRequest => faults::FaultKind::LoseRequest,
        FaultKind::LoseResponse => faults::FaultKind::LoseResponse,
        FaultKind::Reset { after_effect } => faults::FaultKind::Reset { after_effect: *after_effect },
        FaultKind::Crash => faults::FaultKind::Crash,
    }
}
