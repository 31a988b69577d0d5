//! The numbers of the last 24 hours, as one environment last saw them.
//!
//! An hour that is over does not change any more, so it is read once: a further look reads only what is new since the
//! last. And when the counters cannot be read, the last numbers are still here.

use std::sync::Mutex;
use std::time::Duration;

use rez_core::clock::Moment;
use rez_core::gate::Breaker;
use rez_core::store::{HourCounts, Store, StoreError, hour_start};

pub const WINDOW_HOURS: u32 = 24;
const HOUR: Duration = Duration::from_secs(3600);

/// A write takes the hour at its beginning, and may be retried for some seconds after it.
const LATE_WRITES: Duration = Duration::from_secs(300);

/// The destination whose breaker is shown.
const CHANNEL: &str = "ntfy";

#[derive(Clone, Debug)]
pub struct Snapshot {
    pub as_of: Moment,
    /// Whether the counters could not be read just now, and these are the last that could.
    pub stale: bool,
    pub hours: HourCounts,
    pub breaker: Breaker,
}

/// The last good snapshot.
#[derive(Debug, Default)]
pub struct LastGood(Mutex<Option<Snapshot>>);

impl LastGood {
    /// Looks again; where that fails, the last good snapshot is stale.
    ///
    /// # Errors
    /// When there is no last good one.
    pub async fn look(&self, store: &Store, config_table: &str, now: Moment) -> Result<Snapshot, StoreError> {
        let last = self.last();
        match read(store, config_table, now, last.as_ref()).await {
            Ok(snapshot) => {
                self.keep(snapshot.clone());
                Ok(snapshot)
            }
            Err(error) => {
                let last = last.ok_or_else(|| error.clone())?;
                tracing::warn!(code = "metrics_stale", %error, "the metrics cannot be read, the last ones are shown");
                Ok(Snapshot { stale: true, ..last })
            }
        }
    }

    fn last(&self) -> Option<Snapshot> {
        self.0.lock().expect("keeping a snapshot does not panic").clone()
    }

    fn keep(&self, snapshot: Snapshot) {
        *self.0.lock().expect("keeping a snapshot does not panic") = Some(snapshot);
    }
}

/// The beginning of the window that ends now: the running hour, and 23 before it.
pub fn window_start(now: Moment) -> Moment {
    hour_start(now) - HOUR * (WINDOW_HOURS - 1)
}

async fn read(store: &Store, config_table: &str, now: Moment, last: Option<&Snapshot>) -> Result<Snapshot, StoreError> {
    let start = window_start(now);
    let unsure = last.map_or(start, |last| hour_start(last.as_of - LATE_WRITES).max(start));
    let mut hours = store.hour_counts(unsure, now).await?;
    if let Some(last) = last {
        hours.extend(last.hours.range(start..unsure).map(|(hour, counts)| (*hour, counts.clone())));
    }
    let breaker = store.gate_state(config_table, CHANNEL).await?.breaker;
    Ok(Snapshot { as_of: now, stale: false, hours, breaker })
}
