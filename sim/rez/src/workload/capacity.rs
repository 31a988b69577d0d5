//! Whether the limits of the ntfy server can carry the traffic at all: arithmetic, before anything is run.

use crate::scenario::Scenario;

const DAY_SECONDS: f64 = 86_400.0;
/// The scheduled message.
const SCHEDULED_PER_DAY: f64 = 1.0;

/// What the limits leave, in a sentence: `Ok` when they carry the traffic, `Err` when they cannot.
pub fn judge(scenario: &Scenario) -> Result<String, String> {
    let per_day = f64::from(scenario.workload.messages_per_day) + SCHEDULED_PER_DAY;
    let quota = f64::from(scenario.ntfy.messages_per_day);
    let paced = DAY_SECONDS / scenario.ntfy.request_interval.as_secs_f64();
    let peak = scenario.workload.rhythm.peak();
    if per_day > quota {
        return Err(format!("{per_day:.0} messages a day cannot pass ntfy's quota of {quota:.0} a day"));
    }
    if per_day > paced {
        return Err(format!("{per_day:.0} messages a day cannot pass ntfy's pace of {paced:.0} a day"));
    }
    let busy = per_day * peak / DAY_SECONDS * 60.0;
    let pace = paced / DAY_SECONDS * 60.0;
    let room = if busy > pace { ": busy hours queue, quiet ones catch up" } else { "" };
    Ok(format!("ntfy takes {pace:.1} messages a minute, the busiest hour brings {busy:.1}{room}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::scenario;

    #[test]
    fn every_shipped_scenario_can_be_carried() {
        for scenario in scenario::shipped().unwrap() {
            assert!(judge(&scenario).is_ok(), "{}", scenario.name);
        }
    }

    #[test]
    fn the_free_server_cannot_carry_a_thousand_a_day() {
        let mut scenario = scenario::find("month").unwrap();
        scenario.ntfy.messages_per_day = 250;
        assert_eq!(judge(&scenario).unwrap_err(), "1001 messages a day cannot pass ntfy's quota of 250 a day");
        scenario.ntfy.messages_per_day = 17_280;
        scenario.ntfy.request_interval = Duration::from_secs(90);
        assert_eq!(judge(&scenario).unwrap_err(), "1001 messages a day cannot pass ntfy's pace of 960 a day");
    }

    #[test]
    fn a_busy_hour_above_the_pace_is_told() {
        let mut scenario = scenario::find("month").unwrap();
        assert_eq!(judge(&scenario).unwrap(), "ntfy takes 12.0 messages a minute, the busiest hour brings 1.3");
        scenario.workload.messages_per_day = 15_000;
        assert!(judge(&scenario).unwrap().ends_with("busy hours queue, quiet ones catch up"));
    }
}
