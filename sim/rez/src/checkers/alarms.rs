//! Alarms fire when they should, as the scenario says, and where it says so, not otherwise.
//!
//! The first state of an alarm is no news: one that watches for a heartbeat begins in `ALARM`, before the first beat.

use std::time::SystemTime;

use rez_cloud::history::{AlarmState, Fact};

use super::{Checker, End, Findings, Seen};
use crate::scenario::{ExpectedAlarm, OtherAlarms};

pub struct Alarms {
    start: SystemTime,
    /// Each with whether it has fired.
    expected: Vec<(ExpectedAlarm, bool)>,
    others: OtherAlarms,
    findings: Findings,
}

impl Alarms {
    /// The names of `expected` are those of AWS.
    pub fn new(start: SystemTime, expected: &[ExpectedAlarm], others: OtherAlarms) -> Self {
        let expected = expected.iter().map(|alarm| (alarm.clone(), false)).collect();
        Self { start, expected, others, findings: Findings::default() }
    }

    fn fired(&mut self, at: SystemTime, name: &str) {
        let elapsed = at.duration_since(self.start).unwrap_or_default();
        let mut was_expected = false;
        for (alarm, fired) in &mut self.expected {
            if alarm.name == name && (alarm.from..=alarm.until).contains(&elapsed) {
                *fired = true;
                was_expected = true;
            }
        }
        if !was_expected && self.others == OtherAlarms::None {
            let when = humantime::format_rfc3339_seconds(at);
            self.findings.add(|| format!("alarm `{name}` fired at {when}, and nothing called for it"));
        }
    }
}

impl Checker for Alarms {
    fn name(&self) -> &'static str {
        "alarms fire when they should"
    }

    fn observe(&mut self, at: SystemTime, seen: &Seen<'_>) {
        if let Seen::Fact(Fact::Alarm { name, from: AlarmState::Ok, to: AlarmState::Alarm, .. }) = seen {
            self.fired(at, name);
        }
    }

    fn judges_from_outside(&self) -> bool {
        true
    }

    fn finish(&mut self, _end: &End) -> Findings {
        for (alarm, _) in self.expected.iter().filter(|(alarm, fired)| alarm.required && !fired) {
            let [from, until] = [alarm.from, alarm.until].map(humantime::format_duration);
            self.findings.add(|| format!("alarm `{}` did not fire between {from} and {until}", alarm.name));
        }
        std::mem::take(&mut self.findings)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::testing::{at, run};
    use super::*;

    /// What is found when `breaker-open` is expected in the first minute, and these fire.
    fn found(fired: &[(u64, &str)], others: OtherAlarms) -> Findings {
        let until = Duration::from_secs(60);
        let (name, place) = ("breaker-open".to_owned(), String::new());
        let expected = ExpectedAlarm { name, place, from: Duration::ZERO, until, required: true };
        run(Alarms::new(at(0), &[expected], others), |checker| {
            for (seconds, name) in fired {
                let reason = "a threshold was crossed";
                let fact = Fact::Alarm { name, from: AlarmState::Ok, to: AlarmState::Alarm, reason };
                checker.observe(at(*seconds), &Seen::Fact(&fact));
            }
        })
    }

    #[test]
    fn what_was_expected_is_no_violation() {
        assert_eq!(found(&[(60, "breaker-open")], OtherAlarms::None), Findings::default());
        assert_eq!(found(&[(60, "breaker-open"), (9, "latency")], OtherAlarms::Anything), Findings::default());
    }

    #[test]
    fn a_system_whose_alarms_are_silent_late_or_nervous_is_caught() {
        assert_eq!(found(&[], OtherAlarms::Anything).examples, ["alarm `breaker-open` did not fire between 0s and 1m"]);
        assert_eq!(found(&[(61, "breaker-open")], OtherAlarms::None).violations, 2);
        assert_eq!(found(&[(9, "breaker-open"), (9, "latency")], OtherAlarms::None).violations, 1);
    }

    #[test]
    fn a_first_state_is_no_news() {
        let found = run(Alarms::new(at(0), &[], OtherAlarms::None), |checker| {
            let (from, to) = (AlarmState::InsufficientData, AlarmState::Alarm);
            checker.observe(at(1), &Seen::Fact(&Fact::Alarm { name: "heartbeat", from, to, reason: "" }));
        });
        assert_eq!(found, Findings::default());
    }
}
