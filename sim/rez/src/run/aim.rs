//! A scenario's faults and alarms become the cloud's, once a template says what there is.

use anyhow::{Context, anyhow};
use rez_cloud::faults::{self, Known, Target};

use rez_topology::Topology;

use crate::scenario::{ExpectedAlarm, Fault, FaultKind};

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

/// The same alarm by the name that AWS knows it by.
///
/// # Errors
/// When there is none of that logical id or name; with the place in the scenario's file.
pub fn name_alarm(alarm: &ExpectedAlarm, topology: &Topology) -> anyhow::Result<ExpectedAlarm> {
    let mut alarms = topology.alarms.iter();
    let found = alarms.find(|(id, known)| **id == alarm.name || known.name == alarm.name);
    let unknown = || {
        let known = topology.alarms.keys().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
        anyhow!("unknown alarm `{}` (known: {known})", alarm.name)
    };
    let (_, known) = found.ok_or_else(unknown).with_context(|| alarm.place.clone())?;
    Ok(ExpectedAlarm { name: known.name.clone(), ..alarm.clone() })
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rez_topology::Options;

    use super::super::topology;
    use super::*;
    use crate::scenario;

    /// An alarm that never has to fire may watch a metric that nobody writes.
    #[test]
    fn every_alarm_is_called_for_by_a_scenario() {
        let topology = topology(None, &Options::default()).unwrap();
        let shipped = scenario::shipped().unwrap();
        let expected = shipped.iter().flat_map(|scenario| &scenario.expectations.alarms);
        let called_for: BTreeSet<String> =
            expected.filter(|alarm| alarm.required).map(|alarm| name_alarm(alarm, &topology).unwrap().name).collect();
        let all: BTreeSet<String> = topology.alarms.values().map(|alarm| alarm.name.clone()).collect();
        assert_eq!(called_for, all);
    }
}
