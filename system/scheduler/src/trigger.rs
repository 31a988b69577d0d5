//! Why the function is invoked.

use rez_core::clock::Moment;
use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

/// Which schedule fired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// EventBridge's scheduled event. `time` is when it was due, with the second at which the rule fired.
    Daily { time: Moment },
    /// `{"sweep":true}`, the constant input of the sweep's rule.
    Sweep,
}

impl<'de> Deserialize<'de> for Trigger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let event = Value::deserialize(deserializer)?;
        if event["sweep"] == true {
            return Ok(Self::Sweep);
        }
        if event["detail-type"] != "Scheduled Event" {
            return Err(D::Error::custom("expected `sweep`, or the detail-type `Scheduled Event`"));
        }
        let time = event["time"].as_str().and_then(Moment::parse);
        time.map(|time| Self::Daily { time }).ok_or_else(|| D::Error::custom("expected an RFC 3339 `time`"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_shapes_are_told_apart() {
        let parse = |event| serde_json::from_value::<Trigger>(event).ok();
        assert_eq!(parse(json!({"sweep": true})), Some(Trigger::Sweep));
        let time = "2026-11-23T08:00:37Z";
        let daily = json!({"version": "0", "detail-type": "Scheduled Event", "source": "aws.events", "time": time});
        assert_eq!(parse(daily), Some(Trigger::Daily { time: Moment::parse(time).unwrap() }));
        assert_eq!(parse(json!({"sweep": false})), None);
        assert_eq!(parse(json!({"detail-type": "Scheduled Event"})), None);
        assert_eq!(parse(json!([])), None);
    }
}
