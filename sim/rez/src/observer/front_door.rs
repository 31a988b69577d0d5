//! The front door: how many answers of which kind, how fast, and what of that was good. All are counted; the objectives
//! are judged by people who use the application, since a refusal costs no time.
//!
//! Whether there was a good answer is for the visitor to say. How long it took is measured at the gateway, where the alarms
//! look too: the caller's way there is nobody's promise.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, SystemTime};

use hdrhistogram::Histogram;
use rez_cloud::history::ApiRequest;
use rez_reports::{Count, Measurement, Requests};

use crate::latency::{histogram, record};
use crate::scenario::Objectives;
use crate::visitors::{Answered, Sender};

const DAY: Duration = Duration::from_secs(86_400);
const DIGITS: u8 = 3;
/// Visitors wait 35 s: what has not come by then comes to nobody.
const ON_THE_WAY_MAX: Duration = Duration::from_secs(60);
/// The gateway's id of a request, on its answer.
const REQUEST_ID: &str = "apigw-requestid";

pub struct FrontDoor {
    start: SystemTime,
    objectives: Objectives,
    pub requests: Requests,
    /// What the gateway took for answers that are on their way, by request id.
    leaving: BTreeMap<String, Duration>,
    oldest_first: VecDeque<(SystemTime, String)>,
    took: Histogram<u32>,
    under_p95: u64,
    under_p99: u64,
    days: Vec<Count>,
}

impl FrontDoor {
    pub fn new(start: SystemTime, objectives: Objectives) -> Self {
        Self {
            start,
            objectives,
            requests: Requests::default(),
            leaving: BTreeMap::new(),
            oldest_first: VecDeque::new(),
            took: histogram(DIGITS),
            under_p95: 0,
            under_p99: 0,
            days: Vec::new(),
        }
    }

    /// The gateway has answered. What got lost on its way is forgotten.
    pub fn left(&mut self, at: SystemTime, request: &ApiRequest<'_>) {
        while let Some((left, _)) = self.oldest_first.front()
            && at.duration_since(*left).unwrap_or_default() > ON_THE_WAY_MAX
        {
            if let Some((_, id)) = self.oldest_first.pop_front() {
                self.leaving.remove(&id);
            }
        }
        self.leaving.insert(request.request_id.to_owned(), request.latency);
        self.oldest_first.push_back((at, request.request_id.to_owned()));
    }

    /// A request without an answer failed, as far as its sender knows.
    pub fn answered(&mut self, at: SystemTime, answered: &Answered<'_>) {
        let status = answered.status().unwrap_or(504);
        let took = self.took_at_the_gateway(answered);
        self.requests.count(status);
        if answered.sender != Sender::Person {
            return;
        }
        record(&mut self.took, took.as_millis() as u64);
        self.under_p95 += u64::from(took < self.objectives.api_response_time_p95);
        self.under_p99 += u64::from(took < self.objectives.api_response_time_p99);
        let day = (at.duration_since(self.start).unwrap_or_default().as_secs() / DAY.as_secs()) as usize;
        if self.days.len() <= day {
            self.days.resize(day + 1, Count::default());
        }
        self.days[day].total += 1;
        self.days[day].good += u64::from(status < 500);
    }

    /// Whoever was not answered waited for it.
    fn took_at_the_gateway(&mut self, answered: &Answered<'_>) -> Duration {
        let id = answered.answer.and_then(|answer| answer.headers().get(REQUEST_ID)?.to_str().ok());
        id.and_then(|id| self.leaving.remove(id)).unwrap_or(answered.took)
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
    use crate::scenario;
    use crate::visitors::Answer;

    fn door() -> FrontDoor {
        FrontDoor::new(UNIX_EPOCH, scenario::find("month").unwrap().objectives)
    }

    fn unanswered(sender: Sender) -> Answered<'static> {
        let (route, took) = ("GET /api/messages", Duration::from_secs(35));
        Answered { route, message_id: None, group: None, sender, took, answer: None }
    }

    fn request(request_id: &str, latency: Duration) -> ApiRequest<'_> {
        ApiRequest {
            api_id: "api",
            stage: "$default",
            route: "GET /api/messages",
            request_id,
            status: 200,
            latency,
            authorizer_latency: None,
            integration_latency: None,
            error: "",
            request_bytes: 0,
            response_bytes: 2,
        }
    }

    /// Regression: every answer that was lost on its way was remembered for the rest of the run.
    #[test]
    fn answers_that_are_lost_on_their_way_are_forgotten() {
        let mut door = door();
        for minute in 0..1_000 {
            let id = minute.to_string();
            door.left(UNIX_EPOCH + Duration::from_secs(60 * minute), &request(&id, Duration::ZERO));
            door.answered(UNIX_EPOCH, &unanswered(Sender::Person));
        }
        assert!(door.leaving.len() <= 2, "{}", door.leaving.len());
        assert_eq!(door.leaving.len(), door.oldest_first.len());
    }

    #[test]
    fn no_answer_is_a_failure() {
        let mut door = door();
        door.answered(UNIX_EPOCH + DAY, &unanswered(Sender::Person));
        assert_eq!(door.requests, Requests { total: 1, failed: 1, ..Requests::default() });
        let Measurement::Ratio { days } = door.availability() else { panic!("a ratio") };
        assert_eq!((days[0].total, days[1].total, days[1].good), (0, 1, 0));
    }

    #[test]
    fn what_the_way_took_is_not_the_apis() {
        let mut door = door();
        let (latency, took) = (Duration::from_millis(40), Duration::from_secs(2));
        door.left(UNIX_EPOCH, &request("id=", latency));
        let mut answer = Answer::default();
        answer.headers_mut().insert(REQUEST_ID, http::HeaderValue::from_static("id="));
        door.answered(UNIX_EPOCH, &Answered { took, answer: Some(&answer), ..unanswered(Sender::Person) });
        assert_eq!((door.took.max(), door.leaving.len()), (40, 0));
    }

    #[test]
    fn who_does_not_listen_is_counted_and_not_judged_by() {
        let mut door = door();
        door.answered(UNIX_EPOCH, &unanswered(Sender::Burst));
        assert_eq!((door.requests.total, door.took.len(), door.days.len()), (1, 0, 0));
    }
}
