//! Hourly counts and latency histograms, moved in the same transaction as the message that they count, so that they
//! cannot drift. Each hour has several slots, because transactions on one item conflict.

mod hours;

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::{TransactWriteItem, Update};

use super::attributes::{as_number, number, text};
use super::item::Item;
use super::write::store_error;
use super::{Store, StoreError};
use crate::clock::Moment;
use crate::message::{MessageId, RETENTION};
pub use hours::{HourCounts, hour_start};

/// Slots of an hour.
const SHARDS: u8 = 8;

/// In milliseconds.
const THREE_DAYS: u64 = 259_200_000;

/// Upper bounds of the latency histogram's buckets, in milliseconds; what is slower falls into the last, unbounded one.
pub const LATENCY_BUCKETS_MS: [u64; 25] = [
    50, 100, 150, 200, 300, 400, 500, 700, 1_000, 1_500, 2_000, 3_000, 5_000, 7_000, 10_000, 15_000, 30_000, 60_000,
    300_000, 900_000, 3_600_000, 14_400_000, 28_800_000, 86_400_000, THREE_DAYS,
];

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    Created,
    Completed,
    Failed,
    Cancelled,
    Redriven,
}

impl Counter {
    pub const ALL: [Self; 5] = [Self::Created, Self::Completed, Self::Failed, Self::Cancelled, Self::Redriven];

    /// Its attribute.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Redriven => "redriven",
        }
    }
}

/// Sums of one UTC day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DayCounts {
    pub counts: BTreeMap<Counter, u64>,
    /// Messages by bucket of [`LATENCY_BUCKETS_MS`], and one for what was slower.
    pub latency: [u64; LATENCY_BUCKETS_MS.len() + 1],
}

impl DayCounts {
    pub fn of(&self, counter: Counter) -> u64 {
        self.counts.get(&counter).copied().unwrap_or(0)
    }

    fn add(&mut self, item: &Item) {
        let value = |attribute: &str| item.get(attribute).and_then(as_number::<u64>).unwrap_or(0);
        for counter in Counter::ALL {
            *self.counts.entry(counter).or_default() += value(counter.as_str());
        }
        for (bucket, sum) in self.latency.iter_mut().enumerate() {
            *sum += value(&bucket_attribute(bucket));
        }
    }
}

impl Store {
    /// The action that counts, for a transaction. `latency_ms` goes into the histogram.
    pub(super) fn counter(
        &self,
        id: MessageId,
        at: Moment,
        counter: Counter,
        latency_ms: Option<u64>,
    ) -> TransactWriteItem {
        let mut update = Update::builder()
            .table_name(&self.counters)
            .key("day", text(self.day_key(&at.day())))
            .key("slot", text(format_args!("{}#{}", at.hour(), id.0.as_bytes()[15] % SHARDS)))
            .expression_attribute_names("#counter", counter.as_str())
            .expression_attribute_names("#ttl", "ttl")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":ttl", number((at + RETENTION).epoch_seconds()));
        let mut additions = "#counter :one".to_owned();
        if let Some(latency_ms) = latency_ms {
            update = update.expression_attribute_names("#latency", bucket_attribute(bucket(latency_ms)));
            additions.push_str(", #latency :one");
        }
        let update = update
            .update_expression(format!("SET #ttl = if_not_exists(#ttl, :ttl) ADD {additions}"))
            .build()
            .expect("an update with a table, a key and an expression is whole");
        TransactWriteItem::builder().update(update).build()
    }

    /// The sums of the UTC day `day` (`2026-11-23`).
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn day_counts(&self, day: &str) -> Result<DayCounts, StoreError> {
        let mut counts = DayCounts::default();
        let mut start = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.counters)
                .key_condition_expression("#day = :day")
                .expression_attribute_names("#day", "day")
                .expression_attribute_values(":day", text(self.day_key(day)))
                .set_exclusive_start_key(start)
                .send()
                .await
                .map_err(|error| store_error(&error))?;
            page.items().iter().for_each(|item| counts.add(item));
            start = page.last_evaluated_key;
            if start.is_none() {
                return Ok(counts);
            }
        }
    }

    fn day_key(&self, day: &str) -> String {
        format!("{}#{day}", self.stage)
    }
}

fn bucket(latency_ms: u64) -> usize {
    LATENCY_BUCKETS_MS.partition_point(|&bound| bound < latency_ms)
}

fn bucket_attribute(bucket: usize) -> String {
    match LATENCY_BUCKETS_MS.get(bucket) {
        Some(bound) => format!("latency_le_{bound}"),
        None => "latency_slower".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_latency_falls_into_the_bucket_that_bounds_it() {
        let attribute = |latency_ms| bucket_attribute(bucket(latency_ms));
        assert_eq!(attribute(0), "latency_le_50");
        assert_eq!(attribute(50), "latency_le_50");
        assert_eq!(attribute(51), "latency_le_100");
        assert_eq!(attribute(14_400_000), "latency_le_14400000");
        assert_eq!(attribute(14_400_001), "latency_le_28800000");
        assert_eq!(attribute(259_200_000), "latency_le_259200000");
        assert_eq!(attribute(259_200_001), "latency_slower");
        assert_eq!(attribute(u64::MAX), "latency_slower");
    }

    #[test]
    fn bounds_ascend() {
        assert!(LATENCY_BUCKETS_MS.is_sorted());
    }
}
