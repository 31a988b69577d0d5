//! Sums hour by hour, read by key ranges: what it costs depends on the hours, not on the messages.

use std::collections::BTreeMap;
use std::time::Duration;

use super::super::attributes::{as_text, text};
use super::super::write::store_error;
use super::super::{Store, StoreError};
use super::DayCounts;
use crate::clock::Moment;

const HOUR: Duration = Duration::from_secs(3600);

/// Sums by the beginning of their hour. An hour in which nothing happened is missing.
pub type HourCounts = BTreeMap<Moment, DayCounts>;

/// The beginning of the hour that `at` is in.
pub fn hour_start(at: Moment) -> Moment {
    let hour_ms = HOUR.as_millis() as i64;
    Moment::from_epoch_ms(at.epoch_ms().div_euclid(hour_ms) * hour_ms)
}

impl Store {
    /// The sums of each hour from that of `from` to that of `to`.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn hour_counts(&self, from: Moment, to: Moment) -> Result<HourCounts, StoreError> {
        let (from, to) = (hour_start(from), hour_start(to));
        let mut hours = HourCounts::new();
        let mut start = from;
        while start <= to {
            let end = to.min(start.next_midnight() - HOUR);
            self.read_hours(start, end, &mut hours).await?;
            start = end + HOUR;
        }
        Ok(hours)
    }

    /// Reads the hours `start..=end` of one day.
    async fn read_hours(&self, start: Moment, end: Moment, hours: &mut HourCounts) -> Result<(), StoreError> {
        let mut after = None;
        loop {
            let page = self
                .client
                .query()
                .table_name(&self.counters)
                .key_condition_expression("#day = :day AND slot BETWEEN :start AND :end")
                .expression_attribute_names("#day", "day")
                .expression_attribute_values(":day", text(self.day_key(&start.day())))
                .expression_attribute_values(":start", text(start.hour()))
                // `$` follows `#`, so this is behind every shard of the last hour.
                .expression_attribute_values(":end", text(format!("{}$", end.hour())))
                .set_exclusive_start_key(after)
                .send()
                .await
                .map_err(|error| store_error(&error))?;
            for item in page.items() {
                if let Some(hour) = item.get("slot").and_then(as_text).and_then(|slot| hour_of(start, slot)) {
                    hours.entry(hour).or_default().add(item);
                }
            }
            after = page.last_evaluated_key;
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

/// The hour of a slot `HH#S` on the day of `start`.
fn hour_of(start: Moment, slot: &str) -> Option<Moment> {
    Moment::parse(&format!("{}T{}:00:00Z", start.day(), slot.get(..2)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_names_its_hour() {
        let noon = Moment::parse("2026-11-23T12:34:56.789Z").unwrap();
        assert_eq!(hour_start(noon).to_string(), "2026-11-23T12:00:00.000Z");
        assert_eq!(hour_of(noon, "07#3").unwrap().to_string(), "2026-11-23T07:00:00.000Z");
        assert_eq!(hour_of(noon, "x"), None);
        assert_eq!(hour_of(noon, "ää#1"), None);
    }
}
