//! Event source mappings beside each other.

use rez_topology::{EventSource, Topology};

use super::BuildError;
use crate::services::ServiceError;
use crate::world::{Ids, Seed};

/// Whether this is the only mapping of its queue to `function`: Lambda takes no second (recorded on AWS).
pub(super) fn check_unique(
    id: &str,
    source: &EventSource,
    function: &str,
    topology: &Topology,
    seed: Seed,
) -> Result<(), BuildError> {
    let is_same = |other: &EventSource| other.queue_arn == source.queue_arn && other.function == source.function;
    let mut earlier = topology.event_sources.iter().take_while(|(other, _)| *other != id);
    let Some((existing, _)) = earlier.find(|(_, other)| is_same(other)) else { return Ok(()) };
    let uuid = Ids::new(seed, &format!("event source {existing}")).uuid();
    let message = format!(
        "An event source mapping with SQS arn (\" {} \") and function (\" {function} \") already exists. Please update or \
         delete the existing mapping with UUID {uuid}",
        source.queue_arn
    );
    let error = ServiceError::new("ResourceConflictException", message).with_status(409);
    Err(BuildError::Refused { resource: id.to_owned(), error })
}
