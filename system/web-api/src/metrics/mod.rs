//! What `GET /api/metrics` tells, and how it stays cheap and answers when DynamoDB does not.

pub mod percentile;
pub mod snapshot;
pub mod view;
