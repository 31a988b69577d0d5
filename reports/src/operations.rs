//! What an operator of the deployed system would see of a run: requests, alarms, cost, and permissions that nobody used.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Requests to the REST API, by how they were answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requests {
    pub total: u64,
    /// 2xx and 3xx.
    pub succeeded: u64,
    /// 4xx but 429.
    pub refused: u64,
    /// 429.
    pub throttled: u64,
    /// 5xx.
    pub failed: u64,
}

impl Requests {
    /// Counts one answer.
    pub fn count(&mut self, status: u16) {
        self.total += 1;
        *match status {
            429 => &mut self.throttled,
            400..500 => &mut self.refused,
            500.. => &mut self.failed,
            _ => &mut self.succeeded,
        } += 1;
    }
}

/// An alarm that changed its state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmChange {
    pub name: String,
    /// RFC 3339, simulated.
    pub at: String,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub to: String,
}

/// A time during which an alarm was on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Firing<'a> {
    pub name: &'a str,
    /// RFC 3339, simulated.
    pub from: &'a str,
    /// `None` when it was on to the end.
    pub until: Option<&'a str>,
}

/// The times during which alarms were on, in order. What else an alarm does, as being `OK` once there is data, is no news.
pub fn firings(changes: &[AlarmChange]) -> Vec<Firing<'_>> {
    let mut firings = Vec::new();
    for (place, change) in changes.iter().enumerate().filter(|(_, change)| change.to == "ALARM") {
        let next = changes[place + 1..].iter().find(|next| next.name == change.name);
        firings.push(Firing { name: &change.name, from: &change.at, until: next.map(|next| next.at.as_str()) });
    }
    firings
}

/// What 30 days like those of the run would cost on AWS, in US dollars.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Cost {
    pub monthly_total: f64,
    /// The same with AWS's free tiers.
    pub monthly_total_after_free_tier: f64,
    /// What the system's design expects to pay at this load; `None` when it says nothing about one like it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub design: Option<f64>,
    /// Date of the prices.
    pub prices_date: String,
    pub items: Vec<CostItem>,
}

impl Cost {
    /// What each service costs, the dearest first: what explains a total that differs from the one expected.
    pub fn by_service(&self) -> Vec<(&str, f64)> {
        let mut services: BTreeMap<&str, f64> = BTreeMap::new();
        for item in &self.items {
            *services.entry(&item.service).or_default() += item.cost;
        }
        let mut services: Vec<_> = services.into_iter().collect();
        services.sort_by(|(_, left), (_, right)| right.total_cmp(left));
        services
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CostItem {
    pub service: String,
    pub what: String,
    /// Units in 30 days.
    pub quantity: f64,
    pub unit: String,
    pub unit_price: f64,
    pub cost: f64,
}

/// A permission that the template grants and the run did not use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnusedPermission {
    pub role: String,
    pub action: String,
    pub resource: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dearest_service_comes_first() {
        let item = |service: &str, cost| CostItem {
            service: service.to_owned(),
            what: "requests".to_owned(),
            quantity: 1.0,
            unit: "million".to_owned(),
            unit_price: cost,
            cost,
        };
        let items = vec![item("Lambda", 0.25), item("X-Ray", 1.5), item("Lambda", 0.5)];
        let cost = Cost { items, ..Cost::default() };
        assert_eq!(cost.by_service(), [("X-Ray", 1.5), ("Lambda", 0.75)]);
    }

    #[test]
    fn an_alarm_is_on_until_its_own_next_change() {
        let change = |name: &str, at: &str, to: &str| AlarmChange { name: name.into(), at: at.into(), to: to.into() };
        let changes = [
            change("dlq", "10:00", "OK"),
            change("dlq", "10:05", "ALARM"),
            change("breaker", "10:06", "ALARM"),
            change("dlq", "10:09", "OK"),
        ];
        let on = |name, from, until| Firing { name, from, until };
        assert_eq!(firings(&changes), [on("dlq", "10:05", Some("10:09")), on("breaker", "10:06", None)]);
    }

    #[test]
    fn every_answer_is_counted_once() {
        let mut requests = Requests::default();
        for status in [200, 201, 204, 302, 400, 401, 404, 429, 500, 503] {
            requests.count(status);
        }
        let expected = Requests { total: 10, succeeded: 4, refused: 3, throttled: 1, failed: 2 };
        assert_eq!(requests, expected);
    }
}
