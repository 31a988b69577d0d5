//! The requests that load is made of, by the name that results show them under.

use clap::ValueEnum;
use serde::Deserialize;
use serde_json::{Value, json};

/// What is asked of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Request {
    List,
    Filter,
    Page,
    Metrics,
    Create,
}

impl Request {
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
    use std::time::Duration;

    use super::*;

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
