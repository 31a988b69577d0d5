//! What AWS always runs itself, with whatever data services: Lambda, what sets it going, and what watches it.

pub mod api_gateway;
pub mod cloudwatch;
pub mod cognito;
pub(crate) mod deliveries;
pub mod event_source;
pub mod iam;
pub mod lambda;
pub mod schedule;
