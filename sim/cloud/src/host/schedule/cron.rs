//! The six fields of an EventBridge `cron(…)`: minute, hour, day of month, month, day of week, year; all in UTC.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::cron_days::Days;
use super::cron_field::{Field, Set};

const MINUTE: Field = Field { name: "minute", first: 0, last: 59, names: &[] };
const HOUR: Field = Field { name: "hour", first: 0, last: 23, names: &[] };
const YEAR: Field = Field { name: "year", first: 1970, last: 2199, names: &[] };
const MONTH: Field = Field {
    name: "month",
    first: 1,
    last: 12,
    names: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
};

#[derive(Clone, Debug, PartialEq)]
pub struct Cron {
    minutes: Set,
    hours: Set,
    days: Days,
    months: Set,
    years: Set,
}

impl Cron {
    pub(super) fn parse(fields: &str) -> Result<Self, String> {
        let fields: Vec<&str> = fields.split(' ').collect();
        let [minute, hour, day_of_month, month, day_of_week, year] = fields[..] else {
            return Err(format!("{} fields instead of six", fields.len()));
        };
        Ok(Self {
            minutes: MINUTE.parse(minute)?,
            hours: HOUR.parse(hour)?,
            days: Days::parse(day_of_month, day_of_week)?,
            months: MONTH.parse(month)?,
            years: YEAR.parse(year)?,
        })
    }

    /// The first matching minute after `after`; `None` when the years are over.
    pub fn next_after(&self, after: SystemTime) -> Option<SystemTime> {
        let mut at = minute_after(after)?;
        while YEAR.contains(at.year() as u16) {
            if !self.years.contains(at.year() as u16) {
                at = midnight(Date::new(at.year() + 1, 1, 1).ok()?);
            } else if !self.months.contains(at.month() as u16) {
                at = midnight(at.date().last_of_month().tomorrow().ok()?);
            } else if let Some(time) = self.days.contains(at.date()).then(|| self.time_from(at.time())).flatten() {
                return instant(at.date().to_datetime(time));
            } else {
                at = midnight(at.date().tomorrow().ok()?);
            }
        }
        None
    }

    /// The first matching time of a day that is not before `from`.
    fn time_from(&self, from: Time) -> Option<Time> {
        let (hour, minute) = (u16::try_from(from.hour()).ok()?, u16::try_from(from.minute()).ok()?);
        let rest_of_hour = self.hours.contains(hour).then(|| self.minutes.first_from(minute)).flatten();
        let (hour, minute) = match rest_of_hour {
            Some(minute) => (hour, minute),
            None => (self.hours.first_from(hour + 1)?, self.minutes.first_from(0)?),
        };
        Time::new(hour as i8, minute as i8, 0, 0).ok()
    }
}

fn minute_after(after: SystemTime) -> Option<DateTime> {
    let seconds = Timestamp::try_from(after).ok()?.as_second();
    let next = Timestamp::from_second((seconds.div_euclid(60) + 1) * 60).ok()?;
    Some(TimeZone::UTC.to_datetime(next))
}

fn midnight(date: Date) -> DateTime {
    date.to_datetime(Time::midnight())
}

fn instant(at: DateTime) -> Option<SystemTime> {
    let seconds = TimeZone::UTC.to_timestamp(at).ok()?.as_second();
    Some(SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Expressions whose slots are never far apart.
    fn expression() -> impl Strategy<Value = String> {
        let minute = prop_oneof!["\\*", "[1-5]?[0-9]", "[0-9]/[1-9]", "[0-9]-[1-5][0-9]"];
        let hour = prop_oneof!["\\*", "1?[0-9]", "\\*/[1-9]"];
        let days = prop_oneof!["\\* \\* \\?", "\\? \\* [1-7]", "\\? \\* MON-FRI", "1[0-9]? \\* \\?", "L \\* \\?"];
        (minute, hour, days).prop_map(|(minute, hour, days)| format!("{minute} {hour} {days} *"))
    }

    /// Whether a minute matches, without the search.
    fn matches(cron: &Cron, at: SystemTime) -> bool {
        let at = minute_after(at - Duration::from_secs(60)).unwrap();
        cron.minutes.contains(at.minute() as u16)
            && cron.hours.contains(at.hour() as u16)
            && cron.days.contains(at.date())
            && cron.months.contains(at.month() as u16)
            && cron.years.contains(at.year() as u16)
    }

    proptest! {
        #[test]
        fn the_next_slot_is_the_first_minute_that_matches(fields in expression(), minutes in 0..3_000_000_u64) {
            let cron = Cron::parse(&fields).unwrap();
            let minute = Duration::from_secs(60);
            let after = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_392_000) + minute * minutes as u32;
            let next = cron.next_after(after).unwrap();
            let first = (1..).map(|passed| after + minute * passed).find(|&at| matches(&cron, at)).unwrap();
            prop_assert_eq!(next, first, "{}", fields);
        }
    }
}
