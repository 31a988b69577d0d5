//! The function as its callers meet it: events of the gateway in, answers out, each judged by `openapi.yaml`. Behind it
//! stand a DynamoDB in memory and servers that can be told to fail.

mod anything;
mod contract;
mod database;
mod exchange;
mod idempotency;
mod identity;
mod listing;
mod messages;
mod metrics;
mod refusals;
mod sign_in;
mod taken;
mod world;
