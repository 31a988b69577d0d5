//! The gate's item in the table `config`.

use std::collections::VecDeque;

use aws_sdk_dynamodb::types::AttributeValue;

use super::state::{Breaker, State};
use crate::clock::Moment;
use crate::store::Item;

/// The item's key: `gate#ntfy`.
pub fn key(channel: &str) -> String {
    format!("gate#{channel}")
}

/// The stored gate is not usable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stored gate has no usable `{attribute}`")]
pub struct CorruptGate {
    pub attribute: &'static str,
}

/// The attributes of a gate's state, without its key and version.
pub fn to_item(state: &State) -> Vec<(&'static str, Option<AttributeValue>)> {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let millis = |moment: Moment| AttributeValue::N(moment.epoch_ms().to_string());
    let (breaker, failures, open_until, probe) = match &state.breaker {
        Breaker::Closed { failures } => ("closed", *failures, None, None),
        Breaker::Open { until } => ("open", 0, Some(*until), None),
        Breaker::HalfOpen { probe_id, lease_until } => ("half_open", 0, None, Some((probe_id, *lease_until))),
    };
    let probes = state.recent_probes.iter().map(|id| text(id)).collect();
    vec![
        ("breaker", Some(text(breaker))),
        ("failures", Some(AttributeValue::N(failures.to_string()))),
        ("open_until", open_until.map(millis)),
        ("probe_id", probe.map(|(id, _)| text(id))),
        ("probe_lease_until", probe.map(|(_, until)| millis(until))),
        ("recent_probe_ids", Some(AttributeValue::L(probes))),
        ("tat_ms", Some(millis(state.full_at))),
        ("queue_ms", Some(millis(state.queue_until))),
        ("limited_until", Some(millis(state.limited_until))),
    ]
}

/// The state in an item, and its version.
///
/// # Errors
/// Names the attribute that is missing or wrong.
pub fn from_item(item: &Item) -> Result<(State, u64), CorruptGate> {
    let breaker = match text(item, "breaker")? {
        "closed" => Breaker::Closed { failures: number(item, "failures")? },
        "open" => Breaker::Open { until: millis(item, "open_until")? },
        "half_open" => Breaker::HalfOpen {
            probe_id: text(item, "probe_id")?.to_owned(),
            lease_until: millis(item, "probe_lease_until")?,
        },
        _ => return Err(CorruptGate { attribute: "breaker" }),
    };
    let state = State {
        breaker,
        recent_probes: probes(item)?,
        full_at: millis(item, "tat_ms")?,
        queue_until: millis(item, "queue_ms")?,
        limited_until: millis(item, "limited_until")?,
    };
    Ok((state, number(item, "version")?))
}

fn probes(item: &Item) -> Result<VecDeque<String>, CorruptGate> {
    let corrupt = CorruptGate { attribute: "recent_probe_ids" };
    let ids = item.get("recent_probe_ids").and_then(|value| value.as_l().ok()).ok_or(corrupt.clone())?;
    ids.iter().map(|id| id.as_s().cloned().map_err(|_| corrupt.clone())).collect()
}

fn text<'a>(item: &'a Item, attribute: &'static str) -> Result<&'a str, CorruptGate> {
    item.get(attribute).and_then(|value| value.as_s().ok()).map(String::as_str).ok_or(CorruptGate { attribute })
}

fn number<T: std::str::FromStr>(item: &Item, attribute: &'static str) -> Result<T, CorruptGate> {
    let number = item.get(attribute).and_then(|value| value.as_n().ok());
    number.and_then(|number| number.parse().ok()).ok_or(CorruptGate { attribute })
}

fn millis(item: &Item, attribute: &'static str) -> Result<Moment, CorruptGate> {
    number(item, attribute).map(Moment::from_epoch_ms)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn breaker() -> impl Strategy<Value = Breaker> {
        prop_oneof![
            any::<u32>().prop_map(|failures| Breaker::Closed { failures }),
            any::<i64>().prop_map(|ms| Breaker::Open { until: Moment::from_epoch_ms(ms) }),
            (any::<String>(), any::<i64>())
                .prop_map(|(probe_id, ms)| Breaker::HalfOpen { probe_id, lease_until: Moment::from_epoch_ms(ms) }),
        ]
    }

    proptest! {
        #[test]
        fn an_item_keeps_the_state(breaker in breaker(), probes: Vec<String>, times: [i64; 3], version: u64) {
            let [full_at, queue_until, limited_until] = times.map(Moment::from_epoch_ms);
            let state = State { breaker, recent_probes: probes.into(), full_at, queue_until, limited_until };
            let attributes = to_item(&state).into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
            let mut item: Item = attributes.collect();
            prop_assert_eq!(from_item(&item), Err(CorruptGate { attribute: "version" }));
            item.insert("version".into(), AttributeValue::N(version.to_string()));
            prop_assert_eq!(from_item(&item), Ok((state, version)));
        }
    }
}
