//! Metrics as CloudWatch keeps them: samples gathered by period, for as long as somebody looks back.

mod bucket;
mod id;
mod series;
mod statistic;
mod store;

pub use self::id::MetricId;
pub use self::statistic::Statistic;
pub(super) use self::store::{Need, SeriesId, Store};
