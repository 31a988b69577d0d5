//! The requests that load is made of, by the name that results show them under.

use serde::Deserialize;
use serde_json::{Value, json};

/// What is asked of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Request {
    List,
    Filter,
    Page,
    Metrics,
    Create,
}

/// How often each comes, among a hundred. The design has ten requests for each message.
pub const MIX: [(Request, u32); 5] =
    [(Request::List, 40), (Request::Filter, 20), (Request::Page, 15), (Request::Metrics, 15), (Request::Create, 10)];

impl Request {
    /// The request with this number. Every stretch of numbers has the mix, and no request comes in clumps: the numbers are
    /// spread by the golden ratio.
    pub fn numbered(number: u64) -> Self {
        const GOLDEN: f64 = 0.618_033_988_749_894_9;
        let total: u32 = MIX.iter().map(|(_, weight)| weight).sum();
        let mut place = (number as f64 * GOLDEN).fract() * f64::from(total);
        for (request, weight) in MIX {
            place -= f64::from(weight);
            if place < 0.0 {
                return request;
            }
        }
        Request::List
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Filter => "filter",
            Self::Page => "page",
            Self::Metrics => "metrics",
            Self::Create => "create",
        }
    }

    /// Path and query.
    pub const fn path(self) -> &'static str {
        match self {
            Self::List => "/api/messages",
            Self::Filter => "/api/messages?status=completed&limit=20",
            Self::Page => "/api/messages?limit=10",
            Self::Metrics => "/api/metrics",
            Self::Create => "/api/messages",
        }
    }
}

/// The body of a message that somebody can tell apart from others.
pub fn new_message(label: &str) -> Value {
    json!({
        "title": format!("Load test {label}"),
        "body": format!("Sent by rez-loadtest as {label}."),
        "priority": 3,
        "tags": ["loadtest"],
    })
}

/// A page of a list, as far as somebody looks at it.
#[derive(Debug, Deserialize)]
pub struct List {
    pub next_cursor: Option<String>,
}

/// A message, as far as somebody looks at it.
#[derive(Clone, Debug, Deserialize)]
pub struct Message {
    pub message_id: String,
    pub status: String,
    /// RFC 3339, when it was written.
    pub created_date: String,
    /// RFC 3339, when ntfy accepted it.
    pub delivered_date: Option<String>,
}

impl Message {
    /// From creation to acceptance, once it is there; by the clock of the system.
    pub fn end_to_end(&self) -> Option<std::time::Duration> {
        let created = humantime::parse_rfc3339(&self.created_date).ok()?;
        let delivered = humantime::parse_rfc3339(self.delivered_date.as_deref()?).ok()?;
        Some(delivered.duration_since(created).unwrap_or_default())
    }

    /// Whether nothing more will happen to it by itself.
    pub fn is_settled(&self) -> bool {
        ["completed", "failed", "cancelled"].contains(&self.status.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use super::*;

    #[test]
    fn every_thousand_requests_have_the_mix() {
        for start in [0, 12_345, 9_999_000] {
            let mut counts: BTreeMap<Request, i64> = BTreeMap::new();
            (start..start + 1_000).for_each(|number| *counts.entry(Request::numbered(number)).or_default() += 1);
            for (request, weight) in MIX {
                assert!((counts[&request] - i64::from(weight) * 10).abs() <= 5, "{start}: {counts:?}");
            }
        }
    }

    #[test]
    fn end_to_end_is_from_creation_to_acceptance() {
        let message = |delivered: Option<&str>| Message {
            message_id: "m".into(),
            status: "completed".into(),
            created_date: "2026-11-25T10:00:00.250Z".into(),
            delivered_date: delivered.map(str::to_owned),
        };
        assert_eq!(message(Some("2026-11-25T10:00:01.500Z")).end_to_end(), Some(Duration::from_millis(1_250)));
        assert_eq!(message(None).end_to_end(), None);
    }
}
