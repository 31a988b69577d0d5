//! The cloud as its users see it: templates in, facts out, on a clock that jumps.

#[path = "../../examples/guestbook/clerk.rs"]
mod clerk;
mod support;

mod backend;
mod billing;
mod bootstrap;
mod dynamodb;
mod guestbook;
mod host_alias;
mod host_api_gateway;
mod host_async;
mod host_both_ways;
mod host_child;
mod host_closing;
mod host_cloudwatch;
mod host_cognito;
mod host_deliveries;
mod host_event_source;
mod host_lambda;
mod host_permits;
mod host_process;
mod host_schedule;
mod iam;
mod network_faults;
mod network_permissions;
mod network_wire;
mod ports;
mod services;
