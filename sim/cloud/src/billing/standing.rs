//! What costs the same every month, whatever happens: it stands in the template.

use std::collections::BTreeMap;
use std::time::Duration;

use rez_topology::Topology;

use super::usage::MONTH;
use super::{Charge, Meter};

/// What is left of a log when it is archived ("Amazon CloudWatch pricing", examples).
const COMPRESSION: f64 = 0.15;

/// A log that is kept for ever is billed for this much of it here.
const RETENTION_UNBOUNDED: Duration = MONTH;

const DAY: Duration = Duration::from_secs(86_400);
const MINUTE: Duration = Duration::from_secs(60);

/// Alarms, dashboards and keys of the template, and the logs once they are as long as their retention lets them be.
pub(crate) fn standing(topology: &Topology, meter: &Meter, period: Duration) -> BTreeMap<Charge, f64> {
    let (high_resolution, standard): (Vec<_>, Vec<_>) =
        topology.alarms.values().partition(|alarm| alarm.period < MINUTE);
    BTreeMap::from([
        (Charge::Alarms, standard.len() as f64),
        (Charge::HighResolutionAlarms, high_resolution.len() as f64),
        (Charge::Dashboards, topology.dashboards.len() as f64),
        (Charge::KmsKeys, topology.keys.len() as f64),
        (Charge::LogStorage, log_gigabytes(topology, meter, period)),
    ])
}

fn log_gigabytes(topology: &Topology, meter: &Meter, period: Duration) -> f64 {
    let stored = |(group, bytes): (&str, u64)| {
        let periods = retention(topology, group).as_secs_f64() / period.as_secs_f64().max(1.0);
        bytes as f64 * periods * COMPRESSION / 1e9
    };
    meter.log_bytes().map(stored).sum()
}

fn retention(topology: &Topology, group: &str) -> Duration {
    let group = topology.log_groups.values().find(|known| known.name == group);
    group.and_then(|group| group.retention_days).map_or(RETENTION_UNBOUNDED, |days| DAY * days)
}
