//! The two day fields of a cron expression, of which exactly one is `?`: `L`, `W` and `#` live here.

use jiff::civil::{Date, Weekday};

use super::cron_field::{Field, Set};

const DAY_OF_MONTH: Field = Field { name: "day of month", first: 1, last: 31, names: &[] };
const DAY_OF_WEEK: Field =
    Field { name: "day of week", first: 1, last: 7, names: &["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] };

/// Which days match.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Days {
    OfMonth(Set),
    /// `L`.
    LastOfMonth,
    /// `LW`.
    LastWeekdayOfMonth,
    /// `15W`: the weekday nearest to the 15th, in the same month.
    NearestWeekday(u16),
    OfWeek(Set),
    /// `6L`: the last Friday of the month.
    LastOfWeek(u16),
    /// `6#3`: the third Friday of the month.
    NthOfWeek(u16, u16),
}

impl Days {
    pub fn parse(of_month: &str, of_week: &str) -> Result<Self, String> {
        match (of_month, of_week) {
            ("?", "?") => Err("both day of month and day of week are `?`".into()),
            (of_month, "?") => Self::parse_of_month(of_month),
            ("?", of_week) => Self::parse_of_week(of_week),
            _ => Err("neither day of month nor day of week is `?`".into()),
        }
    }

    fn parse_of_month(text: &str) -> Result<Self, String> {
        match (text, text.strip_suffix('W')) {
            ("L", _) => Ok(Self::LastOfMonth),
            ("LW", _) => Ok(Self::LastWeekdayOfMonth),
            (_, Some(day)) => DAY_OF_MONTH.number(day).map(Self::NearestWeekday),
            _ => DAY_OF_MONTH.parse(text).map(Self::OfMonth),
        }
    }

    fn parse_of_week(text: &str) -> Result<Self, String> {
        if text == "L" {
            return DAY_OF_WEEK.parse("SAT").map(Self::OfWeek);
        }
        if let Some(day) = text.strip_suffix('L') {
            return DAY_OF_WEEK.number(day).map(Self::LastOfWeek);
        }
        if let Some((day, nth)) = text.split_once('#') {
            let nth = nth.parse().ok().filter(|nth| (1..=5).contains(nth));
            let nth = nth.ok_or_else(|| format!("`{text}` asks for no week from first to fifth"))?;
            return Ok(Self::NthOfWeek(DAY_OF_WEEK.number(day)?, nth));
        }
        DAY_OF_WEEK.parse(text).map(Self::OfWeek)
    }

    pub fn contains(&self, date: Date) -> bool {
        let (day, length) = (date.day() as u16, date.days_in_month() as u16);
        match self {
            Self::OfMonth(days) => days.contains(day),
            Self::LastOfMonth => day == length,
            Self::LastWeekdayOfMonth => day == nearest_weekday(date, length),
            Self::NearestWeekday(wanted) => *wanted <= length && day == nearest_weekday(date, *wanted),
            Self::OfWeek(days) => days.contains(day_of_week(date)),
            Self::LastOfWeek(wanted) => day_of_week(date) == *wanted && day + 7 > length,
            Self::NthOfWeek(wanted, nth) => day_of_week(date) == *wanted && day.div_ceil(7) == *nth,
        }
    }
}

/// From 1, Sunday, to 7.
fn day_of_week(date: Date) -> u16 {
    date.weekday().to_sunday_one_offset() as u16
}

/// The weekday nearest to day `wanted` of the month of `date`, without leaving the month.
fn nearest_weekday(date: Date, wanted: u16) -> u16 {
    let length = date.days_in_month() as u16;
    let Ok(wanted_date) = Date::new(date.year(), date.month(), wanted as i8) else { return 0 };
    match wanted_date.weekday() {
        Weekday::Saturday if wanted == 1 => 3,
        Weekday::Saturday => wanted - 1,
        Weekday::Sunday if wanted == length => wanted - 2,
        Weekday::Sunday => wanted + 1,
        _ => wanted,
    }
}
