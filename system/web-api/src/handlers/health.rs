//! `GET /api/health`.

use serde::Serialize;

use crate::answer::Answer;
use crate::call::Call;
use crate::deps::Deps;
use crate::error::ApiError;
use crate::health::Dependency;

#[derive(Serialize)]
struct HealthView {
    status: &'static str,
    stage: rez_core::stage::Stage,
    version: &'static str,
    degraded: Vec<Dependency>,
}

pub fn show(deps: &Deps, call: &Call) -> Result<Answer, ApiError> {
    call.demand_nothing_more()?;
    let degraded = deps.health.degraded();
    let status = if degraded.is_empty() { "ok" } else { "degraded" };
    Answer::ok(&HealthView { status, stage: deps.environment.stage, version: env!("CARGO_PKG_VERSION"), degraded })
}
