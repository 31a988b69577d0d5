//! What ntfy's answer means. Its own codes are in its source, `server/errors.go`.

use std::time::Duration;

use rez_core::clock::Moment;
use rez_core::error::{Category, Failure, codes};
use rez_core::http::Answer;
use rez_core::message::Receipt;
use serde::Deserialize;

use crate::channel::Refusal;

/// The server gives a token of requests back every 5 s, and no hint.
const TOKEN_EVERY: Duration = Duration::from_secs(5);

/// Too many messages today; the count begins anew at 00:00 UTC.
const DAILY_MESSAGES: u32 = 42908;
/// Too many failed log-ins.
const AUTH_FAILURES: u32 = 42909;

#[derive(Deserialize)]
struct Published {
    id: String,
}

#[derive(Deserialize)]
struct Problem {
    code: u32,
}

/// Accepted, or why not. `now` is when the answer came.
pub(super) fn read(answer: &Answer, now: Moment) -> Result<Receipt, Refusal> {
    if answer.status == 200 {
        return accepted(answer, now);
    }
    let code = serde_json::from_slice(&answer.body).ok().map(|Problem { code }| code);
    let text = match code {
        Some(code) => format!("ntfy answered {} ({code})", answer.status),
        None => format!("ntfy answered {}", answer.status),
    };
    let (category, our_code) = category(answer.status, code);
    // ntfy's longest limit ends at midnight, so a hint beyond that is none to wait for.
    let hinted = answer.retry_after.map(|after| (now + after).min(now.next_midnight()));
    let not_before = match our_code {
        codes::DAILY_QUOTA => Some(now.next_midnight()),
        codes::RATE_LIMITED => Some(hinted.unwrap_or(now).max(now + TOKEN_EVERY)),
        _ => hinted,
    };
    Err(Refusal { failure: Failure::new(category, our_code, text), not_before })
}

/// What accepts a message is ntfy only if it says which.
fn accepted(answer: &Answer, now: Moment) -> Result<Receipt, Refusal> {
    match serde_json::from_slice::<Published>(&answer.body) {
        Ok(Published { id }) => Ok(Receipt { delivered: now, notification_id: Some(id) }),
        Err(_) => {
            let text = "something answered 200 that is not ntfy";
            Err(Failure::new(Category::System, codes::ANSWER_UNEXPECTED, text).into())
        }
    }
}

fn category(status: u16, code: Option<u32>) -> (Category, &'static str) {
    match (status, code) {
        (429, Some(DAILY_MESSAGES)) => (Category::Limited, codes::DAILY_QUOTA),
        (429, Some(AUTH_FAILURES)) => (Category::System, codes::LOGIN_LIMITED),
        (429, _) => (Category::Limited, codes::RATE_LIMITED),
        (401, _) => (Category::System, codes::UNAUTHORIZED),
        (403, _) => (Category::System, codes::FORBIDDEN),
        (408, _) | (500.., _) => (Category::Transient, codes::SERVER_ERROR),
        (400..500, _) => (Category::Permanent, codes::REJECTED),
        // A redirect, or another success: the address is not ntfy's.
        _ => (Category::System, codes::ANSWER_UNEXPECTED),
    }
}

#[cfg(test)]
mod tests {
    use rez_core::testing::begin;
    use serde_json::json;

    use super::*;

    fn answer(status: u16, code: u32) -> Answer {
        let body = json!({"code": code, "http": status, "error": "text"}).to_string();
        Answer { status, retry_after: None, body: body.into_bytes().into() }
    }

    #[track_caller]
    fn check(status: u16, code: u32, category: Category, our_code: &str, not_before: Option<Moment>) {
        let refusal = read(&answer(status, code), begin()).unwrap_err();
        assert_eq!((refusal.failure.category, &*refusal.failure.code), (category, our_code));
        assert_eq!(refusal.not_before, not_before);
    }

    #[test]
    fn each_answer_has_its_category() {
        use Category::{Limited, Permanent, System, Transient};
        let later = Some(begin() + Duration::from_secs(5));
        let midnight = Moment::parse("2026-11-24T00:00:00Z");
        check(429, 42901, Limited, codes::RATE_LIMITED, later);
        check(429, 42908, Limited, codes::DAILY_QUOTA, midnight);
        check(429, 42909, System, codes::LOGIN_LIMITED, None);
        check(500, 50001, Transient, codes::SERVER_ERROR, None);
        check(503, 0, Transient, codes::SERVER_ERROR, None);
        check(401, 40101, System, codes::UNAUTHORIZED, None);
        check(403, 40301, System, codes::FORBIDDEN, None);
        check(400, 40007, Permanent, codes::REJECTED, None);
        check(404, 40401, Permanent, codes::REJECTED, None);
        check(413, 41301, Permanent, codes::REJECTED, None);
        check(302, 0, System, codes::ANSWER_UNEXPECTED, None);
    }

    #[test]
    fn a_retry_after_is_honoured() {
        let after = |status, seconds| {
            let mut answer = answer(status, 0);
            answer.retry_after = Some(Duration::from_secs(seconds));
            read(&answer, begin()).unwrap_err().not_before
        };
        assert_eq!(after(503, 7), Some(begin() + Duration::from_secs(7)));
        assert_eq!(after(429, 60), Some(begin() + Duration::from_secs(60)));
        assert_eq!(after(429, 1), Some(begin() + Duration::from_secs(5)));
    }

    /// Regression: one such answer stopped every delivery for ever.
    #[test]
    fn a_retry_after_of_centuries_ends_at_midnight() {
        for (status, seconds) in [(429, 99_999_999_999), (429, u64::MAX), (503, 86_400)] {
            let mut answer = answer(status, 0);
            answer.retry_after = Some(Duration::from_secs(seconds));
            assert_eq!(read(&answer, begin()).unwrap_err().not_before, Moment::parse("2026-11-24T00:00:00Z"));
        }
    }

    #[test]
    fn only_ntfys_own_200_is_a_delivery() {
        let page = |body: &str| Answer { status: 200, retry_after: None, body: body.to_owned().into() };
        let receipt = read(&page(r#"{"id":"hwQ2YpKdmg7a","event":"message"}"#), begin()).unwrap();
        assert_eq!(receipt, Receipt { delivered: begin(), notification_id: Some("hwQ2YpKdmg7a".into()) });
        let refusal = read(&page("<html>Please sign in"), begin()).unwrap_err();
        assert_eq!(refusal.failure.category, Category::System);
    }
}
