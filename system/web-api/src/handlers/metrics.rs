//! `GET /api/metrics`.

use crate::answer::Answer;
use crate::call::Call;
use crate::caller::Caller;
use crate::deps::Deps;
use crate::error::ApiError;
use crate::health::Dependency;
use crate::metrics::view::MetricsView;

pub async fn show(deps: &Deps, call: &Call, _: &Caller) -> Result<Answer, ApiError> {
    call.demand_nothing_more()?;
    let now = deps.environment.clock.now();
    let snapshot = deps.metrics.look(&deps.creator.store, &deps.config.config_table, now).await?;
    deps.health.learn(Dependency::Database, !snapshot.stale);
    Answer::ok(&MetricsView::of(&snapshot))
}
