//! A user looks at the dashboard.

use goose::prelude::*;
use serde_json::Value;

use crate::api::Request;

pub async fn journey(user: &mut GooseUser) -> TransactionResult {
    super::get::<Value>(user, Request::Metrics.name(), Request::Metrics.path()).await.map(drop)
}
