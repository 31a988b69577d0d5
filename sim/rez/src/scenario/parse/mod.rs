//! From the text of a scenario file to a [`Scenario`], with the line of every mistake.

mod expect;
mod fault;
mod front_door;

use std::ops::Range;
use std::time::Duration;

use super::Scenario;
use super::error::{Place, ScenarioError};
use super::file::File;

/// Timers end at whole milliseconds, and a run's is shown in some hundred steps.
const DURATION_MIN: Duration = Duration::from_secs(1);
/// No world goes on for longer.
const DURATION_MAX: Duration = Duration::from_secs(10 * 366 * 86_400);

/// Reads a scenario. `file` is what messages call it.
pub fn parse(name: &str, source: &str, file: &str, text: &str) -> Result<Scenario, ScenarioError> {
    let reader = Reader { file, text };
    let read: File = toml::from_str(text).map_err(|error| reader.syntax(&error))?;
    let duration = read.duration.as_ref().0;
    if duration < DURATION_MIN {
        return Err(reader.mistake(read.duration.span(), "`duration` is too short (expected at least a second)"));
    }
    if duration > DURATION_MAX || read.settle_within.0 > DURATION_MAX {
        let what = "`duration` or `settle_within` is too long (expected at most ten years)";
        return Err(reader.mistake(read.duration.span(), what));
    }
    for (key, share) in read.objectives.shares() {
        if !(0.0..=1.0).contains(share.as_ref()) {
            return Err(reader.mistake(share.span(), format!("`{key}` is a share (expected 0 to 1)")));
        }
    }
    let bursts = read.burst.into_iter().map(|burst| reader.burst(burst, duration)).collect::<Result<Vec<_>, _>>()?;
    let rotations = read.key_rotation.into_iter().map(|rotation| reader.key_rotation(rotation, duration));
    let key_rotations = rotations.collect::<Result<Vec<_>, _>>()?;
    let at_the_door = read.hostile.requests_per_day > 0 || !bursts.is_empty() || !key_rotations.is_empty();
    reader.check_workload(&read.workload, at_the_door)?;
    Ok(Scenario {
        name: name.to_owned(),
        source: source.to_owned(),
        about: read.about,
        duration,
        settle_within: read.settle_within.0,
        profile: read.profile,
        workload: read.workload.into_inner(),
        hostile: read.hostile,
        bursts,
        key_rotations,
        ntfy: read.ntfy.into(),
        faults: read.fault.into_iter().map(|fault| reader.fault(fault, duration)).collect::<Result<_, _>>()?,
        objectives: read.objectives.into(),
        expectations: reader.expectations(read.expect)?,
    })
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
}

impl Reader<'_> {
    fn mistake(&self, span: Range<usize>, problem: impl Into<String>) -> ScenarioError {
        ScenarioError::Mistake { place: Place::of(self.file, self.text, span.start), problem: problem.into() }
    }

    /// Says `unknown key` where serde says `unknown field`, and puts what was expected in parentheses.
    fn syntax(&self, error: &toml::de::Error) -> ScenarioError {
        let message = error.message().replace('\n', " ").replace("unknown field", "unknown key");
        let message = message.replace("unknown variant", "unknown value").replace("missing field", "missing key");
        let problem = match message.split_once(", expected ") {
            Some((problem, expected)) => format!("{problem} (expected {expected})"),
            None => message,
        };
        self.mistake(error.span().unwrap_or_default(), problem)
    }
}

#[cfg(test)]
mod tests {
    use super::super::file::FaultKind;
    use super::*;

    const GOOD: &str = r#"about = "a test"
duration = "1h"
settle_within = "10m"
profile = "ideal"
workload = { messages_per_day = 10, rhythm = "flat" }
[[fault]]
kind = "refuse"
status = 503
target = "ntfy"
from = "20m"
for = "30s"
"#;

    /// What is said about the good file when `from` in it is replaced by `to`.
    fn complaint(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from), "{from}");
        parse("test", "test.toml", "test.toml", &GOOD.replace(from, to)).unwrap_err().to_string()
    }

    #[test]
    fn defaults_are_the_designs() {
        let scenario = parse("test", "test.toml", "test.toml", GOOD).unwrap();
        assert_eq!(scenario.objectives.processing_latency_p95, Duration::from_secs(10));
        assert_eq!(scenario.ntfy.messages_per_day, 17_280);
        let fault = &scenario.faults[0];
        assert_eq!(fault.kind, FaultKind::Refuse { status: 503, code: "ServiceUnavailable".into() });
        assert_eq!((fault.place.as_str(), fault.probability), ("test.toml:9", 1.0));
        assert_eq!(fault.until, Duration::from_secs(20 * 60 + 30));
    }

    #[test]
    fn every_mistake_is_told_with_its_line_and_what_was_expected() {
        let complaints = [
            complaint("settle_within", "settles_within"),
            complaint("messages_per_day", "messages"),
            complaint("status = 503", "stats = 503"),
            complaint("\"refuse\"", "\"explode\""),
            complaint("\"ideal\"", "\"perfect\""),
            complaint("\"20m\"", "\"20 parsecs\""),
            complaint("\"1h\"", "\"10ns\""),
            complaint("\"1h\"", "\"100000 years\""),
            complaint("\"20m\"", "\"500000000000 years\""),
            complaint("status = 503", "status = 200"),
            complaint("status = 503", "min = \"1s\""),
            complaint("\"30s\"", "\"2h\""),
            complaint("status = 503", "status = 503\nprobability = 1.5"),
            complaint("\"refuse\"\nstatus = 503", "\"delay\"\nmin = \"2s\"\nmax = \"1s\""),
            complaint("\"refuse\"\nstatus = 503", "\"delay\"\nmin = \"0s\"\nmax = \"2 days\""),
            complaint("duration = \"1h\"\n", ""),
            complaint("\"ideal\"", "\"ideal"),
            complaint("[[fault]]", "[ntfy]\nrequest_burst = 0\n[[fault]]"),
        ];
        insta::assert_snapshot!(complaints.join("\n"));
    }

    #[test]
    fn mistakes_at_the_front_door_are_told_too() {
        let with = |more: &str| complaint("[[fault]]", &format!("{more}\n[[fault]]"));
        let open = |more: &str| {
            let text = GOOD.replace("rhythm", "api_requests_per_day = 100, rhythm");
            parse("test", "test.toml", "test.toml", &format!("{text}{more}")).unwrap_err().to_string()
        };
        let complaints = [
            with("hostile = { requests_per_day = 10 }"),
            complaint("rhythm", "api_requests_per_day = 19, rhythm"),
            open("[hostile]\nkinds = [\"rude\"]"),
            open("[hostile]\nper_day = 1"),
            open("[[burst]]\nfrom = \"50m\"\nfor = \"11m\"\nrequests_per_second = 10"),
            open("[[burst]]\nfrom = \"50m\"\nfor = \"1m\"\nrequests_per_second = 0"),
            open("[[key_rotation]]\nat = \"1h\"\noverlap = \"1d\""),
            open("[[expect.alarm]]\nname = \"A\"\nfrom = \"1m\"\nfor = \"0s\""),
            open("[[expect.alarm]]\nname = \"A\"\nfrom = \"1m\""),
            open("[objectives]\napi_availability = 99.9"),
        ];
        insta::assert_snapshot!(complaints.join("\n"));
    }
}
