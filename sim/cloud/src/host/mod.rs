//! What AWS always runs itself, with whatever data services: Lambda, its event sources, and schedules.

pub mod cloudwatch;
pub mod cognito;
pub mod event_source;
pub mod lambda;
pub mod schedule;
