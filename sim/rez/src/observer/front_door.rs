//! The front door as its visitors saw it: how many answers of which kind, how fast, and what of that was good.

use std::time::{Duration, SystemTime};

use hdrhistogram::Histogram;
use rez_reports::{Count, Measurement, Requests};

use crate::latency::{histogram, record};
use crate::visitors::Answered;

/// What the objectives promise (design): 95 of 100 answers within the first, 99 within the second.
pub const P95_UNDER: Duration = Duration::from_millis(500);
pub const P99_UNDER: Duration = Duration::from_millis(1_000);
const DAY: Duration = Duration::from_secs(86_400);
const DIGITS: u8 = 3;

pub struct FrontDoor {
    start: SystemTime,
    pub requests: Requests,
    took: Histogram<u32>,
    under_p95: u64,
    under_p99: u64,
    days: Vec<Count>,
}

impl FrontDoor {
    pub fn new(start: SystemTime) -> Self {
        Self {
            start,
            requests: Requests::default(),
            took: histogram(DIGITS),
            under_p95: 0,
            under_p99: 0,
            days: Vec::new(),
        }
    }

    /// A request without an answer failed, as far as its sender knows.
    pub fn answered(&mut self, at: SystemTime, answered: &Answered<'_>) {
        let status = answered.status().unwrap_or(504);
        self.requests.count(status);
        record(&mut self.took, answered.took.as_millis() as u64);
        self.under_p95 += u64::from(answered.took < P95_UNDER);
        self.under_p99 += u64::from(answered.took < P99_UNDER);
        let day = (at.duration_since(self.start).unwrap_or_default().as_secs() / DAY.as_secs()) as usize;
        if self.days.len() <= day {
            self.days.resize(day + 1, Count::default());
        }
        self.days[day].total += 1;
        self.days[day].good += u64::from(status < 500);
    }

    /// Answers that were no failure of ours, by day.
    pub fn availability(&self) -> Measurement {
        Measurement::Ratio { days: self.days.clone() }
    }

    pub fn p95(&self) -> Measurement {
        self.percentile(0.95, self.under_p95)
    }

    pub fn p99(&self) -> Measurement {
        self.percentile(0.99, self.under_p99)
    }

    fn percentile(&self, percentile: f64, good: u64) -> Measurement {
        let total = self.took.len();
        let observed = (total > 0).then(|| Duration::from_millis(self.took.value_at_quantile(percentile)));
        Measurement::Percentile { observed, count: Count { good, total } }
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn no_answer_is_a_failure() {
        let mut door = FrontDoor::new(UNIX_EPOCH);
        let answered =
            Answered { route: "GET /api/messages", group: None, took: Duration::from_secs(35), answer: None };
        door.answered(UNIX_EPOCH + DAY, &answered);
        assert_eq!(door.requests, Requests { total: 1, failed: 1, ..Requests::default() });
        let Measurement::Ratio { days } = door.availability() else { panic!("a ratio") };
        assert_eq!((days[0].total, days[1].total, days[1].good), (0, 1, 0));
    }
}
