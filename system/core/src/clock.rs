//! Time as the system sees it: moments of millisecond precision, from a clock that comes in from outside.

use std::fmt;
use std::ops::{Add, Sub};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_smithy_async::time::SharedTimeSource;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// A point in time, in milliseconds since the Unix epoch. As text it is RFC 3339 in UTC with milliseconds, which sorts
/// like the time that it names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(i64);

impl Moment {
    pub const fn from_epoch_ms(ms: i64) -> Self {
        Self(ms)
    }

    pub const fn epoch_ms(self) -> i64 {
        self.0
    }

    pub const fn epoch_seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// Time since `earlier`; zero if that is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The next 00:00 UTC.
    pub fn next_midnight(self) -> Self {
        Self((self.0.div_euclid(DAY_MS) + 1) * DAY_MS)
    }

    /// The UTC day, `2026-11-23`.
    pub fn day(self) -> String {
        self.timestamp().strftime("%Y-%m-%d").to_string()
    }

    /// The UTC hour of the day, `00` to `23`.
    pub fn hour(self) -> String {
        self.timestamp().strftime("%H").to_string()
    }

    /// Reads RFC 3339.
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<Timestamp>().ok().map(|timestamp| Self(timestamp.as_millisecond()))
    }

    fn timestamp(self) -> Timestamp {
        Timestamp::from_millisecond(self.0).unwrap_or(if self.0 < 0 { Timestamp::MIN } else { Timestamp::MAX })
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.timestamp().strftime("%Y-%m-%dT%H:%M:%S.%3fZ"))
    }
}

impl Add<Duration> for Moment {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Moment {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl From<SystemTime> for Moment {
    fn from(time: SystemTime) -> Self {
        let ms = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis());
        Self(i64::try_from(ms).unwrap_or(i64::MAX))
    }
}

/// The clock of one execution environment.
#[derive(Clone, Debug)]
pub struct Clock(SharedTimeSource);

impl Clock {
    pub fn new(source: SharedTimeSource) -> Self {
        Self(source)
    }

    pub fn now(&self) -> Moment {
        self.0.now().into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_moment_is_written_with_milliseconds() {
        assert_eq!(Moment::from_epoch_ms(1_795_435_200_000).to_string(), "2026-11-23T12:00:00.000Z");
        assert_eq!(Moment::from_epoch_ms(1_795_435_200_007).to_string(), "2026-11-23T12:00:00.007Z");
    }

    #[test]
    fn midnight_is_always_ahead() {
        let noon = Moment::parse("2026-11-23T12:00:00Z").unwrap();
        let midnight = noon.next_midnight();
        assert_eq!(midnight.to_string(), "2026-11-24T00:00:00.000Z");
        assert_eq!(midnight.next_midnight().to_string(), "2026-11-25T00:00:00.000Z");
    }

    proptest! {
        #[test]
        fn text_keeps_the_moment_and_its_order(a in 0i64..4_000_000_000_000, b in 0i64..4_000_000_000_000) {
            let (a, b) = (Moment::from_epoch_ms(a), Moment::from_epoch_ms(b));
            prop_assert_eq!(Moment::parse(&a.to_string()), Some(a));
            prop_assert_eq!(a.cmp(&b), a.to_string().cmp(&b.to_string()));
        }
    }
}
