//! The open model: requests come when they are due, whether or not those before them were answered, as people do who know
//! nothing of each other. Latency counts from the moment at which a request was due. A closed model forgives a system that
//! stalls, because its users stop and wait; this one does not.

mod early;
mod end_to_end;
mod generator;
mod pattern;
mod record;
mod sample;
mod send;
mod timeline;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

pub use early::SoFar;
pub use generator::{Answer, Plan, Send, generate};
pub use pattern::{Pattern, Segment};
pub use record::{Record, Row};
pub use send::ToApi;
pub use timeline::Timeline;

use end_to_end::Deliveries;

/// What an open-model run found.
#[derive(Debug)]
pub struct Found {
    pub record: Record,
    pub deliveries: Deliveries,
    /// It was stopped before its end.
    pub aborted: bool,
}

/// What is on its way when a run is stopped gets one look.
const SETTLE_WHEN_ABORTED: Duration = Duration::from_secs(1);

/// Sends what `plan` says to the API, then waits for what was created to be delivered. `watch` says whether to go on; it is
/// told of deliveries when the API is asked for them meanwhile, for those that may take `early` at the most.
pub async fn run(
    plan: &Plan,
    api: ToApi,
    early: Option<Duration>,
    mut watch: impl FnMut(&Record, SoFar) -> bool,
) -> Found {
    let deliveries = Arc::<early::Watch>::default();
    let api = Arc::new(if early.is_some() { api.watched_by(deliveries.clone()) } else { api });
    let mut looks = JoinSet::new();
    if let Some(within) = early {
        looks.spawn(deliveries.clone().run(api.clone(), within));
    }
    let (record, aborted) = generate(plan, api.clone(), |record| watch(record, deliveries.so_far())).await;
    drop(looks);
    let settle_within = if aborted { plan.settle_within.min(SETTLE_WHEN_ABORTED) } else { plan.settle_within };
    let deliveries = Deliveries::wait_for(&api, settle_within).await;
    Found { record, deliveries, aborted }
}
