//! Items of the system's tables, as far as checkers read them: decoded from DynamoDB JSON, by attribute.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

/// A message as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct MessageImage<'a>(pub &'a Value);

impl<'a> MessageImage<'a> {
    pub fn id(self) -> &'a str {
        text(self.0, "message_id").unwrap_or_default()
    }

    pub fn status(self) -> &'a str {
        text(self.0, "status").unwrap_or_default()
    }

    /// Neither settled nor given up.
    pub fn is_open(self) -> bool {
        matches!(self.status(), "created" | "processing")
    }

    /// When it was created, by its own account.
    pub fn created(self) -> Option<SystemTime> {
        humantime::parse_rfc3339(text(self.0, "created_date")?).ok()
    }

    pub fn body(self) -> &'a str {
        text(self.0, "body").unwrap_or_default()
    }

    pub fn created_by(self) -> &'a str {
        text(self.0, "created_by").unwrap_or_default()
    }

    pub fn lease_owner(self) -> Option<&'a str> {
        text(self.0, "lease_owner")
    }

    /// Category of the last error: `transient`, `permanent`, `validation`, …
    pub fn error_category(self) -> Option<&'a str> {
        self.0.get("last_error")?.get("M")?.get("category")?.get("S")?.as_str()
    }
}

/// The gate of a destination as it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Gate<'a>(pub &'a Value);

impl<'a> Gate<'a> {
    pub fn breaker(self) -> &'a str {
        text(self.0, "breaker").unwrap_or("closed")
    }

    pub fn failures(self) -> u64 {
        number(self.0, "failures").unwrap_or_default()
    }

    /// When the bucket of the pace is full again; each permitted try takes a slot from it.
    pub fn full_at(self) -> Option<SystemTime> {
        time(self.0, "tat_ms")
    }

    pub fn open_until(self) -> Option<SystemTime> {
        time(self.0, "open_until")
    }

    pub fn probe_id(self) -> Option<&'a str> {
        text(self.0, "probe_id")
    }

    pub fn probe_lease_until(self) -> Option<SystemTime> {
        time(self.0, "probe_lease_until")
    }
}

pub fn text<'a>(item: &'a Value, attribute: &str) -> Option<&'a str> {
    item.get(attribute)?.get("S")?.as_str()
}

pub fn number(item: &Value, attribute: &str) -> Option<u64> {
    item.get(attribute)?.get("N")?.as_str()?.parse().ok()
}

/// A time in epoch milliseconds.
fn time(item: &Value, attribute: &str) -> Option<SystemTime> {
    number(item, attribute).map(|ms| UNIX_EPOCH + Duration::from_millis(ms))
}
